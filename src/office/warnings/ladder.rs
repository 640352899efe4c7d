//! The ladder of a letter that waits for its answer: a reminder before the deadline; after it the unit's leader is
//! copied; then the unit above. How far it has climbed is one thing, how grave the data are another: no step changes the
//! level. On working days only, each step once.

mod climb;

use std::collections::HashSet;

use chrono::NaiveDate;

use super::issue::Waiting;
use super::letter_context::{self, Campaigns};
use super::planned::Finding;
use super::rehearse::Mode;
use super::run::{self, Issued, Outcome, PlannedLetter};
use super::sign::discard_uncalled;
use super::silence::Silences;
use super::{Actor, Office, Refusal, assessments, incidents, pilot, report, settle};
use crate::domain::{IncidentKind, LetterState, SubjectKind, ladder};
use crate::store::rows::LetterHead;
use crate::store::types::{EpisodeId, IndicatorId, LetterId};
pub(super) use climb::{Climb, Said};

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
    pub exhausted: Vec<LetterId>,
}

/// Takes the step that is due today of every letter that waits for its answer, after judging anew what it speaks of:
/// what has recovered or was reported meanwhile is not spoken of. Safe to run twice, and on several replicas: a step has
/// one letter.
///
/// # Errors
/// When the database or a template fails, or this year's calendar is not known.
pub async fn remind(office: &Office, actor: &Actor) -> Result<Reminded, Refusal> {
    let today = office.clock.today();
    let mut done = Reminded { working_day: office.calendar.is_working_day(today)?, ..Reminded::default() };
    if !done.working_day {
        return Ok(done);
    }
    pilot::note_pilot(office, actor).await?;
    // Whichever job ran first: nobody is written to on the strength of yesterday's verdicts.
    assessments::evaluate(office, actor, today).await?;
    settle::settle(office).await?;
    let waiting = run::waiting(office).await?;
    done.run.discarded = discard_answered(office, &waiting).await?;
    let ended = take_steps(office, &waiting, (today, &HashSet::new(), Mode::Write), &mut done).await?;
    done.exhausted = ended.iter().map(|(id, _)| *id).collect();
    settle::settle(office).await?;
    tell(office, actor, &ended).await?;
    if !done.run.letters.is_empty() || done.run.discarded > 0 {
        // Nobody is said to have started it: a run by somebody stands for the day's issuing, which this is not.
        let (id, at) = report::keep(office, actor, today, (None, &done.run)).await?;
        (done.run.run_id, done.run.run_at) = (Some(id), Some(at));
    }
    Ok(done)
}

/// The letters of the steps that would be taken on `day`, which is not over; `spoken` is what other letters of that day speak
/// of. Writes nothing.
///
/// # Errors
/// As [`remind`].
pub(super) async fn rehearse(
    office: &Office,
    day: NaiveDate,
    (spoken, mode): (&HashSet<IndicatorId>, Mode),
) -> Result<Vec<PlannedLetter>, Refusal> {
    let mut done = Reminded { working_day: office.calendar.is_working_day(day)?, ..Reminded::default() };
    if done.working_day {
        let waiting = run::waiting(office).await?;
        take_steps(office, &waiting, (day, spoken, mode), &mut done).await?;
    }
    Ok(done.run.letters)
}

