//! The statements.

use super::pile::{Out, Staging};
use super::{New, StoreError};
use crate::db::{to_i64, to_id, to_u64, to_words};
use connvo_core::id::{MeetingId, UserId};
use connvo_core::transcript::{Chunk, bucket};
use serde::Serialize;
use sqlx::sqlite::SqlitePool;
use sqlx::{QueryBuilder, Sqlite, SqliteConnection, Transaction};
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

/// Rows read at once after a crash.
const PAGE: i64 = 100;
/// Chunks of one insert.
const ROWS: usize = 64;

/// A chunk in a row: its meeting, itself, the sequence that it replaces.
type Stored<'a> = (&'a MeetingId, &'a Chunk, Option<u64>);

fn json(rows: &impl Serialize) -> Result<String, StoreError> {
    serde_json::to_string(rows).map_err(|error| damaged(&error))
}

fn damaged(error: &impl ToString) -> StoreError {
    StoreError::damaged("staged chunks", error)
}

/// Writes a row; answers its number.
pub(super) async fn put(
    tx: &mut Transaction<'_, Sqlite>,
    chunks: &[New],
) -> Result<i64, StoreError> {
    let mut json = Vec::with_capacity(chunks.len() * 512);
    json.push(b'[');
    for (
        at,
        New {
            meeting,
            chunk,
            replaces,
        },
    ) in chunks.iter().enumerate()
    {
        if at > 0 {
            json.push(b',');
        }
        let stored: Stored<'_> = (meeting, chunk, *replaces);
        serde_json::to_writer(&mut json, &stored).map_err(|error| damaged(&error))?;
    }
    json.push(b']');
    let json =
        String::from_utf8(json).map_err(|error| StoreError::damaged("staged chunks", &error))?;
    let (batch,): (i64,) =
        sqlx::query_as("INSERT INTO transcript_staged (chunks) VALUES ($1) RETURNING batch")
            .bind(json)
            .fetch_one(&mut **tx)
            .await?;
    Ok(batch)
}

/// Moves piles into the table, as far as their meetings are still there, and lets the
/// rows before `needed` go; all of them, when none is.
pub(super) async fn flush(
    tx: &mut Transaction<'_, Sqlite>,
    piles: &[Out],
    needed: Option<i64>,
) -> Result<(), StoreError> {
    let heads: Vec<_> = piles
        .iter()
        .map(|pile| (&pile.meeting, pile.head))
        .collect();
    let there: Vec<(String,)> = sqlx::query_as(
        "UPDATE streams SET head = k.value ->> 1 FROM json_each($1) k
         WHERE streams.meeting_id = k.value ->> 0 AND streams.kind = 'transcript'
         RETURNING streams.meeting_id",
    )
    .bind(json(&heads)?)
    .fetch_all(&mut **tx)
    .await?;
    let there: HashSet<&str> = there.iter().map(|(id,)| id.as_str()).collect();
    let piles: Vec<&Out> = piles
        .iter()
        .filter(|pile| there.contains(pile.meeting.as_str()))
        .collect();
    delete(tx, &piles).await?;
    insert(tx, &piles).await?;
    sqlx::query("DELETE FROM transcript_staged WHERE batch < $1")
        .bind(needed.unwrap_or(i64::MAX))
        .execute(&mut **tx)
        .await?;
    Ok(())
}

async fn delete(tx: &mut SqliteConnection, piles: &[&Out]) -> Result<(), StoreError> {
    let mut replaced = Vec::new();
    for pile in piles {
        replaced.extend(pile.replaced.iter().map(|at| (&pile.meeting, *at)));
    }
    if replaced.is_empty() {
        return Ok(());
    }
    sqlx::query(
        "DELETE FROM transcript_chunks WHERE (meeting_id, sequence) IN
             (SELECT value ->> 0, value ->> 1 FROM json_each($1))",
    )
    .bind(json(&replaced)?)
    .execute(tx)
    .await?;
    Ok(())
}

