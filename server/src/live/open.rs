//! Opening a subscription: authorise, watch, then capture the position.

use crate::actor::Actor;
use crate::app::App;
use crate::listeners::{About, Hearing};
use crate::meeting::{Membership, authorise};
use crate::presence::{Here, Presence};
use crate::rooms::feed::Interest;
use crate::rooms::mailbox::Mailbox;
use crate::rooms::{Room, Seat};
use crate::{chat, note, transcript};
use connvo_core::access::Action;
use connvo_core::chat::Message;
use connvo_core::error::Problem;
use connvo_core::id::MeetingId;
use connvo_core::live::Read;
use connvo_core::live::connection::Stream;
use connvo_core::live::connection::{JournalSnapshot, Opened};
use connvo_core::protocol::PAGE_ITEMS;
use connvo_core::protocol::frame::Query;
use std::sync::Arc;

/// Most note entries replayed to a client that resumes; further behind, the whole
/// document is smaller than its history.
const REPLAY: u64 = 1_000;

/// An open subscription's place in its room; dropping it leaves.
pub(super) struct Place {
    pub seat: Seat,
    /// When the right to write ends by itself, in milliseconds since the Unix epoch.
    pub closes_at: Option<u64>,
    /// While it is open, the person is in the meeting.
    _here: Here,
    /// While it is open, changes of rights in the meeting are heard of.
    _hears: Hearing,
}

/// What a client asks for, from where.
pub(super) struct Wanted<'a> {
    pub sub: u32,
    pub query: &'a Query,
    pub epoch: Option<String>,
    pub after: Option<u64>,
}

/// Whether a member may write to the note now.
pub(super) fn writable(app: &App, membership: Membership) -> bool {
    membership
        .may(Action::WriteNote, app.clock.now_ms())
        .is_ok()
}

/// Opens a query. The watch stands before the position is captured, so nothing that
/// is published in between is missed. Answers the cursor to start from, too.
pub(super) async fn open(
    app: &App,
    actor: &Actor,
    mailbox: &Arc<Mailbox>,
    wanted: Wanted<'_>,
) -> Result<(Place, Option<u64>, Opened), Problem> {
    let (Some(meeting), Some(stream), Some(action)) = (
        wanted.query.meeting_id(),
        Stream::of(wanted.query),
        wanted.query.action(),
    ) else {
        return Err(Problem::not_found("the meeting"));
    };
    let hears = app.listeners.hear(About::Meeting(meeting.clone()), mailbox);
    let membership = authorise(app, actor, meeting, action).await?;
    let interest = Interest {
        stream,
        presence: matches!(wanted.query, Query::Note { .. }),
    };
    let seat = app
        .rooms
        .follow(meeting, mailbox, wanted.sub, interest)
        .await?;
    let place = Place {
        seat,
        closes_at: membership.note_closes_at(),
        _here: Presence::came(app, meeting, actor),
        _hears: hears,
    };
    let (after, opened) = match wanted.query {
        Query::Note { .. } => {
            let epoch = place.seat.room.epoch();
            let head = place.seat.room.feed().note_head();
            let after = wanted
                .after
                .filter(|after| wanted.epoch == Some(epoch.to_string()) && *after <= head)
                .filter(|after| head - after <= REPLAY);
            let after = still_kept(app, &place.seat.room, meeting, after).await?;
            let snapshot = match after {
                Some(_) => None,
                None => Some(place.seat.room.snapshot().await?),
            };
            (
                after,
                Opened::Note {
                    writable: writable(app, membership),
                    epoch,
                    snapshot,
                },
            )
        }
        Query::NoteOps { .. } => {
            let head = place.seat.room.feed().note_head();
            let epoch = format!("{}.{}", app.store_epoch, place.seat.room.epoch());
            let after = resumes(&wanted, &epoch, head);
            let after = still_kept(app, &place.seat.room, meeting, after).await?;
            let snapshot = match after {
                Some(_) => None,
                None => {
                    let from = head.saturating_sub(PAGE_ITEMS as u64);
                    let items = note::store::range(&app.db, meeting, from + 1, head + 1).await?;
                    Some(snapshot(&wanted, head, &items))
                }
            };
            (after, Opened::Journal { epoch, snapshot })
        }
        Query::Chat { .. } => {
            let head = place.seat.room.feed().chat_head();
            let epoch = app.store_epoch.clone();
            let after = resumes(&wanted, &epoch, head);
            let snapshot = match after {
                Some(_) => None,
                None => Some(snapshot(&wanted, head, &latest(app, meeting, head).await?)),
            };
            (after, Opened::Journal { epoch, snapshot })
        }
        Query::Transcript { .. }
        | Query::Entitlements { .. }
        | Query::Speakers { .. }
        | Query::Participants { .. }
        | Query::MeetingState { .. }
        | Query::Meetings {}
        | Query::Me {} => {
            let head = place.seat.room.feed().transcript_head();
            let epoch = app.store_epoch.clone();
            let after = resumes(&wanted, &epoch, head);
            let snapshot = match after {
                Some(_) => None,
                None => {
                    let (since, most) = (transcript::kept_since(app, meeting).await?, PAGE_ITEMS);
                    let items =
                        transcript::store::latest(&app.db, meeting, head, since, most as u32)
                            .await?;
                    Some(snapshot(&wanted, head, &items))
                }
            };
            (after, Opened::Journal { epoch, snapshot })
        }
    };
    Ok((place, after, opened))
}

/// The messages posted last, oldest first. One that was changed after `head` comes again
/// with the journal.
async fn latest(app: &App, meeting: &MeetingId, head: u64) -> Result<Vec<Message>, Problem> {
    let before = head.saturating_add(1);
    let mut items = chat::store::before(&app.db, meeting, before, PAGE_ITEMS as u32).await?;
    items.reverse();
    Ok(items)
}

/// The cursor, if the note's log still has all that comes after it.
async fn still_kept(
    app: &App,
    room: &Room,
    meeting: &MeetingId,
    after: Option<u64>,
) -> Result<Option<u64>, Problem> {
    let Some(cursor) = after else { return Ok(None) };
    let kept = !matches!(room.feed().read_note(cursor), Read::Behind)
        || note::store::keeps_after(&app.db, meeting, cursor).await?;
    Ok(kept.then_some(cursor))
}

/// The client's cursor, if it is one of this epoch and of what has happened.
fn resumes(wanted: &Wanted<'_>, epoch: &str, head: u64) -> Option<u64> {
    wanted
        .after
        .filter(|after| wanted.epoch.as_deref() == Some(epoch) && *after <= head)
}

fn snapshot<T: serde::Serialize>(wanted: &Wanted<'_>, cursor: u64, items: &[T]) -> JournalSnapshot {
    JournalSnapshot {
        cursor,
        reset: wanted.after.is_some(),
        items: items
            .iter()
            .filter_map(|item| serde_json::to_value(item).ok())
            .collect(),
    }
}