/// Takes or tells the steps of a day; gives the letters without a step left, and why.
async fn take_steps(
    office: &Office,
    waiting: &Waiting,
    (today, told, mode): (NaiveDate, &HashSet<IndicatorId>, Mode),
    done: &mut Reminded,
) -> Result<Vec<(LetterId, &'static str)>, Refusal> {
    let campaigns = letter_context::campaigns(office).await?;
    let silences = Silences::load(office, today, &campaigns).await?;
    // Of a pilot its own letters climb, and they alone: what reminds of a real one has to reach its unit.
    let heads = office.store.list_unanswered(until(office, today)?, office.is_pilot()).await?;
    let DueSteps { steps, drafts, mut ended } = due(office, &heads, waiting, today).await?;
    let asked: Vec<&LetterHead> = steps.iter().chain(&drafts).map(|(head, _)| *head).collect();
    if !asked.is_empty() {
        let climb = Climb::of(office, &silences, &campaigns, (&asked, today)).await?;
        let (mut spoken, mut written) = (climb.spoken_today(), HashSet::new());
        spoken.extend(told);
        for chunk in steps.chunks(AT_ONCE) {
            let mut batch = Vec::new();
            for &(head, step) in chunk {
                match climb.step(office, (&silences, &spoken), (head, step)) {
                    Said::Letter(key, findings) => {
                        spoken.extend(findings.iter().flat_map(Finding::indicators));
                        written.extend(findings.iter().filter_map(Finding::episode));
                        batch.push((key, findings));
                    }
                    Said::WindowOver if today > head.reply_by.unwrap_or(today) => ended.push((head.id, OVER)),
                    Said::WindowOver | Said::Nothing => {}
                }
            }
            let mode = mode.after(&done.run.letters);
            done.run.letters.extend(run::write(office, &campaigns, today, batch, waiting, mode).await?);
        }
        let about = (&campaigns, &silences, waiting);
        let mode = mode.after(&done.run.letters);
        refresh(office, about, &climb, (drafts, today, mode), (done, &mut written)).await?;
        if mode == Mode::Write {
            run::write_quietly(office, &[], &climb.quiet(&written)).await?;
        }
    }
    Ok(ended)
}

/// Letters whose ladder is to be looked at.
struct DueSteps<'h> {
    /// Steps that nobody has taken yet.
    steps: Vec<(&'h LetterHead, i32)>,
    /// Steps that wait as drafts.
    drafts: Vec<(&'h LetterHead, i32)>,
    /// Letters without a step left, and why.
    ended: Vec<(LetterId, &'static str)>,
}

async fn due<'h>(
    office: &Office,
    heads: &'h [LetterHead],
    waiting: &Waiting,
    today: NaiveDate,
) -> Result<DueSteps<'h>, Refusal> {
    let ids: Vec<LetterId> = heads.iter().map(|head| head.id).collect();
    let taken: HashSet<(LetterId, i32)> = office.store.list_steps(&ids).await?.into_iter().collect();
    let drafted: HashSet<(LetterId, i32)> =
        waiting.keys().filter_map(|key| key.follows.zip(key.step)).collect();
    let mut due = DueSteps { steps: Vec::new(), drafts: Vec::new(), ended: Vec::new() };
    for head in heads {
        let Some(step) = step_due(office, head, today)? else { continue };
        for known in drafted.iter().filter(|(letter, _)| *letter == head.id) {
            due.drafts.push((head, known.1));
        }
        if step > ladder::PARENT {
            due.ended.push((head.id, EXHAUSTED));
        } else if !taken.contains(&(head.id, step)) {
            due.steps.push((head, step));
        }
    }
    Ok(due)
}

/// Brings steps that wait for 签发 up to date: what they spoke of may be over, and a later step may have taken their
/// place. What need not wait any more is issued.
async fn refresh(
    office: &Office,
    (campaigns, silences, waiting): (&Campaigns, &Silences, &Waiting),
    climb: &Climb,
    (drafts, today, mode): (Vec<(&LetterHead, i32)>, NaiveDate, Mode),
    (done, written): (&mut Reminded, &mut HashSet<EpisodeId>),
) -> Result<(), Refusal> {
    let (mut batch, mut over) = (Vec::new(), Vec::new());
    // A draft waits for a person, whatever else was sent today.
    let unspoken = HashSet::new();
    for (head, step) in drafts {
        let later = step_due(office, head, today)?.is_some_and(|due| due > step);
        match climb.step(office, (silences, &unspoken), (head, step)) {
            Said::Letter(key, findings) if !later => batch.push((key, findings)),
            _ => over.extend(waiting.iter().find_map(|(key, draft)| {
                (key.follows == Some(head.id) && key.step == Some(step)).then_some(draft.id)
            })),
        }
    }
    written.extend(batch.iter().flat_map(|(_, findings)| findings).filter_map(Finding::episode));
    let issued = run::write(office, campaigns, today, batch, waiting, mode).await?;
    let goes = |one: &PlannedLetter| match one.outcome {
        Outcome::Issued { .. } => true,
        Outcome::Planned => one.waits_for.is_none(),
        _ => false,
    };
    done.run.letters.extend(issued.into_iter().filter(goes));
    if mode != Mode::Write {
        return Ok(());
    }
    for id in over {
        done.run.discarded += usize::from(
            discard_uncalled(office, id, "所涉事项已有变化或已改办下一步，函稿自动撤销。").await?,
        );
    }
    Ok(())
}

