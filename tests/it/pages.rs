//! The pages a successor opens say what the code says: paths and names that they give are there, their tables are those of
//! the code, and what a list of `docs/HOWTO.md` asks for was done for everything that is there already.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use xushi::config::{Config, defaults as built_in};
use xushi::domain::{IncidentKind, Kind, LetterKind, TextEnum as _};
use xushi::jobs::Job;
use xushi::store::constraints::CONSTRAINTS;

use crate::support::database::repository;
use crate::tidy::MAY_USE;

/// Every page of the repository.
const PAGES: [&str; 9] = [
    "README.md",
    "CONTRIBUTING.md",
    "docs/API.md",
    "docs/ARCHITECTURE.md",
    "docs/FIGURES.md",
    "docs/HOWTO.md",
    "docs/OPERATING.md",
    "docs/VERSIONS.md",
    "migrations/README.md",
];

fn read(path: &str) -> String {
    let path = repository().join(path);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Texts between single backticks, outside of fenced blocks.
fn quoted(page: &str) -> Vec<String> {
    let mut fenced = false;
    let mut found = Vec::new();
    for line in page.lines() {
        if line.trim_start().starts_with("```") {
            fenced = !fenced;
        } else if !fenced {
            assert!(line.matches('`').count() % 2 == 0, "a quotation goes over the end of its line: {line}");
            found.extend(line.split('`').skip(1).step_by(2).map(str::to_owned));
        }
    }
    found
}

/// Rows of the table whose head is `head`, each as its cells.
fn table(page: &str, head: &[&str]) -> Vec<Vec<String>> {
    let cells = |line: &str| -> Vec<String> {
        line.trim().trim_matches('|').split(" | ").map(|cell| cell.trim().to_owned()).collect()
    };
    let mut lines = page.lines().skip_while(|line| cells(line) != head);
    assert!(lines.next().is_some(), "no table {head:?}");
    lines.skip(1).take_while(|line| line.starts_with('|')).map(cells).collect()
}

fn bare(cell: &str) -> String {
    cell.trim_matches('`').to_owned()
}

fn first_column(page: &str, head: &[&str]) -> BTreeSet<String> {
    table(page, head).iter().map(|row| bare(&row[0])).collect()
}

fn words<'w>(all: impl Iterator<Item = &'w str>) -> BTreeSet<String> {
    all.map(str::to_owned).collect()
}

/// The keys of the built-in configuration with their defaults as text.
fn defaults() -> BTreeMap<String, String> {
    let mut keys = BTreeMap::new();
    for (section, values) in built_in().unwrap() {
        for (key, value) in values.as_table().unwrap() {
            let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            keys.insert(format!("{section}.{key}"), text);
        }
    }
    keys
}

/// The part of a source between two marks.
fn between<'t>(text: &'t str, from: &str, to: &str) -> &'t str {
    let rest = text.split_once(from).unwrap_or_else(|| panic!("no `{from}`")).1;
    rest.split_once(to).unwrap_or_else(|| panic!("no `{to}` after `{from}`")).0
}

/// `VersusBenchmark` → `versus_benchmark`.
fn snake(name: &str) -> String {
    let mut text = String::new();
    for c in name.chars() {
        if c.is_uppercase() && !text.is_empty() {
            text.push('_');
        }
        text.extend(c.to_lowercase());
    }
    text
}

#[test]
fn readme_is_one_page_and_leads_to_the_others() {
    let readme = read("README.md");
    assert!(readme.lines().count() <= 150, "README.md has {} lines", readme.lines().count());
    for page in PAGES.iter().skip(1) {
        assert!(readme.contains(&format!("]({page})")), "README.md does not lead to {page}");
    }
    let mut there: BTreeSet<String> =
        ["README.md", "CONTRIBUTING.md", "migrations/README.md"].map(str::to_owned).into();
    for entry in std::fs::read_dir(repository().join("docs")).unwrap() {
        there.insert(format!("docs/{}", entry.unwrap().file_name().into_string().unwrap()));
    }
    assert_eq!(there, words(PAGES.iter().copied()), "pages that this test does not know");
}

