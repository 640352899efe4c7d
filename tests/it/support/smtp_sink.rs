//! An SMTP server that behaves as badly as it is told to, and remembers what it was given.

use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use tokio::io::{AsyncBufReadExt as _, AsyncRead, AsyncWrite, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;

/// What to do at a point of the conversation instead of the usual thing.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Do {
    /// Answer this (bytes as they go over the wire, CRLF added).
    Reply(&'static [u8]),
    /// Hang up without a word.
    Close,
    /// Say nothing more, and keep the line open.
    Silent,
    /// Wait for [`Sink::release`], then go on as usual.
    Hold,
    /// Answer as usual, byte by byte.
    Trickle,
    /// Answer this again and again for ever, in blocks of 64 kB.
    Flood(&'static [u8]),
}

/// What one connection does: at the first line that starts with the text, do this. Apart from the client's lines
/// there are the points `connect`, `middle` (the first line of the content is read), `.` and `after` (the dot is
/// answered).
pub(crate) type Act = Vec<(&'static str, Do)>;

/// How the server protects its line.
#[derive(Clone, Default)]
pub(crate) enum Guard {
    #[default]
    None,
    StartTls(TlsAcceptor),
    Tls(TlsAcceptor),
}

/// A mail the sink answered for, or would have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Taken {
    pub(crate) from: String,
    pub(crate) to: Vec<String>,
    /// The content, dots unstuffed.
    pub(crate) raw: Vec<u8>,
}

#[derive(Debug, Default, Clone)]
pub(crate) struct Log {
    /// Mails whose final dot arrived.
    pub(crate) taken: Vec<Taken>,
    /// All lines of all clients, the content excepted, as `connection: line`.
    pub(crate) lines: Vec<String>,
    pub(crate) connections: usize,
    pub(crate) open: usize,
    pub(crate) most_open: usize,
    /// Bytes that a flood could get rid of.
    pub(crate) flooded: usize,
}

pub(crate) struct Sink {
    pub(crate) address: SocketAddr,
    shared: Arc<Shared>,
    task: JoinHandle<()>,
}

struct Shared {
    acts: Vec<Act>,
    guard: Guard,
    log: Mutex<Log>,
    held: watch::Sender<usize>,
    gate: Semaphore,
}

impl Sink {
    /// The first connection plays the first act and so on; the last act is for all that follow.
    pub(crate) async fn start(acts: Vec<Act>) -> Self {
        Self::guarded(acts, Guard::None).await
    }

    pub(crate) async fn guarded(acts: Vec<Act>, guard: Guard) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let held = watch::Sender::new(0);
        let shared = Arc::new(Shared { acts, guard, log: Mutex::default(), held, gate: Semaphore::new(0) });
        let task = tokio::spawn(listen(listener, Arc::clone(&shared)));
        Self { address, shared, task }
    }

    pub(crate) fn log(&self) -> Log {
        self.shared.log().clone()
    }

    /// Takes over what another sink was given, as if it had come here.
    pub(crate) fn adopt(&self, other: &Sink) {
        let taken = other.log().taken;
        self.shared.log().taken.extend(taken);
    }

    /// Waits until that many connections stand at a [`Do::Hold`].
    pub(crate) async fn wait_held(&self, count: usize) {
        self.shared.held.subscribe().wait_for(|held| *held >= count).await.unwrap();
    }

    /// Lets all held connections, and all that come, go on.
    pub(crate) fn release(&self) {
        self.shared.gate.add_permits(Semaphore::MAX_PERMITS / 2);
    }
}

impl Drop for Sink {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Shared {
    fn log(&self) -> MutexGuard<'_, Log> {
        self.log.lock().unwrap()
    }
}

async fn listen(listener: TcpListener, shared: Arc<Shared>) {
    while let Ok((tcp, _)) = listener.accept().await {
        let number = {
            let mut log = shared.log();
            log.connections += 1;
            log.open += 1;
            log.most_open = log.most_open.max(log.open);
            log.connections
        };
        let shared = Arc::clone(&shared);
        tokio::spawn(async move {
            let _ = serve(tcp, &shared, number).await;
            shared.log().open -= 1;
        });
    }
}

async fn serve(tcp: TcpStream, shared: &Shared, number: usize) -> io::Result<()> {
    tcp.set_nodelay(true)?;
    let nothing = Act::new();
    let act = shared.acts.get(number - 1).or(shared.acts.last()).unwrap_or(&nothing);
    let mut talk = Talk { shared, act, number, secure: false };
    match &shared.guard {
        Guard::Tls(acceptor) => {
            talk.secure = true;
            let mut line = BufReader::new(acceptor.accept(tcp).await?);
            talk.greet(&mut line).await?;
            talk.run(&mut line).await.map(drop)
        }
        Guard::None | Guard::StartTls(_) => {
            let mut line = BufReader::new(tcp);
            talk.greet(&mut line).await?;
            if talk.run(&mut line).await?
                && let Guard::StartTls(acceptor) = &shared.guard
            {
                talk.secure = true;
                let mut line = BufReader::new(acceptor.accept(line.into_inner()).await?);
                talk.run(&mut line).await?;
            }
            Ok(())
        }
    }
}

/// One connection's conversation.
struct Talk<'s> {
    shared: &'s Shared,
    act: &'s Act,
    number: usize,
    secure: bool,
}

