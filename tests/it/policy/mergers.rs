//! Other names of units, units that are merged, and who leads from which day on.

use super::*;

async fn board(app: &TestApp, day: &str) -> Vec<u8> {
    let answer = app.get(&format!("/assessments?as_of={day}")).await;
    assert_eq!(answer.status, 200);
    answer.bytes
}

async fn unit_of(app: &TestApp, path: &str) -> Value {
    items(app, path).await.remove(0)["lead_unit"]["name"].clone()
}

both! {
    async fn a_unit_is_found_by_all_its_names(app: TestApp) {
        let made = app.post("/units", json!({"name": "岳阳市发展和改革委员会", "region": "430600", "aliases": ["市发改委", "岳阳市发改委", "岳阳市发展和改革委员会"]})).await.expect(201);
        assert_eq!(made["aliases"], json!(["岳阳市发改委", "市发改委"]));
        let id = made["id"].as_str().unwrap().to_owned();
        for name in ["市发改委", "岳阳市发改委", "岳阳市发展和改革委员会"] {
            let contact = json!({"unit": name, "name": "张三", "role": "liaison", "email": format!("{}@example.org", name.len()), "valid_from": "2025-01-01"});
            assert_eq!(app.post("/contacts", contact).await.expect(201)["unit_id"], json!(id), "{name}");
        }
        assert_eq!(items(&app, "/units?name_contains=%E5%B8%82%E5%8F%91%E6%94%B9%E5%A7%94").await.len(), 1);
        app.post("/units", json!({"name": "市发改委", "region": "430600"})).await.problem(409, "duplicate", "/name");
        app.post("/units", json!({"name": "市统计局", "region": "430600", "aliases": ["好", " "]})).await.problem(422, "invalid", "/aliases/1");
        // Elsewhere the same name is another unit's.
        app.post("/units", json!({"name": "市发改委", "region": "430100"})).await.expect(201);
        // A name that it had before finds it still.
        let path = format!("/units/{id}");
        let renamed = app.patch(&path, json!({"name": "岳阳市发展改革委"})).await.expect(200);
        assert_eq!(renamed["aliases"], json!(["岳阳市发展和改革委员会", "岳阳市发改委", "市发改委"]));
        let only = app.patch(&path, json!({"aliases": ["发改委"]})).await.expect(200);
        assert_eq!(only["aliases"], json!(["发改委"]));
        let listed = items(&app, "/units?region=430600").await;
        assert_eq!(listed[0], only);
    }

    async fn a_merged_unit_hands_everything_over(app: TestApp) {
        sample(&app, &["投资"], json!({})).await;
        unit(&app, "省粮食和物资储备局", Some("省发展改革委"), &["liaison"]).await;
        report(&app, "投资", "2025-07-31", "2.0", "2025-08-20").await;
        run(&app, "2025-08-21").await;
        let letter = items(&app, "/letters").await.remove(0);
        let old = letter["unit_id"].as_str().unwrap().to_owned();
        let key = app.new_key("unit", Some("省发展改革委")).await;
        let before = board(&app, "2025-08-21").await;
        at(&app, "2025-08-22");
        let merger = format!("/units/{old}/merger");
        app.post(&merger, json!({"into": "没有的单位", "reason": "机构改革"})).await.problem(422, "invalid", "/into");
        app.post(&merger, json!({"into": "省发展改革委", "reason": "机构改革"})).await.problem(422, "invalid", "/into");
        app.post(&merger, json!({"into": "省统计局", "reason": " "})).await.problem(422, "invalid", "/reason");
        let told = app.post(&merger, json!({"into": "省统计局", "reason": "机构改革"})).await.expect(200);
        let counts = ["responsibilities", "indicators", "contacts", "episodes", "letters", "drafts", "api_keys"].map(|key| told[key].as_u64().unwrap());
        assert_eq!(counts, [1, 1, 2, 1, 1, 0, 1], "{told}");
        assert_eq!((&told["from"]["retired_on"], &told["from"]["merged_into_id"]), (&json!("2025-08-22"), &told["into"]["id"]));
        assert_eq!(told["into"]["aliases"], json!(["省发展改革委"]));
        app.post(&merger, json!({"into": "省统计局", "reason": "再来"})).await.problem(422, "invalid", "/id");
        // Its key opens the letters that were its own, its link works, its name finds the other.
        let own = app.send(app.request_as(&key, actix_web::http::Method::GET, "/letters")).await.expect(200);
        assert_eq!(own["items"][0]["id"], letter["id"]);
        assert_eq!(items(&app, "/letters?unit=%E7%9C%81%E5%8F%91%E5%B1%95%E6%94%B9%E9%9D%A9%E5%A7%94").await.len(), 1);
        let below = items(&app, "/units?name_contains=%E7%B2%AE%E9%A3%9F").await.remove(0);
        assert_eq!(below["parent_id"], told["into"]["id"]);
        assert_eq!(unit_of(&app, "/assessments").await, "省统计局");
        assert_eq!(board(&app, "2025-08-21").await, before, "boards of days before stay as they were");
        let frozen = app.get(&format!("/letters/{}", letter["id"].as_str().unwrap())).await.expect(200);
        assert_eq!(frozen["facts"]["addressee"], "省发展改革委", "letters keep the old name");
        // Its ladder goes on with the other.
        let climbed = remind(&app, "2025-09-03").await.run.letters;
        assert!(!climbed.is_empty() && climbed.iter().all(|letter| letter.unit == "省统计局"), "{climbed:?}");
        let task = items(&app, "/tasks").await.remove(0);
        assert_eq!(task["responsibilities"].as_array().unwrap().len(), 1, "the lead stays, once: {task}");
        assert_eq!(task["responsibilities"][0]["role"], "lead");
    }

    async fn drafts_to_a_merged_unit_are_drawn_anew(app: TestApp) {
        sample(&app, &["投资"], json!({"issuing": "approval"})).await;
        report(&app, "投资", "2025-07-31", "2.0", "2025-08-20").await;
        run(&app, "2025-08-21").await;
        let draft = items(&app, "/letters?state=draft").await.remove(0);
        at(&app, "2025-08-22");
        let told = app.post(&format!("/units/{}/merger", draft["unit_id"].as_str().unwrap()), json!({"into": "省统计局", "reason": "机构改革"})).await.expect(200);
        assert_eq!(told["drafts"], 1);
        assert_eq!(outcomes(&run(&app, "2025-08-25").await), ["warning awaits_approval"]);
        let fresh = items(&app, "/letters?state=draft").await;
        assert_eq!((fresh.len(), &fresh[0]["unit_id"]), (1, &told["into"]["id"]));
        app.post(&format!("/letters/{}/issue", fresh[0]["id"].as_str().unwrap()), json!({"signer": "李四"})).await.expect(200);
    }

    async fn another_leads_from_a_day_on_and_boards_before_say_who_led(app: TestApp) {
        let sample = sample(&app, &["投资"], json!({})).await;
        report(&app, "投资", "2025-07-31", "6.0", "2025-08-20").await;
        at(&app, "2025-08-25");
        let [then, now] = ["2025-08-21", "2025-08-25"];
        let before = board(&app, then).await;
        let task = items(&app, "/tasks").await.remove(0);
        let list = json!([{"unit": "省统计局", "role": "lead"}]);
        let path = format!("/tasks/{}", task["id"].as_str().unwrap());
        app.patch(&path, json!({"responsibilities": list, "effective_on": "2025-08-26"})).await.problem(422, "invalid", "/effective_on");
        app.patch(&path, json!({"responsibilities": list, "effective_on": "2025-08-23", "reason": "分工调整"})).await.expect(200);
        assert_eq!(board(&app, then).await, before, "boards of days before stay as they were");
        assert_eq!(unit_of(&app, "/assessments?as_of=2025-08-22").await, "省发展改革委");
        assert_eq!(unit_of(&app, "/assessments?as_of=2025-08-23").await, "省统计局");
        assert_eq!(unit_of(&app, &format!("/assessments?as_of={now}")).await, "省统计局");
        // The indicator gets units of its own, and goes back to those of its task.
        let indicator = format!("/indicators/{}", sample.indicators[0]);
        app.patch(&indicator, json!({"responsibilities": [{"unit": "省政府", "role": "lead"}]})).await.expect(200);
        assert_eq!(unit_of(&app, "/assessments").await, "省政府");
        app.patch(&indicator, json!({"responsibilities": []})).await.expect(200);
        assert_eq!(unit_of(&app, "/assessments").await, "省统计局");
    }

    async fn an_indicator_goes_to_another_task_of_its_campaign(app: TestApp) {
        let sample = sample(&app, &["投资"], json!({})).await;
        report(&app, "投资", "2025-07-31", "6.0", "2025-08-20").await;
        let other = app.post("/tasks", json!({"campaign": sample.campaign, "name": "项目建设", "responsibilities": [{"unit": "省统计局", "role": "lead"}]})).await.expect(201);
        let elsewhere = json!({"name": "开放攻坚", "region": "430000", "starts_on": "2025-01-01", "ends_on": "2025-12-31", "issuer_name": "综合协调组", "letter_mark": "湘攻坚函"});
        let elsewhere = app.post("/campaigns", elsewhere).await.expect(201);
        let foreign = app.post("/tasks", json!({"campaign": elsewhere["id"], "name": "外贸"})).await.expect(201);
        at(&app, "2025-08-25");
        let before = board(&app, "2025-08-21").await;
        let path = format!("/indicators/{}", sample.indicators[0]);
        app.patch(&path, json!({"task": foreign["id"]})).await.problem(422, "invalid", "/task");
        app.patch(&path, json!({"task": "01890000-0000-7000-8000-000000000000"})).await.problem(422, "invalid", "/task");
        app.patch(&path, json!({"task": other["id"], "reason": "方案调整"})).await.expect(200);
        let row = items(&app, "/assessments").await.remove(0);
        assert_eq!((&row["task"]["name"], &row["lead_unit"]["name"]), (&json!("项目建设"), &json!("省统计局")));
        assert_eq!(board(&app, "2025-08-21").await, before, "boards of days before stay as they were");
    }
}
