//! The sample campaign put into a database.

use std::collections::HashMap;

use chrono::{NaiveDate, NaiveDateTime};
use uuid::Uuid;

use super::catalog::{self, Placed, SampleTarget, SampleTask, SubCampaign};
use crate::clock::Clock;
use crate::domain::smell::Habit;
use crate::domain::{Basis, Better, Curve, Frequency, Measure, Target};
use crate::store::rows::{
    CampaignMemberRow, CampaignRow, CitationRow, ContactRow, FactWrite, IndicatorRow, MeasureAliasRow,
    MeasureRow, ObservationRow, PlanRows, Recorded, ResponsibilityRow, TargetColumns, TaskRow, UnitRow,
};
use crate::store::types::{Id, Number};
use crate::store::{Store, StoreError, curves};

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
pub async fn load(store: &Store, clock: &dyn Clock) -> Result<Option<Loaded>, StoreError> {
    let corrupt = |error: serde_json::Error| StoreError::Corrupt(format!("built-in data: {error}"));
    let (plan, report) = (catalog::plan().map_err(corrupt)?, catalog::report().map_err(corrupt)?);
    let measures = catalog::measures().map_err(corrupt)?;
    let region = store.resolve_region(&plan.campaign.region).await?.id;
    let pack = store.resolve_rule_pack("standard").await?.id;
    let mut loader = Loader {
        clock,
        now: clock.timestamp(),
        region,
        pack,
        plan: &plan,
        rows: PlanRows::default(),
        ids: Ids::default(),
    };
    loader.units();
    loader.measures(&measures)?;
    loader.campaigns();
    loader.indicators()?;
    let planned = match store.load_plan(&loader.rows).await {
        Err(StoreError::Duplicate(_)) => false,
        other => other.map(|()| true)?,
    };
    // A run that was killed after the plan left the facts out: they are always offered, and known ones change nothing.
    let mut facts = Vec::new();
    for fact in &report.observations {
        let at = store.resolve_region(&fact.region).await?.id;
        let measure = store.resolve_measure(&fact.measure).await?;
        let habit = Habit::of(&measure.name, &measure.unit);
        let row = loader.observation(fact, &report);
        facts.push(FactWrite { measure: measure.id, region: at, habit, row, stated: Vec::new() });
    }
    let known = store.plan_observations(&facts).await?;
    store.write_observations(&facts, &known).await?;
    let observations = known.puts.iter().filter(|put| put.outcome == Recorded::Created).count();
    let indicators = if planned { loader.rows.indicators.len() } else { 0 };
    Ok((planned || observations > 0).then_some(Loaded { indicators, observations }))
}

/// Ids given so far, by name or by address in the document.
#[derive(Default)]
struct Ids<'p> {
    units: HashMap<&'p str, Id>,
    measures: HashMap<String, Id>,
    tasks: HashMap<*const SampleTask, (Id, Id)>,
    goals: HashMap<u32, Id>,
}

impl Ids<'_> {
    fn measure(&self, name: &str) -> Result<Id, StoreError> {
        self.measures.get(name).copied().ok_or_else(|| StoreError::missing("measure", name))
    }
}

struct Loader<'p> {
    clock: &'p dyn Clock,
    now: NaiveDateTime,
    region: Id,
    pack: Id,
    plan: &'p catalog::Plan,
    rows: PlanRows,
    ids: Ids<'p>,
}

impl<'p> Loader<'p> {
    fn id(&self) -> Id {
        let id: Uuid = self.clock.new_id();
        Id(id)
    }

    fn units(&mut self) {
        for unit in &self.plan.units {
            let id = self.id();
            self.ids.units.insert(&unit.name, id);
            self.rows.units.push(UnitRow {
                id,
                name: unit.name.clone(),
                region_id: self.region,
                parent_id: None,
                credit_code: None,
                created_at: self.now,
                revision: 1,
                updated_at: self.now,
            });
            for contact in unit.contacts() {
                self.rows.contacts.push(ContactRow {
                    id: self.id(),
                    unit_id: id,
                    name: contact.name,
                    email: contact.email,
                    phone: None,
                    role: contact.role.to_owned(),
                    valid_from: self.plan.campaign.issued_on,
                    valid_to: None,
                    created_at: self.now,
                    revision: 1,
                    updated_at: self.now,
                });
            }
        }
    }

