//! The sentences: what is said of one series, and the facts that each clause rests on.

use chrono::Datelike as _;
use rust_decimal::Decimal;

use super::month_clauses::{beside_run, pace_clause, pace_worked, sign_run, stated_clause};
use super::month_facts::{JudgedSeries, ReportFact, ReportSeries, at, course};
use super::month_runs::{before, run};
use super::month_words::{amount, beside, difference_unit, growth, moved, number, span_said, worked};
use crate::line::RankLine;
use xushi_domain::pace::is_percent;
use xushi_domain::{Basis, Figure, Grade, Period};

/// One sentence of a report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReportSentence {
    /// What it is about, whatever its values: the same next month.
    pub key: String,
    /// As it is printed, with its full stop.
    pub text: String,
    /// Ids of the facts it rests on, in the order they are said, each once.
    pub facts: Vec<String>,
    /// What was worked out of them, as it can be checked by hand.
    pub worked: Vec<String>,
}

/// A sentence as it grows.
struct Said<'a> {
    series: &'a ReportSeries,
    clauses: Vec<String>,
    facts: Vec<String>,
    worked: Vec<String>,
}

impl<'a> Said<'a> {
    fn rest_on<'f>(&mut self, facts: impl IntoIterator<Item = &'f ReportFact>) {
        for fact in facts {
            if !self.facts.contains(&fact.id) {
                self.facts.push(fact.id.clone());
            }
        }
    }

    fn say(&mut self, clause: String, facts: &[&ReportFact]) {
        self.rest_on(facts.iter().copied());
        self.clauses.push(clause);
    }

    fn ended(self, key: &str) -> ReportSentence {
        let text = format!("{}。", self.clauses.join("，"));
        ReportSentence { key: key.to_owned(), text, facts: self.facts, worked: self.worked }
    }
}

/// What is said of a series by its latest figures in a report of `year`; `None` without any.
pub fn reported(series: &ReportSeries, year: i32) -> Option<ReportSentence> {
    let (period, basis) = series.latest()?;
    let mut said = Said { series, clauses: Vec::new(), facts: Vec::new(), worked: Vec::new() };
    if said.milestone((period, basis)) {
        return Some(said.ended(&series.key));
    }
    said.main(period, basis, year)?;
    said.compared(period, basis);
    said.stated(period);
    said.runs(period, basis);
    said.place(period, basis);
    if let Some(judged) = &series.judged {
        said.pace(judged, (period, basis));
    }
    said.other_days(period, basis, year);
    Some(said.ended(&series.key))
}

/// What is said of an indicator that lags: how it stands, its grade, who answers, which letter stands.
pub fn troubled(series: &ReportSeries, year: i32) -> Option<ReportSentence> {
    let judged = series.judged.as_ref()?;
    let mut said = Said { series, clauses: Vec::new(), facts: Vec::new(), worked: Vec::new() };
    match series.latest() {
        Some((period, basis)) => {
            if !said.milestone((period, basis)) {
                said.main(period, basis, year)?;
                said.pace(judged, (period, basis));
            }
        }
        None => said.clauses.push(format!("{}{}没有可供研判的数值", series.whole, series.measure)),
    }
    said.clauses.push(format!("研判为“{}”", judged.grade_said));
    match &judged.lead {
        Some(lead) => said.clauses.push(format!("牵头单位为{lead}")),
        None => said.clauses.push("尚未明确牵头单位".to_owned()),
    }
    if let Some(letter) = &judged.letter {
        said.clauses.push(letter.clone());
    }
    Some(said.ended(&series.key))
}

/// What is said of a promise without figures: that there are none, or what a person judged.
pub fn still_missing(series: &ReportSeries) -> Option<ReportSentence> {
    let judged = series.judged.as_ref().filter(|_| series.latest().is_none())?;
    let lead = judged.lead.as_ref().map(|lead| format!("（牵头单位：{lead}）")).unwrap_or_default();
    let unjudged = [Grade::NoData, Grade::NoTarget, Grade::NotStarted, Grade::OverdueReport];
    let said = match judged.line.grade {
        Some(grade) if !unjudged.contains(&grade) => format!("没有数值，研判为“{}”", judged.grade_said),
        _ => "没有已公布的数值，本期不作评价".to_owned(),
    };
    let text = format!("{}{}{lead}{said}。", series.whole, series.measure);
    Some(ReportSentence { key: series.key.clone(), text, facts: Vec::new(), worked: Vec::new() })
}

