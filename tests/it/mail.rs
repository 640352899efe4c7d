//! The mail room against a server that behaves as badly as real ones do.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use chrono::DateTime;
use xushi::mail::message::{Attachment, Mailbox, Outgoing, compose};
use xushi::mail::outbox::{FileOutbox, MemoryOutbox};
use xushi::mail::settings::{Security, SmtpSettings};
use xushi::mail::smtp::SmtpPool;
use xushi::mail::transport::Failure::{self, Permanent, Transient, Uncertain, Unusable};
use xushi::mail::transport::{Accepted, Envelope, SendError, SendStage, Transport};

use crate::support::smtp_sink::{Act, Do, Sink};

mod handshake;
mod tls;

fn settings(server: SocketAddr) -> SmtpSettings {
    let host = server.ip().to_string();
    SmtpSettings {
        hello_name: Some("xushi.test".into()),
        ..SmtpSettings::new(host, server.port(), Security::Plain)
    }
}

fn smtp(settings: SmtpSettings) -> Transport {
    Transport::Smtp(SmtpPool::new(settings).unwrap())
}

fn envelope(recipient: &str) -> Envelope {
    Envelope::new("office@example.org", recipient, &format!("letter to {recipient}")).unwrap()
}

fn letter() -> Vec<u8> {
    let mailbox = |name: &str, address: &str| Mailbox { name: name.into(), address: address.into() };
    let mail = Outgoing {
        message_id: "letter.1@xushi.example.org".into(),
        from: mailbox("综合协调组", "office@example.org"),
        to: mailbox("联络员", "a@example.org"),
        header_to: vec![],
        header_cc: vec![],
        subject: "预警函 湘序〔2025〕1号".into(),
        text: "……".into(),
        html: "<p>……</p>".into(),
        inline: vec![],
        attachments: vec![Attachment {
            file_name: "附件.docx".into(),
            content_type: "application/octet-stream".into(),
            bytes: vec![7; 3000],
        }],
        references: vec![],
        date: DateTime::parse_from_rfc3339("2025-08-27T09:05:00+08:00").unwrap(),
    };
    compose(&mail).unwrap()
}

/// What became of one letter to `a@example.org` through a fresh transport.
async fn one(settings: SmtpSettings) -> Result<Accepted, SendError> {
    smtp(settings).send(&envelope("a@example.org"), &letter()).await
}

async fn outcome(act: Act) -> Result<Accepted, (Failure, SendStage, Option<u16>)> {
    let sink = Sink::start(vec![act]).await;
    one(settings(sink.address)).await.map_err(|error| (error.failure, error.stage, error.code))
}

#[tokio::test]
async fn a_letter_arrives_byte_for_byte() {
    let sink = Sink::start(vec![vec![]]).await;
    let transport = smtp(settings(sink.address));
    let dots = b"Subject: dots\r\n\r\n.\r\n..\r\n.a\r\n\r\n.\r\n".to_vec();
    for raw in [letter(), dots, b"no line end".to_vec(), b".".to_vec()] {
        let accepted = transport.send(&envelope("a@example.org"), &raw).await.unwrap();
        assert_eq!(accepted.reply, "250 2.0.0 Ok: queued");
        let taken = sink.log().taken.pop().unwrap();
        assert_eq!((taken.from.as_str(), taken.to), ("office@example.org", vec!["a@example.org".to_owned()]));
        let ended = if raw.ends_with(b"\r\n") { raw } else { [raw, b"\r\n".to_vec()].concat() };
        assert_eq!(taken.raw, ended, "{}", taken.raw.escape_ascii());
    }
    assert_eq!(sink.log().lines[0], "1: EHLO xushi.test");
}

const NO_FQDN: &[u8] = b"504 5.5.2 <vm>: Helo command rejected: need fully-qualified hostname";

