//! Sample facts: what templates are tried and previewed with. Every name and number here is invented and says so.

use chrono::NaiveDate;
use rust_decimal::Decimal;

use super::facts::{EarlierLetter, LetterContact, LetterFacts, ReplyTerms, WithdrawnLetter};
use super::ground::{Ground, GroundKind};
use super::in_context::Run;
use super::line::{BenchmarkLine, LetterLine, LineForecast, LineState, Need, Quantity, RankLine, Span};
use super::trend::{Trend, TrendPoint};
use xushi_domain::pace::NeededForm;
use xushi_domain::{Basis, Better, Figure, Grade, Handling, Kind, LetterKind, LetterNumber, Level, TextEnum};

/// Letters of every kind: one indicator, a few, many, and with nothing known, so that each branch of a template
/// runs. Few enough to be rendered at every start.
pub fn samples() -> Vec<LetterFacts> {
    let one = [Kind::Growth];
    let corrected =
        LetterFacts { withdraws: withdrawn(LetterKind::Warning), ..full(LetterKind::Warning, &one) };
    LetterKind::ALL
        .iter()
        .flat_map(|&kind| {
            let few = Kind::ALL.chunks(5).map(move |kinds| full(kind, kinds));
            few.chain([full(kind, &one), full(kind, Kind::ALL), sparse(kind)])
        })
        .chain(taken_back())
        .chain([corrected])
        .chain(after_a_return())
        .collect()
}

/// What follows a letter whose answer was returned, before the new deadline and after it.
fn after_a_return() -> impl Iterator<Item = LetterFacts> {
    let asking = LetterKind::ALL.iter().filter(|kind| kind.has_deadline());
    let both = asking.flat_map(|&kind| [day(8, 8), day(8, 29)].map(|by| (kind, by)));
    both.map(|(kind, by)| {
        let facts = full(kind, &[Kind::Growth]);
        let returned =
            |earlier| EarlierLetter { reply_by: Some(by), returned_on: Some(day(8, 5)), ..earlier };
        LetterFacts { follow_up_of: facts.follow_up_of.map(returned), ..facts }
    })
}

/// A 撤函 about a letter of every kind.
fn taken_back() -> impl Iterator<Item = LetterFacts> {
    let of = |&kind: &LetterKind| LetterFacts {
        withdraws: withdrawn(kind).map(|letter| WithdrawnLetter {
            replied_on: None,
            with: Vec::new(),
            ..letter
        }),
        ..full(LetterKind::Withdrawal, &[Kind::Growth])
    };
    let kinds = || LetterKind::ALL.iter().filter(|kind| **kind != LetterKind::Withdrawal);
    let quietly = |facts: LetterFacts| LetterFacts {
        withdraws: facts.withdraws.map(|letter| WithdrawnLetter { unsent: true, retired: 1, ..letter }),
        ..facts
    };
    kinds().map(of).chain(kinds().map(of).map(quietly))
}

fn withdrawn(kind: LetterKind) -> Option<WithdrawnLetter> {
    Some(WithdrawnLetter {
        kind,
        number: LetterNumber::new("示例函", 2025, 2).ok()?,
        issued_on: day(8, 1),
        about: "示例指标等2项".into(),
        reason: "示例数据有误".into(),
        replied_on: Some(day(8, 20)),
        with: vec!["示例函〔2025〕3号".into(), "示例函〔2025〕4号".into()],
        left_out: Some("示例指标".into()),
        again: false,
        unsent: false,
        retired: 0,
    })
}

fn day(month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(2025, month, day).unwrap_or_default()
}

fn quantity(mantissa: i64, unit: &str) -> Option<Quantity> {
    Some(Quantity::new(Decimal::new(mantissa, 1), unit, 1))
}

