//! Numbers of headings: 第一章 一、 （一） 1. （1） ①, each a rank of its own (GB/T 9704-2012, 7.3.3).

/// A number at the start of a paragraph.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Mark {
    /// 0 for chapters, 1 for 一、, 2 for （一）, 3 for 1., 4 for （1）, 5 for ①.
    pub(crate) rank: u8,
    /// What it counts.
    pub(crate) number: u32,
    /// Bytes it takes, with the blanks behind.
    pub(crate) length: usize,
}

/// The number that a paragraph begins with.
pub(crate) fn mark(text: &str) -> Option<Mark> {
    let first = text.chars().next()?;
    let rest = &text[first.len_utf8()..];
    let found = |rank, number, after: &str| {
        let length = text.len() - after.trim_start_matches(blank).len();
        Some(Mark { rank, number, length })
    };
    match first {
        '第' => {
            let (number, after) = numeral(rest)?;
            let after = after.strip_prefix("部分").or_else(|| after.strip_prefix(['章', '编', '篇']))?;
            found(0, number, after.trim_start_matches(['、', '：', ':']))
        }
        '（' | '(' => {
            let rest = rest.trim_start_matches(blank);
            let (number, after, rank) = match numeral(rest) {
                Some((number, after)) => (number, after, 2),
                None => {
                    let (number, after) = digits(rest)?;
                    (number, after, 4)
                }
            };
            found(rank, number, after.trim_start_matches(blank).strip_prefix(['）', ')'])?)
        }
        '①'..='⑳' => found(5, u32::from(first) - 0x245f, rest),
        _ => {
            if let Some((number, after)) = numeral(text) {
                return found(1, number, after.trim_start_matches(blank).strip_prefix(['、', '．', '.'])?);
            }
            let (number, after) = digits(text)?;
            let after = after.trim_start_matches(blank);
            let behind = after.strip_prefix(['.', '．', '、'])?;
            // 1.8万家 and 3.1是 are no headings; 1.1 is one of a rank that official documents do not have.
            if number > 999 || behind.starts_with(|c: char| c.is_ascii_digit()) {
                return None;
            }
            found(3, number, behind)
        }
    }
}

fn blank(c: char) -> bool {
    c.is_whitespace() || c == '\u{3000}'
}

/// Digits at the start, full-width ones as well.
fn digits(text: &str) -> Option<(u32, &str)> {
    let mut number = 0_u32;
    let mut end = 0;
    for (at, c) in text.char_indices().take(5) {
        let digit = match c {
            '0'..='9' => u32::from(c) - u32::from('0'),
            '０'..='９' => u32::from(c) - u32::from('０'),
            _ => break,
        };
        number = number * 10 + digit;
        end = at + c.len_utf8();
    }
    (end > 0).then(|| (number, &text[end..]))
}

/// A Chinese numeral up to 99 at the start.
pub(crate) fn numeral(text: &str) -> Option<(u32, &str)> {
    const DIGITS: &str = "零一二三四五六七八九";
    let mut number = 0;
    let mut ones = 0;
    let mut end = 0;
    for (at, c) in text.char_indices().take(4) {
        if c == '十' {
            number = if end == 0 { 10 } else { ones * 10 };
            ones = 0;
        } else if let Some(digit) = DIGITS.chars().position(|digit| digit == c) {
            ones = u32::try_from(digit).ok()?;
        } else {
            break;
        }
        end = at + c.len_utf8();
    }
    (end > 0).then(|| (number + ones, &text[end..]))
}

/// Whether a paragraph that begins so cannot be the rest of another.
pub(crate) fn begins_anew(text: &str) -> bool {
    const STARTS: [&str; 17] = [
        "附件",
        "附：",
        "附表",
        "附录",
        "——",
        "—",
        "●",
        "■",
        "◆",
        "抄送",
        "主送",
        "（此件",
        "牵头单位",
        "责任单位",
        "配合单位",
        "召集人",
        "副召集人",
    ];
    super::assignments::begins_with_label(text)
        || mark(text).is_some()
        || STARTS.iter().any(|start| text.starts_with(start))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_headings_are_told_from_figures() {
        for (text, expected) in [
            ("一、攻坚目标", Some((1, 1, "攻坚目标"))),
            ("十二、其他", Some((1, 12, "其他"))),
            ("二十、其他", Some((1, 20, "其他"))),
            ("（三）提质", Some((2, 3, "提质"))),
            ("(四) 宣传", Some((2, 4, "宣传"))),
            ("1. 推动", Some((3, 1, "推动"))),
            ("12．推动", Some((3, 12, "推动"))),
            ("3、推动", Some((3, 3, "推动"))),
            ("（20）推进", Some((4, 20, "推进"))),
            ("( 7 )推进", Some((4, 7, "推进"))),
            ("③推进", Some((5, 3, "推进"))),
            ("第二部分 任务", Some((0, 2, "任务"))),
            ("1.8万家企业", None),
            ("2025年全市", None),
            ("一批项目", None),
            ("（省教育厅）", None),
            ("", None),
        ] {
            let found = mark(text).map(|mark| (mark.rank, mark.number, &text[mark.length..]));
            assert_eq!(found, expected, "{text}");
        }
    }
}
