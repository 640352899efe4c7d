//! Sessions of people on the pages: a key is shown once, and a secret in the browser stands for it until the day's work is over.

use chrono::TimeDelta;

use super::{Actor, Call, Office, Refusal, Who};
use crate::domain::{Invalid, Role};
use crate::store::rows::{ApiKeyRow, SessionRow};
use crate::store::types::{Id, SessionId};
use crate::store::{StoreError, hash_key};

/// How long a session lasts: a day's work.
pub const LASTS: TimeDelta = TimeDelta::hours(8);

/// Who has signed in, and until when.
#[derive(Debug, Clone)]
pub struct SignedIn {
    /// The session.
    pub id: SessionId,
    /// The key that was shown.
    pub key: ApiKeyRow,
}

impl SignedIn {
    /// Its holder, at this call.
    pub fn actor(&self, call: Call) -> Actor {
        Actor::calling(holder(&self.key), call)
    }
}

fn holder(key: &ApiKeyRow) -> Who {
    let unit_id = key.unit_id.map(|id| id.0);
    Who::Key {
        id: key.id,
        name: key.name.clone(),
        role: key.role.0,
        unit_id: unit_id.map(Id::of),
        stage: key.stage.map(|stage| stage.0),
    }
}

/// Signs in with a key; gives the secret, which is kept nowhere else, with the key it stands for.
///
/// # Errors
/// [`Refusal::Invalid`] at `key` where it is none, or one that has no pages.
pub async fn sign_in(office: &Office, key: &str, call: Call) -> Result<(String, ApiKeyRow), Refusal> {
    let found = office.store.find_api_key(&hash_key(key.trim()), office.clock.timestamp()).await?;
    let Some(found) = found else {
        let detail = "密钥不正确、已停用或已到期，请核对后重新填写；密钥由系统管理员发放。";
        return Err(Invalid::new("key", "unknown", detail).into());
    };
    if found.role.0 == Role::Feeder {
        let detail = "这是数据推送系统的密钥，只用于接口，不能登录页面。";
        return Err(Invalid::new("key", "not_for_role", detail).into());
    }
    let secret = office.clock.new_secret();
    let now = office.clock.timestamp();
    let row = SessionRow {
        id: Id::of(office.clock.new_id()),
        secret_hash: hash_key(&secret),
        api_key_id: found.id,
        created_at: now,
        expires_at: now + LASTS,
        ended_at: None,
    };
    let actor = Actor::calling(holder(&found), call);
    let mut deed = office.begin(&actor).await?;
    let begun = deed.tx().begin_session(&row).await;
    deed.end(begun).await?;
    Ok((secret, found))
}

/// The session that this secret stands for; none when it is over, was ended, or its key was revoked.
///
/// # Errors
/// When the database fails.
pub async fn find(office: &Office, secret: &str) -> Result<Option<SignedIn>, StoreError> {
    let found = office.read.find_session(&hash_key(secret), office.clock.timestamp()).await?;
    Ok(found.map(|(row, key)| SignedIn { id: row.id, key }))
}

/// Signs out.
///
/// # Errors
/// When the database fails.
pub async fn sign_out(office: &Office, session: &SignedIn, call: Call) -> Result<(), Refusal> {
    let actor = session.actor(call);
    let mut deed = office.begin(&actor).await?;
    let ended = deed.tx().end_session(Id::of(session.id.0), office.clock.timestamp()).await;
    deed.end(ended).await
}
