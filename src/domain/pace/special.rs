//! Kinds that are not held against a line: trends, milestones, and what only a person can judge.

use chrono::{Datelike as _, NaiveDate};
use rust_decimal::Decimal;

use crate::kind::ReportedBy;
use crate::{Curve, Figure, Grade, Observation};

use super::assessment_input::AssessmentInput;
use super::grading::Verdict;
use super::ratio::{mul, sub};
use super::requirement::is_percent;
use super::trajectory::Scale;
use super::working::Working;
use super::{Assessment, Missing, Needed, Ratio, Rule, RuleId};

impl AssessmentInput<'_> {
    /// The size of the change in the wanted direction, and whether it is in percentage points.
    pub(super) fn trend(&self, at: &Observation) -> Result<(Decimal, bool), Missing> {
        let down = self.requirement.ceiling;
        let turned = |change: Decimal| if down { -change } else { change };
        if self.figure == Figure::Yoy {
            return Ok((turned(at.value), true));
        }
        // Only the sign of a difference of levels is used: a growth rate is never computed from them.
        let before = at.period.last_year().ok_or(Missing::SamePeriodLastYear)?;
        let before = self.series.at(before, self.basis).ok_or(Missing::SamePeriodLastYear)?;
        Ok((turned(sub(at.value, before.value)?), false))
    }

    /// A trend: the sign of the year-on-year change.
    pub(super) fn judge_trend<W: Working>(
        &self,
        at: &Observation,
        out: &mut Assessment,
        work: &mut W,
    ) -> Result<Verdict, Missing> {
        let (surplus, points) = self.trend(at)?;
        let zero = Decimal::ZERO;
        out.gap = Some(Ratio::whole(surplus));
        if points {
            out.expected = Some(Ratio::whole(zero));
            out.gap_points = out.gap;
        }
        work.step(
            "升降 = 同比增速，或本期 − 上年同期（只看正负）；越低越好的取反",
            |inputs| {
                inputs.with("本期", at.value).with("依据", if points { "同比增速(%)" } else { "数值" });
                surplus.to_string()
            },
        );
        let equal_is_good = !self.requirement.strict;
        let good = surplus > zero || (surplus.is_zero() && equal_is_good);
        let day = at.period.end();
        out.needed = self.needed_sign(at.value, self.calendar.by(day), equal_is_good);
        if self.is_over(day) {
            return Ok(Verdict::plain(
                if good { Grade::Achieved } else { Grade::Missed },
                RuleId::WindowOver,
            ));
        }
        if good {
            return Ok(Verdict::plain(Grade::OnPace, RuleId::Sign));
        }
        if surplus.is_zero() {
            return Ok(Verdict::plain(Grade::Watch, RuleId::NotAbove));
        }
        if points {
            return self.by_bands(&self.pack.rate, RuleId::RatePoints, surplus, Scale::Rate, day);
        }
        let rule = Rule { id: RuleId::Sign, shortfall: None, held: false };
        Ok(Verdict { grade: Grade::Behind, rule })
    }

    /// A milestone: done, or so many days late. The value reported is the part done (0..1, or percent); the dated nodes
    /// are the curve's, else the one at the window's end. What is late can still be done: after the window, too, it is late
    /// by its days, at most `critical`, and `achieved` once it is reported done; `missed` when its year and a month are over.
    pub(super) fn judge_milestone<W: Working>(
        &self,
        at: &Observation,
        out: &mut Assessment,
        work: &mut W,
    ) -> Result<Verdict, Missing> {
        let full = match self.requirement.value {
            Some(value) if !value.is_zero() => value,
            _ if is_percent(&self.measure().unit) => Decimal::ONE_HUNDRED,
            _ => Decimal::ONE,
        };
        out.completion = Ratio::new(at.value, full);
        let day = at.period.end();
        let (due_on, due) = self.first_undone(at.value, full)?;
        out.expected = Some(Ratio::whole(mul(self.due_by(day), full)?));
        out.due_fraction = Some(Ratio::whole(self.due_by(day)));
        let Some(due_on) = due_on else {
            let done_on = self.done_since(full)?.unwrap_or(day);
            out.gap = Some(Ratio::whole(Decimal::from((due - done_on).num_days())));
            return Ok(Verdict::plain(Grade::Achieved, RuleId::TargetReached));
        };
        // What was reported undone after its day is late by every day since, until somebody reports it done.
        // The figure of the day itself says whether it was done by then.
        let is_late = due_on < day || due_on == day && due_on < self.as_of;
        let until = if is_late { day.max(self.as_of) } else { day };
        let early = Decimal::from((due_on - until).num_days());
        out.gap = Some(Ratio::whole(early));
        let left = Decimal::from((due_on - self.as_of).num_days());
        out.needed = (self.as_of <= self.subject.window.end()).then(|| Needed::days(left));
        work.step("逾期天数 = 截至日期 − 首个未完成节点日期", |inputs| {
            inputs.with("数据日期", day).with("截至日期", until).with("节点日期", due_on);
            inputs.with("已完成", at.value).with("全部", full);
            (-early).to_string()
        });
        if early >= Decimal::ZERO {
            if due_on < self.as_of {
                // It has come due since the last report, and nobody has said whether it was done.
                return Ok(unreported(out));
            }
            return Ok(Verdict::plain(Grade::OnPace, RuleId::DaysLate));
        }
        if self.is_year_over() {
            out.needed = None;
            return Ok(Verdict::plain(Grade::Missed, RuleId::WindowOver));
        }
        self.by_bands(&self.pack.days, RuleId::DaysLate, early, Scale::Progress, day)
    }

    /// Whether the calendar year in which the window ends is over, and the month in which its last reports come.
    fn is_year_over(&self) -> bool {
        let year = self.subject.window.end().year();
        NaiveDate::from_ymd_opt(year + 1, 1, 31).is_some_and(|last| self.as_of > last)
    }

    /// A milestone of which nothing was ever reported: once its first node has come due, somebody must say.
    pub(super) fn nothing_of_milestone(&self, out: &mut Assessment) -> Result<Verdict, Missing> {
        match self.first_undone(Decimal::ZERO, Decimal::ONE)? {
            (Some(due_on), _) if due_on < self.as_of => Ok(unreported(out)),
            _ => Err(Missing::Observation),
        }
    }

    /// The end of the first of the reports that say, up to the latest one, that all is done: who reports it again is not
    /// late by that.
    fn done_since(&self, full: Decimal) -> Result<Option<NaiveDate>, Missing> {
        let mut since = None;
        let latest = self.latest().unwrap_or(0);
        for at in (0..=latest).rev().filter_map(|index| self.series.get(index)) {
            let before = at.period.end() < self.subject.window.start();
            if before || self.first_undone(at.value, full)?.0.is_some() {
                break;
            }
            since = Some(at.period.end());
        }
        Ok(since)
    }

    /// The date of the first node not reached by `value` of `full`; and the date of the last node.
    fn first_undone(&self, value: Decimal, full: Decimal) -> Result<(Option<NaiveDate>, NaiveDate), Missing> {
        let end = self.subject.window.end();
        let Curve::Nodes(nodes) = self.subject.curve else {
            return Ok(((value < full).then_some(end), end));
        };
        let last = nodes.last().map_or(end, |node| node.on);
        for node in nodes {
            if value < mul(node.fraction, full)? {
                return Ok((Some(node.on), last));
            }
        }
        Ok((None, last))
    }

    /// The part of the nodes that has come due by `day`: steps, not lines.
    fn due_by(&self, day: NaiveDate) -> Decimal {
        match self.subject.curve {
            Curve::Nodes(nodes) => {
                let due = nodes.partition_point(|node| node.on <= day);
                due.checked_sub(1)
                    .and_then(|last| nodes.get(last))
                    .map_or(Decimal::ZERO, |node| node.fraction)
            }
            _ if day >= self.subject.window.end() => Decimal::ONE,
            _ => Decimal::ZERO,
        }
    }

    /// What only a person can judge.
    pub(super) fn judge_by_person<W: Working>(
        &self,
        out: &mut Assessment,
        work: &mut W,
    ) -> Result<Verdict, Missing> {
        let verdict =
            self.known.verdict.filter(|verdict| verdict.on <= self.as_of).ok_or(Missing::Verdict)?;
        out.data_period = crate::Period::new(verdict.on, verdict.on).ok();
        work.step("人工评定", |inputs| {
            inputs.with("评定日期", verdict.on);
            verdict.grade.chinese().to_owned()
        });
        Ok(Verdict::plain(verdict.grade, RuleId::Person))
    }

    /// Whether the kind is judged by a person alone.
    pub(super) fn is_by_person(&self) -> bool {
        self.row.reported_by == ReportedBy::Person
    }
}

/// A node has come due and nobody has said whether it was done.
fn unreported(out: &mut Assessment) -> Verdict {
    out.missing.insert(Missing::MilestoneReport);
    Verdict::plain(Grade::OverdueReport, RuleId::Apart)
}
