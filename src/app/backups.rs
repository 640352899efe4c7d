//! Copies of the database (备份), and putting one in its place (恢复): the whole of it, beside whoever reads and writes.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;

use super::pg_tools;
use super::{AppError, prepare};
use crate::clock::{Clock, office_zone};
use crate::config::{Config, shown_url};
use crate::office::restoration;
use crate::store::{DatabaseUrl, PgServer, SchemaStanding, Store, StoreError};

/// How the files of copies begin that were named by us, of which old ones may be let go.
const PREFIX: &str = "xushi-";

/// A copy that was made.
#[derive(Debug, PartialEq, Eq)]
pub struct Backup {
    /// The file.
    pub file: PathBuf,
    /// Its size in bytes.
    pub bytes: u64,
    /// Older ones that were let go.
    pub removed: Vec<PathBuf>,
}

/// What became of a copy that was put in place.
pub struct Restored {
    /// What stood there before, if anything did.
    pub before: Option<PathBuf>,
    /// The database as it is now.
    pub store: Store,
}

/// Makes a copy of the whole database in a file, or in a folder under the time; of those, `keep` stay. What is there is never
/// written over, and a copy that cannot be read back is none.
///
/// # Errors
/// [`AppError::Backup`] with what to do.
pub async fn back_up(
    config: &Config,
    clock: &dyn Clock,
    to: &Path,
    keep: Option<usize>,
) -> Result<Backup, AppError> {
    let file = if to.is_dir() { to.join(stamped(config, clock)?) } else { to.to_owned() };
    if file.exists() {
        return Err(refused(format!("{}已存在，没有覆盖。请换一个文件名，或填一个目录。", file.display())));
    }
    let partial = beside(&file, "partial");
    // Left by a run that was killed.
    let _ = fs::remove_file(&partial);
    let written = match Place::of(config)? {
        Place::Pg(server) => dump(&server, &partial),
        Place::Sqlite(from) => copy(&from, &partial).await,
    };
    if let Err(error) = written {
        let _ = fs::remove_file(&partial);
        return Err(error);
    }
    kept_safe(&partial)?;
    fs::rename(&partial, &file)?;
    let bytes = fs::metadata(&file)?.len();
    note(config, clock, &file).await;
    let removed = match keep {
        Some(keep) => let_go(&file, keep)?,
        None => Vec::new(),
    };
    Ok(Backup { file, bytes, removed })
}

/// Setting: the last copy that was made.
pub const BACKED_UP: &str = "backed_up";

/// Writes down in the database that it was copied; a copy is none the worse where that is not possible.
async fn note(config: &Config, clock: &dyn Clock, file: &Path) {
    let written = async {
        let store = config.database.open_directly(1)?;
        store.set(BACKED_UP, &file.display().to_string(), clock.timestamp()).await
    };
    if let Err(error) = written.await {
        tracing::warn!(%error, "the copy is made, but the database does not say so");
    }
}

/// Puts a copy in the place of the database; what stood there stays beside it under another name. Afterwards nothing is issued or
/// sent until a person has looked (`xushi resume`).
///
/// # Errors
/// [`AppError::Backup`] with what to do: when the copy is damaged, none of ours, or newer than this program, or when somebody
/// still uses the database. Then everything is as it was.
pub async fn restore(config: &Config, clock: &dyn Clock, file: &Path) -> Result<Restored, AppError> {
    let head = head(file)?;
    match Place::of(config)? {
        Place::Pg(_) if head.starts_with(SQLITE) => {
            Err(refused(format!("{}是SQLite的备份，而配置的数据库是PostgreSQL。", file.display())))
        }
        Place::Pg(server) if head.starts_with(b"PGDMP") => restore_pg(config, clock, &server, file).await,
        Place::Sqlite(_) if head.starts_with(b"PGDMP") => {
            Err(refused(format!("{}是PostgreSQL的备份，而配置的数据库是SQLite。", file.display())))
        }
        Place::Sqlite(to) if head.starts_with(SQLITE) => restore_sqlite(config, clock, &to, file).await,
        _ => Err(refused(format!("{}不是xushi backup生成的备份。", file.display()))),
    }
}

