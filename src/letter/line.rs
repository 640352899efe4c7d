//! One indicator in a letter: the numbers that will be printed, each with its unit and places, and the words that say
//! how it stands.

use chrono::NaiveDate;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::changes::RestsOn;
use super::ground::{Ground, Retired};
use super::in_context::Run;
use super::node_line::NodeLine;
use super::serde_text;
use super::trend::Trend;
use xushi_domain::pace::NeededForm;
use xushi_domain::{Basis, Better, Figure, Grade, Kind, Level, Period, text_enum};

text_enum! {
    /// How an indicator stands, as far as it changes what a letter says of it and asks for.
    LineState "line_state" {
        /// No verdict, or a person's.
        Apart = "apart",
        /// Short of its way, not yet by enough to be called behind.
        Watch = "watch",
        /// Behind on its way.
        Behind = "behind",
        /// Short of what is due in full at any time: a rate, a comparison, a share to be held.
        Short = "short",
        /// Beyond a limit, and can still come back.
        OverLimit = "over_limit",
        /// Beyond a limit for good: what was counted does not become less.
        LimitBroken = "limit_broken",
        /// A milestone that is late.
        Late = "late",
        /// The window is over and the promise was not kept.
        Missed = "missed",
        /// The window is over, and the figure of its end is not reported.
        Unreported = "unreported",
        /// On pace, but not expected to make it.
        Foreseen = "foreseen",
        /// On pace.
        OnPace = "on_pace",
        /// The promise is kept.
        Reached = "reached",
        /// Taken off the plan (停用): nothing is asked of it any more.
        Retired = "retired",
    }
}

impl LineState {
    /// The state of a line frozen before states were.
    fn unknown() -> Self {
        Self::Behind
    }
}

