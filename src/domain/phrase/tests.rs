use proptest::prelude::*;

use super::lexicon::work;
use super::{Direction, parse};
use crate::TextEnum;
use crate::target::{Comparator, Kind};

mod phrase_room;
mod phrase_tables;
mod swallowed;

use phrase_tables::ROWS;

#[test]
fn a_note_is_handed_back_whole() {
    for phrase in ["新增就业5万人（牵头单位：市人社局、市教育局）", "产业结构持续优化（责任单位：市工信局）"]
    {
        let parsed = parse(phrase);
        assert_eq!((parsed.targets.len(), parsed.unparsed.len()), (1, 1), "{phrase}: {parsed:?}");
        assert!(!parsed.targets[0].indicator.contains('单'), "{phrase}: {parsed:?}");
        assert!(parsed.unparsed[0].contains("单位"), "{phrase}: {parsed:?}");
    }
}

#[test]
fn the_firmness_of_a_time_holds_for_what_follows() {
    for phrase in ["力争到2027年，人才总量达到180万人", "力争用3年左右时间，人才总量达到180万人"]
    {
        let parsed = parse(phrase);
        let [target] = &parsed.targets[..] else { panic!("{phrase}: {parsed:?}") };
        assert_eq!(target.hedge.as_deref(), Some("力争"), "{phrase}");
    }
}

#[test]
fn work_is_counted() {
    work::taken();
    parse("增长5%");
    assert!(work::taken() > 0);
}

#[test]
fn details_are_kept() {
    for (phrase, hedge, direction, benchmark, indicator) in [
        ("政务服务一网通办率力争达 90% 以上", Some("力争+以上"), "up", None, "政务服务一网通办率"),
        ("民生支出占比保持 70% 以上", Some("以上"), "hold", None, "民生支出占比"),
        ("万元GDP能耗下降3%左右", Some("左右"), "down", None, "万元GDP能耗"),
        ("城镇调查失业率控制在5.5%以内", Some("以内"), "down", None, "城镇调查失业率"),
        ("外商直接投资增速高于全国平均水平", Some("高于"), "up", Some("全国平均水平"), "外商直接投资"),
        ("居民收入增长与经济增长基本同步", Some("基本同步"), "hold", Some("经济增长"), "居民收入"),
        (
            "确保农民收入增速高于全省农民收入增速",
            Some("确保+高于"),
            "up",
            Some("全省农民收入增速"),
            "农民收入",
        ),
        ("$PM_{2.5}$ 平均浓度下降 1—2 微克/立方米", None, "down", None, "PM2.5平均浓度"),
        ("生产安全事故总量持续下降", None, "down", None, "生产安全事故总量"),
        ("固定资产投资增长4.5%", None, "up", None, "固定资产投资"),
        (
            "固定资产投资增速达到全国平均水平以上",
            Some("达到+以上"),
            "up",
            Some("全国平均水平"),
            "固定资产投资",
        ),
        ("安装火灾探测报警器5万个", None, "up", None, "安装火灾探测报警器"),
        ("火灾5起", None, "down", None, "火灾"),
        ("到2025年底，常住人口城镇化率力争提高0.9个百分点", Some("力争"), "up", None, "常住人口城镇化率"),
    ] {
        let parsed = parse(phrase);
        let [target] = &parsed.targets[..] else { panic!("{phrase}: {parsed:?}") };
        assert_eq!(target.hedge.as_deref(), hedge, "{phrase}");
        assert_eq!(target.direction.as_str(), direction, "{phrase}");
        assert_eq!(target.benchmark.as_deref(), benchmark, "{phrase}");
        assert_eq!(target.indicator, indicator, "{phrase}");
    }
}

#[test]
fn every_part_of_the_year_is_looked_for() {
    let words: Vec<&str> = super::lexicon::list(include_str!("lexicon/dates/parts.txt")).collect();
    assert!(words.len() > 60, "{words:?}");
    for word in words {
        let text: Vec<char> = word.chars().collect();
        assert!(super::deadline::may_have_part(&text), "{word}");
        assert_eq!(super::deadline::part(&text), Some(text.len()), "{word}");
    }
}

