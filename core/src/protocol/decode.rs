//! Server frames from JSON, field by field. The derived decoder gives the same
//! frames (the tests hold them together), but it is many times larger in the
//! browser's module: a tagged enum is decoded into a buffer and then again, by code
//! that is made anew for every type within.

use super::frame::{Limits, ServerFrame};
use crate::error::{ErrorCode, FieldError, Problem};
use crate::json::Fields;
use crate::limits::NoteLimits;

/// The frame of a text; `None` for anything else, as a frame of a newer server.
#[must_use]
pub fn server_frame(text: &str) -> Option<ServerFrame> {
    let mut fields = Fields::of(serde_json::from_str(text).ok()?)?;
    let kind = fields.text("type")?;
    Some(match kind.as_str() {
        "welcome" => ServerFrame::Welcome {
            session: fields.text("session")?.try_into().ok()?,
            user_id: fields.text("userId")?.try_into().ok()?,
            server_time: fields.number("serverTime")?,
            store_epoch: fields.text("storeEpoch")?,
            limits: limits(fields.fields("limits")?)?,
        },
        "snapshot" => ServerFrame::Snapshot {
            sub: fields.small("sub")?,
            cursor: fields.number("cursor")?,
            epoch: fields.text("epoch")?,
            reset: fields.take("reset")?.as_bool()?,
            items: fields.list("items")?,
        },
        "events" => ServerFrame::Events {
            sub: fields.small("sub")?,
            from: fields.number("from")?,
            to: fields.number("to")?,
            items: fields.list("items")?,
        },
        "volatile" => ServerFrame::Volatile {
            sub: fields.small("sub")?,
            item: fields.any("item")?,
        },
        "reply" => ServerFrame::Reply {
            id: fields.number("id")?,
            ok: fields.take("ok"),
            error: fields.fields("error").and_then(problem_of),
        },
        "revoked" => ServerFrame::Revoked {
            sub: fields.small("sub")?,
            error: fields.fields("error").and_then(problem_of)?,
        },
        "drain" => ServerFrame::Drain {
            after_ms: fields.number("afterMs")?,
        },
        "pong" => ServerFrame::Pong {},
        "error" => ServerFrame::Error {
            error: fields.fields("error").and_then(problem_of)?,
        },
        _ => return None,
    })
}

/// The problem of a JSON text.
#[must_use]
pub fn problem(text: &str) -> Option<Problem> {
    problem_of(Fields::of(serde_json::from_str(text).ok()?)?)
}

fn problem_of(mut fields: Fields) -> Option<Problem> {
    let code = fields.text("code")?;
    let places = fields.list("errors").unwrap_or_default().into_iter();
    let place = |value| {
        let mut fields = Fields::of(value)?;
        Some(FieldError {
            pointer: fields.text("pointer")?,
            message: fields.text("message")?,
        })
    };
    Some(Problem {
        code: ErrorCode::parse(&code)?,
        detail: fields.text("detail")?,
        errors: places.map(place).collect::<Option<_>>()?,
        reason: fields.text("reason"),
        retry_after_ms: fields.number("retryAfterMs"),
        request_id: fields.text("requestId"),
    })
}

fn limits(mut limits: Fields) -> Option<Limits> {
    let mut note = limits.fields("note")?;
    Some(Limits {
        note: NoteLimits {
            text_utf16: u32::try_from(note.number("textUtf16")?).ok()?,
            update_bytes: usize::try_from(note.number("updateBytes")?).ok()?,
            state_bytes: usize::try_from(note.number("stateBytes")?).ok()?,
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    /// Both decoders, one after the other: what either gives, as JSON.
    fn both(value: &Value) -> (Option<Value>, Option<Value>) {
        let text = value.to_string();
        let json = |frame: ServerFrame| serde_json::to_value(frame).unwrap();
        (
            server_frame(&text).map(json),
            serde_json::from_str(&text).ok().map(json),
        )
    }

    #[test]
    fn every_frame_is_what_the_derived_decoder_makes_of_it() {
        let id = "0197f7a4-5e0b-7c3a-9d2e-3f1b2a4c5d6e";
        let problem = json!({
            "code": "MEETING_NOT_ACTIVE", "detail": "not running", "reason": "concluded",
            "errors": [{"pointer": "/a", "message": "b"}], "retryAfterMs": 5, "requestId": "r"
        });
        let limits = json!({"note": {"textUtf16": 1, "updateBytes": 2, "stateBytes": 3}});
        for frame in [
            json!({"type": "welcome", "session": id, "userId": id, "serverTime": 7, "storeEpoch": "e", "limits": limits}),
            json!({"type": "snapshot", "sub": 1, "cursor": 2, "epoch": "e", "reset": true, "items": [{"a": 1}]}),
            json!({"type": "events", "sub": 1, "from": 2, "to": 3, "items": [1, "x"]}),
            json!({"type": "volatile", "sub": 1, "item": {"a": null}}),
            json!({"type": "reply", "id": 1, "ok": {"version": 3, "operation": [{"retain": 2}, {"insert": "é"}, {"delete": 1}]}}),
            json!({"type": "reply", "id": 1, "ok": {"sequences": [1, null, 3]}}),
            json!({"type": "reply", "id": 1, "ok": {"label": "Speaker 1", "name": "Ada"}}),
            json!({"type": "reply", "id": 1, "error": problem}),
            json!({"type": "revoked", "sub": 1, "error": {"code": "NOT_FOUND", "detail": "gone"}}),
            json!({"type": "drain", "afterMs": 9}),
            json!({"type": "pong"}),
            json!({"type": "error", "error": problem}),
        ] {
            let (ours, derived) = both(&frame);
            assert!(ours.is_some(), "{frame}");
            assert_eq!(ours, derived);
        }
    }

    #[test]
    fn what_is_no_frame_is_none_to_both() {
        for junk in [
            json!(null),
            json!([]),
            json!({"type": "unheard of"}),
            json!({"type": "events", "sub": 1, "from": 2, "to": 3}),
            json!({"type": "events", "sub": -1, "from": 2, "to": 3, "items": []}),
            json!({"type": "drain", "afterMs": "9"}),
            json!({"type": "revoked", "sub": 1, "error": {"code": "ODD", "detail": "x"}}),
        ] {
            assert_eq!(both(&junk), (None, None), "{junk}");
        }
        assert!(server_frame("{").is_none());
    }
}
