//! What a day calls for, before any of it is written.

use std::collections::{BTreeMap, HashMap, HashSet};

use chrono::NaiveDate;

use crate::domain::episode::Turn;
use crate::domain::{Grade, LetterKind, Level};
use crate::letter::LetterLine;
use crate::store::rows::{EpisodeChange, EpisodeRow, LetterHead, LetterRow};
use crate::store::types::{CampaignId, EpisodeId, IndicatorId, LetterId, UnitId};

/// One indicator that a letter shall speak of.
#[derive(Clone)]
pub(super) struct Finding {
    /// The indicator.
    pub(super) indicator: IndicatorId,
    /// The others that promise the same, in the order of the plan: one matter has one line.
    pub(super) twins: Vec<IndicatorId>,
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
#[derive(Clone)]
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
        /// The last letter that asked for a report of an earlier period, which this one takes in.
        earlier: Option<LetterId>,
    },
}

/// One letter each. Ordered, so that two processes issue in the same order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Key {
    /// Campaign.
    pub(super) campaign: CampaignId,
    /// Addressee.
    pub(super) unit: UnitId,
    /// What the letter is for.
    pub(super) kind: LetterKind,
    /// The letter it must follow: of a lifting or a step of a ladder.
    pub(super) follows: Option<LetterId>,
    /// Which step of that letter's ladder it is.
    pub(super) step: Option<i32>,
}

impl Key {
    /// What a draft that waits is to become: a lifting or a step of a ladder is bound to the letter it follows, others are
    /// bound to none.
    pub(super) fn of_head(head: &LetterHead) -> Self {
        Self::of((head.campaign_id, head.unit_id), head.kind.0, (head.follows_id, head.ladder_step))
    }

    /// The same of the whole letter.
    pub(super) fn of_letter(row: &LetterRow) -> Self {
        Self::of((row.campaign_id, row.unit_id), row.kind.0, (row.follows_id, row.ladder_step))
    }

    fn of(
        (campaign, unit): (CampaignId, UnitId),
        kind: LetterKind,
        (follows, step): (Option<LetterId>, Option<i32>),
    ) -> Self {
        let bound = step.is_some() || kind == LetterKind::Lifting;
        Self { campaign, unit, kind, follows: follows.filter(|_| bound), step }
    }
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
    pub(super) silenced: Vec<IndicatorId>,
    /// Indicators whose letter is due and that nobody answers for.
    pub(super) unaddressed: Vec<IndicatorId>,
    /// Indicators judged.
    pub(super) assessed: usize,
    /// How the indicators stand that were asked about.
    pub(super) standings: HashMap<IndicatorId, Now>,
    /// The reports missing of indicators that were asked about.
    pub(super) missing: HashMap<IndicatorId, Finding>,
    /// Every verdict, where they were asked for.
    pub(super) grades: Vec<(IndicatorId, Grade)>,
    /// Indicators that letters issued today speak of.
    pub(super) spoken: HashSet<IndicatorId>,
}

impl Finding {
    /// The episode it is about, where that was there before.
    pub(super) fn episode(&self) -> Option<EpisodeId> {
        match &self.about {
            About::Continued(change) => Some(change.before.id),
            About::Opened(_) | About::Report { .. } => None,
        }
    }
}

/// How an indicator stands, as of the day of the plan.
#[derive(Clone)]
pub(super) struct Now {
    /// What becomes of its episode.
    pub(super) turn: Turn,
    /// Its grade.
    pub(super) grade: Grade,
    /// End of the period judged.
    pub(super) period_end: Option<NaiveDate>,
    /// Last day of its window.
    pub(super) window_end: NaiveDate,
    /// What a letter would say of it.
    pub(super) line: LetterLine,
    /// Those that promise the same.
    pub(super) twins: Vec<IndicatorId>,
}

/// What a plan is asked besides what a day calls for.
#[derive(Default)]
pub(super) struct Wanted {
    /// Only of these campaigns; `None` for all.
    pub(super) campaigns: Option<Vec<CampaignId>>,
    /// Of which indicators the standing and the missing report are wanted.
    pub(super) standing_of: HashSet<IndicatorId>,
    /// Whether every grade is wanted.
    pub(super) grades: bool,
    /// Whether letters are called for though one of today speaks of the same: a person signs them.
    pub(super) again_today: bool,
    /// Letters that are about to be taken back: what they spoke of is judged as if nobody had written about it.
    pub(super) taken_back: Vec<LetterId>,
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
        self.standings.extend(other.standings);
        self.missing.extend(other.missing);
        self.grades.extend(other.grades);
    }
}

/// Whether there is anything to write but the time.
pub(super) fn changed(change: &EpisodeChange) -> bool {
    EpisodeRow { updated_at: change.before.updated_at, ..change.after.clone() } != change.before
}
