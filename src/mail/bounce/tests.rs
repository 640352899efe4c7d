use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::*;

/// As Postfix writes them.
const POSTFIX: &str = "Return-Path: <>\r\nFrom: MAILER-DAEMON@mx.example.org (Mail Delivery System)\r\n\
Subject: Undelivered Mail Returned to Sender\r\nAuto-Submitted: auto-replied\r\nMIME-Version: 1.0\r\n\
Content-Type: multipart/report; report-type=delivery-status;\r\n\tboundary=\"9B095B5.1/mx.example.org\"\r\n\r\n\
This is a MIME-encapsulated message.\r\n\r\n--9B095B5.1/mx.example.org\r\nContent-Type: text/plain\r\n\r\n\
<gone@example.org>: user unknown\r\n\r\n--9B095B5.1/mx.example.org\r\n\
Content-Description: Delivery report\r\nContent-Type: message/delivery-status\r\n\r\n\
Reporting-MTA: dns; mx.example.org\r\nArrival-Date: Wed, 27 Aug 2025 09:00:00 +0800\r\n\r\n\
Final-Recipient: rfc822; gone@example.org\r\nOriginal-Recipient: rfc822;Gone@Example.org\r\n\
Action: failed\r\nStatus: 5.1.1\r\nDiagnostic-Code: smtp; 550 5.1.1 <gone@example.org>:\r\n    user unknown\r\n\r\n\
--9B095B5.1/mx.example.org\r\nContent-Type: message/rfc822\r\n\r\n\
Message-ID: <letter.1@xushi.example.org>\r\nSubject: x\r\n\r\nbody\r\n\r\n--9B095B5.1/mx.example.org--\r\n";

#[test]
fn a_usual_bounce_is_read() {
    for raw in [POSTFIX.to_owned(), POSTFIX.replace("\r\n", "\n")] {
        let bounce = read(raw.as_bytes()).unwrap();
        assert_eq!(bounce.message_ids, ["letter.1@xushi.example.org"]);
        let expected = BounceReport {
            recipients: vec!["gone@example.org".into(), "Gone@Example.org".into()],
            action: Action::Failed,
            status: "5.1.1".into(),
            diagnostic: "550 5.1.1 <gone@example.org>: user unknown".into(),
        };
        assert_eq!(bounce.reports, [expected]);
    }
}

#[test]
fn other_shapes_are_read_too() {
    let headers_only = POSTFIX.replace("message/rfc822", "text/rfc822-headers");
    let bare_boundary =
        POSTFIX.replace("\"9B095B5.1/mx.example.org\"", "B42").replace("--9B095B5.1/mx.example.org", "--B42");
    let cut = POSTFIX[..POSTFIX.find("\r\nbody").unwrap()].to_owned();
    let status = "Final-Recipient: rfc822; gone@example.org\r\nAction: failed\r\nStatus: 5.2.2\r\n";
    let encoded = format!(
        "Content-Type: multipart/report; boundary=b\r\nIn-Reply-To: <letter.1@xushi.example.org>\r\n\r\n--b\r\n\
         Content-Type: message/delivery-status\r\nContent-Transfer-Encoding: base64\r\n\r\n{}\r\n--b--\r\n",
        STANDARD.encode(status)
    );
    let quoted = format!(
        "Content-Type: multipart/report; boundary=b\r\nReferences: <letter.1@xushi.example.org>\r\n\r\n--b\r\n\
         Content-Type: message/delivery-status\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n{}\r\n--b--\r\n",
        status.replace("rfc822", "rfc=\r\n822").replace(';', "=3B")
    );
    let forwarded = format!(
        "Content-Type: multipart/mixed; boundary=outer\r\n\r\n--outer\r\nContent-Type: message/rfc822\r\n\r\n\
         {POSTFIX}\r\n--outer--\r\n"
    );
    for raw in [headers_only, bare_boundary, cut, encoded, quoted, forwarded] {
        let bounce = read(raw.as_bytes()).unwrap_or_else(|| panic!("{raw}"));
        assert_eq!(bounce.message_ids[0], "letter.1@xushi.example.org", "{raw}");
        assert_eq!(bounce.reports[0].recipients[0], "gone@example.org");
        assert_eq!(bounce.reports[0].action, Action::Failed);
    }
    let late = read(POSTFIX.replace("Action: failed", "Action: Delayed").as_bytes()).unwrap();
    assert_eq!(late.reports[0].action, Action::Delayed);
    let named = POSTFIX.replace("Reporting-MTA", "Original-Envelope-Id: 42\r\nReporting-MTA");
    assert_eq!(read(named.as_bytes()).unwrap().envelope_id.as_deref(), Some("42"));
}

