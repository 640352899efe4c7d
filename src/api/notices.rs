//! Notices (通知): what units and the office were told by mail beside the letters; sent again (重发).

use actix_web::{HttpRequest, HttpResponse, get, post, web};
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::api::State;
use crate::api::http::lookup::{self, At};
use crate::api::http::page::{List, ListParams, PageView};
use crate::api::http::refused::{ProblemView, Refused};
use crate::api::http::respond;
use crate::api::http::spec::Routes;
use crate::api::http::wire::{Word, Words};
use crate::domain::notice::{NoticeKind, NoticeState};
use crate::office::rows::{NoticeFilter, NoticeRow};
use crate::office::types::Id;
use crate::office::{Actor, notices};

type NoticeKindWord = Word<NoticeKind>;
type NoticeKindWords = Words<NoticeKind>;
type NoticeStateWord = Word<NoticeState>;
type NoticeStateWords = Words<NoticeState>;

/// Adds the routes.
pub fn routes(config: &mut impl Routes) {
    config.service(list_notices).service(retry_notice);
}

/// 通知：不编号的邮件，告知须办理的人
#[derive(Debug, Serialize, ToSchema)]
pub struct NoticeView {
    /// 编号
    id: Uuid,
    /// 类型：反馈退回、反馈审核通过、办结销号，或早上的汇总
    #[schema(example = "reply_returned")]
    kind: NoticeKindWord,
    /// 所涉函的编号；汇总为null
    letter_id: Option<Uuid>,
    /// 所涉反馈的编号
    reply_id: Option<Uuid>,
    /// 收件单位编号；为null表示攻坚行动的联系人
    unit_id: Option<Uuid>,
    /// 收件人
    name: String,
    /// 邮箱
    email: String,
    /// 邮件编号（Message-ID），每次重发相同
    message_id: String,
    /// 是否演练
    trial: bool,
    /// 邮件主题；并入汇总的为其中的一句
    subject: String,
    /// 正文（纯文本）；并入汇总的为空。其中的办理地址不含签名，打不开
    text: String,
    /// 并入了哪一份汇总
    digest_id: Option<Uuid>,
    /// 汇总的日期
    digest_on: Option<NaiveDate>,
    /// 状态：待并入汇总、已并入汇总、待发、正在发、已送达邮件服务器、已放弃、被退回
    #[schema(example = "accepted")]
    state: NoticeStateWord,
    /// 已尝试次数，不含因邮件通道不可用而未发出的
    attempts: i32,
    /// 其中结果不明、可能重复的次数
    uncertain: i32,
    /// 下次尝试时间
    next_attempt_at: DateTime<Utc>,
    /// 邮件服务器接收时间
    accepted_at: Option<DateTime<Utc>>,
    /// 邮件服务器最近的答复
    last_reply: Option<String>,
    /// 建立时间
    created_at: DateTime<Utc>,
    /// 最近变更时间
    updated_at: DateTime<Utc>,
}

impl NoticeView {
    /// The row as shown.
    fn of(row: NoticeRow) -> Self {
        Self {
            id: row.id.0,
            kind: Word(row.kind.0),
            letter_id: row.letter_id.map(|id| id.0),
            reply_id: row.reply_id.map(|id| id.0),
            unit_id: row.unit_id.map(|id| id.0),
            name: row.name,
            email: row.email,
            message_id: row.message_id,
            trial: row.trial,
            subject: row.subject,
            text: row.body_text,
            digest_id: row.digest_id.map(|id| id.0),
            digest_on: row.digest_on,
            state: Word(row.state.0),
            attempts: row.attempts,
            uncertain: row.uncertain,
            next_attempt_at: row.next_attempt_at.and_utc(),
            accepted_at: row.accepted_at.map(|at| at.and_utc()),
            last_reply: row.last_reply,
            created_at: row.created_at.and_utc(),
            updated_at: row.updated_at.and_utc(),
        }
    }
}

/// 通知查询条件
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct NoticeParams {
    /// 函的编号
    letter: Option<Uuid>,
    /// 收件单位：id、信用代码或名称
    unit: Option<String>,
    /// 类型，可用逗号分隔多个
    #[param(inline)]
    kind: Option<NoticeKindWords>,
    /// 状态，可用逗号分隔多个
    #[param(inline)]
    state: Option<NoticeStateWords>,
}

/// 列出通知
#[utoipa::path(tag = "通知", params(ListParams, NoticeParams), responses(
    (status = 200, body = PageView<NoticeView>), (status = "4XX", body = ProblemView)))]
#[get("/notices")]
async fn list_notices(
    state: web::Data<State>,
    request: HttpRequest,
    list: List<NoticeParams>,
) -> Result<HttpResponse, Refused> {
    let NoticeParams { letter, unit, kind, state: states } = list.filter;
    let unit = lookup::maybe_unit(&state, At::Query("unit"), unit.as_deref()).await?;
    let filter = NoticeFilter {
        letter_id: letter.map(Id::of),
        unit_id: unit.map(|row| row.id),
        kinds: kind.map(|words| words.0),
        states: states.map(|words| words.0),
        updated_after: list.updated_after,
    };
    let rows = state.office.read.list_notices(&filter, list.page).await?;
    let page = PageView::new(rows, list.page, |row| row.id.0, NoticeView::of);
    respond::list(&request, &page, list.fields.as_deref())
}

/// 重发：未送达或被退回的通知再发一次
///
/// 仍发往原邮箱，邮件编号不变；相应的异常随之标为已处理。邮箱写错的，请先修改联络员，再电话告知。
#[utoipa::path(tag = "通知", params(("id" = Uuid, Path, description = "通知编号")), responses(
    (status = 200, body = NoticeView), (status = "4XX", body = ProblemView)))]
#[post("/notices/{id}/retry")]
async fn retry_notice(
    state: web::Data<State>,
    request: HttpRequest,
    actor: Actor,
    id: web::Path<Uuid>,
) -> Result<HttpResponse, Refused> {
    let row = notices::retry_notice(&state.office, &actor, Id::of(*id)).await?;
    respond::ok(&request, &NoticeView::of(row))
}
