//! Observations, letters and the 问题台账 as workbooks.

use std::collections::{BTreeSet, HashMap};

use chrono::NaiveDate;
use rust_decimal::Decimal;

use super::{PAGE, ROWS_MAX, too_many};
use crate::clock::office_zone;
use crate::domain::reply::ReplyStage;
use crate::domain::{Basis, Figure, Invalid, LetterKind, LetterState, Status};
use crate::office::spoken_board::{SpokenLine, spoken_on};
use crate::office::{Office, Refusal};
use crate::sheets::{Sheet, SheetColumn, SheetRow, SheetValue, sheet_lists, written};
use crate::store::rows::{
    LedgerFilter, LedgerRow, LetterFilter, LetterRow, ListedObservation, ObservationFilter, Page, grade_rank,
};
use crate::store::types::{AnyId, Id, IndicatorId, LetterId, UnitId};

/// Gathers a list page by page: `$next` reads the page after an id, `$id` is the id of a row.
macro_rules! whole_list {
    ($next:expr, $id:expr) => {{
        let mut all = Vec::new();
        loop {
            let after: Option<AnyId> = all.last().map($id).map(Id::of_any);
            let mut page = $next(Page { limit: PAGE, after }).await?;
            let is_last = page.len() <= PAGE as usize;
            page.truncate(PAGE as usize);
            all.append(&mut page);
            if is_last {
                break all;
            }
            if all.len() > ROWS_MAX {
                return Err(too_many(ROWS_MAX));
            }
        }
    }};
}

/// 数据清单: reported facts that pass the filter.
///
/// # Errors
/// [`Refusal::Invalid`] where there are too many.
pub async fn observation_list(office: &Office, filter: &ObservationFilter) -> Result<Vec<u8>, Refusal> {
    let next = |page| office.read.list_observations(filter, page);
    let rows: Vec<ListedObservation> = whole_list!(next, |row: &ListedObservation| row.0.id);
    let (mut measures, mut regions) = (HashMap::new(), HashMap::new());
    for chunk in Vec::from_iter(rows.iter().map(|row| row.1).collect::<BTreeSet<_>>()).chunks(1_000) {
        let found = office.read.list_measures_of(chunk).await?;
        measures.extend(found.into_iter().map(|row| (row.id, (row.name, row.unit))));
    }
    for chunk in Vec::from_iter(rows.iter().map(|row| row.2).collect::<BTreeSet<_>>()).chunks(1_000) {
        let found = office.read.list_regions_of(chunk).await?;
        regions.extend(found.into_iter().map(|row| (row.id, row.name)));
    }
    let line = |(row, measure, region, withdrawn): &ListedObservation| {
        let (name, unit) = measures.get(measure).cloned().unwrap_or_default();
        let unit = match row.figure.0 {
            Figure::Level => unit,
            Figure::Yoy => "%".to_owned(),
            Figure::Rank => "位".to_owned(),
        };
        let firm = match row.status.0 {
            _ if withdrawn.0.is_some() => "已撤回",
            Status::Preliminary => "初步",
            Status::Final => "最终",
            Status::Forecast => "预计",
            Status::Plan => "计划",
        };
        SheetRow::new(vec![
            name.into(),
            regions.get(region).cloned().into(),
            row.period_start.into(),
            row.period_end.into(),
            match row.basis.0 {
                Basis::Cumulative => "累计",
                Basis::Period => "当期",
                Basis::Point => "存量",
            }
            .into(),
            match row.figure.0 {
                Figure::Level => "数值",
                Figure::Yoy => "同比增速",
                Figure::Rank => "名次",
            }
            .into(),
            row.value.0.normalize().into(),
            unit.into(),
            firm.into(),
            row.stage.map(|stage| stage.0.chinese().to_owned()).into(),
            row.published_on.into(),
            row.source.as_str().into(),
        ])
    };
    let lines = rows.iter().map(line).collect();
    book(office.clock.today(), ("数据清单", "条。"), sheet_lists::observations(), lines)
}

/// 函件清单: letters that pass the filter, each with how far it has come.
///
/// # Errors
/// [`Refusal::Invalid`] where there are too many.
pub async fn letter_list(office: &Office, filter: &LetterFilter) -> Result<Vec<u8>, Refusal> {
    let next = |page| office.read.list_letters(filter, page);
    let letters: Vec<LetterRow> = whole_list!(next, |row: &LetterRow| row.id);
    let ids: Vec<LetterId> = letters.iter().map(|row| row.id).collect();
    let courses = office.read.list_courses(&ids).await?;
    let units: Vec<UnitId> =
        letters.iter().map(|row| row.unit_id).collect::<BTreeSet<UnitId>>().into_iter().collect();
    let mut names = HashMap::new();
    for chunk in units.chunks(1_000) {
        names.extend(office.read.list_units_of(chunk).await?.into_iter().map(|row| (row.id, row.name)));
    }
    let none = ReplyStage::default();
    let mut lines = Vec::with_capacity(letters.len());
    for row in &letters {
        let course = courses.get(&row.id).unwrap_or(&none);
        let number = row.serial.map(|_| row.number()).transpose()?.map(|number| number.to_string());
        let day = |at: Option<chrono::NaiveDateTime>| {
            SheetValue::from(at.map(|at| at.and_utc().with_timezone(&office_zone()).date_naive()))
        };
        lines.push(SheetRow::new(vec![
            number.unwrap_or_else(|| "（未编号）".to_owned()).into(),
            kind(row.kind.0).into(),
            names.get(&row.unit_id).cloned().into(),
            row.subject.as_str().into(),
            row.issued_on.into(),
            row.reply_by.into(),
            row.state.0.chinese().into(),
            day(course.received_at),
            day(course.replies.last().map(|(at, _)| *at)),
            day(course.closed_at),
        ]));
    }
    book(office.clock.today(), ("函件清单", "件。"), sheet_lists::letters(), lines)
}

