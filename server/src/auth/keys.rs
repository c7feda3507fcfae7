//! The public keys that one issuer's tokens are checked against. They are read
//! again in the background, and at once for a token with an unknown key id, but then
//! at most once in half a minute. While they cannot be read, those known stay good.

use super::{refused, store};
use crate::clock::Clock;
use crate::db::{Db, StoreError};
use crate::workos;
use connvo_core::error::{ErrorCode, Problem};
use jsonwebtoken::jwk::{AlgorithmParameters, Jwk, JwkSet, KeyAlgorithm, PublicKeyUse};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey};
use reqwest::{Client, Url};
use serde_json::Value;
use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};
use tokio::sync::Mutex;

/// Shortest time between two reads, in milliseconds.
const REREAD_MS: u64 = 30_000;
/// Most keys of a set.
const KEYS: usize = 100;
/// Shortest modulus in base64url: 2 048 bits (RFC 7518, section 3.3).
const MODULUS_CHARS: usize = 342;
/// When to try again after the keys were out of reach, in milliseconds.
const RETRY_MS: u64 = 5_000;

/// Where keys are published.
pub(super) enum Source {
    /// In the database: the embedded issuer's.
    Stored(Db),
    /// At an address, as a JWK set (RFC 7517).
    Published(Client, Url),
}

/// A set of public keys.
pub(super) struct Keys {
    clock: Clock,
    source: Source,
    known: RwLock<Arc<Known>>,
    /// Held by whoever reads.
    reading: Mutex<()>,
}

/// A key, and which set it is of.
pub(super) struct Found {
    pub key: Arc<DecodingKey>,
    pub generation: u64,
}

#[derive(Default)]
struct Known {
    set: Vec<Jwk>,
    /// By key id; nothing where that key is of no use here.
    keys: HashMap<String, Option<Arc<DecodingKey>>>,
    tried_at: Option<u64>,
    /// Whether the last try failed.
    out_of_reach: bool,
    /// Counts the sets from which a key was taken away.
    generation: u64,
}

impl Keys {
    /// Knows nothing yet.
    pub(super) fn new(source: Source, clock: Clock) -> Self {
        Self {
            clock,
            source,
            known: RwLock::default(),
            reading: Mutex::default(),
        }
    }

    /// The keys as a JWK set (RFC 7517).
    pub(super) fn public(&self) -> JwkSet {
        JwkSet {
            keys: self.known().set.clone(),
        }
    }

    /// Which set stands: what was verified by an earlier one is to be verified again.
    pub(super) fn generation(&self) -> u64 {
        self.known().generation
    }

    /// The key of a key id.
    ///
    /// # Errors
    /// `UNAUTHORIZED` when nobody published it, or it is not for RS256; `UNAVAILABLE`
    /// when that cannot be known now.
    pub(super) async fn find(&self, kid: &str) -> Result<Found, Problem> {
        if !self.known().keys.contains_key(kid) {
            let reading = self.reading.lock().await;
            let known = self.known();
            let now = self.clock.now_ms();
            let due = known
                .tried_at
                .is_none_or(|tried| now.saturating_sub(tried) >= REREAD_MS);
            // Somebody else may have read them while we waited.
            if !known.keys.contains_key(kid) && due {
                self.read(now).await;
            }
            drop(reading);
        }
        let known = self.known();
        match known.keys.get(kid) {
            Some(Some(key)) => Ok(Found {
                key: Arc::clone(key),
                generation: known.generation,
            }),
            Some(None) => Err(refused("the token's key is not one for RS256")),
            None if known.out_of_reach => {
                let mut problem = Problem::new(
                    ErrorCode::Unavailable,
                    "the issuer's keys are out of reach: try again",
                );
                problem.retry_after_ms = Some(RETRY_MS);
                Err(problem)
            }
            None => Err(refused("the token's key is not known")),
        }
    }

    /// Reads the keys now; false when they are out of reach.
    pub(super) async fn refresh(&self) -> bool {
        let _reading = self.reading.lock().await;
        self.read(self.clock.now_ms()).await;
        !self.known().out_of_reach
    }

