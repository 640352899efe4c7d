//! Bounces dropped into a folder: a plain one, or a Maildir.
//!
//! Anybody can put anything there. Each file fails alone; what cannot be understood is set aside in `unread/`, where one
//! incident counts it until a person has moved it away.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use tokio::io::AsyncReadExt as _;

use super::{JobError, Jobs};
use crate::clock::age;
use crate::domain::{IncidentKind, SubjectKind};
use crate::mail::bounce::{BYTES_MAX, Completeness, extent};
use crate::mail::foreign::line;
use crate::office::warnings::{Returned, take_bounce};
use crate::office::{Actor, Refusal, incidents};

/// Most mails read in one look.
const MOST: usize = 1_000;
/// A file that nobody has written to for so long is complete, where it has no end of its own.
const STILL: Duration = Duration::from_secs(3);
/// A file whose end is missing is waited for so long.
const PATIENCE: Duration = Duration::from_secs(600);
/// Mails in a row that the database did not take, after which the look ends.
const FAILURES_MAX: usize = 3;
/// Names told in an incident, and how much of each.
const NAMES_TOLD: usize = 3;
const NAME_MAX: usize = 60;

/// Reads what lies in the folder of bounces and moves it away: `new/` to `cur/` in a Maildir, else to `done/`; to `unread/`
/// what is no notification of delivery, too odd to be read (a pipe, a link), or says that a mail came back without saying
/// which. Gives the number of mails that were notifications.
///
/// # Errors
/// When the database fails for several in a row; they are left where they are.
pub(super) async fn read_folder(jobs: &Jobs) -> Result<usize, JobError> {
    let Some(folder) = &jobs.bounce_folder else { return Ok(0) };
    let mut look = Look::at(jobs, folder);
    match list(&look.from).await {
        Ok(files) => look.read(files).await?,
        Err(error) => {
            tracing::error!(folder = %look.from.display(), %error, "the folder of bounces cannot be read");
            look.stuck.push(format!("退信目录（{error}）"));
        }
    }
    look.tell().await?;
    Ok(look.taken)
}

/// What lies in the folder under one name.
struct Found {
    path: PathBuf,
    /// Whether it is a plain file.
    plain: bool,
    length: u64,
    written: Option<SystemTime>,
}

impl Found {
    /// How long nobody has written to it.
    fn age(&self) -> Duration {
        self.written.map(age).unwrap_or_default()
    }
}

/// What becomes of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    /// A notification, written down.
    Taken,
    /// A mail of another sort in a Maildir.
    Other,
    /// To be looked at by a person.
    Unread,
    /// It may still be written to.
    Later,
}

/// One look at the folder.
struct Look<'j> {
    jobs: &'j Jobs,
    folder: &'j Path,
    from: PathBuf,
    maildir: bool,
    taken: usize,
    failures: usize,
    /// What could be neither read nor moved, and why.
    stuck: Vec<String>,
}

impl<'j> Look<'j> {
    fn at(jobs: &'j Jobs, folder: &'j Path) -> Self {
        let maildir = folder.join("new").is_dir();
        let from = if maildir { folder.join("new") } else { folder.to_owned() };
        Self { jobs, folder, from, maildir, taken: 0, failures: 0, stuck: Vec::new() }
    }

    async fn read(&mut self, files: Vec<Found>) -> Result<(), JobError> {
        let mut young = Vec::new();
        for file in files {
            if self.one(&file).await? == Fate::Later && file.age() < STILL {
                young.push(file);
            }
        }
        if young.is_empty() {
            return Ok(());
        }
        tokio::time::sleep(STILL).await;
        for file in young {
            let now = found(file.path.clone()).await;
            if let Ok(now) = now.map_err(|error| self.cannot(&file.path, &error))
                && now.length == file.length
                && now.written == file.written
            {
                self.one(&now).await?;
            }
        }
        Ok(())
    }

    /// Reads one file and moves it away.
    async fn one(&mut self, file: &Found) -> Result<Fate, JobError> {
        let fate = match self.judge(file).await {
            Ok(fate) => fate,
            Err(Fault::File(error)) => {
                self.cannot(&file.path, &error);
                return Ok(Fate::Unread);
            }
            Err(Fault::Database(error)) => {
                self.failures += 1;
                self.cannot(&file.path, &error);
                let away = matches!(&error, Refusal::Store(error) if error.is_away());
                return if away || self.failures >= FAILURES_MAX {
                    Err(error.into())
                } else {
                    Ok(Fate::Unread)
                };
            }
        };
        let (to, mark) = match (fate, self.maildir) {
            (Fate::Later, _) => return Ok(fate),
            (Fate::Taken, true) => ("cur", ":2,S"),
            (Fate::Other, true) => ("cur", ":2,"),
            (Fate::Taken, false) => ("done", ""),
            (Fate::Unread, _) | (Fate::Other, false) => ("unread", ""),
        };
        self.taken += usize::from(fate == Fate::Taken);
        // Read and written down before it is moved: a crash in between reads it again, which changes nothing.
        if let Err(error) = put_away(&file.path, &self.folder.join(to), mark).await {
            self.cannot(&file.path, &error);
        }
        Ok(fate)
    }

