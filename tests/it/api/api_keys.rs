use actix_web::http::Method;
use chrono::TimeDelta;
use serde_json::{Value, json};
use std::time::Duration;

use crate::api::http::access::NOBODY;
use crate::support::both;
use xushi::clock::Clock as _;

both! {
    async fn keys_are_shown_once_listed_and_revoked(app: TestApp) {
        app.post("/units", json!({"name": "省商务厅", "region": "430000"})).await.expect(201);
        for (body, pointer) in [
            (json!({"name": "a", "role": "unit"}), "/unit"),
            (json!({"name": "a", "role": "reader", "unit": "省商务厅"}), "/unit"),
            (json!({"name": "a", "role": "unit", "unit": "没有"}), "/unit"),
            (json!({"name": " ", "role": "reader"}), "/name"),
            (json!({"name": "a", "role": "boss"}), "/role"),
            (json!({"name": "a", "role": "reader", "key": "xsk_mine"}), "/key"),
        ] {
            app.post("/api-keys", body).await.problem(422, "invalid", pointer);
        }
        // A repeat with the same Idempotency-Key is told that it was done: no answer with a key in it is kept.
        let repeat = async || {
            let request = app.request(Method::POST, "/api-keys").insert_header(("idempotency-key", "k1"));
            app.send(request.set_json(json!({"name": "看板", "role": "reader"}))).await
        };
        let made = repeat().await;
        assert_eq!(made.header("cache-control"), "no-store");
        let made = made.expect(201);
        let key = made["key"].as_str().unwrap().to_owned();
        for _ in 0..2 {
            let again = repeat().await;
            again.problem(409, "answer_lost", "");
            assert!(!String::from_utf8_lossy(&again.bytes).contains(&key));
        }
        let other = app.request(Method::POST, "/api-keys").insert_header(("idempotency-key", "k1"));
        app.send(other.set_json(json!({"name": "别的", "role": "reader"}))).await.problem(422, "idempotency_key_reused", "");
        // What was refused is free to be tried again.
        let ask = |role: &str| app.request(Method::POST, "/api-keys").insert_header(("idempotency-key", "k2")).set_json(json!({"name": "推送", "role": role}));
        app.send(ask("boss")).await.problem(422, "invalid", "/role");
        let fed = app.send(ask("feeder")).await.expect(201);
        let rotate = || app.request(Method::POST, &format!("/api-keys/{}/rotation", fed["id"].as_str().unwrap())).insert_header(("idempotency-key", "k3")).set_json(json!({}));
        app.send(rotate()).await.expect(201);
        app.send(rotate()).await.problem(409, "answer_lost", "");
        assert_eq!(app.get("/api-keys?role=feeder").await.expect(200)["items"].as_array().unwrap().len(), 2);
        let listed = app.get("/api-keys?role=reader").await.expect(200);
        assert_eq!(listed["items"].as_array().unwrap().len(), 1);
        assert!(!listed.to_string().contains(&key) && listed["items"][0]["name"] == "看板");
        assert_eq!(listed["items"][0]["prefix"], key[..12]);
        app.send(app.request_as(&key, Method::GET, "/regions")).await.expect(200);
        let path = format!("/api-keys/{}", made["id"].as_str().unwrap());
        for _ in 0..2 {
            assert_eq!(app.send(app.request(Method::DELETE, &path)).await.status.as_u16(), 204);
        }
        app.send(app.request_as(&key, Method::GET, "/regions")).await.problem(401, "unauthorized", "");
        assert!(app.get("/api-keys?role=reader").await.expect(200)["items"][0]["revoked_at"].is_string());
        app.send(app.request(Method::DELETE, &format!("/api-keys/{NOBODY}"))).await.problem(404, "not_found", "");
        let administrators = app.get("/api-keys?role=administrator").await.expect(200);
        let last = format!("/api-keys/{}", administrators["items"][0]["id"].as_str().unwrap());
        app.send(app.request(Method::DELETE, &last)).await.problem(409, "conflict", "/id");
        app.new_key("administrator", None).await;
        assert_eq!(app.send(app.request(Method::DELETE, &last)).await.status.as_u16(), 204);
    }

    async fn a_key_ends_on_its_day_and_is_issued_anew_beside_the_former(app: TestApp) {
        app.post("/units", json!({"name": "省商务厅", "region": "430000"})).await.expect(201);
        let until = |hours: i64| (app.clock.now() + TimeDelta::hours(hours)).format("%Y-%m-%dT%H:%M:%SZ").to_string();
        for (body, pointer) in [
            (json!({"name": "旧", "role": "reader", "expires_at": until(-1)}), "/expires_at"),
            (json!({"name": "管", "role": "administrator", "expires_at": until(1)}), "/expires_at"),
            (json!({"name": "旧", "role": "reader", "expires_at": "明年"}), "/expires_at"),
        ] {
            app.post("/api-keys", body).await.problem(422, "invalid", pointer);
        }
        let body = json!({"name": "商务系统", "role": "unit", "unit": "省商务厅", "expires_at": until(30 * 24)});
        let old = app.post("/api-keys", body).await.expect(201);
        let address = format!("/api-keys/{}/rotation", old["id"].as_str().unwrap());
        app.post(&address, json!({"overlap_days": 91})).await.problem(422, "invalid", "/overlap_days");
        let new = app.post(&address, json!({"overlap_days": 2})).await;
        assert_eq!(new.header("cache-control"), "no-store");
        let new = new.expect(201);
        for same in ["name", "role", "unit_id", "expires_at"] {
            assert_eq!(new[same], old[same], "{same}");
        }
        assert_eq!((&new["replaces_id"], new["key"] == old["key"]), (&old["id"], false));
        let used = async |key: &Value| {
            let request = app.request_as(key["key"].as_str().unwrap(), Method::GET, "/regions");
            app.send(request).await.status.as_u16()
        };
        assert_eq!((used(&old).await, used(&new).await), (200, 200), "side by side");
        let ending = app.get(&format!("/api-keys?expires_before={}", until(3 * 24))).await.expect(200);
        assert_eq!(ending["items"].as_array().unwrap().len(), 1);
        assert_eq!(ending["items"][0]["id"], old["id"]);
        // What was seen lately is trusted for some seconds of the wall clock, whatever the office's says.
        app.clock.set(app.clock.now() + TimeDelta::days(2));
        tokio::time::sleep(Duration::from_secs(6)).await;
        assert_eq!((used(&old).await, used(&new).await), (401, 200), "the former has ended");
        app.post(&address, json!({})).await.problem(409, "conflict", "/id");
        app.post(&format!("/api-keys/{NOBODY}/rotation"), json!({})).await.problem(404, "not_found", "");
        let listed = app.get("/api-keys?role=unit").await.expect(200);
        assert!(listed["items"].as_array().unwrap().iter().all(|key| key["last_used_at"].is_string()), "{listed}");
    }
}
