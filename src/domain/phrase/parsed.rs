//! What a phrase was read as.

use rust_decimal::Decimal;

use crate::target::{Comparator, Kind, Target};
use crate::text_enum;

text_enum! {
    /// Which way the promised number is to move.
    Direction "direction" {
        /// More is promised.
        Up = "up",
        /// Less is promised.
        Down = "down",
        /// It is to stay.
        Hold = "hold",
    }
}

/// One promise found in a phrase.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PhraseTarget {
    /// What is promised, without the verb of reaching it and the number.
    pub indicator: String,
    /// Sort of promise.
    pub kind: Kind,
    /// How it compares; `None` for milestones, trends and qualitative promises.
    pub comparator: Option<Comparator>,
    /// The value in `unit`, always as written (万家 stays 万家), the lower end of a range.
    pub value: Option<Decimal>,
    /// The upper end of a range, in `unit`.
    pub value_hi: Option<Decimal>,
    /// Unit as written without the blanks of text recognition; empty without a value.
    pub unit: String,
    /// Which way it is to move.
    pub direction: Direction,
    /// Words of firmness as written, joined by `+` (`力争+以上`).
    pub hedge: Option<String>,
    /// What it is compared with (全国平均水平), for the two `versus_` kinds.
    pub benchmark: Option<String>,
}

impl PhraseTarget {
    /// The promise as it is kept with `phrase`, which it was read from; not checked.
    pub fn promise(self, phrase: &str) -> Target {
        Target {
            kind: self.kind,
            comparator: self.comparator,
            value: self.value,
            value_hi: self.value_hi,
            unit: self.unit,
            hedge: self.hedge,
            phrase: phrase.to_owned(),
            benchmark: self.benchmark,
        }
    }
}

/// What a phrase holds.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Parsed {
    /// The promises, in the order of the phrase.
    pub targets: Vec<PhraseTarget>,
    /// The parts that were not understood, or that promise nothing beside the targets.
    pub unparsed: Vec<String>,
}
