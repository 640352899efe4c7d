//! Fields that hold a word of a closed list, though their Rust type is a text: what an old row says is shown as it stands.

use serde_json::{Map, Value, json};

use crate::api::http::refused::Code;
use crate::domain::pace::{ForecastMethod, Missing, RuleId, ShareFrom};
use crate::domain::{CurveKind, Doubt, Grade, LetterKind, Level, TextEnum};

/// Where words come from.
enum Words {
    /// A list of the domain, which becomes a schema of its own.
    List(fn() -> (&'static str, Vec<&'static str>)),
    /// These, which only this field has.
    These(&'static [&'static str]),
}

fn list<T: TextEnum>() -> (&'static str, Vec<&'static str>) {
    (T::TYPE, T::ALL.iter().map(|word| word.as_str()).collect())
}

fn codes() -> (&'static str, Vec<&'static str>) {
    ("Code", Code::ALL.iter().map(|code| code.as_str()).collect())
}

/// The curve that decided; bodies name curves by forms of their own.
fn curves() -> (&'static str, Vec<&'static str>) {
    ("CurveUsed", list::<CurveKind>().1)
}

use Words::{List, These};

/// Schema, field, its words.
const CLOSED: &[(&str, &str, Words)] = &[
    ("AuditEventView", "verb", These(&["POST", "PUT", "PATCH", "DELETE", "GET", "RUN"])),
    ("BounceView", "outcome", These(&["bounced", "unchanged", "stray"])),
    ("DeliveryView", "role", These(&["to", "cc"])),
    ("DoubtView", "code", List(list::<Doubt>)),
    ("ForecastView", "method", List(list::<ForecastMethod>)),
    ("GradeChangeView", "before", List(list::<Grade>)),
    ("GradeChangeView", "now", List(list::<Grade>)),
    ("GradeUnder", "rule", List(list::<RuleId>)),
    ("MissingView", "code", List(list::<Missing>)),
    ("ProblemView", "code", List(codes)),
    ("ReceiptView", "via", These(&["api", "link"])),
    ("PlanOutcome", "outcome", These(&["created", "updated", "unchanged", "refused", "skipped"])),
    ("RecordOutcome", "outcome", These(&["created", "updated", "unchanged", "outranked", "refused"])),
    ("ReplyView", "via", These(&["api", "link"])),
    ("RuleView", "rule", List(list::<RuleId>)),
    ("RunLetterView", "kind", List(list::<LetterKind>)),
    ("RunLetterView", "level", List(list::<Level>)),
    ("RunLetterView", "outcome", These(&["planned", "issued", "awaits_approval", "overtaken", "blocked"])),
    ("VerdictView", "curve", List(curves)),
    ("VerdictView", "share_from", List(list::<ShareFrom>)),
];

/// Puts the words in.
pub(super) fn close(schemas: &mut Map<String, Value>) {
    for (schema, field, words) in CLOSED {
        let name = match words {
            List(list) => {
                let (name, words) = list();
                schemas.entry(name).or_insert_with(|| json!({"type": "string", "enum": words}));
                Some(name)
            }
            These(_) => None,
        };
        let Some(field) =
            schemas.get_mut(*schema).and_then(|schema| schema.get_mut("properties")?.get_mut(*field))
        else {
            continue;
        };
        let nullable = field["type"].is_array();
        match (words, name) {
            (These(words), _) => field["enum"] = json!(words),
            (List(_), Some(name)) => refer(field, name, nullable),
            (List(_), None) => {}
        }
    }
}

/// Makes a text field refer to a schema.
fn refer(field: &mut Value, name: &str, nullable: bool) {
    let reference = json!({"$ref": format!("#/components/schemas/{name}")});
    let said = field["description"].take();
    *field = if nullable { json!({"oneOf": [reference, {"type": "null"}]}) } else { reference };
    field["description"] = said;
}
