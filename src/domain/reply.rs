//! What follows a letter: received, answered, reviewed, closed (签收、反馈、审核、销号).

use chrono::{NaiveDate, NaiveDateTime};

use super::invalid::{paragraphs, text};
use super::places::{checked_day, checked_phone};
use super::{Invalid, LetterState, lengths, text_enum};

text_enum! {
    /// What the reviewer says of a reply.
    ReviewVerdict "verdict" {
        /// 通过
        Accepted = "accepted",
        /// 退回
        Returned = "returned",
    }
}

/// One thing done to an issued letter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReplyStep {
    /// 签收
    Receive,
    /// 反馈
    Reply,
    /// 审核
    Review(ReviewVerdict),
    /// 销号
    Close,
    /// What the letter asked is over, or asked by a later letter.
    Settle,
    /// 撤销: the letter was wrong.
    Withdraw,
}

impl LetterState {
    /// What people call it.
    pub fn chinese(self) -> &'static str {
        match self {
            Self::Draft => "待签发",
            Self::Discarded => "已废弃",
            Self::Issued => "待签收",
            Self::Received => "已签收，待反馈",
            Self::Replied => "已反馈，待审核",
            Self::Returned => "已退回，待重新反馈",
            Self::Accepted => "审核通过，待销号",
            Self::Closed => "已销号",
            Self::Settled => "无需再反馈",
            Self::Withdrawn => "已撤销",
        }
    }

    /// Where `step` leads: issued → received → replied → (returned → replied)* → accepted → closed; from where it waits
    /// for the unit also → settled; from wherever an issued letter stands → withdrawn; nothing else.
    ///
    /// # Errors
    /// A sentence that says where the letter stands and what it waits for.
    pub fn after(self, step: ReplyStep) -> Result<Self, Invalid> {
        match (self, step) {
            (Self::Issued, ReplyStep::Receive) => Ok(Self::Received),
            (Self::Received | Self::Returned, ReplyStep::Reply) => Ok(Self::Replied),
            (Self::Replied, ReplyStep::Review(ReviewVerdict::Accepted)) => Ok(Self::Accepted),
            (Self::Replied, ReplyStep::Review(ReviewVerdict::Returned)) => Ok(Self::Returned),
            (Self::Accepted, ReplyStep::Close) => Ok(Self::Closed),
            (_, ReplyStep::Settle) if self.awaits_answer() => Ok(Self::Settled),
            (_, ReplyStep::Withdraw) if self.is_standing() => Ok(Self::Withdrawn),
            _ => Err(Invalid::new("state", "illegal_move", self.refusal())),
        }
    }

    fn refusal(self) -> &'static str {
        match self {
            Self::Draft => "此函尚未签发，签发后才能签收和反馈。",
            Self::Discarded => "此函稿已废弃，不再办理。",
            Self::Issued => "此函尚未签收，请先签收再反馈。",
            Self::Received => "此函已签收，正等待责任单位反馈。",
            Self::Replied => "此函已反馈，正等待审核。",
            Self::Returned => "反馈已退回，正等待责任单位重新反馈。",
            Self::Accepted => "反馈已审核通过，只能销号。",
            Self::Closed => "此函已销号，不再办理。",
            Self::Settled => "此函所涉事项已由后函接续、已经解除或已经补报，无需再反馈。",
            Self::Withdrawn => "此函已经撤销，无需再办理。",
        }
    }
}

/// What happened to an issued letter, and when (UTC).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ReplyStage {
    /// When a mail server took a mail to its addressee first.
    pub delivered_at: Option<NaiveDateTime>,
    /// 签收
    pub received_at: Option<NaiveDateTime>,
    /// 反馈 in order, each with what the reviewer said.
    pub replies: Vec<(NaiveDateTime, Option<(ReviewVerdict, NaiveDateTime)>)>,
    /// 销号
    pub closed_at: Option<NaiveDateTime>,
    /// When nothing was left to answer.
    pub settled_at: Option<NaiveDateTime>,
    /// When it was taken back.
    pub withdrawn_at: Option<NaiveDateTime>,
    /// When its last day was put off, in order, each with the last day until then.
    pub put_off: Vec<(NaiveDateTime, NaiveDate)>,
}

impl ReplyStage {
    /// The last day for its answer before the instant `end`; `now` is the one that holds now.
    pub fn deadline_before(&self, end: NaiveDateTime, now: Option<NaiveDate>) -> Option<NaiveDate> {
        self.put_off.iter().find(|(at, _)| *at >= end).map(|(_, until)| *until).or(now)
    }