#[tokio::test]
async fn every_answer_has_its_outcome() {
    let cases: [(&str, Do, Failure, SendStage, Option<u16>); 31] = [
        ("connect", Do::Close, Transient, SendStage::Connect, None),
        ("connect", Do::Reply(b"421 busy"), Transient, SendStage::Connect, Some(421)),
        ("connect", Do::Reply(b"554 not for you"), Unusable, SendStage::Connect, Some(554)),
        ("connect", Do::Reply(b"SSH-2.0-x"), Transient, SendStage::Connect, None),
        ("EHLO", Do::Reply(b"502 what"), Unusable, SendStage::Connect, Some(502)),
        ("MAIL", Do::Reply(b"530 5.7.0 log in first"), Unusable, SendStage::Envelope, Some(530)),
        ("MAIL", Do::Reply(b"550 5.7.1 sender blocked"), Unusable, SendStage::Envelope, Some(550)),
        ("MAIL", Do::Reply(b"553 must be same as auth user"), Unusable, SendStage::Envelope, Some(553)),
        ("MAIL", Do::Reply(b"503 5.5.1 out of order"), Unusable, SendStage::Envelope, Some(503)),
        ("RCPT", Do::Reply(NO_FQDN), Unusable, SendStage::Envelope, Some(504)),
        (
            "RCPT",
            Do::Reply(b"554 5.7.1 Client host rejected: Access denied"),
            Unusable,
            SendStage::Envelope,
            Some(554),
        ),
        ("RCPT", Do::Reply(b"550 5.1.8 Sender address rejected"), Unusable, SendStage::Envelope, Some(550)),
        (
            "RCPT",
            Do::Reply(b"530 5.7.0 Must issue a STARTTLS command first"),
            Unusable,
            SendStage::Envelope,
            Some(530),
        ),
        ("RCPT", Do::Reply(b"503 5.5.1 need MAIL"), Unusable, SendStage::Envelope, Some(503)),
        (
            ".",
            Do::Reply(b"550 5.7.60 no permission to send as this sender"),
            Unusable,
            SendStage::Dot,
            Some(550),
        ),
        ("MAIL", Do::Reply(b"452 4.3.1 disk full"), Transient, SendStage::Envelope, Some(452)),
        ("RCPT", Do::Reply(b"421 4.3.2 going down"), Transient, SendStage::Envelope, Some(421)),
        ("RCPT", Do::Reply(b"451 4.7.1 greylisted"), Transient, SendStage::Envelope, Some(451)),
        ("RCPT", Do::Reply(b"550 5.1.1 no such user"), Permanent, SendStage::Envelope, Some(550)),
        (
            "RCPT",
            Do::Reply(b"550-5.1.1 no\r\n550 5.1.1 such user"),
            Permanent,
            SendStage::Envelope,
            Some(550),
        ),
        ("RCPT", Do::Reply(b"354 out of step"), Transient, SendStage::Envelope, None),
        ("RCPT", Do::Close, Transient, SendStage::Envelope, None),
        ("DATA", Do::Reply(b"451 not now"), Transient, SendStage::Data, Some(451)),
        ("DATA", Do::Reply(b"554 no valid recipients"), Permanent, SendStage::Data, Some(554)),
        ("DATA", Do::Close, Transient, SendStage::Data, None),
        (".", Do::Reply(b"451 try later"), Transient, SendStage::Dot, Some(451)),
        (".", Do::Reply(b"552 5.3.4 too big"), Permanent, SendStage::Dot, Some(552)),
        (".", Do::Reply(b"354 out of step"), Uncertain, SendStage::Dot, None),
        (".", Do::Reply(b"thank you"), Uncertain, SendStage::Dot, None),
        (".", Do::Close, Uncertain, SendStage::Dot, None),
        // A small mail is out, dot and all, before the server's hanging up can be noticed.
        ("middle", Do::Close, Uncertain, SendStage::Dot, None),
    ];
    for (point, deed, failure, stage, code) in cases {
        assert_eq!(outcome(vec![(point, deed)]).await, Err((failure, stage, code)), "{point} {deed:?}");
    }
    assert!(outcome(vec![("RCPT", Do::Reply(b"251 will forward"))]).await.is_ok());
}

#[tokio::test]
async fn a_slow_server_is_waited_for() {
    let slow = ["connect", "EHLO", "MAIL", "RCPT", "DATA", "."].map(|point| (point, Do::Trickle));
    assert!(outcome(slow.to_vec()).await.is_ok());
}

/// What a server sends without end is not kept: only so much of it is read at all.
#[tokio::test]
async fn a_server_that_never_ends_a_line_takes_no_memory() {
    for point in ["connect", "EHLO", "MAIL", "RCPT", "DATA", "."] {
        for (block, what) in [(&b"2"[..], "a line"), (b"250-more\r\n", "a reply")] {
            let sink = Sink::start(vec![vec![(point, Do::Flood(block))]]).await;
            let error = one(settings(sink.address)).await.unwrap_err();
            assert_eq!(error.code, None, "{point} {what}: {error}");
            assert!(matches!(error.failure, Transient | Uncertain), "{point} {what}: {error}");
            let flooded = sink.log().flooded;
            // What the sockets hold of it, and no more.
            assert!(flooded < 32 * 1024 * 1024, "{point} {what}: {flooded} bytes");
        }
    }
}

