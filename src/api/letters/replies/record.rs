//! From a checked reply to what is written, the same for the API and the page.

use sha2::{Digest as _, Sha256};

use crate::api::State;
use crate::api::http::problem::{Code, Problem};
use crate::domain::LetterKind;
use crate::domain::TextEnum as _;
use crate::domain::reply::{Reply, media_type};
use crate::store::rows::{LetterRow, NewReply, RemedyRow, ReplyFileRow, ReplyRow};
use crate::store::types::Id;

/// Refuses a reply to a letter that asks for none (解除函), or for that of another one (提醒函).
///
/// # Errors
/// `Conflict`.
pub fn awaits_reply(letter: &LetterRow) -> Result<(), Problem> {
    if letter.issued_on.is_some() && letter.reply_by.is_none() {
        return Err(Problem::new(Code::Conflict, "此函不要求反馈，签收即可。"));
    }
    if letter.kind == LetterKind::ReplyReminder.as_str() {
        return Err(Problem::new(Code::Conflict, "此函是提醒，请对它所承接的原函反馈。"));
    }
    Ok(())
}

/// Rows of a reply; `key` is `None` when it came by the link.
pub fn new_reply(state: &State, letter_id: Id, reply: Reply, key: Option<Id>) -> NewReply {
    let id = Id(state.office.clock.new_id());
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
            api_key_id: key,
            created_at: state.office.clock.timestamp(),
        },
    }
}
