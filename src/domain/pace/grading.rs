//! From a shortfall to a grade.

use chrono::NaiveDate;
use rust_decimal::Decimal;

use crate::kind::{ReachedEarly, WayFrom};
use crate::rule_pack::{Bands, Family};
use crate::{Grade, RulePack};

use super::assessment_input::AssessmentInput;
use super::months::index;
use super::ratio::{mul, sub};
use super::trajectory::{Scale, Standing, Trajectory};
use super::{Missing, Past, Ratio, Rule, RuleId};

/// A grade and how it came about.
#[derive(Debug, Clone, Copy)]
pub(super) struct Verdict {
    pub(super) grade: Grade,
    pub(super) rule: Rule,
}

impl Verdict {
    pub(super) fn plain(grade: Grade, id: RuleId) -> Self {
        Self { grade, rule: Rule { id, shortfall: None, held: false } }
    }
}

impl RulePack {
    /// The thresholds a rule uses, if it uses any.
    pub fn bands(&self, rule: RuleId) -> Option<&Bands> {
        match rule {
            RuleId::ProgressPoints | RuleId::ProgressRatio => Some(&self.progress),
            RuleId::RatePoints | RuleId::BenchmarkSign | RuleId::Places => Some(&self.rate),
            RuleId::DaysLate => Some(&self.days),
            _ => None,
        }
    }
}