#[test]
fn what_is_no_notification_is_none() {
    for raw in [
        "",
        "\r\n\r\n",
        "no header at all",
        "Subject: I am on leave\r\nAuto-Submitted: auto-replied\r\n\r\nback on Monday",
        "Content-Type: multipart/report; boundary=\r\n\r\n--\r\n",
        "Content-Type: multipart/report; boundary\r\n\r\n--\r\n",
        "Content-Type: multipart/report; boundary=b\r\n\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\nAction: sideways\r\n",
        "Content-Type: message/delivery-status\r\nContent-Transfer-Encoding: base64\r\n\r\n!!!\r\n",
        "From: postmaster@example.org\r\nSubject: Delivery Status Notification (Success)\r\n\r\narrived",
    ] {
        assert_eq!(read(raw.as_bytes()), None, "{raw}");
    }
}

/// Nothing makes it slow, deep or large.
#[test]
fn hostile_mails_cost_little() {
    let nested = (0..5_000).fold(String::new(), |mail, n| {
        format!("{mail}Content-Type: multipart/mixed; boundary=b{n}\r\n\r\n--b{n}\r\n")
    });
    let many = format!(
        "Content-Type: multipart/mixed; boundary=b\r\n\r\n{}",
        "--b\r\nContent-Type: message/delivery-status\r\n\r\nAction: failed\r\n\r\n".repeat(20_000)
    );
    let long_line = format!("Subject: {}\r\n\r\n", "x".repeat(1_000_000));
    let folded = format!("Subject: x\r\n{}\r\n", " y\r\n".repeat(300_000));
    let odd: Vec<u8> = (0..=255).cycle().take(500_000).collect();
    assert!(read(nested.as_bytes()).is_none());
    assert!(read(many.as_bytes()).unwrap().reports.len() <= PARTS_MAX);
    assert!(
        read(long_line.as_bytes()).is_none() && read(folded.as_bytes()).is_none() && read(&odd).is_none()
    );
    assert!(read(&vec![b'a'; BYTES_MAX + 1]).is_none());
    let ids = format!("References: {}\r\n", "<a@b> ".repeat(10_000));
    let crowded = POSTFIX.replacen("Return-Path: <>\r\n", &ids, 1);
    assert!(read(crowded.as_bytes()).unwrap().message_ids.len() <= IDS_MAX);
    let injected = POSTFIX.replace("user unknown", "user\u{1b}[31m\u{0} unknown");
    assert!(!read(injected.as_bytes()).unwrap().reports[0].diagnostic.contains(char::is_control));
}

#[test]
fn every_cut_of_a_bounce_is_survived() {
    for end in 0..POSTFIX.len() {
        if let Some(bounce) = read(&POSTFIX.as_bytes()[..end]) {
            assert!(bounce.reports.len() <= 1 && bounce.message_ids.len() <= 1);
        }
    }
}

