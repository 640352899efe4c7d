//! The main job on real input: from the plan and the monthly report to numbered letters.

use chrono::NaiveDate;
use rust_decimal::Decimal;
use serde_json::{Value, json};
use xushi::office::Actor;
use xushi::office::assessments;
use xushi::office::warnings::{self, Outcome};
use xushi::store::rows::Page;

use crate::support::{TestApp, both};

fn day() -> NaiveDate {
    "2025-08-27".parse().unwrap()
}

async fn loaded(app: &TestApp) {
    xushi::demo::load(&app.office).await.unwrap().unwrap();
    assessments::evaluate(&app.office, &Actor::job(), day()).await.unwrap();
}

async fn indicator(app: &TestApp, measure: &str) -> Value {
    let encoded: String = measure.bytes().map(|byte| format!("%{byte:02X}")).collect();
    let list = app.get(&format!("/indicators?measure={encoded}")).await.expect(200);
    assert_eq!(list["items"].as_array().unwrap().len(), 1, "{measure}");
    list["items"][0].clone()
}

async fn assessment(app: &TestApp, measure: &str) -> Value {
    let id = indicator(app, measure).await["id"].as_str().unwrap().to_owned();
    app.get(&format!("/indicators/{id}/assessment?as_of=2025-08-27")).await.expect(200)
}

fn number(value: &Value) -> Decimal {
    value.as_str().unwrap().parse().unwrap()
}

