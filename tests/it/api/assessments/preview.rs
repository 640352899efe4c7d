//! Stored verdicts: the same as tried ones, reproducible for any past day, and what persons add to them.

use serde_json::{Value, json};
use xushi::office::Actor;

use crate::support::{TestApp, both};

pub(crate) const DAY: &str = "2025-08-27";

/// A campaign with one task; gives the task's id.
pub(crate) async fn task(app: &TestApp) -> Value {
    app.post("/units", json!({"name": "综合协调组", "region": "430000"})).await.expect(201);
    let body = json!({"name": "内需攻坚", "region": "430000", "starts_on": "2025-01-01", "ends_on": "2025-12-31",
        "issuer_name": "综合协调组", "letter_mark": "湘攻坚函", "office_unit": "综合协调组"});
    app.post("/campaigns", body).await.expect(201);
    app.post("/tasks", json!({"campaign": "内需攻坚", "name": "稳增长"})).await.expect(201)["id"].clone()
}

pub(crate) fn path(view: &Value) -> String {
    format!("/indicators/{}", view["id"].as_str().unwrap())
}

pub(crate) async fn measure(app: &TestApp, name: &str, unit: &str, better: &str, basis: &str) {
    let body = json!({"name": name, "unit": unit, "better": better, "basis": basis, "frequency": "monthly"});
    app.post("/measures", body).await.expect(201);
}

pub(crate) async fn indicator(
    app: &TestApp,
    task: &Value,
    measure: &str,
    region: &str,
    target: Value,
) -> Value {
    let body = json!({"task": task, "measure": measure, "region": region, "target": target});
    app.post("/indicators", body).await.expect(201)
}

/// A fact as `PUT /observations` takes it.
pub(crate) fn fact(
    measure: &str,
    region: &str,
    (start, end): (&str, &str),
    figure: &str,
    value: &str,
    published: &str,
) -> Value {
    json!({"measure": measure, "region": region, "period": {"start": start, "end": end}, "figure": figure,
        "value": value, "status": "final", "source": "月报", "published_on": published})
}

pub(crate) async fn record(app: &TestApp, items: Vec<Value>) {
    app.put("/observations", json!({"items": items})).await.expect(200);
}

pub(crate) async fn verdict(app: &TestApp, indicator: &Value, as_of: &str) -> Value {
    app.get(&format!("{}/assessment?as_of={as_of}", path(indicator))).await.expect(200)
}

/// Region, measure, start, end, figure, value.
type Fact = (&'static str, &'static str, &'static str, &'static str, &'static str, &'static str);

/// One indicator tried and stored.
struct Case {
    measure: Value,
    target: Value,
    baseline: Option<&'static str>,
    curve: Value,
    facts: Vec<Fact>,
}

pub(crate) const START: &str = "2025-01-01";
pub(crate) const JUNE: &str = "2025-06-30";

fn case(measure: [&str; 4], target: Value, facts: Vec<Fact>) -> Case {
    let [name, unit, better, basis] = measure;
    let measure =
        json!({"name": name, "unit": unit, "better": better, "basis": basis, "frequency": "monthly"});
    Case { measure, target, baseline: None, curve: json!({"kind": "linear_months"}), facts }
}

fn level(value: &'static str) -> Vec<Fact> {
    vec![("430600", "", JUNE, JUNE, "level", value)]
}

fn year(value: &'static str) -> Vec<Fact> {
    vec![("430600", "", START, JUNE, "level", value)]
}

fn rates(own: &'static str, more: &[(&'static str, &'static str, &'static str)]) -> Vec<Fact> {
    let mut facts = vec![("430600", "", START, JUNE, "yoy", own)];
    facts.extend(more.iter().map(|(region, measure, value)| (*region, *measure, START, JUNE, "yoy", *value)));
    facts
}