#[test]
fn a_better_place_has_a_smaller_number() {
    for (phrase, value, direction) in [
        ("排名提升2位", 2, Direction::Down),
        ("营商环境评价全省排名前移5个位次", 5, Direction::Down),
        ("综合考核进位2个", 2, Direction::Down),
        ("综合考核提升2位", 2, Direction::Down),
        ("县域经济综合竞争力排名上升8位以上", 8, Direction::Down),
        ("全市考核争先进位3位", 3, Direction::Down),
        ("综合考核名次较上年进位3位", 3, Direction::Down),
        ("争取在全省考核位次前移1—2个位次", 1, Direction::Down),
        ("综合排名下降2位", 2, Direction::Up),
        ("招聘教师增加200名", 200, Direction::Up),
        ("养老护理员增加20位", 20, Direction::Up),
        ("用电量排名靠前企业增加2家", 2, Direction::Up),
        ("民间投资占比提高2个百分点", 2, Direction::Up),
    ] {
        let parsed = parse(phrase);
        let [target] = &parsed.targets[..] else { panic!("{phrase}: {parsed:?}") };
        let said = (target.kind, target.value, target.direction);
        assert_eq!(said, (target.kind, Some(value.into()), direction), "{phrase}");
        assert!(direction == Direction::Up || target.kind == Kind::Change, "{phrase}: {target:?}");
    }
}

#[test]
fn what_is_got_rid_of_is_the_better_the_more_it_is() {
    const VERBS: [&str; 22] = [
        "化解", "减少", "压减", "削减", "压降", "清理", "淘汰", "关停", "退出", "处置", "消化", "偿还",
        "清退", "取缔", "整治", "拆除", "缩减", "精简", "裁减", "核减", "降低", "追回",
    ];
    const THINGS: [&str; 6] = [
        "隐性债务6.5亿元",
        "财政供养人员200名",
        "落后产能100万吨",
        "事故隐患50处",
        "拖欠账款3亿元以上",
        "不良贷款不少于2亿元",
    ];
    for phrase in VERBS.iter().flat_map(|verb| THINGS.map(|thing| format!("{verb}{thing}"))) {
        for phrase in [phrase.clone(), format!("全年累计{phrase}"), format!("力争{phrase}")] {
            let parsed = parse(&phrase);
            let [target] = &parsed.targets[..] else { panic!("{phrase}: {parsed:?}") };
            assert_eq!((target.kind, target.direction), (Kind::Total, Direction::Up), "{phrase}: {target:?}");
        }
    }
    for phrase in ["隐性债务降到6.5亿元", "隐性债务控制在6.5亿元以内", "新增债务不超过30亿元", "火灾5起"]
    {
        let parsed = parse(phrase);
        assert_eq!(parsed.targets[0].direction, Direction::Down, "{phrase}: {parsed:?}");
    }
}

#[test]
fn what_is_forbidden_is_a_bound() {
    const NEVER: [&str; 24] = [
        "不能",
        "不得",
        "不应",
        "不宜",
        "不要",
        "不准",
        "不可",
        "不许",
        "不允许",
        "决不能",
        "绝不能",
        "绝不允许",
        "严禁",
        "禁止",
        "避免",
        "防止",
        "严防",
        "杜绝",
        "不能再",
        "不会",
        "坚决不能",
        "一律不得",
        "严禁再",
        "不",
    ];
    for never in NEVER {
        for (verb, most) in [
            ("超过", true),
            ("突破", true),
            ("高于", true),
            ("大于", true),
            ("多于", true),
            ("低于", false),
            ("少于", false),
            ("小于", false),
        ] {
            let phrase = format!("重点项目投诉量{never}{verb}10件");
            let parsed = parse(&phrase);
            let [target] = &parsed.targets[..] else { panic!("{phrase}: {parsed:?}") };
            let want = if most { Comparator::AtMost } else { Comparator::AtLeast };
            assert_eq!(target.comparator, Some(want), "{phrase}: {target:?}");
            assert_eq!(target.indicator, "重点项目投诉量", "{phrase}");
            assert_eq!(target.kind == Kind::Cap, most, "{phrase}: {target:?}");
        }
    }
}