both! {
    async fn a_plan_of_ones_own_is_read_and_what_is_left_out_is_told(app: TestApp) {
        let text = "临江市2025年稳增长若干措施\n\n临江市人民政府　2025年3月2日\n\n一、稳工业增长。规模工业增加值增长7.5%，新增规模工业企业12家。（牵头单位：市工信局）\n\n二、促消费升级。举办促消费活动30场，成效明显提升3.6。（责任单位：市商务局）\n";
        let file = || xushi::demo::PlanFile { name: "plan.txt".to_owned(), bytes: text.into(), region: "430600".to_owned() };
        let notes = xushi::demo::load_plan(&app.office, file()).await.unwrap();
        assert!(notes[0].contains("新建2项任务、3项指标、2个责任单位、3个指标口径"), "{notes:?}");
        let board = app.get("/assessments?region=430600").await.expect(200);
        assert_eq!(board["items"].as_array().unwrap().len(), 3, "{board:#}");
        assert_eq!(board["next_cursor"], Value::Null);
        let again = xushi::demo::load_plan(&app.office, file()).await.unwrap();
        assert!(again[0].contains("新建0项任务、0项指标"), "{again:?}");
        let bad = xushi::demo::PlanFile { bytes: b"PK\x03\x04".to_vec(), ..file() };
        let why = xushi::demo::load_plan(&app.office, bad).await.unwrap_err().to_string();
        assert!(why.starts_with("plan.txt: ") && why.contains("损坏"), "{why}");
    }

    async fn the_sample_gives_the_expected_truth(app: TestApp) {
        loaded(&app).await;
        let investment = assessment(&app, "固定资产投资").await;
        assert_eq!((&investment["grade"], &investment["gap"], &investment["actual"]), (&json!("behind"), &json!("-1.6"), &json!("2.9")));
        assert_eq!(investment["expected"], "4.5");
        for measure in ["社会消费品零售总额", "规模工业增加值"] {
            let verdict = assessment(&app, measure).await;
            assert!(["on_pace", "ahead"].contains(&verdict["grade"].as_str().unwrap()), "{measure}: {}", verdict["grade"]);
        }
        let jobs = assessment(&app, "城镇新增就业人数").await;
        let percent = |key: &str| (number(&jobs[key]) * Decimal::ONE_HUNDRED).round_dp(2).to_string();
        assert_eq!((percent("completion"), percent("due_fraction")), ("77.36".to_owned(), "58.33".to_owned()));
        assert!(!jobs["working"].as_array().unwrap().is_empty());
    }

    async fn what_nobody_has_reported_is_no_data_never_green_and_gets_no_letter(app: TestApp) {
        loaded(&app).await;
        let done = warnings::run(&app.office, &Actor::job(), day()).await.unwrap();
        let names: Vec<_> = done.letters.iter().flat_map(|letter| &letter.indicators).map(|(_, name, _)| name.as_str()).collect();
        assert_eq!(names, ["固定资产投资"]);
        let silent = assessment(&app, "培训乡村医生数").await;
        assert_eq!(silent["grade"], "no_data");
        assert!(silent["missing"].as_array().unwrap().iter().any(|one| one["code"] == "observation"), "{silent}");
        let graded = app.get("/assessments?limit=500").await.expect(200);
        for row in graded["items"].as_array().unwrap() {
            if row["data_period"].is_null() {
                assert!(!["achieved", "ahead", "on_pace"].contains(&row["grade"].as_str().unwrap()), "{row}");
            }
        }
    }

    async fn the_letter_is_numbered_addressed_and_complete(app: TestApp) {
        loaded(&app).await;
        let done = warnings::run(&app.office, &Actor::job(), day()).await.unwrap();
        let [letter] = done.letters.as_slice() else { panic!("one letter, not {}", done.letters.len()) };
        let Outcome::Issued { id, number } = &letter.outcome else { panic!("{:?}", letter.outcome) };
        assert_eq!((number.as_str(), letter.unit.as_str()), ("湘攻坚函〔2025〕1号", "省发展改革委"));
        let whole = app.get(&format!("/letters/{}", id.0)).await.expect(200);
        assert_eq!(whole["reply_by"], "2025-09-03", "five working days after 27 August 2025");
        let text = whole["text"].as_str().unwrap();
        for part in ["湘攻坚函〔2025〕1号", "省发展改革委", "固定资产投资", "2.9%", "4.5%", "1.6个百分点", "9月3日", "湘政办发〔2025〕2号", "2025年8月27日", "按序时曲线推算"] {
            assert!(text.contains(part), "{part} is not in\n{text}");
        }
        let page = app.get(&format!("/letters/{}.html", id.0)).await;
        assert!(page.status.is_success() && String::from_utf8_lossy(&page.bytes).contains("固定资产投资"));
        let paper = app.get(&format!("/letters/{}.docx", id.0)).await;
        assert_eq!(&paper.bytes[..2], b"PK");
        assert_eq!(app.get(&format!("/letters/{}.docx", id.0)).await.bytes, paper.bytes, "frozen");
        assert!(whole["deliveries"].as_array().unwrap().iter().any(|one| one["role"] == "to"), "{whole}");
    }

    async fn a_run_writes_the_assessments_that_it_plans_by(app: TestApp) {
        xushi::demo::load(&app.office).await.unwrap().unwrap();
        // Nobody has judged before: what is planned rests on nothing that is stored.
        let rehearsed = warnings::rehearse(&app.office, day()).await.unwrap();
        let done = warnings::run(&app.office, &Actor::job(), day()).await.unwrap();
        let said = |run: &warnings::Issued| run.letters.iter().map(|one| (one.unit_id, one.kind, one.level, one.indicators.clone())).collect::<Vec<_>>();
        assert_eq!(said(&done), said(&rehearsed));
        assert_eq!((rehearsed.changed, done.assessed, done.changed), (0, 101, 101));
        let again = assessments::evaluate(&app.office, &Actor::job(), day()).await.unwrap();
        assert_eq!((again.assessed, again.changed), (101, 0), "an evaluation says the same");
        assert!(warnings::rehearse(&app.office, day()).await.unwrap().letters.is_empty());
    }

    async fn running_again_changes_nothing_and_takes_no_number(app: TestApp) {
        loaded(&app).await;
        warnings::run(&app.office, &Actor::job(), day()).await.unwrap();
        assert!(xushi::demo::load(&app.office).await.unwrap().is_none());
        let again = assessments::evaluate(&app.office, &Actor::job(), day()).await.unwrap();
        assert_eq!((again.assessed, again.changed), (101, 0));
        assert!(warnings::run(&app.office, &Actor::job(), day()).await.unwrap().letters.is_empty());
        let page = Page { limit: 100, after: None };
        let letters = app.store.list_letters(&Default::default(), page).await.unwrap();
        assert_eq!(letters.iter().map(|letter| letter.serial).collect::<Vec<_>>(), [Some(1)]);
    }

    async fn a_rehearsal_says_who_would_get_what_and_writes_nothing(app: TestApp) {
        loaded(&app).await;
        let run = app.post("/warning-runs", json!({"as_of": "2025-08-27", "dry_run": true})).await.expect(200);
        assert_eq!((&run["letters"][0]["outcome"], &run["letters"][0]["unit"]), (&json!("planned"), &json!("省发展改革委")));
        assert_eq!(run["letters"][0]["indicators"][0]["name"], "固定资产投资");
        for list in ["/letters", "/episodes", "/deliveries"] {
            assert_eq!(app.get(list).await.expect(200)["items"], json!([]), "{list}");
        }
        let run = app.post("/warning-runs", json!({"as_of": "2025-08-27"})).await.expect(200);
        assert_eq!(run["letters"][0]["number"], "湘攻坚函〔2025〕1号");
        assert_eq!(app.get("/episodes?state=open").await.expect(200)["items"][0]["indicator"], "固定资产投资");
        app.post("/warning-runs", json!({"as_of": "2031-01-01"})).await.problem(422, "invalid", "/as_of");
    }

    async fn a_later_report_worsens_then_lifts_the_episode(app: TestApp) {
        loaded(&app).await;
        warnings::run(&app.office, &Actor::job(), day()).await.unwrap();
        let report = |period_end: &str, value: &str, published_on: &str| json!({"items": [{
            "measure": "固定资产投资", "region": "430000", "period": {"start": "2025-01-01", "end": period_end},
            "figure": "yoy", "value": value, "source": "月报", "published_on": published_on}]});
        let steps = [
            // A later period that still lags gets the next letter, a worse one a graver level; recovery is watched for
            // a period, then lifts by letter.
            ("2025-08-31", "2.8", "2025-09-26", Some("yellow"), "open"),
            ("2025-09-30", "1.2", "2025-10-27", Some("orange"), "open"),
            ("2025-10-31", "4.6", "2025-11-26", None, "observing"),
            ("2025-11-30", "4.6", "2025-12-26", None, "lifted"),
        ];
        for (period_end, value, published_on, level, state) in steps {
            app.put("/observations", report(period_end, value, published_on)).await.expect(200);
            app.clock.set(format!("{published_on}T01:00:00Z").parse().unwrap());
            let run = app.post("/warning-runs", json!({"as_of": published_on})).await.expect(200);
            assert_eq!(run["letters"][0]["level"].as_str(), level, "{period_end}");
            assert_eq!(app.get("/episodes").await.expect(200)["items"][0]["state"], state, "{period_end}");
            let again = app.post("/warning-runs", json!({"as_of": published_on})).await.expect(200);
            assert_eq!(again["letters"], json!([]), "the same level is not repeated before the next period");
        }
        let numbers: Vec<_> = app.get("/letters").await.expect(200)["items"].as_array().unwrap().iter().map(|one| one["number"].clone()).collect();
        assert_eq!(numbers, ["湘攻坚函〔2025〕1号", "湘攻坚函〔2025〕2号", "湘攻坚函〔2025〕3号", "湘攻坚函〔2025〕4号"]);
        // What was known on the first day still gives the first verdict.
        let then = assessment(&app, "固定资产投资").await;
        assert_eq!((&then["grade"], &then["gap"]), (&json!("behind"), &json!("-1.6")));
        let board = app.get("/assessments?as_of=2025-08-27&grade=behind").await.expect(200);
        assert_eq!(board["items"][0]["indicator"], "固定资产投资");
    }
}
