//! As much of MIME as is needed to read a mail that came back: header fields, parts, encodings. Nothing is trusted to be
//! well-formed; sizes and counts are bounded by the reader.

use base64::Engine as _;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig};
use base64::{alphabet, engine::DecodePaddingMode};

use super::foreign::{decoded, decoded_as};

/// Most lines of a header that are read.
const HEADER_LINES_MAX: usize = 2_000;
/// Base64 as mails carry it, padded or not.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true),
);

/// Header fields, names in lower case, values unfolded.
pub(super) struct Fields(Vec<(String, String)>);

impl Fields {
    pub(super) fn of(head: &[u8]) -> Self {
        let mut fields: Vec<(String, String)> = Vec::new();
        for line in head.split(|byte| *byte == b'\n').take(HEADER_LINES_MAX) {
            // Line by line: fields of one mail come from servers of several tongues.
            let line = decoded(line);
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

    pub(super) fn first(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// The first field of a name, or nothing.
    pub(super) fn text(&self, name: &str) -> &str {
        self.first(name).unwrap_or_default()
    }

    pub(super) fn all(&self, name: &str) -> String {
        let values = self.0.iter().filter(|(known, _)| known == name);
        values.map(|(_, value)| value.as_str()).collect::<Vec<_>>().join(" ")
    }
}

/// Header and body at the first empty line; no body when there is none.
pub(super) fn split(raw: &[u8]) -> (&[u8], Option<&[u8]>) {
    let mut start = 0;
    for line in raw.split_inclusive(|byte| *byte == b'\n') {
        let end = start + line.len();
        if matches!(line, b"\n" | b"\r\n") {
            return (&raw[..start], Some(&raw[end..]));
        }
        start = end;
    }
    (raw, None)
}

/// Groups of lines with empty ones between.
pub(super) fn groups(body: &[u8]) -> Vec<Vec<u8>> {
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

/// A parameter of a structured field: `boundary` of `multipart/mixed; boundary="x"`.
pub(super) fn parameter(parameters: &str, name: &str) -> Option<String> {
    let lower = parameters.to_ascii_lowercase();
    let at = lower.match_indices(name).find_map(|(at, _)| {
        let own = lower[..at].trim_end().ends_with(';') || lower[..at].trim_end().is_empty();
        let value = parameters.get(at + name.len()..)?.trim_start().strip_prefix('=')?;
        own.then_some(value.trim_start())
    })?;
    let value = match at.strip_prefix('"') {
        Some(quoted) => quoted.split('"').next()?,
        None => at.split([';', ' ', '\t']).next()?,
    };
    (!value.is_empty() && value.len() <= 200).then(|| value.to_owned())
}

/// The parts between lines `--boundary`, at most `most`; one that is never closed ends with the mail.
pub(super) fn parts<'b>(body: &'b [u8], boundary: &str, most: usize) -> Vec<&'b [u8]> {
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
        if parts.len() > most {
            return parts;
        }
    }
    parts.extend(start.map(|start| &body[start..]));
    parts
}

/// Whether the last boundary of a multipart body is there.
pub(super) fn is_closed(body: &[u8], boundary: &str) -> bool {
    let mark = format!("--{boundary}--");
    body.split(|byte| *byte == b'\n').any(|line| line.trim_ascii_end() == mark.as_bytes())
}

/// A body without its `Content-Transfer-Encoding`.
pub(super) fn unencoded(body: &[u8], encoding: &str) -> Vec<u8> {
    match encoding.trim().to_ascii_lowercase().as_str() {
        "base64" => base64(body),
        "quoted-printable" => quoted_printable(body),
        _ => body.to_vec(),
    }
}

/// What of it can be read: a part may be cut.
fn base64(body: &[u8]) -> Vec<u8> {
    let mut kept: Vec<u8> = body.iter().copied().filter(|byte| !byte.is_ascii_whitespace()).collect();
    kept.truncate(kept.iter().position(|byte| *byte == b'=').unwrap_or(kept.len()));
    if kept.len() % 4 == 1 {
        kept.pop();
    }
    BASE64.decode(kept).unwrap_or_default()
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

/// A header's text with its encoded words (RFC 2047) read.
pub(super) fn unworded(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    let mut after_word = false;
    while let Some(at) = rest.find("=?") {
        let (before, from) = rest.split_at(at);
        let Some((read, length)) = word(from) else {
            out.push_str(&rest[..at + 2]);
            rest = &rest[at + 2..];
            after_word = false;
            continue;
        };
        // Blanks between two words are their fold.
        if !(after_word && before.trim().is_empty()) {
            out.push_str(before);
        }
        out.push_str(&read);
        rest = &from[length..];
        after_word = true;
    }
    out.push_str(rest);
    out
}

/// `=?charset?b?…?=` at the start: its text and its length.
fn word(from: &str) -> Option<(String, usize)> {
    let mut parts = from.get(2..)?.splitn(4, '?');
    let (charset, kind, coded) = (parts.next()?, parts.next()?, parts.next()?);
    parts.next()?.strip_prefix('=')?;
    let bytes = match kind {
        "b" | "B" => base64(coded.as_bytes()),
        "q" | "Q" => quoted_printable(coded.replace('_', " ").as_bytes()),
        _ => return None,
    };
    let length = 2 + charset.len() + 1 + kind.len() + 1 + coded.len() + 2;
    Some((decoded_as(&bytes, charset.split('*').next().unwrap_or_default()), length))
}

/// The text of HTML: tags out, the commonest entities read.
pub(super) fn untagged(html: &str) -> String {
    let mut out = String::new();
    let mut rest = html;
    while let Some(at) = rest.find('<') {
        out.push_str(&rest[..at]);
        out.push(' ');
        let lower = rest[at..].get(..7).unwrap_or_default().to_ascii_lowercase();
        let end = if lower.starts_with("<style") || lower.starts_with("<script") { "</" } else { ">" };
        rest = rest[at..].find(end).map_or("", |close| &rest[at + close + end.len()..]);
    }
    out.push_str(rest);
    [("&lt;", "<"), ("&gt;", ">"), ("&nbsp;", " "), ("&quot;", "\""), ("&#64;", "@"), ("&amp;", "&")]
        .into_iter()
        .fold(out, |text, (entity, plain)| text.replace(entity, plain))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encoded_words_are_read() {
        for (text, want) in [
            ("=?gb18030?B?z7XNs83L0MU=?=", "系统退信"),
            ("=?utf-8?b?6YCA5L+h?= =?utf-8?b?6YCa55+l?=", "退信通知"),
            ("=?UTF-8?Q?a_=E9=80=80?= x", "a 退 x"),
            ("plain =? text", "plain =? text"),
            ("=?utf-8?x?abc?=", "=?utf-8?x?abc?="),
            ("=?utf-8?b?abc", "=?utf-8?b?abc"),
            ("a =?utf-8?b?6YCA?= b", "a 退 b"),
        ] {
            assert_eq!(unworded(text), want, "{text}");
        }
    }

    #[test]
    fn html_is_read_as_text() {
        let html = "<html><style>p{color:red}</style><p>退信&nbsp;原因</p>&lt;a@b&gt;<br";
        let text = untagged(html);
        assert!(text.contains("退信 原因") && text.contains("<a@b>") && !text.contains("color"), "{text}");
    }

    #[test]
    fn parameters_are_found() {
        for (text, want) in [
            ("boundary=\"a b\"; x=1", Some("a b")),
            (" charset=utf-8; boundary = b42 ", Some("b42")),
            ("x-boundary=no; boundary=yes", Some("yes")),
            ("boundary", None),
            ("boundary=", None),
        ] {
            assert_eq!(parameter(text, "boundary").as_deref(), want, "{text}");
        }
    }
}
