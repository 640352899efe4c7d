//! What a browser sends, kept as it was typed until it is fit to be a reply.

use actix_multipart::{Field, Multipart};
use chrono::NaiveDate;
use futures_util::StreamExt as _;

use crate::domain::folded::is_blank;
use crate::domain::reply::{FILES_BYTES_MAX, Remedy, Reply, ReplyFile};
use crate::domain::{Invalid, folded};

/// Remedies the form has room for.
pub(super) const REMEDY_ROWS: usize = 5;
/// Bytes of one field that is not a file: more than any field may hold.
const FIELD_BYTES_MAX: usize = 64 * 1024;
/// Parts of a form: more than the page's own form has.
const PARTS_MAX: usize = 64;

/// Why a form was not read to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unread {
    /// Larger than any reply may be.
    TooLarge,
    /// Cut off, or no form at all.
    Malformed,
}

/// One remedy as typed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct TypedRemedy {
    pub(super) action: String,
    pub(super) due_on: String,
}

/// A form as typed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Typed {
    pub(super) person: String,
    pub(super) phone: String,
    pub(super) cause: String,
    pub(super) remedies: [TypedRemedy; REMEDY_ROWS],
    pub(super) files: Vec<ReplyFile>,
}

impl Typed {
    /// The form of the receipt; what else is in it is of no interest.
    pub(super) fn of_receipt(body: &[u8]) -> Self {
        let mut typed = Self::default();
        for (name, value) in form_urlencoded::parse(&body[..body.len().min(FIELD_BYTES_MAX)]) {
            if name == "person" {
                typed.person = value.into_owned();
            }
        }
        typed
    }

    fn set(&mut self, name: &str, value: String) {
        let row = |prefix: &str| {
            name.strip_prefix(prefix)?.parse::<usize>().ok()?.checked_sub(1).filter(|at| *at < REMEDY_ROWS)
        };
        match name {
            "person" => self.person = value,
            "phone" => self.phone = value,
            "cause" => self.cause = value,
            _ => {
                if let Some(at) = row("action") {
                    self.remedies[at].action = value;
                } else if let Some(at) = row("due_on") {
                    self.remedies[at].due_on = value;
                }
            }
        }
    }

    /// The reply, or every field that does not fit, by its name in the form (`action2`).
    pub(super) fn reply(&self, issued_on: NaiveDate) -> Result<Reply, Vec<Invalid>> {
        let mut wrong = Vec::new();
        let (mut remedies, mut rows) = (Vec::new(), Vec::new());
        for (ordinal, row) in (1..).zip(&self.remedies) {
            let blank = is_blank(&row.action) && is_blank(&row.due_on);
            if blank && ordinal > 1 {
                continue;
            }
            let due_on = day(&row.due_on).unwrap_or_else(|detail| {
                wrong.push(Invalid::new(format!("due_on{ordinal}"), "malformed", detail));
                issued_on
            });
            remedies.push(Remedy { action: row.action.clone(), due_on });
            rows.push(ordinal);
        }
        let reply = Reply {
            cause: self.cause.clone(),
            remedies,
            person: self.person.clone(),
            phone: self.phone.clone(),
            files: self.files.clone(),
        };
        match reply.checked(issued_on) {
            Ok(reply) if wrong.is_empty() => Ok(reply),
            outcome => {
                let named = outcome.err().unwrap_or_default().into_iter();
                wrong.extend(
                    named.map(|invalid| Invalid { field: in_form(&invalid.field, &rows), ..invalid }),
                );
                Err(wrong)
            }
        }
    }
}

/// `remedies.1.action` is `action3` when the second remedy stands in the third row; `files.0.name` is `files`.
fn in_form(field: &str, rows: &[usize]) -> String {
    let mut parts = field.split('.');
    let (first, index, last) = (parts.next().unwrap_or_default(), parts.next(), parts.next());
    let row = index.and_then(|index| rows.get(index.parse::<usize>().ok()?));
    match (first, row, last) {
        ("remedies", Some(row), Some(last)) => format!("{last}{row}"),
        _ => first.to_owned(),
    }
}

/// A date as browsers send it, or as people write it where there is no date field: 2025-09-30, 2025年9月30日, 2025/9/30.
fn day(text: &str) -> Result<NaiveDate, &'static str> {
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
    let (mut total, mut parts) = (0, 0);
    while let Some(field) = body.next().await {
        let field = field.map_err(|_| Unread::Malformed)?;
        parts += 1;
        if parts > PARTS_MAX {
            return Err(Unread::Malformed);
        }
        let name = field.name().unwrap_or_default().to_owned();
        let file = field.content_disposition().and_then(|it| it.get_filename()).map(ToOwned::to_owned);
        let left = if file.is_some() { FILES_BYTES_MAX - total } else { FIELD_BYTES_MAX };
        let bytes = collect(field, left).await?;
        match file {
            // A file field that was left empty comes without a name.
            Some(file) if file.is_empty() && bytes.is_empty() => {}
            Some(file) => {
                total += bytes.len();
                typed.files.push(ReplyFile { name: file, content: bytes });
            }
            None => typed.set(&name, String::from_utf8(bytes).map_err(|_| Unread::Malformed)?),
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
    fn what_is_wrong_is_named_as_the_form_names_it() {
        let issued_on = "2025-08-27".parse().unwrap();
        let mut typed = Typed {
            person: "李四".into(),
            phone: "0731-82210000".into(),
            cause: "用地".into(),
            ..Typed::default()
        };
        typed.set("action1", "周调度".into());
        for written in ["2025年9月30日", "２０２５－０９－３０", "2025/9/30 ", "２０２５年９月３０日"]
        {
            typed.set("due_on1", written.into());
            assert_eq!(
                typed.reply(issued_on).unwrap().remedies[0].due_on.to_string(),
                "2025-09-30",
                "{written}"
            );
        }
        typed.set("phone", "０７３１－８２２１００００转8001".into());
        assert_eq!(typed.reply(issued_on).unwrap().phone, "0731-82210000转8001");
        typed.set("cause", "\u{200b}\u{200b}".into());
        assert_eq!(typed.reply(issued_on).unwrap_err()[0].code, "required");
        typed.set("cause", "用地".into());
        let reply = typed.reply(issued_on).unwrap();
        assert_eq!(reply.remedies.len(), 1);
        assert_eq!(reply.remedies[0].due_on.to_string(), "2025-09-30");
        typed.set("action3", "驻点".into());
        typed.set("due_on4", "2025-08-01".into());
        typed.set("due_on1", "明天".into());
        typed.set("action6", "没有这一行".into());
        typed.set("cause", " ".into());
        typed.files.push(ReplyFile { name: "a.exe".into(), content: vec![1] });
        let wrong = typed.reply(issued_on).unwrap_err();
        let mut fields: Vec<_> = wrong.iter().map(|one| one.field.as_str()).collect();
        fields.sort_unstable();
        assert_eq!(fields, ["action4", "cause", "due_on1", "due_on3", "due_on4", "files"]);
    }

    #[test]
    fn a_receipt_is_read_from_whatever_comes() {
        assert_eq!(Typed::of_receipt("person=%E6%9D%8E%E5%9B%9B&x=1".as_bytes()).person, "李四");
        for odd in [&b""[..], b"%%%", b"\xff\xfe", b"person"] {
            assert_eq!(Typed::of_receipt(odd).person, "");
        }
    }
}
