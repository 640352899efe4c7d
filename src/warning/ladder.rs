//! The ladder of a letter that waits for its answer: a reminder before the deadline; after it the next level with the
//! unit's leader copied; then the unit above. On working days only, each step once.

use std::collections::{HashMap, HashSet};

use chrono::NaiveDate;

use super::library;
use super::planned::{About, Finding, Key};
use super::run::{self, Issued};
use super::silence::Silences;
use super::{Desk, WarningError, report, settle, sign};
use crate::db;
use crate::domain::episode::EpisodeState;
use crate::domain::{LetterKind, LetterState, Level, ProblemKind, SubjectKind, TextEnum as _, ladder};
use crate::letter::LetterFacts;
use crate::store::StoreError;
use crate::store::rows::{LetterHead, ProblemRow, word};
use crate::store::types::Id;

/// Letters taken up at once.
const AT_ONCE: usize = 100;

/// What a round of reminding did.
#[derive(Debug, Clone, Default)]
pub struct Reminded {
    /// Whether offices work today; nothing is done when they do not, and the next working day catches up.
    pub working_day: bool,
    /// Letters written, and drafts.
    pub run: Issued,
    /// Letters unanswered though every step has been taken: a person must act.
    pub exhausted: Vec<Id>,
}

/// Takes the step that is due today of every letter that waits for its answer. Safe to run twice, and on several
/// replicas: a step has one letter.
///
/// # Errors
/// When the database or a template fails, or this year's calendar is not known.
pub async fn remind(desk: &Desk, dry_run: bool) -> Result<Reminded, WarningError> {
    let today = desk.clock.today();
    let mut done = Reminded { working_day: desk.calendar.is_working_day(today)?, ..Reminded::default() };
    if !done.working_day {
        return Ok(done);
    }
    if !dry_run {
        settle::settle(desk).await?;
    }
    let campaigns = library::campaigns(desk).await?;
    let silences = Silences::load(desk, today, &campaigns).await?;
    let waiting = run::waiting(desk).await?;
    if !dry_run {
        done.run.discarded = discard_answered(desk, &waiting).await?;
    }
    let heads = db!(desk.store, issuing::list_unanswered(until(desk, today)?))?;
    let ids: Vec<Id> = heads.iter().map(|head| head.id).collect();
    let taken: HashSet<(Id, i32)> = db!(desk.store, issuing::list_steps(&ids))?.into_iter().collect();
    let mut due = Vec::new();
    for head in heads {
        match step_due(desk, &head, today)? {
            Some(step) if step > ladder::PARENT => done.exhausted.push(head.id),
            Some(step) if !taken.contains(&(head.id, step)) => due.push((head, step)),
            _ => {}
        }
    }
    for chunk in due.chunks(AT_ONCE) {
        let mut batch = Vec::new();
        for (head, step) in chunk {
            let (key, findings) = still_open(desk, head, *step, &silences).await?;
            if !findings.is_empty() {
                batch.push((key, findings));
            }
        }
        done.run.letters.extend(run::write(desk, &campaigns, today, batch, &waiting, dry_run).await?);
    }
    if !dry_run {
        settle::settle(desk).await?;
        tell(desk, &done.exhausted).await?;
    }
    if !(dry_run || done.run.letters.is_empty() && done.run.discarded == 0) {
        done.run.run_id = Some(report::keep(desk, today, None, &done.run).await?);
    }
    Ok(done)
}

/// What is left for a person: opened once, closed when it has been answered after all.
async fn tell(desk: &Desk, exhausted: &[Id]) -> Result<(), WarningError> {
    let (kind, now) = (ProblemKind::LetterUnanswered, desk.clock.timestamp());
    let subjects: HashSet<String> = exhausted.iter().map(|id| id.0.to_string()).collect();
    let known: HashSet<String> =
        db!(desk.store, problems::list_open_subjects(kind.as_str()))?.into_iter().collect();
    for subject in subjects.difference(&known) {
        let detail = "该函逾期未反馈，提醒、升级和抄送上级均已用过，请人工督办。".to_owned();
        let about = (SubjectKind::Letter, subject.clone());
        let row = ProblemRow::new(Id(desk.clock.new_id()), kind, about, detail, now);
        db!(desk.store, problems::open_problem(&row))?;
    }
    for subject in known.difference(&subjects) {
        db!(desk.store, problems::close_problem(kind.as_str(), subject, now))?;
    }
    Ok(())
}

