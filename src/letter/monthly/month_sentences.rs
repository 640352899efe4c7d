//! The sentences: what is said of one series, and the facts that each clause rests on.

use std::cmp::Ordering;

use chrono::Datelike as _;
use rust_decimal::Decimal;

use super::month_facts::{JudgedSeries, ReportFact, ReportSeries, StatedFact, at, course};
use super::month_runs::{CountedRun, before, run};
use super::month_words::{
    amount, beside, difference_unit, growth, moved, number, printed, size, span_said, worked,
};
use crate::line::{LetterLine, RankLine};
use xushi_domain::pace::{StatedAgainst, is_percent};
use xushi_domain::{AverageOf, Basis, Better, Figure, Period};

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
            said.main(period, basis, year)?;
            said.pace(judged, (period, basis));
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

/// What is said of a promise without figures: that there are none.
pub fn still_missing(series: &ReportSeries) -> Option<ReportSentence> {
    let judged = series.judged.as_ref().filter(|_| series.latest().is_none())?;
    let lead = judged.lead.as_ref().map(|lead| format!("（牵头单位：{lead}）")).unwrap_or_default();
    let text = format!("{}{}{lead}没有已公布的数值，本期不作评价。", series.whole, series.measure);
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
            self.say(moved(own.value - then.value, "去年同期", is_rate), &[own, then]);
            self.worked.push(worked(own.value, then.value));
        }
        if let Some(then) = before(&figures, own, series.step).filter(|_| basis == Basis::Cumulative) {
            let since = span_said(then.period, basis, then.period.end().year());
            self.say(moved(own.value - then.value, &since, is_rate), &[own, then]);
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
            (None, Some(RankLine { place, of: Some(of), among }), Some(judged)) => {
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
        (None, None) => None,
    }
}

/// The figure of a period that compares with others: its growth, else a share.
fn rate(series: &ReportSeries, period: Period, basis: Basis) -> Option<&ReportFact> {
    let level = || series.at(period, basis, Figure::Level).filter(|_| is_percent(&series.unit));
    series.at(period, basis, Figure::Yoy).or_else(level)
}

/// A stated difference, where no figures say the same.
fn stated_clause(series: &ReportSeries, stated: &StatedFact, period: Period) -> Option<String> {
    let unit = difference_unit(stated.figure, &series.unit);
    let basis = series.latest().map(|(_, basis)| basis)?;
    let known =
        |then: Option<Period>| then.is_some_and(|then| series.at(then, basis, stated.figure).is_some());
    let name = stated.against.as_str();
    match StatedAgainst::read(name) {
        StatedAgainst::Region => {
            let shown = |above: &&super::RegionAbove| match AverageOf::read(name) {
                AverageOf::Nation => above.name.contains("全国"),
                AverageOf::Above(_) => !above.name.contains("全国"),
                AverageOf::Parent => true,
                AverageOf::Named(named) => above.name.starts_with(named),
            };
            let worked_out = series.above.iter().filter(shown);
            let mut worked_out =
                worked_out.filter(|above| at(&above.facts, period, basis, stated.figure).is_some());
            worked_out.next().is_none().then(|| beside(stated.difference, name, unit))
        }
        StatedAgainst::LastYear if !known(period.last_year()) => {
            Some(moved(stated.difference, name, stated.figure == Figure::Yoy))
        }
        StatedAgainst::Rank
            if !series.facts.iter().any(|fact| fact.figure == Figure::Rank && fact.period == period) =>
        {
            let among = ["排名", "位次", "名次", "排位"]
                .iter()
                .fold(name.to_owned(), |name, word| name.replace(word, ""));
            Some(format!("居{among}第{}位", number(stated.difference, 0)))
        }
        // What the verdict says itself, and what only the figures of another day could bear.
        _ => None,
    }
}

/// 连续7个月高于全国平均, 扭转连续3个月低于全国平均的局面.
fn beside_run(run: &CountedRun<'_>, name: &str, better: Better) -> String {
    let words = |side: Ordering| if side == Ordering::Greater { "高于" } else { "低于" };
    let (now, was) = (words(run.side), words(run.side.reverse()));
    if run.ended == 0 {
        return format!("连续{}{now}{name}", run.length(run.periods));
    }
    let good = (run.side == Ordering::Greater) != (better == Better::Lower);
    let before = run.length(run.ended);
    if good {
        format!("扭转连续{before}{was}{name}的局面")
    } else {
        format!("由连续{before}{was}{name}转为{now}{name}")
    }
}

