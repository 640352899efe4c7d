//! What forecasts were worth.

use serde_json::json;

use crate::support::both;

both! {
    async fn nothing_stated_is_no_record(app: TestApp) {
        let record = app.get("/forecasts/record").await.expect(200);
        assert_eq!((&record["indicators"], &record["all"]["count"], &record["all"]["auc"]), (&json!(0), &json!(0), &json!(null)));
        assert_eq!((&record["months"], record["tenths"].as_array().unwrap().len()), (&json!([]), 10));
        assert_eq!(record["tenths"][9], json!({"from": "0.9", "to": "1", "count": 0, "stated": null, "missed": null}));
        app.get("/forecasts/record?campaign=%E6%97%A0").await.problem(400, "malformed_query", "campaign");
    }
}