/// Inserts by bound values, which costs half of what JSON does.
async fn insert(tx: &mut SqliteConnection, piles: &[&Out]) -> Result<(), StoreError> {
    let mut rows = Vec::new();
    for pile in piles {
        rows.extend(pile.chunks.iter().map(|chunk| (&pile.meeting, chunk)));
    }
    for rows in rows.chunks(ROWS) {
        let words = rows.iter().map(|(_, chunk)| to_words(&chunk.fields.words));
        let words = words.collect::<Result<Vec<_>, _>>()?;
        let mut insert = QueryBuilder::<Sqlite>::new(
            "INSERT INTO transcript_chunks (meeting_id, sequence, source_id, segment_id, revision,
                 bucket, text, start_ms, end_ms, speaker_label, speaker_user_id, confidence,
                 language, revised, word_count, created_at, utterance_id, words) ",
        );
        insert.push_values(
            rows.iter().zip(words),
            |mut row, ((meeting, chunk), words)| {
                let fields = &chunk.fields;
                row.push_bind(meeting.as_str())
                    .push_bind(to_i64(chunk.sequence))
                    .push_bind(&*fields.source_id)
                    .push_bind(&*fields.segment_id)
                    .push_bind(fields.revision)
                    .push_bind(to_i64(bucket(fields.start_ms)))
                    .push_bind(&*fields.text)
                    .push_bind(to_i64(fields.start_ms))
                    .push_bind(to_i64(fields.end_ms))
                    .push_bind(&*fields.speaker.label)
                    .push_bind(fields.speaker.user_id.as_ref().map(UserId::as_str))
                    .push_bind(fields.confidence)
                    .push_bind(fields.language.as_deref())
                    .push_bind(chunk.revised)
                    .push_bind(chunk.word_count)
                    .push_bind(to_i64(chunk.created_at))
                    .push_bind(fields.utterance_id.as_deref())
                    .push_bind(words);
            },
        );
        // Only the statement of full rows is worth keeping.
        let insert = insert.build().persistent(rows.len() == ROWS);
        insert.execute(&mut *tx).await?;
    }
    Ok(())
}

/// After a start: moves everything that is staged and not in the table yet.
///
/// # Errors
/// The store fails, or a row makes no sense: nothing is lost.
pub(in crate::db) async fn recover(writer: &SqlitePool) -> Result<(), StoreError> {
    let mut tx = writer.begin_with("BEGIN IMMEDIATE").await?;
    let heads: Vec<(String, i64)> =
        sqlx::query_as("SELECT meeting_id, head FROM streams WHERE kind = 'transcript'")
            .fetch_all(&mut *tx)
            .await?;
    let heads: HashMap<&str, u64> = heads
        .iter()
        .map(|(id, head)| (id.as_str(), to_u64(*head)))
        .collect();
    let (mut staging, mut after) = (Staging::default(), 0);
    loop {
        let rows: Vec<(i64, String)> = sqlx::query_as(
            "SELECT batch, chunks FROM transcript_staged WHERE batch > $1
             ORDER BY batch LIMIT $2",
        )
        .bind(after)
        .bind(PAGE)
        .fetch_all(&mut *tx)
        .await?;
        let Some((last, _)) = rows.last() else { break };
        after = *last;
        for (batch, chunks) in &rows {
            staging.put(*batch, fresh(chunks, &heads)?);
        }
    }
    if after > 0 {
        let meetings = staging.all();
        let (piles, _) = staging.take_out(&meetings);
        flush(&mut tx, &piles, None).await?;
    }
    tx.commit().await?;
    Ok(())
}

/// The chunks of a row that are not in the table, of meetings that are there.
fn fresh(chunks: &str, heads: &HashMap<&str, u64>) -> Result<Vec<New>, StoreError> {
    let chunks: Vec<(String, Chunk, Option<u64>)> = serde_json::from_str(chunks)
        .map_err(|error| StoreError::damaged("staged chunks", &error))?;
    let new = |(meeting, chunk, replaces): (String, Chunk, Option<u64>)| {
        let head = heads.get(meeting.as_str())?;
        (chunk.sequence > *head).then(|| {
            Ok(New {
                meeting: to_id(&meeting)?,
                chunk: Arc::new(chunk),
                replaces,
            })
        })
    };
    chunks.into_iter().filter_map(new).collect()
}
