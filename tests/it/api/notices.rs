//! Who must act is told: a reply that is returned, accepted, a letter that is closed; what waits for the office.

use actix_web::http::{Method, StatusCode, header};
use actix_web::test::TestRequest;
use chrono::{TimeDelta, Utc};
use serde_json::{Value, json};
use xushi::clock::Clock as _;
use xushi::domain::notice::NoticeState;
use xushi::jobs::notice_round::{Told, tell};
use xushi::jobs::{Job, Jobs};
use xushi::mail::outbox::{KeptMail, MemoryOutbox};
use xushi::mail::transport::{Failure, SendError, SendStage, Transport};
use xushi::office::morning_digest::queue_digests;
use xushi::store::rows::{Lease, NoticeFilter, NoticeRow, Page};

use crate::policy::{at, items, remind, report, run, sample};
use crate::post::open_incidents;
use crate::support::app::readable;
use crate::support::services::run_latest;
use crate::support::{TestApp, both};

/// One letter to 省发展改革委, due on 28 August 2025, received.
async fn received(app: &TestApp) -> Value {
    let contacts =
        json!({"office_unit": "省统计局", "contact_name": "赵六", "contact_phone": "0731-82210009"});
    sample(app, &["投资"], contacts).await;
    issued(app).await
}

async fn issued(app: &TestApp) -> Value {
    report(app, "投资", "2025-07-31", "3.0", "2025-08-20").await;
    run(app, "2025-08-21").await;
    let letter = items(app, "/letters").await.remove(0);
    assert_eq!(letter["reply_by"], "2025-08-28");
    app.post(&below(&letter, "receipt"), json!({"person": "李四"})).await.expect(201);
    letter
}

fn below(letter: &Value, rest: &str) -> String {
    format!("/letters/{}/{rest}", letter["id"].as_str().unwrap())
}

fn answer() -> Value {
    json!({"cause": "受汛期影响，部分项目停工\n资金到位慢", "person": "李四", "phone": "0731-82210000",
        "remedies": [{"action": "建立周调度", "due_on": "2025-09-30"}]})
}

/// Gives an answer and reviews it.
async fn reviewed(app: &TestApp, letter: &Value, verdict: Value) -> Value {
    let reply = app.post(&below(letter, "replies"), answer()).await.expect(201);
    let path = below(letter, &format!("replies/{}/review", reply["id"].as_str().unwrap()));
    app.post(&path, verdict).await.expect(201)
}

fn returned() -> Value {
    json!({"verdict": "returned", "reason": "措施不够具体，请按月分解任务、明确时限。"})
}

fn jobs(app: &TestApp, outbox: &MemoryOutbox) -> Jobs {
    app.jobs(Transport::Memory(outbox.clone()), "notices")
}

async fn rows(app: &TestApp) -> Vec<NoticeRow> {
    app.store.list_notices(&NoticeFilter::default(), Page { limit: 500, after: None }).await.unwrap()
}

/// Sends what is due; gives the mails.
async fn sent(app: &TestApp) -> Vec<KeptMail> {
    let outbox = MemoryOutbox::default();
    tell(&jobs(app, &outbox)).await.unwrap();
    outbox.kept()
}

fn later(app: &TestApp, minutes: i64) {
    let now: chrono::DateTime<Utc> = app.clock.now();
    app.clock.set(now + TimeDelta::minutes(minutes));
}

/// A multipart form as a browser sends it.
fn form(action: &str, fields: &[(&str, &str)]) -> TestRequest {
    let mut body = String::new();
    for (name, value) in fields {
        let head = format!("--XYZ\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n");
        body.push_str(&format!("{head}{value}\r\n"));
    }
    body.push_str("--XYZ--\r\n");
    TestRequest::post()
        .uri(action)
        .insert_header((header::CONTENT_TYPE, "multipart/form-data; boundary=XYZ"))
        .set_payload(body)
}

/// The page behind the link of a mail, as text.
async fn opened(app: &TestApp, link: &str) -> String {
    let answer = app.send(TestRequest::get().uri(link)).await;
    assert_eq!(answer.status, StatusCode::OK, "{link}");
    String::from_utf8(answer.bytes).unwrap()
}