/// 连续6个月负增长, 扭转连续6个月下降态势; that something grows and has grown is no news.
fn sign_run(run: &CountedRun<'_>, better: Better) -> Option<String> {
    let (up, lower) = (run.side == Ordering::Greater, better == Better::Lower);
    let length = run.length(if run.ended > 0 { run.ended } else { run.periods });
    match (run.ended > 0, up, lower) {
        (false, false, false) => Some(format!("连续{length}负增长")),
        (false, false, true) => Some(format!("连续{length}下降")),
        (false, true, true) => Some(format!("连续{length}上升")),
        (false, true, false) => None,
        (true, true, false) => Some(format!("扭转连续{length}下降态势")),
        (true, false, true) => Some(format!("扭转连续{length}上升态势")),
        (true, false, false) => Some(format!("由连续{length}增长转为下降")),
        (true, true, true) => Some(format!("由连续{length}下降转为上升")),
    }
}

fn whole(line: &LetterLine) -> &'static str {
    let year = line.window.as_ref().is_some_and(|window| {
        window.start.ordinal() == 1
            && (window.end.month(), window.end.day()) == (12, 31)
            && window.start.year() == window.end.year()
    });
    if year { "全年" } else { "" }
}

/// How it stands to its target.
fn pace_clause(judged: &JudgedSeries) -> Option<String> {
    let line = &judged.line;
    let whole = whole(line);
    let shortfall = line.shortfall.as_ref();
    let sign = shortfall.map(|shortfall| shortfall.printed().cmp(&Decimal::ZERO));
    if let (Some(done), Some(_), Some(points)) =
        (&line.completion, &line.completion_due, &line.shortfall_points)
        && line.adds_up
        && !line.limit
    {
        let pace = match points.printed().cmp(&Decimal::ZERO) {
            Ordering::Less => format!("超序时进度{}", size(points)),
            Ordering::Equal => "与序时进度持平".to_owned(),
            Ordering::Greater => format!("低于序时进度{}", size(points)),
        };
        return Some(format!("完成{whole}目标的{}，{pace}", printed(done)));
    }
    let flat = line.figure == Some(Figure::Yoy)
        || line.actual.as_ref().is_some_and(|actual| is_percent(&actual.unit));
    if let (Some(sign), Some(shortfall), Some(_)) = (sign, shortfall, &line.expected)
        && flat
        && !line.moves
        && line.other.is_none()
        && line.better == Better::Higher
    {
        return Some(match sign {
            Ordering::Greater => format!("低于{whole}目标{}", size(shortfall)),
            Ordering::Less => format!("高于{whole}目标{}", size(shortfall)),
            Ordering::Equal => format!("达到{whole}目标"),
        });
    }
    let gap = judged.said.gap.as_str();
    let target = line.target_text.as_str();
    match (gap.is_empty() || gap == "—", target.is_empty()) {
        (true, true) => None,
        (true, false) => Some(format!("目标为“{target}”")),
        (false, true) => Some(gap.to_owned()),
        (false, false) => {
            Some(format!("目标为“{target}”，{}{gap}", if line.moves { "对照序时进度" } else { "对照目标" }))
        }
    }
}

/// The numbers of the promise behind it.
fn pace_worked(line: &LetterLine) -> String {
    let mut parts = vec![format!("目标：{}", line.target_text)];
    let shown = |name: &str, quantity: &Option<crate::Quantity>| {
        quantity.as_ref().map(|quantity| format!("{name}{}", printed(quantity)))
    };
    parts.extend(shown("目标值", &line.target_value));
    parts.extend(shown("应达", &line.expected));
    parts.extend(shown("完成", &line.completion));
    parts.extend(shown("应完成", &line.completion_due));
    if let Some(curve) = &line.curve_label {
        parts.push(format!("曲线：{curve}"));
    }
    parts.join("；")
}
