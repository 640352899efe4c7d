//! A document given on the command line.

use std::io::{Error, ErrorKind, Read as _};
use std::path::Path;

use crate::app::AppError;
use crate::demo::PlanFile;
use crate::office::intake::pdf_pages;
use crate::reading::Unreadable;
use crate::reading::document::{self, Document};

/// Reads `file` (`-`: standard input) into text with places.
///
/// # Errors
/// When it cannot be read or is refused; the message names the file and says what to do.
pub(super) fn document(file: &Path) -> Result<Document, AppError> {
    let bytes = bytes(file)?;
    let read = if document::is_pdf(&bytes) {
        if bytes.len() > document::BYTES_MAX {
            Err(Unreadable::TooLarge)
        } else {
            pdf_pages(bytes).and_then(|text| document::of_pages(&text))
        }
    } else {
        document::read(&bytes)
    };
    Ok(read.map_err(|refusal| refused(file, &refusal))?)
}

/// The bytes of `file`, one more than is read at most, so that what is too large is seen to be.
///
/// # Errors
/// When it cannot be read.
pub(super) fn bytes(file: &Path) -> Result<Vec<u8>, Error> {
    let mut bytes = Vec::new();
    let most = document::BYTES_MAX as u64 + 1;
    if file == Path::new("-") {
        std::io::stdin().lock().take(most).read_to_end(&mut bytes)?;
    } else {
        let opened = std::fs::File::open(file);
        opened
            .and_then(|file| file.take(most).read_to_end(&mut bytes))
            .map_err(|error| Error::new(error.kind(), named(file, &error)))?;
    }
    Ok(bytes)
}

/// A plan document for the demo.
///
/// # Errors
/// When it cannot be read.
pub(super) fn plan_file(file: &Path, region: String) -> Result<PlanFile, Error> {
    let name = file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    Ok(PlanFile { name, bytes: bytes(file)?, region })
}

/// A refusal with the name of its file.
pub(super) fn refused(file: &Path, why: &dyn std::fmt::Display) -> Error {
    Error::new(ErrorKind::InvalidData, named(file, why))
}

fn named(file: &Path, why: &dyn std::fmt::Display) -> String {
    format!("{}: {why}", file.display())
}
