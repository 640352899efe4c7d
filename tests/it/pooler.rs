//! PgBouncer before PostgreSQL: noticed when nobody has told of it, and worked with when somebody has.

use std::process::Stdio;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use crate::support::cluster::{Cluster, Place, pooler};
use crate::support::process::{Process, xushi};

#[test]
fn a_pooler_for_transactions_is_noticed_and_works_when_told_of() {
    let Some(place) = Place::with(&["pgbouncer"]) else { return };
    let cluster = Cluster::new(&place, "behind");
    let folder = tempfile::tempdir().unwrap();
    let port = pooler(&cluster, "transaction");
    let url = format!("postgres://xushi@127.0.0.1:{port}/x");
    for command in ["serve", "migrate", "evaluate"] {
        let refused = xushi(folder.path(), &[command])
            .env("DATABASE_URL", &url)
            .stderr(Stdio::piped())
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&refused.stderr).into_owned();
        assert!(!refused.status.success() && said.contains("database.pooler"), "{command}: {said}");
    }
    assert_eq!(
        cluster.ask("x", "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"),
        "0",
        "nothing was made"
    );

    let direct = cluster.url();
    let told = [
        ("DATABASE_URL", url.as_str()),
        ("XUSHI_DATABASE_POOLER", "transaction"),
        ("XUSHI_DATABASE_MIGRATION_URL", direct.as_str()),
    ];
    let replicas = [(), ()].map(|()| Process::start_with(folder.path(), &["serve"], &told));
    let seconds = std::env::var("POOLER_SECONDS").ok().and_then(|text| text.parse().ok()).unwrap_or(2);
    let (begun, written, read) = (Instant::now(), AtomicUsize::new(0), AtomicUsize::new(0));
    std::thread::scope(|scope| {
        for writer in 0..12 {
            let (process, written, read) = (&replicas[writer % 2], &written, &read);
            scope.spawn(move || {
                let mut n = 0;
                while begun.elapsed() < Duration::from_secs(seconds) {
                    n += 1;
                    let body = format!(r#"{{"name":"单位{writer}之{n}","region":"430000"}}"#);
                    let headers =
                        format!("Content-Type: application/json\r\nIdempotency-Key: {writer}-{n}\r\n");
                    let answer = process.call("POST", "/units", &headers, body.as_bytes());
                    assert!(answer.starts_with("HTTP/1.1 201"), "{answer}");
                    written.fetch_add(1, Ordering::Relaxed);
                    for path in
                        ["/units?limit=3", "/regions?limit=3", "/campaigns", "/letters?limit=2", "/overview"]
                    {
                        let answer = process.call("GET", path, "", b"");
                        assert!(answer.starts_with("HTTP/1.1 200"), "{path}: {answer}");
                        read.fetch_add(1, Ordering::Relaxed);
                    }
                }
            });
        }
    });
    let (written, read) = (written.into_inner(), read.into_inner());
    println!(
        "behind pgbouncer (transaction), two replicas, {seconds} s: {written} × 201, {read} × 200, 0 others"
    );
    assert_eq!(cluster.ask("x", "SELECT count(*) FROM units"), written.to_string());
    let facts = cluster.ask("x", "SELECT count(*) FROM pg_prepared_statements");
    assert_eq!(facts, "0");
    for process in replicas {
        assert!(!process.log().contains("prepared statement"), "{}", process.log());
        assert!(process.terminate().success());
    }

    // A pooler that lends whole sessions is none to us.
    let port = pooler(&cluster, "session");
    let url = format!("postgres://xushi@127.0.0.1:{port}/x");
    let process = Process::start_with(folder.path(), &["serve"], &[("DATABASE_URL", &url)]);
    assert!(process.call("GET", "/units?limit=1", "", b"").starts_with("HTTP/1.1 200"));
    assert!(process.terminate().success());
}
