//! PostgreSQL clusters of one test's own, that may be killed, copied, put behind a pooler or asked for TLS.

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A folder that its programs own, and that is gone with them.
pub(crate) struct Place(PathBuf);

impl Place {
    /// `None`, said loudly, when PostgreSQL (or `also`) is not installed; under CI it must be.
    pub(crate) fn with(also: &[&str]) -> Option<Self> {
        let programs = ["initdb", "pg_ctl", "pg_basebackup"].iter().chain(also);
        let missing: Vec<_> = programs.filter(|name| run(&format!("command -v {name}")).is_err()).collect();
        if missing.is_empty() {
            return Some(Self(run("mktemp -d").unwrap().trim().into()));
        }
        assert!(std::env::var_os("CI").is_none(), "CI must have {missing:?}");
        eprintln!("\n*** SKIPPED: {missing:?} not installed ***\n");
        None
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    /// Runs a shell's script in it, as whoever may run a server.
    pub(crate) fn run(&self, script: &str) -> String {
        run(&format!("cd {}; {script}", self.0.display())).unwrap_or_else(|why| panic!("{script}: {why}"))
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let stop = "for data in */postmaster.pid; do pg_ctl -D \"$(dirname \"$data\")\" -m immediate stop || true; done; \
                    [ ! -e pgbouncer.pid ] || kill \"$(cat pgbouncer.pid)\"";
        let folder = self.0.display();
        let _ = run(&format!("cd {folder}; {stop} >/dev/null 2>&1; rm -rf {folder}"));
    }
}

/// A shell's script, as `postgres` when this is root, whom the servers refuse.
fn run(script: &str) -> Result<String, String> {
    let paths = "export PATH=\"$PATH:/usr/sbin:$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | tail -n 1)\"";
    let script = format!("set -e; {paths}; {script}");
    let root = std::os::unix::fs::MetadataExt::uid(&std::fs::metadata("/proc/self").unwrap()) == 0;
    let mut command = if root {
        let mut command = Command::new("setpriv");
        command.args(["--reuid=postgres", "--regid=postgres", "--clear-groups", "bash"]);
        command
    } else {
        Command::new("bash")
    };
    let done =
        command.args(["-c", &script]).current_dir("/tmp").output().map_err(|error| error.to_string())?;
    if done.status.success() {
        Ok(String::from_utf8_lossy(&done.stdout).into_owned())
    } else {
        Err(String::from_utf8_lossy(&done.stderr).into_owned())
    }
}

pub(crate) fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// A server in its folder of a place.
pub(crate) struct Cluster<'p> {
    place: &'p Place,
    name: &'static str,
    pub(crate) port: u16,
}

impl<'p> Cluster<'p> {
    /// A new one, with an empty database `x`.
    pub(crate) fn new(place: &'p Place, name: &'static str) -> Self {
        place.run(&format!("initdb -D {name} -U xushi --auth=trust --encoding=UTF8 --locale=C --no-sync"));
        let one = Self { place, name, port: free_port() };
        one.start("");
        one.ask("postgres", "CREATE DATABASE x");
        one
    }

    /// A copy of `other` that follows it.
    pub(crate) fn following(other: &Self, name: &'static str) -> Self {
        let Self { place, port, .. } = other;
        place.run(&format!("pg_basebackup -h 127.0.0.1 -p {port} -U xushi -D {name} -R -X stream -c fast"));
        let one = Self { place, name, port: free_port() };
        one.start("");
        one
    }

    /// Starts it with these settings (`-c name=value`) beside those it has.
    pub(crate) fn start(&self, settings: &str) {
        let Self { name, port, place } = self;
        let folder = place.path().display();
        place.run(&format!(
            "pg_ctl -D {name} -w -l {name}.log -o \"-c listen_addresses=127.0.0.1 -c port={port} \
             -c unix_socket_directories={folder} -c fsync=off -c max_connections=100 {settings}\" start >/dev/null"
        ));
    }

    /// What one statement says, one row a line.
    pub(crate) fn ask(&self, database: &str, statement: &str) -> String {
        let port = self.port;
        let said = self
            .place
            .run(&format!("psql -h 127.0.0.1 -p {port} -U xushi -d {database} -qAtc \"{statement}\""));
        said.trim().to_owned()
    }

    /// Ends all its processes at once, as a machine that loses its power.
    pub(crate) fn kill(&self) {
        self.place.run(&format!(
            "head=$(head -n 1 {}/postmaster.pid); kill -9 $head $(ps -o pid= --ppid $head)",
            self.name
        ));
    }

    /// Makes the copy the one that is written to.
    pub(crate) fn promote(&self) {
        self.place.run(&format!("pg_ctl -D {} -w promote >/dev/null", self.name));
    }

    pub(crate) fn url(&self) -> String {
        format!("postgres://xushi@127.0.0.1:{}/x", self.port)
    }
}

/// PgBouncer before a server; gives its port.
pub(crate) fn pooler(cluster: &Cluster<'_>, mode: &str) -> u16 {
    let (port, folder) = (free_port(), cluster.place.path().display());
    let ini = format!(
        "[databases]\nx = host=127.0.0.1 port={} dbname=x\n[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {port}\n\
         unix_socket_dir =\nauth_type = trust\nauth_file = {folder}/users.txt\npool_mode = {mode}\n\
         default_pool_size = 8\nmax_client_conn = 200\nlogfile = {folder}/pgbouncer.log\n\
         pidfile = {folder}/pgbouncer.pid\n",
        cluster.port
    );
    cluster.place.run(&format!(
        "[ ! -e pgbouncer.pid ] || {{ kill $(cat pgbouncer.pid); while [ -e pgbouncer.pid ]; do sleep 0.05; done; }}; \
         echo '\"xushi\" \"\"' >users.txt; cat >pgbouncer.ini <<'END'\n{ini}END\npgbouncer -q -d pgbouncer.ini"
    ));
    for _ in 0..200 {
        if std::net::TcpStream::connect(("127.0.0.1", port)).is_ok() {
            return port;
        }
        std::thread::sleep(std::time::Duration::from_millis(25));
    }
    panic!("pgbouncer does not answer: {}", cluster.place.run("cat pgbouncer.log"));
}
