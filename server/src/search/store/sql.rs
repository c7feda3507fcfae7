//! The reads of a search, as each database is asked.

use crate::db::Db;
use connvo_core::access::{Action, ParticipantStatus, Role, Standing, can};
use connvo_core::meeting::MeetingState;
use std::sync::LazyLock;

/// How much of everything somebody may read: from where documents are looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reach {
    /// A good part: among all that match.
    Wide,
    /// Little: among what they may read.
    Narrow,
}

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
pub(super) struct Dialect {
    /// Documents with a query `$2`, of which somebody may read many.
    wide: &'static str,
    /// The same, of which they may read few: `mine` is where to begin.
    narrow: &'static str,
    /// Documents with an id out of `$2`.
    ids: &'static str,
    /// Whether a document's meeting is in `mine`, and its transcript not too old for that.
    readable: &'static str,
    /// Ids of documents, in the order in which they are found.
    id: &'static str,
    /// Since when transcript of a meeting's organisation is shown, out of `$3`.
    since: &'static str,
}

// SQLite joins in this order and no other: what matches is looked for once.
const SQLITE: Dialect = Dialect {
    wide: "search_index CROSS JOIN search_documents d CROSS JOIN mine
        WHERE search_index MATCH $2 AND d.id = search_index.rowid",
    narrow: "mine CROSS JOIN search_documents d
        WHERE d.id IN (SELECT rowid FROM search_index WHERE search_index MATCH $2)",
    ids: "search_documents d CROSS JOIN mine
        WHERE d.id IN (SELECT value FROM json_each($2))",
    readable: "mine.id = d.meeting_id
        AND (d.source <> 'segment' OR d.created_at >= mine.since)",
    id: "search_index.rowid",
    since: "CAST($3 ->> COALESCE(m.org_id, 'none') AS INTEGER)",
};
// PostgreSQL takes `mine` for two rows, and would go through it for each document: as one
// object it is asked by name.
const POSTGRES: Dialect = Dialect {
    wide: "search_documents d
        WHERE d.vector @@ CAST(CAST($2 AS TEXT) AS tsquery)",
    narrow: "search_documents d
        WHERE d.vector @@ CAST(CAST($2 AS TEXT) AS tsquery)
            AND d.meeting_id = ANY(ARRAY(SELECT id FROM mine))",
    ids: "search_documents d
        WHERE d.id IN (SELECT CAST(value AS BIGINT)
            FROM jsonb_array_elements_text(CAST(CAST($2 AS TEXT) AS jsonb)))",
    readable: "CAST((SELECT jsonb_object_agg(id, since) FROM mine) ->> d.meeting_id AS BIGINT)
        <= CASE d.source WHEN 'segment' THEN d.created_at ELSE 9223372036854775807 END",
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
    pub(super) const fn of(db: &Db) -> Self {
        match db {
            Db::Sqlite { .. } => SQLITE,
            Db::Postgres(_) => POSTGRES,
        }
    }

    fn select(&self, columns: &str, from: &str, rest: &str) -> String {
        let (since, readable) = (self.since, &*READABLE);
        let may = self.readable;
        format!(
            "WITH mine AS MATERIALIZED (SELECT p.meeting_id AS id, {since} AS since
                FROM participants p JOIN meetings m ON m.id = p.meeting_id
                WHERE p.user_id = $1 AND ($4 = '' OR p.meeting_id = $4) AND {readable})
            SELECT {columns} FROM {from} AND {may}
                AND ($5 = '' OR d.speaker_key = $5 OR d.speaker_user_id = $6
                    OR (d.source = 'segment' AND EXISTS (SELECT 1 FROM transcript_speakers n
                        WHERE n.meeting_id = d.meeting_id AND n.label = d.speaker
                            AND n.name_key = $5)))
                AND d.start_ms >= $7 AND d.start_ms < $8 {rest}"
        )
    }

    fn matching(&self, reach: Reach) -> &'static str {
        match reach {
            Reach::Wide => self.wide,
            Reach::Narrow => self.narrow,
        }
    }

    pub(super) fn find(&self, reach: Reach) -> String {
        self.select("d.id", self.matching(reach), "LIMIT $9")
    }

    pub(super) fn latest(&self, reach: Reach) -> String {
        let id = match reach {
            Reach::Wide => self.id,
            Reach::Narrow => "d.id",
        };
        let rest = format!("ORDER BY {id} DESC LIMIT $9");
        self.select("d.id", self.matching(reach), &rest)
    }

    pub(super) fn ranked(&self, words: bool) -> String {
        let columns = RANKED[usize::from(words)];
        self.select(columns, self.ids, "")
    }

    pub(super) fn shown(&self) -> String {
        self.select(SHOWN, self.ids, "")
    }
}

/// The reads of a search on a database, for who wants to know how it goes about them.
#[must_use]
pub fn queries(db: &Db) -> [(&'static str, String); 7] {
    let dialect = Dialect::of(db);
    [
        ("scope", held_sql()),
        ("find", dialect.find(Reach::Wide)),
        ("find of few", dialect.find(Reach::Narrow)),
        ("latest", dialect.latest(Reach::Wide)),
        ("latest of few", dialect.latest(Reach::Narrow)),
        ("ranked", dialect.ranked(true)),
        ("shown", dialect.shown()),
    ]
}

/// How many documents there are at most: the last one by the primary key.
pub(super) const ALL_SQL: &str = "SELECT id FROM search_documents ORDER BY id DESC LIMIT 1";

pub(super) fn held_sql() -> String {
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
