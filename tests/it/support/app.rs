//! The service in process, with a fixed clock and a key.

use std::sync::Arc;

use actix_http::{BoxedPayloadStream, Payload};
use actix_web::body::{BodyStream, BoxBody, to_bytes};
use actix_web::dev::ServiceResponse;
use actix_web::http::{Method, StatusCode, header};
use actix_web::test;
use futures_util::future::LocalBoxFuture;
use serde_json::Value;
use xushi::app::application;
use xushi::clock::{Clock as _, FixedClock};
use xushi::jobs::Jobs;
use xushi::mail::transport::Transport;
use xushi::office::Office;
use xushi::store::Store;
use xushi::store::rows::ApiKeyRow;
use xushi::store::types::Id;

use super::contract::Exchange;
use super::database::Database;
use super::services;

type Call = Box<dyn Fn(actix_http::Request) -> LocalBoxFuture<'static, ServiceResponse<BoxBody>>>;

/// The origin whose pages may call the service.
pub(crate) const ORIGIN: &str = "https://board.example.org";

/// One service on one database.
pub(crate) struct TestApp {
    pub(crate) store: Store,
    pub(crate) clock: Arc<FixedClock>,
    pub(crate) key: String,
    pub(crate) office: Office,
    call: Call,
    database: Database,
}

/// What came back.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: header::HeaderMap,
    pub(crate) bytes: Vec<u8>,
}

impl Answer {
    /// The body as JSON.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.bytes)
            .unwrap_or_else(|_| panic!("not JSON: {}", String::from_utf8_lossy(&self.bytes)))
    }

    /// What a mail says: its parts decoded, one after the other.
    pub(crate) fn mail(&self) -> String {
        readable(&self.bytes)
    }

    /// The body as JSON, after checking the status.
    #[track_caller]
    pub(crate) fn expect(self, status: u16) -> Value {
        assert_eq!(self.status.as_u16(), status, "{}", String::from_utf8_lossy(&self.bytes));
        if self.bytes.is_empty() { Value::Null } else { self.json() }
    }

    /// A header's text.
    pub(crate) fn header(&self, name: &str) -> String {
        self.headers.get(name).map(|value| value.to_str().unwrap().to_owned()).unwrap_or_default()
    }

    /// Asserts a problem with this code at this pointer (or query parameter, which has no slash), and that nothing internal leaks.
    #[track_caller]
    pub(crate) fn problem(&self, status: u16, code: &str, pointer: &str) {
        let text = String::from_utf8_lossy(&self.bytes);
        assert_eq!(self.status.as_u16(), status, "{text}");
        assert!(
            self.header("content-type").starts_with("application/problem+json"),
            "{}",
            self.header("content-type")
        );
        let body = self.json();
        assert_eq!(body["code"], code, "{text}");
        assert_eq!(body["status"], status, "{text}");
        assert!(
            !body["title"].as_str().unwrap().is_ascii() && !body["detail"].as_str().unwrap().is_ascii(),
            "{text}"
        );
        if !pointer.is_empty() {
            let part = if pointer.starts_with('/') { "pointer" } else { "parameter" };
            let places: Vec<_> =
                body["errors"].as_array().unwrap().iter().map(|error| error[part].clone()).collect();
            assert!(places.contains(&Value::from(pointer)), "{part} {pointer} not in {text}");
        }
        for word in ["diesel", "postgres", "sqlite", "SQL", "panicked", "serde"] {
            assert!(!text.contains(word), "leaks `{word}`: {text}");
        }
    }
}

impl TestApp {
    pub(crate) async fn on_sqlite() -> Self {
        Self::on(Database::sqlite()).await
    }

    pub(crate) async fn on_postgresql() -> Option<Self> {
        Some(Self::on(Database::postgresql()?).await)
    }

    /// Another service on the database at `url`, in a process of its own.
    pub(crate) async fn on_url(url: String) -> Self {
        Self::on(Database::at(url)).await
    }

    /// Where the database is.
    pub(crate) fn url(&self) -> &str {
        &self.database.url
    }

    async fn on(database: Database) -> Self {
        let store = Store::open(&database.url, 4).unwrap();
        let clock = Arc::new(FixedClock::at("2025-08-27T01:00:00Z".parse().unwrap()));
        let key = "xsk_test".to_owned();
        let role = xushi::domain::Role::Administrator;
        let row = ApiKeyRow::of(Id::of(clock.new_id()), "test", &key, role, clock.timestamp());
        store.ensure_api_key(&row).await.unwrap();
        let office = services::office(store.clone(), clock.clone()).await;
        let call = Self::serve(&office).await;
        Self { store, clock, key, office, call, database }
    }

