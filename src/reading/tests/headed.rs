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
