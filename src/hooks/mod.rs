//! A request to another system, and how it answered: one POST over a connection of its own, to an address that was checked, bound in
//! time from outside. Redirects are not followed, and nothing of the answer is read but its head.

mod hook_line;

use std::net::{IpAddr, SocketAddr};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, RootCertStore, crypto};

use crate::domain::webhook::{AllowList, HookTarget};

/// Sends requests.
#[derive(Clone)]
pub struct HookClient {
    connector: TlsConnector,
    allowed: Arc<AllowList>,
    patience: Duration,
}

/// What is sent.
pub struct HookRequest<'a> {
    /// Where to.
    pub target: &'a HookTarget,
    /// Names and values of the head.
    pub headers: &'a [(&'static str, String)],
    /// The body.
    pub body: &'a str,
}

/// The head of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HookAnswer {
    /// HTTP status.
    pub status: u16,
    /// Seconds of `Retry-After`.
    pub retry_after: Option<u64>,
}

impl HookClient {
    /// For targets of the list; with `ca_file` (PEM) only its certificates are trusted, else those of the operating system. One request
    /// takes no longer than `patience`.
    ///
    /// # Errors
    /// A file that cannot be read or holds no certificate.
    pub fn new(allowed: Arc<AllowList>, ca_file: Option<&Path>, patience: Duration) -> Result<Self, String> {
        let mut roots = RootCertStore::empty();
        match ca_file {
            Some(path) => {
                let wrong = |error: &dyn std::fmt::Display| format!("{}: {error}", path.display());
                for certificate in CertificateDer::pem_file_iter(path).map_err(|error| wrong(&error))? {
                    roots.add(certificate.map_err(|error| wrong(&error))?).map_err(|error| wrong(&error))?;
                }
                if roots.is_empty() {
                    return Err(wrong(&"holds no certificate"));
                }
            }
            None => {
                roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
            }
        }
        let config = ClientConfig::builder_with_provider(Arc::new(crypto::ring::default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(|error| error.to_string())?
            .with_root_certificates(roots)
            .with_no_client_auth();
        Ok(Self { connector: TlsConnector::from(Arc::new(config)), allowed, patience })
    }

    /// Sends a request.
    ///
    /// # Errors
    /// In Chinese, why there is no answer: whether the other side has the request is then not known.
    pub async fn post(&self, request: &HookRequest<'_>) -> Result<HookAnswer, String> {
        match timeout(self.patience, self.exchange(request)).await {
            Ok(answered) => answered,
            Err(_) => Err(format!("{}秒内没有答复", self.patience.as_secs())),
        }
    }

    async fn exchange(&self, request: &HookRequest<'_>) -> Result<HookAnswer, String> {
        let target = request.target;
        let stream = self.connect(target).await?;
        // The few bytes go out at once; where that is not to be had they go out all the same.
        let _ = stream.set_nodelay(true);
        if !target.secure {
            return hook_line::exchange(stream, request).await;
        }
        let name = ServerName::try_from(target.host.clone()).map_err(|_| "主机名无法核对证书".to_owned())?;
        let stream = self.connector.connect(name, stream).await;
        hook_line::exchange(stream.map_err(|error| format!("TLS握手失败：{error}"))?, request).await
    }

    /// Connects to an address of the host that is allowed: the one that was checked, whatever the name leads to next.
    async fn connect(&self, target: &HookTarget) -> Result<TcpStream, String> {
        let found: Vec<SocketAddr> = match target.host.parse::<IpAddr>() {
            Ok(address) => vec![SocketAddr::new(address, target.port)],
            Err(_) => {
                let found = tokio::net::lookup_host((&*target.host, target.port)).await;
                found.map_err(|error| format!("找不到主机{}：{error}", target.host))?.collect()
            }
        };
        let allowed: Vec<SocketAddr> =
            found.iter().copied().filter(|found| self.allowed.admits(&target.host, found.ip())).collect();
        if allowed.is_empty() {
            let all = found.iter().map(|found| found.ip().to_string()).collect::<Vec<_>>().join("、");
            return Err(format!("{}的地址{all}不在webhooks.allow中，未连接", target.host));
        }
        let connected = TcpStream::connect(&*allowed).await;
        connected.map_err(|error| format!("连接不上{}:{}：{error}", target.host, target.port))
    }
}
