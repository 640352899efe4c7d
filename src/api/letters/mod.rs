//! Letters (预警函).

pub(in crate::api) mod drafts;
pub(in crate::api) mod letter_board;
pub(in crate::api) mod letter_files;
pub(in crate::api) mod replies;
pub(in crate::api) mod withdrawal;

use actix_web::{HttpRequest, HttpResponse, get, web};
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::api::State;
use crate::api::deliveries::DeliveryView;
use crate::api::http::access::Caller;
use crate::api::http::lookup::{self, At};
use crate::api::http::page::{List, ListParams, PageView};
use crate::api::http::refused::{ProblemView, Refused};
use crate::api::http::respond;
use crate::api::http::spec::Routes;
use crate::api::http::wire::{Word, Words};
use crate::domain::{Handling, LetterKind, LetterState, Level, WaitsFor};
use crate::office::StoreError;
use crate::office::rows::{LetterFilter, LetterRow};
use crate::office::types::Id;
use withdrawal::{LetterWithdrawalView, WithdrawnLetterView};

type HandlingWord = Word<Handling>;
type LetterKindWord = Word<LetterKind>;
type LetterKindWords = Words<LetterKind>;
type LetterStateWord = Word<LetterState>;
type LetterStateWords = Words<LetterState>;
type LevelWord = Word<Level>;
type LevelWords = Words<Level>;
type WaitsForWord = Word<WaitsFor>;

/// Adds the routes.
pub fn routes(config: &mut impl Routes) {
    config.service(list_letters).service(find_letter);
}

/// 函
#[derive(Debug, Serialize, ToSchema)]
pub struct LetterView {
    /// 编号
    id: Uuid,
    /// 发文字号；为null表示尚未签发
    #[schema(example = "湘攻坚函〔2025〕1号")]
    number: Option<String>,
    /// 函的种类
    #[schema(example = "warning")]
    kind: LetterKindWord,
    /// 预警等级
    #[schema(example = "yellow")]
    level: Option<LevelWord>,
    /// 办理层级：remind（催办）、raise（提级）或summon（约谈）；与预警等级无关，首次函告为null
    #[schema(example = "raise")]
    handling: Option<HandlingWord>,
    /// 状态
    #[schema(example = "issued")]
    state: LetterStateWord,
    /// 攻坚行动编号
    campaign_id: Uuid,
    /// 主送单位编号
    unit_id: Uuid,
    /// 研判日期
    as_of: NaiveDate,
    /// 签发日期
    issued_on: Option<NaiveDate>,
    /// 反馈期限；反馈被退回的为重新反馈的期限
    reply_by: Option<NaiveDate>,
    /// 标题
    subject: String,
    /// 建立时间
    created_at: DateTime<Utc>,
    /// 最近变更时间
    updated_at: DateTime<Utc>,
    /// 函稿自最近一次改写起已等待签发的整天数，列表中给出
    #[serde(skip_serializing_if = "Option::is_none")]
    waiting_days: Option<i64>,
    /// 函稿在等什么：signature（签发），或release（研判规则升级后待放行，放行后自动发出）；不是函稿的为null
    #[schema(example = "signature")]
    waits_for: Option<WaitsForWord>,
    /// 所承接的函
    follows_id: Option<Uuid>,
    /// 是原函催办的第几步：1提醒，2升级并抄送负责人，3抄送上级单位
    ladder_step: Option<i32>,
    /// 签发人或撤销函稿的人；自动签发的为null
    decided_by: Option<String>,
    /// 签发或撤销的时间
    decided_at: Option<DateTime<Utc>>,
    /// 撤销函稿的理由
    decision_note: Option<String>,
    /// 是否演练函：试运行期间拟的函，邮件只发到演练邮箱，字号另编
    trial: bool,
}

