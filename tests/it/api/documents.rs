//! A plan and a report as they lie on the desk: read, looked at, adopted, handed in again with three sentences changed.

use actix_web::http::{Method, header};
use serde_json::{Value, json};

use crate::support::app::Answer;
use crate::support::{TestApp, both};

const PLAN: &str = "岳阳市2025年稳增长若干措施

岳阳市人民政府　2025年3月2日

一、稳工业增长。全年规模工业增加值增长7.5%，新增规模工业企业12家。（牵头单位：市工信局；责任单位：市统计局、市财政局）

二、扩有效投资。固定资产投资增长5%以上，争取中央预算内投资2.6亿元。（牵头单位：市发改委；责任单位：市财政局）

三、促消费升级。举办促消费活动30场，社会消费品零售总额增长6%。（责任单位：市商务局）

四、优营商环境。政务服务事项网办率达95%以上。（牵头单位：市行政审批局，配合单位：市市场监管局）
";

const REPORT: &str = "岳阳市重点工作月报
第8期
岳阳市稳增长工作专班办公室　2025年8月20日

1—7月，全市规模工业增加值增长8.2%，高于全省平均0.7个百分点；社会消费品零售总额增长5.9%。固定资产投资同比下降2.4%。神秘指数达到12点。
";

async fn hand_in(app: &TestApp, query: &str, bytes: &[u8]) -> Answer {
    let request = app.request(Method::POST, &format!("/documents?{query}"));
    let request = request.insert_header((header::CONTENT_TYPE, "application/octet-stream"));
    app.send(request.set_payload(bytes.to_vec())).await
}

/// Hands in a text and gives its address.
async fn handed_in(app: &TestApp, name: &str, text: &str) -> String {
    let made = hand_in(app, &format!("file_name={name}&region=430600"), text.as_bytes()).await.expect(201);
    format!("/documents/{}", made["id"].as_str().unwrap())
}

fn outcomes(proposal: &Value, part: &str) -> Vec<String> {
    let items = proposal["plan"].as_array().unwrap().iter().filter(|item| item["part"] == part);
    items
        .map(|item| format!("{} {}", item["name"].as_str().unwrap(), item["outcome"].as_str().unwrap()))
        .collect()
}

async fn targets(app: &TestApp) -> Vec<String> {
    let all = app.get("/indicators?region=430600&limit=500").await.expect(200);
    let phrase = |one: &Value| one["target"]["phrase"].as_str().unwrap().to_owned();
    let mut all: Vec<String> = all["items"].as_array().unwrap().iter().map(phrase).collect();
    all.sort();
    all
}

