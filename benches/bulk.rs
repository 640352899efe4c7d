//! Bulk import of facts: `cargo bench --bench bulk [-- HISTORY]`.
//!
//! On PostgreSQL and on SQLite, `xushi serve` takes batches of 20,000 facts over HTTP: two months of 10,000 series, into an
//! empty table, then into one of HISTORY facts (5,000,000 unless told), while another caller adds units. The yardstick is
//! taken in the same run on the same table, in turn: the same number of rows by binary COPY on PostgreSQL, by one prepared
//! INSERT in one transaction on SQLite; it neither reads JSON nor looks at what is there. Prints seconds (middle of three),
//! the yardstick's share of them, the peak memory of the process, and what became of the other caller.
#![expect(clippy::unwrap_used, reason = "a bench that cannot run must say so")]

mod support;

use std::fmt::Write as _;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use chrono::{Days, Months, NaiveDate};
use diesel::connection::SimpleConnection as _;
use diesel::{Connection as _, ExpressionMethods as _, RunQueryDsl as _, SqliteConnection};
use futures_util::{SinkExt as _, TryStreamExt as _};
use support::{Cluster, KEY, Server};
use xushi::clock::SystemClock;
use xushi::store::Store;
use xushi::store::schema::observations;
use xushi::store::types::{Number, ObservationId};

const MEASURES: i64 = 100;
const REGIONS: i64 = 100;
const MONTHS: u32 = 2;
const ROUNDS: u32 = 3;

/// Status and body of one request on a connection of its own.
fn ask(port: u16, method: &str, path: &str, body: &str) -> (u16, String) {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
    stream.set_nodelay(true).unwrap();
    let length = body.len();
    write!(
        stream,
        "{method} /api/v1{path} HTTP/1.1\r\nHost: bench\r\nConnection: close\r\nAuthorization: Bearer {KEY}\r\n\
         Content-Type: application/json\r\nContent-Length: {length}\r\n\r\n{body}"
    )
    .unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    let answer = String::from_utf8_lossy(&answer).into_owned();
    let status = answer.split(' ').nth(1).and_then(|word| word.parse().ok()).unwrap_or(0);
    (status, answer.split_once("\r\n\r\n").map(|(_, body)| body.to_owned()).unwrap_or_default())
}

/// The last day of the month this many months after January 2022.
fn month_end(number: u32) -> NaiveDate {
    let first = NaiveDate::from_ymd_opt(2022, 1, 1).unwrap() + Months::new(number + 1);
    first - Days::new(1)
}

fn month_start(number: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(2022, 1, 1).unwrap() + Months::new(number)
}

/// One batch: all series, two months from the `first` on.
fn batch(first: u32, codes: &[String]) -> String {
    let mut body = String::from("{\"items\":[");
    for month in first..first + MONTHS {
        let (start, end) = (month_start(month), month_end(month));
        let published = end + Days::new(20);
        for measure in 1..=MEASURES {
            for (place, code) in codes.iter().enumerate() {
                if body.len() > 10 {
                    body.push(',');
                }
                write!(
                    body,
                    "{{\"measure\":\"指标口径{measure}\",\"region\":\"{code}\",\"period\":{{\"start\":\"{start}\",\"end\":\"{end}\"}},\
                     \"basis\":\"period\",\"figure\":\"level\",\"value\":\"{}.5\",\"status\":\"final\",\"source\":\"统计月报\",\
                     \"published_on\":\"{published}\"}}",
                    100 + (measure + place as i64) % 37 + i64::from(month)
                )
                .unwrap();
            }
        }
    }
    body.push_str("]}");
    body
}

/// Adds units one after the other until told to stop: how many were refused, and the slowest answer in seconds.
fn other_caller(port: u16, stop: &AtomicBool) -> (usize, usize, f64) {
    let (mut number, mut refused, mut slowest) = (0, 0, 0.0_f64);
    while !stop.load(Ordering::SeqCst) {
        let begun = Instant::now();
        let name = format!("单位{}-{number}", begun.elapsed().as_nanos());
        let unique = format!("{name}-{:?}", std::time::SystemTime::UNIX_EPOCH.elapsed().unwrap().as_nanos());
        let body = format!("{{\"name\":\"{unique}\",\"region\":\"430000\"}}");
        let (status, text) = ask(port, "POST", "/units", &body);
        if status != 201 {
            refused += 1;
            eprintln!("other caller: {status} {text}");
        }
        slowest = slowest.max(begun.elapsed().as_secs_f64());
        number += 1;
        std::thread::sleep(Duration::from_millis(10));
    }
    (number, refused, slowest)
}

/// One request of 20,000 facts while somebody else writes; seconds.
fn put(server: &Server, body: &str, others: bool) -> f64 {
    let stop = Arc::new(AtomicBool::new(false));
    let other = others.then(|| {
        let (port, stop) = (server.port, stop.clone());
        std::thread::spawn(move || other_caller(port, &stop))
    });
    let begun = Instant::now();
    let (status, text) = ask(server.port, "PUT", "/observations", body);
    let seconds = begun.elapsed().as_secs_f64();
    stop.store(true, Ordering::SeqCst);
    assert_eq!(status, 200, "{}", text.chars().take(400).collect::<String>());
    assert!(text.contains("\"created\":20000"), "{}", text.chars().take(200).collect::<String>());
    if let Some(other) = other {
        let (number, refused, slowest) = other.join().unwrap();
        println!("    another caller: {number} units, {refused} refused, slowest {slowest:.2} s");
    }
    seconds
}

