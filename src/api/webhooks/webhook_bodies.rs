//! Bodies and views of webhooks.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::api::http::wire::{Word, Words};
use crate::domain::webhook::{HookEventKind, HookEventState};
use crate::domain::{ChangeKind, Role, TextEnum as _};
use crate::office::rows::{WebhookEventRow, WebhookRow};
use crate::office::webhooks::{NewWebhook, WebhookEdit};

type ChangeKindWord = Word<ChangeKind>;
type HookRoleWord = Word<Role>;
type HookEventKindWord = Word<HookEventKind>;
type HookEventStateWord = Word<HookEventState>;
type HookEventStateWords = Words<HookEventState>;

/// 回调：有变更时通知的外部地址（不含密钥）
#[derive(Debug, Serialize, ToSchema)]
pub struct WebhookView {
    /// 编号
    id: Uuid,
    /// 名称：通知谁、用来做什么
    name: String,
    /// 地址
    url: String,
    /// 通知哪些类别的变更
    kinds: Vec<ChangeKindWord>,
    /// 以哪种角色所见为限：coordinator或reader
    role: HookRoleWord,
    /// 更换前的密钥有效到何时；为空即没有
    former_secret_until: Option<DateTime<Utc>>,
    /// 停用日
    retired_on: Option<NaiveDate>,
    /// 停用理由
    retired_reason: Option<String>,
    /// 建立时间
    created_at: DateTime<Utc>,
    /// 最近修改时间
    updated_at: DateTime<Utc>,
}

impl WebhookView {
    pub(super) fn of(row: &WebhookRow) -> Self {
        Self {
            id: row.id.0,
            name: row.name.clone(),
            url: row.url.clone(),
            kinds: row.kinds.split(',').filter_map(ChangeKind::parse).map(Word).collect(),
            role: Word(row.role.0),
            former_secret_until: row.former_until.map(|at| at.and_utc()),
            retired_on: row.retired_on,
            retired_reason: row.retired_reason.clone(),
            created_at: row.created_at.and_utc(),
            updated_at: row.updated_at.and_utc(),
        }
    }
}

/// 回调及其密钥；密钥只在此显示一次
#[derive(Debug, Serialize, ToSchema)]
pub struct NewWebhookView {
    /// 验签的密钥（Standard Webhooks），请立即交接收方妥善保存
    #[schema(example = "whsec_…")]
    pub(super) secret: String,
    /// 其余
    #[serde(flatten)]
    pub(super) view: WebhookView,
}

/// 新建回调
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateWebhook {
    /// 名称：通知谁、用来做什么
    #[schema(example = "省政府督查系统")]
    name: String,
    /// 地址，须在配置webhooks.allow中；不跟随跳转
    #[schema(example = "https://hook.example.gov.cn/xushi")]
    url: String,
    /// 通知哪些类别的变更
    kinds: Vec<ChangeKindWord>,
    /// 以哪种角色所见为限：coordinator，或reader（不通知反馈，数据到公布日才通知）
    role: HookRoleWord,
}

impl From<CreateWebhook> for NewWebhook {
    fn from(body: CreateWebhook) -> Self {
        let CreateWebhook { name, url, kinds, role } = body;
        Self { name, url, kinds: kinds.into_iter().map(|word| word.0).collect(), role: role.0 }
    }
}

/// 修改回调；不写的不变
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UpdateWebhook {
    /// 名称
    #[serde(default, deserialize_with = "crate::api::http::wire::given::deserialize")]
    #[schema(value_type = String)]
    name: Option<String>,
    /// 地址
    #[serde(default, deserialize_with = "crate::api::http::wire::given::deserialize")]
    #[schema(value_type = String)]
    url: Option<String>,
    /// 通知哪些类别的变更
    #[serde(default, deserialize_with = "crate::api::http::wire::given::deserialize")]
    #[schema(value_type = Vec<ChangeKindWord>)]
    kinds: Option<Vec<ChangeKindWord>>,
}

impl From<UpdateWebhook> for WebhookEdit {
    fn from(body: UpdateWebhook) -> Self {
        let kinds = body.kinds.map(|kinds| kinds.into_iter().map(|word| word.0).collect());
        Self { name: body.name, url: body.url, kinds }
    }
}

/// 停用回调
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RetireWebhook {
    /// 理由
    #[schema(example = "对方系统停用")]
    pub(super) reason: String,
}

/// 补发通知
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReplayWebhook {
    /// 自何时起产生的通知
    #[schema(example = "2025-08-27T00:00:00Z")]
    pub(super) since: DateTime<Utc>,
}

/// 补发的结果
#[derive(Debug, Serialize, ToSchema)]
pub struct ReplayView {
    /// 补发多少条
    pub(super) events: usize,
}

/// 一条通知
#[derive(Debug, Serialize, ToSchema)]
pub struct WebhookEventView {
    /// 编号，即webhook-id；重发时不变
    id: Uuid,
    /// 类别
    kind: HookEventKindWord,
    /// 变更的是哪一项；测试和重启通知没有
    subject_id: Option<Uuid>,
    /// 状态：pending待送、delivered已接收、failed不再自动重发
    state: HookEventStateWord,
    /// 已试次数
    attempts: i32,
    /// 下次何时再试
    next_attempt_at: Option<DateTime<Utc>>,
    /// 最近一次答复的HTTP状态码
    status: Option<i32>,
    /// 最近一次的结果
    outcome: Option<String>,
    /// 产生时间
    created_at: DateTime<Utc>,
    /// 接收时间
    delivered_at: Option<DateTime<Utc>>,
}

impl WebhookEventView {
    pub(super) fn of(row: WebhookEventRow) -> Self {
        let waits = row.state == HookEventState::Pending;
        Self {
            id: row.id.0,
            kind: Word(row.kind.0),
            subject_id: row.subject_id.map(|id| id.0),
            state: Word(row.state.0),
            attempts: row.attempts,
            next_attempt_at: waits.then(|| row.next_attempt_at.and_utc()),
            status: row.status,
            outcome: row.outcome,
            created_at: row.created_at.and_utc(),
            delivered_at: row.delivered_at.map(|at| at.and_utc()),
        }
    }
}

/// 回调查询条件
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct WebhookParams {
    /// 是否也列出停用的
    pub(super) retired: Option<bool>,
}

/// 通知查询条件
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct WebhookEventParams {
    /// 状态；可用逗号分隔多个
    #[param(inline)]
    pub(super) state: Option<HookEventStateWords>,
}
