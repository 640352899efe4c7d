//! What the parts of a phrase were read as, and how they are put together.

use super::parsed::{Parsed, PhraseTarget};

/// The reading of one clause or part of one.
pub(super) enum Reading {
    Promises(Vec<PhraseTarget>),
    Work(PhraseTarget),
    Unknown(String),
    /// It has a number that was not understood: handed back, whatever else is in it.
    Number(String),
    /// A heading or a scope: understood, promises nothing.
    Scope,
    /// Who is responsible, where a figure is from: handed back beside the promise, no part of it.
    Note(String),
}

/// Puts the readings together: work beside measurable promises is handed back, work alone is one qualitative promise.
pub(super) fn assemble(phrase: &str, readings: Vec<Reading>) -> Parsed {
    let measurable = readings.iter().any(|reading| matches!(reading, Reading::Promises(_)));
    let mut parsed = Parsed::default();
    let mut work: Option<PhraseTarget> = None;
    let mut numberless = false;
    let mut understood = false;
    for reading in readings {
        understood |= !matches!(reading, Reading::Unknown(_) | Reading::Number(_) | Reading::Note(_));
        match reading {
            Reading::Promises(targets) => {
                numberless = targets.last().is_some_and(|target| target.value.is_none());
                parsed.targets.extend(targets);
            }
            Reading::Work(target) if measurable => {
                // 均完成接口改造，接入省级平台 is one promise.
                match parsed.targets.last_mut().filter(|_| numberless) {
                    Some(last) => append(last, &target.indicator),
                    None => parsed.unparsed.push(target.indicator),
                }
            }
            Reading::Work(target) => match &mut work {
                Some(whole) => append(whole, &target.indicator),
                None => work = Some(target),
            },
            Reading::Unknown(text) => match &mut work {
                Some(whole) if !text.chars().any(|c| c.is_ascii_digit()) => append(whole, &text),
                _ => parsed.unparsed.push(text),
            },
            Reading::Number(text) | Reading::Note(text) => parsed.unparsed.push(text),
            Reading::Scope => {}
        }
    }
    parsed.targets.extend(work);
    if parsed.targets.is_empty() && (!understood || parsed.unparsed.is_empty()) {
        let whole = phrase.trim();
        parsed.unparsed = if whole.is_empty() { Vec::new() } else { vec![whole.to_owned()] };
    }
    parsed
}

fn append(target: &mut PhraseTarget, more: &str) {
    target.indicator.push('，');
    target.indicator.push_str(more);
}
