//! Service tokens: what a program that sends a meeting's transcript is known by.

use super::LABEL_UTF16;
use crate::error::Problem;
use crate::id::UserId;
use serde::{Deserialize, Serialize};

/// Most tokens of a meeting that are good at a time.
pub const PER_MEETING: usize = 10;

/// A token as somebody asks for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ServiceTokenDraft {
    /// What the program is called, 1 to 100 UTF-16 code units: the label of what it hears
    /// without saying whom.
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 100))]
    pub name: String,
    /// Until when it is good, in milliseconds since the Unix epoch; without it, for as long
    /// as the meeting runs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<u64>,
}

impl ServiceTokenDraft {
    /// The name without blanks around it, where the draft is good at `now_ms` (milliseconds
    /// since the Unix epoch).
    ///
    /// # Errors
    /// `VALIDATION_ERROR` for an empty or long name, one with control characters, and a time
    /// that is over.
    pub fn validate(&self, now_ms: u64) -> Result<&str, Problem> {
        let name = self.name.trim();
        let length = name.encode_utf16().count();
        if length == 0 || length > LABEL_UTF16 || name.chars().any(char::is_control) {
            let message = format!("1 to {LABEL_UTF16} UTF-16 code units, on one line, are needed");
            return Err(Problem::field("/name", message));
        }
        if self.expires_at.is_some_and(|at| at <= now_ms) {
            return Err(Problem::field("/expiresAt", "a time that is over"));
        }
        if self.expires_at.is_some_and(|at| i64::try_from(at).is_err()) {
            return Err(Problem::field("/expiresAt", "no time that a clock shows"));
        }
        Ok(name)
    }
}

/// A token as it is known: its secret is not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ServiceToken {
    /// Its id, a UUID.
    pub id: String,
    /// What the program is called.
    pub name: String,
    /// Who made it.
    pub created_by: UserId,
    /// Milliseconds since the Unix epoch.
    pub created_at: u64,
    /// Until when it is good, in milliseconds since the Unix epoch; null for as long as the
    /// meeting runs.
    pub expires_at: Option<u64>,
}

/// A token as it is told once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FreshServiceToken {
    /// What is known of it.
    #[serde(flatten)]
    pub known: ServiceToken,
    /// The bearer token: it is not told again.
    pub token: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_has_a_name_of_one_line_and_a_time_to_come() {
        let draft = |name: &str, expires_at| ServiceTokenDraft {
            name: name.into(),
            expires_at,
        };
        assert_eq!(draft(" Captions ", None).validate(5).unwrap(), "Captions");
        assert_eq!(draft("a", Some(6)).validate(5).unwrap(), "a");
        let long = "x".repeat(101);
        for (bad, pointer) in [
            (draft("", None), "/name"),
            (draft("a\nb", None), "/name"),
            (draft(&long, None), "/name"),
            (draft("a", Some(5)), "/expiresAt"),
            (draft("a", Some(u64::MAX)), "/expiresAt"),
        ] {
            let refused = bad.validate(5).unwrap_err();
            assert_eq!(refused.errors[0].pointer, pointer);
        }
    }
}
