//! What is read out of a report. A person looks at each of it beside its sentence before it counts.

use chrono::NaiveDate;
use rust_decimal::Decimal;
use xushi_domain::{Basis, text_enum};

use crate::document::Place;
use crate::plan::proposal::UnreadPhrase;

text_enum! {
    /// What a reported number says of its indicator.
    ReportedFigure "figure" {
        /// The value itself, in `unit`.
        Level = "level",
        /// Growth over the same period of last year, in percent.
        Yoy = "yoy",
        /// A part of a whole, in percent.
        Share = "share",
        /// How much of a task is done, in percent.
        Completion = "completion",
        /// A published place in a ranking, 1 the best.
        Rank = "rank",
        /// A stated distance from something else (高于全省平均…, 比上年末提高…), never turned into a value.
        Difference = "difference",
    }
}

text_enum! {
    /// Whether a number has happened.
    ReportedStatus "status" {
        /// It has.
        Actual = "actual",
        /// Somebody expects it (预计).
        Forecast = "forecast",
        /// It is planned (拟, 计划).
        Plan = "plan",
    }
}

/// The days a number speaks of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReportedSpan {
    /// Its first day, where that is told.
    pub start: Option<NaiveDate>,
    /// Its last day; the day of the report where no other is told.
    pub end: NaiveDate,
}

/// One figure of a report.
#[derive(Debug, Clone, PartialEq)]
pub struct ReportedFact {
    /// What is measured, as written; carried over where a sentence leaves it unsaid.
    pub indicator: String,
    /// Of which region: as written, else the report's own.
    pub region: String,
    /// Of which days.
    pub period: ReportedSpan,
    /// How it relates to them, where that is told.
    pub basis: Option<Basis>,
    /// What it says of the indicator.
    pub figure: ReportedFigure,
    /// In `unit`, as written; a decrease is negative.
    pub value: Decimal,
    /// As written; 位 for a place.
    pub unit: String,
    /// Whether it has happened.
    pub status: ReportedStatus,
    /// What it is compared with (全省平均, 年度任务), or the scope of a ranking.
    pub against: Option<String>,
    /// The words it was read from.
    pub phrase: String,
    /// Where they stand.
    pub place: Place,
}

/// A report as it is read.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Report {
    /// What it is called.
    pub title: Option<String>,
    /// Who issued it.
    pub issuer: Option<String>,
    /// Its number (第8期), as written.
    pub issue: Option<String>,
    /// The day it bears.
    pub published_on: Option<NaiveDate>,
    /// Its figures, in the order of the text.
    pub facts: Vec<ReportedFact>,
    /// Words with a number that were not understood.
    pub unread: Vec<UnreadPhrase>,
}
