mod campaign_report;
mod next_year;

use actix_web::http::{Method, header};
use serde_json::{Value, json};

use crate::api::assessments::preview::{indicator, measure, task};
use crate::support::{TestApp, both};

fn campaign(name: &str) -> Value {
    json!({
        "name": name, "region": "430000", "starts_on": "2025-01-01", "ends_on": "2025-12-31",
        "issuer_name": "综合协调组", "letter_mark": "湘攻坚函",
    })
}

async fn units(app: &TestApp, names: &[&str]) -> Vec<String> {
    let mut ids = Vec::new();
    for name in names {
        let unit = app.post("/units", json!({"name": name, "region": "430000"})).await.expect(201);
        ids.push(unit["id"].as_str().unwrap().to_owned());
    }
    ids
}

fn path(view: &Value) -> String {
    format!("/campaigns/{}", view["id"].as_str().unwrap())
}

fn encoded(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

both! {
    async fn a_plan_and_its_parts(app: TestApp) {
        let ids = units(&app, &["省发展改革委", "省商务厅", "省财政厅"]).await;
        let mut whole = campaign("七大攻坚");
        whole["doc_no"] = json!("湘政办发〔2025〕2号");
        let whole = app.post("/campaigns", whole).await.expect(201);
        let standard = app.store.resolve_rule_pack("standard").await.unwrap().id.0.to_string();
        assert_eq!((&whole["issuing"], &whole["reply_working_days"], &whole["ordinal"]), (&json!("automatic"), &json!(5), &json!(1)));
        assert_eq!(whole["rule_pack_id"], json!(standard));
        let part = app.post("/campaigns", json!({
            "name": "内需扩量提效攻坚", "region": "430000", "starts_on": "2025-01-01", "ends_on": "2025-12-31",
            "parent": "湘政办发〔2025〕2号", "ordinal": 1, "office_unit": "省发展改革委", "workforce": "内需扩量提效攻坚工作专班",
            "convener": "省政府副秘书长", "deputy_conveners": ["省发展改革委", ids[1]], "members": ["省财政厅", "省商务厅"],
            "members_open": true, "rule_pack": "wuhan@1", "issuing": "approval", "reply_working_days": 3,
            "contact_name": "张三", "contact_phone": "0731-0000000", "contact_email": "zhangsan@example.org",
        })).await.expect(201);
        assert_eq!((&part["issuer_name"], &part["letter_mark"]), (&json!("综合协调组"), &json!("湘攻坚函")));
        assert_eq!((&part["parent_id"], &part["office_unit_id"]), (&whole["id"], &json!(ids[0])));
        assert_eq!(part.get("members"), None);
        let deputies = json!([{"id": ids[0], "name": "省发展改革委"}, {"id": ids[1], "name": "省商务厅"}]);
        let members = json!([{"id": ids[2], "name": "省财政厅"}, {"id": ids[1], "name": "省商务厅"}]);
        let read = app.get(&format!("{}?expand=members", path(&part))).await.expect(200);
        assert_eq!((&read["deputy_conveners"], &read["members"]), (&deputies, &members));
        let listed = app.get(&format!("/campaigns?expand=members&parent={}", encoded("七大攻坚"))).await.expect(200);
        assert_eq!(listed["items"], json!([read]));
        for (query, names) in [
            (format!("region={}", encoded("湖南省")), &["七大攻坚", "内需扩量提效攻坚"][..]),
            ("region=430100".to_owned(), &[]),
            (format!("name_contains={}", encoded("提效")), &["内需扩量提效攻坚"]),
            (format!("parent={}", path(&part).rsplit('/').next().unwrap()), &[]),
        ] {
            let found = app.get(&format!("/campaigns?{query}")).await.expect(200);
            let found: Vec<_> = found["items"].as_array().unwrap().iter().map(|item| item["name"].as_str().unwrap()).collect();
            assert_eq!(found, names, "{query}");
        }
        for key in ["湘政办发〔2025〕2号", "七大攻坚", whole["id"].as_str().unwrap()] {
            let found = app.store.resolve_campaign(key).await.unwrap();
            assert_eq!(json!(found.id.0.to_string()), whole["id"], "{key}");
        }
        app.get("/campaigns?expand=everything").await.problem(400, "malformed_query", "expand");
        app.get("/campaigns?parent=x").await.problem(400, "malformed_query", "parent");
    }

    async fn a_campaign_that_does_not_fit_is_refused(app: TestApp) {
        units(&app, &["省发展改革委", "省商务厅"]).await;
        let city = app.post("/campaigns", json!({"name": "长沙攻坚", "region": "430100", "starts_on": "2025-01-01",
            "ends_on": "2025-12-31", "issuer_name": "长沙市", "letter_mark": "长攻坚函"})).await.expect(201);
        let pack = app.store.resolve_rule_pack("standard").await.unwrap().id.0.to_string();
        for (field, value, pointer) in [
            ("ends_on", json!("2024-12-31"), "/ends_on"),
            ("ends_on", json!("2025-02-30"), "/ends_on"),
            ("ends_on", json!("2025"), "/ends_on"),
            ("starts_on", json!("1025-01-01"), "/starts_on"),
            ("name", json!("长".repeat(81)), "/name"),
            ("doc_no", json!("长".repeat(61)), "/doc_no"),
            ("region", json!("999999"), "/region"),
            ("parent", json!("没有的行动"), "/parent"),
            ("parent", json!(pack), "/parent"),
            ("parent", city["id"].clone(), "/parent"),
            ("ordinal", json!(-1), "/ordinal"),
            ("office_unit", json!("没有的单位"), "/office_unit"),
            ("deputy_conveners", json!(["省商务厅", "省商务厅"]), "/deputy_conveners/1"),
            ("members", json!(["省发展改革委", "没有的单位"]), "/members/1"),
            ("members", json!(["省发展改革委", "省商务厅", "省发展改革委"]), "/members/2"),
            ("members", json!("省发展改革委"), "/members"),
            ("rule_pack", json!("standard@99"), "/rule_pack"),
            ("rule_pack", json!("没有"), "/rule_pack"),
            ("rule_pack", city["id"].clone(), "/rule_pack"),
            ("issuing", json!("manual"), "/issuing"),
            ("signed", json!([]), "/signed"),
            ("signed", json!(["praise"]), "/signed/0"),
            ("letter_mark", json!("湘攻坚函〔2025〕"), "/letter_mark"),
            ("letter_mark", Value::Null, "/letter_mark"),
            ("issuer_name", Value::Null, "/issuer_name"),
            ("reply_working_days", json!(31), "/reply_working_days"),
            ("contact_email", json!("a@b"), "/contact_email"),
            ("contact_phone", json!("打这里"), "/contact_phone"),
        ] {
            let mut body = campaign("七大攻坚");
            body[field] = value.clone();
            let answer = app.post("/campaigns", body).await;
            answer.problem(422, "invalid", pointer);
            if field == "issuing" {
                assert!(answer.json()["detail"].as_str().unwrap().contains("automatic、approval"));
            }
        }
        assert_eq!(app.get("/campaigns").await.expect(200)["items"], json!([city]));
        // A city's campaign may stand under its province's, or under its own.
        let whole = app.post("/campaigns", campaign("七大攻坚")).await.expect(201);
        app.patch(&path(&city), json!({"parent": "七大攻坚"})).await.expect(200);
        app.post("/campaigns", campaign("七大攻坚")).await.problem(409, "duplicate", "/name");
        app.patch(&path(&whole), json!({"parent": "长沙攻坚"})).await.problem(422, "invalid", "/parent");
    }

    async fn a_name_that_fits_several_campaigns_is_not_a_key(app: TestApp) {
        for year in [2024, 2025] {
            let mut body = campaign("七大攻坚");
            body["starts_on"] = json!(format!("{year}-01-01"));
            app.post("/campaigns", body).await.expect(201);
        }
        app.get(&format!("/campaigns?parent={}", encoded("七大攻坚"))).await.problem(400, "malformed_query", "parent");
    }

    async fn campaigns_form_a_tree(app: TestApp) {
        let mut made = Vec::new();
        for name in ["甲", "乙", "丙"] {
            made.push(app.post("/campaigns", campaign(name)).await.expect(201));
        }
        app.patch(&path(&made[0]), json!({"parent": "甲"})).await.problem(422, "invalid", "/parent");
        app.patch(&path(&made[1]), json!({"parent": "甲"})).await.expect(200);
        app.patch(&path(&made[2]), json!({"parent": "乙"})).await.expect(200);
        app.patch(&path(&made[0]), json!({"parent": "丙"})).await.problem(422, "invalid", "/parent");
        assert_eq!(app.get(&path(&made[0])).await.expect(200), made[0]);
        let freed = app.patch(&path(&made[1]), json!({"parent": null})).await.expect(200);
        assert_eq!(freed["parent_id"], Value::Null);
        app.patch(&path(&made[0]), json!({"parent": "丙"})).await.expect(200);
    }

    async fn two_campaigns_at_once_cannot_become_each_others_parent(app: TestApp) {
        let one = app.post("/campaigns", campaign("甲")).await.expect(201);
        let two = app.post("/campaigns", campaign("乙")).await.expect(201);
        let (one, two) = (path(&one), path(&two));
        let (first, second) = tokio::join!(app.patch(&one, json!({"parent": "乙"})), app.patch(&two, json!({"parent": "甲"})));
        let mut statuses = [first.status.as_u16(), second.status.as_u16()];
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 422]);
    }

    async fn every_part_can_be_changed_and_optional_ones_cleared(app: TestApp) {
        let ids = units(&app, &["省发展改革委", "省商务厅"]).await;
        let mut body = campaign("七大攻坚");
        for (field, value) in [
            ("doc_no", json!("湘政办发〔2025〕2号")), ("office_unit", json!(ids[0])), ("workforce", json!("专班")), ("convener", json!("召集人")),
            ("contact_name", json!("张三")), ("contact_phone", json!("0731-0000000")), ("contact_email", json!("a@example.org")),
            ("members", json!(["省商务厅"])), ("deputy_conveners", json!(["省发展改革委"])),
        ] {
            body[field] = value;
        }
        let path = path(&app.post("/campaigns", body).await.expect(201));
        let cleared = app.patch(&path, json!({"doc_no": null, "office_unit": null, "workforce": null, "convener": null,
            "contact_name": null, "contact_phone": null, "contact_email": null, "deputy_conveners": []})).await.expect(200);
        for field in ["doc_no", "office_unit_id", "workforce", "convener", "contact_name", "contact_phone", "contact_email"] {
            assert_eq!(cleared[field], Value::Null, "{field}");
        }
        let read = app.get(&format!("{path}?expand=members")).await.expect(200);
        assert_eq!((&read["deputy_conveners"], &read["members"]), (&json!([]), &json!([{"id": ids[1], "name": "省商务厅"}])));
        let changed = app.patch(&path, json!({"name": "新名", "starts_on": "2024-06-01", "ends_on": "2026-06-30", "ordinal": 3,
            "issuing": "approval", "issuer_name": "新机关", "letter_mark": "新函", "reply_working_days": 10, "members_open": true,
            "rule_pack": "tianjin", "reason": "试行", "members": [ids[0]]})).await.expect(200);
        assert_eq!((&changed["name"], &changed["starts_on"], &changed["members_open"]), (&json!("新名"), &json!("2024-06-01"), &json!(true)));
        assert_ne!(changed["rule_pack_id"], cleared["rule_pack_id"]);
        app.patch(&path, json!({"starts_on": "2026-07-01"})).await.problem(422, "invalid", "/ends_on");
        app.patch(&path, json!({"members": [ids[0], ids[0]]})).await.problem(422, "invalid", "/members/1");
        app.patch(&path, json!({"region": "430100"})).await.problem(422, "invalid", "/region");
        // The tag of the view with members serves as well.
        let tag = app.get(&format!("{path}?expand=members")).await.header("etag");
        let patch = |body: Value| app.request(Method::PATCH, &path).insert_header((header::IF_MATCH, tag.clone())).set_json(body);
        app.send(patch(json!({"ordinal": 4}))).await.expect(200);
        app.send(patch(json!({"ordinal": 5}))).await.problem(412, "precondition_failed", "");
    }

    async fn a_part_has_from_the_whole_what_it_does_not_say_itself(app: TestApp) {
        let ids = units(&app, &["省发展改革委", "省商务厅"]).await;
        let mut whole = campaign("七大攻坚");
        for (field, value) in [
            ("issuing", json!("approval")), ("reply_working_days", json!(10)), ("rule_pack", json!("wuhan")), ("office_unit", json!(ids[0])),
            ("contact_name", json!("张三")), ("contact_phone", json!("0731-82210000")),
        ] {
            whole[field] = value;
        }
        let whole = app.post("/campaigns", whole).await.expect(201);
        assert_eq!(whole["inherited"], json!([]));
        let part = json!({"name": "内需攻坚", "region": "430000", "starts_on": "2025-01-01", "ends_on": "2025-12-31", "parent": "七大攻坚"});
        let part = app.post("/campaigns", part).await.expect(201);
        let fields = ["issuing", "signed", "reply_working_days", "rule_pack_id", "office_unit_id", "contact_name", "contact_phone", "contact_email", "issuer_name", "letter_mark"];
        for field in fields {
            assert_eq!(part[field], whole[field], "{field}");
        }
        let all = json!(["issuing", "signed", "issuer_name", "letter_mark", "reply_working_days", "rule_pack", "contact", "office_unit"]);
        assert_eq!(part["inherited"], all);
        let below = json!({"name": "子项", "region": "430000", "starts_on": "2025-01-01", "ends_on": "2025-12-31", "parent": "内需攻坚", "issuing": "automatic"});
        let below = app.post("/campaigns", below).await.expect(201);
        // What the whole says anew holds for all below that leave it to those above; what one says itself stays.
        app.patch(&path(&part), json!({"reply_working_days": 7, "contact_name": "李四"})).await.expect(200);
        app.patch(&path(&whole), json!({"issuing": "automatic", "reply_working_days": 3, "rule_pack": "tianjin", "reason": "试行", "office_unit": null})).await.expect(200);
        let (whole, part, below) =
            (app.get(&path(&whole)).await.expect(200), app.get(&path(&part)).await.expect(200), app.get(&path(&below)).await.expect(200));
        assert_eq!((&part["issuing"], &part["reply_working_days"]), (&json!("automatic"), &json!(7)));
        assert_eq!((&part["rule_pack_id"], &part["office_unit_id"]), (&whole["rule_pack_id"], &Value::Null));
        assert_eq!((&part["contact_name"], &part["contact_phone"]), (&json!("李四"), &Value::Null), "one person, not parts of two");
        assert_eq!(part["inherited"], json!(["issuing", "signed", "issuer_name", "letter_mark", "rule_pack", "office_unit"]));
        assert_eq!((&below["reply_working_days"], &below["contact_name"]), (&json!(7), &json!("李四")));
        assert_eq!((&below["rule_pack_id"], &below["issuing"]), (&whole["rule_pack_id"], &json!("automatic")));
        for (one, count) in [(&part, 1), (&below, 1)] {
            let kept = app.get(&format!("{}/revisions", path(one))).await.expect(200);
            assert_eq!(kept["items"].as_array().unwrap().len(), count, "past days keep the pack they were judged by");
        }
        // null leaves it to the one above again.
        let again = app.patch(&path(&part), json!({"reply_working_days": null, "contact_name": null})).await.expect(200);
        assert_eq!((&again["reply_working_days"], &again["contact_name"], &again["inherited"]), (&json!(3), &json!("张三"), &all));
        assert_eq!(app.get(&path(&below)).await.expect(200)["reply_working_days"], 3);
        app.patch(&path(&whole), json!({"issuing": null})).await.problem(422, "invalid", "/issuing");
        // Without one above it keeps what it had.
        let alone = app.patch(&path(&part), json!({"parent": null})).await.expect(200);
        assert_eq!((&alone["reply_working_days"], &alone["inherited"]), (&json!(3), &json!([])));
    }

    async fn which_kinds_are_signed_is_said_inherited_and_left_to_the_one_above(app: TestApp) {
        let mut whole = campaign("七大攻坚");
        whole["issuing"] = json!("approval");
        let whole = app.post("/campaigns", whole).await.expect(201);
        assert_eq!(whole["signed"], json!(["warning", "climb", "lifting"]), "what is grave");
        let part = json!({"name": "内需攻坚", "region": "430000", "starts_on": "2025-01-01", "ends_on": "2025-12-31", "parent": "七大攻坚"});
        let part = app.post("/campaigns", part).await.expect(201);
        assert_eq!(part["signed"], whole["signed"]);
        // In the order of the table, each once.
        let said = app.patch(&path(&whole), json!({"signed": ["reminder", "warning", "reminder"]})).await.expect(200);
        assert_eq!(said["signed"], json!(["warning", "reminder"]));
        assert_eq!(app.get(&path(&part)).await.expect(200)["signed"], said["signed"], "it follows");
        let own = app.patch(&path(&part), json!({"signed": ["lifting"]})).await.expect(200);
        assert_eq!((&own["signed"], own["inherited"].as_array().unwrap().contains(&json!("signed"))), (&json!(["lifting"]), false));
        app.patch(&path(&whole), json!({"signed": ["climb"]})).await.expect(200);
        assert_eq!(app.get(&path(&part)).await.expect(200)["signed"], json!(["lifting"]), "what it says itself stays");
        let left = app.patch(&path(&part), json!({"signed": null})).await.expect(200);
        assert_eq!(left["signed"], json!(["climb"]));
        app.patch(&path(&whole), json!({"signed": null})).await.problem(422, "invalid", "/signed");
        app.patch(&path(&whole), json!({"signed": []})).await.problem(422, "invalid", "/signed");
    }

    async fn a_campaign_has_curves_for_kinds(app: TestApp) {
        let task = task(&app).await;
        measure(&app, "社零", "亿元", "higher", "cumulative").await;
        let campaign = app.get("/campaigns").await.expect(200)["items"][0]["id"].as_str().unwrap().to_owned();
        let url = format!("/campaigns/{campaign}/curves");
        assert_eq!(app.get(&url).await.expect(200), json!({"curves": []}));
        let curves = json!({"curves": [{"kind": "total", "curve": {"kind": "last_year"}}]});
        assert_eq!(app.replace(&url, curves.clone()).await.expect(200), curves);
        let total = json!({"kind": "total", "comparator": ">=", "value": "12", "unit": "亿元"});
        let growth = json!({"kind": "growth", "comparator": ">=", "value": "5", "unit": "%"});
        for (region, target, curve) in [("430100", &total, "last_year"), ("430200", &growth, "linear_months")] {
            let made = indicator(&app, &task, "社零", region, target.clone()).await;
            assert_eq!(made["curve"]["kind"], curve, "{region}");
        }
        let own = json!({"task": task, "measure": "社零", "region": "430300", "target": total, "curve": {"kind": "linear_days"}});
        assert_eq!(app.post("/indicators", own).await.expect(201)["curve"]["kind"], "linear_days");
        let twice = json!({"curves": [{"kind": "total", "curve": {"kind": "last_year"}}, {"kind": "total", "curve": {"kind": "linear_days"}}]});
        app.replace(&url, twice).await.problem(422, "invalid", "/curves/1/kind");
        app.replace(&url, json!({"curves": [{"kind": "total", "curve": {"kind": "mean_years", "years": 1}}]})).await.problem(422, "invalid", "/curves/0/curve/years");
        for stray in [json!({"kind": "linear_months", "years": 3}), json!({"kind": "mean_years", "years": 3, "nodes": []})] {
            app.replace(&url, json!({"curves": [{"kind": "total", "curve": stray}]})).await.problem(422, "invalid", "/curves/0/curve");
        }
        for fraction in [".5", "5.", "+1", "1e0"] {
            let nodes = json!([{"on": "2025-12-31", "fraction": fraction}]);
            let curve = json!({"kind": "nodes", "nodes": nodes});
            app.replace(&url, json!({"curves": [{"kind": "level", "curve": curve}]})).await.problem(422, "invalid", "/curves/0/curve/nodes/0/fraction");
        }
        assert_eq!(app.get(&url).await.expect(200), curves);
    }

    async fn of_two_who_saw_the_same_curves_one_replaces_them(app: TestApp) {
        task(&app).await;
        let campaign = app.get("/campaigns").await.expect(200)["items"][0]["id"].as_str().unwrap().to_owned();
        let url = format!("/campaigns/{campaign}/curves");
        let tag = app.get(&url).await.header("etag");
        let asked = ["last_year", "linear_days", "linear_months", "last_year"].map(|kind| {
            let curves = json!({"curves": [{"kind": "total", "curve": {"kind": kind}}]});
            let request = app.request(Method::PUT, &url).insert_header((header::IF_MATCH, tag.clone())).set_json(curves);
            app.send(request)
        });
        let answers = futures_util::future::join_all(asked).await;
        let mut told: Vec<u16> = answers.iter().map(|answer| answer.status.as_u16()).collect();
        told.sort_unstable();
        assert_eq!(told, [200, 412, 412, 412]);
    }
}
