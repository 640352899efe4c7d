//! A whole plan taken over at once: all of it becomes true, or nothing.

use std::collections::BTreeMap;

use super::campaigns::{add_campaign, change_campaign};
use super::indicators::{add_indicator, change_indicator};
use super::plan_tree::{
    CampaignNode, Fate, IndicatorNode, PlacedPart, PlanNode, PlanTree, TaskNode, in_order, numbered,
};
use super::tasks::{add_task, change_task};
use super::{CampaignEdit, IndicatorEdit, NewCampaign, NewIndicator, NewTask, TaskEdit, external_ids};
use crate::domain::{Invalid, PlanPart, Retiree};
use crate::office::actor::{Deed, Edited};
use crate::office::measures::{MeasureEdit, NewMeasure, add_measure, change_measure};
use crate::office::places::{
    ContactEdit, NewContact, NewUnit, UnitEdit, add_contact, add_unit, change_contact, change_unit,
};
use crate::office::retirement::expect_alive;
use crate::office::{Actor, Office, Refusal};
use crate::store::rows::CampaignMemberRow;
use crate::store::types::{AnyId, CampaignId, Id, TaskId, Thing};

/// How often a plan is begun again because somebody else changed the same things meanwhile.
const TRIES: usize = 3;

/// Takes over a plan: what is not there is made, what is there is changed as far as something is said of it, what the plan does not
/// name stays. Gives what became of each thing, in the order of the document. Nothing is written when anything was refused, or with
/// `dry_run`.
///
/// # Errors
/// When the database fails; what a thing is refused for is told with the thing.
pub async fn put_plan(
    office: &Office,
    actor: &Actor,
    plan: &PlanTree,
    dry_run: bool,
) -> Result<Vec<PlacedPart>, Refusal> {
    let mut tries = 0;
    loop {
        tries += 1;
        let mut deed = office.begin(actor).await?;
        deed.tx().queue_plan().await?;
        deed.tx().refer().await?;
        let mut writer = PlanWriter {
            deed: &mut deed,
            placed: Vec::with_capacity(plan.len()),
            tops: Vec::new(),
            seen: BTreeMap::new(),
        };
        let written = writer.plan(plan).await;
        let placed = writer.placed;
        let overtaken = |fate: &Fate| matches!(fate, Fate::Refused(refusal) if is_overtaken(refusal));
        let again = match &written {
            Err(refusal) => is_overtaken(refusal),
            Ok(()) => placed.iter().any(|one| overtaken(&one.fate)),
        };
        if again && tries < TRIES {
            deed.leave().await;
            continue;
        }
        let refused = placed.iter().any(|one| matches!(one.fate, Fate::Refused(_)));
        if written.is_ok() && (refused || dry_run) {
            deed.leave().await;
            return Ok(placed);
        }
        let same = placed.iter().all(|one| matches!(one.fate, Fate::Unchanged(_)));
        let edited = written.map(|()| if same { Edited::Same(placed) } else { Edited::Changed(placed) });
        return deed.end_edit(edited).await;
    }
}

/// Whether somebody else has changed something meanwhile.
fn is_overtaken(refusal: &Refusal) -> bool {
    matches!(refusal, Refusal::Store(error) if error.is_passing())
}

/// Whether a refusal speaks of the plan, and not of the database.
fn speaks_of_the_plan(refusal: &Refusal) -> bool {
    match refusal {
        Refusal::Store(error) | Refusal::Key { error, .. } => error.is_the_callers(),
        _ => true,
    }
}

/// A plan being written.
struct PlanWriter<'d, 'o> {
    deed: &'d mut Deed<'o>,
    placed: Vec<PlacedPart>,
    /// Tasks at the top of the first campaign, by their numbers.
    tops: Vec<(i32, TaskId)>,
    /// Whom the plan has already spoken of, and where.
    seen: BTreeMap<AnyId, String>,
}

/// What was made of a thing, or found.
enum Put {
    Created(AnyId),
    Updated(AnyId),
    Unchanged(AnyId),
}

impl<K: Thing, T> From<(Id<K>, Edited<T>)> for Put {
    fn from((id, edited): (Id<K>, Edited<T>)) -> Self {
        let id = id.of_any();
        match edited {
            Edited::Changed(_) => Self::Updated(id),
            Edited::Same(_) => Self::Unchanged(id),
        }
    }
}

