//! Several things written at once, or one by one where somebody else has written some of them meanwhile.

use crate::store::{Answer, StoreError};

/// Writes all in one transaction. When somebody else was faster with one of them, each in its own, so that the others do not
/// suffer. Gives the pieces that were written together with what came of each; `None` for what was overtaken.
///
/// # Errors
/// When the database fails; what was written before stays.
pub(super) async fn write<'a, T, R>(
    items: &'a [T],
    write: impl Fn(&'a [T]) -> Answer<'a, R>,
) -> Result<Vec<(&'a [T], Option<R>)>, StoreError> {
    if items.is_empty() {
        return Ok(Vec::new());
    }
    if let Some(all) = unless_overtaken(write(items).await)? {
        return Ok(vec![(items, Some(all))]);
    }
    let mut written = Vec::with_capacity(items.len());
    for one in items {
        let one = std::slice::from_ref(one);
        written.push((one, unless_overtaken(write(one).await)?));
    }
    Ok(written)
}

/// `None` when somebody else has written the same, or changed what it rests on; nothing of ours was written then.
///
/// # Errors
/// When the database fails.
pub(super) fn unless_overtaken<R>(outcome: Result<R, StoreError>) -> Result<Option<R>, StoreError> {
    match outcome {
        Ok(done) => Ok(Some(done)),
        Err(StoreError::Stale | StoreError::Duplicate(_)) => Ok(None),
        Err(error) => Err(error),
    }
}
