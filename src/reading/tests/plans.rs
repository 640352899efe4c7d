//! Plans in words of our own, with the right answer written down before the code saw them (`plans/*.key`).

use std::fmt::Write as _;

use encoding_rs::GB18030;
use xushi_domain::TextEnum as _;

use super::packing;
use crate::document;
use crate::plan::proposal::{PlanProposal, ProposedTarget};
use crate::plan::{self};

/// Declares the plans: a text and its key.
macro_rules! plans {
    ($($name:literal)*) => {
        &[$(($name, include_str!(concat!("plans/", $name, ".txt")), include_str!(concat!("plans/", $name, ".key")))),*]
    };
}

/// Declares a plan that is scored: a text, its key, what is reached at least.
macro_rules! scored {
    ($name:literal $least:expr) => {
        (
            $name,
            include_str!(concat!("fresh_plans/", $name, ".txt")),
            include_str!(concat!("fresh_plans/", $name, ".key")),
            $least,
        )
    };
}

/// The first four and their keys were written before the code was run on them, the others after they had been read by eye.
const PLANS: &[(&str, &str, &str)] = plans! {
    "province"
    "city"
    "county"
    "nested"
    "deeds"
    "hundred_days"
    "breakdown"
    "departments"
    "investors"
    "industry"
};

/// Plans of other shapes, scored as a whole: a work report's division of tasks, a list of deeds in a table. Their keys were
/// written before the code saw them. At least so many thousandths of F1 on tasks, on offices with their role, on targets.
const SCORED: &[(&str, &str, &str, [usize; 3])] = &[
    scored!("work_report_tasks" [1000, 1000, 960]),
    scored!("livelihood_list" [1000, 1000, 960]),
    scored!("green_transition" [1000, 1000, 1000]),
    scored!("county_deeds_prose" [1000, 1000, 950]),
    scored!("government_work_report" [1000, 0, 1000]),
    scored!("rural_action_plan" [1000, 1000, 1000]),
];

/// The tasks, the offices with role and task, the targets with task of a key or of a reading shown as one.
fn items(shown: &str) -> [Vec<String>; 3] {
    let mut items = [Vec::new(), Vec::new(), Vec::new()];
    let mut task = String::new();
    for line in shown.lines() {
        if let Some(name) = line.strip_prefix("任务 ") {
            name.split(" / ").last().unwrap_or_default().clone_into(&mut task);
            items[0].push(task.clone());
        } else if line.starts_with("部分") {
            task.clear();
        } else if let Some((role, names)) =
            line.trim().split_once(' ').filter(|(role, _)| matches!(*role, "牵头" | "配合"))
        {
            items[1].extend(
                names.split(' ').filter(|name| *name != "等").map(|name| format!("{task} {role} {name}")),
            );
        } else if let Some(target) =
            line.trim().strip_prefix("目标 ").filter(|target| !target.ends_with("- -"))
        {
            items[2].push(format!("{task} {target}"));
        }
    }
    items
}

/// What of `one` the `other` does not have, as often as it stands there.
fn less(one: &[String], other: &[String]) -> Vec<String> {
    let mut other = other.to_vec();
    let mut left = one.to_vec();
    left.retain(|line| match other.iter().position(|found| found == line) {
        Some(at) => {
            other.swap_remove(at);
            false
        }
        None => true,
    });
    left
}

