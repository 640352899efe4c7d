//! From the board's facts to the page.

use std::collections::{BTreeMap, HashMap};

use chrono::NaiveDate;
use serde::Serialize;

use super::Asked;
use super::ask_about::{ASKED, WHY, chosen};
use super::board_letters::{HandlingView, OverdueView, StepView, handling, overdue, steps};
use super::board_reading::Beside;
use super::board_sentence::sentence;
use crate::api::State;
use crate::api::http::masked::seen_by;
use crate::domain::{ContactRole, Grade, TextEnum as _};
use crate::letter::draw_svg;
use crate::office::rows::grade_rank;
use crate::office::spoken_board::{SpokenBoard, SpokenLine};
use crate::office::types::{IndicatorId, TaskId};
use crate::web::grades::GradeView;
use crate::web::said_dates::{long, span};
use crate::web::visitor::Visitor;

/// Curves on the page: those that lag, and others up to a few.
const CURVES: usize = 18;
const CURVES_LEAST: usize = 6;
/// Lines of the 红榜.
const PRAISED: usize = 6;

/// How many indicators have a grade.
#[derive(Serialize)]
struct CountView {
    grade: GradeView,
    key: &'static str,
    count: usize,
    /// Against the end of the month before, where that is known.
    moved: Option<String>,
    shown: bool,
}

/// One indicator of the table.
#[derive(Serialize)]
struct RowView {
    name: String,
    region: String,
    grade: GradeView,
    grade_said: String,
    target: String,
    period: String,
    reached: String,
    due: String,
    gap: String,
    needed: String,
    rank: String,
    unit: String,
    letter: String,
    missing: String,
}

#[derive(Serialize)]
struct GroupView {
    task: String,
    rows: Vec<RowView>,
}

/// One matter to ask about.
#[derive(Serialize)]
struct AskView {
    name: String,
    grade: GradeView,
    said: String,
    likely: String,
    unit: String,
    person: String,
    phone: String,
    dialled: String,
    standing: String,
    curve: Option<String>,
}

#[derive(Serialize)]
struct CurveView {
    name: String,
    grade: GradeView,
    gap: String,
    svg: String,
}

#[derive(Serialize)]
struct PraiseView {
    name: String,
    unit: String,
    why: String,
}

/// The whole page.
#[derive(Serialize)]
pub(super) struct BoardPage {
    campaign: String,
    address: String,
    /// For links that keep the day.
    query: String,
    as_of: NaiveDate,
    as_of_said: String,
    today: NaiveDate,
    data_until: String,
    sentence: String,
    total: usize,
    counts: Vec<CountView>,
    only: Option<GradeView>,
    asks: Vec<AskView>,
    why: &'static str,
    groups: Vec<GroupView>,
    steps: Vec<StepView>,
    handling: Vec<HandlingView>,
    overdue: Vec<OverdueView>,
    curves: Vec<CurveView>,
    praised: Vec<PraiseView>,
}

impl BoardPage {
    pub(super) fn of(
        state: &State,
        visitor: &Visitor,
        asked: &Asked,
        (board, beside): (SpokenBoard, Beside),
    ) -> Self {
        let SpokenBoard { as_of, lines } = &board;
        let (as_of, lines) = (*as_of, lines.as_slice());
        let grades: Vec<Grade> = lines.iter().map(|line| line.grade).collect();
        let overdue_letters = beside.tallied.iter().filter(|letter| letter.overdue).count();
        let late = |line: &SpokenLine| beside.is_late(line, as_of);
        let asks: Vec<AskView> = chosen(lines, late)
            .into_iter()
            .map(|place| ask(&lines[place], &beside, (as_of, asked.as_of.is_some()), visitor))
            .collect();
        let query = asked.as_of.map(|day| format!("?as_of={day}")).unwrap_or_default();
        let shown = |line: &&SpokenLine| asked.grade.is_none_or(|grade| grade == line.grade);
        Self {
            campaign: asked.campaign.name.clone(),
            address: format!("/board/{}", asked.campaign.id.0),
            query,
            as_of,
            as_of_said: long(as_of),
            today: state.office.clock.today(),
            data_until: data_until(lines),
            sentence: format!("{}{}", sentence(&grades, overdue_letters), call(asks.len())),
            total: lines.len(),
            counts: counts(lines, &beside.before, asked.grade),
            only: asked.grade.map(GradeView::of),
            asks,
            why: WHY,
            groups: groups(lines.iter().filter(shown), &beside, as_of),
            steps: steps(&beside.tallied),
            handling: handling(&beside.tallied),
            overdue: overdue(&beside.tallied),
            curves: curves(lines),
            praised: praised(lines, &beside.before),
        }
    }
}

