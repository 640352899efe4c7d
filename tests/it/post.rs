//! Letters on their way: frozen, mailed, paced, bounced, watched.

use actix_web::http::{Method, header};
use actix_web::test::TestRequest;
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};
use xushi::clock::Clock as _;
use xushi::domain::TextEnum as _;
use xushi::domain::delivery::{DeliveryState, Recipient};
use xushi::jobs::deliver::{Delivered, deliver};
use xushi::jobs::watch::watch;
use xushi::jobs::{Job, Jobs};
use xushi::mail::outbox::MemoryOutbox;
use xushi::mail::transport::{Failure, SendError, SendStage, Transport};
use xushi::office::Actor;
use xushi::office::warnings;
use xushi::store::rows::{DeliveryRow, Lease, LetterRow, Pace, Page, SlotClaim};

use crate::support::{TestApp, both};

pub(crate) const PAGE: Page = Page { limit: 500, after: None };

pub(crate) fn jobs(app: &TestApp, outbox: &MemoryOutbox) -> Jobs {
    app.jobs(Transport::Memory(outbox.clone()), "post")
}

pub(crate) async fn observe(app: &TestApp, measure: &str, end: &str, value: &str, published: &str) {
    let fact = json!({"items": [{"measure": measure, "region": "430000", "figure": "yoy", "value": value,
        "period": {"start": "2025-01-01", "end": end}, "source": "月报", "published_on": published}]});
    app.put("/observations", fact).await.expect(200);
}

pub(crate) async fn issue(app: &TestApp, day: &str) {
    let day = day.parse().unwrap();
    warnings::run(&app.office, &Actor::job(), day).await.unwrap();
}

/// Letters of the sample campaign, several mailboxes.
pub(crate) async fn issued(app: &TestApp) -> Vec<LetterRow> {
    xushi::demo::load(&app.office).await.unwrap().unwrap();
    observe(app, "入境旅游人次", "2025-07-31", "12.5", "2025-08-20").await;
    issue(app, "2025-08-27").await;
    letters(app).await
}

pub(crate) async fn letters(app: &TestApp) -> Vec<LetterRow> {
    app.store.list_letters(&Default::default(), PAGE).await.unwrap()
}

pub(crate) async fn deliveries(app: &TestApp) -> Vec<DeliveryRow> {
    app.store.list_deliveries(&Default::default(), PAGE).await.unwrap()
}

pub(crate) fn later(app: &TestApp, by: TimeDelta) {
    let now: DateTime<Utc> = app.clock.now();
    app.clock.set(now + by);
}

pub(crate) async fn open_incidents(app: &TestApp, kind: &str) -> Vec<Value> {
    let page = app.get(&format!("/incidents?open=true&kind={kind}")).await.expect(200);
    page["items"].as_array().unwrap().clone()
}

pub(crate) async fn plain(app: &TestApp, address: &str) -> String {
    let key = (actix_web::http::header::AUTHORIZATION, format!("Bearer {}", app.key));
    let answer = app.send(TestRequest::default().uri(address).insert_header(key)).await;
    assert_eq!(answer.status.as_u16(), 200);
    String::from_utf8(answer.bytes).unwrap()
}

