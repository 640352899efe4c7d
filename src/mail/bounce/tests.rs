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
        let expected = Report {
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
            assert!(!bounce.reports.is_empty());
        }
    }
}