#[test]
fn links_between_pages_lead_somewhere() {
    let mut wrong = Vec::new();
    for page in PAGES {
        let text = read(page);
        let folder = Path::new(page).parent().unwrap();
        for target in text.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            if target.contains("://") {
                continue;
            }
            let (file, heading) = target.split_once('#').unwrap_or((target, ""));
            let path = if file.is_empty() { PathBuf::from(page) } else { folder.join(file) };
            let Ok(linked) = std::fs::read_to_string(repository().join(&path)) else {
                wrong.push(format!("{page}: {target}"));
                continue;
            };
            // As GitHub makes anchors of headings.
            let anchor = |line: &str| -> String {
                let kept = |c: &char| c.is_alphanumeric() || *c == ' ' || *c == '-';
                let text = line.trim_start_matches('#').trim().to_lowercase();
                text.chars().filter(kept).collect::<String>().replace(' ', "-")
            };
            let mut headings = linked.lines().filter(|line| line.starts_with('#')).map(anchor);
            if !heading.is_empty() && !headings.any(|known| known == heading) {
                wrong.push(format!("{page}: {target}"));
            }
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}

/// Where the repository's own paths begin.
const ROOTS: [&str; 7] = ["src/", "tests/", "benches/", "migrations/", "docs/", "openapi/", ".ci/"];

#[test]
fn paths_and_names_that_the_pages_give_are_there() {
    let mut wrong = Vec::new();
    for page in PAGES {
        for text in quoted(&read(page)) {
            // `<name>` stands for what the reader chooses.
            if text.contains('<') || !ROOTS.iter().any(|root| text.starts_with(root)) {
                continue;
            }
            let (path, name) = text.split_once("::").unwrap_or((&text, ""));
            if !repository().join(path).exists() {
                wrong.push(format!("{page}: {text}"));
            } else if !name.is_empty() {
                let source = read(path);
                let kinds = ["fn", "struct", "enum", "trait", "const", "static", "type", "macro_rules!"];
                let declares = |line: &str| {
                    let line = line.trim_start().trim_start_matches("pub ");
                    let line = line
                        .strip_prefix("pub(")
                        .and_then(|rest| rest.split_once(") "))
                        .map_or(line, |(_, rest)| rest);
                    let line = line.trim_start_matches("async ");
                    let rest = kinds.iter().find_map(|kind| line.strip_prefix(&format!("{kind} ")));
                    let rest = rest.unwrap_or(line);
                    rest.strip_prefix(name)
                        .is_some_and(|after| !after.starts_with(|c: char| c.is_alphanumeric() || c == '_'))
                };
                if !source.lines().any(declares) {
                    wrong.push(format!("{page}: {text}"));
                }
            }
        }
    }
    assert_eq!(wrong, Vec::<String>::new(), "the pages name what is not there");
}

#[test]
fn every_setting_is_told_with_its_default() {
    let told: BTreeMap<String, String> = table(&read("docs/OPERATING.md"), &["key", "default", "meaning"])
        .into_iter()
        .map(|row| (bare(&row[0]), if row[1] == "empty" { String::new() } else { bare(&row[1]) }))
        .collect();
    assert_eq!(told, defaults(), "docs/OPERATING.md and src/config/default.toml");
}

#[test]
fn every_setting_has_a_field_and_every_field_a_setting() {
    let source = read("src/config.rs") + &read("src/config/database_section.rs");
    let (crons, keys): (BTreeSet<_>, _) =
        defaults().into_keys().partition(|key| key.starts_with("schedule."));
    // Those of the schedule are the names of the jobs.
    assert_eq!(crons, Job::ALL.iter().map(|job| format!("schedule.{job}")).collect());
    let keys: BTreeSet<String> = keys;
    let mut fields = BTreeSet::new();
    for section in keys.iter().filter_map(|key| key.split('.').next()) {
        let kind = format!("{}{}Config", section[..1].to_uppercase(), &section[1..]);
        let body = between(&source, &format!("pub struct {kind} {{"), "\n}");
        let names = body.lines().filter_map(|line| line.trim().strip_prefix("pub ")?.split(':').next());
        fields.extend(names.map(|name| format!("{section}.{name}")));
    }
    assert_eq!(fields, keys, "src/config.rs and src/config/default.toml");
}

#[test]
fn every_job_is_scheduled_and_told() {
    let none: Vec<(String, String)> = Vec::new();
    let schedule = Config::from_layers("", none).unwrap().schedule;
    let crons: Vec<(Job, &str)> = Job::ALL.iter().map(|job| (*job, job.row().cron)).collect();
    assert_eq!(schedule.jobs(), crons, "the configuration and the table of jobs");
    let head = ["job", "what it does", "when it was missed or failed"];
    let jobs = words(Job::ALL.iter().map(|job| job.as_str()));
    assert_eq!(first_column(&read("docs/OPERATING.md"), &head), jobs, "docs/OPERATING.md, Jobs");
}

/// Resources whose tests stand elsewhere.
const TESTED_ELSEWHERE: [(&str, &str); 2] =
    [("health", "tests/it/hostile.rs"), ("targets", "tests/it/try_out.rs")];

#[test]
fn every_resource_has_its_tests_under_its_name() {
    let names = |folder: &str| -> BTreeSet<String> {
        let entries = std::fs::read_dir(repository().join(folder)).unwrap();
        let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        names
            .filter(|name| !name.contains('.') || name.ends_with(".rs"))
            .map(|name| name.replace(".rs", ""))
            .collect()
    };
    let (mut resources, tests) = (names("src/api"), names("tests/it/api"));
    for (resource, file) in TESTED_ELSEWHERE {
        assert!(resources.remove(resource) && repository().join(file).is_file(), "{resource}");
    }
    let untested: Vec<_> = resources.difference(&tests).collect();
    assert!(untested.is_empty(), "no tests under tests/it/api: {untested:?}");
    let strangers: Vec<_> = tests.difference(&resources).collect();
    assert!(strangers.is_empty(), "tests of no resource: {strangers:?}");
}

/// What the service is told by its surroundings wherever it is installed.
#[test]
fn one_heap_is_asked_for_wherever_it_runs() {
    for page in ["Dockerfile", "docs/OPERATING.md"] {
        assert!(read(page).contains("MALLOC_ARENA_MAX=1"), "{page}");
    }
}

#[test]
fn every_kind_of_letter_has_its_templates_and_is_told() {
    let kinds = words(LetterKind::ALL.iter().map(|kind| kind.as_str()));
    let templates = repository().join("src/letter/templates");
    let mut folders = BTreeSet::new();
    for entry in std::fs::read_dir(&templates).unwrap() {
        folders.insert(entry.unwrap().file_name().into_string().unwrap());
    }
    for shared in ["docx", "layout", "shared"] {
        assert!(folders.remove(shared), "no src/letter/templates/{shared}");
    }
    assert_eq!(folders, kinds, "src/letter/templates and LetterKind");
    let operating = read("docs/OPERATING.md");
    let told = table(&operating, &["kind", "中文", "templates"]);
    assert_eq!(told.iter().map(|row| bare(&row[0])).collect::<BTreeSet<_>>(), kinds, "docs/OPERATING.md");
    let names = quoted(&operating);
    let built_in = read("src/letter/mod.rs");
    let built_in = between(&built_in, "const BUILT_IN", "];");
    let listed: BTreeSet<&str> =
        built_in.lines().filter_map(|line| line.trim().strip_prefix("(\"")?.split('"').next()).collect();
    assert!(listed.len() >= kinds.len() * 3, "{listed:?}");
    for name in listed {
        assert!(templates.join(name).is_file(), "no template {name}");
        assert!(names.iter().any(|told| told == name), "docs/OPERATING.md does not name {name}");
    }
    for kind in &kinds {
        for part in ["subject", "title", "body"] {
            let name = format!("{kind}/{part}.txt");
            assert!(built_in.contains(&format!("\"{name}\"")), "BUILT_IN lacks {name}");
        }
    }
}

#[test]
fn every_incident_is_told_with_what_to_do() {
    let rows = table(&read("docs/OPERATING.md"), &["kind", "中文", "what to do"]);
    let told: BTreeSet<(String, String)> = rows.iter().map(|row| (bare(&row[0]), row[1].clone())).collect();
    let known: BTreeSet<(String, String)> =
        IncidentKind::ALL.iter().map(|kind| (kind.to_string(), kind.chinese().to_owned())).collect();
    assert_eq!(told, known, "docs/OPERATING.md and IncidentKind");
    assert!(rows.iter().all(|row| row[2].len() > 20), "{rows:?}");
}

#[test]
fn every_metric_is_told() {
    let source = read("src/api/http/metrics.rs");
    let names = source.split('"').filter(|text| text.starts_with("xushi_") && !text.contains(' '));
    let told = first_column(&read("docs/OPERATING.md"), &["metric", "labels", "meaning"]);
    assert_eq!(told, words(names), "docs/OPERATING.md and src/api/http/metrics.rs");
}

#[test]
fn every_command_is_told() {
    let help = std::process::Command::new(env!("CARGO_BIN_EXE_xushi")).arg("--help").output().unwrap();
    let help = String::from_utf8(help.stdout).unwrap();
    let commands = between(&help, "Commands:\n", "\n\n");
    let names = commands.lines().filter_map(|line| line.split_whitespace().next());
    let told = first_column(&read("docs/OPERATING.md"), &["command", "what it does"]);
    assert_eq!(told, words(names.filter(|name| *name != "help")), "docs/OPERATING.md, Commands");
}

#[test]
fn every_bench_is_told() {
    let mut benches = BTreeSet::new();
    for entry in std::fs::read_dir(repository().join("benches")).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        benches.extend(name.strip_suffix(".rs").map(str::to_owned));
    }
    let figures = read("docs/FIGURES.md");
    for bench in benches {
        assert!(figures.contains(&format!("--bench {bench}")), "docs/FIGURES.md does not name `{bench}`");
    }
}

