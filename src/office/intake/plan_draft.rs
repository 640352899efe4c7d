//! A plan that a file proposes as the plan that is put in: units, measures and campaigns; `plan_task_nodes` adds tasks and
//! indicators.

use std::collections::{BTreeMap, BTreeSet};

use super::Spot;
use super::plan_items::{PlanItem, PlanItemOutcome};
use super::plan_names::{PlanNames, UnitMeant, new_measure};
use super::plan_source::{PlanSource, PlanTerms, SourcePart};
use crate::domain::{Invalid, PlanPart, folded, lengths};
use crate::office::ChangeReason;
use crate::office::measures::MeasureEdit;
use crate::office::places::{NewUnit, UnitEdit};
use crate::office::plans::{CampaignEdit, CampaignNode, NewCampaign, PlanNode, PlanTree};
use crate::reading::plan::proposal::ProposedTarget;

/// A plan being drafted.
pub(super) struct Drafting<'a> {
    pub(super) names: &'a PlanNames,
    pub(super) terms: &'a PlanTerms,
    pub(super) sheets: &'a [String],
    /// Keys of what is left out.
    pub(super) dropped: &'a BTreeSet<String>,
    pub(super) why: ChangeReason,
    pub(super) tree: PlanTree,
    pub(super) items: Vec<PlanItem>,
    /// Places of measures that are made, by their folded names.
    pub(super) made: BTreeMap<String, usize>,
}

/// The plan that is put in, and what stands in it beside its words. A measure of which nothing is promised once all that is left
/// out is gone is not made.
pub(super) fn drafted(
    source: &PlanSource,
    names: &PlanNames,
    terms: &PlanTerms,
    dropped: &BTreeSet<String>,
) -> (PlanTree, Vec<PlanItem>) {
    let (tree, items) = drafted_without(source, names, terms, dropped);
    let used = measured(&tree);
    let new = items.iter().filter(|item| item.part == PlanPart::Measure && item.pointer.is_some());
    let idle: BTreeSet<String> = new
        .zip(&tree.measures)
        .filter(|(_, node)| !used.contains(node.new.name.as_str()))
        .map(|(item, _)| item.key.clone())
        .collect();
    if idle.is_empty() {
        return (tree, items);
    }
    let without: BTreeSet<String> = dropped.union(&idle).cloned().collect();
    let (tree, mut items) = drafted_without(source, names, terms, &without);
    items.retain(|item| !idle.contains(&item.key));
    (tree, items)
}

/// Keys of the measures that the indicators of a plan name.
fn measured(tree: &PlanTree) -> BTreeSet<&str> {
    let mut used = BTreeSet::new();
    let mut campaigns: Vec<&CampaignNode> = tree.campaigns.iter().collect();
    while let Some(campaign) = campaigns.pop() {
        campaigns.extend(&campaign.campaigns);
        let mut tasks: Vec<_> = campaign.tasks.iter().collect();
        while let Some(task) = tasks.pop() {
            tasks.extend(&task.tasks);
            used.extend(task.indicators.iter().map(|node| node.indicator.new.measure.as_str()));
        }
    }
    used
}

fn drafted_without(
    source: &PlanSource,
    names: &PlanNames,
    terms: &PlanTerms,
    dropped: &BTreeSet<String>,
) -> (PlanTree, Vec<PlanItem>) {
    let why = ChangeReason { reason: terms.reason.clone(), effective_on: None };
    let (sheets, tree) = (source.sheets.as_slice(), PlanTree::default());
    let mut drafting =
        Drafting { names, terms, sheets, dropped, why, tree, items: Vec::new(), made: BTreeMap::new() };
    drafting.units();
    drafting.measures(source);
    let top = drafting.campaign("/campaigns/0", &source.top, 0);
    let mut node = top;
    for (index, part) in source.below.iter().enumerate() {
        let mut item = PlanItem::new(PlanPart::Campaign, "", part.name.as_deref().unwrap_or_default());
        if dropped.contains(&item.key) {
            item.outcome = PlanItemOutcome::LeftOut;
            drafting.items.push(item);
            continue;
        }
        let at = format!("/campaigns/0/campaigns/{}", node.campaigns.len());
        let below = drafting.campaign(&at, part, index + 1);
        node.campaigns.push(below);
    }
    drafting.tree.campaigns.push(node);
    (drafting.tree, drafting.items)
}

