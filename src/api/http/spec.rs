//! The specification of the API, made from the same list of routes as the server.

use std::collections::{BTreeMap, HashMap};
use std::sync::LazyLock;

use actix_web::dev::HttpServiceFactory;
use actix_web::{HttpResponse, web};
use serde::Deserialize;
use serde::de::IgnoredAny;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::{Modify, OpenApi};
use utoipa_actix_web::service_config::ServiceConfig;
use utoipa_actix_web::{AppExt as _, OpenApiFactory};

use crate::api::http::refused;

/// What routes are put into: a server, or the specification. A server takes the handlers alone: describing them at each
/// start, for each worker, would cost time and megabytes.
pub trait Routes {
    /// Adds a handler.
    fn service<H: HttpServiceFactory + OpenApiFactory + 'static>(&mut self, handler: H) -> &mut Self;
}

impl Routes for web::ServiceConfig {
    fn service<H: HttpServiceFactory + OpenApiFactory + 'static>(&mut self, handler: H) -> &mut Self {
        web::ServiceConfig::service(self, handler)
    }
}

impl Routes for ServiceConfig<'_> {
    fn service<H: HttpServiceFactory + OpenApiFactory + 'static>(&mut self, handler: H) -> &mut Self {
        ServiceConfig::service(self, handler)
    }
}

#[derive(OpenApi)]
#[openapi(
    info(
        title = "序时 Xushi",
        description = "目标进度跟踪与预警服务。金额和比率一律为十进制字符串；时间为RFC 3339；错误为RFC 9457。",
        license(name = "Apache-2.0", identifier = "Apache-2.0")
    ),
    components(schemas(refused::ProblemView)),
    security(("key" = [])),
    modifiers(&Security)
)]
struct Document;

struct Security;

impl Modify for Security {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        let components = document.components.get_or_insert_with(Default::default);
        let scheme = HttpBuilder::new()
            .scheme(HttpAuthScheme::Bearer)
            .description(Some("访问密钥，由系统管理员发放"))
            .build();
        components.add_security_scheme("key", SecurityScheme::Http(scheme));
    }
}

/// The specification of the API.
pub fn openapi() -> utoipa::openapi::OpenApi {
    let (_, document) = actix_web::App::new()
        .into_utoipa_app()
        .openapi(Document::openapi())
        .service(utoipa_actix_web::scope("/api/v1").configure(|config| crate::api::routes(config)))
        .split_for_parts();
    document
}

/// [`openapi`] as JSON, from the file that a test keeps the same.
const SPEC: &[u8] = include_bytes!("../../../openapi/openapi.json");

pub(in crate::api) async fn serve() -> HttpResponse {
    HttpResponse::Ok().content_type("application/json; charset=utf-8").body(web::Bytes::from_static(SPEC))
}

/// Verbs that an address knows, `GET, PATCH`; `None` when there is no such address.
pub(in crate::api) fn verbs(pattern: &str) -> Option<&'static str> {
    #[derive(Deserialize)]
    struct Spec {
        paths: BTreeMap<String, BTreeMap<String, IgnoredAny>>,
    }
    static VERBS: LazyLock<HashMap<String, String>> = LazyLock::new(|| {
        let paths = serde_json::from_slice(SPEC).map_or_else(|_| BTreeMap::new(), |spec: Spec| spec.paths);
        let known = |item: &BTreeMap<String, IgnoredAny>| {
            let all = ["get", "post", "put", "patch", "delete"].into_iter();
            all.filter(|verb| item.contains_key(*verb)).map(str::to_ascii_uppercase).collect::<Vec<_>>()
        };
        paths.into_iter().map(|(path, item)| (path, known(&item).join(", "))).collect()
    });
    VERBS.get(pattern).map(String::as_str)
}

/// The status that a call which has written something answers with by the specification: its last of 2xx, or 200. Where
/// there are two, 201 is for what was made, and 200 for what was there before.
pub(in crate::api) fn success(pattern: &str, verb: &str) -> u16 {
    #[derive(Deserialize)]
    struct Spec {
        paths: BTreeMap<String, BTreeMap<String, Operation>>,
    }
    #[derive(Deserialize)]
    struct Operation {
        responses: BTreeMap<String, IgnoredAny>,
    }
    static STATUSES: LazyLock<HashMap<(String, String), u16>> = LazyLock::new(|| {
        let paths = serde_json::from_slice(SPEC).map_or_else(|_| BTreeMap::new(), |spec: Spec| spec.paths);
        let last = |operation: &Operation| {
            operation
                .responses
                .keys()
                .rev()
                .find_map(|status| status.starts_with('2').then(|| status.parse().ok())?)
        };
        let of = |(path, item): (String, BTreeMap<String, Operation>)| {
            let statuses = item.into_iter().filter_map(move |(verb, operation)| {
                Some(((path.clone(), verb.to_ascii_uppercase()), last(&operation)?))
            });
            statuses.collect::<Vec<_>>()
        };
        paths.into_iter().flat_map(of).collect()
    });
    STATUSES.get(&(pattern.to_owned(), verb.to_owned())).copied().unwrap_or(200)
}
