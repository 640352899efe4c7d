use std::fmt::Write as _;

use rust_decimal::Decimal;

use super::lexicon::work;
use super::{PhraseTarget, parse};
use crate::domain::TextEnum;
use crate::domain::target::Kind;

#[path = "tests_fresh.rs"]
mod fresh;
#[path = "tests_heldout.rs"]
mod heldout;
#[path = "tests_plan.rs"]
mod plan;

/// Whether `target` is what one part of an expectation says: `kind comparator value unit`, alternatives joined by `|`,
/// nothing written `-`, ranges `1..2`. `abs` stands for total, level or (between two ends) range; `soft` for milestone,
/// trend or qualitative.
fn fits(target: &PhraseTarget, want: &str) -> bool {
    let words: Vec<&str> = want.split(' ').collect();
    let [kinds, comparators, values, unit] = words[..] else { panic!("bad expectation {want}") };
    let kind = kinds.split('|').any(|kind| match kind {
        "abs" => matches!(target.kind, Kind::Total | Kind::Level | Kind::Range),
        "soft" => matches!(target.kind, Kind::Milestone | Kind::Trend | Kind::Qualitative),
        word => Kind::parse(word) == Some(target.kind),
    });
    let written = target.comparator.map_or("-", TextEnum::as_str);
    let comparator = comparators.split('|').any(|comparator| comparator == written);
    let (low, high) = values.split_once("..").unwrap_or((values, "-"));
    let number = |word: &str| (word != "-").then(|| word.parse::<Decimal>().unwrap());
    let value = target.value == number(low) && target.value_hi == number(high);
    kind && comparator && value && target.unit == unit.trim_matches('-')
}

/// Compares a phrase with its expectation: parts joined by `; `, each one target, in order; `none` for no target.
fn expect(phrase: &str, want: &str) -> Result<(), String> {
    let parsed = parse(phrase);
    let parts: Vec<&str> = if want == "none" { Vec::new() } else { want.split("; ").collect() };
    let same = parts.len() == parsed.targets.len()
        && parts
            .iter()
            .zip(&parsed.targets)
            .all(|(part, target)| alternatives(part).iter().any(|want| fits(target, want)));
    if same && !(want == "none" && parsed.unparsed.is_empty()) {
        return Ok(());
    }
    let mut got = String::new();
    for target in &parsed.targets {
        let _ = write!(
            got,
            "\n      {} {} {}{} {} [{}]",
            target.kind,
            target.comparator.map_or("-", TextEnum::as_str),
            target.value.map_or("-".to_owned(), |value| value.to_string()),
            target.value_hi.map_or(String::new(), |value| format!("..{value}")),
            target.unit,
            target.indicator,
        );
    }
    Err(format!("{phrase}\n   want {want}\n   got{got} unparsed {:?}", parsed.unparsed))
}

/// Whole alternatives (`growth >= 5 %|growth = 5 %`) are told from alternative words by the blanks.
fn alternatives(part: &str) -> Vec<String> {
    let words: Vec<&str> = part.split(' ').collect();
    if words.len() == 4 {
        return vec![part.to_owned()];
    }
    part.split('|').map(str::to_owned).collect()
}

fn check(cases: &[(&str, &str)], known_failures: &[&str]) {
    let mut failures = Vec::new();
    for (phrase, want) in cases {
        match expect(phrase, want) {
            Err(report) if !known_failures.contains(phrase) => failures.push(report),
            Ok(()) if known_failures.contains(phrase) => {
                failures.push(format!("{phrase}: now right, take it off the list"))
            }
            _ => {}
        }
    }
    assert!(failures.is_empty(), "{} of {} wrong:\n{}", failures.len(), cases.len(), failures.join("\n"));
}

#[test]
fn phrases_of_the_plan() {
    check(plan::CASES, &[]);
}

#[test]
fn phrases_of_other_plans() {
    check(heldout::CASES, &[]);
}

#[test]
fn phrases_written_after_the_grammar() {
    check(fresh::CASES, &[]);
}

#[test]
fn work_is_counted() {
    work::taken();
    parse("增长5%");
    assert!(work::taken() > 0);
}

/// Measures a file of `phrase<TAB>expected` lines named by `PHRASES`.
#[test]
#[ignore = "needs a file"]
fn measure_a_file() {
    let Ok(path) = std::env::var("PHRASES") else { return };
    let text = std::fs::read_to_string(path).unwrap();
    let cases: Vec<(&str, &str)> = text.lines().filter_map(|line| line.split_once('\t')).collect();
    check(&cases, &[]);
}
