//! What webhooks are told: made from the order of changes, signed (Standard Webhooks), in the form of CloudEvents 1.0.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chrono::TimeDelta;
use ring::hmac;
use serde_json::{Value, json};

use super::{Actor, Office, Refusal, webhooks};
use crate::domain::webhook::{HOOK_ATTEMPTS_MAX, HookEventKind, HookEventState, HookTarget, hook_wait};
use crate::store::StoreError;
use crate::store::rows::{Lease, Page, WebhookEventEnd, WebhookEventRow, WebhookPump, WebhookRow};
use crate::store::types::{AnyId, Id, WebhookEventId, WebhookId};

/// Changes looked at in one transaction.
const AT_ONCE: usize = 500;
/// Events that may wait for one webhook; what changes beyond stays in the order of changes until there is room.
const WAITING_MAX: i64 = 10_000;
/// How long what was taken is kept, so that it can be told again.
const KEPT: TimeDelta = TimeDelta::days(30);
/// Webhooks at most; an office has a handful.
const HOOKS_MAX: i64 = 500;

/// Webhooks that are told.
///
/// # Errors
/// When the database fails.
pub async fn list_standing(office: &Office) -> Result<Vec<WebhookRow>, StoreError> {
    office.store.list_webhooks(false, None, Page { limit: HOOKS_MAX, after: None }).await
}

/// Makes what a webhook is to be told since it was told last.
///
/// # Errors
/// When the database fails; what was made before stays.
pub async fn pump(office: &Office, hook: WebhookId) -> Result<(), StoreError> {
    loop {
        let pump = WebhookPump {
            ids: (0..AT_ONCE).map(|_| Id::of(office.clock.new_id())).collect(),
            now: office.clock.timestamp(),
            today: office.clock.today(),
            waiting_max: WAITING_MAX,
        };
        if office.store.pump_webhook(hook, pump).await? < AT_ONCE {
            return Ok(());
        }
    }
}

/// Forgets what was taken long ago.
///
/// # Errors
/// When the database fails.
pub async fn forget(office: &Office) -> Result<usize, StoreError> {
    office.store.forget_webhook_events(office.clock.timestamp() - KEPT).await
}

/// Takes up events of a webhook that are due.
///
/// # Errors
/// When the database fails.
pub async fn claim(
    office: &Office,
    hook: WebhookId,
    lease: &Lease<'_>,
    limit: i64,
) -> Result<Vec<WebhookEventRow>, StoreError> {
    office.store.claim_webhook_events(hook, lease, limit).await
}

/// Gives back events that were not tried, to be tried after `wait`.
///
/// # Errors
/// When the database fails.
pub async fn give_back(
    office: &Office,
    ids: &[WebhookEventId],
    holder: &str,
    wait: TimeDelta,
) -> Result<(), StoreError> {
    office.store.release_webhook_events(ids, holder, office.clock.timestamp() + wait).await
}

/// A request as it goes out.
pub struct SignedEvent {
    /// Where to.
    pub target: HookTarget,
    /// Names and values of the head.
    pub headers: Vec<(&'static str, String)>,
    /// JSON.
    pub body: String,
}

/// Where what changed can be read.
fn address(kind: HookEventKind, id: Option<AnyId>) -> Option<String> {
    let id = id?.0;
    let list = match kind {
        HookEventKind::Region => "regions",
        HookEventKind::Unit => "units",
        HookEventKind::Contact => "contacts",
        HookEventKind::Measure => "measures",
        HookEventKind::Campaign => "campaigns",
        HookEventKind::Task => "tasks",
        HookEventKind::Indicator => "indicators",
        HookEventKind::Episode => "episodes",
        HookEventKind::Letter => "letters",
        HookEventKind::Problem => "problems",
        // These have no address of their own; the order of changes shows them.
        HookEventKind::Observation
        | HookEventKind::Assessment
        | HookEventKind::Delivery
        | HookEventKind::Reply => {
            return Some(format!("/api/v1/changes?kind={kind}"));
        }
        HookEventKind::Test | HookEventKind::Restart => return None,
    };
    Some(format!("/api/v1/{list}/{id}"))
}

/// The body: thin, so that nothing is told that the key of whoever is told may not read.
pub fn body(event: &WebhookEventRow) -> Value {
    let (kind, id) = (event.kind.0, event.subject_id);
    let mut body = json!({
        "specversion": "1.0",
        "id": event.id.0,
        "source": "urn:xushi",
        "type": kind.event_type(),
        "time": event.created_at.and_utc(),
        "datacontenttype": "application/json",
        "data": { "kind": kind.to_string(), "id": id.map(|id| id.0), "address": address(kind, id) },
    });
    if let Some(id) = id {
        body["subject"] = json!(id.0);
    }
    body
}

/// Signs what goes out now; `None` when its secret cannot be opened with the key of the configuration.
pub fn signed(office: &Office, hook: &WebhookRow, event: &WebhookEventRow) -> Option<SignedEvent> {
    let secrets = office.hooks.secret_box.as_deref()?;
    let now = office.clock.timestamp();
    let (id, at) = (event.id.0.to_string(), now.and_utc().timestamp().to_string());
    let body = body(event).to_string();
    let former = hook.former_secret.as_ref().filter(|_| hook.former_until.is_some_and(|until| now < until));
    let mut signatures = Vec::new();
    for sealed in [Some(&hook.secret), former].into_iter().flatten() {
        let secret = secrets.open(hook.id.0, sealed)?;
        signatures.push(signature(&secret, &format!("{id}.{at}.{body}"))?);
    }
    Some(SignedEvent {
        target: HookTarget::parse(&hook.url).ok()?,
        headers: vec![
            ("content-type", "application/cloudevents+json; charset=utf-8".to_owned()),
            ("webhook-id", id),
            ("webhook-timestamp", at),
            ("webhook-signature", signatures.join(" ")),
        ],
        body,
    })
}

/// One signature in the form of Standard Webhooks; `None` for a secret that is none.
pub fn signature(secret: &str, content: &str) -> Option<String> {
    let key = STANDARD.decode(secret.strip_prefix("whsec_")?).ok()?;
    let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, &key), content.as_bytes());
    Some(format!("v1,{}", STANDARD.encode(tag)))
}

