//! What WorkOS tells: keys and people, over HTTP, bounded in time and size.

use crate::config::Secret;
use crate::user::{NAME_UTF16, Profile};
use connvo_core::meeting::validate_email;
use reqwest::redirect::Policy;
use reqwest::{Client, RequestBuilder, Url};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// Longest wait for an answer.
const WAIT: Duration = Duration::from_secs(5);
/// Longest wait for a person's data: a request of theirs waits for it.
const PERSON_WAIT: Duration = Duration::from_secs(2);
/// Largest answer, in bytes.
const ANSWER_BYTES: usize = 256 << 10;
/// Shortest time between two questions about one person, in milliseconds.
const ASK_AGAIN_MS: u64 = 60_000;
/// And after an answer: who has no verified address then may have one later.
const ANSWERED_MS: u64 = 3_600_000;
/// People of whom it is remembered.
const ASKED: usize = 10_000;

/// WorkOS did not answer, or not as it should.
#[derive(Debug, thiserror::Error)]
pub enum Outage {
    /// The line or the status.
    #[error(transparent)]
    Line(#[from] reqwest::Error),
    /// Longer than [`ANSWER_BYTES`].
    #[error("the answer is too large")]
    Large,
    /// Not what was asked for.
    #[error("the answer makes no sense: {0}")]
    Odd(#[from] serde_json::Error),
}

/// An HTTP client that follows nobody elsewhere.
#[must_use]
pub fn client() -> Client {
    Client::builder()
        .timeout(WAIT)
        .redirect(Policy::none())
        .build()
        .unwrap_or_default()
}

/// The JSON answer to a request.
///
/// # Errors
/// As [`Outage`] says.
pub async fn get<T: DeserializeOwned>(request: RequestBuilder) -> Result<T, Outage> {
    let mut answer = request.send().await?.error_for_status()?;
    let mut body = Vec::new();
    while let Some(part) = answer.chunk().await? {
        if body.len() + part.len() > ANSWER_BYTES {
            return Err(Outage::Large);
        }
        body.extend_from_slice(&part);
    }
    Ok(serde_json::from_slice(&body)?)
}

/// A user as WorkOS has them, in its API and its webhooks.
#[derive(Debug, Clone, Deserialize)]
pub struct Person {
    /// WorkOS's id: the `sub` of tokens.
    pub id: String,
    #[serde(default)]
    email: Option<String>,
    #[serde(default)]
    email_verified: bool,
    #[serde(default)]
    first_name: Option<String>,
    #[serde(default)]
    last_name: Option<String>,
    #[serde(default)]
    updated_at: Option<String>,
}

impl Person {
    /// What is known of them. An address that WorkOS has not verified is none.
    #[must_use]
    pub fn profile(&self) -> Profile {
        let email = self.email.as_deref().filter(|_| self.email_verified);
        let email = email.and_then(|email| validate_email(email, "/email").ok());
        let names = [&self.first_name, &self.last_name];
        let names: Vec<_> = names
            .into_iter()
            .flatten()
            .map(|name| name.trim())
            .collect();
        let mut name = plain(&names.join(" "));
        if name.is_empty()
            && let Some(email) = &email
        {
            email
                .split('@')
                .next()
                .unwrap_or_default()
                .clone_into(&mut name);
        }
        Profile {
            email,
            name,
            updated_at: self.updated_at_ms(),
        }
    }

    /// When WorkOS last changed it, in milliseconds since the Unix epoch.
    #[must_use]
    pub fn updated_at_ms(&self) -> Option<u64> {
        instant(self.updated_at.as_deref()?)
    }
}

/// An RFC 3339 time in milliseconds since the Unix epoch.
#[must_use]
pub fn instant(text: &str) -> Option<u64> {
    let nanos = OffsetDateTime::parse(text, &Rfc3339)
        .ok()?
        .unix_timestamp_nanos();
    u64::try_from(nanos / 1_000_000).ok()
}

/// A name without control characters, no longer than names may be.
#[must_use]
pub fn plain(name: &str) -> String {
    let mut units = 0;
    name.trim()
        .chars()
        .filter(|c| !c.is_control())
        .take_while(|c| {
            units += c.len_utf16();
            units <= NAME_UTF16
        })
        .collect()
}

/// People's data, by the API key.
pub struct Directory {
    http: Client,
    api: Url,
    key: Secret,
    /// From when on a person may be asked after again.
    due: Mutex<HashMap<String, u64>>,
}

impl Directory {
    /// The directory at this API.
    #[must_use]
    pub fn new(http: Client, api: Url, key: Secret) -> Self {
        Self {
            http,
            api,
            key,
            due: Mutex::default(),
        }
    }

    /// What WorkOS knows of `subject`; absent when it does not answer, or was asked
    /// within the last minute, or answered within the last hour.
    pub async fn person(&self, subject: &str, now_ms: u64) -> Option<Profile> {
        if !self.ask(subject, now_ms) {
            return None;
        }
        let mut url = self.api.clone();
        url.path_segments_mut()
            .ok()?
            .pop_if_empty()
            .extend(["user_management", "users", subject]);
        let request = self
            .http
            .get(url)
            .bearer_auth(self.key.reveal())
            .timeout(PERSON_WAIT);
        match get::<Person>(request).await {
            Ok(person) if person.id == subject => {
                self.due().insert(subject.to_owned(), now_ms + ANSWERED_MS);
                Some(person.profile())
            }
            Ok(_) => None,
            Err(error) => {
                tracing::warn!(%error, "WorkOS does not say who somebody is");
                None
            }
        }
    }

    /// Whether `subject` may be asked after now.
    #[must_use]
    pub fn may_ask(&self, subject: &str, now_ms: u64) -> bool {
        self.due().get(subject).is_none_or(|due| *due <= now_ms)
    }

    fn ask(&self, subject: &str, now_ms: u64) -> bool {
        let mut all = self.due();
        if all.get(subject).is_some_and(|due| *due > now_ms) {
            return false;
        }
        if all.len() >= ASKED {
            all.retain(|_, due| *due > now_ms);
            if all.len() >= ASKED {
                all.clear();
            }
        }
        all.insert(subject.to_owned(), now_ms + ASK_AGAIN_MS);
        true
    }

    fn due(&self) -> MutexGuard<'_, HashMap<String, u64>> {
        self.due.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn profile(person: serde_json::Value) -> Profile {
        serde_json::from_value::<Person>(person).unwrap().profile()
    }

    #[test]
    fn only_a_verified_address_is_theirs() {
        let person = |verified: bool| {
            profile(
                json!({"id": "user_1", "email": "Ada@Example.org", "email_verified": verified,
                "first_name": "Ada", "last_name": null, "updated_at": "2027-01-15T08:00:00.123Z"}),
            )
        };
        let ada = person(true);
        assert_eq!(ada.email.as_deref(), Some("ada@example.org"));
        assert_eq!(ada.name, "Ada");
        assert_eq!(ada.updated_at, Some(1_800_000_000_123));
        assert_eq!(person(false).email, None);
    }

    #[test]
    fn a_name_is_never_empty_where_an_address_is_known() {
        let nameless = json!({"id": "u", "email": "bob@example.org", "email_verified": true});
        assert_eq!(profile(nameless).name, "bob");
        assert_eq!(plain(&"é\0".repeat(200)).chars().count(), 100);
    }

    #[test]
    fn a_person_is_asked_after_once_a_minute() {
        let api = Url::parse("http://127.0.0.1:1").unwrap();
        let directory = Directory::new(client(), api, Secret::new("k"));
        assert!(directory.ask("u", 0));
        assert!(!directory.ask("u", 59_999));
        assert!(directory.ask("u", 60_000));
    }
}
