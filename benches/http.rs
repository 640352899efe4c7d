//! Reads over HTTP against the same SQL without us: `cargo bench --bench http [-- COUNT]`.
//!
//! A throw-away PostgreSQL holds COUNT indicators (100,000 unless told) in 1,000 campaigns, evaluated. What the server asks
//! for one request is read off the database's own log, and pgbench runs just that, prepared, over the same loopback with
//! as many clients and as many threads; both draw their ids from all there are. Rounds alternate; the middle ratio counts.
#![expect(clippy::unwrap_used, reason = "a bench that cannot run must say so")]

mod support;

use std::fmt::Write as _;
use std::process::Command;
use std::time::{Duration, Instant};

use support::{Cluster, KEY, Server};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use xushi::clock::{Clock as _, SystemClock};
use xushi::office::Actor;
use xushi::office::assessments;

const CLIENTS: usize = 64;
const ROUNDS: usize = 3;
const WARM_UP: Duration = Duration::from_secs(2);
const ROUND: Duration = Duration::from_secs(6);

/// One kind of read: its address with `{}` for the id, and how many ids there are.
#[derive(Clone, Copy)]
struct Read {
    name: &'static str,
    address: &'static str,
    ids: u64,
}

impl Read {
    fn request(&self, number: u64) -> Vec<u8> {
        let address = self.address.replace("{}", &uuid(number));
        format!("GET {address} HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer {KEY}\r\n\r\n").into_bytes()
    }
}

/// The ids of the bench's rows are numbers.
fn uuid(number: u64) -> String {
    let digits = format!("{number:032}");
    [&digits[..8], &digits[8..12], &digits[12..16], &digits[16..20], &digits[20..]].join("-")
}

/// Sends one request and reads its whole answer; gives the length of the body.
async fn ask(stream: &mut TcpStream, request: &[u8], buffer: &mut Vec<u8>) -> usize {
    stream.write_all(request).await.unwrap();
    buffer.clear();
    loop {
        assert!(stream.read_buf(buffer).await.unwrap() > 0, "the server hung up");
        let Some(end) = buffer.windows(4).position(|four| four == b"\r\n\r\n") else { continue };
        assert!(buffer.starts_with(b"HTTP/1.1 200"), "{}", String::from_utf8_lossy(buffer));
        let head = String::from_utf8_lossy(&buffer[..end]).to_ascii_lowercase();
        let length = head.split("content-length:").nth(1).and_then(|rest| rest.lines().next()).unwrap();
        let length: usize = length.trim().parse().unwrap();
        while buffer.len() < end + 4 + length {
            assert!(stream.read_buf(buffer).await.unwrap() > 0, "the server hung up");
        }
        return length;
    }
}

