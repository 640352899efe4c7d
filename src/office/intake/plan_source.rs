//! A plan as it is read out of a file, and what is said of it by whoever takes it in.

use std::collections::{BTreeSet, HashMap};

use chrono::NaiveDate;

use super::UnreadSpot;
use crate::domain::folded;
use crate::reading::plan::proposal::{
    NamedUnit, PlanProposal, ProposedPart, ProposedTarget, ProposedTask, ProposedTaskForce,
};

/// Which campaign a plan becomes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlanSeat {
    /// Its name.
    pub name: String,
    /// 文号.
    pub doc_no: Option<String>,
    /// 发文机关.
    pub issuer: Option<String>,
    /// 机关代字 of its letters, which no plan tells.
    pub letter_mark: Option<String>,
    /// Its region: id, code or name.
    pub region: String,
    /// First day in force.
    pub starts_on: NaiveDate,
    /// Last day in force.
    pub ends_on: NaiveDate,
}

/// What is said of a whole plan by whoever takes it in.
#[derive(Debug, Clone)]
pub struct PlanTerms {
    /// Which campaign it becomes.
    pub seat: PlanSeat,
    /// Whether units and measures that nobody knows are made.
    pub new_names: bool,
    /// Units for names as they are written: id, credit code or name.
    pub units: HashMap<String, String>,
    /// Measures for names as they are written: id, name or other name.
    pub measures: HashMap<String, String>,
    /// Keys of things that are left out.
    pub leave_out: BTreeSet<String>,
    /// Whether what is refused is left out, and the rest taken in.
    pub skip_refused: bool,
    /// Why what is there already changes.
    pub reason: Option<String>,
}

/// A part of a plan as it is read.
#[derive(Debug, Default)]
pub struct SourcePart {
    /// Its name; `None` for the plan itself.
    pub(super) name: Option<String>,
    pub(super) aims: Vec<ProposedTarget>,
    pub(super) tasks: Vec<ProposedTask>,
    pub(super) force: Option<ProposedTaskForce>,
}

impl SourcePart {
    /// The targets of the part, its own and those of its tasks.
    pub(super) fn targets(&self) -> impl Iterator<Item = &ProposedTarget> {
        self.aims.iter().chain(self.tasks.iter().flat_map(|task| &task.targets))
    }

    /// The names of units in it.
    pub(super) fn units(&self) -> Vec<&String> {
        let tasks = self.tasks.iter().flat_map(|task| task.lead.iter().chain(&task.support));
        let force = self.force.iter();
        let force = force.flat_map(|force| force.members.iter().chain(&force.deputies).chain(&force.office));
        tasks.chain(force).collect()
    }
}

/// A plan as it is read, whatever file it came from.
#[derive(Debug, Default)]
pub struct PlanSource {
    pub(super) top: SourcePart,
    pub(super) below: Vec<SourcePart>,
    units: Vec<NamedUnit>,
    /// What was not understood.
    pub unread: Vec<UnreadSpot>,
    pub(super) sheets: Vec<String>,
}

impl PlanSource {
    /// Of a document.
    pub fn of_document(plan: PlanProposal) -> Self {
        let unread = plan.unread.into_iter().map(|unread| UnreadSpot::of(unread, &[])).collect();
        let part = |part: ProposedPart| SourcePart {
            name: Some(part.name),
            aims: part.aims,
            tasks: part.tasks,
            force: part.task_force,
        };
        let own: Vec<String> = plan.name.iter().chain(&plan.title).map(|name| folded(name)).collect();
        let single = plan.parts.len() == 1;
        // The body of a plan with annexes is no annex.
        let (body, below): (Vec<ProposedPart>, Vec<ProposedPart>) =
            plan.parts.into_iter().partition(|part| single || own.contains(&folded(&part.name)));
        let mut top = SourcePart { aims: plan.aims, ..SourcePart::default() };
        for one in body {
            top.aims.extend(one.aims);
            top.tasks.extend(one.tasks);
            top.force = one.task_force.or(top.force);
        }
        let below = below.into_iter().map(part).collect();
        Self { top, below, units: plan.units, unread, sheets: Vec::new() }
    }

    /// Of a 任务分解表.
    pub fn of_tasks(tasks: Vec<ProposedTask>, unread: Vec<UnreadSpot>, sheets: Vec<String>) -> Self {
        Self { top: SourcePart { tasks, ..SourcePart::default() }, unread, sheets, ..Self::default() }
    }

    /// All its parts.
    pub(super) fn parts(&self) -> Vec<&SourcePart> {
        std::iter::once(&self.top).chain(&self.below).collect()
    }

    /// Units that it names, with their other names.
    pub(super) fn named(&self) -> &[NamedUnit] {
        &self.units
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_body_of_a_plan_is_no_annex_of_its_own() {
        let part = |name: &str| ProposedPart { name: name.to_owned(), ..ProposedPart::default() };
        let of = |parts: Vec<ProposedPart>| {
            let name = Some("七大攻坚".to_owned());
            PlanSource::of_document(PlanProposal { name, parts, ..PlanProposal::default() })
        };
        let annexed = of(vec![part("七大攻坚"), part("内需攻坚"), part("民生攻坚")]);
        let names: Vec<_> = annexed.below.iter().filter_map(|part| part.name.as_deref()).collect();
        assert_eq!(names, ["内需攻坚", "民生攻坚"]);
        assert!(of(vec![part("若干措施")]).below.is_empty(), "a plan without annexes is its own only part");
    }
}
