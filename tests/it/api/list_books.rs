//! Lists as workbooks say what the lists say.

use actix_web::http::Method;

use crate::api::letters::replies::issued;
use crate::support::{TestApp, both};

/// The rows of the first sheet as text.
fn rows(bytes: &[u8]) -> Vec<Vec<String>> {
    let sheets = xushi::reading::sheet::cells(bytes).unwrap();
    sheets[0].rows.iter().map(|row| row.iter().map(|cell| cell.text.clone()).collect()).collect()
}

async fn book(app: &TestApp, path: &str) -> Vec<Vec<String>> {
    let answer = app.get(path).await;
    assert_eq!(answer.status, 200, "{path}: {}", String::from_utf8_lossy(&answer.bytes));
    assert!(answer.header("content-disposition").starts_with("attachment"), "{path}");
    rows(&answer.bytes)
}

both! {
    async fn letters_observations_and_the_ledger_are_workbooks(app: TestApp) {
        let letters = issued(&app).await;
        let book_of_letters = book(&app, "/letters.xlsx").await;
        assert_eq!(book_of_letters[2][..4], ["文号", "种类", "收函单位", "事由"]);
        for letter in &letters {
            let number = letter["number"].as_str().unwrap();
            let row = book_of_letters.iter().find(|row| row[0] == number).unwrap_or_else(|| panic!("{number} in {book_of_letters:?}"));
            assert_eq!((row[1].as_str(), row[3].as_str()), ("预警函", letter["subject"].as_str().unwrap()));
        }
        let unit = letters[0]["unit_id"].as_str().unwrap();
        let key = app.new_key("unit", Some(unit)).await;
        let own = app.send(app.request_as(&key, Method::GET, "/letters.xlsx")).await;
        let listed = app.send(app.request_as(&key, Method::GET, "/letters")).await.expect(200)["items"].as_array().unwrap().len();
        assert_eq!(rows(&own.bytes).len(), listed + 3, "what is addressed or copied to it");

        let problems = app.get("/ledger?limit=500").await.expect(200)["items"].as_array().unwrap().len();
        let ledger = book(&app, "/ledger.xlsx").await;
        assert_eq!(ledger.len(), problems + 3);
        assert!(ledger[1][0].contains(&format!("共{problems}个未解除的问题")), "{:?}", ledger[1]);
        assert!(ledger[3..].iter().all(|row| !row[7].is_empty() && row[12] != "未发函"), "{ledger:?}");

        let all = app.get("/observations?vintages=latest&limit=500").await.expect(200)["items"].as_array().unwrap().len();
        let facts = book(&app, "/observations.xlsx").await;
        assert_eq!(facts.len(), all + 3);
        let some = book(&app, "/observations.xlsx?region=430000&from=2030-01-01").await;
        assert!(some.len() <= 3, "{some:?}");
        app.get("/ledger.xlsx?campaign=%E6%B2%A1%E6%9C%89").await.problem(400, "malformed_query", "campaign");
    }
}
