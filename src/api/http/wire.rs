//! How domain values travel: closed words, exact decimals.

use std::borrow::Cow;
use std::marker::PhantomData;
use std::str::FromStr as _;

use rust_decimal::Decimal;
use serde::de::{self, Deserializer};
use serde::{Deserialize, Serialize, Serializer};
use utoipa::openapi::schema::{ObjectBuilder, OneOfBuilder, Schema, SchemaType, Type};
use utoipa::openapi::{Ref, RefOr};
use utoipa::{PartialSchema, ToSchema};

use crate::domain::TextEnum;
use crate::domain::invalid::shorten;

/// A member of a closed list, written as its English word. Views and bodies name it by an alias
/// (`type BasisWord = Word<Basis>`), since utoipa asks every generic argument for a schema of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Word<T>(pub T);

impl<T: TextEnum> Serialize for Word<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.0.as_str())
    }
}

impl<'de, T: TextEnum> Deserialize<'de> for Word<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let word = Cow::<'_, str>::deserialize(deserializer)?;
        T::parse(&word).map(Self).ok_or_else(|| {
            let known: Vec<_> = T::ALL.iter().map(|member| member.as_str()).collect();
            let word = shorten(&word);
            de::Error::custom(format!("“{word}”不是{}允许的值，可用：{}。", T::NAME, known.join("、")))
        })
    }
}

impl<T: TextEnum> PartialSchema for Word<T> {
    fn schema() -> RefOr<Schema> {
        let words: Vec<_> = T::ALL.iter().map(|member| member.as_str()).collect();
        ObjectBuilder::new().schema_type(SchemaType::Type(Type::String)).enum_values(Some(words)).into()
    }
}

impl<T: TextEnum> ToSchema for Word<T> {
    fn name() -> Cow<'static, str> {
        Cow::Borrowed(T::TYPE)
    }
}

/// Several members of a closed list in a query, with commas between them; each once is enough.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Words<T>(pub Vec<T>);

impl<'de, T: TextEnum> Deserialize<'de> for Words<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Cow::<'_, str>::deserialize(deserializer)?;
        let words =
            text.split(',').map(|word| Word::deserialize(de::value::StrDeserializer::new(word.trim())));
        words.map(|word| word.map(|word: Word<T>| word.0)).collect::<Result<_, _>>().map(Self)
    }
}

impl<T: TextEnum> PartialSchema for Words<T> {
    fn schema() -> RefOr<Schema> {
        let words: Vec<_> = T::ALL.iter().map(|member| member.as_str()).collect();
        let one = words.join("|");
        ObjectBuilder::new()
            .schema_type(SchemaType::Type(Type::String))
            .pattern(Some(format!("^({one})(,({one}))*$")))
            .examples([serde_json::json!(words.first())])
            .into()
    }
}

impl<T: TextEnum> ToSchema for Words<T> {
    fn name() -> Cow<'static, str> {
        Cow::Owned(format!("{}List", T::TYPE))
    }
}

/// An exact decimal: a JSON string out; a string, or a number of at most 15 digits, in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Amount(pub Decimal);

impl Serialize for Amount {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0.normalize())
    }
}

impl<'de> Deserialize<'de> for Amount {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl de::Visitor<'_> for Visitor {
            type Value = Amount;
            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a decimal as text")
            }
            fn visit_str<E: de::Error>(self, text: &str) -> Result<Amount, E> {
                let parsed = if is_plain(text) { Decimal::from_str_exact(text).ok() } else { None };
                parsed.map(Amount).ok_or_else(|| {
                    E::custom(format!("“{}”不是十进制数，请写成如\"5.5\"的字符串。", shorten(text)))
                })
            }
            fn visit_u64<E: de::Error>(self, value: u64) -> Result<Amount, E> {
                Ok(Amount(value.into()))
            }
            fn visit_i64<E: de::Error>(self, value: i64) -> Result<Amount, E> {
                Ok(Amount(value.into()))
            }
            fn visit_f64<E: de::Error>(self, value: f64) -> Result<Amount, E> {
                // The shortest text that reads back as the same double is what the caller wrote, up to 15 digits.
                let text = value.to_string();
                let digits = text.bytes().filter(u8::is_ascii_digit).count();
                let parsed = if digits <= 16 { Decimal::from_str(&text).ok() } else { None };
                parsed.map(Amount).ok_or_else(|| E::custom("数字位数过多，为免误差请写成字符串，如\"5.5\"。"))
            }
        }
        deserializer.deserialize_any(Visitor)
    }
}

