//! Letters about the cases.

use super::*;
use xushi_domain::TextEnum as _;

fn number(serial: u32) -> Option<LetterNumber> {
    LetterNumber::new("岳攻坚函", 2025, serial).ok()
}

fn gravest(lines: &[LetterLine]) -> Level {
    lines.iter().filter_map(|line| line.level).max().unwrap_or(Level::Yellow)
}

/// A letter of this kind about these lines.
pub(super) fn about(kind: LetterKind, lines: &[LetterLine]) -> LetterFacts {
    let follows = matches!(kind, LetterKind::ReplyReminder | LetterKind::Lifting);
    let earlier = |_| EarlierLetter {
        number: number(3).unwrap(),
        issued_on: day("2026-01-12"),
        level: None,
        reply_by: Some(day("2026-01-19")),
        returned_on: None,
    };
    LetterFacts {
        kind,
        level: (kind == LetterKind::Warning).then(|| gravest(lines)),
        handling: None,
        number: number(8),
        campaign: "担当好稳增长挑大梁的责任".into(),
        doc_title: None,
        doc_no: Some("岳政办发〔2025〕2号".into()),
        issuer: "岳阳市攻坚行动综合协调组".into(),
        addressee: "市发展改革委".into(),
        copied: vec!["市财政局".into()],
        superior_told: true,
        recipients: None,
        redirected_to: None,
        withdraws: (kind == LetterKind::Withdrawal).then(|| WithdrawnLetter {
            kind: LetterKind::Warning,
            number: number(3).unwrap(),
            issued_on: day("2026-01-12"),
            about: lines[0].indicator.clone(),
            reason: "所引数据录入有误".into(),
            replied_on: None,
            with: Vec::new(),
            left_out: None,
            again: false,
            unsent: false,
            retired: 0,
        }),
        issued_on: day("2026-01-20"),
        as_of: day("2026-01-20"),
        source: None,
        reply: kind.has_deadline().then(|| ReplyTerms {
            by: day("2026-01-27"),
            working_days: 5,
            fixed: false,
        }),
        contact: LetterContact { name: Some("综合协调组".into()), phone: None, email: None },
        reply_link: None,
        follow_up_of: follows.then_some(()).map(earlier),
        lines: lines.to_vec(),
    }
}

/// What a letter says, from its first paragraph to its last, without address and signature.
fn body(facts: &LetterFacts) -> String {
    let text = Templates::built_in().unwrap().render(facts).unwrap().text;
    let lines = text.lines().skip_while(|line| !line.starts_with("市发展改革委"));
    let lines = lines.skip(1).take_while(|line| !line.contains("特此函告"));
    lines.map(str::trim).filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n")
}

fn is_trouble(state: LineState) -> bool {
    !matches!(state, LineState::OnPace | LineState::Reached)
}

/// Each case in its warning, or in the letter that lifts it.
fn one_by_one(all: &[Case]) -> String {
    let mut book = String::new();
    let mut asked: Vec<(String, &str)> = Vec::new();
    for case in all {
        let line = case.line(1);
        let lifted = matches!(line.state, LineState::OnPace | LineState::Reached);
        let kind = if lifted { LetterKind::Lifting } else { LetterKind::Warning };
        let body = body(&about(kind, &[line]));
        // What is asked for is the same in many letters, and read once.
        let from =
            ["三、工作要求", "二、后续工作"].into_iter().find_map(|heading| body.find(heading)).unwrap();
        let (said, asks) = body.split_at(from);
        let asks = match asked.iter().find(|(before, _)| before == asks) {
            Some((_, before)) => format!("（以下同【{before}】）"),
            None => {
                asked.push((asks.to_owned(), case.about));
                asks.to_owned()
            }
        };
        book.push_str(&format!("【{}】{kind}\n{said}{asks}\n\n", case.about));
    }
    book
}

