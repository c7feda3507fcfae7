//! The statements of a batch on PostgreSQL: one a table, its rows as arrays. The
//! heads are locked in order, so that two batches never wait for each other.

use super::{Append, Needs, Plan, State, heads, state};
use crate::chat::store::message_columns;
use crate::db::postgres::Pg;
use crate::db::{StoreError, to_i64, to_id, to_words};
use crate::transcript::store::chunk_columns;
use connvo_core::chat::Message;
use connvo_core::id::{MeetingId, MessageId, UserId};
use connvo_core::transcript::{Chunk, bucket};
use sqlx::{PgConnection, Postgres, Transaction};
use std::collections::HashSet;

/// Adds chunks: columns as arrays.
pub const CHUNKS_SQL: &str =
    "INSERT INTO transcript_chunks (meeting_id, sequence, source_id, segment_id, revision,
         bucket, text, start_ms, end_ms, speaker_label, speaker_user_id, confidence, language,
         revised, word_count, created_at, utterance_id, words)
     SELECT * FROM UNNEST($1::text[], $2::int8[], $3::text[], $4::text[], $5::int8[],
         $6::int8[], $7::text[], $8::int8[], $9::int8[], $10::text[], $11::text[],
         $12::float8[], $13::text[], $14::bool[], $15::int8[], $16::int8[], $17::text[],
         $18::text[])";

/// A batch asks for rows by their keys. How many there are the planner cannot know: without
/// this it reads a table that it takes for small as a whole, for every batch.
pub(super) const BEGIN: &str = "BEGIN; SET LOCAL enable_seqscan = off; \
    SET LOCAL enable_hashjoin = off; SET LOCAL enable_mergejoin = off";

/// The meetings a journal of which somebody holds.
pub(super) async fn held(pool: &Pg, appends: &[&Append]) -> Result<HashSet<MeetingId>, StoreError> {
    let meetings: Vec<&str> = appends.iter().map(|one| one.meeting.as_str()).collect();
    let held: Vec<(String,)> = sqlx::query_as(
        "WITH free AS (SELECT meeting_id, kind FROM streams WHERE meeting_id = ANY($1)
             FOR UPDATE SKIP LOCKED)
         SELECT DISTINCT s.meeting_id FROM streams s WHERE s.meeting_id = ANY($1)
             AND NOT EXISTS (SELECT 1 FROM free f
                 WHERE f.meeting_id = s.meeting_id AND f.kind = s.kind)",
    )
    .bind(meetings)
    .fetch_all(pool)
    .await?;
    held.iter().map(|(meeting,)| to_id(meeting)).collect()
}

/// Reads what a batch has to know; locks the heads.
pub(super) async fn read<'a>(
    tx: &mut Transaction<'_, Postgres>,
    needs: &Needs<'a>,
) -> Result<State<'a>, StoreError> {
    let streams = || needs.streams.iter();
    let heads = sqlx::query_as(
        "SELECT s.meeting_id, s.kind, s.head
         FROM UNNEST($1::text[], $2::text[]) AS k (meeting_id, kind)
         JOIN streams s ON s.meeting_id = k.meeting_id AND s.kind = k.kind
         ORDER BY s.meeting_id, s.kind FOR UPDATE OF s",
    )
    .bind(streams().map(|(id, _)| id.as_str()).collect::<Vec<_>>())
    .bind(streams().map(|(_, kind)| *kind).collect::<Vec<_>>())
    .fetch_all(&mut **tx)
    .await?;
    let clients = if needs.clients.is_empty() {
        Vec::new()
    } else {
        let column = |of: fn(&(_, String)) -> &str| needs.clients.iter().map(of).collect();
        let (meetings, clients): (Vec<&str>, Vec<&str>) =
            (column(|key| key.0.as_str()), column(|key| &key.1));
        sqlx::query_as(
            "SELECT c.meeting_id, c.client_id, c.user_id, c.last_seq
             FROM UNNEST($1::text[], $2::text[]) AS k (meeting_id, client_id)
             JOIN note_clients c ON c.meeting_id = k.meeting_id AND c.client_id = k.client_id",
        )
        .bind(meetings)
        .bind(clients)
        .fetch_all(&mut **tx)
        .await?
    };
    let chunks = if needs.segments.is_empty() {
        Vec::new()
    } else {
        let keys = || needs.segments.iter();
        sqlx::query_as(concat!(
            "SELECT ",
            chunk_columns!(),
            "
             FROM UNNEST($1::text[], $2::text[], $3::text[]) AS k (meeting_id, source_id, segment_id)
             JOIN transcript_chunks c ON c.meeting_id = k.meeting_id
                 AND c.source_id = k.source_id AND c.segment_id = k.segment_id"
        ))
            .bind(keys().map(|key| key.0.as_str()).collect::<Vec<_>>())
            .bind(keys().map(|key| key.1).collect::<Vec<_>>())
            .bind(keys().map(|key| key.2).collect::<Vec<_>>())
            .fetch_all(&mut **tx)
            .await?
    };
    let messages = if needs.messages.is_empty() {
        Vec::new()
    } else {
        let keys = || needs.messages.iter();
        sqlx::query_as(concat!(
            "SELECT ",
            message_columns!(),
            " FROM UNNEST($1::text[], $2::text[]) AS k (meeting_id, message_id)
             JOIN messages m ON m.meeting_id = k.meeting_id AND m.message_id = k.message_id"
        ))
        .bind(keys().map(|key| key.0.as_str()).collect::<Vec<_>>())
        .bind(keys().map(|key| key.1.as_str()).collect::<Vec<_>>())
        .fetch_all(&mut **tx)
        .await?
    };
    state(needs, heads, clients, chunks, messages)
}

