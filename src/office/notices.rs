//! Notices (通知): what a unit is told of its reply, queued in the transaction of the deed it tells of. What can wait is held for the mail
//! of the next morning ([`super::morning_digest`]).

use chrono::NaiveDateTime;

use super::actor::Deed;
use super::warnings::title_of;
use super::{Actor, Office, Refusal};
use crate::clock::office_zone;
use crate::domain::delivery::{DeliveryState, Recipient};
use crate::domain::notice::{NoticeKind, NoticeState, excerpt};
use crate::domain::{ContactRole, IncidentKind, SubjectKind};
use crate::letter::{DecidedLetter, LetterFacts, NoticeText, ReturnedReply};
use crate::store::StoreError;
use crate::store::rows::{IncidentRow, LetterRow, NoticeRow, ReviewRow, WholeReply};
use crate::store::types::{Id, LetterId, NoticeId, ReplyId, UnitId};

/// A mailbox that is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Told {
    /// Whose it is; `None` for that of a campaign's contact.
    pub(super) unit_id: Option<UnitId>,
    pub(super) name: String,
    pub(super) email: String,
}

/// What a notice is about.
#[derive(Debug, Clone)]
pub(super) struct AboutNotice {
    pub(super) kind: NoticeKind,
    pub(super) letter_id: Option<LetterId>,
    pub(super) reply_id: Option<ReplyId>,
    pub(super) trial: bool,
    /// In whose name it is told.
    pub(super) issuer: String,
}

/// A row for one mailbox, with a Message-ID of its own.
pub(super) fn row(
    office: &Office,
    about: &AboutNotice,
    (told, state): (&Told, NoticeState),
    text: NoticeText,
    now: NaiveDateTime,
) -> NoticeRow {
    let id: NoticeId = Id::of(office.clock.new_id());
    NoticeRow {
        id,
        kind: about.kind.into(),
        letter_id: about.letter_id,
        reply_id: about.reply_id,
        unit_id: told.unit_id,
        name: told.name.clone(),
        email: told.email.clone(),
        message_id: format!("{}.notice@{}", id.0.simple(), office.letters.message_id_domain),
        trial: about.trial,
        issuer: about.issuer.clone(),
        subject: text.subject,
        body_text: text.text,
        body_html: text.html,
        digest_id: None,
        digest_on: None,
        state: state.into(),
        attempts: 0,
        uncertain: 0,
        begun_at: None,
        next_attempt_at: now,
        paced_at: None,
        lease_until: None,
        lease_holder: None,
        accepted_at: None,
        last_reply: None,
        created_at: now,
        updated_at: now,
    }
}

/// The mailboxes of the unit that a letter is addressed to: those it went to, but no copies; those that failed only where there is no
/// other. A letter that went to none is told to the unit's people of today.
async fn mailboxes(office: &Office, letter: &LetterRow) -> Result<Vec<Told>, StoreError> {
    let sent = office.store.list_deliveries_of(&[letter.id]).await?;
    let to = || sent.iter().filter(|row| row.role == Recipient::To);
    let works = |state: DeliveryState| !matches!(state, DeliveryState::Failed | DeliveryState::Bounced);
    let any_works = to().any(|row| works(row.state.0));
    let told = to().filter(|row| !any_works || works(row.state.0)).map(|row| Told {
        unit_id: Some(row.unit_id),
        name: row.name.clone(),
        email: row.email.clone(),
    });
    let told: Vec<Told> = told.collect();
    if !told.is_empty() {
        return Ok(told);
    }
    let people =
        office.store.list_mailboxes(&[letter.unit_id], &[ContactRole::Liaison], office.clock.today()).await?;
    Ok(people
        .into_iter()
        .map(|one| Told { unit_id: Some(one.unit_id), name: one.name, email: one.email })
        .collect())
}

/// Number and title of a letter.
fn called(letter: &LetterRow) -> Result<(String, String), Refusal> {
    let number = letter.number().map_err(StoreError::from)?.to_string();
    let title = title_of(&letter.subject, &number).to_owned();
    Ok((number, title))
}

/// What is queued with a deed, or why nobody is told.
#[derive(Debug)]
pub(super) enum Notices {
    /// To these mailboxes.
    To(Vec<NoticeRow>),
    /// The unit has no mailbox, and must be told in another way: the sentence for whoever sees to it.
    Nobody(String),
}

