//! The letters of a board: how far each has come, by handling level, and who is overdue.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::domain::{Handling, LetterState};
use crate::office::letter_tally::TalliedLetter;

#[derive(Serialize)]
pub(super) struct HandlingView {
    name: &'static str,
    issued: usize,
    waiting: usize,
    overdue: usize,
    review: usize,
    done: usize,
    /// What asks for nothing, and what nobody has to answer any more.
    unasked: usize,
}

#[derive(Serialize)]
pub(super) struct StepView {
    name: &'static str,
    count: usize,
}

#[derive(Serialize)]
pub(super) struct OverdueView {
    unit: String,
    count: usize,
}

pub(super) fn steps(letters: &[TalliedLetter]) -> Vec<StepView> {
    let step = |name, wanted: fn(&TalliedLetter) -> bool| StepView {
        name,
        count: letters.iter().filter(|letter| wanted(letter)).count(),
    };
    vec![
        step("签发", |_| true),
        step("送达", |letter| letter.delivered),
        step("签收", |letter| letter.received),
        step("反馈", |letter| letter.standing.is_answered()),
        step("办结", |letter| letter.closed),
    ]
}

pub(super) fn handling(letters: &[TalliedLetter]) -> Vec<HandlingView> {
    let levels = [
        (None, "发函"),
        (Some(Handling::Remind), "催办"),
        (Some(Handling::Raise), "提级"),
        (Some(Handling::Summon), "约谈"),
    ];
    let view = |(level, name): (Option<Handling>, &'static str)| {
        let own = || letters.iter().filter(move |letter| letter.handling == level);
        let count = |wanted: fn(&TalliedLetter) -> bool| own().filter(|letter| wanted(letter)).count();
        (own().count() > 0).then(|| HandlingView {
            name,
            issued: own().count(),
            waiting: count(|letter| letter.waits),
            overdue: count(|letter| letter.overdue),
            review: count(|letter| letter.standing == LetterState::Replied),
            done: count(is_done),
            unasked: count(|letter| {
                !letter.waits && letter.standing != LetterState::Replied && !is_done(letter)
            }),
        })
    };
    levels.into_iter().filter_map(view).collect()
}

/// Answered, and the answer accepted.
fn is_done(letter: &TalliedLetter) -> bool {
    matches!(letter.standing, LetterState::Accepted | LetterState::Closed)
}

pub(super) fn overdue(letters: &[TalliedLetter]) -> Vec<OverdueView> {
    let mut units: BTreeMap<&str, usize> = BTreeMap::new();
    for letter in letters.iter().filter(|letter| letter.overdue) {
        *units.entry(letter.unit.as_str()).or_default() += 1;
    }
    let mut views: Vec<OverdueView> =
        units.into_iter().map(|(unit, count)| OverdueView { unit: unit.to_owned(), count }).collect();
    views.sort_by_key(|view| std::cmp::Reverse(view.count));
    views
}
