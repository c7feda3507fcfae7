//! One connection's task: what comes in, what others leave for it, what it awaits.

use super::Server;
use super::room::Watcher;
use crate::net::{Frame, LinkId};
use crate::sky::{ClientId, ServerWake, Sky};
use connvo_core::error::Problem;
use connvo_core::id::SessionId;
use connvo_core::live::connection::{Connection, Effect, NoteSnapshot, Outgoing, Stream};
use connvo_core::live::pacing::Pacer;
use connvo_core::live::stock::StockDoor;
use connvo_core::protocol::frame::Query;
use connvo_core::protocol::{CommandReply, close};
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// How long a frame may wait for the reader, in milliseconds.
const STALLED_MS: u64 = 30_000;
/// How long a stock editor, which renews its presence, may be silent.
const SILENT_MS: u64 = 45_000;

/// Something for one connection alone.
#[derive(Debug)]
pub enum Letter {
    Acknowledge {
        sub: u32,
        client_id: u64,
        client_seq: u64,
    },
    Refuse {
        sub: u32,
        client_id: u64,
        client_seq: u64,
        problem: Problem,
    },
    Presence {
        sub: u32,
        bytes: Vec<u8>,
    },
    Replied {
        id: u64,
        result: Result<CommandReply, Problem>,
    },
    Gone {
        sub: u32,
    },
}

/// An open subscription's place in its room.
#[derive(Debug, Clone, Copy)]
pub struct Place {
    pub room: u64,
    pub watch: u64,
}

/// What a client asks for, from where.
#[derive(Debug, Clone)]
pub struct Wanted {
    pub sub: u32,
    pub query: Query,
    pub epoch: Option<String>,
    pub after: Option<u64>,
}

/// What a connection awaits.
#[derive(Debug)]
pub enum Wait {
    Auth(String),
    /// Authorising a subscription.
    Rights(Wanted),
    /// The room, to be opened.
    Room(Wanted),
    /// The document at its head.
    Snapshot(Wanted, Place),
    /// The latest items of a journal, at a captured head.
    Items(Wanted, Place, u64),
    /// A page from the store.
    Page {
        sub: u32,
        stream: Stream,
        cursor: u64,
    },
    /// The stock door: its room, and what the client lacks.
    StockRoom,
    StockSync,
    /// The stock door: what the server has, to ask for the rest.
    StockRegain,
}

/// What a room answers to a connection's question, at its head.
#[derive(Debug)]
pub enum Told {
    Snapshot(NoteSnapshot),
    /// What a stock client lacks (absent for a malformed vector), and what the
    /// server has.
    Sync {
        diff: Option<Vec<u8>>,
        vector: Vec<u8>,
        head: u64,
    },
}

pub enum Kind {
    Live {
        connection: Connection,
        places: BTreeMap<u32, Place>,
    },
    Stock {
        door: StockDoor,
        pacer: Pacer,
        place: Option<Place>,
        strikes: u8,
        refused: bool,
    },
}

pub struct Conn {
    pub link: LinkId,
    pub client: ClientId,
    pub kind: Kind,
    pub inbound: VecDeque<Outgoing>,
    pub woken: BTreeSet<u32>,
    pub letters: VecDeque<Letter>,
    pub effects: VecDeque<Effect>,
    /// Frames of the stock door on their way out.
    pub outbound: VecDeque<Vec<u8>>,
    pub due: VecDeque<(u32, Stream, u64)>,
    pub delivering: bool,
    pub waits: Option<(u64, Wait)>,
    /// The answer to its question; the room is gone where there is none.
    pub told: Option<Told>,
    pub stalled_at: Option<u64>,
    /// Its person's rights may have changed.
    pub recheck: bool,
    /// When the last frame came.
    pub heard_at: u64,
    timer_at: u64,
    scheduled: bool,
}

/// Whether the task goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flow {
    Go,
    Waits,
    Over(u16),
}

impl Conn {
    fn new(link: LinkId, client: ClientId, now: u64, kind: Kind) -> Self {
        Self {
            link,
            client,
            kind,
            inbound: VecDeque::new(),
            woken: BTreeSet::new(),
            letters: VecDeque::new(),
            effects: VecDeque::new(),
            outbound: VecDeque::new(),
            due: VecDeque::new(),
            delivering: false,
            waits: None,
            told: None,
            stalled_at: None,
            recheck: false,
            heard_at: now,
            timer_at: 0,
            scheduled: false,
        }
    }