impl Drafting<'_> {
    /// Units that nobody knows: made, or named.
    fn units(&mut self) {
        let mut made = BTreeSet::new();
        for (written, meant) in self.names.units() {
            let (name, why) = match meant {
                UnitMeant::Known(..) => continue,
                UnitMeant::New(name) => (name.clone(), None),
                UnitMeant::Unclear(why) => (written.clone(), Some(why.clone())),
            };
            if !made.insert(folded(&name)) {
                continue;
            }
            let mut item = PlanItem::new(PlanPart::Unit, "", &name);
            if self.dropped.contains(&item.key) {
                item.outcome = PlanItemOutcome::LeftOut;
            } else if let Some(why) = why {
                item.outcome = PlanItemOutcome::Unmatched;
                item.why.push(Invalid::new("unit", "unclear", why));
            } else if !self.terms.new_names {
                item.outcome = PlanItemOutcome::Unmatched;
                let why =
                    format!("没有登记责任单位“{name}”。请登记，或用units写明是哪个单位，或以new_names新建。");
                item.why.push(Invalid::new("unit", "unknown", why));
            } else {
                item.pointer = Some(format!("/units/{}", self.tree.units.len()));
                let aliases = self.names.aliases.get(&name).cloned().unwrap_or_default();
                let new = NewUnit {
                    name: name.clone(),
                    region: self.terms.seat.region.clone(),
                    parent: None,
                    credit_code: None,
                    aliases: aliases.into_iter().take(lengths::UNIT_ALIASES).collect(),
                    external_id: None,
                };
                let edit = UnitEdit { why: self.why.clone(), ..UnitEdit::default() };
                self.tree.units.push(PlanNode { external_id: None, new, edit });
            }
            self.items.push(item);
        }
    }

    /// Measures that nobody knows, made of all that is promised of them.
    fn measures(&mut self, source: &PlanSource) {
        if !self.terms.new_names {
            return;
        }
        let mut wanted: BTreeMap<String, Vec<&ProposedTarget>> = BTreeMap::new();
        for target in source.parts().into_iter().flat_map(SourcePart::targets) {
            if self.names.measure(&target.target, self.terms).is_none() {
                wanted.entry(folded(&target.target.indicator)).or_default().push(target);
            }
        }
        for (name, targets) in wanted {
            let Some(new) = new_measure(&targets) else { continue };
            let mut item = PlanItem::new(PlanPart::Measure, "", &new.name);
            item.phrase.clone_from(&targets[0].phrase);
            item.spot = Some(Spot::of(targets[0].place, self.sheets));
            item.matched = Some(new.unit.clone());
            if self.dropped.contains(&item.key) {
                item.outcome = PlanItemOutcome::LeftOut;
            } else {
                self.made.insert(name, self.tree.measures.len());
                item.pointer = Some(format!("/measures/{}", self.tree.measures.len()));
                let edit = MeasureEdit { why: self.why.clone(), ..MeasureEdit::default() };
                self.tree.measures.push(PlanNode { external_id: None, new, edit });
            }
            self.items.push(item);
        }
    }

    fn campaign(&mut self, at: &str, part: &SourcePart, ordinal: usize) -> CampaignNode {
        let seat = &self.terms.seat;
        let name = part.name.clone().unwrap_or_else(|| seat.name.clone());
        let own = part.name.is_none();
        let doc_no = seat.doc_no.clone().filter(|_| own);
        let force = part.force.clone().unwrap_or_default();
        let members = self.known(&force.members);
        let deputies = self.known(&force.deputies);
        let new = NewCampaign {
            name: cut(&name, lengths::CAMPAIGN),
            doc_no: doc_no.clone(),
            region: seat.region.clone(),
            starts_on: seat.starts_on,
            ends_on: seat.ends_on,
            parent: None,
            ordinal: i32::try_from(ordinal).unwrap_or(0),
            office_unit: force.office.as_ref().and_then(|office| self.key_of(office)),
            workforce: None,
            convener: force.convener.clone().map(|convener| cut(&convener, lengths::OFFICE)),
            deputy_conveners: deputies.clone(),
            members: members.iter().filter(|unit| !deputies.contains(unit)).cloned().collect(),
            members_open: force.open,
            rule_pack: None,
            issuing: None,
            signed: None,
            issuer_name: seat.issuer.clone().filter(|_| own).map(|issuer| cut(&issuer, lengths::OFFICE)),
            letter_mark: seat.letter_mark.clone().filter(|_| own),
            reply_working_days: None,
            contact_name: None,
            contact_phone: None,
            contact_email: None,
            external_id: None,
        };
        let edit =
            CampaignEdit { doc_no: doc_no.map(Some), why: self.why.clone(), ..CampaignEdit::default() };
        let mut item = PlanItem::new(PlanPart::Campaign, "", part.name.as_deref().unwrap_or(&new.name));
        item.pointer = Some(at.to_owned());
        item.support.clone_from(&force.members);
        self.items.push(item);
        let mut node = CampaignNode {
            campaign: PlanNode { external_id: None, new, edit },
            tasks: Vec::new(),
            campaigns: Vec::new(),
        };
        self.tasks(at, part, &mut node.tasks);
        node
    }

    /// What a unit is put in as; `None` for one that is neither known nor made.
    pub(super) fn key_of(&self, written: &str) -> Option<String> {
        match self.names.unit(written)? {
            UnitMeant::Known(id, _) => Some(id.clone()),
            UnitMeant::New(name) => {
                let key = PlanItem::new(PlanPart::Unit, "", name).key;
                (self.terms.new_names && !self.dropped.contains(&key)).then(|| name.clone())
            }
            UnitMeant::Unclear(_) => None,
        }
    }

    fn known(&self, written: &[String]) -> Vec<String> {
        let mut taken = BTreeSet::new();
        let keys = written.iter().filter_map(|name| self.key_of(name));
        keys.filter(|key| taken.insert(key.clone())).collect()
    }
}

/// A text of so many characters at most, on one line where it is a name.
pub(super) fn cut(text: &str, most: usize) -> String {
    let text = text.trim();
    if text.chars().count() <= most {
        return text.to_owned();
    }
    let mut short: String = text.chars().take(most - 1).collect();
    short.push('…');
    short
}
