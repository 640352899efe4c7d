//! The figures of a report: those of the campaign's indicators, and whatever else was reported of its region.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use chrono::{Months, NaiveDate};

use super::{AskedReport, Grouped};
use crate::domain::{Frequency, Observation, RegionLevel};
use crate::evidence::gather::facts_of;
use crate::letter::monthly::{JudgedSeries, RegionAbove, ReportFact, ReportSeries, StatedFact};
use crate::office::spoken_board::{SpokenBoard, SpokenLine};
use crate::office::{Office, Refusal};
use crate::store::rows::{CampaignRow, MeasureRow, ObservationFilter, Page, RegionRow, letter_number};
use crate::store::types::{AnyId, CampaignId, Id, IndicatorId, MeasureId, RegionId, Thing};

/// Rows read at once.
const PAGE: i64 = 1_000;
/// Most facts looked through for figures without a target.
const FACTS_MAX: usize = 20_000;
/// Regions above one another, and a bound in case of a circle.
const LEVELS_MAX: usize = 8;

type Facts = HashMap<(MeasureId, RegionId), Arc<Vec<Observation>>>;

/// What is read once for all series.
struct Known<'a> {
    asked: &'a AskedReport,
    /// Facts before this day are not told.
    from: NaiveDate,
    regions: HashMap<RegionId, RegionRow>,
    codes: HashMap<String, RegionId>,
    measures: HashMap<MeasureId, MeasureRow>,
    facts: Facts,
    campaigns: HashMap<CampaignId, CampaignRow>,
    letters: HashMap<IndicatorId, String>,
}

/// All series of the report: indicators in the order of the plan, then what nobody promised.
///
/// # Errors
/// When the database fails.
pub(super) async fn gather(
    office: &Office,
    asked: &AskedReport,
    board: &SpokenBoard,
) -> Result<Vec<Grouped>, Refusal> {
    let own_region = asked.campaign.region_id;
    let indicators: HashSet<(MeasureId, RegionId)> =
        board.lines.iter().map(|line| line.evidence.key).collect();
    let mut others = unpromised(office, asked).await?;
    others.retain(|measure| !indicators.contains(&(*measure, own_region)));
    let regions = office.read.list_register().await?;
    let codes = regions.iter().map(|row| (row.code.clone(), row.id)).collect();
    let year_before = asked.as_of.checked_sub_months(Months::new(24)).unwrap_or(asked.as_of);
    let ids: HashSet<MeasureId> = indicators.iter().map(|key| key.0).chain(others.iter().copied()).collect();
    let ids: Vec<MeasureId> = ids.into_iter().collect();
    let measures = office.read.list_measures_of(&ids).await?;
    let campaigns = office.read.list_campaigns_of(&asked.family).await?;
    let then = Then::of(office, (&measures, &regions, &campaigns), asked.as_of).await?;
    let measures = measures.into_iter().map(|row| MeasureRow { name: then.name(row.id, row.name), ..row });
    let regions = regions.into_iter().map(|row| RegionRow { name: then.name(row.id, row.name), ..row });
    let campaigns = campaigns.into_iter().map(|row| CampaignRow { name: then.name(row.id, row.name), ..row });
    let mut known = Known {
        asked,
        from: year_before,
        regions: regions.map(|row| (row.id, row)).collect(),
        codes,
        measures: measures.map(|row| (row.id, row)).collect(),
        facts: HashMap::new(),
        campaigns: campaigns.map(|row| (row.id, row)).collect(),
        letters: letters(office, asked, board).await?,
    };
    let mut wanted: HashSet<(MeasureId, RegionId)> = others.iter().map(|one| (*one, own_region)).collect();
    for (measure, region) in indicators.iter().copied().chain(others.iter().map(|one| (*one, own_region))) {
        wanted.extend(known.above(region).into_iter().map(|row| (measure, row.id)));
    }
    known.facts = facts_of(&office.read, wanted, asked.as_of).await?;
    let mut lines: Vec<&SpokenLine> = board.lines.iter().collect();
    lines.sort_by_key(|line| (known.place(line), line.row.task.0, line.row.id));
    let (mut all, mut said) = (Vec::with_capacity(lines.len() + others.len()), HashSet::new());
    for line in lines {
        // One promise in several tasks is told once.
        if said.insert((line.evidence.key, line.row.phrase.clone())) {
            let stated = stated(office, line.evidence.row.series_id, asked.as_of).await?;
            all.extend(known.indicator(line, stated));
        }
    }
    for measure in others {
        let series = office.read.list_series(&[measure], &[own_region]).await?;
        let stated = match series.first() {
            Some((id, ..)) => stated(office, *id, asked.as_of).await?,
            None => Vec::new(),
        };
        all.extend(known.other(measure, stated));
    }
    Ok(all)
}

