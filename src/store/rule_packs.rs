//! Rule packs as JSON text: every threshold by name, decimals as strings.

use rust_decimal::Decimal;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::StoreError;
use super::rows::{RulePackRow, word};
use xushi_domain::RulePack;
use xushi_domain::rule_pack::{Bands, Levels};

/// The thresholds of a pack; name, version and family stand in columns of their own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Rules {
    progress: StoredBands,
    rate: StoredBands,
    days: StoredBands,
    #[serde(with = "decimal")]
    soft_factor: Decimal,
    #[serde(with = "decimal")]
    about_points: Decimal,
    #[serde(with = "decimal")]
    about_percent: Decimal,
    #[serde(with = "decimal")]
    coverage_min: Decimal,
    periods_in_a_row: u32,
    missed_indicators: u32,
    fallback_linear: bool,
    grace_working_days: u32,
    // Versions written before these existed go by the default.
    #[serde(default = "standard::observation_periods")]
    observation_periods: u32,
    #[serde(default = "standard::p_miss_open", with = "decimal")]
    p_miss_open: Decimal,
    #[serde(default = "standard::p_miss_lift", with = "decimal")]
    p_miss_lift: Decimal,
    levels: StoredLevels,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct StoredBands {
    #[serde(with = "decimal")]
    ahead: Decimal,
    #[serde(with = "decimal")]
    watch: Decimal,
    #[serde(with = "decimal")]
    behind: Decimal,
    #[serde(with = "decimal")]
    critical: Decimal,
    inclusive: bool,
    #[serde(with = "decimal")]
    lift: Decimal,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct StoredLevels {
    behind: String,
    critical: String,
    missed: String,
}

mod standard {
    use super::{Decimal, RulePack};

    pub(super) fn observation_periods() -> u32 {
        RulePack::standard().observation_periods
    }

    pub(super) fn p_miss_open() -> Decimal {
        RulePack::standard().p_miss_open
    }

    pub(super) fn p_miss_lift() -> Decimal {
        RulePack::standard().p_miss_lift
    }
}

mod decimal {
    use super::{Decimal, Deserialize as _, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(value: &Decimal, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&value.normalize())
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Decimal, D::Error> {
        let text = String::deserialize(deserializer)?;
        Decimal::from_str_exact(&text).map_err(serde::de::Error::custom)
    }
}

/// Writes a pack's thresholds.
pub fn write(pack: &RulePack) -> String {
    let bands = |bands: &Bands| StoredBands {
        ahead: bands.ahead,
        watch: bands.watch,
        behind: bands.behind,
        critical: bands.critical,
        inclusive: bands.inclusive,
        lift: bands.lift,
    };
    let rules = Rules {
        progress: bands(&pack.progress),
        rate: bands(&pack.rate),
        days: bands(&pack.days),
        soft_factor: pack.soft_factor,
        about_points: pack.about_points,
        about_percent: pack.about_percent,
        coverage_min: pack.coverage_min,
        periods_in_a_row: pack.periods_in_a_row,
        missed_indicators: pack.missed_indicators,
        fallback_linear: pack.fallback_linear,
        grace_working_days: pack.grace_working_days,
        observation_periods: pack.observation_periods,
        p_miss_open: pack.p_miss_open,
        p_miss_lift: pack.p_miss_lift,
        levels: StoredLevels {
            behind: pack.levels.behind.to_string(),
            critical: pack.levels.critical.to_string(),
            missed: pack.levels.missed.to_string(),
        },
    };
    serde_json::to_string(&rules).unwrap_or_default()
}

/// Reads a pack back.
///
/// # Errors
/// `Corrupt` when the text is not what [`write()`] writes.
pub fn read(row: &RulePackRow) -> Result<RulePack, StoreError> {
    let corrupt = |error: serde_json::Error| StoreError::Corrupt(format!("rule pack {}: {error}", row.name));
    let rules: Rules = serde_json::from_str(&row.rules).map_err(corrupt)?;
    let bands = |bands: StoredBands| Bands {
        ahead: bands.ahead,
        watch: bands.watch,
        behind: bands.behind,
        critical: bands.critical,
        inclusive: bands.inclusive,
        lift: bands.lift,
    };
    Ok(RulePack {
        name: row.name.clone(),
        version: row.version,
        family: row.family.0,
        progress: bands(rules.progress),
        rate: bands(rules.rate),
        days: bands(rules.days),
        soft_factor: rules.soft_factor,
        about_points: rules.about_points,
        about_percent: rules.about_percent,
        coverage_min: rules.coverage_min,
        periods_in_a_row: rules.periods_in_a_row,
        missed_indicators: rules.missed_indicators,
        fallback_linear: rules.fallback_linear,
        grace_working_days: rules.grace_working_days,
        observation_periods: rules.observation_periods,
        p_miss_open: rules.p_miss_open,
        p_miss_lift: rules.p_miss_lift,
        levels: Levels {
            behind: word(&rules.levels.behind)?,
            critical: word(&rules.levels.critical)?,
            missed: word(&rules.levels.missed)?,
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::Id;

    #[test]
    fn packs_survive_the_round_trip() {
        for pack in RulePack::built_in() {
            let row =
                RulePackRow::of(&pack, Id::of(uuid::Uuid::nil()), "内置", chrono::NaiveDateTime::default());
            assert_eq!(read(&row).unwrap(), pack);
            let added = format!(",\"observation_periods\":{}", pack.observation_periods);
            let older = RulePackRow { rules: row.rules.replace(&added, ""), ..row.clone() };
            assert_ne!(older.rules, row.rules);
            assert_eq!(read(&older).unwrap(), pack, "a version older than the observation");
        }
    }
}
