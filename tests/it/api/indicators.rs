use actix_web::http::{Method, header};
use serde_json::{Value, json};

use crate::api::assessments::preview::{self, DAY, indicator, measure, path, verdict};
use crate::support::{TestApp, both};

/// The sample's tasks to hang indicators on; gives one task's id.
pub(crate) async fn task(app: &TestApp) -> Value {
    xushi::demo::load(&app.office).await.unwrap().unwrap();
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

    async fn a_repeated_answer_has_the_tag_that_an_edit_takes(app: TestApp) {
        let task = task(&app).await;
        app.post("/measures", json!({"name": "试口径", "unit": "亿元", "basis": "cumulative", "better": "higher", "frequency": "monthly"})).await.expect(201);
        let body = json!({"task": task, "measure": "试口径", "region": "430000", "target": {"phrase": "增长5%以上"}});
        let ask = || app.request(Method::POST, "/indicators").insert_header(("idempotency-key", "ik1")).set_json(&body);
        let (first, again) = (app.send(ask()).await, app.send(ask()).await);
        assert_eq!((again.header("idempotency-replayed"), again.header("etag")), ("true".to_owned(), first.header("etag")));
        assert_eq!((again.header("location"), &again.bytes), (first.header("location"), &first.bytes));
        let path = format!("/indicators/{}", first.json()["id"].as_str().unwrap());
        let edit = app.request(Method::PATCH, &path).insert_header((header::IF_MATCH, again.header("etag")));
        app.send(edit.set_json(json!({"external_id": "e1"}))).await.expect(200);
        // So has that of what was done to something that is there.
        let ask = || app.request(Method::POST, &format!("{path}/retirement")).insert_header(("idempotency-key", "ik2")).set_json(json!({"reason": "试"}));
        let (first, again) = (app.send(ask()).await, app.send(ask()).await);
        assert_eq!((again.header("etag"), &again.bytes), (first.header("etag"), &first.bytes));
    }

    async fn a_deadline_that_the_target_cannot_carry_is_a_doubt_wherever_it_is_shown(app: TestApp) {
        let task = task(&app).await;
        app.post("/measures", json!({"name": "甲类项目投资", "unit": "亿元", "basis": "cumulative", "better": "higher", "frequency": "monthly"}))
            .await
            .expect(201);
        let codes = |view: &Value| -> Vec<Value> { view["doubts"].as_array().unwrap().iter().map(|one| one["code"].clone()).collect() };
        let body = json!({"task": task, "measure": "甲类项目投资", "region": "430600", "target": {"phrase": "甲类项目投资5月底前完成60亿元"}});
        let made = app.post("/indicators", body).await.expect(201);
        assert_eq!(codes(&made), ["deadline_in_phrase"]);
        let path = format!("/indicators/{}", made["id"].as_str().unwrap());
        assert_eq!(codes(&app.get(&format!("{path}/assessment")).await.expect(200)), ["deadline_in_phrase"]);
        // Said by nodes, it is carried.
        let nodes = json!({"kind": "nodes", "nodes": [{"on": "2025-05-31", "fraction": "1"}]});
        let told = app.patch(&path, json!({"curve": nodes, "reason": "写明期限"})).await.expect(200);
        assert!(codes(&told).is_empty(), "{told}");
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
            xushi::office::assessments::reassess(&app.office, &xushi::office::Actor::job()).await.unwrap();
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
        xushi::office::assessments::reassess(&app.office, &xushi::office::Actor::job()).await.unwrap();
        let path = format!("/indicators/{}", made["id"].as_str().unwrap());
        assert_eq!(app.get(&path).await.expect(200)["verdict"]["doubts"][0]["code"], "other_measure");
        let measure = format!("/measures/{}", made["measure"]["id"].as_str().unwrap());
        app.patch(&measure, json!({"aliases": ["社会消费品零售"]})).await.expect(200);
        xushi::office::assessments::reassess(&app.office, &xushi::office::Actor::job()).await.unwrap();
        let cleared = app.get(&path).await.expect(200);
        assert_eq!((&cleared["doubts"], &cleared["verdict"]["doubts"]), (&json!([]), &json!([])));
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
        app.get("/assessments?campaign=%E6%B2%A1%E6%9C%89").await.problem(400, "malformed_query", "campaign");
        app.get("/assessments?grade=green").await.problem(400, "malformed_query", "grade");
    }

    async fn persons_judge_what_has_no_number(app: TestApp) {
        let task = preview::task(&app).await;
        measure(&app, "营商环境", "项", "higher", "point").await;
        measure(&app, "主体封顶", "%", "higher", "point").await;
        let effort = indicator(&app, &task, "营商环境", "430100", json!({"kind": "qualitative"})).await;
        let url = format!("{}/verdicts", path(&effort));
        assert_eq!(verdict(&app, &effort, DAY).await["grade"], "no_data");
        for (grade, day) in [("behind", "2025-05-01"), ("on_pace", "2025-08-01")] {
            let given = json!({"grade": grade, "evidence": "现场核查", "person": "张某", "given_on": day});
            app.post(&url, given).await.expect(201);
        }
        for (day, grade) in [("2025-04-30", "no_data"), ("2025-06-01", "behind"), (DAY, "on_pace")] {
            assert_eq!(verdict(&app, &effort, day).await["grade"], grade, "{day}");
        }
        xushi::office::assessments::evaluate(&app.office, &xushi::office::Actor::job(), DAY.parse().unwrap()).await.unwrap();
        assert_eq!(app.get(&path(&effort)).await.expect(200)["verdict"]["grade"], "on_pace");
        assert_eq!(app.get(&url).await.expect(200)["items"].as_array().unwrap().len(), 2);
        for (key, value, pointer) in [("grade", json!("no_data"), "/grade"), ("evidence", json!(" "), "/evidence"), ("person", json!(""), "/person"), ("given_on", json!("2025-08-28"), "/given_on")] {
            let mut given = json!({"grade": "watch", "evidence": "现场核查", "person": "张某"});
            given[key] = value;
            app.post(&url, given).await.problem(422, "invalid", pointer);
        }

        let nodes = json!({"kind": "nodes", "nodes": [{"on": "2025-03-31", "fraction": "0.2"}, {"on": "2025-06-30", "fraction": "0.6"}, {"on": "2025-12-31", "fraction": "1"}]});
        let body = json!({"task": task, "measure": "主体封顶", "region": "430100", "target": {"kind": "milestone"}, "curve": nodes});
        let roof = app.post("/indicators", body).await.expect(201);
        let url = format!("{}/nodes", path(&roof));
        let report = |node: &str, done: bool, on: &str| json!({"node": node, "done": done, "reported_on": on, "evidence": "监理报告", "person": "李某"});
        app.post(&format!("{}/verdicts", path(&roof)), json!({"grade": "watch", "evidence": "看", "person": "李某"})).await.problem(422, "invalid", "");
        app.post(&url, report("2025-04-01", true, DAY)).await.problem(422, "invalid", "/node");
        app.post(&url, report("2025-03-31", true, "2025-04-10")).await.expect(201);
        app.post(&url, report("2025-06-30", false, "2025-07-05")).await.expect(201);
        // Late by each day since, as long as nobody says that it was done.
        for (day, grade, gap) in [("2025-04-15", "on_pace", json!("81")), ("2025-07-06", "watch", json!("-6")), (DAY, "critical", json!("-58"))] {
            let said = verdict(&app, &roof, day).await;
            assert_eq!((&said["grade"], &said["gap"]), (&json!(grade), &gap), "{day}");
        }
        app.post(&url, report("2025-06-30", true, "2025-08-01")).await.expect(201);
        let said = verdict(&app, &roof, DAY).await;
        assert_eq!((&said["grade"], &said["completion"]), (&json!("on_pace"), &json!("0.6")));
        let list = app.get(&format!("{url}?as_of={DAY}")).await.expect(200);
        let late: Vec<_> = list["items"].as_array().unwrap().iter().map(|node| (&node["done"], &node["days_late"])).collect();
        assert_eq!(late, [(&json!(true), &json!(10)), (&json!(true), &json!(32)), (&json!(null), &json!(-126))]);
    }
}
