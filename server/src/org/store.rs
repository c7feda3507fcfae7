//! Organisations and their members in the database.

use super::PER_PERSON;
use crate::audit::{self, Entry};
use crate::db::{Db, StoreError, Tx, to_i64, to_id, to_u64};
use crate::{on_db, on_tx};
use connvo_core::error::Problem;
use connvo_core::id::{OrgId, UserId};
use connvo_core::org::{Org, OrgMember, OrgRole, spare_admin};
use serde_json::json;

const ROLE_SQL: &str = "SELECT p.role FROM org_memberships p JOIN orgs o ON o.id = p.org_id
    WHERE p.org_id = $1 AND p.user_id = $2 AND p.removed_at IS NULL AND o.removed_at IS NULL";
const ADMINS_SQL: &str = "SELECT COUNT(*) FROM org_memberships
    WHERE org_id = $1 AND role = 'admin' AND removed_at IS NULL";
const MEMBERSHIPS_SQL: &str =
    "SELECT COUNT(*) FROM org_memberships WHERE user_id = $1 AND removed_at IS NULL";
/// Whoever holds this row's lock is alone in changing the organisation's members.
const LOCK_SQL: &str = "UPDATE orgs SET updated_at = $2 WHERE id = $1";
/// One person's memberships are counted by one transaction at a time.
const LOCK_USER_SQL: &str = "UPDATE users SET updated_at = updated_at WHERE id = $1";
const PUT_SQL: &str =
    "INSERT INTO org_memberships (org_id, user_id, role, created_at, updated_at)
    VALUES ($1, $2, $3, $4, $4)
    ON CONFLICT (org_id, user_id) DO UPDATE SET role = excluded.role, updated_at = excluded.updated_at,
        created_at = CASE WHEN org_memberships.removed_at IS NULL
            THEN org_memberships.created_at ELSE excluded.created_at END,
        removed_at = NULL";

/// What became of a change of a member.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Put {
    /// It is made.
    Done,
    /// It would leave nobody who decides.
    LastAdmin(Problem),
    /// There is no such member.
    Absent,
    /// The person belongs to [`PER_PERSON`] organisations already.
    TooMany,
}

pub(super) fn to_role(name: &str) -> Result<OrgRole, StoreError> {
    OrgRole::parse(name).ok_or_else(|| StoreError::damaged("organisation role", &name))
}

type OrgRow = (String, String, String, i64);

fn org((id, name, role, created_at): OrgRow) -> Result<Org, StoreError> {
    Ok(Org {
        id: to_id(&id)?,
        name,
        role: to_role(&role)?,
        created_at: to_u64(created_at),
    })
}

type MemberRow = (String, Option<String>, String, String, i64);

