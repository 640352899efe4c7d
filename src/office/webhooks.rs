//! Deeds with webhooks (回调): others are told that something changed. Nothing of what changed is told but its kind and address: who
//! is told reads it with a key of its own.

use std::sync::Arc;

use chrono::{DateTime, NaiveDateTime, TimeDelta, Utc};

use super::actor::Deed;
use super::secret_box::SecretBox;
use super::{Actor, Office, Refusal};
use crate::domain::invalid::text;
use crate::domain::webhook::{AllowList, HookEventKind, HookEventState, HookTarget};
use crate::domain::{ChangeKind, Invalid, Role, TextEnum as _, lengths};
use crate::store::rows::{WebhookEventRow, WebhookRow};
use crate::store::types::{Id, WebhookId, micros};

/// What webhooks are made with.
#[derive(Clone, Default)]
pub struct HookSettings {
    /// Seals their secrets; `None` when the configuration has no key.
    pub secret_box: Option<Arc<SecretBox>>,
    /// Where they may stand.
    pub allowed: Arc<AllowList>,
}

/// How long a secret still signs after another has taken its place.
const OVERLAP: TimeDelta = TimeDelta::hours(24);

/// A webhook that is to be made.
#[derive(Debug, Clone)]
pub struct NewWebhook {
    /// What it is for.
    pub name: String,
    /// Where it stands.
    pub url: String,
    /// What it is told of.
    pub kinds: Vec<ChangeKind>,
    /// As whom it sees.
    pub role: Role,
}

/// A change of a webhook; what is `None` stays.
#[derive(Debug, Clone, Default)]
pub struct WebhookEdit {
    /// What it is for.
    pub name: Option<String>,
    /// Where it stands.
    pub url: Option<String>,
    /// What it is told of.
    pub kinds: Option<Vec<ChangeKind>>,
}

/// What a webhook is, without what signs.
#[derive(serde::Serialize)]
struct Told<'a> {
    name: &'a str,
    url: &'a str,
    kinds: &'a str,
    revision: i32,
}

impl<'a> Told<'a> {
    fn of(row: &'a WebhookRow) -> Self {
        Self { name: &row.name, url: &row.url, kinds: &row.kinds, revision: row.revision }
    }
}

impl Office {
    fn secret_box(&self) -> Result<&SecretBox, Refusal> {
        self.hooks.secret_box.as_deref().ok_or(Refusal::Conflict(
            "尚未设置webhooks.key，不能建立回调：请系统管理员在配置中写入不少于32个字符的随机文字，重启后再试。",
        ))
    }
}

/// Makes a webhook; it is told of what changes from now on. Gives its secret beside its row, which keeps it sealed.
///
/// # Errors
/// [`Refusal::Invalid`] for a bad name, address or kind; [`Refusal::Conflict`] where the configuration has no key to seal secrets with;
/// `Duplicate` where the name is taken.
pub async fn create_webhook(
    office: &Office,
    actor: &Actor,
    new: NewWebhook,
) -> Result<(String, WebhookRow), Refusal> {
    let mut deed = office.begin(actor).await?;
    let made = add_webhook(&mut deed, new).await;
    if let Ok((_, row)) = &made {
        deed.made("webhook", row.id.of_any());
    }
    deed.end(made).await
}

async fn add_webhook(deed: &mut Deed<'_>, new: NewWebhook) -> Result<(String, WebhookRow), Refusal> {
    let office = deed.office();
    office.secret_box()?;
    let name = text("name", &new.name, lengths::KEY_NAME)?;
    let url = target(office, &new.url)?;
    let kinds = told_of(new.kinds, new.role)?;
    let (epoch, place) = deed.tx().find_feed_end().await?;
    let id = office.clock.new_id();
    let (secret, sealed) = fresh(office, Id::of(id))?;
    let now = office.clock.timestamp();
    let row = WebhookRow {
        id: Id::of(id),
        name,
        url,
        kinds,
        role: new.role.into(),
        secret: sealed,
        former_secret: None,
        former_until: None,
        epoch,
        seq: place.seq,
        place_kind: place.kind,
        place_id: place.id,
        created_at: now,
        revision: 1,
        updated_at: now,
        retired_on: None,
        retired_reason: None,
    };
    deed.tx().create_webhook(&row).await?;
    Ok((secret, row))
}

/// A secret as Standard Webhooks write it, and sealed.
fn fresh(office: &Office, id: WebhookId) -> Result<(String, Vec<u8>), Refusal> {
    use base64::Engine as _;
    use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
    let random = office.clock.new_secret();
    let bytes = URL_SAFE_NO_PAD.decode(&random).unwrap_or_else(|_| random.into_bytes());
    let secret = format!("whsec_{}", STANDARD.encode(bytes));
    let sealed = office.secret_box()?.seal(id.0, &office.clock.new_secret(), &secret);
    Ok((secret, sealed.ok_or(Refusal::Conflict("密钥无法加密保存，请检查webhooks.key。"))?))
}

/// An address at which a webhook may stand.
fn target(office: &Office, url: &str) -> Result<String, Invalid> {
    let url = url.trim();
    let target = HookTarget::parse(url)?;
    if office.hooks.allowed.may_name(&target.host) {
        return Ok(url.to_owned());
    }
    let detail = format!(
        "“{}”不在允许的回调地址中：请系统管理员在配置webhooks.allow中列出该主机或网段。",
        target.host
    );
    Err(Invalid::new("url", "not_allowed", detail))
}

