//! The audit log in the database.

pub mod places;

use super::{Entry, Kind};
use crate::db::pieces::{
    Bind::{Number, Text},
    piece,
};
use crate::db::{Db, StoreError, Tx, to_i64, to_id, to_u64};
use crate::{on_db, on_tx};
use connvo_core::id::UserId;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

/// How long rows are kept, in milliseconds (a year and a day: the tables refuse to
/// let go of anything younger than a year).
pub const KEPT_MS: u64 = 366 * 24 * 60 * 60 * 1000;
/// Most rows deleted at once.
const SWEPT_ROWS: u64 = 1_000;

const INSERT_SQL: &str = "INSERT INTO audit_logs (id, actor_id, session_id, type, resource, action,
        success, reason, request_id, ip, user_agent, duration_ms, changes, count, flood, created_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)
    ON CONFLICT (flood) DO UPDATE SET count = audit_logs.count + excluded.count";

/// Binds an entry's columns to [`INSERT_SQL`].
macro_rules! insert {
    ($entry:expr, $flood:expr) => {{
        let entry: &Entry = $entry;
        let flood: Option<&str> = $flood;
        let duration = entry.created_at.saturating_sub(entry.request.began_at_ms);
        sqlx::query(INSERT_SQL)
            .bind(&entry.id)
            .bind(entry.actor_id.as_ref().map(UserId::as_str))
            .bind(entry.session_id.as_deref())
            .bind(entry.kind.as_str())
            .bind(&entry.resource)
            .bind(&entry.action)
            .bind(entry.success)
            .bind(entry.reason.as_deref())
            .bind(&entry.request.request_id)
            .bind(entry.request.ip.map(|ip| ip.to_string()))
            .bind(entry.request.user_agent.as_deref())
            .bind(to_i64(duration))
            .bind(entry.stored_changes())
            .bind(to_i64(entry.count))
            .bind(flood)
            .bind(to_i64(entry.created_at))
    }};
}

/// Records what the transaction does: `audit::store::record(&mut tx, &entry).await?`.
///
/// # Errors
/// The store fails: nothing of the transaction is stored.
pub async fn record(tx: impl Into<Tx<'_>>, entry: &Entry) -> Result<(), StoreError> {
    on_tx!(tx.into(), |line| {
        insert!(entry, None).execute(line).await?;
    });
    Ok(())
}

/// Records what is not part of a transaction: a session's start, a read.
///
/// # Errors
/// The store fails.
pub async fn write(db: &Db, entry: &Entry) -> Result<(), StoreError> {
    on_db!(
        db,
        write | pool | {
            insert!(entry, None).execute(pool).await?;
        }
    );
    Ok(())
}

/// Adds counted refusals, each under the name of what it is one of.
///
/// # Errors
/// The store fails; nothing was added.
pub async fn count(db: &Db, rows: &[(String, Entry)]) -> Result<(), StoreError> {
    on_db!(
        db,
        transaction | tx | {
            for (flood, entry) in rows {
                insert!(entry, Some(flood)).execute(&mut *tx).await?;
            }
        }
    );
    Ok(())
}

/// A row of the audit log.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AuditRow {
    /// A UUID; rows are in its order.
    pub id: String,
    /// Who did it; null for callers without a good token, for webhooks, and for what the
    /// server does by itself.
    pub actor_id: Option<UserId>,
    /// The sign-in session.
    pub session_id: Option<String>,
    /// What kind of thing happened.
    pub r#type: Kind,
    /// What it was done to, as `meetings/<id>`.
    pub resource: String,
    /// What was done, as `startMeeting`.
    pub action: String,
    /// Whether it was done, or refused.
    pub success: bool,
    /// Why it was refused, or the operator's reason.
    pub reason: Option<String>,
    /// The request that it was done with.
    pub request_id: String,
    /// The caller's address.
    pub ip: Option<String>,
    /// What the caller's program called itself.
    pub user_agent: Option<String>,
    /// From the request's beginning to the record, in milliseconds.
    pub duration_ms: u64,
    /// The fields that changed.
    #[schema(value_type = Object)]
    pub changes: Value,
    /// How many like refusals of that minute this row stands for.
    pub count: u64,
    /// Milliseconds since the Unix epoch.
    pub created_at: u64,
}

