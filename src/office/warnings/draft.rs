//! A letter with everything but its number: facts, addressees, episodes.

use std::collections::HashMap;

use chrono::{Datelike as _, NaiveDate};

use super::Office;
use super::addressees::{Addressees, addressees, deliveries};
use super::going::Going;
use super::letter_context::LetterContext;
use super::planned::{About, Finding, Key, changed};
use crate::domain::delivery::Recipient;
use crate::domain::{
    Grade, Handling, IncidentKind, LetterKind, LetterNumber, LetterState, SubjectKind, UnpublishedYear,
};
use crate::letter::{EarlierLetter, LetterContact, LetterFacts, PICTURES_MAX, ReplyTerms, Trend};
use crate::store::StoreError;
use crate::store::rows::{
    EpisodeChange, EpisodeRow, IncidentRow, IssuingCampaignRow, LetterEpisodeRow, LetterHead,
    LetterReportRow, LetterRow, NewLetter,
};
use crate::store::types::{Id, IndicatorId, LetterId, Listed};

/// A letter without its number.
pub(super) struct Draft {
    /// Which letter.
    pub(super) key: Key,
    /// What it says.
    pub(super) facts: LetterFacts,
    /// Its row, without texts.
    pub(super) letter: LetterRow,
    /// Whom it reaches.
    pub(super) addressees: Addressees,
    /// Whether it waits for 签发, and why.
    pub(super) going: Going,
    /// Why it cannot be issued: its deadline needs a calendar nobody has.
    pub(super) blocked: Option<UnpublishedYear>,
    findings: Vec<Finding>,
}

impl Draft {
    /// Drafts the letter about `findings`, dated the day of its context; `waiting` is the draft it takes the place of.
    ///
    /// # Errors
    /// `Missing` when a campaign or indicator has gone.
    pub(super) fn of(
        office: &Office,
        letter_context: &LetterContext<'_>,
        as_of: NaiveDate,
        (key, mut findings): (Key, Vec<Finding>),
        waiting: Option<&LetterHead>,
    ) -> Result<Self, StoreError> {
        let campaign = letter_context.campaign(key.campaign)?;
        let issued_on = letter_context.day();
        // The gravest first: the reader may not reach the end.
        findings.sort_by_cached_key(|finding| {
            let task = letter_context.line(finding.indicator).ok().map(|line| line.task_id);
            (std::cmp::Reverse(finding.level), task, finding.indicator)
        });
        let addressees = addressees(letter_context, campaign, &key, &findings);
        for (ordinal, finding) in (1..).zip(&mut findings) {
            let names = letter_context.line(finding.indicator)?;
            finding.line.ordinal = ordinal;
            finding.line.indicator.clone_from(&names.measure);
            finding.line.region.clone_from(&names.region);
            finding.line.tasks = letter_context.tasks(finding)?;
        }
        let (follows_id, follow_up_of) = follow_up(letter_context, &key, &findings)?;
        let lettered = findings.iter().filter_map(Finding::lettered).max();
        let follow_up_of = follow_up_of.map(|earlier| EarlierLetter { level: lettered, ..earlier });
        let (reply, blocked) = match terms(office, &key, campaign, issued_on, follow_up_of.as_ref()) {
            Ok(reply) => (reply, None),
            Err(year) => (None, Some(year)),
        };
        let level = findings.iter().filter_map(|finding| finding.level).max();
        let facts = LetterFacts {
            kind: key.kind,
            level: level.filter(|_| key.kind == LetterKind::Warning),
            handling: key.step.and_then(Handling::of_step),
            number: None,
            campaign: campaign.name.clone(),
            doc_title: None,
            doc_no: letter_context.doc_no(campaign),
            issuer: campaign.issuer_name.clone(),
            addressee: letter_context.unit_name(key.unit),
            copied: addressees.copied.clone(),
            superior_told: addressees.superior_told,
            recipients: Some(addressees.recipients()),
            withdraws: None,
            redirected_to: office.letters.redirect_to.clone(),
            issued_on,
            as_of,
            source: None,
            reply,
            contact: LetterContact {
                name: campaign.contact_name.clone(),
                phone: campaign.contact_phone.clone(),
                email: campaign.contact_email.clone(),
            },
            reply_link: None,
            follow_up_of,
            lines: findings.iter().map(|finding| finding.line.clone()).collect(),
        };
        let letter = letter_row(office, campaign, &key, &facts, follows_id, waiting);
        let facts = LetterFacts { reply_link: reply_link(office, &key, &letter), ..facts };
        let going = Going::of(campaign, &key, waiting)?;
        Ok(Self { key, facts, letter, addressees, going, blocked, findings })
    }

