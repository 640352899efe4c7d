//! The outbox: at least once, never lost, whoever dies when.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::json;
use xushi::clock::Clock as _;
use xushi::domain::delivery::{AttemptOutcome, DeliveryState};
use xushi::jobs::deliver::{Delivered, deliver};
use xushi::jobs::{Job, Jobs};
use xushi::mail::outbox::MemoryOutbox;
use xushi::mail::transport::{Failure, SendError, SendStage, Transport};
use xushi::office::Actor;
use xushi::office::warnings;
use xushi::store::rows::{AttemptBegin, DeliveryRow, Lease, Page};
use xushi::store::types::Id;

use crate::support::{TestApp, both};

fn jobs(app: &TestApp, holder: &str, outbox: &MemoryOutbox) -> Jobs {
    app.jobs(Transport::Memory(outbox.clone()), holder)
}

/// One issued letter; gives the number of its mailboxes.
async fn issued(app: &TestApp) -> usize {
    xushi::demo::load(&app.office).await.unwrap().unwrap();
    // A second letter, with units copied, so that there are several mailboxes.
    let lagging = json!({"items": [{"measure": "入境旅游人次", "region": "430000", "figure": "yoy", "value": "12.5",
        "period": {"start": "2025-01-01", "end": "2025-07-31"}, "source": "月报", "published_on": "2025-08-20"}]});
    app.put("/observations", lagging).await.expect(200);
    let day = "2025-08-27".parse().unwrap();
    warnings::run(&app.office, &Actor::job(), day).await.unwrap();
    let count = rows(app).await.len();
    assert!(count > 3, "{count} mailboxes");
    count
}

async fn rows(app: &TestApp) -> Vec<DeliveryRow> {
    let page = Page { limit: 500, after: None };
    app.store.list_deliveries(&Default::default(), page).await.unwrap()
}

fn later(app: &TestApp, minutes: i64) {
    let now: DateTime<Utc> = app.clock.now();
    app.clock.set(now + TimeDelta::minutes(minutes));
}

fn error(failure: Failure, stage: SendStage, code: u16) -> SendError {
    SendError { failure, stage, code: Some(code), reply: format!("{code} told so") }
}

