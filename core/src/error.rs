//! The one error shape of the wire: a stable code and a message a person can act
//! on. HTTP sends it as `application/problem+json` (RFC 9457), the socket inside
//! a reply or error frame.

use serde::{Deserialize, Serialize};

/// Stable error codes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum ErrorCode {
    /// No valid token.
    Unauthorized,
    /// Known, but not allowed.
    Forbidden,
    /// Absent, or hidden from the caller.
    NotFound,
    /// The input breaks a rule; `errors` names the places.
    ValidationError,
    /// Too many requests; see `retryAfterMs`.
    RateLimited,
    /// The state has moved on, or a key was reused with another body.
    Conflict,
    /// The meeting is not running.
    MeetingNotActive,
    /// Larger than a limit of `welcome.limits`.
    PayloadTooLarge,
    /// An outside service failed.
    ProviderError,
    /// Overloaded or shutting down: try again.
    Unavailable,
    /// A fault of the server's own.
    Internal,
}

impl ErrorCode {
    /// Every code.
    pub const ALL: [Self; 11] = [
        Self::Unauthorized,
        Self::Forbidden,
        Self::NotFound,
        Self::ValidationError,
        Self::RateLimited,
        Self::Conflict,
        Self::MeetingNotActive,
        Self::PayloadTooLarge,
        Self::ProviderError,
        Self::Unavailable,
        Self::Internal,
    ];

    /// The code's wire name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Unauthorized => "UNAUTHORIZED",
            Self::Forbidden => "FORBIDDEN",
            Self::NotFound => "NOT_FOUND",
            Self::ValidationError => "VALIDATION_ERROR",
            Self::RateLimited => "RATE_LIMITED",
            Self::Conflict => "CONFLICT",
            Self::MeetingNotActive => "MEETING_NOT_ACTIVE",
            Self::PayloadTooLarge => "PAYLOAD_TOO_LARGE",
            Self::ProviderError => "PROVIDER_ERROR",
            Self::Unavailable => "UNAVAILABLE",
            Self::Internal => "INTERNAL",
        }
    }

    /// The code of a wire name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|code| code.as_str() == name)
    }

    /// The HTTP status that carries this code.
    #[must_use]
    pub const fn status(self) -> u16 {
        match self {
            Self::Unauthorized => 401,
            Self::Forbidden => 403,
            Self::NotFound => 404,
            Self::ValidationError => 422,
            Self::RateLimited => 429,
            Self::Conflict | Self::MeetingNotActive => 409,
            Self::PayloadTooLarge => 413,
            Self::ProviderError => 502,
            Self::Unavailable => 503,
            Self::Internal => 500,
        }
    }
}

/// What serde says of an input, without the words of the input that it quotes: they may
/// be a token or somebody's text.
#[must_use]
pub fn without_quotes(said: &str) -> String {
    let mut said = said.to_owned();
    for (before, after) in [
        (" string \"", "\", expected"),
        (" field `", "`, expected"),
        (" field `", "`, there are no"),
        (" variant `", "`, expected"),
        (" variant `", "`, there are no"),
    ] {
        let Some(from) = said.find(before) else {
            continue;
        };
        if let Some(to) = said.rfind(after).filter(|to| *to >= from + before.len()) {
            // The mark itself goes too.
            said.replace_range(from + before.len() - 2..=to, "");
        }
    }
    said
}

/// One place of the input that breaks a rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FieldError {
    /// JSON pointer (RFC 6901) into the body, as `/chunks/3/text`.
    pub pointer: String,
    /// What is wrong there.
    pub message: String,
}

/// What went wrong, as the wire sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{code:?}: {detail}")]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Problem {
    /// Stable code.
    pub code: ErrorCode,
    /// A message a person can act on.
    pub detail: String,
    /// The places of the input that break a rule; with the reason `entitlement`, the
    /// feature or limit that the plan does not give, as `/features/recording`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "ts", ts(as = "Option<Vec<FieldError>>", optional))]
    pub errors: Vec<FieldError>,
    /// A finer reason within the code, as `resync` or `observer`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "ts", ts(optional))]
    pub reason: Option<String>,
    /// Wait this many milliseconds before trying again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "ts", ts(optional, type = "number"))]
    pub retry_after_ms: Option<u64>,
    /// The request, for a report.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "ts", ts(optional))]
    pub request_id: Option<String>,
}

impl Problem {
    /// A problem with a code and a message.
    pub fn new(code: ErrorCode, detail: impl Into<String>) -> Self {
        Self {
            code,
            detail: detail.into(),
            errors: Vec::new(),
            reason: None,
            retry_after_ms: None,
            request_id: None,
        }
    }

    /// A validation error that names its places.
    #[must_use]
    pub fn invalid(errors: Vec<FieldError>) -> Self {
        let detail = match errors.as_slice() {
            [only] => format!("{}: {}", only.pointer, only.message),
            _ => format!("{} fields are not valid", errors.len()),
        };
        Self {
            errors,
            ..Self::new(ErrorCode::ValidationError, detail)
        }
    }

    /// A validation error in one place.
    pub fn field(pointer: impl Into<String>, message: impl Into<String>) -> Self {
        Self::invalid(vec![FieldError {
            pointer: pointer.into(),
            message: message.into(),
        }])
    }

    /// The same problem with a finer reason.
    #[must_use]
    pub fn because(mut self, reason: &str) -> Self {
        self.reason = Some(reason.to_owned());
        self
    }

    /// Absent, or hidden from the caller.
    #[must_use]
    pub fn not_found(what: &str) -> Self {
        Self::new(
            ErrorCode::NotFound,
            format!("{what} does not exist, or is not yours to see"),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_have_the_names_that_are_derived() {
        for code in ErrorCode::ALL {
            assert_eq!(serde_json::to_value(code).unwrap(), code.as_str());
            assert_eq!(ErrorCode::parse(code.as_str()), Some(code));
        }
        assert_eq!(ErrorCode::parse("Internal"), None);
    }

    #[test]
    fn what_is_said_of_an_input_quotes_nothing_of_it() {
        #[derive(Debug, Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Draft {
            #[expect(dead_code, reason = "only read")]
            kind: Kind,
        }
        #[derive(Debug, Deserialize)]
        enum Kind {
            One,
            Two,
        }
        for (input, said) in [
            ("{\"secret\": 1}", "unknown field, expected `kind`"),
            (
                "{\"kind\": \"secret\"}",
                "unknown variant, expected `One` or `Two`",
            ),
            ("\"secret\"", "invalid type: string, expected struct Draft"),
            (
                "\"secret\\\", expected secret\"",
                "invalid type: string, expected struct Draft",
            ),
            ("{}", "missing field `kind`"),
        ] {
            let error = serde_json::from_str::<Draft>(input)
                .unwrap_err()
                .to_string();
            let plain = without_quotes(&error);
            assert!(plain.starts_with(said), "{plain}");
        }
        assert!(matches!(
            [Kind::One, Kind::Two].as_slice(),
            [Kind::One, Kind::Two]
        ));
    }
}
