//! What bodies and views look like beyond what their Rust types say: which fields are always there, what lists hold, what
//! numbers may be written as, which fields go together.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use super::{closed_words, limits};

/// Schemas by what they are used for.
pub(super) struct Used {
    bodies: BTreeSet<String>,
    answers: BTreeSet<String>,
}

impl Used {
    /// Reads it off the operations, and off the schemas that schemas refer to.
    pub(super) fn of(document: &Value) -> Self {
        let mut used = Self { bodies: BTreeSet::new(), answers: BTreeSet::new() };
        let schemas = &document["components"]["schemas"];
        let items = document["paths"].as_object().into_iter().flatten();
        for operation in
            items.flat_map(|(_, item)| item.as_object().into_iter().flatten()).map(|(_, one)| one)
        {
            reach(schemas, &operation["requestBody"], &mut used.bodies);
            reach(schemas, &operation["responses"], &mut used.answers);
        }
        used
    }

    /// Whether callers write it and are never answered with it.
    fn only_in_bodies(&self, name: &str) -> bool {
        self.bodies.contains(name) && !self.answers.contains(name)
    }

    /// Whether callers are answered with it and never write it.
    fn only_in_answers(&self, name: &str) -> bool {
        self.answers.contains(name) && !self.bodies.contains(name)
    }
}

/// Adds the names of all schemas that `value` refers to, and of those that these refer to.
fn reach(schemas: &Value, value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(map) => {
            for (key, part) in map {
                let name = part.as_str().and_then(|at| at.strip_prefix("#/components/schemas/"));
                match name.filter(|_| key == "$ref") {
                    Some(name) if found.insert(name.to_owned()) => reach(schemas, &schemas[name], found),
                    Some(_) => {}
                    None => reach(schemas, part, found),
                }
            }
        }
        Value::Array(parts) => parts.iter().for_each(|part| reach(schemas, part, found)),
        _ => {}
    }
}

/// Fields that an answer may leave out; every other field of a view is always sent, if only as null.
const LEFT_OUT: &[(&str, &[&str])] = &[
    ("CampaignView", &["deputy_conveners", "members"]),
    ("FieldError", &["pointer", "parameter", "header"]),
    ("IndicatorView", &["updating"]),
    ("LetterView", &["waiting_days"]),
    ("PageView", &["etags"]),
    ("PlanOutcome", &["errors"]),
    ("RecordOutcome", &["errors", "doubts", "read_as", "note"]),
];

/// The facts of a letter, as they are frozen.
const LETTER_FACTS: &str = include_str!("letter_facts.json");

/// Finishes every schema.
pub(super) fn finish(schemas: &mut Value, used: &Used) {
    let Some(schemas) = schemas.as_object_mut() else { return };
    let facts: Map<String, Value> = serde_json::from_str(LETTER_FACTS).unwrap_or_default();
    schemas.extend(facts);
    for (name, schema) in schemas.iter_mut() {
        if name.starts_with("PageView_") {
            name_items(name, schema);
        }
        if used.only_in_answers(name) {
            require_all(name, schema);
        }
        if used.only_in_bodies(name) {
            take_numbers(schema);
        }
        limits::limit(name, schema);
    }
    closed_words::close(schemas);
    if let Some(facts) =
        schemas.get_mut("WholeLetterView").and_then(|view| view.pointer_mut("/allOf/1/properties/facts"))
    {
        *facts = json!({"$ref": "#/components/schemas/LetterFacts", "description": facts["description"]});
    }
    schemas.insert("AmountGiven".to_owned(), amount_given());
    if let Some(spelled) = schemas.get_mut("Spelled") {
        *spelled = json!({
            "description": "如文中所写的数：字符串（可带单位、百分号、千分位），或至多15位有效数字的数",
            "oneOf": [{"type": "string"}, {"type": "number"}],
            "examples": ["5.5"],
        });
    }
    one_of(schemas);
}

/// A list names what it holds.
fn name_items(name: &str, schema: &mut Value) {
    if let Some(item) = name.strip_prefix("PageView_") {
        schema["properties"]["items"]["items"] = json!({"$ref": format!("#/components/schemas/{item}")});
    }
}

