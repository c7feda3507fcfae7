//! Who an issuer says somebody is. A verified address is one person's at a time: whoever
//! had it before has none any more, and what waits for it goes to who has it now.

use crate::audit::{self, Trail, address_hash};
use crate::db::{Db, StoreError, Tx, to_i64, to_id};
use crate::user::{Met, Profile};
use crate::{on_db, on_tx};
use connvo_core::id::{MeetingId, UserId};
use serde_json::json;

/// Makes the row, or holds it.
const HOLD_SQL: &str = "INSERT INTO users (id, subject, name, created_at, updated_at)
    VALUES ($1, $2, '', $3, $3)
    ON CONFLICT (subject) DO UPDATE SET updated_at = users.updated_at
    RETURNING id, email, name, own_name, provider_updated_at, deleted_at";

/// Invitations that wait for an address become those of who has it, but for those of
/// somebody whom a block keeps apart from them.
const CLAIM_SQL: &str = "UPDATE participants SET user_id = $1, updated_at = $3
    WHERE email = $2 AND user_id IS NULL AND NOT EXISTS (
        SELECT 1 FROM participants AS other
        WHERE other.meeting_id = participants.meeting_id AND other.user_id = $1)
    AND NOT EXISTS (SELECT 1 FROM connections b WHERE b.state = 'blocked'
        AND (b.initiator_id = participants.invited_by AND b.recipient_id = $1
            OR b.initiator_id = $1 AND b.recipient_id = participants.invited_by))";

#[derive(sqlx::FromRow)]
struct Held {
    id: String,
    email: Option<String>,
    name: String,
    own_name: bool,
    provider_updated_at: Option<i64>,
    deleted_at: Option<i64>,
}

impl Held {
    /// Whether what is said is at least as new as what is known.
    fn takes(&self, profile: &Profile) -> bool {
        let said = profile.updated_at.map(to_i64);
        self.deleted_at.is_none()
            && self
                .provider_updated_at
                .is_none_or(|known| said.is_none_or(|said| known <= said))
    }

    /// The address from now on. What a token says may be older than the issuer's own
    /// news, and counts where there are none.
    fn next_email(&self, profile: &Profile) -> Option<String> {
        match (profile.updated_at, self.provider_updated_at) {
            (Some(_), _) => profile.email.clone(),
            (None, Some(_)) => self.email.clone(),
            (None, None) => profile.email.clone().or_else(|| self.email.clone()),
        }
    }

    fn next_name<'n>(&'n self, profile: &'n Profile) -> &'n str {
        if self.own_name || profile.name.is_empty() {
            &self.name
        } else {
            &profile.name
        }
    }
}

/// The user of a subject, made with `fresh` as its id at first sight; address and name
/// (unless the person chose it here) are brought up to date.
///
/// # Errors
/// The store fails.
pub async fn ensure(
    db: &Db,
    fresh: &UserId,
    subject: &str,
    email: Option<&str>,
    name: &str,
    trail: &Trail,
) -> Result<UserId, StoreError> {
    let profile = Profile {
        email: email.map(str::to_owned),
        name: name.to_owned(),
        updated_at: None,
    };
    let met = on_db!(
        db,
        transaction | tx | meet(&mut tx, fresh, subject, &profile, trail).await?
    );
    Ok(met.user_id)
}

