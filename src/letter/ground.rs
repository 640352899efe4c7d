//! Why a line stands in its letter, where its grade alone does not say.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::serde_text;
use xushi_domain::{Level, text_enum};

text_enum! {
    /// Why a line that its grade alone does not warn of is in a warning.
    GroundKind "ground" {
        /// So many periods in a row below pace.
        InARow = "in_a_row",
        /// So many indicators of the same unit lag.
        Together = "together",
        /// What is expected.
        Forecast = "forecast",
    }
}

/// When and why an indicator was taken off the plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Retired {
    /// The first day on which it is no more.
    pub on: NaiveDate,
    /// Why, as it was stated.
    pub reason: String,
}

/// The ground of a warning: the rule's threshold and what reached it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ground {
    /// Which rule.
    #[serde(with = "serde_text::word")]
    pub kind: GroundKind,
    /// What was counted: periods, indicators, or the probability in percent.
    pub count: u32,
    /// From how many on it warns.
    pub threshold: u32,
    /// The level that this calls for.
    #[serde(with = "serde_text::word")]
    pub level: Level,
}
