//! Unique constraints by name: PostgreSQL says the name, SQLite only the columns.

/// A unique constraint and what it means to a caller.
#[derive(Debug, PartialEq, Eq)]
pub struct Constraint {
    /// Name in both migrations.
    pub name: &'static str,
    /// What SQLite says instead.
    pub columns: &'static str,
    /// Field of the request that clashes.
    pub field: &'static str,
    /// Chinese sentence for the person who must act.
    pub detail: &'static str,
}

/// Every unique constraint a request can run into.
pub const CONSTRAINTS: &[Constraint] = &[
    Constraint {
        name: "problems_episode_key",
        columns: "problems.episode_id",
        field: "episode",
        detail: "该预警事项已有未销号的问题，请在该问题上继续办理。",
    },
    Constraint {
        name: "problem_supports_pkey",
        columns: "problem_supports.problem_id, problem_supports.unit_id",
        field: "support_units",
        detail: "配合单位有重复，请核对。",
    },
    Constraint {
        name: "problem_entries_ordinal_key",
        columns: "problem_entries.problem_id, problem_entries.ordinal",
        field: "id",
        detail: "另一个人刚刚办理了此问题，请重新读取后再办理。",
    },
    Constraint {
        name: "audit_seals_event_key",
        columns: "audit_seals.event_id",
        field: "id",
        detail: "这条操作记录已经封存，请稍后再试。",
    },
    Constraint {
        name: "webhooks_name_key",
        columns: "webhooks.name",
        field: "name",
        detail: "已有同名的回调。",
    },
    Constraint {
        name: "regions_code_key",
        columns: "regions.code",
        field: "code",
        detail: "该行政区代码已存在。",
    },
    Constraint {
        name: "region_aliases_name_key",
        columns: "region_aliases.region_id, region_aliases.name",
        field: "aliases",
        detail: "该行政区已有同样的别名。",
    },
    Constraint {
        name: "units_credit_code_key",
        columns: "units.credit_code",
        field: "credit_code",
        detail: "该统一社会信用代码已被其他单位使用。",
    },
    Constraint {
        name: "units_name_key",
        columns: "units.region_id, units.name",
        field: "name",
        detail: "该行政区内已有同名单位。",
    },
    Constraint {
        name: "name_keys_pkey",
        columns: "name_keys.kind, name_keys.scope, name_keys.name_key",
        field: "name",
        detail: "已有看起来相同的名称（只差全角半角、空格等写法），请核对是否重复。",
    },
    Constraint {
        name: "external_ids_pkey",
        columns: "external_ids.part, external_ids.external_id",
        field: "external_id",
        detail: "该外部编号已用于另一项，请核对。",
    },
    Constraint {
        name: "external_ids_owner_key",
        columns: "external_ids.owner_id",
        field: "external_id",
        detail: "另一个请求刚给它写了外部编号，请重新读取后再试。",
    },
    Constraint {
        name: "contacts_email_key",
        columns: "contacts.unit_id, contacts.email, contacts.role",
        field: "email",
        detail: "该单位已有同一邮箱、同一角色的联络员。",
    },
    Constraint {
        name: "rule_packs_version_key",
        columns: "rule_packs.name, rule_packs.version",
        field: "version",
        detail: "该规则包已有同一版本号。",
    },
    Constraint {
        name: "campaigns_name_key",
        columns: "campaigns.region_id, campaigns.name, campaigns.starts_on",
        field: "name",
        detail: "该行政区同一起始日已有同名攻坚行动。",
    },
    Constraint {
        name: "campaign_members_unit_key",
        columns: "campaign_members.campaign_id, campaign_members.unit_id, campaign_members.role",
        field: "members",
        detail: "同一单位在专班中重复列出。",
    },
    Constraint {
        name: "tasks_name_key",
        columns: "tasks.campaign_id, tasks.parent_id, tasks.name",
        field: "name",
        detail: "同一上级任务下已有同名任务。",
    },
    Constraint {
        name: "tasks_root_name_key",
        columns: "tasks.campaign_id, tasks.name",
        field: "name",
        detail: "该攻坚行动下已有同名任务。",
    },
    Constraint {
        name: "measures_name_key",
        columns: "measures.name",
        field: "name",
        detail: "已有同名指标口径。",
    },
    Constraint {
        name: "unit_aliases_pkey",
        columns: "unit_aliases.unit_id, unit_aliases.name",
        field: "aliases",
        detail: "同一别名重复列出。",
    },
    Constraint {
        name: "measure_aliases_pkey",
        columns: "measure_aliases.name",
        field: "aliases",
        detail: "该别名已属于其他指标口径。",
    },
    Constraint {
        name: "indicators_series_key",
        columns: "indicators.task_id, indicators.series_id",
        field: "measure",
        detail: "该任务下已有同一行政区的同一指标。",
    },
    Constraint {
        name: "citations_task_key",
        columns: "citations.indicator_id, citations.task_id",
        field: "cited_by",
        detail: "该任务已引用此指标。",
    },
    Constraint {
        name: "responsibilities_task_key",
        columns: "responsibilities.task_id, responsibilities.unit_id",
        field: "responsibilities",
        detail: "同一单位在职责分工中重复列出。",
    },
    Constraint {
        name: "responsibilities_indicator_key",
        columns: "responsibilities.indicator_id, responsibilities.unit_id",
        field: "responsibilities",
        detail: "同一单位在职责分工中重复列出。",
    },
    Constraint {
        name: "observations_fact_key",
        columns: "observations.series_id, observations.period_end, observations.period_start, observations.basis, observations.figure, observations.vintage",
        field: "period",
        detail: "该观测值已存在。",
    },
    Constraint {
        name: "episodes_open_key",
        columns: "episodes.indicator_id",
        field: "indicator",
        detail: "该指标已有未解除的预警事项。",
    },
    Constraint {
        name: "letters_number_key",
        columns: "letters.mark, letters.year, letters.serial",
        field: "number",
        detail: "该发文字号已使用。",
    },
    Constraint {
        name: "letters_ladder_key",
        columns: "letters.follows_id, letters.ladder_step",
        field: "ladder_step",
        detail: "原函的这一步已经发函。",
    },
    Constraint {
        name: "letters_draft_key",
        columns: "letters.campaign_id, letters.unit_id, letters.kind",
        field: "unit",
        detail: "该单位已有同类函稿等待签发。",
    },
    Constraint {
        name: "letter_reports_first_key",
        columns: "letter_reports.indicator_id, letter_reports.period_end",
        field: "indicator",
        detail: "该期数据已经催报。",
    },
    Constraint {
        name: "deliveries_mailbox_key",
        columns: "deliveries.letter_id, deliveries.email",
        field: "email",
        detail: "该函已发往此邮箱。",
    },
    Constraint {
        name: "deliveries_message_id_key",
        columns: "deliveries.message_id",
        field: "message_id",
        detail: "该邮件编号已使用。",
    },
    Constraint {
        name: "notices_message_id_key",
        columns: "notices.message_id",
        field: "message_id",
        detail: "该邮件编号已使用。",
    },
    Constraint {
        name: "notices_digest_key",
        columns: "notices.email, notices.digest_on",
        field: "email",
        detail: "今日的通知汇总已经发往此邮箱。",
    },
    Constraint {
        name: "delivery_attempts_number_key",
        columns: "delivery_attempts.delivery_id, delivery_attempts.number",
        field: "number",
        detail: "该次投递已登记。",
    },
    Constraint {
        name: "slots_pkey",
        columns: "slots.job, slots.due_at",
        field: "due_at",
        detail: "该时段已登记。",
    },
    Constraint {
        name: "api_keys_hash_key",
        columns: "api_keys.key_hash",
        field: "key",
        detail: "该密钥已登记。",
    },
    Constraint {
        name: "sessions_secret_key",
        columns: "sessions.secret_hash",
        field: "session",
        detail: "该登录已登记。",
    },
    Constraint {
        name: "idempotency_keys_pkey",
        columns: "idempotency_keys.api_key_id, idempotency_keys.key",
        field: "Idempotency-Key",
        detail: "该幂等键正在使用。",
    },
    Constraint {
        name: "receipts_letter_key",
        columns: "receipts.letter_id",
        field: "letter",
        detail: "此函已签收。",
    },
    Constraint {
        name: "replies_ordinal_key",
        columns: "replies.letter_id, replies.ordinal",
        field: "letter",
        detail: "此函刚有人反馈，请刷新后再看。",
    },
    Constraint {
        name: "reviews_reply_key",
        columns: "reviews.reply_id",
        field: "reply",
        detail: "该反馈已审核。",
    },
    Constraint {
        name: "closures_letter_key",
        columns: "closures.letter_id",
        field: "letter",
        detail: "此函已销号。",
    },
    Constraint {
        name: "series_pair_key",
        columns: "series.measure_id, series.region_id",
        field: "measure",
        detail: "该序列已存在。",
    },
    Constraint {
        name: "revisions_number_key",
        columns: "revisions.subject, revisions.subject_id, revisions.revision",
        field: "revision",
        detail: "该版本已登记。",
    },
    Constraint {
        name: "campaign_curves_pkey",
        columns: "campaign_curves.campaign_id, campaign_curves.kind",
        field: "curves",
        detail: "同一目标类型在默认曲线中重复列出。",
    },
];

/// The constraint PostgreSQL names, or SQLite describes in `message`.
pub fn find(name: Option<&str>, message: &str) -> Option<&'static Constraint> {
    let columns = message.strip_prefix("UNIQUE constraint failed: ");
    CONSTRAINTS.iter().find(|known| name == Some(known.name) || columns == Some(known.columns))
}
