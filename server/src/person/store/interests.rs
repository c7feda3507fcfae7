//! Interests in the database: the taxonomy, and what people have chosen of it.

use super::{LOCK_SQL, changed_fields};
use crate::audit::{self, Entry};
use crate::db::{Db, StoreError, to_i64, to_u64};
use crate::idempotency::{self, Once};
use crate::on_db;
use connvo_core::error::{FieldError, Problem};
use connvo_core::id::UserId;
use connvo_core::person::interest::{Interest, NewInterests, Proficiency, Seed, UserInterest};
use serde_json::json;
use std::collections::BTreeMap;

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
pub(in crate::person) const COUNT_SQL: &str =
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

/// Puts interests in the place of those before, which is recorded, and counts them. One
/// that was switched off stays with who has it.
///
/// # Errors
/// The store fails.
pub async fn put_interests(
    db: &Db,
    user: &UserId,
    new: &NewInterests,
    (entry, once): (Entry, &Once),
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
                let before = before.into_iter().map(user_interest);
                let before = before.collect::<Result<Vec<_>, _>>()?;
                let (before, after) = (json!({"items": before}), json!({"items": wanted}));
                let entry = entry.with(changed_fields(&before, &after));
                audit::store::record(&mut tx, &entry).await?;
                idempotency::store::keep(&mut tx, once, 200, &wanted).await?;
                Put::Done(wanted)
            }
        }
    );
    Ok(put)
}