#[test]
fn plans_of_other_shapes_are_read_well() {
    let mut wrong = String::new();
    for (name, text, key, least) in SCORED {
        let read = items(&shown(&plan::read(&document::read(text.as_bytes()).unwrap())));
        let key = items(key);
        for (at, what) in ["tasks", "offices", "targets"].iter().enumerate() {
            let (missing, extra) = (less(&key[at], &read[at]), less(&read[at], &key[at]));
            let score = 2000 * (key[at].len() - missing.len()) / (key[at].len() + read[at].len()).max(1);
            println!("{name} {what}: F1 {score} of 1000\n  missing {missing:?}\n  extra {extra:?}");
            if score < least[at] {
                writeln!(wrong, "{name} {what}: {score} < {}\n{missing:?}\n{extra:?}", least[at]).unwrap();
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

fn told(target: &ProposedTarget) -> String {
    let target = &target.target;
    let or = |text: String| if text.is_empty() { "-".to_owned() } else { text };
    let value = target.value.map(|low| match target.value_hi {
        Some(high) => format!("{}..{}", low.normalize(), high.normalize()),
        None => low.normalize().to_string(),
    });
    let comparator = target.comparator.map(|comparator| comparator.as_str().to_owned());
    format!(
        "目标 {} {} {}",
        or(comparator.unwrap_or_default()),
        or(value.unwrap_or_default()),
        or(target.unit.clone())
    )
}

/// A proposal in the form of the keys.
fn shown(plan: &PlanProposal) -> String {
    let or = |text: Option<&str>| text.unwrap_or("-").to_owned();
    let day = plan.issued_on.map(|day| day.to_string());
    let mut out = format!(
        "攻坚 {} | {} | {} | {}\n",
        or(plan.name.as_deref()),
        or(plan.doc_no.as_deref()),
        or(plan.issuer.as_deref()),
        or(day.as_deref())
    );
    let targets = |out: &mut String, indent: &str, targets: &[ProposedTarget]| {
        for target in targets {
            writeln!(out, "{indent}{}", told(target)).unwrap();
        }
    };
    targets(&mut out, "", &plan.aims);
    for part in &plan.parts {
        writeln!(out, "部分 {}", part.name).unwrap();
        targets(&mut out, "", &part.aims);
        for task in &part.tasks {
            writeln!(out, "任务 {} / {}", or(task.section.as_deref()), task.name).unwrap();
            let open = if task.open { " 等" } else { "" };
            let (in_lead, in_support) = if task.support.is_empty() { (open, "") } else { ("", open) };
            for (word, units, open) in [("牵头", &task.lead, in_lead), ("配合", &task.support, in_support)]
            {
                if !units.is_empty() {
                    writeln!(out, "  {word} {}{open}", units.join(" ")).unwrap();
                }
            }
            targets(&mut out, "  ", &task.targets);
        }
        if let Some(force) = &part.task_force {
            let open = if force.open { " 等" } else { "" };
            let (deputies, members) = (force.deputies.join(" "), force.members.join(" "));
            let (convener, office) = (or(force.convener.as_deref()), or(force.office.as_deref()));
            writeln!(out, "专班 {convener} | {deputies} | {members}{open} | {office}").unwrap();
        }
    }
    for unread in &plan.unread {
        writeln!(out, "未读 {}", unread.text).unwrap();
    }
    out
}

/// Both in lines, so that a difference is seen at its place.
fn compared(name: &str, text: &str, key: &str) -> String {
    let lines = |text: &str| {
        let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
        // What was not read is compared whatever its order.
        let unread = lines.iter().position(|line| line.starts_with("未读")).unwrap_or(lines.len());
        lines[unread..].sort();
        lines
    };
    let (read, key) = (lines(text), lines(key));
    if read == key {
        return String::new();
    }
    let less = |from: &[String], other: &[String]| {
        let mut other = other.to_vec();
        let mut left = from.to_vec();
        left.retain(|line| match other.iter().position(|one| one == line) {
            Some(at) => {
                other.remove(at);
                false
            }
            None => true,
        });
        left
    };
    format!("{name}: missing {:#?}\nextra {:#?}\n{}\n", less(&key, &read), less(&read, &key), read.join("\n"))
}

#[test]
fn plans_are_read_as_their_keys_say() {
    let mut wrong = String::new();
    for (name, text, key) in PLANS.iter().copied() {
        let read = plan::read(&document::read(text.as_bytes()).unwrap());
        wrong.push_str(&compared(name, &shown(&read), key));
    }
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn the_same_plan_is_read_alike_from_word_and_from_any_encoding() {
    for (name, text, key) in PLANS.iter().copied() {
        let gbk = GB18030.encode(text).0.into_owned();
        let marked = [b"\xef\xbb\xbf", text.as_bytes()].concat();
        let windows = text.replace('\n', "\r\n").into_bytes();
        for (form, bytes) in
            [("docx", packing::typed(text)), ("gb18030", gbk), ("bom", marked), ("crlf", windows)]
        {
            // Markdown is no text that somebody types into Word.
            if form == "docx" && text.contains(['#', '|']) {
                continue;
            }
            let read = plan::read(&document::read(&bytes).unwrap());
            let wrong = compared(&format!("{name} as {form}"), &shown(&read), key);
            assert!(wrong.is_empty(), "{wrong}");
        }
    }
}

#[test]
fn each_target_keeps_its_words_and_its_place() {
    let plan = plan::read(&document::read(PLANS[2].1.as_bytes()).unwrap());
    let target = &plan.parts[0].tasks[1].targets[0];
    assert_eq!(
        (target.phrase.as_str(), target.place.to_string().as_str()),
        ("固定资产投资增长5%以上", "第7行")
    );
    let word = plan::read(&document::read(&packing::typed(PLANS[2].1)).unwrap());
    assert_eq!(word.parts[0].tasks[1].targets[0].place.to_string(), "第7段");
    assert!(
        plan.parts[0].tasks[1].text.ends_with("责任单位：各乡镇人民政府）"),
        "{}",
        plan.parts[0].tasks[1].text
    );
}

#[test]
fn the_group_of_the_whole_plan_is_kept_beside_its_annexes() {
    let text = "湖东市实施“两大攻坚”总体方案\n\n一、主要目标\n\n固定资产投资增长6%。\n\n二、组织实施\n\n（一）加强组织领导。成立市实施“两大攻坚”综合协调组，由市政府秘书长任组长，办公室设在市发展改革委。\n\n湖东市人民政府\n2026年2月3日\n\n附件1\n\n扩大内需攻坚实施方案\n\n一、重点任务\n\n1.激发消费潜力。举办促消费活动30场。（市商务局牵头）\n\n附件2\n\n项目建设攻坚实施方案\n\n一、重点任务\n\n1.推进项目建设。新开工项目45个。（市发展改革委牵头）\n";
    let plan = plan::read(&document::read(text.as_bytes()).unwrap());
    let parts: Vec<(&str, usize)> =
        plan.parts.iter().map(|part| (part.name.as_str(), part.tasks.len())).collect();
    assert_eq!(parts, [("两大攻坚", 0), ("扩大内需攻坚", 1), ("项目建设攻坚", 1)]);
    let force = plan.parts[0].task_force.as_ref().unwrap();
    assert_eq!(
        (force.convener.as_deref(), force.office.as_deref()),
        (Some("市政府秘书长"), Some("市发展改革委"))
    );
}

/// The values a plan of 2026 promises in a section that says `sentence`.
fn promised(sentence: &str) -> Vec<String> {
    let text = format!(
        "云岭市2026年重点任务分解方案\n\n一、重点任务\n\n（一）抓项目。{sentence}（牵头单位：市发改委）\n"
    );
    let plan = plan::read(&document::read(text.as_bytes()).unwrap());
    let tasks = plan
        .parts
        .iter()
        .flat_map(|part| part.aims.iter().chain(part.tasks.iter().flat_map(|task| &task.targets)));
    plan.aims.iter().chain(tasks).filter_map(|one| Some(one.target.value?.to_string())).collect()
}

#[test]
fn what_was_reached_before_is_no_goal() {
    for (sentence, values) in [
        (
            "2025年，全市地区生产总值增长5.8%，城镇新增就业3.6万人，新增规上企业50家，完成投资400亿元。",
            &[][..],
        ),
        ("2025年，新增规上企业50家，全年完成投资400亿元，2026年完成投资480亿元。", &["480"]),
        ("去年新增规上企业50家，新开工项目80个，今年新增60家。", &["60"]),
        ("上年完成投资400亿元，新增就业3万人，力争今年完成450亿元。", &["450"]),
        ("在去年引进项目80个的基础上，再引进100个以上。", &["100"]),
        ("在上年完成投资400亿元基础上，增长8%。", &["8"]),
        ("上半年已到位资金120亿元，全年到位350亿元。", &["350"]),
        ("目前已引进项目30个，年内再引进20个。", &["20"]),
        ("一季度已开工项目45个，全年开工120个。", &["120"]),
        ("现有规上企业300家，新增50家。", &["50"]),
        ("新增规上企业50家，完成投资400亿元。", &["50", "400"]),
        ("较2025年新增规上企业50家。", &["50"]),
        ("农村低保标准由每人每月480元提高至520元。", &["520"]),
    ] {
        assert_eq!(promised(sentence), values, "{sentence}");
    }
}

#[test]
fn a_notice_in_markdown_is_no_section_and_its_covering_sentence_no_promise() {
    let notice = "关于印发《云岭市2026年重点任务分解方案》的通知";
    let cover = "现将《云岭市2026年重点任务分解方案》印发给你们，请认真组织实施。";
    let body = "一、重点任务\n\n（一）抓项目。完成投资480亿元。（牵头单位：市发改委）\n";
    for head in [
        format!("# 云岭市人民政府{notice}\n\n云政发〔2026〕3号\n\n各县（区）人民政府：\n\n{cover}\n\n{body}"),
        format!("# 云岭市人民政府{notice}\n\n## 云政发〔2026〕3号\n\n{cover}\n\n{body}"),
        format!("云岭市人民政府{notice}\n\n云政发〔2026〕3号\n\n{cover}\n\n{body}"),
    ] {
        let plan = plan::read(&document::read(head.as_bytes()).unwrap());
        let shown = shown(&plan);
        assert_eq!(plan.title.as_deref(), Some("云岭市2026年重点任务分解方案"), "{shown}");
        let targets: usize =
            plan.parts.iter().flat_map(|part| &part.tasks).map(|task| task.targets.len()).sum();
        let aims = plan.aims.len() + plan.parts.iter().map(|part| part.aims.len()).sum::<usize>();
        assert_eq!((targets, aims), (1, 0), "{shown}");
        assert!(!shown.contains("印发给你们"), "{shown}");
    }
}
