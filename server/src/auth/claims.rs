//! What a token says, and whether that is good here and now. The signature is
//! checked before.

use super::{LEEWAY_MS, refused};
use connvo_core::error::Problem;
use serde::{Deserialize, Serialize};

/// Longest subject or session id, in bytes.
const NAME_BYTES: usize = 255;

/// What a token says (RFC 7519).
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Claims {
    /// Who issued it.
    pub iss: String,
    /// Whom it is for; issuers with one client leave it out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub aud: Option<Audience>,
    /// Whom it names, in the issuer's own terms.
    pub sub: String,
    /// The sign-in session, where the issuer names one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sid: Option<String>,
    /// Email address, where the issuer gives one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// Whether the issuer has seen that the address is theirs.
    #[serde(default)]
    pub email_verified: bool,
    /// Name, where the issuer gives one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Who acts in the name of `sub`, as support staff do (RFC 8693).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub act: Option<Act>,
    /// Not good before; seconds since the Unix epoch.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nbf: Option<u64>,
    /// Issued; seconds since the Unix epoch.
    pub iat: u64,
    /// Not good from then on; seconds since the Unix epoch.
    pub exp: u64,
}

/// Who acts; whoever acts for them in turn is not looked at.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Act {
    /// In the issuer's own terms; WorkOS has an address here.
    pub sub: String,
}

/// One audience or several.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(untagged)]
pub(super) enum Audience {
    /// One.
    One(String),
    /// Several.
    Many(Vec<String>),
}

impl Audience {
    fn names(&self, client: &str) -> bool {
        match self {
            Self::One(audience) => audience == client,
            Self::Many(audiences) => audiences.iter().any(|audience| audience == client),
        }
    }
}

/// An issuer that is believed.
#[derive(Debug, Clone)]
pub(super) struct Accepted {
    /// Its name, without a slash at the end.
    pub issuer: String,
    /// Who we are to it.
    pub client: String,
    /// Whether it issues for others too: then its tokens must say whom they are for.
    pub shared: bool,
}

impl Accepted {
    /// An issuer is one client's own when its name ends in the client's id.
    pub(super) fn new(issuer: String, client: &str) -> Self {
        let shared = issuer.rsplit('/').next() != Some(client);
        Self {
            issuer,
            client: client.to_owned(),
            shared,
        }
    }

    /// Whether a token of this `iss` is its: issuers are published with a slash at the
    /// end and without.
    pub(super) fn is(&self, iss: &str) -> bool {
        iss.strip_suffix('/').unwrap_or(iss) == self.issuer
    }

    /// Checks a token's claims.
    ///
    /// # Errors
    /// `UNAUTHORIZED` when it is for somebody else, not in its time, or names nobody.
    pub(super) fn check(&self, claims: &Claims, now_ms: u64) -> Result<(), Problem> {
        if !self.is(&claims.iss) {
            return Err(refused("the token is of another issuer"));
        }
        let audience = claims.aud.as_ref().map(|aud| aud.names(&self.client));
        if !audience.unwrap_or(!self.shared) {
            return Err(refused("the token is for somebody else"));
        }
        for at in [Some(claims.iat), claims.nbf].into_iter().flatten() {
            if at.saturating_mul(1000) > now_ms.saturating_add(LEEWAY_MS) {
                return Err(refused("the token is of the future"));
            }
        }
        in_time(claims.exp.saturating_mul(1000), now_ms)?;
        let named = |name: &str| {
            !name.is_empty() && name.len() <= NAME_BYTES && !name.contains(char::is_control)
        };
        let act = claims.act.as_ref().map(|act| act.sub.as_str());
        let others = [claims.sid.as_deref(), act];
        if !named(&claims.sub) || !others.into_iter().flatten().all(named) {
            return Err(refused("the token names nobody"));
        }
        Ok(())
    }
}

/// Whether a token that is good until `expires_at_ms` still is.
pub(super) fn in_time(expires_at_ms: u64, now_ms: u64) -> Result<(), Problem> {
    if expires_at_ms.saturating_add(LEEWAY_MS) > now_ms {
        Ok(())
    } else {
        Err(refused("the token has expired: sign in again").because("expired"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const NOW: u64 = 1_800_000_000;

    fn verdict(issuer: &str, change: &serde_json::Value) -> bool {
        let mut claims = json!({"iss": issuer, "sub": "user_1", "iat": NOW, "exp": NOW + 300});
        for (name, value) in change.as_object().unwrap() {
            claims[name] = value.clone();
        }
        let Ok(claims) = serde_json::from_value(claims) else {
            return false;
        };
        Accepted::new(issuer.into(), "client_1")
            .check(&claims, NOW * 1000)
            .is_ok()
    }

    #[test]
    fn only_an_issuer_of_ones_own_may_leave_the_audience_out() {
        let (shared, own) = ("https://a.example", "https://a.example/x/client_1");
        for (issuer, change, good) in [
            (shared, json!({}), false),
            (shared, json!({"aud": "client_1"}), true),
            (shared, json!({"aud": ["other", "client_1"]}), true),
            (shared, json!({"aud": "client_2"}), false),
            (own, json!({}), true),
            (own, json!({"aud": "client_1"}), true),
            (own, json!({"aud": "client_2"}), false),
            (own, json!({"aud": []}), false),
        ] {
            assert_eq!(verdict(issuer, &change), good, "{issuer} {change}");
        }
    }

    #[test]
    fn the_issuer_may_end_in_a_slash() {
        let own = "https://a.example/client_1";
        assert!(verdict(own, &json!({"iss": "https://a.example/client_1/"})));
        for other in ["https://a.example/client_1//", "https://a.example", ""] {
            assert!(!verdict(own, &json!({"iss": other})), "{other}");
        }
    }

    #[test]
    fn a_token_is_good_in_its_time_give_or_take_half_a_minute() {
        let own = "https://a.example/client_1";
        for (change, good) in [
            (json!({"exp": NOW - 29}), true),
            (json!({"exp": NOW - 30}), false),
            (json!({"nbf": NOW + 30}), true),
            (json!({"nbf": NOW + 31}), false),
            (json!({"iat": NOW + 31}), false),
            (json!({"exp": u64::MAX}), true),
            (json!({"exp": -1}), false),
            (json!({"exp": null}), false),
        ] {
            assert_eq!(verdict(own, &change), good, "{change}");
        }
    }

    #[test]
    fn a_token_names_somebody() {
        let own = "https://a.example/client_1";
        for sub in ["", "a\0b", &"x".repeat(256)] {
            assert!(!verdict(own, &json!({"sub": sub})), "{sub}");
        }
        assert!(!verdict(own, &json!({"sid": ""})));
    }
}
