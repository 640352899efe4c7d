//! The specification of the API, made from the same list of routes as the server. What holds for many operations is put in
//! by tables: `declared` what all refer to, `described` what each operation says of itself, `shapes` what bodies and views look like.

mod closed_words;
mod declared;
mod described;
mod limits;
mod shapes;

use std::collections::{BTreeMap, HashMap};
use std::sync::LazyLock;

use actix_web::dev::HttpServiceFactory;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::OpenApi;
use utoipa_actix_web::service_config::ServiceConfig;
use utoipa_actix_web::{AppExt as _, OpenApiFactory};

use crate::api::http::{refused, respond};

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
#[openapi(components(schemas(refused::ProblemView)))]
struct Document;

/// The specification of the API.
pub fn openapi() -> Value {
    let (_, routes) = actix_web::App::new()
        .into_utoipa_app()
        .openapi(Document::openapi())
        .service(utoipa_actix_web::scope("/api/v1").configure(|config| crate::api::routes(config)))
        .split_for_parts();
    let mut document = serde_json::to_value(routes).unwrap_or_default();
    let used = shapes::Used::of(&document);
    shapes::finish(&mut document["components"]["schemas"], &used);
    described::finish(&mut document);
    declared::finish(&mut document);
    document
}

/// [`openapi`] as it is committed: first what it is about.
///
/// # Errors
/// None, of values that are JSON already.
pub fn openapi_text() -> Result<String, serde_json::Error> {
    #[derive(Serialize)]
    struct Whole<'a> {
        openapi: &'a Value,
        info: &'a Value,
        servers: &'a Value,
        tags: &'a Value,
        security: &'a Value,
        paths: &'a Value,
        components: &'a Value,
    }
    let made = openapi();
    let whole = Whole {
        openapi: &made["openapi"],
        info: &made["info"],
        servers: &made["servers"],
        tags: &made["tags"],
        security: &made["security"],
        paths: &made["paths"],
        components: &made["components"],
    };
    Ok(serde_json::to_string_pretty(&whole)? + "\n")
}

/// [`openapi_text`], from the file that a test keeps the same.
const SPEC: &[u8] = include_bytes!("../../../openapi/openapi.json");

pub(in crate::api) async fn serve(request: HttpRequest) -> HttpResponse {
    static TAG: LazyLock<String> = LazyLock::new(|| respond::tag(SPEC));
    respond::tagged(&request, &TAG, web::Bytes::from_static(SPEC))
}

/// What the specification says of one operation, as far as the service itself asks it.
struct Known {
    /// The status of a call which has written something: its last of 2xx, or 200. Where there are two, 201 is for what was
    /// made, and 200 for what was there before.
    success: u16,
    /// Media types of its answers.
    media_types: Vec<String>,
    /// Names of its parameters in the query.
    query: Vec<String>,
}

/// Operations by address and verb.
fn known() -> &'static HashMap<String, BTreeMap<String, Known>> {
    #[derive(Deserialize)]
    struct Spec {
        paths: BTreeMap<String, BTreeMap<String, Operation>>,
    }
    #[derive(Deserialize)]
    struct Operation {
        #[serde(default)]
        parameters: Vec<Parameter>,
        responses: BTreeMap<String, Answer>,
    }
    /// One of its own; those that many operations refer to stand in the head.
    #[derive(Deserialize)]
    struct Parameter {
        #[serde(default)]
        name: String,
        #[serde(default, rename = "in")]
        part: String,
    }
    #[derive(Deserialize)]
    struct Answer {
        #[serde(default)]
        content: BTreeMap<String, IgnoredAny>,
    }
    fn known(operation: Operation) -> Known {
        let good = operation.responses.into_iter().filter(|(status, _)| status.starts_with('2'));
        let query = operation.parameters.into_iter().filter(|one| one.part == "query").map(|one| one.name);
        let known = Known { success: 200, media_types: Vec::new(), query: query.collect() };
        good.fold(known, |mut known, (status, answer)| {
            known.success = status.parse().unwrap_or(known.success);
            known.media_types.extend(answer.content.into_keys());
            known
        })
    }
    static KNOWN: LazyLock<HashMap<String, BTreeMap<String, Known>>> = LazyLock::new(|| {
        let paths = serde_json::from_slice(SPEC).map_or_else(|_| BTreeMap::new(), |spec: Spec| spec.paths);
        let one = |(verb, operation): (String, Operation)| (verb.to_ascii_uppercase(), known(operation));
        paths.into_iter().map(|(path, item)| (path, item.into_iter().map(one).collect())).collect()
    });
    &KNOWN
}

/// Verbs that an address knows, `GET, HEAD, PATCH`; `None` when there is no such address.
pub(in crate::api) fn verbs(pattern: &str) -> Option<String> {
    let item = known().get(pattern)?;
    let all = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"].into_iter();
    let is_known = |verb: &&str| item.contains_key(if *verb == "HEAD" { "GET" } else { verb });
    Some(all.filter(is_known).collect::<Vec<_>>().join(", "))
}

/// The status that a call which has written something answers with.
pub(in crate::api) fn success(pattern: &str, verb: &str) -> u16 {
    known().get(pattern).and_then(|item| item.get(verb)).map_or(200, |known| known.success)
}

/// Media types that an operation answers with when all goes well.
pub(in crate::api) fn media_types(pattern: &str, verb: &str) -> &'static [String] {
    known().get(pattern).and_then(|item| item.get(verb)).map_or(&[], |known| &known.media_types)
}

/// Parameters that an operation takes in its query.
pub(in crate::api) fn query(pattern: &str, verb: &str) -> &'static [String] {
    known().get(pattern).and_then(|item| item.get(verb)).map_or(&[], |known| &known.query)
}
