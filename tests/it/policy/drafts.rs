use super::*;
use xushi::office::Actor;

both! {
    async fn a_draft_waits_visibly_and_is_issued_with_number_date_and_deliveries(app: TestApp) {
        sample(&app, &["投资"], json!({"issuing": "approval"})).await;
        report(&app, "投资", "2025-07-31", "2.0", "2025-08-20").await;
        let done = run(&app, "2025-08-21").await;
        assert_eq!(outcomes(&done), ["warning awaits_approval"]);
        assert_eq!(items(&app, "/deliveries").await, [] as [Value; 0]);
        at(&app, "2025-08-25");
        let waiting = items(&app, "/letters?state=draft").await;
        let [draft] = waiting.as_slice() else { panic!("{waiting:?}") };
        assert_eq!((&draft["number"], &draft["issued_on"], &draft["reply_by"]), (&Value::Null, &Value::Null, &Value::Null));
        assert_eq!((&draft["state"], &draft["waiting_days"], &draft["level"]), (&json!("draft"), &json!(4), &json!("orange")));
        let path = format!("/letters/{}", draft["id"].as_str().unwrap());
        let seen = app.get(&path).await;
        let tag = seen.header("etag");
        let whole = seen.expect(200);
        assert!(whole["text"].as_str().unwrap().contains("待签发"), "{}", whole["text"]);
        assert_eq!((&whole["facts"]["lines"][0]["indicator"], &whole["facts"]["number"]), (&json!("投资"), &Value::Null));
        app.post(&format!("{path}/issue"), json!({"signer": " "})).await.problem(422, "invalid", "/signer");
        let request = app.request(actix_web::http::Method::POST, &format!("{path}/issue"));
        let request = request.insert_header(("if-match", tag)).set_json(json!({"signer": "李四"}));
        let issued = app.send(request).await.expect(200);
        assert_eq!((&issued["number"], &issued["issued_on"]), (&json!("湘攻坚函〔2025〕1号"), &json!("2025-08-25")));
        assert_eq!((&issued["reply_by"], &issued["decided_by"], &issued["waiting_days"]), (&json!("2025-09-01"), &json!("李四"), &Value::Null));
        assert_eq!(issued["created_at"], draft["created_at"]);
        let whole = app.get(&path).await.expect(200);
        let roles: Vec<_> = whole["deliveries"].as_array().unwrap().iter().map(|one| one["role"].as_str().unwrap()).collect();
        assert_eq!(roles, ["to", "cc"]);
        for part in ["湘攻坚函〔2025〕1号", "2025年8月25日", "9月1日"] {
            assert!(whole["text"].as_str().unwrap().contains(part), "{part} is not in {}", whole["text"]);
        }
        let episode = &items(&app, "/episodes").await[0];
        assert_eq!((&episode["lettered_level"], &episode["lettered_period_end"]), (&json!("orange"), &json!("2025-07-31")));
        assert_eq!(episode["letter_id"], issued["id"]);
        app.post(&format!("{path}/issue"), json!({"signer": "李四"})).await.problem(409, "conflict", "/state");
        app.post(&format!("{path}/discard"), json!({"by": "李四", "reason": "晚了"})).await.problem(409, "conflict", "/state");
        assert_eq!(outcomes(&run(&app, "2025-08-26").await), [] as [&str; 0], "nothing is due any more");
    }

    async fn newer_facts_replace_a_draft_and_never_double_it(app: TestApp) {
        sample(&app, &["投资", "消费"], json!({"issuing": "approval"})).await;
        report(&app, "投资", "2025-07-31", "3.0", "2025-08-20").await;
        run(&app, "2025-08-21").await;
        let first = items(&app, "/letters?state=draft").await.remove(0);
        let path = format!("/letters/{}", first["id"].as_str().unwrap());
        let tag = app.get(&path).await.header("etag");
        run(&app, "2025-08-22").await;
        assert_eq!(app.get(&path).await.header("etag"), tag, "nothing new: the draft is left alone");
        report(&app, "消费", "2025-07-31", "1.0", "2025-08-22").await;
        assert_eq!(outcomes(&run(&app, "2025-08-23").await), ["warning awaits_approval"]);
        let drafts = items(&app, "/letters?state=draft").await;
        assert_eq!(drafts.len(), 1);
        assert_eq!((&drafts[0]["id"], &drafts[0]["created_at"]), (&first["id"], &first["created_at"]), "it has waited since then");
        assert_eq!((&first["level"], &drafts[0]["level"]), (&json!("yellow"), &json!("orange")));
        assert_eq!(app.get(&path).await.expect(200)["facts"]["lines"].as_array().unwrap().len(), 2);
        let stale = app.request(actix_web::http::Method::POST, &format!("{path}/issue"));
        let stale = stale.insert_header(("if-match", tag)).set_json(json!({"signer": "李四"}));
        app.send(stale).await.problem(412, "precondition_failed", "");
        // Recovered before anybody signed: the draft goes by itself, and nobody is told of an end to what was never said.
        report(&app, "投资", "2025-08-31", "6.0", "2025-09-20").await;
        report(&app, "消费", "2025-08-31", "6.0", "2025-09-20").await;
        let done = run(&app, "2025-09-21").await;
        assert_eq!((&done["discarded_drafts"], outcomes(&done).len()), (&json!(1), 0));
        report(&app, "投资", "2025-09-30", "6.0", "2025-10-20").await;
        let done = run(&app, "2025-10-21").await;
        assert_eq!((&done["lifted"], outcomes(&done).len()), (&json!(1), 0));
        let kept = app.get(&path).await.expect(200);
        assert_eq!((&kept["state"], &kept["decided_by"]), (&json!("discarded"), &Value::Null));
        assert!(kept["decision_note"].as_str().unwrap().contains("自动撤销"));
    }

    async fn a_discarded_draft_comes_back_only_with_something_new_to_say(app: TestApp) {
        sample(&app, &["投资"], json!({"issuing": "approval"})).await;
        report(&app, "投资", "2025-07-31", "3.0", "2025-08-20").await;
        run(&app, "2025-08-21").await;
        let path = format!("/letters/{}", items(&app, "/letters?state=draft").await[0]["id"].as_str().unwrap());
        app.post(&format!("{path}/discard"), json!({"by": "李四", "reason": ""})).await.problem(422, "invalid", "/reason");
        let gone = app.post(&format!("{path}/discard"), json!({"by": "李四", "reason": "口径待核"})).await.expect(200);
        assert_eq!((&gone["state"], &gone["decision_note"], &gone["number"]), (&json!("discarded"), &json!("口径待核"), &Value::Null));
        assert_eq!(outcomes(&run(&app, "2025-08-22").await), [] as [&str; 0]);
        report(&app, "投资", "2025-08-31", "3.0", "2025-09-20").await;
        assert_eq!(outcomes(&run(&app, "2025-09-21").await), ["warning awaits_approval"]);
        let draft = items(&app, "/letters?state=draft").await.remove(0);
        let issued = app.post(&format!("/letters/{}/issue", draft["id"].as_str().unwrap()), json!({"signer": "李四"})).await.expect(200);
        assert_eq!(issued["number"], "湘攻坚函〔2025〕1号", "a discarded draft has taken no number");
    }

    async fn runs_are_kept_and_say_who_asked(app: TestApp) {
        sample(&app, &["投资"], json!({})).await;
        report(&app, "投资", "2025-07-31", "3.0", "2025-08-20").await;
        let done = run(&app, "2025-08-21").await;
        let rehearsed = app.post("/warning-runs", json!({"as_of": "2025-08-21", "dry_run": true})).await.expect(200);
        assert_eq!(rehearsed["id"], Value::Null);
        warnings::run(&app.office, &Actor::job(), d("2025-08-22")).await.unwrap();
        let kept = items(&app, "/warning-runs").await;
        let told: Vec<_> = kept.iter().map(|run| (run["started_by"].clone(), run["letters"].clone())).collect();
        assert_eq!(told, [(Value::Null, json!(0)), (json!("test"), json!(1))], "the latest first");
        let one = app.get(&format!("/warning-runs/{}", done["id"].as_str().unwrap())).await.expect(200);
        assert_eq!((&one["letters"][0]["number"], &one["letters"][0]["indicator_count"]), (&json!("湘攻坚函〔2025〕1号"), &json!(1)));
        assert_eq!((&one["letters"][0]["id"], &one["assessed"]), (&done["letters"][0]["id"], &json!(1)));
        app.get("/warning-runs/01890000-0000-7000-8000-000000000000").await.problem(404, "not_found", "");
    }

    async fn two_that_sign_at_once_issue_once(app: TestApp) {
        sample(&app, &["投资"], json!({"issuing": "approval"})).await;
        report(&app, "投资", "2025-07-31", "3.0", "2025-08-20").await;
        run(&app, "2025-08-21").await;
        let path = format!("/letters/{}/issue", items(&app, "/letters?state=draft").await[0]["id"].as_str().unwrap());
        let (one, two) = tokio::join!(app.post(&path, json!({"signer": "李四"})), app.post(&path, json!({"signer": "王五"})));
        let mut statuses = [one.status.as_u16(), two.status.as_u16()];
        statuses.sort_unstable();
        assert!(statuses[0] == 200 && [409, 412].contains(&statuses[1]), "{statuses:?}");
        assert_eq!(items(&app, "/deliveries").await.len(), 2);
        let numbers: BTreeSet<String> = items(&app, "/letters").await.iter().map(|one| one["number"].to_string()).collect();
        assert_eq!(numbers, BTreeSet::from(["\"湘攻坚函〔2025〕1号\"".to_owned()]));
    }
}
