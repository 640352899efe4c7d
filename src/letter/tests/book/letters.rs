//! Letters about the cases.

use super::*;

fn number(serial: u32) -> Option<LetterNumber> {
    LetterNumber::new("岳攻坚函", 2025, serial).ok()
}

fn gravest(lines: &[LetterLine]) -> Level {
    if lines.iter().any(|line| line.state == LineState::LimitBroken) {
        return Level::Red;
    }
    let graves = lines.iter().filter_map(|line| line.grade);
    let level = |grade| match grade {
        Grade::Missed => Level::Red,
        Grade::Critical => Level::Orange,
        _ => Level::Yellow,
    };
    graves.map(level).max().unwrap_or(Level::Yellow)
}

/// A letter of this kind about these lines.
pub(super) fn about(kind: LetterKind, lines: &[LetterLine]) -> LetterFacts {
    let follows = matches!(kind, LetterKind::ReplyReminder | LetterKind::Lifting);
    let earlier = |_| EarlierLetter {
        number: number(3).unwrap(),
        issued_on: day("2026-01-12"),
        level: None,
        reply_by: Some(day("2026-01-19")),
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
        recipients: None,
        issued_on: day("2026-01-20"),
        as_of: day("2026-01-20"),
        source: None,
        reply: (kind != LetterKind::Lifting).then(|| ReplyTerms { by: day("2026-01-27"), working_days: 5 }),
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
    let lines = lines.skip(1).take_while(|line| !line.contains("联系人"));
    lines.map(str::trim).filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n")
}

fn is_trouble(state: LineState) -> bool {
    !matches!(state, LineState::OnPace | LineState::Reached)
}

/// The book as a person reads it: each case in its warning, then letters of the other kinds and about several.
#[test]
fn the_book_reads_well() {
    let mut book = String::new();
    let all = cases::all();
    for case in &all {
        let line = case.line(1);
        let lifted = matches!(line.state, LineState::OnPace | LineState::Reached);
        let kind = if lifted { LetterKind::Lifting } else { LetterKind::Warning };
        book.push_str(&format!("【{}】{kind}\n{}\n\n", case.about, body(&about(kind, &[line]))));
    }
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
        latest_period: one.first().and_then(|line| line.period.clone()),
        ..one[0].clone()
    };
    book.push_str(&format!("【催报】\n{}\n\n", body(&about(LetterKind::ReportReminder, &[overdue]))));
    let draft = LetterFacts { number: None, ..about(LetterKind::Warning, &one) };
    book.push_str(&format!("【函稿】\n{}\n", body(&draft)));
    insta::assert_snapshot!("book", book);
}
