//! A process killed at any moment and started again loses no letter and reuses no number.

use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use xushi::clock::{Clock as _, FixedClock, SystemClock};
use xushi::domain::LetterState;
use xushi::domain::delivery::DeliveryState;
use xushi::jobs::deliver::deliver;
use xushi::mail::outbox::MemoryOutbox;
use xushi::mail::transport::Transport;
use xushi::store::Store;
use xushi::store::rows::Page;

use crate::support::services;

/// Runs the demo and kills it after `patience`; whether it came to its end first does not matter.
fn run_for(folder: &Path, patience: Option<Duration>) -> bool {
    let mut child = Command::new(env!("CARGO_BIN_EXE_xushi"))
        .args(["demo", "--once", "--dir", "d"])
        .current_dir(folder)
        .env_remove("DATABASE_URL")
        .env("XUSHI_LOG_FILTER", "error")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    if let Some(patience) = patience {
        std::thread::sleep(patience);
        let _ = child.kill();
    }
    child.wait().unwrap().success()
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_at_any_moment_nothing_is_lost_and_no_number_is_reused() {
    let folder = tempfile::tempdir().unwrap();
    // The moments differ from machine to machine; what must hold afterwards does not depend on which were met.
    for step in 0..24 {
        run_for(folder.path(), Some(Duration::from_millis(step * 45)));
    }
    assert!(run_for(folder.path(), None), "after all that, a run that is left alone succeeds");
    let store = Store::open(folder.path().join("d/xushi.db").to_str().unwrap(), 2).unwrap();
    let page = Page { limit: 500, after: None };
    let letters = store.list_letters(&Default::default(), page).await.unwrap();
    let serials: Vec<_> = letters.iter().map(|letter| letter.serial.unwrap()).collect();
    assert_eq!(serials, [1], "one letter is due, and it has the first number");
    // Leases of the killed run out by the clock; then somebody else finishes their work.
    let clock = Arc::new(FixedClock::at(SystemClock.now() + chrono::TimeDelta::hours(1)));
    let outbox = MemoryOutbox::default();
    let office = services::office(store.clone(), clock).await;
    let jobs = services::jobs(office, Transport::Memory(outbox.clone()), "survivor");
    deliver(&jobs).await.unwrap();
    let rows = store.list_deliveries(&Default::default(), page).await.unwrap();
    assert!(!rows.is_empty() && rows.iter().all(|row| row.state == DeliveryState::Accepted), "{rows:?}");
    for row in &rows {
        assert_eq!(
            row.attempts,
            row.uncertain + 1,
            "every repeated attempt is written down as uncertain: {row:?}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pilot_whose_end_is_cut_short_ends_at_the_next_start_and_once() {
    let folder = tempfile::tempdir().unwrap();
    let demo = |variable: Option<(&str, &str)>| {
        let mut command = crate::support::process::xushi(folder.path(), &["demo", "--once", "--dir", "d"]);
        command.envs(variable).status().unwrap().success()
    };
    let pilot = Some(("XUSHI_MAIL_REDIRECT_TO", "pilot@example.org"));
    assert!(demo(pilot) && demo(pilot), "a second start in the pilot finds everything there");
    let store = Store::open(folder.path().join("d/xushi.db").to_str().unwrap(), 2).unwrap();
    let told = async || {
        let page = Page { limit: 500, after: None };
        let letters = store.list_letters(&Default::default(), page).await.unwrap();
        let one = |letter: &xushi::store::rows::LetterRow| {
            (letter.serial.unwrap(), letter.trial, letter.state.0, letter.mark.contains("演练函"))
        };
        letters.iter().map(one).collect::<Vec<_>>()
    };
    let before = [(1, true, LetterState::Issued, true)];
    assert_eq!(told().await, before);
    assert!(!demo(Some(("FAULT_AT", "pilot.written#1"))), "killed before the end is written");
    assert_eq!(told().await, before, "all or nothing");
    assert!(store.find_setting("pilot").await.unwrap().is_some());
    assert!(demo(None) && demo(None));
    let (settled, real) = (LetterState::Settled, (1, false, LetterState::Issued, false));
    assert_eq!(told().await, [(1, true, settled, true), real]);
    assert!(store.find_setting("pilot").await.unwrap().is_none());
}
