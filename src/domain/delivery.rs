//! Deliveries (投递): when a letter is tried again, and when trying ends.

use chrono::TimeDelta;

use super::{Invalid, text_enum};

text_enum! {
    /// What a mailbox is to a letter.
    Recipient "role" {
        /// 主送: it is asked to act, and its mail carries the link to answer by.
        To = "to",
        /// 抄送: it is only told.
        Cc = "cc",
    }
}

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
        /// Accepted, and then returned by a server further on; a person must act.
        Bounced = "bounced",
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
        /// The transport was refused, whatever the letter: not a try of this one.
        Blocked = "blocked",
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

/// Minutes to wait at least before a mail goes out again that may have arrived: its outcome might be told by a bounce,
/// and a server that lost its line once may do so again.
const WAIT_UNCERTAIN: i64 = 10;

/// Minutes to wait at least and at most when the fault is not the letter's: wrong password, bad certificate, a server that
/// does not like our name. Such attempts never end, and go out soon after somebody mended it.
const WAIT_UNUSABLE: (i64, i64) = (5, 60);

/// Why an attempt is made again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Again {
    /// Refused for now, or nobody answered.
    Refused,
    /// Perhaps accepted.
    Uncertain,
    /// No letter can be sent until somebody mends the transport.
    Unusable,
}

/// How long to wait after the `attempts`-th attempt failed; `None` when trying ends. Attempts that the transport's own
/// fault ended are not to be counted where a letter might be given up. `spread` (any number, different
/// for each attempt) lengthens the wait by up to a fifth, so that a server coming back is not met by all at once.
pub fn wait_after(attempts: i32, again: Again, spread: u32) -> Option<TimeDelta> {
    if attempts >= ATTEMPTS_MAX && again != Again::Unusable {
        return None;
    }
    let index = usize::try_from(attempts - 1).unwrap_or(0).min(WAIT_MINUTES.len() - 1);
    let minutes = match again {
        Again::Refused => WAIT_MINUTES[index],
        Again::Uncertain => WAIT_MINUTES[index].max(WAIT_UNCERTAIN),
        Again::Unusable => WAIT_MINUTES[index].clamp(WAIT_UNUSABLE.0, WAIT_UNUSABLE.1),
    };
    let seconds = minutes * 60;
    let longer = seconds / 5 * i64::from(spread % 1_000) / 1_000;
    Some(TimeDelta::seconds(seconds + longer))
}

/// Why a mail of a letter is not sent now: the letter is one of a pilot and none is on, or the other way round.
pub fn not_in_a_pilot(trial: bool) -> Invalid {
    let detail = if trial {
        "此函是演练函，演练已经结束，不再投递。"
    } else {
        "演练期间只投递演练函；请在演练结束后重发、补发此函。"
    };
    Invalid::new("state", "not_in_a_pilot", detail)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_are_spread_and_end() {
        let minutes: Vec<_> =
            (1..=9).filter_map(|n| wait_after(n, Again::Refused, 0)).map(|wait| wait.num_minutes()).collect();
        assert_eq!(minutes, [1, 5, 15, 30, 60, 120, 240, 240, 240]);
        let spread = [0, 500, 999].map(|spread| wait_after(5, Again::Refused, spread).unwrap().num_seconds());
        assert_eq!(spread, [3600, 3960, 4319]);
        assert_eq!(wait_after(ATTEMPTS_MAX, Again::Refused, 0), None);
        let refused = (1..ATTEMPTS_MAX).filter_map(|n| wait_after(n, Again::Refused, 0));
        let days: i64 = refused.map(|wait| wait.num_minutes()).sum::<i64>() / 1440;
        assert!((4..=5).contains(&days), "RFC 5321 asks for four to five days, this gives up after {days}");
    }

    #[test]
    fn what_may_have_arrived_waits_longer_and_a_broken_transport_is_no_fault_of_the_letter() {
        for (attempts, again, minutes) in [
            (1, Again::Uncertain, Some(10)),
            (4, Again::Uncertain, Some(30)),
            (ATTEMPTS_MAX, Again::Uncertain, None),
            (1, Again::Unusable, Some(5)),
            (4, Again::Unusable, Some(30)),
            (ATTEMPTS_MAX * 10, Again::Unusable, Some(60)),
        ] {
            assert_eq!(wait_after(attempts, again, 0).map(|wait| wait.num_minutes()), minutes, "{again:?}");
        }
    }
}
