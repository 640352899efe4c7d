//! 撤函 and 更正函: a letter that was wrong is taken back by a numbered one.

use actix_web::http::Method;
use actix_web::test::TestRequest;

use super::*;
use crate::api::letters::replies::reply;

fn id(letter: &Value) -> &str {
    letter["id"].as_str().unwrap()
}

fn said(reason: &str) -> Value {
    json!({"signer": "李四", "reason": reason})
}

async fn text(app: &TestApp, letter: &str) -> String {
    app.get(&format!("/letters/{letter}")).await.expect(200)["text"].as_str().unwrap().to_owned()
}

async fn numbers(app: &TestApp) -> Vec<String> {
    let letters = items(app, "/letters").await;
    let mut numbers: Vec<_> =
        letters.iter().filter_map(|letter| letter["number"].as_str().map(str::to_owned)).collect();
    numbers.sort();
    numbers
}

/// The page behind a letter's link.
async fn page(app: &TestApp, letter: &Value) -> String {
    let issued_on = letter["issued_on"].as_str().unwrap();
    let token = app.office.letters.links.as_ref().unwrap().token(id(letter).parse().unwrap(), d(issued_on));
    let answer = app.send(TestRequest::get().uri(&format!("/r/{token}"))).await;
    String::from_utf8(answer.bytes).unwrap()
}

