//! How indicators stand on a day, judged for whoever looks at it: nothing is written.

use std::collections::{HashMap, HashSet};

use chrono::NaiveDate;
use rust_decimal::Decimal;

use super::Office;
use crate::clock::end_of;
use crate::domain::RulePack;
use crate::domain::pace::{Assessment, Grounds, Rank, Ratio, values_add_up};
use crate::evidence::{Comparisons, Evidence, Judging, Register, gather, touched};
use crate::store::StoreError;
use crate::store::rows::{AssessmentRow, BoardFilter, BoardRow, StatedDifferenceRow, grade_rank};
use crate::store::types::{CampaignId, IndicatorId, Listed, RegionId};

/// All that the assessment of an indicator as of a day rests on, and the differences stated by then with its values; `None`
/// when there is no such indicator.
///
/// # Errors
/// When the database fails or holds what it should not.
pub async fn grounds_on(
    office: &Office,
    id: IndicatorId,
    as_of: NaiveDate,
) -> Result<Option<(Grounds, Vec<StatedDifferenceRow>)>, StoreError> {
    let Some(evidence) = gather::evidence_on(&office.read, &office.calendar, id, as_of).await? else {
        return Ok(None);
    };
    let stated = office.read.list_stated(evidence.row.series_id, as_of).await?;
    Ok(Some((evidence.grounds, stated)))
}

/// Where these indicators stand among their siblings on a day; those without a place are absent.
///
/// # Errors
/// When the database fails or holds what it should not.
pub async fn ranks(
    office: &Office,
    ids: &[IndicatorId],
    as_of: NaiveDate,
) -> Result<HashMap<IndicatorId, Rank>, StoreError> {
    let evidence = gather::evidence_of(&office.read, &office.calendar, ids, as_of, Comparisons::All).await?;
    let ranked = evidence.iter().filter_map(|one| Some((one.row.id, one.grounds.judge(as_of).rank?)));
    Ok(ranked.collect())
}

/// Those of these indicators that are about to be judged again.
///
/// # Errors
/// When the database fails.
pub async fn list_marked(office: &Office, ids: &[IndicatorId]) -> Result<Vec<IndicatorId>, StoreError> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    office.read.list_marked_of(ids, &touched::comparing_kinds()).await
}

/// The order of the board as it would have been on a day: rank of the grade and indicator, of all that passes the filter.
///
/// # Errors
/// When the database fails or holds what it should not.
pub async fn board_order(
    office: &Office,
    filter: &BoardFilter,
    as_of: NaiveDate,
) -> Result<Vec<(i32, IndicatorId)>, StoreError> {
    let ids = office.read.list_by_series(filter, as_of).await?;
    let mut judging = Judging::of(&office.read, &office.calendar, as_of, ids).await?;
    let mut order = Vec::new();
    while let Some(page) = judging.next_page().await? {
        order.extend(page.iter().map(|(evidence, judged)| (grade_rank(judged.grade), evidence.row.id)));
    }
    order.sort_unstable();
    Ok(order)
}

/// These lines of the board as they would have been at the end of a day, whenever it is asked for.
///
/// # Errors
/// When the database fails or holds what it should not.
pub async fn board_on(
    office: &Office,
    ids: &[IndicatorId],
    as_of: NaiveDate,
) -> Result<Vec<BoardRow>, StoreError> {
    let mut rows = Vec::with_capacity(ids.len());
    let evidence = evidence_of(office, ids, as_of).await?;
    let mut judged: HashMap<IndicatorId, Evidence> =
        evidence.into_iter().map(|one| (one.row.id, one)).collect();
    let end = end_of(as_of);
    for mut row in office.read.list_board_on(ids, as_of).await? {
        let Some(evidence) = judged.remove(&row.id) else { continue };
        (row.planned_at, row.current.updated_at) = (end, end);
        let assessment = evidence.grounds.judge(as_of);
        row.current.grade = Listed(assessment.grade);
        row.current.grade_rank = grade_rank(assessment.grade);
        row.assessment = Some(AssessmentRow {
            // It was never stored, and so nobody can ask for it.
            id: row.id.of_any().known(),
            indicator_id: row.id,
            as_of,
            figures: evidence.figures(&assessment),
            rules_version: AssessmentRow::RULES,
            rule_pack_id: evidence.rule_pack_id,
            recorded_at: row.current.updated_at,
        });
        (row.kind, row.phrase) = (evidence.row.target.kind, evidence.row.target.phrase);
        rows.push(row);
    }
    Ok(rows)
}

async fn evidence_of(
    office: &Office,
    ids: &[IndicatorId],
    as_of: NaiveDate,
) -> Result<Vec<Evidence>, StoreError> {
    gather::evidence_of(&office.read, &office.calendar, ids, as_of, Comparisons::ForGrade).await
}

