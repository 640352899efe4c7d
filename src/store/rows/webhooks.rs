//! Webhooks and what they tell.

use chrono::{NaiveDate, NaiveDateTime};
use diesel::prelude::{AsChangeset, Insertable, Queryable, Selectable};
use xushi_domain::webhook::{HookEventKind, HookEventState};
use xushi_domain::{ChangeKind, Role, TextEnum as _};

use super::ChangePlace;
use crate::StoreError;
use crate::schema::{webhook_events, webhooks};
use crate::types::{AnyId, Listed, WebhookEventId, WebhookId};

/// A webhook as stored; a change writes the whole row.
#[derive(Clone, PartialEq, Eq, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = webhooks, treat_none_as_default_value = false, treat_none_as_null = true)]
pub struct WebhookRow {
    /// Identity.
    pub id: WebhookId,
    /// What it is for; unique.
    pub name: String,
    /// Where it stands.
    pub url: String,
    /// Words of what it is told of, with commas.
    pub kinds: String,
    /// As whom it sees.
    pub role: Listed<Role>,
    /// What signs, sealed.
    pub secret: Vec<u8>,
    /// What signed before, sealed, while it still signs as well.
    pub former_secret: Option<Vec<u8>>,
    /// Until when, UTC.
    pub former_until: Option<NaiveDateTime>,
    /// Epoch of its place.
    pub epoch: i32,
    /// Number of its place.
    pub seq: i64,
    /// Kind of its place.
    pub place_kind: i32,
    /// What stands there.
    pub place_id: AnyId,
    /// When the row was made, UTC.
    pub created_at: NaiveDateTime,
    /// Counts changes, from 1.
    pub revision: i32,
    /// When the row was last changed, UTC.
    pub updated_at: NaiveDateTime,
    /// The day on which it ended.
    pub retired_on: Option<NaiveDate>,
    /// Why.
    pub retired_reason: Option<String>,
}

impl std::fmt::Debug for WebhookRow {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("WebhookRow").field("id", &self.id).field("name", &self.name).finish_non_exhaustive()
    }
}

impl WebhookRow {
    /// The place up to which it was told.
    pub fn place(&self) -> ChangePlace {
        ChangePlace { seq: self.seq, kind: self.place_kind, id: self.place_id }
    }

    /// What it is told of.
    ///
    /// # Errors
    /// `Corrupt` for a word that is none.
    pub fn told_of(&self) -> Result<Vec<ChangeKind>, StoreError> {
        let read = |word| {
            ChangeKind::parse(word).ok_or_else(|| StoreError::Corrupt(format!("kind `{word}` of a webhook")))
        };
        self.kinds.split(',').map(read).collect()
    }
}

/// Something to be told to one webhook.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = webhook_events, treat_none_as_default_value = false)]
pub struct WebhookEventRow {
    /// Identity; the same at every attempt.
    pub id: WebhookEventId,
    /// To whom.
    pub webhook_id: WebhookId,
    /// What it is about.
    pub kind: Listed<HookEventKind>,
    /// What changed.
    pub subject_id: Option<AnyId>,
    /// When it was found to have changed, UTC.
    pub created_at: NaiveDateTime,
    /// Where telling stands.
    pub state: Listed<HookEventState>,
    /// Attempts that ended.
    pub attempts: i32,
    /// When the next one may begin, UTC.
    pub next_attempt_at: NaiveDateTime,
    /// Who is or was at it.
    pub holder: Option<String>,
    /// Status of the last answer.
    pub status: Option<i32>,
    /// How the last attempt ended, in words.
    pub outcome: Option<String>,
    /// When it was taken, UTC.
    pub delivered_at: Option<NaiveDateTime>,
}

/// How an attempt to tell ended.
#[derive(Debug, Clone)]
pub struct WebhookEventEnd {
    /// Of which event.
    pub id: WebhookEventId,
    /// Who was at it: whoever lost it to another writes nothing.
    pub holder: String,
    /// Where telling stands.
    pub state: HookEventState,
    /// When the next attempt may begin, UTC.
    pub next_attempt_at: NaiveDateTime,
    /// Status of the answer.
    pub status: Option<i32>,
    /// In words.
    pub outcome: String,
    /// Now, UTC.
    pub now: NaiveDateTime,
}

/// What a webhook is to be told next: how much of it at most, and as of when.
#[derive(Debug)]
pub struct WebhookPump {
    /// Ids of the events; as many are made at most.
    pub ids: Vec<WebhookEventId>,
    /// Now, UTC.
    pub now: NaiveDateTime,
    /// Today in the office: facts that come out later are told to those who see ahead alone.
    pub today: NaiveDate,
    /// Events that may wait for one webhook; more stay in the order of changes.
    pub waiting_max: i64,
}

/// Which events a list shows.
#[derive(Debug, Default, Clone)]
pub struct WebhookEventFilter {
    /// Of this webhook.
    pub webhook_id: Option<WebhookId>,
    /// Only of these states.
    pub states: Option<Vec<HookEventState>>,
}