/// One case of every kind, most with something to compare with.
fn cases() -> Vec<Case> {
    let mut total = case(
        ["就业", "万人", "higher", "cumulative"],
        json!({"kind": "total", "comparator": ">=", "value": "70", "unit": "万人"}),
        year("39.5"),
    );
    total.facts.extend([
        ("430600", "", "2024-01-01", "2024-06-30", "level", "41"),
        ("430600", "", "2024-01-01", "2024-12-31", "level", "69"),
        ("430600", "", START, "2025-05-31", "level", "30"),
        ("430000", "", START, JUNE, "level", "400"),
    ]);
    total.curve = json!({"kind": "last_year"});
    let mut firms = case(
        ["高企", "家", "higher", "point"],
        json!({"kind": "level", "comparator": ">", "value": "1.8", "unit": "万家"}),
        level("16400"),
    );
    firms.baseline = Some("15000");
    let mut air = case(
        ["PM2.5", "微克/立方米", "lower", "point"],
        json!({"kind": "change", "comparator": ">=", "value": "2", "unit": "微克/立方米"}),
        level("33.5"),
    );
    air.baseline = Some("34");
    let mut coverage = case(
        ["应检尽检率", "%", "higher", "point"],
        json!({"kind": "coverage", "comparator": ">=", "value": "100", "unit": "%"}),
        level("97"),
    );
    coverage.baseline = Some("90");
    let mut done = case(["封顶", "%", "higher", "point"], json!({"kind": "milestone"}), level("40"));
    done.curve = json!({"kind": "nodes", "nodes": [{"on": "2025-06-30", "fraction": "0.5"}, {"on": "2025-12-31", "fraction": "1"}]});
    let prefectures = [
        "430100", "430200", "430300", "430400", "430500", "430700", "430800", "430900", "431000", "431100",
        "431200", "431300",
    ];
    let values = ["6.1", "4.0", "5.5", "7", "8", "1", "2", "3", "4", "5.0", "6", "7.5"];
    let mut growth = case(
        ["社零", "亿元", "higher", "cumulative"],
        json!({"phrase": "社零增长6%以上"}),
        rates("5.0", &[("430000", "", "5.2"), ("100000", "", "4.8")]),
    );
    growth.facts.extend(
        prefectures.iter().zip(values).map(|(region, value)| (*region, "", START, JUNE, "yoy", value)),
    );
    growth.facts.extend([
        ("430600", "", START, "2025-03-31", "yoy", "4.4"),
        ("430600", "", "2024-01-01", "2024-06-30", "yoy", "3.9"),
        ("430600", "", START, "2025-05-31", "yoy", "5.4"),
    ]);
    let mut all = vec![total, firms, air, coverage, done, growth];
    all.extend(plain_cases());
    all
}

/// Those that need no more than one fact of their own.
fn plain_cases() -> Vec<Case> {
    vec![
        case(
            ["民间投资占比", "%", "higher", "point"],
            json!({"phrase": "民间投资占比保持60%以上"}),
            level("58.8"),
        ),
        case(
            ["物流费用占比", "%", "lower", "point"],
            json!({"kind": "cap", "comparator": "<=", "value": "13.8", "unit": "%"}),
            level("14.1"),
        ),
        case(
            ["标志性成果", "项", "higher", "cumulative"],
            json!({"phrase": "形成标志性成果5—7项"}),
            year("3"),
        ),
        case(
            ["工业增加值", "亿元", "higher", "cumulative"],
            json!({"kind": "versus_benchmark", "comparator": ">", "benchmark": "全国平均水平"}),
            rates("5.0", &[("100000", "", "5.3"), ("430000", "", "5.1")]),
        ),
        case(
            ["居民收入", "元", "higher", "cumulative"],
            json!({"kind": "versus_indicator", "comparator": ">", "benchmark": "地区生产总值"}),
            rates("6.0", &[("430600", "地区生产总值", "5.2"), ("430000", "", "5.8")]),
        ),
        // The other side is what its name means, whichever side the kind would look at first.
        case(
            ["税收", "亿元", "higher", "cumulative"],
            json!({"kind": "versus_indicator", "comparator": ">", "benchmark": "湖南省"}),
            rates("6.0", &[("430000", "", "5.8"), ("100000", "", "5.5")]),
        ),
        case(
            ["财政收入", "亿元", "higher", "cumulative"],
            json!({"kind": "versus_indicator", "comparator": ">", "benchmark": "地区生产总值增速"}),
            rates("6.0", &[("430600", "地区生产总值", "5.2")]),
        ),
        case(
            ["进出口", "亿元", "higher", "cumulative"],
            json!({"kind": "versus_benchmark", "comparator": ">", "benchmark": "地区生产总值"}),
            rates("6.0", &[("430600", "地区生产总值", "5.2"), ("430000", "", "5.8")]),
        ),
        case(
            ["事故总量", "起", "lower", "cumulative"],
            json!({"kind": "trend"}),
            rates("-3", &[("430000", "", "-4")]),
        ),
        case(["营商环境", "项", "higher", "point"], json!({"kind": "qualitative"}), vec![]),
    ]
}

