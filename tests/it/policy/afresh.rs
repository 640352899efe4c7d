//! The ladder judges the matter again before each step, and ends with what it asks for.

use super::*;
use xushi::office::Actor;

async fn unanswered(app: &TestApp) -> usize {
    items(app, "/incidents?open=true&kind=letter_unanswered").await.len()
}

/// Without an evaluation before: whichever job ran first.
async fn morning(app: &TestApp, day: &str) -> Reminded {
    at(app, day);
    warnings::remind(&app.office, &Actor::job()).await.unwrap()
}

both! {
    async fn what_was_corrected_this_morning_climbs_no_further(app: TestApp) {
        sample(&app, &["投资"], json!({})).await;
        report(&app, "投资", "2025-07-31", "2.0", "2025-08-20").await;
        run(&app, "2025-08-21").await;
        report(&app, "投资", "2025-07-31", "9.0", "2025-08-29").await;
        assert_eq!(morning(&app, "2025-08-29").await.run.letters.len(), 0);
        let episode = &items(&app, "/episodes").await[0];
        assert_eq!((&episode["state"], &episode["observing_since"]), (&json!("observing"), &json!("2025-08-29")));
        assert_eq!(items(&app, "/letters").await.len(), 1);
    }

    async fn later_figures_make_the_earlier_request_idle(app: TestApp) {
        sample(&app, &["投资"], json!({})).await;
        report(&app, "投资", "2025-06-30", "3.0", "2025-08-20").await;
        run(&app, "2025-08-21").await;
        report(&app, "投资", "2025-07-31", "3.0", "2025-08-29").await;
        assert_eq!(morning(&app, "2025-08-29").await.run.letters.len(), 0, "the next run writes about July");
        let next = run(&app, "2025-08-29").await;
        assert_eq!(outcomes(&next), ["warning issued"]);
        assert_eq!(morning(&app, "2025-08-29").await.run.letters.len(), 0);
        assert_eq!(items(&app, "/letters").await[0]["state"], "settled");
    }

    async fn two_letters_about_one_thing_never_go_on_one_day(app: TestApp) {
        sample(&app, &["投资"], json!({})).await;
        report(&app, "投资", "2025-06-30", "3.0", "2025-08-20").await;
        run(&app, "2025-08-21").await;
        assert_eq!(morning(&app, "2025-08-29").await.run.letters.len(), 1);
        report(&app, "投资", "2025-07-31", "2.0", "2025-08-29").await;
        assert_eq!(outcomes(&run(&app, "2025-08-29").await), [] as [&str; 0]);
        assert_eq!(items(&app, "/episodes").await[0]["level"], "orange", "known all the same");
        assert_eq!(outcomes(&run(&app, "2025-09-01").await), ["warning issued"]);
        assert_eq!(items(&app, "/episodes").await[0]["handling"], Value::Null, "a new letter begins anew");
    }

    async fn the_ladder_of_a_window_ends_with_it(app: TestApp) {
        sample(&app, &["投资"], json!({})).await;
        report(&app, "投资", "2025-07-31", "3.0", "2025-08-20").await;
        run(&app, "2025-08-21").await;
        let late = morning(&app, "2026-11-30").await;
        assert_eq!((late.run.letters.len(), late.exhausted.len()), (0, 1), "a person must decide");
        let problem = items(&app, "/incidents?open=true&kind=letter_unanswered").await.remove(0);
        assert!(problem["detail"].as_str().unwrap().contains("目标期已满"), "{problem}");
        morning(&app, "2026-12-01").await;
        assert_eq!(unanswered(&app).await, 1, "said once");
    }

    async fn a_letter_about_a_finished_window_keeps_its_reminder_and_its_leader_step(app: TestApp) {
        sample(&app, &["投资"], json!({})).await;
        report(&app, "投资", "2025-12-31", "3.0", "2026-01-20").await;
        assert_eq!(outcomes(&run(&app, "2026-01-21").await), ["warning issued"]);
        let letter = items(&app, "/letters").await.remove(0);
        assert_eq!((&letter["level"], &letter["reply_by"]), (&json!("red"), &json!("2026-01-28")));
        assert_eq!(morning(&app, "2026-01-27").await.run.letters[0].step, Some(1));
        assert_eq!(morning(&app, "2026-01-29").await.run.letters[0].step, Some(2));
        let raised = items(&app, "/letters").await.pop().unwrap();
        assert_eq!((&raised["level"], &raised["handling"]), (&json!("red"), &json!("raise")));
        let over = raised["reply_by"].as_str().unwrap().to_owned();
        let next = (d(&over) + chrono::TimeDelta::days(6)).to_string();
        let done = morning(&app, &next).await;
        assert_eq!((done.run.letters.len(), done.exhausted.len()), (0, 1), "{next}");
    }

    async fn reports_are_asked_for_only_of_promises_in_force_and_on_days_that_were_set(app: TestApp) {
        let sample = sample(&app, &["投资", "消费"], json!({})).await;
        for measure in ["投资", "消费"] {
            report(&app, measure, "2025-06-30", "6.0", "2025-07-20").await;
        }
        app.patch(&format!("/indicators/{}", sample.indicators[0]), json!({"target": null, "reason": "未下达"})).await.expect(200);
        let consumption = items(&app, "/measures").await.into_iter().find(|one| one["name"] == "消费").unwrap();
        app.patch(&format!("/measures/{}", consumption["id"].as_str().unwrap()), json!({"release_day": null, "reason": "不定期"})).await.expect(200);
        assert_eq!(outcomes(&run(&app, "2025-08-26").await), [] as [&str; 0]);
    }

    async fn a_later_report_takes_the_earlier_request_in(app: TestApp) {
        sample(&app, &["投资"], json!({})).await;
        report(&app, "投资", "2025-06-30", "6.0", "2025-07-20").await;
        assert_eq!(outcomes(&run(&app, "2025-08-26").await), ["report_reminder issued"]);
        // Nobody looked for a month: both jobs run on one morning, whichever first.
        for ladder_first in [true, false] {
            if ladder_first {
                assert_eq!(morning(&app, "2025-09-26").await.run.letters.len(), 0, "August is missing by now, too");
            } else {
                assert_eq!(outcomes(&run(&app, "2025-09-26").await), ["report_reminder issued"]);
                assert_eq!(morning(&app, "2025-09-26").await.run.letters.len(), 0);
            }
        }
        let all = items(&app, "/letters").await;
        let [first, second] = all.as_slice() else { panic!("{all:?}") };
        assert_eq!((&first["state"], &second["follows_id"]), (&json!("settled"), &first["id"]));
        let first = app.get(&format!("/letters/{}", first["id"].as_str().unwrap())).await.expect(200);
        assert_eq!(first["successor_id"], second["id"]);
        let text = app.get(&format!("/letters/{}", second["id"].as_str().unwrap())).await.expect(200);
        assert!(text["text"].as_str().unwrap().contains("湘攻坚函〔2025〕1号"), "it names the earlier: {}", text["text"]);
    }

    async fn scheduled_letters_keep_to_working_days(app: TestApp) {
        sample(&app, &["投资"], json!({})).await;
        report(&app, "投资", "2025-08-31", "3.0", "2025-09-30").await;
        at(&app, "2025-10-01");
        let done = warnings::run_on_schedule(&app.office, &Actor::job(), d("2025-10-01")).await.unwrap();
        assert!(done.resting && done.letters.is_empty());
        assert_eq!(items(&app, "/letters").await, [] as [Value; 0]);
        // The 28th of September 2025 is a Sunday at work; the 9th of October is the first day after the holiday.
        at(&app, "2025-10-09");
        let done = warnings::run_on_schedule(&app.office, &Actor::job(), d("2025-10-09")).await.unwrap();
        assert_eq!((done.resting, done.letters.len()), (false, 1));
    }
}
