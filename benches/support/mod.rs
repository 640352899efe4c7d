//! What benches share: a PostgreSQL cluster of their own, a database full of facts, and plain arithmetic.
#![allow(clippy::allow_attributes, reason = "no bench uses all of this")]
#![allow(dead_code, reason = "no bench uses all of this")]

use std::io::{BufRead as _, BufReader};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use xushi::clock::SystemClock;
use xushi::config::Config;
use xushi::office::Office;
use xushi::store::Store;

/// A PostgreSQL cluster with the settings its initdb chose, on the loopback; it dies with this process.
pub struct Cluster {
    pub port: u16,
    /// Where its log is.
    pub folder: PathBuf,
    _keeper: Child,
}

/// The administrator's key of a bench.
pub const KEY: &str = "xsk_a_key_only_benches_use";

/// `xushi serve` as an operator runs it, its log thrown away; it neither judges nor issues by itself.
pub struct Server {
    child: Child,
    pub port: u16,
}

impl Server {
    /// Starts it in a folder, on a database; comes back when it takes requests.
    pub fn start(folder: &Path, url: &str) -> Self {
        let port = free_port();
        let child = Command::new(env!("CARGO_BIN_EXE_xushi"))
            .arg("serve")
            .current_dir(folder)
            .env("DATABASE_URL", url)
            .env("XUSHI_BOOTSTRAP_KEY", KEY)
            .env("XUSHI_SERVER_LISTEN", format!("127.0.0.1:{port}"))
            .env("XUSHI_SCHEDULE_EVALUATE", "")
            .env("XUSHI_SCHEDULE_ISSUE", "")
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let server = Self { child, port };
        let begun = Instant::now();
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(begun.elapsed() < Duration::from_secs(30), "no answer");
            std::thread::sleep(Duration::from_millis(20));
        }
        server
    }

    /// Forgets the peak so far.
    pub fn forget_peak(&self) {
        std::fs::write(format!("/proc/{}/clear_refs", self.child.id()), "5").unwrap();
    }

    /// Its peak memory in megabytes.
    pub fn peak(&self) -> f64 {
        megabytes(&self.child.id().to_string(), "VmHWM")
    }

    /// Its memory in megabytes.
    pub fn resident(&self) -> f64 {
        megabytes(&self.child.id().to_string(), "VmRSS")
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What the database was asked while something ran: each statement with its parameters, as its log has them.
pub async fn logged(cluster: &Cluster, run: impl Future<Output = ()>) -> Vec<(String, String)> {
    let client = cluster.connect("bench").await;
    let log = cluster.folder.join("log");
    for statement in ["ALTER SYSTEM SET log_statement = 'all'", "SELECT pg_reload_conf()"] {
        client.batch_execute(statement).await.unwrap();
    }
    tokio::time::sleep(Duration::from_millis(500)).await;
    let before = std::fs::read(&log).unwrap().len();
    run.await;
    for statement in ["ALTER SYSTEM RESET log_statement", "SELECT pg_reload_conf()"] {
        client.batch_execute(statement).await.unwrap();
    }
    let text = String::from_utf8(std::fs::read(&log).unwrap()[before..].to_vec()).unwrap();
    let mut lines = text.lines().peekable();
    let mut statements = Vec::new();
    while let Some(line) = lines.next() {
        let executed = line.split_once("LOG:  execute ").and_then(|(_, rest)| rest.split_once(": "));
        if let Some((_, statement)) = executed {
            let values = lines.peek().and_then(|next| next.split_once("parameters: "));
            statements
                .push((statement.to_owned(), values.map_or_else(String::new, |(_, rest)| rest.to_owned())));
        }
    }
    statements
}

/// A statement with its parameters put in, each as `shown` has it.
pub fn filled(statement: &str, values: &str, shown: impl Fn(&str) -> String) -> String {
    let mut statement = statement.to_owned();
    let mut values: Vec<_> = values.split(", $").collect();
    // From the last, so that $1 is not found in $12.
    values.reverse();
    for value in values.iter().filter_map(|value| value.trim_start_matches('$').split_once(" = ")) {
        statement = statement.replace(&format!("${}", value.0), &shown(value.1));
    }
    statement
}

/// Keeps the cluster alive exactly as long as its input stays open. The server's own defaults hold: what is written
/// is flushed.
const KEEPER: &str = r#"
set -e
export PATH="$PATH:$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | tail -n 1)"
folder=$(mktemp -d /tmp/xushi-bench-XXXXXX)
chmod 755 "$folder"
trap 'pg_ctl -D "$folder/data" -m immediate stop >/dev/null 2>&1; rm -rf "$folder"' EXIT
initdb -D "$folder/data" -U xushi --auth=trust --encoding=UTF8 --locale=C >"$folder/initdb.log" 2>&1
pg_ctl -D "$folder/data" -w -l "$folder/log" -o "-c listen_addresses=127.0.0.1 -c port=$1 -c unix_socket_directories=$folder" \
 start >/dev/null
echo "$folder"
read -r _ || true
"#;

impl Cluster {
    pub fn start() -> Self {
        let port = free_port();
        let root = std::os::unix::fs::MetadataExt::uid(&std::fs::metadata("/proc/self").unwrap()) == 0;
        // The server refuses to run as root.
        let mut command = if root { Command::new("setpriv") } else { Command::new("bash") };
        if root {
            command.args(["--reuid=postgres", "--regid=postgres", "--clear-groups", "bash"]);
        }
        command.args(["-c", KEEPER, "keeper", &port.to_string()]).current_dir("/tmp");
        let mut keeper = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(keeper.stdout.take().unwrap()).read_line(&mut line).unwrap();
        assert!(
            !line.trim().is_empty(),
            "no PostgreSQL server could be started: initdb and pg_ctl are needed"
        );
        Self { port, folder: PathBuf::from(line.trim()), _keeper: keeper }
    }

    pub fn url(&self, database: &str) -> String {
        format!("postgres://xushi@127.0.0.1:{}/{database}", self.port)
    }

    pub async fn connect(&self, database: &str) -> tokio_postgres::Client {
        let url = self.url(database);
        let (client, connection) = tokio_postgres::connect(&url, tokio_postgres::NoTls).await.unwrap();
        tokio::spawn(connection);
        client
    }

    /// A database with tables and built-in rows, and a store on it.
    pub async fn database(&self, name: &str, connections: usize) -> Store {
        let client = self.connect("postgres").await;
        client.batch_execute(&format!("CREATE DATABASE {name}")).await.unwrap();
        let store = Store::open(&self.url(name), connections).unwrap();
        xushi::app::prepare(&config(&[]), &store, &SystemClock).await.unwrap();
        store
    }
}

/// The configuration with these settings from the environment.
pub fn config(settings: &[(&str, &str)]) -> Config {
    let settings = settings.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned()));
    Config::from_layers("", settings).unwrap()
}

