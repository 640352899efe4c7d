//! What reporters, feeders and readers may, tried as they would.

use actix_web::http::Method;
use serde_json::{Value, json};

use crate::api::letters::replies::issued;
use crate::support::{TestApp, both};

fn fact(measure: &Value, region: &Value, published_on: &str) -> Value {
    json!({"items": [{"measure": measure, "region": region, "period": {"start": "2025-01-01", "end": "2025-07-31"},
        "figure": "level", "value": "5", "source": "单位报送", "published_on": published_on}]})
}

/// An indicator that a unit leads, and one that it does not.
async fn two_indicators(app: &TestApp, unit: &Value) -> (Value, Value) {
    let all = app.get("/indicators?limit=500").await.expect(200);
    let led = |one: &&Value| one["lead_unit"]["id"] == *unit;
    let items = all["items"].as_array().unwrap();
    (items.iter().find(led).unwrap().clone(), items.iter().find(|one| !led(one)).unwrap().clone())
}

/// When the facts came out that the feed tells of after a cursor. The feed of PostgreSQL waits for every transaction of the cluster that
/// began before, those of other tests, too.
async fn published_after(app: &TestApp, reader: &str, cursor: &str) -> Vec<Value> {
    let address = format!("/changes?kind=observation&after={cursor}");
    for _ in 0..200 {
        let feed = app.send(app.request_as(reader, Method::GET, &address)).await.expect(200);
        let told = feed["items"].as_array().unwrap().iter().map(|one| one["data"]["published_on"].clone());
        let told: Vec<Value> = told.collect();
        if !told.is_empty() {
            return told;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    Vec::new()
}

both! {
    async fn a_reporter_puts_in_what_its_unit_leads_and_a_feeder_anything(app: TestApp) {
        let letters = issued(&app).await;
        let unit = &letters[0]["unit_id"];
        let (own, foreign) = two_indicators(&app, unit).await;
        let reporter = app.new_key("reporter", unit.as_str()).await;
        let feeder = app.new_key("feeder", None).await;
        let put = async |key: &str, indicator: &Value, query: &str| {
            let body = fact(&indicator["measure"]["id"], &indicator["region"], "2025-08-15");
            app.send(app.request_as(key, Method::PUT, &format!("/observations{query}")).set_json(body)).await
        };
        put(&reporter, &own, "").await.expect(200);
        let refused = put(&reporter, &foreign, "").await;
        refused.problem(422, "invalid", "/items/0/measure");
        let refused = refused.json();
        assert!(refused["errors"][0]["detail"].as_str().unwrap().contains("不是本单位牵头的指标"), "{refused}");
        let trial = put(&reporter, &foreign, "?dry_run=true").await.expect(200);
        assert_eq!(trial["items"][0]["errors"][0]["code"], "not_own");
        put(&feeder, &foreign, "").await.expect(200);
        // A feeder sees the names that it writes, and nothing that came of them.
        for (path, status) in [("/measures", 200), ("/regions", 200), ("/observations", 403), ("/letters", 403), ("/units", 403), ("/changes", 403)] {
            assert_eq!(app.send(app.request_as(&feeder, Method::GET, path)).await.status.as_u16(), status, "{path}");
        }
        // A reporter is its unit, too.
        let listed = app.send(app.request_as(&reporter, Method::GET, "/letters")).await.expect(200);
        assert_eq!(listed["items"][0]["unit_id"], *unit);
        for role in ["reporter", "unit"] {
            app.post("/api-keys", json!({"name": "无单位", "role": role})).await.problem(422, "invalid", "/unit");
        }
        app.post("/api-keys", json!({"name": "推送", "role": "feeder", "unit": unit})).await.problem(422, "invalid", "/unit");
    }

    async fn a_key_is_thirty_two_random_bytes(app: TestApp) {
        let (one, other) = (app.new_key("reader", None).await, app.new_key("feeder", None).await);
        for key in [&one, &other] {
            assert_eq!(key.strip_prefix("xsk_").unwrap().len(), 43, "{key}");
        }
        assert_ne!(one, other);
        let listed: Value = app.get("/api-keys").await.expect(200);
        assert!(!listed.to_string().contains(&one) && !listed.to_string().contains("hash"), "{listed}");
    }

    async fn a_reader_sees_no_telephone_no_mailbox_and_no_attachment(app: TestApp) {
        let letters = issued(&app).await;
        let reader = app.new_key("reader", None).await;
        let get = async |path: &str| app.send(app.request_as(&reader, Method::GET, path)).await;
        let whole = app.get("/contacts?limit=500").await.expect(200).to_string();
        let masked = get("/contacts?limit=500").await.expect(200);
        assert!(!masked["items"].as_array().unwrap().is_empty());
        for (one, shown) in app.get("/contacts?limit=500").await.expect(200)["items"].as_array().unwrap().iter().zip(masked["items"].as_array().unwrap()) {
            let (email, hidden) = (one["email"].as_str().unwrap(), shown["email"].as_str().unwrap());
            assert!(email != hidden && hidden.contains("***@"), "{hidden}");
            assert!(whole.contains(email) && !masked.to_string().contains(email));
        }
        let mailboxes = app.get("/deliveries?limit=500").await.expect(200);
        for path in ["/deliveries?limit=500".to_owned(), "/changes?limit=10000".to_owned(), "/contacts?fields=name,email".to_owned()] {
            let shown = get(&path).await.expect(200).to_string();
            for one in mailboxes["items"].as_array().unwrap() {
                assert!(!shown.contains(one["email"].as_str().unwrap()), "{path}");
            }
        }
        // The letter prints whom to call, the issuer's own; to whom its mails went is masked.
        let letter = get(&format!("/letters/{}", letters[0]["id"].as_str().unwrap())).await.expect(200);
        assert!(letter["deliveries"].as_array().unwrap().iter().all(|one| one["email"].as_str().unwrap().contains("***@")), "{letter}");
        let table = app.request_as(&reader, Method::GET, "/contacts").insert_header(("accept", "text/csv"));
        let table = String::from_utf8(app.send(table).await.bytes).unwrap();
        assert!(table.contains("***@") && !table.contains(mailboxes["items"][0]["email"].as_str().unwrap()), "{table}");
        // Replies name persons in their text; the workbook of the ledger has it, too.
        for path in ["/letters/{}/replies", "/letters/{}/replies/{}/files/1", "/ledger.xlsx", "/contacts.xlsx", "/documents", "/changes?kind=reply"] {
            get(&path.replace("{}", letters[0]["id"].as_str().unwrap())).await.problem(403, "forbidden", "");
        }
        let feed = get("/changes?limit=10000").await.expect(200);
        assert!(feed["items"].as_array().unwrap().iter().all(|one| one["kind"] != "reply"));
    }

    async fn nobody_but_the_office_sees_a_figure_before_it_is_out(app: TestApp) {
        let letters = issued(&app).await;
        let (own, _) = two_indicators(&app, &letters[0]["unit_id"]).await;
        let body = fact(&own["measure"]["id"], &own["region"], "2025-09-10");
        let made = app.put("/observations", body).await.expect(200);
        assert_eq!(made["created"], 1);
        let measure = own["measure"]["id"].as_str().unwrap();
        let path = format!("/observations?measure={measure}&limit=500");
        let ahead = |list: &Value| list["items"].as_array().unwrap().iter().filter(|one| one["published_on"] == "2025-09-10").count();
        assert_eq!(ahead(&app.get(&path).await.expect(200)), 1);
        let reader = app.new_key("reader", None).await;
        let unit = app.new_key("unit", letters[0]["unit_id"].as_str()).await;
        for key in [&reader, &unit] {
            for query in ["", "&as_of=2026-01-01", "&vintages=latest"] {
                let list = app.send(app.request_as(key, Method::GET, &format!("{path}{query}"))).await.expect(200);
                assert_eq!(ahead(&list), 0, "{query}");
            }
        }
        // Whoever follows changes without seeing ahead is told on the day.
        let follow = async |after: &str| {
            let feed = app.send(app.request_as(&reader, Method::GET, &format!("/changes?kind=observation&limit=10000{after}"))).await.expect(200);
            let seen = feed["items"].as_array().unwrap().iter().filter(|one| one["data"]["published_on"] == "2025-09-10").count();
            (seen, feed["cursor"].as_str().unwrap().to_owned())
        };
        let (seen, cursor) = follow("").await;
        assert_eq!(seen, 0);
        xushi::office::maintenance::maintain(&app.office).await.unwrap();
        app.clock.set("2025-09-10T00:30:00Z".parse().unwrap());
        xushi::office::maintenance::maintain(&app.office).await.unwrap();
        xushi::office::maintenance::maintain(&app.office).await.unwrap();
        let reader = app.new_key("reader", None).await;
        let told = published_after(&app, &reader, &cursor).await;
        assert_eq!(told, ["2025-09-10"]);
    }

    async fn a_unit_finds_the_letters_it_has_a_copy_of(app: TestApp) {
        let letters = issued(&app).await;
        let letter = &letters[1];
        let whole = app.get(&format!("/letters/{}", letter["id"].as_str().unwrap())).await.expect(200);
        let copied = whole["deliveries"].as_array().unwrap().iter().find(|one| one["role"] == "cc").unwrap();
        let name = app.get(&format!("/units/{}", copied["unit_id"].as_str().unwrap())).await.expect(200)["name"].as_str().unwrap().to_owned();
        let key = app.new_key("unit", copied["unit_id"].as_str()).await;
        let get = async |path: &str| app.send(app.request_as(&key, Method::GET, path)).await;
        let encoded: String = name.bytes().map(|byte| format!("%{byte:02X}")).collect();
        for path in ["/letters".to_owned(), format!("/letters?unit={encoded}")] {
            let listed = get(&path).await.expect(200);
            let one = listed["items"].as_array().unwrap().iter().find(|one| one["id"] == letter["id"]).unwrap().clone();
            assert!(one["subject"].as_str().unwrap().starts_with("【抄送】"), "{one}");
        }
        let shown = get(&format!("/letters/{}", letter["id"].as_str().unwrap())).await.expect(200);
        assert!(shown["deliveries"].as_array().unwrap().iter().all(|one| one["unit_id"] == copied["unit_id"]), "{shown}");
    }

    async fn filters_of_closed_words_take_several(app: TestApp) {
        let letters = issued(&app).await;
        let count = async |path: &str| app.get(path).await.expect(200)["items"].as_array().unwrap().len();
        assert_eq!(count("/letters?state=issued,draft&limit=500").await, letters.len());
        assert_eq!(count("/letters?state=draft").await, 0);
        let (provinces, counties) = (count("/regions?level=province&limit=500").await, count("/regions?level=county&limit=500").await);
        assert_eq!(count("/regions?level=province,%20county&limit=500").await, provinces + counties);
        let refused = app.get("/regions?level=province,planet").await;
        refused.problem(400, "malformed_query", "level");
        let refused = refused.json();
        assert!(refused["errors"][0]["detail"].as_str().unwrap().contains("planet"), "{refused}");
        app.get("/letters?state=").await.problem(400, "malformed_query", "state");
    }
}
