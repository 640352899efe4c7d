use serde_json::{Value, json};
use xushi::clock::Clock as _;
use xushi::domain::{Responsibility, ResponsibilityRole};
use xushi::store::types::{Id, IndicatorId, Thing, UnitId};

use crate::support::{TestApp, both};

/// A campaign whose office is 综合协调组, and four units.
async fn campaign(app: &TestApp) -> Value {
    for name in ["综合协调组", "省发展改革委", "省商务厅", "省财政厅"] {
        app.post("/units", json!({"name": name, "region": "430000"})).await.expect(201);
    }
    let body = json!({"name": "内需攻坚", "region": "430000", "starts_on": "2025-01-01", "ends_on": "2025-12-31",
        "issuer_name": "综合协调组", "letter_mark": "湘攻坚函", "office_unit": "综合协调组"});
    app.post("/campaigns", body).await.expect(201)
}

async fn task(app: &TestApp, name: &str, parent: Option<&Value>, parts: &[(&str, &str)]) -> Value {
    let parts: Vec<_> = parts.iter().map(|(unit, role)| json!({"unit": unit, "role": role})).collect();
    let body = json!({"campaign": "内需攻坚", "name": name, "parent": parent.map(|task| &task["id"]), "responsibilities": parts});
    app.post("/tasks", body).await.expect(201)
}

fn path(view: &Value) -> String {
    format!("/tasks/{}", view["id"].as_str().unwrap())
}

fn id<K: Thing>(view: &Value) -> Id<K> {
    Id::of(view["id"].as_str().unwrap().parse().unwrap())
}

/// Puts an indicator into a task; its own list is as given.
async fn indicator(app: &TestApp, task: &Value, own: &[(UnitId, ResponsibilityRole)]) -> IndicatorId {
    let number = app.clock.new_id();
    let measure = json!({"name": format!("指标{number}"), "unit": "亿元", "basis": "cumulative", "better": "higher", "frequency": "monthly"});
    let measure = app.post("/measures", measure).await.expect(201);
    let parts: Vec<_> =
        own.iter().map(|(unit, role)| json!({"unit": unit.0, "role": role.to_string()})).collect();
    let body =
        json!({"task": task["id"], "measure": measure["id"], "region": "430000", "responsibilities": parts});
    id(&app.post("/indicators", body).await.expect(201))
}

/// The name of an indicator's lead unit.
async fn lead(app: &TestApp, indicator: IndicatorId) -> Option<String> {
    let row = app.store.find_indicator(indicator).await.unwrap().unwrap();
    match row.indicator.lead_unit_id {
        Some(unit) => Some(app.store.find_unit(unit).await.unwrap().unwrap().name),
        None => None,
    }
}

