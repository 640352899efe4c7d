//! What HTTP itself asks of every address.

use actix_web::http::{Method, header};
use actix_web::test::TestRequest;
use serde_json::json;

use crate::support::app::ORIGIN;
use crate::support::both;

/// A request without a key.
fn bare(method: Method, path: &str) -> TestRequest {
    TestRequest::default().method(method).uri(&format!("/api/v1{path}"))
}

both! {
    async fn head_is_get_without_its_body_and_options_needs_no_key(app: TestApp) {
        for path in ["/units", "/regions/430000", "/ledger.csv", "/calendars"] {
            let (get, head) = (app.get(path).await, app.send(app.request(Method::HEAD, path)).await);
            assert_eq!((head.status, head.header("etag"), head.header("content-type")), (get.status, get.header("etag"), get.header("content-type")), "{path}");
        }
        app.send(app.request(Method::HEAD, "/units/nowhere")).await.problem(404, "not_found", "");
        let options = app.send(bare(Method::OPTIONS, "/units")).await;
        assert_eq!((options.status.as_u16(), options.header("allow").as_str()), (204, "GET, HEAD, POST, OPTIONS"));
        app.send(bare(Method::OPTIONS, "/nowhere")).await.problem(404, "not_found", "");
        let spec = app.send(bare(Method::GET, "/openapi.json")).await;
        let tag = spec.header("etag");
        assert!(spec.status.is_success() && !tag.is_empty());
        assert_eq!(app.send(bare(Method::GET, "/openapi.json").insert_header((header::IF_NONE_MATCH, tag))).await.status.as_u16(), 304);
    }

    async fn who_lacks_a_key_is_told_how_one_is_given_and_the_scheme_has_no_case(app: TestApp) {
        for presented in [None, Some("Bearer wrong".to_owned()), Some(format!("Basic {}", app.key)), Some(app.key.clone()), Some("Bearer".to_owned())] {
            let mut request = bare(Method::GET, "/units");
            if let Some(presented) = &presented {
                request = request.insert_header((header::AUTHORIZATION, presented.as_str()));
            }
            let answer = app.send(request).await;
            answer.problem(401, "unauthorized", "");
            assert!(answer.header("www-authenticate").starts_with("Bearer "), "{presented:?}");
        }
        for scheme in ["Bearer", "bearer", "BEARER", "bEaReR"] {
            let request = bare(Method::GET, "/units").insert_header((header::AUTHORIZATION, format!("{scheme} {}", app.key)));
            assert_eq!(app.send(request).await.status.as_u16(), 200, "{scheme}");
        }
        assert_eq!(app.send(bare(Method::GET, "/units").insert_header(("x-api-key", app.key.as_str()))).await.status.as_u16(), 200);
    }

    async fn who_takes_nothing_that_an_address_gives_is_told_so_and_nothing_is_done(app: TestApp) {
        let accepting = |method: Method, path: &str, accept: &'static str| app.request(method, path).insert_header((header::ACCEPT, accept));
        for (path, accept, status) in [
            ("/units", "application/json", 200),
            ("/units", "application/*;q=0.5, text/html", 200),
            ("/units", "text/html,application/xhtml+xml,*/*;q=0.8", 200),
            ("/units", "application/xml", 406),
            ("/units", "text/csv", 200),
            ("/overview", "text/csv", 406),
            ("/units", "application/json;q=0", 406),
            ("/ledger.csv", "text/csv", 200),
            ("/ledger.csv", "application/json", 406),
        ] {
            assert_eq!(app.send(accepting(Method::GET, path, accept)).await.status.as_u16(), status, "{path} {accept}");
        }
        let unit = json!({"name": "省商务厅", "region": "430000"});
        app.send(accepting(Method::POST, "/units", "text/plain").set_json(&unit)).await.problem(406, "not_acceptable", "");
        app.post("/units", unit).await.expect(201);
    }

    async fn caches_and_browsers_of_named_origins_are_told_what_they_need(app: TestApp) {
        assert!(app.get("/units").await.header("vary").contains("accept-encoding"));
        let preflight = |origin: &'static str| {
            bare(Method::OPTIONS, "/units")
                .insert_header((header::ORIGIN, origin))
                .insert_header((header::ACCESS_CONTROL_REQUEST_METHOD, "PATCH"))
                .insert_header((header::ACCESS_CONTROL_REQUEST_HEADERS, "authorization,if-match,content-type"))
        };
        let allowed = app.send(preflight(ORIGIN)).await;
        assert_eq!((allowed.status.as_u16(), allowed.header("access-control-allow-origin").as_str()), (200, ORIGIN));
        assert!(allowed.header("access-control-allow-methods").contains("PATCH"));
        let asked = app.send(app.request(Method::GET, "/units").insert_header((header::ORIGIN, ORIGIN))).await;
        assert!(asked.status.is_success() && asked.header("access-control-expose-headers").to_lowercase().contains("etag"));
        let foreign = app.send(preflight("https://elsewhere.example.org")).await;
        assert_eq!(foreign.header("access-control-allow-origin"), "");
        let foreign = app.send(app.request(Method::GET, "/units").insert_header((header::ORIGIN, "https://elsewhere.example.org"))).await;
        assert_eq!(foreign.header("access-control-allow-origin"), "");
    }

    async fn what_is_wrong_is_placed_in_the_part_of_the_request_where_it_stands(app: TestApp) {
        let error = |answer: serde_json::Value| answer["errors"][0].clone();
        let query = error(app.get("/units?limit=0").await.expect(400));
        assert_eq!((&query["parameter"], query.get("pointer")), (&json!("limit"), None));
        let unknown = error(app.get("/contacts?unit=nobody").await.expect(400));
        assert_eq!((&unknown["parameter"], &unknown["code"]), (&json!("unit"), &json!("unknown")));
        let body = error(app.post("/units", json!({"name": "省商务厅", "region": "nowhere"})).await.expect(422));
        assert_eq!((&body["pointer"], body.get("parameter")), (&json!("/region"), None));
        let request = app.request(Method::POST, "/units").insert_header(("idempotency-key", "a b"));
        let head = error(app.send(request.set_json(json!({}))).await.expect(422));
        assert_eq!((&head["header"], head.get("pointer")), (&json!("Idempotency-Key"), None));
    }
}
