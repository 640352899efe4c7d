//! Retirement over the API: what may go, and what is refused and why.

use serde_json::{Value, json};

use crate::policy::{at, items, sample};
use crate::support::both;

both! {
    async fn what_is_still_used_is_not_retired_and_the_refusal_names_it(app: TestApp) {
        let sample = sample(&app, &["投资", "消费"], json!({})).await;
        at(&app, "2025-03-03");
        let first = |list: Vec<Value>, name: &str| list.into_iter().find(|one| one["name"] == name).unwrap()["id"].as_str().unwrap().to_owned();
        let unit = first(items(&app, "/units").await, "省发展改革委");
        let measure = first(items(&app, "/measures").await, "投资");
        let task = first(items(&app, "/tasks").await, "扩大投资");
        let why = || json!({"reason": "机构改革"});
        for (path, parts) in [
            (format!("/units/{unit}"), ["任务“扩大投资”", "指标“投资”“消费”"]),
            (format!("/measures/{measure}"), ["请先停用", "指标“投资”"]),
            (format!("/tasks/{task}"), ["此任务", "指标“投资”“消费”"]),
            (format!("/campaigns/{}", sample.campaign), ["任务“扩大投资”", "whole: true"]),
        ] {
            let refused = app.post(&format!("{path}/retirement"), why()).await;
            refused.problem(422, "invalid", "/id");
            let detail = refused.json()["errors"][0]["detail"].as_str().unwrap().to_owned();
            assert!(parts.iter().all(|part| detail.contains(part)), "{path}: {detail}");
            assert_eq!(app.get(&path).await.expect(200)["retired_on"], Value::Null);
        }
        // What lies two campaigns deep goes along.
        let mut above = sample.campaign.clone();
        for name in ["专项", "专项的专项"] {
            let below = json!({"name": name, "region": "430000", "starts_on": "2025-01-01", "ends_on": "2025-12-31", "parent": above});
            above = app.post("/campaigns", below).await.expect(201)["id"].as_str().unwrap().to_owned();
        }
        let whole = json!({"reason": "方案废止", "whole": true});
        app.post(&format!("/campaigns/{}/retirement", sample.campaign), whole).await.expect(200);
        for list in ["/campaigns", "/tasks", "/indicators", "/assessments"] {
            assert_eq!(items(&app, list).await.len(), 0, "{list}");
        }
        // Free of its work, the unit can go; and nothing new is given to it.
        app.post(&format!("/units/{unit}/retirement"), why()).await.expect(200);
        app.post(&format!("/measures/{measure}/retirement"), why()).await.expect(200);
        let again = json!({"name": "下级", "region": "430000", "parent": unit});
        let refused = app.post("/units", again).await;
        refused.problem(422, "invalid", "/parent");
        assert!(refused.json()["errors"][0]["detail"].as_str().unwrap().contains("已于2025-03-03停用"), "{}", refused.json());
        let audit = items(&app, "/audit-events").await;
        assert!(audit.iter().any(|entry| entry["path"].as_str().unwrap().ends_with("/retirement")), "{audit:?}");
    }

    async fn only_what_is_there_is_retired_once_and_with_a_reason(app: TestApp) {
        let sample = sample(&app, &["投资"], json!({})).await;
        let path = format!("/indicators/{}/retirement", sample.indicators[0]);
        for (body, pointer) in [(json!({"reason": ""}), "/reason"), (json!({"reason": "长".repeat(501)}), "/reason")] {
            app.post(&path, body).await.problem(422, "invalid", pointer);
        }
        for kind in ["campaigns", "tasks", "measures", "units", "indicators"] {
            let nobody = format!("/{kind}/01890000-0000-7000-8000-000000000000/retirement");
            app.post(&nobody, json!({"reason": "没有"})).await.problem(404, "not_found", "");
        }
        let reader = app.new_key("reader", None).await;
        let asked = app.request_as(&reader, actix_web::http::Method::POST, &path).set_json(json!({"reason": "试"}));
        app.send(asked).await.problem(403, "forbidden", "");
        app.post(&path, json!({"reason": "试"})).await.expect(200);
        app.post(&path, json!({"reason": "试"})).await.problem(409, "conflict", "");
    }
}
