//! The monthly report: its sentences name their facts, say what these say, and change with them alone.

use std::collections::{BTreeMap, BTreeSet};

use actix_web::http::Method;
use serde_json::{Value, json};

use crate::policy::{at, report, run, sample};
use crate::support::{TestApp, both};

/// Sentences by what they are about and in which section: text, facts.
type Sentences = BTreeMap<(String, String), (String, Vec<String>)>;

fn sentences(report: &Value) -> Sentences {
    let mut all = Sentences::new();
    for section in report["sections"].as_array().unwrap() {
        for group in section["groups"].as_array().unwrap() {
            for sentence in group["sentences"].as_array().unwrap() {
                let text = |field: &str| sentence[field].as_str().unwrap().to_owned();
                let facts = sentence["facts"].as_array().unwrap().iter();
                let facts = facts.map(|id| id.as_str().unwrap().to_owned()).collect();
                let key = (section["name"].as_str().unwrap().to_owned(), text("key"));
                assert!(all.insert(key, (text("text"), facts)).is_none(), "{sentence}");
            }
        }
    }
    all
}

fn said(sentences: &Sentences, part: &str) -> String {
    let texts = sentences.values().map(|(text, _)| text.as_str());
    texts.filter(|text| text.contains(part)).collect::<Vec<_>>().join("\n")
}

/// Runs of digits, with their decimal point.
fn numbers(text: &str) -> Vec<String> {
    let split = text.split(|c: char| !(c.is_ascii_digit() || c == '.'));
    split.filter(|run| !run.is_empty()).map(|run| run.trim_end_matches('.').to_owned()).collect()
}

async fn fact(app: &TestApp, item: Value) {
    let mut whole = json!({"source": "统计月报", "figure": "yoy", "region": "430000", "published_on": "2025-08-20",
        "period": {"start": "2025-01-01", "end": "2025-07-31"}});
    whole.as_object_mut().unwrap().extend(item.as_object().unwrap().clone());
    app.put("/observations", json!({"items": [whole]})).await.expect(200);
}

async fn read(app: &TestApp, campaign: &str) -> Value {
    app.get(&format!("/campaigns/{campaign}/report.json?month=2025-08")).await.expect(200)
}