/// What two verdicts must agree on: all but whose they are. Vintages count otherwise in a list that travels.
fn comparable(mut verdict: Value) -> Value {
    let map = verdict.as_object_mut().unwrap();
    for key in ["indicator_id", "indicator", "target"] {
        map.remove(key);
    }
    for step in map["working"].as_array_mut().unwrap() {
        // A trial knows only of the regions it is told of.
        step["inputs"]
            .as_array_mut()
            .unwrap()
            .retain(|input| input["name"] != "版次" && input["name"] != "同级行政区");
    }
    verdict
}

both! {
    async fn tried_and_stored_verdicts_say_the_same(app: TestApp) {
        let task = task(&app).await;
        measure(&app, "地区生产总值", "亿元", "higher", "cumulative").await;
        let mut kinds = Vec::new();
        for case in cases() {
            let name = case.measure["name"].as_str().unwrap();
            app.post("/measures", case.measure.clone()).await.expect(201);
            let body = json!({"task": task, "measure": name, "region": "430600", "target": case.target, "baseline": case.baseline, "curve": case.curve});
            let stored = app.post("/indicators", body).await.expect(201);
            let own = |other: &'static str| if other.is_empty() { name.to_owned() } else { other.to_owned() };
            let items = case.facts.iter().map(|(region, of, start, end, figure, value)| fact(&own(of), region, (start, end), figure, value, end));
            let items: Vec<_> = items.collect();
            if !items.is_empty() {
                record(&app, items).await;
            }
            let facts = case.facts.iter().map(|(region, of, start, end, figure, value)| json!({"region": region, "measure": own(of), "period_start": start,
                "period_end": end, "figure": figure, "value": value, "status": "final", "published_on": end}));
            let mut body = json!({"as_of": DAY, "observations": facts.collect::<Vec<_>>(), "indicator": {"measure": case.measure, "region": "430600",
                "window_start": "2025-01-01", "window_end": "2025-12-31", "target": case.target, "curve": case.curve, "baseline": case.baseline}});
            if case.target["kind"] == "qualitative" {
                let given = json!({"grade": "watch", "evidence": "方案未印发", "person": "综合协调组", "given_on": "2025-08-20"});
                app.post(&format!("{}/verdicts", path(&stored)), given).await.expect(201);
                body["verdict"] = json!({"grade": "watch", "on": "2025-08-20"});
            }
            let tried = app.post("/assessments/preview", body).await.expect(200);
            kinds.push(tried["target"]["kind"].as_str().unwrap().to_owned());
            let said = verdict(&app, &stored, DAY).await;
            assert_ne!(said["grade"], "no_data", "{name}: {said:#}");
            assert_eq!(comparable(said), comparable(tried), "{name}");
            // The run of many says what the reader of one sees.
            xushi::office::assessments::evaluate(&app.office, &Actor::job(), DAY.parse().unwrap()).await.unwrap();
            let kept = app.get(&path(&stored)).await.expect(200);
            assert_eq!(kept["verdict"]["grade"], verdict(&app, &stored, DAY).await["grade"], "{name}");
        }
        kinds.sort_unstable();
        kinds.dedup();
        assert_eq!(kinds.len(), 13, "{kinds:?}");
        // What the cases are there to show.
        let growth = app.get("/indicators?measure=%E7%A4%BE%E9%9B%B6").await.expect(200)["items"][0].clone();
        let growth = verdict(&app, &growth, DAY).await;
        assert_eq!(growth["rank"], json!({"position": 7, "of": 13}));
        let names: Vec<_> = growth["benchmarks"].as_array().unwrap().iter().map(|one| one["name"].clone()).collect();
        assert_eq!(names, [json!("湖南省"), json!("全国")]);
        assert_eq!(growth["three_above"], json!({"previous_quarter": true, "last_year": true, "nation": true, "all": true}));
        assert_eq!((&growth["momentum"], &growth["change"]["previous"]), (&json!("-0.4"), &json!("-0.4")));
    }

    async fn a_past_day_is_read_as_it_was_known_then(app: TestApp) {
        let task = task(&app).await;
        measure(&app, "社零", "亿元", "higher", "cumulative").await;
        let target = |value: &str| json!({"kind": "growth", "comparator": ">=", "value": value, "unit": "%"});
        let own = indicator(&app, &task, "社零", "430100", target("6")).await;
        let june = |value, published| fact("社零", "430100", (START, JUNE), "yoy", value, published);
        let july = |value, published| fact("社零", "430100", (START, "2025-07-31"), "yoy", value, published);
        record(&app, vec![june("5.2", "2025-07-18"), july("5.0", "2025-08-18")]).await;
        xushi::office::assessments::evaluate(&app.office, &Actor::job(), DAY.parse().unwrap()).await.unwrap();
        let url = |as_of: &str| format!("{}/assessment?as_of={as_of}", path(&own));
        let days = ["2025-07-20", "2025-08-20", DAY];
        let mut before = Vec::new();
        for day in days {
            before.push(app.get(&url(day)).await.bytes);
        }
        let board = app.get(&format!("/assessments?as_of={DAY}")).await.expect(200);

        app.clock.set("2025-09-10T01:00:00Z".parse().unwrap());
        // A correction, a correction that claims to be as old as what it corrects, and another region's report.
        record(&app, vec![july("6.4", "2025-09-09"), june("9.9", "2025-07-18"),
            fact("社零", "430000", (START, "2025-07-31"), "yoy", "5.9", "2025-09-01")]).await;
        app.patch(&path(&own), json!({"target": target("7"), "reason": "市政府常务会议调整"})).await.expect(200);
        let campaign = app.get("/campaigns").await.expect(200)["items"][0].clone();
        let at = format!("/campaigns/{}", campaign["id"].as_str().unwrap());
        app.patch(&at, json!({"rule_pack": "wuhan"})).await.problem(422, "invalid", "/reason");
        app.patch(&at, json!({"rule_pack": "wuhan", "reason": "按省里统一口径"})).await.expect(200);
        let measures = app.get("/measures?name_contains=%E7%A4%BE%E9%9B%B6").await.expect(200);
        let of = format!("/measures/{}", measures["items"][0]["id"].as_str().unwrap());
        app.patch(&of, json!({"name": "社会消费品零售总额", "release_day": 15})).await.expect(200);
        xushi::office::assessments::evaluate(&app.office, &Actor::job(), "2025-09-10".parse().unwrap()).await.unwrap();
        for (day, before) in days.into_iter().zip(before) {
            let after = app.get(&url(day)).await.bytes;
            assert_eq!(String::from_utf8(after).unwrap(), String::from_utf8(before).unwrap(), "{day}");
        }
        let mut again = app.get(&format!("/assessments?as_of={DAY}")).await.expect(200);
        again["items"][0]["updated_at"] = board["items"][0]["updated_at"].clone();
        // Names on a board are those of today.
        again["items"][0]["indicator"] = board["items"][0]["indicator"].clone();
        assert_eq!(again, board);

        let now = verdict(&app, &own, "2025-09-10").await;
        assert_eq!((&now["actual"], &now["expected"], &now["rule"]["pack"]), (&json!("6.4"), &json!("7"), &json!("wuhan@1")));
        assert_eq!((&now["indicator"], &now["benchmarks"][0]["value"]), (&json!("社会消费品零售总额"), &json!("5.9")));
        let recorded = app.get(&format!("{}/assessments", path(&own))).await.expect(200);
        let actuals: Vec<_> = recorded["items"].as_array().unwrap().iter().map(|one| (&one["as_of"], &one["actual"])).collect();
        assert_eq!(actuals, [(&json!(DAY), &json!("5")), (&json!("2025-09-10"), &json!("6.4"))]);
        let first = app.get(&format!("{}/assessments?limit=1", path(&own))).await.expect(200);
        assert!(first["next_cursor"].is_string() && first["items"].as_array().unwrap().len() == 1);

        let kept = app.get(&format!("{}/revisions", path(&own))).await.expect(200);
        let kept = &kept["items"][0];
        assert_eq!((&kept["target"]["value"], &kept["superseded_on"], &kept["reason"]), (&json!("6"), &json!("2025-09-10"), &json!("市政府常务会议调整")));
        let packs = app.get(&format!("{at}/revisions")).await.expect(200);
        assert_eq!((&packs["items"][0]["rule_pack_id"], &packs["items"][0]["reason"]), (&campaign["rule_pack_id"], &json!("按省里统一口径")));

        // A change may say that it holds from an earlier day; then it is a correction, and is kept as one.
        app.patch(&path(&own), json!({"target": target("6.5"), "effective_on": "2025-12-31"})).await.problem(422, "invalid", "/effective_on");
        app.patch(&path(&own), json!({"target": target("6.5"), "effective_on": "2025-08-01", "reason": "更正录入错误"})).await.expect(200);
        for (day, want) in [("2025-07-20", "6"), ("2025-08-20", "6.5"), ("2025-09-10", "6.5")] {
            assert_eq!(verdict(&app, &own, day).await["expected"], want, "{day}");
        }
        // What changes nothing that is judged is no revision.
        app.patch(&path(&own), json!({"target": target("6.5")})).await.expect(200);
        let kept = app.get(&format!("{}/revisions", path(&own))).await.expect(200);
        assert_eq!(kept["items"].as_array().unwrap().len(), 2);
    }

    async fn what_was_handed_down_is_held_against_the_whole(app: TestApp) {
        let task = task(&app).await;
        measure(&app, "就业", "万人", "higher", "cumulative").await;
        let target = |value: &str, unit: &str| json!({"kind": "total", "comparator": ">=", "value": value, "unit": unit});
        let whole = indicator(&app, &task, "就业", "430000", target("70", "万人")).await;
        indicator(&app, &task, "就业", "430100", target("300000", "人")).await;
        indicator(&app, &task, "就业", "430600", target("35.5", "万人")).await;
        indicator(&app, &task, "就业", "430602", Value::Null).await;
        let july = (START, "2025-07-31");
        record(&app, vec![fact("就业", "430000", july, "level", "54.15", "2025-08-18"), fact("就业", "430100", july, "level", "20", "2025-08-18"),
            fact("就业", "430600", (START, JUNE), "level", "18", "2025-07-18")]).await;
        let view = app.get(&format!("{}/cascade?as_of={DAY}", path(&whole))).await.expect(200);
        let part = |view: &Value, key: &str| view[key].as_object().map(|sum| (sum["sum"].clone(), sum["gap"].clone(), sum["unknown"].clone(), sum["differs"].clone()));
        assert_eq!(part(&view, "target"), Some((json!("65.5"), json!("-4.5"), json!(12), Value::Null)));
        // While parts are not known nobody can say whether they differ. The later period of the one is not added to the earlier one of the other.
        assert_eq!(part(&view, "actual"), Some((json!("20"), json!("-34.15"), json!(13), Value::Null)));
        assert_eq!(part(&view, "expected").map(|sum| sum.0), Some(json!("17.5")));
        let regions: Vec<_> = view["parts"].as_array().unwrap().iter().map(|part| part["region"].clone()).collect();
        assert_eq!((regions, view["without"].as_array().unwrap().len()), (vec![json!("430100"), json!("430600")], 12));
        let changed = app.get("/indicators?region=430100").await.expect(200)["items"][0].clone();
        app.patch(&path(&changed), json!({"target": target("40", "万人")})).await.expect(200);
        let view = app.get(&format!("{}/cascade", path(&whole))).await.expect(200);
        assert_eq!(part(&view, "target"), Some((json!("75.5"), json!("5.5"), json!(12), json!(true))));
        app.get("/indicators/0198e909-f280-7000-8000-000000000000/cascade").await.problem(404, "not_found", "");
    }

    async fn a_stated_difference_that_does_not_fit_is_flagged(app: TestApp) {
        let task = task(&app).await;
        measure(&app, "社零", "亿元", "higher", "cumulative").await;
        let own = indicator(&app, &task, "社零", "430000", json!({"kind": "growth", "comparator": ">=", "value": "3", "unit": "%"})).await;
        let mut said = fact("社零", "430000", (START, JUNE), "yoy", "2.9", "2025-07-18");
        said["differences"] = json!([{"against": "全国平均", "difference": "1.5"}]);
        let nation = fact("社零", "100000", (START, JUNE), "yoy", "1.6", "2025-07-18");
        record(&app, vec![said.clone(), nation]).await;
        let verdict_now = verdict(&app, &own, DAY).await;
        assert_eq!(verdict_now["contradictions"], json!([{"against": "全国平均", "stated": "1.5", "computed": "1.3"}]));
        assert_eq!((&verdict_now["actual"], &verdict_now["benchmarks"][0]["gap"]), (&json!("2.9"), &json!("1.3")));
        // The latest word counts, and it comes with a new vintage: another difference alone changes nothing, and that is said.
        said["differences"] = json!([{"against": "全国平均", "difference": "1.4"}]);
        let report = app.put("/observations", json!({"items": [said.clone()]})).await.expect(200);
        assert_eq!((&report["unchanged"], report["items"][0]["note"].is_string()), (&json!(1), true));
        assert_eq!(verdict(&app, &own, DAY).await["contradictions"][0]["stated"], "1.5");
        said["published_on"] = json!("2025-07-20");
        record(&app, vec![said.clone()]).await;
        assert_eq!(verdict(&app, &own, DAY).await["contradictions"], json!([]));
        said["differences"] = json!([{"against": "", "difference": "1.4"}]);
        app.put("/observations", json!({"items": [said]})).await.problem(422, "invalid", "/items/0/differences/0/against");
        let body = json!({"as_of": DAY, "indicator": {"measure": {"name": "社零", "unit": "亿元", "better": "higher", "basis": "cumulative"}, "region": "430000",
            "window_start": "2025-01-01", "window_end": "2025-12-31", "target": {"phrase": "社零增长3%"}},
            "observations": [{"period_start": START, "period_end": JUNE, "figure": "yoy", "value": "2.9", "differences": [{"against": "全国", "difference": "-1.3"}]},
                {"period_start": START, "period_end": JUNE, "figure": "yoy", "value": "1.6", "region": "100000"}]});
        let tried = app.post("/assessments/preview", body).await.expect(200);
        assert_eq!(tried["contradictions"], json!([{"against": "全国", "stated": "-1.3", "computed": "1.3"}]));
    }

    async fn every_stated_difference_is_checked_or_said_to_be_unchecked(app: TestApp) {
        let task = task(&app).await;
        measure(&app, "技改投资", "亿元", "higher", "cumulative").await;
        measure(&app, "进出口", "亿元", "higher", "cumulative").await;
        let total = json!({"kind": "total", "comparator": ">=", "value": "120", "unit": "亿元"});
        let amount = indicator(&app, &task, "技改投资", "430600", total).await;
        let growth = json!({"kind": "growth", "comparator": ">=", "value": "3", "unit": "%"});
        let rate = indicator(&app, &task, "进出口", "430600", growth).await;
        // Due by June: 60. Foreseen: 61.2. June of last year: 68.9.
        let mut foreseen = fact("技改投资", "430600", (START, JUNE), "level", "61.2", "2025-06-10");
        foreseen["status"] = json!("forecast");
        let before = fact("技改投资", "430600", ("2024-01-01", "2024-06-30"), "level", "68.9", "2024-07-18");
        record(&app, vec![before, foreseen]).await;
        let mut june = fact("技改投资", "430600", (START, JUNE), "level", "64.9", "2025-07-18");
        june["differences"] = json!([{"against": "序时进度", "difference": "3.0"}, {"against": "预期", "difference": "1.7"},
            {"against": "去年同期", "difference": "-9"}, {"against": "全省排名", "difference": "3"}, {"against": "广东省", "difference": "1"}]);
        let year_end = fact("进出口", "430600", ("2024-01-01", "2024-12-31"), "yoy", "-20", "2025-01-20");
        let mut rated = fact("进出口", "430600", (START, JUNE), "yoy", "3.6", "2025-07-18");
        rated["differences"] = json!([{"against": "去年年底", "difference": "20"}]);
        record(&app, vec![june.clone(), year_end, rated]).await;
        let said = verdict(&app, &amount, DAY).await;
        assert_eq!(said["contradictions"], json!([{"against": "序时进度", "stated": "3", "computed": "4.9"},
            {"against": "预期", "stated": "1.7", "computed": "3.7"}, {"against": "去年同期", "stated": "-9", "computed": "-4"}]));
        let unchecked: Vec<_> = said["unchecked"].as_array().unwrap().iter().map(|one| one["against"].clone()).collect();
        assert_eq!(unchecked, [json!("全省排名"), json!("广东省")]);
        assert!(said["unchecked"][0]["reason"].as_str().unwrap().contains("位次"));
        let said = verdict(&app, &rate, DAY).await;
        assert_eq!(said["contradictions"], json!([{"against": "去年年底", "stated": "20", "computed": "23.6"}]));
        // What is right is not flagged: in the unit of the value, or in points of the year's work (4.9 of 120).
        june["differences"] = json!([{"against": "序时进度", "difference": "4.1"}, {"against": "预期", "difference": "3.7"},
            {"against": "去年同期", "difference": "-4"}]);
        june["published_on"] = json!("2025-07-21");
        record(&app, vec![june]).await;
        assert_eq!(verdict(&app, &amount, DAY).await["contradictions"], json!([]));
    }

    async fn the_next_release_is_said(app: TestApp) {
        let task = task(&app).await;
        app.post("/measures", json!({"name": "社零", "unit": "亿元", "better": "higher", "basis": "cumulative", "frequency": "monthly", "release_day": 15})).await.expect(201);
        let own = indicator(&app, &task, "社零", "430000", json!({"kind": "growth", "comparator": ">=", "value": "3", "unit": "%"})).await;
        record(&app, vec![fact("社零", "430000", (START, "2025-07-31"), "yoy", "2.9", "2025-08-15")]).await;
        let said = verdict(&app, &own, DAY).await;
        assert_eq!(said["release"], json!({"period_end": "2025-08-31", "on": "2025-09-15", "overdue_after": "2025-09-18"}));
        assert_eq!((&said["overdue"], &verdict(&app, &own, "2025-09-19").await["overdue"]), (&json!(false), &json!(true)));
    }
}