impl LetterView {
    /// The row as shown at `now`.
    ///
    /// # Errors
    /// `Corrupt`.
    pub(in crate::api) fn of(row: LetterRow, now: DateTime<Utc>) -> Result<Self, StoreError> {
        let state = row.state.0;
        // A draft is written over when its content changes, and then only.
        let waiting = (now - row.updated_at.and_utc()).num_days();
        let number = row.serial.map(|_| row.number());
        Ok(Self {
            id: row.id.0,
            number: number.transpose()?.map(|number| number.to_string()),
            kind: Word(row.kind.0),
            level: row.level.map(|word| Word(word.0)),
            handling: row.ladder_step.and_then(Handling::of_step).map(Word),
            state: Word(state),
            campaign_id: row.campaign_id.0,
            unit_id: row.unit_id.0,
            as_of: row.as_of,
            issued_on: row.issued_on,
            reply_by: row.reply_by,
            subject: row.subject,
            created_at: row.created_at.and_utc(),
            updated_at: row.updated_at.and_utc(),
            waiting_days: (state == LetterState::Draft).then_some(waiting),
            waits_for: row.waits_for.map(|word| Word(word.0)),
            follows_id: row.follows_id.map(|id| id.0),
            ladder_step: row.ladder_step,
            decided_by: row.decided_by,
            decided_at: row.decided_at.map(|at| at.and_utc()),
            decision_note: row.decision_note,
            trial: row.trial,
        })
    }

    /// Without what grows by itself.
    pub(in crate::api) fn unwaited(self) -> Self {
        Self { waiting_days: None, ..self }
    }
}

/// 函的全文：签发时定稿，此后不变
#[derive(Debug, Serialize, ToSchema)]
pub struct WholeLetterView {
    /// 概要
    #[serde(flatten)]
    letter: LetterView,
    /// 定稿的事实（与函中所印一致）
    #[schema(value_type = Object)]
    facts: serde_json::Value,
    /// 正文（纯文本）
    text: String,
    /// 涉及的预警事项
    episode_ids: Vec<Uuid>,
    /// 投递情况
    deliveries: Vec<DeliveryView>,
    /// 此函不再要求反馈时，应办理的后函
    successor_id: Option<Uuid>,
    /// 此函被撤销的情况；未撤销为null
    withdrawal: Option<LetterWithdrawalView>,
    /// 此函（撤函或更正函）所撤销的函
    withdraws: Vec<WithdrawnLetterView>,
}

/// 函的查询条件
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct LetterParams {
    /// 攻坚行动：id、文号或名称；含其各级下属的行动
    campaign: Option<String>,
    /// 主送单位：id、信用代码或名称
    unit: Option<String>,
    /// 函的种类，可用逗号分隔多个
    #[param(inline)]
    kind: Option<LetterKindWords>,
    /// 预警等级，可用逗号分隔多个
    #[param(inline)]
    level: Option<LevelWords>,
    /// 状态，可用逗号分隔多个；draft为待签发的函稿
    #[param(inline)]
    state: Option<LetterStateWords>,
}

/// 列出函
#[utoipa::path(tag = "预警函", params(ListParams, LetterParams), responses(
    (status = 200, body = PageView<LetterView>), (status = "4XX", body = ProblemView)))]
#[get("/letters")]
async fn list_letters(
    state: web::Data<State>,
    request: HttpRequest,
    caller: Caller,
    list: List<LetterParams>,
) -> Result<HttpResponse, Refused> {
    let campaigns = lookup::maybe_campaign_family(&state, list.filter.campaign.as_deref()).await?;
    let unit = lookup::maybe_unit(&state, At::Query("unit"), list.filter.unit.as_deref()).await?;
    let filter = LetterFilter {
        campaigns,
        unit_id: unit.map(|row| row.id.0).map(Id::of),
        states: list.filter.state.map(|words| words.0),
        numbered: caller.role.is_of_unit(),
        copied: caller.role.is_of_unit(),
        kinds: list.filter.kind.map(|words| words.0),
        levels: list.filter.level.map(|words| words.0),
        updated_after: list.updated_after,
    };
    let rows = state.office.read.list_letters(&filter, list.page).await?;
    let now = state.office.clock.now();
    let view = |row: LetterRow| LetterView::of(shown_to(row, &caller), now);
    let page = PageView::checked(rows, list.page, |row| row.id.0, view)?;
    respond::list(&request, &page, list.fields.as_deref())
}

