//! Signatures of webhooks: HMAC-SHA256 in hexadecimal over the time and the raw body.
//!
//! Law: the comparison takes the same time wherever the difference is, and neither a
//! secret nor a signature reaches a log line.

use connvo_core::error::{ErrorCode, Problem};
use hmac::{Hmac, Mac};
use sha2::Sha256;

/// How a service signs.
#[derive(Debug, Clone, Copy)]
pub struct Scheme {
    /// How many milliseconds the number of `t=` counts.
    pub unit_ms: u64,
    /// How far from now an event may say that it was sent, before or after, in
    /// milliseconds.
    pub tolerance_ms: u64,
}

/// Stripe's scheme: `Stripe-Signature: t=<seconds>,v1=<hex>[,v1=…]`.
pub const STRIPE: Scheme = Scheme {
    unit_ms: 1_000,
    tolerance_ms: 300_000,
};

/// Signatures looked at in one header, at most.
const SIGNATURES: usize = 8;

/// Whether `header` (`t=…,v1=…`) signs `body` with `secret`, at about `now_ms`: any of
/// its `v1` may match.
///
/// # Errors
/// `UNAUTHORIZED`, whatever is wrong with it.
pub fn verify(
    scheme: Scheme,
    secret: &str,
    header: &str,
    body: &[u8],
    now_ms: u64,
) -> Result<(), Problem> {
    let parts = || {
        let parts = header.split(',').filter_map(|part| part.split_once('='));
        parts.map(|(name, value)| (name.trim(), value.trim()))
    };
    let of = |wanted: &'static str| {
        parts().filter_map(move |(name, value)| (name == wanted).then_some(value))
    };
    let (Some(time), None) = (of("t").next(), of("t").nth(1)) else {
        return Err(refused("the signature has no time"));
    };
    let sent_ms = time.parse::<u64>().ok();
    let sent_ms = sent_ms.and_then(|sent| sent.checked_mul(scheme.unit_ms));
    let Some(sent_ms) = sent_ms else {
        return Err(refused("the signature has no time"));
    };
    if now_ms.abs_diff(sent_ms) > scheme.tolerance_ms {
        return Err(refused("the signature is not of now"));
    }
    let signs = |signature: &str| {
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret.as_bytes()) else {
            return false;
        };
        mac.update(time.as_bytes());
        mac.update(b".");
        mac.update(body);
        hex::decode(signature).is_ok_and(|signature| mac.verify_slice(&signature).is_ok())
    };
    if of("v1").take(SIGNATURES).any(signs) {
        Ok(())
    } else {
        Err(refused("the signature is not right"))
    }
}

fn refused(detail: &str) -> Problem {
    Problem::new(ErrorCode::Unauthorized, detail)
}

/// The header that `secret` signs `body` with, for tests and peers.
#[must_use]
pub fn sign(secret: &str, time: u64, body: &[u8]) -> String {
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret.as_bytes()) else {
        unreachable!("a key of any length will do")
    };
    mac.update(time.to_string().as_bytes());
    mac.update(b".");
    mac.update(body);
    let signature = hex::encode(mac.finalize().into_bytes());
    format!("t={time},v1={signature}")
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: u64 = 1_800_000_000_000;

    fn check(header: &str, body: &[u8]) -> bool {
        verify(STRIPE, "whsec_1", header, body, NOW).is_ok()
    }

    #[test]
    fn what_is_signed_now_is_taken_and_what_is_altered_is_not() {
        let now = NOW / 1_000;
        let header = sign("whsec_1", now, b"{}");
        assert!(check(&header, b"{}"));
        assert!(!check(&header, b"{ }"));
        assert!(!check(&sign("whsec_2", now, b"{}"), b"{}"));
        let other_time = header.replace(&now.to_string(), &(now + 1).to_string());
        assert!(!check(&other_time, b"{}"));
    }

    #[test]
    fn the_time_is_bounded_on_both_sides() {
        let now = NOW / 1_000;
        for (sent, taken) in [
            (now - 300, true),
            (now + 300, true),
            (now - 301, false),
            (now + 301, false),
        ] {
            assert_eq!(check(&sign("whsec_1", sent, b"{}"), b"{}"), taken, "{sent}");
        }
    }

    #[test]
    fn any_of_several_signatures_may_match() {
        let header = sign("whsec_1", NOW / 1_000, b"{}");
        let (time, right) = header.split_once(',').unwrap();
        let wrong = format!("v1={}", "0".repeat(64));
        assert!(check(&format!("{time},{wrong},{right},v0=x"), b"{}"));
        assert!(!check(&format!("{time},{wrong}"), b"{}"));
    }

    #[test]
    fn a_header_that_makes_no_sense_is_refused() {
        for header in [
            "",
            "t=",
            "t=x,v1=00",
            "v1=00",
            "t=1,t=2,v1=00",
            "t=99999999999999999999,v1=0",
        ] {
            assert!(!check(header, b"{}"), "{header}");
        }
    }
}
