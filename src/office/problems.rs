//! Deeds with problems (问题): registered, assigned (交办), worked on, applied for and taken off the ledger (销号). What each of them
//! writes, the problem, its entry and who did it, becomes true together.

mod problem_start;

use chrono::NaiveDate;

use super::actor::{Deed, Edited};
use super::{Actor, Office, Refusal};
use crate::domain::problem::expect_another;
use crate::domain::{Invalid, Problem, ProblemDeed, ProblemLevel, ProblemNote, ProblemSource, ProblemState};
use crate::store::StoreError;
use crate::store::rows::{ListedProblem, ProblemEntryRow, ProblemRow};
use crate::store::types::{Id, ProblemId, UnitId};
pub use problem_start::{NewProblem, create_problem};

/// Most units that support one problem.
pub const SUPPORTS_MAX: usize = 30;

/// What is to become of a problem's record; what is `None` stays.
#[derive(Debug, Clone, Default)]
pub struct ProblemEdit {
    /// What it is, in one line.
    pub title: Option<String>,
    /// More about it; `Some(None)` for nothing.
    pub detail: Option<Option<String>>,
    /// Where it comes from.
    pub source: Option<ProblemSource>,
    /// At which level it is to be solved.
    pub level: Option<ProblemLevel>,
    /// When it was found.
    pub found_on: Option<NaiveDate>,
    /// The last day for putting it right.
    pub due_on: Option<NaiveDate>,
    /// The units that support, in place of those there are.
    pub support_units: Option<Vec<String>>,
    /// Why.
    pub reason: Option<String>,
}

/// Changes the record of a problem that was read as `seen`. How far it has come is no part of it: that is changed by what is done.
///
/// # Errors
/// [`Refusal::Many`] and [`Refusal::Invalid`] for what does not fit, or when it is over; [`Refusal::Key`] for a unit that is not
/// there; `Stale` when somebody else has changed it since.
pub async fn update_problem(
    office: &Office,
    actor: &Actor,
    seen: &ListedProblem,
    edit: ProblemEdit,
) -> Result<(), Refusal> {
    let mut deed = office.begin(actor).await?;
    let made = change_problem(&mut deed, actor, seen, edit).await;
    deed.end_edit(made).await
}

async fn change_problem(
    deed: &mut Deed<'_>,
    actor: &Actor,
    seen: &ListedProblem,
    edit: ProblemEdit,
) -> Result<Edited<()>, Refusal> {
    let row = &seen.row;
    let state = row.state.0.after(ProblemDeed::Changed).map_err(conflict)?;
    let problem = Problem {
        title: edit.title.unwrap_or_else(|| row.title.clone()),
        detail: edit.detail.unwrap_or_else(|| row.detail.clone()),
        source: edit.source.unwrap_or(row.source.0),
        level: edit.level.unwrap_or(row.level.0),
        found_on: edit.found_on.unwrap_or(row.found_on),
        due_on: edit.due_on.unwrap_or(row.due_on),
    };
    let problem = problem.checked(deed.office().clock.today()).map_err(Refusal::Many)?;
    let note = ProblemNote { text: edit.reason, ..ProblemNote::default() };
    let note = checked(note, ProblemDeed::Changed)?;
    let supports = match &edit.support_units {
        None => None,
        Some(keys) => Some(support_units(deed, keys, row.unit_id).await?),
    };
    let supports = supports.filter(|units| !are_same(units, seen));
    let mut changed = ProblemRow {
        title: problem.title,
        detail: problem.detail,
        source: problem.source.into(),
        level: problem.level.into(),
        found_on: problem.found_on,
        due_on: problem.due_on,
        ..row.clone()
    };
    if changed == *row && supports.is_none() {
        return Ok(Edited::Same(()));
    }
    changed.state = state.into();
    move_on(deed, actor, row, changed, supports.as_deref(), (ProblemDeed::Changed, note)).await?;
    Ok(Edited::Changed(()))
}

/// The note of a deed, checked. Where it says why and not what, its text is called `reason`.
fn checked(note: ProblemNote, deed: ProblemDeed) -> Result<ProblemNote, Refusal> {
    use ProblemDeed as Deed;
    let is_why = matches!(deed, Deed::Changed | Deed::Returned | Deed::Reopened | Deed::Withdrawn);
    let named = |one: Invalid| match one.field.as_str() {
        "text" if is_why => Invalid { field: "reason".to_owned(), ..one },
        _ => one,
    };
    note.checked(deed).map_err(|wrong| Refusal::Many(wrong.into_iter().map(named).collect()))
}

