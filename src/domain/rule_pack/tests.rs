use super::*;

fn d(text: &str) -> Decimal {
    text.parse().unwrap()
}

#[test]
fn built_in_packs_are_valid_and_have_different_names() {
    let mut names: Vec<_> =
        RulePack::built_in().into_iter().map(|pack| pack.checked().unwrap().name).collect();
    names.dedup();
    assert_eq!(names, ["standard", "yinchuan", "wuhan", "tianjin"]);
}

#[test]
fn bands_turn_a_shortfall_into_a_grade() {
    let standard = RulePack::standard();
    let yinchuan = RulePack::yinchuan();
    for (bands, shortfall, want) in [
        (standard.progress, "-1", Grade::Ahead),
        (standard.progress, "-0.99", Grade::OnPace),
        (standard.progress, "0", Grade::OnPace),
        (standard.progress, "0.0001", Grade::Watch),
        (standard.progress, "10", Grade::Watch),
        (standard.progress, "10.01", Grade::Behind),
        (standard.progress, "30", Grade::Behind),
        (standard.progress, "30.01", Grade::Critical),
        (standard.rate, "-0.5", Grade::Ahead),
        (standard.rate, "0", Grade::OnPace),
        (standard.rate, "0.9", Grade::Watch),
        (standard.rate, "1.0", Grade::Behind),
        (standard.rate, "1.6", Grade::Behind),
        (standard.rate, "3", Grade::Critical),
        (yinchuan.progress, "10", Grade::OnPace),
        (yinchuan.progress, "10.01", Grade::Behind),
        (yinchuan.progress, "30", Grade::Behind),
        (yinchuan.progress, "31", Grade::Critical),
        (RulePack::wuhan().progress, "20", Grade::OnPace),
        (RulePack::wuhan().progress, "20.1", Grade::Behind),
        (RulePack::wuhan().progress, "40.1", Grade::Critical),
        (RulePack::tianjin().progress, "0", Grade::OnPace),
        (RulePack::tianjin().progress, "0.1", Grade::Behind),
        (RulePack::tianjin().progress, "30.1", Grade::Critical),
    ] {
        assert_eq!(bands.grade(d(shortfall)), want, "{shortfall} {bands:?}");
    }
}

#[test]
fn a_grade_that_warns_is_lifted_later_than_it_is_given() {
    let rate = RulePack::standard().rate;
    for (previous, shortfall, want) in [
        (None, "0.9", (Grade::Watch, false)),
        (Some(Grade::OnPace), "0.9", (Grade::Watch, false)),
        (Some(Grade::Behind), "0.9", (Grade::Behind, true)),
        (Some(Grade::Behind), "0.8", (Grade::Behind, true)),
        (Some(Grade::Behind), "0.79", (Grade::Watch, false)),
        (Some(Grade::Behind), "2.9", (Grade::Behind, false)),
        (Some(Grade::Behind), "3.0", (Grade::Critical, false)),
        (Some(Grade::Critical), "2.9", (Grade::Critical, true)),
        (Some(Grade::Critical), "2.7", (Grade::Behind, false)),
        (Some(Grade::Critical), "0.9", (Grade::Behind, true)),
        (Some(Grade::Critical), "-1", (Grade::Ahead, false)),
        (Some(Grade::Watch), "0", (Grade::OnPace, false)),
    ] {
        assert_eq!(rate.grade_after(d(shortfall), previous), want, "{previous:?} {shortfall}");
    }
    // 1 − 1.5 is below the line: what is on it, or short of nothing, is not held. 3 − 1.5 = 1.5.
    let wide = Bands { lift: d("1.5"), ..rate };
    for (previous, shortfall, want) in [
        (Grade::Behind, "0.1", (Grade::Behind, true)),
        (Grade::Behind, "0", (Grade::OnPace, false)),
        (Grade::Behind, "-0.3", (Grade::OnPace, false)),
        (Grade::Missed, "1.5", (Grade::Critical, true)),
        (Grade::Missed, "1.4", (Grade::Behind, false)),
    ] {
        assert_eq!(wide.grade_after(d(shortfall), Some(previous)), want, "{previous} {shortfall}");
    }
}

