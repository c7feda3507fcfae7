//! Settings: a flag beats the environment, which beats the file.

pub mod database;
mod secret;
pub mod workos;

use crate::db::postgres::Lines;
use clap::Args;
use database::LineSettings;
use serde::Deserialize;
use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};
use std::time::Duration;
use workos::{WorkOs, WorkOsSettings};

pub use secret::Secret;

/// Who administers a server in development where nobody is named.
const DEV_ADMIN: &str = "admin@example.com";

/// What keeps the settings from being used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file cannot be read.
    #[error("{path}: {source}")]
    Unreadable {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The file is not TOML, or names an unknown setting.
    #[error("{path}: {source}")]
    Malformed {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: toml::de::Error,
    },
    /// Settings that contradict each other.
    #[error("{0}")]
    Refused(&'static str),
}

/// Whether callers are held to the rate table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RateLimits {
    /// They are.
    On,
    /// They are not: for load runs, replays and outside checks in development.
    Off,
}

/// Settings as given, each perhaps absent.
#[derive(Debug, Clone, Default, Args, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Settings {
    /// Address and port to listen on; port 0 takes a free one
    #[arg(long, env = "CONNVO_LISTEN")]
    pub listen: Option<SocketAddr>,
    /// Folder of the database file
    #[arg(long, env = "CONNVO_DATA_DIR")]
    pub data_dir: Option<PathBuf>,
    /// postgres://… to keep everything in PostgreSQL instead of a file
    #[arg(long, env = "DATABASE_URL", hide_env_values = true)]
    pub database_url: Option<String>,
    /// postgres://… to the same database without a pooler between, for what servers tell
    /// each other
    #[arg(long, env = "BUS_DATABASE_URL", hide_env_values = true)]
    pub bus_database_url: Option<String>,
    /// nats://… for what servers tell each other, where they are many
    #[arg(long, env = "NATS_URL", hide_env_values = true)]
    pub nats_url: Option<String>,
    /// How that database is used.
    #[command(flatten)]
    #[serde(default)]
    pub database: LineSettings,
    /// Be the issuer of sign-in tokens oneself; on loopback only, where it is the
    /// default unless people sign in by WorkOS
    #[arg(long, env = "CONNVO_DEV", num_args = 0..=1, default_missing_value = "true", require_equals = true)]
    pub dev: Option<bool>,
    /// Whether callers are held to the rate table
    #[arg(long, env = "CONNVO_RATE_LIMITS")]
    pub rate_limits: Option<RateLimits>,
    /// Origins of other sites whose pages may call, as http://localhost:3000
    #[arg(
        long = "cors-origin",
        env = "CONNVO_CORS_ORIGINS",
        value_delimiter = ','
    )]
    #[serde(default)]
    pub cors_origins: Vec<String>,
    /// Addresses of the platform's administrators, as ada@example.org
    #[arg(long = "admin", env = "CONNVO_ADMINS", value_delimiter = ',')]
    #[serde(default)]
    pub admins: Vec<String>,
    /// Addresses of proxies of one's own, whose X-Forwarded-For is believed
    #[arg(
        long = "trusted-proxy",
        env = "CONNVO_TRUSTED_PROXIES",
        value_delimiter = ','
    )]
    #[serde(default)]
    pub trusted_proxies: Vec<IpAddr>,
    /// Longest note, in UTF-16 code units
    #[arg(long, env = "CONNVO_NOTE_TEXT_UTF16")]
    pub note_text_utf16: Option<u32>,
    /// How long to go on after SIGTERM, in milliseconds, so that a balancer sees at /readyz
    /// that the server goes
    #[arg(long, env = "CONNVO_LINGER_MS")]
    pub linger_ms: Option<u32>,
    /// Write logs as JSON lines
    #[arg(long, env = "CONNVO_LOG_JSON", num_args = 0..=1, default_missing_value = "true", require_equals = true)]
    pub log_json: Option<bool>,
    /// What flags call the place where the server runs, as production
    #[arg(long, env = "CONNVO_ENVIRONMENT")]
    pub environment: Option<String>,
    /// Secret that the billing service signs its webhooks with.
    #[arg(skip)]
    pub billing_webhook_secret: Option<Secret>,
    /// Sign-in by WorkOS.
    #[command(flatten)]
    #[serde(default)]
    pub workos: WorkOsSettings,
}

/// The environment's name of the secret of billing webhooks.
const BILLING_WEBHOOK_SECRET: &str = "CONNVO_BILLING_WEBHOOK_SECRET";

