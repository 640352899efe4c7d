use std::collections::BTreeSet;

use actix_web::http::Method;
use serde_json::json;
use xushi::api::http::access::{RULES, Reach};
use xushi::domain::{Role, TextEnum as _};

use crate::api::letters::replies::issued;
use crate::support::{TestApp, both};

/// Every route of the specification, `(verb, path below /api/v1)`.
fn routes() -> BTreeSet<(String, String)> {
    let document: serde_json::Value = serde_json::to_value(xushi::api::openapi()).unwrap();
    let mut routes = BTreeSet::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for verb in item.as_object().unwrap().keys() {
            routes.insert((verb.to_uppercase(), path.strip_prefix("/api/v1").unwrap().to_owned()));
        }
    }
    routes
}

#[test]
fn every_route_has_its_line_and_every_line_its_route() {
    let lines: BTreeSet<_> = RULES.iter().map(|rule| (rule.verb.to_owned(), rule.path.to_owned())).collect();
    assert_eq!(lines.len(), RULES.len(), "two lines for one route");
    assert_eq!(routes(), lines, "src/api/http/access/rules.rs and the routes");
}

#[test]
fn the_lines_say_what_the_roles_are_for() {
    for rule in RULES {
        let at = format!("{} {}", rule.verb, rule.path);
        assert!(rule.admits(Role::Administrator), "{at}");
        assert!(rule.admits(Role::Reporter) || !rule.admits(Role::Unit), "{at}: a reporter is its unit, too");
        assert!(!(rule.writes && rule.admits(Role::Reader)), "{at}: readers write nothing");
        if rule.verb == "GET" && rule.writes {
            assert!(!rule.coordinator, "{at}: only what administrators alone see is written down");
        }
        if ["/api-keys", "/audit-events", "/webhooks"].iter().any(|own| rule.path.starts_with(own)) {
            assert!(!rule.admits(Role::Coordinator) && !rule.admits(Role::Reader), "{at}");
        }
        if matches!(
            rule.unit,
            Reach::OwnLetter
                | Reach::AddressedLetter
                | Reach::OwnEpisode
                | Reach::OwnIndicator
                | Reach::OwnProblem
                | Reach::LedProblem
        ) {
            assert!(rule.path.contains("{id}"), "{at}: which one?");
        }
    }
    let unit_writes: Vec<_> = RULES
        .iter()
        .filter(|rule| rule.writes && rule.admits(Role::Unit))
        .map(|rule| (rule.verb, rule.path, rule.unit))
        .collect();
    assert_eq!(
        unit_writes,
        [
            ("POST", "/problems/{id}/measures", Reach::LedProblem),
            ("POST", "/problems/{id}/progress", Reach::LedProblem),
            ("POST", "/problems/{id}/application", Reach::LedProblem),
            ("POST", "/letters/{id}/receipt", Reach::AddressedLetter),
            ("POST", "/letters/{id}/replies", Reach::AddressedLetter)
        ]
    );
    let fed: Vec<_> =
        RULES.iter().filter(|rule| rule.admits(Role::Feeder)).map(|rule| (rule.verb, rule.path)).collect();
    assert_eq!(
        fed,
        [
            ("GET", "/regions"),
            ("GET", "/regions/{key}"),
            ("GET", "/measures"),
            ("GET", "/measures/{id}"),
            ("PUT", "/observations")
        ]
    );
    let audited: Vec<_> =
        RULES.iter().filter(|rule| rule.admits(Role::Auditor)).map(|rule| (rule.verb, rule.path)).collect();
    assert_eq!(audited, [("GET", "/incidents"), ("GET", "/incidents/{id}"), ("GET", "/audit-events")]);
    let beyond: Vec<_> = RULES
        .iter()
        .filter(|rule| rule.admits(Role::Reporter) && !rule.admits(Role::Unit))
        .map(|rule| rule.path)
        .collect();
    assert_eq!(beyond, ["/observations"]);
    let judged: Vec<_> = RULES.iter().filter(|rule| rule.not_own).map(|rule| rule.path).collect();
    assert_eq!(
        judged,
        [
            "/problems/{id}/return",
            "/problems/{id}/closure",
            "/letters/{id}/replies/{rid}/review",
            "/letters/{id}/closure"
        ]
    );
}

