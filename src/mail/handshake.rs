//! Whether mail would go out: everything up to the recipient is said to the real server, and taken back before any content.
//!
//! Step by step, with the server's own words, and with what to set where it refuses. It speaks by itself instead of by
//! lettre, which keeps the words of a server that is content to itself; streams, protection and names are those of the pool.

use std::pin::Pin;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout_at};

use super::foreign::{WORDS_MAX, line};
use super::refusal::is_of_session;
use super::settings::Security;
use super::smtp::SmtpPool;
use super::tls::{Tls, hear};
use super::transport::{Envelope, SendError, SendStage};

/// How long one step may take; a server that greets late on purpose has greeted by then.
const STEP_MAX: Duration = Duration::from_secs(30);

/// One step of a handshake.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HandshakeStep {
    /// What was done, in Chinese, with the command as it was said; never a password.
    pub done: String,
    /// What the other side answered.
    pub said: String,
    /// What to set or ask for; `None` when the step went well.
    pub advice: Option<String>,
}

/// The stream under a conversation.
trait Line: AsyncRead + AsyncWrite + Send + Unpin {}
impl<S: AsyncRead + AsyncWrite + Send + Unpin> Line for S {}

/// A conversation and what was said in it so far.
struct Talk<'p> {
    pool: &'p SmtpPool,
    line: Pin<Box<dyn Line>>,
    steps: Vec<HandshakeStep>,
    deadline: Instant,
}

/// Stops at the first step that fails; it has been written down.
struct Failed;

/// Goes through all steps and ends with the first that fails. No mail is sent.
pub(super) async fn shake_hands(pool: &SmtpPool, envelope: &Envelope) -> Vec<HandshakeStep> {
    let deadline = Instant::now() + pool.settings().send_timeout;
    let host = format!("{}:{}", pool.settings().host, pool.settings().port);
    let done = format!("连接{host}");
    let reached = timeout_at(deadline, pool.reach()).await;
    let tcp = match reached.unwrap_or_else(|_| Err(silent())) {
        Ok(tcp) => tcp,
        Err(error) => {
            let advice = "请核对mail.host和mail.port，并确认本机到邮件服务器的网络和防火墙已放行。";
            return vec![HandshakeStep { done, said: error.reply, advice: Some(advice.into()) }];
        }
    };
    let peer = tcp.peer_addr().map(|peer| peer.to_string()).unwrap_or(host);
    let mut steps = vec![HandshakeStep { done, said: format!("已连上{peer}"), advice: None }];
    let hello = match tcp.local_addr() {
        Ok(own) => pool.hello().from(own.ip()).to_string(),
        Err(error) => {
            let advice = Some("连接随即中断，请检查网络。".into());
            steps.push(HandshakeStep { done: "读取本机地址".into(), said: error.to_string(), advice });
            return steps;
        }
    };
    talk(pool, tcp, steps, (&hello, envelope, deadline)).await
}

async fn talk(
    pool: &SmtpPool,
    mut tcp: TcpStream,
    mut steps: Vec<HandshakeStep>,
    (hello, envelope, deadline): (&str, &Envelope, Instant),
) -> Vec<HandshakeStep> {
    if pool.settings().security == Security::StartTls {
        let mut plain = Talk { pool, line: Box::pin(tcp), steps, deadline };
        if plain.ask_for_tls(hello).await.is_err() {
            return plain.steps;
        }
        // The words in the clear are over; the stream below goes on.
        let Talk { line, steps, .. } = plain;
        return protected(pool, line, steps, (hello, envelope, deadline)).await;
    }
    if pool.settings().security == Security::Tls {
        return protected(pool, Box::pin(tcp), steps, (hello, envelope, deadline)).await;
    }
    let _ = tcp.flush().await;
    steps.push(HandshakeStep {
        done: "加密".into(),
        said: "未设置，明文传输（mail.security = \"plain\"）".into(),
        advice: None,
    });
    let mut talk = Talk { pool, line: Box::pin(tcp), steps, deadline };
    let _ = talk.converse(hello, envelope, true).await;
    talk.steps
}

/// The handshake of TLS, and the conversation over it.
async fn protected(
    pool: &SmtpPool,
    line: Pin<Box<dyn Line>>,
    mut steps: Vec<HandshakeStep>,
    (hello, envelope, deadline): (&str, &Envelope, Instant),
) -> Vec<HandshakeStep> {
    let done = "TLS握手".to_owned();
    let Some(tls): Option<&Tls> = pool.tls() else { return steps };
    let patience = deadline.min(Instant::now() + STEP_MAX);
    match timeout_at(patience, tls.handshake(line)).await.unwrap_or_else(|_| Err(silent())) {
        Ok(stream) => {
            steps.push(HandshakeStep { done, said: "已加密，证书可信".into(), advice: None });
            let mut talk = Talk { pool, line: Box::pin(stream), steps, deadline };
            let _ = talk.converse(hello, envelope, pool.settings().security == Security::Tls).await;
            talk.steps
        }
        Err(error) => {
            let advice = "请核对mail.security和mail.port（465一般用tls，587和25一般用starttls或plain）；证书由本单位机构签发的，\
                          在mail.ca_file中指定该机构的证书；mail.host须是证书上的名字。";
            steps.push(HandshakeStep { done, said: error.reply, advice: Some(advice.into()) });
            steps
        }
    }
}

