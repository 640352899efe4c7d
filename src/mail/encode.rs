//! Text and bytes as mail wants them: 7-bit, CRLF, short lines, and never a line break that came from outside.

use std::borrow::Cow;
use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// Longest plain value that is left as it is; longer ones are cut into encoded words, which fold anywhere.
const PLAIN_MAX: usize = 60;
/// Bytes of UTF-8 in one encoded word: 52 characters of base64, so that `Subject: ` and the word stay below
/// the 76 columns of RFC 2047 §2.
const WORD_BYTES: usize = 39;
/// Bytes in one line of a body: 76 columns of base64 (RFC 2045 §6.8).
const LINE_BYTES: usize = 57;

/// Whether a value can stand in a header as it is. `=?` cannot: a reader would decode it.
fn is_plain(text: &str) -> bool {
    text.len() <= PLAIN_MAX && text.bytes().all(|b| matches!(b, b' '..=b'~')) && !text.contains("=?")
}

/// A header's free text (RFC 2047): as it is, or as encoded words, folded. The caller has refused line breaks.
pub(super) fn header_text(text: &str) -> Cow<'_, str> {
    if is_plain(text) { Cow::Borrowed(text) } else { Cow::Owned(encoded_words(text)) }
}

/// A mailbox of `From`, `To`, `Cc`: `名称 <address>`, or the bare address when it has no name.
pub(super) fn mailbox(name: &str, address: &str) -> String {
    if name.is_empty() {
        address.to_owned()
    } else if is_plain(name) {
        format!("{} <{address}>", quoted(name))
    } else {
        format!("{}\r\n <{address}>", encoded_words(name))
    }
}

/// A file name as `Content-Type`'s `name` for old readers: RFC 2047 words within quotes. No standard allows it,
/// yet it is all that Outlook and the web mail of QQ understand of a Chinese name.
pub(super) fn old_file_name(name: &str) -> String {
    if is_plain(name) {
        format!("name={}", quoted(name))
    } else {
        format!("name=\"{}\"", encoded_words(name))
    }
}

/// A file name as `Content-Disposition`'s `filename` the way RFC 2231 has it. On one line, without `*0*`, since
/// readers that know the first often miss the second; the caller keeps names short enough for 998 columns. No
/// second, old `filename` beside it: strict readers drop one of the two, and not always the same.
pub(super) fn new_file_name(name: &str) -> String {
    if is_plain(name) {
        return format!("filename={}", quoted(name));
    }
    let mut out = String::from("filename*=utf-8''");
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.".contains(&byte) {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

/// Appends a part's body: base64 lines, each ended by CRLF.
///
/// Always base64, though quoted-printable reads better for Latin text: it makes the bytes safe whatever they
/// are, no line can look like a MIME boundary or a lonely dot, and for Chinese it is less than half as long.
pub(super) fn body(bytes: &[u8], out: &mut Vec<u8>) {
    out.reserve(bytes.len() / LINE_BYTES * 78 + 80);
    let mut line = [0; 76];
    for chunk in bytes.chunks(LINE_BYTES) {
        // 57 bytes are exactly 76 characters, so the slice is never too small.
        if let Ok(length) = STANDARD.encode_slice(chunk, &mut line) {
            out.extend_from_slice(&line[..length]);
            out.extend_from_slice(b"\r\n");
        }
    }
}

/// Text in its canonical form: every line ended by CRLF (RFC 2045 §6.8), also where a lone CR or LF stood.
pub(super) fn canonical_lines(text: &str) -> String {
    text.replace("\r\n", "\n").replace('\r', "\n").replace('\n', "\r\n")
}

/// The most bytes, at most `max`, that end between two characters.
pub(super) fn whole_chars(text: &str, max: usize) -> usize {
    let max = max.min(text.len());
    (0..=max).rev().find(|&end| text.is_char_boundary(end)).unwrap_or(0)
}

fn quoted(plain: &str) -> String {
    format!("\"{}\"", plain.replace('\\', "\\\\").replace('"', "\\\""))
}

fn encoded_words(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while !rest.is_empty() {
        let word = &rest[..whole_chars(rest, WORD_BYTES)];
        rest = &rest[word.len()..];
        let fold = if out.is_empty() { "" } else { "\r\n " };
        let _ = write!(out, "{fold}=?utf-8?b?{}?=", STANDARD.encode(word));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn header_text_is_left_alone_or_cut_into_words() {
        let long = "预警函".repeat(20);
        for (text, starts_with, words) in [
            ("plain subject", "plain subject", 0),
            ("", "", 0),
            ("=?utf-8?b?aGk=?=", "=?utf-8?b?PT91", 1),
            ("湘序〔2025〕1号", "=?utf-8?b?5rmY5bqP44CUMjAyNeOAlTHlj7c=?=", 1),
            (long.as_str(), "=?utf-8?b?", 5),
            ("x".repeat(61).as_str(), "=?utf-8?b?eHh4", 2),
        ] {
            let encoded = header_text(text);
            assert!(encoded.starts_with(starts_with), "{text}: {encoded}");
            assert_eq!(encoded.matches("=?utf-8?b?").count(), words, "{text}: {encoded}");
            assert!(encoded.is_ascii());
            assert!(encoded.split("\r\n").all(|line| line.len() <= 76 - "Subject: ".len()), "{encoded}");
        }
    }

    #[test]
    fn words_end_between_characters() {
        let text = "预警函abc〔2025〕第12号：固定资产投资增速低于序时进度1.6个百分点";
        let decoded: String = encoded_words(text)
            .split("\r\n ")
            .map(|word| {
                let inner = word.strip_prefix("=?utf-8?b?").unwrap().strip_suffix("?=").unwrap();
                String::from_utf8(STANDARD.decode(inner).unwrap()).expect("whole characters in each word")
            })
            .collect();
        assert_eq!(decoded, text);
    }

    #[test]
    fn file_names_old_and_new() {
        assert_eq!(old_file_name("a b.docx"), "name=\"a b.docx\"");
        assert_eq!(new_file_name("a b.docx"), "filename=\"a b.docx\"");
        assert_eq!(old_file_name("附件.docx"), "name=\"=?utf-8?b?6ZmE5Lu2LmRvY3g=?=\"");
        assert_eq!(new_file_name("附 件.docx"), "filename*=utf-8''%E9%99%84%20%E4%BB%B6.docx");
    }

    #[test]
    fn bodies_and_lines() {
        let mut out = Vec::new();
        body(&[0; 58], &mut out);
        assert_eq!(String::from_utf8(out).unwrap(), format!("{}\r\nAA==\r\n", "A".repeat(76)));
        assert_eq!(canonical_lines("a\nb\r\nc\rd"), "a\r\nb\r\nc\r\nd");
    }
}
