//! Puts the service together once: configuration, database, clock, mailer; starts and stops server and scheduler.

mod backups;
mod log;
mod pg_tools;

use std::net::TcpListener;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceFactory, ServiceRequest, ServiceResponse};
use actix_web::middleware::{Compress, Condition, from_fn};
use actix_web::{App, HttpServer, web};
use chrono::TimeDelta;

use crate::api::{self, BoardCache, CallBounds, State};
use crate::clock::Clock;
use crate::config::{Config, ConfigError, TransportChoice};
use crate::domain::Role;
use crate::hooks::HookClient;
use crate::jobs::notify::PATIENCE;
use crate::jobs::{Jobs, carry_over, reassess, run};
use crate::letter::ReplyLinks;
use crate::mail::MailError;
use crate::mail::handshake::HandshakeStep;
use crate::mail::message::Mailbox;
use crate::mail::outbox::FileOutbox;
use crate::mail::smtp::SmtpPool;
use crate::mail::transport::{Envelope, Transport};
use crate::office::intake::DocumentLimits;
use crate::office::secret_box::SecretBox;
use crate::office::warnings::note_pilot;
use crate::office::webhooks::HookSettings;
use crate::office::{Actor, Letters, Office, Refusal, restoration};
use crate::store::rows::ApiKeyRow;
use crate::store::types::Id;
use crate::store::{Limits, Store, StoreError, seed};

pub use backups::{BACKED_UP, Backup, Restored, back_up, restore};
pub use log::{Logging, last_words, log};

