use std::collections::{BTreeMap, BTreeSet};

use super::*;

struct Data {
    plan: Plan,
    report: SampleReport,
    measures: BTreeMap<String, SampleMeasure>,
}

fn data() -> Data {
    let measures = measures().unwrap();
    let count = measures.len();
    let measures: BTreeMap<_, _> = measures.into_iter().map(|m| (m.name.clone(), m)).collect();
    assert_eq!(measures.len(), count, "a measure stands twice");
    Data { plan: plan().unwrap(), report: report().unwrap(), measures }
}

fn nodes(tasks: &[SampleTask]) -> Vec<&SampleTask> {
    tasks.iter().flat_map(|t| std::iter::once(t).chain(nodes(&t.tasks))).collect()
}

fn all_nodes(plan: &Plan) -> Vec<&SampleTask> {
    let subs = plan.sub_campaigns.iter().flat_map(|s| nodes(&s.tasks));
    nodes(&plan.campaign.tasks).into_iter().chain(subs).collect()
}

fn target<'a>(plan: &'a Plan, measure: &str) -> Placed<'a> {
    plan.placed_targets().into_iter().find(|p| p.target.measure == measure).unwrap()
}

#[test]
fn counts() {
    let Data { plan, report, measures } = data();
    let targets = plan.placed_targets();
    // The document's targets: 26 in the seven goal groups, 3 at the head of annex 1, 78 in the tasks of annexes 1
    // and 7, together 107. Six stand in both places and are one indicator each, living where its units are named.
    let cited: usize = targets.iter().map(|p| p.target.cited_by.len()).sum();
    assert_eq!((targets.len(), cited, targets.len() + cited), (101, 6, 26 + 3 + 78));

    // 7 goal groups; 内需: its own 攻坚目标, 3 sections, 14 tasks; 民生: 4 sections, 10 groups, 35 tasks.
    assert_eq!(all_nodes(&plan).len(), 7 + (1 + 3 + 14) + (4 + 10 + 35));
    let leaves = all_nodes(&plan).into_iter().filter(|t| t.tasks.is_empty()).count();
    assert_eq!(leaves, 7 + 15 + 35);

    assert_eq!(plan.sub_campaigns.len(), 7);
    // 71 responsible or member units, the issuing office and the coordinating group.
    assert_eq!(plan.units.len(), 71 + 2);
    // The report's 95 facts are either printed values or statements.
    assert_eq!((report.observations.len(), report.statements.len()), (69, 95 - 69));
    // The 101 of the targets, 2 that targets are compared with, 51 that only the report has.
    assert_eq!(measures.len(), 101 + 2 + 51);

    let mut kinds = BTreeMap::new();
    for placed in &targets {
        *kinds.entry(placed.target.kind).or_insert(0) += 1;
    }
    let expected = [
        (Kind::Total, 45),
        (Kind::Level, 10),
        (Kind::Growth, 12),
        (Kind::Share, 7),
        (Kind::Change, 3),
        (Kind::Cap, 2),
        (Kind::Range, 1),
        (Kind::VersusBenchmark, 1),
        (Kind::VersusIndicator, 2),
        (Kind::Coverage, 6),
        (Kind::Milestone, 1),
        (Kind::Trend, 5),
        (Kind::Qualitative, 6),
    ];
    assert_eq!(kinds, expected.into());
}

