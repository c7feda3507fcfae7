//! What the application is told, as JSON, field by field: what is derived is larger in
//! the browser's module (see [`crate::protocol::decode`]). The tests hold both together.

use super::note::{CursorRange, KeptDraft, NoteStatus, Origin, Peer};
use super::session::{ConnectionState, Status};
use crate::error::Problem;
use crate::id::UserId;
use crate::json::{Object, list};
use serde_json::Value;

impl Problem {
    /// The problem as JSON.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let mut object = Object::default();
        object.text("code", self.code.as_str());
        object.text("detail", &self.detail);
        if !self.errors.is_empty() {
            let errors = list(&self.errors, |error| {
                let mut object = Object::default();
                object.text("pointer", &error.pointer);
                object.text("message", &error.message).value()
            });
            object.put("errors", errors);
        }
        if let Some(reason) = &self.reason {
            object.text("reason", reason);
        }
        if let Some(wait) = self.retry_after_ms {
            object.number("retryAfterMs", wait);
        }
        if let Some(request) = &self.request_id {
            object.text("requestId", request);
        }
        object.value()
    }
}

impl Status {
    /// The status's wire name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Connecting => "connecting",
            Self::Live => "live",
            Self::Degraded => "degraded",
            Self::Offline => "offline",
        }
    }
}

impl ConnectionState {
    /// The state as JSON.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let mut object = Object::default();
        object.text("status", self.status.as_str());
        object.maybe(
            "userId",
            self.user_id.as_ref().map(UserId::as_str).map(Value::from),
        );
        object.put("clockOffsetMs", self.clock_offset_ms.into());
        object.maybe("retryAt", self.retry_at.map(Value::from));
        object.maybe("problem", self.problem.as_ref().map(Problem::to_json));
        object.value()
    }
}

impl Origin {
    /// The origin's wire name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Remote => "remote",
            Self::Undo => "undo",
            Self::Redo => "redo",
            Self::Reset => "reset",
        }
    }
}

impl NoteStatus {
    /// The status as JSON.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let mut object = Object::default();
        object.number("unsent", self.unsent);
        object.number("version", self.version);
        object.put("writable", self.writable.into());
        object.put("synced", self.synced.into());
        object.put("saved", self.saved.into());
        object.put("canUndo", self.can_undo.into());
        object.put("canRedo", self.can_redo.into());
        object.put("drafts", list(&self.drafts, KeptDraft::to_json));
        object.maybe("ended", self.ended.as_ref().map(Problem::to_json));
        object.value()
    }
}

impl KeptDraft {
    fn to_json(&self) -> Value {
        let mut object = Object::default();
        object.number("id", self.id.into());
        let pieces = list(&self.draft.pieces, |piece| piece.as_str().into());
        object.put("pieces", pieces);
        object.text("text", &self.draft.text);
        object.text("reason", &self.draft.reason).value()
    }
}

impl Peer {
    /// Somebody else in the note as JSON.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let mut object = Object::default();
        object.number("clientId", self.client_id);
        object.text("name", &self.name);
        object.text("color", &self.color);
        object.maybe("cursor", self.cursor.map(CursorRange::to_json));
        object.value()
    }
}

impl CursorRange {
    fn to_json(self) -> Value {
        let mut object = Object::default();
        object.number("anchor", self.anchor.into());
        object.number("head", self.head.into()).value()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::{ErrorCode, FieldError};
    use crate::note::replica::RecoveredDraft;
    use serde_json::to_value;

    fn whole() -> Problem {
        Problem {
            code: ErrorCode::RateLimited,
            detail: "too \"fast\"".into(),
            errors: vec![FieldError {
                pointer: "/a".into(),
                message: "b".into(),
            }],
            reason: Some("r".into()),
            retry_after_ms: Some(7),
            request_id: Some("q".into()),
        }
    }

    #[test]
    fn problems_are_what_the_derived_encoder_makes_of_them() {
        for problem in [whole(), Problem::new(ErrorCode::Internal, "")] {
            assert_eq!(problem.to_json(), to_value(&problem).unwrap());
        }
    }

    #[test]
    fn states_are_what_the_derived_encoder_makes_of_them() {
        use Status::{Connecting, Degraded, Live, Offline};
        for status in [Connecting, Live, Degraded, Offline] {
            let bare = ConnectionState {
                status,
                user_id: None,
                clock_offset_ms: -5,
                retry_at: None,
                problem: None,
            };
            let full = ConnectionState {
                user_id: "0197f7a4-5e0b-7c3a-9d2e-3f1b2a4c5d6e".parse().ok(),
                retry_at: Some(9),
                problem: Some(whole()),
                ..bare.clone()
            };
            for state in [bare, full] {
                assert_eq!(state.to_json(), to_value(&state).unwrap());
            }
        }
    }

    #[test]
    fn notes_are_what_the_derived_encoder_makes_of_them() {
        for origin in [Origin::Remote, Origin::Undo, Origin::Redo, Origin::Reset] {
            assert_eq!(to_value(origin).unwrap(), origin.as_str());
        }
        let draft = RecoveredDraft {
            pieces: vec!["a".into(), "é".into()],
            text: "aé".into(),
            reason: "why".into(),
        };
        for flags in 0..32 {
            let flag = |bit: u32| flags >> bit & 1 == 1;
            let status = NoteStatus {
                unsent: 3,
                version: 4,
                writable: flag(0),
                synced: flag(1),
                saved: flag(2),
                can_undo: flag(3),
                can_redo: flag(4),
                drafts: vec![
                    KeptDraft {
                        id: 1,
                        draft: draft.clone()
                    };
                    flags % 3
                ],
                ended: flag(0).then(whole),
            };
            assert_eq!(status.to_json(), to_value(&status).unwrap());
        }
        for cursor in [None, Some(CursorRange { anchor: 1, head: 2 })] {
            let peer = Peer {
                client_id: 5,
                name: "Ada".into(),
                color: "red".into(),
                cursor,
            };
            assert_eq!(peer.to_json(), to_value(&peer).unwrap());
        }
    }
}