/// The book as a person reads it: each case in its warning, then letters of the other kinds and about several.
#[test]
fn the_book_reads_well() {
    let all = cases::all();
    let mut book = one_by_one(&all);
    let named = |names: &[&str]| -> Vec<LetterLine> {
        let case = |name: &&str| all.iter().find(|case| case.about == *name).unwrap();
        (1..).zip(names).map(|(ordinal, name)| case(name).line(ordinal)).collect()
    };
    let mixed = named(&["总量·滞后", "上限·超出", "总量·期满未完成", "累计上限·突破", "节点·逾期"]);
    book.push_str(&format!("【多种情形】\n{}\n\n", body(&about(LetterKind::Warning, &mixed))));
    let many: Vec<LetterLine> = (1..)
        .zip(all.iter().filter(|case| is_trouble(case.line(1).state)).step_by(2).take(13))
        .map(|(n, case)| case.line(n))
        .collect();
    book.push_str(&format!("【十三项】\n{}\n\n", body(&about(LetterKind::Warning, &many))));
    let lasting = named(&["总量·滞后", "占比·保持"]);
    let lasting = LetterFacts { level: Some(Level::Orange), ..about(LetterKind::Warning, &lasting) };
    book.push_str(&format!("【原等级未解除】\n{}\n\n", body(&lasting)));
    let over = named(&["总量·期满未完成", "累计上限·突破"]);
    book.push_str(&format!("【都已过去】\n{}\n\n", body(&about(LetterKind::Warning, &over))));
    let late = named(&["节点·到期未完成", "总量·连续关注"]);
    book.push_str(&format!("【逾期与关注】\n{}\n\n", body(&about(LetterKind::Warning, &late))));
    let one = named(&["总量·滞后"]);
    for (name, handling, level) in [
        ("提级·等级未变", Handling::Raise, Level::Yellow),
        ("约谈·等级加重", Handling::Summon, Level::Orange),
    ] {
        let earlier = about(LetterKind::ReplyReminder, &one).follow_up_of;
        let facts = LetterFacts {
            handling: Some(handling),
            level: Some(level),
            follow_up_of: earlier.map(|earlier| EarlierLetter { level: Some(Level::Yellow), ..earlier }),
            ..about(LetterKind::Warning, &one)
        };
        book.push_str(&format!("【{name}】\n{}\n\n", body(&facts)));
    }
    for (name, names) in
        [("提醒·滞后", "总量·滞后"), ("提醒·期满", "总量·期满未完成"), ("提醒·超限", "上限·超出")]
    {
        book.push_str(&format!(
            "【{name}】\n{}\n\n",
            body(&about(LetterKind::ReplyReminder, &named(&[names])))
        ));
    }
    let overdue = LetterLine {
        report_due_on: Some(day("2026-01-15")),
        period: Some(Span { start: day("2025-01-01"), end: day("2025-12-31") }),
        latest_period: one.first().and_then(|line| line.period.clone()),
        ..one[0].clone()
    };
    book.push_str(&format!("【催报】\n{}\n\n", body(&about(LetterKind::ReportReminder, &[overdue]))));
    let words = ["位次·未进前五", "收窄·降幅扩大", "趋势·未增长", "定性·滞后", "多处列入·滞后"];
    book.push_str(&format!("【不计数的指标】\n{}\n\n", body(&about(LetterKind::Warning, &named(&words)))));
    let lifted = ["总量·恢复", "位次·恢复", "趋势·恢复", "节点·逾期完成", "上限·守住"];
    book.push_str(&format!("【解除多项】\n{}\n\n", body(&about(LetterKind::Lifting, &named(&lifted)))));
    for kind in LetterKind::ALL {
        let facts = asking(*kind, &one);
        let letter = Templates::built_in().unwrap().render(&facts).unwrap();
        let copy = copied_text(&letter.text, Some(ANSWERED), noted(*kind));
        let head: Vec<&str> = copy.lines().filter(|line| !line.trim().is_empty()).take(5).collect();
        let foot = copy.trim_end().lines().last().unwrap();
        let subject = copied_subject(&letter.subject);
        book.push_str(&format!("【抄送件·{kind}】\n{subject}\n{}\n……\n{foot}\n\n", head.join("\n")));
    }
    for kind in [LetterKind::Warning, LetterKind::ReplyReminder, LetterKind::ReportReminder] {
        let draft = LetterFacts { number: None, ..about(kind, &one) };
        book.push_str(&format!("【函稿·{kind}】\n{}\n\n", body(&draft)));
    }
    insta::assert_snapshot!("book", book);
}

