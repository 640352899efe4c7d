//! A whole evaluation on PostgreSQL: `cargo bench --bench evaluate [-- COUNT]`.
//!
//! A throw-away database is filled with COUNT indicators (100,000 unless told) of twelve monthly facts each. The
//! yardstick is what the same database takes, in the same run, to send the same ordered facts by binary COPY; it is
//! taken before and after. Prints seconds, the ratio, and the process's peak memory.
#![expect(clippy::unwrap_used, reason = "a bench that cannot run must say so")]

mod support;

use std::time::Instant;

use futures_util::TryStreamExt as _;
use support::Cluster;
use xushi::clock::{Clock as _, SystemClock};
use xushi::office::Actor;
use xushi::office::assessments::evaluate;

const ORDERED: &str = "COPY (SELECT id, series_id, period_start, period_end, basis, figure, vintage, value, status, \
                       published_on FROM observations ORDER BY series_id, period_end) TO STDOUT (FORMAT binary)";

async fn copy(client: &tokio_postgres::Client) -> (f64, usize) {
    let started = Instant::now();
    let stream = client.copy_out(ORDERED).await.unwrap();
    let bytes = stream.try_fold(0, |sum, chunk| async move { Ok(sum + chunk.len()) }).await.unwrap();
    (started.elapsed().as_secs_f64(), bytes)
}

#[tokio::main]
async fn main() {
    let count = support::argument(100_000);
    let cluster = Cluster::start();
    // As many connections as `xushi evaluate` takes.
    let office = support::office(cluster.database("bench", 4).await).await;
    let client = cluster.connect("bench").await;
    support::fill(&client, count).await;
    // The first reading warms the server's cache for both sides.
    copy(&client).await;
    let (before, bytes) = copy(&client).await;
    let started = Instant::now();
    let done = evaluate(&office, &Actor::job(), SystemClock.today()).await.unwrap();
    let first = started.elapsed().as_secs_f64();
    let (after, _) = copy(&client).await;
    let started = Instant::now();
    let again = evaluate(&office, &Actor::job(), SystemClock.today()).await.unwrap();
    let second = started.elapsed().as_secs_f64();
    let yardstick = before.min(after);
    println!("COPY of {} facts ({bytes} bytes): {before:.2} s, {after:.2} s", count * 12);
    println!(
        "first evaluation: {} judged, {} written: {first:.2} s = {:.2} x",
        done.assessed,
        done.changed,
        first / yardstick
    );
    println!(
        "again: {} judged, {} written: {second:.2} s = {:.2} x",
        again.assessed,
        again.changed,
        second / yardstick
    );
    println!("peak memory: {:.0} MB", support::megabytes("self", "VmHWM"));
}
