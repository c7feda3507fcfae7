//! Calls that may be sent again: under one key (`Idempotency-Key` over HTTP, `key` on
//! the socket) a call has its effect once, and every further one within a day gets
//! the first answer.
//!
//! Laws: the answer is stored in the transaction of the effect. A key belongs to one
//! person and operation. A call that failed had no effect, and may be sent again.
//!
//! A slice takes part with two lines: `once.run(app, async { … }).await` around its
//! work, and `idempotency::store::keep(&mut tx, once, status, &answer).await?` in the
//! transaction.

pub mod store;

use crate::actor::Actor;
use crate::app::App;
use crate::clock::made;
use crate::db::StoreError;
use connvo_core::error::{ErrorCode, Problem};
use connvo_core::id::{MeetingId, MessageId, UserId};
use serde::Serialize;
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};

/// Longest key, in bytes.
pub const KEY_BYTES: usize = 128;

/// A caller's key: 1 to 128 printable ASCII characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key(String);

impl Key {
    /// Checks a key.
    ///
    /// # Errors
    /// `VALIDATION_ERROR` when it is empty, too long, or not of printable ASCII.
    pub fn parse(text: &str) -> Result<Self, Problem> {
        let plain = text.bytes().all(|byte| (b' '..=b'~').contains(&byte));
        if plain && (1..=KEY_BYTES).contains(&text.len()) {
            return Ok(Self(text.to_owned()));
        }
        let detail = format!("an idempotency key has 1 to {KEY_BYTES} printable ASCII characters");
        Err(Problem::new(ErrorCode::ValidationError, detail))
    }

    /// The id of the message that a call under this key makes: the same for every retry.
    #[must_use]
    pub fn message_id(&self, user: &UserId, meeting: &MeetingId) -> MessageId {
        let named = format!("{user}\n{meeting}\n{}", self.0);
        let digest = Sha256::digest(named);
        let mut bytes = [0; 16];
        bytes.copy_from_slice(&digest[..16]);
        let uuid = uuid::Builder::from_custom_bytes(bytes).into_uuid();
        made(uuid.to_string())
    }

    /// The key.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A call that has its effect once; without a key, each time.
#[derive(Debug, Clone, Default)]
pub struct Once(Option<Claim>);

/// Under which key, for which call.
#[derive(Debug, Clone)]
struct Claim {
    scope: String,
    key: Key,
    body_hash: String,
    /// Milliseconds since the Unix epoch.
    now_ms: u64,
}

/// What is kept of the first call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    body_hash: String,
    response: String,
}

impl Once {
    /// The actor's call of an operation, as `createMeeting`. `body` is all that tells
    /// one call from another: what the path names, and the request's body.
    #[must_use]
    pub fn of(
        app: &App,
        actor: &Actor,
        operation: &str,
        key: Option<Key>,
        body: &impl Serialize,
    ) -> Self {
        Self::of_person(app, &actor.user_id, operation, key, body)
    }

    /// As [`Once::of`], of a person who need not be here any more.
    #[must_use]
    pub fn of_person(
        app: &App,
        user: &UserId,
        operation: &str,
        key: Option<Key>,
        body: &impl Serialize,
    ) -> Self {
        let scope = format!("{user} {operation}");
        Self::under(scope, key, body, app.clock.now_ms())
    }

    /// As [`Once::of`], with the scope and the time (milliseconds since the Unix
    /// epoch) given.
    #[must_use]
    pub fn under(scope: String, key: Option<Key>, body: &impl Serialize, now_ms: u64) -> Self {
        Self(key.map(|key| Claim {
            scope,
            key,
            body_hash: hash(body),
            now_ms,
        }))
    }

    /// The first answer, or else what `work` comes to. When `work` fails because the
    /// same call was made meanwhile, it is that one's answer.
    ///
    /// # Errors
    /// `CONFLICT` (`idempotency-key`) when the key was used with another body; else
    /// as `work`.
    pub async fn run<T: DeserializeOwned>(
        &self,
        app: &App,
        work: impl Future<Output = Result<T, Problem>>,
    ) -> Result<T, Problem> {
        let Some(claim) = &self.0 else {
            return work.await;
        };
        if let Some(kept) = store::find(&app.db, self).await? {
            return claim.answer(&kept);
        }
        match work.await {
            Ok(answer) => Ok(answer),
            Err(problem) => match store::find(&app.db, self).await? {
                Some(kept) => claim.answer(&kept),
                None => Err(problem),
            },
        }
    }

    /// The first answer, if the call was made before.
    ///
    /// # Errors
    /// `CONFLICT` (`idempotency-key`) when the key was used with another body; the store
    /// fails.
    pub async fn kept<T: DeserializeOwned>(&self, app: &App) -> Result<Option<T>, Problem> {
        let Some(claim) = &self.0 else {
            return Ok(None);
        };
        let kept = store::find(&app.db, self).await?;
        kept.map(|kept| claim.answer(&kept)).transpose()
    }

    /// Holds the key for a call that finds its own first effect by another way, and
    /// so may be carried out again.
    ///
    /// # Errors
    /// `CONFLICT` (`idempotency-key`) when the key was used with another body.
    pub async fn hold(&self, app: &App) -> Result<(), Problem> {
        let Some(claim) = &self.0 else { return Ok(()) };
        match store::hold(&app.db, self).await? {
            Some(held) if held != claim.body_hash => Err(other_body()),
            _ => Ok(()),
        }
    }
}

impl Claim {
    fn answer<T: DeserializeOwned>(&self, kept: &Kept) -> Result<T, Problem> {
        if kept.body_hash != self.body_hash {
            return Err(other_body());
        }
        serde_json::from_str(&kept.response)
            .map_err(|error| StoreError::damaged("answer", &error).into())
    }
}

fn other_body() -> Problem {
    let detail = "this idempotency key was used with another request: take a fresh one";
    Problem::new(ErrorCode::Conflict, detail).because("idempotency-key")
}

/// Of the parsed body: blanks and the order of members do not matter.
fn hash(body: &impl Serialize) -> String {
    let json = serde_json::to_vec(body).unwrap_or_default();
    let hash = Sha256::digest(json);
    hash.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_short_and_printable() {
        for good in [
            "a",
            "0197f7a4-5e0b-7c3a-9d2e-3f1b2a4c5d6e",
            &"x".repeat(128),
        ] {
            assert!(Key::parse(good).is_ok(), "{good}");
        }
        for bad in ["", "é", "a\n", "a\0", &"x".repeat(129)] {
            assert!(Key::parse(bad).is_err(), "{bad}");
        }
    }
}