both! {
    async fn a_returned_reply_is_told_at_once_and_is_due_again(app: TestApp) {
        let letter = received(&app).await;
        at(&app, "2025-08-27");
        let review = reviewed(&app, &letter, returned()).await;
        // Three working days: Thursday, Friday, Monday.
        assert_eq!(review["reply_by"], "2025-09-01");
        assert_eq!(items(&app, "/letters").await[0]["reply_by"], "2025-09-01");
        let outbox = MemoryOutbox::default();
        assert_eq!(tell(&jobs(&app, &outbox)).await.unwrap(), Told { accepted: 1, ..Told::default() });
        assert_eq!(tell(&jobs(&app, &outbox)).await.unwrap(), Told::default());
        let mail = outbox.kept().remove(0);
        let said = readable(&mail.raw);
        for part in [
            "省发展改革委：", "湘攻坚函〔2025〕1号", "措施不够具体，请按月分解任务、明确时限。", "9月1日（星期一）前重新反馈",
            "受汛期影响，部分项目停工 资金到位慢", "赵六", "0731-82210009", "综合协调组", "2025年8月27日", "原定的反馈期限相应顺延",
        ] {
            assert!(said.contains(part), "{part}: {said}");
        }
        let row = rows(&app).await.remove(0);
        assert!(mail.recipient.starts_with("liaison-") && mail.recipient == row.email, "{}", mail.recipient);
        assert!(row.subject.starts_with("【反馈退回·9月1日前重新反馈】"), "{}", row.subject);
        assert!(!row.body_text.contains("/r/AZ") && row.body_text.contains("/r/letter"), "frozen without a signature");
        // In the thread of the letter's own mail to the same mailbox.
        let own = items(&app, &format!("/deliveries?letter={}", letter["id"].as_str().unwrap())).await;
        let own = own.iter().find(|one| one["email"] == json!(row.email)).unwrap()["message_id"].as_str().unwrap().to_owned();
        assert!(String::from_utf8_lossy(&mail.raw).contains(&format!("In-Reply-To: <{own}>")), "{own}");

        // The link of the mail opens the page, which says the same.
        let link = said.split("https://xushi.example.org").nth(1).unwrap();
        let link: String = link.chars().take_while(|c| c.is_ascii_alphanumeric() || "/-_".contains(*c)).collect();
        let page = opened(&app, &link).await;
        for part in ["措施不够具体，请按月分解任务", "2025年9月1日（星期一）前重新反馈", "2025年9月1日（星期一）前</strong>", "已退回，待重新反馈"] {
            assert!(page.contains(part), "{part}: {page}");
        }
        at(&app, "2025-08-29");
        let fields = [("cause", "用地批复迟"), ("action1", "按月分解，每周调度"), ("due_on1", "2025-09-30"), ("leader", "王五"),
            ("leader_phone", "0731-82210001"), ("person", "李四"), ("phone", "0731-82210000")];
        let answered = app.send(form(&format!("{link}/reply"), &fields)).await;
        assert_eq!(answered.status, StatusCode::SEE_OTHER, "{}", String::from_utf8_lossy(&answered.bytes));
        assert_eq!(items(&app, "/letters").await[0]["state"], "replied");
    }

    async fn the_new_last_day_holds_everywhere_and_days_before_stay_as_they_were(app: TestApp) {
        let letter = received(&app).await;
        at(&app, "2025-08-27");
        reviewed(&app, &letter, returned()).await;
        // The day after the letter's own deadline: nobody is reminded, nothing is overdue.
        assert_eq!(remind(&app, "2025-08-29").await.run.letters.len(), 0);
        let on = async |day: &str| {
            let problem = app.get(&format!("/ledger?as_of={day}")).await.expect(200)["items"][0].clone();
            let board = app.get(&format!("/letters/board?as_of={day}")).await.expect(200)["total"]["overdue"].clone();
            (problem["reply_by"].clone(), problem["overdue"].clone(), board)
        };
        assert_eq!(on("2025-08-29").await, (json!("2025-09-01"), json!(false), json!(0)));
        assert_eq!(on("2025-08-26").await, (json!("2025-08-28"), json!(false), json!(0)), "as it was");
        assert_eq!(app.get("/overview").await.expect(200)["letters"]["overdue"], 0);
        assert_eq!(remind(&app, "2025-09-01").await.run.letters.len(), 0, "its last day is not over");
        let climbed = remind(&app, "2025-09-02").await;
        assert_eq!((climbed.run.letters.len(), climbed.run.letters[0].step), (1, Some(2)));
        let raised = items(&app, "/letters").await.remove(1);
        let text = app.get(&format!("/letters/{}", raised["id"].as_str().unwrap())).await.expect(200)["text"].clone();
        let text = text.as_str().unwrap();
        assert!(text.contains("你单位的反馈已于2025年8月27日退回，请于2025年9月1日前重新反馈；截至2025年9月2日尚未收到重新反馈，已逾期1天"), "{text}");
        assert_eq!(on("2025-08-29").await, (json!("2025-09-01"), json!(false), json!(0)));
        assert_eq!(on("2025-08-26").await.0, "2025-08-28");
    }

    async fn the_reviewer_may_give_a_later_day_and_no_earlier_one(app: TestApp) {
        let letter = received(&app).await;
        at(&app, "2025-08-22");
        let reply = app.post(&below(&letter, "replies"), answer()).await.expect(201);
        let path = below(&letter, &format!("replies/{}/review", reply["id"].as_str().unwrap()));
        let given = |day: &str| json!({"verdict": "returned", "reason": "不具体", "reply_by": day});
        app.post(&path, given("2025-08-21")).await.problem(422, "invalid", "/reply_by");
        app.post(&path, given("2025-08-27")).await.problem(422, "invalid", "/reply_by");
        app.post(&path, json!({"verdict": "accepted", "reply_by": "2025-09-12"})).await.problem(422, "invalid", "/reply_by");
        assert_eq!((items(&app, "/letters").await[0]["state"].clone(), rows(&app).await.len()), (json!("replied"), 0), "nothing was written");
        assert_eq!(app.post(&path, given("2025-09-12")).await.expect(201)["reply_by"], "2025-09-12");
        // Returned early: the letter's own last day is later than three working days, and stays.
        let again = reviewed(&app, &letter, returned()).await;
        assert_eq!(again["reply_by"], "2025-09-12");
        assert!(!sent(&app).await.is_empty());
        let last = rows(&app).await.pop().unwrap();
        assert!(last.subject.contains("9月12日前") && !last.body_text.contains("顺延"), "{}", last.body_text);
    }

    async fn what_is_refused_goes_out_again_under_its_message_id_and_at_last_becomes_an_incident(app: TestApp) {
        let letter = received(&app).await;
        at(&app, "2025-08-27");
        reviewed(&app, &letter, returned()).await;
        let message_id = rows(&app).await[0].message_id.clone();
        // A process that died with the content on the wire.
        let now = app.clock.timestamp();
        let lease = Lease { holder: "dead", now, until: now + TimeDelta::seconds(150) };
        let claimed = app.store.claim_notices(&lease, 20, false).await.unwrap().remove(0);
        assert_eq!(app.store.begin_notice(claimed.id, &lease).await.unwrap(), Some(1));
        assert!(sent(&app).await.is_empty(), "the lease still holds");
        later(&app, 3);
        let outbox = MemoryOutbox::default();
        let refused = |failure, code| SendError { failure, stage: SendStage::Envelope, code: Some(code), reply: format!("{code} told so") };
        outbox.fail_next(refused(Failure::Transient, 451));
        assert_eq!(tell(&jobs(&app, &outbox)).await.unwrap().deferred, 1);
        let row = rows(&app).await.remove(0);
        assert_eq!((row.state.0, row.attempts, row.uncertain, row.last_reply.as_deref()), (NoticeState::Pending, 2, 1, Some("451 told so")));
        assert_eq!(app.store.begin_notice(claimed.id, &lease).await.unwrap(), None, "the dead one has lost it");
        assert_eq!(tell(&jobs(&app, &outbox)).await.unwrap(), Told::default(), "not before its time");
        later(&app, 10);
        assert_eq!(tell(&jobs(&app, &outbox)).await.unwrap().accepted, 1);
        let mail = outbox.kept().remove(0);
        assert!(String::from_utf8_lossy(&mail.raw).contains(&format!("Message-ID: <{message_id}>")));

        // It comes back.
        let bounce = format!("Content-Type: multipart/report; boundary=b\r\n\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\n\
            Final-Recipient: rfc822; {}\r\nAction: failed\r\nStatus: 5.1.1\r\n\r\n--b\r\nContent-Type: text/rfc822-headers\r\n\r\n\
            Message-ID: <{message_id}>\r\n\r\n--b--\r\n", row.email);
        let request = app.request(Method::POST, "/bounces").insert_header((header::CONTENT_TYPE, "message/rfc822"));
        let told = app.send(request.set_payload(bounce)).await.expect(200);
        assert_eq!((&told["outcome"], &told["notice_id"], &told["delivery_id"]), (&json!("bounced"), &json!(row.id.0), &Value::Null));
        let incident = open_incidents(&app, "notice_undelivered").await.remove(0);
        assert_eq!((&incident["subject_kind"], &incident["subject_id"]), (&json!("notice"), &json!(row.id.0.to_string())));
        let unit = letter["unit_id"].as_str().unwrap();
        let listed = items(&app, &format!("/notices?state=bounced&kind=reply_returned&unit={unit}")).await;
        assert_eq!((listed.len(), &listed[0]["message_id"]), (1, &json!(message_id)));
        let again = format!("/notices/{}/retry", row.id.0);
        assert_eq!(app.post(&again, json!({})).await.expect(200)["state"], "pending");
        assert_eq!(open_incidents(&app, "notice_undelivered").await, [] as [Value; 0]);
        app.post(&again, json!({})).await.problem(409, "conflict", "/state");
        app.post(&below(&letter, "x").replace("letters", "notices").replace("/x", "/retry"), json!({})).await.problem(404, "not_found", "");
        let same = sent(&app).await.remove(0);
        assert!(same.raw == mail.raw, "the same bytes");
        let outbox = MemoryOutbox::default();
        reviewed(&app, &letter, returned()).await;
        outbox.fail_next(refused(Failure::Permanent, 550));
        assert_eq!(tell(&jobs(&app, &outbox)).await.unwrap().failed, 1);
        assert_eq!(open_incidents(&app, "notice_undelivered").await.len(), 1);
    }

    async fn what_became_of_replies_and_what_waits_is_one_mail_a_morning(app: TestApp) {
        let letter = received(&app).await;
        at(&app, "2025-08-26");
        app.post(&below(&letter, "replies"), answer()).await.expect(201);
        // The office's liaison is told of the reply, once, whoever makes the mail.
        let outbox = MemoryOutbox::default();
        let (one, two) = (app.jobs(Transport::Memory(outbox.clone()), "one"), app.jobs(Transport::Memory(outbox.clone()), "two"));
        let digest = async |jobs: &Jobs| {
            let office = jobs.office.clone();
            run_latest(jobs, Job::Digest, "0 45 8 * * *", async || Ok(queue_digests(&office).await?.to_string())).await.unwrap()
        };
        let (first, second) = futures_util::future::join(digest(&one), digest(&two)).await;
        assert!(first != second, "one of the two");
        assert_eq!(queue_digests(&app.office).await.unwrap(), 0, "a mailbox has one a day");
        let (first, second) = futures_util::future::join(queue_digests(&app.office), queue_digests(&app.office)).await;
        assert_eq!(first.unwrap() + second.unwrap(), 0);
        let mails = sent(&app).await;
        assert_eq!(mails.len(), 1);
        let said = readable(&mails[0].raw);
        for part in ["待审核反馈1件", "省发展改革委对湘攻坚函〔2025〕1号", "8月26日收到", "https://xushi.example.org/desk", "省统计局liaison"] {
            assert!(said.contains(part), "{part}: {said}");
        }
        let reply = items(&app, &below(&letter, "replies")).await.remove(0);
        let path = below(&letter, &format!("replies/{}/review", reply["id"].as_str().unwrap()));
        app.post(&path, json!({"verdict": "accepted"})).await.expect(201);
        app.post(&below(&letter, "closure"), json!({})).await.expect(201);
        let held: Vec<NoticeState> = rows(&app).await.iter().map(|row| row.state.0).collect();
        assert_eq!(held, [NoticeState::Accepted, NoticeState::Held, NoticeState::Held]);
        assert!(sent(&app).await.is_empty(), "it waits for the morning");
        at(&app, "2025-08-30");
        assert_eq!(queue_digests(&app.office).await.unwrap(), 0, "a Saturday");
        at(&app, "2025-09-01");
        assert_eq!(queue_digests(&app.office).await.unwrap(), 1);
        let mail = sent(&app).await.remove(0);
        let said = readable(&mail.raw);
        assert!(mail.recipient.starts_with("liaison-"));
        for part in ["反馈审核通过1件，办结销号1件", "已于2025年8月26日审核通过，无需再反馈", "最近一项措施应于2025年9月30日前完成", "此函无需再办理"] {
            assert!(said.contains(part), "{part}: {said}");
        }
        assert!(!said.contains("/desk"), "{said}");
        let listed = items(&app, "/notices?state=gathered").await;
        let last = items(&app, "/notices?kind=digest&state=accepted").await.pop().unwrap();
        assert_eq!((listed.len(), &listed[0]["digest_id"], &last["digest_on"]), (2, &last["id"], &json!("2025-09-01")));
        at(&app, "2025-09-02");
        assert_eq!(queue_digests(&app.office).await.unwrap(), 0, "nothing to tell");
    }

    async fn drafts_that_wait_are_told_to_who_signs_and_what_is_off_is_not(app: TestApp) {
        let mut app = app;
        sample(&app, &["投资"], json!({"office_unit": "省统计局", "issuing": "approval"})).await;
        report(&app, "投资", "2025-07-31", "3.0", "2025-08-20").await;
        run(&app, "2025-08-21").await;
        app.turn_off("drafts_wait, reply_accepted").await;
        assert_eq!(queue_digests(&app.office).await.unwrap(), 0);
        app.turn_off("").await;
        let leader = json!({"unit": "省统计局", "name": "钱七", "role": "leader", "valid_from": "2024-01-01", "email": "leader@tj.example.org"});
        app.post("/contacts", leader).await.expect(201);
        assert_eq!(queue_digests(&app.office).await.unwrap(), 1);
        let mail = sent(&app).await.remove(0);
        assert_eq!(mail.recipient, "leader@tj.example.org");
        let said = readable(&mail.raw);
        assert!(said.contains("待签发函稿1件") && said.contains("拟发省发展改革委：") && said.contains("8月21日起待签发"), "{said}");
        // Every morning while it waits.
        at(&app, "2025-08-22");
        assert_eq!(queue_digests(&app.office).await.unwrap(), 1);

        app.turn_off("reply_accepted, letter_closed, drafts_wait").await;
        let id = items(&app, "/letters").await[0]["id"].as_str().unwrap().to_owned();
        let tag = app.get(&format!("/letters/{id}")).await.header("etag");
        let signing = app.request(Method::POST, &format!("/letters/{id}/issue")).insert_header((header::IF_MATCH, tag));
        app.send(signing.set_json(json!({"signer": "钱七"}))).await.expect(200);
        let letter = items(&app, "/letters").await.remove(0);
        app.post(&below(&letter, "receipt"), json!({"person": "李四"})).await.expect(201);
        reviewed(&app, &letter, json!({"verdict": "accepted"})).await;
        app.post(&below(&letter, "closure"), json!({})).await.expect(201);
        assert!(rows(&app).await.iter().all(|row| row.state != NoticeState::Held), "turned off");
    }

    async fn in_a_pilot_all_go_to_its_mailbox_and_after_a_restore_none_goes(app: TestApp) {
        let mut app = app;
        app.restart("pilot@office.example.org").await;
        let letter = received(&app).await;
        at(&app, "2025-08-27");
        reviewed(&app, &letter, returned()).await;
        let mail = sent(&app).await.remove(0);
        let said = readable(&mail.raw);
        assert_eq!(mail.recipient, "pilot@office.example.org");
        assert!(said.contains("【演练】") && said.contains("正式运行时发给省发展改革委liaison"), "{said}");
        reviewed(&app, &letter, returned()).await;
        app.store.begin_restoration("copy.db", 7, app.clock.timestamp()).await.unwrap();
        let outbox = MemoryOutbox::default();
        assert!(tell(&jobs(&app, &outbox)).await.is_err() && outbox.kept().is_empty(), "until a person has looked");
        app.store.end_restoration(&[]).await.unwrap();
        // The pilot is over: its notices are given up.
        app.restart("").await;
        assert!(sent(&app).await.is_empty());
        let states: Vec<NoticeState> = rows(&app).await.iter().map(|row| row.state.0).collect();
        assert_eq!(states, [NoticeState::Accepted, NoticeState::Failed]);
    }

    async fn a_unit_without_a_mailbox_is_an_incident_and_units_see_no_notices(app: TestApp) {
        sample(&app, &["投资"], json!({})).await;
        for contact in items(&app, "/contacts").await {
            let gone = app.patch(&format!("/contacts/{}", contact["id"].as_str().unwrap()), json!({"valid_to": "2025-08-01"})).await;
            gone.expect(200);
        }
        let letter = issued(&app).await;
        at(&app, "2025-08-27");
        reviewed(&app, &letter, returned()).await;
        assert!(rows(&app).await.is_empty());
        let incident = open_incidents(&app, "notice_undelivered").await.remove(0);
        assert_eq!((&incident["subject_kind"], &incident["subject_id"]), (&json!("letter"), &letter["id"]));
        assert!(incident["detail"].as_str().unwrap().contains("请电话告知：2025-09-01前重新反馈"), "{incident}");
        for (role, unit) in [("unit", letter["unit_id"].as_str()), ("reader", None)] {
            let key = app.new_key(role, unit).await;
            app.send(app.request_as(&key, Method::GET, "/notices")).await.problem(403, "forbidden", "");
        }
        assert_eq!(app.get("/notices?limit=1&fields=id,kind,state").await.expect(200)["items"], json!([]));
    }
}
