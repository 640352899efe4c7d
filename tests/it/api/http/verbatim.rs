//! A request means what it says and nothing else: an object is no list, a field stands once, a day is written in one way, an address
//! is UTF-8, and what is read beside the API knows HEAD and OPTIONS.

use actix_web::http::{Method, header};
use actix_web::test::TestRequest;
use serde_json::{Value, json};

use crate::support::app::Answer;
use crate::support::{TestApp, both};

/// A body as it is written.
async fn raw(app: &TestApp, method: Method, path: &str, kind: &str, body: &str) -> Answer {
    let request = app.request(method, path).insert_header((header::CONTENT_TYPE, kind));
    app.send(request.set_payload(body.to_owned())).await
}

async fn facts(app: &TestApp) -> usize {
    app.get("/observations").await.expect(200)["items"].as_array().unwrap().len()
}

const FACT: &str = r#"{"measure":"社零","region":"430000","period":{"start":"2025-01-01","end":"2025-07-31"},"figure":"level","value":"5","source":"月报","published_on":"2025-08-15"}"#;

async fn measure(app: &TestApp, basis: &str) {
    app.post(
        "/measures",
        json!({"name": "社零", "unit": "亿元", "basis": basis, "better": "higher", "frequency": "monthly"}),
    )
    .await
    .expect(201);
}

