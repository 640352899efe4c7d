//! Documents that came in.

use chrono::{NaiveDate, NaiveDateTime};
use diesel::prelude::{Insertable, Queryable, Selectable};
use xushi_domain::DocumentKind;

use crate::schema::documents;
use crate::types::{ApiKeyId, DocumentId, Listed, RegionId};

/// A document as stored, without its bytes.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = documents, treat_none_as_default_value = false)]
pub struct DocumentRow {
    /// Identity.
    pub id: DocumentId,
    /// What its file is called.
    pub file_name: String,
    /// What is read out of it.
    pub kind: Listed<DocumentKind>,
    /// As it has it.
    pub title: Option<String>,
    /// What it is about where it says no other.
    pub region_id: RegionId,
    /// In bytes.
    pub size: i32,
    /// SHA-256 of its bytes, hexadecimal.
    pub sha256: String,
    /// When it came in, UTC.
    pub received_at: NaiveDateTime,
    /// The key that handed it in.
    pub received_by: Option<ApiKeyId>,
    /// When it was adopted first, UTC.
    pub adopted_at: Option<NaiveDateTime>,
    /// By which key.
    pub adopted_by: Option<ApiKeyId>,
    /// The first day on which it is no more.
    pub retired_on: Option<NaiveDate>,
    /// Why.
    pub retired_reason: Option<String>,
    /// When the row was last changed, UTC.
    pub updated_at: NaiveDateTime,
}

/// The bytes of a document, and the text of a PDF's pages; `None` once they were kept for long enough.
pub type DocumentContent = (Option<Vec<u8>>, Option<String>);

/// Which documents a list shows.
#[derive(Debug, Default, Clone)]
pub struct DocumentFilter {
    /// Only of these kinds.
    pub kinds: Option<Vec<DocumentKind>>,
    /// Only those that were adopted, or that were not.
    pub adopted: Option<bool>,
    /// Only those changed later than this, UTC.
    pub updated_after: Option<NaiveDateTime>,
    /// Whether retired ones are listed, too.
    pub with_retired: bool,
}
