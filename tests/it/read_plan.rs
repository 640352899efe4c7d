//! `xushi read-plan`: one JSON object of a plan, of the shape that is promised; refusals that say what to do.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::try_out::run;

const PLAN: &str = "湖东政办发〔2026〕7号

湖东市推进“三大提升”工作方案

一、工作目标

社会消费品零售总额增长6%以上。

二、重点任务

（一）扩大消费

1. 办好活动。6月底前举办促消费活动30场以上。（市商务局牵头，市文旅局等按职责分工负责）

三、推进机制

成立工作专班，由副市长任召集人，市商务局主要负责人任副召集人，市商务局、市文旅局为成员单位，专班办公室设在市商务局。

湖东市人民政府办公室
2026年2月11日
";

fn keys(value: &Value) -> BTreeSet<&str> {
    value.as_object().unwrap().keys().map(String::as_str).collect()
}

#[test]
fn a_plan_becomes_one_object_of_the_promised_shape() {
    let output = run("read-plan", &["-"], PLAN.as_bytes());
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let read: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(keys(&read), BTreeSet::from(["campaign", "goals", "parts", "units", "unread"]));
    let campaign = json!({"name": "三大提升", "doc_no": "湖东政办发〔2026〕7号", "issuer": "湖东市人民政府办公室", "issued_on": "2026-02-11"});
    assert_eq!(read["campaign"], campaign);
    let goal = &read["goals"][0];
    let parsed = run("parse-target", &[], "社会消费品零售总额增长6%以上".as_bytes());
    let parsed: Value = serde_json::from_slice(&parsed.stdout).unwrap();
    let mut expected = parsed["targets"][0].clone();
    expected["phrase"] = json!("社会消费品零售总额增长6%以上");
    expected["place"] = json!("第7行");
    assert_eq!(*goal, expected);
    let part = &read["parts"][0];
    assert_eq!(keys(part), BTreeSet::from(["goals", "name", "task_force", "tasks"]));
    assert_eq!(part["name"], "三大提升");
    let force = json!({"convener": "副市长", "deputies": ["市商务局"], "members": ["市商务局", "市文旅局"], "open": false, "office": "市商务局"});
    assert_eq!(part["task_force"], force);
    let task = &part["tasks"][0];
    assert_eq!(keys(task), BTreeSet::from(["lead", "name", "open", "section", "support", "targets", "text"]));
    assert_eq!((&task["section"], &task["name"]), (&json!("扩大消费"), &json!("办好活动")));
    assert_eq!(
        (&task["lead"], &task["support"], &task["open"]),
        (&json!(["市商务局"]), &json!(["市文旅局"]), &json!(true))
    );
    assert_eq!(task["targets"][0]["value"], "30");
    assert_eq!(
        read["units"],
        json!([{"name": "市商务局", "aliases": []}, {"name": "市文旅局", "aliases": []}])
    );
    let unread = json!([{"text": "6月底前", "place": "第13行", "why": "时限，目标没有单列的日期"}]);
    assert_eq!(read["unread"], unread);
}

#[test]
fn what_is_no_plan_is_refused_with_what_to_do() {
    for (input, words) in [
        (&b""[..], "没有内容"),
        ("各单位：\n请做好值班工作。\n".as_bytes(), "不像是方案"),
        ("某某县工作通报\n\n1-7月，全县投资增长5%。\n".as_bytes(), "read-report"),
        (b"%PDF-1.7", ".docx"),
        (b"\xd0\xcf\x11\xe0", "另存为.docx"),
    ] {
        let output = run("read-plan", &["-"], input);
        let message = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(!output.status.success() && output.stdout.is_empty() && message.contains(words), "{message}");
    }
    assert!(!run("read-plan", &["no-such-file.docx"], b"").status.success());
}
