//! 问题台账 from 登记 to 销号 as a workbook.

use rust_decimal::Decimal;

use super::{PAGE, ROWS_MAX, too_many};
use crate::domain::problem::{OVER, RED};
use crate::domain::{Grade, Invalid, ProblemState, TextEnum as _};
use crate::office::problem_ledger::{TrackedProblem, tracked};
use crate::office::{Office, Refusal};
use crate::sheets::{Sheet, SheetRow, SheetValue, Tone, sheet_lists, written};
use crate::store::rows::ProblemFilter;
use crate::store::types::UnitId;

/// 问题台账 on a day: problems that pass the filter, red and overdue ones first; those that are over only where states are asked for.
/// `unit`: for whom it is, where that is a unit: it reads what it said itself.
///
/// # Errors
/// [`Refusal::Invalid`] where there are too many; the wording; those of the database.
pub async fn problem_list(
    office: &Office,
    filter: &ProblemFilter,
    unit: Option<UnitId>,
) -> Result<Vec<u8>, Refusal> {
    let standing = || ProblemState::ALL.iter().copied().filter(|state| !OVER.contains(state)).collect();
    let states = Some(filter.states.clone().unwrap_or_else(standing));
    let filter = ProblemFilter { states, ..filter.clone() };
    let mut problems: Vec<TrackedProblem> = Vec::new();
    loop {
        let after = problems.last().map(|one| one.listed.place());
        let mut page = office.read.list_problems(&filter, PAGE, after).await?;
        let is_last = page.len() <= PAGE as usize;
        page.truncate(PAGE as usize);
        problems.append(&mut tracked(office, page, filter.as_of).await?);
        if is_last {
            break;
        }
        if problems.len() > ROWS_MAX {
            return Err(too_many(ROWS_MAX));
        }
    }
    let count = |is: &dyn Fn(&TrackedProblem) -> bool| problems.iter().filter(|one| is(one)).count();
    let (red, overdue) = (count(&TrackedProblem::is_red), count(&TrackedProblem::is_overdue));
    let day = filter.as_of;
    let sheet = Sheet {
        name: "问题台账".to_owned(),
        title: "问题台账".to_owned(),
        note: format!(
            "截至{}，共{}个问题，其中红色{red}个、逾期{overdue}个；红色的和逾期的在前。",
            day.format("%Y年%-m月%-d日"),
            problems.len()
        ),
        columns: sheet_lists::problems(),
        rows: problems.iter().enumerate().map(|(at, one)| line(at + 1, one, one.is_told_to(unit))).collect(),
        ..Sheet::default()
    };
    written(&[sheet], day).map_err(|error| Invalid::new("campaign", "too_many", error.to_string()).into())
}

fn line(place: usize, one: &TrackedProblem, told: bool) -> SheetRow {
    let row = &one.listed.row;
    let figures = one.figures.as_ref();
    let own = |text: String| SheetValue::from(if told { text } else { String::new() });
    let contact = one.contact().map(|(person, phone)| match phone {
        Some(phone) => format!("{person}\n{phone}"),
        None => person.to_owned(),
    });
    let progress = one.progress().map(|(on, text)| format!("{}：{text}", on.format("%-m月%-d日")));
    SheetRow::new(vec![
        Decimal::from(place).into(),
        row.title.clone().into(),
        row.source.0.chinese().into(),
        row.level.0.chinese().into(),
        one.listed.unit.clone().into(),
        figures.map(|figures| figures.target.clone()).into(),
        figures.map(|figures| figures.actual.clone()).into(),
        figures.map_or(SheetValue::Empty, |figures| gap(figures.grade, &figures.gap)),
        own(one.cause().unwrap_or_default().to_owned()),
        own(one.measures().join("\n")),
        own(contact.unwrap_or_default()),
        row.due_on.into(),
        own(progress.unwrap_or_default()),
        state(one),
        Decimal::from(row.repeats).into(),
    ])
}

/// The gap with the word of the grade, in its colour.
fn gap(grade: Grade, gap: &str) -> SheetValue {
    let said =
        if gap.is_empty() { grade.chinese().to_owned() } else { format!("{gap}（{}）", grade.chinese()) };
    let tone = match grade {
        grade if RED.contains(&grade) => Tone::Bad,
        Grade::Behind | Grade::Watch => Tone::Underway,
        Grade::OnPace | Grade::Ahead | Grade::Achieved => Tone::Good,
        _ => Tone::Plain,
    };
    SheetValue::Toned(said, tone)
}

/// How far it has come, in its colour: red where it is overdue.
fn state(one: &TrackedProblem) -> SheetValue {
    let state = one.listed.row.state.0;
    let tone = match state {
        _ if one.is_overdue() => Tone::Bad,
        ProblemState::Closed => Tone::Good,
        ProblemState::Open | ProblemState::Withdrawn => Tone::Plain,
        _ => Tone::Underway,
    };
    let said = match one.days_overdue() {
        0 => state.chinese().to_owned(),
        days => format!("{}\n逾期{days}天", state.chinese()),
    };
    SheetValue::Toned(said, tone)
}
