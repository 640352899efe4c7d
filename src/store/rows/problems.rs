//! 问题台账: problems, and what was done about each.

use chrono::{NaiveDate, NaiveDateTime};
use diesel::prelude::{AsChangeset, Insertable, Queryable, Selectable};
use serde::Serialize;

use crate::schema::{problem_entries, problems};
use crate::types::{
    ApiKeyId, CampaignId, EpisodeId, IndicatorId, LetterId, Listed, ProblemEntryId, ProblemId, TaskId, UnitId,
};
use xushi_domain::{Grade, ProblemDeed, ProblemLevel, ProblemSource, ProblemState};

/// A problem as stored; a change writes the whole row.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable, AsChangeset, Serialize)]
#[diesel(table_name = problems, treat_none_as_default_value = false, treat_none_as_null = true)]
pub struct ProblemRow {
    /// Identity.
    pub id: ProblemId,
    /// What it is, in one line.
    pub title: String,
    /// More about it.
    pub detail: Option<String>,
    /// Where it comes from.
    pub source: Listed<ProblemSource>,
    /// At which level it is to be solved.
    pub level: Listed<ProblemLevel>,
    /// The unit that leads.
    pub unit_id: UnitId,
    /// Campaign it belongs to.
    pub campaign_id: Option<CampaignId>,
    /// Task it belongs to.
    pub task_id: Option<TaskId>,
    /// The indicator that tells how it stands.
    pub indicator_id: Option<IndicatorId>,
    /// The episode it was opened from.
    pub episode_id: Option<EpisodeId>,
    /// When it was found.
    pub found_on: NaiveDate,
    /// The last day for putting it right.
    pub due_on: NaiveDate,
    /// How far it has come.
    pub state: Listed<ProblemState>,
    /// How often it came back.
    pub repeats: i32,
    /// When the row was made, UTC.
    pub created_at: NaiveDateTime,
    /// Counts changes, from 1.
    pub revision: i32,
    /// When the row was last changed, UTC.
    pub updated_at: NaiveDateTime,
}

/// One thing done about a problem, as stored, and how the problem stood from then on.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = problem_entries, treat_none_as_default_value = false)]
pub struct ProblemEntryRow {
    /// Identity.
    pub id: ProblemEntryId,
    /// Of which problem.
    pub problem_id: ProblemId,
    /// From 1 within the problem; filled in when it is written.
    pub ordinal: i32,
    /// What was done.
    pub kind: Listed<ProblemDeed>,
    /// How far the problem had come.
    pub state: Listed<ProblemState>,
    /// The unit that led from then on.
    pub unit_id: UnitId,
    /// The last day from then on.
    pub due_on: NaiveDate,
    /// How often it had come back.
    pub repeats: i32,
    /// Who did it, as stated.
    pub person: Option<String>,
    /// That person's telephone.
    pub phone: Option<String>,
    /// What was done, or why.
    pub text: Option<String>,
    /// Why it came to this.
    pub cause: Option<String>,
    /// What shows that it is put right.
    pub evidence: Option<String>,
    /// By which key; `None` by none.
    pub api_key_id: Option<ApiKeyId>,
    /// When, UTC.
    pub created_at: NaiveDateTime,
    /// When the next entry was written, UTC; `None` for the last one.
    pub superseded_at: Option<NaiveDateTime>,
}

/// Which problems a list shows.
#[derive(Debug, Clone)]
pub struct ProblemFilter {
    /// As they stood at the end of this day.
    pub as_of: NaiveDate,
    /// The first instant after it, UTC.
    pub end: NaiveDateTime,
    /// Whether that is a day gone by: how indicators stood then is not asked for their order.
    pub past: bool,
    /// Only of these campaigns.
    pub campaigns: Option<Vec<CampaignId>>,
    /// Only those this unit leads or supports.
    pub unit_id: Option<UnitId>,
    /// Only those of this indicator.
    pub indicator_id: Option<IndicatorId>,
    /// Only those opened from this episode.
    pub episode_id: Option<EpisodeId>,
    /// Only those in one of these states.
    pub states: Option<Vec<ProblemState>>,
    /// Only those of one of these levels.
    pub levels: Option<Vec<ProblemLevel>>,
    /// Only those of one of these sources.
    pub sources: Option<Vec<ProblemSource>>,
    /// Only those whose last day is over and that are not, or only the others.
    pub overdue: Option<bool>,
    /// Only those with this in title or detail.
    pub text_contains: Option<String>,
    /// Only those changed later than this.
    pub updated_after: Option<NaiveDateTime>,
}

impl ProblemFilter {
    /// All problems as they stood at the end of a day, before the instant `end`.
    pub fn at(as_of: NaiveDate, end: NaiveDateTime) -> Self {
        Self {
            as_of,
            end,
            past: false,
            campaigns: None,
            unit_id: None,
            indicator_id: None,
            episode_id: None,
            states: None,
            levels: None,
            sources: None,
            overdue: None,
            text_contains: None,
            updated_after: None,
        }
    }
}

/// A place in the order of problems: red ones (0), others (1), those that are over (2); in each by last day, then id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct ProblemPlace {
    /// 0, 1 or 2.
    pub class: i32,
    /// The last day.
    pub due_on: NaiveDate,
    /// Identity.
    pub id: ProblemId,
}

/// A problem with the names that people know its parts by, and all that was done about it.
#[derive(Debug, Clone)]
pub struct ListedProblem {
    /// The problem; state, unit, last day and repeats are those of the day asked for.
    pub row: ProblemRow,
    /// Where it stands in the order.
    pub class: i32,
    /// Grade of its indicator now.
    pub grade: Option<Grade>,
    /// Name of the unit that leads.
    pub unit: String,
    /// Units that support, with their names, in order of name.
    pub supports: Vec<(UnitId, String)>,
    /// Name of its campaign.
    pub campaign: Option<String>,
    /// Names of its indicator's measure and region.
    pub indicator: Option<(String, String)>,
    /// What was done, the first thing first, each with the name of the key.
    pub entries: Vec<(ProblemEntryRow, Option<String>)>,
}

impl ListedProblem {
    /// Its place in the order.
    pub fn place(&self) -> ProblemPlace {
        ProblemPlace { class: self.class, due_on: self.row.due_on, id: self.row.id }
    }
}

/// A letter about an episode, as far as problems ask.
#[derive(Debug, Clone, Copy)]
pub struct EpisodeLetterRow {
    /// Which episode.
    pub episode_id: EpisodeId,
    /// Which letter.
    pub letter_id: LetterId,
    /// Its last day for an answer.
    pub reply_by: Option<NaiveDate>,
}

/// How a problem stood on a day, as far as it is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ProblemStandingRow {
    /// Its level.
    pub level: ProblemLevel,
    /// How far it had come.
    pub state: ProblemState,
    /// Its last day.
    pub due_on: NaiveDate,
    /// How often it had come back.
    pub repeats: i32,
}