/// A notice in the words of a large provider: HTML in GB18030, the mail itself attached, nothing for machines.
fn in_words(subject: &str, from: &str, words: &str, more: &str) -> Vec<u8> {
    let coded = |text: &str| encoding_rs::GB18030.encode(text).0.into_owned();
    let subject = STANDARD.encode(coded(subject));
    let body = STANDARD.encode(coded(&format!("<html><body><p>{words}</p></body></html>")));
    format!(
        "From: {from}\r\nSubject: =?gb18030?B?{subject}?=\r\n{more}Content-Type: multipart/mixed; boundary=\"b=_1\"\r\n\r\n\
         --b=_1\r\nContent-Type: text/html; charset=\"gb18030\"\r\nContent-Transfer-Encoding: base64\r\n\r\n{body}\r\n\
         --b=_1\r\nContent-Type: message/rfc822\r\n\r\nSubject: x\r\nMessage-ID: <letter.1@xushi.example.org>\r\n\r\n\
         body\r\n--b=_1--\r\n"
    )
    .into_bytes()
}

#[test]
fn a_bounce_in_words_is_read() {
    let qq = in_words(
        "系统退信",
        "\"PostMaster\" <PostMaster@qq.com>",
        "很抱歉，您的邮件被退回：收件人不存在。",
        "",
    );
    let bounce = read(&qq).unwrap();
    assert_eq!((bounce.message_ids[0].as_str(), bounce.reports.len()), ("letter.1@xushi.example.org", 0));
    assert_eq!(bounce.words, "系统退信 很抱歉，您的邮件被退回：收件人不存在。");
    let qmail = "Return-Path: <>\nFrom: MAILER-DAEMON@mx.example.org\nTo: office@example.org\nSubject: failure notice\n\n\
                 Hi. This is the qmail-send program at mx.example.org.\n<gone@example.org>:\nno mailbox here by that name.\n\n\
                 --- Below this line is a copy of the message.\n\nReturn-Path: <office@example.org>\n\
                 Message-ID: <letter.1@xushi.example.org>\nSubject: x\n\nbody\n";
    let exim = "From: Mail Delivery System <Mailer-Daemon@mx.example.org>\nX-Failed-Recipients: gone@example.org\n\
                Auto-Submitted: auto-replied\nSubject: Mail delivery failed: returning message to sender\n\n\
                A message that you sent could not be delivered.\n\nMessage-Id: <letter.1@xushi.example.org>\n";
    let exchange = "From: postmaster@example.org\nSubject: =?utf-8?b?5pyq6YCB6L6+?=: x\nIn-Reply-To: <letter.1@xushi.example.org>\n\
                    Content-Type: text/plain; charset=utf-8\n\n无法送达收件人";
    let netease = "From: Postmaster@163.com\nSubject: =?gbk?B?z7XNs83L0MU=?=\nContent-Type: multipart/mixed; boundary=b\n\n\
                   --b\nContent-Type: text/html; charset=gbk\n\n<p>550 user not found</p>\n--b\n\
                   Content-Type: application/octet-stream; name=\"original.eml\"\n\nMessage-ID: <letter.1@xushi.example.org>\n\n--b--\n";
    for raw in [qmail, exim, exchange, netease] {
        let bounce = read(raw.as_bytes()).unwrap_or_else(|| panic!("{raw}"));
        assert_eq!(bounce.message_ids[0], "letter.1@xushi.example.org", "{raw}");
        assert!(bounce.reports.is_empty() && !bounce.words.is_empty());
    }
}

#[test]
fn answers_receipts_and_delays_are_no_bounces() {
    let person = "李四 <lisi@example.org>";
    let machine = "MAILER-DAEMON@example.org";
    for (subject, from, words, more) in [
        ("自动回复：预警函", person, "我在外出差。", "Auto-Submitted: auto-replied\r\n"),
        ("自动回复：预警函", person, "我在外出差。", ""),
        ("Out of office", person, "I am away", "Return-Path: <>\r\n"),
        ("预警函", person, "已收到，稍后处理", "Auto-Submitted: auto-replied\r\n"),
        ("回复：预警函", person, "已收到，附原件", ""),
        ("Re: 预警函", person, "原邮箱无法投递，请改用本邮箱", ""),
        ("转发：预警函", person, "请办理", ""),
        ("已读：预警函", person, "已读", ""),
        ("邮件延迟投递通知", machine, "服务器仍在尝试投递", ""),
        ("投递状态", machine, "邮件尚未送达，服务器将继续尝试", ""),
        ("投递成功通知", machine, "已送达", ""),
    ] {
        assert_eq!(read(&in_words(subject, from, words, more)), None, "{subject} {words}");
    }
    let receipt = "From: lisi@example.org\nSubject: 预警函\nContent-Type: multipart/report; report-type=disposition-notification; boundary=b\n\n\
                   --b\nContent-Type: message/disposition-notification\n\nDisposition: manual-action; displayed\n\n--b\n\
                   Content-Type: text/rfc822-headers\n\nMessage-ID: <letter.1@xushi.example.org>\n\n--b--\n";
    assert_eq!(read(receipt.as_bytes()), None);
}

