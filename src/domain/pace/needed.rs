//! What is needed from here to the end of the window (后期要求): a value with its form.

use rust_decimal::Decimal;

use crate::text_enum;

use super::Ratio;

text_enum! {
    /// What sort of requirement it is, and so how it is said.
    NeededForm "needed_form" {
        /// An amount to be added every month (月均需完成).
        Amount = "amount",
        /// A rise towards a value, every month (月均需提高、净增).
        Rise = "rise",
        /// A fall towards a value, every month (月均需下降).
        Fall = "fall",
        /// What may still be used under a limit that adds up (月均不超过、合计不超过).
        Allowance = "allowance",
        /// The growth of the rest of the window, at least (后期需增长).
        GrowthAtLeast = "growth_at_least",
        /// The same, at most (后期增速不超过).
        GrowthAtMost = "growth_at_most",
        /// A value to be reached or kept at every period to come (保持在…以上).
        KeepAtLeast = "keep_at_least",
        /// A value not to be exceeded (控制在…以内).
        KeepAtMost = "keep_at_most",
        /// Days until, or since, a milestone is due.
        Days = "days",
        /// To be above the series it is compared with; no number when that is unknown.
        AboveOther = "above_other",
        /// To be below it.
        BelowOther = "below_other",
        /// A place among siblings to be reached or kept.
        Place = "place",
    }
}

/// What is needed from here. All numbers are in the unit of what is judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Needed {
    /// Its form.
    pub form: NeededForm,
    /// The figure of the form, exact: an amount, rise, fall or allowance for each remaining month; the growth rate of the
    /// rest; the value to keep; days. `None` where the number is not known.
    pub figure: Option<Ratio>,
    /// What is left altogether: the amount, the way, the allowance.
    pub left: Option<Ratio>,
    /// The value at the window's end that meets the promise.
    pub end: Option<Decimal>,
    /// The far end, where a range is to be kept.
    pub end_hi: Option<Decimal>,
    /// Months left, parts of a month by days.
    pub months_left: Option<Ratio>,
    /// Whether reaching the end exactly is not enough (突破).
    pub strict: bool,
    /// Decimal places it is printed with.
    pub places: u32,
}
