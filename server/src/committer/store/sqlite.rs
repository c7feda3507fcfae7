//! The statements of a batch on SQLite: one a table, its rows as a JSON array. Chunks of
//! transcript are staged (see [`crate::db::staged`]).
//! The transaction began with `BEGIN IMMEDIATE`, which is the lock.

use super::{Needs, Plan, SegmentKey, State, TRANSCRIPT, heads, state};
use crate::chat::store::message_columns;
use crate::db::staged::{New, Turn};
use crate::db::{StoreError, to_i64};
use crate::transcript::store::chunk_columns;
use connvo_core::note::Operation;
use connvo_core::transcript::Chunk;
use serde::Serialize;
use sqlx::{Sqlite, SqliteConnection, Transaction};
use std::sync::Arc;

fn json(rows: &impl Serialize) -> Result<String, StoreError> {
    serde_json::to_string(rows).map_err(|error| StoreError::damaged("batch", &error))
}

/// Reads what a batch has to know.
pub(super) async fn read<'a>(
    tx: &mut Transaction<'_, Sqlite>,
    needs: &Needs<'a>,
    turn: &Turn<'_>,
) -> Result<State<'a>, StoreError> {
    // What is staged has moved on since the table was written.
    let (staged, asked): (Vec<_>, Vec<_>) = needs
        .streams
        .iter()
        .map(|stream| {
            (
                stream,
                turn.head(stream.0).filter(|_| stream.1 == TRANSCRIPT),
            )
        })
        .partition(|(_, head)| head.is_some());
    let asked: Vec<_> = asked.into_iter().map(|(stream, _)| stream).collect();
    let heads = if asked.is_empty() {
        Vec::new()
    } else {
        sqlx::query_as(
            "SELECT s.meeting_id, s.kind, s.head
             FROM json_each($1) k CROSS JOIN streams s
                 ON s.meeting_id = k.value ->> 0 AND s.kind = k.value ->> 1",
        )
        .bind(json(&asked)?)
        .fetch_all(&mut **tx)
        .await?
    };
    let clients = if needs.clients.is_empty() {
        Vec::new()
    } else {
        sqlx::query_as(
            "SELECT c.meeting_id, c.client_id, c.user_id, c.last_seq
             FROM json_each($1) k CROSS JOIN note_clients c
                 ON c.meeting_id = k.value ->> 0 AND c.client_id = k.value ->> 1",
        )
        .bind(json(&needs.clients)?)
        .fetch_all(&mut **tx)
        .await?
    };
    let chunks = if needs.segments.is_empty() {
        Vec::new()
    } else {
        sqlx::query_as(concat!(
            "SELECT ",
            chunk_columns!(),
            " FROM json_each($1) k CROSS JOIN transcript_chunks c
                 ON c.meeting_id = k.value ->> 0 AND c.source_id = k.value ->> 1
                 AND c.segment_id = k.value ->> 2"
        ))
        .bind(json(&needs.segments)?)
        .fetch_all(&mut **tx)
        .await?
    };
    let messages = if needs.messages.is_empty() {
        Vec::new()
    } else {
        sqlx::query_as(concat!(
            "SELECT ",
            message_columns!(),
            " FROM json_each($1) k CROSS JOIN messages m
                 ON m.meeting_id = k.value ->> 0 AND m.message_id = k.value ->> 1"
        ))
        .bind(json(&needs.messages)?)
        .fetch_all(&mut **tx)
        .await?
    };
    let mut state = state(needs, heads, clients, chunks, messages)?;
    for ((meeting, _), head) in staged {
        state
            .transcripts
            .extend(head.map(|head| ((*meeting).clone(), head)));
    }
    for key in &needs.segments {
        if let Some(chunk) = turn.chunk(key.0, key.1, key.2) {
            state.chunks.insert(*key, chunk);
        }
    }
    Ok(state)
}

/// The chunks of a plan as they are staged: each meeting's in the order of their sequences.
pub(super) fn staged(plan: &Plan<'_>) -> Vec<New> {
    let new = |(key, chunk): (&SegmentKey<'_>, &Arc<Chunk>)| New {
        meeting: key.0.clone(),
        replaces: plan.superseded.get(key).copied(),
        chunk: Arc::clone(chunk),
    };
    let mut chunks: Vec<New> = plan.chunks.iter().map(new).collect();
    chunks.sort_by(|one, other| {
        (&one.meeting, one.chunk.sequence).cmp(&(&other.meeting, other.chunk.sequence))
    });
    chunks
}