#[test]
fn every_unit_named_exists_and_has_its_own_mailboxes() {
    let Data { plan, report, .. } = data();
    let known: BTreeSet<&str> = plan.units.iter().map(|u| u.name.as_str()).collect();
    assert_eq!(known.len(), plan.units.len(), "a unit stands twice");

    let mut named = vec![&plan.campaign.issuer, &plan.campaign.coordinator, &report.issuer];
    for sub in &plan.sub_campaigns {
        let Workforce { office_unit, deputy_conveners, members, .. } = &sub.workforce;
        assert!(!members.is_empty() && deputy_conveners.contains(office_unit), "{}", sub.name);
        named.extend(std::iter::once(office_unit).chain(deputy_conveners).chain(members));
    }
    for responsibility in all_nodes(&plan).into_iter().filter_map(|t| t.responsibility.as_ref()) {
        named.extend(responsibility.lead.iter().chain(&responsibility.support));
    }
    let named: BTreeSet<&str> = named.into_iter().map(String::as_str).collect();
    assert_eq!(named, known, "units named and units listed");

    let emails: BTreeSet<String> = plan.units.iter().flat_map(|u| u.contacts()).map(|c| c.email).collect();
    assert_eq!(emails.len(), 2 * plan.units.len());
    for unit in &plan.units {
        let plain = |c: char| c.is_ascii_lowercase() || c == '-';
        assert!(!unit.mailbox.is_empty() && unit.mailbox.chars().all(plain), "{}", unit.mailbox);
    }
    let [liaison, leader] =
        plan.units.iter().find(|u| u.name == "省发展改革委").map(SampleUnit::contacts).unwrap();
    assert_eq!(
        (liaison.role, &*liaison.name, &*liaison.email),
        (ContactRole::Liaison, "省发展改革委联络员", "fagai@example.org")
    );
    assert_eq!((leader.role, &*leader.email), (ContactRole::Leader, "fagai.leader@example.org"));
}

#[test]
fn responsibility_stands_on_leaves_and_falls_back_to_the_workforce_office() {
    let Data { plan, .. } = data();
    for (group, sub) in plan.campaign.tasks.iter().zip(&plan.sub_campaigns) {
        assert_eq!(group.ordinal, sub.ordinal);
        let responsibility = group.responsibility.as_ref().unwrap();
        assert_eq!(responsibility.lead, [sub.workforce.office_unit.as_str()], "{}", group.name);
        assert_eq!(responsibility.lead_from, LeadFrom::WorkforceOffice);
    }
    let mut stand_ins = Vec::new();
    for sub in &plan.sub_campaigns {
        for task in nodes(&sub.tasks) {
            assert_eq!(task.responsibility.is_some(), task.tasks.is_empty(), "{}", task.name);
            let Some(responsibility) = &task.responsibility else { continue };
            let all: BTreeSet<_> = responsibility.lead.iter().chain(&responsibility.support).collect();
            let named_twice = all.len() < responsibility.lead.len() + responsibility.support.len();
            assert!(!named_twice && !responsibility.lead.is_empty(), "{}", task.name);
            if responsibility.lead_from == LeadFrom::WorkforceOffice {
                assert_eq!(responsibility.lead, [sub.workforce.office_unit.as_str()]);
                stand_ins.push(task.name.as_str());
            }
        }
    }
    assert_eq!(stand_ins, ["攻坚目标", "优化消费环境"]);
}

#[test]
fn siblings_are_numbered_in_order() {
    let Data { plan, .. } = data();
    let rising = |tasks: &[SampleTask]| tasks.is_sorted_by(|a, b| a.ordinal < b.ordinal);
    assert!(rising(&plan.campaign.tasks));
    assert!(plan.sub_campaigns.iter().all(|s| rising(&s.tasks)));
    assert!(all_nodes(&plan).iter().all(|t| rising(&t.tasks)));
    let projects = plan.sub_campaigns[6].tasks[0].tasks.iter().flat_map(|group| &group.tasks);
    assert!(projects.map(|t| t.ordinal).eq(1..=24), "民生实事 are numbered through");
}

