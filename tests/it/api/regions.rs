use serde_json::{Value, json};

use crate::support::both;

both! {
    async fn the_built_in_regions_are_read_by_code_and_listed(app: TestApp) {
        let hunan = app.get("/regions/430000").await.expect(200);
        assert_eq!((&hunan["name"], &hunan["short_name"], &hunan["level"], &hunan["parent_code"]),
            (&json!("湖南省"), &json!("湖南"), &json!("province"), &json!("100000")));
        let by_id = app.get(&format!("/regions/{}", hunan["id"].as_str().unwrap())).await.expect(200);
        assert_eq!(by_id, hunan);
        for (query, count) in [
            ("parent=430000", 14),
            ("parent=湖南省&level=prefecture", 14),
            ("parent=430000&level=county", 0),
            ("level=county", 122),
            ("level=nation", 1),
            ("name_contains=长沙", 2),
            ("parent=430100", 9),
        ] {
            let found = app.get(&format!("/regions?limit=500&{}", encoded(query))).await.expect(200);
            assert_eq!(found["items"].as_array().unwrap().len(), count, "{query}");
        }
        app.get("/regions?level=city").await.problem(400, "malformed_query", "level");
        app.get("/regions?parent=999999").await.problem(400, "malformed_query", "parent");
        app.get(&format!("/regions/{}", encoded("湖南省"))).await.problem(404, "not_found", "");
        app.get("/regions/999999").await.problem(404, "not_found", "");
    }

    async fn an_own_region_is_added_renamed_and_retired(app: TestApp) {
        let made = app.post("/regions", json!({"code": "X430671", "name": "城陵矶新港区", "level": "zone", "parent": "岳阳市",
            "valid_from": "2010-01-01", "aliases": [{"name": "临港新区", "valid_to": "2013-12-31"}]})).await.expect(201);
        assert_eq!((&made["parent_code"], &made["short_name"]), (&json!("430600"), &json!("城陵矶新港区")));
        assert_eq!(made["aliases"], json!([{"name": "临港新区", "code": null, "valid_from": null, "valid_to": "2013-12-31"}]));
        let changed = app.patch("/regions/X430671", json!({"name": "新港区", "short_name": "新港", "valid_to": "2030-12-31",
            "add_aliases": [{"name": "城陵矶新港区", "code": "X430671"}]})).await.expect(200);
        assert_eq!((&changed["name"], &changed["valid_to"]), (&json!("新港区"), &json!("2030-12-31")));
        assert_eq!(changed["aliases"].as_array().unwrap().len(), 2);
        assert_eq!(app.get("/regions/X430671").await.expect(200), changed);
        for key in ["X430671", "新港区", "新港", "临港新区", "城陵矶新港区"] {
            let found = app.store.resolve_region(key).await.unwrap();
            assert_eq!(found.code, "X430671", "{key}");
        }
        let open = app.patch("/regions/X430671", json!({"valid_to": null})).await.expect(200);
        assert_eq!((&open["valid_to"], &open["valid_from"]), (&Value::Null, &json!("2010-01-01")));
        app.patch("/regions/X430671", json!({"valid_to": "2009-12-31"})).await.problem(422, "invalid", "/valid_to");
        app.patch("/regions/X430671", json!({"add_aliases": [{"name": "新的"}, {"name": "临港新区"}]})).await.problem(422, "invalid", "/add_aliases/1/name");
        app.patch("/regions/X430671", json!({"code": "X1"})).await.problem(422, "invalid", "/code");
        assert_eq!(app.get("/regions/X430671").await.expect(200), open);
    }

    async fn a_region_that_does_not_fit_is_refused(app: TestApp) {
        for (field, value, status, pointer) in [
            ("code", json!("430671a"), 422, "/code"),
            ("code", json!("430100"), 409, "/code"),
            ("level", json!("city"), 422, "/level"),
            ("level", json!("province"), 422, "/parent"),
            ("parent", json!("999999"), 422, "/parent"),
            ("valid_from", json!("2025-13-01"), 422, "/valid_from"),
            ("valid_to", json!("9999-12-31"), 422, "/valid_to"),
            ("short_name", json!(" "), 422, "/short_name"),
            ("aliases", json!([{"name": ""}]), 422, "/aliases/0/name"),
            ("aliases", json!([{"name": "甲"}, {"name": "甲"}]), 422, "/aliases/1/name"),
            ("aliases", json!([{"name": "甲", "code": "x"}]), 422, "/aliases/0/code"),
            ("aliases", json!([{"name": "甲", "valid_from": "2025-01-02", "valid_to": "2025-01-01"}]), 422, "/aliases/0/valid_to"),
            ("aliases", json!([{"name": "甲", "since": 2020}]), 422, "/aliases/0/since"),
        ] {
            let mut body = json!({"code": "X430671", "name": "城陵矶新港区", "level": "zone", "parent": "430600"});
            body[field] = value.clone();
            let code = if status == 409 { "duplicate" } else { "invalid" };
            app.post("/regions", body).await.problem(status, code, pointer);
        }
        app.get("/regions/X430671").await.problem(404, "not_found", "");
    }
}

/// A query with its Chinese made fit for an address.
fn encoded(text: &str) -> String {
    let byte = |byte: u8| if byte.is_ascii() { char::from(byte).to_string() } else { format!("%{byte:02X}") };
    text.bytes().map(byte).collect()
}
