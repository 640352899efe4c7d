//! A whole evaluation on PostgreSQL: `BENCH_DATABASE_URL=postgres://… cargo bench --bench evaluate [-- COUNT]`.
//!
//! The database must be empty and is filled with COUNT indicators (100,000 unless told) of twelve monthly facts each.
//! The yardstick is what the same database takes, in the same run, to send the same ordered facts by binary COPY; it
//! is taken before and after. Prints seconds, the ratio, and the process's peak memory.
#![expect(clippy::unwrap_used, reason = "a bench that cannot run must say so")]

use std::sync::Arc;
use std::time::Instant;

use futures_util::TryStreamExt as _;
use xushi::clock::{Clock as _, SystemClock};
use xushi::config::Config;
use xushi::domain::WorkCalendar;
use xushi::letter::Templates;
use xushi::store::Store;
use xushi::warning::{Desk, evaluate};

/// Facts of 2025, January–December; every third indicator lags.
const FILL: &str = "
INSERT INTO campaigns (id, name, region_id, starts_on, ends_on, ordinal, members_open, rule_pack_id, issuing, issuer_name,
                       letter_mark, reply_working_days, created_at, revision, updated_at)
SELECT gen_random_uuid(), 'bench ' || n, (SELECT id FROM regions WHERE code = '430000'), '2025-01-01', '2025-12-31', n,
       false, (SELECT id FROM rule_packs WHERE name = 'standard'), 'automatic', 'bench', 'bench', 5, now(), 1, now()
FROM generate_series(1, 1000) AS n;
INSERT INTO tasks (id, campaign_id, ordinal, name, units_open, created_at, revision, updated_at)
SELECT gen_random_uuid(), id, 1, 'bench', false, now(), 1, now() FROM campaigns;
INSERT INTO measures (id, name, unit, basis, better, frequency, \"precision\", created_at, revision, updated_at)
SELECT gen_random_uuid(), 'bench ' || n, '万元', 'cumulative', 'higher', 'monthly', 1, now(), 1, now()
FROM generate_series(1, $COUNT / 100) AS n;
INSERT INTO series (measure_id, region_id)
SELECT m.id, r.id FROM (SELECT id FROM measures ORDER BY id) m
CROSS JOIN (SELECT id FROM regions WHERE level = 'county' ORDER BY code LIMIT 100) r;
INSERT INTO indicators (id, campaign_id, task_id, series_id, kind, comparator, target_value, target_unit, phrase, curve,
                        window_start, window_end, grade, grade_rank, created_at, revision, updated_at)
SELECT gen_random_uuid(), t.campaign_id, t.id, s.id, 'total', '>=', 1200, '万元', 'bench', '{\"kind\":\"linear_months\"}',
       '2025-01-01', '2025-12-31', 'no_data', 5, now(), 1, now()
FROM (SELECT id, row_number() OVER (ORDER BY id) AS n FROM series) s
JOIN (SELECT id, campaign_id, row_number() OVER (ORDER BY id) AS n FROM tasks) t ON t.n = s.n % 1000 + 1;
INSERT INTO observations (id, series_id, period_start, period_end, basis, figure, vintage, value, status, source,
                          published_on, recorded_at)
SELECT gen_random_uuid(), s.id, '2025-01-01', (make_date(2025, m, 1) + interval '1 month - 1 day')::date, 'cumulative',
       'level', 1, m * (80 + s.id % 37) + 0.5, 'final', 'bench', (make_date(2025, m, 1) + interval '45 days')::date, now()
FROM series s CROSS JOIN generate_series(1, 12) AS m;
VACUUM ANALYZE;";

const ORDERED: &str = "COPY (SELECT id, series_id, period_start, period_end, basis, figure, vintage, value, status, \
                       published_on FROM observations ORDER BY series_id, period_end) TO STDOUT (FORMAT binary)";

async fn copy(client: &tokio_postgres::Client) -> (f64, usize) {
    let started = Instant::now();
    let stream = client.copy_out(ORDERED).await.unwrap();
    let bytes = stream.try_fold(0, |sum, chunk| async move { Ok(sum + chunk.len()) }).await.unwrap();
    (started.elapsed().as_secs_f64(), bytes)
}

fn peak_megabytes() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap() / 1024
}

#[tokio::main]
async fn main() {
    let Ok(url) = std::env::var("BENCH_DATABASE_URL") else {
        println!("skipped: BENCH_DATABASE_URL names no database");
        return;
    };
    let count: usize =
        std::env::args().filter_map(|argument| argument.parse().ok()).next().unwrap_or(100_000);
    let (client, connection) = tokio_postgres::connect(&url, tokio_postgres::NoTls).await.unwrap();
    tokio::spawn(connection);
    let store = Store::open(&url, 4).unwrap();
    let config = Config::from_layers("", Vec::new()).unwrap();
    xushi::app::prepare(&config, &store, &SystemClock).await.unwrap();
    for statement in FILL.replace("$COUNT", &count.to_string()).split(';') {
        client.batch_execute(statement).await.unwrap();
    }
    let desk = Desk {
        store,
        clock: Arc::new(SystemClock),
        calendar: Arc::new(WorkCalendar::built_in()),
        templates: Arc::new(Templates::built_in().unwrap()),
        message_id_domain: "example.org".to_owned(),
        remind_working_days: 2,
        links: None,
        sender: xushi::mail::message::Mailbox::default(),
    };
    let (before, bytes) = copy(&client).await;
    let started = Instant::now();
    let done = evaluate(&desk, SystemClock.today()).await.unwrap();
    let first = started.elapsed().as_secs_f64();
    let (after, _) = copy(&client).await;
    let started = Instant::now();
    let again = evaluate(&desk, SystemClock.today()).await.unwrap();
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
    println!("peak memory: {} MB", peak_megabytes());
}
