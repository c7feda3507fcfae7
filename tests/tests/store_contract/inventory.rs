//! No table that names a person is forgotten by the export and by deletion.

use crate::fixture::Store;
use connvo_server::db::Db;
use connvo_server::person::inventory::KEPT;
use std::collections::BTreeSet;

on_both!(every_column_that_names_a_person_is_in_the_inventory);

/// What columns that name a person are called, or end in.
const NAMES: [&str; 17] = [
    "user_id",
    "person_id",
    "author_id",
    "actor_id",
    "organizer_id",
    "initiator_id",
    "recipient_id",
    "sender_id",
    "owner_id",
    "host_id",
    "member_id",
    "speaker_id",
    "_by",
    "email",
    "subject",
    "ip",
    "user_agent",
];

fn names_a_person(column: &str) -> bool {
    let ends = |name: &&str| column == *name || column.ends_with(&format!("_{name}"));
    NAMES
        .iter()
        .any(|name| ends(name) || name.starts_with('_') && column.ends_with(name))
}

/// Every column of every table, and whether it refers to a person's row.
async fn columns(store: &Store) -> Vec<(String, String, bool)> {
    match &store.db {
        Db::Sqlite { readers, .. } => sqlx::query_as(
            "SELECT t.name, c.name, EXISTS (SELECT 1 FROM pragma_foreign_key_list(t.name) f
                 WHERE f.\"from\" = c.name AND f.\"table\" = 'users')
             FROM sqlite_master t JOIN pragma_table_info(t.name) c
             WHERE t.type = 'table' AND t.name NOT LIKE '\\_sqlx%' ESCAPE '\\'",
        )
        .fetch_all(readers)
        .await
        .unwrap(),
        Db::Postgres(pool) => sqlx::query_as(
            "SELECT c.table_name::text, c.column_name::text, EXISTS (
                 SELECT 1 FROM information_schema.key_column_usage k
                 JOIN information_schema.referential_constraints r
                     ON r.constraint_name = k.constraint_name
                 JOIN information_schema.table_constraints u
                     ON u.constraint_name = r.unique_constraint_name
                 WHERE k.table_name = c.table_name AND k.column_name = c.column_name
                     AND u.table_name = 'users')
             FROM information_schema.columns c
             WHERE c.table_schema = 'public' AND c.table_name NOT LIKE '\\_sqlx%'
                 AND NOT (SELECT relispartition FROM pg_class
                     WHERE oid = CAST('public.' || c.table_name AS regclass))",
        )
        .fetch_all(pool)
        .await
        .unwrap(),
    }
}

async fn every_column_that_names_a_person_is_in_the_inventory(store: Store) {
    let columns = columns(&store).await;
    assert!(columns.iter().any(|(_, _, refers)| *refers), "{columns:?}");
    let listed: BTreeSet<(&str, &str)> = KEPT.iter().map(|row| (row.0, row.1)).collect();
    assert_eq!(listed.len(), KEPT.len(), "each once");
    for (table, column, refers) in &columns {
        if *refers || names_a_person(column) {
            let known = listed.contains(&(table.as_str(), column.as_str()));
            assert!(
                known,
                "{table}.{column}: say in person::inventory what becomes of it"
            );
        }
    }
    for (table, column) in listed {
        let there = columns.iter().any(|one| one.0 == table && one.1 == column);
        assert!(there, "{table}.{column} is no more");
    }
}
