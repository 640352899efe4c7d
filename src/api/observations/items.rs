//! The items of a bulk of facts, each read on its own: whatever is wrong with one is told, all of it, and the others go on.

use std::borrow::Cow;

use chrono::NaiveDate;
use serde::de::{self, IgnoredAny, IntoDeserializer as _};
use serde::{Deserialize, Deserializer};
use serde_json::{Value, json};
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{ObjectBuilder, Schema, SchemaType, Type};
use utoipa::{PartialSchema, ToSchema};

use super::bulk_forms::{self, Bulk, BulkForm};
use crate::api::http::refused::{FieldError, Refused};
use crate::api::http::wire::{Amount, Word};
use crate::api::http::{extract, json_text};
use crate::api::indicators::PeriodView;
use crate::domain::{Basis, Figure, Stage, Status};
use crate::office::observations::{NewFact, Spelled};

type BasisWord = Word<Basis>;
type FigureWord = Word<Figure>;
type StatusWord = Word<Status>;
type StageWord = Word<Stage>;

/// 一条观测值
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ObservationBody {
    /// 指标口径：id、名称或别名
    #[schema(example = "社会消费品零售总额")]
    measure: String,
    /// 行政区：id、代码或名称
    #[schema(example = "430000")]
    region: String,
    /// 所属时期：累计值应从1月1日（或目标期首日）起，累计值和当期值应截至月末，存量可为任一天
    period: PeriodView,
    /// 数值口径，默认同指标口径
    #[schema(example = "cumulative")]
    basis: Option<BasisWord>,
    /// 数值level、同比增速yoy（%）或名次rank
    #[serde(alias = "kind")]
    #[schema(example = "yoy")]
    figure: FigureWord,
    /// 值：level用指标口径的单位，yoy为百分数，rank为名次；也可写作3%、311.3亿元、1,234.5
    value: Spelled,
    /// 名次是多少个地区中的名次，只与rank同报
    #[schema(example = 14)]
    of: Option<u32>,
    /// 是否为截至某日的进度数（时期不到月末）
    #[serde(default)]
    partial: bool,
    /// 状态，默认preliminary
    #[schema(example = "preliminary")]
    status: Option<StatusWord>,
    /// 环节：谁认定的数，须是指标口径的stages所列；指标口径分环节而不写的，按最低一环
    #[schema(example = "self_reported")]
    stage: Option<StageWord>,
    /// 出处
    #[schema(example = "月报")]
    source: String,
    /// 公布日期：实际值不早于所属时期结束之日
    published_on: NaiveDate,
    /// 文中所称的差距，用来与数值核对；只提示不符之处，不作研判依据，随新版本一并记录
    #[serde(default)]
    differences: Vec<DifferenceBody>,
}

/// 文中所称的差距
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DifferenceBody {
    /// 对比对象，原文写法：全国平均、全省平均、序时进度、预期、去年年底、去年同期、全省位次等
    #[schema(example = "全国平均")]
    pub against: String,
    /// 本地区减对比对象，低于的为负；位次填所称名次
    #[schema(example = "1.3")]
    pub difference: Amount,
}

/// 批量录入观测值
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RecordObservations {
    /// 各条观测值，最多50000条
    items: Vec<ObservationBody>,
}

impl<'de> Deserialize<'de> for Spelled {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl de::Visitor<'_> for Visitor {
            type Value = Spelled;
            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a decimal as text")
            }
            fn visit_str<E: de::Error>(self, text: &str) -> Result<Spelled, E> {
                Ok(Spelled::Text(text.to_owned()))
            }
            fn visit_u64<E: de::Error>(self, value: u64) -> Result<Spelled, E> {
                Amount::deserialize(value.into_deserializer()).map(|amount| Spelled::Number(amount.0))
            }
            fn visit_i64<E: de::Error>(self, value: i64) -> Result<Spelled, E> {
                Amount::deserialize(value.into_deserializer()).map(|amount| Spelled::Number(amount.0))
            }
            fn visit_f64<E: de::Error>(self, value: f64) -> Result<Spelled, E> {
                Amount::deserialize(value.into_deserializer()).map(|amount| Spelled::Number(amount.0))
            }
        }
        deserializer.deserialize_any(Visitor)
    }
}