both! {
    async fn a_wrong_letter_is_taken_back_and_everything_points_at_it(app: TestApp) {
        sample(&app, &["投资"], json!({})).await;
        report(&app, "投资", "2025-07-31", "2.0", "2025-08-20").await;
        run(&app, "2025-08-21").await;
        assert!(!sent(&app).await.is_empty());
        let wrong = items(&app, "/letters").await.remove(0);
        let day_before = app.get("/ledger?as_of=2025-08-21").await.bytes;
        at(&app, "2025-08-25");
        let path = format!("/letters/{}/withdrawal", id(&wrong));
        app.post(&path, json!({"signer": "李四", "reason": " "})).await.problem(422, "invalid", "/reason");
        app.post(&path, json!({"signer": "", "reason": "错"})).await.problem(422, "invalid", "/signer");
        let answer = app.post(&path, said("因所引数据口径有误，统计部门已核实更正。")).await;
        assert_eq!(answer.header("location"), format!("/api/v1/letters/{}", id(&answer.json())));
        let back = answer.expect(201);
        assert_eq!((&back["kind"], &back["number"], &back["decided_by"]), (&json!("withdrawal"), &json!("湘攻坚函〔2025〕2号"), &json!("李四")));
        let whole = app.get(&format!("/letters/{}", id(&back))).await.expect(200);
        assert_eq!(whole["withdraws"], json!([{"letter_id": wrong["id"], "letter_number": "湘攻坚函〔2025〕1号"}]));
        let told = text(&app, id(&back)).await;
        for part in ["关于撤销湘攻坚函〔2025〕1号的函", "2025年8月21日，以湘攻坚函〔2025〕1号就投资指标运行情况函告你单位。",
            "因所引数据口径有误，统计部门已核实更正，现将该函予以撤销。", "尚未反馈的，无需再反馈。", "抄送：省统计局。"] {
            assert!(told.contains(part), "{part} is not in\n{told}");
        }
        assert!(!told.contains("附件") && !told.contains("因因"), "{told}");
        let before = app.get(&format!("/letters/{}", id(&wrong))).await.expect(200);
        assert_eq!(before["state"], "withdrawn");
        assert_eq!(before["withdrawal"]["letter_number"], "湘攻坚函〔2025〕2号");
        assert_eq!(before["withdrawal"]["reason"], "所引数据口径有误，统计部门已核实更正");
        // Twice, an answer, a receipt: no more.
        app.post(&path, said("再来")).await.problem(409, "conflict", "/state");
        app.post(&format!("/letters/{}/receipt", id(&wrong)), json!({"person": "张三"})).await.problem(409, "conflict", "/state");
        app.post(&format!("/letters/{}/withdrawal", id(&back)), said("撤错了")).await.problem(409, "conflict", "/state");
        let html = page(&app, &wrong).await;
        assert!(html.contains("因所引数据口径有误，统计部门已核实更正，此函已由湘攻坚函〔2025〕2号撤销，无需再签收、反馈。"), "{html}");
        assert!(html.contains("查看撤函：湘攻坚函〔2025〕2号") && !html.contains("<form"), "{html}");
        // The ledger says why, and of days before what was said then.
        let row = items(&app, "/ledger").await.remove(0);
        assert_eq!((&row["letters"], &row["letter_number"], &row["overdue"]), (&json!(0), &Value::Null, &json!(false)));
        assert_eq!(row["withdrawn"][0]["letter_number"], "湘攻坚函〔2025〕1号");
        assert_eq!(row["withdrawn"][0]["withdrawal"]["letter_id"], back["id"]);
        let episode = items(&app, "/episodes").await.remove(0);
        assert_eq!((&episode["letter_id"], &episode["withdrawn"]), (&Value::Null, &row["withdrawn"]));
        let csv = String::from_utf8(app.get("/ledger.csv").await.bytes).unwrap();
        assert!(csv.contains("\"湘攻坚函〔2025〕1号，因所引数据口径有误，统计部门已核实更正，由湘攻坚函〔2025〕2号撤销\"") || csv.contains("湘攻坚函〔2025〕1号，因所引数据口径有误，统计部门已核实更正，由湘攻坚函〔2025〕2号撤销"), "{csv}");
        assert_eq!(app.get("/ledger?as_of=2025-08-21").await.bytes, day_before, "days before stay as they were");
        let board = app.get("/letters/board").await.expect(200);
        assert_eq!((&board["total"]["issued"], &board["total"]["withdrawn"]), (&json!(2), &json!(1)));
        // It climbs no ladder, and is not written again until there is news.
        assert!(remind(&app, "2025-09-10").await.run.letters.is_empty());
        assert_eq!(outcomes(&run(&app, "2025-09-11").await), [""; 0]);
        report(&app, "投资", "2025-08-31", "1.0", "2025-09-20").await;
        assert_eq!(outcomes(&run(&app, "2025-09-22").await), ["warning issued"]);
        let again = items(&app, "/letters").await.pop().unwrap();
        assert!(!text(&app, id(&again)).await.contains("湘攻坚函〔2025〕1号"), "it does not stand on what was taken back");
        assert_eq!(numbers(&app).await, ["湘攻坚函〔2025〕1号", "湘攻坚函〔2025〕2号", "湘攻坚函〔2025〕3号"]);
    }

    async fn what_its_ladder_brought_goes_with_it_and_everybody_written_to_is_told(app: TestApp) {
        sample(&app, &["投资"], json!({})).await;
        report(&app, "投资", "2025-07-31", "2.0", "2025-08-20").await;
        run(&app, "2025-08-21").await;
        for day in ["2025-08-29", "2025-09-05", "2025-09-12"] {
            remind(&app, day).await;
        }
        assert!(!sent(&app).await.is_empty());
        let letters = items(&app, "/letters").await;
        assert!(letters.len() >= 3, "{letters:?}");
        let count = letters.len();
        at(&app, "2025-09-15");
        let back = app.post(&format!("/letters/{}/withdrawal", id(&letters[0])), said("数据有误")).await.expect(201);
        let after = items(&app, "/letters").await;
        assert!(after[..count].iter().all(|letter| letter["state"] == "withdrawn"), "{after:?}");
        let told = text(&app, id(&back)).await;
        assert!(told.contains("其后的湘攻坚函〔2025〕2号") && told.contains("一并撤销"), "{told}");
        let mailboxes = |letters: &[&Value], all: &[Value]| {
            let ids: Vec<_> = letters.iter().map(|letter| letter["id"].clone()).collect();
            let mut found: Vec<_> = all.iter().filter(|one| ids.contains(&one["letter_id"])).map(|one| one["email"].as_str().unwrap().to_owned()).collect();
            found.sort();
            found.dedup();
            found
        };
        let deliveries = items(&app, "/deliveries?limit=500").await;
        let before: Vec<&Value> = letters.iter().collect();
        assert_eq!(mailboxes(&[&back], &deliveries), mailboxes(&before, &deliveries));
        assert!(remind(&app, "2025-10-10").await.run.letters.is_empty());
    }

    async fn what_never_went_out_is_taken_back_without_a_mail(app: TestApp) {
        sample(&app, &["投资"], json!({})).await;
        report(&app, "投资", "2025-07-31", "2.0", "2025-08-20").await;
        run(&app, "2025-08-21").await;
        let letters = items(&app, "/letters").await;
        let back = app.post(&format!("/letters/{}/withdrawal", id(&letters[0])), said("数据有误")).await.expect(201);
        assert_eq!(back["number"], "湘攻坚函〔2025〕2号", "numbers have no gap");
        let told = text(&app, id(&back)).await;
        assert!(told.contains("签发湘攻坚函〔2025〕1号，就投资指标运行情况函告你单位，该函尚未送达。因数据有误，现将该函予以撤销"), "{told}");
        let deliveries = items(&app, "/deliveries?limit=500").await;
        // Nothing of it is sent any more.
        let own = |one: &&Value| one["letter_id"] != back["id"];
        assert!(deliveries.iter().filter(own).all(|one| one["state"] == "failed" && one["last_reply"] == "原函已经撤销。"), "{deliveries:?}");
        // Nobody sends it again, to whomever.
        let stopped = deliveries.iter().find(|one| one["letter_id"] == letters[0]["id"]).unwrap();
        app.post(&format!("/deliveries/{}/retry", id(stopped)), json!({})).await.problem(409, "conflict", "/state");
        let more = json!({"name": "王五", "email": "wang@example.org"});
        app.post(&format!("/letters/{}/deliveries", id(&letters[0])), more).await.problem(409, "conflict", "/state");
        assert!(sent(&app).await.is_empty(), "nobody is told of what nobody knows");
    }

    async fn who_is_the_liaison_by_now_is_told_as_well(app: TestApp) {
        sample(&app, &["投资"], json!({})).await;
        report(&app, "投资", "2025-07-31", "2.0", "2025-08-20").await;
        run(&app, "2025-08-21").await;
        assert!(!sent(&app).await.is_empty());
        let letter = items(&app, "/letters").await.remove(0);
        at(&app, "2025-08-25");
        let former = items(&app, &format!("/contacts?unit={}", letter["unit_id"].as_str().unwrap())).await.into_iter().find(|one| one["role"] == "liaison").unwrap();
        app.patch(&format!("/contacts/{}", id(&former)), json!({"valid_to": "2025-08-22"})).await.expect(200);
        let new = json!({"unit": letter["unit_id"], "name": "钱七", "role": "liaison", "valid_from": "2025-08-23", "email": "qianqi@example.org"});
        app.post("/contacts", new).await.expect(201);
        let back = app.post(&format!("/letters/{}/withdrawal", id(&letter)), said("数据有误")).await.expect(201);
        let told: Vec<Value> = items(&app, "/deliveries?limit=500").await.into_iter().filter(|one| one["letter_id"] == back["id"]).collect();
        let to = |email: &Value| told.iter().any(|one| one["email"] == *email);
        assert!(to(&json!("qianqi@example.org")) && to(&former["email"]), "{told:?}");
    }

    async fn what_is_about_a_retired_indicator_says_so(app: TestApp) {
        sample(&app, &["投资"], json!({})).await;
        report(&app, "投资", "2025-07-31", "2.0", "2025-08-20").await;
        run(&app, "2025-08-21").await;
        sent(&app).await;
        let letter = items(&app, "/letters").await.remove(0);
        let indicator = items(&app, "/indicators").await.remove(0);
        app.post(&format!("/indicators/{}/retirement", id(&indicator)), json!({"reason": "方案调整"})).await.expect(200);
        app.patch(&format!("/indicators/{}", id(&indicator)), json!({"baseline": "3"})).await.problem(422, "invalid", "/id");
        let back = app.post(&format!("/letters/{}/withdrawal", id(&letter)), said("不再考核")).await.expect(201);
        let told = text(&app, id(&back)).await;
        assert!(told.contains("今后不再就其函告") && !told.contains("继续按期跟踪"), "{told}");
    }

    async fn a_unit_that_has_answered_is_told(app: TestApp) {
        sample(&app, &["投资"], json!({})).await;
        report(&app, "投资", "2025-07-31", "2.0", "2025-08-20").await;
        run(&app, "2025-08-21").await;
        let wrong = items(&app, "/letters").await.remove(0);
        at(&app, "2025-08-22");
        app.post(&format!("/letters/{}/receipt", id(&wrong)), json!({"person": "张三"})).await.expect(201);
        app.post(&format!("/letters/{}/replies", id(&wrong)), reply()).await.expect(201);
        at(&app, "2025-08-25");
        let back = app.post(&format!("/letters/{}/withdrawal", id(&wrong)), said("数据有误")).await.expect(201);
        let told = text(&app, id(&back)).await;
        assert!(told.contains("你单位已于2025年8月22日就原函作出反馈，所报材料留存备查，无需再作办理。"), "{told}");
        // What was answered stays to be read, and is not reviewed any more.
        let replies = items(&app, &format!("/letters/{}/replies", id(&wrong))).await;
        let review = format!("/letters/{}/replies/{}/review", id(&wrong), id(&replies[0]));
        app.post(&review, json!({"verdict": "accepted"})).await.problem(409, "conflict", "/state");
    }

    async fn a_correction_warns_anew_and_takes_the_wrong_one_back(app: TestApp) {
        sample(&app, &["投资", "消费"], json!({"issuing": "approval"})).await;
        report(&app, "投资", "2025-07-31", "-2.0", "2025-08-20").await;
        report(&app, "消费", "2025-07-31", "2.0", "2025-08-20").await;
        run(&app, "2025-08-21").await;
        let draft = items(&app, "/letters?state=draft").await.remove(0);
        app.post(&format!("/letters/{}/issue", id(&draft)), said("")).await.problem(422, "invalid", "/reason");
        let wrong = app.post(&format!("/letters/{}/issue", id(&draft)), json!({"signer": "王五"})).await.expect(200);
        assert!(!sent(&app).await.is_empty());
        // One of the figures was wrong; the other stays as it was.
        at(&app, "2025-08-25");
        report(&app, "投资", "2025-07-31", "6.0", "2025-08-25").await;
        let right = app.post(&format!("/letters/{}/correction", id(&wrong)), said("投资数据录入有误")).await.expect(201);
        assert_eq!((&right["kind"], &right["number"], &right["state"]), (&json!("warning"), &json!("湘攻坚函〔2025〕2号"), &json!("issued")));
        assert_eq!(right["subject"], "【橙色预警·更正·9月1日前反馈】关于消费指标运行情况的更正函（湘攻坚函〔2025〕2号）");
        let told = text(&app, id(&right)).await;
        let begins = "2025年8月21日，以湘攻坚函〔2025〕1号就投资等2项指标运行情况函告你单位。因投资数据录入有误，原函即行撤销，现重新函告如下，请以本函为准。";
        assert!(told.contains(begins), "{told}");
        assert!(told.contains("原函所列投资指标不在本函之列，原函对其提出的要求不再执行。"), "{told}");
        assert!(!told.contains("此前已于"), "{told}");
        let before = app.get(&format!("/letters/{}", id(&wrong))).await.expect(200);
        assert_eq!((&before["state"], &before["withdrawal"]["letter_id"]), (&json!("withdrawn"), &right["id"]));
        let html = page(&app, &wrong).await;
        assert!(html.contains("办理后函：湘攻坚函〔2025〕2号") && html.contains("此函已由湘攻坚函〔2025〕2号撤销，请办理后函。"), "{html}");
        assert!(page(&app, &right).await.contains("id=\"receive\""));
        // Its ladder is its own, and what has recovered ends without a lifting: nobody holds a warning of it.
        let climbed = remind(&app, "2025-09-03").await.run.letters;
        assert!(climbed.iter().all(|letter| letter.follows.map(|of| of.0.to_string()) == right["id"].as_str().map(str::to_owned)), "{climbed:?}");
        app.post(&format!("/letters/{}/correction", id(&wrong)), said("再来")).await.problem(409, "conflict", "/state");
    }

    async fn what_needs_no_warning_any_more_is_withdrawn_and_not_corrected(app: TestApp) {
        sample(&app, &["投资"], json!({})).await;
        report(&app, "投资", "2025-07-31", "2.0", "2025-08-20").await;
        run(&app, "2025-08-21").await;
        let wrong = items(&app, "/letters").await.remove(0);
        at(&app, "2025-08-25");
        report(&app, "投资", "2025-07-31", "6.0", "2025-08-25").await;
        app.post(&format!("/letters/{}/correction", id(&wrong)), said("数据有误")).await.problem(409, "conflict", "/state");
        assert_eq!(items(&app, "/letters").await.len(), 1, "nothing is written");
        app.post(&format!("/letters/{}/withdrawal", id(&wrong)), said("数据有误")).await.expect(201);
        // The episode ends without a lifting: nobody holds a warning of it.
        for day in ["2025-08-26", "2025-09-22", "2025-10-22"] {
            assert!(outcomes(&run(&app, day).await).iter().all(|one| !one.starts_with("lifting")));
        }
    }

    async fn only_coordinators_take_letters_back_and_drafts_are_discarded(app: TestApp) {
        sample(&app, &["投资"], json!({"issuing": "approval"})).await;
        report(&app, "投资", "2025-07-31", "2.0", "2025-08-20").await;
        run(&app, "2025-08-21").await;
        let draft = items(&app, "/letters?state=draft").await.remove(0);
        for what in ["withdrawal", "correction"] {
            app.post(&format!("/letters/{}/{what}", id(&draft)), said("错")).await.problem(409, "conflict", "/state");
            let nobody = format!("/letters/01890000-0000-7000-8000-000000000000/{what}");
            app.post(&nobody, said("错")).await.problem(404, "not_found", "");
            for (role, unit) in [("reader", None), ("unit", Some("省发展改革委"))] {
                let key = app.new_key(role, unit).await;
                let request = app.request_as(&key, Method::POST, &format!("/letters/{}/{what}", id(&draft)));
                assert_eq!(app.send(request.set_json(said("错"))).await.status.as_u16(), 403);
            }
        }
    }
}
