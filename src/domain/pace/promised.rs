//! A promise as numbers, for whoever prints it: scaled to the measure, signed, with its direction.

use rust_decimal::Decimal;

use crate::{Measure, Target};

use super::requirement::Requirement;

/// What was promised, in the unit of what is judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Promised {
    /// Whether being at or below it is good.
    pub ceiling: bool,
    /// Whether equality is not enough (突破、高于).
    pub strict: bool,
    /// Whether a value is to be held rather than reached.
    pub hold: bool,
    /// The value; of a range the lower end, of a change its size, of a decline the negative rate.
    pub value: Option<Decimal>,
    /// The far end.
    pub far: Option<Decimal>,
}

/// What `target` promises of `measure`; `None` when its unit does not fit.
pub fn promised(target: &Target, measure: &Measure) -> Option<Promised> {
    let Requirement { ceiling, strict, hold, value, far, .. } = Requirement::read(target, measure).ok()?;
    Some(Promised { ceiling, strict, hold, value, far })
}
