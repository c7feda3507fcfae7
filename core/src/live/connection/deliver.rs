//! Delivery: what waits behind a subscription's cursor becomes one frame, from
//! encodings that all receivers share.

use super::{Connection, Effect, Outgoing, Phase, lane_frame, send};
use crate::error::Problem;
use crate::id::UserId;
use crate::live::journal::{Item, Sequenced};
use crate::note::NoteEntry;
use crate::planted::{self, Bug};
use crate::protocol::frame::{Query, ServerFrame};
use crate::protocol::lane::{self, ServerLane};
use std::fmt::Write as _;
use std::sync::Arc;

/// The journal that a subscription reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stream {
    /// The note's log.
    Note,
    /// The transcript.
    Transcript,
    /// The chat.
    Chat,
}

impl Stream {
    /// The journal behind a query; none behind what is a snapshot each time.
    #[must_use]
    pub const fn of(query: &Query) -> Option<Self> {
        match query {
            Query::Note { .. } | Query::NoteOps { .. } => Some(Self::Note),
            Query::Transcript { .. } => Some(Self::Transcript),
            Query::Chat { .. } => Some(Self::Chat),
            Query::Entitlements { .. }
            | Query::Speakers { .. }
            | Query::Participants { .. }
            | Query::MeetingState { .. }
            | Query::Meetings {}
            | Query::Me {} => None,
        }
    }
}

impl Connection {
    /// The journal behind a subscription has grown.
    pub fn wake(&mut self, sub: u32, now_ms: u64, pressure: f32) {
        if let Some(held) = self.subscriptions.get_mut(&sub) {
            let mut probe = held.pacer;
            probe.wake();
            if planted::is_on(Bug::WindowDropsEvent)
                && !probe.is_due(now_ms, held.window_ms(pressure))
            {
                return;
            }
            held.pacer.wake();
        }
    }

    /// The subscriptions that may send now. Each is taken as read up to the head:
    /// read its journal after this call. When something goes out `anyway`, what waits for
    /// the end of its window goes with it.
    pub fn take_due(
        &mut self,
        now_ms: u64,
        pressure: f32,
        anyway: bool,
    ) -> Vec<(u32, Stream, u64)> {
        let mut due = Vec::new();
        for (sub, held) in &mut self.subscriptions {
            let window_ms = if anyway { 0 } else { held.window_ms(pressure) };
            if held.pacer.is_due(now_ms, window_ms) {
                held.pacer.clear();
                if let Some(stream) = Stream::of(&held.query) {
                    due.push((*sub, stream, held.cursor));
                }
            }
        }
        due
    }

    /// When the next subscription may send, in milliseconds; `None` when none waits.
    #[must_use]
    pub fn next_due(&self, pressure: f32) -> Option<u64> {
        self.subscriptions
            .values()
            .filter_map(|held| held.pacer.due_at(held.window_ms(pressure)))
            .min()
    }

    /// Note entries after the cursor, in order. `more` when the page was full.
    pub fn deliver_note(
        &mut self,
        sub: u32,
        items: &[Arc<Item<NoteEntry>>],
        more: bool,
        now_ms: u64,
    ) -> Vec<Effect> {
        let (Phase::Live(user), Some(held)) = (&self.phase, self.subscriptions.get_mut(&sub))
        else {
            return Vec::new();
        };
        let items: Vec<_> = items
            .iter()
            .filter(|item| item.entry().sequence > held.cursor)
            .collect();
        let (Some(first), Some(last)) = (items.first(), items.last()) else {
            return Vec::new();
        };
        let from = first.entry().sequence;
        held.cursor = last.entry().sequence;
        held.pacer.sent(now_ms);
        if more {
            held.pacer.wake();
        }
        let frame = match held.query {
            Query::Note { client_id, .. } => {
                Outgoing::Binary(note_frame(sub, (user, client_id), from, &items))
            }
            _ => Outgoing::Text(events(
                sub,
                from,
                held.cursor,
                items.iter().map(|item| item.json()),
            )),
        };
        vec![Effect::Send(frame)]
    }

