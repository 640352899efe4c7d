//! Notices (通知): a mail of a few lines that tells who must act what has happened. It has no number and is no document.

use std::collections::BTreeSet;

use super::{TextEnum as _, text_enum};

text_enum! {
    /// What is told.
    NoticeKind "kind" {
        /// 退回: the unit's reply was returned, and is due again.
        ReplyReturned = "reply_returned",
        /// 采纳: the unit's reply was accepted.
        ReplyAccepted = "reply_accepted",
        /// 办结: the letter is closed.
        LetterClosed = "letter_closed",
        /// Replies wait for their review.
        ReplyCame = "reply_came",
        /// Drafts wait for a signature.
        DraftsWait = "drafts_wait",
        /// The mail of a morning that gathers what could wait, one for each mailbox.
        Digest = "digest",
    }
}

text_enum! {
    /// Where a notice stands.
    NoticeState "state" {
        /// Waits for the mail of the morning that gathers it.
        Held = "held",
        /// Told by that mail.
        Gathered = "gathered",
        /// Waits for its time.
        Pending = "pending",
        /// Somebody is at it, until the lease runs out.
        Sending = "sending",
        /// The mail server took responsibility.
        Accepted = "accepted",
        /// Given up; a person must act.
        Failed = "failed",
        /// Accepted, and then returned by a server further on; a person must act.
        Bounced = "bounced",
    }
}

impl NoticeKind {
    /// Whether an office may turn it off. A deadline runs from the return of a reply, so that its unit has to know.
    pub fn can_be_off(self) -> bool {
        match self {
            Self::ReplyAccepted | Self::LetterClosed | Self::ReplyCame | Self::DraftsWait => true,
            Self::ReplyReturned | Self::Digest => false,
        }
    }
}

/// Which notices an office sends, and how long a unit has for its next reply.
#[derive(Debug, Clone)]
pub struct NoticeSettings {
    /// Kinds that are turned off.
    pub off: BTreeSet<NoticeKind>,
    /// Working days for the next reply when one is returned.
    pub returned_working_days: u32,
}

impl Default for NoticeSettings {
    fn default() -> Self {
        Self { off: BTreeSet::new(), returned_working_days: 3 }
    }
}

impl NoticeSettings {
    /// Whether notices of this kind are sent.
    pub fn sends(&self, kind: NoticeKind) -> bool {
        !self.off.contains(&kind)
    }
}

/// The kinds that are turned off, read from their words with commas.
///
/// # Errors
/// What is wrong with the first word that is none, or that must not be turned off.
pub fn read_off(words: &str) -> Result<BTreeSet<NoticeKind>, String> {
    let mut off = BTreeSet::new();
    for word in words.split(',').map(str::trim).filter(|word| !word.is_empty()) {
        let can: Vec<&str> =
            NoticeKind::ALL.iter().filter(|kind| kind.can_be_off()).map(|kind| kind.as_str()).collect();
        let can = can.join(", ");
        match NoticeKind::parse(word) {
            Some(kind) if kind.can_be_off() => off.insert(kind),
            Some(NoticeKind::ReplyReturned) => {
                return Err(format!(
                    "`{word}` cannot be turned off: a deadline runs from it, so that the unit must be told; \
                     those that can are {can}"
                ));
            }
            _ => {
                return Err(format!("`{word}` is no kind of notice that can be turned off; those are {can}"));
            }
        };
    }
    Ok(off)
}

/// Most characters of a reply that its return repeats: enough to know which it was.
const EXCERPT_MAX: usize = 60;

/// The beginning of what a unit said, on one line.
pub fn excerpt(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() <= EXCERPT_MAX {
        return line;
    }
    let mut cut: String = line.chars().take(EXCERPT_MAX - 1).collect();
    cut.push('…');
    cut
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_sets_a_deadline_cannot_be_turned_off() {
        let off: Vec<&str> =
            NoticeKind::ALL.iter().filter(|kind| kind.can_be_off()).map(|kind| kind.as_str()).collect();
        assert_eq!(off, ["reply_accepted", "letter_closed", "reply_came", "drafts_wait"]);
    }

    #[test]
    fn kinds_are_turned_off_by_their_words() {
        let off = read_off(" reply_came,letter_closed ,").unwrap();
        let settings = NoticeSettings { off, ..NoticeSettings::default() };
        assert!(!settings.sends(NoticeKind::ReplyCame) && settings.sends(NoticeKind::DraftsWait));
        for (word, said) in [("reply_returned", "must be told"), ("digest", "no kind"), ("x", "no kind")] {
            let refused = read_off(word).unwrap_err();
            assert!(
                refused.contains(said) && refused.contains(word) && refused.contains("drafts_wait"),
                "{refused}"
            );
        }
    }

    #[test]
    fn a_reply_is_repeated_in_a_line() {
        assert_eq!(excerpt(" 受汛期影响。\n\n 项目停工 "), "受汛期影响。 项目停工");
        let long = excerpt(&"汛".repeat(200));
        assert_eq!((long.chars().count(), long.ends_with("汛…")), (EXCERPT_MAX, true));
    }
}