both! {
    async fn one_fact_changes_its_sentences_and_no_other(app: TestApp) {
        let sample = sample(&app, &["投资", "消费", "出口"], json!({})).await;
        app.post("/measures", json!({"name": "装备制造业", "unit": "亿元", "basis": "cumulative", "better": "higher",
            "frequency": "monthly", "release_day": 20})).await.expect(201);
        report(&app, "投资", "2025-07-31", "2.9", "2025-08-20").await;
        report(&app, "消费", "2025-06-30", "6.0", "2025-07-20").await;
        report(&app, "消费", "2025-07-31", "6.2", "2025-08-20").await;
        fact(&app, json!({"measure": "投资", "region": "100000", "value": "1.6"})).await;
        fact(&app, json!({"measure": "装备制造业", "value": "12"})).await;
        run(&app, "2025-08-21").await;
        let whole = read(&app, &sample.campaign).await;
        assert_eq!((&whole["title"], &whole["issue"], &whole["as_of"]), (&json!("内需攻坚工作月报"), &json!(8), &json!("2025-08-21")));
        let before = sentences(&whole);
        let investment = said(&before, "全省投资");
        assert!(investment.contains("1—7月，全省投资同比增长2.9%，高于全国平均1.3个百分点，低于全年目标2.1个百分点。"), "{investment}");
        assert!(investment.contains("牵头单位为省发展改革委") && investment.contains("已发湘攻坚函〔2025〕"), "{investment}");
        assert!(said(&before, "全省消费").contains("比上半年加快0.2个百分点，高于全年目标1.2个百分点"), "{before:#?}");
        assert!(said(&before, "全省装备制造业").ends_with("1—7月，全省装备制造业同比增长12.0%。"), "what nobody promised is told, too");
        assert!(said(&before, "全省出口").contains("没有已公布的数值，本期不作评价"), "{before:#?}");
        // Every number stands among the facts, or in the arithmetic beside them.
        let mut known: BTreeMap<u64, String> = BTreeMap::new();
        for line in whole["sources"].as_array().unwrap() {
            let text = known.entry(line["sentence"].as_u64().unwrap()).or_default();
            for field in ["period", "value"] {
                *text += &format!(" {}", line[field].as_str().unwrap());
            }
            assert!(!line["source"].as_str().unwrap().is_empty(), "{line}");
        }
        let figures = whole["sections"][1]["groups"].as_array().unwrap();
        let sentences_of = |group: &Value| group["sentences"].as_array().unwrap().clone();
        for sentence in figures.iter().flat_map(sentences_of).filter(|one| one["key"] != "summary") {
            let worked: Vec<&str> = sentence["worked"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
            let known = format!("{} {}", known.get(&sentence["number"].as_u64().unwrap()).cloned().unwrap_or_default(), worked.join(" "));
            let known: Vec<f64> = numbers(&known).iter().filter_map(|number| number.parse().ok()).collect();
            for number in numbers(sentence["text"].as_str().unwrap()) {
                let number: f64 = number.parse().unwrap();
                let off_target = known.iter().any(|a| known.iter().any(|b| ((a - b).abs() - number).abs() < 1e-9));
                assert!(known.contains(&number) || off_target, "{number} of {sentence:#}");
            }
        }
        // The nation's figure is corrected: the one sentence that it stands behind changes.
        let id = whole["sources"].as_array().unwrap().iter().find(|line| line["value"] == "1.6%").unwrap()["fact"].as_str().unwrap();
        at(&app, "2025-08-22");
        fact(&app, json!({"measure": "投资", "region": "100000", "value": "1.7", "published_on": "2025-08-22"})).await;
        let after = sentences(&read(&app, &sample.campaign).await);
        assert_eq!(before.keys().collect::<Vec<_>>(), after.keys().collect::<Vec<_>>());
        let (mut changed, mut behind) = (0, 0);
        for (key, (text, facts)) in &before {
            let differs = *text != after[key].0;
            let rests = facts.iter().any(|fact| fact == id);
            assert_eq!(differs, rests, "{key:?}: {text} → {}", after[key].0);
            changed += usize::from(differs);
            behind += usize::from(rests);
        }
        assert_eq!((changed, behind), (1, 1));
        assert!(said(&after, "全省投资").contains("高于全国平均1.2个百分点"), "{after:#?}");
        // The day before it is still as it was.
        let then = app.get(&format!("/campaigns/{}/report.json?as_of=2025-08-21", sample.campaign)).await.expect(200);
        assert!(said(&sentences(&then), "全省投资").contains("高于全国平均1.3个百分点"));
    }

    async fn a_month_without_figures_says_so(app: TestApp) {
        let sample = sample(&app, &["投资"], json!({})).await;
        at(&app, "2025-02-10");
        let path = format!("/campaigns/{}/report", sample.campaign);
        let whole = app.get(&format!("{path}.json?month=2025-01")).await.expect(200);
        assert_eq!((&whole["as_of"], &whole["issue"]), (&json!("2025-01-31"), &json!(1)));
        let all = sentences(&whole);
        assert!(all.values().all(|(_, facts)| facts.is_empty()) && whole["sources"] == json!([]), "{whole:#}");
        assert!(said(&all, "全省投资").contains("没有已公布的数值"), "{all:#?}");
        assert!(!said(&all, "").contains('%'), "no figure is made up: {all:#?}");
        for name in ["工作部署", "特色亮点"] {
            let section = whole["sections"].as_array().unwrap().iter().find(|one| one["name"] == name).unwrap();
            assert_eq!(section["left"], "由综合协调组撰写");
        }
        for (form, kind) in [("docx", "wordprocessingml"), ("html", "text/html"), ("txt", "text/plain")] {
            let answer = app.get(&format!("{path}.{form}?month=2025-01")).await;
            assert_eq!(answer.status, 200, "{form}");
            assert!(answer.header("content-type").contains(kind), "{form}");
        }
        let html = app.get(&format!("{path}.html?month=2025-01")).await;
        assert!(!String::from_utf8(html.bytes).unwrap().contains("<script"));
        for wrong in ["month=2025-03", "month=2025-13", "as_of=2025-02-11", "month=2025-01&as_of=2025-02-01", "issue=0", "of=1"] {
            assert_eq!(app.get(&format!("{path}.json?{wrong}")).await.status, 400, "{wrong}");
        }
        let nobody = format!("/campaigns/{}/report.json", crate::api::http::access::NOBODY);
        assert_eq!(app.get(&nobody).await.status, 404);
    }

    async fn measures_of_accepted_replies_are_for_the_office(app: TestApp) {
        let sample = sample(&app, &["投资"], json!({})).await;
        report(&app, "投资", "2025-07-31", "1.0", "2025-08-20").await;
        run(&app, "2025-08-21").await;
        let letter = app.get("/letters").await.expect(200)["items"][0]["id"].as_str().unwrap().to_owned();
        app.post(&format!("/letters/{letter}/receipt"), json!({"person": "张三"})).await.expect(201);
        let reply = json!({"cause": "项目开工不足", "person": "李四", "phone": "0731-82210000",
            "remedies": [{"action": "逐项调度在建项目。", "due_on": "2025-09-30"}]});
        let reply = app.post(&format!("/letters/{letter}/replies"), reply).await.expect(201);
        let path = format!("/campaigns/{}/report.json", sample.campaign);
        let before = sentences(&app.get(&path).await.expect(200));
        assert!(said(&before, "逐项调度").is_empty(), "nobody has accepted it");
        let review = format!("/letters/{letter}/replies/{}/review", reply["id"].as_str().unwrap());
        app.post(&review, json!({"verdict": "accepted"})).await.expect(201);
        let whole = app.get(&path).await.expect(200);
        assert_eq!(said(&sentences(&whole), "逐项调度"), "逐项调度在建项目（2025年9月30日前完成）。", "{whole:#}");
        let reader = app.new_key("reader", None).await;
        let seen = app.send(app.request_as(&reader, Method::GET, &path)).await.expect(200);
        assert!(!seen.to_string().contains("逐项调度"), "{seen:#}");
    }

    async fn of_the_samples_figures_nine_in_ten_are_told(app: TestApp) {
        xushi::demo::load(&app.office).await.unwrap().unwrap();
        at(&app, "2025-08-27");
        let all = app.get("/campaigns?name_contains=%E4%B8%83%E5%A4%A7%E6%94%BB%E5%9D%9A").await.expect(200);
        let path = format!("/campaigns/{}/report", all["items"][0]["id"].as_str().unwrap());
        let whole = app.get(&format!("{path}.json")).await.expect(200);
        let told: BTreeSet<&str> = whole["sources"].as_array().unwrap().iter().filter_map(|line| line["fact"].as_str()).collect();
        let list = "/observations?region=430000&from=2025-07-31&to=2025-08-27&vintages=latest&limit=500";
        let figures = app.get(list).await.expect(200)["items"].as_array().unwrap().clone();
        let missing: Vec<&Value> = figures.iter().filter(|one| !told.contains(one["id"].as_str().unwrap())).collect();
        println!("{} of {} figures told", figures.len() - missing.len(), figures.len());
        assert!(figures.len() > 20 && missing.len() * 10 <= figures.len(), "{missing:#?}");
    }
}
