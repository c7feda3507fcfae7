//! Every table of a database, filled by what its columns are: a table that comes later is
//! filled too.

use sqlx::{AssertSqlSafe, Connection, FromRow};
use std::collections::BTreeMap;

/// Rows of each table.
pub const ROWS: u32 = 110_000;

/// Tables that do not grow with people and meetings.
const SMALL: [&str; 8] = [
    // A row a migration, one a store, one a key of the development issuer.
    "_sqlx_migrations",
    "store_meta",
    "search_standing",
    "signing_keys",
    // What the code names.
    "feature_flags",
    "interests",
    // A row a server, one a kind of background work.
    "nodes",
    "leases",
];

/// Columns whose values are few, or stand in a proportion that a partial index is for; `g`
/// is the number of the row.
const TOLD: [(&str, &str, &str); 21] = [
    (
        "meetings",
        "state",
        "(ARRAY['active', 'concluded', 'concluded', 'scheduled'])[1 + g % 97 % 4]",
    ),
    ("meetings", "is_counted", "g % 500 <> 0"),
    ("meetings", "is_public", "g % 100 = 0"),
    (
        "streams",
        "kind",
        "(ARRAY['note', 'transcript', 'chat'])[1 + g % 3]",
    ),
    ("streams", "meeting_id", "pg_temp.id(g / 3)"),
    (
        "search_cursors",
        "kind",
        "(ARRAY['note', 'transcript', 'chat'])[1 + g % 3]",
    ),
    ("search_cursors", "meeting_id", "pg_temp.id(g / 3)"),
    (
        "search_documents",
        "source",
        "(ARRAY['note', 'transcript', 'chat'])[1 + g % 3]",
    ),
    (
        "participants",
        "role",
        "(ARRAY['host', 'participant', 'observer'])[1 + g % 3]",
    ),
    (
        "participants",
        "status",
        "(ARRAY['invited', 'joined', 'left', 'accepted'])[1 + g % 4]",
    ),
    (
        "connections",
        "kind",
        "(ARRAY['professional', 'follow', 'block'])[1 + g % 3]",
    ),
    (
        "connections",
        "state",
        "(ARRAY['pending', 'accepted', 'blocked'])[1 + g % 3]",
    ),
    ("transcript_chunks", "speaker_label", "'Speaker ' || g % 5"),
    (
        "transcript_segments",
        "speaker_label",
        "'Speaker ' || g % 5",
    ),
    ("transcript_chunks", "source_id", "'mic-' || g % 3"),
    ("transcript_chunks", "segment_id", "g::text"),
    (
        "org_memberships",
        "role",
        "(ARRAY['owner', 'admin', 'member'])[1 + g % 3]",
    ),
    ("audit_logs", "action", "'action.' || g % 40"),
    (
        "audit_logs",
        "type",
        "(ARRAY['change', 'denial', 'session', 'read'])[1 + g % 4]",
    ),
    (
        "access_journal",
        "kind",
        "(ARRAY['member', 'meeting', 'person'])[1 + g % 3]",
    ),
    ("rate_limits", "action", "'action.' || g % 40"),
];

#[derive(FromRow)]
struct Column {
    table: String,
    name: String,
    kind: String,
    may_lack: bool,
    /// Whether no two rows have the same value.
    is_alone: bool,
}