/// An indicator with its verdict.
pub struct JudgedPart {
    /// The indicator.
    pub id: IndicatorId,
    /// What the assessment rests on.
    pub grounds: Grounds,
    /// The assessment.
    pub assessment: Assessment,
}

impl JudgedPart {
    fn of(evidence: Evidence, as_of: NaiveDate) -> Self {
        let assessment = evidence.grounds.judge(as_of);
        Self { id: evidence.row.id, grounds: evidence.grounds, assessment }
    }

    /// The promised amount in the measure's unit.
    pub fn target(&self) -> Option<Decimal> {
        let target = self.grounds.target.as_ref()?;
        target.value?.checked_mul(target.factor_to(&self.grounds.measure.unit).ok()?)
    }

    /// The amount that is due.
    pub fn expected(&self) -> Option<Decimal> {
        self.assessment.expected.and_then(Ratio::value)
    }

    /// Whether amounts of several regions may be added.
    pub fn is_additive(&self) -> bool {
        let amount = self.grounds.kind().is_some_and(|kind| kind.row().is_amount());
        amount && values_add_up(&self.grounds.measure.name, &self.grounds.measure.unit)
    }
}

/// A target handed down (省→市→县).
pub struct HandedDown {
    /// The indicator.
    pub whole: JudgedPart,
    /// The same measure in the regions directly below, in order of their codes.
    pub parts: Vec<JudgedPart>,
    /// Codes of the regions directly below that have no such indicator.
    pub without: Vec<String>,
}

/// An indicator and those of the regions directly below that promise the same for the same window, one a region: that of the
/// same campaign, else the first that was made. `None` when there is no such indicator.
///
/// # Errors
/// When the database fails or holds what it should not.
pub async fn handed_down(
    office: &Office,
    id: IndicatorId,
    as_of: NaiveDate,
) -> Result<Option<HandedDown>, StoreError> {
    let Some(whole) = evidence_of(office, &[id], as_of).await?.pop() else { return Ok(None) };
    let ((measure, region), window, campaign_id) = (whole.key, whole.grounds.window, whole.row.campaign_id);
    let whole = JudgedPart::of(whole, as_of);
    let below = Register::load(&office.read).await?.below(region, as_of);
    let regions: Vec<RegionId> = below.iter().map(|(id, _)| *id).collect();
    let rows = office.read.list_parts(measure, &regions, (window.start(), window.end())).await?;
    let mut seen = HashSet::new();
    let (own, others): (Vec<_>, Vec<_>) =
        rows.into_iter().partition(|(_, campaign, _)| *campaign == campaign_id);
    let chosen = own.into_iter().chain(others).filter(|(.., region)| seen.insert(*region));
    let ids: Vec<IndicatorId> = chosen.map(|(id, ..)| id).collect();
    let parts = evidence_of(office, &ids, as_of).await?;
    let mut parts: Vec<JudgedPart> = parts.into_iter().map(|part| JudgedPart::of(part, as_of)).collect();
    parts.sort_by(|a, b| a.grounds.region.cmp(&b.grounds.region));
    let without = below.into_iter().filter(|(id, _)| !seen.contains(id)).map(|(_, code)| code).collect();
    Ok(Some(HandedDown { whole, parts, without }))
}

/// Judges the indicators of these campaigns, all for `None`, under their own packs and under `pack`; `each` is told the
/// indicator, what it rests on, and both assessments.
///
/// # Errors
/// When the database fails or holds what it should not.
pub async fn under_both(
    office: &Office,
    (campaigns, as_of): (Option<Vec<CampaignId>>, NaiveDate),
    pack: &RulePack,
    mut each: impl FnMut(IndicatorId, &Grounds, &Assessment, &Assessment),
) -> Result<(), StoreError> {
    let start = || Judging::start(&office.read, &office.calendar, as_of, campaigns.clone());
    let (mut now, mut then) = (start().await?, start().await?.under(pack));
    // Both walk in the same order; an indicator made in between is in one page only and is passed over.
    while let (Some(present), Some(trial)) = (now.next_page().await?, then.next_page().await?) {
        let mut trial = trial.into_iter().peekable();
        for (evidence, assessment) in &present {
            let place = |evidence: &Evidence| (evidence.row.series_id, evidence.row.id);
            while trial.next_if(|(other, _)| place(other) < place(evidence)).is_some() {}
            if let Some((_, other)) = trial.next_if(|(other, _)| other.row.id == evidence.row.id) {
                each(evidence.row.id, &evidence.grounds, assessment, &other);
            }
        }
    }
    Ok(())
}
