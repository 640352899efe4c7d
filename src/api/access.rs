//! Who is calling: every `/api/v1` call but the spec needs a key.

use std::collections::HashMap;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header;
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage as _, web};
use uuid::Uuid;

use super::State;
use super::problem::{Code, Problem};
use crate::db;
use crate::store::Store;

/// The caller, as far as a key tells; found in the extensions of a request that was let in.
#[derive(Debug, Clone)]
pub struct Caller {
    /// The key's id.
    pub key_id: Uuid,
    /// What the key is called.
    pub name: String,
    /// What it may do.
    pub role: String,
}

/// Keys seen lately, so that a busy caller costs one look-up in a few seconds and a revoked key stops as soon.
#[derive(Default)]
pub struct KnownKeys(Mutex<HashMap<String, (Instant, Caller)>>);

const TRUSTED_FOR: Duration = Duration::from_secs(5);
const KNOWN_MAX: usize = 10_000;

impl KnownKeys {
    fn find(&self, hash: &str) -> Option<Caller> {
        let known = self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        known.get(hash).filter(|(seen, _)| seen.elapsed() < TRUSTED_FOR).map(|(_, caller)| caller.clone())
    }

    fn remember(&self, hash: String, caller: Caller) {
        let mut known = self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if known.len() >= KNOWN_MAX {
            known.clear();
        }
        known.insert(hash, (Instant::now(), caller));
    }
}

/// Lets a request in when it carries `Authorization: Bearer KEY` or `X-Api-Key: KEY`.
///
/// # Errors
/// Only those of the inner service; a refusal is an answer.
pub async fn middleware<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    if !request.path().ends_with("/openapi.json") {
        match admit(&request).await {
            Ok(caller) => request.extensions_mut().insert(caller),
            Err(problem) => return Ok(request.error_response(problem)),
        };
    }
    Ok(next.call(request).await?.map_into_boxed_body())
}

async fn admit(request: &ServiceRequest) -> Result<Caller, Problem> {
    let state = request.app_data::<web::Data<State>>().ok_or_else(|| Problem::internal("no state"))?;
    let key = presented(request).ok_or_else(unauthorized)?;
    identify(state, &key).await
}

fn presented(request: &ServiceRequest) -> Option<String> {
    let headers = request.headers();
    let bearer = headers
        .get(header::AUTHORIZATION)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.strip_prefix("Bearer "));
    let key = bearer.or_else(|| headers.get("x-api-key").and_then(|value| value.to_str().ok()))?;
    Some(key.trim().to_owned())
}

async fn identify(state: &State, key: &str) -> Result<Caller, Problem> {
    let hash = crate::store::hash_key(key);
    if let Some(caller) = state.known_keys.find(&hash) {
        return Ok(caller);
    }
    let store: &Store = &state.store;
    let row = db!(*store, api_keys::find_api_key(&hash))?.ok_or_else(unauthorized)?;
    let caller = Caller { key_id: row.id.0, name: row.name, role: row.role };
    state.known_keys.remember(hash, caller.clone());
    Ok(caller)
}

fn unauthorized() -> Problem {
    Problem::new(
        Code::Unauthorized,
        "请在请求头中提供访问密钥：Authorization: Bearer 密钥。密钥由系统管理员发放。",
    )
}
