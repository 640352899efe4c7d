//! The board as people read it: each indicator with the figures and words that a letter would use of it, from one reading.

use std::collections::HashMap;

use chrono::NaiveDate;
use rust_decimal::Decimal;

use super::warnings::{line, trend};
use super::{Office, Refusal};
use crate::domain::pace::RankBy;
use crate::domain::{Grade, Invalid};
use crate::evidence::{Comparisons, Evidence, gather};
use crate::letter::{LetterLine, LineSaid, LineState, Trend};
use crate::store::StoreError;
use crate::store::rows::{BoardFilter, BoardRow, grade_rank};
use crate::store::types::IndicatorId;

/// Most indicators of one board.
pub const BOARD_MAX: usize = 1_000;

/// One indicator of the board.
pub struct SpokenLine {
    /// What it is and where it stands in the plan, by the names of the day.
    pub row: BoardRow,
    /// How it stands.
    pub grade: Grade,
    /// The same, with what is expected beside a good grade.
    pub grade_said: String,
    /// Its figures.
    pub line: LetterLine,
    /// Its words.
    pub said: LineSaid,
    /// How likely the target will be missed, 0..=1.
    pub p_miss: Option<Decimal>,
    /// Gap in points, positive is good.
    pub gap_points: Option<Decimal>,
    /// Its course, where it can be drawn.
    pub trend: Option<Trend>,
    /// What the verdict rests on.
    pub(in crate::office) evidence: Evidence,
    /// What its place among siblings was worked out by.
    pub(in crate::office) ranked_by: Option<RankBy>,
}

/// The board of a day.
pub struct SpokenBoard {
    /// The day.
    pub as_of: NaiveDate,
    /// Its indicators, what needs a person first.
    pub lines: Vec<SpokenLine>,
}

/// The board on `as_of`; `None`: as it is in force, which is the day of the last evaluation.
///
/// # Errors
/// [`Refusal::Invalid`] where it has more than [`BOARD_MAX`] indicators; the wording, or the database.
pub async fn spoken_board(
    office: &Office,
    filter: &BoardFilter,
    as_of: Option<NaiveDate>,
) -> Result<SpokenBoard, Refusal> {
    let most = i64::try_from(BOARD_MAX).unwrap_or(i64::MAX);
    let (as_of, rows) = match as_of {
        Some(day) => {
            let ids = office.read.list_by_series(filter, day).await?;
            bounded(ids.len())?;
            (day, office.read.list_board_on(&ids, day).await?)
        }
        None => {
            let rows = office.read.list_board(filter, most, None).await?;
            (evaluated_on(office, &rows).await?, rows)
        }
    };
    bounded(rows.len())?;
    let mut lines = spoken_lines(office, rows, as_of).await?;
    lines.sort_by_key(|line| {
        (grade_rank(line.grade), line.gap_points, std::cmp::Reverse(line.p_miss), line.row.id)
    });
    Ok(SpokenBoard { as_of, lines })
}

/// These indicators as they stood on a day.
///
/// # Errors
/// The wording, or the database.
pub(in crate::office) async fn spoken_on(
    office: &Office,
    ids: &[IndicatorId],
    day: NaiveDate,
) -> Result<HashMap<IndicatorId, SpokenLine>, Refusal> {
    let mut found = HashMap::with_capacity(ids.len());
    for chunk in ids.chunks(BOARD_MAX) {
        let rows = office.read.list_board_on(chunk, day).await?;
        for line in spoken_lines(office, rows, day).await? {
            found.insert(line.row.id, line);
        }
    }
    Ok(found)
}

async fn spoken_lines(
    office: &Office,
    rows: Vec<BoardRow>,
    as_of: NaiveDate,
) -> Result<Vec<SpokenLine>, Refusal> {
    let ids: Vec<IndicatorId> = rows.iter().map(|row| row.id).collect();
    let evidence = gather::evidence_of(&office.read, &office.calendar, &ids, as_of, Comparisons::All).await?;
    let mut evidence: HashMap<IndicatorId, Evidence> =
        evidence.into_iter().map(|one| (one.row.id, one)).collect();
    let mut lines = Vec::with_capacity(rows.len());
    for row in rows {
        if let Some(evidence) = evidence.remove(&row.id) {
            lines.push(spoken(office, row, evidence, as_of)?);
        }
    }
    Ok(lines)
}

fn bounded(count: usize) -> Result<(), Invalid> {
    if count <= BOARD_MAX {
        return Ok(());
    }
    let detail = format!("超过{BOARD_MAX}项指标，请按下级攻坚行动分别查看，或下载工作簿。");
    Err(Invalid::new("campaign", "too_many", detail))
}

/// The day that what is in force holds for: of the last evaluation by the clock, or of the latest verdict.
async fn evaluated_on(office: &Office, rows: &[BoardRow]) -> Result<NaiveDate, StoreError> {
    let today = office.clock.today();
    let judged = rows.iter().filter_map(|row| Some(row.assessment.as_ref()?.as_of)).max();
    let zone = crate::clock::office_zone();
    let slot = office.read.find_last_done("evaluate").await?;
    let run = slot.and_then(|slot| slot.finished_at).map(|at| at.and_utc().with_timezone(&zone).date_naive());
    Ok(judged.max(run).map_or(today, |day| day.min(today)))
}

fn spoken(
    office: &Office,
    mut row: BoardRow,
    evidence: Evidence,
    as_of: NaiveDate,
) -> Result<SpokenLine, Refusal> {
    let assessment = evidence.grounds.judge(as_of);
    let mut line = line(&evidence, &assessment, as_of, 0);
    (line.indicator, line.region) = (row.measure.1.clone(), row.region.1.clone());
    let said = office.letters.templates.said_of(&line)?;
    let p_miss = assessment.forecast.map(|forecast| forecast.p_miss());
    (row.kind, row.phrase) = (evidence.row.target.kind, evidence.row.target.phrase.clone());
    Ok(SpokenLine {
        grade: assessment.grade,
        grade_said: match line.state {
            LineState::LimitBroken | LineState::OverLimit | LineState::Late => line.grade_label.clone(),
            _ => assessment.grade.beside_forecast(p_miss),
        },
        said,
        p_miss,
        gap_points: assessment.gap_points.and_then(|gap| gap.value()),
        trend: trend(&evidence, as_of),
        ranked_by: assessment.rank.map(|rank| rank.by),
        line,
        row,
        evidence,
    })
}
