//! What is read beside the board, each sort at once: letters, drafts, people, what was before.

use std::collections::{HashMap, HashSet};

use chrono::{Datelike as _, NaiveDate};

use crate::api::State;
use crate::clock::end_of;
use crate::domain::{ContactRole, Grade};
use crate::office::StoreError;
use crate::office::letter_tally::{self, TalliedLetter};
use crate::office::rows::{ContactRow, LedgerFilter, StandingLetterRow, letter_number};
use crate::office::spoken_board::{SpokenBoard, SpokenLine};
use crate::office::types::{CampaignId, EpisodeId, IndicatorId, LetterId, TaskId, UnitId};
use crate::web::said_dates::near;

/// What is read beside the board.
pub(super) struct Beside {
    pub(super) letters: HashMap<IndicatorId, StandingLetterRow>,
    pub(super) tallied: Vec<TalliedLetter>,
    pub(super) contacts: Vec<ContactRow>,
    /// Grades by the end of the month before.
    pub(super) before: HashMap<IndicatorId, Grade>,
    pub(super) tasks: HashMap<TaskId, i32>,
    /// Indicators that a draft speaks of.
    pub(super) drafted: HashSet<IndicatorId>,
}

impl Beside {
    /// Where the letter about an indicator stands; nothing where there is none.
    pub(super) fn standing_of(&self, indicator_id: IndicatorId, as_of: NaiveDate) -> Option<String> {
        let issued = self.letters.get(&indicator_id).map(|letter| standing(letter, as_of));
        let waits = self.drafted.contains(&indicator_id).then(|| "函稿待签发".to_owned());
        match (issued, waits) {
            (Some(issued), Some(waits)) => Some(format!("{issued}；{waits}")),
            (issued, waits) => issued.or(waits),
        }
    }

    /// Whether the answer to the letter about it is overdue.
    pub(super) fn is_late(&self, line: &SpokenLine, as_of: NaiveDate) -> bool {
        self.letters.get(&line.row.id).is_some_and(|row| is_late(row, as_of))
    }
}

/// Reads it, each sort at once. Of a day that was asked for (`past`) the letters are counted as they stood; which one speaks of
/// an indicator is known of the present alone.
pub(super) async fn beside(
    state: &State,
    board: &SpokenBoard,
    (family, past): (&[CampaignId], bool),
) -> Result<Beside, StoreError> {
    let read = &state.office.read;
    let ids: Vec<IndicatorId> = board.lines.iter().map(|line| line.row.id).collect();
    let mut units: Vec<UnitId> = board.lines.iter().filter_map(|line| line.row.lead_unit.0).collect();
    let mut tasks: Vec<TaskId> = board.lines.iter().map(|line| line.row.task.0).collect();
    units.sort_unstable();
    units.dedup();
    tasks.sort_unstable();
    tasks.dedup();
    let month_before = board.as_of.with_day(1).and_then(|first| first.pred_opt()).unwrap_or(board.as_of);
    let filter = LedgerFilter {
        campaigns: Some(family.to_vec()),
        unit_id: None,
        as_of: board.as_of,
        trial: state.office.is_pilot(),
    };
    let letters = if past { Vec::new() } else { read.list_standing_letters(&ids).await? };
    let roles = [ContactRole::Leader, ContactRole::Liaison];
    let before = read.list_grades_before(&ids, end_of(month_before)).await?;
    Ok(Beside {
        letters: letters.into_iter().map(|row| (row.indicator_id, row)).collect(),
        tallied: letter_tally::tally(&state.office, &filter).await?,
        contacts: read.list_mailboxes(&units, &roles, board.as_of).await?,
        before: before.into_iter().map(|(id, grade)| (id, grade.0)).collect(),
        drafted: if past { HashSet::new() } else { drafted(state).await? },
        tasks: read.list_tasks_of(&tasks).await?.into_iter().map(|row| (row.id, row.ordinal)).collect(),
    })
}

/// The indicators that drafts speak of.
async fn drafted(state: &State) -> Result<HashSet<IndicatorId>, StoreError> {
    let read = &state.office.read;
    let drafts: Vec<LetterId> = read.list_draft_heads().await?.into_iter().map(|head| head.id).collect();
    let links = read.list_episode_links(&drafts).await?;
    let episodes: Vec<EpisodeId> = links.into_iter().map(|link| link.episode_id).collect();
    let episodes = read.list_episodes_of(&episodes).await?;
    Ok(episodes.into_iter().map(|(episode, _)| episode.indicator_id).collect())
}

fn is_late(letter: &StandingLetterRow, as_of: NaiveDate) -> bool {
    letter.state.0.awaits_answer() && letter.reply_by.is_some_and(|by| by < as_of)
}

/// 岳攻坚函〔2025〕3号待反馈，逾期3天
fn standing(letter: &StandingLetterRow, as_of: NaiveDate) -> String {
    let number = letter_number(&letter.number).ok().flatten();
    let number = number.map_or_else(|| "函稿".to_owned(), |number| number.to_string());
    let state = letter.state.0.chinese();
    let by = letter.reply_by.filter(|_| letter.state.0.awaits_answer());
    let by = match by {
        Some(by) if by < as_of => format!("，逾期{}天", (as_of - by).num_days()),
        Some(by) => format!("，{}前反馈", near(by, as_of)),
        None => String::new(),
    };
    format!("{number}{state}{by}")
}
