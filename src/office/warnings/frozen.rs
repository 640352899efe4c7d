//! What a letter is from its issue on: texts, document and pictures, made once and kept.

use super::Office;
use crate::domain::LetterNumber;
use crate::letter::{LetterFacts, Picture};
use crate::store::rows::{Frozen, LetterFileRow, LetterRow};

/// MIME type of the document.
pub const DOCX: &str = "application/vnd.openxmlformats-officedocument.wordprocessingml.document";
/// MIME type of the pictures.
pub const PNG: &str = "image/png";

/// The letter with this serial, its texts and its files, from facts without a number and their `pictures`. It runs
/// inside the transaction that gives the number.
///
/// # Errors
/// In words, when a template fails or the facts break a rule; the number then stays free.
pub(super) fn freeze(
    office: &Office,
    facts: &LetterFacts,
    pictures: &[Picture],
    (letter, serial): (&LetterRow, i32),
) -> Result<Frozen, String> {
    let number = LetterNumber::new(&letter.mark, letter.year, serial.unsigned_abs());
    let number = number.map_err(|invalid| invalid.to_string())?;
    let document_name = document_name(&number.to_string());
    let facts = LetterFacts { number: Some(number), ..facts.clone() };
    let failed = |error: crate::letter::LetterError| error.to_string();
    let rendered = office.letters.templates.render_with(&facts, pictures.to_vec()).map_err(failed)?;
    let document = office.letters.templates.render_docx(&facts).map_err(failed)?;
    let file = |name, media_type, bytes| {
        LetterFileRow::new(letter.id, name, media_type, bytes, office.clock.timestamp())
    };
    let mut files = vec![file(document_name, DOCX, document)];
    files.extend(rendered.pictures.into_iter().map(|Picture { cid, png }| file(cid, PNG, png)));
    let letter = LetterRow {
        serial: Some(serial),
        facts: facts.to_json().map_err(failed)?,
        subject: rendered.subject,
        body_text: rendered.text,
        body_html: rendered.html,
        ..letter.clone()
    };
    Ok(Frozen { letter, files })
}

/// What the document is called, on paper and in the mail; `/` is no part of a file's name.
pub fn document_name(number: &str) -> String {
    format!("{}.docx", number.replace(['/', '\\', '"', ':'], "_"))
}
