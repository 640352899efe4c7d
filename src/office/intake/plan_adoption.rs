//! A plan that a file proposes held against the plan in force, and put in.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use uuid::Uuid;

use super::plan_draft::drafted;
use super::plan_items::{PlanItem, PlanItemOutcome};
use super::plan_names::PlanNames;
use super::plan_source::{PlanSource, PlanTerms};
use crate::domain::{Invalid, PlanPart, ResponsibilityRole};
use crate::office::plans::{Fate, NODES_MAX, PlacedPart, PlanTree, put_plan};
use crate::office::{Actor, Office, Refusal};
use crate::store::StoreError;
use crate::store::rows::{BoardFilter, Page, TaskFilter};
use crate::store::types::{self, AnyId, CampaignId, Id};

/// How often what is refused is left out and the rest tried again: what stands on it is refused the next time.
const TRIES: usize = 6;

/// Most indicators of a campaign that a file is held against.
const HELD_MAX: i64 = 5_000;

/// Takes in a plan as `PUT /plans` does, all of it or nothing; with `dry_run` nothing is written. Gives what became of each thing,
/// or would, and whether the plan is in force as the file says.
///
/// # Errors
/// When the database fails; what a thing is refused for is told with the thing.
pub async fn take_in_plan(
    office: &Office,
    actor: &Actor,
    source: &PlanSource,
    (terms, dry_run): (&PlanTerms, bool),
) -> Result<(Vec<PlanItem>, bool), Refusal> {
    let names = PlanNames::of(office, &source.parts(), source.named(), terms).await?;
    let draft = |dropped: &BTreeSet<String>| drafted(source, &names, terms, dropped);
    let how = PutHow { leave_out: terms.leave_out.clone(), skip_refused: terms.skip_refused, dry_run };
    put_in(office, actor, draft, how).await
}

/// How a drafted plan is put in.
pub(super) struct PutHow {
    /// Keys of what is left out.
    pub(super) leave_out: BTreeSet<String>,
    /// Whether what is refused is left out, and the rest put in.
    pub(super) skip_refused: bool,
    /// Whether nothing is written.
    pub(super) dry_run: bool,
}

/// Puts in what `draft` makes without what is left out; gives what became of each thing, and whether it is in force.
pub(super) async fn put_in(
    office: &Office,
    actor: &Actor,
    draft: impl Fn(&BTreeSet<String>) -> (PlanTree, Vec<PlanItem>),
    PutHow { leave_out: mut dropped, skip_refused, dry_run }: PutHow,
) -> Result<(Vec<PlanItem>, bool), Refusal> {
    let mut refused: BTreeMap<String, Vec<Invalid>> = BTreeMap::new();
    let mut tries = 0;
    loop {
        tries += 1;
        let (tree, mut items) = draft(&dropped);
        if tree.len() > NODES_MAX {
            let detail = format!("超过{NODES_MAX}项，请拆成几份。");
            return Err(Invalid::new("", "too_many", detail).into());
        }
        let placed = put_plan(office, actor, &tree, true).await?;
        fates(&mut items, placed);
        let wrong: Vec<&PlanItem> = items
            .iter()
            .filter(|item| item.outcome == PlanItemOutcome::Refused && item.pointer.is_some())
            .collect();
        if skip_refused && !wrong.is_empty() && tries < TRIES {
            for item in wrong {
                dropped.insert(item.key.clone());
                refused.insert(item.key.clone(), item.why.clone());
            }
            continue;
        }
        for item in &mut items {
            if let Some(why) = refused.remove(&item.key) {
                (item.outcome, item.why) = (PlanItemOutcome::Refused, why);
            }
        }
        beside(office, &mut items).await?;
        missing(office, &mut items).await?;
        let stands = |item: &PlanItem| item.outcome.is_in_the_way();
        let in_the_way = if skip_refused {
            // What was left out is told; nothing that is put in may be refused.
            items.iter().any(|item| stands(item) && item.pointer.is_some())
        } else {
            items.iter().any(stands)
        };
        if dry_run || in_the_way {
            return Ok((items, false));
        }
        let placed = put_plan(office, actor, &tree, false).await?;
        let done = placed.iter().all(|one| !matches!(one.fate, Fate::Refused(_) | Fate::Skipped));
        fates(&mut items, placed);
        return Ok((items, done));
    }
}

/// Writes to each thing what became of it.
fn fates(items: &mut [PlanItem], placed: Vec<PlacedPart>) {
    let mut by_pointer: HashMap<String, Fate> =
        placed.into_iter().map(|one| (one.pointer, one.fate)).collect();
    for item in items {
        let Some(fate) = item.pointer.as_ref().and_then(|pointer| by_pointer.remove(pointer)) else {
            continue;
        };
        let (outcome, id) = match fate {
            Fate::Created(id) => (PlanItemOutcome::Created, Some(id)),
            Fate::Updated(id) => (PlanItemOutcome::Updated, Some(id)),
            Fate::Unchanged(id) => (PlanItemOutcome::Unchanged, Some(id)),
            Fate::Skipped => (PlanItemOutcome::Skipped, None),
            Fate::Refused(refusal) => {
                item.why.extend(told(*refusal));
                (PlanItemOutcome::Refused, None)
            }
        };
        (item.outcome, item.id) = (outcome, id);
    }
}

