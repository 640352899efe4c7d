//! What a browser sends, kept as it was typed until it is fit to be a reply.

use std::collections::BTreeMap;

use actix_multipart::{Field, Multipart};
use chrono::NaiveDate;
use futures_util::StreamExt as _;

use super::asked::EACH_MAX;
use crate::domain::folded;
use crate::domain::reply::{FILES_BYTES_MAX, ReplyFile};

/// Measures the form has room for, where all indicators are answered together.
pub(super) const REMEDY_ROWS: usize = 5;
/// Fields the form has, without a number or with one up to [`EACH_MAX`].
const NAMES: [&str; 10] = [
    "cause",
    "action",
    "due_on",
    "person",
    "phone",
    "leader",
    "leader_phone",
    "disputed",
    "objection",
    "value",
];
/// Bytes of one field that is not a file: more than any field may hold.
const FIELD_BYTES_MAX: usize = 64 * 1024;
/// Bytes of all fields that are no files.
const FIELDS_BYTES_MAX: usize = 1024 * 1024;
/// Parts of a form: more than the page's own form has.
const PARTS_MAX: usize = 8 * EACH_MAX + 20;

/// Why a form was not read to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unread {
    /// Larger than any reply may be.
    TooLarge,
    /// Cut off, or no form at all.
    Malformed,
}

/// A form as typed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Typed {
    /// What stands in each field that is known and not empty.
    pub(super) fields: BTreeMap<String, String>,
    pub(super) files: Vec<ReplyFile>,
}

impl Typed {
    /// The form of the receipt; what else is in it is of no interest.
    pub(super) fn of_receipt(body: &[u8]) -> Self {
        let mut typed = Self::default();
        for (name, value) in form_urlencoded::parse(&body[..body.len().min(FIELD_BYTES_MAX)]) {
            if name == "person" {
                typed.set("person", value.into_owned());
            }
        }
        typed
    }

    /// What stands in a field; nothing in one that is not there.
    pub(super) fn get(&self, name: &str) -> &str {
        self.fields.get(name).map_or("", String::as_str)
    }

    pub(super) fn set(&mut self, name: &str, value: String) {
        let number = name.trim_start_matches(|c: char| c.is_ascii_lowercase() || c == '_');
        let known = NAMES.contains(&&name[..name.len() - number.len()]);
        let counted = number.is_empty() || number.parse::<usize>().is_ok_and(|n| (1..=EACH_MAX).contains(&n));
        if known && counted && !value.is_empty() {
            self.fields.insert(name.to_owned(), value);
        }
    }
}

/// A date as browsers send it, or as people write it where there is no date field: 2025-09-30, 2025年9月30日, 2025/9/30.
pub(super) fn day(text: &str) -> Result<NaiveDate, &'static str> {
    // Full-width digits of an input method are digits.
    let text = folded(text);
    if text.is_empty() {
        return Err("不能为空，请填写。");
    }
    let plain = text.replace(['年', '月', '/', '.'], "-").replace('日', "");
    NaiveDate::parse_from_str(&plain, "%Y-%m-%d").map_err(|_| "日期应形如2025-09-30，请核对。")
}

/// Reads a form with files. Nothing beyond what a reply may hold is kept in memory.
pub(super) async fn read(mut body: Multipart) -> Result<Typed, Unread> {
    let mut typed = Typed::default();
    let (mut total, mut written, mut parts) = (0, 0, 0);
    while let Some(field) = body.next().await {
        let field = field.map_err(|_| Unread::Malformed)?;
        parts += 1;
        if parts > PARTS_MAX {
            return Err(Unread::Malformed);
        }
        let name = field.name().unwrap_or_default().to_owned();
        let file = field.content_disposition().and_then(|it| it.get_filename()).map(ToOwned::to_owned);
        let left = match file {
            Some(_) => FILES_BYTES_MAX - total,
            None => FIELD_BYTES_MAX.min(FIELDS_BYTES_MAX - written),
        };
        let bytes = collect(field, left).await?;
        match file {
            // A file field that was left empty comes without a name.
            Some(file) if file.is_empty() && bytes.is_empty() => {}
            Some(file) => {
                total += bytes.len();
                typed.files.push(ReplyFile { name: file, content: bytes });
            }
            None => {
                written += bytes.len();
                typed.set(&name, String::from_utf8(bytes).map_err(|_| Unread::Malformed)?);
            }
        }
    }
    Ok(typed)
}

async fn collect(mut field: Field, most: usize) -> Result<Vec<u8>, Unread> {
    let mut bytes = Vec::new();
    while let Some(chunk) = field.next().await {
        let chunk = chunk.map_err(|_| Unread::Malformed)?;
        if bytes.len() + chunk.len() > most {
            return Err(Unread::TooLarge);
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_receipt_is_read_from_whatever_comes() {
        assert_eq!(Typed::of_receipt("person=%E6%9D%8E%E5%9B%9B&x=1".as_bytes()).get("person"), "李四");
        for odd in [&b""[..], b"%%%", b"\xff\xfe", b"person"] {
            assert_eq!(Typed::of_receipt(odd).get("person"), "");
        }
    }

    #[test]
    fn only_fields_of_the_form_are_kept() {
        let mut typed = Typed::default();
        for name in
            ["cause", "cause2", "due_on30", "leader_phone", "cause31", "cause0", "x", "", "甲1", "cause2x"]
        {
            typed.set(name, "1".to_owned());
        }
        typed.set("phone", String::new());
        let kept: Vec<_> = typed.fields.keys().map(String::as_str).collect();
        assert_eq!(kept, ["cause", "cause2", "due_on30", "leader_phone"]);
    }
}
