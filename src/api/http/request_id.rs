//! Every request has an id: in its answer, in every log line about it, and in every problem.

use std::borrow::Cow;

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{HeaderName, HeaderValue};
use actix_web::middleware::Next;
use actix_web::{Error, web};
use tracing::Instrument as _;

use crate::api::State;
use crate::api::http::detach_on_disconnect::unless_it_panics;
use crate::api::http::metrics::Metrics;

tokio::task_local! {
    static CURRENT: String;
    static ADDRESS: Option<String>;
}

/// From where the request being answered came: the address of the connection, and, where a proxy says so, for whom it is. What a
/// proxy says anybody can say; which proxies there are is known to whoever reads it.
pub fn address() -> Option<String> {
    ADDRESS.try_with(Clone::clone).ok().flatten()
}

fn address_of(request: &ServiceRequest) -> Option<String> {
    let peer = request.peer_addr()?.ip();
    let said = request.headers().get("x-forwarded-for").and_then(|value| value.to_str().ok());
    Some(match said.map(str::trim).filter(|said| !said.is_empty()) {
        Some(said) => format!("{peer} for {}", said.chars().take(100).collect::<String>()),
        None => peer.to_string(),
    })
}

/// The id of the request being answered, or an empty text outside of one.
pub fn current() -> String {
    CURRENT.try_with(Clone::clone).unwrap_or_default()
}

/// Header that carries it, both ways.
pub const HEADER: HeaderName = HeaderName::from_static("x-request-id");

/// Takes the caller's id when it is short and plain, makes one otherwise; logs and counts the answer.
///
/// # Errors
/// Only those of the inner service.
pub async fn middleware<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<B>, Error> {
    let state = request.app_data::<web::Data<State>>().cloned();
    let given =
        request.headers().get(&HEADER).and_then(|value| value.to_str().ok()).filter(|id| is_plain(id));
    let id = match (given, &state) {
        (Some(id), _) => id.to_owned(),
        (None, Some(state)) => state.office.clock.new_id().simple().to_string(),
        (None, None) => String::new(),
    };
    let started = std::time::Instant::now();
    let method = request.method().clone();
    let path = shown(request.path());
    let address = address_of(&request);
    let span = tracing::info_span!("request", id, %method, %path);
    let answer = crate::office::watched(unless_it_panics(next.call(request)));
    let answer = ADDRESS.scope(address, answer);
    let answer = CURRENT.scope(id.clone(), answer).instrument(span.clone()).await;
    let mut response = answer?;
    if let Ok(value) = HeaderValue::from_str(&id) {
        response.headers_mut().insert(HEADER, value);
    }
    let route = response.request().match_pattern().unwrap_or_else(|| "unmatched".to_owned());
    let status = response.status().as_u16();
    Metrics::global().observe_request(method.as_str(), &route, status, started.elapsed());
    span.in_scope(|| tracing::info!(status, micros = started.elapsed().as_micros() as u64, "answered"));
    Ok(response)
}

/// A path as the log shows it. A reply link is a key: whoever reads the logs must not be able to use it, whichever way it
/// was written. No other part of a path that means anything is longer than an id.
fn shown(path: &str) -> Cow<'_, str> {
    // With an ending, as `.docx`.
    const ID: usize = 36 + 5;
    if path.starts_with("/r/") {
        return "/r/…".into();
    }
    if path.split('/').all(|part| part.len() <= ID) {
        return path.into();
    }
    let part = |part| if str::len(part) <= ID { part } else { "…" };
    path.split('/').map(part).collect::<Vec<_>>().join("/").into()
}

fn is_plain(id: &str) -> bool {
    (1..=64).contains(&id.len())
        && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_in_a_path_is_not_shown() {
        let token = "AZrUx3cOcjKDm2q1h0c8dQALOpgk3Q0v3zsl4xw0Y7vQmIr2cG8m8y5nQF9dV3sXk2l8";
        for (asked, said) in [
            (
                "/api/v1/letters/0198e9d2-6c00-7000-8000-000000000001.docx",
                "/api/v1/letters/0198e9d2-6c00-7000-8000-000000000001.docx",
            ),
            (
                "/api/v1/letters/0198e9d2-6c00-7000-8000-000000000001/replies",
                "/api/v1/letters/0198e9d2-6c00-7000-8000-000000000001/replies",
            ),
            ("/r/short", "/r/…"),
            ("/healthz", "/healthz"),
            (&format!("/r/{token}"), "/r/…"),
            (&format!("//r/{token}"), "//r/…"),
            (&format!("/%72/{token}"), "/%72/…"),
            (&format!("/R/{token}/files"), "/R/…/files"),
        ] {
            assert_eq!(shown(asked), said, "{asked}");
        }
    }
}
