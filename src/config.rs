//! Configuration: built-in defaults, then a file, then the environment. The only reader of files and environment.
//!
//! Everything is checked here, at start, and an error names the key; nothing is left to fail when the first letter
//! is sent.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use toml::{Table, Value};

use crate::domain::notice::{NoticeSettings, read_off};
use crate::domain::webhook::AllowList;
use crate::domain::{CalendarYear, TextEnum as _, WorkCalendar, checked_email};
use crate::jobs::job_table::{Job, JobCron, Rhythm};
use crate::letter::Templates;
use crate::mail::settings::{Security, SmtpSettings, is_public_host};
use crate::store::rows::Pace;

mod calendars;
mod database_section;

pub use database_section::{DatabaseConfig, PoolerChoice, shown_url};

/// The built-in configuration, with a comment on every key but the cron expressions, which stand in the table of jobs.
const DEFAULT: &str = include_str!("config/default.toml");

/// Why the service did not start.
#[derive(Debug, thiserror::Error)]
#[error("configuration: {key}: {detail}")]
pub struct ConfigError {
    /// The key (`mail.host`) or environment variable.
    pub key: String,
    /// What is wrong and what to do.
    pub detail: String,
}

impl ConfigError {
    fn new(key: impl Into<String>, detail: impl Into<String>) -> Self {
        Self { key: key.into(), detail: detail.into() }
    }
}

/// The whole configuration, checked.
#[derive(Debug, Clone, Deserialize)]
pub struct Config {
    /// HTTP.
    pub server: ServerConfig,
    /// Where rows are kept.
    pub database: DatabaseConfig,
    /// Keys.
    pub access: AccessConfig,
    /// What letters are made with.
    pub letters: LettersConfig,
    /// Who is told what.
    pub notices: NoticesConfig,
    /// Links by which letters are answered.
    pub links: LinksConfig,
    /// How much of what comes in is kept.
    pub documents: DocumentsConfig,
    /// What is kept of the audit outside of the database.
    pub audit: AuditConfig,
    /// Who is told of changes.
    pub webhooks: WebhooksConfig,
    /// How they are sent.
    pub mail: MailConfig,
    /// When jobs run.
    pub schedule: ScheduleConfig,
    /// Logs.
    pub log: LogConfig,
}

/// HTTP.
#[derive(Debug, Clone, Deserialize)]
pub struct ServerConfig {
    /// Address and port.
    pub listen: SocketAddr,
    /// Threads; 0 for one a core.
    pub workers: usize,
    /// Patience at shutdown, seconds.
    pub shutdown_seconds: u64,
    /// Origins whose pages may call the API, separated by commas.
    pub cors_origins: String,
}

/// Keys.
#[derive(Clone, Deserialize)]
pub struct AccessConfig {
    /// Key of the first administrator; empty to have one made.
    pub bootstrap_key: String,
    /// Calls of one key in a minute; 0 for no bound.
    pub calls_per_minute: u32,
}

impl std::fmt::Debug for AccessConfig {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let key = if self.bootstrap_key.is_empty() { "none" } else { "***" };
        write!(f, "AccessConfig({key}, calls_per_minute: {})", self.calls_per_minute)
    }
}

/// What letters are made with.
#[derive(Debug, Clone, Deserialize)]
pub struct LettersConfig {
    /// Address of this service in links.
    pub base_url: String,
    /// Domain of Message-IDs.
    pub message_id_domain: String,
    /// Folder of replaced templates.
    pub templates: PathBuf,
    /// Folder of further calendars.
    pub calendars: PathBuf,
    /// Working days before the deadline on which a letter is reminded of.
    pub remind_working_days: u32,
    /// Working days for the next reply when one is returned.
    pub returned_working_days: u32,
}

/// Who is told what.
#[derive(Debug, Clone, Deserialize)]
pub struct NoticesConfig {
    /// Kinds that are not sent, separated by commas.
    pub off: String,
}

/// Documents that come in.
#[derive(Debug, Clone, Deserialize)]
pub struct DocumentsConfig {
    /// Megabytes they may take, all together.
    pub quota_mb: u64,
    /// Days after which the file of one is let go; 0 keeps files.
    pub keep_days: u32,
}

/// The audit.
#[derive(Debug, Clone, Deserialize)]
pub struct AuditConfig {
    /// File to which the head of its chain is added once a day; empty for none.
    pub head_file: PathBuf,
}

