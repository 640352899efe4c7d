use super::*;

/// Kind, step, level, follows of every letter, in order.
async fn letters(app: &TestApp) -> Vec<(String, Value, Value)> {
    let one = |letter: Value| {
        (letter["kind"].as_str().unwrap().to_owned(), letter["ladder_step"].clone(), letter["level"].clone())
    };
    items(app, "/letters").await.into_iter().map(one).collect()
}

/// What recovers is lifted, and nobody need answer any more.
async fn recovers(app: &TestApp) {
    report(app, "投资", "2025-09-30", "6.0", "2025-10-24").await;
    run(app, "2025-10-24").await;
    report(app, "投资", "2025-10-31", "6.0", "2025-11-20").await;
    run(app, "2025-11-20").await;
    let states: Vec<_> =
        items(app, "/letters").await.iter().map(|one| (one["kind"].clone(), one["state"].clone())).collect();
    let settled = |kind: &str| (json!(kind), json!("settled"));
    let issued = |kind: &str| (json!(kind), json!("issued"));
    assert_eq!(
        states,
        [
            settled("warning"),
            issued("reply_reminder"),
            settled("warning"),
            issued("reply_reminder"),
            settled("warning"),
            issued("reply_reminder"),
            issued("lifting")
        ]
    );
    let last = app
        .get(&format!("/letters/{}", items(app, "/letters").await[4]["id"].as_str().unwrap()))
        .await
        .expect(200);
    assert_eq!(last["successor_id"], Value::Null);
    assert_eq!(remind(app, "2025-11-24").await.exhausted.len(), 0);
}

