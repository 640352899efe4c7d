//! Commands for trying things out at a office: read phrases, judge one indicator. No configuration, no database.

use std::io::{BufRead, BufWriter, ErrorKind, Read as _, Write};
use std::path::Path;

use crate::api::assessments::preview;
use crate::api::targets::ParsedPhraseView;
use crate::app::AppError;
use crate::domain::WorkCalendar;

/// Longest line read as a phrase, in bytes; a longer one is cut here rather than kept whole.
const LINE_MAX: u64 = 4 * 1024 * 1024;

/// Reads one phrase a line and writes one JSON object a line. Blank lines are skipped; bytes that are no UTF-8 are shown
/// as �. Whoever reads the output may stop at any line.
///
/// # Errors
/// When input or output fail.
pub fn parse_targets(mut input: impl BufRead, output: impl Write) -> Result<(), AppError> {
    let mut output = BufWriter::with_capacity(64 * 1024, output);
    let mut line = Vec::new();
    loop {
        line.clear();
        if (&mut input).take(LINE_MAX).read_until(b'\n', &mut line)? == 0 {
            break;
        }
        let text = String::from_utf8_lossy(&line);
        let phrase = text.trim_start_matches('\u{feff}').trim_end_matches(['\n', '\r']);
        if phrase.trim().is_empty() {
            continue;
        }
        let written = serde_json::to_writer(&mut output, &ParsedPhraseView::of(phrase))
            .map_err(std::io::Error::from)
            .and_then(|()| output.write_all(b"\n"));
        if !heard(written)? {
            return Ok(());
        }
    }
    heard(output.flush())?;
    Ok(())
}

/// Judges the indicator described in `file` (`-`: standard input) and writes the verdict as JSON.
///
/// # Errors
/// When the file cannot be read or says something that does not fit; the message says where.
pub fn assess(file: &Path, mut output: impl Write) -> Result<(), AppError> {
    let mut body = Vec::new();
    if file == Path::new("-") {
        std::io::stdin().lock().read_to_end(&mut body)?;
    } else {
        body = std::fs::read(file)
            .map_err(|error| std::io::Error::new(error.kind(), format!("{}: {error}", file.display())))?;
    }
    let body = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&body);
    let view = preview::judge(body, &WorkCalendar::built_in())?;
    let mut text = serde_json::to_string_pretty(&view).map_err(std::io::Error::from)?;
    text.push('\n');
    heard(output.write_all(text.as_bytes()).and_then(|()| output.flush()))?;
    Ok(())
}

/// Whether anybody still reads: a closed pipe is an end, not an error.
pub(super) fn heard(written: std::io::Result<()>) -> std::io::Result<bool> {
    match written {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(false),
        other => other.map(|()| true),
    }
}
