//! The specification is made from the routes; the committed copy must say the same, and what it says must be whole.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::support::database::repository;
use xushi::api::http::access::RULES;

#[test]
fn the_committed_specification_is_that_of_the_routes() {
    let path = repository().join("openapi/openapi.json");
    let made = xushi::api::openapi_text().unwrap();
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&path, &made).unwrap();
    }
    let committed = std::fs::read_to_string(&path).unwrap();
    assert!(
        committed == made,
        "openapi/openapi.json differs: run `UPDATE=1 cargo test --test it -- openapi` and commit it"
    );
}

/// Calls `see` with verb, address and operation.
fn each_operation(document: &Value, mut see: impl FnMut(&str, &str, &Value)) {
    for (path, item) in document["paths"].as_object().unwrap() {
        for (verb, operation) in item.as_object().unwrap() {
            see(verb, path, operation);
        }
    }
}

#[test]
fn every_operation_says_what_it_does_who_may_and_how_it_fails() {
    let document = xushi::api::openapi();
    assert!(document["openapi"].as_str().unwrap().starts_with("3.1"));
    let tags: BTreeSet<_> =
        document["tags"].as_array().unwrap().iter().map(|tag| tag["name"].clone().to_string()).collect();
    let mut ids = BTreeSet::new();
    each_operation(&document, |verb, path, operation| {
        let at = format!("{verb} {path}");
        for field in ["summary", "description"] {
            assert!(
                operation[field].as_str().is_some_and(|text| !text.is_ascii()),
                "{at}: no Chinese {field}"
            );
        }
        let own = operation["tags"].as_array().unwrap();
        assert!(
            own.len() == 1 && tags.contains(&own[0].to_string()),
            "{at}: its tag {own:?} has no line in TAGS of api/http/spec/declared.rs"
        );
        assert!(
            ids.insert(operation["operationId"].as_str().unwrap().to_owned()),
            "{at}: its id is another's"
        );
        let rule = RULES
            .iter()
            .find(|rule| rule.verb.eq_ignore_ascii_case(verb) && path == format!("/api/v1{}", rule.path));
        let may: Vec<_> =
            operation["x-roles"].as_array().unwrap().iter().map(|role| role.as_str().unwrap()).collect();
        assert!(may.contains(&"administrator"), "{at}: nobody may");
        assert_eq!(may.contains(&"coordinator"), rule.unwrap().coordinator, "{at}");
        let answers = operation["responses"].as_object().unwrap();
        for status in ["401", "500", "503", "default"] {
            assert!(answers.contains_key(status), "{at}: no {status}");
        }
        assert!(!answers.contains_key("4XX"), "{at}: statuses are told one by one");
        for (status, answer) in answers {
            let described = answer["description"].as_str().is_some_and(|text| !text.is_empty());
            assert!(described || answer["$ref"].is_string(), "{at}: {status} says nothing");
        }
        if let Some(content) = operation["requestBody"]["content"]["application/json"].as_object() {
            assert!(
                content.contains_key("example"),
                "{at}: its body has no line in api/http/spec/examples.json"
            );
        }
    });
}

/// Every `$ref` below a value.
fn references(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(map) => {
            for (key, part) in map {
                match part.as_str().filter(|_| key == "$ref") {
                    Some(reference) => drop(found.insert(reference.to_owned())),
                    None => references(part, found),
                }
            }
        }
        Value::Array(parts) => parts.iter().for_each(|part| references(part, found)),
        _ => {}
    }
}

#[test]
fn what_is_referred_to_is_there_and_what_is_there_is_referred_to() {
    let document = xushi::api::openapi();
    let mut referred = BTreeSet::new();
    references(&document, &mut referred);
    for reference in &referred {
        assert!(document.pointer(reference.trim_start_matches('#')).is_some(), "{reference} is not there");
    }
    for kind in ["schemas", "responses", "parameters", "headers"] {
        for name in document["components"][kind].as_object().unwrap().keys() {
            let reference = format!("#/components/{kind}/{name}");
            assert!(referred.contains(&reference), "nothing refers to {reference}");
        }
    }
}

/// Texts of bodies that are not bounded: words are refused by list, dates by form, and what is read as a whole has the bound
/// of the body.
const UNBOUNDED: &[&str] = &[
    "CreateCampaign.deputy_conveners",
    "CreateCampaign.members",
    "UpdateCampaign.deputy_conveners",
    "UpdateCampaign.members",
];

#[test]
fn texts_of_bodies_say_how_long_they_may_be() {
    let document = xushi::api::openapi();
    let schemas = document["components"]["schemas"].as_object().unwrap();
    let mut open = Vec::new();
    for (name, schema) in schemas.iter().filter(|(_, schema)| schema["additionalProperties"] == false) {
        for (field, shape) in schema["properties"].as_object().into_iter().flatten() {
            let is_text = shape["type"] == "string"
                || shape["type"].as_array().is_some_and(|kinds| kinds.contains(&"string".into()));
            let bound = ["maxLength", "enum", "format", "$ref"].iter().any(|key| shape.get(*key).is_some());
            let at = format!("{name}.{field}");
            if is_text && !bound && !UNBOUNDED.contains(&at.as_str()) {
                open.push(at);
            }
        }
    }
    assert!(open.is_empty(), "give these a line in FITS of api/http/spec/limits.rs: {open:?}");
}
