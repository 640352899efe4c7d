use super::*;

fn mailbox(name: &str, address: &str) -> Mailbox {
    Mailbox { name: name.into(), address: address.into() }
}

/// A letter as it will be: Chinese everywhere, two addressees, one copied, one picture, one attachment.
fn full() -> Outgoing {
    Outgoing {
        message_id: "letter.7.a1b2c3@xushi.example.org".into(),
        from: mailbox("综合协调组", "office@example.org"),
        to: mailbox("王联络", "wang@example.org"),
        header_to: vec![mailbox("王联络", "wang@example.org"), mailbox("Li \"Lead\"", "li@example.org")],
        header_cc: vec![mailbox("", "copy@example.org")],
        subject: "预警函：湘序〔2025〕7号 固定资产投资增速低于序时进度1.6个百分点".into(),
        text: "省发展改革委：\n\n固定资产投资……\r\n.\r\n末行".into(),
        html: "<p>省发展改革委：</p><img src=\"cid:trend@xushi\">".into(),
        inline: vec![Inline {
            cid: "trend@xushi".into(),
            content_type: "image/png".into(),
            bytes: vec![0x89; 200],
        }],
        attachments: vec![Attachment {
            file_name: "附件1 固定资产投资 预警函〔2025〕7号.docx".into(),
            content_type: "application/vnd.openxmlformats-officedocument.wordprocessingml.document".into(),
            bytes: (0..=255).collect(),
        }],
        references: vec!["letter.3.x@xushi.example.org".into(), "letter.5.y@xushi.example.org".into()],
        date: DateTime::parse_from_rfc3339("2025-08-27T09:05:00+08:00").unwrap(),
    }
}

fn composed(mail: &Outgoing) -> String {
    String::from_utf8(compose(mail).unwrap()).unwrap()
}

#[test]
fn a_whole_letter() {
    insta::assert_snapshot!("whole_letter", composed(&full()).replace("\r\n", "\n"));
}

#[test]
fn a_bare_letter() {
    let mail = Outgoing {
        from: mailbox("Office", "office@example.org"),
        header_to: vec![],
        header_cc: vec![],
        subject: "Letter 7".into(),
        inline: vec![],
        attachments: vec![],
        references: vec![],
        ..full()
    };
    let text = composed(&mail);
    let head = text.split("\r\n\r\n").next().unwrap();
    let boundary = "=_alternative_".to_owned()
        + &Sha256::digest(&mail.message_id)[..12].iter().map(|b| format!("{b:02x}")).collect::<String>();
    let expected = [
        "Date: Wed, 27 Aug 2025 09:05:00 +0800",
        "From: \"Office\" <office@example.org>",
        "To: =?utf-8?b?546L6IGU57uc?=",
        " <wang@example.org>",
        "Subject: Letter 7",
        "Message-ID: <letter.7.a1b2c3@xushi.example.org>",
        "Auto-Submitted: auto-generated",
        "MIME-Version: 1.0",
        "Content-Type: multipart/alternative;",
        &format!(" boundary=\"{boundary}\""),
    ];
    assert_eq!(head, expected.join("\r\n"));
    assert!(!text.contains("multipart/mixed") && !text.contains("multipart/related"));
}

#[test]
fn the_same_letter_is_the_same_bytes() {
    assert_eq!(compose(&full()), compose(&full()));
    let other = Outgoing { message_id: "letter.8@xushi.example.org".into(), ..full() };
    let boundary = |mail| composed(mail).split("boundary=\"").nth(1).unwrap()[..40].to_owned();
    assert_ne!(boundary(&full()), boundary(&other));
}

