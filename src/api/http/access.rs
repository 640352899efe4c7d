//! Who is calling and what that caller may do: every `/api/v1` call but the spec needs a key, and every route a line
//! in `rules`.

mod own_things;
mod query_guard;
mod rules;

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{Path, Payload, ResourceDef, ServiceRequest, ServiceResponse};
use actix_web::http::header::HeaderMap;
use actix_web::http::{Method, header};
use actix_web::middleware::Next;
use actix_web::{Error, FromRequest, HttpMessage as _, HttpRequest, web};
use chrono::NaiveDate;
use uuid::Uuid;

use crate::api::State;
use crate::api::http::refused::{Code, Refused};
use crate::api::http::time_limits::at_length;
use crate::api::http::{negotiate, request_id, spec};
use crate::domain::{Role, Stage};
use crate::office::rows::ApiKeyRow;
use crate::office::types::Id;
use crate::office::{Actor, Call, Office, Who, access};
use own_things::{concerned, not_own};
pub use rules::{AccessRule, RULES, Reach};

/// The caller, as far as a key tells; found in the extensions of a request that was let in.
#[derive(Debug, Clone)]
pub struct Caller {
    /// The key's id.
    pub key_id: Uuid,
    /// What the key is called.
    pub name: String,
    /// What it may do.
    pub role: Role,
    /// The unit it speaks for.
    pub unit_id: Option<Uuid>,
    /// The highest stage at which it may put figures in; `None`: by its role.
    pub stage: Option<Stage>,
}

impl Caller {
    /// The holder of a key.
    pub fn of(key: &ApiKeyRow) -> Self {
        let unit_id = key.unit_id.map(|id| id.0);
        let stage = key.stage.map(|stage| stage.0);
        Self { key_id: key.id.0, name: key.name.clone(), role: key.role.0, unit_id, stage }
    }

    /// The day until which figures have come out that this caller sees, when `as_of` is asked for: nobody but the office sees them
    /// before their publication. In a query `as_of` is no later by then (`query_guard`).
    pub(in crate::api) fn sees_until(&self, as_of: Option<NaiveDate>, today: NaiveDate) -> Option<NaiveDate> {
        if self.role.sees_ahead() { as_of } else { Some(as_of.map_or(today, |as_of| as_of.min(today))) }
    }
}

impl FromRequest for Caller {
    type Error = Refused;
    type Future = std::future::Ready<Result<Self, Refused>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let caller = request.extensions().get::<Self>().cloned();
        std::future::ready(caller.ok_or_else(|| Refused::internal("a route without a caller")))
    }
}

/// Keys seen lately, so that a busy caller costs one look-up in a few seconds and a revoked key stops as soon.
#[derive(Default)]
pub struct KnownKeys {
    seen: Mutex<HashMap<String, (Instant, Caller)>>,
    /// When the use of a key was noted last, or tried to be.
    noted: Mutex<HashMap<Uuid, Instant>>,
    /// Whether the use of a key is being noted.
    noting: Arc<AtomicBool>,
}

const TRUSTED_FOR: Duration = Duration::from_secs(5);
const KNOWN_MAX: usize = 10_000;

impl KnownKeys {
    /// Notes that a key is in use. Its caller does not wait for this, nor fail with it: a database that cannot be written can still be
    /// read. One at a time, and once an hour each, so that a held database costs one connection and not all.
    fn note_use(&self, office: &Office, row: ApiKeyRow) {
        const HOUR: Duration = Duration::from_secs(3_600);
        {
            let mut noted = self.noted.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
            if noted.get(&row.id.0).is_some_and(|at| at.elapsed() < HOUR)
                || self.noting.swap(true, Ordering::SeqCst)
            {
                return;
            }
            if noted.len() >= KNOWN_MAX {
                noted.clear();
            }
            noted.insert(row.id.0, Instant::now());
        }
        let (office, noting) = (office.clone(), self.noting.clone());
        actix_web::rt::spawn(async move {
            if let Err(error) = access::note_use(&office, &row).await {
                tracing::debug!(error = error.to_string(), "the use of a key was not noted");
            }
            noting.store(false, Ordering::SeqCst);
        });
    }

    fn find(&self, hash: &str, trusted: Duration) -> Option<Caller> {
        let known = self.seen.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        known.get(hash).filter(|(seen, _)| seen.elapsed() < trusted).map(|(_, caller)| caller.clone())
    }

    fn remember(&self, hash: String, caller: Caller) {
        let mut known = self.seen.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if known.len() >= KNOWN_MAX {
            known.clear();
        }
        known.insert(hash, (Instant::now(), caller));
    }

    /// Trusts a key no longer; other workers and replicas follow within seconds.
    pub fn forget(&self, key_id: Uuid) {
        let mut known = self.seen.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        known.retain(|_, (_, caller)| caller.key_id != key_id);
    }
}

