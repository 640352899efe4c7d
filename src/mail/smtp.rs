//! SMTP (RFC 5321) over a small pool of connections.
//!
//! The conversation is lettre's; the streams, the pool and the bounds in time are ours. lettre's own pool leaves
//! Nagle's algorithm on and ends each mail with a small second write, which then waits 40 ms for the peer's
//! delayed acknowledgement: 22 mails a second instead of thousands. And it waits for a silent server for ever.

use std::error::Error as _;
use std::fmt;
use std::iter;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use lettre::transport::smtp::authentication::{Credentials, DEFAULT_MECHANISMS};
use lettre::transport::smtp::client::{AsyncSmtpConnection, AsyncTokioStream};
use lettre::transport::smtp::commands::{Data, Mail, Rcpt};
use lettre::transport::smtp::extension::ClientId;
use lettre::transport::smtp::response::{Response, Severity};
use tokio::net::{TcpStream, lookup_host};
use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::{Instant, timeout_at};

use super::MailError;
use super::foreign::heard;
use super::lettre_stream::Wire;
use super::settings::{Hello, Security, SmtpSettings};
use super::tls::{Tls, ask_for_tls};
use super::transport::{Accepted, Envelope, SendError, SendStage};

/// A bounded pool of connections to one server. Opens them as needed, never more than `pool_max` at a time.
pub struct SmtpPool {
    settings: SmtpSettings,
    hello: Hello,
    tls: Option<Tls>,
    permits: Semaphore,
    idle: Mutex<Vec<Idle>>,
}

struct Idle {
    connection: AsyncSmtpConnection,
    since: Instant,
    mails: u32,
}

/// Mails sent over one connection, after which a fresh one is made: what one peer can say to us on one line is bounded.
const MAILS_MAX: u32 = 1_000;

impl SmtpPool {
    /// Checks the settings and reads the certificates; connects to nothing yet.
    ///
    /// # Errors
    /// [`MailError::Setting`] names the setting that cannot work.
    pub fn new(settings: SmtpSettings) -> Result<Self, MailError> {
        settings.check()?;
        let tls = match settings.security {
            Security::Plain => None,
            Security::StartTls | Security::Tls => {
                Some(Tls::new(&settings.host, settings.ca_file.as_deref())?)
            }
        };
        Ok(Self {
            hello: settings.hello()?,
            tls,
            permits: Semaphore::new(settings.pool_max),
            idle: Mutex::default(),
            settings,
        })
    }

    pub(super) fn settings(&self) -> &SmtpSettings {
        &self.settings
    }

    pub(super) fn hello(&self) -> &Hello {
        &self.hello
    }

    pub(super) fn tls(&self) -> Option<&Tls> {
        self.tls.as_ref()
    }

    /// Most connections at a time; more handovers than this only wait.
    pub fn max(&self) -> usize {
        self.settings.pool_max
    }

