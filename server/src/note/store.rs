//! Notes in the database: the log, the base it is read from, checkpoints along the
//! way. Law: base text + operations after the base = text. Only the committer
//! writes the log; it is cut only in the transaction that writes a base.

mod each;

use crate::db::{Db, StoreError, hold, streams, to_i64, to_id, to_u64};
use crate::on_db;
use connvo_core::id::MeetingId;
use connvo_core::live::note::{Base, ClientClaim, StoredNote};
use connvo_core::note::NoteEntry;

/// How long the log is kept, in milliseconds (90 days).
const LOG_KEPT_MS: u64 = 90 * 24 * 60 * 60 * 1000;
/// How long checkpoints are kept, in milliseconds (365 days).
const CHECKPOINT_KEPT_MS: u64 = 365 * 24 * 60 * 60 * 1000;
/// Most rows of the log cut with one base: the next ones go on.
const CUT_ROWS: i64 = 5_000;
/// A checkpoint is written when so many operations have passed since the last one.
const CHECKPOINT_EVERY: i64 = 1_000;

/// The whole log after a base, in order.
pub const AFTER_SQL: &str = "SELECT sequence, author_id, client_id, client_seq,
        CAST(operation AS TEXT) AS operation, update_v1, transformed_from, created_at
    FROM note_log WHERE meeting_id = $1 AND sequence > $2 ORDER BY sequence";
/// A piece of the log, in order.
pub const RANGE_SQL: &str = "SELECT sequence, author_id, client_id, client_seq,
        CAST(operation AS TEXT) AS operation, update_v1, transformed_from, created_at
    FROM note_log WHERE meeting_id = $1 AND sequence >= $2 AND sequence < $3 ORDER BY sequence";
/// The page of the log after a sequence, whatever was cut before it.
pub const PAGE_SQL: &str = "SELECT sequence, author_id, client_id, client_seq,
        CAST(operation AS TEXT) AS operation, update_v1, transformed_from, created_at
    FROM note_log WHERE meeting_id = $1 AND sequence > $2 ORDER BY sequence LIMIT $3";
/// The oldest row that is left of a log: where its cut begins, if it is old.
pub const OLDEST_SQL: &str = "SELECT sequence, created_at FROM note_log
    WHERE meeting_id = $1 ORDER BY sequence LIMIT 1";
/// One bounded cut of a log.
pub const CUT_SQL: &str = "DELETE FROM note_log
    WHERE meeting_id = $1 AND sequence >= $2 AND sequence <= $3 AND created_at < $4";
/// The entry of a client's change.
pub const FIND_SQL: &str = "SELECT sequence, author_id, client_id, client_seq,
        CAST(operation AS TEXT) AS operation, update_v1, transformed_from, created_at
    FROM note_log WHERE meeting_id = $1 AND client_id = $2 AND client_seq = $3 AND client_id <> ''";
/// Who writes with which client id.
pub const CLIENTS_SQL: &str =
    "SELECT client_id, user_id, last_seq FROM note_clients WHERE meeting_id = $1";
/// The nearest checkpoint at or before a sequence.
pub const CHECKPOINT_SQL: &str = "SELECT sequence, text FROM note_checkpoints
    WHERE meeting_id = $1 AND sequence <= $2 ORDER BY sequence DESC LIMIT 1";

pub use each::after_each;

type ClientRow = (String, Option<String>, i64);

fn claim((client_id, user, last_seq): ClientRow) -> Result<ClientClaim, StoreError> {
    Ok(ClientClaim {
        client_id,
        user_id: user.as_deref().map(to_id).transpose()?,
        last_seq: to_u64(last_seq),
    })
}

/// Who writes in a note with which client id.
///
/// # Errors
/// The store fails.
pub async fn clients(db: &Db, meeting: &MeetingId) -> Result<Vec<ClientClaim>, StoreError> {
    let rows: Vec<ClientRow> = on_db!(
        db,
        read | pool | {
            sqlx::query_as(CLIENTS_SQL)
                .bind(meeting.as_str())
                .fetch_all(pool)
                .await?
        }
    );
    rows.into_iter().map(claim).collect()
}

#[derive(sqlx::FromRow)]
struct EntryRow {
    sequence: i64,
    author_id: String,
    client_id: String,
    client_seq: i64,
    operation: String,
    update_v1: Vec<u8>,
    transformed_from: Option<i64>,
    created_at: i64,
}

impl EntryRow {
    fn entry(self) -> Result<NoteEntry, StoreError> {
        Ok(NoteEntry {
            sequence: to_u64(self.sequence),
            author_id: to_id(&self.author_id)?,
            client_id: self.client_id,
            client_seq: to_u64(self.client_seq),
            operation: serde_json::from_str(&self.operation)
                .map_err(|error| StoreError::damaged("operation", &error))?,
            timestamp: to_u64(self.created_at),
            update: self.update_v1,
            transformed_from: self.transformed_from.map(to_u64),
        })
    }
}

