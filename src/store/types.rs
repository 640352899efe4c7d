//! Column types that both databases keep exactly.
//!
//! SQLite has neither UUIDs nor exact decimals (its NUMERIC goes through a double), so there both are text;
//! PostgreSQL has both. Diesel is told of one SQL type each, with two encodings.

use std::io::Write as _;

use chrono::NaiveDateTime;
use diesel::deserialize::{self, FromSql, FromSqlRow};
use diesel::expression::AsExpression;
use diesel::pg::{Pg, PgValue};
use diesel::query_builder::QueryId;
use diesel::serialize::{self, IsNull, Output, ToSql};
use diesel::sql_types::{SqlType, Text};
use diesel::sqlite::{Sqlite, SqliteValue};
use rust_decimal::Decimal;
use serde::{Serialize, Serializer};
use uuid::Uuid;

use xushi_domain::TextEnum;

pub use crate::ids::*;

/// SQL type of identifiers: `uuid` in PostgreSQL, hyphenated text in SQLite.
#[derive(Debug, Clone, Copy, QueryId, SqlType)]
#[diesel(postgres_type(oid = 2950, array_oid = 2951))]
#[diesel(sqlite_type(name = "Text"))]
pub struct Key;

/// SQL type of decimals: `numeric` in PostgreSQL, text in SQLite.
#[derive(Debug, Clone, Copy, QueryId, SqlType)]
#[diesel(postgres_type(oid = 1700, array_oid = 1231))]
#[diesel(sqlite_type(name = "Text"))]
pub struct Exact;

/// A decimal as a column value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, AsExpression, FromSqlRow)]
#[diesel(sql_type = Exact)]
pub struct Number(pub Decimal);

/// A word of a closed list as a column value, read without a copy of its text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, AsExpression, FromSqlRow)]
#[diesel(sql_type = Text)]
pub struct Listed<T>(pub T);

impl<T: Copy> Listed<T> {
    /// Several, to compare a column with.
    pub fn all(members: &[T]) -> Vec<Self> {
        members.iter().copied().map(Self).collect()
    }
}

impl<T> From<T> for Listed<T> {
    fn from(member: T) -> Self {
        Self(member)
    }
}

/// So that a column is compared with a member as it stands.
impl<T: PartialEq> PartialEq<T> for Listed<T> {
    fn eq(&self, member: &T) -> bool {
        self.0 == *member
    }
}

fn listed<T: TextEnum>(word: &str) -> deserialize::Result<Listed<T>> {
    T::parse(word).map(Listed).ok_or_else(|| format!("{} `{word}`", T::NAME).into())
}

impl<T: TextEnum> FromSql<Text, Pg> for Listed<T> {
    fn from_sql(value: PgValue<'_>) -> deserialize::Result<Self> {
        listed(std::str::from_utf8(value.as_bytes())?)
    }
}

impl<T: TextEnum> FromSql<Text, Sqlite> for Listed<T> {
    fn from_sql(mut value: SqliteValue<'_, '_, '_>) -> deserialize::Result<Self> {
        listed(value.read_text())
    }
}

impl<T: TextEnum + std::fmt::Debug> ToSql<Text, Pg> for Listed<T> {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
        out.write_all(self.0.as_str().as_bytes())?;
        Ok(IsNull::No)
    }
}

impl<T: TextEnum + std::fmt::Debug> ToSql<Text, Sqlite> for Listed<T> {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Sqlite>) -> serialize::Result {
        out.set_value(self.0.as_str());
        Ok(IsNull::No)
    }
}

/// As text, exact.
impl Serialize for Number {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0.normalize())
    }
}

/// As its word.
impl<T: TextEnum> Serialize for Listed<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.0.as_str())
    }
}

impl From<Decimal> for Number {
    fn from(value: Decimal) -> Self {
        Self(value)
    }
}

impl<K: Thing> FromSql<Key, Pg> for Id<K> {
    fn from_sql(value: PgValue<'_>) -> deserialize::Result<Self> {
        Ok(Self::of(Uuid::from_slice(value.as_bytes())?))
    }
}

impl<K: Thing> ToSql<Key, Pg> for Id<K> {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
        out.write_all(self.0.as_bytes())?;
        Ok(IsNull::No)
    }
}

impl<K: Thing> FromSql<Key, Sqlite> for Id<K> {
    fn from_sql(mut value: SqliteValue<'_, '_, '_>) -> deserialize::Result<Self> {
        Ok(Self::of(Uuid::try_parse(value.read_text())?))
    }
}

impl<K: Thing> ToSql<Key, Sqlite> for Id<K> {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Sqlite>) -> serialize::Result {
        out.set_value(self.0.hyphenated().to_string());
        Ok(IsNull::No)
    }
}

