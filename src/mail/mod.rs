//! Mail: one rendered letter becomes bytes, and the bytes are handed to an SMTP server, a folder, or memory.
//!
//! Nothing here knows what a letter says, which row it came from or when to try again: [`message`] writes the
//! bytes, [`transport`] hands them over and says precisely how far it came, and the caller decides.

pub mod bounce;
mod encode;
pub mod message;
pub mod outbox;
pub mod settings;
pub mod smtp;
mod tls;
pub mod transport;

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

/// Reads a mailbox address for headers and SMTP commands alike.
///
/// Narrower than RFC 5321 on purpose: ASCII only (a server without SMTPUTF8 would refuse the letter much
/// later) and no quoted local part, so that nothing in it can ever act as syntax.
fn address(field: &'static str, text: &str) -> Result<lettre::Address, MailError> {
    let bad = |why: &str| MailError::field(field, format!("“{}”{why}", text.escape_debug()));
    if let Some(odd) = text.chars().find(|&c| !c.is_ascii_graphic() || "\"\\<>(),;".contains(c)) {
        return Err(bad(&format!("含有不允许的字符 {}", odd.escape_debug())));
    }
    if text.len() > 254 {
        return Err(bad("超过 254 个字符"));
    }
    text.parse().map_err(|_| bad("不是有效的邮箱地址"))
}
