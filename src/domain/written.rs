//! A target as somebody wrote it (目标): a structure, or a phrase alone. What it leaves out, its measure says.

use rust_decimal::Decimal;

use super::{Basis, Better, Comparator, Invalid, Kind, Measure, Target, phrase};

/// A target as it was written, before anything is checked.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct WrittenTarget {
    /// Sort of promise; `None` leaves all to the phrase.
    pub kind: Option<Kind>,
    /// How it is compared.
    pub comparator: Option<Comparator>,
    /// The promised value.
    pub value: Option<Decimal>,
    /// The upper end of a range.
    pub value_hi: Option<Decimal>,
    /// Unit of the value.
    pub unit: Option<String>,
    /// The softening or hardening word (力争, 以上).
    pub hedge: Option<String>,
    /// The phrase of the document.
    pub phrase: Option<String>,
    /// What it is compared with.
    pub benchmark: Option<WrittenBenchmark>,
}

/// What a target is compared with, as it was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WrittenBenchmark {
    /// A name; whose it is, the kind of target says.
    Named(String),
    /// A region or a measure; only one of them is right.
    Series {
        /// Code or name of a region.
        region: Option<String>,
        /// Name of a measure.
        measure: Option<String>,
    },
}

/// What a measure says where a target leaves it out: name, unit, which way is better, how it is counted.
#[derive(Debug, Clone, Copy)]
pub struct Of<'a> {
    /// Name of the measure.
    pub name: &'a str,
    /// Unit of its values.
    pub unit: &'a str,
    /// Which direction is good.
    pub better: Better,
    /// Whether its values add up over the year, or say how much there is.
    pub basis: Basis,
}

impl<'a> Of<'a> {
    /// What `measure` says.
    pub fn measure(measure: &'a Measure) -> Self {
        Self { name: &measure.name, unit: &measure.unit, better: measure.better, basis: measure.basis }
    }
}

impl WrittenTarget {
    /// The checked promise on a measure.
    ///
    /// # Errors
    /// `Invalid` below `target`.
    pub fn target(self, of: Of<'_>) -> Result<Target, Invalid> {
        let target = match self.kind {
            Some(kind) => self.structured(kind, of),
            None => {
                let held = |target: Target| {
                    target
                        .held_by_growth(of.unit)
                        .held_by_change(of.name, of.basis, of.better)
                        .none_in(of.unit)
                };
                parsed(self.phrase.as_deref()).map(held)
            }
        };
        let checked = |target: Target| target.checked();
        let fits = |target: Target| target.factor_to(of.unit).map(|_| target);
        target.and_then(checked).and_then(fits).map_err(|invalid| invalid.within("target"))
    }

    /// Fills in what a trial may leave out and a record may not: a structure without a comparator promises at least (at
    /// most, where lower is better or for a cap); one without a unit is in the measure's, growth and comparisons in
    /// percent.
    #[must_use]
    pub fn with_usual(mut self, of: Of<'_>) -> Self {
        let (Some(kind), Some(_)) = (self.kind, self.value) else { return self };
        let usual = if self.value_hi.is_some() {
            Comparator::Range
        } else if of.better == Better::Lower || kind.row().limit {
            Comparator::AtMost
        } else {
            Comparator::AtLeast
        };
        self.comparator.get_or_insert(usual);
        self.unit.get_or_insert_with(|| kind.row().usual_unit(of.unit).to_owned());
        self
    }

    fn structured(self, kind: Kind, of: Of<'_>) -> Result<Target, Invalid> {
        let unit = self.unit.unwrap_or_default();
        let benchmark = match self.benchmark {
            None => None,
            Some(
                WrittenBenchmark::Named(name)
                | WrittenBenchmark::Series { region: Some(name), measure: None }
                | WrittenBenchmark::Series { region: None, measure: Some(name) },
            ) => Some(name),
            Some(WrittenBenchmark::Series { .. }) => {
                let detail = "对比对象请在region和measure中只写一个。";
                return Err(Invalid::new("benchmark", "one_of", detail));
            }
        };
        Ok(Target {
            kind,
            comparator: self.comparator,
            value: self.value,
            value_hi: self.value_hi,
            phrase: self.phrase.unwrap_or_else(|| spelled(of.name, kind, self.value, &unit)),
            unit,
            hedge: self.hedge,
            benchmark,
        })
    }
}

fn spelled(measure: &str, kind: Kind, value: Option<Decimal>, unit: &str) -> String {
    let verb = if kind.row().promises_rate() { "增长" } else { "" };
    let value = value.map(|value| value.to_string()).unwrap_or_default();
    format!("{measure}{verb}{value}{unit}")
}

/// The one target a phrase holds; two, or none, are not guessed at.
fn parsed(text: Option<&str>) -> Result<Target, Invalid> {
    let Some(text) = text else {
        return Err(Invalid::new("kind", "required", "目标须写明kind，或只写phrase由系统解析。"));
    };
    let mut found = phrase::parse(text).targets;
    match (found.pop(), found.is_empty()) {
        (Some(one), true) => Ok(one.promise(text.trim())),
        (Some(_), false) => {
            Err(Invalid::new("phrase", "ambiguous", "这句话含有多个目标，请分成多个指标填写。"))
        }
        (None, _) => {
            let detail = "未能从这句话中读出目标，请改写kind、value、unit等结构。";
            Err(Invalid::new("phrase", "unparsed", detail))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SALES: Of<'static> =
        Of {
            name: "社会消费品零售总额", unit: "亿元", better: Better::Higher, basis: Basis::Cumulative
        };

    #[test]
    fn a_phrase_alone_is_read_and_two_promises_are_not_guessed_at() {
        let phrase = |text: &str| WrittenTarget { phrase: Some(text.to_owned()), ..WrittenTarget::default() };
        let target = phrase("社会消费品零售总额增长5.5%以上").target(SALES).unwrap();
        assert_eq!((target.kind, target.value), (Kind::Growth, Some(Decimal::new(55, 1))));
        for (written, field, code) in [
            (WrittenTarget::default(), "target.kind", "required"),
            (phrase("……"), "target.phrase", "unparsed"),
            (phrase("投资增长5%，消费增长6%"), "target.phrase", "ambiguous"),
        ] {
            let refused = written.target(SALES).unwrap_err();
            assert_eq!((refused.field.as_str(), refused.code), (field, code));
        }
    }

    #[test]
    fn a_comparison_names_a_region_or_a_measure_and_not_both() {
        let against = |region: Option<&str>, measure: Option<&str>| {
            let owned = |text: Option<&str>| text.map(str::to_owned);
            let benchmark = WrittenBenchmark::Series { region: owned(region), measure: owned(measure) };
            WrittenTarget {
                kind: Some(Kind::VersusBenchmark),
                benchmark: Some(benchmark),
                ..WrittenTarget::default()
            }
            .structured(Kind::VersusBenchmark, SALES)
        };
        assert_eq!(against(Some("100000"), None).unwrap().benchmark.as_deref(), Some("100000"));
        for (region, measure) in [(None, None), (Some("100000"), Some("地区生产总值"))] {
            let refused = against(region, measure).unwrap_err();
            assert_eq!((refused.field.as_str(), refused.code), ("benchmark", "one_of"));
        }
    }
}
