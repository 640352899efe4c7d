//! The chain over the audit: what was changed, taken out or cut off is named, whoever did it in the database itself.

use std::process::Stdio;

use chrono::TimeDelta;
use diesel_async::SimpleAsyncConnection as _;
use serde_json::json;
use uuid::Uuid;
use xushi::clock::Clock as _;
use xushi::jobs::{Job, Jobs};
use xushi::mail::outbox::MemoryOutbox;
use xushi::mail::transport::Transport;
use xushi::office::audit_chain::{self, AuditFinding, AuditVerdict};
use xushi::office::rows::{AuditHead, AuditRow, Page};
use xushi::office::types::Id;
use xushi::office::{Actor, warnings};
use xushi::store::Store;

use crate::support::process::xushi;
use crate::support::{TestApp, both};

const MANY: i64 = 100_000;

async fn execute(store: &Store, statement: &str) -> Result<(), diesel::result::Error> {
    match store {
        Store::Pg(pool) => pool.get().await.unwrap().batch_execute(statement).await,
        Store::Sqlite(pool) => pool.get().await.unwrap().batch_execute(statement).await,
    }
}

/// So many entries at once, as if they had been written by calls.
async fn fill(app: &TestApp, count: i64) {
    let columns = "(id, verb, path, status, request_id, created_at, actor, state_before, state_after)";
    let rest = "'PATCH', '/api/v1/units/' || n, 200, 'r' || n, '2025-08-27 01:00:00', '综合组', '{\"name\":\"甲' || n || '\"}', '{\"name\":\"乙' || n || '\"}'";
    let statement = match &app.store {
        Store::Pg(_) => format!(
            "INSERT INTO audit_events {columns} SELECT md5('audit' || n)::uuid, {} FROM generate_series(1, {count}) AS n",
            rest.replace("'2025-08-27 01:00:00'", "timestamp '2025-08-27 01:00:00'")
        ),
        Store::Sqlite(_) => format!(
            "WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < {count}) \
             INSERT INTO audit_events {columns} SELECT printf('%08x-0000-7000-8000-%012x', n / 7, n), {rest} FROM numbers"
        ),
    };
    execute(&app.store, &statement).await.unwrap();
}

/// The entries and seals become such as whoever owns the database can make them.
async fn unguarded(app: &TestApp, statement: &str) {
    let drop = match &app.store {
        Store::Pg(_) => {
            "DROP TRIGGER IF EXISTS audit_events_kept ON audit_events; DROP TRIGGER IF EXISTS audit_seals_kept ON audit_seals;"
        }
        Store::Sqlite(_) => {
            "DROP TRIGGER IF EXISTS audit_events_kept; DROP TRIGGER IF EXISTS audit_events_not_deleted; DROP TRIGGER IF EXISTS audit_seals_kept; DROP TRIGGER IF EXISTS audit_seals_not_deleted;"
        }
    };
    execute(&app.store, drop).await.unwrap();
    execute(&app.store, statement).await.unwrap();
}

async fn verify(app: &TestApp, heads: &[AuditHead]) -> AuditVerdict {
    audit_chain::verify(&app.office.read, heads, app.clock.timestamp()).await.unwrap()
}

async fn event_of(app: &TestApp, seq: i64) -> Uuid {
    app.store.list_sealed(seq - 1, 1).await.unwrap()[0].0.event_id.0
}

fn entry(app: &TestApp, path: &str) -> AuditRow {
    AuditRow {
        id: Id::of(app.clock.new_id()),
        api_key_id: None,
        letter_id: None,
        verb: "POST".to_owned(),
        path: path.to_owned(),
        status: 201,
        request_id: "r".to_owned(),
        created_at: app.clock.timestamp(),
        actor: None,
        address: None,
        subject: None,
        state_before: None,
        state_after: None,
        items: None,
        digest: None,
        code: None,
    }
}

