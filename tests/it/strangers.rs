//! What strangers' mails and servers do to the outbox and the folder of bounces: one incident each, and the work goes on.

use std::path::Path;
use std::time::{Duration, SystemTime};

use actix_web::http::{Method, header};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chrono::TimeDelta;
use serde_json::{Value, json};
use xushi::clock::Clock as _;
use xushi::domain::delivery::DeliveryState;
use xushi::jobs::Jobs;
use xushi::jobs::deliver::deliver;
use xushi::jobs::watch::watch;
use xushi::mail::outbox::MemoryOutbox;
use xushi::mail::settings::{Security, SmtpSettings};
use xushi::mail::smtp::SmtpPool;
use xushi::mail::transport::{Failure, SendError, SendStage, Transport};
use xushi::office::Actor;
use xushi::office::warnings;
use xushi::store::rows::{DeliveryRow, Page};

use crate::support::smtp_sink::{Do, Sink};
use crate::support::{TestApp, both};

const PAGE: Page = Page { limit: 500, after: None };

fn jobs(app: &TestApp, transport: Transport, folder: Option<&Path>) -> Jobs {
    let bounce_folder = folder.map(Path::to_owned);
    Jobs { transport_connections: 1, bounce_folder, ..app.jobs(transport, "strangers") }
}

/// Letters of the sample campaign, taken by the mail server.
async fn delivered(app: &TestApp) -> Vec<DeliveryRow> {
    issue(app).await;
    deliver(&jobs(app, Transport::Memory(MemoryOutbox::default()), None)).await.unwrap();
    deliveries(app).await
}

async fn issue(app: &TestApp) {
    xushi::demo::load(&app.office).await.unwrap().unwrap();
    let fact = json!({"items": [{"measure": "入境旅游人次", "region": "430000", "figure": "yoy", "value": "12.5",
        "period": {"start": "2025-01-01", "end": "2025-07-31"}, "source": "月报", "published_on": "2025-08-20"}]});
    app.put("/observations", fact).await.expect(200);
    let day = "2025-08-27".parse().unwrap();
    warnings::run(&app.office, &Actor::job(), day).await.unwrap();
}

async fn deliveries(app: &TestApp) -> Vec<DeliveryRow> {
    app.store.list_deliveries(&Default::default(), PAGE).await.unwrap()
}

async fn open_incidents(app: &TestApp, kind: &str) -> Vec<String> {
    let page = app.get(&format!("/incidents?open=true&kind={kind}")).await.expect(200);
    let items = page["items"].as_array().unwrap();
    items.iter().map(|problem| problem["detail"].as_str().unwrap().to_owned()).collect()
}

/// As a server reports it (RFC 3464).
fn report(id: &str, address: &str, more: &str) -> String {
    format!(
        "From: MAILER-DAEMON\r\nContent-Type: multipart/report; boundary=b\r\n\r\n--b\r\n\
         Content-Type: message/delivery-status\r\n\r\n{more}Reporting-MTA: dns; mx\r\n\r\nFinal-Recipient: rfc822; {address}\r\n\
         Action: failed\r\nStatus: 5.1.1\r\nDiagnostic-Code: smtp; 550 no such user\r\n\r\n--b\r\n\
         Content-Type: text/rfc822-headers\r\n\r\nMessage-ID: <{id}>\r\n\r\n--b--\r\n"
    )
}

/// As a large provider tells it: HTML in GB18030, the mail attached, nothing for machines.
fn in_words(id: &str) -> Vec<u8> {
    // 系统退信; 您的邮件被退回：收件人不存在
    let body = b"<p>\xc4\xfa\xb5\xc4\xd3\xca\xbc\xfe\xb1\xbb\xcd\xcb\xbb\xd8\xa3\xba\xca\xd5\xbc\xfe\xc8\xcb\xb2\xbb\xb4\xe6\xd4\xda</p>";
    format!(
        "From: \"PostMaster\" <PostMaster@qq.com>\r\nSubject: =?gb18030?B?z7XNs83L0MU=?=\r\n\
         Content-Type: multipart/mixed; boundary=\"b=_1\"\r\n\r\n--b=_1\r\nContent-Type: text/html; charset=\"gb18030\"\r\n\
         Content-Transfer-Encoding: base64\r\n\r\n{}\r\n--b=_1\r\nContent-Type: message/rfc822\r\n\r\n\
         Message-ID: <{id}>\r\n\r\nbody\r\n--b=_1--\r\n",
        STANDARD.encode(body)
    )
    .into_bytes()
}

