//! No day is skipped: slots that failed, were abandoned or were missed, and what the watchdog says of them.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use actix_web::test::TestRequest;
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};
use xushi::clock::Clock as _;
use xushi::domain::{TextEnum as _, WorkCalendar};
use xushi::jobs::deliver::deliver;
use xushi::jobs::run::round;
use xushi::jobs::watch::watch;
use xushi::jobs::{Job, JobCron, JobError, Jobs, run};
use xushi::mail::outbox::MemoryOutbox;
use xushi::mail::transport::Transport;
use xushi::office::slots::SlotStanding;
use xushi::store::rows::{SlotClaim, SlotRow};
use xushi::store::types::micros;
use xushi::store::{Store, StoreError};

use crate::support::services::{latest, run_latest};
use crate::support::{TestApp, both};

const SCHEDULE: [JobCron<'_>; 4] = [
    (Job::Evaluate, "0 30 6 * * *"),
    (Job::Issue, ISSUE),
    (Job::Remind, "0 30 8 * * *"),
    (Job::Watch, "0 */5 * * * *"),
];
const DAILY: &[JobCron<'_>] = &[SCHEDULE[0], SCHEDULE[1], SCHEDULE[2]];
const ISSUE: &str = "0 0 8 * * *";

fn jobs(app: &TestApp, holder: &str) -> Jobs {
    app.jobs(Transport::Memory(MemoryOutbox::default()), holder)
}

/// An instant in the office.
fn office(text: &str) -> DateTime<Utc> {
    format!("{text}+08:00").parse().unwrap()
}

/// The sample campaign with one figure that lags.
async fn lagging(app: &TestApp) {
    xushi::demo::load(&app.office).await.unwrap().unwrap();
    let fact = json!({"items": [{"measure": "入境旅游人次", "region": "430000", "figure": "yoy", "value": "12.5",
        "period": {"start": "2025-01-01", "end": "2025-07-31"}, "source": "月报", "published_on": "2025-08-20"}]});
    app.put("/observations", fact).await.expect(200);
}

async fn slot(app: &TestApp, job: Job, due: &str) -> Option<SlotRow> {
    let due = micros(office(due).naive_utc());
    app.store.find_slot(job.as_str(), due).await.unwrap()
}

async fn outcome(app: &TestApp, job: Job, due: &str) -> String {
    slot(app, job, due).await.unwrap().outcome.unwrap()
}

async fn open(app: &TestApp, kind: &str) -> Vec<Value> {
    let page = app.get(&format!("/incidents?open=true&kind={kind}")).await.expect(200);
    page["items"].as_array().unwrap().clone()
}

async fn letters(app: &TestApp) -> usize {
    app.get("/letters?state=issued").await.expect(200)["items"].as_array().unwrap().len()
}

fn broken() -> Result<String, JobError> {
    Err(StoreError::Unavailable("gone".to_owned()).into())
}

async fn execute(app: &TestApp, statement: &str) {
    use diesel_async::SimpleAsyncConnection as _;
    match &app.store {
        Store::Pg(pool) => pool.get().await.unwrap().batch_execute(statement).await.unwrap(),
        Store::Sqlite(pool) => pool.get().await.unwrap().batch_execute(statement).await.unwrap(),
    }
}

both! {
    async fn a_failed_slot_is_taken_up_again_the_same_day_and_not_at_once(app: TestApp) {
        let (one, two) = (jobs(&app, "one"), jobs(&app, "two"));
        let stands = async || latest(&two, Job::Issue, ISSUE).standing().await.unwrap();
        app.clock.set(office("2025-08-27T07:59:59"));
        // Yesterday's, which nobody ran either.
        assert!(run_latest(&one, Job::Issue, ISSUE, async || Ok("done".into())).await.unwrap());
        let mut now = office("2025-08-27T08:00:00");
        for wait in [20, 40, 80, 160, 300, 300] {
            app.clock.set(now);
            assert_eq!(stands().await, SlotStanding::Open, "{now}");
            run_latest(&one, Job::Issue, ISSUE, async || broken()).await.unwrap_err();
            assert_eq!(stands().await, SlotStanding::Waiting);
            app.clock.set(now + TimeDelta::seconds(wait));
            assert!(!run_latest(&two, Job::Issue, ISSUE, async || Ok("done".into())).await.unwrap(), "{wait}");
            now += TimeDelta::seconds(wait + 1);
        }
        app.clock.set(now);
        assert!(run_latest(&two, Job::Issue, ISSUE, async || Ok("letters 3".into())).await.unwrap());
        assert_eq!(stands().await, SlotStanding::Done);
        let row = slot(&app, Job::Issue, "2025-08-27T08:00:00").await.unwrap();
        assert_eq!((row.attempts, row.holder.as_str(), row.outcome.as_deref()), (7, "two", Some("letters 3")));
        // What was never done stops being asked for when the next slot comes.
        app.clock.set(office("2025-08-28T08:00:00"));
        run_latest(&one, Job::Issue, ISSUE, async || broken()).await.unwrap_err();
        app.clock.set(office("2025-08-29T08:00:00"));
        assert!(run_latest(&one, Job::Issue, ISSUE, async || Ok("done".into())).await.unwrap());
        assert_eq!(stands().await, SlotStanding::Done);
    }

    async fn a_job_that_panics_fails_like_any_other(app: TestApp) {
        let one = jobs(&app, "one");
        let failed = run_latest(&one, Job::Issue, ISSUE, async || -> Result<String, JobError> { panic!("on purpose") }).await;
        assert!(matches!(failed, Err(JobError::Panicked)), "{failed:?}");
        assert_eq!(latest(&one, Job::Issue, ISSUE).standing().await.unwrap(), SlotStanding::Waiting);
    }

    async fn the_slot_of_a_dead_replica_is_taken_up_within_a_minute_in_the_right_order(app: TestApp) {
        lagging(&app).await;
        let alive = jobs(&app, "alive");
        app.clock.set(office("2025-08-27T08:30:00"));
        let now = app.clock.timestamp();
        let due_at = micros(office("2025-08-27T08:00:00").naive_utc());
        // What a replica leaves that is killed in its work.
        let dead = SlotClaim { job: Job::Issue.as_str(), due_at, holder: "dead", now, lease_until: now + TimeDelta::seconds(30) };
        assert!(app.store.claim_slot(&dead).await.unwrap());
        assert_eq!(round(&alive, DAILY, &SCHEDULE).await, 1, "the verdicts; the ladder waits for the letters");
        assert!(slot(&app, Job::Remind, "2025-08-27T08:30:00").await.is_none());
        app.clock.set(office("2025-08-27T08:30:31"));
        assert_eq!(round(&alive, DAILY, &SCHEDULE).await, 2);
        let made = letters(&app).await;
        let said = outcome(&app, Job::Issue, "2025-08-27T08:00:00").await;
        assert!(made > 0 && said == format!("letters {made}, drafts 0, blocked 0, overtaken 0, lifted 0"), "{made}: {said}");
        // The dead one was only slow: what it says now is not recorded.
        assert!(!app.store.renew_slot(&dead).await.unwrap());
        assert!(!app.store.finish_slot(&dead, "letters 9").await.unwrap());
        assert_eq!(round(&alive, DAILY, &SCHEDULE).await, 0, "each once");
    }

    async fn who_lost_its_slot_in_the_middle_does_not_record_what_it_did(app: TestApp) {
        let (one, two) = (jobs(&app, "one"), jobs(&app, "two"));
        let slow = run_latest(&one, Job::Issue, ISSUE, async || {
            // A process that was stopped for a minute.
            app.clock.set(app.clock.now() + TimeDelta::seconds(31));
            assert!(run_latest(&two, Job::Issue, ISSUE, async || Ok("two".into())).await.unwrap());
            Ok("one".into())
        });
        slow.await.unwrap();
        assert_eq!(outcome(&app, Job::Issue, "2025-08-27T08:00:00").await, "two");
    }

    async fn after_a_pause_bells_are_answered_in_the_order_of_the_work(app: TestApp) {
        lagging(&app).await;
        app.clock.set(office("2025-08-27T08:40:00"));
        let jobs = jobs(&app, "one");
        let muddled = [SCHEDULE[2], SCHEDULE[3], SCHEDULE[1], SCHEDULE[0]];
        let until_done = async {
            while slot(&app, Job::Watch, "2025-08-27T08:40:00").await.is_none_or(|slot| slot.finished_at.is_none()) {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
            jobs.stop.store(true, Ordering::SeqCst);
        };
        let (ran, ()) = futures_util::future::join(run::run(&jobs, &muddled), until_done).await;
        ran.unwrap();
        let evaluated = outcome(&app, Job::Evaluate, "2025-08-27T06:30:00").await;
        assert!(!evaluated.ends_with("changed 0"), "it was the first to judge: {evaluated}");
        let made = letters(&app).await;
        assert!(made > 0 && outcome(&app, Job::Issue, "2025-08-27T08:00:00").await.starts_with(&format!("letters {made},")));
        assert!(outcome(&app, Job::Remind, "2025-08-27T08:30:00").await.starts_with("letters 0,"));
        assert!(outcome(&app, Job::Watch, "2025-08-27T08:40:00").await.starts_with("opened "));
        assert_eq!(open(&app, "job_stuck").await, [] as [Value; 0]);
    }

    async fn a_run_by_hand_does_the_work_of_the_slot(app: TestApp) {
        lagging(&app).await;
        let jobs = jobs(&app, "one");
        app.clock.set(office("2025-08-27T08:00:00"));
        run_latest(&jobs, Job::Issue, ISSUE, async || broken()).await.unwrap_err();
        app.clock.set(office("2025-08-27T09:00:00"));
        watch(&jobs, &SCHEDULE).await.unwrap();
        assert_eq!(open(&app, "job_stuck").await[0]["subject_id"], "issue");
        app.post("/warning-runs", json!({"dry_run": true})).await.expect(200);
        app.post("/warning-runs", json!({"as_of": "2025-08-26"})).await.expect(200);
        assert!(!latest(&jobs, Job::Issue, ISSUE).settle_by_hand().await.unwrap(), "a rehearsal, or another day's, is not today's work");
        app.post("/warning-runs", json!({})).await.expect(200);
        assert_eq!(round(&jobs, &[(Job::Issue, ISSUE)], &SCHEDULE).await, 1);
        assert_eq!(open(&app, "job_stuck").await, [] as [Value; 0], "it closes by itself, and at once");
        assert_eq!(outcome(&app, Job::Issue, "2025-08-27T08:00:00").await, "done by hand");
        // Before the slot it is not the work of that slot.
        app.clock.set(office("2025-08-28T07:59:00"));
        app.post("/warning-runs", json!({})).await.expect(200);
        app.clock.set(office("2025-08-28T08:00:10"));
        assert_eq!(round(&jobs, &[(Job::Issue, ISSUE)], &SCHEDULE).await, 1);
        assert!(outcome(&app, Job::Issue, "2025-08-28T08:00:00").await.starts_with("letters 0,"));
    }

    async fn days_away_that_are_caught_up_leave_no_trouble_behind(app: TestApp) {
        lagging(&app).await;
        let jobs = jobs(&app, "one");
        let degraded = async || {
            let ready = app.send(TestRequest::default().uri("/readyz")).await;
            ready.json()["incidents"].get("job_stuck").is_some()
        };
        round(&jobs, &SCHEDULE, &SCHEDULE).await;
        app.clock.set(office("2025-08-30T08:20:00"));
        watch(&jobs, &SCHEDULE).await.unwrap();
        assert!(degraded().await, "nobody has worked for three days");
        round(&jobs, DAILY, &SCHEDULE).await;
        assert!(!degraded().await, "and now somebody has");
        round(&jobs, &SCHEDULE, &SCHEDULE).await;
        assert!(!degraded().await);
    }

    async fn the_record_says_what_was_made_not_what_was_planned(app: TestApp) {
        lagging(&app).await;
        let mut jobs = jobs(&app, "one");
        jobs.office.calendar = Arc::new(WorkCalendar::new([]).unwrap());
        round(&jobs, &[(Job::Issue, ISSUE)], &SCHEDULE).await;
        let said = outcome(&app, Job::Issue, "2025-08-27T08:00:00").await;
        assert!(said.starts_with("letters 0, drafts 0, blocked ") && !said.contains("blocked 0"), "{said}");
        assert_eq!(letters(&app).await, 0);
    }

    async fn a_clock_set_back_an_hour_holds_no_letter_and_no_job(app: TestApp) {
        lagging(&app).await;
        let outbox = MemoryOutbox::default();
        let jobs = Jobs { transport: Transport::Memory(outbox.clone()), ..jobs(&app, "one") };
        app.clock.set(office("2025-08-27T08:30:00"));
        round(&jobs, DAILY, &SCHEDULE).await;
        app.clock.set(office("2025-08-27T07:30:00"));
        assert_eq!(deliver(&jobs).await.unwrap().accepted, 0, "they are due when it is eight again");
        watch(&jobs, &SCHEDULE).await.unwrap();
        app.clock.set(office("2025-08-27T07:30:01"));
        assert!(deliver(&jobs).await.unwrap().accepted > 0);
        assert!(slot(&app, Job::Issue, "2025-08-27T08:00:00").await.is_none(), "it is due again");
        app.clock.set(office("2025-08-27T08:00:00"));
        round(&jobs, DAILY, &SCHEDULE).await;
        assert!(outcome(&app, Job::Issue, "2025-08-27T08:00:00").await.starts_with("letters 0,"), "and finds nothing to do");
    }

    async fn a_look_that_fails_stops_no_other(app: TestApp) {
        lagging(&app).await;
        let jobs = jobs(&app, "one");
        round(&jobs, DAILY, &SCHEDULE).await;
        app.clock.set(app.clock.now() + TimeDelta::hours(2));
        execute(&app, "DROP TABLE idempotency_keys; DROP TABLE silences;").await;
        let failed = watch(&jobs, &SCHEDULE).await.unwrap_err().to_string();
        assert!(failed.contains("maintenance: ") && failed.contains("episodes: "), "{failed}");
        assert!(!failed.contains("deliveries") && !failed.contains("stuck"), "{failed}");
        assert!(!open(&app, "delivery_late").await.is_empty(), "what comes after them was looked at");
    }

    async fn a_draft_that_nobody_signs_for_three_working_days_is_an_incident(app: TestApp) {
        lagging(&app).await;
        for campaign in app.get("/campaigns").await.expect(200)["items"].as_array().unwrap() {
            let path = format!("/campaigns/{}", campaign["id"].as_str().unwrap());
            app.patch(&path, json!({"issuing": "approval"})).await.expect(200);
        }
        let jobs = jobs(&app, "one");
        round(&jobs, DAILY, &SCHEDULE).await;
        let drafts = app.get("/letters?state=draft").await.expect(200)["items"].as_array().unwrap().len();
        let said = outcome(&app, Job::Issue, "2025-08-27T08:00:00").await;
        assert!(drafts > 0 && said == format!("letters 0, drafts {drafts}, blocked 0, overtaken 0, lifted 0"), "{said}");
        // Made on a Wednesday; Monday is the third working day after it.
        app.clock.set(office("2025-08-31T23:00:00"));
        watch(&jobs, &[]).await.unwrap();
        assert_eq!(open(&app, "draft_unsigned").await, [] as [Value; 0]);
        app.clock.set(office("2025-09-01T00:05:00"));
        watch(&jobs, &[]).await.unwrap();
        let found = open(&app, "draft_unsigned").await;
        let draft = app.get("/letters?state=draft").await.expect(200)["items"][0].clone();
        let unit = app.get(&format!("/units/{}", draft["unit_id"].as_str().unwrap())).await.expect(200);
        let unit = unit["name"].as_str().unwrap();
        let about = found.iter().find(|one| one["subject_id"] == draft["id"]).unwrap();
        assert_eq!((found.len(), &about["subject_kind"]), (drafts, &json!("letter")));
        assert_eq!(about["detail"], format!("{unit}的函稿已待签发3个工作日（2025年8月27日拟稿），请签发或撤销。"));
        watch(&jobs, &[]).await.unwrap();
        assert_eq!(open(&app, "draft_unsigned").await.len(), drafts, "said once");
        let discard = format!("/letters/{}/discard", draft["id"].as_str().unwrap());
        app.post(&discard, json!({"by": "李四", "reason": "重复"})).await.expect(200);
        watch(&jobs, &[]).await.unwrap();
        assert_eq!(open(&app, "draft_unsigned").await.len(), drafts - 1);
    }
}
