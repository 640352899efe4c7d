//! A target in words.

use super::{Hedge, SampleTarget};

/// Where in a phrase a hedge stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    First,
    BeforeAmount,
    Last,
}

const fn place(hedge: Hedge) -> Place {
    match hedge {
        Hedge::Strive | Hedge::Ensure => Place::First,
        Hedge::NotBelow | Hedge::NotFewer | Hedge::BreakThrough | Hedge::Above => Place::BeforeAmount,
        Hedge::OrMore => Place::Last,
    }
}

impl SampleTarget {
    /// The target in words, from its parts: `新增城镇就业70万人以上`.
    ///
    /// 力争 and 确保 lead, the verb stands before or after its subject, 不低于 and its like before the amount, 以上
    /// behind it. A number the document does not print is left out.
    pub fn phrase(&self) -> String {
        let subject = self.subject.as_deref().unwrap_or(&self.measure);
        let verb = self.verb.as_deref().unwrap_or_default();
        let hedges =
            |place| self.hedges.iter().filter(move |h| self::place(**h) == place).map(|h| h.as_str());
        let mut words: Vec<&str> = hedges(Place::First).collect();
        words.extend(if self.verb_first { [verb, subject] } else { [subject, verb] });
        words.extend(hedges(Place::BeforeAmount));
        words.extend(self.benchmark.iter().map(|b| b.name.as_str()));
        let amount = self.amount();
        words.push(&amount);
        words.extend(hedges(Place::Last));
        words.concat()
    }

    fn amount(&self) -> String {
        match (self.value, &self.unit) {
            (Some(low), Some(unit)) if !self.value_implied => {
                let high = self.value_hi.map(|high| format!("—{high}")).unwrap_or_default();
                format!("{low}{high}{unit}")
            }
            _ => String::new(),
        }
    }
}