impl Talk<'_> {
    /// The words before TLS.
    async fn ask_for_tls(&mut self, hello: &str) -> Result<(), Failed> {
        self.greeting().await?;
        let offers = self.hello(hello).await?;
        if !offers.iter().any(|offer| offer.eq_ignore_ascii_case("STARTTLS")) {
            let said = format!("服务器提供：{}", offers.join("，"));
            return self.failed("STARTTLS", said, "服务器不提供STARTTLS：请把mail.security改为tls（端口一般为465）或plain，或请邮件管理员开通。");
        }
        let advice =
            |_: u16, _: &str| "请邮件管理员检查服务器的TLS，或改用mail.security = \"tls\"。".to_owned();
        self.ask("STARTTLS", "STARTTLS", advice).await.map(drop)
    }

    /// From the greeting, unless it came before TLS, to the farewell.
    async fn converse(&mut self, hello: &str, envelope: &Envelope, greeted: bool) -> Result<(), Failed> {
        if greeted {
            self.greeting().await?;
        }
        let offers = self.hello(hello).await?;
        self.log_in(&offers).await?;
        let sender = format!("MAIL FROM:<{}>", envelope.sender);
        self.ask(&sender, &sender, of_sender).await?;
        let recipient = format!("RCPT TO:<{}>", envelope.recipient);
        self.ask(&recipient, &recipient, of_recipient).await?;
        // What was begun is taken back; a server that objects to that has accepted the recipient all the same.
        let kept = self.steps.len();
        for command in ["RSET", "QUIT"] {
            if self.ask(command, command, |_, _| String::new()).await.is_err() {
                break;
            }
        }
        self.steps.truncate(kept);
        let done = "RSET、QUIT".to_owned();
        self.steps
            .push(HandshakeStep { done, said: "已撤销，没有发出任何邮件".into(), advice: None });
        Ok(())
    }

    async fn greeting(&mut self) -> Result<(), Failed> {
        let advice = |code: u16, _: &str| match code {
            0 => {
                "服务器没有按SMTP问候：请核对mail.port和mail.security（465一般用tls，587和25一般用starttls或plain）。"
            }
            400..=499 => "服务器暂时不接待，请稍后再试；一直如此的，请邮件管理员放行本机地址。",
            _ => "服务器不接待本机，请邮件管理员放行本机地址。",
        };
        self.heard("服务器问候", |code, said| advice(code, said).to_owned()).await.map(drop)
    }

    async fn hello(&mut self, name: &str) -> Result<Vec<String>, Failed> {
        let command = format!("EHLO {name}");
        let advice = |_: u16, _: &str| {
            "服务器不认本机报的名字，请在mail.hello_name中写服务器认可的主机全名或本机IP地址。".to_owned()
        };
        let mut offers = self.ask(&command, &command, advice).await?;
        // The first line is the server's own name.
        offers.remove(0);
        Ok(offers)
    }

    /// As lettre does: PLAIN where it is offered, else LOGIN.
    async fn log_in(&mut self, offers: &[String]) -> Result<(), Failed> {
        let (Some(login), Some(password)) = (&self.pool.settings().login, &self.pool.settings().password)
        else {
            let said = "未设置mail.login，不登录".to_owned();
            self.steps.push(HandshakeStep { done: "登录".into(), said, advice: None });
            return Ok(());
        };
        let (login, password) = (login.clone(), password.clone());
        let offered = |mechanism: &str| {
            offers.iter().any(|offer| {
                let mut words = offer.split([' ', '=']).map(str::to_ascii_uppercase);
                words.next().as_deref() == Some("AUTH") && words.any(|word| word == mechanism)
            })
        };
        let advice = |code: u16, _: &str| {
            match code {
            400..=499 => "服务器暂时不能核对账号，请稍后再试。".to_owned(),
            _ => "请核对mail.login和mail.password（环境变量XUSHI_MAIL_PASSWORD）；有的服务器要用客户端授权码代替登录密码。".to_owned(),
        }
        };
        let done = format!("登录（{login}）");
        if offered("PLAIN") {
            let secret = BASE64.encode(format!("\0{login}\0{password}"));
            return self.ask(&done, &format!("AUTH PLAIN {secret}"), advice).await.map(drop);
        }
        if !offered("LOGIN") {
            let said = format!("服务器提供：{}", offers.join("，"));
            return self.failed(&done, said, "服务器在这条连接上不提供PLAIN或LOGIN登录：请核对mail.security（多数服务器加密后才让登录）；服务器不需登录的，把mail.login留空。");
        }
        for (command, last) in
            [("AUTH LOGIN".to_owned(), false), (BASE64.encode(login), false), (BASE64.encode(password), true)]
        {
            let kept = self.steps.len();
            self.ask(&done, &command, advice).await?;
            if !last {
                self.steps.truncate(kept);
            }
        }
        Ok(())
    }

    /// Says a command and hears the answer; `done` is what the step is called.
    async fn ask(
        &mut self,
        done: &str,
        command: &str,
        advice: impl FnOnce(u16, &str) -> String,
    ) -> Result<Vec<String>, Failed> {
        let written = timeout_at(self.patience(), async {
            self.line.write_all(format!("{command}\r\n").as_bytes()).await?;
            self.line.flush().await
        });
        if let Ok(Err(error)) = written.await {
            return self.failed(done, format!("连接中断：{error}"), &advice(0, ""));
        }
        self.heard(done, advice).await
    }

    /// Hears one answer, writes it down, and gives its lines without code.
    async fn heard(
        &mut self,
        done: &str,
        advice: impl FnOnce(u16, &str) -> String,
    ) -> Result<Vec<String>, Failed> {
        let patience = self.patience();
        let answer = timeout_at(patience, hear(&mut self.line)).await.unwrap_or_else(|_| Err(silent()));
        match answer {
            Ok((code @ 200..=399, lines)) => {
                let said = line(&format!("{code} {}", lines.join("，")), WORDS_MAX);
                self.steps.push(HandshakeStep { done: done.to_owned(), said, advice: None });
                Ok(lines)
            }
            Ok((code, lines)) => {
                let error = SendError::refused(SendStage::Connect, code, &lines.join(" "));
                let advice = advice(code, &error.reply);
                self.failed(done, error.reply, &advice)
            }
            Err(error) => {
                let advice = advice(0, "");
                self.failed(done, error.reply, &advice)
            }
        }
    }

    fn failed<T>(&mut self, done: &str, said: String, advice: &str) -> Result<T, Failed> {
        let advice = Some(advice.to_owned());
        self.steps.push(HandshakeStep { done: done.to_owned(), said, advice });
        Err(Failed)
    }

    fn patience(&self) -> Instant {
        self.deadline.min(Instant::now() + STEP_MAX)
    }
}

