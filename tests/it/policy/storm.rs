use std::collections::HashMap;

use super::*;

both! {
    /// The quick half of the storm; `benches/issue.rs` is the other.
    async fn two_thousand_turn_red_at_once_and_every_unit_gets_one_letter(app: TestApp) {
        at(&app, "2025-08-21");
        let (units, indicators) = storm(&app, 40, 2_000).await;
        let done = warning::issue(&app.desk, d("2025-08-21")).await.unwrap();
        assert_eq!((done.assessed, done.letters.len()), (indicators, units));
        let listed: usize = done.letters.iter().map(|letter| letter.indicators.len()).sum();
        assert_eq!(listed, indicators, "none dropped");
        let addressed: BTreeSet<_> = done.letters.iter().map(|letter| letter.unit_id).collect();
        assert_eq!(addressed.len(), units);
        let letters = items(&app, "/letters?limit=500").await;
        let mut serials: Vec<u32> = letters
            .iter()
            .map(|letter| letter["number"].as_str().unwrap().split(['〕', '号']).nth(1).unwrap().parse().unwrap())
            .collect();
        serials.sort_unstable();
        assert_eq!(serials, (1..=u32::try_from(units).unwrap()).collect::<Vec<_>>(), "gapless");
        let mut states: HashMap<String, usize> = HashMap::new();
        for delivery in items(&app, "/deliveries?limit=500").await {
            *states.entry(delivery["state"].as_str().unwrap().to_owned()).or_default() += 1;
        }
        assert_eq!(states, HashMap::from([("pending".to_owned(), units)]));
        assert!(warning::issue(&app.desk, d("2025-08-21")).await.unwrap().letters.is_empty());
    }

    async fn two_replicas_in_a_storm_issue_each_letter_once(app: TestApp) {
        at(&app, "2025-08-21");
        let (units, indicators) = storm(&app, 20, 200).await;
        let day = d("2025-08-21");
        let (one, two) = tokio::join!(warning::issue(&app.desk, day), warning::issue(&app.desk, day));
        let issued = |run: &xushi::warning::Issued| {
            let issued = |letter: &&xushi::warning::PlannedLetter| matches!(letter.outcome, xushi::warning::Outcome::Issued { .. });
            run.letters.iter().filter(issued).count()
        };
        assert_eq!(issued(&one.unwrap()) + issued(&two.unwrap()), units);
        assert_eq!(items(&app, "/episodes?limit=500").await.len(), indicators);
        let letters = items(&app, "/letters?limit=500").await;
        let numbers: BTreeSet<_> = letters.iter().map(|letter| letter["number"].to_string()).collect();
        assert_eq!((letters.len(), numbers.len()), (units, units));
    }
}

/// A campaign whose indicators all fall at once, spread evenly over units with one mailbox each.
async fn storm(app: &TestApp, units: usize, indicators: usize) -> (usize, usize) {
    use xushi::store::rows::*;
    use xushi::store::types::{Id, Number};
    let campaign = json!({"name": "风暴", "region": "430000", "starts_on": "2025-01-01", "ends_on": "2025-12-31",
        "issuer_name": "综合协调组", "letter_mark": "湘攻坚函"});
    let campaign =
        app.post("/campaigns", campaign).await.expect(201)["id"].as_str().unwrap().parse().unwrap();
    let region = xushi::db!(app.store, regions::resolve_region("430000")).unwrap().id;
    let now = xushi::clock::Clock::timestamp(&*app.clock);
    let id = || Id(xushi::clock::Clock::new_id(&*app.clock));
    let mut rows = PlanRows::default();
    for unit in 0..units {
        let unit_id = id();
        rows.units.push(UnitRow {
            id: unit_id,
            name: format!("单位{unit}"),
            region_id: region,
            parent_id: None,
            credit_code: None,
            created_at: now,
            revision: 1,
            updated_at: now,
        });
        rows.contacts.push(ContactRow {
            id: id(),
            unit_id,
            name: "联络员".to_owned(),
            email: format!("u{unit}@example.org"),
            phone: None,
            role: "liaison".to_owned(),
            valid_from: d("2025-01-01"),
            valid_to: None,
            created_at: now,
            revision: 1,
            updated_at: now,
        });
    }
    let task_id = id();
    rows.tasks.push(TaskRow {
        id: task_id,
        campaign_id: Id(campaign),
        parent_id: None,
        ordinal: 1,
        name: "任务".to_owned(),
        units_open: false,
        created_at: now,
        revision: 1,
        updated_at: now,
    });
    let mut facts = Vec::new();
    for number in 0..indicators {
        let measure_id = id();
        let words = (
            xushi::domain::Basis::Cumulative,
            xushi::domain::Better::Higher,
            xushi::domain::Frequency::Monthly,
        );
        let measure = xushi::domain::Measure::new(&format!("指标{number}"), "亿元", words, None, 1).unwrap();
        rows.measures.push(MeasureRow::of(&measure, measure_id, now));
        let target = xushi::domain::Target {
            kind: xushi::domain::Kind::Growth,
            comparator: Some(xushi::domain::Comparator::AtLeast),
            value: Some("5".parse().unwrap()),
            value_hi: None,
            unit: "%".to_owned(),
            hedge: None,
            phrase: "增长5%以上".to_owned(),
            benchmark: None,
        };
        rows.indicators.push((
            measure_id,
            region,
            IndicatorRow {
                id: id(),
                campaign_id: Id(campaign),
                task_id,
                series_id: 0,
                lead_unit_id: Some(rows.units[number % units].id),
                target: TargetColumns::from(Some(&target)),
                curve: "{\"kind\":\"linear_months\"}".to_owned(),
                baseline: None,
                window_start: d("2025-01-01"),
                window_end: d("2025-12-31"),
                verdict: VerdictColumns::none(),
                created_at: now,
                revision: 1,
                updated_at: now,
            },
        ));
        facts.push((
            measure_id,
            region,
            ObservationRow {
                id: id(),
                series_id: 0,
                period_start: d("2025-01-01"),
                period_end: d("2025-07-31"),
                basis: "cumulative".to_owned(),
                figure: "yoy".to_owned(),
                vintage: 0,
                value: Number("-9".parse().unwrap()),
                status: "final".to_owned(),
                source: "月报".to_owned(),
                published_on: d("2025-08-20"),
                recorded_at: now,
            },
        ));
    }
    xushi::db!(app.store, plans::load_plan(&rows)).unwrap();
    xushi::db!(app.store, observations::record_observations(&facts, false)).unwrap();
    (units, indicators)
}
