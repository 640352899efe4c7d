//! Whole letters as snapshots: every kind and level, every form, one and many indicators, both directions,
//! hostile names.

mod after_return;
mod book;
mod paper;
mod withdrawn;

use std::io::Read;

use super::*;
use chrono::NaiveDate;
use rust_decimal::Decimal;
use xushi_domain::pace::NeededForm;
use xushi_domain::{Better, Figure, Grade, Kind, LetterKind, LetterNumber, Level, TextEnum};

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn q(value: &str, unit: &str, places: u32) -> Option<Quantity> {
    Some(Quantity::new(value.parse().unwrap(), unit, places))
}

fn span(start: &str, end: &str) -> Option<Span> {
    Some(Span { start: day(start), end: day(end) })
}

fn number(serial: u32) -> LetterNumber {
    LetterNumber::new("湘攻坚函", 2025, serial).unwrap()
}

/// A letter whose data call for its level.
fn facts(kind: LetterKind, level: Option<Level>, lines: Vec<LetterLine>) -> LetterFacts {
    let lines = lines.into_iter().map(|line| LetterLine { level, ..line }).collect();
    LetterFacts {
        kind,
        level,
        handling: None,
        number: Some(number(3)),
        campaign: "内需扩量提效攻坚".into(),
        doc_title: Some("湖南省实施“七大攻坚”总体方案".into()),
        doc_no: Some("湘政办发〔2025〕2号".into()),
        issuer: "内需扩量提效攻坚工作专班办公室".into(),
        addressee: "省发展改革委".into(),
        copied: vec!["省财政厅".into(), "省住房城乡建设厅".into(), "省交通运输厅".into()],
        superior_told: true,
        recipients: None,
        redirected_to: None,
        withdraws: None,
        issued_on: day("2025-08-27"),
        as_of: day("2025-08-27"),
        source: Some("全省经济运行月报（2025年8月）".into()),
        reply: Some(ReplyTerms { by: day("2025-09-03"), working_days: 5, fixed: false }),
        contact: LetterContact {
            name: Some("综合协调组".into()),
            phone: Some("0731-00000000".into()),
            email: Some("office@example.org".into()),
        },
        reply_link: Some("https://xushi.example.org/r/8f2c".into()),
        follow_up_of: None,
        lines,
    }
}

fn line(ordinal: u32, indicator: &str, kind: Kind, better: Better, target: &str) -> LetterLine {
    LetterLine {
        ordinal,
        indicator: indicator.into(),
        region: "湖南省".into(),
        target_text: target.into(),
        state: LineState::Behind,
        grade: Some(Grade::Behind),
        window: span("2025-01-01", "2025-12-31"),
        period: span("2025-01-01", "2025-07-31"),
        months_left: Some(5),
        grade_label: "滞后".into(),
        ..LetterLine::bare(kind, better)
    }
}

fn need(form: NeededForm, figure: Option<Quantity>) -> Option<Need> {
    Some(Need { form, end: figure.clone(), figure, left: None, end_hi: None, altogether: false, met: false })
}

/// Growth, higher is better, nothing known of last year.
fn investment(ordinal: u32) -> LetterLine {
    LetterLine {
        state: LineState::Short,
        figure: Some(Figure::Yoy),
        actual: q("2.9", "%", 1),
        expected: q("4.5", "%", 1),
        target_value: q("4.5", "%", 1),
        shortfall: q("1.6", "个百分点", 1),
        rule_text: Some("默认规则包：低于目标要求1个百分点以上为滞后".into()),
        missing: vec!["缺上年各月数据，未推算后期需要的增速".into()],
        ..line(ordinal, "固定资产投资", Kind::Growth, Better::Higher, "增长4.5%")
    }
}

