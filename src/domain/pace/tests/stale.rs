//! Figures that are old: what is left is counted from the day judged, and what nobody reported is named.

use super::*;

fn total() -> Given {
    Given::new(Kind::Total, Comparator::AtLeast, "120", "亿元").at("2025-02-28", "5")
}

fn on(given: &Given, as_of: &str) -> Assessment {
    given.assess_on(as_of, &RulePack::standard(), &given.known())
}

/// 115 are left of 120; on 20 November there are ten days of thirty and December: 1⅓ months, 115 ÷ 4/3 = 86.25.
#[test]
fn what_is_left_is_counted_from_the_day_judged() {
    let late = on(&total(), "2025-11-20");
    let needed = late.needed.unwrap();
    assert_eq!((shown(needed.left), shown(needed.months_left)), ("115.0000".into(), "1.3333".into()));
    assert_eq!((shown(needed.figure), shown(late.needed_per_month)), ("86.2500".into(), "86.2500".into()));
    assert!(late.missing.contains(Missing::DueFigure) && late.overdue_by_default);
    // October's report is due on 20 November itself; November's by 20 December.
    assert_eq!(late.unreported, Some(span("2025-03-01", "2025-09-30")));
    assert_eq!(on(&total(), "2025-11-21").unreported, Some(span("2025-03-01", "2025-10-31")));
    // In April March is not due yet: ten months from the figure.
    let fresh = on(&total(), "2025-04-10");
    assert_eq!((shown(fresh.needed.unwrap().months_left), fresh.unreported), ("10.0000".into(), None));
    assert!(!fresh.ended);
}

#[test]
fn nothing_is_asked_of_a_window_that_is_over_but_its_last_figure() {
    let over = on(&total(), "2026-02-10");
    assert_eq!((over.needed, over.ended), (None, true));
    assert!(over.missing.contains(Missing::LastFigure));
    assert_eq!(over.unreported, Some(span("2025-03-01", "2025-12-31")));
}

/// One rate cannot be asked of months that are over and of those to come.
#[test]
fn no_growth_is_asked_of_months_that_are_over() {
    let given = Given::new(Kind::Growth, Comparator::AtLeast, "5.5", "%").at("2025-02-28", "2");
    assert_eq!(on(&given, "2025-11-20").needed, None);
    assert!(on(&given, "2025-03-28").needed.is_some());
    let share = Given::new(Kind::Share, Comparator::AtLeast, "60", "%").better(Better::Hold);
    assert!(on(&share.at("2025-02-28", "55"), "2025-11-20").needed.is_some());
}
