//! Clauses beyond the figures themselves: what was stated, how long it has stood so, how it stands to its target.

use std::cmp::Ordering;

use chrono::Datelike as _;
use rust_decimal::Decimal;

use super::month_facts::{JudgedSeries, RegionAbove, ReportSeries, StatedFact, at};
use super::month_runs::CountedRun;
use super::month_words::{beside, difference_unit, moved, number, printed, size};
use crate::line::LetterLine;
use xushi_domain::pace::{StatedAgainst, is_percent};
use xushi_domain::{AverageOf, Better, Figure, Kind, Period};

/// A stated difference, where no figures say the same.
pub(super) fn stated_clause(series: &ReportSeries, stated: &StatedFact, period: Period) -> Option<String> {
    let unit = difference_unit(stated.figure, &series.unit);
    let basis = series.latest().map(|(_, basis)| basis)?;
    let known =
        |then: Option<Period>| then.is_some_and(|then| series.at(then, basis, stated.figure).is_some());
    let name = stated.against.as_str();
    match StatedAgainst::read(name) {
        StatedAgainst::Region => {
            let shown = |above: &&RegionAbove| match AverageOf::read(name) {
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
            let own = series.at(period, basis, stated.figure)?.value;
            Some(moved((own, own - stated.difference), name, stated.figure == Figure::Yoy))
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
pub(super) fn beside_run(run: &CountedRun<'_>, name: &str, better: Better) -> String {
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
pub(super) fn sign_run(run: &CountedRun<'_>, better: Better) -> Option<String> {
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
pub(super) fn pace_clause(judged: &JudgedSeries) -> Option<String> {
    let line = &judged.line;
    if matches!(line.kind, Kind::Narrowing | Kind::Trend) {
        // Their targets have no number to be above or below.
        return Some(judged.said.standing.clone()).filter(|said| !said.is_empty());
    }
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
        return Some(format!("{}完成{whole}目标的{}，{pace}", since_start(line), printed(done)));
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

/// Of a promise over several years, what was done since it began: the figure beside it is this year's.
fn since_start(line: &LetterLine) -> String {
    let several = line.window.as_ref().filter(|window| window.start.year() != window.end.year());
    let done = several.zip(line.actual.as_ref());
    done.map(|(window, done)| format!("{}年以来累计{}，", window.start.year(), printed(done)))
        .unwrap_or_default()
}

/// The numbers of the promise behind it.
pub(super) fn pace_worked(line: &LetterLine) -> String {
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