/// How a file of SQLite begins.
const SQLITE: &[u8] = b"SQLite format 3\0";

/// Where the database is.
enum Place {
    Pg(Box<PgServer>),
    Sqlite(PathBuf),
}

impl Place {
    fn of(config: &Config) -> Result<Self, AppError> {
        // Not by a pooler, which lends sessions.
        let direct = &config.database.migration_url;
        let url = if direct.is_empty() { &config.database.url } else { direct };
        match DatabaseUrl::parse(url).map_err(StoreError::Unavailable)? {
            DatabaseUrl::Postgresql(server) => Ok(Self::Pg(server)),
            DatabaseUrl::Sqlite(path) => Ok(Self::Sqlite(path.into())),
        }
    }
}

fn refused(detail: String) -> AppError {
    AppError::Backup(detail)
}

/// The name of a copy made now, by the office's time.
fn stamped(config: &Config, clock: &dyn Clock) -> Result<String, AppError> {
    let ending = if matches!(Place::of(config)?, Place::Pg(_)) { "dump" } else { "db" };
    Ok(format!("{PREFIX}{}.{ending}", stamp(clock)))
}

fn stamp(clock: &dyn Clock) -> String {
    clock.now().with_timezone(&office_zone()).format("%Y%m%d-%H%M%S").to_string()
}

fn beside(file: &Path, ending: &str) -> PathBuf {
    let mut name = file.file_name().unwrap_or_default().to_owned();
    name.push(".");
    name.push(ending);
    file.with_file_name(name)
}

fn head(file: &Path) -> Result<Vec<u8>, AppError> {
    use std::io::Read as _;
    let mut head = Vec::new();
    let opened = File::open(file).map_err(|error| refused(format!("读不了{}：{error}", file.display())))?;
    opened.take(16).read_to_end(&mut head)?;
    Ok(head)
}

/// On the disk, and to be read by its owner alone: names, telephones and the secret of links are in it.
fn kept_safe(file: &Path) -> Result<(), AppError> {
    #[cfg(unix)]
    fs::set_permissions(file, std::os::unix::fs::PermissionsExt::from_mode(0o600))?;
    File::open(file)?.sync_all()?;
    Ok(())
}

/// Removes the oldest copies beside this one that have its kind of name.
fn let_go(file: &Path, keep: usize) -> Result<Vec<PathBuf>, AppError> {
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut ours: Vec<PathBuf> = fs::read_dir(folder)?
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.extension() == file.extension() && is_stamped(path))
        .collect();
    // Their names are their times.
    ours.sort();
    let over = ours.len().saturating_sub(keep.max(1));
    ours.truncate(over);
    for old in &ours {
        fs::remove_file(old)?;
    }
    Ok(ours)
}

fn is_stamped(path: &Path) -> bool {
    let stem = path.file_stem().and_then(|stem| stem.to_str());
    stem.and_then(|stem| stem.strip_prefix(PREFIX)).is_some_and(|time| {
        time.len() == 15
            && time
                .bytes()
                .enumerate()
                .all(|(at, byte)| if at == 8 { byte == b'-' } else { byte.is_ascii_digit() })
    })
}

async fn copy(from: &Path, to: &Path) -> Result<(), AppError> {
    // Opening a file that is not there would make an empty one.
    if !from.is_file() {
        return Err(refused(format!(
            "没有数据库文件{}。请在服务所在的目录执行，或用--config指明配置。",
            from.display()
        )));
    }
    Store::open(&from.to_string_lossy(), 1)?.copy_into(to).await?;
    sound(&Store::open(&to.to_string_lossy(), 1)?, to).await
}

/// Refuses a file with damage, and leaves no log beside one without.
async fn sound(store: &Store, file: &Path) -> Result<(), AppError> {
    let damage = store.find_damage().await.unwrap_or_else(|error| vec![error.to_string()]);
    if let Some(first) = damage.first() {
        return Err(refused(format!(
            "{}有{}处损坏（{first}），请换用其他备份。",
            file.display(),
            damage.len()
        )));
    }
    Ok(store.stand_alone().await?)
}

