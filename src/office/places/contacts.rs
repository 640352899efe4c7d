//! Deeds with contacts (联络员).

use chrono::NaiveDate;

use crate::domain::{Contact, ContactRole, PlanPart};
use crate::office::actor::{Deed, Edited};
use crate::office::plans::{name_externally, rename_externally};
use crate::office::{Actor, Office, Refusal};
use crate::store::rows::ContactRow;
use crate::store::types::Id;

/// A contact that is to be made.
#[derive(Debug, Clone)]
pub struct NewContact {
    /// Its unit: id, credit code or name.
    pub unit: String,
    /// The person's name.
    pub name: String,
    /// Where letters go.
    pub email: String,
    /// Telephone.
    pub phone: Option<String>,
    /// Who gets letters at first, and who when nobody answers.
    pub role: ContactRole,
    /// First day in office; today unless told.
    pub valid_from: Option<NaiveDate>,
    /// Last day in office.
    pub valid_to: Option<NaiveDate>,
    /// What the system that owns it calls it.
    pub external_id: Option<String>,
}

/// Makes a contact.
///
/// # Errors
/// [`Refusal::Invalid`] for a part that does not fit, [`Refusal::Key`] for a unit that is not there, `Duplicate` where the
/// unit has this mailbox already.
pub async fn create_contact(office: &Office, actor: &Actor, new: NewContact) -> Result<ContactRow, Refusal> {
    let mut deed = office.begin(actor).await?;
    let made = add_contact(&mut deed, new).await;
    if let Ok(row) = &made {
        deed.made("contact", row.id.of_any());
    }
    deed.end(made).await
}

/// Makes a contact as part of a deed.
pub(in crate::office) async fn add_contact(
    deed: &mut Deed<'_>,
    new: NewContact,
) -> Result<ContactRow, Refusal> {
    let office = deed.office();
    let contact = Contact {
        name: new.name,
        email: new.email,
        phone: new.phone,
        role: new.role,
        valid_from: new.valid_from.unwrap_or_else(|| office.clock.today()),
        valid_to: new.valid_to,
    }
    .checked()?;
    let unit = deed.unit("unit", &new.unit).await?;
    let row = ContactRow::of(contact, unit.id, Id::of(office.clock.new_id()), office.clock.timestamp());
    deed.tx().create_contact(&row).await?;
    name_externally(deed, PlanPart::Contact, row.id, new.external_id.as_deref()).await?;
    Ok(row)
}

/// What is to become of a contact; what is `None` stays.
#[derive(Debug, Clone, Default)]
pub struct ContactEdit {
    /// The person's name.
    pub name: Option<String>,
    /// Where letters go.
    pub email: Option<String>,
    /// Telephone; `Some(None)` for none.
    pub phone: Option<Option<String>>,
    /// Who gets letters at first, and who when nobody answers.
    pub role: Option<ContactRole>,
    /// First day in office.
    pub valid_from: Option<NaiveDate>,
    /// Last day in office; `Some(None)` for none.
    pub valid_to: Option<Option<NaiveDate>>,
    /// What the system that owns it calls it; `Some(None)` for nothing.
    pub external_id: Option<Option<String>>,
}

/// Changes a contact that was read as `seen`.
///
/// # Errors
/// As [`create_contact`]; `Stale` when somebody else has changed it since.
pub async fn update_contact(
    office: &Office,
    actor: &Actor,
    seen: ContactRow,
    edit: ContactEdit,
) -> Result<ContactRow, Refusal> {
    let mut deed = office.begin(actor).await?;
    let made = change_contact(&mut deed, seen, edit).await;
    deed.end_edit(made).await
}

/// Changes a contact as part of a deed.
pub(in crate::office) async fn change_contact(
    deed: &mut Deed<'_>,
    seen: ContactRow,
    edit: ContactEdit,
) -> Result<Edited<ContactRow>, Refusal> {
    let before = Contact::from(seen.clone());
    let contact = Contact {
        name: edit.name.unwrap_or(before.name),
        email: edit.email.unwrap_or(before.email),
        phone: edit.phone.unwrap_or(before.phone),
        role: edit.role.unwrap_or(before.role),
        valid_from: edit.valid_from.unwrap_or(before.valid_from),
        valid_to: edit.valid_to.unwrap_or(before.valid_to),
    }
    .checked()?;
    let renamed = rename_externally(deed, PlanPart::Contact, seen.id, edit.external_id.as_ref()).await?;
    if !renamed && contact == Contact::from(seen.clone()) {
        return Ok(Edited::Same(seen));
    }
    let changed = seen.changed(contact, deed.office().clock.timestamp());
    let row = deed.tx().update_contact(&changed).await?;
    deed.changed("contact", row.id, &seen, &row);
    Ok(Edited::Changed(row))
}
