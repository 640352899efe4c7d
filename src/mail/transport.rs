//! Handing a mail over: to a server, a folder or memory, and what is known when that fails.
//!
//! A handover has two halves, so that the caller can write down its intent between them: [`Transport::open`]
//! ends when the recipient is accepted, [`Conversation::deliver`] sends the content. Whoever needs no such mark
//! calls [`Transport::send`].

use std::fmt;

use lettre::Address;

use super::MailError;
use super::foreign::{WORDS_MAX, heard, line};
use super::handshake::{HandshakeStep, shake_hands};
use super::outbox::{FileOutbox, MemoryOutbox};
use super::refusal::is_of_session;
use super::smtp::{SmtpConversation, SmtpPool};

/// Where mails go.
#[derive(Debug)]
#[expect(clippy::large_enum_variant, reason = "there is one in a process, and nobody moves it about")]
pub enum Transport {
    /// An SMTP server, over a bounded pool of connections.
    Smtp(SmtpPool),
    /// A folder of `.eml` files.
    File(FileOutbox),
    /// A list in memory, for tests.
    Memory(MemoryOutbox),
}

/// What stands on the outside of a mail: one sender, one recipient.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Envelope {
    pub(super) sender: Address,
    pub(super) recipient: Address,
    pub(super) label: String,
}

impl Envelope {
    /// `sender` is where bounces go; `label` names the delivery and becomes the file's name in a [`FileOutbox`].
    /// The same label means the same file.
    ///
    /// # Errors
    /// [`MailError::Field`] for a malformed address or an empty label.
    pub fn new(sender: &str, recipient: &str, label: &str) -> Result<Self, MailError> {
        if label.is_empty() {
            return Err(MailError::field("label", "不能为空"));
        }
        Ok(Self {
            sender: super::address("sender", sender)?,
            recipient: super::address("recipient", recipient)?,
            label: label.to_owned(),
        })
    }

    /// The recipient's domain, in lower case: what a pace limit counts by.
    pub fn domain(&self) -> String {
        self.recipient.domain().to_ascii_lowercase()
    }
}

/// The other side took responsibility for the mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Accepted {
    /// Its words: `250 2.0.0 Ok: queued as 4XyZ`, or the path of the file.
    pub reply: String,
}

/// How far a handover had come when it failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum SendStage {
    /// Reaching the server: address, TCP, TLS, greeting, login.
    Connect,
    /// `MAIL FROM` and `RCPT TO`.
    Envelope,
    /// From `DATA` until the whole content is written.
    Data,
    /// The final dot is or may be out.
    Dot,
}

/// What a failure means for the mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Failure {
    /// Not accepted; the same may succeed later.
    Transient,
    /// Not accepted and never will be.
    Permanent,
    /// Perhaps accepted: the answer to the final dot was lost. Sending again may make a duplicate.
    Uncertain,
    /// Not accepted, and not for a reason in this mail: a wrong password, certificate or setting, a name or sender that
    /// the server does not like. Every mail will fail like this until somebody mends it.
    Unusable,
}

/// A handover that did not end in [`Accepted`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{failure}（{stage}）：{reply}")]
pub struct SendError {
    /// What it means for the mail.
    pub failure: Failure,
    /// How far it came.
    pub stage: SendStage,
    /// The server's three-digit code, when it answered.
    pub code: Option<u16>,
    /// The server's code and words, cleaned, or ours when it said nothing.
    pub reply: String,
}

impl SendError {
    /// The server answered with a code that is not success; `reply` is what came after the code.
    pub(super) fn refused(stage: SendStage, code: u16, reply: &str) -> Self {
        let reply = heard(reply);
        let failure = match code {
            400..=599 if stage != SendStage::Connect && is_of_session(code, &reply) => Failure::Unusable,
            400..=499 => Failure::Transient,
            500..=599 if stage == SendStage::Connect => Failure::Unusable,
            500..=599 => Failure::Permanent,
            _ => return Self::lost(stage, format!("意外的应答{code} {reply}")),
        };
        Self { failure, stage, code: Some(code), reply: line(&format!("{code} {reply}"), WORDS_MAX) }
    }

