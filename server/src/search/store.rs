//! What is found in the database. Who may read what is part of every query here: a
//! document that the caller may not read is never read.

use super::Ask;
use crate::db::{Db, StoreError, to_i64, to_id, to_u64};
use crate::on_db;
use connvo_core::access::{Action, ParticipantStatus, Role, Standing, can};
use connvo_core::id::{MeetingId, OrgId, UserId};
use connvo_core::meeting::MeetingState;
use connvo_core::search::rank::Collection;
use connvo_core::search::token::key;
use connvo_core::search::{Clause, Query, SearchItem, Snippet, Source};
use sqlx::postgres::PgRow;
use sqlx::sqlite::SqliteRow;
use sqlx::{AssertSqlSafe, FromRow};
use std::sync::LazyLock;

/// In which meetings people read what was said, noted and written: pairs of where the
/// person and the meeting stand, as core decides.
static READABLE: LazyLock<String> = LazyLock::new(|| {
    let mut pairs = Vec::new();
    for status in ParticipantStatus::ALL {
        for state in MeetingState::ALL {
            let standing = Standing::new(Role::Observer, status);
            if [Action::ReadTranscript, Action::ReadNote, Action::ReadChat]
                .iter()
                .all(|action| can(&standing, state, None, 0, *action).is_ok())
            {
                pairs.push(format!("('{}', '{}')", status.as_str(), state.as_str()));
            }
        }
    }
    format!("(p.status, m.state) IN (VALUES {})", pairs.join(", "))
});

/// The two ways of writing what only one database knows.
struct Dialect {
    /// Documents of the meetings `mine` with a query `$2`.
    matching: &'static str,
    /// Documents of the meetings `mine` with an id out of `$2`.
    ids: &'static str,
    /// Ids of documents, in the order in which they are found.
    id: &'static str,
    /// Since when transcript of a meeting's organisation is shown, out of `$3`.
    since: &'static str,
}

// SQLite joins in this order and no other: what matches is looked for once.
const SQLITE: Dialect = Dialect {
    matching: "search_index CROSS JOIN search_documents d CROSS JOIN mine
        WHERE search_index MATCH $2 AND d.id = search_index.rowid",
    ids: "search_documents d CROSS JOIN mine
        WHERE d.id IN (SELECT value FROM json_each($2))",
    id: "search_index.rowid",
    since: "CAST($3 ->> COALESCE(m.org_id, 'none') AS INTEGER)",
};
const POSTGRES: Dialect = Dialect {
    matching: "search_documents d CROSS JOIN mine
        WHERE d.vector @@ CAST(CAST($2 AS TEXT) AS tsquery)",
    ids: "search_documents d CROSS JOIN mine
        WHERE d.id IN (SELECT CAST(value AS BIGINT)
            FROM jsonb_array_elements_text(CAST(CAST($2 AS TEXT) AS jsonb)))",
    id: "d.id",
    since: "CAST(CAST(CAST($3 AS TEXT) AS jsonb) ->> COALESCE(m.org_id, 'none') AS BIGINT)",
};

/// What documents are ranked by; words only where the query has a prefix.
const RANKED: [&str; 2] = [
    "d.id, d.start_ms, d.meeting_id, d.source, d.source_id, '' AS words, d.stems, d.length",
    "d.id, d.start_ms, d.meeting_id, d.source, d.source_id, d.words, d.stems, d.length",
];
/// What is shown of them; a speaker under the name that the meeting gave the label.
const SHOWN: &str = "d.id, d.meeting_id, d.source, d.source_id, d.start_ms, d.end_ms, d.text,
    COALESCE((SELECT n.name FROM transcript_speakers n WHERE d.source = 'segment'
        AND n.meeting_id = d.meeting_id AND n.label = d.speaker), d.speaker) AS speaker";

impl Dialect {
    const fn of(db: &Db) -> Self {
        match db {
            Db::Sqlite { .. } => SQLITE,
            Db::Postgres(_) => POSTGRES,
        }
    }

    fn select(&self, columns: &str, from: &str, rest: &str) -> String {
        let (since, readable) = (self.since, &*READABLE);
        format!(
            "WITH mine AS MATERIALIZED (SELECT p.meeting_id AS id, {since} AS since
                FROM participants p JOIN meetings m ON m.id = p.meeting_id
                WHERE p.user_id = $1 AND ($4 = '' OR p.meeting_id = $4) AND {readable})
            SELECT {columns} FROM {from} AND mine.id = d.meeting_id
                AND (d.source <> 'segment' OR d.created_at >= mine.since)
                AND ($5 = '' OR d.speaker_key = $5 OR d.speaker_user_id = $6
                    OR (d.source = 'segment' AND EXISTS (SELECT 1 FROM transcript_speakers n
                        WHERE n.meeting_id = d.meeting_id AND n.label = d.speaker
                            AND n.name_key = $5)))
                AND d.start_ms >= $7 AND d.start_ms < $8 {rest}"
        )
    }

    fn find(&self) -> String {
        self.select("d.id", self.matching, "LIMIT $9")
    }

    fn latest(&self) -> String {
        let rest = format!("ORDER BY {} DESC LIMIT $9", self.id);
        self.select("d.id", self.matching, &rest)
    }

    fn ranked(&self, words: bool) -> String {
        let columns = RANKED[usize::from(words)];
        self.select(columns, self.ids, "")
    }

    fn shown(&self) -> String {
        self.select(SHOWN, self.ids, "")
    }
}

/// The reads of a search on a database, for who wants to know how it goes about them.
#[must_use]
pub fn queries(db: &Db) -> [(&'static str, String); 5] {
    let dialect = Dialect::of(db);
    [
        ("scope", held_sql()),
        ("find", dialect.find()),
        ("latest", dialect.latest()),
        ("ranked", dialect.ranked(true)),
        ("shown", dialect.shown()),
    ]
}

fn held_sql() -> String {
    let readable = &*READABLE;
    format!(
        "SELECT m.org_id, CAST(COALESCE(SUM(c.documents), 0) AS BIGINT),
            CAST(COALESCE(SUM(c.length), 0) AS BIGINT)
        FROM participants p JOIN meetings m ON m.id = p.meeting_id
        LEFT JOIN search_cursors c ON c.meeting_id = m.id
        WHERE p.user_id = $1 AND ($2 = '' OR p.meeting_id = $2) AND {readable}
        GROUP BY m.org_id"
    )
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
    dialect: Dialect,
}

impl<'a> Reader<'a> {
    pub(super) fn new(db: &'a Db, scope: &'a Scope) -> Self {
        Self {
            db,
            scope,
            since: serde_json::Value::from(scope.since.clone()).to_string(),
            dialect: Dialect::of(db),
        }
    }

    /// At most `limit` documents with all of `clauses`.
    pub(super) async fn find(
        &self,
        query: &Query,
        clauses: &[Clause],
        limit: usize,
    ) -> Result<Vec<i64>, StoreError> {
        self.ids(self.dialect.find(), query, clauses, limit).await
    }

    /// Documents with all of `clauses`, those that were indexed last.
    pub(super) async fn latest(
        &self,
        query: &Query,
        clauses: &[Clause],
        limit: usize,
    ) -> Result<Vec<i64>, StoreError> {
        self.ids(self.dialect.latest(), query, clauses, limit).await
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