#[derive(sqlx::FromRow)]
struct Row {
    id: String,
    actor_id: Option<String>,
    session_id: Option<String>,
    r#type: String,
    resource: String,
    action: String,
    success: bool,
    reason: Option<String>,
    request_id: String,
    ip: Option<String>,
    user_agent: Option<String>,
    duration_ms: i64,
    changes: String,
    count: i64,
    created_at: i64,
}

impl Row {
    fn row(self) -> Result<AuditRow, StoreError> {
        let kind = Kind::parse(&self.r#type);
        Ok(AuditRow {
            id: self.id,
            actor_id: self.actor_id.as_deref().map(to_id).transpose()?,
            session_id: self.session_id,
            r#type: kind.ok_or_else(|| StoreError::damaged("kind of audit row", &self.r#type))?,
            resource: self.resource,
            action: self.action,
            success: self.success,
            reason: self.reason,
            request_id: self.request_id,
            ip: self.ip,
            user_agent: self.user_agent,
            duration_ms: to_u64(self.duration_ms),
            changes: serde_json::from_str(&self.changes)
                .map_err(|error| StoreError::damaged("changes", &error))?,
            count: to_u64(self.count),
            created_at: to_u64(self.created_at),
        })
    }
}

/// Which rows; each condition that is there must hold.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// By this person.
    pub actor: Option<UserId>,
    /// To this resource.
    pub resource: Option<String>,
    /// This action.
    pub action: Option<String>,
    /// Of this kind.
    pub kind: Option<Kind>,
    /// Done, or refused.
    pub success: Option<bool>,
    /// From this moment on, in milliseconds since the Unix epoch.
    pub from: Option<u64>,
    /// Before this moment, in milliseconds since the Unix epoch.
    pub to: Option<u64>,
}

/// A page, newest first, older than the row with the id `after`.
///
/// # Errors
/// The store fails.
pub async fn page(
    db: &Db,
    filter: &Filter,
    after: Option<&str>,
    limit: u32,
) -> Result<Vec<AuditRow>, StoreError> {
    let rows: Vec<Row> = on_db!(
        db,
        read | pool | {
            let mut query = sqlx::QueryBuilder::new(
                "SELECT id, actor_id, session_id, type, resource, action, success, reason,
                    request_id, ip, user_agent, duration_ms, changes, count, created_at
                FROM audit_logs WHERE 1 = 1",
            );
            if let Some(actor) = &filter.actor {
                query.push(" AND actor_id = ").push_bind(actor.as_str());
            }
            if let Some(resource) = &filter.resource {
                query.push(" AND resource = ").push_bind(resource);
            }
            if let Some(action) = &filter.action {
                query.push(" AND action = ").push_bind(action);
            }
            if let Some(kind) = filter.kind {
                query.push(" AND type = ").push_bind(kind.as_str());
            }
            if let Some(success) = filter.success {
                query.push(" AND success = ").push_bind(success);
            }
            if let Some(from) = filter.from {
                query.push(" AND id >= ").push_bind(first_id(from));
            }
            if let Some(to) = filter.to {
                query.push(" AND id < ").push_bind(first_id(to));
            }
            if let Some(after) = after {
                query.push(" AND id < ").push_bind(after);
            }
            query
                .push(" ORDER BY id DESC LIMIT ")
                .push_bind(i64::from(limit));
            query.build_query_as().fetch_all(pool).await?
        }
    );
    rows.into_iter().map(Row::row).collect()
}

/// Deletes rows older than [`KEPT_MS`]; returns whether there may be more.
///
/// # Errors
/// The store fails.
pub async fn sweep(db: &Db, now_ms: u64) -> Result<bool, StoreError> {
    const SQL: &str = "DELETE FROM audit_logs WHERE id IN (
        SELECT id FROM audit_logs WHERE id < $1 ORDER BY id LIMIT $2)";
    let before = first_id(now_ms.saturating_sub(KEPT_MS));
    Ok(piece(db, SQL, &[Text(&before), Number(SWEPT_ROWS)]).await? > 0)
}

/// What the ids of a moment begin with (UUID version 7): the least of them.
pub(super) fn first_id(ms: u64) -> String {
    let ms = ms.min((1 << 48) - 1);
    format!("{:08x}-{:04x}", ms >> 16, ms & 0xffff)
}
