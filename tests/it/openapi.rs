//! The specification is made from the routes; the committed copy must say the same.

use crate::support::database::repository;

#[test]
fn the_committed_specification_is_that_of_the_routes() {
    let path = repository().join("openapi/openapi.json");
    let made = format!("{}\n", xushi::api::openapi().to_pretty_json().unwrap());
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&path, &made).unwrap();
    }
    let committed = std::fs::read_to_string(&path).unwrap();
    assert!(
        committed == made,
        "openapi/openapi.json differs: run `UPDATE=1 cargo test openapi` and commit it"
    );
}

#[test]
fn every_operation_says_what_it_does_and_how_it_fails() {
    let document: serde_json::Value = serde_json::to_value(xushi::api::openapi()).unwrap();
    assert!(document["openapi"].as_str().unwrap().starts_with("3.1"));
    for (path, item) in document["paths"].as_object().unwrap() {
        for (verb, operation) in item.as_object().unwrap() {
            let at = format!("{verb} {path}");
            assert!(
                operation["summary"].as_str().is_some_and(|text| !text.is_ascii()),
                "{at}: no Chinese summary"
            );
            assert!(operation["tags"].as_array().is_some_and(|tags| !tags.is_empty()), "{at}: no tag");
            assert!(operation["responses"].get("4XX").is_some(), "{at}: no problem");
            assert!(operation["operationId"].is_string(), "{at}: no id");
        }
    }
}
