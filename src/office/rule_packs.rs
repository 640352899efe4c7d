//! Deeds with rule packs (规则包): versions are added, never changed.

use rust_decimal::Decimal;

use crate::domain::rule_pack::{Bands, Family, Levels};
use crate::domain::{Invalid, Level, RulePack, invalid, lengths};
use crate::office::actor::Deed;
use crate::office::{Actor, Office, Refusal};
use crate::store::rows::RulePackRow;
pub use crate::store::rule_packs::read;
use crate::store::types::Id;
use crate::store::{StoreError, rule_packs};

/// A version that is to be added; what is `None` is as in the version it starts from.
#[derive(Debug, Clone, Default)]
pub struct NewRulePack {
    /// Name; a known one gets its next version.
    pub name: String,
    /// Why.
    pub reason: String,
    /// What it starts from: id, name or name@version; the last of its name, else the standard one, unless told.
    pub based_on: Option<String>,
    /// How a shortfall is measured.
    pub family: Option<Family>,
    /// Thresholds of amounts.
    pub progress: BandsEdit,
    /// Thresholds of rates and shares.
    pub rate: BandsEdit,
    /// Thresholds of milestones.
    pub days: BandsEdit,
    /// What the shortfall of a soft target is multiplied by.
    pub soft_factor: Option<Decimal>,
    /// What 左右 allows of rates and shares.
    pub about_points: Option<Decimal>,
    /// What 左右 allows of amounts.
    pub about_percent: Option<Decimal>,
    /// From which share of reports on there are ranks.
    pub coverage_min: Option<Decimal>,
    /// How often `watch` in a row is a warning.
    pub periods_in_a_row: Option<u32>,
    /// How many indicators behind are a warning to the unit.
    pub missed_indicators: Option<u32>,
    /// Whether linear months stand in for missing years.
    pub fallback_linear: Option<bool>,
    /// Working days after the release day before a report is overdue.
    pub grace_working_days: Option<u32>,
    /// Periods of observation before a warning is lifted.
    pub observation_periods: Option<u32>,
    /// From which probability of a miss on a forecast warns.
    pub p_miss_open: Option<Decimal>,
    /// Below which it does so no more.
    pub p_miss_lift: Option<Decimal>,
    /// Levels of warning.
    pub levels: LevelsEdit,
}

/// Thresholds that differ from those started from.
#[derive(Debug, Clone, Copy, Default)]
pub struct BandsEdit {
    /// From here on ahead.
    pub ahead: Option<Decimal>,
    /// Beyond this `watch`.
    pub watch: Option<Decimal>,
    /// Beyond this `behind`.
    pub behind: Option<Decimal>,
    /// Beyond this `critical`.
    pub critical: Option<Decimal>,
    /// Whether the threshold itself counts.
    pub inclusive: Option<bool>,
    /// By how much less a warning is lifted.
    pub lift: Option<Decimal>,
}

/// Levels that differ from those started from.
#[derive(Debug, Clone, Copy, Default)]
pub struct LevelsEdit {
    /// Of `behind`.
    pub behind: Option<Level>,
    /// Of `critical`.
    pub critical: Option<Level>,
    /// Of `missed`.
    pub missed: Option<Level>,
}

impl BandsEdit {
    fn over(self, base: Bands) -> Bands {
        Bands {
            ahead: self.ahead.unwrap_or(base.ahead),
            watch: self.watch.unwrap_or(base.watch),
            behind: self.behind.unwrap_or(base.behind),
            critical: self.critical.unwrap_or(base.critical),
            inclusive: self.inclusive.unwrap_or(base.inclusive),
            lift: self.lift.unwrap_or(base.lift),
        }
    }
}

impl NewRulePack {
    /// The checked pack for a trial, where it needs no name of its own.
    ///
    /// # Errors
    /// Those of the pack.
    pub fn unnamed(mut self, base: RulePack) -> Result<RulePack, Invalid> {
        if self.name.is_empty() {
            self.name.clone_from(&base.name);
        }
        self.over(base).checked()
    }

    fn over(self, base: RulePack) -> RulePack {
        RulePack {
            name: self.name,
            version: 1,
            family: self.family.unwrap_or(base.family),
            progress: self.progress.over(base.progress),
            rate: self.rate.over(base.rate),
            days: self.days.over(base.days),
            soft_factor: self.soft_factor.unwrap_or(base.soft_factor),
            about_points: self.about_points.unwrap_or(base.about_points),
            about_percent: self.about_percent.unwrap_or(base.about_percent),
            coverage_min: self.coverage_min.unwrap_or(base.coverage_min),
            periods_in_a_row: self.periods_in_a_row.unwrap_or(base.periods_in_a_row),
            missed_indicators: self.missed_indicators.unwrap_or(base.missed_indicators),
            fallback_linear: self.fallback_linear.unwrap_or(base.fallback_linear),
            grace_working_days: self.grace_working_days.unwrap_or(base.grace_working_days),
            observation_periods: self.observation_periods.unwrap_or(base.observation_periods),
            p_miss_open: self.p_miss_open.unwrap_or(base.p_miss_open),
            p_miss_lift: self.p_miss_lift.unwrap_or(base.p_miss_lift),
            levels: Levels {
                behind: self.levels.behind.unwrap_or(base.levels.behind),
                critical: self.levels.critical.unwrap_or(base.levels.critical),
                missed: self.levels.missed.unwrap_or(base.levels.missed),
            },
        }
    }
}

/// Adds a version; the row says which number it got.
///
/// # Errors
/// [`Refusal::Invalid`] for a rule that does not fit or a missing reason, [`Refusal::Key`] for a pack to start from that is
/// not there.
pub async fn create_rule_pack(
    office: &Office,
    actor: &Actor,
    new: NewRulePack,
) -> Result<RulePackRow, Refusal> {
    let mut deed = office.begin(actor).await?;
    let made = add_rule_pack(&mut deed, new).await;
    if let Ok(row) = &made {
        deed.made("rule_pack", row.id.of_any());
    }
    deed.end(made).await
}

async fn add_rule_pack(deed: &mut Deed<'_>, new: NewRulePack) -> Result<RulePackRow, Refusal> {
    let office = deed.office();
    let reason = invalid::text("reason", &new.reason, lengths::CHANGE_REASON)?;
    let base = base(deed, &new).await?;
    let pack = new.over(base).checked()?;
    let row = RulePackRow::of(&pack, Id::of(office.clock.new_id()), &reason, office.clock.timestamp());
    Ok(deed.tx().create_rule_pack(&row).await?)
}

/// The version that a new one starts from.
async fn base(deed: &mut Deed<'_>, new: &NewRulePack) -> Result<RulePack, Refusal> {
    if let Some(key) = &new.based_on {
        let row = deed.rule_pack("based_on", key).await?;
        return Ok(rule_packs::read(&row)?);
    }
    match deed.tx().resolve_rule_pack(new.name.trim()).await {
        Ok(row) => Ok(rule_packs::read(&row)?),
        Err(StoreError::Missing { .. }) => Ok(RulePack::standard()),
        Err(error) => Err(error.into()),
    }
}
