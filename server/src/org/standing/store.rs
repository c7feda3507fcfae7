//! Subscriptions and overrides in the database, by meeting, organisation and person.

use crate::db::{Db, StoreError};
use crate::on_db;
use connvo_core::id::{MeetingId, OrgId, UserId};

// A row for each override with each subscription, and one where there is none. What is over
// for good is not read: there may be more and more of it.
macro_rules! held {
    ($columns:literal, $from:literal, $rest:literal) => {
        concat!(
            "SELECT ",
            $columns,
            "s.plan, s.status, s.past_due_since, e.key, e.value, e.expires_at ",
            $from,
            " LEFT JOIN billing_subscriptions s ON s.org_id = o.id
                AND s.status NOT IN ('canceled', 'incomplete_expired')
            LEFT JOIN entitlements e ON e.org_id = o.id ",
            $rest
        )
    };
}

/// What applies to a meeting.
pub const OF_MEETING_SQL: &str = held!(
    "m.org_id, m.started_at, ",
    "FROM meetings m LEFT JOIN orgs o ON o.id = m.org_id AND o.removed_at IS NULL",
    "WHERE m.id = $1 ORDER BY e.source, e.key"
);

const OF_ORG_SQL: &str = held!(
    "",
    "FROM orgs o",
    "WHERE o.id = $1 AND o.removed_at IS NULL ORDER BY e.source, e.key"
);

/// What applies to a person, by organisation, the one joined first first.
pub const OF_USER_SQL: &str = held!(
    "o.id, o.name, p.role, ",
    "FROM org_memberships p JOIN orgs o ON o.id = p.org_id",
    "WHERE p.user_id = $1 AND p.removed_at IS NULL AND o.removed_at IS NULL
    ORDER BY p.created_at, o.id, e.source, e.key"
);

#[derive(sqlx::FromRow)]
pub(super) struct Held {
    pub(super) plan: Option<String>,
    pub(super) status: Option<String>,
    pub(super) past_due_since: Option<i64>,
    pub(super) key: Option<String>,
    pub(super) value: Option<i64>,
    pub(super) expires_at: Option<i64>,
}

#[derive(sqlx::FromRow)]
pub(super) struct MeetingRow {
    pub(super) org_id: Option<String>,
    pub(super) started_at: Option<i64>,
    #[sqlx(flatten)]
    pub(super) held: Held,
}

#[derive(sqlx::FromRow)]
pub(super) struct UserRow {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) role: String,
    #[sqlx(flatten)]
    pub(super) held: Held,
}

/// The rows of a meeting.
///
/// # Errors
/// The store fails.
pub(super) async fn of_meeting(
    db: &Db,
    meeting: &MeetingId,
) -> Result<Vec<MeetingRow>, StoreError> {
    Ok(on_db!(
        db,
        read | pool | {
            sqlx::query_as(OF_MEETING_SQL)
                .bind(meeting.as_str())
                .fetch_all(pool)
                .await?
        }
    ))
}

/// The rows of an organisation.
///
/// # Errors
/// The store fails.
pub(super) async fn of_org(db: &Db, org: &OrgId) -> Result<Vec<Held>, StoreError> {
    Ok(on_db!(
        db,
        read | pool | {
            sqlx::query_as(OF_ORG_SQL)
                .bind(org.as_str())
                .fetch_all(pool)
                .await?
        }
    ))
}

/// The rows of a person.
///
/// # Errors
/// The store fails.
pub(super) async fn of_user(db: &Db, user: &UserId) -> Result<Vec<UserRow>, StoreError> {
    Ok(on_db!(
        db,
        read | pool | {
            sqlx::query_as(OF_USER_SQL)
                .bind(user.as_str())
                .fetch_all(pool)
                .await?
        }
    ))
}
