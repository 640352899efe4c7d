//! What a letter is answered with: receipt, reply, review, closure (签收、反馈、审核、销号). A unit does the first two, by a key
//! or by the link in its letter; the office does the others, and its name stands with them.

use chrono::NaiveDate;
use sha2::{Digest as _, Sha256};

use super::audit_trail::said_fact;
use super::{Actor, Office, Refusal, notices};
use crate::domain::invalid::{paragraphs, text};
use crate::domain::notice::NoticeKind;
use crate::domain::reply::{Reply, ReviewVerdict, media_type, put_off};
use crate::domain::{Invalid, LetterKind, lengths};
use crate::store::rows::{
    ClosureRow, FactPlan, FactWrite, LetterRow, NewReply, ReceiptRow, RemedyRow, ReplyFileRow, ReplyRow,
    ReviewRow, WholeReply,
};
use crate::store::types::{Id, LetterId, ReplyId};
use crate::store::{StoreError, Tx};

async fn letter(office: &Office, id: LetterId) -> Result<LetterRow, Refusal> {
    office.store.find_letter(id).await?.ok_or(Refusal::NotFound("函"))
}

/// Receives a letter. The first receipt counts: of a letter that was received before, that one is given and `false`.
///
/// # Errors
/// [`Refusal::Invalid`] for a bad name, [`Refusal::NotFound`]; `Conflict` when the letter was never issued.
pub async fn receive_letter(
    office: &Office,
    actor: &Actor,
    id: LetterId,
    person: &str,
) -> Result<(ReceiptRow, bool), Refusal> {
    let person = text("person", person, lengths::PERSON)?;
    let row = ReceiptRow {
        id: Id::of(office.clock.new_id()),
        letter_id: letter(office, id).await?.id,
        person,
        api_key_id: actor.key_id(),
        created_at: office.clock.timestamp(),
    };
    let mut deed = office.begin(actor).await?;
    match deed.tx().receive_letter(&row).await {
        Ok((first, false)) => {
            deed.leave().await;
            Ok((first, false))
        }
        outcome => deed.end(outcome).await,
    }
}

/// Refuses a reply to a letter that asks for none (解除函), or for that of another one (提醒函).
///
/// # Errors
/// [`Refusal::Conflict`].
pub fn awaits_reply(letter: &LetterRow) -> Result<(), Refusal> {
    if letter.issued_on.is_some() && letter.reply_by.is_none() {
        return Err(Refusal::Conflict("此函不要求反馈，签收即可。"));
    }
    if letter.kind == LetterKind::ReplyReminder {
        return Err(Refusal::Conflict("此函是提醒，请对它所承接的原函反馈。"));
    }
    Ok(())
}

/// Answers a letter.
///
/// # Errors
/// [`Refusal::Conflict`] when it asks for no answer, [`Refusal::Many`] with everything that is wrong in it; `Conflict` when
/// the letter does not wait for one.
pub async fn reply_to_letter(
    office: &Office,
    actor: &Actor,
    letter: &LetterRow,
    reply: Reply,
) -> Result<WholeReply, Refusal> {
    reply_with_figures(office, actor, letter, (reply, &[])).await
}

/// Answers a letter with figures that it asks for: answer and figures are written together or not at all.
///
/// # Errors
/// As [`reply_to_letter`].
pub async fn reply_with_figures(
    office: &Office,
    actor: &Actor,
    letter: &LetterRow,
    (reply, figures): (Reply, &[FactWrite]),
) -> Result<WholeReply, Refusal> {
    /// How often it begins again because somebody else wrote the same facts.
    const TRIES: usize = 20;
    awaits_reply(letter)?;
    let reply = reply.checked(letter.issued_on.unwrap_or(letter.as_of)).map_err(Refusal::Many)?;
    let new = rows(office, actor, letter.id, reply);
    let mut tries = 0;
    loop {
        let plan = match figures {
            [] => None,
            figures => Some(office.store.plan_observations(figures).await?),
        };
        let mut deed = office.begin(actor).await?;
        let written = written(deed.tx(), &new, plan.as_ref().map(|plan| (figures, plan))).await;
        if !figures.is_empty() {
            deed.counted("observations", figures.iter().map(said_fact));
        }
        tries += 1;
        match deed.end(written).await {
            Err(Refusal::Store(StoreError::Duplicate(_) | StoreError::Contended(_)))
                if plan.is_some() && tries < TRIES => {}
            outcome => return outcome,
        }
    }
}

async fn written(
    tx: &mut Tx,
    new: &NewReply,
    figures: Option<(&[FactWrite], &FactPlan)>,
) -> Result<WholeReply, StoreError> {
    tx.reply_to_letter(new).await?;
    if let Some((figures, plan)) = figures {
        tx.write_observations(figures, plan).await?;
    }
    let all = tx.list_replies(new.reply.letter_id).await?;
    let own = all.into_iter().find(|one| one.reply.id == new.reply.id);
    own.ok_or_else(|| StoreError::Corrupt("a reply that was just written".to_owned()))
}

/// Rows of a checked reply.
fn rows(office: &Office, actor: &Actor, letter_id: LetterId, reply: Reply) -> NewReply {
    let id = Id::of(office.clock.new_id());
    let remedies = (1..).zip(reply.remedies).map(|(ordinal, remedy)| RemedyRow {
        reply_id: id,
        ordinal,
        action: remedy.action,
        due_on: remedy.due_on,
    });
    let files = (1..).zip(reply.files).map(|(ordinal, file)| ReplyFileRow {
        reply_id: id,
        ordinal,
        media_type: media_type(&file.name).unwrap_or("application/octet-stream").to_owned(),
        name: file.name,
        size: i32::try_from(file.content.len()).unwrap_or(i32::MAX),
        sha256: crate::store::hex(&Sha256::digest(&file.content)),
        content: file.content,
    });
    NewReply {
        remedies: remedies.collect(),
        files: files.collect(),
        reply: ReplyRow {
            id,
            letter_id,
            ordinal: 0,
            cause: reply.cause,
            person: reply.person,
            phone: reply.phone,
            api_key_id: actor.key_id(),
            created_at: office.clock.timestamp(),
        },
    }
}

