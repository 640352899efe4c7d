//! Whether a session is one's own, or lent by a pooler for a transaction at a time.

use diesel::sql_types::Integer;
use diesel_async::{AnsiTransactionManager, RunQueryDsl, TransactionManager as _};

use super::Conn;
use crate::{DatabaseUrl, Limits, Session, StoreError};

#[derive(diesel::QueryableByName)]
struct ServerProcess {
    #[diesel(sql_type = Integer)]
    pid: i32,
}

async fn pid(conn: &mut Conn) -> Result<i32, StoreError> {
    let found: ServerProcess = diesel::sql_query("SELECT pg_backend_pid() AS pid").get_result(conn).await?;
    Ok(found.pid)
}

/// Whether two connections that are open at the same time meet one server process, or one of them two. That of a pooler for
/// transactions does, as soon as nobody else is quicker; where it is lent for one statement no transaction begins at all.
///
/// # Errors
/// When the database does not answer.
pub async fn is_lent(url: &DatabaseUrl) -> Result<bool, StoreError> {
    const TRIES: usize = 3;
    let DatabaseUrl::Postgresql(server) = url else { return Ok(false) };
    let tls = server.tls().map_err(StoreError::Unavailable)?;
    // Of a session that is lent nothing is asked that it could not keep.
    let open = || Conn::open(server, tls.clone(), Session::Lent, Limits::PROBE);
    let failed = |error: diesel::ConnectionError| StoreError::Unavailable(error.to_string());
    let mut one = open().await.map_err(failed)?;
    // A server that has no room for two cannot be asked.
    let Ok(mut other) = open().await else { return Ok(false) };
    for _ in 0..TRIES {
        let before = pid(&mut one).await?;
        AnsiTransactionManager::begin_transaction(&mut other).await?;
        let met = pid(&mut other).await? == before;
        // While the other holds what it was lent, the first is lent something else.
        let moved = !met && pid(&mut one).await? != before;
        AnsiTransactionManager::rollback_transaction(&mut other).await?;
        if met || moved {
            return Ok(true);
        }
    }
    Ok(false)
}
