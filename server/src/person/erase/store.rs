//! Deleting a person in the database, in one transaction.

use super::super::store::{COUNT_SQL, connected};
use super::Receipt;
use crate::audit::{self, Entry, Trail};
use crate::db::{Db, StoreError, Tx, to_i64, to_id, to_u64};
use crate::idempotency::{self, Once};
use crate::{on_db, on_tx};
use connvo_core::error::{ErrorCode, Problem};
use connvo_core::id::UserId;
use connvo_core::org::spare_admin;
use connvo_core::person::DELETED_NAME;
use serde_json::json;
use std::collections::BTreeMap;

/// The organisations of `$1`: which, whether they decide there, how many others do who
/// can come in, how many belong to it.
const ORGS_SQL: &str = "SELECT p.org_id, p.role = 'admin',
        (SELECT COUNT(*) FROM org_memberships a JOIN users u ON u.id = a.user_id
            WHERE a.org_id = p.org_id AND a.user_id <> $1 AND a.role = 'admin'
                AND a.removed_at IS NULL AND u.is_active AND u.deleted_at IS NULL),
        (SELECT COUNT(*) FROM org_memberships a
            WHERE a.org_id = p.org_id AND a.removed_at IS NULL)
    FROM org_memberships p JOIN orgs o ON o.id = p.org_id
    WHERE p.user_id = $1 AND p.removed_at IS NULL AND o.removed_at IS NULL ORDER BY p.org_id";
type OrgRow = (String, bool, i64, i64);

/// Why a person cannot be deleted now; absent when they can.
///
/// # Errors
/// The store fails.
pub async fn hindrance(db: &Db, user: &UserId) -> Result<Option<Problem>, StoreError> {
    let orgs: Vec<OrgRow> = on_db!(
        db,
        read | pool | {
            sqlx::query_as(ORGS_SQL)
                .bind(user.as_str())
                .fetch_all(pool)
                .await?
        }
    );
    Ok(hinders(&orgs))
}

/// An organisation keeps somebody who decides, for as long as others belong to it.
fn hinders(orgs: &[OrgRow]) -> Option<Problem> {
    let mut shared = orgs.iter().filter(|org| org.1 && org.3 > 1);
    let held = shared.find(|org| spare_admin(to_u64(org.2)).is_err())?;
    let detail = format!(
        "you are the last administrator of the organisation {}: name another first",
        held.0
    );
    Some(Problem::new(ErrorCode::Conflict, detail).because("last-admin"))
}

/// Deletes a person, and answers the receipt with its counts; `entry` gets the same. The
/// inner error is a refusal: nothing was changed.
///
/// # Errors
/// The store fails.
pub async fn erase(
    db: &Db,
    user: &UserId,
    receipt: Receipt,
    (entry, once): (Entry, &Once),
) -> Result<Result<Receipt, Problem>, StoreError> {
    let erased = on_db!(
        db,
        transaction | tx | {
            let orgs = hold_orgs(&mut tx, user, to_i64(receipt.deleted_at)).await?;
            match hinders(&orgs) {
                Some(problem) => Err(problem),
                None => match all(&mut tx, user, &orgs, receipt).await? {
                    None => Err(Problem::not_found("the user")),
                    Some((receipt, _)) => {
                        audit::store::record(&mut tx, &entry.with(told(&receipt))).await?;
                        idempotency::store::keep(&mut tx, once, 200, &receipt).await?;
                        Ok(receipt)
                    }
                },
            }
        }
    );
    Ok(erased)
}

/// With whom `$1` is connected, by id, and how often.
const OTHERS_SQL: &str =
    "SELECT CASE WHEN initiator_id = $1 THEN recipient_id ELSE initiator_id END AS other, COUNT(*)
    FROM connections
    WHERE state = 'accepted' AND kind <> 'follow' AND (initiator_id = $1 OR recipient_id = $1)
    GROUP BY 1 ORDER BY 1";

