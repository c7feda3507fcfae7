//! Client frames as JSON, one function a frame. The tests hold them to
//! [`super::ClientFrame`]; the derived encoder would bring every command's fields
//! into the browser's module (see [`super::decode`]). A command goes as it came.

use super::frame::Query;
use crate::json::object;
use serde_json::Value;

/// Who is there.
#[must_use]
pub fn hello(token: &str, client: &str) -> Value {
    object([
        ("type", "hello".into()),
        ("token", token.into()),
        ("client", client.into()),
    ])
}

/// A newer token.
#[must_use]
pub fn refresh(token: &str) -> Value {
    object([("type", "refresh".into()), ("token", token.into())])
}

/// Follow `query`, from a cursor where there is one.
#[must_use]
pub fn subscribe(sub: u32, query: &Query, epoch: Option<&str>, after: Option<u64>) -> Value {
    let kind = match query {
        Query::Note { .. } => "note",
        Query::NoteOps { .. } => "noteOps",
        Query::Transcript { .. } => "transcript",
        Query::Chat { .. } => "chat",
        Query::Entitlements { .. } => "entitlements",
        Query::Speakers { .. } => "speakers",
        Query::Participants { .. } => "participants",
        Query::MeetingState { .. } => "meetingState",
        Query::Meetings {} => "meetings",
        Query::Me {} => "me",
    };
    let mut of = object([("type", kind.into())]);
    if let Some(meeting) = query.meeting_id() {
        of["meetingId"] = meeting.as_str().into();
    }
    if let Query::Note { client_id, .. } = query {
        of["clientId"] = (*client_id).into();
    }
    let query = of;
    let mut frame = object([
        ("type", "subscribe".into()),
        ("sub", sub.into()),
        ("query", query),
    ]);
    if let Some(epoch) = epoch {
        frame["epoch"] = epoch.into();
    }
    if let Some(after) = after {
        frame["after"] = after.into();
    }
    frame
}

/// Follow no longer.
#[must_use]
pub fn unsubscribe(sub: u32) -> Value {
    object([("type", "unsubscribe".into()), ("sub", sub.into())])
}

/// Do something: `command` is a [`super::Command`] as JSON.
#[must_use]
pub fn call(id: u64, key: &str, command: &Value) -> Value {
    object([
        ("type", "call".into()),
        ("id", id.into()),
        ("key", key.into()),
        ("command", command.clone()),
    ])
}

/// Heartbeat.
#[must_use]
pub fn ping() -> Value {
    object([("type", "ping".into())])
}

#[cfg(test)]
mod tests {
    use super::super::{ClientFrame, Command};
    use super::*;

    fn derived(frame: ClientFrame) -> Value {
        serde_json::to_value(frame).unwrap()
    }

    #[test]
    fn every_frame_is_what_the_derived_encoder_makes_of_it() {
        let meeting_id: crate::id::MeetingId =
            "0197f7a4-5e0b-7c3a-9d2e-3f1b2a4c5d6e".parse().unwrap();
        let token = || "t".to_owned();
        let client = Some("c".to_owned());
        assert_eq!(
            hello("t", "c"),
            derived(ClientFrame::Hello {
                token: token(),
                client
            })
        );
        assert_eq!(
            refresh("t"),
            derived(ClientFrame::Refresh { token: token() })
        );
        assert_eq!(unsubscribe(3), derived(ClientFrame::Unsubscribe { sub: 3 }));
        assert_eq!(ping(), derived(ClientFrame::Ping {}));
        let note = Query::Note {
            meeting_id: meeting_id.clone(),
            client_id: (1 << 53) - 1,
        };
        let ops = Query::NoteOps {
            meeting_id: meeting_id.clone(),
        };
        let transcript = Query::Transcript {
            meeting_id: meeting_id.clone(),
        };
        let plan = Query::Entitlements {
            meeting_id: meeting_id.clone(),
        };
        let people = Query::Participants {
            meeting_id: meeting_id.clone(),
        };
        let now = Query::MeetingState {
            meeting_id: meeting_id.clone(),
        };
        let own = [Query::Meetings {}, Query::Me {}];
        let of_meetings = [note, ops, transcript, plan, people, now];
        for query in of_meetings.into_iter().chain(own) {
            for (epoch, after) in [(None, None), (Some("4"), Some(9))] {
                let ours = subscribe(1, &query, epoch, after);
                let epoch = epoch.map(str::to_owned);
                let query = query.clone();
                assert_eq!(
                    ours,
                    derived(ClientFrame::Subscribe {
                        sub: 1,
                        query,
                        epoch,
                        after
                    })
                );
            }
        }
        let command = Command::RestoreNote {
            meeting_id,
            version: 7,
        };
        let value = serde_json::to_value(&command).unwrap();
        let frame = ClientFrame::Call {
            id: 2,
            key: "k".to_owned(),
            command,
        };
        assert_eq!(call(2, "k", &value), derived(frame));
    }
}