fn to_member(row: MemberRow) -> Result<OrgMember, StoreError> {
    let (user_id, email, name, role, joined_at) = row;
    Ok(OrgMember {
        user_id: to_id(&user_id)?,
        email,
        name,
        role: to_role(&role)?,
        joined_at: to_u64(joined_at),
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
pub async fn insert(db: &Db, org: &Org, admin: &UserId, entry: &Entry) -> Result<bool, StoreError> {
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
                "SELECT o.id, o.name, p.role, o.created_at
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

/// A page of a person's organisations, by id.
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
                "SELECT o.id, o.name, p.role, o.created_at
                FROM org_memberships p JOIN orgs o ON o.id = p.org_id
                WHERE p.user_id = $1 AND p.org_id > $2
                    AND p.removed_at IS NULL AND o.removed_at IS NULL
                ORDER BY p.org_id LIMIT $3",
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

/// A page of an organisation's members, by user id.
///
/// # Errors
/// The store fails.
pub async fn members(
    db: &Db,
    org: &OrgId,
    after: Option<&UserId>,
    limit: u32,
) -> Result<Vec<OrgMember>, StoreError> {
    let rows: Vec<MemberRow> = on_db!(
        db,
        read | pool | {
            sqlx::query_as(
                "SELECT u.id, u.email, u.name, p.role, p.created_at
                FROM org_memberships p JOIN users u ON u.id = p.user_id
                WHERE p.org_id = $1 AND p.user_id > $2 AND p.removed_at IS NULL
                ORDER BY p.user_id LIMIT $3",
            )
            .bind(org.as_str())
            .bind(after.map_or("", UserId::as_str))
            .bind(i64::from(limit))
            .fetch_all(pool)
            .await?
        }
    );
    rows.into_iter().map(to_member).collect()
}

/// One member.
///
/// # Errors
/// The store fails.
pub async fn member(db: &Db, org: &OrgId, user: &UserId) -> Result<Option<OrgMember>, StoreError> {
    let row: Option<MemberRow> = on_db!(
        db,
        read | pool | {
            sqlx::query_as(
                "SELECT u.id, u.email, u.name, p.role, p.created_at
                FROM org_memberships p JOIN users u ON u.id = p.user_id
                WHERE p.org_id = $1 AND p.user_id = $2 AND p.removed_at IS NULL",
            )
            .bind(org.as_str())
            .bind(user.as_str())
            .fetch_optional(pool)
            .await?
        }
    );
    row.map(to_member).transpose()
}

/// The person who has signed in with an address: of several, the first.
///
/// # Errors
/// The store fails.
pub async fn user_of(db: &Db, email: &str) -> Result<Option<UserId>, StoreError> {
    let row: Option<(String,)> = on_db!(
        db,
        read | pool | {
            sqlx::query_as("SELECT id FROM users WHERE email = $1 ORDER BY created_at, id LIMIT 1")
                .bind(email)
                .fetch_optional(pool)
                .await?
        }
    );
    row.map(|(id,)| to_id(&id)).transpose()
}

/// The role of a person, and how many administrators there are.
async fn held(
    conn: impl Into<Tx<'_>>,
    org: &OrgId,
    user: &UserId,
) -> Result<(Option<OrgRole>, u64), StoreError> {
    on_tx!(conn.into(), |conn| {
        let role: Option<(String,)> = sqlx::query_as(ROLE_SQL)
            .bind(org.as_str())
            .bind(user.as_str())
            .fetch_optional(&mut *conn)
            .await?;
        let (admins,): (i64,) = sqlx::query_as(ADMINS_SQL)
            .bind(org.as_str())
            .fetch_one(&mut *conn)
            .await?;
        let role = role.map(|(role,)| to_role(&role)).transpose()?;
        Ok((role, to_u64(admins)))
    })
}

/// Gives a member a role, and adds them where they are none and `may_add`.
///
/// # Errors
/// The store fails.
pub async fn put_member(
    db: &Db,
    org: &OrgId,
    user: &UserId,
    (role, may_add): (OrgRole, bool),
    entry: Entry,
    now_ms: u64,
) -> Result<Put, StoreError> {
    let put = on_db!(
        db,
        transaction | tx | {
            sqlx::query(LOCK_SQL)
                .bind(org.as_str())
                .bind(to_i64(now_ms))
                .execute(&mut *tx)
                .await?;
            sqlx::query(LOCK_USER_SQL)
                .bind(user.as_str())
                .execute(&mut *tx)
                .await?;
            let (held, admins) = held(&mut tx, org, user).await?;
            let (memberships,): (i64,) = sqlx::query_as(MEMBERSHIPS_SQL)
                .bind(user.as_str())
                .fetch_one(&mut *tx)
                .await?;
            let steps_down = held == Some(OrgRole::Admin) && role != OrgRole::Admin;
            let spared = if steps_down {
                spare_admin(admins)
            } else {
                Ok(())
            };
            match (held, spared) {
                (_, Err(problem)) => Put::LastAdmin(problem),
                (None, _) if !may_add => Put::Absent,
                (None, _) if to_u64(memberships) >= PER_PERSON as u64 => Put::TooMany,
                _ => {
                    sqlx::query(PUT_SQL)
                        .bind(org.as_str())
                        .bind(user.as_str())
                        .bind(role.as_str())
                        .bind(to_i64(now_ms))
                        .execute(&mut *tx)
                        .await?;
                    let changes = json!({"userId": user, "role": {"from": held, "to": role}});
                    audit::store::record(&mut tx, &entry.with(changes)).await?;
                    Put::Done
                }
            }
        }
    );
    Ok(put)
}

/// Takes a member out.
///
/// # Errors
/// The store fails.
pub async fn remove_member(
    db: &Db,
    org: &OrgId,
    user: &UserId,
    entry: Entry,
    now_ms: u64,
) -> Result<Put, StoreError> {
    let put = on_db!(
        db,
        transaction | tx | {
            sqlx::query(LOCK_SQL)
                .bind(org.as_str())
                .bind(to_i64(now_ms))
                .execute(&mut *tx)
                .await?;
            let (held, admins) = held(&mut tx, org, user).await?;
            let spared = match held {
                Some(OrgRole::Admin) => spare_admin(admins),
                _ => Ok(()),
            };
            match (held, spared) {
                (None, _) => Put::Absent,
                (_, Err(problem)) => Put::LastAdmin(problem),
                _ => {
                    sqlx::query(
                        "UPDATE org_memberships SET removed_at = $3, updated_at = $3
                        WHERE org_id = $1 AND user_id = $2",
                    )
                    .bind(org.as_str())
                    .bind(user.as_str())
                    .bind(to_i64(now_ms))
                    .execute(&mut *tx)
                    .await?;
                    let changes = json!({"userId": user, "role": {"from": held, "to": null}});
                    audit::store::record(&mut tx, &entry.with(changes)).await?;
                    Put::Done
                }
            }
        }
    );
    Ok(put)
}
