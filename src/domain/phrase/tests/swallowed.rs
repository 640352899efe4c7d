//! No number is swallowed: every number of a phrase stands in a promise, in a name or a date, or is handed back.

use proptest::prelude::*;

use crate::phrase::normalise::normalise;
use crate::phrase::{Parsed, parse};

/// A number of a phrase as a reader sees it, found without the grammar.
#[derive(Debug, Clone)]
struct Token {
    /// As written.
    text: String,
    /// What follows it.
    after: String,
    /// What stands before it.
    before: String,
    quoted: bool,
}

const NUMERALS: &str = "一二两三四五六七八九十百千万亿";
const COUNTERS: [&str; 34] = [
    "家",
    "个",
    "项",
    "户",
    "人",
    "名",
    "座",
    "所",
    "处",
    "公里",
    "亩",
    "吨",
    "元",
    "台",
    "套",
    "件",
    "起",
    "条",
    "天",
    "万",
    "亿",
    "千瓦",
    "平方",
    "立方",
    "辆",
    "场",
    "次",
    "倍",
    "成",
    "个百分点",
    "%",
    "艘",
    "株",
    "批",
];

fn tokens(phrase: &str) -> Vec<Token> {
    let text = normalise(phrase);
    let string = |range: &[char]| range.iter().collect::<String>();
    let mut found = Vec::new();
    let (mut at, mut depth) = (0, 0);
    while at < text.len() {
        match text[at] {
            '“' | '《' | '‘' | '「' => depth += 1,
            '”' | '》' | '’' | '」' => depth -= 1,
            _ => {}
        }
        let class = |c: char| c.is_ascii_digit() || c == '.';
        let length = match text[at] {
            c if c.is_ascii_digit() => text[at..].iter().take_while(|c| class(**c)).count(),
            c if NUMERALS.contains(c) => text[at..].iter().take_while(|c| NUMERALS.contains(**c)).count(),
            _ => 0,
        };
        let end = at + length;
        if length > 0 {
            let token = Token {
                text: string(&text[at..end]),
                after: string(&text[end..]),
                before: string(&text[..at]),
                quoted: depth > 0,
            };
            let digits = text[at].is_ascii_digit();
            let counted = COUNTERS.iter().any(|counter| token.after.starts_with(counter));
            // A Chinese numeral is a number where something is counted; one and the hundreds of proverbs are not.
            if digits || counted && token.text != "一" && !"百千万亿".contains(token.text.as_str()) {
                found.push(token);
            }
        }
        at = end.max(at + 1);
    }
    found
}

/// Whether the number names: a date, an ordinal, a model, an age, a threshold of a noun, a set known by its number.
fn is_name(token: &Token) -> bool {
    const BEHIND: &[&str] = &[
        "年期",
        "月龄",
        "号",
        "级",
        "强",
        "届",
        "期",
        "后",
        "线",
        "代",
        "型",
        "版",
        "维",
        "岁",
        "周岁",
        "千伏",
        "+",
        "×",
        "机制",
        "热线",
        "体系",
        "工程",
        "行动",
        "计划",
        "政务",
        "服务",
        "产业",
        "检察",
        "分钟",
        "小时",
        "个100",
        "个百",
        "天",
        "类",
        "个工作日",
        "个月",
        "吨级",
    ];
    let digits = token.text.as_bytes()[0].is_ascii_digit();
    let latin =
        |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphabetic() || matches!(c, '+' | '&' | '#' | '×'));
    let dash = |text: &str| text.strip_prefix(['-', '~', '至', '到']).map(str::to_owned);
    let rest =
        dash(&token.after).map(|rest| rest.trim_start_matches(|c: char| c.is_ascii_digit()).to_owned());
    let behind = |text: &str| BEHIND.iter().any(|word| text.starts_with(word));
    let threshold = ["以上", "以下", "以内"].iter().any(|word| {
        token.after.split_once(word).is_some_and(|(unit, noun)| {
            unit.chars().count() <= 4 && !noun.is_empty() && !noun.starts_with(['、', ',', '(', '。', ';'])
        })
    }) && !token.before.ends_with(['得', '获', '成', '出', '取']);
    token.quoted
        || token.before.ends_with(['第', '每', '-', '~', '至', '到']) && (digits && (behind(&token.after) || rest.as_deref().is_some_and(behind)))
        || token.before.ends_with('第')
        || token.text == "100" && token.before.ends_with('个')
        || token.before.ends_with('每')
        || digits && latin(token.before.chars().last())
        || digits && latin(token.after.chars().next())
        || digits && (behind(&token.after) || rest.is_some_and(|rest| behind(&rest)))
        || token.before.is_empty() && token.after.starts_with(['.', '、', ')'])
        || threshold
        // A numeral with 个, 项 or 条 names a set (三个高于, 两个责任) unless something is made.
        || !digits && ["个", "项", "条", "大", "件", "批", "次", "场", "万", "亿", "元", "人"].iter().any(|word| token.after.starts_with(word))
}

