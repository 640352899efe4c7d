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
use super::plan_reading::{ReadPlan, Unread};
use crate::api::contacts::{CreateContact, UpdateContact};
use crate::api::http::extract;
use crate::api::http::refused::{Code, FieldError, Refused};
use crate::api::indicators::{CreateIndicator, UpdateIndicator};
use crate::api::measures::{CreateMeasure, UpdateMeasure};
use crate::api::tasks::{CreateTask, UpdateTask};
use crate::api::units::{CreateUnit, UpdateUnit};
use crate::domain::PlanPart;
use crate::office::ChangeReason;
use crate::office::measures::{MeasureEdit, NewMeasure};
use crate::office::places::{ContactEdit, NewContact, NewUnit, UnitEdit};
use crate::office::plans::{
    CampaignEdit, CampaignNode, IndicatorEdit, IndicatorNode, NewCampaign, NewIndicator, NewTask, PlanNode,
    PlanTree, TaskEdit, TaskNode,
};

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

/// A node read: what another system calls it, how it is made, and how it is changed.
type ReadNode<C, U> = (Option<String>, C, U);

impl Form {
    /// The lists below a node, taken out of its fields.
    fn below(&self, fields: &mut Map<String, Value>) -> Map<String, Value> {
        let taken = self.below.iter().filter_map(|list| fields.remove(*list).map(|value| (*list, value)));
        taken.map(|(list, value)| (list.to_owned(), value)).collect()
    }

    fn read<C: DeserializeOwned, U: DeserializeOwned>(
        &self,
        mut fields: Map<String, Value>,
    ) -> Result<ReadNode<C, U>, Refused> {
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
        Ok((external_id, new, edit))
    }
}

/// What is read of a plan.
struct PlanReader {
    why: ChangeReason,
    read: ReadPlan,
    /// How many things that cannot be read are above the one being read.
    unread_above: usize,
}

/// A node with its lists below, where it is to be taken over.
type Taken<N, E> = (Option<PlanNode<N, E>>, Map<String, Value>);

impl PlanReader {
    /// A node, unless it or something above it cannot be read, and the lists below it.
    fn node<C, U, N, E>(&mut self, (form, part): (&Form, PlanPart), at: &str, node: &Value) -> Taken<N, E>
    where
        C: DeserializeOwned + Into<N>,
        U: DeserializeOwned + Into<E>,
    {
        let mut unread = |errors| self.read.unread.push(Unread { pointer: at.to_owned(), part, errors });
        let Some(mut fields) = node.as_object().cloned() else {
            let wrong = extract::value::<C>(node).err();
            let wrong = wrong.unwrap_or_else(|| Refused::at(Code::Invalid, "", "malformed", "应为对象。"));
            unread(wrong.within(at).errors);
            return (None, Map::new());
        };
        let below = form.below(&mut fields);
        match form.read::<C, U>(fields) {
            Ok((external_id, new, edit)) if self.unread_above == 0 => {
                (Some(PlanNode { external_id, new: new.into(), edit: edit.into() }), below)
            }
            Ok(_) => {
                unread(Vec::new());
                (None, below)
            }
            Err(refused) => {
                unread(refused.within(at).errors);
                (None, below)
            }
        }
    }

    /// The nodes of a list that can be taken over; of those below something that cannot be, all that is wrong is noted.
    fn list<N>(
        &mut self,
        (at, list): (&str, &str),
        below: &mut Map<String, Value>,
        read: fn(&mut Self, &str, &Value) -> Option<N>,
    ) -> Vec<N> {
        match below.remove(list) {
            None => Vec::new(),
            Some(Value::Array(nodes)) => self.nodes(format!("{at}/{list}"), &nodes, read),
            Some(_) => {
                let wrong = Refused::at(Code::Invalid, format!("{at}/{list}"), "malformed", "应为列表。");
                self.spoil(at, wrong.errors);
                Vec::new()
            }
        }
    }

    fn nodes<N>(
        &mut self,
        place: String,
        nodes: &[Value],
        read: fn(&mut Self, &str, &Value) -> Option<N>,
    ) -> Vec<N> {
        let (mut taken, mut kept) = (Vec::with_capacity(nodes.len()), Vec::with_capacity(nodes.len()));
        for (index, node) in nodes.iter().enumerate() {
            if let Some(one) = read(self, &format!("{place}/{index}"), node) {
                taken.push(one);
                kept.push(index);
            }
        }
        self.read.kept.insert(place, kept);
        taken
    }

    /// Notes what is wrong with a part of the thing at `at`.
    fn spoil(&mut self, at: &str, errors: Vec<FieldError>) {
        let part = match at.rsplit('/').nth(1) {
            Some("indicators") => PlanPart::Indicator,
            Some("tasks") => PlanPart::Task,
            _ => PlanPart::Campaign,
        };
        self.read.unread.push(Unread { pointer: at.to_owned(), part, errors });
    }

