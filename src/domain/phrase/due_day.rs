//! The day by which a promise without a number is to be kept: 6月底前完成 of a plan for 2026 is due on 30 June 2026.
//!
//! Only what can mean one day is read. 6月前 may be the end of May or of June, and two days of which neither is said to be that of
//! completion are two nodes that a person has to name.

use chrono::{Months, NaiveDate};

use crate::Period;

/// The day within `window` that `phrase` names as the last one.
pub fn due_day(phrase: &str, window: Period) -> Option<NaiveDate> {
    let text: Vec<char> = phrase.chars().filter(|c| !c.is_whitespace()).map(narrow).collect();
    let mut found: Vec<(NaiveDate, usize)> = Vec::new();
    let mut at = 0;
    while at < text.len() {
        match named(&text, at, window) {
            Some((day, end)) => {
                found.push((day, end));
                at = end;
            }
            None => at += 1,
        }
    }
    let within = |(day, _): &(NaiveDate, usize)| window.contains(*day);
    match found[..] {
        [one] => Some(one).filter(within).map(|(day, _)| day),
        [] => None,
        _ => {
            let mut done = found.iter().filter(|(_, end)| is_done(&text[*end..]));
            let one = done.next().copied().filter(within);
            one.filter(|_| done.next().is_none()).map(|(day, _)| day)
        }
    }
}

/// The day named at `at`, and where its words end.
fn named(text: &[char], at: usize, window: Period) -> Option<(NaiveDate, usize)> {
    let (year, at) = year(text, at).unwrap_or((None, at));
    let year = year.or_else(|| sole_year(window));
    let (month, day, end) = part(text, at).or_else(|| month_day(text, at))?;
    let year = year?;
    let on = match day {
        Some(day) => NaiveDate::from_ymd_opt(year, month, day)?,
        None => NaiveDate::from_ymd_opt(year, month, 1)?.checked_add_months(Months::new(1))?.pred_opt()?,
    };
    Some((on, end))
}

/// 2026年.
fn year(text: &[char], at: usize) -> Option<(Option<i32>, usize)> {
    let (number, end) = digits(text, at, 4)?;
    (end == at + 4 && text.get(end) == Some(&'年')).then(|| (i32::try_from(number).ok(), end + 1))
}

fn sole_year(window: Period) -> Option<i32> {
    use chrono::Datelike as _;
    (window.start().year() == window.end().year()).then(|| window.end().year())
}

/// 上半年, 三季度末: a part of a year that ends with a month. 前三季度 and 第三季度 end alike.
fn part(text: &[char], at: usize) -> Option<(u32, Option<u32>, usize)> {
    const PARTS: [(&str, u32); 7] = [
        ("上半年", 6),
        ("一季度", 3),
        ("二季度", 6),
        ("三季度", 9),
        ("1季度", 3),
        ("2季度", 6),
        ("3季度", 9),
    ];
    let (word, month) = PARTS.iter().find(|(word, _)| starts(&text[at..], word))?;
    let end = at + word.chars().count();
    // 上半年实现收支平衡 is as much a day as 上半年完成; 上半年增长 would be an amount, which is no milestone.
    Some((*month, None, after_edge(text, end)))
}

/// 6月底前, 6月30日前, 十二月底.
fn month_day(text: &[char], at: usize) -> Option<(u32, Option<u32>, usize)> {
    if at > 0 && (text[at - 1].is_ascii_digit() || is_numeral(text[at - 1])) {
        return None;
    }
    let (month, end) = digits(text, at, 2).or_else(|| numeral(text, at))?;
    let end = (text.get(end) == Some(&'月')).then_some(end + 1)?;
    let day = digits(text, end, 2).or_else(|| numeral(text, end));
    if let Some((day, after)) = day.filter(|(_, after)| matches!(text.get(*after), Some('日' | '号'))) {
        let edge = after_edge(text, after + 1);
        return (edge > after + 1).then_some((month, Some(day), edge));
    }
    let edge = after_edge(text, end);
    // 6月前 may leave June out.
    let certain = matches!(text.get(end), Some('底' | '末' | '内')) || starts(&text[end..], "份内");
    (certain && (1..=12).contains(&month)).then_some((month, None, edge))
}

