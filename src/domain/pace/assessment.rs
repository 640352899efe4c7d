//! What an assessment says.

use chrono::NaiveDate;
use rust_decimal::Decimal;
use uuid::Uuid;

use crate::{Basis, CurveKind, DoubtSet, Figure, Grade, Kind, Period, text_enum};

use super::{Forecast, Missing, MissingSet, Needed, Ratio};

text_enum! {
    /// The rule that decided a grade.
    RuleId "rule" {
        /// The target itself is met.
        TargetReached = "target_reached",
        /// The window is over.
        WindowOver = "window_over",
        /// Points of the window's work.
        ProgressPoints = "progress_points",
        /// Percent of the amount due.
        ProgressRatio = "progress_ratio",
        /// Percentage points of a rate.
        RatePoints = "rate_points",
        /// Places among siblings.
        Places = "places",
        /// Growth against plan, average and zero.
        BenchmarkSign = "benchmark_sign",
        /// Days late.
        DaysLate = "days_late",
        /// The sign of the change.
        Sign = "sign",
        /// Equal where more was promised (突破、高于).
        NotAbove = "not_above",
        /// Beyond the far end of a range, where more is better: no shortfall, but worth a look.
        BeyondRange = "beyond_range",
        /// A limit for the whole window is exceeded by what has been added up and cannot fall.
        LimitUsedUp = "limit_used_up",
        /// A person's verdict.
        Person = "person",
        /// No verdict: not started, no target, no data, or an overdue report.
        Apart = "apart",
    }
}

impl RankBy {
    /// What regions were ordered by, in words officials read.
    pub fn chinese(self) -> &'static str {
        match self {
            Self::Published => "已公布位次",
            Self::Value => "指标值",
            Self::Completion => "目标完成率",
            Self::Growth => "同比增速",
        }
    }
}

impl RuleId {
    /// The rule in words officials read.
    pub fn chinese(self) -> &'static str {
        match self {
            Self::TargetReached => "目标已达到",
            Self::WindowOver => "目标期已满，按是否达到目标定级",
            Self::ProgressPoints => "按落后序时进度的百分点定级",
            Self::ProgressRatio => "按欠应达量的百分比定级",
            Self::RatePoints => "按低于目标的百分点定级",
            Self::Places => "按落后的位次定级",
            Self::BenchmarkSign => "按目标、平均水平和正负增长定级",
            Self::DaysLate => "按逾期天数定级",
            Self::Sign => "按升降方向定级",
            Self::NotAbove => "目标要求高于，持平为关注",
            Self::BeyondRange => "超出区间上限，请核对是否允许",
            Self::LimitUsedUp => "已超出全期限额，累计数不会回落",
            Self::Person => "按人工评定",
            Self::Apart => "不作评定",
        }
    }
}

/// The rule that decided, and the number it was applied to. The pack's name and version are the caller's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rule {
    /// Which rule.
    pub id: RuleId,
    /// The shortfall held against the thresholds, after 力争 and 左右, in the rule's unit; negative for a surplus.
    pub shortfall: Option<Decimal>,
    /// Whether the grade was held because the shortfall has not yet fallen back far enough to lift it.
    pub held: bool,
}

/// A comparison with another series at the same period.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BenchmarkGap {
    /// What it is compared with.
    pub name: String,
    /// Its value, in the judged figure's unit.
    pub value: Decimal,
    /// Signed so that positive is good: own less its value, turned round when lower is better.
    pub gap: Decimal,
}

/// A place among sibling regions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rank {
    /// From 1, the best; equals share a place.
    pub position: usize,
    /// Of how many: those that reported, this region included; of a published place as it was published, `None` where it was
    /// not.
    pub of: Option<usize>,
    /// What the regions were ordered by.
    pub by: RankBy,
}

text_enum! {
    /// What a place among regions rests on.
    RankBy "rank_by" {
        /// It was published.
        Published = "published",
        /// The judged value: rates and shares.
        Value = "value",
        /// The part of each region's own target that is done.
        Completion = "completion",
        /// Growth, where amounts themselves say nothing.
        Growth = "growth",
    }
}

/// Differences of the judged value, in its own unit (percentage points for rates); not turned round.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Change {
    /// Since the period before.
    pub previous: Option<Decimal>,
    /// Since the same period of last year.
    pub last_year: Option<Decimal>,
    /// Since the end of last year.
    pub year_end: Option<Decimal>,
}

text_enum! {
    /// Where the share in `needed_growth` was taken from.
    ShareFrom "share_from" {
        /// Last year's own values.
        Observations = "observations",
        /// The indicator's curve.
        Curve = "curve",
        /// Months: each counts the same.
        Months = "months",
    }
}

