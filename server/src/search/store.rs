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
use sqlx::AssertSqlSafe;
use std::sync::LazyLock;

/// In which meetings people read what was said, noted and written: pairs of where the
/// person and the meeting stand, as core decides.
static READABLE: LazyLock<String> = LazyLock::new(|| {
    let mut pairs = Vec::new();
    for status in ParticipantStatus::ALL {
        for state in MeetingState::ALL {
            let standing = Standing::new(Role::Observer, status);
            if [Action::ReadTranscript, Action::ReadNote]
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
    /// Where documents with a query `$2` are.
    matching: &'static str,
    /// Documents with it.
    matches: &'static str,
    /// Since when transcript of an organisation is shown, out of `$3`.
    since: &'static str,
    /// Documents with an id out of `$2`.
    ids: &'static str,
}

const SQLITE: Dialect = Dialect {
    matching: "search_index CROSS JOIN search_documents d ON d.id = search_index.rowid",
    matches: "search_index MATCH $2",
    since: "CAST($3 ->> COALESCE(m.org_id, 'none') AS INTEGER)",
    ids: "d.id IN (SELECT value FROM json_each($2))",
};
const POSTGRES: Dialect = Dialect {
    matching: "search_documents d",
    matches: "d.vector @@ CAST(CAST($2 AS TEXT) AS tsquery)",
    since: "CAST(CAST(CAST($3 AS TEXT) AS jsonb) ->> COALESCE(m.org_id, 'none') AS BIGINT)",
    ids: "d.id IN (SELECT CAST(value AS BIGINT)
        FROM jsonb_array_elements_text(CAST(CAST($2 AS TEXT) AS jsonb)))",
};

const COLUMNS: &str = "d.meeting_id, d.source, d.source_id, d.speaker, d.start_ms, d.end_ms, d.text, \
    d.words, d.stems, d.length";

impl Dialect {
    const fn of(db: &Db) -> Self {
        match db {
            Db::Sqlite { .. } => SQLITE,
            Db::Postgres(_) => POSTGRES,
        }
    }

    fn select(&self, columns: &str, from: &str, which: &str, rest: &str) -> String {
        let (since, readable) = (self.since, &*READABLE);
        format!(
            "SELECT {columns} FROM {from}
            JOIN meetings m ON m.id = d.meeting_id
            JOIN participants p ON p.user_id = $1 AND p.meeting_id = d.meeting_id
            WHERE {which} AND {readable}
                AND (d.source <> 'segment' OR d.created_at >= {since})
                AND ($4 = '' OR d.meeting_id = $4)
                AND ($5 = '' OR d.speaker_key = $5 OR d.speaker_user_id = $6)
                AND d.start_ms >= $7 AND d.start_ms < $8 {rest}"
        )
    }

    fn find(&self) -> String {
        self.select("d.id", self.matching, self.matches, "LIMIT $9")
    }

    fn latest(&self) -> String {
        let rest = "ORDER BY d.start_ms DESC, d.meeting_id, d.source_id LIMIT $9";
        self.select("d.id", self.matching, self.matches, rest)
    }

    fn documents(&self) -> String {
        self.select(COLUMNS, "search_documents d", self.ids, "")
    }
}

/// The reads of a search on a database, for who wants to know how it goes about them.
#[must_use]
pub fn queries(db: &Db) -> [(&'static str, String); 4] {
    let dialect = Dialect::of(db);
    [
        ("scope", held_sql()),
        ("find", dialect.find()),
        ("latest", dialect.latest()),
        ("documents", dialect.documents()),
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

/// A document that may answer.
pub(super) struct Found {
    pub(super) item: SearchItem,
    pub(super) text: String,
    pub(super) words: String,
    pub(super) stems: String,
    pub(super) length: u32,
}

#[derive(sqlx::FromRow)]
struct Row {
    meeting_id: String,
    source: String,
    source_id: String,
    speaker: Option<String>,
    start_ms: i64,
    end_ms: Option<i64>,
    text: String,
    words: String,
    stems: String,
    length: i64,
}

impl Row {
    fn found(self) -> Result<Found, StoreError> {
        Ok(Found {
            item: SearchItem {
                meeting_id: to_id(&self.meeting_id)?,
                source: Source::parse(&self.source)
                    .ok_or_else(|| StoreError::damaged("source", &self.source))?,
                source_id: self.source_id,
                speaker: self.speaker,
                start_ms: to_u64(self.start_ms),
                end_ms: self.end_ms.map(to_u64),
                snippet: Snippet::default(),
                score: 0.0,
            },
            text: self.text,
            words: self.words,
            stems: self.stems,
            length: u32::try_from(self.length).unwrap_or(u32::MAX),
        })
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

    /// The latest documents with all of `clauses`.
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

    /// The documents of these ids, in no order.
    pub(super) async fn documents(&self, ids: &[i64]) -> Result<Vec<Found>, StoreError> {
        let ids = serde_json::Value::from(ids).to_string();
        let (scope, sql) = (self.scope, self.dialect.documents());
        let rows: Vec<Row> = on_db!(
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
        );
        rows.into_iter().map(Row::found).collect()
    }
}
