//! What is found in the database. Who may read what is part of every query here: a
//! document that the caller may not read is never read.

mod sql;

pub use sql::queries;

use super::Ask;
use crate::db::{Db, StoreError, to_i64, to_id, to_u64};
use crate::on_db;
use connvo_core::id::{MeetingId, OrgId, UserId};
use connvo_core::search::rank::Collection;
use connvo_core::search::token::key;
use connvo_core::search::{Clause, Query, SearchItem, Snippet, Source};
use sql::{ALL_SQL, Dialect, Reach, held_sql};
use sqlx::postgres::PgRow;
use sqlx::sqlite::SqliteRow;
use sqlx::{AssertSqlSafe, FromRow};

impl Reach {
    /// Less than this part of all documents is little.
    const PART: u64 = 10;

    async fn of(db: &Db, scope: &Scope) -> Result<Self, StoreError> {
        let last: Option<(i64,)> = on_db!(
            db,
            read | pool | { sqlx::query_as(ALL_SQL).fetch_optional(pool).await? }
        );
        let all = last.map_or(0, |(id,)| to_u64(id));
        let readable = scope.collection.documents;
        Ok(if readable.saturating_mul(Self::PART) < all {
            Self::Narrow
        } else {
            Self::Wide
        })
    }
}

/// What there is in the meetings of one organisation, or of none, that somebody may read.
pub(super) struct Held {
    pub(super) id: Option<OrgId>,
    pub(super) documents: u64,
    pub(super) length: u64,
}

/// What there is for somebody to find, by organisation.
pub(super) async fn held(
    db: &Db,
    user: &UserId,
    meeting: Option<&MeetingId>,
) -> Result<Vec<Held>, StoreError> {
    let rows: Vec<(Option<String>, i64, i64)> = on_db!(
        db,
        read | pool | {
            sqlx::query_as(AssertSqlSafe(held_sql()))
                .bind(user.as_str())
                .bind(meeting.map_or("", MeetingId::as_str))
                .fetch_all(pool)
                .await?
        }
    );
    let held = |(org, documents, length): (Option<String>, i64, i64)| {
        Ok(Held {
            id: org.as_deref().map(to_id).transpose()?,
            documents: to_u64(documents),
            length: to_u64(length),
        })
    };
    rows.into_iter().map(held).collect()
}

/// Where is looked, and for whom.
pub(super) struct Scope {
    user: String,
    meeting: String,
    speaker: String,
    speaker_id: String,
    from: i64,
    to: i64,
    /// Since when transcript is shown, by organisation. Of another nothing is.
    since: serde_json::Map<String, serde_json::Value>,
    pub(super) collection: Collection,
}

impl Scope {
    pub(super) fn of(user: &UserId, ask: &Ask) -> Self {
        let speaker = ask.speaker.clone().unwrap_or_default();
        // A name without a letter is nobody's; as `$5` it must not be empty.
        let named = (!speaker.is_empty()).then(|| key(&speaker));
        Self {
            user: user.as_str().to_owned(),
            meeting: ask
                .meeting_id
                .as_ref()
                .map_or_else(String::new, ToString::to_string),
            speaker: named.map_or_else(String::new, |name| {
                if name.is_empty() { " ".into() } else { name }
            }),
            speaker_id: speaker,
            from: ask.from.map_or(0, to_i64),
            to: ask.to.map_or(i64::MAX, to_i64),
            since: serde_json::Map::new(),
            collection: Collection::default(),
        }
    }

    /// Transcript of this organisation's meetings, or of those without one, is shown since
    /// then, in milliseconds since the Unix epoch.
    pub(super) fn keep(&mut self, org: Option<&OrgId>, since_ms: u64) {
        let name = org.map_or("none", OrgId::as_str);
        self.since.insert(name.to_owned(), since_ms.into());
    }
}

/// A document that may answer, as it is ranked.
#[derive(sqlx::FromRow)]
pub(super) struct Found {
    pub(super) id: i64,
    pub(super) start_ms: i64,
    pub(super) meeting_id: String,
    pub(super) source: String,
    pub(super) source_id: String,
    pub(super) words: String,
    pub(super) stems: String,
    pub(super) length: i64,
}

/// A document as it is shown.
#[derive(sqlx::FromRow)]
struct Shown {
    id: i64,
    meeting_id: String,
    source: String,
    source_id: String,
    speaker: Option<String>,
    start_ms: i64,
    end_ms: Option<i64>,
    text: String,
}

