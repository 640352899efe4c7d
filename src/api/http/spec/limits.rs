//! How much fits: lengths of texts, ranges of numbers, how many items. The rules that refuse what does not fit have the same
//! constants.

use serde_json::{Value, json};

use crate::api::http::page::{LIMIT_DEFAULT, LIMIT_MAX};
use crate::domain::lengths::{
    AGAINST, CAMPAIGN, CHANGE_REASON, DOC_NO, EMAIL, EVIDENCE, EXTERNAL_ID, FILE_NAME, KEY_NAME, MARK,
    MEASURE, MEASURE_UNIT, NOTE, OFFICE, PERSON, PHONE, PHRASE, PROBLEM, REASON, REGION, REPLY_CAUSES,
    REPLY_TEXT, REPORTER, RULE_PACK, SOURCE, SOURCE_NAME, SOURCES, TASK, UNIT, UNIT_ALIASES,
};
use crate::domain::reply::{FILE_BYTES_MAX, FILES_MAX, REMEDIES_MAX};
use crate::domain::webhook::HOOK_URL;
use crate::domain::{ChangeKind, TextEnum as _};
use crate::office::plans::NODES_MAX;
use crate::office::problems::SUPPORTS_MAX;

/// Parameters that name one thing: what names nothing is refused.
const KEYS: [&str; 8] = ["campaign", "cursor", "key", "measure", "parent", "region", "task", "unit"];
/// Longest key (id, code, name or alias) that anything has.
const KEY: usize = TASK;
/// Characters of the largest file, written in Base64.
const BASE64: usize = FILE_BYTES_MAX.div_ceil(3) * 4;

/// What a field takes.
#[derive(Clone, Copy)]
enum Fits {
    /// A text of 1 to so many characters.
    Text(usize),
    /// A file in Base64.
    File,
    /// An integer from … to ….
    Between(i64, i64),
    /// A list of … to … items.
    Items(usize, usize),
    /// A list of up to … items, each a text of 1 to so many characters.
    Texts(usize, usize),
}

use Fits::{Between, File, Items, Text, Texts};

/// Names of bodies that have fields of one name and bound.
type Bodies = &'static [&'static str];

/// What another system may have an id of its own for.
const EXTERNAL: Bodies = &[
    "CreateUnit",
    "UpdateUnit",
    "CreateContact",
    "UpdateContact",
    "CreateMeasure",
    "UpdateMeasure",
    "CreateCampaign",
    "UpdateCampaign",
    "PlanCampaign",
    "CreateTask",
    "UpdateTask",
    "PlanTask",
    "CreateIndicator",
    "UpdateIndicator",
    "PlanIndicator",
];