/// Whether the number belongs to a date, and whether to the last day of a year, which every plan ends with.
fn of_date(token: &Token) -> Option<bool> {
    let behind = |words: &[&str]| words.iter().any(|word| token.after.starts_with(word));
    let dated = token.text.bytes().all(|c| c.is_ascii_digit())
        && behind(&["年", "月", "日", "-12月"])
        && !behind(&["年期", "月龄"]);
    let last = match token.text.as_str() {
        "12" => behind(&["月底", "月末", "月31日"]) || token.before.ends_with("1-"),
        "31" => token.before.ends_with("12月"),
        "1" => behind(&["-12月"]),
        _ => false,
    };
    dated.then_some(last && !token.before.trim_end_matches("12月").ends_with('年'))
}

/// The numbers of `phrase` that are nowhere in what was read.
fn swallowed(phrase: &str, parsed: &Parsed) -> Vec<String> {
    let normal = |text: &str| normalise(text).into_iter().collect::<String>();
    let mut values: Vec<String> = parsed
        .targets
        .iter()
        .flat_map(|target| [target.value, target.value_hi])
        .flatten()
        // 降幅收窄至5%以内 is growth of −5 % at least.
        .map(|value| value.abs().normalize().to_string())
        .collect();
    let unparsed: Vec<String> = parsed.unparsed.iter().map(|text| normal(text)).collect();
    let names: Vec<String> = parsed
        .targets
        .iter()
        .flat_map(|target| {
            let named = target.value.is_some() || target.benchmark.is_some();
            let name = named.then(|| normal(&target.indicator));
            [name, target.benchmark.as_deref().map(normal), Some(target.unit.clone())]
        })
        .flatten()
        .collect();
    let indicators: Vec<String> = parsed.targets.iter().map(|target| normal(&target.indicator)).collect();
    let mut left = Vec::new();
    let mut found = tokens(phrase);
    // What is written in digits is looked for first: a numeral may then be any value that is left.
    found.sort_by_key(|token| !token.text.as_bytes()[0].is_ascii_digit());
    for token in found {
        let said = |texts: &[String]| texts.iter().any(|text| text.contains(&token.text));
        if let Some(last) = of_date(&token) {
            if !(last || said(&unparsed) || said(&indicators)) {
                left.push(token.text);
            }
            continue;
        }
        let plain = token.text.parse::<rust_decimal::Decimal>().map(|value| value.normalize().to_string());
        if let Ok(plain) = &plain
            && let Some(at) = values.iter().position(|value| value == plain)
        {
            values.swap_remove(at);
            continue;
        }
        if said(&unparsed) || said(&names) {
            continue;
        }
        if let Some(value) =
            (plain.is_err() || token.after.starts_with(['/', '成', '分'])).then(|| values.pop()).flatten()
        {
            drop(value);
            continue;
        }
        if !is_name(&token) {
            left.push(token.text);
        }
    }
    left
}

#[test]
fn no_number_of_any_set_is_swallowed() {
    let mut failures = Vec::new();
    for row in super::ROWS.iter() {
        let parsed = parse(&row.phrase);
        let left = swallowed(&row.phrase, &parsed);
        if !left.is_empty() {
            failures.push(format!("{}: {}: {left:?} in {parsed:?}", row.place, row.phrase));
        }
    }
    assert!(failures.is_empty(), "{} phrases:\n{}", failures.len(), failures.join("\n"));
}

