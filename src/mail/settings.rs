//! What an SMTP transport must be told, and what of it can never work.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr};
use std::path::PathBuf;
use std::time::Duration;

use lettre::transport::smtp::extension::ClientId;

use super::MailError;

/// How the line to the server is protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Security {
    /// Not at all.
    Plain,
    /// TLS after STARTTLS, usually port 587; a server that does not offer it is not spoken to.
    StartTls,
    /// TLS from the first byte, usually port 465.
    Tls,
}

/// Everything an SMTP transport needs to know. [`SmtpSettings::new`] has the defaults.
#[derive(Clone, PartialEq, Eq)]
pub struct SmtpSettings {
    /// Name or IP address of the server; with TLS the certificate must carry it.
    pub host: String,
    /// TCP port.
    pub port: u16,
    /// Protection of the line.
    pub security: Security,
    /// User name, if the server wants one.
    pub login: Option<String>,
    /// Its password; never shown by `Debug`.
    pub password: Option<String>,
    /// PEM file of the only authorities to trust; without it those of the operating system.
    pub ca_file: Option<PathBuf>,
    /// Most connections at a time.
    pub pool_max: usize,
    /// Bound on reaching one address of the server, on a TLS handshake, and on the check of an idle connection.
    pub connect_timeout: Duration,
    /// Bound on one mail as a whole, waiting for a free connection included.
    pub send_timeout: Duration,
    /// A connection idle for longer is checked (`NOOP`) before it is used.
    pub idle_check: Duration,
    /// A connection idle for longer is not used again.
    pub idle_max: Duration,
    /// Name given in `EHLO`; without it this machine's.
    pub hello_name: Option<String>,
    /// Whether the password may travel over a plain line.
    pub allow_plain_auth: bool,
}

impl SmtpSettings {
    /// Settings without login: 4 connections, 10 s to connect, 60 s for a mail, idle checks after 5 s, idle
    /// connections dropped after 60 s.
    pub fn new(host: impl Into<String>, port: u16, security: Security) -> Self {
        Self {
            host: host.into(),
            port,
            security,
            login: None,
            password: None,
            ca_file: None,
            pool_max: 4,
            connect_timeout: Duration::from_secs(10),
            send_timeout: Duration::from_secs(60),
            idle_check: Duration::from_secs(5),
            idle_max: Duration::from_secs(60),
            hello_name: None,
            allow_plain_auth: false,
        }
    }

    pub(super) fn check(&self) -> Result<(), MailError> {
        let wrong = |key, why: &str| Err(MailError::setting(key, why));
        if self.host.is_empty() || self.host.contains(|c: char| c.is_whitespace() || c.is_control()) {
            return wrong("host", "须为主机名或 IP 地址");
        }
        if self.port == 0 {
            return wrong("port", "不能为 0");
        }
        if self.pool_max == 0 || self.pool_max > 100 {
            return wrong("pool_max", "须在 1 到 100 之间");
        }
        if self.connect_timeout.is_zero() {
            return wrong("connect_timeout", "须大于 0");
        }
        if self.send_timeout.is_zero() {
            return wrong("send_timeout", "须大于 0");
        }
        match (&self.login, &self.password) {
            (Some(_), None) => wrong("password", "有用户名而没有密码"),
            (None, Some(_)) => wrong("login", "有密码而没有用户名"),
            (Some(login), Some(password)) if login.is_empty() || password.is_empty() => {
                wrong("login", "用户名和密码不能为空")
            }
            (Some(_), Some(_)) if self.security == Security::Plain && !self.allow_plain_auth => {
                wrong("allow_plain_auth", "明文连接不发送密码；请改用 starttls 或 tls，或明确允许")
            }
            _ => Ok(()),
        }
    }