/// Why a person must act.
const EXHAUSTED: &str = "该函逾期未反馈，提醒、提级和抄送上级均已用过，请人工督办。";
const OVER: &str = "该函逾期未反馈，所涉目标期已满，不再逐级催办，请人工决定如何处理。";

/// What is left for a person: opened once, closed when it has been answered after all.
async fn tell(office: &Office, actor: &Actor, ended: &[(LetterId, &'static str)]) -> Result<(), Refusal> {
    let found = ended.iter().map(|(id, why)| (id.0.to_string(), (*why).to_owned())).collect();
    let about = (IncidentKind::LetterUnanswered, SubjectKind::Letter);
    incidents::reconcile(office, actor, about, found).await?;
    Ok(())
}

/// The last deadline that is to be reminded of today.
fn until(office: &Office, today: NaiveDate) -> Result<NaiveDate, Refusal> {
    match office.calendar.add_working_days(today, office.letters.remind_working_days) {
        Ok(day) => Ok(day),
        // Deadlines of an unpublished year cannot have been given; the rest of this year is all there is.
        Err(unpublished) => {
            NaiveDate::from_ymd_opt(unpublished.year, 1, 1).ok_or_else(|| Refusal::from(unpublished))
        }
    }
}

/// Which step of its ladder a letter calls for today; beyond the last when all have been taken.
fn step_due(office: &Office, head: &LetterHead, today: NaiveDate) -> Result<Option<i32>, Refusal> {
    let (Some(reply_by), Some(issued_on)) = (head.reply_by, head.issued_on) else { return Ok(None) };
    if today > reply_by {
        return Ok(Some(head.ladder_step.map_or(ladder::LEADER, |step| step + 1)));
    }
    // Whoever was told of a return, with its deadline, is not reminded of it as well.
    if head.state.0 == LetterState::Returned {
        return Ok(None);
    }
    let left = office.calendar.working_days_between(today, reply_by)?;
    let near = left <= i64::from(office.letters.remind_working_days) && today > issued_on;
    Ok(near.then_some(ladder::REMINDER))
}

/// Discards steps that wait for 签发 though the answer has come.
async fn discard_answered(office: &Office, waiting: &Waiting) -> Result<usize, Refusal> {
    let steps: Vec<(&LetterHead, LetterId)> = waiting
        .iter()
        .filter(|(key, _)| key.step.is_some())
        .filter_map(|(key, head)| Some((head, key.follows?)))
        .collect();
    let ids: Vec<LetterId> = steps.iter().map(|(_, follows)| *follows).collect();
    let mut answered = HashSet::new();
    for head in office.store.list_letter_heads(&ids).await? {
        if !head.state.0.awaits_answer() {
            answered.insert(head.id);
        }
    }
    let mut discarded = 0;
    for (head, _) in steps.into_iter().filter(|(_, follows)| answered.contains(follows)) {
        discarded +=
            usize::from(discard_uncalled(office, head.id, "原函已经反馈或不必再反馈，函稿自动撤销。").await?);
    }
    Ok(discarded)
}
