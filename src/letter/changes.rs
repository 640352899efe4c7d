//! What a letter drawn today says otherwise than the one a person has read.
//!
//! What moves only with the day is no change: date, deadline, days late. Everything else is one, whatever its name: a
//! field that is added to the facts later is compared from its first day on.

use std::collections::{BTreeMap, HashMap};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::facts::LetterFacts;
use super::format;
use super::line::{LetterLine, Quantity, Span};
use xushi_domain::Level;

/// What a line's sentences rest on, so that a figure corrected to the same number, or a promise that happens to ask for
/// the same today, is known for a change all the same.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RestsOn {
    /// The vintage of the figure judged.
    #[serde(default)]
    pub observation: Option<String>,
    /// The promise: kind, comparator, values and unit, benchmark.
    pub target: String,
    /// The curve, as stored.
    pub curve: String,
    /// The value at the start of the window.
    #[serde(default)]
    pub baseline: Option<String>,
    /// The days it is judged over.
    pub window: Span,
    /// The rule pack, as `name@version`.
    pub rule_pack: String,
}

/// One thing that is not as it was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FactChange {
    /// Where it stands in the facts, as a JSON pointer into those that were read.
    pub pointer: String,
    /// What it was and what it is, for people.
    pub detail: String,
}

/// Fields of a letter that move with the day alone, or are none of its facts.
const OF_THE_DAY: [&str; 6] = ["number", "issued_on", "as_of", "reply", "reply_link", "lines"];
/// Fields that letters of an earlier release do not have: nothing is known of what they said.
const ADDED: [&str; 9] =
    ["recipients", "rests_on", "level", "basis", "tolerance", "against", "margin", "sign", "beside"];
/// What a changed part of a letter is called.
const NAMES: [(&str, &str); 14] = [
    ("kind", "函的种类"),
    ("level", "预警等级"),
    ("handling", "办理层级"),
    ("campaign", "攻坚行动"),
    ("doc_title", "文件名称"),
    ("doc_no", "文号"),
    ("issuer", "发文机关"),
    ("addressee", "主送单位"),
    ("copied", "抄送单位"),
    ("source", "数据来源"),
    ("contact", "联系人"),
    ("follow_up_of", "承接的函"),
    ("recipients", "收件人"),
    ("redirected_to", "演练邮箱"),
];
/// What a changed part of a line is called, in the order said; the rest follows from these.
const LINE_NAMES: [(&str, &str); 12] = [
    ("period", "数据期"),
    ("actual", "数值"),
    ("stages", "各环节数值"),
    ("target_text", "目标"),
    ("expected", "序时要求"),
    ("grade_label", "研判等级"),
    ("report_due_on", "应报日期"),
    ("latest_period", "最近一期数据"),
    ("curve_label", "序时曲线"),
    ("rule_text", "判定规则"),
    ("tasks", "所属任务"),
    ("forecast", "预测"),
];
/// What a line rests on, and is seen only when nothing printed differs.
const GROUNDS: [(&str, &str); 6] = [
    ("observation", "数值已更正（新版本）"),
    ("target", "目标已修改"),
    ("curve", "序时曲线已修改"),
    ("baseline", "基期值已修改"),
    ("window", "目标期已修改"),
    ("rule_pack", "规则包已换用"),
];

/// What `now` says otherwise than `read`, both about the same matter; empty when a day has passed and nothing else.
pub fn changes(read: &LetterFacts, now: &LetterFacts) -> Vec<FactChange> {
    let (before, after) = (fields(read), fields(now));
    let mut found = Vec::new();
    for (key, old, new) in differing(&before, &after).filter(|(key, ..)| !OF_THE_DAY.contains(key)) {
        let name = NAMES.iter().find(|(known, _)| *known == key).map_or("其他事实", |(_, name)| name);
        let detail = match (shown(key, old), shown(key, new)) {
            (Some(old), Some(new)) => format!("{name}：{old}→{new}"),
            _ => format!("{name}有变化"),
        };
        found.push(FactChange { pointer: format!("/{key}"), detail });
    }
    let (mut before, after) = (named(read), named(now));
    for (name, line) in after {
        match before.remove(&name) {
            None => {
                found.push(FactChange { pointer: "/lines".to_owned(), detail: format!("新增{}", name.0) })
            }
            Some((place, old)) => found.extend(line_changes(&name.0, (place, old), line.1)),
        }
    }
    let gone = |(name, (place, _)): ((String, usize), (usize, &LetterLine))| FactChange {
        pointer: format!("/lines/{place}"),
        detail: format!("{}不再列入", name.0),
    };
    found.extend(before.into_iter().map(gone));
    found
}