/// Other systems that are told of changes.
#[derive(Clone, Deserialize)]
pub struct WebhooksConfig {
    /// Seals their secrets in the database; empty for no webhooks.
    pub key: String,
    /// Hosts and nets in which they may stand, separated by commas.
    pub allow: String,
    /// Own certificate authority.
    pub ca_file: PathBuf,
}

impl std::fmt::Debug for WebhooksConfig {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("WebhooksConfig").field("allow", &self.allow).finish_non_exhaustive()
    }
}

/// Links by which letters are answered.
#[derive(Clone, Deserialize)]
pub struct LinksConfig {
    /// Signs them; empty to have one made and kept in the database.
    pub secret: String,
    /// How long one holds after the day of issue.
    pub days: u32,
}

impl std::fmt::Debug for LinksConfig {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("LinksConfig").field("days", &self.days).finish_non_exhaustive()
    }
}

/// Where letters go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TransportChoice {
    /// A folder.
    File,
    /// A mail server.
    Smtp,
}

/// Which protection a mail server wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SecurityChoice {
    /// None.
    Plain,
    /// Upgraded before anything is said.
    Starttls,
    /// From the first byte.
    Tls,
}

/// How letters are sent.
#[derive(Clone, Deserialize)]
pub struct MailConfig {
    /// File or SMTP.
    pub transport: TransportChoice,
    /// Folder of the file transport.
    pub folder: PathBuf,
    /// Sender's mailbox.
    pub from_address: String,
    /// Sender's name.
    pub from_name: String,
    /// Mail server.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// Its protection.
    pub security: SecurityChoice,
    /// Login; empty for none.
    pub login: String,
    /// Password.
    pub password: String,
    /// Own certificate authority.
    pub ca_file: PathBuf,
    /// Name or address given in EHLO; empty for the sender's domain, or an address.
    pub hello_name: String,
    /// Whether the password may travel over a plain line.
    pub allow_plain_auth: bool,
    /// Connections at most.
    pub connections: usize,
    /// Bound on one letter, seconds.
    pub timeout_seconds: u64,
    /// Letters a minute to one domain; 0 for no limit.
    pub per_domain_per_minute: u32,
    /// Folder or Maildir of bounces; empty for none.
    pub bounce_folder: PathBuf,
    /// The one mailbox of a pilot; empty for none.
    pub redirect_to: String,
}

impl std::fmt::Debug for MailConfig {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("MailConfig")
            .field("transport", &self.transport)
            .field("folder", &self.folder)
            .field("from_address", &self.from_address)
            .field("host", &self.host)
            .field("port", &self.port)
            .field("security", &self.security)
            .field("login", &self.login)
            .field("password", &"***")
            .field("redirect_to", &self.redirect_to)
            .finish_non_exhaustive()
    }
}

/// When jobs run: a cron expression for each job of the table of jobs; an empty one turns its job off.
#[derive(Debug, Clone, Deserialize)]
#[serde(try_from = "BTreeMap<String, String>")]
pub struct ScheduleConfig(BTreeMap<Job, String>);

/// Logs.
#[derive(Debug, Clone, Deserialize)]
pub struct LogConfig {
    /// Filter directives.
    pub filter: String,
    /// Text or JSON.
    pub format: LogFormat,
}

/// Form of the logs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LogFormat {
    /// For people.
    Text,
    /// For collectors.
    Json,
}

impl Config {
    /// Reads `file` (or `xushi.toml` in the present folder, when there is one) and the process's environment.
    ///
    /// # Errors
    /// The first key that is unknown, of the wrong type, or makes no sense.
    pub fn load(file: Option<&Path>) -> Result<Self, ConfigError> {
        let usual = Path::new("xushi.toml");
        let path = file.or_else(|| usual.exists().then_some(usual));
        let text = match path {
            Some(path) => std::fs::read_to_string(path).map_err(|error| {
                ConfigError::new(path.display().to_string(), format!("cannot be read: {error}"))
            })?,
            None => String::new(),
        };
        Self::from_layers(&text, std::env::vars())
    }

