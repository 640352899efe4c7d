//! A whole plan taken over at once: all of it becomes true, or nothing.

use super::campaigns::add_campaign;
use super::indicators::add_indicator;
use super::tasks::add_task;
use super::{NewCampaign, NewIndicator, NewTask};
use crate::office::actor::Deed;
use crate::office::measures::{NewMeasure, add_measure};
use crate::office::places::{NewContact, NewUnit, add_contact, add_unit};
use crate::office::{Actor, Office, Refusal};
use crate::store::types::Id;

/// A plan with everybody and everything it names; what is named comes before whoever names it.
#[derive(Debug, Clone, Default)]
pub struct WholePlan {
    /// Units.
    pub units: Vec<NewUnit>,
    /// Their contacts.
    pub contacts: Vec<NewContact>,
    /// What is measured.
    pub measures: Vec<NewMeasure>,
    /// The plan's campaigns, the one above all first.
    pub campaigns: Vec<WholeCampaign>,
}

/// A campaign with its tasks.
#[derive(Debug, Clone)]
pub struct WholeCampaign {
    /// The campaign.
    pub campaign: NewCampaign,
    /// The tasks at the top of its tree.
    pub tasks: Vec<WholeTask>,
}

/// A task with its indicators and what is below it.
#[derive(Debug, Clone)]
pub struct WholeTask {
    /// The task; its campaign and the task above it follow from its place.
    pub task: NewTask,
    /// Its indicators.
    pub indicators: Vec<WholeIndicator>,
    /// Tasks below.
    pub tasks: Vec<WholeTask>,
}

/// An indicator and who else speaks of it.
#[derive(Debug, Clone)]
pub struct WholeIndicator {
    /// The indicator; its task follows from its place.
    pub indicator: NewIndicator,
    /// Tasks at the top of the first campaign that print it again: their numbers.
    pub cited_by: Vec<i32>,
}

/// Takes over a whole plan; gives the number of its indicators.
///
/// # Errors
/// Those of the deeds that make units, contacts, measures, campaigns, tasks and indicators one by one; then nothing of the
/// plan is written.
pub async fn take_over(office: &Office, actor: &Actor, plan: WholePlan) -> Result<usize, Refusal> {
    let mut deed = office.begin(actor).await?;
    let made = write(&mut deed, plan).await;
    deed.end(made).await
}

async fn write(deed: &mut Deed<'_>, plan: WholePlan) -> Result<usize, Refusal> {
    for unit in plan.units {
        add_unit(deed, unit).await?;
    }
    for contact in plan.contacts {
        add_contact(deed, contact).await?;
    }
    for measure in plan.measures {
        add_measure(deed, measure).await?;
    }
    let mut written = Written::default();
    for (place, WholeCampaign { campaign, tasks }) in plan.campaigns.into_iter().enumerate() {
        let campaign = add_campaign(deed, campaign).await?.id;
        written.tasks(deed, campaign, tasks, place == 0).await?;
    }
    Ok(written.indicators)
}

/// What is written so far.
#[derive(Default)]
struct Written {
    /// Tasks at the top of the first campaign, by their numbers.
    tops: Vec<(i32, Id)>,
    indicators: usize,
}

impl Written {
    /// Writes the tasks of a campaign in the order of the document, each with its indicators.
    async fn tasks(
        &mut self,
        deed: &mut Deed<'_>,
        campaign: Id,
        tasks: Vec<WholeTask>,
        first: bool,
    ) -> Result<(), Refusal> {
        let mut waiting: Vec<(Option<Id>, WholeTask)> = tasks.into_iter().map(|task| (None, task)).collect();
        waiting.reverse();
        while let Some((above, WholeTask { task, indicators, tasks })) = waiting.pop() {
            let parent = above.map(|id| id.0.to_string());
            let row = add_task(deed, NewTask { campaign: campaign.0.to_string(), parent, ..task }).await?;
            if first && above.is_none() {
                self.tops.push((row.ordinal, row.id));
            }
            for one in indicators {
                self.indicator(deed, row.id, one).await?;
            }
            waiting.extend(tasks.into_iter().rev().map(|task| (Some(row.id), task)));
        }
        Ok(())
    }

    async fn indicator(&mut self, deed: &mut Deed<'_>, task: Id, one: WholeIndicator) -> Result<(), Refusal> {
        let row = add_indicator(deed, NewIndicator { task: task.0, ..one.indicator }).await?;
        self.indicators += 1;
        let cited = self.tops.iter().filter(|(number, _)| one.cited_by.contains(number));
        for (_, top) in cited {
            let id = Id(deed.office().clock.new_id());
            deed.tx().cite_indicator(id, row.id, *top).await?;
        }
        Ok(())
    }
}
