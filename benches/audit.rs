//! The audit verified against hashing the same bytes alone: `cargo bench --bench audit [-- COUNT]`.
//!
//! A throw-away SQLite file holds COUNT entries (100,000 unless told), of the size that changes of units have, sealed. The yardstick is
//! SHA-256 over the bytes that the chain hashes, entry by entry, ready in memory. Against it stand the walk along the chain over
//! rows in memory (the form made, hashed, compared), and the whole `xushi audit verify` with its reads. Rounds alternate;
//! the middle ratio counts.
#![expect(clippy::unwrap_used, reason = "a bench that cannot run must say so")]

use std::hint::black_box;
use std::time::Instant;

use diesel_async::SimpleAsyncConnection as _;
use sha2::{Digest as _, Sha256};
use xushi::clock::{Clock as _, SystemClock};
use xushi::office::audit_chain::{AuditWalk, verify};
use xushi::office::rows::{AuditHead, SealedAudit};
use xushi::store::Store;

const ROUNDS: usize = 7;

async fn sealed(store: &Store, count: usize) -> Vec<SealedAudit> {
    let Store::Sqlite(pool) = store else { unreachable!("the address is a file") };
    let fill = format!(
        "WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < {count}) \
         INSERT INTO audit_events (id, verb, path, status, request_id, created_at, actor, address, subject, state_before, state_after) \
         SELECT printf('01990000-0000-7000-8000-%012x', n), 'PATCH', printf('/api/v1/units/01990000-0000-7000-8000-%012x', n), 200, \
         printf('%032x', n), '2025-08-27 01:00:00', '综合组', '10.1.2.3', printf('unit 01990000-0000-7000-8000-%012x', n), \
         '{{\"name\":\"省商务厅' || n || '\",\"revision\":1}}', '{{\"name\":\"湖南省商务厅' || n || '\",\"revision\":2}}' FROM numbers"
    );
    pool.get().await.unwrap().batch_execute(&fill).await.unwrap();
    while store.seal_audit(1_000, SystemClock.timestamp()).await.unwrap() > 0 {}
    store.list_sealed(0, i64::MAX).await.unwrap()
}

fn middle(mut ratios: Vec<f64>) -> f64 {
    ratios.sort_by(f64::total_cmp);
    ratios[ratios.len() / 2]
}

#[tokio::main]
async fn main() {
    let count = std::env::args().skip(1).find_map(|word| word.parse().ok()).unwrap_or(100_000);
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path().join("audit.db").to_str().unwrap(), 1).unwrap();
    store.migrate().await.unwrap();
    let rows = sealed(&store, count).await;
    let mut before = AuditHead::none();
    let bytes: Vec<Vec<u8>> = rows
        .iter()
        .map(|(seal, row)| {
            let bytes = row.as_ref().unwrap().to_sealed_bytes(&before.hash, seal.seq);
            before = AuditHead { seq: seal.seq, hash: seal.hash.clone() };
            bytes
        })
        .collect();
    let total: usize = bytes.iter().map(Vec::len).sum();
    println!("{count} entries, {} bytes each", total / count);
    let (mut walks, mut wholes) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        let begun = Instant::now();
        for one in &bytes {
            black_box(Sha256::digest(one));
        }
        let alone = begun.elapsed().as_secs_f64();
        let begun = Instant::now();
        let mut walk = AuditWalk::new(&[]);
        rows.iter().for_each(|one| walk.step(one));
        let verdict = walk.end();
        let walked = begun.elapsed().as_secs_f64();
        assert!(verdict.found.is_empty() && verdict.checked == count as u64, "{verdict:?}");
        let begun = Instant::now();
        let verdict = verify(&store.reader(), &[], SystemClock.timestamp()).await.unwrap();
        let whole = begun.elapsed().as_secs_f64();
        assert!(verdict.found.is_empty() && verdict.checked == count as u64, "{verdict:?}");
        println!("hashing {alone:.3} s, walk in memory {walked:.3} s, verify with its reads {whole:.3} s");
        walks.push(alone / walked);
        wholes.push(alone / whole);
    }
    println!("walk in memory {:.2} of hashing alone (at least 0.2)", middle(walks));
    println!("verify with its reads {:.2} of hashing alone", middle(wholes));
}
