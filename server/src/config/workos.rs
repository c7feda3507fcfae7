//! Settings of sign-in by WorkOS AuthKit.

use super::{ConfigError, Secret};
use clap::Args;
use reqwest::Url;
use serde::Deserialize;

/// Where WorkOS answers.
const API: &str = "https://api.workos.com";
/// The environment's name of the API key.
pub const API_KEY: &str = "CONNVO_WORKOS_API_KEY";
/// The environment's name of the webhook secret.
pub const WEBHOOK_SECRET: &str = "CONNVO_WORKOS_WEBHOOK_SECRET";

/// Settings as given, each perhaps absent; the file has them under `[workos]`.
#[derive(Debug, Clone, Default, Args, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct WorkOsSettings {
    /// Client id of WorkOS AuthKit: people sign in there
    #[arg(long = "workos-client-id", env = "CONNVO_WORKOS_CLIENT_ID")]
    pub client_id: Option<String>,
    /// Issuers of WorkOS tokens; one that does not end in the client id is shared,
    /// and its tokens must name the client id as their audience
    #[arg(
        long = "workos-issuer",
        env = "CONNVO_WORKOS_ISSUERS",
        value_delimiter = ','
    )]
    pub issuers: Vec<String>,
    /// Address of the keys that WorkOS signs with
    #[arg(long = "workos-jwks-url", env = "CONNVO_WORKOS_JWKS_URL")]
    pub jwks_url: Option<String>,
    /// Address of the WorkOS API
    #[arg(long = "workos-api-url", env = "CONNVO_WORKOS_API_URL")]
    pub api_url: Option<String>,
    /// Key of the WorkOS API.
    #[arg(skip)]
    pub api_key: Option<Secret>,
    /// Secret that webhooks are signed with.
    #[arg(skip)]
    pub webhook_secret: Option<Secret>,
}

impl WorkOsSettings {
    /// These settings with the secrets that the environment has.
    #[must_use]
    pub(super) fn with_environment(mut self, word: impl Fn(&str) -> Option<String>) -> Self {
        let secret = |name| word(name).filter(|word| !word.is_empty()).map(Secret::new);
        self.api_key = secret(API_KEY).or(self.api_key);
        self.webhook_secret = secret(WEBHOOK_SECRET).or(self.webhook_secret);
        self
    }

    /// These settings, and where one is absent, the file's.
    #[must_use]
    pub(super) fn over(self, file: Self) -> Self {
        Self {
            client_id: self.client_id.or(file.client_id),
            issuers: if self.issuers.is_empty() {
                file.issuers
            } else {
                self.issuers
            },
            jwks_url: self.jwks_url.or(file.jwks_url),
            api_url: self.api_url.or(file.api_url),
            api_key: self.api_key.or(file.api_key),
            webhook_secret: self.webhook_secret.or(file.webhook_secret),
        }
    }

    /// Fills in what WorkOS publishes; absent when nobody signs in there.
    ///
    /// # Errors
    /// A setting without a client id; an address that is not `https`, or `http` on
    /// loopback.
    pub(super) fn resolve(self) -> Result<Option<WorkOs>, ConfigError> {
        let given = |word: Option<String>| word.filter(|word| !word.is_empty());
        let Some(client_id) = given(self.client_id) else {
            let lone = self.api_key.is_some()
                || self.webhook_secret.is_some()
                || self.api_url.is_some()
                || self.jwks_url.is_some()
                || !self.issuers.is_empty();
            return match lone {
                true => Err(ConfigError::Refused(
                    "settings of WorkOS need its client id: --workos-client-id",
                )),
                false => Ok(None),
            };
        };
        let bare = |url: &str| url.strip_suffix('/').unwrap_or(url).to_owned();
        let api_url = bare(&given(self.api_url).unwrap_or_else(|| API.into()));
        let jwks_url =
            given(self.jwks_url).unwrap_or_else(|| format!("{api_url}/sso/jwks/{client_id}"));
        let mut issuers: Vec<_> = self.issuers.iter().map(|issuer| bare(issuer)).collect();
        if issuers.is_empty() {
            issuers = vec![
                api_url.clone(),
                format!("{api_url}/user_management/{client_id}"),
            ];
        }
        Ok(Some(WorkOs {
            issuers,
            jwks_url: safe(&jwks_url)?,
            api_url: safe(&api_url)?,
            api_key: self.api_key,
            webhook_secret: self.webhook_secret,
            client_id,
        }))
    }
}

/// Keys and people's data come over TLS, or from the machine itself.
fn safe(url: &str) -> Result<Url, ConfigError> {
    let refuse = ConfigError::Refused(
        "addresses of WorkOS begin with https:// (http:// on loopback, for a stand-in)",
    );
    let Ok(url) = Url::parse(url) else {
        return Err(refuse);
    };
    let local = matches!(url.host_str(), Some("localhost" | "127.0.0.1" | "[::1]"));
    match url.scheme() {
        "https" => Ok(url),
        "http" if local => Ok(url),
        _ => Err(refuse),
    }
}

/// Sign-in by WorkOS, complete.
#[derive(Debug, Clone)]
pub struct WorkOs {
    /// Client id.
    pub client_id: String,
    /// Accepted issuers, without a slash at the end.
    pub issuers: Vec<String>,
    /// The published keys.
    pub jwks_url: Url,
    /// The API.
    pub api_url: Url,
    /// Key of the API: without it, addresses come by webhook only.
    pub api_key: Option<Secret>,
    /// Secret of webhooks: without it there are none.
    pub webhook_secret: Option<Secret>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(toml: &str) -> WorkOsSettings {
        toml::from_str(toml).unwrap()
    }

    #[test]
    fn the_client_id_alone_gives_what_workos_publishes() {
        let workos = settings("client-id = 'client_1'").resolve().unwrap();
        let workos = workos.unwrap();
        let issuers = [API, "https://api.workos.com/user_management/client_1"];
        assert_eq!(workos.issuers, issuers);
        let keys = "https://api.workos.com/sso/jwks/client_1";
        assert_eq!(workos.jwks_url.as_str(), keys);
        assert!(settings("").resolve().unwrap().is_none());
    }

    #[test]
    fn keys_come_over_tls_or_from_loopback() {
        let with = |url| settings(&format!("client-id = 'c'\napi-url = '{url}'")).resolve();
        assert!(with("http://127.0.0.1:4000/").is_ok());
        assert!(with("http://workos.example").is_err());
        assert!(with("nonsense").is_err());
    }

    #[test]
    fn settings_without_a_client_id_are_refused() {
        assert!(settings("api-key = 'sk'").resolve().is_err());
    }

    #[test]
    fn a_secret_of_the_environment_beats_the_file_and_is_never_shown() {
        let file = settings("client-id = 'c'\nwebhook-secret = 'from-file'");
        let flags = WorkOsSettings::default()
            .with_environment(|name| (name == WEBHOOK_SECRET).then(|| "hush".to_owned()));
        let workos = flags.over(file).resolve().unwrap().unwrap();
        assert_eq!(workos.webhook_secret, Some(Secret::new("hush")));
        assert!(!format!("{workos:?}").contains("hush"));
    }
}
