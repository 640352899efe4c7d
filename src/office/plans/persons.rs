//! What persons say: verdicts on targets without a number, and reports on the nodes of milestones. Both are append-only.

use chrono::NaiveDate;
use rust_decimal::Decimal;

use crate::domain::kind::ReportedBy;
use crate::domain::{Curve, Grade, Invalid, Node, invalid, lengths};
use crate::office::{Actor, Office, Refusal};
use crate::store::rows::{IndicatorRow, NodeReportRow, PersonVerdictRow};
use crate::store::types::{Id, IndicatorId};
use crate::store::{StoreError, curves};

/// The indicator, when its target is of a kind that is reported so.
async fn indicator(
    office: &Office,
    id: IndicatorId,
    by: ReportedBy,
    refusal: &str,
) -> Result<IndicatorRow, Refusal> {
    let found = office.store.find_indicator(id).await?;
    let row = found.ok_or(Refusal::NotFound("指标"))?.indicator;
    match row.target.target() {
        Some(target) if target.kind.row().reported_by == by => Ok(row),
        _ => Err(Invalid::new("", "other_kind", refusal).into()),
    }
}

/// The indicator, when its progress is told by its nodes.
///
/// # Errors
/// [`Refusal::NotFound`], [`Refusal::Invalid`] for a target of another kind.
pub async fn reported_by_nodes(office: &Office, id: IndicatorId) -> Result<IndicatorRow, Refusal> {
    indicator(office, id, ReportedBy::Nodes, "只有节点类目标有节点，请核对指标。").await
}

/// A day that has come; today unless told.
fn day(office: &Office, field: &str, given: Option<NaiveDate>) -> Result<NaiveDate, Invalid> {
    let today = office.clock.today();
    match given {
        Some(day) if day > today => Err(Invalid::new(field, "out_of_range", "日期不能晚于今天，请核对。")),
        given => Ok(given.unwrap_or(today)),
    }
}

/// What a person says of a target without a number.
#[derive(Debug, Clone)]
pub struct NewPersonVerdict {
    /// Grade; one of progress.
    pub grade: Grade,
    /// What it rests on.
    pub evidence: String,
    /// Who says so.
    pub person: String,
    /// The day it holds for; today unless told.
    pub given_on: Option<NaiveDate>,
}

/// Gives a verdict; a change of mind is another one.
///
/// # Errors
/// [`Refusal::NotFound`], [`Refusal::Invalid`] for a target that is judged by figures or a part that does not fit.
pub async fn give_verdict(
    office: &Office,
    actor: &Actor,
    id: IndicatorId,
    new: NewPersonVerdict,
) -> Result<PersonVerdictRow, Refusal> {
    let refusal = "只有定性目标由人工评定，其余目标按数据研判，请报送观测值。";
    let indicator = indicator(office, id, ReportedBy::Person, refusal).await?;
    if new.grade.severity().is_none() {
        let detail = "人工评定须给出等级，可用：achieved、ahead、on_pace、watch、behind、critical、missed。";
        return Err(Invalid::new("grade", "out_of_range", detail).into());
    }
    let row = PersonVerdictRow {
        id: Id::of(office.clock.new_id()),
        indicator_id: indicator.id,
        grade: new.grade.into(),
        given_on: day(office, "given_on", new.given_on)?,
        evidence: invalid::text("evidence", &new.evidence, lengths::EVIDENCE)?,
        person: invalid::text("person", &new.person, lengths::REPORTER)?,
        recorded_at: office.clock.timestamp(),
    };
    let mut deed = office.begin(actor).await?;
    let made = deed.tx().insert_person_verdict(&row).await;
    deed.end(made).await?;
    Ok(row)
}

/// What a person reports of a node.
#[derive(Debug, Clone)]
pub struct NewNodeReport {
    /// The day of the node.
    pub node: NaiveDate,
    /// Whether it is done.
    pub done: bool,
    /// The day it was done, or was found not to be; today unless told.
    pub reported_on: Option<NaiveDate>,
    /// What it rests on.
    pub evidence: String,
    /// Who says so.
    pub person: String,
}

/// The nodes of an indicator; without any, all is due on the last day of its window.
///
/// # Errors
/// `Corrupt`.
pub fn nodes(row: &IndicatorRow) -> Result<Vec<Node>, StoreError> {
    Ok(match curves::read(&row.curve)? {
        Curve::Nodes(nodes) => nodes,
        _ => vec![Node { on: row.window_end, fraction: Decimal::ONE }],
    })
}

/// Reports on a node; what was reported before stays. Gives the node as well.
///
/// # Errors
/// [`Refusal::NotFound`], [`Refusal::Invalid`] for a target without nodes, a day without a node or a part that does not fit.
pub async fn report_node(
    office: &Office,
    actor: &Actor,
    id: IndicatorId,
    new: NewNodeReport,
) -> Result<(Node, NodeReportRow), Refusal> {
    let indicator = reported_by_nodes(office, id).await?;
    let known = nodes(&indicator)?;
    let Some(node) = known.iter().find(|node| node.on == new.node).copied() else {
        let known: Vec<_> = known.iter().map(|node| node.on.to_string()).collect();
        let detail = format!("没有这一天的节点，可用：{}。", known.join("、"));
        return Err(Invalid::new("node", "unknown", detail).into());
    };
    let row = NodeReportRow {
        id: Id::of(office.clock.new_id()),
        indicator_id: indicator.id,
        node_on: node.on,
        done: new.done,
        reported_on: day(office, "reported_on", new.reported_on)?,
        evidence: invalid::text("evidence", &new.evidence, lengths::EVIDENCE)?,
        person: invalid::text("person", &new.person, lengths::REPORTER)?,
        recorded_at: office.clock.timestamp(),
    };
    let mut deed = office.begin(actor).await?;
    let made = deed.tx().insert_node_report(&row).await;
    deed.end(made).await?;
    Ok((node, row))
}
