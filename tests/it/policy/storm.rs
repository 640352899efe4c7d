use std::collections::HashMap;
use xushi::office::Actor;

use super::*;

both! {
    /// The quick half of the storm; `benches/issue.rs` is the other.
    async fn two_thousand_turn_red_at_once_and_every_unit_gets_one_letter(app: TestApp) {
        at(&app, "2025-08-21");
        let (units, indicators) = storm(&app, 40, 2_000).await;
        let done = warnings::run(&app.office, &Actor::job(), d("2025-08-21")).await.unwrap();
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
        assert!(warnings::run(&app.office, &Actor::job(), d("2025-08-21")).await.unwrap().letters.is_empty());
    }

    async fn two_replicas_in_a_storm_issue_each_letter_once(app: TestApp) {
        at(&app, "2025-08-21");
        let (units, indicators) = storm(&app, 20, 200).await;
        let day = d("2025-08-21");
        let job = Actor::job();
        let (one, two) = tokio::join!(warnings::run(&app.office, &job, day), warnings::run(&app.office, &job, day));
        let issued = |run: &xushi::office::warnings::Issued| {
            let issued = |letter: &&xushi::office::warnings::PlannedLetter| matches!(letter.outcome, xushi::office::warnings::Outcome::Issued { .. });
            run.letters.iter().filter(issued).count()
        };
        assert_eq!(issued(&one.unwrap()) + issued(&two.unwrap()), units);
        assert_eq!(items(&app, "/episodes?limit=500").await.len(), indicators);
        let letters = items(&app, "/letters?limit=500").await;
        let numbers: BTreeSet<_> = letters.iter().map(|letter| letter["number"].to_string()).collect();
        assert_eq!((letters.len(), numbers.len()), (units, units));
    }
}

/// `ID(k, e)` is the id of the `e`-th row of sort `k`.
const STORM: &str = "
INSERT INTO units (id, name, region_id, created_at, revision, updated_at)
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < $UNITS)
SELECT ID(1, i), '单位' || i, (SELECT id FROM regions WHERE code = '430000'), '2025-01-01 00:00:00', 1, '2025-01-01 00:00:00' FROM n;
INSERT INTO contacts (id, unit_id, name, email, role, valid_from, created_at, revision, updated_at)
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < $UNITS)
SELECT ID(2, i), ID(1, i), '联络员', 'u' || i || '@example.org', 'liaison', '2025-01-01', '2025-01-01 00:00:00', 1, '2025-01-01 00:00:00' FROM n;
INSERT INTO tasks (id, campaign_id, ordinal, name, units_open, created_at, revision, updated_at)
SELECT ID(4, 1), id, 1, '任务', false, '2025-01-01 00:00:00', 1, '2025-01-01 00:00:00' FROM campaigns;
INSERT INTO measures (id, name, unit, basis, better, frequency, \"precision\", created_at, revision, updated_at)
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < $COUNT)
SELECT ID(3, i), '指标' || i, '亿元', 'cumulative', 'higher', 'monthly', 1, '2025-01-01 00:00:00', 1, '2025-01-01 00:00:00' FROM n;
INSERT INTO series (measure_id, region_id) SELECT id, (SELECT id FROM regions WHERE code = '430000') FROM measures;
INSERT INTO indicators (id, campaign_id, task_id, series_id, lead_unit_id, kind, comparator, target_value, target_unit, phrase,
                        curve, window_start, window_end, created_at, revision, updated_at)
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < $COUNT)
SELECT ID(5, i), c.id, ID(4, 1), s.id, ID(1, i % $UNITS + 1), 'growth', '>=', '5', '%', '增长5%以上',
       '{\"kind\":\"linear_months\"}', '2025-01-01', '2025-12-31', '2025-01-01 00:00:00', 1, '2025-01-01 00:00:00'
FROM n JOIN series s ON s.measure_id = ID(3, i) CROSS JOIN campaigns c;
INSERT INTO observations (id, series_id, period_start, period_end, basis, figure, vintage, value, status, source, published_on,
                          recorded_at)
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < $COUNT)
SELECT ID(6, i), s.id, '2025-01-01', '2025-07-31', 'cumulative', 'yoy', 1, '-9', 'final', '月报', '2025-08-20', '2025-08-20 00:00:00'
FROM n JOIN series s ON s.measure_id = ID(3, i)";

/// The statements in one database's own words.
fn storm_in(postgresql: bool, units: usize, indicators: usize) -> String {
    let mut text = STORM.replace("$UNITS", &units.to_string()).replace("$COUNT", &indicators.to_string());
    while let Some(at) = text.find("ID(") {
        let end = at + text[at..].find(')').unwrap();
        let (sort, place) = text[at + 3..end].split_once(", ").unwrap();
        let id = if postgresql {
            format!("('0000000{sort}-0000-7000-8000-' || lpad(({place})::text, 12, '0'))::uuid")
        } else {
            format!("('0000000{sort}-0000-7000-8000-' || printf('%012d', {place}))")
        };
        text.replace_range(at..=end, &id);
    }
    text
}

/// A campaign whose indicators all fall at once, spread evenly over units with one mailbox each.
async fn storm(app: &TestApp, units: usize, indicators: usize) -> (usize, usize) {
    use diesel_async::SimpleAsyncConnection as _;
    let campaign = json!({"name": "风暴", "region": "430000", "starts_on": "2025-01-01", "ends_on": "2025-12-31",
        "issuer_name": "综合协调组", "letter_mark": "湘攻坚函"});
    app.post("/campaigns", campaign).await.expect(201);
    match &app.store {
        xushi::store::Store::Pg(pool) => {
            let mut conn = xushi::store::checkout(pool).await.unwrap();
            conn.batch_execute(&storm_in(true, units, indicators)).await.unwrap();
        }
        xushi::store::Store::Sqlite(pool) => {
            let mut conn = xushi::store::checkout(pool).await.unwrap();
            conn.batch_execute(&storm_in(false, units, indicators)).await.unwrap();
        }
    }
    (units, indicators)
}
