//! A stock editor's connection: the task around the production `StockDoor`.

use super::conn::{Conn, Flow, Kind, Letter, Told, Wait};
use super::room::{Message, Reply, Watcher};
use super::{Parked, Server};
use crate::net::LinkId;
use crate::sky::{ClientId, ServerWake, Sky};
use connvo_core::live::Read;
use connvo_core::live::connection::{Outgoing, Stream};
use connvo_core::live::pacing::{NOTE_MS, window_ms};
use connvo_core::live::presence;
use connvo_core::live::room::Request as Change;
use connvo_core::live::stock::{Effect, Message as Stock, encode};
use connvo_core::note::NoteEntry;
use connvo_core::protocol::{EVENTS_BYTES, PAGE_ITEMS, close};

/// Frames that make no sense before the socket is closed.
const STRIKES: u8 = 3;

impl Server {
    pub(super) fn window(&self) -> u64 {
        window_ms(NOTE_MS, self.pressure)
    }

    /// The upgrade request: the room is opened before the socket.
    pub(super) fn stock_arrives(&mut self, sky: &mut Sky, link: LinkId) {
        if let Some(mut conn) = self.conns.remove(&link) {
            let flow = self.await_a_while(sky, &mut conn, Wait::StockRoom);
            self.go_on(sky, conn, flow);
        }
    }

    pub(super) fn stock_awaited(&mut self, sky: &mut Sky, conn: &mut Conn, wait: &Wait) -> Flow {
        match wait {
            Wait::StockRoom => {}
            Wait::StockRegain => return regained(conn),
            _ => return self.synced(sky, conn),
        }
        let Some(room) = self.open_room(sky, Parked::Conn(conn.link)) else {
            self.await_something(conn, Wait::StockRoom);
            return Flow::Waits;
        };
        let watcher = Watcher {
            link: conn.link,
            sub: 0,
            stream: Stream::Note,
            presence: true,
        };
        let watched = self.watch(room, watcher);
        if let Kind::Stock { place, .. } = &mut conn.kind {
            *place = watched;
        }
        if watched.is_some() {
            Flow::Go
        } else {
            Flow::Over(close::TRY_LATER)
        }
    }

    pub(super) fn stock_turn(&mut self, sky: &mut Sky, conn: &mut Conn) -> Flow {
        loop {
            if conn.waits.is_some() {
                return Flow::Waits;
            }
            while let Some(frame) = conn.outbound.pop_front() {
                if let Err(Outgoing::Binary(frame)) = conn.send(sky, Outgoing::Binary(frame)) {
                    conn.outbound.push_front(frame);
                    return Flow::Waits;
                }
            }
            if std::mem::take(&mut conn.delivering) {
                self.stock_deliver(sky, conn);
                continue;
            }
            if std::mem::take(&mut conn.recheck) {
                self.stock_recheck(sky, conn);
                continue;
            }
            let mail = !conn.woken.is_empty() || !conn.letters.is_empty();
            let flow = if !conn.inbound.is_empty() && (!mail || sky.chance(0.5)) {
                match conn.inbound.pop_front() {
                    Some(Outgoing::Binary(bytes)) => self.stock_frame(sky, conn, &bytes),
                    _ => strike(conn),
                }
            } else if mail {
                stock_mail(sky, conn, self.hostile)
            } else if self.stock_is_due(sky, conn) {
                Flow::Go
            } else {
                return Flow::Go;
            };
            conn.delivering = true;
            if flow != Flow::Go {
                return flow;
            }
        }
    }

    fn stock_recheck(&mut self, sky: &mut Sky, conn: &mut Conn) {
        let (link, may) = (conn.link, !self.observers.contains(&conn.client));
        let Kind::Stock {
            door,
            place: Some(place),
            refused,
            ..
        } = &mut conn.kind
        else {
            return;
        };
        let may = may && !*refused;
        let regained = may && !door.is_writable();
        door.set_writable(may);
        if regained {
            sky.saw("a stock editor that may write again");
            let room = place.room;
            let ticket = self.await_something(conn, Wait::StockRegain);
            if !self.tell(
                sky,
                room,
                Message::Sync {
                    link,
                    ticket,
                    vector: vec![0],
                },
            ) {
                self.later(sky, 0, ServerWake::Awaited { link, ticket });
            }
        }
    }

    fn stock_is_due(&self, sky: &Sky, conn: &Conn) -> bool {
        match &conn.kind {
            Kind::Stock { door, pacer, .. } => {
                door.cursor().is_some() && pacer.is_due(sky.now, self.window())
            }
            Kind::Live { .. } => false,
        }
    }

