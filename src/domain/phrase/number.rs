//! Digits, Chinese numerals and dates.

use std::sync::LazyLock;

use rust_decimal::Decimal;

use super::lexicon::Lexicon;
use super::text::starts_with;

/// Longest run of digits taken for a number; a government figure has far fewer.
const DIGITS_MAX: usize = 20;

/// Digits with at most one point at the start of `text`: the characters taken and the value.
/// The value is `None` when the run is too long, or is a version (1.2.3) rather than a number.
pub(super) fn digits(text: &[char]) -> Option<(usize, Option<Decimal>)> {
    let mut length = run(text);
    if length == 0 {
        return None;
    }
    let mut points = 0;
    while text.get(length) == Some(&'.') {
        let fraction = run(&text[length + 1..]);
        if fraction == 0 {
            break;
        }
        points += 1;
        length += 1 + fraction;
    }
    if points > 1 || length > DIGITS_MAX {
        return Some((length, None));
    }
    let written: String = text[..length].iter().collect();
    Some((length, written.parse().ok()))
}

fn run(text: &[char]) -> usize {
    text.iter().take_while(|c| c.is_ascii_digit()).count()
}

/// Whether `c` writes a digit or a power of ten in Chinese.
pub(super) fn is_numeral(c: char) -> bool {
    "零一二两三四五六七八九十百千万亿".contains(c)
}

fn numeral(c: char) -> Option<u64> {
    Some(match c {
        '一' => 1,
        '二' | '两' => 2,
        '三' => 3,
        '四' => 4,
        '五' => 5,
        '六' => 6,
        '七' => 7,
        '八' => 8,
        '九' => 9,
        _ => return None,
    })
}

/// A Chinese numeral below 10 000 at the start of `text` (十五, 一百二十, 两千): characters and value.
/// Two digits in a row (三四家, 一二三产) are not a number.
pub(super) fn chinese(text: &[char]) -> Option<(usize, u64)> {
    let (mut total, mut pending, mut length) = (0, None, 0);
    for (at, &c) in text.iter().enumerate().take(8) {
        if let Some(digit) = numeral(c) {
            if pending.is_some() {
                return None;
            }
            pending = Some(digit);
        } else if let Some(scale) = match c {
            '十' => Some(10),
            '百' => Some(100),
            '千' => Some(1000),
            _ => None,
        } {
            // 百 and 千 need a digit before them; a bare 十 is ten.
            let digit = match pending.take() {
                Some(digit) => digit,
                None if scale == 10 => 1,
                None => break,
            };
            total += digit * scale;
        } else if c != '零' || at == 0 {
            break;
        }
        length = at + 1;
    }
    (length > 0).then_some((length, total + pending.unwrap_or(0)))
}

/// A Chinese numeral at the start of `text`, with what may follow its first part: 两万三千, 一点五, 零点五.
/// A multiplier at the end (三十万) is left to the unit.
pub(super) fn spelled(text: &[char]) -> Option<(usize, Decimal)> {
    let (length, whole) = match text.first()? {
        '零' if text.get(1) == Some(&'点') => (1, 0),
        '零' => return None,
        _ => chinese(text)?,
    };
    match text.get(length) {
        Some('点') => {
            let digits = text[length + 1..].iter().take(4).map_while(|&c| numeral_or_zero(c));
            let (taken, value) =
                digits.fold((0_u32, 0_i64), |(taken, value), digit| (taken + 1, value * 10 + digit));
            let part = Decimal::try_new(value, taken).ok()?;
            let end = if taken == 0 { length } else { length + 1 + taken as usize };
            Some((end, Decimal::from(whole) + part))
        }
        Some('万') => {
            let zero = usize::from(text.get(length + 1) == Some(&'零'));
            match chinese(&text[length + 1 + zero..]) {
                // 五万八 may mean 58 000 or stand before a measure word nobody wrote: left alone.
                Some((more, rest)) if zero + more > 1 => {
                    Some((length + 1 + zero + more, Decimal::from(whole * 10_000 + rest)))
                }
                _ => Some((length, Decimal::from(whole))),
            }
        }
        // 一亿五千万元 is 15 000 万元: the last multiplier stays with the unit.
        Some('亿') => match chinese(&text[length + 1..]) {
            Some((more, rest)) if more > 1 && text.get(length + 1 + more) == Some(&'万') => {
                Some((length + 1 + more, Decimal::from(whole * 10_000 + rest)))
            }
            _ => Some((length, Decimal::from(whole))),
        },
        _ => Some((length, Decimal::from(whole))),
    }
}

fn numeral_or_zero(c: char) -> Option<i64> {
    if c == '零' { Some(0) } else { numeral(c).and_then(|digit| i64::try_from(digit).ok()) }
}

