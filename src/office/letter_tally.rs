//! Where letters stood at the end of a day: what the boards of letters count.

use super::Office;
use crate::clock::end_of;
use crate::domain::{Handling, LetterState};
use crate::store::StoreError;
use crate::store::rows::LedgerFilter;
use crate::store::types::{LetterId, UnitId};

/// An issued letter as a board counts it.
#[derive(Debug, Clone)]
pub struct TalliedLetter {
    /// Addressee.
    pub unit_id: UnitId,
    /// Its name.
    pub unit: String,
    /// Where it stood.
    pub standing: LetterState,
    /// Whether a server had taken a mail to the addressee.
    pub delivered: bool,
    /// 签收
    pub received: bool,
    /// 销号
    pub closed: bool,
    /// Whether nothing was left to answer.
    pub settled: bool,
    /// 撤函
    pub withdrawn: bool,
    /// Whether its unit still had to answer it.
    pub waits: bool,
    /// Whether its answer was overdue.
    pub overdue: bool,
    /// How far it has climbed.
    pub handling: Option<Handling>,
}

/// The letters issued by the end of a day.
///
/// # Errors
/// When the database fails.
pub async fn tally(office: &Office, filter: &LedgerFilter) -> Result<Vec<TalliedLetter>, StoreError> {
    let letters = office.read.list_board_letters(filter).await?;
    let ids: Vec<LetterId> = letters.iter().map(|row| row.id).collect();
    let mut courses = office.read.list_courses(&ids).await?;
    let end = end_of(filter.as_of);
    let tallied = letters.into_iter().map(|row| {
        let course = courses.remove(&row.id).unwrap_or_default();
        let standing = course.state_before(end);
        let by = |at: Option<chrono::NaiveDateTime>| at.is_some_and(|at| at < end);
        let waits = row.kind.asks() && standing.awaits_answer();
        let until = course.deadline_before(end, row.reply_by);
        TalliedLetter {
            unit_id: row.unit_id,
            unit: row.unit,
            standing,
            delivered: by(course.delivered_at),
            received: by(course.received_at),
            closed: by(course.closed_at),
            settled: by(course.settled_at),
            withdrawn: by(course.withdrawn_at),
            waits,
            overdue: waits && until.is_some_and(|last| last < filter.as_of),
            handling: row.ladder_step.and_then(Handling::of_step),
        }
    });
    Ok(tallied.collect())
}