    /// Built-in defaults, then `file` (TOML), then those of `environment` that concern Xushi.
    ///
    /// # Errors
    /// As [`Config::load`].
    pub fn from_layers(
        file: &str,
        environment: impl IntoIterator<Item = (String, String)>,
    ) -> Result<Self, ConfigError> {
        let mut table = defaults()?;
        let layer: Table = file
            .parse()
            .map_err(|error: toml::de::Error| ConfigError::new("file", error.message().to_owned()))?;
        overlay_file(&mut table, layer)?;
        overlay_environment(&mut table, environment)?;
        let config = read(table)?;
        config.check()?;
        Ok(config)
    }

    /// The origins in `server.cors_origins`, one by one.
    pub fn cors_origins(&self) -> Vec<String> {
        let listed = self.server.cors_origins.split(',').map(str::trim);
        listed.filter(|origin| !origin.is_empty()).map(str::to_owned).collect()
    }

    fn check(&self) -> Result<(), ConfigError> {
        self.database.check()?;
        if !self.cors_origins().iter().all(|origin| is_origin(origin)) {
            let detail = "must be origins such as https://board.example.gov.cn, separated by commas";
            return Err(ConfigError::new("server.cors_origins", detail));
        }
        let key = &self.access.bootstrap_key;
        if !key.is_empty() && (key.len() < 20 || !key.bytes().all(|byte| byte.is_ascii_graphic())) {
            return Err(ConfigError::new(
                "access.bootstrap_key",
                "must be at least 20 visible ASCII characters",
            ));
        }
        let base = &self.letters.base_url;
        let is_link = base.starts_with("https://") || base.starts_with("http://");
        if !(base.is_empty() || is_link) {
            return Err(ConfigError::new("letters.base_url", "must start with https:// or http://"));
        }
        if self.letters.remind_working_days > 20 {
            return Err(ConfigError::new("letters.remind_working_days", "must be 0 to 20"));
        }
        if !(1..=20).contains(&self.letters.returned_working_days) {
            return Err(ConfigError::new("letters.returned_working_days", "must be 1 to 20"));
        }
        read_off(&self.notices.off).map_err(|detail| ConfigError::new("notices.off", detail))?;
        if !self.links.secret.is_empty() && self.links.secret.len() < 32 {
            return Err(ConfigError::new("links.secret", "must be at least 32 characters"));
        }
        if !(1..=3_650).contains(&self.links.days) {
            return Err(ConfigError::new("links.days", "must be 1 to 3650"));
        }
        if !(1..=1_000_000).contains(&self.documents.quota_mb) {
            return Err(ConfigError::new("documents.quota_mb", "must be 1 to 1000000"));
        }
        if self.documents.keep_days > 36_500 {
            return Err(ConfigError::new("documents.keep_days", "must be 0 to 36500"));
        }
        self.check_webhooks()?;
        self.check_mail()?;
        for (name, cron) in self.schedule.jobs() {
            if !cron.is_empty()
                && crate::jobs::scheduler::next_after(cron, chrono::DateTime::UNIX_EPOCH).is_none()
            {
                let detail = format!("`{cron}` is not `second minute hour day month weekday`");
                return Err(ConfigError::new(format!("schedule.{name}"), detail));
            }
        }
        tracing_subscriber::EnvFilter::try_new(&self.log.filter)
            .map(drop)
            .map_err(|error| ConfigError::new("log.filter", error.to_string()))
    }

    fn check_webhooks(&self) -> Result<(), ConfigError> {
        let webhooks = &self.webhooks;
        if !webhooks.key.is_empty() && webhooks.key.len() < 32 {
            return Err(ConfigError::new("webhooks.key", "must be at least 32 characters"));
        }
        AllowList::parse(&webhooks.allow).map_err(|entry| {
            let detail = format!("`{entry}` is neither a host nor a net such as 10.1.0.0/16");
            ConfigError::new("webhooks.allow", detail)
        })?;
        if !webhooks.ca_file.as_os_str().is_empty() && !webhooks.ca_file.is_file() {
            return Err(ConfigError::new("webhooks.ca_file", "no such file"));
        }
        Ok(())
    }

    /// Which notices are sent.
    pub fn notice_settings(&self) -> NoticeSettings {
        // Checked at start.
        let off = read_off(&self.notices.off).unwrap_or_default();
        NoticeSettings { off, returned_working_days: self.letters.returned_working_days }
    }

    /// Where webhooks may stand.
    pub fn allowed_hooks(&self) -> AllowList {
        // Checked at start.
        AllowList::parse(&self.webhooks.allow).unwrap_or_default()
    }