both! {
    async fn a_tree_of_tasks_with_who_answers_for_them(app: TestApp) {
        let campaign = campaign(&app).await;
        let section = task(&app, "大力提振消费", None, &[]).await;
        let leaf = task(&app, "推动增收减负", Some(&section), &[("省商务厅", "lead"), ("省财政厅", "support")]).await;
        assert_eq!((&section["responsibilities"], &section["parent_id"], &section["campaign_id"]), (&json!([]), &Value::Null, &campaign["id"]));
        let parts: Vec<_> = leaf["responsibilities"].as_array().unwrap().iter().map(|part| (part["name"].clone(), part["role"].clone())).collect();
        assert_eq!(parts, [(json!("省商务厅"), json!("lead")), (json!("省财政厅"), json!("support"))]);
        assert_eq!(app.get(&path(&leaf)).await.expect(200), leaf);
        let unit = leaf["responsibilities"][1]["unit_id"].as_str().unwrap();
        for (query, want) in [
            (String::new(), vec![&section, &leaf]),
            (format!("campaign={}", campaign["id"].as_str().unwrap()), vec![&section, &leaf]),
            (format!("parent={}", section["id"].as_str().unwrap()), vec![&leaf]),
            (format!("unit={unit}"), vec![&leaf]),
            (format!("unit={}&parent={}", unit, leaf["id"].as_str().unwrap()), vec![]),
        ] {
            let found = app.get(&format!("/tasks?{query}")).await.expect(200);
            assert_eq!(found["items"], json!(want), "{query}");
        }
        app.post("/tasks", json!({"campaign": "内需攻坚", "name": "大力提振消费"})).await.problem(409, "duplicate", "/name");
        app.post("/tasks", json!({"campaign": "内需攻坚", "name": "推动增收减负", "parent": section["id"]})).await.problem(409, "duplicate", "/name");
        // The same name under another parent is another task.
        app.post("/tasks", json!({"campaign": "内需攻坚", "name": "推动增收减负"})).await.expect(201);
    }

    async fn a_task_that_does_not_fit_is_refused(app: TestApp) {
        let campaign = campaign(&app).await;
        app.post("/campaigns", json!({"name": "民生攻坚", "region": "430000", "starts_on": "2025-01-01", "ends_on": "2025-12-31",
            "issuer_name": "综合协调组", "letter_mark": "湘攻坚函"})).await.expect(201);
        let other = app.post("/tasks", json!({"campaign": "民生攻坚", "name": "办实事"})).await.expect(201);
        for (field, value, pointer) in [
            ("campaign", json!("没有的行动"), "/campaign"),
            ("campaign", other["id"].clone(), "/campaign"),
            ("parent", json!("办实事"), "/parent"),
            ("parent", campaign["id"].clone(), "/parent"),
            ("parent", other["id"].clone(), "/parent"),
            ("name", json!("长".repeat(121)), "/name"),
            ("ordinal", json!(10_000), "/ordinal"),
            ("ordinal", json!(5_000_000_000_i64), "/ordinal"),
            ("responsibilities", json!([{"unit": "没有的单位", "role": "lead"}]), "/responsibilities/0/unit"),
            ("responsibilities", json!([{"unit": "省商务厅", "role": "boss"}]), "/responsibilities/0/role"),
            ("responsibilities", json!([{"unit": "省商务厅"}]), "/responsibilities/0/role"),
            ("responsibilities", json!([{"unit": "省商务厅", "role": "lead"}, {"unit": "省商务厅", "role": "support"}]), "/responsibilities/1/unit"),
            ("responsibilities", json!([{"unit": "省商务厅", "role": "lead", "share": 1}]), "/responsibilities/0/share"),
        ] {
            let mut body = json!({"campaign": "内需攻坚", "name": "推动增收减负"});
            body[field] = value;
            app.post("/tasks", body).await.problem(422, "invalid", pointer);
        }
        assert_eq!(app.get("/tasks").await.expect(200)["items"], json!([other]));
    }

    async fn tasks_form_a_tree(app: TestApp) {
        campaign(&app).await;
        let top = task(&app, "甲", None, &[]).await;
        let middle = task(&app, "乙", Some(&top), &[]).await;
        let bottom = task(&app, "丙", Some(&middle), &[]).await;
        for parent in [&top, &middle, &bottom] {
            app.patch(&path(&top), json!({"parent": parent["id"]})).await.problem(422, "invalid", "/parent");
        }
        assert_eq!(app.get(&path(&top)).await.expect(200), top);
        app.patch(&path(&middle), json!({"parent": null})).await.expect(200);
        app.patch(&path(&top), json!({"parent": bottom["id"]})).await.expect(200);
        let mut parent = top;
        for level in 0..30 {
            let body = json!({"campaign": "内需攻坚", "name": format!("第{level}层"), "parent": parent["id"]});
            let answer = app.post("/tasks", body).await;
            if answer.status.as_u16() == 422 {
                answer.problem(422, "invalid", "/parent");
                assert!(level > 10);
                return;
            }
            parent = answer.expect(201);
        }
        panic!("a tree without end");
    }

    async fn lists_changed_at_once_leave_no_stale_lead(app: TestApp) {
        campaign(&app).await;
        let section = task(&app, "大力提振消费", None, &[]).await;
        let leaf = task(&app, "推动增收减负", Some(&section), &[]).await;
        let present = indicator(&app, &leaf, &[]).await;
        for round in 0..12 {
            let units = ["省商务厅", "省财政厅"];
            let lists = |lead: bool| if lead { json!([{"unit": units[round % 2], "role": "lead"}]) } else { json!([]) };
            let (above, own) = (path(&section), path(&leaf));
            let (above, own) = tokio::join!(
                app.patch(&above, json!({"responsibilities": lists(true)})),
                app.patch(&own, json!({"responsibilities": lists(round % 3 == 0)})),
            );
            above.expect(200);
            own.expect(200);
            let list = app.store.effective_responsibilities(id(&leaf), Some(present)).await.unwrap();
            let first = Responsibility::first_lead(&list).map(Id::of);
            let row = app.store.find_indicator(present).await.unwrap().unwrap();
            assert_eq!(row.indicator.lead_unit_id, first, "round {round}");
        }
    }

    async fn letters_go_to_the_nearest_lead(app: TestApp) {
        let campaign = campaign(&app).await;
        let section = task(&app, "大力提振消费", None, &[]).await;
        let leaf = task(&app, "推动增收减负", Some(&section), &[]).await;
        let unit = async |name: &str| app.store.resolve_unit(name).await.unwrap().id;
        let plain = indicator(&app, &leaf, &[]).await;
        let own = indicator(&app, &leaf, &[(unit("省财政厅").await, ResponsibilityRole::Lead)]).await;
        let helped = indicator(&app, &leaf, &[(unit("省财政厅").await, ResponsibilityRole::Support)]).await;
        let leads = async || [lead(&app, plain).await, lead(&app, own).await, lead(&app, helped).await].map(Option::unwrap);
        let finance = "省财政厅";

        // Nobody is named but the office.
        app.patch(&path(&leaf), json!({"ordinal": 2})).await.expect(200);
        assert_eq!(leads().await, ["综合协调组", finance, "综合协调组"]);
        // The section names a lead: those below without one follow.
        app.patch(&path(&section), json!({"responsibilities": [{"unit": "省商务厅", "role": "support"}, {"unit": "省发展改革委", "role": "lead"}]})).await.expect(200);
        assert_eq!(leads().await, ["省发展改革委", finance, "省发展改革委"]);
        // The task names its own.
        app.clock.set("2025-08-27T03:00:00Z".parse().unwrap());
        app.patch(&path(&leaf), json!({"responsibilities": [{"unit": "省商务厅", "role": "lead"}]})).await.expect(200);
        assert_eq!(leads().await, ["省商务厅", finance, "省商务厅"]);
        let list = app.store.effective_responsibilities(id(&leaf), Some(helped)).await.unwrap();
        let want = [("省商务厅", ResponsibilityRole::Lead), (finance, ResponsibilityRole::Support)];
        for (one, (name, role)) in list.iter().zip(want) {
            assert_eq!(*one, Responsibility { unit_id: unit(name).await.0, role });
        }
        assert_eq!(list.len(), 2);
        // Another task's change moves nothing; the task's own list gone, the section's holds again.
        task(&app, "完善消费政策", Some(&section), &[("省财政厅", "lead")]).await;
        app.patch(&path(&leaf), json!({"responsibilities": []})).await.expect(200);
        assert_eq!(leads().await, ["省发展改革委", finance, "省发展改革委"]);
        // Moved out of the section, and the office moves.
        app.patch(&path(&leaf), json!({"parent": null})).await.expect(200);
        assert_eq!(leads().await, ["综合协调组", finance, "综合协调组"]);
        let office = format!("/campaigns/{}", campaign["id"].as_str().unwrap());
        app.patch(&office, json!({"office_unit": "省商务厅"})).await.expect(200);
        assert_eq!(leads().await, ["省商务厅", finance, "省商务厅"]);
        app.patch(&office, json!({"office_unit": null})).await.expect(200);
        assert_eq!(lead(&app, plain).await, None);
        // A refused change moves nothing.
        app.patch(&path(&leaf), json!({"parent": leaf["id"], "responsibilities": [{"unit": "省商务厅", "role": "lead"}]})).await.problem(422, "invalid", "/parent");
        assert_eq!(lead(&app, plain).await, None);
    }
}