/// That a reply was returned: to each mailbox at once.
pub(super) async fn returned(
    office: &Office,
    letter: &LetterRow,
    reply: &WholeReply,
    review: &ReviewRow,
) -> Result<Notices, Refusal> {
    // What is no issued letter is refused where it would be moved on.
    let Some(reply_by) = review.reply_by.filter(|_| letter.serial.is_some()) else {
        return Ok(Notices::To(Vec::new()));
    };
    let (number, title) = called(letter)?;
    let facts = LetterFacts::from_json(&letter.facts)?;
    let day = |at: NaiveDateTime| at.and_utc().with_timezone(&office_zone()).date_naive();
    let reason = review.reason.as_deref().unwrap_or_default();
    let text = office.letters.templates.returned(&ReturnedReply {
        issuer: facts.issuer.clone(),
        addressee: facts.addressee.clone(),
        title,
        number: number.clone(),
        replied_on: day(reply.reply.created_at),
        said: excerpt(&reply.reply.cause),
        filed: !reply.files.is_empty(),
        reason: reason.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned).collect(),
        reply_by,
        former_reply_by: review.former_reply_by,
        seen_on: day(review.created_at),
        contact: facts.contact,
        reply_link: facts.reply_link,
    })?;
    let told = mailboxes(office, letter).await?;
    if told.is_empty() {
        return Ok(Notices::Nobody(format!(
            "{}没有可用的联络员邮箱，未能告知{number}的反馈已退回，请电话告知：{reply_by}前重新反馈。",
            facts.addressee
        )));
    }
    let about = AboutNotice {
        kind: NoticeKind::ReplyReturned,
        letter_id: Some(letter.id),
        reply_id: Some(reply.reply.id),
        trial: letter.trial,
        issuer: facts.issuer,
    };
    let queued =
        |told: &Told| row(office, &about, (told, NoticeState::Pending), text.clone(), review.created_at);
    Ok(Notices::To(told.iter().map(queued).collect()))
}

/// That a reply was accepted or its letter closed: a sentence of the next digest of each mailbox.
pub(super) async fn decided(
    office: &Office,
    (kind, reply): (NoticeKind, Option<&WholeReply>),
    letter: &LetterRow,
    now: NaiveDateTime,
) -> Result<Notices, Refusal> {
    if letter.serial.is_none() || !office.notices.sends(kind) {
        return Ok(Notices::To(Vec::new()));
    }
    let (number, title) = called(letter)?;
    let today = office.clock.today();
    let due = reply.iter().flat_map(|reply| &reply.remedies).map(|remedy| remedy.due_on);
    let told = DecidedLetter {
        title,
        number,
        decided_on: today,
        due_on: due.filter(|due_on| *due_on >= today).min(),
    };
    let templates = &office.letters.templates;
    let line = if kind == NoticeKind::ReplyAccepted {
        templates.accepted(&told)?
    } else {
        templates.closed(&told)?
    };
    let text = NoticeText { subject: line, text: String::new(), html: String::new() };
    let about = AboutNotice {
        kind,
        letter_id: Some(letter.id),
        reply_id: reply.map(|reply| reply.reply.id),
        trial: letter.trial,
        issuer: LetterFacts::from_json(&letter.facts)?.issuer,
    };
    let told = mailboxes(office, letter).await?;
    let held = |told: &Told| row(office, &about, (told, NoticeState::Held), text.clone(), now);
    Ok(Notices::To(told.iter().map(held).collect()))
}

impl Deed<'_> {
    /// Queues what a deed with a letter tells, or opens what says that nobody could be told.
    pub(super) async fn tell(&mut self, letter: LetterId, notices: &Notices) -> Result<(), StoreError> {
        match notices {
            Notices::To(rows) => self.tx().queue_notices(rows).await,
            Notices::Nobody(detail) => {
                let (id, now) = (Id::of(self.office().clock.new_id()), self.office().clock.timestamp());
                let subject = (SubjectKind::Letter, letter.0.to_string());
                let kind = IncidentKind::NoticeUndelivered;
                let incident = IncidentRow::new(id, kind, subject, detail.clone(), now);
                self.tx().open_incident(&incident).await.map(|_| ())
            }
        }
    }
}

/// Lets a notice that was given up or came back be sent again.
///
/// # Errors
/// [`Refusal::NotFound`]; `Conflict` when it is none of those, or is not to be sent because of a pilot.
pub async fn retry_notice(office: &Office, actor: &Actor, id: NoticeId) -> Result<NoticeRow, Refusal> {
    let now = office.clock.timestamp();
    let mut deed = office.begin(actor).await?;
    let retried = deed.tx().retry_notice(id, now, office.is_pilot()).await;
    match deed.end(retried).await {
        Err(Refusal::Store(StoreError::Missing { .. })) => Err(Refusal::NotFound("通知")),
        other => other,
    }
}