async fn post(app: &TestApp, body: Vec<u8>) -> crate::support::app::Answer {
    let request =
        app.request(Method::POST, "/bounces").insert_header((header::CONTENT_TYPE, "message/rfc822"));
    app.send(request.set_payload(body)).await
}

fn write(path: &Path, bytes: &[u8], age: u64) {
    std::fs::write(path, bytes).unwrap();
    let file = std::fs::File::options().write(true).open(path).unwrap();
    file.set_modified(SystemTime::now() - Duration::from_secs(age)).unwrap();
}

fn state(rows: &[DeliveryRow], of: &DeliveryRow) -> DeliveryState {
    rows.iter().find(|row| row.id == of.id).unwrap().state.0
}

/// What `serve` would refuse, `check-config` refuses, and names a key that is there.
#[test]
fn check_config_builds_the_mailer() {
    let home = tempfile::tempdir().unwrap();
    let check = |more: &[(&str, &str)]| {
        let mut command = crate::support::process::xushi(home.path(), &["check-config"]);
        command.env("XUSHI_MAIL_TRANSPORT", "smtp").env("XUSHI_MAIL_HOST", "mail.example.org");
        command.envs(more.iter().copied()).stderr(std::process::Stdio::piped());
        let done = command.output().unwrap();
        (done.status.success(), String::from_utf8_lossy(&done.stderr).into_owned())
    };
    let plain = [("XUSHI_MAIL_LOGIN", "office"), ("XUSHI_MAIL_PASSWORD", "open sesame")];
    assert!(check(&[]).0);
    let (good, said) = check(&plain);
    assert!(!good && said.contains("allow_plain_auth") && !said.contains("sesame"), "{said}");
    assert!(check(&[plain[0], plain[1], ("XUSHI_MAIL_ALLOW_PLAIN_AUTH", "true")]).0);
    assert!(check(&[plain[0], plain[1], ("XUSHI_MAIL_SECURITY", "starttls")]).0);
    for (key, value) in [
        ("XUSHI_MAIL_HELLO_NAME", "序时"),
        ("XUSHI_MAIL_LOGIN", "office"),
        ("XUSHI_MAIL_HOST", "a b"),
        ("XUSHI_MAIL_FROM_ADDRESS", "a@-example.org"),
        ("XUSHI_MAIL_FOLDER", "/proc/none/there"),
    ] {
        let transport = if key == "XUSHI_MAIL_FOLDER" { "file" } else { "smtp" };
        let (good, said) = check(&[(key, value), ("XUSHI_MAIL_TRANSPORT", transport)]);
        assert!(!good && !said.is_empty(), "{key}={value}: {said}");
    }
}

