//! 请过问: the three matters that a leader asks about first, once a unit.

use std::collections::HashSet;

use crate::domain::Grade;
use crate::office::spoken_board::SpokenLine;

/// How many.
pub(super) const ASKED: usize = 3;
/// Why these, in the words of the page.
pub(super) const WHY: &str = "先看等级（未完成、严重滞后、滞后、逾期未报、关注），同级的先看反馈逾期的，再看完不成的可能性，再看差距；同一单位只列一件。";

/// Places of the lines to ask about, in order. `overdue` tells of a line whether the answer to its letter is.
pub(super) fn chosen(lines: &[SpokenLine], overdue: impl Fn(&SpokenLine) -> bool) -> Vec<usize> {
    let rank = |grade: Grade| match grade {
        Grade::Missed => Some(0),
        Grade::Critical => Some(1),
        Grade::Behind => Some(2),
        Grade::OverdueReport => Some(3),
        Grade::Watch => Some(4),
        _ => None,
    };
    let mut wanted: Vec<_> = lines
        .iter()
        .enumerate()
        .filter_map(|(place, line)| {
            let key =
                (rank(line.grade)?, !overdue(line), std::cmp::Reverse(line.p_miss), line.gap_points, place);
            Some((key, place))
        })
        .collect();
    wanted.sort_by_key(|(key, _)| *key);
    let mut units = HashSet::new();
    let once = |place: &usize| lines[*place].row.lead_unit.0.is_none_or(|unit| units.insert(unit));
    wanted.into_iter().map(|(_, place)| place).filter(once).take(ASKED).collect()
}
