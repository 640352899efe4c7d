//! Notices (通知) as they are mailed: what became of a reply, and what waits this morning. The wording stands in `templates/layout/`.

use chrono::NaiveDate;
use minijinja::value::Serde;
use serde::Serialize;

use super::{LetterContact, LetterError, Templates, tidy, trial_marks};
use minijinja::Value;

/// Most lines of a section of a digest.
pub const DIGEST_LINES_MAX: usize = 30;

/// What is mailed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoticeText {
    /// Subject, one line.
    pub subject: String,
    /// Plain text.
    pub text: String,
    /// A complete HTML document without pictures, external resources or scripts.
    pub html: String,
}

/// A reply that was returned (退回), as its unit is told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ReturnedReply {
    /// Who returns it.
    pub issuer: String,
    /// The unit.
    pub addressee: String,
    /// Title of the letter that it answered.
    pub title: String,
    /// Number of that letter.
    pub number: String,
    /// Day of the reply.
    pub replied_on: NaiveDate,
    /// How it began.
    pub said: String,
    /// Whether files came with it.
    pub filed: bool,
    /// Why it is returned, by paragraphs.
    pub reason: Vec<String>,
    /// Last day for the next one.
    pub reply_by: NaiveDate,
    /// The last day until then.
    pub former_reply_by: Option<NaiveDate>,
    /// Day of the return.
    pub seen_on: NaiveDate,
    /// Whom to ask.
    pub contact: LetterContact,
    /// Where it is answered.
    pub reply_link: Option<String>,
}

/// A letter whose reply was accepted (采纳) or that was closed (办结), told in one sentence of a digest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DecidedLetter {
    /// Title of the letter.
    pub title: String,
    /// Its number.
    pub number: String,
    /// Day of the decision.
    pub decided_on: NaiveDate,
    /// By when the first of the remedies is due that are not; of an accepted reply.
    pub due_on: Option<NaiveDate>,
}

/// What a mailbox is told of one morning.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MorningDigest {
    /// Who tells it.
    pub issuer: String,
    /// Whom: a unit or a person.
    pub addressee: String,
    /// The morning.
    pub seen_on: NaiveDate,
    /// What, most urgent first; never none.
    pub sections: Vec<DigestSection>,
    /// Where the office acts; `None` for a unit.
    pub desk: Option<String>,
}

/// Things of one sort in a digest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DigestSection {
    /// What they are.
    pub title: String,
    /// How many there are.
    pub count: usize,
    /// The measure word (件, 封).
    pub counter: &'static str,
    /// One sentence each, at most [`DIGEST_LINES_MAX`].
    pub lines: Vec<String>,
}

impl Templates {
    /// The mail to a unit whose reply was returned.
    ///
    /// # Errors
    /// [`LetterError::Template`], where a template was replaced by one that fails.
    pub fn returned(&self, told: &ReturnedReply) -> Result<NoticeText, LetterError> {
        self.notice("returned", &Value::from(Serde(told)))
    }

    /// The mail of a morning.
    ///
    /// # Errors
    /// As [`Templates::returned`].
    pub fn digest(&self, told: &MorningDigest) -> Result<NoticeText, LetterError> {
        self.notice("digest", &Value::from(Serde(told)))
    }

    /// That a reply was accepted, in one sentence.
    ///
    /// # Errors
    /// As [`Templates::returned`].
    pub fn accepted(&self, told: &DecidedLetter) -> Result<String, LetterError> {
        self.one_line("layout/accepted.txt", &Value::from(Serde(told)))
    }

    /// That a letter was closed, in one sentence.
    ///
    /// # Errors
    /// As [`Templates::returned`].
    pub fn closed(&self, told: &DecidedLetter) -> Result<String, LetterError> {
        self.one_line("layout/closed.txt", &Value::from(Serde(told)))
    }

    fn notice(&self, name: &str, context: &Value) -> Result<NoticeText, LetterError> {
        Ok(NoticeText {
            subject: self.one_line(&format!("layout/{name}_subject.txt"), context)?,
            text: tidy(&self.fill(&format!("layout/{name}.txt"), context)?),
            html: self.fill(&format!("layout/{name}.html"), context)?,
        })
    }

