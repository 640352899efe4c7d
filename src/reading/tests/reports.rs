//! Reports in words of our own, with the right answer written down before the code saw them (`reports/*.key`).

use xushi_domain::TextEnum as _;

use crate::document;
use crate::report;

/// Declares the reports: a text, its key, and what the reader gets of it at least, in thousandths of F1.
macro_rules! reports {
    ($($name:literal $least:literal)*) => {
        &[$(($name, include_str!(concat!($name, ".txt")), include_str!(concat!($name, ".key")), $least)),*]
    };
}

const REPORTS: &[(&str, &str, &str, usize)] = reports! {
    "reports/province_notice" 1000
    "reports/county_brief" 1000
    "reports/bureau_bulletin" 1000
    "reports/livelihood_progress" 1000
    "reports/trade_analysis" 970
    "reports/campaign_special" 950
    "reports/industry_flash" 1000
    "reports/finance_special" 970
    "fresh_reports/mountain_monthly" 1000
    "fresh_reports/statistics_release" 1000
    "fresh_reports/counties_special" 1000
    "fresh_reports/supervision_bulletin" 990
    "fresh_reports/work_report_past_year" 985
    "fresh_reports/communique" 1000
    "fresh_reports/dispatch_meeting" 970
    "fresh_reports/half_year_county" 990
    "fresh_reports/air_quality" 990
    "fresh_reports/budget_execution" 1000
    "fresh_reports/projects_table" 1000
    "fresh_reports/trade_zone_quarterly" 950
    "fresh_reports/agriculture_brief" 960
    "fresh_reports/renewal_policy_special" 990
    "fresh_reports/district_duty_bulletin" 1000
    "fresh_reports/employment_analysis" 980
    "fresh_reports/printed_construction" 1000
    "fresh_reports/water_transport_report" 1000
    "fresh_reports/health_insurance_notice" 1000
    "fresh_reports/unit_mail" 1000
    "fresh_reports/finance_statistics" 980
    "fresh_reports/safety_bulletin" 980
    "fresh_reports/chain_monitor" 920
    "fresh_reports/district_quarter" 1000
};

/// The facts of a report in the form of the keys: region, last day, figure, value.
fn facts(text: &str) -> Vec<String> {
    // Pages parted by form feeds are a PDF, as a helper takes its text out.
    let document =
        if text.contains('\u{c}') { document::of_pages(text) } else { document::read(text.as_bytes()) };
    let read = report::read(&document.unwrap());
    let shown = read.facts.iter().map(|fact| {
        format!(
            "{} | {} | {} | {}",
            fact.region,
            fact.period.end,
            fact.figure.as_str(),
            fact.value.normalize()
        )
    });
    shown.collect()
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
fn reports_are_read_as_their_keys_say() {
    let mut wrong = String::new();
    for (name, text, key, least) in REPORTS.iter().copied() {
        let key: Vec<String> = key.lines().filter(|line| !line.starts_with('#')).map(str::to_owned).collect();
        let read = facts(text);
        let (missing, extra) = (less(&key, &read), less(&read, &key));
        let right = key.len() - missing.len();
        let score = 2000 * right / (key.len() + read.len());
        println!(
            "{name}: F1 {score} of 1000 ({right} right of {} written, {} read)\n  missing {missing:#?}\n  extra {extra:#?}",
            key.len(),
            read.len()
        );
        if score < least {
            wrong.push_str(&format!("{name}: {score} < {least}\nmissing {missing:#?}\nextra {extra:#?}\n"));
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn an_amount_that_nobody_can_say_is_handed_back() {
    let text = "湖东市工作月报\n\n2026年8月26日\n\n1-7月，全市投资增长5%。带动企业数十家。\n";
    let read = report::read(&document::read(text.as_bytes()).unwrap());
    let unread: Vec<&str> = read.unread.iter().map(|unread| unread.text.as_str()).collect();
    assert_eq!((read.facts.len(), unread), (1, vec!["数十家"]));
}