/// Behind 底, 末, 之前 and the like.
fn after_edge(text: &[char], mut at: usize) -> usize {
    while text.get(at).is_some_and(|c| matches!(c, '底' | '末' | '前' | '内' | '之' | '以' | '份')) {
        at += 1;
    }
    at
}

fn is_done(after: &[char]) -> bool {
    let clause: String =
        after.iter().take_while(|c| !matches!(c, '，' | '、' | '；' | '。' | ',' | ';')).collect();
    let words = include_str!("lexicon/dates/done.txt").lines().filter(|line| !line.starts_with('#'));
    words.map(str::trim).filter(|word| !word.is_empty()).any(|word| clause.contains(word))
}

fn starts(text: &[char], word: &str) -> bool {
    let mut chars = text.iter();
    word.chars().all(|c| chars.next() == Some(&c))
}

fn digits(text: &[char], at: usize, most: usize) -> Option<(u32, usize)> {
    let run: String = text.get(at..)?.iter().take(most).take_while(|c| c.is_ascii_digit()).collect();
    Some((run.parse().ok()?, at + run.len()))
}

fn is_numeral(c: char) -> bool {
    "一二三四五六七八九十".contains(c)
}

/// 六, 十, 十二, 三十.
fn numeral(text: &[char], at: usize) -> Option<(u32, usize)> {
    let run: Vec<char> = text.get(at..)?.iter().copied().take(3).take_while(|c| is_numeral(*c)).collect();
    let value = |c: char| {
        "一二三四五六七八九".chars().position(|one| one == c).and_then(|at| u32::try_from(at + 1).ok())
    };
    let number = match run[..] {
        ['十'] => Some(10),
        ['十', ones] => value(ones).map(|ones| 10 + ones),
        [tens, '十'] => value(tens).map(|tens| 10 * tens),
        [tens, '十', ones] => value(tens).zip(value(ones)).map(|(tens, ones)| 10 * tens + ones),
        [one] => value(one),
        _ => None,
    };
    Some((number?, at + run.len()))
}

/// Digits of full width as ASCII.
fn narrow(c: char) -> char {
    match c {
        '０'..='９' => char::from_u32(u32::from(c) - u32::from('０') + u32::from('0')).unwrap_or(c),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn a_promise_without_a_number_names_its_day() {
        let window = Period::new(day("2026-01-01"), day("2026-12-31")).unwrap();
        for (phrase, expected) in [
            ("机场改扩建6月底前完成", Some("2026-06-30")),
            ("6月底前完成机场改扩建", Some("2026-06-30")),
            ("2026年9月30日前建成投用", Some("2026-09-30")),
            ("十月底前通车", Some("2026-10-31")),
            ("十二月二十日之前交付", Some("2026-12-20")),
            ("２０２６年３月末前出台方案", Some("2026-03-31")),
            ("上半年完成立法调研", Some("2026-06-30")),
            ("三季度末前全部到位", Some("2026-09-30")),
            ("2月底前出台", Some("2026-02-28")),
            ("3月底前开工，11月底前竣工", Some("2026-11-30")),
            // Two nodes, of which a person has to tell which is meant.
            ("3月底前开工，11月底前封顶", None),
            ("6月前完成", None),
            ("年底前完成", None),
            ("2027年6月底前完成", None),
            ("1—6月完成投资", None),
            ("完成12月任务", None),
            ("", None),
        ] {
            assert_eq!(due_day(phrase, window), expected.map(day), "{phrase}");
        }
        let years = Period::new(day("2025-07-01"), day("2026-12-31")).unwrap();
        assert_eq!(due_day("6月底前完成", years), None, "of two years nobody knows which");
        assert_eq!(due_day("2026年6月底前完成", years), Some(day("2026-06-30")));
    }
}
