//! 补发: an issued letter to one mailbox more.

use super::{Office, Refusal};
use crate::domain::{Invalid, LetterState, TextEnum as _};
use crate::store::StoreError;
use crate::store::rows::DeliveryRow;
use crate::store::types::Id;

/// The mailbox, checked.
#[derive(Debug, Clone)]
pub struct OneMore {
    /// Whose it is; `None` for the addressee's. Anybody else's gets a copy, without the link to answer by.
    pub unit: Option<Id>,
    /// The person.
    pub name: String,
    /// The address.
    pub email: String,
    /// The delivery given up or bounced that it takes the place of.
    pub instead_of: Option<Id>,
}

/// Queues the letter as it was issued for one mailbox more, under a Message-ID of its own.
///
/// # Errors
/// `Missing` without such a letter or delivery; `Conflict` when it is no issued letter, or that delivery is not over;
/// `Duplicate` when the letter went to this mailbox already.
pub async fn send_to_one_more(office: &Office, letter: Id, more: OneMore) -> Result<DeliveryRow, Refusal> {
    let row = office.store.find_letter(letter.0).await?;
    let row = row.ok_or_else(|| StoreError::missing("letter", letter.0))?;
    let state = LetterState::parse(&row.state);
    if matches!(state, None | Some(LetterState::Draft | LetterState::Discarded)) {
        let detail = "此函尚未签发或已撤销，不能补发。";
        return Err(StoreError::Conflict(Invalid::new("state", "not_issued", detail)).into());
    }
    let (id, now) = (Id(office.clock.new_id()), office.clock.timestamp());
    let unit = more.unit.unwrap_or(row.unit_id);
    let role = if unit == row.unit_id { "to" } else { "cc" };
    let message_id = format!("{}@{}", id.0.simple(), office.message_id_domain);
    let delivery = DeliveryRow::queued(id, (letter, unit), (role, more.name, more.email), message_id, now);
    office.store.add_delivery(&delivery, more.instead_of).await?;
    Ok(delivery)
}