impl PartialSchema for Spelled {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new().schema_type(SchemaType::Type(Type::String)).examples([json!("5.5")]).into()
    }
}

impl ToSchema for Spelled {
    fn name() -> Cow<'static, str> {
        Cow::Borrowed("Spelled")
    }
}

impl ObservationBody {
    fn stated(self) -> NewFact {
        NewFact {
            measure: self.measure,
            region: self.region,
            period: (self.period.start, self.period.end),
            basis: self.basis.map(|basis| basis.0),
            figure: self.figure.0,
            value: self.value,
            of: self.of,
            partial: self.partial,
            status: self.status.map(|status| status.0),
            stage: self.stage.map(|stage| stage.0),
            source: self.source,
            published_on: self.published_on,
            differences: self.differences.into_iter().map(|one| (one.against, one.difference.0)).collect(),
        }
    }
}

/// One item as far as it could be read.
#[derive(Debug)]
pub(super) struct Item {
    /// The fact; where a field could not be read, something that could stands in its place.
    pub(super) fact: Option<NewFact>,
    /// What is wrong with its form, with pointers into the item.
    pub(super) errors: Vec<FieldError>,
    /// Fields in whose place something else stands.
    replaced: Vec<&'static str>,
    /// The line it stands in, where it came in lines.
    pub(super) line: Option<usize>,
}

impl Item {
    /// Whether an error found later speaks of what the caller wrote.
    pub(super) fn speaks_of(&self, pointer: &str) -> bool {
        let field = pointer.split('/').nth(1).unwrap_or_default();
        !self.replaced.contains(&field)
    }
}

/// Reads a bulk.
///
/// # Errors
/// When it is not of its form at all; what is wrong with an item is told in the item.
pub(super) fn read(bulk: &Bulk) -> Result<Vec<Item>, Refused> {
    let all = match bulk.form {
        BulkForm::Json => return json_items(&bulk.bytes),
        BulkForm::Lines => bulk_forms::lines(&bulk.bytes),
        BulkForm::Table => bulk_forms::table(&bulk.bytes)?,
    };
    let item = |(line, read): (usize, bulk_forms::Line)| Item { line: Some(line), ..as_far_as_read(read) };
    Ok(all.into_iter().map(item).collect())
}

fn as_far_as_read(read: bulk_forms::Line) -> Item {
    match read {
        Ok(value) => one(value),
        Err(error) => Item { fact: None, errors: vec![error], replaced: Vec::new(), line: None },
    }
}

fn json_items(bytes: &[u8]) -> Result<Vec<Item>, Refused> {
    /// Items whose form is not looked at yet.
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Unread {
        #[expect(dead_code, reason = "they are looked at one by one, as they are written")]
        items: Vec<IgnoredAny>,
    }
    match extract::parse::<RecordObservations>(bytes) {
        Ok(all) => {
            let whole = |body: ObservationBody| Item {
                fact: Some(body.stated()),
                errors: Vec::new(),
                replaced: Vec::new(),
                line: None,
            };
            Ok(all.items.into_iter().map(whole).collect())
        }
        Err(problem) if problem.errors.iter().any(|error| error.pointer.starts_with("/items/")) => {
            extract::outside::<Unread>(bytes)?;
            let items = json_text::items_of(bytes, "items").into_iter();
            Ok(items.map(|item| as_far_as_read(bulk_forms::json_item(item))).collect())
        }
        Err(problem) => Err(problem),
    }
}

/// Fields that must be there, each with something that can be read.
fn stand_in(field: &str) -> Option<(&'static str, Value)> {
    Some(match field {
        "measure" => ("measure", json!("-")),
        "region" => ("region", json!("-")),
        "period" => ("period", json!({"start": "2000-01-01", "end": "2000-01-31"})),
        "figure" | "kind" => ("figure", json!("level")),
        "value" => ("value", json!("1")),
        "source" => ("source", json!("-")),
        "published_on" => ("published_on", json!("2000-01-31")),
        _ => return None,
    })
}