/// Deletes a person whom their issuer has deleted, in the transaction of its event: then
/// no organisation holds them back, and the log names those that nobody decides in now.
/// Answers what they were called.
///
/// # Errors
/// The store fails.
pub async fn erase_told(
    tx: impl Into<Tx<'_>>,
    user: &UserId,
    trail: &Trail,
) -> Result<Option<String>, StoreError> {
    let receipt = Receipt {
        id: trail.uuid(),
        deleted_at: trail.now_ms(),
        counts: BTreeMap::new(),
    };
    on_tx!(tx.into(), |line| {
        let orgs = hold_orgs(&mut *line, user, to_i64(receipt.deleted_at)).await?;
        let gone = all(&mut *line, user, &orgs, receipt).await?;
        if let Some((receipt, _)) = &gone {
            let mut changes = told(receipt);
            let left = orgs.iter().filter(|org| org.1 && org.2 == 0 && org.3 > 1);
            let left: Vec<_> = left.map(|org| org.0.as_str()).collect();
            if !left.is_empty() {
                changes["withoutAdministrator"] = json!(left);
            }
            let entry = trail.change("erasePerson", &format!("users/{user}"), changes);
            audit::store::record(&mut *line, &entry).await?;
        }
        Ok(gone.map(|(_, name)| name))
    })
}

fn told(receipt: &Receipt) -> serde_json::Value {
    json!({"receipt": receipt.id, "counts": receipt.counts})
}

/// Deletes a person who is still there; answers what they were called, too.
async fn all(
    tx: impl Into<Tx<'_>>,
    user: &UserId,
    orgs: &[OrgRow],
    mut receipt: Receipt,
) -> Result<Option<(Receipt, String)>, StoreError> {
    let now = to_i64(receipt.deleted_at);
    on_tx!(tx.into(), |line| {
        let row: Option<(Option<String>, String)> = sqlx::query_as(
            "UPDATE users SET updated_at = $2 WHERE id = $1 AND deleted_at IS NULL
             RETURNING email, name",
        )
        .bind(user.as_str())
        .bind(now)
        .fetch_optional(&mut *line)
        .await?;
        let Some((email, name)) = row else {
            return Ok(None);
        };
        end_orgs(&mut *line, orgs, now).await?;
        let slugs: Vec<(String,)> =
            sqlx::query_as("SELECT slug FROM user_interests WHERE user_id = $1 ORDER BY slug")
                .bind(user.as_str())
                .fetch_all(&mut *line)
                .await?;
        for (slug,) in &slugs {
            sqlx::query(COUNT_SQL)
                .bind(slug)
                .bind(-1_i64)
                .execute(&mut *line)
                .await?;
        }
        let others: Vec<(String, i64)> = sqlx::query_as(OTHERS_SQL)
            .bind(user.as_str())
            .fetch_all(&mut *line)
            .await?;
        for (other, count) in &others {
            let other = to_id(other)?;
            connected(&mut *line, &[&other], -count, receipt.deleted_at).await?;
        }
        for (what, sql) in GONE {
            let gone = sqlx::query(sql).bind(user.as_str());
            let rows = gone.execute(&mut *line).await?.rows_affected();
            receipt.counts.insert(what.to_owned(), rows);
        }
        for (what, sql) in CHANGED {
            let changed = sqlx::query(sql).bind(user.as_str()).bind(now);
            let rows = changed.execute(&mut *line).await?.rows_affected();
            receipt.counts.insert(what.to_owned(), rows);
        }
        sqlx::query(USER_SQL)
            .bind(user.as_str())
            .bind(now)
            .bind(DELETED_NAME)
            .bind(crate::user::store::subject_hash(&mut *line, user).await?)
            .execute(&mut *line)
            .await?;
        audit::places::forget_of(&mut *line, user).await?;
        let waiting = forget_address(&mut *line, user, email.as_deref()).await?;
        receipt.counts.insert("invitations".to_owned(), waiting);
        Ok(Some((receipt, name)))
    })
}

/// What goes without a trace; `$1` is the person.
const GONE: [(&str, &str); 3] = [
    ("profiles", "DELETE FROM profiles WHERE user_id = $1"),
    ("interests", "DELETE FROM user_interests WHERE user_id = $1"),
    (
        "connections",
        "DELETE FROM connections WHERE initiator_id = $1 OR recipient_id = $1",
    ),
];

