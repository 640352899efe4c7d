//! Bounces: delivery status notifications (RFC 3464) read as far as is needed to know which mail came back and why.
//!
//! A small reader of its own. What comes in is a stranger's: sizes, parts and depth are bounded, nothing is trusted
//! to be well-formed, and what is not understood is left out.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::transport::words;

#[cfg(test)]
mod tests;

/// Largest mail that is read.
pub const BYTES_MAX: usize = 2 * 1024 * 1024;
/// Most levels of parts within parts.
const DEPTH_MAX: usize = 8;
/// Most parts of one mail.
const PARTS_MAX: usize = 100;
/// Most Message-IDs taken from one mail.
const IDS_MAX: usize = 20;

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
pub struct Report {
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
    /// What is said of each recipient; never empty.
    pub reports: Vec<Report>,
}

/// Reads a mail; `None` when it is no notification of delivery.
pub fn read(raw: &[u8]) -> Option<Bounce> {
    if raw.len() > BYTES_MAX {
        return None;
    }
    let mut found = Found::default();
    found.part(raw, 0);
    let head = Fields::of(split(raw).0);
    // Of the mail itself first; what the notification answers to says the same.
    found.ids.extend(["in-reply-to", "references"].iter().flat_map(|name| ids(&head.all(name))));
    let mut message_ids: Vec<String> = Vec::new();
    for id in found.ids {
        if !message_ids.contains(&id) && message_ids.len() < IDS_MAX {
            message_ids.push(id);
        }
    }
    let reports = found.reports;
    (!reports.is_empty()).then_some(Bounce { message_ids, envelope_id: found.envelope_id, reports })
}

#[derive(Default)]
struct Found {
    parts: usize,
    ids: Vec<String>,
    envelope_id: Option<String>,
    reports: Vec<Report>,
}

impl Found {
    fn part(&mut self, raw: &[u8], depth: usize) {
        self.parts += 1;
        if depth > DEPTH_MAX || self.parts > PARTS_MAX {
            return;
        }
        let (head, body) = split(raw);
        let fields = Fields::of(head);
        let kind = fields.first("content-type").unwrap_or_default();
        let (kind, parameters) = kind.split_once(';').unwrap_or((kind.as_str(), ""));
        let kind = kind.trim().to_ascii_lowercase();
        if kind.starts_with("multipart/") {
            if let Some(boundary) = boundary(parameters) {
                for inner in parts(body, &boundary) {
                    self.part(inner, depth + 1);
                }
            }
            return;
        }
        let encoding = fields.first("content-transfer-encoding").unwrap_or_default();
        let body = decoded(body, &encoding);
        match kind.as_str() {
            "message/delivery-status" | "message/global-delivery-status" => self.status(&body),
            "message/rfc822" | "message/global" | "text/rfc822-headers" | "message/global-headers" => {
                let inner = Fields::of(split(&body).0);
                self.ids.extend(ids(&inner.all("message-id")));
                // A notification that was sent on as an attachment.
                if inner.first("content-type").is_some_and(|kind| kind.contains("report")) {
                    self.part(&body, depth + 1);
                }
            }
            _ => {}
        }
    }

    /// Groups of fields: one about the mail, then one for each recipient.
    fn status(&mut self, body: &[u8]) {
        for group in groups(body) {
            let fields = Fields::of(&group);
            if let Some(id) = fields.first("original-envelope-id") {
                self.envelope_id = Some(id.trim().to_owned());
            }
            let Some(action) = fields.first("action") else { continue };
            let action = match action.trim().to_ascii_lowercase().as_str() {
                "failed" => Action::Failed,
                "delayed" => Action::Delayed,
                "delivered" | "relayed" | "expanded" => Action::Delivered,
                _ => continue,
            };
            let recipients = ["final-recipient", "original-recipient"].into_iter();
            let recipients = recipients.filter_map(|name| fields.first(name)).map(|text| untyped(&text));
            let status = fields.first("status").unwrap_or_default();
            self.reports.push(Report {
                recipients: recipients.filter(|address| !address.is_empty()).collect(),
                action,
                status: status.split_whitespace().next().unwrap_or_default().chars().take(11).collect(),
                diagnostic: words(untyped(&fields.first("diagnostic-code").unwrap_or_default())),
            });
        }
    }
}

/// Header fields, names in lower case, values unfolded.
struct Fields(Vec<(String, String)>);

