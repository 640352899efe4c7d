//! Deeds with keys to the API.

use super::actor::Deed;
use super::{Actor, Office, Refusal};
use crate::domain::invalid::text;
use crate::domain::{Invalid, Role, lengths};
use crate::store::rows::ApiKeyRow;
use crate::store::types::{ApiKeyId, Id};

/// A key that is to be made.
#[derive(Debug, Clone)]
pub struct NewApiKey {
    /// Whose it is, and what for.
    pub name: String,
    /// What it may do.
    pub role: Role,
    /// The unit it speaks for: id, name or credit code.
    pub unit: Option<String>,
}

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
    let key = format!("xsk_{}", office.clock.new_secret());
    let row = ApiKeyRow {
        id: Id::of(office.clock.new_id()),
        name,
        key_hash: crate::store::hash_key(&key),
        role: new.role.into(),
        created_at: office.clock.timestamp(),
        revoked_at: None,
        unit_id: unit.map(|row| row.id),
    };
    deed.tx().create_api_key(&row).await?;
    Ok((key, row))
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
