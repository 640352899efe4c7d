//! From a rendered letter to the bytes of a mail (RFC 5322, MIME RFC 2045–2049). Pure, and the same bytes every
//! time: the date is an argument and the MIME boundaries come from the Message-ID.

use std::borrow::Cow;

use chrono::{DateTime, Datelike as _, FixedOffset};
use sha2::{Digest as _, Sha256};

use super::{MailError, encode};

#[cfg(test)]
mod tests;

/// A name and an address; the name may be empty.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Mailbox {
    /// Shown name, any language.
    pub name: String,
    /// `local@domain`, ASCII.
    pub address: String,
}

/// A picture that the HTML shows with `<img src="cid:…">`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inline {
    /// The id after `cid:`, without angle brackets.
    pub cid: String,
    /// MIME type, `image/png`.
    pub content_type: String,
    /// The picture.
    pub bytes: Vec<u8>,
}

/// A file that travels with the mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attachment {
    /// Name as the recipient sees it, any language, at most 255 bytes, no path.
    pub file_name: String,
    /// MIME type, `application/pdf`.
    pub content_type: String,
    /// The file.
    pub bytes: Vec<u8>,
}

/// One mail to one recipient, everything rendered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outgoing {
    /// Message-ID without angle brackets, `left@domain`; fixed once, the same on every try.
    pub message_id: String,
    /// Author.
    pub from: Mailbox,
    /// The one recipient of this copy. Shown as `To` only when `header_to` is empty.
    pub to: Mailbox,
    /// The addressees every copy shows.
    pub header_to: Vec<Mailbox>,
    /// The copied (抄送) every copy shows.
    pub header_cc: Vec<Mailbox>,
    /// Subject, any language, one line.
    pub subject: String,
    /// Plain text part.
    pub text: String,
    /// HTML part.
    pub html: String,
    /// Pictures of the HTML part.
    pub inline: Vec<Inline>,
    /// Attached files, in the order shown.
    pub attachments: Vec<Attachment>,
    /// Message-IDs of earlier mails of the same thread, oldest first, without angle brackets.
    pub references: Vec<String>,
    /// The `Date` header, in the office's time zone.
    pub date: DateTime<FixedOffset>,
}

/// Writes the mail: 7-bit ASCII, CRLF, lines of at most 998 characters, ready for SMTP or an `.eml` file.
///
/// The parts nest as `mixed(alternative(text, related(html, pictures)), attachments)`; a level with only one
/// child is left out.
///
/// # Errors
/// [`MailError::Field`] when a value could break out of its header (any control character), an address or an id
/// is malformed, or a file name is a path.
pub fn compose(mail: &Outgoing) -> Result<Vec<u8>, MailError> {
    let content =
        Content { text: &mail.text, html: &mail.html, inline: &mail.inline, attachments: &mail.attachments };
    let head = Head {
        message_id: &mail.message_id,
        from: &mail.from,
        reply_to: None,
        to: &mail.to,
        header_to: &mail.header_to,
        header_cc: &mail.header_cc,
        subject: &mail.subject,
        references: &mail.references,
        date: mail.date,
    };
    head.before(&content.write(&mail.message_id)?)
}

/// What all copies of a letter have in common: the parts, without the header.
#[derive(Debug, Clone, Copy)]
pub struct Content<'m> {
    /// Plain text part.
    pub text: &'m str,
    /// HTML part.
    pub html: &'m str,
    /// Pictures of the HTML part.
    pub inline: &'m [Inline],
    /// Attached files, in the order shown.
    pub attachments: &'m [Attachment],
}

impl Content<'_> {
    /// Writes the parts, from the outermost `Content-Type` on; `seal` makes the boundaries, any text that is the same
    /// for the same letter. To be put behind a header by [`Head::before`].
    ///
    /// # Errors
    /// As [`compose`], for what concerns pictures and attachments.
    pub fn write(&self, seal: &str) -> Result<Vec<u8>, MailError> {
        let mut body = self.alternative()?;
        if !self.attachments.is_empty() {
            let mut parts = vec![body];
            for attachment in self.attachments {
                parts.push(attached(attachment)?);
            }
            body = Part::Many { kind: "mixed", extra: "", parts };
        }
        let seal = Sha256::digest(seal)[..12].iter().map(|b| format!("{b:02x}")).collect::<String>();
        let mut out = Vec::new();
        body.write(&seal, &mut out);
        Ok(out)
    }

    fn alternative(&self) -> Result<Part<'_>, MailError> {
        let mut html = text_part("html", self.html);
        if !self.inline.is_empty() {
            let mut parts = vec![html];
            for picture in self.inline {
                parts.push(shown(picture)?);
            }
            html = Part::Many { kind: "related", extra: "; type=\"text/html\"", parts };
        }
        Ok(Part::Many { kind: "alternative", extra: "", parts: vec![text_part("plain", self.text), html] })
    }
}

