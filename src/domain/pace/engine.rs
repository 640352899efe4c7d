//! The order in which an assessment is made.

use chrono::NaiveDate;
use rust_decimal::Decimal;

use crate::kind::{EarlierShares, ForecastFrom, WayFrom};
use crate::{Basis, Doubt, Figure, Grade, Kind, Observation, RulePack, Status, Target};

use super::assessment_input::AssessmentInput;
use super::grading::Verdict;
use super::months::Months;
use super::outlook::shown;
use super::required_progress::RequiredProgress;
use super::requirement::Requirement;
use super::series::{Series, Wanted};
use super::trajectory::Trajectory;
use super::vouched::overruled;
use super::working::Working;
use super::{Assessment, Known, Missing, Ratio, Rule, RuleId, Subject};

/// The verdict, written down in `work` as it is made.
pub(super) fn run<W: Working>(
    subject: &Subject<'_>,
    known: &Known<'_>,
    pack: &RulePack,
    as_of: NaiveDate,
    work: &mut W,
) -> Assessment {
    // Filled where the caller has it: it is too large to be handed on by value.
    let mut out = Assessment::empty();
    fill(subject, known, pack, as_of, &mut out, work);
    out
}

fn fill<W: Working>(
    subject: &Subject<'_>,
    known: &Known<'_>,
    pack: &RulePack,
    as_of: NaiveDate,
    out: &mut Assessment,
    work: &mut W,
) {
    let Some(target) = subject.target else {
        out.grade = Grade::NoTarget;
        return report_only(subject, known, as_of, out);
    };
    if subject.window.start() > as_of {
        out.grade = Grade::NotStarted;
        return;
    }
    let verdict = Requirement::read(target, subject.measure).and_then(|requirement| {
        let input = AssessmentInput::new(subject, known, pack, requirement, as_of);
        describe_target(target, &requirement, work);
        out.ended = as_of > subject.window.end();
        let verdict = input.judge(out, work);
        input.staleness(out);
        verdict
    });
    conclude(verdict, pack, out, work);
}

/// Without a target there is nothing to judge, but the latest value is still a fact.
fn report_only(subject: &Subject<'_>, known: &Known<'_>, as_of: NaiveDate, out: &mut Assessment) {
    for figure in [Figure::Level, Figure::Yoy] {
        let window = Some(subject.window);
        let series = Series::of(
            known.own,
            Wanted { figure, basis: subject.measure.basis, as_of, window, months: None },
        );
        if let Some(at) = series.latest_in(subject.window).and_then(|index| series.get(index)) {
            (out.data_period, out.observation) = (Some(at.period), Some(at.id));
            out.actual = Some(at.value);
            (out.figure, out.basis) = (Some(figure), Some(at.basis));
            return;
        }
    }
}

/// Sets the grade; an overdue report hides nothing worse, and one that is overdue by the usual day only hides what is green.
fn conclude<W: Working>(
    verdict: Result<Verdict, Missing>,
    pack: &RulePack,
    out: &mut Assessment,
    work: &mut W,
) {
    let Verdict { grade, rule } = verdict.unwrap_or_else(|missing| {
        out.missing.insert(missing);
        Verdict::plain(Grade::NoData, RuleId::Apart)
    });
    (out.grade, out.rule) = (grade, rule);
    let hides = match grade {
        Grade::Ahead | Grade::OnPace => out.overdue || out.overdue_by_default,
        // What a stock has reached it may lose again; what was added up, or judged at the end, stays.
        Grade::Achieved => (out.overdue || out.overdue_by_default) && !out.stays,
        Grade::Watch | Grade::NoData => out.overdue,
        _ => false,
    };
    if hides {
        out.grade = Grade::OverdueReport;
        out.rule = Rule { id: RuleId::Apart, ..rule };
    }
    let (grade, rule) = (out.grade, out.rule);
    work.step("定级", |inputs| {
        inputs.with("规则包", format!("{} v{}", pack.name, pack.version)).with("规则", rule.id.chinese());
        if let Some(shortfall) = rule.shortfall {
            inputs.with("差距（正为落后）", shortfall);
        }
        if let Some(bands) = pack.bands(rule.id) {
            inputs.with("超序时自", bands.ahead).with("关注大于", bands.watch);
            let beyond = if bands.inclusive {
                ["滞后自", "严重滞后自"]
            } else {
                ["滞后大于", "严重滞后大于"]
            };
            inputs.with(beyond[0], bands.behind).with(beyond[1], bands.critical);
        }
        if rule.held {
            inputs.with("保持原等级", "差距尚未回落到解除余量以内");
        }
        if out.overdue {
            inputs.with("报送", "已逾期");
        } else if out.overdue_by_default {
            inputs.with("报送", "已过常规报送日（未设发布日）");
        }
        grade.chinese().to_owned()
    });
}

