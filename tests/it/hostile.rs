//! What a hostile or careless stranger sends: each try is answered as a problem or cut off, and the service lives on.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use diesel_async::{AsyncConnection as _, SimpleAsyncConnection as _};
use futures_util::FutureExt as _;
use serde_json::json;
use xushi::store::{Store, StoreError};

use crate::support::both;
use crate::support::database::Database;
use crate::support::process::{KEY, Process};

const JSON: &str = "Content-Type: application/json\r\n";

fn status(answer: &str) -> &str {
    answer.split(' ').nth(1).unwrap_or("none")
}

#[test]
fn whatever_is_sent_the_answer_is_a_problem_and_the_service_lives_on() {
    let folder = tempfile::tempdir().unwrap();
    let process = Process::start(folder.path(), &["serve"]);
    let deep = format!("{}1{}", "[".repeat(100_000), "]".repeat(100_000));
    let gbk = b"{\"name\": \"\xb7\xa2\xb8\xc4\xce\xaf\", \"region\": \"430000\"}";
    let utf16: Vec<u8> = "{\"name\": \"省厅\"}".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let long = format!("{{\"name\": \"{}\", \"region\": \"430000\"}}", "长".repeat(1_000_000));
    let many = format!("{{{}\"name\": \"a\"}}", "\"name\": \"a\", ".repeat(100_000));
    let tries: [(&str, &[u8], &[&str]); 17] = [
        ("nothing", b"", &["400"]),
        ("half an object", b"{\"name\": ", &["400"]),
        ("a byte order mark", b"\xef\xbb\xbf{}", &["400"]),
        ("GBK", gbk, &["400"]),
        ("UTF-16", &utf16, &["400"]),
        ("a lone surrogate", br#"{"name": "\ud800", "region": "430000"}"#, &["400"]),
        ("a NUL", br#"{"name": "a\u0000b", "region": "430000"}"#, &["422"]),
        ("a line break in a name", br#"{"name": "a\nb", "region": "430000"}"#, &["422"]),
        (
            "right-to-left marks",
            "{\"name\": \"厅\u{202e}省\", \"region\": \"430000\"}".as_bytes(),
            &["422", "201"],
        ),
        ("a hundred thousand levels", deep.as_bytes(), &["400", "422"]),
        ("a million characters", long.as_bytes(), &["422"]),
        ("the same field again and again", many.as_bytes(), &["400", "422"]),
        ("a number for a name", br#"{"name": 1e400, "region": "430000"}"#, &["400", "422"]),
        ("an array for a body", b"[]", &["422"]),
        ("SQL", br#"{"name": "'; DROP TABLE units; --", "region": "430000"}"#, &["201"]),
        ("two documents", b"{} {}", &["400", "422"]),
        ("true", b"true", &["422"]),
    ];
    for (what, body, expected) in tries {
        let answer = process.call("POST", "/units", JSON, body);
        assert!(expected.contains(&status(&answer)), "{what}: {}", &answer[..answer.len().min(600)]);
        assert!(answer.len() < 4_000, "{what}: an answer of {} bytes", answer.len());
        if !answer.starts_with("HTTP/1.1 201") {
            assert!(
                answer.contains("application/problem+json") && answer.contains("request_id"),
                "{what}: {answer}"
            );
        }
        for word in ["panicked", "serde", "diesel", "src/"] {
            assert!(!answer.contains(word), "{what} leaks `{word}`: {answer}");
        }
    }
    let units = process.call("GET", "/units?limit=500", "", b"");
    assert!(units.contains("DROP TABLE"), "text is text: {units}");
}

#[test]
fn addresses_and_headers_may_be_as_odd_as_they_like() {
    let folder = tempfile::tempdir().unwrap();
    let process = Process::start(folder.path(), &["serve"]);
    let long = format!("/units?name_contains={}", "%E9%95%BF".repeat(3_000));
    for (path, expected) in [
        ("/units/%00", "404"),
        ("/units/../../../../etc/passwd", "404"),
        ("/units/%2e%2e%2f%2e%2e%2fetc%2fpasswd", "404"),
        // No text in UTF-8: to look for something else would be a false "nothing".
        ("/units?name_contains=%FF%FE", "400"),
        ("/units?limit=99999999999999999999", "400"),
        ("/units?limit=-1", "400"),
        ("/units?cursor=AAAA", "400"),
        ("/units?cursor=%F0%9F%92%A3", "400"),
        ("/units?limit=1&limit=2", "400"),
        ("/units?%E4%B8%8D%E5%AD%98%E5%9C%A8=1", "400"),
        ("/assessments?as_of=9999-99-99", "400"),
        (long.as_str(), "200"),
    ] {
        let answer = process.call("GET", path, "", b"");
        assert_eq!(status(&answer), expected, "{}: {answer}", &path[..path.len().min(80)]);
    }
    let raw = |request: &[u8]| process.exchange(request).unwrap();
    // Header injection through what is echoed, a header beyond all limits, no HTTP at all, smuggling by two lengths.
    let echoed = process.call("GET", "/units", "X-Request-Id: a b<script>\r\n", b"");
    assert!(!echoed.contains("<script>"), "{echoed}");
    let huge = format!("GET /api/v1/units HTTP/1.1\r\nHost: x\r\nX: {}\r\n\r\n", "a".repeat(2_000_000));
    assert!(["400", "431", "none"].contains(&status(&raw(huge.as_bytes()))));
    assert!(
        ["400", "none"]
            .contains(&status(&raw(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03 not http\r\n\r\n")))
    );
    let two =
        b"POST /api/v1/units HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nContent-Length: 5\r\n\r\n{}abc";
    assert_eq!(status(&raw(two)), "400");
    let keyless = raw(b"GET /api/v1/units HTTP/1.0\r\n\r\n");
    assert_eq!(status(&keyless), "401");
    let wrong = raw(format!("GET /api/v1/units HTTP/1.0\r\nAuthorization: Bearer {KEY}x\r\n\r\n").as_bytes());
    assert_eq!(status(&wrong), "401");
    assert_eq!(status(&process.call("GET", "/units", "", b"")), "200");
}

/// Resident memory of a process in bytes.
fn resident(id: u32) -> u64 {
    let text = std::fs::read_to_string(format!("/proc/{id}/status")).unwrap();
    let line = text.lines().find(|line| line.starts_with("VmHWM:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap() * 1024
}

#[test]
fn bodies_beyond_the_limit_are_refused_without_being_kept() {
    let folder = tempfile::tempdir().unwrap();
    let process = Process::start(folder.path(), &["serve"]);
    let before = resident(process.child.id());
    // Announced: refused before a byte of it is read.
    let announced = format!(
        "POST /api/v1/units HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer {KEY}\r\n{JSON}\
         Content-Length: 5000000000\r\n\r\n{{}}"
    );
    assert_eq!(status(&process.exchange(announced.as_bytes()).unwrap()), "413");
    // Not announced: in chunks without end.
    let mut stream = TcpStream::connect(process.address).unwrap();
    let head = format!(
        "POST /api/v1/units HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer {KEY}\r\n{JSON}\
         Transfer-Encoding: chunked\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).unwrap();
    let chunk = [b"10000\r\n".as_slice(), &vec![b' '; 0x10000], b"\r\n"].concat();
    for _ in 0..4_000 {
        if stream.write_all(&chunk).is_err() {
            break;
        }
    }
    // A server may hear such a client out (or hang up), but keeps nothing of it.
    let _ = stream.shutdown(std::net::Shutdown::Write);
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer);
    let answer = String::from_utf8_lossy(&answer).into_owned();
    assert!(["413", "none"].contains(&status(&answer)), "{answer}");
    // Compressed: a hundred megabytes of blanks in a hundred kilobytes.
    let mut packed = zip_blanks(100_000_000);
    let answer = process.call("POST", "/units", &format!("{JSON}Content-Encoding: gzip\r\n"), &packed);
    assert!(["400", "413", "415"].contains(&status(&answer)), "{answer}");
    packed.truncate(100);
    let answer = process.call("POST", "/units", &format!("{JSON}Content-Encoding: gzip\r\n"), &packed);
    assert!(["400", "415"].contains(&status(&answer)), "{answer}");
    let grown = resident(process.child.id()).saturating_sub(before);
    assert!(grown < 120_000_000, "the tries cost {grown} bytes");
}

fn zip_blanks(length: usize) -> Vec<u8> {
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    let blanks = vec![b' '; 1_000_000];
    for _ in 0..length / blanks.len() {
        packer.write_all(&blanks).unwrap();
    }
    packer.finish().unwrap()
}

#[test]
fn a_client_that_says_nothing_holds_nobody_up() {
    let folder = tempfile::tempdir().unwrap();
    let process = Process::start(folder.path(), &["serve"]);
    // Half a request on many connections, and one that is finished while they wait.
    let held: Vec<_> = (0..200)
        .map(|_| {
            let mut stream = TcpStream::connect(process.address).unwrap();
            stream.write_all(b"POST /api/v1/units HTTP/1.1\r\nHost: x\r\nContent-Le").unwrap();
            stream
        })
        .collect();
    assert_eq!(status(&process.call("GET", "/units", "", b"")), "200");
    // And it still stops when asked to, whatever they hold.
    assert!(process.terminate().success());
    drop(held);
}

fn hang_up_and_write(variables: &[(&str, &str)]) {
    let folder = tempfile::tempdir().unwrap();
    let process = Process::start_with(folder.path(), &["serve"], variables);
    for number in 0..400_u64 {
        let body = format!(r#"{{"name": "厅{number}", "region": "430000"}}"#);
        let (line, body) = match number % 2 {
            0 => ("POST /api/v1/units", body.as_str()),
            _ => ("GET /api/v1/regions?limit=500", ""),
        };
        let mut stream = TcpStream::connect(process.address).unwrap();
        let request = format!(
            "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n{line} HTTP/1.1\r\nHost: x\r\n{JSON}\
             Authorization: Bearer {KEY}\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        );
        stream.write_all(request.as_bytes()).unwrap();
        // An answer that lies there unread makes the hanging-up a reset, which is heard at once.
        stream.peek(&mut [0]).unwrap();
        std::thread::sleep(Duration::from_micros(number * 37 % 3_000));
        drop(stream);
    }
    // A transaction left open would hold this one up until it gives up.
    let body = r#"{"name": "最后的厅", "region": "430000"}"#;
    let answer = process.call("POST", "/units", JSON, body.as_bytes());
    assert_eq!(status(&answer), "201", "{answer}");
    let log = process.log();
    assert!(!log.contains("panicked"), "{log}");
}

#[test]
fn callers_who_hang_up_leave_no_panic_and_no_lock_on_sqlite() {
    hang_up_and_write(&[]);
}

#[test]
fn callers_who_hang_up_leave_no_panic_and_no_lock_on_postgresql() {
    if let Some(database) = Database::postgresql() {
        hang_up_and_write(&[("DATABASE_URL", &database.url)]);
    }
}

/// Begins, takes a lock and goes away, as a handler does that panics.
macro_rules! left_in_a_transaction {
    ($pool:expr, $lock:expr) => {{
        let mut conn = xushi::store::checkout($pool).await.unwrap();
        let (tell, told) = tokio::sync::oneshot::channel();
        let held = conn.transaction::<(), StoreError, _>(async |conn| {
            conn.batch_execute($lock).await?;
            tell.send(()).unwrap();
            std::future::pending().await
        });
        tokio::select! {
            ended = held => panic!("nobody ended it, yet {ended:?}"),
            locked = told => locked.unwrap(),
        }
    }};
}

async fn a_transaction_nobody_ended_holds_nobody_up(database: Database) {
    let store = Store::open(&database.url, 2).unwrap();
    match &store {
        Store::Sqlite(pool) => left_in_a_transaction!(pool, "UPDATE units SET name = name"),
        Store::Pg(pool) => left_in_a_transaction!(pool, "LOCK TABLE units IN EXCLUSIVE MODE"),
    }
    // Another process, so to speak; the first one has a connection in its pool and asks for nothing.
    let other = Store::open(&database.url, 1).unwrap();
    let write = "UPDATE units SET name = name";
    let written = async {
        match &other {
            Store::Sqlite(pool) => pool.get().await.unwrap().batch_execute(write).await,
            Store::Pg(pool) => pool.get().await.unwrap().batch_execute(write).await,
        }
    };
    let written = tokio::time::timeout(Duration::from_secs(30), written).await;
    assert!(matches!(written, Ok(Ok(()))), "still locked: {written:?}");
    drop(store);
}

#[tokio::test]
async fn a_transaction_nobody_ended_holds_nobody_up_on_sqlite() {
    a_transaction_nobody_ended_holds_nobody_up(Database::sqlite()).await;
}

#[tokio::test]
async fn a_transaction_nobody_ended_holds_nobody_up_on_postgresql() {
    if let Some(database) = Database::postgresql() {
        a_transaction_nobody_ended_holds_nobody_up(database).await;
    }
}

both! {
    async fn what_is_begun_is_finished_though_nobody_waits(app: TestApp) {
        for polls in 1..=20 {
            let name = format!("第{polls}厅");
            let mut call = Box::pin(app.post("/units", json!({"name": name, "region": "430000"})));
            for _ in 0..polls {
                if (&mut call).now_or_never().is_some() {
                    break;
                }
                tokio::task::yield_now().await;
            }
        }
        let begun = Instant::now();
        while app.get("/units?limit=500").await.json()["items"].as_array().unwrap().len() < 20 {
            assert!(begun.elapsed() < Duration::from_secs(30), "a unit is missing");
            tokio::task::yield_now().await;
        }
    }
}
