//! A pilot (演练): everything goes to one mailbox, marked and numbered apart, and leaves nothing behind for the real letters.

use std::io::Read as _;

use actix_web::http::Method;
use xushi::domain::delivery::DeliveryState;
use xushi::jobs::watch::watch;
use xushi::mail::outbox::KeptMail;
use xushi::office::warnings::note_pilot;
use xushi::store::rows::LetterReportRow;

use super::*;
use crate::post::{deliveries, open_incidents, plain};
use crate::support::app::readable;

const PILOT: &str = "pilot@office.example.org";

async fn numbers(app: &TestApp) -> Vec<Value> {
    items(app, "/letters").await.iter().map(|letter| letter["number"].clone()).collect()
}

/// The letters, the newest last, with what is asked for.
async fn told(app: &TestApp, fields: [&str; 3]) -> Vec<[Value; 3]> {
    items(app, "/letters").await.iter().map(|letter| fields.map(|field| letter[field].clone())).collect()
}

/// A header of a mail, unfolded and decoded; empty when it is not there.
fn header(mail: &KeptMail, name: &str) -> String {
    let text = String::from_utf8_lossy(&mail.raw);
    let head = text.split("\r\n\r\n").next().unwrap().replace("\r\n ", " ");
    let line = head.lines().find_map(|line| line.strip_prefix(&format!("{name}: "))).unwrap_or_default();
    let mut said = String::new();
    for word in line.split(' ') {
        match word.strip_prefix("=?utf-8?b?").and_then(|rest| rest.strip_suffix("?=")) {
            Some(encoded) => {
                use base64::Engine as _;
                let bytes = base64::engine::general_purpose::STANDARD.decode(encoded).unwrap();
                said.push_str(&String::from_utf8(bytes).unwrap());
            }
            None => said.push_str(word),
        }
    }
    said
}

/// A part of a document.
fn part(document: &[u8], name: &str) -> String {
    let mut zip = zip::ZipArchive::new(std::io::Cursor::new(document)).unwrap();
    let mut text = String::new();
    zip.by_name(name).unwrap().read_to_string(&mut text).unwrap();
    text
}

fn real_and_trial(trial: bool) -> &'static str {
    if trial { "湘攻坚演练函〔2025〕1号" } else { "湘攻坚函〔2025〕1号" }
}

/// After the pilot the ladder forgets the drill at `address`, and the first real letter goes to the unit.
async fn goes_on_for_real(app: &TestApp, address: &str) {
    // Nobody is reminded of a drill, however long ago it was due.
    assert_eq!(remind(app, "2025-09-03").await.run.letters.len(), 0);
    assert_eq!(sent(app).await, []);
    assert_eq!(outcomes(&run(app, "2025-09-03").await), ["warning issued"]);
    let letters = told(app, ["number", "trial", "follows_id"]).await;
    assert_eq!(letters[2], [json!(real_and_trial(false)), json!(false), Value::Null]);
    let real = items(app, "/letters").await.remove(2);
    assert!(!real["subject"].as_str().unwrap().contains("演练"), "{real}");
    let mails = sent(app).await;
    let to: Vec<_> = mails.iter().map(|mail| mail.recipient.split('-').next().unwrap().to_owned()).collect();
    assert_eq!(to, ["liaison", "liaison"]);
    assert!(
        mails
            .iter()
            .all(|mail| !readable(&mail.raw).contains("演练") && header(mail, "References").is_empty())
    );
    assert_eq!(outcomes(&run(app, "2025-09-04").await), [] as [&str; 0]);
    assert_eq!(app.get("/letters/board").await.expect(200)["total"]["issued"], 1, "drills do not count");
    let ledger = items(app, "/ledger").await;
    assert_eq!(ledger.len(), 1);
    assert!(!ledger[0].to_string().contains("演练"), "{}", ledger[0]);
    // The drill's mails are shown as they were sent.
    let shown = app.get(&format!("{address}.eml")).await.bytes;
    assert!(String::from_utf8_lossy(&shown).contains(&format!("<{PILOT}>")));
}