/// Writes what was planned.
pub(super) async fn write(
    tx: &mut Transaction<'_, Sqlite>,
    plan: &Plan<'_>,
) -> Result<(), StoreError> {
    entries(tx, plan).await?;
    clients(tx, plan).await?;
    messages(tx, plan).await?;
    let heads: Vec<_> = heads(plan)
        .filter(|(_, kind, _)| *kind != TRANSCRIPT)
        .map(|(meeting, kind, head)| (meeting, kind, to_i64(head)))
        .collect();
    if heads.is_empty() {
        return Ok(());
    }
    sqlx::query(
        "UPDATE streams SET head = k.value ->> 2 FROM json_each($1) k
         WHERE streams.meeting_id = k.value ->> 0 AND streams.kind = k.value ->> 1",
    )
    .bind(json(&heads)?)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

async fn entries(tx: &mut SqliteConnection, plan: &Plan<'_>) -> Result<(), StoreError> {
    if plan.entries.is_empty() {
        return Ok(());
    }
    type Row<'a> = (
        &'a str,
        i64,
        &'a str,
        &'a str,
        i64,
        &'a Operation,
        String,
        Option<i64>,
        i64,
    );
    let rows: Vec<Row<'_>> = plan
        .entries
        .iter()
        .map(|(meeting, entry)| {
            (
                meeting.as_str(),
                to_i64(entry.sequence),
                entry.author_id.as_str(),
                entry.client_id.as_str(),
                to_i64(entry.client_seq),
                &entry.operation,
                hex(&entry.update),
                entry.transformed_from.map(to_i64),
                to_i64(entry.timestamp),
            )
        })
        .collect();
    sqlx::query(
        "INSERT INTO note_log (meeting_id, sequence, author_id, client_id, client_seq, operation,
             update_v1, transformed_from, created_at)
         SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, value -> 5,
             unhex(value ->> 6), value ->> 7, value ->> 8 FROM json_each($1)",
    )
    .bind(json(&rows)?)
    .execute(tx)
    .await?;
    Ok(())
}

async fn clients(tx: &mut SqliteConnection, plan: &Plan<'_>) -> Result<(), StoreError> {
    if plan.clients.is_empty() {
        return Ok(());
    }
    let rows: Vec<_> = plan
        .clients
        .iter()
        .map(|((meeting, client), (user, last))| (meeting, client, user, to_i64(*last)))
        .collect();
    sqlx::query(
        "INSERT INTO note_clients (meeting_id, client_id, user_id, last_seq)
         SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3 FROM json_each($1) WHERE true
         ON CONFLICT (meeting_id, client_id) DO UPDATE SET last_seq = excluded.last_seq",
    )
    .bind(json(&rows)?)
    .execute(tx)
    .await?;
    Ok(())
}

async fn messages(tx: &mut SqliteConnection, plan: &Plan<'_>) -> Result<(), StoreError> {
    if plan.messages.is_empty() {
        return Ok(());
    }
    let mut rows = Vec::with_capacity(plan.messages.len());
    for ((meeting, _), message) in &plan.messages {
        rows.push((
            meeting,
            message,
            json(&message.attachments)?,
            json(&message.mentions)?,
            json(&message.reactions)?,
            to_i64(message.updated_at()),
        ));
    }
    sqlx::query(
        "INSERT INTO messages (meeting_id, posted_sequence, sequence, message_id, revision, kind,
             author_id, author_name, text, reply_to_id, thread_id, attachments, mentions,
             reactions, edited_at, deleted_at, created_at, updated_at)
         SELECT value ->> 0, value ->> '$[1].postedSequence', value ->> '$[1].sequence',
             value ->> '$[1].id', value ->> '$[1].revision', value ->> '$[1].kind',
             value ->> '$[1].authorId', value ->> '$[1].authorName', value ->> '$[1].text',
             value ->> '$[1].replyToId', value ->> '$[1].threadId', value ->> 2, value ->> 3,
             value ->> 4, value ->> '$[1].editedAt', value ->> '$[1].deletedAt',
             value ->> '$[1].createdAt', value ->> 5
         FROM json_each($1) WHERE true
         ON CONFLICT (meeting_id, posted_sequence) DO UPDATE SET sequence = excluded.sequence,
             revision = excluded.revision, text = excluded.text,
             attachments = excluded.attachments, mentions = excluded.mentions,
             reactions = excluded.reactions, edited_at = excluded.edited_at,
             deleted_at = excluded.deleted_at, updated_at = excluded.updated_at",
    )
    .bind(json(&rows)?)
    .execute(tx)
    .await?;
    Ok(())
}

/// Bytes in JSON, as `unhex` reads them.
fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digit = |nibble: u8| char::from(DIGITS[usize::from(nibble & 15)]);
    bytes
        .iter()
        .flat_map(|byte| [digit(byte >> 4), digit(*byte)])
        .collect()
}
