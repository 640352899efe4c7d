//! The monthly report (月报): facts as they stood on a day → sentences, each with the facts behind it, and the forms they are
//! laid out in. Nothing is said that no fact bears: what is missing is named as missing, what only a person can write is left to one.

mod month_clauses;
mod month_facts;
mod month_forms;
mod month_runs;
mod month_sentences;
mod month_words;
#[cfg(test)]
mod tests;

pub use month_facts::{JudgedSeries, RegionAbove, ReportFact, ReportSeries, StatedFact};
pub use month_forms::{MonthlyReport, NumberedSentence, ReportGroup, ReportSection, SourceBook, SourceLine};
pub use month_sentences::{ReportSentence, reported, still_missing, troubled};
pub use month_words::span_said;
