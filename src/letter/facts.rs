//! What a letter says, frozen: everything printed comes from here and from the templates, nothing else.
//!
//! Facts are kept as JSON. Numbers are exact decimals with their unit and the places to print, so that the
//! same facts give the same letter on any day.

use chrono::NaiveDate;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::{LetterError, wire};
use xushi_domain::{Better, Handling, Invalid, Kind, LetterKind, LetterNumber, Level, Period};

/// Most indicators one letter may list: one letter carries all of a unit's, even in a storm.
pub const LINES_MAX: usize = 5_000;

/// Everything a letter shows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LetterFacts {
    /// What the letter is for; chooses the templates.
    #[serde(with = "wire::word")]
    pub kind: LetterKind,
    /// Level of a warning; `None` for the other kinds.
    #[serde(default, with = "wire::optional_word")]
    pub level: Option<Level>,
    /// How far an unanswered matter has climbed with this letter; `None` for one that no step of the ladder brought.
    #[serde(default, with = "wire::optional_word")]
    pub handling: Option<Handling>,
    /// Document number; `None` while a draft waits for approval.
    #[serde(default, with = "wire::optional_number")]
    pub number: Option<LetterNumber>,
    /// Name of the campaign the indicators belong to.
    pub campaign: String,
    /// Title of the plan document, without 《》.
    #[serde(default)]
    pub doc_title: Option<String>,
    /// Number of the plan document (文号).
    #[serde(default)]
    pub doc_no: Option<String>,
    /// Who sends the letter (发文机关).
    pub issuer: String,
    /// Unit it is addressed to (主送).
    pub addressee: String,
    /// Units that receive a copy (抄送).
    #[serde(default)]
    pub copied: Vec<String>,
    /// Date of the letter.
    pub issued_on: NaiveDate,
    /// Day the verdicts hold for.
    pub as_of: NaiveDate,
    /// Where the data come from, as one phrase.
    #[serde(default)]
    pub source: Option<String>,
    /// By when an answer is due; `None` when none is asked for.
    #[serde(default)]
    pub reply: Option<ReplyTerms>,
    /// Whom to ask.
    #[serde(default)]
    pub contact: LetterContact,
    /// `http(s)` address where the letter is received and answered; never printed in the paper form.
    #[serde(default)]
    pub reply_link: Option<String>,
    /// The letter this one follows.
    #[serde(default)]
    pub follow_up_of: Option<EarlierLetter>,
    /// The indicators, 1..=[`LINES_MAX`], in the order printed.
    pub lines: Vec<LetterLine>,
}

/// When an answer is due.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReplyTerms {
    /// Last day for the answer.
    pub by: NaiveDate,
    /// How many working days that leaves.
    pub working_days: u32,
}

/// The person a unit may ask; what is unknown is left out of the letter.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LetterContact {
    /// Name.
    #[serde(default)]
    pub name: Option<String>,
    /// Telephone as dialled.
    #[serde(default)]
    pub phone: Option<String>,
    /// E-mail address.
    #[serde(default)]
    pub email: Option<String>,
}

/// A letter sent before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EarlierLetter {
    /// Its number.
    #[serde(with = "wire::number")]
    pub number: LetterNumber,
    /// Its date.
    pub issued_on: NaiveDate,
    /// When its answer was due.
    #[serde(default)]
    pub reply_by: Option<NaiveDate>,
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
    #[serde(with = "wire::word")]
    pub kind: Kind,
    /// Which direction is good.
    #[serde(with = "wire::word")]
    pub better: Better,
    /// The promise as written.
    pub target_text: String,
    /// Period of the data judged; for a 催报函 the period whose report is overdue.
    #[serde(default)]
    pub period: Option<Span>,
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
    /// How far behind: positive lags, whichever direction is good; negative is ahead.
    #[serde(default)]
    pub shortfall: Option<Quantity>,
    /// How far behind in points of the year's target, for totals; sign as `shortfall`.
    #[serde(default)]
    pub shortfall_points: Option<Quantity>,
    /// Share of the year's target done, percent.
    #[serde(default)]
    pub completion: Option<Quantity>,
    /// Share of the year's target due, percent.
    #[serde(default)]
    pub completion_due: Option<Quantity>,
    /// Share of the year's total that was done by the same period of last year, percent.
    #[serde(default)]
    pub completion_last_year: Option<Quantity>,
    /// What each remaining month must bring (totals) or the rate the rest of the year must reach.
    #[serde(default)]
    pub needed: Option<Quantity>,
    /// What a month brought on average so far, for totals.
    #[serde(default)]
    pub average_so_far: Option<Quantity>,
    /// Where the window is expected to end.
    #[serde(default)]
    pub forecast: Option<LineForecast>,
    /// Months from the end of the period to the end of the window.
    #[serde(default)]
    pub months_left: Option<u32>,
    /// Place among siblings.
    #[serde(default)]
    pub rank: Option<Rank>,
    /// Averages and benchmarks it is compared with.
    #[serde(default)]
    pub benchmarks: Vec<Benchmark>,
    /// Chinese word for the grade.
    pub grade_label: String,
    /// Chinese word for the curve that decided.
    #[serde(default)]
    pub curve_label: Option<String>,
    /// Periods in a row in this state (连续N期), for 解除函 periods in a row recovered.
    #[serde(default)]
    pub streak: Option<u32>,
    /// The rule that decided, as one phrase.
    #[serde(default)]
    pub rule_text: Option<String>,
    /// Inputs that were missing, one phrase each.
    #[serde(default)]
    pub missing: Vec<String>,
    /// Its course through the window, for the chart; `None` when there is nothing to draw.
    #[serde(default)]
    pub trend: Option<Trend>,
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

