use super::*;
use crate::TextEnum as _;

const STEPS: [ReplyStep; 7] = [
    ReplyStep::Receive,
    ReplyStep::Reply,
    ReplyStep::Review(ReviewVerdict::Accepted),
    ReplyStep::Review(ReviewVerdict::Returned),
    ReplyStep::Close,
    ReplyStep::Settle,
    ReplyStep::Withdraw,
];

#[test]
fn these_moves_are_legal_and_no_other() {
    use LetterState::{Accepted, Closed, Issued, Received, Replied, Returned, Settled, Withdrawn};
    let legal = [
        (Issued, ReplyStep::Receive, Received),
        (Received, ReplyStep::Reply, Replied),
        (Returned, ReplyStep::Reply, Replied),
        (Replied, ReplyStep::Review(ReviewVerdict::Accepted), Accepted),
        (Replied, ReplyStep::Review(ReviewVerdict::Returned), Returned),
        (Accepted, ReplyStep::Close, Closed),
        (Issued, ReplyStep::Settle, Settled),
        (Received, ReplyStep::Settle, Settled),
        (Returned, ReplyStep::Settle, Settled),
        (Issued, ReplyStep::Withdraw, Withdrawn),
        (Received, ReplyStep::Withdraw, Withdrawn),
        (Replied, ReplyStep::Withdraw, Withdrawn),
        (Returned, ReplyStep::Withdraw, Withdrawn),
        (Accepted, ReplyStep::Withdraw, Withdrawn),
        (Closed, ReplyStep::Withdraw, Withdrawn),
        (Settled, ReplyStep::Withdraw, Withdrawn),
    ];
    for state in LetterState::ALL.iter().copied() {
        for step in STEPS {
            let want = legal.iter().find(|(from, by, _)| (*from, *by) == (state, step)).map(|(.., to)| *to);
            let got = state.after(step);
            assert_eq!(got.as_ref().ok().copied(), want, "{state} {step:?}");
            if let Err(invalid) = got {
                assert_eq!((invalid.field.as_str(), invalid.code), ("state", "illegal_move"));
            }
        }
    }
}

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn good() -> Reply {
    Reply {
        cause: "部分项目前期手续慢\r\n用地批复迟".to_owned(),
        remedies: vec![Remedy { action: " 建立周调度 ".to_owned(), due_on: day("2025-09-30") }],
        person: "李四".to_owned(),
        phone: "0731-82210000".to_owned(),
        files: vec![ReplyFile { name: "C:\\台账\\情况说明.PDF".to_owned(), content: vec![1] }],
    }
}

#[test]
fn a_good_reply_is_tidied() {
    let reply = good().checked(day("2025-08-27")).unwrap();
    assert_eq!(reply.cause, "部分项目前期手续慢\n用地批复迟");
    assert_eq!(reply.remedies[0].action, "建立周调度");
    assert_eq!(reply.files[0].name, "情况说明.PDF");
    assert_eq!(media_type(&reply.files[0].name), Some("application/pdf"));
}

#[test]
fn what_does_not_fit_is_named_all_at_once() {
    let file = |name: &str, size: usize| ReplyFile { name: name.to_owned(), content: vec![1; size] };
    let remedy = |action: &str, due: &str| Remedy { action: action.to_owned(), due_on: day(due) };
    let cases: Vec<(Reply, &[&str])> = vec![
        (Reply { cause: " \n ".into(), ..good() }, &["cause"]),
        (Reply { cause: "长".repeat(30_001), ..good() }, &["cause"]),
        (Reply { cause: "a\0b".into(), ..good() }, &["cause"]),
        (Reply { person: "李\n四".into(), phone: "打这里".into(), ..good() }, &["person", "phone"]),
        (Reply { phone: String::new(), ..good() }, &["phone"]),
        (Reply { remedies: vec![], ..good() }, &["remedies"]),
        (Reply { remedies: vec![remedy("做", "2025-09-30"); 61], ..good() }, &["remedies"]),
        (Reply { remedies: vec![remedy("做", "2025-08-26")], ..good() }, &["remedies.0.due_on"]),
        (
            Reply { remedies: vec![remedy("做", "2025-08-27"), remedy("", "0001-01-01")], ..good() },
            &["remedies.1.action", "remedies.1.due_on"],
        ),
        (Reply { files: vec![file("a.pdf", 1); 6], ..good() }, &["files"]),
        (Reply { files: vec![file("a.pdf", FILE_BYTES_MAX); 3], ..good() }, &["files"]),
        (Reply { files: vec![file("a.pdf", FILE_BYTES_MAX + 1)], ..good() }, &["files.0.content"]),
        (Reply { files: vec![file("a.pdf", 0)], ..good() }, &["files.0.content"]),
        (Reply { files: vec![file("a.pdf", 1), file("a.exe", 1)], ..good() }, &["files.1.name"]),
        (Reply { files: vec![file("a.html", 1)], ..good() }, &["files.0.name"]),
        (Reply { files: vec![file(".pdf", 1)], ..good() }, &["files.0.name"]),
        (Reply { files: vec![file("a\r\nX: y.pdf", 1)], ..good() }, &["files.0.name"]),
        (Reply { files: vec![file("函\u{202e}exe.pdf", 1)], ..good() }, &["files.0.name"]),
        (Reply { files: vec![file("", 1)], ..good() }, &["files.0.name"]),
    ];
    for (reply, want) in cases {
        let wrong = reply.checked(day("2025-08-27")).unwrap_err();
        let fields: Vec<_> = wrong.iter().map(|one| one.field.as_str()).collect();
        assert_eq!(fields, want);
        assert!(wrong.iter().all(|one| !one.detail.is_ascii()));
    }
}

