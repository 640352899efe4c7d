//! Deliveries (投递): when a letter is tried again, and when trying ends.

use chrono::TimeDelta;

use super::text_enum;

text_enum! {
    /// Where a delivery stands.
    DeliveryState "state" {
        /// Waits for its time.
        Pending = "pending",
        /// Somebody is at it, until the lease runs out.
        Sending = "sending",
        /// The mail server took responsibility.
        Accepted = "accepted",
        /// Given up; a person must act.
        Failed = "failed",
    }
}

text_enum! {
    /// How an attempt ended.
    AttemptOutcome "outcome" {
        /// The content is about to be sent, or was when the process died.
        Begun = "begun",
        /// Taken.
        Accepted = "accepted",
        /// Refused for now.
        Transient = "transient",
        /// Refused for good.
        Permanent = "permanent",
        /// Nobody knows: it is sent again with the same Message-ID, perhaps twice received.
        Uncertain = "uncertain",
    }
}

/// Attempts after which trying ends; with the waits below this is more than four days (RFC 5321 §4.5.4.1).
pub const ATTEMPTS_MAX: i32 = 32;

/// Minutes to wait after each failed attempt; the last one repeats. RFC 5321 §4.5.4.1 asks for growing waits, the
/// first ones are short because greylisting servers accept after some minutes.
const WAIT_MINUTES: [i64; 7] = [1, 5, 15, 30, 60, 120, 240];

/// How long to wait after the `attempts`-th attempt failed; `None` when trying ends. `spread` (any number, different
/// for each delivery) lengthens the wait by up to a fifth, so that a server coming back is not met by all at once.
pub fn wait_after(attempts: i32, spread: u32) -> Option<TimeDelta> {
    if attempts >= ATTEMPTS_MAX {
        return None;
    }
    let index = usize::try_from(attempts - 1).unwrap_or(0).min(WAIT_MINUTES.len() - 1);
    let seconds = WAIT_MINUTES[index] * 60;
    let longer = seconds / 5 * i64::from(spread % 1_000) / 1_000;
    Some(TimeDelta::seconds(seconds + longer))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_are_spread_and_end() {
        let minutes: Vec<_> =
            (1..=9).filter_map(|n| wait_after(n, 0)).map(|wait| wait.num_minutes()).collect();
        assert_eq!(minutes, [1, 5, 15, 30, 60, 120, 240, 240, 240]);
        let spread: Vec<_> =
            [0, 500, 999].iter().filter_map(|s| wait_after(5, *s)).map(|wait| wait.num_seconds()).collect();
        assert_eq!(spread, [3600, 3960, 4319]);
        assert_eq!(wait_after(ATTEMPTS_MAX, 0), None);
        let days: i64 =
            (1..ATTEMPTS_MAX).filter_map(|n| wait_after(n, 0)).map(|wait| wait.num_minutes()).sum::<i64>()
                / 1440;
        assert!((4..=5).contains(&days), "RFC 5321 asks for four to five days, this gives up after {days}");
    }
}