fn are_same(units: &[UnitId], seen: &ListedProblem) -> bool {
    units.len() == seen.supports.len() && seen.supports.iter().all(|(id, _)| units.contains(id))
}

/// 交办: who leads, who supports, until when.
#[derive(Debug, Clone, Default)]
pub struct Assignment {
    /// The unit that leads from now on; `None` where it stays.
    pub unit: Option<String>,
    /// The units that support, in place of those there are; `None` where they stay.
    pub support_units: Option<Vec<String>>,
    /// The last day for putting it right; `None` where it stays.
    pub due_on: Option<NaiveDate>,
    /// Who assigns, and what is asked for.
    pub note: ProblemNote,
}

/// Assigns a problem (交办).
///
/// # Errors
/// [`Refusal::Many`] and [`Refusal::Invalid`] for what does not fit, or where the problem does not stand so that it can be assigned;
/// [`Refusal::Key`] for a unit that is not there; [`Refusal::NotFound`]; `Stale` when somebody else did something meanwhile.
pub async fn assign_problem(
    office: &Office,
    actor: &Actor,
    id: ProblemId,
    assignment: Assignment,
) -> Result<(), Refusal> {
    let note = checked(assignment.note.clone(), ProblemDeed::Assigned)?;
    let mut deed = office.begin(actor).await?;
    let done = assigned(&mut deed, actor, id, (&assignment, note)).await;
    deed.end(done).await
}

async fn assigned(
    deed: &mut Deed<'_>,
    actor: &Actor,
    id: ProblemId,
    (assignment, note): (&Assignment, ProblemNote),
) -> Result<(), Refusal> {
    let seen = present(deed, id).await?;
    let row = &seen.row;
    let state = row.state.0.after(ProblemDeed::Assigned).map_err(conflict)?;
    let unit_id = match assignment.unit.as_deref() {
        None => row.unit_id,
        Some(key) => deed.unit("unit", key).await?.id,
    };
    let supports = match &assignment.support_units {
        Some(keys) => Some(support_units(deed, keys, unit_id).await?),
        // Who leads does not support.
        None if unit_id != row.unit_id && seen.supports.iter().any(|(id, _)| *id == unit_id) => {
            Some(seen.supports.iter().map(|(id, _)| *id).filter(|id| *id != unit_id).collect())
        }
        None => None,
    };
    let due_on = due(deed.office(), assignment.due_on)?.unwrap_or(row.due_on);
    let changed = ProblemRow { unit_id, due_on, state: state.into(), ..row.clone() };
    move_on(deed, actor, row, changed, supports.as_deref(), (ProblemDeed::Assigned, note)).await
}

/// A last day given from today on.
fn due(office: &Office, day: Option<NaiveDate>) -> Result<Option<NaiveDate>, Invalid> {
    let Some(day) = day else { return Ok(None) };
    if day < office.clock.today() {
        return Err(Invalid::new("due_on", "too_early", "整改时限不能早于今天，请核对。"));
    }
    crate::domain::places::checked_day("due_on", day).map(Some)
}

/// Writes down what was done about a problem and moves it on: a measure, progress, an application for 销号, its return, 销号, or that
/// it was entered wrongly. Whoever applied neither returns nor closes it.
///
/// # Errors
/// [`Refusal::Many`] for what is missing or does not fit, [`Refusal::Invalid`] where applicant and verifier are one person,
/// [`Refusal::NotFound`]; `Conflict` where the problem does not stand so; `Stale` when somebody else did something meanwhile.
pub async fn note_problem(
    office: &Office,
    actor: &Actor,
    id: ProblemId,
    (kind, note): (ProblemDeed, ProblemNote),
) -> Result<(), Refusal> {
    let note = checked(note, kind)?;
    let mut deed = office.begin(actor).await?;
    let done = noted(&mut deed, actor, id, (kind, note)).await;
    deed.end(done).await
}

async fn noted(
    deed: &mut Deed<'_>,
    actor: &Actor,
    id: ProblemId,
    (kind, note): (ProblemDeed, ProblemNote),
) -> Result<(), Refusal> {
    let seen = present(deed, id).await?;
    let state = seen.row.state.0.after(kind).map_err(conflict)?;
    if matches!(kind, ProblemDeed::Closed | ProblemDeed::Returned) {
        let applications = seen.entries.iter().rev().filter(|(entry, _)| entry.kind == ProblemDeed::Applied);
        let applicant = applications.filter_map(|(entry, _)| entry.person.as_deref()).next();
        if let (Some(applicant), Some(verifier)) = (applicant, note.person.as_deref()) {
            expect_another(applicant, verifier)?;
        }
    }
    let changed = ProblemRow { state: state.into(), ..seen.row.clone() };
    move_on(deed, actor, &seen.row, changed, None, (kind, note)).await
}