/// One indicator in a letter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LetterLine {
    /// Number in the letter, from 1.
    pub ordinal: u32,
    /// Name of the measure.
    pub indicator: String,
    /// Region it is measured in.
    pub region: String,
    /// Sort of promise; chooses the wording (完成进度 for totals, 百分点 for growth).
    #[serde(with = "serde_text::word")]
    pub kind: Kind,
    /// Which direction is good for this promise: `Lower` under a limit or towards a lower value.
    #[serde(with = "serde_text::word")]
    pub better: Better,
    /// The promise in words, without the indicator's name.
    pub target_text: String,
    /// How it stands.
    #[serde(default = "LineState::unknown", with = "serde_text::word")]
    pub state: LineState,
    /// Its grade.
    #[serde(default, with = "serde_text::optional_word")]
    pub grade: Option<Grade>,
    /// Why it is warned of, where its grade alone does not say.
    #[serde(default)]
    pub ground: Option<Ground>,
    /// The level that its data call for now: a warning in force keeps its own when they call for less, or for none.
    #[serde(default, with = "serde_text::optional_word")]
    pub level: Option<Level>,
    /// Which figure was judged: growth is said in words of growth.
    #[serde(default, with = "serde_text::optional_word")]
    pub figure: Option<Figure>,
    /// Whether what is reported is of the window so far, of a period alone, or of a day.
    #[serde(default, with = "serde_text::optional_word")]
    pub basis: Option<Basis>,
    /// Days the promise is for.
    #[serde(default)]
    pub window: Option<Span>,
    /// Period of the data judged; for a 催报函 the period whose report is overdue.
    #[serde(default)]
    pub period: Option<Span>,
    /// Whether parts of the period were not reported, so that the value is the sum of those that were.
    #[serde(default)]
    pub partly_reported: bool,
    /// Days after the period that reports should be there for by now.
    #[serde(default)]
    pub unreported: Option<Span>,
    /// Whether so many places up were promised (前移1位): `target_value` is the place they come to.
    #[serde(default)]
    pub advances: bool,
    /// Latest period reported, for a 催报函.
    #[serde(default)]
    pub latest_period: Option<Span>,
    /// Day the overdue report was due, for a 催报函.
    #[serde(default)]
    pub report_due_on: Option<NaiveDate>,
    /// Reported value.
    #[serde(default)]
    pub actual: Option<Quantity>,
    /// Value due by the end of the period.
    #[serde(default)]
    pub expected: Option<Quantity>,
    /// What was promised, as a value of the same kind.
    #[serde(default)]
    pub target_value: Option<Quantity>,
    /// The far end of a promised range.
    #[serde(default)]
    pub target_hi: Option<Quantity>,
    /// Whether more (or less) than the promised value was promised (突破).
    #[serde(default)]
    pub strict: bool,
    /// Whether about so much was promised (左右).
    #[serde(default)]
    pub about: bool,
    /// By how much a value short of about so much still keeps the promise.
    #[serde(default)]
    pub tolerance: Option<Quantity>,
    /// Whether what is due grows over the window; otherwise the promise itself is due at any time.
    #[serde(default)]
    pub moves: bool,
    /// Whether the promise is a limit: kept by staying at or below it, not by coming down to it.
    #[serde(default)]
    pub limit: bool,
    /// Whether the value is a count from the window's start.
    #[serde(default)]
    pub adds_up: bool,
    /// Whether the value is the mean of the months from the window's start.
    #[serde(default)]
    pub averaged: bool,
    /// The series it is compared with, for such promises.
    #[serde(default)]
    pub other: Option<String>,
    /// Its value and the difference from it, where more than being above (or below) it was promised.
    #[serde(default)]
    pub against: Option<BenchmarkLine>,
    /// How much above (or below) it was promised.
    #[serde(default)]
    pub margin: Option<Quantity>,
    /// How far behind: positive lags, whichever direction is good; negative is ahead. It is the difference of
    /// `expected` and `actual` as printed; days for a milestone.
    #[serde(default)]
    pub shortfall: Option<Quantity>,
    /// The same in percent of a limit on an amount.
    #[serde(default)]
    pub shortfall_share: Option<Quantity>,
    /// How far behind in points of the year's target, for totals; sign as `shortfall`.
    #[serde(default)]
    pub shortfall_points: Option<Quantity>,
    /// Share of the way to the target done, percent.
    #[serde(default)]
    pub completion: Option<Quantity>,
    /// Share of the way to the target due, percent.
    #[serde(default)]
    pub completion_due: Option<Quantity>,
    /// Share of the year's total that was done by the same period of last year, percent.
    #[serde(default)]
    pub completion_last_year: Option<Quantity>,
    /// The node that binds, of a milestone.
    #[serde(default)]
    pub node: Option<NodeLine>,
    /// What is needed from here.
    #[serde(default)]
    pub need: Option<Need>,
    /// What a month brought on average so far, for totals.
    #[serde(default)]
    pub average_so_far: Option<Quantity>,
    /// Where the window is expected to end.
    #[serde(default)]
    pub forecast: Option<LineForecast>,
    /// Whole months from the end of the period to the end of the window; none where a part of a month is left.
    #[serde(default)]
    pub months_left: Option<u32>,
    /// Place among siblings.
    #[serde(default)]
    pub rank: Option<RankLine>,
    /// Averages and benchmarks it is compared with.
    #[serde(default)]
    pub benchmarks: Vec<BenchmarkLine>,
    /// Chinese word for the grade.
    pub grade_label: String,
    /// Chinese word for the curve that decided.
    #[serde(default)]
    pub curve_label: Option<String>,
    /// Periods in a row in this state (连续N期), for 解除函 periods in a row recovered.
    #[serde(default)]
    pub streak: Option<u32>,
    /// Periods in a row of growth or decline, where it is worth saying.
    #[serde(default)]
    pub sign: Option<Run>,
    /// Periods in a row above or below what it is compared with, or the region above.
    #[serde(default)]
    pub beside: Option<Run>,
    /// The rule that decided, as one phrase.
    #[serde(default)]
    pub rule_text: Option<String>,
    /// Inputs that were missing, one phrase each.
    #[serde(default)]
    pub missing: Vec<String>,
    /// Where stages of the reported value disagree: what each says and which one counts, without the full stop.
    #[serde(default)]
    pub stages: Option<String>,
    /// Its course through the window, for the chart; `None` when there is nothing to draw.
    #[serde(default)]
    pub trend: Option<Trend>,
    /// The tasks that promise it, in the order of the plan, where more than one does.
    #[serde(default)]
    pub tasks: Vec<String>,
    /// Since when and why it is taken off the plan, where it is.
    #[serde(default)]
    pub retired: Option<Retired>,
    /// What the line rests on; `None` in letters from before it was kept.
    #[serde(default)]
    pub rests_on: Option<RestsOn>,
}

