//! A connection to PostgreSQL under diesel's queries.
//!
//! diesel-async has one of its own. It prepares every statement under a name, which a pooler that lends a server for one
//! transaction at a time gives to somebody else; it hands on neither the state (SQLSTATE) of an error nor a way to stop
//! waiting. This one does, and is the same otherwise.

use std::collections::HashMap;

use diesel::ConnectionError;
use diesel::connection::{CacheSize, DynInstrumentation, Instrumentation};
use diesel::pg::{Pg, PgMetadataLookup, PgQueryBuilder, PgTypeMetadata};
use diesel::query_builder::bind_collector::RawBytesBindCollector;
use diesel::query_builder::{AsQuery, QueryBuilder as _, QueryFragment, QueryId};
use diesel::result::{ConnectionResult, Error, QueryResult};
use diesel_async::pooled_connection::PoolableConnection;
use diesel_async::{
    AnsiTransactionManager, AsyncConnection, AsyncConnectionCore, SimpleAsyncConnection, TransactionManager,
};
use futures_util::future::BoxFuture;
use futures_util::stream::{self, BoxStream, StreamExt as _, TryStreamExt as _};
use tokio_postgres::types::{IsNull, ToSql, Type, private::BytesMut, to_sql_checked};
use tokio_postgres::{Client, RowStream, Statement};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::sent_row::PgRow;
use super::told::{late, told};
use crate::database_url::PgServer;
use crate::patience::{Limits, in_time};

/// Whether a server's session is this connection's from its beginning to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Session {
    /// It is: statements are prepared once, and settings hold.
    #[default]
    Own,
    /// A pooler lends one for each transaction: nothing may rest on what was said before it.
    Lent,
}

/// A connection.
pub struct PgConn {
    client: Client,
    /// Statements prepared under a name, by their text; `None` where names belong to nobody.
    prepared: Option<HashMap<String, Statement>>,
    /// What a transaction begins with.
    begin: String,
    /// What ends it. A server that is told to stop waiting for its standby says that the work is done, and it may be lost with
    /// it: at the end there is no bound but the caller's.
    commit: &'static str,
    transaction: AnsiTransactionManager,
    instrumentation: DynInstrumentation,
    /// Whether something was begun on it whose end nobody has seen.
    adrift: bool,
}

impl PgConn {
    /// A connection to `server`.
    ///
    /// # Errors
    /// When no server takes it.
    pub(crate) async fn open(
        server: &PgServer,
        tls: MakeRustlsConnect,
        session: Session,
        limits: Limits,
    ) -> ConnectionResult<Self> {
        let failed = |error: tokio_postgres::Error| ConnectionError::BadConnection(describe(&error));
        let (client, driver) = server.config.connect(tls).await.map_err(failed)?;
        tokio::spawn(async move {
            // Whoever uses the connection sees its end, too.
            let _ = driver.await;
        });
        let milliseconds = |bound: std::time::Duration| bound.as_millis();
        let lock = milliseconds(limits.lock);
        let statement = limits.statement.map_or(0, milliseconds);
        let (begin, prepared) = match session {
            Session::Own => {
                // Who only reads waits for nobody but those who change tables: it gives its connection up to others soon.
                let glance = milliseconds(limits.glance);
                let settings = format!(
                    "SET lock_timeout = {glance}; SET statement_timeout = {statement}; SET TIME ZONE 'UTC'"
                );
                client.batch_execute(&settings).await.map_err(failed)?;
                (format!("BEGIN; SET LOCAL lock_timeout = {lock}"), Some(HashMap::new()))
            }
            Session::Lent => {
                let settings =
                    format!("SET LOCAL lock_timeout = {lock}; SET LOCAL statement_timeout = {statement}");
                (format!("BEGIN; {settings}; SET LOCAL TIME ZONE 'UTC'"), None)
            }
        };
        Ok(Self {
            client,
            prepared,
            begin,
            commit: "SET LOCAL statement_timeout = 0; COMMIT",
            transaction: AnsiTransactionManager::default(),
            instrumentation: DynInstrumentation::default_instrumentation(),
            adrift: false,
        })
    }

    /// Says something that gives no rows.
    async fn say(&mut self, text: &str) -> QueryResult<()> {
        match in_time(self.client.batch_execute(text)).await {
            Some(done) => done.map_err(told),
            None => self.give_up(),
        }
    }