/// Fills every table but the small ones.
///
/// # Panics
/// A table cannot be filled, or has fewer rows then: the message names it.
pub async fn fill(url: &str) {
    let mut line = super::connect(url).await;
    let columns: Vec<Column> = sqlx::query_as(
        "SELECT c.relname::text AS \"table\", a.attname::text AS name, t.typname::text AS kind,
             NOT a.attnotnull AS may_lack, EXISTS (SELECT 1 FROM pg_index i
                 WHERE i.indrelid = c.oid AND i.indisunique AND i.indnkeyatts = 1
                     AND i.indkey[0] = a.attnum) AS is_alone
         FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
             JOIN pg_type t ON t.oid = a.atttypid
         WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND a.attnum > 0
             AND NOT a.attisdropped AND c.relnamespace = 'public'::regnamespace
         ORDER BY c.relname, a.attnum",
    )
    .fetch_all(&mut line)
    .await
    .expect("the catalogue");
    let mut tables: BTreeMap<&str, Vec<&Column>> = BTreeMap::new();
    for column in &columns {
        tables.entry(&column.table).or_default().push(column);
    }
    tables.retain(|table, _| !SMALL.contains(table));
    // Two lines: this machine may have two processors.
    let (mut one, mut other) = (Vec::new(), Vec::new());
    for (at, (table, columns)) in tables.iter().enumerate() {
        let statement = insert(table, columns);
        if at % 2 == 0 { &mut one } else { &mut other }.push(statement);
    }
    let (one, other) = (
        tokio::spawn(all(url.into(), one)),
        tokio::spawn(all(url.into(), other)),
    );
    one.await.expect("half of the tables");
    other.await.expect("the other half");
    sqlx::raw_sql("ANALYZE")
        .execute(&mut line)
        .await
        .expect("statistics");
    for table in tables.keys() {
        let count = AssertSqlSafe(format!("SELECT COUNT(*) FROM {table}"));
        let (count,): (i64,) = sqlx::query_as(count)
            .fetch_one(&mut line)
            .await
            .expect("a count");
        assert!(
            count > 100_000,
            "{table} has {count} rows: tell its columns apart"
        );
    }
    line.close().await.expect("an end");
}

async fn all(url: String, statements: Vec<String>) {
    let mut line = super::connect(&url).await;
    let begin = "SET session_replication_role = replica; SET synchronous_commit = off;
         CREATE FUNCTION pg_temp.id(n BIGINT) RETURNS TEXT LANGUAGE sql IMMUTABLE AS
         $$ SELECT '0197f7a4-5e0b-7c3a-9d2e-' || lpad(to_hex(n), 12, '0') $$";
    sqlx::raw_sql(begin)
        .execute(&mut line)
        .await
        .expect("settings");
    for statement in statements {
        let done = sqlx::raw_sql(AssertSqlSafe(statement.as_str()))
            .execute(&mut line)
            .await;
        done.unwrap_or_else(|error| panic!("{error}: {statement}"));
    }
    line.close().await.expect("an end");
}

fn insert(table: &str, columns: &[&Column]) -> String {
    let is_id = |column: &&&Column| column.name.ends_with("_id") && !column.is_alone;
    let first = columns
        .iter()
        .find(is_id)
        .map(|column| column.name.as_str());
    let value = |column: &&Column| {
        let told = TOLD
            .iter()
            .find(|(t, c, _)| *t == table && *c == column.name);
        if let Some((_, _, value)) = told {
            return (*value).to_owned();
        }
        let value = match column.kind.as_str() {
            "text" if column.is_alone => "pg_temp.id(g)",
            // Twenty rows of one meeting; as many of one person, in other meetings.
            "text" if first == Some(&column.name) => "pg_temp.id(g / 20)",
            "text" if column.name.ends_with("_id") => "pg_temp.id(g % 5500)",
            "text" => "'word ' || g",
            "bool" => "g % 10 = 0",
            "int8" if column.name.ends_with("_at") && !column.may_lack => {
                "1700000000000 + g * 1000"
            }
            "int8" if column.name.ends_with("_at") => {
                "CASE WHEN g % 100 = 0 THEN 1700000000000 + g * 1000 END"
            }
            "int8" => "g",
            "float8" => "0.5",
            "jsonb" => "'{}'",
            "bytea" => "'\\x00'",
            "tsvector" => "to_tsvector('simple', 'w' || g % 1000)",
            "xid8" => "g::text::xid8",
            other => panic!("what is a {other}?"),
        };
        value.to_owned()
    };
    let names: Vec<&str> = columns.iter().map(|column| column.name.as_str()).collect();
    let values: Vec<String> = columns.iter().map(value).collect();
    format!(
        "INSERT INTO {table} ({}) OVERRIDING SYSTEM VALUE
         SELECT {} FROM generate_series(1::bigint, {ROWS}) g ON CONFLICT DO NOTHING",
        names.join(", "),
        values.join(", ")
    )
}
