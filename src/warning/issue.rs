//! Letters issued: one to each lead unit and campaign, about all its episodes that need one now.

use std::collections::{BTreeSet, HashMap};

use chrono::{Datelike as _, NaiveDate};

use super::plan::{EpisodeWrite, Finding, Plan, plan};
use super::{Desk, WarningError, facts};
use crate::db;
use crate::domain::{ContactRole, Grade, LetterKind, LetterNumber, Level, TextEnum as _};
use crate::letter::{LINES_MAX, LetterContact, LetterFacts, ReplyTerms};
use crate::store::StoreError;
use crate::store::rows::{
    ContactRow, DeliveryRow, IssuingCampaignRow, LetterRow, LineRow, NewLetter, PartRow, Rendering,
};
use crate::store::types::Id;

/// What became of a letter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// A rehearsal: it would be issued.
    Planned,
    /// It was.
    Issued {
        /// The letter.
        id: Id,
        /// Its number.
        number: String,
    },
    /// The campaign wants approval before issue.
    AwaitsApproval,
    /// Somebody else issued about the same episodes at the same time.
    Overtaken,
}

/// One letter of a run.
#[derive(Debug, Clone)]
pub struct PlannedLetter {
    /// Campaign.
    pub campaign_id: Id,
    /// Addressee.
    pub unit_id: Id,
    /// Name of the addressee.
    pub unit: String,
    /// Level: the gravest of its lines.
    pub level: Level,
    /// Indicators it lists, with their grades.
    pub indicators: Vec<(Id, String, Grade)>,
    /// Mailboxes, the addressee's first.
    pub mailboxes: Vec<String>,
    /// What became of it.
    pub outcome: Outcome,
}

/// What a run did, or would do.
#[derive(Debug, Clone, Default)]
pub struct Issued {
    /// Indicators judged.
    pub assessed: usize,
    /// Letters, in order of campaign and unit.
    pub letters: Vec<PlannedLetter>,
    /// Episodes lifted.
    pub lifted: usize,
    /// Lagging indicators without a unit that answers for them.
    pub unaddressed: Vec<Id>,
}

/// Who would get what and why on `as_of`; writes nothing.
///
/// # Errors
/// As [`issue`].
pub async fn rehearse(desk: &Desk, as_of: NaiveDate) -> Result<Issued, WarningError> {
    run(desk, as_of, true).await
}

/// Issues every letter that is due as of `as_of`, dated today. Safe to run twice: the second run finds nothing due.
///
/// # Errors
/// When the database fails, a deadline needs an unpublished calendar, or a template fails. Letters issued before stay.
pub async fn issue(desk: &Desk, as_of: NaiveDate) -> Result<Issued, WarningError> {
    run(desk, as_of, false).await
}

async fn run(desk: &Desk, as_of: NaiveDate, dry_run: bool) -> Result<Issued, WarningError> {
    let Plan { letters, quiet, lifted, unaddressed, assessed } = plan(desk, as_of).await?;
    let mut done = Issued { assessed, lifted, ..Issued::default() };
    done.unaddressed = unaddressed.iter().map(|finding| finding.evidence.row.id).collect();
    if !done.unaddressed.is_empty() {
        tracing::error!(
            count = done.unaddressed.len(),
            "lagging indicators without a unit that answers for them"
        );
    }
    if !dry_run {
        for change in quiet {
            match db!(desk.store, letters::change_episodes(&[], std::slice::from_ref(&change))) {
                Err(StoreError::Stale) | Ok(()) => {}
                Err(error) => return Err(error.into()),
            }
        }
    }
    let campaigns = db!(desk.store, warnings::list_issuing_campaigns())?;
    let campaigns: HashMap<Id, IssuingCampaignRow> = campaigns.into_iter().map(|row| (row.id, row)).collect();
    for ((campaign, unit), mut findings) in letters {
        let campaign = campaigns.get(&campaign).ok_or_else(|| StoreError::missing("campaign", campaign.0))?;
        // The gravest first: the reader may not reach the end.
        findings.sort_by_key(|finding| {
            (std::cmp::Reverse(finding.level), finding.evidence.row.task_id, finding.evidence.row.id)
        });
        while !findings.is_empty() {
            let rest = findings.split_off(findings.len().min(LINES_MAX));
            let draft = Draft::of(desk, as_of, campaign, &campaigns, unit, findings).await?;
            done.letters.push(draft.conclude(desk, dry_run).await?);
            findings = rest;
        }
    }
    Ok(done)
}

/// A letter with everything but its number.
struct Draft {
    facts: LetterFacts,
    letter: LetterRow,
    findings: Vec<Finding>,
    names: HashMap<Id, LineRow>,
    deliveries: Vec<DeliveryRow>,
    approval: bool,
}

impl Draft {
    async fn of(
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
        let contacts =
            db!(desk.store, warnings::list_mailboxes(&asked, ContactRole::Liaison.as_str(), issued_on))?;
        let deliveries = deliveries(desk, &letter, unit, &copied, contacts);
        Ok(Self { facts, letter, findings, names, deliveries, approval: campaign.issuing == "approval" })
    }

    /// Issues it, unless this is a rehearsal or the campaign wants approval first.
    async fn conclude(self, desk: &Desk, dry_run: bool) -> Result<PlannedLetter, WarningError> {
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

    async fn issue(&self, desk: &Desk) -> Result<Outcome, WarningError> {
        let mut new = NewLetter {
            letter: self.letter.clone(),
            opened: Vec::new(),
            continued: Vec::new(),
            deliveries: self.deliveries.clone(),
        };
        for finding in &self.findings {
            match &finding.episode {
                EpisodeWrite::Open(row) => new.opened.push(row.clone()),
                EpisodeWrite::Change(change) => new.continued.push((**change).clone()),
            }
        }
        let rendering = Rendering::new(|letter, serial| self.frozen(desk, letter, serial));
        match db!(desk.store, letters::issue_letter(&new, &rendering)) {
            Ok(letter) => {
                let serial = letter.serial.unwrap_or_default().unsigned_abs();
                let number =
                    LetterNumber::new(&letter.mark, letter.year, serial).map_err(StoreError::from)?;
                Ok(Outcome::Issued { id: letter.id, number: number.to_string() })
            }
            // Two runs at once: the other one has issued; nothing of ours was written.
            Err(StoreError::Stale | StoreError::Duplicate(_)) => Ok(Outcome::Overtaken),
            Err(error) => Err(error.into()),
        }
    }

    /// The letter with its number and the texts that will never change again.
    fn frozen(&self, desk: &Desk, letter: &LetterRow, serial: i32) -> Result<LetterRow, String> {
        let number = LetterNumber::new(&letter.mark, letter.year, serial.unsigned_abs());
        let number = number.map_err(|invalid| invalid.to_string())?;
        let facts = LetterFacts { number: Some(number), ..self.facts.clone() };
        let rendered = desk.templates.render(&facts).map_err(|error| error.to_string())?;
        Ok(LetterRow {
            serial: Some(serial),
            facts: facts.to_json().map_err(|error| error.to_string())?,
            subject: rendered.subject,
            body_text: rendered.text,
            body_html: rendered.html,
            ..letter.clone()
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
        state: "issued".to_owned(),
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

/// Units copied: all others with a part in the findings' tasks, then the 专班 office; each once, in the plan's order.
async fn copied_units(
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
fn deliveries(
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