#[tokio::test]
async fn ehlo_never_says_a_bare_word() {
    let sink = Sink::start(vec![vec![]]).await;
    let transport = smtp(SmtpSettings { hello_name: None, ..settings(sink.address) });
    transport.send(&envelope("a@example.org"), &letter()).await.unwrap();
    let said = sink.log().lines[0].strip_prefix("1: EHLO ").unwrap().to_owned();
    assert!(said == "[127.0.0.1]" || said.contains('.'), "{said}");
}

/// Servers in China answer in GBK; the code still counts.
#[tokio::test]
async fn an_answer_in_gbk_is_understood() {
    let no_such_user = b"550 \xd3\xc3\xbb\xa7\xb2\xbb\xb4\xe6\xd4\xda";
    let refused = outcome(vec![("RCPT", Do::Reply(no_such_user))]).await;
    assert_eq!(refused, Err((Permanent, SendStage::Envelope, Some(550))));
    let accepted = outcome(vec![(".", Do::Reply(b"250 \xd3\xca\xbc\xfe\xd2\xd1\xbd\xd3\xca\xd5 Q1"))]).await;
    assert_eq!(accepted.unwrap().reply, "250 邮件已接收 Q1");
    let sink = Sink::start(vec![vec![("RCPT", Do::Reply(no_such_user))]]).await;
    assert_eq!(one(settings(sink.address)).await.unwrap_err().reply, "550 用户不存在");
}

#[tokio::test]
async fn a_silent_server_holds_nobody() {
    let silent_at = async |point: &'static str| {
        let sink = Sink::start(vec![vec![(point, Do::Silent)]]).await;
        let send_timeout = Duration::from_secs(1);
        let error = one(SmtpSettings { send_timeout, ..settings(sink.address) }).await.unwrap_err();
        assert_eq!(error.code, None);
        (error.failure, error.stage)
    };
    let (connect, mail, data, dot) =
        tokio::join!(silent_at("connect"), silent_at("MAIL"), silent_at("DATA"), silent_at("."));
    assert_eq!(connect, (Transient, SendStage::Connect));
    assert_eq!(mail, (Transient, SendStage::Envelope));
    assert_eq!(data, (Transient, SendStage::Data));
    assert_eq!(dot, (Uncertain, SendStage::Dot));
}

/// More than the sockets can hold: the server hangs up while the content is still being written, so the dot was
/// never sent and the mail cannot have been accepted.
#[tokio::test]
async fn a_line_that_dies_within_the_content_is_no_doubt() {
    let sink = Sink::start(vec![vec![("middle", Do::Close)]]).await;
    let raw = [b"x".repeat(76), b"\r\n".to_vec()].concat().repeat(400_000);
    let error = smtp(settings(sink.address)).send(&envelope("a@example.org"), &raw).await.unwrap_err();
    assert_eq!((error.failure, error.stage), (Transient, SendStage::Data), "{error}");
    assert!(sink.log().taken.is_empty());
}

#[tokio::test]
async fn nobody_at_home() {
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let error = one(settings(free)).await.unwrap_err();
    assert_eq!((error.failure, error.stage), (Transient, SendStage::Connect), "{error}");
    // Too long a label for any resolver, so that nobody is asked.
    let nowhere = SmtpSettings::new(format!("{}.invalid", "x".repeat(64)), 25, Security::Plain);
    let error = one(nowhere).await.unwrap_err();
    assert_eq!((error.failure, error.stage), (Transient, SendStage::Connect), "{error}");
}

#[tokio::test]
async fn content_that_servers_read_differently_is_not_sent() {
    let sink = Sink::start(vec![vec![]]).await;
    let transport = smtp(settings(sink.address));
    let smuggled = b"Subject: x\r\n\r\nhello\n.\r\nMAIL FROM:<evil@example.org>\r\n";
    let error = transport.send(&envelope("a@example.org"), smuggled).await.unwrap_err();
    assert_eq!((error.failure, error.stage), (Permanent, SendStage::Envelope), "{error}");
    assert!(sink.log().taken.is_empty());
}

#[tokio::test]
async fn the_intent_fits_between_the_halves() {
    let sink = Sink::start(vec![vec![]]).await;
    let transport = smtp(SmtpSettings { pool_max: 1, ..settings(sink.address) });
    let to = envelope("a@example.org");
    let opened = transport.open(&to).await.unwrap();
    let lines = sink.log().lines;
    assert!(
        lines.contains(&"1: RCPT TO:<a@example.org>".to_owned()) && !lines.contains(&"1: DATA".to_owned())
    );
    // Thinking better of it sends nothing and gives the place in the pool back.
    drop(opened);
    transport.open(&to).await.unwrap().deliver(&letter()).await.unwrap();
    assert_eq!(sink.log().taken.len(), 1);
    assert_eq!(sink.log().connections, 2);
}

