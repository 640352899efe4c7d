//! A document given on the command line.

use std::io::{Error, ErrorKind, Read as _};
use std::path::Path;

use crate::app::AppError;
use crate::reading::document::{self, Document};

/// Reads `file` (`-`: standard input) into text with places.
///
/// # Errors
/// When it cannot be read or is refused; the message names the file and says what to do.
pub(super) fn document(file: &Path) -> Result<Document, AppError> {
    Ok(document::read(&bytes(file)?).map_err(|refusal| refused(file, &refusal))?)
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

/// A refusal with the name of its file.
pub(super) fn refused(file: &Path, why: &dyn std::fmt::Display) -> Error {
    Error::new(ErrorKind::InvalidData, named(file, why))
}

fn named(file: &Path, why: &dyn std::fmt::Display) -> String {
    format!("{}: {why}", file.display())
}
