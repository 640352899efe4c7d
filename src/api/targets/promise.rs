//! Targets and curves on the wire, shared by indicators and previews.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::api::http::wire::{Amount, TextOr, Word};
use crate::domain::invalid::shorten;
use crate::domain::{
    Comparator, Curve, CurveKind, Invalid, Kind, Node, Target, TextEnum as _, WrittenBenchmark, WrittenTarget,
};

type ComparatorWord = Word<Comparator>;
type CurveKindWord = Word<CurveKind>;
type KindWord = Word<Kind>;

/// What a target is compared with: a name, or which series.
pub type BenchmarkBody = TextOr<SeriesBody>;

/// 目标：写明结构，或只写phrase由系统解析
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TargetBody {
    /// 目标类型；不写时按phrase解析
    #[schema(example = "growth")]
    kind: Option<KindWord>,
    /// 比较符
    #[schema(example = ">=")]
    comparator: Option<ComparatorWord>,
    /// 目标值
    value: Option<Amount>,
    /// 区间上限
    value_hi: Option<Amount>,
    /// 目标值的单位，原文写法
    #[schema(example = "%")]
    unit: Option<String>,
    /// 力争、以上等限定词
    hedge: Option<String>,
    /// 目标原文；只写这一项时由系统解析
    #[schema(example = "社会消费品零售总额增长5.5%以上")]
    phrase: Option<String>,
    /// 对比对象：行政区代码或指标名称，或写明是哪一种
    benchmark: Option<BenchmarkBody>,
}

/// 对比对象：行政区或指标，写一种
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SeriesBody {
    /// 行政区代码，全国为100000
    #[schema(example = "100000")]
    region: Option<String>,
    /// 指标名称
    measure: Option<String>,
}

impl From<TargetBody> for WrittenTarget {
    fn from(body: TargetBody) -> Self {
        let benchmark = |written: BenchmarkBody| match written {
            TextOr::Text(name) => WrittenBenchmark::Named(name),
            TextOr::Whole(series) => {
                let SeriesBody { region, measure } = *series;
                WrittenBenchmark::Series { region, measure }
            }
        };
        Self {
            kind: body.kind.map(|word| word.0),
            comparator: body.comparator.map(|word| word.0),
            value: body.value.map(|amount| amount.0),
            value_hi: body.value_hi.map(|amount| amount.0),
            unit: body.unit,
            hedge: body.hedge,
            phrase: body.phrase,
            benchmark: body.benchmark.map(benchmark),
        }
    }
}

/// 目标
#[derive(Debug, Serialize, ToSchema)]
pub struct TargetView {
    /// 目标类型
    kind: KindWord,
    /// 比较符
    comparator: Option<ComparatorWord>,
    /// 目标值
    value: Option<Amount>,
    /// 区间上限
    value_hi: Option<Amount>,
    /// 目标值的单位
    unit: String,
    /// 力争、以上等限定词
    hedge: Option<String>,
    /// 目标原文
    phrase: String,
    /// 对比对象
    benchmark: Option<String>,
}

impl From<Target> for TargetView {
    fn from(target: Target) -> Self {
        Self {
            kind: Word(target.kind),
            comparator: target.comparator.map(Word),
            value: target.value.map(Amount),
            value_hi: target.value_hi.map(Amount),
            unit: target.unit,
            hedge: target.hedge,
            phrase: target.phrase,
            benchmark: target.benchmark,
        }
    }
}

/// 序时曲线
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, try_from = "CurveFields")]
pub struct CurveBody {
    /// 曲线：按月、按日、上年同期、历年平均、节点
    #[schema(example = "linear_months")]
    kind: CurveKindWord,
    /// 历年平均的年数，2至10
    #[serde(skip_serializing_if = "Option::is_none")]
    years: Option<u32>,
    /// 节点，按日期先后
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    nodes: Vec<NodeBody>,
}

/// A curve as it is written, before it is known whether its parts go together.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CurveFields {
    kind: Word<CurveKind>,
    years: Option<u32>,
    nodes: Option<Vec<NodeBody>>,
}

impl TryFrom<CurveFields> for CurveBody {
    type Error = &'static str;

    fn try_from(fields: CurveFields) -> Result<Self, Self::Error> {
        let CurveFields { kind, years, nodes } = fields;
        if years.is_some() && kind.0 != CurveKind::MeanYears {
            return Err("years只用于历年平均（mean_years），请删除。");
        }
        if nodes.is_some() && kind.0 != CurveKind::Nodes {
            return Err("nodes只用于节点（nodes），请删除。");
        }
        Ok(Self { kind, years, nodes: nodes.unwrap_or_default() })
    }
}

/// 曲线节点
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NodeBody {
    /// 日期
    on: NaiveDate,
    /// 到此日应完成的比例，0至1
    fraction: Amount,
}

impl CurveBody {
    /// A curve by its name alone; means of several years and nodes need more than a name.
    ///
    /// # Errors
    /// `Invalid` at `/curve` for an unknown name.
    pub fn named(name: &str) -> Result<Self, Invalid> {
        let kind = CurveKind::parse(name).ok_or_else(|| {
            let known: Vec<_> = CurveKind::ALL.iter().map(|kind| kind.as_str()).collect();
            let detail = format!("没有名为“{}”的序时曲线，可用：{}。", shorten(name), known.join("、"));
            Invalid::new("curve", "unknown", detail)
        })?;
        Ok(Self { kind: Word(kind), years: None, nodes: Vec::new() })
    }
}

impl From<CurveBody> for Curve {
    /// The curve as it was written; it is not checked yet.
    fn from(body: CurveBody) -> Self {
        match body.kind.0 {
            CurveKind::LinearMonths => Self::LinearMonths,
            CurveKind::LinearDays => Self::LinearDays,
            CurveKind::LastYear => Self::LastYear,
            CurveKind::MeanYears => Self::MeanYears(body.years.unwrap_or(0)),
            CurveKind::Nodes => {
                let node = |node: NodeBody| Node { on: node.on, fraction: node.fraction.0 };
                Self::Nodes(body.nodes.into_iter().map(node).collect())
            }
        }
    }
}

impl From<Curve> for CurveBody {
    fn from(curve: Curve) -> Self {
        let kind = Word(curve.kind());
        let body = |node: Node| NodeBody { on: node.on, fraction: Amount(node.fraction) };
        let (years, nodes) = match curve {
            Curve::MeanYears(years) => (Some(years), Vec::new()),
            Curve::Nodes(nodes) => (None, nodes.into_iter().map(body).collect()),
            Curve::LinearMonths | Curve::LinearDays | Curve::LastYear => (None, Vec::new()),
        };
        Self { kind, years, nodes }
    }
}
