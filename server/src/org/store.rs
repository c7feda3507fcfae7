//! Organisations and their members in the database.

mod members;

use super::PER_PERSON;
use crate::audit::{self, Entry};
use crate::db::{Db, StoreError, to_i64, to_id, to_u64};
use crate::idempotency::{self, Once};
use crate::on_db;
use connvo_core::error::Problem;
use connvo_core::id::{OrgId, UserId};
use connvo_core::org::{Org, OrgRole, OrgStatus, may_close};
use members::hold;
use serde_json::json;

pub use members::{change_member, members, remove_member};

pub(super) const ROLE_SQL: &str =
    "SELECT p.role FROM org_memberships p JOIN orgs o ON o.id = p.org_id
    WHERE p.org_id = $1 AND p.user_id = $2 AND p.removed_at IS NULL AND o.removed_at IS NULL";
pub(super) const MEMBERSHIPS_SQL: &str = "SELECT COUNT(*)
    FROM org_memberships p JOIN orgs o ON o.id = p.org_id
    WHERE p.user_id = $1 AND p.removed_at IS NULL AND o.removed_at IS NULL";
/// Whoever holds this row's lock is alone in changing the organisation's members.
pub(super) const LOCK_SQL: &str = "UPDATE orgs SET updated_at = $2 WHERE id = $1";
/// One person's memberships are counted by one transaction at a time.
pub(super) const LOCK_USER_SQL: &str = "UPDATE users SET updated_at = updated_at WHERE id = $1";
pub(super) const PUT_SQL: &str =
    "INSERT INTO org_memberships (org_id, user_id, role, created_at, updated_at)
    VALUES ($1, $2, $3, $4, $4)
    ON CONFLICT (org_id, user_id) DO UPDATE SET role = excluded.role, updated_at = excluded.updated_at,
        created_at = CASE WHEN org_memberships.removed_at IS NULL
            THEN org_memberships.created_at ELSE excluded.created_at END,
        removed_at = NULL";

/// What became of a change of a member.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Put<T> {
    /// It is made.
    Done(T),
    /// The rule of the last administrator is against it.
    LastAdmin(Problem),
    /// There is no such member.
    Absent,
    /// The person belongs to [`PER_PERSON`] organisations already.
    TooMany,
}

pub(super) fn to_role(name: &str) -> Result<OrgRole, StoreError> {
    OrgRole::parse(name).ok_or_else(|| StoreError::damaged("organisation role", &name))
}

type OrgRow = (String, String, String, i64, bool);

fn org((id, name, role, created_at, pending): OrgRow) -> Result<Org, StoreError> {
    Ok(Org {
        id: to_id(&id)?,
        name,
        role: to_role(&role)?,
        status: if pending {
            OrgStatus::Pending
        } else {
            OrgStatus::Active
        },
        created_at: to_u64(created_at),
    })
}

/// What `user` is in the organisation; absent for strangers.
///
/// # Errors
/// The store fails.
pub async fn role(db: &Db, org: &OrgId, user: &UserId) -> Result<Option<OrgRole>, StoreError> {
    let row: Option<(String,)> = on_db!(
        db,
        read | pool | {
            sqlx::query_as(ROLE_SQL)
                .bind(org.as_str())
                .bind(user.as_str())
                .fetch_optional(pool)
                .await?
        }
    );
    row.map(|(role,)| to_role(&role)).transpose()
}

/// Stores a new organisation with its first administrator; false when the person
/// belongs to too many.
///
/// # Errors
/// The store fails.
pub async fn insert(
    db: &Db,
    org: &Org,
    admin: &UserId,
    entry: &Entry,
    once: &Once,
) -> Result<bool, StoreError> {
    let now = to_i64(org.created_at);
    let made = on_db!(
        db,
        transaction | tx | {
            sqlx::query(LOCK_USER_SQL)
                .bind(admin.as_str())
                .execute(&mut *tx)
                .await?;
            let (held,): (i64,) = sqlx::query_as(MEMBERSHIPS_SQL)
                .bind(admin.as_str())
                .fetch_one(&mut *tx)
                .await?;
            let room = to_u64(held) < PER_PERSON as u64;
            if room {
                sqlx::query(
                    "INSERT INTO orgs (id, name, created_at, updated_at) VALUES ($1, $2, $3, $3)",
                )
                .bind(org.id.as_str())
                .bind(&org.name)
                .bind(now)
                .execute(&mut *tx)
                .await?;
                sqlx::query(PUT_SQL)
                    .bind(org.id.as_str())
                    .bind(admin.as_str())
                    .bind(org.role.as_str())
                    .bind(now)
                    .execute(&mut *tx)
                    .await?;
                audit::store::record(&mut tx, entry).await?;
                idempotency::store::keep(&mut tx, once, 201, org).await?;
            }
            room
        }
    );
    Ok(made)
}

