//! Deeds with keys to the API.

use chrono::{DateTime, TimeDelta, Utc};

use super::actor::Deed;
use super::{Actor, Office, Refusal};
use crate::domain::invalid::text;
use crate::domain::{Invalid, Role, Stage, lengths};
use crate::store::StoreError;
use crate::store::rows::ApiKeyRow;
use crate::store::types::{ApiKeyId, Id, micros};

/// A key that is to be made.
#[derive(Debug, Clone)]
pub struct NewApiKey {
    /// Whose it is, and what for.
    pub name: String,
    /// What it may do.
    pub role: Role,
    /// The unit it speaks for: id, name or credit code.
    pub unit: Option<String>,
    /// From then on it is none; `None` until it is revoked.
    pub expires_at: Option<DateTime<Utc>>,
    /// The highest stage at which it may put figures in; `None`: by its role.
    pub stage: Option<Stage>,
}

/// Days that a key may go on beside the one issued in its place.
pub const MOST_OVERLAP: i64 = 90;

/// Makes a key; gives it beside its row, which keeps a hash of it.
///
/// # Errors
/// [`Refusal::Invalid`] for a bad name, or a unit where the role has none or needs one; [`Refusal::Key`] for a unit that is
/// not there; `Duplicate` where the name is taken.
pub async fn create_api_key(
    office: &Office,
    actor: &Actor,
    new: NewApiKey,
) -> Result<(String, ApiKeyRow), Refusal> {
    let mut deed = office.begin(actor).await?;
    let made = add_api_key(&mut deed, new).await;
    deed.end(made).await
}

async fn add_api_key(deed: &mut Deed<'_>, new: NewApiKey) -> Result<(String, ApiKeyRow), Refusal> {
    let office = deed.office();
    let name = text("name", &new.name, lengths::KEY_NAME)?;
    let unit = deed.maybe_unit("unit", new.unit.as_deref()).await?;
    let refused = |rule, detail: &str| Err(Invalid::new("unit", rule, detail).into());
    match (new.role, &unit) {
        (role, None) if role.is_of_unit() => {
            return refused("required", "责任单位和报送员的密钥须写明代表哪个单位。");
        }
        (Role::Administrator | Role::Reader | Role::Feeder | Role::Auditor, Some(_)) => {
            return refused("not_for_role", "只有协调员、责任单位和报送员的密钥才写明单位，请删除unit。");
        }
        _ => {}
    }
    let expires_at = new.expires_at.map(|end| micros(end.naive_utc()));
    let now = office.clock.timestamp();
    if expires_at.is_some_and(|end| end <= now) {
        return Err(Invalid::new("expires_at", "past", "到期时间须晚于现在。").into());
    }
    if expires_at.is_some() && new.role == Role::Administrator {
        let detail = "管理员的密钥不设到期时间，以免到期后无人能再发放密钥；可以换发或吊销。";
        return Err(Invalid::new("expires_at", "not_for_role", detail).into());
    }
    if new.stage.is_some() && !new.role.enters_figures() {
        let detail = "只有能录入数据的密钥（管理员、协调员、报送员、数据推送）才写明环节，请删除stage。";
        return Err(Invalid::new("stage", "not_for_role", detail).into());
    }
    let key = new_key(office);
    let row = ApiKeyRow {
        unit_id: unit.map(|row| row.id),
        expires_at,
        stage: new.stage.map(Into::into),
        ..ApiKeyRow::of(Id::of(office.clock.new_id()), &name, &key, new.role, now)
    };
    deed.tx().create_api_key(&row).await?;
    Ok((key, row))
}

fn new_key(office: &Office) -> String {
    format!("xsk_{}", office.clock.new_secret())
}

/// Issues a key in place of another, with the same name, role, unit and stage and until the same instant; the former goes on for
/// `overlap_days`, so that its holder can change over without a break.
///
/// # Errors
/// [`Refusal::Invalid`] for an overlap that is too long; [`Refusal::NotFound`]; `Conflict` for a key that is none any more.
pub async fn rotate_api_key(
    office: &Office,
    actor: &Actor,
    id: ApiKeyId,
    overlap_days: i64,
) -> Result<(String, ApiKeyRow), Refusal> {
    if !(0..=MOST_OVERLAP).contains(&overlap_days) {
        let detail = format!("新旧密钥并行的天数须在0至{MOST_OVERLAP}之间。");
        return Err(Invalid::new("overlap_days", "range", detail).into());
    }
    let mut deed = office.begin(actor).await?;
    let made = replaced(&mut deed, id, TimeDelta::days(overlap_days)).await;
    deed.end(made).await
}

async fn replaced(
    deed: &mut Deed<'_>,
    id: ApiKeyId,
    overlap: TimeDelta,
) -> Result<(String, ApiKeyRow), Refusal> {
    let office = deed.office();
    let now = office.clock.timestamp();
    let former = deed.tx().get_api_key(id).await?.ok_or(Refusal::NotFound("访问密钥"))?;
    if !former.is_valid(now) {
        let detail = "此密钥已吊销或已到期，不能换发；请新建一个。";
        return Err(StoreError::Conflict(Invalid::new("id", "not_valid", detail)).into());
    }
    let key = new_key(office);
    let row = ApiKeyRow {
        unit_id: former.unit_id,
        expires_at: former.expires_at,
        stage: former.stage,
        replaces_id: Some(former.id),
        ..ApiKeyRow::of(Id::of(office.clock.new_id()), &former.name, &key, former.role.0, now)
    };
    let ends = former.expires_at.map_or(now + overlap, |own| own.min(now + overlap));
    deed.tx().replace_api_key(&row, former.id, ends).await?;
    Ok((key, row))
}

/// Notes that a key is in use, once an hour.
///
/// # Errors
/// When the database fails.
pub async fn note_use(office: &Office, key: &ApiKeyRow) -> Result<(), StoreError> {
    let now = office.clock.timestamp();
    if key.last_used_at.is_some_and(|last| now < last + TimeDelta::hours(1)) {
        return Ok(());
    }
    office.store.note_key_use(key.id, now).await
}

/// Revokes a key; one that is revoked already stays so.
///
/// # Errors
/// [`Refusal::NotFound`]; `Conflict` for the last administrator's.
pub async fn revoke_api_key(office: &Office, actor: &Actor, id: ApiKeyId) -> Result<(), Refusal> {
    let now = office.clock.timestamp();
    let mut deed = office.begin(actor).await?;
    match deed.tx().revoke_api_key(id, now).await {
        Ok(false) => {
            deed.leave().await;
            Err(Refusal::NotFound("访问密钥"))
        }
        outcome => deed.end(outcome.map(|_| ())).await,
    }
}
