//! Every page in a real browser, without JavaScript: on a telephone nothing is wider than the screen.

use serde_json::json;

use crate::support::chromium::Chromium;
use crate::support::process::{KEY, Process};

#[test]
fn every_page_fits_a_telephone_and_the_front_door_opens() {
    let Some(mut browser) = Chromium::start(375, 740) else { return };
    let folder = tempfile::tempdir().unwrap();
    let variables = [("XUSHI_LETTERS_BASE_URL", "http://unused.example.org"), ("XUSHI_LINKS_DAYS", "3650")];
    let process = Process::start_with(folder.path(), &["demo", "--dir", "d"], &variables);
    let pictures = std::env::var_os("XUSHI_LETTER_DIR").map(std::path::PathBuf::from);
    let look = |browser: &mut Chromium, name: &str| {
        let (content, window) = browser.widths();
        assert!(content <= window, "{name}: {content} px wide on {window}");
        if let Some(folder) = &pictures {
            browser.picture(&folder.join(format!("{name}.png")));
        }
    };
    let at = |path: &str| format!("http://{}{path}", process.address);
    browser.open(&at("/"));
    look(&mut browser, "sign-in");
    browser.type_into("#key", "xsk_wrong");
    browser.press("#sign-in button");
    look(&mut browser, "wrong-key");
    assert!(browser.html().contains("密钥不正确"));
    browser.type_into("#key", KEY);
    browser.press("#sign-in button");
    look(&mut browser, "desk");
    assert!(browser.html().contains("今日办理"));
    browser.open(&at("/desk/tomorrow"));
    look(&mut browser, "tomorrow");
    let key = "Content-Type: application/json\r\n";
    let unit = process.call("GET", "/units?limit=1", "", b"");
    let unit: serde_json::Value = serde_json::from_str(unit.split_once("\r\n\r\n").unwrap().1).unwrap();
    let long = "一个没有断开的很长的题目".repeat(12);
    let problem = json!({"title": long, "source": "circular", "unit": unit["items"][0]["id"], "found_on": "2025-01-02", "due_on": "2025-01-03"});
    let made = process.call("POST", "/problems", key, problem.to_string().as_bytes());
    assert!(made.starts_with("HTTP/1.1 201"), "{made}");
    browser.open(&at("/problems/"));
    look(&mut browser, "problems");
    assert!(browser.html().contains("1个问题未销号"), "{}", browser.html());
    browser.open(&at("/board"));
    look(&mut browser, "board");
    assert!(browser.html().contains("请过问"), "{}", browser.html());
    let letters = process.call("GET", "/letters?limit=1", "", b"");
    let body = letters.split_once("\r\n\r\n").unwrap().1;
    let letter: serde_json::Value = serde_json::from_str(body).unwrap();
    let letter = &letter["items"][0];
    browser.open(&at(&format!("/desk/letters/{}", letter["id"].as_str().unwrap())));
    look(&mut browser, "letter");
    let new = json!({"name": "报送员", "role": "reporter", "unit": letter["unit_id"]}).to_string();
    let made = process.call("POST", "/api-keys", "Content-Type: application/json\r\n", new.as_bytes());
    let key: serde_json::Value = serde_json::from_str(made.split_once("\r\n\r\n").unwrap().1).unwrap();
    browser.press(".out button");
    browser.type_into("#key", key["key"].as_str().unwrap());
    browser.press("#sign-in button");
    look(&mut browser, "mine");
    browser.open(&at("/mine?month=2025-08"));
    look(&mut browser, "mine-owes");
    assert!(browser.html().contains("要报的数"));
}
