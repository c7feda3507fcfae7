//! Events in the database: each is taken once, in the transaction of its effect.

use crate::audit::{self, Trail};
use crate::db::{Db, StoreError, Tx, staged, to_i64, to_id};
use crate::org::provider::{ProviderMembership, ProviderOrg, hold, membership, organization};
use crate::person::erase::{self, Gone};
use crate::user::{self, Met, Profile};
use crate::{auth, on_db, on_tx};
use connvo_core::id::{OrgId, UserId};
use serde_json::json;

/// How long an event is remembered, in milliseconds: far longer than its signature is
/// good and its provider tries again.
const KEPT_MS: u64 = 30 * 24 * 3_600_000;

/// Whether an event comes for the first time. Who is told so has its effect in the
/// same transaction, or none of both is kept. Of two deliveries at once the second
/// waits for the first.
///
/// # Errors
/// The store fails.
pub async fn first_sight(
    conn: impl Into<Tx<'_>>,
    provider: &str,
    event_id: &str,
    now_ms: u64,
) -> Result<bool, StoreError> {
    on_tx!(conn.into(), |conn| {
        sqlx::query("DELETE FROM webhook_events WHERE created_at < $1")
            .bind(to_i64(now_ms.saturating_sub(KEPT_MS)))
            .execute(&mut *conn)
            .await?;
        let made = sqlx::query(
            "INSERT INTO webhook_events (provider, event_id, created_at) VALUES ($1, $2, $3)
         ON CONFLICT (provider, event_id) DO NOTHING",
        )
        .bind(provider)
        .bind(event_id)
        .bind(to_i64(now_ms))
        .execute(&mut *conn)
        .await?
        .rows_affected();
        Ok(made == 1)
    })
}

