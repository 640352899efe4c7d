//! A draft becomes a letter: number, frozen texts and deliveries in one transaction.

use super::draft::Draft;
use super::plan::EpisodeWrite;
use super::run::Outcome;
use super::{Desk, WarningError};
use crate::db;
use crate::domain::LetterNumber;
use crate::letter::LetterFacts;
use crate::store::StoreError;
use crate::store::rows::{LetterRow, NewLetter, Rendering};

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
        let rendering = Rendering::new(|letter, serial| self.frozen(desk, letter, serial));
        match db!(desk.store, letters::issue_letter(&new, &rendering)) {
            Ok(letter) => {
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

    /// The letter with its number and the texts that will never change again.
    fn frozen(&self, desk: &Desk, letter: &LetterRow, serial: i32) -> Result<LetterRow, String> {
        let number = LetterNumber::new(&letter.mark, letter.year, serial.unsigned_abs());
        let number = number.map_err(|invalid| invalid.to_string())?;
        let facts = LetterFacts { number: Some(number), ..self.facts.clone() };
        let rendered = desk.templates.render(&facts).map_err(|error| error.to_string())?;
        Ok(LetterRow {
            serial: Some(serial),
            facts: facts.to_json().map_err(|error| error.to_string())?,
            subject: rendered.subject,
            body_text: rendered.text,
            body_html: rendered.html,
            ..letter.clone()
        })
    }
}
