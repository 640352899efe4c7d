//! Every job, once: its name, when it runs unless told otherwise, and what it does. The configuration, the runner, the
//! watchdog and the demo ask this table; a name that is not in it is refused at start.

use chrono::{DateTime, Utc};
use futures_util::future::LocalBoxFuture;

use super::{JobError, Jobs, deeds};

crate::domain::text_enum! {
    /// What happens by the clock. The daily ones stand in the order of their work: letters rest on assessments, and the
    /// ladder on the letters of the day.
    Job "job" {
        /// Assesses every indicator as of the day.
        Evaluate = "evaluate",
        /// Issues the letters that are due.
        Issue = "issue",
        /// Takes the next step of letters that nobody answered.
        Remind = "remind",
        /// Queues the notices of the morning, one mail for each mailbox.
        Digest = "digest",
        /// Hands over deliveries that are due.
        Deliver = "deliver",
        /// Tells webhooks what has changed.
        Notify = "notify",
        /// Seals entries of the audit.
        Seal = "seal",
        /// Looks for what should not be so.
        Watch = "watch",
    }
}

/// A job and its cron expression; an empty one turns it off.
pub type JobCron<'s> = (Job, &'s str);

/// What a job does for the slot that was due then, with the cron expressions of all jobs. Gives one line of outcome.
pub type Deed =
    for<'j> fn(&'j Jobs, &'j [JobCron<'j>], DateTime<Utc>) -> LocalBoxFuture<'j, Result<String, JobError>>;

/// Which loop runs a job.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rhythm {
    /// With the other daily ones, in order, by the date of its slot. The watchdog says when its slot stays open, and the
    /// demo, whose days are over, turns it off.
    Daily,
    /// A loop of its own with slots, which no other job can hold up.
    Watchdog,
    /// A loop of its own without slots: every replica does what is due. What it leaves undone is seen in what waits.
    Slotless,
}

/// What is fixed about a job.
pub struct JobRow {
    /// When it runs by default: second minute hour day month weekday, Asia/Shanghai.
    pub cron: &'static str,
    /// Which loop runs it.
    pub rhythm: Rhythm,
    /// Whether a warning run that a person has asked for since the slot was due does the work of the slot.
    pub settled_by_hand: bool,
    /// What it does.
    pub deed: Deed,
}

impl Job {
    /// Its row of the table.
    pub const fn row(self) -> JobRow {
        match self {
            Self::Evaluate => JobRow {
                cron: "0 30 6 * * *",
                rhythm: Rhythm::Daily,
                settled_by_hand: true,
                deed: |jobs, _, due| Box::pin(deeds::evaluate(jobs, due)),
            },
            Self::Issue => JobRow {
                cron: "0 0 8 * * *",
                rhythm: Rhythm::Daily,
                settled_by_hand: true,
                deed: |jobs, _, due| Box::pin(deeds::issue(jobs, due)),
            },
            Self::Remind => JobRow {
                cron: "0 30 8 * * *",
                rhythm: Rhythm::Daily,
                settled_by_hand: false,
                deed: |jobs, _, _| Box::pin(deeds::remind(jobs)),
            },
            Self::Digest => JobRow {
                cron: "0 45 8 * * *",
                rhythm: Rhythm::Daily,
                settled_by_hand: false,
                deed: |jobs, _, _| Box::pin(deeds::digest(jobs)),
            },
            Self::Deliver => JobRow {
                cron: "*/10 * * * * *",
                rhythm: Rhythm::Slotless,
                settled_by_hand: false,
                deed: |jobs, _, _| Box::pin(deeds::deliver(jobs)),
            },
            Self::Notify => JobRow {
                cron: "*/2 * * * * *",
                rhythm: Rhythm::Slotless,
                settled_by_hand: false,
                deed: |jobs, _, _| Box::pin(deeds::notify(jobs)),
            },
            Self::Seal => JobRow {
                cron: "*/2 * * * * *",
                rhythm: Rhythm::Slotless,
                settled_by_hand: false,
                deed: |jobs, _, _| Box::pin(deeds::seal(jobs)),
            },
            Self::Watch => JobRow {
                cron: "0 */5 * * * *",
                rhythm: Rhythm::Watchdog,
                settled_by_hand: false,
                deed: |jobs, crons, _| Box::pin(deeds::look(jobs, crons)),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::TextEnum as _;
    use crate::jobs::scheduler;

    #[test]
    fn every_default_bell_rings() {
        for job in Job::ALL {
            assert!(scheduler::next_after(job.row().cron, DateTime::UNIX_EPOCH).is_some(), "{job}");
        }
    }
}