/// The course of an indicator through its window.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trend {
    /// Unit of all values; printed beside the chart.
    pub unit: String,
    /// Decimal places of the value written into the chart, 0–10.
    pub places: u32,
    /// The promise, where it is one value in the same unit.
    #[serde(default, with = "wire::optional_decimal")]
    pub target: Option<Decimal>,
    /// The periods of the window in order, those to come included.
    pub points: Vec<TrendPoint>,
}

/// What is known of one period; what is not known is not drawn.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TrendPoint {
    /// Last day of the period.
    pub end: NaiveDate,
    /// Reported value.
    #[serde(default, with = "wire::optional_decimal")]
    pub actual: Option<Decimal>,
    /// Value due.
    #[serde(default, with = "wire::optional_decimal")]
    pub pace: Option<Decimal>,
    /// Value of the same period of last year.
    #[serde(default, with = "wire::optional_decimal")]
    pub last_year: Option<Decimal>,
    /// Lower end of the forecast.
    #[serde(default, with = "wire::optional_decimal")]
    pub low: Option<Decimal>,
    /// Upper end of the forecast.
    #[serde(default, with = "wire::optional_decimal")]
    pub high: Option<Decimal>,
}

/// A number as it will be printed: rounded half away from zero to `places`, followed by `unit`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Quantity {
    /// Exact value.
    #[serde(with = "wire::decimal")]
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
pub struct Rank {
    /// From 1.
    pub place: u32,
    /// How many reported.
    pub of: u32,
    /// What they are (`市州`).
    pub among: String,
}

/// A value to compare with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Benchmark {
    /// What it is (`全省平均`, `全国`).
    pub name: String,
    /// Its value at the same period.
    pub value: Quantity,
    /// Actual minus its value, in points or the measure's unit.
    pub gap: Quantity,
}

impl LetterFacts {
    /// Checks what the templates rely on: 1..=[`LINES_MAX`] lines, names present, links that are `http(s)`, a level with
    /// every warning, an earlier letter with every reminder and lifting.
    pub fn check(&self) -> Result<(), Invalid> {
        if self.lines.is_empty() || self.lines.len() > LINES_MAX {
            return Err(Invalid::new("lines", "out_of_range", format!("一封函应列1至{LINES_MAX}项指标。")));
        }
        for (field, value) in
            [("issuer", &self.issuer), ("addressee", &self.addressee), ("campaign", &self.campaign)]
        {
            xushi_domain::invalid::text(field, value, 200)?;
        }
        if self.kind == LetterKind::Warning && self.level.is_none() {
            return Err(Invalid::new("level", "required", "预警函须写明预警等级。"));
        }
        if matches!(self.kind, LetterKind::ReplyReminder | LetterKind::Lifting) && self.follow_up_of.is_none()
        {
            return Err(Invalid::new("follow_up_of", "required", "提醒函和解除函须写明原函字号。"));
        }
        if self.kind != LetterKind::Lifting && self.reply.is_none() {
            return Err(Invalid::new("reply", "required", "须写明反馈期限。"));
        }
        if let Some(link) = &self.reply_link
            && (!(link.starts_with("https://") || link.starts_with("http://"))
                || link.chars().any(|c| c.is_control() || c.is_whitespace() || "\"'<>\\`".contains(c)))
        {
            return Err(Invalid::new(
                "reply_link",
                "bad_link",
                "签收链接应以http://或https://开头，不含空格和引号。",
            ));
        }
        Ok(())
    }

    /// The frozen form: JSON with a fixed order of fields, decimals and numbers as strings.
    pub fn to_json(&self) -> Result<String, LetterError> {
        serde_json::to_string(self).map_err(LetterError::Json)
    }

    /// Reads the frozen form; fields added later may be absent.
    pub fn from_json(json: &str) -> Result<Self, LetterError> {
        serde_json::from_str(json).map_err(LetterError::Json)
    }
}
