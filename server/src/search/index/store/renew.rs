//! What is indexed, by another version of the words.

use super::vector;
use crate::db::{Db, StoreError, Tx, to_i64, to_u64};
use crate::{on_db, on_tx};
use connvo_core::search::token::{Indexed, key};

/// Documents made anew in one transaction.
const DOCUMENTS: i64 = 100;
/// Names looked at at once.
const NAMES: i64 = 500;

/// Documents, by id.
pub const DOCUMENTS_SQL: &str =
    "SELECT id, text, speaker FROM search_documents WHERE id > $1 ORDER BY id LIMIT $2";
/// What labels are called, by meeting and label.
pub const NAMES_SQL: &str = "SELECT meeting_id, label, name FROM transcript_speakers
    WHERE (meeting_id, label) > ($1, $2) ORDER BY meeting_id, label LIMIT $3";

// Not what has been changed meanwhile: that is of this version.
const DOCUMENT_SQLITE_SQL: &str = "UPDATE search_documents SET words = $2, stems = $3,
        length = $4, speaker_key = $5
    WHERE id = $1 AND text = $6 AND COALESCE(speaker, '') = $8 AND $7 = ''";
const DOCUMENT_POSTGRES_SQL: &str = "UPDATE search_documents SET words = $2, stems = $3,
        length = $4, speaker_key = $5, vector = CAST(CAST($7 AS TEXT) AS tsvector)
    WHERE id = $1 AND text = $6 AND COALESCE(speaker, '') = $8";

/// By which version of the words everything is indexed, and the last document that is so by
/// the next.
///
/// # Errors
/// The store fails.
pub(in crate::search::index) async fn standing(db: &Db) -> Result<(u64, i64), StoreError> {
    let (version, after): (i64, i64) = on_db!(
        db,
        read | pool | {
            sqlx::query_as("SELECT version, after_id FROM search_standing WHERE one = 1")
                .fetch_one(pool)
                .await?
        }
    );
    Ok((to_u64(version), after))
}

/// Makes the next documents anew; whether there are more.
///
/// # Errors
/// The store fails; none of them was.
pub(in crate::search::index) async fn documents(db: &Db, after: i64) -> Result<bool, StoreError> {
    let sql = match db {
        Db::Sqlite { .. } => DOCUMENT_SQLITE_SQL,
        Db::Postgres(_) => DOCUMENT_POSTGRES_SQL,
    };
    let last = on_db!(
        db,
        transaction | tx | {
            let page: Vec<(i64, String, Option<String>)> = sqlx::query_as(DOCUMENTS_SQL)
                .bind(after)
                .bind(DOCUMENTS)
                .fetch_all(&mut *tx)
                .await?;
            for (id, text, speaker) in &page {
                let indexed = Indexed::of(text, speaker.as_deref());
                sqlx::query(sql)
                    .bind(id)
                    .bind(&indexed.words)
                    .bind(&indexed.stems)
                    .bind(i64::from(indexed.length))
                    .bind(speaker.as_deref().map(key))
                    .bind(text)
                    .bind(vector(db, &indexed))
                    .bind(speaker.as_deref().unwrap_or_default())
                    .execute(&mut *tx)
                    .await?;
            }
            let last = page.last().map(|(id, ..)| *id);
            if let Some(last) = last {
                sqlx::query("UPDATE search_standing SET after_id = $1 WHERE one = 1")
                    .bind(last)
                    .execute(&mut *tx)
                    .await?;
            }
            last
        }
    );
    Ok(last.is_some())
}

/// Makes the names anew that labels are found by.
///
/// # Errors
/// The store fails.
pub(in crate::search::index) async fn names(db: &Db) -> Result<(), StoreError> {
    let mut after = (String::new(), String::new());
    loop {
        let page: Vec<(String, String, String)> = on_db!(
            db,
            read | pool | {
                sqlx::query_as(NAMES_SQL)
                    .bind(&after.0)
                    .bind(&after.1)
                    .bind(NAMES)
                    .fetch_all(pool)
                    .await?
            }
        );
        let Some((meeting, label, _)) = page.last() else {
            return Ok(());
        };
        after = (meeting.clone(), label.clone());
        on_db!(
            db,
            transaction | tx | {
                name_page(&mut tx, &page).await?;
            }
        );
    }
}

async fn name_page(
    tx: impl Into<Tx<'_>>,
    page: &[(String, String, String)],
) -> Result<(), StoreError> {
    on_tx!(tx.into(), |line| {
        for (meeting, label, name) in page {
            sqlx::query(
                "UPDATE transcript_speakers SET name_key = $3
                 WHERE meeting_id = $1 AND label = $2 AND name = $4 AND name_key <> $3",
            )
            .bind(meeting)
            .bind(label)
            .bind(key(name))
            .bind(name)
            .execute(&mut *line)
            .await?;
        }
    });
    Ok(())
}

/// Says that everything is indexed by this version.
///
/// # Errors
/// The store fails.
pub(in crate::search::index) async fn done(db: &Db, version: u64) -> Result<(), StoreError> {
    on_db!(
        db,
        write | pool | {
            sqlx::query("UPDATE search_standing SET version = $1, after_id = 0 WHERE one = 1")
                .bind(to_i64(version))
                .execute(pool)
                .await?;
        }
    );
    Ok(())
}
