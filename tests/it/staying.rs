//! Staying up: the database away, held, read-only, of a later version, or gone in the middle of a commit.

use std::io::{Read as _, Write as _};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::time::{Duration, Instant};

use actix_web::http::Method;
use actix_web::test::TestRequest;
use diesel_async::SimpleAsyncConnection as _;
use serde_json::{Value, json};
use xushi::store::{Store, StoreError, checkout};

use crate::support::database::Database;
use crate::support::process::{Process, xushi};
use crate::support::{TestApp, both};

/// What the proxy does at the next COMMIT.
const PASS: u8 = 0;
const CUT_BEFORE: u8 = 1;
const CUT_AFTER: u8 = 2;

/// A line to the database that breaks at a commit.
struct Line {
    address: SocketAddr,
    next: Arc<AtomicU8>,
}

impl Line {
    fn to(server: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let (address, next) = (listener.local_addr().unwrap(), Arc::new(AtomicU8::new(PASS)));
        let armed = next.clone();
        std::thread::spawn(move || {
            for client in listener.incoming().map_while(Result::ok) {
                let Ok(there) = TcpStream::connect(server) else { return };
                let (back, to) = (there.try_clone().unwrap(), client.try_clone().unwrap());
                std::thread::spawn(move || copied(back, to, |_| true));
                let armed = armed.clone();
                std::thread::spawn(move || {
                    let (client, server) = (client, there);
                    let cut = (client.try_clone().unwrap(), server.try_clone().unwrap());
                    copied(client, server, |bytes| {
                        if !bytes.windows(7).any(|seven| seven == b"COMMIT\0") {
                            return true;
                        }
                        let fate = armed.swap(PASS, Ordering::SeqCst);
                        if fate == CUT_AFTER {
                            (&cut.1).write_all(bytes).unwrap();
                            // The server reads what it was sent before it sees that nobody listens.
                            cut.0.shutdown(Shutdown::Both).unwrap();
                            std::thread::sleep(Duration::from_millis(300));
                        }
                        if fate != PASS {
                            let _ = (cut.0.shutdown(Shutdown::Both), cut.1.shutdown(Shutdown::Both));
                        }
                        fate == PASS
                    });
                });
            }
        });
        Self { address, next }
    }
}

fn copied(mut from: TcpStream, mut to: TcpStream, passes: impl Fn(&[u8]) -> bool) {
    let mut chunk = [0; 64 * 1024];
    while let Ok(length @ 1..) = from.read(&mut chunk) {
        if !passes(&chunk[..length]) || to.write_all(&chunk[..length]).is_err() {
            break;
        }
    }
    let _ = to.shutdown(Shutdown::Both);
}

#[actix_web::test]
async fn a_commit_whose_answer_is_lost_is_unknown_and_a_repeat_does_it_once() {
    let Some(direct) = TestApp::on_postgresql().await else { return };
    let (before, place) = direct.url().split_once('@').unwrap();
    let (server, name) = place.split_once('/').unwrap();
    let line = Line::to(server.parse().unwrap());
    let app = TestApp::on_url(format!("{before}@{}/{name}?sslmode=disable", line.address)).await;
    for (fate, name) in [(CUT_BEFORE, "省发展改革委"), (CUT_AFTER, "省统计局")] {
        let key = format!("key-{fate}");
        let body = json!({"name": name, "region": "430000"});
        let ask = || {
            app.request(Method::POST, "/units")
                .insert_header(("idempotency-key", key.clone()))
                .set_json(&body)
        };
        line.next.store(fate, Ordering::SeqCst);
        let lost = app.send(ask()).await;
        assert_eq!(lost.header("retry-after"), "5");
        let told: Value = serde_json::from_slice(&lost.bytes).unwrap();
        lost.problem(503, "unknown", "");
        let detail = told["detail"].as_str().unwrap();
        assert!(detail.contains("不能确定") && detail.contains("Idempotency-Key"), "{detail}");
        let repeated = app.send(ask()).await.expect(201);
        assert_eq!(repeated["name"], *name);
        let found = direct.get("/units?limit=500").await.expect(200);
        let named: Vec<_> =
            found["items"].as_array().unwrap().iter().filter(|unit| unit["name"] == *name).collect();
        assert_eq!((named.len(), &named[0]["id"]), (1, &repeated["id"]), "{found}");
    }
}

