//! For probes and Prometheus: `/healthz`, `/readyz`, `/metrics`. No key needed, nothing confidential shown.

use std::collections::BTreeMap;

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use serde::Serialize;

use crate::api::State;
use crate::api::http::metrics::Metrics;
use crate::domain::delivery::DeliveryState;
use crate::domain::{IncidentKind, TextEnum as _};

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
struct Readiness {
    database: &'static str,
    ready: bool,
    /// Whether a person must look at something; the service answers all the same.
    degraded: bool,
    /// Whether a pilot is on: letters are drills, and all mails go to one mailbox.
    pilot: bool,
    /// Open incidents by kind.
    incidents: BTreeMap<String, i64>,
}

async fn ready(state: web::Data<State>) -> HttpResponse {
    let incidents = state.office.read.count_open_incidents().await;
    let status = if incidents.is_ok() { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    let (ready, incidents) = (incidents.is_ok(), incidents.unwrap_or_default());
    HttpResponse::build(status).json(Readiness {
        database: state.office.read.name(),
        ready,
        degraded: !incidents.is_empty(),
        pilot: state.office.is_pilot(),
        incidents: incidents.into_iter().map(|(kind, count)| (kind.to_string(), count)).collect(),
    })
}

async fn metrics(state: web::Data<State>) -> HttpResponse {
    let metrics = Metrics::global();
    // A kind that has become none must read 0, not what it was.
    if let Ok(incidents) = state.office.read.count_open_incidents().await {
        for kind in IncidentKind::ALL {
            let count = incidents.get(kind).copied().unwrap_or(0);
            metrics.incidents.with_label_values(&[kind.as_str()]).set(count);
        }
    }
    if let Ok(deliveries) = state.office.read.count_deliveries().await {
        for state in DeliveryState::ALL {
            let count = deliveries.get(state).copied().unwrap_or(0);
            metrics.deliveries.with_label_values(&[state.as_str()]).set(count);
        }
    }
    HttpResponse::Ok()
        .content_type("text/plain; version=0.0.4; charset=utf-8")
        .body(Metrics::global().render())
}
