//! What is measured, apart from where and how much was promised.

use super::{Invalid, invalid, lengths, text_enum};

text_enum! {
    /// How the values of a series relate to time.
    Basis "basis" {
        /// Year to date (累计).
        Cumulative = "cumulative",
        /// The month or quarter alone (当月、当季).
        Period = "period",
        /// A stock at a date (存量).
        Point = "point",
    }
}

text_enum! {
    /// Which direction is good.
    Better "better" {
        /// More is better.
        Higher = "higher",
        /// Less is better.
        Lower = "lower",
        /// To be kept at or above its level (保持).
        Hold = "hold",
    }
}

text_enum! {
    /// How often a measure is published.
    Frequency "frequency" {
        /// Every month (January–February may come as one).
        Monthly = "monthly",
        /// Every quarter.
        Quarterly = "quarterly",
        /// Twice a year.
        HalfYearly = "half_yearly",
        /// Once a year.
        Yearly = "yearly",
    }
}

impl Frequency {
    /// Months of a period.
    pub const fn months(self) -> i32 {
        match self {
            Self::Monthly => 1,
            Self::Quarterly => 3,
            Self::HalfYearly => 6,
            Self::Yearly => 12,
        }
    }
}

/// A measure (指标口径): name, unit and habits of a series; values belong to a measure in a region.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Measure {
    /// Canonical name, 1–80 characters, unique among names and aliases.
    pub name: String,
    /// Unit of the values as published (`亿元`, `%`, `万人`), 1–20 characters.
    pub unit: String,
    /// Which observations count towards a target.
    pub basis: Basis,
    /// Which direction is good.
    pub better: Better,
    /// How often it is published.
    pub frequency: Frequency,
    /// Day of the following month on which it is usually released, 1–31; `None` when unknown.
    pub release_day: Option<u32>,
    /// Decimal places shown, 0–6.
    pub precision: u32,
}

impl Measure {
    /// Checks every part.
    pub fn new(
        name: &str,
        unit: &str,
        (basis, better, frequency): (Basis, Better, Frequency),
        release_day: Option<u32>,
        precision: u32,
    ) -> Result<Self, Invalid> {
        if release_day.is_some_and(|day| !(1..=31).contains(&day)) {
            return Err(Invalid::new("release_day", "out_of_range", "发布日应为1至31之间的整数。"));
        }
        if precision > 6 {
            return Err(Invalid::new("precision", "out_of_range", "小数位数应为0至6。"));
        }
        Ok(Self {
            name: invalid::text("name", name, lengths::MEASURE)?,
            unit: invalid::text("unit", unit, lengths::MEASURE_UNIT)?,
            basis,
            better,
            frequency,
            release_day,
            precision,
        })
    }

    /// Checks its other names: each like a name, none twice, none the name itself; at most 50.
    ///
    /// # Errors
    /// The first that does not fit, as `aliases.INDEX`.
    pub fn checked_aliases(&self, aliases: &[String]) -> Result<Vec<String>, Invalid> {
        if aliases.len() > 50 {
            return Err(Invalid::new("aliases", "too_many", "别名不能超过50个。"));
        }
        let mut checked: Vec<String> = Vec::with_capacity(aliases.len());
        for (index, alias) in aliases.iter().enumerate() {
            let field = format!("aliases.{index}");
            let alias = invalid::text(&field, alias, lengths::MEASURE)?;
            if alias == self.name || checked.contains(&alias) {
                return Err(Invalid::new(field, "duplicate", "与名称或前面的别名重复，请删除。"));
            }
            checked.push(alias);
        }
        Ok(checked)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn measure(name: &str, unit: &str, release_day: Option<u32>, precision: u32) -> Result<Measure, Invalid> {
        Measure::new(
            name,
            unit,
            (Basis::Cumulative, Better::Higher, Frequency::Monthly),
            release_day,
            precision,
        )
    }

    #[test]
    fn measures_are_checked() {
        for (name, unit, release_day, precision, want) in [
            ("社零", "亿元", Some(31), 6, None),
            ("", "亿元", None, 1, Some(("name", "required"))),
            ("社零", " ", None, 1, Some(("unit", "required"))),
            ("社零", "亿元", Some(0), 1, Some(("release_day", "out_of_range"))),
            ("社零", "亿元", Some(32), 1, Some(("release_day", "out_of_range"))),
            ("社零", "亿元", None, 7, Some(("precision", "out_of_range"))),
        ] {
            let refused = measure(name, unit, release_day, precision).err();
            assert_eq!(refused.as_ref().map(|e| (e.field.as_str(), e.code)), want, "{name} {unit}");
        }
    }

    #[test]
    fn aliases_are_checked() {
        let social = measure("社会消费品零售总额", "亿元", None, 1).unwrap();
        for (aliases, want) in [
            (&["社零", " 社零总额 "][..], Ok(vec!["社零".to_owned(), "社零总额".to_owned()])),
            (&[], Ok(vec![])),
            (&["社零", "社零"], Err("aliases.1")),
            (&["社会消费品零售总额"], Err("aliases.0")),
            (&["社零", ""], Err("aliases.1")),
            (&["社\n零"], Err("aliases.0")),
        ] {
            let aliases: Vec<String> = aliases.iter().map(|&alias| alias.to_owned()).collect();
            let got = social.checked_aliases(&aliases).map_err(|refused| refused.field);
            assert_eq!(got, want.map_err(str::to_owned), "{aliases:?}");
        }
        let many: Vec<String> = (0..51).map(|number| format!("别名{number}")).collect();
        assert_eq!(social.checked_aliases(&many).unwrap_err().code, "too_many");
    }
}
