//! PostgreSQL's own programs for copies: `pg_dump`, `pg_restore`, `psql`.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::AppError;
use crate::store::PgServer;

/// One of the programs, pointed at this server by its environment.
pub(super) fn at(server: &PgServer, program: &str) -> Command {
    let mut command = plain(program);
    command.envs(server.environment());
    command
}

/// A program without a database to point at.
pub(super) fn plain(program: &str) -> Command {
    Command::new(found(program))
}

/// On the path, else where Debian keeps the newest.
fn found(program: &str) -> PathBuf {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let on_path = std::env::split_paths(&path).map(|folder| folder.join(program)).find(|file| file.is_file());
    let versions = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let mut folders: Vec<PathBuf> = versions.map(|entry| entry.path()).collect();
    let version = |folder: &PathBuf| folder.file_name().and_then(|name| name.to_str()?.parse::<u32>().ok());
    folders.sort_by_key(version);
    let newest =
        folders.into_iter().rev().map(|folder| folder.join("bin").join(program)).find(|file| file.is_file());
    on_path.or(newest).unwrap_or_else(|| program.into())
}

/// Runs it to its end; gives what it printed.
///
/// # Errors
/// When it is not installed, or failed; its own words are part of it.
pub(super) fn run(mut command: Command) -> Result<Vec<u8>, AppError> {
    let name =
        Path::new(command.get_program()).file_name().unwrap_or_default().to_string_lossy().into_owned();
    let output = command.stdin(Stdio::null()).output().map_err(|error| {
        let detail = format!(
            "没有找到{name}（{error}）。请安装与数据库同版本的postgresql-client，或将其所在目录加入PATH。"
        );
        AppError::Backup(detail)
    })?;
    if output.status.success() {
        return Ok(output.stdout);
    }
    let said = String::from_utf8_lossy(&output.stderr);
    let said: Vec<&str> = said.lines().filter(|line| !line.trim().is_empty()).take(5).collect();
    Err(AppError::Backup(format!("{name}没有成功：{}", said.join("；"))))
}
