//! Accounts, profiles and interests in the database.

use crate::db::{Db, StoreError, to_i64, to_id, to_u64};
use crate::idempotency::{self, Once};
use crate::on_db;
use connvo_core::error::{FieldError, Problem};
use connvo_core::id::UserId;
use connvo_core::person::interest::{Interest, NewInterests, Proficiency, Seed, UserInterest};
use connvo_core::person::profile::{NewProfile, ProfileDraft, PublicProfile};
use connvo_core::person::settings::{Account, NewSettings};
use std::collections::BTreeMap;

/// Whoever holds this row's lock is alone in changing what is the person's own; nobody
/// who is deleted has anything.
pub(super) const LOCK_SQL: &str =
    "UPDATE users SET updated_at = $2 WHERE id = $1 AND deleted_at IS NULL";

/// Neither of `$1` and `u.id` has blocked the other.
macro_rules! unblocked {
    () => {
        "NOT EXISTS (SELECT 1 FROM connections b WHERE b.state = 'blocked'
            AND (b.initiator_id = $1 AND b.recipient_id = u.id
                OR b.initiator_id = u.id AND b.recipient_id = $1))"
    };
}

const PUBLIC_SQL: &str = concat!(
    "SELECT u.id, u.name, u.avatar_url, u.created_at, p.fields,
        (SELECT COUNT(*) FROM connections c WHERE c.state = 'accepted' AND c.kind <> 'follow'
            AND (c.initiator_id = u.id OR c.recipient_id = u.id)) AS connections
    FROM users u LEFT JOIN profiles p ON p.user_id = u.id
    WHERE u.id = $2 AND u.is_active AND u.deleted_at IS NULL AND ",
    unblocked!()
);

#[derive(sqlx::FromRow)]
struct AccountRow {
    id: String,
    email: Option<String>,
    name: String,
    timezone: Option<String>,
    language: Option<String>,
    avatar_url: Option<String>,
    notification_settings: Option<String>,
    created_at: i64,
}

impl AccountRow {
    fn account(self) -> Result<Account, StoreError> {
        let settings = self.notification_settings.as_deref();
        Ok(Account {
            id: to_id(&self.id)?,
            email: self.email,
            name: self.name,
            timezone: self.timezone,
            language: self.language,
            avatar_url: self.avatar_url,
            notification_settings: settings.map(parsed).transpose()?.unwrap_or_default(),
            created_at: to_u64(self.created_at),
        })
    }
}

fn parsed<T: serde::de::DeserializeOwned>(json: &str) -> Result<T, StoreError> {
    serde_json::from_str(json).map_err(|error| StoreError::damaged("fields", &error))
}

fn written(value: &impl serde::Serialize) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(|error| StoreError::damaged("fields", &error))
}

/// A person as they see themselves.
///
/// # Errors
/// The store fails.
pub async fn account(db: &Db, user: &UserId) -> Result<Option<Account>, StoreError> {
    let row: Option<AccountRow> = on_db!(
        db,
        read | pool | {
            sqlx::query_as(
                "SELECT id, email, name, timezone, language, avatar_url, notification_settings,
                    created_at FROM users WHERE id = $1",
            )
            .bind(user.as_str())
            .fetch_optional(pool)
            .await?
        }
    );
    row.map(AccountRow::account).transpose()
}

/// Changes name and settings; absent when the person is not there any more.
///
/// # Errors
/// The store fails.
pub async fn change(
    db: &Db,
    user: &UserId,
    new: &NewSettings,
    once: &Once,
    now_ms: u64,
) -> Result<Option<Account>, StoreError> {
    let fields = new.fields();
    let given = |value: &Option<Option<String>>| (value.is_some(), value.clone().flatten());
    let (timezone, language) = (given(&fields.timezone), given(&fields.language));
    let avatar = given(&fields.avatar_url);
    let settings = fields.notification_settings.as_ref();
    let settings = settings.map(written).transpose()?;
    let changed = on_db!(
        db,
        transaction | tx | {
            let row: Option<AccountRow> = sqlx::query_as(
                "UPDATE users SET name = COALESCE($2, name), own_name = own_name OR $3,
                    timezone = CASE WHEN $4 THEN $5 ELSE timezone END,
                    language = CASE WHEN $6 THEN $7 ELSE language END,
                    avatar_url = CASE WHEN $8 THEN $9 ELSE avatar_url END,
                    notification_settings = COALESCE($10, notification_settings),
                    updated_at = $11
                 WHERE id = $1 AND deleted_at IS NULL
                 RETURNING id, email, name, timezone, language, avatar_url,
                    notification_settings, created_at",
            )
            .bind(user.as_str())
            .bind(fields.name.as_deref())
            .bind(fields.name.is_some())
            .bind(timezone.0)
            .bind(timezone.1)
            .bind(language.0)
            .bind(language.1)
            .bind(avatar.0)
            .bind(avatar.1)
            .bind(settings)
            .bind(to_i64(now_ms))
            .fetch_optional(&mut *tx)
            .await?;
            let changed = row.map(AccountRow::account).transpose()?;
            if let Some(changed) = &changed {
                idempotency::store::keep(&mut tx, once, 200, changed).await?;
            }
            changed
        }
    );
    Ok(changed)
}