/// Reads one item: what cannot be read is told and put aside, until the rest can.
fn one(mut value: Value) -> Item {
    /// More than an item has fields.
    const ERRORS_MAX: usize = 30;
    let mut item = Item { fact: None, errors: Vec::new(), replaced: Vec::new(), line: None };
    while item.errors.len() < ERRORS_MAX {
        let problem = match extract::value::<ObservationBody>(&value) {
            Ok(body) => {
                item.fact = Some(body.stated());
                return item;
            }
            Err(problem) => problem,
        };
        let pointer = problem.errors.first().map_or_else(String::new, |error| error.pointer.clone());
        let unknown = problem.errors.first().is_some_and(|error| error.code == "unknown_field");
        item.errors.extend(problem.errors);
        let field = pointer.split('/').nth(1).unwrap_or_default().replace("~1", "/").replace("~0", "~");
        let Some(fields) = value.as_object_mut().filter(|_| !field.is_empty()) else { return item };
        let removed = fields.remove(&field).is_some();
        let whole_field_unknown = unknown && pointer.matches('/').count() == 1;
        match stand_in(&field).filter(|_| !whole_field_unknown) {
            Some((name, readable)) => {
                item.replaced.push(name);
                fields.insert(name.to_owned(), readable);
            }
            None if removed => {}
            None => return item,
        }
    }
    item
}

#[cfg(test)]
mod tests {
    use super::*;

    fn items(text: &str) -> Vec<Vec<(String, String)>> {
        let told = |item: Item| item.errors.into_iter().map(|error| (error.pointer, error.code)).collect();
        json_items(text.as_bytes()).unwrap().into_iter().map(told).collect()
    }

    const GOOD: &str = r#"{"measure":"社零","region":"430000","period":{"start":"2025-01-01","end":"2025-07-31"},"figure":"yoy",
        "value":"3%","source":"月报","published_on":"2025-08-15"}"#;

    #[test]
    fn all_that_is_wrong_with_an_item_is_told_and_the_others_are_read() {
        let bad = GOOD
            .replace("2025-07-31", "2025-13-31")
            .replace("\"yoy\"", "\"growth\"")
            .replace("\"source\":\"月报\",", "\"extra\":1,\"basis\":5,");
        let told = items(&format!("{{\"items\":[{GOOD},{bad},7,{GOOD}]}}"));
        assert!(told[0].is_empty() && told[3].is_empty());
        let mut pointers: Vec<_> =
            told[1].iter().map(|(pointer, code)| (pointer.as_str(), code.as_str())).collect();
        pointers.sort_unstable();
        assert_eq!(
            pointers,
            [
                ("/basis", "malformed"),
                ("/extra", "unknown_field"),
                ("/figure", "malformed"),
                ("/period/end", "malformed"),
                ("/source", "required")
            ]
        );
        assert_eq!(told[2].len(), 1);
    }

    #[test]
    fn what_is_no_list_of_items_is_refused_whole() {
        for text in ["{", "[]", r#"{"items":{}}"#, r#"{"items":[],"more":1}"#, r#"{"items":[1],"items":[2]}"#]
        {
            assert!(json_items(text.as_bytes()).is_err(), "{text}");
        }
    }

    #[test]
    fn what_no_text_may_have_spoils_its_item_alone() {
        let bad = |from: &str, to: &str| GOOD.replace(from, to);
        let told = items(&format!(
            "{{\"items\":[{},{GOOD},{},{},{}]}}",
            bad("月报", "a\\u0000"),
            bad("\"source\"", "\"source\":\"b\",\"source\""),
            bad("\"3%\"", "9007199254740993.123"),
            bad("\"3%\"", "1.5"),
        ));
        let one = |pointer: &str, code: &str| vec![(pointer.to_owned(), code.to_owned())];
        assert_eq!(
            told,
            [
                one("/source", "control_character"),
                vec![],
                one("/source", "duplicate"),
                one("/value", "too_precise"),
                vec![]
            ]
        );
    }

    #[test]
    fn a_stand_in_is_not_spoken_of() {
        let bad = GOOD.replace("2025-08-15", "2025-02-30");
        let item = json_items(format!("{{\"items\":[{bad}]}}").as_bytes()).unwrap().remove(0);
        assert!(!item.speaks_of("/published_on") && item.speaks_of("/period") && item.fact.is_some());
    }
}
