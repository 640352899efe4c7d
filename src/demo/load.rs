//! The sample campaign put into a database.

use chrono::NaiveDate;

use super::catalog::{self, SampleResponsibility, SampleTarget, SampleTask, SubCampaign};
use crate::domain::smell::Habit;
use crate::domain::{
    Basis, Better, Frequency, Issuing, PlanPart, ResponsibilityRole, WrittenBenchmark, WrittenTarget,
};
use crate::office::measures::NewMeasure;
use crate::office::places::{NewContact, NewUnit};
use crate::office::plans::{
    CampaignNode, Fate, IndicatorNode, NewCampaign, NewIndicator, NewPart, NewTask, PlacedPart, PlanNode,
    PlanTree, TaskNode, put_plan,
};
use crate::office::{Actor, Office, Refusal, observations};
use crate::store::StoreError;
use crate::store::rows::{FactWrite, ObservationRow, Recorded};
use crate::store::types::{Id, Number};

/// 机关代字 of the sample's letters; invented, like its mailboxes.
const LETTER_MARK: &str = "湘攻坚函";
/// Unit of measures that have no number.
const NO_UNIT: &str = "无";

/// What was loaded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Loaded {
    /// Indicators.
    pub indicators: usize,
    /// Observations.
    pub observations: usize,
}

/// Loads plan and report; `None` when all of it is there already.
///
/// # Errors
/// When the database fails or the built-in data do not fit the rules.
pub async fn load(office: &Office) -> Result<Option<Loaded>, Refusal> {
    let corrupt = |error: serde_json::Error| StoreError::Corrupt(format!("built-in data: {error}"));
    let (plan, report) = (catalog::plan().map_err(corrupt)?, catalog::report().map_err(corrupt)?);
    let measures = catalog::measures().map_err(corrupt)?;
    // Before the plan, so that with a clock that stands still they have the same ids in every run.
    let rows: Vec<_> = report.observations.iter().map(|fact| observation(office, fact, &report)).collect();
    let tree = Sample(&plan).tree(&measures);
    let indicators = made(put_plan(office, &Actor::technician(), &tree, false).await?)?;
    // A run that was killed after the plan left the facts out: they are always offered, and known ones change nothing.
    let mut facts = Vec::new();
    for (fact, row) in report.observations.iter().zip(rows) {
        let at = office.read.resolve_region(&fact.region).await?.id;
        let measure = office.read.resolve_measure(&fact.measure).await?;
        let habit = Habit::of(&measure.name, &measure.unit);
        facts.push(FactWrite {
            measure: measure.id,
            region: at,
            habit,
            row,
            sources: measure.sources().into(),
            stated: Vec::new(),
        });
    }
    let puts = observations::record(office, &Actor::technician(), &facts, false).await?;
    let observations = puts.iter().filter(|put| put.outcome == Recorded::Created).count();
    let any = indicators > 0 || observations > 0;
    Ok(any.then_some(Loaded { indicators, observations }))
}

/// How many indicators were made.
fn made(placed: Vec<PlacedPart>) -> Result<usize, Refusal> {
    let mut count = 0;
    for one in placed {
        match one.fate {
            Fate::Refused(refusal) => return Err(*refusal),
            Fate::Created(_) if one.part == PlanPart::Indicator => count += 1,
            _ => {}
        }
    }
    Ok(count)
}

/// A thing of which nothing is said once it is there.
fn node<N, E: Default>(new: N) -> PlanNode<N, E> {
    PlanNode { external_id: None, new, edit: E::default() }
}

fn observation(
    office: &Office,
    fact: &catalog::SampleObservation,
    report: &catalog::SampleReport,
) -> ObservationRow {
    ObservationRow {
        id: Id::of(office.clock.new_id()),
        series_id: 0,
        period_start: fact.period_start,
        period_end: fact.period_end,
        basis: fact.basis.into(),
        figure: fact.figure.into(),
        vintage: 0,
        value: Number(fact.value),
        status: fact.status.into(),
        source: report.source.clone(),
        published_on: report.published_on,
        recorded_at: office.clock.timestamp(),
        of: None,
        partial: fact.basis != Basis::Point && is_cut_short(fact.period_end),
        doubts: String::new(),
        stage: None,
        vouched_by: None,
    }
}

/// Whether a period that ends on this day was cut short: the sample's report says 截至8月25日 where it is.
fn is_cut_short(end: NaiveDate) -> bool {
    end.succ_opt().is_some_and(|next| chrono::Datelike::day(&next) != 1)
}

/// The plan, as the deed that puts it in wants it.
struct Sample<'a>(&'a catalog::Plan);