both! {
    async fn a_hundred_thousand_entries_are_sealed_and_whatever_is_done_to_them_is_named(app: TestApp) {
        fill(&app, MANY).await;
        for guarded in ["UPDATE audit_events SET status = 500", "DELETE FROM audit_events", "UPDATE audit_seals SET seq = seq + 1000000", "DELETE FROM audit_seals"] {
            let empty = guarded.contains("seals");
            if empty { audit_chain::seal(&app.office).await.unwrap(); }
            assert!(execute(&app.store, guarded).await.is_err(), "{guarded}");
        }
        let head = app.store.find_audit_head().await.unwrap();
        let sealed = verify(&app, std::slice::from_ref(&head)).await;
        assert_eq!((sealed.checked, sealed.waiting, sealed.found.as_slice()), (MANY.unsigned_abs(), 0, &[][..]));
        assert_eq!(sealed.head, head);

        let (changed, removed) = (event_of(&app, 70_001).await, event_of(&app, 30_000).await);
        let id = |id: Uuid| format!("'{}'", id.hyphenated());
        unguarded(&app, &format!("UPDATE audit_events SET state_after = '{{}}' WHERE id = {}", id(changed))).await;
        unguarded(&app, &format!("DELETE FROM audit_events WHERE id = {}", id(removed))).await;
        let wrong = [
            AuditFinding::Missing { seq: 30_000, event_id: removed },
            AuditFinding::Broken { seq: 70_001, event_id: changed },
        ];
        assert_eq!(verify(&app, &[]).await.found, wrong);
        unguarded(&app, "DELETE FROM audit_seals WHERE seq BETWEEN 500 AND 502").await;
        // Whoever cuts the end off takes the entries with it; the rest is whole, and only the head kept outside tells.
        let tail = "SELECT event_id FROM audit_seals WHERE seq > 99990";
        unguarded(&app, &format!("DELETE FROM audit_events WHERE id IN ({tail}); DELETE FROM audit_seals WHERE seq > 99990")).await;
        let cut = AuditFinding::CutOff { seq: MANY, last: 99_990 };
        let found = verify(&app, std::slice::from_ref(&head)).await.found;
        assert_eq!((&found[0], found.last()), (&AuditFinding::NoSeals { from: 500, to: 502 }, Some(&cut)));
        assert_eq!(found.len(), 4, "{found:?}");
        // What is sealed after that does not hide it.
        fill_more(&app, 20).await;
        audit_chain::seal(&app.office).await.unwrap();
        let rewritten = AuditFinding::Rewritten { seq: MANY };
        assert!(verify(&app, &[head]).await.found.contains(&rewritten));
    }

    async fn what_is_committed_late_is_sealed_and_two_sealers_make_one_chain(app: TestApp) {
        if app.store.writes_side_by_side() {
            let mut late = app.store.begin().await.unwrap();
            late.record_audit(&entry(&app, "/late")).await.unwrap();
            app.store.record_audit(&entry(&app, "/early")).await.unwrap();
            assert_eq!(audit_chain::seal(&app.office).await.unwrap(), 1);
            late.commit().await.unwrap();
            assert_eq!(audit_chain::seal(&app.office).await.unwrap(), 1);
        }
        fill(&app, 2_500).await;
        let (one, two, three) = (app.office.clone(), app.office.clone(), app.office.clone());
        let sealers = (audit_chain::seal(&one), audit_chain::seal(&two), audit_chain::seal(&three));
        let (one, two, three) = futures_util::future::join3(sealers.0, sealers.1, sealers.2).await;
        assert_eq!(one.unwrap() + two.unwrap() + three.unwrap(), 2_500);
        assert_eq!(verify(&app, &[]).await.found, []);
    }

    async fn what_waits_too_long_or_vanishes_before_its_seal_is_named(app: TestApp) {
        let (waits, gone) = (entry(&app, "/waits"), entry(&app, "/gone"));
        app.store.record_audit(&waits).await.unwrap();
        app.store.record_audit(&gone).await.unwrap();
        assert_eq!(verify(&app, &[]).await.waiting, 2);
        app.clock.set(app.clock.now() + TimeDelta::minutes(2));
        let created_at = waits.created_at;
        let late = |row: &AuditRow| AuditFinding::Unsealed { event_id: row.id.0, created_at };
        assert_eq!(verify(&app, &[]).await.found, [late(&waits), late(&gone)]);
        unguarded(&app, &format!("DELETE FROM audit_events WHERE id = '{}'", gone.id.0.hyphenated())).await;
        assert_eq!(audit_chain::seal(&app.office).await.unwrap(), 1);
        assert_eq!(verify(&app, &[]).await.found, [AuditFinding::GoneUnsealed { event_id: gone.id.0 }]);
    }

    async fn letters_that_go_by_themselves_are_written_down_with_it(app: TestApp) {
        xushi::demo::load(&app.office).await.unwrap().unwrap();
        let fact = json!({"items": [{"measure": "入境旅游人次", "region": "430000", "figure": "yoy", "value": "12.5",
            "period": {"start": "2025-01-01", "end": "2025-07-31"}, "source": "月报", "published_on": "2025-08-20"}]});
        app.put("/observations", fact).await.expect(200);
        let done = warnings::run(&app.office, &Actor::job(), app.office.clock.today()).await.unwrap();
        assert!(!done.letters.is_empty());
        let rows = app.store.list_audit_events(&Default::default(), Page { limit: 500, after: None }).await.unwrap();
        let runs: Vec<_> = rows.iter().map(|(row, ..)| row).filter(|row| row.verb == "RUN").collect();
        let told: i32 = runs.iter().filter_map(|row| row.items).sum();
        assert_eq!(usize::try_from(told).unwrap(), done.letters.len(), "{runs:?}");
        assert!(runs.iter().all(|row| row.actor.as_deref() == Some("job") && row.digest.is_some()));
    }

    async fn the_command_prints_the_head_and_names_what_is_wrong(app: TestApp) {
        let folder = tempfile::tempdir().unwrap();
        let run = |arguments: &[&str]| {
            let mut command = xushi(folder.path(), arguments);
            let done = command.env("DATABASE_URL", app.url()).stdout(Stdio::piped()).stderr(Stdio::piped()).output().unwrap();
            (done.status.success(), String::from_utf8(done.stdout).unwrap(), String::from_utf8(done.stderr).unwrap())
        };
        fill(&app, 20).await;
        audit_chain::seal(&app.office).await.unwrap();
        let (done, head, _) = run(&["audit", "head"]);
        assert!(done && head.starts_with("20 "), "{head}");
        let file = folder.path().join("heads");
        std::fs::write(&file, &head).unwrap();
        let with_head = ["audit", "verify", "--head", file.to_str().unwrap()];
        let (whole, said, _) = run(&with_head);
        assert!(whole && said.contains("核对封存20条") && said.contains("与库外1个链头一致，未发现问题"), "{said}");
        let gone = event_of(&app, 3).await;
        unguarded(&app, &format!("DELETE FROM audit_events WHERE id = '{}'; DELETE FROM audit_seals WHERE seq > 18", gone.hyphenated())).await;
        let (whole, said, _) = run(&with_head);
        assert!(!whole && said.contains(&format!("第3号：记录{gone}已被删除。")), "{said}");
        assert!(said.contains("库外链头记有第20号，而库中只到第18号：末尾被截去。"), "{said}");
        std::fs::write(&file, "no head").unwrap();
        let (done, _, why) = run(&with_head);
        assert!(!done && why.contains("不是链头"), "{why}");
    }

    async fn the_head_is_kept_outside_once_a_day(app: TestApp) {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("heads");
        let jobs = app.jobs(Transport::Memory(MemoryOutbox::default()), "one");
        let jobs = Jobs { audit_head_file: Some(file.clone()), ..jobs };
        let seal = async || (Job::Seal.row().deed)(&jobs, &[], app.clock.now()).await.unwrap();
        fill(&app, 5).await;
        assert_eq!(seal().await, "sealed 5");
        assert_eq!(seal().await, "sealed 0");
        app.clock.set(app.clock.now() + TimeDelta::days(1));
        seal().await;
        let kept = std::fs::read_to_string(&file).unwrap();
        let heads: Vec<AuditHead> = kept.lines().filter_map(audit_chain::read_head).collect();
        assert_eq!((kept.lines().count(), heads.len(), heads[0].seq), (2, 2, 5), "{kept}");
        assert_eq!(verify(&app, &heads).await.found, []);
    }
}

/// More entries, after those of [`fill`].
async fn fill_more(app: &TestApp, count: usize) {
    for n in 0..count {
        app.store.record_audit(&entry(app, &format!("/more/{n}"))).await.unwrap();
    }
}
