//! Effects and events on their way to JavaScript.

use crate::js::Array;
use crate::stored::{bytes, number, op};
use crate::to_json;
use connvo_core::client::note::Origin;
use connvo_core::client::session::Event;
use connvo_core::client::{ConnectionState, Effect, NoteEvent};
use connvo_core::error::Problem;
use connvo_core::note::Operation;
use connvo_core::transcript::view::{Splice, TranscriptView};
use serde::Serialize;
use serde_json::Value;
use wasm_bindgen::prelude::*;

/// What the wrappers hear; `ShellEvent` of `npm/src/shell.ts`.
#[derive(Serialize)]
#[serde(tag = "type", rename_all = "camelCase")]
enum ShellEvent<'a> {
    Connection {
        state: &'a ConnectionState,
    },
    Reply {
        id: u64,
        #[serde(skip_serializing_if = "Option::is_none")]
        ok: Option<&'a Value>,
        #[serde(skip_serializing_if = "Option::is_none")]
        error: Option<&'a Problem>,
    },
    Delta {
        sub: u32,
        operation: &'a Operation,
        origin: Origin,
    },
    Status {
        sub: u32,
    },
    Peers {
        sub: u32,
    },
    Chunks {
        sub: u32,
        reset: bool,
        splices: &'a [Splice],
        interim: &'a [&'a Value],
    },
    Chat {
        sub: u32,
        messages: &'a Value,
    },
    View {
        sub: u32,
        value: &'a Value,
    },
    Ended {
        sub: u32,
        problem: &'a Problem,
    },
}

/// Transcripts by subscription: few, searched from the start.
pub(crate) type Views = Vec<(u32, TranscriptView)>;

/// An effect as an array whose first field names it: `token`, `connect`,
/// `text frame`, `binary frame`, `disconnect code`, `store meeting op`, `event json`.
/// Nothing for what the application need not hear.
pub(crate) fn to_js(effect: Effect, views: &mut Views) -> Option<Array> {
    let out = Array::new();
    let put = |value: &JsValue| {
        out.push(value);
    };
    match effect {
        Effect::NeedToken => put(&"token".into()),
        Effect::Connect => put(&"connect".into()),
        Effect::SendText(text) => {
            put(&"text".into());
            put(&text.into());
        }
        Effect::SendBinary(frame) => {
            put(&"binary".into());
            put(&bytes(&frame));
        }
        Effect::Disconnect(code) => {
            put(&"disconnect".into());
            put(&number(u64::from(code)));
        }
        Effect::Store(meeting, store) => {
            put(&"store".into());
            put(&meeting.as_str().into());
            put(&op(&store));
        }
        Effect::Event(event) => {
            let json = event_json(event, views)?;
            put(&"event".into());
            put(&json.into());
        }
    }
    Some(out)
}

fn event_json(event: Event, views: &mut Views) -> Option<String> {
    Some(to_json(&match &event {
        Event::Connection(state) => ShellEvent::Connection { state },
        Event::Reply { id, result } => ShellEvent::Reply {
            id: *id,
            ok: result.as_ref().ok(),
            error: result.as_ref().err(),
        },
        Event::Chat { sub, messages } => ShellEvent::Chat {
            sub: *sub,
            messages,
        },
        Event::Ended { sub, problem } => ShellEvent::Ended { sub: *sub, problem },
        Event::Note { sub, event } => match event {
            NoteEvent::Delta { operation, origin } => ShellEvent::Delta {
                sub: *sub,
                operation,
                origin: *origin,
            },
            NoteEvent::Status(_) => ShellEvent::Status { sub: *sub },
            NoteEvent::Peers(_) => ShellEvent::Peers { sub: *sub },
        },
        Event::Items { .. } | Event::Volatile { .. } => return heard(event, views),
    }))
}

/// Chunks of a transcript, folded into what a page shows.
fn heard(event: Event, views: &mut Views) -> Option<String> {
    match event {
        Event::Items { sub, reset, items } => fold(sub, reset, items, views),
        Event::Volatile { sub, item } => {
            let view = find(views, sub)?;
            view.spoken(item).then(|| chunks(sub, false, &[], view))
        }
        _ => None,
    }
}

/// Final chunks, live or from before; of no transcript, the whole of a view.
pub(crate) fn fold(sub: u32, reset: bool, items: Vec<Value>, views: &mut Views) -> Option<String> {
    let Some(view) = find(views, sub) else {
        let value = items.first()?;
        return Some(to_json(&ShellEvent::View { sub, value }));
    };
    if reset {
        view.reset();
    }
    let mut splices = Vec::new();
    for chunk in items {
        splices.append(&mut view.finalised(chunk));
    }
    Some(chunks(sub, reset, &splices, view))
}

fn find(views: &mut Views, of: u32) -> Option<&mut TranscriptView> {
    views
        .iter_mut()
        .find_map(|(sub, view)| (*sub == of).then_some(view))
}

fn chunks(sub: u32, reset: bool, splices: &[Splice], view: &TranscriptView) -> String {
    to_json(&ShellEvent::Chunks {
        sub,
        reset,
        splices,
        interim: &view.interim(),
    })
}