/// A total with everything known.
fn housing(ordinal: u32) -> LetterLine {
    LetterLine {
        grade: Some(Grade::Critical),
        figure: Some(Figure::Level),
        actual: q("3.12", "万套", 2),
        expected: q("4.0833333333", "万套", 2),
        target_value: q("7", "万套", 0),
        moves: true,
        adds_up: true,
        shortfall: q("0.96", "万套", 2),
        shortfall_points: q("13.7", "个百分点", 1),
        completion: q("44.5714285714", "%", 1),
        completion_due: q("58.3333333333", "%", 1),
        completion_last_year: q("51.2", "%", 1),
        need: need(NeededForm::Amount, q("0.78", "万套", 2)),
        average_so_far: q("0.4457142857", "万套", 2),
        rank: Some(RankLine { place: 12, of: Some(14), among: "市州".into(), by: None }),
        curve_label: Some("按月均衡".into()),
        streak: Some(3),
        grade_label: "严重滞后".into(),
        rule_text: Some("默认规则包：低于序时进度10个百分点以上为严重滞后".into()),
        ..line(ordinal, "保障性住房新开工", Kind::Total, Better::Higher, "新开工7万套")
    }
}

/// A cap: lower is better.
fn logistics(ordinal: u32) -> LetterLine {
    LetterLine {
        state: LineState::OverLimit,
        figure: Some(Figure::Level),
        actual: q("14.1", "%", 1),
        expected: q("13.8", "%", 1),
        target_value: q("13.8", "%", 1),
        limit: true,
        shortfall: q("0.3", "个百分点", 1),
        need: need(NeededForm::KeepAtMost, q("13.8", "%", 1)),
        benchmarks: vec![BenchmarkLine {
            name: "全国平均水平".into(),
            value: Quantity::new("14.0".parse().unwrap(), "%", 1),
            gap: Quantity::new("0.1".parse().unwrap(), "个百分点", 1),
        }],
        grade_label: "超出控制要求".into(),
        ..line(ordinal, "社会物流总费用与GDP的比率", Kind::Cap, Better::Lower, "13.8%以下")
    }
}

fn render(facts: &LetterFacts) -> Rendered {
    Templates::built_in().unwrap().render(facts).unwrap()
}

/// The whole letter as somebody reads it.
fn as_read(facts: &LetterFacts) -> String {
    let Rendered { subject, text, .. } = render(facts);
    format!("主题：{subject}\n\n{text}")
}

fn warning(level: Level, lines: Vec<LetterLine>) -> LetterFacts {
    facts(LetterKind::Warning, Some(level), lines)
}

fn earlier(reply_by: &str) -> Option<EarlierLetter> {
    Some(EarlierLetter {
        number: number(3),
        issued_on: day("2025-08-27"),
        level: Some(Level::Orange),
        reply_by: Some(day(reply_by)),
        returned_on: None,
    })
}

fn report_reminder() -> LetterFacts {
    let overdue = |ordinal, name| LetterLine {
        latest_period: span("2025-01-01", "2025-06-30"),
        report_due_on: Some(day("2025-08-15")),
        state: LineState::Apart,
        grade: Some(Grade::OverdueReport),
        grade_label: "逾期未报".into(),
        ..line(ordinal, name, Kind::Total, Better::Higher, "新增70万人")
    };
    LetterFacts {
        number: Some(number(4)),
        ..facts(
            LetterKind::ReportReminder,
            None,
            vec![
                overdue(1, "城镇新增就业"),
                LetterLine { latest_period: None, ..overdue(2, "高新技术企业") },
            ],
        )
    }
}

fn reply_reminder(issued_on: &str) -> LetterFacts {
    LetterFacts {
        number: Some(number(5)),
        issued_on: day(issued_on),
        reply: Some(ReplyTerms { by: day("2025-09-08"), working_days: 2, fixed: false }),
        follow_up_of: earlier("2025-09-03"),
        ..facts(LetterKind::ReplyReminder, None, vec![investment(1)])
    }
}

