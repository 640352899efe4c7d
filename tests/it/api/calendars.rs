use serde_json::json;

use crate::support::both;

both! {
    async fn the_years_in_force_are_shown(app: TestApp) {
        let shown = app.get("/calendars").await.expect(200);
        let years: Vec<_> = shown["years"].as_array().unwrap().iter().map(|one| (one["year"].clone(), one["working_days"].clone())).collect();
        assert_eq!(years, [(json!(2025), json!(248)), (json!(2026), json!(248))]);
        assert_eq!(shown["first_missing"], 2027);
        assert!(shown["years"][0]["work_days"].as_array().unwrap().contains(&json!({"date": "2025-10-11", "holiday": "国庆节、中秋节"})));
    }
}