    /// Where the letter stood before the instant `end`.
    pub fn state_before(&self, end: NaiveDateTime) -> LetterState {
        let by = |at: &NaiveDateTime| *at < end;
        if self.withdrawn_at.as_ref().is_some_and(by) {
            return LetterState::Withdrawn;
        }
        if self.closed_at.as_ref().is_some_and(by) {
            return LetterState::Closed;
        }
        if self.settled_at.as_ref().is_some_and(by) {
            return LetterState::Settled;
        }
        let last = self.replies.iter().rev().find(|(at, _)| by(at));
        match last.map(|(_, review)| review.filter(|(_, at)| by(at)).map(|(verdict, _)| verdict)) {
            Some(Some(ReviewVerdict::Accepted)) => LetterState::Accepted,
            Some(Some(ReviewVerdict::Returned)) => LetterState::Returned,
            Some(None) => LetterState::Replied,
            None if self.received_at.as_ref().is_some_and(by) => LetterState::Received,
            None => LetterState::Issued,
        }
    }
}

impl LetterState {
    /// Whether it was issued and holds.
    pub fn is_standing(self) -> bool {
        !matches!(self, Self::Draft | Self::Discarded | Self::Withdrawn)
    }

    /// Whether an answer was given that was not sent back.
    pub fn is_answered(self) -> bool {
        matches!(self, Self::Replied | Self::Accepted | Self::Closed)
    }
}

/// The last day for the next reply when one is returned on `today`: the day the reviewer gives, or `given` working days later by
/// the office's calendar (`counted`); never before the letter's own last day.
///
/// # Errors
/// `reply_by` that is over, or that is before the letter's.
pub fn put_off(
    asked: Option<NaiveDate>,
    counted: NaiveDate,
    (letters, today): (NaiveDate, NaiveDate),
) -> Result<NaiveDate, Invalid> {
    let Some(day) = asked else { return Ok(counted.max(letters)) };
    let day = checked_day("reply_by", day)?;
    if day < today {
        return Err(Invalid::new("reply_by", "too_early", "重新反馈的期限不能早于今天，请核对。"));
    }
    if day < letters {
        let detail = format!("此函的反馈期限是{letters}，重新反馈的期限不能早于它，请核对。");
        return Err(Invalid::new("reply_by", "too_early", detail));
    }
    Ok(day)
}

/// One thing a unit will do, and by when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remedy {
    /// 整改措施
    pub action: String,
    /// 完成时限
    pub due_on: NaiveDate,
}

/// A reply as a unit gives it; [`Reply::checked`] makes it fit to keep.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    /// 原因
    pub cause: String,
    /// 措施, 1..=[`REMEDIES_MAX`].
    pub remedies: Vec<Remedy>,
    /// Who answers for it.
    pub person: String,
    /// That person's telephone.
    pub phone: String,
    /// 附件, at most [`FILES_MAX`].
    pub files: Vec<ReplyFile>,
}

/// A file that comes with a reply.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReplyFile {
    /// Its name without a path.
    pub name: String,
    /// The file itself.
    pub content: Vec<u8>,
}

/// Files one reply may carry.
pub const FILES_MAX: usize = 5;
/// Bytes one file may have.
pub const FILE_BYTES_MAX: usize = 5 * 1024 * 1024;
/// Bytes all files of a reply may have.
pub const FILES_BYTES_MAX: usize = 10 * 1024 * 1024;
/// Remedies one reply may name: two for each of thirty indicators.
pub const REMEDIES_MAX: usize = 60;

