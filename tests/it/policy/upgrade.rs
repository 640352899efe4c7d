//! New rules write nothing before a person has seen what they change.

use xushi::clock::Clock as _;

use super::*;

/// As if the letters of this database were issued by the first rules.
async fn by_old_rules(app: &TestApp) {
    let now = app.clock.timestamp();
    app.store.set("rules_version", "1", now).await.unwrap();
}

async fn release(app: &TestApp, run: &Value, status: u16) -> Value {
    let path = format!("/warning-runs/{}/release", run["id"].as_str().unwrap());
    app.post(&path, json!({"by": "李四"})).await.expect(status)
}

both! {
    async fn after_an_upgrade_the_first_run_only_drafts_until_it_is_released(app: TestApp) {
        sample(&app, &["投资", "消费"], json!({})).await;
        report(&app, "投资", "2025-06-30", "5.1", "2025-07-20").await;
        report(&app, "消费", "2025-06-30", "5.1", "2025-07-20").await;
        assert_eq!(outcomes(&run(&app, "2025-07-21").await), [] as [&str; 0]);
        assert_eq!(items(&app, "/warning-runs").await.len(), 1);
        by_old_rules(&app).await;
        report(&app, "投资", "2025-07-31", "2.0", "2025-08-20").await;
        let held = run(&app, "2025-08-21").await;
        assert_eq!(outcomes(&held), ["warning awaits_approval"], "though the campaign issues by itself");
        let change = &held["rules_change"];
        assert_eq!((&change["from"], &change["to"]), (&json!(1), &json!(xushi::domain::RULES_VERSION)));
        let changes = change["changes"].as_array().unwrap();
        let investment = changes.iter().find(|one| one["indicator"] == "投资").unwrap();
        assert_eq!((&investment["before"], &investment["now"]), (&json!("on_pace"), &json!("critical")));
        let kept = app.get(&format!("/warning-runs/{}", held["id"].as_str().unwrap())).await.expect(200);
        assert_eq!(kept["rules_change"], *change);
        let again = run(&app, "2025-08-22").await;
        assert_eq!(outcomes(&again), ["warning awaits_approval"], "nor does the next day without a release");
        assert_eq!(items(&app, "/deliveries").await, [] as [Value; 0]);
        let reader = app.new_key("reader", None).await;
        let path = format!("/warning-runs/{}/release", again["id"].as_str().unwrap());
        let request = app.request_as(&reader, actix_web::http::Method::POST, &path).set_json(json!({}));
        app.send(request).await.problem(403, "forbidden", "");
        release(&app, &again, 200).await;
        let out = run(&app, "2025-08-25").await;
        assert_eq!((outcomes(&out), &out["rules_change"]), (vec!["warning issued".to_owned()], &Value::Null));
        assert_eq!(items(&app, "/letters").await.len(), 1, "the draft became the letter");
        release(&app, &again, 409).await;
        release(&app, &out, 409).await;
    }

    async fn ladder_and_liftings_wait_for_the_release_as_well(app: TestApp) {
        sample(&app, &["投资", "消费"], json!({})).await;
        report(&app, "投资", "2025-07-31", "2.0", "2025-08-20").await;
        report(&app, "消费", "2025-07-31", "3.0", "2025-08-20").await;
        run(&app, "2025-08-21").await;
        for day in ["2025-08-27", "2025-08-29"] {
            remind(&app, day).await;
        }
        let before = items(&app, "/letters").await.len();
        report(&app, "消费", "2025-08-31", "6.0", "2025-09-08").await;
        run(&app, "2025-09-08").await;
        by_old_rules(&app).await;
        report(&app, "消费", "2025-09-30", "6.0", "2025-10-13").await;
        let held = run(&app, "2025-10-13").await;
        // The figures of 投资 for August are overdue by then, too.
        assert_eq!(outcomes(&held), ["report_reminder awaits_approval", "lifting awaits_approval"]);
        assert_eq!(remind(&app, "2025-10-14").await.run.letters.len(), 1);
        let drafts = items(&app, "/letters?state=draft").await;
        assert_eq!(drafts.len(), 3, "{drafts:?}");
        assert_eq!(items(&app, "/letters").await.len(), before + 3);
        release(&app, &held, 200).await;
        at(&app, "2025-10-15");
        let told = app.post("/warning-runs", json!({"as_of": "2025-10-15", "dry_run": true, "texts": true})).await.expect(200);
        let going: Vec<_> = told["letters"].as_array().unwrap().iter().map(|one| (one["kind"].clone(), one["waits_for"].clone())).collect();
        let goes = |kind: &str| (json!(kind), Value::Null);
        assert_eq!(going, [goes("report_reminder"), goes("lifting"), goes("warning")], "what waited for the release goes");
        run(&app, "2025-10-15").await;
        remind(&app, "2025-10-15").await;
        assert_eq!(items(&app, "/letters?state=draft").await, [] as [Value; 0], "all are out");
    }

    async fn what_is_not_signed_waits_for_the_release_alone(app: TestApp) {
        sample(&app, &["投资", "消费"], json!({"issuing": "approval"})).await;
        report(&app, "投资", "2025-07-31", "2.0", "2025-08-20").await;
        report(&app, "消费", "2025-06-30", "6.0", "2025-07-20").await;
        by_old_rules(&app).await;
        let held = run(&app, "2025-08-26").await;
        assert_eq!(outcomes(&held), ["warning awaits_approval", "report_reminder awaits_approval"], "every kind is drafted");
        let waits: Vec<_> = items(&app, "/letters").await.into_iter().map(|one| one["waits_for"].clone()).collect();
        assert_eq!(waits, ["signature", "release"]);
        release(&app, &held, 200).await;
        assert_eq!(outcomes(&run(&app, "2025-08-27").await), ["warning awaits_approval", "report_reminder issued"]);
    }

    async fn a_fresh_database_waits_for_nobody(app: TestApp) {
        sample(&app, &["投资"], json!({})).await;
        report(&app, "投资", "2025-07-31", "2.0", "2025-08-20").await;
        let done = run(&app, "2025-08-21").await;
        assert_eq!((outcomes(&done), &done["rules_change"]), (vec!["warning issued".to_owned()], &Value::Null));
    }
}