    async fn judge(&mut self, file: &Found) -> Result<Fate, Fault> {
        if !file.plain {
            return Ok(Fate::Unread);
        }
        let mut raw = Vec::new();
        let open = tokio::fs::File::open(&file.path).await.map_err(Fault::File)?;
        open.take(BYTES_MAX as u64).read_to_end(&mut raw).await.map_err(Fault::File)?;
        // A Maildir's files are whole when they come to `new/`.
        if !self.maildir && !is_whole(file, &raw) {
            return Ok(Fate::Later);
        }
        match take_bounce(&self.jobs.office, &Actor::job(), &raw).await.map_err(Fault::Database)? {
            Returned::Known { .. } | Returned::Stray => {
                self.failures = 0;
                Ok(Fate::Taken)
            }
            Returned::NoNotification => Ok(Fate::Other),
            Returned::Unread => Ok(Fate::Unread),
        }
    }

    fn cannot(&mut self, path: &Path, error: &dyn std::fmt::Display) {
        let name = told(path.file_name().unwrap_or_default());
        tracing::error!(file = name, %error, "a bounce cannot be read or moved away");
        self.stuck.push(name);
    }

    /// Opens the incident that counts what nobody could read, or closes it when all has been seen to.
    async fn tell(&self) -> Result<(), JobError> {
        let (office, kind) = (&self.jobs.office, IncidentKind::BounceUnread);
        let unread = names(&self.folder.join("unread")).await;
        if unread.is_empty() && self.stuck.is_empty() {
            incidents::end(office, &Actor::job(), kind, "unread").await?;
            return Ok(());
        }
        let mut detail = String::new();
        if !unread.is_empty() {
            detail = format!(
                "{}封退信无法识别，请人工查看退信目录下的unread，处理后移走：{}。",
                unread.len(),
                some(&unread)
            );
        }
        if !self.stuck.is_empty() {
            let many = self.stuck.len();
            detail.push_str(&format!("{many}个文件读不了或移不走，请查看：{}。", some(&self.stuck)));
        }
        let subject = (SubjectKind::Mail, "unread".to_owned());
        incidents::open(office, &Actor::job(), kind, subject, detail).await?;
        Ok(())
    }
}

/// Why a file was not read.
enum Fault {
    File(std::io::Error),
    Database(Refusal),
}

/// Whether a file of a plain folder is there to its end, as far as can be told.
fn is_whole(file: &Found, raw: &[u8]) -> bool {
    let read_whole = raw.len() < BYTES_MAX;
    match extent(raw) {
        Completeness::Whole => true,
        Completeness::Cut if read_whole => file.age() >= PATIENCE,
        Completeness::Cut | Completeness::Unmarked => file.age() >= STILL,
    }
}

/// What lies in a folder, in order of name; folders are none of ours, and what starts with a dot is still being written.
async fn list(folder: &Path) -> std::io::Result<Vec<Found>> {
    let mut entries = tokio::fs::read_dir(folder).await?;
    let mut files = Vec::new();
    while let Some(entry) = entries.next_entry().await? {
        let hidden = entry.file_name().to_string_lossy().starts_with('.');
        if hidden || files.len() >= MOST {
            continue;
        }
        // Gone meanwhile, or nobody may look: the next look sees.
        let Ok(about) = found(entry.path()).await else { continue };
        let is_folder = tokio::fs::symlink_metadata(&about.path).await.is_ok_and(|about| about.is_dir());
        if !is_folder {
            files.push(about);
        }
    }
    files.sort_by(|one, other| one.path.cmp(&other.path));
    Ok(files)
}

/// Looks at a name without following a link.
async fn found(path: PathBuf) -> std::io::Result<Found> {
    let about = tokio::fs::symlink_metadata(&path).await?;
    Ok(Found { plain: about.is_file(), length: about.len(), written: about.modified().ok(), path })
}

/// Names in a folder; none when it is not there.
async fn names(folder: &Path) -> Vec<String> {
    let mut names = Vec::new();
    if let Ok(mut entries) = tokio::fs::read_dir(folder).await {
        while let Ok(Some(entry)) = entries.next_entry().await {
            names.push(told(&entry.file_name()));
        }
    }
    names.sort();
    names
}

/// A file's name, which its sender may have chosen.
fn told(name: &OsStr) -> String {
    line(&name.to_string_lossy(), NAME_MAX)
}

fn some(names: &[String]) -> String {
    let more = if names.len() > NAMES_TOLD { "等" } else { "" };
    format!("{}{more}", names[..names.len().min(NAMES_TOLD)].join("、"))
}

/// Moves a file into a folder; what lies there under its name stays.
async fn put_away(file: &Path, folder: &Path, mark: &str) -> std::io::Result<()> {
    tokio::fs::create_dir_all(folder).await?;
    let name = file.file_name().unwrap_or_default();
    let marked = name.to_string_lossy().contains(":2,");
    for copy in 1..1_000 {
        let mut target = name.to_owned();
        if copy > 1 {
            target.push(format!(".{copy}"));
        }
        // A Maildir marks what was seen behind the name.
        if !marked {
            target.push(mark);
        }
        let target = folder.join(target);
        if tokio::fs::symlink_metadata(&target).await.is_err() {
            return tokio::fs::rename(file, target).await;
        }
    }
    Err(std::io::ErrorKind::AlreadyExists.into())
}