/// Every field but those of [`LEFT_OUT`] is required.
fn require_all(name: &str, schema: &mut Value) {
    for part in schema.get_mut("allOf").and_then(Value::as_array_mut).into_iter().flatten() {
        require_all(name, part);
    }
    // A page of what cannot be edited has no tags.
    let known = if name.starts_with("PageView") { "PageView" } else { name };
    let left_out = LEFT_OUT.iter().find(|(one, _)| *one == known).map_or(&[][..], |(_, fields)| fields);
    let Some(properties) = schema.get("properties").and_then(Value::as_object) else { return };
    let all: Vec<_> =
        properties.keys().filter(|field| !left_out.contains(&field.as_str())).cloned().collect();
    if !all.is_empty() {
        schema["required"] = json!(all);
    }
}

/// Exact decimals may be written as numbers, too.
fn take_numbers(value: &mut Value) {
    match value {
        Value::Object(map) => {
            for part in map.values_mut() {
                if part == "#/components/schemas/Amount" {
                    *part = json!("#/components/schemas/AmountGiven");
                } else {
                    take_numbers(part);
                }
            }
        }
        Value::Array(parts) => parts.iter_mut().for_each(take_numbers),
        _ => {}
    }
}

fn amount_given() -> Value {
    json!({
        "description": "十进制数：字符串（精确），或至多15位有效数字的数",
        "oneOf": [
            {"type": "string", "pattern": r"^-?[0-9]+(\.[0-9]+)?$", "maxLength": 40},
            {"type": "number"},
        ],
        "examples": ["5.5"],
    })
}

/// Bodies whose fields go together by a word, or by which of them is there.
fn one_of(schemas: &mut Map<String, Value>) {
    // Each form lists its own.
    schemas.remove("CurveKind");
    split(
        schemas,
        "CurveBody",
        &[
            ("PlainCurve", "按月、按日或上年同期", &["linear_months", "linear_days", "last_year"], &["kind"]),
            ("MeanYearsCurve", "历年平均", &["mean_years"], &["kind", "years"]),
            ("NodesCurve", "节点", &["nodes"], &["kind", "nodes"]),
        ],
    );
    if let Some(series) = schemas.get_mut("SeriesBody") {
        series["minProperties"] = json!(1);
    }
    let Some(target) = schemas.get("TargetBody").cloned() else { return };
    let mut stated = target.clone();
    stated["description"] = json!("写明结构的目标；数值目标须写明value、comparator和unit");
    stated["required"] = json!(["kind"]);
    let kind = schemas.get("Kind").map(|_| json!({"$ref": "#/components/schemas/Kind"})).unwrap_or_default();
    stated["properties"]["kind"] = kind;
    let mut phrase = target["properties"]["phrase"].clone();
    phrase["type"] = json!("string");
    let phrased = json!({
        "type": "object",
        "description": "只写原文的目标，由系统解析",
        "required": ["phrase"],
        "properties": {"phrase": phrase},
        "additionalProperties": false,
    });
    schemas.insert("StatedTarget".to_owned(), stated);
    schemas.insert("PhrasedTarget".to_owned(), phrased);
    let either =
        ["StatedTarget", "PhrasedTarget"].map(|name| json!({"$ref": format!("#/components/schemas/{name}")}));
    schemas.insert("TargetBody".to_owned(), json!({"description": target["description"], "oneOf": either}));
}

/// One of the forms that a body takes: its name, what it is, the words of `kind` that it goes with, its fields.
type Form<'a> = (&'a str, &'a str, &'a [&'a str], &'a [&'a str]);

/// Makes a body with a `kind` one of several.
fn split(schemas: &mut Map<String, Value>, name: &str, forms: &[Form<'_>]) {
    let Some(whole) = schemas.get(name).cloned() else { return };
    let mut mapping = BTreeMap::new();
    let mut references = Vec::new();
    for (form, about, words, fields) in forms {
        let at = format!("#/components/schemas/{form}");
        let mut properties = Map::new();
        for field in *fields {
            let mut said = whole["properties"][field].clone();
            // It is there in this form.
            if let Some(kinds) = said["type"].as_array() {
                said["type"] = kinds.first().cloned().unwrap_or_default();
            }
            properties.insert((*field).to_owned(), said);
        }
        properties.insert("kind".to_owned(), json!({"type": "string", "enum": words, "description": "曲线"}));
        mapping.extend(words.iter().map(|word| (*word, at.clone())));
        references.push(json!({"$ref": at}));
        let schema = json!({
            "type": "object", "description": about, "required": fields, "properties": properties,
            "additionalProperties": false,
        });
        schemas.insert((*form).to_owned(), schema);
    }
    let discriminator = json!({"propertyName": "kind", "mapping": mapping});
    let one =
        json!({"description": whole["description"], "oneOf": references, "discriminator": discriminator});
    schemas.insert(name.to_owned(), one);
}
