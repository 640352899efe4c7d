//! 问题台账: problems from 登记 to 销号, and who may do what to them.

use actix_web::http::{Method, header};
use serde_json::{Value, json};

use super::changes::settle;
use crate::policy::{at, items, report, run, sample, unit};
use crate::support::app::Answer;
use crate::support::{TestApp, both};

/// The rows of the first sheet as text.
fn rows(bytes: &[u8]) -> Vec<Vec<String>> {
    let sheets = xushi::reading::sheet::cells(bytes).unwrap();
    sheets[0].rows.iter().map(|row| row.iter().map(|cell| cell.text.clone()).collect()).collect()
}

fn id(view: &Value) -> String {
    view["id"].as_str().unwrap().to_owned()
}

/// One indicator far behind, with its letter; gives the episode.
async fn behind(app: &TestApp) -> Value {
    sample(app, &["投资"], json!({})).await;
    report(app, "投资", "2025-07-31", "-10.0", "2025-08-20").await;
    run(app, "2025-08-21").await;
    items(app, "/episodes?state=open").await[0].clone()
}

/// A problem entered by hand for 省发展改革委.
fn by_hand(title: &str, due_on: &str) -> Value {
    json!({"title": title, "source": "inspection", "unit": "省发展改革委", "due_on": due_on})
}

async fn post_as(app: &TestApp, key: &str, path: &str, body: Value) -> Answer {
    app.send(app.request_as(key, Method::POST, path).set_json(body)).await
}

async fn get_as(app: &TestApp, key: &str, path: &str) -> Answer {
    app.send(app.request_as(key, Method::GET, path)).await
}

/// From 登记 to an application of 李四.
async fn applied(app: &TestApp, problem: &str) {
    let path = |step: &str| format!("/problems/{problem}/{step}");
    app.post(&path("assignment"), json!({})).await.expect(200);
    app.post(&path("application"), json!({"person": "李四", "evidence": "现场核查记录3份"}))
        .await
        .expect(200);
}

fn titles(list: &[Value]) -> Vec<&str> {
    list.iter().map(|one| one["title"].as_str().unwrap()).collect()
}

/// What the unit answers to the letter is the problem's cause, measures and person.
async fn answered(app: &TestApp, (letter, problem): (&str, &str)) {
    let to = |rest: &str| format!("/letters/{letter}/{rest}");
    app.post(&to("receipt"), json!({"person": "李四"})).await.expect(201);
    let reply = json!({"cause": "项目开工不足", "remedies": [{"action": "建立周调度", "due_on": "2025-09-30"}], "person": "周七", "phone": "0731-82210001"});
    app.post(&to("replies"), reply).await.expect(201);
    let read = app.get(&format!("/problems/{problem}")).await.expect(200);
    assert_eq!(
        (&read["cause"], &read["measures"], &read["person"], &read["phone"]),
        (
            &json!("项目开工不足"),
            &json!(["建立周调度（2025-09-30前）"]),
            &json!("周七"),
            &json!("0731-82210001")
        )
    );
}