/// What the office says of a reply.
#[derive(Debug, Clone)]
pub struct NewReview {
    /// Accepted, or returned.
    pub verdict: ReviewVerdict,
    /// Why; blank is none.
    pub reason: Option<String>,
    /// Last day for the next reply, when it is returned; `None` for so many working days as the office gives.
    pub reply_by: Option<NaiveDate>,
}

/// Reviews a reply. One that is returned is due again by a new last day, which is the letter's from then on, and its unit is told at
/// once; that one was accepted is told with the digest of the next morning.
///
/// # Errors
/// [`Refusal::Invalid`] when it is returned without a reason, the reason is too long, or its last day is over, too early or of an
/// accepted one; [`Refusal::Calendar`] when nobody knows yet which days are working days; [`Refusal::NotFound`] for letter and reply;
/// `Conflict` when there is nothing to review.
pub async fn review_reply(
    office: &Office,
    actor: &Actor,
    (id, reply): (LetterId, ReplyId),
    new: NewReview,
) -> Result<ReviewRow, Refusal> {
    let reason = match (new.verdict, said(new.reason.as_deref())) {
        (ReviewVerdict::Returned, None) => {
            let detail = "退回时请写明原因，责任单位据此重新反馈。";
            return Err(Invalid::new("reason", "required", detail).into());
        }
        (_, reason) => reason.map(|reason| paragraphs("reason", reason, lengths::NOTE)).transpose()?,
    };
    let letter = letter(office, id).await?;
    let reply_by = next_reply_by(office, &letter, &new)?;
    let row = ReviewRow {
        id: Id::of(office.clock.new_id()),
        reply_id: reply,
        verdict: new.verdict.into(),
        reason,
        api_key_id: Id::of(actor.key_id().ok_or(Refusal::NoKey)?.0),
        created_at: office.clock.timestamp(),
        reply_by,
        former_reply_by: reply_by.and(letter.reply_by),
    };
    let replies = office.store.list_replies(id).await?;
    let whole = replies.iter().find(|one| one.reply.id == reply).ok_or(Refusal::NotFound("反馈"))?;
    let notices = match new.verdict {
        ReviewVerdict::Returned => notices::returned(office, &letter, whole, &row).await?,
        ReviewVerdict::Accepted => {
            let about = (NoticeKind::ReplyAccepted, Some(whole));
            notices::decided(office, about, &letter, row.created_at).await?
        }
    };
    let mut deed = office.begin(actor).await?;
    let mut reviewed = deed.tx().review_reply(id, &row, new.verdict).await;
    if reviewed.is_ok() {
        reviewed = deed.tell(id, &notices).await;
    }
    match deed.end(reviewed).await {
        Err(Refusal::Store(StoreError::Missing { what: "reply", .. })) => Err(Refusal::NotFound("反馈")),
        other => other.map(|()| row),
    }
}

/// By when the unit has to answer again; `None` where nothing changes.
fn next_reply_by(office: &Office, letter: &LetterRow, new: &NewReview) -> Result<Option<NaiveDate>, Refusal> {
    if new.verdict == ReviewVerdict::Accepted {
        return match new.reply_by {
            None => Ok(None),
            Some(_) => {
                let detail = "审核通过的反馈不再设反馈期限，只有退回时才能填写。";
                Err(Invalid::new("reply_by", "out_of_place", detail).into())
            }
        };
    }
    // What asks for no answer has none that could be returned; that is refused where the letter is moved on.
    let Some(own) = letter.reply_by else { return Ok(None) };
    let today = office.clock.today();
    let counted = match new.reply_by {
        Some(day) => day,
        None => office.calendar.add_working_days(today, office.notices.returned_working_days)?,
    };
    Ok(Some(put_off(new.reply_by, counted, (own, today))?))
}

/// Closes a letter whose answer was accepted.
///
/// # Errors
/// [`Refusal::Invalid`] for a note that is too long, [`Refusal::NotFound`]; `Conflict` when its answer was not accepted.
pub async fn close_letter(
    office: &Office,
    actor: &Actor,
    id: LetterId,
    note: Option<&str>,
) -> Result<ClosureRow, Refusal> {
    let note = said(note).map(|note| paragraphs("note", note, lengths::NOTE)).transpose()?;
    let letter = letter(office, id).await?;
    let row = ClosureRow {
        id: Id::of(office.clock.new_id()),
        letter_id: letter.id,
        note,
        api_key_id: Id::of(actor.key_id().ok_or(Refusal::NoKey)?.0),
        created_at: office.clock.timestamp(),
    };
    let about = (NoticeKind::LetterClosed, None);
    let notices = notices::decided(office, about, &letter, row.created_at).await?;
    let mut deed = office.begin(actor).await?;
    let mut closed = deed.tx().close_letter(&row).await;
    if closed.is_ok() {
        closed = deed.tell(id, &notices).await;
    }
    deed.end(closed).await.map(|()| row)
}

fn said(text: Option<&str>) -> Option<&str> {
    text.filter(|text| !text.trim().is_empty())
}
