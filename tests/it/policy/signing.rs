//! What is signed is what is stored at that moment.

use super::ladder::fresh;
use super::*;

/// A draft of a campaign that signs every kind: 投资 at 2.0 % against 5 %, drawn on 21 August.
async fn drafted(app: &TestApp) -> (Sample, String) {
    let every = json!(["warning", "climb", "lifting", "reminder", "report_reminder"]);
    let sample = sample(app, &["投资"], json!({"issuing": "approval", "signed": every})).await;
    report(app, "投资", "2025-07-31", "2.0", "2025-08-20").await;
    assert_eq!(outcomes(&run(app, "2025-08-21").await), ["warning awaits_approval"]);
    let draft = items(app, "/letters?state=draft").await.remove(0);
    (sample, format!("/letters/{}", draft["id"].as_str().unwrap()))
}

async fn sign(app: &TestApp, path: &str) -> crate::support::app::Answer {
    app.post(&format!("{path}/issue"), json!({"signer": "李四"})).await
}

/// The refusal, its sentence checked for these parts, and no letter went out.
async fn refused(app: &TestApp, path: &str, parts: &[&str]) -> Value {
    let answer = sign(app, path).await;
    answer.problem(409, "facts_changed", "");
    let body = answer.json();
    for part in parts {
        assert!(body["detail"].as_str().unwrap().contains(part), "{part} is not in {}", body["detail"]);
    }
    assert_eq!(items(app, "/deliveries").await, [] as [Value; 0]);
    body
}

