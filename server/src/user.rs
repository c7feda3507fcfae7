//! People with an account.

pub mod seen;
pub mod store;

use crate::app::{AccessChange, App};
use crate::views::Topic;
use connvo_core::error::Problem;
use connvo_core::id::{MeetingId, UserId};
use connvo_core::meeting::validate_email;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Longest name, in UTF-16 code units.
pub const NAME_UTF16: usize = 100;

/// A person's checked address and name.
pub struct NewUser {
    email: String,
    name: String,
}

impl NewUser {
    /// Checks address and name.
    ///
    /// # Errors
    /// `VALIDATION_ERROR` naming the field.
    pub fn validate(email: &str, name: &str) -> Result<Self, Problem> {
        let email = validate_email(email, "/email")?;
        let name = name.trim().replace('\0', "");
        match name.encode_utf16().count() {
            1..=NAME_UTF16 => Ok(Self { email, name }),
            length => Err(Problem::field(
                "/name",
                format!("{length} UTF-16 code units; 1 to {NAME_UTF16} are allowed"),
            )),
        }
    }

    /// The lower-cased address.
    #[must_use]
    pub fn email(&self) -> &str {
        &self.email
    }

    /// The name shown.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }
}

/// A stored user.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct User {
    /// The user's id.
    pub id: UserId,
    /// Email address, once known.
    pub email: Option<String>,
    /// The name shown.
    pub name: String,
    /// Milliseconds since the Unix epoch.
    pub created_at: u64,
}

/// All that is known of a person's account, as administrators see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = AdminUserDetail)]
pub struct Known {
    /// The user's id.
    pub id: UserId,
    /// Email address, once known.
    pub email: Option<String>,
    /// The name shown.
    pub name: String,
    /// IANA name of their timezone.
    pub timezone: Option<String>,
    /// Their language, as a tag (BCP 47).
    pub language: Option<String>,
    /// Whether they may come in.
    pub is_active: bool,
    /// When they were last heard of, to the minute, in milliseconds since the Unix epoch.
    pub last_seen_at: Option<u64>,
    /// When they were removed for good, in milliseconds since the Unix epoch.
    pub deleted_at: Option<u64>,
    /// Milliseconds since the Unix epoch.
    pub created_at: u64,
}

/// What an issuer says of a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Profile {
    /// Email address, lower-cased; only one that the issuer has verified.
    pub email: Option<String>,
    /// The name shown; empty where none is known.
    pub name: String,
    /// The issuer's own time of this, in milliseconds since the Unix epoch. What is
    /// older than what was said before is ignored.
    pub updated_at: Option<u64>,
}

/// What came of meeting somebody: to be told after the commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Met {
    /// The user.
    pub user_id: UserId,
    /// Whether they were removed: nothing of theirs begins any more.
    pub removed: bool,
    /// Whether their address or name is another.
    pub changed: bool,
    /// Who had the address until now.
    pub lost: Vec<UserId>,
    /// Meetings whose invitation went over to them, and from whom.
    pub moved: Vec<(MeetingId, UserId)>,
}

impl Met {
    /// Somebody of whom nothing changed.
    #[must_use]
    pub const fn of(user_id: UserId) -> Self {
        Self {
            user_id,
            removed: false,
            changed: false,
            lost: Vec::new(),
            moved: Vec::new(),
        }
    }

    /// Says, after the commit, what has changed, to whom it concerns.
    pub fn tell(&self, app: &App) {
        if self.changed {
            app.touched(&[Topic::Person(self.user_id.clone())]);
        }
        for user in &self.lost {
            app.touched(&[Topic::Person(user.clone())]);
        }
        for (meeting_id, from) in &self.moved {
            for user_id in [from, &self.user_id] {
                app.access_changed(AccessChange::Member {
                    meeting_id: meeting_id.clone(),
                    user_id: user_id.clone(),
                });
            }
        }
    }
}

/// Lets somebody in, or keeps them out everywhere: what they have open closes at once.
///
/// # Errors
/// `NOT_FOUND` when there is no such user.
pub async fn set_active(app: &App, user_id: &UserId, active: bool) -> Result<(), Problem> {
    if !store::set_active(&app.db, user_id, active, app.clock.now_ms()).await? {
        return Err(Problem::not_found("the user"));
    }
    app.access_changed(AccessChange::Person {
        user_id: user_id.clone(),
    });
    Ok(())
}
