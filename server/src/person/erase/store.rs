//! Deleting a person in the database: the decision and all that can be found at once in
//! one transaction, the rest as [`Work`] after it.
//!
//! Rows are held in one order everywhere: organisations, the person, meetings, profiles by
//! id, connections.

mod orgs;
pub mod said;
mod work;

use super::super::store::{COUNT_SQL, connected};
use super::{Gone, Receipt};
use crate::audit::{self, Entry, Trail};
use crate::db::{Db, StoreError, Tx, staged, to_i64, to_id, to_u64};
use crate::idempotency::{self, Once};
use crate::{meeting, on_db, on_tx};
use connvo_core::error::Problem;
use connvo_core::id::UserId;
use connvo_core::person::DELETED_NAME;
use orgs::{OrgRow, end_orgs, hinders, hold_orgs};
use serde_json::json;
use std::collections::BTreeMap;

pub use work::{Work, end, meeting_done, next_meeting, waiting, work};

/// Deletes a person, and answers the receipt with its counts; `entry` gets the same, and
/// `trail` records what the server does of its own. The inner error is a refusal: nothing
/// was changed.
///
/// # Errors
/// The store fails.
pub async fn erase(
    db: &Db,
    user: &UserId,
    (entry, once): (Entry, &Once),
    trail: &Trail,
) -> Result<Result<(Receipt, Gone), Problem>, StoreError> {
    staged::flush_all(db).await?;
    let erased = on_db!(
        db,
        transaction | tx | {
            let orgs = hold_orgs(&mut tx, user, to_i64(trail.now_ms())).await?;
            match hinders(&orgs) {
                Some(problem) => Err(problem),
                None => match all(&mut tx, user, &orgs, trail).await? {
                    None => Err(Problem::not_found("the user")),
                    Some((receipt, gone)) => {
                        audit::store::record(&mut tx, &entry.with(told(&receipt))).await?;
                        idempotency::store::keep(&mut tx, once, 200, &receipt).await?;
                        Ok((receipt, gone))
                    }
                },
            }
        }
    );
    Ok(erased)
}

/// Deletes a person whom their issuer has deleted, in the transaction of its event: then
/// no organisation holds them back, and the log names those that nobody decides in now.
/// Absent when they were deleted before.
///
/// # Errors
/// The store fails.
pub async fn erase_told(
    tx: impl Into<Tx<'_>>,
    user: &UserId,
    trail: &Trail,
) -> Result<Option<Gone>, StoreError> {
    on_tx!(tx.into(), |line| {
        let orgs = hold_orgs(&mut *line, user, to_i64(trail.now_ms())).await?;
        let gone = all(&mut *line, user, &orgs, trail).await?;
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
        Ok(gone.map(|(_, gone)| gone))
    })
}

fn told(receipt: &Receipt) -> serde_json::Value {
    json!({"receipt": receipt.id, "counts": receipt.counts})
}

/// The row, held: nobody changes what is the person's own meanwhile.
const HELD_SQL: &str = "UPDATE users SET updated_at = $2 WHERE id = $1 AND deleted_at IS NULL
    RETURNING email, name, name_changed_at";

/// What is under their id now; what is under their name alone nobody has counted.
const SAID_SQL: &str = "SELECT COUNT(*) FROM transcript_chunks WHERE speaker_user_id = $1";

