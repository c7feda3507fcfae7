//! What a command makes of a view, by the rules that the server carries it out by.

use crate::access::{ParticipantStatus, Role};
use crate::id::UserId;
use crate::meeting::MeetingState;
use crate::meeting::participant::{Move, Terms, moved};
use crate::meeting::queue::Queue;
use crate::protocol::Query;
use serde_json::Value;

/// Makes of a view of `query` what a command of `me` will make of it; false where that is
/// nothing, or not known here.
pub(super) fn predict(query: &Query, view: &mut Value, command: &Value, me: &str) -> bool {
    let of = |value: &Value| value.as_str() == command["meetingId"].as_str();
    let (Some(kind), true) = (command["type"].as_str(), command["meetingId"].is_string()) else {
        return false;
    };
    let is_here = query
        .meeting_id()
        .is_some_and(|id| command["meetingId"] == id.as_str());
    match query {
        Query::MeetingState { .. } if is_here => now(view, kind, command, me),
        Query::Participants { .. } if is_here => {
            let who = command["who"].as_str().unwrap_or(me);
            let is_who = |row: &Value| row["userId"] == who || row["email"] == who;
            let rows = view.as_array_mut();
            let row = rows.and_then(|rows| rows.iter_mut().find(|row| is_who(row)));
            row.is_some_and(|row| stands(row, kind, command))
        }
        Query::Meetings {} => {
            let rows = view.as_array_mut();
            let row = rows.and_then(|rows| rows.iter_mut().find(|row| of(&row["id"])));
            row.is_some_and(|row| stands(row, kind, command))
        }
        _ => false,
    }
}

/// A meeting as it is now.
fn now(view: &mut Value, kind: &str, command: &Value, me: &str) -> bool {
    let (paused, active) = ("paused", "active");
    let (from, to) = match kind {
        "pauseTranscription" => (active, paused),
        "resumeTranscription" => (paused, active),
        _ => return queue(view, kind, command, me).is_some(),
    };
    let is_so = view["transcriptionStatus"] == from;
    if is_so {
        view["transcriptionStatus"] = to.into();
    }
    is_so
}

fn queue(view: &mut Value, kind: &str, command: &Value, me: &str) -> Option<()> {
    let line = view["speakerQueue"].as_array()?;
    let id = |value: &Value| UserId::try_from(value.as_str()?.to_owned()).ok();
    let mut queue = Queue::of(line.iter().filter_map(id));
    let who = command["userId"].as_str().unwrap_or(me).to_owned();
    let who = UserId::try_from(who).ok()?;
    let is_changed = match kind {
        "raiseHand" => queue.raise(who),
        "lowerHand" => queue.lower(&who),
        "nextSpeaker" => queue.take_next().is_some(),
        _ => false,
    };
    let line = queue.line().iter().map(|user| user.as_str().into());
    view["speakerQueue"] = Value::Array(line.collect());
    is_changed.then_some(())
}

/// How somebody stands in a meeting: a participant, or oneself in a list of meetings.
fn stands(row: &mut Value, kind: &str, command: &Value) -> bool {
    let taken = match kind {
        "acceptInvitation" => Move::Accept,
        "declineInvitation" => Move::Decline,
        "approveParticipant" => Move::Approve,
        "refuseParticipant" => Move::Refuse,
        "removeParticipant" => Move::Remove,
        "changeParticipant" => {
            let Some(changes) = command["changes"].as_object() else {
                return false;
            };
            for (name, value) in changes {
                row[name.as_str()] = value.clone();
            }
            return true;
        }
        _ => return false,
    };
    let before = row["role"].as_str().and_then(Role::parse);
    let before = before.zip(row["status"].as_str().and_then(ParticipantStatus::parse));
    // What only the server knows of the meeting counts for none of these moves.
    let terms = Terms {
        state: MeetingState::Scheduled,
        is_public: false,
        requires_approval: true,
    };
    let Some(next) = moved(before, taken, terms) else {
        return false;
    };
    row["status"] = next.as_str().into();
    true
}

#[cfg(test)]
mod tests;
