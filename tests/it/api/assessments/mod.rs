//! Assessments in force: beside the plan, not in it; judged when facts are put in; read by page and by day.

mod board;
pub(crate) mod preview;

use actix_web::http::{Method, header};
use diesel_async::SimpleAsyncConnection as _;
use serde_json::{Value, json};
use xushi::clock::Clock as _;
use xushi::evidence::Judging;
use xushi::office::assessments::{evaluate, reassess};
use xushi::store::rows::{AssessmentRow, AssessmentWrite, AssessmentWrites, Handover};
use xushi::store::types::Id;
use xushi::store::{Store, checkout};

use crate::support::database::repository;
use crate::support::{TestApp, both};

const NATION: &str = "100000";
const CITY: &str = "430600";

/// At this time of 27 August 2025 in the office.
fn at(app: &TestApp, time: &str) {
    app.clock.set(format!("2025-08-27T{time}+08:00").parse().unwrap());
}

async fn task(app: &TestApp) -> Value {
    app.post("/units", json!({"name": "综合协调组", "region": "430000"})).await.expect(201);
    let body = json!({"name": "内需攻坚", "region": "430000", "starts_on": "2025-01-01", "ends_on": "2025-12-31",
        "issuer_name": "综合协调组", "letter_mark": "湘攻坚函", "office_unit": "综合协调组"});
    app.post("/campaigns", body).await.expect(201);
    app.post("/tasks", json!({"campaign": "内需攻坚", "name": "稳增长"})).await.expect(201)["id"].clone()
}

async fn measure(app: &TestApp, name: &str) {
    let body = json!({"name": name, "unit": "亿元", "better": "higher", "basis": "cumulative", "frequency": "monthly"});
    app.post("/measures", body).await.expect(201);
}

async fn indicator(app: &TestApp, task: &Value, measure: &str, region: &str, target: Value) -> String {
    let body = json!({"task": task, "measure": measure, "region": region, "target": target});
    app.post("/indicators", body).await.expect(201)["id"].as_str().unwrap().to_owned()
}

fn growth(value: &str) -> Value {
    json!({"kind": "growth", "comparator": ">=", "value": value, "unit": "%"})
}

/// The rate of January to July.
async fn record(app: &TestApp, measure: &str, region: &str, value: &str) {
    let item = json!({"measure": measure, "region": region, "figure": "yoy", "value": value, "status": "final",
        "source": "月报", "period": {"start": "2025-01-01", "end": "2025-07-31"}, "published_on": "2025-08-20"});
    app.put("/observations", json!({"items": [item]})).await.expect(200);
}

/// The line of the board of one indicator.
async fn line(app: &TestApp, id: &str) -> Value {
    let board = app.get("/assessments?limit=500").await.expect(200);
    board["items"].as_array().unwrap().iter().find(|row| row["indicator_id"] == id).unwrap().clone()
}

async fn patch(app: &TestApp, path: &str, tag: &str, body: Value) -> u16 {
    let request = app.request(Method::PATCH, path).insert_header((header::IF_MATCH, tag));
    app.send(request.set_json(body)).await.status.as_u16()
}

async fn count(app: &TestApp, path: &str) -> usize {
    app.get(path).await.expect(200)["items"].as_array().unwrap().len()
}

