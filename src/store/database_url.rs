//! Where the database is: PostgreSQL by its URL or in libpq's `key=value` form, or a SQLite file. A password that stands in it
//! is never shown, not even in what is said of a mistake.

use std::path::PathBuf;
use std::str::FromStr as _;
use std::time::Duration;

use tokio_postgres::Config;
use tokio_postgres::config::{Host, SslMode, TargetSessionAttrs};

use super::sslmode::{TlsMode, client_config};

/// The place of a database, read and checked.
#[derive(Clone)]
pub enum DatabaseUrl {
    /// A server, or several of which one takes writes.
    Postgresql(Box<PgServer>),
    /// A file's path, as SQLite takes it.
    Sqlite(String),
}

/// A PostgreSQL server and how to speak to it.
#[derive(Clone)]
pub struct PgServer {
    pub(super) config: Config,
    mode: TlsMode,
    roots: Option<PathBuf>,
}

/// What is said to whoever writes something else.
const FORMS: &str =
    "write postgres://user:password@host/name, or host=… user=… password=… dbname=…, or the path of a file";

/// Parameters of a PostgreSQL address that are understood here; `sslmode` and `sslrootcert` are read by this service.
const KNOWN: [&str; 20] = [
    "user",
    "password",
    "dbname",
    "options",
    "application_name",
    "host",
    "hostaddr",
    "port",
    "connect_timeout",
    "tcp_user_timeout",
    "keepalives",
    "keepalives_idle",
    "keepalives_interval",
    "keepalives_retries",
    "target_session_attrs",
    "channel_binding",
    "load_balance_hosts",
    "sslnegotiation",
    "sslmode",
    "sslrootcert",
];

/// A host that does not answer is given up after this, so that the next one is tried while the caller still waits.
const CONNECT: Duration = Duration::from_secs(3);
/// What was sent and not acknowledged for so long is lost, and so is a connection that is silent for so long.
const SILENCE: Duration = Duration::from_secs(10);

impl DatabaseUrl {
    /// Reads an address.
    ///
    /// # Errors
    /// What is wrong and what to write instead, without any part of the address that may be secret.
    pub fn parse(text: &str) -> Result<Self, String> {
        let text = text.trim();
        if let Some((scheme, rest)) = text.split_once("://") {
            return match scheme {
                "postgres" | "postgresql" => PgServer::of_url(rest).map(Box::new).map(Self::Postgresql),
                "sqlite" if !rest.is_empty() => Ok(Self::Sqlite(rest.to_owned())),
                _ => Err(format!("this scheme is not supported: {FORMS}")),
            };
        }
        if text.is_empty() {
            return Err(format!("must not be empty: {FORMS}"));
        }
        if is_conninfo(text) {
            return PgServer::of_pairs(pairs(text)?).map(Box::new).map(Self::Postgresql);
        }
        if speaks_of_a_server(text) {
            return Err(format!("is a form of address that is not understood here: {FORMS}"));
        }
        Ok(Self::Sqlite(text.to_owned()))
    }

    /// The address for people: without its password.
    pub fn shown(&self) -> String {
        match self {
            Self::Postgresql(server) => server.shown(),
            Self::Sqlite(path) => path.clone(),
        }
    }

    /// Whether it is a PostgreSQL server.
    pub fn is_postgresql(&self) -> bool {
        matches!(self, Self::Postgresql(_))
    }
}

impl std::fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.shown())
    }
}

/// Whether a text begins as libpq's form does: a word that it knows, and `=`. A file may have a `=` in its name.
fn is_conninfo(text: &str) -> bool {
    const ONLY_LIBPQ: [&str; 4] = ["service", "passfile", "sslcert", "sslkey"];
    let Some((key, _)) = text.split_once('=') else { return false };
    KNOWN.contains(&key.trim()) || ONLY_LIBPQ.contains(&key.trim())
}

/// Whether a text is an address of a server in some other form (`Host=…;Password=…`, `PGPASSWORD=… host=…`): a word before a `=`
/// anywhere in it that means a password, or two that mean a part of an address. No file is called so.
fn speaks_of_a_server(text: &str) -> bool {
    const PARTS: [&str; 12] = [
        "host",
        "server",
        "data source",
        "hostname",
        "port",
        "dbname",
        "database",
        "user",
        "username",
        "user id",
        "uid",
        "service",
    ];
    let lower = text.to_lowercase();
    let keys = lower.split([';', ' ', '\t', '&', '?', ',']).filter_map(|pair| pair.split_once('='));
    let mut parts = 0;
    for (key, _) in keys {
        let key = key.trim().trim_start_matches("pg");
        if key.contains("pass") || key == "pwd" {
            return true;
        }
        parts += usize::from(PARTS.contains(&key));
    }
    parts > 1
}

