use actix_web::http::Method;
use serde_json::json;

use crate::api::http::access::NOBODY;
use crate::support::both;

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
        // A repeat with the same Idempotency-Key makes another key: no answer with a key in it is kept.
        let repeat = async || {
            let request = app.request(Method::POST, "/api-keys").insert_header(("idempotency-key", "k1"));
            app.send(request.set_json(json!({"name": "看板", "role": "reader"}))).await
        };
        let made = repeat().await;
        assert_eq!(made.header("cache-control"), "no-store");
        let made = made.expect(201);
        let key = made["key"].as_str().unwrap().to_owned();
        assert_ne!(repeat().await.expect(201)["key"], key);
        let listed = app.get("/api-keys?role=reader").await.expect(200);
        assert_eq!(listed["items"].as_array().unwrap().len(), 2);
        assert!(!listed.to_string().contains("xsk_") && listed["items"][0]["name"] == "看板");
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
}
