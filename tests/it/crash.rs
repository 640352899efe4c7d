//! Killed at every step of the way through the outbox, once each: the long version is `tests/fault`.

use crate::support::crash::{Post, STEPS};
use crate::support::database::Database;

async fn once_at_each_step(database: Database) {
    let post = Post::new(database).await;
    // A process that dies leaves what it had claimed to its lease: there are others enough for the next one.
    post.fill(STEPS.len() * 32 + 20).await;
    for step in STEPS {
        assert!(post.kill_at(step, 1).await, "nobody came to {step}");
    }
    post.finish().await;
    let count = post.check().await;
    assert_eq!(post.check_numbers().await, count.letters);
    // Between intent and outcome nobody knows: at intent.committed nothing was sent, after dot, handed and
    // outcome.written the mail went out a second time.
    assert_eq!((count.uncertain, count.doubled), (4, 3), "{count:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_at_each_step_on_sqlite() {
    once_at_each_step(Database::sqlite()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_at_each_step_on_postgresql() {
    if let Some(database) = Database::postgresql() {
        once_at_each_step(database).await;
    }
}
