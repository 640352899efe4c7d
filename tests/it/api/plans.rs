//! Plans by the bulk.

use actix_web::http::{Method, header};
use serde_json::{Value, json};

use crate::support::TestApp;
use crate::support::both;

/// A small plan with one of everything.
fn plan() -> Value {
    json!({
        "units": [
            {"name": "市商务局流通科", "region": "430600", "parent": "市商务局"},
            {"name": "市商务局", "region": "430600", "external_id": "OA-17", "aliases": ["商务局"]},
        ],
        "contacts": [{"unit": "市商务局", "name": "张三", "email": "zhangsan@example.org", "role": "liaison", "valid_from": "2025-01-01"}],
        "measures": [{"name": "社会消费品零售总额", "unit": "亿元", "basis": "cumulative", "better": "higher", "frequency": "monthly", "aliases": ["社零"]}],
        "campaigns": [{
            "name": "岳阳市内需攻坚", "doc_no": "岳政发〔2025〕3号", "region": "430600", "starts_on": "2025-01-01", "ends_on": "2025-12-31",
            "issuer_name": "综合协调组", "letter_mark": "岳攻坚函", "members": ["商务局"],
            "tasks": [{
                "name": "提振消费", "responsibilities": [{"unit": "OA-17", "role": "lead"}],
                "tasks": [{
                    "name": "扩大社零", "external_id": "T-1",
                    "indicators": [{"measure": "社零", "region": "430600", "external_id": "I-1", "target": {"phrase": "社零增长5.5%"}}],
                }],
            }],
            "campaigns": [{"name": "县区行动", "region": "430600", "starts_on": "2025-01-01", "ends_on": "2025-12-31", "ordinal": 2}],
        }],
    })
}

async fn count(app: &TestApp, list: &str) -> usize {
    app.get(list).await.expect(200)["items"].as_array().unwrap().len()
}

/// Entries of what was written; that the list was read is written down, too.
async fn writes(app: &TestApp) -> usize {
    let events = app.get("/audit-events?limit=500").await.expect(200);
    events["items"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|event| event["verb"] != "GET" && event["code"].is_null())
        .count()
}

fn outcomes(report: &Value) -> Vec<(String, String)> {
    let of = |item: &Value| {
        (item["pointer"].as_str().unwrap().to_owned(), item["outcome"].as_str().unwrap().to_owned())
    };
    report["items"].as_array().unwrap().iter().map(of).collect()
}

/// Outcomes of the whole, without doubles.
fn fates(report: &Value) -> Vec<String> {
    let mut all: Vec<String> = outcomes(report).into_iter().map(|(_, outcome)| outcome).collect();
    all.sort();
    all.dedup();
    all
}