/// Writes what was planned.
pub(super) async fn write(
    tx: &mut Transaction<'_, Postgres>,
    plan: &Plan<'_>,
) -> Result<(), StoreError> {
    entries(tx, plan).await?;
    clients(tx, plan).await?;
    chunks(tx, plan).await?;
    messages(tx, plan).await?;
    let (mut meetings, mut kinds, mut last) = (Vec::new(), Vec::new(), Vec::new());
    for (meeting, kind, head) in heads(plan) {
        meetings.push(meeting.as_str());
        kinds.push(kind);
        last.push(to_i64(head));
    }
    sqlx::query(
        "UPDATE streams SET head = k.head
         FROM UNNEST($1::text[], $2::text[], $3::int8[]) AS k (meeting_id, kind, head)
         WHERE streams.meeting_id = k.meeting_id AND streams.kind = k.kind",
    )
    .bind(meetings)
    .bind(kinds)
    .bind(last)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

async fn entries(tx: &mut PgConnection, plan: &Plan<'_>) -> Result<(), StoreError> {
    if plan.entries.is_empty() {
        return Ok(());
    }
    let rows = || plan.entries.iter().map(|(_, entry)| entry);
    let operations = rows()
        .map(|entry| serde_json::to_string(&entry.operation))
        .collect::<Result<Vec<_>, _>>()
        .map_err(|error| StoreError::damaged("operation", &error))?;
    let meetings = plan.entries.iter().map(|(id, _)| id.as_str());
    sqlx::query(
        "INSERT INTO note_log (meeting_id, sequence, author_id, client_id, client_seq, operation,
             update_v1, transformed_from, created_at)
         SELECT m, s, a, c, n, o::jsonb, u, f, t FROM UNNEST($1::text[], $2::int8[], $3::text[],
             $4::text[], $5::int8[], $6::text[], $7::bytea[], $8::int8[], $9::int8[])
             AS k (m, s, a, c, n, o, u, f, t)",
    )
    .bind(meetings.collect::<Vec<_>>())
    .bind(rows().map(|e| to_i64(e.sequence)).collect::<Vec<_>>())
    .bind(rows().map(|e| e.author_id.as_str()).collect::<Vec<_>>())
    .bind(rows().map(|e| e.client_id.as_str()).collect::<Vec<_>>())
    .bind(rows().map(|e| to_i64(e.client_seq)).collect::<Vec<_>>())
    .bind(operations)
    .bind(rows().map(|e| e.update.as_slice()).collect::<Vec<_>>())
    .bind(
        rows()
            .map(|e| e.transformed_from.map(to_i64))
            .collect::<Vec<_>>(),
    )
    .bind(rows().map(|e| to_i64(e.timestamp)).collect::<Vec<_>>())
    .execute(tx)
    .await?;
    Ok(())
}

async fn clients(tx: &mut PgConnection, plan: &Plan<'_>) -> Result<(), StoreError> {
    if plan.clients.is_empty() {
        return Ok(());
    }
    let rows = || plan.clients.iter();
    sqlx::query(
        "INSERT INTO note_clients (meeting_id, client_id, user_id, last_seq)
         SELECT m, c, u, l FROM UNNEST($1::text[], $2::text[], $3::text[], $4::int8[]) AS k (m, c, u, l)
         ON CONFLICT (meeting_id, client_id) DO UPDATE SET last_seq = excluded.last_seq",
    )
    .bind(rows().map(|((m, _), _)| m.as_str()).collect::<Vec<_>>())
    .bind(rows().map(|((_, c), _)| c.as_str()).collect::<Vec<_>>())
    .bind(
        rows()
            .map(|(_, (user, _))| user.as_ref().map(UserId::as_str))
            .collect::<Vec<_>>(),
    )
    .bind(rows().map(|(_, (_, l))| to_i64(*l)).collect::<Vec<_>>())
    .execute(tx)
    .await?;
    Ok(())
}

