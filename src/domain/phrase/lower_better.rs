//! Of what less is better, and what is done about it: 隐性债务 is to fall, 化解隐性债务 to be much.

use std::sync::LazyLock;

use super::lexicon::{Lexicon, ending, starting};
use super::parsed::Direction;
use super::text::starts_with;

/// Names of which less is better, whatever the verb.
static LOWER: LazyLock<Lexicon<()>> = LazyLock::new(|| starting(include_str!("lexicon/classify/lower.txt")));

/// What is made against something bad: more of it is better.
static SAFEGUARDS: LazyLock<Lexicon<()>> =
    LazyLock::new(|| ending(include_str!("lexicon/classify/safeguards.txt")));

/// Verbs of getting rid of what they speak of, of setting it right, or of helping those it befell.
static UNDOING: LazyLock<Lexicon<()>> =
    LazyLock::new(|| starting(include_str!("lexicon/classify/undoing.txt")));

/// Names that end so tell how much of something bad is gone: more is better.
static UNDONE: LazyLock<Lexicon<()>> = LazyLock::new(|| ending(include_str!("lexicon/classify/undone.txt")));

/// Whether less of what is named is better.
pub(super) fn is_lower_better(name: &[char]) -> bool {
    LOWER.is_within(name) && !UNDONE.ends(name) && !SAFEGUARDS.ends(name)
}

/// Whether a name says what is done about something bad: 化解隐性债务, 隐性债务化解, 救助受灾群众. How much of it is done
/// is promised, so that more is better; 待化解债务 is what is left.
pub(super) fn is_undoing(name: &[char]) -> bool {
    static LEFT: LazyLock<Lexicon<()>> =
        LazyLock::new(|| ending(include_str!("lexicon/classify/left_to_do.txt")));
    let Some((at, ..)) = UNDOING.anywhere(name) else { return false };
    static THINGS: LazyLock<Lexicon<()>> =
        LazyLock::new(|| ending(include_str!("lexicon/classify/undoing_things.txt")));
    // 处置能力 is a thing.
    !LEFT.ends(&name[..at]) && !THINGS.ends(name)
}

/// Whether a name starts with such a verb.
pub(super) fn opens_undoing(name: &[char]) -> bool {
    UNDOING.opens(name) && is_undoing(name)
}

/// Which way of a name is the better one.
pub(super) fn better(name: &[char]) -> Direction {
    if is_lower_better(name) { Direction::Down } else { Direction::Up }
}

/// What there is to be, of a name that starts with a verb of having: 拥有执业医师, 保有耕地.
pub(super) fn owned(name: &[char]) -> Option<&[char]> {
    let verb = ["拥有", "保有", "共有", "现有"].iter().find(|word| starts_with(name, word))?;
    let rest = &name[verb.chars().count()..];
    // 保有量 is a name.
    (rest.len() > 1 && !matches!(rest[0], '量' | '率' | '面')).then_some(rest)
}
