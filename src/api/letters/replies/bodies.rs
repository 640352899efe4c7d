//! Bodies and views of receipts, replies, reviews and closures.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::api::http::refused::{Code, Refused};
use crate::api::http::wire::Word;
use crate::domain::reply::{Remedy, Reply, ReplyFile, ReviewVerdict};
use crate::office::rows::{ClosureRow, ReceiptRow, RemedyRow, ReplyFileHead, ReviewRow, WholeReply};

type ReviewVerdictWord = Word<ReviewVerdict>;

/// 签收
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateReceipt {
    /// 签收人姓名
    #[schema(example = "李四")]
    pub person: String,
}

/// 签收情况
#[derive(Debug, Serialize, ToSchema)]
pub struct ReceiptView {
    /// 编号
    id: Uuid,
    /// 函的编号
    letter_id: Uuid,
    /// 签收人姓名
    person: String,
    /// 途径：api为接口，link为函中的链接
    via: &'static str,
    /// 签收时间
    created_at: DateTime<Utc>,
}

impl ReceiptView {
    /// As stored.
    pub fn of(row: ReceiptRow) -> Self {
        Self {
            id: row.id.0,
            letter_id: row.letter_id.0,
            person: row.person,
            via: via(row.api_key_id.is_some()),
            created_at: row.created_at.and_utc(),
        }
    }
}

fn via(by_key: bool) -> &'static str {
    if by_key { "api" } else { "link" }
}

/// 整改措施
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RemedyView {
    /// 措施
    #[schema(example = "建立周调度机制，逐项销号")]
    action: String,
    /// 完成时限
    due_on: NaiveDate,
}

impl RemedyView {
    fn of(row: RemedyRow) -> Self {
        Self { action: row.action, due_on: row.due_on }
    }
}

/// 随反馈提交的附件
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateReplyFile {
    /// 文件名，类型以扩展名为准：pdf、ofd、doc、docx、wps、xls、xlsx、et、jpg、jpeg、png、zip、txt
    #[schema(example = "情况说明.pdf")]
    name: String,
    /// 文件内容，Base64编码；单个不超过5MB，合计不超过10MB，最多5个
    content: String,
}

/// 反馈
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateReply {
    /// 滞后原因
    cause: String,
    /// 整改措施，1至60条
    remedies: Vec<RemedyView>,
    /// 责任人
    #[schema(example = "李四")]
    person: String,
    /// 责任人电话
    #[schema(example = "0731-82210000")]
    phone: String,
    /// 附件
    #[serde(default)]
    files: Vec<CreateReplyFile>,
}

impl CreateReply {
    /// The reply, still to be checked.
    ///
    /// # Errors
    /// `Invalid` at a file that is not Base64.
    pub fn into_reply(self) -> Result<Reply, Refused> {
        let file = |(index, file): (usize, CreateReplyFile)| {
            let content = STANDARD.decode(file.content.trim()).map_err(|_| {
                let detail = "附件内容不是Base64编码，请检查。";
                Refused::at(Code::Invalid, format!("/files/{index}/content"), "malformed", detail)
            })?;
            Ok(ReplyFile { name: file.name, content })
        };
        Ok(Reply {
            cause: self.cause,
            remedies: self
                .remedies
                .into_iter()
                .map(|one| Remedy { action: one.action, due_on: one.due_on })
                .collect(),
            person: self.person,
            phone: self.phone,
            files: self.files.into_iter().enumerate().map(file).collect::<Result<_, Refused>>()?,
        })
    }
}

/// 反馈的附件
#[derive(Debug, Serialize, ToSchema)]
pub struct ReplyFileView {
    /// 序号，用于下载
    ordinal: i32,
    /// 文件名
    name: String,
    /// 类型
    media_type: String,
    /// 字节数
    size: i32,
    /// 内容的SHA-256
    sha256: String,
}

impl ReplyFileView {
    fn of(row: ReplyFileHead) -> Self {
        Self {
            ordinal: row.ordinal,
            name: row.name,
            media_type: row.media_type,
            size: row.size,
            sha256: row.sha256,
        }
    }
}

/// 一次反馈
#[derive(Debug, Serialize, ToSchema)]
pub struct ReplyView {
    /// 编号
    id: Uuid,
    /// 函的编号
    letter_id: Uuid,
    /// 第几次反馈
    ordinal: i32,
    /// 滞后原因
    cause: String,
    /// 整改措施
    remedies: Vec<RemedyView>,
    /// 责任人
    person: String,
    /// 责任人电话
    phone: String,
    /// 附件
    files: Vec<ReplyFileView>,
    /// 审核意见；为null表示尚未审核
    review: Option<ReviewView>,
    /// 途径：api为接口，link为函中的链接
    via: &'static str,
    /// 反馈时间
    created_at: DateTime<Utc>,
}

impl ReplyView {
    /// As stored.
    pub fn of(whole: WholeReply) -> Self {
        let row = whole.reply;
        Self {
            id: row.id.0,
            letter_id: row.letter_id.0,
            ordinal: row.ordinal,
            cause: row.cause,
            remedies: whole.remedies.into_iter().map(RemedyView::of).collect(),
            person: row.person,
            phone: row.phone,
            files: whole.files.into_iter().map(ReplyFileView::of).collect(),
            review: whole.review.map(|(review, by)| ReviewView::of(review, by)),
            via: via(row.api_key_id.is_some()),
            created_at: row.created_at.and_utc(),
        }
    }
}

/// 审核
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateReview {
    /// 通过accepted，或退回returned
    #[schema(example = "accepted")]
    pub verdict: ReviewVerdictWord,
    /// 原因或意见；退回时必填
    pub reason: Option<String>,
    /// 退回时：重新反馈的期限，不早于今天和此函原来的反馈期限；不填的按系统设置的工作日数计算
    pub reply_by: Option<NaiveDate>,
}

/// 审核意见
#[derive(Debug, Serialize, ToSchema)]
pub struct ReviewView {
    /// 编号
    id: Uuid,
    /// 反馈编号
    reply_id: Uuid,
    /// 通过accepted，或退回returned
    verdict: ReviewVerdictWord,
    /// 原因或意见
    reason: Option<String>,
    /// 退回时：重新反馈的期限，此后即此函的反馈期限；为null表示期限未变
    reply_by: Option<NaiveDate>,
    /// 审核人（密钥名称）
    by: String,
    /// 审核时间
    created_at: DateTime<Utc>,
}

impl ReviewView {
    /// As stored; `by` is the name of the reviewer's key.
    ///
    /// # Errors
    /// `Corrupt` when the stored verdict is unknown.
    pub fn of(row: ReviewRow, by: String) -> Self {
        Self {
            id: row.id.0,
            reply_id: row.reply_id.0,
            verdict: Word(row.verdict.0),
            reason: row.reason,
            reply_by: row.reply_by,
            by,
            created_at: row.created_at.and_utc(),
        }
    }
}

/// 销号
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateClosure {
    /// 说明
    pub note: Option<String>,
}

/// 销号情况
#[derive(Debug, Serialize, ToSchema)]
pub struct ClosureView {
    /// 编号
    id: Uuid,
    /// 函的编号
    letter_id: Uuid,
    /// 说明
    note: Option<String>,
    /// 销号人（密钥名称）
    by: String,
    /// 销号时间
    created_at: DateTime<Utc>,
}

impl ClosureView {
    /// As stored; `by` is the name of the key.
    pub fn of(row: ClosureRow, by: String) -> Self {
        Self {
            id: row.id.0,
            letter_id: row.letter_id.0,
            note: row.note,
            by,
            created_at: row.created_at.and_utc(),
        }
    }
}
