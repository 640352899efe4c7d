use actix_web::http::Method;
use serde_json::{Value, json};

use crate::support::both;

both! {
    async fn who_wrote_is_written_down(app: TestApp) {
        let reader = app.new_key("reader", None).await;
        app.post("/units", json!({"name": "省商务厅", "region": "430000"})).await.expect(201);
        app.post("/units", json!({"name": "省商务厅", "region": "430000"})).await.problem(409, "duplicate", "/name");
        app.send(app.request_as(&reader, Method::POST, "/units").set_json(json!({}))).await.problem(403, "forbidden", "");
        app.post("/targets/parse", json!({"phrases": []})).await;
        let events = app.get("/audit-events?limit=50").await.expect(200);
        let told: Vec<_> = events["items"].as_array().unwrap().iter()
            .filter(|one| one["verb"] == "POST")
            .map(|one| (one["by"].as_str().unwrap(), one["path"].as_str().unwrap(), one["status"].as_i64().unwrap()))
            .collect();
        assert_eq!(told, [("test", "/api/v1/api-keys", 201), ("test", "/api/v1/units", 201), ("test", "/api/v1/units", 409), ("reader", "/api/v1/units", 403)]);
        let by = events["items"][3]["api_key_id"].as_str().unwrap();
        let own = app.get(&format!("/audit-events?api_key={by}")).await.expect(200);
        assert_eq!(own["items"].as_array().unwrap().len(), 1);
        app.get("/audit-events?who=x").await.problem(400, "malformed_query", "who");
    }

    async fn an_entry_says_what_was_there_before_and_after(app: TestApp) {
        let made = app.post("/units", json!({"name": "省商务厅", "region": "430000"})).await.expect(201);
        let unit = format!("unit {}", made["id"].as_str().unwrap());
        let path = format!("/units/{}", made["id"].as_str().unwrap());
        let tag = app.get(&path).await.header("etag");
        let patch = async |tag: &str, body: Value| {
            let request = app.request(Method::PATCH, &path).insert_header(("if-match", tag.to_owned()));
            app.send(request.set_json(body)).await
        };
        patch(&tag, json!({"name": "湖南省商务厅", "reason": "更名"})).await.expect(200);
        patch(&tag, json!({"name": "商务厅"})).await.problem(412, "precondition_failed", "");
        let list = async |query: String| app.get(&format!("/audit-events?{query}")).await.expect(200)["items"].clone();
        let changes = list(format!("subject={}", unit.replace(' ', "%20"))).await;
        let changed = changes.as_array().unwrap().last().unwrap();
        assert_eq!((&changed["verb"], &changed["subject"], &changed["by"]), (&json!("PATCH"), &json!(unit), &json!("test")));
        assert_eq!((&changed["before"], &changed["after"]), (&json!({"name": "省商务厅", "revision": 1}), &json!({"name": "湖南省商务厅", "revision": 2})));
        let refused = list("refused=true".to_owned()).await;
        assert_eq!((&refused[0]["code"], &refused[0]["status"], refused.as_array().unwrap().len()), (&json!("precondition_failed"), &json!(412), 1));
        // The same again is counted and not written down; a flood does not fill the database.
        for _ in 0..5 {
            patch(&tag, json!({"name": "商务厅"})).await.problem(412, "precondition_failed", "");
        }
        app.post("/units", json!({"name": "湖南省商务厅", "region": "430000"})).await.problem(409, "duplicate", "/name");
        let refused = list("refused=true".to_owned()).await;
        assert_eq!((refused.as_array().unwrap().len(), &refused[1]["items"], &refused[1]["code"]), (2, &json!(5), &json!("duplicate")));
    }

    async fn a_bulk_call_is_one_entry_with_count_and_digest(app: TestApp) {
        xushi::demo::load(&app.office).await.unwrap().unwrap();
        let fact = |region: &str, value: &str| json!({"measure": "入境旅游人次", "region": region, "figure": "yoy", "value": value,
            "period": {"start": "2025-01-01", "end": "2025-07-31"}, "source": "月报", "published_on": "2025-08-20"});
        app.put("/observations", json!({"items": [fact("430000", "12.5"), fact("430100", "3")]})).await.expect(200);
        let events = app.get("/audit-events?limit=500").await.expect(200);
        let bulk: Vec<_> = events["items"].as_array().unwrap().iter().filter(|one| one["path"] == "/api/v1/observations").collect();
        assert_eq!((bulk.len(), &bulk[0]["items"], bulk[0]["digest"].as_str().unwrap().len()), (1, &json!(2), 64));
    }

    async fn an_auditor_reads_audit_and_incidents_and_nothing_else(app: TestApp) {
        let auditor = app.new_key("auditor", None).await;
        let get = async |path: &str| app.send(app.request_as(&auditor, Method::GET, path)).await;
        let before = get("/audit-events").await.expect(200);
        assert_eq!(get("/audit-events").await.expect(200), before, "reading it does not add to it");
        get("/incidents").await.expect(200);
        for path in ["/units", "/letters", "/observations", "/changes", "/overview", "/api-keys", "/regions", "/assessments"] {
            get(path).await.problem(403, "forbidden", "");
        }
        let request = app.request_as(&auditor, Method::POST, "/units").set_json(json!({"name": "a", "region": "430000"}));
        app.send(request).await.problem(403, "forbidden", "");
        app.post("/api-keys", json!({"name": "审计", "role": "auditor", "unit": "省商务厅"})).await;
    }
}
