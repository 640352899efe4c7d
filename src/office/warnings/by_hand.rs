//! A run that somebody asks for: what the night does by the clock, or a rehearsal of it.

use chrono::{Datelike as _, NaiveDate};

use super::rehearse::{Rehearsal, tell};
use super::{Actor, Issued, Office, Refusal, remind, run};
use crate::domain::Invalid;

/// What is asked for.
#[derive(Debug, Clone, Copy, Default)]
pub struct NewRun {
    /// The day; today where it is not said.
    pub as_of: Option<NaiveDate>,
    /// Whether it is a rehearsal, which writes nothing.
    pub dry_run: bool,
    /// Whether the steps of the ladder that are due are taken as well; where it is not said, a rehearsal with texts has them: it
    /// tells all that would go out that day.
    pub ladder: Option<bool>,
    /// Whether a rehearsal gives what the letters would say.
    pub texts: bool,
}

/// Runs, or rehearses; gives the day and what was done, the letters of the ladder last.
///
/// # Errors
/// [`Refusal::Invalid`] for a day that cannot be run; see [`run`] and [`remind`].
pub async fn run_by_hand(
    office: &Office,
    actor: &Actor,
    new: NewRun,
) -> Result<(NaiveDate, Issued), Refusal> {
    let today = office.clock.today();
    let as_of = new.as_of.unwrap_or(today);
    if !(2000..=2100).contains(&as_of.year()) {
        let detail = "研判日期应在2000年至2100年之间。";
        return Err(Invalid::new("as_of", "out_of_range", detail).into());
    }
    if as_of > today && !new.dry_run {
        let detail = "研判日期晚于今天，只能预演（dry_run为true）。";
        return Err(Invalid::new("as_of", "in_future", detail).into());
    }
    if new.texts && !new.dry_run {
        let detail = "只有预演（dry_run为true）才给出函的全文；已签发的函和函稿请逐封读取。";
        return Err(Invalid::new("texts", "only_rehearsed", detail).into());
    }
    let ladder = new.ladder.unwrap_or(new.texts);
    if new.dry_run {
        return Ok((as_of, tell(office, as_of, Rehearsal { ladder, texts: new.texts }).await?));
    }
    let mut done = run(office, actor, as_of).await?;
    if ladder {
        done.letters.extend(remind(office, actor).await?.run.letters);
    }
    Ok((as_of, done))
}