impl PlanWriter<'_, '_> {
    async fn plan(&mut self, plan: &PlanTree) -> Result<(), Refusal> {
        let mut units = Vec::with_capacity(plan.units.len());
        for index in in_order(&plan.units) {
            let put = self.unit(&plan.units[index]).await;
            self.note(format!("/units/{index}"), PlanPart::Unit, put)?;
            units.push((index, self.placed.pop()));
        }
        units.sort_by_key(|(index, _)| *index);
        self.placed.extend(units.into_iter().filter_map(|(_, placed)| placed));
        for (at, node) in numbered("", "contacts", &plan.contacts) {
            let put = self.contact(node).await;
            self.note(at, PlanPart::Contact, put)?;
        }
        for (at, node) in numbered("", "measures", &plan.measures) {
            let put = self.measure(node).await;
            self.note(at, PlanPart::Measure, put)?;
        }
        let mut waiting: Vec<(String, Option<CampaignId>, &CampaignNode)> =
            numbered("", "campaigns", &plan.campaigns).rev().map(|(at, node)| (at, None, node)).collect();
        let mut first = true;
        while let Some((at, above, node)) = waiting.pop() {
            let put = self.campaign(above, &node.campaign).await;
            match self.note(at.clone(), PlanPart::Campaign, put)? {
                Some(id) => {
                    self.tasks(&at, id.known(), &node.tasks, first).await?;
                    let below = numbered(&at, "campaigns", &node.campaigns).rev();
                    waiting.extend(below.map(|(at, node)| (at, Some(id.known()), node)));
                }
                None => self.skip_campaign(&at, node),
            }
            first = false;
        }
        Ok(())
    }

    /// The tasks of a campaign in the order of the document, each with its indicators.
    async fn tasks(
        &mut self,
        campaign_at: &str,
        campaign: CampaignId,
        tasks: &[TaskNode],
        first: bool,
    ) -> Result<(), Refusal> {
        let mut waiting: Vec<(String, Option<TaskId>, &TaskNode)> =
            numbered(campaign_at, "tasks", tasks).rev().map(|(at, node)| (at, None, node)).collect();
        while let Some((at, above, node)) = waiting.pop() {
            let put = self.task(campaign, above, &node.task).await;
            let Some(id) = self.note(at.clone(), PlanPart::Task, put)? else {
                self.skip_task(&at, node);
                continue;
            };
            if first && above.is_none() {
                self.tops.push((node.task.new.ordinal, id.known()));
            }
            for (at, node) in numbered(&at, "indicators", &node.indicators) {
                let put = self.indicator(id.known(), node).await;
                self.note(at, PlanPart::Indicator, put)?;
            }
            let below = numbered(&at, "tasks", &node.tasks).rev();
            waiting.extend(below.map(|(at, node)| (at, Some(id.known()), node)));
        }
        Ok(())
    }

    /// Notes what became of one thing; gives whom it is, where it is there now.
    fn note(
        &mut self,
        pointer: String,
        part: PlanPart,
        put: Result<Put, Refusal>,
    ) -> Result<Option<AnyId>, Refusal> {
        let (fate, id) = match put {
            Ok(Put::Updated(id)) if self.seen.contains_key(&id) => {
                (Fate::Refused(Box::new(said_twice(&self.seen[&id], part))), Some(id))
            }
            Ok(Put::Created(id)) => (Fate::Created(id.0), Some(id)),
            Ok(Put::Updated(id)) => (Fate::Updated(id.0), Some(id)),
            Ok(Put::Unchanged(id)) => (Fate::Unchanged(id.0), Some(id)),
            Err(refusal) if speaks_of_the_plan(&refusal) => (Fate::Refused(Box::new(refusal)), None),
            Err(refusal) => return Err(refusal),
        };
        if let Some(id) = id {
            self.seen.entry(id).or_insert_with(|| pointer.clone());
        }
        self.placed.push(PlacedPart { pointer, part, fate });
        Ok(id)
    }

    fn skip(&mut self, pointer: String, part: PlanPart) {
        self.placed.push(PlacedPart { pointer, part, fate: Fate::Skipped });
    }

