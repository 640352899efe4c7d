//! The whole outbox: `cargo bench --bench outbox [-- COUNT]`.
//!
//! The demo issues a real letter; COUNT copies of it (3,000 unless told), one mailbox each, go from their rows over lease,
//! mail, transport and outcome, as the service's own thread for jobs does it: on SQLite and on PostgreSQL, into a folder and
//! over four connections to a local mail server that only swallows; with the document and charts as issued, and with a
//! document of one byte, to see what the outbox itself costs. The yardstick is the same mail handed to the same
//! transport as often, with nothing read or written down.
#![expect(clippy::unwrap_used, reason = "a bench that cannot run must say so")]

mod support;

use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use diesel_async::{AsyncConnection as _, RunQueryDsl as _, SimpleAsyncConnection as _};
use futures_util::StreamExt as _;
use support::Cluster;
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use uuid::Uuid;
use xushi::clock::{Clock as _, SystemClock};
use xushi::config::Config;
use xushi::demo;
use xushi::jobs::Jobs;
use xushi::jobs::deliver::deliver;
use xushi::mail::transport::Envelope;
use xushi::store::rows::{DeliveryRow, LetterFileRow, LetterFilter, LetterRow, Page};
use xushi::store::schema::{deliveries, letter_files, letters};
use xushi::store::types::Id;
use xushi::store::{Store, StoreError};

const CONNECTIONS: &str = "4";

/// A mail server that takes everything and keeps nothing.
fn swallow() -> u16 {
    let (tell, told) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
            tell.send(listener.local_addr().unwrap().port()).unwrap();
            while let Ok((stream, _)) = listener.accept().await {
                stream.set_nodelay(true).unwrap();
                tokio::spawn(converse(stream));
            }
        });
    });
    told.recv().unwrap()
}

async fn converse(stream: tokio::net::TcpStream) -> std::io::Result<()> {
    let mut stream = BufReader::with_capacity(64 * 1024, stream);
    stream.write_all(b"220 bench\r\n").await?;
    let mut line = Vec::new();
    loop {
        line.clear();
        if stream.read_until(b'\n', &mut line).await? == 0 {
            return Ok(());
        }
        let reply: &[u8] = match line.get(..4).unwrap_or_default() {
            b"EHLO" => b"250-bench\r\n250 8BITMIME\r\n",
            b"DATA" => {
                stream.write_all(b"354 go ahead\r\n").await?;
                while line != b".\r\n" {
                    line.clear();
                    stream.read_until(b'\n', &mut line).await?;
                }
                b"250 2.0.0 Ok: queued\r\n"
            }
            b"QUIT" => return stream.write_all(b"221 bye\r\n").await,
            _ => b"250 ok\r\n",
        };
        stream.write_all(reply).await?;
    }
}

/// A letter with a mailbox and its files.
struct Template {
    letter: LetterRow,
    delivery: DeliveryRow,
    files: Vec<LetterFileRow>,
}

async fn template(store: &Store) -> Template {
    let page = Page { limit: 1, after: None };
    let letter = store.list_letters(&LetterFilter::default(), page).await.unwrap().swap_remove(0);
    let delivery = store.list_letter_deliveries(letter.id).await.unwrap().swap_remove(0);
    let files = store.list_letter_files(&[letter.id]).await.unwrap();
    Template { letter, delivery, files }
}

/// Copies of the letter, ready to be sent.
async fn copies(store: &Store, template: &Template, count: usize, whole: bool, from: usize) {
    let now = SystemClock.timestamp();
    macro_rules! insert {
        ($conn:expr) => {
            $conn
                .transaction::<_, StoreError, _>(async |conn| {
                    for number in 0..count {
                        let own = Uuid::from_u128((from + number) as u128);
                        let (id, letter_id) = (Id::of(own), Id::of(own));
                        let letter = LetterRow {
                            id: letter_id,
                            serial: Some((from + number) as i32),
                            ..template.letter.clone()
                        };
                        diesel::insert_into(letters::table).values(&letter).execute(conn).await?;
                        let delivery = DeliveryRow {
                            id,
                            letter_id,
                            email: format!("office{number}@example.org"),
                            message_id: format!("{}@bench.example.org", id.0),
                            state: xushi::domain::delivery::DeliveryState::Pending.into(),
                            attempts: 0,
                            next_attempt_at: now,
                            accepted_at: None,
                            last_reply: None,
                            ..template.delivery.clone()
                        };
                        diesel::insert_into(deliveries::table).values(&delivery).execute(conn).await?;
                        for file in &template.files {
                            let mut file = LetterFileRow { letter_id, ..file.clone() };
                            let document = file.media_type.contains("wordprocessing");
                            if !whole {
                                file.bytes = b"-".to_vec();
                            }
                            if whole || document {
                                diesel::insert_into(letter_files::table).values(&file).execute(conn).await?;
                            }
                        }
                    }
                    Ok(())
                })
                .await
                .unwrap()
        };
    }
    match store {
        Store::Pg(pool) => {
            let mut conn = pool.get().await.unwrap();
            insert!(conn);
            conn.batch_execute("VACUUM ANALYZE").await.unwrap();
            conn.batch_execute("CHECKPOINT").await.unwrap();
        }
        Store::Sqlite(pool) => {
            let mut conn = pool.get().await.unwrap();
            insert!(conn);
            conn.batch_execute("PRAGMA wal_checkpoint(TRUNCATE)").await.unwrap();
        }
    }
}