    fn check_mail(&self) -> Result<(), ConfigError> {
        let mail = &self.mail;
        checked_email(&mail.from_address)
            .map_err(|invalid| ConfigError::new("mail.from_address", invalid.detail))?;
        if !mail.redirect_to.is_empty() {
            checked_email(&mail.redirect_to)
                .map_err(|invalid| ConfigError::new("mail.redirect_to", invalid.detail))?;
        }
        if mail.transport == TransportChoice::Smtp && mail.host.trim().is_empty() {
            return Err(ConfigError::new("mail.host", "must be given when mail.transport is smtp"));
        }
        if !(1..=64).contains(&mail.connections) {
            return Err(ConfigError::new("mail.connections", "must be 1 to 64"));
        }
        if !(1..=600).contains(&mail.timeout_seconds) {
            return Err(ConfigError::new("mail.timeout_seconds", "must be 1 to 600"));
        }
        if !mail.bounce_folder.as_os_str().is_empty() && !mail.bounce_folder.is_dir() {
            return Err(ConfigError::new("mail.bounce_folder", "no such folder"));
        }
        if !mail.ca_file.as_os_str().is_empty() && !mail.ca_file.is_file() {
            return Err(ConfigError::new("mail.ca_file", "no such file"));
        }
        Ok(())
    }

    /// The letter templates in force: the built-in ones with those of `letters.templates` in their place.
    ///
    /// # Errors
    /// A file that cannot be read or a template that cannot be rendered.
    pub fn templates(&self) -> Result<Templates, ConfigError> {
        let wrong = |error: &dyn std::fmt::Display| ConfigError::new("letters.templates", error.to_string());
        let mut replacements = Vec::new();
        if !self.letters.templates.as_os_str().is_empty() {
            collect(&self.letters.templates, "", &mut replacements).map_err(|error| wrong(&error))?;
        }
        // The built-in ones are tried by a test; with one in the place of another all are tried here.
        let replaced = !replacements.is_empty();
        let templates = Templates::with_replacements(replacements).map_err(|error| wrong(&error))?;
        if replaced {
            templates.check().map_err(|error| wrong(&error))?;
        }
        Ok(templates)
    }

    /// The working-day calendar: the built-in years and those of `letters.calendars`.
    ///
    /// # Errors
    /// A file that cannot be read or makes no calendar.
    pub fn calendar(&self) -> Result<WorkCalendar, ConfigError> {
        let mut calendar = WorkCalendar::built_in();
        if !self.letters.calendars.as_os_str().is_empty() {
            for year in calendars::read_folder(&self.letters.calendars)? {
                let year: CalendarYear = year;
                calendar.replace(year);
            }
        }
        Ok(calendar)
    }

    /// Settings of the mail server.
    pub fn smtp(&self) -> SmtpSettings {
        let mail = &self.mail;
        let security = match mail.security {
            SecurityChoice::Plain => Security::Plain,
            SecurityChoice::Starttls => Security::StartTls,
            SecurityChoice::Tls => Security::Tls,
        };
        let mut settings = SmtpSettings::new(mail.host.clone(), mail.port, security);
        settings.login = (!mail.login.is_empty()).then(|| mail.login.clone());
        settings.password = (!mail.password.is_empty()).then(|| mail.password.clone());
        settings.ca_file = (!mail.ca_file.as_os_str().is_empty()).then(|| mail.ca_file.clone());
        settings.pool_max = mail.connections;
        settings.send_timeout = std::time::Duration::from_secs(mail.timeout_seconds);
        settings.allow_plain_auth = mail.allow_plain_auth;
        // A server that is strict (Postfix: reject_non_fqdn_helo_hostname) refuses a bare word, and with it every letter.
        let own = mail.from_address.rsplit('@').next().filter(|domain| is_public_host(domain));
        settings.hello_name = match mail.hello_name.trim() {
            "" => own.map(str::to_owned),
            given => Some(given.to_owned()),
        };
        settings
    }

    /// Where the head of the audit is kept, if anywhere.
    pub fn audit_head_file(&self) -> Option<PathBuf> {
        let file = &self.audit.head_file;
        (!file.as_os_str().is_empty()).then(|| file.clone())
    }