async fn say(app: &TestApp, statements: &str) {
    match &app.store {
        Store::Pg(pool) => checkout(pool).await.unwrap().batch_execute(statements).await.unwrap(),
        Store::Sqlite(pool) => checkout(pool).await.unwrap().batch_execute(statements).await.unwrap(),
    }
}

async fn ready(app: &TestApp) -> (u16, Value) {
    // What was found a second ago is told again.
    tokio::time::sleep(Duration::from_millis(1_100)).await;
    let answer = app.send(TestRequest::default().uri("/readyz")).await;
    (answer.status.as_u16(), serde_json::from_slice(&answer.bytes).unwrap())
}

both! {
    async fn a_later_schema_is_not_served(app: TestApp) {
        let (status, told) = ready(&app).await;
        assert_eq!((status, &told["ready"]), (200, &json!(true)), "{told}");
        say(&app, "INSERT INTO __diesel_schema_migrations (version) VALUES ('20990101000001')").await;
        let (status, told) = ready(&app).await;
        assert_eq!((status, &told["hindrances"][0]), (503, &json!("schema_later")), "{told}");
        let url = app.url().to_owned();
        let refused = tokio::task::spawn_blocking(move || {
            let folder = tempfile::tempdir().unwrap();
            let mut command = xushi(folder.path(), &["serve"]);
            command.env("DATABASE_URL", url).stderr(std::process::Stdio::piped());
            command.output().unwrap()
        });
        let refused = refused.await.unwrap();
        let said = String::from_utf8_lossy(&refused.stderr).into_owned();
        assert!(!refused.status.success() && said.contains("20990101000001"), "{said}");
    }
}

#[actix_web::test]
async fn a_read_only_database_is_said_to_be_one_and_comes_back_by_itself() {
    let Some(app) = TestApp::on_postgresql().await else { return };
    let name = app.url().rsplit('/').next().unwrap().to_owned();
    let ended = format!(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}' AND pid <> pg_backend_pid()"
    );
    let other = Store::open(&app.url().replace(&name, "postgres"), 1).unwrap();
    let Store::Pg(other) = other else { panic!("postgresql") };
    let turn = async |how: &str| {
        let mut conn = checkout(&other).await.unwrap();
        conn.batch_execute(&format!("ALTER DATABASE {name} {how} default_transaction_read_only"))
            .await
            .unwrap();
        conn.batch_execute(&ended).await.unwrap();
    };
    let mut conn = checkout(&other).await.unwrap();
    conn.batch_execute(&format!("ALTER DATABASE {name} SET default_transaction_read_only = on"))
        .await
        .unwrap();
    conn.batch_execute(&ended).await.unwrap();
    drop(conn);
    // Ended connections are seen to be so.
    tokio::time::sleep(Duration::from_millis(200)).await;
    let (status, told) = ready(&app).await;
    assert_eq!((status, &told["hindrances"]), (503, &json!(["not_writable"])), "{told}");
    let body = json!({"name": "省商务厅", "region": "430000"});
    let refused = app.post("/units", body.clone()).await;
    assert_eq!(refused.header("retry-after"), "5");
    let told: Value = serde_json::from_slice(&refused.bytes).unwrap();
    refused.problem(503, "unavailable", "");
    assert!(told["detail"].as_str().unwrap().contains("未写入"), "{told}");
    app.get("/regions?limit=1").await.expect(200);
    turn("RESET").await;
    tokio::time::sleep(Duration::from_millis(200)).await;
    app.post("/units", body).await.expect(201);
    assert_eq!(ready(&app).await.0, 200);
}

