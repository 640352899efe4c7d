//! Limits that are broken for good: what adds up and cannot fall stays above them, whatever else is reported.

use rust_decimal::Decimal;

use crate::{Figure, Kind, Observation, Period};

use super::assessment_input::AssessmentInput;
use super::grading::Verdict;
use super::ratio::{add, sub};
use super::series::Series;
use super::trajectory::Trajectory;
use super::working::Working;
use super::{Assessment, Missing, Ratio};

/// What is known of a sum whose parts were not all reported.
pub(super) struct Known {
    pub(super) sum: Decimal,
    /// What was not reported, in order of time.
    pub(super) gaps: Vec<Period>,
}

impl AssessmentInput<'_> {
    /// Whether what was added up can only grow, so that a limit once exceeded stays exceeded.
    pub(super) fn is_broken(&self, line: &Trajectory, actual: Decimal) -> Result<bool, Missing> {
        let counts = self.figure == Figure::Level && (self.adds_up() || self.counts_from_zero());
        let over = line.ceiling
            && counts
            && !line.is_met(actual, self.requirement.strict, self.allowance(line.scale))?;
        Ok(over && !self.takes_back())
    }

    /// Whether a period took something back (net amounts): then the sum may fall again.
    fn takes_back(&self) -> bool {
        let window = self.subject.window;
        let mut all = (0..).map_while(|index| self.series.get(index));
        all.any(|one| one.value < Decimal::ZERO && window.contains(one.period.end()))
    }

    /// The verdict where parts of the window were not reported: the known ones are a lower bound of the sum, and a limit
    /// that is above settles nothing, while one that is below is broken already.
    pub(super) fn judge_known<W: Working>(
        &self,
        at: &Observation,
        out: &mut Assessment,
        work: &mut W,
    ) -> Result<Verdict, Missing> {
        let window = self.subject.window;
        let until = Period::new(window.start(), at.period.end()).map_err(|_| Missing::GapInPeriods)?;
        let known = self.series.known(until)?;
        let two_ends = self.requirement.kind == Kind::Range && self.requirement.hold;
        let line = if two_ends { self.range_end(true) } else { self.line(at, known.sum) };
        let line = line.map_err(|_| Missing::GapInPeriods)?;
        if !self.is_broken(&line, known.sum)? {
            return Err(Missing::GapInPeriods);
        }
        let over = sub(known.sum, line.target_value)?;
        out.missing.insert(Missing::GapInPeriods);
        out.actual = Some(known.sum);
        work.step("已知各期之和（缺少部分时期，实际不低于此数）", |inputs| {
            let gaps: Vec<String> =
                known.gaps.iter().map(|gap| format!("{}至{}", gap.start(), gap.end())).collect();
            inputs.with("缺少", gaps.join("、")).with("截至", at.period.end());
            known.sum.to_string()
        });
        work.step("已知部分已超出限额，补报只会更多", |inputs| {
            inputs.with("已知各期之和", known.sum).with("限额", line.target_value);
            over.to_string()
        });
        let (_, due) = self.paces(at, line.moves(), out, work);
        let due = due.map_or(Ratio::whole(Decimal::ONE), |due| due.fraction);
        let verdict = self.held(&line, (known.sum, due), at, out, work)?;
        out.run = self.run(verdict.grade, at.period.end());
        out.stays = true;
        Ok(verdict)
    }
}

impl Series<'_> {
    /// The reported parts of `span` that do not overlap, added up, of those that end on one day the longest; and what lies
    /// between them.
    pub(super) fn known(&self, span: Period) -> Result<Known, Missing> {
        let mut known = Known { sum: Decimal::ZERO, gaps: Vec::new() };
        let mut end = span.end();
        while end >= span.start() {
            let parts = (0..)
                .map_while(|index| self.get(index))
                .filter(|one| one.period.start() >= span.start() && one.period.end() <= end);
            let last = parts.max_by_key(|one| (one.period.end(), std::cmp::Reverse(one.period.start())));
            let reported = last.map_or(Some(span.start()), |one| one.period.end().succ_opt());
            let reported = reported.ok_or(Missing::GapInPeriods)?;
            if let Ok(gap) = Period::new(reported, end) {
                known.gaps.push(gap);
            }
            let Some(last) = last else { break };
            known.sum = add(known.sum, last.value)?;
            end = last.period.start().pred_opt().ok_or(Missing::GapInPeriods)?;
        }
        known.gaps.reverse();
        Ok(known)
    }
}
