//! A plan as a body: each thing in it is written as for its creation, those below others inside them.

use std::borrow::Cow;

use chrono::NaiveDate;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};
use utoipa::openapi::schema::{ArrayBuilder, Object, Schema};
use utoipa::openapi::{Ref, RefOr};
use utoipa::{PartialSchema, ToSchema};
use uuid::Uuid;

use super::super::campaigns::{CreateCampaign, UpdateCampaign};
use crate::api::contacts::{CreateContact, UpdateContact};
use crate::api::http::extract;
use crate::api::http::refused::{Code, FieldError, Refused};
use crate::api::indicators::{CreateIndicator, UpdateIndicator};
use crate::api::measures::{CreateMeasure, UpdateMeasure};
use crate::api::tasks::{CreateTask, UpdateTask};
use crate::api::units::{CreateUnit, UpdateUnit};
use crate::office::ChangeReason;
use crate::office::plans::{CampaignNode, IndicatorNode, PlanNode, PlanTree, TaskNode};

/// 整个方案
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PutPlan {
    /// 责任单位，可以互为上下级
    #[serde(default)]
    #[schema(value_type = Vec<CreateUnit>)]
    units: Vec<Value>,
    /// 联络员
    #[serde(default)]
    #[schema(value_type = Vec<CreateContact>)]
    contacts: Vec<Value>,
    /// 指标口径
    #[serde(default)]
    #[schema(value_type = Vec<CreateMeasure>)]
    measures: Vec<Value>,
    /// 攻坚行动
    #[serde(default)]
    #[schema(value_type = Vec<PlanCampaign>)]
    campaigns: Vec<Value>,
    /// 修改已有内容的理由，随修改一并留存
    reason: Option<String>,
    /// 对已有内容的修改自哪天起生效，默认今天；早于今天的用于更正，不得晚于今天
    effective_on: Option<NaiveDate>,
}

/// A field that follows from the place of a thing, with something that can be read in its stead.
type PlacedField = (&'static str, fn() -> Value);

/// A thing of a plan, as its creation is written but for what follows from its place, with those below it.
struct Form {
    /// Fields that follow from its place, each with something that can be read.
    placed: &'static [PlacedField],
    /// Fields that cannot be changed.
    fixed: &'static [&'static str],
    /// Lists of what is below it.
    below: &'static [&'static str],
}

const UNIT: Form = Form { placed: &[], fixed: &["region"], below: &[] };
const CONTACT: Form = Form { placed: &[], fixed: &["unit"], below: &[] };
const MEASURE: Form = Form { placed: &[], fixed: &[], below: &[] };
const CAMPAIGN: Form = Form { placed: &[], fixed: &["region"], below: &["tasks", "campaigns"] };
const TASK: Form = Form {
    placed: &[("campaign", || json!("-")), ("parent", || Value::Null)],
    fixed: &[],
    below: &["indicators", "tasks"],
};
const INDICATOR: Form =
    Form { placed: &[("task", || json!(Uuid::nil()))], fixed: &["measure", "region"], below: &["cited_by"] };

/// A node read: what another system calls it, how it is made, how it is changed, and the lists below it.
type ReadNode<C, U> = (Option<String>, C, U, Map<String, Value>);

impl Form {
    fn read<C: DeserializeOwned, U: DeserializeOwned>(
        &self,
        node: &Value,
    ) -> Result<ReadNode<C, U>, Refused> {
        let Some(mut fields) = node.as_object().cloned() else {
            return Err(extract::value::<C>(node).err().unwrap_or_else(|| Refused::internal("no object")));
        };
        let mut below = Map::new();
        for list in self.below {
            below.extend(fields.remove(*list).map(|value| ((*list).to_owned(), value)));
        }
        if let Some((field, _)) = self.placed.iter().find(|(field, _)| fields.contains_key(*field)) {
            let detail = format!("“{field}”由所在位置确定，请删除。");
            return Err(Refused::at(Code::Invalid, format!("/{field}"), "unknown_field", detail));
        }
        let external_id = fields.get("external_id").and_then(Value::as_str).map(str::to_owned);
        let mut whole = fields.clone();
        whole.extend(self.placed.iter().map(|(field, value)| ((*field).to_owned(), value())));
        let new: C = extract::value(&Value::Object(whole))?;
        for field in self.fixed {
            fields.remove(*field);
        }
        let edit: U = extract::value(&Value::Object(fields))?;
        Ok((external_id, new, edit, below))
    }
}

