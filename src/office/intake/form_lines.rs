//! A month's form that came back: its lines by their hidden keys, as offers like those of any file.

use std::collections::HashMap;

use chrono::{Datelike as _, NaiveDate};

use super::figure_matching::{against_each_other, key, source};
use super::{FigureOffer, FigureTerms, OfferOutcome, Spot, UnreadSpot};
use crate::domain::{Basis, DoubtSet, Figure, Status};
use crate::office::observations::{NewFact, Spelled};
use crate::office::workbooks::form_keys::{FormKey, FormMark};
use crate::office::{Office, Refusal};
use crate::reading::document::Place;
use crate::reading::report::ReportedFact;
use crate::reading::report::observed::{ReportedFigure, ReportedSpan, ReportedStatus};
use crate::sheets::{CellMark, CellRefusal, ReturnedFigure, ReturnedForm};
use crate::store::rows::{MeasureRow, NamedIndicatorRow};
use crate::store::types::{Id, IndicatorId, MeasureId, RegionId};

/// A form, and which sheet of the file it is.
#[derive(Debug)]
pub struct ReturnedSheet {
    /// The sheet, counted from 0.
    pub index: usize,
    /// What was filled in.
    pub form: ReturnedForm,
}

/// A mark as the form's own refusal.
pub(super) fn refused(mark: &CellMark, sheets: &[String]) -> CellRefusal {
    let spot = Spot::cell((mark.sheet, mark.at.0, mark.at.1), sheets);
    CellRefusal {
        sheet: spot.sheet.unwrap_or_default(),
        cell: spot.cell.unwrap_or_default(),
        at: mark.at,
        why: mark.why.clone(),
    }
}

/// Row and column of a cell (L5), counted from 0.
fn place(cell: &str) -> Option<(usize, usize)> {
    let letters = cell.bytes().take_while(u8::is_ascii_uppercase).count();
    let column =
        cell.bytes().take(letters).fold(0, |column, letter| column * 26 + usize::from(letter - b'A') + 1);
    let row: usize = cell.get(letters..)?.parse().ok()?;
    Some((row.checked_sub(1)?, column.checked_sub(1)?))
}

/// What is known of what the keys name.
struct Known {
    indicators: HashMap<IndicatorId, NamedIndicatorRow>,
    measures: HashMap<MeasureId, MeasureRow>,
    regions: HashMap<String, Option<RegionId>>,
}

impl Known {
    async fn of(office: &Office, keys: &[FormKey]) -> Result<Self, Refusal> {
        let mut ids: Vec<IndicatorId> = keys.iter().map(|key| Id::of(key.indicator)).collect();
        ids.sort_unstable();
        ids.dedup();
        let (mut indicators, mut measures) = (HashMap::new(), HashMap::new());
        for chunk in ids.chunks(1_000) {
            let rows = office.read.list_indicators_of(chunk).await?;
            indicators.extend(rows.into_iter().map(|row| (row.indicator.id, row)));
        }
        let wanted: Vec<MeasureId> =
            indicators.values().map(|row: &NamedIndicatorRow| row.measure.0).collect();
        for chunk in wanted.chunks(1_000) {
            let rows = office.read.list_measures_of(chunk).await?;
            measures.extend(rows.into_iter().map(|row| (row.id, row)));
        }
        let codes: Vec<String> = indicators.values().map(|row| row.region.0.clone()).collect();
        Ok(Self { regions: office.read.resolve_regions(&codes).await?, indicators, measures })
    }
}