/// What things were called on the report's day, where it is not what they are called now.
struct Then(HashMap<AnyId, String>);

impl Then {
    async fn of(
        office: &Office,
        (measures, regions, campaigns): (&[MeasureRow], &[RegionRow], &[CampaignRow]),
        day: NaiveDate,
    ) -> Result<Self, Refusal> {
        let measures = measures.iter().map(|row| row.id.of_any());
        let regions = regions.iter().map(|row| row.id.of_any());
        let campaigns = campaigns.iter().map(|row| row.id.of_any());
        let owners: Vec<AnyId> = measures.chain(regions).chain(campaigns).collect();
        Ok(Self(office.read.list_names_on(&owners, day).await?))
    }

    fn name(&self, id: Id<impl Thing>, now: String) -> String {
        self.0.get(&id.of_any()).cloned().unwrap_or(now)
    }
}

/// Measures with figures of late in the campaign's region, in the order in which they were first reported.
async fn unpromised(office: &Office, asked: &AskedReport) -> Result<Vec<MeasureId>, Refusal> {
    let filter = ObservationFilter {
        region_id: Some(asked.campaign.region_id),
        from: asked.as_of.checked_sub_months(Months::new(2)),
        to: Some(asked.as_of),
        as_of: Some(asked.as_of),
        latest: true,
        ..ObservationFilter::default()
    };
    let (mut measures, mut after, mut seen) = (Vec::new(), None, 0);
    loop {
        let mut rows = office.read.list_observations(&filter, Page { limit: PAGE, after }).await?;
        let is_last = rows.len() <= PAGE as usize;
        rows.truncate(PAGE as usize);
        seen += rows.len();
        after = rows.last().map(|(row, ..)| row.id.of_any());
        for (_, measure, ..) in rows {
            if !measures.contains(&measure) {
                measures.push(measure);
            }
        }
        if is_last || seen >= FACTS_MAX {
            return Ok(measures);
        }
    }
}

/// The letters that stand about indicators, as they stand today; of another day nothing is said.
async fn letters(
    office: &Office,
    asked: &AskedReport,
    board: &SpokenBoard,
) -> Result<HashMap<IndicatorId, String>, Refusal> {
    if asked.as_of != office.clock.today() {
        return Ok(HashMap::new());
    }
    let ids: Vec<IndicatorId> = board.lines.iter().map(|line| line.row.id).collect();
    let rows = office.read.list_standing_letters(&ids).await?;
    let said = |number: &crate::store::rows::NumberColumns| letter_number(number).ok().flatten();
    let rows = rows.into_iter().filter_map(|row| {
        let number = said(&row.number)?;
        let late = row.state.0.awaits_answer() && row.reply_by.is_some_and(|by| by < asked.as_of);
        let late = if late { "，已逾期" } else { "" };
        Some((row.indicator_id, format!("已发{number}（{}{late}）", row.state.0.chinese())))
    });
    Ok(rows.collect())
}

async fn stated(office: &Office, series_id: i64, as_of: NaiveDate) -> Result<Vec<StatedFact>, Refusal> {
    let mut latest: Vec<StatedFact> = Vec::new();
    for row in office.read.list_stated(series_id, as_of).await? {
        latest.retain(|one| one.against != row.against || one.period_end != row.period_end);
        latest.push(StatedFact {
            id: row.id.0.to_string(),
            period_end: row.period_end,
            figure: row.figure.0,
            against: row.against,
            difference: row.difference.0,
            source: row.source,
            published_on: row.published_on,
        });
    }
    Ok(latest)
}

