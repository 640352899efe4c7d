//! Names and keys as people type them: what looks the same is one thing, and is found.

use serde_json::{Value, json};

use crate::support::{TestApp, both};

async fn unit(app: &TestApp, name: &str) -> Value {
    app.post("/units", json!({"name": name, "region": "430000"})).await.expect(201)
}

fn id(view: &Value) -> String {
    view["id"].as_str().unwrap().to_owned()
}

fn measure(name: &str, aliases: &[&str]) -> Value {
    json!({"name": name, "aliases": aliases, "unit": "亿元", "basis": "cumulative", "better": "higher", "frequency": "monthly"})
}

/// A key as it stands in an address.
fn query(key: &str) -> String {
    form_urlencoded::byte_serialize(key.as_bytes()).collect()
}

both! {
    async fn names_that_look_the_same_are_one(app: TestApp) {
        for (first, other) in [
            ("发展（本级）局", "发展(本级)局"),
            ("ＡＢＣ局", "ABC局"),
            ("Café局", "Cafe\u{301}局"),
            ("金融局", "⾦融局"),
            ("市  统计局", "市 统计局"),
            ("财政厅", "\u{3000}财政厅\u{a0}"),
        ] {
            let made = unit(&app, first).await;
            app.post("/units", json!({"name": other, "region": "430000"})).await.problem(409, "duplicate", "/name");
            // In another region it is another unit; the same one may be written anew.
            let elsewhere = app.post("/units", json!({"name": other, "region": "430100"})).await.expect(201);
            let path = format!("/units/{}", id(&elsewhere));
            app.patch(&path, json!({"name": first})).await.expect(200);
            app.patch(&path, json!({"name": format!("{first}二")})).await.expect(200);
            let found = app.get(&format!("/contacts?unit={}", query(other))).await;
            assert_eq!(found.status.as_u16(), 200, "{other}");
            assert_eq!(app.get(&format!("/units/{}", id(&made))).await.expect(200)["name"], made["name"]);
        }
        assert_eq!(unit(&app, "发展（省级）局").await["name"], "发展（省级）局", "kept as it was typed");
        for (name, code) in [
            ("发改\u{200b}委", "control_character"),
            ("\u{feff}发改委", "control_character"),
            ("发\u{202e}改委", "control_character"),
            ("发改\u{2028}委", "control_character"),
            ("发改委\u{fffe}", "control_character"),
            ("发\u{ad}改委", "control_character"),
            ("\u{200b}\u{200b}", "required"),
            ("\u{3164}", "required"),
        ] {
            let refused = app.post("/units", json!({"name": name, "region": "430000"})).await;
            refused.problem(422, "invalid", "/name");
            assert_eq!(refused.json()["errors"][0]["code"], code, "{name:?}");
        }
    }

    async fn two_that_look_the_same_cannot_race(app: TestApp) {
        let names = ["ＡＢＣ局", "ABC局", "ABC局 ", "Ａ\u{fe0f}BC局"];
        let tries = names.map(|name| app.post("/units", json!({"name": name, "region": "430000"})));
        let made = futures_util::future::join_all(tries).await;
        assert_eq!(made.iter().filter(|answer| answer.status.as_u16() == 201).count(), 1);
    }

    async fn measures_campaigns_and_tasks_hold_to_it_too(app: TestApp) {
        app.post("/measures", measure("固定资产投资（不含农户）", &["固投"])).await.expect(201);
        app.post("/measures", measure("固定资产投资(不含农户)", &[])).await.problem(409, "duplicate", "/name");
        app.post("/measures", measure("另一个", &["别名", "固\u{fe0e}投"])).await.problem(409, "duplicate", "/aliases/1");
        app.post("/measures", measure("ＧＤＰ", &["GDP", "地区生产总值"])).await.expect(201);
        let campaign = |name: &str| json!({"name": name, "region": "430000", "starts_on": "2025-01-01", "ends_on": "2025-12-31",
            "issuer_name": "省政府办公厅", "letter_mark": "湘序", "doc_no": "湘政办发〔２０２５〕1号"});
        let made = app.post("/campaigns", campaign("七大攻坚（2025）")).await.expect(201);
        app.post("/campaigns", campaign("七大攻坚(２０２５)")).await.problem(409, "duplicate", "/name");
        let task = |name: &str| json!({"campaign": id(&made), "name": name});
        app.post("/tasks", task("稳投资（一）")).await.expect(201);
        app.post("/tasks", task("稳投资(一)")).await.problem(409, "duplicate", "/name");
        for key in ["七大攻坚(2025)", "湘政办发〔2025〕1号", " 湘政办发〔２０２５〕１号 "] {
            let tasks = app.get(&format!("/tasks?campaign={}", query(key))).await.expect(200);
            assert_eq!(tasks["items"].as_array().unwrap().len(), 1, "{key}");
        }
    }

    async fn keys_are_found_however_they_are_typed(app: TestApp) {
        let made = unit(&app, "省商务厅").await;
        let path = format!("/units/{}", id(&made));
        app.patch(&path, json!({"credit_code": "91350100m000100y43"})).await.expect(200);
        app.post("/measures", measure("固定资产投资", &["ＦＡＩ"])).await.expect(201);
        for region in [" 430000 ", "４３００００", "430000\u{a0}", " 湖南省", "湖南\u{200b}省", "湖南"] {
            let units = app.get(&format!("/units?region={}", query(region))).await.expect(200);
            assert_eq!(units["items"][0]["id"], made["id"], "{region:?}");
        }
        for key in ["省商务厅\u{a0}", " 省商务厅", "９１３５０１００M000100Y43", "91350100m000100y43", &format!(" {} ", id(&made))] {
            let contacts = app.get(&format!("/contacts?unit={}", query(key))).await.expect(200);
            assert_eq!(contacts["items"], json!([]), "{key:?}");
        }
        for measure in ["固定资产投资\u{a0}", "\u{3000}固定资产投资", "FAI", "ＦＡＩ ", "固定资产\u{200d}投资"] {
            let fact = json!({"items": [{"measure": measure, "region": "４３００００", "figure": "yoy", "value": "5.5",
                "period": {"start": "2025-01-01", "end": "2025-06-30"}, "source": "月报", "published_on": "2025-07-18"}]});
            let answer = app.put("/observations", fact).await;
            assert_eq!(answer.status.as_u16(), 200, "{measure:?}: {}", answer.json());
        }
        for (list, part) in [("units", "商务\u{a0}"), ("units", "商\u{200b}务"), ("measures", "ｆａｉ"), ("measures", " 固定资产")] {
            let found = app.get(&format!("/{list}?name_contains={}", query(part))).await.expect(200);
            assert_eq!(found["items"].as_array().unwrap().len(), 1, "{list} {part:?}");
        }
        app.post("/units", json!({"name": "处", "region": "430000", "parent": "省商务厅 "})).await.expect(201);
        app.get(&format!("/units?region={}", query("43\0"))).await.problem(400, "malformed_query", "region");
        app.post("/units", json!({"name": "处", "region": "\u{200b}"})).await.problem(422, "invalid", "/region");
    }

    async fn older_rows_are_found_after_an_upgrade(app: TestApp) {
        unit(&app, "ＡＢＣ局").await;
        app.post("/measures", measure("ＧＤＰ", &["生产总值（现价）"])).await.expect(201);
        let forget = "DELETE FROM name_keys";
        match &app.store {
            xushi::store::Store::Pg(pool) => {
                use diesel_async::SimpleAsyncConnection as _;
                xushi::store::checkout(pool).await.unwrap().batch_execute(forget).await.unwrap();
            }
            xushi::store::Store::Sqlite(pool) => {
                use diesel_async::SimpleAsyncConnection as _;
                xushi::store::checkout(pool).await.unwrap().batch_execute(forget).await.unwrap();
            }
        }
        let packs = xushi::domain::RulePack::built_in().len();
        assert_eq!(app.store.fill_names().await.unwrap(), 3 + packs);
        assert_eq!(app.store.fill_names().await.unwrap(), 0);
        app.post("/units", json!({"name": "ABC局", "region": "430000"})).await.problem(409, "duplicate", "/name");
        app.post("/measures", measure("生产总值(现价)", &[])).await.problem(409, "duplicate", "/name");
        app.get("/contacts?unit=ABC%E5%B1%80").await.expect(200);
        app.post("/rule-packs", json!({"name": "ｓtandard", "reason": "试行"})).await.problem(409, "duplicate", "/name");
    }

    async fn no_two_rule_packs_look_the_same(app: TestApp) {
        let post = async |name: &str| app.post("/rule-packs", json!({"name": name, "reason": "试行"})).await;
        assert_eq!(post("标准（试行）").await.expect(201)["version"], 1);
        for name in ["标准(试行)", "标准\u{200b}（试行）", "ｓｔａｎｄａｒｄ"] {
            let refused = post(name).await;
            assert!([409, 422].contains(&refused.status.as_u16()), "{name:?}: {}", refused.json());
        }
        post("标准(试行)").await.problem(409, "duplicate", "/name");
        assert_eq!(post("标准（试行）").await.expect(201)["version"], 2, "the same name is the next version");
        assert_eq!(post(" standard ").await.expect(201)["version"], 2);
        let listed = app.get("/rule-packs?limit=100").await.expect(200);
        let mut names: Vec<_> = listed["items"].as_array().unwrap().iter().map(|pack| xushi::domain::folded(pack["name"].as_str().unwrap())).collect();
        names.sort();
        names.dedup();
        assert_eq!(names.len(), xushi::domain::RulePack::built_in().len() + 1);
        let (one, two) = tokio::join!(post("试点A"), post("试点Ａ"));
        let mut statuses = [one.status.as_u16(), two.status.as_u16()];
        statuses.sort_unstable();
        assert_eq!(statuses, [201, 409], "whoever races");
    }

    async fn no_unit_stands_above_itself(app: TestApp) {
        let (a, b, c) = (unit(&app, "甲").await, unit(&app, "乙").await, unit(&app, "丙").await);
        let put = async |below: &Value, above: &Value| {
            app.patch(&format!("/units/{}", id(below)), json!({"parent": id(above)})).await
        };
        put(&a, &a).await.problem(422, "invalid", "/parent");
        put(&a, &b).await.expect(200);
        let back = put(&b, &a).await;
        back.problem(422, "invalid", "/parent");
        assert_eq!(back.json()["errors"][0]["code"], "cycle");
        put(&b, &c).await.expect(200);
        put(&c, &a).await.problem(422, "invalid", "/parent");
        app.patch(&format!("/units/{}", id(&a)), json!({"parent": null})).await.expect(200);
        put(&c, &a).await.expect(200);
    }

    async fn an_address_that_is_taken_can_be_written_to(app: TestApp) {
        unit(&app, "省商务厅").await;
        let contact = |email: &str, phone: &str| json!({"unit": "省商务厅", "name": "张三", "email": email, "phone": phone, "role": "liaison"});
        for refused in ["a15@-example.org", "a@example-.org", "a@b", "a@exa_mple.org", "张三@example.org", "a@1.2.3.4"] {
            app.post("/contacts", contact(refused, "82210000")).await.problem(422, "invalid", "/email");
        }
        let chinese = app.post("/contacts", contact("zhang@长沙.中国", "82210000")).await;
        chinese.problem(422, "invalid", "/email");
        assert!(chinese.json()["errors"][0]["detail"].as_str().unwrap().contains("xn--"), "{}", chinese.json());
        for (email, phone, kept) in [
            ("a@xn--fiq228c.cn", "０７３１－８２２１００００", "0731-82210000"),
            ("ｂ@example.org", "0731-82210000转8001", "0731-82210000转8001"),
        ] {
            let made = app.post("/contacts", contact(email, phone)).await.expect(201);
            assert_eq!(made["phone"], kept);
            let address = made["email"].as_str().unwrap();
            assert!(xushi::mail::transport::Envelope::new("office@example.org", address, "x").is_ok(), "{address}");
        }
        for (code, good) in [("91110000802100433B", true), ("914403001922038216", true), ("123456789012345678", false)] {
            let made = app.post("/units", json!({"name": format!("单位{code}"), "region": "430000", "credit_code": code})).await;
            assert_eq!(made.status.as_u16() == 201, good, "{code}");
        }
    }

    async fn what_a_target_is_compared_with_is_there(app: TestApp) {
        app.post("/measures", measure("地区生产总值", &[])).await.expect(201);
        app.post("/measures", measure("居民收入", &[])).await.expect(201);
        let campaign = app.post("/campaigns", json!({"name": "攻坚", "region": "430100", "starts_on": "2025-01-01",
            "ends_on": "2025-12-31", "issuer_name": "市政府办公室", "letter_mark": "长序"})).await.expect(201);
        let mut number = 0;
        let mut post = async |kind: &str, benchmark: Value| {
            number += 1;
            let task = app.post("/tasks", json!({"campaign": id(&campaign), "name": format!("任务{number}")})).await.expect(201);
            app.post("/indicators", json!({"task": id(&task), "measure": "居民收入", "region": "430100",
                "target": {"kind": kind, "comparator": ">", "benchmark": benchmark, "unit": "%", "phrase": "高于"}})).await
        };
        for (kind, benchmark) in [
            ("versus_benchmark", json!("全国平均水平")),
            ("versus_benchmark", json!("全省平均水平")),
            ("versus_benchmark", json!("湖南省")),
            ("versus_benchmark", json!({"region": "100000"})),
            ("versus_indicator", json!("地区生产总值\u{a0}")),
            ("versus_indicator", json!({"measure": "地区生产总值"})),
        ] {
            let made = post(kind, benchmark.clone()).await;
            assert_eq!(made.status.as_u16(), 201, "{benchmark}: {}", made.json());
        }
        for (kind, benchmark) in [
            ("versus_benchmark", json!("去年全年")),
            ("versus_benchmark", json!("全区先进水平")),
            ("versus_benchmark", json!({"region": "999999"})),
            ("versus_indicator", json!("没有的指标")),
            ("versus_indicator", json!("居民收入")),
            ("versus_benchmark", json!("长沙市")),
        ] {
            let refused = post(kind, benchmark.clone()).await;
            assert_eq!(refused.status.as_u16(), 422, "{benchmark}: {}", refused.json());
            refused.problem(422, "invalid", "/target/benchmark");
        }
        let made = app.get("/indicators?limit=1").await.expect(200)["items"][0].clone();
        let worse = json!({"target": {"kind": "versus_benchmark", "comparator": ">", "benchmark": "去年全年", "unit": "%", "phrase": "高于"}});
        let path = format!("/indicators/{}", id(&made));
        app.patch(&path, worse).await.problem(422, "invalid", "/target/benchmark");
    }
}
