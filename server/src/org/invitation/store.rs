//! Invitations in the database: rows of their own, so that none counts as a membership.

use super::PER_ORG;
use crate::audit::{self, Entry};
use crate::db::{Db, StoreError, to_i64, to_u64};
use crate::idempotency::{self, Once};
use crate::on_db;
use crate::org::PER_PERSON;
use crate::org::store::{
    LOCK_SQL, LOCK_USER_SQL, MEMBERSHIPS_SQL, PUT_SQL, Put, ROLE_SQL, to_role,
};
use connvo_core::id::{OrgId, UserId};
use connvo_core::org::{NewOrgMember, Org, OrgInvitation, OrgStatus};
use serde_json::json;

/// What is asked of a person: by the address that their issuer has verified.
const OF_USER_SQL: &str = "SELECT i.email, i.role, o.name, o.created_at
    FROM org_invitations i JOIN orgs o ON o.id = i.org_id JOIN users u ON u.email = i.email
    WHERE i.org_id = $1 AND u.id = $2 AND o.removed_at IS NULL
        AND u.is_active AND u.deleted_at IS NULL";
const DELETE_SQL: &str = "DELETE FROM org_invitations WHERE org_id = $1 AND email = $2";
/// Whether the organisation is open, members with an address, invitations of others.
const ROOM_SQL: &str = "SELECT
    (SELECT COUNT(*) FROM orgs WHERE id = $1 AND removed_at IS NULL),
    (SELECT COUNT(*) FROM org_memberships p JOIN users u ON u.id = p.user_id
        WHERE p.org_id = $1 AND u.email = $2 AND p.removed_at IS NULL),
    (SELECT COUNT(*) FROM org_invitations WHERE org_id = $1 AND email <> $2)";

/// What became of an invitation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Invited {
    /// It waits.
    Done(OrgInvitation),
    /// The organisation is closed.
    Closed,
    /// A member has this address.
    Member,
    /// [`PER_ORG`] wait already.
    TooMany,
}

type Row = (String, String, i64);

fn invitation((email, role, invited_at): Row) -> Result<OrgInvitation, StoreError> {
    Ok(OrgInvitation {
        email,
        role: to_role(&role)?,
        status: OrgStatus::Pending,
        invited_at: to_u64(invited_at),
    })
}

/// Asks somebody, or offers another role.
///
/// # Errors
/// The store fails.
pub async fn put(
    db: &Db,
    org: &OrgId,
    new: &NewOrgMember,
    (entry, once): (Entry, &Once),
    now_ms: u64,
) -> Result<Invited, StoreError> {
    let now = to_i64(now_ms);
    let put = on_db!(
        db,
        transaction | tx | {
            sqlx::query(LOCK_SQL)
                .bind(org.as_str())
                .bind(now)
                .execute(&mut *tx)
                .await?;
            let (open, members, others): (i64, i64, i64) = sqlx::query_as(ROOM_SQL)
                .bind(org.as_str())
                .bind(new.email())
                .fetch_one(&mut *tx)
                .await?;
            if open == 0 {
                Invited::Closed
            } else if members > 0 {
                Invited::Member
            } else if to_u64(others) >= PER_ORG as u64 {
                Invited::TooMany
            } else {
                let row: Row = sqlx::query_as(
                    "INSERT INTO org_invitations (org_id, email, role, created_at, updated_at)
                    VALUES ($1, $2, $3, $4, $4)
                    ON CONFLICT (org_id, email) DO UPDATE SET role = excluded.role,
                        updated_at = excluded.updated_at
                    RETURNING email, role, created_at",
                )
                .bind(org.as_str())
                .bind(new.email())
                .bind(new.role().as_str())
                .bind(now)
                .fetch_one(&mut *tx)
                .await?;
                let invited = invitation(row)?;
                let hash = audit::address_hash(org.as_str(), &invited.email);
                let changes = json!({"emailHash": hash, "role": {"to": invited.role}});
                audit::store::record(&mut tx, &entry.with(changes)).await?;
                idempotency::store::keep(&mut tx, once, 201, &invited).await?;
                Invited::Done(invited)
            }
        }
    );
    Ok(put)
}