fn entries(rows: Vec<EntryRow>) -> Result<Vec<NoteEntry>, StoreError> {
    rows.into_iter().map(EntryRow::entry).collect()
}

/// The epoch that no note is behind, which a restored backup makes another.
const EPOCH_SQL: &str = "SELECT note_epoch FROM store_meta";

/// All that is known of a note, as of one moment.
///
/// # Errors
/// The store fails.
pub async fn load(db: &Db, meeting: &MeetingId) -> Result<StoredNote, StoreError> {
    type BaseRow = (i64, i64, String, Vec<u8>);
    type Rows = (i64, Option<BaseRow>, Vec<EntryRow>, Vec<ClientRow>);
    let (least, base, log, clients): Rows = on_db!(
        db,
        snapshot | tx | {
            let least: Option<(i64,)> = sqlx::query_as(EPOCH_SQL).fetch_optional(&mut *tx).await?;
            let least = least.map_or(1, |row| row.0);
            let base: Option<BaseRow> = sqlx::query_as(
                "SELECT epoch, sequence, text, state_v2 FROM note_bases WHERE meeting_id = $1",
            )
            .bind(meeting.as_str())
            .fetch_optional(&mut *tx)
            .await?;
            let log = sqlx::query_as(AFTER_SQL)
                .bind(meeting.as_str())
                .bind(base.as_ref().map_or(0, |base| base.1))
                .fetch_all(&mut *tx)
                .await?;
            let clients = sqlx::query_as(CLIENTS_SQL)
                .bind(meeting.as_str())
                .fetch_all(&mut *tx)
                .await?;
            (least, base, log, clients)
        }
    );
    Ok(StoredNote {
        epoch: to_u64(base.as_ref().map_or(least, |base| base.0.max(least))),
        base: base.map(|(_, sequence, text, state_v2)| Base {
            sequence: to_u64(sequence),
            text,
            state_v2,
        }),
        entries: entries(log)?,
        clients: clients
            .into_iter()
            .map(claim)
            .collect::<Result<_, StoreError>>()?,
    })
}

/// The entries from `from` up to but without `upto`, in order. Entries that were
/// cut from the log are absent.
///
/// # Errors
/// The store fails.
pub async fn range(
    db: &Db,
    meeting: &MeetingId,
    from: u64,
    upto: u64,
) -> Result<Vec<NoteEntry>, StoreError> {
    let rows: Vec<EntryRow> = on_db!(
        db,
        read | pool | {
            sqlx::query_as(RANGE_SQL)
                .bind(meeting.as_str())
                .bind(to_i64(from))
                .bind(to_i64(upto))
                .fetch_all(pool)
                .await?
        }
    );
    entries(rows)
}

/// The entries after a sequence that are still kept, in order, at most `limit`.
///
/// # Errors
/// The store fails.
pub async fn page(
    db: &Db,
    meeting: &MeetingId,
    after: u64,
    limit: u32,
) -> Result<Vec<NoteEntry>, StoreError> {
    let rows: Vec<EntryRow> = on_db!(
        db,
        read | pool | {
            sqlx::query_as(PAGE_SQL)
                .bind(meeting.as_str())
                .bind(to_i64(after))
                .bind(i64::from(limit))
                .fetch_all(pool)
                .await?
        }
    );
    entries(rows)
}

/// Whether the log still has everything after `sequence`, up to its head.
///
/// # Errors
/// The store fails.
pub async fn keeps_after(db: &Db, meeting: &MeetingId, sequence: u64) -> Result<bool, StoreError> {
    let next = sequence.saturating_add(1);
    let kept = range(db, meeting, next, next.saturating_add(1)).await?;
    Ok(!kept.is_empty())
}

/// The entry of a client's change, if it is in the log.
///
/// # Errors
/// The store fails.
pub async fn find(
    db: &Db,
    meeting: &MeetingId,
    client_id: &str,
    client_seq: u64,
) -> Result<Option<NoteEntry>, StoreError> {
    let row: Option<EntryRow> = on_db!(
        db,
        read | pool | {
            sqlx::query_as(FIND_SQL)
                .bind(meeting.as_str())
                .bind(client_id)
                .bind(to_i64(client_seq))
                .fetch_optional(pool)
                .await?
        }
    );
    row.map(EntryRow::entry).transpose()
}

