//! What each operation of the specification says beside its own words: who may call it, how it answers, with which headers.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::declared::{
    IDEMPOTENCY_KEY, IF_MATCH, IF_NONE_MATCH, MAYBE_IF_MATCH, NOT_MODIFIED, OTHER_PROBLEM, PROBLEMS, TAGS,
};
use super::limits;
use crate::api::http::access::{AccessRule, RULES, Reach};
use crate::api::http::idempotency::shows_secret;
use crate::api::observations::SDMX_CSV;
use crate::domain::{Role, TextEnum as _};

/// One body that works as it stands for every kind of body, those of the sample.
const EXAMPLES: &str = include_str!("examples.json");

/// Statuses that do not follow from the form of an operation: verb, address below `/api/v1`, status.
const FURTHER: &[(&str, &str, u16)] = &[("GET", "/changes", 410), ("GET", "/documents/{id}", 409)];

/// Answers without a tag where others of their kind have one.
const UNTAGGED: &[(&str, &str)] = &[
    ("POST", "/api-keys"),
    ("POST", "/api-keys/{id}/rotation"),
    ("POST", "/webhooks"),
    ("GET", "/letters/{id}/replies/{rid}/files/{ordinal}"),
];

/// Finishes every operation.
pub(super) fn finish(document: &mut Value) {
    let said = descriptions(&document["components"]["schemas"]);
    let examples: Map<String, Value> = serde_json::from_str(EXAMPLES).unwrap_or_default();
    let Some(paths) = document.get_mut("paths").and_then(Value::as_object_mut) else { return };
    for (path, item) in paths {
        for (verb, operation) in item.as_object_mut().into_iter().flatten() {
            let verb = verb.to_ascii_uppercase();
            let below = path.strip_prefix("/api/v1").unwrap_or_default();
            let rule = RULES.iter().find(|rule| rule.verb == verb && rule.path == below);
            Place { verb: &verb, path: below, rule, said: &said }.finish(operation, &examples);
        }
    }
}

/// What schemas are, by name.
fn descriptions(schemas: &Value) -> BTreeMap<String, String> {
    let said = |(name, schema): (&String, &Value)| {
        Some((name.clone(), schema["description"].as_str()?.lines().next()?.to_owned()))
    };
    schemas.as_object().into_iter().flatten().filter_map(said).collect()
}

/// An operation, by its address.
struct Place<'a> {
    verb: &'a str,
    path: &'a str,
    rule: Option<&'a AccessRule>,
    said: &'a BTreeMap<String, String>,
}

