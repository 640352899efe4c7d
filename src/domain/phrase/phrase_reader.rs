//! From a whole phrase to its promises: clause by clause, carrying the subject over.

use std::ops::Range;

use super::around::{Around, Carried};
use super::classify::{self, Facts, Shape};
use super::clause::{self, CLAUSE_MAX, Clause};
use super::clause_items::{self, Item};
use super::gathered::{Reading, assemble};
use super::measurement_units::{self, UnitKind};
use super::number_with_unit::{Quantity, Scan};
use super::parsed::{Direction, Parsed, PhraseTarget};
use super::subject::{is_interim, lead_change, subject, subjects, without_lead};
use super::text::{starts_with, written};
use super::unnumbered::{dated_steps, starts_with_comparison, without_number};
use super::{given, lower_better, name, normalise, plain, relative, scan, signed, surroundings, unread};
use crate::target::{Comparator, Kind};

/// Reads a phrase.
pub(super) fn read(phrase: &str) -> Parsed {
    let clauses = clause::split(&normalise::normalise(phrase));
    let mut carried = Carried::default();
    let mut readings = Vec::new();
    let mut heading: Option<Clause> = None;
    let mut time: Option<Clause> = None;
    let last = clauses.len().saturating_sub(1);
    for (index, clause) in clauses.into_iter().enumerate() {
        if clause.note {
            readings.push(Reading::Note(clause.written()));
            continue;
        }
        let clause = match time.take() {
            Some(time) => time.followed_by(clause),
            None => clause,
        };
        if clause.text.len() > CLAUSE_MAX {
            readings.push(Reading::Unknown(clause.written()));
            continue;
        }
        let scan = scan::scan(&clause.text, &clause.shielded);
        if index < last && plain::is_time(&clause.text, &scan.dates) {
            if scan.quantities.is_empty()
                && scan.loose.is_empty()
                && (!scan.dates.is_empty() || plain::is_part_of_year(&clause.text))
            {
                // 3月底前，完成…: the deadline belongs to what follows.
                time = Some(clause);
            } else {
                let (_, hedges) = name::skip_leads(&clause.text, 0..clause.text.len(), &scan.dates);
                carried.ahead = hedges.into_iter().find(|word| is_modal(word));
                // 用5年左右时间 says by when, 今年以来 nothing that a plan does not.
                let numbered =
                    !scan.quantities.is_empty() || !scan.loose.is_empty() || !scan.dates.is_empty();
                let text = clause.written();
                readings.push(if numbered { Reading::Number(text) } else { Reading::Scope });
            }
            continue;
        }
        if clause.heading && index < last && scan.quantities.is_empty() && scan.loose.is_empty() {
            heading = Some(clause);
            continue;
        }
        if let Some(subject) = heading.take() {
            carried.subject = subject.text;
        }
        clause_readings(&clause, &scan, &mut carried, &mut readings);
    }
    assemble(phrase, readings)
}

fn clause_readings(clause: &Clause, scan: &Scan, carried: &mut Carried, readings: &mut Vec<Reading>) {
    if !clause.aside {
        carried.modal = carried.ahead.take();
        carried.dense = false;
    }
    carried.row = None;
    if scan.quantities.is_empty() {
        for span in dated_steps(clause, scan) {
            carrying(clause, scan, span, carried, readings);
        }
        return;
    }
    for item in clause_items::items(clause, scan) {
        if given::is_for_each(&clause.text, scan, &item.span) {
            readings.push(Reading::Number(written(&clause.text[item.span])));
        } else if let Some(targets) = turned(clause, scan, &item, carried) {
            let left = unread::left_over(clause, scan, &item.span, &[], &targets);
            readings.push(Reading::Promises(targets));
            readings.extend(left.into_iter().map(Reading::Number));
        } else if item.numbers.is_empty() {
            carrying(clause, scan, item.span, carried, readings);
        } else {
            let targets = with_number(clause, scan, &item, carried);
            if targets.is_empty() {
                readings.push(Reading::Number(written(&clause.text[item.span])));
                continue;
            }
            let left = unread::left_over(clause, scan, &item.span, &item.numbers, &targets);
            readings.push(Reading::Promises(targets));
            readings.extend(left.into_iter().map(Reading::Number));
        }
    }
}

/// 由-3%转为正增长: what is promised is a sign, and the only numbers say where it starts.
fn turned(clause: &Clause, scan: &Scan, item: &Item, carried: &Carried) -> Option<Vec<PhraseTarget>> {
    if !item.numbers.is_empty() {
        return None;
    }
    let inside = |range: &Range<usize>| range.start >= item.span.start && range.end <= item.span.end;
    let starts: Vec<&Quantity> =
        scan.quantities.iter().filter(|number| inside(&(number.start..number.end))).collect();
    if starts.is_empty() || !starts.iter().all(|number| number.baseline) {
        return None;
    }
    let led = |number: &&Quantity| {
        let from = unread::led_from(&clause.text[item.span.start..number.start]);
        from.map_or(number.start, |at| item.span.start + at)..number.end
    };
    let dates = scan.dates.iter().filter(|date| inside(date)).cloned();
    let left_out: Vec<Range<usize>> = starts.iter().map(led).chain(dates).collect();
    let mut rest = Clause::default();
    for at in item.span.clone().filter(|at| !left_out.iter().any(|range| range.contains(at))) {
        rest.text.push(clause.text[at]);
        rest.shielded.push(clause.shielded[at]);
    }
    let span = 0..rest.text.len();
    let Reading::Promises(targets) = without_number(&rest, &Scan::default(), span, carried) else {
        return None;
    };
    let signs = targets.iter().all(|target| target.kind == Kind::Growth && target.value.is_some());
    signs.then_some(targets)
}