fn call(asks: usize) -> String {
    match asks {
        0 => "没有需要过问的事项。".to_owned(),
        some => {
            format!("今天请您过问{}件事。", if some == ASKED { "三".to_owned() } else { some.to_string() })
        }
    }
}

/// Of which days most of the figures are.
fn data_until(lines: &[SpokenLine]) -> String {
    let mut said: BTreeMap<&str, usize> = BTreeMap::new();
    for line in lines.iter().filter(|line| line.row.kind.is_some() && !line.said.data_of.is_empty()) {
        *said.entry(line.said.data_of.as_str()).or_default() += 1;
    }
    let most = said.into_iter().max_by_key(|(_, count)| *count);
    most.map(|(said, _)| format!("多为{said}")).unwrap_or_default()
}

fn counts(lines: &[SpokenLine], before: &HashMap<IndicatorId, Grade>, only: Option<Grade>) -> Vec<CountView> {
    let mut all: Vec<Grade> = Grade::ALL.to_vec();
    all.sort_by_key(|grade| grade_rank(*grade));
    let view = |grade: Grade| {
        let count = lines.iter().filter(|line| line.grade == grade).count();
        let then = before.values().filter(|known| **known == grade).count();
        // Only a month that every indicator was judged in can be compared.
        let known = !before.is_empty() && lines.iter().all(|line| before.contains_key(&line.row.id));
        let moved = match count.cmp(&then) {
            _ if !known => None,
            std::cmp::Ordering::Equal => None,
            std::cmp::Ordering::Greater => Some(format!("较上月末＋{}", count - then)),
            std::cmp::Ordering::Less => Some(format!("较上月末－{}", then - count)),
        };
        let grade_view = GradeView::of(grade);
        (count > 0).then(|| CountView {
            grade: grade_view,
            key: grade.as_str(),
            count,
            moved,
            shown: only == Some(grade),
        })
    };
    all.into_iter().filter_map(view).collect()
}

fn groups<'l>(
    lines: impl Iterator<Item = &'l SpokenLine>,
    beside: &Beside,
    as_of: NaiveDate,
) -> Vec<GroupView> {
    let mut by_task: BTreeMap<(i32, TaskId), GroupView> = BTreeMap::new();
    for line in lines {
        let (id, task) = &line.row.task;
        let place = (beside.tasks.get(id).copied().unwrap_or(i32::MAX), *id);
        let group =
            by_task.entry(place).or_insert_with(|| GroupView { task: task.clone(), rows: Vec::new() });
        group.rows.push(row(line, beside, as_of));
    }
    by_task.into_values().collect()
}

fn row(line: &SpokenLine, beside: &Beside, as_of: NaiveDate) -> RowView {
    let SpokenLine { row, said, line: figures, .. } = line;
    let rank = figures.rank.as_ref().map(|rank| match rank.of {
        Some(of) => format!("第{}位/{of}", rank.place),
        None => format!("第{}位", rank.place),
    });
    let due = if said.due.is_empty() { String::new() } else { format!("{}{}", said.due_name, said.due) };
    RowView {
        name: row.measure.1.clone(),
        region: row.region.1.clone(),
        grade: GradeView::of(line.grade),
        grade_said: line.grade_said.clone(),
        target: promised(line),
        period: period(line),
        reached: said.reached.clone(),
        due,
        gap: said.gap.clone(),
        needed: said.needed.clone(),
        rank: rank.unwrap_or_default(),
        unit: row.lead_unit.1.clone().unwrap_or_else(|| "未明确".to_owned()),
        letter: beside.standing_of(row.id, as_of).unwrap_or_default(),
        missing: figures.missing.join("；"),
    }
}

/// The days that its data are of.
fn period(line: &SpokenLine) -> String {
    match (&line.row.kind, &line.line.period) {
        // What was not promised is of no kind that would say more of its days.
        (None, Some(days)) => span(days.start, days.end),
        _ => line.said.data_of.trim_end_matches("数据").to_owned(),
    }
}

/// What was promised, in words; without the indicator's name where it is a number.
pub(in crate::web) fn promised(line: &SpokenLine) -> String {
    let said = Some(line.line.target_text.clone()).filter(|said| !said.is_empty());
    said.or_else(|| line.row.phrase.clone()).unwrap_or_else(|| "目标未下达".to_owned())
}