/// Which files an office takes, and what they are sent back as: told by the ending, never by the sender's word.
const MEDIA_TYPES: [(&str, &str); 13] = [
    ("pdf", "application/pdf"),
    ("ofd", "application/ofd"),
    ("doc", "application/msword"),
    ("docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    ("wps", "application/vnd.ms-works"),
    ("xls", "application/vnd.ms-excel"),
    ("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    ("et", "application/octet-stream"),
    ("jpg", "image/jpeg"),
    ("jpeg", "image/jpeg"),
    ("png", "image/png"),
    ("zip", "application/zip"),
    ("txt", "text/plain"),
];

impl Reply {
    /// The reply trimmed and checked, in answer to a letter of `issued_on`.
    ///
    /// # Errors
    /// Every field that does not fit, so that a form can show them all at once.
    pub fn checked(self, issued_on: NaiveDate) -> Result<Self, Vec<Invalid>> {
        let mut wrong = Vec::new();
        let mut keep = |outcome: Result<String, Invalid>| {
            outcome.unwrap_or_else(|invalid| {
                wrong.push(invalid);
                String::new()
            })
        };
        let cause = keep(paragraphs("cause", &self.cause, lengths::REPLY_CAUSES));
        let person = keep(text("person", &self.person, lengths::PERSON));
        let phone = keep(required_phone("phone", &self.phone));
        let mut remedies = Vec::with_capacity(self.remedies.len());
        for (index, remedy) in self.remedies.into_iter().enumerate() {
            match remedy.checked(issued_on) {
                Ok(remedy) => remedies.push(remedy),
                Err(invalid) => {
                    wrong.extend(invalid.into_iter().map(|one| one.within(&format!("remedies.{index}"))))
                }
            }
        }
        if wrong.iter().all(|one| !one.field.starts_with("remedies"))
            && !(1..=REMEDIES_MAX).contains(&remedies.len())
        {
            let detail = format!("整改措施应有1至{REMEDIES_MAX}条。");
            wrong.push(Invalid::new("remedies", "out_of_range", detail));
        }
        let files = checked_files(self.files).unwrap_or_else(|invalid| {
            wrong.push(invalid);
            Vec::new()
        });
        if wrong.is_empty() { Ok(Self { cause, remedies, person, phone, files }) } else { Err(wrong) }
    }
}

impl Remedy {
    fn checked(self, issued_on: NaiveDate) -> Result<Self, Vec<Invalid>> {
        let action = paragraphs("action", &self.action, lengths::REPLY_TEXT);
        let due_on = checked_day("due_on", self.due_on).and_then(|day| {
            if day < issued_on {
                return Err(Invalid::new("due_on", "too_early", "完成时限不能早于来函日期，请核对。"));
            }
            Ok(day)
        });
        match (action, due_on) {
            (Ok(action), Ok(due_on)) => Ok(Self { action, due_on }),
            (action, due_on) => Err(action.err().into_iter().chain(due_on.err()).collect()),
        }
    }
}

/// A telephone number that must be given, in the field of this name.
///
/// # Errors
/// When it is missing or is none.
pub fn required_phone(field: &str, phone: &str) -> Result<String, Invalid> {
    text(field, phone, lengths::PHONE)?;
    checked_phone(phone).map_err(|invalid| Invalid { field: field.to_owned(), ..invalid })
}

fn checked_files(files: Vec<ReplyFile>) -> Result<Vec<ReplyFile>, Invalid> {
    if files.len() > FILES_MAX {
        return Err(Invalid::new("files", "too_many", format!("附件最多{FILES_MAX}个，请合并后提交。")));
    }
    if files.iter().map(|file| file.content.len()).sum::<usize>() > FILES_BYTES_MAX {
        let most = FILES_BYTES_MAX / 1024 / 1024;
        return Err(Invalid::new("files", "too_large", format!("附件合计不能超过{most}MB，请压缩后提交。")));
    }
    let one = |(index, file): (usize, ReplyFile)| {
        file.checked().map_err(|invalid| invalid.within(&format!("files.{index}")))
    };
    files.into_iter().enumerate().map(one).collect()
}

impl ReplyFile {
    fn checked(self) -> Result<Self, Invalid> {
        // Some browsers send the whole path.
        let base = self.name.rsplit(['/', '\\']).next().unwrap_or_default();
        let name = text("name", base, lengths::FILE_NAME)?;
        if media_type(&name).is_none() || name.starts_with('.') {
            let endings = MEDIA_TYPES.map(|(ending, _)| ending).join("、");
            return Err(Invalid::new("name", "bad_file_type", format!("附件只能是这些类型：{endings}。")));
        }
        if self.content.is_empty() {
            return Err(Invalid::new("content", "required", "附件是空文件，请重新选择。"));
        }
        if self.content.len() > FILE_BYTES_MAX {
            let most = FILE_BYTES_MAX / 1024 / 1024;
            let detail = format!("单个附件不能超过{most}MB，请压缩后提交。");
            return Err(Invalid::new("content", "too_large", detail));
        }
        Ok(Self { name, content: self.content })
    }
}

/// The media type of a file by the ending of its name; `None` for what is not taken.
pub fn media_type(name: &str) -> Option<&'static str> {
    let (_, ending) = name.rsplit_once('.')?;
    let ending = ending.to_ascii_lowercase();
    MEDIA_TYPES.iter().find(|(known, _)| *known == ending).map(|(_, media_type)| *media_type)
}

#[cfg(test)]
mod tests;
