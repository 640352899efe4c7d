use serde_json::{Value, json};

use crate::policy::{items, outcomes, report, run, sample};
use crate::support::both;

both! {
    async fn what_recovers_is_observed_then_lifted_by_letter(app: TestApp) {
        sample(&app, &["投资"], json!({})).await;
        let pack = app.post("/rule-packs", json!({"name": "two", "reason": "观察两期", "observation_periods": 2})).await.expect(201);
        assert_eq!((&pack["observation_periods"], &pack["p_miss_open"]), (&json!(2), &json!("0.8")));
        let campaign = items(&app, "/campaigns").await[0]["id"].as_str().unwrap().to_owned();
        app.patch(&format!("/campaigns/{campaign}"), json!({"rule_pack": "two", "reason": "试行观察期"})).await.expect(200);
        let steps = [
            ("2025-07-31", "3.0", "2025-08-21", "open", &["warning issued"][..]),
            ("2025-08-31", "5.5", "2025-09-21", "observing", &[]),
            ("2025-09-30", "5.6", "2025-10-21", "observing", &[]),
            // Falling back reopens the same episode.
            ("2025-10-31", "3.5", "2025-11-21", "open", &["warning issued"]),
            ("2025-11-30", "5.0", "2025-12-22", "observing", &[]),
        ];
        for (period_end, value, day, state, letters) in steps {
            report(&app, "投资", period_end, value, day).await;
            assert_eq!(outcomes(&run(&app, day).await), letters, "{day}");
            assert_eq!(outcomes(&run(&app, day).await), [] as [&str; 0], "{day}, again");
            let episodes = items(&app, "/episodes").await;
            assert_eq!((episodes.len(), &episodes[0]["state"]), (1, &json!(state)), "{day}");
        }
        let episodes = items(&app, "/episodes?state=observing").await;
        assert_eq!((&episodes[0]["observing_since"], &episodes[0]["observed_periods"]), (&json!("2025-12-22"), &json!(0)));
    }

    async fn what_is_settled_is_lifted_at_once(app: TestApp) {
        sample(&app, &["投资"], json!({})).await;
        report(&app, "投资", "2025-11-30", "3.0", "2025-12-20").await;
        assert_eq!(outcomes(&run(&app, "2025-12-24").await), ["warning issued"]);
        // The year's own figure: no later one could show more.
        report(&app, "投资", "2025-12-31", "6.0", "2026-01-20").await;
        assert_eq!(outcomes(&run(&app, "2026-01-21").await), ["lifting issued"]);
    }

    async fn three_that_lag_make_the_watched_one_of_the_same_unit_warn(app: TestApp) {
        let names = ["投资", "消费", "外贸", "工业", "物流"];
        let sample = sample(&app, &names, json!({})).await;
        let told = |run: &Value| -> Vec<String> {
            let letters = run["letters"].as_array().unwrap().iter();
            let mut names: Vec<String> = letters
                .flat_map(|letter| letter["indicators"].as_array().unwrap())
                .map(|one| format!("{} {}", one["name"].as_str().unwrap(), one["grade"].as_str().unwrap()))
                .collect();
            names.sort();
            names
        };
        for (name, value) in names.into_iter().zip(["3.5", "3.6", "4.6", "4.7", "5.2"]) {
            report(&app, name, "2025-07-31", value, "2025-08-20").await;
        }
        assert_eq!(told(&run(&app, "2025-08-21").await), ["投资 behind", "消费 behind"], "two that lag are two");
        report(&app, "外贸", "2025-08-31", "3.9", "2025-09-20").await;
        report(&app, "工业", "2025-08-31", "4.8", "2025-09-20").await;
        let third = run(&app, "2025-09-21").await;
        assert_eq!(told(&third), ["外贸 behind", "工业 watch"]);
        assert_eq!(outcomes(&third), ["warning issued"], "in one letter");
        let episodes = items(&app, "/episodes").await;
        let watched = episodes.iter().find(|one| one["indicator_id"] == *sample.indicators[3]).unwrap();
        assert_eq!((&watched["level"], &watched["grade"]), (&json!("yellow"), &json!("watch")));
    }

    async fn a_lifting_names_the_letter_it_ends(app: TestApp) {
        sample(&app, &["投资"], json!({})).await;
        for (period_end, value, day) in
            [("2025-07-31", "3.0", "2025-08-21"), ("2025-08-31", "5.5", "2025-09-22"), ("2025-09-30", "5.6", "2025-10-21")]
        {
            report(&app, "投资", period_end, value, day).await;
            run(&app, day).await;
        }
        let letters = items(&app, "/letters").await;
        let told: Vec<_> = letters.iter().map(|one| (one["kind"].as_str().unwrap(), one["number"].as_str().unwrap())).collect();
        assert_eq!(told, [("warning", "湘攻坚函〔2025〕1号"), ("lifting", "湘攻坚函〔2025〕2号")]);
        assert_eq!((&letters[1]["follows_id"], &letters[1]["reply_by"], &letters[1]["level"]), (&letters[0]["id"], &Value::Null, &Value::Null));
        let text = app.get(&format!("/letters/{}", letters[1]["id"].as_str().unwrap())).await.expect(200);
        for part in ["湘攻坚函〔2025〕1号", "解除预警", "5.6%"] {
            assert!(text["text"].as_str().unwrap().contains(part), "{part} is not in {}", text["text"]);
        }
        assert_eq!(items(&app, "/episodes").await[0]["state"], "lifted");
    }

    async fn nobody_answers_is_told_every_day_until_somebody_does(app: TestApp) {
        let sample = sample(&app, &["投资"], json!({})).await;
        let task = items(&app, "/tasks").await[0]["id"].as_str().unwrap().to_owned();
        app.patch(&format!("/tasks/{task}"), json!({"responsibilities": []})).await.expect(200);
        report(&app, "投资", "2025-07-31", "3.0", "2025-08-20").await;
        for day in ["2025-08-21", "2025-08-22"] {
            let done = run(&app, day).await;
            assert_eq!((outcomes(&done).len(), &done["unaddressed_indicators"]), (0, &json!([sample.indicators[0]])), "{day}");
        }
        assert_eq!(items(&app, "/episodes").await[0]["opened_on"], "2025-08-21", "the trouble is on record");
        app.patch(&format!("/tasks/{task}"), json!({"responsibilities": [{"unit": "省发展改革委", "role": "lead"}]})).await.expect(200);
        assert_eq!(outcomes(&run(&app, "2025-08-23").await), ["warning issued"]);
        assert_ne!(items(&app, "/episodes").await[0]["unit_id"], Value::Null);
    }
}
