//! Targets and curves on the wire, shared by indicators and previews.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::api::State;
use crate::api::http::problem::{Code, Problem};
use crate::api::http::wire::{Amount, TextOr, Word, shorten};
use crate::domain::{
    Better, Comparator, Curve, Invalid, Kind, Measure, Node, Target, TextEnum as _, phrase, text_enum,
};
use crate::store::comparisons::Register;
use crate::store::types::Id;

/// What a target is compared with: a name, or which series.
pub type BenchmarkBody = TextOr<SeriesBody>;

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
    /// 对比对象：行政区代码或指标名称，或写明是哪一种
    benchmark: Option<BenchmarkBody>,
}

/// 对比对象：行政区或指标，写一种
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SeriesBody {
    /// 行政区代码，全国为100000
    #[schema(example = "100000")]
    pub region: Option<String>,
    /// 指标名称
    pub measure: Option<String>,
}

/// What a measure says where a target leaves it out: name, unit, which way is better.
#[derive(Debug, Clone, Copy)]
pub struct Of<'a> {
    /// Name of the measure.
    pub name: &'a str,
    /// Unit of its values.
    pub unit: &'a str,
    /// Which direction is good.
    pub better: Better,
}

impl<'a> Of<'a> {
    /// What `measure` says.
    pub fn measure(measure: &'a Measure) -> Self {
        Self { name: &measure.name, unit: &measure.unit, better: measure.better }
    }
}

impl TargetBody {
    /// What it is compared with, as it was written.
    pub fn benchmark(&self) -> Option<&BenchmarkBody> {
        self.benchmark.as_ref()
    }

    /// The checked promise on a measure.
    ///
    /// # Errors
    /// `Invalid` below `/target`.
    pub fn target(self, of: Of<'_>) -> Result<Target, Problem> {
        let target = match self.kind {
            Some(Word(kind)) => self.structured(kind, of)?,
            None => parsed(self.phrase.as_deref())?.held_by_growth(of.unit).none_in(of.unit),
        };
        let checked = target.checked().and_then(|target| target.factor_to(of.unit).map(|_| target));
        Ok(checked.map_err(|invalid| invalid.within("target"))?)
    }
}

impl TargetBody {
    /// Fills in what a trial may leave out and a record may not: a structure without a comparator promises at least (at
    /// most, where lower is better or for a cap); one without a unit is in the measure's, growth and comparisons in
    /// percent.
    #[must_use]
    pub fn with_usual(mut self, of: Of<'_>) -> Self {
        let (Some(Word(kind)), Some(_)) = (self.kind, self.value) else { return self };
        let usual = if self.value_hi.is_some() {
            Comparator::Range
        } else if of.better == Better::Lower || kind.row().limit {
            Comparator::AtMost
        } else {
            Comparator::AtLeast
        };
        self.comparator.get_or_insert(Word(usual));
        self.unit.get_or_insert_with(|| kind.row().usual_unit(of.unit).to_owned());
        self
    }

    fn structured(self, kind: Kind, of: Of<'_>) -> Result<Target, Problem> {
        let unit = self.unit.unwrap_or_default();
        let benchmark = match self.benchmark {
            None => None,
            Some(TextOr::Text(name)) => Some(name),
            Some(TextOr::Whole(series)) => match *series {
                SeriesBody { region: Some(name), measure: None }
                | SeriesBody { region: None, measure: Some(name) } => Some(name),
                _ => {
                    let detail = "对比对象请在region和measure中只写一个。";
                    return Err(Problem::at(Code::Invalid, "/target/benchmark", "one_of", detail));
                }
            },
        };
        Ok(Target {
            kind,
            comparator: self.comparator.map(|word| word.0),
            value: self.value.map(|amount| amount.0),
            value_hi: self.value_hi.map(|amount| amount.0),
            phrase: self.phrase.unwrap_or_else(|| spelled(of.name, kind, self.value, &unit)),
            unit,
            hedge: self.hedge,
            benchmark,
        })
    }
}

fn spelled(measure: &str, kind: Kind, value: Option<Amount>, unit: &str) -> String {
    let verb = if kind.row().promises_rate() { "增长" } else { "" };
    let value = value.map(|amount| amount.0.to_string()).unwrap_or_default();
    format!("{measure}{verb}{value}{unit}")
}

/// Refuses a comparison with something that is not there: it would be without a verdict for ever.
///
/// # Errors
/// `Invalid` at `/target/benchmark`.
pub async fn expect_benchmark(state: &State, target: Option<&Target>, own: (Id, Id)) -> Result<(), Problem> {
    let Some(target) = target.filter(|target| target.benchmark.is_some()) else { return Ok(()) };
    if Register::load(&state.office.store).await?.knows(target, own) {
        return Ok(());
    }
    let written = shorten(target.benchmark.as_deref().unwrap_or_default());
    let detail = format!(
        "没有可供对比的“{written}”：请写全国平均、全省平均、行政区或指标口径的名称；同上年比较请用增长目标。"
    );
    Err(Problem::at(Code::Invalid, "/target/benchmark", "unknown", detail))
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
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
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