fn full(kind: LetterKind, kinds: &[Kind]) -> LetterFacts {
    let number = LetterNumber::new("示例函", 2025, 1).ok();
    let later = kind == LetterKind::ReplyReminder && kinds.len() > 1;
    LetterFacts {
        kind,
        level: (kind == LetterKind::Warning).then_some(Level::Yellow),
        withdraws: (kind == LetterKind::Withdrawal).then(|| withdrawn(LetterKind::Warning)).flatten(),
        handling: (kind.has_deadline() && kinds.len() > 1).then_some(Handling::Raise),
        campaign: "示例攻坚".into(),
        doc_title: Some("示例攻坚总体方案".into()),
        doc_no: Some("示例发〔2025〕1号".into()),
        issuer: "示例工作专班办公室".into(),
        addressee: "示例责任单位".into(),
        copied: vec!["示例配合单位一".into(), "示例配合单位二".into()],
        superior_told: true,
        recipients: None,
        redirected_to: None,
        issued_on: day(8, 27),
        as_of: day(8, 27),
        source: Some("示例统计月报".into()),
        reply: (kind != LetterKind::Withdrawal).then(|| ReplyTerms {
            by: day(9, 3),
            working_days: 5,
            fixed: false,
        }),
        contact: LetterContact {
            name: Some("示例联系人".into()),
            phone: Some("000-00000000".into()),
            email: Some("contact@example.org".into()),
        },
        reply_link: Some("https://xushi.example.org/r/sample".into()),
        follow_up_of: number.clone().map(|number| EarlierLetter {
            number,
            issued_on: day(8, 1),
            level: (kind == LetterKind::Warning).then_some(Level::Yellow),
            reply_by: Some(if later { day(8, 8) } else { day(8, 29) }),
            returned_on: None,
        }),
        number,
        lines: (1..)
            .zip(kinds)
            .map(|(ordinal, &sort)| LetterLine {
                // A picture takes longer than the letter around it: one is enough to try the templates.
                trend: (kind == LetterKind::Warning && kinds.len() == 1).then(trend),
                ..full_line(kind, sort, ordinal)
            })
            .collect(),
    }
}

fn cycled<T: Copy>(all: &[T], ordinal: u32) -> T {
    all[ordinal as usize % all.len()]
}

fn full_line(letter: LetterKind, kind: Kind, ordinal: u32) -> LetterLine {
    let better = if ordinal.is_multiple_of(2) { Better::Lower } else { Better::Higher };
    let behind = if letter == LetterKind::Lifting { -16 } else { 16 };
    LetterLine {
        indicator: format!("示例指标{ordinal}"),
        region: "示例地区".into(),
        target_text: "示例目标".into(),
        period: Some(Span { start: day(1, 1), end: day(7, 31) }),
        latest_period: Some(Span { start: day(1, 1), end: day(6, 30) }),
        report_due_on: Some(day(8, 15)),
        actual: quantity(29, "%"),
        expected: quantity(45, "%"),
        shortfall: quantity(behind, "个百分点"),
        shortfall_points: quantity(behind, "个百分点"),
        completion: quantity(400, "%"),
        completion_due: quantity(583, "%"),
        completion_last_year: quantity(560, "%"),
        state: cycled(LineState::ALL, ordinal),
        grade: Some(cycled(Grade::ALL, ordinal)),
        ground: Some(Ground {
            kind: cycled(GroundKind::ALL, ordinal),
            count: 3,
            threshold: 3,
            level: Level::Yellow,
        }),
        figure: Some(cycled(Figure::ALL, ordinal)),
        window: Some(Span { start: day(1, 1), end: day(12, 31) }),
        stages: ordinal.is_multiple_of(2).then(|| "自报3.2%，核查2.9%，以核查数为准".into()),
        target_value: quantity(45, "%"),
        target_hi: quantity(60, "%"),
        strict: ordinal.is_multiple_of(4),
        about: ordinal.is_multiple_of(6),
        moves: ordinal.is_multiple_of(2),
        limit: ordinal.is_multiple_of(5),
        adds_up: ordinal.is_multiple_of(3),
        other: Some("示例平均水平".into()),
        shortfall_share: quantity(132, "%"),
        need: Some(need(ordinal)),
        average_so_far: quantity(41, "%"),
        forecast: Some(forecast(ordinal)),
        months_left: Some(5),
        rank: Some(RankLine { place: 9, of: (ordinal != 2).then_some(14), among: "市州".into(), by: None }),
        benchmarks: vec![average()],
        grade_label: "滞后".into(),
        curve_label: Some("按月均衡".into()),
        streak: Some(2),
        level: Some(Level::Yellow),
        basis: Some(cycled(Basis::ALL, ordinal)),
        tolerance: quantity(50, "%"),
        margin: quantity(15, "个百分点").filter(|_| ordinal.is_multiple_of(3)),
        against: Some(average()).filter(|_| ordinal.is_multiple_of(3)),
        sign: Some(Run { periods: 6, above: false, ended: 0, other: None }),
        beside: Some(Run {
            periods: 1,
            above: ordinal.is_multiple_of(2),
            ended: 6,
            other: Some("示例平均水平".into()),
        }),
        rule_text: Some("示例规则".into()),
        missing: vec!["示例缺项".into()],
        ..bare_line(kind, better, ordinal)
    }
}