/// Requests a second, and the 99th percentile in milliseconds.
async fn load(port: u16, read: &'static Read, seed: u64) -> (f64, f64) {
    let begun = Instant::now();
    let client = |index: usize| async move {
        let mut stream = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
        stream.set_nodelay(true).unwrap();
        let (mut buffer, mut took) = (Vec::with_capacity(64 * 1024), Vec::new());
        // splitmix64: any cheap generator does, as long as a run can be repeated.
        let mut state = seed ^ (index as u64) << 32;
        while begun.elapsed() < WARM_UP + ROUND {
            state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
            let mixed = (state ^ (state >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
            let request = read.request(mixed % read.ids + 1);
            let sent = Instant::now();
            ask(&mut stream, &request, &mut buffer).await;
            if begun.elapsed() > WARM_UP {
                took.push(sent.elapsed().as_micros() as u32);
            }
        }
        took
    };
    let tasks: Vec<_> = (0..CLIENTS).map(|index| tokio::spawn(client(index))).collect();
    let mut all = Vec::new();
    for task in tasks {
        all.extend(task.await.unwrap());
    }
    all.sort_unstable();
    let p99 = f64::from(all[all.len() * 99 / 100]) / 1_000.0;
    (all.len() as f64 / ROUND.as_secs_f64(), p99)
}

/// The statements the server runs for a request, with the number that pgbench makes up in the place of the id: as the
/// database logged them once every statement was prepared.
async fn script(cluster: &Cluster, server: &Server, read: &Read) -> String {
    let client = cluster.connect("bench").await;
    let mut stream = TcpStream::connect(("127.0.0.1", server.port)).await.unwrap();
    let number = read.ids / 2;
    let statements = support::logged(cluster, async {
        write(&client).await;
        ask(&mut stream, &read.request(number), &mut Vec::new()).await;
    });
    let mut own: Vec<String> = Vec::new();
    for (statement, values) in statements.await {
        // What the jobs ask meanwhile names no row of the bench.
        if values.contains(ROWS) {
            let written = filled(&statement, &values, number, own.last().map(String::as_str));
            // Lines that were found first and then asked for by their ids are one statement here, found anew for each number.
            own.pop_if(|before| written.contains(before.as_str()));
            own.push(written);
        }
    }
    assert!(!own.is_empty(), "nothing was logged");
    let mut script = format!("\\set n random(1, {})\n", read.ids);
    for statement in own {
        writeln!(script, "{statement};").unwrap();
    }
    script
}

/// How the ids of the bench's rows begin.
const ROWS: &str = "00000000-0000-0000-";

/// A statement with its parameters put in: the id as a number to be drawn, a list of ids as the statement that found them,
/// all others as they were.
fn filled(statement: &str, values: &str, number: u64, before: Option<&str>) -> String {
    let id = uuid(number);
    let drawn = "lpad((:n)::int::text, 32, '0')::uuid";
    support::filled(statement, values, |value| {
        if value == format!("'{id}'") {
            drawn.to_owned()
        } else if value == format!("'{{{id}}}'") {
            format!("ARRAY[{drawn}]")
        } else if let Some(before) = before.filter(|_| value.starts_with("'{") && value.contains(',')) {
            format!("ARRAY({before})")
        } else {
            value.to_owned()
        }
    })
}

/// A transaction of its own: whatever was kept before is good no longer.
async fn write(client: &tokio_postgres::Client) {
    client.batch_execute("SELECT pg_current_xact_id()").await.unwrap();
}

/// Transactions a second, and the 99th percentile in milliseconds.
fn pgbench(cluster: &Cluster, script: &std::path::Path, seconds: u64) -> (f64, f64) {
    let folder = script.parent().unwrap();
    let path = std::env::var("PATH").unwrap_or_default();
    let found = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let mut folders: Vec<_> = found.map(|entry| entry.path().join("bin").display().to_string()).collect();
    folders.sort();
    let path = format!("{path}:{}", folders.pop().unwrap_or_default());
    let output = Command::new("pgbench")
        .env("PATH", path)
        .args(["-M", "prepared", "-n", "-h", "127.0.0.1", "-U", "xushi", "-p", &cluster.port.to_string()])
        .args(["-c", &CLIENTS.to_string(), "-j", "1", "-T", &seconds.to_string(), "-f"])
        .args([script.to_str().unwrap(), "-l", "--log-prefix", "latency", "bench"])
        .current_dir(folder)
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let tps = text.split("tps = ").nth(1).and_then(|rest| rest.split(' ').next());
    let tps = tps.unwrap_or_else(|| panic_with(&text, &output.stderr)).parse().unwrap();
    let mut took: Vec<u32> = Vec::new();
    for file in std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().path()) {
        if file.file_name().unwrap().to_string_lossy().starts_with("latency") {
            let log = std::fs::read_to_string(&file).unwrap();
            took.extend(log.lines().map(|line| line.split(' ').nth(2).unwrap().parse::<u32>().unwrap()));
            std::fs::remove_file(file).unwrap();
        }
    }
    took.sort_unstable();
    (tps, f64::from(took[took.len() * 99 / 100]) / 1_000.0)
}

fn panic_with(text: &str, errors: &[u8]) -> ! {
    eprintln!("pgbench: {text}{}", String::from_utf8_lossy(errors));
    std::process::exit(1)
}

// One thread for 64 clients, as pgbench has.
#[tokio::main(worker_threads = 1)]
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
    let reads: &'static [Read] = Box::leak(Box::new([
        Read { name: "point", address: "/api/v1/indicators/{}", ids: count as u64 },
        Read { name: "list", address: "/api/v1/assessments?campaign={}&limit=50", ids: 1_000 },
    ]));
    for read in reads {
        let writing = cluster.connect("bench").await;
        // Every connection of the server prepares its statements first.
        load(server.port, read, 1).await;
        let script = script(&cluster, &server, read).await;
        let file = folder.path().join(format!("{}.sql", read.name));
        std::fs::write(&file, &script).unwrap();
        if std::env::var_os("BENCH_SHOW_SQL").is_some() {
            println!("{script}");
        }
        let (mut ratios, mut worst) = (Vec::new(), 0.0_f64);
        let writer = tokio::spawn(async move {
            loop {
                write(&writing).await;
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        });
        for round in 0..ROUNDS {
            let (bare, bare_p99) = pgbench(&cluster, &file, (WARM_UP + ROUND).as_secs());
            let (ours, p99) = load(server.port, read, round as u64).await;
            println!(
                "{}: pgbench {bare:.0}/s, p99 {bare_p99:.1} ms, xushi {ours:.0}/s, p99 {p99:.1} ms, ratio {:.2}",
                read.name,
                ours / bare
            );
            ratios.push(ours / bare);
            worst = worst.max(p99);
        }
        writer.abort();
        println!("{}: middle ratio {:.2}, worst p99 {worst:.1} ms", read.name, support::median(ratios));
    }
    // Once everybody's board has been asked for and nothing was written since.
    let mut worst = 0.0_f64;
    for round in 0..=ROUNDS {
        let (ours, p99) = load(server.port, &reads[1], round as u64).await;
        println!("boards, nothing written: xushi {ours:.0}/s, p99 {p99:.1} ms");
        // The first round fills the cache.
        worst = if round == 0 { 0.0 } else { worst.max(p99) };
    }
    println!("boards, nothing written: worst p99 {worst:.1} ms");
    // What nobody has written to since is answered from the cache: the day on which all open the same board.
    let same: &'static Read = Box::leak(Box::new(Read { name: "one board", ids: 1, ..reads[1] }));
    load(server.port, same, 1).await;
    let (ours, p99) = load(server.port, same, 2).await;
    println!("one board, asked for by all: xushi {ours:.0}/s, p99 {p99:.1} ms");
    println!("server at rest after that: {:.1} MB", server.resident());
}
