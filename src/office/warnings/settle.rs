//! Letters with nothing left to answer stop waiting: what they asked is over, or asked by a later letter.

use super::{Office, Refusal};
use crate::store::rows::SettlementRow;

/// Settles every letter that waits for an answer nobody needs any more; gives how many. After each step that issues, and
/// before each that looks for the unanswered; safe to run twice and beside an answer: the answer wins.
///
/// # Errors
/// When the database fails; letters settled before stay so.
pub(super) async fn settle(office: &Office) -> Result<usize, Refusal> {
    let mut settled = 0;
    for (letter_id, successor_id) in office.store.list_letters_to_settle().await? {
        let row = SettlementRow { letter_id, successor_id, created_at: office.clock.timestamp() };
        settled += usize::from(office.store.settle_letter(&row).await?);
    }
    Ok(settled)
}
