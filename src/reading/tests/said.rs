//! Sentences of reports: what each says is written down by hand, with its sign, its days, its region and its name.

use chrono::NaiveDate;

use super::headed::line;
use crate::{document, report};

/// The facts of a monthly report of April 2026 with these sentences, and what of them was handed back.
fn said(sentences: &str) -> (Vec<String>, Vec<String>) {
    let text = format!("云岭市经济运行月报\n第3期\n云岭市统计局　　2026年4月20日\n\n{sentences}\n");
    let read = report::read(&document::read(text.as_bytes()).unwrap());
    let facts = read.facts.iter().map(|fact| match fact.region.as_str() {
        "云岭市" => line(fact),
        region => format!("{region}：{}", line(fact)),
    });
    (facts.collect(), read.unread.into_iter().map(|unread| unread.text).collect())
}

#[test]
fn months_without_a_year_are_handed_back() {
    let document =
        document::read("工作简报\n\n1—5月，全县完成投资12亿元，比2025年同期增长5%。\n".as_bytes()).unwrap();
    let read = report::read(&document);
    assert_eq!(read.facts, []);
    assert!(read.unread.iter().any(|unread| unread.why.contains("没有写明年份")), "{:?}", read.unread);
    let told = report::read_told(&document, NaiveDate::from_ymd_opt(2026, 6, 18));
    let facts: Vec<String> = told.facts.iter().map(line).collect();
    assert_eq!(facts[0], "投资 2026-01-01..2026-05-31 level 12亿元");
}

/// What one clause behind 固定资产投资下降2.3% (or 增长2.3%) says of the difference.
fn difference(clause: &str) -> String {
    let (facts, unread) = said(&format!("一季度，固定资产投资{clause}。"));
    let differences: Vec<&String> = facts.iter().filter(|fact| fact.contains(" difference ")).collect();
    if !unread.is_empty() || !facts.iter().all(|fact| fact.starts_with("固定资产投资 ")) {
        return format!("{facts:?} {unread:?}");
    }
    let shown =
        differences.iter().map(|fact| fact.split(" difference ").nth(1).unwrap().replace("个百分点", ""));
    shown.collect::<Vec<String>>().join("；")
}

