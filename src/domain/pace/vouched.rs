//! What was said of one fact at its stages (环节), and which of it stands.

use chrono::NaiveDate;
use rust_decimal::Decimal;

use crate::{Observation, Stage, TextEnum as _};

use super::series::is_later;

/// What each stage says of the fact that `at` is a vintage of, as known by the end of `as_of`: of each stage the vintage that
/// stands at it, the highest stage first. Vintages without a stage are left out, as are forecasts and plans.
pub fn by_stage<'a>(own: &'a [Observation], at: &Observation, as_of: NaiveDate) -> Vec<&'a Observation> {
    let of_fact = |one: &&Observation| {
        (one.period, one.basis, one.figure) == (at.period, at.basis, at.figure)
            && one.status.is_actual()
            && one.published_on <= as_of
    };
    let standing = |stage: &Stage| {
        let all = own.iter().filter(of_fact).filter(|one| one.stage == Some(*stage));
        all.reduce(|known, one| if is_later(one, known) { one } else { known })
    };
    Stage::ALL.iter().rev().filter_map(standing).collect()
}

/// The vintages of other stages that say another value than `at`, which stands, the highest stage first. None where `at` has no
/// stage.
pub fn overruled<'a>(own: &'a [Observation], at: &Observation, as_of: NaiveDate) -> Vec<&'a Observation> {
    if at.stage.is_none() {
        return Vec::new();
    }
    let mut all = by_stage(own, at, as_of);
    all.retain(|one| one.stage != at.stage && one.value != at.value);
    all
}

/// The disagreement of the stages in one sentence, the lowest stage first: 自报10.2亿元，核查9.8亿元，以核查数为准。 `None` where they
/// agree, or the fact has none; `print` writes a value with its unit.
pub fn disagreement(
    own: &[Observation],
    at: &Observation,
    as_of: NaiveDate,
    print: impl Fn(Decimal) -> String,
) -> Option<String> {
    let standing = at.stage?;
    let others = overruled(own, at, as_of);
    if others.is_empty() {
        return None;
    }
    let mut all: Vec<(Stage, Decimal)> =
        others.iter().filter_map(|one| Some((one.stage?, one.value))).chain([(standing, at.value)]).collect();
    all.sort_unstable();
    let said: Vec<String> =
        all.into_iter().map(|(stage, value)| format!("{}{}", stage.chinese(), print(value))).collect();
    Some(format!("{}，以{}数为准。", said.join("，"), standing.chinese()))
}