    /// Stops waiting. What the server does about it, it does alone; this connection hears no more of it.
    fn give_up<T>(&mut self) -> QueryResult<T> {
        self.adrift = true;
        Err(late())
    }

    fn in_transaction(&mut self) -> bool {
        let status =
            <AnsiTransactionManager as TransactionManager<Self>>::transaction_manager_status_mut(self);
        !matches!(status.transaction_depth(), Ok(None))
    }

    /// Asks, and gives the rows as they come.
    async fn rows(&mut self, asked: Asked) -> QueryResult<RowStream> {
        let Asked { text, binds, lasting } = asked;
        let statement = match &mut self.prepared {
            Some(prepared) if lasting => match prepared.get(&text) {
                Some(known) => Some(known.clone()),
                None => {
                    let types: Vec<Type> = binds.iter().map(|(_, kind)| kind.clone()).collect();
                    let Some(made) = in_time(self.client.prepare_typed(&text, &types)).await else {
                        return self.give_up();
                    };
                    let made = made.map_err(told)?;
                    prepared.insert(text.clone(), made.clone());
                    Some(made)
                }
            },
            _ => None,
        };
        let asking = async {
            match &statement {
                Some(statement) => {
                    self.client.query_raw(statement, binds.iter().map(|(value, _)| value)).await
                }
                None => self.client.query_typed_raw(&text, binds).await,
            }
        };
        match in_time(asking).await {
            Some(Ok(rows)) => Ok(rows),
            Some(Err(error)) => {
                self.adrift |= is_over(&error);
                Err(told(error))
            }
            None => self.give_up(),
        }
    }

    /// Whether a statement needs a transaction of its own, so that the session's bounds hold for it.
    fn stands_alone(&mut self) -> bool {
        self.prepared.is_none() && !self.in_transaction()
    }

    /// One statement with a transaction of its own.
    async fn alone(&mut self, asked: Asked) -> QueryResult<(Vec<tokio_postgres::Row>, u64)> {
        let begin = self.begin.clone();
        let before = std::mem::replace(&mut self.adrift, true);
        self.say(&begin).await?;
        let answered = match self.rows(asked).await {
            Ok(rows) => collected(rows).await,
            Err(error) => Err(error),
        };
        let end = if answered.is_ok() { self.commit } else { "ROLLBACK" };
        let ended = self.say(end).await;
        self.adrift = before || ended.is_err();
        let answered = answered?;
        ended?;
        Ok(answered)
    }

    async fn load_rows(&mut self, asked: Asked) -> QueryResult<BoxStream<'static, QueryResult<PgRow>>> {
        if self.stands_alone() {
            let (rows, _) = self.alone(asked).await?;
            return Ok(stream::iter(rows.into_iter().map(|row| Ok(PgRow(row)))).boxed());
        }
        Ok(self.rows(asked).await?.map_ok(PgRow).map_err(told).boxed())
    }

    async fn execute(&mut self, asked: Asked) -> QueryResult<usize> {
        let count = if self.stands_alone() {
            self.alone(asked).await?.1
        } else {
            let rows = self.rows(asked).await?;
            match in_time(collected(rows)).await {
                Some(answered) => answered?.1,
                None => return self.give_up(),
            }
        };
        usize::try_from(count).map_err(|error| Error::DeserializationError(Box::new(error)))
    }
}

/// Whether a session is of no more use. Tables have changed under a prepared statement: the next one knows how they are now. Or it
/// may only read, as sessions do that were made of a standby: the next one may write once the server lets it.
fn is_over(error: &tokio_postgres::Error) -> bool {
    error.code().is_some_and(|state| matches!(state.code(), "0A000" | "25006"))
}

/// All rows, and how many were written.
async fn collected(rows: RowStream) -> QueryResult<(Vec<tokio_postgres::Row>, u64)> {
    let mut rows = std::pin::pin!(rows);
    let mut all = Vec::new();
    while let Some(row) = rows.try_next().await.map_err(told)? {
        all.push(row);
    }
    let count = rows.rows_affected().unwrap_or(0);
    Ok((all, count))
}

/// An error of the network with its cause, which is what a technician needs.
fn describe(error: &tokio_postgres::Error) -> String {
    use std::error::Error as _;
    error.source().map_or_else(|| error.to_string(), |cause| format!("{error}: {cause}"))
}

/// A query, written out.
struct Asked {
    text: String,
    binds: Vec<(Bound, Type)>,
    /// Whether its text is the same every time.
    lasting: bool,
}