/// Reads a part without a number; what is said next may speak of its figure.
fn carrying(
    clause: &Clause,
    scan: &Scan,
    span: Range<usize>,
    carried: &mut Carried,
    readings: &mut Vec<Reading>,
) {
    let reading = without_number(clause, scan, span.clone(), carried);
    let left = match &reading {
        Reading::Promises(targets) => {
            if let Some(target) = targets.iter().find(|target| is_figure(target)) {
                carried.subject = target.indicator.chars().collect();
            }
            unread::left_dates(clause, scan, &span, targets, &[])
        }
        Reading::Work(target) => unread::left_dates(clause, scan, &span, std::slice::from_ref(target), &[]),
        _ => Vec::new(),
    };
    readings.push(reading);
    readings.extend(left.into_iter().map(Reading::Number));
}

/// Whether a promise without a written number is about a figure, so that the next clause may speak of it: 投资增速转正，增长3%.
fn is_figure(target: &PhraseTarget) -> bool {
    target.benchmark.is_some() || matches!(target.kind, Kind::Growth | Kind::Trend | Kind::Narrowing)
}

/// Reads the promises of an item that has numbers; none where they are of nothing that has a name.
fn with_number(clause: &Clause, scan: &Scan, item: &Item, carried: &mut Carried) -> Vec<PhraseTarget> {
    let around = surroundings::around(clause, scan, item);
    let quantities: Vec<&Quantity> = item.numbers.iter().map(|&index| &scan.quantities[index]).collect();
    if surroundings::is_no_promise(&around, clause, scan, item) {
        return Vec::new();
    }
    if quantities.len() == 1
        && let targets = compared(&around, quantities[0], carried)
        && !targets.is_empty()
    {
        let hedged = |mut target: PhraseTarget| {
            let mut hedges = around.hedges.clone();
            hedges.extend(target.hedge.take());
            target.hedge = plain::joined(&hedges);
            target
        };
        return targets.into_iter().map(hedged).collect();
    }
    let (name, continues) = subject(&around, carried);
    // 上半年完成55% is how far one should be by then, of nothing that has a name; 上半年完成投资过半 as well.
    let led = &clause.text[item.span.start..quantities[0].start.max(item.span.start)];
    let completed = led.windows(2).any(|pair| pair == ['完', '成']);
    let part = completed && quantities[0].kind == UnitKind::Percent && around.cues.change.is_none();
    if !item.prenominal && is_interim(led, if part { &[] } else { around.subject }) {
        return Vec::new();
    }
    let (name, heading_unit) = match quantities[0].kind {
        UnitKind::Bare if quantities[0].unit.is_empty() => measurement_units::in_brackets(&name),
        _ => (name, None),
    };
    let is_part = starts_with(&clause.text[item.span.clone()], "其中");
    let mut targets = Vec::new();
    let spoken =
        carried.names.len().checked_sub(quantities.len()).map(|first| carried.names[first..].to_vec());
    let names = match spoken {
        Some(spoken) if continues && around.cues.each && quantities.len() > 1 => spoken,
        _ => subjects(&name, &around, &quantities),
    };
    for (index, member) in names.iter().enumerate() {
        let quantity = stated(&quantities, index, heading_unit.as_ref());
        let facts = Facts {
            name: member,
            cues: &around.cues,
            quantity: &quantity,
            right: around.right,
            lead: lead_change(around.subject),
            continued: carried.kind.filter(|_| continues),
            whole: carried.kind.filter(|_| is_part),
            dense: carried.dense,
            made: around.made,
            completed,
            row: carried.row.filter(|_| !continues),
        };
        let shape = classify::classify(&facts);
        // 占比下降不超过2个百分点: no kind holds a fall of at most so much.
        if shape.kind == Kind::Change && classify::limits_decline(&facts, shape) {
            return Vec::new();
        }
        targets.push(target(&facts, shape, &around, carried.modal.as_deref()));
    }
    if let Some(word) = around.hedges.iter().chain(&around.cues.hedges).find(|word| is_modal(word)) {
        carried.modal = Some(word.clone());
    }
    carried.kind = targets.last().map(|target| target.kind);
    carried.row = carried.kind;
    carried.dense |= name.first() == Some(&'每') && classify::is_density(&name);
    // A subject that was carried over stays as it is: it must not grow from clause to clause.
    if !continues {
        carried.subject = name;
        carried.names.extend(names);
    }
    targets
}