    fn skip_campaign(&mut self, at: &str, node: &CampaignNode) {
        let mut waiting = vec![(at.to_owned(), node)];
        while let Some((at, node)) = waiting.pop() {
            for (at, task) in numbered(&at, "tasks", &node.tasks) {
                self.skip(at.clone(), PlanPart::Task);
                self.skip_task(&at, task);
            }
            for (at, below) in numbered(&at, "campaigns", &node.campaigns) {
                self.skip(at.clone(), PlanPart::Campaign);
                waiting.push((at, below));
            }
        }
    }

    fn skip_task(&mut self, at: &str, node: &TaskNode) {
        let mut waiting = vec![(at.to_owned(), node)];
        while let Some((at, node)) = waiting.pop() {
            for (at, _) in numbered(&at, "indicators", &node.indicators) {
                self.skip(at, PlanPart::Indicator);
            }
            for (at, below) in numbered(&at, "tasks", &node.tasks) {
                self.skip(at.clone(), PlanPart::Task);
                waiting.push((at, below));
            }
        }
    }

    /// Whom another system means, or else who has the natural key.
    async fn known<N, E, K: Thing>(
        &mut self,
        part: PlanPart,
        node: &PlanNode<N, E>,
        natural: Option<Id<K>>,
    ) -> Result<Option<Id<K>>, Refusal> {
        let Some(key) = &node.external_id else { return Ok(natural) };
        let key = external_ids::checked(key)?;
        if let Some(known) = self.deed.tx().find_external(part, &key).await? {
            return Ok(Some(known.known()));
        }
        let Some(natural) = natural else { return Ok(None) };
        match self.deed.tx().list_external_ids(&[natural.of_any()]).await?.remove(&natural.of_any()) {
            None => Ok(Some(natural)),
            Some(other) => {
                let detail =
                    format!("已有同名的{}，其外部编号是“{other}”，请核对外部编号或名称。", part.chinese());
                Err(Invalid::new("external_id", "other", detail).into())
            }
        }
    }

    async fn unit(&mut self, node: &PlanNode<NewUnit, UnitEdit>) -> Result<Put, Refusal> {
        let region = self.deed.region("region", &node.new.region).await?.id;
        let natural = self.deed.tx().find_unit_named(region, &node.new.name).await?;
        let Some(id) = self.known(PlanPart::Unit, node, natural).await? else {
            return Ok(Put::Created(add_unit(self.deed, node.new.clone()).await?.id.of_any()));
        };
        let seen = self.deed.tx().find_unit(id).await?.ok_or(Refusal::NotFound("责任单位"))?;
        expect_alive("name", Retiree::Unit, (&seen.name, seen.retired_on))?;
        expect_same("region", seen.region_id == region)?;
        Ok((id, change_unit(self.deed, seen, node.edit.clone()).await?).into())
    }

    async fn contact(&mut self, node: &PlanNode<NewContact, ContactEdit>) -> Result<Put, Refusal> {
        let unit = self.deed.unit("unit", &node.new.unit).await?.id;
        let natural = self.deed.tx().find_contact_at(unit, node.new.email.trim(), node.new.role).await?;
        let Some(id) = self.known(PlanPart::Contact, node, natural.map(|row| row.id)).await? else {
            return Ok(Put::Created(add_contact(self.deed, node.new.clone()).await?.id.of_any()));
        };
        let seen = self.deed.tx().find_contact(id).await?.ok_or(Refusal::NotFound("联络员"))?;
        expect_same("unit", seen.unit_id == unit)?;
        Ok((id, change_contact(self.deed, seen, node.edit.clone()).await?).into())
    }

    async fn measure(&mut self, node: &PlanNode<NewMeasure, MeasureEdit>) -> Result<Put, Refusal> {
        let natural = self.deed.tx().find_measure_named(&node.new.name).await?;
        let Some(id) = self.known(PlanPart::Measure, node, natural).await? else {
            return Ok(Put::Created(add_measure(self.deed, node.new.clone()).await?.0.id.of_any()));
        };
        let row = self.deed.tx().find_measure(id).await?.ok_or(Refusal::NotFound("指标口径"))?;
        expect_alive("name", Retiree::Measure, (&row.name, row.retired_on))?;
        let aliases = self.deed.tx().list_measure_aliases(&[id]).await?;
        let aliases = aliases.into_iter().map(|alias| alias.name).collect();
        Ok((id, change_measure(self.deed, (row, aliases), node.edit.clone()).await?).into())
    }

