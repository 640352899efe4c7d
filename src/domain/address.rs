//! Mailboxes: one check for whoever enters an address and for the mailer that writes to it.

use super::folded::folded;
use super::{Invalid, lengths};

/// Longest address that SMTP carries (RFC 5321 §4.5.3.1.3, without the angle brackets).
/// Longest local part.
const LOCAL_MAX: usize = 64;

/// Checks a mailbox: one `@`, a plain ASCII local part (dot-atom of RFC 5322), a domain of at least two labels as DNS has
/// them. Full-width characters of an input method are taken as what they mean.
///
/// # Errors
/// `malformed`: anything that a mail server might read in another way, or that could never be delivered to.
pub fn checked_email(email: &str) -> Result<String, Invalid> {
    let email = folded(email);
    let refuse = |detail: &str| Err(Invalid::new("email", "malformed", detail));
    let usual = "邮箱地址格式不对，应形如name@example.gov.cn。";
    let Some((local, domain)) = email.split_once('@') else { return refuse(usual) };
    if !domain.is_ascii() && !domain.contains('@') {
        return refuse(
            "邮箱的域名含有中文或全角符号，请改填其ASCII形式（以xn--开头，可问邮箱管理员），或换一个邮箱。",
        );
    }
    if !local.is_ascii() {
        return refuse("邮箱名（@之前）含有中文，多数邮件服务器不收，请换用字母、数字的邮箱名。");
    }
    if email.len() > lengths::EMAIL || local.len() > LOCAL_MAX {
        return refuse("邮箱地址过长（至多254个字符，@之前至多64个），请核对。");
    }
    if is_dot_atom(local) && is_qualified(domain) { Ok(email) } else { refuse(usual) }
}

fn is_dot_atom(local: &str) -> bool {
    let atom = |part: &str| {
        !part.is_empty()
            && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'*+/=?^_`{|}~-".contains(&byte))
    };
    local.split('.').all(atom)
}

/// Whether a name is a host's in full, as DNS has it (RFC 1123 §2.1): two labels at least, each of letters, digits and
/// inner hyphens, the last one no number.
pub fn is_qualified(name: &str) -> bool {
    let label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    let last = name.rsplit('.').next().unwrap_or_default();
    name.len() <= 253
        && name.contains('.')
        && name.split('.').all(label)
        && !last.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mailboxes_are_checked() {
        let long = format!("{}@example.org", "a".repeat(65));
        let longest = format!("{}@example.org", "a".repeat(64));
        let long_label = format!("a@{}.org", "b".repeat(64));
        for (email, good) in [
            ("fagai@example.org", true),
            ("a.b+c@mail.example.org", true),
            (" fagai@example.org ", true),
            ("x_y-z@xn--fiq228c.cn", true),
            (longest.as_str(), true),
            ("ｆａｇａｉ＠example.org", true),
            ("张三@example.org", false),
            ("a@中文.cn", false),
            ("a@b", false),
            ("a b@example.org", false),
            ("a@example.org\r\nBcc: x@example.org", false),
            ("a@@example.org", false),
            ("a@b@example.org", false),
            (".a@example.org", false),
            ("a.@example.org", false),
            ("a..b@example.org", false),
            ("a@-example.org", false),
            ("a@example-.org", false),
            ("a@exa_mple.org", false),
            ("a@example..org", false),
            ("a@.example.org", false),
            ("a@example.org.", false),
            ("a@192.168.0.1", false),
            ("a@[192.168.0.1]", false),
            ("a@example.org, b@example.org", false),
            ("<a@example.org>", false),
            ("\"a b\"@example.org", false),
            ("@example.org", false),
            ("a@", false),
            ("", false),
            (long.as_str(), false),
            (long_label.as_str(), false),
        ] {
            assert_eq!(checked_email(email).is_ok(), good, "{email}");
        }
        assert_eq!(checked_email(" ｆａｇａｉ＠example.org").unwrap(), "fagai@example.org");
    }

    #[test]
    fn the_refusal_says_why() {
        let said = |email: &str| checked_email(email).unwrap_err().detail;
        assert!(said("zhang@长沙.中国").contains("xn--"), "{}", said("zhang@长沙.中国"));
        assert!(said("张三@example.org").contains("@之前"));
        assert!(said("zhangsan").contains("name@example.gov.cn"));
    }

    #[test]
    fn hosts_in_full() {
        for (name, good) in [
            ("mail.example.gov.cn", true),
            ("example.org", true),
            ("vm", false),
            ("localhost", false),
            ("a.b.", false),
            ("10.0.0.7", false),
            ("-a.org", false),
            ("", false),
        ] {
            assert_eq!(is_qualified(name), good, "{name}");
        }
    }
}
