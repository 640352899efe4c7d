//! What stands when a letter is taken back that was not the first about its matter.

use super::*;

fn id(letter: &Value) -> &str {
    letter["id"].as_str().unwrap()
}

/// A warning of July and one of August about the same, the later one taken back on 25 September.
async fn two_warnings_less_one(app: &TestApp) -> Vec<Value> {
    sample(app, &["投资"], json!({})).await;
    report(app, "投资", "2025-07-31", "2.0", "2025-08-20").await;
    run(app, "2025-08-21").await;
    report(app, "投资", "2025-08-31", "1.0", "2025-09-20").await;
    run(app, "2025-09-22").await;
    let letters = items(app, "/letters").await;
    assert_eq!(letters.len(), 2, "{letters:?}");
    at(app, "2025-09-25");
    take_back(app, &letters[1]).await;
    letters
}

async fn take_back(app: &TestApp, letter: &Value) -> Value {
    let said = json!({"signer": "李四", "reason": "因素权重录入有误"});
    app.post(&format!("/letters/{}/withdrawal", id(letter)), said).await.expect(201)
}

both! {
    async fn the_warning_before_it_is_the_last_again_and_is_lifted_by_a_letter(app: TestApp) {
        let letters = two_warnings_less_one(&app).await;
        let episode = items(&app, "/episodes").await.remove(0);
        assert_eq!(episode["letter_id"], letters[0]["id"]);
        let row = items(&app, "/ledger").await.remove(0);
        assert_eq!((&row["letter_number"], &row["overdue"]), (&letters[0]["number"], &json!(false)), "{row}");
        let token = app.office.letters.links.as_ref().unwrap().token(id(&letters[0]).parse().unwrap(), d("2025-08-21"));
        let answer = app.send(actix_web::test::TestRequest::get().uri(&format!("/r/{token}"))).await;
        let page = String::from_utf8(answer.bytes).unwrap();
        assert!(page.contains("后函已经撤销；此函无需再反馈") && page.contains("查看后函："), "{page}");
        // A reason is kept as it was given, also where it begins like the word before it.
        let taken = app.get(&format!("/letters/{}", id(&letters[1]))).await.expect(200);
        assert_eq!(taken["withdrawal"]["reason"], "因素权重录入有误");
        for (period, day) in [("2025-09-30", "2025-10-20"), ("2025-10-31", "2025-11-20"), ("2025-11-30", "2025-12-20")] {
            report(&app, "投资", period, "9.0", day).await;
            run(&app, day).await;
        }
        let lifted = items(&app, "/letters").await.pop().unwrap();
        assert_eq!(lifted["kind"], "lifting", "the unit that was warned is told: {lifted}");
        let text = app.get(&format!("/letters/{}", id(&lifted))).await.expect(200)["text"].as_str().unwrap().to_owned();
        assert!(text.contains(letters[0]["number"].as_str().unwrap()), "{text}");
    }

    async fn what_a_withdrawn_lifting_had_lifted_is_warned_of_again(app: TestApp) {
        sample(&app, &["投资"], json!({})).await;
        report(&app, "投资", "2025-07-31", "2.0", "2025-08-20").await;
        run(&app, "2025-08-21").await;
        for (period, day) in [("2025-08-31", "2025-09-20"), ("2025-09-30", "2025-10-20"), ("2025-10-31", "2025-11-20")] {
            report(&app, "投资", period, "9.0", day).await;
            run(&app, day).await;
        }
        let letters = items(&app, "/letters").await;
        let lifting = letters.iter().find(|letter| letter["kind"] == "lifting").unwrap();
        let before = app.get("/ledger?as_of=2025-11-20").await.bytes;
        at(&app, "2025-11-25");
        let back = take_back(&app, lifting).await;
        let text = app.get(&format!("/letters/{}", id(&back))).await.expect(200)["text"].as_str().unwrap().to_owned();
        assert!(text.contains("有关指标重新列入预警事项") && text.contains("符合解除条件的，另行函告解除预警"), "{text}");
        let open: Vec<Value> = items(&app, "/episodes").await.into_iter().filter(|one| one["state"] != "lifted").collect();
        assert_eq!(open.len(), 1, "{open:?}");
        assert_eq!((&open[0]["state"], &open[0]["letter_id"], &open[0]["opened_on"]), (&json!("observing"), &letters[0]["id"], &json!("2025-11-25")));
        assert_eq!(app.get("/ledger?as_of=2025-11-20").await.bytes, before, "days before stay as they were");
        assert_eq!(items(&app, "/ledger").await.len(), 1);
        // Data that stay good lift it once more.
        for (period, day) in [("2025-11-30", "2025-12-20"), ("2025-12-31", "2026-01-20")] {
            report(&app, "投资", period, "9.0", day).await;
            run(&app, day).await;
        }
        let liftings = items(&app, "/letters").await.into_iter().filter(|letter| letter["kind"] == "lifting");
        assert_eq!(liftings.count(), 2);
    }

    async fn a_correction_reaches_everybody_who_got_what_it_takes_back(app: TestApp) {
        sample(&app, &["投资"], json!({})).await;
        report(&app, "投资", "2025-07-31", "2.0", "2025-08-20").await;
        run(&app, "2025-08-21").await;
        for day in ["2025-08-29", "2025-09-05", "2025-09-12"] {
            remind(&app, day).await;
        }
        assert!(!sent(&app).await.is_empty());
        let letters = items(&app, "/letters").await;
        at(&app, "2025-09-15");
        let said = json!({"signer": "李四", "reason": "数据有误"});
        let path = format!("/letters/{}/correction", id(&letters[0]));
        let new = app.post(&path, said).await.expect(201);
        let deliveries = items(&app, "/deliveries?limit=500").await;
        let reached = |of: &dyn Fn(&Value) -> bool| {
            let rows = deliveries.iter().filter(|row| of(row)).map(|row| row["email"].as_str().unwrap());
            rows.collect::<BTreeSet<_>>()
        };
        assert_eq!(reached(&|row| row["letter_id"] == new["id"]), reached(&|_| true));
        let copied = async |letter: &Value| {
            let facts = app.get(&format!("/letters/{}", id(letter))).await.expect(200)["facts"]["copied"].clone();
            facts.as_array().unwrap().iter().map(|one| one.as_str().unwrap().to_owned()).collect::<BTreeSet<_>>()
        };
        let mut all = BTreeSet::new();
        for letter in &letters {
            all.append(&mut copied(letter).await);
        }
        assert_eq!(copied(&new).await, all);
    }

    async fn a_figure_taken_back_stops_the_ladder(app: TestApp) {
        sample(&app, &["投资"], json!({})).await;
        report(&app, "投资", "2025-07-31", "2.0", "2025-08-20").await;
        run(&app, "2025-08-21").await;
        at(&app, "2025-08-22");
        let figure = items(&app, "/observations").await.into_iter().find(|one| one["value"] == "2").unwrap();
        let path = format!("/observations/{}/withdrawal", id(&figure));
        app.post(&path, json!({"reason": "录错指标"})).await.expect(200);
        for day in ["2025-08-29", "2025-09-05", "2025-09-12"] {
            assert!(remind(&app, day).await.run.letters.is_empty(), "{day}");
        }
    }

    async fn whoever_answers_for_it_now_is_warned_and_whoever_did_is_left_in_peace(app: TestApp) {
        sample(&app, &["投资"], json!({})).await;
        report(&app, "投资", "2025-07-31", "2.0", "2025-08-20").await;
        run(&app, "2025-08-21").await;
        at(&app, "2025-08-22");
        let unit = unit(&app, "省商务厅", None, &["liaison", "leader"]).await;
        let indicator = items(&app, "/indicators").await.remove(0);
        let task = indicator["task"]["id"].as_str().unwrap();
        let lead = json!({"responsibilities": [{"unit": unit, "role": "lead"}], "reason": "分工调整"});
        app.patch(&format!("/tasks/{task}"), lead).await.expect(200);
        assert_eq!(outcomes(&run(&app, "2025-08-25").await), ["warning issued"]);
        let second = items(&app, "/letters").await.pop().unwrap();
        assert_eq!((&second["unit_id"], &second["kind"]), (&json!(unit), &json!("warning")));
        let climbed = remind(&app, "2025-09-05").await.run.letters;
        assert!(climbed.iter().all(|letter| letter.unit == "省商务厅"), "{climbed:?}");
        // The same where the letter went to the wrong unit and was taken back.
        take_back(&app, &second).await;
        assert_eq!(outcomes(&run(&app, "2025-09-08").await), [""; 0], "it was decided about for this unit");
    }
}
