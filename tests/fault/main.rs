//! What takes minutes: processes killed a thousand times, ten thousand slots, stops in the middle; and a real mail server.
//!
//! `cargo test --test fault -- --ignored --nocapture --test-threads 1`; `FAULT_KILLS` says how many kills there are in
//! all, 1,040 without it.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a helper that fails is a test that fails")]

#[expect(dead_code, reason = "the other tests use the rest")]
#[path = "../it/support/cluster.rs"]
mod cluster;
#[path = "../it/support/crash.rs"]
mod crash;
#[expect(dead_code, reason = "the other tests use the rest")]
#[path = "../it/support/database.rs"]
mod database;
mod days;
mod failover;
mod postfix;
#[expect(dead_code, reason = "the other tests use the rest")]
#[path = "../it/support/process.rs"]
mod process;
mod secured;
#[path = "../it/support/services.rs"]
mod services;
#[expect(dead_code, reason = "the other tests use the rest")]
#[path = "../it/support/smtp_sink.rs"]
mod smtp_sink;

use std::collections::BTreeMap;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use chrono::TimeDelta;
use crash::{Count, Post, STEPS, ended};
use database::Database;
use rust_decimal::Decimal;
use xushi::clock::{Clock, FixedClock, SystemClock};
use xushi::domain::delivery::DeliveryState;
use xushi::domain::smell::Habit;
use xushi::domain::{Basis, Figure, Status};
use xushi::jobs::run::{latest_slot, run_slot};
use xushi::jobs::{Job, Jobs};
use xushi::mail::outbox::MemoryOutbox;
use xushi::mail::transport::Transport;
use xushi::store::Store;
use xushi::store::rows::{FactWrite, ObservationRow};
use xushi::store::types::{Id, Number};

