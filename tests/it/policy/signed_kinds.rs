//! Which kinds of letters wait for a signature.

use super::*;

/// Kind, state and what it waits for of every letter, the oldest first.
async fn told(app: &TestApp) -> Vec<String> {
    let word = |letter: &Value, name: &str| letter[name].as_str().unwrap_or("-").to_owned();
    let of = |letter: &Value| ["kind", "state", "waits_for"].map(|name| word(letter, name)).join(" ");
    items(app, "/letters").await.iter().map(of).collect()
}

async fn drafts(app: &TestApp) -> Vec<String> {
    let all = items(app, "/letters?state=draft").await;
    all.iter().map(|one| one["id"].as_str().unwrap().to_owned()).collect()
}

async fn sign(app: &TestApp, id: &str) -> Value {
    app.post(&format!("/letters/{id}/issue"), json!({"signer": "李四"})).await.expect(200)
}

both! {
    async fn a_new_campaign_signs_what_is_grave_and_the_rest_goes_by_itself(app: TestApp) {
        sample(&app, &["投资", "消费"], json!({"issuing": "approval"})).await;
        report(&app, "投资", "2025-07-31", "2.0", "2025-08-20").await;
        report(&app, "消费", "2025-06-30", "6.0", "2025-07-20").await;
        assert_eq!(outcomes(&run(&app, "2025-08-21").await), ["warning awaits_approval"]);
        sign(&app, &drafts(&app).await[0]).await;
        // July's figures of 消费 are overdue.
        assert_eq!(outcomes(&run(&app, "2025-08-26").await), ["report_reminder issued"]);
        let reminded = remind(&app, "2025-08-27").await.run.letters;
        assert_eq!((reminded.len(), reminded[0].kind.to_string()), (1, "reply_reminder".to_owned()));
        let raised = remind(&app, "2025-08-29").await.run.letters;
        assert_eq!(raised.iter().map(|one| one.step).collect::<Vec<_>>(), [Some(2), Some(1)], "and the reminder of the request");
        let want = ["warning issued -", "report_reminder issued -", "reply_reminder issued -", "warning draft signature", "reply_reminder issued -"];
        assert_eq!(told(&app).await, want);
        sign(&app, &drafts(&app).await[0]).await;
        // A request that nobody answered climbs as a warning does: it is signed.
        remind(&app, "2025-09-03").await;
        let climbed = items(&app, "/letters?state=draft").await.remove(0);
        assert_eq!((&climbed["kind"], &climbed["ladder_step"]), (&json!("report_reminder"), &json!(2)));
        for (period_end, day) in [("2025-08-31", "2025-09-22"), ("2025-09-30", "2025-10-21")] {
            report(&app, "消费", period_end, "6.0", day).await;
            report(&app, "投资", period_end, "6.0", day).await;
            run(&app, day).await;
        }
        let lifting = items(&app, "/letters?state=draft&kind=lifting").await.remove(0);
        assert_eq!(lifting["waits_for"], "signature");
    }

    async fn a_campaign_says_which_kinds(app: TestApp) {
        sample(&app, &["投资", "消费"], json!({"issuing": "approval", "signed": ["reminder", "report_reminder"]})).await;
        report(&app, "投资", "2025-07-31", "2.0", "2025-08-20").await;
        report(&app, "消费", "2025-06-30", "6.0", "2025-07-20").await;
        run(&app, "2025-08-21").await;
        run(&app, "2025-08-26").await;
        remind(&app, "2025-08-27").await;
        remind(&app, "2025-08-29").await;
        let want = ["warning settled -", "report_reminder draft signature", "reply_reminder discarded -", "warning issued -"];
        assert_eq!(told(&app).await, want, "the raised letter takes the place of the reminder");
        let kinds: Vec<_> = items(&app, "/letters?kind=warning").await.into_iter().map(|one| one["kind"].clone()).collect();
        assert_eq!(kinds, ["warning", "warning"]);
        app.get("/letters?kind=praise").await.problem(400, "malformed_query", "kind");
    }

    async fn a_draft_of_a_kind_taken_off_stays_a_persons_and_new_ones_go_by_themselves(app: TestApp) {
        let sample = sample(&app, &["投资", "消费"], json!({"issuing": "approval", "signed": ["warning", "report_reminder"]})).await;
        for measure in ["投资", "消费"] {
            report(&app, measure, "2025-06-30", "6.0", "2025-07-20").await;
        }
        assert_eq!(outcomes(&run(&app, "2025-08-26").await), ["report_reminder awaits_approval"]);
        let waiting = drafts(&app).await;
        let tag = app.get(&format!("/letters/{}", waiting[0])).await.header("etag");
        app.patch(&format!("/campaigns/{}", sample.campaign), json!({"signed": ["warning"]})).await.expect(200);
        let told = app.post("/warning-runs", json!({"as_of": "2025-08-27", "dry_run": true})).await.expect(200);
        let why = told["letters"][0]["why"].as_str().unwrap();
        assert!(why.contains("催报函") && why.contains("仍由人签发"), "{why}");
        assert_eq!(outcomes(&run(&app, "2025-08-27").await), ["report_reminder awaits_approval"]);
        assert_eq!(drafts(&app).await, waiting, "it stays");
        assert_eq!(app.get(&format!("/letters/{}", waiting[0])).await.header("etag"), tag, "as it was read");
        // Newer facts replace it, and it stays a person's.
        report(&app, "消费", "2025-07-31", "6.0", "2025-08-28").await;
        assert_eq!(outcomes(&run(&app, "2025-08-28").await), ["report_reminder awaits_approval"]);
        let whole = app.get(&format!("/letters/{}", waiting[0])).await.expect(200);
        assert_eq!((&whole["waits_for"], whole["facts"]["lines"].as_array().unwrap().len()), (&json!("signature"), 1));
        assert_eq!(sign(&app, &waiting[0]).await["waits_for"], Value::Null);
        assert_eq!(outcomes(&run(&app, "2025-09-26").await), ["report_reminder issued"], "the next goes by itself");
        // Without any signature at all, what waits goes, as it always did.
        report(&app, "投资", "2025-08-31", "2.0", "2025-09-26").await;
        assert_eq!(outcomes(&run(&app, "2025-09-28").await), ["warning awaits_approval"]);
        app.patch(&format!("/campaigns/{}", sample.campaign), json!({"issuing": "automatic"})).await.expect(200);
        assert_eq!(outcomes(&run(&app, "2025-09-29").await), ["warning issued"]);
    }

    async fn a_draft_that_lies_is_an_incident_whatever_its_kind(app: TestApp) {
        sample(&app, &["投资"], json!({"issuing": "approval", "signed": ["report_reminder"]})).await;
        report(&app, "投资", "2025-06-30", "6.0", "2025-07-20").await;
        assert_eq!(outcomes(&run(&app, "2025-08-26").await), ["report_reminder awaits_approval"]);
        at(&app, "2025-09-02");
        let jobs = app.jobs(xushi::mail::transport::Transport::Memory(Default::default()), "watchdog");
        xushi::jobs::watch::watch(&jobs, &[]).await.unwrap();
        assert_eq!(items(&app, "/incidents?open=true&kind=draft_unsigned").await.len(), 1);
    }
}