    pub(super) async fn open(&self, envelope: &Envelope) -> Result<SmtpConversation<'_>, SendError> {
        let deadline = Instant::now() + self.settings.send_timeout;
        let permit = within(deadline, SendStage::Connect, async {
            self.permits
                .acquire()
                .await
                .map_err(|error| SendError::lost(SendStage::Connect, error.to_string()))
        });
        let permit = permit.await?;
        if let Some((mut connection, mails)) = self.take_idle(deadline).await {
            match address(&mut connection, envelope, deadline).await {
                Ok(()) => {
                    return Ok(SmtpConversation { pool: self, connection, mails, deadline, _permit: permit });
                }
                // The server has closed it meanwhile, or takes only so many mails on one: nothing was sent yet,
                // so a fresh one is tried.
                Err(error) if error.code.is_none_or(|code| code == 421) => {}
                Err(error) => return Err(part(connection, error, deadline).await),
            }
        }
        let mut connection = self.connect(deadline).await?;
        match address(&mut connection, envelope, deadline).await {
            Ok(()) => Ok(SmtpConversation { pool: self, connection, mails: 0, deadline, _permit: permit }),
            Err(error) => Err(part(connection, error, deadline).await),
        }
    }

    pub(super) async fn close_idle(&self) {
        let idle: Vec<Idle> = self.idle().drain(..).collect();
        for Idle { mut connection, .. } in idle {
            let _ = timeout_at(farewell(None), connection.abort()).await;
        }
    }

    /// The connection used last, if it still lives, and how many mails went over it.
    async fn take_idle(&self, deadline: Instant) -> Option<(AsyncSmtpConnection, u32)> {
        loop {
            let Idle { mut connection, since, mails } = self.idle().pop()?;
            let age = since.elapsed();
            if age >= self.settings.idle_max {
                continue;
            }
            let patience = deadline.min(Instant::now() + self.settings.connect_timeout);
            if age < self.settings.idle_check
                || timeout_at(patience, connection.test_connected()).await.unwrap_or(false)
            {
                return Some((connection, mails));
            }
        }
    }

    async fn connect(&self, deadline: Instant) -> Result<AsyncSmtpConnection, SendError> {
        within(deadline, SendStage::Connect, async {
            let tcp = self.reach().await?;
            let own =
                tcp.local_addr().map_err(|error| SendError::lost(SendStage::Connect, error.to_string()))?;
            let hello = self.hello.from(own.ip());
            let stream = self.protect(tcp, &hello).await?;
            let mut connection = AsyncSmtpConnection::connect_with_transport(stream, &hello)
                .await
                .map_err(|error| failed(SendStage::Connect, &error))?;
            if let (Some(login), Some(password)) = (&self.settings.login, &self.settings.password) {
                let credentials = Credentials::new(login.clone(), password.clone());
                let greeted = connection.auth(DEFAULT_MECHANISMS, &credentials).await;
                greeted.map_err(|error| failed(SendStage::Connect, &error))?;
            }
            Ok(connection)
        })
        .await
    }

    /// TCP to the first address that answers.
    pub(super) async fn reach(&self) -> Result<TcpStream, SendError> {
        let SmtpSettings { host, port, connect_timeout, .. } = &self.settings;
        let lost = |why: String| SendError::lost(SendStage::Connect, format!("连不上 {host}:{port}：{why}"));
        let mut last = "没有可用的地址".to_owned();
        for peer in lookup_host((host.as_str(), *port)).await.map_err(|error| lost(error.to_string()))? {
            match timeout_at(Instant::now() + *connect_timeout, TcpStream::connect(peer)).await {
                Ok(Ok(tcp)) => {
                    tcp.set_nodelay(true).map_err(|error| lost(error.to_string()))?;
                    return Ok(tcp);
                }
                Ok(Err(error)) => last = error.to_string(),
                Err(_) => last = "超时".to_owned(),
            }
        }
        Err(lost(last))
    }

    async fn protect(
        &self,
        mut tcp: TcpStream,
        hello: &ClientId,
    ) -> Result<Box<dyn AsyncTokioStream>, SendError> {
        let peer = tcp.peer_addr().map_err(|error| SendError::lost(SendStage::Connect, error.to_string()))?;
        let Some(tls) = &self.tls else { return Ok(Box::new(Wire::fresh(tcp, peer))) };
        let greeted = self.settings.security == Security::StartTls;
        if greeted {
            ask_for_tls(&mut tcp, hello).await?;
        }
        let patience = Instant::now() + self.settings.connect_timeout;
        let stream = within(patience, SendStage::Connect, tls.handshake(tcp)).await?;
        Ok(Box::new(if greeted { Wire::greeted(stream, peer) } else { Wire::fresh(stream, peer) }))
    }

    fn idle(&self) -> MutexGuard<'_, Vec<Idle>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for SmtpPool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SmtpPool").field("settings", &self.settings).finish_non_exhaustive()
    }
}

/// A connection on which sender and recipient are accepted. Dropped without content, it is closed.
pub(super) struct SmtpConversation<'p> {
    pool: &'p SmtpPool,
    connection: AsyncSmtpConnection,
    mails: u32,
    deadline: Instant,
    _permit: SemaphorePermit<'p>,
}

impl SmtpConversation<'_> {
    pub(super) async fn deliver(mut self, raw: &[u8]) -> Result<Accepted, SendError> {
        let dotted = AtomicBool::new(false);
        let handed = timeout_at(self.deadline, content(&mut self.connection, raw, &dotted)).await;
        match handed {
            Ok(Ok(response)) => {
                // Only a connection that did well is used again.
                let mails = self.mails + 1;
                if mails < MAILS_MAX {
                    self.pool.idle().push(Idle { connection: self.connection, since: Instant::now(), mails });
                } else {
                    let _ = timeout_at(farewell(Some(self.deadline)), self.connection.abort()).await;
                }
                Ok(Accepted { reply: heard(&spoken(&response)) })
            }
            Ok(Err(error)) => Err(part(self.connection, error, self.deadline).await),
            Err(_) => Err(SendError::lost(stage(&dotted), "限时内没有应答")),
        }
    }
}