both! {
    async fn a_reminder_asks_for_nothing_of_its_own(app: TestApp) {
        let sample = sample(&app, &["投资"], json!({})).await;
        report(&app, "投资", "2025-08-31", "3.0", "2025-09-20").await;
        run(&app, "2025-09-24").await;
        let letter = items(&app, "/letters").await.remove(0);
        let path = |rest: &str| format!("/letters/{}/{rest}", letter["id"].as_str().unwrap());
        assert_eq!(remind(&app, "2025-09-28").await.run.letters.len(), 1);
        app.post(&path("receipt"), json!({"person": "张三"})).await.expect(201);
        app.post(&path("replies"), crate::api::letters::replies::reply()).await.expect(201);
        // Long after the day by which the reminder named the letter to be due.
        at(&app, "2025-10-20");
        let row = items(&app, "/ledger").await.remove(0);
        assert_eq!((&row["letter_number"], &row["letter_state"], &row["overdue"]), (&letter["number"], &json!("replied"), &json!(false)));
        assert_eq!(row["letters"], 2, "both were sent");
        let counts = app.get("/ledger/counts").await.expect(200);
        assert_eq!(counts["total"]["overdue"], 0);
        let told = app.get(&format!("/overview?campaign={}", sample.campaign)).await.expect(200)["letters"].clone();
        assert_eq!((&told["overdue"], &told["unreceived"], &told["to_review"]), (&json!(0), &json!(0), &json!(1)), "{told}");
    }

    async fn an_unanswered_letter_climbs_step_by_step(app: TestApp) {
        sample(&app, &["投资"], json!({})).await;
        report(&app, "投资", "2025-08-31", "3.0", "2025-09-20").await;
        run(&app, "2025-09-24").await;
        // Five working days after 24 September 2025: the 28th is a Sunday at work, and from 1 October offices rest.
        assert_eq!(items(&app, "/letters").await[0]["reply_by"], "2025-09-30");
        assert_eq!(remind(&app, "2025-09-26").await.run.letters.len(), 0, "three working days are left");
        let rest = remind(&app, "2025-09-27").await;
        assert!(!rest.working_day && rest.run.letters.is_empty(), "a Saturday");
        at(&app, "2025-09-28");
        let rehearsed = app.post("/warning-runs", json!({"dry_run": true, "ladder": true})).await.expect(200);
        assert_eq!(outcomes(&rehearsed), ["reply_reminder planned"]);
        assert_eq!(remind(&app, "2025-09-28").await.run.letters.len(), 1, "a Sunday at work");
        assert_eq!(remind(&app, "2025-09-29").await.run.letters.len(), 0, "each step once");
        assert!(!remind(&app, "2025-10-01").await.working_day, "overdue, but a holiday");
        assert_eq!(remind(&app, "2025-10-09").await.run.letters.len(), 1);
        assert_eq!(remind(&app, "2025-10-10").await.run.letters.len(), 0);
        let all = items(&app, "/letters").await;
        let told: Vec<_> = letters(&app).await;
        let word = |text: &str| text.to_owned();
        assert_eq!(told, [
            (word("warning"), Value::Null, json!("yellow")),
            (word("reply_reminder"), json!(1), Value::Null),
            (word("warning"), json!(2), json!("yellow")),
        ]);
        assert_eq!((&all[1]["follows_id"], &all[1]["reply_by"]), (&all[0]["id"], &json!("2025-09-30")));
        assert_eq!((&all[2]["follows_id"], &all[2]["reply_by"]), (&all[0]["id"], &json!("2025-10-15")));
        let raised = app.get(&format!("/letters/{}", all[2]["id"].as_str().unwrap())).await.expect(200);
        let text = raised["text"].as_str().unwrap();
        for part in ["湘攻坚函〔2025〕1号", "已逾期9天", "黄色预警", "省发展改革委主要负责人", "投资"] {
            assert!(text.contains(part), "{part} is not in {text}");
        }
        let boxes: Vec<_> = raised["deliveries"].as_array().unwrap().iter().map(|one| one["name"].as_str().unwrap()).collect();
        assert_eq!(boxes, ["省发展改革委liaison", "省发展改革委leader", "省统计局liaison"]);
        let episode = &items(&app, "/episodes").await[0];
        // The colour is that of the data; how far it has climbed is another thing.
        assert_eq!((&episode["level"], &episode["lettered_level"], &episode["letter_id"]), (&json!("yellow"), &json!("yellow"), &all[2]["id"]));
        assert_eq!((&episode["handling"], &all[1]["handling"], &all[2]["handling"]), (&json!("raise"), &json!("remind"), &json!("raise")));
        let problem = &items(&app, "/ledger").await[0];
        assert_eq!((&problem["level"], &problem["handling"]), (&json!("yellow"), &json!("raise")));
        let before = &items(&app, "/ledger?as_of=2025-10-08").await[0];
        assert_eq!((&before["level"], &before["handling"]), (&json!("yellow"), &json!("remind")), "as it was");
        let counts = app.get("/ledger/counts").await.expect(200);
        let counted = ["yellow", "orange", "red", "remind", "raise", "summon"].map(|key| counts["total"][key].as_u64().unwrap());
        assert_eq!(counted, [1, 0, 0, 0, 1, 0]);
        let board = app.get("/letters/board").await.expect(200);
        assert_eq!(["remind", "raise", "summon"].map(|key| board["total"][key].as_u64().unwrap()), [1, 1, 0]);
        // One question, one answer: the first letter waits no more, and says which one does.
        let first = app.get(&format!("/letters/{}", all[0]["id"].as_str().unwrap())).await.expect(200);
        assert_eq!((&first["state"], &first["successor_id"]), (&json!("settled"), &all[2]["id"]));
        let receipt = format!("/letters/{}/receipt", all[0]["id"].as_str().unwrap());
        app.post(&receipt, json!({"person": "王五"})).await.problem(409, "conflict", "/state");
        let counts = |board: &Value| ["issued", "overdue", "settled"].map(|key| board["total"][key].as_u64().unwrap());
        let on = async |day: &str| app.get(&format!("/letters/board?as_of={day}")).await.expect(200);
        assert_eq!(counts(&on("2025-10-08").await), [2, 1, 0], "as it was before the step");
        assert_eq!(counts(&on("2025-10-10").await), [3, 0, 1]);
        // The raised letter has a ladder of its own; its end is the unit above.
        remind(&app, "2025-10-14").await;
        let parent = remind(&app, "2025-10-16").await;
        assert_eq!((parent.run.letters.len(), parent.run.letters[0].step), (1, Some(3)));
        let all = items(&app, "/letters").await;
        let last = app.get(&format!("/letters/{}", all[4]["id"].as_str().unwrap())).await.expect(200);
        assert_eq!((&last["level"], &last["handling"], &last["follows_id"]), (&json!("yellow"), &json!("summon"), &all[2]["id"]));
        let boxes: Vec<_> = last["deliveries"].as_array().unwrap().iter().map(|one| one["name"].as_str().unwrap()).collect();
        assert_eq!(boxes, ["省发展改革委liaison", "省发展改革委leader", "省政府leader", "省政府liaison", "省统计局liaison"]);
        remind(&app, "2025-10-22").await;
        let over = remind(&app, "2025-10-24").await;
        assert_eq!((over.run.letters.len(), over.exhausted.len()), (0, 1), "a person must act");
        recovers(&app).await;
    }

    async fn an_answer_a_recovery_or_a_newer_letter_ends_the_ladder(app: TestApp) {
        for (change, why) in [("replied", "answered"), ("observing", "recovered"), ("newer", "taken up by a newer letter")] {
            let Some(app) = fresh(&app).await else { return };
            sample(&app, &["投资"], json!({})).await;
            report(&app, "投资", "2025-06-30", "3.0", "2025-08-20").await;
            run(&app, "2025-08-21").await;
            assert_eq!(items(&app, "/letters").await[0]["reply_by"], "2025-08-28");
            let id = items(&app, "/letters").await[0]["id"].as_str().unwrap().to_owned();
            match change {
                "replied" => set_state(&app, &id, "replied").await,
                "observing" => {
                    report(&app, "投资", "2025-07-31", "6.0", "2025-08-28").await;
                    run(&app, "2025-08-28").await;
                }
                _ => {
                    report(&app, "投资", "2025-07-31", "3.0", "2025-08-28").await;
                    run(&app, "2025-08-28").await;
                }
            }
            let done = remind(&app, "2025-08-29").await;
            assert_eq!(done.run.letters.len(), 0, "{why}");
            let state = items(&app, "/letters").await[0]["state"].clone();
            let want = if change == "newer" { "settled" } else if change == "replied" { "replied" } else { "issued" };
            assert_eq!(state, want, "{why}: under observation the answer is still wanted");
        }
    }

    async fn an_upgrade_takes_back_what_a_ladder_had_raised_and_keeps_how_far_it_climbed(app: TestApp) {
        sample(&app, &["投资"], json!({})).await;
        report(&app, "投资", "2025-07-31", "3.0", "2025-08-20").await;
        run(&app, "2025-08-21").await;
        remind(&app, "2025-08-27").await;
        remind(&app, "2025-08-29").await;
        // As a ladder of earlier releases left it.
        execute(&app, "UPDATE episodes SET level = 'orange', lettered_level = 'orange', handling = NULL").await;
        let folder = crate::support::database::repository().join("migrations").join(match &app.store {
            xushi::store::Store::Pg(_) => "postgres",
            xushi::store::Store::Sqlite(_) => "sqlite",
        });
        let up = std::fs::read_to_string(folder.join("2026-01-01-000018_handling_and_inheritance/up.sql")).unwrap();
        let up: String = up.lines().filter(|line| !line.starts_with("--")).map(|line| format!("{line}\n")).collect();
        let carried: Vec<&str> = up.split_inclusive(';').filter(|statement| statement.contains("UPDATE episodes")).collect();
        assert_eq!(carried.len(), 3);
        execute(&app, &carried.concat()).await;
        let episode = &items(&app, "/episodes").await[0];
        assert_eq!((&episode["level"], &episode["lettered_level"], &episode["handling"]), (&json!("yellow"), &json!("yellow"), &json!("raise")));
    }

    async fn a_leader_without_a_mailbox_is_an_incident_somebody_sees(app: TestApp) {
        sample(&app, &["投资"], json!({})).await;
        let leader = items(&app, "/contacts").await.into_iter().find(|one| one["name"] == "省发展改革委leader").unwrap();
        let path = format!("/contacts/{}", leader["id"].as_str().unwrap());
        app.patch(&path, json!({"valid_to": "2025-06-30"})).await.expect(200);
        report(&app, "投资", "2025-07-31", "3.0", "2025-08-20").await;
        run(&app, "2025-08-21").await;
        assert_eq!(items(&app, "/incidents?kind=addressee_lacking").await.len(), 0, "the first letter needs no leader");
        assert_eq!(remind(&app, "2025-08-29").await.run.letters.len(), 1);
        let problem = items(&app, "/incidents?open=true&kind=addressee_lacking").await.remove(0);
        let raised = items(&app, "/letters").await.pop().unwrap();
        assert_eq!(problem["subject_id"], raised["id"]);
        let detail = problem["detail"].as_str().unwrap();
        assert!(detail.contains("没有在任的负责人邮箱") && detail.contains(raised["number"].as_str().unwrap()), "{detail}");
    }

    async fn a_missing_report_is_asked_for_again_until_it_comes(app: TestApp) {
        sample(&app, &["投资"], json!({})).await;
        report(&app, "投资", "2025-06-30", "6.0", "2025-07-20").await;
        run(&app, "2025-08-26").await;
        assert_eq!(items(&app, "/letters").await[0]["reply_by"], "2025-09-02");
        let reminder = remind(&app, "2025-09-01").await;
        assert_eq!((reminder.run.letters.len(), reminder.run.letters[0].kind.to_string()), (1, "reply_reminder".to_owned()));
        let again = remind(&app, "2025-09-03").await;
        assert_eq!((again.run.letters.len(), again.run.letters[0].kind.to_string()), (1, "report_reminder".to_owned()));
        let text = app.get(&format!("/letters/{}", items(&app, "/letters").await[2]["id"].as_str().unwrap())).await.expect(200);
        assert!(text["text"].as_str().unwrap().contains("主要负责人"), "{}", text["text"]);
        report(&app, "投资", "2025-07-31", "6.0", "2025-09-04").await;
        assert_eq!(remind(&app, "2025-09-11").await.run.letters.len(), 0);
        let states: Vec<_> = items(&app, "/letters").await.into_iter().map(|one| one["state"].clone()).collect();
        assert_eq!(states, ["settled", "issued", "settled"], "the report is the answer");
    }

    async fn a_step_of_a_campaign_with_approval_waits_and_goes_when_answered(app: TestApp) {
        sample(&app, &["投资"], json!({"issuing": "approval"})).await;
        report(&app, "投资", "2025-07-31", "3.0", "2025-08-20").await;
        run(&app, "2025-08-21").await;
        let id = items(&app, "/letters").await[0]["id"].as_str().unwrap().to_owned();
        app.post(&format!("/letters/{id}/issue"), json!({"signer": "李四"})).await.expect(200);
        assert_eq!(remind(&app, "2025-08-29").await.run.letters.len(), 1);
        assert_eq!(remind(&app, "2025-09-01").await.run.letters.len(), 0, "one draft of a step");
        let draft = items(&app, "/letters?state=draft").await.remove(0);
        assert_eq!((&draft["ladder_step"], &draft["level"]), (&json!(2), &json!("yellow")));
        assert_eq!(items(&app, "/episodes").await[0]["handling"], Value::Null, "not raised before it is signed");
        set_state(&app, &id, "replied").await;
        let path = format!("/letters/{}", draft["id"].as_str().unwrap());
        app.post(&format!("{path}/issue"), json!({"signer": "李四"})).await.problem(409, "conflict", "/state");
        assert_eq!(remind(&app, "2025-09-02").await.run.discarded, 1);
        set_state(&app, &id, "issued").await;
        assert_eq!(remind(&app, "2025-09-03").await.run.letters.len(), 0, "a step that was discarded is not taken again");
    }

    async fn a_deadline_in_an_unpublished_year_is_said_and_holds_nobody_else(app: TestApp) {
        sample(&app, &["投资"], json!({"starts_on": "2026-01-01", "ends_on": "2026-12-31", "reply_working_days": 1})).await;
        let long = json!({"name": "开放攻坚", "region": "430000", "starts_on": "2026-01-01", "ends_on": "2026-12-31",
            "issuer_name": "综合协调组", "letter_mark": "湘攻坚函", "reply_working_days": 5});
        let long = app.post("/campaigns", long).await.expect(201);
        let task = app.post("/tasks", json!({"campaign": long["id"], "name": "外贸", "responsibilities": [{"unit": "省发展改革委", "role": "lead"}]})).await.expect(201);
        app.post("/indicators", json!({"task": task["id"], "measure": "投资", "region": "430000",
            "target": {"phrase": "增长5%以上", "kind": "growth", "comparator": ">=", "value": "5", "unit": "%"}})).await.expect(201);
        let item = json!({"measure": "投资", "region": "430000", "figure": "yoy", "value": "3", "source": "月报",
            "period": {"start": "2026-01-01", "end": "2026-11-30"}, "published_on": "2026-12-20"});
        app.put("/observations", json!({"items": [item]})).await.expect(200);
        let done = run(&app, "2026-12-28").await;
        let mut told = outcomes(&done);
        told.sort();
        assert_eq!(told, ["warning blocked", "warning issued"]);
        let blocked = done["letters"].as_array().unwrap().iter().find(|one| one["outcome"] == "blocked").unwrap();
        assert!(blocked["detail"].as_str().unwrap().contains("2027年"), "{blocked}");
        let again = run(&app, "2026-12-29").await;
        assert_eq!(outcomes(&again), ["warning blocked"], "it stays due");
    }
}

