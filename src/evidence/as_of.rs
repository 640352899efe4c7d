//! What was known on a day.
//!
//! A fact is known from the day it was published, whenever it was written down here: history may be loaded late. A
//! correction is known from the day it was published too, as long as that is later than what it corrects; one that claims
//! to be as old as that would rewrite what had been read, and is known from the day it was written down.
//!
//! When a row was written down is read off its id: ids are UUIDv7, whose first 48 bits are milliseconds since 1970
//! (RFC 9562 §5.7), made by the office's clock together with the row.

use std::collections::HashMap;
use std::sync::Arc;

use chrono::{NaiveDate, NaiveTime};
use uuid::Uuid;

use xushi_domain::Observation;
use xushi_domain::calendar::OFFICE_UTC_HOURS;

/// The end of one day in the office.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KnowledgeDate {
    /// The first millisecond of the next day.
    end: i64,
}

impl KnowledgeDate {
    /// The end of `day`.
    pub fn end_of(day: NaiveDate) -> Self {
        const DAY: i64 = 24 * 3_600_000;
        let midnight = day.and_time(NaiveTime::MIN).and_utc().timestamp_millis();
        Self { end: midnight + DAY - i64::from(OFFICE_UTC_HOURS) * 3_600_000 }
    }

    /// Whether the row with this id had been written down by then.
    #[inline]
    pub fn recorded(self, id: Uuid) -> bool {
        let millis = (id.as_u128() >> 80) as i64;
        millis < self.end || id.get_version_num() != 7
    }

    /// Drops what was not known then.
    pub fn retain(self, facts: &mut Vec<Observation>) {
        if facts.iter().all(|fact| fact.vintage <= 1 || self.recorded(fact.id)) {
            return;
        }
        let stays: Vec<bool> = facts.iter().map(|fact| self.was_known(fact, facts)).collect();
        let mut stays = stays.into_iter();
        facts.retain(|_| stays.next().unwrap_or(true));
    }

    fn was_known(self, fact: &Observation, all: &[Observation]) -> bool {
        let corrects = |other: &Observation| {
            (other.period, other.basis, other.figure) == (fact.period, fact.basis, fact.figure)
                && other.vintage < fact.vintage
                && other.published_on < fact.published_on
        };
        fact.vintage <= 1 || self.recorded(fact.id) || all.iter().any(corrects)
    }
}

/// Of the facts of several series, those known by the end of `as_of`; a series without any is left out.
pub(crate) fn known<K: std::hash::Hash + Eq>(
    series: HashMap<K, Vec<Observation>>,
    as_of: NaiveDate,
) -> HashMap<K, Arc<Vec<Observation>>> {
    let then = KnowledgeDate::end_of(as_of);
    let known = series.into_iter().filter_map(|(key, mut facts)| {
        facts.retain(|fact| fact.published_on <= as_of);
        then.retain(&mut facts);
        (!facts.is_empty()).then(|| (key, Arc::new(facts)))
    });
    known.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use xushi_domain::{Basis, Figure, Period, Status};

    fn d(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn id(at: &str, count: u8) -> Uuid {
        let at: chrono::DateTime<chrono::Utc> = at.parse().unwrap();
        let millis = u64::try_from(at.timestamp_millis()).unwrap();
        uuid::Builder::from_unix_timestamp_millis(millis, &[count; 10]).into_uuid()
    }

    #[test]
    fn a_day_ends_at_midnight_in_the_office() {
        let then = KnowledgeDate::end_of(d("2026-03-10"));
        for (at, recorded) in [
            ("2026-03-10T15:59:59.999Z", true),
            ("2026-03-10T16:00:00Z", false),
            ("2026-03-09T00:00:00Z", true),
        ] {
            assert_eq!(then.recorded(id(at, 1)), recorded, "{at}");
        }
        assert!(then.recorded(Uuid::from_u128(u128::MAX)), "only ids that tell their time are asked");
    }

    #[test]
    fn what_was_not_known_is_dropped() {
        let fact = |vintage: i32, published: &str, written: &str| Observation {
            id: id(written, 1),
            period: Period::new(d("2026-01-01"), d("2026-02-28")).unwrap(),
            basis: Basis::Cumulative,
            figure: Figure::Level,
            value: vintage.into(),
            status: Status::Final,
            stage: None,
            published_on: d(published),
            of: None,
            partial: false,
            vintage,
        };
        let (before, after) = ("2026-03-20T01:00:00Z", "2026-04-01T01:00:00Z");
        for (facts, want) in [
            (vec![fact(1, "2026-03-18", before)], vec![1]),
            // Published in time, written down later.
            (vec![fact(1, "2026-03-18", after)], vec![1]),
            (vec![fact(1, "2026-03-18", after), fact(2, "2026-03-19", after)], vec![1, 2]),
            (vec![fact(1, "2026-03-18", before), fact(2, "2026-03-18", before)], vec![1, 2]),
            // A correction that does not come later does not reach back.
            (vec![fact(1, "2026-03-18", before), fact(2, "2026-03-18", after)], vec![1]),
            (vec![fact(1, "2026-03-18", before), fact(2, "2026-03-10", after)], vec![1]),
            (vec![fact(2, "2026-03-10", after)], vec![]),
        ] {
            let mut left = facts.clone();
            KnowledgeDate::end_of(d("2026-03-20")).retain(&mut left);
            assert_eq!(left.iter().map(|fact| fact.vintage).collect::<Vec<_>>(), want, "{facts:?}");
        }
    }
}