impl Said<'_> {
    /// 1—7月，全省固定资产投资同比增长2.9%
    fn main(&mut self, period: Period, basis: Basis, year: i32) -> Option<()> {
        let series = self.series;
        let (clause, facts) = figures(series, period, basis)?;
        self.say(
            format!("{}，{}{}{clause}", span_said(period, basis, year), series.whole, series.measure),
            &facts,
        );
        Some(())
    }

    /// 全市港区二期工程截至7月31日，应于6月30日前完成，尚未完成，已逾期31天; `false` of what is no milestone.
    fn milestone(&mut self, (period, basis): (Period, Basis)) -> bool {
        let series = self.series;
        let Some(judged) = series.judged.as_ref().filter(|judged| !judged.said.progress.is_empty()) else {
            return false;
        };
        let facts: Vec<&ReportFact> =
            series.facts.iter().filter(|fact| (fact.period, fact.basis) == (period, basis)).collect();
        self.say(format!("{}{}{}", series.whole, series.measure, judged.said.progress), &facts);
        self.worked.push(pace_worked(&judged.line));
        true
    }

    /// Against regions above, the same period of last year, and the period before: of rates and shares alone.
    fn compared(&mut self, period: Period, basis: Basis) {
        let series = self.series;
        let Some(own) = rate(series, period, basis) else { return };
        let unit = difference_unit(own.figure, &series.unit);
        for above in &series.above {
            if let Some(other) = at(&above.facts, period, basis, own.figure) {
                self.say(beside(own.value - other.value, &above.name, unit), &[own, other]);
                self.worked.push(worked(own.value, other.value));
            }
        }
        let figures = series.course(basis, own.figure);
        let is_rate = own.figure == Figure::Yoy;
        let last_year = period.last_year().and_then(|then| series.at(then, basis, own.figure));
        if let Some(then) = last_year {
            self.say(moved((own.value, then.value), "去年同期", is_rate), &[own, then]);
            self.worked.push(worked(own.value, then.value));
        }
        if let Some(then) = before(&figures, own, series.step).filter(|_| basis == Basis::Cumulative) {
            let since = span_said(then.period, basis, then.period.end().year());
            self.say(moved((own.value, then.value), &since, is_rate), &[own, then]);
            self.worked.push(worked(own.value, then.value));
        }
    }

    /// What was stated and cannot be worked out.
    fn stated(&mut self, period: Period) {
        let series = self.series;
        for stated in series.stated.iter().filter(|stated| stated.period_end == period.end()) {
            if let Some(clause) = stated_clause(series, stated, period) {
                if !self.facts.contains(&stated.id) {
                    self.facts.push(stated.id.clone());
                }
                self.clauses.push(clause);
            }
        }
    }

    /// How long it has been above or below the regions above, and grown or declined.
    fn runs(&mut self, period: Period, basis: Basis) {
        let series = self.series;
        let Some(own) = rate(series, period, basis) else { return };
        let figures: Vec<&ReportFact> = series
            .course(basis, own.figure)
            .into_iter()
            .filter(|one| one.period.end() <= period.end())
            .collect();
        for above in &series.above {
            let side = |fact: &ReportFact| {
                let other = at(&above.facts, fact.period, basis, own.figure)?;
                Some((fact.value.cmp(&other.value), Some(other)))
            };
            if let Some(run) = run(&figures, series.step, side) {
                self.say(beside_run(&run, &above.name, series.better), &run.facts);
            }
        }
        if own.figure != Figure::Yoy {
            return;
        }
        let sign = run(&figures, series.step, |fact| Some((fact.value.cmp(&Decimal::ZERO), None)));
        if let Some(clause) = sign.as_ref().and_then(|run| sign_run(run, series.better)) {
            self.say(clause, &sign.map(|run| run.facts).unwrap_or_default());
        }
    }

    /// 居14个市州第3位: as it was published, else as it was worked out.
    fn place(&mut self, period: Period, basis: Basis) {
        let series = self.series;
        if rate(series, period, basis).or(series.at(period, basis, Figure::Level)).is_none() {
            return;
        }
        let judged = series.judged.as_ref();
        let rank = judged.and_then(|judged| judged.line.rank.as_ref());
        let published = course(&series.facts, basis, Figure::Rank);
        let published = published.into_iter().find(|fact| fact.period.end() == period.end());
        match (published, rank, judged) {
            (Some(fact), ..) => {
                let among = rank.map_or("同级地区", |rank| rank.among.as_str());
                let of = fact.of.map(|of| format!("{of}个{among}")).unwrap_or_else(|| among.to_owned());
                self.say(format!("居{of}第{}位", number(fact.value, 0)), &[fact]);
            }
            (None, Some(RankLine { place, of: Some(of), among, .. }), Some(judged)) => {
                let rest: Vec<&ReportFact> = judged.siblings.iter().collect();
                self.say(format!("居{of}个{among}第{place}位"), &rest);
                self.worked.extend(judged.ranked_by.map(|by| format!("位次按{by}排列")));
            }
            _ => {}
        }
    }

    /// 完成全年目标的77.4%，超序时进度19.1个百分点; 低于全年目标1.6个百分点.
    fn pace(&mut self, judged: &JudgedSeries, (period, basis): (Period, Basis)) {
        let line = &judged.line;
        let Some(clause) = pace_clause(judged) else { return };
        let series = self.series;
        let months = line.adds_up && line.basis == Some(Basis::Period);
        let start = line.window.as_ref().map(|window| window.start);
        // Last year's course is part of what is due by its curve.
        let by_last_year =
            line.curve_label.as_deref().is_some_and(|curve| curve.contains("上年") || curve.contains("历年"));
        let counted = |fact: &&ReportFact| {
            let in_window = start.is_none_or(|start| fact.period.start() >= start);
            let own = (fact.period, fact.basis) == (period, basis) && fact.figure != Figure::Rank;
            own && Some(fact.figure) == line.figure
                || months
                    && in_window
                    && fact.basis == Basis::Period
                    && Some(fact.figure) == line.figure
                    && fact.period.end() <= period.end()
                || by_last_year
                    && start.is_some_and(|start| fact.period.end() < start)
                    && Some(fact.figure) == line.figure
        };
        let facts: Vec<&ReportFact> = series.facts.iter().filter(counted).collect();
        self.say(clause, &facts);
        self.worked.push(pace_worked(line));
    }

    /// 其中7月23日至8月25日70起，同比下降41.67%
    fn other_days(&mut self, period: Period, basis: Basis, year: i32) {
        let series = self.series;
        if basis == Basis::Period {
            return;
        }
        let of_itself =
            series.facts.iter().filter(|fact| fact.basis == Basis::Period && fact.figure != Figure::Rank);
        let Some(latest) = of_itself.map(|fact| fact.period).max_by_key(|one| one.end()) else { return };
        if latest.end() != period.end() {
            return;
        }
        if let Some((clause, facts)) = figures(series, latest, Basis::Period) {
            self.say(
                format!("其中{}{}", span_said(latest, Basis::Period, year), clause.trim_start_matches('为')),
                &facts,
            );
        }
    }
}