#[test]
fn on_the_line_is_never_ahead() {
    let bands = Bands { ahead: Decimal::ZERO, ..RulePack::standard().rate };
    assert_eq!(bands.grade(Decimal::ZERO), Grade::OnPace);
    assert_eq!(bands.grade(d("-0.1")), Grade::Ahead);
}

#[test]
fn a_forecast_warns_only_of_what_can_still_be_missed() {
    let pack = RulePack::standard();
    for (grade, want) in [
        (Grade::Achieved, None),
        (Grade::NoData, None),
        (Grade::OverdueReport, None),
        (Grade::Ahead, Some(Level::Yellow)),
        (Grade::Watch, Some(Level::Yellow)),
    ] {
        assert_eq!(pack.level_by_forecast(grade, Some(d("0.9")), false), want, "{grade}");
    }
    assert_eq!(pack.level_by_forecast(Grade::Ahead, None, true), None);
}

#[test]
fn levels_follow_the_grade_and_watch_must_last() {
    let pack = RulePack::standard();
    for (grade, run, want) in [
        (Grade::Watch, 2, None),
        (Grade::Watch, 3, Some(Level::Yellow)),
        (Grade::Behind, 1, Some(Level::Yellow)),
        (Grade::Critical, 1, Some(Level::Orange)),
        (Grade::Missed, 1, Some(Level::Red)),
        (Grade::OnPace, 9, None),
        (Grade::NoData, 9, None),
        (Grade::OverdueReport, 0, None),
        (Grade::OverdueReport, 3, Some(Level::Yellow)),
    ] {
        assert_eq!(pack.level(grade, run), want, "{grade} {run}");
    }
}

#[test]
fn enough_lagging_indicators_count_together() {
    let pack = RulePack { missed_indicators: 2, ..RulePack::standard() };
    assert_eq!(pack.level_together(Grade::Watch, 1), None);
    assert_eq!(pack.level_together(Grade::Watch, 2), Some(Level::Yellow));
    assert_eq!(pack.level_together(Grade::OnPace, 2), None);
    assert_eq!(pack.level_together(Grade::NoData, 9), None);
}

#[test]
fn packs_that_make_no_sense_are_refused() {
    let ok = RulePack::standard;
    for (pack, field) in [
        (RulePack { name: " ".to_owned(), ..ok() }, "name"),
        (RulePack { name: "standard@1".to_owned(), ..ok() }, "name"),
        (RulePack { version: 0, ..ok() }, "version"),
        (RulePack { progress: Bands { watch: d("11"), ..ok().progress }, ..ok() }, "progress"),
        (RulePack { rate: Bands { behind: d("4"), ..ok().rate }, ..ok() }, "rate"),
        (RulePack { rate: Bands { ahead: d("-1"), ..ok().rate }, ..ok() }, "rate"),
        (RulePack { days: Bands { lift: d("31"), ..ok().days }, ..ok() }, "days"),
        (RulePack { soft_factor: d("0"), ..ok() }, "soft_factor"),
        (RulePack { soft_factor: d("1.1"), ..ok() }, "soft_factor"),
        (RulePack { coverage_min: d("1.1"), ..ok() }, "coverage_min"),
        (RulePack { about_points: d("-1"), ..ok() }, "about_points"),
        (RulePack { periods_in_a_row: 0, ..ok() }, "periods_in_a_row"),
        (RulePack { missed_indicators: 0, ..ok() }, "missed_indicators"),
        (RulePack { grace_working_days: 61, ..ok() }, "grace_working_days"),
        (RulePack { observation_periods: 25, ..ok() }, "observation_periods"),
        (RulePack { p_miss_open: Decimal::ZERO, ..ok() }, "p_miss_open"),
        (RulePack { p_miss_lift: Decimal::ONE, ..ok() }, "p_miss_lift"),
        (RulePack { levels: Levels { behind: Level::Red, ..ok().levels }, ..ok() }, "levels"),
        (RulePack { levels: Levels { missed: Level::Yellow, ..ok().levels }, ..ok() }, "levels"),
    ] {
        assert_eq!(pack.checked().unwrap_err().field, field);
    }
    // Opening and lifting at the same probability makes sense.
    let open = ok().p_miss_open;
    assert!(RulePack { p_miss_lift: open, ..ok() }.checked().is_ok());
}
