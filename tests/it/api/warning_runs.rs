use serde_json::{Value, json};
use xushi::office::warnings;

use crate::policy::{at, d, items, outcomes, report, run, sample};
use crate::support::{TestApp, both};

both! {
    async fn runs_are_kept_and_say_who_asked(app: TestApp) {
        sample(&app, &["投资"], json!({})).await;
        report(&app, "投资", "2025-07-31", "3.0", "2025-08-20").await;
        let done = run(&app, "2025-08-21").await;
        let rehearsed = app.post("/warning-runs", json!({"as_of": "2025-08-21", "dry_run": true})).await.expect(200);
        assert_eq!(rehearsed["id"], Value::Null);
        warnings::run(&app.office, &xushi::office::Actor::job(), d("2025-08-22")).await.unwrap();
        let kept = items(&app, "/warning-runs").await;
        let told: Vec<_> = kept.iter().map(|run| (run["started_by"].clone(), run["letters"].clone())).collect();
        assert_eq!(told, [(Value::Null, json!(0)), (json!("test"), json!(1))], "the latest first");
        let one = app.get(&format!("/warning-runs/{}", done["id"].as_str().unwrap())).await.expect(200);
        assert_eq!((&one["letters"][0]["number"], &one["letters"][0]["indicator_count"]), (&json!("湘攻坚函〔2025〕1号"), &json!(1)));
        assert_eq!((&one["letters"][0]["id"], &one["assessed"]), (&done["letters"][0]["id"], &json!(1)));
        app.get("/warning-runs/01890000-0000-7000-8000-000000000000").await.problem(404, "not_found", "");
    }

    async fn a_rehearsal_tells_what_would_go_out_tomorrow_word_for_word(app: TestApp) {
        let sample = sample(&app, &["投资", "消费"], json!({})).await;
        report(&app, "投资", "2025-07-31", "2.0", "2025-08-20").await;
        report(&app, "消费", "2025-07-31", "6.0", "2025-08-20").await;
        run(&app, "2025-08-21").await;
        // On the 27th the reminder of the first is due, and a figure published that day lags.
        at(&app, "2025-08-26");
        report(&app, "消费", "2025-08-31", "1.0", "2025-09-20").await;
        let rehearse = async |body: Value| app.post("/warning-runs", body).await.expect(200);
        let before = counted(&app).await;
        let told = rehearse(json!({"as_of": "2025-08-27", "dry_run": true, "texts": true})).await;
        let letters = told["letters"].as_array().unwrap();
        assert_eq!(outcomes(&told), ["reply_reminder planned"], "the step of the ladder that is due that day");
        let reminder = &letters[0];
        assert_eq!((&reminder["ladder_step"], &reminder["follows_id"]), (&json!(1), &items(&app, "/letters").await[0]["id"]));
        assert_eq!((&reminder["unit"], &reminder["copied"], &reminder["waits_for"]), (&json!("省发展改革委"), &json!(["省统计局"]), &Value::Null));
        assert_eq!(reminder["reply_by"], "2025-08-28");
        assert_eq!((&reminder["why"], &told["rest_day"], &told["texts_omitted"]), (&json!("该行动自动出函。"), &json!(false), &json!(0)));
        let text = reminder["text"].as_str().unwrap();
        for part in ["待签发", "截至2025年8月27日", "湘攻坚函〔2025〕1号", "8月28日", "投资"] {
            assert!(text.contains(part), "{part} is not in {text}");
        }
        assert!(!text.contains("8月26日") && reminder["subject"].as_str().unwrap().contains("提醒"), "{text}");
        assert_eq!(counted(&app).await, before, "nothing is written");
        // What is told is what goes, but for the number.
        at(&app, "2025-08-27");
        run(&app, "2025-08-27").await;
        warnings::remind(&app.office, &xushi::office::Actor::job()).await.unwrap();
        let sent = items(&app, "/letters?kind=reply_reminder").await.remove(0);
        let sent = app.get(&format!("/letters/{}", sent["id"].as_str().unwrap())).await.expect(200);
        let (sent, told) = (without_number(sent["text"].as_str().unwrap(), "湘攻坚函〔2025〕2号"), without_number(text, "（发文字号待签发）"));
        // A reminder keeps the day of its letter; how many working days that leaves is known when it goes.
        let told = told.replace("（签发日期待定）", "2025年8月27日");
        assert_eq!(sent.replace("（1个工作日内）", ""), told);
        // A month on: a warning that is signed, and none of the ladder about the same.
        app.patch(&format!("/campaigns/{}", sample.campaign), json!({"issuing": "approval"})).await.expect(200);
        let told = app.post("/warning-runs", json!({"as_of": "2025-09-22", "dry_run": true, "texts": true})).await.expect(200);
        let warning = told["letters"].as_array().unwrap().iter().find(|one| one["kind"] == "warning" && one["ladder_step"] == Value::Null).unwrap();
        assert_eq!((&warning["waits_for"], &warning["why"]), (&json!("signature"), &json!("该行动的预警函须经签发。")));
        assert!(warning["text"].as_str().unwrap().contains("2025年9月22日"), "{warning}");
        assert!(warning["subject"].as_str().unwrap().contains("预警"), "{warning}");
    }

    async fn a_rehearsal_gives_texts_and_ladder_only_as_it_is_asked(app: TestApp) {
        sample(&app, &["投资"], json!({})).await;
        report(&app, "投资", "2025-07-31", "2.0", "2025-08-20").await;
        at(&app, "2025-08-21");
        app.post("/warning-runs", json!({"as_of": "2025-08-21", "texts": true})).await.problem(422, "invalid", "/texts");
        let plain = app.post("/warning-runs", json!({"as_of": "2025-08-21", "dry_run": true})).await.expect(200);
        assert_eq!((&plain["letters"][0]["text"], &plain["texts_omitted"]), (&Value::Null, &json!(0)));
        run(&app, "2025-08-21").await;
        let none = app.post("/warning-runs", json!({"as_of": "2025-08-27", "dry_run": true, "texts": true, "ladder": false})).await.expect(200);
        assert_eq!(outcomes(&none), [] as [&str; 0]);
        let steps = app.post("/warning-runs", json!({"as_of": "2025-08-29", "dry_run": true, "ladder": true})).await.expect(200);
        assert_eq!((outcomes(&steps), &steps["letters"][0]["ladder_step"]), (vec!["warning planned".to_owned()], &json!(2)));
        // A Saturday: nothing goes by the clock.
        let rest = app.post("/warning-runs", json!({"as_of": "2025-08-30", "dry_run": true, "texts": true})).await.expect(200);
        assert_eq!((&rest["rest_day"], outcomes(&rest)), (&json!(true), vec![]));
    }

    async fn a_step_about_what_the_morning_speaks_of_is_not_told_twice(app: TestApp) {
        sample(&app, &["投资"], json!({})).await;
        report(&app, "投资", "2025-06-30", "3.0", "2025-08-20").await;
        run(&app, "2025-08-21").await;
        report(&app, "投资", "2025-07-31", "3.0", "2025-08-28").await;
        at(&app, "2025-08-28");
        let told = app.post("/warning-runs", json!({"as_of": "2025-08-29", "dry_run": true, "texts": true})).await.expect(200);
        assert_eq!(outcomes(&told), ["warning planned"], "the later data say it; the first letter does not climb beside");
        run(&app, "2025-08-29").await;
        let step = warnings::remind(&app.office, &xushi::office::Actor::job()).await.unwrap();
        assert_eq!(step.run.letters.len(), 0, "as it happens");
    }

    async fn never_are_two_letters_about_one_thing_told_of_one_day(app: TestApp) {
        sample(&app, &["投资"], json!({})).await;
        report(&app, "投资", "2025-06-30", "3.0", "2025-07-20").await;
        run(&app, "2025-08-20").await;
        // On the 26th July's report is overdue, and the reminder of the letter is due.
        at(&app, "2025-08-25");
        let told = app.post("/warning-runs", json!({"as_of": "2025-08-26", "dry_run": true, "texts": true})).await.expect(200);
        assert_eq!(outcomes(&told), ["report_reminder planned"]);
        assert_eq!(outcomes(&run(&app, "2025-08-26").await), ["report_reminder issued"]);
        let steps = async || warnings::remind(&app.office, &xushi::office::Actor::job()).await.unwrap().run.letters.len();
        assert_eq!(steps().await, 0, "as it happens");
        let told = app.post("/warning-runs", json!({"as_of": "2025-08-27", "dry_run": true, "texts": true})).await.expect(200);
        assert_eq!(outcomes(&told), ["reply_reminder planned"], "letters of today are not those of tomorrow");
        at(&app, "2025-08-27");
        assert_eq!(steps().await, 1);
    }
}

/// How much there is of what a run could write.
async fn counted(app: &TestApp) -> Vec<usize> {
    let mut all = Vec::new();
    for path in
        ["/letters?limit=500", "/episodes?limit=500", "/deliveries?limit=500", "/warning-runs?limit=500"]
    {
        all.push(items(app, path).await.len());
    }
    all
}

/// The body of a letter, without what names it and the link by which it is answered.
fn without_number(text: &str, number: &str) -> String {
    assert!(text.contains(number), "{number} is not in {text}");
    let lines = text.replace(number, "N");
    lines.lines().filter(|line| !line.contains("http")).collect::<Vec<_>>().join("\n")
}
