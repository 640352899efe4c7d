//! Documents on the wire: their heads, what was read out of them, and what a person says when one is adopted.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::api::http::wire::Word;
use crate::api::imports::intake_views::{ReadFigureView, ReadPlanItemView, UnreadView};
use crate::domain::DocumentKind;
use crate::office::intake::{DocumentProposal, OfferOutcome, PlanItemOutcome, PlanSeat};
use crate::office::rows::DocumentRow;

type DocumentKindWord = Word<DocumentKind>;

/// 来文
#[derive(Debug, Serialize, ToSchema)]
pub struct DocumentView {
    /// 编号
    pub(super) id: Uuid,
    /// 文件名
    file_name: String,
    /// 读作方案plan或报告report
    kind: DocumentKindWord,
    /// 标题
    title: Option<String>,
    /// 所关行政区
    region_id: Uuid,
    /// 大小，字节
    size: i32,
    /// 文件的SHA-256
    sha256: String,
    /// 收到时间
    received_at: DateTime<Utc>,
    /// 送入者的密钥编号
    received_by: Option<Uuid>,
    /// 首次采用的时间；为null表示尚未采用
    adopted_at: Option<DateTime<Utc>>,
    /// 采用者的密钥编号
    adopted_by: Option<Uuid>,
    /// 自此日起停用
    retired_on: Option<NaiveDate>,
    /// 停用的理由
    retired_reason: Option<String>,
    /// 最近修改时间
    updated_at: DateTime<Utc>,
}

impl From<DocumentRow> for DocumentView {
    fn from(row: DocumentRow) -> Self {
        Self {
            id: row.id.0,
            file_name: row.file_name,
            kind: Word(row.kind.0),
            title: row.title,
            region_id: row.region_id.0,
            size: row.size,
            sha256: row.sha256,
            received_at: row.received_at.and_utc(),
            received_by: row.received_by.map(|id| id.0),
            adopted_at: row.adopted_at.map(|at| at.and_utc()),
            adopted_by: row.adopted_by.map(|id| id.0),
            retired_on: row.retired_on,
            retired_reason: row.retired_reason,
            updated_at: row.updated_at.and_utc(),
        }
    }
}

/// 方案将成为的攻坚行动
#[derive(Debug, Serialize, ToSchema)]
pub struct PlanSeatView {
    /// 名称
    name: String,
    /// 文号
    doc_no: Option<String>,
    /// 发文机关；新建而为null的，采用时须写明
    issuer: Option<String>,
    /// 函的机关代字；文件中没有，新建时须写明
    letter_mark: Option<String>,
    /// 起始日
    starts_on: NaiveDate,
    /// 结束日
    ends_on: NaiveDate,
}

impl From<PlanSeat> for PlanSeatView {
    fn from(seat: PlanSeat) -> Self {
        Self {
            name: seat.name,
            doc_no: seat.doc_no,
            issuer: seat.issuer,
            letter_mark: seat.letter_mark,
            starts_on: seat.starts_on,
            ends_on: seat.ends_on,
        }
    }
}

/// 拟稿：从来文中读出的内容，逐项与已有的比较；采用之前不作数
#[derive(Debug, Serialize, ToSchema)]
pub struct ProposalView {
    /// 来文
    document: DocumentView,
    /// 方案将成为的攻坚行动
    campaign: Option<PlanSeatView>,
    /// 本次是否已采用
    written: bool,
    /// 新增
    created: usize,
    /// 有变化
    updated: usize,
    /// 相同
    unchanged: usize,
    /// 须先处理的：不合要求、前后不一、没有登记
    refused: usize,
    /// 方案的各项
    plan: Vec<ReadPlanItemView>,
    /// 报告的数据
    figures: Vec<ReadFigureView>,
    /// 没有读懂的文字，及其位置
    unread: Vec<UnreadView>,
}

impl ProposalView {
    pub(super) fn of(document: DocumentRow, proposal: DocumentProposal) -> Self {
        let things =
            |wanted: PlanItemOutcome| proposal.plan.iter().filter(|item| item.outcome == wanted).count();
        let offers =
            |wanted: OfferOutcome| proposal.figures.iter().filter(|offer| offer.outcome == wanted).count();
        let stands = proposal.plan.iter().filter(|item| item.outcome.is_in_the_way()).count()
            + proposal.figures.iter().filter(|offer| offer.outcome.is_in_the_way()).count();
        Self {
            document: document.into(),
            written: proposal.written,
            created: things(PlanItemOutcome::Created) + offers(OfferOutcome::Created),
            updated: things(PlanItemOutcome::Updated) + offers(OfferOutcome::Updated),
            unchanged: things(PlanItemOutcome::Unchanged) + offers(OfferOutcome::Unchanged),
            refused: stands,
            campaign: proposal.seat.map(PlanSeatView::from),
            plan: proposal.plan.into_iter().map(ReadPlanItemView::from).collect(),
            figures: proposal.figures.into_iter().map(ReadFigureView::from).collect(),
            unread: proposal.unread.into_iter().map(UnreadView::from).collect(),
        }
    }
}

/// 采用来文；各项都可以不写
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AdoptDocument {
    /// 方案录入哪个已有的攻坚行动：id、文号或名称；不写时按文件名称和年份新建或认出
    pub(super) campaign: Option<String>,
    /// 新建的攻坚行动的名称，默认按文件
    pub(super) name: Option<String>,
    /// 新建的攻坚行动的发文机关，默认按文件
    pub(super) issuer: Option<String>,
    /// 新建的攻坚行动的函的机关代字；新建时须写明
    #[schema(example = "湘攻坚函")]
    pub(super) letter_mark: Option<String>,
    /// 起始日，默认文件所属年份的1月1日
    pub(super) starts_on: Option<NaiveDate>,
    /// 结束日，默认文件所属年份的12月31日
    pub(super) ends_on: Option<NaiveDate>,
    /// 数据的公布日期，默认报告的日期
    pub(super) published_on: Option<NaiveDate>,
    /// 没有登记的责任单位和指标口径是否随方案新建，默认true
    #[serde(default = "yes")]
    pub(super) new_names: bool,
    /// 责任单位的对应：原文写法→id、信用代码或名称
    #[serde(default)]
    pub(super) units: BTreeMap<String, String>,
    /// 指标口径的对应：原文写法→id、名称或别名
    #[serde(default)]
    pub(super) measures: BTreeMap<String, String>,
    /// 不采用的各项的代号（拟稿中的key）
    #[serde(default)]
    pub(super) leave_out: BTreeSet<String>,
    /// true时跳过不合要求的各项、采用其余；默认false，有一项不合要求则全部不采用
    #[serde(default)]
    pub(super) skip_refused: bool,
    /// true为试运行：只报告结果，不写入
    #[serde(default)]
    pub(super) dry_run: bool,
    /// 修改已有内容的理由
    pub(super) reason: Option<String>,
}

fn yes() -> bool {
    true
}
