//! Rules of the house that no compiler holds, read off the sources.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use xushi::domain::TextEnum as _;

use crate::support::database::repository;

/// A source file: its path under src/, and its code without comments, text literals and test modules.
pub(super) struct Source {
    pub(super) path: String,
    /// One entry a line of the file; lines of test modules and comments are empty.
    pub(super) code: Vec<String>,
    /// Lines that are not in a test module.
    length: usize,
}

impl Source {
    /// `store` of `store/rows/mod.rs`, `clock` of `clock.rs`.
    fn room(&self) -> &str {
        let first = self.path.split('/').next().unwrap_or_default();
        first.strip_suffix(".rs").unwrap_or(first)
    }

    fn at(&self, line: usize) -> String {
        format!("src/{}:{}: {}", self.path, line + 1, self.code[line].trim())
    }
}

/// Every file of src that is not a test.
pub(super) fn sources() -> Vec<Source> {
    let root = repository().join("src");
    let mut files = Vec::new();
    collect(&root, &mut files);
    files.sort();
    let sources: Vec<_> = files
        .into_iter()
        .filter(|path| !is_test(path))
        .map(|path| {
            let text = std::fs::read_to_string(root.join(&path)).unwrap();
            let (code, length) = plain_code(&text);
            Source { path, code, length }
        })
        .collect();
    assert!(sources.len() > 50, "src was not read");
    sources
}

fn collect(folder: &Path, into: &mut Vec<String>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, into);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let below = path.strip_prefix(repository().join("src")).unwrap();
            into.push(below.to_str().unwrap().to_owned());
        }
    }
}

pub(super) fn is_test(path: &str) -> bool {
    path.split('/').any(|part| part == "tests" || part == "tests.rs" || part.starts_with("tests_"))
}

/// Blanks comments, text literals and `#[cfg(test)] mod … { }`; counts the lines outside of those modules.
pub(super) fn plain_code(text: &str) -> (Vec<String>, usize) {
    let blanked = blank_text(text);
    let lines: Vec<&str> = blanked.lines().collect();
    let mut code = Vec::with_capacity(lines.len());
    let mut length = 0;
    let mut index = 0;
    while index < lines.len() {
        let opens = lines[index].trim() == "#[cfg(test)]"
            && lines.get(index + 1).is_some_and(|next| next.starts_with("mod ") && next.ends_with('{'));
        if opens {
            // rustfmt closes a top-level module with a brace in the first column.
            let close = (index..lines.len()).find(|&at| lines[at] == "}").unwrap_or(lines.len() - 1);
            code.extend(std::iter::repeat_n(String::new(), close - index + 1));
            index = close + 1;
        } else {
            code.push(lines[index].to_owned());
            length += 1;
            index += 1;
        }
    }
    (code, length)
}

/// The same text with the insides of comments and literals taken out, line by line as before.
pub(super) fn blank_text(text: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    let skip = |out: &mut String, from: usize, to: usize| {
        out.extend(chars[from..to.min(chars.len())].iter().filter(|c| **c == '\n'));
        to.min(chars.len())
    };
    while at < chars.len() {
        let rest = &chars[at..];
        let before = if at == 0 { ' ' } else { chars[at - 1] };
        let in_word = before.is_alphanumeric() || before == '_';
        if rest.starts_with(&['/', '/']) {
            let length = rest.iter().position(|c| *c == '\n').unwrap_or(rest.len());
            at = skip(&mut out, at, at + length);
        } else if rest.starts_with(&['/', '*']) {
            let length = rest.windows(2).position(|pair| pair == ['*', '/']).map_or(rest.len(), |p| p + 2);
            at = skip(&mut out, at, at + length);
        } else if let Some(hashes) = raw_opening(rest).filter(|_| !in_word || before == 'b') {
            let start = hashes + 2;
            let closes = |p: &usize| {
                rest[*p] == '"' && rest[p + 1..].iter().take_while(|c| **c == '#').count() >= hashes
            };
            let end = (start..rest.len()).find(closes).map_or(rest.len(), |p| p + 1 + hashes);
            out.push_str("\"\"");
            at = skip(&mut out, at, at + end);
        } else if rest[0] == '"' {
            let mut end = 1;
            while end < rest.len() && rest[end] != '"' {
                end += if rest[end] == '\\' { 2 } else { 1 };
            }
            out.push_str("\"\"");
            at = skip(&mut out, at, at + end + 1);
        } else if rest[0] == '\'' && (rest.get(1) == Some(&'\\') || rest.get(2) == Some(&'\'')) {
            // A character, not a lifetime.
            let from = if rest[1] == '\\' { 3 } else { 2 };
            let end = (from..rest.len()).find(|p| rest[*p] == '\'').unwrap_or(rest.len());
            at = skip(&mut out, at, at + end + 1);
        } else {
            out.push(rest[0]);
            at += 1;
        }
    }
    out
}