/// Whatever stands in it, what is kept can be stored.
#[test]
fn every_field_is_cleaned() {
    let odd = "x\0\u{1b}[31m\u{202e}y";
    let raw = POSTFIX
        .replace("Status: 5.1.1", &format!("Status: 5.1\0.1 {odd}"))
        .replace(
            "Final-Recipient: rfc822; gone@example.org",
            &format!("Final-Recipient: rfc822; {odd}@example.org"),
        )
        .replace("user unknown", odd)
        .replace("Reporting-MTA", "Original-Envelope-Id: a\0b\r\nReporting-MTA")
        .replace("Subject: Undelivered", &format!("Subject: {odd} Undelivered"))
        .replace("<letter.1@xushi.example.org>", "<letter.1@xushi.example.org> <a\0b@example.org>");
    let bounce = read(raw.as_bytes()).unwrap();
    let report = &bounce.reports[0];
    assert_eq!((bounce.envelope_id.as_ref(), report.status.as_str()), (None, ""));
    assert_eq!(bounce.message_ids, ["letter.1@xushi.example.org"]);
    let all = [&report.diagnostic, &bounce.words, &report.recipients[0], &report.recipients[1]];
    for text in all.into_iter().chain(&bounce.message_ids) {
        assert!(!text.contains(|c: char| c.is_control() || c == '\u{202e}'), "{text:?}");
    }
    let endless = POSTFIX
        .replace("gone@example.org", &"g".repeat(100_000))
        .replace("user unknown", &"用户不存在".repeat(10_000));
    let report = read(endless.as_bytes()).unwrap().reports.remove(0);
    assert!(report.recipients[0].chars().count() <= 254 && report.diagnostic.chars().count() <= 500);
}

#[test]
fn a_diagnosis_in_gbk_is_read() {
    let (before, after) = POSTFIX
        .split_once("user unknown\r\n\r\n--9B095B5.1/mx.example.org\r\nContent-Type: message/rfc822")
        .unwrap();
    let (_, after) = (after, after);
    let raw = [
        before.as_bytes(),
        b"\xd3\xc3\xbb\xa7\xb2\xbb\xb4\xe6\xd4\xda\r\n\r\n--9B095B5.1/mx.example.org\r\nContent-Type: message/rfc822",
        after.as_bytes(),
    ]
    .concat();
    assert_eq!(read(&raw).unwrap().reports[0].diagnostic, "550 5.1.1 <gone@example.org>: 用户不存在");
}

#[test]
fn what_is_still_being_written_is_known() {
    let closed = POSTFIX.trim_end();
    for (raw, want) in [
        (closed, Completeness::Whole),
        (&closed[..closed.len() - 1], Completeness::Cut),
        (&closed[..closed.len() - 30], Completeness::Cut),
        (&closed[..60], Completeness::Cut),
        ("Subject: x\r\n\r\nbody", Completeness::Unmarked),
        ("", Completeness::Cut),
    ] {
        assert_eq!(extent(raw.as_bytes()), want, "{raw}");
    }
    // A mail larger than what is read says why before the mail itself.
    let large = POSTFIX.replace("\r\nbody\r\n", &format!("\r\n{}\r\n", "x\r\n".repeat(3_000_000)));
    assert_eq!(read(large.as_bytes()).unwrap().reports[0].status, "5.1.1");
}
