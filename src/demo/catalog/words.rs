//! The closed lists of words the data files may use.

use serde::Deserialize;

pub use crate::domain::{Basis, Better, Comparator, Figure, Frequency, Kind, Status};

/// Where a task's lead units are taken from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LeadFrom {
    /// The document names them.
    Document,
    /// It names none, so the unit where the 专班 office sits stands in.
    WorkforceOffice,
}

/// What a statement says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum What {
    /// A place in an order.
    Rank,
    /// Points above (below: negative) the benchmark.
    Difference,
    /// Periods in a row above the benchmark.
    Streak,
    /// Percent of the benchmark's amount.
    CompletionRate,
    /// On the right side of the benchmark or not; no number.
    Standing,
    /// How much less it has become.
    Reduction,
    /// A level that is not exact.
    Level,
    /// A growth rate that is not exact.
    Yoy,
}

/// A word that softens or sharpens a target.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub enum Hedge {
    /// 力争: to be striven for.
    #[serde(rename = "力争")]
    Strive,
    /// 确保: to be ensured.
    #[serde(rename = "确保")]
    Ensure,
    /// 以上: or more.
    #[serde(rename = "以上")]
    OrMore,
    /// 不低于: not below.
    #[serde(rename = "不低于")]
    NotBelow,
    /// 不少于: not fewer than.
    #[serde(rename = "不少于")]
    NotFewer,
    /// 突破: to break through.
    #[serde(rename = "突破")]
    BreakThrough,
    /// 高于: above.
    #[serde(rename = "高于")]
    Above,
}

impl Hedge {
    /// The word itself.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Strive => "力争",
            Self::Ensure => "确保",
            Self::OrMore => "以上",
            Self::NotBelow => "不低于",
            Self::NotFewer => "不少于",
            Self::BreakThrough => "突破",
            Self::Above => "高于",
        }
    }
}
