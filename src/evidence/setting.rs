//! What is the same for all indicators that are judged together: measures, regions, rule packs and what was in force.

use std::collections::HashMap;
use std::sync::Arc;

use chrono::NaiveDate;

use crate::as_of::KnowledgeDate;
use crate::in_force::InForce;
use crate::promise_doubts::PromiseDoubts;
use crate::stored::Evidence;
use xushi_domain::pace::{Compared, Grounds, Past};
use xushi_domain::{DoubtSet, Measure, Observation, RulePack, WorkCalendar};
use xushi_store::rows::{EvaluationRow, PastVerdictRow, RulePackRow};
use xushi_store::types::{CampaignId, IndicatorId, MeasureId, RegionId, RulePackId};
use xushi_store::{Reader, StoreError, rule_packs};

/// What is the same for all indicators of a run.
pub(crate) struct Setting {
    pub(crate) as_of: NaiveDate,
    then: KnowledgeDate,
    /// What was in force on the day.
    pub(crate) in_force: InForce,
    calendar: WorkCalendar,
    measures: HashMap<MeasureId, Arc<Measure>>,
    /// Other names of measures.
    aliases: HashMap<MeasureId, Vec<String>>,
    promises: PromiseDoubts,
    regions: HashMap<RegionId, Arc<str>>,
    pub(crate) packs: HashMap<CampaignId, (RulePackId, Arc<RulePack>)>,
}

impl Setting {
    /// Reads measures, regions and rule packs.
    ///
    /// # Errors
    /// When the database fails or holds what it should not.
    pub async fn load(
        reader: &Reader,
        calendar: &WorkCalendar,
        as_of: NaiveDate,
    ) -> Result<Self, StoreError> {
        let in_force = InForce::load(reader, as_of).await?;
        let mut packs_by_id: HashMap<RulePackId, Arc<RulePack>> = HashMap::new();
        let mut packs = HashMap::new();
        let campaigns: Vec<(CampaignId, RulePackRow)> = reader.list_campaign_packs().await?;
        for (campaign, mut row) in campaigns {
            if let Some(then) = in_force.packs.get(&campaign) {
                let kept = reader.find_rule_pack(*then).await?;
                row = kept.ok_or_else(|| StoreError::missing("rule_pack", then.0))?;
            }
            let pack = match packs_by_id.get(&row.id) {
                Some(pack) => pack.clone(),
                None => Arc::new(rule_packs::read(&row)?),
            };
            packs_by_id.insert(row.id, pack.clone());
            packs.insert(campaign, (row.id, pack));
        }
        let measures = reader
            .list_judged_measures()
            .await?
            .into_iter()
            .map(|row| match in_force.measures.get(&row.id) {
                Some(then) => Ok((row.id, Arc::new(then.clone()))),
                None => Ok((row.id, Arc::new(Measure::try_from(row)?))),
            })
            .collect::<Result<_, StoreError>>()?;
        let mut aliases: HashMap<MeasureId, Vec<String>> = HashMap::new();
        for (id, name) in reader.list_aliases().await? {
            aliases.entry(id).or_default().push(name);
        }
        let regions = reader.list_region_codes().await?;
        let regions = regions.into_iter().map(|(id, code)| (id, Arc::from(code))).collect();
        Ok(Self {
            as_of,
            then: KnowledgeDate::end_of(as_of),
            in_force,
            calendar: calendar.clone(),
            measures,
            aliases,
            promises: PromiseDoubts::default(),
            regions,
            packs,
        })
    }

    /// Recorded verdicts by indicator; those that judged no period say nothing.
    pub(crate) fn histories(rows: &[PastVerdictRow]) -> HashMap<IndicatorId, Vec<Past>> {
        let mut histories: HashMap<IndicatorId, Vec<Past>> = HashMap::new();
        for row in rows {
            if let Some(period_end) = row.data_end {
                let past = Past { period_end, grade: row.grade.0 };
                histories.entry(row.indicator_id).or_default().push(past);
            }
        }
        histories
    }

    /// The evidence on one indicator; what persons said and other series come later.
    pub(crate) fn evidence(
        &self,
        (row, measure, region): (EvaluationRow, MeasureId, RegionId),
        mut own: Vec<Observation>,
        history: Vec<Past>,
    ) -> Result<Evidence, StoreError> {
        let key = (measure, region);
        self.then.retain(&mut own);
        let corrupt = |what: &str| StoreError::Corrupt(format!("{what} of indicator {}", row.id.0));
        let measure = self.measures.get(&measure).ok_or_else(|| corrupt("measure"))?.clone();
        let region = self.regions.get(&region).ok_or_else(|| corrupt("region"))?.clone();
        let (rule_pack_id, pack) =
            self.packs.get(&row.campaign_id).ok_or_else(|| corrupt("rule pack"))?.clone();
        let window = row.window()?;
        let target = row.target.target();
        let aliases = self.aliases.get(&key.0).map_or(&[][..], Vec::as_slice);
        let curve = row.curve()?;
        let doubts = target.as_ref().map_or_else(DoubtSet::default, |target| {
            self.promises.of(target, (key.0, &measure.name, aliases), window, &curve)
        });
        let grounds = Grounds {
            doubts,
            target,
            curve,
            baseline: row.baseline.map(|number| number.0),
            window,
            measure,
            region,
            pack,
            own,
            history,
            overdue_after: None,
            person: None,
            compared: Compared::default(),
        };
        let grounds = grounds.awaiting_reports(&self.calendar);
        Ok(Evidence { row, key, rule_pack_id, grounds })
    }
}
