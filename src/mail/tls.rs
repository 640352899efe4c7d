//! The stream under an SMTP connection: plain or TLS, and the few words before STARTTLS.
//!
//! lettre could upgrade a connection itself, but it keeps what it read ahead of the handshake and would take it
//! for answers given under TLS afterwards (the response injection of CVE-2011-0411). So the plain part is spoken
//! here, nothing may follow the server's go-ahead, and lettre only ever sees the finished stream. One set of
//! roots and one way to tell a bad certificate from a dead line serve both kinds of TLS.

use std::path::Path;
use std::sync::Arc;

use lettre::transport::smtp::extension::ClientId;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{self, ClientConfig, RootCertStore, crypto};

use super::MailError;
use super::foreign;
use super::transport::{SendError, SendStage};

/// How to make a stream safe: whom to trust and which name the certificate must carry.
pub(super) struct Tls {
    connector: TlsConnector,
    name: ServerName<'static>,
}

impl Tls {
    /// With `ca_file` (PEM) only its certificates are trusted, else those of the operating system.
    pub(super) fn new(host: &str, ca_file: Option<&Path>) -> Result<Self, MailError> {
        let name = ServerName::try_from(host.to_owned())
            .map_err(|_| MailError::setting("host", format!("“{host}”不是有效的主机名，无法核对证书")))?;
        let roots = match ca_file {
            Some(path) => own_roots(path)?,
            None => system_roots()?,
        };
        let config = ClientConfig::builder_with_provider(Arc::new(crypto::ring::default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(|error| MailError::setting("security", error.to_string()))?
            .with_root_certificates(roots)
            .with_no_client_auth();
        Ok(Self { connector: TlsConnector::from(Arc::new(config)), name })
    }

    pub(super) async fn handshake<S: AsyncRead + AsyncWrite + Unpin>(
        &self,
        stream: S,
    ) -> Result<TlsStream<S>, SendError> {
        self.connector.connect(self.name.clone(), stream).await.map_err(|error| {
            let refused = error.get_ref().is_some_and(|cause| cause.is::<rustls::Error>());
            let reply = format!("TLS 握手失败：{error}");
            if refused {
                SendError::unusable(SendStage::Connect, reply)
            } else {
                SendError::lost(SendStage::Connect, reply)
            }
        })
    }
}

fn own_roots(path: &Path) -> Result<RootCertStore, MailError> {
    let bad = |why: &str| MailError::setting("ca_file", format!("{}：{why}", path.display()));
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_file_iter(path).map_err(|error| bad(&error.to_string()))? {
        let certificate = certificate.map_err(|error| bad(&error.to_string()))?;
        roots.add(certificate).map_err(|error| bad(&error.to_string()))?;
    }
    if roots.is_empty() { Err(bad("没有证书")) } else { Ok(roots) }
}

fn system_roots() -> Result<RootCertStore, MailError> {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    if roots.is_empty() {
        return Err(MailError::setting("ca_file", "系统没有可信根证书，请指定 CA 证书文件"));
    }
    Ok(roots)
}

/// Greets the server in the clear and asks for TLS; afterwards the handshake may begin.
pub(super) async fn ask_for_tls(tcp: &mut TcpStream, hello: &ClientId) -> Result<(), SendError> {
    read_reply(tcp).await?;
    let offers = say(tcp, &format!("EHLO {hello}\r\n")).await?;
    if !offers.iter().any(|line| line.eq_ignore_ascii_case("STARTTLS")) {
        return Err(SendError::unusable(SendStage::Connect, "服务器不支持 STARTTLS"));
    }
    say(tcp, "STARTTLS\r\n").await.map(drop)
}

async fn say(tcp: &mut TcpStream, command: &str) -> Result<Vec<String>, SendError> {
    tcp.write_all(command.as_bytes())
        .await
        .map_err(|error| SendError::lost(SendStage::Connect, error.to_string()))?;
    read_reply(tcp).await
}

/// One reply that accepts, its lines without code.
async fn read_reply(tcp: &mut TcpStream) -> Result<Vec<String>, SendError> {
    match hear(tcp).await? {
        (200..=299, words) => Ok(words),
        (code, words) => Err(SendError::refused(SendStage::Connect, code, &words.join(" "))),
    }
}

/// One reply: its code, and its lines without it. Anything after its end is an intruder's: we ask one thing at a time.
pub(super) async fn hear<S: AsyncRead + Unpin>(stream: &mut S) -> Result<(u16, Vec<String>), SendError> {
    let lost = |why: &str| SendError::lost(SendStage::Connect, why);
    let mut seen = Vec::new();
    loop {
        let mut chunk = [0; 1024];
        match stream.read(&mut chunk).await {
            Ok(0) => return Err(lost("服务器关闭了连接")),
            Ok(length) => seen.extend_from_slice(&chunk[..length]),
            Err(error) => return Err(lost(&error.to_string())),
        }
        let text = foreign::decoded(&seen);
        let lines: Vec<&str> = text.split_inclusive('\n').collect();
        // Another protocol may look as if more were to come (`SSH-2.0-…`).
        let numbered = |line: &&str| line.get(..3).is_some_and(|code| code.parse::<u16>().is_ok());
        if lines.first().is_some_and(|line| line.ends_with('\n') && !numbered(line)) {
            return Err(lost("服务器的应答不是 SMTP"));
        }
        let Some(last) =
            lines.iter().position(|line| line.ends_with('\n') && line.as_bytes().get(3) != Some(&b'-'))
        else {
            if seen.len() > 16_384 {
                return Err(lost("服务器的应答过长"));
            }
            continue;
        };
        if last + 1 < lines.len() {
            return Err(SendError::unusable(SendStage::Connect, "服务器未等命令就多发了内容，连接不可信"));
        }
        let words: Vec<String> =
            lines.iter().filter_map(|line| line.get(4..)).map(|l| l.trim().to_owned()).collect();
        return match lines[last].get(..3).and_then(|code| code.parse::<u16>().ok()) {
            Some(code) => Ok((code, words)),
            None => Err(lost("服务器的应答不是 SMTP")),
        };
    }
}