impl Place<'_> {
    fn finish(&self, operation: &mut Value, examples: &Map<String, Value>) {
        for tag in operation.get_mut("tags").and_then(Value::as_array_mut).into_iter().flatten() {
            if let Some((_, english, _)) = TAGS.iter().find(|(chinese, _, _)| tag == chinese) {
                *tag = json!(english);
            }
        }
        if let Some(rule) = self.rule {
            let own = operation["description"]
                .as_str()
                .map(|text| format!("{}\n\n", text.trim()))
                .unwrap_or_default();
            operation["description"] = json!(format!("{own}{}", who_may(rule)));
            let roles: Vec<_> =
                Role::ALL.iter().filter(|role| rule.admits(**role)).map(|role| role.as_str()).collect();
            operation["x-roles"] = json!(roles);
        }
        self.parameters(operation);
        if let Some(body) = operation.get_mut("requestBody") {
            body["required"] = json!(true);
            for (media_type, content) in
                body.get_mut("content").and_then(Value::as_object_mut).into_iter().flatten()
            {
                if media_type != "application/json" {
                    content["schema"] = binary(media_type);
                }
            }
            for content in body
                .get_mut("content")
                .and_then(Value::as_object_mut)
                .into_iter()
                .flatten()
                .map(|(_, content)| content)
            {
                if let Some(example) = schema_name(content).and_then(|name| examples.get(name)) {
                    content["example"] = example.clone();
                }
            }
        }
        let problems = self.problems(operation);
        if let Some(responses) = operation.get_mut("responses").and_then(Value::as_object_mut) {
            responses.remove("4XX");
            let tagged = !UNTAGGED.contains(&(self.verb, self.path));
            for (status, answer) in responses.iter_mut() {
                self.answer(status, answer, tagged);
            }
            if self.verb == "GET" && tagged {
                responses.insert("304".to_owned(), response(NOT_MODIFIED));
            }
            for (status, name, _) in PROBLEMS.iter().filter(|(status, ..)| problems.contains(status)) {
                responses.insert(status.to_string(), response(name));
            }
            responses.insert("default".to_owned(), response(OTHER_PROBLEM));
        }
    }

    /// Headers that are declared once, and limits of what the query takes.
    fn parameters(&self, operation: &mut Value) {
        let mut parameters: Vec<Value> = operation["parameters"].as_array().cloned().unwrap_or_default();
        for parameter in &mut parameters {
            if parameter["name"] == "If-Match" {
                let required = parameter["required"] == json!(true);
                *parameter = declared(if required { IF_MATCH } else { MAYBE_IF_MATCH });
            } else {
                limits::limit_parameter(parameter);
            }
        }
        match self.verb {
            "GET" => parameters.push(declared(IF_NONE_MATCH)),
            "POST" => parameters.push(declared(IDEMPOTENCY_KEY)),
            _ => {}
        }
        if !parameters.is_empty() {
            operation["parameters"] = Value::Array(parameters);
        }
    }

    /// The statuses of problems that this operation can answer with.
    fn problems(&self, operation: &Value) -> Vec<u16> {
        let mut statuses = vec![400, 401, 406, 500, 503];
        let parameters = operation["parameters"].as_array().map(Vec::as_slice).unwrap_or_default();
        let refers = |name: &str| parameters.contains(&declared(name));
        let has_body = operation.get("requestBody").is_some();
        let narrowed = self.rule.is_some_and(|rule| rule.unit == Reach::OwnList || rule.not_own);
        if narrowed || self.rule.is_some_and(|rule| !Role::ALL.iter().all(|role| rule.admits(*role))) {
            statuses.push(403);
        }
        if self.path.contains('{') {
            statuses.push(404);
        }
        if self.verb == "POST" || self.rule.is_some_and(|rule| rule.writes) {
            statuses.push(409);
        }
        if refers(IF_MATCH) || refers(MAYBE_IF_MATCH) {
            statuses.push(412);
        }
        if refers(IF_MATCH) {
            statuses.push(428);
        }
        if has_body {
            statuses.extend([408, 413, 415]);
        }
        if has_body || refers(IDEMPOTENCY_KEY) {
            statuses.push(422);
        }
        let further = FURTHER.iter().filter(|(verb, path, _)| (*verb, *path) == (self.verb, self.path));
        statuses.extend(further.map(|(_, _, status)| status));
        statuses
    }

    /// What an answer that is no problem says: what it is, its headers, and files as files.
    fn answer(&self, status: &str, answer: &mut Value, tagged: bool) {
        let mut headers = vec!["X-Request-Id"];
        if (self.verb, status) == ("POST", "200") {
            answer["headers"]["ETag"] = json!({"$ref": "#/components/headers/MaybeETag"});
        }
        match (self.verb, status) {
            ("GET", _) | ("PATCH" | "PUT", "200") if tagged => headers.push("ETag"),
            ("POST", "201") if tagged => headers.extend(["ETag", "Location"]),
            ("POST", "201") => headers.push("Location"),
            _ => {}
        }
        if self.verb == "POST" && !shows_secret(self.path) {
            headers.push("Idempotency-Replayed");
        }
        let mut about =
            if status == "204" { "已办理，没有内容".to_owned() } else { "办理结果".to_owned() };
        for (media_type, content) in
            answer.get_mut("content").and_then(Value::as_object_mut).into_iter().flatten()
        {
            if let Some(known) = schema_name(content).and_then(|name| self.said.get(name)) {
                about.clone_from(known);
            }
            if content["schema"]["type"] == "array" {
                content["schema"] = binary(media_type);
            }
            if media_type != "application/json" {
                about = "文件内容".to_owned();
                headers.push("Content-Disposition");
            }
        }
        if (self.verb, self.path) == ("GET", "/observations") {
            answer["content"][SDMX_CSV]["schema"] = binary(SDMX_CSV);
        }
        if is_list(answer) {
            answer["content"]["text/csv"]["schema"] = binary("text/csv");
            answer["headers"]["Link"] = json!({"$ref": "#/components/headers/Link"});
        }
        answer["description"] = json!(if status == "201" { format!("已建立：{about}") } else { about });
        for name in headers {
            answer["headers"][name] = json!({"$ref": format!("#/components/headers/{name}")});
        }
    }
}

/// Whether an answer is a page of a list, which can be had as a table, too.
fn is_list(answer: &Value) -> bool {
    schema_name(&answer["content"]["application/json"]).is_some_and(|name| name.starts_with("PageView"))
}

fn binary(media_type: &str) -> Value {
    json!({"type": "string", "format": "binary", "contentMediaType": media_type})
}

fn declared(name: &str) -> Value {
    json!({"$ref": format!("#/components/parameters/{name}")})
}

fn response(name: &str) -> Value {
    json!({"$ref": format!("#/components/responses/{name}")})
}

/// The name of the schema that a content refers to.
fn schema_name(content: &Value) -> Option<&str> {
    content["schema"]["$ref"].as_str()?.rsplit('/').next()
}

/// Who may call it, in words.
fn who_may(rule: &AccessRule) -> String {
    let reach = match rule.unit {
        Reach::Nothing | Reach::Everything => "",
        Reach::OwnList => "，只列本单位的",
        Reach::OwnLetter => "，限主送或抄送本单位的函",
        Reach::AddressedLetter => "，限主送本单位的函",
        Reach::OwnEpisode => "，限本单位负责的事项",
        Reach::OwnIndicator => "，限本单位牵头的指标",
        Reach::OwnContact => "，限本单位的联络员",
        Reach::OwnProblem => "，限本单位牵头或配合的问题",
        Reach::LedProblem => "，限本单位牵头的问题",
    };
    let named = |role: &&Role| rule.admits(**role);
    let said = |role: &Role| {
        let reach = match role {
            Role::Reporter if rule.reporter => "，限本单位牵头指标的数据",
            role if role.is_of_unit() => reach,
            _ => "",
        };
        format!("{}（{}{reach}）", role.chinese(), role.as_str())
    };
    let roles: Vec<_> = Role::ALL.iter().filter(named).map(said).collect();
    let not_own = match rule.not_own {
        false => "",
        true if rule.path.starts_with("/problems/") => "；代表某单位的密钥不能核销或退回本单位牵头的问题",
        true => "；代表某单位的密钥不能审核或办结本单位的函",
    };
    format!("可用的密钥：{}{not_own}。", roles.join("、"))
}