/// The last deadline that is to be reminded of today.
fn until(desk: &Desk, today: NaiveDate) -> Result<NaiveDate, WarningError> {
    match desk.calendar.add_working_days(today, desk.remind_working_days) {
        Ok(day) => Ok(day),
        // Deadlines of an unpublished year cannot have been given; the rest of this year is all there is.
        Err(unpublished) => {
            NaiveDate::from_ymd_opt(unpublished.year, 1, 1).ok_or_else(|| WarningError::from(unpublished))
        }
    }
}

/// Which step of its ladder a letter calls for today; beyond the last when all have been taken.
fn step_due(desk: &Desk, head: &LetterHead, today: NaiveDate) -> Result<Option<i32>, WarningError> {
    let (Some(reply_by), Some(issued_on)) = (head.reply_by, head.issued_on) else { return Ok(None) };
    if today > reply_by {
        return Ok(Some(head.ladder_step.map_or(ladder::LEADER, |step| step + 1)));
    }
    let left = desk.calendar.working_days_between(today, reply_by)?;
    let near = left <= i64::from(desk.remind_working_days) && today > issued_on;
    Ok(near.then_some(ladder::REMINDER))
}

/// What the step is to speak of: of the letter's episodes those that are not over and that no later letter has taken
/// up, raised by a level after the deadline; of its reports those still missing.
async fn still_open(
    desk: &Desk,
    head: &LetterHead,
    step: i32,
    silences: &Silences,
) -> Result<(Key, Vec<Finding>), WarningError> {
    let kind: LetterKind = word(&head.kind)?;
    let key = Key {
        campaign: head.campaign_id,
        unit: head.unit_id,
        kind: if step == ladder::REMINDER { LetterKind::ReplyReminder } else { kind },
        follows: Some(head.id),
        step: Some(step),
    };
    let row = db!(desk.store, letters::find_letter(head.id.0))?;
    let row = row.ok_or_else(|| StoreError::missing("letter", head.id.0))?;
    let lines = LetterFacts::from_json(&row.facts)?.lines;
    let mut findings = sign::findings(desk, &row, lines).await?;
    let indicators: Vec<Id> = findings.iter().map(|finding| finding.indicator).collect();
    let reported: HashMap<Id, Option<NaiveDate>> =
        db!(desk.store, issuing::list_data_ends(&indicators))?.into_iter().collect();
    findings.retain_mut(|finding| {
        if silences.cover_one(head.campaign_id, finding.indicator, Some(head.unit_id)) {
            return false;
        }
        match &mut finding.about {
            About::Opened(_) => false,
            About::Report { period_end, repeated } => {
                *repeated = true;
                reported.get(&finding.indicator).copied().flatten().is_none_or(|end| end < *period_end)
            }
            About::Continued(change) => {
                let episode = &change.before;
                let open = episode.state == EpisodeState::Open.as_str();
                finding.level = finding.level.filter(|_| step != ladder::REMINDER).map(Level::next);
                open && episode.letter_id == Some(head.id)
            }
        }
    });
    Ok((key, findings))
}

/// Discards steps that wait for 签发 though the answer has come.
async fn discard_answered(desk: &Desk, waiting: &super::issue::Waiting) -> Result<usize, WarningError> {
    let steps: Vec<(&LetterHead, Id)> = waiting
        .iter()
        .filter(|(key, _)| key.step.is_some())
        .filter_map(|(key, head)| Some((head, key.follows?)))
        .collect();
    let ids: Vec<Id> = steps.iter().map(|(_, follows)| *follows).collect();
    let mut answered = HashSet::new();
    for head in db!(desk.store, issuing::list_letter_heads(&ids))? {
        if !LetterState::parse(&head.state).is_some_and(LetterState::awaits_answer) {
            answered.insert(head.id);
        }
    }
    let mut discarded = 0;
    for (head, _) in steps.into_iter().filter(|(_, follows)| answered.contains(follows)) {
        let (note, now) = ("原函已经反馈或不必再反馈，函稿自动撤销。", desk.clock.timestamp());
        match db!(desk.store, issuing::discard_draft(head.id, None, note, Vec::new(), now)) {
            Ok(()) => discarded += 1,
            Err(StoreError::Stale) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(discarded)
}