#[test]
fn a_place_that_moves_up_is_a_number_that_falls() {
    for (phrase, direction) in [
        ("全省排名前移", Direction::Down),
        ("综合考核名次持续上升", Direction::Down),
        ("用电量持续上升", Direction::Up),
    ] {
        let parsed = parse(phrase);
        let said: Vec<_> = parsed.targets.iter().map(|target| (target.kind, target.direction)).collect();
        assert_eq!(said, [(Kind::Trend, direction)], "{phrase}: {parsed:?}");
    }
}

#[test]
fn a_bound_behind_a_list_is_said_of_each() {
    let parsed = parse("固投、社零、进出口分别增长4.5%、5.5%和6%以上");
    let hedges: Vec<_> = parsed.targets.iter().map(|target| target.hedge.as_deref()).collect();
    assert_eq!(hedges, [Some("以上"); 3], "{parsed:?}");
}

#[test]
fn a_deadline_makes_a_milestone() {
    for phrase in ["3月底前，完成图纸深化设计", "6月底前主体全面封顶", "上半年出台促进民营经济发展条例"]
    {
        let parsed = parse(phrase);
        let [target] = &parsed.targets[..] else { panic!("{phrase}: {parsed:?}") };
        assert_eq!((target.kind, target.comparator, target.value), (Kind::Milestone, None, None), "{phrase}");
    }
}

#[test]
fn joint_subjects_are_taken_apart() {
    for (phrase, names) in [
        ("全年接待游客和旅游收入增长10%以上", vec!["接待游客", "旅游收入"]),
        ("城乡低保标准分别提高到不低于740元/月和485元/月", vec!["城市低保标准", "农村低保标准"]),
        (
            "散居和集中养育孤儿补贴标准分别提高到1200元/月和1700元/月",
            vec!["散居养育孤儿补贴标准", "集中养育孤儿补贴标准"],
        ),
        (
            "第一、二、三产业增加值分别增长3%、6%、6.5%",
            vec!["第一产业增加值", "第二产业增加值", "第三产业增加值"],
        ),
        ("交通运输、仓储和邮政业增加值增长5%", vec!["交通运输、仓储和邮政业增加值"]),
        ("建设电动自行车、电动摩托车充电端口50000个", vec!["电动自行车、电动摩托车充电端口"]),
        ("粮食产量达到600亿斤、增长1%", vec!["粮食产量", "粮食产量"]),
    ] {
        let parsed = parse(phrase);
        let got: Vec<&str> = parsed.targets.iter().map(|target| target.indicator.as_str()).collect();
        assert_eq!(got, names, "{phrase}");
    }
}

#[test]
fn numbers_not_understood_are_handed_back() {
    for phrase in [
        "增长123456789012345678901234567890%",
        "粮食产量达到10—5亿斤",
        "浓度控制在30xyz/m以内",
        "碳排放强度下降指标暂未下达，增长目标另行确定",
        "，。；",
        "1.2.3",
        "5",
    ] {
        let parsed = parse(phrase);
        assert!(parsed.targets.is_empty(), "{phrase}: {parsed:?}");
        assert!(!parsed.unparsed.is_empty(), "{phrase}");
    }
    assert_eq!(parse(""), super::Parsed::default());
    assert_eq!(parse(" \u{3000}\n"), super::Parsed::default());
}

/// Phrases whose reading must not depend on how the text was typeset.
fn known() -> impl Strategy<Value = &'static str> {
    proptest::sample::select(ROWS.iter().map(|row| row.phrase.as_str()).collect::<Vec<_>>())
}

