//! What a day calls for, before any of it is written.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use crate::domain::{Grade, LetterKind, Level};
use crate::letter::LetterLine;
use crate::store::rows::{EpisodeChange, EpisodeRow};
use crate::store::types::Id;

/// One indicator that a letter shall speak of.
pub(super) struct Finding {
    /// The indicator.
    pub(super) indicator: Id,
    /// Its grade.
    pub(super) grade: Grade,
    /// Level of its episode, where the letter is about one.
    pub(super) level: Option<Level>,
    /// End of the period the letter speaks of.
    pub(super) period_end: Option<NaiveDate>,
    /// What the letter says; number and names are filled in later.
    pub(super) line: LetterLine,
    /// What is written besides.
    pub(super) about: About,
}

/// What a finding is about.
pub(super) enum About {
    /// An episode that opens.
    Opened(Box<EpisodeRow>),
    /// An episode that was there before; nothing is written of it when both sides are equal.
    Continued(Box<EpisodeChange>),
    /// A missed report.
    Report {
        /// End of its period.
        period_end: NaiveDate,
        /// Whether an earlier letter asked for it.
        repeated: bool,
    },
}

/// One letter each. Ordered, so that two processes issue in the same order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Key {
    /// Campaign.
    pub(super) campaign: Id,
    /// Addressee.
    pub(super) unit: Id,
    /// What the letter is for.
    pub(super) kind: LetterKind,
    /// The letter it must follow: of a lifting or a step of a ladder.
    pub(super) follows: Option<Id>,
    /// Which step of that letter's ladder it is.
    pub(super) step: Option<i32>,
}

/// What a day calls for.
#[derive(Default)]
pub(super) struct Plan {
    /// Findings by letter.
    pub(super) letters: BTreeMap<Key, Vec<Finding>>,
    /// Episodes that open without a letter: silenced, or nobody answers.
    pub(super) opened: Vec<EpisodeRow>,
    /// Episodes that change without a letter.
    pub(super) changed: Vec<EpisodeChange>,
    /// How many have recovered and are watched from now on.
    pub(super) recovered: usize,
    /// How many are over.
    pub(super) lifted: usize,
    /// Indicators whose letter is due and silenced.
    pub(super) silenced: Vec<Id>,
    /// Indicators whose letter is due and that nobody answers for.
    pub(super) unaddressed: Vec<Id>,
    /// Indicators judged.
    pub(super) assessed: usize,
}

impl Plan {
    /// Takes over what another plan calls for.
    pub(super) fn add(&mut self, other: Self) {
        for (key, findings) in other.letters {
            self.letters.entry(key).or_default().extend(findings);
        }
        self.opened.extend(other.opened);
        self.changed.extend(other.changed);
        self.recovered += other.recovered;
        self.lifted += other.lifted;
        self.silenced.extend(other.silenced);
        self.unaddressed.extend(other.unaddressed);
        self.assessed += other.assessed;
    }
}

/// Whether there is anything to write but the time.
pub(super) fn changed(change: &EpisodeChange) -> bool {
    EpisodeRow { updated_at: change.before.updated_at, ..change.after.clone() } != change.before
}
