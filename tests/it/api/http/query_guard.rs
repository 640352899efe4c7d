//! What a query may say, and what of it holds for whom: asked of every operation, so that no handler can forget it.

use actix_web::http::Method;
use serde_json::{Value, json};
use xushi::api::http::access::RULES;

use super::access::NOBODY;
use crate::api::changes::sample;
use crate::support::{TestApp, both};

/// Operations that read as of a day, with the ids of the sample in their addresses.
async fn as_of_reads(app: &TestApp) -> Vec<String> {
    let first =
        async |list: &str| app.get(list).await.expect(200)["items"][0]["id"].as_str().unwrap().to_owned();
    let (indicator, campaign) = (first("/indicators").await, first("/campaigns").await);
    let document = xushi::api::openapi();
    let mut paths = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        let parameters = item["get"]["parameters"].as_array().cloned().unwrap_or_default();
        if parameters.iter().any(|one| one["name"] == "as_of") {
            let id = if path.contains("/campaigns/") { &campaign } else { &indicator };
            paths.push(path.strip_prefix("/api/v1").unwrap().replace("{id}", id));
        }
    }
    paths
}

both! {
    async fn a_parameter_that_an_operation_does_not_know_is_refused_before_anything_is_done(app: TestApp) {
        for rule in RULES {
            let path = rule.path.replace("{id}", NOBODY).replace("{rid}", NOBODY).replace("{ordinal}", "1").replace("{key}", "430000");
            let method: Method = rule.verb.parse().unwrap();
            for query in ["nosuch=1", "nosuch", "%6eosuch=&nosuch=2"] {
                let request = app.request(method.clone(), &format!("{path}?{query}")).set_json(json!({}));
                app.send(request).await.problem(400, "malformed_query", "nosuch");
            }
            if rule.verb == "GET" {
                app.send(app.request(Method::HEAD, &format!("{path}?nosuch=1"))).await.problem(400, "malformed_query", "nosuch");
            }
        }
        // Empty pairs name nothing.
        app.get("/calendars?").await.expect(200);
        app.get("/calendars?&&").await.expect(200);
        for path in ["/calendars?updated_after=2035-01-01T00:00:00Z", "/calendars?limit=5", "/calendars?fields=id"] {
            let name = path.split(['?', '=']).nth(1).unwrap();
            app.get(path).await.problem(400, "malformed_query", name);
        }
    }

    async fn a_rehearsal_asked_for_in_the_wrong_place_is_not_done_for_real(app: TestApp) {
        sample(&app).await;
        app.post("/warning-runs?dry_run=true", json!({"as_of": "2025-08-21"})).await.problem(400, "malformed_query", "dry_run");
        for list in ["/warning-runs", "/letters", "/episodes"] {
            assert_eq!(app.get(list).await.expect(200)["items"], json!([]), "{list}");
        }
        let unit = app.get("/units?name_contains=%E5%95%86%E5%8A%A1").await.expect(200)["items"][0].clone();
        let merger = format!("/units/{}/merger", unit["id"].as_str().unwrap());
        let body = json!({"into": "市统计局", "reason": "试"});
        app.post(&format!("{merger}?dry_run=true"), body).await.problem(400, "malformed_query", "dry_run");
        assert_eq!(app.get(&format!("/units/{}", unit["id"].as_str().unwrap())).await.expect(200)["retired_on"], Value::Null);
        // The key is free: nothing was done under it.
        let ask = |path: &str| app.request(Method::POST, path).insert_header(("idempotency-key", "once")).set_json(json!({"name": "市财政局", "region": "430600"}));
        app.send(ask("/units?x=1")).await.problem(400, "malformed_query", "x");
        app.send(ask("/units")).await.expect(201);
    }

    async fn a_figure_that_is_not_out_shows_on_no_day_to_those_outside_the_office(app: TestApp) {
        sample(&app).await;
        let fact = json!({"measure": "社零", "region": "430600", "period": {"start": "2025-01-01", "end": "2025-07-31"}, "figure": "yoy",
            "value": "7.77", "source": "禁发", "published_on": "2025-09-20"});
        app.put("/observations", json!({"items": [fact]})).await.expect(200);
        let mut keys = vec![("coordinator", app.new_key("coordinator", None).await), ("reader", app.new_key("reader", None).await)];
        for role in ["unit", "reporter"] {
            keys.push((role, app.new_key(role, Some("市商务局")).await));
        }
        let paths = as_of_reads(&app).await;
        assert!(paths.len() > 12, "{paths:?}");
        for (role, key) in &keys {
            let mut shown = Vec::new();
            for path in &paths {
                let get = async |day: &str| app.send(app.request_as(key, Method::GET, &format!("{path}?as_of={day}"))).await;
                let (today, later) = (get("2025-08-21").await, get("2025-10-01").await);
                if *role == "coordinator" {
                    shown.extend(String::from_utf8_lossy(&later.bytes).contains("7.77").then_some(path.as_str()));
                } else if today.status.is_success() {
                    assert!(later.status == today.status && later.bytes == today.bytes, "{role} {path}: {}", String::from_utf8_lossy(&later.bytes));
                    assert!(!String::from_utf8_lossy(&later.bytes).contains("7.77"), "{role} {path}");
                    shown.push(path);
                } else {
                    assert_eq!(later.status, today.status, "{role} {path}");
                }
            }
            let least = if *role == "coordinator" { 3 } else { 5 };
            assert!(shown.len() >= least, "{role} {shown:?}");
            // Written otherwise it is the same day, and what is no day is refused as ever.
            if *role == "reader" {
                let get = async |query: &str| app.send(app.request_as(key, Method::GET, &format!("/assessments?{query}"))).await;
                assert!(!get("%61s_of=2025-10-01").await.expect(200).to_string().contains("7.77"));
                get("as_of=2025-10-1").await.problem(400, "malformed_query", "as_of");
                get("as_of=2025-10-01&as_of=2025-10-02").await.problem(400, "malformed_query", "as_of");
            }
        }
        // In a body, too.
        let trial = |key: &str, day: &str| {
            let body = json!({"rule_pack": "tianjin", "as_of": day});
            app.send(app.request_as(key, Method::POST, "/rule-packs/preview").set_json(body))
        };
        for (role, key) in &keys[..2] {
            let told = trial(key, "2025-10-01").await.expect(200);
            let day = if *role == "reader" { "2025-08-21" } else { "2025-10-01" };
            assert_eq!(told["as_of"], day, "{role}");
            if *role == "reader" {
                assert_eq!(told, trial(key, "2025-08-21").await.expect(200));
            }
        }
    }
}