#[test]
fn every_target_is_whole() {
    let Data { plan, measures, .. } = data();
    let targets = plan.placed_targets();
    let one_each: BTreeSet<_> = targets.iter().map(|p| &p.target.measure).collect();
    assert_eq!(one_each.len(), targets.len(), "one indicator a measure");

    for Placed { target, .. } in &targets {
        let name = &target.measure;
        let measure = measures.get(name).unwrap_or_else(|| panic!("no measure {name}"));
        let by_person = matches!(target.kind, Kind::Milestone | Kind::Qualitative);
        let no_number =
            by_person || matches!(target.kind, Kind::Trend | Kind::VersusBenchmark | Kind::VersusIndicator);
        assert_eq!(target.value.is_none(), no_number, "{name}: value");
        assert_eq!(target.unit.is_none(), no_number, "{name}: unit");
        assert_eq!(target.figure.is_none(), by_person, "{name}: figure");
        assert_eq!(target.comparator.is_none(), by_person || target.kind == Kind::Trend, "{name}: sign");
        assert_eq!(target.comparator == Some(Comparator::Range), target.value_hi.is_some(), "{name}: range");
        assert!(target.value_hi.is_none_or(|high| Some(high) > target.value), "{name}: ends");
        assert!(target.better == Better::Hold || target.better == measure.better, "{name}: better");

        let in_percent = target.kind == Kind::Growth;
        if in_percent {
            assert_eq!((target.figure, target.unit.as_deref()), (Some(Figure::Yoy), Some("%")), "{name}");
        } else if target.unit.is_some() && target.unit.as_deref() != Some("个百分点") {
            assert_eq!(target.unit, measure.unit, "{name}: unit of the target and of the measure");
        }
        let sides = target.benchmark.as_ref().map(|b| (b.region.is_some(), b.measure.is_some()));
        let expected = match target.kind {
            Kind::VersusBenchmark => Some((true, false)),
            Kind::VersusIndicator => Some((false, true)),
            _ => None,
        };
        assert_eq!(sides, expected, "{name}: benchmark");
        let other = target.benchmark.as_ref().and_then(|b| b.measure.as_ref());
        assert!(other.is_none_or(|m| measures.contains_key(m)), "{name}: other measure");
        assert!(target.cited_by.iter().all(|n| (1..=7).contains(n)), "{name}: cited");
    }
}

#[test]
fn cited_targets_live_in_the_sub_campaign() {
    let Data { plan, .. } = data();
    let table = [
        ("社会消费品零售总额", 1, "攻坚目标", 1),
        ("固定资产投资", 1, "攻坚目标", 1),
        ("常住人口城镇化率", 1, "推动提升潜力地区城镇化水平", 1),
        ("政务服务一网通办率", 7, "实施数字惠民工程", 5),
        ("PM2.5平均浓度", 7, "滚动实施大气污染防治五大标志性战役", 7),
        ("地表水水质优良比例", 7, "强化“一江一湖四水”系统保护和治理", 7),
    ];
    for (measure, sub, task, goal) in table {
        let placed = target(&plan, measure);
        assert_eq!(placed.sub_campaign.map(|s| s.ordinal), Some(sub), "{measure}");
        assert_eq!(placed.path.last().map(|t| t.name.as_str()), Some(task), "{measure}");
        assert_eq!(placed.target.cited_by, [goal], "{measure}");
    }
    let cited = plan.placed_targets().iter().filter(|p| !p.target.cited_by.is_empty()).count();
    assert_eq!(cited, table.len());
}

#[test]
fn phrases() {
    let Data { plan, .. } = data();
    let table = [
        ("社会消费品零售总额", "社会消费品零售总额增长5.5%以上"),
        ("固定资产投资", "固定资产投资增长4.5%"),
        ("城镇新增就业", "新增城镇就业70万人以上"),
        ("高新技术企业数", "高新技术企业总量突破1.8万家"),
        ("民间投资占全部投资比重", "民间投资占全部投资比重保持在60%以上"),
        ("脱贫人口务工规模", "脱贫人口务工规模稳定在232.5万人以上"),
        ("城市低保标准", "城市低保标准提高到不低于740元/月"),
        ("“湘易办”市州专区接入高频服务数", "接入“湘易办”市州专区高频服务不少于100项"),
        ("区域消费中心城市数", "培育建设区域消费中心城市1—2个"),
        ("PM2.5平均浓度", "确保PM2.5平均浓度下降1—2微克/立方米"),
        ("常住人口城镇化率", "力争常住人口城镇化率提高0.9个百分点"),
        ("新能源车车桩增量比", "力争新能源车车桩增量比达到2:1"),
        ("外商直接投资", "外商直接投资增速高于全国平均水平"),
        ("居民人均可支配收入", "居民收入增速高于经济增速"),
        ("零就业家庭数", "确保零就业家庭动态清零"),
        ("专项债券资金监管覆盖率", "专项债券资金监管实现全覆盖"),
        ("生产安全事故起数", "生产安全事故总量持续下降"),
        ("农村公路提质改造里程", "农村公路提质改造3000公里"),
    ];
    for (measure, expected) in table {
        assert_eq!(target(&plan, measure).target.phrase(), expected);
    }
    let phrases: BTreeSet<_> = plan.placed_targets().iter().map(|p| p.target.phrase()).collect();
    assert_eq!(phrases.len(), 101, "no two targets read alike");
}