    fn stock_frame(&mut self, sky: &mut Sky, conn: &mut Conn, frame: &[u8]) -> Flow {
        let (link, author) = (conn.link, self.users[conn.client].clone());
        let Kind::Stock {
            door,
            place: Some(place),
            ..
        } = &mut conn.kind
        else {
            return Flow::Over(close::TRY_LATER);
        };
        let place = *place;
        let sent = match door.receive(frame) {
            None => true,
            Some(Effect::Sync(vector)) => {
                let ticket = self.await_something(conn, Wait::StockSync);
                if self.tell(
                    sky,
                    place.room,
                    Message::Sync {
                        link,
                        ticket,
                        vector,
                    },
                ) {
                    return Flow::Waits;
                }
                false
            }
            Some(Effect::Offer { own, update }) => {
                let reply = Reply::Stock { link };
                let change = Change::Update {
                    author,
                    own,
                    made_by: None,
                    update,
                    reply,
                };
                self.tell(sky, place.room, Message::Change(change))
            }
            Some(Effect::Presence(bytes)) => {
                let first = presence::decode(&bytes)
                    .and_then(|states| states.first().map(|state| state.client_id));
                if let (None, Some(own)) = (door.own(), first) {
                    door.set_own(own);
                    let join = Message::Join {
                        watch: place.watch,
                        client_id: own,
                        user: author,
                    };
                    self.tell(sky, place.room, join);
                }
                let own = door.own();
                self.tell(
                    sky,
                    place.room,
                    Message::Presence {
                        watch: place.watch,
                        own,
                        bytes,
                    },
                );
                true
            }
            Some(Effect::QueryPresence) => {
                self.tell(sky, place.room, Message::Everybody { link, sub: 0 });
                true
            }
            Some(Effect::Malformed) => return strike(conn),
        };
        if sent {
            Flow::Go
        } else {
            Flow::Over(close::TRY_LATER)
        }
    }

    /// Step 1 is answered by step 2; then the server asks in turn.
    fn synced(&mut self, sky: &mut Sky, conn: &mut Conn) -> Flow {
        let link = conn.link;
        let (
            Kind::Stock {
                door,
                pacer,
                place: Some(place),
                ..
            },
            Some(told),
        ) = (&mut conn.kind, conn.told.take())
        else {
            return Flow::Over(close::TRY_LATER);
        };
        let Told::Sync {
            diff: Some(diff),
            vector,
            head,
        } = told
        else {
            return strike(conn);
        };
        let first = door.cursor().is_none();
        conn.outbound.push_back(encode(&Stock::Step2(&diff)));
        if first {
            conn.outbound.push_back(encode(&Stock::Step1(&vector)));
        }
        door.synced(head);
        pacer.wake();
        let room = place.room;
        if first {
            self.tell(sky, room, Message::Everybody { link, sub: 0 });
        }
        conn.delivering = true;
        Flow::Go
    }

    fn stock_deliver(&mut self, sky: &mut Sky, conn: &mut Conn) {
        if !self.stock_is_due(sky, conn) {
            return;
        }
        let Kind::Stock {
            door,
            pacer,
            place: Some(place),
            ..
        } = &mut conn.kind
        else {
            return;
        };
        pacer.clear();
        let Some(actor) = self
            .room
            .as_ref()
            .filter(|actor| actor.number == place.room)
        else {
            return;
        };
        while let Some(cursor) = door.cursor() {
            let entries: Vec<NoteEntry> =
                match actor.note_feed.read(cursor, PAGE_ITEMS, EVENTS_BYTES) {
                    Read::UpToDate => break,
                    Read::Items(items) => items.iter().map(|item| item.entry().clone()).collect(),
                    Read::Behind => {
                        let head = actor.note_feed.head();
                        let upto = (cursor + 1 + PAGE_ITEMS as u64).min(head + 1);
                        sky.store.range(cursor + 1, upto)
                    }
                };
            let Some(last) = entries.last() else { break };
            door.synced(last.sequence);
            pacer.sent(sky.now);
            let frames = entries
                .iter()
                .map(|entry| encode(&Stock::Update(&entry.update)));
            conn.outbound.extend(frames);
        }
    }
}

/// What the client changed meanwhile was passed over: ask for it again.
fn regained(conn: &mut Conn) -> Flow {
    if let Some(Told::Sync { vector, .. }) = conn.told.take() {
        conn.outbound.push_back(encode(&Stock::Step1(&vector)));
    }
    Flow::Go
}

fn strike(conn: &mut Conn) -> Flow {
    let Kind::Stock { strikes, .. } = &mut conn.kind else {
        return Flow::Go;
    };
    *strikes += 1;
    if *strikes < STRIKES {
        Flow::Go
    } else {
        Flow::Over(close::MALFORMED)
    }
}

fn stock_mail(sky: &mut Sky, conn: &mut Conn, hostile: Option<ClientId>) -> Flow {
    let client = conn.client;
    let Kind::Stock {
        door,
        pacer,
        refused,
        ..
    } = &mut conn.kind
    else {
        return Flow::Go;
    };
    if !std::mem::take(&mut conn.woken).is_empty() {
        pacer.wake();
    }
    for letter in std::mem::take(&mut conn.letters) {
        match letter {
            Letter::Presence { bytes, .. } => {
                conn.outbound.push_back(encode(&Stock::Awareness(&bytes)));
            }
            Letter::Gone { .. } => return Flow::Over(close::TRY_LATER),
            Letter::Refuse { problem, .. } => {
                if Some(client) != hostile {
                    sky.breach(format!("editor {client} is refused: {problem}"));
                }
                *refused = true;
                door.set_writable(false);
            }
            Letter::Acknowledge { .. } | Letter::Replied { .. } => {}
        }
    }
    Flow::Go
}
