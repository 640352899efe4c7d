use actix_web::http::Method;
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};
use xushi::clock::Clock as _;

use super::letters::replies::issued;
use crate::support::{TestApp, both};

pub(crate) fn days(app: &TestApp, days: i64) {
    let now: DateTime<Utc> = app.clock.now();
    app.clock.set(now + TimeDelta::days(days));
}

both! {
    async fn the_ledger_tells_age_source_deadline_and_repeats(app: TestApp) {
        let letters = issued(&app).await;
        days(&app, 9);
        let open = app.get("/episodes?state=open&limit=500").await.expect(200)["items"].as_array().unwrap().clone();
        let ledger = app.get("/ledger?limit=500").await.expect(200)["items"].as_array().unwrap().clone();
        let ids = |of: &[Value], name: &str| of.iter().map(|one| one[name].clone()).collect::<Vec<_>>();
        assert_eq!(ids(&ledger, "episode_id"), ids(&open, "id"));
        let item = ledger.iter().find(|one| one["indicator"] == "固定资产投资").unwrap();
        // 27 August to 5 September 2025, Wednesday to Friday of the week after.
        assert_eq!((&item["opened_on"], &item["age_days"], &item["age_working_days"]), (&json!("2025-08-27"), &json!(9), &json!(7)));
        assert_eq!((&item["letters"], &item["letter_state"], &item["reply_by"], &item["overdue"]), (&json!(1), &json!("issued"), &json!("2025-09-03"), &json!(true)));
        assert_eq!(item["letter_number"], "湘攻坚函〔2025〕1号");
        assert!(item["unit"].is_string() && item["source"].is_string(), "{item}");
        let on = async |day: &str| app.get(&format!("/ledger?as_of={day}")).await.expect(200)["items"].as_array().unwrap().clone();
        assert!(on("2025-08-26").await.is_empty());
        let early = on("2025-08-27").await;
        assert_eq!((early.len(), &early[0]["overdue"], &early[0]["age_days"]), (ledger.len(), &json!(false), &json!(0)));
        let far = on("2031-01-01").await;
        assert_eq!(far[0]["age_working_days"], Value::Null, "no calendar, no guess");

        let counts = app.get("/ledger/counts").await.expect(200);
        assert_eq!(counts["total"]["problems"], ledger.len());
        let levels: u64 = ["yellow", "orange", "red"].iter().map(|level| counts["total"][level].as_u64().unwrap()).sum();
        assert_eq!(levels, ledger.len() as u64);
        for one in counts["items"].as_array().unwrap() {
            let own = ledger.iter().filter(|item| item["unit_id"] == one["unit_id"]).count();
            assert_eq!(one["problems"], own);
        }
        let first = app.get("/ledger?limit=1&fields=episode_id,level").await.expect(200);
        let next = format!("/ledger?limit=1&cursor={}", first["next_cursor"].as_str().unwrap());
        assert_eq!(app.get(&next).await.expect(200)["items"][0]["episode_id"], ledger[1]["episode_id"]);

        let file = app.get("/ledger.csv").await;
        assert_eq!(file.header("content-type"), "text/csv; charset=utf-8");
        let text = String::from_utf8(file.bytes).unwrap();
        assert!(text.starts_with("\u{feff}序号,指标,"), "Excel needs the mark");
        assert_eq!(text.lines().count(), ledger.len() + 1);
        assert!(text.contains("固定资产投资") && text.contains("湘攻坚函〔2025〕1号") && text.contains("待签收,2025-09-03,是"), "{text}");

        // A unit sees its own problems in all three.
        let unit = letters[0]["unit_id"].as_str().unwrap();
        let key = app.new_key("unit", Some(unit)).await;
        let own = app.send(app.request_as(&key, Method::GET, "/ledger")).await.expect(200);
        assert!(own["items"].as_array().unwrap().iter().all(|one| one["unit_id"] == unit));
        let counts = app.send(app.request_as(&key, Method::GET, "/ledger/counts")).await.expect(200);
        assert_eq!(counts["items"].as_array().unwrap().len(), 1);
        let file = app.send(app.request_as(&key, Method::GET, "/ledger.csv")).await;
        assert_eq!(String::from_utf8(file.bytes).unwrap().lines().count(), own["items"].as_array().unwrap().len() + 1);
        app.get("/ledger?updated_after=2025-01-01T00:00:00Z").await.problem(400, "malformed_query", "updated_after");
        app.get("/ledger?as_of=0").await.problem(400, "malformed_query", "as_of");
    }
}
