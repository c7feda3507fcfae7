//! Accounts, profiles and interests in the database.

mod counts;
mod interests;

use crate::audit::{self, Entry};
use crate::db::{Db, StoreError, to_i64, to_id, to_u64};
use crate::idempotency::{self, Once};
use crate::on_db;
use connvo_core::id::UserId;
use connvo_core::person::profile::{NewProfile, ProfileDraft, PublicProfile};
use connvo_core::person::settings::{Account, NewSettings};
use serde_json::{Value, json};

pub(super) use counts::connected;
pub use counts::{Counted, UNCOUNTED_SQL, count_meeting, counted, uncounted};
pub(super) use interests::COUNT_SQL;
pub use interests::{Put, interests, of_user, put_interests, seed};

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
    "SELECT u.id, u.name, u.avatar_url, u.created_at, p.fields, p.connection_count,
        p.meeting_count, p.average_rating
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
    last_seen_at: Option<i64>,
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
            last_seen_at: self.last_seen_at.map(to_u64),
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

/// What a person's own change is recorded with: the names of the fields that are not as
/// they were before, and nothing of what stands in them.
fn changed_fields(before: &Value, after: &Value) -> Value {
    let fields = after.as_object().into_iter().flatten();
    let changed = fields.filter(|(name, value)| before.get(name.as_str()) != Some(value));
    let names: Vec<&String> = changed.map(|(name, _)| name).collect();
    json!({"fields": names})
}

const ACCOUNT_SQL: &str = "SELECT id, email, name, timezone, language, avatar_url,
        notification_settings, last_seen_at, created_at
    FROM users WHERE id = $1";

/// A person as they see themselves.
///
/// # Errors
/// The store fails.
pub async fn account(db: &Db, user: &UserId) -> Result<Option<Account>, StoreError> {
    let row: Option<AccountRow> = on_db!(
        db,
        read | pool | {
            sqlx::query_as(ACCOUNT_SQL)
                .bind(user.as_str())
                .fetch_optional(pool)
                .await?
        }
    );
    row.map(AccountRow::account).transpose()
}

/// Changes name and settings, which is recorded; absent when the person is not there any
/// more.
///
/// # Errors
/// The store fails.
pub async fn change(
    db: &Db,
    user: &UserId,
    new: &NewSettings,
    (entry, once): (Entry, &Once),
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
            sqlx::query(LOCK_SQL)
                .bind(user.as_str())
                .bind(to_i64(now_ms))
                .execute(&mut *tx)
                .await?;
            let before: Option<AccountRow> = sqlx::query_as(ACCOUNT_SQL)
                .bind(user.as_str())
                .fetch_optional(&mut *tx)
                .await?;
            let before = before.map(AccountRow::account).transpose()?;
            let row: Option<AccountRow> = sqlx::query_as(
                "UPDATE users SET name = COALESCE($2, name), own_name = own_name OR $3,
                    name_changed_at = CASE WHEN COALESCE($2, name) <> name THEN $11
                        ELSE name_changed_at END,
                    timezone = CASE WHEN $4 THEN $5 ELSE timezone END,
                    language = CASE WHEN $6 THEN $7 ELSE language END,
                    avatar_url = CASE WHEN $8 THEN $9 ELSE avatar_url END,
                    notification_settings = COALESCE($10, notification_settings),
                    updated_at = $11
                 WHERE id = $1 AND deleted_at IS NULL
                 RETURNING id, email, name, timezone, language, avatar_url,
                    notification_settings, last_seen_at, created_at",
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
                let entry = entry.with(changed_fields(&json!(before), &json!(changed)));
                audit::store::record(&mut tx, &entry).await?;
                idempotency::store::keep(&mut tx, once, 200, changed).await?;
            }
            changed
        }
    );
    Ok(changed)
}

const PROFILE_SQL: &str = "SELECT fields FROM profiles WHERE user_id = $1";

/// What a person says of themselves; of who has said nothing, an empty profile.
///
/// # Errors
/// The store fails.
pub async fn profile(db: &Db, user: &UserId) -> Result<ProfileDraft, StoreError> {
    let row: Option<(String,)> = on_db!(
        db,
        read | pool | {
            sqlx::query_as(PROFILE_SQL)
                .bind(user.as_str())
                .fetch_optional(pool)
                .await?
        }
    );
    row.map_or_else(|| Ok(ProfileDraft::default()), |(json,)| parsed(&json))
}

/// Puts a profile in the place of the one before, which is recorded; false when the person
/// is not there any more.
///
/// # Errors
/// The store fails.
pub async fn put_profile(
    db: &Db,
    user: &UserId,
    new: &NewProfile,
    (entry, once): (Entry, &Once),
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
                let before: Option<(String,)> = sqlx::query_as(PROFILE_SQL)
                    .bind(user.as_str())
                    .fetch_optional(&mut *tx)
                    .await?;
                let before = before.map_or_else(
                    || Ok(ProfileDraft::default()),
                    |(json,)| parsed::<ProfileDraft>(&json),
                )?;
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
                let entry = entry.with(changed_fields(&json!(before), &json!(new.fields())));
                audit::store::record(&mut tx, &entry).await?;
                idempotency::store::keep(&mut tx, once, 200, new.fields()).await?;
            }
            there
        }
    );
    Ok(put)
}

#[derive(sqlx::FromRow)]
struct PublicRow {
    id: String,
    name: String,
    avatar_url: Option<String>,
    created_at: i64,
    fields: Option<String>,
    connection_count: Option<i64>,
    meeting_count: Option<i64>,
    average_rating: Option<f64>,
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
    let row: Option<PublicRow> = on_db!(
        db,
        read | pool | {
            sqlx::query_as(PUBLIC_SQL)
                .bind(viewer.as_str())
                .bind(user.as_str())
                .fetch_optional(pool)
                .await?
        }
    );
    let Some(row) = row else {
        return Ok(None);
    };
    let fields = row.fields.as_deref().map(parsed).transpose()?;
    Ok(Some(PublicProfile {
        id: to_id(&row.id)?,
        name: row.name,
        avatar_url: row.avatar_url,
        profile: fields.unwrap_or_default(),
        interests: of_user(db, user).await?,
        connection_count: row.connection_count.map_or(0, to_u64),
        meeting_count: row.meeting_count.map_or(0, to_u64),
        average_rating: row.average_rating,
        created_at: to_u64(row.created_at),
    }))
}