/// How many `#` a raw literal that begins here carries.
fn raw_opening(rest: &[char]) -> Option<usize> {
    let hashes = rest.strip_prefix(&['r'])?.iter().take_while(|c| **c == '#').count();
    (rest.get(hashes + 1) == Some(&'"')).then_some(hashes)
}

/// Names that follow `prefix::` on a line, with the names of one level of braces: `crate::{jobs, store::Store}`.
fn names_after(line: &str, prefix: &str) -> Vec<String> {
    let word = |text: &str| -> String {
        text.trim_start().chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect()
    };
    let mut names = Vec::new();
    for (at, _) in line.match_indices(prefix) {
        let after = &line[at + prefix.len()..];
        match after.strip_prefix('{') {
            None => names.push(word(after)),
            Some(inside) => {
                let mut depth = 0;
                let parts = inside.split(|c| {
                    depth += i32::from(c == '{') - i32::from(c == '}');
                    c == ',' && depth == 0
                });
                names.extend(parts.map(word));
            }
        }
    }
    names.retain(|name| !name.is_empty());
    names
}

/// Room, rooms it may use beside itself, crates it may name among the restricted ones.
pub(super) const MAY_USE: &[(&str, &[&str], &[&str])] = &[
    ("domain", &[], &[]),
    // tokio, for SQLite's statements on threads of their own; TLS for the line to PostgreSQL.
    (
        "store",
        &["domain"],
        &[
            "diesel",
            "diesel_async",
            "diesel_migrations",
            "serde",
            "serde_json",
            "tokio",
            "tokio_postgres",
            "tokio_rustls",
        ],
    ),
    // tokio, to read the next page while one is judged.
    ("evidence", &["domain", "store"], &["tokio"]),
    ("reading", &["domain"], &["zip"]),
    ("sheets", &["domain"], &[]),
    ("letter", &["domain"], &["minijinja", "serde", "serde_json", "zip"]),
    ("mail", &["letter", "domain"], &["lettre", "tokio", "tokio_rustls"]),
    // Of mail it uses only what makes the bytes of a mail, so that the API shows the ones that jobs send.
    // tokio, to write one page of verdicts while the next is judged.
    (
        "office",
        &["domain", "reading", "store", "evidence", "letter", "mail", "sheets", "clock"],
        &["serde", "serde_json", "tokio"],
    ),
    ("hooks", &["domain"], &["tokio", "tokio_rustls"]),
    ("jobs", &["domain", "hooks", "letter", "mail", "office", "clock"], &["tokio", "tokio_cron_scheduler"]),
    (
        "api",
        &["domain", "letter", "office", "clock"],
        &["actix_web", "serde", "serde_json", "tokio", "utoipa", "utoipa_actix_web", "utoipa_swagger_ui"],
    ),
    // Of the API it uses only `http`, the plumbing, and what it keeps for a worker. tokio, to let wrong keys wait.
    ("web", &["api", "domain", "letter", "office", "clock"], &["actix_web", "minijinja", "serde", "tokio"]),
    (
        "demo",
        &["app", "clock", "config", "domain", "evidence", "jobs", "letter", "mail", "store", "office"],
        &["serde", "serde_json"],
    ),
    (
        "command",
        &["api", "app", "clock", "config", "demo", "domain", "jobs", "letter", "reading", "store", "office"],
        &["serde_json", "tokio"],
    ),
    // The store's own rounding of a timestamp, so that a clock never gives what a row cannot keep.
    ("clock", &["domain", "store"], &[]),
    ("config", &["domain", "jobs", "letter", "mail", "store"], &["serde", "serde_json"]),
    (
        "app",
        &["api", "clock", "config", "domain", "hooks", "jobs", "letter", "mail", "store", "office", "web"],
        &["actix_web", "serde_json", "tokio"],
    ),
];

/// Rooms that are workspace members.
const OWN_CRATES: &[&str] = &["domain", "evidence", "letter", "mail", "reading", "sheets", "store"];