#[test]
fn lists_narrowed_to_a_unit_know_the_parameter() {
    // An unknown one would be refused.
    let document: serde_json::Value = serde_json::to_value(xushi::api::openapi()).unwrap();
    for rule in RULES.iter().filter(|rule| rule.unit == Reach::OwnList) {
        let operation = &document["paths"][format!("/api/v1{}", rule.path)]["get"];
        let names: Vec<_> = operation["parameters"].as_array().unwrap().iter().map(|p| &p["name"]).collect();
        assert!(names.contains(&&json!("unit")), "{}: no parameter `unit`", rule.path);
    }
}

/// The text of a DOCX.
fn words_of(bytes: &[u8]) -> String {
    let mut package = zip::ZipArchive::new(std::io::Cursor::new(bytes)).unwrap();
    let mut text = String::new();
    std::io::Read::read_to_string(&mut package.by_name("word/document.xml").unwrap(), &mut text).unwrap();
    text
}

pub(crate) const NOBODY: &str = "01900000-0000-7000-8000-000000000000";

/// Lists show what concerns the unit of the key, and single addresses hide the rest.
async fn lists_hold_its_own(app: &TestApp, key: &str, unit: &str) {
    let get = async |path: &str| app.send(app.request_as(key, Method::GET, path)).await;
    for list in ["/episodes", "/assessments", "/indicators"] {
        let all = app.get(&format!("{list}?limit=500")).await.expect(200);
        let own = get(&format!("{list}?limit=500")).await.expect(200);
        let (all, own) = (all["items"].as_array().unwrap(), own["items"].as_array().unwrap());
        assert!(!own.is_empty() && own.len() < all.len(), "{list}: {} of {}", own.len(), all.len());
        let foreign = all.iter().find(|one| !own.contains(one)).unwrap();
        if list == "/assessments" {
            let id = foreign["indicator_id"].as_str().unwrap();
            get(&format!("/indicators/{id}/assessment")).await.problem(404, "not_found", "");
            continue;
        }
        let single = |one: &serde_json::Value| format!("{list}/{}", one["id"].as_str().unwrap());
        get(&single(&own[0])).await.expect(200);
        get(&single(foreign)).await.problem(404, "not_found", "");
    }
    let contacts = get("/contacts?limit=500").await.expect(200);
    let foreign = app.get("/contacts?limit=500").await.expect(200)["items"]
        .as_array()
        .unwrap()
        .iter()
        .find(|one| one["unit_id"] != unit)
        .unwrap()
        .clone();
    assert!(contacts["items"].as_array().unwrap().iter().all(|one| one["unit_id"] == unit));
    get(&format!("/contacts/{}", foreign["id"].as_str().unwrap())).await.problem(404, "not_found", "");
}

