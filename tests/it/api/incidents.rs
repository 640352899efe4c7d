use chrono::TimeDelta;
use serde_json::json;
use xushi::clock::Clock as _;
use xushi::jobs::Job;
use xushi::jobs::deliver::deliver;
use xushi::jobs::watch::watch;
use xushi::mail::outbox::MemoryOutbox;

use crate::post::{deliveries, issue, issued, jobs, later, letters, open_incidents};
use crate::support::both;

both! {
    async fn what_should_not_be_so_becomes_a_incident_and_stops_being_one(app: TestApp) {
        let letter = issued(&app).await.remove(0);
        let schedule = [(Job::Issue, "0 0 8 * * *"), (Job::Deliver, "*/10 * * * * *")];
        let outbox = MemoryOutbox::default();
        let jobs = jobs(&app, &outbox);
        let first = watch(&jobs, &schedule).await.unwrap();
        assert_eq!((first.opened, open_incidents(&app, "delivery_late").await.len()), (0, 0), "all is well");
        // Nobody delivers for two hours.
        later(&app, TimeDelta::hours(2));
        let count = deliveries(&app).await.len();
        assert_eq!(watch(&jobs, &schedule).await.unwrap().opened, count);
        assert_eq!(open_incidents(&app, "delivery_late").await.len(), count);
        assert_eq!(watch(&jobs, &schedule).await.unwrap().opened, 0, "said once");
        deliver(&jobs).await.unwrap();
        assert_eq!(watch(&jobs, &schedule).await.unwrap().closed, count);
        assert!(open_incidents(&app, "delivery_late").await.is_empty());
        let closed = app.get("/incidents?open=false&kind=delivery_late").await.expect(200);
        assert_eq!(closed["items"].as_array().unwrap().len(), count);
        // A job that ran yesterday and not today.
        let now = app.clock.now();
        later(&app, TimeDelta::microseconds(747_597));
        let cron = schedule[0].1;
        crate::support::services::run_latest(&jobs, Job::Issue, cron, async || Ok("done".into())).await.unwrap();
        later(&app, TimeDelta::microseconds(33_081));
        assert_eq!(watch(&jobs, &schedule).await.unwrap().opened, 0, "what ran is not stuck");
        later(&app, TimeDelta::days(1));
        assert_eq!(watch(&jobs, &schedule).await.unwrap().opened, 1);
        assert_eq!(open_incidents(&app, "job_stuck").await[0]["subject_id"], "issue");
        crate::support::services::run_latest(&jobs, Job::Issue, cron, async || Ok("done".into())).await.unwrap();
        assert_eq!(watch(&jobs, &schedule).await.unwrap().closed, 1);
        app.clock.set(now);
        // The next year's calendar is not there when deadlines reach into it.
        app.clock.set("2026-12-10T01:00:00Z".parse().unwrap());
        watch(&jobs, &[]).await.unwrap();
        assert_eq!(open_incidents(&app, "calendar_unpublished").await[0]["subject_id"], "2027");
        app.clock.set(now);
        watch(&jobs, &[]).await.unwrap();
        assert!(open_incidents(&app, "calendar_unpublished").await.is_empty());
        app.get(&format!("/incidents?subject_id={}", letter.id.0)).await.expect(200);
        app.get("/incidents?kind=nonsense").await.problem(400, "malformed_query", "kind");
    }

    async fn a_letter_without_a_mailbox_and_an_indicator_without_a_unit_are_incidents(app: TestApp) {
        xushi::demo::load(&app.office).await.unwrap().unwrap();
        let contacts = app.get("/contacts?limit=500").await.expect(200);
        for contact in contacts["items"].as_array().unwrap() {
            let address = format!("/contacts/{}", contact["id"].as_str().unwrap());
            app.patch(&address, json!({"valid_to": "2025-01-31"})).await.expect(200);
        }
        issue(&app, "2025-08-27").await;
        let letter = letters(&app).await.remove(0);
        let jobs = jobs(&app, &MemoryOutbox::default());
        watch(&jobs, &[]).await.unwrap();
        let homeless = open_incidents(&app, "no_mailbox").await;
        assert_eq!(homeless.len(), 1);
        assert_eq!(homeless[0]["subject_id"], letter.id.0.to_string());
        assert!(homeless[0]["detail"].as_str().unwrap().contains(&letter.mark));
        app.get(&format!("/letters/{}.eml", letter.id.0)).await.problem(404, "not_found", "");
    }
}