/// A level is reached by the data, or kept from before: of which it is the letter does not leave open.
#[test]
fn a_level_that_the_data_do_not_reach_is_kept_and_not_reached() {
    let all = cases::all();
    let named = |name: &str| all.iter().find(|case| case.about == name).unwrap();
    for (lines, level, want) in [
        (&["总量·滞后"][..], Level::Yellow, "，达到黄色预警标准，现予黄色预警。"),
        (&["总量·滞后"], Level::Orange, "，原预警等级尚未解除，仍按橙色预警办理。"),
        (&["总量·连续关注", "节点·到期未完成"], Level::Orange, "，原预警等级尚未解除，仍按橙色预警办理。"),
        (&["总量·滞后", "总量·严重滞后"], Level::Orange, "，其中1项达到橙色预警标准，现予橙色预警。"),
        (&["总量·滞后", "增速·滞后"], Level::Yellow, "，达到黄色预警标准，现予黄色预警。"),
    ] {
        let lines: Vec<LetterLine> = (1..).zip(lines).map(|(n, name)| named(name).line(n)).collect();
        let facts = LetterFacts { level: Some(level), ..about(LetterKind::Warning, &lines) };
        let said = body(&facts);
        let first = said.lines().next().unwrap();
        assert!(first.ends_with(want), "{first}");
    }
    // A line frozen before levels were says by its grade what it calls for.
    let old = LetterLine { level: None, ..named("总量·滞后").line(1) };
    assert!(body(&about(LetterKind::Warning, &[old])).contains("达到黄色预警标准"));
}

/// The first lines of a mail say what is the matter: of a forecast the forecast, of a node its day, of no growth that.
#[test]
fn the_first_lines_say_what_is_the_matter() {
    let all = cases::all();
    let named = |name: &str| all.iter().find(|case| case.about == name).unwrap();
    for (name, want) in [
        (
            "总量·预测难以完成",
            "累计完成36.00万人，预计全年完成58.48万人（80%区间54.96万—62.34万人），不能完成目标的可能性约99%",
        ),
        ("存量·突破恰好相等", "为1800家，与目标要求（1800家）持平，未实现突破"),
        ("增速·持平转正", "与上年同期持平，未实现正增长"),
        ("节点·一项工程逾期", "按节点计划应于2月28日前完成的节点（应达10%）尚未完成，已逾期61天"),
        ("节点·逾期", "完成8项，按节点计划应于3月31日前完成10项，逾期101天"),
        ("节点·只有一个节点", "应于2025年12月31日前完成，尚未完成，已逾期20天"),
        ("总量·净减少", "累计净减少3.2亿元，落后13.2亿元"),
    ] {
        let facts = about(LetterKind::Warning, &[named(name).line(1)]);
        let html = Templates::built_in().unwrap().render(&facts).unwrap().html;
        assert!(html.contains(&format!("（岳阳市）：{want}<")), "{name}: {html}");
    }
}

/// What is over, what is broken, what is late and what may still be missed are told apart.
#[test]
fn each_group_of_a_mixed_letter_has_its_own_sentence() {
    let all = cases::all();
    let named = |name: &&str| all.iter().find(|case| case.about == *name).unwrap();
    for (lines, want) in [
        (
            &["节点·到期未完成", "总量·期满未完成", "总量·滞后"][..],
            "1项指标的目标期已满，未实现目标。1项指标已逾期，须抓紧补上进度。按现有进度推算，如后期没有明显改善，其余1项指标存在不能如期完成目标的风险。",
        ),
        (
            &["总量·期满未完成", "累计上限·突破"],
            "1项指标的目标期已满，未实现目标。1项指标的控制目标已经突破，目标期内无法挽回。",
        ),
        (
            &["节点·到期未完成", "上限·超出", "累计上限·余量"],
            "1项指标已逾期，须抓紧补上进度。按目前情况，如后期没有明显改善，其余2项指标存在不能实现控制目标的风险。",
        ),
        (
            &["总量·滞后", "总量·连续关注"],
            "按现有进度推算，如后期没有明显改善，上述指标存在不能如期完成目标的风险。",
        ),
        (&["定性·滞后"], "按目前情况，如后期没有明显改善，该指标存在不能如期完成目标的风险。"),
    ] {
        let lines: Vec<LetterLine> = (1..).zip(lines).map(|(n, name)| named(name).line(n)).collect();
        let said = body(&about(LetterKind::Warning, &lines));
        let outlook = said.lines().skip_while(|line| !line.starts_with("二、")).nth(1).unwrap();
        assert!(outlook.starts_with(want), "{outlook}");
        let rest = outlook.strip_prefix(want).unwrap();
        assert!(rest.is_empty() || rest.starts_with("要完成目标，"), "{outlook}");
    }
}

