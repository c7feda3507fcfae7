//! Client frames as JSON, one function a frame. The tests hold them to
//! [`super::ClientFrame`]; the derived encoder would bring every command's fields
//! into the browser's module (see [`super::decode`]). A command goes as it came.

use super::frame::Query;
use crate::json::Object;
use serde_json::Value;

/// Who is there.
#[must_use]
pub fn hello(token: &str, client: &str) -> Value {
    let mut hello = of("hello");
    hello.text("token", token).text("client", client).value()
}

/// A newer token.
#[must_use]
pub fn refresh(token: &str) -> Value {
    of("refresh").text("token", token).value()
}

/// Follow `query`, from a cursor where there is one.
#[must_use]
pub fn subscribe(sub: u32, query: &Query, epoch: Option<&str>, after: Option<u64>) -> Value {
    let mut followed = of(match query {
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
    });
    if let Some(meeting) = query.meeting_id() {
        followed.text("meetingId", meeting.as_str());
    }
    if let Query::Note { client_id, .. } = query {
        followed.number("clientId", *client_id);
    }
    let mut frame = of("subscribe");
    frame.number("sub", sub.into());
    frame.put("query", followed.value());
    if let Some(epoch) = epoch {
        frame.text("epoch", epoch);
    }
    if let Some(after) = after {
        frame.number("after", after);
    }
    frame.value()
}

/// Follow no longer.
#[must_use]
pub fn unsubscribe(sub: u32) -> Value {
    of("unsubscribe").number("sub", sub.into()).value()
}

/// Do something: `command` is a [`super::Command`] as JSON.
#[must_use]
pub fn call(id: u64, key: &str, command: &Value) -> Value {
    let mut call = of("call");
    call.number("id", id).text("key", key);
    call.put("command", command.clone()).value()
}

/// Heartbeat.
#[must_use]
pub fn ping() -> Value {
    of("ping").value()
}

fn of(kind: &str) -> Object {
    let mut frame = Object::default();
    frame.text("type", kind);
    frame
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
