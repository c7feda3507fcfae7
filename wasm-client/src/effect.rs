//! Effects and events on their way to JavaScript. Values go as JSON text, which the
//! browser reads itself: building objects from here takes a function of the glue for
//! each step.

use crate::js::Array;
use crate::stored::{bytes, number, op};
use connvo_core::client::session::Event;
use connvo_core::client::{CallOp, Effect, NoteEvent};
use connvo_core::id::UserId;
use connvo_core::json::{Object, text};
use connvo_core::transcript::view::TranscriptView;
use serde_json::Value;
use wasm_bindgen::prelude::*;

/// Transcripts by subscription: few, searched from the start.
pub(crate) type Views = Vec<(u32, TranscriptView)>;

/// An effect as an array whose first field names it: `token`, `connect`,
/// `text frame`, `binary frame`, `disconnect code`, `store meeting op`, `call key
/// user made-at json` (to keep it; by its key alone to forget it), `event json`.
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
        Effect::StoreCall(CallOp::Keep(kept)) => {
            put(&"call".into());
            put(&kept.key.into());
            put(&kept.owner.as_ref().map(UserId::as_str).into());
            put(&number(kept.made_at));
            put(&text(&kept.command).into());
        }
        Effect::StoreCall(CallOp::Drop(key)) => {
            put(&"call".into());
            put(&key.into());
        }
        Effect::Event(event) => {
            let json = event_json(event, views)?;
            put(&"event".into());
            put(&json.into());
        }
    }
    Some(out)
}

/// What the wrappers hear; `ShellEvent` of `npm/src/shell.ts`.
fn heard(kind: &str, sub: u32) -> Object {
    let mut event = Object::default();
    event.text("type", kind).number("sub", sub.into());
    event
}

fn event_json(event: Event, views: &mut Views) -> Option<String> {
    let event = match event {
        Event::Connection(state) => {
            let mut event = Object::default();
            event.text("type", "connection");
            event.put("state", state.to_json()).value()
        }
        Event::Reply { id, result } => {
            let mut event = Object::default();
            event.text("type", "reply").number("id", id);
            match result {
                Ok(ok) => event.put("ok", ok),
                Err(error) => event.put("error", error.to_json()),
            };
            event.value()
        }
        Event::Refused { command, problem } => {
            let mut event = Object::default();
            event.text("type", "refused").put("command", command);
            event.put("error", problem.to_json()).value()
        }
        Event::Chat { sub, messages } => heard("chat", sub).put("messages", messages).value(),
        Event::Ended { sub, problem } => heard("ended", sub)
            .put("problem", problem.to_json())
            .value(),
        Event::Note { sub, event } => match event {
            NoteEvent::Delta { operation, origin } => {
                let mut event = heard("delta", sub);
                event.put("operation", operation.to_json());
                event.text("origin", origin.as_str()).value()
            }
            NoteEvent::Status(_) => heard("status", sub).value(),
            NoteEvent::Peers(_) => heard("peers", sub).value(),
        },
        Event::Items { sub, reset, items } => return fold(sub, reset, items, views),
        Event::Volatile { sub, item } => {
            let view = find(views, sub)?;
            return view
                .spoken(item)
                .then(|| chunks(sub, false, Vec::new(), view));
        }
    };
    Some(text(&event))
}

/// Final chunks, live or from before; of no transcript, the whole of a view.
pub(crate) fn fold(sub: u32, reset: bool, items: Vec<Value>, views: &mut Views) -> Option<String> {
    let Some(view) = find(views, sub) else {
        let value = items.into_iter().next()?;
        return Some(text(&heard("view", sub).put("value", value).value()));
    };
    if reset {
        view.reset();
    }
    let mut splices = Vec::new();
    for chunk in items {
        for splice in view.finalised(chunk) {
            splices.push(splice.into_json());
        }
    }
    Some(chunks(sub, reset, splices, view))
}

fn find(views: &mut Views, of: u32) -> Option<&mut TranscriptView> {
    views
        .iter_mut()
        .find_map(|(sub, view)| (*sub == of).then_some(view))
}

fn chunks(sub: u32, reset: bool, splices: Vec<Value>, view: &TranscriptView) -> String {
    let mut event = heard("chunks", sub);
    event.put("reset", reset.into());
    event.put("splices", Value::Array(splices));
    let interim = view.interim().into_iter().cloned().collect();
    text(&event.put("interim", Value::Array(interim)).value())
}
