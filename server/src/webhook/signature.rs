//! Signatures of the form `t=<time>,v1=<hex>`: HMAC-SHA256 over the time, a dot and
//! the raw body, compared in constant time. Time is bounded both ways, so that what
//! was signed once is of no use later, nor what was signed ahead.

use connvo_core::error::{ErrorCode, Problem};
use hmac::{Hmac, Mac};
use sha2::Sha256;

/// Most signatures of one event that are looked at: a provider signs with the old
/// secret and the new one while they change.
const SIGNATURES: usize = 8;

/// How one provider signs.
#[derive(Debug, Clone, Copy)]
pub struct Scheme {
    /// Milliseconds in the unit of `t`.
    pub unit_ms: u64,
    /// How far `t` may be from now, before or after, in milliseconds.
    pub tolerance_ms: u64,
}

/// `WorkOS-Signature`: milliseconds, three minutes.
pub const WORKOS: Scheme = Scheme {
    unit_ms: 1,
    tolerance_ms: 180_000,
};

/// `Stripe-Signature`: seconds, five minutes.
pub const STRIPE: Scheme = Scheme {
    unit_ms: 1_000,
    tolerance_ms: 300_000,
};

impl Scheme {
    /// Checks that `header` signs `body` with `secret`, about `now_ms`.
    ///
    /// # Errors
    /// `UNAUTHORIZED` otherwise.
    pub fn check(
        self,
        secret: &[u8],
        header: &str,
        body: &[u8],
        now_ms: u64,
    ) -> Result<(), Problem> {
        let parts = || {
            header
                .split(',')
                .filter_map(|part| part.trim().split_once('='))
        };
        let time = parts().find_map(|(name, time)| (name == "t").then_some(time));
        let time = time.ok_or_else(|| unsigned("the signature has no time"))?;
        let at: u64 = time
            .parse()
            .map_err(|_| unsigned("the signature's time is no number"))?;
        if at.saturating_mul(self.unit_ms).abs_diff(now_ms) > self.tolerance_ms {
            return Err(unsigned("the signature is not of this moment"));
        }
        let signatures = parts().filter(|(name, _)| *name == "v1").take(SIGNATURES);
        for (_, signature) in signatures {
            let Ok(signature) = hex::decode(signature) else {
                continue;
            };
            let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret) else {
                continue;
            };
            mac.update(time.as_bytes());
            mac.update(b".");
            mac.update(body);
            if mac.verify_slice(&signature).is_ok() {
                return Ok(());
            }
        }
        Err(unsigned("the signature is not right"))
    }
}

fn unsigned(detail: &str) -> Problem {
    Problem::new(ErrorCode::Unauthorized, detail).because("signature")
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: u64 = 1_800_000_000_000;
    const BODY: &[u8] = b"{}";

    fn sign(secret: &[u8], time: u64, body: &[u8]) -> String {
        let mut mac = Hmac::<Sha256>::new_from_slice(secret).unwrap();
        mac.update(format!("{time}.").as_bytes());
        mac.update(body);
        hex::encode(mac.finalize().into_bytes())
    }

    fn good(header: &str) -> bool {
        WORKOS.check(b"hush", header, BODY, NOW).is_ok()
    }

    #[test]
    fn the_published_vector_of_the_scheme_verifies() {
        // RFC 4231 fixes HMAC-SHA256; this fixes what is signed: `t.body`.
        let mac = sign(b"hush", NOW, BODY);
        assert!(good(&format!("t={NOW}, v1={mac}")));
        assert!(good(&format!("t={NOW},v1=00,v1={mac}")));
        assert!(!good(&format!("t={}, v1={mac}", NOW + 1)));
    }

    #[test]
    fn the_time_is_bounded_both_ways() {
        for (time, expected) in [
            (NOW - 180_000, true),
            (NOW - 180_001, false),
            (NOW + 180_000, true),
            (NOW + 180_001, false),
            (0, false),
            (u64::MAX, false),
        ] {
            let mac = sign(b"hush", time, BODY);
            assert_eq!(good(&format!("t={time}, v1={mac}")), expected, "{time}");
        }
    }

    #[test]
    fn what_is_no_signature_is_refused() {
        let mac = sign(b"other", NOW, BODY);
        for header in [
            String::new(),
            format!("t={NOW}"),
            format!("t={NOW}, v1="),
            format!("t={NOW}, v1=zz"),
            format!("t=x, v1={mac}"),
            format!("v1={mac}"),
            format!("t={NOW}, v1={mac}"),
            format!("t={NOW}, v0={}", sign(b"hush", NOW, BODY)),
        ] {
            assert!(!good(&header), "{header}");
        }
    }

    #[test]
    fn seconds_are_a_unit_too() {
        let time = NOW / 1_000;
        let header = format!("t={time},v1={}", sign(b"hush", time, BODY));
        assert!(STRIPE.check(b"hush", &header, BODY, NOW).is_ok());
        assert!(STRIPE.check(b"hush", &header, b"{ }", NOW).is_err());
    }
}