fn told_of(mut kinds: Vec<ChangeKind>, role: Role) -> Result<String, Invalid> {
    kinds.sort_by_key(|kind| ChangeKind::ALL.iter().position(|one| one == kind));
    kinds.dedup();
    if kinds.is_empty() {
        return Err(Invalid::new("kinds", "required", "请至少选择一类变更。"));
    }
    match role {
        Role::Coordinator => {}
        Role::Reader if kinds.contains(&ChangeKind::Reply) => {
            return Err(Invalid::new("kinds", "not_for_role", "只读的回调不能接收反馈（reply），请去掉。"));
        }
        Role::Reader => {}
        _ => return Err(Invalid::new("role", "not_for_webhooks", "回调的角色应为coordinator或reader。")),
    }
    Ok(kinds.iter().map(|kind| kind.as_str()).collect::<Vec<_>>().join(","))
}

/// Changes a webhook that was read as `seen`.
///
/// # Errors
/// As [`create_webhook`]; [`Refusal::Conflict`] for one that ended; `Stale` when somebody else has changed it since.
pub async fn update_webhook(
    office: &Office,
    actor: &Actor,
    seen: WebhookRow,
    edit: WebhookEdit,
) -> Result<WebhookRow, Refusal> {
    let mut changed = standing(&seen)?;
    if let Some(name) = &edit.name {
        changed.name = text("name", name, lengths::KEY_NAME)?;
    }
    if let Some(url) = &edit.url {
        changed.url = target(office, url)?;
    }
    if let Some(kinds) = edit.kinds {
        changed.kinds = told_of(kinds, seen.role.0)?;
    }
    if changed == seen {
        actor.changed_nothing();
        return Ok(seen);
    }
    write(office, actor, &seen, changed).await
}

/// Writes a changed webhook with its next revision.
async fn write(
    office: &Office,
    actor: &Actor,
    seen: &WebhookRow,
    mut changed: WebhookRow,
) -> Result<WebhookRow, Refusal> {
    changed.revision = seen.revision + 1;
    changed.updated_at = office.clock.timestamp();
    let mut deed = office.begin(actor).await?;
    let written = deed.tx().update_webhook(&changed).await;
    deed.changed("webhook", seen.id, &Told::of(seen), &Told::of(&changed));
    deed.end(written).await?;
    Ok(changed)
}

fn standing(row: &WebhookRow) -> Result<WebhookRow, Refusal> {
    if row.retired_on.is_some() {
        return Err(Refusal::Conflict("这个回调已经停用，不能再修改；需要时请另建。"));
    }
    Ok(row.clone())
}

async fn load(office: &Office, id: WebhookId) -> Result<WebhookRow, Refusal> {
    office.store.find_webhook(id).await?.ok_or(Refusal::NotFound("回调"))
}

/// Ends a webhook: it is told nothing more.
///
/// # Errors
/// [`Refusal::Invalid`] for a bad reason, [`Refusal::NotFound`], [`Refusal::Conflict`] for one that ended.
pub async fn retire_webhook(
    office: &Office,
    actor: &Actor,
    id: WebhookId,
    reason: &str,
) -> Result<WebhookRow, Refusal> {
    let reason = text("reason", reason, lengths::REASON)?;
    let seen = load(office, id).await?;
    let mut changed = standing(&seen)?;
    changed.retired_on = Some(office.clock.today());
    changed.retired_reason = Some(reason);
    write(office, actor, &seen, changed).await
}

/// Gives a webhook another secret; the one before signs as well for a day.
///
/// # Errors
/// [`Refusal::NotFound`], [`Refusal::Conflict`].
pub async fn rotate_secret(
    office: &Office,
    actor: &Actor,
    id: WebhookId,
) -> Result<(String, WebhookRow), Refusal> {
    let seen = load(office, id).await?;
    let mut changed = standing(&seen)?;
    let (secret, sealed) = fresh(office, id)?;
    changed.former_secret = Some(std::mem::replace(&mut changed.secret, sealed));
    changed.former_until = Some(micros(office.clock.timestamp() + OVERLAP));
    Ok((secret, write(office, actor, &seen, changed).await?))
}

/// Sends an event that tells of nothing, to try a webhook; gives it.
///
/// # Errors
/// [`Refusal::NotFound`], [`Refusal::Conflict`] for one that ended.
pub async fn test_webhook(office: &Office, actor: &Actor, id: WebhookId) -> Result<WebhookEventRow, Refusal> {
    let hook = standing(&load(office, id).await?)?;
    let now = office.clock.timestamp();
    let row = WebhookEventRow {
        id: Id::of(office.clock.new_id()),
        webhook_id: hook.id,
        kind: HookEventKind::Test.into(),
        subject_id: None,
        created_at: now,
        state: HookEventState::Pending.into(),
        attempts: 0,
        next_attempt_at: now,
        holder: None,
        status: None,
        outcome: None,
        delivered_at: None,
    };
    let mut deed = office.begin(actor).await?;
    let added = deed.tx().add_webhook_event(&row).await;
    deed.end(added).await?;
    Ok(row)
}

/// Tells again what was made at or after an instant, whether it was taken or given up; each event under its id. Gives how many.
///
/// # Errors
/// [`Refusal::NotFound`], [`Refusal::Conflict`] for one that ended.
pub async fn replay(
    office: &Office,
    actor: &Actor,
    id: WebhookId,
    since: DateTime<Utc>,
) -> Result<usize, Refusal> {
    let hook = standing(&load(office, id).await?)?;
    let (since, now): (NaiveDateTime, _) = (micros(since.naive_utc()), office.clock.timestamp());
    let mut deed = office.begin(actor).await?;
    let again = deed.tx().replay_webhook_events(hook.id, since, now).await;
    deed.end(again).await
}