both! {
    async fn one_bad_mail_does_not_stop_the_watchdog(app: TestApp) {
        let rows = delivered(&app).await;
        let home = tempfile::tempdir().unwrap();
        let put = |name: &str, bytes: &[u8]| write(&home.path().join(name), bytes, 60);
        put("1-envelope.eml", report("x@example.net", "a@example.net", "Original-Envelope-Id: a\0b\r\n").as_bytes());
        put("2-status.eml", report("x@example.net", "a@example.net", "").replace("5.1.1", "5.1\0.1").as_bytes());
        put("3-recipient.eml", report("x\0@example.net", "a\0\u{202e}@example.net", "").as_bytes());
        put("4-diagnosis.eml", &report("x@example.net", "a@example.net", "").replace("no such user", "\0\u{1b}[31m").into_bytes());
        put("5-large.eml", &vec![b'x'; 9 * 1024 * 1024]);
        // Without an end, and nobody has written to it for long.
        write(&home.path().join("6-noise.eml"), &(0..=255).cycle().take(100_000).collect::<Vec<u8>>(), 700);
        std::os::unix::fs::symlink("/etc/passwd", home.path().join("7-link.eml")).unwrap();
        let made = std::process::Command::new("mkfifo").arg(home.path().join("8-pipe.eml")).status().unwrap();
        assert!(made.success());
        std::fs::create_dir(home.path().join("9-folder.eml")).unwrap();
        put("z-good.eml", report(&rows[0].message_id, &rows[0].email, "").as_bytes());
        let large = report(&rows[1].message_id, &rows[1].email, "").replace("\r\n\r\n--b--", &format!("\r\n\r\n{}\r\n--b--", "x\r\n".repeat(2_000_000)));
        put("z-large.eml", large.as_bytes());
        let looked = watch(&jobs(&app, Transport::Memory(MemoryOutbox::default()), Some(home.path())), &[]).await.unwrap();
        assert_eq!(looked.bounces, 6, "four strays and two of ours");
        let now = deliveries(&app).await;
        assert_eq!((state(&now, &rows[0]), state(&now, &rows[1])), (DeliveryState::Bounced, DeliveryState::Bounced));
        let names = |folder: &str| -> Vec<String> {
            let mut names: Vec<_> = std::fs::read_dir(home.path().join(folder)).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
            names.sort();
            names
        };
        assert_eq!(names("unread"), ["5-large.eml", "6-noise.eml", "7-link.eml", "8-pipe.eml"]);
        assert_eq!(names(""), ["9-folder.eml", "done", "unread"]);
        let unread = open_incidents(&app, "bounce_unread").await;
        assert!(unread.len() == 1 && unread[0].starts_with("4封退信无法识别，请人工查看"), "{unread:?}");
        let stray = open_incidents(&app, "stray_bounce").await;
        assert!(stray.len() == 1 && stray[0].starts_with("收到4封退信") && !stray[0].contains(char::is_control), "{stray:?}");
        // When somebody has seen to them it is over.
        std::fs::remove_dir_all(home.path().join("unread")).unwrap();
        watch(&jobs(&app, Transport::Memory(MemoryOutbox::default()), Some(home.path())), &[]).await.unwrap();
        assert!(open_incidents(&app, "bounce_unread").await.is_empty());
    }

    async fn nothing_that_is_posted_is_an_error_of_ours(app: TestApp) {
        let row = delivered(&app).await.remove(0);
        for (body, status) in [
            (report("x@example.net", "a@example.net", "Original-Envelope-Id: a\0b\r\n").into_bytes(), 200),
            (report("x@example.net", "a@example.net", "").replace("5.1.1", "5.1\0.1").into_bytes(), 200),
            (b"\0\0\0".to_vec(), 422),
            (report("x@example.net", "a\0@example.net", "").replace("no such", "\0").into_bytes(), 200),
            (vec![0xff; 100_000], 422),
            (vec![], 422),
        ] {
            let answer = post(&app, body).await;
            assert_eq!(answer.status.as_u16(), status, "{}", answer.json());
        }
        let back = post(&app, report(&row.message_id, &row.email, "").replace("no such user", "\0user").into_bytes()).await.expect(200);
        assert_eq!((&back["outcome"], &back["diagnostic"]), (&json!("bounced"), &json!("550 user")));
    }

    async fn a_bounce_in_words_alone_is_seen(app: TestApp) {
        let rows = delivered(&app).await;
        let back = post(&app, in_words(&rows[0].message_id)).await.expect(200);
        assert_eq!((&back["outcome"], &back["delivery_id"]), (&json!("bounced"), &json!(rows[0].id.0)));
        let home = tempfile::tempdir().unwrap();
        write(&home.path().join("qq.eml"), &in_words(&rows[1].message_id), 60);
        write(&home.path().join("other.eml"), &in_words("nobody@example.net"), 60);
        let answer = String::from_utf8(in_words(&rows[2].message_id)).unwrap().replace("z7XNs83L0MU=", &STANDARD.encode(b"\xd7\xd4\xb6\xaf\xbb\xd8\xb8\xb4"));
        write(&home.path().join("answer.eml"), answer.as_bytes(), 60);
        watch(&jobs(&app, Transport::Memory(MemoryOutbox::default()), Some(home.path())), &[]).await.unwrap();
        let now = deliveries(&app).await;
        assert_eq!((state(&now, &rows[0]), state(&now, &rows[1]), state(&now, &rows[2])), (DeliveryState::Bounced, DeliveryState::Bounced, DeliveryState::Accepted));
        let told = open_incidents(&app, "delivery_bounced").await;
        let said = "退信，请人工查看：系统退信 您的邮件被退回：收件人不存在";
        assert!(told.len() == 2 && told.iter().all(|detail| detail.ends_with(said)), "{told:?}");
        assert!(home.path().join("done/qq.eml").is_file() && home.path().join("unread/other.eml").is_file());
        assert!(home.path().join("unread/answer.eml").is_file());
        assert!(open_incidents(&app, "bounce_unread").await[0].starts_with("2封"));
        post(&app, in_words("nobody@example.net")).await.problem(422, "invalid", "");
    }

    async fn a_flood_of_invented_bounces_is_one_incident(app: TestApp) {
        for number in 0..40 {
            let stray = post(&app, report(&format!("{number}@example.net"), "a@example.net", "").into_bytes()).await.expect(200);
            assert_eq!(stray["outcome"], "stray");
        }
        let told = open_incidents(&app, "stray_bounce").await;
        assert!(told.len() == 1 && told[0].starts_with("收到40封退信") && told[0].contains("39@example.net"), "{told:?}");
    }

    async fn a_file_is_read_when_it_is_whole(app: TestApp) {
        let rows = delivered(&app).await;
        let home = tempfile::tempdir().unwrap();
        let look = async || {
            watch(&jobs(&app, Transport::Memory(MemoryOutbox::default()), Some(home.path())), &[]).await.unwrap().bounces
        };
        let whole = report(&rows[0].message_id, &rows[0].email, "");
        let path = home.path().join("half.eml");
        for end in [30, whole.len() / 2, whole.len() - 10] {
            write(&path, &whole.as_bytes()[..end], 30);
            assert_eq!(look().await, 0);
            assert!(path.is_file(), "{end} bytes: whoever writes it is not done");
        }
        // One that is never ended is read after ten minutes, whole as far as it goes.
        std::fs::write(&path, whole.as_bytes()).unwrap();
        assert_eq!(look().await, 1, "written just now, and whole");
        let cut = report(&rows[1].message_id, &rows[1].email, "");
        write(&home.path().join("cut.eml"), &cut.as_bytes()[..cut.len() - 10], 700);
        assert_eq!(look().await, 1);
        // Two of one name are two.
        write(&home.path().join("same.eml"), b"Subject: a\n\nx", 60);
        look().await;
        write(&home.path().join("same.eml"), b"Subject: b\n\ny", 60);
        look().await;
        assert_eq!(std::fs::read(home.path().join("unread/same.eml")).unwrap(), b"Subject: a\n\nx");
        assert_eq!(std::fs::read(home.path().join("unread/same.eml.2")).unwrap(), b"Subject: b\n\ny");
    }

    async fn what_the_server_has_against_us_keeps_letters_waiting(app: TestApp) {
        issue(&app).await;
        let count = deliveries(&app).await.len();
        for refusal in [
            ("RCPT", &b"504 5.5.2 <vm>: Helo command rejected: need fully-qualified hostname"[..]),
            ("MAIL", b"550 5.7.1 <xushi@localhost.localdomain>: Sender address rejected"),
            ("EHLO", b"504 5.5.2 no"),
            ("RCPT", b"554 5.7.1 <unknown[10.0.0.7]>: Client host rejected: Access denied"),
        ] {
            let sink = Sink::start(vec![vec![(refusal.0, Do::Reply(refusal.1))]]).await;
            let pool = SmtpPool::new(SmtpSettings::new("127.0.0.1", sink.address.port(), Security::Plain)).unwrap();
            let done = deliver(&jobs(&app, Transport::Smtp(pool), None)).await.unwrap();
            assert_eq!((done.failed, done.accepted), (0, 0), "{refusal:?}");
            assert!(done.deferred <= 2, "one refusal of all is not asked for {count} times: {}", done.deferred);
            let now = deliveries(&app).await;
            assert!(now.iter().all(|row| row.state == DeliveryState::Pending), "{refusal:?}");
            let told = open_incidents(&app, "transport_refused").await;
            let words = String::from_utf8_lossy(refusal.1).into_owned();
            assert!(told.len() == 1 && told[0].contains(&words), "{told:?}");
            app.clock.set(app.clock.now() + TimeDelta::hours(2));
        }
        // However long it took, the letters are not given up for it.
        let outbox = MemoryOutbox::default();
        for _ in 0..60 {
            (0..count).for_each(|_| outbox.fail_next(SendError { failure: Failure::Unusable, stage: SendStage::Connect, code: None, reply: "no".into() }));
            deliver(&jobs(&app, Transport::Memory(outbox.clone()), None)).await.unwrap();
            app.clock.set(app.clock.now() + TimeDelta::hours(2));
        }
        let outbox = MemoryOutbox::default();
        (0..count).for_each(|_| outbox.fail_next(SendError { failure: Failure::Transient, stage: SendStage::Envelope, code: Some(451), reply: "451 later".into() }));
        let late = deliver(&jobs(&app, Transport::Memory(outbox.clone()), None)).await.unwrap();
        assert_eq!((late.deferred, late.failed), (count, 0), "the first real try is not the last");
        app.clock.set(app.clock.now() + TimeDelta::hours(6));
        assert_eq!(deliver(&jobs(&app, Transport::Memory(outbox.clone()), None)).await.unwrap().accepted, count);
        assert!(open_incidents(&app, "transport_refused").await.is_empty());
        // What is said of one recipient stays final.
        assert!(outbox.kept().len() == count);
    }

    async fn a_refusal_of_one_recipient_is_final(app: TestApp) {
        issue(&app).await;
        let count = deliveries(&app).await.len();
        let first = deliveries(&app).await[0].email.clone();
        let said: &'static str = Box::leak(format!("RCPT TO:<{first}>").into_boxed_str());
        let sink = Sink::start(vec![vec![(said, Do::Reply(b"550 \xd3\xc3\xbb\xa7\xb2\xbb\xb4\xe6\xd4\xda"))]]).await;
        let pool = SmtpPool::new(SmtpSettings::new("127.0.0.1", sink.address.port(), Security::Plain)).unwrap();
        let done = deliver(&jobs(&app, Transport::Smtp(pool), None)).await.unwrap();
        assert!(done.failed >= 1 && done.failed + done.accepted == count, "{done:?}");
        let refused = deliveries(&app).await.into_iter().find(|row| row.email == first).unwrap();
        assert_eq!((refused.state.0, refused.last_reply.as_deref()), (DeliveryState::Failed, Some("550 用户不存在")));
        assert!(open_incidents(&app, "delivery_failed").await[0].ends_with("550 用户不存在"));
    }

    async fn letters_come_from_their_issuer_and_answers_go_to_the_contact(app: TestApp) {
        let row = delivered(&app).await.remove(0);
        let letter: Value = app.get(&format!("/letters/{}", row.letter_id.0)).await.expect(200);
        let mail = app.get(&format!("/letters/{}.eml?delivery={}", row.letter_id.0, row.id.0)).await;
        let mail = String::from_utf8(mail.bytes).unwrap();
        let facts = app.store.find_letters(&[row.letter_id]).await.unwrap().remove(0).facts;
        let facts: Value = serde_json::from_str(&facts).unwrap();
        let issuer = facts["issuer"].as_str().unwrap();
        let head = mail.split("\r\n\r\n").next().unwrap().replace("\r\n ", " ");
        let from = head.lines().find(|line| line.starts_with("From: ")).unwrap();
        assert!(from.contains(&STANDARD.encode(&issuer[..issuer.len().min(39)])), "{from} of {issuer}, {}", letter["id"]);
        assert!(from.ends_with(&format!("<{}>", app.office.letters.sender.address)), "{from}");
        assert!(!from.contains(&STANDARD.encode("序时预警")));
        let reply_to = head.lines().find(|line| line.starts_with("Reply-To: "));
        match facts["contact"]["email"].as_str() {
            Some(email) => assert!(reply_to.unwrap().contains(email)),
            None => assert_eq!(reply_to, None),
        }
    }
}
