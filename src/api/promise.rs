//! Targets and curves on the wire, shared by indicators and previews.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::problem::{Code, Problem};
use super::wire::{Amount, Word};
use crate::domain::{Comparator, Curve, Invalid, Kind, Node, Target, phrase, text_enum};

/// 目标：写明结构，或只写phrase由系统解析
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TargetBody {
    /// 目标类型；不写时按phrase解析
    #[schema(value_type = Option<String>, example = "growth")]
    kind: Option<Word<Kind>>,
    /// 比较符
    #[schema(value_type = Option<String>, example = ">=")]
    comparator: Option<Word<Comparator>>,
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
    /// 对比对象：行政区代码或指标名称
    benchmark: Option<String>,
}

impl TargetBody {
    /// The checked promise on a measure in `measure_unit`.
    pub fn target(self, measure: &str, measure_unit: &str) -> Result<Target, Problem> {
        let target = match self.kind {
            Some(kind) => Target {
                kind: kind.0,
                comparator: self.comparator.map(|word| word.0),
                value: self.value.map(|amount| amount.0),
                value_hi: self.value_hi.map(|amount| amount.0),
                phrase: self
                    .phrase
                    .unwrap_or_else(|| spelled(measure, kind.0, self.value, self.unit.as_deref())),
                unit: self.unit.unwrap_or_default(),
                hedge: self.hedge,
                benchmark: self.benchmark,
            },
            None => parsed(self.phrase.as_deref())?,
        };
        let checked = target.checked().and_then(|target| target.factor_to(measure_unit).map(|_| target));
        Ok(checked.map_err(|invalid| invalid.within("target"))?)
    }
}

fn spelled(measure: &str, kind: Kind, value: Option<Amount>, unit: Option<&str>) -> String {
    let verb = if kind == Kind::Growth { "增长" } else { "" };
    let value = value.map(|amount| amount.0.to_string()).unwrap_or_default();
    format!("{measure}{verb}{value}{}", unit.unwrap_or_default())
}

/// The one target a phrase holds; two, or none, are not guessed at.
fn parsed(text: Option<&str>) -> Result<Target, Problem> {
    let at = |rule, detail: &str| Problem::at(Code::Invalid, "/target/phrase", rule, detail);
    let Some(text) = text else {
        return Err(Problem::at(
            Code::Invalid,
            "/target/kind",
            "required",
            "目标须写明kind，或只写phrase由系统解析。",
        ));
    };
    let mut found = phrase::parse(text).targets;
    match (found.pop(), found.is_empty()) {
        (Some(one), true) => Ok(Target {
            kind: one.kind,
            comparator: one.comparator,
            value: one.value,
            value_hi: one.value_hi,
            unit: one.unit,
            hedge: one.hedge,
            phrase: text.trim().to_owned(),
            benchmark: one.benchmark,
        }),
        (Some(_), false) => Err(at("ambiguous", "这句话含有多个目标，请分成多个指标填写。")),
        (None, _) => Err(at("unparsed", "未能从这句话中读出目标，请改写kind、value、unit等结构。")),
    }
}

/// 目标
#[derive(Debug, Serialize, ToSchema)]
pub struct TargetView {
    /// 目标类型
    #[schema(value_type = String)]
    kind: Word<Kind>,
    /// 比较符
    #[schema(value_type = Option<String>)]
    comparator: Option<Word<Comparator>>,
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

text_enum! {
    /// Curves by name.
    CurveKind "curve" {
        /// Elapsed months.
        LinearMonths = "linear_months",
        /// Elapsed days.
        LinearDays = "linear_days",
        /// Last year's share.
        LastYear = "last_year",
        /// Mean share of several years.
        MeanYears = "mean_years",
        /// Dated fractions.
        Nodes = "nodes",
    }
}

/// 序时曲线
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CurveBody {
    /// 曲线：按月、按日、上年同期、历年平均、节点
    #[schema(value_type = String, example = "linear_months")]
    kind: Word<CurveKind>,
    /// 历年平均的年数，2至10
    #[serde(skip_serializing_if = "Option::is_none")]
    years: Option<u32>,
    /// 节点，按日期先后
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    nodes: Vec<NodeBody>,
}

/// 曲线节点
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NodeBody {
    /// 日期
    on: NaiveDate,
    /// 到此日应完成的比例，0至1
    fraction: Amount,
}

impl CurveBody {
    /// The checked curve.
    pub fn curve(self) -> Result<Curve, Invalid> {
        match self.kind.0 {
            CurveKind::LinearMonths => Ok(Curve::LinearMonths),
            CurveKind::LinearDays => Ok(Curve::LinearDays),
            CurveKind::LastYear => Ok(Curve::LastYear),
            CurveKind::MeanYears => Curve::mean_years(self.years.unwrap_or(0)),
            CurveKind::Nodes => Curve::nodes(
                self.nodes.into_iter().map(|node| Node { on: node.on, fraction: node.fraction.0 }).collect(),
            ),
        }
    }
}

impl From<Curve> for CurveBody {
    fn from(curve: Curve) -> Self {
        let (kind, years, nodes) = match curve {
            Curve::LinearMonths => (CurveKind::LinearMonths, None, Vec::new()),
            Curve::LinearDays => (CurveKind::LinearDays, None, Vec::new()),
            Curve::LastYear => (CurveKind::LastYear, None, Vec::new()),
            Curve::MeanYears(years) => (CurveKind::MeanYears, Some(years), Vec::new()),
            Curve::Nodes(nodes) => {
                let body = |node: Node| NodeBody { on: node.on, fraction: Amount(node.fraction) };
                (CurveKind::Nodes, None, nodes.into_iter().map(body).collect())
            }
        };
        Self { kind: Word(kind), years, nodes }
    }
}