impl FromRequest for Actor {
    type Error = Refused;
    type Future = std::future::Ready<Result<Self, Refused>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let actor = request.extensions().get::<Self>().cloned();
        std::future::ready(actor.ok_or_else(|| Refused::internal("a route without an actor")))
    }
}

const PREFIX: &str = "/api/v1";

/// Lets a request in when it carries `Authorization: Bearer KEY` or `X-Api-Key: KEY` and the key may do this; writes
/// down who wrote.
///
/// # Errors
/// Only those of the inner service; a refusal is an answer.
pub async fn middleware<B: MessageBody + 'static>(
    mut request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    if request.path() == "/api/v1/openapi.json" {
        return Ok(next.call(request).await?.map_into_boxed_body());
    }
    if request.method() == Method::OPTIONS {
        let answer = negotiate::options(&request);
        return Ok(request.into_response(answer));
    }
    let Some(state) = request.app_data::<web::Data<State>>().cloned() else {
        return Ok(request.error_response(Refused::internal("no state")));
    };
    let caller = match presented(request.headers()) {
        Some(key) => identify(&state, &key).await,
        None => Err(unauthorized()),
    };
    let caller = match caller {
        Ok(caller) => caller,
        Err(problem) => {
            let is_wrong = problem.code == Code::Unauthorized && presented(request.headers()).is_some();
            return Ok(state.bounds.turn_away(request, problem, is_wrong).await);
        }
    };
    let allowance = match state.bounds.call(caller.key_id) {
        Some(Err(allowance)) => return Ok(allowance.too_often(request)),
        within => within.and_then(Result::ok),
    };
    let pattern = request.match_pattern().unwrap_or_default();
    let path = pattern.strip_prefix(PREFIX).unwrap_or_default();
    let Some(rule) = rules::find(request.method().as_str(), path) else {
        // No such route: a service with the same address and another verb must not be found by a detour.
        let answer = crate::api::nowhere(request.request().clone()).await;
        return Ok(request.into_response(answer));
    };
    let actor = {
        let (verb, address) = (request.method().as_str(), request.path());
        let status = spec::success(&pattern, verb);
        let who = Who::Key {
            id: Id::of(caller.key_id),
            name: caller.name.clone(),
            role: caller.role,
            unit_id: caller.unit_id.map(Id::of),
            stage: caller.stage,
        };
        let call = Call::new(verb, address, status, request_id::current());
        Actor::calling(who, call.from_address(request_id::address()))
    };
    let permitted = admitted(&state, &caller, (&pattern, rule), &mut request).await;
    let mut answer = match permitted {
        Ok(()) => {
            request.extensions_mut().insert(actor.clone());
            request.extensions_mut().insert(caller);
            let work = next.call(request);
            let answer = if rule.at_length { at_length(work).await } else { work.await };
            answer?.map_into_boxed_body()
        }
        Err(problem) => request.error_response(problem),
    };
    if rule.writes && !actor.is_noted() {
        note(&state, &actor, &answer).await;
    }
    if let Some(allowance) = allowance {
        allowance.say(answer.headers_mut());
    }
    Ok(answer)
}

/// Whether the call is done here, for this caller; nothing is done by then.
async fn admitted(
    state: &State,
    caller: &Caller,
    (pattern, rule): (&str, &AccessRule),
    request: &mut ServiceRequest,
) -> Result<(), Refused> {
    negotiate::acceptable(request, spec::media_types(pattern, rule.verb))?;
    permit(state, caller, rule, request).await?;
    negotiate::readable(request)?;
    query_guard::known(request, spec::query(pattern, rule.verb))?;
    query_guard::keep_to_today(caller, request, state.office.clock.today())
}

/// Writes down a call that no deed has written down: what was done without one, and what was refused to somebody who may call
/// or may not. What could not be read, found or answered is no refusal.
async fn note(state: &State, actor: &Actor, answer: &ServiceResponse<BoxBody>) {
    let status = answer.status();
    if status.is_success() {
        actor.note(&state.office, status.as_u16(), None).await;
        return;
    }
    if !matches!(status.as_u16(), 403 | 409 | 412 | 422) {
        return;
    }
    let refused = answer.response().error().and_then(|error| error.as_error::<Refused>());
    let code = refused.map_or("refused", |refused| refused.code.as_str());
    let request = answer.request();
    if let Some(unwritten) =
        state.refusals.take(actor.key_id().map(|id| id.0), (request.method(), request.path(), code))
    {
        actor.note(&state.office, status.as_u16(), Some((code, unwritten))).await;
    }
}

