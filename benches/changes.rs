//! All changes read over HTTP against the same SQL without us: `cargo bench --bench changes [-- COUNT]`.
//!
//! A throw-away PostgreSQL holds COUNT indicators (100,000 unless told) of twelve facts each, evaluated. Ten thousand
//! changes of one kind are read in one answer. The yardstick is what the database takes, in the same run and over one connection, to
//! send as JSON lines by COPY what the statements of that answer find, as its own log has them. Rounds alternate; the
//! middle ratio counts.
#![expect(clippy::unwrap_used, reason = "a bench that cannot run must say so")]

mod support;

use std::time::Instant;

use futures_util::TryStreamExt as _;
use support::{Cluster, KEY, Server};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use xushi::clock::{Clock as _, SystemClock};
use xushi::office::Actor;
use xushi::office::assessments;

const ROUNDS: usize = 7;
const KINDS: [&str; 3] = ["observation", "assessment", "indicator"];

/// Asks on a connection of its own; gives seconds and the body's length.
async fn read(port: u16, kind: &str) -> (f64, usize) {
    let begun = Instant::now();
    let mut stream = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
    stream.set_nodelay(true).unwrap();
    let request = format!(
        "GET /api/v1/changes?kind={kind}&limit=10000 HTTP/1.1\r\nHost: bench\r\nConnection: close\r\n\
         Authorization: Bearer {KEY}\r\n\r\n"
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = Vec::with_capacity(16 << 20);
    stream.read_to_end(&mut answer).await.unwrap();
    assert!(answer.starts_with(b"HTTP/1.1 200"), "{}", String::from_utf8_lossy(&answer[..200]));
    (begun.elapsed().as_secs_f64(), answer.len())
}

/// What these statements find, sent as JSON lines; gives seconds and bytes.
async fn copy(client: &tokio_postgres::Client, statements: &[String]) -> (f64, usize) {
    let begun = Instant::now();
    let mut bytes = 0;
    for statement in statements {
        let stream = client.copy_out(statement.as_str()).await.unwrap();
        bytes += stream.try_fold(0, |sum, chunk| async move { Ok(sum + chunk.len()) }).await.unwrap();
    }
    (begun.elapsed().as_secs_f64(), bytes)
}

/// The statements of one answer, as COPY of JSON lines.
async fn statements(cluster: &Cluster, port: u16, kind: &str) -> Vec<String> {
    let found = support::logged(cluster, async {
        read(port, kind).await;
    });
    let rows = found.await.into_iter().filter(|(text, _)| text.trim_start().starts_with("SELECT"));
    let texts = rows.map(|(text, values)| support::filled(&text, &values, ToOwned::to_owned));
    let texts: Vec<String> =
        texts.map(|text| format!("COPY (SELECT to_json(row) FROM ({text}) AS row) TO STDOUT")).collect();
    assert!(!texts.is_empty(), "nothing was logged");
    texts
}

#[tokio::main]
async fn main() {
    let count = support::argument(100_000);
    let cluster = Cluster::start();
    let office = support::office(cluster.database("bench", 4).await).await;
    let client = cluster.connect("bench").await;
    support::fill(&client, count).await;
    assessments::evaluate(&office, &Actor::job(), SystemClock.today()).await.unwrap();
    for statement in ["VACUUM ANALYZE", "CHECKPOINT"] {
        client.batch_execute(statement).await.unwrap();
    }
    drop(office);
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path(), &cluster.url("bench"));
    for kind in KINDS {
        // Prepared, and in the server's cache, for both sides.
        read(server.port, kind).await;
        let statements = statements(&cluster, server.port, kind).await;
        if std::env::var_os("BENCH_SHOW_SQL").is_some() {
            println!("{}", statements.join("\n"));
        }
        copy(&client, &statements).await;
        let mut ratios = Vec::new();
        let (mut ours, mut bare) = ((0.0, 0), (0.0, 0));
        for _ in 0..ROUNDS {
            bare = copy(&client, &statements).await;
            ours = read(server.port, kind).await;
            ratios.push(bare.0 / ours.0);
        }
        println!(
            "10,000 changes of kind {kind}: COPY {:.0} ms for {} kB, xushi {:.0} ms for {} kB, middle ratio {:.2}",
            bare.0 * 1_000.0,
            bare.1 / 1_000,
            ours.0 * 1_000.0,
            ours.1 / 1_000,
            support::median(ratios)
        );
    }
    println!("peak memory of the server: {:.0} MB", server.peak());
}
