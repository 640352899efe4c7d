//! Names of tasks: the heading that is run in before the text, or how a task without one begins.

use super::assignments::without_notes;
use super::marks::mark;
use super::outline::{Outline, Piece};
use super::sentences::{clauses, cut};

/// Longest heading that is run in, in characters.
const HEADING_MAX: usize = 40;

/// The first sentence, and whether text stands behind it.
fn first_sentence(text: &str) -> (&str, bool) {
    let parts = cut(text, |c| matches!(c, '。' | '；' | '！' | '？'));
    let first = parts.first().copied().unwrap_or_default();
    let behind = !text[first.len()..].trim().is_empty();
    (first.trim_end_matches(['。', '；', '！', '？', ' ']), behind)
}

/// Whether a paragraph begins with a heading: a short first sentence with text behind it.
fn has_heading(piece: &Piece) -> bool {
    let (text, _) = without_notes(&piece.text);
    let (first, behind) = first_sentence(&text);
    behind && first.chars().count() <= HEADING_MAX
}

/// The names of `nodes`, which are siblings: whether they have headings is the same for all.
pub(super) fn names(outline: &Outline<'_>, nodes: &[usize]) -> Vec<(usize, String)> {
    let first = |node: usize| &outline.nodes[node].pieces[0];
    let run_in = nodes.iter().filter(|node| has_heading(first(**node))).count();
    let single = nodes.iter().filter(|node| {
        let (text, _) = without_notes(&first(**node).text);
        let (sentence, behind) = first_sentence(&text);
        behind && sentence.chars().count() > HEADING_MAX || !behind && sentence.contains('，')
    });
    let headed = run_in > single.count();
    nodes.iter().map(|&node| (node, name(first(node), headed))).collect()
}

fn name(piece: &Piece, headed: bool) -> String {
    let (text, _) = without_notes(&piece.text);
    if piece.bold > 0 {
        let bold: String = piece.text.chars().take(piece.bold).collect();
        let bold = without_notes(&bold).0;
        let bold = bold.trim().trim_end_matches(['。', '：', ':', '；', '.', '，']);
        if !bold.is_empty() && bold.chars().count() <= HEADING_MAX * 2 {
            return bold.to_owned();
        }
    }
    let (sentence, behind) = first_sentence(&text);
    // …，（1）建成…: the steps are no part of it.
    let step =
        clauses(sentence).iter().skip(1).position(|clause| mark(clause).is_some_and(|mark| mark.rank >= 4));
    let parts = clauses(sentence);
    let sentence = match step {
        Some(at) => &sentence[..parts[..=at].iter().map(|part| part.len()).sum()],
        None => sentence,
    };
    let sentence = sentence.trim_end_matches(['，', '：', ':', ' ']);
    // 稳投资：全年…: a heading before a colon.
    if let Some((before, _)) = sentence.split_once(['：', ':'])
        && before.chars().count() <= HEADING_MAX / 2
        && !before.contains('，')
    {
        return before.trim().to_owned();
    }
    let short = sentence.chars().count() <= HEADING_MAX;
    if short && (headed || !behind && !sentence.contains('，')) {
        return sentence.trim().to_owned();
    }
    let first = clauses(sentence).first().copied().unwrap_or(sentence);
    first.trim().trim_end_matches(['，', ',', '：', ':']).trim().to_owned()
}