#[test]
fn every_kind_of_target_has_a_case_and_a_fate_in_the_law() {
    let cases: String = ["kinds", "edges", "context", "forecast"]
        .map(|name| read(&format!("src/domain/pace/tests/{name}.rs")))
        .concat();
    let law = read("src/domain/pace/tests/needed.rs");
    let named = |text: &str| -> BTreeSet<String> {
        let after = text.split("Kind::").skip(1);
        after.map(|rest| rest.chars().take_while(|c| c.is_alphanumeric()).collect::<String>()).collect()
    };
    let (within, without) =
        (named(between(&law, "const WITH:", "];")), named(between(&law, "const WITHOUT:", "];")));
    let cased = named(&cases);
    for kind in Kind::ALL {
        let name = format!("{kind:?}");
        assert!(cased.contains(&name), "no test of the engine has a case of {name}");
        assert!(within.contains(&name) || without.contains(&name), "the law of what is needed lacks {name}");
    }
    let outside: BTreeSet<String> = without.iter().map(|name| snake(name)).collect();
    assert_eq!(first_column(&read("docs/FIGURES.md"), &["kind", "why"]), outside, "docs/FIGURES.md");
}

/// Names of the unique constraints and indexes that the migrations of a database leave.
fn unique_names(database: &str) -> BTreeSet<String> {
    let mut steps: Vec<PathBuf> = std::fs::read_dir(repository().join("migrations").join(database))
        .unwrap()
        .map(|entry| entry.unwrap().path().join("up.sql"))
        .collect();
    steps.sort();
    let mut names = BTreeSet::new();
    for step in steps {
        let text = std::fs::read_to_string(step).unwrap();
        let code: Vec<&str> = text.lines().map(|line| line.split("--").next().unwrap()).collect();
        let code = code.join(" ");
        let tokens: Vec<&str> = code.split([' ', '(', ',', ';']).filter(|token| !token.is_empty()).collect();
        for window in tokens.windows(4) {
            match window {
                ["CONSTRAINT", name, "UNIQUE" | "PRIMARY", _] | ["CREATE", "UNIQUE", "INDEX", name] => {
                    names.insert((*name).to_owned());
                }
                ["DROP", "INDEX" | "CONSTRAINT", name, _] => {
                    names.remove(*name);
                }
                _ => {}
            }
        }
    }
    names
}