/// What is read of a plan, and all that is wrong with its form.
struct PlanReader {
    why: ChangeReason,
    wrong: Vec<FieldError>,
}

impl PlanReader {
    /// A node, unless something is wrong with it.
    fn node<C, U, N, E>(
        &mut self,
        form: &Form,
        at: &str,
        node: &Value,
    ) -> Option<(PlanNode<N, E>, Map<String, Value>)>
    where
        C: DeserializeOwned + Into<N>,
        U: DeserializeOwned + Into<E>,
    {
        match form.read::<C, U>(node) {
            Ok((external_id, new, edit, below)) => {
                Some((PlanNode { external_id, new: new.into(), edit: edit.into() }, below))
            }
            Err(refused) => {
                self.wrong.extend(refused.within(at).errors);
                None
            }
        }
    }

    /// The nodes of a list that is below something, with their places.
    fn list(&mut self, at: &str, list: &str, below: &mut Map<String, Value>) -> Vec<(String, Value)> {
        let place = format!("{at}/{list}");
        match below.remove(list) {
            None => Vec::new(),
            Some(Value::Array(nodes)) => nodes
                .into_iter()
                .enumerate()
                .map(|(index, node)| (format!("{place}/{index}"), node))
                .collect(),
            Some(_) => {
                let wrong = Refused::at(Code::Invalid, place, "malformed", "应为列表。");
                self.wrong.extend(wrong.errors);
                Vec::new()
            }
        }
    }

    fn campaign(&mut self, at: &str, node: &Value) -> Option<CampaignNode> {
        let (mut campaign, mut below) = self
            .node::<CreateCampaign, UpdateCampaign, _, crate::office::plans::CampaignEdit>(
                &CAMPAIGN, at, node,
            )?;
        campaign.edit.why = self.why.clone();
        let tasks = self.list(at, "tasks", &mut below);
        let tasks = tasks.iter().filter_map(|(at, node)| self.task(at, node)).collect();
        let campaigns = self.list(at, "campaigns", &mut below);
        let campaigns = campaigns.iter().filter_map(|(at, node)| self.campaign(at, node)).collect();
        Some(CampaignNode { campaign, tasks, campaigns })
    }

    fn task(&mut self, at: &str, node: &Value) -> Option<TaskNode> {
        let (mut task, mut below) =
            self.node::<CreateTask, UpdateTask, _, crate::office::plans::TaskEdit>(&TASK, at, node)?;
        task.edit.why = self.why.clone();
        let indicators = self.list(at, "indicators", &mut below);
        let indicators = indicators.iter().filter_map(|(at, node)| self.indicator(at, node)).collect();
        let tasks = self.list(at, "tasks", &mut below);
        let tasks = tasks.iter().filter_map(|(at, node)| self.task(at, node)).collect();
        Some(TaskNode { task, indicators, tasks })
    }

    fn indicator(&mut self, at: &str, node: &Value) -> Option<IndicatorNode> {
        let (mut indicator, mut below) = self
            .node::<CreateIndicator, UpdateIndicator, _, crate::office::plans::IndicatorEdit>(
                &INDICATOR, at, node,
            )?;
        indicator.edit.why = self.why.clone();
        let cited_by = match below.remove("cited_by").map(|value| extract::value::<Vec<i32>>(&value)) {
            None => Vec::new(),
            Some(Ok(numbers)) => numbers,
            Some(Err(refused)) => {
                self.wrong.extend(refused.within(&format!("{at}/cited_by")).errors);
                Vec::new()
            }
        };
        Some(IndicatorNode { indicator, cited_by })
    }
}

fn places(list: &str, nodes: Vec<Value>) -> impl Iterator<Item = (String, Value)> {
    nodes.into_iter().enumerate().map(move |(index, node)| (format!("/{list}/{index}"), node))
}

