//! Each case against its sentences, and every number in them against the facts.

use super::*;

/// The paragraph after a heading.
fn paragraph<'t>(text: &'t str, heading: &str) -> &'t str {
    let after = text.split(heading).nth(1).unwrap_or_else(|| panic!("no {heading} in {text}"));
    after.lines().map(str::trim).find(|line| !line.is_empty()).unwrap()
}

fn warned(line: LetterLine) -> Rendered {
    Templates::built_in().unwrap().render(&letters::about(LetterKind::Warning, &[line])).unwrap()
}

#[test]
fn each_letter_says_what_a_person_would() {
    let mut wrong = Vec::new();
    for case in cases::all() {
        let text = warned(case.line(1)).text;
        let fact = paragraph(&text, "一、运行情况").trim_start_matches(case.measure.name.as_str());
        let want = format!("（岳阳市）：{}", case.fact);
        let need = text
            .split("要完成目标，")
            .nth(1)
            .and_then(|rest| rest.split_once("。"))
            .map_or("", |(need, _)| need);
        if fact != want || need != case.need {
            wrong.push(format!("{}\n  是 {fact}\n  应 {want}\n  是 {need}\n  应 {}", case.about, case.need));
        }
    }
    assert!(wrong.is_empty(), "{}\n{}", wrong.len(), wrong.join("\n"));
}

/// All that may be printed of a line as a number: what stands in its facts, rounded as they say, with its unit.
fn printable(line: &LetterLine) -> Vec<String> {
    let mut all: Vec<&Quantity> = [
        &line.actual,
        &line.expected,
        &line.target_value,
        &line.target_hi,
        &line.shortfall,
        &line.shortfall_share,
        &line.shortfall_points,
        &line.completion,
        &line.completion_due,
        &line.completion_last_year,
        &line.average_so_far,
    ]
    .into_iter()
    .flatten()
    .collect();
    if let Some(node) = &line.node {
        all.extend([&node.amount, &node.share, &node.done].into_iter().flatten());
    }
    if let Some(need) = &line.need {
        all.extend([&need.figure, &need.left, &need.end, &need.end_hi].into_iter().flatten());
    }
    if let Some(forecast) = &line.forecast {
        all.extend([&forecast.value, &forecast.low, &forecast.high, &forecast.p_miss]);
    }
    all.extend(line.benchmarks.iter().chain(&line.against).flat_map(|one| [&one.value, &one.gap]));
    all.extend([&line.margin, &line.tolerance].into_iter().flatten());
    let mut said: Vec<String> = all.iter().map(|q| format!("{}{}", q.printed().abs(), q.unit)).collect();
    said.extend(line.forecast.iter().map(|forecast| format!("{}万—", forecast.low.printed())));
    said.extend(
        line.need
            .iter()
            .filter_map(|need| Some(format!("{}%—", need.end_hi.as_ref().and(need.end.as_ref())?.printed()))),
    );
    said.extend(line.ground.iter().flat_map(|ground| {
        [ground.count, ground.threshold]
            .into_iter()
            .flat_map(|n| [format!("{n}期"), format!("{n}项"), format!("{n}%")])
    }));
    // The places to move up stand in the promise alone.
    said.extend(line.advances.then(|| "1位".to_owned()));
    said.extend(line.rank.iter().filter_map(|rank| Some(format!("{}个", rank.of?))));
    let runs = line.sign.iter().chain(&line.beside);
    said.extend(runs.flat_map(|run| [run.periods, run.ended]).map(|periods| format!("{periods}期")));
    said.extend(line.streak.map(|streak| format!("{streak}期")));
    said.extend(line.months_left.map(|months| format!("{months}个月")));
    said
}

/// Numbers of a sentence with the unit that follows; dates and periods are none.
fn numbers(sentence: &str) -> Vec<String> {
    const DATED: [&str; 8] = ["年", "月", "日", "—", "号", "〕", "．", "."];
    let chars: Vec<char> = sentence.chars().collect();
    let (mut found, mut at) = (Vec::new(), 0);
    while at < chars.len() {
        if !chars[at].is_ascii_digit() {
            at += 1;
            continue;
        }
        let start = at;
        while at < chars.len() && (chars[at].is_ascii_digit() || chars[at] == '.') {
            at += 1;
        }
        let rest: String = chars[at..].iter().collect();
        let first = start > 0 && chars[start - 1] == '第';
        if !first && !DATED.iter().any(|word| rest.starts_with(word)) {
            found.push(
                chars[start..]
                    .iter()
                    .take(at - start)
                    .chain(rest.chars().take(8).collect::<Vec<_>>().iter())
                    .collect(),
            );
        }
    }
    found
}