#[tokio::test]
async fn one_refused_recipient_does_not_stop_the_next() {
    let sink = Sink::start(vec![vec![("RCPT TO:<gone@", Do::Reply(b"550 5.1.1 gone"))]]).await;
    let transport = smtp(settings(sink.address));
    let gone = transport.send(&envelope("gone@example.org"), &letter()).await.unwrap_err();
    assert_eq!((gone.failure, gone.code, gone.reply.as_str()), (Permanent, Some(550), "550 5.1.1 gone"));
    transport.send(&envelope("here@example.org"), &letter()).await.unwrap();
    let log = sink.log();
    assert_eq!(log.taken.iter().flat_map(|taken| &taken.to).collect::<Vec<_>>(), ["here@example.org"]);
    // The connection that failed is left politely and not used again.
    assert!(log.lines.contains(&"1: QUIT".to_owned()), "{:?}", log.lines);
    assert_eq!(log.connections, 2);
}

#[tokio::test]
async fn a_connection_is_used_again() {
    let sink = Sink::start(vec![vec![]]).await;
    let transport = smtp(settings(sink.address));
    for _ in 0..5 {
        transport.send(&envelope("a@example.org"), &letter()).await.unwrap();
    }
    assert_eq!((sink.log().taken.len(), sink.log().connections), (5, 1));
    transport.close_idle().await;
    assert!(sink.log().lines.ends_with(&["1: QUIT".to_owned()]));
    transport.send(&envelope("a@example.org"), &letter()).await.unwrap();
    assert_eq!(sink.log().connections, 2);
}

#[tokio::test]
async fn never_more_connections_than_allowed() {
    let sink = Sink::start(vec![vec![(".", Do::Hold)]]).await;
    let transport = Arc::new(smtp(SmtpSettings { pool_max: 3, ..settings(sink.address) }));
    let sends: Vec<_> = (0..20)
        .map(|i| {
            let transport = Arc::clone(&transport);
            tokio::spawn(
                async move { transport.send(&envelope(&format!("a{i}@example.org")), &letter()).await },
            )
        })
        .collect();
    sink.wait_held(3).await;
    sink.release();
    for send in sends {
        send.await.unwrap().unwrap();
    }
    let log = sink.log();
    assert_eq!((log.taken.len(), log.most_open, log.connections), (20, 3, 3));
}

#[tokio::test]
async fn waiting_for_a_free_connection_is_bounded_too() {
    let sink = Sink::start(vec![vec![(".", Do::Hold)]]).await;
    let send_timeout = Duration::from_secs(1);
    let transport = Arc::new(smtp(SmtpSettings { pool_max: 1, send_timeout, ..settings(sink.address) }));
    let opened = transport.open(&envelope("first@example.org")).await.unwrap();
    let error = transport.open(&envelope("second@example.org")).await.unwrap_err();
    assert_eq!((error.failure, error.stage), (Transient, SendStage::Connect), "{error}");
    drop(opened);
}

#[tokio::test]
async fn a_connection_that_died_while_idle_is_replaced() {
    let sink = Sink::start(vec![vec![("after", Do::Close)], vec![]]).await;
    let transport = smtp(settings(sink.address));
    for _ in 0..3 {
        transport.send(&envelope("a@example.org"), &letter()).await.unwrap();
    }
    assert_eq!((sink.log().taken.len(), sink.log().connections), (3, 2));
}

#[tokio::test]
async fn a_server_that_wants_a_fresh_connection_gets_one_once() {
    let enough: (&str, Do) = ("RCPT TO:<second@", Do::Reply(b"421 too many mails on this connection"));
    let sink = Sink::start(vec![vec![enough], vec![]]).await;
    let transport = smtp(settings(sink.address));
    transport.send(&envelope("first@example.org"), &letter()).await.unwrap();
    transport.send(&envelope("second@example.org"), &letter()).await.unwrap();
    assert_eq!((sink.log().taken.len(), sink.log().connections), (2, 2));

    // From a fresh connection the 421 is the server's last word.
    let sink = Sink::start(vec![vec![enough]]).await;
    let transport = smtp(settings(sink.address));
    transport.send(&envelope("first@example.org"), &letter()).await.unwrap();
    let error = transport.send(&envelope("second@example.org"), &letter()).await.unwrap_err();
    assert_eq!((error.failure, error.code), (Transient, Some(421)));
    assert_eq!((sink.log().taken.len(), sink.log().connections), (1, 2));
}