/// PostgreSQL's NUMERIC on the wire: digits in base 10000, the first worth `10000^weight`
/// (src/backend/utils/adt/numeric.c, `numeric_send`). `None` for NaN, infinities and what a decimal cannot hold.
fn decode_numeric(bytes: &[u8]) -> Option<Decimal> {
    let word =
        |index: usize| bytes.get(index * 2..index * 2 + 2).map(|pair| u16::from_be_bytes([pair[0], pair[1]]));
    let (count, weight, sign) = (word(0)?, word(1)?.cast_signed(), word(2)?);
    let mut mantissa = 0_i128;
    for index in 0..count {
        mantissa = mantissa.checked_mul(10_000)?.checked_add(i128::from(word(4 + usize::from(index))?))?;
    }
    let exponent = 4 * (i32::from(weight) + 1 - i32::from(count));
    if sign == 0x4000 {
        mantissa = -mantissa;
    } else if sign != 0 {
        return None;
    }
    if exponent > 0 {
        mantissa = mantissa.checked_mul(10_i128.checked_pow(exponent.unsigned_abs())?)?;
    }
    let scale = if exponent < 0 { exponent.unsigned_abs() } else { 0 };
    Decimal::try_from_i128_with_scale(mantissa, scale).ok().map(|value| value.normalize())
}

/// The inverse of [`decode_numeric`].
fn encode_numeric(value: Decimal) -> Vec<u8> {
    let scale = value.scale();
    let padding = (4 - scale % 4) % 4;
    let mut rest = value.mantissa().unsigned_abs() * 10_u128.pow(padding);
    let mut digits = Vec::with_capacity(10);
    while rest > 0 {
        digits.push((rest % 10_000) as u16);
        rest /= 10_000;
    }
    digits.reverse();
    let count = digits.len() as u16;
    let weight = (i32::from(count) - (scale + padding).cast_signed() / 4 - 1) as i16;
    let sign = if value.is_sign_negative() && count > 0 { 0x4000_u16 } else { 0 };
    [count, weight.cast_unsigned(), sign, scale as u16]
        .into_iter()
        .chain(digits)
        .flat_map(u16::to_be_bytes)
        .collect()
}

impl FromSql<Exact, Pg> for Number {
    fn from_sql(value: PgValue<'_>) -> deserialize::Result<Self> {
        decode_numeric(value.as_bytes()).map(Self).ok_or_else(|| "numeric out of range".into())
    }
}

impl ToSql<Exact, Pg> for Number {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
        out.write_all(&encode_numeric(self.0))?;
        Ok(IsNull::No)
    }
}

impl FromSql<Exact, Sqlite> for Number {
    fn from_sql(mut value: SqliteValue<'_, '_, '_>) -> deserialize::Result<Self> {
        Ok(Self(Decimal::from_str_exact(value.read_text())?))
    }
}

impl ToSql<Exact, Sqlite> for Number {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Sqlite>) -> serialize::Result {
        out.set_value(self.0.normalize().to_string());
        Ok(IsNull::No)
    }
}

/// Microseconds are what both databases keep; equality must survive the round trip.
pub fn micros(at: NaiveDateTime) -> NaiveDateTime {
    use chrono::Timelike as _;
    at.with_nanosecond(at.nanosecond() / 1_000 * 1_000).unwrap_or(at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numeric_survives_the_wire() {
        for text in [
            "0",
            "5.5",
            "-1.6",
            "12345678901234567.89",
            "0.1",
            "0.0001",
            "0.00001",
            "10000",
            "100000000",
            "-0.0000000001",
            "1000000000000000000",
            "9999.9999",
            "70",
        ] {
            let value: Decimal = text.parse().unwrap();
            assert_eq!(decode_numeric(&encode_numeric(value)), Some(value), "{text}");
        }
    }

    #[test]
    fn numeric_matches_what_postgresql_sends() {
        // select encode(numeric_send(54.15), 'hex') etc., PostgreSQL 15.
        for (hex, text) in
            [("0002000000000002003605dc", "54.15"), ("000100004000000000 03".replace(' ', "").as_str(), "-3")]
        {
            let bytes: Vec<u8> =
                (0..hex.len() / 2).map(|i| u8::from_str_radix(&hex[2 * i..2 * i + 2], 16).unwrap()).collect();
            assert_eq!(decode_numeric(&bytes), Some(text.parse().unwrap()), "{text}");
            assert_eq!(encode_numeric(text.parse().unwrap()), bytes, "{text}");
        }
    }

    #[test]
    fn what_a_decimal_cannot_hold_is_refused() {
        assert_eq!(decode_numeric(&[0, 0, 0, 0, 0xC0, 0, 0, 0]), None, "NaN");
        assert_eq!(decode_numeric(&[0, 1]), None, "truncated");
    }
}
