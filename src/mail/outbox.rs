//! Outboxes without a server: a folder of `.eml` files, and memory.

use std::collections::VecDeque;
use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use sha2::{Digest as _, Sha256};

use super::MailError;
use super::encode::whole_chars;
use super::handshake::HandshakeStep;
use super::transport::{Accepted, Envelope, Failure, SendError, SendStage};

/// Writes each mail as `<folder>/<label>.eml`, whole or not at all.
#[derive(Debug)]
pub struct FileOutbox {
    folder: PathBuf,
    durable: bool,
}

impl FileOutbox {
    /// Makes the folder if needed. `durable` waits for the disk after every mail (`fsync` of file and folder);
    /// without it a mail survives a crash of the process, but not a power cut in the seconds after.
    ///
    /// # Errors
    /// [`MailError::Setting`] when the folder cannot be made or is not a folder.
    pub fn new(folder: impl Into<PathBuf>, durable: bool) -> Result<Self, MailError> {
        let folder = folder.into();
        fs::create_dir_all(&folder)
            .map_err(|error| MailError::setting("folder", format!("{}：{error}", folder.display())))?;
        Ok(Self { folder, durable })
    }

    pub(super) async fn write(&self, label: &str, raw: &[u8]) -> Result<Accepted, SendError> {
        let name = file_name(label);
        let path = self.folder.join(&name);
        let (target, raw, durable) = (path.clone(), raw.to_vec(), self.durable);
        // One hop for all of it: tokio::fs would make one for each call.
        let written = tokio::task::spawn_blocking(move || write_whole(&target, &raw, durable)).await;
        match written {
            // Where the folder lies is the operator's business.
            Ok(Ok(())) => Ok(Accepted { reply: name }),
            Ok(Err(error)) => Err(file_error(&path, &error)),
            // The blocking pool is shutting down.
            Err(error) => Err(SendError::lost(SendStage::Dot, error.to_string())),
        }
    }
}

impl FileOutbox {
    /// Whether mails can be written here: a file is made and taken away again.
    pub(super) async fn try_out(&self) -> HandshakeStep {
        let probe = self.folder.join(format!(".{}-check.tmp", std::process::id()));
        let shown = self.folder.display().to_string();
        let tried = tokio::task::spawn_blocking(move || {
            fs::File::create(&probe).and_then(|mut file| file.write_all(b"check"))?;
            fs::remove_file(&probe)
        });
        let done = format!("写入目录{shown}");
        match tried.await {
            Ok(Ok(())) => {
                let said = "目录可写。mail.transport为file：邮件只写成这里的.eml文件，不发往任何服务器；要真正发信，请设为smtp。";
                HandshakeStep { done, said: said.to_owned(), advice: None }
            }
            Ok(Err(error)) => {
                let advice = "请让运行本系统的用户可以写这个目录，或在mail.folder中另指一个。";
                HandshakeStep { done, said: error.to_string(), advice: Some(advice.to_owned()) }
            }
            Err(error) => {
                HandshakeStep { done, said: error.to_string(), advice: Some("请重试。".to_owned()) }
            }
        }
    }
}