#[tokio::test]
async fn an_idle_connection_is_checked_or_replaced() {
    let sink = Sink::start(vec![vec![]]).await;
    let transport = smtp(SmtpSettings { idle_check: Duration::ZERO, ..settings(sink.address) });
    for _ in 0..2 {
        transport.send(&envelope("a@example.org"), &letter()).await.unwrap();
    }
    assert!(sink.log().lines.contains(&"1: NOOP".to_owned()));
    assert_eq!(sink.log().connections, 1);

    let sink = Sink::start(vec![vec![("NOOP", Do::Close)], vec![]]).await;
    let transport = smtp(SmtpSettings { idle_check: Duration::ZERO, ..settings(sink.address) });
    for _ in 0..2 {
        transport.send(&envelope("a@example.org"), &letter()).await.unwrap();
    }
    assert_eq!((sink.log().taken.len(), sink.log().connections), (2, 2));

    let sink = Sink::start(vec![vec![]]).await;
    let transport = smtp(SmtpSettings { idle_max: Duration::ZERO, ..settings(sink.address) });
    for _ in 0..2 {
        transport.send(&envelope("a@example.org"), &letter()).await.unwrap();
    }
    assert_eq!(sink.log().connections, 2);
    assert!(!sink.log().lines.iter().any(|line| line.contains("NOOP")));
}

#[tokio::test]
async fn files_are_whole_and_written_once_per_label() {
    let home = tempfile::tempdir().unwrap();
    for durable in [false, true] {
        let folder = home.path().join(format!("out-{durable}/nested"));
        let transport = Arc::new(Transport::File(FileOutbox::new(&folder, durable).unwrap()));
        let sends: Vec<_> = (0..40)
            .map(|i| {
                let transport = Arc::clone(&transport);
                let to =
                    Envelope::new("office@example.org", "a@example.org", &format!("函/{}", i % 4)).unwrap();
                tokio::spawn(async move { transport.send(&to, &letter()).await })
            })
            .collect();
        let mut paths = Vec::new();
        for send in sends {
            paths.push(send.await.unwrap().unwrap().reply);
        }
        paths.sort();
        paths.dedup();
        let mut found: Vec<_> = std::fs::read_dir(&folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        found.sort();
        assert_eq!(found, paths, "the named files and nothing else");
        assert_eq!(found.len(), 4);
        assert!(
            found
                .iter()
                .all(|path| path.ends_with(".eml") && std::fs::read(folder.join(path)).unwrap() == letter())
        );
    }
}

#[tokio::test]
async fn a_folder_that_cannot_be_written() {
    let home = tempfile::tempdir().unwrap();
    let file = home.path().join("file");
    std::fs::write(&file, "in the way").unwrap();
    let error = FileOutbox::new(&file, false).unwrap_err();
    assert!(error.to_string().contains("folder"), "{error}");

    let folder = home.path().join("gone");
    let transport = Transport::File(FileOutbox::new(&folder, false).unwrap());
    std::fs::remove_dir(&folder).unwrap();
    let error = transport.send(&envelope("a@example.org"), &letter()).await.unwrap_err();
    assert_eq!(error.failure, Unusable, "{error}");
}

#[tokio::test]
async fn memory_keeps_and_fails_as_told() {
    let outbox = MemoryOutbox::default();
    let transport = Transport::Memory(outbox.clone());
    let fails = |failure, stage, code| SendError { failure, stage, code, reply: "told".into() };
    let told = [
        fails(Transient, SendStage::Envelope, Some(451)),
        fails(Permanent, SendStage::Dot, Some(552)),
        fails(Uncertain, SendStage::Dot, None),
    ];
    for error in &told {
        outbox.fail_next(error.clone());
    }
    let to = envelope("a@example.org");
    assert_eq!(transport.open(&to).await.unwrap_err(), told[0]);
    assert_eq!(transport.send(&to, &letter()).await.unwrap_err(), told[1]);
    assert!(outbox.kept().is_empty());
    // The worst case: it has the mail, and the sender cannot know.
    assert_eq!(transport.send(&to, &letter()).await.unwrap_err(), told[2]);
    assert_eq!(outbox.kept().len(), 1);
    transport.send(&to, &letter()).await.unwrap();
    let kept = outbox.kept().pop().unwrap();
    assert_eq!((kept.recipient.as_str(), kept.label.as_str()), ("a@example.org", "letter to a@example.org"));
    assert_eq!(kept.raw, letter());
}
