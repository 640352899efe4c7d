use std::io::Read as _;
use xushi::office::Actor;

use actix_web::http::Method;
use serde_json::{Value, json};

use crate::support::{TestApp, both};

/// The sample's tasks to hang indicators on; gives one task's id.
async fn task(app: &TestApp) -> Value {
    xushi::demo::load(&app.store, &*app.clock).await.unwrap().unwrap();
    app.get("/indicators?limit=1").await.expect(200)["items"][0]["task"]["id"].clone()
}

both! {
    async fn an_indicator_takes_the_structure_or_the_phrase(app: TestApp) {
        let task = task(&app).await;
        app.post("/measures", json!({"name": "粮食产量", "unit": "亿斤", "basis": "cumulative", "better": "higher", "frequency": "yearly"})).await.expect(201);
        let structure = json!({"task": task, "measure": "粮食产量", "region": "岳阳市",
            "target": {"kind": "total", "comparator": ">=", "value": "60.5", "unit": "亿斤"}, "curve": {"kind": "linear_days"}});
        let made = app.post("/indicators", structure).await.expect(201);
        assert_eq!((&made["target"]["value"], &made["region"], &made["curve"]["kind"]), (&json!("60.5"), &json!("430600"), &json!("linear_days")));
        assert_eq!((&made["verdict"]["grade"], &made["window_end"]), (&json!("no_data"), &json!("2025-12-31")));
        assert!(made["lead_unit"]["name"].is_string(), "{made}");
        let phrase = json!({"task": task, "measure": "粮食产量", "region": "430100", "target": {"phrase": "粮食产量稳定在40亿斤以上"}});
        let read = app.post("/indicators", phrase).await.expect(201);
        assert_eq!((&read["target"]["comparator"], &read["target"]["value"], &read["target"]["unit"]), (&json!(">="), &json!("40"), &json!("亿斤")));
        let path = format!("/indicators/{}", made["id"].as_str().unwrap());
        let changed = app.patch(&path, json!({"target": null, "baseline": "12.5"})).await.expect(200);
        assert_eq!((&changed["target"], &changed["baseline"]), (&json!(null), &json!("12.5")));
    }

    async fn a_phrase_of_another_measure_is_a_doubt_wherever_it_is_shown(app: TestApp) {
        let task = task(&app).await;
        let of = |name: &str, aliases: Value| json!({"name": name, "unit": "亿元", "basis": "cumulative", "better": "higher", "frequency": "monthly", "aliases": aliases});
        let mut number = 0;
        for (name, aliases, phrase, other) in [
            ("甲区规模工业增加值", json!([]), "社零增长5%", true),
            ("乙区固定资产投资", json!([]), "规上工业增长7%", true),
            ("丙区城镇居民人均收入", json!([]), "农村居民人均收入增长6%", true),
            ("社会消费品零售额", json!([]), "社零增长5%", false),
            ("固定资产投资额", json!([]), "固投增长5%以上", false),
            ("地区生产总值（现价）", json!([]), "GDP增长5%", false),
            ("规模工业增加值（不变价）", json!([]), "规上工业增长7%", false),
            ("丁类商品流通规模", json!(["餐饮收入"]), "餐饮收入增长5%", false),
            ("戊类商品流通规模", json!([]), "增长5%", false),
        ] {
            app.post("/measures", of(name, aliases)).await.expect(201);
            number += 1;
            let body = json!({"task": task, "measure": name, "region": "430600", "target": {"phrase": phrase}});
            let made = app.post("/indicators", body).await.expect(201);
            let codes = |view: &Value| -> Vec<Value> { view["doubts"].as_array().unwrap().iter().map(|one| one["code"].clone()).collect() };
            let want = if other { vec![json!("other_measure")] } else { Vec::new() };
            assert_eq!(codes(&made), want, "{phrase} on {name}");
            let path = format!("/indicators/{}", made["id"].as_str().unwrap());
            assert_eq!(codes(&app.get(&path).await.expect(200)), want);
            assert_eq!(codes(&app.get(&format!("{path}/assessment")).await.expect(200)), want, "{phrase} on {name}");
            let preview = json!({"as_of": "2025-08-27", "indicator": {"measure": of(name, if name.starts_with('丁') { json!(["餐饮收入"]) } else { json!([]) }),
                "window_start": "2025-01-01", "window_end": "2025-12-31", "target": {"phrase": phrase}}});
            let mut preview = preview;
            preview["indicator"]["measure"].as_object_mut().unwrap().retain(|key, _| key != "release_day");
            assert_eq!(codes(&app.post("/assessments/preview", preview).await.expect(200)), want, "{phrase} on {name}");
            xushi::office::assessments::reassess(&app.office, &Actor::job()).await.unwrap();
            let line = |board: Value| board["items"].as_array().unwrap().iter().find(|row| row["indicator_id"] == made["id"]).unwrap().clone();
            assert_eq!(codes(&line(app.get("/assessments?limit=500").await.expect(200))), want, "{phrase} on {name}");
            assert_eq!(codes(&line(app.get("/assessments?limit=500&as_of=2025-08-27").await.expect(200))), want, "{phrase} on {name}");
            // Put right, it is gone; made wrong, it comes.
            let turned = if other { json!({"phrase": format!("{name}增长5%")}) } else { json!({"phrase": "粮食产量增长2%"}) };
            let patched = app.patch(&path, json!({"target": turned, "reason": "更正"})).await.expect(200);
            assert_eq!(codes(&patched).is_empty(), other, "{phrase} on {name}: {patched}");
        }
        assert_eq!(number, 9);
        // An alias that is given later clears it up, on the board too.
        app.post("/measures", of("己类商品流通规模", json!([]))).await.expect(201);
        let body = json!({"task": task, "measure": "己类商品流通规模", "region": "430600", "target": {"phrase": "社会消费品零售总额增长5%"}});
        let made = app.post("/indicators", body).await.expect(201);
        assert_eq!(made["doubts"][0]["code"], "other_measure");
        assert!(made["doubts"][0]["detail"].as_str().unwrap().contains("核对"));
        xushi::office::assessments::reassess(&app.office, &Actor::job()).await.unwrap();
        let path = format!("/indicators/{}", made["id"].as_str().unwrap());
        assert_eq!(app.get(&path).await.expect(200)["verdict"]["doubts"][0]["code"], "other_measure");
        let measure = format!("/measures/{}", made["measure"]["id"].as_str().unwrap());
        app.patch(&measure, json!({"aliases": ["社会消费品零售"]})).await.expect(200);
        xushi::office::assessments::reassess(&app.office, &Actor::job()).await.unwrap();
        let cleared = app.get(&path).await.expect(200);
        assert_eq!((&cleared["doubts"], &cleared["verdict"]["doubts"]), (&json!([]), &json!([])));
    }

    async fn a_board_asked_for_again_is_the_same_however_it_travels(app: TestApp) {
        xushi::demo::load(&app.store, &*app.clock).await.unwrap().unwrap();
        let first = app.get("/assessments").await;
        assert_eq!(first.json()["items"].as_array().unwrap().len(), 50);
        for encodings in ["", "identity", "gzip", "br, gzip;q=0.5", "gzip;q=0", "*"] {
            let asked = app.request(Method::GET, "/assessments").insert_header(("accept-encoding", encodings));
            let answer = app.send(asked).await;
            let packed = answer.header("content-encoding") == "gzip";
            assert!(!packed || ["gzip", "br, gzip;q=0.5", "*"].contains(&encodings), "{encodings}");
            let mut json = answer.bytes.clone();
            if packed {
                json.clear();
                flate2::read::GzDecoder::new(&answer.bytes[..]).read_to_end(&mut json).unwrap();
                assert_eq!(answer.header("vary"), "accept-encoding");
            }
            assert_eq!((answer.status.as_u16(), &json), (200, &first.bytes), "{encodings}");
            assert_eq!(answer.header("etag"), first.header("etag"), "{encodings}");
        }
        let known = app.request(Method::GET, "/assessments").insert_header(("if-none-match", first.header("etag")));
        assert_eq!(app.send(known).await.status.as_u16(), 304);
        app.post("/units", json!({"name": "省新设机构", "region": "430000"})).await.expect(201);
        assert_eq!(app.get("/assessments").await.bytes, first.bytes, "nothing on it has changed");
    }

    async fn what_is_wrong_with_an_indicator_is_said_and_nothing_is_written(app: TestApp) {
        let task = task(&app).await;
        let before = app.get("/indicators?limit=500").await.expect(200);
        let base = json!({"task": task, "measure": "社会消费品零售总额", "region": "430100"});
        let growth = json!({"kind": "growth", "comparator": ">=", "value": "5.5", "unit": "%"});
        for (key, value, pointer) in [
            ("task", json!("0198e909-f280-7000-8000-000000000000"), "/task"),
            ("measure", json!("没有的指标"), "/measure"),
            ("region", json!("43010"), "/region"),
            ("target", json!({"kind": "growth", "comparator": ">=", "value": "5.5"}), "/target/unit"),
            ("target", json!({"kind": "growth", "comparator": ">=", "unit": "%"}), "/target/value"),
            ("target", json!({"kind": "wish", "value": "1", "unit": "%"}), "/target/kind"),
            ("target", json!({"kind": "total", "comparator": ">=", "value": "70", "unit": "万人"}), "/target/unit"),
            ("target", json!({"kind": "range", "comparator": "range", "value": "7", "value_hi": "5", "unit": "%"}), "/target/value_hi"),
            ("target", json!({"phrase": "接待游客和旅游收入增长10%以上"}), "/target/phrase"),
            ("target", json!({"kind": "growth", "comparator": ">=", "value": "1e400", "unit": "%"}), "/target/value"),
            ("curve", json!({"kind": "nodes", "nodes": [{"on": "2025-06-30", "fraction": "0.5"}]}), "/curve/nodes"),
            ("window_end", json!("2024-12-31"), "/window_end"),
            ("baseline", json!("0.00000000001"), "/baseline"),
            ("responsibilities", json!([{"unit": "没有的单位", "role": "lead"}]), "/responsibilities/0/unit"),
            ("colour", json!("red"), "/colour"),
        ] {
            let mut body = base.clone();
            body["target"] = growth.clone();
            body[key] = value;
            app.post("/indicators", body).await.problem(422, "invalid", pointer);
        }
        let mut body = base.clone();
        body["target"] = growth;
        app.post("/indicators", body.clone()).await.expect(201);
        app.post("/indicators", body).await.problem(409, "duplicate", "/measure");
        let after = app.get("/indicators?limit=500").await.expect(200);
        let count = |list: &Value| list["items"].as_array().unwrap().len();
        assert_eq!(count(&after), count(&before) + 1);
        app.get("/assessments?campaign=%E6%B2%A1%E6%9C%89").await.problem(422, "invalid", "campaign");
        app.get("/assessments?grade=green").await.problem(400, "malformed_query", "grade");
    }

    async fn the_board_is_walked_worst_first(app: TestApp) {
        task(&app).await;
        let day = "2025-08-27".parse().unwrap();
        xushi::office::assessments::evaluate(&app.office, &Actor::job(), day).await.unwrap();
        let (mut seen, mut path) = (Vec::new(), "/assessments?campaign=%E4%B8%83%E5%A4%A7%E6%94%BB%E5%9D%9A&limit=30".to_owned());
        let first = path.clone();
        loop {
            let page = app.get(&path).await.expect(200);
            seen.extend(page["items"].as_array().unwrap().iter().map(|row| row["indicator_id"].as_str().unwrap().to_owned()));
            let Some(cursor) = page["next_cursor"].as_str() else { break };
            path = format!("{first}&cursor={cursor}");
        }
        assert_eq!(seen.len(), 101);
        let past = app.get("/assessments?as_of=2025-08-27&limit=500").await.expect(200);
        let past: Vec<_> = past["items"].as_array().unwrap().iter().map(|row| row["indicator_id"].as_str().unwrap().to_owned()).collect();
        assert_eq!(past, seen, "judging again gives the same board in the same order");
    }
}
