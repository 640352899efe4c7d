//! New rules after an upgrade: what they would write waits as drafts until a person has seen what they change.

use std::collections::HashMap;

use chrono::NaiveDateTime;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{Actor, Office, Refusal, RunReport};
use crate::domain::invalid::text;
use crate::domain::{Grade, Invalid, RULES_VERSION, TextEnum as _, lengths};
use crate::store::rows::WarningRunRow;
use crate::store::types::{IndicatorId, WarningRunId};
use crate::store::{Store, StoreError, Tx};

/// Setting: the rules by which letters are issued.
const VERSION: &str = "rules_version";
/// Setting: when newer rules first judged.
const CHANGED_AT: &str = "rules_changed_at";
/// Ids asked for at once.
const AT_ONCE: usize = 1_000;

/// Rules that are in force while letters are still issued by older ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hold {
    /// Version of the older rules.
    pub from: u32,
    /// Since when the newer ones judge, UTC.
    pub since: NaiveDateTime,
}

/// What new rules change.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Upgrade {
    /// Version of the rules before.
    pub from: u32,
    /// Version of the rules now.
    pub to: u32,
    /// Indicators whose grade is another, those that get worse first.
    pub changes: Vec<GradeChange>,
}

/// An indicator that new rules judge otherwise. Its figures may have changed as well.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GradeChange {
    /// The indicator.
    pub indicator_id: Uuid,
    /// Name of its measure.
    pub indicator: String,
    /// Name of its region.
    pub region: String,
    /// The last grade by the older rules; `None` when they never judged it.
    pub before: Option<String>,
    /// The grade now.
    pub now: String,
}

/// Notes which rules judge from now on; gives what must wait for a release. A database that has never judged begins with
/// today's rules. Safe to call as often as one likes, on any number of replicas.
///
/// # Errors
/// When the database fails or holds no version.
pub async fn note_rules(store: &Store, now: NaiveDateTime) -> Result<Option<Hold>, StoreError> {
    let current = RULES_VERSION.to_string();
    let (stored, _) = store.find_or_set(VERSION, &current, now).await?;
    let from: u32 =
        stored.parse().map_err(|_| StoreError::Corrupt(format!("setting {VERSION}: {stored}")))?;
    if from >= RULES_VERSION {
        return Ok(None);
    }
    let (_, since) = store.find_or_set(CHANGED_AT, &current, now).await?;
    Ok(Some(Hold { from, since }))
}

/// What must wait for a release now.
pub(in crate::office) async fn hold(office: &Office) -> Result<Option<Hold>, StoreError> {
    note_rules(&office.store, office.clock.timestamp()).await
}

/// The grades before beside those of now, where they differ.
pub(super) async fn compared(
    office: &Office,
    hold: Hold,
    grades: &[(IndicatorId, Grade)],
) -> Result<Upgrade, Refusal> {
    let mut differing: Vec<(IndicatorId, Option<Grade>, Grade)> = Vec::new();
    for chunk in grades.chunks(AT_ONCE) {
        let ids: Vec<IndicatorId> = chunk.iter().map(|(id, _)| *id).collect();
        let recorded = office.store.list_grades_before(&ids, hold.since).await?;
        let before: HashMap<IndicatorId, Grade> =
            recorded.into_iter().map(|(id, grade)| (id, grade.0)).collect();
        let with = chunk.iter().map(|(id, now)| (*id, before.get(id).copied(), *now));
        differing.extend(with.filter(|(_, before, now)| *before != Some(*now)));
    }
    // What was never judged before has no grade to differ from, and is of interest only where it warns.
    differing.retain(|(_, before, now)| before.is_some() || now.is_lagging());
    differing.sort_by_key(|(id, before, now)| {
        (std::cmp::Reverse(now.severity()), before.and_then(Grade::severity), *id)
    });
    let ids: Vec<IndicatorId> = differing.iter().map(|(id, ..)| *id).collect();
    let names: HashMap<IndicatorId, _> =
        office.store.list_lines(&ids).await?.into_iter().map(|line| (line.id, line)).collect();
    let change = |(id, before, now): (IndicatorId, Option<Grade>, Grade)| {
        let line = names.get(&id)?;
        Some(GradeChange {
            indicator_id: id.0,
            indicator: line.measure.clone(),
            region: line.region.clone(),
            before: before.map(|grade| grade.as_str().to_owned()),
            now: now.as_str().to_owned(),
        })
    };
    let changes = differing.into_iter().filter_map(change).collect();
    Ok(Upgrade { from: hold.from, to: RULES_VERSION, changes })
}

/// Lets letters be issued by the rules of now: a person has seen in this run what they change; `by` is who decides, as
/// stated. The next run issues. Gives the run.
///
/// # Errors
/// [`Refusal::Invalid`] for a bad name, [`Refusal::NotFound`]; `Conflict` when nothing waits for it.
pub async fn release(
    office: &Office,
    actor: &Actor,
    run: WarningRunId,
    by: Option<&str>,
) -> Result<WarningRunRow, Refusal> {
    let by = by.map(|by| text("by", by, lengths::PERSON)).transpose()?;
    let row = office.store.find_run(run).await?.ok_or(Refusal::NotFound("预警运行"))?;
    let not_held = |detail: &str| StoreError::Conflict(Invalid::new("state", "nothing_held", detail)).into();
    if RunReport::read(&row)?.upgrade.is_none() {
        let detail = "这次运行不是规则升级后待放行的运行，请放行最近一次列有等级变化的运行。";
        return Err(not_held(detail));
    }
    if hold(office).await?.is_none() {
        return Err(not_held("现行规则已经放行，无需再次放行。"));
    }
    let mut deed = office.begin(actor).await?;
    let released = released(deed.tx(), office.clock.timestamp()).await;
    deed.end(released).await?;
    let by = by.as_deref().or(actor.key_name());
    tracing::warn!(by, run = %run, "letters by the new rules are released");
    Ok(row)
}

async fn released(tx: &mut Tx, now: NaiveDateTime) -> Result<(), StoreError> {
    tx.set(VERSION, &RULES_VERSION.to_string(), now).await?;
    tx.forget(CHANGED_AT).await
}
