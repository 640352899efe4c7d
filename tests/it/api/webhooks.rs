//! Webhooks: told at least once and under one id, whatever the other side or our own process does; nobody is told what its role may
//! not see, and nothing of this machine is reached by a name.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use actix_web::http::Method;
use chrono::TimeDelta;
use diesel_async::SimpleAsyncConnection as _;
use serde_json::{Value, json};
use xushi::clock::Clock as _;
use xushi::domain::webhook::{AllowList, HOOK_ATTEMPTS_MAX};
use xushi::hooks::HookClient;
use xushi::jobs::notify::{Notified, notify as notify_now};
use xushi::jobs::{JobError, Jobs};
use xushi::mail::outbox::MemoryOutbox;
use xushi::mail::transport::Transport;
use xushi::office::webhook_outbox::signature;
use xushi::store::Store;

use crate::api::changes::settle;
use crate::support::hook_sink::{Answers, HookSink};
use crate::support::{TestApp, both};

/// Jobs whose requests may go to this machine, and take no longer than two seconds.
fn jobs(app: &TestApp, holder: &str) -> Jobs {
    let allowed = Arc::new(AllowList::parse("127.0.0.0/8").unwrap());
    let hooks = HookClient::new(allowed, None, Duration::from_secs(2)).unwrap();
    Jobs { hooks, ..app.jobs(Transport::Memory(MemoryOutbox::default()), holder) }
}

/// Once all that was written is settled: on PostgreSQL other tests hold changes back, too.
async fn notify(app: &TestApp, jobs: &Jobs) -> Result<Notified, JobError> {
    settle(app).await;
    notify_now(jobs).await
}

async fn make(app: &TestApp, name: &str, url: &str, kinds: Value) -> Value {
    app.post("/webhooks", json!({"name": name, "url": url, "kinds": kinds, "role": "coordinator"}))
        .await
        .expect(201)
}

async fn unit(app: &TestApp, name: &str) -> Value {
    app.post("/units", json!({"name": name, "region": "430000"})).await.expect(201)
}

async fn events(app: &TestApp, hook: &Value, query: &str) -> Vec<Value> {
    let path = format!("/webhooks/{}/events?limit=500{query}", hook["id"].as_str().unwrap());
    app.get(&path).await.expect(200)["items"].as_array().unwrap().clone()
}

async fn post(app: &TestApp, hook: &Value, what: &str, body: Value) -> Value {
    app.post(&format!("/webhooks/{}/{what}", hook["id"].as_str().unwrap()), body).await.expect(200)
}

/// Lets time pass until what waits is due.
fn later(app: &TestApp, minutes: i64) {
    app.clock.set(app.clock.now() + TimeDelta::minutes(minutes));
}

