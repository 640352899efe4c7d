//! A storm on PostgreSQL: `cargo bench --bench issue [-- COUNT]`.
//!
//! A throw-away database is filled with COUNT indicators (100,000 unless told) that all turn red in one run,
//! under one campaign, led by COUNT / 50 units with one mailbox each. The yardstick is what the same database takes
//! afterwards to write the very same rows (episodes, letters, their contents, files and deliveries) once more with
//! INSERT … SELECT into tables with the same indexes. Prints seconds, the ratio, and the process's peak memory.
#![expect(clippy::unwrap_used, reason = "a bench that cannot run must say so")]

mod support;

use std::time::Instant;

use support::Cluster;
use xushi::clock::{Clock as _, SystemClock};
use xushi::office::Actor;
use xushi::office::assessments::evaluate;
use xushi::office::warnings::{Outcome, run};

/// One fact of January–June 2026 each, far below the target.
const FILL: &str = "
INSERT INTO units (id, name, region_id, created_at, revision, updated_at)
SELECT gen_random_uuid(), 'unit ' || n, (SELECT id FROM regions WHERE code = '430000'), now(), 1, now()
FROM generate_series(1, $COUNT / 50) AS n;
INSERT INTO contacts (id, unit_id, name, email, role, valid_from, created_at, revision, updated_at)
SELECT gen_random_uuid(), id, 'liaison', id || '@example.org', 'liaison', '2020-01-01', now(), 1, now() FROM units;
INSERT INTO campaigns (id, name, region_id, starts_on, ends_on, ordinal, members_open, rule_pack_id, issuing, issuer_name,
                       letter_mark, reply_working_days, signed, created_at, revision, updated_at)
SELECT gen_random_uuid(), 'bench', (SELECT id FROM regions WHERE code = '430000'), '2026-01-01', '2026-12-31', 1,
       false, (SELECT id FROM rule_packs WHERE name = 'standard'), 'automatic', 'bench', 'bench', 5, 'warning,climb,lifting', now(), 1, now();
INSERT INTO tasks (id, campaign_id, ordinal, name, units_open, created_at, revision, updated_at)
SELECT gen_random_uuid(), id, 1, 'bench', false, now(), 1, now() FROM campaigns;
INSERT INTO measures (id, name, unit, basis, better, frequency, \"precision\", created_at, revision, updated_at)
SELECT gen_random_uuid(), 'bench ' || n, '万元', 'cumulative', 'higher', 'monthly', 1, now(), 1, now()
FROM generate_series(1, $COUNT / 100) AS n;
INSERT INTO series (measure_id, region_id)
SELECT m.id, r.id FROM (SELECT id FROM measures ORDER BY id) m
CROSS JOIN (SELECT id FROM regions WHERE level = 'county' ORDER BY code LIMIT 100) r;
INSERT INTO indicators (id, campaign_id, task_id, series_id, lead_unit_id, kind, comparator, target_value, target_unit,
                        phrase, curve, window_start, window_end, created_at, revision, updated_at)
SELECT gen_random_uuid(), t.campaign_id, t.id, s.id, u.id, 'total', '>=', 1200, '万元', '年度完成1200万元',
       '{\"kind\":\"linear_months\"}', '2026-01-01', '2026-12-31', now(), 1, now()
FROM (SELECT id, row_number() OVER (ORDER BY id) AS n FROM series) s
JOIN (SELECT id, row_number() OVER (ORDER BY id) AS n FROM units) u ON u.n = s.n % ($COUNT / 50) + 1
CROSS JOIN tasks t;
INSERT INTO observations (id, series_id, period_start, period_end, basis, figure, vintage, value, status, source,
                          published_on, recorded_at)
SELECT gen_random_uuid(), s.id, '2026-01-01', '2026-06-30', 'cumulative', 'level', 1, 100 + s.id % 37, 'final', 'bench',
       '2026-07-15', now()
FROM series s;
VACUUM ANALYZE;";

/// What a run writes.
const TABLES: [&str; 5] = ["episodes", "letters", "letter_episodes", "letter_files", "deliveries"];

#[tokio::main]
async fn main() {
    let count = support::argument(100_000);
    let cluster = Cluster::start();
    let office = support::office(cluster.database("bench", 4).await).await;
    let client = cluster.connect("bench").await;
    for statement in FILL.replace("$COUNT", &count.to_string()).split(';') {
        client.batch_execute(statement).await.unwrap();
    }
    // The run finds the assessments written, so that what it takes is what letters take.
    evaluate(&office, &Actor::job(), SystemClock.today()).await.unwrap();
    let before = support::megabytes("self", "VmHWM");
    let started = Instant::now();
    let done = run(&office, &Actor::job(), SystemClock.today()).await.unwrap();
    let took = started.elapsed().as_secs_f64();
    let peak = support::megabytes("self", "VmHWM");
    let issued =
        done.letters.iter().filter(|letter| matches!(letter.outcome, Outcome::Issued { .. })).count();
    let listed: usize = done.letters.iter().map(|letter| letter.indicators.len()).sum();
    assert_eq!((issued, listed), (count / 50, count), "one letter a unit, none dropped");
    for table in TABLES {
        let clone = format!("CREATE TABLE again_{table} (LIKE {table} INCLUDING ALL)");
        client.batch_execute(&clone).await.unwrap();
    }
    let started = Instant::now();
    for table in TABLES {
        client.batch_execute(&format!("INSERT INTO again_{table} SELECT * FROM {table}")).await.unwrap();
    }
    let yardstick = started.elapsed().as_secs_f64();
    println!("the same rows by INSERT … SELECT: {yardstick:.2} s");
    println!("{listed} episodes in {issued} letters: {took:.2} s = {:.1} x", took / yardstick);
    println!("peak memory: {peak:.0} MB ({before:.0} MB before)");
}