/// The pairs of libpq's form: values may stand in single quotes, and a backslash takes the next character as it is.
fn pairs(text: &str) -> Result<Vec<(String, String)>, String> {
    let bad = || format!("is no valid key=value form: {FORMS}");
    let mut found = Vec::new();
    let mut rest = text.trim_start();
    while !rest.is_empty() {
        let (key, after) = rest.split_once('=').ok_or_else(bad)?;
        let key = key.trim();
        if key.is_empty() || key.contains(char::is_whitespace) {
            return Err(bad());
        }
        let after = after.trim_start();
        let (quoted, body) = after.strip_prefix('\'').map_or((false, after), |body| (true, body));
        let (mut value, mut end, mut escaped) = (String::new(), None, false);
        for (at, character) in body.char_indices() {
            if escaped {
                value.push(character);
                escaped = false;
            } else if character == '\\' {
                escaped = true;
            } else if if quoted { character == '\'' } else { character.is_whitespace() } {
                end = Some(at + character.len_utf8());
                break;
            } else {
                value.push(character);
            }
        }
        if quoted && end.is_none() {
            return Err(bad());
        }
        found.push((key.to_owned(), value));
        rest = body.get(end.unwrap_or(body.len())..).unwrap_or_default().trim_start();
    }
    Ok(found)
}

/// `%41` is `A`.
fn decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let digit = |byte: Option<u8>| char::from(byte?).to_digit(16);
            let (high, low) = (digit(rest.next())?, digit(rest.next())?);
            bytes.push(u8::try_from(high * 16 + low).ok()?);
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8(bytes).ok()
}

