//! Files that mean harm: nothing panics, and time and memory stay within bounds.

use std::time::{Duration, Instant};

use super::packing::{docx, docx_with, p, typed, zip};
use crate::Unreadable;
use crate::document::{self, Block, Document};
use crate::{plan, report};

/// Far above what any of these takes, far below what an unbounded one would.
const LIMIT: Duration = Duration::from_secs(60);

fn within(what: &str, bytes: &[u8]) -> Result<Document, Unreadable> {
    let start = Instant::now();
    let read = document::read(bytes);
    if let Ok(document) = &read {
        plan::read(document);
        report::read(document);
    }
    assert!(start.elapsed() < LIMIT, "{what} took {:?}", start.elapsed());
    read
}

#[test]
fn bombs_are_refused() {
    let huge = vec![b' '; 40 * 1024 * 1024];
    assert_eq!(within("zip bomb", &zip(&[("word/document.xml", &huge)])), Err(Unreadable::Bomb));
    let entities = br#"<!DOCTYPE a [<!ENTITY b "bbbbbbbbbb"><!ENTITY c "&b;&b;&b;&b;">]><a>&c;</a>"#;
    assert_eq!(within("entities", &zip(&[("word/document.xml", entities)])), Err(Unreadable::Damaged));
    let deep = format!("{}{}", "<w:sdt>".repeat(100_000), "</w:sdt>".repeat(100_000));
    assert_eq!(within("nesting", &docx(&deep)), Err(Unreadable::TooMany));
    let attributes = format!("<w:p>{}</w:p>", r#"<w:a w:b="x>y"/>"#.repeat(1_000)) + &p("正文。");
    assert!(within("> in attributes", &docx(&attributes)).is_ok());
    let rows = "<w:tr><w:tc><w:p/></w:tc></w:tr>".repeat(250_000);
    assert_eq!(within("rows", &docx(&format!("<w:tbl>{rows}</w:tbl>"))), Err(Unreadable::TooMany));
    let wide =
        r#"<w:tbl><w:tr><w:tc><w:tcPr><w:gridSpan w:val="999999999"/></w:tcPr><w:p/></w:tc></w:tr></w:tbl>"#;
    assert!(within("span", &docx(&wide.repeat(300))).is_err());
    let many: Vec<(String, Vec<u8>)> = (0..10_001).map(|at| (format!("word/a{at}"), Vec::new())).collect();
    let many: Vec<(&str, &[u8])> =
        many.iter().map(|(name, bytes)| (name.as_str(), bytes.as_slice())).collect();
    assert_eq!(within("entries", &zip(&many)), Err(Unreadable::Bomb));
    let lines = "a\n".repeat(300_000);
    assert_eq!(within("lines", lines.as_bytes()), Err(Unreadable::TooMany));
}

#[test]
fn merged_cells_do_not_multiply_text() {
    let long = "长".repeat(100_000);
    let row =
        |merge: &str, text: &str| format!("<w:tr><w:tc><w:tcPr>{merge}</w:tcPr>{}</w:tc></w:tr>", p(text));
    let mut body = row(r#"<w:vMerge w:val="restart"/>"#, &long);
    body.push_str(&row("<w:vMerge/>", "").repeat(10_000));
    assert_eq!(within("merged", &docx(&format!("<w:tbl>{body}</w:tbl>"))), Err(Unreadable::TooMany));
}

#[test]
fn long_and_open_texts_take_linear_time() {
    for piece in [
        "（",
        "“",
        "《（“",
        "（一）",
        "一、",
        "1.",
        "附件",
        "牵头单位：",
        "、",
        "增长5%、",
        "（省甲厅牵头，",
        "去年",
        "2024年",
        "以下简称（",
        "|",
        "1-7月",
        "长沙市、",
        "分别增长5%、",
        "比去年同期",
        "占全省的",
        "完成年度任务的",
        "增长",
        "青石县",
        "截至8月",
        "从投资完成率看，",
        "（1—10月）完成5亿元",
        "第一、二、",
        "居前3位",
        "最高的",
    ] {
        for joint in ["", "，", "。", "\n"] {
            let text = format!("一、任务\n1. 甲。{}", format!("{piece}{joint}").repeat(4_000));
            within(&format!("{piece:?} {joint:?}"), text.as_bytes()).ok();
        }
    }
    let names: String = (0..5_000).map(|at| format!("市第{at}局、")).collect();
    within("names", format!("1. 甲。（{names}牵头）").as_bytes()).unwrap();
    let names: String = (0..5_000).map(|at| format!("{at}. 甲。（市第{at}局牵头）\n")).collect();
    within("tasks", format!("一、任务\n{names}").as_bytes()).unwrap();
    let chain: String = (0..50_000)
        .map(|at| format!(r#"<w:style w:styleId="{at}"><w:basedOn w:val="{}"/></w:style>"#, at + 1))
        .collect();
    let styled = r#"<w:p><w:pPr><w:pStyle w:val="0"/></w:pPr><w:r><w:t>甲</w:t></w:r></w:p>"#.repeat(20_000);
    within("styles", &docx_with(&styled, &[("styles", &chain)])).unwrap();
}

/// A generator whose numbers are the same in every run (xorshift).
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, most: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % most.max(1) as u64).unwrap()
    }
}

#[test]
fn mutated_files_never_panic() {
    let text = include_str!("plans/province.txt");
    let report = include_str!("reports/livelihood_progress.txt");
    let mut numbers = Numbers(20_260_211);
    for seed in [typed(text), text.as_bytes().to_vec(), report.as_bytes().to_vec()] {
        for _ in 0..150 {
            let mut bytes = seed.clone();
            for _ in 0..=numbers.below(6) {
                let at = numbers.below(bytes.len());
                match numbers.below(3) {
                    0 => bytes[at] = u8::try_from(numbers.below(256)).unwrap(),
                    1 => bytes.truncate(at.max(1)),
                    _ => {
                        let end = (at + numbers.below(200)).min(bytes.len());
                        let piece = bytes[at..end].to_vec();
                        let to = numbers.below(bytes.len());
                        bytes.splice(to..to, piece);
                    }
                }
            }
            within("mutated", &bytes).ok();
        }
    }
    // Characters of a plan in any order, which are text whatever becomes of them.
    let chars: Vec<char> = text.chars().collect();
    for _ in 0..60 {
        let mut mixed: Vec<char> = chars.clone();
        for _ in 0..numbers.below(300) {
            let (a, b) = (numbers.below(mixed.len()), numbers.below(mixed.len()));
            mixed.swap(a, b);
        }
        let mixed: String = mixed.into_iter().collect();
        within("mixed", mixed.as_bytes()).unwrap();
        let word = within("mixed in Word", &typed(&mixed.replace(['<', '&'], ""))).unwrap();
        assert!(word.blocks.iter().any(|block| matches!(block, Block::Passage(_))));
    }
}
