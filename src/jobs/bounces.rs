//! Bounces dropped into a folder: a plain one, or a Maildir.

use std::path::{Path, PathBuf};

use super::{JobError, Jobs};
use crate::mail::bounce::BYTES_MAX;
use crate::warning::{Returned, take_bounce};

/// Most mails read in one look.
const MOST: usize = 1_000;

/// Reads what lies in the folder of bounces and moves it away: `new/` to `cur/` in a Maildir, else to `done/` or, when
/// it is no notification of delivery, `unread/`. Gives the number of mails that were notifications.
///
/// # Errors
/// When the database fails. A mail that cannot be read or moved is left where it is and said in the log.
pub(super) async fn read_folder(jobs: &Jobs) -> Result<usize, JobError> {
    let Some(folder) = &jobs.bounce_folder else { return Ok(0) };
    let maildir = folder.join("new").is_dir();
    let from = if maildir { folder.join("new") } else { folder.clone() };
    let files = match list(&from).await {
        Ok(files) => files,
        Err(error) => {
            tracing::error!(folder = %from.display(), %error, "the folder of bounces cannot be read");
            return Ok(0);
        }
    };
    let mut taken = 0;
    for file in files {
        let raw = match tokio::fs::read(&file).await {
            Ok(raw) => raw,
            Err(error) => {
                tracing::error!(file = %file.display(), %error, "a bounce cannot be read");
                continue;
            }
        };
        let known = take_bounce(&jobs.desk, &raw).await? != Returned::NoNotification;
        taken += usize::from(known);
        let to = match (maildir, known) {
            (true, _) => folder.join("cur"),
            (false, true) => folder.join("done"),
            (false, false) => folder.join("unread"),
        };
        // Read and written down before it is moved: a crash in between reads it again, which changes nothing.
        if let Err(error) = put_away(&file, &to, maildir).await {
            tracing::error!(file = %file.display(), %error, "a bounce cannot be moved away");
        }
    }
    Ok(taken)
}

/// Plain files of a size that may be a bounce, in order of name; what starts with a dot is still being written.
async fn list(folder: &Path) -> std::io::Result<Vec<PathBuf>> {
    let mut entries = tokio::fs::read_dir(folder).await?;
    let mut files = Vec::new();
    while let Some(entry) = entries.next_entry().await? {
        let hidden = entry.file_name().to_string_lossy().starts_with('.');
        let about = entry.metadata().await?;
        if about.is_file() && !hidden && about.len() <= 4 * BYTES_MAX as u64 && files.len() < MOST {
            files.push(entry.path());
        }
    }
    files.sort();
    Ok(files)
}

async fn put_away(file: &Path, folder: &Path, maildir: bool) -> std::io::Result<()> {
    tokio::fs::create_dir_all(folder).await?;
    let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
    // A Maildir marks what was seen behind the name.
    let name = if maildir && !name.contains(":2,") { format!("{name}:2,S") } else { name };
    tokio::fs::rename(file, folder.join(name)).await
}