    /// The name for `EHLO`, as a host name or an address literal (RFC 5321 §4.1.4).
    pub(super) fn client_id(&self) -> Result<ClientId, MailError> {
        let fits = |name: &str| {
            (1..=253).contains(&name.len())
                && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b))
        };
        let Some(name) = &self.hello_name else {
            return Ok(match ClientId::default() {
                ClientId::Domain(own) if !fits(&own) => ClientId::Ipv4(Ipv4Addr::LOCALHOST),
                own => own,
            });
        };
        match name.parse() {
            Ok(IpAddr::V4(ip)) => Ok(ClientId::Ipv4(ip)),
            Ok(IpAddr::V6(ip)) => Ok(ClientId::Ipv6(ip)),
            Err(_) if fits(name) => Ok(ClientId::Domain(name.clone())),
            Err(_) => Err(MailError::setting("hello_name", format!("“{}”不是主机名", name.escape_debug()))),
        }
    }
}

impl fmt::Debug for SmtpSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SmtpSettings")
            .field("host", &self.host)
            .field("port", &self.port)
            .field("security", &self.security)
            .field("login", &self.login)
            .field("password", &self.password.as_ref().map(|_| "***"))
            .field("ca_file", &self.ca_file)
            .field("pool_max", &self.pool_max)
            .field("connect_timeout", &self.connect_timeout)
            .field("send_timeout", &self.send_timeout)
            .field("idle_check", &self.idle_check)
            .field("idle_max", &self.idle_max)
            .field("hello_name", &self.hello_name)
            .field("allow_plain_auth", &self.allow_plain_auth)
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain() -> SmtpSettings {
        SmtpSettings::new("mail.example.org", 25, Security::Plain)
    }

    fn with_login(security: Security) -> SmtpSettings {
        let (login, password) = (Some("office".to_owned()), Some("open sesame".to_owned()));
        SmtpSettings { login, password, ..SmtpSettings::new("mail.example.org", 25, security) }
    }

    #[test]
    fn what_cannot_work_is_named() {
        let cases: [(SmtpSettings, Option<&str>); 13] = [
            (plain(), None),
            (with_login(Security::StartTls), None),
            (with_login(Security::Tls), None),
            (with_login(Security::Plain), Some("allow_plain_auth")),
            (SmtpSettings { allow_plain_auth: true, ..with_login(Security::Plain) }, None),
            (SmtpSettings { password: None, ..with_login(Security::Tls) }, Some("password")),
            (SmtpSettings { login: None, ..with_login(Security::Tls) }, Some("login")),
            (SmtpSettings { login: Some(String::new()), ..with_login(Security::Tls) }, Some("login")),
            (SmtpSettings { host: "a b".into(), ..plain() }, Some("host")),
            (SmtpSettings { port: 0, ..plain() }, Some("port")),
            (SmtpSettings { pool_max: 0, ..plain() }, Some("pool_max")),
            (SmtpSettings { send_timeout: Duration::ZERO, ..plain() }, Some("send_timeout")),
            (SmtpSettings { connect_timeout: Duration::ZERO, ..plain() }, Some("connect_timeout")),
        ];
        for (settings, wrong) in cases {
            let found = match settings.check() {
                Err(MailError::Setting { key, .. }) => Some(key),
                _ => None,
            };
            assert_eq!(found, wrong, "{settings:?}");
        }
    }

    #[test]
    fn the_password_is_not_shown() {
        let shown = format!("{:?}", with_login(Security::Tls));
        assert!(!shown.contains("sesame") && shown.contains("office"), "{shown}");
    }

    #[test]
    fn hello_is_a_host_or_an_address() {
        let named = |name: &str| SmtpSettings { hello_name: Some(name.into()), ..plain() }.client_id();
        assert_eq!(named("xushi.example.org").unwrap().to_string(), "xushi.example.org");
        assert_eq!(named("10.0.0.7").unwrap().to_string(), "[10.0.0.7]");
        assert_eq!(named("fd00::7").unwrap().to_string(), "[IPv6:fd00::7]");
        for bad in ["", "a b", "a\r\nMAIL FROM:<x@example.org>", "序时"] {
            assert!(named(bad).is_err(), "{bad:?}");
        }
        assert!(plain().client_id().is_ok());
    }
}
