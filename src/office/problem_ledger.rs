//! 问题台账 as people read it: each problem with how its indicator stands, what its unit answered, and what was done.

use std::collections::{BTreeSet, HashMap};

use chrono::NaiveDate;

use super::warnings::line;
use super::{Office, Refusal};
use crate::clock::{end_of, office_zone};
use crate::domain::reply::ReviewVerdict;
use crate::domain::{Grade, ProblemDeed, ProblemLevel, ProblemState};
use crate::evidence::{Comparisons, gather};
use crate::store::rows::{ListedProblem, ProblemEntryRow, ProblemFilter, WholeReply};
use crate::store::types::{EpisodeId, IndicatorId, LetterId, UnitId};

/// How the indicator of a problem stands, in the words of letters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SpokenFigures {
    /// 目标: 增长5.5%以上.
    pub target: String,
    /// 实际: 累计增长2.5%; empty where nothing was reported.
    pub actual: String,
    /// 差距; empty where there is nothing to compare.
    pub gap: String,
    /// Of which data: 2025年1—7月数据; empty where nothing was reported.
    pub data_of: String,
    /// Its grade.
    pub grade: Grade,
}

/// A problem with all that the ledger tells of it.
#[derive(Debug, Clone)]
pub struct TrackedProblem {
    /// The problem and what was done.
    pub listed: ListedProblem,
    /// How its indicator stands on the day; `None` without one.
    pub figures: Option<SpokenFigures>,
    /// The reply that was accepted last to a letter about its episode, or the latest where none was.
    pub answer: Option<WholeReply>,
    /// The day it is looked at.
    pub as_of: NaiveDate,
}

impl TrackedProblem {
    /// Whether its last day is over and it is not.
    pub fn is_overdue(&self) -> bool {
        self.days_overdue() > 0
    }

    /// Days since its last day; 0 where it is not overdue.
    pub fn days_overdue(&self) -> i64 {
        let late = (self.as_of - self.listed.row.due_on).num_days();
        if self.listed.row.state.0.is_over() { 0 } else { late.max(0) }
    }

    /// Whether its indicator is red.
    pub fn is_red(&self) -> bool {
        let red =
            self.figures.as_ref().is_some_and(|figures| crate::domain::problem::RED.contains(&figures.grade));
        red && !self.listed.row.state.0.is_over()
    }

    /// The last thing of this kind that was done since the problem came up last.
    pub fn last(&self, kind: ProblemDeed) -> Option<&ProblemEntryRow> {
        self.since().rev().find(|entry| entry.kind == kind)
    }

    /// What was done since the problem came up last.
    fn since(&self) -> impl DoubleEndedIterator<Item = &ProblemEntryRow> {
        let entries = &self.listed.entries;
        let from = entries.iter().rposition(|(entry, _)| entry.kind == ProblemDeed::Reopened).unwrap_or(0);
        entries.iter().skip(from).map(|(entry, _)| entry)
    }

    /// 原因: what the unit says of it here, or in its reply.
    pub fn cause(&self) -> Option<&str> {
        let said = self.since().rev().find_map(|entry| entry.cause.as_deref());
        said.or_else(|| self.answer.as_ref().map(|answer| answer.reply.cause.as_str()))
    }

    /// 措施: of the reply, each with its day, then those written here.
    pub fn measures(&self) -> Vec<String> {
        let promised = self.answer.iter().flat_map(|answer| &answer.remedies);
        let promised = promised.map(|remedy| format!("{}（{}前）", remedy.action, remedy.due_on));
        let here = self.since().filter(|entry| entry.kind == ProblemDeed::Measure);
        promised.chain(here.filter_map(|entry| entry.text.clone())).collect()
    }

    /// 责任人及电话: who answers for it, as stated with the last measure, or in the reply.
    pub fn contact(&self) -> Option<(&str, Option<&str>)> {
        let named = self
            .last(ProblemDeed::Measure)
            .and_then(|entry| Some((entry.person.as_deref()?, entry.phone.as_deref())));
        named.or_else(|| {
            self.answer
                .as_ref()
                .map(|answer| (answer.reply.person.as_str(), Some(answer.reply.phone.as_str())))
        })
    }

    /// 进展: the latest, with its day.
    pub fn progress(&self) -> Option<(NaiveDate, &str)> {
        let last = self.last(ProblemDeed::Progress)?;
        Some((day_of(last), last.text.as_deref()?))
    }

    /// The day it was taken off the ledger, where it is.
    pub fn closed_on(&self) -> Option<NaiveDate> {
        let closed = self.last(ProblemDeed::Closed).filter(|_| self.listed.row.state == ProblemState::Closed);
        closed.map(day_of)
    }

    /// Whether this unit may read what the unit that leads said of it; `None`: the office.
    pub fn is_told_to(&self, unit: Option<UnitId>) -> bool {
        unit.is_none_or(|unit| unit == self.listed.row.unit_id)
    }
}

/// The day of an entry in the office.
pub fn day_of(entry: &ProblemEntryRow) -> NaiveDate {
    entry.created_at.and_utc().with_timezone(&office_zone()).date_naive()
}

