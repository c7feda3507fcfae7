//! A flag as an operator asks for it.

use super::{Flag, Rule};
use crate::error::{FieldError, Problem};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Longest key, in bytes.
const KEY_BYTES: usize = 64;
/// Longest description, in UTF-16 code units.
const DESCRIPTION_UTF16: usize = 500;
/// Largest value, in bytes of JSON.
const VALUE_BYTES: usize = 4_096;
/// Most rules of a flag, tags of a flag, and entries of one list of a rule.
const ENTRIES: usize = 100;
/// Longest tag, domain or environment, in bytes.
const WORD_BYTES: usize = 253;
/// Longest reason, in UTF-16 code units.
pub(crate) const REASON_UTF16: usize = 500;

/// What an operator asks a flag to be, and why.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FlagDraft {
    /// What those get for whom it is on; any JSON, `true` for a plain switch.
    #[cfg_attr(feature = "ts", ts(type = "unknown"))]
    pub value: Value,
    /// The only environment that it is on in.
    #[serde(default)]
    #[cfg_attr(feature = "ts", ts(optional))]
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 253))]
    pub environment: Option<String>,
    /// For how many of a hundred people it is on; 0 to 100.
    #[cfg_attr(feature = "openapi", schema(minimum = 0, maximum = 100))]
    pub rollout: u8,
    /// Exceptions; at most 100.
    #[serde(default)]
    #[cfg_attr(feature = "ts", ts(as = "Option<Vec<Rule>>", optional))]
    #[cfg_attr(feature = "openapi", schema(max_items = 100))]
    pub rules: Vec<Rule>,
    /// What it switches.
    #[serde(default)]
    #[cfg_attr(feature = "ts", ts(as = "Option<String>", optional))]
    #[cfg_attr(feature = "openapi", schema(max_length = 500))]
    pub description: String,
    /// Words to find it by.
    #[serde(default)]
    #[cfg_attr(feature = "ts", ts(as = "Option<Vec<String>>", optional))]
    #[cfg_attr(feature = "openapi", schema(max_items = 100))]
    pub tags: Vec<String>,
    /// Whether it is on at all.
    pub active: bool,
    /// Why it is changed, for the record; 1 to 500 UTF-16 code units.
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 500))]
    pub reason: String,
}

/// A validated flag, not yet stored, and why.
#[derive(Debug, Clone, PartialEq)]
pub struct NewFlag {
    flag: Flag,
    reason: String,
}

impl NewFlag {
    /// The flag.
    #[must_use]
    pub const fn flag(&self) -> &Flag {
        &self.flag
    }

    /// Why it is changed.
    #[must_use]
    pub fn reason(&self) -> &str {
        &self.reason
    }
}

/// Checks the name of a flag: 1 to 64 bytes of a-z, 0-9, dot, dash and underscore.
///
/// # Errors
/// `NOT_FOUND`: no flag has such a name.
pub fn validate_key(key: &str) -> Result<(), Problem> {
    let plain = |byte: u8| {
        byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'.' | b'-' | b'_')
    };
    if (1..=KEY_BYTES).contains(&key.len()) && key.bytes().all(plain) {
        Ok(())
    } else {
        Err(Problem::not_found("the flag"))
    }
}

/// Checks why somebody does something: 1 to 500 UTF-16 code units.
///
/// # Errors
/// `VALIDATION_ERROR` at `pointer`.
pub fn validate_reason(reason: &str, pointer: &str) -> Result<String, Problem> {
    let reason = reason.trim().replace('\0', "");
    match reason.encode_utf16().count() {
        1..=REASON_UTF16 => Ok(reason),
        _ => Err(Problem::field(
            pointer,
            format!("a reason is needed, of at most {REASON_UTF16} UTF-16 code units"),
        )),
    }
}

fn is_word(word: &str) -> bool {
    (1..=WORD_BYTES).contains(&word.len()) && !word.chars().any(char::is_control)
}

fn is_value(value: &Value) -> bool {
    let text = value.to_string();
    text.len() <= VALUE_BYTES && !text.contains("\\u0000")
}

impl FlagDraft {
    /// Checks the draft of the flag `key`.
    ///
    /// # Errors
    /// `NOT_FOUND` for a key that cannot be; `VALIDATION_ERROR` naming every field.
    pub fn validate(self, key: &str) -> Result<NewFlag, Problem> {
        validate_key(key)?;
        let mut errors = Vec::new();
        let mut refuse = |wrong: bool, pointer: &str, message: &str| {
            if wrong {
                errors.push(FieldError {
                    pointer: pointer.to_owned(),
                    message: message.to_owned(),
                });
            }
        };
        let reason = validate_reason(&self.reason, "/reason");
        refuse(reason.is_err(), "/reason", "1 to 500 UTF-16 code units");
        refuse(self.rollout > 100, "/rollout", "0 to 100");
        refuse(!is_value(&self.value), "/value", "at most 4096 bytes");
        let long = self.description.encode_utf16().count() > DESCRIPTION_UTF16;
        let unclean = self.description.contains('\0');
        refuse(
            long || unclean,
            "/description",
            "at most 500 UTF-16 code units",
        );
        let elsewhere = self.environment.as_deref().is_some_and(|e| !is_word(e));
        refuse(elsewhere, "/environment", "1 to 253 bytes");
        let tags = self.tags.len() > ENTRIES || !self.tags.iter().all(|tag| is_word(tag));
        refuse(tags, "/tags", "at most 100, of 1 to 253 bytes");
        refuse(self.rules.len() > ENTRIES, "/rules", "at most 100");
        for (at, rule) in self.rules.iter().enumerate().take(ENTRIES) {
            let pointer = format!("/rules/{at}");
            let words = [&rule.email_domains, &rule.environments];
            let lengths = [rule.user_ids.len(), rule.org_ids.len(), rule.plans.len()];
            let lengths = lengths.into_iter().chain(words.map(Vec::len));
            let bad = words.iter().any(|list| !list.iter().all(|w| is_word(w)));
            let (most, all) = lengths.fold((0, 0), |(most, all), n| (most.max(n), all + n));
            refuse(
                most > ENTRIES || bad,
                &pointer,
                "at most 100 entries a list, of 1 to 253 bytes",
            );
            refuse(all == 0, &pointer, "it says of nobody whom it is about");
            refuse(
                !is_value(&rule.value),
                &format!("{pointer}/value"),
                "at most 4096 bytes",
            );
        }
        let reason = match reason {
            Ok(reason) if errors.is_empty() => reason,
            _ => return Err(Problem::invalid(errors)),
        };
        let mut rules = self.rules;
        for domain in rules.iter_mut().flat_map(|rule| &mut rule.email_domains) {
            *domain = domain.to_lowercase();
        }
        let flag = Flag {
            key: key.to_owned(),
            value: self.value,
            environment: self.environment,
            rollout: self.rollout,
            rules,
            description: self.description,
            tags: self.tags,
            active: self.active,
        };
        Ok(NewFlag { flag, reason })
    }
}