/// Crates that belong to one room or a few.
const RESTRICTED: &[&str] = &[
    "actix_web",
    "diesel",
    "diesel_async",
    "diesel_migrations",
    "lettre",
    "minijinja",
    "serde",
    "serde_json",
    "tokio",
    "tokio_cron_scheduler",
    "tokio_postgres",
    "tokio_rustls",
    "utoipa",
    "utoipa_actix_web",
    "utoipa_swagger_ui",
    "zip",
];

#[test]
fn rooms_use_only_whom_they_may() {
    let mut wrong = Vec::new();
    let rooms: BTreeSet<&str> = MAY_USE.iter().map(|(room, ..)| *room).collect();
    let sources = sources();
    for source in sources.iter().filter(|source| !["lib", "main"].contains(&source.room())) {
        let Some((room, friends, crates)) = MAY_USE.iter().find(|(room, ..)| *room == source.room()) else {
            panic!("src/{} is in no room of the table", source.path);
        };
        for line in 0..source.code.len() {
            let text = statement(&source.code, line).replace("$crate::", "crate::");
            // Rooms that are crates of their own name each other by their crates' names, and their own parts by `crate`.
            let own_crate = OWN_CRATES.contains(room);
            let text =
                text.replace("crate::", if own_crate { "" } else { "crate::" }).replace("xushi_", "crate::");
            for name in names_after(&text, "crate::") {
                let owner = name.as_str();
                if rooms.contains(owner) && owner != *room && !friends.contains(&owner) {
                    wrong.push(source.at(line));
                }
            }
            for name in RESTRICTED.iter().filter(|name| !crates.contains(name)) {
                if names_crate(&text, name) {
                    wrong.push(source.at(line));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "a room uses what it may not:\n{}", wrong.join("\n"));
}

/// The line, with those after it when it opens a group of names that it does not close.
fn statement(code: &[String], line: usize) -> String {
    let mut text = code[line].clone();
    let open = |text: &str| text.matches('{').count() > text.matches('}').count();
    let rest = if text.contains("::{") { &code[line + 1..] } else { &[] };
    for next in rest {
        if !open(&text) {
            break;
        }
        text.push_str(next.trim());
    }
    text
}

/// Whether `name::` or `use name` stands on the line as a path of its own.
pub(super) fn names_crate(line: &str, name: &str) -> bool {
    let own = |at: usize| {
        !line[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == ':' || c == '.')
            || (line[..at].ends_with("::") && !line[..at - 2].ends_with(|c: char| c.is_alphanumeric()))
    };
    line.match_indices(&format!("{name}::")).any(|(at, _)| own(at)) || line.trim() == format!("use {name};")
}

/// Places of `word` outside of comments and literals, except in the files named.
fn found(words: &[&str], except: &[&str], within: &str) -> Vec<String> {
    let mut places = Vec::new();
    for source in sources() {
        if source.path.starts_with(within) && !except.contains(&source.path.as_str()) {
            let lines = 0..source.code.len();
            places.extend(
                lines
                    .filter(|line| words.iter().any(|word| source.code[*line].contains(word)))
                    .map(|line| source.at(line)),
            );
        }
    }
    places
}

#[test]
fn one_list_makes_the_routes() {
    // `.route()` would serve what the specification does not know.
    assert_eq!(found(&[".route("], &[], "api/"), Vec::<String>::new());
}

#[test]
fn only_the_clock_knows_the_time() {
    let words = ["Utc::now", "Local::now", "now_v7", "now_v4", "new_v4", "SystemTime::now"];
    assert_eq!(found(&words, &["clock.rs"], ""), Vec::<String>::new());
    assert!(!found(&words, &[], "clock.rs").is_empty(), "the search finds nothing at all");
}

#[test]
fn nothing_is_left_to_be_written() {
    assert_eq!(found(&["todo!", "unimplemented!", "dbg!"], &[], ""), Vec::<String>::new());
}

#[test]
fn one_word_for_one_thing() {
    // Synonyms of target, indicator and unit.
    let banned = ["goal", "kpi", "department"];
    let mut wrong = Vec::new();
    for source in sources() {
        for line in 0..source.code.len() {
            let text = source.code[line].to_lowercase();
            let mut words = text.split(|c: char| !c.is_ascii_alphabetic());
            if words.any(|word| banned.iter().any(|banned| word.starts_with(banned))) {
                wrong.push(source.at(line));
            }
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}

/// Whether a line names a kind of target by hand: `Kind::Growth`, and not `NameKind::Task` or `Kind::ALL`.
fn names_a_kind(line: &str) -> bool {
    let kinds: Vec<String> = xushi::domain::Kind::ALL.iter().map(|kind| format!("{kind:?}")).collect();
    line.match_indices("Kind::").any(|(at, word)| {
        let own = !line[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_');
        let after = &line[at + word.len()..];
        let name: String = after.chars().take_while(|c| c.is_alphanumeric()).collect();
        own && kinds.contains(&name)
    })
}

#[test]
fn what_depends_on_the_kind_stands_in_its_table() {
    for (line, by_hand) in [
        ("if kind == Kind::Growth {", true),
        ("matches!(kind, Kind::Cap | Kind::Range)", true),
        ("crate::domain::Kind::Total => 1,", true),
        ("Kind::ALL.iter()", false),
        ("NameKind::Measure, ProblemKind::Total", false),
        ("kind.row().limit", false),
    ] {
        assert_eq!(names_a_kind(line), by_hand, "{line}");
    }
    // A letter prints each kind in words of its own.
    let sources = sources();
    let others = sources.iter().filter(|source| !["domain", "letter"].contains(&source.room()));
    let wrong: Vec<String> = others
        .flat_map(|source| {
            let lines = 0..source.code.len();
            lines.filter(|line| names_a_kind(&source.code[*line])).map(|line| source.at(line))
        })
        .collect();
    assert!(wrong.is_empty(), "ask `kind.row()` instead:\n{}", wrong.join("\n"));
}

const LENGTH_MAX: usize = 400;

/// Files that are longer and should not be. Take them off when they are short again; put none on.
const TOO_LONG: &[&str] = &[
    "config.rs",
    "demo/catalog.rs",
    // One macro call a table.
    "store/schema.rs",
];

#[test]
fn files_are_short() {
    let lengths: BTreeMap<String, usize> =
        sources().into_iter().map(|source| (source.path, source.length)).collect();
    let long: Vec<_> = lengths
        .iter()
        .filter(|(path, length)| **length > LENGTH_MAX && !TOO_LONG.contains(&path.as_str()))
        .collect();
    assert!(long.is_empty(), "longer than {LENGTH_MAX} lines: {long:?}");
    for path in TOO_LONG {
        let length = lengths.get(*path).copied().unwrap_or_default();
        assert!(length > LENGTH_MAX, "{path} has {length} lines: take it off the list");
    }
}

#[test]
fn the_map_names_every_room() {
    let readme = std::fs::read_to_string(repository().join("README.md")).unwrap();
    for entry in std::fs::read_dir(repository().join("src")).unwrap() {
        let entry = entry.unwrap();
        let name = entry.file_name().into_string().unwrap();
        let room = if entry.path().is_dir() { format!("src/{name}/") } else { format!("src/{name}") };
        // A file beside a folder of the same name is the same room.
        let folder = room.strip_suffix(".rs").map(|stem| format!("{stem}/")).unwrap_or_default();
        let file = room.strip_suffix('/').map(|stem| format!("{stem}.rs")).unwrap_or_default();
        let named = |name: &str| !name.is_empty() && readme.contains(name);
        assert!(named(&room) || named(&folder) || named(&file), "README.md does not name {room}");
    }
}

#[test]
fn the_reader_of_sources_reads_well() {
    let text = "use a; // crate::api\nlet s = \"crate::api \\\" goal\";\nlet c = '\"'; let l: &'a str;\n\
                #[cfg(test)]\nmod tests {\n    dbg!();\n}\nlet r = r#\"a\"b\"#;\n";
    let (code, length) = plain_code(text);
    assert_eq!(code[..3], ["use a; ", "let s = \"\";", "let c = ; let l: &'a str;"]);
    assert_eq!((code[5].as_str(), code[7].as_str(), length), ("", "let r = \"\";", 4));
    assert_eq!(names_after("use crate::{mail, store::{a, b}, api};", "crate::"), ["mail", "store", "api"]);
    assert_eq!(names_after("crate::mail::x(crate::store::y)", "crate::"), ["mail", "store"]);
    let group = ["use crate::{", "    jobs,", "    mail::x,", "};", "use crate::api;"].map(str::to_owned);
    assert_eq!(names_after(&statement(&group, 0), "crate::"), ["jobs", "mail"]);
    for (line, expected) in [
        ("use diesel::sql_query;", true),
        ("let x = diesel::insert();", true),
        ("use ::diesel::x;", true),
        ("use my_diesel::x;", false),
        ("crate::diesel::x", false),
    ] {
        assert_eq!(names_crate(line, "diesel"), expected, "{line}");
    }
}
