//! Who gets a letter: the lead unit's liaisons, and copies for everybody with a part in it; further up the ladder its
//! leader and the unit above.

use super::Office;
use super::letter_context::LetterContext;
use super::planned::{Finding, Key};
use crate::domain::delivery::Recipient;
use crate::domain::{ContactRole, ladder};
use crate::store::rows::{ContactRow, DeliveryRow, IssuingCampaignRow, LetterRow};
use crate::store::types::{Id, UnitId};

/// Who is addressed and copied.
pub(super) struct Addressees {
    /// 抄送, as printed.
    pub(super) copied: Vec<String>,
    /// Whether the unit above is among them.
    pub(super) superior_told: bool,
    /// Whose mailbox, in which role, in the order of the letter.
    pub(super) mailboxes: Vec<(UnitId, Recipient, ContactRow)>,
    /// What is missing for the letter to reach whom it should, for a person to mend.
    pub(super) lacking: Vec<String>,
}

/// The addressees of one letter. Copied are all others with a part in the findings' tasks, in the plan's order, then
/// the 专班 office; each once.
pub(super) fn addressees(
    letter_context: &LetterContext<'_>,
    campaign: &IssuingCampaignRow,
    key: &Key,
    findings: &[Finding],
) -> Addressees {
    let mut copied = Vec::new();
    for unit in letter_context.units_with_a_part(findings).into_iter().chain(campaign.office_unit_id) {
        if unit != key.unit && !copied.contains(&unit) {
            copied.push(unit);
        }
    }
    let own = letter_context.unit_name(key.unit);
    let mut out =
        Addressees { copied: Vec::new(), superior_told: false, mailboxes: Vec::new(), lacking: Vec::new() };
    out.add(letter_context, key.unit, ContactRole::Liaison, Recipient::To);
    if out.mailboxes.is_empty() {
        out.lacking.push(format!("{own}没有在任的联络员邮箱"));
    }
    if key.step >= Some(ladder::LEADER) {
        out.copied.push(format!("{own}主要负责人"));
        if !out.add(letter_context, key.unit, ContactRole::Leader, Recipient::Cc) {
            out.lacking.push(format!("{own}没有在任的负责人邮箱"));
        }
    }
    if key.step >= Some(ladder::PARENT) {
        // Older registers may hold a unit that is its own superior.
        match letter_context.parent_of(key.unit).filter(|parent| *parent != key.unit) {
            Some(parent) => {
                out.copied.push(letter_context.unit_name(parent));
                out.superior_told = true;
                let leader = out.add(letter_context, parent, ContactRole::Leader, Recipient::Cc);
                let liaison = out.add(letter_context, parent, ContactRole::Liaison, Recipient::Cc);
                if !leader && !liaison {
                    out.lacking.push(format!(
                        "上级单位{}没有在任的联络员或负责人邮箱",
                        letter_context.unit_name(parent)
                    ));
                }
                copied.retain(|unit| *unit != parent);
            }
            None => out.lacking.push(format!("{own}没有登记上级单位")),
        }
    }
    for unit in copied {
        out.copied.push(letter_context.unit_name(unit));
        out.add(letter_context, unit, ContactRole::Liaison, Recipient::Cc);
    }
    out
}

impl Addressees {
    /// Everybody it goes to, as frozen with the letter.
    pub(super) fn recipients(&self) -> Vec<String> {
        self.mailboxes.iter().map(|(.., contact)| format!("{} <{}>", contact.name, contact.email)).collect()
    }

    /// Adds the unit's people of one role, a mailbox that is there already excepted; gives whether there are any.
    fn add(
        &mut self,
        letter_context: &LetterContext<'_>,
        unit: UnitId,
        role: ContactRole,
        place: Recipient,
    ) -> bool {
        let mut any = false;
        for contact in letter_context.contacts(unit, role) {
            any = true;
            let known = |(.., other): &(_, _, ContactRow)| other.email.eq_ignore_ascii_case(&contact.email);
            if !self.mailboxes.iter().any(known) {
                self.mailboxes.push((unit, place, contact.clone()));
            }
        }
        any
    }
}

/// One row a mailbox; a mailbox that stands for several units gets one copy.
pub(super) fn deliveries(
    office: &Office,
    letter: &LetterRow,
    mailboxes: &[(UnitId, Recipient, ContactRow)],
) -> Vec<DeliveryRow> {
    let row = |(ordinal, (unit, role, contact)): (usize, &(UnitId, Recipient, ContactRow))| {
        let id = Id::of(office.clock.new_id());
        let mailbox = (*role, contact.name.clone(), contact.email.clone());
        let message_id = format!("{}.{ordinal}@{}", letter.id.0.simple(), office.letters.message_id_domain);
        DeliveryRow::queued(id, (letter.id, *unit), mailbox, message_id, letter.updated_at)
    };
    (1..).zip(mailboxes).map(row).collect()
}