    /// Where bounces are dropped, if anywhere.
    pub fn bounce_folder(&self) -> Option<PathBuf> {
        let folder = &self.mail.bounce_folder;
        (!folder.as_os_str().is_empty()).then(|| folder.clone())
    }

    /// The mailbox to which every mail of a pilot goes; `None` when none is on.
    pub fn redirect_to(&self) -> Option<String> {
        checked_email(&self.mail.redirect_to).ok()
    }

    /// How fast letters may go to one domain; `None` for no limit.
    pub fn pace(&self) -> Option<Pace> {
        let per_minute = i32::try_from(self.mail.per_domain_per_minute).unwrap_or(i32::MAX);
        // The delivery ticks every few seconds: so late may a letter be for its time.
        let grace = chrono::TimeDelta::seconds(15);
        (per_minute > 0).then(|| Pace { interval: chrono::TimeDelta::minutes(1) / per_minute, grace })
    }

    /// Domain of Message-IDs.
    pub fn message_id_domain(&self) -> &str {
        let own = self.letters.message_id_domain.as_str();
        if own.is_empty() { self.mail.from_address.rsplit('@').next().unwrap_or("localhost") } else { own }
    }
}

impl ScheduleConfig {
    /// Each job with its cron expression, in the order of the table.
    pub fn jobs(&self) -> Vec<JobCron<'_>> {
        self.0.iter().map(|(job, cron)| (*job, cron.as_str())).collect()
    }

    /// Turns off the jobs that go by the date.
    pub fn stop_daily(&mut self) {
        self.0.retain(|job, _| job.row().rhythm != Rhythm::Daily);
    }
}

impl TryFrom<BTreeMap<String, String>> for ScheduleConfig {
    type Error = String;

    fn try_from(crons: BTreeMap<String, String>) -> Result<Self, Self::Error> {
        let job = |name: &str| Job::parse(name).ok_or_else(|| format!("`{name}` is no job"));
        crons.into_iter().map(|(name, cron)| Ok((job(&name)?, cron))).collect::<Result<_, _>>().map(Self)
    }
}

/// Every section and key with its default: the built-in file, and the cron expressions of the table of jobs.
///
/// # Errors
/// When the built-in file cannot be read.
pub fn defaults() -> Result<Table, ConfigError> {
    let mut table: Table =
        DEFAULT.parse().map_err(|error: toml::de::Error| ConfigError::new("default", error.to_string()))?;
    let crons = Job::ALL.iter().map(|job| (job.to_string(), Value::from(job.row().cron)));
    table.insert("schedule".to_owned(), Value::Table(crons.collect()));
    Ok(table)
}

/// Files under `folder`, as (name with `/`, text).
fn collect(folder: &Path, prefix: &str, into: &mut Vec<(String, String)>) -> std::io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
        if entry.file_type()?.is_dir() {
            collect(&entry.path(), &format!("{name}/"), into)?;
        } else {
            into.push((name, std::fs::read_to_string(entry.path())?));
        }
    }
    Ok(())
}

fn overlay_file(table: &mut Table, layer: Table) -> Result<(), ConfigError> {
    for (section, value) in layer {
        let Value::Table(keys) = value else {
            return Err(ConfigError::new(section, "must be a section, written [section]"));
        };
        if !table.contains_key(&section) {
            let detail = slot(table, &section, "").err().unwrap_or_default();
            return Err(ConfigError::new(section, detail));
        }
        for (key, value) in keys {
            let name = format!("{section}.{key}");
            let slot = slot(table, &section, &key).map_err(|detail| ConfigError::new(&name, detail))?;
            if !slot.same_type(&value) {
                return Err(ConfigError::new(name, format!("must be a {}", slot.type_str())));
            }
            *slot = value;
        }
    }
    Ok(())
}

/// The value of a key, or what a technician needs to put a misspelt one right.
fn slot<'t>(table: &'t mut Table, section: &str, key: &str) -> Result<&'t mut Value, String> {
    let names = |of: &Table| of.keys().map(String::as_str).collect::<Vec<_>>().join(", ");
    let sections = names(table);
    let Some(Value::Table(keys)) = table.get_mut(section) else {
        return Err(format!("no such section; sections are {sections}"));
    };
    let known = names(keys);
    keys.get_mut(key).ok_or_else(|| match section {
        "schedule" => format!("no job of this name; jobs are {known}"),
        _ => format!("unknown key; keys are {known}"),
    })
}

