//! Changes, in their order.

use xushi_domain::ChangeKind;

use crate::types::AnyId;

/// A place in the order of changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ChangePlace {
    /// Number of the transaction, or of the change where each has its own.
    pub seq: i64,
    /// Number of the kind.
    pub kind: i32,
    /// What changed.
    pub id: AnyId,
}

/// Something that changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ChangeRow {
    /// What it is.
    pub kind: ChangeKind,
    /// Where it stands, and its id.
    pub place: ChangePlace,
}