/// Deletes a person who is still there.
async fn all(
    tx: impl Into<Tx<'_>>,
    user: &UserId,
    orgs: &[OrgRow],
    trail: &Trail,
) -> Result<Option<(Receipt, Gone)>, StoreError> {
    let mut receipt = Receipt {
        id: trail.uuid(),
        deleted_at: trail.now_ms(),
        counts: BTreeMap::new(),
    };
    let now = to_i64(receipt.deleted_at);
    on_tx!(tx.into(), |line| {
        let held: Option<(Option<String>, String, i64)> = sqlx::query_as(HELD_SQL)
            .bind(user.as_str())
            .bind(now)
            .fetch_optional(&mut *line)
            .await?;
        let Some((email, name, since)) = held else {
            return Ok(None);
        };
        let work = Work {
            name,
            name_since: to_u64(since),
            email,
        };
        end_orgs(&mut *line, orgs, now).await?;
        let said: (i64,) = sqlx::query_as(SAID_SQL)
            .bind(user.as_str())
            .fetch_one(&mut *line)
            .await?;
        let removed = meeting::store::remove_alone(&mut *line, user, receipt.deleted_at).await?;
        work::begin(&mut *line, user, &work, &removed, receipt.deleted_at).await?;
        let gone = Gone {
            user_id: user.clone(),
            changed: meeting::store::bequeath(&mut *line, user, trail).await?,
            removed,
        };
        let mut count = |what: &str, rows| receipt.counts.insert(what.to_owned(), rows);
        count("transcriptChunks", to_u64(said.0));
        count("meetings", gone.removed.len() as u64);
        count("interests", forget_interests(&mut *line, user).await?);
        let (profiles, connections) = forget_connected(&mut *line, user, trail.now_ms()).await?;
        count("profiles", profiles);
        count("connections", connections);
        for (what, sql) in ROWS {
            let rows = sqlx::query(sql).bind(user.as_str()).bind(now);
            count(what, rows.execute(&mut *line).await?.rows_affected());
        }
        for sql in [
            "DELETE FROM speaker_queue WHERE user_id = $1",
            "DELETE FROM calendar_links WHERE user_id = $1",
            "DELETE FROM service_tokens WHERE created_by = $1",
        ] {
            let rows = sqlx::query(sql).bind(user.as_str());
            rows.execute(&mut *line).await?;
        }
        let waiting = forget_address(&mut *line, work.email.as_deref()).await?;
        count("invitations", waiting);
        idempotency::store::forget_of(&mut *line, user).await?;
        sqlx::query(USER_SQL)
            .bind(user.as_str())
            .bind(now)
            .bind(DELETED_NAME)
            .bind(crate::user::store::subject_hash(&mut *line, user).await?)
            .execute(&mut *line)
            .await?;
        audit::store::places::forget_of(&mut *line, user).await?;
        Ok(Some((receipt, gone)))
    })
}

/// What stays as something else; `$1` is the person, `$2` the time.
const ROWS: [(&str, &str); 3] = [
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

/// Takes their interests away, and from the counts of them; answers how many.
async fn forget_interests(tx: impl Into<Tx<'_>>, user: &UserId) -> Result<u64, StoreError> {
    on_tx!(tx.into(), |line| {
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
        sqlx::query("DELETE FROM user_interests WHERE user_id = $1")
            .bind(user.as_str())
            .execute(&mut *line)
            .await?;
        Ok(slugs.len() as u64)
    })
}

/// With whom `$1` is connected, by id, and how often.
const OTHERS_SQL: &str =
    "SELECT CASE WHEN initiator_id = $1 THEN recipient_id ELSE initiator_id END AS other, COUNT(*)
    FROM connections
    WHERE state = 'accepted' AND kind <> 'follow' AND (initiator_id = $1 OR recipient_id = $1)
    GROUP BY 1";

/// Takes their profile away, them from the counts of whom they are connected with (profile
/// by profile in the order of ids), and then the connections. Answers how many profiles and
/// connections went.
async fn forget_connected(
    tx: impl Into<Tx<'_>>,
    user: &UserId,
    now_ms: u64,
) -> Result<(u64, u64), StoreError> {
    on_tx!(tx.into(), |line| {
        let others: Vec<(String, i64)> = sqlx::query_as(OTHERS_SQL)
            .bind(user.as_str())
            .fetch_all(&mut *line)
            .await?;
        let others = others.iter().map(|(id, count)| Ok((to_id(id)?, *count)));
        let mut profiles: BTreeMap<UserId, i64> = others.collect::<Result<_, StoreError>>()?;
        profiles.insert(user.clone(), 0);
        let mut gone = 0;
        for (one, count) in &profiles {
            if one == user {
                gone = sqlx::query("DELETE FROM profiles WHERE user_id = $1")
                    .bind(user.as_str())
                    .execute(&mut *line)
                    .await?
                    .rows_affected();
            } else {
                connected(&mut *line, &[one], -count, now_ms).await?;
            }
        }
        let connections =
            sqlx::query("DELETE FROM connections WHERE initiator_id = $1 OR recipient_id = $1")
                .bind(user.as_str())
                .execute(&mut *line)
                .await?;
        Ok((gone, connections.rows_affected()))
    })
}

/// Forgets the address where it waits for the person; answers how many invitations did.
async fn forget_address(tx: impl Into<Tx<'_>>, email: Option<&str>) -> Result<u64, StoreError> {
    on_tx!(tx.into(), |line| {
        let mut waiting = 0;
        for sql in WAITING {
            let gone = sqlx::query(sql).bind(email).execute(&mut *line).await?;
            waiting += gone.rows_affected();
        }
        Ok(waiting)
    })
}