/// An assessment (研判): the verdict on one indicator as of one date. Fractions are of one, not percent, and are divided
/// when read ([`Ratio::value`]). What cannot be known is `None`, with the reason in `missing`.
#[derive(Debug, Clone, PartialEq)]
pub struct Assessment {
    /// The verdict.
    pub grade: Grade,
    /// The latest period with an actual value.
    pub data_period: Option<Period>,
    /// The period the value judged is of, where that is not `data_period`: of a promise of each month the month that breaks it.
    pub of_period: Option<Period>,
    /// The vintage of that value.
    pub observation: Option<Uuid>,
    /// The figure judged: in which unit the numbers stand ([`KindRow::printed_units`](crate::KindRow::printed_units)).
    pub figure: Option<Figure>,
    /// Whether the value judged was reported as year to date, period alone or stock.
    pub basis: Option<Basis>,
    /// The value judged: since the window's start for amounts, as reported otherwise.
    pub actual: Option<Decimal>,
    /// Where it should stand at the end of `data_period`; for a range, the end that binds.
    pub expected: Option<Ratio>,
    /// The far end of a range.
    pub expected_hi: Option<Ratio>,
    /// Actual against expected in the measure's unit (days for milestones); positive is good, whichever way is better.
    pub gap: Option<Ratio>,
    /// The same in percentage points: of a rate, or of the window's work.
    pub gap_points: Option<Ratio>,
    /// The part of the way that is done: (actual − start) ÷ (target − start), from the same start as `due_fraction`. None
    /// for what has no way: a flat limit, a rate, a comparison, a trend; nor without a known start.
    pub completion: Option<Ratio>,
    /// F(p) of the curve used.
    pub due_fraction: Option<Ratio>,
    /// Elapsed months over all months.
    pub linear_pace: Option<Ratio>,
    /// Last year's share at the same period.
    pub last_year_pace: Option<Ratio>,
    /// The curve that gave `due_fraction`.
    pub curve_used: Option<CurveKind>,
    /// The kind whose rules are applied, where that is not the promise's own: a limit that a stock is to come down to is the end
    /// of a way ([`Kind::Level`]), days to be reached that are counted are a sum ([`Kind::Total`]).
    pub judged_as: Option<Kind>,
    /// Whether the value judged is the mean of the months of the window so far.
    pub averaged: bool,
    /// What each remaining month must add, or may add under a limit; 0 when nothing more is needed.
    pub needed_per_month: Option<Ratio>,
    /// What each month so far has added.
    pub average_per_month: Option<Ratio>,
    /// The growth rate the remainder of the window needs, percent.
    pub needed_growth: Option<Ratio>,
    /// Where its share was taken from.
    pub share_from: Option<ShareFrom>,
    /// What is needed from here; none when the window is over, a limit is broken, or nothing is needed any more.
    pub needed: Option<Needed>,
    /// The parent region, then the named series, that have a value at the same period.
    pub benchmarks: Vec<BenchmarkGap>,
    /// Place among siblings.
    pub rank: Option<Rank>,
    /// Periods in a row, ending with `data_period`, on or above the line (positive) or below it (negative);
    /// January–February published as one counts once.
    pub streak: i32,
    /// Periods in a row graded `watch` or worse, this one included.
    pub run: u32,
    /// Differences to earlier periods.
    pub change: Change,
    /// Whether a report is overdue by the measure's release day, whatever the grade; without a target none is.
    pub overdue: bool,
    /// Whether a report is overdue by the usual day only, because nobody set a release day (or its calendar is not out): it
    /// takes a green grade away and calls for no letter.
    pub overdue_by_default: bool,
    /// Whether the window ended before the day asked for.
    pub ended: bool,
    /// The days after `data_period` that reports should be there for by now.
    pub unreported: Option<Period>,
    /// Where the window will end, where the kind and the past years allow a forecast. No grade rests on it.
    pub forecast: Option<Forecast>,
    /// What a forecast lacked, for the kinds that can have one.
    pub forecast_lacks: Option<Missing>,
    /// Inputs that were missing.
    pub missing: MissingSet,
    /// What is odd about the facts it rests on.
    pub doubts: DoubtSet,
    /// The rule that decided.
    pub rule: Rule,
    /// Whether what was achieved stays so whatever is reported later.
    pub stays: bool,
}

impl Assessment {
    /// Nothing known yet.
    pub(super) fn empty() -> Self {
        Self {
            grade: Grade::NoData,
            data_period: None,
            of_period: None,
            observation: None,
            figure: None,
            basis: None,
            actual: None,
            expected: None,
            expected_hi: None,
            gap: None,
            gap_points: None,
            completion: None,
            due_fraction: None,
            linear_pace: None,
            last_year_pace: None,
            curve_used: None,
            judged_as: None,
            averaged: false,
            needed_per_month: None,
            average_per_month: None,
            needed_growth: None,
            share_from: None,
            needed: None,
            benchmarks: Vec::new(),
            rank: None,
            streak: 0,
            run: 0,
            change: Change::default(),
            overdue: false,
            overdue_by_default: false,
            ended: false,
            unreported: None,
            forecast: None,
            forecast_lacks: None,
            missing: MissingSet::default(),
            doubts: DoubtSet::default(),
            rule: Rule { id: RuleId::Apart, shortfall: None, held: false },
            stays: false,
        }
    }
}

/// An earlier verdict of the same indicator, as it was recorded then.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Past {
    /// End of the period it judged.
    pub period_end: NaiveDate,
    /// The verdict.
    pub grade: Grade,
}
