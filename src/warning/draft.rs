//! A letter with everything but its number: facts, addressees, episodes.

use std::collections::HashMap;

use chrono::{Datelike as _, NaiveDate};

use super::addressees::{copied_units, deliveries};
use super::plan::Finding;
use super::run::{Outcome, PlannedLetter};
use super::{Desk, WarningError, facts, trends};
use crate::db;
use crate::domain::{ContactRole, Issuing, LetterKind, LetterState, Level, TextEnum as _};
use crate::letter::{LetterContact, LetterFacts, PICTURES_MAX, ReplyTerms};
use crate::store::StoreError;
use crate::store::rows::{DeliveryRow, IssuingCampaignRow, LetterRow, LineRow};
use crate::store::types::Id;

/// A letter with everything but its number.
pub(super) struct Draft {
    pub(super) facts: LetterFacts,
    pub(super) letter: LetterRow,
    pub(super) findings: Vec<Finding>,
    names: HashMap<Id, LineRow>,
    pub(super) deliveries: Vec<DeliveryRow>,
    approval: bool,
}

impl Draft {
    pub(super) async fn of(
        desk: &Desk,
        as_of: NaiveDate,
        campaign: &IssuingCampaignRow,
        campaigns: &HashMap<Id, IssuingCampaignRow>,
        unit: Id,
        findings: Vec<Finding>,
    ) -> Result<Self, WarningError> {
        let issued_on = desk.clock.today();
        let days = campaign.reply_working_days.unsigned_abs();
        let reply = ReplyTerms { by: desk.calendar.add_working_days(issued_on, days)?, working_days: days };
        let ids: Vec<Id> = findings.iter().map(|finding| finding.evidence.row.id).collect();
        let names = db!(desk.store, warnings::list_lines(&ids))?;
        let names: HashMap<Id, LineRow> = names.into_iter().map(|row| (row.id, row)).collect();
        let copied = copied_units(desk, campaign, unit, &findings).await?;
        let level = findings.iter().map(|finding| finding.level).max().unwrap_or(Level::Yellow);
        let mut lines = Vec::with_capacity(findings.len());
        for (ordinal, finding) in (1..).zip(&findings) {
            let id = finding.evidence.row.id;
            let name = names.get(&id).ok_or_else(|| StoreError::missing("indicator", id.0))?;
            lines.push(facts::line(ordinal, finding, name)?);
        }
        let drawn = findings.iter().map(|finding| finding.evidence.row.id).zip(&mut lines);
        trends::add(desk, as_of, &mut drawn.take(PICTURES_MAX).collect::<Vec<_>>()).await?;
        let mut asked: Vec<Id> = vec![unit];
        asked.extend(&copied);
        let unit_names: HashMap<Id, String> =
            db!(desk.store, warnings::list_unit_names(&asked))?.into_iter().collect();
        let name_of = |id: &Id| unit_names.get(id).cloned().unwrap_or_default();
        let parent = campaign.parent_id.and_then(|id| campaigns.get(&id));
        let facts = LetterFacts {
            kind: LetterKind::Warning,
            level: Some(level),
            number: None,
            campaign: campaign.name.clone(),
            doc_title: None,
            doc_no: campaign.doc_no.clone().or_else(|| parent.and_then(|parent| parent.doc_no.clone())),
            issuer: campaign.issuer_name.clone(),
            addressee: name_of(&unit),
            copied: copied.iter().map(name_of).collect(),
            issued_on,
            as_of,
            source: None,
            reply: Some(reply),
            contact: LetterContact {
                name: campaign.contact_name.clone(),
                phone: campaign.contact_phone.clone(),
                email: campaign.contact_email.clone(),
            },
            reply_link: None,
            follow_up_of: None,
            lines,
        };
        let letter = letter_row(desk, campaign, unit, &facts);
        let reply_link = desk.links.as_ref().map(|links| links.address(letter.id.0));
        let facts = LetterFacts { reply_link, ..facts };
        let contacts =
            db!(desk.store, warnings::list_mailboxes(&asked, ContactRole::Liaison.as_str(), issued_on))?;
        let deliveries = deliveries(desk, &letter, unit, &copied, contacts);
        Ok(Self {
            facts,
            letter,
            findings,
            names,
            deliveries,
            approval: campaign.issuing == Issuing::Approval.as_str(),
        })
    }

    /// Issues it, unless this is a rehearsal or the campaign wants approval first.
    pub(super) async fn conclude(self, desk: &Desk, dry_run: bool) -> Result<PlannedLetter, WarningError> {
        let outcome = if dry_run {
            Outcome::Planned
        } else if self.approval {
            Outcome::AwaitsApproval
        } else {
            self.issue(desk).await?
        };
        if self.deliveries.iter().all(|delivery| delivery.role != "to") {
            tracing::error!(
                unit = self.facts.addressee,
                "the addressee of a letter has no liaison with a mailbox"
            );
        }
        let indicator = |finding: &Finding| {
            let id = finding.evidence.row.id;
            let name = self.names.get(&id).map(|row| row.measure.clone()).unwrap_or_default();
            (id, name, finding.assessment.grade)
        };
        Ok(PlannedLetter {
            campaign_id: self.letter.campaign_id,
            unit_id: self.letter.unit_id,
            level: self.facts.level.unwrap_or(Level::Yellow),
            indicators: self.findings.iter().map(indicator).collect(),
            mailboxes: self.deliveries.iter().map(|delivery| delivery.email.clone()).collect(),
            unit: self.facts.addressee,
            outcome,
        })
    }
}

fn letter_row(desk: &Desk, campaign: &IssuingCampaignRow, unit: Id, facts: &LetterFacts) -> LetterRow {
    let now = desk.clock.timestamp();
    LetterRow {
        id: Id(desk.clock.new_id()),
        mark: campaign.letter_mark.clone(),
        year: facts.issued_on.year(),
        serial: None,
        kind: facts.kind.to_string(),
        level: facts.level.map(|level| level.to_string()),
        state: LetterState::Issued.to_string(),
        campaign_id: campaign.id,
        unit_id: unit,
        as_of: facts.as_of,
        issued_on: Some(facts.issued_on),
        reply_by: facts.reply.as_ref().map(|reply| reply.by),
        facts: String::new(),
        subject: String::new(),
        body_text: String::new(),
        body_html: String::new(),
        created_at: now,
        updated_at: now,
    }
}
