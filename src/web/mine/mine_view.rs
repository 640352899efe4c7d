//! From a unit's letters, figures and indicators to its page.

use std::collections::BTreeMap;

use chrono::{Datelike as _, Months, NaiveDate};
use serde::Serialize;
use uuid::Uuid;

use crate::api::State;
use crate::api::http::refused::Refused;
use crate::domain::{Figure, Grade, LetterKind, LetterState, Role, Stage, TextEnum as _};
use crate::letter::draw_svg;
use crate::office::asked_figures::{AskedFigure, asked_figures};
use crate::office::rows::{BoardFilter, LetterFilter, LetterRow, Page};
use crate::office::spoken_board::{SpokenLine, spoken_board};
use crate::office::types::Id;
use crate::office::warnings::title_of;
use crate::web::campaign_board::promised;
use crate::web::grades::GradeView;
use crate::web::said_dates::{long, near};
use crate::web::visitor::Visitor;

/// Curves of one page.
const CURVES: usize = 24;
/// Months that may be reported late.
const MONTHS: u32 = 12;
/// Letters that are done, on the page.
const DONE: usize = 10;

/// What was typed into one form, and what was wrong with it.
#[derive(Default)]
pub(super) struct Typed {
    pub(super) indicator_id: Option<Uuid>,
    pub(super) fields: BTreeMap<String, String>,
    pub(super) errors: BTreeMap<String, String>,
    /// The figure that was just reported.
    pub(super) done: Option<Uuid>,
}

#[derive(Serialize)]
struct LetterView {
    title: String,
    number: String,
    state: &'static str,
    due: String,
    late: bool,
    /// Where it is received and answered.
    address: Option<String>,
}

#[derive(Serialize)]
struct FigureView {
    id: String,
    name: String,
    said: String,
    what: &'static str,
    unit: String,
    last: String,
    /// What its stages say of the period; empty where nothing was put in at a stage.
    stands: String,
    /// The stages at which this key may put it in, by word and name, the lowest first; none where it has none.
    stages: Vec<(&'static str, &'static str)>,
    due: bool,
    done: bool,
    open: bool,
    typed: BTreeMap<String, String>,
    errors: BTreeMap<String, String>,
}

#[derive(Serialize)]
struct IndicatorView {
    name: String,
    grade: GradeView,
    grade_said: String,
    target: String,
    reached: String,
    gap: String,
    needed: String,
    missing: String,
    svg: Option<String>,
}

/// The whole page.
#[derive(Serialize)]
pub(super) struct MinePage {
    unit: String,
    today: String,
    today_iso: NaiveDate,
    as_of: String,
    sentence: String,
    letters: Vec<LetterView>,
    done: Vec<LetterView>,
    linked: bool,
    reports: bool,
    month: String,
    month_said: String,
    months: Vec<(String, String)>,
    figures: Vec<FigureView>,
    known: Vec<FigureView>,
    reported: Option<String>,
    mistakes: usize,
    source: String,
    indicators: Vec<IndicatorView>,
}

pub(super) async fn read(
    state: &State,
    (visitor, unit_id): (&Visitor, Uuid),
    until: NaiveDate,
    typed: &Typed,
) -> Result<MinePage, Refused> {
    let (read, today) = (&state.office.read, state.office.clock.today());
    let unit = read.find_unit(Id::of(unit_id)).await?.ok_or_else(|| Refused::not_found("责任单位"))?.name;
    let filter = LetterFilter { unit_id: Some(Id::of(unit_id)), numbered: true, ..LetterFilter::default() };
    let rows = read.list_letters(&filter, Page { limit: 500, after: None }).await?;
    let asks = |row: &&LetterRow| row.state.0.awaits_answer() && row.kind.0.asks();
    let mut letters: Vec<LetterView> =
        rows.iter().filter(asks).map(|row| letter(state, row, today)).collect();
    letters.sort_by_key(|view| !view.late);
    // A reminder goes with the letter that it reminds of.
    let own = |row: &&LetterRow| !asks(row) && row.kind != LetterKind::ReplyReminder;
    let settled = rows.iter().rev().filter(own).take(DONE);
    let done: Vec<LetterView> = settled.map(|row| letter(state, row, today)).collect();
    let asked = asked_figures(&state.office, Id::of(unit_id), until).await?;
    let (due, known): (Vec<_>, Vec<_>) = asked.iter().partition(|one| one.due);
    let view = |one: &&AskedFigure| figure(one, visitor.caller.stage, typed, today);
    let own = BoardFilter { unit_id: Some(Id::of(unit_id)), alive_on: Some(today), ..BoardFilter::default() };
    let board = spoken_board(&state.office, &own, None).await?;
    let indicators = board.lines.iter().enumerate().map(|(n, line)| indicator(line, n < CURVES));
    let reported = asked.iter().find(|one| Some(one.indicator_id.0) == typed.done);
    Ok(MinePage {
        sentence: sentence(&letters, due.len(), &board.lines),
        source: format!("{unit}报送"),
        unit,
        today: long(today),
        today_iso: today,
        as_of: long(board.as_of),
        letters,
        done,
        linked: state.office.letters.links.is_some(),
        reports: visitor.caller.role == Role::Reporter,
        month: until.format("%Y-%m").to_string(),
        month_said: month_said(until),
        months: months(until, today),
        figures: due.iter().map(view).collect(),
        known: known.iter().map(view).collect(),
        reported: reported.map(|one| format!("{}（{}）{}已报送。", one.measure, one.region, one.said)),
        mistakes: typed.errors.len(),
        indicators: indicators.collect(),
    })
}