both! {
    async fn every_mailbox_gets_its_letter_once(app: TestApp) {
        let count = issued(&app).await;
        let outbox = MemoryOutbox::default();
        let jobs = jobs(&app, "a", &outbox);
        assert_eq!(deliver(&jobs).await.unwrap(), Delivered { accepted: count, ..Delivered::default() });
        assert_eq!(deliver(&jobs).await.unwrap(), Delivered::default());
        let kept = outbox.kept();
        let mut recipients: Vec<_> = kept.iter().map(|mail| (mail.recipient.clone(), mail.label.clone())).collect();
        recipients.sort();
        recipients.dedup();
        assert_eq!((kept.len(), recipients.len()), (count, count));
        for (row, mail) in rows(&app).await.iter().zip(&kept) {
            assert_eq!((row.state.0, row.attempts, row.uncertain), (DeliveryState::Accepted, 1, 0));
            assert!(String::from_utf8_lossy(&mail.raw).contains("Auto-Submitted: auto-generated"));
        }
    }

    async fn a_refusal_for_now_is_tried_again_later_and_one_for_good_is_not(app: TestApp) {
        let count = issued(&app).await;
        let outbox = MemoryOutbox::default();
        let jobs = jobs(&app, "a", &outbox);
        outbox.fail_next(error(Failure::Transient, SendStage::Envelope, 451));
        let first = deliver(&jobs).await.unwrap();
        assert_eq!((first.deferred, first.accepted), (1, count - 1), "one refused recipient does not stop the others");
        assert_eq!(deliver(&jobs).await.unwrap(), Delivered::default(), "not before its time");
        later(&app, 2);
        outbox.fail_next(error(Failure::Permanent, SendStage::Envelope, 550));
        assert_eq!(deliver(&jobs).await.unwrap().failed, 1);
        later(&app, 10_000);
        assert_eq!(deliver(&jobs).await.unwrap(), Delivered::default());
        let failed: Vec<_> = rows(&app).await.into_iter().filter(|row| row.state == DeliveryState::Failed).collect();
        assert_eq!((failed.len(), failed[0].attempts, failed[0].last_reply.as_deref()), (1, 2, Some("550 told so")));
    }

    async fn a_process_that_dies_after_the_intent_leaves_an_uncertain_attempt_and_the_same_message_id(app: TestApp) {
        let count = issued(&app).await;
        let outbox = MemoryOutbox::default();
        // The dead process: it claimed everything, wrote one intent, and was killed with the content on the wire.
        let now = app.clock.timestamp();
        let lease = Lease { holder: "dead", now, until: now + TimeDelta::seconds(150) };
        let claimed = app.store.claim_deliveries(&lease, 500, false).await.unwrap();
        assert_eq!(claimed.len(), count);
        let victim = claimed[0].clone();
        let attempt = Id::of(app.clock.new_id());
        let begin = AttemptBegin { delivery: victim.id, attempt };
        let begun = app.store.write_attempts(&[begin], &[], &lease).await.unwrap();
        assert_eq!(begun.get(&victim.id), Some(&1));
        let alive = jobs(&app, "alive", &outbox);
        assert_eq!(deliver(&alive).await.unwrap(), Delivered::default(), "the lease still holds");
        later(&app, 3);
        assert_eq!(deliver(&alive).await.unwrap().accepted, count);
        let after = rows(&app).await.into_iter().find(|row| row.id == victim.id).unwrap();
        assert_eq!((after.state.0, after.attempts, after.uncertain), (DeliveryState::Accepted, 2, 1));
        let raw = outbox.kept().into_iter().find(|mail| mail.recipient == victim.email).unwrap().raw;
        assert!(String::from_utf8_lossy(&raw).contains(&victim.message_id), "same Message-ID");
        let attempts = app.store.list_attempts(victim.id).await.unwrap();
        let outcomes: Vec<_> = attempts.iter().map(|one| one.outcome.0).collect();
        assert_eq!(outcomes, [AttemptOutcome::Uncertain, AttemptOutcome::Accepted]);
        // The dead one comes back and wants to go on: its lease is lost, nothing is sent.
        let begin = AttemptBegin { delivery: claimed[1].id, attempt: Id::of(app.clock.new_id()) };
        let begun = app.store.write_attempts(&[begin], &[], &lease).await.unwrap();
        assert!(begun.is_empty());
    }

    async fn two_processes_at_once_send_nothing_twice(app: TestApp) {
        let count = issued(&app).await;
        let outbox = MemoryOutbox::default();
        let (one, two) = (jobs(&app, "one", &outbox), jobs(&app, "two", &outbox));
        let (first, second) = futures_util::future::join(deliver(&one), deliver(&two)).await;
        assert_eq!(first.unwrap().accepted + second.unwrap().accepted, count);
        assert_eq!(outbox.kept().len(), count);
    }

    async fn a_slot_runs_once_and_a_missed_one_is_caught_up(app: TestApp) {
        use crate::support::services::run_latest;
        let outbox = MemoryOutbox::default();
        let (one, two) = (jobs(&app, "one", &outbox), jobs(&app, "two", &outbox));
        let cron = "0 0 8 * * *";
        let ran = async |jobs: &Jobs| run_latest(jobs, Job::Issue, cron, async || Ok("done".to_owned())).await.unwrap();
        // Ticks come at fractions of a second, to everybody at another one.
        let ticked = |micros: i64| app.clock.set(app.clock.now() + TimeDelta::microseconds(micros));
        ticked(747_597);
        assert!(ran(&one).await && !ran(&one).await, "once for this morning's slot");
        ticked(33_081);
        assert!(!ran(&two).await, "nor by another replica a moment later");
        later(&app, 60 * 24 * 5);
        assert!(ran(&two).await && !ran(&one).await, "after five days away: the latest slot, once");
        later(&app, 60 * 24);
        let failed = run_latest(&one, Job::Issue, cron, async || {
            Err(xushi::store::StoreError::Unavailable("gone".to_owned()).into())
        });
        assert!(failed.await.is_err());
        later(&app, 1);
        assert!(ran(&two).await, "a failed slot is free again");
    }
}