/// What a person says of themselves; of who has said nothing, an empty profile.
///
/// # Errors
/// The store fails.
pub async fn profile(db: &Db, user: &UserId) -> Result<ProfileDraft, StoreError> {
    let row: Option<(String,)> = on_db!(
        db,
        read | pool | {
            sqlx::query_as("SELECT fields FROM profiles WHERE user_id = $1")
                .bind(user.as_str())
                .fetch_optional(pool)
                .await?
        }
    );
    row.map_or_else(|| Ok(ProfileDraft::default()), |(json,)| parsed(&json))
}

/// Puts a profile in the place of the one before; false when the person is not there
/// any more.
///
/// # Errors
/// The store fails.
pub async fn put_profile(
    db: &Db,
    user: &UserId,
    new: &NewProfile,
    once: &Once,
    now_ms: u64,
) -> Result<bool, StoreError> {
    let fields = written(new.fields())?;
    let put = on_db!(
        db,
        transaction | tx | {
            let there = sqlx::query(LOCK_SQL)
                .bind(user.as_str())
                .bind(to_i64(now_ms))
                .execute(&mut *tx)
                .await?
                .rows_affected()
                == 1;
            if there {
                sqlx::query(
                    "INSERT INTO profiles (user_id, fields, created_at, updated_at)
                     VALUES ($1, $2, $3, $3)
                     ON CONFLICT (user_id) DO UPDATE SET fields = excluded.fields,
                         updated_at = excluded.updated_at",
                )
                .bind(user.as_str())
                .bind(&fields)
                .bind(to_i64(now_ms))
                .execute(&mut *tx)
                .await?;
                idempotency::store::keep(&mut tx, once, 200, new.fields()).await?;
            }
            there
        }
    );
    Ok(put)
}

/// What `viewer` may see of a person; absent when one has blocked the other, and of who
/// was removed or is not active.
///
/// # Errors
/// The store fails.
pub async fn public(
    db: &Db,
    viewer: &UserId,
    user: &UserId,
) -> Result<Option<PublicProfile>, StoreError> {
    type Row = (String, String, Option<String>, i64, Option<String>, i64);
    let row: Option<Row> = on_db!(
        db,
        read | pool | {
            sqlx::query_as(PUBLIC_SQL)
                .bind(viewer.as_str())
                .bind(user.as_str())
                .fetch_optional(pool)
                .await?
        }
    );
    let Some((id, name, avatar_url, created_at, fields, connections)) = row else {
        return Ok(None);
    };
    Ok(Some(PublicProfile {
        id: to_id(&id)?,
        name,
        avatar_url,
        profile: fields
            .as_deref()
            .map(parsed)
            .transpose()?
            .unwrap_or_default(),
        interests: of_user(db, user).await?,
        connection_count: to_u64(connections),
        created_at: to_u64(created_at),
    }))
}

/// Adds what the taxonomy does not have yet, and brings names and places up to date.
/// What was switched off or counted stays so.
///
/// # Errors
/// The store fails.
pub async fn seed(db: &Db, seeds: &[Seed], now_ms: u64) -> Result<(), StoreError> {
    on_db!(
        db,
        transaction | tx | {
            for seed in seeds {
                sqlx::query(
                    "INSERT INTO interests (slug, name, parent, created_at, updated_at)
                     VALUES ($1, $2, $3, $4, $4)
                     ON CONFLICT (slug) DO UPDATE SET name = excluded.name,
                         parent = excluded.parent, updated_at = excluded.updated_at
                     WHERE interests.name <> excluded.name
                         OR COALESCE(interests.parent, '') <> COALESCE(excluded.parent, '')",
                )
                .bind(&seed.slug)
                .bind(&seed.name)
                .bind(seed.parent.as_deref())
                .bind(to_i64(now_ms))
                .execute(&mut *tx)
                .await?;
            }
        }
    );
    Ok(())
}

/// A page of the taxonomy, by slug.
///
/// # Errors
/// The store fails.
pub async fn interests(db: &Db, after: &str, limit: u32) -> Result<Vec<Interest>, StoreError> {
    let rows: Vec<(String, String, Option<String>, bool, i64)> = on_db!(
        db,
        read | pool | {
            sqlx::query_as(
                "SELECT slug, name, parent, is_active, usage_count FROM interests
                 WHERE slug > $1 ORDER BY slug LIMIT $2",
            )
            .bind(after)
            .bind(i64::from(limit))
            .fetch_all(pool)
            .await?
        }
    );
    let interest = |(slug, name, parent, is_active, count)| Interest {
        slug,
        name,
        parent,
        is_active,
        usage_count: to_u64(count),
    };
    Ok(rows.into_iter().map(interest).collect())
}

