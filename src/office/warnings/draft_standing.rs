//! Whether a draft still says what is so, for whoever reads it before they sign; nothing is written.

use super::afresh;
use super::planned::Key;
use super::sign::draft;
use super::{Office, Refusal, letter_context, run};
use crate::letter::{FactChange, LetterFacts, changes};
use crate::store::types::LetterId;

/// How a draft stands to the facts of the day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DraftStanding {
    /// It says what is so, or what is said here otherwise; signing it would refuse and draw it anew.
    Called(Vec<FactChange>),
    /// Nothing calls for it any more; signing it would discard it.
    Uncalled,
}

/// Judges what a draft speaks of afresh, as signing it does.
///
/// # Errors
/// [`Refusal::NotFound`]; `Conflict` when it is no draft; the wording, or the database.
pub async fn draft_standing(office: &Office, id: LetterId) -> Result<DraftStanding, Refusal> {
    let before = draft(office, id).await?;
    let (key, read) = (Key::of_letter(&before), LetterFacts::from_json(&before.facts)?);
    let campaigns = letter_context::campaigns(office).await?;
    let today = office.clock.today();
    let findings = afresh::of(office, &campaigns, (&before, key), today).await?.findings;
    if findings.is_empty() {
        return Ok(DraftStanding::Uncalled);
    }
    let waiting = run::waiting(office).await?;
    let drafts = run::drafted(office, &campaigns, today, vec![(key, findings)], &waiting).await?;
    let found = drafts.first().map(|fresh| changes(&read, &fresh.facts));
    Ok(DraftStanding::Called(found.unwrap_or_default()))
}