proptest! {
    #[test]
    fn any_text_is_read_without_panic(text in "\\PC{0,200}") {
        let _ = parse(&text);
    }

    #[test]
    fn any_bytes_are_read_without_panic(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        let _ = parse(&String::from_utf8_lossy(&bytes));
    }

    #[test]
    fn any_mixture_of_the_words_is_read_without_panic(
        words in proptest::collection::vec(proptest::sample::select(VOCABULARY.to_vec()), 0..40)
    ) {
        let parsed = parse(&words.concat());
        for target in &parsed.targets {
            prop_assert_eq!(target.value_hi.is_some(), target.comparator == Some(Comparator::Range));
            prop_assert!(target.value.is_some() || target.unit.is_empty());
            prop_assert!(target.value.is_none() || target.comparator.is_some());
        }
    }

    #[test]
    fn blanks_between_characters_change_nothing(phrase in known(), blanks in proptest::collection::vec(0..3_usize, 80)) {
        let spaced: String = phrase
            .chars()
            .zip(blanks.iter().cycle())
            .flat_map(|(c, &count)| std::iter::once(c).chain(std::iter::repeat_n(' ', count)))
            .collect();
        let (plain, spaced) = (parse(phrase), parse(&spaced));
        prop_assert_eq!(plain.targets, spaced.targets);
        prop_assert_eq!(plain.unparsed.len(), spaced.unparsed.len());
    }

    #[test]
    fn full_width_characters_change_nothing(phrase in known()) {
        let wide: String = phrase
            .chars()
            .map(|c| if c.is_ascii_graphic() { char::from_u32(u32::from(c) + 0xFEE0).unwrap() } else { c })
            .collect();
        // Backslashes and quotation marks have no full-width twin that is read alike.
        prop_assume!(!phrase.contains(['\\', '"']));
        prop_assert_eq!(parse(phrase).targets, parse(&wide).targets);
    }
}

/// Words of the grammar, to be thrown together.
const VOCABULARY: [&str; 56] = [
    "增长",
    "下降",
    "提高到",
    "5",
    "5.5",
    "%",
    "个百分点",
    "万家",
    "亿元",
    "以上",
    "左右",
    "、",
    "和",
    "分别",
    "，",
    "力争",
    "确保",
    "不低于",
    "控制在",
    "以内",
    "新增",
    "企业",
    "的",
    "全国平均水平",
    "高于",
    "比",
    "2025年",
    "6月底前",
    "第",
    "前",
    "每",
    "由",
    "至",
    "—",
    "(",
    ")",
    "“",
    "”",
    "三分之一",
    "翻一番",
    "突破",
    "万亿元",
    "2:1",
    "全覆盖",
    "十五",
    "两座",
    "零点五",
    "亿三千万",
    "应检尽检",
    "（责任单位：局）",
    "“十五五”末",
    "力争到",
    "持续下降",
    "更加",
    "建成",
    "路",
];

#[test]
fn work_grows_with_the_length_of_the_text() {
    let long = |unit: &str, bytes: usize| unit.repeat(bytes / unit.len());
    for unit in [
        "增长5%、",
        "1",
        "增长5%，",
        "(",
        "“",
        "甲和",
        "1—",
        "万",
        "三分之",
        "力争",
        "第1",
        "\\mathrm",
        "全覆盖、",
        "增长5%。（",
        "占甲5%，",
        "6月底前，",
        "高于全国1个百分点，",
        "三家、",
        "新建一座",
        "改造5个、三个",
        "应应",
        "（责任单位",
        "“十五五”末，",
        "力争用年",
        "持续明显",
    ] {
        let cost = |bytes: usize| {
            let text = long(unit, bytes);
            work::taken();
            let parsed = parse(&text);
            assert!(!parsed.targets.is_empty() || !parsed.unparsed.is_empty(), "{unit}");
            work::taken()
        };
        let (small, large) = (cost(1 << 17), cost(1 << 20));
        assert!(large <= 9 * small + 100, "{unit}: {small} look-ups for 128 KiB, {large} for 1 MiB");
        assert!(large <= 64 << 20, "{unit}: {large} look-ups for 1 MiB");
    }
}

/// `cargo test --release --lib phrase -- --ignored --nocapture speed`
#[test]
#[ignore = "a measurement"]
fn speed() {
    let phrases: Vec<&str> = ROWS.iter().map(|row| row.phrase.as_str()).collect();
    let started = std::time::Instant::now();
    let rounds = 200;
    let mut found = 0;
    for _ in 0..rounds {
        for phrase in &phrases {
            found += parse(phrase).targets.len();
        }
    }
    let rate = (phrases.len() * rounds) as f64 / started.elapsed().as_secs_f64();
    println!("{rate:.0} phrases/s, {found} targets");
}