fn user_interest((slug, proficiency): (String, String)) -> Result<UserInterest, StoreError> {
    let parsed = Proficiency::parse(&proficiency);
    Ok(UserInterest {
        slug,
        proficiency: parsed.ok_or_else(|| StoreError::damaged("proficiency", &proficiency))?,
    })
}

const OF_USER_SQL: &str =
    "SELECT slug, proficiency FROM user_interests WHERE user_id = $1 ORDER BY slug";
pub(super) const COUNT_SQL: &str =
    "UPDATE interests SET usage_count = usage_count + $2 WHERE slug = $1";

/// What interests a person, by slug.
///
/// # Errors
/// The store fails.
pub async fn of_user(db: &Db, user: &UserId) -> Result<Vec<UserInterest>, StoreError> {
    let rows: Vec<(String, String)> = on_db!(
        db,
        read | pool | {
            sqlx::query_as(OF_USER_SQL)
                .bind(user.as_str())
                .fetch_all(pool)
                .await?
        }
    );
    rows.into_iter().map(user_interest).collect()
}

/// What became of a person's interests.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Put {
    /// They are these, by slug.
    Done(Vec<UserInterest>),
    /// The taxonomy does not have some of them, or the person is gone.
    Refused(Problem),
}

/// Puts interests in the place of those before, and counts them. One that was switched
/// off stays with who has it.
///
/// # Errors
/// The store fails.
pub async fn put_interests(
    db: &Db,
    user: &UserId,
    new: &NewInterests,
    once: &Once,
    now_ms: u64,
) -> Result<Put, StoreError> {
    let now = to_i64(now_ms);
    let mut wanted: Vec<UserInterest> = new.items().to_vec();
    wanted.sort_by(|one, other| one.slug.cmp(&other.slug));
    let put = on_db!(
        db,
        transaction | tx | {
            let there = sqlx::query(LOCK_SQL)
                .bind(user.as_str())
                .bind(now)
                .execute(&mut *tx)
                .await?
                .rows_affected()
                == 1;
            let before: Vec<(String, String)> = sqlx::query_as(OF_USER_SQL)
                .bind(user.as_str())
                .fetch_all(&mut *tx)
                .await?;
            let chosen: Vec<(String,)> =
                sqlx::query_as("SELECT slug FROM interests WHERE is_active")
                    .fetch_all(&mut *tx)
                    .await?;
            let held = |slug: &str| before.iter().any(|(before, _)| before == slug);
            let known = |slug: &str| held(slug) || chosen.iter().any(|(one,)| one == slug);
            let unknown = new.items().iter().enumerate();
            let unknown: Vec<FieldError> = unknown
                .filter(|(_, item)| !known(&item.slug))
                .map(|(at, _)| FieldError {
                    pointer: format!("/items/{at}/slug"),
                    message: "there is no such interest".into(),
                })
                .collect();
            if !there {
                Put::Refused(Problem::not_found("the user"))
            } else if !unknown.is_empty() {
                Put::Refused(Problem::invalid(unknown))
            } else {
                let mut counts: BTreeMap<&str, i64> = BTreeMap::new();
                for (slug, _) in &before {
                    *counts.entry(slug).or_default() -= 1;
                }
                for item in &wanted {
                    *counts.entry(&item.slug).or_default() += 1;
                    sqlx::query(
                        "INSERT INTO user_interests (user_id, slug, proficiency, created_at)
                         VALUES ($1, $2, $3, $4) ON CONFLICT (user_id, slug)
                         DO UPDATE SET proficiency = excluded.proficiency",
                    )
                    .bind(user.as_str())
                    .bind(&item.slug)
                    .bind(item.proficiency.as_str())
                    .bind(now)
                    .execute(&mut *tx)
                    .await?;
                }
                // In the order of slugs, so that two people do not wait for each other.
                for (slug, change) in counts.into_iter().filter(|(_, change)| *change != 0) {
                    if change < 0 {
                        sqlx::query("DELETE FROM user_interests WHERE user_id = $1 AND slug = $2")
                            .bind(user.as_str())
                            .bind(slug)
                            .execute(&mut *tx)
                            .await?;
                    }
                    sqlx::query(COUNT_SQL)
                        .bind(slug)
                        .bind(change)
                        .execute(&mut *tx)
                        .await?;
                }
                idempotency::store::keep(&mut tx, once, 200, &wanted).await?;
                Put::Done(wanted)
            }
        }
    );
    Ok(put)
}
