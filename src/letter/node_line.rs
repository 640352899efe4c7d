//! The dated node of a milestone that binds: without it nobody can count the days after it.

use chrono::{Days, NaiveDate};
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive as _;
use serde::{Deserialize, Serialize};

use super::found::{Facts, counted, value};
use super::line::Quantity;
use super::numbers::{Numbers, scale};
use xushi_domain::Curve;
use xushi_domain::kind::GapIn;
use xushi_domain::pace::is_percent;

/// The first node that is not done; of what is done altogether the last one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NodeLine {
    /// The day by which it is to be done.
    pub on: NaiveDate,
    /// The day up to which its days late are counted; of what is done, the day on which it was.
    pub until: NaiveDate,
    /// Whether it is one of several that a plan dates.
    pub planned: bool,
    /// What is to be done by then, where the promise is an amount.
    #[serde(default)]
    pub amount: Option<Quantity>,
    /// The part of the way to be done by then, percent, where the promise is no amount and has several nodes.
    #[serde(default)]
    pub share: Option<Quantity>,
    /// The part of the way that is done, percent, where the promise is no amount and some of it is.
    #[serde(default)]
    pub done: Option<Quantity>,
}

impl Facts<'_> {
    /// The node that binds; `None` of what has no nodes, and before anything was judged.
    pub(super) fn node(&self, numbers: &Numbers<'_>) -> Option<NodeLine> {
        let (subject, assessment) = (self.found.subject, self.found.assessment);
        let days = value(assessment.gap).filter(|_| self.row.gap == GapIn::Days)?.to_i64()?;
        let (unit, actual) = (numbers.unit, assessment.actual?);
        let promised = self.target_value.filter(|amount| !amount.is_zero());
        let full = match promised {
            Some(amount) => amount,
            None if is_percent(unit) => Decimal::ONE_HUNDRED,
            None => Decimal::ONE,
        };
        let end = (subject.window.end(), Decimal::ONE);
        let nodes: Vec<(NaiveDate, Decimal)> = match subject.curve {
            Curve::Nodes(nodes) => nodes.iter().map(|node| (node.on, node.fraction)).collect(),
            _ => vec![end],
        };
        let undone = nodes.iter().find(|(_, part)| actual < *part * full);
        let (on, part) = *undone.or(nodes.last()).unwrap_or(&end);
        let planned = nodes.len() > 1;
        // One thing is done or not: it is not counted, whether it is done to 1 or to 100 %.
        let is_one = full == Decimal::ONE && !is_percent(unit);
        let is_whole = is_percent(unit) && !planned && (actual <= Decimal::ZERO || actual >= full);
        let is_amount = !is_one && !is_whole;
        let percent = |part: Decimal| {
            let percent = (part * Decimal::ONE_HUNDRED).normalize();
            Quantity::new(percent, "%", scale(percent).min(1))
        };
        let due = part * full;
        let due = if counted(unit) { due.ceil() } else { due };
        let done = actual.checked_div(full).filter(|done| *done > Decimal::ZERO && undone.is_some());
        Some(NodeLine {
            on,
            until: day_after(on, -days)?,
            planned,
            amount: is_amount.then(|| numbers.value(due)),
            share: (!is_amount && planned).then(|| percent(part)),
            done: done.filter(|_| !is_amount).map(percent),
        })
    }
}

fn day_after(day: NaiveDate, days: i64) -> Option<NaiveDate> {
    let span = Days::new(days.unsigned_abs());
    if days < 0 { day.checked_sub_days(span) } else { day.checked_add_days(span) }
}
