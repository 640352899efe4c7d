//! What the service is built of: licences it may be given away under, sources that are the registry or this repository,
//! and no dependency that nobody names.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::support::database::repository;
use crate::tidy::{blank_text, is_test, names_crate, plain_code};

/// Licences under which a dependency may come, by their SPDX names: none asks for the sources of what is linked with it.
const LICENCES: &[&str] =
    &["0BSD", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "ISC", "MIT", "MIT-0", "Unicode-3.0", "Zlib"];

/// The only registry.
const REGISTRY: &str = "registry+https://github.com/rust-lang/crates.io-index";

/// Dependencies that no source names, each with its reason: (member, crate, why).
const UNNAMED: &[(&str, &str, &str)] = &[(
    "xushi-store",
    "libsqlite3-sys",
    "its feature `bundled` compiles SQLite, so that a machine needs none",
)];

/// What cargo says of this machine's packages; nothing is fetched, since the tests were built from the same.
fn metadata() -> Value {
    let host = Command::new("rustc").arg("-vV").output().unwrap();
    let host = String::from_utf8(host.stdout).unwrap();
    let host = host.lines().find_map(|line| line.strip_prefix("host: ")).unwrap();
    let said = Command::new(env!("CARGO"))
        .args(["metadata", "--offline", "--locked", "--format-version", "1", "--filter-platform", host])
        .current_dir(repository())
        .output()
        .unwrap();
    assert!(said.status.success(), "{}", String::from_utf8_lossy(&said.stderr));
    serde_json::from_slice(&said.stdout).unwrap()
}

/// Whether an SPDX expression can be satisfied with `LICENCES`. `/` is how old crates write OR.
fn allowed(expression: &str) -> bool {
    let spaced = expression.replace('(', " ( ").replace(')', " ) ").replace('/', " OR ");
    let mut words: Vec<&str> = spaced.split_whitespace().rev().collect();
    any(&mut words) && words.is_empty()
}

/// Terms joined by OR. Words are taken from the end.
fn any(words: &mut Vec<&str>) -> bool {
    let mut good = all(words);
    while words.last() == Some(&"OR") {
        words.pop();
        good |= all(words);
    }
    good
}

/// Terms joined by AND, which binds closer than OR. An exception (WITH) only ever permits more.
fn all(words: &mut Vec<&str>) -> bool {
    let mut good = true;
    loop {
        good &= match words.pop() {
            Some("(") => {
                let inner = any(words);
                words.pop() == Some(")") && inner
            }
            Some(name) => LICENCES.contains(&name),
            None => false,
        };
        if words.last() == Some(&"WITH") {
            words.truncate(words.len() - 2);
        }
        if words.last() != Some(&"AND") {
            return good;
        }
        words.pop();
    }
}

#[test]
fn every_licence_is_allowed() {
    for (expression, expected) in [
        ("MIT", true),
        ("GPL-3.0-only", false),
        ("GPL-2.0 OR MIT", true),
        ("MIT/Apache-2.0", true),
        ("(MIT OR Apache-2.0) AND Unicode-3.0", true),
        ("(MIT OR Apache-2.0) AND GPL-3.0-only", false),
        ("Apache-2.0 AND MPL-2.0 OR MIT", true),
        ("Apache-2.0 WITH LLVM-exception OR GPL-2.0", true),
        ("GPL-2.0 WITH Classpath-exception-2.0", false),
        ("(MIT", false),
        ("", false),
    ] {
        assert_eq!(allowed(expression), expected, "{expression}");
    }
    let metadata = metadata();
    let packages = metadata["packages"].as_array().unwrap();
    assert!(packages.len() > 100, "{} packages", packages.len());
    let wrong: Vec<String> = packages
        .iter()
        .filter(|package| !allowed(package["license"].as_str().unwrap_or_default()))
        .map(|package| format!("{} {}: {}", package["name"], package["version"], package["license"]))
        .collect();
    assert!(wrong.is_empty(), "licences that are not on the list:\n{}", wrong.join("\n"));
}

#[test]
fn everything_comes_from_the_registry_or_this_repository() {
    let lock: toml::Table =
        std::fs::read_to_string(repository().join("Cargo.lock")).unwrap().parse().unwrap();
    for package in lock["package"].as_array().unwrap() {
        let name = package["name"].as_str().unwrap();
        let own = package.get("source").is_none() && (name == "xushi" || name.starts_with("xushi-"));
        let registry = package.get("source").and_then(toml::Value::as_str) == Some(REGISTRY);
        assert!(own || registry && package.get("checksum").is_some(), "{package}");
    }
}

/// Rust sources under `folder`, but not those of other members, without comments and texts; tests only if `all`.
fn code_under(folder: &Path, others: &[PathBuf], all: bool, into: &mut String) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    for path in entries.map(|entry| entry.unwrap().path()) {
        let name = path.file_name().unwrap().to_str().unwrap();
        if !all && is_test(name) || others.contains(&path) {
            continue;
        }
        if path.is_dir() {
            code_under(&path, others, all, into);
        } else if name.ends_with(".rs") {
            let text = std::fs::read_to_string(&path).unwrap();
            let code = if all { blank_text(&text) } else { plain_code(&text).0.join("\n") };
            into.push_str(&code);
            into.push('\n');
        }
    }
}

#[test]
fn every_dependency_is_named_where_it_is_asked_for() {
    let metadata = metadata();
    let ours = |package: &&Value| package["source"].is_null();
    let members: Vec<&Value> = metadata["packages"].as_array().unwrap().iter().filter(ours).collect();
    let folder =
        |member: &Value| Path::new(member["manifest_path"].as_str().unwrap()).parent().unwrap().to_owned();
    let folders: Vec<PathBuf> = members.iter().map(|member| folder(member)).collect();
    let mut unused = Vec::new();
    let mut excused = Vec::new();
    for (member, root) in members.iter().zip(&folders) {
        let others: Vec<PathBuf> = folders.iter().filter(|other| *other != root).cloned().collect();
        let own = root == &repository();
        let read = |parts: &[&str], all: bool| {
            let mut code = String::new();
            for part in parts {
                code_under(&root.join(part), &others, all, &mut code);
            }
            assert!(code.len() > 1_000, "{} was not read", root.display());
            code
        };
        let plain = read(if own { &["src"] } else { &[""] }, false);
        let all = read(if own { &["src", "tests", "benches"] } else { &[""] }, true);
        let name = member["name"].as_str().unwrap();
        for dependency in member["dependencies"].as_array().unwrap() {
            let asked = dependency["rename"].as_str().or(dependency["name"].as_str()).unwrap();
            let crate_name = asked.replace('-', "_");
            // What only tests name belongs to their dependencies.
            let code = if dependency["kind"] == "dev" { &all } else { &plain };
            let reexported = format!("use {crate_name} as ");
            let named = code.lines().any(|line| names_crate(line, &crate_name) || line.contains(&reexported));
            let excuse = UNNAMED.iter().any(|(of, crate_name, _)| (*of, *crate_name) == (name, asked));
            let one = (name.to_owned(), asked.to_owned());
            match (named, excuse) {
                (false, false) => unused.push(one),
                (true, true) => excused.push(one),
                _ => {}
            }
        }
    }
    assert!(unused.is_empty(), "take out of Cargo.toml, or say here why not: {unused:?}");
    assert!(excused.is_empty(), "named after all; take them off the list: {excused:?}");
}