    pub fn live(link: LinkId, client: ClientId, now: u64) -> Self {
        let session: SessionId = format!("00000000-0000-7000-8000-{link:012x}")
            .parse()
            .expect("a session id");
        let connection = Connection::new(session, now);
        Self::new(
            link,
            client,
            now,
            Kind::Live {
                connection,
                places: BTreeMap::new(),
            },
        )
    }

    pub fn stock(link: LinkId, client: ClientId, now: u64) -> Self {
        let door = StockDoor::new(true);
        let pacer = Pacer::default();
        let kind = Kind::Stock {
            door,
            pacer,
            place: None,
            strikes: 0,
            refused: false,
        };
        Self::new(link, client, now, kind)
    }

    pub fn state(&self) -> String {
        format!(
            "{}: awaits {:?}, heard at {}, wakes at {}, stalled {:?}",
            self.link, self.waits, self.heard_at, self.timer_at, self.stalled_at
        )
    }

    /// Its places in rooms: room and watch.
    pub fn watches(&self) -> Vec<(u64, u64)> {
        let awaited = match &self.waits {
            Some((_, Wait::Snapshot(_, place) | Wait::Items(_, place, _))) => Some(*place),
            _ => None,
        };
        let held: Vec<Place> = match &self.kind {
            Kind::Live { places, .. } => places.values().copied().collect(),
            Kind::Stock { place, .. } => place.iter().copied().collect(),
        };
        held.into_iter()
            .chain(awaited)
            .map(|place| (place.room, place.watch))
            .collect()
    }

    /// Sends a frame unless the reader is too slow just now.
    pub fn send(&mut self, sky: &mut Sky, frame: Outgoing) -> Result<(), Outgoing> {
        if !sky.net.has_room(self.link) {
            sky.saw("a reader too slow");
            self.stalled_at.get_or_insert(sky.now);
            return Err(frame);
        }
        self.stalled_at = None;
        sky.send(self.link, false, Frame::Message(frame));
        Ok(())
    }
}

impl Server {
    /// The task of a connection goes on soon.
    pub fn schedule(&mut self, sky: &mut Sky, link: LinkId) {
        let Some(conn) = self.conns.get_mut(&link).filter(|conn| !conn.scheduled) else {
            return;
        };
        conn.scheduled = true;
        let delay = sky.below(3);
        self.later(sky, delay, ServerWake::Turn { link });
    }

    pub(super) fn drain_conn(&mut self, sky: &mut Sky, link: LinkId) {
        let Some(mut conn) = self.conns.remove(&link) else {
            return;
        };
        let after = sky.below(3_000);
        if let Kind::Live { connection, .. } = &mut conn.kind {
            conn.effects.extend(connection.drain(after));
            self.conns.insert(link, conn);
            self.schedule(sky, link);
        } else {
            self.put_back(sky, conn, Flow::Over(close::RESTART));
        }
    }

    pub(super) fn wake_conn(&mut self, sky: &mut Sky, link: LinkId, sub: u32) {
        if let Some(conn) = self.conns.get_mut(&link) {
            conn.woken.insert(sub);
            self.schedule(sky, link);
        }
    }

    pub(super) fn leave_letter(&mut self, sky: &mut Sky, link: LinkId, letter: Letter) {
        if let Some(conn) = self.conns.get_mut(&link) {
            conn.letters.push_back(letter);
            self.schedule(sky, link);
        }
    }

    /// The connection waits for something that comes under this ticket.
    pub(super) fn await_something(&mut self, conn: &mut Conn, wait: Wait) -> u64 {
        let ticket = self.ticket();
        conn.waits = Some((ticket, wait));
        ticket
    }

    /// As `await_something`, for something that takes a while by itself.
    pub(super) fn await_a_while(&mut self, sky: &mut Sky, conn: &mut Conn, wait: Wait) -> Flow {
        let ticket = self.await_something(conn, wait);
        let delay = sky.between(0, 8);
        self.later(
            sky,
            delay,
            ServerWake::Awaited {
                link: conn.link,
                ticket,
            },
        );
        Flow::Waits
    }