/// A refusal in a sentence for who reads the file.
fn told(refusal: Refusal) -> Vec<Invalid> {
    match refusal {
        Refusal::Invalid(invalid)
        | Refusal::Store(StoreError::Invalid(invalid) | StoreError::Conflict(invalid)) => {
            vec![invalid]
        }
        Refusal::Many(all) => all,
        Refusal::Store(StoreError::Duplicate(constraint)) => {
            vec![Invalid::new(constraint.field, "duplicate", constraint.detail)]
        }
        Refusal::Key { field, error: StoreError::Missing { key, .. } } => {
            let detail = format!("“{key}”没有登记，请核对。");
            vec![Invalid::new(field, "unknown", detail)]
        }
        Refusal::Key { field, .. } => {
            vec![Invalid::new(field, "unknown", "这个名称没有登记，或不止一个，请核对。")]
        }
        _ => vec![Invalid::new("", "malformed", "不能录入，请核对。")],
    }
}

/// What is in force of the things that change, beside them.
async fn beside(office: &Office, items: &mut [PlanItem]) -> Result<(), Refusal> {
    let changed = |part: PlanPart, items: &[PlanItem]| -> Vec<AnyId> {
        let of = items.iter().filter(|item| item.part == part && item.outcome == PlanItemOutcome::Updated);
        of.filter_map(|item| item.id.map(Id::of)).collect()
    };
    let mut known: HashMap<Uuid, String> = HashMap::new();
    for chunk in changed(PlanPart::Indicator, items).chunks(500) {
        for row in office.read.list_indicators_of(&types::known(chunk)).await? {
            let phrase = row.indicator.target.phrase.clone().unwrap_or_else(|| "未下达目标".to_owned());
            known.insert(row.indicator.id.0, format!("{phrase}（截至{}）", row.indicator.window_end));
        }
    }
    for chunk in changed(PlanPart::Task, items).chunks(500) {
        let mut parts: HashMap<Uuid, [Vec<String>; 2]> = HashMap::new();
        for (part, unit) in office.read.list_task_responsibilities(&types::known(chunk)).await? {
            let Some(task) = part.task_id else { continue };
            let role = usize::from(part.role.0 == ResponsibilityRole::Support);
            parts.entry(task.0).or_default()[role].push(unit);
        }
        for (task, [lead, support]) in parts {
            known.insert(task, format!("牵头：{}；配合：{}", lead.join("、"), support.join("、")));
        }
    }
    for item in items.iter_mut().filter(|item| item.outcome == PlanItemOutcome::Updated) {
        item.stored = item.id.and_then(|id| known.remove(&id));
    }
    Ok(())
}

/// Adds what is in force in the campaigns that are there already and not in the file.
async fn missing(office: &Office, items: &mut Vec<PlanItem>) -> Result<(), Refusal> {
    let there: BTreeSet<Uuid> = items.iter().filter_map(|item| item.id).collect();
    let campaigns: Vec<CampaignId> = items
        .iter()
        .filter(|item| item.part == PlanPart::Campaign && item.outcome != PlanItemOutcome::Created)
        .filter_map(|item| item.id.map(Id::of))
        .collect();
    if campaigns.is_empty() {
        return Ok(());
    }
    let page = || Page { limit: HELD_MAX, after: None };
    let filter = TaskFilter { campaigns: Some(campaigns.clone()), ..TaskFilter::default() };
    for row in office.read.list_tasks(&filter, page()).await? {
        if !there.contains(&row.id.0) {
            let mut item = PlanItem::new(PlanPart::Task, &row.id.0.to_string(), &row.name);
            (item.outcome, item.id) = (PlanItemOutcome::Missing, Some(row.id.0));
            items.push(item);
        }
    }
    let alive_on = Some(office.clock.today());
    let filter = BoardFilter { campaigns: Some(campaigns), alive_on, ..BoardFilter::default() };
    for row in office.read.list_indicators(&filter, page()).await? {
        if !there.contains(&row.indicator.id.0) {
            let id = row.indicator.id.0;
            let mut item = PlanItem::new(PlanPart::Indicator, &id.to_string(), &row.measure.1);
            (item.outcome, item.id) = (PlanItemOutcome::Missing, Some(id));
            (item.stored, item.within) = (row.indicator.target.phrase, Some(row.task_name));
            items.push(item);
        }
    }
    Ok(())
}
