//! Killed at every step of the way through the outbox, once each: the long version is `tests/fault`.

use std::ops::RangeInclusive;

use crate::support::crash::{Post, STEPS};
use crate::support::database::Database;

async fn once_at_each_step(
    database: Database,
    uncertain: RangeInclusive<usize>,
    doubled: RangeInclusive<usize>,
) {
    let post = Post::new(database).await;
    // A process that dies leaves what it had claimed to its lease: there are others enough for the next one.
    post.fill(STEPS.len() * 32 + 20).await;
    for step in STEPS {
        assert!(post.kill_at(step, 1).await, "nobody came to {step}");
    }
    post.finish().await;
    let count = post.check().await;
    assert_eq!(post.check_numbers().await, count.letters);
    assert!(uncertain.contains(&count.uncertain) && doubled.contains(&count.doubled), "{count:?}");
}

// Between intent and outcome nobody knows.

#[tokio::test(flavor = "multi_thread")]
async fn killed_at_each_step_on_sqlite() {
    // At intent.committed nothing was sent; after dot, handed and outcome.written the mail went out a second time.
    once_at_each_step(Database::sqlite(), 4..=4, 3..=3).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_at_each_step_on_postgresql() {
    if let Some(database) = Database::postgresql() {
        // There an intent is a statement of its own, down before intent.written; and while an outcome is written the
        // letters after it, four under way at most, may have gone out.
        once_at_each_step(database, 4..=10, 2..=8).await;
    }
}
