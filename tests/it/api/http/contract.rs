//! What every resource has in common, asked of each in turn.

use std::sync::atomic::{AtomicU32, Ordering};

use actix_web::http::{Method, header};
use serde_json::{Value, json};

use crate::support::{TestApp, both};

/// A resource: its path, a body that makes one (`{n}` becomes another number each time), and a change to it
/// (`null` when it never changes).
struct Resource {
    path: &'static str,
    create: Value,
    change: Value,
    /// Whether its list can be asked for parts of names.
    by_name: bool,
}

const EARLIER: &str = "2025-08-27T00:00:00Z";
const NOW: &str = "2025-08-27T01:00:00Z";

/// Every resource with the uniform contract; what they refer to is made an hour earlier.
async fn resources(app: &TestApp) -> Vec<Resource> {
    app.clock.set(EARLIER.parse().unwrap());
    app.post("/units", json!({"name": "省发展改革委", "region": "430000"})).await.expect(201);
    app.post("/campaigns", with(&campaign(), "name", json!("七大攻坚"))).await.expect(201);
    app.clock.set(NOW.parse().unwrap());
    vec![
        Resource {
            path: "/units",
            create: json!({"name": "省商务厅", "region": "430000"}),
            change: json!({"name": "商务厅"}),
            by_name: true,
        },
        Resource {
            path: "/measures",
            create: json!({"name": "社零", "unit": "亿元", "basis": "cumulative", "better": "higher", "frequency": "monthly"}),
            change: json!({"precision": 2}),
            by_name: true,
        },
        Resource {
            path: "/campaigns",
            create: campaign(),
            change: json!({"ends_on": "2026-01-31"}),
            by_name: true,
        },
        Resource {
            path: "/tasks",
            create: json!({"campaign": "七大攻坚", "name": "推动增收减负"}),
            change: json!({"ordinal": 7}),
            by_name: false,
        },
        Resource {
            path: "/regions",
            create: json!({"code": "X43{n}", "name": "城陵矶新港区", "level": "zone", "parent": "430600"}),
            change: json!({"short_name": "新港区"}),
            by_name: true,
        },
        Resource {
            path: "/contacts",
            create: json!({"unit": "省发展改革委", "name": "张三", "email": "zhangsan{n}@example.org", "role": "liaison"}),
            change: json!({"phone": "0731-0000000"}),
            by_name: false,
        },
        Resource {
            path: "/problems",
            create: json!({"title": "拖欠工程款", "source": "petition", "unit": "省发展改革委", "due_on": "2025-09-30"}),
            change: json!({"due_on": "2025-10-15"}),
            by_name: false,
        },
        Resource {
            path: "/rule-packs",
            create: json!({"name": "湖南{n}", "reason": "试行"}),
            change: Value::Null,
            by_name: false,
        },
    ]
}

fn campaign() -> Value {
    json!({
        "name": "内需攻坚", "region": "430000", "starts_on": "2025-01-01", "ends_on": "2025-12-31",
        "issuer_name": "综合协调组", "letter_mark": "湘攻坚函",
    })
}

async fn made(app: &TestApp, resource: &Resource) -> (String, Value) {
    let answer = app.post(resource.path, numbered(&resource.create)).await;
    let location = answer.header("location");
    let view = answer.expect(201);
    assert_eq!(location, format!("/api/v1{}/{}", resource.path, view["id"].as_str().unwrap()));
    (format!("{}/{}", resource.path, view["id"].as_str().unwrap()), view)
}

fn with(body: &Value, field: &str, value: Value) -> Value {
    let mut body = body.clone();
    body[field] = value;
    body
}

/// The body with a number of its own.
fn numbered(body: &Value) -> Value {
    static NEXT: AtomicU32 = AtomicU32::new(1);
    let number = NEXT.fetch_add(1, Ordering::SeqCst).to_string();
    serde_json::from_str(&body.to_string().replace("{n}", &number)).unwrap()
}