/// The value and its growth, said together.
fn figures(series: &ReportSeries, period: Period, basis: Basis) -> Option<(String, Vec<&ReportFact>)> {
    let level = series.at(period, basis, Figure::Level);
    let yoy = series.at(period, basis, Figure::Yoy);
    let value = |fact: &ReportFact| {
        let said = amount(fact.value, &series.unit);
        if is_percent(&series.unit) || basis == Basis::Point { format!("为{said}") } else { said }
    };
    match (level, yoy) {
        (Some(level), Some(yoy)) => {
            Some((format!("{}，{}", value(level), growth(yoy.value)), vec![level, yoy]))
        }
        (Some(level), None) => Some((value(level), vec![level])),
        (None, Some(yoy)) => Some((growth(yoy.value), vec![yoy])),
        // A promise of a place has no other figure.
        (None, None) => {
            let place = series.at(period, basis, Figure::Rank)?;
            Some((format!("位次为第{}位", number(place.value, 0)), vec![place]))
        }
    }
}

/// The figure of a period that compares with others: its growth, else a share.
fn rate(series: &ReportSeries, period: Period, basis: Basis) -> Option<&ReportFact> {
    let level = || series.at(period, basis, Figure::Level).filter(|_| is_percent(&series.unit));
    series.at(period, basis, Figure::Yoy).or_else(level)
}