    /// Renders samples, full and sparse, so that a broken template fails at start.
    pub(crate) fn check_notices(&self) -> Result<(), LetterError> {
        let full = sample();
        let bare = ReturnedReply {
            reply_link: None,
            former_reply_by: None,
            filed: false,
            contact: LetterContact::default(),
            ..full.clone()
        };
        for told in [full, bare] {
            self.returned(&told)?;
            let decided_on = told.seen_on;
            let due_on = told.former_reply_by;
            let decided = DecidedLetter { title: told.title, number: told.number, decided_on, due_on };
            let lines = vec![self.accepted(&decided)?, self.closed(&decided)?];
            let section = |count| DigestSection {
                title: "反馈已采纳".to_owned(),
                count,
                counter: "件",
                lines: lines.clone(),
            };
            self.digest(&MorningDigest {
                issuer: told.issuer,
                addressee: told.addressee,
                seen_on: told.seen_on,
                sections: vec![section(2), section(40)],
                desk: told.reply_link,
            })?;
        }
        Ok(())
    }
}

/// The mail of a pilot: marked, and saying whom it would have gone to.
#[must_use]
pub fn tried_out(told: NoticeText, note: &str) -> NoticeText {
    let (text, html) = trial_marks::redirected(&told.text, &told.html, note);
    NoticeText { subject: trial_marks::subject(&told.subject), text, html }
}

/// A returned reply with everything there is to say.
fn sample() -> ReturnedReply {
    let day = |month, day| NaiveDate::from_ymd_opt(2025, month, day).unwrap_or_default();
    ReturnedReply {
        issuer: "岳阳市稳增长专班".to_owned(),
        addressee: "岳阳市文化旅游广电局".to_owned(),
        title: "关于入境旅游人次指标运行情况的预警函".to_owned(),
        number: "岳攻坚函〔2025〕12号".to_owned(),
        replied_on: day(9, 5),
        said: "受汛期影响，部分景区停业，航班恢复不及预期。".to_owned(),
        filed: true,
        reason: vec!["措施不够具体，请按月分解任务、明确时限。".to_owned(), "请写明负责同志。".to_owned()],
        reply_by: day(9, 11),
        former_reply_by: Some(day(9, 9)),
        seen_on: day(9, 8),
        contact: LetterContact {
            name: Some("张三".to_owned()),
            phone: Some("0730-8880001".to_owned()),
            email: Some("zhangsan@example.org".to_owned()),
        },
        reply_link: Some("https://xushi.example.org/r/letter1".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_returned_reply_says_why_until_when_and_where() {
        let told = Templates::built_in().unwrap().returned(&sample()).unwrap();
        insta::assert_snapshot!("returned", format!("{}\n\n{}", told.subject, told.text));
        for said in [
            "9月11日（星期四）前",
            "退回原因",
            "措施不够具体",
            "letter1",
            "tel:07308880001",
            "<!DOCTYPE html>",
        ] {
            assert!(told.html.contains(said), "{said}: {}", told.html);
        }
        let hostile = ReturnedReply { said: "<script>alert(1)</script>".to_owned(), ..sample() };
        let told = Templates::built_in().unwrap().returned(&hostile).unwrap();
        assert!(!told.html.contains("<script>"), "{}", told.html);
        let drill = tried_out(told, "正式运行时发给张三");
        assert!(drill.subject.starts_with("【演练】") && drill.html.contains("正式运行时发给张三"));
    }

    #[test]
    fn notices_can_be_looked_at() {
        let Some(dir) = std::env::var_os("XUSHI_LETTER_DIR").map(std::path::PathBuf::from) else { return };
        let told = Templates::built_in().unwrap().returned(&sample()).unwrap();
        std::fs::write(dir.join("returned.html"), told.html).unwrap();
        std::fs::write(dir.join("returned.txt"), told.text).unwrap();
    }

    #[test]
    fn a_digest_counts_and_lists() {
        let templates = Templates::built_in().unwrap();
        templates.check_notices().unwrap();
        let decided = DecidedLetter {
            title: sample().title,
            number: sample().number,
            decided_on: sample().seen_on,
            due_on: None,
        };
        let line = templates.accepted(&decided).unwrap();
        let unit = MorningDigest {
            issuer: sample().issuer,
            addressee: sample().addressee,
            seen_on: sample().seen_on,
            sections: vec![DigestSection {
                title: "反馈已采纳".to_owned(),
                count: 1,
                counter: "件",
                lines: vec![line],
            }],
            desk: None,
        };
        let told = templates.digest(&unit).unwrap();
        insta::assert_snapshot!("digest", format!("{}\n\n{}", told.subject, told.text));
    }
}
