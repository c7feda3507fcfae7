//! Signatures of webhooks, as their senders make them.

use hmac::{Hmac, Mac};
use sha2::Sha256;

/// `t=<time>,v1=<hex>` over the time, a dot and the body.
///
/// # Panics
/// Never: a key of any length will do.
#[must_use]
pub fn sign(secret: &str, time: u64, body: &[u8]) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("any length");
    mac.update(format!("{time}.").as_bytes());
    mac.update(body);
    let signature = hex::encode(mac.finalize().into_bytes());
    format!("t={time},v1={signature}")
}
