//! One thing promised in several places of a plan is one matter: it is judged once, and its letter names every place.

use std::collections::HashMap;

use rust_decimal::Decimal;

use super::silence::Silences;
use crate::domain::pace::Assessment;
use crate::domain::{Period, Target};
use crate::evidence::Evidence;
use crate::store::rows::EpisodeRow;
use crate::store::types::{CampaignId, IndicatorId, TaskId};

/// What is known of an indicator, and what follows from it.
pub(super) type Judged = (Evidence, Assessment);

/// An indicator and the others that promise the same.
pub(super) struct Matter {
    /// The one that is judged and whose unit is addressed.
    pub(super) first: Judged,
    /// The others, in the order of the plan.
    pub(super) twins: Vec<IndicatorId>,
}

/// Indicators of one series put together where they promise the same in one tree of campaigns. First is the one that has
/// an open episode already, otherwise the one that stands first in the plan.
pub(super) fn matters(
    group: Vec<Judged>,
    open: &HashMap<IndicatorId, EpisodeRow>,
    silences: &Silences,
) -> Vec<Matter> {
    if group.len() == 1 {
        return group.into_iter().map(|first| Matter { first, twins: Vec::new() }).collect();
    }
    let mut sets: Vec<(Option<Same>, Vec<Judged>)> = Vec::new();
    for one in group {
        let same = Same::of(&one.0, silences);
        match sets.iter_mut().find(|(known, _)| same.is_some() && *known == same) {
            Some((_, set)) => set.push(one),
            None => sets.push((same, vec![one])),
        }
    }
    let matter = |mut set: Vec<Judged>| {
        set.sort_by_key(|(evidence, _)| {
            (!open.contains_key(&evidence.row.id), evidence.row.task_id, evidence.row.id)
        });
        let mut set = set.into_iter();
        let first = set.next()?;
        let mut twins: Vec<(TaskId, IndicatorId)> =
            set.map(|(evidence, _)| (evidence.row.task_id, evidence.row.id)).collect();
        twins.sort_unstable();
        Some(Matter { first, twins: twins.into_iter().map(|(_, id)| id).collect() })
    };
    sets.into_iter().filter_map(|(_, set)| matter(set)).collect()
}

/// What must agree, beside measure and region, for two indicators to be one matter. How the promise is worded and by
/// which curve it is followed need not.
#[derive(PartialEq)]
struct Same {
    root: CampaignId,
    window: Period,
    target: Target,
}

impl Same {
    /// `None` without a target: nothing has been promised twice.
    fn of(evidence: &Evidence, silences: &Silences) -> Option<Self> {
        let target = evidence.grounds.target.as_ref()?;
        let factor = target.factor_to(&evidence.grounds.measure.unit).unwrap_or(Decimal::ONE);
        let value = |value: Option<Decimal>| value.and_then(|value| value.checked_mul(factor));
        let target = Target {
            value: value(target.value),
            value_hi: value(target.value_hi),
            unit: String::new(),
            phrase: String::new(),
            ..target.clone()
        };
        Some(Self { root: silences.root(evidence.row.campaign_id), window: evidence.grounds.window, target })
    }
}