/// What stands above the content: the same fields as in [`Outgoing`].
#[derive(Debug, Clone, Copy)]
pub struct Head<'m> {
    /// Message-ID without angle brackets.
    pub message_id: &'m str,
    /// Author.
    pub from: &'m Mailbox,
    /// Where answers shall go, when not to the author.
    pub reply_to: Option<&'m Mailbox>,
    /// The one recipient of this copy.
    pub to: &'m Mailbox,
    /// The addressees every copy shows.
    pub header_to: &'m [Mailbox],
    /// The copied every copy shows.
    pub header_cc: &'m [Mailbox],
    /// Subject.
    pub subject: &'m str,
    /// Message-IDs of earlier mails of the same thread.
    pub references: &'m [String],
    /// The `Date` header.
    pub date: DateTime<FixedOffset>,
}

impl Head<'_> {
    /// The whole mail: this header before content that [`Content::write`] wrote.
    ///
    /// # Errors
    /// As [`compose`], for what concerns headers.
    pub fn before(&self, content: &[u8]) -> Result<Vec<u8>, MailError> {
        let head = headers(self)?;
        let mut out = Vec::with_capacity(head.len() + content.len() + 32);
        out.extend_from_slice(head.as_bytes());
        out.extend_from_slice(b"MIME-Version: 1.0\r\n");
        out.extend_from_slice(content);
        Ok(out)
    }
}

fn headers(mail: &Head<'_>) -> Result<String, MailError> {
    if !(1900..=9999).contains(&mail.date.year()) {
        return Err(MailError::field("date", format!("年份 {} 超出范围", mail.date.year())));
    }
    super::address("to", &mail.to.address)?;
    one_line("subject", mail.subject)?;
    let own = std::slice::from_ref(mail.to);
    let to = if mail.header_to.is_empty() { own } else { mail.header_to };

    let mut head = String::with_capacity(1024);
    let mut line = |name: &str, value: &str| {
        head.push_str(name);
        head.push_str(": ");
        head.push_str(value);
        head.push_str("\r\n");
    };
    line("Date", &mail.date.to_rfc2822());
    line("From", &mailboxes("from", std::slice::from_ref(mail.from))?);
    if let Some(reply_to) = mail.reply_to {
        line("Reply-To", &mailboxes("reply_to", std::slice::from_ref(reply_to))?);
    }
    line("To", &mailboxes("header_to", to)?);
    if !mail.header_cc.is_empty() {
        line("Cc", &mailboxes("header_cc", mail.header_cc)?);
    }
    line("Subject", &encode::header_text(mail.subject));
    line("Message-ID", &bracketed("message_id", mail.message_id)?);
    if let Some(parent) = mail.references.last() {
        line("In-Reply-To", &bracketed("references", parent)?);
        let all = mail.references.iter().map(|id| bracketed("references", id));
        line("References", &all.collect::<Result<Vec<_>, _>>()?.join("\r\n "));
    }
    // RFC 3834: asks vacation responders and the like not to answer.
    line("Auto-Submitted", "auto-generated");
    Ok(head)
}

fn text_part(subtype: &str, text: &str) -> Part<'static> {
    Part::One {
        headers: format!("Content-Type: text/{subtype}; charset=utf-8\r\n"),
        bytes: Cow::Owned(encode::canonical_lines(text).into_bytes()),
    }
}

fn shown(picture: &Inline) -> Result<Part<'_>, MailError> {
    let Inline { cid, content_type, bytes } = picture;
    let fits = !cid.is_empty() && cid.len() <= 250;
    if !fits || !cid.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.@".contains(&b)) {
        return Err(MailError::field("inline.cid", format!("“{}”不是有效的标识", cid.escape_debug())));
    }
    media_type("inline.content_type", content_type)?;
    let headers =
        format!("Content-Type: {content_type}\r\nContent-ID: <{cid}>\r\nContent-Disposition: inline\r\n");
    Ok(Part::One { headers, bytes: Cow::Borrowed(bytes) })
}

