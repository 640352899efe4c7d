//! The specification as other people's tools see it: public validators accept it, and clients that are generated from it
//! compile under strict rules and tell the demo's story to the service as it is built.

use std::path::{Path, PathBuf};
use std::process::Command;

use xushi::domain::{Role, TextEnum as _};

use crate::support::database::repository;
use crate::support::process::{KEY, Process};

/// The folder where `tests/tools/install` put the tools; `None`, said loudly, where it was not run.
fn tools() -> Option<PathBuf> {
    let folder = repository().join("tests/tools");
    if folder.join(".installed").is_file() {
        return Some(folder);
    }
    assert!(
        std::env::var_os("CI").is_none(),
        "CI must hold the specification against public tools: run tests/tools/install"
    );
    eprintln!(
        "\n*** SKIPPED: public tools are not here; tests/tools/install puts them in its own folder ***\n"
    );
    None
}

fn specification() -> String {
    repository().join("openapi/openapi.json").to_str().unwrap().to_owned()
}

/// Runs a tool in `folder` and asserts that it is content.
#[track_caller]
fn run(folder: &Path, program: &Path, arguments: &[&str]) -> String {
    let mut command = Command::new(program);
    command
        .args(arguments)
        .current_dir(folder)
        .env("PYTHONIOENCODING", "utf-8")
        .env("PYTHONDONTWRITEBYTECODE", "1");
    // Nothing is told to the makers of tools.
    command.env("REDOCLY_TELEMETRY", "off").env("REDOCLY_SUPPRESS_UPDATE_NOTICE", "true");
    let done = command.output().unwrap();
    let said = format!("{}{}", String::from_utf8_lossy(&done.stdout), String::from_utf8_lossy(&done.stderr));
    assert!(done.status.success(), "{} {arguments:?}\n{said}", program.display());
    said
}

#[test]
fn public_validators_find_nothing() {
    let Some(tools) = tools() else { return };
    let specification = specification();
    run(&tools, &tools.join(".venv/bin/openapi-spec-validator"), &[&specification]);
    let said = run(
        &tools,
        &tools.join("node_modules/.bin/redocly"),
        &["lint", "--extends", "recommended", &specification],
    );
    // Its own notices about Node are none of the specification.
    assert!(!said.contains("You have"), "{said}");
    let strict = ["lint", "--ruleset", ".spectral.yaml", "--fail-severity", "warn", &specification];
    run(&tools, &tools.join("node_modules/.bin/spectral"), &strict);
}

/// The demo, serving.
fn demo(folder: &Path) -> (Process, String) {
    let process = Process::start(folder, &["demo", "--dir", "d"]);
    let address = format!("http://{}", process.address);
    (process, address)
}

#[test]
fn a_python_client_tells_the_story() {
    let Some(tools) = tools() else { return };
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    let bin = |name: &str| tools.join(".venv/bin").join(name);
    let settings = tools.join("python-client.yaml");
    let generate = [
        "generate",
        "--path",
        &specification(),
        "--output-path",
        "xushi_client",
        "--meta",
        "none",
        "--config",
        settings.to_str().unwrap(),
    ];
    let said = run(at, &bin("openapi-python-client"), &generate);
    assert!(!said.contains("WARNING"), "{said}");
    std::fs::copy(tools.join("story.py"), at.join("story.py")).unwrap();
    run(at, &bin("mypy"), &["--strict", "--no-incremental", "story.py", "xushi_client"]);
    let (_process, address) = demo(at);
    let said = run(at, &bin("python"), &["story.py", &address, KEY]);
    assert!(said.contains("told in Python: 湘网零函"), "{said}");
}

#[test]
fn a_typescript_client_tells_the_story() {
    let Some(tools) = tools() else { return };
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    for name in ["story.ts", "tsconfig.json", "package.json"] {
        std::fs::copy(tools.join(name), at.join(name)).unwrap();
    }
    std::os::unix::fs::symlink(tools.join("node_modules"), at.join("node_modules")).unwrap();
    let bin = |name: &str| at.join("node_modules/.bin").join(name);
    run(at, &bin("openapi-typescript"), &[&specification(), "--output", "api.ts"]);
    run(at, &bin("tsc"), &["--project", "."]);
    let (_process, address) = demo(at);
    let said = run(at, Path::new("node"), &["out/story.js", &address, KEY]);
    assert!(said.contains("told in TypeScript: 湘跨境函"), "{said}");
}

/// About three hundred generated requests of each role, some of which keep to the specification and some not; the whole of
/// what the generator can do is a command of docs/API.md.
#[test]
fn generated_requests_find_nothing_in_any_role() {
    let Some(tools) = tools() else { return };
    let folder = tempfile::tempdir().unwrap();
    let (process, address) = demo(folder.path());
    for role in Role::ALL {
        let unit = if role.is_of_unit() { "\"省商务厅\"" } else { "null" };
        let body = format!("{{\"name\": \"{role}\", \"role\": \"{role}\", \"unit\": {unit}}}");
        let answer = process.call("POST", "/api-keys", "Content-Type: application/json\r\n", body.as_bytes());
        let key = answer.split("\"key\":\"").nth(1).unwrap().split('"').next().unwrap();
        let said =
            run(folder.path(), &tools.join("cases"), &[&address, key, "2", "--phases", "examples,fuzzing"]);
        assert!(said.contains(" passed"), "{role}: {said}");
    }
    let log = process.log();
    assert!(!log.contains("panicked") && !log.contains("request failed"), "{log}");
}
