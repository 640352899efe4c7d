//! A draft becomes a letter: number, frozen texts and deliveries in one transaction.

use super::draft::Draft;
use super::frozen::freeze;
use super::plan::EpisodeWrite;
use super::run::Outcome;
use super::{Desk, WarningError};
use crate::db;
use crate::domain::LetterNumber;
use crate::letter::draw;
use crate::store::rows::{NewLetter, Rendering};
use crate::store::{StoreError, faults};

impl Draft {
    pub(super) async fn issue(&self, desk: &Desk) -> Result<Outcome, WarningError> {
        let mut new = NewLetter {
            letter: self.letter.clone(),
            opened: Vec::new(),
            continued: Vec::new(),
            deliveries: self.deliveries.clone(),
        };
        for finding in &self.findings {
            match &finding.episode {
                EpisodeWrite::Open(row) => new.opened.push(row.clone()),
                EpisodeWrite::Change(change) => new.continued.push((**change).clone()),
            }
        }
        // Drawn before the number is taken: nobody waits for its row meanwhile.
        let pictures = draw(&self.facts);
        let rendering =
            Rendering::new(|letter, serial| freeze(desk, &self.facts, &pictures, (letter, serial)));
        match db!(desk.store, letters::issue_letter(&new, &rendering)) {
            Ok(letter) => {
                faults::point("issue.committed");
                let serial = letter.serial.unwrap_or_default().unsigned_abs();
                let number =
                    LetterNumber::new(&letter.mark, letter.year, serial).map_err(StoreError::from)?;
                Ok(Outcome::Issued { id: letter.id, number: number.to_string() })
            }
            // Two runs at once: the other one has issued; nothing of ours was written.
            Err(StoreError::Stale | StoreError::Duplicate(_)) => Ok(Outcome::Overtaken),
            Err(error) => Err(error.into()),
        }
    }
}