    /// The indicators of its first lines, where these want a chart and have none.
    pub(super) fn undrawn(&self) -> impl Iterator<Item = IndicatorId> {
        let drawn = self.key.kind.is_drawn();
        let first = self.findings.iter().take(if drawn { PICTURES_MAX } else { 0 });
        first.filter(|finding| finding.line.trend.is_none()).map(|finding| finding.indicator)
    }

    /// Gives the first lines their charts.
    pub(super) fn draw(&mut self, trends: &HashMap<IndicatorId, Trend>) {
        for (finding, line) in self.findings.iter().zip(&mut self.facts.lines).take(PICTURES_MAX) {
            line.trend = line.trend.take().or_else(|| trends.get(&finding.indicator).cloned());
        }
    }

    /// Lets it wait whatever its campaign says.
    #[must_use]
    pub(super) fn held(self) -> Self {
        Self { going: self.going.held(), ..self }
    }

    /// Its indicators with their names and grades.
    pub(super) fn indicators(&self) -> Vec<(IndicatorId, String, Grade)> {
        let one = |finding: &Finding| (finding.indicator, finding.line.indicator.clone(), finding.grade);
        self.findings.iter().map(one).collect()
    }

    /// What is written when it is issued now.
    pub(super) fn to_issue(&self, office: &Office) -> NewLetter {
        let deliveries = deliveries(office, &self.letter, &self.addressees.mailboxes);
        NewLetter { deliveries, incident: self.lacking(office), ..self.written(self.letter.clone(), true) }
    }

    /// Whom it should reach and cannot. That the addressee has no mailbox at all is the watchdog's to say.
    fn lacking(&self, office: &Office) -> Option<IncidentRow> {
        let Addressees { mailboxes, lacking, .. } = &self.addressees;
        if lacking.is_empty() || !mailboxes.iter().any(|(_, role, _)| *role == Recipient::To) {
            return None;
        }
        let detail = format!("{}，请登记邮箱后补发。", lacking.join("；"));
        tracing::error!(unit = self.facts.addressee, detail, "a letter does not reach everybody it should");
        let about = (SubjectKind::Letter, self.letter.id.0.to_string());
        let id = Id::of(office.clock.new_id());
        Some(IncidentRow::new(id, IncidentKind::AddresseeLacking, about, detail, office.clock.timestamp()))
    }

    /// What is written while it waits: its episodes go on, but no letter has spoken of them yet.
    pub(super) fn to_wait(&self, texts: LetterRow) -> NewLetter {
        let waits_for = self.going.waits_for.map(Listed);
        let row = LetterRow { issued_on: None, reply_by: None, waits_for, ..texts };
        self.written(LetterRow { state: LetterState::Draft.into(), ..row }, false)
    }

    fn written(&self, letter: LetterRow, spoken: bool) -> NewLetter {
        let mut new = NewLetter {
            opened: Vec::new(),
            continued: Vec::new(),
            episodes: Vec::new(),
            reports: Vec::new(),
            deliveries: Vec::new(),
            incident: None,
            letter,
        };
        let speaks = spoken && self.key.kind == LetterKind::Warning;
        for (ordinal, finding) in (1..).zip(&self.findings) {
            let level = finding.level.map(Listed);
            let mut link = |episode_id| {
                let (letter_id, period_end) = (new.letter.id, finding.period_end);
                new.episodes.push(LetterEpisodeRow { letter_id, episode_id, ordinal, level, period_end });
            };
            match &finding.about {
                About::Opened(row) => {
                    link(row.id);
                    let mut row = row.clone();
                    if speaks {
                        (row.lettered_level, row.lettered_period_end) = (level, finding.period_end);
                        row.letter_id = Some(new.letter.id);
                    }
                    new.opened.push(*row);
                }
                About::Continued(change) => {
                    link(change.before.id);
                    let mut change = EpisodeChange::clone(change);
                    if spoken && self.key.kind != LetterKind::Lifting {
                        change.after.handling = self.handling(&change.before);
                    }
                    if speaks {
                        let after = &mut change.after;
                        (after.lettered_level, after.lettered_period_end) = (level, finding.period_end);
                        after.letter_id = Some(new.letter.id);
                    }
                    if changed(&change) {
                        new.continued.push(change);
                    }
                }
                About::Report { period_end, repeated, .. } => new.reports.push(LetterReportRow {
                    letter_id: new.letter.id,
                    indicator_id: finding.indicator,
                    period_end: *period_end,
                    ordinal,
                    repeated: *repeated,
                }),
            }
        }
        new
    }
}

