//! What is kept about a person, section by section, in pages.

use super::super::{connection, store as person};
use crate::audit;
use crate::db::{Db, StoreError, to_u64};
use crate::{on_db, org};
use connvo_core::id::UserId;
use serde::Serialize;
use serde_json::{Value, json};

/// Lines of one page.
const PAGE: u32 = 100;
/// Operations of a note in one page: each may be as long as a note.
const NOTE_PAGE: u32 = 10;

/// What an export has, in this order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Section {
    /// The person, with their settings.
    User,
    /// What they say of themselves.
    Profile,
    /// What interests them.
    Interest,
    /// Whom they are connected with, or have blocked.
    Connection,
    /// The organisations that they belong to.
    Org,
    /// Their sign-ins.
    Session,
    /// The meetings that they made.
    Meeting,
    /// The meetings that they were asked to, and how they stand there.
    Membership,
    /// What they wrote into notes.
    NoteEntry,
    /// What they said.
    TranscriptChunk,
    /// What the audit log has of what they did.
    AuditRow,
}

impl Section {
    /// Every section, in order.
    pub const ALL: [Self; 11] = [
        Self::User,
        Self::Profile,
        Self::Interest,
        Self::Connection,
        Self::Org,
        Self::Session,
        Self::Meeting,
        Self::Membership,
        Self::NoteEntry,
        Self::TranscriptChunk,
        Self::AuditRow,
    ];

    /// The type that its lines have.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Profile => "profile",
            Self::Interest => "interest",
            Self::Connection => "connection",
            Self::Org => "org",
            Self::Session => "session",
            Self::Meeting => "meeting",
            Self::Membership => "membership",
            Self::NoteEntry => "noteEntry",
            Self::TranscriptChunk => "transcriptChunk",
            Self::AuditRow => "auditRow",
        }
    }

    /// The one after it.
    #[must_use]
    pub fn next(self) -> Option<Self> {
        let mut after = Self::ALL.into_iter().skip_while(|one| *one != self);
        after.nth(1)
    }
}

/// What was read last: an id, or a meeting's and a sequence.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Cursor {
    id: String,
    sequence: i64,
}

impl Cursor {
    fn at(id: &(impl ToString + ?Sized)) -> Self {
        Self {
            id: id.to_string(),
            sequence: 0,
        }
    }

    /// The id as one, absent at the beginning.
    fn parsed<Id: std::str::FromStr>(&self) -> Option<Id> {
        self.id.parse().ok()
    }
}

/// Lines, each with the cursor that goes on after it.
pub type Lines = Vec<(Cursor, Value)>;

/// The lines of a section after a cursor; empty at its end.
///
/// # Errors
/// The store fails.
pub async fn page(
    db: &Db,
    user: &UserId,
    section: Section,
    after: &Cursor,
) -> Result<Lines, StoreError> {
    let first = after.id.is_empty();
    match section {
        Section::User if first => Ok(one(user, person::account(db, user).await?.as_ref())),
        Section::Profile if first => Ok(one(user, Some(&person::profile(db, user).await?))),
        // At most 50: they are one page.
        Section::Interest if first => Ok(lines(person::of_user(db, user).await?, |item| {
            item.slug.clone()
        })),
        Section::User | Section::Profile | Section::Interest => Ok(Vec::new()),
        Section::Connection => {
            let after = after.parsed();
            let page = connection::store::page(db, user, None, after.as_ref(), PAGE).await?;
            Ok(lines(page, |item| item.id.to_string()))
        }
        Section::Org => {
            let page = org::store::of_user(db, user, after.parsed().as_ref(), PAGE).await?;
            Ok(lines(page, |item| item.id.to_string()))
        }
        Section::AuditRow => {
            let filter = audit::store::Filter {
                actor: Some(user.clone()),
                ..audit::store::Filter::default()
            };
            let after = (!first).then_some(after.id.as_str());
            let page = audit::store::page(db, &filter, after, PAGE).await?;
            Ok(lines(page, |item| item.id.clone()))
        }
        Section::Session => sessions(db, user, after).await,
        Section::Meeting => meetings(db, user, after).await,
        Section::Membership => memberships(db, user, after).await,
        Section::NoteEntry => note_entries(db, user, after).await,
        Section::TranscriptChunk => chunks(db, user, after).await,
    }
}

fn one(user: &UserId, value: Option<&impl Serialize>) -> Lines {
    let line = |value| (Cursor::at(user), json!(value));
    value.map(line).into_iter().collect()
}

fn lines<T: Serialize>(items: Vec<T>, id: impl Fn(&T) -> String) -> Lines {
    let line = |item: T| (Cursor::at(&id(&item)), json!(item));
    items.into_iter().map(line).collect()
}

/// The id of a session is for its tokens alone: it is the cursor, and not told.
async fn sessions(db: &Db, user: &UserId, after: &Cursor) -> Result<Lines, StoreError> {
    let rows: Vec<(String, i64, Option<i64>, Option<i64>)> = on_db!(
        db,
        read | pool | {
            sqlx::query_as(
                "SELECT sid, created_at, expires_at, revoked_at FROM sessions
                 WHERE user_id = $1 AND sid > $2 ORDER BY sid LIMIT $3",
            )
            .bind(user.as_str())
            .bind(&after.id)
            .bind(i64::from(PAGE))
            .fetch_all(pool)
            .await?
        }
    );
    let line = |(sid, began, expires, revoked): (String, i64, Option<i64>, Option<i64>)| {
        let data = json!({"createdAt": began, "expiresAt": expires, "revokedAt": revoked});
        (Cursor::at(&sid), data)
    };
    Ok(rows.into_iter().map(line).collect())
}

#[derive(sqlx::FromRow, Serialize)]
#[serde(rename_all = "camelCase")]
struct MeetingRow {
    id: String,
    title: String,
    state: String,
    is_public: bool,
    org_id: Option<String>,
    created_at: i64,
    started_at: Option<i64>,
    ended_at: Option<i64>,
}

async fn meetings(db: &Db, user: &UserId, after: &Cursor) -> Result<Lines, StoreError> {
    // Who makes a meeting is its member: the members' index finds it.
    let rows: Vec<MeetingRow> = on_db!(
        db,
        read | pool | {
            sqlx::query_as(
                "SELECT m.id, m.title, m.state, m.is_public, m.org_id, m.created_at, m.started_at,
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
}

/// Of a meeting that is a secret to them by now, the title is left out.
async fn memberships(db: &Db, user: &UserId, after: &Cursor) -> Result<Lines, StoreError> {
    let rows: Vec<MembershipRow> = on_db!(
        db,
        read | pool | {
            sqlx::query_as(
                "SELECT p.meeting_id, p.email, p.role, p.status, p.can_share, p.can_record,
                    p.can_invite, p.created_at, p.updated_at,
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
async fn note_entries(db: &Db, user: &UserId, after: &Cursor) -> Result<Lines, StoreError> {
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

async fn chunks(db: &Db, user: &UserId, after: &Cursor) -> Result<Lines, StoreError> {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sections_follow_each_other_to_the_end() {
        let mut met = vec![Section::User];
        while let Some(next) = met[met.len() - 1].next() {
            met.push(next);
        }
        assert_eq!(met, Section::ALL);
    }
}
