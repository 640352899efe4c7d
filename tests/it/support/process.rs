//! The real `xushi` process, as an operator starts it.

use std::fs::File;
use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// A serving process; killed when dropped.
pub(crate) struct Process {
    pub(crate) child: Child,
    pub(crate) address: SocketAddr,
    log: PathBuf,
}

/// The administrator's key of every such process.
pub(crate) const KEY: &str = "xsk_a_key_only_tests_use";

/// How long anything may take before a test gives up on it; nothing waits this long when all is well.
const PATIENCE: Duration = Duration::from_secs(60);

impl Process {
    /// Starts `xushi ARGUMENTS` in `folder` and waits for its first answer.
    pub(crate) fn start(folder: &Path, arguments: &[&str]) -> Self {
        Self::start_with(folder, arguments, &[])
    }

    /// The same, with more environment variables.
    pub(crate) fn start_with(folder: &Path, arguments: &[&str], variables: &[(&str, &str)]) -> Self {
        let log = File::options().create(true).append(true).open(folder.join("stderr.txt")).unwrap();
        Self::start_saying(folder, arguments, variables, log.into())
    }

    /// The same, with its log going somewhere else.
    pub(crate) fn start_saying(
        folder: &Path,
        arguments: &[&str],
        variables: &[(&str, &str)],
        log: Stdio,
    ) -> Self {
        let mut command = xushi(folder, arguments);
        command.stderr(log);
        Self::answering(folder, command, arguments, variables)
    }

    /// A shell's `script` that becomes the service; the program is its `$0`.
    pub(crate) fn start_by_shell(folder: &Path, script: &str, variables: &[(&str, &str)]) -> Self {
        let command = of(Command::new("sh"), folder, &["-c", script, env!("CARGO_BIN_EXE_xushi")]);
        Self::answering(folder, command, &[], variables)
    }

    fn answering(
        folder: &Path,
        mut command: Command,
        arguments: &[&str],
        variables: &[(&str, &str)],
    ) -> Self {
        let address = free_address();
        command.envs(variables.iter().copied());
        command.env("XUSHI_SERVER_LISTEN", address.to_string());
        if arguments.first() == Some(&"demo") {
            command.args(["--listen", &address.to_string()]);
        }
        let log = folder.join("stderr.txt");
        let mut process = Self { child: command.spawn().unwrap(), address, log };
        let begun = Instant::now();
        while !process
            .exchange(b"GET /readyz HTTP/1.0\r\n\r\n")
            .is_some_and(|answer| answer.contains(" 200 "))
        {
            assert!(process.child.try_wait().unwrap().is_none(), "xushi {arguments:?} has ended");
            assert!(begun.elapsed() < PATIENCE, "xushi {arguments:?} does not answer");
            std::thread::sleep(Duration::from_millis(10));
        }
        process
    }

    /// Sends bytes as they are and gives whatever comes back until the connection closes.
    pub(crate) fn exchange(&self, bytes: &[u8]) -> Option<String> {
        let mut stream = TcpStream::connect(self.address).ok()?;
        stream.set_read_timeout(Some(PATIENCE)).ok()?;
        // A server that has heard enough closes early; what it said before is still to be read.
        let _ = stream.write_all(bytes);
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer);
        Some(String::from_utf8_lossy(&answer).into_owned())
    }

    /// A request with the key and a body, closed after the answer.
    pub(crate) fn call(&self, verb: &str, path: &str, headers: &str, body: &[u8]) -> String {
        let mut request = format!(
            "{verb} /api/v1{path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer {KEY}\r\n\
             Content-Length: {}\r\n{headers}\r\n",
            body.len()
        )
        .into_bytes();
        request.extend_from_slice(body);
        self.exchange(&request).unwrap()
    }

    /// What it has said on standard error, panics among it.
    pub(crate) fn log(&self) -> String {
        std::fs::read_to_string(&self.log).unwrap()
    }

    /// Asks it to stop and waits for its end.
    pub(crate) fn terminate(mut self) -> std::process::ExitStatus {
        let id = self.child.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &id]).status().unwrap().success());
        self.child.wait().unwrap()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The command, with nothing of this process's environment that could change it.
pub(crate) fn xushi(folder: &Path, arguments: &[&str]) -> Command {
    of(Command::new(env!("CARGO_BIN_EXE_xushi")), folder, arguments)
}

fn of(mut command: Command, folder: &Path, arguments: &[&str]) -> Command {
    command.args(arguments).current_dir(folder).stdout(Stdio::null()).stderr(Stdio::null());
    command
        .env_remove("DATABASE_URL")
        .env_remove("XUSHI_LETTER_DIR")
        .env("XUSHI_BOOTSTRAP_KEY", KEY)
        .env("XUSHI_LOG_FILTER", "error");
    command.env("XUSHI_SERVER_SHUTDOWN_SECONDS", "2");
    command
}

fn free_address() -> SocketAddr {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap()
}