/// A date or a span of dates at the start of `text` (2025年底前, 1—7月, 2023至2025年): the characters it takes.
pub(super) fn date(text: &[char]) -> Option<usize> {
    let mut end = year(text).or_else(|| month(text))?;
    if let Some(more) = month(&text[end..]) {
        end += more;
    }
    if text[end - 1] == '月' {
        let day = run(&text[end..]);
        if (1..=2).contains(&day) && text.get(end + day) == Some(&'日') {
            end += day + 1;
        }
    }
    Some(end + date_ending(&text[end..]))
}

/// The end of a five-year plan at the start of `text` (“十五五”末, 十四五期末): the characters it takes.
pub(super) fn plan_end(text: &[char]) -> Option<usize> {
    const ENDS: [&str; 5] = ["规划期末", "时期末", "期末", "末期", "末"];
    let open = usize::from(text.first() == Some(&'“'));
    let name = text.get(open..open + 3)?;
    if !(name[0] == '十' && numeral(name[1]).is_some() && name[2] == '五') {
        return None;
    }
    let end = open + 3 + usize::from(text.get(open + 3) == Some(&'”'));
    let word = ENDS.iter().find(|word| starts_with(&text[end..], word))?;
    Some(end + word.chars().count())
}

/// The characters of 底前, 内 or 起 at the start of `text`, which follows a date.
pub(super) fn date_ending(text: &[char]) -> usize {
    static ENDINGS: LazyLock<Lexicon<bool>> = LazyLock::new(|| {
        Lexicon::starting([
            (include_str!("lexicon/dates/endings.txt"), true),
            (include_str!("lexicon/dates/not_endings.txt"), false),
        ])
    });
    ENDINGS.at_start(text).map_or(0, |(length, ends)| if ends { length } else { 0 })
}

fn is_span(c: Option<&char>) -> bool {
    matches!(c, Some('-' | '~' | '至' | '到'))
}

fn year(text: &[char]) -> Option<usize> {
    if run(text) != 4 || !matches!(text[0], '1' | '2') {
        return None;
    }
    if text.get(4) == Some(&'年') {
        return Some(match text.get(5) {
            span if is_span(span) => 5 + year(&text[6..]).map_or(0, |more| more + 1),
            _ => 5,
        });
    }
    is_span(text.get(4)).then(|| year(&text[5..]).map(|more| more + 5)).flatten()
}

fn month(text: &[char]) -> Option<usize> {
    let digits = run(text);
    if !(1..=2).contains(&digits) {
        return None;
    }
    match text.get(digits) {
        Some('月') if text.get(digits + 1) != Some(&'龄') => Some(digits + 1),
        span if is_span(span) => month(&text[digits + 1..]).map(|more| more + digits + 1),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chars(text: &str) -> Vec<char> {
        text.chars().collect()
    }

    #[test]
    fn numerals_are_read() {
        for (text, want) in [
            ("三个", Some((1, 3))),
            ("十五", Some((2, 15))),
            ("二十万", Some((2, 20))),
            ("一百二十", Some((4, 120))),
            ("一千零五十", Some((5, 1050))),
            ("两千亿", Some((2, 2000))),
            ("三四家", None),
            ("百亿", None),
            ("零增长", None),
            ("个", None),
        ] {
            assert_eq!(chinese(&chars(text)), want, "{text}");
        }
    }

    #[test]
    fn numerals_have_fractions_and_ten_thousands() {
        for (text, want) in [
            ("一点五个", Some((3, "1.5"))),
            ("零点零八", Some((4, "0.08"))),
            ("三点建议", Some((1, "3"))),
            ("两万三千户", Some((4, "23000"))),
            ("一万零五十户", Some((5, "10050"))),
            ("三十万", Some((2, "30"))),
            ("五万八", Some((1, "5"))),
            ("一亿五千万元", Some((4, "15000"))),
            ("两亿元", Some((1, "2"))),
            ("零增长", None),
        ] {
            let want = want.map(|(length, value)| (length, value.parse().unwrap()));
            assert_eq!(spelled(&chars(text)), want, "{text}");
        }
    }

    #[test]
    fn dates_are_skipped_whole() {
        for (text, want) in [
            ("2025年固定", Some(5)),
            ("2025年底前", Some(7)),
            ("6月底前", Some(4)),
            ("12月31日前", Some(7)),
            ("2025年6月底前", Some(9)),
            ("1-7月", Some(4)),
            ("2023-2025年", Some(10)),
            ("2023年至2025年", Some(11)),
            ("6月龄", None),
            ("20户", None),
            ("2025", None),
            ("5年", None),
        ] {
            assert_eq!(date(&chars(text)), want, "{text}");
        }
    }
}