/// The number at `index` of a list with what is said only once: the bound and the unit behind the last, the unit of the heading.
fn stated(quantities: &[&Quantity], index: usize, heading: Option<&(String, UnitKind)>) -> Quantity {
    let shared = quantities.last().and_then(|last| last.comparator).filter(|_| quantities.len() > 1);
    let mut quantity = quantities[index.min(quantities.len() - 1)].clone();
    if quantity.comparator.is_none() && shared.is_some() {
        // 分别增长5%和7%以上: 以上 is said of both.
        quantity.comparator = shared;
        quantity.hedges.extend(&quantities[quantities.len() - 1].hedges);
    }
    // 降至32和55微克/立方米: the unit is said once.
    if quantity.unit.is_empty()
        && quantity.kind == UnitKind::Bare
        && let Some(next) =
            quantities[index.min(quantities.len())..].iter().find(|next| !next.unit.is_empty())
    {
        quantity.unit.clone_from(&next.unit);
        quantity.kind = next.kind;
    }
    if let Some((unit, kind)) = heading {
        quantity.unit = unit.clone();
        quantity.kind = *kind;
    }
    quantity
}

fn is_modal(word: &str) -> bool {
    matches!(word, "力争" | "确保" | "争取" | "力保" | "力求" | "务必" | "努力")
}

fn target(facts: &Facts<'_>, shape: Shape, around: &Around<'_>, carried_modal: Option<&str>) -> PhraseTarget {
    let mut hedges = around.hedges.clone();
    hedges.extend(around.cues.hedges.iter().cloned());
    if let Some(word) = carried_modal
        && !hedges.iter().any(|hedge| is_modal(hedge))
    {
        hedges.insert(0, word.to_owned());
    }
    hedges.extend(facts.quantity.hedges.iter().map(|word| (*word).to_owned()));
    // 降幅收窄至5%以内, 下降不超过5%: growth of −5 % at least, lest a decline of 12 % be within the bound.
    let declining = signed::declining(facts.name).filter(|name| {
        let bound = matches!(shape.comparator, Comparator::AtMost | Comparator::Below);
        bound && !name.is_empty() && facts.quantity.kind == UnitKind::Percent
    });
    let limited = || classify::limits_decline(facts, shape).then(|| without_lead(facts.name));
    if let Some(name) = declining.or_else(limited) {
        let least =
            if shape.comparator == Comparator::Below { Comparator::Above } else { Comparator::AtLeast };
        return PhraseTarget {
            indicator: written(name::tidy(name)),
            kind: Kind::Growth,
            comparator: Some(least),
            value: Some(-facts.quantity.low),
            value_hi: None,
            unit: facts.quantity.unit.clone(),
            direction: Direction::Up,
            hedge: plain::joined(&hedges),
            benchmark: None,
        };
    }
    // 压减钢铁产能到100万吨, 降低浓度2微克/立方米: of the thing, not of what is done to it.
    let moved = shape.kind == Kind::Change
        && facts.lead.is_some()
        && facts.cues.change.is_none()
        && facts.quantity.kind != UnitKind::Point
        && facts.quantity.kind != UnitKind::Money;
    let name = if moved || classify::comes_down(facts) { without_lead(facts.name) } else { facts.name };
    let name = lower_better::owned(name).filter(|_| shape.kind == Kind::Level).unwrap_or(name);
    PhraseTarget {
        indicator: written(name::tidy(name)),
        kind: shape.kind,
        comparator: Some(shape.comparator),
        value: Some(facts.quantity.low),
        value_hi: facts.quantity.high,
        unit: facts.quantity.unit.clone(),
        direction: shape.direction,
        hedge: plain::joined(&hedges),
        benchmark: None,
    }
}

/// 增速高于全国平均水平0.5个百分点.
fn compared(around: &Around<'_>, quantity: &Quantity, carried: &Carried) -> Vec<PhraseTarget> {
    let points = matches!(quantity.kind, UnitKind::Point | UnitKind::Percent);
    // 高于经济增长1个百分点: 增长 is a rate there, not what the points do.
    let noun = quantity.kind == UnitKind::Point && around.cues.only_grows();
    if !points || around.cues.predicate() && !noun || !around.right.is_empty() {
        return Vec::new();
    }
    let mut text = around.before.to_vec();
    let (said, _) = name::skip_leads(around.before, 0..around.before.len(), &[]);
    if !carried.subject.is_empty() && starts_with_comparison(&around.before[said..])
        || around.subject.is_empty() && said == 0
    {
        text = carried.subject.iter().chain(&around.before[said..]).copied().collect();
    }
    // 高于全省平均0.5个百分点: the mean itself looks like words before a number; 高于5% names no other side.
    let open = around.cues.comparator.is_none();
    let mut targets = relative::compare_each(&text, Some(quantity));
    targets.retain(|target| open || target.kind == Kind::VersusBenchmark);
    targets
}