    pub(super) fn turn(&mut self, sky: &mut Sky, link: LinkId) {
        let Some(mut conn) = self.conns.remove(&link) else {
            return;
        };
        conn.scheduled = false;
        let flow = match conn.kind {
            Kind::Live { .. } => self.live_turn(sky, &mut conn),
            Kind::Stock { .. } => self.stock_turn(sky, &mut conn),
        };
        self.put_back(sky, conn, flow);
    }

    fn put_back(&mut self, sky: &mut Sky, conn: Conn, flow: Flow) {
        let link = conn.link;
        let silent =
            matches!(conn.kind, Kind::Stock { .. }) && sky.now >= conn.heard_at + SILENT_MS;
        let stalled = silent || conn.stalled_at.is_some_and(|at| sky.now >= at + STALLED_MS);
        let over = match flow {
            Flow::Over(code) => Some(code),
            _ => stalled.then_some(close::TRY_LATER),
        };
        if let Some(code) = over {
            sky.log(|| format!("server closes link {link} with {code}"));
            self.conns.insert(link, conn);
            sky.close(link, true, code);
            self.drop_conn(sky, link);
            return;
        }
        let at = self.timer(sky, &conn);
        self.conns.insert(link, conn);
        let conn = self.conns.get_mut(&link).expect("it was put back");
        if let Some(at) = at
            && (conn.timer_at <= sky.now || at < conn.timer_at)
        {
            conn.timer_at = at;
            let delay = at.saturating_sub(sky.now);
            self.later(sky, delay, ServerWake::Turn { link });
        }
    }

    fn timer(&self, sky: &Sky, conn: &Conn) -> Option<u64> {
        if conn.stalled_at.is_some() || conn.waits.is_some() {
            return conn.stalled_at.map(|at| at + STALLED_MS);
        }
        let at = match &conn.kind {
            Kind::Live { connection, .. } => {
                let due = connection.next_due(self.pressure);
                due.unwrap_or(u64::MAX).min(connection.dead_at())
            }
            Kind::Stock { door, pacer, .. } => {
                let due = pacer
                    .due_at(self.window())
                    .filter(|_| door.cursor().is_some());
                due.unwrap_or(u64::MAX).min(conn.heard_at + SILENT_MS)
            }
        };
        Some(at.max(sky.now + 1))
    }

    pub(super) fn awaited(&mut self, sky: &mut Sky, link: LinkId, ticket: u64) {
        let Some(mut conn) = self.conns.remove(&link) else {
            return;
        };
        let Some((_, wait)) = conn.waits.take_if(|(held, _)| *held == ticket) else {
            self.conns.insert(link, conn);
            return;
        };
        let flow = match conn.kind {
            Kind::Live { .. } => self.live_awaited(sky, &mut conn, wait),
            Kind::Stock { .. } => self.stock_awaited(sky, &mut conn, &wait),
        };
        self.go_on(sky, conn, flow);
    }

    pub(super) fn go_on(&mut self, sky: &mut Sky, mut conn: Conn, flow: Flow) {
        let flow = match (flow, &conn.kind) {
            (Flow::Go, Kind::Live { .. }) => self.live_turn(sky, &mut conn),
            (Flow::Go, Kind::Stock { .. }) => self.stock_turn(sky, &mut conn),
            (flow, _) => flow,
        };
        self.put_back(sky, conn, flow);
    }

    /// The room that a connection waits for is open, or could not be opened.
    pub(super) fn room_opened(&mut self, sky: &mut Sky, link: LinkId) {
        let ticket = self.conns.get(&link).and_then(|conn| match &conn.waits {
            Some((ticket, Wait::Room(_) | Wait::StockRoom)) => Some(*ticket),
            _ => None,
        });
        if let Some(ticket) = ticket {
            self.awaited(sky, link, ticket);
        }
    }

    /// A room answers a connection's question, or is gone without an answer.
    pub(super) fn told(&mut self, sky: &mut Sky, link: LinkId, ticket: u64, told: Option<Told>) {
        if let Some(conn) = self.conns.get_mut(&link)
            && conn.waits.as_ref().is_some_and(|(held, _)| *held == ticket)
        {
            conn.told = told;
            self.later(sky, 0, ServerWake::Awaited { link, ticket });
        }
    }

    /// Follows a room from now on.
    pub(super) fn watch(&mut self, number: u64, watcher: Watcher) -> Option<Place> {
        let watch = self.ticket();
        let actor = self.live_room(number)?;
        actor.watchers.insert(watch, watcher);
        Some(Place {
            room: number,
            watch,
        })
    }
}