    /// Chunks or messages after the cursor, in order, which cover everything up to `to`
    /// (superseded revisions leave holes).
    pub fn deliver<E: Sequenced>(
        &mut self,
        sub: u32,
        items: &[Arc<Item<E>>],
        to: u64,
        more: bool,
        now_ms: u64,
    ) -> Vec<Effect> {
        let Some(held) = self.subscriptions.get_mut(&sub) else {
            return Vec::new();
        };
        if to <= held.cursor {
            return Vec::new();
        }
        let from = held.cursor + 1;
        let fresh = items.iter().filter(|item| item.entry().sequence() >= from);
        let frame = events(sub, from, to, fresh.map(|item| item.json()));
        held.cursor = to;
        held.pacer.sent(now_ms);
        if more {
            held.pacer.wake();
        }
        vec![Effect::Send(Outgoing::Text(frame))]
    }

    /// An interim chunk: the latest of an utterance replaces the last.
    pub fn volatile(&self, sub: u32, json: &str) -> Vec<Effect> {
        if !self.subscriptions.contains_key(&sub) {
            return Vec::new();
        }
        vec![Effect::Send(Outgoing::Text(format!(
            r#"{{"type":"volatile","sub":{sub},"item":{json}}}"#
        )))]
    }

    /// Changes that the journal does not acknowledge: they needed no entry.
    pub fn acknowledge(&self, sub: u32, client_id: u64, client_seq: u64) -> Vec<Effect> {
        self.lane(
            sub,
            &ServerLane::Acknowledge {
                client_id,
                client_seq,
            },
        )
    }

    /// A change was refused for good.
    pub fn refuse_update(
        &self,
        sub: u32,
        client_id: u64,
        client_seq: u64,
        problem: Problem,
    ) -> Vec<Effect> {
        self.lane(
            sub,
            &ServerLane::Refuse {
                client_id,
                client_seq,
                problem,
            },
        )
    }

    /// Presence in the note.
    pub fn presence(&self, sub: u32, bytes: Vec<u8>) -> Vec<Effect> {
        self.lane(sub, &ServerLane::Awareness(bytes))
    }

    fn lane(&self, sub: u32, frame: &ServerLane) -> Vec<Effect> {
        let open = self
            .subscriptions
            .get(&sub)
            .is_some_and(super::Subscription::is_note);
        open.then(|| lane_frame(sub, frame)).into_iter().collect()
    }

    /// Something went wrong that is not the fault of one frame.
    #[must_use]
    pub fn error(&self, problem: Problem) -> Effect {
        send(&ServerFrame::Error { error: problem })
    }
}

/// Entries for a subscriber, who has what this person made with this ClientID.
fn note_frame(
    sub: u32,
    (user, own): (&UserId, u64),
    from: u64,
    items: &[&Arc<Item<NoteEntry>>],
) -> Vec<u8> {
    let own = own.to_string();
    let mut out = lane::encode_events_head(sub, from, items.len());
    for item in items {
        let entry = item.entry();
        if entry.client_id == own && entry.author_id == *user {
            lane::encode_entry(&mut out, entry, true);
        } else {
            out.extend_from_slice(item.lane());
        }
    }
    out
}

/// An events frame around items that are JSON already.
fn events<'a>(sub: u32, from: u64, to: u64, items: impl Iterator<Item = &'a str>) -> String {
    let items: Vec<&str> = items.collect();
    let bytes: usize = items.iter().map(|item| item.len() + 1).sum();
    let mut out = String::with_capacity(bytes + 96);
    let _ = write!(
        out,
        r#"{{"type":"events","sub":{sub},"from":{from},"to":{to},"items":["#
    );
    for (at, item) in items.into_iter().enumerate() {
        if at > 0 {
            out.push(',');
        }
        out.push_str(item);
    }
    out.push_str("]}");
    out
}