fn lifting(lines: Vec<LetterLine>) -> LetterFacts {
    let recovered = |line: LetterLine| LetterLine {
        period: span("2025-01-01", "2025-10-31"),
        actual: q("4.8", "%", 1),
        shortfall: q("-0.3", "个百分点", 1),
        state: LineState::OnPace,
        grade: Some(Grade::OnPace),
        grade_label: "达序时".into(),
        streak: Some(2),
        missing: vec![],
        ..line
    };
    LetterFacts {
        number: Some(number(9)),
        issued_on: day("2025-11-25"),
        as_of: day("2025-11-25"),
        reply: None,
        reply_link: None,
        follow_up_of: earlier("2025-09-03"),
        ..facts(LetterKind::Lifting, None, lines.into_iter().map(recovered).collect())
    }
}

#[test]
fn every_level_of_warning() {
    insta::assert_snapshot!("warning_yellow_one", as_read(&warning(Level::Yellow, vec![investment(1)])));
    let three = warning(Level::Red, vec![investment(1), housing(2), logistics(3)]);
    insta::assert_snapshot!("warning_red_three", as_read(&three));
    insta::assert_snapshot!("warning_red_three_html", render(&three).html);
    let lines = (1..=6).map(logistics).collect();
    let again = LetterFacts {
        handling: Some(xushi_domain::Handling::Raise),
        issued_on: day("2025-09-04"),
        follow_up_of: earlier("2025-09-03"),
        ..warning(Level::Orange, lines)
    };
    insta::assert_snapshot!("warning_orange_many_again", as_read(&again));
    let bare = LetterFacts {
        number: None,
        doc_title: None,
        doc_no: None,
        copied: vec![],
        source: None,
        contact: LetterContact::default(),
        reply_link: None,
        ..warning(Level::Yellow, vec![housing(1)])
    };
    insta::assert_snapshot!("warning_draft_bare", as_read(&bare));
}

#[test]
fn the_other_kinds() {
    insta::assert_snapshot!("report_reminder", as_read(&report_reminder()));
    insta::assert_snapshot!("report_reminder_html", render(&report_reminder()).html);
    insta::assert_snapshot!("reply_reminder_before", as_read(&reply_reminder("2025-09-02")));
    insta::assert_snapshot!("reply_reminder_after", as_read(&reply_reminder("2025-09-04")));
    insta::assert_snapshot!("lifting_one", as_read(&lifting(vec![investment(1)])));
}

#[test]
fn what_is_taken_off_the_plan_is_lifted_in_its_own_words() {
    let taken_off = |line: LetterLine| LetterLine {
        state: LineState::Retired,
        grade: None,
        grade_label: "已停用".into(),
        retired: Some(Retired { on: day("2025-11-20"), reason: "方案中没有这项指标。".into() }),
        indicator: line.indicator,
        region: line.region,
        ordinal: line.ordinal,
        ..LetterLine::bare(line.kind, line.better)
    };
    let one = lifting(vec![investment(1)]);
    let one = LetterFacts { lines: vec![taken_off(investment(1))], ..one };
    insta::assert_snapshot!("lifting_retired", as_read(&one));
    let mut mixed = lifting(vec![investment(1), housing(2)]);
    mixed.lines[1] = taken_off(housing(2));
    insta::assert_snapshot!("lifting_retired_mixed", as_read(&mixed));
}

#[test]
fn stages_that_disagree_are_said_after_the_figure() {
    let said = "自报3.2%，核查2.9%，以核查数为准";
    let disputed = LetterLine { stages: Some(said.into()), ..investment(1) };
    let text = as_read(&warning(Level::Yellow, vec![disputed]));
    assert!(text.contains(&format!("。该数据{said}。")), "{text}");
    assert!(!as_read(&warning(Level::Yellow, vec![investment(1)])).contains("该数据"));
}

