//! One thing for one word: no two public types of one name, and no two files of one stem, so that a search finds one thing.
//! `one_word_for_one_thing` of `tidy` holds the other direction.

use std::collections::{BTreeMap, BTreeSet};

use crate::tidy::sources;

/// Names that several public types have today. Take off what is no longer so; put none on.
const TYPES: &[&str] = &["Key"];

/// Stems that several files have today. Take off what is no longer so; put none on.
const STEMS: &[&str] = &[
    "bodies",
    "bounces",
    "calendars",
    "comparisons",
    "facts",
    "places",
    "promise",
    "revisions",
    "rule_packs",
    "run",
    "settings",
    "watch",
];

/// Rooms that mirror each other: the addresses of the API, the deeds, and what the store keeps of the same things, in rows,
/// queries and for each database. A stem may stand once in each.
const MIRRORED: [&str; 7] =
    ["api/", "office/warnings/", "office/", "store/pg/", "store/sqlite/", "store/rows/", "store/queries/"];

/// The names of public types on these lines of code: declared as such, or by `text_enum!`, whose lines are indented names
/// with a text and a brace.
fn public_types(code: &[String]) -> Vec<&str> {
    let word = |text: &'_ str| text.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(text.len());
    let declared = |line: &'_ str| {
        ["struct ", "enum ", "trait ", "type ", "union "]
            .iter()
            .find_map(|kind| line.strip_prefix("pub ")?.strip_prefix(kind).map(str::len))
            .map(|rest| line.len() - rest)
    };
    let closed_list = |line: &'_ str| {
        let (name, rest) = line.split_once(' ').unwrap_or_default();
        (rest == "\"\" {" && name.starts_with(|c: char| c.is_uppercase())).then_some(0)
    };
    let lines = code.iter().map(|line| line.trim());
    lines
        .filter_map(|line| {
            let name = &line[declared(line).or_else(|| closed_list(line))?..];
            Some(&name[..word(name)])
        })
        // `$name` of a macro is none.
        .filter(|name| !name.is_empty())
        .collect()
}

/// Fails when a name stands for several places without being on the list, or is on the list without need.
fn check(what: &str, places: BTreeMap<String, BTreeSet<String>>, list: &[&str]) {
    let several: BTreeMap<_, _> = places.into_iter().filter(|(_, places)| places.len() > 1).collect();
    let fresh: Vec<String> = several
        .iter()
        .filter(|(name, _)| !list.contains(&name.as_str()))
        .map(|(name, places)| format!("{name}: {places:?}"))
        .collect();
    assert!(fresh.is_empty(), "several {what} of one name:\n{}", fresh.join("\n"));
    let stale: Vec<_> = list.iter().filter(|name| !several.contains_key(**name)).collect();
    assert!(stale.is_empty(), "take off the list of {what} what is there once: {stale:?}");
}

#[test]
fn no_two_public_types_have_one_name() {
    let mut places: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for source in sources() {
        for name in public_types(&source.code) {
            // Two in one file are one, for each database.
            places.entry(name.to_owned()).or_default().insert(source.path.clone());
        }
    }
    assert!(places.len() > 300, "types were not read: {}", places.len());
    check("public types", places, TYPES);
}

#[test]
fn no_two_files_have_one_stem() {
    let mut places: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut mirrored: BTreeMap<(String, &str), BTreeSet<String>> = BTreeMap::new();
    for source in sources() {
        let name = source.path.rsplit('/').next().unwrap();
        let stem = name.strip_suffix(".rs").unwrap().to_owned();
        if stem == "mod" {
            continue;
        }
        // Mirrored rooms stand for one another.
        match MIRRORED.iter().find(|room| source.path.starts_with(**room)) {
            Some(room) => {
                mirrored.entry((stem.clone(), room)).or_default().insert(source.path.clone());
                places.entry(stem).or_default().insert("mirrored".to_owned());
            }
            None => {
                places.entry(stem).or_default().insert(source.path.clone());
            }
        }
    }
    for ((stem, _), within) in mirrored.into_iter().filter(|(_, within)| within.len() > 1) {
        places.entry(stem).or_default().extend(within);
    }
    check("files", places, STEMS);
}

#[test]
fn the_reader_of_names_reads_well() {
    let code = [
        "pub struct Unit<'a> {",
        "    Grade \"\" {",
        "pub(crate) enum Own {",
        "struct Own;",
        "pub type Row = X;",
    ];
    let code = code.map(str::to_owned);
    assert_eq!(public_types(&code), ["Unit", "Grade", "Row"]);
    let two = || BTreeMap::from([("Twice".to_owned(), BTreeSet::from(["a".to_owned(), "b".to_owned()]))]);
    check("types", two(), &["Twice"]);
    assert!(std::panic::catch_unwind(|| check("types", two(), &[])).is_err());
    assert!(std::panic::catch_unwind(|| check("types", two(), &["Twice", "Once"])).is_err());
}
