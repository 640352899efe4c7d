//! Movements without a number: which of them the figures show, and which a person must judge.
//!
//! A trend needs a measure that goes up or down. 增长 and 下降 say so by themselves; 提高 and 改善 only with a word of course
//! (持续, 稳步) and a subject that is measured (城镇化率稳步提高); 增强 and 优化, and 明显 or 更加 before 改善, never do.

use std::sync::LazyLock;

use super::lexicon::Lexicon;
use super::name::{self, is_joint};
use super::text::ends_with;

/// How surely a verb is about a figure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Motion {
    /// 增长, 下降, 稳中有降: only a figure does that.
    Moves,
    /// 提高, 改善: figures do, and so does much that has none.
    MayMove,
    /// 稳定, 止跌回稳: as `MayMove`, and needs no word of course.
    Steadies,
    /// 增强, 优化.
    Judged,
}

/// Names of figures by their last word; `false` where the word only ends alike (效率, 质量).
static MEASURED: LazyLock<Lexicon<bool>> = LazyLock::new(|| {
    Lexicon::ending([
        (include_str!("lexicon/movement/figures.txt"), true),
        (include_str!("lexicon/movement/alike.txt"), false),
    ])
});

/// Whether a name is that of a figure.
pub(super) fn is_measured(name: &[char]) -> bool {
    matches!(MEASURED.at_end(name::tidy(name)), Some((_, true)))
}

/// Whether a name is that of a place in a ranking.
pub(super) fn is_ranking(name: &[char]) -> bool {
    ["排名", "位次", "名次", "排位", "座次"].iter().any(|word| ends_with(name, word))
}

/// Whether `name` moving so is a trend. `course`: 持续, 稳步 stood before the verb.
pub(super) fn is_trend(name: &[char], motion: Motion, course: bool) -> bool {
    match motion {
        Motion::Moves => true,
        Motion::MayMove => course && is_measured(name),
        Motion::Steadies => is_measured(name),
        Motion::Judged => false,
    }
}

/// The members of a joint subject (事故起数和死亡人数持续下降), cut as before a rate; one where it is not joint.
pub(super) fn subjects(name: &[char]) -> Vec<Vec<char>> {
    let members = name::members(name);
    if members.len() > 1 && is_joint(name, &members) { members } else { vec![name.to_vec()] }
}