impl PgServer {
    /// Of what stands behind `postgres://`.
    fn of_url(rest: &str) -> Result<Self, String> {
        let (place, query) = rest.split_once('?').unwrap_or((rest, ""));
        let mut asked = Asked::default();
        let mut kept = Vec::new();
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
            let value = decoded(value).ok_or_else(|| format!("`{key}` is not written in %XX form"))?;
            if !asked.take(key, value)? {
                kept.push(pair);
            }
        }
        let mark = if kept.is_empty() { "" } else { "?" };
        Self::of(&format!("postgres://{place}{mark}{}", kept.join("&")), asked)
    }

    fn of_pairs(pairs: Vec<(String, String)>) -> Result<Self, String> {
        let mut asked = Asked::default();
        let mut kept = String::new();
        for (key, value) in pairs {
            if !asked.take(&key, value.clone())? {
                let value = value.replace('\\', "\\\\").replace('\'', "\\'");
                kept.push_str(&format!("{key}='{value}' "));
            }
        }
        Self::of(&kept, asked)
    }

    fn of(text: &str, asked: Asked) -> Result<Self, String> {
        use std::error::Error as _;
        let mut config = Config::from_str(text).map_err(|error| {
            // Of the cause only the name of the parameter: the rest may quote what is secret.
            let cause = error.source().map(ToString::to_string).unwrap_or_default();
            let named = KNOWN.iter().find(|key| cause.contains(&format!("`{key}`")));
            match named {
                Some(key) => format!("the value of `{key}` is not valid"),
                None => format!(
                    "cannot be read (special characters of user and password are written %XX): {FORMS}"
                ),
            }
        })?;
        if config.get_hosts().is_empty() && config.get_hostaddrs().is_empty() {
            return Err(format!("names no host: {FORMS}"));
        }
        let mode =
            asked.mode.unwrap_or(if asked.roots.is_some() { TlsMode::VerifyFull } else { TlsMode::Prefer });
        config.ssl_mode(match mode {
            TlsMode::Disable => SslMode::Disable,
            TlsMode::Prefer => SslMode::Prefer,
            TlsMode::Require | TlsMode::VerifyCa | TlsMode::VerifyFull => SslMode::Require,
        });
        if config.get_connect_timeout().is_none() {
            config.connect_timeout(CONNECT);
        }
        if config.get_tcp_user_timeout().is_none() {
            config.tcp_user_timeout(SILENCE);
        }
        if config.get_keepalives_interval().is_none() {
            config.keepalives_idle(SILENCE).keepalives_interval(SILENCE / 5).keepalives_retries(3);
        }
        // As in libpq: who gives an authority wants it to be asked.
        let mode = if mode == TlsMode::Require && asked.roots.is_some() { TlsMode::VerifyCa } else { mode };
        Ok(Self { config, mode, roots: asked.roots })
    }

    /// What connections are made safe with.
    ///
    /// # Errors
    /// A file of authorities that cannot be read, or a system without any.
    pub(super) fn tls(&self) -> Result<tokio_postgres_rustls::MakeRustlsConnect, String> {
        client_config(self.mode, self.roots.as_deref()).map(tokio_postgres_rustls::MakeRustlsConnect::new)
    }

    /// The same for PostgreSQL's own programs, as variables of their environment: a command line is seen by everybody.
    pub fn environment(&self) -> Vec<(&'static str, String)> {
        let config = &self.config;
        let hosts = config.get_hosts().iter().map(|host| match host {
            Host::Tcp(name) => name.clone(),
            #[cfg(unix)]
            Host::Unix(path) => path.display().to_string(),
        });
        let joined = |values: Vec<String>| (!values.is_empty()).then(|| values.join(","));
        let writes = config.get_target_session_attrs() == TargetSessionAttrs::ReadWrite;
        let secret = config.get_password().map(|secret| String::from_utf8_lossy(secret).into_owned());
        let variables = [
            ("PGHOST", joined(hosts.collect())),
            ("PGHOSTADDR", joined(config.get_hostaddrs().iter().map(ToString::to_string).collect())),
            ("PGPORT", joined(config.get_ports().iter().map(ToString::to_string).collect())),
            ("PGUSER", config.get_user().map(str::to_owned)),
            ("PGPASSWORD", secret),
            ("PGDATABASE", config.get_dbname().map(str::to_owned)),
            ("PGSSLMODE", Some(self.mode.word().to_owned())),
            ("PGSSLROOTCERT", self.roots.as_ref().map(|file| file.display().to_string())),
            ("PGTARGETSESSIONATTRS", writes.then(|| "read-write".to_owned())),
        ];
        variables.into_iter().filter_map(|(name, value)| Some((name, value?))).collect()
    }

    fn shown(&self) -> String {
        let config = &self.config;
        let ports = config.get_ports();
        let port = |at: usize| {
            let other = ports.get(at).or(ports.first()).filter(|port| **port != 5432);
            other.map(|port| format!(":{port}")).unwrap_or_default()
        };
        let named = config.get_hosts().iter().map(|host| match host {
            Host::Tcp(name) => name.clone(),
            #[cfg(unix)]
            Host::Unix(path) => path.display().to_string(),
        });
        let mut hosts: Vec<String> = named.collect();
        if hosts.is_empty() {
            hosts = config.get_hostaddrs().iter().map(ToString::to_string).collect();
        }
        let hosts: Vec<String> =
            hosts.iter().enumerate().map(|(at, host)| format!("{host}{}", port(at))).collect();
        let user = config.get_user().unwrap_or_default();
        let secret = if config.get_password().is_some() { ":***" } else { "" };
        let at = if user.is_empty() && secret.is_empty() { "" } else { "@" };
        let name = config.get_dbname().unwrap_or_default();
        let writes = match config.get_target_session_attrs() {
            TargetSessionAttrs::ReadWrite => "&target_session_attrs=read-write",
            _ => "",
        };
        format!(
            "postgres://{user}{secret}{at}{}/{name}?sslmode={}{writes}",
            hosts.join(","),
            self.mode.word()
        )
    }
}

/// What of an address this service reads itself.
#[derive(Default)]
struct Asked {
    mode: Option<TlsMode>,
    roots: Option<PathBuf>,
}

impl Asked {
    /// Whether this parameter was for us.
    fn take(&mut self, key: &str, value: String) -> Result<bool, String> {
        match key {
            "sslmode" => {
                self.mode = Some(TlsMode::of(&value).ok_or_else(|| {
                    "sslmode must be disable, prefer, require, verify-ca or verify-full".to_owned()
                })?);
            }
            // libpq's word for the authorities of the system.
            "sslrootcert" if value == "system" => self.mode = self.mode.or(Some(TlsMode::VerifyFull)),
            "sslrootcert" => self.roots = Some(value.into()),
            // There is no GSS here to be turned off.
            "gssencmode" if value != "require" => {}
            _ if KNOWN.contains(&key) => return Ok(false),
            _ => {
                return Err(format!(
                    "`{}` is not supported; parameters are {}",
                    shortened(key),
                    KNOWN.join(", ")
                ));
            }
        }
        Ok(true)
    }
}