/// Whether this is a decimal as the specification says one is written: digits, and if there is a point, digits behind it.
fn is_plain(text: &str) -> bool {
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let unsigned = text.strip_prefix('-').unwrap_or(text);
    text.len() <= 40
        && unsigned.split_once('.').map_or_else(|| digits(unsigned), |(a, b)| digits(a) && digits(b))
}

impl PartialSchema for Amount {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(SchemaType::Type(Type::String))
            .pattern(Some(r"^-?[0-9]+(\.[0-9]+)?$"))
            .examples([serde_json::json!("5.5")])
            .into()
    }
}

impl ToSchema for Amount {
    fn name() -> Cow<'static, str> {
        Cow::Borrowed("Amount")
    }
}

/// Something named by a text, or written out as an object. Bodies name it by an alias, as they do [`Word`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TextOr<T> {
    /// Its name.
    Text(String),
    /// The whole of it.
    Whole(Box<T>),
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for TextOr<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor<T>(PhantomData<T>);
        impl<'de, T: Deserialize<'de>> de::Visitor<'de> for Visitor<T> {
            type Value = TextOr<T>;
            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a text or an object")
            }
            fn visit_str<E: de::Error>(self, text: &str) -> Result<Self::Value, E> {
                Ok(TextOr::Text(text.to_owned()))
            }
            fn visit_map<A: de::MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
                T::deserialize(de::value::MapAccessDeserializer::new(map))
                    .map(|it| TextOr::Whole(Box::new(it)))
            }
        }
        deserializer.deserialize_any(Visitor(PhantomData))
    }
}

impl<T: ToSchema> PartialSchema for TextOr<T> {
    fn schema() -> RefOr<Schema> {
        let text = ObjectBuilder::new().schema_type(SchemaType::Type(Type::String));
        OneOfBuilder::new().item(text).item(Ref::from_schema_name(T::name())).into()
    }
}

impl<T: ToSchema> ToSchema for TextOr<T> {
    fn name() -> Cow<'static, str> {
        Cow::Owned(format!("{}OrText", T::name()))
    }

    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        schemas.push((T::name().into_owned(), T::schema()));
        T::schemas(schemas);
    }
}

/// How much the answer to a bulk tells.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum BulkReport {
    /// Everything.
    #[default]
    All,
    /// What is wrong.
    Errors,
}

/// For fields of an update: absent leaves as it is, `null` clears, a value sets.
pub mod maybe {
    use serde::{Deserialize, Deserializer};

    /// Tells `null` from absent (the field itself carries `#[serde(default)]`).
    ///
    /// # Errors
    /// Those of the value.
    pub fn deserialize<'de, T: Deserialize<'de>, D: Deserializer<'de>>(
        from: D,
    ) -> Result<Option<Option<T>>, D::Error> {
        Option::deserialize(from).map(Some)
    }
}

/// For fields of an update that cannot be cleared: absent leaves as it is, `null` is refused, a value sets.
pub mod given {
    use serde::{Deserialize, Deserializer, de};

    /// Refuses `null` (the field itself carries `#[serde(default)]`).
    ///
    /// # Errors
    /// For `null`, and those of the value.
    pub fn deserialize<'de, T: Deserialize<'de>, D: Deserializer<'de>>(
        from: D,
    ) -> Result<Option<T>, D::Error> {
        let value = Option::deserialize(from)?;
        value.map(Some).ok_or_else(|| de::Error::custom("此项不能清空；如不修改，请不要写这一项。"))
    }
}
