//! A run that somebody asks for: what the night does by the clock, or a rehearsal of it.

use chrono::{Datelike as _, NaiveDate};

use super::{Actor, Issued, Office, Refusal, rehearse, remind, run};
use crate::domain::Invalid;

/// What is asked for.
#[derive(Debug, Clone, Copy, Default)]
pub struct NewRun {
    /// The day; today where it is not said.
    pub as_of: Option<NaiveDate>,
    /// Whether it is a rehearsal, which writes nothing.
    pub dry_run: bool,
    /// Whether the steps of the ladder that are due today are taken as well.
    pub ladder: bool,
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
    let mut done =
        if new.dry_run { rehearse(office, as_of).await? } else { run(office, actor, as_of).await? };
    if new.ladder {
        done.letters.extend(remind(office, actor, new.dry_run).await?.run.letters);
    }
    Ok((as_of, done))
}