impl Settings {
    /// These settings with the secrets that the environment has: they have no flags.
    #[must_use]
    pub fn with_environment(self, word: impl Fn(&str) -> Option<String>) -> Self {
        let secret = |name| word(name).filter(|word| !word.is_empty()).map(Secret::new);
        Self {
            billing_webhook_secret: secret(BILLING_WEBHOOK_SECRET).or(self.billing_webhook_secret),
            workos: self.workos.with_environment(word),
            ..self
        }
    }

    /// These settings, and where one is absent, the file's.
    ///
    /// # Errors
    /// The file is unreadable or malformed.
    pub fn over_file(mut self, path: Option<&Path>) -> Result<Self, ConfigError> {
        // A variable that is there and empty names nobody.
        self.admins.retain(|address| !address.is_empty());
        let Some(path) = path else { return Ok(self) };
        let text = std::fs::read_to_string(path).map_err(|source| ConfigError::Unreadable {
            path: path.to_owned(),
            source,
        })?;
        let file: Self = toml::from_str(&text).map_err(|source| ConfigError::Malformed {
            path: path.to_owned(),
            source,
        })?;
        Ok(Self {
            listen: self.listen.or(file.listen),
            data_dir: self.data_dir.or(file.data_dir),
            database_url: self.database_url.or(file.database_url),
            bus_database_url: self.bus_database_url.or(file.bus_database_url),
            nats_url: self.nats_url.or(file.nats_url),
            database: self.database.over(file.database),
            dev: self.dev.or(file.dev),
            rate_limits: self.rate_limits.or(file.rate_limits),
            cors_origins: or(self.cors_origins, file.cors_origins),
            admins: or(self.admins, file.admins),
            trusted_proxies: or(self.trusted_proxies, file.trusted_proxies),
            note_text_utf16: self.note_text_utf16.or(file.note_text_utf16),
            linger_ms: self.linger_ms.or(file.linger_ms),
            log_json: self.log_json.or(file.log_json),
            environment: self.environment.or(file.environment),
            billing_webhook_secret: self.billing_webhook_secret.or(file.billing_webhook_secret),
            workos: self.workos.over(file.workos),
        })
    }

    /// Fills in the defaults and checks that the settings agree.
    ///
    /// # Errors
    /// Development mode off loopback; nobody to sign people in; limits off outside
    /// development.
    pub fn resolve(self) -> Result<Config, ConfigError> {
        let listen = self
            .listen
            .unwrap_or_else(|| SocketAddr::from(([127, 0, 0, 1], 8080)));
        let loopback = listen.ip().is_loopback();
        let workos = self.workos.resolve()?;
        let dev = self.dev.unwrap_or(loopback && workos.is_none());
        if dev && !loopback {
            return Err(ConfigError::Refused(
                "--dev hands a token to anybody who asks: it is for a loopback address only, as 127.0.0.1",
            ));
        }
        if !dev && workos.is_none() {
            return Err(ConfigError::Refused(
                "nobody could come in: give --workos-client-id, or listen on a loopback address with the embedded issuer of --dev",
            ));
        }
        let rate_limits = self.rate_limits.unwrap_or(RateLimits::On);
        if !dev && rate_limits == RateLimits::Off {
            return Err(ConfigError::Refused(
                "--rate-limits off is for development: with --dev only",
            ));
        }
        let mut admins: Vec<String> = self.admins.iter().map(|a| a.to_lowercase()).collect();
        if dev && admins.is_empty() {
            admins.push(DEV_ADMIN.into());
        }
        if self.database_url.is_none()
            && (self.nats_url.is_some() || self.bus_database_url.is_some())
        {
            return Err(ConfigError::Refused(
                "a database in a file has one server: NATS_URL and BUS_DATABASE_URL go with DATABASE_URL",
            ));
        }
        let lines = self.database.resolve();
        if lines.is_pooled && self.bus_database_url.is_none() {
            return Err(ConfigError::Refused(
                "a pooler stands before the database: BUS_DATABASE_URL is to lead to it without one, for what needs a session",
            ));
        }
        let mut limits = connvo_core::limits::NoteLimits::default();
        if let Some(units) = self.note_text_utf16 {
            limits.text_utf16 = units;
        }
        Ok(Config {
            listen,
            data_dir: self.data_dir.unwrap_or_else(|| PathBuf::from("data")),
            database_url: self.database_url,
            bus_database_url: self.bus_database_url,
            nats_url: self.nats_url,
            lines,
            dev,
            rate_limits,
            linger: Duration::from_millis(self.linger_ms.unwrap_or(0).into()),
            cors_origins: self.cors_origins,
            admins,
            trusted_proxies: self.trusted_proxies,
            environment: self
                .environment
                .unwrap_or_else(|| if dev { "development" } else { "production" }.to_owned()),
            billing_webhook_secret: self.billing_webhook_secret,
            limits,
            workos,
        })
    }
}