    /// Measures; where a target says 保持, so does its measure.
    fn measures(&mut self, measures: &[catalog::SampleMeasure]) -> Result<(), StoreError> {
        let placed = self.plan.placed_targets();
        for measure in measures {
            let held = placed
                .iter()
                .any(|one| one.target.measure == measure.name && one.target.better == Better::Hold);
            let better = if held { Better::Hold } else { measure.better };
            let unit = measure.unit.as_deref().unwrap_or(NO_UNIT);
            let frequency = measure.frequency.unwrap_or(Frequency::Yearly);
            let words = (measure.basis, better, frequency);
            let checked = Measure::new(&measure.name, unit, words, measure.release_day, measure.precision)?;
            let id = self.id();
            self.ids.measures.insert(measure.name.clone(), id);
            self.rows.measures.push(MeasureRow::of(&checked, id, self.now));
            let aliases =
                measure.aliases.iter().map(|name| MeasureAliasRow { name: name.clone(), measure_id: id });
            self.rows.aliases.extend(aliases);
        }
        Ok(())
    }

    fn campaigns(&mut self) {
        let plan = self.plan;
        let parent = self.campaign(&plan.campaign.name, None, None);
        self.tasks(parent, None, &plan.campaign.tasks);
        for goal in &plan.campaign.tasks {
            if let Some((id, _)) = self.ids.tasks.get(&std::ptr::from_ref(goal)) {
                self.ids.goals.insert(goal.ordinal, *id);
            }
        }
        for sub in &plan.sub_campaigns {
            let id = self.campaign(&sub.name, Some(parent), Some(sub));
            let deputies = sub.workforce.deputy_conveners.iter().map(|name| ("deputy_convener", name));
            let members = sub.workforce.members.iter().map(|name| ("member", name));
            for (ordinal, (role, name)) in (1..).zip(deputies.chain(members)) {
                let Some(unit_id) = self.ids.units.get(name.as_str()).copied() else { continue };
                let member = CampaignMemberRow {
                    id: self.id(),
                    campaign_id: id,
                    unit_id,
                    role: role.to_owned(),
                    ordinal,
                };
                self.rows.members.push(member);
            }
            self.tasks(id, None, &sub.tasks);
        }
    }

    fn campaign(&mut self, name: &str, parent_id: Option<Id>, sub: Option<&SubCampaign>) -> Id {
        let whole = &self.plan.campaign;
        let id = self.id();
        let mailbox = self.plan.units.iter().find(|unit| unit.name == whole.coordinator);
        self.rows.campaigns.push(CampaignRow {
            id,
            name: name.to_owned(),
            doc_no: parent_id.is_none().then(|| whole.doc_no.clone()),
            region_id: self.region,
            starts_on: whole.starts_on,
            ends_on: whole.ends_on,
            parent_id,
            ordinal: sub.map_or(0, |sub| sub.ordinal.cast_signed()),
            office_unit_id: sub
                .and_then(|sub| self.ids.units.get(sub.workforce.office_unit.as_str()).copied()),
            workforce: sub.map(|sub| sub.workforce.name.clone()),
            convener: sub.map(|sub| sub.workforce.convener.clone()),
            members_open: sub.is_some_and(|sub| sub.workforce.members_open_list),
            rule_pack_id: self.pack,
            issuing: "automatic".to_owned(),
            issuer_name: whole.coordinator.clone(),
            letter_mark: LETTER_MARK.to_owned(),
            reply_working_days: 5,
            contact_name: Some(format!("{}联络员", whole.coordinator)),
            contact_phone: None,
            contact_email: mailbox.map(|unit| format!("{}@example.org", unit.mailbox)),
            created_at: self.now,
            revision: 1,
            updated_at: self.now,
            inherits: Some(String::new()),
        });
        id
    }