impl Shown {
    fn item(self) -> Result<(i64, SearchItem, String), StoreError> {
        let item = SearchItem {
            meeting_id: to_id(&self.meeting_id)?,
            source: Source::parse(&self.source)
                .ok_or_else(|| StoreError::damaged("source", &self.source))?,
            source_id: self.source_id,
            speaker: self.speaker,
            start_ms: to_u64(self.start_ms),
            end_ms: self.end_ms.map(to_u64),
            snippet: Snippet::default(),
            score: 0.0,
        };
        Ok((self.id, item, self.text))
    }
}

/// Reads for one search.
pub(super) struct Reader<'a> {
    db: &'a Db,
    scope: &'a Scope,
    since: String,
    reach: Reach,
    dialect: Dialect,
}

impl<'a> Reader<'a> {
    pub(super) async fn new(db: &'a Db, scope: &'a Scope) -> Result<Self, StoreError> {
        Ok(Self {
            db,
            scope,
            since: serde_json::Value::from(scope.since.clone()).to_string(),
            reach: Reach::of(db, scope).await?,
            dialect: Dialect::of(db),
        })
    }

    /// At most `limit` documents with all of `clauses`.
    pub(super) async fn find(
        &self,
        query: &Query,
        clauses: &[Clause],
        limit: usize,
    ) -> Result<Vec<i64>, StoreError> {
        self.ids(self.dialect.find(self.reach), query, clauses, limit)
            .await
    }

    /// Documents with all of `clauses`, those that were indexed last.
    pub(super) async fn latest(
        &self,
        query: &Query,
        clauses: &[Clause],
        limit: usize,
    ) -> Result<Vec<i64>, StoreError> {
        let sql = self.dialect.latest(self.reach);
        self.ids(sql, query, clauses, limit).await
    }

    async fn ids(
        &self,
        sql: String,
        query: &Query,
        clauses: &[Clause],
        limit: usize,
    ) -> Result<Vec<i64>, StoreError> {
        let asked = match self.db {
            Db::Sqlite { .. } => query.fts5(clauses),
            Db::Postgres(_) => query.tsquery(clauses),
        };
        let scope = self.scope;
        let rows: Vec<(i64,)> = on_db!(
            self.db,
            read | pool | {
                sqlx::query_as(AssertSqlSafe(sql))
                    .bind(&scope.user)
                    .bind(asked)
                    .bind(&self.since)
                    .bind(&scope.meeting)
                    .bind(&scope.speaker)
                    .bind(&scope.speaker_id)
                    .bind(scope.from)
                    .bind(scope.to)
                    .bind(to_i64(limit as u64))
                    // Planned for what is asked: how common a word is makes the plan.
                    .persistent(false)
                    .fetch_all(pool)
                    .await?
            }
        );
        Ok(rows.into_iter().map(|(id,)| id).collect())
    }

    /// Documents of these ids as they are ranked, in no order.
    pub(super) async fn ranked(
        &self,
        query: &Query,
        ids: &[i64],
    ) -> Result<Vec<Found>, StoreError> {
        let is_prefix = |clause: &Clause| matches!(clause, Clause::Prefix(_));
        let words = query.some.iter().any(is_prefix);
        self.of_ids(self.dialect.ranked(words), ids).await
    }

    /// Documents of these ids as they are shown, with their texts, in no order.
    pub(super) async fn shown(
        &self,
        ids: &[i64],
    ) -> Result<Vec<(i64, SearchItem, String)>, StoreError> {
        let rows: Vec<Shown> = self.of_ids(self.dialect.shown(), ids).await?;
        rows.into_iter().map(Shown::item).collect()
    }

    async fn of_ids<R>(&self, sql: String, ids: &[i64]) -> Result<Vec<R>, StoreError>
    where
        R: Send + Unpin + for<'r> FromRow<'r, SqliteRow> + for<'r> FromRow<'r, PgRow>,
    {
        let ids = serde_json::Value::from(ids).to_string();
        let scope = self.scope;
        Ok(on_db!(
            self.db,
            read | pool | {
                sqlx::query_as(AssertSqlSafe(sql))
                    .bind(&scope.user)
                    .bind(ids)
                    .bind(&self.since)
                    .bind(&scope.meeting)
                    .bind(&scope.speaker)
                    .bind(&scope.speaker_id)
                    .bind(scope.from)
                    .bind(scope.to)
                    .fetch_all(pool)
                    .await?
            }
        ))
    }
}
