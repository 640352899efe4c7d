//! Real processes, killed at chosen steps, on one database and against one mail server.

use std::collections::HashMap;
use std::process::{Child, Command};
use std::sync::Arc;
use std::time::{Duration, Instant};

use chrono::{Datelike as _, NaiveDate};
use xushi::clock::{Clock as _, SystemClock};
use xushi::store::Store;
use xushi::store::rows::{DeliveryRow, Frozen, LetterFileRow, LetterRow, NewLetter, Page, Rendering};
use xushi::store::types::{CampaignId, Id, UnitId};

use super::database::Database;
use super::process::xushi;
use super::smtp_sink::{Do, Sink};
use xushi::domain::delivery::{AttemptOutcome, DeliveryState, Recipient};
use xushi::domain::{LetterKind, LetterState, Level};

/// Where a process may die on its way through the outbox. `dot` is apart: there the server has the whole mail, and
/// the process is killed from outside before it hears so.
pub(crate) const STEPS: [&str; 10] = [
    "claim.written",
    "claim.committed",
    "open",
    "opened",
    "intent.written",
    "intent.committed",
    "dot",
    "handed",
    "outcome.written",
    "outcome.committed",
];

/// How long anything may take before the test gives up on it.
const PATIENCE: Duration = Duration::from_secs(120);

/// One database with letters in its outbox, and where they go.
pub(crate) struct Post {
    pub(crate) store: Store,
    pub(crate) sink: Sink,
    url: String,
    folder: tempfile::TempDir,
    _database: Database,
}

/// What was counted at the end.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Count {
    /// Deliveries.
    pub(crate) letters: usize,
    /// Mails the server took.
    pub(crate) taken: usize,
    /// Mails it took more than once, and of which that is written down.
    pub(crate) doubled: usize,
    /// Attempts written down as uncertain.
    pub(crate) uncertain: usize,
    /// Attempts that the server or a slow machine ended before the content was out, and that were made again.
    pub(crate) deferred: usize,
}

impl Post {
    /// A database with the sample campaign, and a server that takes everything.
    pub(crate) async fn new(database: Database) -> Self {
        let store = Store::open(&database.url, 4).unwrap();
        xushi::demo::load(&super::services::office(store.clone(), Arc::new(SystemClock)).await)
            .await
            .unwrap()
            .unwrap();
        let sink = Sink::start(vec![vec![]]).await;
        let folder = tempfile::tempdir().unwrap();
        Self { store, sink, url: database.url.clone(), folder, _database: database }
    }

    /// Issues `count` letters with one mailbox each.
    pub(crate) async fn fill(&self, count: usize) {
        let page = Page { limit: 1, after: None };
        let campaign = self.store.list_campaigns(&Default::default(), page).await.unwrap();
        let unit = self.store.list_units(&Default::default(), page).await.unwrap();
        let (campaign, unit) = (campaign[0].id, unit[0].id);
        for _ in 0..count {
            let (letter, delivery) = one_letter(campaign, unit);
            let deliveries = vec![delivery];
            let new = NewLetter {
                letter,
                opened: vec![],
                continued: vec![],
                episodes: vec![],
                reports: vec![],
                deliveries,
                incident: None,
            };
            let rendering = Rendering::new(|letter, serial| {
                let file = LetterFileRow::new(
                    letter.id,
                    "a.docx".into(),
                    "application/x",
                    vec![7; 2_000],
                    letter.created_at,
                );
                Ok(Frozen { letter: LetterRow { serial: Some(serial), ..letter.clone() }, files: vec![file] })
            });
            self.store.issue_letters(std::slice::from_ref(&new), &rendering).await.unwrap();
        }
    }

    /// `xushi ARGUMENTS` on this database, mailing to `sink`, with leases of some seconds.
    pub(crate) fn command(&self, arguments: &[&str], sink: &Sink) -> Command {
        let mut command = xushi(self.folder.path(), arguments);
        command
            .env("DATABASE_URL", &self.url)
            .env("XUSHI_MAIL_TRANSPORT", "smtp")
            .env("XUSHI_MAIL_HOST", sink.address.ip().to_string())
            .env("XUSHI_MAIL_PORT", sink.address.port().to_string())
            .env("XUSHI_MAIL_FROM_ADDRESS", "xushi@example.org")
            .env("XUSHI_MAIL_CONNECTIONS", "1")
            .env("XUSHI_MAIL_TIMEOUT_SECONDS", "1");
        command
    }

    /// Lets a process die the `times`-th time that it comes to `step`; false when it found nothing to do instead.
    pub(crate) async fn kill_at(&self, step: &str, times: u32) -> bool {
        if step == "dot" {
            return self.kill_at_dot().await;
        }
        let child = self.command(&["deliver"], &self.sink).env("FAULT_AT", format!("{step}#{times}")).spawn();
        ended(child.unwrap()).await.is_none()
    }

    /// A server of its own takes one mail whole and never answers; then the process is killed.
    async fn kill_at_dot(&self) -> bool {
        let sink = Sink::start(vec![vec![(".", Do::Hold)]]).await;
        let mut child = self.command(&["deliver"], &sink).spawn().unwrap();
        let begun = Instant::now();
        let held = loop {
            if let Ok(()) = tokio::time::timeout(Duration::from_millis(20), sink.wait_held(1)).await {
                break true;
            }
            if child.try_wait().unwrap().is_some() {
                break false;
            }
            assert!(begun.elapsed() < PATIENCE, "no mail comes");
        };
        let _ = child.kill();
        let _ = child.wait();
        self.sink.adopt(&sink);
        held
    }

