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

/// The word lists by their paths under `lexicon/`.
fn lists() -> BTreeMap<String, String> {
    let mut lists = BTreeMap::new();
    for folder in std::fs::read_dir(room().join("lexicon")).unwrap() {
        let folder = folder.unwrap().path();
        for file in
            std::fs::read_dir(&folder).unwrap_or_else(|_| panic!("{folder:?} stands outside a folder"))
        {
            let path = file.unwrap().path();
            let name = path.strip_prefix(room()).unwrap().to_str().unwrap().to_owned();
            lists.insert(name, std::fs::read_to_string(&path).unwrap());
        }
    }
    assert!(lists.len() > 100, "the lists were not read");
    lists
}

/// What is wrong with a list that an official is to read and extend.
fn faults(text: &str) -> Vec<String> {
    let mut wrong = Vec::new();
    let notes: Vec<&str> = text.lines().take_while(|line| line.starts_with('#')).collect();
    let words: Vec<&str> = text.lines().skip(notes.len()).collect();
    if notes.len() < 2 || !notes[1].contains('例') {
        wrong.push("starts with what it is for and an example (例：…)".to_owned());
    }
    if words.is_empty() {
        wrong.push("has no words".to_owned());
    }
    for word in &words {
        if word.is_empty() || word.trim() != *word || word.starts_with('#') {
            wrong.push(format!("{word:?} is no word"));
        }
    }
    for pair in words.windows(2) {
        match pair[0].cmp(pair[1]) {
            std::cmp::Ordering::Less => {}
            std::cmp::Ordering::Equal => wrong.push(format!("{} stands twice", pair[0])),
            std::cmp::Ordering::Greater => wrong.push(format!("{} comes before {}", pair[1], pair[0])),
        }
    }
    wrong
}

#[test]
fn every_word_list_is_explained_sorted_and_used() {
    let code: String = sources().into_values().collect();
    for (path, text) in lists() {
        assert_eq!(faults(&text), Vec::<String>::new(), "{path}");
        assert_eq!(code.matches(&format!("include_str!(\"{path}\")")).count(), 1, "{path} is used once");
    }
    for (text, fault) in [
        ("甲\n", "starts with"),
        ("# 说明\n# 例：甲\n", "no words"),
        ("# 说明\n# 例：甲\n甲\n甲\n", "甲 stands twice"),
        ("# 说明\n# 例：甲\n甲\n乙\n", "乙 comes before 甲"),
        ("# 说明\n# 例：甲\n乙 \n", "no word"),
    ] {
        let found = faults(text);
        assert!(found.iter().any(|wrong| wrong.contains(fault)), "{text}: {found:?}");
    }
}

/// Most words a list may have that stands in the code.
const WORDS_IN_CODE: usize = 7;

#[test]
fn long_word_lists_are_files() {
    let chinese = |text: &str| text.chars().any(|c| matches!(c, '\u{4E00}'..='\u{9FFF}'));
    for (name, code) in sources() {
        // What LaTeX commands mean and how radicals are folded is no language of plans.
        if name == "normalise" {
            continue;
        }
        for literal in code.split('"').skip(1).step_by(2) {
            let words = literal.split_whitespace().count();
            assert!(!chinese(literal) || words <= 3, "{name}: {literal} is a list");
        }
        for array in code.split('[').skip(1).map(|rest| rest.split(']').next().unwrap_or_default()) {
            let words = array.split('"').skip(1).step_by(2).filter(|word| chinese(word)).count();
            assert!(words <= WORDS_IN_CODE, "{name}: [{array}] is a list of {words} words");
        }
    }
}