    /// One try. Only who holds `reading` calls it.
    async fn read(&self, now: u64) {
        let before = self.known();
        let read = match &self.source {
            Source::Stored(db) => stored(db).await.map_err(|error| error.to_string()),
            // An empty set is a fault of the issuer's, not the end of every key.
            Source::Published(http, url) => published(http, url).await.and_then(|set| {
                let none = set.is_empty() && !before.set.is_empty();
                if none {
                    Err("no key is published".into())
                } else {
                    Ok(set)
                }
            }),
        };
        let fresh = match read {
            Ok(read) => before.followed_by(read, now),
            Err(error) => {
                tracing::warn!(error, "the keys of an issuer cannot be read");
                Known {
                    set: before.set.clone(),
                    keys: before.keys.clone(),
                    tried_at: Some(now),
                    out_of_reach: true,
                    generation: before.generation,
                }
            }
        };
        *self.known.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(fresh);
    }

    fn known(&self) -> Arc<Known> {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(&known)
    }
}

impl Known {
    fn followed_by(&self, set: Vec<(String, Option<Jwk>)>, now: u64) -> Self {
        // Who is no longer published, or published otherwise, is good no longer.
        let same = |old: &Jwk| {
            let kid = old.common.key_id.as_deref();
            let mut now = set.iter().filter(|(id, _)| Some(id.as_str()) == kid);
            now.any(|(_, jwk)| jwk.as_ref() == Some(old))
        };
        let taken_away = !self.set.iter().all(same);
        let key = |jwk: &Jwk| DecodingKey::from_jwk(jwk).ok().map(Arc::new);
        Self {
            keys: set
                .iter()
                .map(|(kid, jwk)| (kid.clone(), jwk.as_ref().and_then(key)))
                .collect(),
            set: set.into_iter().filter_map(|(_, jwk)| jwk).collect(),
            tried_at: Some(now),
            out_of_reach: false,
            generation: self.generation + u64::from(taken_away),
        }
    }
}

async fn stored(db: &Db) -> Result<Vec<(String, Option<Jwk>)>, StoreError> {
    store::signing_keys(db)
        .await?
        .into_iter()
        .map(|key| {
            Ok((
                key.kid.clone(),
                Some(public_half(&key.kid, &key.private_pem)?),
            ))
        })
        .collect()
}

fn public_half(kid: &str, private_pem: &str) -> Result<Jwk, StoreError> {
    let key = EncodingKey::from_rsa_pem(private_pem.as_bytes());
    let mut jwk = key
        .and_then(|key| Jwk::from_encoding_key(&key, Algorithm::RS256))
        .map_err(|error| StoreError::damaged("signing key", &error))?;
    jwk.common.key_id = Some(kid.to_owned());
    jwk.common.public_key_use = Some(PublicKeyUse::Signature);
    Ok(jwk)
}

async fn published(http: &Client, url: &Url) -> Result<Vec<(String, Option<Jwk>)>, String> {
    let set: Value = workos::get(http.get(url.clone()))
        .await
        .map_err(|outage| outage.to_string())?;
    let keys = set["keys"].as_array().ok_or("not a JWK set")?;
    let key = |jwk: &Value| Some((jwk["kid"].as_str()?.to_owned(), usable(jwk)));
    Ok(keys.iter().take(KEYS).filter_map(key).collect())
}

/// The key, if it is one that RS256 tokens are signed with. A set may hold others.
fn usable(jwk: &Value) -> Option<Jwk> {
    let jwk: Jwk = serde_json::from_value(jwk.clone()).ok()?;
    let signs = matches!(
        jwk.common.public_key_use,
        None | Some(PublicKeyUse::Signature)
    );
    let rs256 = matches!(jwk.common.key_algorithm, None | Some(KeyAlgorithm::RS256));
    let strong = match &jwk.algorithm {
        AlgorithmParameters::RSA(key) => key.n.len() >= MODULUS_CHARS,
        _ => false,
    };
    (signs && rs256 && strong).then_some(jwk)
}
