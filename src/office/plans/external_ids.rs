//! What other systems call what they own (外部编号).

use crate::domain::{Invalid, PlanPart, invalid, lengths};
use crate::office::Refusal;
use crate::office::actor::Deed;
use crate::store::types::{Id, Thing};

/// Gives something new the id that another system has for it, if there is one.
pub(in crate::office) async fn name_externally(
    deed: &mut Deed<'_>,
    part: PlanPart,
    owner: Id<impl Thing>,
    key: Option<&str>,
) -> Result<(), Refusal> {
    let Some(key) = key else { return Ok(()) };
    let key = checked(key)?;
    Ok(deed.tx().set_external_id(part, owner.of_any(), Some(&key)).await?)
}

/// Gives something the id that another system has for it in place of the present one, if anything is said of it; `Some(None)`
/// takes it away. Gives whether that changed anything.
pub(in crate::office) async fn rename_externally(
    deed: &mut Deed<'_>,
    part: PlanPart,
    owner: Id<impl Thing>,
    key: Option<&Option<String>>,
) -> Result<bool, Refusal> {
    let Some(key) = key else { return Ok(false) };
    let key = key.as_deref().map(checked).transpose()?;
    let present = deed.tx().list_external_ids(&[owner.of_any()]).await?.remove(&owner.of_any());
    if present == key {
        return Ok(false);
    }
    deed.tx().set_external_id(part, owner.of_any(), key.as_deref()).await?;
    Ok(true)
}

/// The id as it is kept.
pub(super) fn checked(key: &str) -> Result<String, Invalid> {
    invalid::text("external_id", key, lengths::EXTERNAL_ID)
}