/// A number that looks random and is the same every time (SplitMix64).
fn mixed(seed: u64) -> u64 {
    let mut z = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

fn kills() -> usize {
    std::env::var("FAULT_KILLS").ok().and_then(|text| text.parse().ok()).unwrap_or(1_040)
}

/// Kills processes on their way through the outbox, `at_once` of them at a time, until there were `wanted` kills.
async fn killed_often(database: Database, at_once: usize, wanted: usize) -> (usize, Count) {
    let post = Post::new(database).await;
    post.fill(600).await;
    let (mut done, mut seed) = (0, 0);
    while done < wanted {
        let lives = (0..at_once as u64).map(|n| {
            let random = mixed(seed + n);
            let step = STEPS[usize::try_from(random % STEPS.len() as u64).unwrap()];
            post.kill_at(step, u32::try_from(random / 1_000 % 6).unwrap() + 1)
        });
        let killed = futures_util::future::join_all(lives).await.into_iter().filter(|killed| *killed).count();
        seed += at_once as u64;
        done += killed;
        if killed == 0 {
            let counts = post.store.count_deliveries().await.unwrap();
            if counts.keys().all(|state| *state == DeliveryState::Accepted) {
                post.fill(400).await;
            } else {
                // The rest is claimed by the dead.
                tokio::time::sleep(Duration::from_millis(200)).await;
            }
        }
    }
    post.finish().await;
    let count = post.check().await;
    assert_eq!(post.check_numbers().await, count.letters, "numbers without a gap");
    (done, count)
}

async fn report(name: &str, database: Option<Database>, at_once: usize, wanted: usize) {
    let Some(database) = database else { panic!("no {name}: the figures need both databases") };
    let begun = Instant::now();
    let (kills, count) = killed_often(database, at_once, wanted).await;
    println!(
        "{name}, {at_once} at once: {kills} kills, {count:?}, lost 0, in {:.0} s",
        begun.elapsed().as_secs_f64()
    );
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "takes minutes"]
async fn outbox_killed_a_thousand_times() {
    let each = kills().div_ceil(4);
    for at_once in [1, 3] {
        report("sqlite", Some(Database::sqlite()), at_once, each).await;
        report("postgresql", Database::postgresql(), at_once, each).await;
    }
}

/// Issuing killed in and after its transaction, and at any moment: every letter has its number, none is missing.
async fn issue_killed_often(name: &str, database: Database, at_once: usize, rounds: u32) {
    let begun = Instant::now();
    let post = Post::new(database).await;
    let mut kills = 0;
    for round in 1..=rounds {
        let end = chrono::NaiveDate::from_ymd_opt(2025, round + 1, 1).unwrap().pred_opt().unwrap();
        make_everything_lag(&post, end, round).await;
        let as_of = (end + TimeDelta::days(25)).to_string();
        for life in 0..12_u64 {
            let random = mixed(u64::from(round) * 1_000 + life);
            let children: Vec<_> = (0..at_once as u64)
                .map(|n| {
                    let step =
                        ["issue.written", "issue.committed"][usize::try_from((random + n) % 2).unwrap()];
                    let times = (random + n) / 8 % 2 + 1;
                    let mut command = post.command(&["issue", "--as-of", &as_of], &post.sink);
                    command.env("FAULT_AT", format!("{step}#{times}")).spawn().unwrap()
                })
                .collect();
            let ends = futures_util::future::join_all(children.into_iter().map(ended)).await;
            kills += ends.iter().filter(|end| end.is_none()).count();
        }
        let child = post.command(&["issue", "--as-of", &as_of], &post.sink).spawn().unwrap();
        assert_eq!(ended(child).await, Some(true));
        let again = post.check_numbers().await;
        let child = post.command(&["issue", "--as-of", &as_of], &post.sink).spawn().unwrap();
        assert_eq!(ended(child).await, Some(true));
        assert_eq!(post.check_numbers().await, again, "a second run finds nothing due");
    }
    let letters = post.check_numbers().await;
    let silent = post
        .store
        .list_episodes_without_letter(SystemClock.timestamp(), SystemClock.today(), false)
        .await
        .unwrap();
    assert!(silent.is_empty(), "every episode has its letter: {silent:?}");
    post.finish().await;
    let count = post.check().await;
    println!(
        "{name}, issuing, {at_once} at once: {kills} kills, {letters} letters numbered without gap, {} mails, in {:.0} s",
        count.letters,
        begun.elapsed().as_secs_f64()
    );
}

/// A bad value of every indicator for the months up to `end`.
async fn make_everything_lag(post: &Post, end: chrono::NaiveDate, round: u32) {
    let indicators = post.store.list_evaluation_rows(None, end, None, 500).await.unwrap();
    let fact = |figure: Figure, value: i64| ObservationRow {
        id: Id::of(SystemClock.new_id()),
        series_id: 0,
        period_start: chrono::NaiveDate::from_ymd_opt(2025, 1, 1).unwrap(),
        period_end: end,
        basis: Basis::Cumulative.into(),
        figure: figure.into(),
        vintage: 1,
        value: Number(Decimal::new(value, 2)),
        status: Status::Preliminary.into(),
        source: "试".into(),
        published_on: end + TimeDelta::days(20),
        recorded_at: SystemClock.timestamp(),
        of: None,
        partial: false,
        doubts: String::new(),
        stage: None,
        vouched_by: None,
    };
    let write = |measure, region, row| FactWrite {
        measure,
        region,
        habit: Habit::of("试", "亿元"),
        row,
        sources: [].into(),
        stated: Vec::new(),
    };
    let mut facts = Vec::new();
    for (_, measure, region) in indicators {
        facts.push(write(measure, region, fact(Figure::Yoy, -1_000 - i64::from(round))));
        facts.push(write(measure, region, fact(Figure::Level, 1)));
    }
    let plan = post.store.plan_observations(&facts).await.unwrap();
    post.store.write_observations(&facts, &plan).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "takes minutes"]
async fn issuing_killed_often() {
    for at_once in [1, 3] {
        issue_killed_often("sqlite", Database::sqlite(), at_once, 6).await;
        issue_killed_often("postgresql", Database::postgresql().unwrap(), at_once, 6).await;
    }
}

/// Jobs of this process on a database; they send nothing.
async fn jobs_on(store: Store, clock: Arc<dyn Clock>, bounce_folder: Option<std::path::PathBuf>) -> Jobs {
    let office = services::office(store, clock).await;
    let holder = std::process::id().to_string();
    let jobs = services::jobs(office, Transport::Memory(MemoryOutbox::default()), &holder);
    Jobs { transport_connections: 1, bounce_folder, ..jobs }
}

const SLOTS: i64 = 10_000;

/// One of three processes that all want to run every slot.
#[tokio::test]
#[ignore = "run by the test below"]
async fn slot_worker() {
    let Ok(url) = std::env::var("FAULT_SLOTS_URL") else { return };
    let clock = Arc::new(FixedClock::at("2025-01-01T00:00:00Z".parse().unwrap()));
    let jobs = jobs_on(Store::open(&url, 1).unwrap(), clock.clone(), None).await;
    let mut ran = String::new();
    // Each process ticks at another fraction of the second.
    let late = TimeDelta::microseconds(i64::from(std::process::id()) * 7_919 % 1_000_000);
    for n in 0..SLOTS {
        let due = "2025-01-01T00:00:00Z".parse::<chrono::DateTime<chrono::Utc>>().unwrap();
        clock.set(due + TimeDelta::minutes(n) + late);
        let done = run_slot(
            latest_slot(&jobs, Job::Evaluate, "0 * * * * *").unwrap().0,
            Job::Evaluate,
            async || Ok("ran".to_owned()),
        );
        if done.await.unwrap() {
            ran.push_str(&format!("{n}\n"));
        }
    }
    std::fs::write(std::env::var("FAULT_SLOTS_FILE").unwrap(), ran).unwrap();
}

async fn slots_on(name: &str, database: Database) {
    let begun = Instant::now();
    let folder = tempfile::tempdir().unwrap();
    let children: Vec<_> = (0..3)
        .map(|n| {
            Command::new(std::env::current_exe().unwrap())
                .args(["--ignored", "--exact", "slot_worker"])
                .env("FAULT_SLOTS_URL", &database.url)
                .env("FAULT_SLOTS_FILE", folder.path().join(n.to_string()))
                .stdout(Stdio::null())
                .spawn()
                .unwrap()
        })
        .collect();
    for mut child in children {
        assert!(child.wait().unwrap().success());
    }
    let mut runs: BTreeMap<i64, usize> = BTreeMap::new();
    let mut shares = Vec::new();
    for n in 0..3 {
        let text = std::fs::read_to_string(folder.path().join(n.to_string())).unwrap();
        shares.push(text.lines().count());
        text.lines().for_each(|line| *runs.entry(line.parse().unwrap()).or_default() += 1);
    }
    assert_eq!((runs.len() as i64, runs.values().copied().max()), (SLOTS, Some(1)), "each once");
    println!(
        "{name}: {SLOTS} slots, 3 processes, each ran once ({shares:?}), in {:.0} s",
        begun.elapsed().as_secs_f64()
    );
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "takes minutes"]
async fn three_processes_run_each_of_ten_thousand_slots_once() {
    slots_on("sqlite", Database::sqlite()).await;
    slots_on("postgresql", Database::postgresql().unwrap()).await;
}

/// Asked to stop in the middle, a service finishes what it has begun: nothing is lost, nothing doubled.
async fn stopped_often(name: &str, database: Database, stops: u64) {
    let post = Post::new(database).await;
    post.fill(1_500).await;
    for stop in 0..stops {
        let mut command = post.command(&["serve"], &post.sink);
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        command.env("XUSHI_SERVER_LISTEN", port.to_string()).env("XUSHI_SCHEDULE_DELIVER", "* * * * * *");
        command
            .env("XUSHI_SCHEDULE_ISSUE", "")
            .env("XUSHI_SCHEDULE_EVALUATE", "")
            .env("XUSHI_SCHEDULE_WATCH", "");
        let before = post.sink.log().taken.len();
        let child = command.spawn().unwrap();
        let begun = Instant::now();
        // In the middle of its work, wherever that is.
        while post.sink.log().taken.len() < before + 5 && begun.elapsed() < Duration::from_secs(20) {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        tokio::time::sleep(Duration::from_millis(mixed(stop) % 20)).await;
        assert!(Command::new("kill").args(["-TERM", &child.id().to_string()]).status().unwrap().success());
        assert_eq!(ended(child).await, Some(true), "it ends by itself");
        let rows = post.deliveries().await;
        assert!(rows.iter().all(|row| row.state == DeliveryState::Accepted
            || (row.state == DeliveryState::Pending && row.attempts == 0)));
    }
    post.finish().await;
    let count = post.check().await;
    assert_eq!((count.doubled, count.uncertain), (0, 0));
    println!(
        "{name}: SIGTERM {stops} times while sending {} letters: lost 0, doubled 0, uncertain 0",
        count.letters
    );
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "takes minutes"]
async fn stopped_in_the_middle() {
    stopped_often("sqlite", Database::sqlite(), 25).await;
    stopped_often("postgresql", Database::postgresql().unwrap(), 25).await;
}
