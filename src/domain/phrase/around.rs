//! What an item is read with: the words around its numbers, and what the clauses before it left to be said.

use super::cues::Cues;
use crate::target::Kind;

/// What a later clause may leave unsaid.
#[derive(Debug, Default)]
pub(super) struct Carried {
    pub(super) subject: Vec<char>,
    pub(super) kind: Option<Kind>,
    /// The names of the promises so far: 分别增长15%、18% may speak of the last two.
    pub(super) names: Vec<Vec<char>>,
    /// An earlier name of this clause counts by head.
    pub(super) dense: bool,
    /// 力争 spoken once for several promises joined by 、.
    pub(super) modal: Option<String>,
    /// 力争 of a clause that only says when (力争用3年时间): it holds for the next one.
    pub(super) ahead: Option<String>,
    /// The kind of the promise before this one in the clause.
    pub(super) row: Option<Kind>,
}

/// What stands around the numbers of an item.
pub(super) struct Around<'a> {
    pub(super) cues: Cues,
    /// The words before the numbers without leads and cues.
    pub(super) subject: &'a [char],
    /// The words before the numbers without leads.
    pub(super) before: &'a [char],
    /// The noun after the numbers.
    pub(super) right: &'a [char],
    pub(super) hedges: Vec<String>,
    /// A verb that makes things was passed over before the subject.
    pub(super) made: bool,
}
