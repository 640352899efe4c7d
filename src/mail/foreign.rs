//! What strangers say: replies of servers, mails that came back, names of files. It is decoded, cleaned and bounded here
//! and nowhere else, before it is stored or shown.

use encoding_rs::{Encoding, GB18030};
use xushi_domain::folded::is_unseen;

/// Most characters that are kept of what a stranger says.
pub const WORDS_MAX: usize = 500;

/// Bytes as text: UTF-8, else GB18030, which servers in China answer in, else what of UTF-8 can be read. A character cut
/// at the end is left out.
pub fn decoded(bytes: &[u8]) -> String {
    match std::str::from_utf8(bytes) {
        Ok(text) => return text.to_owned(),
        Err(error) if error.error_len().is_none() => {
            return String::from_utf8_lossy(&bytes[..error.valid_up_to()]).into_owned();
        }
        Err(_) => {}
    }
    // A character of GB18030 has at most four bytes.
    let cuts = (0..4).filter_map(|cut| bytes.get(..bytes.len().checked_sub(cut)?));
    let read = |bytes| GB18030.decode_without_bom_handling_and_without_replacement(bytes);
    match cuts.into_iter().find_map(read) {
        Some(text) => text.into_owned(),
        None => String::from_utf8_lossy(bytes).into_owned(),
    }
}

/// Bytes as text of the character set that a mail names for them. The two that matter here are told apart by the bytes,
/// since mails often name the wrong one.
pub fn decoded_as(bytes: &[u8], charset: &str) -> String {
    match Encoding::for_label(charset.trim().as_bytes()) {
        Some(named) if named != encoding_rs::UTF_8 && named != GB18030 && named != encoding_rs::GBK => {
            named.decode_without_bom_handling(bytes).0.into_owned()
        }
        _ => decoded(bytes),
    }
}

/// Text as one line that a log, a database and a letter can hold: no control characters, nothing unseen, single blanks,
/// at most `most` characters.
pub fn line(text: &str, most: usize) -> String {
    let plain = text.chars().map(|c| if c.is_control() || is_unseen(c) { ' ' } else { c });
    let mut out = String::new();
    let mut count = 0;
    let mut blank = false;
    for c in plain {
        if c.is_whitespace() {
            blank = count > 0;
            continue;
        }
        let wanted = 1 + usize::from(blank);
        if count + wanted > most {
            break;
        }
        if blank {
            out.push(' ');
        }
        out.push(c);
        count += wanted;
        blank = false;
    }
    out
}

/// Bytes a stranger sent, as such a line.
pub fn words(bytes: &[u8]) -> String {
    line(&decoded(bytes), WORDS_MAX)
}

/// The bytes of a server's reply that came through lettre as one character a byte (see [`super::lettre_stream`]).
pub(super) fn heard(text: &str) -> String {
    let bytes: Result<Vec<u8>, _> = text.chars().map(|c| u8::try_from(u32::from(c))).collect();
    match bytes {
        Ok(bytes) => words(&bytes),
        // Not a server's words but our own.
        Err(_) => line(text, WORDS_MAX),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NO_SUCH_USER: &[u8] = b"550 \xd3\xc3\xbb\xa7\xb2\xbb\xb4\xe6\xd4\xda";

    #[test]
    fn chinese_is_read_in_both_its_forms() {
        for (bytes, want) in [
            (NO_SUCH_USER, "550 用户不存在"),
            ("550 用户不存在".as_bytes(), "550 用户不存在"),
            (&NO_SUCH_USER[..NO_SUCH_USER.len() - 1], "550 用户不存"),
            (&"用户不存在".as_bytes()[..14], "用户不存"),
            (b"plain", "plain"),
            // Four bytes a character: 𠮷.
            (b"\x954\xb25", "\u{20bb7}"),
        ] {
            assert_eq!(decoded(bytes), want, "{}", bytes.escape_ascii());
        }
        assert!(decoded(b"\xff\xff\xff\xff\xff").contains('\u{fffd}'));
        assert_eq!(decoded_as(b"\xa7A\xa6n", "big5"), "你好");
        assert_eq!(decoded_as(NO_SUCH_USER, "utf-8"), "550 用户不存在");
        assert_eq!(decoded_as("你好".as_bytes(), "GB2312"), "你好");
        assert_eq!(decoded_as("你好".as_bytes(), "no-such-set"), "你好");
    }

    #[test]
    fn a_line_is_clean_and_bounded() {
        for (text, most, want) in [
            ("a\0b\u{1b}[31mc\r\nd", 500, "a b [31mc d"),
            ("  a \u{a0}\t b ", 500, "a b"),
            ("a\u{202e}b\u{200b}c\u{2028}d\u{fffe}e", 500, "a b c d e"),
            ("abcdef", 3, "abc"),
            ("ab cdef", 3, "ab"),
            ("用户不存在", 2, "用户"),
            ("\0\0", 500, ""),
        ] {
            assert_eq!(line(text, most), want, "{text:?}");
        }
        assert_eq!(line(&"x".repeat(1_000_000), WORDS_MAX).len(), WORDS_MAX);
    }

    #[test]
    fn what_went_through_byte_by_byte_is_put_together() {
        let through: String = NO_SUCH_USER.iter().map(|byte| char::from(*byte)).collect();
        assert_eq!(heard(&through), "550 用户不存在");
        assert_eq!(heard("服务器的应答过长"), "服务器的应答过长");
    }
}