#[test]
fn singular_and_plural_are_said_differently() {
    let one = render(&warning(Level::Yellow, vec![investment(1)]));
    assert_eq!(
        one.subject,
        "【黄色预警·9月3日前反馈】关于固定资产投资指标运行情况的预警函（湘攻坚函〔2025〕3号）"
    );
    assert!(one.text.contains("该指标存在") && !one.text.contains("1．固定"));
    let two = render(&warning(Level::Yellow, vec![investment(1), logistics(2)]));
    assert!(two.subject.contains("关于固定资产投资等2项指标运行情况的预警函"));
    assert!(two.text.contains("上述指标存在") && two.text.contains("2．社会物流"));
}

#[test]
fn both_directions_are_said_in_words() {
    let text = render(&warning(Level::Yellow, vec![investment(1), logistics(2)])).text;
    assert!(text.contains("低于目标要求（增长4.5%）1.6个百分点"));
    assert!(text.contains("超过控制目标（13.8%）0.3个百分点"));
    assert!(text.contains("差距情况：超出0.3个百分点"));
    let falling =
        LetterLine { actual: q("-2.1", "%", 1), shortfall: q("6.6", "个百分点", 1), ..investment(1) };
    assert!(
        render(&warning(Level::Red, vec![falling]))
            .text
            .contains("下降2.1%，低于目标要求（增长4.5%）6.6个百分点")
    );
    let small =
        LetterLine { actual: q("4.46", "%", 1), shortfall: q("0.04", "个百分点", 1), ..investment(1) };
    assert!(render(&warning(Level::Yellow, vec![small])).text.contains("0.04个百分点"), "no gap of 0.0");
}

#[test]
fn hostile_names_stay_text() {
    let long = "极长名称".repeat(50);
    let mut facts = warning(
        Level::Yellow,
        vec![
            LetterLine {
                indicator: "<script>alert('1')</script>\"&**粗**\n# 标题\r\nBcc: x@example.org".into(),
                region: "㛃䶮🀄\u{202e}区".into(),
                target_text: "<b>{{ issuer }}{% raw %}".into(),
                rule_text: Some("</td></table><img src=x onerror=y>".into()),
                missing: vec!["]]>".into()],
                ..housing(1)
            },
            LetterLine { indicator: long.clone(), ..logistics(2) },
        ],
    );
    facts.copied = vec!["<script>".into(), "\"省'财&政厅".into()];
    facts.contact.name = Some("<i>".into());
    let letter = render(&facts);
    for tag in ["<script", "<img", "<b>", "<i>", "</td></table><"] {
        assert!(!letter.html.contains(tag), "{tag} came through");
    }
    assert!(letter.html.contains("&lt;script&gt;alert("));
    assert!(letter.text.contains("<b>{{ issuer }}{% raw %}"), "braces in data are data");
    assert!(letter.text.contains("＊＊粗＊＊") && !letter.html.contains("<strong>粗"));
    assert!(letter.text.contains("㛃䶮🀄 区") && letter.text.contains(&long));
    assert!(!letter.subject.contains(['\r', '\n']) && !letter.text.contains("\n# 标题"));
    assert!(!letter.html.contains('\u{202e}'));
}

#[test]
fn a_letter_of_two_hundred_indicators_is_not_cut_by_mailboxes() {
    let lines =
        (1..=200).map(|ordinal| if ordinal % 2 == 0 { housing(ordinal) } else { investment(ordinal) });
    let letter = render(&warning(Level::Orange, lines.collect()));
    assert!(letter.html.len() < 102_000, "{} bytes", letter.html.len());
    // Each in the table, three in the text, three above the letter.
    assert_eq!(letter.html.matches("保障性住房新开工（湖南省）").count(), 106);
    assert!(render(&warning(Level::Orange, (1..=25).map(housing).collect())).html.len() < 102_000);
}

#[test]
fn nothing_is_fetched_and_nothing_runs() {
    for facts in samples() {
        let html = render(&facts).html;
        let html = html.replace("src=\"cid:", "");
        for tag in ["<script", "<link", "@import", "url(", "javascript:", "src="] {
            assert!(!html.contains(tag), "{tag}");
        }
        assert!(html.starts_with("<!DOCTYPE html>\n<html lang=\"zh-CN\">"));
    }
}