/// The letter at this address.
pub(super) async fn load(state: &State, id: Uuid) -> Result<LetterRow, Refused> {
    state.office.read.find_letter(Id::of(id)).await?.ok_or_else(|| Refused::not_found("函"))
}

/// The letter as this caller sees it: the key of a unit that it is only copied to sees the copy, which offers no answer.
pub(super) async fn load_for(state: &State, caller: &Caller, id: Uuid) -> Result<LetterRow, Refused> {
    Ok(shown_to(load(state, id).await?, caller))
}

fn shown_to(row: LetterRow, caller: &Caller) -> LetterRow {
    if is_copied_to(&row, caller) { crate::office::warnings::copied(&row) } else { row }
}

fn is_copied_to(row: &LetterRow, caller: &Caller) -> bool {
    caller.role.is_of_unit() && caller.unit_id != Some(row.unit_id.0)
}

/// 读取一封函
///
/// 抄送单位看到的是抄送件，没有签收和反馈的链接。
#[utoipa::path(tag = "预警函", params(("id" = Uuid, Path, description = "编号")), responses(
    (status = 200, body = WholeLetterView), (status = "4XX", body = ProblemView)))]
#[get("/letters/{id}")]
async fn find_letter(
    state: web::Data<State>,
    request: HttpRequest,
    caller: Caller,
    id: web::Path<Uuid>,
) -> Result<HttpResponse, Refused> {
    let row = load_for(&state, &caller, *id).await?;
    let copied = is_copied_to(&row, &caller);
    let mut whole = WholeLetterView::of(&state, row).await?;
    if copied && let Some(link) = whole.facts.get_mut("reply_link") {
        *link = serde_json::Value::Null;
    }
    if caller.role.is_of_unit() {
        // How mails went to others, and what their servers said, is the office's affair.
        whole.deliveries.retain(|delivery| delivery.is_to(caller.unit_id));
    }
    respond::ok(&request, &whole)
}

impl WholeLetterView {
    /// Reads a letter with all that belongs to it.
    ///
    /// # Errors
    /// `NotFound`.
    pub(super) async fn load(state: &State, id: Uuid) -> Result<Self, Refused> {
        Self::of(state, load(state, id).await?).await
    }

    async fn of(state: &State, row: LetterRow) -> Result<Self, Refused> {
        let id = row.id.0;
        let episodes = state.office.read.list_letter_episodes(Id::of(id)).await?;
        let deliveries = state.office.read.list_letter_deliveries(Id::of(id)).await?;
        let successor = state.office.read.find_successor(row.id).await?;
        let withdrawals = state.office.read.list_withdrawals(&[row.id]).await?;
        let withdrawn = state.office.read.list_withdrawn_by(row.id).await?;
        Ok(Self {
            withdrawal: withdrawals.get(&row.id).map(|(row, by)| LetterWithdrawalView::of(row, by)),
            withdraws: withdrawn.iter().map(WithdrawnLetterView::of).collect(),
            successor_id: successor.map(|row| row.id.0),
            facts: serde_json::from_str(&row.facts).map_err(Refused::internal)?,
            text: row.body_text.clone(),
            // It would make another tag every day; what was read yesterday may be issued today.
            letter: LetterView::of(row, state.office.clock.now())?.unwaited(),
            episode_ids: episodes.iter().map(|episode| episode.id.0).collect(),
            deliveries: deliveries.into_iter().map(DeliveryView::of).collect(),
        })
    }
}