/// As [`ensure`], within a transaction, by what an issuer says. What is older than
/// what was said before changes nothing; who was removed stays removed.
///
/// # Errors
/// The store fails.
pub async fn meet(
    conn: impl Into<Tx<'_>>,
    fresh: &UserId,
    subject: &str,
    profile: &Profile,
    trail: &Trail,
) -> Result<Met, StoreError> {
    let now = to_i64(trail.now_ms());
    on_tx!(conn.into(), |line| {
        let held: Held = sqlx::query_as(HOLD_SQL)
            .bind(fresh.as_str())
            .bind(subject)
            .bind(now)
            .fetch_one(&mut *line)
            .await?;
        let mut met = Met::of(to_id(&held.id)?);
        met.removed = held.deleted_at.is_some();
        let made = met.user_id == *fresh;
        if !held.takes(profile) {
            return Ok(met);
        }
        let (email, name) = (held.next_email(profile), held.next_name(profile));
        let moved = email != held.email;
        met.changed = !made && (moved || name != held.name);
        if let (Some(email), true) = (&email, moved) {
            take_address(&mut *line, email, &mut met, trail).await?;
        }
        sqlx::query(
            "UPDATE users SET email = $2, name = $3, updated_at = $5,
                 name_changed_at = CASE WHEN name <> $3 THEN $5 ELSE name_changed_at END,
                 provider_updated_at = COALESCE($4, provider_updated_at)
             WHERE id = $1",
        )
        .bind(&held.id)
        .bind(email.as_deref())
        .bind(name)
        .bind(profile.updated_at.map(to_i64))
        .bind(now)
        .execute(&mut *line)
        .await?;
        if let Some(email) = &email {
            sqlx::query(CLAIM_SQL)
                .bind(&held.id)
                .bind(email)
                .bind(now)
                .execute(&mut *line)
                .await?;
        }
        if made || met.changed {
            // Rows outlive people: that a name changed is told, not the name.
            let mut changes = json!({});
            if moved {
                let hash = |email: &Option<String>| {
                    let email = email.as_deref()?;
                    Some(address_hash(&held.id, email))
                };
                changes["emailHash"] = json!({"from": hash(&held.email), "to": hash(&email)});
            }
            if name != held.name {
                changes["name"] = json!("changed");
            }
            let action = if made { "createUser" } else { "updateUser" };
            let entry = trail.change(action, &format!("users/{}", held.id), changes);
            audit::store::record(&mut *line, &entry).await?;
        }
        Ok(met)
    })
}

/// Takes an address from whoever has it. Their invitations that are not accepted wait
/// for the new owner; where they take part they stay, under their id.
async fn take_address(
    conn: impl Into<Tx<'_>>,
    email: &str,
    met: &mut Met,
    trail: &Trail,
) -> Result<(), StoreError> {
    let now = to_i64(trail.now_ms());
    on_tx!(conn.into(), |line| {
        let losers: Vec<(String,)> = sqlx::query_as(
            "UPDATE users SET email = NULL, updated_at = $3 WHERE email = $1 AND id <> $2
             RETURNING id",
        )
        .bind(email)
        .bind(met.user_id.as_str())
        .bind(now)
        .fetch_all(&mut *line)
        .await?;
        for (loser,) in losers {
            let waiting: Vec<(String,)> = sqlx::query_as(
                "SELECT meeting_id FROM participants
                 WHERE email = $1 AND user_id = $2 AND status = 'invited' AND role <> 'host'",
            )
            .bind(email)
            .bind(&loser)
            .fetch_all(&mut *line)
            .await?;
            sqlx::query(
                "UPDATE participants SET user_id = NULL, updated_at = $3
                 WHERE email = $1 AND user_id = $2 AND status = 'invited' AND role <> 'host'",
            )
            .bind(email)
            .bind(&loser)
            .bind(now)
            .execute(&mut *line)
            .await?;
            let changes = json!({
                "emailHash": {"from": address_hash(&loser, email), "to": null},
                "owner": met.user_id,
            });
            let entry = trail.change("loseAddress", &format!("users/{loser}"), changes);
            audit::store::record(&mut *line, &entry).await?;
            let loser: UserId = to_id(&loser)?;
            for (meeting,) in waiting {
                let meeting: MeetingId = to_id(&meeting)?;
                met.moved.push((meeting, loser.clone()));
            }
            met.lost.push(loser);
        }
        // Rows of who had it once, too: an invitation of the address is the owner's.
        sqlx::query(
            "UPDATE participants SET email = user_id, updated_at = $3
             WHERE email = $1 AND user_id IS NOT NULL AND user_id <> $2",
        )
        .bind(email)
        .bind(met.user_id.as_str())
        .bind(now)
        .execute(&mut *line)
        .await?;
    });
    Ok(())
}

/// Keeps whoever comes with a subject out for good.
///
/// # Errors
/// The store fails.
pub async fn remove(
    conn: impl Into<Tx<'_>>,
    fresh: &UserId,
    subject: &str,
    now_ms: u64,
) -> Result<(), StoreError> {
    on_tx!(conn.into(), |line| {
        sqlx::query(
            "INSERT INTO users (id, subject, name, is_active, deleted_at, created_at, updated_at)
         VALUES ($1, $2, '', FALSE, $3, $3, $3)
         ON CONFLICT (subject) DO UPDATE SET is_active = FALSE, email = NULL,
             deleted_at = COALESCE(users.deleted_at, excluded.deleted_at),
             updated_at = excluded.updated_at",
        )
        .bind(fresh.as_str())
        .bind(subject)
        .bind(to_i64(now_ms))
        .execute(&mut *line)
        .await?;
    });
    Ok(())
}