#[test]
fn the_same_facts_give_the_same_bytes_through_the_frozen_form() {
    for facts in samples() {
        let json = facts.to_json().unwrap();
        let thawed = LetterFacts::from_json(&json).unwrap();
        assert_eq!(thawed, facts);
        assert_eq!(thawed.to_json().unwrap(), json);
        assert_eq!(render(&thawed), render(&facts));
    }
}

#[test]
fn facts_that_cannot_make_a_letter_are_refused() {
    let good = || warning(Level::Yellow, vec![investment(1)]);
    let cases = [
        ("lines", LetterFacts { lines: vec![], ..good() }),
        ("lines", LetterFacts { lines: (1..=5_001).map(investment).collect(), ..good() }),
        ("level", LetterFacts { level: None, ..good() }),
        ("reply", LetterFacts { reply: None, ..good() }),
        ("reply_link", LetterFacts { reply_link: Some("javascript:alert(1)".into()), ..good() }),
        ("reply_link", LetterFacts { reply_link: Some("https://a/\"onclick=".into()), ..good() }),
        ("follow_up_of", LetterFacts { kind: LetterKind::Lifting, ..good() }),
        ("addressee", LetterFacts { addressee: " ".into(), ..good() }),
    ];
    for (field, facts) in cases {
        match Templates::built_in().unwrap().render(&facts) {
            Err(LetterError::Facts(invalid)) => assert_eq!(invalid.field, field),
            other => panic!("{field}: {other:?}"),
        }
    }
}

fn replaced(name: &str, text: &str) -> Result<Templates, LetterError> {
    Templates::with_replacements([(name.to_owned(), text.to_owned())])
}

#[test]
fn the_built_in_templates_pass_their_own_check() {
    Templates::built_in().unwrap().check().unwrap();
    assert_eq!(LetterKind::ALL.len(), 5, "a new kind needs a folder and samples");
}

#[test]
fn an_operator_may_replace_one_template() {
    let templates = replaced("warning/title.txt", "关于{{ lines[0].indicator }}的提示函").unwrap();
    templates.check().unwrap();
    let letter = templates.render(&warning(Level::Yellow, vec![investment(1)])).unwrap();
    assert!(letter.subject.contains("关于固定资产投资的提示函"));
    assert!(letter.html.contains("关于固定资产投资的提示函"), "every form takes the title from one place");
}

#[test]
fn a_broken_template_is_named_with_its_line_and_variable() {
    let broken = "第一行\n{% if follow_up_of %}{{ lines[0].indicater }}{% endif %}";
    let error = replaced("warning/body.txt", broken).unwrap().check().unwrap_err();
    let LetterError::Template { ref template, line, ref source_line, .. } = error else { panic!("{error}") };
    assert_eq!((template.as_str(), line), ("warning/body.txt", 2));
    assert!(source_line.contains("indicater") && error.to_string().contains("indicater"), "{error}");

    for (name, text, words) in [
        ("layout/mail.html", "<p>\n{{ lines|nosuch }}", ["layout/mail.html第2行", "nosuch"]),
        ("lifting/title.txt", "{% if %}", ["lifting/title.txt第1行", "{% if %}"]),
        ("warning/subject.txt", "{{ title", ["warning/subject.txt第1行", "{{ title"]),
        ("shared/wording.txt", "", ["warning/", "topic"]),
        ("warning/tittle.txt", "x", ["warning/tittle.txt", "warning/title.txt"]),
    ] {
        let error = replaced(name, text).and_then(|templates| templates.check()).unwrap_err().to_string();
        assert!(words.iter().all(|word| error.contains(word)), "{error}");
    }
}

