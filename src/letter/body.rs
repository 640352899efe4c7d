//! The body of a letter between wording and layout: paragraphs, headings, emphasis.

use serde::Serialize;

/// One paragraph of the body.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub(super) struct Block {
    /// How it is laid out.
    pub(super) kind: BlockKind,
    /// Its text in stretches of equal emphasis; empty for a reply place.
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
    if line == "[[reply]]" {
        return Block { kind: BlockKind::Reply, runs: Vec::new() };
    }
    let (kind, line) = match line.strip_prefix("# ") {
        Some(heading) => (BlockKind::Heading, heading.trim_start()),
        None => (BlockKind::Paragraph, line),
    };
    let runs = line
        .split("**")
        .enumerate()
        .map(|(index, text)| Run { text: text.to_owned(), strong: index % 2 == 1 })
        .filter(|run| !run.text.is_empty())
        .collect();
    Block { kind, runs }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_become_blocks() {
        let blocks = parse("# 一、情况\n\n  请于**3日**前反馈。  \n[[reply]]\n**\n");
        let kinds: Vec<_> = blocks.iter().map(|block| block.kind).collect();
        assert_eq!(kinds, [BlockKind::Heading, BlockKind::Paragraph, BlockKind::Reply, BlockKind::Paragraph]);
        let runs: Vec<_> = blocks[1].runs.iter().map(|run| (run.text.as_str(), run.strong)).collect();
        assert_eq!(runs, [("请于", false), ("3日", true), ("前反馈。", false)]);
        assert!(blocks[3].runs.is_empty(), "a lone mark is no text");
    }
}
