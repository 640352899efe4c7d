//! Throw-away databases: a SQLite file, or a database in a PostgreSQL cluster that dies with this process.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{LazyLock, Mutex};

use xushi::clock::{Clock as _, FixedClock};
use xushi::store::{Store, seed};

static NEXT: AtomicU32 = AtomicU32::new(1);

/// A database of one test.
pub(crate) struct Database {
    pub(crate) url: String,
    /// Keeps the SQLite file's folder until the test is over.
    _folder: Option<tempfile::TempDir>,
}

impl Database {
    /// A database that somebody else keeps.
    pub(crate) fn at(url: String) -> Self {
        Self { url, _folder: None }
    }

    /// A fresh SQLite file with tables and regions.
    pub(crate) fn sqlite() -> Self {
        static TEMPLATE: LazyLock<tempfile::TempDir> = LazyLock::new(|| {
            let folder = tempfile::tempdir().unwrap();
            prepare(folder.path().join("template.db").to_str().unwrap());
            folder
        });
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("xushi.db");
        std::fs::copy(TEMPLATE.path().join("template.db"), &path).unwrap();
        Self { url: path.to_str().unwrap().to_owned(), _folder: Some(folder) }
    }

    /// A fresh PostgreSQL database with tables and regions; `None`, said loudly, when there is no server to be had.
    pub(crate) fn postgresql() -> Option<Self> {
        let server = SERVER.as_ref()?;
        let name = format!("t{}_{}", std::process::id(), NEXT.fetch_add(1, Ordering::SeqCst));
        server.execute(&format!("CREATE DATABASE {name} TEMPLATE {}", server.template()));
        Some(Self { url: server.url(&name), _folder: None })
    }

    /// An empty PostgreSQL database, without tables.
    pub(crate) fn postgresql_empty() -> Option<Self> {
        let server = SERVER.as_ref()?;
        let name = format!("e{}_{}", std::process::id(), NEXT.fetch_add(1, Ordering::SeqCst));
        server.execute(&format!("CREATE DATABASE {name}"));
        Some(Self { url: server.url(&name), _folder: None })
    }

    /// A SQLite file without tables.
    pub(crate) fn sqlite_empty() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let url = folder.path().join("xushi.db").to_str().unwrap().to_owned();
        Self { url, _folder: Some(folder) }
    }
}

/// Makes tables and regions; on a thread of its own, since migrations need a runtime with several threads.
fn prepare(url: &str) {
    let url = url.to_owned();
    let work = move || {
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        runtime.block_on(async {
            let store = Store::open(&url, 1).unwrap();
            store.migrate().await.unwrap();
            // Before the tests' own clock, so that what they make comes last in lists.
            let clock = FixedClock::at("2025-01-01T00:00:00Z".parse().unwrap());
            let regions = seed::regions(clock.timestamp(), || clock.new_id()).unwrap();
            store.seed_regions(&regions).await.unwrap();
            let packs = seed::rule_packs(clock.timestamp(), || clock.new_id());
            store.seed_rule_packs(&packs).await.unwrap();
            if let Store::Sqlite(pool) = &store {
                use diesel_async::SimpleAsyncConnection as _;
                let mut conn = pool.get().await.unwrap();
                conn.batch_execute("PRAGMA wal_checkpoint(TRUNCATE)").await.unwrap();
            }
        });
    };
    std::thread::spawn(work).join().unwrap();
}

/// A running PostgreSQL server.
pub(crate) struct Server {
    /// `postgres://user@host:port`, without a database.
    base: String,
    template: Mutex<Option<String>>,
    /// Its input is held open by this process; the shell behind it stops the server when it closes.
    pub(crate) _keeper: Option<Mutex<Keeper>>,
}

/// The shell that keeps the server, and what it says.
pub(crate) struct Keeper {
    child: Child,
    says: BufReader<ChildStdout>,
}

impl Keeper {
    /// Lets it `start` or `stop` the server, and waits until that is done.
    pub(crate) fn tell(&mut self, word: &str) -> Result<(), String> {
        let mut line = String::new();
        let told = writeln!(self.child.stdin.as_mut().unwrap(), "{word}");
        told.and_then(|()| self.says.read_line(&mut line)).map_err(|error| error.to_string())?;
        if line.trim() == "ready" {
            return Ok(());
        }
        let mut why = String::new();
        let _ = std::io::Read::read_to_string(&mut self.child.stderr.take().unwrap(), &mut why);
        Err(why)
    }
}