/// A name of a parameter; what is long or odd may be a part of a password.
fn shortened(key: &str) -> &str {
    let plain = key.len() <= 30 && key.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
    if plain { key } else { "…" }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> String {
        DatabaseUrl::parse(text).map_or_else(|why| format!("refused: {why}"), |url| url.shown())
    }

    #[test]
    fn every_form_is_read_and_none_shows_its_password() {
        for (text, expected) in [
            ("xushi.db", "xushi.db"),
            ("sqlite:///var/lib/xushi/a=b.db", "/var/lib/xushi/a=b.db"),
            ("name=of=a.db", "name=of=a.db"),
            ("postgres://u:s3cret@h:5/x", "postgres://u:***@h:5/x?sslmode=prefer"),
            ("postgresql://u@h/x?sslmode=disable", "postgres://u@h/x?sslmode=disable"),
            ("postgres://u:s3%40cr@h/x?password=s3cret", "postgres://u:***@h/x?sslmode=prefer"),
            (
                "postgres://u:s3cret@a:5,b:6/x?target_session_attrs=read-write&sslmode=verify-full",
                "postgres://u:***@a:5,b:6/x?sslmode=verify-full&target_session_attrs=read-write",
            ),
            ("host=h user=u password=s3cret dbname=x", "postgres://u:***@h/x?sslmode=prefer"),
            (
                r"password='s3 c\'ret' host = h user=u dbname=x sslmode=require",
                "postgres://u:***@h/x?sslmode=require",
            ),
            ("host=h dbname=x sslmode=require sslrootcert=/etc/ca.pem", "postgres://h/x?sslmode=verify-ca"),
            ("postgres://h/x?sslrootcert=system", "postgres://h/x?sslmode=verify-full"),
        ] {
            assert_eq!(shown(text), expected, "{text}");
        }
    }

    #[test]
    fn programs_of_the_server_are_told_by_their_environment() {
        for (text, expected) in [
            (
                "postgres://u:p%40s@a:5,b:6/x?target_session_attrs=read-write&sslmode=verify-ca&sslrootcert=/ca.pem",
                "PGHOST=a,b PGPORT=5,6 PGUSER=u PGPASSWORD=p@s PGDATABASE=x PGSSLMODE=verify-ca PGSSLROOTCERT=/ca.pem \
                 PGTARGETSESSIONATTRS=read-write",
            ),
            ("host=h user=u dbname=x", "PGHOST=h PGUSER=u PGDATABASE=x PGSSLMODE=prefer"),
        ] {
            let Ok(DatabaseUrl::Postgresql(server)) = DatabaseUrl::parse(text) else { panic!("{text}") };
            let said: Vec<_> =
                server.environment().iter().map(|(name, value)| format!("{name}={value}")).collect();
            assert_eq!(said.join(" "), expected, "{text}");
        }
    }

    #[test]
    fn what_is_wrong_is_said_without_the_secret() {
        for (text, said) in [
            ("", "must not be empty"),
            ("Host=db;Username=xushi;Password=secret;Database=xushi", "not understood"),
            ("server=db password=secret", "not understood"),
            ("PGPASSWORD=secret host=db", "not understood"),
            ("passwd=secret", "not understood"),
            ("Server=db;Database=xushi;Uid=xushi", "not understood"),
            ("mysql://u:s3cret@h/x", "this scheme is not supported"),
            ("postgres://u:s3cret@h/x?sslmode=verify", "sslmode must be"),
            ("postgres://u:s3cret@h/x?sslcert=a", "`sslcert` is not supported"),
            ("postgres://u:s3cret@h:port/x", "the value of `port` is not valid"),
            ("postgres://u:s3cret@h/x?connect_timeout=s3cret", "`connect_timeout` is not valid"),
            ("user=u password=s3cret", "names no host"),
            ("host=h password='s3cret", "no valid key=value form"),
            ("host=h s3cret", "no valid key=value form"),
            ("service=s3cret", "`service` is not supported"),
            ("postgres://u:p@h/x?s3cret=1", "… is not supported"),
        ] {
            let why = DatabaseUrl::parse(text).unwrap_err();
            assert!(why.contains(said.trim_start_matches("… ")), "{text}: {why}");
            assert!(!why.contains("s3cret"), "{text}: {why}");
        }
    }
}
