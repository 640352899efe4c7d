//! A value held against its line: where it stands, and the verdict.

use rust_decimal::Decimal;

use crate::Observation;

use super::assessment_input::AssessmentInput;
use super::grading::Verdict;
use super::outlook::shown;
use super::trajectory::{Standing, Trajectory};
use super::working::Working;
use super::{Assessment, Missing, Ratio, Rule, RuleId};

impl AssessmentInput<'_> {
    /// Holds a value against its line and says where it stands.
    pub(super) fn held<W: Working>(
        &self,
        line: &Trajectory,
        (actual, due): (Decimal, Ratio),
        at: &Observation,
        out: &mut Assessment,
        work: &mut W,
    ) -> Result<Verdict, Missing> {
        let (near, verdict) = self.hold_against(line, actual, due, at)?;
        (out.expected, out.gap, out.gap_points) = (Some(near.expected), Some(near.gap), near.points);
        describe_line(line, actual, due, out, work);
        Ok(verdict)
    }

    pub(super) fn hold_against(
        &self,
        line: &Trajectory,
        actual: Decimal,
        due: Ratio,
        at: &Observation,
    ) -> Result<(Standing, Verdict), Missing> {
        due.apply(|due| {
            let standing = line.standing_of(actual, due)?;
            Ok((standing, self.grade(line, standing, (actual, due), at.period.end())?))
        })
    }

    /// The far end of a range. When both ends are to be held, the worse one decides; when more is better, being beyond
    /// the far end is no shortfall, and only the rule's name says that it happened.
    pub(super) fn far_end(
        &self,
        verdict: Verdict,
        actual: Decimal,
        due: Ratio,
        at: &Observation,
        out: &mut Assessment,
    ) -> Result<Verdict, Missing> {
        if self.requirement.ceiling || self.requirement.far.is_none() {
            return Ok(verdict);
        }
        let far = self.range_end(true)?;
        let (standing, other) = self.hold_against(&far, actual, due, at)?;
        out.expected_hi = Some(standing.expected);
        if !self.requirement.hold {
            let id = if actual > far.target_value { RuleId::BeyondRange } else { verdict.rule.id };
            return Ok(Verdict { rule: Rule { id, ..verdict.rule }, ..verdict });
        }
        if standing.gap.value() < out.gap.and_then(Ratio::value) {
            (out.gap, out.gap_points) = (Some(standing.gap), standing.points);
        }
        Ok(if other.grade > verdict.grade { other } else { verdict })
    }
}

fn describe_line<W: Working>(line: &Trajectory, actual: Decimal, due: Ratio, out: &Assessment, work: &mut W) {
    if line.moves() {
        work.step("应达值 = 起点 + (目标 − 起点) × 序时进度", |inputs| {
            inputs.with("起点", line.base).with("目标", line.target_value).with("序时进度", shown(Some(due)));
            shown(out.expected)
        });
    } else {
        work.step("应达值 = 目标（不随时间变化）", |inputs| {
            inputs.with("目标", line.base);
            shown(out.expected)
        });
    }
    let formula = if line.ceiling {
        "差距 = 应达值 − 实际（越低越好）"
    } else {
        "差距 = 实际 − 应达值"
    };
    work.step(formula, |inputs| {
        inputs.with("实际", actual).with("应达值", shown(out.expected));
        shown(out.gap)
    });
    // Of rates and shares the difference is in points already.
    if W::KEEPS && out.gap_points.is_some() && out.gap_points != out.gap {
        work.step("差距（百分点） = 差距 ÷ 全部工作量 × 100", |inputs| {
            inputs.with("差距", shown(out.gap)).with("全部工作量", line.whole);
            shown(out.gap_points)
        });
    }
}
