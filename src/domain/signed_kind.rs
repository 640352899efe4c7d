//! 签发 by kind: which letters of a campaign wait for a signature, and why a draft waits.

use std::fmt;

use super::{LetterKind, TextEnum as _, ladder, text_enum};

text_enum! {
    /// A kind of letter, as far as signing tells kinds apart.
    SignedKind "signed" {
        /// 预警函.
        Warning = "warning",
        /// 提级: what an unanswered letter climbs to after its reminder, whatever it asks for.
        Climb = "climb",
        /// 解除函.
        Lifting = "lifting",
        /// 提醒函 before the deadline of another letter.
        Reminder = "reminder",
        /// 催报函.
        ReportReminder = "report_reminder",
    }
}

text_enum! {
    /// Why a draft waits.
    WaitsFor "waits_for" {
        /// A person has to sign it.
        Signature = "signature",
        /// New rules have to be released; after that it goes by itself.
        Release = "release",
    }
}

/// What is fixed about a kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SignedKindRow {
    /// The words an office uses.
    pub chinese: &'static str,
    /// Whether it is signed where a campaign wants approval and says nothing else.
    pub usual: bool,
}

impl SignedKind {
    /// Its row of the table.
    pub const fn row(self) -> SignedKindRow {
        match self {
            Self::Warning => SignedKindRow { chinese: "预警函", usual: true },
            Self::Climb => SignedKindRow { chinese: "提级函", usual: true },
            Self::Lifting => SignedKindRow { chinese: "解除函", usual: true },
            Self::Reminder => SignedKindRow { chinese: "反馈提醒函", usual: false },
            Self::ReportReminder => SignedKindRow { chinese: "催报函", usual: false },
        }
    }

    /// Which kind a letter is, `step` being that of the [`ladder`] which brought it; `None` of one that only a person brings
    /// about, who signs it in doing so.
    pub fn of(kind: LetterKind, step: Option<i32>) -> Option<Self> {
        let climbs = step.is_some_and(|step| step > ladder::REMINDER);
        Some(match (kind, climbs) {
            (LetterKind::Warning | LetterKind::ReportReminder, true) => Self::Climb,
            (LetterKind::Warning, false) => Self::Warning,
            (LetterKind::ReportReminder, false) => Self::ReportReminder,
            (LetterKind::ReplyReminder, _) => Self::Reminder,
            (LetterKind::Lifting, _) => Self::Lifting,
            (LetterKind::Withdrawal, _) => return None,
        })
    }

    const fn bit(self) -> u8 {
        1 << self as u8
    }
}

/// A set of [`SignedKind`], without allocation; written as its words, comma-separated, in the order of the table.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct SignedKinds(u8);

impl SignedKinds {
    /// What is signed where a campaign wants approval and says nothing else.
    pub fn usual() -> Self {
        SignedKind::ALL.iter().copied().filter(|kind| kind.row().usual).collect()
    }

    /// Whether it is in.
    pub fn contains(self, kind: SignedKind) -> bool {
        self.0 & kind.bit() != 0
    }

    /// Whether nothing is signed.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The members, in the order of the table.
    pub fn iter(self) -> impl Iterator<Item = SignedKind> {
        SignedKind::ALL.iter().copied().filter(move |kind| self.contains(*kind))
    }

    /// Reads what [`SignedKinds`] displays; `None` for a word that is none.
    pub fn parse(text: &str) -> Option<Self> {
        text.split(',').filter(|word| !word.is_empty()).map(SignedKind::parse).collect()
    }
}

impl FromIterator<SignedKind> for SignedKinds {
    fn from_iter<I: IntoIterator<Item = SignedKind>>(all: I) -> Self {
        Self(all.into_iter().fold(0, |set, kind| set | kind.bit()))
    }
}

impl fmt::Display for SignedKinds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let words: Vec<&str> = self.iter().map(SignedKind::as_str).collect();
        f.write_str(&words.join(","))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_letter_is_of_one_kind() {
        assert_eq!(SignedKind::of(LetterKind::Withdrawal, None), None);
        for (kind, step, want) in [
            (LetterKind::Warning, None, SignedKind::Warning),
            (LetterKind::Warning, Some(ladder::LEADER), SignedKind::Climb),
            (LetterKind::Warning, Some(ladder::PARENT), SignedKind::Climb),
            (LetterKind::ReportReminder, None, SignedKind::ReportReminder),
            (LetterKind::ReportReminder, Some(ladder::LEADER), SignedKind::Climb),
            (LetterKind::ReplyReminder, Some(ladder::REMINDER), SignedKind::Reminder),
            (LetterKind::Lifting, None, SignedKind::Lifting),
        ] {
            assert_eq!(SignedKind::of(kind, step), Some(want), "{kind} {step:?}");
        }
    }

    #[test]
    fn a_set_is_written_and_read_the_same_way() {
        let usual = SignedKinds::usual();
        assert_eq!(usual.to_string(), "warning,climb,lifting");
        let all: SignedKinds = SignedKind::ALL.iter().copied().collect();
        for set in [usual, all, SignedKinds::default()] {
            assert_eq!(SignedKinds::parse(&set.to_string()), Some(set));
        }
        assert_eq!(SignedKinds::parse("lifting,warning").unwrap().to_string(), "warning,lifting");
        assert_eq!(SignedKinds::parse("warning,praise"), None);
        assert!(all.contains(SignedKind::ReportReminder) && !usual.contains(SignedKind::Reminder));
        assert!(SignedKind::ALL.len() <= 8 && SignedKinds::default().is_empty());
    }
}
