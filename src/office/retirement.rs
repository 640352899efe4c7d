//! Deeds that retire (停用) and withdraw (撤回): nothing is deleted, days before stay as they were.

use std::fmt::Write as _;

use chrono::NaiveDate;

use super::actor::Deed;
use super::{Actor, Office, Refusal};
use crate::domain::invalid::text;
use crate::domain::{Invalid, Retiree, lengths};
use crate::evidence::Register;
use crate::store::rows::{ApiKeyFilter, BoardFilter, Dependent, NamedIndicatorRow, ObservationRow, Page};
use crate::store::types::{AnyId, MeasureId, ObservationId, UnitId};

/// Names of one kind that a refusal gives.
const NAMED: usize = 5;
/// Rows read at once.
const PAGE: i64 = 1_000;

/// Retires one thing from today on, for the reason given. It takes part in nothing any more: a retired indicator is not
/// judged, not written about and asked for no report, and what was open of it is lifted by a letter that says so.
///
/// `whole` retires with a campaign all that lies in it; anything else has to be free of what still refers to it.
///
/// # Errors
/// [`Refusal::Invalid`] for a bad reason, or naming what still refers to it; [`Refusal::NotFound`]; `Conflict` when it was
/// retired before.
pub async fn retire(
    office: &Office,
    actor: &Actor,
    (what, id): (Retiree, AnyId),
    (reason, whole): (&str, bool),
) -> Result<(), Refusal> {
    let reason = text("reason", reason, lengths::REASON)?;
    let mut deed = office.begin(actor).await?;
    let retired = retire_in(&mut deed, (what, id), &reason, whole).await;
    deed.end(retired).await
}

async fn retire_in(
    deed: &mut Deed<'_>,
    (what, id): (Retiree, AnyId),
    reason: &str,
    whole: bool,
) -> Result<(), Refusal> {
    let (today, now) = (deed.office().clock.today(), deed.office().clock.timestamp());
    deed.tx().end_references().await?;
    if whole && what == Retiree::Campaign {
        for inside in deed.tx().list_within(id.known()).await? {
            deed.tx().retire(inside, (today, reason), now).await?;
        }
    }
    let mut dependents = deed.tx().list_dependents(what, id).await?;
    dependents.extend(match what {
        Retiree::Measure => compared_with(deed, id.known()).await?,
        Retiree::Unit => in_force_for(deed, id.known(), today).await?,
        _ => Vec::new(),
    });
    if !dependents.is_empty() {
        return Err(Invalid::new("id", "in_use", in_use(what, &dependents)).into());
    }
    if deed.tx().retire((what, id), (today, reason), now).await? {
        let before = serde_json::json!({ "retired_on": null, "retired_reason": null });
        let after = serde_json::json!({ "retired_on": today, "retired_reason": reason });
        deed.changed(&what.to_string(), id, &before, &after);
        return Ok(());
    }
    let there = match what {
        Retiree::Campaign => deed.tx().find_campaign(id.known()).await?.is_some(),
        Retiree::Task => deed.tx().find_task(id.known()).await?.is_some(),
        Retiree::Measure => deed.tx().find_measure(id.known()).await?.is_some(),
        Retiree::Unit => deed.tx().find_unit(id.known()).await?.is_some(),
        Retiree::Indicator => deed.tx().find_indicator(id.known()).await?.is_some(),
    };
    Err(if there {
        Refusal::Conflict("已经停用，无需重复办理。")
    } else {
        Refusal::NotFound(what.chinese())
    })
}

