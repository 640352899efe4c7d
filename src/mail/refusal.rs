//! Whom a refusal means: the recipient, whom no other try will reach, or us. Servers often keep what they have against the
//! client, its name or its sender until `RCPT TO` (Postfix's `smtpd_delay_reject`, on by default), and then every letter
//! of the day would seem to be refused for good.

/// Codes that speak of the conversation whatever the command: no such command (500, 502), out of order (503), of the name
/// given in EHLO or of what the server does not do (504), no mail here (521), logging in (RFC 4954).
const OF_SESSION: [u16; 9] = [500, 502, 503, 504, 521, 530, 534, 535, 538];

/// Words of servers about the recipient.
const RECIPIENT: &[&str] = &[
    "recipient address rejected",
    "user unknown",
    "unknown user",
    "no such user",
    "no such recipient",
    "mailbox unavailable",
    "mailbox not found",
    "mailbox full",
    "over quota",
    "does not exist",
    "收件人",
    "不存在",
];

/// Words of servers about the name we gave, our address, our sender, our right to send.
const CLIENT: &[&str] = &[
    "helo command rejected",
    "invalid helo",
    "ehlo",
    "client host",
    "client address",
    "cannot find your hostname",
    "cannot find your reverse hostname",
    "reverse dns",
    "ptr record",
    "your ip",
    "sender address rejected",
    "sender rejected",
    "sender verify failed",
    "not owned by user",
    "send as this sender",
    "must be same as auth",
    "must equal auth",
    "relay access denied",
    "relaying denied",
    "unable to relay",
    "relay not permitted",
    "not permitted to relay",
    "authentication required",
    "authentication is required",
    "not authenticated",
    "authenticate first",
    "must authenticate",
    "starttls",
    "blocked using",
    "blacklist",
    "blocklist",
    "block list",
    "spamhaus",
    "发件人",
    "发信人",
    "身份验证",
    "未认证",
    "需要认证",
    "黑名单",
];

/// Words about whether our domain vouches for us; they go before those about the recipient, which Postfix's policies put
/// in front of them.
const SENDER_POLICY: &[&str] = &["spf ", "spf:", "dmarc", "dkim"];

/// Whether a refusal (a code from 400 to 599 and its words) is of the session rather than of this letter's recipient or
/// content.
pub(super) fn is_of_session(code: u16, words: &str) -> bool {
    let words = words.to_lowercase();
    let said = |list: &[&str]| list.iter().any(|phrase| words.contains(phrase));
    let status = status(&words);
    if said(SENDER_POLICY) {
        return true;
    }
    let of_recipient = matches!(status, Some((1, 1 | 2 | 3 | 6 | 10) | (2, _))) || said(RECIPIENT);
    if of_recipient {
        return false;
    }
    if said(CLIENT) || (code >= 500 && OF_SESSION.contains(&code)) {
        return true;
    }
    // RFC 3463 and the registry: bad sender; protocol out of order; logging in, DKIM, SPF, DMARC and reverse DNS (7.20 to
    // 7.27), and what Exchange says of relays and senders.
    code >= 500
        && matches!(
            status,
            Some((1, 7 | 8) | (5, 1) | (7, 8 | 9 | 11 | 14 | 20..=27 | 54 | 57 | 60 | 64 | 509 | 600..=799))
        )
}

/// Subject and detail of the first enhanced status code (RFC 3463): `5.7.1` is (7, 1).
fn status(words: &str) -> Option<(u16, u16)> {
    words.split([' ', '\n', '-']).take(4).find_map(|word| {
        let mut parts = word.split('.');
        let (class, subject, detail) = (parts.next()?, parts.next()?, parts.next()?);
        (matches!(class, "4" | "5") && parts.next().is_none())
            .then(|| Some((subject.parse().ok()?, detail.parse().ok()?)))
            .flatten()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refusals_mean_us_or_the_recipient() {
        for (code, words, session) in [
            (504, "5.5.2 <vm>: Helo command rejected: need fully-qualified hostname", true),
            (550, "5.7.1 <vm>: Helo command rejected: Access denied", true),
            (501, "5.5.2 <a b>: Helo command rejected: Invalid name", true),
            (450, "4.7.1 <vm>: Helo command rejected: Host not found", true),
            (554, "5.7.1 <unknown[10.0.0.7]>: Client host rejected: Access denied", true),
            (450, "4.7.25 Client host rejected: cannot find your hostname, [10.0.0.7]", true),
            (554, "5.7.1 Service unavailable; Client host [10.0.0.7] blocked using zen.spamhaus.org", true),
            (553, "5.7.1 <a@example.org>: Sender address rejected: not owned by user b", true),
            (550, "5.1.8 <a@example.org>: Sender address rejected: Domain not found", true),
            (550, "5.1.8 sender's domain", true),
            (554, "5.7.1 <x@example.net>: Relay access denied", true),
            (530, "5.7.0 Must issue a STARTTLS command first", true),
            (530, "5.7.57 Client was not authenticated", true),
            (503, "5.5.1 Error: need MAIL command", true),
            (503, "out of order", true),
            (550, "5.7.60 SMTP; Client does not have permissions to send as this sender", true),
            (550, "5.7.26 This mail is unauthenticated", true),
            (550, "5.7.23 <a@example.org>: Recipient address rejected: SPF fail - not authorized", true),
            (553, "authentication is required", true),
            (550, "发件人地址被拒绝", true),
            (521, "5.3.2 no mail here", true),
            (
                550,
                "5.1.1 <gone@example.org>: Recipient address rejected: User unknown in virtual mailbox table",
                false,
            ),
            (550, "5.1.1 no such user", false),
            (550, "no such user", false),
            (550, "5.2.1 mailbox disabled", false),
            (552, "5.2.2 over quota", false),
            (554, "5.7.1 <x@example.org>: Recipient address rejected: Access denied", false),
            (504, "5.5.2 <x>: Recipient address rejected: need fully-qualified address", false),
            (550, "5.7.1 message looks like spam", false),
            (554, "DT:SPM", false),
            (550, "用户不存在", false),
            (550, "收件人不存在", false),
            (550, "5.5.0 Requested action not taken: mailbox unavailable", false),
            (450, "4.2.0 <x@example.org>: Recipient address rejected: Greylisted", false),
            (451, "4.7.1 greylisted", false),
            (501, "5.1.3 Bad recipient address syntax", false),
            (556, "5.1.10 recipient has a null MX", false),
            (550, "", false),
        ] {
            assert_eq!(is_of_session(code, words), session, "{code} {words}");
        }
    }

    #[test]
    fn enhanced_codes_are_found() {
        for (words, want) in [
            ("5.7.1 x", Some((7, 1))),
            ("550-5.7.26 x", Some((7, 26))),
            ("x 4.1.8", Some((1, 8))),
            ("10.0.0.7 5.1.1", Some((1, 1))),
            ("2.0.0 ok", None),
            ("", None),
        ] {
            assert_eq!(status(words), want, "{words}");
        }
    }
}
