//! Answers kept for an `Idempotency-Key`, so that a request sent twice is done once.

use chrono::TimeDelta;

use super::{Office, StoreError};
use crate::store::rows::{Claim, IdempotencyRow};

/// A request still without an answer after this long belongs to a process that died.
const ABANDONED_AFTER: TimeDelta = TimeDelta::minutes(10);

/// Takes the key for this request, unless another has it.
///
/// # Errors
/// When the database fails.
pub async fn claim(office: &Office, row: &IdempotencyRow) -> Result<Claim, StoreError> {
    office.store.claim_key(row, row.created_at - ABANDONED_AFTER).await
}

/// Frees the key for another try: nothing was done.
///
/// # Errors
/// When the database fails; the key is free after ten minutes all the same.
pub async fn release(office: &Office, row: &IdempotencyRow) -> Result<(), StoreError> {
    office.store.release_key(row).await
}

/// Keeps the answer.
///
/// # Errors
/// When the database fails.
pub async fn keep(office: &Office, row: &IdempotencyRow) -> Result<(), StoreError> {
    office.store.keep_answer(row).await
}