/// Lines by what they are called; two of one name are told apart by their order.
fn named(facts: &LetterFacts) -> BTreeMap<(String, usize), (usize, &LetterLine)> {
    let (mut lines, mut seen) = (BTreeMap::new(), HashMap::new());
    for (place, line) in facts.lines.iter().enumerate() {
        let name = format!("{}（{}）", line.indicator, line.region);
        let times = seen.entry(name.clone()).or_insert(0_usize);
        lines.insert((name, *times), (place, line));
        *times += 1;
    }
    lines
}

fn line_changes(name: &str, (place, old): (usize, &LetterLine), new: &LetterLine) -> Vec<FactChange> {
    let (before, after) = (line_fields(old), line_fields(new));
    let differing: Vec<_> = differing(&before, &after).collect();
    let said = |(key, label): &(&str, &str)| {
        let (_, old, new) = differing.iter().find(|(known, ..)| known == key)?;
        let detail = match (shown(key, old), shown(key, new)) {
            (Some(old), Some(new)) => format!("{name}{label}：{old}→{new}"),
            _ => format!("{name}{label}有变化"),
        };
        Some(FactChange { pointer: format!("/lines/{place}/{key}"), detail })
    };
    let mut found: Vec<FactChange> = LINE_NAMES.iter().filter_map(said).collect();
    if found.is_empty()
        && let (Some(old), Some(new)) = (&old.rests_on, &new.rests_on)
        && let (Value::Object(old), Value::Object(new)) = (json(old), json(new))
    {
        for (key, what) in GROUNDS.iter().filter(|(key, _)| old.get(*key) != new.get(*key)) {
            let pointer = format!("/lines/{place}/rests_on/{key}");
            found.push(FactChange { pointer, detail: format!("{name}{what}") });
        }
    }
    if found.is_empty()
        && let Some((key, ..)) = differing.first()
    {
        let detail = format!("{name}所列对比、预测或走势数据有变化");
        found.push(FactChange { pointer: format!("/lines/{place}/{key}"), detail });
    }
    found
}

fn json(value: &impl Serialize) -> Value {
    serde_json::to_value(value).unwrap_or_default()
}

fn fields(facts: &LetterFacts) -> Map<String, Value> {
    // Lines have their own comparison, and the longest of letters has thousands.
    let head = LetterFacts { lines: Vec::new(), ..facts.clone() };
    match json(&head) {
        Value::Object(map) => map,
        _ => Map::new(),
    }
}

fn line_fields(line: &LetterLine) -> Map<String, Value> {
    let Value::Object(mut map) = json(line) else { return Map::new() };
    map.remove("ordinal");
    map.values_mut().for_each(forget_days);
    map
}

/// Days late grow by themselves.
fn forget_days(value: &mut Value) {
    match value {
        Value::Object(map) => {
            if map.get("unit").and_then(Value::as_str) == Some("天") {
                map.remove("value");
            }
            map.values_mut().for_each(forget_days);
        }
        Value::Array(items) => items.iter_mut().for_each(forget_days),
        _ => {}
    }
}

/// The fields that differ, in order of name, with both sides.
fn differing<'a>(
    before: &'a Map<String, Value>,
    after: &'a Map<String, Value>,
) -> impl Iterator<Item = (&'a str, &'a Value, &'a Value)> {
    let pairs = after.iter().map(|(key, new)| (key.as_str(), before.get(key).unwrap_or(&Value::Null), new));
    pairs.filter(|(key, old, new)| old != new && !(old.is_null() && ADDED.contains(key)))
}

