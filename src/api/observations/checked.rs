//! A bulk of facts held against what is known: which can be recorded, and what is wrong with the others.

use super::RecordOutcome;
use super::items::Item;
use crate::api::State;
use crate::api::http::refused::{FieldError, Refused};
use crate::api::http::wire::Amount;
use crate::office::Actor;
use crate::office::observations::{FactReader, NewFact};
use crate::office::rows::FactWrite;

/// The facts of a bulk that can be recorded, what is said of each row so far, and the rows that the facts stand in.
pub(super) struct Checked {
    pub(super) facts: Vec<FactWrite>,
    pub(super) outcomes: Vec<RecordOutcome>,
    pub(super) places: Vec<usize>,
}

impl Checked {
    /// Reads each item and says what is wrong with it.
    ///
    /// # Errors
    /// When the database fails.
    pub(super) async fn of(state: &State, actor: &Actor, read: Vec<Item>) -> Result<Self, Refused> {
        let stated: Vec<&NewFact> = read.iter().filter_map(|item| item.fact.as_ref()).collect();
        let mut reader = FactReader::prepare(&state.office, &stated).await?.for_actor(actor).await?;
        drop(stated);
        let mut facts = Vec::with_capacity(read.len());
        let mut outcomes: Vec<RecordOutcome> = Vec::with_capacity(read.len());
        let mut places = Vec::with_capacity(read.len());
        for (index, item) in read.iter().enumerate() {
            let mut outcome = RecordOutcome::refused(index);
            let mut errors = item.errors.clone();
            if let Some(stated) = &item.fact {
                // Where something else stands in a field's place, it is no fact that others could be the same as.
                let found = if errors.is_empty() { reader.read(stated) } else { reader.look(stated) };
                outcome.read_as = found.read_as.map(Amount);
                let told = found.wrong.into_iter().flat_map(|refusal| Refused::from(refusal).errors);
                errors.extend(told.filter(|error| item.speaks_of(&error.pointer)));
                if errors.is_empty() {
                    facts.extend(found.fact);
                }
            }
            if facts.len() > places.len() {
                places.push(index);
            } else {
                outcome.errors = within(errors, (index, item.line));
            }
            outcomes.push(outcome);
        }
        Ok(Self { facts, outcomes, places })
    }
}

/// Errors seen from the whole body.
fn within(mut errors: Vec<FieldError>, (index, line): (usize, Option<usize>)) -> Vec<FieldError> {
    for error in &mut errors {
        error.pointer = format!("/items/{index}{}", error.pointer);
        if let Some(line) = line {
            error.detail = format!("第{line}行：{}", error.detail);
        }
    }
    errors
}
