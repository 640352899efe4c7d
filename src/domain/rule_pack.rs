//! Rule packs (规则包): the thresholds that turn an assessment into a grade, as data.

use rust_decimal::Decimal;

use super::{Grade, Invalid, Level, invalid, lengths, text_enum};

mod published;
#[cfg(test)]
mod tests;

text_enum! {
    /// How a shortfall is measured; the three families published by Chinese cities.
    Family "family" {
        /// Points of the window's work behind pace (银川).
        Points = "points",
        /// Percent of the amount due by now that is missing (武汉: below 80 % or 60 % of pace).
        Ratio = "ratio",
        /// Growth against plan, average and zero; amounts by percent of the amount due (天津).
        BenchmarkSign = "benchmark_sign",
    }
}

/// Thresholds on a shortfall, each a positive number in the unit the pack's family measures in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bands {
    /// A surplus of at least this much is `ahead`.
    pub ahead: Decimal,
    /// A shortfall above this is `watch`.
    pub watch: Decimal,
    /// A shortfall beyond this is `behind`.
    pub behind: Decimal,
    /// A shortfall beyond this is `critical`.
    pub critical: Decimal,
    /// Whether reaching `behind` or `critical` exactly counts as beyond.
    pub inclusive: bool,
    /// How far the shortfall must fall back below `behind` or `critical` before that grade is lifted.
    pub lift: Decimal,
}

impl Bands {
    /// The grade of a shortfall (negative when it is a surplus).
    pub fn grade(&self, shortfall: Decimal) -> Grade {
        self.grade_with(shortfall, self.behind, self.critical)
    }

    /// The grade of a shortfall after a period that was graded `previous`: a grade that warns is lifted only
    /// once the shortfall has fallen back by `lift`. The flag says whether that held the grade.
    pub fn grade_after(&self, shortfall: Decimal, previous: Option<Grade>) -> (Grade, bool) {
        let raw = self.grade(shortfall);
        let held = match previous {
            Some(Grade::Behind) => Grade::Behind,
            Some(Grade::Critical | Grade::Missed) => Grade::Critical,
            _ => return (raw, false),
        };
        let lowered = |threshold: Decimal| (threshold - self.lift).max(Decimal::ZERO);
        let kept = self.grade_with(shortfall, lowered(self.behind), lowered(self.critical)).min(held);
        // Grades are declared from best to worst, so the larger one is the worse one.
        if kept > raw { (kept, true) } else { (raw, false) }
    }

    fn grade_with(&self, shortfall: Decimal, behind: Decimal, critical: Decimal) -> Grade {
        let beyond = |threshold: Decimal| {
            shortfall > threshold || (self.inclusive && shortfall == threshold && threshold > Decimal::ZERO)
        };
        // No threshold is below zero.
        if shortfall.is_sign_negative() && !shortfall.is_zero() {
            return if -shortfall >= self.ahead { Grade::Ahead } else { Grade::OnPace };
        }
        if beyond(critical) {
            Grade::Critical
        } else if beyond(behind) {
            Grade::Behind
        } else if shortfall > self.watch {
            Grade::Watch
        } else {
            Grade::OnPace
        }
    }

    fn checked(&self, field: &str) -> Result<(), Invalid> {
        let all = [self.ahead, self.watch, self.behind, self.critical, self.lift];
        if all.iter().any(|value| *value < Decimal::ZERO || *value > Decimal::from(1_000_000)) {
            return Err(Invalid::new(field, "out_of_range", "阈值应为0至1000000之间的数。"));
        }
        if self.watch > self.behind || self.behind > self.critical {
            return Err(Invalid::new(field, "not_in_order", "阈值须依次不减：关注、滞后、严重滞后。"));
        }
        if self.lift > self.critical {
            return Err(Invalid::new(field, "out_of_range", "解除余量不能大于严重滞后阈值。"));
        }
        Ok(())
    }
}

/// Which level of warning each lagging grade calls for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Levels {
    /// For `behind`, and for `watch` that has lasted `periods_in_a_row`.
    pub behind: Level,
    /// For `critical`.
    pub critical: Level,
    /// For `missed`.
    pub missed: Level,
}

/// A rule pack; build it as a literal or from a built-in one, then pass it through [`RulePack::checked`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RulePack {
    /// Name, unique with `version`.
    pub name: String,
    /// From 1; a change is a new version.
    pub version: i32,
    /// How shortfalls are measured.
    pub family: Family,
    /// Thresholds for amounts: points of the window's work, or percent of the amount due (by `family`).
    pub progress: Bands,
    /// Thresholds for rates and shares: percentage points.
    pub rate: Bands,
    /// Thresholds for milestones: days late.
    pub days: Bands,
    /// What the shortfall of a 力争 target is multiplied by, above 0 and at most 1.
    pub soft_factor: Decimal,
    /// What 左右 allows a rate to fall short by, percentage points.
    pub about_points: Decimal,
    /// What 左右 allows an amount to fall short by, percent of the target.
    pub about_percent: Decimal,
    /// The fraction of sibling regions that must have reported before a rank is given, 0..=1.
    pub coverage_min: Decimal,
    /// After how many periods in a row `watch` calls for a warning, from 1.
    pub periods_in_a_row: u32,
    /// How many lagging indicators of one unit in a campaign make its `watch` warn as well, from 1.
    pub missed_indicators: u32,
    /// Whether a curve whose history is missing is replaced by linear months. A replaced curve may flatter,
    /// so the built-in packs leave this off and the verdict is then `no_data`.
    pub fallback_linear: bool,
    /// Working days after the release day before a report is overdue.
    pub grace_working_days: u32,
    /// How many periods in a row an indicator that recovered must stay green before its episode is lifted (观察期).
    pub observation_periods: u32,
    /// A forecast probability of missing the target of at least this calls for a warning, 0..=1.
    pub p_miss_open: Decimal,
    /// And goes on calling for it until it is below this, at most `p_miss_open`.
    pub p_miss_lift: Decimal,
    /// Levels of warning.
    pub levels: Levels,
}