/// What a letter is called.
fn kind(kind: LetterKind) -> &'static str {
    match kind {
        LetterKind::Warning => "预警函",
        LetterKind::ReportReminder => "催报函",
        LetterKind::ReplyReminder => "提醒函",
        LetterKind::Lifting => "解除函",
        LetterKind::Withdrawal => "撤函",
    }
}

/// 问题台账: what is open at the end of a day.
///
/// # Errors
/// [`Refusal::Invalid`] where there is too much.
pub async fn ledger_list(office: &Office, filter: &LedgerFilter) -> Result<Vec<u8>, Refusal> {
    let next = |page| office.read.list_ledger(filter, page);
    let mut rows: Vec<LedgerRow> = whole_list!(next, |row: &LedgerRow| row.episode.id);
    let last = |row: &LedgerRow| row.last_asking().map(|letter| (letter.id, letter.reply_by));
    let ids: Vec<LetterId> = rows.iter().filter_map(|row| last(row).map(|(id, _)| id)).collect();
    let courses = office.read.list_courses(&ids).await?;
    let indicators: Vec<IndicatorId> = rows.iter().map(|row| row.episode.indicator_id).collect();
    let spoken = spoken_on(office, &indicators, filter.as_of).await?;
    let end = crate::clock::end_of(filter.as_of);
    let overdue = |row: &LedgerRow| {
        let course = last(row).and_then(|(id, by)| courses.get(&id).map(|course| (course, by)));
        let by = course.filter(|(course, _)| course.state_before(end).awaits_answer());
        by.and_then(|(course, by)| course.deadline_before(end, by)).is_some_and(|by| by < filter.as_of)
    };
    let grade = |row: &LedgerRow| {
        spoken.get(&row.episode.indicator_id).map_or(row.episode.grade.0, |line| line.grade)
    };
    // Who opens the list reads its first page: what is worst, and of that what nobody has answered.
    rows.sort_by_key(|row| (grade_rank(grade(row)), !overdue(row), row.episode.id));
    let mut lines = Vec::with_capacity(rows.len());
    for (place, row) in rows.iter().enumerate() {
        let letter = last(row);
        let course = letter.and_then(|(id, _)| courses.get(&id));
        let answered = course.is_some_and(|course| course.replies.iter().any(|(at, _)| *at < end));
        let remedies = match letter {
            Some((id, _)) if answered => remedies(office, id).await?,
            _ => None,
        };
        let said = match (letter, course.map(|course| course.state_before(end))) {
            (None, _) => row.unsent_said(end),
            // The letter is done with; the matter goes on as long as its figures do.
            (Some(_), Some(LetterState::Closed)) => "函已办结",
            (Some(_), state) => state.unwrap_or(LetterState::Issued).chinese(),
        };
        let line = spoken.get(&row.episode.indicator_id);
        let figure = |of: fn(&SpokenLine) -> String| line.map(of).filter(|said| !said.is_empty());
        lines.push(SheetRow::new(vec![
            Decimal::from(place + 1).into(),
            format!("{}（{}）{}", row.indicator, row.region, grade(row).chinese()).into(),
            row.unit.clone().into(),
            row.source.clone().into(),
            figure(|line| line.line.target_text.clone()).into(),
            figure(|line| line.said.reached.clone()).into(),
            figure(|line| line.said.gap.clone()).into(),
            grade(row).into(),
            row.episode.handling.map(|word| word.0.label().to_owned()).into(),
            row.episode.opened_on.into(),
            letter.and_then(|(_, by)| course.map_or(by, |course| course.deadline_before(end, by))).into(),
            remedies.into(),
            said.into(),
        ]));
    }
    book(filter.as_of, ("问题台账", "个未解除的问题。"), sheet_lists::ledger(), lines)
}

/// What the last reply says will be done.
async fn remedies(office: &Office, letter: LetterId) -> Result<Option<String>, Refusal> {
    let replies = office.read.list_replies(letter).await?;
    let last = replies.last().map(|reply| {
        let said = reply.remedies.iter().map(|remedy| format!("{}（{}前）", remedy.action, remedy.due_on));
        said.collect::<Vec<_>>().join("；")
    });
    Ok(last.filter(|said| !said.is_empty()))
}

/// A workbook with one list under its title and its count; `counted` is what follows the number.
pub(super) fn book(
    day: NaiveDate,
    (title, counted): (&str, &str),
    columns: Vec<SheetColumn>,
    rows: Vec<SheetRow>,
) -> Result<Vec<u8>, Refusal> {
    let sheet = Sheet {
        name: title.to_owned(),
        title: title.to_owned(),
        note: format!("{}，共{}{counted}", day.format("%Y年%-m月%-d日"), rows.len()),
        columns,
        rows,
        ..Sheet::default()
    };
    written(&[sheet], day).map_err(|error| Invalid::new("", "too_many", error.to_string()).into())
}
