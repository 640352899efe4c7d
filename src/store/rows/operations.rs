//! Keys, slots, runs.

use chrono::NaiveDateTime;
use diesel::prelude::{Insertable, Queryable, Selectable};

use crate::schema::{api_keys, idempotency_keys, slots};
use crate::types::{ApiKeyId, Listed, UnitId};
use xushi_domain::{Role, Stage};

/// A key to the API; only its hash is kept.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = api_keys, treat_none_as_default_value = false)]
pub struct ApiKeyRow {
    /// Identity.
    pub id: ApiKeyId,
    /// What it is for.
    pub name: String,
    /// SHA-256 of the key, hexadecimal.
    pub key_hash: String,
    /// What its holder may do.
    pub role: Listed<Role>,
    /// When it was made, UTC.
    pub created_at: NaiveDateTime,
    /// When it stopped being valid.
    pub revoked_at: Option<NaiveDateTime>,
    /// The unit it speaks for.
    pub unit_id: Option<UnitId>,
    /// How it begins, which is no secret, so that people can tell it in a list; `None` where nobody knows.
    pub prefix: Option<String>,
    /// From then on it is none, UTC; `None` until it is revoked.
    pub expires_at: Option<NaiveDateTime>,
    /// When it was last used, to the hour, UTC.
    pub last_used_at: Option<NaiveDateTime>,
    /// The key it was issued in place of.
    pub replaces_id: Option<ApiKeyId>,
    /// The highest stage at which its holder may put figures in; `None`: by its role.
    pub stage: Option<Listed<Stage>>,
}

impl ApiKeyRow {
    /// Letters of a key that its prefix shows: the mark that all have, and forty bits of two hundred and fifty-six.
    const PREFIX: usize = 12;

    /// A key that begins now, lasts until it is revoked, and speaks for no unit.
    pub fn of(id: ApiKeyId, name: &str, key: &str, role: Role, now: NaiveDateTime) -> Self {
        // Of a key that a person made up, no letter is shown: it may be short.
        let made = key.starts_with("xsk_") && key.len() >= 3 * Self::PREFIX;
        Self {
            id,
            name: name.to_owned(),
            key_hash: crate::hash_key(key),
            role: role.into(),
            created_at: now,
            revoked_at: None,
            unit_id: None,
            prefix: made.then(|| key.chars().take(Self::PREFIX).collect()),
            expires_at: None,
            last_used_at: None,
            replaces_id: None,
            stage: None,
        }
    }

    /// Whether it lets anybody in at this instant.
    pub fn is_valid(&self, now: NaiveDateTime) -> bool {
        self.revoked_at.is_none() && self.expires_at.is_none_or(|end| now < end)
    }
}

/// A POST made with an Idempotency-Key, and its answer once there is one.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = idempotency_keys, treat_none_as_default_value = false)]
pub struct IdempotencyRow {
    /// Who asked.
    pub api_key_id: ApiKeyId,
    /// The caller's key.
    pub key: String,
    /// Hash of address and body.
    pub request_hash: String,
    /// HTTP status of the answer.
    pub status: Option<i32>,
    /// Body of the answer.
    pub body: Option<String>,
    /// Address of what it made.
    pub location: Option<String>,
    /// When it was first asked, UTC.
    pub created_at: NaiveDateTime,
    /// When its work was done, UTC; written with the work.
    pub done_at: Option<NaiveDateTime>,
    /// What the work made: a word and an id.
    pub made: Option<String>,
    /// Entity tag of the answer.
    pub etag: Option<String>,
}

/// Whether a key was free.
#[derive(Debug)]
pub enum Claim {
    /// It was; the caller runs the request.
    Ours,
    /// It was not; this is what is known of the first request.
    Taken(IdempotencyRow),
}

/// A slot to be claimed by one holder for a while.
#[derive(Debug, Clone)]
pub struct SlotClaim<'a> {
    /// The job's name.
    pub job: &'a str,
    /// When it was due, UTC.
    pub due_at: NaiveDateTime,
    /// Who asks.
    pub holder: &'a str,
    /// Now, UTC.
    pub now: NaiveDateTime,
    /// Until when the claim holds if nobody says that the work is done.
    pub lease_until: NaiveDateTime,
}

/// A slot as stored.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = slots)]
pub struct SlotRow {
    /// Who holds it; empty after a failure.
    pub holder: String,
    /// Until when it is nobody else's, UTC.
    pub lease_until: NaiveDateTime,
    /// How often it was taken up.
    pub attempts: i32,
    /// When its work was done, UTC.
    pub finished_at: Option<NaiveDateTime>,
    /// What was done, or why not.
    pub outcome: Option<String>,
}

/// Which keys a list shows.
#[derive(Debug, Default, Clone)]
pub struct ApiKeyFilter {
    /// Only of these roles.
    pub roles: Option<Vec<Role>>,
    /// Only of this unit.
    pub unit_id: Option<UnitId>,
    /// Only such as end before this instant and are not revoked, UTC.
    pub expires_before: Option<NaiveDateTime>,
    /// Only made or revoked after this instant, UTC.
    pub updated_after: Option<NaiveDateTime>,
}

/// What the end of a pilot has put away.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EndedPilot {
    /// Letters that waited for an answer.
    pub settled: usize,
    /// Drafts.
    pub discarded: usize,
    /// Episodes that count as not written about.
    pub episodes: usize,
    /// Mails that were not out yet.
    pub unsent: usize,
}

/// The last number that a mark has given in a year.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UsedNumber {
    /// 机关代字.
    pub mark: String,
    /// Year of the letters.
    pub year: i32,
    /// N of N号.
    pub serial: i32,
}