/// Refuses tables that are not ours, or newer than this program.
fn known(run: &[String], file: &Path) -> Result<(), AppError> {
    let standing = SchemaStanding::of(run)?;
    if standing.run == standing.unknown.len() {
        return Err(refused(format!("{}里没有序时的数据。", file.display())));
    }
    if let Some(newest) = standing.unknown.last() {
        return Err(refused(format!(
            "{}来自较新的版本（{newest}），请先换用该版本的程序再恢复。",
            file.display()
        )));
    }
    Ok(())
}

async fn restore_sqlite(
    config: &Config,
    clock: &dyn Clock,
    to: &Path,
    file: &Path,
) -> Result<Restored, AppError> {
    let partial = beside(to, "restoring");
    for ending in ["", "-wal", "-shm"] {
        let _ = fs::remove_file(format!("{}{ending}", partial.display()));
    }
    let ready = async {
        fs::copy(file, &partial)?;
        let store = Store::open(&partial.to_string_lossy(), 1)?;
        sound(&store, file).await?;
        known(&store.list_migrations().await?, file)?;
        prepare(config, &store, clock).await?;
        restoration::begin(&store, &name(file), clock.timestamp()).await?;
        store.stand_alone().await?;
        kept_safe(&partial)?;
        unused(to).await
    };
    if let Err(error) = ready.await {
        let _ = fs::remove_file(&partial);
        return Err(error);
    }
    let before = to.exists().then(|| beside(to, &format!("before-{}", stamp(clock))));
    if let Some(before) = &before {
        // A damaged one may still have its log beside it.
        for ending in ["-wal", "-shm"] {
            let log = format!("{}{ending}", to.display());
            if Path::new(&log).exists() {
                fs::rename(log, format!("{}{ending}", before.display()))?;
            }
        }
        // A second name first, so that there is a database at every moment.
        if fs::hard_link(to, before).is_err() {
            fs::rename(to, before)?;
        }
    }
    fs::rename(&partial, to)?;
    Ok(Restored { before, store: config.database.open_directly(1)? })
}

