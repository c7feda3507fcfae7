//! What is kept of a person in meetings.

use super::{Cursor, Lines, NOTE_PAGE, PAGE, lines};
use crate::db::{Db, StoreError, staged, to_u64};
use crate::on_db;
use connvo_core::id::UserId;
use serde::Serialize;
use serde_json::{Value, json};

#[derive(sqlx::FromRow, Serialize)]
#[serde(rename_all = "camelCase")]
struct MeetingRow {
    id: String,
    title: String,
    state: String,
    description: Option<String>,
    r#type: String,
    scheduled_at: Option<i64>,
    timezone: Option<String>,
    duration_minutes: Option<i64>,
    max_participants: Option<i64>,
    tags: String,
    rrule: Option<String>,
    is_public: bool,
    requires_approval: bool,
    org_id: Option<String>,
    created_at: i64,
    started_at: Option<i64>,
    ended_at: Option<i64>,
}

pub(super) async fn meetings(db: &Db, user: &UserId, after: &Cursor) -> Result<Lines, StoreError> {
    // Who makes a meeting is its member: the members' index finds it.
    let rows: Vec<MeetingRow> = on_db!(
        db,
        read | pool | {
            sqlx::query_as(
                "SELECT m.id, m.title, m.state, m.description, m.kind AS type, m.scheduled_at,
                    m.timezone, m.duration_minutes, m.max_participants, m.tags, m.rrule,
                    m.is_public, m.requires_approval, m.org_id, m.created_at, m.started_at,
                    m.ended_at
                 FROM participants p JOIN meetings m ON m.id = p.meeting_id
                 WHERE p.user_id = $1 AND m.organizer_id = $1 AND p.meeting_id > $2
                 ORDER BY p.meeting_id LIMIT $3",
            )
            .bind(user.as_str())
            .bind(&after.id)
            .bind(i64::from(PAGE))
            .fetch_all(pool)
            .await?
        }
    );
    Ok(lines(rows, |row| row.id.clone()))
}

#[derive(sqlx::FromRow, Serialize)]
#[serde(rename_all = "camelCase")]
struct MembershipRow {
    meeting_id: String,
    title: String,
    email: String,
    role: String,
    status: String,
    can_share: bool,
    can_record: bool,
    can_invite: bool,
    created_at: i64,
    updated_at: i64,
    joined_at: Option<i64>,
    left_at: Option<i64>,
}

/// Of a meeting that is a secret to them by now, the title is left out.
pub(super) async fn memberships(
    db: &Db,
    user: &UserId,
    after: &Cursor,
) -> Result<Lines, StoreError> {
    let rows: Vec<MembershipRow> = on_db!(
        db,
        read | pool | {
            sqlx::query_as(
                "SELECT p.meeting_id, p.email, p.role, p.status, p.can_share, p.can_record,
                    p.can_invite, p.created_at, p.updated_at, p.joined_at, p.left_at,
                    CASE WHEN p.status IN ('requested', 'removed') THEN '' ELSE m.title END AS title
                 FROM participants p JOIN meetings m ON m.id = p.meeting_id
                 WHERE p.user_id = $1 AND p.meeting_id > $2 ORDER BY p.meeting_id LIMIT $3",
            )
            .bind(user.as_str())
            .bind(&after.id)
            .bind(i64::from(PAGE))
            .fetch_all(pool)
            .await?
        }
    );
    Ok(lines(rows, |row| row.meeting_id.clone()))
}

/// Meeting by meeting: the log is kept in their order, and only members write.
pub(super) async fn note_entries(
    db: &Db,
    user: &UserId,
    after: &Cursor,
) -> Result<Lines, StoreError> {
    let mut after = after.clone();
    loop {
        let rows: Vec<(i64, String, i64)> = on_db!(
            db,
            read | pool | {
                sqlx::query_as(
                    "SELECT sequence, CAST(operation AS TEXT), created_at FROM note_log
                     WHERE meeting_id = $1 AND sequence > $2 AND author_id = $3
                     ORDER BY sequence LIMIT $4",
                )
                .bind(&after.id)
                .bind(after.sequence)
                .bind(user.as_str())
                .bind(i64::from(NOTE_PAGE))
                .fetch_all(pool)
                .await?
            }
        );
        if !rows.is_empty() {
            let line = |(sequence, operation, at): (i64, String, i64)| {
                let operation: Value = serde_json::from_str(&operation)
                    .map_err(|error| StoreError::damaged("operation", &error))?;
                let data = json!({"meetingId": after.id, "sequence": sequence,
                    "operation": operation, "createdAt": at});
                let cursor = Cursor {
                    id: after.id.clone(),
                    sequence,
                };
                Ok((cursor, data))
            };
            return rows.into_iter().map(line).collect();
        }
        let next: Option<(String,)> = on_db!(
            db,
            read | pool | {
                sqlx::query_as(
                    "SELECT meeting_id FROM participants WHERE user_id = $1 AND meeting_id > $2
                     ORDER BY meeting_id LIMIT 1",
                )
                .bind(user.as_str())
                .bind(&after.id)
                .fetch_optional(pool)
                .await?
            }
        );
        match next {
            Some((meeting,)) => after = Cursor::at(&meeting),
            None => return Ok(Vec::new()),
        }
    }
}

#[derive(sqlx::FromRow)]
struct ChunkRow {
    meeting_id: String,
    sequence: i64,
    text: String,
    start_ms: i64,
    end_ms: i64,
    speaker_label: String,
    language: Option<String>,
    created_at: i64,
}

pub(super) async fn chunks(db: &Db, user: &UserId, after: &Cursor) -> Result<Lines, StoreError> {
    staged::flush_all(db).await?;
    let rows: Vec<ChunkRow> = on_db!(
        db,
        read | pool | {
            sqlx::query_as(
                "SELECT meeting_id, sequence, text, start_ms, end_ms, speaker_label, language,
                    created_at
                 FROM transcript_chunks
                 WHERE speaker_user_id = $1 AND (meeting_id, sequence) > ($2, $3)
                 ORDER BY meeting_id, sequence LIMIT $4",
            )
            .bind(user.as_str())
            .bind(&after.id)
            .bind(after.sequence)
            .bind(i64::from(PAGE))
            .fetch_all(pool)
            .await?
        }
    );
    let line = |row: ChunkRow| {
        let data = json!({"meetingId": row.meeting_id, "sequence": row.sequence, "text": row.text,
            "startMs": to_u64(row.start_ms), "endMs": to_u64(row.end_ms),
            "speakerLabel": row.speaker_label, "language": row.language,
            "createdAt": row.created_at});
        let cursor = Cursor {
            id: row.meeting_id,
            sequence: row.sequence,
        };
        (cursor, data)
    };
    Ok(rows.into_iter().map(line).collect())
}