/// Indicators whose targets are held against a measure.
async fn compared_with(deed: &mut Deed<'_>, id: MeasureId) -> Result<Vec<Dependent>, Refusal> {
    let register = Register::load_in(deed.tx()).await?;
    let alive_on = Some(deed.office().clock.today());
    let filter = BoardFilter { alive_on, ..BoardFilter::default() };
    let (mut found, mut after) = (Vec::new(), None);
    loop {
        let mut rows = deed.tx().list_indicators(&filter, Page { limit: PAGE, after }).await?;
        let is_last = rows.len() <= PAGE as usize;
        rows.truncate(PAGE as usize);
        after = rows.last().map(|row| row.indicator.id.of_any());
        for NamedIndicatorRow { indicator, measure, region, .. } in rows {
            let target = indicator.target.target().filter(|target| target.benchmark.is_some());
            let other = target.and_then(|target| register.other_measure(&target, (measure.0, &region.0)));
            if other == Some(id) {
                found.push(Dependent {
                    what: "与之对比的指标",
                    name: format!("{}（{}）", measure.1, region.1),
                });
            }
        }
        if is_last {
            return Ok(found);
        }
    }
}

/// Silences and keys of a unit that hold today.
async fn in_force_for(deed: &mut Deed<'_>, id: UnitId, today: NaiveDate) -> Result<Vec<Dependent>, Refusal> {
    let silences = deed.tx().list_silences_on(today).await?;
    let silences = silences.into_iter().filter(|row| row.unit_id == Some(id));
    let mut found: Vec<Dependent> =
        silences.map(|row| Dependent { what: "静默", name: row.reason }).collect();
    let all = Page { limit: PAGE, after: None };
    let own = ApiKeyFilter { unit_id: Some(id), ..ApiKeyFilter::default() };
    let keys = deed.tx().list_api_keys(&own, all).await?;
    let keys = keys.into_iter().filter(|row| row.revoked_at.is_none());
    found.extend(keys.map(|row| Dependent { what: "访问密钥", name: row.name }));
    Ok(found)
}

/// What a person must see to first.
fn in_use(what: Retiree, dependents: &[Dependent]) -> String {
    let mut told = format!("仍有内容引用此{}，请先停用或改由其他承担：", what.chinese());
    for (place, group) in dependents.chunk_by(|a, b| a.what == b.what).enumerate() {
        let names: Vec<&str> = group.iter().take(NAMED).map(|one| one.name.as_str()).collect();
        let more = if group.len() > NAMED { format!("等{}项", group.len()) } else { String::new() };
        let before = if place == 0 { "" } else { "；" };
        // Writing into a text does not fail.
        let _ = write!(told, "{before}{}“{}”{more}", group[0].what, names.join("”“"));
    }
    if what == Retiree::Campaign {
        told.push_str("。整个行动连同其中的任务和指标一并停用时，请写whole: true");
    }
    told.push('。');
    told
}

/// Withdraws one vintage of a fact, for the reason given: from today on the value before it counts again, or none.
///
/// # Errors
/// [`Refusal::Invalid`] for a bad reason; [`Refusal::NotFound`]; `Conflict` when it was withdrawn before.
pub async fn withdraw_observation(
    office: &Office,
    actor: &Actor,
    id: ObservationId,
    reason: &str,
) -> Result<ObservationRow, Refusal> {
    let reason = text("reason", reason, lengths::REASON)?;
    let (today, now) = (office.clock.today(), office.clock.timestamp());
    let mut deed = office.begin(actor).await?;
    let withdrawn = match deed.tx().withdraw_observation(id, (today, &reason), now).await {
        Ok(Some(row)) => Ok(row),
        Ok(None) => Err(match deed.tx().is_observation(id).await {
            Ok(true) => Refusal::Conflict("这个版本已经撤回，无需重复办理。"),
            Ok(false) => Refusal::NotFound("观测值"),
            Err(error) => error.into(),
        }),
        Err(error) => Err(error.into()),
    };
    deed.end(withdrawn).await
}

/// Refuses what was retired where something new would rest on it.
pub(super) fn expect_alive(
    field: &str,
    what: Retiree,
    (name, retired_on): (&str, Option<NaiveDate>),
) -> Result<(), Invalid> {
    match retired_on {
        None => Ok(()),
        Some(day) => {
            let detail = format!("{}“{name}”已于{day}停用，不能再使用。", what.chinese());
            Err(Invalid::new(field, "retired", detail))
        }
    }
}