impl RulePack {
    /// Checks every part.
    pub fn checked(self) -> Result<Self, Invalid> {
        let name = invalid::text("name", &self.name, lengths::RULE_PACK)?;
        if name.contains('@') {
            return Err(Invalid::new("name", "malformed", "名称不能含“@”，它用来分隔名称和版本号。"));
        }
        if self.version < 1 {
            return Err(Invalid::new("version", "out_of_range", "版本号应为正整数。"));
        }
        for (field, bands) in [("progress", &self.progress), ("rate", &self.rate), ("days", &self.days)] {
            bands.checked(field)?;
        }
        if self.soft_factor <= Decimal::ZERO || self.soft_factor > Decimal::ONE {
            return Err(Invalid::new("soft_factor", "out_of_range", "力争目标的折算系数应大于0且不超过1。"));
        }
        if self.coverage_min < Decimal::ZERO || self.coverage_min > Decimal::ONE {
            return Err(Invalid::new(
                "coverage_min",
                "out_of_range",
                "排名所需的报送覆盖率应为0至1之间的小数。",
            ));
        }
        for (field, value) in [("about_points", self.about_points), ("about_percent", self.about_percent)] {
            if value < Decimal::ZERO || value > Decimal::ONE_HUNDRED {
                return Err(Invalid::new(field, "out_of_range", "“左右”的允许偏差应为0至100之间的数。"));
            }
        }
        for (field, value, max) in [
            ("periods_in_a_row", self.periods_in_a_row, 60),
            ("missed_indicators", self.missed_indicators, 10_000),
        ] {
            if value < 1 || value > max {
                return Err(Invalid::new(field, "out_of_range", format!("应为1至{max}之间的整数。")));
            }
        }
        if self.grace_working_days > 60 {
            return Err(Invalid::new("grace_working_days", "out_of_range", "宽限期应为0至60个工作日。"));
        }
        if self.observation_periods > 24 {
            return Err(Invalid::new("observation_periods", "out_of_range", "观察期应为0至24期。"));
        }
        if self.p_miss_open <= Decimal::ZERO || self.p_miss_open > Decimal::ONE {
            let detail = "预测不能完成的概率阈值应大于0且不超过1。";
            return Err(Invalid::new("p_miss_open", "out_of_range", detail));
        }
        if self.p_miss_lift < Decimal::ZERO || self.p_miss_lift > self.p_miss_open {
            let detail = "解除的概率阈值应不小于0，且不高于预警的概率阈值。";
            return Err(Invalid::new("p_miss_lift", "out_of_range", detail));
        }
        if self.levels.behind > self.levels.critical || self.levels.critical > self.levels.missed {
            return Err(Invalid::new("levels", "not_in_order", "预警级别须随等级加重，不能减轻。"));
        }
        Ok(Self { name, ..self })
    }

    /// The level of warning a grade calls for; `run` is how many periods in a row it has been `watch` or worse (an
    /// overdue report does not end them).
    pub fn level(&self, grade: Grade, run: u32) -> Option<Level> {
        match grade {
            Grade::Watch | Grade::OverdueReport if run >= self.periods_in_a_row => Some(self.levels.behind),
            Grade::Behind => Some(self.levels.behind),
            Grade::Critical => Some(self.levels.critical),
            Grade::Missed => Some(self.levels.missed),
            _ => None,
        }
    }

    /// The level a forecast calls for where nothing worse is known; `open` says whether a warning is in force, which a
    /// forecast lifts only below the lower threshold. A grade that stands apart has no forecast.
    pub fn level_by_forecast(&self, grade: Grade, p_miss: Option<Decimal>, open: bool) -> Option<Level> {
        let threshold = if open { self.p_miss_lift } else { self.p_miss_open };
        let warns = grade.severity().is_some() && grade != Grade::Achieved && p_miss? >= threshold;
        warns.then_some(self.levels.behind)
    }

    /// The level `watch` calls for where `lagging` indicators of the same unit lag: enough of them warn of the whole.
    pub fn level_together(&self, grade: Grade, lagging: u32) -> Option<Level> {
        (grade == Grade::Watch && lagging >= self.missed_indicators).then_some(self.levels.behind)
    }
}