#[test]
fn a_difference_has_the_sign_of_the_figure_it_is_of() {
    let mut wrong: Vec<String> = Vec::new();
    for (clause, expected) in [
        // The fall is larger: lower.
        ("下降15.6%，降幅高于全省3个百分点", "-3 比全省"),
        ("下降15.6%，降幅大于全省平均水平3个百分点", "-3 比全省平均"),
        ("下降15.6%，降幅超过全省3个百分点", "-3 比全省"),
        ("下降15.6%，降幅快于全省3个百分点", "-3 比全省"),
        ("下降15.6%，降幅比全省高3个百分点", "-3 比全省"),
        ("下降15.6%，降幅比全省大3个百分点", "-3 比全省"),
        ("下降15.6%，降幅较全省扩大3个百分点", "-3 比全省"),
        ("下降15.6%，跌幅高出全省3个百分点", "-3 比全省"),
        ("下降15.6%，减幅高于全省3个百分点", "-3 比全省"),
        ("下降15.6%，下降幅度高于全省3个百分点", "-3 比全省"),
        ("下降15.6%，比全省多降3个百分点", "-3 比全省"),
        ("下降15.6%，降幅扩大3个百分点", "-3"),
        ("下降15.6%，降幅比1—2月扩大3个百分点", "-3 比1-2月"),
        ("下降15.6%，降幅较去年同期加深3个百分点", "-3 比去年同期"),
        ("下降15.6%，降幅较1—2月加大3个百分点", "-3 比1-2月"),
        ("下降15.6%，比1—2月扩大3个百分点", "-3 比1-2月"),
        ("下降15.6%，降幅分别高于全国、全省3个和2个百分点", "-3 比全国；-2 比全省"),
        // The fall is smaller: higher.
        ("下降2.3%，降幅比1—2月收窄1.2个百分点", "1.2 比1-2月"),
        ("下降2.3%，降幅收窄1.2个百分点", "1.2"),
        ("下降2.3%，跌幅较上月缩小1.2个百分点", "1.2 比上月"),
        ("下降2.3%，降幅低于全省1.2个百分点", "1.2 比全省"),
        ("下降2.3%，降幅小于全省1.2个百分点", "1.2 比全省"),
        ("下降2.3%，降幅比全省小1.2个百分点", "1.2 比全省"),
        ("下降2.3%，降幅慢于全省1.2个百分点", "1.2 比全省"),
        ("下降2.3%，降幅较1—2月减缓1.2个百分点", "1.2 比1-2月"),
        ("下降2.3%，降幅较1—2月回落1.2个百分点", "1.2 比1-2月"),
        ("下降2.3%，比全省少降1.2个百分点", "1.2 比全省"),
        ("下降2.3%，比1—2月收窄1.2个百分点", "1.2 比1-2月"),
        // The rate itself.
        ("下降2.3%，低于全省3个百分点", "-3 比全省"),
        ("下降2.3%，高于全省3个百分点", "3 比全省"),
        ("下降2.3%，增速低于全省3个百分点", "-3 比全省"),
        ("下降2.3%，增速比1—2月回升1.2个百分点", "1.2 比1-2月"),
        ("增长5.1%，增幅比1—2月回落1.2个百分点", "-1.2 比1-2月"),
        ("增长5.1%，增幅收窄1.2个百分点", "-1.2"),
        ("增长5.1%，增幅比1—2月扩大1.2个百分点", "1.2 比1-2月"),
        ("增长5.1%，涨幅比1—2月扩大1.2个百分点", "1.2 比1-2月"),
        ("增长5.1%，涨幅低于全省1.2个百分点", "-1.2 比全省"),
        ("增长5.1%，增速快于全省1.2个百分点", "1.2 比全省"),
        ("增长5.1%，增速慢于全省1.2个百分点", "-1.2 比全省"),
        ("增长5.1%，增速比1—2月放缓1.2个百分点", "-1.2 比1-2月"),
        ("增长5.1%，比1—2月加快1.2个百分点", "1.2 比1-2月"),
        ("增长5.1%，比1—2月收窄1.2个百分点", "-1.2 比1-2月"),
        ("增长5.1%，比1—2月扩大1.2个百分点", "1.2 比1-2月"),
        ("增长5.1%，好于全省1.2个百分点", "1.2 比全省"),
        ("增长5.1%，弱于全省1.2个百分点", "-1.2 比全省"),
    ] {
        let read = difference(clause);
        if read != expected {
            wrong.push(format!("{clause}: {read}, not {expected}"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn better_of_what_is_to_be_low_is_lower_and_a_fall_to_a_rate_is_that_rate() {
    for (sentence, expected) in [
        (
            "PM2.5平均浓度下降4.2%，好于全省3个百分点",
            "PM2.5平均浓度 2026-01-01..2026-03-31 difference -3个百分点 比全省",
        ),
        (
            "PM2.5平均浓度改善4.2%，改善幅度高于全省3个百分点",
            "PM2.5平均浓度 2026-01-01..2026-03-31 difference -3个百分点 比全省",
        ),
        ("固定资产投资降幅收窄至2.3%", "固定资产投资 2026-01-01..2026-03-31 yoy -2.3%"),
        ("固定资产投资跌幅扩大到2.3%", "固定资产投资 2026-01-01..2026-03-31 yoy -2.3%"),
        ("固定资产投资增速回落至2.3%", "固定资产投资 2026-01-01..2026-03-31 yoy 2.3%"),
        (
            "房地产开发投资降幅高于全省3个百分点",
            "房地产开发投资 2026-01-01..2026-03-31 difference -3个百分点 比全省",
        ),
        ("房地产开发投资降幅为2.3%", "房地产开发投资 2026-01-01..2026-03-31 yoy -2.3%"),
    ] {
        let (facts, unread) = said(&format!("一季度，{sentence}。"));
        assert_eq!(
            (facts.last().map(String::as_str), unread.len()),
            (Some(expected), 0),
            "{sentence} {facts:?} {unread:?}"
        );
    }
}

#[test]
fn what_is_compared_with_or_ranked_in_is_not_spoken_of() {
    let q = "2026-01-01..2026-03-31";
    for (sentences, expected) in [
        (
            "龙湾区。一季度地区生产总值增长6.1%，居全市第1位。固定资产投资增长4.5%。",
            vec![
                "龙湾区：地区生产总值 Q yoy 6.1%",
                "龙湾区：地区生产总值 Q rank 1位 比全市",
                "龙湾区：固定资产投资 Q yoy 4.5%",
            ],
        ),
        (
            "龙湾区：一季度地区生产总值增长6.1%，高于全市1个百分点。固定资产投资增长4.5%，列全市第2位。进出口增长3%。",
            vec![
                "龙湾区：地区生产总值 Q yoy 6.1%",
                "龙湾区：地区生产总值 Q difference 1个百分点 比全市",
                "龙湾区：固定资产投资 Q yoy 4.5%",
                "龙湾区：固定资产投资 Q rank 2位 比全市",
                "龙湾区：进出口 Q yoy 3%",
            ],
        ),
        (
            "一季度，社会消费品零售总额增长4.1%，与全省持平，其中餐饮收入增长6.0%；限额以上零售额增长2.2%。",
            vec![
                "社会消费品零售总额 Q yoy 4.1%",
                "社会消费品零售总额 Q difference 0个百分点 比全省",
                "餐饮收入 Q yoy 6%",
                "限额以上零售额 Q yoy 2.2%",
            ],
        ),
        (
            "一季度，地区生产总值增长5.4%，分别高于全国、全省0.7和0.4个百分点。固定资产投资增长4.5%。",
            vec![
                "地区生产总值 Q yoy 5.4%",
                "地区生产总值 Q difference 0.7个百分点 比全国",
                "地区生产总值 Q difference 0.4个百分点 比全省",
                "固定资产投资 Q yoy 4.5%",
            ],
        ),
        (
            "一季度，地区生产总值增长5.4%，落后全省0.3个百分点，居全省第9位，固定资产投资增长4.5%。",
            vec![
                "地区生产总值 Q yoy 5.4%",
                "地区生产总值 Q difference -0.3个百分点 比全省",
                "地区生产总值 Q rank 9位 比全省",
                "固定资产投资 Q yoy 4.5%",
            ],
        ),
        // Another region that something is said of stays in its sentence.
        (
            "一季度，固定资产投资增长4.5%，全省增长3.1%。进出口增长3%。",
            vec!["固定资产投资 Q yoy 4.5%", "全省：固定资产投资 Q yoy 3.1%", "进出口 Q yoy 3%"],
        ),
    ] {
        let expected: Vec<String> = expected.iter().map(|line| line.replace('Q', q)).collect();
        assert_eq!(said(sentences).0, expected, "{sentences}");
    }
}

/// Each sentence of a first quarter, its facts without their days (those of the quarter), and how many starts were handed back.
fn holds(cases: &[(&str, &[&str], usize)]) {
    let mut wrong: Vec<String> = Vec::new();
    for (sentence, expected, back) in cases {
        let (facts, unread) = said(sentence);
        let facts: Vec<String> = facts
            .iter()
            .map(|fact| fact.replace(" 2026-01-01..2026-03-31", "").replace(" ..2026-04-20", ""))
            .collect();
        if facts != *expected || unread.len() != *back {
            wrong.push(format!("{sentence}: {facts:?} {unread:?}"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn of_a_change_its_end_is_read_and_its_start_handed_back() {
    holds(&[
        ("一季度，规上工业增加值由1—2月增长6.3%回落至5.9%。", &["规上工业增加值 yoy 5.9%"], 1),
        ("一季度，规上工业增加值增速由1—2月的6.3%放缓至5.9%。", &["规上工业增加值 yoy 5.9%"], 1),
        (
            "一季度，进出口总额42.5亿元，由上月的下降3.1%转为增长2.4%。",
            &["进出口总额 level 42.5亿元", "进出口总额 yoy 2.4%"],
            1,
        ),
        (
            "一季度，进出口由2月的增长3%转为下降2.4%，其中出口增长1%。",
            &["进出口 yoy -2.4%", "出口 yoy 1%"],
            1,
        ),
        ("一季度，房地产投资降幅由1—2月的5%收窄至2.3%。", &["房地产投资 yoy -2.3%"], 1),
        ("一季度，房地产投资由1—2月的下降5%收窄至下降2.3%。", &["房地产投资 yoy -2.3%"], 1),
        ("一季度，投资由去年的120亿元增加到150亿元。", &["投资 level 150亿元"], 1),
        ("一季度，社零由上年的第12位上升至第9位。", &["社零 rank 9位"], 1),
        ("一季度，不良贷款率由1.8%降至1.5%。", &["不良贷款率 level 1.5%"], 1),
        ("一季度，出口由降转增2.4%。", &["出口 yoy 2.4%"], 0),
        ("一季度，出口由正转负，下降1.4%。", &["出口 yoy -1.4%"], 0),
        ("一季度，固定资产投资增速由正转负为-1.2%。", &["固定资产投资 yoy -1.2%"], 0),
        // Last year's figure is no figure of this year.
        ("一季度，固定资产投资增长4.8%（去年同期为6.1%）。", &["固定资产投资 yoy 4.8%"], 1),
        ("一季度，固定资产投资增长4.8%，上年同期下降6.1%。", &["固定资产投资 yoy 4.8%"], 1),
        ("一季度，地区生产总值612亿元（上年同期580亿元）。", &["地区生产总值 level 612亿元"], 1),
        (
            "一季度，固定资产投资增长4.8%，比上年同期提高6.1个百分点。",
            &["固定资产投资 yoy 4.8%", "固定资产投资 difference 6.1个百分点 比上年同期"],
            0,
        ),
    ]);
}

#[test]
fn a_number_keeps_the_name_of_its_own_words() {
    holds(&[
        (
            "列入年度计划的45个老旧小区改造项目仅开工12个。一季度，企业亏损面持续扩大，3月底达到24.6%。",
            &[
                "列入年度计划老旧小区改造项目 level 45个",
                "老旧小区改造项目仅开工 level 12个",
                "企业亏损面 level 24.6%",
            ],
            0,
        ),
        (
            "260个市级重点项目已开工203个。",
            &["市级重点项目 level 260个", "市级重点项目已开工 level 203个"],
            0,
        ),
        (
            "一季度，地区生产总值增长5.4%，快于全省0.4个百分点、全国0.9个百分点。",
            &[
                "地区生产总值 yoy 5.4%",
                "地区生产总值 difference 0.4个百分点 比全省",
                "地区生产总值 difference 0.9个百分点 比全国",
            ],
            0,
        ),
        (
            "一季度，地区生产总值增长5.4%，低于全国1.2个、全省0.8个百分点。",
            &[
                "地区生产总值 yoy 5.4%",
                "地区生产总值 difference -1.2个百分点 比全国",
                "地区生产总值 difference -0.8个百分点 比全省",
            ],
            0,
        ),
        (
            "一季度，地区生产总值下降5.4%，降幅高于全省0.4个百分点、低于全国0.9个百分点。",
            &[
                "地区生产总值 yoy -5.4%",
                "地区生产总值 difference -0.4个百分点 比全省",
                "地区生产总值 difference 0.9个百分点 比全国",
            ],
            0,
        ),
        (
            "一季度，工业用电量增长5.4%，连续3个月回升。",
            &["工业用电量 yoy 5.4%", "工业用电量连续回升 level 3个月"],
            0,
        ),
        ("上半年目标任务：固定资产投资增长3%。", &["固定资产投资 2026-01-01..2026-06-30 yoy 3% plan"], 0),
        ("下半年主要目标是固定资产投资增长3%。", &["固定资产投资 2026-07-01..2026-12-31 yoy 3% plan"], 0),
        (
            "全年目标：固定资产投资增长3%、进出口增长5%。",
            &["固定资产投资 2026-01-01..2026-12-31 yoy 3% plan", "进出口 2026-01-01..2026-12-31 yoy 5% plan"],
            0,
        ),
    ]);
}