/// What is needed from here to the window's end (后期要求). Two kinds have none: a milestone is late by so many days, and
/// what only a person judges has no number. Its figure is rounded to the safe side: who does what is
/// printed keeps the promise.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Need {
    /// What sort of requirement it is.
    #[serde(with = "serde_text::word")]
    pub form: NeededForm,
    /// Its number; none where that is not known.
    #[serde(default)]
    pub figure: Option<Quantity>,
    /// What is left altogether.
    #[serde(default)]
    pub left: Option<Quantity>,
    /// The value that keeps the promise at the window's end.
    #[serde(default)]
    pub end: Option<Quantity>,
    /// The far end of a range.
    #[serde(default)]
    pub end_hi: Option<Quantity>,
    /// Whether what is left is said altogether: a number for each month would ask for more than there is to do.
    #[serde(default)]
    pub altogether: bool,
    /// Whether the value to be kept is reached.
    #[serde(default)]
    pub met: bool,
}

/// Where an indicator is expected to end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LineForecast {
    /// At the window's end.
    pub value: Quantity,
    /// The lower end of the interval that holds the truth four times in five.
    pub low: Quantity,
    /// Its upper end.
    pub high: Quantity,
    /// The probability that the target will be missed, percent.
    pub p_miss: Quantity,
    /// Whether the forecast alone is why the line is here: by its pace it does not lag.
    pub decides: bool,
}

/// A number as it will be printed: rounded half away from zero to `places`, followed by `unit`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Quantity {
    /// Exact value.
    #[serde(with = "serde_text::decimal")]
    pub value: Decimal,
    /// Unit printed after it (`%`, `个百分点`, `万人`); may be empty.
    pub unit: String,
    /// Decimal places printed, 0–10.
    pub places: u32,
}

impl Quantity {
    /// A value in `unit`, printed with `places` decimals.
    pub fn new(value: Decimal, unit: impl Into<String>, places: u32) -> Self {
        Self { value, unit: unit.into(), places: places.min(10) }
    }
}

/// A closed span of days.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Span {
    /// First day.
    pub start: NaiveDate,
    /// Last day.
    pub end: NaiveDate,
}

impl From<Period> for Span {
    fn from(period: Period) -> Self {
        Self { start: period.start(), end: period.end() }
    }
}

/// Place `place` of `of` among `among` (`14个市州`), best first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RankLine {
    /// From 1.
    pub place: u32,
    /// Of how many; `None` where a published place does not say.
    #[serde(default)]
    pub of: Option<u32>,
    /// What they are (`市州`).
    pub among: String,
    /// What they are ordered by, where that is not the value that is printed: 完成进度, 增速.
    #[serde(default)]
    pub by: Option<String>,
}

/// A value to compare with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BenchmarkLine {
    /// What it is (`全省平均`, `全国`).
    pub name: String,
    /// Its value at the same period.
    pub value: Quantity,
    /// Actual minus its value, both as printed, in points or the measure's unit; whichever direction is good.
    pub gap: Quantity,
}

impl LetterLine {
    /// A line that knows nothing but what sort of promise it is about.
    pub fn bare(kind: Kind, better: Better) -> Self {
        Self {
            ordinal: 0,
            indicator: String::new(),
            region: String::new(),
            kind,
            better,
            target_text: String::new(),
            state: LineState::Apart,
            grade: None,
            ground: None,
            level: None,
            figure: None,
            basis: None,
            window: None,
            period: None,
            partly_reported: false,
            unreported: None,
            advances: false,
            latest_period: None,
            report_due_on: None,
            actual: None,
            expected: None,
            target_value: None,
            target_hi: None,
            strict: false,
            about: false,
            tolerance: None,
            moves: false,
            limit: false,
            adds_up: false,
            averaged: false,
            other: None,
            against: None,
            margin: None,
            shortfall: None,
            shortfall_share: None,
            shortfall_points: None,
            completion: None,
            completion_due: None,
            completion_last_year: None,
            node: None,
            need: None,
            average_so_far: None,
            forecast: None,
            months_left: None,
            rank: None,
            benchmarks: Vec::new(),
            grade_label: String::new(),
            curve_label: None,
            streak: None,
            sign: None,
            beside: None,
            rule_text: None,
            missing: Vec::new(),
            stages: None,
            trend: None,
            tasks: Vec::new(),
            retired: None,
            rests_on: None,
        }
    }
}
