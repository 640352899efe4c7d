use actix_web::http::{Method, header};
use chrono::TimeDelta;
use serde_json::json;
use xushi::domain::delivery::{DeliveryState, Recipient};
use xushi::jobs::deliver::deliver;
use xushi::jobs::watch::watch;
use xushi::mail::outbox::MemoryOutbox;
use xushi::mail::transport::{Failure, SendError, SendStage};

use crate::post::{PAGE, deliveries, issued, jobs, later, open_incidents};
use crate::support::both;

both! {
    async fn a_mail_that_failed_goes_out_again_or_elsewhere(app: TestApp) {
        let letter = issued(&app).await.remove(0);
        let row = deliveries(&app).await.into_iter().find(|row| row.letter_id == letter.id && row.role == Recipient::To).unwrap();
        let (again, more) = (format!("/deliveries/{}/retry", row.id.0), format!("/letters/{}/deliveries", letter.id.0));
        let outbox = MemoryOutbox::default();
        let refused = || SendError { failure: Failure::Permanent, stage: SendStage::Envelope, code: Some(550), reply: "no such user".into() };
        let now = async || deliveries(&app).await.into_iter().find(|now| now.id == row.id).unwrap();
        app.post(&again, json!({})).await.problem(409, "conflict", "/state");
        while now().await.state != DeliveryState::Failed {
            // The first line to be taken is refused; whose that is differs.
            app.store.list_deliveries(&Default::default(), PAGE).await.unwrap().iter().for_each(|_| outbox.fail_next(refused()));
            deliver(&jobs(&app, &outbox)).await.unwrap();
        }
        assert!(outbox.kept().is_empty());
        let eml = async || app.get(&format!("/letters/{}.eml?delivery={}", letter.id.0, row.id.0)).await.bytes;
        let before = eml().await;
        let about = |kind: &str| format!("/incidents?open=true&kind={kind}&subject_id={}", row.id.0);
        assert_eq!(app.get(&about("delivery_failed")).await.expect(200)["items"].as_array().unwrap().len(), 1);
        let retried = app.post(&again, json!({})).await.expect(200);
        assert_eq!((&retried["state"], &retried["message_id"]), (&json!("pending"), &json!(row.message_id)));
        assert_eq!(app.get(&about("delivery_failed")).await.expect(200)["items"], json!([]), "seen to");
        app.post(&again, json!({})).await.problem(409, "conflict", "/state");
        // The fault injected for others is used up: this one is accepted, as the same bytes.
        let outbox = MemoryOutbox::default();
        deliver(&jobs(&app, &outbox)).await.unwrap();
        let sent = outbox.kept().into_iter().find(|mail| mail.recipient == row.email).unwrap();
        assert!(sent.raw == before, "the same mail");
        app.post(&again, json!({})).await.problem(409, "conflict", "/state");
        app.post(&format!("/deliveries/{}/retry", letter.id.0), json!({})).await.problem(404, "not_found", "");

        // It comes back after all; the person has another mailbox.
        let bounce = format!("Content-Type: multipart/report; boundary=b\r\n\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\n\
            Final-Recipient: rfc822; {}\r\nAction: failed\r\nStatus: 5.1.1\r\n\r\n--b\r\nContent-Type: text/rfc822-headers\r\n\r\n\
            Message-ID: <{}>\r\n\r\n--b--\r\n", row.email, row.message_id);
        let request = app.request(Method::POST, "/bounces").insert_header((header::CONTENT_TYPE, "message/rfc822"));
        assert_eq!(app.send(request.set_payload(bounce)).await.expect(200)["outcome"], "bounced");
        let lost = async || {
            watch(&jobs(&app, &MemoryOutbox::default()), &[]).await.unwrap();
            open_incidents(&app, "letter_undelivered").await.iter().any(|one| one["subject_id"] == letter.id.0.to_string())
        };
        assert!(lost().await);
        later(&app, TimeDelta::hours(1));
        let other = json!({"name": "赵六", "email": "zhaoliu@example.org", "instead_of": row.id.0});
        let added = app.post(&more, other.clone()).await.expect(201);
        assert_eq!((&added["role"], &added["state"]), (&json!("to"), &json!("pending")));
        assert_eq!(app.get(&about("delivery_bounced")).await.expect(200)["items"], json!([]));
        app.post(&more, other).await.problem(409, "duplicate", "/email");
        app.post(&more, json!({"name": "赵六", "email": "zhaoliu"})).await.problem(422, "invalid", "/email");
        app.post(&more, json!({"name": "赵六", "email": "a@example.org", "instead_of": letter.id.0})).await.problem(422, "invalid", "/instead_of");
        app.post(&format!("/letters/{}/deliveries", row.id.0), json!({"name": "赵六", "email": "a@example.org"})).await.problem(404, "not_found", "");
        let copied = app.post(&more, json!({"name": "钱七", "email": "qianqi@example.org", "unit": "省统计局"})).await.expect(201);
        assert_eq!(copied["role"], "cc", "who need not answer gets a copy");
        let outbox = MemoryOutbox::default();
        deliver(&jobs(&app, &outbox)).await.unwrap();
        let text = |address: &str| String::from_utf8(outbox.kept().into_iter().find(|mail| mail.recipient == address).unwrap().raw).unwrap();
        assert!(text("zhaoliu@example.org").contains("<zhaoliu@example.org>") && !text("zhaoliu@example.org").contains(&row.email), "the one that failed is not written to again");
        assert_ne!(added["message_id"], json!(row.message_id), "another mail");
        assert!(!text("qianqi@example.org").contains("zhaoliu@example.org") && text("qianqi@example.org").contains(&row.email));
        // A copy says that it is one and offers no way to answer.
        let copy = text("qianqi@example.org");
        let shown = crate::support::app::readable(copy.as_bytes());
        assert!(copy.contains("44CQ5oqE6YCB44CR"), "【抄送】 in the subject: {copy}");
        assert!(shown.contains("抄送贵单位知悉，无需签收和反馈。"), "{shown}");
        assert!(!shown.contains("签收并在线反馈") && !shown.contains("在线签收、反馈") && !shown.contains("/r/letter"), "{shown}");
        assert!(crate::support::app::readable(text("zhaoliu@example.org").as_bytes()).contains("签收并在线反馈"));
        assert!(eml().await == before, "what was sent before stays as it was");
        assert!(!lost().await, "the letter has reached its unit");
    }
}
