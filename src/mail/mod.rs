//! Mail: one rendered letter becomes bytes, and the bytes are handed to an SMTP server, a folder, or memory.
//!
//! Nothing here knows what a letter says, which row it came from or when to try again: [`message`] writes the
//! bytes, [`transport`] hands them over and says precisely how far it came, and the caller decides.

pub mod bounce;
mod encode;
pub mod foreign;
pub mod handshake;
mod lettre_stream;
pub mod message;
mod mime;
pub mod outbox;
mod refusal;
mod said;
pub mod settings;
pub mod smtp;
mod tls;
pub mod transport;

use std::net::IpAddr;

/// What is wrong with a mail or a setting before anything is sent. The text is for the operator.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MailError {
    /// A field of a mail that must not leave the house: a line break, an address that is none, an empty subject.
    #[error("邮件字段 {field} 不合规：{why}")]
    Field {
        /// Name of the field, as in [`message::Outgoing`] or [`transport::Envelope`].
        field: &'static str,
        /// What is wrong with it.
        why: String,
    },
    /// A setting of a transport that can never work; found at start, not at the first letter.
    #[error("邮件设置 {key} 不可用：{why}")]
    Setting {
        /// Name of the setting, as in [`settings::SmtpSettings`] or [`outbox::FileOutbox`].
        key: &'static str,
        /// What is wrong with it.
        why: String,
    },
}

impl MailError {
    fn field(field: &'static str, why: impl Into<String>) -> Self {
        Self::Field { field, why: why.into() }
    }

    fn setting(key: &'static str, why: impl Into<String>) -> Self {
        Self::Setting { key, why: why.into() }
    }
}

/// Reads a mailbox address for headers and SMTP commands alike: the check of those who enter addresses, and beside it an
/// address literal (`office@[10.0.0.1]`), which a relay of the house may have.
///
/// Narrower than RFC 5321 on purpose: ASCII only (a server without SMTPUTF8 would refuse the letter much
/// later) and no quoted local part, so that nothing in it can ever act as syntax.
fn address(field: &'static str, text: &str) -> Result<lettre::Address, MailError> {
    let bad = |why: &str| MailError::field(field, format!("“{}”：{why}", text.escape_debug()));
    let named = match text.split_once("@[") {
        Some((local, literal))
            if literal.strip_suffix(']').is_some_and(|ip| ip.parse::<IpAddr>().is_ok()) =>
        {
            format!("{local}@literal.example")
        }
        _ => text.to_owned(),
    };
    let checked = xushi_domain::checked_email(&named).map_err(|invalid| bad(&invalid.detail))?;
    if checked != named {
        return Err(bad("含有全角字符或空格"));
    }
    text.parse().map_err(|_| bad("不是有效的邮箱地址"))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What was accepted when it was entered can be written to.
    #[test]
    fn one_check_for_entering_and_for_sending() {
        for entered in
            ["a15@example.org", "a.b+c@mail.example.org", "x_y@xn--fiq228c.cn", "{a}@b-c.d1.org", "1@2.cn"]
        {
            let checked = xushi_domain::checked_email(entered).unwrap();
            assert!(address("to", &checked).is_ok(), "{entered}");
            assert!(transport::Envelope::new(&checked, &checked, "x").is_ok(), "{entered}");
        }
        for refused in ["a15@-example.org", "a@example-.org", "a@b", "a@exa_mple.org", "a@中文.cn"] {
            assert!(xushi_domain::checked_email(refused).is_err(), "{refused}");
            assert!(address("to", refused).is_err(), "{refused}");
        }
        for local in 33..127_u8 {
            let entered = format!("a{}b@example.org", char::from(local));
            let sendable = address("to", &entered).is_ok();
            assert_eq!(xushi_domain::checked_email(&entered).is_ok(), sendable, "{entered}");
        }
    }
}