/// A year of totals against a line of months, with last year and a forecast.
fn course() -> Trend {
    let actual = ["0.31", "0.62", "0.98", "1.41", "1.87", "2.45", "3.12"];
    let end = |month| NaiveDate::from_ymd_opt(2025, month, 28).unwrap();
    let points = (1..=12u32).map(|month| TrendPoint {
        end: end(month),
        actual: actual.get(month as usize - 1).map(|value| value.parse().unwrap()),
        pace: Some(Decimal::from(7 * month) / Decimal::from(12)),
        last_year: Some(Decimal::from(month * month) / Decimal::from(24) + Decimal::new(2, 1)),
        low: (month >= 7).then(|| Decimal::new(312, 2) + Decimal::new(42, 2) * Decimal::from(month - 7)),
        high: (month >= 7).then(|| Decimal::new(312, 2) + Decimal::new(63, 2) * Decimal::from(month - 7)),
    });
    Trend { unit: "万套".into(), places: 2, target: Some(Decimal::from(7)), points: points.collect() }
}

#[test]
fn a_known_course_is_drawn_and_sent_along() {
    let drawn = |ordinal| LetterLine { trend: Some(course()), ..housing(ordinal) };
    let letter = render(&warning(Level::Red, vec![investment(1), drawn(2)]));
    let [picture] = letter.pictures.as_slice() else { panic!("one chart for one course") };
    assert_eq!(letter.html.matches(&format!("src=\"cid:{}\"", picture.cid)).count(), 1);
    assert!(letter.html.contains("保障性住房新开工（湖南省）走势，单位：万套"));
    let alone = letter.html_alone();
    assert!(!alone.contains("cid:") && alone.contains("src=\"data:image/png;base64,iVBOR"));
    assert_eq!(render(&warning(Level::Red, (1..=9).map(drawn).collect())).pictures.len(), 3);
    assert!(render(&warning(Level::Red, vec![housing(1)])).pictures.is_empty());
}

/// The parts of a package that are texts, in its order; of a picture only its name.
fn parts(docx: &[u8]) -> Vec<(String, String)> {
    let mut zip = zip::ZipArchive::new(std::io::Cursor::new(docx)).unwrap();
    (0..zip.len())
        .map(|index| {
            let mut part = zip.by_index(index).unwrap();
            let name = part.name().unwrap().into_owned();
            let mut bytes = Vec::new();
            part.read_to_end(&mut bytes).unwrap();
            let picture = bytes.starts_with(b"\x89PNG");
            (name, if picture { String::new() } else { String::from_utf8(bytes).unwrap() })
        })
        .collect()
}

/// What a document says, one paragraph a line; cells of a row are joined by ` | `.
fn said(document: &str) -> String {
    let xml = roxmltree::Document::parse(document).unwrap();
    let mut out = String::new();
    for paragraph in xml.descendants().filter(|node| node.has_tag_name((WORD, "p"))) {
        for node in paragraph.descendants() {
            match node.tag_name().name() {
                "t" => out.push_str(node.text().unwrap_or("")),
                "tab" if node.parent().is_some_and(|run| run.has_tag_name((WORD, "r"))) => out.push('\t'),
                _ => {}
            }
        }
        let cell = paragraph.parent().filter(|parent| parent.has_tag_name((WORD, "tc")));
        out.push_str(if cell.is_some_and(|cell| cell.next_sibling().is_some()) { " | " } else { "\n" });
    }
    out
}

const WORD: &str = "http://schemas.openxmlformats.org/wordprocessingml/2006/main";

fn docx(facts: &LetterFacts) -> Vec<u8> {
    Templates::built_in().unwrap().render_docx(facts).unwrap()
}

fn part(parts: &[(String, String)], name: &str) -> String {
    parts.iter().find(|(path, _)| path == name).unwrap().1.clone()
}