/// Executes statements as they stand.
async fn execute(app: &TestApp, sql: &str) {
    use diesel_async::SimpleAsyncConnection as _;
    match &app.store {
        xushi::store::Store::Pg(pool) => {
            xushi::store::checkout(pool).await.unwrap().batch_execute(sql).await.unwrap();
        }
        xushi::store::Store::Sqlite(pool) => {
            xushi::store::checkout(pool).await.unwrap().batch_execute(sql).await.unwrap();
        }
    }
}

async fn set_state(app: &TestApp, id: &str, state: &str) {
    use diesel::sql_types::Text;
    use diesel_async::RunQueryDsl as _;
    let statement = |placeholders: [&str; 2], cast: &str| {
        format!("UPDATE letters SET state = {} WHERE id = {}{cast}", placeholders[0], placeholders[1])
    };
    let written = match &app.store {
        xushi::store::Store::Pg(pool) => {
            let query = diesel::sql_query(statement(["$1", "$2"], "::uuid"));
            let mut conn = xushi::store::checkout(pool).await.unwrap();
            query
                .bind::<Text, _>(state.to_owned())
                .bind::<Text, _>(id.to_owned())
                .execute(&mut *conn)
                .await
                .unwrap()
        }
        xushi::store::Store::Sqlite(pool) => {
            let query = diesel::sql_query(statement(["?", "?"], ""));
            let mut conn = xushi::store::checkout(pool).await.unwrap();
            query
                .bind::<Text, _>(state.to_owned())
                .bind::<Text, _>(id.to_owned())
                .execute(&mut *conn)
                .await
                .unwrap()
        }
    };
    assert_eq!(written, 1);
}

/// Another service on a database of the same kind.
pub(super) async fn fresh(app: &TestApp) -> Option<TestApp> {
    match &app.store {
        xushi::store::Store::Pg(_) => TestApp::on_postgresql().await,
        xushi::store::Store::Sqlite(_) => Some(TestApp::on_sqlite().await),
    }
}
