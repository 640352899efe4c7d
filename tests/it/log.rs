//! A log that cannot be written costs no answer and hangs nothing.

use std::fs::File;
use std::process::Stdio;
use std::time::{Duration, Instant};

use crate::support::process::{KEY, Process};

const TALKATIVE: &[(&str, &str)] = &[("XUSHI_LOG_FILTER", "info")];

/// Every request is answered and what it did is written, then the process stops when asked to.
fn answers_and_stops(process: Process) {
    let begun = Instant::now();
    for n in 0..300 {
        let body = format!(r#"{{"name":"单位{n}","region":"430000"}}"#);
        let headers = "Content-Type: application/json\r\n";
        let answer = process.call("POST", "/units", headers, body.as_bytes());
        assert!(answer.starts_with("HTTP/1.1 201"), "{n}: {answer}");
    }
    assert!(process.exchange(b"GET /healthz HTTP/1.0\r\n\r\n").unwrap().contains(" 200 "));
    let stopping = Instant::now();
    assert!(process.terminate().success());
    assert!(
        stopping.elapsed() < Duration::from_secs(20),
        "{:?} of {:?}",
        stopping.elapsed(),
        begun.elapsed()
    );
}

fn lost(process: &Process) -> u64 {
    let asked = format!("GET /metrics HTTP/1.0\r\nAuthorization: Bearer {KEY}\r\n\r\n");
    let metrics = process.exchange(asked.as_bytes()).unwrap();
    let line = metrics.lines().find(|line| line.starts_with("xushi_log_lines_lost_total")).unwrap();
    line.rsplit(' ').next().unwrap().parse().unwrap()
}

#[test]
fn a_full_disk_under_the_log_costs_no_answer() {
    let folder = tempfile::tempdir().unwrap();
    let full = File::options().write(true).open("/dev/full").unwrap();
    let process = Process::start_saying(folder.path(), &["serve"], TALKATIVE, full.into());
    let begun = Instant::now();
    while lost(&process) == 0 {
        assert!(begun.elapsed() < Duration::from_secs(20), "lines are lost, and counted");
    }
    answers_and_stops(process);
}

#[test]
fn a_pipe_that_nobody_reads_hangs_nothing() {
    let folder = tempfile::tempdir().unwrap();
    answers_and_stops(Process::start_saying(folder.path(), &["serve"], TALKATIVE, Stdio::piped()));
}

#[test]
fn a_pipe_that_nobody_reads_any_more_hangs_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let mut process = Process::start_saying(folder.path(), &["serve"], TALKATIVE, Stdio::piped());
    drop(process.child.stderr.take());
    answers_and_stops(process);
}

#[test]
fn streams_that_are_closed_from_the_start_stop_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let script = r#"exec "$0" serve >&- 2>&-"#;
    answers_and_stops(Process::start_by_shell(folder.path(), script, TALKATIVE));
}

#[test]
fn both_streams_may_be_full_from_the_start() {
    let folder = tempfile::tempdir().unwrap();
    let script = r#"exec "$0" serve >/dev/full 2>/dev/full"#;
    answers_and_stops(Process::start_by_shell(folder.path(), script, TALKATIVE));
}

#[test]
fn a_file_gets_the_offices_time_and_no_colours() {
    let folder = tempfile::tempdir().unwrap();
    let process = Process::start_with(folder.path(), &["serve"], TALKATIVE);
    let file = folder.path().join("stderr.txt");
    assert!(process.terminate().success());
    let log = std::fs::read_to_string(file).unwrap();
    assert!(!log.contains('\u{1b}'), "{log}");
    assert!(log.lines().all(|line| line.contains("+08:00 ")), "{log}");
    assert!(log.lines().last().unwrap().ends_with("stopped"), "the end is written, too: {log}");
}