    /// The same refusal, when no mail of ours would fare better: of the sender, say.
    pub(super) fn of_every_mail(self) -> Self {
        let failure = if self.failure == Failure::Permanent { Failure::Unusable } else { self.failure };
        Self { failure, ..self }
    }

    /// No answer, or none that can be understood.
    pub(super) fn lost(stage: SendStage, reply: impl Into<String>) -> Self {
        let failure = if stage == SendStage::Dot { Failure::Uncertain } else { Failure::Transient };
        Self { failure, stage, code: None, reply: heard(&reply.into()) }
    }

    pub(super) fn unusable(stage: SendStage, reply: impl Into<String>) -> Self {
        Self { failure: Failure::Unusable, stage, code: None, reply: heard(&reply.into()) }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Transient => "暂时未能送出",
            Self::Permanent => "被拒收",
            Self::Uncertain => "是否送达不明",
            Self::Unusable => "邮件通道不可用",
        })
    }
}

impl fmt::Display for SendStage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Connect => "连接",
            Self::Envelope => "收发件人",
            Self::Data => "正文",
            Self::Dot => "正文已发出",
        })
    }
}

impl Transport {
    /// First half: after it the other side has accepted sender and recipient, and nothing of the content is out.
    /// Dropping the result takes everything back. The bound in time of an SMTP mail runs from here, the caller's own
    /// work between the halves included.
    ///
    /// # Errors
    /// [`SendError`] at [`SendStage::Connect`] or [`SendStage::Envelope`]; the mail has not been accepted.
    pub async fn open(&self, envelope: &Envelope) -> Result<Conversation<'_>, SendError> {
        Ok(Conversation(match self {
            Self::Smtp(pool) => Inner::Smtp(Box::new(pool.open(envelope).await?)),
            Self::File(outbox) => Inner::File(outbox, envelope.label.clone()),
            Self::Memory(outbox) => {
                outbox.open()?;
                Inner::Memory(outbox, envelope.clone())
            }
        }))
    }

    /// Both halves at once.
    ///
    /// # Errors
    /// [`SendError`] at any stage.
    pub async fn send(&self, envelope: &Envelope, raw: &[u8]) -> Result<Accepted, SendError> {
        self.open(envelope).await?.deliver(raw).await
    }

    /// Whether a mail in this envelope would be taken, step by step up to the content; nothing is sent. The last step that
    /// has advice is the one that failed.
    pub async fn shake_hands(&self, envelope: &Envelope) -> Vec<HandshakeStep> {
        match self {
            Self::Smtp(pool) => shake_hands(pool, envelope).await,
            Self::File(outbox) => vec![outbox.try_out().await],
            Self::Memory(_) => Vec::new(),
        }
    }

    /// Ends idle connections politely; the transport stays usable. For a shutdown, or after a long list of mails.
    pub async fn close_idle(&self) {
        if let Self::Smtp(pool) = self {
            pool.close_idle().await;
        }
    }
}

/// An opened handover, waiting for the content.
#[must_use = "nothing is sent until `deliver`"]
pub struct Conversation<'t>(Inner<'t>);

enum Inner<'t> {
    Smtp(Box<SmtpConversation<'t>>),
    File(&'t FileOutbox, String),
    Memory(&'t MemoryOutbox, Envelope),
}

impl fmt::Debug for Conversation<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Conversation").finish_non_exhaustive()
    }
}

impl Conversation<'_> {
    /// Second half: sends the content, as [`super::message::compose`] wrote it.
    ///
    /// # Errors
    /// [`SendError`]; only [`Failure::Uncertain`] leaves open whether the mail was accepted.
    pub async fn deliver(self, raw: &[u8]) -> Result<Accepted, SendError> {
        if let Err(why) = check_wire_format(raw) {
            return Err(SendError {
                failure: Failure::Permanent,
                stage: SendStage::Envelope,
                code: None,
                reply: format!("邮件内容不符合传输格式：{why}"),
            });
        }
        match self.0 {
            Inner::Smtp(conversation) => conversation.deliver(raw).await,
            Inner::File(outbox, label) => outbox.write(&label, raw).await,
            Inner::Memory(outbox, envelope) => outbox.keep(&envelope, raw),
        }
    }
}