/// A list that is given, or else the file's.
fn or<T>(given: Vec<T>, file: Vec<T>) -> Vec<T> {
    if given.is_empty() { file } else { given }
}

/// Settings that agree with each other.
#[derive(Debug, Clone)]
pub struct Config {
    /// Where to listen.
    pub listen: SocketAddr,
    /// Folder of the database file.
    pub data_dir: PathBuf,
    /// PostgreSQL instead of a file.
    pub database_url: Option<String>,
    /// PostgreSQL without a pooler between, for the bus.
    pub bus_database_url: Option<String>,
    /// NATS for the bus.
    pub nats_url: Option<String>,
    /// How PostgreSQL is used.
    pub lines: Lines,
    /// Whether the server is its own issuer.
    pub dev: bool,
    /// Whether callers are held to the rate table.
    pub rate_limits: RateLimits,
    /// How long to go on after being asked to go.
    pub linger: Duration,
    /// Origins of other sites whose pages may call.
    pub cors_origins: Vec<String>,
    /// Addresses of the platform's administrators, in lower case.
    pub admins: Vec<String>,
    /// Proxies whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<IpAddr>,
    /// What flags call the place where the server runs.
    pub environment: String,
    /// Secret of the billing service's webhooks; without it there are none.
    pub billing_webhook_secret: Option<Secret>,
    /// Bounds of a note.
    pub limits: connvo_core::limits::NoteLimits,
    /// Sign-in by WorkOS, where it is set up.
    pub workos: Option<WorkOs>,
}

impl Config {
    /// PostgreSQL for what needs a session: by way of a pooler only where there is none.
    #[must_use]
    pub fn direct_url(&self) -> Option<&str> {
        let direct = self.bus_database_url.as_deref();
        let direct = direct.filter(|_| self.lines.is_pooled);
        direct.or(self.database_url.as_deref())
    }

    /// Bounds of a note.
    #[must_use]
    pub const fn note_limits(&self) -> connvo_core::limits::NoteLimits {
        self.limits
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(toml: &str) -> Settings {
        toml::from_str(toml).unwrap()
    }

    #[test]
    fn development_mode_is_refused_off_loopback() {
        let refused = settings("listen = '0.0.0.0:80'\ndev = true").resolve();
        assert!(refused.unwrap_err().to_string().contains("loopback"));
        assert!(settings("listen = '0.0.0.0:80'").resolve().is_err());
        assert!(settings("listen = '[::1]:80'").resolve().unwrap().dev);
    }

    #[test]
    fn with_workos_the_embedded_issuer_is_off_unless_asked_for() {
        let workos = "\n[workos]\nclient-id = 'client_1'";
        let of = |rest: &str| settings(&format!("{rest}{workos}")).resolve();
        assert!(!of("").unwrap().dev);
        assert!(of("dev = true").unwrap().dev);
        assert!(of("listen = '0.0.0.0:80'").unwrap().workos.is_some());
    }

    #[test]
    fn an_empty_name_is_no_administrators() {
        let workos = "\n[workos]\nclient-id = 'client_1'";
        let of = |listed: &str| {
            let given = settings(&format!("admins = {listed}{workos}"));
            given.over_file(None).unwrap().resolve().unwrap().admins
        };
        assert_eq!(of("['', 'Ada@Example.org']"), ["ada@example.org"]);
        assert!(of("['']").is_empty());
    }

    #[test]
    fn a_flag_beats_the_file() {
        let folder = std::env::temp_dir().join(format!("connvo-config-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let path = folder.join("connvo.toml");
        std::fs::write(&path, "listen = '127.0.0.1:1'\ndata-dir = 'from-file'").unwrap();
        let flags = settings("listen = '127.0.0.1:2'");
        let config = flags.over_file(Some(&path)).unwrap().resolve().unwrap();
        assert_eq!(config.listen.port(), 2);
        assert_eq!(config.data_dir, PathBuf::from("from-file"));
        std::fs::write(&path, "no-such-setting = 1").unwrap();
        assert!(Settings::default().over_file(Some(&path)).is_err());
        std::fs::remove_dir_all(&folder).unwrap();
    }
}
