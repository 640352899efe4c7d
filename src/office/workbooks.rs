//! Lists of the office as workbooks (.xlsx) that a person sends on, and forms that units fill in.

mod breakdown_book;
pub mod form_keys;
mod list_books;
mod month_book;
mod problem_book;
mod roster_book;

pub use breakdown_book::breakdown;
pub use list_books::{ledger_list, letter_list, observation_list};
pub use month_book::{AskedForm, month_form};
pub(in crate::office) use month_book::{asked_figure, asked_period, span};
pub use problem_book::problem_list;
pub use roster_book::{contact_roster, unit_roster};

use chrono::NaiveDate;
use rust_decimal::Decimal;

use super::{Office, Refusal, assessed};
use crate::domain::Invalid;
use crate::sheets::{Sheet, SheetRow, SheetValue, sheet_lists, written};
use crate::store::rows::{BoardFilter, BoardRow};
use crate::store::types::{IndicatorId, Number};

/// Media type of a workbook.
pub const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

/// Rows read at once.
const PAGE: i64 = 500;
/// Most indicators in one workbook.
const ROWS_MAX: usize = 20_000;

/// The board (进展总表) as a workbook: an indicator a row, what needs a person first. `as_of`: as it was known on that day; `None`: as it
/// is now.
///
/// # Errors
/// [`Refusal::Invalid`] where it would be too large.
pub async fn board(
    office: &Office,
    filter: BoardFilter,
    (title, as_of): (&str, Option<NaiveDate>),
) -> Result<Vec<u8>, Refusal> {
    let rows = match as_of {
        None => present(office, &filter).await?,
        Some(day) => past(office, &filter, day).await?,
    };
    let day = as_of.unwrap_or_else(|| office.clock.today());
    let row = |(place, row): (usize, &BoardRow)| line(place + 1, row);
    let sheet = Sheet {
        name: "进展总表".to_owned(),
        title: format!("{title}进展情况"),
        note: format!("截至{}，共{}项指标；最需要处理的在前。", day.format("%Y年%-m月%-d日"), rows.len()),
        columns: sheet_lists::board(),
        rows: rows.iter().enumerate().map(row).collect(),
        ..Sheet::default()
    };
    written(&[sheet], day).map_err(|error| Invalid::new("campaign", "too_many", error.to_string()).into())
}

fn too_many(most: usize) -> Refusal {
    let detail = format!("超过{most}项，请按攻坚行动、单位或地区分几次导出。");
    Invalid::new("campaign", "too_many", detail).into()
}

async fn present(office: &Office, filter: &BoardFilter) -> Result<Vec<BoardRow>, Refusal> {
    let mut rows: Vec<BoardRow> = Vec::new();
    loop {
        let after = rows.last().map(|row| (row.current.grade_rank, row.id));
        let mut page = office.read.list_board(filter, PAGE, after).await?;
        let is_last = page.len() <= PAGE as usize;
        page.truncate(PAGE as usize);
        rows.append(&mut page);
        if is_last {
            return Ok(rows);
        }
        if rows.len() > ROWS_MAX {
            return Err(too_many(ROWS_MAX));
        }
    }
}

async fn past(office: &Office, filter: &BoardFilter, day: NaiveDate) -> Result<Vec<BoardRow>, Refusal> {
    let order = assessed::board_order(office, filter, day).await?;
    if order.len() > ROWS_MAX {
        return Err(too_many(ROWS_MAX));
    }
    let ids: Vec<IndicatorId> = order.iter().map(|(_, id)| *id).collect();
    let mut rows = Vec::with_capacity(ids.len());
    for chunk in ids.chunks(PAGE as usize) {
        let mut page = assessed::board_on(office, chunk, day).await?;
        page.sort_by_key(|row| (row.current.grade_rank, row.id));
        rows.append(&mut page);
    }
    Ok(rows)
}

fn line(place: usize, row: &BoardRow) -> SheetRow {
    let figures = row.assessment.as_ref().map(|assessment| &assessment.figures);
    let number =
        |number: Option<Number>| SheetValue::from(number.map(|number| number.0.round_dp(4).normalize()));
    let percent = |number: Option<Number>| {
        SheetValue::from(number.map(|number| (number.0 * Decimal::ONE_HUNDRED).round_dp(2)))
    };
    let p_miss = figures.and_then(|figures| figures.p_miss).map(|number| number.0);
    let grade = row.current.grade.0;
    let said = Some(grade.beside_forecast(p_miss)).filter(|said| said != grade.chinese());
    let unit =
        figures.and_then(|figures| figures.actual_unit.clone()).unwrap_or_else(|| row.measure.2.clone());
    SheetRow::new(vec![
        SheetValue::from(Decimal::from(place)),
        row.task.1.clone().into(),
        row.measure.1.clone().into(),
        row.region.1.clone().into(),
        row.lead_unit.1.clone().into(),
        row.phrase.clone().unwrap_or_else(|| "未下达".to_owned()).into(),
        unit.into(),
        number(figures.and_then(|figures| figures.actual)),
        SheetValue::from(figures.and_then(|figures| figures.data_end)),
        percent(figures.and_then(|figures| figures.completion)),
        // What is due of the way says nothing where nothing is said of how far it has come, as of a rate.
        percent(
            figures.filter(|figures| figures.completion.is_some()).and_then(|figures| figures.due_fraction),
        ),
        SheetValue::Grade(grade),
        said.into(),
    ])
}