/// Lets in whoever presents a key that is none of a unit's. While the database is away, a key that was good within the hour is
/// still good for this.
///
/// # Errors
/// `Unauthorized`, `Forbidden`; those of the database.
pub(in crate::api) async fn identify_reader(state: &State, headers: &HeaderMap) -> Result<(), Refused> {
    const HOUR: Duration = Duration::from_secs(3_600);
    let key = presented(headers).ok_or_else(unauthorized)?;
    let caller = match identify(state, &key).await {
        Err(problem) if problem.code == Code::Unavailable => {
            let known = state.known_keys.find(&crate::office::hash_key(&key), HOUR);
            known.ok_or(problem)?
        }
        told => told?,
    };
    if caller.role.is_of_unit() || matches!(caller.role, Role::Feeder | Role::Auditor) {
        Err(forbidden("单位、数据推送和审计的密钥不能查看运行指标。"))
    } else {
        Ok(())
    }
}

fn presented(headers: &HeaderMap) -> Option<String> {
    let bearer = headers
        .get(header::AUTHORIZATION)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.trim_start().split_once(' '))
        .and_then(|(scheme, key)| scheme.eq_ignore_ascii_case("bearer").then_some(key));
    let key = bearer.or_else(|| headers.get("x-api-key").and_then(|value| value.to_str().ok()))?;
    Some(key.trim().to_owned())
}

async fn identify(state: &State, key: &str) -> Result<Caller, Refused> {
    let hash = crate::office::hash_key(key);
    if let Some(caller) = state.known_keys.find(&hash, TRUSTED_FOR) {
        return Ok(caller);
    }
    let reader = &state.office.read;
    let row = reader.find_api_key(&hash, state.office.clock.timestamp()).await?.ok_or_else(unauthorized)?;
    let caller = Caller::of(&row);
    state.known_keys.note_use(&state.office, row);
    state.known_keys.remember(hash, caller.clone());
    Ok(caller)
}

fn unauthorized() -> Refused {
    Refused::new(
        Code::Unauthorized,
        "请在请求头中提供访问密钥：Authorization: Bearer 密钥。密钥由系统管理员发放。",
    )
}

fn forbidden(detail: impl Into<String>) -> Refused {
    Refused::new(Code::Forbidden, detail)
}

/// Whether `caller` may do what `rule` is about, to what the address names.
async fn permit(
    state: &State,
    caller: &Caller,
    rule: &AccessRule,
    request: &mut ServiceRequest,
) -> Result<(), Refused> {
    admit(caller, rule)?;
    if rule.not_own && caller.unit_id.is_some() {
        not_own(state, caller, rule, named(rule, request)?).await?;
    }
    match (caller.role.is_of_unit(), rule.unit) {
        (false, _) | (true, Reach::Nothing | Reach::Everything) => Ok(()),
        (true, Reach::OwnList) => query_guard::narrow(state, request, unit_of(caller)?).await,
        (true, reach) => concerned(state, reach, named(rule, request)?, unit_of(caller)?).await,
    }
}

/// Whether a page may do or show `caller` what this route does, of what `id` names; a list of a unit is its own in any case. What is
/// allowed is the same on both ways in.
///
/// # Errors
/// `Forbidden`, `NotFound`; those of the database.
pub async fn permit_page(
    state: &State,
    caller: &Caller,
    (verb, path): (&str, &str),
    id: Option<Uuid>,
) -> Result<(), Refused> {
    let unruled = || Refused::internal(format!("a page without a rule: {verb} {path}"));
    let rule = rules::find(verb, path).ok_or_else(unruled)?;
    admit(caller, rule)?;
    if rule.not_own && caller.unit_id.is_some() {
        not_own(state, caller, rule, id.ok_or_else(unruled)?).await?;
    }
    match (caller.role.is_of_unit(), rule.unit) {
        (false, _) | (true, Reach::Nothing | Reach::Everything | Reach::OwnList) => Ok(()),
        (true, reach) => concerned(state, reach, id.ok_or_else(unruled)?, unit_of(caller)?).await,
    }
}

fn admit(caller: &Caller, rule: &AccessRule) -> Result<(), Refused> {
    if rule.admits(caller.role) {
        return Ok(());
    }
    let detail = format!("角色为“{}”的密钥不能进行此操作，请联系系统管理员。", caller.role.chinese());
    Err(forbidden(detail))
}

fn unit_of(caller: &Caller) -> Result<Uuid, Refused> {
    caller.unit_id.ok_or_else(|| Refused::internal("a unit's key without a unit"))
}

/// The `{id}` in the address.
fn named(rule: &AccessRule, request: &ServiceRequest) -> Result<Uuid, Refused> {
    let mut path = Path::new(request.path());
    let known = ResourceDef::new(format!("{PREFIX}{}", rule.path)).capture_match_info(&mut path);
    let id = path.get("id").filter(|_| known).and_then(|id| Uuid::try_parse(id).ok());
    id.ok_or_else(|| Refused::new(Code::NotFound, "地址中的id不是有效的UUID，请核对。"))
}