#[test]
fn every_paper_letter_is_a_sound_package() {
    for facts in samples() {
        let parts = parts(&docx(&facts));
        assert_eq!(parts[0].0, "[Content_Types].xml");
        for (name, text) in parts.iter().filter(|(name, _)| !name.ends_with(".png")) {
            roxmltree::Document::parse(text).unwrap_or_else(|error| panic!("{name}: {error}"));
        }
        for (owner, base) in [("_rels/.rels", ""), ("word/_rels/document.xml.rels", "word/")] {
            let rels = part(&parts, owner);
            let rels = roxmltree::Document::parse(&rels).unwrap();
            for target in rels.descendants().filter_map(|node| node.attribute("Target")) {
                assert!(
                    parts.iter().any(|(path, _)| *path == format!("{base}{target}")),
                    "{target} is missing"
                );
            }
        }
    }
}

#[test]
fn the_paper_keeps_the_measures_of_the_standard() {
    let parts = parts(&docx(&warning(Level::Red, vec![investment(1), housing(2), logistics(3)])));
    let document = part(&parts, "word/document.xml");
    // GB/T 9704-2012 5.1, 5.2: A4, 37/35/28/26 mm in twips (1 mm = 56.69), 22 lines in 225 mm.
    for setting in [
        r#"<w:pgSz w:w="11906" w:h="16838"/>"#,
        r#"w:top="2098" w:right="1474" w:bottom="1984" w:left="1588" w:header="1701""#,
        r#"<w:docGrid w:type="linesAndChars" w:linePitch="579""#,
        "<w:titlePg/>",
    ] {
        assert!(document.contains(setting), "{setting}");
    }
    let styles = part(&parts, "word/styles.xml");
    for font in ["仿宋_GB2312", "方正小标宋简体", "黑体", "楷体_GB2312"] {
        assert!(styles.contains(font), "{font}");
    }
    assert!(!part(&parts, "word/footer_first.xml").contains("PAGE"), "letters number no first page");
    assert!(part(&parts, "word/header_first.xml").contains("内需扩量提效攻坚工作专班办公室"));
}

/// The paragraphs of the mail's body up to its last, without the address to answer at.
fn paragraphs(mail: &str) -> Vec<String> {
    let body = mail.lines().filter_map(|line| line.strip_prefix("　　"));
    body.take_while(|line| !line.starts_with("附件") && !line.starts_with('　'))
        .filter(|line| !line.starts_with("在线签收") && !line.starts_with("https://"))
        .map(str::to_owned)
        .collect()
}

#[test]
fn the_paper_says_what_the_mail_says() {
    let facts = warning(Level::Red, vec![investment(1), housing(2), logistics(3)]);
    let words = said(&part(&parts(&docx(&facts)), "word/document.xml"));
    insta::assert_snapshot!("warning_red_three_docx", words);
    assert!(!words.contains("https://"), "a link that answers for the unit does not go on paper");
    let body = paragraphs(&render(&facts).text);
    assert!(body.len() > 10);
    for line in body {
        assert!(words.contains(&line), "only the mail says: {line}");
    }
    insta::assert_snapshot!(
        "report_reminder_docx",
        said(&part(&parts(&docx(&report_reminder())), "word/document.xml"))
    );
    let lifted = said(&part(&parts(&docx(&lifting(vec![investment(1)]))), "word/document.xml"));
    assert!(!lifted.contains("反馈表"), "nothing is asked for");
}

#[test]
fn paper_is_the_same_bytes_and_small() {
    let three = warning(Level::Red, vec![investment(1), housing(2), logistics(3)]);
    assert_eq!(docx(&three), docx(&LetterFacts::from_json(&three.to_json().unwrap()).unwrap()));
    assert!(docx(&three).len() < 12_000);
    let most = warning(Level::Red, (1..=200).map(housing).collect());
    assert!(docx(&most).len() < 60_000, "{} bytes", docx(&most).len());
}

