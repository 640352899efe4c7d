use actix_web::http::{Method, header};
use serde_json::json;
use xushi::clock::Clock as _;
use xushi::store::rows::{Claim, IdempotencyRow};

use crate::support::{TestApp, both};

async fn lose_answers(app: &TestApp) {
    use diesel_async::SimpleAsyncConnection as _;
    use xushi::store::{Store, checkout};
    let lose = "UPDATE idempotency_keys SET status = NULL, body = NULL, location = NULL";
    match &app.store {
        Store::Pg(pool) => checkout(pool).await.unwrap().batch_execute(lose).await.unwrap(),
        Store::Sqlite(pool) => checkout(pool).await.unwrap().batch_execute(lose).await.unwrap(),
    }
}

both! {
    async fn a_unit_is_created_read_listed_and_changed(app: TestApp) {
        let made = app.post("/units", json!({"name": "省商务厅", "region": "430000"})).await;
        let location = made.header("location");
        let unit = made.expect(201);
        assert_eq!(location, format!("/api/v1/units/{}", unit["id"].as_str().unwrap()));
        let path = format!("/units/{}", unit["id"].as_str().unwrap());
        assert_eq!(app.get(&path).await.expect(200), unit);
        let changed = app.patch(&path, json!({"credit_code": "91350100M000100Y43"})).await.expect(200);
        assert_eq!((&changed["credit_code"], &changed["name"]), (&json!("91350100M000100Y43"), &unit["name"]));
        let cleared = app.patch(&path, json!({"credit_code": null})).await.expect(200);
        assert_eq!(cleared["credit_code"], json!(null));
        let listed = app.get("/units?region=%E6%B9%96%E5%8D%97%E7%9C%81&name_contains=%E5%95%86%E5%8A%A1").await.expect(200);
        assert_eq!(listed["items"][0], cleared);
        assert_eq!(listed["next_cursor"], json!(null));
    }

    async fn what_is_wrong_is_said_with_a_pointer_and_nothing_is_written(app: TestApp) {
        for (body, status, code, pointer) in [
            (json!({"name": "省商务厅", "region": "999999"}), 422, "invalid", "/region"),
            (json!({"name": "省商务厅", "region": "430000", "parent": "没有的单位"}), 422, "invalid", "/parent"),
            (json!({"name": " ", "region": "430000"}), 422, "invalid", "/name"),
            (json!({"name": "省商务厅", "region": "430000", "credit_code": "91310115MA1G4L1WXK"}), 422, "invalid", "/credit_code"),
            (json!({"name": "省商务厅", "region": "430000", "colour": "red"}), 422, "invalid", "/colour"),
            (json!({"region": "430000"}), 422, "invalid", "/name"),
            (json!({"name": 5, "region": "430000"}), 422, "invalid", "/name"),
        ] {
            app.post("/units", body).await.problem(status, code, pointer);
        }
        app.post("/units", json!({"name": "省商务厅", "region": "430000"})).await.expect(201);
        app.post("/units", json!({"name": "省商务厅", "region": "湖南省"})).await.problem(409, "duplicate", "/name");
        assert_eq!(app.get("/units").await.expect(200)["items"].as_array().unwrap().len(), 1);
    }

    async fn an_update_must_be_based_on_what_is_there(app: TestApp) {
        let unit = app.post("/units", json!({"name": "省商务厅", "region": "430000"})).await.expect(201);
        let path = format!("/units/{}", unit["id"].as_str().unwrap());
        let patch = |tag: &str| app.request(Method::PATCH, &path).insert_header((header::IF_MATCH, tag)).set_json(json!({"name": "商务厅"}));
        app.send(app.request(Method::PATCH, &path).set_json(json!({"name": "x"}))).await.problem(428, "precondition_required", "");
        let tag = app.get(&path).await.header("etag");
        app.send(patch(&tag)).await.expect(200);
        app.send(patch(&tag)).await.problem(412, "precondition_failed", "");
    }

    async fn a_list_is_walked_page_by_page_and_a_known_answer_is_not_sent_twice(app: TestApp) {
        for number in 0..7 {
            app.post("/units", json!({"name": format!("单位{number}"), "region": "430000"})).await.expect(201);
        }
        let mut names = Vec::new();
        let mut path = "/units?limit=3".to_owned();
        loop {
            let page = app.get(&path).await.expect(200);
            names.extend(page["items"].as_array().unwrap().iter().map(|unit| unit["name"].as_str().unwrap().to_owned()));
            let Some(cursor) = page["next_cursor"].as_str() else { break };
            path = format!("/units?limit=3&cursor={cursor}");
        }
        assert_eq!(names, (0..7).map(|number| format!("单位{number}")).collect::<Vec<_>>());
        let tag = app.get("/units").await.header("etag");
        let again = app.send(app.request(Method::GET, "/units").insert_header((header::IF_NONE_MATCH, tag))).await;
        assert_eq!((again.status.as_u16(), again.bytes.len()), (304, 0));
        for (query, parameter) in [("limit=0", "limit"), ("limit=501", "limit"), ("cursor=zzz", "cursor"), ("colour=red", "colour"), ("region=999999", "region")] {
            let answer = app.get(&format!("/units?{query}")).await;
            assert!(matches!(answer.status.as_u16(), 400 | 422), "{query}");
            let code = answer.json()["code"].as_str().unwrap().to_owned();
            answer.problem(answer.status.as_u16(), &code, parameter);
        }
    }

    async fn a_repeated_post_is_done_once(app: TestApp) {
        let body = json!({"name": "省商务厅", "region": "430000"});
        let ask = |key: &'static str, body: &serde_json::Value| app.request(Method::POST, "/units").insert_header(("Idempotency-Key", key)).set_json(body);
        let first = app.send(ask("k1", &body)).await;
        let again = app.send(ask("k1", &body)).await;
        assert_eq!((first.status, &first.bytes), (again.status, &again.bytes));
        assert_eq!(again.header("idempotency-replayed"), "true");
        app.send(ask("k1", &json!({"name": "别的", "region": "430000"}))).await.problem(422, "idempotency_key_reused", "");
        // A refused request does not use the key up.
        app.send(ask("k2", &json!({"name": "", "region": "430000"}))).await.problem(422, "invalid", "/name");
        app.send(ask("k2", &json!({"name": "另一个", "region": "430000"}))).await.expect(201);
    }

    async fn a_key_whose_process_died_is_free_again_after_a_while(app: TestApp) {
        let (key, body) = ("k3", json!({"name": "省财政厅", "region": "430000"}));
        let ask = || app.request(Method::POST, "/units").insert_header(("Idempotency-Key", key)).set_json(&body);
        let caller = app.store.find_api_key(&xushi::store::hash_key(&app.key), app.clock.timestamp()).await.unwrap().unwrap();
        let now = app.clock.timestamp();
        let dead = IdempotencyRow { api_key_id: caller.id, key: key.to_owned(), request_hash: String::new(), status: None, body: None, location: None, created_at: now, done_at: None, made: None, etag: None };
        app.store.claim_key(&dead, now).await.unwrap();
        let hash = app.store.claim_key(&dead, now).await.unwrap();
        assert!(matches!(hash, Claim::Taken(_)));
        app.send(ask()).await.problem(422, "idempotency_key_reused", "");
        app.clock.set(app.clock.now() + chrono::TimeDelta::minutes(11));
        app.send(ask()).await.expect(201);
        assert_eq!(app.send(ask()).await.header("idempotency-replayed"), "true");
    }

    async fn a_request_that_was_done_is_not_done_again_though_its_answer_was_lost(app: TestApp) {
        let silence = json!({"unit": "省财政厅", "reason": "机构改革", "owner": "李四", "ends_on": "2025-12-31"});
        let unit = json!({"name": "省财政厅", "region": "430000"});
        for (list, body) in [("/units", unit), ("/silences", silence)] {
            let key = format!("lost{list}").replace('/', "-");
            let ask = || app.request(Method::POST, list).insert_header(("Idempotency-Key", key.as_str())).set_json(&body);
            let first = app.send(ask()).await.expect(201);
            // As after a kill between the work and the keeping of its answer.
            lose_answers(&app).await;
            let again = app.send(ask()).await;
            assert_eq!(again.header("idempotency-replayed"), "true");
            assert_eq!(again.header("location"), format!("/api/v1{list}/{}", first["id"].as_str().unwrap()));
            assert_eq!(again.expect(201), first);
            assert_eq!(app.get(list).await.expect(200)["items"].as_array().unwrap().len(), 1);
            app.clock.set(app.clock.now() + chrono::TimeDelta::minutes(11));
            assert_eq!(app.send(ask()).await.expect(201), first, "nor later");
        }
        // Where nothing of its own was made, the caller is told.
        let other = json!({"name": "省商务厅", "region": "430000"});
        let unit = app.post("/units", other).await.expect(201)["id"].as_str().unwrap().to_owned();
        let retire = || app.request(Method::POST, &format!("/units/{unit}/retirement")).insert_header(("Idempotency-Key", "retire")).set_json(json!({"reason": "撤销"}));
        app.send(retire()).await.expect(200);
        lose_answers(&app).await;
        app.send(retire()).await.problem(409, "answer_lost", "");
    }

    async fn without_a_key_nothing_is_answered(app: TestApp) {
        use actix_web::test::TestRequest;
        for request in [
            TestRequest::get().uri("/api/v1/units"),
            TestRequest::get().uri("/api/v1/units").insert_header((header::AUTHORIZATION, "Bearer wrong")),
            TestRequest::get().uri("/api/v1/nowhere"),
        ] {
            app.send(request).await.problem(401, "unauthorized", "");
        }
        app.send(TestRequest::get().uri("/api/v1/openapi.json")).await.expect(200);
        app.get("/nowhere").await.problem(404, "not_found", "");
        app.get("/units/not-a-uuid").await.problem(404, "not_found", "");
    }
}
