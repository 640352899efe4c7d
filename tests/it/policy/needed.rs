//! What an assessment says is needed from here is what its letter prints.

use super::*;

/// Name, unit, direction and basis of a measure; the target and its baseline; figure and value of July; the form.
type Case = ([&'static str; 4], Value, Option<&'static str>, [&'static str; 2], &'static str);

fn target(kind: &str, comparator: &str, value: &str, unit: &str) -> Value {
    json!({"kind": kind, "comparator": comparator, "value": value, "unit": unit})
}

fn cases() -> Vec<Case> {
    let mut all = values();
    all.extend(rates_and_others());
    all
}

fn values() -> Vec<Case> {
    vec![
        (
            ["新增就业", "万人", "higher", "cumulative"],
            target("total", ">=", "70", "万人"),
            None,
            ["level", "30"],
            "amount",
        ),
        (
            ["高企", "家", "higher", "point"],
            target("level", ">", "18000", "家"),
            Some("15000"),
            ["level", "15100"],
            "rise",
        ),
        (
            ["PM2.5", "微克/立方米", "lower", "point"],
            target("change", ">=", "2", "微克/立方米"),
            Some("34"),
            ["level", "34.2"],
            "fall",
        ),
        (
            ["事故起数", "起", "lower", "cumulative"],
            target("cap", "<=", "120", "起"),
            None,
            ["level", "110"],
            "allowance",
        ),
    ]
}

fn rates_and_others() -> Vec<Case> {
    vec![
        (
            ["投资", "亿元", "higher", "cumulative"],
            target("growth", ">=", "5", "%"),
            None,
            ["yoy", "2.0"],
            "growth_at_least",
        ),
        (
            ["能耗强度", "吨标准煤/万元", "lower", "cumulative"],
            target("growth", "<=", "-3", "%"),
            None,
            ["yoy", "-1.1"],
            "growth_at_most",
        ),
        (
            ["民间投资占比", "%", "higher", "point"],
            json!({"phrase": "民间投资占比保持60%以上"}),
            None,
            ["level", "55"],
            "keep_at_least",
        ),
        (
            ["物流费用占比", "%", "lower", "point"],
            target("cap", "<=", "13.8", "%"),
            None,
            ["level", "15.2"],
            "keep_at_most",
        ),
        (
            ["工业增加值", "亿元", "higher", "cumulative"],
            json!({"kind": "versus_benchmark", "comparator": ">", "benchmark": "全国平均水平"}),
            None,
            ["yoy", "3.0"],
            "above_other",
        ),
        (
            ["固投", "亿元", "higher", "cumulative"],
            target("rank", "<=", "5", "位"),
            None,
            ["rank", "12"],
            "place",
        ),
        (["主体封顶", "%", "higher", "point"], json!({"kind": "milestone"}), None, ["level", "10"], "days"),
    ]
}

/// The plan with all cases, their figures of July put in; names with their indicators.
async fn planned(app: &TestApp) -> Vec<(&'static str, String)> {
    sample(app, &[], json!({})).await;
    let task = items(app, "/tasks").await[0]["id"].clone();
    let fact = |measure: &str, region: &str, basis: &str, figure: &str, value: &str| {
        let start = if basis == "point" { "2025-07-31" } else { "2025-01-01" };
        let mut fact = json!({"measure": measure, "region": region, "figure": figure, "value": value, "source": "月报",
            "status": "final", "period": {"start": start, "end": "2025-07-31"}, "published_on": "2025-08-20"});
        if figure == "rank" {
            fact["of"] = json!(14);
        }
        fact
    };
    let (mut made, mut facts) = (Vec::new(), vec![fact("工业增加值", "100000", "cumulative", "yoy", "5.3")]);
    for ([name, unit, better, basis], target, baseline, [figure, value], form) in cases() {
        let measure = json!({"name": name, "unit": unit, "better": better, "basis": basis, "frequency": "monthly", "release_day": 20});
        app.post("/measures", measure).await.expect(201);
        let mut indicator = json!({"task": task, "measure": name, "region": "430000", "target": target, "baseline": baseline});
        if form == "days" {
            indicator["curve"] = json!({"kind": "nodes", "nodes": [{"on": "2025-05-31", "fraction": "0.5"}, {"on": "2025-12-31", "fraction": "1"}]});
        }
        made.push((
            name,
            app.post("/indicators", indicator).await.expect(201)["id"].as_str().unwrap().to_owned(),
        ));
        facts.push(fact(name, "430000", basis, figure, value));
    }
    app.put("/observations", json!({"items": facts})).await.expect(200);
    made
}

both! {
    async fn the_sentence_of_the_interface_is_that_of_the_letter(app: TestApp) {
        let made = planned(&app).await;
        assert_eq!(outcomes(&run(&app, "2025-08-21").await), ["warning issued"]);
        let letter = items(&app, "/letters").await.remove(0);
        let letter = app.get(&format!("/letters/{}", letter["id"].as_str().unwrap())).await.expect(200);
        let text = letter["text"].as_str().unwrap();
        let mut printed = text.lines().filter_map(|line| line.trim().strip_prefix("后期要求："));
        let mut said = Vec::new();
        for line in letter["facts"]["lines"].as_array().unwrap() {
            let name = line["indicator"].as_str().unwrap();
            let (_, id) = made.iter().find(|(own, _)| *own == name).unwrap();
            let verdict = app.get(&format!("/indicators/{id}/assessment?as_of=2025-08-21")).await.expect(200);
            let needed = &verdict["needed"];
            let sentence = if line["need"].is_null() { None } else { printed.next() };
            assert_eq!(needed["sentence"].as_str(), sentence, "{name}: {verdict:#}");
            if let Some(sentence) = sentence {
                let value = needed["value"]["value"].as_str().map(|value| value.trim_start_matches('-'));
                let digits: String = sentence.chars().filter(|c| c.is_ascii_digit() || *c == '.').collect();
                let named = ["above_other", "below_other"].contains(&needed["form"].as_str().unwrap());
                assert!(named || value.is_some_and(|value| digits.contains(value)), "{sentence}: {needed}");
            }
            assert_eq!(needed["by"], "2025-12-31", "{name}: {needed}");
            said.push((name.to_owned(), needed["form"].as_str().unwrap().to_owned()));
        }
        assert_eq!(printed.next(), None);
        said.sort();
        let mut want: Vec<_> = cases().into_iter().map(|(measure, .., form)| (measure[0].to_owned(), form.to_owned())).collect();
        want.sort();
        assert_eq!(said, want, "all of them lag");
    }

    async fn numbers_are_those_of_the_letter_and_the_exact_ones_stand_beside(app: TestApp) {
        let made = planned(&app).await;
        let needed = async |name: &str| {
            let (_, id) = made.iter().find(|(own, _)| *own == name).unwrap();
            app.get(&format!("/indicators/{id}/assessment?as_of=2025-08-21")).await.expect(200)["needed"].clone()
        };
        let jobs = needed("新增就业").await;
        assert_eq!(jobs, json!({"form": "amount", "value": {"value": "8", "unit": "万人"}, "exact": "8", "end": {"value": "70", "unit": "万人"},
            "end_hi": null, "left": {"value": "40", "unit": "万人"}, "left_exact": "40", "months_left": "5", "by": "2025-12-31", "strict": false,
            "sentence": "后5个月月均需完成8.0万人（此前月均4.3万人）"}));
        // 2,900 and one more in five months, each of them whole.
        let firms = needed("高企").await;
        assert_eq!((&firms["value"], &firms["exact"], &firms["strict"]), (&json!({"value": "581", "unit": "家"}), &json!("580"), &json!(true)));
        assert_eq!((&firms["sentence"], &firms["left_exact"]), (&json!("后5个月月均需净增581家，年底突破18000家"), &json!("2900")));
        let accidents = needed("事故起数").await;
        assert_eq!((&accidents["value"], &accidents["left"], &accidents["sentence"]),
            (&json!({"value": "2", "unit": "起"}), &json!({"value": "10", "unit": "起"}), &json!("后5个月合计不超过10起（月均不超过2起）")));
        let share = needed("民间投资占比").await;
        assert_eq!((&share["sentence"], &share["value"]), (&json!("后期须提高到60%以上并保持"), &json!({"value": "60", "unit": "%"})));
        let node = needed("主体封顶").await;
        assert_eq!((&node["form"], &node["value"]["unit"], &node["sentence"]), (&json!("days"), &json!("天"), &Value::Null));
    }
}