#[test]
fn the_wire_is_seven_bit_crlf_and_short() {
    let mut mail = full();
    mail.text = "长".repeat(5000);
    mail.subject = "x".repeat(3000);
    mail.header_to = (0..80).map(|i| mailbox(&"名".repeat(60), &format!("someone{i}@example.org"))).collect();
    mail.attachments[0].file_name = "件".repeat(85);
    let raw = composed(&mail);
    assert!(raw.is_ascii() && raw.ends_with("\r\n"));
    assert_eq!(raw.matches('\n').count(), raw.matches("\r\n").count());
    assert_eq!(raw.matches('\r').count(), raw.matches("\r\n").count());
    let longest = raw.lines().max_by_key(|line| line.len()).unwrap();
    assert!(longest.len() <= 998 && longest.starts_with(" filename*="), "{longest}");
    // RFC 5322 would like 78; a media type and an RFC 2231 name are the only ones that cannot be folded.
    for line in raw.lines().filter(|line| line.len() > 78) {
        assert!(line.starts_with(" filename*=") || line.starts_with("Content-Type: application/"), "{line}");
    }
}

#[test]
fn no_field_can_break_out() {
    type Change = fn(&mut Outgoing, &str);
    let anything: [(&str, Change); 4] = [
        ("subject", |mail, bad| mail.subject = bad.into()),
        ("from", |mail, bad| mail.from.name = bad.into()),
        ("header_to", |mail, bad| mail.header_to[1].name = bad.into()),
        ("attachments.file_name", |mail, bad| mail.attachments[0].file_name = bad.into()),
    ];
    let tokens: [(&str, Change); 8] = [
        ("message_id", |mail, bad| mail.message_id = bad.into()),
        ("references", |mail, bad| mail.references[0] = bad.into()),
        ("from", |mail, bad| mail.from.address = bad.into()),
        ("to", |mail, bad| mail.to.address = bad.into()),
        ("header_cc", |mail, bad| mail.header_cc[0].address = bad.into()),
        ("inline.cid", |mail, bad| mail.inline[0].cid = bad.into()),
        ("inline.content_type", |mail, bad| mail.inline[0].content_type = bad.into()),
        ("attachments.content_type", |mail, bad| mail.attachments[0].content_type = bad.into()),
    ];
    let refused = |field: &str, change: Change, bad: &str| {
        let mut mail = full();
        change(&mut mail, bad);
        match compose(&mail) {
            Err(MailError::Field { field: named, .. }) => assert_eq!(named, field, "{bad:?}"),
            other => panic!("{field} {bad:?}: {:?}", other.map(|raw| raw.len())),
        }
    };
    for bad in ["a\r\nBcc: x@example.org", "a\nb", "a\rb", "a\0b", "a\u{85}b", "a\u{2028}b", "\u{7f}"] {
        for (field, change) in anything {
            refused(field, change, bad);
        }
        for (field, change) in tokens {
            refused(field, change, bad);
        }
    }
    for bad in ["", " ", "a b@c/d", "a>b@c/d", "<a@b/c>", "\"a\"@b/c;", "中@文/字"] {
        for (field, change) in tokens {
            refused(field, change, bad);
        }
    }
    for bad in ["", "  ", "../a.docx", "a\\b.docx", "a\"b.docx", ".profile", &"件".repeat(86)] {
        refused("attachments.file_name", |mail, bad| mail.attachments[0].file_name = bad.into(), bad);
    }
}

#[test]
fn a_date_out_of_range_is_refused() {
    let date =
        "2025-08-27T09:05:00+08:00".parse::<DateTime<FixedOffset>>().unwrap().with_year(10_000).unwrap();
    assert!(compose(&Outgoing { date, ..full() }).is_err());
}

/// A subject that looks encoded, or a body that looks like a boundary, stays what it is.
#[test]
fn look_alikes_are_harmless() {
    let mut mail = full();
    mail.subject = "=?utf-8?b?aGk=?=".into();
    let boundary = composed(&mail).split("boundary=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    mail.text = format!("--{boundary}--\r\n");
    let raw = composed(&mail);
    assert!(raw.contains("Subject: =?utf-8?b?PT91dGYtOD9iP2FHaz0/PQ==?=\r\n"), "{raw}");
    assert_eq!(raw.matches(&format!("--{boundary}--")).count(), 1);
}
