//! The body of a letter between wording and layout: paragraphs, headings, emphasis.

use serde::Serialize;

/// One paragraph of the body.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub(super) struct Block {
    /// How it is laid out.
    pub(super) kind: BlockKind,
    /// The opening words of a numbered item, `（一）查明原因。`; empty otherwise. They come before `runs`.
    pub(super) lead: String,
    /// Its text in stretches of equal emphasis; empty for a place.
    pub(super) runs: Vec<Run>,
}

/// How a paragraph is laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum BlockKind {
    /// A line starting with `# `.
    Heading,
    /// Any other line.
    Paragraph,
    /// The line `[[reply]]`: where forms that can carry a link put it.
    Reply,
    /// The line `[[contact]]`: whom to ask stands below the date, as a note (附注), and not in the text.
    Contact,
}

/// A stretch of text.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub(super) struct Run {
    pub(super) text: String,
    pub(super) strong: bool,
}

/// Reads a filled `body.txt`: one paragraph a line, blank lines ignored, `**…**` is strong.
pub(super) fn parse(text: &str) -> Vec<Block> {
    text.lines().map(str::trim).filter(|line| !line.is_empty()).map(block).collect()
}

fn block(line: &str) -> Block {
    let place = match line {
        "[[reply]]" => Some(BlockKind::Reply),
        "[[contact]]" => Some(BlockKind::Contact),
        _ => None,
    };
    if let Some(kind) = place {
        return Block { kind, lead: String::new(), runs: Vec::new() };
    }
    let (kind, line) = match line.strip_prefix("# ") {
        Some(heading) => (BlockKind::Heading, heading.trim_start()),
        None => (BlockKind::Paragraph, line),
    };
    let (lead, line) = lead(line);
    let runs = line
        .split("**")
        .enumerate()
        .map(|(index, text)| Run { text: text.to_owned(), strong: index % 2 == 1 })
        .filter(|run| !run.text.is_empty())
        .collect();
    Block { kind, lead: lead.to_owned(), runs }
}

/// Splits `（一）查明原因。对照…` after the first sentence: second-level headings run into their paragraph.
fn lead(line: &str) -> (&str, &str) {
    let numbered =
        line.strip_prefix('（').and_then(|rest| rest.split_once('）')).is_some_and(|(number, _)| {
            !number.is_empty() && number.chars().all(|c| "一二三四五六七八九十".contains(c))
        });
    match line.find('。') {
        Some(at) if numbered => line.split_at(at + '。'.len_utf8()),
        _ => ("", line),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_become_blocks() {
        let blocks = parse("# 一、情况\n\n  请于**3日**前反馈。  \n[[reply]]\n**\n[[contact]]\n");
        let kinds: Vec<_> = blocks.iter().map(|block| block.kind).collect();
        assert_eq!(
            kinds,
            [
                BlockKind::Heading,
                BlockKind::Paragraph,
                BlockKind::Reply,
                BlockKind::Paragraph,
                BlockKind::Contact
            ]
        );
        let runs: Vec<_> = blocks[1].runs.iter().map(|run| (run.text.as_str(), run.strong)).collect();
        assert_eq!(runs, [("请于", false), ("3日", true), ("前反馈。", false)]);
        let item = &parse("（十一）查明原因。对照目标。")[0];
        assert_eq!((item.lead.as_str(), item.runs[0].text.as_str()), ("（十一）查明原因。", "对照目标。"));
        assert_eq!(parse("（含本级）查明原因。对照目标。")[0].lead, "");
        assert!(blocks[3].runs.is_empty(), "a lone mark is no text");
    }
}
