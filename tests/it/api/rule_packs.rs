use serde_json::json;
use xushi::domain::RulePack;

use crate::api::assessments::preview::{DAY, JUNE, START, fact, indicator, measure, path, record, task};
use crate::support::both;

both! {
    async fn the_built_in_packs_are_there(app: TestApp) {
        let listed = app.get("/rule-packs").await.expect(200);
        let names: Vec<_> = listed["items"].as_array().unwrap().iter().map(|pack| pack["name"].as_str().unwrap()).collect();
        assert_eq!(names, RulePack::built_in().map(|pack| pack.name));
        let standard = &app.get("/rule-packs?name=standard").await.expect(200)["items"][0];
        assert_eq!((&standard["version"], &standard["family"]), (&json!(1), &json!("points")));
        assert_eq!(standard["progress"]["behind"], json!(RulePack::standard().progress.behind.normalize().to_string()));
        let path = format!("/rule-packs/{}", standard["id"].as_str().unwrap());
        assert_eq!(&app.get(&path).await.expect(200), standard);
        assert_eq!(app.get("/rule-packs?name=nothing").await.expect(200)["items"], json!([]));
    }

    async fn a_change_is_a_new_version_and_needs_a_reason(app: TestApp) {
        let before = app.get("/rule-packs?name=standard").await.expect(200)["items"][0].clone();
        let second = app.post("/rule-packs", json!({"name": "standard", "reason": "放宽", "rate": {"behind": "1.25"}})).await.expect(201);
        assert_eq!((&second["version"], &second["rate"]["behind"], &second["reason"]), (&json!(2), &json!("1.25"), &json!("放宽")));
        assert_eq!((&second["rate"]["critical"], &second["progress"]), (&before["rate"]["critical"], &before["progress"]));
        // The next one starts from the latest, unless it says otherwise.
        let third = app.post("/rule-packs", json!({"name": "standard", "reason": "再议", "periods_in_a_row": 2})).await.expect(201);
        assert_eq!((&third["version"], &third["rate"]["behind"], &third["periods_in_a_row"]), (&json!(3), &json!("1.25"), &json!(2)));
        let back = app.post("/rule-packs", json!({"name": "standard", "reason": "恢复", "based_on": "standard@1"})).await.expect(201);
        assert_eq!((&back["version"], &back["rate"]), (&json!(4), &before["rate"]));
        let own = app.post("/rule-packs", json!({"name": "湖南", "reason": "试行", "based_on": "wuhan", "levels": {"behind": "orange"}})).await.expect(201);
        assert_eq!((&own["version"], &own["family"], &own["levels"]["behind"]), (&json!(1), &json!("ratio"), &json!("orange")));
        assert_eq!(app.get("/rule-packs?name=standard").await.expect(200)["items"][0], before);
        for (key, version) in [("standard", 4), ("standard@2", 2), ("湖南", 1)] {
            assert_eq!(app.store.resolve_rule_pack(key).await.unwrap().version, version, "{key}");
        }
    }

    async fn versions_count_up_by_one_whoever_races(app: TestApp) {
        let post = || app.post("/rule-packs", json!({"name": "standard", "reason": "放宽"}));
        let (one, two, three) = tokio::join!(post(), post(), post());
        let mut versions: Vec<_> = [one, two, three].into_iter().map(|answer| answer.expect(201)["version"].as_i64().unwrap()).collect();
        versions.sort_unstable();
        assert_eq!(versions, [2, 3, 4]);
    }

    async fn a_pack_that_makes_no_sense_is_refused(app: TestApp) {
        let before = app.get("/rule-packs").await.expect(200);
        for (field, value, pointer) in [
            ("reason", json!(null), "/reason"),
            ("reason", json!(" "), "/reason"),
            ("reason", json!("长".repeat(201)), "/reason"),
            ("name", json!("standard@5"), "/name"),
            ("based_on", json!("nothing"), "/based_on"),
            ("family", json!("colours"), "/family"),
            ("progress", json!({"watch": "99"}), "/progress"),
            ("progress", json!({"behind": "a lot"}), "/progress/behind"),
            ("progress", json!({"behind": 0.1, "watch": "1"}), "/progress"),
            ("progress", json!({"red": "1"}), "/progress/red"),
            ("rate", json!({"ahead": "-1"}), "/rate"),
            ("soft_factor", json!("0"), "/soft_factor"),
            ("coverage_min", json!("1.5"), "/coverage_min"),
            ("periods_in_a_row", json!(0), "/periods_in_a_row"),
            ("missed_indicators", json!(-1), "/missed_indicators"),
            ("grace_working_days", json!(61), "/grace_working_days"),
            ("levels", json!({"behind": "red"}), "/levels"),
            ("levels", json!({"behind": "purple"}), "/levels/behind"),
            ("version", json!(7), "/version"),
        ] {
            let mut body = json!({"name": "standard", "reason": "放宽", "progress": {"watch": "1"}});
            body[field] = value;
            app.post("/rule-packs", body).await.problem(422, "invalid", pointer);
        }
        assert_eq!(app.get("/rule-packs").await.expect(200), before);
    }

    async fn replicas_that_start_together_seed_once(app: TestApp) {
        use diesel_async::SimpleAsyncConnection as _;
        use xushi::clock::Clock as _;
        use xushi::store::Store;
        let wipe = "DELETE FROM rule_packs; DELETE FROM name_keys WHERE kind = 'rule_pack'";
        match &app.store {
            Store::Pg(pool) => pool.get().await.unwrap().batch_execute(wipe).await.unwrap(),
            Store::Sqlite(pool) => pool.get().await.unwrap().batch_execute(wipe).await.unwrap(),
        }
        let rows = || xushi::store::seed::rule_packs(app.clock.timestamp(), || app.clock.new_id());
        let seed = async || {
            let rows = rows();
            app.store.seed_rule_packs(&rows).await.unwrap()
        };
        let (one, two, three) = tokio::join!(seed(), seed(), seed());
        assert_eq!(one + two + three, RulePack::built_in().len());
        assert_eq!(app.get("/rule-packs").await.expect(200)["items"].as_array().unwrap().len(), 4);
    }

    async fn a_rule_pack_is_tried_before_it_applies(app: TestApp) {
        let task = task(&app).await;
        measure(&app, "社零", "亿元", "higher", "cumulative").await;
        measure(&app, "就业", "万人", "higher", "cumulative").await;
        let rate = indicator(&app, &task, "社零", "430100", json!({"kind": "growth", "comparator": ">=", "value": "6", "unit": "%"})).await;
        indicator(&app, &task, "就业", "430100", json!({"kind": "total", "comparator": ">=", "value": "12", "unit": "万人"})).await;
        record(&app, vec![fact("社零", "430100", (START, JUNE), "yoy", "5.5", "2025-07-18"), fact("社零", "430000", (START, JUNE), "yoy", "5.6", "2025-07-18"),
            fact("就业", "430100", (START, JUNE), "level", "6", "2025-07-18")]).await;
        let packs = app.get("/rule-packs").await.expect(200);
        let strict = json!({"based_on": "standard", "rate": {"watch": "0", "behind": "0.3", "critical": "0.4"}});
        let view = app.post("/rule-packs/preview", json!({"rule_pack": strict, "campaign": "内需攻坚", "as_of": DAY})).await.expect(200);
        assert_eq!((&view["assessed"], &view["changed"], &view["worse"], &view["better"]), (&json!(2), &json!(1), &json!(1), &json!(0)));
        assert_eq!((&view["before"], &view["after"]), (&json!({"watch": 1, "overdue_report": 1}), &json!({"critical": 1, "overdue_report": 1})));
        let one = &view["items"][0];
        assert_eq!((&one["indicator_id"], &one["before"]["grade"], &one["after"]["grade"]), (&rate["id"], &json!("watch"), &json!("critical")));
        assert_eq!((&one["after"]["rule"], &one["after"]["shortfall"]), (&json!("rate_points"), &json!("0.5")));
        // A pack that compares with the region above finds it.
        let view = app.post("/rule-packs/preview", json!({"rule_pack": "tianjin", "as_of": DAY})).await.expect(200);
        assert_eq!((&view["items"][0]["after"]["rule"], &view["rule_pack"]), (&json!("benchmark_sign"), &json!("tianjin@1")));
        assert_eq!(app.get("/rule-packs").await.expect(200), packs);
        assert_eq!(app.get(&path(&rate)).await.expect(200)["verdict"]["as_of"], json!(null));
        app.post("/rule-packs/preview", json!({"rule_pack": "没有"})).await.problem(422, "invalid", "/rule_pack");
        app.post("/rule-packs/preview", json!({"rule_pack": {"rate": {"watch": "9"}}})).await.problem(422, "invalid", "/rule_pack/rate");
        app.post("/rule-packs/preview", json!({"rule_pack": "wuhan", "campaign": "没有"})).await.problem(422, "invalid", "/campaign");
    }
}