both! {
    async fn a_plan_is_adopted_and_its_revision_shows_the_difference(app: TestApp) {
        let first = handed_in(&app, "a.txt", PLAN).await;
        let proposal = app.get(&first).await.expect(200);
        assert_eq!((&proposal["document"]["kind"], &proposal["document"]["adopted_at"]), (&json!("plan"), &Value::Null));
        assert_eq!(proposal["campaign"]["starts_on"], "2025-01-01", "{proposal:#}");
        assert!(outcomes(&proposal, "task").contains(&"稳工业增长 created".to_owned()), "{proposal:#}");
        assert!(outcomes(&proposal, "unit").contains(&"市工信局 created".to_owned()), "{proposal:#}");
        let growth = proposal["plan"].as_array().unwrap().iter().find(|item| item["part"] == "indicator" && item["target"]["value"] == "7.5").unwrap();
        assert!(growth["phrase"].as_str().unwrap().contains("增长7.5%") && growth["spot"]["words"].as_str().unwrap().starts_with('第'), "{growth:#}");
        assert!(targets(&app).await.is_empty(), "what is proposed does not count");
        let trial = app.post(&format!("{first}/adopt"), json!({"dry_run": true, "letter_mark": "岳攻坚函"})).await.expect(200);
        assert_eq!((&trial["written"], &trial["refused"]), (&json!(false), &json!(0)), "{trial:#}");
        assert!(targets(&app).await.is_empty());
        app.post(&format!("{first}/adopt"), json!({})).await.problem(422, "invalid", "/letter_mark");
        let done = app.post(&format!("{first}/adopt"), json!({"letter_mark": "岳攻坚函"})).await.expect(200);
        assert_eq!(done["written"], true);
        assert!(done["document"]["adopted_at"].is_string());
        let before = targets(&app).await;
        assert_eq!(before.len(), 7, "{before:?}");
        // Once more it changes nothing.
        let again = app.post(&format!("{first}/adopt"), json!({})).await.expect(200);
        assert_eq!((&again["created"], &again["updated"]), (&json!(0), &json!(0)), "{again:#}");
        assert_eq!((targets(&app).await, &again["document"]["adopted_at"]), (before.clone(), &done["document"]["adopted_at"]));

        // Three sentences are changed: a target, a unit, one that is gone.
        let revised = PLAN
            .replace("增长7.5%", "增长8%")
            .replace("（责任单位：市商务局）", "（牵头单位：市商务局；责任单位：市文旅局）")
            .replace("，争取中央预算内投资2.6亿元", "");
        let second = handed_in(&app, "b.txt", &revised).await;
        let proposal = app.get(&second).await.expect(200);
        let changed: Vec<_> = proposal["plan"].as_array().unwrap().iter()
            .filter(|item| item["outcome"] != "unchanged")
            .map(|item| (item["part"].as_str().unwrap(), item["outcome"].as_str().unwrap(), item["stored"].as_str().unwrap_or_default().to_owned()))
            .collect();
        assert!(changed.iter().any(|(part, outcome, stored)| (*part, *outcome) == ("indicator", "updated") && stored.contains("增长7.5%")), "{changed:#?}");
        assert!(changed.iter().any(|(part, outcome, stored)| (*part, *outcome) == ("task", "updated") && stored.contains("市商务局")), "{changed:#?}");
        assert!(changed.iter().any(|(part, outcome, stored)| (*part, *outcome) == ("indicator", "missing") && stored.contains("2.6亿元")), "{changed:#?}");
        assert!(changed.iter().any(|(part, outcome, _)| (*part, *outcome) == ("unit", "created")), "{changed:#?}");
        assert_eq!(changed.len(), 4, "{changed:#?}");
        assert_eq!(targets(&app).await, before);
        app.post(&format!("{second}/adopt"), json!({"reason": "修订"})).await.expect(200);
        let after = targets(&app).await;
        assert!(after.iter().any(|phrase| phrase.contains("增长8%")) && !after.iter().any(|phrase| phrase.contains("7.5%")), "{after:?}");
        assert_eq!(after.len(), 7, "what the revision leaves out stays until somebody retires it");
        assert_eq!(app.get("/campaigns?region=430600").await.expect(200)["items"].as_array().unwrap().len(), 1);
    }

    async fn a_report_is_adopted_with_its_sentences_as_sources(app: TestApp) {
        for (name, unit) in [("规模工业增加值", "亿元"), ("社会消费品零售总额", "亿元"), ("固定资产投资", "亿元")] {
            app.post("/measures", json!({"name": name, "unit": unit, "basis": "cumulative", "better": "higher", "frequency": "monthly"})).await.expect(201);
        }
        let address = handed_in(&app, "c.txt", REPORT).await;
        let proposal = app.get(&address).await.expect(200);
        assert_eq!(proposal["document"]["kind"], "report");
        let told = |outcome: &str| proposal["figures"].as_array().unwrap().iter().filter(|item| item["outcome"] == outcome).count();
        assert_eq!((told("created"), told("noted"), told("unmatched")), (3, 1, 1), "{proposal:#}");
        let falls = proposal["figures"].as_array().unwrap().iter().find(|item| item["indicator"] == "固定资产投资").unwrap();
        assert_eq!((&falls["value"], &falls["figure"]), (&json!("-2.4"), &json!("yoy")));
        let done = app.post(&format!("{address}/adopt"), json!({"leave_out": [falls["key"]]})).await.expect(200);
        assert_eq!((&done["written"], &done["created"]), (&json!(true), &json!(2)), "{done:#}");
        let facts = app.get("/observations?region=430600").await.expect(200);
        let facts = facts["items"].as_array().unwrap();
        assert_eq!(facts.len(), 2);
        for fact in facts {
            let source = fact["source"].as_str().unwrap();
            assert!(source.contains("月报") && source.contains("增长"), "{source}");
            assert_eq!((&fact["period"], &fact["published_on"]), (&json!({"start": "2025-01-01", "end": "2025-07-31"}), &json!("2025-08-20")));
        }
        let again = app.get(&address).await.expect(200);
        assert_eq!((&again["created"], &again["unchanged"]), (&json!(1), &json!(2)), "{again:#}");
        // What is stored otherwise stands beside it.
        let other = handed_in(&app, "d.txt", &REPORT.replace("增长5.9%", "增长5.7%")).await;
        let proposal = app.get(&other).await.expect(200);
        let differs = proposal["figures"].as_array().unwrap().iter().find(|item| item["outcome"] == "updated").unwrap();
        assert_eq!((&differs["value"], &differs["stored"]["value"]), (&json!("5.7"), &json!("5.9")));
    }

    async fn documents_are_listed_kept_and_retired(app: TestApp) {
        let plan = handed_in(&app, "a.txt", PLAN).await;
        handed_in(&app, "c.txt", REPORT).await;
        let all = app.get("/documents").await.expect(200);
        let names: Vec<_> = all["items"].as_array().unwrap().iter().map(|one| one["file_name"].clone()).collect();
        assert_eq!(names, ["c.txt", "a.txt"], "the latest first");
        assert_eq!(app.get("/documents?kind=plan").await.expect(200)["items"].as_array().unwrap().len(), 1);
        assert_eq!(app.get("/documents?adopted=true").await.expect(200)["items"], json!([]));
        let retired = app.post(&format!("{plan}/retirement"), json!({"reason": "送错了"})).await.expect(200);
        assert_eq!(retired["retired_on"], "2025-08-27");
        assert_eq!(app.get("/documents").await.expect(200)["items"].as_array().unwrap().len(), 1);
        assert_eq!(app.get("/documents?retired=true").await.expect(200)["items"].as_array().unwrap().len(), 2);
        app.post(&format!("{plan}/adopt"), json!({})).await.problem(409, "conflict", "");
        app.post(&format!("{plan}/retirement"), json!({"reason": "再来"})).await.problem(409, "conflict", "");
        assert!(targets(&app).await.is_empty());
        // After three years the file is let go when another comes in; what is known of it stays.
        let report = app.get("/documents").await.expect(200)["items"][0]["id"].as_str().unwrap().to_owned();
        app.clock.set("2028-09-01T01:00:00Z".parse().unwrap());
        handed_in(&app, "e.txt", REPORT).await;
        app.get(&format!("/documents/{report}")).await.problem(409, "conflict", "");
        assert_eq!(app.get("/documents").await.expect(200)["items"].as_array().unwrap().len(), 2);
    }

    async fn what_cannot_be_read_is_refused_and_who_may_is_asked(app: TestApp) {
        let large = vec![b'1'; 21 * 1024 * 1024];
        let macros = [b"PK\x03\x04".as_slice(), b"word/vbaProject.bin"].concat();
        let mut old = vec![0xd0, 0xcf, 0x11, 0xe0];
        old.extend("WordDocument".encode_utf16().flat_map(u16::to_le_bytes));
        for (bytes, status, code, said) in [
            (b"".as_slice(), 422, "invalid", "没有内容"),
            (&large, 413, "too_large", "20MB"),
            (&macros, 422, "invalid", "宏"),
            (&old, 422, "invalid", "另存为.docx"),
            (b"\x89PNG\r\n\x1a\n....", 422, "invalid", "扫描件"),
            (b"PK\x03\x04 broken", 422, "invalid", "损坏"),
            ("早上好。\n今天下雨。".as_bytes(), 422, "invalid", "不像是方案"),
        ] {
            let answer = hand_in(&app, "file_name=a.docx&region=430600", bytes).await;
            answer.problem(status, code, "");
            let text = String::from_utf8_lossy(&answer.bytes).into_owned();
            assert!(text.contains(said), "{said} not in {text}");
        }
        assert_eq!(app.get("/documents").await.expect(200)["items"], json!([]), "nothing half-written");
        hand_in(&app, "file_name=a.txt", PLAN.as_bytes()).await.problem(400, "malformed_query", "region");
        hand_in(&app, "region=430600", PLAN.as_bytes()).await.problem(400, "malformed_query", "file_name");
        hand_in(&app, "file_name=a.txt&region=999999", PLAN.as_bytes()).await.problem(400, "malformed_query", "region");
        let address = handed_in(&app, "a.txt", PLAN).await;
        app.post(&format!("{address}/adopt"), json!({"campaign": "没有"})).await.problem(422, "invalid", "/campaign");
        app.post(&format!("{address}/adopt"), json!({"colour": 1})).await.problem(422, "invalid", "/colour");
        // Without leave to make them, units and measures that nobody knows are in the way of all of it.
        let refused = app.post(&format!("{address}/adopt"), json!({"new_names": false, "letter_mark": "岳攻坚函"})).await;
        refused.problem(422, "invalid", "");
        assert!(String::from_utf8_lossy(&refused.bytes).contains("市工信局"));
        assert!(targets(&app).await.is_empty());
        let key = app.new_key("reader", None).await;
        // Papers may speak of persons: they are the office's.
        app.send(app.request_as(&key, Method::GET, "/documents")).await.problem(403, "forbidden", "");
        let post = app.request_as(&key, Method::POST, "/documents?file_name=a.txt&region=430600").set_payload(PLAN);
        app.send(post).await.problem(403, "forbidden", "");
        // The same call under one key is done once.
        let once = || {
            let request = app.request(Method::POST, "/documents?file_name=z.txt&region=430600");
            request.insert_header((header::CONTENT_TYPE, "text/plain")).insert_header(("idempotency-key", "z")).set_payload(PLAN)
        };
        let (first, second) = (app.send(once()).await, app.send(once()).await);
        assert_eq!(second.header("idempotency-replayed"), "true");
        assert_eq!(first.expect(201), second.expect(201));
    }
}
