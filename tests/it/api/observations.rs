mod loading;
pub(crate) mod stages;

use serde_json::{Value, json};
use xushi::clock::Clock as _;
use xushi::domain::smell::Habit;
use xushi::domain::{Basis, Figure, Status};
use xushi::store::rows::{FactWrite, ObservationRow};
use xushi::store::types::{Id, Number};

use crate::support::{TestApp, both};

async fn measure(app: &TestApp) {
    app.post("/measures", json!({"name": "社零", "unit": "亿元", "basis": "cumulative", "better": "higher", "frequency": "monthly"})).await.expect(201);
}

fn fact(value: &str, published_on: &str) -> Value {
    json!({"measure": "社零", "region": "430000", "period": {"start": "2025-01-01", "end": "2025-07-31"},
        "figure": "yoy", "value": value, "source": "月报", "published_on": published_on})
}

both! {
    async fn a_correction_is_a_new_vintage_and_a_repeat_is_none(app: TestApp) {
        measure(&app).await;
        let put = async |body: Value| app.put("/observations", json!({"items": [body]})).await.expect(200);
        let counts = |report: &Value| ["created", "updated", "unchanged"].map(|key| report[key].as_u64().unwrap());
        assert_eq!(counts(&put(fact("6.2", "2025-08-15")).await), [1, 0, 0]);
        assert_eq!(counts(&put(fact("6.2", "2025-08-15")).await), [0, 0, 1]);
        assert_eq!(counts(&put(fact("6.20", "2025-08-15")).await), [0, 0, 1], "6.20 is 6.2");
        assert_eq!(counts(&put(fact("6.1", "2025-09-15")).await), [0, 1, 0]);
        let all = app.get("/observations?measure=%E7%A4%BE%E9%9B%B6").await.expect(200);
        let vintages: Vec<_> = all["items"].as_array().unwrap().iter().map(|row| (row["vintage"].clone(), row["value"].clone())).collect();
        assert_eq!(vintages, [(json!(1), json!("6.2")), (json!(2), json!("6.1"))]);
        let then = app.get("/observations?as_of=2025-08-31").await.expect(200);
        assert_eq!(then["items"].as_array().unwrap().len(), 1);
    }

    async fn a_trial_writes_nothing_and_a_bad_row_stops_all_unless_asked(app: TestApp) {
        measure(&app).await;
        let mut bad = fact("6.2", "2025-08-15");
        bad["period"] = json!({"start": "2025-08-01", "end": "2025-07-31"});
        let items = json!({"items": [fact("6.2", "2025-08-15"), bad]});
        app.put("/observations", items.clone()).await.problem(422, "invalid", "/items/1/period");
        let trial = app.put("/observations?dry_run=true", items.clone()).await.expect(200);
        assert_eq!((&trial["created"], &trial["refused"], &trial["items"][1]["outcome"]), (&json!(1), &json!(1), &json!("refused")));
        assert_eq!(app.get("/observations").await.expect(200)["items"], json!([]));
        let partly = app.put("/observations?atomic=false", items).await.expect(200);
        assert_eq!((&partly["created"], &partly["refused"]), (&json!(1), &json!(1)));
    }

    async fn what_is_wrong_with_a_fact_is_said_where_it_stands(app: TestApp) {
        measure(&app).await;
        for (key, value, pointer) in [
            ("measure", json!("没有的指标"), "/items/0/measure"),
            ("region", json!("999999"), "/items/0/region"),
            ("value", json!("6,2"), "/items/0/value"),
            ("value", json!("NaN"), "/items/0/value"),
            ("value", json!("9".repeat(30)), "/items/0/value"),
            ("value", json!(0.123_456_789_012_345_68), "/items/0/value"),
            ("figure", json!("growth"), "/items/0/figure"),
            ("source", json!(""), "/items/0/source"),
            ("published_on", json!("2024-01-01"), "/items/0/published_on"),
            ("published_on", json!("2025-02-30"), "/items/0/published_on"),
            ("period", json!("2025-07"), "/items/0/period"),
            ("extra", json!(1), "/items/0/extra"),
        ] {
            let mut body = fact("6.2", "2025-08-15");
            body[key] = value;
            app.put("/observations", json!({"items": [body]})).await.problem(422, "invalid", pointer);
        }
        let twice = json!({"items": [fact("6.2", "2025-08-15"), fact("6.3", "2025-08-15")]});
        app.put("/observations", twice).await.problem(422, "invalid", "/items/1/period");
        app.put("/observations", json!({"items": []})).await.problem(422, "invalid", "/items");
        assert_eq!(app.get("/observations").await.expect(200)["items"], json!([]));
    }

    async fn what_cannot_be_is_refused_with_what_was_probably_meant(app: TestApp) {
        measure(&app).await;
        for (changes, pointer, says) in [
            (json!({"period": {"start": "2025-07-01", "end": "2025-07-31"}}), "/items/0/period", "若为当月值，请将basis填为period"),
            (json!({"period": {"start": "2024-01-01", "end": "2025-06-30"}}), "/items/0/period", "应从2025-01-01起"),
            (json!({"period": {"start": "2025-01-02", "end": "2025-06-30"}}), "/items/0/period", "疑为2025-01-01"),
            (json!({"period": {"start": "2024-01-01", "end": "2024-02-28"}}), "/items/0/period", "疑为2024-02-29"),
            (json!({"basis": "period", "period": {"start": "2025-06-15", "end": "2025-07-31"}}), "/items/0/period", "疑为2025-06-01"),
            (json!({"period": {"start": "2025-01-01", "end": "2025-12-31"}, "published_on": "2025-07-18"}), "/items/0/published_on", "早于所属时期的结束日期"),
            (json!({"figure": "rank", "value": "15", "of": 14}), "/items/0/value", "1至14"),
            (json!({"figure": "rank", "value": "2.5"}), "/items/0/value", "整数"),
            (json!({"of": 14}), "/items/0/of", "rank"),
            (json!({"figure": "level", "value": "3%"}), "/items/0/value", "figure填为yoy"),
            (json!({"figure": "level", "value": "3吨"}), "/items/0/value", "不能换算"),
        ] {
            let mut body = fact("6.2", "2025-08-15");
            body.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
            let answer = app.put("/observations", json!({"items": [body]})).await;
            answer.problem(422, "invalid", pointer);
            let text = answer.json()["errors"].to_string();
            assert!(text.contains(says), "{changes}: {text}");
        }
        // Plans and forecasts may be published before; what is cut short may end on any day.
        let mut plan = fact("7", "2024-12-20");
        plan["status"] = json!("plan");
        plan["period"] = json!({"start": "2025-01-01", "end": "2025-12-31"});
        let mut cut = fact("6.2", "2025-08-26");
        cut["period"] = json!({"start": "2025-01-01", "end": "2025-08-25"});
        cut["partial"] = json!(true);
        let report = app.put("/observations", json!({"items": [plan, cut]})).await.expect(200);
        assert_eq!(report["created"], 2);
        let stored = app.get("/observations").await.expect(200);
        let partial: Vec<_> = stored["items"].as_array().unwrap().iter().map(|row| row["partial"].clone()).collect();
        assert_eq!(partial, [json!(false), json!(true)]);
    }

    async fn what_is_added_up_over_a_window_begins_with_it(app: TestApp) {
        measure(&app).await;
        let mut spring = fact("6.2", "2025-08-15");
        spring["period"]["start"] = json!("2025-04-01");
        app.put("/observations", json!({"items": [spring]})).await.problem(422, "invalid", "/items/0/period");
        app.post("/units", json!({"name": "综合协调组", "region": "430000"})).await.expect(201);
        app.post("/campaigns", json!({"name": "攻坚", "region": "430000", "starts_on": "2025-04-01", "ends_on": "2025-12-31",
            "issuer_name": "综合协调组", "letter_mark": "函", "office_unit": "综合协调组"})).await.expect(201);
        app.post("/tasks", json!({"campaign": "攻坚", "name": "稳增长"})).await.expect(201);
        let task = app.get("/tasks").await.expect(200)["items"][0]["id"].clone();
        let target = json!({"kind": "growth", "comparator": ">=", "value": "6", "unit": "%"});
        app.post("/indicators", json!({"task": task, "measure": "社零", "region": "430000", "target": target})).await.expect(201);
        app.put("/observations", json!({"items": [spring]})).await.expect(200);
    }

    async fn every_row_is_read_on_its_own(app: TestApp) {
        measure(&app).await;
        let mut odd = fact("5,000", "2025-08-15");
        odd["figure"] = json!("level");
        let month = |end: &str| json!({"start": "2025-01-01", "end": end});
        let with = |key: &str, value: Value, end: &str| {
            let mut body = fact("6.2", "2025-08-15");
            body["period"] = month(end);
            body[key] = value;
            body
        };
        let mut many = with("figure", json!("growth"), "2025-02-28");
        many["measure"] = json!("没有的指标");
        many["source"] = json!(5);
        many["extra"] = json!(1);
        let items = json!({"items": [odd, with("value", json!("3%"), "2025-06-30"), with("measure", json!("没有的指标"), "2025-05-31"),
            with("period", json!({"start": "2025-01-01", "end": "2025-13-31"}), "2025-04-30"), many, 7,
            with("value", Value::Null, "2025-03-31")]});
        for way in ["dry_run=true", "atomic=false"] {
            let report = app.put(&format!("/observations?{way}"), items.clone()).await.expect(200);
            let outcomes: Vec<_> = report["items"].as_array().unwrap().iter().map(|one| one["outcome"].as_str().unwrap().to_owned()).collect();
            assert_eq!(outcomes, ["created", "created", "refused", "refused", "refused", "refused", "refused"], "{way}");
            assert_eq!((&report["created"], &report["refused"]), (&json!(2), &json!(5)));
            assert_eq!((&report["items"][0]["read_as"], &report["items"][1]["read_as"]), (&json!("5000"), &json!("3")));
            let pointers = |index: usize| {
                let errors = report["items"][index]["errors"].as_array().unwrap();
                let mut all: Vec<_> = errors.iter().map(|error| error["pointer"].as_str().unwrap().to_owned()).collect();
                all.sort_unstable();
                all
            };
            assert_eq!(pointers(2), ["/items/2/measure"]);
            assert_eq!(pointers(3), ["/items/3/period/end"]);
            assert_eq!(pointers(4), ["/items/4/extra", "/items/4/figure", "/items/4/measure", "/items/4/source"]);
            assert_eq!(pointers(5), ["/items/5"]);
            assert_eq!(pointers(6), ["/items/6/value"]);
        }
        // All or none: every error of every row at once.
        let refused = app.put("/observations", items).await.expect(422);
        assert_eq!(refused["errors"].as_array().unwrap().len(), 8, "{refused}");
        let stored = app.get("/observations").await.expect(200);
        let values: Vec<_> = stored["items"].as_array().unwrap().iter().map(|row| row["value"].clone()).collect();
        assert_eq!(values, [json!("5000"), json!("3")]);
    }

    async fn numbers_are_read_as_people_write_them(app: TestApp) {
        measure(&app).await;
        let level = |value: &str, end: &str| {
            let mut body = fact(value, "2025-08-15");
            body["figure"] = json!("level");
            body["period"]["end"] = json!(end);
            body
        };
        let items = json!({"items": [level("311.3亿元", "2025-02-28"), level("4，113．5", "2025-03-31"), level("51130000万元", "2025-04-30"),
            level("6000", "2025-05-31"), fact("－3.4％", "2025-08-15")]});
        let report = app.put("/observations", items).await.expect(200);
        let read: Vec<_> = report["items"].as_array().unwrap().iter().map(|one| one["read_as"].clone()).collect();
        assert_eq!(read, [json!("311.3"), json!("4113.5"), json!("5113"), Value::Null, json!("-3.4")]);
    }

    async fn what_smells_is_written_and_told(app: TestApp) {
        measure(&app).await;
        app.post("/measures", json!({"name": "事故起数", "unit": "起", "basis": "cumulative", "better": "lower", "frequency": "monthly"})).await.expect(201);
        let of = |measure: &str, figure: &str, end: &str, value: &str| {
            let mut body = fact(value, "2025-08-20");
            body["measure"] = json!(measure);
            body["figure"] = json!(figure);
            body["period"]["end"] = json!(end);
            body
        };
        let first = vec![of("社零", "yoy", "2025-05-31", "5.5"), of("社零", "level", "2025-05-31", "1500.5"), of("社零", "level", "2025-06-30", "1800.2"),
            of("事故起数", "level", "2025-04-30", "9")];
        let calm = app.put("/observations", json!({"items": first})).await.expect(200);
        assert_eq!(calm["doubted"], 0, "{calm}");
        let second = json!({"items": [of("社零", "yoy", "2025-06-30", "0.055"), of("社零", "level", "2025-07-31", "21000000"),
            of("事故起数", "level", "2025-05-31", "4"), of("社零", "yoy", "2025-07-31", "5.7")]});
        for way in ["?dry_run=true", "", ""] {
            let report = app.put(&format!("/observations{way}"), second.clone()).await.expect(200);
            let doubts: Vec<_> = report["items"].as_array().unwrap().iter().map(|one| one["doubts"][0]["code"].clone()).collect();
            assert_eq!(doubts, [json!("scale_of_rate"), json!("factor_ten_thousand"), json!("running_total_falls"), Value::Null], "{way}");
            assert_eq!((&report["doubted"], &report["refused"]), (&json!(3), &json!(0)));
            assert!(report["items"][2]["doubts"][0]["detail"].as_str().unwrap().contains("累计数"));
        }
        let listed = app.get("/observations?doubtful=true").await.expect(200);
        assert_eq!(listed["items"].as_array().unwrap().len(), 3);
        assert_eq!(listed["items"][0]["doubts"][0]["code"], "scale_of_rate");
        // Published ahead; a preliminary value after the final one.
        let mut ahead = of("社零", "yoy", "2025-08-31", "5.6");
        ahead["published_on"] = json!("2025-09-15");
        let mut last = of("社零", "level", "2025-06-30", "1810.4");
        last["status"] = json!("final");
        app.put("/observations", json!({"items": [last]})).await.expect(200);
        let report = app.put("/observations", json!({"items": [ahead, of("社零", "level", "2025-06-30", "1822.5")]})).await.expect(200);
        assert_eq!((&report["items"][0]["doubts"][0]["code"], &report["items"][1]["doubts"][0]["code"]), (&json!("published_ahead"), &json!("preliminary_after_final")));
        assert_eq!(report["updated"], 1);
    }

    async fn published_later_than_today_in_the_office_is_told(app: TestApp) {
        measure(&app).await;
        // One o'clock at night of the 28th in the office, though still the 27th in Greenwich.
        app.clock.set("2025-08-27T17:00:00Z".parse().unwrap());
        for (number, (published, ahead)) in [("2025-08-27", false), ("2025-08-28", false), ("2025-08-29", true), ("2025-09-27", true)].into_iter().enumerate() {
            let value = format!("5.{number}");
            let report = app.put("/observations", json!({"items": [fact(&value, published)]})).await.expect(200);
            let doubts = report["items"][0]["doubts"].as_array().map_or(&[][..], Vec::as_slice);
            assert_eq!(doubts.iter().any(|one| one["code"] == "published_ahead"), ahead, "{published}: {report}");
            assert_eq!(report["doubted"], i32::from(ahead), "{published}");
        }
        let kept = app.get("/observations?doubtful=true").await.expect(200);
        assert_eq!(kept["items"].as_array().unwrap().len(), 2);
        assert!(kept["items"][0]["doubts"][0]["detail"].as_str().unwrap().contains("公布日期晚于今天"));
    }

    async fn a_level_where_only_the_rate_is_judged_is_told(app: TestApp) {
        measure(&app).await;
        let campaign = json!({"name": "攻坚", "region": "430000", "starts_on": "2025-01-01", "ends_on": "2025-12-31", "issuer_name": "省政府办公厅", "letter_mark": "湘序"});
        let campaign = app.post("/campaigns", campaign).await.expect(201)["id"].clone();
        let promise = async |task: &str, region: &str, target: Value| {
            let task = app.post("/tasks", json!({"campaign": campaign, "name": task})).await.expect(201)["id"].clone();
            app.post("/indicators", json!({"task": task, "measure": "社零", "region": region, "target": target})).await.expect(201)
        };
        let own = promise("一", "430000", json!({"phrase": "社零增长5%以上"})).await;
        promise("二", "430100", json!({"phrase": "社零增长5%以上"})).await;
        promise("三", "430100", json!({"kind": "total", "comparator": ">=", "value": "5000", "unit": "亿元"})).await;
        promise("四", "430200", json!({"kind": "trend", "phrase": "社零持续增长"})).await;
        let of = |region: &str, figure: &str, year: i32, month: &str, value: &str| json!({"measure": "社零", "region": region, "figure": figure,
            "value": value, "source": "月报", "status": "final", "period": {"start": format!("{year}-01-01"), "end": format!("{year}-{month}")}, "published_on": "2025-08-20"});
        let told = async |way: &str, items: Vec<Value>| -> Vec<bool> {
            let report = app.put(&format!("/observations{way}"), json!({"items": items})).await.expect(200);
            let wanted = |item: &Value| item["doubts"].as_array().is_some_and(|all| all.iter().any(|one| one["code"] == "growth_wanted"));
            report["items"].as_array().unwrap().iter().map(wanted).collect()
        };
        let levels = vec![
            of("430000", "level", 2025, "06-30", "12000.5"),
            of("430000", "level", 2024, "06-30", "11500.5"),
            of("430100", "level", 2025, "06-30", "2600.5"),
            of("430200", "level", 2025, "06-30", "700.5"),
            of("430300", "level", 2025, "06-30", "500.5"),
            of("430000", "level", 2025, "05-31", "9800.5"),
            of("430000", "yoy", 2025, "05-31", "4.2"),
        ];
        // Last year's level, one that is judged too, a sign that levels tell, no promise, a rate that comes along.
        let want = [true, false, false, false, false, false, false];
        for way in ["?dry_run=true", "", ""] {
            assert_eq!(told(way, levels.clone()).await, want, "{way}");
        }
        // It is no fault of the level: nothing is kept of it, and the verdict says what is missing.
        assert_eq!(app.get("/observations?doubtful=true").await.expect(200)["items"], json!([]));
        let path = format!("/indicators/{}/assessment", own["id"].as_str().unwrap());
        assert_eq!(told("", vec![of("430000", "yoy", 2025, "06-30", "4.3")]).await, [false]);
        assert_eq!(told("", vec![of("430000", "level", 2025, "06-30", "12000.5")]).await, [false], "the rate is there by now");
        assert_eq!(app.get(&path).await.expect(200)["actual"], "4.3");
    }

    async fn where_levels_stand_in_for_a_rate_the_verdict_names_the_rate(app: TestApp) {
        measure(&app).await;
        let campaign = json!({"name": "攻坚", "region": "430000", "starts_on": "2025-01-01", "ends_on": "2025-12-31", "issuer_name": "省政府办公厅", "letter_mark": "湘序"});
        let campaign = app.post("/campaigns", campaign).await.expect(201)["id"].clone();
        let task = app.post("/tasks", json!({"campaign": campaign, "name": "一"})).await.expect(201)["id"].clone();
        let made = app.post("/indicators", json!({"task": task, "measure": "社零", "region": "430000", "target": {"phrase": "社零增长5%以上"}})).await.expect(201);
        let level = |year: i32, value: &str| json!({"measure": "社零", "region": "430000", "figure": "level", "value": value, "source": "月报",
            "period": {"start": format!("{year}-01-01"), "end": format!("{year}-06-30")}, "published_on": "2025-07-20"});
        app.put("/observations", json!({"items": [level(2025, "12000.5"), level(2024, "11500.5")]})).await.expect(200);
        let verdict = app.get(&format!("/indicators/{}/assessment", made["id"].as_str().unwrap())).await.expect(200);
        assert_eq!((&verdict["missing"][0]["code"], &verdict["doubts"][0]["code"]), (&json!("growth_rate"), &json!("growth_wanted")));
        assert!(verdict["missing"][0]["detail"].as_str().unwrap().contains("只有绝对量，缺少同比增速"));
        assert_eq!((&verdict["actual"], &verdict["needed"]), (&Value::Null, &Value::Null));
    }

    async fn a_published_place_is_a_fact(app: TestApp) {
        measure(&app).await;
        let mut place = fact("第3位", "2025-08-15");
        place["figure"] = json!("rank");
        place["of"] = json!(14);
        let report = app.put("/observations", json!({"items": [place.clone(), fact("6.2", "2025-08-15")]})).await.expect(200);
        assert_eq!((&report["created"], &report["items"][0]["read_as"]), (&json!(2), &json!("3")));
        let stored = app.get("/observations").await.expect(200)["items"][0].clone();
        assert_eq!((&stored["figure"], &stored["value"], &stored["of"]), (&json!("rank"), &json!("3"), &json!(14)));
        place["of"] = json!(13);
        assert_eq!(app.put("/observations", json!({"items": [place]})).await.expect(200)["updated"], 1);
    }

    async fn a_batch_is_written_whole_whoever_else_writes_it(app: TestApp) {
        let name = |number: usize| format!("指标{number}");
        for number in 0..20 {
            app.post("/measures", json!({"name": name(number), "unit": "亿元", "basis": "cumulative", "better": "higher", "frequency": "monthly"})).await.expect(201);
        }
        let batch = |value: usize| {
            let items: Vec<_> = (0..20).flat_map(|number| ["430100", "430200", "430300"].map(|region| (number, region)))
                .flat_map(|(number, region)| ["2025-03-31", "2025-02-28", "2025-04-30"].map(|end| {
                    let month = 10 * end[5..7].parse::<usize>().unwrap();
                    json!({"measure": name(number), "region": region, "period": {"start": "2025-01-01", "end": end}, "figure": "level",
                        "value": (month + value).to_string(), "source": "月报", "published_on": "2025-05-15"})
                })).collect();
            json!({"items": items})
        };
        let (first, second) = tokio::join!(app.put("/observations", batch(1)), app.put("/observations", batch(2)));
        let (first, second) = (first.expect(200), second.expect(200));
        let sum = |key: &str| first[key].as_u64().unwrap() + second[key].as_u64().unwrap();
        assert_eq!((sum("created"), sum("updated"), sum("unchanged")), (180, 180, 0));
        assert_eq!(app.put("/observations", batch(2)).await.expect(200)["doubted"], 0);
        let mut vintages = std::collections::BTreeSet::new();
        let mut cursor = String::new();
        loop {
            let page = app.get(&format!("/observations?limit=500{cursor}")).await.expect(200);
            for row in page["items"].as_array().unwrap() {
                let key = format!("{} {} {} {}", row["measure_id"], row["region_id"], row["period"]["end"], row["vintage"]);
                assert!(vintages.insert(key));
            }
            let Some(next) = page["next_cursor"].as_str() else { break };
            cursor = format!("&cursor={next}");
        }
        assert!(vintages.len() >= 360, "{}", vintages.len());
    }

    async fn stored_facts_that_are_refused_today_are_listed_and_marked(app: TestApp) {
        measure(&app).await;
        app.put("/observations", json!({"items": [fact("6.2", "2025-08-15")]})).await.expect(200);
        let region = app.store.resolve_region("430000").await.unwrap().id;
        let measure = app.store.resolve_measure("社零").await.unwrap().id;
        let row = |start: &str, end: &str, published: &str| ObservationRow {
            id: Id::of(app.clock.new_id()),
            series_id: 0,
            period_start: start.parse().unwrap(),
            period_end: end.parse().unwrap(),
            basis: Basis::Cumulative.into(),
            figure: Figure::Yoy.into(),
            vintage: 0,
            value: Number("9.9".parse().unwrap()),
            status: Status::Final.into(),
            source: "旧数据".to_owned(),
            published_on: published.parse().unwrap(),
            recorded_at: app.clock.timestamp(),
            of: None,
            partial: false,
            doubts: String::new(),
        stage: None,
        vouched_by: None,
        };
        let rows = [row("2025-07-01", "2025-07-31", "2025-08-15"), row("2025-01-01", "2025-12-31", "2025-07-18")];
        let habit = Habit::of("社零", "亿元");
        let old = rows.map(|row| FactWrite { measure, region, habit, row, sources: [].into(), stated: Vec::new() });
        xushi::office::observations::record(&app.office, &xushi::office::Actor::technician(), &old, false).await.unwrap();
        let before = app.store.list_marks().await.unwrap();
        let listed = xushi::office::warnings::recheck_facts(&app.store, app.clock.timestamp()).await.unwrap();
        let told: Vec<_> = listed.iter().map(|one| (one.measure.as_str(), one.region.as_str(), one.row.period_end.to_string())).collect();
        assert_eq!(told, [("社零", "湖南省", "2025-07-31".to_owned()), ("社零", "湖南省", "2025-12-31".to_owned())]);
        assert!(listed[0].why.contains("当月"));
        let due = app.store.list_marks().await.unwrap();
        assert_eq!(due.len() - before.len(), 1, "what rests on their series is judged again");
        let marked = app.get("/observations?doubtful=true").await.expect(200);
        assert_eq!(marked["items"][0]["doubts"][0]["code"], "refused_by_rules");
        assert_eq!(marked["items"].as_array().unwrap().len(), 2);
        assert_eq!(xushi::office::warnings::recheck_facts(&app.store, app.clock.timestamp()).await.unwrap(), xushi::office::warnings::recheck_facts(&app.store, app.clock.timestamp()).await.unwrap());
    }
}
