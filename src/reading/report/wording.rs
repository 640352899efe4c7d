//! The words directly before a number: what moved (同比增长), how it compares (高于全省平均), what it is part of (占…的).

use std::sync::LazyLock;

use crate::plan::vocabulary::words;

macro_rules! lists {
    ($($name:ident $file:literal)*) => {
        $(pub(super) static $name: LazyLock<Vec<&'static str>> =
            LazyLock::new(|| words(include_str!(concat!("words/", $file, ".txt"))));)*
    };
}

lists! {
    UP "up"
    DOWN "down"
    CUT "cut"
    PASSED_OVER "passed_over"
    GENERIC "generic"
    TASKS "tasks"
    RATES_OF_WORK "rates_of_work"
    STOCKS "stocks"
    LEADS "leads"
    FORECASTS "forecasts"
    PLANS "plans"
    DONE "done"
    SCOPES "scopes"
    PLACED "placed"
    STANDINGS "standings"
}

/// What the words before a number say.
#[derive(Debug, Clone, Default)]
pub(super) struct Told<'a> {
    /// What stands before them.
    pub(super) rest: &'a str,
    /// Up or down.
    pub(super) movement: Option<Movement>,
    /// 到, 至: the number is where it ended.
    pub(super) to: bool,
    /// 分别.
    pub(super) each: bool,
    /// 均.
    pub(super) all: bool,
    /// 同比, 环比 among them.
    pub(super) year_on_year: bool,
    /// 环比.
    pub(super) on_before: bool,
    /// The movement is named by its size (降幅, 增幅): 降幅收窄至3%.
    pub(super) sized: bool,
    /// 完成.
    pub(super) finished: bool,
    /// 连续.
    pub(super) streak: bool,
    /// Some word of reaching (达, 为) or of movement: the number is said of what stands before.
    pub(super) predicate: bool,
}

/// A movement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Movement {
    Up,
    Down,
    /// 压缩, 缩短: less than before, without a year to compare with.
    Cut,
    /// 改善, 好于: up or down, whichever is good for what is measured.
    Better,
    /// 差于: whichever is bad.
    Worse,
}

/// Takes the words off the end of `before`.
pub(super) fn told(before: &str) -> Told<'_> {
    let mut told = Told { rest: before, ..Told::default() };
    loop {
        let rest = told.rest.trim_end_matches(['，', ',', ' ']);
        let Some((word, sort)) = last_word(rest) else { break };
        if is_of_name(word, &rest[..rest.len() - word.len()]) {
            break;
        }
        match sort {
            Sort::Movement(movement) => {
                if told.movement.is_some() {
                    // 拉动…增长 has one, 下降幅度扩大 two: the nearest counts.
                    break;
                }
                told.movement = Some(movement);
                told.sized = told.to && word.contains(['幅', '速']);
                told.predicate = true;
            }
            Sort::Passed => match word {
                // 提高到 says where it ended, 达到 how much it is.
                word if word.ends_with(['到', '至']) && word != "达到" && told.movement.is_none() => {
                    told.to = true;
                    told.predicate = true;
                }
                "分别" => told.each = true,
                "均" | "都" | "皆" => told.all = true,
                "同比" | "比同期" => told.year_on_year = true,
                "环比" => told.on_before = true,
                "连续" => told.streak = true,
                "完成" => (told.finished, told.predicate) = (true, true),
                "达" | "达到" | "为" | "是" | "实现" | "高达" | "突破" => told.predicate = true,
                _ => {}
            },
        }
        told.rest = &rest[..rest.len() - word.len()];
    }
    told
}

/// 签约, 全国平均, 去年同期: the word ends another one.
fn is_of_name(word: &str, before: &str) -> bool {
    match word {
        "约" => before.ends_with(['签', '合', '条', '预', '制', '公', '违', '履', '集']),
        // 自然增长率 is a rate of its own.
        _ if word.starts_with("增长率") => before.ends_with("自然"),
        "平均" => before.ends_with(['国', '省', '市', '县', '区', '州', '部', '盟']),
        "同期" => before.ends_with('年'),
        "多" | "高" | "少" | "低" | "快" | "慢" | "降" | "增" | "减" | "涨" | "跌" | "升" => {
            before.ends_with(['提', '最', '许', '较', '众', '很', '更', '新'])
        }
        // 降幅比全省大: the size of a movement, and nothing else.
        "大" | "小" | "深" | "浅" => !(has(before, &["幅"]) && has(before, &["比", "较"])),
        "差" => before
            .ends_with(['误', '温', '落', '逆', '顺', '价', '偏', '时', '级', '利', '极', '出', '较', '反']),
        // 土地指标缺口620亩 is how much is missing.
        "缺口" => !has(before, &["比", "较", "距", "与"]),
        "比同期" => false,
        "到" | "至" => before.ends_with(['截', '以', '甚', '直', '乃', '感', '遇', '收', '看', '得']),
        "为" => before.ends_with(['作', '成', '认', '行', '称', '变']),
        _ => false,
    }
}

enum Sort {
    Movement(Movement),
    Passed,
}

