//! What is kept about a person, section by section, in pages.

mod meetings;

use super::super::{connection, store as person};
use crate::audit;
use crate::db::{Db, StoreError, to_i64};
use crate::{chat, on_db, org, user};
use connvo_core::chat::Message;
use connvo_core::id::{MeetingId, UserId};
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
    /// The organisations that they belong to, or are asked to belong to.
    Org,
    /// Since when they have belonged to which, and until when.
    OrgMembership,
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
    /// What they posted in chats.
    Message,
    /// What the audit log has of what they did.
    AuditRow,
    /// What it has of what others did to their account.
    AuditRowAbout,
}

impl Section {
    /// Every section, in order.
    pub const ALL: [Self; 14] = [
        Self::User,
        Self::Profile,
        Self::Interest,
        Self::Connection,
        Self::Org,
        Self::OrgMembership,
        Self::Session,
        Self::Meeting,
        Self::Membership,
        Self::NoteEntry,
        Self::TranscriptChunk,
        Self::Message,
        Self::AuditRow,
        Self::AuditRowAbout,
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
            Self::OrgMembership => "orgMembership",
            Self::Session => "session",
            Self::Meeting => "meeting",
            Self::Membership => "membership",
            Self::NoteEntry => "noteEntry",
            Self::TranscriptChunk => "transcriptChunk",
            Self::Message => "message",
            Self::AuditRow => "auditRow",
            Self::AuditRowAbout => "auditRowAbout",
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
        Section::User if first => account(db, user).await,
        Section::Profile if first => profile(db, user).await,
        // At most 50: they are one page.
        Section::Interest if first => Ok(lines(person::of_user(db, user).await?, |item| {
            item.slug.clone()
        })),
        Section::User | Section::Profile | Section::Interest => Ok(Vec::new()),
        Section::Connection => {
            let after = after.parsed();
            let page = connection::store::all(db, user, after.as_ref(), PAGE).await?;
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
        Section::OrgMembership => org_memberships(db, user, after).await,
        Section::AuditRowAbout => about(db, user, after).await,
        Section::Session => sessions(db, user, after).await,
        Section::Meeting => meetings::meetings(db, user, after).await,
        Section::Membership => meetings::memberships(db, user, after).await,
        Section::NoteEntry => meetings::note_entries(db, user, after).await,
        Section::TranscriptChunk => meetings::chunks(db, user, after).await,
        Section::Message => {
            let after = (after.id.as_str(), after.sequence);
            let page = chat::store::of_author(db, user, after, PAGE).await?;
            let line = |(meeting, message): (MeetingId, Message)| {
                let cursor = Cursor {
                    id: meeting.to_string(),
                    sequence: to_i64(message.posted_sequence),
                };
                let mut data = json!(message);
                data["meetingId"] = json!(meeting);
                (cursor, data)
            };
            Ok(page.into_iter().map(line).collect())
        }
    }
}

/// The account, and whether the person may come in.
async fn account(db: &Db, user: &UserId) -> Result<Lines, StoreError> {
    let Some(account) = person::account(db, user).await? else {
        return Ok(Vec::new());
    };
    let known = user::store::known(db, user).await?;
    let mut data = json!(account);
    data["isActive"] = json!(known.is_some_and(|known| known.is_active));
    Ok(vec![(Cursor::at(user), data)])
}

/// What they say of themselves, with what is counted of them.
async fn profile(db: &Db, user: &UserId) -> Result<Lines, StoreError> {
    let mut data = json!(person::profile(db, user).await?);
    let counted = person::counted(db, user).await?;
    data["connectionCount"] = json!(counted.connections);
    data["meetingCount"] = json!(counted.meetings);
    data["averageRating"] = json!(counted.average_rating);
    Ok(vec![(Cursor::at(user), data)])
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
struct OrgRow {
    org_id: String,
    role: String,
    created_at: i64,
    removed_at: Option<i64>,
}

async fn org_memberships(db: &Db, user: &UserId, after: &Cursor) -> Result<Lines, StoreError> {
    let rows: Vec<OrgRow> = on_db!(
        db,
        read | pool | {
            sqlx::query_as(
                "SELECT org_id, role, created_at, removed_at FROM org_memberships
                 WHERE user_id = $1 AND org_id > $2 ORDER BY org_id LIMIT $3",
            )
            .bind(user.as_str())
            .bind(&after.id)
            .bind(i64::from(PAGE))
            .fetch_all(pool)
            .await?
        }
    );
    Ok(lines(rows, |row| row.org_id.clone()))
}

/// Of what others did to the person's account: that, when and why, not who and from where.
async fn about(db: &Db, user: &UserId, after: &Cursor) -> Result<Lines, StoreError> {
    let filter = audit::store::Filter {
        resource: Some(crate::person::resource(user)),
        ..audit::store::Filter::default()
    };
    let mut after = after.clone();
    loop {
        let last = (!after.id.is_empty()).then_some(after.id.as_str());
        let page = audit::store::page(db, &filter, last, PAGE).await?;
        let Some(end) = page.last() else {
            return Ok(Vec::new());
        };
        after = Cursor::at(&end.id);
        let others = page
            .into_iter()
            .filter(|row| row.actor_id.as_ref() != Some(user));
        let others = others.map(|row| {
            let data = json!({"id": row.id, "type": row.r#type, "action": row.action,
                "success": row.success, "reason": row.reason, "changes": row.changes,
                "createdAt": row.created_at});
            (Cursor::at(&row.id), data)
        });
        let others: Lines = others.collect();
        if !others.is_empty() {
            return Ok(others);
        }
    }
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