/// What warnings are made with.
pub async fn office(store: Store) -> Office {
    xushi::app::office(&config(&[]), store, Arc::new(SystemClock)).await.unwrap()
}

/// `$COUNT` indicators of twelve monthly facts of 2025 each, in 1,000 campaigns; every third indicator lags. Ids of
/// indicators and campaigns are numbers written as UUIDs, so that pgbench can make them up. Indicators lie in
/// the order of their series, as they do where both come into being together.
const FILL: &str = "
INSERT INTO campaigns (id, name, region_id, starts_on, ends_on, ordinal, members_open, rule_pack_id, issuing, issuer_name,
                       letter_mark, reply_working_days, signed, created_at, revision, updated_at)
SELECT lpad(n::text, 32, '0')::uuid, 'bench ' || n, (SELECT id FROM regions WHERE code = '430000'), '2025-01-01',
       '2025-12-31', n, false, (SELECT id FROM rule_packs WHERE name = 'standard'), 'automatic', 'bench', 'bench', 5, 'warning,climb,lifting', now(), 1,
       now()
FROM generate_series(1, 1000) AS n;
INSERT INTO tasks (id, campaign_id, ordinal, name, units_open, created_at, revision, updated_at)
SELECT id, id, 1, 'bench', false, now(), 1, now() FROM campaigns;
INSERT INTO units (id, name, region_id, created_at, revision, updated_at)
SELECT gen_random_uuid(), '第' || n || '单位', (SELECT id FROM regions WHERE code = '430000'), now(), 1, now()
FROM generate_series(1, 100) AS n;
INSERT INTO measures (id, name, unit, basis, better, frequency, \"precision\", created_at, revision, updated_at)
SELECT gen_random_uuid(), '指标口径' || n, '万元', 'cumulative', 'higher', 'monthly', 1, now(), 1, now()
FROM generate_series(1, $COUNT / 100) AS n;
INSERT INTO series (measure_id, region_id)
SELECT m.id, r.id FROM (SELECT id FROM measures ORDER BY id) m
CROSS JOIN (SELECT id FROM regions WHERE level = 'county' ORDER BY code LIMIT 100) r;
INSERT INTO indicators (id, campaign_id, task_id, series_id, lead_unit_id, kind, comparator, target_value, target_unit,
                        phrase, curve, window_start, window_end, created_at, revision, updated_at)
SELECT lpad(s.n::text, 32, '0')::uuid, t.id, t.id, s.id, u.id, 'total', '>=', 1200, '万元', '完成1200万元以上',
       '{\"kind\":\"linear_months\"}', '2025-01-01', '2025-12-31', now(), 1, now()
FROM (SELECT id, row_number() OVER (ORDER BY id) AS n FROM series) s
JOIN (SELECT id, row_number() OVER (ORDER BY id) AS n FROM tasks) t ON t.n = s.n % 1000 + 1
JOIN (SELECT id, row_number() OVER (ORDER BY id) AS n FROM units) u ON u.n = s.n % 100 + 1
ORDER BY s.n;
INSERT INTO observations (id, series_id, period_start, period_end, basis, figure, vintage, value, status, source,
                          published_on, recorded_at)
SELECT gen_random_uuid(), s.id, '2025-01-01', (make_date(2025, m, 1) + interval '1 month - 1 day')::date, 'cumulative',
       'level', 1, m * (80 + s.id % 37) + 0.5, 'final', 'bench', (make_date(2025, m, 1) + interval '45 days')::date, now()
FROM series s CROSS JOIN generate_series(1, 12) AS m;
VACUUM ANALYZE;
CHECKPOINT";

/// Fills an empty database that has its tables.
pub async fn fill(client: &tokio_postgres::Client, count: usize) {
    for statement in FILL.replace("$COUNT", &count.to_string()).split(';') {
        client.batch_execute(statement).await.unwrap();
    }
}

/// The number given on the command line, if any.
pub fn argument(usual: usize) -> usize {
    std::env::args().filter_map(|argument| argument.parse().ok()).next().unwrap_or(usual)
}

/// A line of `/proc/ID/status` in megabytes, such as `VmHWM`.
pub fn megabytes(process: &str, name: &str) -> f64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap();
    let line = status.lines().find(|line| line.starts_with(name)).unwrap();
    line.split_whitespace().nth(1).unwrap().parse::<f64>().unwrap() / 1024.0
}

/// The middle one of several runs.
pub fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

pub fn free_port() -> u16 {
    std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}