both! {
    async fn every_route_is_held_against_every_role(app: TestApp) {
        app.post("/units", json!({"name": "省商务厅", "region": "430000"})).await.expect(201);
        let mut keys = Vec::new();
        for role in Role::ALL.iter().copied() {
            let unit = role.is_of_unit().then_some("省商务厅");
            keys.push((role, app.new_key(role.as_str(), unit).await));
        }
        for rule in RULES {
            let path = rule.path.replace("{id}", NOBODY).replace("{rid}", NOBODY).replace("{ordinal}", "1").replace("{key}", "430000");
            for (role, key) in &keys {
                let at = format!("{} {} as {role}", rule.verb, rule.path);
                let method: Method = rule.verb.parse().unwrap();
                let mut request = app.request_as(key, method, &path);
                if rule.verb != "GET" {
                    request = request.set_json(json!({}));
                }
                let answer = app.send(request).await;
                let status = answer.status.as_u16();
                if !rule.admits(*role) {
                    answer.problem(403, "forbidden", "");
                } else {
                    assert!(status != 403 && status != 401 && status < 500, "{at}: {status}");
                    let single = !matches!(rule.unit, Reach::Nothing | Reach::Everything | Reach::OwnList);
                    if role.is_of_unit() && single {
                        assert_eq!(status, 404, "{at}: what does not concern a unit does not exist for it");
                    }
                }
            }
        }
        let anonymous = actix_web::test::TestRequest::default().uri("/api/v1/letters");
        app.send(anonymous).await.problem(401, "unauthorized", "");
        // Another verb, and an address that ends like the specification's.
        app.send(app.request_as(&keys.last().unwrap().1, Method::DELETE, "/units")).await.problem(405, "method_not_allowed", "");
        let disguised = actix_web::test::TestRequest::default().uri("/api/v1/rule-packs/openapi.json");
        app.send(disguised).await.problem(401, "unauthorized", "");
    }

    async fn a_unit_sees_what_concerns_it_and_nothing_else(app: TestApp) {
        let letters = issued(&app).await;
        let (mine, others) = (&letters[1], &letters[0]);
        assert_ne!(mine["unit_id"], others["unit_id"]);
        let unit = mine["unit_id"].as_str().unwrap();
        let key = app.new_key("unit", Some(unit)).await;
        let get = async |path: &str| app.send(app.request_as(&key, Method::GET, path)).await;
        let listed = get("/letters").await.expect(200);
        assert_eq!(listed["items"], json!([mine]));
        assert_eq!(get(&format!("/letters?unit={unit}&limit=5")).await.expect(200)["items"], json!([mine]));
        for query in ["unit=", "unit=%E7%9C%81", &format!("unit={}", others["unit_id"].as_str().unwrap()), "%75nit=x", &format!("unit={unit}&unit=x")] {
            get(&format!("/letters?{query}")).await.problem(403, "forbidden", "");
        }
        for ending in ["", ".html", ".docx", ".txt", ".eml", "/receipt", "/replies", "/closure"] {
            let path = |letter: &serde_json::Value| format!("/letters/{}{ending}", letter["id"].as_str().unwrap());
            let status = get(&path(mine)).await.status.as_u16();
            assert!(if ["/receipt", "/closure"].contains(&ending) { status == 404 } else { status == 200 }, "{ending}: {status}");
            get(&path(others)).await.problem(404, "not_found", "");
        }
        // A copy may be read, but what the addressee answers may not.
        let path = format!("/letters/{}", mine["id"].as_str().unwrap());
        let whole = app.get(&path).await.expect(200);
        let copied = whole["deliveries"].as_array().unwrap().iter().find(|one| one["role"] == "cc").unwrap();
        let copy = app.new_key("unit", copied["unit_id"].as_str()).await;
        app.send(app.request_as(&copy, Method::GET, &path)).await.expect(200);
        for kept in ["/replies", ".eml"] {
            app.send(app.request_as(&copy, Method::GET, &format!("{path}{kept}"))).await.problem(404, "not_found", "");
        }
        // Nothing a copy may read lets it answer: the signed link is in the addressee's own mail alone.
        let token = app.office.letters.links.as_ref().unwrap().token(mine["id"].as_str().unwrap().parse().unwrap(), "2025-08-27".parse().unwrap());
        for ending in ["", ".html", ".txt"] {
            let shown = app.send(app.request_as(&copy, Method::GET, &format!("{path}{ending}"))).await;
            assert!(!String::from_utf8_lossy(&shown.bytes).contains(&token), "{ending}");
        }
        // It says that it is a copy and has neither button nor address; the addressee's own page has the button.
        let shown = async |key: &str, ending: &str| {
            let answer = app.send(app.request_as(key, Method::GET, &format!("{path}{ending}"))).await;
            assert_eq!(answer.status.as_u16(), 200, "{ending}");
            String::from_utf8_lossy(&answer.bytes).replace("&#x2f;", "/")
        };
        for ending in ["", ".html", ".txt"] {
            let (own, copied) = (shown(&key, ending).await, shown(&copy, ending).await);
            assert!(copied.contains("抄送贵单位知悉，无需签收和反馈。") && !own.contains("无需签收和反馈"), "{ending}: {copied}");
            assert!(own.contains("/r/letter"), "{ending}: {own}");
            for answering in ["/r/letter", "签收并在线反馈", "在线签收、反馈", "class=\"act\""] {
                assert!(!copied.contains(answering), "{ending}: {answering}");
            }
            // To whom else it went stands in both, and what the letter says of its indicators.
            assert!(ending == ".html" || ending.is_empty() || copied.contains("抄送："), "{copied}");
        }
        let subject = |json: String| serde_json::from_str::<serde_json::Value>(&json).unwrap()["subject"].clone();
        assert!(subject(shown(&copy, "").await).as_str().unwrap().starts_with("【抄送】"));
        let paper = app.send(app.request_as(&copy, Method::GET, &format!("{path}.docx"))).await;
        let paper = words_of(&paper.bytes);
        assert!(paper.contains("抄送：") && !paper.contains("/r/letter") && !paper.contains("http://127"), "no address on paper");
        let mail = app.get(&format!("{path}.eml")).await.mail();
        assert!(mail.contains(&token), "the addressee's own mail has it");
        lists_hold_its_own(&app, &key, unit).await;
    }
}
