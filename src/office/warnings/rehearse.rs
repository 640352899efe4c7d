//! A rehearsal: who would get what and why on a day, on request with the letters' texts; nothing is written and no number taken.

use std::collections::HashSet;

use chrono::NaiveDate;

use super::going::goes_by_itself;
use super::run::{self, Issued, Outcome, PlannedLetter, PlannedText};
use super::{Office, Refusal, afresh, ladder, letter_context};
use crate::domain::LetterKind;

/// Room for the texts of one rehearsal, bytes: some thousand letters. Those that find none are told without their text.
const TEXTS_MAX: usize = 8 * 1024 * 1024;

/// Whether the letters of a day are written, or only told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mode {
    /// They are written.
    Write,
    /// They are told, with their texts as long as there is room.
    Tell {
        /// Bytes.
        room: usize,
    },
}

impl Mode {
    /// Room for texts.
    pub(super) fn room(self) -> usize {
        match self {
            Self::Write => 0,
            Self::Tell { room } => room,
        }
    }

    /// What is left of it after the texts of these. A text is told whole, so that the last may take more than was left.
    pub(super) fn after(self, letters: &[PlannedLetter]) -> Self {
        let taken = letters.iter().filter_map(|letter| letter.text.as_ref()).map(PlannedText::len).sum();
        match self {
            Self::Write => Self::Write,
            Self::Tell { room } => Self::Tell { room: room.saturating_sub(taken) },
        }
    }
}

/// What is asked of a rehearsal.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Rehearsal {
    /// Whether the steps of the ladder that are due that day belong to it.
    pub(super) ladder: bool,
    /// Whether the texts are wanted.
    pub(super) texts: bool,
}

/// Who would get what and why on `as_of`; writes nothing.
///
/// # Errors
/// As [`run`](super::run).
pub async fn rehearse(office: &Office, as_of: NaiveDate) -> Result<Issued, Refusal> {
    tell(office, as_of, Rehearsal::default()).await
}

/// The same as far as it is asked for. The letters of a day to come bear its date; those of a day that is over bear today's, as
/// a run about that day would date them.
///
/// # Errors
/// As [`rehearse`], and when the calendar of the day is not known to the ladder.
pub(super) async fn tell(
    office: &Office,
    as_of: NaiveDate,
    Rehearsal { ladder, texts }: Rehearsal,
) -> Result<Issued, Refusal> {
    let mode = Mode::Tell { room: if texts { TEXTS_MAX } else { 0 } };
    let day = office.clock.today().max(as_of);
    let mut told = run::day(office, as_of, mode).await?;
    if told.upgrade.is_none() {
        let liftings = liftings(office, as_of, mode.after(&told.letters)).await?;
        told.letters.extend(liftings);
    }
    told.resting = office.calendar.is_working_day(day) == Ok(false);
    if ladder {
        // What goes out that morning is not spoken of by the ladder any more.
        let goes = |letter: &&PlannedLetter| letter.waits_for.is_none() && letter.outcome == Outcome::Planned;
        let going = told.letters.iter().filter(goes);
        let spoken: HashSet<_> =
            going.flat_map(|letter| letter.indicators.iter().map(|(id, ..)| *id)).collect();
        let mode = mode.after(&told.letters);
        told.letters.extend(ladder::rehearse(office, day, (&spoken, mode)).await?);
    }
    Ok(told)
}

/// Liftings that wait though they go by themselves by now, as a run issues them.
async fn liftings(office: &Office, as_of: NaiveDate, mode: Mode) -> Result<Vec<PlannedLetter>, Refusal> {
    let campaigns = letter_context::campaigns(office).await?;
    let waiting = run::waiting(office).await?;
    let mut told = Vec::new();
    for (&key, head) in waiting.iter().filter(|(key, _)| key.kind == LetterKind::Lifting) {
        if !goes_by_itself(&campaigns, &key, Some(head))? {
            continue;
        }
        let Some(row) = office.store.find_letter(head.id).await? else { continue };
        let findings = afresh::of(office, &campaigns, (&row, key), as_of).await?.findings;
        if !findings.is_empty() {
            let mode = mode.after(&told);
            told.extend(run::write(office, &campaigns, as_of, vec![(key, findings)], &waiting, mode).await?);
        }
    }
    told.sort_by_key(|letter| (letter.campaign_id, letter.unit_id));
    Ok(told)
}
