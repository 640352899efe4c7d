//! The text of a PDF, taken out by a helper: fonts of Chinese offices are known to it.

use std::io::{Read as _, Write as _};
use std::process::{Command, Stdio};
use std::time::Duration;

use crate::reading::Unreadable;
use crate::reading::document::BYTES_MAX;

/// How long the helper may take, in seconds.
const PDF_SECONDS: u64 = 30;

/// The text of a PDF by `pdftotext` of poppler, pages parted by form feeds. Blocks the thread.
///
/// # Errors
/// Where it is not installed; where it fails or takes longer than half a minute.
pub fn pdf_pages(bytes: Vec<u8>) -> Result<String, Unreadable> {
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
        let read = output.take(BYTES_MAX as u64 + 1).read_to_end(&mut text);
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