/// An organisation as `user` sees it; absent for strangers.
///
/// # Errors
/// The store fails.
pub async fn get(db: &Db, id: &OrgId, user: &UserId) -> Result<Option<Org>, StoreError> {
    let row: Option<OrgRow> = on_db!(
        db,
        read | pool | {
            sqlx::query_as(
                "SELECT o.id, o.name, p.role, o.created_at, FALSE
                FROM org_memberships p JOIN orgs o ON o.id = p.org_id
                WHERE p.org_id = $1 AND p.user_id = $2
                    AND p.removed_at IS NULL AND o.removed_at IS NULL",
            )
            .bind(id.as_str())
            .bind(user.as_str())
            .fetch_optional(pool)
            .await?
        }
    );
    row.map(org).transpose()
}

/// A page of a person's organisations, by id; those that ask the person to belong to them
/// are among them.
///
/// # Errors
/// The store fails.
pub async fn of_user(
    db: &Db,
    user: &UserId,
    after: Option<&OrgId>,
    limit: u32,
) -> Result<Vec<Org>, StoreError> {
    let rows: Vec<OrgRow> = on_db!(
        db,
        read | pool | {
            sqlx::query_as(
                "SELECT o.id, o.name, p.role, o.created_at, FALSE
                FROM org_memberships p JOIN orgs o ON o.id = p.org_id
                WHERE p.user_id = $1 AND p.org_id > $2
                    AND p.removed_at IS NULL AND o.removed_at IS NULL
                UNION ALL
                SELECT o.id, o.name, i.role, i.created_at, TRUE
                FROM users u JOIN org_invitations i ON i.email = u.email
                    JOIN orgs o ON o.id = i.org_id
                WHERE u.id = $1 AND i.org_id > $2 AND o.removed_at IS NULL
                    AND NOT EXISTS (SELECT 1 FROM org_memberships m WHERE m.org_id = i.org_id
                        AND m.user_id = u.id AND m.removed_at IS NULL)
                ORDER BY 1 LIMIT $3",
            )
            .bind(user.as_str())
            .bind(after.map_or("", OrgId::as_str))
            .bind(i64::from(limit))
            .fetch_all(pool)
            .await?
        }
    );
    rows.into_iter().map(org).collect()
}

/// Closes an organisation for its last administrator. Its meetings stay its own, and it
/// gives them no plan.
///
/// # Errors
/// The store fails.
pub async fn close(
    db: &Db,
    org: &OrgId,
    admin: &UserId,
    (entry, once): (Entry, &Once),
    now_ms: u64,
) -> Result<Put<()>, StoreError> {
    let put = on_db!(
        db,
        transaction | tx | {
            let (held, others) = hold(&mut tx, org, admin, now_ms).await?;
            match (held, may_close(others)) {
                (None, _) => Put::Absent,
                (_, Err(problem)) => Put::LastAdmin(problem),
                _ => {
                    sqlx::query("UPDATE orgs SET removed_at = $2 WHERE id = $1")
                        .bind(org.as_str())
                        .bind(to_i64(now_ms))
                        .execute(&mut *tx)
                        .await?;
                    sqlx::query("DELETE FROM org_invitations WHERE org_id = $1")
                        .bind(org.as_str())
                        .execute(&mut *tx)
                        .await?;
                    let changes = json!({"removedAt": {"from": null, "to": now_ms}});
                    audit::store::record(&mut tx, &entry.with(changes)).await?;
                    idempotency::store::keep(&mut tx, once, 204, &()).await?;
                    Put::Done(())
                }
            }
        }
    );
    Ok(put)
}