/// Bytes that every server reads alike. A lone CR or LF is where servers differ about where a mail ends, which
/// lets a second mail be smuggled inside the first; a byte above 127 or a longer line may be altered on the way.
fn check_wire_format(raw: &[u8]) -> Result<(), &'static str> {
    if !raw.is_ascii() || raw.contains(&0) {
        return Err("含有非 ASCII 字节");
    }
    for line in raw.split_inclusive(|&b| b == b'\n') {
        let text = match line.strip_suffix(b"\r\n") {
            Some(text) => text,
            None if line.ends_with(b"\n") => return Err("含有单独的换行符"),
            None => line,
        };
        if text.contains(&b'\r') {
            return Err("含有单独的回车符");
        }
        if text.len() > 998 {
            return Err("有一行超过 998 个字符");
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn envelopes_take_plain_addresses_only() {
        let envelope = Envelope::new("office@example.org", "a.b+c@Mail.Example.ORG", "x").unwrap();
        assert_eq!(envelope.domain(), "mail.example.org");
        assert!(Envelope::new("office@[10.0.0.1]", "a@example.org", "x").is_ok());
        for bad in [
            "",
            "a",
            "a@",
            "@example.org",
            "a@b@example.org",
            "\"a b\"@example.org",
            "a@example.org\r\nRCPT TO:<b@example.org>",
            "a@example.org>",
            "<a@example.org>",
            "a b@example.org",
            "联络员@example.org",
            "a@例子.cn",
            "a@example.org,b@example.org",
            "a@example.org\0",
            &format!("{}@example.org", "a".repeat(65)),
            &format!("a@{}.org", "b.".repeat(126)),
        ] {
            assert!(Envelope::new(bad, "a@example.org", "x").is_err(), "{bad:?}");
            assert!(Envelope::new("a@example.org", bad, "x").is_err(), "{bad:?}");
        }
        assert!(Envelope::new("a@example.org", "a@example.org", "").is_err());
    }

    #[test]
    fn codes_have_their_meaning_by_stage() {
        use Failure::*;
        for (stage, code, failure) in [
            (SendStage::Connect, 421, Transient),
            (SendStage::Connect, 554, Unusable),
            (SendStage::Connect, 535, Unusable),
            (SendStage::Envelope, 530, Unusable),
            (SendStage::Envelope, 451, Transient),
            (SendStage::Envelope, 550, Permanent),
            (SendStage::Data, 354, Transient),
            (SendStage::Dot, 452, Transient),
            (SendStage::Dot, 552, Permanent),
            (SendStage::Dot, 354, Uncertain),
        ] {
            assert_eq!(SendError::refused(stage, code, "x").failure, failure, "{stage:?} {code}");
        }
        assert_eq!(SendError::lost(SendStage::Data, "x").failure, Transient);
        assert_eq!(SendError::lost(SendStage::Dot, "x").failure, Uncertain);
    }

    #[test]
    fn only_bytes_all_servers_read_alike() {
        let long = [b"a".repeat(999), b"\r\n".to_vec()].concat();
        let longest = [b"a".repeat(998), b"\r\n".to_vec()].concat();
        for (raw, good) in [
            (&b"Subject: x\r\n\r\nbody\r\n"[..], true),
            (b"no end", true),
            (b"", true),
            (b"a\nb\r\n", false),
            (b"a\n.\nMAIL FROM:<x@example.org>\r\n", false),
            (b"a\rb\r\n", false),
            (b"a\r\r\n", false),
            (b"a\0\r\n", false),
            ("中\r\n".as_bytes(), false),
            (&longest, true),
            (&long, false),
        ] {
            assert_eq!(check_wire_format(raw).is_ok(), good, "{}", raw.escape_ascii());
        }
    }
}