    fn tasks(&mut self, campaign_id: Id, parent_id: Option<Id>, tasks: &'p [SampleTask]) {
        for task in tasks {
            let id = self.id();
            self.ids.tasks.insert(task, (id, campaign_id));
            let responsibility = task.responsibility.as_ref();
            self.rows.tasks.push(TaskRow {
                id,
                campaign_id,
                parent_id,
                ordinal: task.ordinal.cast_signed(),
                name: task.name.clone(),
                units_open: responsibility.is_some_and(|one| one.open_list),
                created_at: self.now,
                revision: 1,
                updated_at: self.now,
            });
            let leads = responsibility.into_iter().flat_map(|one| one.lead.iter().map(|name| ("lead", name)));
            let supports =
                responsibility.into_iter().flat_map(|one| one.support.iter().map(|name| ("support", name)));
            let parts: Vec<_> = leads.chain(supports).collect();
            for (ordinal, (role, name)) in (1..).zip(parts) {
                let Some(unit_id) = self.ids.units.get(name.as_str()).copied() else { continue };
                self.rows.responsibilities.push(ResponsibilityRow {
                    id: self.id(),
                    task_id: Some(id),
                    indicator_id: None,
                    unit_id,
                    role: role.to_owned(),
                    ordinal,
                });
            }
            self.tasks(campaign_id, Some(id), &task.tasks);
        }
    }

    fn indicators(&mut self) -> Result<(), StoreError> {
        for Placed { path, target, .. } in self.plan.placed_targets() {
            let Some(task) = path.last() else { continue };
            let Some((task_id, campaign_id)) = self.ids.tasks.get(&std::ptr::from_ref(*task)).copied() else {
                continue;
            };
            let lead = task.responsibility.as_ref().and_then(|one| one.lead.first());
            let id = self.id();
            let row = IndicatorRow {
                id,
                campaign_id,
                task_id,
                series_id: 0,
                lead_unit_id: lead.and_then(|name| self.ids.units.get(name.as_str()).copied()),
                target: TargetColumns::from(Some(&promise(target)?)),
                curve: curves::write(&Curve::LinearMonths),
                baseline: None,
                window_start: self.plan.campaign.starts_on,
                window_end: self.plan.campaign.ends_on,
                created_at: self.now,
                revision: 1,
                updated_at: self.now,
            };
            self.rows.indicators.push((self.ids.measure(&target.measure)?, self.region, row));
            for goal in &target.cited_by {
                if let Some(task_id) = self.ids.goals.get(goal).copied() {
                    self.rows.citations.push(CitationRow { id: self.id(), indicator_id: id, task_id });
                }
            }
        }
        Ok(())
    }

    fn observation(
        &self,
        fact: &catalog::SampleObservation,
        report: &catalog::SampleReport,
    ) -> ObservationRow {
        ObservationRow {
            id: self.id(),
            series_id: 0,
            period_start: fact.period_start,
            period_end: fact.period_end,
            basis: fact.basis.to_string(),
            figure: fact.figure.to_string(),
            vintage: 0,
            value: Number(fact.value),
            status: fact.status.to_string(),
            source: report.source.clone(),
            published_on: report.published_on,
            recorded_at: self.now,
            of: None,
            partial: fact.basis != Basis::Point && is_cut_short(fact.period_end),
            doubts: String::new(),
        }
    }
}

/// Whether a period that ends on this day was cut short: the sample's report says 截至8月25日 where it is.
fn is_cut_short(end: NaiveDate) -> bool {
    end.succ_opt().is_some_and(|next| chrono::Datelike::day(&next) != 1)
}

fn promise(target: &SampleTarget) -> Result<Target, StoreError> {
    let hedge: Vec<&str> = target.hedges.iter().map(|hedge| hedge.as_str()).collect();
    let against = target.benchmark.as_ref();
    let benchmark = against.and_then(|one| one.region.clone().or_else(|| one.measure.clone()));
    let numberless = target.value.is_none() && !target.kind.row().has_unit_of_its_own();
    let target = Target {
        kind: target.kind,
        comparator: target.comparator,
        value: target.value,
        value_hi: target.value_hi,
        unit: if numberless { String::new() } else { target.unit.clone().unwrap_or_default() },
        hedge: (!hedge.is_empty()).then(|| hedge.join("、")),
        phrase: target.phrase(),
        benchmark,
    };
    Ok(target.checked()?)
}

/// The day the sample is evaluated as of: that of its monthly report.
pub fn usual_as_of() -> Option<NaiveDate> {
    catalog::report().ok().map(|report| report.published_on)
}
