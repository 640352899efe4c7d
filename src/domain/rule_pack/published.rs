//! The built-in packs: a default, and three published by cities.

use rust_decimal::Decimal;

use super::{Bands, Family, Levels, RulePack};
use crate::Level;

/// Tenths, so that every threshold is written as a whole number and is exact.
fn tenths(value: i64) -> Decimal {
    Decimal::new(value, 1).normalize()
}

/// Milestones: any day late is worth watching, ten days are behind, thirty are critical.
fn days() -> Bands {
    Bands {
        ahead: tenths(10),
        watch: tenths(0),
        behind: tenths(100),
        critical: tenths(300),
        inclusive: false,
        lift: tenths(0),
    }
}

/// Rates: half a point above is ahead, one point short is behind, three are critical.
fn rate() -> Bands {
    Bands {
        ahead: tenths(5),
        watch: tenths(0),
        behind: tenths(10),
        critical: tenths(30),
        inclusive: true,
        lift: tenths(2),
    }
}

impl RulePack {
    /// The default: every shortfall is at least `watch`; amounts more than 10 points of the window's work
    /// short are `behind` and more than 30 `critical`; rates 1 and 3 percentage points.
    pub fn standard() -> Self {
        Self {
            name: "standard".to_owned(),
            version: 1,
            family: Family::Points,
            progress: Bands {
                ahead: tenths(10),
                watch: tenths(0),
                behind: tenths(100),
                critical: tenths(300),
                inclusive: false,
                lift: tenths(20),
            },
            rate: rate(),
            days: days(),
            soft_factor: Decimal::ONE,
            about_points: tenths(5),
            about_percent: tenths(50),
            coverage_min: tenths(8),
            periods_in_a_row: 3,
            missed_indicators: 3,
            fallback_linear: false,
            grace_working_days: 3,
            observation_periods: 1,
            p_miss_open: tenths(8),
            p_miss_lift: tenths(5),
            levels: Levels { behind: Level::Yellow, critical: Level::Orange, missed: Level::Red },
        }
    }

    /// 银川 2025: up to 10 points behind pace green, 10–30 yellow, more than 30 red. The published rule says
    /// nothing of rates; those keep the default bands.
    pub fn yinchuan() -> Self {
        Self {
            name: "yinchuan".to_owned(),
            progress: Bands { watch: tenths(100), ..Self::standard().progress },
            levels: two_colours(),
            ..Self::standard()
        }
    }

    /// 武汉: below 80 % of pace a yellow card, below 60 % a red one. Rates keep the default bands.
    pub fn wuhan() -> Self {
        Self {
            name: "wuhan".to_owned(),
            family: Family::Ratio,
            progress: Bands {
                ahead: tenths(100),
                watch: tenths(200),
                behind: tenths(200),
                critical: tenths(400),
                inclusive: false,
                lift: tenths(20),
            },
            levels: two_colours(),
            ..Self::standard()
        }
    }

    /// 天津 2022: growth at or above both plan and average green, growing but below either yellow, falling red;
    /// amounts (bond funds) short of what is due yellow, more than 30 % short red.
    pub fn tianjin() -> Self {
        Self {
            name: "tianjin".to_owned(),
            family: Family::BenchmarkSign,
            progress: Bands {
                ahead: tenths(100),
                watch: tenths(0),
                behind: tenths(0),
                critical: tenths(300),
                inclusive: false,
                lift: tenths(20),
            },
            levels: two_colours(),
            ..Self::standard()
        }
    }

    /// Every built-in pack, the default first.
    pub fn built_in() -> [Self; 4] {
        [Self::standard(), Self::yinchuan(), Self::wuhan(), Self::tianjin()]
    }
}

fn two_colours() -> Levels {
    Levels { behind: Level::Yellow, critical: Level::Red, missed: Level::Red }
}
