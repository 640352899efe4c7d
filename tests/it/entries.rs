//! What is written and the entry of who wrote it are one: both there, or neither.

use actix_web::http::{Method, header};
use serde_json::{Value, json};
use uuid::Uuid;
use xushi::domain::{IncidentKind, Role, SubjectKind};
use xushi::office::{Actor, Call, Refusal, Who, access, deliveries, incidents, replies, silences, warnings};
use xushi::store::StoreError;
use xushi::store::rows::Page;

use crate::api::letters::replies::{issued, reply};
use crate::support::{TestApp, both};
use xushi::office::types::Id;

/// An id that nothing has.
const NOBODY: Uuid = Uuid::from_u128(7);
const ALL: Page = Page { limit: 500, after: None };

/// Who wrote, from the first: verb, address and status. Who read the keys is not asked for here, nor what happened by itself.
async fn entries(app: &TestApp) -> Vec<String> {
    let mut rows = app.store.list_audit_events(&Default::default(), ALL).await.unwrap();
    rows.sort_by_key(|(row, ..)| row.id);
    let written = rows.iter().filter(|(row, ..)| row.verb != "GET" && row.verb != "RUN");
    written.map(|(row, ..)| format!("{} {} {}", row.verb, row.path, row.status)).collect()
}

/// Asserts that just this was written down since.
#[track_caller]
fn since(before: &mut Vec<String>, now: Vec<String>, want: &[String]) {
    assert_eq!(now[before.len()..], *want);
    *before = now;
}

/// A caller whom the register does not know, so that no entry can name it.
fn ghost(who: Who) -> Actor {
    Actor::calling(who, Call::new("POST", "/api/v1/somewhere", 201, "req".to_owned()))
}

fn unknown_key() -> Actor {
    let (id, name) = (NOBODY, "nobody".to_owned());
    ghost(Who::Key { id: Id::of(id), name, role: Role::Administrator, unit_id: None, stage: None })
}

#[track_caller]
fn not_written<T: std::fmt::Debug>(outcome: Result<T, Refusal>) {
    assert!(matches!(outcome, Err(Refusal::Store(StoreError::Database(_)))), "{outcome:?}");
}

fn silence() -> silences::NewSilence {
    silences::NewSilence {
        campaign: None,
        indicator: None,
        unit: Some("省商务厅".to_owned()),
        reason: "口径调整".to_owned(),
        owner: "李四".to_owned(),
        starts_on: None,
        ends_on: "2025-09-30".parse().unwrap(),
    }
}