impl Talk<'_> {
    async fn greet<S: AsyncRead + AsyncWrite + Unpin>(&self, line: &mut BufReader<S>) -> io::Result<()> {
        self.answer(line, "connect", b"220 sink").await
    }

    /// Until the client leaves; true when it asked for TLS.
    async fn run<S: AsyncRead + AsyncWrite + Unpin>(&self, line: &mut BufReader<S>) -> io::Result<bool> {
        let (mut from, mut to) = (String::new(), Vec::new());
        loop {
            let mut said = String::new();
            if line.read_line(&mut said).await? == 0 {
                return Ok(false);
            }
            let said = said.trim_end();
            self.shared.log().lines.push(format!("{}: {said}", self.number));
            let argument = || said.split(['<', '>']).nth(1).unwrap_or_default().to_owned();
            let usual: &[u8] = match said.split(' ').next().unwrap_or_default() {
                "EHLO" if matches!(self.shared.guard, Guard::StartTls(_)) && !self.secure => {
                    b"250-sink\r\n250-8BITMIME\r\n250 STARTTLS"
                }
                "EHLO" => b"250-sink\r\n250-8BITMIME\r\n250 AUTH PLAIN LOGIN",
                "STARTTLS" => b"220 go ahead",
                "AUTH" => b"235 welcome",
                "MAIL" => {
                    from = argument();
                    b"250 sender ok"
                }
                "RCPT" => {
                    to.push(argument());
                    b"250 recipient ok"
                }
                "DATA" => b"354 go ahead",
                "NOOP" | "RSET" => b"250 ok",
                "QUIT" => b"221 bye",
                _ => b"500 what?",
            };
            self.answer(line, said, usual).await?;
            match said {
                "STARTTLS" => return Ok(true),
                "QUIT" => return Ok(false),
                "DATA" => {
                    let raw = self.content(line).await?;
                    let taken = Taken { from: from.clone(), to: std::mem::take(&mut to), raw };
                    self.shared.log().taken.push(taken);
                    self.answer(line, ".", b"250 2.0.0 Ok: queued").await?;
                    self.answer(line, "after", b"").await?;
                }
                _ => {}
            }
        }
    }

    async fn content<S: AsyncRead + AsyncWrite + Unpin>(
        &self,
        line: &mut BufReader<S>,
    ) -> io::Result<Vec<u8>> {
        let mut raw = Vec::new();
        loop {
            let mut text = Vec::new();
            if line.read_until(b'\n', &mut text).await? == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            if text == b".\r\n" {
                return Ok(raw);
            }
            if raw.is_empty() {
                self.answer(line, "middle", b"").await?;
            }
            raw.extend_from_slice(text.strip_prefix(b".").unwrap_or(&text));
        }
    }

    async fn answer<S: AsyncRead + AsyncWrite + Unpin>(
        &self,
        line: &mut BufReader<S>,
        point: &str,
        usual: &[u8],
    ) -> io::Result<()> {
        let deed = self.act.iter().find(|(start, _)| point.starts_with(start)).map(|(_, deed)| *deed);
        let reply = match deed {
            Some(Do::Reply(reply)) => reply,
            Some(Do::Close) => return Err(io::ErrorKind::ConnectionAborted.into()),
            Some(Do::Silent) => std::future::pending().await,
            Some(Do::Hold) => {
                self.shared.held.send_modify(|held| *held += 1);
                self.shared.gate.acquire().await.unwrap().forget();
                usual
            }
            Some(Do::Trickle) => {
                for byte in [usual, b"\r\n"].concat() {
                    line.write_all(&[byte]).await?;
                    line.flush().await?;
                    tokio::time::sleep(Duration::from_millis(1)).await;
                }
                return Ok(());
            }
            Some(Do::Flood(piece)) => {
                let block = piece.repeat(65_536 / piece.len());
                loop {
                    line.write_all(&block).await?;
                    self.shared.log().flooded += block.len();
                }
            }
            None => usual,
        };
        if !reply.is_empty() {
            line.write_all(&[reply, b"\r\n"].concat()).await?;
            line.flush().await?;
        }
        Ok(())
    }
}