impl Asked {
    fn of(query: &impl QueryFragment<Pg>) -> QueryResult<Self> {
        let mut text = PgQueryBuilder::default();
        query.to_sql(&mut text, &Pg)?;
        let mut collected = RawBytesBindCollector::<Pg>::new();
        query.collect_binds(&mut collected, &mut BuiltIn, &Pg)?;
        let kinds = collected.metadata.iter().map(|kind| {
            let oid = kind.oid().map_err(|error| Error::SerializationError(Box::new(error)))?;
            Type::from_oid(oid).ok_or_else(|| Error::SerializationError("a type of its own".into()))
        });
        let kinds = kinds.collect::<QueryResult<Vec<_>>>()?;
        let binds = collected.binds.into_iter().map(Bound).zip(kinds).collect();
        Ok(Self { text: text.finish(), binds, lasting: query.is_safe_to_cache_prepared(&Pg)? })
    }
}

/// Every type that is stored is one that PostgreSQL has by itself.
struct BuiltIn;

impl PgMetadataLookup for BuiltIn {
    fn lookup_type(&mut self, _: &str, _: Option<&str>) -> PgTypeMetadata {
        PgTypeMetadata::new(0, 0)
    }
}

/// A value as diesel wrote it.
#[derive(Debug)]
struct Bound(Option<Vec<u8>>);

impl ToSql for Bound {
    fn to_sql(
        &self,
        _: &Type,
        out: &mut BytesMut,
    ) -> Result<IsNull, Box<dyn std::error::Error + Sync + Send>> {
        match &self.0 {
            Some(bytes) => {
                out.extend_from_slice(bytes);
                Ok(IsNull::No)
            }
            None => Ok(IsNull::Yes),
        }
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    to_sql_checked!();
}

impl SimpleAsyncConnection for PgConn {
    async fn batch_execute(&mut self, query: &str) -> QueryResult<()> {
        match query {
            "BEGIN" => {
                let begin = self.begin.clone();
                self.say(&begin).await
            }
            "COMMIT" => {
                let done = self.say(self.commit).await;
                // Whether the server still holds it open is not known.
                self.adrift |= done.is_err();
                done
            }
            other => self.say(other).await,
        }
    }
}

impl AsyncConnectionCore for PgConn {
    type ExecuteFuture<'conn, 'query> = BoxFuture<'conn, QueryResult<usize>>;
    type LoadFuture<'conn, 'query> = BoxFuture<'conn, QueryResult<Self::Stream<'conn, 'query>>>;
    type Stream<'conn, 'query> = BoxStream<'static, QueryResult<PgRow>>;
    type Row<'conn, 'query> = PgRow;
    type Backend = Pg;

    fn load<'conn, 'query, T>(&'conn mut self, source: T) -> Self::LoadFuture<'conn, 'query>
    where
        T: AsQuery + 'query,
        T::Query: QueryFragment<Pg> + QueryId + 'query,
    {
        let asked = Asked::of(&source.as_query());
        Box::pin(async move { self.load_rows(asked?).await })
    }

    fn execute_returning_count<'conn, 'query, T>(
        &'conn mut self,
        source: T,
    ) -> Self::ExecuteFuture<'conn, 'query>
    where
        T: QueryFragment<Pg> + QueryId + 'query,
    {
        let asked = Asked::of(&source);
        Box::pin(async move { self.execute(asked?).await })
    }
}

impl AsyncConnection for PgConn {
    type TransactionManager = AnsiTransactionManager;

    async fn establish(_: &str) -> ConnectionResult<Self> {
        Err(ConnectionError::BadConnection("connections are opened by their server".to_owned()))
    }

    fn transaction_state(&mut self) -> &mut AnsiTransactionManager {
        &mut self.transaction
    }

    fn instrumentation(&mut self) -> &mut dyn Instrumentation {
        &mut *self.instrumentation
    }

    fn set_instrumentation(&mut self, instrumentation: impl Instrumentation) {
        self.instrumentation = instrumentation.into();
    }

    fn set_prepared_statement_cache_size(&mut self, size: CacheSize) {
        if matches!(size, CacheSize::Disabled) {
            self.prepared = None;
        }
    }
}

impl PoolableConnection for PgConn {
    fn is_broken(&mut self) -> bool {
        self.adrift
            || self.client.is_closed()
            || <AnsiTransactionManager as TransactionManager<Self>>::is_broken_transaction_manager(self)
    }
}