fn describe_target<W: Working>(target: &Target, requirement: &Requirement, work: &mut W) {
    if requirement.factor != Decimal::ONE {
        work.step("目标值换算 = 目标值 × 单位换算系数", |inputs| {
            inputs.with("目标值", target.value.unwrap_or_default()).with("单位", &target.unit);
            inputs.with("换算系数", requirement.factor);
            requirement.value.unwrap_or_default().to_string()
        });
    }
}

impl AssessmentInput<'_> {
    /// Judges the latest period; what can be said besides the grade is said even when the grade cannot be given.
    fn judge<W: Working>(&self, out: &mut Assessment, work: &mut W) -> Result<Verdict, Missing> {
        if self.row.forecast == ForecastFrom::Nothing && self.as_of <= self.subject.window.end() {
            out.forecast_lacks = Some(Missing::NotForeseeable);
        }
        if self.is_by_person() {
            // A person's last word needs no later period to be believed.
            out.stays = true;
            return self.judge_by_person(out, work);
        }
        (out.figure, out.basis) = (Some(self.figure), Some(self.basis));
        (out.judged_as, out.averaged) = (self.judged_as, self.averages() || self.averages_rates());
        self.refusals(out);
        let Some((index, at)) = self.latest().and_then(|index| Some((index, self.series.get(index)?))) else {
            return self.nothing_to_judge(out, work);
        };
        if self.row.way == WayFrom::Place
            && let Some((at, rank)) = self.computed_place_after(Some(at.period.end()))
        {
            return self.judge_place(at, rank, out, work);
        }
        (out.data_period, out.observation) = (Some(at.period), Some(at.id));
        self.preliminary_after(at, out);
        if self.series.revised && !overruled(self.known.own, at, self.as_of).is_empty() {
            out.doubts.insert(Doubt::StagesDiffer);
        }
        if self.is_since_base() && at.period.start() != self.subject.window.start() {
            return Err(Missing::ChangeSinceBase);
        }
        if self.is_rate_of_a_month(at) {
            out.actual = Some(at.value);
            out.forecast_lacks = (self.as_of <= self.subject.window.end()).then_some(Missing::MonthAlone);
            return Err(Missing::YearToDate);
        }
        if self.lacks_rates(at) {
            out.missing.insert(Missing::WindowRate);
        }
        let actual = match self.actual(at) {
            Err(Missing::GapInPeriods) => {
                return self.judge_known(at, out, work).map_err(|gap| self.lacking(gap));
            }
            actual => actual?,
        };
        let (of, actual) = self.worst_of_each(at, out).unwrap_or((at, actual));
        (out.actual, out.observation) = (Some(actual), Some(of.id));
        self.describe_judged(of, actual, work);
        let line = self.line(at, actual);
        let by_curve = match self.row.way {
            // The growth that is needed from here is worked out by it.
            WayFrom::Nodes | WayFrom::Rate | WayFrom::BaseRate => true,
            _ => line.as_ref().map_or(true, Trajectory::moves),
        };
        let (months, due) = self.paces(at, by_curve, out, work);
        let verdict = match self.row.way {
            WayFrom::Sign => self.judge_trend(at, out, work),
            WayFrom::Nodes => self.judge_milestone(at, out, work),
            _ => self.judge_line(at, &line, actual, (months, due), out, work),
        };
        let before = self.before(index);
        self.changes(at, before, out);
        // What was held against one line is good where its gap is no shortfall.
        let held = verdict.is_ok() && line.is_ok() && due.is_ok() && self.requirement.kind != Kind::Range;
        let held = held && out.observation == Some(at.id) && !self.requirement.each_period;
        let good = out.gap.filter(|_| held).map(|gap| gap.numerator() >= Decimal::ZERO);
        out.streak = self.streak((at, good), before, line.as_ref().ok());
        self.benchmarks(at, out, work)?;
        self.rank(at, (actual, line.as_ref().ok()), out, work);
        let verdict = verdict?;
        out.run = self.run(verdict.grade, at.period.end());
        out.stays = self.stays(&verdict, line.as_ref().ok());
        Ok(verdict)
    }

    /// Of single months that stand in for a running total the total is wanted, not the months.
    fn lacking(&self, missing: Missing) -> Missing {
        let stands_in = missing == Missing::GapInPeriods && self.basis != self.measure().basis;
        if stands_in { Missing::YearToDate } else { missing }
    }

    /// Facts of the judged series that today's rules refuse.
    fn refusals(&self, out: &mut Assessment) {
        let beside = self.beside.as_ref().is_some_and(|series| series.refused);
        if self.series.refused || beside {
            out.doubts.insert(Doubt::RefusedByRules);
        }
    }

    /// Whether the latest period has a final value and, published later at the same stage, a preliminary one that does not count.
    fn preliminary_after(&self, at: &Observation, out: &mut Assessment) {
        if !self.series.revised || at.status != Status::Final {
            return;
        }
        let later = |one: &&Observation| {
            one.status == Status::Preliminary
                && one.weight().0 == at.weight().0
                && (one.figure, one.basis, one.period) == (at.figure, at.basis, at.period)
                && (one.published_on, one.vintage) > (at.published_on, at.vintage)
                && one.published_on <= self.as_of
        };
        if self.known.own.iter().any(|one| later(&one)) {
            out.doubts.insert(Doubt::PreliminaryAfterFinal);
        }
    }

    /// What is said where nothing of the judged figure was reported in the window.
    fn nothing_to_judge<W: Working>(&self, out: &mut Assessment, work: &mut W) -> Result<Verdict, Missing> {
        match self.row.way {
            WayFrom::Nodes => return self.nothing_of_milestone(out),
            WayFrom::Place => {
                if let Some((at, rank)) = self.computed_place_after(None) {
                    return self.judge_place(at, rank, out, work);
                }
            }
            WayFrom::Rate => {
                let levels = self.beside.as_ref();
                let level = levels.and_then(|levels| levels.get(levels.latest_in(self.subject.window)?));
                if let (Some(levels), Some(level)) = (levels, level) {
                    let before = level.period.last_year();
                    if before.is_some_and(|before| levels.at(before, level.basis).is_some()) {
                        out.doubts.insert(Doubt::GrowthWanted);
                    }
                    return Err(Missing::GrowthRate);
                }
            }
            _ => {}
        }
        // Figures are there, though of single months only.
        let window = self.subject.window;
        let month = |one: &Observation| {
            one.basis == Basis::Period && one.figure == self.figure && one.published_on <= self.as_of
        };
        let of_months = self.basis == Basis::Cumulative
            && self
                .known
                .own
                .iter()
                .any(|one| month(one) && one.status.is_actual() && window.contains(one.period.end()));
        Err(if of_months { Missing::YearToDate } else { Missing::Observation })
    }

    /// Whether what was achieved stays so, whatever is reported later.
    fn stays(&self, verdict: &Verdict, line: Option<&Trajectory>) -> bool {
        verdict.rule.id == RuleId::WindowOver
            || self.row.way == WayFrom::Nodes
            || (self.accumulates() && line.is_some_and(|line| !line.ceiling))
    }

    /// The linear pace, last year's, and the curve's own; the curve is not asked where nothing moves by it.
    pub(super) fn paces<W: Working>(
        &self,
        at: &Observation,
        by_curve: bool,
        out: &mut Assessment,
        work: &mut W,
    ) -> (Months, Result<RequiredProgress, Missing>) {
        let day = at.period.end();
        let months = self.calendar.by(day);
        out.linear_pace = months.fraction();
        work.step("按月均衡进度 = 已过月数 ÷ 总月数（不足月按天数折算）", |inputs| {
            let denominator = Decimal::from(months.denominator);
            let of = |part: i64| shown(Ratio::new(Decimal::from(part), denominator));
            inputs.with("已过月数", of(months.elapsed)).with("总月数", of(months.total));
            shown(out.linear_pace)
        });
        if self.has_last_year_pace() {
            match self.share(day, 1) {
                Ok(share) => {
                    out.last_year_pace = Some(share.ratio);
                    out.doubts.extend(share.doubt);
                }
                Err(missing) => out.missing.insert(missing_share(missing)),
            }
            if let Some(share) = out.last_year_pace {
                work.step("上年同期进度 = 上年同期完成 ÷ 上年全年完成", |inputs| {
                    inputs.with("上年同期完成", share.numerator()).with("上年全年完成", share.denominator());
                    shown(out.last_year_pace)
                });
            }
        }
        let due = self.required_progress(day, months);
        if let (Ok(due), true) = (due, by_curve) {
            out.due_fraction = Some(due.fraction);
            out.curve_used = Some(due.used);
            if let Some(missing) = due.missing {
                out.missing.insert(missing);
            }
            out.doubts.extend(due.doubt);
            work.step("序时进度 F(p)", |inputs| {
                inputs.with("曲线", due.used.chinese()).with("数据期末", day);
                shown(out.due_fraction)
            });
        }
        (months, due)
    }

    /// Whether last year's share means anything for the kind.
    fn has_last_year_pace(&self) -> bool {
        match self.row.earlier_shares {
            EarlierShares::Always => true,
            EarlierShares::WhereItAddsUp => self.adds_up(),
            EarlierShares::Never => false,
        }
    }

    pub(super) fn judge_line<W: Working>(
        &self,
        at: &Observation,
        line: &Result<Trajectory, Missing>,
        actual: Decimal,
        (months, due): (Months, Result<RequiredProgress, Missing>),
        out: &mut Assessment,
        work: &mut W,
    ) -> Result<Verdict, Missing> {
        if let Err(missing) = self.outlook(line.as_ref().ok(), actual, (at, months, due.ok()), out, work) {
            out.missing.insert(missing);
        }
        if self.level_assumed() {
            out.missing.insert(Missing::Baseline);
        }
        let line = line.as_ref().map_err(|missing| *missing)?;
        // A line that does not move is the same whatever the curve.
        let due = match due {
            Ok(due) => due.fraction,
            // At the end all of it is due, by any curve.
            Err(missing) if line.moves() && !self.is_over(at.period.end()) => return Err(missing),
            Err(_) => Ratio::whole(Decimal::ONE),
        };
        let verdict = self.held(line, (actual, due), at, out, work)?;
        match self.forecast(at, actual, line, months, work) {
            Some(Ok(forecast)) => out.forecast = Some(forecast),
            Some(Err(missing)) => out.forecast_lacks = Some(missing),
            None => {}
        }
        if self.requirement.kind == Kind::Range {
            return self.far_end(verdict, actual, due, at, out);
        }
        Ok(verdict)
    }
}

/// A last-year share may fail for want of any of its parts.
fn missing_share(missing: Missing) -> Missing {
    if missing == Missing::OutOfRange { missing } else { Missing::LastYearShare }
}
