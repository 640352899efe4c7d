//! Sentences written by hand before the code.

use chrono::NaiveDate;
use rust_decimal::Decimal;

use super::*;
use crate::{LetterLine, LineSaid, Quantity, Span, Templates};
use xushi_domain::{Basis, Better, Figure, Grade, Kind, Period};

fn d(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn n(text: &str) -> Decimal {
    text.parse().unwrap()
}

/// A cumulative fact from January to the end of a month; its id says what it is.
fn fact(region: &str, until: &str, figure: Figure, value: &str) -> ReportFact {
    let start = format!("{}-01-01", &until[..4]);
    ReportFact {
        id: format!("{region}/{until}/{figure}"),
        region: region.to_owned(),
        period: Period::new(d(&start), d(until)).unwrap(),
        basis: Basis::Cumulative,
        figure,
        value: n(value),
        of: None,
        published_on: d("2025-08-20"),
    }
}

fn yoy(region: &str, until: &str, value: &str) -> ReportFact {
    fact(region, until, Figure::Yoy, value)
}

fn series(measure: &str, unit: &str, facts: Vec<ReportFact>) -> ReportSeries {
    ReportSeries {
        key: measure.to_owned(),
        measure: measure.to_owned(),
        whole: "全省".to_owned(),
        unit: unit.to_owned(),
        better: Better::Higher,
        step: 1,
        facts,
        above: Vec::new(),
        stated: Vec::new(),
        judged: None,
    }
}

fn nation(facts: Vec<ReportFact>) -> Vec<RegionAbove> {
    vec![RegionAbove { name: "全国平均".to_owned(), facts }]
}

fn text(series: &ReportSeries) -> String {
    reported(series, 2025).map(|said| said.text).unwrap_or_default()
}

/// Ends of the months of a run, January and February together.
const MERGED: [&str; 6] =
    ["2025-02-28", "2025-03-31", "2025-04-30", "2025-05-31", "2025-06-30", "2025-07-31"];

#[test]
fn a_rate_is_said_beside_the_nation_last_year_and_the_half_year() {
    let mut retail = series(
        "社会消费品零售总额",
        "亿元",
        vec![yoy("省", "2025-07-31", "6.2"), yoy("省", "2025-06-30", "6.2"), yoy("省", "2024-07-31", "5.4")],
    );
    retail.above = nation(vec![yoy("国", "2025-07-31", "4.8")]);
    let said = reported(&retail, 2025).unwrap();
    assert_eq!(
        said.text,
        "1—7月，全省社会消费品零售总额同比增长6.2%，高于全国平均1.4个百分点，比去年同期加快0.8个百分点，与上半年持平。"
    );
    assert_eq!(
        said.facts,
        ["省/2025-07-31/yoy", "国/2025-07-31/yoy", "省/2024-07-31/yoy", "省/2025-06-30/yoy"]
    );
    assert_eq!(said.worked, ["6.2−4.8=1.4", "6.2−5.4=0.8", "6.2−6.2=0"]);
}

#[test]
fn a_value_goes_before_its_growth_and_a_fall_is_a_fall() {
    let sales = series(
        "新建商品房销售面积",
        "万平方米",
        vec![fact("省", "2025-07-31", Figure::Level, "2390.15"), yoy("省", "2025-07-31", "-1.6")],
    );
    assert_eq!(text(&sales), "1—7月，全省新建商品房销售面积2390.15万平方米，同比下降1.6%。");
    let flat = series("用电量", "亿千瓦时", vec![yoy("省", "2025-07-31", "0")]);
    assert_eq!(text(&flat), "1—7月，全省用电量与上年同期持平。");
    let share = series("民间投资占比", "%", vec![fact("省", "2025-07-31", Figure::Level, "60")]);
    assert_eq!(text(&share), "1—7月，全省民间投资占比为60.0%。");
    let mut alone = series("民间投资占比", "%", vec![fact("省", "2025-07-31", Figure::Rank, "1")]);
    assert_eq!(text(&alone), "1—7月，全省民间投资占比位次为第1位。");
    alone.facts.push(fact("省", "2025-06-30", Figure::Level, "60.5"));
    assert_eq!(text(&alone), "上半年，全省民间投资占比为60.5%。", "a value goes before a place");
    assert_eq!(text(&series("无数", "亿元", Vec::new())), "", "nothing is made up");
}

#[test]
fn runs_are_counted_and_turns_are_said() {
    let all = |region: &str, values: [&str; 6]| -> Vec<ReportFact> {
        MERGED.iter().zip(values).map(|(until, value)| yoy(region, until, value)).collect()
    };
    let mut above = series("销售面积", "万平方米", all("省", ["1", "1", "1", "1", "1", "2"]));
    above.above = nation(all("国", ["0.5", "0.5", "0.5", "0.5", "0.5", "0.5"]));
    let said = reported(&above, 2025).unwrap();
    assert!(said.text.ends_with("比上半年加快1.0个百分点，连续6期高于全国平均。"), "{}", said.text);
    assert_eq!(said.facts.len(), 12, "every period's own and the nation's");
    // With January apart the periods are months.
    let with_january = |region: &str, value: &str| yoy(region, "2025-01-31", value);
    above.facts.push(with_january("省", "1"));
    above.above[0].facts.push(with_january("国", "0.5"));
    assert!(text(&above).contains("连续7个月高于全国平均"), "{}", text(&above));
    // A month that nobody reported ends a run.
    above.facts.retain(|fact| fact.period.end() != d("2025-05-31"));
    assert!(!text(&above).contains("连续"), "{}", text(&above));
    let falls = series("出口", "亿元", all("省", ["-3", "-2", "-2", "-1", "-1", "-0.5"]));
    assert!(text(&falls).ends_with("降幅比上半年收窄0.5个百分点，连续6期负增长。"), "{}", text(&falls));
    let turned = series("出口", "亿元", all("省", ["-3", "-2", "-2", "-1", "-1", "0.5"]));
    assert!(text(&turned).ends_with("比上半年回升1.5个百分点，扭转连续5期下降态势。"), "{}", text(&turned));
    let grows = series("出口", "亿元", all("省", ["3", "2", "2", "1", "1", "0.5"]));
    assert!(!text(&grows).contains("连续"), "{}", text(&grows));
}

#[test]
fn what_was_stated_is_said_only_where_figures_do_not_say_it() {
    let stated = |against: &str, difference: &str| StatedFact {
        id: format!("stated/{against}"),
        period_end: d("2025-07-31"),
        figure: Figure::Yoy,
        against: against.to_owned(),
        difference: n(difference),
        source: "月报".to_owned(),
        published_on: d("2025-08-27"),
    };
    let mut one = series("固定资产投资", "亿元", vec![yoy("省", "2025-07-31", "2.9")]);
    one.stated = vec![stated("全国平均", "1.3"), stated("经济大省位次", "5"), stated("去年同期", "-0.2")];
    let said = reported(&one, 2025).unwrap();
    assert_eq!(
        said.text,
        "1—7月，全省固定资产投资同比增长2.9%，高于全国平均1.3个百分点，居经济大省第5位，比去年同期回落0.2个百分点。"
    );
    assert_eq!(said.facts.len(), 4);
    one.above = nation(vec![yoy("国", "2025-07-31", "1.7")]);
    let said = reported(&one, 2025).unwrap().text;
    assert!(said.contains("高于全国平均1.2个百分点") && !said.contains("1.3"), "{said}");
}

#[test]
fn days_are_named_as_an_office_names_them() {
    let said = |start: &str, end: &str, basis| span_said(Period::new(d(start), d(end)).unwrap(), basis, 2025);
    for (start, end, basis, want) in [
        ("2025-01-01", "2025-06-30", Basis::Cumulative, "上半年"),
        ("2025-01-01", "2025-08-25", Basis::Cumulative, "截至8月25日"),
        ("2025-07-23", "2025-08-25", Basis::Period, "7月23日至8月25日"),
        ("2025-07-31", "2025-07-31", Basis::Point, "截至7月底"),
        ("2024-01-01", "2024-12-31", Basis::Cumulative, "2024年全年"),
        ("2025-07-01", "2025-07-31", Basis::Period, "7月"),
    ] {
        assert_eq!(said(start, end, basis), want);
    }
}

fn judged(line: LetterLine, gap: &str) -> JudgedSeries {
    let said = LineSaid { gap: gap.to_owned(), ..LineSaid::default() };
    JudgedSeries {
        line,
        said,
        grade_said: "滞后".to_owned(),
        lead: Some("省发展改革委".to_owned()),
        letter: Some("湘攻坚函〔2025〕3号待反馈".to_owned()),
        ranked_by: None,
        siblings: Vec::new(),
    }
}

fn jobs() -> ReportSeries {
    let share = |value: &str| Some(Quantity::new(n(value), "%", 1));
    let mut jobs = series("城镇新增就业", "万人", vec![fact("省", "2025-07-31", Figure::Level, "54.15")]);
    jobs.judged = Some(judged(
        LetterLine {
            adds_up: true,
            moves: true,
            figure: Some(Figure::Level),
            basis: Some(Basis::Cumulative),
            window: Some(Span { start: d("2025-01-01"), end: d("2025-12-31") }),
            completion: share("77.4"),
            completion_due: share("58.3"),
            shortfall_points: Some(Quantity::new(n("-19.1"), "个百分点", 1)),
            target_text: "70万人".to_owned(),
            ..LetterLine::bare(Kind::Total, Better::Higher)
        },
        "领先13.32万人",
    ));
    jobs
}

fn investment() -> ReportSeries {
    let rate = |value: &str, unit: &str| Some(Quantity::new(n(value), unit, 1));
    let mut one = series("固定资产投资", "亿元", vec![yoy("省", "2025-07-31", "2.9")]);
    one.judged = Some(judged(
        LetterLine {
            figure: Some(Figure::Yoy),
            window: Some(Span { start: d("2025-01-01"), end: d("2025-12-31") }),
            actual: rate("2.9", "%"),
            expected: rate("4.5", "%"),
            shortfall: rate("1.6", "个百分点"),
            target_text: "增长4.5%".to_owned(),
            ..LetterLine::bare(Kind::Growth, Better::Higher)
        },
        "落后1.6个百分点",
    ));
    one
}

#[test]
fn targets_are_held_against_pace() {
    assert_eq!(
        text(&jobs()),
        "1—7月，全省城镇新增就业54.15万人，完成全年目标的77.4%，超序时进度19.1个百分点。"
    );
    assert_eq!(
        troubled(&investment(), 2025).unwrap().text,
        "1—7月，全省固定资产投资同比增长2.9%，低于全年目标1.6个百分点，研判为“滞后”，牵头单位为省发展改革委，湘攻坚函〔2025〕3号待反馈。"
    );
    let mut none = investment();
    none.facts.clear();
    let missing = still_missing(&none).unwrap();
    assert_eq!(missing.text, "全省固定资产投资（牵头单位：省发展改革委）没有已公布的数值，本期不作评价。");
    assert!(missing.facts.is_empty() && reported(&none, 2025).is_none());
    if let Some(judged) = &mut none.judged {
        judged.line.grade = Some(Grade::Behind);
    }
    let by_person = still_missing(&none).unwrap().text;
    assert_eq!(by_person, "全省固定资产投资（牵头单位：省发展改革委）没有数值，研判为“滞后”。");
    let mut place = series("营商环境评价", "位", vec![fact("省", "2025-07-31", Figure::Rank, "3")]);
    place.judged = Some(judged(
        LetterLine {
            figure: Some(Figure::Rank),
            rests_on: Some(crate::RestsOn {
                observation: Some("省/2025-07-31/rank".to_owned()),
                target: String::new(),
                curve: String::new(),
                baseline: None,
                window: Span { start: d("2025-01-01"), end: d("2025-12-31") },
                rule_pack: String::new(),
            }),
            target_text: "前5位".to_owned(),
            ..LetterLine::bare(Kind::Rank, Better::Lower)
        },
        "领先2位",
    ));
    assert_eq!(text(&place), "1—7月，全省营商环境评价位次为第3位，目标为“前5位”，对照目标领先2位。");
}

/// The sample as a report.
fn sample_report() -> MonthlyReport {
    let mut book = SourceBook::default();
    let all = [jobs(), investment()];
    all.iter().for_each(|one| book.add(one, 2025));
    let mut report = MonthlyReport {
        title: "“<七大>&攻坚”工作月报".to_owned(),
        month_said: "2025年8月".to_owned(),
        issue: 8,
        issuer: "综合协调组".to_owned(),
        as_of: d("2025-08-27"),
        sections: Vec::new(),
        report_to: Vec::new(),
        sent_to: vec!["省发展改革委".to_owned()],
        sources: Vec::new(),
    };
    report.add("工作部署", "由综合协调组撰写", Vec::new(), &book);
    let said = all.iter().filter_map(|one| reported(one, 2025)).collect();
    report.add("重要指标", "", vec![("内需扩量".to_owned(), said)], &book);
    report.name_sources(&std::collections::HashMap::from([(
        "省/2025-07-31/level".to_owned(),
        "省统计局".to_owned(),
    )]));
    assert_eq!(report.unsourced().len(), 1);
    report.add("突出问题", "", vec![(String::new(), vec![troubled(&all[1], 2025).unwrap()])], &book);
    report
}

#[test]
fn every_form_says_the_same_and_names_its_sources() {
    let (templates, report) = (Templates::built_in().unwrap(), sample_report());
    let numbers: Vec<u32> = report
        .sections
        .iter()
        .flat_map(|one| &one.groups)
        .flat_map(|one| &one.sentences)
        .map(|one| one.number)
        .collect();
    assert_eq!(numbers, [1, 2, 3]);
    let rows: Vec<(u32, &str)> =
        report.sources.iter().map(|line| (line.sentence, line.fact.as_str())).collect();
    assert_eq!(rows, [(1, "省/2025-07-31/level"), (2, "省/2025-07-31/yoy"), (3, "省/2025-07-31/yoy")]);
    let (html, said) = (templates.monthly_html(&report).unwrap(), templates.monthly_text(&report).unwrap());
    for part in ["超序时进度19.1个百分点。", "【工作部署】", "由综合协调组撰写", "省统计局"]
    {
        assert!(html.contains(part) && said.contains(part), "{part}");
    }
    assert!(html.contains("&lt;七大&gt;&amp;攻坚") && !html.contains("<七大>"));
    roxmltree::Document::parse_with_options(
        &html,
        roxmltree::ParsingOptions { allow_dtd: true, ..Default::default() },
    )
    .unwrap();
    let docx = templates.monthly_docx(&report).unwrap();
    assert_eq!(docx, templates.monthly_docx(&report).unwrap(), "the same facts, the same bytes");
    let mut zip = zip::ZipArchive::new(std::io::Cursor::new(docx)).unwrap();
    let mut document = String::new();
    std::io::Read::read_to_string(&mut zip.by_name("word/document.xml").unwrap(), &mut document).unwrap();
    roxmltree::Document::parse(&document).unwrap();
    assert!(document.contains("超序时进度19.1个百分点。") && document.contains("数据来源"));
}

#[test]
fn a_milestone_is_told_by_its_day_and_not_by_a_per_cent() {
    let mut port = series("港区二期工程", "%", vec![fact("省", "2025-07-31", Figure::Level, "0")]);
    let mut how = judged(LetterLine::bare(Kind::Milestone, Better::Higher), "逾期31天");
    how.said.progress = "截至2025年7月31日，应于6月30日前完成，尚未完成，已逾期31天".to_owned();
    port.judged = Some(how);
    assert_eq!(text(&port), "全省港区二期工程截至2025年7月31日，应于6月30日前完成，尚未完成，已逾期31天。");
    let told = troubled(&port, 2025).unwrap();
    assert!(told.text.contains("已逾期31天，研判为“滞后”") && !told.text.contains('%'), "{}", told.text);
    assert_eq!(told.facts.len(), 1, "it rests on what was reported");
}

#[test]
fn what_has_no_number_to_reach_is_not_below_or_above_it() {
    let mut trade = series("进出口总额", "%", vec![yoy("省", "2025-07-31", "-3.9")]);
    let line = LetterLine {
        figure: Some(Figure::Yoy),
        expected: Some(Quantity::new(n("-10.0"), "%", 1)),
        shortfall: Some(Quantity::new(n("-6.1"), "个百分点", 1)),
        ..LetterLine::bare(Kind::Narrowing, Better::Higher)
    };
    let mut how = judged(line, "收窄6.1个百分点");
    how.said.standing = "降幅比基期（下降10.0%）收窄6.1个百分点".to_owned();
    trade.judged = Some(how);
    let said = text(&trade);
    assert!(said.ends_with("同比下降3.9%，降幅比基期（下降10.0%）收窄6.1个百分点。"), "{said}");
}

#[test]
fn of_several_years_the_sum_is_named_beside_its_part() {
    let mut roads = jobs();
    let line = &mut roads.judged.as_mut().unwrap().line;
    line.window = Some(Span { start: d("2021-01-01"), end: d("2025-12-31") });
    line.actual = Some(Quantity::new(n("350"), "万人", 1));
    let said = text(&roads);
    assert!(said.contains("2021年以来累计350.0万人，完成目标的77.4%"), "{said}");
}
