//! Deeds with deliveries: sent again (重发), to one mailbox more (补发), and claimed by whoever hands them over.

use std::collections::HashMap;

use chrono::NaiveDateTime;

use super::actor::Deed;
use super::{Actor, Office, Refusal};
use crate::domain::delivery::{Recipient, not_in_a_pilot};
use crate::domain::invalid::text;
use crate::domain::{Invalid, checked_email, lengths};
use crate::store::rows::{DeliveryRow, Lease, Pace};
use crate::store::types::{DeliveryId, Id, LetterId};
use crate::store::{StoreError, failpoint};

/// Lets a mail that was given up or came back be sent again.
///
/// # Errors
/// [`Refusal::NotFound`]; `Conflict` when it is under way or was accepted, its letter was taken back, or is not to be sent because of
/// a pilot.
pub async fn retry_delivery(office: &Office, actor: &Actor, id: DeliveryId) -> Result<DeliveryRow, Refusal> {
    let now = office.clock.timestamp();
    let mut deed = office.begin(actor).await?;
    let retried = deed.tx().retry_delivery(id, now, office.is_pilot()).await;
    match deed.end(retried).await {
        Err(Refusal::Store(StoreError::Missing { .. })) => Err(Refusal::NotFound("投递")),
        other => other,
    }
}

/// One mailbox more for an issued letter.
#[derive(Debug, Clone)]
pub struct NewRecipient {
    /// Whose it is: id, name or credit code; `None` for the addressee's. Anybody else's gets a copy, without the link to
    /// answer by.
    pub unit: Option<String>,
    /// The person.
    pub name: String,
    /// The address.
    pub email: String,
    /// The delivery given up or bounced that it takes the place of.
    pub instead_of: Option<DeliveryId>,
}

/// Queues a letter as it was issued for one mailbox more, under a Message-ID of its own.
///
/// # Errors
/// [`Refusal::Invalid`] for a bad name or address, or a delivery that the letter does not have; [`Refusal::Key`] for a unit
/// that is not there; [`Refusal::NotFound`] without such a letter; `Conflict` when it is no issued letter, or that delivery
/// is not over, or it is not to be sent because of a pilot; `Duplicate` when the letter went to this mailbox already.
pub async fn add_recipient(
    office: &Office,
    actor: &Actor,
    letter: LetterId,
    new: NewRecipient,
) -> Result<DeliveryRow, Refusal> {
    let mut deed = office.begin(actor).await?;
    let added = queue(&mut deed, letter, new).await;
    deed.end(added).await
}

async fn queue(deed: &mut Deed<'_>, letter: LetterId, new: NewRecipient) -> Result<DeliveryRow, Refusal> {
    let office = deed.office();
    let (name, email) = (text("name", &new.name, lengths::PERSON)?, checked_email(&new.email)?);
    let unit = deed.maybe_unit("unit", new.unit.as_deref()).await?;
    let row = deed.tx().find_letter(letter).await?.ok_or(Refusal::NotFound("函"))?;
    if !row.state.0.is_standing() {
        let detail = "此函尚未签发或已撤销，不能补发。";
        return Err(StoreError::Conflict(Invalid::new("state", "not_issued", detail)).into());
    }
    if row.trial != office.is_pilot() {
        return Err(StoreError::Conflict(not_in_a_pilot(row.trial)).into());
    }
    let (id, now) = (Id::of(office.clock.new_id()), office.clock.timestamp());
    let unit = unit.map_or(row.unit_id, |row| row.id);
    let role = if unit == row.unit_id { Recipient::To } else { Recipient::Cc };
    let message_id = format!("{}@{}", id.0.simple(), office.letters.message_id_domain);
    let delivery = DeliveryRow::queued(id, (row.id, unit), (role, name, email), message_id, now);
    match deed.tx().add_delivery(&delivery, new.instead_of).await {
        Err(StoreError::Missing { what: "delivery", .. }) => {
            Err(Invalid::new("instead_of", "unknown", "此函没有这一次投递。").into())
        }
        other => Ok(other.map(|()| delivery)?),
    }
}

/// Claims up to `limit` deliveries that are due, and puts back those that `pace` lets go later; `None` when nothing is due.
/// During a pilot only its own letters go out: a real one would end in the wrong mailbox. Afterwards none of them does.
///
/// # Errors
/// When the database fails.
pub async fn claim(
    office: &Office,
    lease: &Lease<'_>,
    limit: i64,
    pace: Option<&Pace>,
) -> Result<Option<Vec<DeliveryRow>>, StoreError> {
    let claimed = office.store.claim_deliveries(lease, limit, office.is_pilot()).await?;
    failpoint!("claim.committed");
    if claimed.is_empty() {
        return Ok(None);
    }
    let Some(pace) = pace else { return Ok(Some(claimed)) };
    let paced = match &office.letters.redirect_to {
        Some(mailbox) => paced_to(office, (claimed, mailbox), pace, lease.now).await?,
        None => office.store.pace_deliveries(claimed, pace, lease.now).await?,
    };
    failpoint!("paced");
    Ok(Some(paced))
}

/// The pace of mails that all go to one mailbox.
async fn paced_to(
    office: &Office,
    (claimed, mailbox): (Vec<DeliveryRow>, &str),
    pace: &Pace,
    now: NaiveDateTime,
) -> Result<Vec<DeliveryRow>, StoreError> {
    let addressed: HashMap<DeliveryId, String> =
        claimed.iter().map(|row| (row.id, row.email.clone())).collect();
    let redirected = claimed.into_iter().map(|row| DeliveryRow { email: mailbox.to_owned(), ..row });
    let paced = office.store.pace_deliveries(redirected.collect(), pace, now).await?;
    let back =
        |row: DeliveryRow| DeliveryRow { email: addressed.get(&row.id).cloned().unwrap_or_default(), ..row };
    Ok(paced.into_iter().map(back).collect())
}

/// Gives back what was claimed and not tried, to be taken up from `next` on.
///
/// # Errors
/// When the database fails; the leases run out by themselves.
pub async fn give_back(
    office: &Office,
    untried: &[DeliveryId],
    lease: &Lease<'_>,
    next: NaiveDateTime,
) -> Result<(), StoreError> {
    office.store.release_deliveries(untried, lease, next).await
}
