//! What a letter says, frozen: everything printed comes from here and from the templates, nothing else.
//!
//! Facts are kept as JSON. Numbers are exact decimals with their unit and the places to print, so that the
//! same facts give the same letter on any day.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::line::LetterLine;
use super::{LetterError, serde_text};
use xushi_domain::{Handling, Invalid, LetterKind, LetterNumber, Level};

/// Most indicators one letter may list: one letter carries all of a unit's, even in a storm.
pub const LINES_MAX: usize = 5_000;

/// Everything a letter shows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LetterFacts {
    /// What the letter is for; chooses the templates.
    #[serde(with = "serde_text::word")]
    pub kind: LetterKind,
    /// Level of a warning; `None` for the other kinds.
    #[serde(default, with = "serde_text::optional_word")]
    pub level: Option<Level>,
    /// How far an unanswered matter has climbed with this letter; `None` for one that no step of the ladder brought.
    #[serde(default, with = "serde_text::optional_word")]
    pub handling: Option<Handling>,
    /// Document number; `None` while a draft waits for approval.
    #[serde(default, with = "serde_text::optional_number")]
    pub number: Option<LetterNumber>,
    /// Name of the campaign the indicators belong to.
    pub campaign: String,
    /// Title of the plan document, without 《》.
    #[serde(default)]
    pub doc_title: Option<String>,
    /// Number of the plan document (文号).
    #[serde(default)]
    pub doc_no: Option<String>,
    /// Who sends the letter (发文机关).
    pub issuer: String,
    /// Unit it is addressed to (主送).
    pub addressee: String,
    /// Units that receive a copy (抄送).
    #[serde(default)]
    pub copied: Vec<String>,
    /// Whether the unit above the addressee is among `copied`; letters from before it was kept say so at the last step.
    #[serde(default = "superior_told")]
    pub superior_told: bool,
    /// Whom its mails go to, as `name <address>`, the addressee's first; `None` in letters from before it was kept.
    #[serde(default)]
    pub recipients: Option<Vec<String>>,
    /// Date of the letter.
    pub issued_on: NaiveDate,
    /// Day the verdicts hold for.
    pub as_of: NaiveDate,
    /// Where the data come from, as one phrase.
    #[serde(default)]
    pub source: Option<String>,
    /// By when an answer is due; `None` when none is asked for.
    #[serde(default)]
    pub reply: Option<ReplyTerms>,
    /// Whom to ask.
    #[serde(default)]
    pub contact: LetterContact,
    /// `http(s)` address where the letter is received and answered; never printed in the paper form.
    #[serde(default)]
    pub reply_link: Option<String>,
    /// The letter this one follows.
    #[serde(default)]
    pub follow_up_of: Option<EarlierLetter>,
    /// The letter that this one takes back (撤函), or puts right as a warning (更正函). `None`, and left out, in others.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub withdraws: Option<WithdrawnLetter>,
    /// Of a letter of a pilot (演练): the mailbox that its mails really go to. `None`, and left out, in a real letter.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub redirected_to: Option<String>,
    /// The indicators, 1..=[`LINES_MAX`], in the order printed.
    pub lines: Vec<LetterLine>,
}

fn superior_told() -> bool {
    true
}

/// When an answer is due.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReplyTerms {
    /// Last day for the answer.
    pub by: NaiveDate,
    /// How many working days that leaves.
    pub working_days: u32,
    /// Whether the day is known before the letter is signed: a reminder keeps that of the letter it reminds of.
    #[serde(default)]
    pub fixed: bool,
}

/// The person a unit may ask; what is unknown is left out of the letter.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LetterContact {
    /// Name.
    #[serde(default)]
    pub name: Option<String>,
    /// Telephone as dialled.
    #[serde(default)]
    pub phone: Option<String>,
    /// E-mail address.
    #[serde(default)]
    pub email: Option<String>,
}

/// A letter sent before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EarlierLetter {
    /// Its number.
    #[serde(with = "serde_text::number")]
    pub number: LetterNumber,
    /// Its date.
    pub issued_on: NaiveDate,
    /// Its level, of a warning.
    #[serde(default, with = "serde_text::optional_word")]
    pub level: Option<Level>,
    /// When its answer was due; of one whose answer was returned, when the next one was.
    #[serde(default)]
    pub reply_by: Option<NaiveDate>,
    /// When its answer was returned that has not come again. `None`, and left out, where none was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub returned_on: Option<NaiveDate>,
}