/// The letter's text without what is quoted: names and promises keep the numbers they were written with.
fn unquoted(text: &str, case: &Case) -> String {
    let text = text.replace(&case.measure.name, "").replace(&case.line(1).target_text, "");
    text.lines()
        .filter(|line| !line.contains("指标明细表") && !line.starts_with("附件") && !line.starts_with("1. "))
        .collect::<Vec<_>>()
        .join("\n")
}

#[test]
fn every_number_printed_stands_in_the_facts() {
    for case in cases::all() {
        let line = case.line(1);
        for kind in kinds(&line) {
            let facts = letters::about(kind, std::slice::from_ref(&line));
            let text = Templates::built_in().unwrap().render(&facts).unwrap().text;
            let mut printable = printable(&line);
            let reply = facts.reply.iter();
            printable.extend(reply.map(|reply| format!("{}个工作日", reply.working_days)));
            if kind == LetterKind::ReplyReminder {
                printable.push("1天".to_owned());
            }
            for number in numbers(&unquoted(&text, &case)) {
                assert!(
                    printable.iter().any(|said| number.starts_with(said.as_str())),
                    "{} {kind}: {number} stands in none of {printable:?}",
                    case.about
                );
            }
        }
    }
}

/// Letters that a line may stand in.
fn kinds(line: &LetterLine) -> Vec<LetterKind> {
    match line.state {
        LineState::OnPace | LineState::Reached => vec![LetterKind::Lifting],
        _ => vec![LetterKind::Warning, LetterKind::ReplyReminder],
    }
}

/// What stands after a label of the annex.
fn labelled<'t>(text: &'t str, label: &str) -> Option<&'t str> {
    text.lines().find_map(|line| line.trim().strip_prefix(label))
}

#[test]
fn text_page_and_paper_say_the_same() {
    for case in cases::all() {
        let line = case.line(1);
        for kind in kinds(&line) {
            let facts = letters::about(kind, std::slice::from_ref(&line));
            let letter = Templates::built_in().unwrap().render(&facts).unwrap();
            let parts = crate::tests::parts(&crate::tests::docx(&facts));
            let paper = crate::tests::said(&crate::tests::part(&parts, "word/document.xml"));
            for label in ["目标任务：", "差距情况：", "后期要求：", "研判等级："] {
                let Some(said) = labelled(&letter.text, label) else { continue };
                let said = said.split('（').next().unwrap();
                for form in [&letter.html.replace("&#x2f;", "/"), &paper] {
                    assert!(form.contains(said), "{} {kind}: {label}{said} is not in {form}", case.about);
                }
            }
            let body = crate::tests::paragraphs(&letter.text);
            assert!(body.len() >= 3);
            for paragraph in body {
                assert!(paper.contains(&paragraph), "{} {kind}: only the mail says {paragraph}", case.about);
            }
        }
    }
}

#[test]
fn the_gap_is_the_difference_of_what_is_printed() {
    for case in cases::all() {
        let line = case.line(1);
        if let (Some(actual), Some(expected), Some(gap)) = (&line.actual, &line.expected, &line.shortfall)
            && line.kind != Kind::Milestone
        {
            let difference = (expected.printed() - actual.printed()).abs();
            assert_eq!(difference, gap.printed().abs(), "{}", case.about);
            assert!(gap.value.is_zero() == (actual.value == expected.value), "{}", case.about);
        }
        if let (Some(done), Some(due), Some(gap)) =
            (&line.completion, &line.completion_due, &line.shortfall_points)
        {
            assert_eq!(due.printed() - done.printed(), gap.printed(), "{}", case.about);
        }
    }
}

/// What is held against the year's end for want of a start says so, in the mail and on paper.
#[test]
fn a_start_that_nobody_gave_is_said_to_be_missing() {
    let all = cases::all();
    for (about, said) in [("占比·从未达到", true), ("占比·累计从未达到", true), ("存量·占比", false)]
    {
        let line = all.iter().find(|case| case.about == about).unwrap().line(1);
        let facts = letters::about(LetterKind::Warning, std::slice::from_ref(&line));
        let parts = crate::tests::parts(&crate::tests::docx(&facts));
        let paper = crate::tests::said(&crate::tests::part(&parts, "word/document.xml"));
        let want = "缺少基期值（目标期起点的数值），按全年目标比较";
        let text = Templates::built_in().unwrap().render(&facts).unwrap().text;
        assert_eq!(labelled(&text, "缺项说明：") == Some(want), said, "{about}: {text}");
        assert_eq!(paper.contains(want), said, "{about}");
    }
}