/// A number with its unit, and a word by which to know it again.
fn amount() -> impl Strategy<Value = String> {
    let numbers =
        ["7", "38", "4.6", "1200", "3万", "12", "九", "三十六", "二百", "五千", "两", "数百", "几十", "上千"];
    let units =
        ["个", "家", "项", "公里", "万亩", "亿元", "所", "户", "万人", "%", "台", "座", "件", "起", "公顷"];
    (proptest::sample::select(numbers.to_vec()), proptest::sample::select(units.to_vec()), any::<bool>())
        .prop_map(|(number, unit, bound)| {
            // 两个责任 and 九项制度 are sets known by their number.
            let set = matches!(number, "九" | "两") && matches!(unit, "个" | "项");
            format!("{number}{}{}", if set { "家" } else { unit }, if bound { "以上" } else { "" })
        })
}

/// Clauses with one amount in every place of a sentence.
fn clause() -> impl Strategy<Value = (String, String)> {
    let nouns = [
        "标志性成果",
        "农村公路",
        "龙头企业",
        "高标准农田",
        "示范项目",
        "养老床位",
        "技改投资",
        "幼儿园",
        "产能",
    ];
    let verbs = [
        "取得", "新增", "建成", "完成", "形成", "推动", "支持", "实现", "落实", "提升", "打造", "拿下",
        "巩固",
    ];
    let tails = ["", "完成改造", "建成投用", "取得突破", "稳步提升", "有序推进", "全面开工", "得到保护"];
    let places = ["", "全县", "年内", "各园区", "我市", "上半年", "5月底前", "到2027年", "2025年10月30日前"];
    let pick = |words: &[&'static str]| proptest::sample::select(words.to_vec());
    (amount(), pick(&nouns), pick(&verbs), pick(&tails), pick(&places), 0..7_usize).prop_map(
        |(amount, noun, verb, tail, place, shape)| {
            // 3亿元以上示范项目 is a name, as it should be.
            let shape = if amount.ends_with("以上") && shape < 2 { 2 } else { shape };
            let clause = match shape {
                0 => format!("{verb}{amount}{noun}{tail}"),
                1 => format!("{place}{amount}{noun}{tail}"),
                2 => format!("{place}{noun}达到{amount}"),
                3 => format!("{noun}（{amount}）{tail}"),
                4 => format!("{place}{noun}{tail}{amount}"),
                5 => format!("{verb}{noun}{amount}"),
                _ => format!("{noun}规模稳定在{amount}"),
            };
            (clause, amount)
        },
    )
}

/// Whether each of the amounts put into a phrase is the value of a promise, in the name of one with a value, or handed back.
fn all_there(amounts: &[String], parsed: &Parsed) -> bool {
    let valued = parsed.targets.iter().filter(|target| target.value.is_some());
    let handed = |amount: &&String| {
        let short = amount.trim_end_matches("以上");
        parsed.unparsed.iter().any(|text| text.contains(short))
            || valued.clone().any(|target| target.indicator.contains(short))
    };
    let rest = amounts.iter().filter(|amount| !handed(amount)).count();
    rest <= valued.count()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn no_number_put_into_a_sentence_is_swallowed(parts in proptest::collection::vec(clause(), 1..3)) {
        let (clauses, amounts): (Vec<String>, Vec<String>) = parts.into_iter().unzip();
        let phrase = clauses.join("，");
        let parsed = parse(&phrase);
        let left = swallowed(&phrase, &parsed);
        prop_assert!(left.is_empty(), "{phrase}: {left:?} in {parsed:?}");
        prop_assert!(all_there(&amounts, &parsed), "{phrase}: {amounts:?} in {parsed:?}");
    }
}

/// Prints what is swallowed of the lines of the file named by `PHRASES`.
#[test]
#[ignore = "needs a file"]
fn show_what_a_file_loses() {
    let Ok(path) = std::env::var("PHRASES") else { return };
    let text = std::fs::read_to_string(path).unwrap();
    for phrase in text.split(['\n', '。', '；', '\t']).filter(|line| !line.trim().is_empty()) {
        let parsed = parse(phrase);
        let left = swallowed(phrase, &parsed);
        if !left.is_empty() {
            println!("{phrase}: {left:?}");
            for t in &parsed.targets {
                println!("      {} {:?} {} [{}]", t.kind, t.value, t.unit, t.indicator);
            }
            println!("      unparsed {:?}", parsed.unparsed);
        }
    }
}
