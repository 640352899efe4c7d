use serde_json::{Value, json};

use crate::policy::{at, items, outcomes, report, run, sample};
use crate::support::both;

both! {
    async fn a_silenced_indicator_gets_no_letter_until_the_silence_ends(app: TestApp) {
        let sample = sample(&app, &["投资", "消费"], json!({})).await;
        at(&app, "2025-08-20");
        let body = json!({"indicator": sample.indicators[0], "reason": "口径调整", "owner": "李四", "ends_on": "2025-08-22"});
        let silence = app.post("/silences", body).await.expect(201);
        assert_eq!((&silence["starts_on"], &silence["active"], &silence["owner"]), (&json!("2025-08-20"), &json!(true), &json!("李四")));
        report(&app, "投资", "2025-07-31", "3.0", "2025-08-20").await;
        report(&app, "消费", "2025-07-31", "3.0", "2025-08-20").await;
        let done = run(&app, "2025-08-21").await;
        assert_eq!((outcomes(&done), &done["silenced_indicators"]), (vec!["warning issued".to_owned()], &json!([sample.indicators[0]])));
        assert_eq!(done["letters"][0]["indicator_count"], 1);
        assert_eq!(items(&app, "/episodes?state=open").await.len(), 2, "the episode goes on in silence");
        assert_eq!(outcomes(&run(&app, "2025-08-22").await), [] as [&str; 0], "the last day still counts");
        let due = run(&app, "2025-08-23").await;
        assert_eq!((outcomes(&due), &due["letters"][0]["indicators"][0]["name"]), (vec!["warning issued".to_owned()], &json!("投资")));
    }

    async fn a_silence_may_end_early_and_may_cover_a_unit_or_a_campaign(app: TestApp) {
        sample(&app, &["投资"], json!({})).await;
        report(&app, "投资", "2025-07-31", "3.0", "2025-08-20").await;
        at(&app, "2025-08-20");
        for scope in ["unit", "campaign"] {
            let name = if scope == "unit" { "省发展改革委" } else { "内需攻坚" };
            let silence = app.post("/silences", json!({scope: name, "reason": "核实", "owner": "李四", "ends_on": "2025-12-31"})).await.expect(201);
            assert_eq!(outcomes(&run(&app, "2025-08-21").await), [] as [&str; 0], "{scope}");
            let path = format!("/silences/{}", silence["id"].as_str().unwrap());
            assert_eq!(items(&app, "/silences?on=2025-09-01").await.len(), 1);
            let ended = app.post(&format!("{path}/end"), json!({"by": "王五"})).await.expect(200);
            assert_eq!((&ended["active"], &ended["ended_by"]), (&json!(false), &json!("王五")));
            assert_eq!(app.get(&path).await.expect(200), ended);
            app.post(&format!("{path}/end"), json!({"by": "王五"})).await.problem(409, "conflict", "");
            assert_eq!(items(&app, "/silences?on=2025-09-01").await.len(), 0);
        }
        assert_eq!(outcomes(&run(&app, "2025-08-21").await), ["warning issued"]);
    }

    async fn what_makes_no_silence_is_refused(app: TestApp) {
        let sample = sample(&app, &["投资"], json!({})).await;
        at(&app, "2025-08-20");
        let good = || json!({"indicator": sample.indicators[0], "reason": "核实", "owner": "李四", "ends_on": "2025-08-31"});
        for (field, value, pointer) in [
            ("indicator", Value::Null, "/campaign"),
            ("indicator", json!(sample.campaign), "/indicator"),
            ("unit", json!("没有的单位"), "/unit"),
            ("campaign", json!("没有的行动"), "/campaign"),
            ("reason", json!(""), "/reason"),
            ("owner", json!(""), "/owner"),
            ("ends_on", json!("2025-08-19"), "/ends_on"),
            ("ends_on", json!("2026-08-22"), "/ends_on"),
            ("until", json!("2025-08-22"), "/until"),
        ] {
            let mut body = good();
            body[field] = value;
            app.post("/silences", body).await.problem(422, "invalid", pointer);
        }
        app.post("/silences", good()).await.expect(201);
    }

    async fn a_lifting_waits_for_the_end_of_the_silence(app: TestApp) {
        sample(&app, &["投资"], json!({})).await;
        report(&app, "投资", "2025-07-31", "3.0", "2025-08-20").await;
        run(&app, "2025-08-21").await;
        report(&app, "投资", "2025-08-31", "6.0", "2025-09-20").await;
        run(&app, "2025-09-22").await;
        app.post("/silences", json!({"unit": "省发展改革委", "reason": "核实", "owner": "李四", "ends_on": "2025-10-31"})).await.expect(201);
        report(&app, "投资", "2025-09-30", "6.0", "2025-10-20").await;
        assert_eq!(outcomes(&run(&app, "2025-10-21").await), [] as [&str; 0]);
        assert_eq!(items(&app, "/episodes").await[0]["state"], "observing");
        assert_eq!(outcomes(&run(&app, "2025-11-01").await), ["lifting issued"]);
    }
}
