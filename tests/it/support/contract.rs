//! Every answer of the service in a test is held against the specification: its status, its headers, its body. So is every
//! body that was accepted.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, LazyLock, Mutex};

use actix_web::http::header::HeaderMap;
use actix_web::http::{Method, Uri};
use jsonschema::Validator;
use serde_json::{Value, json};

/// The specification as it is committed.
static SPEC: LazyLock<Value> = LazyLock::new(|| {
    let path = super::database::repository().join("openapi/openapi.json");
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
});

/// Its schemas, those of answers closed: a field that the specification does not name is an untruth, too.
static CLOSED: LazyLock<Value> = LazyLock::new(|| {
    let mut schemas = SPEC["components"]["schemas"].clone();
    let mut shared = BTreeSet::new();
    for (_, schema) in schemas.as_object().unwrap() {
        let parts = schema["allOf"].as_array().into_iter().flatten();
        shared.extend(parts.filter_map(|part| part["$ref"].as_str().map(name_of)));
    }
    for (name, schema) in schemas.as_object_mut().unwrap() {
        let has_fields = schema.get("properties").is_some() || schema.get("allOf").is_some();
        if has_fields && !shared.contains(name) {
            schema["unevaluatedProperties"] = json!(false);
        }
    }
    schemas
});

/// The same with nothing required, for `fields=`.
static PARTIAL: LazyLock<Value> = LazyLock::new(|| {
    let mut schemas = CLOSED.clone();
    for (_, schema) in schemas.as_object_mut().unwrap() {
        for part in schema.get_mut("allOf").and_then(Value::as_array_mut).into_iter().flatten() {
            part.as_object_mut().map(|part| part.remove("required"));
        }
        schema.as_object_mut().unwrap().remove("required");
    }
    schemas
});

fn name_of(reference: &str) -> String {
    reference.rsplit('/').next().unwrap().to_owned()
}

/// The validator of a schema, made once.
fn validator(schema: &Value, partial: bool) -> Arc<Validator> {
    type Made = HashMap<(String, bool), Arc<Validator>>;
    static MADE: LazyLock<Mutex<Made>> = LazyLock::new(Mutex::default);
    let key = (schema.to_string(), partial);
    if let Some(made) = MADE.lock().unwrap().get(&key) {
        return made.clone();
    }
    let mut whole = schema.clone();
    whole["components"] = json!({"schemas": if partial { &*PARTIAL } else { &*CLOSED }});
    let made = jsonschema::options().should_validate_formats(true).build(&whole).unwrap();
    MADE.lock().unwrap().entry(key).or_insert_with(|| Arc::new(made)).clone()
}

/// What was asked and what came back.
pub(crate) struct Exchange<'a> {
    pub(crate) method: &'a Method,
    pub(crate) uri: &'a Uri,
    pub(crate) sent: &'a [u8],
    pub(crate) status: u16,
    pub(crate) headers: &'a HeaderMap,
    pub(crate) body: &'a [u8],
}

/// Headers that an answer has only where the specification says so.
const TOLD: [&str; 6] =
    ["etag", "location", "retry-after", "www-authenticate", "idempotency-replayed", "content-disposition"];