both! {
    async fn what_cannot_be_written_down_is_not_done(app: TestApp) {
        let letters = issued(&app).await;
        let id: Uuid = letters[0]["id"].as_str().unwrap().parse().unwrap();
        let (office, nobody) = (&app.office, unknown_key());
        let before = entries(&app).await;

        not_written(silences::create_silence(office, &nobody, silence()).await);
        assert!(app.store.list_silences(&Default::default(), ALL).await.unwrap().is_empty());

        let new = access::NewApiKey { name: "看板".to_owned(), role: Role::Reader, unit: None, expires_at: None, stage: None };
        not_written(access::create_api_key(office, &nobody, new).await);
        assert_eq!(app.get("/api-keys").await.expect(200)["items"].as_array().unwrap().len(), 1);

        let deliveries = app.store.list_letter_deliveries(Id::of(id)).await.unwrap();
        let new = deliveries::NewRecipient { unit: None, name: "王五".to_owned(), email: "wang@example.gov.cn".to_owned(), instead_of: None };
        not_written(deliveries::add_recipient(office, &nobody, Id::of(id), new).await);
        assert_eq!(app.store.list_letter_deliveries(Id::of(id)).await.unwrap(), deliveries);

        let subject = (SubjectKind::Mail, "unread".to_owned());
        incidents::open(office, &Actor::job(), IncidentKind::BounceUnread, subject, "一封".to_owned()).await.unwrap();
        let open = app.get("/incidents?open=true&kind=bounce_unread").await.expect(200)["items"][0].clone();
        not_written(incidents::close(office, &nobody, open["id"].as_str().unwrap().parse().unwrap()).await);
        assert_eq!(app.get("/incidents?open=true&kind=bounce_unread").await.expect(200)["items"][0], open);

        let runs = app.store.list_runs(ALL, None).await.unwrap();
        not_written(warnings::run(office, &nobody, app.office.clock.today()).await);
        assert_eq!(app.store.list_runs(ALL, None).await.unwrap(), runs);

        // Nobody holds the link of a letter that is not there.
        let holder = ghost(Who::Link { letter_id: Id::of(NOBODY) });
        not_written(replies::receive_letter(office, &holder, Id::of(id), "李四").await);
        assert_eq!(app.store.find_receipt(Id::of(id)).await.unwrap(), None);
        assert_eq!(app.get(&format!("/letters/{id}")).await.expect(200)["state"], "issued");
        assert_eq!(entries(&app).await, before);
    }

    async fn what_is_done_has_one_entry_and_so_has_what_is_refused(app: TestApp) {
        let letters = issued(&app).await;
        let letter = format!("/letters/{}", letters[0]["id"].as_str().unwrap());
        let mut seen = entries(&app).await;
        let post = |path: &str, status: u16| vec![format!("POST /api/v1{path} {status}")];
        let path = |rest: &str| format!("{letter}/{rest}");
        app.post(&path("replies"), reply()).await.problem(409, "conflict", "/state");
        app.post(&path("receipt"), json!({"person": " "})).await.problem(422, "invalid", "/person");
        since(&mut seen, entries(&app).await, &[post(&path("replies"), 409), post(&path("receipt"), 422)].concat());
        app.post(&path("receipt"), json!({"person": "李四"})).await.expect(201);
        since(&mut seen, entries(&app).await, &post(&path("receipt"), 201));
        // The first one counts; that it was asked for again is known.
        app.post(&path("receipt"), json!({"person": "王五"})).await.expect(200);
        since(&mut seen, entries(&app).await, &post(&path("receipt"), 200));
        let written = app.post(&path("replies"), reply()).await.expect(201);
        since(&mut seen, entries(&app).await, &post(&path("replies"), 201));
        let review = path(&format!("replies/{}/review", written["id"].as_str().unwrap()));
        app.post(&review, json!({"verdict": "returned"})).await.problem(422, "invalid", "/reason");
        app.post(&path(&format!("replies/{}/review", NOBODY)), json!({"verdict": "accepted"})).await.problem(404, "not_found", "");
        app.post(&path("closure"), json!({})).await.problem(409, "conflict", "/state");
        // What is not there is no refusal.
        since(&mut seen, entries(&app).await, &[post(&review, 422), post(&path("closure"), 409)].concat());
        app.post(&review, json!({"verdict": "accepted"})).await.expect(201);
        app.post(&path("closure"), json!({})).await.expect(201);
        since(&mut seen, entries(&app).await, &[post(&review, 201), post(&path("closure"), 201)].concat());

        let more = json!({"name": "王五", "email": "wang@example.gov.cn"});
        app.post(&path("deliveries"), more.clone()).await.expect(201);
        app.post(&path("deliveries"), more).await.problem(409, "duplicate", "/email");
        app.post(&path("deliveries"), json!({"name": "王五", "email": "wu@example.gov.cn", "unit": "没有的"})).await.problem(422, "invalid", "/unit");
        app.post(&format!("/deliveries/{}/retry", NOBODY), json!({})).await.problem(404, "not_found", "");
        app.post(&path("issue"), json!({"signer": "李四"})).await.problem(409, "conflict", "/state");
        app.post(&path("discard"), json!({"by": "李四", "reason": "晚了"})).await.problem(409, "conflict", "/state");
        let refused = [post(&path("deliveries"), 409), post(&path("deliveries"), 422), post(&path("issue"), 409), post(&path("discard"), 409)].concat();
        since(&mut seen, entries(&app).await, &[post(&path("deliveries"), 201), refused].concat());
    }

    async fn silences_keys_runs_and_bounces_have_one_entry_each(app: TestApp) {
        issued(&app).await;
        let mut seen = entries(&app).await;
        let post = |path: &str, status: u16| vec![format!("POST /api/v1{path} {status}")];
        let body = json!({"unit": "省商务厅", "reason": "口径调整", "owner": "李四", "ends_on": "2025-09-30"});
        app.post("/silences", json!({"reason": "a", "owner": "b", "ends_on": "2025-09-30"})).await.problem(422, "invalid", "/campaign");
        since(&mut seen, entries(&app).await, &post("/silences", 422));
        let made = app.post("/silences", body).await.expect(201);
        let end = format!("/silences/{}/end", made["id"].as_str().unwrap());
        let ended = app.post(&end, json!({"by": "李四"})).await.expect(200);
        assert_eq!((&ended["active"], &ended["ended_by"]), (&json!(false), &json!("李四")));
        app.post(&end, json!({"by": "李四"})).await.problem(409, "conflict", "");
        since(&mut seen, entries(&app).await, &[post("/silences", 201), post(&end, 200), post(&end, 409)].concat());

        let key = app.post("/api-keys", json!({"name": "看板", "role": "reader"})).await.expect(201);
        let key = format!("/api-keys/{}", key["id"].as_str().unwrap());
        assert_eq!(app.send(app.request(Method::DELETE, &key)).await.status.as_u16(), 204);
        app.send(app.request(Method::DELETE, &format!("/api-keys/{}", NOBODY))).await.problem(404, "not_found", "");
        since(&mut seen, entries(&app).await, &[post("/api-keys", 201), vec![format!("DELETE /api/v1{key} 204")]].concat());

        app.post("/warning-runs", json!({"as_of": "2025-08-28"})).await.problem(422, "invalid", "/as_of");
        app.post("/warning-runs", json!({"dry_run": true, "ladder": true})).await.expect(200);
        since(&mut seen, entries(&app).await, &[post("/warning-runs", 422), post("/warning-runs", 200)].concat());
        // Two runs are kept, that of the day and that of the ladder; they were asked for once.
        app.clock.set("2025-09-04T01:00:00Z".parse().unwrap());
        let done = app.post("/warning-runs", json!({"ladder": true})).await.expect(200);
        since(&mut seen, entries(&app).await, &post("/warning-runs", 200));
        let kept = app.get("/warning-runs").await.expect(200);
        let by: Vec<&Value> = kept["items"].as_array().unwrap().iter().map(|one| &one["started_by"]).take(2).collect();
        assert_eq!(by, [&Value::Null, &json!("test")], "the ladder's run settles no slot of the issuing");
        let release = format!("/warning-runs/{}/release", done["id"].as_str().unwrap());
        app.post(&release, json!({})).await.problem(409, "conflict", "/state");
        app.post(&format!("/warning-runs/{}/release", NOBODY), json!({})).await.problem(404, "not_found", "");
        since(&mut seen, entries(&app).await, &post(&release, 409));

        let hand_in = async |raw: &'static str| {
            let request = app.request(Method::POST, "/bounces").insert_header((header::CONTENT_TYPE, "message/rfc822"));
            app.send(request.set_payload(raw)).await
        };
        hand_in("Subject: on leave\r\n\r\nback on Monday").await.problem(422, "invalid", "");
        since(&mut seen, entries(&app).await, &post("/bounces", 422));
    }
}