/// Takes up a closed problem again: it came back, which is counted, and is to be assigned anew.
///
/// # Errors
/// As [`note_problem`]; [`Refusal::Invalid`] for a last day that is over; `Duplicate` where another problem is open of the same
/// episode.
pub async fn reopen_problem(
    office: &Office,
    actor: &Actor,
    id: ProblemId,
    (due_on, note): (NaiveDate, ProblemNote),
) -> Result<(), Refusal> {
    let note = checked(note, ProblemDeed::Reopened)?;
    let mut deed = office.begin(actor).await?;
    let done = reopened(&mut deed, actor, id, (due_on, note)).await;
    deed.end(done).await
}

async fn reopened(
    deed: &mut Deed<'_>,
    actor: &Actor,
    id: ProblemId,
    (due_on, note): (NaiveDate, ProblemNote),
) -> Result<(), Refusal> {
    let seen = present(deed, id).await?;
    let state = seen.row.state.0.after(ProblemDeed::Reopened).map_err(conflict)?;
    let due_on = due(deed.office(), Some(due_on))?.unwrap_or(seen.row.due_on);
    let repeats = seen.row.repeats.saturating_add(1);
    let changed = ProblemRow { state: state.into(), due_on, repeats, ..seen.row.clone() };
    move_on(deed, actor, &seen.row, changed, None, (ProblemDeed::Reopened, note)).await
}

/// A step that cannot be taken where the problem stands is a conflict, not a mistake in what was sent.
fn conflict(refused: Invalid) -> Refusal {
    Refusal::Store(StoreError::Conflict(refused))
}

async fn present(deed: &mut Deed<'_>, id: ProblemId) -> Result<ListedProblem, Refusal> {
    deed.tx().find_problem(id).await?.ok_or(Refusal::NotFound("问题"))
}

/// Units that support, each once, without the one that leads.
async fn support_units(deed: &mut Deed<'_>, keys: &[String], lead: UnitId) -> Result<Vec<UnitId>, Refusal> {
    if keys.len() > SUPPORTS_MAX {
        let detail = format!("配合单位最多{SUPPORTS_MAX}个。");
        return Err(Invalid::new("support_units", "out_of_range", detail).into());
    }
    let mut units = Vec::with_capacity(keys.len());
    for (place, key) in keys.iter().enumerate() {
        let field = format!("support_units.{place}");
        let unit = deed.unit(&field, key).await?;
        if unit.id == lead {
            let detail = format!("“{}”是牵头单位，不能又是配合单位。", unit.name);
            return Err(Invalid::new(field, "duplicate", detail).into());
        }
        if units.contains(&unit.id) {
            let detail = format!("配合单位“{}”重复，请核对。", unit.name);
            return Err(Invalid::new(field, "duplicate", detail).into());
        }
        units.push(unit.id);
    }
    Ok(units)
}

/// Writes a problem as it is from now on, and the entry that says why.
async fn move_on(
    deed: &mut Deed<'_>,
    actor: &Actor,
    before: &ProblemRow,
    changed: ProblemRow,
    supports: Option<&[UnitId]>,
    (kind, note): (ProblemDeed, ProblemNote),
) -> Result<(), Refusal> {
    let now = deed.office().clock.timestamp();
    let changed = ProblemRow { revision: before.revision + 1, updated_at: now, ..changed };
    let entry = entry(deed.office(), actor, &changed, (kind, note));
    deed.tx().update_problem(&changed, supports, &entry).await?;
    deed.changed("problem", changed.id, before, &changed);
    Ok(())
}

/// What was done, and how the problem stands from then on.
fn entry(
    office: &Office,
    actor: &Actor,
    row: &ProblemRow,
    (kind, note): (ProblemDeed, ProblemNote),
) -> ProblemEntryRow {
    ProblemEntryRow {
        id: Id::of(office.clock.new_id()),
        problem_id: row.id,
        ordinal: 1,
        kind: kind.into(),
        state: row.state,
        unit_id: row.unit_id,
        due_on: row.due_on,
        repeats: row.repeats,
        person: note.person,
        phone: note.phone,
        text: note.text,
        cause: note.cause,
        evidence: note.evidence,
        api_key_id: actor.key_id(),
        created_at: row.updated_at,
        superseded_at: None,
    }
}

/// Where a new problem begins.
const FIRST: ProblemState = ProblemState::Open;
