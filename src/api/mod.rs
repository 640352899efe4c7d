//! actix-web and utoipa: bodies, views, handlers, one file a resource.
//!
//! A handler parses, asks the domain, calls the store and builds a view. One list ([`routes`]) makes both the
//! server and its specification.

pub mod access;
mod api_keys;
mod assessments;
mod audit_events;
mod bounces;
mod calendars;
mod campaign_curves;
mod campaigns;
mod cascade;
mod contacts;
mod deliveries;
mod drafts;
mod episodes;
mod extract;
mod figures;
pub mod finish;
mod health;
mod idempotency;
mod indicators;
mod ledger;
mod letter_board;
mod letter_files;
mod letters;
mod lookup;
mod measures;
pub mod metrics;
mod needs;
mod observations;
mod pack_preview;
mod page;
mod past_boards;
mod persons;
pub mod preview;
pub mod problem;
mod problems;
mod promise;
mod regions;
mod replies;
mod reply_page;
pub mod request_id;
mod respond;
mod revisions;
mod rule_packs;
mod shelf;
mod silences;
mod spec;
mod stated;
pub mod targets;
mod tasks;
mod units;
mod verdict;
mod warning_runs;
mod wire;

use std::sync::Arc;

use actix_web::http::header;
use actix_web::middleware::from_fn;
use actix_web::{HttpRequest, HttpResponse, ResponseError as _, web};

use crate::clock::Clock;
use crate::store::Store;
use crate::warning::Desk;
use problem::{Code, Problem};
pub use shelf::Shelf;
use spec::Routes;
pub use spec::openapi;

/// What handlers need, one per worker.
pub struct State {
    /// The database.
    pub store: Store,
    /// Time and ids.
    pub clock: Arc<dyn Clock>,
    /// What warning runs are made with.
    pub desk: Desk,
    /// Keys seen lately.
    pub known_keys: access::KnownKeys,
    /// Boards shown lately, by all workers.
    pub shelf: Arc<Shelf>,
}

impl State {
    /// A state that remembers nothing yet but what lies on the shelf.
    pub fn new(desk: Desk, shelf: Arc<Shelf>) -> Self {
        let known_keys = access::KnownKeys::default();
        Self { store: desk.store.clone(), clock: desk.clock.clone(), desk, known_keys, shelf }
    }
}

/// Largest body accepted: a bulk of some tens of thousands of observations.
const BODY_MAX: usize = 16 * 1024 * 1024;

/// Every route under `/api/v1`; the server and the specification are both made from this list.
fn routes(config: &mut impl Routes) {
    units::routes(config);
    indicators::routes(config);
    observations::routes(config);
    assessments::routes(config);
    preview::routes(config);
    targets::routes(config);
    episodes::routes(config);
    letter_files::routes(config);
    // Before the letters: `board` is no id.
    letter_board::routes(config);
    bounces::routes(config);
    problems::routes(config);
    letters::routes(config);
    deliveries::routes(config);
    drafts::routes(config);
    ledger::routes(config);
    replies::routes(config);
    warning_runs::routes(config);
    silences::routes(config);
    calendars::routes(config);
    measures::routes(config);
    campaigns::routes(config);
    tasks::routes(config);
    regions::routes(config);
    contacts::routes(config);
    pack_preview::routes(config);
    rule_packs::routes(config);
    api_keys::routes(config);
    audit_events::routes(config);
    campaign_curves::routes(config);
    revisions::routes(config);
    persons::routes(config);
    cascade::routes(config);
}

/// Puts the whole service into an actix application: `/api/v1`, `/docs`, health and metrics.
pub fn configure(config: &mut web::ServiceConfig, state: web::Data<State>) {
    let reading_page = utoipa_swagger_ui::SwaggerUi::new("/docs/{_:.*}")
        .config(utoipa_swagger_ui::Config::new(["/api/v1/openapi.json"]).validator_url("none"));
    let api = web::scope("/api/v1")
        .wrap(from_fn(idempotency::middleware))
        .wrap(from_fn(access::middleware))
        .service(web::resource("/openapi.json").get(spec::serve))
        .configure(routes)
        .default_service(web::to(nowhere));
    config
        .app_data(state)
        .app_data(web::PayloadConfig::new(BODY_MAX))
        .app_data(
            web::PathConfig::default().error_handler(|_, _| {
                Problem::new(Code::NotFound, "地址中的id不是有效的UUID，请核对。").into()
            }),
        )
        .service(api)
        .configure(health::routes)
        .configure(reply_page::routes)
        .service(reading_page)
        .service(web::redirect("/docs", "/docs/"))
        .service(web::redirect("/", "/docs/"))
        .default_service(web::to(nowhere));
}

async fn nowhere(request: HttpRequest) -> HttpResponse {
    let pattern = request.resource_map().match_pattern(request.path());
    match pattern.and_then(|pattern| spec::verbs(&pattern)) {
        Some(verbs) => {
            let detail = format!("该地址只支持{verbs}，请对照/docs中的接口说明。");
            let mut answer = Problem::new(Code::MethodNotAllowed, detail).error_response();
            if let Ok(value) = header::HeaderValue::from_str(verbs) {
                answer.headers_mut().insert(header::ALLOW, value);
            }
            answer
        }
        None => Problem::new(Code::NotFound, "没有这个地址，请对照/docs中的接口说明。").error_response(),
    }
}
