//! Indicators judged page by page: rows in, verdicts out, memory bounded by the page.
//!
//! Evaluation, rehearsals and boards of another day all read through here, so that they cannot disagree.

use std::sync::Arc;

use chrono::NaiveDate;

use crate::comparing::Comparing;
use crate::comparisons::Comparisons;
use crate::gather::complete;
use crate::pages::{Page, Pages, Which};
use crate::setting::Setting;
use crate::stored::Evidence;
use xushi_domain::pace::Assessment;
use xushi_domain::{Observation, RulePack, WorkCalendar};
use xushi_store::types::{CampaignId, IndicatorId};
use xushi_store::{Reader, StoreError};

/// Walks over all indicators (or those of some campaigns) in order of series.
pub struct Judging {
    reader: Reader,
    setting: Setting,
    pages: Pages,
    comparing: Comparing,
}

impl Judging {
    /// Starts before the first indicator.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn start(
        reader: &Reader,
        calendar: &WorkCalendar,
        as_of: NaiveDate,
        campaigns: Option<Vec<CampaignId>>,
    ) -> Result<Self, StoreError> {
        let setting = Setting::load(reader, calendar, as_of).await?;
        let comparing = Comparing::new(as_of);
        let which = campaigns.map_or(Which::All, Which::Campaigns);
        let pages = Pages::start(reader.clone(), as_of, which);
        Ok(Self { reader: reader.clone(), setting, pages, comparing })
    }

    /// Starts before the first of these indicators, which are given in the order of their series; in small pages.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn of(
        reader: &Reader,
        calendar: &WorkCalendar,
        as_of: NaiveDate,
        indicators: Vec<IndicatorId>,
    ) -> Result<Self, StoreError> {
        let setting = Setting::load(reader, calendar, as_of).await?;
        let pages = Pages::start(reader.clone(), as_of, Which::These(indicators));
        Ok(Self { reader: reader.clone(), setting, pages, comparing: Comparing::new(as_of) })
    }

    /// The same walk with another rule pack in the place of every campaign's own.
    #[must_use]
    pub fn under(mut self, pack: &RulePack) -> Self {
        let pack = Arc::new(pack.clone());
        for kept in self.setting.packs.values_mut() {
            kept.1 = pack.clone();
        }
        self
    }

    /// Adds everything a letter may speak of to the evidence on those that are not on pace, and judges them again.
    ///
    /// # Errors
    /// When the database fails or holds what it should not.
    pub async fn compare_lagging(&mut self, page: &mut [(Evidence, Assessment)]) -> Result<(), StoreError> {
        let mut lagging: Vec<&mut (Evidence, Assessment)> =
            page.iter_mut().filter(|(_, assessment)| assessment.run > 0).collect();
        let evidence = lagging.iter_mut().map(|(evidence, _)| evidence).collect();
        self.comparing.compare(&self.reader, evidence, Comparisons::All).await?;
        for (evidence, assessment) in lagging {
            *assessment = evidence.grounds.judge(self.setting.as_of);
        }
        Ok(())
    }

    /// The next indicators with their verdicts; `None` after the last.
    ///
    /// # Errors
    /// When the database fails or holds what it should not.
    pub async fn next_page(&mut self) -> Result<Option<Vec<(Evidence, Assessment)>>, StoreError> {
        let Some(Page { mut rows, facts, past }) = self.pages.next().await? else { return Ok(None) };
        self.setting.in_force.restore(&self.reader, &mut rows).await?;
        let mut histories = Setting::histories(&past);
        let mut facts = facts.into_iter().peekable();
        let mut judged = Vec::with_capacity(rows.len());
        let mut own: (i64, Vec<Observation>) = (i64::MIN, Vec::new());
        let mut rows = rows.into_iter().peekable();
        while let Some(row) = rows.next() {
            let series = row.0.series_id;
            if own.0 != series {
                own = (series, take_series(&mut facts, series));
            }
            // Few series are promised twice; the others need no copy.
            let again = rows.peek().is_some_and(|next| next.0.series_id == series);
            let own = if again { own.1.clone() } else { std::mem::take(&mut own.1) };
            let history = histories.remove(&row.0.id).unwrap_or_default();
            judged.push(self.setting.evidence(row, own, history)?);
        }
        complete(&self.reader, &mut judged, &mut self.comparing, Comparisons::ForGrade).await?;
        let as_of = self.setting.as_of;
        let judged = judged.into_iter().map(|evidence| {
            let assessment = evidence.grounds.judge(as_of);
            (evidence, assessment)
        });
        Ok(Some(judged.collect()))
    }
}

/// Takes the facts of one series off a list that is in order of series.
fn take_series(
    facts: &mut std::iter::Peekable<impl Iterator<Item = (i64, Observation)>>,
    series: i64,
) -> Vec<Observation> {
    while facts.next_if(|fact| fact.0 < series).is_some() {}
    let mut own = Vec::with_capacity(16);
    while let Some((_, fact)) = facts.next_if(|fact| fact.0 == series) {
        own.push(fact);
    }
    own
}
