use super::*;
use xushi::clock::Clock as _;

/// A total of January to `period_end`, published on `day`.
async fn total(app: &TestApp, period_end: &str, value: &str, day: &str) {
    let start = format!("{}-01-01", &period_end[..4]);
    let item = json!({"measure": "新增就业", "region": "430000", "figure": "level", "value": value, "source": "月报",
        "period": {"start": start, "end": period_end}, "published_on": day});
    app.put("/observations", json!({"items": [item]})).await.expect(200);
}

/// 120万人 by equal months, of which 60 % and 80 % were done by June and September of the years before.
async fn seasonal(app: &TestApp) -> String {
    sample(app, &[], json!({})).await;
    let measure = json!({"name": "新增就业", "unit": "万人", "basis": "cumulative", "better": "higher",
        "frequency": "quarterly", "release_day": 20});
    app.post("/measures", measure).await.expect(201);
    let task = items(app, "/tasks").await[0]["id"].clone();
    let indicator = json!({"task": task, "measure": "新增就业", "region": "430000", "curve": {"kind": "linear_months"},
        "target": {"phrase": "新增就业120万人", "kind": "total", "comparator": ">=", "value": "120", "unit": "万人"}});
    let indicator = app.post("/indicators", indicator).await.expect(201)["id"].as_str().unwrap().to_owned();
    for (period_end, value, day) in [
        ("2023-03-31", "27", "2023-04-20"),
        ("2023-06-30", "54", "2023-07-20"),
        ("2023-09-30", "73", "2023-10-20"),
        ("2023-12-31", "90", "2024-01-20"),
        ("2024-03-31", "30", "2024-04-20"),
        ("2024-06-30", "60", "2024-07-20"),
        ("2024-09-30", "80", "2024-10-20"),
        ("2024-12-31", "100", "2025-01-20"),
        ("2025-03-31", "32", "2025-04-20"),
        ("2025-06-30", "61", "2025-07-20"),
    ] {
        total(app, period_end, value, day).await;
    }
    indicator
}

both! {
    async fn a_year_that_will_be_missed_warns_while_it_is_on_pace(app: TestApp) {
        let indicator = seasonal(&app).await;
        assert_eq!(outcomes(&run(&app, "2025-07-22").await), ["warning issued"]);
        let verdict = app.get(&format!("/indicators/{indicator}/assessment?as_of=2025-07-22")).await.expect(200);
        // 61 of 120 by June is on pace, yet 61 ÷ 0.6 is 101.67, twice, 61 + 40 × 29/30 is 99.67, and by single quarters 101.85: 101.21 on
        // average. The one past year was projected without an error: a scale of √(2/3 × 0.111² + 2 × 0.0000877) = 0.0916.
        // u = 1.859, t = 0.597, L = 4.074: 0.983; half of the years would end below 100.92.
        assert_eq!((&verdict["grade"], &verdict["forecast"]["method"], &verdict["forecast_missing"]), (&json!("on_pace"), &json!("shares"), &Value::Null));
        assert_eq!((&verdict["forecast"]["value"], &verdict["forecast"]["years"]), (&json!("100.92"), &json!(1)));
        assert_eq!((&verdict["forecast"]["p_miss"], &verdict["grade_and_forecast"]), (&json!("0.98"), &json!("达序时，但预计不能完成（约98%）")));
        let board = items(&app, "/assessments?grade=on_pace").await;
        assert!(board.iter().any(|one| one["grade_label"] == "达序时" && one["grade_and_forecast"] == "达序时，但预计不能完成（约98%）"), "{board:?}");
        let formulas = verdict["working"].as_array().unwrap().iter().filter(|step| step["formula"].as_str().unwrap().starts_with("推算"));
        assert_eq!(formulas.count(), 4);
        let episode = &items(&app, "/episodes").await[0];
        assert_eq!((&episode["level"], &episode["grade"], &episode["state"]), (&json!("yellow"), &json!("on_pace"), &json!("open")));
        let letters = items(&app, "/letters").await;
        let letter = app.get(&format!("/letters/{}", letters[0]["id"].as_str().unwrap())).await.expect(200);
        let text = letter["text"].as_str().unwrap();
        for part in ["目前进度在要求以内，但按历年规律和近期走势预测", "预计全年完成100.9万人", "不能完成目标的可能性约", "达序时，但预计不能完成（约98%）"] {
            assert!(text.contains(part), "{part} is not in {text}");
        }
        assert!(!text.contains("滞后于序时进度，达到"), "{text}");
    }

    async fn a_brighter_forecast_is_observed_then_lifted(app: TestApp) {
        let indicator = seasonal(&app).await;
        run(&app, "2025-07-22").await;
        total(&app, "2025-09-30", "99", "2025-10-20").await;
        assert_eq!(outcomes(&run(&app, "2025-10-21").await), [] as [&str; 0]);
        assert_eq!(items(&app, "/episodes").await[0]["state"], "observing");
        let verdict = app.get(&format!("/indicators/{indicator}/assessment")).await.expect(200);
        let p_miss: f64 = verdict["forecast"]["p_miss"].as_str().unwrap().parse().unwrap();
        assert!(p_miss < 0.5, "{p_miss}");
        let first = app.get(&format!("/indicators/{indicator}/assessment?as_of=2025-07-22")).await.expect(200);
        assert_eq!(first["forecast"]["value"], "100.92", "as it was known then");
    }

    async fn what_was_stated_is_held_against_what_came(app: TestApp) {
        seasonal(&app).await;
        let judged = async |now: &str| {
            app.clock.set(format!("{now}T01:00:00Z").parse().unwrap());
            assessments::evaluate(&app.office, &Actor::job(), app.clock.today()).await.unwrap();
        };
        judged("2025-08-27").await;
        assert_eq!(app.get("/forecasts/record").await.expect(200)["indicators"], 0, "the year is not over");
        // Said twice of September; the second time counts.
        for (day, value) in [("2025-10-21", "84"), ("2025-10-25", "85")] {
            app.clock.set(format!("{day}T00:30:00Z").parse().unwrap());
            total(&app, "2025-09-30", value, day).await;
            judged(day).await;
        }
        app.clock.set("2026-02-05T00:30:00Z".parse().unwrap());
        total(&app, "2025-12-31", "102", "2026-01-20").await;
        judged("2026-02-05").await;
        let record = app.get("/forecasts/record").await.expect(200);
        let months: Vec<(&Value, &Value, &Value)> = record["months"].as_array().unwrap().iter()
            .map(|month| (&month["month"], &month["count"], &month["coverage"])).collect();
        assert_eq!(months, [(&json!(6), &json!(1), &json!("1")), (&json!(9), &json!(1), &json!("1"))], "{record}");
        assert_eq!((&record["indicators"], &record["all"]["missed"], &record["all"]["auc"]), (&json!(1), &json!(2), &Value::Null));
        assert_eq!((&record["tenths"][9]["count"], &record["tenths"][9]["missed"]), (&json!(2), &json!("1")));
        // What is worked out when the year is over was no forecast.
        total(&app, "2025-06-30", "70", "2026-02-05").await;
        judged("2026-02-06").await;
        assert_eq!(app.get("/forecasts/record").await.expect(200)["all"], record["all"]);
        for (filter, indicators) in [("to=2025-12-30", 0), ("to=2025-12-31", 1), ("from=2026-01-01", 0)] {
            assert_eq!(app.get(&format!("/forecasts/record?{filter}")).await.expect(200)["indicators"], indicators, "{filter}");
        }
    }
}
