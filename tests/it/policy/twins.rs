//! One thing promised in several places is one matter.

use super::*;

/// A second task, as an annex has it, that promises `measure` as well.
async fn annex(app: &TestApp, campaign: &str, measure: &str, lead: &str, value: &str) -> String {
    let task = json!({"campaign": campaign, "name": "附件任务", "responsibilities": [{"unit": lead, "role": "lead"}]});
    let task = app.post("/tasks", task).await.expect(201)["id"].clone();
    let target = json!({"phrase": format!("{measure}增长{value}%"), "kind": "growth", "comparator": ">=", "value": value, "unit": "%"});
    let indicator = json!({"task": task, "measure": measure, "region": "430000", "target": target});
    app.post("/indicators", indicator).await.expect(201)["id"].as_str().unwrap().to_owned()
}

both! {
    async fn plan_and_annex_warn_once(app: TestApp) {
        let sample = sample(&app, &["投资"], json!({})).await;
        annex(&app, &sample.campaign, "投资", "省统计局", "5.0").await;
        report(&app, "投资", "2025-07-31", "3.0", "2025-08-20").await;
        let done = run(&app, "2025-08-21").await;
        assert_eq!(outcomes(&done), ["warning issued"]);
        assert_eq!(items(&app, "/episodes").await.len(), 1);
        let letter = items(&app, "/letters").await.remove(0);
        let whole = app.get(&format!("/letters/{}", letter["id"].as_str().unwrap())).await.expect(200);
        let facts = &whole["facts"];
        assert_eq!((&facts["addressee"], &facts["lines"].as_array().unwrap().len()), (&json!("省发展改革委"), &1));
        assert_eq!((&facts["lines"][0]["tasks"], &facts["copied"]), (&json!(["扩大投资", "附件任务"]), &json!(["省统计局"])));
        let text = whole["text"].as_str().unwrap();
        assert!(text.contains("该指标同时列入“扩大投资”“附件任务”。"), "{text}");
        // Nor are reports asked for twice.
        assert_eq!(outcomes(&run(&app, "2025-09-26").await), ["report_reminder issued"]);
        let reports = items(&app, "/letters").await.pop().unwrap();
        let whole = app.get(&format!("/letters/{}", reports["id"].as_str().unwrap())).await.expect(200);
        assert_eq!(whole["facts"]["lines"].as_array().unwrap().len(), 1);
    }

    async fn another_value_is_another_promise(app: TestApp) {
        let sample = sample(&app, &["投资"], json!({})).await;
        annex(&app, &sample.campaign, "投资", "省统计局", "6").await;
        report(&app, "投资", "2025-07-31", "3.0", "2025-08-20").await;
        assert_eq!(outcomes(&run(&app, "2025-08-21").await), ["warning issued", "warning issued"]);
    }

    async fn what_was_warned_of_twice_before_goes_on_once(app: TestApp) {
        let sample = sample(&app, &["投资"], json!({})).await;
        let twin = annex(&app, &sample.campaign, "投资", "省统计局", "6").await;
        report(&app, "投资", "2025-07-31", "3.0", "2025-08-20").await;
        run(&app, "2025-08-21").await;
        let target = json!({"phrase": "投资增长5%", "kind": "growth", "comparator": ">=", "value": "5", "unit": "%"});
        app.patch(&format!("/indicators/{twin}"), json!({"target": target, "reason": "与方案一致"})).await.expect(200);
        report(&app, "投资", "2025-08-31", "3.0", "2025-09-20").await;
        assert_eq!(outcomes(&run(&app, "2025-09-22").await), ["warning issued"]);
        let states: Vec<_> = items(&app, "/episodes").await.iter().map(|one| one["state"].clone()).collect();
        assert_eq!(states, ["open", "lifted"]);
    }
}
