use super::*;

both! {
    async fn a_missed_report_is_asked_for_once(app: TestApp) {
        let sample = sample(&app, &["投资", "消费"], json!({})).await;
        for measure in ["投资", "消费"] {
            report(&app, measure, "2025-06-30", "6.0", "2025-07-20").await;
        }
        // July's figures were to be there on 20 August and three working days: the 25th.
        assert_eq!(outcomes(&run(&app, "2025-08-25").await), [] as [&str; 0]);
        let done = run(&app, "2025-08-26").await;
        assert_eq!((outcomes(&done), &done["letters"][0]["indicator_count"]), (vec!["report_reminder issued".to_owned()], &json!(2)));
        assert_eq!(outcomes(&run(&app, "2025-08-27").await), [] as [&str; 0]);
        let letter = items(&app, "/letters").await.remove(0);
        assert_eq!((&letter["level"], &letter["reply_by"]), (&Value::Null, &json!("2025-09-02")));
        let whole = app.get(&format!("/letters/{}", letter["id"].as_str().unwrap())).await.expect(200);
        for part in ["催报", "2025年1—7月", "8月20日", "2025年1—6月"] {
            assert!(whole["text"].as_str().unwrap().contains(part), "{part} is not in {}", whole["text"]);
        }
        assert_eq!(items(&app, "/episodes").await, [] as [Value; 0], "an overdue report is no warning");
        // The next release that is missed is another report.
        report(&app, "投资", "2025-07-31", "6.0", "2025-08-28").await;
        let next = run(&app, "2025-09-26").await;
        assert_eq!((outcomes(&next), &next["letters"][0]["indicator_count"]), (vec!["report_reminder issued".to_owned()], &json!(2)));
        assert_eq!(sample.indicators.len(), 2);
    }

    async fn one_thing_is_written_of_once_a_day(app: TestApp) {
        sample(&app, &["投资"], json!({})).await;
        report(&app, "投资", "2025-06-30", "3.0", "2025-07-20").await;
        // June's figure lags and July's has not come: first the warning, the day after the request.
        assert_eq!(outcomes(&run(&app, "2025-08-26").await), ["warning issued"]);
        assert_eq!(outcomes(&run(&app, "2025-08-27").await), ["report_reminder issued"]);
        assert_eq!(outcomes(&run(&app, "2025-08-28").await), [] as [&str; 0]);
        // Both are unanswered; each climbs, on a day of its own.
        for (day, letters) in [("2025-09-05", 1), ("2025-09-08", 1), ("2025-09-09", 0)] {
            let done = remind(&app, day).await;
            assert_eq!(done.run.letters.len(), letters, "{day}: {:?}", done.run.letters);
        }
    }

    async fn the_ledger_names_the_source_of_the_figure_judged(app: TestApp) {
        sample(&app, &["投资"], json!({})).await;
        // A forecast of the year, a level, and a first figure that comes after the final one: none is judged.
        let fact = |(figure, source): (&str, &str), value: &str, status: &str, end: &str, day: &str| json!({"measure": "投资",
            "region": "430000", "figure": figure, "value": value, "status": status, "source": source,
            "period": {"start": "2025-01-01", "end": end}, "published_on": day});
        let first = fact(("yoy", "月报"), "3.0", "final", "2025-06-30", "2025-07-20");
        app.put("/observations", json!({"items": [first]})).await.expect(200);
        run(&app, "2025-07-21").await;
        let later = [
            fact(("yoy", "专刊"), "2.5", "forecast", "2025-12-31", "2025-07-22"),
            fact(("level", "专刊"), "311.3", "final", "2025-06-30", "2025-07-22"),
            fact(("yoy", "专刊"), "2.8", "preliminary", "2025-06-30", "2025-07-22"),
        ];
        app.put("/observations", json!({"items": later})).await.expect(200);
        run(&app, "2025-07-22").await;
        assert_eq!(items(&app, "/ledger").await[0]["source"], "月报");
        let csv = String::from_utf8(app.get("/ledger.csv").await.bytes).unwrap();
        assert!(csv.contains("月报") && !csv.contains("专刊"), "{csv}");
    }

    async fn a_draft_for_reports_that_came_goes_by_itself(app: TestApp) {
        sample(&app, &["投资"], json!({"issuing": "approval", "signed": ["report_reminder"]})).await;
        report(&app, "投资", "2025-06-30", "6.0", "2025-07-20").await;
        assert_eq!(outcomes(&run(&app, "2025-08-26").await), ["report_reminder awaits_approval"]);
        assert_eq!(outcomes(&run(&app, "2025-08-27").await), ["report_reminder awaits_approval"]);
        assert_eq!(items(&app, "/letters?state=draft").await.len(), 1);
        report(&app, "投资", "2025-07-31", "6.0", "2025-08-27").await;
        let done = run(&app, "2025-08-28").await;
        assert_eq!((outcomes(&done).len(), &done["discarded_drafts"]), (0, &json!(1)));
    }
}
