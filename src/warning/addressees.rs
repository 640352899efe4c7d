//! Who gets a letter: the lead unit's liaisons, and copies for everybody with a part in it.

use std::collections::{BTreeSet, HashMap};

use super::plan::Finding;
use super::{Desk, WarningError};
use crate::db;
use crate::store::rows::{ContactRow, DeliveryRow, IssuingCampaignRow, LetterRow, PartRow};
use crate::store::types::Id;

/// Units copied: all others with a part in the findings' tasks, then the 专班 office; each once, in the plan's order.
pub(super) async fn copied_units(
    desk: &Desk,
    campaign: &IssuingCampaignRow,
    addressee: Id,
    findings: &[Finding],
) -> Result<Vec<Id>, WarningError> {
    let ids = |pick: fn(&Finding) -> Id| {
        findings.iter().map(pick).collect::<BTreeSet<_>>().into_iter().collect::<Vec<_>>()
    };
    let tasks = ids(|finding| finding.evidence.row.task_id);
    let indicators = ids(|finding| finding.evidence.row.id);
    let parts: Vec<PartRow> = db!(desk.store, warnings::list_parts(&tasks, &indicators))?;
    let mut copied = Vec::new();
    for unit in parts.iter().map(|part| part.unit_id).chain(campaign.office_unit_id) {
        if unit != addressee && !copied.contains(&unit) {
            copied.push(unit);
        }
    }
    Ok(copied)
}

/// One row a mailbox; a mailbox that stands for several units gets one copy.
pub(super) fn deliveries(
    desk: &Desk,
    letter: &LetterRow,
    addressee: Id,
    copied: &[Id],
    contacts: Vec<ContactRow>,
) -> Vec<DeliveryRow> {
    let mut by_unit: HashMap<Id, Vec<ContactRow>> = HashMap::new();
    for contact in contacts {
        by_unit.entry(contact.unit_id).or_default().push(contact);
    }
    let mut rows: Vec<DeliveryRow> = Vec::new();
    for unit in std::iter::once(&addressee).chain(copied) {
        for contact in by_unit.remove(unit).unwrap_or_default() {
            if rows.iter().any(|row| row.email.eq_ignore_ascii_case(&contact.email)) {
                continue;
            }
            let ordinal = rows.len() + 1;
            rows.push(DeliveryRow {
                id: Id(desk.clock.new_id()),
                letter_id: letter.id,
                unit_id: *unit,
                role: if *unit == addressee { "to" } else { "cc" }.to_owned(),
                name: contact.name,
                email: contact.email,
                message_id: format!("{}.{ordinal}@{}", letter.id.0.simple(), desk.message_id_domain),
                state: "pending".to_owned(),
                attempts: 0,
                uncertain: 0,
                next_attempt_at: letter.created_at,
                lease_until: None,
                lease_holder: None,
                accepted_at: None,
                last_reply: None,
                created_at: letter.created_at,
                updated_at: letter.updated_at,
            });
        }
    }
    rows
}