/// A letter that holds no more, as the letter says that takes it back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WithdrawnLetter {
    /// What it was for.
    #[serde(with = "serde_text::word")]
    pub kind: LetterKind,
    /// Its number.
    #[serde(with = "serde_text::number")]
    pub number: LetterNumber,
    /// Its date.
    pub issued_on: NaiveDate,
    /// The indicators that it was about, before the word 指标: 固定资产投资等3项.
    pub about: String,
    /// Why it is taken back: a phrase that goes on after 因.
    pub reason: String,
    /// When it was answered last; `None` when it was not.
    #[serde(default)]
    pub replied_on: Option<NaiveDate>,
    /// Numbers of the letters taken back with it, which its ladder had brought.
    #[serde(default)]
    pub with: Vec<String>,
    /// Indicators that it spoke of and the letter that puts it right does not, before the word 指标; none of a 撤函.
    #[serde(default)]
    pub left_out: Option<String>,
    /// Whether what the letter had lifted is warned of again.
    #[serde(default)]
    pub again: bool,
    /// Whether none of its mails ever reached the addressee.
    #[serde(default)]
    pub unsent: bool,
    /// How many of its indicators are retired by now.
    #[serde(default)]
    pub retired: usize,
}

impl LetterFacts {
    /// Checks what the templates rely on: 1..=[`LINES_MAX`] lines, names present, links that are `http(s)`, a level with
    /// every warning, an earlier letter with every reminder and lifting, the letter taken back with every 撤函.
    pub fn check(&self) -> Result<(), Invalid> {
        if self.lines.is_empty() || self.lines.len() > LINES_MAX {
            return Err(Invalid::new("lines", "out_of_range", format!("一封函应列1至{LINES_MAX}项指标。")));
        }
        for (field, value) in
            [("issuer", &self.issuer), ("addressee", &self.addressee), ("campaign", &self.campaign)]
        {
            // Names are kept as they were before what nobody sees was refused in them; a letter must not fail for that.
            xushi_domain::invalid::text(field, &xushi_domain::folded::visible(value), 200)?;
        }
        if self.kind == LetterKind::Warning && self.level.is_none() {
            return Err(Invalid::new("level", "required", "预警函须写明预警等级。"));
        }
        if matches!(self.kind, LetterKind::ReplyReminder | LetterKind::Lifting) && self.follow_up_of.is_none()
        {
            return Err(Invalid::new("follow_up_of", "required", "提醒函和解除函须写明原函字号。"));
        }
        match (self.kind, &self.withdraws) {
            (LetterKind::Withdrawal, None) => {
                return Err(Invalid::new("withdraws", "required", "撤函须写明所撤销的函。"));
            }
            (LetterKind::Withdrawal | LetterKind::Warning, _) | (_, None) => {}
            (_, Some(_)) => {
                return Err(Invalid::new("withdraws", "out_of_place", "只有撤函和更正函撤销原函。"));
            }
        }
        if self.kind.has_deadline() && self.reply.is_none() {
            return Err(Invalid::new("reply", "required", "须写明反馈期限。"));
        }
        if let Some(link) = &self.reply_link
            && (!(link.starts_with("https://") || link.starts_with("http://"))
                || link.chars().any(|c| c.is_control() || c.is_whitespace() || "\"'<>\\`".contains(c)))
        {
            return Err(Invalid::new(
                "reply_link",
                "bad_link",
                "签收链接应以http://或https://开头，不含空格和引号。",
            ));
        }
        Ok(())
    }

    /// The frozen form: JSON with a fixed order of fields, decimals and numbers as strings.
    pub fn to_json(&self) -> Result<String, LetterError> {
        serde_json::to_string(self).map_err(LetterError::Json)
    }

    /// Reads the frozen form; fields added later may be absent.
    pub fn from_json(json: &str) -> Result<Self, LetterError> {
        serde_json::from_str(json).map_err(LetterError::Json)
    }
}