/// A page of an organisation's invitations, by address.
///
/// # Errors
/// The store fails.
pub async fn page(
    db: &Db,
    org: &OrgId,
    after: &str,
    limit: u32,
) -> Result<Vec<OrgInvitation>, StoreError> {
    let rows: Vec<Row> = on_db!(
        db,
        read | pool | {
            sqlx::query_as(
                "SELECT email, role, created_at FROM org_invitations
                WHERE org_id = $1 AND email > $2 ORDER BY email LIMIT $3",
            )
            .bind(org.as_str())
            .bind(after)
            .bind(i64::from(limit))
            .fetch_all(pool)
            .await?
        }
    );
    rows.into_iter().map(invitation).collect()
}

/// Makes an invitation a membership.
///
/// # Errors
/// The store fails.
pub async fn accept(
    db: &Db,
    org: &OrgId,
    user: &UserId,
    (entry, once): (Entry, &Once),
    now_ms: u64,
) -> Result<Put<Org>, StoreError> {
    let now = to_i64(now_ms);
    let put = on_db!(
        db,
        transaction | tx | {
            sqlx::query(LOCK_SQL)
                .bind(org.as_str())
                .bind(now)
                .execute(&mut *tx)
                .await?;
            sqlx::query(LOCK_USER_SQL)
                .bind(user.as_str())
                .execute(&mut *tx)
                .await?;
            let held: Option<(String,)> = sqlx::query_as(ROLE_SQL)
                .bind(org.as_str())
                .bind(user.as_str())
                .fetch_optional(&mut *tx)
                .await?;
            let asked: Option<(String, String, String, i64)> = sqlx::query_as(OF_USER_SQL)
                .bind(org.as_str())
                .bind(user.as_str())
                .fetch_optional(&mut *tx)
                .await?;
            let (memberships,): (i64,) = sqlx::query_as(MEMBERSHIPS_SQL)
                .bind(user.as_str())
                .fetch_one(&mut *tx)
                .await?;
            match asked {
                _ if held.is_some() => Put::Absent,
                None => Put::Absent,
                Some(_) if to_u64(memberships) >= PER_PERSON as u64 => Put::TooMany,
                Some((email, role, name, created_at)) => {
                    sqlx::query(PUT_SQL)
                        .bind(org.as_str())
                        .bind(user.as_str())
                        .bind(&role)
                        .bind(now)
                        .execute(&mut *tx)
                        .await?;
                    sqlx::query(DELETE_SQL)
                        .bind(org.as_str())
                        .bind(&email)
                        .execute(&mut *tx)
                        .await?;
                    let made = Org {
                        id: org.clone(),
                        name,
                        role: to_role(&role)?,
                        status: OrgStatus::Active,
                        created_at: to_u64(created_at),
                    };
                    let changes = json!({"userId": user, "role": {"from": null, "to": role}});
                    audit::store::record(&mut tx, &entry.with(changes)).await?;
                    idempotency::store::keep(&mut tx, once, 200, &made).await?;
                    Put::Done(made)
                }
            }
        }
    );
    Ok(put)
}

/// Takes an invitation back; false when there is none.
///
/// # Errors
/// The store fails.
pub async fn withdraw(
    db: &Db,
    org: &OrgId,
    email: &str,
    (entry, once): (Entry, &Once),
) -> Result<bool, StoreError> {
    let gone = on_db!(
        db,
        transaction | tx | {
            let gone = sqlx::query(DELETE_SQL)
                .bind(org.as_str())
                .bind(email)
                .execute(&mut *tx)
                .await?
                .rows_affected();
            if gone > 0 {
                let hash = audit::address_hash(org.as_str(), email);
                let entry = entry.with(json!({"emailHash": hash}));
                audit::store::record(&mut tx, &entry).await?;
                idempotency::store::keep(&mut tx, once, 204, &()).await?;
            }
            gone
        }
    );
    Ok(gone > 0)
}

/// Removes what is asked of a person; false when nothing is.
///
/// # Errors
/// The store fails.
pub async fn decline(
    db: &Db,
    org: &OrgId,
    user: &UserId,
    (entry, once): (Entry, &Once),
) -> Result<bool, StoreError> {
    let gone = on_db!(
        db,
        transaction | tx | {
            let gone = sqlx::query(
                "DELETE FROM org_invitations
                WHERE org_id = $1 AND email = (SELECT email FROM users WHERE id = $2)",
            )
            .bind(org.as_str())
            .bind(user.as_str())
            .execute(&mut *tx)
            .await?
            .rows_affected();
            if gone > 0 {
                let entry = entry.with(json!({"userId": user}));
                audit::store::record(&mut tx, &entry).await?;
                idempotency::store::keep(&mut tx, once, 204, &()).await?;
            }
            gone
        }
    );
    Ok(gone > 0)
}