/// Words that are false of the states they must not be said in.
#[test]
fn what_is_over_is_not_asked_for_later() {
    for case in cases::all() {
        let line = case.line(1);
        let (state, limit) = (line.state, line.limit);
        for kind in kinds(&line) {
            let letter = Templates::built_in()
                .unwrap()
                .render(&letters::about(kind, std::slice::from_ref(&line)))
                .unwrap();
            let never: &[&str] = match state {
                LineState::Missed | LineState::LimitBroken => {
                    &["后期", "滞后", "如期完成目标的风险", "应达", "序时"]
                }
                LineState::OnPace | LineState::Reached => &["后期要求", "要完成目标", "月均需"],
                LineState::Late => &["月均", "个百分点"],
                _ if limit => &["滞后", "完成进度", "应达", "不低于附件"],
                LineState::Watch => &["滞后于", "严重"],
                _ => &[],
            };
            for text in [&letter.text, &letter.html] {
                for word in
                    never.iter().chain(&["为-", "增长-", "下降-", "NaN", "undefined", "，，", "。。", "；；"])
                {
                    assert!(!text.contains(word), "{} {kind}: {word} in {}", case.about, letter.text);
                }
            }
        }
    }
}

/// 后期要求 is said wherever something can still come right; kinds that have none are these two.
#[test]
fn what_can_still_come_right_says_what_is_needed() {
    for case in cases::all() {
        let line = case.line(1);
        let open = matches!(
            line.state,
            LineState::Watch
                | LineState::Behind
                | LineState::Short
                | LineState::OverLimit
                | LineState::Late
                | LineState::Foreseen
        );
        let without = matches!(line.kind, Kind::Milestone | Kind::Qualitative);
        assert!(!open || line.need.is_some() != without, "{} {:?}", case.about, line.need);
    }
}

/// Cells of the annex that depend on the kind: what was reached, what is due, the gap.
#[test]
fn the_annex_says_each_kind_in_its_own_words() {
    let all = cases::all();
    for (about, reached, due, gap) in [
        ("位次·未进前五", "在14个市州中列第9位", "目标要求：前5位", "落后4位"),
        ("位次·期满未进", "在14个市州中列第7位", "目标数值：前5位", "差2位"),
        ("位次·恢复", "在14个市州中列第4位", "目标要求：前5位", "领先1位"),
        ("收窄·降幅扩大", "下降9.2%", "基期数值：下降8.5%", "扩大0.7个百分点"),
        ("收窄·恢复", "下降6.0%", "基期数值：下降8.5%", "收窄2.5个百分点"),
        ("增速·转正未成", "与上年同期持平", "目标要求：正增长", "持平"),
        ("连续·转正", "下降4.2%", "目标要求：正增长", "落后4.2个百分点"),
        ("对比·差额", "下降1.0%", "对比要求：增长4.5%", "落后5.5个百分点"),
        ("对比·持平", "增长4.3%", "对比要求：增长4.3%", "持平"),
        (
            "左右·增速在允许范围内",
            "增长4.7%",
            "目标要求：增长5.0%左右",
            "落后0.3个百分点，在允许范围内（“左右”允许相差0.5个百分点）",
        ),
        ("区间·恢复", "累计完成4项", "序时要求：4项（按月均衡）", "持平"),
        ("累计上限·最后一月", "累计98件", "控制要求：91件（按月均衡）", "超出7件"),
        ("左右·滞后", "增长2.9%", "目标要求：增长5.0%左右", "落后2.1个百分点"),
        ("节点·逾期完成", "完成20项", "序时要求：2025年12月31日前完成20项", "逾期15天"),
        ("节点·一项工程逾期", "尚未完成", "序时要求：2025年2月28日节点（应达10%）", "逾期61天"),
        ("节点·一项工程按计划", "节点进度50%", "序时要求：2025年12月31日节点（应达100%）", "未逾期"),
        ("趋势·按数值", "累计12人", "", "比上年同期多3人"),
        (
            "人次·滞后",
            "累计完成23333人次",
            "序时要求：35000人次（按月均衡）",
            "落后11667人次（16.7个百分点）",
        ),
    ] {
        let line = all.iter().find(|case| case.about == about).unwrap().line(1);
        let kind = kinds(&line)[0];
        let facts = letters::about(kind, std::slice::from_ref(&line));
        let text = Templates::built_in().unwrap().render(&facts).unwrap().text;
        assert_eq!(labelled(&text, "实际情况："), Some(reached), "{about}");
        assert_eq!(labelled(&text, "差距情况："), Some(gap), "{about}");
        let said = text.lines().any(|line| line.trim() == due);
        assert!(due.is_empty() || said, "{about}: {due} in {text}");
    }
}
