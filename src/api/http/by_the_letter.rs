//! Reading by the letter: an object is an object at any depth, a field stands in it once, a day is YYYY-MM-DD, no text has a U+0000.
//!
//! Derived readers of structs also take a list, field by field in the order of the declaration; free values keep the last of two
//! fields of one name; chrono reads `2026-1-1`, `+2026-01-01` and blanks. None of that is in the specification, and each writes
//! something that nobody has written. [`ByTheLetter`] stands between a reader and its format and lets none of it pass.

use std::collections::BTreeSet;
use std::fmt;

use serde::de::value::StringDeserializer;
use serde::de::{self, DeserializeSeed, Deserializer, EnumAccess, MapAccess, SeqAccess, Visitor};

/// What chrono's reader of days says that it expects: the one mark by which it is known.
const DAY: &str = "a formatted date string";

/// What is said of a day that no plan has.
pub(super) const OUT_OF_RANGE: &str = "日期应在1900年至2200年之间，请核对。";

/// What is said of a text with a U+0000: PostgreSQL takes none, and nobody means one.
pub(super) const NUL: &str = "文字中有空字符（U+0000），请删除。";

/// A format, read by the letter. Enums are words here; one that carries fields would be read as serde reads it.
pub(super) struct ByTheLetter<D>(pub D);

/// Methods that only hand the reader on.
macro_rules! hand_on {
    ($($method:ident)*) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
            self.0.$method(Inside { visitor, once: true })
        }
    )*};
}

impl<'de, D: Deserializer<'de>> Deserializer<'de> for ByTheLetter<D> {
    type Error = D::Error;

    hand_on! {
        deserialize_any deserialize_bool deserialize_i8 deserialize_i16 deserialize_i32 deserialize_i64 deserialize_i128
        deserialize_u8 deserialize_u16 deserialize_u32 deserialize_u64 deserialize_u128 deserialize_f32 deserialize_f64
        deserialize_char deserialize_string deserialize_bytes deserialize_byte_buf deserialize_option deserialize_unit
        deserialize_seq deserialize_map deserialize_identifier deserialize_ignored_any
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
        if Expected(&visitor).to_string() == DAY {
            return self.0.deserialize_str(Day(visitor));
        }
        self.0.deserialize_str(Inside { visitor, once: true })
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, D::Error> {
        // A derived reader looks out for a field that stands twice itself.
        self.0.deserialize_map(Inside { visitor, once: false })
    }

    fn deserialize_unit_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, D::Error> {
        self.0.deserialize_unit_struct(name, visitor)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, D::Error> {
        self.0.deserialize_newtype_struct(name, Inside { visitor, once: true })
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, len: usize, visitor: V) -> Result<V::Value, D::Error> {
        self.0.deserialize_tuple(len, Inside { visitor, once: true })
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        len: usize,
        visitor: V,
    ) -> Result<V::Value, D::Error> {
        self.0.deserialize_tuple_struct(name, len, Inside { visitor, once: true })
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, D::Error> {
        self.0.deserialize_enum(name, variants, visitor)
    }

    fn is_human_readable(&self) -> bool {
        self.0.is_human_readable()
    }
}

/// A visitor whose parts are read by the letter, too.
struct Inside<V> {
    visitor: V,
    /// Whether a field may stand in an object only once.
    once: bool,
}

/// Methods that only hand a value on.
macro_rules! take {
    ($($method:ident: $kind:ty),* $(,)?) => {$(
        fn $method<E: de::Error>(self, value: $kind) -> Result<V::Value, E> {
            self.visitor.$method(value)
        }
    )*};
}

impl<'de, V: Visitor<'de>> Visitor<'de> for Inside<V> {
    type Value = V::Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.visitor.expecting(f)
    }

    take! {
        visit_bool: bool, visit_i8: i8, visit_i16: i16, visit_i32: i32, visit_i64: i64, visit_i128: i128, visit_u8: u8,
        visit_u16: u16, visit_u32: u32, visit_u64: u64, visit_u128: u128, visit_f32: f32, visit_f64: f64, visit_char: char,
        visit_bytes: &[u8], visit_borrowed_bytes: &'de [u8], visit_byte_buf: Vec<u8>,
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<V::Value, E> {
        without_nul(text)?;
        self.visitor.visit_str(text)
    }

    fn visit_borrowed_str<E: de::Error>(self, text: &'de str) -> Result<V::Value, E> {
        without_nul(text)?;
        self.visitor.visit_borrowed_str(text)
    }

    fn visit_string<E: de::Error>(self, text: String) -> Result<V::Value, E> {
        without_nul(&text)?;
        self.visitor.visit_string(text)
    }

    fn visit_none<E: de::Error>(self) -> Result<V::Value, E> {
        self.visitor.visit_none()
    }

    fn visit_unit<E: de::Error>(self) -> Result<V::Value, E> {
        self.visitor.visit_unit()
    }

    fn visit_some<D: Deserializer<'de>>(self, inner: D) -> Result<V::Value, D::Error> {
        self.visitor.visit_some(ByTheLetter(inner))
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, inner: D) -> Result<V::Value, D::Error> {
        self.visitor.visit_newtype_struct(ByTheLetter(inner))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, items: A) -> Result<V::Value, A::Error> {
        self.visitor.visit_seq(Items(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, fields: A) -> Result<V::Value, A::Error> {
        self.visitor.visit_map(Fields { fields, seen: self.once.then(BTreeSet::new) })
    }

    fn visit_enum<A: EnumAccess<'de>>(self, word: A) -> Result<V::Value, A::Error> {
        self.visitor.visit_enum(word)
    }
}

fn without_nul<E: de::Error>(text: &str) -> Result<(), E> {
    if text.contains('\0') { Err(E::custom(NUL)) } else { Ok(()) }
}

/// A value inside another one.
struct Part<S>(S);

impl<'de, S: DeserializeSeed<'de>> DeserializeSeed<'de> for Part<S> {
    type Value = S::Value;

    fn deserialize<D: Deserializer<'de>>(self, inner: D) -> Result<S::Value, D::Error> {
        self.0.deserialize(ByTheLetter(inner))
    }
}

