//! Figures of the plan beside those that were reached, and places told in a row.

use xushi_domain::phrase::{AmountSort, WrittenAmount};

use super::observed::ReportedFigure;
use super::sayings::Saying;
use super::wording;

/// 完成年度任务420亿元的94.9%, 超额完成年度5000个的目标: what the plan says, and how much of it is done.
pub(super) fn of_plan<'a>(
    said: Saying<'a>,
    before: &'a str,
    amount: &WrittenAmount,
    behind: &str,
    after_plan: bool,
) -> Saying<'a> {
    if amount.sort == AmountSort::Percent {
        if after_plan && matches!(before.trim_matches(['，', ',']), "的" | "") {
            let figure = ReportedFigure::Completion;
            return Saying { figure, movement: None, subject: "", predicate: true, ..said };
        }
        // 全年目标7%: what is aimed at of what was told.
        let words = before.trim_end_matches(['为', '是', '：', ':']);
        let aimed = ["全年目标", "年度目标", "全年预期目标", "年初目标", "全年计划", "年度计划"];
        return match aimed.iter().find_map(|word| words.strip_suffix(word)) {
            Some(subject) => Saying { subject, planned: true, predicate: true, carries: false, ..said },
            None => said,
        };
    }
    let words = before.trim_end_matches(['数', '量', '为', '的', '共', '额']);
    let plan = ["任务", "计划", "目标", "预算", "目标值"].iter().find_map(|end| words.strip_suffix(end));
    let ahead = plan.filter(|_| behind.starts_with('的')).and_then(|words| {
        let start = ["完成", "占", "达到", "为"].iter().filter_map(|verb| words.rfind(verb)).max()?;
        Some(&words[..start])
    });
    let after = ["的目标", "的任务", "的计划", "目标任务", "任务的", "目标的", "计划的"];
    let led = ["年度", "全年", "年初", "既定", "省定", "市定", "下达"].iter().find_map(|word| {
        let words = before.strip_suffix(word)?;
        after.iter().any(|after| behind.starts_with(after)).then_some(words)
    });
    let Some(words) = ahead.or(led) else { return said };
    let subject = wording::told(words.trim_end_matches("超额")).rest;
    let figure = ReportedFigure::Level;
    Saying { figure, movement: None, subject, predicate: true, planned: true, carries: false, ..said }
}

/// 同比+4.1% as 同比增长4.1%: a plus before a percentage is a movement, and elsewhere part of a name (互联网+).
pub(super) fn plus_written_out(text: &str) -> std::borrow::Cow<'_, str> {
    if !text.contains(['+', '＋']) {
        return text.into();
    }
    let mut out = String::with_capacity(text.len());
    for (at, c) in text.char_indices() {
        let behind = &text[at + c.len_utf8()..];
        let digits = behind.bytes().take_while(|byte| byte.is_ascii_digit() || *byte == b'.').count();
        let percent = digits > 0 && behind[digits..].starts_with(['%', '％']);
        let led = text[..at].chars().next_back().is_none_or(|c| "比速长幅（(：:，,、 ".contains(c));
        if matches!(c, '+' | '＋') && percent && led {
            out.push_str("增长");
        } else {
            out.push(c);
        }
    }
    out.into()
}

/// 第一、二位 written out: 第一位、第二位.
pub(super) fn places_apart(text: &str) -> std::borrow::Cow<'_, str> {
    let numeral = |c: char| c.is_ascii_digit() || "一二三四五六七八九十".contains(c);
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find('第') {
        let behind = &rest[at + '第'.len_utf8()..];
        let end =
            behind.find(|c: char| !numeral(c) && !matches!(c, '、' | '和' | '第')).unwrap_or(behind.len());
        let unit = behind[end..].chars().next().filter(|c| matches!(c, '位' | '名'));
        let places: Vec<&str> =
            behind[..end].split(['、', '和']).map(|place| place.trim_start_matches('第')).collect();
        let whole =
            places.len() > 1 && places.iter().all(|place| !place.is_empty() && place.chars().all(numeral));
        match unit.filter(|_| whole) {
            Some(unit) => {
                out.push_str(&rest[..at]);
                let written: Vec<String> = places.iter().map(|place| format!("第{place}{unit}")).collect();
                out.push_str(&written.join("、"));
                rest = &behind[end + unit.len_utf8()..];
            }
            None => {
                out.push_str(&rest[..at + '第'.len_utf8()]);
                rest = behind;
            }
        }
    }
    if out.is_empty() {
        return text.into();
    }
    out.push_str(rest);
    out.into()
}
