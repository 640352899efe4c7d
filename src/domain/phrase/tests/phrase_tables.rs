//! The tables of `tests/phrases/`: a phrase a line, how it is read, and where it is from.
//!
//! A reading is `name kind comparator value unit`, the parts of a phrase joined by `; `, nothing written as `-`, ranges as
//! `1..2`; `none` is a phrase that is handed back. Parts `back 5月底前` say all that is handed back beside the promises,
//! `back -` that nothing is. The name may be left out. Words joined by `|` may stand for each other, also whole readings.
//! `abs` stands for total, level or (between two ends) range, `soft` for milestone, trend or qualitative.

use std::fmt::Write as _;
use std::path::Path;
use std::sync::LazyLock;

use rust_decimal::Decimal;

use crate::TextEnum;
use crate::phrase::{PhraseTarget, parse};
use crate::target::Kind;

/// One line of a table.
pub(super) struct Row {
    /// File and line, to be found again.
    pub(super) place: String,
    pub(super) phrase: String,
    reading: String,
    source: String,
}

/// Every row of every table, in the order of their names.
pub(super) static ROWS: LazyLock<Vec<Row>> = LazyLock::new(|| {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/phrases");
    let mut paths: Vec<_> = std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths
        .iter()
        .flat_map(|path| rows(&format!("tests/phrases/{}", path.file_name().unwrap().display()), path))
        .collect()
});

fn rows(name: &str, path: &Path) -> Vec<Row> {
    let text = std::fs::read_to_string(path).unwrap();
    let rows = text.lines().enumerate().filter(|(_, line)| !line.starts_with('#')).map(|(index, line)| {
        let place = format!("{name}:{}", index + 1);
        let [phrase, reading, source] = line.split('\t').collect::<Vec<_>>()[..] else {
            panic!("{place}: three columns, between tabs: {line}")
        };
        Row { place, phrase: phrase.to_owned(), reading: reading.to_owned(), source: source.to_owned() }
    });
    rows.collect()
}

/// Whether a word of a reading says what kind a promise is, alone or with others.
fn is_kind(word: &str) -> bool {
    word.split('|').all(|kind| matches!(kind, "abs" | "soft") || Kind::parse(kind).is_some())
}

/// Whether `target` is what one part of a reading says.
fn fits(target: &PhraseTarget, want: &str) -> bool {
    let words: Vec<&str> = want.split(' ').collect();
    let [kinds, comparators, values, unit] = words[..] else { panic!("no reading: {want}") };
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

/// Whether `target` is what a part says, with its name where one is written.
fn is_said(target: &PhraseTarget, part: &str) -> bool {
    let (name, rest) = match part.split_once(' ') {
        Some((first, rest)) if !is_kind(first) => (Some(first), rest),
        _ => (None, part),
    };
    // Whole alternatives (`growth >= 5 %|growth = 5 %`) are told from alternative words by the blanks.
    let whole = rest.split(' ').count() == 4;
    let readings: Vec<&str> = if whole { vec![rest] } else { rest.split('|').collect() };
    name.is_none_or(|name| name == target.indicator) && readings.iter().any(|want| fits(target, want))
}

/// A promise as a reading writes it.
fn shown(target: &PhraseTarget) -> String {
    let value = target.value.map_or("-".to_owned(), |value| value.to_string());
    let high = target.value_hi.map_or(String::new(), |value| format!("..{value}"));
    let unit = if target.unit.is_empty() { "-" } else { &target.unit };
    let comparator = target.comparator.map_or("-", TextEnum::as_str);
    format!("{} {} {comparator} {value}{high} {unit}", target.indicator, target.kind)
}

/// What is wrong with the reading of a phrase, if anything.
fn fault(phrase: &str, reading: &str) -> Option<String> {
    let parsed = parse(phrase);
    let handed_back = parsed.targets.is_empty() && !parsed.unparsed.is_empty();
    let (none, others): (Vec<&str>, Vec<&str>) = reading.split('|').partition(|word| *word == "none");
    let others = others.join("|");
    let (back, parts): (Vec<&str>, Vec<&str>) =
        others.split("; ").filter(|part| !part.is_empty()).partition(|part| part.starts_with("back "));
    let back: Vec<&str> = back.iter().map(|part| &part["back ".len()..]).collect();
    let left = back.is_empty() || back == ["-"] && parsed.unparsed.is_empty() || back == parsed.unparsed;
    let said = !parts.is_empty()
        && left
        && parts.len() == parsed.targets.len()
        && parts.iter().zip(&parsed.targets).all(|(part, target)| is_said(target, part));
    if said || !none.is_empty() && handed_back {
        return None;
    }
    let mut fault = format!("{phrase}\n   want {reading}\n   got  ");
    let targets: Vec<String> = parsed.targets.iter().map(shown).collect();
    let _ = write!(fault, "{} unparsed {:?}", targets.join("; "), parsed.unparsed);
    Some(fault)
}

fn check(rows: &[Row]) {
    let faults: Vec<String> = rows
        .iter()
        .filter_map(|row| Some(format!("{}: {}", row.place, fault(&row.phrase, &row.reading)?)))
        .collect();
    assert!(faults.is_empty(), "{} of {} wrong:\n{}", faults.len(), rows.len(), faults.join("\n"));
}

#[test]
fn every_row_is_read_as_it_says() {
    assert!(ROWS.len() > 1380, "rows are lost: {}", ROWS.len());
    check(&ROWS);
}

#[test]
fn every_row_says_where_it_is_from_and_stands_once() {
    let mut phrases = std::collections::BTreeMap::new();
    for row in ROWS.iter() {
        assert!(!row.source.trim().is_empty(), "{}: no source", row.place);
        if let Some(other) = phrases.insert(row.phrase.as_str(), row.place.as_str()) {
            panic!("{} stands in {other} and {}", row.phrase, row.place);
        }
    }
}

#[test]
fn a_wrong_reading_is_seen() {
    for (reading, right) in [
        ("甲 growth >= 5 %", true),
        ("growth >= 5 %", true),
        ("change = 5 %|growth >= 5 %", true),
        ("none|growth >= 5 %", true),
        ("乙 growth >= 5 %", false),
        ("growth = 5 %", false),
        ("share >= 5 %", false),
        ("growth >= 5 -", false),
        ("growth >= 5..6 %", false),
        ("growth >= 5 %; growth >= 5 %", false),
        ("growth >= 5 %; back -", true),
        ("growth >= 5 %; back 较上年", false),
        ("none", false),
    ] {
        assert_eq!(fault("甲增长5%以上", reading).is_none(), right, "{reading}");
    }
    assert_eq!(fault("此件依申请公开", "none"), None);
    assert!(fault("此件依申请公开", "qualitative - - -").is_some());
}

/// Measures a table named by `PHRASES`.
#[test]
#[ignore = "needs a file"]
fn measure_a_file() {
    let Ok(path) = std::env::var("PHRASES") else { return };
    check(&rows(&path, Path::new(&path)));
}
