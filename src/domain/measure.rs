//! What is measured, apart from where and how much was promised.

use super::{Invalid, invalid, text_enum};

text_enum! {
    /// How the values of a series relate to time.
    Basis "basis" {
        /// Year to date (累计).
        Cumulative = "cumulative",
        /// The month or quarter alone (当月、当季).
        Period = "period",
        /// A stock at a date (存量).
        Point = "point",
    }
}

text_enum! {
    /// Which direction is good.
    Better "better" {
        /// More is better.
        Higher = "higher",
        /// Less is better.
        Lower = "lower",
        /// To be kept at or above its level (保持).
        Hold = "hold",
    }
}

text_enum! {
    /// How often a measure is published.
    Frequency "frequency" {
        /// Every month (January–February may come as one).
        Monthly = "monthly",
        /// Every quarter.
        Quarterly = "quarterly",
        /// Twice a year.
        HalfYearly = "half_yearly",
        /// Once a year.
        Yearly = "yearly",
    }
}

/// A measure (指标口径): name, unit and habits of a series; values belong to a measure in a region.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Measure {
    /// Canonical name, 1–80 characters, unique among names and aliases.
    pub name: String,
    /// Unit of the values as published (`亿元`, `%`, `万人`), 1–20 characters.
    pub unit: String,
    /// Which observations count towards a target.
    pub basis: Basis,
    /// Which direction is good.
    pub better: Better,
    /// How often it is published.
    pub frequency: Frequency,
    /// Day of the following month on which it is usually released, 1–31; `None` when unknown.
    pub release_day: Option<u32>,
    /// Decimal places shown, 0–6.
    pub precision: u32,
}

impl Measure {
    /// Checks every part.
    pub fn new(
        name: &str,
        unit: &str,
        (basis, better, frequency): (Basis, Better, Frequency),
        release_day: Option<u32>,
        precision: u32,
    ) -> Result<Self, Invalid> {
        if release_day.is_some_and(|day| !(1..=31).contains(&day)) {
            return Err(Invalid::new("release_day", "out_of_range", "发布日应为1至31之间的整数。"));
        }
        if precision > 6 {
            return Err(Invalid::new("precision", "out_of_range", "小数位数应为0至6。"));
        }
        Ok(Self {
            name: invalid::text("name", name, 80)?,
            unit: invalid::text("unit", unit, 20)?,
            basis,
            better,
            frequency,
            release_day,
            precision,
        })
    }
}