both! {
    async fn a_list_passes_for_no_object_and_nothing_is_written(app: TestApp) {
        measure(&app, "cumulative").await;
        let unit = app.post("/units", json!({"name": "省商务厅", "region": "430000"})).await.expect(201);
        let unit = format!("/units/{}", unit["id"].as_str().unwrap());
        for (method, path, body, place) in [
            (Method::PATCH, unit.as_str(), r#"["新名字"]"#, ""),
            (Method::PATCH, unit.as_str(), "[]", ""),
            (Method::PATCH, "/regions/430000", r#"["x","y"]"#, ""),
            (Method::POST, "/api-keys", r#"["k","reader",null,null]"#, ""),
            (Method::POST, "/warning-runs", r#"["2025-08-27",true,false,false]"#, ""),
            (Method::PUT, "/plans", r#"[[["局","430000"]]]"#, ""),
            (Method::PUT, "/plans", r#"{"units":[["局","430000"]]}"#, "/units/0"),
            (Method::PUT, "/observations", "[[]]", ""),
        ] {
            raw(&app, method.clone(), path, "application/json", body).await.problem(422, "invalid", place);
        }
        let nested = FACT.replace(r#"{"start":"2025-01-01","end":"2025-07-31"}"#, r#"["2025-01-01","2025-07-31"]"#);
        let by_place = r#"["社零","430000",["2025-01-01","2025-01-31"],null,"level","1",null,false,null,"s","2025-02-10",[]]"#;
        for (item, place) in [(nested.as_str(), "/items/0/period"), (by_place, "/items/0")] {
            raw(&app, Method::PUT, "/observations", "application/json", &format!(r#"{{"items":[{item}]}}"#)).await.problem(422, "invalid", place);
            raw(&app, Method::PUT, "/observations", "application/x-ndjson", item).await.problem(422, "invalid", place);
        }
        assert_eq!((app.get(&unit).await.expect(200)["name"].clone(), facts(&app).await), (json!("省商务厅"), 0));
    }

    async fn a_field_that_stands_twice_is_refused_where_it_stands(app: TestApp) {
        measure(&app, "cumulative").await;
        let twice = FACT.replace(r#""value":"5""#, r#""value":"5","value":"7""#);
        let other = FACT.replace("430000", "430100");
        let body = format!(r#"{{"items":[{other},{twice}]}}"#);
        raw(&app, Method::PUT, "/observations", "application/json", &body).await.problem(422, "invalid", "/items/1/value");
        raw(&app, Method::PUT, "/observations", "application/x-ndjson", &format!("{other}\n{twice}")).await.problem(422, "invalid", "/items/1/value");
        let table = "指标,地区,开始日期,结束日期,数值类型,值,数值,来源,公布日期\n社零,430000,2025-01-01,2025-07-31,level,5,99,月报,2025-08-15\n";
        raw(&app, Method::PUT, "/observations", "text/csv", table).await.problem(422, "invalid", "");
        raw(&app, Method::PUT, "/plans", "application/json", r#"{"units":[{"name":"甲局","region":"430000","name":"乙局"}]}"#).await.problem(422, "invalid", "/units/0/name");
        raw(&app, Method::POST, "/units", "application/json", r#"{"name":"甲局","name":"乙局","region":"430000"}"#).await.problem(422, "invalid", "/name");
        assert_eq!((facts(&app).await, app.get("/units").await.expect(200)["items"].clone()), (0, json!([])));
        for (form, text, written) in [("application/json", body, "created"), ("application/x-ndjson", format!("{other}\n{twice}"), "unchanged")] {
            let partly = raw(&app, Method::PUT, "/observations?atomic=false", form, &text).await.expect(200);
            assert_eq!((&partly[written], &partly["refused"]), (&json!(1), &json!(1)), "{partly}");
        }
    }

    async fn a_day_is_written_in_one_way_in_bodies_and_in_queries(app: TestApp) {
        measure(&app, "cumulative").await;
        app.post("/units", json!({"name": "2026-1-1 ", "region": "430000"})).await.expect(201);
        for day in ["2026-1-1", "2025-08-15 ", " 2025-08-15", "+2025-08-15", "-2025-08-15", "9999-12-31", "2025-02-30", "20250815"] {
            let body = format!(r#"{{"items":[{}]}}"#, FACT.replace("2025-08-15", day));
            raw(&app, Method::PUT, "/observations", "application/json", &body).await.problem(422, "invalid", "/items/0/published_on");
            app.get(&format!("/assessments?as_of={}", day.replace('+', "%2B").replace(' ', "%20"))).await.problem(400, "malformed_query", "as_of");
        }
        let body = format!(r#"{{"items":[{FACT}]}}"#);
        assert_eq!(raw(&app, Method::PUT, "/observations", "application/json", &body).await.expect(200)["created"], 1);
    }

    async fn an_address_that_is_not_utf8_is_refused_and_does_not_look_empty(app: TestApp) {
        for query in ["%B7%A2", "%ED%A0%80", "%FF"] {
            app.get(&format!("/units?name_contains={query}")).await.problem(400, "malformed_query", "name_contains");
            app.get(&format!("/measures?limit=5&name_contains={query}")).await.problem(400, "malformed_query", "name_contains");
            app.get(&format!("/units/{query}")).await.problem(400, "malformed_body", "");
        }
        assert_eq!(app.get("/units?name_contains=%E5%8F%91").await.expect(200)["items"], json!([]));
    }

    async fn what_is_read_beside_the_api_knows_head_and_options(app: TestApp) {
        let ask = |method: Method, path: &str| TestRequest::default().method(method).uri(path).insert_header((header::AUTHORIZATION, format!("Bearer {}", app.key)));
        for path in ["/healthz", "/readyz", "/metrics", "/docs/", "/api/v1/openapi.json"] {
            let (get, head) = (app.send(ask(Method::GET, path)).await, app.send(ask(Method::HEAD, path)).await);
            assert_eq!((get.status.as_u16(), head.status.as_u16()), (200, 200), "{path}");
            let options = app.send(TestRequest::default().method(Method::OPTIONS).uri(path)).await;
            assert_eq!((options.status.as_u16(), options.header("allow").as_str()), (204, "GET, HEAD, OPTIONS"), "{path}");
            let post = app.send(ask(Method::POST, path)).await;
            assert_eq!(post.header("allow"), "GET, HEAD", "{path}");
            post.problem(405, "method_not_allowed", "");
        }
    }

    async fn of_a_stock_one_value_a_day(app: TestApp) {
        measure(&app, "point").await;
        let day = FACT.replace("2025-01-01", "2025-07-31").replace(r#""5""#, r#""6""#);
        let body = format!(r#"{{"items":[{FACT},{day}]}}"#);
        raw(&app, Method::PUT, "/observations", "application/json", &body).await.problem(422, "invalid", "/items/1/period");
        let odd = FACT.replace("2025-01-01", "2025-01-05");
        let told = raw(&app, Method::PUT, "/observations", "application/json", &format!(r#"{{"items":[{odd}]}}"#)).await.expect(200);
        assert!(told["items"][0]["doubts"].to_string().contains("unusual_span"), "{told}");
    }

    async fn what_shows_something_else_tells_so(app: TestApp) {
        let unit = |name: &str| json!({"name": name, "region": "430000"});
        let (from, into) = (app.post("/units", unit("甲局")).await.expect(201), app.post("/units", unit("乙局")).await.expect(201));
        measure(&app, "cumulative").await;
        let plan = json!({"campaigns": [{"name": "攻坚", "region": "430000", "starts_on": "2025-01-01", "ends_on": "2025-12-31",
            "issuer_name": "综合协调组", "letter_mark": "攻坚函", "members": ["甲局"],
            "tasks": [{"name": "任务", "responsibilities": [{"unit": "乙局", "role": "lead"}],
                "indicators": [{"measure": "社零", "region": "430000", "target": {"phrase": "增长5.5%"}}]}]}]});
        let put = app.put("/plans", plan).await;
        assert_eq!(put.status, 200, "{}", put.json());
        let only = |list: &'static str| { let app = &app; async move { app.get(list).await.expect(200)["items"][0].clone() } };
        let (campaign, indicator) = (only("/campaigns").await, only("/indicators").await);
        app.clock.set("2025-08-28T01:00:00Z".parse().unwrap());
        app.post(&format!("/units/{}/merger", from["id"].as_str().unwrap()), json!({"into": into["id"], "reason": "机构改革"})).await.expect(200);
        let moved = only("/campaigns").await;
        assert!(moved["updated_at"].as_str() > campaign["updated_at"].as_str(), "{campaign} {moved}");
        let measure = only("/measures").await;
        app.patch(&format!("/measures/{}", measure["id"].as_str().unwrap()), json!({"unit": "万元"})).await.expect(200);
        let renamed = only("/indicators").await;
        assert!(renamed["updated_at"].as_str() > indicator["updated_at"].as_str(), "{indicator} {renamed}");
    }

    async fn a_merger_makes_no_circle(app: TestApp) {
        let mut ids: Vec<Value> = Vec::new();
        for name in ["甲局", "乙局", "丙局", "丁局"] {
            let made = app.post("/units", json!({"name": name, "region": "430000", "parent": ids.last()})).await.expect(201);
            ids.push(made["id"].clone());
        }
        let path = |id: &Value| format!("/units/{}", id.as_str().unwrap());
        app.post(&format!("{}/merger", path(&ids[0])), json!({"into": ids[2], "reason": "机构改革"})).await.expect(200);
        let mut above = Vec::new();
        for id in &ids[1..] {
            above.push(app.get(&path(id)).await.expect(200)["parent_id"].clone());
        }
        assert_eq!(above, [ids[2].clone(), Value::Null, ids[2].clone()]);
    }
}