/// `MAIL FROM` and `RCPT TO`.
async fn address(
    connection: &mut AsyncSmtpConnection,
    envelope: &Envelope,
    deadline: Instant,
) -> Result<(), SendError> {
    within(deadline, SendStage::Envelope, async {
        let sender = Mail::new(Some(envelope.sender.clone()), vec![]);
        let taken = command(connection, sender, SendStage::Envelope, Severity::PositiveCompletion).await;
        // The sender is the same for all letters.
        taken.map_err(SendError::of_every_mail)?;
        let recipient = Rcpt::new(envelope.recipient.clone(), vec![]);
        command(connection, recipient, SendStage::Envelope, Severity::PositiveCompletion).await
    })
    .await
}

/// `DATA` and the content. `dotted` is set just before the final dot is written, after all else is out.
async fn content(
    connection: &mut AsyncSmtpConnection,
    raw: &[u8],
    dotted: &AtomicBool,
) -> Result<Response, SendError> {
    command(connection, Data, SendStage::Data, Severity::PositiveIntermediate).await?;
    // lettre ends the content with a line break of its own.
    let body = raw.strip_suffix(b"\r\n").unwrap_or(raw);
    // It asks for the next piece when the one before is written, so the end of the pieces is the moment.
    let end = iter::from_fn(|| {
        dotted.store(true, Ordering::Relaxed);
        None
    });
    let answer = connection.message_iter(iter::once(body).chain(end)).await;
    let response = answer.map_err(|error| failed(stage(dotted), &error))?;
    expect(Severity::PositiveCompletion, SendStage::Dot, &response)?;
    Ok(response)
}

fn stage(dotted: &AtomicBool) -> SendStage {
    if dotted.load(Ordering::Relaxed) { SendStage::Dot } else { SendStage::Data }
}

async fn command(
    connection: &mut AsyncSmtpConnection,
    command: impl fmt::Display,
    stage: SendStage,
    wanted: Severity,
) -> Result<(), SendError> {
    let response = connection.command(command).await.map_err(|error| failed(stage, &error))?;
    expect(wanted, stage, &response)
}

/// lettre takes 2xx and 3xx alike; a 354 where a 250 belongs would pass for an accepted mail.
fn expect(wanted: Severity, stage: SendStage, response: &Response) -> Result<(), SendError> {
    if response.code().severity == wanted {
        return Ok(());
    }
    Err(SendError::refused(stage, response.code().into(), &response.message().collect::<Vec<_>>().join(" ")))
}

fn spoken(response: &Response) -> String {
    format!("{} {}", response.code(), response.message().collect::<Vec<_>>().join(" "))
}

fn failed(stage: SendStage, error: &lettre::transport::smtp::Error) -> SendError {
    let words = error.source().map_or_else(|| error.to_string(), ToString::to_string);
    match error.status() {
        Some(code) => SendError::refused(stage, code.into(), &words),
        // lettre's own objection: no common way to log in.
        None if error.is_client() && stage == SendStage::Connect => SendError::unusable(stage, words),
        None => SendError::lost(stage, format!("连接中断：{}", heard(&words))),
    }
}

/// Lets go of a connection after a failure: with a QUIT when the server still talks, for else it may count us
/// among those who hang up.
async fn part(mut connection: AsyncSmtpConnection, error: SendError, deadline: Instant) -> SendError {
    if error.code.is_some_and(|code| code != 421) {
        let _ = timeout_at(farewell(Some(deadline)), connection.abort()).await;
    }
    error
}

/// How long a QUIT may take.
fn farewell(deadline: Option<Instant>) -> Instant {
    let soon = Instant::now() + Duration::from_secs(1);
    deadline.map_or(soon, |deadline| deadline.min(soon))
}

async fn within<T>(
    deadline: Instant,
    stage: SendStage,
    step: impl Future<Output = Result<T, SendError>>,
) -> Result<T, SendError> {
    timeout_at(deadline, step).await.unwrap_or_else(|_| Err(SendError::lost(stage, "限时内没有应答")))
}

#[cfg(test)]
mod tests {
    use tokio::net::TcpListener;

    use super::*;

    /// No stopwatch: a busy machine would fail it, and the option is what makes the difference.
    #[tokio::test]
    async fn nagle_is_off() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let pool = SmtpPool::new(SmtpSettings::new("127.0.0.1", port, Security::Plain)).unwrap();
        assert!(pool.reach().await.unwrap().nodelay().unwrap());
    }
}
