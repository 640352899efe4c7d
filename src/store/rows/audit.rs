//! Who did what when, and the seals of it.

use chrono::NaiveDateTime;
use diesel::prelude::{Insertable, Queryable, Selectable};
use serde::Serialize;
use sha2::{Digest as _, Sha256};

use crate::schema::{audit_events, audit_seals};
use crate::types::{ApiKeyId, AuditEventId, LetterId};

/// Who did what when, and from where.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = audit_events, treat_none_as_default_value = false)]
pub struct AuditRow {
    /// Identity.
    pub id: AuditEventId,
    /// By which key.
    pub api_key_id: Option<ApiKeyId>,
    /// By the link of which letter.
    pub letter_id: Option<LetterId>,
    /// POST, PUT, PATCH, DELETE; RUN for what happened by itself.
    pub verb: String,
    /// Address without the query; a token is not part of it.
    pub path: String,
    /// HTTP status of the answer.
    pub status: i32,
    /// Id of the request, as in the logs.
    pub request_id: String,
    /// When, UTC.
    pub created_at: NaiveDateTime,
    /// Name of the key then, or who did it without one; `None` of old entries.
    pub actor: Option<String>,
    /// From where, as the network says.
    pub address: Option<String>,
    /// What was made or changed: a word and an id.
    pub subject: Option<String>,
    /// JSON, the fields that changed.
    pub state_before: Option<String>,
    /// JSON, the same fields.
    pub state_after: Option<String>,
    /// Of a call about many things: how many. Of a refusal: how many like it were not written down since the one before.
    pub items: Option<i32>,
    /// SHA-256 of them, hexadecimal.
    pub digest: Option<String>,
    /// Of a refusal: which.
    pub code: Option<String>,
}

/// An entry in the one form that is hashed: a JSON list, first the number of the form, then the columns in the order of
/// [`AuditRow`], an id in lower case with hyphens, a time in microseconds since 1970 began (UTC).
#[derive(Serialize)]
struct Canonical<'a>(
    u8,
    uuid::Uuid,
    Option<uuid::Uuid>,
    Option<uuid::Uuid>,
    &'a str,
    &'a str,
    i32,
    &'a str,
    i64,
    [Option<&'a str>; 5],
    Option<i32>,
    [Option<&'a str>; 2],
);

impl AuditRow {
    /// The bytes that are hashed, after those in `out`.
    fn write_canonical(&self, out: &mut Vec<u8>) {
        let form = Canonical(
            1,
            self.id.0,
            self.api_key_id.map(|id| id.0),
            self.letter_id.map(|id| id.0),
            &self.verb,
            &self.path,
            self.status,
            &self.request_id,
            self.created_at.and_utc().timestamp_micros(),
            [
                self.actor.as_deref(),
                self.address.as_deref(),
                self.subject.as_deref(),
                self.state_before.as_deref(),
                self.state_after.as_deref(),
            ],
            self.items,
            [self.digest.as_deref(), self.code.as_deref()],
        );
        // Writing texts and numbers to memory does not fail.
        let _ = serde_json::to_writer(out, &form);
    }

    /// The bytes of which the hash of seal `seq` is made: the hash before (32 bytes; zeros before the first), the number
    /// (8 bytes, most significant first), the entry.
    pub fn to_sealed_bytes(&self, before: &[u8], seq: i64) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(512);
        bytes.extend_from_slice(before);
        bytes.extend_from_slice(&seq.to_be_bytes());
        self.write_canonical(&mut bytes);
        bytes
    }

    /// The hash of seal `seq`, which follows the seal with the hash `before`.
    pub fn hash(&self, before: &[u8], seq: i64) -> [u8; 32] {
        Sha256::digest(self.to_sealed_bytes(before, seq)).into()
    }
}

/// A seal as stored.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = audit_seals, treat_none_as_default_value = false)]
pub struct AuditSealRow {
    /// Counts up by one from 1.
    pub seq: i64,
    /// Of which entry.
    pub event_id: AuditEventId,
    /// See [`AuditRow::hash`].
    pub hash: Vec<u8>,
    /// When, UTC.
    pub sealed_at: NaiveDateTime,
}

/// A seal, and its entry where that is still there.
pub type SealedAudit = (AuditSealRow, Option<AuditRow>);

/// The last seal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditHead {
    /// Its number; 0 when there is none.
    pub seq: i64,
    /// Its hash; zeros when there is none.
    pub hash: Vec<u8>,
}

impl AuditHead {
    /// Before the first seal.
    pub fn none() -> Self {
        Self { seq: 0, hash: vec![0; 32] }
    }
}

/// An entry as it is listed: with the name of its key, and the number of its seal.
pub type ListedAudit = (AuditRow, Option<String>, Option<i64>);

/// Which audit events a list shows.
#[derive(Debug, Default, Clone)]
pub struct AuditFilter {
    /// Only by this key.
    pub api_key_id: Option<ApiKeyId>,
    /// Only by the link of this letter.
    pub letter_id: Option<LetterId>,
    /// Only of what was made or changed: a word and an id.
    pub subject: Option<String>,
    /// Only refusals, or only what was done.
    pub refused: Option<bool>,
    /// Only after this instant, UTC.
    pub after: Option<NaiveDateTime>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::Id;

    #[test]
    fn the_form_that_is_hashed_does_not_change() {
        let row = AuditRow {
            id: Id::of(uuid::Uuid::from_u128(1)),
            api_key_id: None,
            letter_id: Some(Id::of(uuid::Uuid::from_u128(2))),
            verb: "POST".to_owned(),
            path: "/api/v1/units".to_owned(),
            status: 201,
            request_id: "r".to_owned(),
            created_at: chrono::DateTime::UNIX_EPOCH.naive_utc(),
            actor: Some("看板".to_owned()),
            address: None,
            subject: Some("unit x".to_owned()),
            state_before: None,
            state_after: Some("{\"a\":1}".to_owned()),
            items: Some(3),
            digest: None,
            code: None,
        };
        let bytes = row.to_sealed_bytes(&[7; 32], 258);
        assert_eq!((&bytes[..32], &bytes[32..40]), (&[7; 32][..], &[0, 0, 0, 0, 0, 0, 1, 2][..]));
        let text = r#"[1,"00000000-0000-0000-0000-000000000001",null,"00000000-0000-0000-0000-000000000002","POST","/api/v1/units",201,"r",0,["看板",null,"unit x",null,"{\"a\":1}"],3,[null,null]]"#;
        assert_eq!(std::str::from_utf8(&bytes[40..]).unwrap(), text);
        assert_eq!(row.hash(&[7; 32], 258), <[u8; 32]>::from(Sha256::digest(&bytes)));
    }
}
