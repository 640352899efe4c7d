use serde_json::{Value, json};

use crate::support::{TestApp, both};

async fn unit(app: &TestApp, name: &str) {
    app.post("/units", json!({"name": name, "region": "430000"})).await.expect(201);
}

fn contact(name: &str, email: &str) -> Value {
    json!({"unit": "省商务厅", "name": name, "email": email, "role": "liaison", "valid_from": "2025-01-01"})
}

both! {
    async fn contacts_come_and_go(app: TestApp) {
        unit(&app, "省商务厅").await;
        unit(&app, "省财政厅").await;
        let mut first = contact("张三", "zhangsan@example.org");
        first["valid_to"] = json!("2025-06-30");
        let first = app.post("/contacts", first).await.expect(201);
        let mut second = contact("李四", "lisi@example.org");
        second["valid_from"] = json!("2025-07-01");
        let second = app.post("/contacts", second).await.expect(201);
        let mut leader = contact("王五", "wangwu@example.org");
        leader["role"] = json!("leader");
        leader["unit"] = json!("省财政厅");
        leader.as_object_mut().unwrap().remove("valid_from");
        let leader = app.post("/contacts", leader).await.expect(201);
        assert_eq!((&leader["valid_from"], &leader["valid_to"]), (&json!("2025-08-27"), &Value::Null));
        let finance = leader["unit_id"].as_str().unwrap();
        for (query, want) in [
            (String::new(), vec![&first, &second, &leader]),
            ("on=2025-06-30".to_owned(), vec![&first]),
            ("on=2025-07-01".to_owned(), vec![&second]),
            ("on=2024-12-31".to_owned(), vec![]),
            ("on=2025-08-27&role=leader".to_owned(), vec![&leader]),
            (format!("unit={finance}"), vec![&leader]),
            ("role=liaison".to_owned(), vec![&first, &second]),
        ] {
            let found = app.get(&format!("/contacts?{query}")).await.expect(200);
            assert_eq!(found["items"], json!(want), "{query}");
        }
        let path = format!("/contacts/{}", second["id"].as_str().unwrap());
        let changed = app.patch(&path, json!({"name": "李四四", "phone": "0731-0000000", "valid_to": "2025-12-31"})).await.expect(200);
        assert_eq!((&changed["name"], &changed["valid_to"], &changed["email"]), (&json!("李四四"), &json!("2025-12-31"), &second["email"]));
        let open = app.patch(&path, json!({"phone": null, "valid_to": null, "role": "leader"})).await.expect(200);
        assert_eq!((&open["phone"], &open["valid_to"], &open["role"]), (&Value::Null, &Value::Null, &json!("leader")));
        app.patch(&path, json!({"valid_to": "2025-06-30"})).await.problem(422, "invalid", "/valid_to");
        app.patch(&path, json!({"unit": "省财政厅"})).await.problem(422, "invalid", "/unit");
        app.get("/contacts?on=tomorrow").await.problem(400, "malformed_query", "on");
        app.get("/contacts?role=boss").await.problem(400, "malformed_query", "role");
        app.get("/contacts?unit=x").await.problem(400, "malformed_query", "unit");
    }

    async fn a_contact_that_does_not_fit_is_refused(app: TestApp) {
        unit(&app, "省商务厅").await;
        for (field, value, pointer) in [
            ("unit", json!("没有的单位"), "/unit"),
            ("unit", json!("430000"), "/unit"),
            ("name", json!("长".repeat(31)), "/name"),
            ("email", json!("张三@example.org"), "/email"),
            ("email", json!("a@example.org\r\nBcc: b@example.org"), "/email"),
            ("email", json!(format!("{}@example.org", "a".repeat(100_000))), "/email"),
            ("phone", json!("打这里"), "/phone"),
            ("role", json!("boss"), "/role"),
            ("valid_from", json!("0001-01-01"), "/valid_from"),
            ("valid_to", json!("2024-12-31"), "/valid_to"),
        ] {
            let mut body = contact("张三", "zhangsan@example.org");
            body[field] = value;
            app.post("/contacts", body).await.problem(422, "invalid", pointer);
        }
        app.post("/contacts", contact("张三", "zhangsan@example.org")).await.expect(201);
        app.post("/contacts", contact("别人", "zhangsan@example.org")).await.problem(409, "duplicate", "/email");
        let other = app.post("/contacts", contact("李四", "lisi@example.org")).await.expect(201);
        let path = format!("/contacts/{}", other["id"].as_str().unwrap());
        app.patch(&path, json!({"email": "zhangsan@example.org"})).await.problem(409, "duplicate", "/email");
        assert_eq!(app.get("/contacts").await.expect(200)["items"].as_array().unwrap().len(), 2);
    }
}