/// These problems with all that the ledger tells of them on a day.
///
/// # Errors
/// The wording; those of the database.
pub async fn tracked(
    office: &Office,
    listed: Vec<ListedProblem>,
    as_of: NaiveDate,
) -> Result<Vec<TrackedProblem>, Refusal> {
    let figures = figures(office, &listed, as_of).await?;
    let answers = answers(office, &listed, as_of).await?;
    let of = |listed: ListedProblem| TrackedProblem {
        figures: listed.row.indicator_id.and_then(|id| figures.get(&id).cloned()),
        answer: listed.row.episode_id.and_then(|id| answers.get(&id).cloned()),
        listed,
        as_of,
    };
    Ok(listed.into_iter().map(of).collect())
}

async fn figures(
    office: &Office,
    listed: &[ListedProblem],
    as_of: NaiveDate,
) -> Result<HashMap<IndicatorId, SpokenFigures>, Refusal> {
    let ids: BTreeSet<IndicatorId> = listed.iter().filter_map(|one| one.row.indicator_id).collect();
    let ids: Vec<IndicatorId> = ids.into_iter().collect();
    let evidence = gather::evidence_of(&office.read, &office.calendar, &ids, as_of, Comparisons::All).await?;
    let mut figures = HashMap::with_capacity(evidence.len());
    for one in evidence {
        let assessment = one.grounds.judge(as_of);
        let line = line(&one, &assessment, as_of, 0);
        let said = office.letters.templates.said_of(&line)?;
        let spoken = SpokenFigures {
            target: line.target_text,
            actual: said.reached,
            gap: said.gap,
            data_of: said.data_of,
            grade: assessment.grade,
        };
        figures.insert(one.row.id, spoken);
    }
    Ok(figures)
}

/// What counts as the answer of each episode at the end of a day.
async fn answers(
    office: &Office,
    listed: &[ListedProblem],
    as_of: NaiveDate,
) -> Result<HashMap<EpisodeId, WholeReply>, Refusal> {
    let episodes: BTreeSet<EpisodeId> = listed.iter().filter_map(|one| one.row.episode_id).collect();
    let episodes: Vec<EpisodeId> = episodes.into_iter().collect();
    let letters = office.read.list_episode_letters(&episodes, as_of, office.is_pilot()).await?;
    let ids: BTreeSet<LetterId> = letters.iter().map(|letter| letter.letter_id).collect();
    let ids: Vec<LetterId> = ids.into_iter().collect();
    let mut replies = Vec::new();
    for chunk in ids.chunks(1_000) {
        replies.extend(office.read.list_replies_to(chunk).await?);
    }
    let end = end_of(as_of);
    replies.retain(|one| one.reply.created_at < end);
    replies.sort_by_key(|one| (one.reply.created_at, one.reply.ordinal));
    let accepted = |one: &&WholeReply| {
        one.review
            .as_ref()
            .is_some_and(|(review, _)| review.verdict == ReviewVerdict::Accepted && review.created_at < end)
    };
    let mut answers = HashMap::new();
    for episode in episodes {
        let about: BTreeSet<LetterId> = letters
            .iter()
            .filter(|letter| letter.episode_id == episode)
            .map(|letter| letter.letter_id)
            .collect();
        let own = || replies.iter().rev().filter(|one| about.contains(&one.reply.letter_id));
        if let Some(answer) = own().find(accepted).or_else(|| own().next()) {
            answers.insert(episode, answer.clone());
        }
    }
    Ok(answers)
}

/// How many problems stood where.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ProblemCounts {
    /// All that were entered and not withdrawn.
    pub problems: usize,
    /// Of these: those that were assigned.
    pub assigned: usize,
    /// Of these: those whose unit applied for 销号 and waits.
    pub applied: usize,
    /// Of these: those that are off the ledger.
    pub closed: usize,
    /// Of those that are not: overdue ones.
    pub overdue: usize,
    /// Of all: those that came back.
    pub repeated: usize,
}

impl ProblemCounts {
    fn add(&mut self, state: ProblemState, overdue: bool, repeats: i32) {
        self.problems += 1;
        self.assigned += usize::from(state != ProblemState::Open);
        self.applied += usize::from(state == ProblemState::Applied);
        self.closed += usize::from(state == ProblemState::Closed);
        self.overdue += usize::from(overdue);
        self.repeated += usize::from(repeats > 0);
    }
}

/// How many problems of each level stood where at the end of the filter's day: all, and level by level.
///
/// # Errors
/// When the database fails.
pub async fn count_problems(
    office: &Office,
    filter: &ProblemFilter,
) -> Result<(ProblemCounts, [(ProblemLevel, ProblemCounts); 3]), Refusal> {
    let levels = [ProblemLevel::Province, ProblemLevel::Municipal, ProblemLevel::County];
    let mut total = ProblemCounts::default();
    let mut by_level = levels.map(|level| (level, ProblemCounts::default()));
    for row in office.read.list_problem_standings(filter).await? {
        if row.state == ProblemState::Withdrawn {
            continue;
        }
        let overdue = !row.state.is_over() && row.due_on < filter.as_of;
        total.add(row.state, overdue, row.repeats);
        for (_, counts) in by_level.iter_mut().filter(|(level, _)| *level == row.level) {
            counts.add(row.state, overdue, row.repeats);
        }
    }
    Ok((total, by_level))
}