struct Measured {
    ours: f64,
    yardstick: f64,
}

/// Batches and yardsticks in turn, all of months that are not there yet.
fn rounds(
    server: &Server,
    codes: &[String],
    month: &mut u32,
    mut yardstick: impl FnMut(u32) -> f64,
) -> Measured {
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    server.forget_peak();
    for _ in 0..ROUNDS {
        ours.push(put(server, &batch(*month, codes), false));
        *month += MONTHS;
        theirs.push(yardstick(*month));
        *month += MONTHS;
    }
    let begun = Instant::now();
    let again = batch(*month - 2 * MONTHS, codes);
    let (status, text) = ask(server.port, "PUT", "/observations", &again);
    assert!(status == 200 && text.contains("\"unchanged\":20000"), "{status}");
    let unchanged = begun.elapsed().as_secs_f64();
    println!("    peak memory {:.0} MB; the same once more, all unchanged: {unchanged:.2} s", server.peak());
    put(server, &batch(*month, codes), true);
    *month += MONTHS;
    println!("    each: {ours:.2?} s, yardstick {theirs:.2?} s");
    Measured { ours: support::median(ours), yardstick: support::median(theirs) }
}

fn tell(name: &str, empty: &Measured, full: &Measured, history: usize) {
    for (what, one) in [("an empty table", empty), ("the history", full)] {
        println!(
            "{name}, into {what}: {:.2} s, {:.0} facts/s; yardstick {:.2} s, {:.2} of it reached",
            one.ours,
            20_000.0 / one.ours,
            one.yardstick,
            one.yardstick / one.ours
        );
    }
    println!("{name}: {history} facts of history make it {:.2} x\n", full.ours / empty.ours);
}

const MEASURES_AND_SERIES: &str = "
INSERT INTO measures (id, name, unit, basis, better, frequency, \"precision\", created_at, revision, updated_at)
SELECT $ID, '指标口径' || n, '万元', 'cumulative', 'higher', 'monthly', 1, $NOW, 1, $NOW FROM ($NUMBERS) AS numbers;
INSERT INTO series (measure_id, region_id)
SELECT m.id, r.id FROM (SELECT id FROM measures ORDER BY id) m
CROSS JOIN (SELECT id FROM regions WHERE level = 'county' ORDER BY code LIMIT 100) r";

async fn postgresql(history: usize) {
    let cluster = Cluster::start();
    drop(cluster.database("bench", 2).await);
    let mut client = cluster.connect("bench").await;
    let numbers = format!("SELECT generate_series(1, {MEASURES}) AS n");
    let fill = MEASURES_AND_SERIES.replace("$ID", "gen_random_uuid()").replace("$NOW", "now()");
    client.batch_execute(&fill.replace("$NUMBERS", &numbers)).await.unwrap();
    let codes: Vec<String> = client
        .query("SELECT code FROM regions WHERE level = 'county' ORDER BY code LIMIT 100", &[])
        .await
        .unwrap()
        .iter()
        .map(|row| row.get(0))
        .collect();
    assert_eq!(codes.len() as i64, REGIONS);
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path(), &cluster.url("bench"));
    let mut month = 0;
    let handle = tokio::runtime::Handle::current();
    let mut measured = Vec::new();
    for full in [false, true] {
        if full {
            let periods = history / 10_000;
            let sql = format!(
                "INSERT INTO observations (id, series_id, period_start, period_end, basis, figure, vintage, value, status, source,
                                           published_on, recorded_at)
                 SELECT lpad(((m::bigint << 32) + s.id)::text, 32, '0')::uuid, s.id, d, (d + interval '1 month - 1 day')::date,
                        'period', 'level', 1, m + 0.5, 'final', '统计月报', (d + interval '50 days')::date, now()
                 FROM generate_series(1, {periods}) AS m, LATERAL (SELECT (date '2022-01-01' - m * interval '1 month')::date AS d) AS days,
                      series s"
            );
            client.batch_execute(&sql).await.unwrap();
            client.batch_execute("VACUUM ANALYZE").await.unwrap();
            client.batch_execute("CHECKPOINT").await.unwrap();
        }
        println!("PostgreSQL, {}:", if full { "with history" } else { "empty" });
        let client = &mut client;
        let done = tokio::task::block_in_place(|| {
            rounds(&server, &codes, &mut month, |first| handle.block_on(copy(client, first)))
        });
        measured.push(done);
    }
    tell("PostgreSQL", &measured[0], &measured[1], history);
}

