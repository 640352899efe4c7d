//! A plan as one document: everybody and everything in it with what it is to be, each found again by another system's id or by its
//! natural key.

use std::collections::BTreeSet;

use uuid::Uuid;

use super::{CampaignEdit, IndicatorEdit, NewCampaign, NewIndicator, NewTask, TaskEdit};
use crate::domain::{PlanPart, folded};
use crate::office::Refusal;
use crate::office::measures::{MeasureEdit, NewMeasure};
use crate::office::places::{ContactEdit, NewContact, NewUnit, UnitEdit};

/// Most things in one plan.
pub const NODES_MAX: usize = 20_000;

/// One thing of a plan: what it becomes when it is not there yet, and what of it changes when it is.
#[derive(Debug, Clone)]
pub struct PlanNode<N, E> {
    /// What another system calls it.
    pub external_id: Option<String>,
    /// The whole of it.
    pub new: N,
    /// What is said of it.
    pub edit: E,
}

/// A plan; who and what is named comes from here or is there already.
#[derive(Debug, Clone, Default)]
pub struct PlanTree {
    /// Units, in any order; a unit may name another one as the unit above it.
    pub units: Vec<PlanNode<NewUnit, UnitEdit>>,
    /// Their contacts.
    pub contacts: Vec<PlanNode<NewContact, ContactEdit>>,
    /// What is measured.
    pub measures: Vec<PlanNode<NewMeasure, MeasureEdit>>,
    /// The campaigns at the top.
    pub campaigns: Vec<CampaignNode>,
}

/// A campaign with its tasks and the campaigns below it.
#[derive(Debug, Clone)]
pub struct CampaignNode {
    /// The campaign; the campaign above it follows from its place, or is named where it stands at the top.
    pub campaign: PlanNode<NewCampaign, CampaignEdit>,
    /// The tasks at the top of its tree.
    pub tasks: Vec<TaskNode>,
    /// The campaigns below.
    pub campaigns: Vec<CampaignNode>,
}

/// A task with its indicators and the tasks below it.
#[derive(Debug, Clone)]
pub struct TaskNode {
    /// The task; its campaign and the task above it follow from its place.
    pub task: PlanNode<NewTask, TaskEdit>,
    /// Its indicators.
    pub indicators: Vec<IndicatorNode>,
    /// The tasks below.
    pub tasks: Vec<TaskNode>,
}

/// An indicator and who else speaks of it.
#[derive(Debug, Clone)]
pub struct IndicatorNode {
    /// The indicator; its task follows from its place.
    pub indicator: PlanNode<NewIndicator, IndicatorEdit>,
    /// Tasks at the top of the first campaign that print it again: their numbers.
    pub cited_by: Vec<i32>,
}

impl PlanTree {
    /// How many things there are in it.
    pub fn len(&self) -> usize {
        let mut count = self.units.len() + self.contacts.len() + self.measures.len();
        let mut campaigns: Vec<&CampaignNode> = self.campaigns.iter().collect();
        while let Some(campaign) = campaigns.pop() {
            count += 1;
            campaigns.extend(&campaign.campaigns);
            let mut tasks: Vec<&TaskNode> = campaign.tasks.iter().collect();
            while let Some(task) = tasks.pop() {
                count += 1 + task.indicators.len();
                tasks.extend(&task.tasks);
            }
        }
        count
    }

    /// Whether there is nothing in it.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// What became of one thing.
#[derive(Debug)]
pub struct PlacedPart {
    /// Where it stands in the plan: a JSON pointer.
    pub pointer: String,
    /// What it is.
    pub part: PlanPart,
    /// What came of it.
    pub fate: Fate,
}

/// What came of one thing of a plan.
#[derive(Debug)]
pub enum Fate {
    /// It was made.
    Created(Uuid),
    /// It was changed.
    Updated(Uuid),
    /// It said all that already.
    Unchanged(Uuid),
    /// It cannot be.
    Refused(Box<Refusal>),
    /// What it stands below was refused, so that nothing can be said of it.
    Skipped,
}

/// The nodes of a list with their pointers.
pub(super) fn numbered<'n, N>(
    at: &str,
    list: &str,
    nodes: &'n [N],
) -> impl DoubleEndedIterator<Item = (String, &'n N)> + use<'n, N> {
    let at = format!("{at}/{list}");
    nodes.iter().enumerate().map(move |(index, node)| (format!("{at}/{index}"), node))
}

/// Places of units, each after the unit that it names as the one above it; those in a circle come last, as they stand.
pub(super) fn in_order(units: &[PlanNode<NewUnit, UnitEdit>]) -> Vec<usize> {
    let mut order = Vec::with_capacity(units.len());
    let mut left: Vec<usize> = (0..units.len()).collect();
    let own_names = |unit: &PlanNode<NewUnit, UnitEdit>| {
        let also = unit.external_id.iter().chain(&unit.new.credit_code).chain(&unit.new.aliases);
        std::iter::once(&unit.new.name).chain(also).map(|name| folded(name)).collect::<Vec<_>>()
    };
    while !left.is_empty() {
        let names: BTreeSet<String> = left.iter().flat_map(|at| own_names(&units[*at])).collect();
        let waits = |at: &usize| {
            let above = units[*at].new.parent.as_deref();
            above.is_some_and(|above| names.contains(&folded(above)))
        };
        let (later, now): (Vec<usize>, Vec<usize>) = left.iter().partition(|at| waits(at));
        if now.is_empty() {
            order.extend(later);
            break;
        }
        order.extend(now);
        left = later;
    }
    order
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unit(name: &str, parent: Option<&str>) -> PlanNode<NewUnit, UnitEdit> {
        let new = NewUnit {
            name: name.to_owned(),
            region: "430000".to_owned(),
            parent: parent.map(str::to_owned),
            credit_code: None,
            aliases: Vec::new(),
            external_id: None,
        };
        PlanNode { external_id: None, new, edit: UnitEdit::default() }
    }

    #[test]
    fn a_unit_comes_after_the_one_above_it() {
        let units = [unit("科室", Some("市局")), unit("市局", Some("省厅")), unit("省厅", Some("省政府"))];
        assert_eq!(in_order(&units), [2, 1, 0]);
        let circle = [unit("甲", Some("乙")), unit("乙", Some("甲")), unit("丙", None)];
        assert_eq!(in_order(&circle), [2, 0, 1]);
    }
}
