//! Stages of a figure over the API: what is put in at each stage is kept, and what stands is that of the highest.

use actix_web::http::{Method, header};
use serde_json::{Value, json};

use crate::policy::{at, items, report, sample};
use crate::support::{TestApp, both};

/// Gives a measure its stages.
pub(crate) async fn staged(app: &TestApp, name: &str, stages: Value) {
    let all = items(app, "/measures?limit=500").await;
    let id = all.iter().find(|one| one["name"] == name).unwrap()["id"].as_str().unwrap().to_owned();
    let measure = app.patch(&format!("/measures/{id}"), json!({"stages": stages})).await.expect(200);
    assert_eq!(measure["stages"].as_array().unwrap().len(), stages.as_array().unwrap().len());
}

/// The rate of 投资 from January to July.
fn rate(stage: Option<&str>, value: &str, published_on: &str) -> Value {
    let mut fact = json!({"measure": "投资", "region": "430000", "figure": "yoy", "value": value, "source": "月报",
        "period": {"start": "2025-01-01", "end": "2025-07-31"}, "published_on": published_on});
    if let Some(stage) = stage {
        fact["stage"] = json!(stage);
    }
    fact
}

/// The unit that leads the sample's task.
async fn lead(app: &TestApp) -> String {
    let units = items(app, "/units?limit=100").await;
    units.iter().find(|one| one["name"] == "省发展改革委").unwrap()["id"].as_str().unwrap().to_owned()
}

fn doubts(item: &Value) -> Vec<&str> {
    item["doubts"].as_array().into_iter().flatten().map(|one| one["code"].as_str().unwrap()).collect()
}

const ALL: [&str; 4] = ["publicly_reviewed", "self_reported", "verified", "self_checked"];

