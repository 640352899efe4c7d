//! Automatic numbers, written out as they are printed: 一、 （二） 3. ④.

use std::collections::HashMap;

use roxmltree::Node;

use super::markup::{attribute, child, value};

/// Levels of a list (ECMA-376 part 1, 17.9.6).
const LEVELS: usize = 9;

#[derive(Debug, Clone, Default)]
struct Level {
    start: u32,
    format: String,
    text: String,
    /// The style that puts a paragraph on this level.
    style: Option<String>,
}

/// The lists of a document, and how far each has counted.
#[derive(Debug, Default)]
pub(super) struct Numbering {
    abstracts: HashMap<String, Vec<Level>>,
    /// Which abstract list a list is, with levels it starts afresh.
    lists: HashMap<String, (String, Vec<(usize, u32)>)>,
    counts: HashMap<String, [Option<u32>; LEVELS]>,
    /// Lists that have counted before, so that their own starts are taken once.
    begun: HashMap<String, ()>,
}

impl Numbering {
    /// Reads `numbering.xml`.
    pub(super) fn of(root: Node<'_, '_>) -> Self {
        let mut numbering = Self::default();
        for node in root.children() {
            match node.tag_name().name() {
                "abstractNum" => {
                    let id = attribute(node, "abstractNumId").unwrap_or_default();
                    let mut levels = vec![Level::default(); LEVELS];
                    for level in node.children().filter(|node| node.tag_name().name() == "lvl") {
                        let (at, read) = level_of(level);
                        if let Some(slot) = levels.get_mut(at) {
                            *slot = read;
                        }
                    }
                    numbering.abstracts.insert(id.to_owned(), levels);
                }
                "num" => {
                    let Some(id) = attribute(node, "numId") else { continue };
                    let list = value(node, "abstractNumId").unwrap_or_default().to_owned();
                    let overrides = node.children().filter(|node| node.tag_name().name() == "lvlOverride");
                    let starts = overrides
                        .filter_map(|node| {
                            let level = attribute(node, "ilvl")?.parse().ok()?;
                            Some((level, value(node, "startOverride")?.parse().ok()?))
                        })
                        .collect();
                    numbering.lists.insert(id.to_owned(), (list, starts));
                }
                _ => {}
            }
        }
        numbering
    }

    /// The number of the next paragraph of a list, as printed; empty where it has a bullet or none.
    pub(super) fn next(&mut self, list: &str, level: Option<usize>, style: Option<&str>) -> String {
        let Some((id, starts)) = self.lists.get(list) else {
            return String::new();
        };
        let Some(levels) = self.abstracts.get(id) else {
            return String::new();
        };
        let of_style =
            || levels.iter().position(|level| level.style.is_some() && level.style.as_deref() == style);
        let at = level.or_else(of_style).unwrap_or(0).min(LEVELS - 1);
        let counts = self.counts.entry(id.clone()).or_default();
        if self.begun.insert(list.to_owned(), ()).is_none() {
            for (level, start) in starts {
                if let Some(count) = counts.get_mut(*level) {
                    *count = start.checked_sub(1);
                }
            }
        }
        counts[at] = Some(counts[at].map_or(levels[at].start, |count| count.saturating_add(1)));
        counts[at + 1..].fill(None);
        let mut out = String::new();
        let mut text = levels[at].text.chars();
        while let Some(c) = text.next() {
            if c != '%' {
                out.push(c);
                continue;
            }
            let Some(digit) = text.next().and_then(|c| c.to_digit(10)).filter(|d| (1..=9).contains(d)) else {
                continue;
            };
            let of = digit as usize - 1;
            let count = counts[of].unwrap_or(levels[of].start);
            out.push_str(&printed(count, &levels[of].format));
        }
        if matches!(levels[at].format.as_str(), "bullet" | "none") { String::new() } else { out }
    }
}

fn level_of(level: Node<'_, '_>) -> (usize, Level) {
    let at = attribute(level, "ilvl").and_then(|at| at.parse().ok()).unwrap_or(0);
    let read = Level {
        start: value(level, "start").and_then(|start| start.parse().ok()).unwrap_or(1),
        format: value(level, "numFmt").unwrap_or("decimal").to_owned(),
        text: child(level, "lvlText").and_then(|text| attribute(text, "val")).unwrap_or_default().to_owned(),
        style: value(level, "pStyle").map(str::to_owned),
    };
    (at, read)
}

/// A count in a format of 17.18.59; formats that no Chinese document uses are printed in digits.
fn printed(count: u32, format: &str) -> String {
    match format {
        "chineseCounting"
        | "chineseCountingThousand"
        | "chineseLegalSimplified"
        | "ideographDigital"
        | "japaneseCounting"
        | "taiwaneseCounting"
        | "taiwaneseCountingThousand" => chinese(count),
        "decimalEnclosedCircle" | "decimalEnclosedCircleChinese" if (1..=20).contains(&count) => {
            char::from_u32(0x245f + count).map(String::from).unwrap_or_default()
        }
        "upperLetter" => letter(count, b'A'),
        "lowerLetter" => letter(count, b'a'),
        "none" => String::new(),
        _ => count.to_string(),
    }
}

fn letter(count: u32, first: u8) -> String {
    let index = count.saturating_sub(1) % 26;
    char::from(first + u8::try_from(index).unwrap_or(0)).to_string()
}

/// 1 to 999 in Chinese; larger ones in digits.
fn chinese(count: u32) -> String {
    const DIGITS: [&str; 10] = ["〇", "一", "二", "三", "四", "五", "六", "七", "八", "九"];
    let digit = |digit: u32| DIGITS[(digit % 10) as usize];
    match count {
        0..=9 => digit(count).to_owned(),
        10..=99 => {
            let tens = if count < 20 { "" } else { digit(count / 10) };
            let ones = if count.is_multiple_of(10) { "" } else { digit(count) };
            format!("{tens}十{ones}")
        }
        100..=999 => {
            let rest = count % 100;
            let tail = match rest {
                0 => String::new(),
                1..=9 => format!("零{}", digit(rest)),
                10..=19 => format!("一{}", chinese(rest)),
                _ => chinese(rest),
            };
            format!("{}百{tail}", digit(count / 100))
        }
        _ => count.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_printed_as_in_word() {
        for (count, format, expected) in [
            (1, "chineseCounting", "一"),
            (10, "chineseCountingThousand", "十"),
            (21, "japaneseCounting", "二十一"),
            (105, "chineseCounting", "一百零五"),
            (112, "chineseCounting", "一百一十二"),
            (3, "decimalEnclosedCircle", "③"),
            (3, "decimal", "3"),
            (2, "upperLetter", "B"),
            (0, "lowerLetter", "a"),
            (4_000_000_000, "chineseCounting", "4000000000"),
        ] {
            assert_eq!(printed(count, format), expected, "{count} {format}");
        }
    }
}