/// The lines of forms as offers, and what could not be taken for one.
pub(super) async fn offers(
    office: &Office,
    forms: &mut [ReturnedSheet],
    sheets: &[String],
    terms: &FigureTerms,
) -> Result<(Vec<FigureOffer>, Vec<UnreadSpot>), Refusal> {
    let mut unread = Vec::new();
    let mut lines: Vec<(Spot, NaiveDate, ReturnedFigure, FormKey)> = Vec::new();
    for ReturnedSheet { index, form } in forms.iter_mut() {
        for refusal in std::mem::take(&mut form.refused) {
            let spot = Spot::cell((*index, refusal.at.0, refusal.at.1), sheets);
            unread.push(UnreadSpot { spot, text: String::new(), why: refusal.why });
        }
        let Some(mark) = FormMark::read(&form.mark) else {
            let why = "表中隐藏的标识（A1）已被改动或清除，不能认出是哪个月的填报表。请重新下载填报表，把数据填入后再报。";
            unread.push(UnreadSpot {
                spot: Spot::cell((*index, 0, 0), sheets),
                text: String::new(),
                why: why.to_owned(),
            });
            continue;
        };
        for figure in std::mem::take(&mut form.figures) {
            let (row, column) = place(&figure.cell).unwrap_or_default();
            let spot = Spot::cell((*index, row, column), sheets);
            match FormKey::read(&figure.key) {
                Some(key) => lines.push((spot, mark.until, figure, key)),
                None => {
                    let why = "这一行隐藏的编号已被改动，不能认出是哪项指标。请用原表重新填写。".to_owned();
                    unread.push(UnreadSpot { spot, text: String::new(), why });
                }
            }
        }
    }
    let keys: Vec<FormKey> = lines.iter().map(|line| line.3).collect();
    let known = Known::of(office, &keys).await?;
    let mut offers: Vec<FigureOffer> = Vec::with_capacity(lines.len());
    for (spot, until, figure, form_key) in lines {
        match known.offer(&spot, until, (&figure, form_key), terms) {
            Some(offer) => offers.push(offer),
            None => {
                let why = "这项指标已停用或不在本系统中，未录入。请重新下载填报表。".to_owned();
                unread.push(UnreadSpot { spot, text: String::new(), why });
            }
        }
    }
    against_each_other(&mut offers);
    Ok((offers, unread))
}

impl Known {
    fn offer(
        &self,
        spot: &Spot,
        until: NaiveDate,
        (figure, form_key): (&ReturnedFigure, FormKey),
        terms: &FigureTerms,
    ) -> Option<FigureOffer> {
        let alive = |row: &&NamedIndicatorRow| row.indicator.retired_on.is_none();
        let indicator = self.indicators.get(&Id::of(form_key.indicator)).filter(alive)?;
        let measure = self.measures.get(&indicator.measure.0)?;
        let region = self.regions.get(&indicator.region.0).copied().flatten()?;
        let basis = measure.basis.0;
        let start = if basis == Basis::Point { until } else { form_key.start.min(until) };
        let (reported, unit) = match form_key.figure {
            Figure::Level => (ReportedFigure::Level, measure.unit.as_str()),
            Figure::Yoy => (ReportedFigure::Yoy, "%"),
            Figure::Rank => (ReportedFigure::Rank, "位"),
        };
        let forecast = figure.status == Status::Forecast;
        let value = figure.value.unwrap_or_default();
        let written = figure.value.map(|value| format!("{value}{unit}")).unwrap_or_default();
        let note = figure.note.as_deref().map(|note| format!("（{note}）")).unwrap_or_default();
        let at = spot.at.unwrap_or_default();
        let said = ReportedFact {
            indicator: measure.name.clone(),
            region: indicator.region.1.clone(),
            period: ReportedSpan { start: Some(start), end: until },
            basis: Some(basis),
            figure: reported,
            value,
            unit: unit.to_owned(),
            status: if forecast { ReportedStatus::Forecast } else { ReportedStatus::Actual },
            against: None,
            phrase: format!("{written}{note}"),
            place: Place::SheetCell { sheet: at.0 + 1, row: at.1 + 1, column: at.2 + 1 },
        };
        let whole = until.succ_opt().is_some_and(|next| next.day() == 1);
        let fact = NewFact {
            measure: measure.id.0.to_string(),
            region: region.0.to_string(),
            period: (start, until),
            basis: Some(basis),
            figure: form_key.figure,
            value: Spelled::Number(value),
            of: None,
            partial: !whole && basis != Basis::Point,
            status: Some(figure.status),
            stage: None,
            source: source(&terms.source, spot, &said.phrase),
            published_on: terms.published_on,
            differences: Vec::new(),
        };
        let mut offer = FigureOffer {
            key: key(spot, &said, 0),
            spot: spot.clone(),
            measure: Some((measure.id, measure.name.clone(), measure.unit.clone())),
            region: Some(region),
            candidates: Vec::new(),
            fact: Some(fact),
            outcome: OfferOutcome::Created,
            why: Vec::new(),
            stored: None,
            doubts: DoubtSet::default(),
            said,
        };
        if figure.value.is_none() {
            offer.fact = None;
            let why = "只写了说明，没有数值，未录入数据；说明请另行处理。";
            offer.aside(OfferOutcome::Noted, "no_value", why);
        }
        Some(offer)
    }
}

#[cfg(test)]
mod tests {
    use super::place;

    #[test]
    fn a_cell_is_found_again() {
        for (cell, at) in [
            ("A1", Some((0, 0))),
            ("L5", Some((4, 11))),
            ("AA10", Some((9, 26))),
            ("5", None),
            ("L", None),
            ("L0", None),
        ] {
            assert_eq!(place(cell), at, "{cell}");
        }
    }
}