fn ask(line: &SpokenLine, beside: &Beside, (as_of, past): (NaiveDate, bool), visitor: &Visitor) -> AskView {
    let SpokenLine { row, said, .. } = line;
    let contacts = || beside.contacts.iter().filter(|contact| Some(contact.unit_id) == row.lead_unit.0);
    let contact = contacts().find(|one| one.role == ContactRole::Leader).or_else(|| contacts().next());
    let parts = [said.data_of.trim_end_matches("数据"), &said.reached, &said.gap, &said.needed];
    let spoken: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    let phone = contact.and_then(|one| one.phone.as_deref());
    let phone = phone.map(|phone| seen_by(visitor.caller.role, phone)).unwrap_or_default();
    let dialled = phone.chars().filter(|c| c.is_ascii_digit() || *c == '+').collect();
    AskView {
        name: format!("{}（{}）", row.measure.1, row.region.1),
        grade: GradeView::of(line.grade),
        said: if spoken.is_empty() {
            "没有数据。".to_owned()
        } else {
            format!("{}。", spoken.join("，"))
        },
        likely: line.line.forecast.as_ref().map(|f| likely(f.p_miss.printed())).unwrap_or_default(),
        unit: row.lead_unit.1.clone().unwrap_or_else(|| "未明确牵头单位".to_owned()),
        person: contact.map(|one| one.name.clone()).unwrap_or_default(),
        dialled: if phone.contains('*') { String::new() } else { dialled },
        phone,
        standing: beside.standing_of(row.id, as_of).unwrap_or_else(|| unsent(past)),
        curve: curve(line),
    }
}

/// Of a past day it is not known which letter spoke of it.
fn unsent(past: bool) -> String {
    if past { String::new() } else { "还没有发函".to_owned() }
}

fn likely(percent: rust_decimal::Decimal) -> String {
    format!("预计完不成的可能性约{}%。", percent.normalize())
}

fn curve(line: &SpokenLine) -> Option<String> {
    let name = format!("{}（{}）走势：{}", line.row.measure.1, line.row.region.1, line.said.reached);
    draw_svg(line.trend.as_ref()?, line.line.forecast.as_ref(), &name)
}

fn curves(lines: &[SpokenLine]) -> Vec<CurveView> {
    let troubled = |line: &&SpokenLine| line.grade.is_lagging() || line.grade == Grade::Watch;
    let few = lines.iter().filter(troubled).count().clamp(CURVES_LEAST, CURVES);
    let view = |line: &SpokenLine| {
        Some(CurveView {
            name: format!("{}（{}）", line.row.measure.1, line.row.region.1),
            grade: GradeView::of(line.grade),
            gap: line.said.gap.clone(),
            svg: curve(line)?,
        })
    };
    lines.iter().filter_map(view).take(few).collect()
}

/// What has risen since the month before, what is done, and who is first.
fn praised(lines: &[SpokenLine], before: &HashMap<IndicatorId, Grade>) -> Vec<PraiseView> {
    let why = |line: &SpokenLine| {
        if !line.grade.is_green() {
            return None;
        }
        let then = before.get(&line.row.id).copied();
        let risen = then.filter(|then| then.is_lagging() || *then == Grade::Watch);
        if let Some(then) = risen {
            return Some((0, format!("由{}转为{}", then.chinese(), line.grade.chinese())));
        }
        let first =
            line.line.rank.as_ref().filter(|rank| rank.place == 1 && rank.of.is_some_and(|of| of > 2));
        if let Some(rank) = first {
            return Some((1, format!("在{}中列第1位", rank.among)));
        }
        matches!(line.grade, Grade::Achieved | Grade::Ahead).then(|| {
            let gap = match line.said.gap.as_str() {
                "" | "—" => &line.said.reached,
                _ => &line.said.gap,
            };
            (2, format!("{}：{gap}", line.grade.chinese()))
        })
    };
    let mut found: Vec<_> = lines.iter().filter_map(|line| Some((why(line)?, line))).collect();
    found.sort_by_key(|((order, _), line)| (*order, std::cmp::Reverse(line.gap_points)));
    let view = |((_, why), line): ((i32, String), &SpokenLine)| PraiseView {
        name: format!("{}（{}）", line.row.measure.1, line.row.region.1),
        unit: line.row.lead_unit.1.clone().unwrap_or_default(),
        why,
    };
    found.into_iter().take(PRAISED).map(view).collect()
}