both! {
    async fn a_problem_of_an_episode_goes_to_the_end_and_is_counted_when_it_comes_back(app: TestApp) {
        let episode = behind(&app).await;
        let letter = items(&app, "/letters?state=issued").await[0].clone();
        let made = app.post("/problems", json!({"episode": episode["id"]})).await;
        let location = made.header("location");
        let made = made.expect(201);
        assert_eq!(location, format!("/api/v1/problems/{}", id(&made)));
        assert_eq!((&made["title"], &made["source"], &made["level"]), (&json!("投资（湖南省）严重滞后"), &json!("warning"), &json!("province")));
        assert_eq!((&made["unit"], &made["unit_id"], &made["campaign"]), (&json!("省发展改革委"), &episode["unit_id"], &json!("内需攻坚")));
        assert_eq!((&made["indicator_id"], &made["found_on"], &made["due_on"]), (&episode["indicator_id"], &episode["opened_on"], &letter["reply_by"]));
        assert_eq!((&made["state"], &made["repeats"], &made["red"], &made["overdue"]), (&json!("open"), &json!(0), &json!(true), &json!(false)));
        assert_eq!((&made["figures"]["target"], &made["figures"]["grade"]), (&json!("增长5%以上"), &json!("critical")));
        assert!(made["figures"]["actual"].as_str().unwrap().contains("10"), "{made}");
        assert!(made["figures"]["gap"].as_str().unwrap().contains("15"), "{made}");
        app.post("/problems", json!({"episode": episode["id"]})).await.problem(409, "duplicate", "/episode");

        let path = |step: &str| format!("/problems/{}/{step}", id(&made));
        let measure = json!({"text": "每周调度", "person": "李四", "phone": "0731-82210000", "cause": "用地批复迟"});
        for (step, body) in [("measures", measure.clone()), ("application", json!({"person": "李四", "evidence": "数据"})), ("closure", json!({"person": "赵六"})), ("return", json!({"person": "赵六", "reason": "无"})), ("reopening", json!({"person": "赵六", "reason": "无", "due_on": "2025-12-01"}))] {
            app.post(&path(step), body).await.problem(409, "conflict", "/state");
        }
        assert_eq!(app.get(&format!("/problems/{}", id(&made))).await.expect(200), made, "what was refused wrote nothing");

        let assigned = app.post(&path("assignment"), json!({"person": "王五", "due_on": "2025-09-10", "support_units": ["省统计局"], "text": "一周内报措施"})).await.expect(200);
        assert_eq!((&assigned["state"], &assigned["due_on"], &assigned["support_units"][0]["name"]), (&json!("assigned"), &json!("2025-09-10"), &json!("省统计局")));

        answered(&app, (&id(&letter), &id(&made))).await;
        let worked = app.post(&path("measures"), measure).await.expect(200);
        assert_eq!((&worked["state"], &worked["cause"], &worked["person"]), (&json!("in_progress"), &json!("用地批复迟"), &json!("李四")));
        assert_eq!(worked["measures"], json!(["建立周调度（2025-09-30前）", "每周调度"]));
        let moved = app.post(&path("progress"), json!({"text": "12个项目已开工", "person": "李四"})).await.expect(200);
        assert_eq!((&moved["progress"], &moved["progress_on"]), (&json!("12个项目已开工"), &json!("2025-08-21")));

        for (body, field) in [(json!({"person": "李四"}), "/evidence"), (json!({"person": "李四", "evidence": "  "}), "/evidence"), (json!({"person": "", "evidence": "数据"}), "/person")] {
            app.post(&path("application"), body).await.problem(422, "invalid", field);
        }
        let application = json!({"person": "李四", "evidence": "开工令12份"});
        let applied = app.post(&path("application"), application.clone()).await.expect(200);
        assert_eq!((&applied["state"], &applied["applicant"], &applied["evidence"], &applied["verifier"]), (&json!("applied"), &json!("李四"), &json!("开工令12份"), &Value::Null));
        for same in ["李四", " 李 四 "] {
            app.post(&path("closure"), json!({"person": same})).await.problem(422, "invalid", "/person");
            app.post(&path("return"), json!({"person": same, "reason": "无"})).await.problem(422, "invalid", "/person");
        }
        app.post(&path("return"), json!({"person": "赵六", "reason": ""})).await.problem(422, "invalid", "/reason");
        let returned = app.post(&path("return"), json!({"person": "赵六", "reason": "开工令缺2份"})).await.expect(200);
        assert_eq!((&returned["state"], &returned["verifier"]), (&json!("returned"), &Value::Null));
        app.post(&path("application"), application).await.expect(200);
        at(&app, "2025-09-08");
        let closed = app.post(&path("closure"), json!({"person": "赵六", "text": "抽查属实"})).await.expect(200);
        assert_eq!((&closed["state"], &closed["applicant"], &closed["verifier"], &closed["closed_on"]), (&json!("closed"), &json!("李四"), &json!("赵六"), &json!("2025-09-08")));
        let kinds: Vec<_> = closed["entries"].as_array().unwrap().iter().map(|one| (one["ordinal"].as_i64().unwrap(), one["kind"].as_str().unwrap(), one["by"].as_str().unwrap())).collect();
        assert_eq!(kinds, [(1, "opened", "test"), (2, "assigned", "test"), (3, "measure", "test"), (4, "progress", "test"), (5, "applied", "test"), (6, "returned", "test"), (7, "applied", "test"), (8, "closed", "test")]);
        for (step, body) in [("assignment", json!({})), ("progress", json!({"text": "又", "person": "李四"})), ("withdrawal", json!({"person": "赵六", "reason": "误登"}))] {
            app.post(&path(step), body).await.problem(409, "conflict", "/state");
        }

        // It comes back: of the same indicator, as another problem of the episode that is still open.
        let second = app.post("/problems", json!({"episode": episode["id"], "due_on": "2025-10-31"})).await.expect(201);
        assert_eq!((&second["repeats"], &second["state"]), (&json!(1), &json!("open")));
        app.post(&path("reopening"), json!({"person": "赵六", "reason": "数据回落", "due_on": "2025-10-31"})).await.problem(409, "duplicate", "/episode");
        let gone = app.post(&format!("/problems/{}/withdrawal", id(&second)), json!({"person": "王五", "reason": "应重开原问题"})).await.expect(200);
        assert_eq!((&gone["state"], &gone["red"]), (&json!("withdrawn"), &json!(false)));
        app.post(&path("reopening"), json!({"person": "赵六", "reason": "数据回落", "due_on": "2025-09-07"})).await.problem(422, "invalid", "/due_on");
        let again = app.post(&path("reopening"), json!({"person": "赵六", "reason": "数据回落", "due_on": "2025-10-31"})).await.expect(200);
        assert_eq!((&again["state"], &again["repeats"], &again["due_on"], &again["applicant"], &again["closed_on"]), (&json!("open"), &json!(1), &json!("2025-10-31"), &Value::Null, &Value::Null));

        // Days before stay as they were.
        let on = async |day: &str| items(&app, &format!("/problems?as_of={day}")).await;
        assert!(on("2025-08-20").await.is_empty());
        let then = on("2025-08-21").await;
        assert_eq!((then.len(), &then[0]["state"], &then[0]["due_on"], &then[0]["repeats"]), (1, &json!("applied"), &json!("2025-09-10"), &json!(0)));
        let counts = app.get("/problems/counts?as_of=2025-08-21").await.expect(200);
        assert_eq!((&counts["total"]["problems"], &counts["total"]["assigned"], &counts["total"]["applied"], &counts["total"]["closed"]), (&json!(1), &json!(1), &json!(1), &json!(0)));
        let counts = app.get("/problems/counts").await.expect(200);
        assert_eq!(counts["items"][0], json!({"level": "province", "problems": 1, "assigned": 0, "applied": 0, "closed": 0, "overdue": 0, "repeated": 1}));
        app.get("/problems?as_of=2025-09-09").await.problem(400, "malformed_query", "as_of");
    }

    async fn a_unit_puts_right_what_it_leads_and_never_closes_it(app: TestApp) {
        behind(&app).await;
        unit(&app, "省商务厅", None, &[]).await;
        let made = app.post("/problems", by_hand("一站式服务未落实", "2025-09-30")).await.expect(201);
        assert_eq!((&made["indicator_id"], &made["figures"], &made["red"]), (&Value::Null, &Value::Null, &json!(false)));
        let other = app.post("/problems", json!({"title": "别的单位的", "source": "other", "unit": "省商务厅", "due_on": "2025-09-30"})).await.expect(201);
        let one = format!("/problems/{}", id(&made));
        app.post(&format!("{one}/assignment"), json!({"support_units": ["省统计局"]})).await.expect(200);
        let reporter = app.new_key("reporter", Some("省发展改革委")).await;
        let supports = app.new_key("unit", Some("省统计局")).await;
        let foreign = app.new_key("unit", Some("省商务厅")).await;
        let reader = app.new_key("reader", None).await;

        assert_eq!(get_as(&app, &reporter, "/problems").await.expect(200)["items"].as_array().unwrap().len(), 1);
        assert_eq!(get_as(&app, &supports, "/problems").await.expect(200)["items"][0]["id"], made["id"]);
        assert_eq!(get_as(&app, &foreign, "/problems").await.expect(200)["items"][0]["id"], other["id"]);
        get_as(&app, &foreign, "/problems?unit=%E7%9C%81%E5%8F%91%E5%B1%95%E6%94%B9%E9%9D%A9%E5%A7%94").await.problem(403, "forbidden", "");
        get_as(&app, &foreign, &one).await.problem(404, "not_found", "");

        let measure = json!({"text": "开通专窗，电话13800001111", "person": "李四", "phone": "13812345678", "cause": "人手不足"});
        let progress = json!({"text": "专窗已开", "person": "李四"});
        let application = json!({"person": "李四", "evidence": "照片2张"});
        for (key, status) in [(&foreign, 404), (&supports, 404), (&reader, 403)] {
            for (step, body) in [("measures", &measure), ("progress", &progress), ("application", &application)] {
                let answer = post_as(&app, key, &format!("{one}/{step}"), body.clone()).await;
                assert_eq!(answer.status.as_u16(), status, "{step}");
            }
        }
        post_as(&app, &reporter, &format!("{one}/measures"), measure).await.expect(200);
        post_as(&app, &reporter, &format!("{one}/progress"), progress).await.expect(200);
        let applied = post_as(&app, &reporter, &format!("{one}/application"), application).await.expect(200);
        assert_eq!((&applied["phone"], &applied["evidence"]), (&json!("13812345678"), &json!("照片2张")));

        // Neither its own key nor a coordinator of its own takes it off the ledger.
        let own = app.new_key("coordinator", Some("省发展改革委")).await;
        for key in [&reporter, &own, &supports, &foreign] {
            for (step, body) in [("closure", json!({"person": "赵六"})), ("return", json!({"person": "赵六", "reason": "无"}))] {
                post_as(&app, key, &format!("{one}/{step}"), body).await.problem(403, "forbidden", "");
            }
        }
        for (step, body) in [("assignment", json!({})), ("reopening", json!({"person": "赵六", "reason": "无", "due_on": "2025-12-01"})), ("withdrawal", json!({"person": "赵六", "reason": "无"}))] {
            post_as(&app, &reporter, &format!("{one}/{step}"), body).await.problem(403, "forbidden", "");
        }
        post_as(&app, &reporter, "/problems", by_hand("自己登记", "2025-09-30")).await.problem(403, "forbidden", "");

        // What the unit says is for it and the office.
        for key in [&reader, &supports] {
            let seen = String::from_utf8(get_as(&app, key, &one).await.bytes).unwrap();
            for kept in ["开通专窗", "13800001111", "13812345678", "人手不足", "专窗已开", "照片2张"] {
                assert!(!seen.contains(kept), "{kept}: {seen}");
            }
            let listed = String::from_utf8(get_as(&app, key, "/problems").await.bytes).unwrap();
            assert!(listed.contains("一站式服务未落实") && !listed.contains("开通专窗") && !listed.contains("13812345678"), "{listed}");
        }
        get_as(&app, &reader, "/problems.xlsx").await.problem(403, "forbidden", "");
        let book = rows(&get_as(&app, &supports, "/problems.xlsx").await.bytes);
        assert_eq!((book[3][1].as_str(), book[3][9].as_str(), book[3][10].as_str()), ("一站式服务未落实", "", ""));
        let book = rows(&get_as(&app, &reporter, "/problems.xlsx").await.bytes);
        assert_eq!((book[3][8].as_str(), book[3][9].as_str(), book[3][10].as_str()), ("人手不足", "开通专窗，电话13800001111", "李四\n13812345678"));

        // Who did what is written down, and those who follow changes are told.
        app.post(&format!("{one}/closure"), json!({"person": "赵六"})).await.expect(200);
        let entries = items(&app, "/audit-events?limit=500").await;
        let entry = entries.iter().find(|entry| entry["path"] == format!("/api/v1{one}/closure") && entry["status"] == 200).unwrap();
        assert_eq!(entry["subject"], format!("problem {}", id(&made)));
        settle(&app).await;
        let changed = app.get("/changes?kind=problem").await.expect(200);
        let told = changed["items"].as_array().unwrap().iter().find(|one| one["id"] == made["id"]).unwrap().clone();
        assert_eq!((&told["kind"], &told["data"]["state"], &told["data"]["phone"]), (&json!("problem"), &json!("closed"), &json!("13812345678")));
        let read = get_as(&app, &reader, "/changes?kind=problem").await.expect(200).to_string();
        assert!(read.contains("一站式服务未落实") && !read.contains("开通专窗") && !read.contains("13812345678"), "{read}");
    }

    async fn what_is_red_and_what_is_overdue_comes_first_page_by_page(app: TestApp) {
        let episode = behind(&app).await;
        at(&app, "2025-08-22");
        for (title, due_on) in [("时限尚早", "2025-12-31"), ("不久到期", "2025-09-20"), ("已逾期", "2025-09-01"), ("已销号", "2025-08-25")] {
            app.post("/problems", by_hand(title, due_on)).await.expect(201);
        }
        let mut body = by_hand("逾期最久", "2025-08-01");
        body["found_on"] = json!("2025-07-01");
        body["level"] = json!("county");
        body["detail"] = json!("台账编号A%_1");
        app.post("/problems", body).await.expect(201);
        app.post("/problems", json!({"episode": episode["id"], "title": "红色", "due_on": "2025-12-01"})).await.expect(201);
        let all = items(&app, "/problems").await;
        let closed = all.iter().find(|one| one["title"] == "已销号").unwrap();
        applied(&app, &id(closed)).await;
        app.post(&format!("/problems/{}/closure", id(closed)), json!({"person": "赵六"})).await.expect(200);

        at(&app, "2025-09-10");
        let order = ["红色", "逾期最久", "已逾期", "不久到期", "时限尚早", "已销号"];
        let all = items(&app, "/problems").await;
        assert_eq!(titles(&all), order);
        let late: Vec<_> = all.iter().map(|one| one["days_overdue"].as_i64().unwrap()).collect();
        assert_eq!(late, [0, 40, 9, 0, 0, 0], "what is closed is not overdue");
        let (mut paged, mut next) = (Vec::new(), String::new());
        loop {
            let page = app.get(&format!("/problems?limit=2{next}")).await.expect(200);
            paged.extend(page["items"].as_array().unwrap().clone());
            match page["next_cursor"].as_str() {
                Some(cursor) => next = format!("&cursor={cursor}"),
                None => break,
            }
        }
        assert_eq!(paged, all);
        for (query, want) in [
            ("overdue=true", &["逾期最久", "已逾期"][..]),
            ("overdue=false", &["红色", "不久到期", "时限尚早", "已销号"]),
            ("state=closed,applied", &["已销号"]),
            ("level=county", &["逾期最久"]),
            ("source=warning", &["红色"]),
            ("q=%E9%80%BE%E6%9C%9F", &["逾期最久", "已逾期"]),
            ("q=a%25_", &["逾期最久"]),
            ("q=%25", &["逾期最久"]),
            ("campaign=%E5%86%85%E9%9C%80%E6%94%BB%E5%9D%9A", &["红色"]),
            ("updated_after=2025-08-23T00:00:00Z", &[]),
            ("as_of=2025-08-22&overdue=true", &["逾期最久"]),
        ] {
            assert_eq!(titles(&items(&app, &format!("/problems?{query}")).await), want, "{query}");
        }
        let indicator = episode["indicator_id"].as_str().unwrap();
        assert_eq!(titles(&items(&app, &format!("/problems?indicator={indicator}")).await), ["红色"]);
        assert_eq!(titles(&items(&app, &format!("/problems?episode={}", id(&episode))).await), ["红色"]);
        for (query, parameter) in [("state=done", "state"), ("level=city", "level"), ("source=x", "source"), ("overdue=yes", "overdue"), ("cursor=zzz", "cursor"), ("limit=0", "limit"), ("fields=colour", "fields"), ("as_of=0", "as_of"), ("colour=red", "colour"), ("updated_after=2025-01-01T00:00:00Z&as_of=2025-09-01", "updated_after")] {
            app.get(&format!("/problems?{query}")).await.problem(400, "malformed_query", parameter);
        }
        let table = app.send(app.request(Method::GET, "/problems?fields=title,state,due_on").insert_header((header::ACCEPT, "text/csv"))).await;
        assert_eq!(table.header("content-type"), "text/csv; charset=utf-8");
        assert!(String::from_utf8(table.bytes).unwrap().starts_with("\u{feff}title,due_on,state\r\n红色,2025-12-01,open\r\n"));
    }

    async fn the_ledger_is_a_workbook_with_the_columns_of_an_office(app: TestApp) {
        let episode = behind(&app).await;
        let made = app.post("/problems", json!({"episode": episode["id"], "due_on": "2025-09-01"})).await.expect(201);
        let path = |step: &str| format!("/problems/{}/{step}", id(&made));
        app.post(&path("assignment"), json!({})).await.expect(200);
        app.post(&path("measures"), json!({"text": "=每周调度", "person": "李四", "phone": "0731-82210000", "cause": "用地批复迟"})).await.expect(200);
        app.post(&path("progress"), json!({"text": "12个项目已开工", "person": "李四"})).await.expect(200);
        app.post("/problems", by_hand("一站式服务未落实", "2025-12-31")).await.expect(201);
        let done = app.post("/problems", by_hand("已办", "2025-12-31")).await.expect(201);
        applied(&app, &id(&done)).await;
        app.post(&format!("/problems/{}/closure", id(&done)), json!({"person": "赵六"})).await.expect(200);
        at(&app, "2025-09-04");
        let answer = app.get("/problems.xlsx").await;
        assert_eq!(answer.status, 200);
        assert!(answer.header("content-disposition").starts_with("attachment"));
        if let Ok(folder) = std::env::var("KEEP_SHEETS") {
            std::fs::write(format!("{folder}/problems.xlsx"), &answer.bytes).unwrap();
        }
        let book = rows(&answer.bytes);
        assert_eq!(book[0][0], "问题台账");
        assert_eq!(book[1][0], "截至2025年9月4日，共2个问题，其中红色1个、逾期1个；红色的和逾期的在前。");
        assert_eq!(book[2], ["序号", "问题", "来源", "层级", "牵头单位", "目标", "实际", "差距", "原因", "措施", "责任人及电话", "时限", "进展", "状态", "重复次数"]);
        assert_eq!(book.len(), 5, "what is closed is off the ledger: {book:?}");
        let figures = app.get(&format!("/problems/{}", id(&made))).await.expect(200)["figures"].clone();
        let gap = format!("{}（严重滞后）", figures["gap"].as_str().unwrap());
        assert_eq!(
            book[3],
            ["1", "投资（湖南省）严重滞后", "预警", "省级", "省发展改革委", "增长5%以上", figures["actual"].as_str().unwrap(), &gap, "用地批复迟", "=每周调度", "李四\n0731-82210000", "2025年9月1日", "8月21日：12个项目已开工", "整改中\n逾期3天", "0"]
        );
        assert_eq!(book[4], ["2", "一站式服务未落实", "督导", "省级", "省发展改革委", "", "", "", "", "", "", "2025年12月31日", "", "待交办", "0"]);
        let closed = rows(&app.get("/problems.xlsx?state=closed").await.bytes);
        assert_eq!((closed.len(), closed[3][1].as_str(), closed[3][13].as_str()), (4, "已办", "已销号"));
        let past = rows(&app.get("/problems.xlsx?as_of=2025-08-21&overdue=true").await.bytes);
        assert!(past[1][0].starts_with("截至2025年8月21日，共0个问题"), "{past:?}");
        for name in ["limit=1", "cursor=x", "fields=id"] {
            app.get(&format!("/problems.xlsx?{name}")).await.problem(400, "malformed_query", name.split('=').next().unwrap());
        }
    }

    async fn what_makes_no_problem_is_refused_and_writes_nothing(app: TestApp) {
        let episode = behind(&app).await;
        let nobody = crate::api::http::access::NOBODY;
        let good = || by_hand("一站式服务未落实", "2025-09-30");
        for (field, value, pointer) in [
            ("title", json!(null), "/title"),
            ("title", json!(" "), "/title"),
            ("title", json!("长".repeat(201)), "/title"),
            ("detail", json!("长".repeat(2_001)), "/detail"),
            ("source", json!(null), "/source"),
            ("source", json!("rumour"), "/source"),
            ("level", json!("city"), "/level"),
            ("unit", json!(null), "/unit"),
            ("unit", json!("没有的单位"), "/unit"),
            ("support_units", json!(["省统计局", "省统计局"]), "/support_units/1"),
            ("support_units", json!(["省发展改革委"]), "/support_units/0"),
            ("support_units", json!(["没有"]), "/support_units/0"),
            ("campaign", json!("没有的行动"), "/campaign"),
            ("task", json!("没有的任务"), "/task"),
            ("indicator", json!(nobody), "/indicator"),
            ("indicator", json!("x"), "/indicator"),
            ("episode", json!(nobody), "/episode"),
            ("found_on", json!("2025-08-22"), "/found_on"),
            ("due_on", json!(null), "/due_on"),
            ("due_on", json!("2025-08-20"), "/due_on"),
            ("due_on", json!("2025-02-30"), "/due_on"),
            ("person", json!("长".repeat(31)), "/person"),
            ("colour", json!("red"), "/colour"),
        ] {
            let mut body = good();
            body[field] = value.clone();
            app.post("/problems", body).await.problem(422, "invalid", pointer);
        }
        app.post("/problems", json!({"episode": episode["id"], "indicator": episode["indicator_id"]})).await.problem(422, "invalid", "/indicator");
        app.post("/problems", json!({"episode": episode["id"], "campaign": "内需攻坚"})).await.problem(422, "invalid", "/campaign");
        assert!(items(&app, "/problems").await.is_empty());
        let of_indicator = app.post("/problems", json!({"title": "进度数据存疑", "source": "audit", "indicator": episode["indicator_id"], "due_on": "2025-09-30"})).await.expect(201);
        assert_eq!((&of_indicator["unit"], &of_indicator["campaign"], &of_indicator["figures"]["target"]), (&json!("省发展改革委"), &json!("内需攻坚"), &json!("增长5%以上")));

        for path in ["x", "%00", "00000000-0000-0000-0000-000000000000", nobody] {
            app.get(&format!("/problems/{path}")).await.problem(404, "not_found", "");
        }
        for (step, body) in [("assignment", json!({})), ("measures", json!({"text": "a", "person": "b"})), ("closure", json!({"person": "b"})), ("reopening", json!({"person": "b", "reason": "c", "due_on": "2025-12-01"}))] {
            app.post(&format!("/problems/{nobody}/{step}"), body).await.problem(404, "not_found", "");
        }

        // A unit that is over is given no problem, and one that has a problem is not over.
        let made = app.post("/problems", good()).await.expect(201);
        unit(&app, "旧单位", None, &[]).await;
        app.post("/units", json!({"name": "新单位", "region": "430600"})).await.expect(201);
        let old = items(&app, "/units?name_contains=%E6%97%A7%E5%8D%95%E4%BD%8D").await[0].clone();
        app.post(&format!("/problems/{}/assignment", id(&made)), json!({"unit": "旧单位", "due_on": "2025-08-20"})).await.problem(422, "invalid", "/due_on");
        app.post(&format!("/problems/{}/assignment", id(&made)), json!({"unit": "旧单位"})).await.expect(200);
        app.post(&format!("/units/{}/retirement", id(&old)), json!({"reason": "撤销"})).await.problem(422, "invalid", "/id");
        app.post(&format!("/problems/{}/assignment", id(&made)), json!({"unit": "新单位"})).await.expect(200);
        app.post(&format!("/units/{}/retirement", id(&old)), json!({"reason": "撤销"})).await.expect(200);
        app.post(&format!("/problems/{}/assignment", id(&made)), json!({"unit": "旧单位"})).await.problem(422, "invalid", "/unit");
        let mut body = good();
        body["unit"] = json!("旧单位");
        app.post("/problems", body).await.problem(422, "invalid", "/unit");
        let mut body = good();
        body["unit"] = json!("新单位");
        assert_eq!(app.post("/problems", body).await.expect(201)["level"], "municipal", "that of its region");
    }

    async fn edits_name_what_they_saw_and_a_repeat_is_done_once(app: TestApp) {
        behind(&app).await;
        let ask = || app.request(Method::POST, "/problems").insert_header(("Idempotency-Key", "once")).set_json(by_hand("一站式服务未落实", "2025-09-30"));
        let made = app.send(ask()).await.expect(201);
        assert_eq!(app.send(ask()).await.header("idempotency-replayed"), "true");
        assert_eq!(items(&app, "/problems").await.len(), 1);
        let one = format!("/problems/{}", id(&made));
        let tag = app.get(&one).await.header("etag");
        assert_eq!(app.get("/problems").await.expect(200)["etags"][0], tag);
        app.send(app.request(Method::PATCH, &one).set_json(json!({"due_on": "2025-10-31"}))).await.problem(428, "precondition_required", "");
        // The same again is no change.
        assert_eq!(app.patch(&one, json!({"due_on": "2025-09-30"})).await.expect(200), made);
        let changed = app.patch(&one, json!({"due_on": "2025-10-31", "detail": "两处", "reason": "顺延"})).await.expect(200);
        assert_eq!((&changed["due_on"], &changed["detail"], &changed["entries"][1]["kind"], &changed["entries"][1]["text"]), (&json!("2025-10-31"), &json!("两处"), &json!("changed"), &json!("顺延")));
        app.send(app.request(Method::PATCH, &one).insert_header((header::IF_MATCH, tag)).set_json(json!({"title": "别的"}))).await.problem(412, "precondition_failed", "");
        app.patch(&one, json!({"state": "closed"})).await.problem(422, "invalid", "/state");
        app.patch(&one, json!({"title": null})).await.problem(422, "invalid", "/title");
        applied(&app, &id(&made)).await;
        app.post(&format!("{one}/closure"), json!({"person": "赵六"})).await.expect(200);
        app.patch(&one, json!({"title": "别的"})).await.problem(409, "conflict", "/state");
    }

    async fn problems_go_over_with_their_unit_when_it_is_merged(app: TestApp) {
        behind(&app).await;
        unit(&app, "省粮食局", None, &[]).await;
        unit(&app, "省商务厅", None, &[]).await;
        let mut body = by_hand("仓容不足", "2025-09-30");
        (body["unit"], body["support_units"]) = (json!("省粮食局"), json!(["省商务厅"]));
        let led = app.post("/problems", body).await.expect(201);
        let mut body = by_hand("统计口径", "2025-09-30");
        body["support_units"] = json!(["省粮食局", "省商务厅"]);
        let supported = app.post("/problems", body).await.expect(201);
        let from = led["unit_id"].as_str().unwrap();
        app.post(&format!("/units/{from}/merger"), json!({"into": "省商务厅", "reason": "机构改革"})).await.expect(200);
        let led = app.get(&format!("/problems/{}", id(&led))).await.expect(200);
        assert_eq!((&led["unit"], &led["support_units"]), (&json!("省商务厅"), &json!([])));
        let supported = app.get(&format!("/problems/{}", id(&supported))).await.expect(200);
        assert_eq!(supported["support_units"].as_array().unwrap().len(), 1);
        let key = app.new_key("unit", Some("省商务厅")).await;
        assert_eq!(get_as(&app, &key, "/problems").await.expect(200)["items"].as_array().unwrap().len(), 2);
    }
}