pub(crate) static SERVER: LazyLock<Option<Server>> = LazyLock::new(|| {
    if let Ok(url) = std::env::var("TEST_DATABASE_URL") {
        let base = url.rsplit_once('/').map_or(url.clone(), |(base, _)| base.to_owned());
        return Some(Server { base, template: Mutex::new(None), _keeper: None });
    }
    match start() {
        Ok(server) => Some(server),
        Err(why) => {
            assert!(std::env::var_os("CI").is_none(), "CI must test on PostgreSQL: {why}");
            let _ = writeln!(std::io::stderr(), "\n*** SKIPPED ON POSTGRESQL: {why} ***\n");
            None
        }
    }
});

/// The script that keeps a cluster alive exactly as long as its input stays open.
const KEEPER: &str = r#"
set -e
export PATH="$PATH:$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | tail -n 1)"
folder=$(mktemp -d)
trap 'pg_ctl -D "$folder/data" -m immediate stop >/dev/null 2>&1; rm -rf "$folder"' EXIT
initdb -D "$folder/data" -U xushi --auth=trust --encoding=UTF8 --locale=C --no-sync >"$folder/log" 2>&1
port=$1
start() {
    pg_ctl -D "$folder/data" -w -l "$folder/log" -o "-c listen_addresses=127.0.0.1 -c port=$port -c unix_socket_directories=$folder \
 -c fsync=off -c synchronous_commit=off -c full_page_writes=off -c max_connections=300 -c shared_buffers=64MB" start >/dev/null
}
while read -r word; do
    case "$word" in
        stop) pg_ctl -D "$folder/data" -m fast -w stop >/dev/null ;;
        start) start ;;
    esac
    echo ready
done
"#;

fn start() -> Result<Server, String> {
    let port =
        std::net::TcpListener::bind("127.0.0.1:0").and_then(|socket| socket.local_addr()).unwrap().port();
    let mut command = if is_root() {
        // The server refuses to run as root.
        let mut command = Command::new("setpriv");
        command.args([
            "--reuid=postgres",
            "--regid=postgres",
            "--clear-groups",
            "bash",
            "-c",
            KEEPER,
            "keeper",
        ]);
        command
    } else {
        let mut command = Command::new("bash");
        command.args(["-c", KEEPER, "keeper"]);
        command
    };
    command
        .arg(port.to_string())
        .current_dir("/tmp")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = command.spawn().map_err(|error| format!("cannot start a cluster: {error}"))?;
    let says = BufReader::new(child.stdout.take().unwrap());
    let mut keeper = Keeper { child, says };
    keeper
        .tell("start")
        .map_err(|why| format!("no PostgreSQL server could be started (initdb and pg_ctl needed): {why}"))?;
    let base = format!("postgres://xushi@127.0.0.1:{port}");
    Ok(Server { base, template: Mutex::new(None), _keeper: Some(Mutex::new(keeper)) })
}

fn is_root() -> bool {
    std::os::unix::fs::MetadataExt::uid(&std::fs::metadata(Path::new("/proc/self")).unwrap()) == 0
}

impl Server {
    fn url(&self, name: &str) -> String {
        format!("{}/{name}", self.base)
    }

    /// The database that others are copied from, made when first asked for.
    fn template(&self) -> String {
        let mut template = self.template.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        template
            .get_or_insert_with(|| {
                let name = format!("template_{}", std::process::id());
                self.execute(&format!("CREATE DATABASE {name}"));
                prepare(&self.url(&name));
                name
            })
            .clone()
    }

    fn execute(&self, statement: &str) {
        let (url, statement) = (self.url("postgres"), statement.to_owned());
        let work = move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async {
                let (client, connection) =
                    tokio_postgres::connect(&url, tokio_postgres::NoTls).await.unwrap();
                tokio::spawn(connection);
                client.batch_execute(&statement).await.unwrap();
            });
        };
        std::thread::spawn(work).join().unwrap();
    }
}

/// Where the repository is.
pub(crate) fn repository() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}
