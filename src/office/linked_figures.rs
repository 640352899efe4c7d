//! Figures that a 催报函 asks for and that its answer puts in: those whose measures have stages. The holder of the link vouches at the
//! lowest stage, and whoever verifies does so at a higher one. Of other measures the office puts in what was answered.

use std::collections::HashMap;

use chrono::{Datelike as _, NaiveDate};

use super::observations::{FactReader, NewFact, Spelled};
use super::workbooks::{asked_figure, asked_period};
use super::{Actor, Office, Refusal};
use crate::domain::{Basis, Figure, Invalid, LetterKind, Stage, StageList, Status};
use crate::evidence::{Comparisons, Evidence, gather};
use crate::store::rows::{FactWrite, LetterRow};
use crate::store::types::{IndicatorId, MeasureId, RegionId};

/// A figure that a letter asks for and that its answer puts in.
#[derive(Debug, Clone)]
pub struct LinkedFigure {
    /// Its line in the letter, from 1.
    pub ordinal: u32,
    /// The stage at which it is put in.
    pub stage: Stage,
    key: (MeasureId, RegionId),
    figure: Figure,
    basis: Basis,
    period: (NaiveDate, NaiveDate),
}

/// The figures that the answer to this letter puts in, by the lines of the letter.
///
/// # Errors
/// When the database fails.
pub async fn linked_figures(office: &Office, letter: &LetterRow) -> Result<Vec<LinkedFigure>, Refusal> {
    if letter.kind != LetterKind::ReportReminder || letter.trial {
        return Ok(Vec::new());
    }
    let reports = office.read.list_letter_reports(&[letter.id]).await?;
    let ids: Vec<IndicatorId> = reports.iter().map(|report| report.indicator_id).collect();
    let today = office.clock.today();
    let evidence =
        gather::evidence_of(&office.read, &office.calendar, &ids, today, Comparisons::ForGrade).await?;
    let mut staged: HashMap<MeasureId, StageList> = HashMap::new();
    let measures: Vec<MeasureId> = evidence.iter().map(|one| one.key.0).collect();
    for row in office.read.list_measures_of(&measures).await? {
        staged.insert(row.id, row.stages()?);
    }
    let evidence: HashMap<IndicatorId, Evidence> =
        evidence.into_iter().map(|one| (one.row.id, one)).collect();
    let linked = reports.iter().filter_map(|report| {
        let evidence = evidence.get(&report.indicator_id)?;
        let stage = staged.get(&evidence.key.0)?.stages().first().copied()?;
        let figure = asked_figure(&evidence.grounds)?;
        let start = asked_period(&evidence.grounds, figure, report.period_end).start;
        Some(LinkedFigure {
            ordinal: u32::try_from(report.ordinal).ok()?,
            stage,
            key: evidence.key,
            figure,
            basis: evidence.grounds.measure.basis,
            period: (start, report.period_end),
        })
    });
    Ok(linked.collect())
}

/// What `person` answered by the link of a letter, as facts; `said` are figures with what was written and the field it stands in.
///
/// # Errors
/// [`Refusal::Many`] with what cannot be put in, at its field.
pub async fn linked_facts(
    office: &Office,
    actor: &Actor,
    letter: &LetterRow,
    person: &str,
    said: &[(LinkedFigure, String, String)],
) -> Result<Vec<FactWrite>, Refusal> {
    if said.is_empty() {
        return Ok(Vec::new());
    }
    let (today, number) = (office.clock.today(), letter.number()?);
    let stated: Vec<NewFact> = said
        .iter()
        .map(|(asked, written, _)| {
            let (start, until) = asked.period;
            let whole = until.succ_opt().is_some_and(|next| next.day() == 1);
            NewFact {
                measure: asked.key.0.0.to_string(),
                region: asked.key.1.0.to_string(),
                period: (start, until),
                basis: Some(asked.basis),
                figure: asked.figure,
                value: Spelled::Text(written.clone()),
                of: None,
                partial: !whole && asked.basis != Basis::Point,
                status: Some(Status::Preliminary),
                stage: Some(asked.stage),
                source: format!("对{number}的反馈"),
                published_on: today,
                differences: Vec::new(),
            }
        })
        .collect();
    let facts: Vec<&NewFact> = stated.iter().collect();
    let reader = FactReader::prepare(office, &facts).await?.for_actor(actor).await?;
    let mut reader = reader.vouched_by(format!("{person}（凭函中链接）"));
    let (mut facts, mut wrong) = (Vec::with_capacity(said.len()), Vec::new());
    for (stated, (_, _, field)) in stated.iter().zip(said) {
        let read = reader.read(stated);
        facts.extend(read.fact);
        wrong.extend(read.wrong.into_iter().map(|refusal| match refusal {
            Refusal::Invalid(invalid) => Invalid { field: field.clone(), ..invalid },
            _ => Invalid::new(field.clone(), "malformed", "不能作为数据录入，请核对，或与发函单位联系。"),
        }));
    }
    if wrong.is_empty() { Ok(facts) } else { Err(Refusal::Many(wrong)) }
}
