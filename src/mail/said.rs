//! What a mail without a machine-readable part says in words: that a mail came back, or something else. Large Chinese
//! providers send such notices, and so do old servers.

/// Subjects and first words of notices that a mail was not and will not be delivered.
const CAME_BACK: &[&str] = &[
    "退信",
    "退回",
    "被退",
    "无法投递",
    "无法送达",
    "无法发送",
    "未能送达",
    "未能投递",
    "未送达",
    "投递失败",
    "发送失败",
    "投送失败",
    "undeliver",
    "failure notice",
    "delivery failure",
    "delivery failed",
    "delivery has failed",
    "delivery status notification (failure)",
    "mail delivery failed",
    "returned mail",
    "returned to sender",
    "could not be delivered",
    "couldn't be delivered",
    "unable to deliver",
    "permanent error",
];

/// Words of notices that it is only late.
const LATE: &[&str] = &[
    "延迟",
    "延误",
    "推迟",
    "仍在尝试",
    "继续尝试",
    "尚未送达",
    "暂未送达",
    "暂时无法",
    "delayed",
    "(delay)",
    "will be retried",
    "will keep trying",
    "still being retried",
    "still trying",
    "warning message only",
    "do not need to resend",
];

/// Subjects of machines that answer for a person, and of notices that all is well.
const ANSWERED: &[&str] = &[
    "自动回复",
    "自动答复",
    "自动应答",
    "自动转发",
    "休假",
    "外出",
    "已读",
    "已阅",
    "成功",
    "回执",
    "out of office",
    "out of the office",
    "automatic reply",
    "auto reply",
    "auto-reply",
    "autoreply",
    "vacation",
    "on leave",
    "read:",
    "(success)",
];

/// Subjects that people's own answers begin with.
const BY_HAND: &[&str] = &["re:", "回复", "答复", "转发", "fw:", "fwd:", "re：", "回复："];

/// Senders that are machines of the post.
const DAEMONS: &[&str] =
    &["mailer-daemon", "postmaster", "mail delivery", "mailsystem", "邮件系统", "系统管理员"];

/// What is known of a mail beside its machine-readable part, which it has not.
pub(super) struct Said<'m> {
    pub(super) subject: &'m str,
    pub(super) text: &'m str,
    pub(super) from: &'m str,
    /// Its header says that a machine answered.
    pub(super) automatic: bool,
    /// A mail is attached.
    pub(super) original: bool,
    pub(super) read_receipt: bool,
    /// Its header names recipients that could not be reached (Exim).
    pub(super) failed_recipients: bool,
}

/// Whether it says that a mail came back.
pub(super) fn says(said: &Said<'_>) -> bool {
    let has = |text: &str, list: &[&str]| list.iter().any(|phrase| text.contains(phrase));
    let subject = said.subject.trim().to_lowercase();
    let text: String = said.text.chars().take(1_500).collect::<String>().to_lowercase();
    let daemon = has(&said.from.to_lowercase(), DAEMONS);
    let titled = has(&subject, CAME_BACK);
    if said.read_receipt || has(&subject, ANSWERED) || has(&subject, LATE) {
        return false;
    }
    if said.failed_recipients || titled {
        return !BY_HAND.iter().any(|start| subject.starts_with(start));
    }
    if has(&text, LATE)
        || (said.automatic && !daemon)
        || BY_HAND.iter().any(|start| subject.starts_with(start))
    {
        return false;
    }
    daemon || said.original || has(&text, CAME_BACK)
}
