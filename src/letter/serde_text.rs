//! How domain values are written in frozen facts: words as words, decimals and document numbers as strings.

/// A member of a closed list, as its word.
pub(super) mod word {
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    use xushi_domain::TextEnum;

    pub(crate) fn serialize<T: TextEnum, S: Serializer>(value: &T, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(value.as_str())
    }

    pub(crate) fn deserialize<'de, T: TextEnum, D: Deserializer<'de>>(from: D) -> Result<T, D::Error> {
        let word = String::deserialize(from)?;
        T::parse(&word).ok_or_else(|| D::Error::custom(format!("unknown {}: {word}", T::NAME)))
    }
}

/// The same, or null.
pub(super) mod optional_word {
    use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};

    use xushi_domain::TextEnum;

    pub(crate) fn serialize<T: TextEnum, S: Serializer>(value: &Option<T>, to: S) -> Result<S::Ok, S::Error> {
        value.map(TextEnum::as_str).serialize(to)
    }

    pub(crate) fn deserialize<'de, T: TextEnum, D: Deserializer<'de>>(
        from: D,
    ) -> Result<Option<T>, D::Error> {
        let Some(word) = Option::<String>::deserialize(from)? else { return Ok(None) };
        T::parse(&word).map(Some).ok_or_else(|| D::Error::custom(format!("unknown {}: {word}", T::NAME)))
    }
}

/// A decimal, as its exact digits.
pub(super) mod decimal {
    use rust_decimal::Decimal;
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    pub(crate) fn serialize<S: Serializer>(value: &Decimal, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(value)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Decimal, D::Error> {
        String::deserialize(from)?.parse().map_err(D::Error::custom)
    }
}

/// The same, or null.
pub(super) mod optional_decimal {
    use rust_decimal::Decimal;
    use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};

    pub(crate) fn serialize<S: Serializer>(value: &Option<Decimal>, to: S) -> Result<S::Ok, S::Error> {
        value.as_ref().map(ToString::to_string).serialize(to)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Decimal>, D::Error> {
        let Some(digits) = Option::<String>::deserialize(from)? else { return Ok(None) };
        digits.parse().map(Some).map_err(D::Error::custom)
    }
}

/// A document number, as printed.
pub(super) mod number {
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    use xushi_domain::LetterNumber;

    pub(crate) fn serialize<S: Serializer>(value: &LetterNumber, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(value)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<LetterNumber, D::Error> {
        LetterNumber::parse(&String::deserialize(from)?).map_err(D::Error::custom)
    }
}

/// The same, or null.
pub(super) mod optional_number {
    use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};

    use xushi_domain::LetterNumber;

    pub(crate) fn serialize<S: Serializer>(value: &Option<LetterNumber>, to: S) -> Result<S::Ok, S::Error> {
        value.as_ref().map(ToString::to_string).serialize(to)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Option<LetterNumber>, D::Error> {
        let Some(text) = Option::<String>::deserialize(from)? else { return Ok(None) };
        LetterNumber::parse(&text).map(Some).map_err(D::Error::custom)
    }
}
