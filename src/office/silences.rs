//! Deeds with silences (静默).

use chrono::{NaiveDate, NaiveDateTime, TimeDelta};

use super::actor::Deed;
use super::{Actor, Office, Refusal};
use crate::domain::invalid::text;
use crate::domain::{Invalid, lengths};
use crate::store::rows::SilenceRow;
use crate::store::types::{Id, IndicatorId, SilenceId};
use crate::store::{StoreError, Tx};

/// Days a silence lasts at most: what is to be left alone for longer should not be an indicator.
const DAYS_MAX: i64 = 366;

/// A silence that is to be made; what it names must agree all together.
#[derive(Debug, Clone)]
pub struct NewSilence {
    /// Only this campaign and those below it: id, 文号 or name.
    pub campaign: Option<String>,
    /// Only this indicator.
    pub indicator: Option<IndicatorId>,
    /// Only what this unit leads: id, name or credit code.
    pub unit: Option<String>,
    /// Why.
    pub reason: String,
    /// Who answers for it, as stated.
    pub owner: String,
    /// Its first day; today where it is not said.
    pub starts_on: Option<NaiveDate>,
    /// Its last day.
    pub ends_on: NaiveDate,
}

/// Makes a silence.
///
/// # Errors
/// [`Refusal::Invalid`] for a bad text or day, or when nothing is named; [`Refusal::Key`] for what is not there.
pub async fn create_silence(office: &Office, actor: &Actor, new: NewSilence) -> Result<SilenceRow, Refusal> {
    let mut deed = office.begin(actor).await?;
    let made = add_silence(&mut deed, new).await;
    if let Ok(row) = &made {
        deed.made("silence", row.id.of_any());
    }
    deed.end(made).await
}

async fn add_silence(deed: &mut Deed<'_>, new: NewSilence) -> Result<SilenceRow, Refusal> {
    let office = deed.office();
    let (reason, owner) =
        (text("reason", &new.reason, lengths::REASON)?, text("owner", &new.owner, lengths::PERSON)?);
    let refused = |field: &str, rule, detail: &str| Err(Invalid::new(field, rule, detail).into());
    let today = office.clock.today();
    let starts_on = new.starts_on.unwrap_or(today);
    if new.ends_on < starts_on.max(today) {
        return refused("ends_on", "out_of_range", "结束日不能早于开始日，也不能早于今天。");
    }
    if new.ends_on - starts_on > TimeDelta::days(DAYS_MAX) {
        return refused("ends_on", "out_of_range", "静默最长一年，到期后可以另立。");
    }
    if new.campaign.is_none() && new.indicator.is_none() && new.unit.is_none() {
        return refused("campaign", "required", "请写明攻坚行动、指标或单位，至少一项。");
    }
    let campaign = deed.maybe_campaign("campaign", new.campaign.as_deref()).await?;
    let unit = deed.maybe_unit("unit", new.unit.as_deref()).await?;
    if let Some(id) = new.indicator
        && deed.tx().list_evaluation_rows_of(&[id]).await?.is_empty()
    {
        let (field, error) = ("indicator".to_owned(), StoreError::missing("indicator", id));
        return Err(Refusal::Key { field, error });
    }
    let now = office.clock.timestamp();
    let row = SilenceRow {
        id: Id::of(office.clock.new_id()),
        campaign_id: campaign.map(|row| row.id),
        indicator_id: new.indicator,
        unit_id: unit.map(|row| row.id),
        reason,
        owner,
        starts_on,
        ends_on: new.ends_on,
        ended_at: None,
        ended_by: None,
        created_at: now,
        updated_at: now,
    };
    deed.tx().create_silence(&row).await?;
    Ok(row)
}

/// Ends a silence before its time; `by` decides it, as stated.
///
/// # Errors
/// [`Refusal::NotFound`]; [`Refusal::Conflict`] when it is over already.
pub async fn end_silence(
    office: &Office,
    actor: &Actor,
    id: SilenceId,
    by: &str,
) -> Result<SilenceRow, Refusal> {
    const WHAT: Refusal = Refusal::NotFound("静默");
    let by = text("by", by, lengths::PERSON)?;
    let row = office.store.find_silence(id).await?.ok_or(WHAT)?;
    if row.ended_at.is_some() || row.ends_on < office.clock.today() {
        return Err(Refusal::Conflict("该静默已经结束，无须再结束。"));
    }
    let mut deed = office.begin(actor).await?;
    let ended = ended(deed.tx(), row.id, &by, office.clock.timestamp()).await;
    deed.end(ended).await?.ok_or(WHAT)
}

async fn ended(
    tx: &mut Tx,
    id: SilenceId,
    by: &str,
    now: NaiveDateTime,
) -> Result<Option<SilenceRow>, StoreError> {
    tx.end_silence(id, by, now).await?;
    tx.find_silence(id).await
}