#[test]
fn measures_have_one_name_each() {
    let Data { measures, .. } = data();
    let mut names = BTreeSet::new();
    for measure in measures.values() {
        for name in std::iter::once(&measure.name).chain(&measure.aliases) {
            assert!(names.insert(name), "{name} names two measures");
        }
        assert!(measure.better != Better::Hold, "{}: holding is the target's", measure.name);
        assert!(measure.precision <= 2, "{}", measure.name);
        assert!(measure.release_day.is_none(), "neither document gives a release day");
    }
    assert!(names.contains(&"规模以上工业增加值".to_owned()));
}

#[test]
fn every_observation_fits_its_measure() {
    let Data { report, measures, .. } = data();
    let mut keys = BTreeSet::new();
    for o in &report.observations {
        let name = &o.measure;
        let measure = measures.get(name).unwrap_or_else(|| panic!("no measure {name}"));
        let unit = if o.figure == Figure::Yoy { Some("%") } else { measure.unit.as_deref() };
        assert_eq!(Some(o.unit.as_str()), unit, "{name}");
        assert!(o.value.scale() <= measure.precision, "{name}: would be shown rounded");
        assert!(o.period_start <= o.period_end, "{name}");
        assert_eq!(o.basis == Basis::Point, o.period_start == o.period_end, "{name}");
        assert!(o.status == Status::Plan || o.period_end <= report.published_on, "{name}: not yet over");
        assert!(o.basis != Basis::Cumulative || o.period_start.to_string() == "2025-01-01", "{name}");
        let key = (name, &o.region, o.period_start, o.period_end, o.figure == Figure::Yoy);
        assert!(keys.insert(key), "{name}: the same fact twice");
    }
    let plans = report.observations.iter().filter(|o| o.status == Status::Plan).count();
    assert_eq!(plans, 4);
}

#[test]
fn the_facts_the_board_is_checked_against() {
    let Data { plan, report, .. } = data();
    let table = [
        ("固定资产投资", Figure::Yoy, "2.9"),
        ("社会消费品零售总额", Figure::Yoy, "6.2"),
        ("规模工业增加值", Figure::Yoy, "8.0"),
        ("技术合同成交额", Figure::Yoy, "9.99"),
        ("城镇新增就业", Figure::Level, "54.15"),
        ("生产安全事故起数", Figure::Yoy, "-15.74"),
    ];
    for (measure, figure, value) in table {
        let target = target(&plan, measure).target;
        assert_eq!(target.figure, Some(figure), "{measure}");
        let mut seen =
            report.observations.iter().filter(|o| o.measure == measure && o.basis == Basis::Cumulative);
        let o = seen.find(|o| o.figure == figure).unwrap();
        assert_eq!((o.region.as_str(), o.value.to_string().as_str()), ("430000", value), "{measure}");
        assert!(target.unit.is_none() || target.unit.as_ref() == Some(&o.unit), "{measure}");
    }
    let reported: BTreeSet<_> = report.observations.iter().map(|o| &o.measure).collect();
    let judged = plan.placed_targets().iter().filter(|p| reported.contains(&p.target.measure)).count();
    assert_eq!(judged, table.len(), "all other targets have no data");
}

