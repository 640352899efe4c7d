//! The figures that a unit owes for a month, one by one: what its form asks, for a page.

use std::collections::{HashMap, HashSet};

use chrono::NaiveDate;
use rust_decimal::Decimal;

use super::workbooks::{asked_figure, asked_period, span};
use super::{Office, Refusal};
use crate::domain::pace::disagreement;
use crate::domain::{Basis, Figure, Observation, StageList};
use crate::evidence::{Comparisons, Evidence, gather};
use crate::store::rows::{BoardFilter, BoardRow};
use crate::store::types::{IndicatorId, MeasureId, UnitId};

/// Most figures of one unit.
const FIGURES_MAX: i64 = 500;

/// One figure that is asked of a unit.
#[derive(Debug, Clone)]
pub struct AskedFigure {
    /// Of which indicator.
    pub indicator_id: IndicatorId,
    /// Its measure.
    pub measure_id: MeasureId,
    /// Name of the measure.
    pub measure: String,
    /// Code of its region.
    pub region_code: String,
    /// Name of its region.
    pub region: String,
    /// What is asked.
    pub figure: Figure,
    /// Whether of the year so far, of the period alone, or of its last day.
    pub basis: Basis,
    /// Unit of the value; `%` of growth.
    pub unit: String,
    /// First and last day.
    pub period: (NaiveDate, NaiveDate),
    /// The same in words: 1—8月累计.
    pub said: String,
    /// Whether it is due and was not reported.
    pub due: bool,
    /// The latest period reported, and its value.
    pub last: Option<(NaiveDate, Decimal)>,
    /// The stages that it goes through; none where it has none.
    pub stages: StageList,
    /// What its stages say of the period, in one sentence; `None` where nothing was put in at a stage.
    pub stands: Option<String>,
}

/// The figures of the indicators that a unit leads, for the month that ends on `until`: those that are due first. A figure that
/// several tasks promise is asked once.
///
/// # Errors
/// When the database fails.
pub async fn asked_figures(
    office: &Office,
    unit_id: UnitId,
    until: NaiveDate,
) -> Result<Vec<AskedFigure>, Refusal> {
    let today = office.clock.today();
    let filter = BoardFilter { unit_id: Some(unit_id), alive_on: Some(today), ..BoardFilter::default() };
    let rows = office.read.list_board(&filter, FIGURES_MAX, None).await?;
    let ids: Vec<IndicatorId> = rows.iter().map(|row| row.id).collect();
    let evidence =
        gather::evidence_of(&office.read, &office.calendar, &ids, today, Comparisons::ForGrade).await?;
    let evidence: HashMap<IndicatorId, Evidence> =
        evidence.into_iter().map(|one| (one.row.id, one)).collect();
    let measures: HashSet<MeasureId> = rows.iter().map(|row| row.measure.0).collect();
    let mut staged: HashMap<MeasureId, StageList> = HashMap::new();
    for row in office.read.list_measures_of(&Vec::from_iter(measures)).await? {
        staged.insert(row.id, row.stages()?);
    }
    let mut seen = HashSet::new();
    let mut asked: Vec<AskedFigure> = rows
        .iter()
        .filter_map(|row| {
            let evidence = evidence.get(&row.id)?;
            let figure = asked_figure(&evidence.grounds)?;
            let fits = evidence.grounds.window.contains(until) && seen.insert((evidence.key, figure));
            let stages = staged.get(&row.measure.0).cloned().unwrap_or_default();
            fits.then(|| asked_of(row, evidence, (figure, stages), (until, today)))
        })
        .collect();
    asked.sort_by_key(|one| !one.due);
    Ok(asked)
}

fn asked_of(
    row: &BoardRow,
    evidence: &Evidence,
    (figure, stages): (Figure, StageList),
    (until, today): (NaiveDate, NaiveDate),
) -> AskedFigure {
    let (measure, own) = (&evidence.grounds.measure, &evidence.grounds.own);
    let period = asked_period(&evidence.grounds, figure, until);
    let of_period = |one: &&Observation| {
        (one.period.start(), one.period.end()) == (period.start, until)
            && (one.basis, one.figure) == (measure.basis, figure)
            && one.status.is_actual()
    };
    let print = |value: Decimal| format!("{}{}", value.normalize(), figure.unit(&measure.unit));
    let at = own.iter().filter(of_period).max_by_key(|one| (one.weight(), one.published_on, one.vintage));
    let stands = at.and_then(|at| {
        let alone = || Some(format!("{}{}。", at.stage?.chinese(), print(at.value)));
        disagreement(own, at, today, print).or_else(alone)
    });
    AskedFigure {
        indicator_id: row.id,
        measure_id: row.measure.0,
        measure: row.measure.1.clone(),
        region_code: row.region.0.clone(),
        region: row.region.1.clone(),
        figure,
        basis: measure.basis,
        unit: if figure == Figure::Yoy { "%".to_owned() } else { row.measure.2.clone() },
        period: (period.start, until),
        said: span(measure.basis, period.start, until),
        due: period.due,
        last: period.last,
        stages,
        stands,
    }
}
