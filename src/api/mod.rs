//! actix-web and utoipa: bodies, views, handlers, one folder or file a resource, as the addresses are; `http` is what they
//! share.
//!
//! A handler parses, asks the domain, calls the store and builds a view. One list (`routes`) makes both the
//! server and its specification.

mod api_keys;
pub mod assessments;
mod audit_events;
mod bounces;
mod calendars;
mod campaigns;
mod changes;
mod contacts;
mod deliveries;
mod documents;
mod episodes;
mod forecasts;
mod health;
pub mod http;
mod imports;
mod incidents;
mod indicators;
mod ledger;
mod letters;
mod list_books;
mod measures;
mod notices;
mod observations;
mod overview;
mod plans;
mod problems;
mod regions;
mod retirement;
mod rosters;
mod rule_packs;
mod silences;
pub mod targets;
mod tasks;
mod units;
mod warning_runs;
mod webhooks;

use std::sync::Arc;

use actix_web::middleware::from_fn;
use actix_web::{HttpRequest, HttpResponse, ResponseError as _, web};

use crate::office::Office;
pub use assessments::board_cache::BoardCache;
pub use http::call_bounds::CallBounds;
use http::refused::{Code, Refused};
use http::spec::Routes;
pub use http::spec::{openapi, openapi_text};

/// What handlers need, one per worker.
pub struct State {
    /// Database, clock and all that deeds are done with.
    pub office: Office,
    /// Keys seen lately.
    pub known_keys: http::access::KnownKeys,
    /// Boards shown lately, by all workers.
    pub board_cache: Arc<BoardCache>,
    /// Refusals written down lately.
    pub refusals: http::refusal_bound::RefusalBound,
    /// How often may be called, by all workers.
    pub bounds: Arc<CallBounds>,
}

impl State {
    /// A state that remembers nothing yet but what lies in the cache.
    pub fn new(office: Office, board_cache: Arc<BoardCache>, bounds: Arc<CallBounds>) -> Self {
        let known_keys = http::access::KnownKeys::default();
        let refusals = http::refusal_bound::RefusalBound::default();
        Self { office, known_keys, board_cache, refusals, bounds }
    }
}

/// Largest body accepted: a bulk of some tens of thousands of observations.
const BODY_MAX: usize = 32 * 1024 * 1024;

/// Every route under `/api/v1`; the server and the specification are both made from this list. Each request tries them in this order,
/// so what is read most comes first.
fn routes(config: &mut impl Routes) {
    indicators::routes(config);
    assessments::routes(config);
    observations::routes(config);
    units::routes(config);
    plans::routes(config);
    imports::routes(config);
    documents::routes(config);
    rosters::routes(config);
    list_books::routes(config);
    changes::routes(config);
    overview::routes(config);
    forecasts::routes(config);
    assessments::board_book::routes(config);
    assessments::preview::routes(config);
    targets::routes(config);
    episodes::routes(config);
    letters::letter_files::routes(config);
    // Before the letters: `board` and `issue` are no ids.
    letters::letter_board::routes(config);
    letters::drafts::routes(config);
    letters::withdrawal::routes(config);
    bounces::routes(config);
    incidents::routes(config);
    letters::routes(config);
    deliveries::routes(config);
    notices::routes(config);
    ledger::routes(config);
    problems::routes(config);
    letters::replies::routes(config);
    warning_runs::routes(config);
    silences::routes(config);
    calendars::routes(config);
    measures::routes(config);
    campaigns::routes(config);
    tasks::routes(config);
    regions::routes(config);
    contacts::routes(config);
    rule_packs::pack_preview::routes(config);
    rule_packs::routes(config);
    api_keys::routes(config);
    audit_events::routes(config);
    webhooks::routes(config);
    campaigns::campaign_curves::routes(config);
    campaigns::campaign_sheets::routes(config);
    campaigns::campaign_report::routes(config);
    campaigns::next_year::routes(config);
    retirement::routes(config);
    indicators::revisions::routes(config);
    indicators::persons::routes(config);
    indicators::cascade::routes(config);
}

/// Puts the interface into an actix application: `/api/v1`, health and metrics.
pub fn configure(config: &mut web::ServiceConfig, state: web::Data<State>) {
    let api = web::scope("/api/v1")
        .wrap(from_fn(http::idempotency::middleware))
        .wrap(from_fn(http::access::middleware))
        .service(web::resource("/openapi.json").get(http::spec::serve))
        .configure(routes)
        .default_service(web::to(nowhere));
    config
        .app_data(state)
        .app_data(web::PayloadConfig::new(BODY_MAX))
        .app_data(
            web::PathConfig::default().error_handler(|_, _| {
                Refused::new(Code::NotFound, "地址中的id不是有效的UUID，请核对。").into()
            }),
        )
        .service(api)
        .configure(health::routes);
}

/// Adds what the page that describes the interface loads; the page itself comes before it.
pub fn reading_page(config: &mut web::ServiceConfig) {
    let page = utoipa_swagger_ui::SwaggerUi::new("/docs/{_:.*}")
        .config(utoipa_swagger_ui::Config::new(["/api/v1/openapi.json"]).validator_url("none"));
    config.service(page).service(web::redirect("/docs", "/docs/"));
}

/// What an address is answered with that is none, or that knows other verbs.
pub async fn nowhere(request: HttpRequest) -> HttpResponse {
    let pattern = request.resource_map().match_pattern(request.path());
    match pattern.and_then(|pattern| http::spec::verbs(&pattern)) {
        Some(verbs) => Refused::wrong_verb(&verbs),
        None => Refused::new(Code::NotFound, "没有这个地址，请对照/docs中的接口说明。").error_response(),
    }
}
