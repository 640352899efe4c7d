//! README's worked example works: its commands are run as they stand, against the demo as it stands.

use std::process::Command;

use serde_json::Value;

use crate::support::process::{KEY, Process};

fn example() -> String {
    let readme = include_str!("../../README.md");
    let section = readme.split("## A worked example").nth(1).unwrap();
    section.split("```sh\n").nth(1).unwrap().split("```").next().unwrap().to_owned()
}

#[test]
fn the_worked_example_runs_as_it_is_written() {
    if Command::new("curl").arg("--version").output().is_err() {
        assert!(std::env::var_os("CI").is_none(), "CI must have curl");
        eprintln!("SKIPPED: README's example needs curl, which is not here");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let process = Process::start(folder.path(), &["demo", "--dir", "d"]);
    let example = example();
    assert!(example.matches("curl ").count() >= 8, "{example}");
    let script = example
        .replace("KEY=xsk_…", &format!("KEY={KEY}"))
        .replace("http://127.0.0.1:8080", &format!("http://{}", process.address));
    // The reader copies the indicator's id out of the second answer; so does this.
    let (board, rest) = script.split_once("# The verdict").unwrap();
    let script = format!(
        "set -eu\ncurl() {{ command curl --fail-with-body \"$@\"; echo; }}\n{board}\n\
         INDICATOR=$(curl -s -G -H \"Authorization: Bearer $KEY\" \"$API/assessments\" \
         --data-urlencode 'measure=固定资产投资' | grep -o '\"indicator_id\":\"[^\"]*' | cut -d'\"' -f4)\n# {rest}"
    );
    let done = Command::new("bash").arg("-c").arg(&script).current_dir(folder.path()).output().unwrap();
    let shown = String::from_utf8_lossy(&done.stdout).into_owned();
    assert!(done.status.success(), "{shown}\n{}", String::from_utf8_lossy(&done.stderr));
    let answers: Vec<Value> =
        serde_json::Deserializer::from_str(&shown).into_iter().map(Result::unwrap).collect();
    let [board, row, verdict, trial, written, rehearsal, letters, deliveries] = answers.as_slice() else {
        panic!("{} answers:\n{shown}", answers.len());
    };
    assert_eq!(board["items"][0]["indicator"], "固定资产投资");
    assert_eq!(verdict["grade"], "behind");
    assert!(row["items"][0]["indicator_id"].is_string());
    assert_eq!(
        (&trial["created"], &written["created"]),
        (&Value::from(1), &Value::from(1)),
        "{trial} {written}"
    );
    assert_eq!(rehearsal["letters"][0]["outcome"], "planned");
    assert_eq!(letters["items"][0]["number"], "湘攻坚函〔2025〕1号");
    assert!(deliveries["items"].as_array().is_some_and(|items| !items.is_empty()));
}