    /// Reads what is below a thing, which is nothing's place when that thing is not taken over.
    fn below<T>(&mut self, taken: bool, read: impl FnOnce(&mut Self) -> T) -> T {
        self.unread_above += usize::from(!taken);
        let below = read(self);
        self.unread_above -= usize::from(!taken);
        below
    }

    fn unit(&mut self, at: &str, node: &Value) -> Option<PlanNode<NewUnit, UnitEdit>> {
        let (unit, _) =
            self.node::<CreateUnit, UpdateUnit, NewUnit, UnitEdit>((&UNIT, PlanPart::Unit), at, node);
        unit.map(|mut unit| {
            unit.edit.why = self.why.clone();
            unit
        })
    }

    fn contact(&mut self, at: &str, node: &Value) -> Option<PlanNode<NewContact, ContactEdit>> {
        self.node::<CreateContact, UpdateContact, _, _>((&CONTACT, PlanPart::Contact), at, node).0
    }

    fn measure(&mut self, at: &str, node: &Value) -> Option<PlanNode<NewMeasure, MeasureEdit>> {
        let kind = (&MEASURE, PlanPart::Measure);
        let (measure, _) = self.node::<CreateMeasure, UpdateMeasure, NewMeasure, MeasureEdit>(kind, at, node);
        measure.map(|mut measure| {
            measure.edit.why = self.why.clone();
            measure
        })
    }

    fn campaign(&mut self, at: &str, node: &Value) -> Option<CampaignNode> {
        let kind = (&CAMPAIGN, PlanPart::Campaign);
        let (campaign, mut below) =
            self.node::<CreateCampaign, UpdateCampaign, NewCampaign, CampaignEdit>(kind, at, node);
        let (tasks, campaigns) = self.below(campaign.is_some(), |reader| {
            let tasks = reader.list((at, "tasks"), &mut below, Self::task);
            (tasks, reader.list((at, "campaigns"), &mut below, Self::campaign))
        });
        let mut campaign = campaign?;
        campaign.edit.why = self.why.clone();
        Some(CampaignNode { campaign, tasks, campaigns })
    }

    fn task(&mut self, at: &str, node: &Value) -> Option<TaskNode> {
        let kind = (&TASK, PlanPart::Task);
        let (task, mut below) = self.node::<CreateTask, UpdateTask, NewTask, TaskEdit>(kind, at, node);
        let (indicators, tasks) = self.below(task.is_some(), |reader| {
            let indicators = reader.list((at, "indicators"), &mut below, Self::indicator);
            (indicators, reader.list((at, "tasks"), &mut below, Self::task))
        });
        let mut task = task?;
        task.edit.why = self.why.clone();
        Some(TaskNode { task, indicators, tasks })
    }

    fn indicator(&mut self, at: &str, node: &Value) -> Option<IndicatorNode> {
        let kind = (&INDICATOR, PlanPart::Indicator);
        let (indicator, mut below) =
            self.node::<CreateIndicator, UpdateIndicator, NewIndicator, IndicatorEdit>(kind, at, node);
        let cited_by = match below.remove("cited_by").map(|value| extract::value::<Vec<i32>>(&value)) {
            None => Vec::new(),
            Some(Ok(numbers)) => numbers,
            Some(Err(refused)) => {
                self.spoil(at, refused.within(&format!("{at}/cited_by")).errors);
                return None;
            }
        };
        let mut indicator = indicator?;
        indicator.edit.why = self.why.clone();
        Some(IndicatorNode { indicator, cited_by })
    }
}

impl PutPlan {
    /// The plan, as far as it can be read.
    pub(super) fn read(self) -> ReadPlan {
        let why = ChangeReason { reason: self.reason, effective_on: self.effective_on };
        let mut reader = PlanReader { why, read: ReadPlan::default(), unread_above: 0 };
        let tree = PlanTree {
            units: reader.nodes("/units".to_owned(), &self.units, PlanReader::unit),
            contacts: reader.nodes("/contacts".to_owned(), &self.contacts, PlanReader::contact),
            measures: reader.nodes("/measures".to_owned(), &self.measures, PlanReader::measure),
            campaigns: reader.nodes("/campaigns".to_owned(), &self.campaigns, PlanReader::campaign),
        };
        ReadPlan { tree, ..reader.read }
    }
}

/// The schema of a creation without the fields that follow from a place, with lists below it.
fn placed_schema<C: ToSchema>(form: &Form, about: &str, lists: &[(&str, Schema)]) -> RefOr<Schema> {
    let mut object = match C::schema() {
        RefOr::T(Schema::Object(object)) => object,
        _ => Object::default(),
    };
    for (field, _) in form.placed {
        object.properties.shift_remove(*field);
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
