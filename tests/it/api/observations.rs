use serde_json::{Value, json};

use crate::support::{TestApp, both};

async fn measure(app: &TestApp) {
    app.post("/measures", json!({"name": "社零", "unit": "亿元", "basis": "cumulative", "better": "higher", "frequency": "monthly"})).await.expect(201);
}

fn fact(value: &str, published_on: &str) -> Value {
    json!({"measure": "社零", "region": "430000", "period": {"start": "2025-01-01", "end": "2025-07-31"},
        "figure": "yoy", "value": value, "source": "月报", "published_on": published_on})
}

both! {
    async fn a_correction_is_a_new_vintage_and_a_repeat_is_none(app: TestApp) {
        measure(&app).await;
        let put = async |body: Value| app.put("/observations", json!({"items": [body]})).await.expect(200);
        let counts = |report: &Value| ["created", "updated", "unchanged"].map(|key| report[key].as_u64().unwrap());
        assert_eq!(counts(&put(fact("6.2", "2025-08-15")).await), [1, 0, 0]);
        assert_eq!(counts(&put(fact("6.2", "2025-08-15")).await), [0, 0, 1]);
        assert_eq!(counts(&put(fact("6.20", "2025-08-15")).await), [0, 0, 1], "6.20 is 6.2");
        assert_eq!(counts(&put(fact("6.1", "2025-09-15")).await), [0, 1, 0]);
        let all = app.get("/observations?measure=%E7%A4%BE%E9%9B%B6").await.expect(200);
        let vintages: Vec<_> = all["items"].as_array().unwrap().iter().map(|row| (row["vintage"].clone(), row["value"].clone())).collect();
        assert_eq!(vintages, [(json!(1), json!("6.2")), (json!(2), json!("6.1"))]);
        let then = app.get("/observations?as_of=2025-08-31").await.expect(200);
        assert_eq!(then["items"].as_array().unwrap().len(), 1);
    }

    async fn a_trial_writes_nothing_and_a_bad_row_stops_all_unless_asked(app: TestApp) {
        measure(&app).await;
        let mut bad = fact("6.2", "2025-08-15");
        bad["period"] = json!({"start": "2025-08-01", "end": "2025-07-31"});
        let items = json!({"items": [fact("6.2", "2025-08-15"), bad]});
        app.put("/observations", items.clone()).await.problem(422, "invalid", "/items/1/period");
        let trial = app.put("/observations?dry_run=true", items.clone()).await.expect(200);
        assert_eq!((&trial["created"], &trial["refused"], &trial["items"][1]["outcome"]), (&json!(1), &json!(1), &json!("refused")));
        assert_eq!(app.get("/observations").await.expect(200)["items"], json!([]));
        let partly = app.put("/observations?atomic=false", items).await.expect(200);
        assert_eq!((&partly["created"], &partly["refused"]), (&json!(1), &json!(1)));
    }

    async fn what_is_wrong_with_a_fact_is_said_where_it_stands(app: TestApp) {
        measure(&app).await;
        for (key, value, pointer) in [
            ("measure", json!("没有的指标"), "/items/0/measure"),
            ("region", json!("999999"), "/items/0/region"),
            ("value", json!("6,2"), "/items/0/value"),
            ("value", json!("NaN"), "/items/0/value"),
            ("value", json!("9".repeat(30)), "/items/0/value"),
            ("value", json!(0.123_456_789_012_345_68), "/items/0/value"),
            ("figure", json!("growth"), "/items/0/figure"),
            ("source", json!(""), "/items/0/source"),
            ("published_on", json!("2024-01-01"), "/items/0/published_on"),
            ("published_on", json!("2025-02-30"), "/items/0/published_on"),
            ("period", json!("2025-07"), "/items/0/period"),
            ("extra", json!(1), "/items/0/extra"),
        ] {
            let mut body = fact("6.2", "2025-08-15");
            body[key] = value;
            app.put("/observations", json!({"items": [body]})).await.problem(422, "invalid", pointer);
        }
        let twice = json!({"items": [fact("6.2", "2025-08-15"), fact("6.3", "2025-08-15")]});
        app.put("/observations", twice).await.problem(422, "invalid", "/items/1/period");
        app.put("/observations", json!({"items": []})).await.problem(422, "invalid", "/items");
        assert_eq!(app.get("/observations").await.expect(200)["items"], json!([]));
    }
}
