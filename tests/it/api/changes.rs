//! All changes in one order: whoever follows them has everything in the end, whoever else writes.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use diesel_async::SimpleAsyncConnection as _;
use serde_json::{Value, json};
use xushi::clock::Clock as _;
use xushi::store::{Store, checkout};

use crate::support::{TestApp, both};

const PLAN: &str = r#"{
    "units": [{"name": "市商务局", "region": "430600"}, {"name": "市统计局", "region": "430600"}],
    "contacts": [{"unit": "市商务局", "name": "张三", "email": "zhangsan@example.org", "role": "liaison", "valid_from": "2025-01-01"}],
    "measures": [{"name": "社零", "unit": "亿元", "basis": "cumulative", "better": "higher", "frequency": "monthly", "release_day": 20}],
    "campaigns": [{"name": "内需攻坚", "region": "430600", "starts_on": "2025-01-01", "ends_on": "2025-12-31", "issuer_name": "综合协调组", "letter_mark": "岳攻坚函",
        "tasks": [{"name": "消费", "responsibilities": [{"unit": "市商务局", "role": "lead"}],
            "indicators": [{"measure": "社零", "region": "430600", "target": {"phrase": "增长5.5%"}}]}]}]
}"#;

/// A small plan with one indicator and its figure, on 21 August 2025.
pub(crate) async fn sample(app: &TestApp) {
    app.clock.set("2025-08-21T01:00:00Z".parse().unwrap());
    app.put("/plans", serde_json::from_str(PLAN).unwrap()).await.expect(200);
    report(app, "2.0").await;
}

async fn report(app: &TestApp, value: &str) {
    let fact = json!({"measure": "社零", "region": "430600", "period": {"start": "2025-01-01", "end": "2025-07-31"}, "figure": "yoy",
        "value": value, "source": "月报", "published_on": "2025-08-20"});
    app.put("/observations", json!({"items": [fact]})).await.expect(200);
}

