//! Notices as mails: addressed, their links signed, those of a pilot to its one mailbox.

use std::collections::{BTreeSet, HashMap};

use super::warnings::{NAME_MAX, correspondents, signed};
use super::{Office, Refusal};
use crate::clock::office_zone;
use crate::letter::{NoticeText, tried_out};
use crate::mail::MailError;
use crate::mail::foreign::line;
use crate::mail::message::{Content, Head, Mailbox};
use crate::store::StoreError;
use crate::store::rows::{DeliveryRow, Lease, LetterRow, NoticeEnd, NoticeRow, Pace};
use crate::store::types::{LetterId, NoticeId};

/// A notice ready to be handed over.
pub struct NoticeMail {
    /// The row.
    pub row: NoticeRow,
    /// The address that the server is told: that of the row, but of a pilot's the one mailbox.
    pub recipient: String,
    /// The same bytes each time; or why there are none.
    pub raw: Result<Vec<u8>, MailError>,
}

/// Claims up to `limit` notices that are due and puts back those that `pace` lets go later. During a pilot only its own go out.
///
/// # Errors
/// When the database fails.
pub async fn claim(
    office: &Office,
    lease: &Lease<'_>,
    limit: i64,
    pace: Option<&Pace>,
) -> Result<Vec<NoticeRow>, StoreError> {
    let claimed = office.store.claim_notices(lease, limit, office.is_pilot()).await?;
    let Some(pace) = pace.filter(|_| !claimed.is_empty()) else { return Ok(claimed) };
    let mailbox = office.letters.redirect_to.as_deref();
    office.store.pace_notices(claimed, mailbox, pace, lease.now).await
}

/// Gives back what was claimed and not tried.
///
/// # Errors
/// When the database fails; the leases run out by themselves.
pub async fn give_back(
    office: &Office,
    untried: &[NoticeId],
    lease: &Lease<'_>,
    next: chrono::NaiveDateTime,
) -> Result<(), StoreError> {
    office.store.release_notices(untried, lease, next).await
}

/// Writes down the intent to send; the number of the attempt, or `None` when the lease was lost and nothing may be sent.
///
/// # Errors
/// When the database fails.
pub async fn begin(office: &Office, id: NoticeId, lease: &Lease<'_>) -> Result<Option<i32>, StoreError> {
    office.store.begin_notice(id, lease).await
}

/// Writes down how an attempt ended.
///
/// # Errors
/// When the database fails.
pub async fn end(office: &Office, end: &NoticeEnd) -> Result<bool, StoreError> {
    office.store.end_notice(end).await
}

/// The mails of these notices, whatever their number in a few reads.
///
/// # Errors
/// When the database fails.
pub async fn mails(office: &Office, rows: Vec<NoticeRow>) -> Result<Vec<NoticeMail>, Refusal> {
    let ids: BTreeSet<LetterId> = rows.iter().filter_map(|row| row.letter_id).collect();
    let ids: Vec<LetterId> = ids.into_iter().collect();
    let letters = office.store.find_letters(&ids).await?;
    let letters: HashMap<LetterId, LetterRow> = letters.into_iter().map(|row| (row.id, row)).collect();
    let sent = office.store.list_deliveries_of(&ids).await?;
    Ok(rows.into_iter().map(|row| mail(office, row, &letters, &sent)).collect())
}

fn mail(
    office: &Office,
    row: NoticeRow,
    letters: &HashMap<LetterId, LetterRow>,
    sent: &[DeliveryRow],
) -> NoticeMail {
    let letter = row.letter_id.and_then(|id| letters.get(&id));
    let (from, reply_to) = match letter {
        Some(letter) => correspondents(office, letter),
        None => {
            let sender = office.letters.sender.clone();
            let issuer = line(&row.issuer, NAME_MAX);
            (Mailbox { name: if issuer.is_empty() { sender.name } else { issuer }, ..sender }, None)
        }
    };
    let own = |text: &str| letter.map_or_else(|| text.to_owned(), |letter| signed(office, letter, text));
    let mut text =
        NoticeText { subject: row.subject.clone(), text: own(&row.body_text), html: own(&row.body_html) };
    let mut recipient = row.email.clone();
    let mut name = row.name.clone();
    if row.trial {
        // One that does not know the pilot's mailbox goes to the sender's own rather than to anybody else.
        recipient =
            office.letters.redirect_to.clone().unwrap_or_else(|| office.letters.sender.address.clone());
        let note =
            format!("这是试运行中的演练邮件，只发到{recipient}；正式运行时发给{name} <{}>。", row.email);
        text = tried_out(text, &note);
        name = format!("演练：{name}");
    }
    // In the thread of the letter that it is about.
    let same = |mail: &&DeliveryRow| {
        Some(mail.letter_id) == row.letter_id && mail.email.eq_ignore_ascii_case(&row.email)
    };
    let references: Vec<String> = sent.iter().filter(same).map(|mail| mail.message_id.clone()).collect();
    let to = Mailbox { name: line(&name, NAME_MAX), address: recipient.clone() };
    let head = Head {
        message_id: &row.message_id,
        from: &from,
        reply_to: reply_to.as_ref(),
        to: &to,
        header_to: &[],
        header_cc: &[],
        subject: &text.subject,
        references: &references,
        // The row's own time: every try sends the same bytes.
        date: row.created_at.and_utc().with_timezone(&office_zone()),
    };
    let content = Content { text: &text.text, html: &text.html, inline: &[], attachments: &[] };
    let raw = content.write(&row.message_id).and_then(|content| head.before(&content));
    NoticeMail { recipient, raw, row }
}