both! {
    async fn a_corrected_figure_is_not_signed_and_a_fresh_draft_waits(app: TestApp) {
        let (_, path) = drafted(&app).await;
        at(&app, "2025-08-22");
        report(&app, "投资", "2025-07-31", "3.0", "2025-08-22").await;
        let body = refused(&app, &path, &["投资", "2.0%", "3.0%", "重新核阅"]).await;
        assert_eq!(body["errors"][0]["pointer"], "/level", "{body}");
        let fresh = app.get(&path).await.expect(200);
        assert_eq!((&fresh["state"], &fresh["level"], &fresh["facts"]["lines"][0]["actual"]["value"]), (&json!("draft"), &json!("yellow"), &json!("3")));
        let issued = sign(&app, &path).await.expect(200);
        assert_eq!((&issued["number"], &issued["level"], &issued["issued_on"]), (&json!("湘攻坚函〔2025〕1号"), &json!("yellow"), &json!("2025-08-22")));
    }

    async fn a_draft_that_nothing_calls_for_any_more_is_discarded_and_said_so(app: TestApp) {
        let (_, path) = drafted(&app).await;
        at(&app, "2025-08-22");
        report(&app, "投资", "2025-07-31", "9.5", "2025-08-22").await;
        refused(&app, &path, &["已经恢复", "撤销"]).await;
        assert_eq!(app.get(&path).await.expect(200)["state"], "discarded");
        assert_eq!(items(&app, "/letters?state=draft").await, [] as [Value; 0]);
        assert_eq!(items(&app, "/episodes").await[0]["state"], "observing", "recovered, by the rules");
        sign(&app, &path).await.problem(409, "conflict", "/state");
    }

    async fn what_moves_only_with_the_day_is_redrawn_silently(app: TestApp) {
        let (_, path) = drafted(&app).await;
        at(&app, "2025-09-12");
        let issued = sign(&app, &path).await.expect(200);
        assert_eq!((&issued["issued_on"], &issued["as_of"], &issued["reply_by"]), (&json!("2025-09-12"), &json!("2025-09-12"), &json!("2025-09-19")));
        let text = app.get(&path).await.expect(200)["text"].as_str().unwrap().to_owned();
        assert!(text.contains("2025年9月12日") && !text.contains("2025年8月21日"), "{text}");
    }

    async fn another_promise_curve_pack_window_or_addressee_is_another_letter(app: TestApp) {
        for (what, part) in [
            ("target", "目标"), ("pack", "规则包"), ("curve", "序时曲线"), ("window", "目标期"), ("baseline", "基期值"),
            ("contact", "收件人"), ("asked", "联系人"), ("support", "抄送单位"), ("vintage", "新版本"),
        ] {
            let Some(app) = fresh(&app).await else { return };
            let (sample, path) = drafted(&app).await;
            at(&app, "2025-08-22");
            let indicator = format!("/indicators/{}", sample.indicators[0]);
            let campaign = format!("/campaigns/{}", sample.campaign);
            match what {
                "target" => {
                    let target = json!({"phrase": "投资增长6%以上", "kind": "growth", "comparator": ">=", "value": "6", "unit": "%"});
                    app.patch(&indicator, json!({"target": target, "reason": "上级下达"})).await.expect(200);
                }
                "pack" => {
                    app.post("/rule-packs", json!({"name": "two", "reason": "观察两期", "observation_periods": 2})).await.expect(201);
                    app.patch(&campaign, json!({"rule_pack": "two", "reason": "试行"})).await.expect(200);
                }
                "curve" => { app.patch(&indicator, json!({"curve": {"kind": "linear_days"}, "reason": "按日"})).await.expect(200); }
                "window" => { app.patch(&indicator, json!({"window_end": "2025-11-30", "reason": "提前"})).await.expect(200); }
                "baseline" => { app.patch(&indicator, json!({"baseline": "7", "reason": "补录"})).await.expect(200); }
                "contact" => {
                    let liaison = items(&app, "/contacts").await.into_iter().find(|one| one["name"] == "省发展改革委liaison").unwrap();
                    app.patch(&format!("/contacts/{}", liaison["id"].as_str().unwrap()), json!({"email": "new@example.org"})).await.expect(200);
                }
                "asked" => { app.patch(&campaign, json!({"contact_name": "王五"})).await.expect(200); }
                "support" => {
                    let task = items(&app, "/tasks").await.remove(0);
                    let list = json!([{"unit": "省发展改革委", "role": "lead"}, {"unit": "省政府", "role": "support"}]);
                    app.patch(&format!("/tasks/{}", task["id"].as_str().unwrap()), json!({"responsibilities": list})).await.expect(200);
                }
                _ => {
                    report(&app, "投资", "2025-07-31", "2.5", "2025-08-22").await;
                    report(&app, "投资", "2025-07-31", "2.0", "2025-08-22").await;
                }
            }
            refused(&app, &path, &[part]).await;
            assert_eq!(items(&app, "/letters?state=draft").await.len(), 1, "{what}: a fresh draft waits");
            sign(&app, &path).await.expect(200);
        }
    }

    async fn another_lead_unit_gets_the_draft(app: TestApp) {
        let (_, path) = drafted(&app).await;
        at(&app, "2025-08-22");
        let task = items(&app, "/tasks").await.remove(0);
        let list = json!([{"unit": "省统计局", "role": "lead"}]);
        app.patch(&format!("/tasks/{}", task["id"].as_str().unwrap()), json!({"responsibilities": list})).await.expect(200);
        refused(&app, &path, &["撤销"]).await;
        assert_eq!(app.get(&path).await.expect(200)["state"], "discarded");
        let draft = items(&app, "/letters?state=draft").await.remove(0);
        let whole = app.get(&format!("/letters/{}", draft["id"].as_str().unwrap())).await.expect(200);
        assert_eq!(whole["facts"]["addressee"], "省统计局");
    }

    async fn a_step_of_the_ladder_is_judged_again_when_it_is_signed(app: TestApp) {
        let (_, path) = drafted(&app).await;
        let issued = sign(&app, &path).await.expect(200);
        assert_eq!(issued["reply_by"], "2025-08-28");
        assert_eq!(remind(&app, "2025-08-29").await.run.letters.len(), 1);
        let step = items(&app, "/letters?state=draft").await.remove(0);
        let step = format!("/letters/{}", step["id"].as_str().unwrap());
        at(&app, "2025-09-01");
        report(&app, "投资", "2025-07-31", "46.2", "2025-09-01").await;
        let before = items(&app, "/deliveries").await.len();
        let answer = sign(&app, &step).await;
        answer.problem(409, "facts_changed", "");
        assert_eq!(app.get(&step).await.expect(200)["state"], "discarded");
        assert_eq!(items(&app, "/deliveries").await.len(), before);
        assert_eq!(items(&app, "/episodes").await[0]["state"], "observing");
    }

    async fn a_lifting_is_not_signed_when_it_fell_back(app: TestApp) {
        let (_, path) = drafted(&app).await;
        sign(&app, &path).await.expect(200);
        for (period_end, day) in [("2025-08-31", "2025-09-22"), ("2025-09-30", "2025-10-21")] {
            report(&app, "投资", period_end, "6.0", day).await;
            run(&app, day).await;
        }
        let lifting = items(&app, "/letters?state=draft").await.remove(0);
        assert_eq!(lifting["kind"], "lifting");
        let lifting = format!("/letters/{}", lifting["id"].as_str().unwrap());
        report(&app, "投资", "2025-09-30", "2.0", "2025-10-22").await;
        at(&app, "2025-10-22");
        let answer = sign(&app, &lifting).await;
        answer.problem(409, "facts_changed", "");
        assert_eq!(app.get(&lifting).await.expect(200)["state"], "discarded");
    }

    async fn a_late_reminder_asks_for_a_day_to_come(app: TestApp) {
        let (_, path) = drafted(&app).await;
        sign(&app, &path).await.expect(200);
        assert_eq!(remind(&app, "2025-08-27").await.run.letters.len(), 1);
        let reminder = items(&app, "/letters?state=draft").await.remove(0);
        assert_eq!(reminder["kind"], "reply_reminder");
        at(&app, "2025-09-05");
        let issued = sign(&app, &format!("/letters/{}", reminder["id"].as_str().unwrap())).await.expect(200);
        assert_eq!((&issued["issued_on"], &issued["reply_by"]), (&json!("2025-09-05"), &json!("2025-09-12")));
        // Neither does a second letter follow on the same day.
        assert_eq!(remind(&app, "2025-09-05").await.run.letters.len(), 0);
        assert_eq!(remind(&app, "2025-09-08").await.run.letters.len(), 1);
    }
}
