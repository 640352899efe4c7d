//! `POST /campaigns/{id}/next-year`: January is an hour and not a week.

use serde_json::{Value, json};

use crate::policy::{at, items, report, run, sample};
use crate::support::both;

both! {
    async fn a_campaign_is_carried_over_with_everything_but_its_targets(app: TestApp) {
        let sample = sample(&app, &["投资", "消费", "旧指标"], json!({"name": "内需攻坚2025", "doc_no": "湘政办发〔2025〕2号", "members": ["省统计局"]})).await;
        app.post("/campaigns", json!({"name": "子行动", "region": "430000", "starts_on": "2025-03-01", "ends_on": "2025-12-31", "parent": sample.campaign})).await.expect(201);
        app.replace(&format!("/campaigns/{}/curves", sample.campaign), json!({"curves": [{"kind": "growth", "curve": {"kind": "nodes", "nodes": [{"on": "2025-06-30", "fraction": "0.4"}, {"on": "2025-12-31", "fraction": "1"}]}}]})).await.expect(200);
        report(&app, "投资", "2025-07-31", "2.0", "2025-08-20").await;
        at(&app, "2025-09-01");
        app.post(&format!("/indicators/{}/retirement", sample.indicators[2]), json!({"reason": "不再考核"})).await.expect(200);
        at(&app, "2026-01-05");
        let before = items(&app, &format!("/indicators?campaign={}", sample.campaign)).await;
        let made = app.post(&format!("/campaigns/{}/next-year", sample.campaign), json!({})).await.expect(201);
        assert_eq!(
            (&made["name"], &made["doc_no"], &made["starts_on"], &made["ends_on"], &made["continues_id"]),
            (&json!("内需攻坚2026"), &Value::Null, &json!("2026-01-01"), &json!("2026-12-31"), &json!(sample.campaign)),
        );
        let id = made["id"].as_str().unwrap();
        let expanded = app.get(&format!("/campaigns/{id}?expand=members")).await.expect(200);
        assert_eq!(expanded["members"].as_array().unwrap().len(), 1, "{expanded}");
        let curves = app.get(&format!("/campaigns/{id}/curves")).await.expect(200).to_string();
        assert!(curves.contains("2026-06-30") && !curves.contains("2025"), "{curves}");
        let below = items(&app, &format!("/campaigns?parent={id}")).await;
        assert_eq!((below.len(), &below[0]["starts_on"], &below[0]["name"]), (1, &json!("2026-03-01"), &json!("子行动")));
        let tasks = items(&app, &format!("/tasks?campaign={id}")).await;
        assert_eq!((tasks.len(), tasks[0]["responsibilities"].as_array().unwrap().len()), (1, 2));
        let carried = items(&app, &format!("/indicators?campaign={id}")).await;
        let names = |list: &[Value]| list.iter().map(|one| one["measure"]["name"].clone()).collect::<Vec<_>>();
        assert_eq!(names(&carried), names(&before));
        for one in &carried {
            assert_eq!((&one["target"], &one["window_end"], &one["lead_unit"]["name"]), (&Value::Null, &json!("2026-12-31"), &json!("省发展改革委")), "{one}");
        }
        // The figures belong to the measures: last year's are there at once. And nobody is chased for a target not yet set.
        let told = run(&app, "2026-03-25").await;
        let new: Vec<&Value> = carried.iter().map(|one| &one["id"]).collect();
        let chased = told["letters"].as_array().unwrap().iter().flat_map(|letter| letter["indicators"].as_array().unwrap());
        assert!(chased.filter(|one| new.contains(&&one["id"])).count() == 0, "{told}");
        // Twice is once, and what is below goes with what is above.
        app.post(&format!("/campaigns/{}/next-year", sample.campaign), json!({})).await.problem(409, "duplicate", "/name");
        app.post(&format!("/campaigns/{}/next-year", below[0]["id"].as_str().unwrap()), json!({})).await.problem(409, "conflict", "");
        app.post("/campaigns/01890000-0000-7000-8000-000000000000/next-year", json!({})).await.problem(404, "not_found", "");
        assert_eq!(items(&app, "/campaigns").await.len(), 4, "nothing was half-written");
        assert_eq!(items(&app, &format!("/indicators?campaign={}", sample.campaign)).await.len(), 2, "this year's is as it was");
    }
}