fn name(file: &Path) -> String {
    file.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

/// Refuses while somebody has the database open. A file that is damaged is nobody's.
async fn unused(file: &Path) -> Result<(), AppError> {
    if !file.exists() {
        return Ok(());
    }
    match Store::open(&file.to_string_lossy(), 1)?.stand_alone().await {
        Ok(()) => Ok(()),
        Err(error) if is_damage(&error) => {
            tracing::warn!(%error, "the present database cannot be read; it is kept as it is");
            Ok(())
        }
        Err(error) => {
            tracing::warn!(%error, "the present database is not free");
            Err(refused(format!("仍有程序在使用{}，请先停止序时的全部服务。", file.display())))
        }
    }
}

/// Whether a file of SQLite is none any more.
fn is_damage(error: &StoreError) -> bool {
    let said = error.to_string();
    ["malformed", "not a database"].iter().any(|word| said.contains(word))
}

fn dump(server: &PgServer, to: &Path) -> Result<(), AppError> {
    let mut command = pg_tools::at(server, "pg_dump");
    command.args(["--format=custom", "--no-owner", "--no-privileges", "--file"]).arg(to);
    pg_tools::run(command)?;
    // Whatever cannot list it cannot restore it.
    let mut list = pg_tools::plain("pg_restore");
    list.arg("--list").arg(to);
    pg_tools::run(list).map(drop)
}

/// Every table, function and sequence of the schema goes, so that what the copy does not know is not left behind.
const EMPTIED: &str = "DO $$ DECLARE one record; BEGIN \
    FOR one IN SELECT oid::regclass AS name FROM pg_class WHERE relnamespace = current_schema()::regnamespace AND relkind IN ('r', 'p') LOOP \
    EXECUTE format('DROP TABLE IF EXISTS %s CASCADE', one.name); END LOOP; \
    FOR one IN SELECT oid::regclass AS name FROM pg_class WHERE relnamespace = current_schema()::regnamespace AND relkind = 'S' LOOP \
    EXECUTE format('DROP SEQUENCE IF EXISTS %s CASCADE', one.name); END LOOP; \
    FOR one IN SELECT p.oid::regprocedure AS name FROM pg_proc p WHERE p.pronamespace = current_schema()::regnamespace \
    AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e') LOOP \
    EXECUTE format('DROP FUNCTION IF EXISTS %s CASCADE', one.name); END LOOP; END $$";

async fn restore_pg(
    config: &Config,
    clock: &dyn Clock,
    server: &PgServer,
    file: &Path,
) -> Result<Restored, AppError> {
    let others = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() \
                  AND pid <> pg_backend_pid() AND backend_type = 'client backend'";
    let count = pg_tools::run(psql(server, &["-At", "-c", others]))?;
    if count.trim_ascii() != b"0" {
        return Err(refused(format!(
            "{}上还有{}个连接，请先停止序时的全部服务和其他使用者。",
            shown_url(&config.database.url),
            String::from_utf8_lossy(count.trim_ascii())
        )));
    }
    known(&migrations_in(file)?, file)?;
    let before = file.with_file_name(format!("{PREFIX}before-restore-{}.dump", stamp(clock)));
    dump(server, &before)?;
    kept_safe(&before)?;
    // The whole of it stands in a file first: half of a copy that breaks off must not be committed.
    let script = beside(&before, "sql");
    let mut text = pg_tools::plain("pg_restore");
    text.args(["--no-owner", "--no-privileges", "--file"]).arg(&script).arg(file);
    let put = pg_tools::run(text).and_then(|_| {
        kept_safe(&script)?;
        let path = script.to_string_lossy().into_owned();
        pg_tools::run(psql(server, &["-1", "-c", EMPTIED, "-f", &path]))
    });
    let _ = fs::remove_file(&script);
    put?;
    let store = config.database.open_directly(1)?;
    prepare(config, &store, clock).await?;
    restoration::begin(&store, &name(file), clock.timestamp()).await?;
    Ok(Restored { before: Some(before), store })
}

fn psql(server: &PgServer, arguments: &[&str]) -> Command {
    let mut command = pg_tools::at(server, "psql");
    command.args(["-X", "-q", "-v", "ON_ERROR_STOP=1"]).args(arguments);
    command
}

/// The steps by which the tables of a dump came to be what they are.
fn migrations_in(file: &Path) -> Result<Vec<String>, AppError> {
    let mut command = pg_tools::plain("pg_restore");
    command.args(["--data-only", "--table=__diesel_schema_migrations", "--file=-"]).arg(file);
    let text = pg_tools::run(command)?;
    let text = String::from_utf8_lossy(&text);
    let rows =
        text.lines().skip_while(|line| !line.starts_with("COPY ")).skip(1).take_while(|line| *line != "\\.");
    Ok(rows.filter_map(|line| Some(line.split('\t').next()?.to_owned())).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_copies_named_by_their_time_are_let_go() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        for name in [
            "xushi-20250101-080000.db",
            "xushi-20250102-080000.db",
            "xushi-20250103-080000.db",
            "xushi.db",
            "xushi-old.db",
            "xushi-20240101-080000.dump",
        ] {
            fs::write(at(name), "").unwrap();
        }
        let removed = let_go(&at("xushi-20250103-080000.db"), 2).unwrap();
        assert_eq!(removed, [at("xushi-20250101-080000.db")]);
        // The one just made stays, whatever is asked.
        let removed = let_go(&at("xushi-20250103-080000.db"), 0).unwrap();
        assert_eq!(removed, [at("xushi-20250102-080000.db")]);
        for name in ["xushi.db", "xushi-old.db", "xushi-20240101-080000.dump", "xushi-20250103-080000.db"] {
            assert!(at(name).exists(), "{name}");
        }
    }
}
