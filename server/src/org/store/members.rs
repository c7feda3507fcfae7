//! Members of organisations in the database.

use super::{LOCK_SQL, PUT_SQL, Put, ROLE_SQL, to_role};
use crate::audit::{self, Entry};
use crate::db::{Db, StoreError, Tx, to_i64, to_id, to_u64};
use crate::idempotency::{self, Once};
use crate::{on_db, on_tx};
use connvo_core::id::{OrgId, UserId};
use connvo_core::org::{OrgMember, OrgRole, spare_admin};
use serde_json::json;

/// Administrators beside one: who cannot come in any more decides nothing.
const OTHER_ADMINS_SQL: &str = "SELECT COUNT(*)
    FROM org_memberships p JOIN users u ON u.id = p.user_id
    WHERE p.org_id = $1 AND p.user_id <> $2 AND p.role = 'admin' AND p.removed_at IS NULL
        AND u.is_active AND u.deleted_at IS NULL";
const MEMBER_SQL: &str = "SELECT u.id, u.email, u.name, p.role, p.created_at
    FROM org_memberships p JOIN users u ON u.id = p.user_id
    WHERE p.org_id = $1 AND p.user_id = $2 AND p.removed_at IS NULL";

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

/// Holds the organisation; answers the role of a person, and how many other
/// administrators there are who can come in.
pub(super) async fn hold(
    conn: impl Into<Tx<'_>>,
    org: &OrgId,
    user: &UserId,
    now_ms: u64,
) -> Result<(Option<OrgRole>, u64), StoreError> {
    on_tx!(conn.into(), |conn| {
        sqlx::query(LOCK_SQL)
            .bind(org.as_str())
            .bind(to_i64(now_ms))
            .execute(&mut *conn)
            .await?;
        let role: Option<(String,)> = sqlx::query_as(ROLE_SQL)
            .bind(org.as_str())
            .bind(user.as_str())
            .fetch_optional(&mut *conn)
            .await?;
        let (others,): (i64,) = sqlx::query_as(OTHER_ADMINS_SQL)
            .bind(org.as_str())
            .bind(user.as_str())
            .fetch_one(&mut *conn)
            .await?;
        let role = role.map(|(role,)| to_role(&role)).transpose()?;
        Ok((role, to_u64(others)))
    })
}

/// Gives a member another role.
///
/// # Errors
/// The store fails.
pub async fn change_member(
    db: &Db,
    org: &OrgId,
    (user, role): (&UserId, OrgRole),
    (entry, once): (Entry, &Once),
    now_ms: u64,
) -> Result<Put<OrgMember>, StoreError> {
    let put = on_db!(
        db,
        transaction | tx | {
            let (held, others) = hold(&mut tx, org, user, now_ms).await?;
            let spared = match (held, role) {
                (Some(OrgRole::Admin), OrgRole::Member) => spare_admin(others),
                _ => Ok(()),
            };
            match (held, spared) {
                (None, _) => Put::Absent,
                (_, Err(problem)) => Put::LastAdmin(problem),
                _ => {
                    sqlx::query(PUT_SQL)
                        .bind(org.as_str())
                        .bind(user.as_str())
                        .bind(role.as_str())
                        .bind(to_i64(now_ms))
                        .execute(&mut *tx)
                        .await?;
                    let row: MemberRow = sqlx::query_as(MEMBER_SQL)
                        .bind(org.as_str())
                        .bind(user.as_str())
                        .fetch_one(&mut *tx)
                        .await?;
                    let member = to_member(row)?;
                    let changes = json!({"userId": user, "role": {"from": held, "to": role}});
                    audit::store::record(&mut tx, &entry.with(changes)).await?;
                    idempotency::store::keep(&mut tx, once, 200, &member).await?;
                    Put::Done(member)
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
    (entry, once): (Entry, &Once),
    now_ms: u64,
) -> Result<Put<()>, StoreError> {
    let put = on_db!(
        db,
        transaction | tx | {
            let (held, others) = hold(&mut tx, org, user, now_ms).await?;
            let spared = match held {
                Some(OrgRole::Admin) => spare_admin(others),
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
                    idempotency::store::keep(&mut tx, once, 204, &()).await?;
                    Put::Done(())
                }
            }
        }
    );
    Ok(put)
}
