//! The chain over the audit: entries are sealed seconds after they were written, and anybody may check that none was changed,
//! taken out or cut off.

use std::collections::BTreeMap;

use chrono::{NaiveDateTime, TimeDelta};
use uuid::Uuid;

use super::{Office, StoreError, hex};
use crate::store::Reader;
use crate::store::rows::{AuditHead, SealedAudit};

/// Entries sealed in one transaction.
const AT_ONCE: i64 = 1_000;
/// Seals read at once.
const PAGE: i64 = 5_000;
/// An entry that has waited for longer was not sealed by a service that runs.
const PATIENCE: TimeDelta = TimeDelta::minutes(1);
/// Findings that are named; the others are counted.
const NAMED_MAX: usize = 100;

/// Seals what waits, one replica at a time. Gives how many entries.
///
/// # Errors
/// When the database fails; what was sealed before stays.
pub async fn seal(office: &Office) -> Result<usize, StoreError> {
    let mut sealed = 0;
    loop {
        let now = office.store.seal_audit(AT_ONCE, office.clock.timestamp()).await?;
        sealed += now;
        if now < AT_ONCE.unsigned_abs() as usize {
            return Ok(sealed);
        }
    }
}

/// What is wrong with the audit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AuditFinding {
    /// An entry says something else than when it was sealed, or its seal was changed.
    Broken {
        /// Number of the seal.
        seq: i64,
        /// The entry.
        event_id: Uuid,
    },
    /// An entry is no more.
    Missing {
        /// Number of its seal.
        seq: i64,
        /// The entry.
        event_id: Uuid,
    },
    /// Seals are no more.
    NoSeals {
        /// The first number that is not there.
        from: i64,
        /// The last one.
        to: i64,
    },
    /// The end is no more: there was a seal of this number, as a head kept outside says.
    CutOff {
        /// Its number.
        seq: i64,
        /// The last one there is.
        last: i64,
    },
    /// The chain was made anew at or before this number, as a head kept outside says.
    Rewritten {
        /// Its number.
        seq: i64,
    },
    /// An entry has waited for a seal for longer than a minute.
    Unsealed {
        /// The entry.
        event_id: Uuid,
        /// When it was written, UTC.
        created_at: NaiveDateTime,
    },
    /// An entry that waited for a seal is no more.
    GoneUnsealed {
        /// The entry.
        event_id: Uuid,
    },
}

/// What came of an examination.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditVerdict {
    /// Seals that were checked.
    pub checked: u64,
    /// The last of them.
    pub head: AuditHead,
    /// Entries that wait for a seal and have not waited for long.
    pub waiting: usize,
    /// What is wrong, the first ones.
    pub found: Vec<AuditFinding>,
    /// How many more there are.
    pub more: usize,
}

impl AuditVerdict {
    fn name(&mut self, finding: AuditFinding) {
        if self.found.len() < NAMED_MAX {
            self.found.push(finding);
        } else {
            self.more += 1;
        }
    }
}

/// Walks along the chain.
pub struct AuditWalk<'h> {
    verdict: AuditVerdict,
    /// Heads kept outside that have not been met: number and hash.
    heads: BTreeMap<i64, &'h [u8]>,
}

impl<'h> AuditWalk<'h> {
    /// From before the first seal; `heads` were kept outside.
    pub fn new(heads: &'h [AuditHead]) -> Self {
        let heads = heads.iter().filter(|head| head.seq > 0).map(|head| (head.seq, &*head.hash)).collect();
        let verdict =
            AuditVerdict { checked: 0, head: AuditHead::none(), waiting: 0, found: Vec::new(), more: 0 };
        Self { verdict, heads }
    }

    /// The next seal, in order. What follows one that is wrong is checked by what it says, so that only what is wrong is named.
    pub fn step(&mut self, (seal, row): &SealedAudit) {
        let next = self.verdict.head.seq + 1;
        let gap = seal.seq > next;
        if gap {
            self.verdict.name(AuditFinding::NoSeals { from: next, to: seal.seq - 1 });
        }
        let (seq, event_id) = (seal.seq, seal.event_id.0);
        match row {
            None => self.verdict.name(AuditFinding::Missing { seq, event_id }),
            // After a gap there is no hash to go on from.
            Some(_) if gap => {}
            Some(row) => {
                if row.hash(&self.verdict.head.hash, seq)[..] != seal.hash[..] {
                    self.verdict.name(AuditFinding::Broken { seq, event_id });
                }
            }
        }
        if self.heads.remove(&seq).is_some_and(|hash| *hash != seal.hash[..]) {
            self.verdict.name(AuditFinding::Rewritten { seq });
        }
        self.verdict.head = AuditHead { seq, hash: seal.hash.clone() };
        self.verdict.checked += 1;
    }

    /// At the end of the seals.
    pub fn end(mut self) -> AuditVerdict {
        let last = self.verdict.head.seq;
        for (seq, _) in std::mem::take(&mut self.heads) {
            // One within a gap was named with it.
            if seq > last {
                self.verdict.name(AuditFinding::CutOff { seq, last });
            }
        }
        self.verdict
    }
}

/// Checks every seal against its entry and the one before, and the heads that were kept outside; names entries without a seal.
///
/// # Errors
/// When the database fails.
pub async fn verify(
    read: &Reader,
    heads: &[AuditHead],
    now: NaiveDateTime,
) -> Result<AuditVerdict, StoreError> {
    let mut walk = AuditWalk::new(heads);
    loop {
        let page = read.list_sealed(walk.verdict.head.seq, PAGE).await?;
        page.iter().for_each(|one| walk.step(one));
        if page.len() < PAGE.unsigned_abs() as usize {
            break;
        }
    }
    let mut verdict = walk.end();
    let (unsealed, gone) = read.list_unsealed(PAGE).await?;
    for row in unsealed {
        if row.created_at < now - PATIENCE {
            verdict.name(AuditFinding::Unsealed { event_id: row.id.0, created_at: row.created_at });
        } else {
            verdict.waiting += 1;
        }
    }
    for id in gone {
        verdict.name(AuditFinding::GoneUnsealed { event_id: id.0 });
    }
    Ok(verdict)
}

/// A head as a line of text: number, hash, when it was looked up.
pub fn head_line(head: &AuditHead, at: NaiveDateTime) -> String {
    format!("{} {} {}Z", head.seq, hex(&head.hash), at.format("%Y-%m-%dT%H:%M:%S"))
}

/// Reads a head from its line; `None` when it is none.
pub fn read_head(line: &str) -> Option<AuditHead> {
    let mut words = line.split_whitespace();
    let seq = words.next()?.parse().ok()?;
    let text = words.next().filter(|text| text.len() == 64 && text.is_ascii())?;
    let byte = |at: usize| u8::from_str_radix(&text[at..at + 2], 16).ok();
    let hash = (0..64).step_by(2).map(byte).collect::<Option<Vec<u8>>>()?;
    Some(AuditHead { seq, hash })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_head_survives_its_line() {
        let head = AuditHead { seq: 42, hash: (0..32).collect() };
        let line = head_line(&head, chrono::DateTime::UNIX_EPOCH.naive_utc());
        assert!(line.starts_with("42 000102") && line.ends_with(" 1970-01-01T00:00:00Z"), "{line}");
        assert_eq!(read_head(&line), Some(head));
        for none in ["", "42", "x 00", "1 zz", "1 0"] {
            assert_eq!(read_head(none), None, "{none}");
        }
    }
}