fn overlay_environment(
    table: &mut Table,
    environment: impl IntoIterator<Item = (String, String)>,
) -> Result<(), ConfigError> {
    for (variable, text) in environment {
        let name = match variable.as_str() {
            "DATABASE_URL" => "XUSHI_DATABASE_URL",
            "XUSHI_BOOTSTRAP_KEY" => "XUSHI_ACCESS_BOOTSTRAP_KEY",
            other => other,
        };
        let Some(path) = name.strip_prefix("XUSHI_") else { continue };
        let path = path.to_lowercase();
        let (section, key) = path.split_once('_').unwrap_or((&path, ""));
        let slot = slot(table, section, key).map_err(|detail| ConfigError::new(&variable, detail))?;
        let wrong = |kind: &str| ConfigError::new(&variable, format!("must be a {kind}"));
        *slot = match slot {
            Value::Integer(_) => Value::Integer(text.trim().parse().map_err(|_| wrong("whole number"))?),
            Value::Boolean(_) => Value::Boolean(text.trim().parse().map_err(|_| wrong("true or false"))?),
            _ => Value::String(text),
        };
    }
    Ok(())
}

fn read(table: Table) -> Result<Config, ConfigError> {
    serde_path_to_error::deserialize(Value::Table(table)).map_err(|error| {
        let key = error.path().to_string();
        ConfigError::new(key, error.into_inner().message().to_owned())
    })
}

