//! For probes and Prometheus: `/healthz`, `/readyz`, `/metrics`. No key needed, nothing confidential shown.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use serde::Serialize;

use super::State;
use super::metrics::Metrics;
use crate::db;

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
}

async fn ready(state: web::Data<State>) -> HttpResponse {
    let answered = db!(state.store, regions::count_regions()).is_ok();
    let status = if answered { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    HttpResponse::build(status).json(Readiness { database: state.store.name(), ready: answered })
}

async fn metrics() -> HttpResponse {
    HttpResponse::Ok()
        .content_type("text/plain; version=0.0.4; charset=utf-8")
        .body(Metrics::global().render())
}