impl Fields {
    fn of(head: &[u8]) -> Self {
        let text = String::from_utf8_lossy(head);
        let mut fields: Vec<(String, String)> = Vec::new();
        for line in text.lines().take(2_000) {
            if line.starts_with([' ', '\t']) {
                if let Some((_, value)) = fields.last_mut() {
                    value.push(' ');
                    value.push_str(line.trim());
                }
            } else if let Some((name, value)) = line.split_once(':') {
                fields.push((name.trim().to_ascii_lowercase(), value.trim().to_owned()));
            }
        }
        Self(fields)
    }

    fn first(&self, name: &str) -> Option<String> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone())
    }

    fn all(&self, name: &str) -> String {
        let values = self.0.iter().filter(|(known, _)| known == name);
        values.map(|(_, value)| value.as_str()).collect::<Vec<_>>().join(" ")
    }
}

/// Header and body at the first empty line.
fn split(raw: &[u8]) -> (&[u8], &[u8]) {
    let mut start = 0;
    for line in raw.split_inclusive(|byte| *byte == b'\n') {
        let end = start + line.len();
        if matches!(line, b"\n" | b"\r\n") {
            return (&raw[..start], &raw[end..]);
        }
        start = end;
    }
    (raw, &[])
}

/// Groups of lines with empty ones between.
fn groups(body: &[u8]) -> Vec<Vec<u8>> {
    let mut groups = vec![Vec::new()];
    for line in body.split_inclusive(|byte| *byte == b'\n').take(5_000) {
        let empty = line.iter().all(u8::is_ascii_whitespace);
        match groups.last_mut() {
            Some(group) if !empty => group.extend_from_slice(line),
            Some(group) if !group.is_empty() => groups.push(Vec::new()),
            _ => {}
        }
    }
    groups
}

fn boundary(parameters: &str) -> Option<String> {
    let lower = parameters.to_ascii_lowercase();
    let at = lower.find("boundary")? + "boundary".len();
    let value = parameters.get(at..)?.trim_start().strip_prefix('=')?.trim_start();
    let value = match value.strip_prefix('"') {
        Some(quoted) => quoted.split('"').next()?,
        None => value.split([';', ' ', '\t']).next()?,
    };
    (!value.is_empty() && value.len() <= 200).then(|| value.to_owned())
}

/// The parts between lines `--boundary`; one that is never closed ends with the mail.
fn parts<'b>(body: &'b [u8], boundary: &str) -> Vec<&'b [u8]> {
    let mark = format!("--{boundary}");
    let mut parts = Vec::new();
    let (mut start, mut at) = (None, 0);
    for line in body.split_inclusive(|byte| *byte == b'\n') {
        if let Some(rest) = line.strip_prefix(mark.as_bytes()) {
            let rest = rest.trim_ascii();
            if rest.is_empty() || rest == b"--" {
                if let Some(start) = start {
                    parts.push(&body[start..at]);
                }
                start = rest.is_empty().then_some(at + line.len());
            }
        }
        at += line.len();
        if parts.len() > PARTS_MAX {
            return parts;
        }
    }
    parts.extend(start.map(|start| &body[start..]));
    parts
}

fn decoded(body: &[u8], encoding: &str) -> Vec<u8> {
    match encoding.trim().to_ascii_lowercase().as_str() {
        "base64" => {
            let kept: Vec<u8> = body.iter().copied().filter(|byte| !byte.is_ascii_whitespace()).collect();
            STANDARD.decode(kept).unwrap_or_default()
        }
        "quoted-printable" => quoted_printable(body),
        _ => body.to_vec(),
    }
}

fn quoted_printable(body: &[u8]) -> Vec<u8> {
    let hex = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let mut out = Vec::with_capacity(body.len());
    let mut rest = body;
    while let Some((&byte, after)) = rest.split_first() {
        rest = after;
        if byte != b'=' {
            out.push(byte);
        } else if let Some(after) = rest.strip_prefix(b"\r\n").or_else(|| rest.strip_prefix(b"\n")) {
            rest = after;
        } else if let [high, low, after @ ..] = rest
            && let (Some(high), Some(low)) = (hex(*high), hex(*low))
        {
            out.push(high * 16 + low);
            rest = after;
        } else {
            out.push(b'=');
        }
    }
    out
}

/// `rfc822; name@example.org` without its type.
fn untyped(text: &str) -> String {
    let value = text.split_once(';').map_or(text, |(_, value)| value);
    value.trim().trim_start_matches('<').trim_end_matches('>').to_owned()
}

/// All `<left@right>` of a header's text.
fn ids(text: &str) -> Vec<String> {
    text.split('<')
        .skip(1)
        .filter_map(|rest| rest.split_once('>'))
        .map(|(id, _)| id.trim().to_owned())
        .filter(|id| id.contains('@') && id.len() <= 250 && id.bytes().all(|byte| byte.is_ascii_graphic()))
        .collect()
}