/// Schema and the one that changes it, or the schema alone; field; what it takes.
const FITS: &[(Bodies, &[(&str, Fits)])] = &[
    (&["CreateApiKey"], &[("name", Text(KEY_NAME)), ("unit", Text(KEY))]),
    (
        &["CreateWebhook", "UpdateWebhook"],
        &[("name", Text(KEY_NAME)), ("url", Text(HOOK_URL)), ("kinds", Items(1, ChangeKind::ALL.len()))],
    ),
    (&["RetireWebhook"], &[("reason", Text(REASON))]),
    (
        &["CreateCampaign", "UpdateCampaign", "PlanCampaign"],
        &[
            ("name", Text(CAMPAIGN)),
            ("region", Text(KEY)),
            ("parent", Text(KEY)),
            ("doc_no", Text(DOC_NO)),
            ("workforce", Text(OFFICE)),
            ("convener", Text(OFFICE)),
            ("issuer_name", Text(OFFICE)),
            ("letter_mark", Text(MARK)),
            ("office_unit", Text(KEY)),
            ("rule_pack", Text(KEY)),
            ("contact_name", Text(PERSON)),
            ("contact_phone", Text(PHONE)),
            ("contact_email", Text(EMAIL)),
            ("reason", Text(CHANGE_REASON)),
            ("reply_working_days", Between(1, 30)),
            ("ordinal", Between(0, 9_999)),
            ("signed", Items(1, 5)),
        ],
    ),
    (
        &["PutPlan"],
        &[
            ("units", Items(0, NODES_MAX)),
            ("contacts", Items(0, NODES_MAX)),
            ("measures", Items(0, NODES_MAX)),
            ("campaigns", Items(0, NODES_MAX)),
            ("reason", Text(CHANGE_REASON)),
        ],
    ),
    (
        &["AdoptDocument"],
        &[
            ("campaign", Text(KEY)),
            ("name", Text(CAMPAIGN)),
            ("issuer", Text(OFFICE)),
            ("letter_mark", Text(MARK)),
            ("reason", Text(CHANGE_REASON)),
        ],
    ),
    (EXTERNAL, &[("external_id", Text(EXTERNAL_ID))]),
    (&["NextYearBody"], &[("name", Text(CAMPAIGN)), ("doc_no", Text(DOC_NO))]),
    (
        &["CreateUnit", "UpdateUnit"],
        &[
            ("name", Text(UNIT)),
            ("region", Text(KEY)),
            ("parent", Text(KEY)),
            ("credit_code", Text(KEY)),
            ("reason", Text(CHANGE_REASON)),
            ("aliases", Texts(UNIT_ALIASES, UNIT)),
        ],
    ),
    (&["MergeUnit"], &[("into", Text(KEY)), ("reason", Text(REASON))]),
    (&["WithdrawLetter"], &[("signer", Text(PERSON)), ("reason", Text(CHANGE_REASON))]),
    (
        &["CreateContact", "UpdateContact"],
        &[("name", Text(PERSON)), ("email", Text(EMAIL)), ("phone", Text(PHONE)), ("unit", Text(KEY))],
    ),
    (
        &["CreateRegion", "UpdateRegion"],
        &[("name", Text(REGION)), ("short_name", Text(REGION)), ("parent", Text(KEY)), ("code", Text(KEY))],
    ),
    (&["RegionAliasBody"], &[("name", Text(REGION)), ("code", Text(KEY))]),
    (
        &["CreateTask", "UpdateTask", "PlanTask"],
        &[
            ("name", Text(TASK)),
            ("campaign", Text(KEY)),
            ("parent", Text(KEY)),
            ("ordinal", Between(0, 9_999)),
            ("reason", Text(CHANGE_REASON)),
        ],
    ),
    (&["PartBody"], &[("unit", Text(KEY))]),
    (
        &["CreateMeasure", "UpdateMeasure", "PreviewMeasure"],
        &[
            ("name", Text(MEASURE)),
            ("unit", Text(MEASURE_UNIT)),
            ("aliases", Texts(50, MEASURE)),
            ("sources", Texts(SOURCES, SOURCE_NAME)),
            ("stages", Items(0, 4)),
            ("release_day", Between(1, 31)),
            ("precision", Between(0, 6)),
            ("reason", Text(CHANGE_REASON)),
        ],
    ),
    (
        &["CreateIndicator", "UpdateIndicator", "PlanIndicator"],
        &[("measure", Text(KEY)), ("region", Text(KEY)), ("reason", Text(CHANGE_REASON))],
    ),
    (&["TargetBody"], &[("phrase", Text(PHRASE)), ("unit", Text(KEY)), ("hedge", Text(KEY))]),
    (
        &["SeriesBody", "PreviewIndicator", "PreviewObservation"],
        &[("region", Text(KEY)), ("measure", Text(KEY))],
    ),
    (&["LetterToIssue"], &[("if_match", Text(KEY))]),
    (&["CurveBody"], &[("years", Between(2, 10)), ("nodes", Items(1, 366))]),
    (
        &["ObservationBody"],
        &[
            ("measure", Text(KEY)),
            ("region", Text(KEY)),
            ("source", Text(SOURCE)),
            ("of", Between(1, 10_000)),
        ],
    ),
    (&["DifferenceBody"], &[("against", Text(AGAINST))]),
    (&["RecordObservations"], &[("items", Items(0, crate::api::observations::ITEMS_MAX))]),
    (&["GiveVerdict", "ReportNode"], &[("evidence", Text(EVIDENCE)), ("person", Text(REPORTER))]),
    (&["Retire", "RetireCampaign", "Withdraw"], &[("reason", Text(REASON))]),
    (
        &["CreateSilence"],
        &[("reason", Text(REASON)), ("owner", Text(PERSON)), ("campaign", Text(KEY)), ("unit", Text(KEY))],
    ),
    (&["EndSilence", "ReleaseRun"], &[("by", Text(PERSON))]),
    (
        &["CreateRulePack"],
        &[("name", Text(RULE_PACK)), ("reason", Text(CHANGE_REASON)), ("based_on", Text(KEY))],
    ),
    (&["PreviewRulePack"], &[("campaign", Text(KEY))]),
    (&["IssueLetter"], &[("signer", Text(PERSON))]),
    (
        &["IssueLetters"],
        &[("signer", Text(PERSON)), ("letters", Items(1, crate::api::letters::drafts::LETTERS_MAX))],
    ),
    (&["DiscardLetter"], &[("by", Text(PERSON)), ("reason", Text(REASON))]),
    (&["CreateDelivery"], &[("name", Text(PERSON)), ("email", Text(EMAIL)), ("unit", Text(KEY))]),
    (&["CreateReceipt"], &[("person", Text(PERSON))]),
    (
        &["CreateReply"],
        &[
            ("cause", Text(REPLY_CAUSES)),
            ("person", Text(PERSON)),
            ("phone", Text(PHONE)),
            ("remedies", Items(1, REMEDIES_MAX)),
            ("files", Items(0, FILES_MAX)),
        ],
    ),
    (&["RemedyView"], &[("action", Text(REPLY_TEXT))]),
    (&["CreateReplyFile"], &[("name", Text(FILE_NAME)), ("content", File)]),
    (&["CreateReview"], &[("reason", Text(NOTE))]),
    (&["CreateClosure"], &[("note", Text(NOTE))]),
    (
        &["CreateProblem", "UpdateProblem"],
        &[
            ("title", Text(PROBLEM)),
            ("detail", Text(REPLY_TEXT)),
            ("unit", Text(KEY)),
            ("campaign", Text(KEY)),
            ("task", Text(KEY)),
            ("person", Text(PERSON)),
            ("reason", Text(REPLY_TEXT)),
            ("support_units", Texts(SUPPORTS_MAX, KEY)),
        ],
    ),
    (
        &["AssignProblem", "RecordMeasure", "RecordProgress", "CloseProblem", "ApplyForClosure"],
        &[
            ("unit", Text(KEY)),
            ("support_units", Texts(SUPPORTS_MAX, KEY)),
            ("person", Text(PERSON)),
            ("phone", Text(PHONE)),
            ("text", Text(REPLY_TEXT)),
            ("cause", Text(REPLY_TEXT)),
            ("evidence", Text(EVIDENCE)),
        ],
    ),
    (&["SendBackProblem", "ReopenProblem"], &[("person", Text(PERSON)), ("reason", Text(REPLY_TEXT))]),
    (&["ParseBody"], &[("phrases", Items(0, crate::api::targets::PHRASES_MAX))]),
];