#[test]
fn hostile_names_stay_text_on_paper() {
    let name = "<w:br/>\"'&]]>\u{1}\u{b}㛃🀄";
    let mut facts = warning(Level::Yellow, vec![LetterLine { indicator: name.into(), ..housing(1) }]);
    facts.issuer = format!("<w:br/>&{}", "长".repeat(60));
    facts.addressee = "]]></w:t>".into();
    let parts = parts(&docx(&facts));
    let document = part(&parts, "word/document.xml");
    assert!(said(&document).contains("<w:br/>\"'&]]>  㛃🀄"));
    assert!(!document.contains("<w:br/>"));
    roxmltree::Document::parse(&part(&parts, "word/header_first.xml")).unwrap();
}

fn answered() -> FilledForm {
    let row = |first: &str, second: &str| FilledRow {
        first: first.into(),
        second: second.into(),
        by: "2025年9月30日".into(),
        person: "李四 0731-82210000".into(),
    };
    FilledForm {
        rows: vec![row("用地批复迟<&>", "周调度"), row("资金到位慢", "专班驻点")],
        leader: "王五 0731-82210001".into(),
    }
}

#[test]
fn the_form_alone_is_empty_or_says_what_was_answered() {
    let facts = warning(Level::Red, vec![investment(1), housing(2), logistics(3)]);
    let form = |filled: Option<&FilledForm>| {
        let form = Templates::built_in().unwrap().render_form(&facts, filled).unwrap();
        said(&part(&parts(&form), "word/document.xml"))
    };
    let (empty, filled) = (form(None), form(Some(&answered())));
    for words in [
        "反馈表",
        "来函字号：湘攻坚函〔2025〕3号",
        "社会物流总费用",
        "请于2025年9月3日前反馈。联系人：综合协调组",
    ] {
        assert!(empty.contains(words) && filled.contains(words), "{words} in {empty}");
    }
    assert!(!empty.contains("周调度") && empty.contains("□有异议"));
    for words in
        ["用地批复迟<&> | 周调度 | 2025年9月30日 | 李四 0731-82210000", "负责同志及电话：王五 0731-82210001"]
    {
        assert!(filled.contains(words), "{words} in {filled}");
    }
    let chasing = report_reminder();
    let form = Templates::built_in().unwrap().render_form(&chasing, None).unwrap();
    let form = said(&part(&parts(&form), "word/document.xml"));
    assert!(form.contains("应报数据值") && !form.contains("整改措施"), "{form}");
}

/// Writes every letter of these tests to `XUSHI_LETTER_DIR`, for somebody who wants to look at them.
#[test]
fn letters_can_be_looked_at() {
    let Some(dir) = std::env::var_os("XUSHI_LETTER_DIR").map(std::path::PathBuf::from) else { return };
    let many = (1..=60).map(|n| if n % 2 == 0 { housing(n) } else { logistics(n) }).collect();
    let three = warning(Level::Red, vec![investment(1), housing(2), logistics(3)]);
    let form = Templates::built_in().unwrap().render_form(&three, Some(&answered())).unwrap();
    std::fs::write(dir.join("form.docx"), form).unwrap();
    for (name, facts) in [
        ("one", warning(Level::Yellow, vec![investment(1)])),
        ("three", three),
        (
            "course",
            warning(Level::Orange, vec![LetterLine { trend: Some(course()), ..housing(1) }, investment(2)]),
        ),
        ("many", warning(Level::Orange, many)),
        ("report", report_reminder()),
        ("reply", reply_reminder("2025-09-04")),
        ("lifting", lifting(vec![investment(1)])),
        ("draft", LetterFacts { number: None, ..warning(Level::Yellow, vec![investment(1)]) }),
        ("withdrawal", withdrawn::of_a_warning()),
        ("correction", withdrawn::correction()),
    ] {
        let letter = render(&facts);
        std::fs::write(dir.join(format!("{name}.html")), letter.html_alone()).unwrap();
        std::fs::write(dir.join(format!("{name}.txt")), letter.text).unwrap();
        let docx = Templates::built_in().unwrap().render_docx(&facts).unwrap();
        std::fs::write(dir.join(format!("{name}.docx")), docx).unwrap();
    }
}
