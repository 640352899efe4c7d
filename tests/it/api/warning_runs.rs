use serde_json::{Value, json};
use xushi::office::warnings;

use crate::policy::{d, items, report, run, sample};
use crate::support::both;

both! {
    async fn runs_are_kept_and_say_who_asked(app: TestApp) {
        sample(&app, &["投资"], json!({})).await;
        report(&app, "投资", "2025-07-31", "3.0", "2025-08-20").await;
        let done = run(&app, "2025-08-21").await;
        let rehearsed = app.post("/warning-runs", json!({"as_of": "2025-08-21", "dry_run": true})).await.expect(200);
        assert_eq!(rehearsed["id"], Value::Null);
        warnings::run(&app.office, &xushi::office::Actor::job(), d("2025-08-22")).await.unwrap();
        let kept = items(&app, "/warning-runs").await;
        let told: Vec<_> = kept.iter().map(|run| (run["started_by"].clone(), run["letters"].clone())).collect();
        assert_eq!(told, [(Value::Null, json!(0)), (json!("test"), json!(1))], "the latest first");
        let one = app.get(&format!("/warning-runs/{}", done["id"].as_str().unwrap())).await.expect(200);
        assert_eq!((&one["letters"][0]["number"], &one["letters"][0]["indicator_count"]), (&json!("湘攻坚函〔2025〕1号"), &json!(1)));
        assert_eq!((&one["letters"][0]["id"], &one["assessed"]), (&done["letters"][0]["id"], &json!(1)));
        app.get("/warning-runs/01890000-0000-7000-8000-000000000000").await.problem(404, "not_found", "");
    }
}
