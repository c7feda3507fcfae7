//! Signing keys and sessions in the database.

use super::standing::Standing;
use crate::audit::{self, Entry, Trail, address_hash};
use crate::db::pieces::{Bind::Number, piece};
use crate::db::{Db, StoreError, Tx, to_i64, to_id, to_u64};
use crate::user::{self, Met, Profile};
use crate::{on_db, on_tx};
use connvo_core::id::UserId;

/// The read behind every request that is not answered from memory.
pub const STANDING_SQL: &str =
    "SELECT u.is_active, s.user_id, s.revoked_at, s.expires_at FROM users u
    LEFT JOIN sessions s ON s.sid = $2 WHERE u.id = $1";

/// The read behind a token that is seen for the first time.
pub const SIGHT_SQL: &str = "SELECT u.id, u.email, u.deleted_at, s.sid FROM users u
    LEFT JOIN sessions s ON s.sid = $2 WHERE u.subject = $1";

/// A stored key pair.
pub struct SigningKey {
    /// Its id in token headers.
    pub kid: String,
    /// The private key, PKCS #8 in PEM. Never logged.
    pub private_pem: String,
}

/// Every key, oldest first.
///
/// # Errors
/// The store fails.
pub async fn signing_keys(db: &Db) -> Result<Vec<SigningKey>, StoreError> {
    let rows: Vec<(String, String)> = on_db!(
        db,
        read | pool | {
            sqlx::query_as("SELECT kid, private_pem FROM signing_keys ORDER BY created_at, kid")
                .fetch_all(pool)
                .await?
        }
    );
    let key = |(kid, private_pem)| SigningKey { kid, private_pem };
    Ok(rows.into_iter().map(key).collect())
}

/// Adds a key.
///
/// # Errors
/// The store fails.
pub async fn add_signing_key(
    db: &Db,
    kid: &str,
    private_pem: &str,
    now_ms: u64,
) -> Result<(), StoreError> {
    on_db!(
        db,
        write | pool | {
            sqlx::query(
                "INSERT INTO signing_keys (kid, private_pem, created_at) VALUES ($1, $2, $3)",
            )
            .bind(kid)
            .bind(private_pem)
            .bind(to_i64(now_ms))
            .execute(pool)
            .await?;
        }
    );
    Ok(())
}

/// Active; and of the session: whose, revoked when, over when.
type StandingRow = (bool, Option<String>, Option<i64>, Option<i64>);
/// The user's id, address and removal; the session's id.
type SightRow = (String, Option<String>, Option<i64>, Option<String>);

/// How somebody stands at `now_ms`. A session that was never seen is none of theirs.
///
/// # Errors
/// The store fails.
pub async fn standing(
    db: &Db,
    user: &UserId,
    session: Option<&str>,
    now_ms: u64,
) -> Result<Standing, StoreError> {
    let row: Option<StandingRow> = on_db!(
        db,
        read | pool | {
            sqlx::query_as(STANDING_SQL)
                .bind(user.as_str())
                .bind(session.unwrap_or_default())
                .fetch_optional(pool)
                .await?
        }
    );
    Ok(match row {
        None | Some((false, ..)) => Standing::Deactivated,
        Some(_) if session.is_none() => Standing::Good,
        Some((true, Some(owner), None, ends)) if owner == user.as_str() => {
            let over = ends.is_some_and(|ends| to_u64(ends) <= now_ms);
            if over {
                Standing::SignedOut
            } else {
                Standing::Good
            }
        }
        Some(_) => Standing::SignedOut,
    })
}

/// What is known of a token's person and session.
pub struct Sight {
    /// The user.
    pub user_id: UserId,
    /// Whether an address is known; of who was removed, none will be.
    pub email_known: bool,
    /// Whether nothing is left to be stored.
    pub complete: bool,
}

/// What is known of a subject and a session; absent at first sight.
///
/// # Errors
/// The store fails.
pub async fn sight(
    db: &Db,
    subject: &str,
    session: Option<&str>,
) -> Result<Option<Sight>, StoreError> {
    let row: Option<SightRow> = on_db!(
        db,
        read | pool | {
            sqlx::query_as(SIGHT_SQL)
                .bind(subject)
                .bind(session.unwrap_or_default())
                .fetch_optional(pool)
                .await?
        }
    );
    row.map(|(id, email, deleted_at, sid)| {
        let removed = deleted_at.is_some();
        let email_known = email.is_some() || removed;
        Ok(Sight {
            user_id: to_id(&id)?,
            email_known,
            complete: removed || (email_known && (session.is_none() || sid.is_some())),
        })
    })
    .transpose()
}

/// Whether a session was ended before; of one that was never seen it is false.
///
/// # Errors
/// The store fails.
pub async fn has_ended(db: &Db, sid: &str) -> Result<bool, StoreError> {
    let row: Option<(String,)> = on_db!(
        db,
        read | pool | {
            sqlx::query_as("SELECT sid FROM sessions WHERE sid = $1 AND revoked_at IS NOT NULL")
                .bind(sid)
                .fetch_optional(pool)
                .await?
        }
    );
    Ok(row.is_some())
}

