//! The reply page in a real browser, on a phone's width and without JavaScript, against the real process.

use chrono::Datelike as _;
use serde_json::{Value, json};
use xushi::clock::{Clock as _, SystemClock};

use crate::support::chromium::Chromium;
use crate::support::process::Process;

fn call(process: &Process, verb: &str, path: &str, body: &Value) -> Value {
    let answer = process.call(verb, path, "Content-Type: application/json\r\n", body.to_string().as_bytes());
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    assert!(head.contains(" 200 ") || head.contains(" 201 "), "{answer}");
    serde_json::from_str(body).unwrap()
}

/// The address in the mail that the demo has written.
fn address(folder: &std::path::Path) -> String {
    let mails: Vec<_> =
        std::fs::read_dir(folder.join("d/outbox")).unwrap().map(|one| one.unwrap().path()).collect();
    let mail =
        mails.iter().map(|path| std::fs::read_to_string(path).unwrap()).find(|mail| mail.contains("Subject"));
    let mail = mail.unwrap();
    let parts = mail.split("\r\n\r\n").map(|part| {
        let encoded: String = part.lines().take_while(|line| !line.starts_with("--")).collect();
        use base64::Engine as _;
        let decoded = base64::engine::general_purpose::STANDARD.decode(encoded).ok();
        decoded
            .map_or_else(|| part.replace("=\r\n", ""), |bytes| String::from_utf8_lossy(&bytes).into_owned())
    });
    let words: String = parts.collect();
    let at = words.find("/r/").unwrap();
    words[at..].split(|c: char| c.is_whitespace() || c == '"').next().unwrap().to_owned()
}

#[test]
fn a_person_with_a_phone_receives_and_answers_a_letter() {
    let Some(mut browser) = Chromium::start(390, 844) else { return };
    let folder = tempfile::tempdir().unwrap();
    // The sample's letters are of 2025.
    let variables = [("XUSHI_LETTERS_BASE_URL", "http://unused.example.org"), ("XUSHI_LINKS_DAYS", "3650")];
    let process = Process::start_with(folder.path(), &["demo", "--dir", "d"], &variables);
    let address = format!("http://{}{}", process.address, address(folder.path()));
    let pictures = std::env::var_os("XUSHI_LETTER_DIR").map(std::path::PathBuf::from);
    let look = |browser: &mut Chromium, name: &str| {
        let (content, window) = browser.widths();
        assert!(content <= window, "{name}: {content} px wide on {window}");
        if let Some(folder) = &pictures {
            browser.picture(&folder.join(format!("{name}.png")));
        }
    };
    browser.open(&address);
    look(&mut browser, "1-opened");
    assert!(browser.html().contains("打开本页不等于签收"));
    browser.type_into("#receiver", "李四");
    browser.press("#receive button");
    look(&mut browser, "2-received");

    let year = SystemClock.today().year() + 1;
    browser.type_into("#cause", "部分项目用地批复迟，资金到位慢。");
    browser.type_into("#action1", "建立周调度机制，逐项销号。");
    browser.type_into("#leader", "王五");
    browser.type_into("#leader_phone", "0731-82210001");
    browser.type_into("#person", "李四");
    browser.type_into("#phone", "打这里");
    browser.press("#answer button");
    // Without script, too, the first thing on the screen is what must be mended.
    let top = browser.top("#mistakes");
    assert!((0.0..200.0).contains(&top), "{top} px");
    look(&mut browser, "3-mistakes");
    let html = browser.html();
    assert!(
        html.contains("due_on1-wrong") && html.contains("phone-wrong") && html.contains("部分项目用地批复迟")
    );
    browser.choose_date("#due_on1", &format!("{year}-09-30"));
    let file = folder.path().join("情况说明.pdf");
    std::fs::write(&file, b"%PDF-1.7").unwrap();
    browser.choose("#files", &[file.to_str().unwrap()]);
    browser.clear("#phone");
    browser.type_into("#phone", "0731-82210000");
    browser.press("#answer button");
    look(&mut browser, "4-answered");
    assert!(browser.html().contains("反馈已提交，正等待审核"), "{}", browser.html());

    let letters = call(&process, "GET", "/letters", &Value::Null);
    let id = letters["items"][0]["id"].as_str().unwrap();
    let replies = call(&process, "GET", &format!("/letters/{id}/replies"), &Value::Null);
    let reply = &replies["items"][0];
    assert_eq!(
        reply["remedies"],
        json!([{"action": "建立周调度机制，逐项销号。", "due_on": format!("{year}-09-30")}])
    );
    assert_eq!((&reply["files"][0]["name"], &reply["via"]), (&json!("情况说明.pdf"), &json!("link")));
    let review = format!("/letters/{id}/replies/{}/review", reply["id"].as_str().unwrap());
    call(&process, "POST", &review, &json!({"verdict": "returned", "reason": "措施不够具体，请按月分解。"}));
    browser.open(&address);
    look(&mut browser, "5-returned");
    assert!(browser.html().contains("请按月分解"));
    browser.click("summary");
    browser.type_into("#action2", "每月完成开工2个项目。");
    browser.choose_date("#due_on2", &format!("{year}-12-31"));
    browser.press("#answer button");
    look(&mut browser, "6-answered-again");
    let replies = call(&process, "GET", &format!("/letters/{id}/replies"), &Value::Null);
    assert_eq!(replies["items"][1]["remedies"].as_array().unwrap().len(), 2);
    browser.open(&format!("{address}/letter"));
    assert!(browser.html().contains("固定资产投资"));
    browser.open(&format!("http://{}/r/AAAA", process.address));
    look(&mut browser, "7-unknown");
    assert!(browser.html().contains("链接无效"));
}
