use serde_json::{Value, json};

use super::replies::{issued, reply};
use crate::api::ledger::days;
use crate::support::{TestApp, both};

async fn board(app: &TestApp, query: &str) -> [i64; 6] {
    let board = app.get(&format!("/letters/board?{query}")).await.expect(200);
    let counts = |of: &Value| {
        ["issued", "delivered", "received", "answered", "overdue", "closed"]
            .map(|name| of[name].as_i64().unwrap())
    };
    let sums = board["items"].as_array().unwrap().iter().map(counts).fold([0; 6], |mut sum, one| {
        sum.iter_mut().zip(one).for_each(|(sum, one)| *sum += one);
        sum
    });
    assert_eq!(sums, counts(&board["total"]), "{board}");
    sums
}

both! {
    async fn the_board_of_letters_counts_what_the_lists_show_at_any_date(app: TestApp) {
        let letters = issued(&app).await;
        let many = letters.len() as i64;
        let id = letters[0]["id"].as_str().unwrap();
        let path = |rest: &str| format!("/letters/{id}/{rest}");
        assert_eq!(board(&app, "as_of=2025-08-26").await, [0; 6]);
        assert_eq!(board(&app, "").await, [many, 0, 0, 0, 0, 0]);
        days(&app, 1);
        app.post(&path("receipt"), json!({"person": "李四"})).await.expect(201);
        days(&app, 1);
        let first = app.post(&path("replies"), reply()).await.expect(201);
        days(&app, 20);
        let review = path(&format!("replies/{}/review", first["id"].as_str().unwrap()));
        app.post(&review, json!({"verdict": "returned", "reason": "请量化"})).await.expect(201);
        days(&app, 1);
        let second = app.post(&path("replies"), reply()).await.expect(201);
        days(&app, 1);
        let review = path(&format!("replies/{}/review", second["id"].as_str().unwrap()));
        app.post(&review, json!({"verdict": "accepted"})).await.expect(201);
        app.post(&path("closure"), json!({})).await.expect(201);
        for (as_of, want) in [
            ("2025-08-27", [many, 0, 0, 0, 0, 0]),
            ("2025-08-28", [many, 0, 1, 0, 0, 0]),
            ("2025-08-29", [many, 0, 1, 1, 0, 0]),
            ("2025-09-03", [many, 0, 1, 1, 0, 0]),
            // The last day for an answer was 3 September: the others are late now.
            ("2025-09-04", [many, 0, 1, 1, many - 1, 0]),
            // What was returned that day has a last day of its own.
            ("2025-09-18", [many, 0, 1, 0, many - 1, 0]),
            ("2025-09-19", [many, 0, 1, 1, many - 1, 0]),
            ("2025-09-20", [many, 0, 1, 1, many - 1, 1]),
        ] {
            assert_eq!(board(&app, &format!("as_of={as_of}")).await, want, "{as_of}");
        }
        // Today's board says what the lists say.
        let listed = app.get("/letters?limit=500").await.expect(200)["items"].as_array().unwrap().clone();
        let count = |states: &[&str]| listed.iter().filter(|one| states.contains(&one["state"].as_str().unwrap())).count() as i64;
        let today = board(&app, "").await;
        assert_eq!((today[0], today[5]), (listed.len() as i64, count(&["closed"])));
        assert_eq!(today[3], count(&["replied", "accepted", "closed"]));
        assert_eq!(today[4], count(&["issued", "received", "returned"]));
        let unit = letters[0]["unit_id"].as_str().unwrap();
        assert_eq!(board(&app, &format!("unit={unit}")).await, [1, 0, 1, 1, 0, 1]);
        assert_eq!(board(&app, "campaign=%E4%B8%83%E5%A4%A7%E6%94%BB%E5%9D%9A").await[0], many);
        app.get("/letters/board?as_of=soon").await.problem(400, "malformed_query", "as_of");
        app.get("/letters/board?campaign=x").await.problem(400, "malformed_query", "campaign");
    }
}