impl Draft {
    /// How far the letters about an episode have climbed with this one; an ordinary warning begins anew.
    fn handling(&self, before: &EpisodeRow) -> Option<Listed<Handling>> {
        let own = Handling::of_step(self.key.step?);
        let present = before.handling.map(|word| word.0);
        own.max(present).map(Listed)
    }
}

/// Where it is answered: a reminder is, where the letter it reminds of is; a lifting asks nothing.
fn reply_link(office: &Office, key: &Key, letter: &LetterRow) -> Option<String> {
    match (key.kind, key.follows) {
        (kind, _) if !kind.has_deadline() => None,
        (LetterKind::ReplyReminder, Some(earlier)) => Some(office.letters.links.as_ref()?.address(earlier.0)),
        _ => Some(office.letters.links.as_ref()?.address(letter.id.0)),
    }
}

/// The letter this one follows, and how it is printed. An ordinary warning names an earlier one only when all of its
/// indicators were in one.
fn follow_up(
    letter_context: &LetterContext<'_>,
    key: &Key,
    findings: &[Finding],
) -> Result<(Option<LetterId>, Option<EarlierLetter>), StoreError> {
    if let Some(id) = key.follows {
        return Ok((Some(id), letter_context.earlier(id, key.unit)?));
    }
    let latest = findings.iter().filter_map(Finding::earlier).max();
    let all = findings.iter().all(|finding| finding.earlier().is_some());
    let Some(id) = latest.filter(|_| all) else { return Ok((latest, None)) };
    // Its deadline is the ladder's business.
    let printed = letter_context.earlier(id, key.unit)?.map(|earlier| EarlierLetter {
        reply_by: None,
        returned_on: None,
        ..earlier
    });
    Ok((Some(id), printed))
}

/// By when an answer is due. A reminder keeps the deadline of the letter it reminds of while that is to come; a lifting
/// asks nothing.
fn terms(
    office: &Office,
    key: &Key,
    campaign: &IssuingCampaignRow,
    issued_on: NaiveDate,
    earlier: Option<&EarlierLetter>,
) -> Result<Option<ReplyTerms>, UnpublishedYear> {
    let kept = earlier.and_then(|earlier| earlier.reply_by);
    match (key.kind, kept) {
        (kind, _) if !kind.has_deadline() => Ok(None),
        (LetterKind::ReplyReminder, Some(by)) if by >= issued_on => {
            let left = office.calendar.working_days_between(issued_on, by)?.max(0);
            let working_days = u32::try_from(left).unwrap_or(u32::MAX);
            Ok(Some(ReplyTerms { by, working_days, fixed: true }))
        }
        _ => {
            let days = campaign.reply_working_days.unsigned_abs();
            let by = office.calendar.add_working_days(issued_on, days)?;
            Ok(Some(ReplyTerms { by, working_days: days, fixed: false }))
        }
    }
}

fn letter_row(
    office: &Office,
    campaign: &IssuingCampaignRow,
    key: &Key,
    facts: &LetterFacts,
    follows_id: Option<LetterId>,
    waiting: Option<&LetterHead>,
) -> LetterRow {
    let now = office.clock.timestamp();
    let before = waiting.map(|head| (head.id, head.created_at));
    let (id, created_at) = before.unwrap_or_else(|| (Id::of(office.clock.new_id()), now));
    LetterRow {
        id,
        mark: mark(office, campaign),
        year: facts.issued_on.year(),
        serial: None,
        kind: facts.kind.into(),
        level: facts.level.map(Listed),
        state: LetterState::Issued.into(),
        campaign_id: campaign.id,
        unit_id: key.unit,
        as_of: facts.as_of,
        issued_on: Some(facts.issued_on),
        reply_by: facts.reply.as_ref().map(|reply| reply.by),
        facts: String::new(),
        subject: String::new(),
        body_text: String::new(),
        body_html: String::new(),
        created_at,
        updated_at: now,
        follows_id,
        ladder_step: key.step,
        decided_by: None,
        decided_at: None,
        decision_note: None,
        waits_for: None,
        trial: office.is_pilot(),
    }
}

/// Under which mark letters of this campaign are numbered today.
pub(super) fn mark(office: &Office, campaign: &IssuingCampaignRow) -> String {
    let own = &campaign.letter_mark;
    if office.is_pilot() { LetterNumber::trial_mark(own) } else { own.clone() }
}
