use serde_json::{Value, json};
use xushi::clock::Clock as _;
use xushi::domain::smell::Habit;
use xushi::domain::{Basis, Figure, Status};
use xushi::store::rows::{FactWrite, ObservationRow};
use xushi::store::types::{Id, Number};

use crate::support::{TestApp, both};

fn measure(name: &str) -> Value {
    json!({"name": name, "unit": "亿元", "basis": "cumulative", "better": "higher", "frequency": "monthly"})
}

/// Reports one value of the measure for Hunan.
async fn observe(app: &TestApp, measure: &Value) {
    let region = app.store.resolve_region("430000").await.unwrap();
    let row = ObservationRow {
        id: Id::of(app.clock.new_id()),
        series_id: 0,
        period_start: "2025-01-01".parse().unwrap(),
        period_end: "2025-07-31".parse().unwrap(),
        basis: Basis::Cumulative.into(),
        figure: Figure::Level.into(),
        vintage: 0,
        value: Number("1.5".parse().unwrap()),
        status: Status::Final.into(),
        source: "test".to_owned(),
        published_on: "2025-08-20".parse().unwrap(),
        recorded_at: app.clock.timestamp(),
        of: None,
        partial: false,
        doubts: String::new(),
        stage: None,
        vouched_by: None,
    };
    let id = Id::of(measure["id"].as_str().unwrap().parse().unwrap());
    let habit = Habit::of("试", "亿元");
    let fact =
        FactWrite { measure: id, region: region.id, habit, row, sources: [].into(), stated: Vec::new() };
    xushi::office::observations::record(&app.office, &xushi::office::Actor::technician(), &[fact], false)
        .await
        .unwrap();
}

both! {
    async fn a_measure_is_known_by_name_and_alias(app: TestApp) {
        let mut body = measure("社会消费品零售总额");
        body["aliases"] = json!(["社零总额", "社零", "GDP之外"]);
        body["release_day"] = json!(17);
        let made = app.post("/measures", body).await.expect(201);
        assert_eq!((&made["precision"], &made["release_day"]), (&json!(1), &json!(17)));
        let id = made["id"].as_str().unwrap().to_owned();
        for key in [id.as_str(), "社会消费品零售总额", "社零"] {
            assert_eq!(app.store.resolve_measure(key).await.unwrap().id.0.to_string(), id, "{key}");
        }
        for key in ["社", "", "00000000-0000-0000-0000-000000000000", "a\0b"] {
            assert!(app.store.resolve_measure(key).await.is_err(), "{key:?}");
        }
        let another = app.post("/measures", measure("固定资产投资")).await.expect(201);
        let all = app.get("/measures").await.expect(200);
        assert_eq!(all["items"], json!([made, another]));
        for (part, count) in [("%E7%A4%BE%E9%9B%B6", 1), ("gdp", 1), ("%E6%8A%95%E8%B5%84", 1), ("zzz", 0), ("%25", 0)] {
            let found = app.get(&format!("/measures?name_contains={part}")).await.expect(200);
            assert_eq!(found["items"].as_array().unwrap().len(), count, "{part}");
        }
    }

    async fn no_name_or_alias_belongs_to_two_measures(app: TestApp) {
        let mut first = measure("社会消费品零售总额");
        first["aliases"] = json!(["社零"]);
        app.post("/measures", first).await.expect(201);
        let second = app.post("/measures", measure("固定资产投资")).await.expect(201);
        let path = format!("/measures/{}", second["id"].as_str().unwrap());
        for (name, aliases, pointer) in [
            ("社会消费品零售总额", json!([]), "/name"),
            ("社零", json!([]), "/name"),
            ("固投", json!(["投资", "社零"]), "/aliases/1"),
            ("固投", json!(["社会消费品零售总额"]), "/aliases/0"),
        ] {
            let mut body = measure(name);
            body["aliases"] = aliases.clone();
            app.post("/measures", body).await.problem(409, "duplicate", pointer);
            app.patch(&path, json!({"name": name, "aliases": aliases})).await.problem(409, "duplicate", pointer);
        }
        let mut twice = measure("固投");
        twice["aliases"] = json!(["投资", "投资"]);
        app.post("/measures", twice).await.problem(422, "invalid", "/aliases/1");
        assert_eq!(app.get("/measures").await.expect(200)["items"].as_array().unwrap().len(), 2);
        assert_eq!(app.get(&path).await.expect(200), second);
        // Its own names may be passed from name to alias and back.
        app.patch(&path, json!({"aliases": ["固投"]})).await.expect(200);
        let turned = app.patch(&path, json!({"name": "固投", "aliases": ["固定资产投资"]})).await.expect(200);
        assert_eq!((&turned["name"], &turned["aliases"]), (&json!("固投"), &json!(["固定资产投资"])));
    }

    async fn two_requests_at_once_cannot_share_a_name(app: TestApp) {
        let mut alias = measure("甲");
        alias["aliases"] = json!(["同名"]);
        let (one, two) = tokio::join!(app.post("/measures", alias), app.post("/measures", measure("同名")));
        let mut statuses = [one.status.as_u16(), two.status.as_u16()];
        statuses.sort_unstable();
        assert_eq!(statuses, [201, 409]);
    }

    async fn unit_and_basis_are_fixed_once_there_are_values(app: TestApp) {
        let made = app.post("/measures", measure("社零")).await.expect(201);
        let path = format!("/measures/{}", made["id"].as_str().unwrap());
        app.patch(&path, json!({"unit": "万元", "basis": "period"})).await.expect(200);
        observe(&app, &made).await;
        app.patch(&path, json!({"unit": "亿元"})).await.problem(409, "conflict", "/unit");
        app.patch(&path, json!({"basis": "cumulative"})).await.problem(409, "conflict", "/basis");
        let changed = app.patch(&path, json!({"unit": "万元", "better": "lower", "release_day": null, "name": "社零额"})).await.expect(200);
        assert_eq!((&changed["unit"], &changed["better"], &changed["name"]), (&json!("万元"), &json!("lower"), &json!("社零额")));
    }

    async fn wrong_words_and_numbers_are_refused_with_what_is_allowed(app: TestApp) {
        for (field, value, pointer) in [
            ("basis", json!("weekly"), "/basis"),
            ("better", json!("up"), "/better"),
            ("frequency", json!("daily"), "/frequency"),
            ("release_day", json!(32), "/release_day"),
            ("release_day", json!(-1), "/release_day"),
            ("precision", json!(7), "/precision"),
            ("precision", json!(1.5), "/precision"),
            ("unit", json!("很长很长很长很长很长很长很长很长很长很长很长"), "/unit"),
            ("aliases", json!("社零"), "/aliases"),
            ("aliases", json!([5]), "/aliases/0"),
        ] {
            let mut body = measure("社零");
            body[field] = value;
            app.post("/measures", body).await.problem(422, "invalid", pointer);
        }
        let mut body = measure("社零");
        body["basis"] = json!("weekly".repeat(20_000));
        let answer = app.post("/measures", body).await;
        let detail = answer.json()["detail"].as_str().unwrap().to_owned();
        assert!(detail.contains("cumulative、period、point") && detail.len() < 500, "{detail}");
        assert_eq!(app.get("/measures").await.expect(200)["items"], json!([]));
    }
}
