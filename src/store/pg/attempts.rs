//! Attempts of many deliveries, written in one statement each.

use diesel::pg::Pg;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::sql_types::{Array, Integer, Nullable, Text, Timestamp};
use diesel_async::RunQueryDsl;

use super::Conn;
use crate::StoreError;
use crate::rows::{AttemptBegin, AttemptEnd, Lease};
use crate::types::{AttemptId, DeliveryId, Key, Listed};
use xushi_domain::delivery::{AttemptOutcome, DeliveryState};

/// A statement of constant text over arrays: unlike `sql_query` and an insert of many rows it is prepared once on each
/// connection, and there is one of each for every few letters.
macro_rules! prepared {
    ($(#[$doc:meta])* $name:ident { $($field:ident: $value:ty => $array:ty),+ $(,)? } $before:literal $after:literal
     -> $row:ty) => {
        $(#[$doc])*
        #[derive(Default)]
        struct $name<'a> {
            $($field: Vec<$value>,)+
            _borrowed: std::marker::PhantomData<&'a ()>,
        }

        impl QueryId for $name<'_> {
            type QueryId = $name<'static>;
            const HAS_STATIC_QUERY_ID: bool = true;
        }

        impl Query for $name<'_> {
            type SqlType = $row;
        }

        impl QueryFragment<Pg> for $name<'_> {
            fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> diesel::QueryResult<()> {
                out.push_sql($before);
                let mut between = "";
                $(
                    out.push_sql(between);
                    out.push_bind_param::<Array<$array>, _>(&self.$field)?;
                    between = ", ";
                )+
                let _ = between;
                out.push_sql($after);
                Ok(())
            }
        }
    };
}

prepared! {
    /// Intents; gives each delivery whose lease still holds, with the number of its attempt.
    Begin {
        attempts: AttemptId => Key,
        deliveries: DeliveryId => Key,
        holders: &'a str => Text,
        now: chrono::NaiveDateTime => Timestamp,
        until: chrono::NaiveDateTime => Timestamp,
    }
    "WITH v AS (
        SELECT * FROM unnest("
    ") AS v (attempt, delivery, holder, now, until)
    ), begun AS (
        UPDATE deliveries AS d SET attempts = d.attempts + 1, lease_until = v.until, paced_at = NULL
        FROM v
        WHERE d.id = v.delivery AND d.state = 'sending' AND d.lease_holder = v.holder AND d.lease_until >= v.now
        RETURNING d.id, d.attempts, v.attempt, v.now
    )
    INSERT INTO delivery_attempts (id, delivery_id, number, started_at, outcome)
    SELECT attempt, id, attempts, now, 'begun' FROM begun
    RETURNING delivery_id, number"
    -> (Key, Integer)
}

prepared! {
    /// Outcomes; gives each delivery that was not final before.
    Finish {
        attempts: AttemptId => Key,
        deliveries: DeliveryId => Key,
        outcomes: Listed<AttemptOutcome> => Text,
        replies: Option<&'a str> => Nullable<Text>,
        states: Listed<DeliveryState> => Text,
        next: chrono::NaiveDateTime => Timestamp,
        accepted: Option<chrono::NaiveDateTime> => Nullable<Timestamp>,
        now: chrono::NaiveDateTime => Timestamp,
    }
    "WITH v AS (
        SELECT * FROM unnest("
    ") AS v (attempt, delivery, outcome, reply, state, next_attempt_at, accepted_at, now)
    ), ended AS (
        UPDATE delivery_attempts AS a SET outcome = v.outcome, reply = v.reply, finished_at = v.now
        FROM v WHERE a.id = v.attempt
    )
    UPDATE deliveries AS d
    SET state = v.state, uncertain = d.uncertain + (v.outcome = 'uncertain')::int, next_attempt_at = v.next_attempt_at,
        accepted_at = v.accepted_at, last_reply = v.reply, lease_until = NULL, lease_holder = NULL, updated_at = v.now
    FROM v
    WHERE d.id = v.delivery AND d.state NOT IN ('accepted', 'bounced')
    RETURNING d.id"
    -> (Key,)
}

/// Each function here is one statement, which needs no transaction around it.
pub const ONE_STATEMENT: bool = true;

/// Writes intents and renews their leases. Gives the numbers of the attempts; those
/// whose lease was lost are left out.
///
/// # Errors
/// When the database fails.
pub async fn begin_attempts(
    conn: &mut Conn,
    begins: &[AttemptBegin],
    lease: &Lease<'_>,
) -> Result<Vec<(DeliveryId, i32)>, StoreError> {
    if begins.is_empty() {
        return Ok(Vec::new());
    }
    let begin = Begin {
        attempts: begins.iter().map(|begin| begin.attempt).collect(),
        deliveries: begins.iter().map(|begin| begin.delivery).collect(),
        holders: vec![lease.holder; begins.len()],
        now: vec![lease.now; begins.len()],
        until: vec![lease.until; begins.len()],
        ..Begin::default()
    };
    Ok(begin.load(conn).await?)
}

/// Writes how attempts ended and where that leaves their deliveries. Accepted is
/// final, even when the lease was lost meanwhile, and so is what came back after it. Gives the deliveries written.
///
/// # Errors
/// When the database fails.
pub async fn finish_attempts(conn: &mut Conn, ends: &[AttemptEnd]) -> Result<Vec<DeliveryId>, StoreError> {
    if ends.is_empty() {
        return Ok(Vec::new());
    }
    macro_rules! column {
        ($get:expr) => {
            ends.iter().map($get).collect()
        };
    }
    let finish = Finish {
        attempts: column!(|end| end.attempt),
        deliveries: column!(|end| end.delivery),
        outcomes: column!(|end| Listed(end.outcome)),
        replies: column!(|end| end.reply.as_deref()),
        states: column!(|end| Listed(end.state)),
        next: column!(|end| end.next_attempt_at),
        accepted: column!(|end| end.accepted_at),
        now: column!(|end| end.now),
        ..Finish::default()
    };
    let written: Vec<(DeliveryId,)> = finish.load(conn).await?;
    Ok(written.into_iter().map(|(id,)| id).collect())
}