/// What comes back for one request, and after how long.
fn timed(process: &Process, verb: &str, path: &str, body: &str) -> (u16, String, Duration) {
    let begun = Instant::now();
    let answer = process.call(verb, path, "Content-Type: application/json\r\n", body.as_bytes());
    let status = answer.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or_default();
    (status, answer, begun.elapsed())
}

/// While `units` is held, everybody else goes on, and whoever wants it is told within ten seconds.
fn goes_on_while_units_are_held(process: &Process, writers: usize, hold: Duration, release: impl FnOnce()) {
    let begun = Instant::now();
    std::thread::scope(|scope| {
        for n in 0..writers {
            scope.spawn(move || {
                let body = format!(r#"{{"name":"被锁的单位{n}","region":"430000"}}"#);
                while begun.elapsed() < hold {
                    let (status, answer, took) = timed(process, "POST", "/units", &body);
                    assert_eq!(status, 503, "{answer}");
                    assert!(took < Duration::from_secs(10), "{took:?}");
                    let lower = answer.to_ascii_lowercase();
                    assert!(lower.contains("retry-after: 5") && lower.contains("problem+json"), "{answer}");
                    assert!(answer.contains("未写入"), "{answer}");
                }
            });
        }
        std::thread::sleep(Duration::from_millis(500));
        let mut slowest = Duration::ZERO;
        while begun.elapsed() < hold {
            let (status, answer, took) = timed(process, "GET", "/regions?limit=1", "");
            assert_eq!(status, 200, "{answer}");
            slowest = slowest.max(took);
            let answer = process.exchange(b"GET /readyz HTTP/1.0\r\n\r\n").unwrap();
            assert!(answer.contains(" 200 "), "{answer}");
            std::thread::sleep(Duration::from_millis(100));
        }
        assert!(slowest < Duration::from_secs(2), "{slowest:?}");
    });
    release();
    let (status, answer, _) = timed(process, "POST", "/units", r#"{"name":"其后的单位","region":"430000"}"#);
    assert_eq!(status, 201, "{answer}");
}

#[actix_web::test]
async fn a_locked_table_of_postgresql_holds_nobody_for_long() {
    let Some(database) = Database::postgresql() else { return };
    let folder = tempfile::tempdir().unwrap();
    let process = Process::start_with(folder.path(), &["serve"], &[("DATABASE_URL", &database.url)]);
    let Store::Pg(pool) = Store::open(&database.url, 1).unwrap() else { panic!("postgresql") };
    let mut holder = checkout(&pool).await.unwrap();
    holder.batch_execute("BEGIN; LOCK TABLE units IN ACCESS EXCLUSIVE MODE").await.unwrap();
    let process = tokio::task::spawn_blocking(move || {
        let (free, freed) = std::sync::mpsc::channel();
        let runtime = tokio::runtime::Handle::current();
        let letting_go = std::thread::spawn(move || {
            freed.recv().unwrap();
            runtime.block_on(async move { holder.batch_execute("ROLLBACK").await.unwrap() });
        });
        goes_on_while_units_are_held(&process, 40, Duration::from_secs(7), || {
            free.send(()).unwrap();
            letting_go.join().unwrap();
        });
        process
    });
    assert!(process.await.unwrap().terminate().success());
}

#[actix_web::test]
async fn what_was_written_is_never_said_not_to_be() {
    let Some(database) = Database::postgresql() else { return };
    let folder = tempfile::tempdir().unwrap();
    let process = Process::start_with(folder.path(), &["serve"], &[("DATABASE_URL", &database.url)]);
    let Store::Pg(pool) = Store::open(&database.url, 1).unwrap() else { panic!("postgresql") };
    let mut holder = checkout(&pool).await.unwrap();
    // The unit can be written; what its answer shows besides cannot be read.
    holder.batch_execute("BEGIN; LOCK TABLE external_ids IN ACCESS EXCLUSIVE MODE").await.unwrap();
    let asked = tokio::task::spawn_blocking(move || {
        let told = timed(&process, "POST", "/units", r#"{"name":"写入的单位","region":"430000"}"#);
        (process, told)
    });
    let (process, (status, answer, _)) = asked.await.unwrap();
    assert!(status == 503 && answer.contains("unknown") && answer.contains("已经写入"), "{status} {answer}");
    holder.batch_execute("ROLLBACK").await.unwrap();
    let asked = tokio::task::spawn_blocking(move || {
        let (_, units, _) = timed(&process, "GET", "/units", "");
        assert!(units.contains("写入的单位"), "{units}");
        process
    });
    assert!(asked.await.unwrap().terminate().success());
}

#[actix_web::test]
async fn sqlite_held_by_another_process_is_read_all_the_same() {
    let database = Database::sqlite();
    let folder = tempfile::tempdir().unwrap();
    let process = Process::start_with(folder.path(), &["serve"], &[("DATABASE_URL", &database.url)]);
    let Store::Sqlite(pool) = Store::open(&database.url, 1).unwrap() else { panic!("sqlite") };
    let mut holder = checkout(&pool).await.unwrap();
    holder.batch_execute("BEGIN IMMEDIATE").await.unwrap();
    let process = tokio::task::spawn_blocking(move || {
        let (free, freed) = std::sync::mpsc::channel();
        let runtime = tokio::runtime::Handle::current();
        let letting_go = std::thread::spawn(move || {
            freed.recv().unwrap();
            runtime.block_on(async move { holder.batch_execute("ROLLBACK").await.unwrap() });
        });
        goes_on_while_units_are_held(&process, 20, Duration::from_secs(7), || {
            free.send(()).unwrap();
            letting_go.join().unwrap();
        });
        process
    });
    assert!(process.await.unwrap().terminate().success());
}

#[test]
fn a_body_that_drips_in_is_not_waited_for() {
    let folder = tempfile::tempdir().unwrap();
    let process = Process::start(folder.path(), &["serve"]);
    let begun = Instant::now();
    let answers: Vec<(String, Duration)> = std::thread::scope(|scope| {
        let drips = (0..20).map(|_| {
            scope.spawn(|| {
                let mut stream = TcpStream::connect(process.address).unwrap();
                let key = crate::support::process::KEY;
                let head = format!(
                    "POST /api/v1/units HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {key}\r\n\
                     Content-Type: application/json\r\nContent-Length: 1000\r\n\r\n"
                );
                stream.write_all(head.as_bytes()).unwrap();
                stream.set_read_timeout(Some(Duration::from_secs(1))).unwrap();
                let mut answer = Vec::new();
                while begun.elapsed() < Duration::from_secs(30) {
                    let mut chunk = [0; 4096];
                    match stream.read(&mut chunk) {
                        Ok(0) => break,
                        Ok(length) => answer.extend_from_slice(&chunk[..length]),
                        Err(_) if stream.write_all(b" ").is_err() => break,
                        Err(_) => {}
                    }
                }
                (String::from_utf8_lossy(&answer).into_owned(), begun.elapsed())
            })
        });
        let drips: Vec<_> = drips.collect();
        let (status, answer, took) = timed(&process, "GET", "/units?limit=1", "");
        assert!(status == 200 && took < Duration::from_secs(2), "{took:?} {answer}");
        drips.into_iter().map(|drip| drip.join().unwrap()).collect()
    });
    for (answer, took) in answers {
        assert!(answer.starts_with("HTTP/1.1 408") && answer.contains("\"code\":\"timeout\""), "{answer}");
        assert!(took < Duration::from_secs(16), "{took:?}");
    }
}

#[test]
fn several_processes_migrate_at_once_and_make_one_first_key() {
    for database in [Some(Database::sqlite_empty()), Database::postgresql_empty()].into_iter().flatten() {
        let folder = tempfile::tempdir().unwrap();
        let children: Vec<_> = (0..4)
            .map(|_| {
                let mut command = xushi(folder.path(), &["migrate"]);
                command.env("DATABASE_URL", &database.url).env_remove("XUSHI_BOOTSTRAP_KEY");
                command.stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::piped());
                command.spawn().unwrap()
            })
            .collect();
        let done: Vec<_> = children.into_iter().map(|child| child.wait_with_output().unwrap()).collect();
        let mut keys = 0;
        for one in &done {
            assert!(one.status.success(), "{}", String::from_utf8_lossy(&one.stderr));
            keys += String::from_utf8_lossy(&one.stdout).matches("xsk_").count();
        }
        assert_eq!(keys, 1, "{}", database.url);
    }
}

#[test]
fn a_database_that_cannot_be_meant_is_refused_without_its_password() {
    let folder = tempfile::tempdir().unwrap();
    for (url, said) in [
        ("mysql://u:s3cret@h/x", "not supported"),
        ("host=127.0.0.1 user=u password=s3cret sslmode=sometimes", "sslmode must be"),
        ("postgres://u:s3cret@127.0.0.1/x?sslmode=verify-full&sslrootcert=/nowhere.pem", "sslrootcert"),
        ("/nowhere/at/all/xushi.db", "folder"),
    ] {
        for command in ["check-config", "serve"] {
            let done = xushi(folder.path(), &[command])
                .env("DATABASE_URL", url)
                .stdout(std::process::Stdio::piped())
                .stderr(std::process::Stdio::piped())
                .output()
                .unwrap();
            let told =
                [done.stdout, done.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).concat();
            assert!(!done.status.success() && told.contains(said), "{command} {url}: {told}");
            assert!(!told.contains("s3cret"), "{command} {url}: {told}");
        }
    }
    let done = xushi(folder.path(), &["check-config"])
        .env("DATABASE_URL", "host=h user=u password='s3 cret' dbname=x")
        .stdout(std::process::Stdio::piped())
        .output()
        .unwrap();
    let told = String::from_utf8_lossy(&done.stdout).into_owned();
    assert!(done.status.success() && told.contains("postgres://u:***@h/x") && !told.contains("s3"), "{told}");
    let named = |entry: std::io::Result<std::fs::DirEntry>| {
        entry.unwrap().file_name().to_string_lossy().contains("host=")
    };
    assert!(!std::fs::read_dir(folder.path()).unwrap().any(named), "no file of that name");
}

#[actix_web::test]
async fn whoever_waits_for_a_lock_is_told_and_not_tried_again() {
    let Some(app) = TestApp::on_postgresql().await else { return };
    let Store::Pg(pool) = &app.store else { return };
    let mut one = checkout(pool).await.unwrap();
    one.batch_execute("BEGIN; LOCK TABLE units IN ACCESS EXCLUSIVE MODE").await.unwrap();
    let mut other = checkout(pool).await.unwrap();
    let waited = other.batch_execute("SET lock_timeout = '100ms'; SELECT 1 FROM units").await;
    let error = StoreError::from(waited.unwrap_err());
    assert!(matches!(error, StoreError::Held(_)) && !error.is_passing(), "{error}");
    one.batch_execute("ROLLBACK").await.unwrap();
}

both! {
    async fn every_answer_says_that_it_is_what_it_says(app: TestApp) {
        for path in ["/healthz", "/readyz", "/docs/", "/docs/index.css", "/nowhere", "/api/v1/units", "/api/v1/openapi.json"] {
            let answer = app.send(TestRequest::default().uri(path)).await;
            assert_eq!(answer.header("x-content-type-options"), "nosniff", "{path}");
            if path.starts_with("/docs") {
                assert_eq!(answer.header("x-frame-options"), "DENY", "{path}");
                let policy = answer.header("content-security-policy");
                assert!(policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"), "{policy}");
            }
        }
    }
}
