//! Words that forbid: 不能超过 is at most, 严禁…突破 as well, 不得低于 at least.

use std::sync::LazyLock;

use super::lexicon::{Lexicon, ending, starting};
use super::text::starts_with;
use crate::target::Comparator;

const WORDS: &str = include_str!("lexicon/cues/never.txt");

/// The characters of a word that forbids at the end of `text`.
pub(super) fn at_end(text: &[char]) -> Option<usize> {
    static NEVER: LazyLock<Lexicon<()>> = LazyLock::new(|| ending(WORDS));
    NEVER.at_end(text).map(|(length, ())| length)
}

/// The characters of a word that forbids all that follows (防止新增债务突破…); 防止返贫监测 is a name.
pub(super) fn leading(text: &[char]) -> Option<usize> {
    static NEVER: LazyLock<Lexicon<()>> = LazyLock::new(|| starting(WORDS));
    // 防止返贫, 不可移动文物, 不能自理老人.
    const NAMES: [&str; 5] = ["返贫", "移动", "再生", "抗力", "自理"];
    let (length, ()) = NEVER.at_start(text)?;
    let named = NAMES.iter().any(|word| starts_with(&text[length..], word));
    (length > 1 && length < text.len() && !named).then_some(length)
}

/// What is promised where a comparison is forbidden; `None` where nobody can say (不能约为).
pub(super) fn turned(comparator: Comparator) -> Option<Comparator> {
    match comparator {
        Comparator::Above => Some(Comparator::AtMost),
        Comparator::Below => Some(Comparator::AtLeast),
        Comparator::AtLeast => Some(Comparator::Below),
        Comparator::AtMost => Some(Comparator::Above),
        Comparator::Equal | Comparator::About | Comparator::Range => None,
    }
}