fn silent() -> SendError {
    SendError::lost(SendStage::Connect, "限时内没有应答")
}

/// What to do about a refused sender.
fn of_sender(code: u16, said: &str) -> String {
    match of_session(said) {
        Some(advice) => advice.to_owned(),
        None if code == 0 => "服务器没有答完，请稍后再试。".to_owned(),
        None => "服务器不收这个发件地址：请核对mail.from_address；有的服务器要求它与mail.login是同一账号。"
            .to_owned(),
    }
}

/// What to do about a refused recipient: many servers keep until then what they have against us.
fn of_recipient(code: u16, said: &str) -> String {
    let of_us = is_of_session(code, said);
    match of_session(said).filter(|_| of_us) {
        Some(advice) => advice.to_owned(),
        None if of_us => "服务器拒绝的是本系统而不是这个收件人：请按其原话核对mail.from_address、mail.login和mail.hello_name，或请邮件管理员放行本机地址。".to_owned(),
        None if code == 0 => "服务器没有答完，请稍后再试。".to_owned(),
        None if code < 500 => "服务器暂时不收这个收件人（常见于灰名单），请过一刻钟再试。".to_owned(),
        None => "服务器不收这个收件人：请核对地址；地址无误的，请对方邮件管理员查看其原话。".to_owned(),
    }
}

/// What a server's words against us ask for, where they say it.
fn of_session(said: &str) -> Option<&'static str> {
    let said = said.to_lowercase();
    let about = |words: &[&str]| words.iter().any(|word| said.contains(word));
    if about(&["helo", "ehlo", "hostname"]) {
        Some("服务器不认本机报的名字，请在mail.hello_name中写服务器认可的主机全名或本机IP地址。")
    } else if about(&["starttls"]) {
        Some("服务器要求先加密，请把mail.security改为starttls。")
    } else if about(&["authent", "身份验证", "需要认证", "未认证", "530 "]) {
        Some("服务器要求先登录，请设置mail.login和mail.password。")
    } else if about(&["relay"]) {
        Some("服务器不替本机转发：请设置mail.login和mail.password，或请邮件管理员允许本机地址转发。")
    } else {
        None
    }
}
