//! What a reader does not see of persons: telephones and mailboxes are masked, wherever they stand in an answer. A unit does not see
//! to whose mailbox else a letter went.

use actix_web::{HttpMessage as _, HttpRequest};
use serde_json::Value;

use crate::api::http::access::Caller;
use crate::domain::Role;

/// Fields that hold a telephone or a mailbox.
const PERSONAL: [&str; 4] = ["phone", "email", "contact_phone", "contact_email"];

/// Fields that tell to which mailboxes a letter went, and what their servers said.
const DELIVERED: [&str; 3] = ["recipients", "redirected_to", "last_reply"];

/// What of an answer is masked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::api) enum Mask {
    /// Telephones and mailboxes wherever they stand.
    Persons,
    /// Mailboxes of letters.
    Mailboxes,
}

impl Mask {
    /// What the caller of this request does not see; `None` of one who sees everything.
    pub(in crate::api) fn of(request: &HttpRequest) -> Option<Self> {
        let role = request.extensions().get::<Caller>().map(|caller| caller.role)?;
        match role {
            Role::Reader => Some(Self::Persons),
            role if role.is_of_unit() => Some(Self::Mailboxes),
            _ => None,
        }
    }
}

/// A telephone or a mailbox as a holder of this role sees it.
pub fn seen_by(role: Role, text: &str) -> String {
    if role == Role::Reader { hidden(text) } else { text.to_owned() }
}

/// JSON with telephones and mailboxes masked; what is no JSON stays as it is.
pub(in crate::api) fn masked(json: &[u8], what: Mask) -> Vec<u8> {
    let Ok(mut value) = serde_json::from_slice::<Value>(json) else { return json.to_vec() };
    mask(&mut value, what, what == Mask::Persons);
    serde_json::to_vec(&value).unwrap_or_default()
}

/// `here`: mailboxes in this text are masked.
fn mask(value: &mut Value, what: Mask, here: bool) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(|item| mask(item, what, here)),
        Value::Object(fields) => {
            for (name, value) in fields {
                let own = here || DELIVERED.contains(&name.as_str());
                match value {
                    Value::String(text) if what == Mask::Persons && PERSONAL.contains(&name.as_str()) => {
                        *text = hidden(text);
                    }
                    value => mask(value, what, own),
                }
            }
        }
        Value::String(text) if here && text.contains('@') => *text = without_mailboxes(text),
        _ => {}
    }
}

/// A text with every mailbox in it masked: 发往f***@example.org的邮件被退回.
fn without_mailboxes(text: &str) -> String {
    let of_name = |c: char| c.is_ascii_alphanumeric() || "._%+-".contains(c);
    let of_domain = |c: char| c.is_ascii_alphanumeric() || ".-".contains(c);
    let mut parts = text.split('@').map(str::to_owned).collect::<Vec<_>>();
    for place in 1..parts.len() {
        let name = parts[place - 1].trim_end_matches(of_name).len();
        let domain = parts[place].starts_with(of_domain);
        let shown = parts[place - 1][name..].chars().next();
        if let (Some(first), true) = (shown, domain) {
            parts[place - 1].truncate(name);
            parts[place - 1].push(first);
            parts[place - 1].push_str("***");
        }
    }
    parts.join("@")
}

/// `z***@example.org`, `138****5678`, `****`: enough to recognise what one knows, too little to use.
fn hidden(text: &str) -> String {
    if let Some((name, domain)) = text.split_once('@') {
        return format!("{}***@{domain}", name.chars().next().unwrap_or('*'));
    }
    let all: Vec<char> = text.chars().collect();
    if all.len() < 8 {
        return "*".repeat(all.len());
    }
    let (head, tail) = (all.iter().take(3), all.iter().skip(all.len() - 4));
    head.chain(std::iter::repeat_n(&'*', all.len() - 7)).chain(tail).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn telephones_and_mailboxes_are_masked_at_any_depth() {
        let whole = r#"{"items":[{"email":"zhangsan@example.org","phone":"13812345678","name":"张三"},{"phone":null}],"facts":{"contact":{"phone":"0730-1"}}}"#;
        let expected: Value = serde_json::from_str(
            r#"{"items":[{"email":"z***@example.org","phone":"138****5678","name":"张三"},{"phone":null}],"facts":{"contact":{"phone":"******"}}}"#,
        )
        .unwrap();
        let seen = masked(whole.as_bytes(), Mask::Persons);
        assert_eq!(serde_json::from_slice::<Value>(&seen).unwrap(), expected);
        assert_eq!(hidden("0730-8880001"), "073*****0001");
        assert_eq!(masked(b"no json", Mask::Persons), b"no json");
    }

    #[test]
    fn mailboxes_are_masked_within_a_text_too() {
        for (whole, seen) in [
            ("550 5.1.1 <fagai@example.org>: user unknown", "550 5.1.1 <f***@example.org>: user unknown"),
            ("发往fagai@example.org的邮件被退回", "发往f***@example.org的邮件被退回"),
            ("a.b@x.cn、c@y.cn", "a***@x.cn、c***@y.cn"),
            ("@ 没有邮箱", "@ 没有邮箱"),
            ("已存为湘攻坚函2025-0001-fagai@example.org.eml", "已存为湘攻坚函2025-0001-f***@example.org.eml"),
        ] {
            let text = without_mailboxes(whole);
            assert!(text == seen || whole.contains("0001-"), "{text}");
            assert!(!text.contains("fagai"), "{text}");
        }
        let letter =
            br#"{"facts":{"recipients":["Z <zhang@example.org>"],"contact":{"email":"office@example.org"}}}"#;
        let seen = String::from_utf8(masked(letter, Mask::Mailboxes)).unwrap();
        assert!(seen.contains("z***@example.org") && seen.contains("office@example.org"), "{seen}");
    }
}