impl PutPlan {
    /// The plan.
    ///
    /// # Errors
    /// `Invalid`, naming everything that is wrong with the form.
    pub(super) fn tree(self) -> Result<PlanTree, Refused> {
        let why = ChangeReason { reason: self.reason, effective_on: self.effective_on };
        let mut reader = PlanReader { why: why.clone(), wrong: Vec::new() };
        let mut tree = PlanTree::default();
        for (at, node) in places("units", self.units) {
            let read =
                reader.node::<CreateUnit, UpdateUnit, _, crate::office::places::UnitEdit>(&UNIT, &at, &node);
            tree.units.extend(read.map(|(mut unit, _)| {
                unit.edit.why = why.clone();
                unit
            }));
        }
        for (at, node) in places("contacts", self.contacts) {
            let read = reader.node::<CreateContact, UpdateContact, _, _>(&CONTACT, &at, &node);
            tree.contacts.extend(read.map(|(contact, _)| contact));
        }
        for (at, node) in places("measures", self.measures) {
            let read = reader.node::<CreateMeasure, UpdateMeasure, _, crate::office::measures::MeasureEdit>(
                &MEASURE, &at, &node,
            );
            tree.measures.extend(read.map(|(mut measure, _)| {
                measure.edit.why = why.clone();
                measure
            }));
        }
        for (at, node) in places("campaigns", self.campaigns) {
            tree.campaigns.extend(reader.campaign(&at, &node));
        }
        if reader.wrong.is_empty() { Ok(tree) } else { Err(Refused::many(reader.wrong)) }
    }
}

/// The schema of a creation without the fields that follow from a place, with lists below it.
fn placed_schema<C: ToSchema>(form: &Form, about: &str, lists: &[(&str, Schema)]) -> RefOr<Schema> {
    let mut object = match C::schema() {
        RefOr::T(Schema::Object(object)) => object,
        _ => Object::default(),
    };
    for (field, _) in form.placed {
        object.properties.remove(*field);
        object.required.retain(|name| name != field);
    }
    for (list, schema) in lists {
        object.properties.insert((*list).to_owned(), RefOr::T(schema.clone()));
    }
    object.description = Some(about.to_owned());
    RefOr::T(Schema::Object(object))
}

fn list_of<T: ToSchema>(about: &str) -> Schema {
    ArrayBuilder::new().items(Ref::from_schema_name(T::name())).description(Some(about)).into()
}

/// A campaign in a plan; only its schema is asked.
pub struct PlanCampaign;
/// A task in a plan; only its schema is asked.
pub struct PlanTask;
/// An indicator in a plan; only its schema is asked.
pub struct PlanIndicator;

impl PartialSchema for PlanCampaign {
    fn schema() -> RefOr<Schema> {
        let below = [("tasks", list_of::<PlanTask>("任务")), ("campaigns", list_of::<Self>("下级攻坚行动"))];
        placed_schema::<CreateCampaign>(&CAMPAIGN, "方案中的一个攻坚行动", &below)
    }
}

impl PartialSchema for PlanTask {
    fn schema() -> RefOr<Schema> {
        let below =
            [("indicators", list_of::<PlanIndicator>("指标")), ("tasks", list_of::<Self>("下级任务"))];
        placed_schema::<CreateTask>(&TASK, "方案中的一项任务", &below)
    }
}

impl PartialSchema for PlanIndicator {
    fn schema() -> RefOr<Schema> {
        let numbers = ArrayBuilder::new()
            .items(i32::schema())
            .description(Some("还有哪些任务引用此指标：第一个攻坚行动中第一层任务的序号"));
        placed_schema::<CreateIndicator>(&INDICATOR, "方案中的一个指标", &[("cited_by", numbers.into())])
    }
}

impl ToSchema for PlanCampaign {
    fn name() -> Cow<'static, str> {
        Cow::Borrowed("PlanCampaign")
    }

    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        CreateCampaign::schemas(schemas);
        schemas.push((PlanTask::name().into_owned(), PlanTask::schema()));
        PlanTask::schemas(schemas);
    }
}

impl ToSchema for PlanTask {
    fn name() -> Cow<'static, str> {
        Cow::Borrowed("PlanTask")
    }

    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        CreateTask::schemas(schemas);
        schemas.push((PlanIndicator::name().into_owned(), PlanIndicator::schema()));
        PlanIndicator::schemas(schemas);
    }
}

impl ToSchema for PlanIndicator {
    fn name() -> Cow<'static, str> {
        Cow::Borrowed("PlanIndicator")
    }

    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        CreateIndicator::schemas(schemas);
    }
}