    /// Runs processes that nobody kills until everything is accepted.
    pub(crate) async fn finish(&self) {
        let begun = Instant::now();
        loop {
            let child = self.command(&["deliver"], &self.sink).spawn().unwrap();
            assert_eq!(ended(child).await, Some(true), "left alone it succeeds");
            let counts = self.store.count_deliveries().await.unwrap();
            if counts.keys().all(|state| *state == DeliveryState::Accepted) {
                return;
            }
            assert!(begun.elapsed() < PATIENCE, "{counts:?}");
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }

    /// What must hold whoever died when; panics where it does not.
    pub(crate) async fn check(&self) -> Count {
        let rows = self.deliveries().await;
        let mut taken: HashMap<String, Vec<Vec<u8>>> = HashMap::new();
        for mail in self.sink.log().taken {
            let text = String::from_utf8_lossy(&mail.raw);
            let id = text.split("Message-ID: <").nth(1).unwrap().split('>').next().unwrap().to_owned();
            taken.entry(id).or_default().push(mail.raw);
        }
        let mut count = Count { letters: rows.len(), ..Count::default() };
        assert_eq!(taken.len(), rows.len(), "no letter is lost, and no Message-ID is new");
        for row in &rows {
            let copies = &taken[&row.message_id];
            let uncertain = usize::try_from(row.uncertain).unwrap();
            assert_eq!(row.state, DeliveryState::Accepted, "{row:?}");
            assert!(copies.iter().all(|copy| *copy == copies[0]), "every copy is the same bytes: {row:?}");
            assert!(copies.len() - 1 <= uncertain, "a second copy is written down as uncertain: {row:?}");
            let attempts = self.store.list_attempts(row.id).await.unwrap();
            let ended = |outcome: AttemptOutcome| {
                attempts.iter().filter(|attempt| attempt.outcome == outcome).count()
            };
            assert_eq!(
                (ended(AttemptOutcome::Accepted), ended(AttemptOutcome::Uncertain)),
                (1, uncertain),
                "{attempts:?}"
            );
            let deferred = ended(AttemptOutcome::Transient);
            assert_eq!(attempts.len(), 1 + uncertain + deferred, "{attempts:?}");
            assert_eq!(attempts.len(), usize::try_from(row.attempts).unwrap(), "{row:?} {attempts:?}");
            count.deferred += deferred;
            count.taken += copies.len();
            count.doubled += copies.len() - 1;
            count.uncertain += uncertain;
        }
        count
    }

    /// All deliveries.
    pub(crate) async fn deliveries(&self) -> Vec<DeliveryRow> {
        let mut rows: Vec<DeliveryRow> = Vec::new();
        loop {
            let page = Page { limit: 500, after: rows.last().map(|row| row.id.of_any()) };
            let more = self.store.list_deliveries(&Default::default(), page).await.unwrap();
            let last = more.len() <= 500;
            rows.extend(more.into_iter().take(500));
            if last {
                return rows;
            }
        }
    }

    /// All letters' serials by mark and year: none missing, none twice. Gives how many.
    pub(crate) async fn check_numbers(&self) -> usize {
        let mut serials: HashMap<(String, i32), Vec<i32>> = HashMap::new();
        let mut after = None;
        loop {
            let page = Page { limit: 500, after };
            let letters = self.store.list_letters(&Default::default(), page).await.unwrap();
            for letter in letters.iter().take(500) {
                let serial = letter.serial.unwrap();
                serials.entry((letter.mark.clone(), letter.year)).or_default().push(serial);
            }
            if letters.len() <= 500 {
                break;
            }
            after = Some(letters[499].id.of_any());
        }
        let mut all = 0;
        for serials in serials.values_mut() {
            serials.sort_unstable();
            assert_eq!(*serials, (1..=i32::try_from(serials.len()).unwrap()).collect::<Vec<_>>());
            all += serials.len();
        }
        all
    }
}

/// Waits for a process without holding up the server it talks to: whether it succeeded, `None` when it was killed.
pub(crate) async fn ended(mut child: Child) -> Option<bool> {
    let begun = Instant::now();
    loop {
        if let Some(status) = child.try_wait().unwrap() {
            return status.code().map(|code| code == 0);
        }
        if begun.elapsed() > PATIENCE {
            let _ = child.kill();
            panic!("a process does not end");
        }
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
}

fn one_letter(campaign: CampaignId, unit: UnitId) -> (LetterRow, DeliveryRow) {
    let now = SystemClock.timestamp();
    let today: NaiveDate = SystemClock.today();
    let letter = LetterRow {
        id: Id::of(SystemClock.new_id()),
        mark: "试函".into(),
        year: today.year(),
        serial: None,
        kind: LetterKind::Warning.into(),
        level: Some(Level::Yellow.into()),
        state: LetterState::Issued.into(),
        campaign_id: campaign,
        unit_id: unit,
        as_of: today,
        issued_on: Some(today),
        reply_by: Some(today),
        facts: "{}".into(),
        subject: "预警函".into(),
        body_text: "正文\n".repeat(40),
        body_html: "<p>正文</p>".repeat(40),
        created_at: now,
        updated_at: now,
        follows_id: None,
        ladder_step: None,
        decided_by: None,
        decided_at: None,
        decision_note: None,
        waits_for: None,
        trial: false,
    };
    let mailbox = (Recipient::To, "联络员".to_owned(), "unit@example.org".to_owned());
    let message_id = format!("{}.1@example.org", letter.id.0.simple());
    let delivery =
        DeliveryRow::queued(Id::of(SystemClock.new_id()), (letter.id, unit), mailbox, message_id, now);
    (letter, delivery)
}