fn last_word(rest: &str) -> Option<(&'static str, Sort)> {
    let end = |list: &[&'static str]| list.iter().copied().find(|word| rest.ends_with(word));
    let found = [
        end(&UP).map(|word| (word, Sort::Movement(Movement::Up))),
        end(&DOWN).map(|word| (word, Sort::Movement(Movement::Down))),
        end(&["改善", "改善了", "好转"]).map(|word| (word, Sort::Movement(Movement::Better))),
        end(&CUT).map(|word| (word, Sort::Movement(Movement::Cut))),
        end(&PASSED_OVER).map(|word| (word, Sort::Passed)),
    ];
    found.into_iter().flatten().max_by_key(|(word, _)| word.len())
}

/// A comparison: 高于全国平均, 比去年同期, 超序时进度.
#[derive(Debug, Clone)]
pub(super) struct Comparison<'a> {
    /// What stands before it.
    pub(super) subject: &'a str,
    /// What is compared with.
    pub(super) against: &'a str,
    /// Up or down where the word itself says so.
    pub(super) movement: Option<Movement>,
}

/// Words that compare, with the way they say.
const COMPARING: [(&str, Option<Movement>); 35] = [
    ("高于", Some(Movement::Up)),
    ("低于", Some(Movement::Down)),
    ("快于", Some(Movement::Up)),
    ("慢于", Some(Movement::Down)),
    ("高出", Some(Movement::Up)),
    ("低出", Some(Movement::Down)),
    ("大于", Some(Movement::Up)),
    ("小于", Some(Movement::Down)),
    ("深于", Some(Movement::Up)),
    ("浅于", Some(Movement::Down)),
    ("好于", Some(Movement::Better)),
    ("优于", Some(Movement::Better)),
    ("多于", Some(Movement::Up)),
    ("少于", Some(Movement::Down)),
    ("弱于", Some(Movement::Worse)),
    ("差于", Some(Movement::Worse)),
    ("超出", Some(Movement::Up)),
    ("超过", Some(Movement::Up)),
    ("超前", Some(Movement::Up)),
    ("领先于", Some(Movement::Up)),
    ("领先", Some(Movement::Up)),
    ("落后于", Some(Movement::Down)),
    ("落后", Some(Movement::Down)),
    ("滞后于", Some(Movement::Down)),
    ("滞后", Some(Movement::Down)),
    ("欠", Some(Movement::Down)),
    ("高", Some(Movement::Up)),
    ("超", Some(Movement::Up)),
    ("相比", None),
    ("距离", Some(Movement::Down)),
    ("距", Some(Movement::Down)),
    ("与", None),
    ("同", None),
    ("比", None),
    ("较", None),
];

/// Beginnings of what one compares with, for words that mean other things as well.
const BENCHMARKS: [&str; 52] = [
    "全部",
    "整体",
    "总体",
    "各项",
    "同类",
    "GDP",
    "城镇",
    "农村",
    "东部",
    "西部",
    "周边",
    "既定",
    "全国",
    "全省",
    "全市",
    "全县",
    "全区",
    "全州",
    "序时",
    "时序",
    "目标",
    "预期",
    "年度",
    "全年",
    "计划",
    "进度",
    "时间",
    "上年",
    "去年",
    "上月",
    "上季",
    "上半年",
    "上周",
    "同期",
    "年初",
    "年底",
    "年末",
    "前",
    "一季度",
    "二季度",
    "三季度",
    "任务",
    "平均",
    "省",
    "市",
    "国家",
    "经济",
    "今年",
    "规模",
    "居民",
    "中部",
    "期初",
];

/// The last comparison in `rest`, the words before a number without its verb.
pub(super) fn compared(rest: &str) -> Option<Comparison<'_>> {
    let mut best: Option<(usize, Comparison<'_>)> = None;
    for (word, movement) in COMPARING {
        for (at, _) in rest.match_indices(word) {
            let behind = &rest[at + word.len()..];
            let against = behind.trim_matches(['，', ',', '、', '的']);
            let before = &rest[..at];
            // 落后电机 and 领先企业 compare nothing.
            let loose = !word.ends_with('于');
            let begins = BENCHMARKS.iter().any(|start| against.starts_with(start))
                || against.starts_with(|c: char| c.is_ascii_digit());
            if against.is_empty() || loose && !begins || against.chars().count() > 24 {
                continue;
            }
            if word == "比" && before.ends_with(['占', '同', '环', '对', '相', '可']) {
                continue;
            }
            let nearer = best.as_ref().is_none_or(|(other, _)| at > *other);
            if nearer {
                best = Some((at, Comparison { subject: before, against, movement }));
            }
        }
    }
    best.map(|(_, compared)| compared)
}

/// Whether growth against this is growth over last year.
pub(super) fn is_last_year(against: &str) -> bool {
    let against = against.trim_end_matches(['，', ',']);
    matches!(against, "上年" | "去年" | "上年同期" | "去年同期" | "同期" | "上年同月" | "去年同月")
}

/// Whether `text` has one of the words.
pub(super) fn has(text: &str, list: &[&str]) -> bool {
    list.iter().any(|word| text.contains(word))
}
