//! Tables as offices head them: what each cell says is written down by hand, and what is not understood has its cell.

use chrono::NaiveDate;
use xushi_domain::TextEnum as _;

use crate::report::ReportedFact;
use crate::sheet::{self, SheetProposal, SheetReading};

/// A fact as one line: indicator, days, figure, value with unit, against; a status other than actual behind.
pub(super) fn line(fact: &ReportedFact) -> String {
    let start = fact.period.start.map(|day| day.to_string()).unwrap_or_default();
    let against = fact.against.as_deref().map(|against| format!(" 比{against}")).unwrap_or_default();
    let status = Some(fact.status.as_str()).filter(|status| *status != "actual");
    format!(
        "{} {start}..{} {} {}{}{against}{}",
        fact.indicator,
        fact.period.end,
        fact.figure.as_str(),
        fact.value.normalize(),
        fact.unit,
        status.map(|status| format!(" {status}")).unwrap_or_default()
    )
}

fn figures(read: &SheetReading) -> Vec<String> {
    match &read.proposal {
        SheetProposal::Figures(facts) => facts.iter().map(line).collect(),
        SheetProposal::Plan(tasks) => panic!("a plan: {tasks:?}"),
    }
}

/// The cells that were refused.
fn refused(read: &SheetReading) -> Vec<String> {
    let cell = |place: String| place.trim_start_matches("第1张表").to_owned();
    read.refused.iter().map(|unread| format!("{} {}", cell(unread.place.to_string()), unread.text)).collect()
}

const WITHOUT_YEAR: &str =
    "单位：亿元、%,,\n指标,5月,,1—5月,\n,总量,增速,总量,增速\n零售额,65.2,3.9,310.4,4.0\n";

#[test]
fn months_without_a_year_are_told_by_file_sheet_or_day_of_publication_and_else_refused() {
    let day = NaiveDate::from_ymd_opt(2026, 6, 18);
    let may = [
        "零售额 2026-05-01..2026-05-31 level 65.2亿元",
        "零售额 2026-05-01..2026-05-31 yoy 3.9%",
        "零售额 2026-01-01..2026-05-31 level 310.4亿元",
        "零售额 2026-01-01..2026-05-31 yoy 4%",
    ];
    let read = |name: Option<&str>, day| sheet::read_told(WITHOUT_YEAR.as_bytes(), name, day).unwrap();
    for told in [
        read(Some("2026年5月.csv"), None),
        read(Some("主要指标202605.csv"), None),
        read(None, day),
        read(Some("主要指标.csv"), day),
        read(Some("2026年5月.csv"), NaiveDate::from_ymd_opt(2027, 1, 10)),
    ] {
        assert_eq!(figures(&told), may);
        assert_eq!(refused(&told), [""; 0]);
    }
    for untold in [read(None, None), read(Some("主要指标.csv"), None), read(Some("2025-2026年.csv"), None)]
    {
        assert_eq!(figures(&untold), [""; 0]);
        assert_eq!(refused(&untold), ["B4 零售额 65.2", "C4 零售额 3.9", "D4 零售额 310.4", "E4 零售额 4.0"]);
        assert!(untold.refused.iter().all(|unread| unread.why.contains("没有写明年份")), "{untold:?}");
    }
}

#[test]
fn a_column_with_its_year_needs_no_other_and_a_month_ahead_is_of_last_year() {
    let text = "指标,2026年5月（亿元）,1-5月（亿元）\n零售额,65.2,310.4\n";
    let read = sheet::read(text.as_bytes()).unwrap();
    assert_eq!(figures(&read), ["零售额 2026-05-01..2026-05-31 level 65.2亿元"]);
    assert_eq!(refused(&read), ["C2 零售额 310.4"]);
    let text = "指标,12月（亿元）,1-12月（亿元）\n零售额,65.2,310.4\n";
    let read = sheet::read_told(text.as_bytes(), None, NaiveDate::from_ymd_opt(2026, 1, 20)).unwrap();
    assert_eq!(
        figures(&read),
        ["零售额 2025-12-01..2025-12-31 level 65.2亿元", "零售额 2025-01-01..2025-12-31 level 310.4亿元",]
    );
}

#[test]
fn a_table_that_tracks_indicators_is_figures_with_its_targets() {
    let text = "指标,单位,2026年目标,1-6月累计完成,完成年度目标（%）,同比增长（%）,责任单位,备注\n\
        到位资金,亿元,350,160.5,45.9,持平,市商务局,预计全年完成340亿元\n\
        出口总额,亿美元,12,5.1,42.5,-3.2%,市商务局,\n\
        投诉量,件,不超过100,56,,下降8,市信访局,口径有调整\n";
    let read = sheet::read(text.as_bytes()).unwrap();
    assert_eq!(
        figures(&read),
        [
            "到位资金 2026-01-01..2026-12-31 level 350亿元 plan",
            "到位资金 2026-01-01..2026-06-30 level 160.5亿元",
            "到位资金 2026-01-01..2026-06-30 completion 45.9%",
            "到位资金 2026-01-01..2026-06-30 yoy 0%",
            "到位资金 2026-01-01..2026-12-31 level 340亿元 forecast",
            "出口总额 2026-01-01..2026-12-31 level 12亿美元 plan",
            "出口总额 2026-01-01..2026-06-30 level 5.1亿美元",
            "出口总额 2026-01-01..2026-06-30 completion 42.5%",
            "出口总额 2026-01-01..2026-06-30 yoy -3.2%",
            "投诉量 2026-01-01..2026-12-31 level 100件 plan",
            "投诉量 2026-01-01..2026-06-30 level 56件",
            "投诉量 2026-01-01..2026-06-30 yoy -8%",
        ]
    );
    assert_eq!(refused(&read), ["H4 口径有调整"]);
}