struct Items<A>(A);

impl<'de, A: SeqAccess<'de>> SeqAccess<'de> for Items<A> {
    type Error = A::Error;

    fn next_element_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, A::Error> {
        self.0.next_element_seed(Part(seed))
    }

    fn size_hint(&self) -> Option<usize> {
        self.0.size_hint()
    }
}

struct Fields<A> {
    fields: A,
    /// Names so far, where each may stand only once.
    seen: Option<BTreeSet<String>>,
}

impl<'de, A: MapAccess<'de>> MapAccess<'de> for Fields<A> {
    type Error = A::Error;

    fn next_key_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, A::Error> {
        let Some(seen) = &mut self.seen else { return self.fields.next_key_seed(seed) };
        let Some(name) = self.fields.next_key::<String>()? else { return Ok(None) };
        if !seen.insert(name.clone()) {
            return Err(de::Error::custom(format_args!("duplicate field `{name}`")));
        }
        seed.deserialize(StringDeserializer::new(name)).map(Some)
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, A::Error> {
        self.fields.next_value_seed(Part(seed))
    }

    fn size_hint(&self) -> Option<usize> {
        self.fields.size_hint()
    }
}

/// What a visitor says that it expects.
struct Expected<'a, V>(&'a V);

impl<'de, V: Visitor<'de>> fmt::Display for Expected<'_, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.expecting(f)
    }
}

/// A visitor that is given days only, and only as they are written here.
struct Day<V>(V);

impl<'de, V: Visitor<'de>> Visitor<'de> for Day<V> {
    type Value = V::Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.expecting(f)
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<V::Value, E> {
        if !is_plain(text) {
            return Err(E::custom("日期应写作YYYY-MM-DD（如2025-08-27），不加空格和符号。"));
        }
        if !("1900"..="2200").contains(&text.get(..4).unwrap_or_default()) {
            return Err(E::custom(OUT_OF_RANGE));
        }
        self.0.visit_str(text)
    }
}

/// Four digits, two, two, with hyphens between them; whether there is such a day is chrono's to say.
fn is_plain(text: &str) -> bool {
    let fits = |(place, byte): (usize, u8)| {
        if matches!(place, 4 | 7) { byte == b'-' } else { byte.is_ascii_digit() }
    };
    text.len() == 10 && text.bytes().enumerate().all(fits)
}

