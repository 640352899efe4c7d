//! `xushi read-report`: one JSON object of a report, of the shape that is promised; refusals that say what to do.

use serde_json::{Value, json};

use crate::try_out::run;

const REPORT: &str = "湖东市推进“三大提升”工作月报

第8期

湖东市“三大提升”综合协调组

2026年8月26日

【重要指标】

1-7月，全市社会消费品零售总额312.40亿元，同比下降1.6%，低于全省平均2.4个百分点；预计1-8月增长2%以上。带动企业数十家。

报：市委书记
";

#[test]
fn a_report_becomes_one_object_of_the_promised_shape() {
    let output = run("read-report", &["-"], REPORT.as_bytes());
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let read: Value = serde_json::from_slice(&output.stdout).unwrap();
    let phrase = "1-7月，全市社会消费品零售总额312.40亿元，同比下降1.6%，低于全省平均2.4个百分点";
    let fact =
        |end: &str, figure: &str, value: &str, unit: &str, status: &str, against: Value, phrase: &str| {
            json!({
                "indicator": "社会消费品零售总额",
                "region": "湖东市",
                "period": {"start": "2026-01-01", "end": end},
                "basis": "cumulative",
                "figure": figure,
                "value": value,
                "unit": unit,
                "status": status,
                "against": against,
                "phrase": phrase,
                "place": "第11行",
            })
        };
    let expected = json!({
        "title": "湖东市推进“三大提升”工作月报",
        "issuer": "湖东市“三大提升”综合协调组",
        "issue": "第8期",
        "published_on": "2026-08-26",
        "facts": [
            fact("2026-07-31", "level", "312.40", "亿元", "actual", Value::Null, phrase),
            fact("2026-07-31", "yoy", "-1.6", "%", "actual", Value::Null, phrase),
            fact("2026-07-31", "difference", "-2.4", "个百分点", "actual", json!("全省平均"), phrase),
            fact("2026-08-31", "yoy", "2", "%", "forecast", Value::Null, "预计1-8月增长2%以上"),
        ],
        "unread": [{"text": "数十家", "place": "第11行", "why": "数目不确定，未作解读"}],
    });
    assert_eq!(read, expected, "{read:#}");
}

#[test]
fn what_is_no_report_is_refused_with_what_to_do() {
    for (input, words) in [
        (&b""[..], "没有内容"),
        ("各单位：\n请做好值班工作。\n".as_bytes(), "没有读出数据"),
        (b"\xd0\xcf\x11\xe0", "另存为.docx"),
    ] {
        let output = run("read-report", &["-"], input);
        let message = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(!output.status.success() && output.stdout.is_empty() && message.contains(words), "{message}");
    }
}
