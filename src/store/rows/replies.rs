//! What follows a letter.

use chrono::{NaiveDate, NaiveDateTime};
use diesel::prelude::{Insertable, Queryable, Selectable};

use crate::schema::{closures, receipts, remedies, replies, reply_files, reviews, settlements, withdrawals};
use crate::types::{ApiKeyId, ClosureId, LetterId, Listed, ReceiptId, ReplyId, ReviewId};
use xushi_domain::reply::ReviewVerdict;

/// 签收, as stored.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = receipts, treat_none_as_default_value = false)]
pub struct ReceiptRow {
    /// Identity.
    pub id: ReceiptId,
    /// Of which letter; one each.
    pub letter_id: LetterId,
    /// Who says to have read it.
    pub person: String,
    /// By which key; `None` by the link in the letter.
    pub api_key_id: Option<ApiKeyId>,
    /// When, UTC.
    pub created_at: NaiveDateTime,
}

/// 反馈, as stored.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = replies, treat_none_as_default_value = false)]
pub struct ReplyRow {
    /// Identity.
    pub id: ReplyId,
    /// To which letter.
    pub letter_id: LetterId,
    /// From 1 within the letter; filled in when it is written.
    pub ordinal: i32,
    /// 原因
    pub cause: String,
    /// Who answers for it.
    pub person: String,
    /// That person's telephone.
    pub phone: String,
    /// By which key; `None` by the link in the letter.
    pub api_key_id: Option<ApiKeyId>,
    /// When, UTC.
    pub created_at: NaiveDateTime,
}

/// 整改措施, as stored.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = remedies, treat_none_as_default_value = false)]
pub struct RemedyRow {
    /// Of which reply.
    pub reply_id: ReplyId,
    /// From 1.
    pub ordinal: i32,
    /// What will be done.
    pub action: String,
    /// By when.
    pub due_on: NaiveDate,
}

/// A file of a reply, as stored.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = reply_files, treat_none_as_default_value = false)]
pub struct ReplyFileRow {
    /// Of which reply.
    pub reply_id: ReplyId,
    /// From 1.
    pub ordinal: i32,
    /// Without a path.
    pub name: String,
    /// By the ending of its name.
    pub media_type: String,
    /// Bytes.
    pub size: i32,
    /// Of the content, hexadecimal.
    pub sha256: String,
    /// The file.
    pub content: Vec<u8>,
}

/// A file of a reply without its content.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = reply_files)]
pub struct ReplyFileHead {
    /// Of which reply.
    pub reply_id: ReplyId,
    /// From 1.
    pub ordinal: i32,
    /// Without a path.
    pub name: String,
    /// By the ending of its name.
    pub media_type: String,
    /// Bytes.
    pub size: i32,
    /// Of the content, hexadecimal.
    pub sha256: String,
}

/// 审核, as stored.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = reviews, treat_none_as_default_value = false)]
pub struct ReviewRow {
    /// Identity.
    pub id: ReviewId,
    /// Of which reply; one each.
    pub reply_id: ReplyId,
    /// What the reviewer said.
    pub verdict: Listed<ReviewVerdict>,
    /// Why; always there when returned.
    pub reason: Option<String>,
    /// By which key.
    pub api_key_id: ApiKeyId,
    /// When, UTC.
    pub created_at: NaiveDateTime,
    /// When returned: the last day for the next reply, the letter's from then on. `None` where the letter's stayed.
    pub reply_by: Option<NaiveDate>,
    /// The letter's last day until then.
    pub former_reply_by: Option<NaiveDate>,
}

/// 销号, as stored.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = closures, treat_none_as_default_value = false)]
pub struct ClosureRow {
    /// Identity.
    pub id: ClosureId,
    /// Of which letter; one each.
    pub letter_id: LetterId,
    /// A remark.
    pub note: Option<String>,
    /// By which key.
    pub api_key_id: ApiKeyId,
    /// When, UTC.
    pub created_at: NaiveDateTime,
}

/// A letter with nothing left to answer, as stored.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = settlements, treat_none_as_default_value = false)]
pub struct SettlementRow {
    /// Of which letter; one each.
    pub letter_id: LetterId,
    /// The letter to be answered instead.
    pub successor_id: Option<LetterId>,
    /// When, UTC.
    pub created_at: NaiveDateTime,
}

/// A letter that was taken back, as stored.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = withdrawals, treat_none_as_default_value = false)]
pub struct WithdrawalRow {
    /// Which letter; one each.
    pub letter_id: LetterId,
    /// The letter that says so.
    pub by_letter_id: LetterId,
    /// Why.
    pub reason: String,
    /// When, UTC.
    pub created_at: NaiveDateTime,
}

/// What one reply writes, in one transaction.
#[derive(Debug, Clone)]
pub struct NewReply {
    /// The reply; its ordinal is filled in.
    pub reply: ReplyRow,
    /// What will be done.
    pub remedies: Vec<RemedyRow>,
    /// Its files.
    pub files: Vec<ReplyFileRow>,
}

/// A reply with all that belongs to it but the content of its files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WholeReply {
    /// The reply.
    pub reply: ReplyRow,
    /// What will be done, in order.
    pub remedies: Vec<RemedyRow>,
    /// Its files, in order.
    pub files: Vec<ReplyFileHead>,
    /// What the reviewer said, and the name of the reviewer's key.
    pub review: Option<(ReviewRow, String)>,
}