async fn chunks(tx: &mut PgConnection, plan: &Plan<'_>) -> Result<(), StoreError> {
    if !plan.superseded.is_empty() {
        let rows = || plan.superseded.iter();
        sqlx::query(
            "DELETE FROM transcript_chunks c USING UNNEST($1::text[], $2::int8[]) AS k (m, s)
             WHERE c.meeting_id = k.m AND c.sequence = k.s",
        )
        .bind(rows().map(|(key, _)| key.0.as_str()).collect::<Vec<_>>())
        .bind(rows().map(|(_, s)| to_i64(*s)).collect::<Vec<_>>())
        .execute(&mut *tx)
        .await?;
    }
    if plan.chunks.is_empty() {
        return Ok(());
    }
    let meetings: Vec<&str> = plan.chunks.keys().map(|key| key.0.as_str()).collect();
    fn column<'a, T>(plan: &'a Plan, of: impl Fn(&'a Chunk) -> T) -> Vec<T> {
        plan.chunks.values().map(|chunk| of(chunk)).collect()
    }
    let words = column(plan, |c| to_words(&c.fields.words));
    let words: Vec<Option<String>> = words.into_iter().collect::<Result<_, _>>()?;
    sqlx::query(CHUNKS_SQL)
        .bind(meetings)
        .bind(column(plan, |c| to_i64(c.sequence)))
        .bind(column(plan, |c| c.fields.source_id.as_str()))
        .bind(column(plan, |c| c.fields.segment_id.as_str()))
        .bind(column(plan, |c| i64::from(c.fields.revision)))
        .bind(column(plan, |c| to_i64(bucket(c.fields.start_ms))))
        .bind(column(plan, |c| c.fields.text.as_str()))
        .bind(column(plan, |c| to_i64(c.fields.start_ms)))
        .bind(column(plan, |c| to_i64(c.fields.end_ms)))
        .bind(column(plan, |c| c.fields.speaker.label.as_str()))
        .bind(column(plan, |c| {
            c.fields.speaker.user_id.as_ref().map(UserId::as_str)
        }))
        .bind(column(plan, |c| c.fields.confidence))
        .bind(column(plan, |c| c.fields.language.as_deref()))
        .bind(column(plan, |c| c.revised))
        .bind(column(plan, |c| i64::from(c.word_count)))
        .bind(column(plan, |c| to_i64(c.created_at)))
        .bind(column(plan, |c| c.fields.utterance_id.as_deref()))
        .bind(words)
        .execute(tx)
        .await?;
    Ok(())
}

async fn messages(tx: &mut PgConnection, plan: &Plan<'_>) -> Result<(), StoreError> {
    if plan.messages.is_empty() {
        return Ok(());
    }
    let meetings: Vec<&str> = plan.messages.keys().map(|key| key.0.as_str()).collect();
    fn column<'a, T>(plan: &'a Plan, of: impl Fn(&'a Message) -> T) -> Vec<T> {
        plan.messages.values().map(of).collect()
    }
    let id = |id: &'_ Option<MessageId>| id.as_ref().map(|id| id.as_str().to_owned());
    let list = |of: fn(&Message) -> serde_json::Result<String>| {
        let columns: serde_json::Result<Vec<String>> = plan.messages.values().map(of).collect();
        columns.map_err(|error| StoreError::damaged("message", &error))
    };
    sqlx::query(
        "INSERT INTO messages (meeting_id, posted_sequence, sequence, message_id, revision, kind,
             author_id, author_name, text, reply_to_id, thread_id, attachments, mentions,
             reactions, edited_at, deleted_at, created_at, updated_at)
         SELECT * FROM UNNEST($1::text[], $2::int8[], $3::int8[], $4::text[], $5::int8[],
             $6::text[], $7::text[], $8::text[], $9::text[], $10::text[], $11::text[],
             $12::text[], $13::text[], $14::text[], $15::int8[], $16::int8[], $17::int8[],
             $18::int8[])
         ON CONFLICT (meeting_id, posted_sequence) DO UPDATE SET sequence = excluded.sequence,
             revision = excluded.revision, text = excluded.text,
             attachments = excluded.attachments, mentions = excluded.mentions,
             reactions = excluded.reactions, edited_at = excluded.edited_at,
             deleted_at = excluded.deleted_at, updated_at = excluded.updated_at",
    )
    .bind(meetings)
    .bind(column(plan, |m| to_i64(m.posted_sequence)))
    .bind(column(plan, |m| to_i64(m.sequence)))
    .bind(column(plan, |m| m.id.as_str()))
    .bind(column(plan, |m| i64::from(m.revision)))
    .bind(column(plan, |m| m.kind.as_str()))
    .bind(column(plan, |m| m.author_id.as_ref().map(UserId::as_str)))
    .bind(column(plan, |m| m.author_name.as_str()))
    .bind(column(plan, |m| m.text.as_str()))
    .bind(column(plan, |m| id(&m.reply_to_id)))
    .bind(column(plan, |m| id(&m.thread_id)))
    .bind(list(|m| serde_json::to_string(&m.attachments))?)
    .bind(list(|m| serde_json::to_string(&m.mentions))?)
    .bind(list(|m| serde_json::to_string(&m.reactions))?)
    .bind(column(plan, |m| m.edited_at.map(to_i64)))
    .bind(column(plan, |m| m.deleted_at.map(to_i64)))
    .bind(column(plan, |m| to_i64(m.created_at)))
    .bind(column(plan, |m| to_i64(m.updated_at())))
    .execute(tx)
    .await?;
    Ok(())
}
