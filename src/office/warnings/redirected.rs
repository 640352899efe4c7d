//! The mails of a letter of a pilot (演练): all to one mailbox, each saying for whom it would have been.

use std::collections::{BTreeSet, HashMap};

use super::mailing::{Files, NAME_MAX, content};
use super::{Office, Refusal};
use crate::domain::delivery::Recipient;
use crate::letter::{LetterFacts, redirected};
use crate::mail::MailError;
use crate::mail::foreign::line;
use crate::mail::message::Mailbox;
use crate::store::rows::{DeliveryRow, LetterRow};
use crate::store::types::UnitId;

/// Which form of a letter a mailbox gets.
#[derive(Debug, Clone, Copy)]
pub(super) enum Form {
    /// The addressee's, with the way to answer.
    Own,
    /// That of a unit it is copied to.
    Copied,
    /// That of the leader of the unit addressed.
    Led,
}

/// A letter of a pilot, ready to be addressed to the one mailbox.
pub(super) struct Redirected {
    /// The one mailbox.
    pub(super) address: String,
    forms: [LetterRow; 3],
    files: Files,
    units: HashMap<UnitId, String>,
}

/// Names of units.
///
/// # Errors
/// When the database fails.
pub(super) async fn unit_names(
    office: &Office,
    units: Vec<UnitId>,
) -> Result<HashMap<UnitId, String>, Refusal> {
    let units: Vec<UnitId> = units.into_iter().collect::<BTreeSet<_>>().into_iter().collect();
    if units.is_empty() {
        return Ok(HashMap::new());
    }
    let rows = office.store.list_unit_names(&units).await?;
    Ok(rows.into_iter().map(|row| (row.id, row.name)).collect())
}

impl Redirected {
    /// `forms` are the letter as its addressee, as others and as the leader see it. The mailbox is the pilot's of now; when it is
    /// over, the one that the letter was issued with, so that its mails can still be shown.
    pub(super) fn of(
        office: &Office,
        letter: &LetterRow,
        forms: [LetterRow; 3],
        files: Files,
        units: &HashMap<UnitId, String>,
    ) -> Self {
        let frozen = || LetterFacts::from_json(&letter.facts).ok()?.redirected_to;
        let address = office.letters.redirect_to.clone().or_else(frozen);
        // A letter that does not know its mailbox goes to the sender's own rather than to anybody else.
        let address = address.unwrap_or_else(|| office.letters.sender.address.clone());
        Self { address, forms, files, units: units.clone() }
    }

    /// Who would have got it, and the mailbox that does.
    pub(super) fn mailbox(&self, row: &DeliveryRow) -> Mailbox {
        let name = match self.units.get(&row.unit_id) {
            Some(unit) => format!("演练：{}（{unit}）", row.name),
            None => format!("演练：{}", row.name),
        };
        Mailbox { name: line(&name, NAME_MAX), address: self.address.clone() }
    }

    /// The parts of the mail to one mailbox.
    ///
    /// # Errors
    /// When a file's name cannot stand in a mail.
    pub(super) fn content(&self, row: &DeliveryRow, form: Form) -> Result<Vec<u8>, MailError> {
        let [own, copied, led] = &self.forms;
        let letter = match form {
            Form::Own => own,
            Form::Copied => copied,
            Form::Led => led,
        };
        let unit = self.units.get(&row.unit_id).map(|unit| format!("（{unit}）")).unwrap_or_default();
        let role = if row.role == Recipient::To { "主送" } else { "抄送" };
        let note = format!(
            "这是试运行中的演练邮件，只发到{}；正式发函时{role}{}{unit}，{}。",
            self.address, row.name, row.email
        );
        let (body_text, body_html) = redirected(&letter.body_text, &letter.body_html, &note);
        content(&LetterRow { body_text, body_html, ..letter.clone() }, &self.files)
    }
}