fn attached(attachment: &Attachment) -> Result<Part<'_>, MailError> {
    let Attachment { file_name: name, content_type, bytes } = attachment;
    const FIELD: &str = "attachments.file_name";
    one_line(FIELD, name)?;
    if name.trim().is_empty() || name.len() > 255 || name.contains(['/', '\\', '"']) || name.starts_with('.')
    {
        return Err(MailError::field(FIELD, format!("“{name}”不是有效的文件名（不含路径，至多 255 字节）")));
    }
    media_type("attachments.content_type", content_type)?;
    let headers = format!(
        "Content-Type: {content_type};\r\n {}\r\nContent-Disposition: attachment;\r\n {}\r\n",
        encode::old_file_name(name),
        encode::new_file_name(name),
    );
    Ok(Part::One { headers, bytes: Cow::Borrowed(bytes) })
}

/// A node of the MIME tree.
enum Part<'a> {
    One { headers: String, bytes: Cow<'a, [u8]> },
    Many { kind: &'static str, extra: &'static str, parts: Vec<Part<'a>> },
}

impl Part<'_> {
    /// `seal` makes the boundaries of this mail. They start with `=_`, which base64 never holds, so no body can
    /// close a part (RFC 2045 §6.7 (5) recommends the same), and the kind tells nested ones apart.
    fn write(&self, seal: &str, out: &mut Vec<u8>) {
        match self {
            Part::One { headers, bytes } => {
                out.extend_from_slice(headers.as_bytes());
                out.extend_from_slice(b"Content-Transfer-Encoding: base64\r\n\r\n");
                encode::body(bytes, out);
            }
            Part::Many { kind, extra, parts } => {
                let head =
                    format!("Content-Type: multipart/{kind}{extra};\r\n boundary=\"=_{kind}_{seal}\"\r\n");
                out.extend_from_slice(head.as_bytes());
                for part in parts {
                    out.extend_from_slice(format!("\r\n--=_{kind}_{seal}\r\n").as_bytes());
                    part.write(seal, out);
                }
                out.extend_from_slice(format!("\r\n--=_{kind}_{seal}--\r\n").as_bytes());
            }
        }
    }
}

fn mailboxes(field: &'static str, list: &[Mailbox]) -> Result<String, MailError> {
    let mut all = Vec::with_capacity(list.len());
    for Mailbox { name, address } in list {
        one_line(field, name)?;
        super::address(field, address)?;
        all.push(encode::mailbox(name.trim(), address));
    }
    Ok(all.join(",\r\n "))
}

/// Refuses what could end a header early; every kind of control character, since readers differ in which they obey.
fn one_line(field: &'static str, text: &str) -> Result<(), MailError> {
    match text.chars().find(|&c| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}')) {
        Some(odd) => Err(MailError::field(field, format!("含有控制字符 {}", odd.escape_debug()))),
        None => Ok(()),
    }
}

/// `<left@right>`, both of the characters RFC 5322 allows an id without quoting.
fn bracketed(field: &'static str, id: &str) -> Result<String, MailError> {
    let atom = |part: &str| {
        !part.is_empty()
            && part.bytes().all(|b| b.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~.".contains(&b))
    };
    match id.split_once('@') {
        Some((left, right)) if atom(left) && atom(right) && id.len() <= 250 => Ok(format!("<{id}>")),
        _ => Err(MailError::field(field, format!("“{}”不是有效的 Message-ID", id.escape_debug()))),
    }
}

fn media_type(field: &'static str, text: &str) -> Result<(), MailError> {
    let token = |part: &str| {
        (1..=127).contains(&part.len())
            && part.bytes().all(|b| b.is_ascii_alphanumeric() || b"!#$&-^_.+".contains(&b))
    };
    match text.split_once('/') {
        Some((kind, subtype)) if token(kind) && token(subtype) => Ok(()),
        _ => Err(MailError::field(field, format!("“{}”不是有效的媒体类型", text.escape_debug()))),
    }
}
