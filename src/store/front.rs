//! The typed front of the store: every query as a method, boxed once, so that diesel's types end here.
//!
//! A method is a plain function that gives a boxed future: the future's code is made in this crate and not again in each
//! place that awaits it. The lists in `front/` are the room's table of contents: a query that is called from outside is one
//! line in one of them.

use futures_util::future::BoxFuture;

use crate::{Store, StoreError};

/// A store that is only read: what rooms above the deeds hold. Cheap to clone.
#[derive(Clone)]
pub struct Reader(Store);

impl Store {
    /// This store, to be read.
    pub fn reader(&self) -> Reader {
        Reader(self.clone())
    }
}

impl Reader {
    /// See [`Store::name`].
    pub fn name(&self) -> &'static str {
        self.0.name()
    }
}

/// What a query answers with.
pub type Answer<'a, T> = BoxFuture<'a, Result<T, StoreError>>;

macro_rules! queries {
    ($a:lifetime, $told:path; $($room:ident { $(fn $name:ident($($arg:ident: $type:ty),* $(,)?) -> $result:ty;)* })*) => {
        impl Store {$($(
            #[doc = concat!("Runs `", stringify!($room), "::", stringify!($name), "` on a connection of the pool.")]
            ///
            /// # Errors
            /// See [`StoreError`](crate::StoreError).
            pub fn $name<$a>(&$a self $(, $arg: $type)*) -> Answer<$a, $result> {
                match self {
                    Self::Pg(pool) => Box::pin(async move {
                        let mut conn = checkout(pool).await?;
                        pg::queries::$room::$name(&mut *conn $(, $arg)*).await.map_err($told)
                    }),
                    Self::Sqlite(pool) => Box::pin(async move {
                        let mut conn = checkout(pool).await?;
                        sqlite::queries::$room::$name(&mut *conn $(, $arg)*).await.map_err($told)
                    }),
                }
            }
        )*)*}

        impl Tx {$($(
            #[doc = concat!("Runs `", stringify!($room), "::", stringify!($name), "` in this transaction.")]
            ///
            /// # Errors
            /// See [`StoreError`](crate::StoreError).
            pub fn $name<$a>(&$a mut self $(, $arg: $type)*) -> Answer<$a, $result> {
                match &mut self.0 {
                    Held::Pg(conn) => Box::pin(pg::queries::$room::$name(&mut *conn $(, $arg)*)),
                    Held::Sqlite(conn, _) => Box::pin(sqlite::queries::$room::$name(&mut *conn $(, $arg)*)),
                }
            }
        )*)*}
    };
}

/// Queries that change nothing: a [`Reader`] has them, too.
macro_rules! reads {
    ($a:lifetime; $($room:ident { $(fn $name:ident($($arg:ident: $type:ty),* $(,)?) -> $result:ty;)* })*) => {
        queries! { $a, StoreError::of_read; $($room { $(fn $name($($arg: $type),*) -> $result;)* })* }

        impl Reader {$($(
            #[doc = concat!("Runs `", stringify!($room), "::", stringify!($name), "` on a connection of the pool.")]
            ///
            /// # Errors
            /// See [`StoreError`](crate::StoreError).
            pub fn $name<$a>(&$a self $(, $arg: $type)*) -> Answer<$a, $result> {
                self.0.$name($($arg),*)
            }
        )*)*}
    };
}

mod reads;
mod writes;
