//! Start and rest of `xushi serve`: `cargo bench --bench start`.
//!
//! On a database that the demo has filled, SQLite and PostgreSQL: from starting the process to its first answer that
//! needed the database, with the bare start of the same program (`xushi --version`) as yardstick; and the memory it holds
//! a while after, before and after some hundred requests.
#![expect(clippy::unwrap_used, reason = "a bench that cannot run must say so")]

mod support;

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use support::Cluster;

const KEY: &str = "xsk_a_key_only_benches_use";
const STARTS: usize = 9;

fn xushi(folder: &Path, url: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_xushi"));
    command.current_dir(folder).env("DATABASE_URL", url).env("XUSHI_BOOTSTRAP_KEY", KEY);
    command.stdout(Stdio::null()).stderr(Stdio::null());
    command
}

fn answer(port: u16, path: &str) -> Option<String> {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).ok()?;
    stream.set_nodelay(true).ok()?;
    write!(
        stream,
        "GET {path} HTTP/1.1\r\nHost: b\r\nConnection: close\r\nAuthorization: Bearer {KEY}\r\n\r\n"
    )
    .ok()?;
    let mut text = Vec::new();
    stream.read_to_end(&mut text).ok()?;
    Some(String::from_utf8_lossy(&text).into_owned())
}

/// Milliseconds to the first answer, and the running process.
fn start(folder: &Path, url: &str) -> (f64, Child, u16) {
    let port = support::free_port();
    let begun = Instant::now();
    let listen = format!("127.0.0.1:{port}");
    let child = xushi(folder, url).arg("serve").env("XUSHI_SERVER_LISTEN", listen).spawn().unwrap();
    while !answer(port, "/api/v1/assessments?limit=1").is_some_and(|text| text.starts_with("HTTP/1.1 200")) {
        assert!(begun.elapsed() < Duration::from_secs(30), "no answer");
        std::thread::sleep(Duration::from_millis(1));
    }
    (begun.elapsed().as_secs_f64() * 1_000.0, child, port)
}

fn stop(mut child: Child) {
    child.kill().unwrap();
    child.wait().unwrap();
}

fn measure(name: &str, folder: &Path, url: &str) {
    let demo =
        xushi(folder, url).args(["demo", "--once", "--dir", folder.to_str().unwrap()]).status().unwrap();
    assert!(demo.success(), "the demo failed");
    let bare = || {
        let begun = Instant::now();
        assert!(xushi(folder, url).arg("--version").status().unwrap().success());
        begun.elapsed().as_secs_f64() * 1_000.0
    };
    let bare = support::median((0..STARTS).map(|_| bare()).collect());
    let mut took = Vec::new();
    for _ in 0..STARTS {
        let (millis, child, _) = start(folder, url);
        took.push(millis);
        stop(child);
    }
    let most = took.iter().copied().fold(0.0, f64::max);
    let middle = support::median(took);
    println!(
        "{name}: first answer after {middle:.0} ms (at most {most:.0}), {:.0} x a bare start",
        middle / bare
    );
    let (_, child, port) = start(folder, url);
    let id = child.id().to_string();
    std::thread::sleep(Duration::from_secs(3));
    let fresh = support::megabytes(&id, "VmRSS");
    for path in ["/api/v1/assessments", "/api/v1/letters", "/docs/", "/metrics", "/readyz"] {
        (0..50).for_each(|_| assert!(answer(port, path).is_some()));
    }
    std::thread::sleep(Duration::from_secs(12));
    let used = support::megabytes(&id, "VmRSS");
    println!("{name}: at rest {fresh:.1} MB, after 250 requests {used:.1} MB");
    stop(child);
}

fn main() {
    let folder = tempfile::tempdir().unwrap();
    measure("sqlite", folder.path(), folder.path().join("xushi.db").to_str().unwrap());
    let cluster = Cluster::start();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    runtime.block_on(async { drop(cluster.database("bench", 2).await) });
    let folder = tempfile::tempdir().unwrap();
    measure("postgresql", folder.path(), &cluster.url("bench"));
}