impl Known<'_> {
    /// The regions above, the nearest first.
    fn above(&self, region: RegionId) -> Vec<&RegionRow> {
        let mut above = Vec::new();
        let mut at = self.regions.get(&region);
        while let Some(row) = at
            && above.len() < LEVELS_MAX
        {
            at = row.parent_code.as_ref().and_then(|code| self.regions.get(self.codes.get(code)?));
            above.extend(at);
        }
        above
    }

    /// The campaign's place among its siblings.
    fn place(&self, line: &SpokenLine) -> (i32, CampaignId) {
        let id = line.row.campaign_id;
        (self.campaigns.get(&id).map_or(0, |row| row.ordinal), id)
    }

    /// The heading of an indicator: its campaign where the report is of several, else its task.
    fn group(&self, line: &SpokenLine) -> String {
        let campaign =
            self.campaigns.get(&line.row.campaign_id).filter(|row| row.id != self.asked.campaign.id);
        campaign.map_or_else(|| line.row.task.1.clone(), |row| row.name.clone())
    }

    /// How a region is called: 全省 where it is the campaign's own.
    fn called(&self, region: RegionId) -> String {
        let Some(row) = self.regions.get(&region) else { return String::new() };
        if region == self.asked.campaign.region_id { whole(row).to_owned() } else { row.name.clone() }
    }

    fn beside(&self, measure: MeasureId, region: RegionId) -> Vec<RegionAbove> {
        let above = self.above(region).into_iter().filter_map(|row| {
            let facts = ReportFact::standing(self.facts.get(&(measure, row.id))?, &row.name, self.from);
            Some(RegionAbove { name: format!("{}平均", whole(row)), facts })
        });
        above.collect()
    }

    fn series(
        &self,
        (measure, region): (MeasureId, RegionId),
        own: &[Observation],
        stated: Vec<StatedFact>,
    ) -> Option<ReportSeries> {
        let row = self.measures.get(&measure)?;
        let region_name = self.regions.get(&region).map(|row| row.name.clone()).unwrap_or_default();
        Some(ReportSeries {
            key: format!("{}/{}", measure.0, region.0),
            measure: row.name.clone(),
            whole: self.called(region),
            unit: row.unit.clone(),
            better: row.better.0,
            step: match row.frequency.0 {
                Frequency::Monthly => 1,
                Frequency::Quarterly => 3,
                Frequency::HalfYearly => 6,
                Frequency::Yearly => 12,
            },
            facts: ReportFact::standing(own, &region_name, self.from),
            above: self.beside(measure, region),
            stated,
            judged: None,
        })
    }

    fn indicator(&self, line: &SpokenLine, stated: Vec<StatedFact>) -> Option<Grouped> {
        let evidence = &line.evidence;
        let own = &evidence.grounds.own;
        let mut series = self.series(evidence.key, own, stated)?;
        series.key = line.row.id.0.to_string();
        let judged = line.line.rests_on.as_ref().and_then(|rests| rests.observation.as_ref());
        let judged = judged.and_then(|id| series.facts.iter().find(|fact| fact.id == *id)).cloned();
        let siblings = judged.map(|own| {
            let others = evidence.grounds.compared.siblings.iter().flat_map(|one| {
                let name = self
                    .codes
                    .get(&one.code)
                    .and_then(|id| self.regions.get(id))
                    .map(|row| row.name.as_str());
                ReportFact::standing(&one.observations, name.unwrap_or(&one.code), self.from)
            });
            let same =
                |one: &ReportFact| (one.period, one.basis, one.figure) == (own.period, own.basis, own.figure);
            std::iter::once(own.clone()).chain(others.filter(same)).collect()
        });
        series.judged = Some(JudgedSeries {
            line: line.line.clone(),
            said: line.said.clone(),
            grade_said: line.grade_said.clone(),
            lead: line.row.lead_unit.1.clone(),
            letter: self.letters.get(&line.row.id).cloned(),
            ranked_by: line.ranked_by.map(|by| by.chinese()),
            siblings: siblings.unwrap_or_default(),
        });
        Some(Grouped { group: self.group(line), grade: Some(line.grade), series })
    }

    fn other(&self, measure: MeasureId, stated: Vec<StatedFact>) -> Option<Grouped> {
        let key = (measure, self.asked.campaign.region_id);
        let series = self.series(key, self.facts.get(&key)?, stated)?;
        Some(Grouped { group: "其他指标".to_owned(), grade: None, series })
    }
}

/// 全国, 全省, 全市, 全州, 全县.
fn whole(row: &RegionRow) -> &'static str {
    match row.level.0 {
        RegionLevel::Nation => "全国",
        RegionLevel::Province if row.name.ends_with('区') => "全区",
        RegionLevel::Province => "全省",
        RegionLevel::Prefecture if row.name.ends_with('州') => "全州",
        RegionLevel::Prefecture => "全市",
        RegionLevel::County if row.name.ends_with('县') => "全县",
        RegionLevel::County if row.name.ends_with('市') => "全市",
        RegionLevel::County | RegionLevel::Zone => "全区",
    }
}