impl Sample<'_> {
    fn tree(&self, measures: &[catalog::SampleMeasure]) -> PlanTree {
        let plan = self.0;
        let below = plan.sub_campaigns.iter().map(|sub| self.campaign(Some(sub))).collect();
        PlanTree {
            units: plan.units.iter().map(|unit| node(self.unit(unit))).collect(),
            contacts: plan.units.iter().flat_map(|unit| self.contacts(unit)).map(node).collect(),
            measures: measures.iter().map(|measure| node(self.measure(measure))).collect(),
            campaigns: vec![CampaignNode { campaigns: below, ..self.campaign(None) }],
        }
    }

    fn unit(&self, unit: &catalog::SampleUnit) -> NewUnit {
        let region = self.0.campaign.region.clone();
        NewUnit {
            name: unit.name.clone(),
            region,
            parent: None,
            credit_code: None,
            aliases: Vec::new(),
            external_id: None,
        }
    }

    fn contacts(&self, unit: &catalog::SampleUnit) -> Vec<NewContact> {
        let contact = |one: catalog::SampleContact| NewContact {
            unit: unit.name.clone(),
            name: one.name,
            email: one.email,
            phone: None,
            role: one.role,
            valid_from: Some(self.0.campaign.issued_on),
            valid_to: None,
            external_id: None,
        };
        unit.contacts().into_iter().map(contact).collect()
    }

    /// A measure; where a target says 保持, so does its measure.
    fn measure(&self, measure: &catalog::SampleMeasure) -> NewMeasure {
        let placed = self.0.placed_targets();
        let held =
            placed.iter().any(|one| one.target.measure == measure.name && one.target.better == Better::Hold);
        NewMeasure {
            name: measure.name.clone(),
            aliases: measure.aliases.clone(),
            unit: measure.unit.clone().unwrap_or_else(|| NO_UNIT.to_owned()),
            basis: measure.basis,
            better: if held { Better::Hold } else { measure.better },
            frequency: measure.frequency.unwrap_or(Frequency::Yearly),
            release_day: measure.release_day,
            precision: measure.precision,
            external_id: None,
            sources: Vec::new(),
            stages: Vec::new(),
        }
    }

    /// A part of the plan with its tasks, or the whole with its own.
    fn campaign(&self, sub: Option<&SubCampaign>) -> CampaignNode {
        let whole = &self.0.campaign;
        let mailbox = self.0.units.iter().find(|unit| unit.name == whole.coordinator);
        let workforce = sub.map(|sub| &sub.workforce);
        let campaign = NewCampaign {
            name: sub.map_or(&whole.name, |sub| &sub.name).clone(),
            doc_no: sub.is_none().then(|| whole.doc_no.clone()),
            region: whole.region.clone(),
            starts_on: whole.starts_on,
            ends_on: whole.ends_on,
            parent: None,
            ordinal: sub.map_or(0, |sub| sub.ordinal.cast_signed()),
            office_unit: workforce.map(|one| one.office_unit.clone()),
            workforce: workforce.map(|one| one.name.clone()),
            convener: workforce.map(|one| one.convener.clone()),
            deputy_conveners: workforce.map(|one| one.deputy_conveners.clone()).unwrap_or_default(),
            members: workforce.map(|one| one.members.clone()).unwrap_or_default(),
            members_open: workforce.is_some_and(|one| one.members_open_list),
            rule_pack: Some("standard".to_owned()),
            issuing: Some(Issuing::Automatic),
            signed: None,
            issuer_name: Some(whole.coordinator.clone()),
            letter_mark: Some(LETTER_MARK.to_owned()),
            reply_working_days: Some(5),
            contact_name: Some(format!("{}联络员", whole.coordinator)),
            contact_phone: None,
            contact_email: mailbox.map(|unit| format!("{}@example.org", unit.mailbox)),
            external_id: None,
        };
        let tasks = sub.map_or(&whole.tasks, |sub| &sub.tasks);
        let tasks = tasks.iter().map(|task| self.task(task)).collect();
        CampaignNode { campaign: node(campaign), tasks, campaigns: Vec::new() }
    }

    fn task(&self, task: &SampleTask) -> TaskNode {
        let responsibility = task.responsibility.as_ref();
        let new = NewTask {
            campaign: String::new(),
            parent: None,
            ordinal: task.ordinal.cast_signed(),
            name: task.name.clone(),
            parts: responsibility.map(parts).unwrap_or_default(),
            units_open: responsibility.is_some_and(|one| one.open_list),
            external_id: None,
        };
        TaskNode {
            task: node(new),
            indicators: task.targets.iter().map(|target| self.indicator(target)).collect(),
            tasks: task.tasks.iter().map(|task| self.task(task)).collect(),
        }
    }

    fn indicator(&self, target: &SampleTarget) -> IndicatorNode {
        let indicator = NewIndicator {
            task: Id::of(uuid::Uuid::nil()),
            measure: target.measure.clone(),
            region: self.0.campaign.region.clone(),
            target: Some(promise(target)),
            curve: None,
            baseline: None,
            window_start: None,
            window_end: None,
            parts: Vec::new(),
            external_id: None,
        };
        IndicatorNode {
            indicator: node(indicator),
            cited_by: target.cited_by.iter().map(|number| number.cast_signed()).collect(),
        }
    }
}

fn parts(responsibility: &SampleResponsibility) -> Vec<NewPart> {
    let part = |role| move |unit: &String| NewPart { unit: unit.clone(), role };
    let leads = responsibility.lead.iter().map(part(ResponsibilityRole::Lead));
    leads.chain(responsibility.support.iter().map(part(ResponsibilityRole::Support))).collect()
}

fn promise(target: &SampleTarget) -> WrittenTarget {
    let hedge: Vec<&str> = target.hedges.iter().map(|hedge| hedge.as_str()).collect();
    let against = target.benchmark.as_ref();
    let benchmark = against.and_then(|one| one.region.clone().or_else(|| one.measure.clone()));
    let numberless = target.value.is_none() && !target.kind.row().has_unit_of_its_own();
    WrittenTarget {
        kind: Some(target.kind),
        comparator: target.comparator,
        value: target.value,
        value_hi: target.value_hi,
        unit: target.unit.clone().filter(|_| !numberless),
        hedge: (!hedge.is_empty()).then(|| hedge.join("、")),
        phrase: Some(target.phrase()),
        benchmark: benchmark.map(WrittenBenchmark::Named),
    }
}

/// The day the sample is evaluated as of: that of its monthly report.
pub fn usual_as_of() -> Option<NaiveDate> {
    catalog::report().ok().map(|report| report.published_on)
}
