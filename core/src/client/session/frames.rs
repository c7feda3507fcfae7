//! Frames from the server.

use super::{Link, Session, Status};
use crate::protocol::frame::ServerFrame;
use crate::protocol::{HEARTBEAT_MS, close, decode, lane};

impl Session {
    /// Takes a text frame.
    pub fn receive_text(&mut self, frame: &str, now_ms: u64) {
        if !matches!(self.link, Link::Hello(_) | Link::Live) {
            return;
        }
        self.heard(now_ms);
        // A frame of a newer server that this client does not know is passed over.
        let Some(frame) = decode::server_frame(frame) else {
            return;
        };
        match frame {
            ServerFrame::Welcome {
                user_id,
                server_time,
                limits,
                ..
            } => {
                self.link = Link::Live;
                self.backoff.reset();
                self.limits = limits;
                for note in self.notes.values_mut() {
                    note.set_limits(limits.note);
                }
                self.ping_at = now_ms + HEARTBEAT_MS - self.backoff.below(HEARTBEAT_MS / 4);
                self.know_asker(user_id.clone());
                self.state.user_id = Some(user_id);
                self.state.clock_offset_ms = server_time as i64 - now_ms as i64;
                self.state.problem = None;
                self.show(Status::Live, None);
                self.resume(now_ms);
            }
            ServerFrame::Snapshot {
                sub,
                cursor,
                epoch,
                items,
                ..
            } => self.snapshot(sub, cursor, epoch, items),
            ServerFrame::Events {
                sub,
                from,
                to,
                items,
            } => self.events(sub, from, to, items),
            ServerFrame::Volatile { sub, item } => self.tell(super::Event::Volatile { sub, item }),
            ServerFrame::Reply { id, ok, error } => self.replied(id, ok, error, now_ms),
            ServerFrame::Revoked { sub, error } => self.revoked(sub, error, now_ms),
            ServerFrame::Drain { after_ms } => {
                self.drop_socket(close::NORMAL);
                let until = now_ms + after_ms;
                self.link = Link::Backoff(until);
                self.show(Status::Connecting, Some(until));
            }
            ServerFrame::Pong {} => {}
            ServerFrame::Error { error } => self.state.problem = Some(error),
        }
    }

    /// Takes a binary frame.
    pub fn receive_binary(&mut self, frame: &[u8], now_ms: u64) {
        if self.link != Link::Live {
            return;
        }
        self.heard(now_ms);
        if let Some((sub, frame)) = lane::decode_server(frame) {
            self.receive_lane(sub, frame, now_ms);
        }
    }

    fn heard(&mut self, now_ms: u64) {
        self.heard_ms = now_ms;
        if self.state.status == Status::Degraded {
            self.show(Status::Live, None);
        }
    }

    /// The connection stands: everything followed is followed again from its cursor,
    /// and what was not answered is sent again.
    fn resume(&mut self, now_ms: u64) {
        let journals: Vec<u32> = self.journals.keys().copied().collect();
        for sub in journals {
            self.subscribe_journal(sub);
        }
        let notes: Vec<u32> = self.notes.keys().copied().collect();
        for sub in notes {
            self.subscribe_note(sub);
        }
        self.send_calls();
        self.tick_notes(now_ms);
    }
}
