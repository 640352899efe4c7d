//! A way back: figures withdrawn, indicators, units and whole campaigns retired, and days before as they were.

use super::*;

/// The board of a day, byte for byte.
async fn board(app: &TestApp, day: &str) -> Vec<u8> {
    let answer = app.get(&format!("/assessments?as_of={day}")).await;
    assert_eq!(answer.status, 200);
    answer.bytes
}

async fn of_kind(app: &TestApp, kind: &str) -> Value {
    items(app, "/letters").await.into_iter().find(|letter| letter["kind"] == kind).unwrap()
}

both! {
    async fn a_withdrawn_value_counts_no_more_and_the_one_before_counts_again(app: TestApp) {
        let sample = sample(&app, &["投资"], json!({})).await;
        at(&app, "2025-08-20");
        report(&app, "投资", "2025-07-31", "6.1", "2025-08-20").await;
        at(&app, "2025-08-21");
        report(&app, "投资", "2025-07-31", "0.61", "2025-08-21").await;
        let before = board(&app, "2025-08-21").await;
        at(&app, "2025-08-22");
        let wrong = items(&app, "/observations").await.into_iter().find(|one| one["value"] == "0.61").unwrap();
        let path = format!("/observations/{}/withdrawal", wrong["id"].as_str().unwrap());
        app.post(&path, json!({"reason": " "})).await.problem(422, "invalid", "/reason");
        let withdrawn = app.post(&path, json!({"reason": "小数点录错"})).await.expect(200);
        assert_eq!((&withdrawn["withdrawn_on"], &withdrawn["vintage"]), (&json!("2025-08-22"), &json!(2)));
        app.post(&path, json!({"reason": "再来一次"})).await.problem(409, "conflict", "");
        let nobody = "/observations/01890000-0000-7000-8000-000000000000/withdrawal";
        app.post(nobody, json!({"reason": "没有"})).await.problem(404, "not_found", "");
        let verdict = |day: &str| format!("/indicators/{}/assessment?as_of={day}", sample.indicators[0]);
        assert_eq!(app.get(&verdict("2025-08-22")).await.expect(200)["actual"], "6.1");
        assert_eq!(app.get(&verdict("2025-08-21")).await.expect(200)["actual"], "0.61", "as it was");
        assert_eq!(board(&app, "2025-08-21").await, before, "boards of days before stay as they were");
        // Lists hide it unless asked, and whoever follows changes hears of it.
        assert_eq!(items(&app, "/observations").await.len(), 1);
        assert_eq!(items(&app, "/observations?withdrawn=true").await.len(), 2);
        let heard = items(&app, "/observations?updated_after=2025-08-22T00:30:00Z").await;
        assert_eq!((heard.len(), &heard[0]["withdrawn_reason"]), (1, &json!("小数点录错")));
        // The same value put in once more is news, not what is there already.
        let item = json!({"measure": "投资", "region": "430000", "figure": "yoy", "value": "0.61", "source": "月报",
            "period": {"start": "2025-01-01", "end": "2025-07-31"}, "published_on": "2025-08-22"});
        assert_eq!(app.put("/observations", json!({"items": [item]})).await.expect(200)["updated"], 1);
    }

    async fn a_fact_whose_only_value_is_withdrawn_was_never_reported(app: TestApp) {
        let sample = sample(&app, &["投资"], json!({})).await;
        at(&app, "2025-08-20");
        report(&app, "投资", "2025-07-31", "2.0", "2025-08-20").await;
        let only = items(&app, "/observations").await.remove(0);
        app.post(&format!("/observations/{}/withdrawal", only["id"].as_str().unwrap()), json!({"reason": "报错了指标"})).await.expect(200);
        let verdict = app.get(&format!("/indicators/{}/assessment?as_of=2025-08-20", sample.indicators[0])).await.expect(200);
        assert_eq!(verdict["actual"], Value::Null, "{verdict}");
        assert!(outcomes(&run(&app, "2025-08-20").await).iter().all(|one| one.starts_with("report_reminder")));
    }

    async fn a_draft_whose_figure_is_withdrawn_is_not_signed(app: TestApp) {
        sample(&app, &["投资"], json!({"issuing": "approval"})).await;
        report(&app, "投资", "2025-06-30", "6.0", "2025-07-20").await;
        report(&app, "投资", "2025-07-31", "2.0", "2025-08-20").await;
        assert_eq!(outcomes(&run(&app, "2025-08-21").await), ["warning awaits_approval"]);
        let draft = items(&app, "/letters?state=draft").await.remove(0);
        let wrong = items(&app, "/observations").await.into_iter().find(|one| one["value"] == "2").unwrap();
        app.post(&format!("/observations/{}/withdrawal", wrong["id"].as_str().unwrap()), json!({"reason": "录错"})).await.expect(200);
        let sign = format!("/letters/{}/issue", draft["id"].as_str().unwrap());
        app.post(&sign, json!({"signer": "李四"})).await.problem(409, "facts_changed", "");
        assert_eq!(items(&app, "/deliveries").await.len(), 0);
    }

    async fn a_retired_indicator_is_not_judged_and_its_unit_is_told_by_a_lifting(app: TestApp) {
        let sample = sample(&app, &["投资", "消费"], json!({})).await;
        report(&app, "投资", "2025-07-31", "2.0", "2025-08-20").await;
        report(&app, "消费", "2025-07-31", "6.0", "2025-08-20").await;
        assert_eq!(outcomes(&run(&app, "2025-08-21").await), ["warning issued"]);
        let before = board(&app, "2025-08-21").await;
        at(&app, "2025-08-25");
        let path = format!("/indicators/{}/retirement", sample.indicators[0]);
        let retired = app.post(&path, json!({"reason": "方案调整，不再考核"})).await.expect(200);
        assert_eq!((&retired["kind"], &retired["retired_on"]), (&json!("indicator"), &json!("2025-08-25")));
        app.post(&path, json!({"reason": "再来"})).await.problem(409, "conflict", "");
        assert_eq!(items(&app, "/indicators").await.len(), 1);
        assert_eq!(items(&app, "/indicators?retired=true").await.len(), 2);
        assert_eq!(items(&app, "/assessments").await.len(), 1);
        assert_eq!(board(&app, "2025-08-21").await, before, "boards of days before stay as they were");
        let there = app.get(&format!("/indicators/{}", sample.indicators[0])).await.expect(200);
        assert_eq!((&there["retired_on"], &there["retired_reason"]), (&json!("2025-08-25"), &json!("方案调整，不再考核")));
        let lifted = run(&app, "2025-08-26").await;
        assert_eq!((outcomes(&lifted), &lifted["assessed"]), (vec!["lifting issued".to_owned()], &json!(1)));
        let letter = of_kind(&app, "lifting").await;
        let text = app.get(&format!("/letters/{}", letter["id"].as_str().unwrap())).await.expect(200)["text"].as_str().unwrap().to_owned();
        for part in ["湘攻坚函〔2025〕1号", "该指标已停用，不再列入考核，现予解除预警", "自2025年8月25日起停用", "停用原因：方案调整，不再考核。", "无需再行反馈"] {
            assert!(text.contains(part), "{part} is not in\n{text}");
        }
        assert_eq!(items(&app, "/episodes").await[0]["state"], "lifted");
        let warning = of_kind(&app, "warning").await;
        assert_eq!(warning["state"], "settled", "nothing is left to answer");
        // Neither warned of, nor asked for reports, nor climbed for ever after.
        let later = run(&app, "2025-12-01").await;
        let told: Vec<_> = later["letters"].as_array().unwrap().iter().flat_map(|letter| letter["indicators"].as_array().unwrap().clone()).collect();
        assert!(told.iter().all(|one| one["id"] != json!(sample.indicators[0])), "{told:?}");
        assert!(remind(&app, "2025-12-02").await.run.letters.is_empty());
    }

    async fn a_lifting_for_a_retired_indicator_waits_and_is_signed(app: TestApp) {
        let sample = sample(&app, &["投资"], json!({"issuing": "approval"})).await;
        report(&app, "投资", "2025-07-31", "2.0", "2025-08-20").await;
        run(&app, "2025-08-21").await;
        let draft = items(&app, "/letters?state=draft").await.remove(0);
        app.post(&format!("/letters/{}/issue", draft["id"].as_str().unwrap()), json!({"signer": "李四"})).await.expect(200);
        at(&app, "2025-08-25");
        app.post(&format!("/indicators/{}/retirement", sample.indicators[0]), json!({"reason": "试填"})).await.expect(200);
        assert_eq!(outcomes(&run(&app, "2025-08-26").await), ["lifting awaits_approval"]);
        let lifting = items(&app, "/letters?state=draft").await.remove(0);
        at(&app, "2025-08-27");
        let issued = app.post(&format!("/letters/{}/issue", lifting["id"].as_str().unwrap()), json!({"signer": "李四"})).await.expect(200);
        assert_eq!(issued["number"], "湘攻坚函〔2025〕2号");
    }

    async fn what_was_never_written_about_ends_without_a_letter(app: TestApp) {
        let sample = sample(&app, &["投资"], json!({"issuing": "approval"})).await;
        report(&app, "投资", "2025-07-31", "2.0", "2025-08-20").await;
        run(&app, "2025-08-21").await;
        at(&app, "2025-08-25");
        app.post(&format!("/indicators/{}/retirement", sample.indicators[0]), json!({"reason": "试填"})).await.expect(200);
        assert_eq!(outcomes(&run(&app, "2025-08-26").await), [""; 0]);
        assert_eq!(items(&app, "/episodes").await[0]["state"], "lifted");
        assert_eq!(items(&app, "/letters?state=draft").await.len(), 0, "the draft is discarded");
    }
}
