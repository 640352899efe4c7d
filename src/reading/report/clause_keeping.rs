//! When and how firmly a number of a clause is said, and the facts that are kept of it.

use chrono::Datelike as _;
use rust_decimal::Decimal;
use xushi_domain::Basis;

use super::clause_facts::{NumberRun, ReportClause};
use super::observed::{ReportedFact, ReportedFigure, ReportedSpan, ReportedStatus};
use super::sayings::Saying;
use super::spans::{self, Dated, DaySpan, Told};
use super::wording::{self, has};

impl ReportClause<'_> {
    pub(super) fn tell(&mut self, span: DaySpan) {
        self.reader.thread.span = Some(span);
        let year_so_far = span.basis == Some(Basis::Cumulative);
        if span.told == Told::Months
            && (year_so_far
                || self.reader.thread.months.is_none()
                    && self.reader.default.is_none_or(|default| default.told != Told::Months))
        {
            self.reader.thread.months = Some(span);
        }
    }

    pub(super) fn emit(
        &mut self,
        run: &NumberRun,
        said: &Saying<'_>,
        names: &[String],
        regions: &[String],
        at: usize,
    ) {
        let count = run.amounts.len();
        let several = names.len().max(regions.len());
        // 比上半年、一季度分别加快0.6个和1.2个百分点: each against its own.
        let against: Vec<String> = match &said.against {
            Some(against) if count > 1 && several == 1 && said.figure == ReportedFigure::Difference => {
                against.split(['、', '和']).map(str::to_owned).collect()
            }
            _ => Vec::new(),
        };
        let each = against.len() == count;
        if count > 1 && names.len() != count && regions.len() != count && !each {
            let span = run.span();
            let text = self.slice(span.start.saturating_sub(16)..span.end);
            self.reader.hand_back(&text, self.place, "多个数值与对象对不上");
            return;
        }
        // 高于全国1.2个、全省0.8个百分点: what is compared with is not spoken of.
        let beside = said.figure == ReportedFigure::Difference
            && said.against.as_ref().is_some_and(|against| self.slice(0..at).ends_with(against.as_str()));
        let own = self.region_before(at).filter(|_| !beside);
        if let Some(region) = &own {
            // What is said of a row as a whole is not its last region's.
            self.reader.thread.region = (self.row_before(at).len() < 2).then(|| region.clone());
        }
        let span = self.span_before(at).or(self.reader.thread.span);
        if let Some(span) = self.span_before(at) {
            self.tell(span);
        }
        let Some(span) = self.in_month(span.or(self.reader.default), at) else {
            let text = self.phrase.clone();
            self.reader.hand_back(&text, self.place, "没有写明时间");
            return;
        };
        let status = if said.planned { ReportedStatus::Plan } else { self.status(at) };
        let yearly = status == ReportedStatus::Plan
            && has(&self.slice(0..at), &["全年目标", "年度目标", "全年预期目标", "全年主要目标", "全年任务"]);
        let span = self.of_year(span, run.amounts[0].unit == "%" && (said.planned || yearly), status);
        for index in 0..several.max(count) {
            let of = |list: &[String]| list.get(index).or(list.first()).cloned();
            let amount = &run.amounts[if count == 1 { 0 } else { index }];
            let sign = run.signs.get(index).copied().flatten();
            let name = of(names).unwrap_or_default();
            if name.is_empty() {
                let text = self.phrase.clone();
                self.reader.hand_back(&text, self.place, "没有写明是什么指标");
                return;
            }
            let region = of(regions)
                .or_else(|| said.between.then(|| self.reader.section.clone()))
                .or_else(|| own.clone())
                .or_else(|| self.reader.thread.region.clone())
                .unwrap_or_else(|| self.reader.section.clone());
            let (period, basis) = dated(span, &name);
            let value = signed(amount.value, sign.or(said.movement), said.figure, &name);
            match said.figure {
                ReportedFigure::Yoy => self.reader.thread.fell = value.is_sign_negative(),
                ReportedFigure::Level if !self.aside => self.reader.thread.fell = false,
                _ => {}
            }
            self.reader.keep(ReportedFact {
                indicator: name,
                region,
                period,
                basis,
                figure: said.figure,
                value,
                unit: amount.unit.clone(),
                status,
                against: against.get(index).filter(|_| each).or(said.against.as_ref()).cloned(),
                phrase: self.phrase.clone(),
                place: self.place,
            });
        }
    }

    /// The year where it is meant: 全年目标7% is of the year whole, 全年 of a report of November, said of what has happened,
    /// the year so far.
    fn of_year(&self, span: DaySpan, aimed: bool, status: ReportedStatus) -> DaySpan {
        let (today, default) = (self.reader.today, self.reader.default);
        let Some(year) = spans::year(today.year()) else { return span };
        if aimed {
            return year;
        }
        // A year by itself (2025年，…) is that year whole.
        let whole = span.told == Told::Months && (span.start, span.end) == (year.start, year.end);
        let ahead = whole && status == ReportedStatus::Actual && span.end > today;
        default.filter(|default| ahead && default.end <= today).unwrap_or(span)
    }

    /// The last period told before a place of the clause, if it is said of what stands there.
    pub(super) fn span_before(&self, at: usize) -> Option<DaySpan> {
        let text = &self.read.text;
        let says_when = |dated: &&Dated| {
            // 2024年签约项目 names the projects.
            let open = dated.end >= text.len()
                || matches!(text[dated.end], ',' | '，' | '。' | '我' | '全')
                || self.mentions.iter().any(|mention| mention.span.start == dated.end)
                || text[dated.at] == '今';
            dated.end <= at && !dated.compared && (dated.span.told != Told::Year || open)
        };
        let last = self.dated.iter().rfind(says_when)?;
        // 今年 and 今年以来 in a report of months mean these.
        let default = self.reader.default.filter(|default| default.told != Told::Nothing);
        let so_far = text[last.at] == '今' && matches!(last.span.told, Told::Year | Told::Until);
        Some(default.filter(|_| so_far).unwrap_or(last.span))
    }

    /// 当月 and 本月 mean the last month of the period.
    pub(super) fn in_month(&self, span: Option<DaySpan>, at: usize) -> Option<DaySpan> {
        let span = span?;
        let before = self.slice(0..at);
        if has(&before, &["当月", "本月", "单月"]) && span.told == Told::Months {
            let first = chrono::Datelike::with_day(&span.end, 1)?;
            return Some(DaySpan { start: Some(first), basis: Some(Basis::Period), ..span });
        }
        Some(span)
    }

    pub(super) fn status(&mut self, at: usize) -> ReportedStatus {
        let before = self.slice(0..at);
        let name = self.plain_start(at);
        let last = |list: &[&str]| list.iter().filter_map(|word| before.rfind(word)).max();
        let forecast = last(&wording::FORECASTS);
        let done = last(&wording::DONE);
        let planned = wording::PLANS.iter().any(|word| name.starts_with(word))
            && !name.split_once('的').is_some_and(|(first, _)| first.starts_with('拟'))
            || has(&before, &["目标任务:", "目标任务：", "目标:", "目标：", "目标是", "任务是"])
            || has(&before, &["计划完成", "计划投资", "计划总投资", "目标为", "力争"]);
        let status = if forecast.is_some() && forecast > done {
            Some(ReportedStatus::Forecast)
        } else if planned && done.is_none() {
            Some(ReportedStatus::Plan)
        } else if done.is_some() {
            Some(ReportedStatus::Actual)
        } else {
            None
        };
        if status.is_some() {
            self.reader.thread.status = status;
        }
        let of_section = if self.reader.ahead { ReportedStatus::Plan } else { ReportedStatus::Actual };
        self.reader.thread.status.unwrap_or(of_section)
    }

    /// The clause up to a number, without the days and regions it begins with.
    pub(super) fn plain_start(&self, until: usize) -> String {
        let mut at = 0;
        loop {
            let dated = self.dated.iter().find(|dated| dated.at == at).map(|dated| dated.end);
            let region =
                self.mentions.iter().find(|mention| mention.span.start == at).map(|mention| mention.span.end);
            let comma = matches!(self.read.text.get(at), Some(',' | '、' | ':')).then_some(at + 1);
            match dated.or(region).or(comma) {
                Some(end) if end <= until => at = end,
                _ => return self.slice(at..until.max(at)),
            }
        }
    }
}

/// A number with the sign of its movement.
fn signed(
    value: Decimal,
    movement: Option<wording::Movement>,
    figure: ReportedFigure,
    name: &str,
) -> Decimal {
    let moves = matches!(figure, ReportedFigure::Yoy | ReportedFigure::Difference);
    let lower = ["浓度", "PM", "能耗", "排放", "污染", "事故", "死亡", "综合指数", "失业"];
    match movement {
        Some(wording::Movement::Better) if moves && has(name, &lower) => -value.abs(),
        Some(wording::Movement::Worse) if moves && !has(name, &lower) => -value.abs(),
        Some(wording::Movement::Down | wording::Movement::Cut) if moves => -value.abs(),
        _ => value,
    }
}

/// A stock is of the last day, whatever it was counted up to.
fn dated(span: DaySpan, name: &str) -> (ReportedSpan, Option<Basis>) {
    if has(name, &wording::STOCKS) {
        return (ReportedSpan { start: Some(span.end), end: span.end }, Some(Basis::Point));
    }
    (ReportedSpan { start: span.start, end: span.end }, span.basis)
}