#[test]
fn statements_are_printed_not_derived() {
    let Data { report, measures, .. } = data();
    for s in &report.statements {
        assert!(s.period_start <= s.period_end && s.period_end <= report.published_on, "{}", s.about);
        assert_eq!(s.value.is_some(), s.unit.is_some(), "{}", s.about);
        assert!(s.value.is_some() || s.qualifier.is_some(), "{}: says nothing", s.about);
        assert!(s.what != What::Standing || s.value.is_none(), "{}: 其余 is no number", s.about);
    }
    let unmeasured: BTreeSet<&str> =
        report.statements.iter().map(|s| s.about.as_str()).filter(|a| !measures.contains_key(*a)).collect();
    assert_eq!(unmeasured.len(), 15, "{unmeasured:?}");
    let difference = |about| {
        let mut of = report.statements.iter().filter(|s| s.about == about);
        of.find(|s| s.what == What::Difference && s.benchmark.as_deref() == Some("全国平均")).unwrap().value
    };
    assert_eq!(difference("固定资产投资"), Some(Decimal::new(13, 1)));
    assert_eq!(difference("进出口总额"), None);
}

#[test]
fn regions_are_in_the_seed() {
    let Data { plan, report, .. } = data();
    let seed = include_str!("../../store/seed/regions.csv");
    let rows = seed.lines().filter(|line| !line.starts_with('#')).skip(1);
    let rows: Vec<Vec<&str>> = rows.map(|line| line.split(',').collect()).collect();
    let mut levels = BTreeMap::new();
    for row in &rows {
        let suffix =
            ["自治县", "区", "市", "县"].into_iter().find(|s| row[3] == "county" && row[1].ends_with(s));
        *levels.entry((row[3], suffix.unwrap_or_default())).or_insert(0) += 1;
    }
    let expected = [
        (("nation", ""), 1),
        (("province", ""), 1),
        (("prefecture", ""), 14),
        (("county", "区"), 36),
        (("county", "市"), 19),
        (("county", "县"), 60),
        (("county", "自治县"), 7),
    ];
    assert_eq!(levels, expected.into());

    let codes: BTreeSet<&str> = rows.iter().map(|row| row[0]).collect();
    assert_eq!(codes.len(), rows.len());
    assert!(rows.iter().all(|row| row.len() == 8 && (row[4].is_empty() || codes.contains(row[4]))));
    let mut used: BTreeSet<&str> = plan.units.iter().map(|u| u.region.as_str()).collect();
    used.insert(&plan.campaign.region);
    used.extend(report.observations.iter().map(|o| o.region.as_str()));
    used.extend(report.statements.iter().filter_map(|s| s.region.as_deref()));
    let placed = plan.placed_targets();
    used.extend(placed.iter().filter_map(|p| p.target.benchmark.as_ref()?.region.as_deref()));
    assert_eq!(used, ["100000", "430000", "430300", "431200"].into());
    assert!(used.is_subset(&codes));
}

#[test]
fn names_and_notes_only_no_sentences() {
    fn walk(value: &serde_json::Value, longest: &mut usize) {
        match value {
            serde_json::Value::String(text) => *longest = (*longest).max(text.chars().count()),
            serde_json::Value::Array(items) => items.iter().for_each(|v| walk(v, longest)),
            serde_json::Value::Object(fields) => fields.values().for_each(|v| walk(v, longest)),
            _ => {}
        }
    }
    let files = [
        include_str!("../plan-2025.json"),
        include_str!("../report-2025-08.json"),
        include_str!("../measures.json"),
    ];
    for file in files {
        let mut longest = 0;
        walk(&serde_json::from_str(file).unwrap(), &mut longest);
        assert!((1..=80).contains(&longest), "{longest}");
        assert!(!file.contains('。'));
    }
}

#[test]
fn a_misspelt_field_is_refused() {
    let text = include_str!("../plan-2025.json").replacen("\"lead_from\"", "\"lead_form\"", 1);
    assert!(serde_json::from_str::<Plan>(&text).is_err());
    let text = include_str!("../report-2025-08.json").replacen("\"2.9\"", "\"2,9\"", 1);
    assert!(serde_json::from_str::<SampleReport>(&text).is_err());
}