/// What stays as something else; `$1` is the person, `$2` the time.
const CHANGED: [(&str, &str); 3] = [
    (
        "memberships",
        "UPDATE org_memberships SET removed_at = $2, updated_at = $2
         WHERE user_id = $1 AND removed_at IS NULL",
    ),
    (
        "sessions",
        "UPDATE sessions SET revoked_at = COALESCE(revoked_at, $2), updated_at = $2
         WHERE user_id = $1",
    ),
    // Under the id, as a host without an address is kept.
    (
        "participants",
        "UPDATE participants SET email = user_id, updated_at = $2,
             status = CASE WHEN role <> 'host'
                 AND status IN ('requested', 'invited', 'accepted', 'joined')
                 THEN 'left' ELSE status END
         WHERE user_id = $1",
    ),
];

/// Where an address waits for a person.
const WAITING: [&str; 2] = [
    "DELETE FROM participants WHERE email = $1 AND user_id IS NULL",
    "DELETE FROM org_invitations WHERE email = $1",
];

/// What is left of the person, called `$3`.
const USER_SQL: &str = "UPDATE users SET subject = 'erased|' || id, email = NULL, name = $3,
        own_name = TRUE, timezone = NULL, language = NULL, avatar_url = NULL,
        notification_settings = NULL, last_seen_at = NULL, provider_updated_at = NULL, is_active = FALSE,
        deleted_at = $2, erased_at = $2, updated_at = $2, erased_subject_hash = $4
    WHERE id = $1";

/// Holds the person's organisations, always in the same order, and then looks at them.
async fn hold_orgs(
    tx: impl Into<Tx<'_>>,
    user: &UserId,
    now: i64,
) -> Result<Vec<OrgRow>, StoreError> {
    on_tx!(tx.into(), |line| {
        let orgs: Vec<OrgRow> = sqlx::query_as(ORGS_SQL)
            .bind(user.as_str())
            .fetch_all(&mut *line)
            .await?;
        for org in &orgs {
            sqlx::query("UPDATE orgs SET updated_at = $2 WHERE id = $1")
                .bind(&org.0)
                .bind(now)
                .execute(&mut *line)
                .await?;
        }
        let held = sqlx::query_as(ORGS_SQL).bind(user.as_str());
        Ok(held.fetch_all(&mut *line).await?)
    })
}

/// An organisation of nobody else ends with its last member, unless the provider of
/// sign-in keeps it.
async fn end_orgs(tx: impl Into<Tx<'_>>, orgs: &[OrgRow], now: i64) -> Result<(), StoreError> {
    on_tx!(tx.into(), |line| {
        for org in orgs.iter().filter(|org| org.3 == 1) {
            sqlx::query("UPDATE orgs SET removed_at = $2 WHERE id = $1 AND workos_id IS NULL")
                .bind(&org.0)
                .bind(now)
                .execute(&mut *line)
                .await?;
        }
    });
    Ok(())
}

/// Forgets the address where it waits for the person, and every answer kept for a retry
/// that has it or is about them. Answers how many invitations waited.
async fn forget_address(
    tx: impl Into<Tx<'_>>,
    user: &UserId,
    email: Option<&str>,
) -> Result<u64, StoreError> {
    // As it stands in JSON, and nothing of it is a wildcard.
    let address = email.map(|email| json!(email).to_string());
    let of = |text: &str| format!("%{}%", escaped(text));
    let address = of(address.as_deref().unwrap_or(user.as_str()));
    on_tx!(tx.into(), |line| {
        let mut waiting = 0;
        for sql in WAITING {
            let gone = sqlx::query(sql).bind(email).execute(&mut *line).await?;
            waiting += gone.rows_affected();
        }
        sqlx::query(
            "DELETE FROM idempotency_keys WHERE scope LIKE $1 OR response LIKE $2
                OR response LIKE $3 ESCAPE '!'",
        )
        .bind(format!("{user} %"))
        .bind(of(user.as_str()))
        .bind(address)
        .execute(&mut *line)
        .await?;
        Ok(waiting)
    })
}

fn escaped(text: &str) -> String {
    text.replace('!', "!!")
        .replace('%', "!%")
        .replace('_', "!_")
}