/// Whose a session is or was; absent when it was never seen.
///
/// # Errors
/// The store fails.
pub async fn owner(db: &Db, sid: &str) -> Result<Option<UserId>, StoreError> {
    let row: Option<(String,)> = on_db!(
        db,
        read | pool | {
            sqlx::query_as("SELECT user_id FROM sessions WHERE sid = $1")
                .bind(sid)
                .fetch_optional(pool)
                .await?
        }
    );
    row.map(|(id,)| to_id(&id)).transpose()
}

/// Who acts in somebody's name, as rows name them: the user whom the issuer's word for
/// them leads to, or else that word, an address hashed.
///
/// # Errors
/// The store fails.
pub async fn acting(db: &Db, subject: &str) -> Result<String, StoreError> {
    let address = subject.to_lowercase();
    let row: Option<(String,)> = on_db!(
        db,
        read | pool | {
            sqlx::query_as(
                "SELECT id FROM users WHERE subject = $1 UNION ALL
                 SELECT id FROM users WHERE email = $2 LIMIT 1",
            )
            .bind(subject)
            .bind(&address)
            .fetch_optional(pool)
            .await?
        }
    );
    Ok(match row {
        Some((id,)) => id,
        None if address.contains('@') => address_hash("act", &address),
        None => subject.to_owned(),
    })
}

/// Stores who came, and their session where there is one; `fresh` is the id of
/// somebody new.
///
/// # Errors
/// The store fails.
pub async fn meet(
    db: &Db,
    fresh: &UserId,
    (subject, session): (&str, Option<&str>),
    profile: &Profile,
    trail: &Trail,
) -> Result<Met, StoreError> {
    let met = on_db!(
        db,
        transaction | tx | {
            let met = user::store::meet(&mut tx, fresh, subject, profile, trail).await?;
            if let (Some(sid), false) = (session, met.removed) {
                begin(&mut tx, sid, &met.user_id, None, trail).await?;
            }
            met
        }
    );
    Ok(met)
}

/// Begins a session of `user`, which the audit log has then, or learns when it ends.
///
/// # Errors
/// The store fails.
pub async fn begin(
    conn: impl Into<Tx<'_>>,
    sid: &str,
    user: &UserId,
    expires_at: Option<u64>,
    trail: &Trail,
) -> Result<(), StoreError> {
    let now = to_i64(trail.now_ms());
    on_tx!(conn.into(), |line| {
        let begun = sqlx::query(
            "INSERT INTO sessions (sid, user_id, expires_at, created_at, updated_at)
         VALUES ($1, $2, $3, $4, $4) ON CONFLICT (sid) DO NOTHING",
        )
        .bind(sid)
        .bind(user.as_str())
        .bind(expires_at.map(to_i64))
        .bind(now)
        .execute(&mut *line)
        .await?
        .rows_affected();
        if begun == 1 {
            let entry = trail.session("startSession", user, sid);
            audit::store::record(&mut *line, &entry).await?;
        } else if expires_at.is_some() {
            sqlx::query("UPDATE sessions SET expires_at = $2, updated_at = $3 WHERE sid = $1")
                .bind(sid)
                .bind(expires_at.map(to_i64))
                .bind(now)
                .execute(&mut *line)
                .await?;
        }
        Ok(())
    })
}

/// Ends a session for good; one that was never seen too, so that its tokens find it
/// ended. Answers whether it had not ended before.
///
/// # Errors
/// The store fails.
pub async fn end(
    conn: impl Into<Tx<'_>>,
    sid: &str,
    user: &UserId,
    now_ms: u64,
) -> Result<bool, StoreError> {
    on_tx!(conn.into(), |conn| {
        let ended = sqlx::query(
            "INSERT INTO sessions (sid, user_id, revoked_at, created_at, updated_at)
         VALUES ($1, $2, $3, $3, $3)
         ON CONFLICT (sid) DO UPDATE SET revoked_at = excluded.revoked_at,
             updated_at = excluded.updated_at
         WHERE sessions.revoked_at IS NULL",
        )
        .bind(sid)
        .bind(user.as_str())
        .bind(to_i64(now_ms))
        .execute(conn)
        .await?
        .rows_affected();
        Ok(ended == 1)
    })
}

/// How long a session is remembered after its end, in milliseconds: far longer than any
/// of its tokens is good.
const ENDED_MS: u64 = 30 * 24 * 3_600_000;
/// Most sessions deleted at once.
const SWEPT_ROWS: u64 = 500;

/// Deletes sessions that ended long ago; returns whether there may be more.
///
/// # Errors
/// The store fails.
pub async fn sweep(db: &Db, now_ms: u64) -> Result<bool, StoreError> {
    const SQL: &str = "DELETE FROM sessions WHERE sid IN (
        SELECT sid FROM sessions WHERE COALESCE(revoked_at, expires_at) < $1 LIMIT $2)";
    let what = [Number(now_ms.saturating_sub(ENDED_MS)), Number(SWEPT_ROWS)];
    let deleted = piece(db, SQL, &what).await?;
    Ok(deleted > 0)
}

/// Ends a session for good, which is in the audit log.
///
/// # Errors
/// The store fails.
pub async fn sign_out(
    db: &Db,
    (user, sid): (&UserId, &str),
    entry: &Entry,
    now_ms: u64,
) -> Result<(), StoreError> {
    on_db!(
        db,
        transaction | tx | {
            end(&mut tx, sid, user, now_ms).await?;
            audit::store::record(&mut tx, entry).await?;
        }
    );
    Ok(())
}