both! {
    async fn what_changes_is_told_once_signed_and_thin(app: TestApp) {
        let sink = HookSink::start(Answers::Status(204)).await;
        unit(&app, "以前的单位").await;
        let hook = make(&app, "督查", &sink.url("/in?x=1"), json!(["unit", "letter"])).await;
        let secret = hook["secret"].as_str().unwrap();
        assert!(secret.starts_with("whsec_"));
        let shown = app.get(&format!("/webhooks/{}", hook["id"].as_str().unwrap())).await.expect(200);
        assert!(!shown.to_string().contains(secret) && !app.get("/webhooks").await.expect(200).to_string().contains("whsec_"));
        let one = jobs(&app, "one");
        assert_eq!(notify(&app, &one).await.unwrap(), Notified::default(), "what was there before is not told");
        let made = unit(&app, "省商务厅").await;
        app.post("/measures", json!({"name": "社零", "unit": "亿元", "basis": "cumulative", "better": "higher", "frequency": "monthly"})).await.expect(201);
        assert_eq!(notify(&app, &one).await.unwrap(), Notified { taken: 1, failed: 0 });
        assert_eq!(notify(&app, &jobs(&app, "two")).await.unwrap(), Notified::default());
        let got = sink.taken();
        let (request, body) = (&got[0], got[0].json());
        assert_eq!((got.len(), &*request.line), (1, "POST /in?x=1 HTTP/1.1"));
        assert_eq!((&body["specversion"], &body["type"], &body["subject"]), (&json!("1.0"), &json!("xushi.unit.changed"), &made["id"]));
        assert_eq!(body["data"], json!({"kind": "unit", "id": made["id"], "address": format!("/api/v1/units/{}", made["id"].as_str().unwrap())}));
        assert!(!request.body.contains("省商务厅"), "nothing of what changed is told");
        let (id, at) = (&request.headers["webhook-id"], &request.headers["webhook-timestamp"]);
        assert_eq!((json!(id), &*request.headers["content-type"]), (body["id"].clone(), "application/cloudevents+json; charset=utf-8"));
        let expected = signature(secret, &format!("{id}.{at}.{}", request.body)).unwrap();
        assert_eq!(request.headers["webhook-signature"], expected);
        let event = &events(&app, &hook, "").await[0];
        assert_eq!((&event["state"], &event["status"], &event["attempts"]), (&json!("delivered"), &json!(204), &json!(1)));
    }

    async fn every_way_to_fail_loses_nothing_and_repeats_under_the_same_id(app: TestApp) {
        let ways = [
            ("refused", Answers::Refuse),
            ("hang", Answers::Hang),
            ("500", Answers::Status(500)),
            ("429", Answers::RetryAfter(429, 600)),
            ("301", Answers::Redirect),
            ("cut", Answers::Cut),
            ("tls", Answers::NoTls),
            ("404", Answers::Status(404)),
        ];
        let one = jobs(&app, "one");
        for (name, answers) in ways {
            let sink = HookSink::start(answers).await;
            let secure = matches!(answers, Answers::NoTls);
            let url = if secure { sink.url("/").replace("http:", "https:") } else { sink.url("/") };
            let hook = make(&app, name, &url, json!(["unit"])).await;
            unit(&app, &format!("单位{name}")).await;
            assert_eq!(notify(&app, &one).await.unwrap(), Notified { taken: 0, failed: 1 }, "{name}");
            let event = &events(&app, &hook, "&state=pending").await[0];
            assert_eq!(event["attempts"], 1, "{name}: {event}");
            assert_eq!(notify(&app, &one).await.unwrap(), Notified::default(), "{name}: not at once again");
            if name == "429" {
                later(&app, 5);
                assert_eq!(notify(&app, &one).await.unwrap(), Notified::default(), "it asked for ten minutes");
            }
            assert_eq!(sink.elsewhere(), 0, "{name}: a redirect is not followed");
            let first = sink.ids();
            sink.answer(Answers::Status(200)).await;
            later(&app, 15);
            if secure {
                // A line without TLS stays what it is: the address is mended, and the event keeps its id.
                let path = format!("/webhooks/{}", hook["id"].as_str().unwrap());
                let tag = app.get(&path).await.header("etag");
                let request = app.request(Method::PATCH, &path).insert_header(("if-match", tag));
                app.send(request.set_json(json!({"url": sink.url("/")}))).await.expect(200);
            }
            assert_eq!(notify(&app, &one).await.unwrap(), Notified { taken: 1, failed: 0 }, "{name}");
            let ids = sink.ids();
            assert!(ids.iter().chain(&first).all(|id| *id == event["id"].as_str().unwrap()), "{name}: {ids:?}");
            post(&app, &hook, "retirement", json!({"reason": "试完"})).await;
        }
    }

    async fn an_answer_that_drips_holds_nobody_and_410_ends_the_webhook(app: TestApp) {
        let one = jobs(&app, "one");
        let sink = HookSink::start(Answers::SlowBody).await;
        let hook = make(&app, "慢", &sink.url("/"), json!(["unit"])).await;
        unit(&app, "甲单位").await;
        assert_eq!(notify(&app, &one).await.unwrap(), Notified { taken: 1, failed: 0 });
        sink.answer(Answers::Status(410)).await;
        unit(&app, "乙单位").await;
        assert_eq!(notify(&app, &one).await.unwrap(), Notified { taken: 0, failed: 1 });
        let shown = app.get(&format!("/webhooks/{}", hook["id"].as_str().unwrap())).await.expect(200);
        assert!(shown["retired_reason"].as_str().unwrap().contains("410"), "{shown}");
        assert_eq!(events(&app, &hook, "&state=failed").await.len(), 1);
        app.post(&format!("/webhooks/{}/test", hook["id"].as_str().unwrap()), json!({})).await.problem(409, "conflict", "");
    }

    async fn what_is_given_up_is_seen_and_told_again_from_a_moment(app: TestApp) {
        let one = jobs(&app, "one");
        let sink = HookSink::start(Answers::Status(500)).await;
        let hook = make(&app, "督查", &sink.url("/"), json!(["unit"])).await;
        let begun = app.clock.now();
        unit(&app, "甲单位").await;
        for _ in 0..HOOK_ATTEMPTS_MAX {
            assert_eq!(notify(&app, &one).await.unwrap(), Notified { taken: 0, failed: 1 });
            later(&app, 5 * 60);
        }
        assert_eq!(notify(&app, &one).await.unwrap(), Notified::default());
        let dead = events(&app, &hook, "&state=failed").await;
        assert!(dead[0]["outcome"].as_str().unwrap().contains("不再自动重发"), "{dead:?}");
        sink.answer(Answers::Status(200)).await;
        assert_eq!(post(&app, &hook, "replay", json!({"since": begun})).await["events"], 1);
        assert_eq!(notify(&app, &one).await.unwrap(), Notified { taken: 1, failed: 0 });
        assert_eq!(events(&app, &hook, "&state=delivered").await[0]["id"], dead[0]["id"]);
        assert_eq!(post(&app, &hook, "replay", json!({"since": app.clock.now()})).await["events"], 0);
    }

    async fn a_new_secret_signs_beside_the_old_one_for_a_day_and_a_test_tells_of_nothing(app: TestApp) {
        let one = jobs(&app, "one");
        let sink = HookSink::start(Answers::Status(200)).await;
        let hook = make(&app, "督查", &sink.url("/"), json!(["unit"])).await;
        let rotated = post(&app, &hook, "rotation", json!({})).await;
        let signatures = async |hours: i64| {
            app.clock.set(app.clock.now() + TimeDelta::hours(hours));
            post(&app, &hook, "test", json!({})).await;
            assert_eq!(notify(&app, &one).await.unwrap(), Notified { taken: 1, failed: 0 });
            sink.taken().last().unwrap().clone()
        };
        let both = signatures(1).await;
        let content = format!("{}.{}.{}", both.headers["webhook-id"], both.headers["webhook-timestamp"], both.body);
        let by = |secret: &Value| signature(secret.as_str().unwrap(), &content).unwrap();
        assert_eq!(both.headers["webhook-signature"], format!("{} {}", by(&rotated["secret"]), by(&hook["secret"])));
        assert_eq!(both.json()["type"], "xushi.webhook.test");
        let alone = signatures(24).await;
        assert_eq!(alone.headers["webhook-signature"].split(' ').count(), 1);
    }

    async fn a_repeat_shows_no_secret_and_makes_no_second_one_and_nothing_is_cleared(app: TestApp) {
        let ask = |path: &str, body: Value| app.request(Method::POST, path).insert_header(("idempotency-key", path.replace('/', "-"))).set_json(body);
        let body = json!({"name": "督查", "url": "http://127.0.0.1:9/x", "kinds": ["unit"], "role": "reader"});
        let made = app.send(ask("/webhooks", body.clone())).await.expect(201);
        app.send(ask("/webhooks", body)).await.problem(409, "answer_lost", "");
        let path = format!("/webhooks/{}", made["id"].as_str().unwrap());
        let rotation = format!("{path}/rotation");
        app.send(ask(&rotation, json!({}))).await.expect(200);
        app.send(ask(&rotation, json!({}))).await.problem(409, "answer_lost", "");
        assert_eq!(app.get("/webhooks").await.expect(200)["items"].as_array().unwrap().len(), 1);
        for field in ["name", "url", "kinds"] {
            app.patch(&path, json!({field: null})).await.problem(422, "invalid", &format!("/{field}"));
        }
        // A database that was set back: whoever follows is told to read all again.
        let ahead = "UPDATE webhooks SET seq = seq + 1000000";
        match &app.store {
            Store::Pg(pool) => pool.get().await.unwrap().batch_execute(ahead).await.unwrap(),
            Store::Sqlite(pool) => pool.get().await.unwrap().batch_execute(ahead).await.unwrap(),
        }
        notify(&app, &jobs(&app, "one")).await.unwrap();
        let kinds: Vec<_> = events(&app, &made, "").await.into_iter().map(|event| event["kind"].clone()).collect();
        assert_eq!(kinds, ["restart"]);
    }

    async fn a_worker_that_dies_loses_nothing(app: TestApp) {
        let sink = HookSink::start(Answers::Status(200)).await;
        let hook = make(&app, "督查", &sink.url("/"), json!(["unit"])).await;
        for n in 0..30 {
            unit(&app, &format!("单位{n}")).await;
        }
        // Cut off at many moments, as a process is by a kill: what was claimed stays claimed until its lease is over.
        for round in 0..40_u64 {
            let worker = jobs(&app, &format!("worker {round}"));
            let _ = tokio::time::timeout(Duration::from_micros(500 + round * 700), notify_now(&worker)).await;
            if round % 3 == 0 {
                later(&app, 3);
            }
        }
        for _ in 0..10 {
            later(&app, 300);
            notify(&app, &jobs(&app, "last")).await.unwrap();
        }
        let all = events(&app, &hook, "").await;
        assert!(all.len() == 30 && all.iter().all(|one| one["state"] == "delivered"), "{all:?}");
        let mut bodies: HashMap<String, Vec<String>> = HashMap::new();
        for request in sink.taken() {
            bodies.entry(request.headers["webhook-id"].clone()).or_default().push(request.body.clone());
        }
        assert_eq!(bodies.len(), 30, "each once at least, and under its id");
        assert!(bodies.values().all(|same| same.iter().all(|one| one == &same[0])));
    }

    async fn nobody_but_administrators_makes_one_and_only_where_it_is_allowed(app: TestApp) {
        let body = |url: &str| json!({"name": "督查", "url": url, "kinds": ["unit"], "role": "reader"});
        for url in ["http://10.0.0.1/", "http://[::1]/"] {
            let refused = app.post("/webhooks", body(url)).await;
            refused.problem(422, "invalid", "/url");
            assert!(refused.json()["errors"][0]["detail"].as_str().unwrap().contains("webhooks.allow"), "{url}");
        }
        app.post("/webhooks", body("ftp://127.0.0.1/")).await.problem(422, "invalid", "/url");
        app.post("/webhooks", json!({"name": "a", "url": "http://127.0.0.1/", "kinds": ["reply"], "role": "reader"})).await.problem(422, "invalid", "/kinds");
        app.post("/webhooks", json!({"name": "a", "url": "http://127.0.0.1/", "kinds": [], "role": "reader"})).await.problem(422, "invalid", "/kinds");
        app.post("/webhooks", json!({"name": "a", "url": "http://127.0.0.1/", "kinds": ["unit"], "role": "administrator"})).await.problem(422, "invalid", "/role");
        let coordinator = app.new_key("coordinator", None).await;
        let request = app.request_as(&coordinator, Method::POST, "/webhooks").set_json(body("http://127.0.0.1/"));
        app.send(request).await.problem(403, "forbidden", "");
        // A name that leads to this machine is not connected to, wherever it was listed.
        let allowed = Arc::new(AllowList::parse("localhost").unwrap());
        let hooks = HookClient::new(allowed, None, Duration::from_secs(1)).unwrap();
        let target = xushi::domain::webhook::HookTarget::parse("http://localhost:9/").unwrap();
        let refused = hooks.post(&xushi::hooks::HookRequest { target: &target, headers: &[], body: "" }).await;
        assert!(refused.unwrap_err().contains("不在webhooks.allow中"));
    }
}
