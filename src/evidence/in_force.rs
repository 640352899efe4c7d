//! What was in force on a day: promises, measures and rule packs of campaigns, where the rows say something else by now.

use std::collections::HashMap;

use chrono::NaiveDate;

use xushi_domain::Measure;
use xushi_store::revisions::{self, CampaignState, IndicatorState};
use xushi_store::rows::{EvaluationRow, RevisionOf, RevisionRow};
use xushi_store::types::{AnyId, CampaignId, Id, MeasureId, RegionId, RulePackId};
use xushi_store::{Reader, StoreError};

/// What was in force on one day where the rows say something else by now.
#[derive(Debug)]
pub struct InForce {
    as_of: NaiveDate,
    indicators: bool,
    /// Measures that have changed since.
    pub measures: HashMap<MeasureId, Measure>,
    /// Rule packs of campaigns that have got another one since.
    pub packs: HashMap<CampaignId, RulePackId>,
}

impl InForce {
    /// Looks for changes after `as_of`.
    ///
    /// # Errors
    /// When the database fails or holds what it should not.
    pub async fn load(reader: &Reader, as_of: NaiveDate) -> Result<Self, StoreError> {
        let changed = reader.list_changed_since(RevisionOf::Indicator, as_of).await?;
        let mut measures = HashMap::new();
        for (id, row) in states(reader, RevisionOf::Measure, as_of).await? {
            measures.insert(id.known(), revisions::read_measure(&row)?);
        }
        let mut packs = HashMap::new();
        for (id, row) in states(reader, RevisionOf::Campaign, as_of).await? {
            packs.insert(id.known(), Id::of(CampaignState::read(&row)?.rule_pack_id));
        }
        Ok(Self { as_of, indicators: !changed.is_empty(), measures, packs })
    }

    /// Puts indicators back to what they promised then. One query, and only when any indicator has changed since.
    ///
    /// # Errors
    /// When the database fails or holds what it should not.
    pub async fn restore(
        &self,
        reader: &Reader,
        rows: &mut [(EvaluationRow, MeasureId, RegionId)],
    ) -> Result<(), StoreError> {
        if !self.indicators {
            return Ok(());
        }
        let ids: Vec<AnyId> = rows.iter().map(|(row, ..)| row.id.of_any()).collect();
        let then = in_force(reader, RevisionOf::Indicator, &ids, self.as_of).await?;
        for (row, ..) in rows {
            if let Some(kept) = then.get(&row.id.of_any()) {
                IndicatorState::read(kept)?.apply(row)?;
            }
        }
        Ok(())
    }
}

async fn states(
    reader: &Reader,
    subject: RevisionOf,
    as_of: NaiveDate,
) -> Result<HashMap<AnyId, RevisionRow>, StoreError> {
    let changed = reader.list_changed_since(subject, as_of).await?;
    in_force(reader, subject, &changed, as_of).await
}

/// The kept states that were in force on a day; rows whose present state was are left out.
async fn in_force(
    reader: &Reader,
    subject: RevisionOf,
    ids: &[AnyId],
    as_of: NaiveDate,
) -> Result<HashMap<AnyId, RevisionRow>, StoreError> {
    let mut found = HashMap::new();
    for chunk in ids.chunks(1_000) {
        let rows = reader.list_revisions_of(subject, chunk).await?;
        for group in rows.chunk_by(|a, b| a.subject_id == b.subject_id) {
            let past = group.iter().rposition(|row| row.superseded_on <= as_of);
            let at = past.map_or(0, |last| last + 1);
            if let Some(row) = group.get(at) {
                found.insert(row.subject_id, row.clone());
            }
        }
    }
    Ok(found)
}