both! {
    async fn a_lower_stage_is_kept_and_displaces_nothing(app: TestApp) {
        let sample = sample(&app, &["投资"], json!({})).await;
        staged(&app, "投资", json!(ALL)).await;
        let listed = items(&app, "/measures").await;
        assert_eq!(listed[0]["stages"], json!(["self_reported", "self_checked", "verified", "publicly_reviewed"]), "in their order");
        at(&app, "2025-09-10");
        let reporter = app.new_key("reporter", Some(&lead(&app).await)).await;
        let put = async |key: &str, fact: Value| {
            let request = app.request_as(key, Method::PUT, "/observations");
            app.send(request.set_json(json!({"items": [fact]}))).await
        };
        let first = put(&reporter, rate(None, "10.2", "2025-08-05")).await.expect(200);
        assert_eq!((&first["created"], doubts(&first["items"][0])), (&json!(1), vec![]));
        // A reporter vouches for its own figure and no further.
        for stage in ["self_checked", "verified", "publicly_reviewed"] {
            let refused = put(&reporter, rate(Some(stage), "9.9", "2025-08-06")).await;
            refused.problem(422, "invalid", "/items/0/stage");
            assert_eq!(refused.json()["errors"][0]["code"], "not_allowed");
        }
        let own = app.key.clone();
        let city = put(&own, rate(Some("verified"), "9.8", "2025-08-20")).await.expect(200);
        assert_eq!((&city["updated"], doubts(&city["items"][0])), (&json!(1), vec!["stages_differ"]));
        let mut later = rate(None, "10.4", "2025-09-01");
        later["status"] = json!("final");
        for (written, unchanged) in [(1, 0), (0, 1)] {
            let again = put(&reporter, later.clone()).await.expect(200);
            assert_eq!((&again["updated"], &again["unchanged"]), (&json!(written), &json!(unchanged)));
            assert_eq!(doubts(&again["items"][0]), ["lower_stage", "stages_differ"]);
        }
        assert_eq!(put(&own, rate(Some("verified"), "9.8", "2025-08-20")).await.expect(200)["unchanged"], 1, "of its own stage");

        let of = |all: &[Value]| all.iter().map(|one| (one["value"].clone(), one["stage"].clone(), one["vouched_by"].clone())).collect::<Vec<_>>();
        let all = of(&items(&app, "/observations").await);
        let word = |value: &str, stage: &str| (json!(value), json!(stage));
        let seen: Vec<_> = all.iter().map(|(value, stage, _)| (value.clone(), stage.clone())).collect();
        assert_eq!(seen, [word("10.2", "self_reported"), word("9.8", "verified"), word("10.4", "self_reported")]);
        assert!(all[0].2 == "reporter" && all[1].2 != "reporter" && all[1].2.is_string(), "{all:?}");
        let latest = items(&app, "/observations?vintages=latest").await;
        assert_eq!((latest.len(), &latest[0]["value"]), (1, &json!("9.8")));
        assert_eq!(items(&app, "/observations?vintages=latest&as_of=2025-08-19").await[0]["value"], "10.2");

        let verdict = async |as_of: &str| {
            app.get(&format!("/indicators/{}/assessment?as_of={as_of}", sample.indicators[0])).await.expect(200)
        };
        let before = verdict("2025-08-19").await;
        assert_eq!((&before["actual"], &before["stages"]["stage"], &before["stages"]["disagreement"]), (&json!("10.2"), &json!("self_reported"), &Value::Null));
        let now = verdict("2025-09-10").await;
        assert_eq!((&now["actual"], &now["stages"]["stage"]), (&json!("9.8"), &json!("verified")));
        let said = "自报10.4%，核查9.8%，以核查数为准。";
        assert_eq!(now["stages"]["disagreement"], said);
        let values: Vec<_> = now["stages"]["values"].as_array().unwrap().iter().map(|one| (one["stage"].clone(), one["value"].clone())).collect();
        assert_eq!(values, [(json!("verified"), json!("9.8")), (json!("self_reported"), json!("10.4"))]);
        let doubt = now["doubts"].as_array().unwrap().iter().find(|one| one["code"] == "stages_differ").unwrap();
        assert_eq!(doubt["detail"], said);
        let inputs: Vec<&Value> = now["working"].as_array().unwrap().iter().flat_map(|step| step["inputs"].as_array().unwrap()).collect();
        assert!(inputs.contains(&&json!({"name": "所依据的环节", "value": "核查"})), "{inputs:?}");

        // The verified value taken back, the reported one stands again.
        let id = items(&app, "/observations").await.into_iter().find(|one| one["stage"] == "verified").unwrap()["id"].as_str().unwrap().to_owned();
        app.post(&format!("/observations/{id}/withdrawal"), json!({"reason": "核查有误"})).await;
        assert_eq!(verdict("2025-09-10").await["actual"], "10.4");
    }

    async fn a_stage_is_one_of_the_measure_and_of_the_key(app: TestApp) {
        sample(&app, &["投资", "消费"], json!({})).await;
        at(&app, "2025-09-10");
        let put = async |fact: Value| app.put("/observations", json!({"items": [fact]})).await;
        let code = async |fact: Value| {
            let refused = put(fact).await;
            refused.problem(422, "invalid", "/items/0/stage");
            refused.json()["errors"][0]["code"].as_str().unwrap().to_owned()
        };
        assert_eq!(code(rate(Some("verified"), "9.8", "2025-08-20")).await, "not_listed");
        put(rate(None, "9.0", "2025-08-01")).await.expect(200);
        staged(&app, "投资", json!(["verified", "self_reported"])).await;
        assert_eq!(code(rate(Some("self_checked"), "9.8", "2025-08-20")).await, "not_listed");
        put(rate(Some("checked"), "9.8", "2025-08-20")).await.problem(422, "invalid", "/items/0/stage");
        let mut plan = rate(Some("verified"), "9.8", "2025-08-20");
        plan["status"] = json!("plan");
        assert_eq!(code(plan).await, "not_actual");
        let measures = items(&app, "/measures").await;
        let id = measures.iter().find(|one| one["name"] == "投资").unwrap()["id"].as_str().unwrap();
        app.patch(&format!("/measures/{id}"), json!({"stages": ["verified", "verified"]})).await.problem(422, "invalid", "/stages/1");
        // Who says nothing vouches at the lowest stage; what was there before weighs as that.
        put(rate(None, "9.5", "2025-08-10")).await.expect(200);
        let facts = items(&app, "/observations").await;
        assert_eq!((&facts[0]["stage"], &facts[0]["vouched_by"], &facts[1]["stage"]), (&Value::Null, &Value::Null, &json!("self_reported")));
        assert_eq!(items(&app, "/observations?vintages=latest").await[0]["value"], "9.5");

        staged(&app, "投资", json!(ALL)).await;
        let unit = lead(&app).await;
        let key = json!({"name": "县级复核", "role": "reporter", "unit": unit, "stage": "self_checked"});
        let made = app.post("/api-keys", key).await.expect(201);
        assert_eq!(made["stage"], "self_checked");
        let county = made["key"].as_str().unwrap();
        for (stage, status) in [(None, 200), (Some("self_checked"), 200), (Some("verified"), 422)] {
            let request = app.request_as(county, Method::PUT, "/observations");
            let value = if stage.is_some() { "9.6" } else { "9.7" };
            let answer = app.send(request.set_json(json!({"items": [rate(stage, value, "2025-08-12")]}))).await;
            assert_eq!(answer.status.as_u16(), status, "{stage:?}");
        }
        let reader = json!({"name": "只读", "role": "reader", "stage": "verified"});
        app.post("/api-keys", reader).await.problem(422, "invalid", "/stage");
    }

    async fn stages_stand_in_tables_and_lists(app: TestApp) {
        sample(&app, &["投资"], json!({})).await;
        staged(&app, "投资", json!(["self_reported", "verified"])).await;
        report(&app, "投资", "2025-07-31", "10.2", "2025-08-05").await;
        at(&app, "2025-09-10");
        let table = "指标,地区,开始日期,结束日期,数值类型,数值,环节,出处,公布日期\n\
            投资,430000,2025-01-01,2025-07-31,同比,9.8,市级核查,核查通报,2025-08-20\n\
            投资,430000,2025-01-01,2025-06-30,同比,9.1,,月报,2025-07-20\n";
        let request = app.request(Method::PUT, "/observations").insert_header((header::CONTENT_TYPE, "text/csv"));
        let read = app.send(request.set_payload(table)).await.expect(200);
        assert_eq!((&read["created"], &read["updated"]), (&json!(1), &json!(1)), "{read}");
        let bad = table.replace("市级核查", "抽查");
        let request = app.request(Method::PUT, "/observations").insert_header((header::CONTENT_TYPE, "text/csv"));
        app.send(request.set_payload(bad)).await.problem(422, "invalid", "/items/0/stage");
        let request = app.request(Method::GET, "/observations").insert_header((header::ACCEPT, "application/vnd.sdmx.data+csv"));
        let sdmx = String::from_utf8(app.send(request).await.bytes).unwrap();
        let ends: Vec<&str> = sdmx.lines().map(|line| line.rsplit(',').next().unwrap()).collect();
        assert_eq!(ends, ["STAGE", "self_reported", "verified", "self_reported"]);
        let book = app.get("/observations.xlsx").await.bytes;
        let mut package = zip::ZipArchive::new(std::io::Cursor::new(book)).unwrap();
        let mut words = String::new();
        std::io::Read::read_to_string(&mut package.by_name("xl/sharedStrings.xml").unwrap(), &mut words).unwrap();
        for word in ["环节", "自报", "核查"] {
            assert!(words.contains(word), "{word}");
        }
    }

    async fn sources_are_held_against_those_of_their_own_stage(app: TestApp) {
        sample(&app, &["投资"], json!({})).await;
        let id = items(&app, "/measures").await[0]["id"].as_str().unwrap().to_owned();
        let edit = json!({"stages": ["self_reported", "verified"], "sources": ["统计局", "发改委"]});
        app.patch(&format!("/measures/{id}"), edit).await.expect(200);
        at(&app, "2025-09-10");
        let put = async |stage: &str, source: &str, value: &str, day: &str| {
            let mut fact = rate(Some(stage), value, day);
            fact["source"] = json!(source);
            let told = app.put("/observations", json!({"items": [fact]})).await.expect(200);
            told["items"][0]["outcome"].as_str().unwrap().to_owned()
        };
        assert_eq!(put("self_reported", "统计局", "10.2", "2025-08-05").await, "created");
        assert_eq!(put("self_reported", "发改委", "10.6", "2025-08-06").await, "outranked");
        assert_eq!(put("verified", "发改委", "9.8", "2025-08-07").await, "updated", "whoever verifies");
        assert_eq!(items(&app, "/observations?vintages=latest").await[0]["value"], "9.8");
    }
}