impl Exchange<'_> {
    /// Panics with what the specification does not say.
    #[track_caller]
    pub(crate) fn check(&self) {
        let path = self.uri.path();
        if !path.starts_with("/api/v1/") || path == "/api/v1/openapi.json" || self.method == Method::OPTIONS {
            return;
        }
        let verb =
            if self.method == Method::HEAD { "get" } else { &self.method.as_str().to_ascii_lowercase() };
        let wrong = match operation(path).map(|item| &item[verb]) {
            Some(operation) if operation.is_object() => self.differences(operation),
            // No such address, or not by this verb.
            _ => self.in_schema(&json!({"$ref": "#/components/schemas/ProblemView"}), self.body, false),
        };
        let Some(wrong) = wrong else { return };
        let (sent, body) = (String::from_utf8_lossy(self.sent), String::from_utf8_lossy(self.body));
        let short = |text: &str| text.chars().take(3_000).collect::<String>();
        let told = format!(
            "not as openapi.json says: {} {} → {}\n  {wrong}\n  sent: {}\n  answer: {}",
            self.method,
            self.uri,
            self.status,
            short(&sent),
            short(&body)
        );
        panic!("{told}");
    }

    fn differences(&self, operation: &Value) -> Option<String> {
        let answers = &operation["responses"];
        let answer = &answers[self.status.to_string()];
        if !answer.is_object() {
            return Some(format!("status {} is not told", self.status));
        }
        let answer = match answer["$ref"].as_str() {
            Some(reference) => SPEC.pointer(reference.trim_start_matches('#')).unwrap(),
            None => answer,
        };
        self.header_missing(answer).or_else(|| self.body_differs(answer)).or_else(|| self.accepted(operation))
    }

    fn header_missing(&self, answer: &Value) -> Option<String> {
        let told: BTreeMap<String, bool> = answer["headers"]
            .as_object()
            .into_iter()
            .flatten()
            .map(|(name, header)| {
                let header = SPEC.pointer(header["$ref"].as_str().unwrap().trim_start_matches('#')).unwrap();
                (name.to_ascii_lowercase(), header["required"] == true)
            })
            .collect();
        let missing =
            told.iter().find(|(name, required)| **required && !self.headers.contains_key(name.as_str()));
        let untold = TOLD.iter().find(|name| self.headers.contains_key(**name) && !told.contains_key(**name));
        missing
            .map(|(name, _)| format!("header {name} is told and not there"))
            .or_else(|| untold.map(|name| format!("header {name} is there and not told")))
    }

    fn body_differs(&self, answer: &Value) -> Option<String> {
        let Some(content) = answer["content"].as_object() else {
            return (!self.body.is_empty()).then(|| "a body is there and not told".to_owned());
        };
        let media_type =
            self.headers.get("content-type").and_then(|value| value.to_str().ok()).unwrap_or_default();
        let media_type = media_type.split(';').next().unwrap();
        let Some(told) = content.get(media_type).or_else(|| content.get("application/octet-stream")) else {
            return Some(format!("media type {media_type} is not told"));
        };
        if !media_type.ends_with("json") || self.headers.contains_key("content-encoding") {
            return None;
        }
        let partial = self.uri.query().is_some_and(|query| query.contains("fields="));
        self.in_schema(&told["schema"], self.body, partial && self.status == 200).or_else(|| self.misplaced())
    }

    /// What was accepted, the specification must not refuse.
    fn accepted(&self, operation: &Value) -> Option<String> {
        let content = &operation["requestBody"]["content"];
        let told = &content["application/json"]["schema"];
        // A bulk comes in other forms, too; what their rows hold is asked by the rows' own tests.
        if content["text/csv"].is_object() && serde_json::from_slice::<Value>(self.sent).is_err() {
            return None;
        }
        // What was refused row by row, or thing by thing, was not accepted.
        let refused = serde_json::from_slice::<Value>(self.body).is_ok_and(|answer| {
            let parts = answer["parts"].as_array().into_iter().flatten();
            parts.chain([&answer]).any(|counts| counts["refused"].as_u64() > Some(0))
        });
        let taken = (200..300).contains(&self.status) && told.is_object() && !refused;
        if !taken {
            None
        } else {
            self.in_schema(told, self.sent, false).map(|wrong| format!("accepted, but {wrong}"))
        }
    }

    fn in_schema(&self, schema: &Value, body: &[u8], partial: bool) -> Option<String> {
        let Ok(body) = serde_json::from_slice::<Value>(body) else { return Some("no JSON".to_owned()) };
        let validator = validator(schema, partial);
        let wrong = validator.iter_errors(&body).next()?;
        Some(format!("{}: {wrong} (by {})", wrong.instance_path(), wrong.schema_path()))
    }

    /// Places that are no JSON pointers.
    fn misplaced(&self) -> Option<String> {
        let body: Value = serde_json::from_slice(self.body).ok()?;
        let errors = body["errors"].as_array()?;
        let is_pointer =
            |at: &str| at.is_empty() || at.starts_with('/') && !at.contains("//") && !at.ends_with('/');
        let odd = errors.iter().filter_map(|error| error["pointer"].as_str()).find(|at| !is_pointer(at))?;
        Some(format!("`{odd}` is no pointer"))
    }
}

/// The path item of an address: a fixed word goes before a variable.
fn operation(path: &str) -> Option<&'static Value> {
    let fits = |template: &str| {
        let (mut asked, mut told) = (path.split('/'), template.split('/'));
        loop {
            match (asked.next(), told.next()) {
                (None, None) => return true,
                (Some(asked), Some(told)) => match told.split_once('}') {
                    Some((_, ending))
                        if asked.ends_with(ending) && (!ending.is_empty() || !asked.contains('.')) => {}
                    None if asked == told => {}
                    _ => return false,
                },
                _ => return false,
            }
        }
    };
    let items = SPEC["paths"].as_object().unwrap().iter().filter(|(template, _)| fits(template));
    items.min_by_key(|(template, _)| template.matches('{').count()).map(|(_, item)| item)
}