#[cfg(test)]
mod tests {
    use chrono::NaiveDate;
    use serde::Deserialize;
    use serde_json::Value;

    use super::*;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Inner {
        name: String,
        day: Option<NaiveDate>,
    }

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Outer {
        #[serde(default)]
        parts: Vec<Inner>,
        one: Option<Box<Inner>>,
        free: Option<Value>,
    }

    fn read<T: serde::de::DeserializeOwned>(text: &str) -> Result<T, (String, String)> {
        let mut reader = serde_json::Deserializer::from_str(text);
        serde_path_to_error::deserialize(ByTheLetter(&mut reader))
            .map_err(|error| (error.path().to_string(), error.inner().to_string()))
    }

    #[test]
    fn a_list_is_no_object_at_any_depth() {
        let good: Outer =
            read(r#"{"parts":[{"name":"a"}],"one":{"name":"b","day":"2025-08-27"},"free":[{"a":[1]}]}"#)
                .unwrap();
        assert_eq!((good.parts[0].name.as_str(), good.one.unwrap().name), ("a", "b".to_owned()));
        assert_eq!(good.free, Some(serde_json::json!([{"a": [1]}])));
        for (text, place) in [
            (r#"[[],null,null]"#, "."),
            (r#"[]"#, "."),
            (r#"{"parts":[{"name":"a"},["a",null]]}"#, "parts[1]"),
            (r#"{"one":["a",null]}"#, "one"),
        ] {
            let (told, why) = read::<Outer>(text).unwrap_err();
            assert_eq!(told, place, "{text}");
            assert!(why.starts_with("invalid type: sequence"), "{text}: {why}");
            let value: Value = serde_json::from_str(text).unwrap();
            assert!(Outer::deserialize(ByTheLetter(&value)).is_err(), "{text}");
        }
    }

    #[test]
    fn a_field_stands_once_in_what_is_free_too() {
        for text in [
            r#"{"free":{"a":1,"b":{"c":1,"c":2}}}"#,
            r#"{"one":{"name":"a","name":"b"}}"#,
            r#"{"free":[{"a":1,"a":1}]}"#,
        ] {
            let (place, why) = read::<Outer>(text).unwrap_err();
            assert!(why.starts_with("duplicate field `"), "{text}: {place} {why}");
        }
        assert!(read::<Outer>(r#"{"free":{"a":{"a":1},"b":{"a":1}}}"#).is_ok());
    }

    #[test]
    fn no_text_has_a_nul() {
        for text in [
            r#"{"one":{"name":"a\u0000b"}}"#,
            r#"{"parts":[{"name":"\u0000"}]}"#,
            r#"{"free":{"a":["\u0000"]}}"#,
        ] {
            assert!(read::<Outer>(text).unwrap_err().1.starts_with(NUL), "{text}");
        }
    }

    #[test]
    fn a_day_is_written_in_one_way() {
        let day = |text: &str| read::<Inner>(&format!(r#"{{"name":" 2026-1-1 ","day":"{text}"}}"#));
        assert_eq!(day("2024-02-29").unwrap().day, NaiveDate::from_ymd_opt(2024, 2, 29));
        assert!(day("1900-01-01").is_ok() && day("2200-12-31").is_ok());
        for text in [
            "2026-1-1",
            "2026-02-03 ",
            " 2025-08-31",
            "+2025-08-31",
            "-2025-08-31",
            "9999-12-31",
            "1899-12-31",
            "2201-01-01",
            "2025-02-29",
            "2025/08/31",
            "20250831",
            "",
            "２０２５-08-31",
            "2025-08-31T00:00:00Z",
        ] {
            assert_eq!(day(text).unwrap_err().0, "day", "{text}");
        }
        let query = |text: &str| {
            let pairs = form_urlencoded::parse(text.as_bytes());
            Inner::deserialize(ByTheLetter(serde_urlencoded::Deserializer::new(pairs)))
        };
        assert!(query("name=2026-1-1&day=2026-01-01").is_ok());
        assert!(query("name=a&day=2026-1-1").is_err() && query("name=a&day=2026-01-01%20").is_err());
        assert!(query("name=a&name=b").is_err());
    }
}
