//! What can be said of a letter's lines together.

use rust_decimal::Decimal;
use serde::Serialize;

use super::line::{LetterLine, LineForecast, LineState};
use super::serde_text;
use xushi_domain::{Grade, Level};

/// How many lines a letter describes one by one; of more it names the worst.
pub(super) const EACH_MAX: usize = 5;
/// How many of the worst it names.
const WORST_MAX: usize = 3;

/// Lines of one state and grade.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub(super) struct Group {
    #[serde(with = "serde_text::word")]
    state: LineState,
    /// Whether all of them are critical.
    grave: bool,
    count: usize,
}

/// The lines together.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub(super) struct Summary {
    /// Worst first.
    groups: Vec<Group>,
    /// The state of all of them, where it is one.
    #[serde(with = "serde_text::optional_word")]
    state: Option<LineState>,
    /// How many are critical, missed, or broken.
    grave: usize,
    /// How many can still come right.
    open: usize,
    /// How many of these are neither late nor fine: what may be missed.
    at_risk: usize,
    /// How many more are behind and will reach their targets all the same, as is expected.
    hopeful: usize,
    /// The state of all of those, where it is one; of what is short of its way, watched and behind are one.
    #[serde(with = "serde_text::optional_word")]
    risk: Option<LineState>,
    /// The level that the worst of them call for now; none where none does.
    #[serde(with = "serde_text::optional_word")]
    level: Option<Level>,
    /// How many call for it.
    of_level: usize,
    /// How many windows are over.
    over: usize,
    /// How many of these are limits.
    over_limits: usize,
    /// How many milestones are late.
    late: usize,
    /// How many windows are over without a last figure.
    unreported: usize,
    /// How many limits are broken for good.
    broken: usize,
    /// How many are achieved.
    reached: usize,
    /// How many are taken off the plan.
    retired: usize,
    /// How many limits are among those that can come right.
    limits: usize,
    /// Numbers of the worst lines, worst first.
    worst: Vec<u32>,
}

impl Summary {
    pub(super) fn of(lines: &[LetterLine]) -> Self {
        let count = |is: &dyn Fn(&LetterLine) -> bool| lines.iter().filter(|line| is(line)).count();
        let over = count(&|line| line.state == LineState::Missed);
        let broken = count(&|line| line.state == LineState::LimitBroken);
        let reached = count(&|line| line.state == LineState::Reached);
        let retired = count(&|line| line.state == LineState::Retired);
        let mut groups: Vec<Group> = Vec::new();
        let mut sorted: Vec<&LetterLine> = lines.iter().collect();
        sorted.sort_by_key(|line| std::cmp::Reverse(gravity(line)));
        for line in &sorted {
            let grave = line.grade == Some(Grade::Critical);
            match groups.iter_mut().find(|group| group.state == line.state && group.grave == grave) {
                Some(group) => group.count += 1,
                None => groups.push(Group { state: line.state, grave, count: 1 }),
            }
        }
        let first = lines.first().map(|line| line.state);
        let behind = || lines.iter().filter(|line| may_be_missed(line.state));
        let risks = || behind().filter(|line| !is_hopeful(line)).map(|line| of_one(line.state));
        let level = lines.iter().filter_map(called_for).max();
        Self {
            at_risk: risks().count(),
            hopeful: behind().filter(|line| is_hopeful(line)).count(),
            risk: risks().next().filter(|state| risks().all(|other| other == *state)),
            level,
            of_level: count(&|line| level.is_some() && called_for(line) == level),
            state: first.filter(|state| lines.iter().all(|line| line.state == *state)),
            groups,
            grave: count(&is_grave),
            open: lines.len() - over - broken - reached - retired,
            over,
            over_limits: count(&|line| line.state == LineState::Missed && line.limit),
            late: count(&|line| line.state == LineState::Late),
            unreported: count(&|line| line.state == LineState::Unreported),
            broken,
            reached,
            retired,
            limits: count(&|line| line.limit && line.state == LineState::OverLimit),
            worst: sorted.iter().take(WORST_MAX).map(|line| line.ordinal).collect(),
        }
    }
}

/// Whether a line in this state is neither decided, nor late, nor fine.
fn may_be_missed(state: LineState) -> bool {
    match state {
        LineState::Watch
        | LineState::Behind
        | LineState::Short
        | LineState::OverLimit
        | LineState::Foreseen => true,
        LineState::Apart
        | LineState::Unreported
        | LineState::LimitBroken
        | LineState::Late
        | LineState::Missed
        | LineState::OnPace
        | LineState::Reached
        | LineState::Retired => false,
    }
}

/// Whether a miss is so improbable that nobody speaks of its risk: at most 20 %, the part beyond the interval that is told.
fn is_hopeful(line: &LetterLine) -> bool {
    let hopeful = |forecast: &LineForecast| forecast.p_miss.printed() <= Decimal::from(20);
    line.state != LineState::Foreseen && line.forecast.as_ref().is_some_and(hopeful)
}

fn of_one(state: LineState) -> LineState {
    if state == LineState::Watch { LineState::Behind } else { state }
}

/// The level a line calls for; of one frozen before levels were, as its grade has it.
fn called_for(line: &LetterLine) -> Option<Level> {
    let grade = || match line.grade? {
        Grade::Missed => Some(Level::Red),
        Grade::Critical => Some(Level::Orange),
        Grade::Behind => Some(Level::Yellow),
        _ => line.ground.as_ref().map(|ground| ground.level),
    };
    line.level.or_else(grade)
}

fn is_grave(line: &LetterLine) -> bool {
    matches!(line.grade, Some(Grade::Critical | Grade::Missed))
}

/// By grade, then by how far behind in points.
fn gravity(line: &LetterLine) -> (u8, Option<Decimal>) {
    // What is broken for good is as grave as what was missed.
    let broken = line.state == LineState::LimitBroken;
    let grade = if broken { Some(Grade::Missed) } else { line.grade };
    let severity = grade.and_then(Grade::severity).unwrap_or(0);
    let points = line.shortfall_points.as_ref().or(line.shortfall_share.as_ref());
    let points = points.or(line.shortfall.as_ref().filter(|gap| gap.unit == "个百分点"));
    (severity, points.map(|points| points.value))
}
