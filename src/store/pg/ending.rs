//! How transactions end, and what is known then.

use diesel_async::{AnsiTransactionManager, TransactionManager};

use super::Conn;
use crate::StoreError;

type Manager = AnsiTransactionManager;

/// Makes what was written hold.
///
/// # Errors
/// What the database said; `Unknown` when its answer did not come.
pub async fn commit(conn: &mut Conn) -> Result<(), StoreError> {
    let status = <Manager as TransactionManager<Conn>>::transaction_manager_status_mut(conn);
    let outermost = status.transaction_depth().is_ok_and(|depth| depth.is_some_and(|depth| depth.get() == 1));
    let done = Manager::commit_transaction(conn).await;
    done.map_err(|error| if outermost { StoreError::at_commit(error) } else { error.into() })
}

/// Runs `body` in a transaction, or as a part of the one that is open, which it may then fail without ending.
///
/// # Errors
/// What `body` says, after everything is taken back; or why the transaction could not begin or end.
pub async fn write_transaction<T, E: From<StoreError>>(
    conn: &mut Conn,
    body: impl AsyncFnOnce(&mut Conn) -> Result<T, E>,
) -> Result<T, E> {
    Manager::begin_transaction(conn).await.map_err(StoreError::from)?;
    match body(&mut *conn).await {
        Ok(value) => {
            commit(conn).await?;
            Ok(value)
        }
        Err(error) => {
            // What could not be taken back goes with the connection, which is not used again.
            let _ = Manager::rollback_transaction(conn).await;
            Err(error)
        }
    }
}
