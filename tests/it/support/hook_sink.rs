//! A receiver of webhooks that behaves as badly as it is told to, and remembers what it was given.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// What it does with a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Answers {
    /// Answers with this status.
    Status(u16),
    /// The same, and asks for so many seconds.
    RetryAfter(u16, u64),
    /// Nobody listens.
    Refuse,
    /// Takes the request and says nothing.
    Hang,
    /// Sends to another address of its own.
    Redirect,
    /// Answers 200 and lets the body drip for ever.
    SlowBody,
    /// Takes the request and closes.
    Cut,
    /// Speaks no TLS, though it is asked to.
    NoTls,
}

/// A request that came in whole.
#[derive(Debug, Clone)]
pub(crate) struct HookTaken {
    pub(crate) line: String,
    pub(crate) headers: HashMap<String, String>,
    pub(crate) body: String,
}

impl HookTaken {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }
}

#[derive(Default)]
struct Seen {
    taken: Vec<HookTaken>,
    answers: Option<Answers>,
}

/// A receiver on a port of its own.
pub(crate) struct HookSink {
    port: u16,
    seen: Arc<Mutex<Seen>>,
    listening: Mutex<Option<JoinHandle<()>>>,
}

impl HookSink {
    pub(crate) async fn start(answers: Answers) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let sink = Self { port, seen: Arc::default(), listening: Mutex::default() };
        drop(listener);
        sink.answer(answers).await;
        sink
    }

    /// From now on it does this.
    pub(crate) async fn answer(&self, answers: Answers) {
        self.seen.lock().unwrap().answers = Some(answers);
        let before = self.listening.lock().unwrap().take();
        if let Some(before) = before {
            before.abort();
            let _ = before.await;
        }
        if answers != Answers::Refuse {
            let listener = TcpListener::bind(("127.0.0.1", self.port)).await.unwrap();
            *self.listening.lock().unwrap() = Some(tokio::spawn(listen(listener, self.seen.clone())));
        }
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }

    /// What came in whole, but where it was redirected to.
    pub(crate) fn taken(&self) -> Vec<HookTaken> {
        self.seen
            .lock()
            .unwrap()
            .taken
            .iter()
            .filter(|one| !one.line.contains("/elsewhere"))
            .cloned()
            .collect()
    }

    pub(crate) fn ids(&self) -> Vec<String> {
        self.taken().iter().map(|one| one.headers["webhook-id"].clone()).collect()
    }

    /// How many requests followed the redirect.
    pub(crate) fn elsewhere(&self) -> usize {
        self.seen.lock().unwrap().taken.iter().filter(|one| one.line.contains("/elsewhere")).count()
    }
}

async fn listen(listener: TcpListener, seen: Arc<Mutex<Seen>>) {
    loop {
        let (stream, _) = listener.accept().await.unwrap();
        let seen = seen.clone();
        tokio::spawn(async move {
            let _ = serve(stream, &seen).await;
        });
    }
}

async fn serve(mut stream: TcpStream, seen: &Mutex<Seen>) -> std::io::Result<()> {
    let answers = seen.lock().unwrap().answers.unwrap();
    if answers == Answers::NoTls {
        return stream.write_all(b"220 this is no TLS\r\n").await;
    }
    let mut bytes = Vec::new();
    let taken = loop {
        if stream.read_buf(&mut bytes).await? == 0 {
            return Ok(());
        }
        if let Some(taken) = whole(&bytes) {
            break taken;
        }
    };
    seen.lock().unwrap().taken.push(taken);
    match answers {
        Answers::Status(status) => answer(&mut stream, status, "").await,
        Answers::RetryAfter(status, seconds) => {
            answer(&mut stream, status, &format!("Retry-After: {seconds}\r\n")).await
        }
        Answers::Redirect => answer(&mut stream, 301, "Location: /elsewhere\r\n").await,
        Answers::Hang => {
            tokio::time::sleep(Duration::from_secs(60)).await;
            Ok(())
        }
        Answers::SlowBody => {
            stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n").await?;
            for _ in 0..1_000 {
                stream.write_all(b"x").await?;
                tokio::time::sleep(Duration::from_millis(200)).await;
            }
            Ok(())
        }
        Answers::Cut | Answers::Refuse | Answers::NoTls => Ok(()),
    }
}

async fn answer(stream: &mut TcpStream, status: u16, more: &str) -> std::io::Result<()> {
    stream.write_all(format!("HTTP/1.1 {status} Said\r\n{more}Content-Length: 0\r\n\r\n").as_bytes()).await
}

/// The request, once all of it is there.
fn whole(bytes: &[u8]) -> Option<HookTaken> {
    let text = std::str::from_utf8(bytes).ok()?;
    let (head, body) = text.split_once("\r\n\r\n")?;
    let mut lines = head.lines();
    let line = lines.next()?.to_owned();
    let headers: HashMap<String, String> = lines
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()))
        .collect();
    let length: usize = headers.get("content-length")?.parse().ok()?;
    (body.len() >= length).then(|| HookTaken { line, headers, body: body.to_owned() })
}
