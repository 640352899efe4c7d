//! What is retired.

use chrono::NaiveDate;

use crate::types::IndicatorId;

/// Something that still refers to what shall be retired.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dependent {
    /// What it is, as people call it.
    pub what: &'static str,
    /// Its name.
    pub name: String,
}

/// An indicator that is retired, from which day on, and why.
pub type RetiredIndicator = (IndicatorId, NaiveDate, String);
