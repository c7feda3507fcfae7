//! Tokens whose signature was found good, by their hash, until they expire.

use super::Identity;
use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Tokens remembered at most.
const REMEMBERED: usize = 20_000;

/// A token's SHA-256.
pub(super) type Hash = [u8; 32];

/// A verified token.
#[derive(Clone)]
pub(super) struct Known {
    pub identity: Identity,
    /// The subject of who has no address that is known.
    pub without_address: Option<String>,
    /// Which of the trusted issuers signed it.
    pub issuer: usize,
    /// Which of its key sets it was checked against.
    pub generation: u64,
}

/// See the module.
#[derive(Default)]
pub(super) struct Verified(Mutex<HashMap<Hash, Known>>);

impl Verified {
    pub(super) fn get(&self, hash: &Hash) -> Option<Known> {
        self.lock().get(hash).cloned()
    }

    pub(super) fn insert(&self, hash: Hash, entry: Known, now_ms: u64) {
        let mut verified = self.lock();
        if verified.len() >= REMEMBERED {
            verified.retain(|_, kept| kept.identity.expires_at_ms > now_ms);
            if verified.len() >= REMEMBERED {
                verified.clear();
            }
        }
        verified.insert(hash, entry);
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Hash, Known>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
