//! What happens to letters by itself, written with its entry: both there, or neither. What a person does has the entry of its call.

use super::Office;
use crate::office::audit_trail::event_of_letters;
use crate::store::rows::{DraftWrite, LetterRow, NewLetter, Rendering};
use crate::store::types::LetterId;
use crate::store::{Answer, StoreError, Tx};

/// Ends a transaction together with the entry of what it did to letters.
async fn end<T>(
    office: &Office,
    mut tx: Tx,
    outcome: Result<T, StoreError>,
    (path, lines): (&str, impl FnOnce(&T) -> Vec<String>),
) -> Result<T, StoreError> {
    let done = async {
        let value = outcome?;
        let entry = event_of_letters(office, path, lines(&value).into_iter());
        tx.record_audit(&entry).await?;
        Ok::<T, StoreError>(value)
    };
    match done.await {
        Ok(value) => {
            tx.commit().await?;
            Ok(value)
        }
        Err(error) => {
            // What could not be taken back goes with the connection.
            let _ = tx.roll_back().await;
            Err(error)
        }
    }
}

fn numbered(letter: &LetterRow) -> String {
    let number = letter.number().map(|number| number.to_string()).unwrap_or_default();
    format!("letter {} {number}", letter.id.0)
}

/// Issues letters; see `issue_letters` of the store.
pub(super) fn issue_letters<'a>(
    office: &'a Office,
    new: &'a [NewLetter],
    rendering: &'a Rendering<'a>,
) -> Answer<'a, Vec<LetterRow>> {
    Box::pin(async move {
        let mut tx = office.store.begin().await?;
        let issued = tx.issue_letters(new, rendering).await;
        let lines = |letters: &Vec<LetterRow>| letters.iter().map(numbered).collect();
        end(office, tx, issued, ("letters/issued", lines)).await
    })
}

/// Issues a draft that waited and need not any more; see `issue_draft` of the store.
pub(super) async fn issue_draft(
    office: &Office,
    before: &LetterRow,
    new: &NewLetter,
    rendering: &Rendering<'_>,
) -> Result<LetterRow, StoreError> {
    let mut tx = office.store.begin().await?;
    let issued = tx.issue_draft(before, new, rendering).await;
    end(office, tx, issued, ("letters/issued", |letter: &LetterRow| vec![numbered(letter)])).await
}

/// Writes drafts; see `write_drafts` of the store.
pub(super) fn write_drafts<'a>(office: &'a Office, writes: &'a [DraftWrite]) -> Answer<'a, ()> {
    Box::pin(async move {
        let mut tx = office.store.begin().await?;
        let written = tx.write_drafts(writes).await;
        let lines = |(): &()| writes.iter().map(|one| format!("letter {}", one.new.letter.id.0)).collect();
        end(office, tx, written, ("letters/drafted", lines)).await
    })
}

/// Discards a draft that nobody has decided about; `note` says why.
pub(super) async fn discard_draft(office: &Office, id: LetterId, note: &str) -> Result<(), StoreError> {
    let now = office.clock.timestamp();
    let mut tx = office.store.begin().await?;
    let discarded = tx.discard_draft(id, None, note, Vec::new(), now).await;
    end(office, tx, discarded, ("letters/discarded", |()| vec![format!("letter {}", id.0)])).await
}