/// A name beside the target first, then a rename: a reader of the folder never sees half a mail, and the same
/// label written twice is one file. The name is unique per process and call, so that two never share it.
fn write_whole(target: &Path, raw: &[u8], durable: bool) -> io::Result<()> {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let unique = format!(".{}-{}.tmp", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
    let beside = target.with_file_name(unique);
    let written = (|| {
        let mut file = fs::File::create(&beside)?;
        file.write_all(raw)?;
        if durable {
            file.sync_all()?;
        }
        fs::rename(&beside, target)?;
        match target.parent() {
            Some(folder) if durable => fs::File::open(folder)?.sync_all(),
            _ => Ok(()),
        }
    })();
    if written.is_err() {
        let _ = fs::remove_file(&beside);
    }
    written
}

fn file_error(path: &Path, error: &io::Error) -> SendError {
    use io::ErrorKind::{IsADirectory, NotADirectory, NotFound, PermissionDenied, ReadOnlyFilesystem};
    let reply = format!("{}：{error}", path.display());
    match error.kind() {
        IsADirectory | NotADirectory | NotFound | PermissionDenied | ReadOnlyFilesystem => {
            SendError::unusable(SendStage::Data, reply)
        }
        _ => SendError::lost(SendStage::Data, reply),
    }
}

/// A label as a file name: letters and digits of any script, `-_.@〔〕`; anything else becomes `_`. A label that
/// had to change gets a piece of its hash, so that two labels never meet in one file.
fn file_name(label: &str) -> String {
    let keep = |c: char| c.is_alphanumeric() || "-_.@〔〕".contains(c);
    let mut stem: String = label.chars().map(|c| if keep(c) { c } else { '_' }).collect();
    if stem.starts_with('.') {
        stem.replace_range(..1, "_");
    }
    stem.truncate(whole_chars(&stem, 200));
    if stem != label {
        let hash = Sha256::digest(label);
        stem.push_str(&format!("-{:02x}{:02x}{:02x}{:02x}", hash[0], hash[1], hash[2], hash[3]));
    }
    stem + ".eml"
}

/// Keeps mails in memory; clones share one list. It can be told how the next handovers fail.
#[derive(Debug, Clone, Default)]
pub struct MemoryOutbox {
    state: Arc<Mutex<MemoryState>>,
}

#[derive(Debug, Default)]
struct MemoryState {
    kept: Vec<KeptMail>,
    failures: VecDeque<SendError>,
}

/// A mail that a [`MemoryOutbox`] took.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptMail {
    /// Address of the sender.
    pub sender: String,
    /// Address of the recipient.
    pub recipient: String,
    /// Label of the envelope.
    pub label: String,
    /// The mail as it was handed over.
    pub raw: Vec<u8>,
}

impl MemoryOutbox {
    /// The mails taken so far, oldest first.
    pub fn kept(&self) -> Vec<KeptMail> {
        self.lock().kept.clone()
    }

    /// The next handover fails like this, at the stage named in it; called several times, the next ones in turn.
    /// With [`Failure::Uncertain`] the mail is kept all the same: the worst case that the caller must survive.
    pub fn fail_next(&self, error: SendError) {
        self.lock().failures.push_back(error);
    }

    pub(super) fn open(&self) -> Result<(), SendError> {
        let mut state = self.lock();
        let early = state.failures.front().is_some_and(|error| error.stage < SendStage::Data);
        match early.then(|| state.failures.pop_front()).flatten() {
            Some(error) => Err(error),
            None => Ok(()),
        }
    }

    pub(super) fn keep(&self, envelope: &Envelope, raw: &[u8]) -> Result<Accepted, SendError> {
        let mut state = self.lock();
        let failure = match state.failures.front() {
            Some(error) if error.stage >= SendStage::Data => state.failures.pop_front(),
            _ => None,
        };
        if failure.as_ref().is_none_or(|error| error.failure == Failure::Uncertain) {
            state.kept.push(KeptMail {
                sender: envelope.sender.to_string(),
                recipient: envelope.recipient.to_string(),
                label: envelope.label.clone(),
                raw: raw.to_vec(),
            });
        }
        match failure {
            Some(error) => Err(error),
            None => Ok(Accepted { reply: format!("250 kept as {}", state.kept.len()) }),
        }
    }

    fn lock(&self) -> MutexGuard<'_, MemoryState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_become_names_that_never_meet() {
        for (label, name) in [
            ("letter-1", "letter-1.eml"),
            ("湘序〔2025〕1号-a@example.org", "湘序〔2025〕1号-a@example.org.eml"),
            ("../../etc/passwd", "_._.._etc_passwd-"),
            (".hidden", "_hidden-"),
            ("a/b", "a_b-"),
            ("a\0b\nc", "a_b_c-"),
            ("", ".eml"),
        ] {
            let made = file_name(label);
            assert!(made.starts_with(name) && made.ends_with(".eml"), "{label:?}: {made}");
            assert!(!made.contains(['/', '\\', '\0']));
        }
        let names = ["a/b", "a_b", "a?b", "a b"].map(file_name);
        for (i, name) in names.iter().enumerate() {
            assert!(!names[i + 1..].contains(name), "{names:?}");
        }
        let (long, longer) = ("函".repeat(99), "函".repeat(100));
        assert!(file_name(&long).len() <= 255 && file_name(&long) != file_name(&longer));
    }
}
