//! What a reader does not see of persons: telephones and mailboxes are masked, wherever they stand in an answer.

use actix_web::{HttpMessage as _, HttpRequest};
use serde_json::Value;

use crate::api::http::access::Caller;
use crate::domain::Role;

/// Fields that hold a telephone or a mailbox.
const PERSONAL: [&str; 4] = ["phone", "email", "contact_phone", "contact_email"];

/// Whether the caller of this request sees persons masked.
pub(in crate::api) fn is_masked(request: &HttpRequest) -> bool {
    request.extensions().get::<Caller>().is_some_and(|caller| caller.role == Role::Reader)
}

/// A telephone or a mailbox as a holder of this role sees it.
pub fn seen_by(role: Role, text: &str) -> String {
    if role == Role::Reader { hidden(text) } else { text.to_owned() }
}

/// JSON with telephones and mailboxes masked; what is no JSON stays as it is.
pub(in crate::api) fn masked(json: &[u8]) -> Vec<u8> {
    let Ok(mut value) = serde_json::from_slice::<Value>(json) else { return json.to_vec() };
    mask(&mut value);
    serde_json::to_vec(&value).unwrap_or_default()
}

fn mask(value: &mut Value) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(mask),
        Value::Object(fields) => {
            for (name, value) in fields {
                match value {
                    Value::String(text) if PERSONAL.contains(&name.as_str()) => *text = hidden(text),
                    value => mask(value),
                }
            }
        }
        _ => {}
    }
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
        assert_eq!(serde_json::from_slice::<Value>(&masked(whole.as_bytes())).unwrap(), expected);
        assert_eq!(hidden("0730-8880001"), "073*****0001");
        assert_eq!(masked(b"no json"), b"no json");
    }
}