    async fn serve(office: &Office) -> Call {
        let app = application(office.clone(), (Arc::default(), Arc::default()), &[ORIGIN.to_owned()]);
        let service = std::rc::Rc::new(test::init_service(app).await);
        Box::new(move |request| {
            let service = service.clone();
            Box::pin(async move { test::call_service(&*service, request).await.map_into_boxed_body() })
        })
    }

    /// Starts again with this address in `mail.redirect_to`; an empty one ends a pilot.
    pub(crate) async fn restart(&mut self, redirect_to: &str) {
        self.office = services::office_redirected(self.store.clone(), self.clock.clone(), redirect_to).await;
        self.call = Self::serve(&self.office).await;
    }

    /// Starts again with these kinds in `notices.off`.
    pub(crate) async fn turn_off(&mut self, kinds: &str) {
        self.office.notices.off = xushi::domain::notice::read_off(kinds).unwrap();
        self.call = Self::serve(&self.office).await;
    }

    /// The jobs of a replica called `holder`, whose mails go to `transport`.
    pub(crate) fn jobs(&self, transport: Transport, holder: &str) -> Jobs {
        services::jobs(self.office.clone(), transport, holder)
    }

    /// Sends any request.
    pub(crate) async fn send(&self, request: test::TestRequest) -> Answer {
        let (request, payload) = request.to_request().replace_payload(Payload::<BoxedPayloadStream>::None);
        let sent = to_bytes(BodyStream::new(payload)).await.unwrap();
        let (request, _) = request.replace_payload(Payload::from(sent.clone()));
        let (method, uri) = (request.method().clone(), request.uri().clone());
        let response = (self.call)(request).await;
        let (status, headers) = (response.status(), response.headers().clone());
        let bytes = to_bytes(response.into_body()).await.unwrap().to_vec();
        let (code, headers_of) = (status.as_u16(), &headers);
        Exchange { method: &method, uri: &uri, sent: &sent, status: code, headers: headers_of, body: &bytes }
            .check();
        Answer { status, headers, bytes }
    }

    /// A request with the key.
    pub(crate) fn request(&self, method: Method, path: &str) -> test::TestRequest {
        test::TestRequest::default()
            .method(method)
            .uri(&format!("/api/v1{path}"))
            .insert_header((header::AUTHORIZATION, format!("Bearer {}", self.key)))
    }

    /// A request with somebody else's key.
    pub(crate) fn request_as(&self, key: &str, method: Method, path: &str) -> test::TestRequest {
        self.request(method, path).insert_header((header::AUTHORIZATION, format!("Bearer {key}")))
    }

    /// A new key of this role, for `unit` if one is named.
    pub(crate) async fn new_key(&self, role: &str, unit: Option<&str>) -> String {
        let body = serde_json::json!({"name": role, "role": role, "unit": unit});
        self.post("/api-keys", body).await.expect(201)["key"].as_str().unwrap().to_owned()
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.send(self.request(Method::GET, path)).await
    }

    pub(crate) async fn post(&self, path: &str, body: Value) -> Answer {
        self.send(self.request(Method::POST, path).set_json(body)).await
    }

    pub(crate) async fn put(&self, path: &str, body: Value) -> Answer {
        self.send(self.request(Method::PUT, path).set_json(body)).await
    }

    /// Reads, then puts in its place with the tag that was read.
    pub(crate) async fn replace(&self, path: &str, body: Value) -> Answer {
        let tag = self.get(path).await.header("etag");
        self.send(self.request(Method::PUT, path).insert_header((header::IF_MATCH, tag)).set_json(body)).await
    }

    /// Reads, then patches with the tag that was read.
    pub(crate) async fn patch(&self, path: &str, body: Value) -> Answer {
        let tag = self.get(path).await.header("etag");
        self.send(self.request(Method::PATCH, path).insert_header((header::IF_MATCH, tag)).set_json(body))
            .await
    }
}

/// A mail with its parts decoded.
pub(crate) fn readable(raw: &[u8]) -> String {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;
    let raw = String::from_utf8_lossy(raw);
    let read = |part: &str| {
        let encoded: String = part.lines().take_while(|line| !line.starts_with("--")).collect();
        match STANDARD.decode(encoded) {
            Ok(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
            Err(_) => part.replace("=\r\n", ""),
        }
    };
    raw.split("\r\n\r\n").map(read).collect()
}