#[test]
fn a_letter_stands_at_each_hour_where_its_events_have_left_it() {
    let at = |hour: u32| day("2025-09-01").and_hms_opt(hour, 0, 0).unwrap();
    let course = ReplyStage {
        delivered_at: Some(at(1)),
        received_at: Some(at(2)),
        replies: vec![
            (at(4), Some((ReviewVerdict::Returned, at(6)))),
            (at(8), Some((ReviewVerdict::Accepted, at(10)))),
        ],
        closed_at: Some(at(12)),
        settled_at: None,
        withdrawn_at: None,
        put_off: Vec::new(),
    };
    use LetterState::{Accepted, Closed, Issued, Received, Replied, Returned};
    for (hour, want) in [
        (1, Issued),
        (2, Issued),
        (3, Received),
        (5, Replied),
        (7, Returned),
        (9, Replied),
        (11, Accepted),
        (13, Closed),
    ] {
        let state = course.state_before(at(hour));
        assert_eq!(state, want, "{hour}");
        assert_eq!(state.awaits_answer(), !state.is_answered());
    }
    assert_eq!(ReplyStage::default().state_before(at(13)), Issued);
    let settled = ReplyStage { received_at: Some(at(2)), settled_at: Some(at(5)), ..ReplyStage::default() };
    assert_eq!((settled.state_before(at(5)), settled.state_before(at(6))), (Received, LetterState::Settled));
}

#[test]
fn a_returned_reply_has_a_new_last_day_that_is_never_earlier() {
    let day = |text: &str| text.parse::<NaiveDate>().unwrap();
    let letters_and_today = (day("2025-09-10"), day("2025-09-08"));
    let put = |asked: Option<&str>, counted: &str| put_off(asked.map(day), day(counted), letters_and_today);
    assert_eq!(put(None, "2025-09-11").unwrap(), day("2025-09-11"));
    assert_eq!(put(None, "2025-09-09").unwrap(), day("2025-09-10"), "the letter's own is later");
    assert_eq!(put(Some("2025-09-10"), "2025-09-11").unwrap(), day("2025-09-10"));
    for (asked, code) in
        [("2025-09-07", "too_early"), ("2025-09-09", "too_early"), ("0001-01-01", "out_of_range")]
    {
        let refused = put(Some(asked), "2025-09-11").unwrap_err();
        assert_eq!((refused.field.as_str(), refused.code), ("reply_by", code), "{asked}");
    }
}

#[test]
fn a_day_gone_by_keeps_its_last_day() {
    let day = |text: &str| text.parse::<NaiveDate>().unwrap();
    let at = |text: &str| day(text).and_hms_opt(0, 0, 0).unwrap();
    let put_off = vec![(at("2025-09-08"), day("2025-09-10")), (at("2025-09-15"), day("2025-09-11"))];
    let course = ReplyStage { put_off, ..ReplyStage::default() };
    let on = |end: &str| course.deadline_before(at(end), Some(day("2025-09-18"))).unwrap();
    assert_eq!(
        [on("2025-09-07"), on("2025-09-09"), on("2025-09-16")],
        [day("2025-09-10"), day("2025-09-11"), day("2025-09-18")]
    );
    assert_eq!(ReplyStage::default().deadline_before(at("2025-09-07"), None), None);
}