#[test]
fn every_unique_constraint_says_what_it_means_to_a_caller() {
    let names = unique_names("postgres");
    assert_eq!(names, unique_names("sqlite"), "both databases look errors up by the same names");
    assert!(names.len() > 20, "{names:?}");
    let told: BTreeSet<&str> = CONSTRAINTS.iter().map(|one| one.name).collect();
    // Opening what is open already is no error.
    let quiet = ["incidents_open_key"];
    let silent: Vec<_> = names
        .iter()
        .filter(|name| !told.contains(name.as_str()) && !quiet.contains(&name.as_str()))
        .collect();
    assert!(silent.is_empty(), "src/store/constraints.rs lacks {silent:?}");
}

#[test]
fn who_may_use_whom_is_told_as_it_is() {
    let rows = table(&read("docs/ARCHITECTURE.md"), &["room", "uses", "crates of its own"]);
    let mut told = BTreeSet::new();
    for row in rows.iter().filter(|row| !row[0].contains(", ")) {
        // What stands in brackets says how far.
        let uses: String = row[1].split('(').map(|part| part.rsplit(')').next().unwrap()).collect();
        let uses = uses.split(',').map(str::trim).filter(|name| *name != "nobody");
        let room = bare(&row[0]);
        let (_, friends, _) = MAY_USE.iter().find(|(known, ..)| *known == room).unwrap();
        assert_eq!(words(uses), words(friends.iter().copied()), "docs/ARCHITECTURE.md, `{room}`");
        told.insert(room);
    }
    assert!(told.len() >= 7, "{told:?}");
}

#[test]
fn the_reader_of_pages_reads_well() {
    let page = "a `x` b `y/z`\n```sh\n`no`\n```\n| a | b |\n|---|---|\n| `k` | v, `w` |\n| l | 1 |\nend\n| m | 2 |\n";
    assert_eq!(quoted(page), ["x", "y/z", "k", "w"]);
    assert_eq!(table(page, &["a", "b"]), [["`k`", "v, `w`"], ["l", "1"]]);
    assert_eq!(first_column(page, &["a", "b"]), words(["k", "l"].into_iter()));
    assert_eq!((snake("VersusBenchmark"), snake("Cap")), ("versus_benchmark".to_owned(), "cap".to_owned()));
    assert_eq!(between("a(b)c", "(", ")"), "b");
}