both! {
    async fn a_pilot_is_read_in_one_mailbox_and_the_first_real_letter_is_number_one(app: TestApp) {
        let mut app = app;
        app.restart(PILOT).await;
        sample(&app, &["投资"], json!({})).await;
        report(&app, "投资", "2025-07-31", "3.0", "2025-08-20").await;
        assert_eq!(outcomes(&run(&app, "2025-08-21").await), ["warning issued"]);
        let trial = items(&app, "/letters").await.remove(0);
        assert_eq!((&trial["number"], &trial["trial"]), (&json!(real_and_trial(true)), &json!(true)));
        assert!(trial["subject"].as_str().unwrap().starts_with("【演练】【黄色预警·"), "{trial}");
        let address = format!("/letters/{}", trial["id"].as_str().unwrap());
        let document = app.get(&format!("{address}.docx")).await.bytes;
        for (name, mark) in [
            ("word/document.xml", "不是正式公文"), ("word/document.xml", real_and_trial(true)),
            ("word/footer_first.xml", "演练，非正式公文"), ("word/footer_odd.xml", "演练，非正式公文"), ("word/footer_even.xml", "演练，非正式公文"),
        ] {
            assert!(part(&document, name).contains(mark), "{mark} is not in {name}");
        }
        // Addressee and copy, all in one mailbox; the rows know who would have got them.
        let mails = sent(&app).await;
        let rows = deliveries(&app).await;
        assert_eq!((mails.len(), rows.len()), (2, 2));
        assert!(mails.iter().all(|mail| mail.recipient == PILOT), "{:?}", mails.iter().map(|mail| &mail.recipient).collect::<Vec<_>>());
        assert!(rows.iter().all(|row| row.email != PILOT && row.state == DeliveryState::Accepted));
        for (row, (name, role)) in rows.iter().zip([("省发展改革委liaison（省发展改革委）", "主送"), ("省统计局liaison（省统计局）", "抄送")]) {
            let mail = mails.iter().find(|mail| mail.label.ends_with(&row.email)).unwrap();
            assert_eq!(header(mail, "To"), format!("演练：{name}<{PILOT}>"));
            assert_eq!((header(mail, "Cc"), header(mail, "Message-ID")), (String::new(), format!("<{}>", row.message_id)));
            assert!(header(mail, "Subject").contains("【演练】"), "{}", header(mail, "Subject"));
            let text = readable(&mail.raw);
            let note = format!("【演练】这是试运行中的演练邮件，只发到{PILOT}；正式发函时{role}{name}，{}。", row.email);
            assert_eq!(text.matches(&note).count(), 2, "in text and HTML: {text}");
            assert!(text.contains("【演练】本函是试运行中的演练函，不是正式公文，不具公文效力。"), "{text}");
            let shown = app.get(&format!("{address}.eml?delivery={}", row.id.0)).await.bytes;
            assert!(shown == mail.raw, "what is shown is what was sent");
        }
        // The unit's own systems do not see it: they might take it for a real one.
        let key = app.new_key("unit", Some("省发展改革委")).await;
        let seen = app.send(app.request_as(&key, Method::GET, "/letters")).await.expect(200);
        assert_eq!(seen["items"], json!([]));
        app.send(app.request_as(&key, Method::GET, &address)).await.problem(404, "not_found", "");
        // The ladder climbs in the pilot, too, in the pilot's numbers.
        assert_eq!(remind(&app, "2025-08-27").await.run.letters.len(), 1);
        assert!(sent(&app).await.iter().all(|mail| mail.recipient == PILOT));
        assert_eq!(numbers(&app).await, [real_and_trial(true), "湘攻坚演练函〔2025〕2号"]);
        assert_eq!(app.get("/letters/board").await.expect(200)["total"]["issued"], 2);
        let ready: Value = serde_json::from_str(&plain(&app, "/readyz").await).unwrap();
        assert_eq!((&ready["pilot"], &ready["degraded"]), (&json!(true), &json!(false)));

        app.restart("").await;
        let ready: Value = serde_json::from_str(&plain(&app, "/readyz").await).unwrap();
        assert_eq!(ready["pilot"], false);
        assert!(told(&app, ["state", "trial", "follows_id"]).await.iter().all(|[state, trial, _]| state == "settled" && trial == true));
        let episode = items(&app, "/episodes").await.remove(0);
        assert_eq!(["lettered_level", "letter_id", "handling"].map(|field| &episode[field]), [&Value::Null; 3]);
        // Ended once: a second start finds nothing.
        let before = app.get("/letters").await.bytes;
        app.restart("").await;
        assert_eq!(note_pilot(&app.office, &Actor::job()).await.unwrap(), None);
        assert!(app.get("/letters").await.bytes == before);
        goes_on_for_real(&app, &address).await;
    }

    async fn the_end_of_a_pilot_on_its_own_day_leaves_the_day_free(app: TestApp) {
        let mut app = app;
        app.restart(PILOT).await;
        sample(&app, &["投资"], json!({})).await;
        report(&app, "投资", "2025-07-31", "3.0", "2025-08-20").await;
        run(&app, "2025-08-21").await;
        app.restart("").await;
        // What was not out yet is sent to nobody, and is no incident.
        assert_eq!(sent(&app).await, []);
        at(&app, "2025-08-23");
        watch(&app.jobs(Transport::Memory(MemoryOutbox::default()), "watch"), &[]).await.unwrap();
        for kind in ["delivery_failed", "delivery_late", "letter_undelivered"] {
            assert_eq!(open_incidents(&app, kind).await, [] as [Value; 0], "{kind}");
        }
        assert_eq!(open_incidents(&app, "episode_without_letter").await.len(), 1, "until the real letter is there");
        let row = deliveries(&app).await.remove(0);
        assert_eq!((row.state.0, row.last_reply.as_deref()), (DeliveryState::Failed, Some("演练结束")));
        app.post(&format!("/deliveries/{}/retry", row.id.0), json!({})).await.problem(409, "conflict", "/state");
        let more = json!({"name": "张三", "email": "new@example.org"});
        app.post(&format!("/letters/{}/deliveries", row.letter_id.0), more).await.problem(409, "conflict", "/state");
        assert_eq!(outcomes(&run(&app, "2025-08-21").await), ["warning issued"]);
        assert_eq!(numbers(&app).await, [real_and_trial(true), real_and_trial(false)]);
    }

    async fn a_report_asked_for_in_a_pilot_is_asked_for_in_earnest(app: TestApp) {
        let mut app = app;
        app.restart(PILOT).await;
        sample(&app, &["投资"], json!({})).await;
        report(&app, "投资", "2025-06-30", "6.0", "2025-07-20").await;
        assert_eq!(outcomes(&run(&app, "2025-08-26").await), ["report_reminder issued"]);
        assert_eq!(outcomes(&run(&app, "2025-08-27").await), [] as [&str; 0]);
        app.restart("").await;
        assert_eq!(outcomes(&run(&app, "2025-08-28").await), ["report_reminder issued"]);
        assert_eq!(numbers(&app).await, [real_and_trial(true), real_and_trial(false)]);
        let repeated: Vec<LetterReportRow> = {
            let letters = crate::post::letters(&app).await;
            app.store.list_letter_reports(&[letters[1].id]).await.unwrap()
        };
        assert!(!repeated[0].repeated, "it is the first in earnest");
    }

    async fn drafts_of_a_pilot_are_discarded_and_drawn_anew(app: TestApp) {
        let mut app = app;
        app.restart(PILOT).await;
        sample(&app, &["投资", "消费"], json!({"issuing": "approval"})).await;
        report(&app, "投资", "2025-07-31", "3.0", "2025-08-20").await;
        report(&app, "消费", "2025-06-30", "6.0", "2025-07-20").await;
        assert_eq!(outcomes(&run(&app, "2025-08-21").await), ["warning awaits_approval"]);
        let draft = items(&app, "/letters?state=draft").await.remove(0);
        assert_eq!((&draft["trial"], &draft["number"]), (&json!(true), &Value::Null));
        // One decided about in the drill, and one that waits when it ends.
        let path = format!("/letters/{}", draft["id"].as_str().unwrap());
        app.post(&format!("{path}/discard"), json!({"by": "李四", "reason": "试一试"})).await.expect(200);
        report(&app, "消费", "2025-07-31", "3.0", "2025-08-21").await;
        assert_eq!(outcomes(&run(&app, "2025-08-22").await), ["warning awaits_approval"]);
        app.restart("").await;
        assert_eq!(
            told(&app, ["state", "decision_note", "trial"]).await,
            [[json!("discarded"), json!("试一试"), json!(true)], [json!("discarded"), json!("演练结束"), json!(true)]]
        );
        let done = run(&app, "2025-08-22").await;
        assert_eq!((outcomes(&done), &done["letters"][0]["indicator_count"]), (vec!["warning awaits_approval".to_owned()], &json!(2)));
        let draft = items(&app, "/letters?state=draft").await.remove(0);
        let path = format!("/letters/{}", draft["id"].as_str().unwrap());
        let signed = app.post(&format!("{path}/issue"), json!({"signer": "李四"})).await.expect(200);
        assert_eq!(signed["number"], real_and_trial(false));
    }

    async fn what_real_letters_began_waits_for_the_end_of_the_pilot(app: TestApp) {
        let mut app = app;
        sample(&app, &["投资"], json!({"reply_working_days": 5})).await;
        report(&app, "投资", "2025-06-30", "3.0", "2025-08-19").await;
        run(&app, "2025-08-20").await;
        app.restart(PILOT).await;
        // Its mail waits: in the mailbox of the pilot nobody of the unit would read it.
        assert_eq!(sent(&app).await, []);
        report(&app, "投资", "2025-07-31", "2.0", "2025-08-21").await;
        assert_eq!(outcomes(&run(&app, "2025-08-21").await), [] as [&str; 0], "a real letter spoke of it");
        assert_eq!(remind(&app, "2025-08-26").await.run.letters.len(), 0);
        report(&app, "投资", "2025-08-31", "6.0", "2025-08-31").await;
        run(&app, "2025-09-01").await;
        assert_eq!(told(&app, ["number", "state", "trial"]).await, [[json!(real_and_trial(false)), json!("issued"), json!(false)]]);
        app.restart("").await;
        assert_eq!(sent(&app).await.len(), 2);
        report(&app, "投资", "2025-09-30", "6.0", "2025-09-30").await;
        assert_eq!(outcomes(&run(&app, "2025-10-09").await), ["lifting issued"]);
        assert_eq!(numbers(&app).await, [real_and_trial(false), "湘攻坚函〔2025〕2号"]);
    }

    async fn a_draft_of_before_is_not_signed_in_a_pilot(app: TestApp) {
        let mut app = app;
        sample(&app, &["投资"], json!({"issuing": "approval"})).await;
        report(&app, "投资", "2025-07-31", "3.0", "2025-08-20").await;
        run(&app, "2025-08-21").await;
        let draft = items(&app, "/letters?state=draft").await.remove(0);
        let path = format!("/letters/{}", draft["id"].as_str().unwrap());
        app.restart(PILOT).await;
        app.post(&format!("{path}/issue"), json!({"signer": "李四"})).await.problem(409, "conflict", "/state");
        // The run of the pilot writes it over as a drill, and that can be signed.
        run(&app, "2025-08-21").await;
        let signed = app.post(&format!("{path}/issue"), json!({"signer": "李四"})).await.expect(200);
        assert_eq!((&signed["number"], &signed["trial"]), (&json!(real_and_trial(true)), &json!(true)));
        app.restart("").await;
        assert_eq!(outcomes(&run(&app, "2025-08-22").await), ["warning awaits_approval"]);
    }

    async fn a_second_pilot_forgets_nothing_that_was_real(app: TestApp) {
        let mut app = app;
        app.restart(PILOT).await;
        sample(&app, &["投资"], json!({})).await;
        report(&app, "投资", "2025-07-31", "3.0", "2025-08-20").await;
        run(&app, "2025-08-21").await;
        app.restart("").await;
        run(&app, "2025-08-22").await;
        app.restart(PILOT).await;
        app.restart("").await;
        assert_eq!(outcomes(&run(&app, "2025-08-25").await), [] as [&str; 0], "the real letter has been written");
        assert_eq!(numbers(&app).await, [real_and_trial(true), real_and_trial(false)]);
    }

    async fn the_page_behind_a_drill_says_that_it_is_one(app: TestApp) {
        let mut app = app;
        app.restart(PILOT).await;
        sample(&app, &["投资"], json!({})).await;
        report(&app, "投资", "2025-07-31", "3.0", "2025-08-20").await;
        run(&app, "2025-08-21").await;
        let mails = sent(&app).await;
        let text = mails.iter().map(|mail| readable(&mail.raw)).find(|text| text.contains("/r/")).unwrap();
        let link = text.split("https://xushi.example.org").nth(1).unwrap().split_whitespace().next().unwrap().to_owned();
        let page = plain(&app, &link).await;
        assert!(page.contains("此函是试运行中的演练函，不是正式公文") && page.contains("id=\"receive\""), "{page}");
        app.restart("").await;
        let page = plain(&app, &link).await;
        assert!(page.contains("演练已经结束，此函无需反馈。") && !page.contains("id=\"receive\""), "{page}");
        let letter = items(&app, "/letters").await.remove(0);
        let receipt = app.post(&format!("/letters/{}/receipt", letter["id"].as_str().unwrap()), json!({"person": "王五"})).await;
        receipt.problem(409, "conflict", "/state");
        assert!(receipt.json()["errors"][0]["detail"].as_str().unwrap().contains("演练已经结束"), "{}", receipt.json());
    }
}
