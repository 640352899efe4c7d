//! The room itself: its files use each other downwards only.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

fn room() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("phrase")
}

/// The files of the room by name, without `mod`, tests, comments and the test modules at their ends.
fn sources() -> BTreeMap<String, String> {
    let mut sources = BTreeMap::new();
    for entry in std::fs::read_dir(room()).unwrap() {
        let path = entry.unwrap().path();
        let Some(name) = path.file_name().and_then(|name| name.to_str()?.strip_suffix(".rs")) else {
            continue;
        };
        if name == "mod" || name.starts_with("tests") {
            continue;
        }
        let text = std::fs::read_to_string(&path).unwrap();
        let code = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
        let lines = code.lines().map(|line| line.split("//").next().unwrap_or_default());
        sources.insert(name.to_owned(), lines.collect::<Vec<_>>().join("\n"));
    }
    assert!(sources.len() > 20, "the room was not read");
    sources
}

/// The words directly behind each `super::`, those of a group all.
fn named(code: &str) -> BTreeSet<&str> {
    let word = |c: char| !(c.is_ascii_alphanumeric() || c == '_');
    code.match_indices("super::")
        .flat_map(|(at, found)| {
            let rest = &code[at + found.len()..];
            let end = if rest.starts_with('{') { rest.find('}') } else { rest.find(word) };
            rest[..end.unwrap_or(rest.len())].split(word)
        })
        .filter(|name| !name.is_empty())
        .collect()
}

/// Takes away what uses nothing that is left, again and again: what stays is part of a circle, or uses one.
fn circles(uses: &BTreeMap<&str, BTreeSet<&str>>) -> BTreeMap<String, Vec<String>> {
    let mut left = uses.clone();
    loop {
        let names: BTreeSet<&str> = left.keys().copied().collect();
        let before = left.len();
        left.retain(|_, others| !others.is_disjoint(&names));
        if left.len() == before {
            let still =
                |others: &BTreeSet<&str>| others.intersection(&names).map(|&name| name.to_owned()).collect();
            return left.iter().map(|(&name, others)| (name.to_owned(), still(others))).collect();
        }
    }
}

#[test]
fn no_file_uses_one_that_uses_it() {
    let sources = sources();
    let uses: BTreeMap<&str, BTreeSet<&str>> = sources
        .iter()
        .map(|(name, code)| {
            let mut others = named(code);
            others.retain(|other| *other != name.as_str() && sources.contains_key(*other));
            (name.as_str(), others)
        })
        .collect();
    assert!(uses["phrase_reader"].contains("scan"), "no use was read: {uses:?}");
    assert_eq!(circles(&uses), BTreeMap::new());
}

#[test]
fn a_circle_is_seen() {
    let of = |pairs: &[(&'static str, &'static str)]| {
        let mut uses: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        for (one, other) in pairs {
            uses.entry(one).or_default().insert(other);
            uses.entry(other).or_default();
        }
        circles(&uses).into_keys().collect::<Vec<_>>()
    };
    assert_eq!(of(&[("a", "b"), ("b", "c")]), Vec::<String>::new());
    assert_eq!(of(&[("a", "b"), ("b", "c"), ("c", "b")]), ["a", "b", "c"]);
    assert_eq!(
        named("use super::{a, b};\nuse super::c::{d, e};\nsuper::f::g()"),
        ["a", "b", "c", "f"].into()
    );
}
