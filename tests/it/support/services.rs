//! The service's parts for tests, made by the service's own builders: store, clock and mailer are given, the rest is
//! configured.

use std::sync::Arc;

use xushi::app;
use xushi::clock::Clock;
use xushi::config::Config;
use xushi::jobs::run::{latest_slot, run_slot};
use xushi::jobs::{Job, JobError, Jobs};
use xushi::mail::transport::Transport;
use xushi::office::Office;
use xushi::office::slots::Slot;
use xushi::store::Store;

/// An office with a mail server. Nothing connects to it: what a test sends goes where the test says.
const OFFICE: &str = r#"
    [letters]
    base_url = "https://xushi.example.org"
    message_id_domain = "example.org"
    [links]
    secret = "SECRET"
    [webhooks]
    key = "a key that only tests use, of any length"
    allow = "127.0.0.0/8"
    [mail]
    transport = "smtp"
    host = "mail.example.org"
    from_name = "序时预警"
    from_address = "xushi@example.org"
    connections = 2
"#;

/// The configuration of tests. The secret of reply links is 32 bytes of 7.
pub(crate) fn config() -> Config {
    let none: Vec<(String, String)> = Vec::new();
    Config::from_layers(&OFFICE.replace("SECRET", &"\\u0007".repeat(32)), none).unwrap()
}

/// What warnings are made with.
pub(crate) async fn office(store: Store, clock: Arc<dyn Clock>) -> Office {
    app::office(&config(), store, clock).await.unwrap()
}

/// The same, started with this address in `mail.redirect_to`.
pub(crate) async fn office_redirected(store: Store, clock: Arc<dyn Clock>, mailbox: &str) -> Office {
    let mut config = config();
    config.mail.redirect_to = mailbox.to_owned();
    app::office(&config, store, clock).await.unwrap()
}

/// The jobs of a replica called `holder`.
pub(crate) fn jobs(office: Office, transport: Transport, holder: &str) -> Jobs {
    Jobs { holder: holder.to_owned(), ..app::jobs_over(transport, &config(), office).unwrap() }
}

/// The latest slot of a job, for the replica that `jobs` is.
pub(crate) fn latest(jobs: &Jobs, job: Job, cron: &str) -> Slot {
    latest_slot(jobs, job, cron).unwrap().0
}

/// Does the work of the latest slot of a job, unless it is done; gives whether it was done here.
pub(crate) async fn run_latest(
    jobs: &Jobs,
    job: Job,
    cron: &str,
    work: impl AsyncFnOnce() -> Result<String, JobError>,
) -> Result<bool, JobError> {
    run_slot(latest(jobs, job, cron), job, work).await
}
