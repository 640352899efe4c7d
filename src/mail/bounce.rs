//! Mails that came back: delivery status notifications (RFC 3464), and those that say so in words alone, read as far as is
//! needed to know which mail it was and why.
//!
//! A small reader of its own. What comes in is a stranger's: sizes, parts and depth are bounded, nothing is trusted
//! to be well-formed, what is not understood is left out, and all text is cleaned by [`super::foreign`].

use super::foreign::{WORDS_MAX, decoded_as, line};
use super::mime::{Fields, groups, is_closed, parameter, parts, split, unencoded, untagged, unworded};
use super::said::{Said, says};

#[cfg(test)]
mod tests;

/// Most bytes of a mail that are read; what is said of its delivery stands before the mail itself.
pub const BYTES_MAX: usize = 2 * 1024 * 1024;
/// Most levels of parts within parts.
const DEPTH_MAX: usize = 8;
/// Most parts of one mail.
const PARTS_MAX: usize = 100;
/// Most Message-IDs taken from one mail.
const IDS_MAX: usize = 20;
/// Most characters of a mail's own words that are looked at.
const TEXT_MAX: usize = 20_000;
/// Most characters of a mail's own words that are told.
const TOLD_MAX: usize = 200;
/// Longest address (RFC 5321 §4.5.3.1.3) and longest id.
const ADDRESS_MAX: usize = 254;

/// What became of a mail to one recipient, in the reporter's words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// It was not and will not be delivered.
    Failed,
    /// Not yet; the server goes on trying.
    Delayed,
    /// It arrived, or was handed to a system that reports no further.
    Delivered,
}

/// One recipient of the mail that is reported on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BounceReport {
    /// Addresses of the recipient, the final one first.
    pub recipients: Vec<String>,
    /// What became of it.
    pub action: Action,
    /// `5.1.1` (RFC 3463); empty when not told.
    pub status: String,
    /// The refusing server's words, one line; empty when not told.
    pub diagnostic: String,
}

/// A notification.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bounce {
    /// Message-IDs the reported mail may have, the likeliest first, without angle brackets.
    pub message_ids: Vec<String>,
    /// Its envelope's id, when one was given.
    pub envelope_id: Option<String>,
    /// What is said of each recipient; empty when the mail says in words alone that it came back.
    pub reports: Vec<BounceReport>,
    /// Subject and first words of the mail, one line.
    pub words: String,
}

/// Reads a mail; `None` when nothing in it says that a mail of ours came back, is late or arrived.
pub fn read(raw: &[u8]) -> Option<Bounce> {
    let raw = &raw[..raw.len().min(BYTES_MAX)];
    let mut found = Found::default();
    found.part(raw, 0);
    let head = Fields::of(split(raw).0);
    let subject = unworded(head.text("subject"));
    if found.reports.is_empty() {
        let said = Said {
            subject: &subject,
            text: &found.text,
            from: &unworded(head.text("from")),
            automatic: is_automatic(&head),
            original: found.original,
            read_receipt: found.read_receipt,
            failed_recipients: head.first("x-failed-recipients").is_some(),
        };
        if !says(&said) {
            return None;
        }
    }
    // Of the mail itself first; what the notification answers to says the same.
    found.ids.append(&mut found.quoted);
    found.ids.extend(["in-reply-to", "references"].iter().flat_map(|name| ids(&head.all(name))));
    let mut message_ids: Vec<String> = Vec::new();
    for id in found.ids {
        if !message_ids.contains(&id) && message_ids.len() < IDS_MAX {
            message_ids.push(id);
        }
    }
    let words = line(&format!("{subject} {}", found.text), TOLD_MAX);
    Some(Bounce { message_ids, envelope_id: found.envelope_id, reports: found.reports, words })
}

/// How much of a file is there, as far as can be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Completeness {
    /// To its last boundary.
    Whole,
    /// Its header or its last part is not over: somebody may still be writing.
    Cut,
    /// There is no mark at the end of such a mail.
    Unmarked,
}

/// How much of a mail is there.
pub fn extent(raw: &[u8]) -> Completeness {
    let (head, body) = split(raw);
    let Some(body) = body else { return Completeness::Cut };
    let fields = Fields::of(head);
    let (kind, parameters) = fields.text("content-type").split_once(';').unwrap_or_default();
    match parameter(parameters, "boundary") {
        Some(boundary) if kind.trim().to_ascii_lowercase().starts_with("multipart/") => {
            if is_closed(body, &boundary) { Completeness::Whole } else { Completeness::Cut }
        }
        _ => Completeness::Unmarked,
    }
}

fn is_automatic(head: &Fields) -> bool {
    let submitted = head.text("auto-submitted").to_ascii_lowercase();
    let precedence = head.text("precedence").to_ascii_lowercase();
    submitted.starts_with("auto-replied")
        || precedence.contains("auto_reply")
        || ["x-autoreply", "x-autorespond"].iter().any(|name| head.first(name).is_some())
}

