//! PostgreSQL's own programs for copies: `pg_dump`, `pg_restore`, `psql`.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::AppError;

/// How such a program reaches the database: the address without its password, which goes by the environment, since command
/// lines are seen by everybody on the machine.
#[derive(Clone)]
pub(super) struct PgAddress {
    url: String,
    password: Option<String>,
}

impl PgAddress {
    /// Of `postgres://user:password@host/database?…`.
    pub(super) fn new(url: &str) -> Self {
        let (bare, query) = url.split_once('?').map_or((url, ""), |(bare, query)| (bare, query));
        let mut password = None;
        let mut kept = Vec::new();
        for (key, value) in form_urlencoded::parse(query.as_bytes()) {
            if key == "password" {
                password = Some(value.into_owned());
            } else {
                kept.push((key, value));
            }
        }
        let mut address = bare.to_owned();
        if let Some((scheme, rest)) = bare.split_once("://") {
            let end = rest.find('/').unwrap_or(rest.len());
            if let Some(at) = rest[..end].rfind('@') {
                let (who, host) = (&rest[..at], &rest[at..]);
                if let Some((user, secret)) = who.split_once(':') {
                    password = Some(unescaped(secret));
                    address = format!("{scheme}://{user}{host}");
                }
            }
        }
        if !kept.is_empty() {
            let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(kept).finish();
            // libpq reads `+` as it stands.
            address = format!("{address}?{}", query.replace('+', "%20"));
        }
        Self { url: address, password }
    }

    /// One of the programs, about to be pointed at this database.
    pub(super) fn command(&self, program: &str) -> Command {
        let mut command = Command::new(found(program));
        command.arg(format!("--dbname={}", self.url));
        if let Some(password) = &self.password {
            command.env("PGPASSWORD", password);
        }
        command
    }
}

/// A password of an address: percent signs are undone, `+` is a plus.
fn unescaped(text: &str) -> String {
    let text = text.replace('+', "%2B");
    form_urlencoded::parse(text.as_bytes()).next().map_or(String::new(), |(key, _)| key.into_owned())
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_never_part_of_a_command_line() {
        for (url, address, password) in [
            ("postgres://xushi@db/xushi", "postgres://xushi@db/xushi", None),
            ("postgres://x:p%40s%2Bs+1@db:5433/xushi", "postgres://x@db:5433/xushi", Some("p@s+s+1")),
            (
                "postgres://x:a@b@db/xushi?sslmode=require",
                "postgres://x@db/xushi?sslmode=require",
                Some("a@b"),
            ),
            (
                "postgres://x@h1:1,h2:2/xushi?target_session_attrs=read-write&password=geheim",
                "postgres://x@h1:1,h2:2/xushi?target_session_attrs=read-write",
                Some("geheim"),
            ),
        ] {
            let found = PgAddress::new(url);
            assert_eq!((found.url.as_str(), found.password.as_deref()), (address, password), "{url}");
            let command = found.command("pg_dump");
            let line: Vec<_> = command.get_args().map(|one| one.to_string_lossy().into_owned()).collect();
            assert!(password.is_none_or(|secret| !line.join(" ").contains(secret)), "{line:?}");
        }
    }
}