both! {
    async fn what_was_made_is_read_and_changed_only_by_who_read_it(app: TestApp) {
        for resource in resources(&app).await {
            let (path, view) = made(&app, &resource).await;
            assert_eq!(app.get(&path).await.expect(200), view, "{path}");
            if resource.change.is_null() {
                let answer = app.send(app.request(Method::PATCH, &path).set_json(json!({}))).await;
                answer.problem(405, "method_not_allowed", "");
                assert_eq!(answer.header("allow"), "GET, HEAD");
                continue;
            }
            let tag = app.get(&path).await.header("etag");
            let patch = |tag: Option<&str>| {
                let request = app.request(Method::PATCH, &path).set_json(&resource.change);
                match tag {
                    Some(tag) => request.insert_header((header::IF_MATCH, tag)),
                    None => request,
                }
            };
            app.send(patch(None)).await.problem(428, "precondition_required", "");
            app.send(patch(Some("\"0000000000000000\""))).await.problem(412, "precondition_failed", "");
            assert_eq!(app.get(&path).await.expect(200), view, "{path} changed");
            app.clock.set("2025-08-27T02:00:00Z".parse().unwrap());
            let changed = app.send(patch(Some(&tag))).await.expect(200);
            assert_ne!(changed, view, "{path}");
            assert_eq!(changed["updated_at"], "2025-08-27T02:00:00Z");
            assert_eq!(app.get(&path).await.expect(200), changed, "{path}");
            app.send(patch(Some(&tag))).await.problem(412, "precondition_failed", "");
            app.clock.set(NOW.parse().unwrap());
        }
    }

    async fn a_body_that_does_not_fit_is_refused_with_a_pointer(app: TestApp) {
        for resource in resources(&app).await {
            let path = resource.path;
            let before = app.get(path).await.expect(200);
            app.post(path, with(&resource.create, "colour", json!("red"))).await.problem(422, "invalid", "/colour");
            app.post(path, json!([])).await.problem(422, "invalid", "");
            let broken = app.request(Method::POST, path).insert_header(header::ContentType::json()).set_payload("{");
            app.send(broken).await.problem(400, "malformed_body", "");
            let plain = app.request(Method::POST, path).insert_header(header::ContentType::plaintext()).set_payload("name");
            app.send(plain).await.problem(415, "unsupported_media_type", "");
            for (field, _) in resource.create.as_object().unwrap() {
                let pointer = format!("/{field}");
                for wrong in [json!({"a": 1}), json!("")] {
                    app.post(path, with(&numbered(&resource.create), field, wrong)).await.problem(422, "invalid", &pointer);
                }
            }
            assert_eq!(app.get(path).await.expect(200), before, "{path}");
        }
    }

    async fn hostile_names_are_refused_or_kept_as_they_are(app: TestApp) {
        for resource in resources(&app).await {
            // A problem has no name.
            let field = if resource.path == "/problems" { "title" } else { "name" };
            for name in ["", "   ", "省\n商务厅", "省\u{0}商务厅", "省\u{7}商务厅", &"长".repeat(33_334)] {
                let answer = app.post(resource.path, with(&numbered(&resource.create), field, json!(name))).await;
                answer.problem(422, "invalid", &format!("/{field}"));
                assert!(answer.bytes.len() < 2_000, "{} echoes the name", resource.path);
            }
            for name in ["Robert'); DROP TABLE units;--", "100%_\\", "😀👩‍💻", "<script>alert(1)</script>", "𠮷野家", "null"] {
                let view = app.post(resource.path, with(&numbered(&resource.create), field, json!(name))).await.expect(201);
                assert_eq!(view[field], name, "{}", resource.path);
                if !resource.by_name {
                    continue;
                }
                let part = urlencoded(name);
                let found = app.get(&format!("{}?name_contains={part}", resource.path)).await.expect(200);
                let names: Vec<_> = found["items"].as_array().unwrap().iter().map(|item| item["name"].clone()).collect();
                assert_eq!(names, [name], "{}", resource.path);
            }
        }
    }

    async fn a_list_takes_the_shared_parameters_and_no_others(app: TestApp) {
        for resource in resources(&app).await {
            let path = resource.path;
            let (one, view) = made(&app, &resource).await;
            for (query, parameter) in [
                ("colour=red", "colour"),
                ("limit=0", "limit"),
                ("limit=viele", "limit"),
                ("limit=1&limit=2", "limit"),
                ("cursor=zzz", "cursor"),
                ("fields=colour", "fields"),
                ("fields=", "fields"),
                ("updated_after=gestern", "updated_after"),
                ("cursor=%00", "cursor"),
            ] {
                app.get(&format!("{path}?{query}")).await.problem(400, "malformed_query", parameter);
            }
            app.get(&format!("{one}?fields=colour")).await.problem(400, "malformed_query", "fields");
            app.get(&format!("{one}?limit=1")).await.problem(400, "malformed_query", "limit");
            let some = json!({"id": view["id"], "created_at": view["created_at"]});
            assert_eq!(app.get(&format!("{one}?fields=id,created_at")).await.expect(200), some);
            let listed = app.get(&format!("{path}?fields=id,created_at&limit=500")).await.expect(200);
            assert_eq!(listed["items"].as_array().unwrap().last(), Some(&some));
            // The tag read with `fields` serves for an update.
            let tag = app.get(&format!("{one}?fields=id")).await.header("etag");
            assert_eq!(tag, app.get(&one).await.header("etag"));
            for (after, count) in [
                ("2025-08-27T00:59:59Z", 1),
                ("2025-08-27T01:00:00Z", 0),
                ("2025-08-27T08:59:59%2B08:00", 1),
                ("2025-08-27T08:59:59+08:00", 1),
                ("2025-08-27T09:00:00.000001%2B08:00", 0),
            ] {
                let page = app.get(&format!("{path}?limit=500&updated_after={after}")).await.expect(200);
                let its = page["items"].as_array().unwrap().iter().filter(|item| item["id"] == view["id"]);
                assert_eq!(its.count(), count, "{path} {after}");
            }
        }
    }

    async fn a_repeated_post_is_done_once(app: TestApp) {
        for resource in resources(&app).await {
            let key = resource.path.replace('/', "again-");
            let body = numbered(&resource.create);
            let ask = |body: &Value| app.request(Method::POST, resource.path).insert_header(("Idempotency-Key", key.clone())).set_json(body);
            let count = async || app.get(&format!("{}?limit=500", resource.path)).await.expect(200)["items"].as_array().unwrap().len();
            let before = count().await;
            let made = app.send(ask(&body)).await;
            let second = app.send(ask(&body)).await;
            assert_eq!(second.header("idempotency-replayed"), "true");
            assert_eq!(second.header("location"), made.header("location"));
            assert_eq!(second.header("etag"), made.header("etag"));
            assert_eq!(second.expect(201), made.expect(201));
            assert_eq!(count().await, before + 1, "{}", resource.path);
            app.send(ask(&with(&body, "colour", json!("red")))).await.problem(422, "idempotency_key_reused", "");
        }
    }

    async fn ids_of_nothing_and_of_other_resources_are_not_found(app: TestApp) {
        let mut paths = Vec::new();
        let all = resources(&app).await;
        for resource in &all {
            paths.push(made(&app, resource).await.0);
        }
        for path in &paths {
            let id = path.rsplit('/').next().unwrap();
            for resource in all.iter().filter(|resource| !path.starts_with(resource.path)) {
                app.get(&format!("{}/{id}", resource.path)).await.problem(404, "not_found", "");
                if resource.change.is_null() {
                    continue;
                }
                let patch = app.request(Method::PATCH, &format!("{}/{id}", resource.path));
                app.send(patch.insert_header((header::IF_MATCH, "*")).set_json(&resource.change)).await.problem(404, "not_found", "");
            }
        }
        for resource in &all {
            for id in ["00000000-0000-0000-0000-000000000000", "x", "%00", "..%2funits"] {
                app.get(&format!("{}/{id}", resource.path)).await.problem(404, "not_found", "");
            }
        }
    }
}

fn urlencoded(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}