both! {
    async fn a_letter_is_frozen_in_all_its_forms(app: TestApp) {
        let letter = issued(&app).await.remove(0);
        let address = format!("/letters/{}", letter.id.0);
        let files = app.store.list_letter_files(&[letter.id]).await.unwrap();
        let document = files.iter().find(|file| file.name.ends_with(".docx")).unwrap();
        assert!(document.bytes.len() <= 60 * 1024 && document.bytes.starts_with(b"PK"), "{}", document.bytes.len());
        let named = format!("{}〔{}〕1号 关于", letter.mark, letter.year);
        assert!(document.name.starts_with(&named) && document.name.ends_with("函.docx"), "{}", document.name);
        for (form, kind) in [
            ("docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
            ("html", "text/html; charset=utf-8"),
            ("txt", "text/plain; charset=utf-8"),
            ("png", "image/png"),
            ("eml", "message/rfc822"),
        ] {
            let first = app.get(&format!("{address}.{form}")).await;
            assert_eq!((first.status.as_u16(), first.header("content-type").as_str()), (200, kind), "{form}");
            later(&app, TimeDelta::hours(1));
            let second = app.get(&format!("{address}.{form}")).await;
            assert!(first.bytes == second.bytes, "{form} is the same bytes");
            let known = app.request(Method::GET, &format!("{address}.{form}"));
            let known = app.send(known.insert_header((header::IF_NONE_MATCH, first.header("etag")))).await;
            assert_eq!(known.status.as_u16(), 304, "{form}");
        }
        assert!(app.get(&format!("{address}.docx")).await.bytes == document.bytes);
        let html = String::from_utf8(app.get(&format!("{address}.html")).await.bytes).unwrap();
        assert!(html.contains("src=\"data:image/png;base64,") && !html.contains("cid:"));
        let picture = files.iter().find(|file| file.media_type == "image/png").unwrap();
        assert!(picture.bytes.starts_with(b"\x89PNG") && picture.bytes.len() < 60_000);
        app.get(&format!("{address}.png?line=99")).await.problem(404, "not_found", "");
        app.get(&format!("{address}.eml?delivery={}", letter.id.0)).await.problem(400, "malformed_query", "delivery");
    }

    async fn what_is_shown_is_what_is_sent(app: TestApp) {
        let letter = issued(&app).await.remove(0);
        let outbox = MemoryOutbox::default();
        deliver(&jobs(&app, &outbox)).await.unwrap();
        let document = app.get(&format!("/letters/{}.docx", letter.id.0)).await.bytes;
        for row in deliveries(&app).await.iter().filter(|row| row.letter_id == letter.id) {
            let shown = app.get(&format!("/letters/{}.eml?delivery={}", letter.id.0, row.id.0)).await.bytes;
            let sent = outbox.kept().into_iter().find(|mail| mail.recipient == row.email).unwrap();
            assert!(shown == sent.raw, "{}", row.email);
            let text = String::from_utf8(shown).unwrap();
            // Old readers find the name in Content-Type, new ones in Content-Disposition.
            for part in [
                "multipart/mixed", "multipart/alternative", "multipart/related", "Content-ID: <trend-1@xushi>",
                "Auto-Submitted: auto-generated", " name=\"=?utf-8?b?", " filename*=utf-8''",
                &format!("Message-ID: <{}>", row.message_id),
            ] {
                assert!(text.contains(part), "{part}");
            }
            use base64::Engine as _;
            let encoded = base64::engine::general_purpose::STANDARD.encode(&document);
            assert!(text.replace("\r\n", "").contains(&encoded), "the attachment is the document");
        }
    }

    async fn a_later_letter_about_the_same_trouble_joins_its_thread(app: TestApp) {
        let before = issued(&app).await.len();
        let first: Vec<DeliveryRow> = deliveries(&app).await;
        later(&app, TimeDelta::days(31));
        observe(&app, "固定资产投资", "2025-08-31", "1.2", "2025-09-20").await;
        issue(&app, "2025-09-27").await;
        let letter = letters(&app).await.into_iter().nth(before).unwrap();
        let row = deliveries(&app).await.into_iter().find(|row| row.letter_id == letter.id && row.role == Recipient::To).unwrap();
        let parent = first.iter().find(|mail| mail.email == row.email).unwrap();
        let mail = String::from_utf8(app.get(&format!("/letters/{}.eml?delivery={}", letter.id.0, row.id.0)).await.bytes).unwrap();
        assert!(mail.contains(&format!("In-Reply-To: <{}>\r\n", parent.message_id)), "{}", &mail[..900]);
        assert!(mail.contains(&format!("References: <{}>\r\n", parent.message_id)));
        let opening = app.get(&format!("/letters/{}.eml?delivery={}", parent.letter_id.0, parent.id.0)).await.bytes;
        assert!(!String::from_utf8(opening).unwrap().contains("References:"), "the first one stays the first");
    }

    async fn a_domain_is_not_written_to_faster_than_its_pace(app: TestApp) {
        let count = { issued(&app).await; deliveries(&app).await.len() };
        let outbox = MemoryOutbox::default();
        let pace = Pace { interval: TimeDelta::seconds(10), grace: TimeDelta::seconds(15) };
        let (one, two) = (jobs(&app, &outbox), jobs(&app, &outbox));
        let (one, two) = (Jobs { pace: Some(pace), ..one }, Jobs { pace: Some(pace), holder: "two".into(), ..two });
        for sent in 1..=2 {
            let (first, second) = futures_util::future::join(deliver(&one), deliver(&two)).await;
            assert_eq!(first.unwrap().accepted + second.unwrap().accepted, 1, "one in ten seconds, from both together");
            assert_eq!(outbox.kept().len(), sent);
            assert_eq!(deliver(&one).await.unwrap(), Delivered::default());
            later(&app, TimeDelta::seconds(10));
        }
        // Nobody was there for an hour: they still go one by one.
        later(&app, TimeDelta::hours(1));
        assert_eq!(deliver(&one).await.unwrap().accepted, 1);
        for _ in 3..count {
            later(&app, TimeDelta::seconds(10));
            assert_eq!(deliver(&two).await.unwrap().accepted, 1);
        }
        assert_eq!(outbox.kept().len(), count, "and none is dropped");
        assert!(deliveries(&app).await.iter().all(|row| (row.state.0, row.attempts) == (DeliveryState::Accepted, 1)));
    }

    async fn a_server_that_cannot_be_reached_is_not_asked_for_every_letter(app: TestApp) {
        let count = { issued(&app).await; deliveries(&app).await.len() };
        let outbox = MemoryOutbox::default();
        let jobs = Jobs { transport_connections: 1, ..jobs(&app, &outbox) };
        let down = || SendError { failure: Failure::Transient, stage: SendStage::Connect, code: None, reply: "no".into() };
        (0..count).for_each(|_| outbox.fail_next(down()));
        let done = deliver(&jobs).await.unwrap();
        assert_eq!((done.deferred, done.accepted), (2, 0));
        let rows = deliveries(&app).await;
        assert!(rows.iter().all(|row| row.state == DeliveryState::Pending && row.lease_holder.is_none()), "all given back");
        assert_eq!(rows.iter().filter(|row| row.attempts == 0).count(), count - 2, "untried is not a try");
    }

    async fn a_clock_that_ran_ahead_holds_nothing_back(app: TestApp) {
        issued(&app).await;
        let count = deliveries(&app).await.len();
        assert!(count > 2);
        let right = app.clock.now();
        later(&app, TimeDelta::days(400));
        let outbox = MemoryOutbox::default();
        let busy = || SendError { failure: Failure::Transient, stage: SendStage::Envelope, code: Some(451), reply: "busy".into() };
        (0..count).for_each(|_| outbox.fail_next(busy()));
        assert_eq!(deliver(&jobs(&app, &outbox)).await.unwrap().deferred, count);
        // One of them is in the hands of a process that died in that year.
        later(&app, TimeDelta::days(1));
        let now = app.clock.timestamp();
        let lease = Lease { holder: "dead", now, until: now + TimeDelta::seconds(150) };
        assert_eq!(app.store.claim_deliveries(&lease, 1, false).await.unwrap().len(), 1);
        let slot = SlotClaim { job: Job::Issue.as_str(), due_at: app.clock.timestamp(), holder: "dead", now, lease_until: now };
        assert!(app.store.claim_slot(&slot).await.unwrap());
        app.clock.set(right + TimeDelta::hours(1));
        let outbox = MemoryOutbox::default();
        assert_eq!(deliver(&jobs(&app, &outbox)).await.unwrap(), Delivered::default(), "nothing is due for a year");
        watch(&jobs(&app, &outbox), &[]).await.unwrap();
        later(&app, TimeDelta::minutes(1));
        assert_eq!(deliver(&jobs(&app, &outbox)).await.unwrap().accepted, count);
        let retaken = SlotClaim { holder: "alive", now: app.clock.timestamp(), ..slot };
        assert!(app.store.claim_slot(&retaken).await.unwrap());
    }

    async fn answers_to_repeated_requests_are_kept_a_week(app: TestApp) {
        let ask = async |name: &str| {
            let request = app.request(Method::POST, "/units").insert_header(("idempotency-key", "same"));
            app.send(request.set_json(json!({"name": name, "region": "430000"}))).await
        };
        ask("省档案馆").await.expect(201);
        later(&app, TimeDelta::days(6));
        watch(&jobs(&app, &MemoryOutbox::default()), &[]).await.unwrap();
        ask("省方志馆").await.problem(422, "idempotency_key_reused", "");
        later(&app, TimeDelta::days(2));
        watch(&jobs(&app, &MemoryOutbox::default()), &[]).await.unwrap();
        ask("省方志馆").await.expect(201);
    }

    async fn bounces_are_read_from_a_folder_and_from_a_maildir(app: TestApp) {
        issued(&app).await;
        deliver(&jobs(&app, &MemoryOutbox::default())).await.unwrap();
        let rows = deliveries(&app).await;
        let bounce = |row: &DeliveryRow| format!(
            "Content-Type: multipart/report; boundary=b\nIn-Reply-To: <{}>\n\n--b\nContent-Type: message/delivery-status\n\n\
             Final-Recipient: rfc822; {}\nAction: failed\nStatus: 5.2.2\n\n--b--\n", row.message_id, row.email);
        let home = tempfile::tempdir().unwrap();
        let look = async |folder: &std::path::Path| {
            let jobs = Jobs { bounce_folder: Some(folder.to_owned()), ..jobs(&app, &MemoryOutbox::default()) };
            watch(&jobs, &[]).await.unwrap().bounces
        };
        let plain = home.path().join("plain");
        std::fs::create_dir_all(&plain).unwrap();
        std::fs::write(plain.join("one.eml"), bounce(&rows[0])).unwrap();
        std::fs::write(plain.join("two.eml"), "Subject: leave\n\nno bounce").unwrap();
        std::fs::write(plain.join(".half"), "being written").unwrap();
        assert_eq!((look(&plain).await, look(&plain).await), (1, 0));
        assert!(plain.join("done/one.eml").is_file() && plain.join("unread/two.eml").is_file() && plain.join(".half").is_file());
        let maildir = home.path().join("maildir");
        std::fs::create_dir_all(maildir.join("new")).unwrap();
        std::fs::write(maildir.join("new/1.host"), bounce(&rows[1])).unwrap();
        assert_eq!(look(&maildir).await, 1);
        assert!(maildir.join("cur/1.host:2,S").is_file());
        let states: Vec<_> = deliveries(&app).await.into_iter().map(|row| row.state.0).collect();
        assert_eq!(states[..3], [DeliveryState::Bounced, DeliveryState::Bounced, DeliveryState::Accepted]);
        assert_eq!(look(&home.path().join("nowhere")).await, 0, "a folder that is gone stops nothing else");
    }
}
