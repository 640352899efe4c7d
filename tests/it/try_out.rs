//! Verdicts and phrases without a database: the API's preview and the two commands say the same.

use std::io::Write as _;
use std::process::{Command, Output, Stdio};

use rust_decimal::Decimal;
use serde_json::{Value, json};

use crate::support::TestApp;

pub(crate) fn run(command: &str, arguments: &[&str], input: &[u8]) -> Output {
    let folder = tempfile::tempdir().unwrap();
    let mut child = Command::new(env!("CARGO_BIN_EXE_xushi"))
        .arg(command)
        .args(arguments)
        .current_dir(folder.path())
        // Neither command may need configuration or a database.
        .env("DATABASE_URL", "postgres://nobody@127.0.0.1:1/nothing")
        .env("XUSHI_NO_SUCH_KEY", "x")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut pipe = child.stdin.take().unwrap();
    let input = input.to_vec();
    let writer = std::thread::spawn(move || pipe.write_all(&input));
    let output = child.wait_with_output().unwrap();
    let _ = writer.join();
    output
}

/// The verdict by the API's preview, after checking that the command says the same.
async fn verdict(app: &TestApp, body: &Value) -> Value {
    let previewed = app.post("/assessments/preview", body.clone()).await.expect(200);
    let output = run("assess", &["-"], body.to_string().as_bytes());
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let assessed: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(previewed, assessed);
    previewed
}

/// A body judged as of 27 August 2025 over the year 2025, `observations` as `(start, end, figure, value, extra)`.
fn body(measure: Value, target: Value, observations: &[(&str, &str, &str, &str, Value)]) -> Value {
    let facts: Vec<Value> = observations
        .iter()
        .map(|(start, end, figure, value, extra)| {
            let mut fact = json!({
                "period_start": start, "period_end": end, "basis": measure["basis"], "figure": figure,
                "value": value, "status": "final", "published_on": end,
            });
            fact.as_object_mut().unwrap().extend(extra.as_object().cloned().unwrap_or_default());
            fact
        })
        .collect();
    json!({
        "as_of": "2025-08-27",
        "indicator": {
            "measure": measure, "region": "430600", "window_start": "2025-01-01", "window_end": "2025-12-31",
            "target": target, "curve": "linear_months", "baseline": null,
        },
        "observations": facts,
    })
}

fn measure(name: &str, unit: &str, better: &str, basis: &str) -> Value {
    json!({"name": name, "unit": unit, "better": better, "basis": basis})
}

/// A number as text, rounded for comparison by eye.
fn rounded(value: &Value, places: u32) -> String {
    value.as_str().map_or("null".to_owned(), |text| {
        text.parse::<Decimal>().unwrap().round_dp(places).normalize().to_string()
    })
}