/// Puts the limits of a schema's fields in.
pub(super) fn limit(name: &str, schema: &mut Value) {
    let known = FITS.iter().filter(|(names, _)| names.contains(&name)).flat_map(|(_, fields)| *fields);
    for (field, fits) in known {
        let Some(field) = schema.get_mut("properties").and_then(|all| all.get_mut(*field)) else { continue };
        match *fits {
            Text(most) => text(field, most),
            File => {
                field["maxLength"] = json!(BASE64);
                field["contentEncoding"] = json!("base64");
            }
            Between(least, most) => {
                field["minimum"] = json!(least);
                field["maximum"] = json!(most);
            }
            Items(least, most) => {
                field["minItems"] = json!(least);
                field["maxItems"] = json!(most);
            }
            Texts(items, most) => {
                field["maxItems"] = json!(items);
                text(&mut field["items"], most);
            }
        }
    }
}

fn text(field: &mut Value, most: usize) {
    field["minLength"] = json!(1);
    field["maxLength"] = json!(most);
}

/// Puts the limits of a parameter in.
pub(super) fn limit_parameter(parameter: &mut Value) {
    let name = parameter["name"].as_str().unwrap_or_default().to_owned();
    let schema = &mut parameter["schema"];
    match name.as_str() {
        "limit" => {
            schema["minimum"] = json!(1);
            schema["maximum"] = json!(LIMIT_MAX);
            schema["default"] = json!(LIMIT_DEFAULT);
        }
        "fields" => {
            schema["minLength"] = json!(1);
            let said = parameter["description"].as_str().unwrap_or_default();
            let partial = "带此参数时，各项只有所列的字段，其余字段（包括必有的）不出现";
            parameter["description"] = json!(format!("{said}。{partial}"));
        }
        _ if KEYS.contains(&name.as_str()) && schema["type"] == "string" => schema["minLength"] = json!(1),
        _ => {}
    }
}
