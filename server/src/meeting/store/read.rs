//! Meetings as they are read: one, a person's, and the public ones.

use super::row::{MeetingRow, PublicRow, public_meeting, whole};
use crate::db::{Db, StoreError, to_i64};
use crate::meeting::recur::Series;
use crate::on_db;
use connvo_core::access::Role;
use connvo_core::id::{MeetingId, UserId};
use connvo_core::meeting::{Meeting, MeetingState, MeetingType, PublicMeeting};

macro_rules! plan {
    () => {
        "m.id, m.title, m.description, m.kind, m.scheduled_at, m.timezone, m.duration_minutes,
        m.max_participants, m.recording, m.transcription, m.ai_assistant, m.tags, m.is_public,
        m.requires_approval, m.rrule, m.state, m.organizer_id, m.series_id, m.series_starts_at,
        m.series_changes, m.occurrence_at, m.created_at, m.updated_at, m.started_at, m.ended_at,
        (SELECT COUNT(*) FROM participants c WHERE c.meeting_id = m.id
            AND c.status IN ('invited', 'accepted', 'joined')) AS participant_count"
    };
}

macro_rules! of_user {
    ($rest:expr) => {
        concat!(
            "SELECT ",
            plan!(),
            ", p.role, p.status, p.can_share, p.can_record, p.can_invite
            FROM participants p JOIN meetings m ON m.id = p.meeting_id
            WHERE p.user_id = $1 AND p.status NOT IN ('requested', 'removed') AND ",
            $rest
        )
    };
}

/// What a list may be narrowed to: each part holds where it is empty, or below zero.
macro_rules! narrowed {
    () => {
        " AND ($4 = '' OR m.state = $4) AND ($5 = '' OR m.kind = $5)
        AND ($6 = '' OR m.title_lower LIKE $6 ESCAPE '\\')
        AND ($7 = '' OR m.tags LIKE $7 ESCAPE '\\')
        AND ($8 < 0 OR m.scheduled_at < $9 AND (m.scheduled_at >= $8
            OR m.rrule IS NOT NULL AND m.state IN ('scheduled', 'active')
                AND (m.series_ends_at IS NULL OR m.series_ends_at >= $8)))"
    };
}

/// No block between `$1` and who made the meeting.
macro_rules! not_blocked {
    () => {
        " AND NOT EXISTS (SELECT 1 FROM connections b WHERE b.state = 'blocked'
            AND (b.initiator_id = m.organizer_id AND b.recipient_id = $1
                OR b.initiator_id = $1 AND b.recipient_id = m.organizer_id))"
    };
}

/// The page of a person's meetings, newest first: ids are in order of time.
pub const OF_USER_SQL: &str = of_user!(concat!(
    "p.meeting_id < $2",
    narrowed!(),
    " AND ($10 = '' OR p.role = $10) ORDER BY p.meeting_id DESC LIMIT $3"
));

pub(super) const GET_SQL: &str = of_user!("p.meeting_id = $2");

/// Whether `$1` has asked to join.
macro_rules! public {
    ($rest:expr) => {
        concat!(
            "SELECT ",
            plan!(),
            ", EXISTS (SELECT 1 FROM participants r WHERE r.meeting_id = m.id AND r.user_id = $1
                AND r.status = 'requested') AS requested
            FROM meetings m WHERE m.is_public AND ",
            $rest
        )
    };
}

const PUBLIC_SQL: &str = public!(concat!("m.id = $2", not_blocked!()));

/// The page of public meetings, newest first.
pub const PUBLIC_PAGE_SQL: &str = public!(concat!(
    "m.id < $2",
    narrowed!(),
    not_blocked!(),
    " ORDER BY m.id DESC LIMIT $3"
));

/// After every UUID.
const LAST_ID: &str = "g";

/// A meeting as `user` sees it; absent for strangers.
///
/// # Errors
/// The store fails.
pub async fn get(db: &Db, user: &UserId, id: &MeetingId) -> Result<Option<Meeting>, StoreError> {
    Ok(get_whole(db, user, id).await?.map(|found| found.0))
}

/// The same, with its series where it repeats.
///
/// # Errors
/// The store fails.
pub async fn get_whole(
    db: &Db,
    user: &UserId,
    id: &MeetingId,
) -> Result<Option<(Meeting, Option<Series>)>, StoreError> {
    let row: Option<MeetingRow> = on_db!(
        db,
        read | pool | {
            sqlx::query_as(GET_SQL)
                .bind(user.as_str())
                .bind(id.as_str())
                .fetch_optional(pool)
                .await?
        }
    );
    row.map(|row| whole(&row)).transpose()
}

/// A public meeting as a stranger sees it; absent when it is private, or a block is between
/// them and who made it.
///
/// # Errors
/// The store fails.
pub async fn public(
    db: &Db,
    user: &UserId,
    id: &MeetingId,
) -> Result<Option<PublicMeeting>, StoreError> {
    let row: Option<PublicRow> = on_db!(
        db,
        read | pool | {
            sqlx::query_as(PUBLIC_SQL)
                .bind(user.as_str())
                .bind(id.as_str())
                .fetch_optional(pool)
                .await?
        }
    );
    row.map(|row| public_meeting(&row)).transpose()
}

/// Whether anybody may learn of a meeting.
///
/// # Errors
/// The store fails.
pub async fn is_public(db: &Db, id: &MeetingId) -> Result<bool, StoreError> {
    let row: Option<(bool,)> = on_db!(
        db,
        read | pool | {
            sqlx::query_as("SELECT is_public FROM meetings WHERE id = $1")
                .bind(id.as_str())
                .fetch_optional(pool)
                .await?
        }
    );
    Ok(row.is_some_and(|(public,)| public))
}