/// Why the process ends.
#[derive(Debug, thiserror::Error)]
pub enum AppError {
    /// The configuration.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The database.
    #[error("database: {0}")]
    Store(#[from] StoreError),
    /// Evaluation or letters.
    #[error(transparent)]
    Warning(#[from] Refusal),
    /// Jobs.
    #[error(transparent)]
    Job(#[from] crate::jobs::JobError),
    /// The mailer.
    #[error("mail: {0}")]
    Mail(#[from] MailError),
    /// What was handed over to be tried out.
    #[error("{0}")]
    Refused(#[from] api::http::refused::Refused),
    /// A mail would not be taken; the step at which that was found.
    #[error("邮件检查未通过：{0}")]
    CheckMail(String),
    /// A copy that cannot be made or put in place, and what to do.
    #[error("{0}")]
    Backup(String),
    /// What the examination found that keeps the service from its work; how many points.
    #[error("有{0}项需要处理，见上。")]
    Ailing(usize),
    /// The network or the disk.
    #[error(transparent)]
    Io(#[from] std::io::Error),
}

/// Connections of the jobs' own pool.
const JOB_CONNECTIONS: usize = 6;

/// Makes tables, built-in rows and the first key. Gives the key when it was made here, to be shown once.
///
/// # Errors
/// When the database does not answer or a migration fails.
pub async fn prepare(config: &Config, store: &Store, clock: &dyn Clock) -> Result<Option<String>, AppError> {
    refuse_lent_sessions(config).await?;
    let done = store.migrate().await?;
    if !done.is_empty() {
        tracing::info!(migrations = done.len(), "database brought up to date");
    }
    let named = store.fill_names().await?;
    if named > 0 {
        tracing::info!(named, "names of older rows put into the form they are compared in");
    }
    if store.renumber_changes(restoration::epoch(clock.timestamp())).await? {
        tracing::warn!(
            "the database was restored elsewhere: whoever follows changes reads everything once more"
        );
    }
    let now = clock.timestamp();
    let regions = seed::regions(now, || clock.new_id())?;
    store.seed_regions(&regions).await?;
    let packs = seed::rule_packs(now, || clock.new_id());
    store.seed_rule_packs(&packs).await?;
    if let Some(held) = crate::office::warnings::note_rules(store, now).await? {
        tracing::warn!(
            from = held.from,
            "rules have changed: letters wait as drafts until a person releases them"
        );
    }
    for one in crate::office::warnings::list_defaulted(&store.reader()).await? {
        tracing::warn!(campaign = one.campaign, above = one.above, "{}", one.line());
    }
    let row = |key: &str| ApiKeyRow::of(Id::of(clock.new_id()), "bootstrap", key, Role::Administrator, now);
    let given = &config.access.bootstrap_key;
    if !given.is_empty() {
        store.ensure_api_key(&row(given)).await?;
        return Ok(None);
    }
    let key = format!("xsk_{}", clock.new_secret());
    let made = store.create_first_api_key(&row(&key)).await?;
    Ok(made.then_some(key))
}

/// Refuses a pooler that nobody has told of: statements would be run under the names of others.
async fn refuse_lent_sessions(config: &Config) -> Result<(), AppError> {
    if !config.database.is_lent_unsaid().await? {
        return Ok(());
    }
    let detail = "leads to a pooler that lends a session for one transaction at a time (PgBouncer: pool_mode=transaction); \
                  set database.pooler = \"transaction\" and give the address of the server itself as \
                  database.migration_url, or let the pooler lend whole sessions (pool_mode=session)";
    Err(ConfigError { key: "database.url".to_owned(), detail: detail.to_owned() }.into())
}

/// What warnings are made with, on its own connections. Notes whether a pilot is on, and ends one that is not any more.
///
/// # Errors
/// When templates or calendars cannot be read, or the database has no tables yet.
pub async fn office(config: &Config, store: Store, clock: Arc<dyn Clock>) -> Result<Office, AppError> {
    refuse_lent_sessions(config).await?;
    let letters = Letters {
        links: reply_links(config, &store, &*clock).await?,
        sender: Mailbox { name: config.mail.from_name.clone(), address: config.mail.from_address.clone() },
        templates: Arc::new(config.templates()?),
        message_id_domain: config.message_id_domain().to_owned(),
        remind_working_days: config.letters.remind_working_days,
        redirect_to: config.redirect_to(),
    };
    let documents =
        DocumentLimits { bytes: config.documents.quota_mb * 1_024 * 1_024, days: config.documents.keep_days };
    let mut office = Office::new(store, clock, Arc::new(config.calendar()?), letters);
    office.documents = documents;
    office.notices = config.notice_settings();
    office.hooks = HookSettings {
        secret_box: SecretBox::new(&config.webhooks.key).map(Arc::new),
        allowed: Arc::new(config.allowed_hooks()),
    };
    if let Some(mailbox) = &office.letters.redirect_to {
        tracing::warn!(mailbox, "a pilot is on: letters are marked 演练 and every mail goes to this mailbox");
    }
    note_pilot(&office, &Actor::technician()).await?;
    Ok(office)
}

/// The maker of reply links, when it is known at which address units reach this service.
async fn reply_links(
    config: &Config,
    store: &Store,
    clock: &dyn Clock,
) -> Result<Option<ReplyLinks>, AppError> {
    if config.letters.base_url.is_empty() {
        return Ok(None);
    }
    let secret = if config.links.secret.is_empty() {
        let fresh = clock.new_secret();
        store.find_or_create_secret("links", &fresh, clock.timestamp()).await?
    } else {
        config.links.secret.clone()
    };
    Ok(Some(ReplyLinks::new(&config.letters.base_url, secret, config.links.days)))
}

/// Where mails go, as the configuration says; connects to nothing yet.
///
/// # Errors
/// The setting that cannot work.
pub fn transport(config: &Config) -> Result<Transport, MailError> {
    Ok(match config.mail.transport {
        TransportChoice::File => Transport::File(FileOutbox::new(&config.mail.folder, false)?),
        TransportChoice::Smtp => Transport::Smtp(SmtpPool::new(config.smtp())?),
    })
}

/// Whether a mail to this address would be taken, step by step; nothing is sent.
///
/// # Errors
/// The setting that cannot work, or an address that is none.
pub async fn shake_hands(config: &Config, address: &str) -> Result<Vec<HandshakeStep>, MailError> {
    let envelope = Envelope::new(&config.mail.from_address, address.trim(), "check-mail")?;
    Ok(transport(config)?.shake_hands(&envelope).await)
}

/// The jobs of this process.
///
/// # Errors
/// When the transport cannot be set up.
pub fn jobs(config: &Config, office: Office) -> Result<Jobs, AppError> {
    jobs_over(transport(config)?, config, office)
}

/// The jobs of this process, with their mails going to `transport`.
///
/// # Errors
/// When the certificates for webhooks cannot be read.
pub fn jobs_over(transport: Transport, config: &Config, office: Office) -> Result<Jobs, AppError> {
    let holder = format!("{}-{}", std::process::id(), office.clock.new_id().simple());
    Ok(Jobs {
        office,
        transport,
        hooks: hook_client(config)?,
        transport_connections: lines(config),
        lease: TimeDelta::milliseconds(config.mail.timeout_seconds.cast_signed() * 2_500),
        bounce_folder: config.bounce_folder(),
        audit_head_file: config.audit_head_file(),
        pace: config.pace(),
        holder,
        stop: AtomicBool::new(false),
    })
}

/// By what webhooks are told.
fn hook_client(config: &Config) -> Result<HookClient, ConfigError> {
    let own = &config.webhooks.ca_file;
    let own = (!own.as_os_str().is_empty()).then_some(own.as_path());
    HookClient::new(Arc::new(config.allowed_hooks()), own, PATIENCE)
        .map_err(|detail| ConfigError { key: "webhooks.ca_file".to_owned(), detail })
}

/// Mails handed over at once. A server takes so many connections; a folder has none, and a disk that is asked to keep many
/// files at once keeps more of them in the same time.
fn lines(config: &Config) -> usize {
    const FILES: usize = 16;
    let connections = config.mail.connections;
    if config.mail.transport == TransportChoice::File { connections.max(FILES) } else { connections }
}

/// The application that answers requests, with all that stands before its handlers; a worker has one, and so has a test.
/// Pages of `origins` may call it from a browser.
pub fn application(
    office: Office,
    (board_cache, bounds): (Arc<BoardCache>, Arc<CallBounds>),
    origins: &[String],
) -> App<
    impl ServiceFactory<
        ServiceRequest,
        Config = (),
        Response = ServiceResponse<impl MessageBody + use<>>,
        Error = actix_web::Error,
        InitError = (),
    > + use<>,
> {
    let state = web::Data::new(State::new(office, board_cache, bounds));
    App::new()
        .wrap(Compress::default())
        .wrap(from_fn(api::http::negotiate::middleware))
        .wrap(from_fn(api::http::time_limits::middleware))
        .wrap(Condition::new(!origins.is_empty(), api::http::negotiate::cors(origins)))
        .wrap(from_fn(api::http::request_id::middleware))
        .wrap(from_fn(api::http::detach_on_disconnect::middleware))
        .configure(move |services| api::configure(services, state))
        .configure(crate::web::routes)
        .configure(api::reading_page)
        .default_service(actix_web::web::to(crate::web::nowhere))
}

/// Answers requests and runs jobs until asked to stop (SIGTERM, SIGINT); then finishes what is begun.
///
/// # Errors
/// When the port is taken or the jobs cannot be set up.
pub async fn serve(config: &Config, clock: Arc<dyn Clock>, listener: TcpListener) -> Result<(), AppError> {
    let workers = match config.server.workers {
        0 => std::thread::available_parallelism().map_or(1, usize::from),
        many => many,
    };
    let store = config.database.open(JOB_CONNECTIONS, Limits::WORK)?;
    let shared =
        office(config, store, clock.clone()).await?.examined_by(config.database.open(1, Limits::PROBE)?);
    let jobs = Arc::new(jobs(config, shared.clone())?);
    // Heard from here on: whoever stops the process while it is still starting must not cut a mail in two.
    let stop = StopSignal::listen()?;
    let running = background(jobs.clone(), config)?;
    let (database, connections) = (config.database.clone(), (config.database.connections / workers).max(1));
    let address = listener.local_addr()?;
    let board_cache = Arc::new(BoardCache::default());
    let bounds = Arc::new(CallBounds::new(config.access.calls_per_minute));
    let origins = config.cors_origins();
    let server = HttpServer::new(move || {
        // A pool for each worker: a connection is driven by the thread that opened it.
        let own = match database.open(connections, Limits::CALL) {
            Ok(store) => shared.clone().over(store, connections),
            Err(_) => shared.clone(),
        };
        application(own, (board_cache.clone(), bounds.clone()), &origins)
    })
    .workers(workers)
    // A thread for each connection: were there fewer, statements that wait for SQLite's lock could keep its holder's next
    // one from running, and all would stand until they gave up.
    .worker_max_blocking_threads(connections + 2)
    .shutdown_timeout(config.server.shutdown_seconds)
    .disable_signals()
    .listen(listener)?
    .run();
    tracing::info!(%address, workers, "answering");
    let handle = server.handle();
    let stopping = tokio::spawn(async move {
        let graceful = stop.heard().await;
        handle.stop(graceful).await;
    });
    server.await?;
    stopping.abort();
    jobs.stop.store(true, Ordering::SeqCst);
    // Whatever is being handed over is finished; the bound on one letter bounds this, too.
    let patience = Duration::from_secs(config.mail.timeout_seconds + 5);
    if tokio::task::spawn_blocking(move || running.join()).await.is_err() {
        tracing::error!(?patience, "jobs ended badly");
    }
    tracing::info!("stopped");
    Ok(())
}

/// What asks a process to end: SIGTERM, after which running requests are finished, or SIGINT, after which they are not.
#[cfg(unix)]
struct StopSignal {
    terminate: tokio::signal::unix::Signal,
    interrupt: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl StopSignal {
    fn listen() -> std::io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self { terminate: signal(SignalKind::terminate())?, interrupt: signal(SignalKind::interrupt())? })
    }

    /// Whether to finish what is running.
    async fn heard(mut self) -> bool {
        tokio::select! {
            _ = self.terminate.recv() => true,
            _ = self.interrupt.recv() => false,
        }
    }
}

#[cfg(not(unix))]
struct StopSignal;

#[cfg(not(unix))]
impl StopSignal {
    fn listen() -> std::io::Result<Self> {
        Ok(Self)
    }

    async fn heard(self) -> bool {
        // Without a console nobody can ask.
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
        false
    }
}

/// Jobs live on a thread of their own, so that a long evaluation slows no answer. Beside it there is one for what a job
/// sets going: it says that the job lives while the job keeps its own thread busy.
fn background(jobs: Arc<Jobs>, config: &Config) -> Result<std::thread::JoinHandle<()>, AppError> {
    let schedule = config.schedule.clone();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .thread_name("jobs-beside")
        .enable_all()
        .build()?;
    // A round of issuing needs more of it than threads usually have, in a build without optimisation.
    Ok(std::thread::Builder::new().name("jobs".to_owned()).stack_size(8 << 20).spawn(move || {
        runtime.block_on(async {
            let by_the_clock = async {
                if let Err(error) = run::run(&jobs, &schedule.jobs()).await {
                    tracing::error!(%error, "the scheduler does not run; no job will");
                }
            };
            tokio::join!(by_the_clock, reassess::run(&jobs), carry_over::run(&jobs));
        });
    })?)
}
