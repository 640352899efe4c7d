//! How often may be called: with one key, where the configuration says so, and with wrong keys from one address.

use std::hash::Hash;
use std::net::IpAddr;
use std::num::NonZeroU32;
use std::time::Duration;

use actix_web::body::BoxBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use governor::clock::{Clock as _, DefaultClock};
use governor::middleware::StateInformationMiddleware;
use governor::state::keyed::HashMapStateStore;
use governor::{Quota, RateLimiter};
use uuid::Uuid;

use crate::api::http::refused::{Code, Refused};

type Keyed<K> = RateLimiter<K, HashMapStateStore<K>, DefaultClock, StateInformationMiddleware>;

/// How long the answer to a wrong key takes where there were too many.
const SLOWED: Duration = Duration::from_millis(100);
/// Wrong keys from one address in a minute that are answered at once.
const WRONG_KEYS: NonZeroU32 = NonZeroU32::MIN.saturating_add(29);
/// Addresses or keys that are remembered before those that are quiet again are forgotten.
const KNOWN_MAX: usize = 10_000;

/// The bounds of one process, shared by its workers; another replica counts for itself.
pub struct CallBounds {
    wrong: Keyed<IpAddr>,
    calls: Option<Keyed<Uuid>>,
}

/// Where a caller stands with its bound.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Allowance {
    /// Calls in a minute.
    limit: u32,
    /// How many more may come at once.
    remaining: u32,
    /// Seconds until the next one may come; 0 while some may.
    wait: u64,
}

impl Default for CallBounds {
    fn default() -> Self {
        Self::new(0)
    }
}

impl CallBounds {
    /// `calls` a minute for each key; 0 for no bound.
    pub fn new(calls: u32) -> Self {
        let calls = NonZeroU32::new(calls).map(keyed);
        Self { wrong: keyed(WRONG_KEYS), calls }
    }

    /// Counts a call with this key; `None` where there is no bound.
    ///
    /// # Errors
    /// When there were too many: how things stand.
    pub fn call(&self, key: Uuid) -> Option<Result<Allowance, Allowance>> {
        self.calls.as_ref().map(|calls| take(calls, &key))
    }

    /// Counts a wrong key from this address.
    ///
    /// # Errors
    /// When there were too many: how things stand.
    pub fn wrong_key(&self, from: IpAddr) -> Result<Allowance, Allowance> {
        take(&self.wrong, &from)
    }
}

impl CallBounds {
    /// The answer to a caller that is not known. Who presents one wrong key after another waits for each answer.
    pub(in crate::api) async fn turn_away(
        &self,
        request: ServiceRequest,
        problem: Refused,
        wrong_key: bool,
    ) -> ServiceResponse<BoxBody> {
        let from = request.peer_addr().filter(|_| wrong_key).map(|peer| peer.ip());
        let slowed = from.and_then(|from| self.wrong_key(from).err());
        let mut answer = request.error_response(problem);
        if let Some(allowance) = slowed {
            actix_web::rt::time::sleep(SLOWED).await;
            answer.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(allowance.wait));
        }
        answer
    }
}

fn keyed<K: Hash + Eq + Clone>(per_minute: NonZeroU32) -> Keyed<K> {
    RateLimiter::hashmap(Quota::per_minute(per_minute)).with_middleware()
}

fn take<K: Hash + Eq + Clone>(limiter: &Keyed<K>, key: &K) -> Result<Allowance, Allowance> {
    if limiter.len() >= KNOWN_MAX {
        limiter.retain_recent();
    }
    match limiter.check_key(key) {
        Ok(state) => {
            let (limit, remaining) = (state.quota().burst_size().get(), state.remaining_burst_capacity());
            Ok(Allowance { limit, remaining, wait: 0 })
        }
        Err(until) => {
            let wait = until.wait_time_from(DefaultClock::default().now());
            let wait = wait.max(Duration::from_secs(1)).as_millis().div_ceil(1_000);
            let wait = u64::try_from(wait).unwrap_or(u64::MAX);
            Err(Allowance { limit: until.quota().burst_size().get(), remaining: 0, wait })
        }
    }
}

impl Allowance {
    /// The answer to a key that calls too often.
    pub(in crate::api) fn too_often(self, request: ServiceRequest) -> ServiceResponse<BoxBody> {
        let detail =
            "该密钥请求过于频繁，请按Retry-After所示的秒数等待后再试；确需提高上限的，请联系系统管理员。";
        let mut answer = request.error_response(Refused::new(Code::TooManyRequests, detail));
        self.say(answer.headers_mut());
        answer.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(self.wait));
        answer
    }

    /// Says it in the headers that clients know.
    pub fn say(&self, headers: &mut HeaderMap) {
        for (name, value) in [
            ("ratelimit-limit", u64::from(self.limit)),
            ("ratelimit-remaining", u64::from(self.remaining)),
            ("ratelimit-reset", self.wait),
        ] {
            headers.insert(HeaderName::from_static(name), HeaderValue::from(value));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_may_call_so_often_and_another_one_is_not_touched() {
        let bounds = CallBounds::new(3);
        let (busy, quiet) = (Uuid::from_u128(1), Uuid::from_u128(2));
        for remaining in [2, 1, 0] {
            assert_eq!(bounds.call(busy), Some(Ok(Allowance { limit: 3, remaining, wait: 0 })));
        }
        let refused = bounds.call(busy).unwrap().unwrap_err();
        assert!((1..=20).contains(&refused.wait), "one comes back in twenty seconds: {refused:?}");
        assert!(bounds.call(quiet).unwrap().is_ok());
        assert_eq!(CallBounds::default().call(busy), None, "no bound");
    }

    #[test]
    fn wrong_keys_are_bounded_by_address() {
        let (bounds, address) = (CallBounds::default(), IpAddr::from([10, 0, 0, 7]));
        let told = (0..31).filter(|_| bounds.wrong_key(address).is_ok()).count();
        assert_eq!(told, 30);
        assert!(bounds.wrong_key(IpAddr::from([10, 0, 0, 8])).is_ok());
    }
}