#[derive(Default)]
struct Found {
    parts: usize,
    /// Message-IDs of attached mails, and those that stand in texts.
    ids: Vec<String>,
    quoted: Vec<String>,
    envelope_id: Option<String>,
    reports: Vec<BounceReport>,
    /// The mail's own words, the first part that has any.
    text: String,
    /// Whether a mail is attached, whole or its header.
    original: bool,
    read_receipt: bool,
}

impl Found {
    fn part(&mut self, raw: &[u8], depth: usize) {
        self.parts += 1;
        if depth > DEPTH_MAX || self.parts > PARTS_MAX {
            return;
        }
        let (head, body) = split(raw);
        let body = body.unwrap_or_default();
        let fields = Fields::of(head);
        let whole = fields.text("content-type");
        let (kind, parameters) = whole.split_once(';').unwrap_or((whole, ""));
        let kind = kind.trim().to_ascii_lowercase();
        if kind.starts_with("multipart/") {
            if let Some(boundary) = parameter(parameters, "boundary") {
                for inner in parts(body, &boundary, PARTS_MAX) {
                    self.part(inner, depth + 1);
                }
            }
            return;
        }
        let body = unencoded(body, fields.text("content-transfer-encoding"));
        let names_mail = || {
            let disposition = fields.text("content-disposition").to_ascii_lowercase();
            [whole.to_ascii_lowercase(), disposition].iter().any(|text| text.contains(".eml"))
        };
        match kind.as_str() {
            "message/delivery-status" | "message/global-delivery-status" => self.status(&body),
            "message/disposition-notification" => self.read_receipt = true,
            "message/rfc822" | "message/global" | "text/rfc822-headers" | "message/global-headers" => {
                self.attached(&body, depth);
            }
            _ if names_mail() => self.attached(&body, depth),
            "" | "text/plain" | "text/html" => self.words(&body, &kind, parameters),
            _ => {}
        }
    }

    /// The mail that came back, or a notification that was sent on as an attachment.
    fn attached(&mut self, body: &[u8], depth: usize) {
        let inner = Fields::of(split(body).0);
        self.original = true;
        self.ids.extend(ids(&inner.all("message-id")));
        if inner.text("content-type").contains("report") {
            self.part(body, depth + 1);
        }
    }

    fn words(&mut self, body: &[u8], kind: &str, parameters: &str) {
        let charset = parameter(parameters, "charset").unwrap_or_default();
        let text = decoded_as(body, &charset);
        let text = if kind == "text/html" { untagged(&text) } else { text };
        // A header that is quoted in the text.
        for (at, name) in text.to_ascii_lowercase().match_indices("message-id:").take(IDS_MAX) {
            let after: String = text.get(at + name.len()..).unwrap_or_default().chars().take(300).collect();
            self.quoted.extend(ids(&after).into_iter().next());
        }
        if self.text.is_empty() {
            self.text = line(&text, TEXT_MAX);
        }
    }

    /// Groups of fields: one about the mail, then one for each recipient.
    fn status(&mut self, body: &[u8]) {
        for group in groups(body) {
            let fields = Fields::of(&group);
            if let Some(id) = fields.first("original-envelope-id").map(str::trim).filter(|id| is_id(id)) {
                self.envelope_id = Some(id.to_owned());
            }
            let Some(action) = fields.first("action") else { continue };
            let action = match action.trim().to_ascii_lowercase().as_str() {
                "failed" => Action::Failed,
                "delayed" => Action::Delayed,
                "delivered" | "relayed" | "expanded" => Action::Delivered,
                _ => continue,
            };
            let recipients = ["final-recipient", "original-recipient"].into_iter();
            let recipients = recipients.filter_map(|name| fields.first(name));
            let recipients = recipients.map(|text| line(untyped(text), ADDRESS_MAX));
            self.reports.push(BounceReport {
                recipients: recipients.filter(|address| !address.is_empty()).collect(),
                action,
                status: status_code(fields.text("status")),
                diagnostic: line(untyped(fields.text("diagnostic-code")), WORDS_MAX),
            });
        }
    }
}

/// `5.1.1` at the start of a field, or nothing.
fn status_code(text: &str) -> String {
    let word = text.split_whitespace().next().unwrap_or_default();
    let number = |part: &str| (1..=3).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit());
    let whole = word.split('.').count() == 3 && word.split('.').all(number);
    if whole { word.to_owned() } else { String::new() }
}

/// `rfc822; name@example.org` without its type.
fn untyped(text: &str) -> &str {
    let value = text.split_once(';').map_or(text, |(_, value)| value);
    value.trim().trim_start_matches('<').trim_end_matches('>')
}

fn is_id(id: &str) -> bool {
    (1..=250).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_graphic())
}

/// All `<left@right>` of a header's text.
fn ids(text: &str) -> Vec<String> {
    text.split('<')
        .skip(1)
        .filter_map(|rest| rest.split_once('>'))
        .map(|(id, _)| id.trim().to_owned())
        .filter(|id| id.contains('@') && is_id(id))
        .collect()
}