/// What an event does to the people known.
pub enum Effect<'e> {
    /// What the issuer says of a user has changed.
    Profile(&'e Profile),
    /// The user is gone.
    Removed,
    /// A session has begun, and ends by itself at this time.
    SessionBegan(&'e str, Option<u64>),
    /// A session has ended.
    SessionEnded(&'e str),
}

/// What came of an event: to be told after the commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Taken {
    /// Whom it is about.
    pub met: Met,
    /// What is to follow, where they were just deleted.
    pub gone: Option<Gone>,
}

/// Takes an event about the user of `subject`; `fresh` is the id of somebody new. Absent
/// when it was taken before. What it did is in the audit log.
///
/// # Errors
/// The store fails.
pub async fn take(
    db: &Db,
    (provider, event_id): (&str, &str),
    (subject, fresh): (&str, &UserId),
    effect: Effect<'_>,
    trail: &Trail,
) -> Result<Option<Taken>, StoreError> {
    let trail = &trail.clone().told_by(provider, event_id);
    let now = trail.now_ms();
    if matches!(effect, Effect::Removed) {
        staged::flush_all(db).await?;
    }
    let taken = on_db!(
        db,
        transaction | tx | {
            if first_sight(&mut tx, provider, event_id, now).await? {
                let mut gone = None;
                let met = match &effect {
                    Effect::Removed => {
                        let removed = removed(&mut tx, (subject, fresh), trail).await?;
                        gone = removed.gone;
                        removed.met
                    }
                    Effect::Profile(profile) => {
                        meet(&mut tx, (subject, fresh), profile, trail).await?
                    }
                    Effect::SessionBegan(..) | Effect::SessionEnded(_) => {
                        meet(&mut tx, (subject, fresh), &NOTHING, trail).await?
                    }
                };
                match &effect {
                    Effect::SessionBegan(sid, ends) if !met.removed => {
                        auth::store::begin(&mut tx, sid, &met.user_id, *ends, trail).await?;
                    }
                    Effect::SessionEnded(sid) => {
                        if auth::store::end(&mut tx, sid, &met.user_id, now).await? {
                            let entry = trail.session("endSession", &met.user_id, sid);
                            audit::store::record(&mut tx, &entry).await?;
                        }
                    }
                    Effect::SessionBegan(..) | Effect::Profile(_) | Effect::Removed => {}
                }
                Some(Taken { met, gone })
            } else {
                None
            }
        }
    );
    Ok(taken)
}

/// Erases the user of `subject` and keeps the subject out for good, under an id that
/// leads to nobody: its tokens, and older news of it, may still come.
async fn removed(
    tx: impl Into<Tx<'_>>,
    (subject, fresh): (&str, &UserId),
    trail: &Trail,
) -> Result<Taken, StoreError> {
    on_tx!(tx.into(), |line| {
        let held: Option<(String, Option<i64>)> =
            sqlx::query_as("SELECT id, deleted_at FROM users WHERE subject = $1")
                .bind(subject)
                .fetch_optional(&mut *line)
                .await?;
        let mut met = Met::of(fresh.clone());
        met.removed = true;
        let mut gone = None;
        match held {
            Some((id, None)) => {
                met.user_id = to_id(&id)?;
                gone = erase::store::erase_told(&mut *line, &met.user_id, trail).await?;
            }
            Some((id, Some(_))) => {
                met.user_id = to_id(&id)?;
                return Ok(Taken { met, gone });
            }
            None => {
                let resource = format!("users/{fresh}");
                let entry = trail.change("removeUser", &resource, json!({}));
                audit::store::record(&mut *line, &entry).await?;
            }
        }
        user::store::remove(&mut *line, fresh, subject, trail.now_ms()).await?;
        Ok(Taken { met, gone })
    })
}

/// Of whom nothing is told but the subject.
const NOTHING: Profile = Profile {
    email: None,
    name: String::new(),
    updated_at: None,
};

/// Takes an event about an organisation; absent when it changed nothing.
///
/// # Errors
/// The store fails.
pub async fn take_org(
    db: &Db,
    (provider, event_id): (&str, &str),
    fresh: &OrgId,
    news: &ProviderOrg<'_>,
    trail: &Trail,
) -> Result<Option<OrgId>, StoreError> {
    let changed = on_db!(
        db,
        transaction | tx | {
            if first_sight(&mut tx, provider, event_id, trail.now_ms()).await? {
                organization(&mut tx, fresh, news, trail).await?
            } else {
                None
            }
        }
    );
    Ok(changed)
}

/// Takes an event about what the user of `subject` is in an organisation, both made with the
/// fresh ids where they are not known; absent when it changed nothing. Who was removed is
/// nothing any more, and stays so.
///
/// # Errors
/// The store fails.
pub async fn take_membership(
    db: &Db,
    (provider, event_id): (&str, &str),
    (subject, fresh, fresh_org): (&str, &UserId, &OrgId),
    news: &ProviderMembership<'_>,
    trail: &Trail,
) -> Result<Option<UserId>, StoreError> {
    let changed = on_db!(
        db,
        transaction | tx | {
            if first_sight(&mut tx, provider, event_id, trail.now_ms()).await? {
                hold(&mut tx, news.workos_org_id).await?;
                let met = meet(&mut tx, (subject, fresh), &NOTHING, trail).await?;
                let (user, ids) = (&met.user_id, (fresh_org, &met.user_id));
                let changed = !met.removed && membership(&mut tx, ids, news, trail).await?;
                changed.then(|| user.clone())
            } else {
                None
            }
        }
    );
    Ok(changed)
}

/// The user of `subject`, made with `fresh` as the id where nothing is known yet: but
/// nobody is made again of who deleted their account here. That takes a sign-in.
async fn meet(
    tx: impl Into<Tx<'_>>,
    (subject, fresh): (&str, &UserId),
    profile: &Profile,
    trail: &Trail,
) -> Result<Met, StoreError> {
    on_tx!(tx.into(), |line| {
        match user::store::erased(&mut *line, subject).await? {
            Some(erased) => {
                let mut met = Met::of(erased);
                met.removed = true;
                Ok(met)
            }
            None => user::store::meet(&mut *line, fresh, subject, profile, trail).await,
        }
    })
}
