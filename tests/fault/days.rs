//! No day is skipped: the database away over the slot, a process killed in the middle of issuing, a replica killed while it
//! holds the slot. Each letter is made within a minute or so, once.

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use chrono::{DateTime, NaiveDateTime, TimeDelta, Utc};
use uuid::Uuid;
use xushi::clock::{Clock, SystemClock};
use xushi::domain::TextEnum as _;
use xushi::jobs::{Job, run};
use xushi::store::Store;
use xushi::store::rows::{SlotClaim, SlotRow};

use crate::crash::Post;
use crate::database::{self, Database};
use crate::{jobs_on, make_everything_lag};

/// the slot of the day: eight in the morning in the office.
const SLOT: &str = "2025-08-27T00:00:00Z";

/// A clock that goes, on another day.
struct Shifted(TimeDelta);

impl Clock for Shifted {
    fn now(&self) -> DateTime<Utc> {
        SystemClock.now() + self.0
    }

    fn new_id(&self) -> Uuid {
        SystemClock.new_id()
    }
}

/// The jobs of one service, until somebody kills it.
#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
#[ignore = "run by the tests below"]
async fn day_worker() {
    let Ok(url) = std::env::var("FAULT_DAY_URL") else { return };
    let shift = std::env::var("FAULT_DAY_SHIFT").unwrap().parse().unwrap();
    let clock = Arc::new(Shifted(TimeDelta::milliseconds(shift)));
    let jobs = jobs_on(Store::open(&url, 6).unwrap(), clock, None).await;
    run::run(&jobs, &[(Job::Issue, "0 0 8 * * *"), (Job::Watch, "0 */5 * * * *")]).await.unwrap();
}

/// A day of one database that begins seconds before its slot.
struct Day {
    post: Post,
    url: String,
    shift: TimeDelta,
}

impl Day {
    async fn begin(database: Database, before: TimeDelta) -> Self {
        let url = database.url.clone();
        let post = Post::new(database).await;
        make_everything_lag(&post, chrono::NaiveDate::from_ymd_opt(2025, 7, 31).unwrap(), 1).await;
        // Yesterday was done.
        let slot = SLOT.parse::<DateTime<Utc>>().unwrap();
        let due_at = (slot - TimeDelta::days(1)).naive_utc();
        let claim =
            SlotClaim { job: Job::Issue.as_str(), due_at, holder: "", now: due_at, lease_until: due_at };
        post.store.settle_slot(&claim, "letters 0").await.unwrap();
        let shift = slot - before - SystemClock.now();
        Self { post, url, shift }
    }

    fn worker(&self, fault: (&str, &str)) -> Child {
        Command::new(std::env::current_exe().unwrap())
            .args(["--ignored", "--exact", "days::day_worker"])
            .env("FAULT_DAY_URL", &self.url)
            .env("FAULT_DAY_SHIFT", self.shift.num_milliseconds().to_string())
            .env(fault.0, fault.1)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap()
    }

    fn now(&self) -> DateTime<Utc> {
        SystemClock.now() + self.shift
    }

    async fn slot(&self) -> Option<SlotRow> {
        let due: NaiveDateTime = SLOT.parse::<DateTime<Utc>>().unwrap().naive_utc();
        self.post.store.find_slot(Job::Issue.as_str(), due).await.unwrap()
    }

    /// Waits until the slot is as wanted.
    async fn until(&self, patience: Duration, wanted: impl Fn(&SlotRow) -> bool) -> SlotRow {
        let begun = Instant::now();
        loop {
            let slot = self.slot().await;
            if let Some(slot) = slot.filter(&wanted) {
                return slot;
            }
            assert!(begun.elapsed() < patience, "not within {patience:?}: {:?}", self.slot().await);
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// The letters of the day are made within a minute from now, once, and recorded.
    async fn made(&self, name: &str) {
        let begun = Instant::now();
        let slot = self.until(Duration::from_secs(75), |slot| slot.finished_at.is_some()).await;
        let took = begun.elapsed();
        let letters = self.post.check_numbers().await;
        let said = slot.outcome.unwrap();
        assert!(letters > 0 && said.starts_with(&format!("letters {letters},")), "{letters} letters, {said}");
        println!(
            "{name}: {letters} letters at {}, {:.1} s after the fault, attempt {}",
            self.now().format("%H:%M:%S UTC"),
            took.as_secs_f64(),
            slot.attempts
        );
        tokio::time::sleep(Duration::from_secs(20)).await;
        assert_eq!(self.post.check_numbers().await, letters, "each once");
    }
}

fn kill(child: &mut Child) {
    let _ = child.kill();
    let _ = child.wait();
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "takes minutes"]
async fn database_away_over_the_bell() {
    let day = Day::begin(Database::postgresql().unwrap(), TimeDelta::seconds(20)).await;
    let mut worker = day.worker(("FAULT_AT", ""));
    let slot = SLOT.parse::<DateTime<Utc>>().unwrap();
    let until = (slot - TimeDelta::seconds(3) - day.now()).to_std().unwrap();
    tokio::time::sleep(until).await;
    tokio::task::spawn_blocking(|| {
        let keeper = database::SERVER.as_ref().unwrap()._keeper.as_ref().unwrap();
        let mut keeper = keeper.lock().unwrap();
        keeper.tell("stop").unwrap();
        std::thread::sleep(Duration::from_secs(8));
        keeper.tell("start").unwrap();
    })
    .await
    .unwrap();
    assert!(day.now() > slot);
    day.made("postgresql, database away for 8 s over the slot").await;
    kill(&mut worker);
}

async fn killed_in_issue(name: &str, database: Database) {
    let day = Day::begin(database, TimeDelta::seconds(15)).await;
    let child = day.worker(("FAULT_AT", "issue.written#1"));
    assert_eq!(crate::crash::ended(child).await, None, "it dies in the middle of issuing");
    let mut again = day.worker(("FAULT_AT", ""));
    day.made(&format!("{name}, killed in issue and started again at once")).await;
    kill(&mut again);
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "takes minutes"]
async fn killed_in_issue_and_started_again() {
    killed_in_issue("sqlite", Database::sqlite()).await;
    killed_in_issue("postgresql", Database::postgresql().unwrap()).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "takes minutes"]
async fn holder_killed_among_three() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("hold");
    std::fs::write(&file, "").unwrap();
    let day = Day::begin(Database::postgresql().unwrap(), TimeDelta::seconds(15)).await;
    let hold = format!("issue.written={}", file.display());
    let mut workers: Vec<_> = (0..3).map(|_| day.worker(("FAULT_HOLD", &hold))).collect();
    let held = day.until(Duration::from_secs(60), |slot| !slot.holder.is_empty()).await;
    // Longer than its lease: it lives, and nobody takes the slot from it.
    tokio::time::sleep(Duration::from_secs(45)).await;
    let still = day.slot().await.unwrap();
    assert_eq!((&still.holder, still.attempts), (&held.holder, 1), "a lease is renewed beside the work");
    let holder = workers.iter_mut().find(|worker| worker.id().to_string() == held.holder).unwrap();
    kill(holder);
    release(&file);
    day.made("postgresql, holder killed among three").await;
    workers.iter_mut().for_each(kill);
}

fn release(file: &Path) {
    std::fs::remove_file(file).unwrap();
}
