//! Tasks and indicators of a plan that is drafted.

use std::collections::{BTreeSet, HashMap};

use chrono::NaiveDate;
use uuid::Uuid;

use super::Spot;
use super::plan_draft::{Drafting, cut};
use super::plan_items::{PlanItem, PlanItemOutcome};
use super::plan_source::SourcePart;
use crate::domain::{
    Invalid, PlanPart, ResponsibilityRole, WrittenBenchmark, WrittenTarget, folded, lengths,
};
use crate::office::plans::{
    IndicatorEdit, IndicatorNode, NewIndicator, NewPart, NewTask, PlanNode, TaskEdit, TaskNode,
};
use crate::reading::plan::proposal::ProposedTarget;
use crate::store::types::Id;

/// The task that holds the targets of a whole part.
const AIMS: &str = "总体目标";

impl Drafting<'_> {
    /// The tasks of a part, each below its section.
    pub(super) fn tasks(&mut self, at: &str, part: &SourcePart, nodes: &mut Vec<TaskNode>) {
        // What parts things of one name: not the place of the part, which shifts when one before it is left out.
        let own = part.name.as_deref().unwrap_or_default();
        if !part.aims.is_empty() {
            let index = nodes.len();
            let node = self.node(index, AIMS, &[], &[], false);
            nodes.push(node);
            let mut item = PlanItem::new(PlanPart::Task, own, AIMS);
            let task_at = format!("{at}/tasks/{index}");
            item.pointer = Some(task_at.clone());
            self.items.push(item);
            let indicators = self.indicators(&task_at, (AIMS, None), &part.aims);
            nodes[index].indicators = indicators;
        }
        let mut sections: HashMap<String, usize> = HashMap::new();
        let mut known: HashMap<(Option<usize>, String), usize> = HashMap::new();
        for task in &part.tasks {
            let section = task.section.as_deref().map(|name| cut(name, lengths::TASK));
            let above = section.as_ref().map(|name| {
                *sections.entry(folded(name)).or_insert_with(|| {
                    nodes.push(self.node(nodes.len(), name, &[], &[], false));
                    let mut item = PlanItem::new(PlanPart::Task, own, name);
                    item.pointer = Some(format!("{at}/tasks/{}", nodes.len() - 1));
                    self.items.push(item);
                    nodes.len() - 1
                })
            });
            let name = cut(&task.name, lengths::TASK);
            let mut item = PlanItem::new(PlanPart::Task, &format!("{own}|{section:?}"), &name);
            item.spot = Some(Spot::of(task.place, self.sheets));
            item.phrase = cut(&task.text, 2_000);
            item.within.clone_from(&section);
            (item.lead, item.support, item.due) = (task.lead.clone(), task.support.clone(), task.due);
            if self.dropped.contains(&item.key) {
                item.outcome = PlanItemOutcome::LeftOut;
                self.items.push(item);
                continue;
            }
            let prefix = above.map_or_else(|| at.to_owned(), |above| format!("{at}/tasks/{above}"));
            let siblings = match above {
                Some(above) => &mut nodes[above].tasks,
                None => &mut *nodes,
            };
            let index = match known.get(&(above, folded(&name))) {
                // Its units and targets are added to those of the row before.
                Some(index) => {
                    let more = self.node(*index, &name, &task.lead, &task.support, task.open);
                    joined(&mut siblings[*index], more);
                    *index
                }
                None => {
                    let node = self.node(siblings.len(), &name, &task.lead, &task.support, task.open);
                    siblings.push(node);
                    known.insert((above, folded(&name)), siblings.len() - 1);
                    item.pointer = Some(format!("{prefix}/tasks/{}", siblings.len() - 1));
                    self.items.push(item);
                    siblings.len() - 1
                }
            };
            let promised = self.indicators_beside(
                &format!("{prefix}/tasks/{index}"),
                (&name, task.due),
                (&task.targets, siblings[index].indicators.len()),
                &siblings[index].indicators,
            );
            siblings[index].indicators.extend(promised);
        }
    }

    fn node(&self, index: usize, name: &str, lead: &[String], support: &[String], open: bool) -> TaskNode {
        let mut taken = BTreeSet::new();
        let mut parts = Vec::new();
        for (names, role) in [(lead, ResponsibilityRole::Lead), (support, ResponsibilityRole::Support)] {
            for unit in names.iter().filter_map(|name| self.key_of(name)) {
                if taken.insert(unit.clone()) {
                    parts.push(NewPart { unit, role });
                }
            }
        }
        let new = NewTask {
            campaign: String::new(),
            parent: None,
            ordinal: i32::try_from(index + 1).unwrap_or(0),
            name: name.to_owned(),
            parts: parts.clone(),
            units_open: open,
            external_id: None,
        };
        let edit = TaskEdit {
            parts: Some(parts).filter(|parts| !parts.is_empty()),
            units_open: Some(open).filter(|_| !taken.is_empty()),
            why: self.why.clone(),
            ..TaskEdit::default()
        };
        TaskNode {
            task: PlanNode { external_id: None, new, edit },
            indicators: Vec::new(),
            tasks: Vec::new(),
        }
    }

    fn indicators(
        &mut self,
        at: &str,
        of: (&str, Option<NaiveDate>),
        targets: &[ProposedTarget],
    ) -> Vec<IndicatorNode> {
        self.indicators_beside(at, of, (targets, 0), &[])
    }

    /// Indicators of a task's targets, those of a row of it that came before beside them.
    fn indicators_beside(
        &mut self,
        at: &str,
        (task, due): (&str, Option<NaiveDate>),
        (targets, from): (&[ProposedTarget], usize),
        before: &[IndicatorNode],
    ) -> Vec<IndicatorNode> {
        let mut taken: BTreeSet<String> =
            before.iter().map(|node| folded(&node.indicator.new.measure)).collect();
        let mut nodes = Vec::new();
        for (nth, proposed) in targets.iter().enumerate() {
            let target = &proposed.target;
            let spot = Spot::of(proposed.place, self.sheets);
            // Not by its pointer, which shifts when something before it is left out.
            let key = format!("{task}|{}|{}|{nth}", spot.words, proposed.phrase);
            let mut item = PlanItem::new(PlanPart::Indicator, &key, target.indicator.trim());
            item.phrase.clone_from(&proposed.phrase);
            item.within = Some(task.to_owned());
            (item.spot, item.target, item.due) = (Some(spot), Some(target.clone()), due);
            let known = self.names.measure(target, self.terms);
            let made = self.made.get(&folded(&target.indicator)).map(|index| &self.tree.measures[*index].new);
            let measure = known
                .map(|row| (row.id.0.to_string(), row.name.clone(), row.unit.clone()))
                .or_else(|| made.map(|new| (new.name.clone(), new.name.clone(), new.unit.clone())));
            if self.dropped.contains(&item.key) {
                item.outcome = PlanItemOutcome::LeftOut;
            } else if let Some((measure, name, unit)) = measure {
                item.matched = Some(name.clone());
                if taken.insert(folded(&measure)) {
                    item.pointer = Some(format!("{at}/indicators/{}", from + nodes.len()));
                    nodes.push(self.indicator(measure, (proposed, &unit), due));
                } else {
                    item.outcome = PlanItemOutcome::Repeated;
                    let why = format!(
                        "同一任务已有“{name}”的目标，一项任务对一个指标只能有一个目标。请核对后保留一个。"
                    );
                    item.why.push(Invalid::new("measure", "repeated", why));
                }
            } else {
                item.outcome = PlanItemOutcome::Unmatched;
                let why = if target.indicator.trim().is_empty() {
                    "没有读出是哪项指标，请人工录入。".to_owned()
                } else {
                    format!(
                        "没有名为“{}”的指标口径。请加上这个别名，或用measures写明是哪一个，或以new_names新建。",
                        target.indicator.trim()
                    )
                };
                item.why.push(Invalid::new("measure", "unknown", why));
            }
            self.items.push(item);
        }
        nodes
    }

    fn indicator(
        &self,
        measure: String,
        (proposed, unit): (&ProposedTarget, &str),
        due: Option<NaiveDate>,
    ) -> IndicatorNode {
        let target = written(proposed, unit);
        let due = due.filter(|day| *day >= self.terms.seat.starts_on);
        let new = NewIndicator {
            task: Id::of(Uuid::nil()),
            measure,
            region: self.terms.seat.region.clone(),
            target: Some(target.clone()),
            curve: None,
            baseline: None,
            window_start: None,
            window_end: due,
            parts: Vec::new(),
            external_id: None,
        };
        let edit = IndicatorEdit {
            target: Some(Some(target)),
            window_end: due,
            why: self.why.clone(),
            ..IndicatorEdit::default()
        };
        IndicatorNode { indicator: PlanNode { external_id: None, new, edit }, cited_by: Vec::new() }
    }
}

/// Adds the units of a second row of one task.
fn joined(node: &mut TaskNode, more: TaskNode) {
    for part in more.task.new.parts {
        if node.task.new.parts.iter().all(|one| one.unit != part.unit) {
            node.task.new.parts.push(part);
        }
    }
    node.task.new.units_open |= more.task.new.units_open;
    let parts = Some(node.task.new.parts.clone()).filter(|parts| !parts.is_empty());
    node.task.edit.units_open = parts.as_ref().map(|_| node.task.new.units_open);
    node.task.edit.parts = parts;
}

/// The target as it is kept.
fn written(proposed: &ProposedTarget, measure_unit: &str) -> WrittenTarget {
    let phrase = cut(proposed.phrase.trim(), lengths::PHRASE);
    let target = proposed.target.clone().promise(&phrase).held_by_growth(measure_unit).none_in(measure_unit);
    WrittenTarget {
        kind: Some(target.kind),
        comparator: target.comparator,
        value: target.value,
        value_hi: target.value_hi,
        unit: Some(target.unit),
        hedge: target.hedge,
        phrase: Some(target.phrase),
        benchmark: target.benchmark.map(WrittenBenchmark::Named),
    }
}