#[track_caller]
fn expect(verdict: &Value, wanted: &[(&str, &str)]) {
    for (path, want) in wanted {
        let value = path.split('.').fold(verdict, |value, part| match part.parse::<usize>() {
            Ok(index) => &value[index],
            Err(_) => &value[part],
        });
        let shown = match value {
            Value::String(text) if text.parse::<Decimal>().is_ok() => rounded(value, 4),
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        assert_eq!(&shown, want, "{path} of {verdict:#}");
    }
}

const YEAR: (&str, &str) = ("2025-01-01", "2025-12-31");

#[actix_web::test]
async fn the_known_cases_come_out_as_published() {
    let app = TestApp::on_sqlite().await;
    let none = || json!({});
    let jobs = measure("城镇新增就业", "万人", "higher", "cumulative");
    let due = body(
        jobs,
        json!({"kind": "total", "comparator": ">=", "value": "70", "unit": "万人"}),
        &[("2025-01-01", "2025-07-31", "level", "54.15", none())],
    );
    expect(
        &verdict(&app, &due).await,
        &[
            ("completion", "0.7736"),
            ("due_fraction", "0.5833"),
            ("gap_points", "19.0238"),
            ("needed_per_month", "3.17"),
        ],
    );
    let revenue = measure("地方一般公共预算收入", "亿元", "higher", "cumulative");
    let budget = body(
        revenue,
        json!({"kind": "total", "comparator": ">=", "value": "210.8", "unit": "亿元"}),
        &[("2025-01-01", "2025-03-31", "level", "57.6", none())],
    );
    // In August nothing green rests on the figures of March.
    expect(
        &verdict(&app, &budget).await,
        &[("expected", "52.7"), ("gap", "4.9"), ("grade", "overdue_report")],
    );
    let growth = |own: &str, province: &str| {
        body(
            measure("固定资产投资", "亿元", "higher", "cumulative"),
            json!({"phrase": "固定资产投资增长4.5%"}),
            &[
                ("2025-01-01", "2025-07-31", "yoy", own, none()),
                ("2025-01-01", "2025-07-31", "yoy", province, json!({"region": "430000"})),
                ("2024-01-01", "2024-07-31", "level", "55", none()),
                ("2024-01-01", "2024-12-31", "level", "100", none()),
            ],
        )
    };
    expect(
        &verdict(&app, &growth("3.0", "-1.6")).await,
        &[("benchmarks.0.gap", "4.6"), ("benchmarks.0.value", "-1.6")],
    );
    expect(&verdict(&app, &growth("-26.2", "37.6")).await, &[("benchmarks.0.gap", "-63.8")]);
    expect(
        &verdict(&app, &growth("2.9", "2.9")).await,
        &[
            ("needed_growth", "6.4556"),
            ("share_from", "observations"),
            ("last_year_pace", "0.55"),
            ("gap", "-1.6"),
            ("grade", "behind"),
        ],
    );
    let mut march = body(
        measure("固定资产投资", "亿元", "higher", "cumulative"),
        json!({"kind": "total", "comparator": ">=", "value": "100", "unit": "亿元"}),
        &[
            ("2025-01-01", "2025-03-27", "level", "13.4", json!({"partial": true})),
            ("2024-01-01", "2024-03-27", "level", "12.34", json!({"partial": true})),
            ("2024-01-01", "2024-12-31", "level", "100", none()),
        ],
    );
    march["as_of"] = json!("2025-03-27");
    march["indicator"]["curve"] = json!("linear_days");
    expect(
        &verdict(&app, &march).await,
        &[("due_fraction", "0.2356"), ("grade", "behind"), ("last_year_pace", "0.1234")],
    );
    march["indicator"]["curve"] = json!({"kind": "last_year"});
    expect(
        &verdict(&app, &march).await,
        &[("due_fraction", "0.1234"), ("gap_points", "1.06"), ("grade", "ahead")],
    );
}

#[actix_web::test]
async fn every_kind_can_be_tried() {
    let app = TestApp::on_sqlite().await;
    let none = || json!({});
    let (start, june) = ("2025-01-01", "2025-06-30");
    let higher = |name, unit, basis| measure(name, unit, "higher", basis);
    let lower = |name, unit, basis| measure(name, unit, "lower", basis);
    let with_baseline = |mut body: Value, baseline: &str| {
        body["indicator"]["baseline"] = json!(baseline);
        body
    };
    let firms = with_baseline(
        body(
            higher("高新技术企业", "家", "point"),
            json!({"kind": "level", "comparator": ">", "value": "1.8", "unit": "万家"}),
            &[(june, june, "level", "16400", none())],
        ),
        "15000",
    );
    expect(
        &verdict(&app, &firms).await,
        &[("expected", "16500"), ("gap", "-100"), ("gap_points", "-3.3333"), ("grade", "watch")],
    );
    let share = body(
        higher("民间投资占比", "%", "point"),
        json!({"phrase": "民间投资占比保持60%以上"}),
        &[(june, june, "level", "58.8", none())],
    );
    expect(&verdict(&app, &share).await, &[("expected", "60"), ("gap", "-1.2"), ("grade", "behind")]);
    let air = with_baseline(
        body(
            lower("PM2.5浓度", "微克/立方米", "point"),
            json!({"kind": "change", "comparator": ">=", "value": "2", "unit": "微克/立方米"}),
            &[(june, june, "level", "33.5", none())],
        ),
        "34",
    );
    expect(&verdict(&app, &air).await, &[("expected", "33"), ("gap", "-0.5"), ("completion", "0.25")]);
    let cap = body(
        lower("物流费用占比", "%", "point"),
        json!({"kind": "cap", "comparator": "<=", "value": "13.8", "unit": "%"}),
        &[(june, june, "level", "14.1", none())],
    );
    expect(&verdict(&app, &cap).await, &[("expected", "13.8"), ("gap", "-0.3"), ("grade", "watch")]);
    let range = body(
        higher("标志性成果", "项", "cumulative"),
        json!({"phrase": "形成标志性成果5—7项"}),
        &[(start, june, "level", "3", none())],
    );
    expect(
        &verdict(&app, &range).await,
        &[("expected", "2.5"), ("expected_hi", "3.5"), ("gap", "0.5"), ("target.kind", "range")],
    );
    let nation =
        [(start, june, "yoy", "5.0", none()), (start, june, "yoy", "5.3", json!({"region": "100000"}))];
    for benchmark in [json!({"region": "100000"}), json!("全国平均"), json!("100000")] {
        let above = body(
            higher("规模工业增加值", "亿元", "cumulative"),
            json!({"kind": "versus_benchmark", "comparator": ">", "benchmark": benchmark}),
            &nation,
        );
        expect(
            &verdict(&app, &above).await,
            &[("expected", "5.3"), ("gap", "-0.3"), ("benchmarks.0.name", "全国")],
        );
    }
    let income = body(
        higher("居民收入", "元", "cumulative"),
        json!({"kind": "versus_indicator", "comparator": ">", "benchmark": {"measure": "地区生产总值"}}),
        &[
            (start, june, "yoy", "6.0", none()),
            (start, june, "yoy", "5.2", json!({"measure": "地区生产总值"})),
        ],
    );
    expect(
        &verdict(&app, &income).await,
        &[("expected", "5.2"), ("gap", "0.8"), ("benchmarks.0.name", "地区生产总值")],
    );
    let coverage = body(
        higher("应检尽检率", "%", "point"),
        json!({"kind": "coverage", "value": "100", "unit": "%"}),
        &[(june, june, "level", "97", none())],
    );
    // Without a base it is held against its target as it stands, and the assumption is said.
    expect(
        &verdict(&app, &coverage).await,
        &[("grade", "critical"), ("expected", "100"), ("missing.0.code", "baseline")],
    );
    // While its figures are the latest that may be had: in August those of June are green no more.
    let in_july = |mut body: Value| {
        body["as_of"] = json!("2025-07-10");
        body
    };
    let coverage = with_baseline(coverage, "90");
    expect(
        &verdict(&app, &coverage).await,
        &[("expected", "95"), ("gap", "2"), ("grade", "overdue_report"), ("overdue", "false")],
    );
    expect(&verdict(&app, &in_july(coverage)).await, &[("expected", "95"), ("gap", "2"), ("grade", "ahead")]);
    let done = |value: &str| {
        body(
            higher("主体全面封顶", "%", "point"),
            json!({"kind": "milestone"}),
            &[(june, june, "level", value, none())],
        )
    };
    expect(&verdict(&app, &done("100")).await, &[("grade", "achieved"), ("completion", "1")]);
    expect(&verdict(&app, &done("40")).await, &[("grade", "on_pace"), ("gap", "184")]);
    let accidents = |rate: &str| {
        in_july(body(
            lower("事故总量", "起", "cumulative"),
            json!({"kind": "trend"}),
            &[(start, june, "yoy", rate, none())],
        ))
    };
    expect(&verdict(&app, &accidents("-3")).await, &[("grade", "on_pace"), ("gap", "3")]);
    expect(&verdict(&app, &accidents("2")).await, &[("grade", "behind"), ("gap", "-2")]);
    let mut effort = body(higher("营商环境优化", "项", "point"), json!({"kind": "qualitative"}), &[]);
    expect(&verdict(&app, &effort).await, &[("grade", "no_data"), ("missing.0.code", "verdict")]);
    effort["verdict"] = json!({"grade": "watch", "on": "2025-08-01"});
    expect(&verdict(&app, &effort).await, &[("grade", "watch"), ("rule.rule", "person")]);
}

#[actix_web::test]
async fn what_is_not_known_is_said_and_never_green() {
    let app = TestApp::on_sqlite().await;
    let retail = || measure("社零", "亿元", "higher", "cumulative");
    let target = || json!({"kind": "growth", "comparator": ">=", "value": "5.5", "unit": "%"});
    let fact = |extra: Value| ("2025-01-01", "2025-07-31", "yoy", "6.2", extra);
    let empty = body(retail(), target(), &[]);
    expect(
        &verdict(&app, &empty).await,
        &[("grade", "no_data"), ("actual", "null"), ("missing.0.code", "observation")],
    );
    for extra in [
        json!({"status": "forecast"}),
        json!({"status": "plan"}),
        json!({"published_on": "2025-08-28"}),
        json!({"region": "430000"}),
        json!({"measure": "别的指标"}),
        json!({"figure": "level"}),
    ] {
        expect(
            &verdict(&app, &body(retail(), target(), &[fact(extra)])).await,
            &[("grade", "no_data"), ("actual", "null")],
        );
    }
    let known = body(retail(), target(), &[fact(json!({}))]);
    expect(
        &verdict(&app, &known).await,
        &[("grade", "ahead"), ("gap", "0.7"), ("needed_growth", "4.52"), ("share_from", "curve")],
    );
    // Of two vintages the later one known by then counts; permuting the list changes nothing.
    let vintages = [
        fact(json!({"published_on": "2025-08-15"})),
        ("2025-01-01", "2025-07-31", "yoy", "5.0", json!({"published_on": "2025-08-20"})),
        ("2025-01-01", "2025-07-31", "yoy", "9.9", json!({"published_on": "2025-09-20"})),
    ];
    expect(
        &verdict(&app, &body(retail(), target(), &vintages)).await,
        &[("actual", "5"), ("grade", "watch")],
    );
    // A lid on growth, said in a phrase, is held against growth though the measure is an amount.
    let lid = body(retail(), json!({"phrase": "社零增速控制在6%以内"}), &[fact(json!({}))]);
    expect(&verdict(&app, &lid).await, &[("target.kind", "growth"), ("gap", "-0.2"), ("grade", "watch")]);
    let mut promised = known.clone();
    promised["indicator"]["target"] = Value::Null;
    expect(&verdict(&app, &promised).await, &[("grade", "no_target"), ("actual", "6.2"), ("target", "null")]);
    promised = known.clone();
    promised["as_of"] = json!("2024-12-31");
    expect(&verdict(&app, &promised).await, &[("grade", "not_started")]);
    promised = known;
    promised["indicator"]["measure"]["release_day"] = json!(15);
    promised["as_of"] = json!("2025-09-18");
    expect(&verdict(&app, &promised).await, &[("overdue", "false"), ("grade", "ahead")]);
    promised["as_of"] = json!("2025-09-19");
    expect(&verdict(&app, &promised).await, &[("overdue", "true"), ("grade", "overdue_report")]);
}

#[actix_web::test]
async fn ranks_are_among_observed_siblings_and_packs_may_be_given() {
    let app = TestApp::on_sqlite().await;
    let facts: Vec<_> =
        [("430600", "5.0"), ("430100", "6.1"), ("430200", "4.0"), ("430602", "9.9"), ("430000", "5.2")]
            .into_iter()
            .map(|(region, value)| ("2025-01-01", "2025-07-31", "yoy", value, json!({"region": region})))
            .collect();
    let mut ranked =
        body(measure("社零", "亿元", "higher", "cumulative"), json!({"phrase": "社零增长6%以上"}), &facts);
    expect(
        &verdict(&app, &ranked).await,
        &[
            ("rank.position", "2"),
            ("rank.of", "3"),
            ("benchmarks.0.name", "湖南省"),
            ("benchmarks.0.gap", "-0.2"),
            ("grade", "behind"),
            ("rule.pack", "standard@1"),
            ("rule.thresholds.behind", "1"),
        ],
    );
    ranked["rule_pack"] = json!("wuhan");
    expect(&verdict(&app, &ranked).await, &[("rule.pack", "wuhan@1")]);
    ranked["rule_pack"] = json!({"based_on": "yinchuan", "rate": {"watch": "0.2", "behind": "2", "critical": "5", "inclusive": false}});
    expect(&verdict(&app, &ranked).await, &[("grade", "watch"), ("rule.thresholds.behind", "2")]);
    // Hysteresis needs the grades of before.
    ranked["rule_pack"] = json!("standard");
    ranked["observations"][0]["value"] = json!("5.1");
    expect(&verdict(&app, &ranked).await, &[("grade", "watch"), ("rule.held", "false")]);
    ranked["history"] = json!([{"period_end": "2025-06-30", "grade": "behind"}]);
    expect(&verdict(&app, &ranked).await, &[("grade", "behind"), ("rule.held", "true")]);
}

#[actix_web::test]
async fn what_does_not_fit_is_refused_with_its_place() {
    let app = TestApp::on_sqlite().await;
    let good = body(
        measure("社零", "亿元", "higher", "cumulative"),
        json!({"phrase": "社零增长6%以上"}),
        &[("2025-01-01", YEAR.1, "yoy", "6.2", json!({}))],
    );
    type Spoil = fn(&mut Value);
    let spoils: [(Spoil, &str, &str); 12] = [
        (|body| body["as_of"] = json!("2025-02-30"), "/as_of", "invalid"),
        (|body| body["colour"] = json!(1), "/colour", "invalid"),
        (|body| body["indicator"]["measure"]["better"] = json!("up"), "/indicator/measure/better", "invalid"),
        (|body| body["indicator"]["measure"]["unit"] = json!(""), "/indicator/measure/unit", "invalid"),
        (|body| body["indicator"]["window_end"] = json!("2024-01-01"), "/indicator/window_end", "invalid"),
        (|body| body["indicator"]["target"] = json!({"kind": "total"}), "/indicator/target/value", "invalid"),
        (
            |body| body["indicator"]["target"] = json!({"phrase": "乱七八糟"}),
            "/indicator/target/phrase",
            "invalid",
        ),
        (
            |body| body["indicator"]["target"] = json!({"kind": "total", "value": "1", "unit": "人"}),
            "/indicator/target/unit",
            "invalid",
        ),
        (|body| body["indicator"]["curve"] = json!("moon"), "/indicator/curve", "invalid"),
        (|body| body["rule_pack"] = json!("nobody"), "/rule_pack", "invalid"),
        (
            |body| body["observations"][0]["period_end"] = json!("2024-01-01"),
            "/observations/0/period_end",
            "invalid",
        ),
        (|body| body["observations"][0]["value"] = json!("五"), "/observations/0/value", "invalid"),
    ];
    for (spoil, pointer, code) in spoils {
        let mut spoilt = good.clone();
        spoil(&mut spoilt);
        app.post("/assessments/preview", spoilt.clone()).await.problem(422, code, pointer);
        let output = run("assess", &["-"], spoilt.to_string().as_bytes());
        let message = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(
            !output.status.success() && output.stdout.is_empty() && message.contains(pointer),
            "{pointer}: {message}"
        );
    }
    for input in [&b""[..], b"[]", b"{", b"\xff\xfe"] {
        assert!(!run("assess", &["-"], input).status.success());
    }
    assert!(!run("assess", &["no-such-file.json"], b"").status.success());
}

#[actix_web::test]
async fn phrases_are_read_line_by_line_whatever_they_are() {
    let app = TestApp::on_sqlite().await;
    let phrases = ["社会消费品零售总额增长5.5%以上", "分别提高到不低于740元/月和485元/月", "乱七八糟"];
    let parsed = app.post("/targets/parse", json!({"phrases": phrases})).await.expect(200);
    let mut input = "\u{feff}".to_owned().into_bytes();
    input.extend(phrases.join("\r\n").bytes());
    let output = run("parse-target", &[], &input);
    let lines: Vec<Value> = String::from_utf8(output.stdout)
        .unwrap()
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(Value::from(lines), parsed["items"]);
    let first = &parsed["items"][0]["targets"][0];
    assert_eq!(
        (&first["kind"], &first["value"], &first["unit"]),
        (&json!("growth"), &json!("5.5"), &json!("%"))
    );
    assert_eq!(parsed["items"][1]["targets"].as_array().unwrap().len(), 2);
    assert_eq!(parsed["items"][2]["targets"], json!([]));
    assert_eq!(parsed["items"][2]["unparsed"], json!(["乱七八糟"]));
    let odd = [&b"\xff\xfe\x00 5%\n\n  \n"[..], "增长5%".repeat(100_000).as_bytes(), b"\n\0\n"].concat();
    let output = run("parse-target", &[], &odd);
    assert!(output.status.success());
    assert_eq!(String::from_utf8(output.stdout).unwrap().lines().count(), 3);
    app.post("/targets/parse", json!({"phrases": vec![""; 10_001]}))
        .await
        .problem(422, "invalid", "/phrases");
    app.post("/targets/parse", json!({"phrases": [1]})).await.problem(422, "invalid", "/phrases/0");
}
