//! For probes, which need no key and are shown nothing confidential: `/healthz`, `/readyz`; and for Prometheus, with a key of the
//! office: `/metrics`.

use std::collections::BTreeMap;

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Serialize;

use crate::api::State;
use crate::api::http::access::identify_reader;
use crate::api::http::metrics::Metrics;
use crate::api::http::refused::Refused;
use crate::domain::delivery::DeliveryState;
use crate::domain::{IncidentKind, TextEnum as _};
use crate::office::usage;

/// Adds the three routes.
pub fn routes(config: &mut web::ServiceConfig) {
    config
        .service(web::resource("/healthz").get(alive))
        .service(web::resource("/readyz").get(ready))
        .service(web::resource("/metrics").get(metrics));
}

async fn alive() -> &'static str {
    "ok\n"
}

#[derive(Serialize)]
struct Ready {
    database: &'static str,
    ready: bool,
    /// What stands in the way: `database_unavailable`, `schema_later`, `not_writable`, `disk_full`; or does not yet: `disk_low`.
    hindrances: Vec<&'static str>,
    /// Bytes left on the disk under a SQLite file.
    #[serde(skip_serializing_if = "Option::is_none")]
    disk_free_bytes: Option<u64>,
    /// Whether a person must look at something; the service answers all the same.
    degraded: bool,
    /// Whether a pilot is on: letters are drills, and all mails go to one mailbox.
    pilot: bool,
    /// Open incidents by kind.
    incidents: BTreeMap<String, i64>,
}

async fn ready(state: web::Data<State>) -> HttpResponse {
    let standing = state.office.readiness.look().await;
    let ready = standing.is_ready();
    let mut answer = if ready {
        HttpResponse::Ok()
    } else {
        let mut answer = HttpResponse::ServiceUnavailable();
        answer.insert_header((header::RETRY_AFTER, "5"));
        answer
    };
    answer.json(Ready {
        database: state.office.read.name(),
        ready,
        degraded: !(standing.incidents.is_empty() && standing.hindrances.is_empty()),
        hindrances: standing.hindrances.iter().map(|one| one.word()).collect(),
        disk_free_bytes: standing.free_bytes,
        pilot: state.office.is_pilot(),
        incidents: standing.incidents.into_iter().map(|(kind, count)| (kind.to_string(), count)).collect(),
    })
}

/// For whoever holds a key of the office: how much goes on in it concerns nobody else.
async fn metrics(request: HttpRequest, state: web::Data<State>) -> Result<HttpResponse, Refused> {
    identify_reader(&state, request.headers()).await?;
    let metrics = Metrics::global();
    let read = &state.office.read;
    // A kind that has become none must read 0, not what it was.
    if let Ok(incidents) = read.count_open_incidents().await {
        for kind in IncidentKind::ALL {
            let count = incidents.get(kind).copied().unwrap_or(0);
            metrics.incidents.with_label_values(&[kind.as_str()]).set(count);
        }
    }
    if let Ok(deliveries) = read.count_deliveries().await {
        for state in DeliveryState::ALL {
            let count = deliveries.get(state).copied().unwrap_or(0);
            metrics.deliveries.with_label_values(&[state.as_str()]).set(count);
        }
    }
    if let Ok(since) = read.find_oldest_waiting().await {
        let waited = since.map(|since| state.office.clock.timestamp() - since);
        let seconds = waited.map_or(0, |waited| waited.num_seconds().max(0));
        metrics.oldest_waiting.set(seconds as f64);
    }
    for (job, done) in read.list_last_slots().await.unwrap_or_default() {
        if let Some(done) = done {
            metrics.last_success.with_label_values(&[&job]).set(done.and_utc().timestamp() as f64);
        }
    }
    let usage = usage();
    metrics.connections.with_label_values(&["lent"]).set(usage.lent);
    metrics.connections.with_label_values(&["waiting"]).set(usage.waiting);
    metrics.build.with_label_values(&[env!("CARGO_PKG_VERSION"), read.name()]).set(1);
    Ok(HttpResponse::Ok().content_type("text/plain; version=0.0.4; charset=utf-8").body(metrics.render()))
}