impl AssessmentInput<'_> {
    /// Whether the latest data close the window.
    pub(super) fn is_over(&self, day: NaiveDate) -> bool {
        day >= self.subject.window.end()
    }

    /// The grade recorded for the data period before the one that ends on `day`.
    pub(super) fn previous(&self, day: NaiveDate) -> Option<Grade> {
        latest_before(self.known.history, day).map(|past| past.grade)
    }

    /// The grade of an indicator that is held against a line.
    pub(super) fn grade(
        &self,
        line: &Trajectory,
        standing: Standing,
        (actual, due): (Decimal, Ratio),
        day: NaiveDate,
    ) -> Result<Verdict, Missing> {
        let met = line.is_met(actual, self.requirement.strict, self.allowance(line.scale))?;
        if self.is_over(day) {
            let grade = if met { Grade::Achieved } else { Grade::Missed };
            return Ok(Verdict::plain(grade, RuleId::WindowOver));
        }
        if !met && self.is_broken(line, actual)? {
            // It cannot come right any more, however much of the window is left.
            let verdict = Verdict::plain(Grade::Missed, RuleId::LimitUsedUp);
            let shortfall = standing.gap.value().map(|gap| -gap);
            return Ok(Verdict { rule: Rule { shortfall, ..verdict.rule }, ..verdict });
        }
        let early = match self.row.reached_early {
            // A floor below zero (亏损不超过100亿元) is a limit by another name.
            ReachedEarly::UnlessLimit => !line.ceiling && !line.target_value.is_sign_negative(),
            ReachedEarly::UnlessHeld => !self.requirement.hold,
            ReachedEarly::Never => false,
        };
        if met && early {
            return Ok(Verdict::plain(Grade::Achieved, RuleId::TargetReached));
        }
        if self.pack.family == Family::BenchmarkSign && self.row.way == WayFrom::Rate {
            return self.by_sign(line, standing, actual, day);
        }
        let verdict = match line.scale {
            Scale::Progress => self.by_work(line, standing, due, day)?,
            Scale::Places => {
                let places = standing.gap.value().ok_or(Missing::OutOfRange)?;
                self.by_bands(&self.pack.rate, RuleId::Places, places, Scale::Places, day)?
            }
            Scale::Rate => {
                let points = standing.gap.value().ok_or(Missing::OutOfRange)?;
                let by_rate = self.by_bands(&self.pack.rate, RuleId::RatePoints, points, Scale::Rate, day)?;
                // A share on its way: a few points are little of a long way, and all of a short one.
                if line.moves() && !by_rate.grade.is_green() {
                    let by_work = self.by_work(line, standing, due, day)?;
                    if by_work.grade < by_rate.grade { by_work } else { by_rate }
                } else {
                    by_rate
                }
            }
        };
        Ok(self.corrected(verdict, line, standing))
    }

    /// By the work of the window: points of it, or percent of what is due, as the pack's family has it.
    fn by_work(
        &self,
        line: &Trajectory,
        standing: Standing,
        due: Ratio,
        day: NaiveDate,
    ) -> Result<Verdict, Missing> {
        let (id, measured) = match self.pack.family {
            Family::Points => (RuleId::ProgressPoints, line.points_of_work(standing.gap)?),
            _ => (RuleId::ProgressRatio, line.percent_of_due(standing.gap, due)?),
        };
        match measured {
            Some(ratio) => {
                let surplus = ratio.value().ok_or(Missing::OutOfRange)?;
                self.by_bands(&self.pack.progress, id, surplus, Scale::Progress, day)
            }
            // Nothing to measure the shortfall by (a target of zero): any shortfall is all of it.
            None if standing.gap.numerator() < Decimal::ZERO => Ok(Verdict::plain(Grade::Critical, id)),
            None => Ok(Verdict::plain(Grade::OnPace, id)),
        }
    }

    /// What 左右 allows, in points.
    pub(super) fn allowance(&self, scale: Scale) -> Decimal {
        match scale {
            _ if !self.requirement.about => Decimal::ZERO,
            Scale::Rate => self.pack.about_points,
            // 左右 says nothing of places.
            Scale::Places => Decimal::ZERO,
            Scale::Progress => self.pack.about_percent,
        }
    }

    /// `surplus` is positive when it is good.
    pub(super) fn by_bands(
        &self,
        bands: &Bands,
        id: RuleId,
        surplus: Decimal,
        scale: Scale,
        day: NaiveDate,
    ) -> Result<Verdict, Missing> {
        let mut shortfall = -surplus;
        if shortfall > Decimal::ZERO {
            if self.requirement.about {
                shortfall = sub(shortfall, self.allowance(scale))?.max(Decimal::ZERO);
            }
            if self.requirement.soft && self.pack.soft_factor != Decimal::ONE {
                shortfall = mul(shortfall, self.pack.soft_factor)?;
            }
        }
        let (grade, held) = bands.grade_after(shortfall, self.previous(day));
        Ok(Verdict { grade, rule: Rule { id, shortfall: Some(shortfall), held } })
    }

    /// Standing on a flat line is not good enough where more was promised.
    fn corrected(&self, verdict: Verdict, line: &Trajectory, standing: Standing) -> Verdict {
        let level = standing.gap.numerator().is_zero();
        if verdict.grade.is_green() && self.requirement.strict && level && !line.moves() {
            return Verdict { rule: Rule { id: RuleId::NotAbove, ..verdict.rule }, grade: Grade::Watch };
        }
        verdict
    }

    /// 天津: at or above both plan and average green, growing but below either yellow, falling red.
    fn by_sign(
        &self,
        line: &Trajectory,
        standing: Standing,
        actual: Decimal,
        day: NaiveDate,
    ) -> Result<Verdict, Missing> {
        let zero = Decimal::ZERO;
        let id = RuleId::BenchmarkSign;
        let short = |grade, surplus: Decimal| Verdict {
            grade,
            rule: Rule { id, shortfall: Some(-surplus), held: false },
        };
        let surplus = standing.gap.value().ok_or(Missing::OutOfRange)?;
        if line.signed(actual, zero)? < zero && surplus < zero {
            return Ok(short(Grade::Critical, surplus));
        }
        if surplus < zero {
            return Ok(short(Grade::Behind, surplus));
        }
        let period = self.series.latest_in(self.subject.window).and_then(|at| self.series.get(at));
        let average = self
            .known
            .parent
            .zip(period)
            .and_then(|(parent, at)| self.value_of(parent.observations, at.period))
            .ok_or(Missing::Parent)?;
        let above = line.signed(actual, average)?;
        let lesser = surplus.min(above);
        if lesser < zero {
            return Ok(short(Grade::Behind, lesser));
        }
        self.by_bands(&self.pack.rate, id, lesser, Scale::Rate, day)
    }

    /// How many data periods in a row, up to the one that ends on `day`, were graded `watch` or worse.
    pub(super) fn run(&self, grade: Grade, day: NaiveDate) -> u32 {
        let bad = |grade: Grade| grade == Grade::Watch || grade.is_lagging();
        if !bad(grade) {
            return 0;
        }
        let mut run = 1;
        let mut before = day;
        while let Some(past) = latest_before(self.known.history, before) {
            // Over a period that nobody reported, none are in a row.
            if !bad(past.grade) || index(before) - index(past.period_end) > self.step_to(before) {
                break;
            }
            run += 1;
            before = past.period_end;
        }
        run
    }
}

/// Of several verdicts on one period, the worst.
fn latest_before(history: &[Past], day: NaiveDate) -> Option<&Past> {
    let earlier = history.iter().filter(|past| past.period_end < day);
    earlier.max_by_key(|past| (past.period_end, past.grade.severity()))
}