both! {
    async fn an_evaluation_changes_nothing_of_the_plan(app: TestApp) {
        at(&app, "06:00:00");
        let task = task(&app).await;
        measure(&app, "社零").await;
        let id = indicator(&app, &task, "社零", CITY, growth("5")).await;
        record(&app, "社零", CITY, "1.8").await;
        let path = format!("/indicators/{id}");
        let before = app.get(&path).await;
        let tag = before.header("etag");
        at(&app, "06:30:00");
        assert_eq!(evaluate(&app.office, &xushi::office::Actor::job(), app.clock.today()).await.unwrap().changed, 1);
        let after = app.get(&path).await;
        assert_eq!(after.json()["updated_at"], before.json()["updated_at"]);
        assert_eq!((&before.json()["verdict"]["grade"], &after.json()["verdict"]["grade"]), (&json!("no_data"), &json!("critical")));
        let known = app.request(Method::GET, &path).insert_header((header::IF_NONE_MATCH, tag.as_str()));
        assert_eq!(app.send(known).await.status.as_u16(), 200, "a reader is shown the new verdict");
        // Opened before 06:30, edited after it.
        at(&app, "09:00:00");
        assert_eq!(patch(&app, &path, &tag, json!({"target": growth("4")})).await, 200);
        assert_eq!(patch(&app, &path, &tag, json!({"target": growth("3")})).await, 412, "that was an edit");
        assert_eq!(patch(&app, &path, &after.header("etag"), json!({"target": growth("3")})).await, 412);
        assert_eq!(patch(&app, &path, "*", json!({"target": growth("3")})).await, 200);
        app.send(app.request(Method::PATCH, &path).set_json(json!({"baseline": "1"}))).await.problem(428, "precondition_required", "");
        // A phone is told of verdicts by the board, of the plan by the indicators.
        let since = |list: &str, time: &str| format!("/{list}?updated_after=2025-08-27T{time}%2B08:00");
        assert_eq!((count(&app, &since("indicators", "06:15:00")).await, count(&app, &since("assessments", "06:15:00")).await), (1, 1));
        at(&app, "10:00:00");
        reassess(&app.office, &xushi::office::Actor::job()).await.unwrap();
        assert_eq!((count(&app, &since("indicators", "09:30:00")).await, count(&app, &since("assessments", "09:30:00")).await), (0, 1));
        assert_eq!(line(&app, &id).await["updated_at"], "2025-08-27T02:00:00Z");
        app.get("/assessments?as_of=2025-08-01&updated_after=2025-08-01T00:00:00Z").await.problem(400, "malformed_query", "updated_after");
    }

    async fn the_board_says_in_which_unit_its_numbers_are(app: TestApp) {
        let task = task(&app).await;
        measure(&app, "社会消费品零售总额").await;
        let id = indicator(&app, &task, "社会消费品零售总额", CITY, growth("5")).await;
        record(&app, "社会消费品零售总额", CITY, "1.8").await;
        evaluate(&app.office, &xushi::office::Actor::job(), app.clock.today()).await.unwrap();
        let row = line(&app, &id).await;
        let said = ["unit", "figure", "actual_unit", "actual", "expected", "gap", "rules_version", "as_of"].map(|name| row[name].clone());
        let want = [json!("亿元"), json!("yoy"), json!("%"), json!("1.8"), json!("5"), json!("-3.2"), json!(xushi::domain::RULES_VERSION), json!("2025-08-27")];
        assert_eq!((said, &row["doubts"], &row["updating"]), (want, &json!([]), &json!(false)));
        let verdict = app.get(&format!("/indicators/{id}/assessment")).await.expect(200);
        assert_eq!((&verdict["figure"], &verdict["actual_unit"]), (&json!("yoy"), &json!("%")));
        let recorded = app.get(&format!("/indicators/{id}/assessments?fields=id,actual,actual_unit")).await.expect(200);
        assert_eq!((&recorded["items"][0]["actual"], &recorded["items"][0]["actual_unit"], &recorded["items"][0]["gap"]), (&json!("1.8"), &json!("%"), &Value::Null));
        let short = app.get("/assessments?fields=indicator,actual,updating").await.expect(200);
        assert_eq!(short["items"][0], json!({"indicator": "社会消费品零售总额", "actual": "1.8", "updating": false}));
        app.get("/assessments?fields=colour").await.problem(400, "malformed_query", "fields");
    }

    async fn facts_are_judged_when_they_are_put_in(app: TestApp) {
        at(&app, "09:00:00");
        let task = task(&app).await;
        for name in ["社零", "外贸", "收入"] {
            measure(&app, name).await;
        }
        let own = indicator(&app, &task, "社零", CITY, growth("5")).await;
        let other = indicator(&app, &task, "外贸", CITY, growth("5")).await;
        let average = json!({"kind": "versus_benchmark", "comparator": ">", "benchmark": "全国平均水平"});
        let compared = indicator(&app, &task, "收入", CITY, average).await;
        record(&app, "收入", CITY, "5").await;
        record(&app, "外贸", CITY, "6").await;
        reassess(&app.office, &xushi::office::Actor::job()).await.unwrap();
        let grades = async || [line(&app, &own).await, line(&app, &other).await, line(&app, &compared).await].map(|row| row["grade"].as_str().unwrap().to_owned());
        assert_eq!(grades().await[..2], ["no_data", "ahead"].map(str::to_owned)[..], "{:?}", grades().await);
        at(&app, "09:30:00");
        record(&app, "社零", CITY, "1.8").await;
        record(&app, "收入", NATION, "6.4").await;
        let updating = async || [line(&app, &own).await, line(&app, &other).await, line(&app, &compared).await].map(|row| row["updating"].as_bool().unwrap());
        assert_eq!(updating().await, [true, false, true]);
        assert_eq!(app.get(&format!("/indicators/{own}")).await.expect(200)["updating"], true);
        let done = reassess(&app.office, &xushi::office::Actor::job()).await.unwrap();
        assert_eq!((done.assessed, done.changed), (2, 2), "the third rests on neither");
        assert_eq!((updating().await, reassess(&app.office, &xushi::office::Actor::job()).await.unwrap().assessed), ([false; 3], 0));
        let after = grades().await;
        assert_eq!((after[0].as_str(), after[1].as_str()), ("critical", "ahead"));
        assert_eq!(line(&app, &compared).await["expected"], "6.4");
        assert_eq!(line(&app, &other).await["updated_at"], "2025-08-27T01:00:00Z");
        assert_eq!(app.get("/letters").await.expect(200)["items"], json!([]), "no letter is made by it");
    }

    async fn what_persons_and_plans_say_is_judged_at_once(app: TestApp) {
        at(&app, "09:00:00");
        let task = task(&app).await;
        for name in ["社零", "改革"] {
            measure(&app, name).await;
        }
        let rate = indicator(&app, &task, "社零", CITY, growth("5")).await;
        let reform = indicator(&app, &task, "改革", CITY, json!({"kind": "qualitative"})).await;
        record(&app, "社零", CITY, "4.9").await;
        reassess(&app.office, &xushi::office::Actor::job()).await.unwrap();
        let before = line(&app, &rate).await["grade"].clone();
        let path = format!("/indicators/{rate}");
        let tag = app.get(&path).await.header("etag");
        assert_eq!(patch(&app, &path, &tag, json!({"target": growth("4")})).await, 200);
        assert_eq!((&line(&app, &rate).await["grade"], &line(&app, &rate).await["updating"]), (&before, &json!(true)));
        reassess(&app.office, &xushi::office::Actor::job()).await.unwrap();
        assert_eq!(line(&app, &rate).await["expected"], "4");
        let said = json!({"grade": "behind", "evidence": "方案未出台", "person": "张三"});
        app.post(&format!("/indicators/{reform}/verdicts"), said).await.expect(201);
        assert_eq!(line(&app, &reform).await["updating"], true);
        reassess(&app.office, &xushi::office::Actor::job()).await.unwrap();
        assert_eq!(line(&app, &reform).await["grade"], "behind");
        // Another rule pack, another release day.
        let campaign = app.get("/campaigns").await.expect(200)["items"][0]["id"].as_str().unwrap().to_owned();
        app.patch(&format!("/campaigns/{campaign}"), json!({"rule_pack": "wuhan", "reason": "试行"})).await.expect(200);
        assert_eq!(line(&app, &rate).await["updating"], true);
        let measures = app.get("/measures?limit=500").await.expect(200);
        let one = measures["items"].as_array().unwrap().iter().find(|one| one["name"] == "社零").unwrap()["id"].as_str().unwrap().to_owned();
        reassess(&app.office, &xushi::office::Actor::job()).await.unwrap();
        app.patch(&format!("/measures/{one}"), json!({"release_day": 18, "reason": "发布日提前"})).await.expect(200);
        assert_eq!(line(&app, &rate).await["updating"], true);
    }

    async fn who_stands_beside_and_above_a_region_is_judged_by_at_once(app: TestApp) {
        let task = task(&app).await;
        measure(&app, "社零").await;
        let target = json!({"kind": "versus_benchmark", "comparator": ">", "benchmark": "平均水平", "unit": "%", "phrase": "高于平均水平"});
        let zone = json!({"code": "X430671", "name": "新港区", "level": "zone", "parent": CITY});
        app.post("/regions", zone).await.expect(201);
        let id = indicator(&app, &task, "社零", "X430671", target).await;
        let beside = indicator(&app, &task, "社零", "430602", growth("5")).await;
        for (region, value) in [("X430671", "4.0"), (CITY, "5.0"), ("430000", "3.0"), ("430602", "6")] {
            record(&app, "社零", region, value).await;
        }
        reassess(&app.office, &xushi::office::Actor::job()).await.unwrap();
        let gap = async || line(&app, &id).await["gap"].clone();
        assert_eq!(gap().await, "-1", "below its city");
        assert_eq!(reassess(&app.office, &xushi::office::Actor::job()).await.unwrap().assessed, 0);
        // Put under the province, it is held against the province.
        let mut row = app.store.resolve_region("X430671").await.unwrap();
        (row.parent_code, row.revision, row.updated_at) = (Some("430000".to_owned()), row.revision + 1, app.clock.timestamp());
        let put = Handover { on: app.clock.today(), reason: None, at: row.updated_at };
        app.store.update_region(&row, &[], &put).await.unwrap();
        assert_eq!((line(&app, &id).await["updating"].clone(), line(&app, &beside).await["updating"].clone()), (json!(true), json!(true)));
        assert_eq!(reassess(&app.office, &xushi::office::Actor::job()).await.unwrap().assessed, 2, "itself, and the one it stood beside");
        assert_eq!(gap().await, "1");
        // One more beside others changes of how many they are.
        let more = json!({"code": "X430672", "name": "高新区", "level": "zone", "parent": CITY});
        app.post("/regions", more).await.expect(201);
        assert_eq!(reassess(&app.office, &xushi::office::Actor::job()).await.unwrap().assessed, 1);
    }

    async fn what_was_read_earlier_never_replaces_what_was_read_later(app: TestApp) {
        at(&app, "09:00:00");
        let task = task(&app).await;
        measure(&app, "社零").await;
        let id = indicator(&app, &task, "社零", CITY, growth("5")).await;
        record(&app, "社零", CITY, "1.8").await;
        // One reads;
        let today = app.clock.today();
        let mut judging = Judging::start(&app.office.read, &app.office.calendar, today, None).await.unwrap();
        let page = judging.next_page().await.unwrap().unwrap();
        // another figure comes in and is judged;
        record(&app, "社零", CITY, "7").await;
        reassess(&app.office, &xushi::office::Actor::job()).await.unwrap();
        // and the first one writes.
        let (evidence, assessment) = page.iter().find(|(evidence, _)| evidence.row.id.0.to_string() == id).unwrap();
        let now = app.clock.timestamp();
        let row = AssessmentRow {
            id: Id::of(app.clock.new_id()),
            indicator_id: evidence.row.id,
            as_of: today,
            figures: evidence.figures(assessment),
            rules_version: AssessmentRow::RULES,
            rule_pack_id: evidence.rule_pack_id,
            recorded_at: now,
        };
        let writes = |seen| AssessmentWrites { changed: vec![AssessmentWrite { row: row.clone(), seen }], confirmed: Vec::new(), at: now };
        let seen = evidence.row.current.revision;
        let left = app.store.write_assessments(writes(seen)).await.unwrap();
        assert_eq!(left, [evidence.row.id]);
        let confirm = AssessmentWrites { changed: Vec::new(), confirmed: vec![(evidence.row.id, seen)], at: now };
        assert_eq!(app.store.write_assessments(confirm).await.unwrap(), [evidence.row.id]);
        assert_eq!((&line(&app, &id).await["actual"], count(&app, &format!("/indicators/{id}/assessments")).await), (&json!("7"), 1));
    }

    async fn a_mark_outlives_the_one_who_worked_on_it(app: TestApp) {
        at(&app, "09:00:00");
        let task = task(&app).await;
        measure(&app, "社零").await;
        let id = indicator(&app, &task, "社零", CITY, growth("5")).await;
        record(&app, "社零", CITY, "1.8").await;
        // A replica takes the marks and is killed.
        let now = app.clock.timestamp();
        let taken = app.store.claim_marks(now, now + chrono::TimeDelta::seconds(15), 10).await.unwrap();
        assert_eq!(taken.len(), 2, "one of the new indicator, one of its series");
        assert_eq!(reassess(&app.office, &xushi::office::Actor::job()).await.unwrap().assessed, 0, "they are somebody else's");
        assert_eq!(line(&app, &id).await["updating"], true);
        at(&app, "09:00:16");
        assert_eq!(reassess(&app.office, &xushi::office::Actor::job()).await.unwrap().changed, 1);
        assert_eq!(line(&app, &id).await["grade"], "critical");
        // The morning run does what is left, too.
        record(&app, "社零", CITY, "7").await;
        evaluate(&app.office, &xushi::office::Actor::job(), app.clock.today()).await.unwrap();
        assert_eq!((&line(&app, &id).await["grade"], &line(&app, &id).await["updating"]), (&json!("ahead"), &json!(false)));
        // What is refused or merely tried marks nothing.
        let item = json!({"measure": "社零", "region": CITY, "figure": "yoy", "value": "9", "source": "月报",
            "period": {"start": "2025-01-01", "end": "2025-07-31"}, "published_on": "2025-08-21"});
        app.put("/observations?dry_run=true", json!({"items": [item]})).await.expect(200);
        record(&app, "社零", CITY, "7").await;
        assert_eq!(app.store.list_marks().await.unwrap(), Vec::<i64>::new());
    }

    async fn a_board_of_another_day_is_walked_like_that_of_today(app: TestApp) {
        xushi::demo::load(&app.office).await.unwrap().unwrap();
        let day = "2025-08-27".parse().unwrap();
        evaluate(&app.office, &xushi::office::Actor::job(), day).await.unwrap();
        for filter in ["", "&grade=critical,behind", "&region=430000", "&grade=no_data"] {
            let walk = async |day: &str| {
                let (mut seen, mut cursor) = (Vec::new(), String::new());
                loop {
                    let page = app.get(&format!("/assessments?limit=17{filter}{day}{cursor}")).await.expect(200);
                    seen.extend(page["items"].as_array().unwrap().iter().map(|row| {
                        let mut row = row.clone();
                        let left = row.as_object_mut().unwrap();
                        left.remove("as_of");
                        left.remove("updated_at");
                        row
                    }));
                    let Some(next) = page["next_cursor"].as_str() else { return seen };
                    cursor = format!("&cursor={next}");
                }
            };
            let (now, then) = (walk("").await, walk("&as_of=2025-08-27").await);
            assert_eq!(now, then, "{filter}");
            assert!(filter.contains("no_data") || !now.is_empty(), "{filter}");
        }
    }

    async fn verdicts_are_carried_over_and_back(app: TestApp) {
        xushi::demo::load(&app.office).await.unwrap().unwrap();
        evaluate(&app.office, &xushi::office::Actor::job(), "2025-06-27".parse().unwrap()).await.unwrap();
        evaluate(&app.office, &xushi::office::Actor::job(), "2025-08-27".parse().unwrap()).await.unwrap();
        let board = async || {
            let mut board = app.get("/assessments?limit=500").await.expect(200);
            for row in board["items"].as_array_mut().unwrap() {
                for name in ["figure", "actual_unit", "expected_hi", "rules_version", "updated_at"] {
                    row.as_object_mut().unwrap().remove(name);
                }
            }
            board
        };
        let before = board().await;
        let steps = [("000015_reassessments", "down"), ("000014_current_assessments", "down"), ("000014_current_assessments", "up"), ("000015_reassessments", "up")];
        let scripts = steps.map(|(name, file)| {
            let folder = if matches!(app.store, Store::Pg(_)) { "postgres" } else { "sqlite" };
            let path = repository().join(format!("migrations/{folder}/2026-01-01-{name}/{file}.sql"));
            std::fs::read_to_string(path).unwrap()
        });
        // All over one connection, as a migration runs: another one of SQLite's may not have heard of the step before.
        match &app.store {
            Store::Pg(pool) => {
                let mut conn = checkout(pool).await.unwrap();
                for text in &scripts {
                    conn.batch_execute(text).await.unwrap();
                }
            }
            Store::Sqlite(pool) => {
                let mut conn = checkout(pool).await.unwrap();
                for text in &scripts {
                    conn.batch_execute(text).await.unwrap();
                }
            }
        }
        assert!(before["items"].as_array().unwrap().iter().any(|row| row["actual"].is_string()));
        assert_eq!(board().await, before);
    }
}
