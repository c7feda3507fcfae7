//! The public keys that tokens are checked against. A token with an unknown key
//! id makes them be read again, at most once in half a minute.

use super::store;
use crate::clock::Clock;
use crate::db::{Db, StoreError};
use jsonwebtoken::jwk::{Jwk, JwkSet, PublicKeyUse};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey};
use std::sync::{Arc, PoisonError, RwLock};

/// Shortest time between two reads, in milliseconds.
const REREAD_MS: u64 = 30_000;

/// A set of public keys.
pub struct Keys {
    clock: Clock,
    known: RwLock<Arc<Known>>,
}

struct Known {
    set: JwkSet,
    read_at: u64,
}

impl Keys {
    /// Reads the keys.
    pub(super) async fn open(db: &Db, clock: Clock) -> Result<Self, StoreError> {
        let known = read(db, clock.now_ms()).await?;
        Ok(Self {
            clock,
            known: RwLock::new(Arc::new(known)),
        })
    }

    /// The keys as a JWK set (RFC 7517).
    pub(super) fn public(&self) -> JwkSet {
        self.known().set.clone()
    }

    /// The key of a key id; absent when nobody published it.
    pub(super) async fn find(&self, db: &Db, kid: &str) -> Result<Option<DecodingKey>, StoreError> {
        let known = self.known();
        if known.set.find(kid).is_none() {
            let now = self.clock.now_ms();
            if now.saturating_sub(known.read_at) < REREAD_MS {
                return Ok(None);
            }
            let fresh = Arc::new(read(db, now).await?);
            *self.known.write().unwrap_or_else(PoisonError::into_inner) = fresh;
        }
        match self.known().set.find(kid) {
            Some(jwk) => DecodingKey::from_jwk(jwk)
                .map(Some)
                .map_err(|error| StoreError::damaged("signing key", &error)),
            None => Ok(None),
        }
    }

    fn known(&self) -> Arc<Known> {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(&known)
    }
}

async fn read(db: &Db, now: u64) -> Result<Known, StoreError> {
    let keys = store::signing_keys(db)
        .await?
        .into_iter()
        .map(|key| public_half(&key.kid, &key.private_pem))
        .collect::<Result<_, _>>()?;
    Ok(Known {
        set: JwkSet { keys },
        read_at: now,
    })
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
