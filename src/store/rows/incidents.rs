//! Incidents.

use chrono::NaiveDateTime;
use diesel::prelude::{Insertable, Queryable, Selectable};

use crate::schema::incidents;
use crate::types::{IncidentId, Listed};
use xushi_domain::{IncidentKind, SubjectKind};

/// An incident as stored. One is open at most for each kind and subject.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = incidents, treat_none_as_default_value = false)]
pub struct IncidentRow {
    /// Identity.
    pub id: IncidentId,
    /// What is the matter.
    pub kind: Listed<IncidentKind>,
    /// With what sort of thing.
    pub subject_kind: Listed<SubjectKind>,
    /// Id of a row, or what names the subject.
    pub subject_id: String,
    /// What a person must know, Chinese.
    pub detail: String,
    /// When it was found, UTC.
    pub opened_at: NaiveDateTime,
    /// When it was found to be over, UTC.
    pub closed_at: Option<NaiveDateTime>,
    /// When it was last changed, UTC.
    pub updated_at: NaiveDateTime,
    /// How often it was found while it was open, where that is counted.
    pub repeats: i32,
}

impl IncidentRow {
    /// An incident found now.
    pub fn new(
        id: IncidentId,
        kind: IncidentKind,
        (subject_kind, subject_id): (SubjectKind, String),
        detail: String,
        now: NaiveDateTime,
    ) -> Self {
        Self {
            id,
            kind: kind.into(),
            subject_kind: subject_kind.into(),
            subject_id,
            detail,
            opened_at: now,
            closed_at: None,
            updated_at: now,
            repeats: 1,
        }
    }
}

/// Which incidents a list shows.
#[derive(Debug, Default, Clone)]
pub struct IncidentFilter {
    /// Only of these kinds.
    pub kinds: Option<Vec<IncidentKind>>,
    /// Only about these sorts of subjects.
    pub subject_kinds: Option<Vec<SubjectKind>>,
    /// Only about this subject.
    pub subject_id: Option<String>,
    /// Only open, or only closed ones.
    pub open: Option<bool>,
    /// Only changed after this instant, UTC.
    pub updated_after: Option<NaiveDateTime>,
}