/// Whether this is scheme, host and perhaps port, as a browser sends it in `Origin`.
fn is_origin(text: &str) -> bool {
    let host = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b".-:[]".contains(&byte);
    host.is_some_and(|host| !host.is_empty() && host.bytes().all(plain))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn env(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn defaults_hold_and_later_layers_win() {
        let config = Config::from_layers("", env(&[])).unwrap();
        assert_eq!((config.server.listen.port(), config.database.connections), (8080, 16));
        let config = Config::from_layers(
            "[server]\nlisten = \"0.0.0.0:9000\"\n[database]\nurl = \"a.db\"\n",
            env(&[
                ("DATABASE_URL", "postgres://u:secret@h/x"),
                ("XUSHI_DATABASE_CONNECTIONS", "3"),
                ("HOME", "/"),
            ]),
        )
        .unwrap();
        assert_eq!((config.server.listen.port(), config.database.connections), (9000, 3));
        assert_eq!(config.database.url, "postgres://u:secret@h/x");
        assert!(!format!("{config:?}").contains("secret"), "{config:?}");
    }

    #[test]
    fn ehlo_says_the_senders_domain_or_what_is_told() {
        let hello = |file: &str, vars: &[(&str, &str)]| {
            Config::from_layers(file, env(vars)).unwrap().smtp().hello_name
        };
        assert_eq!(hello("", &[]), None, "of localhost.localdomain nobody knows where it is");
        let office = "[mail]\nfrom_address = \"yujing@fgw.example.gov.cn\"";
        assert_eq!(hello(office, &[]).as_deref(), Some("fgw.example.gov.cn"));
        let told = [("XUSHI_MAIL_HELLO_NAME", "mx1.example.gov.cn")];
        assert_eq!(hello(office, &told).as_deref(), Some("mx1.example.gov.cn"));
        assert_eq!(hello("[mail]\nhello_name = \"10.0.0.7\"", &[]).as_deref(), Some("10.0.0.7"));
    }

    #[test]
    fn what_is_wrong_is_named() {
        for (file, vars, key) in [
            ("[server]\nport = 1", &[][..], "server.port"),
            ("[sever]\nlisten = \"x\"", &[], "sever"),
            ("[server]\nlisten = 5", &[], "server.listen"),
            ("[server]\nlisten = \"nowhere\"", &[], "server.listen"),
            ("[server]\nworkers = -1", &[], "server.workers"),
            ("[server]\ncors_origins = \"*\"", &[], "server.cors_origins"),
            ("[server]\ncors_origins = \"https://board.example.org/\"", &[], "server.cors_origins"),
            ("[mail]\ntransport = \"pigeon\"", &[], "mail.transport"),
            ("[mail]\ntransport = \"smtp\"", &[], "mail.host"),
            ("[mail]\nfrom_address = \"张三\"", &[], "mail.from_address"),
            ("[mail]\nredirect_to = \"演练\"", &[], "mail.redirect_to"),
            ("[mail]\nbounce_folder = \"/nowhere\"", &[], "mail.bounce_folder"),
            ("[mail]\nca_file = \"/nowhere.pem\"", &[], "mail.ca_file"),
            ("[letters]\nremind_working_days = 21", &[], "letters.remind_working_days"),
            ("[letters]\nreturned_working_days = 0", &[], "letters.returned_working_days"),
            ("[notices]\noff = \"reply_returned\"", &[], "notices.off"),
            ("[notices]\noff = \"digest\"", &[], "notices.off"),
            ("[schedule]\nissue = \"every day\"", &[], "schedule.issue"),
            ("[schedule]\nbackup = \"0 0 3 * * *\"", &[], "schedule.backup"),
            ("", &[("XUSHI_SCHEDULE_BACKUP", "0 0 3 * * *")], "XUSHI_SCHEDULE_BACKUP"),
            ("[database]\nurl = \"mysql://u:p@h/x\"", &[], "database.url"),
            ("[database]\nurl = \"host=h password=p sslmode=on\"", &[], "database.url"),
            ("[database]\nurl = \"/nowhere/at/all/xushi.db\"", &[], "database.url"),
            ("[database]\npooler = \"session\"", &[], "database.pooler"),
            ("[database]\npooler = \"transaction\"", &[], "database.pooler"),
            ("[database]\nurl = \"postgres://h/x\"\npooler = \"transaction\"", &[], "database.migration_url"),
            ("[database]\nmigration_url = \"postgres://h/x\"", &[], "database.migration_url"),
            ("[log]\nfilter = \"lo=ud=er\"", &[], "log.filter"),
            ("[access]\nbootstrap_key = \"short\"", &[], "access.bootstrap_key"),
            ("[links]\nsecret = \"short\"", &[], "links.secret"),
            ("[links]\ndays = 0", &[], "links.days"),
            ("[webhooks]\nkey = \"short\"", &[], "webhooks.key"),
            ("[webhooks]\nallow = \"http://a\"", &[], "webhooks.allow"),
            ("[webhooks]\nca_file = \"/nowhere.pem\"", &[], "webhooks.ca_file"),
            ("[documents]\nquota_mb = 0", &[], "documents.quota_mb"),
            ("[documents]\nkeep_days = 40000", &[], "documents.keep_days"),
            ("", &[("XUSHI_MAIL_PORT", "many")], "XUSHI_MAIL_PORT"),
            ("", &[("XUSHI_MIAL_PORT", "25")], "XUSHI_MIAL_PORT"),
            ("nonsense", &[], "file"),
        ] {
            let error = Config::from_layers(file, env(vars)).unwrap_err();
            assert_eq!(error.key, key, "{file} {vars:?}: {error}");
        }
    }

    #[test]
    fn a_job_that_is_none_is_refused_with_those_there_are() {
        let refused =
            |file: &str, vars: &[(&str, &str)]| Config::from_layers(file, env(vars)).unwrap_err().to_string();
        let jobs =
            "no job of this name; jobs are deliver, digest, evaluate, issue, notify, remind, seal, watch";
        let said = refused("[schedule]\ndelivery = \"0 0 3 * * *\"", &[]);
        assert_eq!(said, format!("configuration: schedule.delivery: {jobs}"));
        let said = refused("", &[("XUSHI_SCHEDULE_DELIVERY", "0 0 3 * * *")]);
        assert_eq!(said, format!("configuration: XUSHI_SCHEDULE_DELIVERY: {jobs}"));
        let said = refused("[links]\nday = 3", &[]);
        assert_eq!(said, "configuration: links.day: unknown key; keys are days, secret");
        let said = refused("", &[("XUSHI_LINK_DAYS", "3")]);
        assert!(
            said.starts_with("configuration: XUSHI_LINK_DAYS: no such section; sections are access, "),
            "{said}"
        );
    }

    #[test]
    fn addresses_are_shown_without_passwords() {
        assert_eq!(shown_url("postgres://u:p%40ss@h:5/x"), "postgres://u:***@h:5/x?sslmode=prefer");
        assert_eq!(shown_url("postgres://u:p@ss@h:port/x"), "***", "what cannot be read is not shown at all");
        assert_eq!(shown_url("xushi.db"), "xushi.db");
    }
}
