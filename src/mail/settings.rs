//! What an SMTP transport must be told, and what of it can never work.

use std::fmt;
use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;

use lettre::transport::smtp::extension::ClientId;

use super::MailError;
use xushi_domain::address::is_qualified;

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
    /// Name or address given in `EHLO`; without it this machine's name when it is one in full, else the address a
    /// connection comes from.
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

    /// How we introduce ourselves (RFC 5321 §4.1.4): by the name given, by this machine's own when it is one in full, else
    /// by the address we come from, which every server takes.
    pub(super) fn hello(&self) -> Result<Hello, MailError> {
        let fits = |name: &str| {
            (1..=253).contains(&name.len())
                && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b))
        };
        let Some(name) = &self.hello_name else {
            return Ok(match ClientId::default() {
                ClientId::Domain(own) if is_public_host(&own) => Hello::Named(ClientId::Domain(own)),
                _ => Hello::ByAddress,
            });
        };
        match name.parse() {
            Ok(ip) => Ok(Hello::Named(literal(ip))),
            Err(_) if fits(name) => Ok(Hello::Named(ClientId::Domain(name.clone()))),
            Err(_) => Err(MailError::setting("hello_name", format!("“{}”不是主机名", name.escape_debug()))),
        }
    }
}

/// What stands behind `EHLO`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Hello {
    /// This.
    Named(ClientId),
    /// The address a connection comes from.
    ByAddress,
}

impl Hello {
    /// What is said on a connection from `own`.
    pub(super) fn from(&self, own: IpAddr) -> ClientId {
        match self {
            Self::Named(id) => id.clone(),
            Self::ByAddress => literal(own),
        }
    }
}

fn literal(ip: IpAddr) -> ClientId {
    match ip.to_canonical() {
        IpAddr::V4(ip) => ClientId::Ipv4(ip),
        IpAddr::V6(ip) => ClientId::Ipv6(ip),
    }
}

/// Whether a host's name is one in full that says where it is: `localhost.localdomain` is none.
pub fn is_public_host(name: &str) -> bool {
    let last = name.rsplit('.').next().unwrap_or_default();
    is_qualified(name) && !["localdomain", "localhost"].iter().any(|own| last.eq_ignore_ascii_case(own))
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
        let own: IpAddr = "192.168.3.4".parse().unwrap();
        let named = |name: &str| SmtpSettings { hello_name: Some(name.into()), ..plain() }.hello();
        let said = |name: &str| named(name).unwrap().from(own).to_string();
        assert_eq!(said("xushi.example.org"), "xushi.example.org");
        assert_eq!(said("10.0.0.7"), "[10.0.0.7]");
        assert_eq!(said("fd00::7"), "[IPv6:fd00::7]");
        for bad in ["", "a b", "a\r\nMAIL FROM:<x@example.org>", "序时"] {
            assert!(named(bad).is_err(), "{bad:?}");
        }
        // Never a bare word, whatever this machine is called.
        let usual = plain().hello().unwrap().from(own).to_string();
        assert!(usual == "[192.168.3.4]" || is_public_host(&usual), "{usual}");
        assert_eq!(Hello::ByAddress.from("::ffff:10.0.0.7".parse().unwrap()).to_string(), "[10.0.0.7]");
    }

    #[test]
    fn public_hosts_have_a_place() {
        for (name, good) in [
            ("mail.example.gov.cn", true),
            ("vm", false),
            ("localhost", false),
            ("localhost.localdomain", false),
            ("vm.LocalDomain", false),
            ("10.0.0.7", false),
        ] {
            assert_eq!(is_public_host(name), good, "{name}");
        }
    }
}
