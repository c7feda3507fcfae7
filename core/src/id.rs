//! Identifiers: UUIDs in their lower-case text form, one type a noun.

use serde::{Deserialize, Serialize};
use std::fmt;

/// The text is not a UUID in its canonical form.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a valid id: a UUID such as 0197f7a4-5e0b-7c3a-9d2e-3f1b2a4c5d6e is expected")]
pub struct InvalidId;

fn is_uuid(text: &str) -> bool {
    text.len() == 36
        && text.bytes().enumerate().all(|(at, byte)| match at {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte),
        })
}

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        #[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(type = "string"))]
        #[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(value_type = String, format = Uuid))]
        pub struct $name(String);

        impl $name {
            /// The id in its text form.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl TryFrom<String> for $name {
            type Error = InvalidId;
            fn try_from(text: String) -> Result<Self, InvalidId> {
                if is_uuid(&text) { Ok(Self(text)) } else { Err(InvalidId) }
            }
        }

        impl std::str::FromStr for $name {
            type Err = InvalidId;
            fn from_str(text: &str) -> Result<Self, InvalidId> {
                Self::try_from(text.to_owned())
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> Self {
                id.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

id! {
    /// A meeting.
    MeetingId
}
id! {
    /// A person with an account.
    UserId
}
id! {
    /// An organisation.
    OrgId
}
id! {
    /// A connection between two people.
    ConnectionId
}
id! {
    /// A message of a chat.
    MessageId
}
id! {
    /// One live connection of a client.
    SessionId
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_canonical_uuids_are_ids() {
        let good = "0197f7a4-5e0b-7c3a-9d2e-3f1b2a4c5d6e";
        assert_eq!(good.parse::<MeetingId>().unwrap().as_str(), good);
        for bad in [
            "",
            "x",
            "0197F7A4-5e0b-7c3a-9d2e-3f1b2a4c5d6e",
            "../../etc/passwd",
        ] {
            assert!(bad.parse::<MeetingId>().is_err(), "{bad}");
        }
    }
}
