//! A document given on the command line.

use std::io::{Error, ErrorKind, Read as _, Write as _};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use crate::app::AppError;
use crate::reading::Unreadable;
use crate::reading::document::{self, Document};

/// How long the helper for PDF may take, in seconds.
const PDF_SECONDS: u64 = 30;

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
            pages(bytes).and_then(|text| document::of_pages(&text))
        }
    } else {
        document::read(&bytes)
    };
    Ok(read.map_err(|refusal| refused(file, &refusal))?)
}

/// The text of a PDF by `pdftotext` of poppler, which knows the fonts of Chinese offices.
///
/// # Errors
/// Where it is not installed; where it fails or takes longer than [`PDF_SECONDS`].
fn pages(bytes: Vec<u8>) -> Result<String, Unreadable> {
    let mut helper = Command::new("pdftotext")
        .args(["-q", "-enc", "UTF-8", "-", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .map_err(|_| Unreadable::Pdf)?;
    let (Some(mut input), Some(output)) = (helper.stdin.take(), helper.stdout.take()) else {
        return Err(Unreadable::Pdf);
    };
    // It reads and writes at once; a full pipe must not stop both.
    let fed = std::thread::spawn(move || input.write_all(&bytes));
    let (send, heard) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        let mut text = Vec::new();
        let read = output.take(document::BYTES_MAX as u64 + 1).read_to_end(&mut text);
        // Nobody listens any more once the time is up.
        let _late = send.send(read.map(|_| text));
    });
    let text = heard.recv_timeout(Duration::from_secs(PDF_SECONDS));
    if text.is_err() {
        helper.kill().map_err(|_| Unreadable::BrokenPdf)?;
    }
    let done = helper.wait().map_err(|_| Unreadable::BrokenPdf)?;
    drop(fed);
    match text {
        Ok(Ok(text)) if done.success() => Ok(String::from_utf8_lossy(&text).into_owned()),
        _ => Err(Unreadable::BrokenPdf),
    }
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
