use actix_web::http::Method;
use actix_web::test::TestRequest;

use super::*;
use crate::api::letters::replies::reply;

fn id(letter: &Value) -> &str {
    letter["id"].as_str().unwrap()
}

/// The token of a letter in a mail of this day.
fn token(app: &TestApp, letter: &Value, day: &str) -> String {
    app.office.letters.links.as_ref().unwrap().token(id(letter).parse().unwrap(), d(day))
}

both! {
    async fn a_draft_is_neither_seen_nor_received_nor_answered(app: TestApp) {
        sample(&app, &["投资"], json!({"issuing": "approval"})).await;
        report(&app, "投资", "2025-07-31", "2.0", "2025-08-20").await;
        run(&app, "2025-08-21").await;
        let draft = items(&app, "/letters?state=draft").await.swap_remove(0);
        let path = format!("/letters/{}", id(&draft));
        let page = format!("/r/{}", token(&app, &draft, "2025-08-21"));
        assert_eq!(app.send(TestRequest::get().uri(&page)).await.status.as_u16(), 404);
        app.post(&format!("{path}/receipt"), json!({"person": "李四"})).await.problem(409, "conflict", "/state");
        app.post(&format!("{path}/replies"), reply()).await.problem(409, "conflict", "/state");
        app.post(&format!("{path}/closure"), json!({})).await.problem(409, "conflict", "/state");
        let key = app.new_key("unit", Some("省发展改革委")).await;
        app.send(app.request_as(&key, Method::GET, &path)).await.problem(404, "not_found", "");
        assert_eq!(app.send(app.request_as(&key, Method::GET, "/letters")).await.expect(200)["items"], json!([]));
        let board = app.get("/letters/board").await.expect(200);
        assert_eq!(board["total"]["issued"], 0, "a draft is no letter yet");
        app.post(&format!("{path}/issue"), json!({"signer": "李四"})).await.expect(200);
        assert_eq!(app.send(TestRequest::get().uri(&page)).await.status.as_u16(), 200);
        app.send(app.request_as(&key, Method::GET, &path)).await.expect(200);
    }

    async fn a_reminder_leads_to_the_letter_that_waits_for_its_answer(app: TestApp) {
        sample(&app, &["投资"], json!({})).await;
        report(&app, "投资", "2025-07-31", "2.0", "2025-08-20").await;
        run(&app, "2025-08-21").await;
        let first = items(&app, "/letters").await.swap_remove(0);
        let due: NaiveDate = first["reply_by"].as_str().unwrap().parse().unwrap();
        // The first step of the ladder comes before the deadline; after it there is another letter to answer.
        let mut day = d("2025-08-21");
        let reminder = loop {
            day = day.succ_opt().unwrap();
            remind(&app, &day.to_string()).await;
            if let Some(found) = items(&app, "/letters").await.into_iter().find(|one| one["kind"] == "reply_reminder") {
                break found;
            }
            assert!(day <= due, "nobody is reminded");
        };
        let frozen = app.get(&format!("/letters/{}", id(&reminder))).await.expect(200);
        assert_eq!(reminder["follows_id"], first["id"]);
        let ours = format!("https://xushi.example.org/r/letter{}", id(&first).replace('-', ""));
        assert_eq!(frozen["facts"]["reply_link"], ours);
        let mail = app.get(&format!("/letters/{}.eml", id(&reminder))).await.mail();
        let token = token(&app, &first, reminder["issued_on"].as_str().unwrap());
        assert!(mail.contains(&token), "{mail}");
        let page = app.send(TestRequest::get().uri(&format!("/r/{token}"))).await;
        let html = String::from_utf8(page.bytes).unwrap();
        assert!(html.contains(first["number"].as_str().unwrap()) && html.contains("反馈期限"), "{html}");
    }

    async fn a_letter_taken_up_by_a_later_one_leads_there(app: TestApp) {
        sample(&app, &["投资"], json!({})).await;
        report(&app, "投资", "2025-07-31", "2.0", "2025-08-20").await;
        run(&app, "2025-08-21").await;
        remind(&app, "2025-08-29").await;
        let letters = items(&app, "/letters").await;
        let [first, second] = &letters[..] else { panic!("{letters:?}") };
        let [old, new] = [first, second].map(|one| token(&app, one, one["issued_on"].as_str().unwrap()));
        let page = app.send(TestRequest::get().uri(&format!("/r/{old}"))).await;
        let html = String::from_utf8(page.bytes).unwrap();
        assert!(html.contains(&new) && html.contains(second["number"].as_str().unwrap()), "{html}");
        assert!(html.contains("无需再对此函反馈") && !html.contains("<form"), "{html}");
        let form = app.send(TestRequest::post().uri(&format!("/r/{old}/receipt")).set_payload("person=%E7%8E%8B")).await;
        assert_eq!(form.status.as_u16(), 409);
        let page = app.send(TestRequest::get().uri(&format!("/r/{new}"))).await;
        assert!(String::from_utf8(page.bytes).unwrap().contains("id=\"receive\""), "this one waits");
    }
}
