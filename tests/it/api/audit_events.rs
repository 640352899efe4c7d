use actix_web::http::Method;
use serde_json::json;

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
        assert_eq!(told, [("test", "/api/v1/api-keys", 201), ("test", "/api/v1/units", 201), ("reader", "/api/v1/units", 403)]);
        let by = events["items"][2]["api_key_id"].as_str().unwrap();
        let own = app.get(&format!("/audit-events?api_key={by}")).await.expect(200);
        assert_eq!(own["items"].as_array().unwrap().len(), 1);
        app.get("/audit-events?who=x").await.problem(400, "malformed_query", "who");
    }
}
