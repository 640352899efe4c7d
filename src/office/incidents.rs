//! Deeds with incidents: what a person must look at is opened once, and closed once it is over.

use std::collections::HashSet;

use super::{Actor, Office, Refusal};
use crate::domain::{IncidentKind, SubjectKind, TextEnum as _};
use crate::store::rows::IncidentRow;
use crate::store::types::{Id, IncidentId};
use crate::store::{StoreError, Tx};

/// What came of holding incidents against findings.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Reconciled {
    /// Newly found.
    pub opened: usize,
    /// No longer so.
    pub closed: usize,
}

/// Opens an incident; where it is open already, brings its detail up to date. Gives whether it is new.
///
/// # Errors
/// When the database fails.
pub async fn open(
    office: &Office,
    actor: &Actor,
    kind: IncidentKind,
    subject: (SubjectKind, String),
    detail: String,
) -> Result<bool, Refusal> {
    let row =
        IncidentRow::new(Id::of(office.clock.new_id()), kind, subject, detail, office.clock.timestamp());
    let mut deed = office.begin(actor).await?;
    let opened = deed.tx().open_incident(&row).await;
    deed.end(opened).await
}

/// Closes what is open of this kind about this subject, because it is no longer so. Gives whether anything was.
///
/// # Errors
/// When the database fails.
pub async fn end(office: &Office, actor: &Actor, kind: IncidentKind, subject: &str) -> Result<bool, Refusal> {
    let now = office.clock.timestamp();
    let mut deed = office.begin(actor).await?;
    let closed = deed.tx().close_incident(kind, subject, now).await;
    deed.end(closed).await
}

/// Opens what is `found` (the subject's id, and what a person must know) and not open, closes what is open and not found. A
/// finding that cannot be written stops no other; only a database that is away is away for all.
///
/// # Errors
/// When the database fails; the others are written all the same.
pub async fn reconcile(
    office: &Office,
    actor: &Actor,
    (kind, subject): (IncidentKind, SubjectKind),
    found: Vec<(String, String)>,
) -> Result<Reconciled, Refusal> {
    let known = office.store.list_open_subjects(kind).await?;
    let known: HashSet<String> = known.into_iter().collect();
    let found_ids: HashSet<&str> = found.iter().map(|(id, _)| id.as_str()).collect();
    let (mut done, mut failed) = (Reconciled::default(), Ok(()));
    for id in known.iter().filter(|id| !found_ids.contains(id.as_str())) {
        done.closed += counted(end(office, actor, kind, id).await, &mut failed)?;
    }
    for (id, detail) in found.into_iter().filter(|(id, _)| !known.contains(id)) {
        tracing::error!(kind = kind.as_str(), subject = id, detail, "a person must look");
        done.opened += counted(open(office, actor, kind, (subject, id), detail).await, &mut failed)?;
    }
    failed.map(|()| done)
}

/// 1 for what was written. An error is kept for later, so that the others of its kind come to their turn; only a database
/// that is away is away for all.
///
/// # Errors
/// When the database is away.
pub fn counted(written: Result<bool, Refusal>, failed: &mut Result<(), Refusal>) -> Result<usize, Refusal> {
    match written {
        Ok(written) => Ok(usize::from(written)),
        Err(Refusal::Store(error)) if error.is_away() => Err(error.into()),
        Err(error) => {
            *failed = Err(error);
            Ok(0)
        }
    }
}

/// A person has seen to an incident.
///
/// # Errors
/// [`Refusal::NotFound`]; [`Refusal::Conflict`] when it was closed before.
pub async fn close(office: &Office, actor: &Actor, id: IncidentId) -> Result<IncidentRow, Refusal> {
    const WHAT: Refusal = Refusal::NotFound("异常");
    let seen = office.store.find_incident(id).await?.ok_or(WHAT)?;
    let mut deed = office.begin(actor).await?;
    match closed(deed.tx(), office, &seen).await {
        Ok(None) => {
            deed.leave().await;
            Err(Refusal::Conflict("这个异常已经标为已处理。"))
        }
        outcome => deed.end(outcome).await?.ok_or(WHAT),
    }
}

/// The incident as it stands afterwards; `None` when nothing was open.
async fn closed(tx: &mut Tx, office: &Office, seen: &IncidentRow) -> Result<Option<IncidentRow>, StoreError> {
    let now = office.clock.timestamp();
    if !tx.close_incident(seen.kind.0, &seen.subject_id, now).await? {
        return Ok(None);
    }
    tx.find_incident(seen.id).await
}