/// Seconds that binary COPY takes for the same rows of other months.
async fn copy(client: &mut tokio_postgres::Client, first: u32) -> f64 {
    let rows = format!(
        "COPY (SELECT lpad((1000000000000 + {first}::bigint * 1000000 + row_number() OVER ())::text, 32, '0')::uuid, s.id, d,
                      (d + interval '1 month - 1 day')::date, 'period', 'level', 1, 137.5, 'final', '统计月报',
                      (d + interval '50 days')::date, now()::timestamp
               FROM generate_series({first}, {}) AS m,
                    LATERAL (SELECT (date '2022-01-01' + m * interval '1 month')::date AS d) AS days, series s)
         TO STDOUT (FORMAT binary)",
        first + MONTHS - 1
    );
    let bytes: Vec<_> = client.copy_out(&rows).await.unwrap().try_collect().await.unwrap();
    let begun = Instant::now();
    let sink = client
        .copy_in(
            "COPY observations (id, series_id, period_start, period_end, basis, figure, vintage, value, status, source, published_on,
                                recorded_at) FROM STDIN (FORMAT binary)",
        )
        .await
        .unwrap();
    let mut sink = std::pin::pin!(sink);
    for chunk in bytes {
        sink.feed(chunk).await.unwrap();
    }
    assert_eq!(sink.finish().await.unwrap(), 20_000);
    begun.elapsed().as_secs_f64()
}

async fn sqlite(history: usize) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("bench.db").to_str().unwrap().to_owned();
    {
        let store = Store::open(&path, 1).unwrap();
        xushi::app::prepare(&support::config(&[]), &store, &SystemClock).await.unwrap();
    }
    let mut conn = SqliteConnection::establish(&path).unwrap();
    conn.batch_execute(
        "PRAGMA busy_timeout = 10000; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON",
    )
    .unwrap();
    let numbers = format!(
        "WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < {MEASURES}) SELECT n FROM c"
    );
    let id = "printf('00000000-0000-7000-8000-%012x', n)";
    let fill = MEASURES_AND_SERIES.replace("$ID", id).replace("$NOW", "'2025-01-01 00:00:00'");
    conn.batch_execute(&fill.replace("$NUMBERS", &numbers)).unwrap();
    let codes: Vec<String> = {
        use diesel::QueryDsl as _;
        use xushi::store::schema::regions;
        regions::table
            .filter(regions::level.eq("county"))
            .order(regions::code)
            .limit(REGIONS)
            .select(regions::code)
            .load(&mut conn)
            .unwrap()
    };
    let server = Server::start(folder.path(), &path);
    let mut month = 0;
    let mut measured = Vec::new();
    for full in [false, true] {
        if full {
            let periods = history / 10_000;
            let sql = format!(
                "WITH RECURSIVE c(m) AS (SELECT 1 UNION ALL SELECT m + 1 FROM c WHERE m < {periods})
                 INSERT INTO observations (id, series_id, period_start, period_end, basis, figure, vintage, value, status, source,
                                           published_on, recorded_at)
                 SELECT printf('%08x-0000-7000-8000-%012x', m, s.id), s.id, date('2022-01-01', '-' || m || ' months'),
                        date('2022-01-01', '-' || (m - 1) || ' months', '-1 days'), 'period', 'level', 1, (m + 0) || '.5', 'final',
                        '统计月报', date('2022-01-01', '-' || m || ' months', '+50 days'), '2025-01-01 00:00:00'
                 FROM series s CROSS JOIN c ORDER BY s.id, m"
            );
            conn.batch_execute(&sql).unwrap();
            conn.batch_execute("PRAGMA wal_checkpoint(TRUNCATE)").unwrap();
        }
        println!("SQLite, {}:", if full { "with history" } else { "empty" });
        let conn = &mut conn;
        measured.push(rounds(&server, &codes, &mut month, |first| insert(conn, first)));
    }
    tell("SQLite", &measured[0], &measured[1], history);
}

/// Seconds that one prepared INSERT in one transaction takes for the same rows of other months.
fn insert(conn: &mut SqliteConnection, first: u32) -> f64 {
    let begun = Instant::now();
    conn.immediate_transaction(|conn| {
        for month in first..first + MONTHS {
            let (start, end) = (month_start(month), month_end(month));
            for series in 1..=MEASURES * REGIONS {
                let id = uuid::Uuid::from_u128((u128::from(month) + 0x7000_0000) << 96 | series as u128);
                diesel::insert_into(observations::table)
                    .values((
                        observations::id.eq(ObservationId::of(id)),
                        observations::series_id.eq(series),
                        observations::period_start.eq(start),
                        observations::period_end.eq(end),
                        observations::basis.eq("period"),
                        observations::figure.eq("level"),
                        observations::vintage.eq(1),
                        observations::value.eq(Number("137.5".parse().unwrap())),
                        observations::status.eq("final"),
                        observations::source.eq("统计月报"),
                        observations::published_on.eq(end + Days::new(20)),
                        observations::recorded_at.eq(end.and_time(chrono::NaiveTime::MIN)),
                    ))
                    .execute(conn)?;
            }
        }
        Ok::<_, diesel::result::Error>(())
    })
    .unwrap();
    begun.elapsed().as_secs_f64()
}

#[tokio::main]
async fn main() {
    let history = support::argument(5_000_000);
    postgresql(history).await;
    sqlite(history).await;
}