/// How the other side answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answered {
    /// It took the event.
    Taken(u16),
    /// It refused, and may ask for a wait of so many seconds.
    Refused(u16, Option<u64>),
    /// It wants to be told nothing more.
    Gone,
    /// It was not reached, or did not answer; whether it took the event is not known.
    Silent(String),
}

/// Writes down how an attempt ended, and says how long others of the webhook should wait, where they would fare no better.
///
/// # Errors
/// When the database fails.
pub async fn settle(
    office: &Office,
    hook: &WebhookRow,
    event: &WebhookEventRow,
    (holder, answered): (&str, Answered),
) -> Result<Option<TimeDelta>, Refusal> {
    let now = office.clock.timestamp();
    let spread = u32::from_be_bytes(event.id.0.as_bytes()[12..].try_into().unwrap_or_default());
    let attempts = event.attempts + 1;
    let wait = |asked| hook_wait(attempts, asked, spread.wrapping_add(attempts.unsigned_abs() * 337));
    let (state, status, outcome, wait, others_wait) = match answered {
        Answered::Taken(status) => {
            (HookEventState::Delivered, Some(status), "已接收".to_owned(), None, false)
        }
        Answered::Gone => {
            (HookEventState::Failed, Some(410), "接收方答复410，已停用此回调".to_owned(), None, true)
        }
        Answered::Refused(status, asked) => {
            let wait = wait(asked);
            (
                HookEventState::Pending,
                Some(status),
                format!("接收方答复{status}"),
                wait,
                matches!(status, 429 | 503),
            )
        }
        Answered::Silent(why) => (HookEventState::Pending, None, why, wait(None), true),
    };
    let given_up = state == HookEventState::Pending && wait.is_none();
    let end = WebhookEventEnd {
        id: event.id,
        holder: holder.to_owned(),
        state: if given_up { HookEventState::Failed } else { state },
        next_attempt_at: now + wait.unwrap_or_default(),
        status: status.map(i32::from),
        outcome: if given_up {
            format!("{outcome}；已试{HOOK_ATTEMPTS_MAX}次，不再自动重发")
        } else {
            outcome
        },
        now,
    };
    office.store.end_webhook_event(&end).await?;
    if status == Some(410) {
        let reason = "接收方答复410，表示不再接收";
        match webhooks::retire_webhook(office, &Actor::job(), hook.id, reason).await {
            Ok(_) | Err(Refusal::Conflict(_) | Refusal::Store(StoreError::Stale)) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(if others_wait { Some(wait.unwrap_or_default()) } else { None })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_signature_is_that_of_the_standard() {
        // From the specification's own libraries (standard-webhooks, test vector).
        let content = r#"msg_p5jXN8AQM9LWM0D4loKWxJek.1614265330.{"test": 2432232314}"#;
        let signed = signature("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", content);
        assert_eq!(signed.as_deref(), Some("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="));
        assert_eq!(signature("secret", content), None);
    }
}