/// A value as the letter prints it, where it is short enough to be said in a sentence.
fn shown(key: &str, value: &Value) -> Option<String> {
    match value {
        Value::Null => Some("无".to_owned()),
        Value::String(word) if key == "level" => {
            Some(<Level as xushi_domain::TextEnum>::parse(word)?.label().to_owned())
        }
        Value::String(_) if key == "handling" => None,
        Value::String(text) => Some(text.clone()),
        Value::Object(_) => {
            let quantity = serde_json::from_value::<Quantity>(value.clone()).ok().map(|q| format::plain(&q));
            let span =
                || serde_json::from_value::<Span>(value.clone()).ok().and_then(|span| format::span(&span));
            quantity.or_else(span)
        }
        Value::Array(names) if !names.is_empty() => names
            .iter()
            .map(|name| name.as_str().map(str::to_owned))
            .collect::<Option<Vec<_>>>()
            .map(|n| n.join("、")),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rust_decimal::Decimal;
    use xushi_domain::{Kind, LetterKind};

    use crate::samples;

    fn letter() -> LetterFacts {
        let of =
            |facts: &LetterFacts| facts.kind == LetterKind::Warning && facts.lines[0].kind == Kind::Growth;
        let mut facts = samples().into_iter().find(of).unwrap();
        for line in &mut facts.lines {
            line.rests_on = Some(RestsOn {
                observation: Some("1".to_owned()),
                target: "growth >= 5 %".to_owned(),
                curve: "linear_months".to_owned(),
                baseline: None,
                window: Span { start: facts.as_of, end: facts.as_of },
                rule_pack: "standard@1".to_owned(),
            });
        }
        facts.lines[0].actual = Some(Quantity::new(Decimal::new(20, 1), "%", 1));
        facts.lines[0].indicator = "示例指标".to_owned();
        facts
    }

    fn told(change: impl FnOnce(&mut LetterFacts)) -> Vec<(String, String)> {
        let (read, mut now) = (letter(), letter());
        change(&mut now);
        changes(&read, &now).into_iter().map(|one| (one.pointer, one.detail)).collect()
    }

    fn one(pointer: &str, detail: &str) -> Vec<(String, String)> {
        vec![(pointer.to_owned(), detail.to_owned())]
    }

    #[test]
    fn what_moves_with_the_day_is_no_change() {
        assert_eq!(told(|_| ()), []);
        let later = told(|now| {
            now.issued_on = now.issued_on.succ_opt().unwrap();
            now.as_of = now.issued_on;
            now.reply.as_mut().unwrap().by = now.issued_on;
        });
        assert_eq!(later, []);
        // A milestone is one day later than it was.
        let (mut read, mut now) = (letter(), letter());
        read.lines[0].shortfall = Some(Quantity::new(Decimal::from(15), "天", 0));
        now.lines[0].shortfall = Some(Quantity::new(Decimal::from(16), "天", 0));
        assert_eq!(changes(&read, &now), []);
    }

    #[test]
    fn every_other_fact_is_one_and_is_named() {
        let corrected = told(|now| now.lines[0].actual = Some(Quantity::new(Decimal::new(90, 1), "%", 1)));
        assert_eq!(corrected, one("/lines/0/actual", "示例指标（示例地区）数值：2.0%→9.0%"));
        let worse = told(|now| now.level = Some(Level::Red));
        assert_eq!(worse, one("/level", "预警等级：黄色→红色"));
        assert_eq!(
            told(|now| now.addressee = "乙局".to_owned()),
            one("/addressee", "主送单位：示例责任单位→乙局")
        );
        let promised = told(|now| now.lines[0].target_text = "增长6%".to_owned());
        assert_eq!(promised, one("/lines/0/target_text", "示例指标（示例地区）目标：示例目标→增长6%"));
        let named = told(|now| now.contact.name = Some("李四".to_owned()));
        assert_eq!(named, one("/contact", "联系人有变化"));
        let gone = told(|now| now.lines[0].indicator = "另一指标".to_owned());
        assert_eq!(gone.len(), 2, "{gone:?}");
        assert!(gone.iter().any(|(_, detail)| detail == "示例指标（示例地区）不再列入"), "{gone:?}");
    }

    #[test]
    fn what_a_line_rests_on_counts_though_nothing_printed_differs() {
        for (change, key, want) in [
            (("2", "5", "a", None, "standard@1"), "observation", "示例指标（示例地区）数值已更正（新版本）"),
            (("1", "6", "a", None, "standard@1"), "target", "示例指标（示例地区）目标已修改"),
            (("1", "5", "b", None, "standard@1"), "curve", "示例指标（示例地区）序时曲线已修改"),
            (("1", "5", "a", Some("7"), "standard@1"), "baseline", "示例指标（示例地区）基期值已修改"),
            (("1", "5", "a", None, "standard@2"), "rule_pack", "示例指标（示例地区）规则包已换用"),
        ] {
            let of =
                |(observation, target, curve, baseline, pack): (&str, &str, &str, Option<&str>, &str)| {
                    let mut facts = letter();
                    facts.lines[0].rests_on = Some(RestsOn {
                        observation: Some(observation.to_owned()),
                        target: target.to_owned(),
                        curve: curve.to_owned(),
                        baseline: baseline.map(str::to_owned),
                        window: Span { start: facts.as_of, end: facts.as_of },
                        rule_pack: pack.to_owned(),
                    });
                    facts
                };
            let found = changes(&of(("1", "5", "a", None, "standard@1")), &of(change));
            let found: Vec<_> = found.into_iter().map(|one| (one.pointer, one.detail)).collect();
            assert_eq!(found, one(&format!("/lines/0/rests_on/{key}"), want));
        }
        // A draft of an earlier release does not say what it rests on.
        let mut old = letter();
        old.lines[0].rests_on = None;
        assert_eq!(changes(&old, &letter()), []);
    }
}