/// 有1封函要反馈（1封已逾期），2项数据要报；5项指标中1项滞后。
fn sentence(letters: &[LetterView], due: usize, lines: &[SpokenLine]) -> String {
    let late = letters.iter().filter(|letter| letter.late).count();
    let mut parts = Vec::new();
    if !letters.is_empty() {
        let late = if late > 0 { format!("（{late}封已逾期）") } else { String::new() };
        parts.push(format!("{}封函要办{late}", letters.len()));
    }
    if due > 0 {
        parts.push(format!("{due}项数据要报"));
    }
    let owed = match parts.len() {
        0 => "眼下没有要办的函，也没有要报的数据。".to_owned(),
        _ => format!("有{}。", parts.join("，")),
    };
    let behind = lines.iter().filter(|line| line.grade.is_lagging()).count();
    let watched = lines.iter().filter(|line| line.grade == Grade::Watch).count();
    let count = |wanted: &[Grade]| lines.iter().filter(|line| wanted.contains(&line.grade)).count();
    let unknown = count(&[Grade::NoData, Grade::OverdueReport]);
    let unset = count(&[Grade::NoTarget]);
    let stand = match (lines.len(), behind + watched + unknown + unset) {
        (0, _) => "没有牵头的指标。".to_owned(),
        (all, 0) => format!("牵头的{all}项指标没有滞后的。"),
        (all, _) => {
            let parts =
                [(behind, "滞后"), (watched, "需要关注"), (unknown, "未报或缺数据"), (unset, "目标未下达")];
            let parts: Vec<String> = parts
                .iter()
                .filter(|(count, _)| *count > 0)
                .map(|(count, word)| format!("{count}项{word}"))
                .collect();
            format!("牵头的{all}项指标中，{}。", parts.join("，"))
        }
    };
    format!("{owed}{stand}")
}

fn letter(state: &State, row: &LetterRow, today: NaiveDate) -> LetterView {
    let number = row.number().map(|number| number.to_string()).unwrap_or_default();
    let links = state.office.letters.links.as_ref();
    let token = links.map(|links| links.token(row.id.0, row.issued_on.unwrap_or(row.as_of)));
    // A reminder is answered by answering the letter that it reminds of, which has a line of its own.
    let waits = row.state.0.awaits_answer() && row.kind.0.asks();
    let late = waits && row.reply_by.is_some_and(|by| by < today);
    let due = match row.reply_by.filter(|_| waits) {
        Some(by) if late => format!("应于{}前反馈，已逾期{}天", near(by, today), (today - by).num_days()),
        Some(by) => format!("{}前反馈", near(by, today)),
        None => String::new(),
    };
    let state_name = match row.state.0 {
        LetterState::Received if row.reply_by.is_none() => "已签收",
        state => state.chinese(),
    };
    LetterView {
        title: title_of(&row.subject, &number).to_owned(),
        number,
        state: state_name,
        due,
        late,
        address: token.map(|token| format!("/r/{token}")),
    }
}

fn figure(asked: &AskedFigure, highest: Option<Stage>, typed: &Typed, today: NaiveDate) -> FigureView {
    let own = typed.indicator_id == Some(asked.indicator_id.0);
    let last = asked
        .last
        .as_ref()
        .map(|(until, value)| format!("上次报送：截至{}，{value}{}", near(*until, today), asked.unit));
    FigureView {
        id: asked.indicator_id.0.to_string(),
        name: format!("{}（{}）", asked.measure, asked.region),
        said: asked.said.clone(),
        what: match asked.figure {
            Figure::Yoy => "同比增速",
            Figure::Rank => "位次",
            Figure::Level => "数值",
        },
        unit: asked.unit.clone(),
        last: last.unwrap_or_else(|| "还没有报送过".to_owned()),
        stands: asked.stands.clone().unwrap_or_default(),
        stages: (asked.stages.stages().iter().enumerate())
            .filter(|(place, stage)| *place == 0 || Some(**stage) <= highest)
            .map(|(_, stage)| (stage.as_str(), stage.chinese()))
            .collect(),
        due: asked.due,
        done: typed.done == Some(asked.indicator_id.0),
        open: own,
        typed: if own { typed.fields.clone() } else { BTreeMap::new() },
        errors: if own { typed.errors.clone() } else { BTreeMap::new() },
    }
}

fn indicator(line: &SpokenLine, drawn: bool) -> IndicatorView {
    let SpokenLine { row, said, .. } = line;
    let name = format!("{}（{}）", row.measure.1, row.region.1);
    let parts = [said.data_of.trim_end_matches("数据"), said.reached.as_str()];
    let parts: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    let drawing = || draw_svg(line.trend.as_ref()?, line.line.forecast.as_ref(), &format!("{name}走势"));
    IndicatorView {
        grade: GradeView::of(line.grade),
        grade_said: line.grade_said.clone(),
        target: promised(line),
        reached: if said.reached.is_empty() { String::new() } else { parts.join("") },
        gap: said.gap.clone(),
        needed: said.needed.clone(),
        missing: line.line.missing.join("；"),
        svg: drawn.then(drawing).flatten(),
        name,
    }
}

fn month_said(until: NaiveDate) -> String {
    format!("{}年{}月", until.year(), until.month())
}

/// The months that may be chosen, the latest first, the chosen one among them.
fn months(chosen: NaiveDate, today: NaiveDate) -> Vec<(String, String)> {
    let first = today.with_day(1).unwrap_or(today);
    let mut all: Vec<NaiveDate> =
        (1..=MONTHS).filter_map(|back| first.checked_sub_months(Months::new(back))).collect();
    let chosen = chosen.with_day(1).unwrap_or(chosen);
    if !all.contains(&chosen) {
        all.push(chosen);
    }
    all.iter().map(|day| (day.format("%Y-%m").to_string(), month_said(*day))).collect()
}
