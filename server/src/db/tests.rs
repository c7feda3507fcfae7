//! What the database's connections bear.

use super::Db;
use super::trouble::Trouble;
use crate::db::StoreError;
use tempfile::TempDir;

/// One write of so many bytes.
async fn keep(db: &Db, key: &str, bytes: usize) -> Result<(), StoreError> {
    let Db::Sqlite { writer, .. } = db else {
        panic!("it is SQLite");
    };
    let mut tx = writer.begin_with("BEGIN IMMEDIATE").await?;
    sqlx::query("INSERT INTO kept (key, value) VALUES ($1, $2)")
        .bind(key)
        .bind("x".repeat(bytes))
        .execute(&mut *tx)
        .await?;
    Ok(tx.commit().await?)
}

async fn say(db: &Db, words: &'static str) {
    let Db::Sqlite { writer, .. } = db else {
        panic!("it is SQLite");
    };
    sqlx::raw_sql(words).execute(writer).await.unwrap();
}

#[tokio::test]
async fn a_writer_that_found_the_disk_full_writes_again_when_it_is_not() {
    let folder = TempDir::new().unwrap();
    let db = Db::sqlite(folder.path()).await.unwrap();
    say(&db, "CREATE TABLE kept (key TEXT PRIMARY KEY, value TEXT)").await;
    keep(&db, "before", 10).await.unwrap();
    // No more pages than there are: what SQLite says of a full disk. A new connection
    // knows nothing of it: then there is room again.
    say(&db, "PRAGMA max_page_count = 1").await;
    let full = keep(&db, "too much", 1 << 20).await.unwrap_err();
    assert_eq!(full.trouble(), Trouble::Away, "{full}");
    keep(&db, "after", 10).await.unwrap();
}
