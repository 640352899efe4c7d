//! The head of the audit, kept outside of the database once a day: whoever has the file sees whether the chain was made anew.

use std::io::Write as _;
use std::path::Path;

use chrono::NaiveDate;

use super::JobError;
use crate::clock::office_zone;
use crate::office::Office;
use crate::office::audit_chain::head_line;

/// Adds a line to `file` unless it has one of this day or later; a head that is none yet is left out.
///
/// # Errors
/// When the database does not answer or the file cannot be written.
pub(super) async fn keep(office: &Office, file: &Path) -> Result<(), JobError> {
    let day = |text: &str| {
        let stamp = text.split_whitespace().nth(2)?;
        let at = chrono::DateTime::parse_from_rfc3339(stamp).ok()?;
        Some(at.with_timezone(&office_zone()).date_naive())
    };
    let lines = match std::fs::read_to_string(file) {
        Ok(lines) => lines,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => String::new(),
        Err(error) => return Err(error.into()),
    };
    let last: Option<NaiveDate> = lines.lines().rev().find_map(day);
    if last.is_some_and(|last| last >= office.clock.today()) {
        return Ok(());
    }
    let head = office.read.find_audit_head().await?;
    if head.seq == 0 {
        return Ok(());
    }
    let mut opened = std::fs::OpenOptions::new().create(true).append(true).open(file)?;
    writeln!(opened, "{}", head_line(&head, office.clock.timestamp()))?;
    opened.sync_all()?;
    Ok(())
}