    async fn campaign(
        &mut self,
        above: Option<CampaignId>,
        node: &PlanNode<NewCampaign, CampaignEdit>,
    ) -> Result<Put, Refusal> {
        let (mut new, mut edit) = (node.new.clone(), node.edit.clone());
        if let Some(above) = above {
            new.parent = Some(above.0.to_string());
            edit.parent = Some(new.parent.clone());
        }
        let region = self.deed.region("region", &new.region).await?.id;
        let natural = self.deed.tx().find_campaign_named(region, new.starts_on, &new.name).await?;
        let Some(id) = self.known(PlanPart::Campaign, node, natural).await? else {
            return Ok(Put::Created(add_campaign(self.deed, new).await?.id.of_any()));
        };
        let seen = super::campaign(self.deed, id).await?;
        expect_alive("name", Retiree::Campaign, (&seen.name, seen.retired_on))?;
        expect_same("region", seen.region_id == region)?;
        let seats: Vec<CampaignMemberRow> =
            self.deed.tx().list_members(&[id]).await?.into_iter().map(|(seat, _)| seat).collect();
        Ok((id, change_campaign(self.deed, seen, &seats, edit).await?).into())
    }

    async fn task(
        &mut self,
        campaign: CampaignId,
        above: Option<TaskId>,
        node: &PlanNode<NewTask, TaskEdit>,
    ) -> Result<Put, Refusal> {
        let parent = above.map(|id| id.0.to_string());
        let natural = self.deed.tx().find_task_named(campaign, above, &node.new.name).await?;
        let Some(id) = self.known(PlanPart::Task, node, natural).await? else {
            let new = NewTask { campaign: campaign.0.to_string(), parent, ..node.new.clone() };
            return Ok(Put::Created(add_task(self.deed, new).await?.id.of_any()));
        };
        let seen = self.deed.tx().find_task(id).await?.ok_or(Refusal::NotFound("任务"))?;
        expect_alive("name", Retiree::Task, (&seen.name, seen.retired_on))?;
        expect_same("campaign", seen.campaign_id == campaign)?;
        let edit = TaskEdit { parent: Some(parent), ..node.edit.clone() };
        Ok((id, change_task(self.deed, seen, edit).await?).into())
    }

    async fn indicator(&mut self, task: TaskId, node: &IndicatorNode) -> Result<Put, Refusal> {
        let (new, edit) = (&node.indicator.new, &node.indicator.edit);
        let measure = self.deed.measure("measure", &new.measure).await?.id;
        let region = self.deed.region("region", &new.region).await?;
        let natural = self.deed.tx().find_indicator_at(task, measure, region.id).await?;
        let put = match self.known(PlanPart::Indicator, &node.indicator, natural).await? {
            None => {
                let new = NewIndicator { task, ..new.clone() };
                Put::Created(add_indicator(self.deed, new).await?.id.of_any())
            }
            Some(id) => {
                let seen = self.deed.tx().find_indicator(id).await?.ok_or(Refusal::NotFound("指标"))?;
                expect_alive("measure", Retiree::Indicator, (&seen.measure.1, seen.indicator.retired_on))?;
                expect_same("measure", seen.measure.0 == measure)?;
                expect_same("region", seen.region.0 == region.code)?;
                let edit = IndicatorEdit { task: Some(task), ..edit.clone() };
                (id, change_indicator(self.deed, &seen, edit).await?).into()
            }
        };
        if let Put::Created(id) = put {
            let cited: Vec<TaskId> = self
                .tops
                .iter()
                .filter(|(number, _)| node.cited_by.contains(number))
                .map(|(_, top)| *top)
                .collect();
            for top in cited {
                let citation = Id::of(self.deed.office().clock.new_id());
                self.deed.tx().cite_indicator(citation, id.known(), top).await?;
            }
        }
        Ok(put)
    }
}

/// The refusal of something that the document has said otherwise at `first`.
fn said_twice(first: &str, part: PlanPart) -> Refusal {
    let detail = format!("与“{first}”是同一{}，所写内容却不同，请只保留一项。", part.chinese());
    Invalid::new("", "duplicate", detail).into()
}

/// Refuses another value of what cannot be changed.
fn expect_same(field: &str, same: bool) -> Result<(), Invalid> {
    if same {
        return Ok(());
    }
    let detail = "与已有的不一致，且不能修改；如确已变化，请停用原有的后另建。";
    Err(Invalid::new(field, "fixed", detail))
}