/// Waits until every transaction that is open now is over, whoever in the cluster has begun it: other tests hold changes back, too.
pub(crate) async fn settle(app: &TestApp) {
    use diesel_async::RunQueryDsl as _;
    #[derive(diesel::QueryableByName)]
    struct Number {
        #[diesel(sql_type = diesel::sql_types::BigInt)]
        number: i64,
    }
    let Store::Pg(pool) = &app.store else { return };
    let mut conn = checkout(pool).await.unwrap();
    let now = diesel::sql_query("SELECT pg_current_xact_id()::text::bigint AS number");
    let now: Number = now.get_result(&mut *conn).await.unwrap();
    for _ in 0..3_000 {
        let oldest =
            diesel::sql_query("SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint AS number");
        let oldest: Number = oldest.get_result(&mut *conn).await.unwrap();
        if oldest.number > now.number {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    panic!("a transaction stays open");
}

/// Follows the feed from a cursor to its end, once all is settled; gives what was told, in order, and the last cursor.
async fn follow(app: &TestApp, cursor: Option<&str>, limit: usize, kinds: &str) -> (Vec<Value>, String) {
    settle(app).await;
    follow_now(app, cursor, limit, kinds).await
}

/// The same of what is settled now.
async fn follow_now(app: &TestApp, cursor: Option<&str>, limit: usize, kinds: &str) -> (Vec<Value>, String) {
    let (mut told, mut cursor) = (Vec::new(), cursor.map(str::to_owned));
    loop {
        let after = cursor.as_deref().map(|cursor| format!("&after={cursor}")).unwrap_or_default();
        let page = app.get(&format!("/changes?limit={limit}{kinds}{after}")).await.expect(200);
        told.extend(page["items"].as_array().unwrap().iter().cloned());
        cursor = Some(page["cursor"].as_str().unwrap().to_owned());
        if page["more"] == json!(false) {
            return (told, cursor.unwrap());
        }
    }
}

fn kinds(told: &[Value]) -> Vec<&str> {
    told.iter().map(|one| one["kind"].as_str().unwrap()).collect()
}

/// A copy that is kept by what the feed tells.
fn keep(copy: &mut BTreeMap<String, Value>, told: &[Value]) {
    for one in told {
        copy.insert(format!("{} {}", one["kind"], one["id"]), one["data"].clone());
    }
}

const KINDS: &str =
    "&kind=unit,contact,measure,campaign,task,indicator,observation,assessment,episode,letter,delivery,reply";

both! {
    async fn whoever_follows_has_everything_in_the_order_of_its_making(app: TestApp) {
        sample(&app).await;
        app.post("/warning-runs", json!({"as_of": "2025-08-21"})).await.expect(200);
        let (told, cursor) = follow(&app, None, 3, KINDS).await;
        let mut all = kinds(&told);
        all.dedup();
        assert_eq!(all[..6], ["unit", "contact", "measure", "campaign", "task", "indicator"], "{all:?}");
        for kind in ["observation", "assessment", "episode", "letter", "delivery"] {
            assert!(all.contains(&kind), "{kind} in {all:?}");
        }
        // What it shows is what the lists show.
        for (kind, list) in [("unit", "/units"), ("task", "/tasks"), ("indicator", "/indicators"), ("observation", "/observations"), ("episode", "/episodes"), ("letter", "/letters"), ("delivery", "/deliveries"), ("contact", "/contacts"), ("campaign", "/campaigns"), ("measure", "/measures")] {
            let mut items = app.get(list).await.expect(200)["items"].as_array().unwrap().clone();
            for item in &mut items {
                // What passes by itself is no change, and nobody would be told of its end.
                for passing in ["updating", "waiting_days"] {
                    item.as_object_mut().unwrap().remove(passing);
                }
            }
            let shown: Vec<&Value> = told.iter().filter(|one| one["kind"] == kind).map(|one| &one["data"]).collect();
            assert_eq!(shown, items.iter().collect::<Vec<_>>(), "{kind}");
        }
        // At the end it can be gone on from, and there is nothing.
        let (nothing, cursor) = follow(&app, Some(&cursor), 100, KINDS).await;
        assert_eq!(nothing, [] as [Value; 0]);
        // Each later change once, whatever it was; retirement and withdrawal too.
        let id_of = |list: &'static str| { let app = &app; async move { app.get(list).await.expect(200)["items"][0]["id"].as_str().unwrap().to_owned() } };
        let letter = id_of("/letters").await;
        app.post(&format!("/letters/{letter}/receipt"), json!({"person": "李四"})).await.expect(201);
        let reply = json!({"cause": "基数高", "person": "李四", "phone": "0730-0000000", "remedies": [{"action": "促消费", "due_on": "2025-09-30"}]});
        let reply = app.post(&format!("/letters/{letter}/replies"), reply).await.expect(201);
        let (told, cursor) = follow(&app, Some(&cursor), 100, KINDS).await;
        assert_eq!(kinds(&told), ["letter", "reply"], "{told:?}");
        app.post(&format!("/letters/{letter}/replies/{}/review", reply["id"].as_str().unwrap()), json!({"verdict": "returned", "reason": "不具体"})).await.expect(201);
        let (told, cursor) = follow(&app, Some(&cursor), 100, KINDS).await;
        let reviewed = told.iter().find(|one| one["kind"] == "reply").unwrap();
        assert_eq!(reviewed["data"]["review"]["verdict"], "returned");
        let observation = id_of("/observations").await;
        app.post(&format!("/observations/{observation}/withdrawal"), json!({"reason": "录错"})).await.expect(200);
        let indicator = id_of("/indicators").await;
        app.post(&format!("/indicators/{indicator}/retirement"), json!({"reason": "不再考核"})).await.expect(200);
        let (told, cursor) = follow(&app, Some(&cursor), 100, KINDS).await;
        let by_kind = |kind: &str| told.iter().find(|one| one["kind"] == kind).unwrap_or_else(|| panic!("{kind}: {told:?}"))["data"].clone();
        assert_eq!((&by_kind("observation")["withdrawn_reason"], &by_kind("indicator")["retired_on"]), (&json!("录错"), &json!("2025-08-21")));
        // Parts that are shown with a task.
        let unit = app.get("/units?name_contains=%E5%95%86%E5%8A%A1").await.expect(200)["items"][0]["id"].as_str().unwrap().to_owned();
        app.post(&format!("/units/{unit}/merger"), json!({"into": "市统计局", "reason": "机构改革"})).await.expect(200);
        let (told, _) = follow(&app, Some(&cursor), 100, "&kind=task").await;
        assert_eq!(told[0]["data"]["responsibilities"][0]["name"], "市统计局", "{told:?}");
    }

    async fn a_copy_that_is_kept_while_others_write_is_whole_in_the_end(app: TestApp) {
        sample(&app).await;
        let regions: Vec<String> = {
            let all = app.get("/regions?parent=430600&limit=500").await.expect(200);
            all["items"].as_array().unwrap().iter().map(|row| row["code"].as_str().unwrap().to_owned()).collect()
        };
        let load = async {
            for turn in 0..6 {
                let writes = (0..4).map(|writer| {
                    let items: Vec<Value> = regions.iter().map(|region| json!({"measure": "社零", "region": region, "period": {"start": "2025-01-01", "end": format!("2025-0{}-{}", writer + 3, if writer == 1 || writer == 3 { 30 } else { 31 })}, "figure": "yoy", "value": format!("{turn}.{writer}"), "source": "月报", "published_on": "2025-08-20"})).collect();
                    app.put("/observations", json!({"items": items}))
                });
                for answer in futures_util::future::join_all(writes).await {
                    assert_eq!(answer.status, 200, "{}", String::from_utf8_lossy(&answer.bytes));
                }
            }
        };
        let copying = async {
            let (mut copy, mut cursor) = (BTreeMap::new(), None::<String>);
            for _ in 0..40 {
                let (told, at) = follow_now(&app, cursor.as_deref(), 7, "&kind=observation").await;
                keep(&mut copy, &told);
                cursor = Some(at);
                tokio::time::sleep(std::time::Duration::from_millis(5)).await;
            }
            (copy, cursor)
        };
        let ((), (mut copy, cursor)) = futures_util::future::join(load, copying).await;
        let (told, _) = follow(&app, cursor.as_deref(), 500, "&kind=observation").await;
        keep(&mut copy, &told);
        let (mut stored, mut after) = (0, String::new());
        loop {
            let page = app.get(&format!("/observations?limit=500{after}")).await.expect(200);
            for row in page["items"].as_array().unwrap() {
                assert_eq!(copy.get(&format!("\"observation\" {}", row["id"])), Some(row));
                stored += 1;
            }
            let Some(next) = page["next_cursor"].as_str() else { break };
            after = format!("&cursor={next}");
        }
        assert_eq!(copy.len(), stored);
        assert!(stored > 6 * 4 * regions.len() / 2, "{stored}");
    }

    async fn what_is_committed_late_is_not_missed(app: TestApp) {
        sample(&app).await;
        let (_, cursor) = follow(&app, None, 500, KINDS).await;
        let Store::Pg(pool) = &app.store else { return };
        // A writer that holds its change open while another one commits.
        let mut slow = checkout(pool).await.unwrap();
        slow.batch_execute("BEGIN; UPDATE units SET credit_code = NULL WHERE name = '市商务局'").await.unwrap();
        app.post("/units", json!({"name": "市财政局", "region": "430600"})).await.expect(201);
        let (told, cursor) = follow_now(&app, Some(&cursor), 500, "&kind=unit").await;
        assert_eq!(told, [] as [Value; 0], "what comes after what is being written waits for it");
        slow.batch_execute("COMMIT").await.unwrap();
        drop(slow);
        let (told, _) = follow(&app, Some(&cursor), 500, "&kind=unit").await;
        let names: Vec<&str> = told.iter().map(|one| one["data"]["name"].as_str().unwrap()).collect();
        assert_eq!(names, ["市商务局", "市财政局"]);
    }

    async fn a_cursor_holds_for_thirty_days_and_for_its_database(app: TestApp) {
        sample(&app).await;
        let (_, cursor) = follow(&app, None, 500, KINDS).await;
        let path = format!("/changes?after={cursor}");
        app.clock.set(app.clock.now() + chrono::TimeDelta::days(30));
        app.get(&path).await.expect(200);
        app.clock.set(app.clock.now() + chrono::TimeDelta::days(1));
        app.get(&path).await.problem(410, "cursor_expired", "after");
        // A place ahead of all that has changed is none of this database.
        let (_, cursor) = follow(&app, None, 500, KINDS).await;
        let mut place: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(&cursor).unwrap()).unwrap();
        app.get(&format!("/changes?after={}", URL_SAFE_NO_PAD.encode(place.to_string()))).await.expect(200);
        place[1] = json!(place[1].as_i64().unwrap() + 1_000_000);
        app.get(&format!("/changes?after={}", URL_SAFE_NO_PAD.encode(place.to_string()))).await.problem(410, "cursor_expired", "after");
        app.get("/changes?after=zzz").await.problem(400, "malformed_query", "after");
        app.get("/changes?limit=0").await.problem(400, "malformed_query", "limit");
        app.get("/changes?kind=colour").await.problem(400, "malformed_query", "kind");
        // A database that was restored elsewhere has numbers ahead of its own count.
        let (_, cursor) = follow(&app, None, 500, KINDS).await;
        assert!(!app.store.renumber_changes(2).await.unwrap());
        // Nor is a writer beside it taken for one from elsewhere.
        for turn in 0..5 {
            let unit = json!({"name": format!("科室{turn}"), "region": "430600"});
            let (made, renumbered) = futures_util::future::join(app.post("/units", unit), app.store.renumber_changes(2)).await;
            made.expect(201);
            assert!(!renumbered.unwrap());
        }
        let Store::Pg(pool) = &app.store else { return };
        let ahead = "ALTER TABLE units DISABLE TRIGGER units_changed; UPDATE units SET changed_in = 9000000000000; ALTER TABLE units ENABLE TRIGGER units_changed";
        checkout(pool).await.unwrap().batch_execute(ahead).await.unwrap();
        assert!(app.store.renumber_changes(2).await.unwrap());
        app.get(&format!("/changes?after={cursor}")).await.problem(410, "cursor_expired", "after");
        let (told, _) = follow(&app, None, 500, "&kind=unit").await;
        assert_eq!(told.len(), 7);
    }

    async fn lists_obey_updated_after_or_refuse_it(app: TestApp) {
        sample(&app).await;
        app.post("/warning-runs", json!({"as_of": "2025-08-21"})).await.expect(200);
        let indicator = app.get("/indicators").await.expect(200)["items"][0]["id"].as_str().unwrap().to_owned();
        for list in ["/units", "/contacts", "/measures", "/campaigns", "/tasks", "/indicators", "/assessments", "/observations", "/episodes", "/letters", "/deliveries", "/incidents", "/silences", "/rule-packs", "/warning-runs", "/regions"] {
            let far = app.get(&format!("{list}?updated_after=2099-01-01T00:00:00Z")).await.expect(200);
            assert_eq!(far["items"], json!([]), "{list}");
        }
        let letter = app.get("/letters").await.expect(200)["items"][0]["id"].as_str().unwrap().to_owned();
        for list in [format!("/webhooks/{letter}/events"), format!("/letters/{letter}/replies"), format!("/letters/{letter}"), format!("/indicators/{indicator}/assessments"), format!("/indicators/{indicator}/verdicts"), format!("/indicators/{indicator}/revisions"), "/ledger".to_owned()] {
            app.get(&format!("{list}?updated_after=2099-01-01T00:00:00Z")).await.problem(400, "malformed_query", "updated_after");
        }
        for list in ["/letters", "/deliveries", "/episodes", "/indicators"] {
            assert!(app.get(list).await.expect(200)["items"][0]["updated_at"].is_string(), "{list}");
        }
    }
}
