//! What a telephone shows first, and campaigns rolled up to any depth.

use serde_json::{Value, json};

use crate::support::{TestApp, both};

/// A campaign, one below it and one below that, each with a task and an indicator; twelve more besides.
async fn sample(app: &TestApp) {
    app.clock.set("2025-08-21T01:00:00Z".parse().unwrap());
    let measure = |name: &str| json!({"name": name, "unit": "亿元", "basis": "cumulative", "better": "higher", "frequency": "monthly", "release_day": 20});
    let names: Vec<String> = (0..15).map(|number| format!("指标{number}")).collect();
    let task = |name: &str, measures: &[String]| {
        let indicators: Vec<Value> = measures
            .iter()
            .map(|measure| json!({"measure": measure, "region": "430600", "target": {"phrase": "增长5.5%"}}))
            .collect();
        json!([{"name": name, "responsibilities": [{"unit": "市商务局", "role": "lead"}], "indicators": indicators}])
    };
    let campaign = |name: &str, tasks: Value, below: Value| json!({"name": name, "region": "430600", "starts_on": "2025-01-01", "ends_on": "2025-12-31", "tasks": tasks, "campaigns": below});
    let third = campaign("三级行动", task("三级任务", &names[2..3]), json!([]));
    let second = campaign("二级行动", task("二级任务", &names[1..2]), json!([third]));
    let mut first = campaign("一级行动", task("一级任务", &names[0..1]), json!([second]));
    let mut other = campaign("另一行动", task("另一任务", &names[3..]), json!([]));
    for one in [&mut first, &mut other] {
        (one["issuer_name"], one["letter_mark"]) = (json!("综合协调组"), json!("岳攻坚函"));
    }
    let plan = json!({
        "units": [{"name": "市商务局", "region": "430600"}],
        "contacts": [{"unit": "市商务局", "name": "张三", "email": "zhangsan@example.org", "role": "liaison", "valid_from": "2025-01-01"}],
        "measures": names.iter().map(|name| measure(name)).collect::<Vec<_>>(),
        "campaigns": [first, other],
    });
    app.put("/plans", plan).await.expect(200);
    let fact = |(place, name): (usize, &String)| {
        json!({"measure": name, "region": "430600", "period": {"start": "2025-01-01", "end": "2025-07-31"}, "figure": "yoy",
            "value": format!("{}", place.min(9)), "source": "月报", "published_on": "2025-08-20"})
    };
    let items: Vec<Value> = names.iter().enumerate().map(fact).collect();
    app.put("/observations", json!({"items": items})).await.expect(200);
    app.post("/warning-runs", json!({"as_of": "2025-08-21"})).await.expect(200);
}

fn count(view: &Value, grade: &str) -> i64 {
    let found = view["grades"].as_array().unwrap().iter().find(|one| one["grade"] == grade);
    found.map_or(0, |one| one["count"].as_i64().unwrap())
}

both! {
    async fn the_overview_adds_up_and_names_the_worst_with_their_letters(app: TestApp) {
        sample(&app).await;
        let answer = app.get("/overview").await;
        assert!(answer.bytes.len() <= 10 * 1024, "{} bytes", answer.bytes.len());
        let view = answer.expect(200);
        assert_eq!((&view["total"], &view["campaign"]), (&json!(15), &Value::Null));
        let all: i64 = view["grades"].as_array().unwrap().iter().map(|one| one["count"].as_i64().unwrap()).sum();
        assert_eq!(all, 15);
        let groups = view["groups"].as_array().unwrap();
        assert_eq!(groups.iter().map(|group| group["total"].as_i64().unwrap()).sum::<i64>(), 15);
        let board = app.get("/assessments?limit=500").await.expect(200);
        for grade in ["critical", "behind", "watch", "on_pace", "ahead"] {
            let on_board = board["items"].as_array().unwrap().iter().filter(|row| row["grade"] == grade).count();
            assert_eq!(count(&view, grade), i64::try_from(on_board).unwrap(), "{grade}");
        }
        let worst = &view["worst"][0];
        assert_eq!((&worst["indicator"], &worst["actual"], &worst["unit"], &worst["lead_unit"]), (&json!("指标0"), &json!("0"), &json!("%"), &json!("市商务局")));
        assert_eq!((&worst["letter"]["state"], &worst["letter"]["overdue"]), (&json!("issued"), &json!(false)));
        assert!(worst["letter"]["number"].as_str().unwrap().starts_with("岳攻坚函〔2025〕"));
        assert!(view["worst"].as_array().unwrap().len() <= 10);
        assert_eq!((&view["letters"]["drafts"], &view["letters"]["overdue"]), (&json!(0), &json!(0)));
        assert!(view["letters"]["unreceived"].as_i64().unwrap() >= 1);
        // Later the answer is overdue.
        app.clock.set("2025-09-08T01:00:00Z".parse().unwrap());
        let later = app.get("/overview").await.expect(200);
        assert!(later["letters"]["overdue"].as_i64().unwrap() >= 1, "{later}");
        let longest = &later["letters"]["longest_overdue"][0];
        assert_eq!((&longest["unit"], longest["days"].as_i64().unwrap() > 0), (&json!("市商务局"), true));
        app.get("/overview?campaign=%E6%B2%A1%E6%9C%89").await.problem(400, "malformed_query", "campaign");
    }

    async fn a_campaign_counts_all_that_lies_below_it(app: TestApp) {
        sample(&app).await;
        let first = app.get("/campaigns?name_contains=%E4%B8%80%E7%BA%A7").await.expect(200)["items"][0]["id"].as_str().unwrap().to_owned();
        for key in [first.as_str(), "%E4%B8%80%E7%BA%A7%E8%A1%8C%E5%8A%A8"] {
            for (list, wanted) in [("/assessments", 3), ("/indicators", 3), ("/tasks", 3), ("/ledger", 3), ("/episodes", 3)] {
                let items = app.get(&format!("{list}?limit=500&campaign={key}")).await.expect(200)["items"].as_array().unwrap().len();
                assert_eq!(items, wanted, "{list} of {key}");
            }
            let view = app.get(&format!("/overview?campaign={key}")).await.expect(200);
            assert_eq!((&view["total"], &view["campaign"]["name"]), (&json!(3), &json!("一级行动")));
        }
        assert_eq!(app.get(&format!("/assessments?as_of=2025-08-21&campaign={first}")).await.expect(200)["items"].as_array().unwrap().len(), 3);
    }

    async fn the_board_is_a_workbook_that_a_person_sends_on(app: TestApp) {
        sample(&app).await;
        for query in ["", "?as_of=2025-08-21", "?campaign=%E5%8F%A6%E4%B8%80%E8%A1%8C%E5%8A%A8"] {
            let answer = app.get(&format!("/assessments.xlsx{query}")).await;
            assert_eq!(answer.status, 200, "{query}");
            assert_eq!(answer.header("content-type"), "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet");
            let mut book = zip::ZipArchive::new(std::io::Cursor::new(answer.bytes.to_vec())).unwrap();
            let mut texts = String::new();
            std::io::Read::read_to_string(&mut book.by_name("xl/sharedStrings.xml").unwrap(), &mut texts).unwrap();
            for said in ["进展情况", "指标3", "牵头单位", "市商务局", "滞后", "截至2025年8月21日"] {
                assert!(texts.contains(said), "{said} in {query}: {texts}");
            }
            assert_eq!(texts.contains("指标0"), !query.contains("campaign"));
        }
        app.get("/assessments.xlsx?campaign=%E6%B2%A1%E6%9C%89").await.problem(400, "malformed_query", "campaign");
    }
}