#[test]
fn a_place_is_of_the_days_under_which_each_placed_row_has_a_figure_and_else_refused() {
    let head = "2026年3月主要经济指标,,,,\n指标,单位,1—3月累计,同比（%）,3月当月,当月同比（%）,全省位次\n";
    let text = format!(
        "{head}生产总值,亿元,612.4,5.4,,,9\n零售额,亿元,188.6,持平,63.1,缺,7\n注：生产总值为初步核算数,,,,,,\n"
    );
    let read = sheet::read(text.as_bytes()).unwrap();
    assert_eq!(
        figures(&read),
        [
            "生产总值 2026-01-01..2026-03-31 level 612.4亿元",
            "生产总值 2026-01-01..2026-03-31 yoy 5.4%",
            "生产总值 2026-01-01..2026-03-31 rank 9位",
            "零售额 2026-01-01..2026-03-31 level 188.6亿元",
            "零售额 2026-01-01..2026-03-31 yoy 0%",
            "零售额 2026-03-01..2026-03-31 level 63.1亿元",
            "零售额 2026-01-01..2026-03-31 rank 7位",
        ]
    );
    assert_eq!(refused(&read), ["F4 缺", "A5 注：生产总值为初步核算数"]);
    let text = format!("{head}零售额,亿元,188.6,4.1,63.1,4.6,7\n");
    let read = sheet::read(text.as_bytes()).unwrap();
    assert_eq!((figures(&read).len(), refused(&read)), (4, vec!["G3 7".to_owned()]));
}

#[test]
fn a_column_is_of_its_own_days_and_in_its_own_sign() {
    let text = "2026年上半年主要指标,,,\n指标,总额（亿元）,比上年同期增减（%）,比1-5月加快（百分点）,比一季度回落（百分点）\n\
        财政收入,80.1,3.1,0.4,1.2\n";
    let read = sheet::read(text.as_bytes()).unwrap();
    assert_eq!(
        figures(&read),
        [
            "财政收入 2026-01-01..2026-06-30 level 80.1亿元",
            "财政收入 2026-01-01..2026-06-30 yoy 3.1%",
            "财政收入 2026-01-01..2026-06-30 difference 0.4百分点 比1-5月",
            "财政收入 2026-01-01..2026-06-30 difference -1.2百分点 比一季度",
        ]
    );
    let text = "2026年上半年主要指标,\n指标,同比降幅（%）\n能耗,3.1\n电耗,-2\n";
    let read = sheet::read(text.as_bytes()).unwrap();
    assert_eq!(figures(&read), ["能耗 2026-01-01..2026-06-30 yoy -3.1%"]);
    assert_eq!(refused(&read), ["B4 -2"]);
}

/// The tasks of a breakdown: name, targets as indicator and value.
fn tasks(read: &SheetReading) -> Vec<String> {
    let SheetProposal::Plan(tasks) = &read.proposal else { panic!("no plan: {read:?}") };
    let shown = tasks.iter().map(|task| {
        let targets = task.targets.iter().map(|proposed| {
            let value = proposed.target.value.map(|value| value.to_string()).unwrap_or_default();
            format!("{} {value}{}", proposed.target.indicator, proposed.target.unit)
        });
        format!("{}: {}", task.name, targets.collect::<Vec<String>>().join("; "))
    });
    shown.collect()
}

#[test]
fn columns_of_a_breakdown_that_are_not_read_are_refused() {
    let text = "序号,工作任务,具体目标,第一季度,第二季度,牵头领导,牵头单位,备注\n\
        1,重点项目,完成投资480亿元,100,220,李明,市发改委,一季度完成100亿元\n\
        2,老旧小区改造,改造45个,开工10个,开工45个,张强,市住建局,\n";
    let read = sheet::read(text.as_bytes()).unwrap();
    assert_eq!(
        refused(&read),
        ["D2 100", "D3 开工10个", "E2 220", "E3 开工45个", "F1 牵头领导", "H2 一季度完成100亿元"]
    );
}

#[test]
fn rows_of_deeds_for_the_people_keep_their_names() {
    let text = "民生实事,目标任务,完成时限,责任单位\n新建公办幼儿园,12所,2026年8月底,市教育局\n农村公路,新改建350公里,,市交通局\n";
    let read = sheet::read(text.as_bytes()).unwrap();
    let shown = tasks(&read);
    assert!(shown[0].starts_with("新建公办幼儿园: ") && shown[0].contains("幼儿园 12所"), "{shown:?}");
    assert!(shown[1].starts_with("农村公路: ") && shown[1].contains("350公里"), "{shown:?}");
}