both! {
    async fn a_whole_plan_is_put_in_by_one_call_as_often_as_wanted(app: TestApp) {
        let mut plan = plan();
        // Keys of units are id, credit code or name; an external id is for finding a thing of the plan again.
        plan["campaigns"][0]["tasks"][0]["responsibilities"][0]["unit"] = json!("市商务局");
        let tried = app.put("/plans?dry_run=true", plan.clone()).await.expect(200);
        assert_eq!(fates(&tried), ["created"], "{tried}");
        assert_eq!(count(&app, "/campaigns").await, 0, "a trial writes nothing");
        let put = app.put("/plans", plan.clone()).await.expect(200);
        let pointers: Vec<String> = outcomes(&put).into_iter().map(|(pointer, _)| pointer).collect();
        assert_eq!(pointers, [
            "/units/0", "/units/1", "/contacts/0", "/measures/0", "/campaigns/0", "/campaigns/0/tasks/0",
            "/campaigns/0/tasks/0/tasks/0", "/campaigns/0/tasks/0/tasks/0/indicators/0", "/campaigns/0/campaigns/0",
        ]);
        let indicator = app.get("/indicators").await.expect(200)["items"][0].clone();
        assert_eq!((&indicator["external_id"], &indicator["lead_unit"]["name"]), (&json!("I-1"), &json!("市商务局")));
        assert_eq!(indicator["target"]["value"], "5.5");
        let below = app.get("/campaigns?parent=%E5%B2%B3%E6%94%BF%E5%8F%91%E3%80%942025%E3%80%953%E5%8F%B7").await.expect(200)["items"][0].clone();
        assert_eq!((&below["name"], &below["issuer_name"]), (&json!("县区行动"), &json!("综合协调组")));
        let events = writes(&app).await;
        let again = app.put("/plans?report=errors", plan.clone()).await.expect(200);
        assert_eq!((&again["items"], again["parts"].as_array().unwrap().len()), (&json!([]), 6));
        assert_eq!(fates(&app.put("/plans", plan.clone()).await.expect(200)), ["unchanged"]);
        assert_eq!(writes(&app).await, events, "nothing was changed, so nothing is written down");
        assert_eq!(app.get("/indicators").await.expect(200)["items"][0], indicator);
        // A revised plan: by the other system's id under a new name, another target, a task more.
        plan["units"][1]["name"] = json!("岳阳市商务局");
        plan["units"][0]["parent"] = json!("岳阳市商务局");
        let task = &mut plan["campaigns"][0]["tasks"][0]["tasks"][0];
        task["name"] = json!("做大社零");
        task["indicators"][0]["target"] = json!({"phrase": "社零增长6%"});
        plan["campaigns"][0]["tasks"].as_array_mut().unwrap().push(json!({"name": "新任务", "ordinal": 2}));
        plan["reason"] = json!("方案修订");
        let revised = app.put("/plans", plan).await.expect(200);
        let changed: Vec<(String, String)> = outcomes(&revised).into_iter().filter(|(_, outcome)| outcome != "unchanged").collect();
        let as_told = |pointer: &str, outcome: &str| (pointer.to_owned(), outcome.to_owned());
        assert_eq!(changed, [
            as_told("/units/1", "updated"),
            as_told("/campaigns/0/tasks/0/tasks/0", "updated"),
            as_told("/campaigns/0/tasks/0/tasks/0/indicators/0", "updated"),
            as_told("/campaigns/0/tasks/1", "created"),
        ]);
        assert_eq!((count(&app, "/units").await, count(&app, "/tasks").await, count(&app, "/indicators").await), (2, 3, 1));
        let now = app.get("/indicators").await.expect(200)["items"][0].clone();
        assert_eq!((&now["id"], &now["target"]["value"], &now["task"]["name"]), (&indicator["id"], &json!("6"), &json!("做大社零")));
        let kept = app.get(&format!("/indicators/{}/revisions", now["id"].as_str().unwrap())).await.expect(200);
        assert_eq!(kept["items"][0]["reason"], "方案修订");
    }

    async fn all_that_is_wrong_is_told_and_nothing_is_written(app: TestApp) {
        let mut plan = plan();
        plan["campaigns"][0]["tasks"][0]["responsibilities"] = json!([{"unit": "没有的单位", "role": "lead"}]);
        plan["contacts"][0]["unit"] = json!("也没有");
        plan["measures"].as_array_mut().unwrap().push(json!({"name": "社零", "unit": "家", "basis": "point", "better": "higher", "frequency": "monthly"}));
        let told = app.put("/plans?dry_run=true", plan.clone()).await.expect(200);
        let wrong: Vec<(String, String)> = outcomes(&told).into_iter().filter(|(_, outcome)| outcome != "created").collect();
        let pointers: Vec<&str> = wrong.iter().map(|(pointer, _)| pointer.as_str()).collect();
        assert_eq!(pointers[0], "/contacts/0");
        assert!(pointers.contains(&"/campaigns/0/tasks/0") && pointers.contains(&"/campaigns/0/tasks/0/tasks/0/indicators/0"), "{wrong:?}");
        let skipped = told["items"].as_array().unwrap().iter().filter(|item| item["outcome"] == "skipped").count();
        assert_eq!(skipped, 2, "what is below a refused task: {told}");
        let refused = app.put("/plans", plan).await;
        assert_eq!(refused.status, 422);
        let body = refused.json();
        let pointers: Vec<&str> = body["errors"].as_array().unwrap().iter().map(|error| error["pointer"].as_str().unwrap()).collect();
        assert!(pointers.contains(&"/contacts/0/unit") && pointers.contains(&"/campaigns/0/tasks/0/responsibilities/0/unit"), "{pointers:?}");
        assert_eq!((count(&app, "/units").await, count(&app, "/campaigns").await), (0, 0));
        // What is wrong with the form is told before anything is looked up, all of it.
        let form = json!({
            "units": [{"name": "甲局", "region": "430600", "colour": "red"}, {"region": "430600"}, 7],
            "campaigns": [{"name": "行动", "region": "430600", "starts_on": "2025-13-01", "ends_on": "2025-12-31"},
                {"name": "行动", "region": "430600", "starts_on": "2025-01-01", "ends_on": "2025-12-31", "issuer_name": "综合协调组", "letter_mark": "岳攻坚函", "tasks": [{"name": "任务", "campaign": "行动"}, {"name": "任务二", "indicators": {}}]}],
        });
        let answer = app.put("/plans", form).await;
        assert_eq!(answer.status, 422);
        let body = answer.json();
        let pointers: Vec<&str> = body["errors"].as_array().unwrap().iter().map(|error| error["pointer"].as_str().unwrap()).collect();
        assert_eq!(pointers, ["/units/0/colour", "/units/1/name", "/units/2", "/campaigns/0/starts_on", "/campaigns/1/tasks/0/campaign", "/campaigns/1/tasks/1/indicators"]);
        app.put("/plans", json!({})).await.problem(422, "invalid", "");
    }

    async fn what_cannot_be_read_hides_nothing_else(app: TestApp) {
        let task = |name: &str, value: &str| {
            let target = json!({"kind": "growth", "comparator": ">=", "value": value, "unit": "%"});
            json!({"name": name, "indicators": [{"measure": "社零", "region": "430600", "target": target}]})
        };
        let campaign = |name: &str, start: &str, tasks: Value| {
            json!({"name": name, "region": "430600", "starts_on": start, "ends_on": "2025-12-31", "issuer_name": "综合协调组", "letter_mark": "岳攻坚函", "tasks": tasks})
        };
        let plan = json!({
            "units": [{"region": "430600"}, {"name": "甲局", "region": "999999"}, {"name": "乙局", "region": "430600"}],
            "contacts": [{"unit": "乙局", "name": "张三", "email": "bad", "role": "liaison", "valid_from": "2025-01-01"}],
            "measures": [{"name": "社零", "unit": "亿元", "basis": "cumulative", "better": "higher", "frequency": "monthly"}],
            "campaigns": [
                campaign("行动一", "2025-13-01", json!([task("任务一", "5,00"), task("任务二", "5")])),
                campaign("行动二", "2025-01-01", json!([task("任务三", "5"), 7, task("任务四", "x")])),
            ],
        });
        let told = app.put("/plans?dry_run=true", plan.clone()).await.expect(200);
        let odd: Vec<(String, String)> = outcomes(&told).into_iter().filter(|(_, outcome)| outcome != "created").collect();
        let odd: Vec<(&str, &str)> = odd.iter().map(|(pointer, outcome)| (pointer.as_str(), outcome.as_str())).collect();
        assert_eq!(odd, [
            ("/units/0", "refused"), ("/units/1", "refused"), ("/contacts/0", "refused"), ("/campaigns/0", "refused"),
            ("/campaigns/0/tasks/0", "skipped"), ("/campaigns/0/tasks/0/indicators/0", "refused"),
            ("/campaigns/0/tasks/1", "skipped"), ("/campaigns/0/tasks/1/indicators/0", "skipped"),
            ("/campaigns/1/tasks/1", "refused"), ("/campaigns/1/tasks/2/indicators/0", "refused"),
        ], "{told}");
        let refused = app.put("/plans", plan).await;
        assert_eq!(refused.status, 422);
        let body = refused.json();
        let pointers: Vec<&str> = body["errors"].as_array().unwrap().iter().map(|error| error["pointer"].as_str().unwrap()).collect();
        assert_eq!(pointers, [
            "/units/0/name", "/units/1/region", "/contacts/0/email", "/campaigns/0/starts_on",
            "/campaigns/0/tasks/0/indicators/0/target/value", "/campaigns/1/tasks/1", "/campaigns/1/tasks/2/indicators/0/target/value",
        ]);
        assert_eq!((count(&app, "/units").await, count(&app, "/campaigns").await), (0, 0));
    }

    async fn one_thing_is_said_once(app: TestApp) {
        let unit = |name: &str| json!({"name": name, "region": "430600", "external_id": "Z"});
        let refused = app.put("/plans", json!({"units": [unit("甲局"), unit("乙局")]})).await;
        refused.problem(422, "invalid", "/units/1");
        let body = refused.json();
        assert_eq!(body["errors"][0]["code"], "duplicate");
        assert!(body["errors"][0]["detail"].as_str().unwrap().contains("/units/0"), "{body}");
        assert_eq!(count(&app, "/units").await, 0);
        let same = app.put("/plans", json!({"units": [unit("甲局"), unit("甲局")]})).await.expect(200);
        assert_eq!(fates(&same), ["created", "unchanged"]);
    }

    async fn an_external_id_is_one_things_own(app: TestApp) {
        let unit = |name: &str, id: Value| json!({"name": name, "region": "430600", "external_id": id});
        let made = app.post("/units", unit("甲局", json!(" OA-1 "))).await.expect(201);
        assert_eq!(made["external_id"], "OA-1");
        app.post("/units", unit("乙局", json!("OA-1"))).await.problem(409, "duplicate", "/external_id");
        assert_eq!(count(&app, "/units").await, 1, "nothing is half made");
        app.post("/units", unit("丙局", json!("\u{0}"))).await.problem(422, "invalid", "/external_id");
        let other = app.post("/units", unit("乙局", Value::Null)).await.expect(201);
        let path = format!("/units/{}", other["id"].as_str().unwrap());
        app.patch(&path, json!({"external_id": "OA-1"})).await.problem(409, "duplicate", "/external_id");
        let named = app.patch(&path, json!({"external_id": "OA-2"})).await.expect(200);
        assert_eq!(app.get(&path).await.expect(200), named);
        assert_eq!(app.get("/units").await.expect(200)["items"][1], named);
        let gone = app.patch(&path, json!({"external_id": null})).await.expect(200);
        assert_eq!(gone["external_id"], Value::Null);
        // Another kind of thing may have the same.
        app.post("/measures", json!({"name": "社零", "unit": "亿元", "basis": "cumulative", "better": "higher", "frequency": "monthly", "external_id": "OA-1"})).await.expect(201);
        // A plan that knows a thing by another id than it has is asked about it.
        let plan = json!({"units": [{"name": "甲局", "region": "430600", "external_id": "OA-9"}]});
        app.put("/plans", plan).await.problem(422, "invalid", "/units/0/external_id");
        let elsewhere = json!({"units": [{"name": "甲局", "region": "430100", "external_id": "OA-1"}]});
        app.put("/plans", elsewhere).await.problem(422, "invalid", "/units/0/region");
    }

    async fn an_edit_that_says_what_is_there_already_changes_nothing(app: TestApp) {
        let mut plan = plan();
        plan["campaigns"][0]["tasks"][0]["responsibilities"][0]["unit"] = json!("市商务局");
        app.put("/plans", plan).await.expect(200);
        app.clock.set("2026-01-01T00:00:00Z".parse().unwrap());
        let before = writes(&app).await;
        for list in ["/units", "/contacts", "/measures", "/campaigns", "/tasks", "/indicators", "/regions"] {
            let item = app.get(list).await.expect(200)["items"][0].clone();
            let key = if list == "/regions" { "code" } else { "id" };
            let path = format!("{list}/{}", item[key].as_str().unwrap());
            assert_eq!(app.patch(&path, json!({})).await.expect(200), item, "{list}");
            let name = if list == "/indicators" { json!({"window_start": item["window_start"]}) } else { json!({"name": item["name"]}) };
            assert_eq!(app.patch(&path, name).await.expect(200), item, "{list}");
            // What cannot be cleared is not cleared in silence.
            let field = if list == "/indicators" { "window_start" } else { "name" };
            app.patch(&path, json!({field: null})).await.problem(422, "invalid", &format!("/{field}"));
        }
        assert_eq!(writes(&app).await, before);
    }

    async fn each_row_of_a_list_has_the_tag_that_an_edit_asks_for(app: TestApp) {
        let mut plan = plan();
        plan["campaigns"][0]["tasks"][0]["responsibilities"][0]["unit"] = json!("市商务局");
        app.put("/plans", plan).await.expect(200);
        for list in ["/units", "/contacts", "/measures", "/campaigns", "/tasks", "/indicators", "/regions"] {
            let page = app.get(list).await.expect(200);
            let items = page["items"].as_array().unwrap();
            assert_eq!(page["etags"].as_array().unwrap().len(), items.len(), "{list}");
            let key = if list == "/regions" { "code" } else { "id" };
            let path = format!("{list}/{}", items[0][key].as_str().unwrap());
            let tag = page["etags"][0].as_str().unwrap();
            assert_eq!(app.get(&path).await.header("etag"), tag, "{list}");
            let part = app.get(&format!("{list}?fields={key}")).await.expect(200);
            assert_eq!(part["etags"], page["etags"], "the tag is that of the whole");
            let edit = app.request(Method::PATCH, &path).insert_header((header::IF_MATCH, tag));
            let merge = edit.insert_header((header::CONTENT_TYPE, "application/merge-patch+json")).set_payload("{}");
            app.send(merge).await.expect(200);
        }
        assert!(app.get("/episodes").await.expect(200).get("etags").is_none());
    }

    async fn two_plans_at_once_make_everything_once(app: TestApp) {
        let mut plan = plan();
        plan["campaigns"][0]["tasks"][0]["responsibilities"][0]["unit"] = json!("市商务局");
        let all = futures_util::future::join_all((0..4).map(|_| app.put("/plans", plan.clone()))).await;
        for answer in all {
            let status = answer.status.as_u16();
            assert!(status == 200 || status == 503, "{status}: {}", String::from_utf8_lossy(&answer.bytes));
        }
        assert_eq!(fates(&app.put("/plans", plan.clone()).await.expect(200)), ["unchanged"]);
        assert_eq!((count(&app, "/units").await, count(&app, "/tasks").await, count(&app, "/indicators").await), (2, 2, 1));
    }
}