/// The letter that is answered.
const ANSWERED: Uuid = Uuid::from_u128(5);

/// The same letter with the address where it is answered.
fn asking(kind: LetterKind, lines: &[LetterLine]) -> LetterFacts {
    let links = ReplyLinks::new("https://xushi.example.org", [7; 32], 90);
    let asks = kind.has_deadline();
    LetterFacts { reply_link: asks.then(|| links.address(ANSWERED)), ..about(kind, lines) }
}

/// What stands above a copy.
fn noted(kind: LetterKind) -> &'static str {
    if kind.has_deadline() { COPIED } else { NOTED }
}

/// A copy of any letter says so, names whom it is copied to, and has neither a button nor an address.
#[test]
fn copies_of_every_kind_offer_no_answer() {
    let all = cases::all();
    for kind in LetterKind::ALL.iter().copied() {
        for case in &all {
            let line = case.line(1);
            if is_trouble(line.state) == (kind == LetterKind::Lifting) {
                continue;
            }
            let facts = asking(kind, std::slice::from_ref(&line));
            let letter = Templates::built_in().unwrap().render(&facts).unwrap();
            let text = copied_text(&letter.text, Some(ANSWERED), noted(kind));
            let html = copied_html(&letter.html, Some(ANSWERED), noted(kind));
            for copy in [&text, &html] {
                assert!(
                    copy.contains(noted(kind)) && copy.contains("抄送：市财政局。"),
                    "{} {kind}",
                    case.about
                );
                for answering in ["xushi.example.org", "签收并在线反馈", "在线签收", "<a ", "class=\"act\""]
                {
                    assert!(!copy.contains(answering), "{} {kind}: {answering} in {copy}", case.about);
                }
            }
            let paper = crate::tests::said(&crate::tests::part(
                &crate::tests::parts(&crate::tests::docx(&facts)),
                "word/document.xml",
            ));
            assert!(!paper.contains("xushi.example.org"), "{} {kind}: an address on paper", case.about);
        }
    }
}

/// Nobody knows on which day a draft will be signed: it counts from there, on the form for the answer too.
#[test]
fn a_draft_names_no_day_that_its_signing_would_change() {
    let line = cases::all()[0].line(1);
    for kind in [LetterKind::Warning, LetterKind::ReplyReminder, LetterKind::ReportReminder] {
        let facts = about(kind, std::slice::from_ref(&line));
        let paper = |facts: &LetterFacts| {
            let parts = crate::tests::parts(&crate::tests::docx(facts));
            crate::tests::said(&crate::tests::part(&parts, "word/document.xml"))
        };
        let form = |paper: &str| paper.rsplit_once("单位负责人（签字）").map(|(_, form)| form.to_owned());
        let signed = form(&paper(&facts));
        // The form of a reminder is that of the letter it reminds of.
        assert_eq!(signed.is_some(), kind != LetterKind::ReplyReminder, "{kind}");
        assert!(signed.is_none_or(|form| form.contains("请于2026年1月27日前反馈。")), "{kind}");
        let draft = LetterFacts { number: None, ..facts };
        let letter = Templates::built_in().unwrap().render(&draft).unwrap();
        let drafted = paper(&draft);
        let form = form(&drafted);
        assert!(form.is_none_or(|form| form.contains("请于签发后5个工作日内反馈。")), "{kind}: {drafted}");
        assert!(drafted.contains("送审稿") && drafted.contains("发文稿纸"), "{kind}: {drafted}");
        for form in [&drafted, &letter.text, &letter.html] {
            assert!(!form.contains("2026年1月27日") && form.contains("签发后5个工作日内"), "{kind}: {form}");
        }
    }
}

