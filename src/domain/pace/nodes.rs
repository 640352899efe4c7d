//! Dated nodes of a milestone: which part is done when some are reported done.

use chrono::NaiveDate;
use rust_decimal::Decimal;

use crate::{Curve, Period};

/// The part done after each report, in the order of the reports. Each report names a node by its date and says whether it
/// is done; the part is the fraction of the last node before which, itself included, none is undone. Without dated nodes
/// the only node is the end of the window.
pub fn nodes_done(curve: &Curve, window: Period, reports: &[(NaiveDate, bool)]) -> Vec<Decimal> {
    let nodes: Vec<(NaiveDate, Decimal)> = match curve {
        Curve::Nodes(nodes) => nodes.iter().map(|node| (node.on, node.fraction)).collect(),
        _ => vec![(window.end(), Decimal::ONE)],
    };
    let mut done = vec![false; nodes.len()];
    let part = |done: &[bool]| {
        let reached = done.iter().take_while(|done| **done).count();
        reached.checked_sub(1).and_then(|last| nodes.get(last)).map_or(Decimal::ZERO, |node| node.1)
    };
    let mut parts = Vec::with_capacity(reports.len());
    for (on, is_done) in reports {
        if let Some(place) = nodes.iter().position(|node| node.0 == *on) {
            done[place] = *is_done;
        }
        parts.push(part(&done));
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Node;

    fn d(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn the_part_done_reaches_to_the_first_undone_node() {
        let node = |on, fraction: &str| Node { on: d(on), fraction: fraction.parse().unwrap() };
        let nodes = [("2025-03-31", "0.2"), ("2025-06-30", "0.6"), ("2025-12-31", "1")];
        let curve = Curve::nodes(nodes.map(|(on, part)| node(on, part)).to_vec()).unwrap();
        let window = Period::new(d("2025-01-01"), d("2025-12-31")).unwrap();
        for (reports, want) in [
            (vec![("2025-03-31", true), ("2025-06-30", true)], vec!["0.2", "0.6"]),
            (vec![("2025-06-30", true), ("2025-03-31", true)], vec!["0", "0.6"]),
            (vec![("2025-03-31", true), ("2025-03-31", false)], vec!["0.2", "0"]),
            (vec![("2025-05-01", true)], vec!["0"]),
        ] {
            let reports: Vec<_> = reports.into_iter().map(|(on, done)| (d(on), done)).collect();
            let parts: Vec<_> =
                nodes_done(&curve, window, &reports).iter().map(ToString::to_string).collect();
            assert_eq!(parts, want, "{reports:?}");
        }
        assert_eq!(nodes_done(&Curve::LinearMonths, window, &[(d("2025-12-31"), true)]), [Decimal::ONE]);
    }
}