/// What a list is narrowed to; what is absent narrows nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// Where they are in their life.
    pub state: Option<MeetingState>,
    /// How they come about.
    pub kind: Option<MeetingType>,
    /// Part of the title, in any case.
    pub q: Option<String>,
    /// A tag, whole.
    pub tag: Option<String>,
    /// What the person is there.
    pub role: Option<Role>,
    /// Planned from this moment up to and without that one, or again in this time; in
    /// milliseconds since the Unix epoch.
    pub within: Option<(u64, u64)>,
}

/// Most dates that are told of one meeting.
const OCCURRENCES: u16 = 100;

impl Filter {
    /// The parameters `$4` to `$9`.
    fn texts(&self) -> [String; 4] {
        let like = |text: &str| {
            let mut like = String::from("%");
            for c in text.chars() {
                if matches!(c, '%' | '_' | '\\') {
                    like.push('\\');
                }
                like.push(c);
            }
            like + "%"
        };
        [
            self.state.map_or("", MeetingState::as_str).to_owned(),
            self.kind.map_or("", MeetingType::as_str).to_owned(),
            self.q
                .as_ref()
                .map_or(String::new(), |q| like(&q.to_lowercase())),
            self.tag
                .as_ref()
                .map_or(String::new(), |tag| like(&format!("\n{tag}\n"))),
        ]
    }

    fn window(&self) -> (i64, i64) {
        self.within
            .map_or((-1, 0), |(from, to)| (to_i64(from), to_i64(to)))
    }

    /// The meeting with its dates in the time asked for; absent where it has none there.
    fn dated(&self, mut meeting: Meeting, series: Option<&Series>) -> Option<Meeting> {
        let (Some((from, to)), Some(series)) = (self.within, series) else {
            return Some(meeting);
        };
        let planned = meeting.plan.scheduled_at.unwrap_or(0);
        let date = meeting.occurrence_at.unwrap_or(planned);
        // Its own is before all that are to come after it.
        let own = (from..to).contains(&planned).then_some(planned).into_iter();
        let later = series.within(date, (from, to), OCCURRENCES);
        meeting.occurrences = own.chain(later).take(OCCURRENCES.into()).collect();
        (!meeting.occurrences.is_empty()).then_some(meeting)
    }
}

/// A page of a person's meetings, newest first, older than `after`.
///
/// # Errors
/// The store fails.
pub async fn of_user(
    db: &Db,
    user: &UserId,
    after: Option<&MeetingId>,
    limit: u32,
) -> Result<Vec<Meeting>, StoreError> {
    let page = list(db, user, &Filter::default(), (after, limit)).await?;
    Ok(page.into_iter().map(|found| found.0).collect())
}

/// A page of a person's meetings that fit, newest first, older than `after`, each with its
/// series where it repeats.
///
/// # Errors
/// The store fails.
pub async fn list(
    db: &Db,
    user: &UserId,
    filter: &Filter,
    (after, limit): (Option<&MeetingId>, u32),
) -> Result<Vec<(Meeting, Option<Series>)>, StoreError> {
    let ([state, kind, q, tag], (from, to)) = (filter.texts(), filter.window());
    let rows: Vec<MeetingRow> = on_db!(
        db,
        read | pool | {
            sqlx::query_as(OF_USER_SQL)
                .bind(user.as_str())
                .bind(after.map_or(LAST_ID, MeetingId::as_str))
                .bind(i64::from(limit))
                .bind(state)
                .bind(kind)
                .bind(q)
                .bind(tag)
                .bind(from)
                .bind(to)
                .bind(filter.role.map_or("", Role::as_str))
                .fetch_all(pool)
                .await?
        }
    );
    rows.iter().map(whole).collect()
}

/// A page that fits, with the dates of each in the time asked for: those that have none
/// there are left out, so that a page may have fewer than `limit`. And after which the next
/// page comes, if there is one.
///
/// # Errors
/// The store fails.
pub async fn dated(
    db: &Db,
    user: &UserId,
    filter: &Filter,
    (after, limit): (Option<&MeetingId>, u32),
) -> Result<(Vec<Meeting>, Option<MeetingId>), StoreError> {
    let mut page = list(db, user, filter, (after, limit + 1)).await?;
    let more = page.len() > limit as usize;
    page.truncate(limit as usize);
    let next = page.last().filter(|_| more).map(|last| last.0.id.clone());
    let dated =
        |(meeting, series): (Meeting, Option<Series>)| filter.dated(meeting, series.as_ref());
    Ok((page.into_iter().filter_map(dated).collect(), next))
}

/// A page of the public meetings that fit, newest first, older than `after`, as `user` sees
/// them.
///
/// # Errors
/// The store fails.
pub async fn public_list(
    db: &Db,
    user: &UserId,
    filter: &Filter,
    (after, limit): (Option<&MeetingId>, u32),
) -> Result<Vec<PublicMeeting>, StoreError> {
    let ([state, kind, q, tag], (from, to)) = (filter.texts(), filter.window());
    let rows: Vec<PublicRow> = on_db!(
        db,
        read | pool | {
            sqlx::query_as(PUBLIC_PAGE_SQL)
                .bind(user.as_str())
                .bind(after.map_or(LAST_ID, MeetingId::as_str))
                .bind(i64::from(limit))
                .bind(state)
                .bind(kind)
                .bind(q)
                .bind(tag)
                .bind(from)
                .bind(to)
                .fetch_all(pool)
                .await?
        }
    );
    rows.iter().map(public_meeting).collect()
}