/// Letters of a year, written to `XUSHI_LETTER_DIR` for somebody who wants to look at them.
#[test]
fn the_book_can_be_looked_at() {
    let Some(dir) = std::env::var_os("XUSHI_LETTER_DIR").map(std::path::PathBuf::from) else { return };
    let all = cases::all();
    let named = |names: &[&str]| -> Vec<LetterLine> {
        let case = |name: &&str| all.iter().find(|case| case.about == *name).unwrap();
        (1..).zip(names).map(|(ordinal, name)| case(name).line(ordinal)).collect()
    };
    let on = |facts: LetterFacts, issued: &str, by: &str| LetterFacts {
        issued_on: day(issued),
        as_of: day(issued),
        reply: facts.reply.map(|reply| ReplyTerms { by: day(by), ..reply }),
        number: LetterNumber::new("岳攻坚函", issued[..4].parse().unwrap(), 12).ok(),
        copied: vec!["市财政局".into(), "市统计局".into(), "市政府办公室".into()],
        contact: LetterContact {
            name: Some("李四".into()),
            phone: Some("0730-8880000".into()),
            email: Some("xt@example.org".into()),
        },
        ..facts
    };
    let earlier = |on: &str, by: &str| EarlierLetter {
        number: LetterNumber::new("岳攻坚函", on[..4].parse().unwrap(), 3).unwrap(),
        issued_on: day(on),
        level: Some(Level::Yellow),
        reply_by: Some(day(by)),
        returned_on: None,
    };
    let warning = |names: &[&str]| asking(LetterKind::Warning, &named(names));
    let climbed = LetterFacts {
        handling: Some(Handling::Raise),
        level: Some(Level::Yellow),
        follow_up_of: Some(earlier("2025-07-21", "2025-07-28")),
        ..warning(&["总量·滞后", "增速·滞后"])
    };
    let reminder = LetterFacts {
        follow_up_of: Some(earlier("2025-07-21", "2025-07-28")),
        ..asking(LetterKind::ReplyReminder, &named(&["总量·滞后"]))
    };
    let lifted = ["总量·恢复", "增速·恢复", "位次·恢复", "趋势·恢复", "节点·逾期完成"];
    let lifting = LetterFacts {
        follow_up_of: Some(earlier("2025-07-21", "2025-07-28")),
        ..asking(LetterKind::Lifting, &named(&lifted))
    };
    let many: Vec<LetterLine> = (1..)
        .zip(all.iter().filter(|case| is_trouble(case.line(1).state)).step_by(4).take(13))
        .map(|(n, case)| case.line(n))
        .collect();
    for (name, facts, issued, by) in [
        ("1-total", warning(&["总量·预测难以完成"]), "2025-07-21", "2025-07-28"),
        ("2-missed", warning(&["总量·期满未完成"]), "2026-01-20", "2026-01-27"),
        ("3-broken", warning(&["零发生·突破"]), "2025-04-14", "2025-04-21"),
        ("4-climbed", climbed, "2025-08-04", "2025-08-11"),
        ("5-reminder", reminder, "2025-07-29", "2025-08-01"),
        ("6-lifting", lifting, "2025-11-20", "2025-11-27"),
        (
            "7-words",
            warning(&["位次·未进前五", "收窄·降幅扩大", "趋势·未增长", "定性·滞后", "多处列入·滞后"]),
            "2025-07-21",
            "2025-07-28",
        ),
        ("8-many", asking(LetterKind::Warning, &many), "2026-01-20", "2026-01-27"),
    ] {
        let facts = on(facts, issued, by);
        let letter = Templates::built_in().unwrap().render(&facts).unwrap();
        std::fs::write(dir.join(format!("{name}.html")), letter.html_alone()).unwrap();
        std::fs::write(dir.join(format!("{name}.docx")), crate::tests::docx(&facts)).unwrap();
        std::fs::write(dir.join(format!("{name}.txt")), &letter.text).unwrap();
        let copy = copied_html(&letter.html, Some(ANSWERED), noted(facts.kind));
        std::fs::write(dir.join(format!("{name}-copy.html")), copy).unwrap();
    }
}