fn settings(url: &str, folder: &Path, port: Option<u16>) -> Config {
    let (folder, port_text) = (folder.to_str().unwrap(), port.unwrap_or(25).to_string());
    support::config(&[
        ("DATABASE_URL", url),
        ("XUSHI_MAIL_TRANSPORT", if port.is_some() { "smtp" } else { "file" }),
        ("XUSHI_MAIL_FOLDER", folder),
        ("XUSHI_MAIL_HOST", "127.0.0.1"),
        ("XUSHI_MAIL_PORT", &port_text),
        ("XUSHI_MAIL_FROM_ADDRESS", "office@example.org"),
        ("XUSHI_MAIL_CONNECTIONS", CONNECTIONS),
    ])
}

/// Runs `work` as the service runs its jobs: on a thread with a runtime of its own.
fn as_jobs<T: Send + 'static>(config: Config, work: impl AsyncFnOnce(Jobs) -> T + Send + 'static) -> T {
    let run = move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let store = Store::open(&config.database.url, 6).unwrap();
            let office = xushi::app::office(&config, store, Arc::new(SystemClock)).await.unwrap();
            work(xushi::app::jobs(&config, office).unwrap()).await
        })
    };
    std::thread::spawn(run).join().unwrap()
}

/// Mails a second through the transport alone.
async fn alone(jobs: &Jobs, raw: &[u8], count: usize) -> f64 {
    let begun = Instant::now();
    let send = |number: usize| async move {
        let envelope = Envelope::new(
            "office@example.org",
            &format!("office{number}@example.org"),
            &format!("alone-{number}"),
        );
        jobs.transport.send(&envelope.unwrap(), raw).await.unwrap();
    };
    let at_once = jobs.transport_connections;
    futures_util::stream::iter(0..count).map(send).buffer_unordered(at_once).for_each(async |()| {}).await;
    count as f64 / begun.elapsed().as_secs_f64()
}

/// `folder` outlives all measures: ext4 does not use an inode again soon after a deletion, and looks past thousands of them
/// at each new file.
fn measure(
    (name, folder): (&str, &Path),
    config: &Config,
    store: &Store,
    runtime: &tokio::runtime::Runtime,
    count: usize,
) {
    let template = runtime.block_on(template(store));
    let sink = swallow();
    let mut from = 1_000_000;
    for whole in [false, true] {
        for (way, port) in [("files", None), ("smtp", Some(sink))] {
            let folder = folder.join(format!("{name}-{way}-{whole}"));
            runtime.block_on(copies(store, &template, count, whole, from));
            from += count;
            let first = Id::of(Uuid::from_u128((from - count) as u128));
            let config = settings(&config.database.url, &folder, port);
            let (rate, bare, bytes) = as_jobs(config, async move |jobs| {
                let begun = Instant::now();
                let done = deliver(&jobs).await.unwrap();
                let rate = count as f64 / begun.elapsed().as_secs_f64();
                assert_eq!(done.accepted, count, "{done:?}");
                let mailing = xushi::office::warnings::Mailing::of(&jobs.office, &[first]).await.unwrap();
                let rows = jobs.office.read.list_letter_deliveries(first).await.unwrap();
                let raw = mailing[&first].addressed(&rows[0]).unwrap();
                let bare = alone(&jobs, &raw, count).await;
                jobs.transport.close_idle().await;
                (rate, bare, raw.len())
            });
            let what = if whole { "as issued" } else { "document of one byte" };
            println!(
                "{name}, {way}, {what} ({:.0} KB): {rate:.0} letters/s = {:.2} of the transport alone ({bare:.0}/s)",
                bytes as f64 / 1024.0,
                rate / bare
            );
        }
    }
}

fn main() {
    let count = support::argument(3_000);
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let cluster = Cluster::start();
    runtime.block_on(async { drop(cluster.database("bench", 2).await) });
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("xushi.db").display().to_string();
    for (name, url) in [("sqlite", file), ("postgresql", cluster.url("bench"))] {
        let config = settings(&url, &folder.path().join("outbox"), None);
        let store = runtime.block_on(async {
            demo::run(&config, demo::usual_as_of().unwrap(), None).await.unwrap();
            Store::open(&url, 2).unwrap()
        });
        measure((name, folder.path()), &config, &store, &runtime, count);
    }
}