fn need(ordinal: u32) -> Need {
    Need {
        form: cycled(NeededForm::ALL, ordinal),
        figure: quantity(67, "%"),
        left: quantity(80, "%"),
        end: quantity(45, "%"),
        end_hi: quantity(60, "%").filter(|_| ordinal.is_multiple_of(2)),
        altogether: ordinal.is_multiple_of(3),
        met: ordinal.is_multiple_of(2),
    }
}

fn forecast(ordinal: u32) -> LineForecast {
    LineForecast {
        value: Quantity::new(Decimal::new(29, 1), "%", 1),
        low: Quantity::new(Decimal::new(18, 1), "%", 1),
        high: Quantity::new(Decimal::new(40, 1), "%", 1),
        p_miss: Quantity::new(Decimal::new(95, 0), "%", 0),
        decides: ordinal.is_multiple_of(3),
    }
}

fn average() -> BenchmarkLine {
    BenchmarkLine {
        name: "示例平均".into(),
        value: Quantity::new(Decimal::new(40, 1), "%", 1),
        gap: Quantity::new(Decimal::new(-11, 1), "个百分点", 1),
    }
}

fn sparse(kind: LetterKind) -> LetterFacts {
    let facts = full(kind, &[Kind::Growth]);
    LetterFacts {
        number: None,
        handling: None,
        doc_title: None,
        doc_no: None,
        copied: Vec::new(),
        source: None,
        contact: LetterContact::default(),
        reply: facts.reply.filter(|_| kind.has_deadline()),
        reply_link: None,
        follow_up_of: facts
            .follow_up_of
            .filter(|_| kind != LetterKind::Warning)
            .map(|earlier| EarlierLetter { reply_by: None, ..earlier }),
        lines: Kind::ALL.iter().map(|&kind| bare_line(kind, Better::Higher, 1)).collect(),
        ..facts
    }
}

fn bare_line(kind: Kind, better: Better, ordinal: u32) -> LetterLine {
    LetterLine {
        ordinal,
        indicator: "示例指标".into(),
        region: "示例地区".into(),
        target_text: "示例目标".into(),
        grade_label: "待定".into(),
        ..LetterLine::bare(kind, better)
    }
}

/// Seven months reported of twelve.
fn trend() -> Trend {
    let value = |mantissa: i64| Some(Decimal::new(mantissa, 1));
    let points = (1..=12u32).map(|month| TrendPoint {
        end: day(month, 28),
        actual: value(52 - 3 * i64::from(month)).filter(|_| month < 8),
        pace: value(45),
        last_year: value(40 + i64::from(month) % 3),
        low: value(31 - i64::from(month)).filter(|_| month >= 7),
        high: value(24 + i64::from(month)).filter(|_| month >= 7),
    });
    Trend { unit: "%".into(), places: 1, target: value(45), points: points.collect() }
}
