//! A person's own settings.

use super::check::Faults;
use crate::error::Problem;
use crate::id::UserId;
use serde::{Deserialize, Deserializer, Serialize};

/// Longest name, in UTF-16 code units.
pub const NAME_UTF16: usize = 100;

/// By which ways a person is told of what happens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NotificationSettings {
    /// By email.
    pub email: bool,
    /// On their devices.
    pub push: bool,
    /// Within a meeting.
    pub meeting: bool,
}

impl Default for NotificationSettings {
    fn default() -> Self {
        Self {
            email: true,
            push: true,
            meeting: true,
        }
    }
}

/// A person as they see themselves.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Account {
    /// The person's id.
    pub id: UserId,
    /// Email address, once known.
    pub email: Option<String>,
    /// The name shown.
    pub name: String,
    /// IANA name of their timezone.
    pub timezone: Option<String>,
    /// Their language, as a tag (BCP 47).
    pub language: Option<String>,
    /// Their picture, an `https` address.
    pub avatar_url: Option<String>,
    /// How they are told of things.
    pub notification_settings: NotificationSettings,
    /// When they were last heard of, to the minute, in milliseconds since the Unix epoch.
    /// Nobody else is told but administrators.
    #[cfg_attr(feature = "ts", ts(type = "number | null"))]
    pub last_seen_at: Option<u64>,
    /// Milliseconds since the Unix epoch.
    #[cfg_attr(feature = "ts", ts(type = "number"))]
    pub created_at: u64,
}

/// What a person wants changed; what is left out stays.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SettingsDraft {
    /// The name shown; 1 to 100 UTF-16 code units. It stays, whatever the provider of
    /// sign-in says later.
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 100))]
    pub name: Option<String>,
    /// IANA name, as `Europe/Lisbon`; null for none.
    #[serde(deserialize_with = "given")]
    #[cfg_attr(feature = "ts", ts(optional, as = "Option<String>"))]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub timezone: Option<Option<String>>,
    /// Language tag, as `pt-BR`; null for none.
    #[serde(deserialize_with = "given")]
    #[cfg_attr(feature = "ts", ts(optional, as = "Option<String>"))]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, max_length = 35))]
    pub language: Option<Option<String>>,
    /// Picture, an `https` address of at most 2000 characters; null for none.
    #[serde(deserialize_with = "given")]
    #[cfg_attr(feature = "ts", ts(optional, as = "Option<String>"))]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, max_length = 2000))]
    pub avatar_url: Option<Option<String>>,
    /// How to be told of things.
    pub notification_settings: Option<NotificationSettings>,
}

/// A member that is there, even as null, was given.
fn given<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Option<String>>, D::Error> {
    Option::deserialize(from).map(Some)
}

/// A validated change of settings: of each the new value, where there is one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewSettings(SettingsDraft);

impl NewSettings {
    /// Its fields, cleaned.
    #[must_use]
    pub const fn fields(&self) -> &SettingsDraft {
        &self.0
    }
}

impl SettingsDraft {
    /// Checks the draft.
    ///
    /// # Errors
    /// `VALIDATION_ERROR` naming every field.
    pub fn validate(&self) -> Result<NewSettings, Problem> {
        let mut faults = Faults::default();
        let name = self.name.as_deref();
        let name = name.map(|name| faults.some_text("/name", name, NAME_UTF16));
        let (mut timezone, mut language) = (self.timezone.clone(), self.language.clone());
        if let Some(Some(name)) = &mut timezone {
            *name = faults.timezone("/timezone", name);
        }
        if let Some(Some(tag)) = &mut language {
            *tag = faults.language("/language", tag);
        }
        let avatar = self.avatar_url.as_ref();
        let avatar_url = avatar.map(|url| faults.https("/avatarUrl", url.as_deref()));
        faults.or(NewSettings(Self {
            name,
            timezone,
            language,
            avatar_url,
            notification_settings: self.notification_settings,
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(json: &str) -> SettingsDraft {
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn null_takes_away_and_what_is_left_out_stays() {
        let draft = parse(r#"{"timezone": null, "language": "pt-BR"}"#);
        let new = draft.validate().unwrap();
        assert_eq!(new.fields().timezone, Some(None));
        assert_eq!(new.fields().language, Some(Some("pt-BR".into())));
        assert_eq!(new.fields().avatar_url, None);
        assert_eq!(new.fields().name, None);
    }

    #[test]
    fn every_fault_is_named() {
        for (json, place) in [
            (r#"{"name": "  "}"#, "/name"),
            (r#"{"timezone": "Nowhere"}"#, "/timezone"),
            (r#"{"language": "English"}"#, "/language"),
            (r#"{"avatarUrl": "http://example.org/a.png"}"#, "/avatarUrl"),
        ] {
            let problem = parse(json).validate().unwrap_err();
            assert_eq!(problem.errors[0].pointer, place);
        }
        assert!(serde_json::from_str::<SettingsDraft>(r#"{"email": "x"}"#).is_err());
    }
}