/// Writes a base, unless one as new is there or the meeting is no more, and with it
/// whatever is due: a checkpoint, the cut of a log older than 90 days. The `retired` client
/// ids are nobody's from now on. Returns whether it was written.
///
/// # Errors
/// The store fails.
pub async fn write_base(
    db: &Db,
    meeting: &MeetingId,
    epoch: u64,
    base: &Base,
    retired: &[String],
    now_ms: u64,
) -> Result<bool, StoreError> {
    let (now, sequence) = (to_i64(now_ms), to_i64(base.sequence));
    let kept_from = to_i64(now_ms.saturating_sub(LOG_KEPT_MS));
    let written = on_db!(
        db,
        transaction | tx | {
            if !hold::journal(&mut tx, meeting, streams::NOTE).await? {
                tx.rollback().await?;
                return Ok(false);
            }
            let written = sqlx::query(
                "INSERT INTO note_bases (meeting_id, epoch, sequence, text, state_v2, created_at)
             VALUES ($1, $2, $3, $4, $5, $6)
             ON CONFLICT (meeting_id) DO UPDATE SET epoch = excluded.epoch,
                 sequence = excluded.sequence, text = excluded.text,
                 state_v2 = excluded.state_v2, created_at = excluded.created_at
             WHERE (note_bases.epoch, note_bases.sequence) < (excluded.epoch, excluded.sequence)",
            )
            .bind(meeting.as_str())
            .bind(to_i64(epoch))
            .bind(sequence)
            .bind(&base.text)
            .bind(&base.state_v2)
            .bind(now)
            .execute(&mut *tx)
            .await?
            .rows_affected()
                > 0;
            if written {
                for client_id in retired {
                    sqlx::query(
                        "INSERT INTO note_clients (meeting_id, client_id, user_id, last_seq)
                     VALUES ($1, $2, NULL, 0)
                     ON CONFLICT (meeting_id, client_id) DO UPDATE SET user_id = NULL",
                    )
                    .bind(meeting.as_str())
                    .bind(client_id)
                    .execute(&mut *tx)
                    .await?;
                }
                let oldest: Option<(i64, i64)> = sqlx::query_as(OLDEST_SQL)
                    .bind(meeting.as_str())
                    .fetch_optional(&mut *tx)
                    .await?;
                let mut cut = false;
                if let Some((first, _)) = oldest.filter(|(_, created)| *created < kept_from) {
                    cut = sqlx::query(CUT_SQL)
                        .bind(meeting.as_str())
                        .bind(first)
                        .bind(sequence.min(first.saturating_add(CUT_ROWS - 1)))
                        .bind(kept_from)
                        .execute(&mut *tx)
                        .await?
                        .rows_affected()
                        > 0;
                }
                let (last,): (i64,) = sqlx::query_as(
                    "SELECT COALESCE(MAX(sequence), 0) FROM note_checkpoints WHERE meeting_id = $1",
                )
                .bind(meeting.as_str())
                .fetch_one(&mut *tx)
                .await?;
                if cut || sequence - last >= CHECKPOINT_EVERY {
                    sqlx::query(
                        "INSERT INTO note_checkpoints (meeting_id, sequence, text, created_at)
                     VALUES ($1, $2, $3, $4) ON CONFLICT (meeting_id, sequence) DO NOTHING",
                    )
                    .bind(meeting.as_str())
                    .bind(sequence)
                    .bind(&base.text)
                    .bind(now)
                    .execute(&mut *tx)
                    .await?;
                    sqlx::query(
                        "DELETE FROM note_checkpoints WHERE meeting_id = $1 AND created_at < $2",
                    )
                    .bind(meeting.as_str())
                    .bind(to_i64(now_ms.saturating_sub(CHECKPOINT_KEPT_MS)))
                    .execute(&mut *tx)
                    .await?;
                }
            }
            written
        }
    );
    Ok(written)
}

/// The nearest text known at or before a sequence, of a checkpoint or the base.
///
/// # Errors
/// The store fails.
pub async fn checkpoint_before(
    db: &Db,
    meeting: &MeetingId,
    sequence: u64,
) -> Result<Option<(u64, String)>, StoreError> {
    type Row = Option<(i64, String)>;
    let (checkpoint, base): (Row, Row) = on_db!(
        db,
        read | pool | {
            let checkpoint = sqlx::query_as(CHECKPOINT_SQL)
                .bind(meeting.as_str())
                .bind(to_i64(sequence))
                .fetch_optional(pool)
                .await?;
            let base = sqlx::query_as(
                "SELECT sequence, text FROM note_bases WHERE meeting_id = $1 AND sequence <= $2",
            )
            .bind(meeting.as_str())
            .bind(to_i64(sequence))
            .fetch_optional(pool)
            .await?;
            (checkpoint, base)
        }
    );
    let nearest = [checkpoint, base]
        .into_iter()
        .flatten()
        .max_by_key(|row| row.0);
    Ok(nearest.map(|(sequence, text)| (to_u64(sequence), text)))
}

/// The last sequence of the log.
///
/// # Errors
/// The store fails.
pub async fn head(db: &Db, meeting: &MeetingId) -> Result<u64, StoreError> {
    streams::head(db, meeting, streams::NOTE).await
}
