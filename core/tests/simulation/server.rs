//! The server process: what the tokio server does around the production machines,
//! with virtual delays where it awaits something. It knows nothing that its store
//! does not know, once it has crashed.

mod conn;
mod live;
mod room;
mod stock;

use crate::client::talk::role;
use crate::net::{Frame, LinkId};
use crate::sky::{ClientId, Event, ServerWake, Sky};
use crate::web::{Answer, Request};
use conn::{Conn, Letter};
use connvo_core::chat::Change;
use connvo_core::error::{ErrorCode, Problem};
use connvo_core::id::{MeetingId, UserId};
use connvo_core::limits::NoteLimits;
use connvo_core::live::room::unavailable;
use connvo_core::protocol::CommandReply;
use connvo_core::transcript::validate;
use room::{Actor, Message, Reply};
use std::collections::{BTreeMap, BTreeSet};

/// A request that is being worked on, over HTTP or as a call on a live socket.
#[derive(Debug)]
pub struct Web {
    pub client: ClientId,
    pub from: From,
    pub request: Request,
}

/// Whom to answer.
#[derive(Debug)]
pub enum From {
    /// A client's life, and its number for the request.
    Http { life: u64, id: u64 },
    /// A connection, and its number for the call.
    Call { link: LinkId, id: u64 },
}

/// Who waits for the room to be open.
#[derive(Debug)]
enum Parked {
    Conn(LinkId),
    Web(u64),
}

/// The process.
pub struct Server {
    pub up: bool,
    /// Counts processes: what an earlier one awaited reaches no later one.
    pub life: u64,
    pub meeting: MeetingId,
    /// Who is who: the token of client `n` is `n`.
    pub users: Vec<UserId>,
    conns: BTreeMap<LinkId, Conn>,
    webs: BTreeMap<u64, Web>,
    parked: Vec<Parked>,
    room: Option<Actor>,
    loading: Option<u64>,
    /// How often a room was opened, and a ticket given.
    pub rooms: u64,
    tickets: u64,
    /// How busy the process is, from 0 to 1.
    pressure: f32,
    pub limits: NoteLimits,
    /// Rooms evicted with a base written.
    pub evicted: u64,
    /// The client whose refusals are its own fault.
    pub hostile: Option<ClientId>,
    /// Clients whose person may only read, as the store knows it.
    pub observers: BTreeSet<ClientId>,
}

impl Server {
    pub fn new(meeting: MeetingId, users: Vec<UserId>) -> Self {
        Self {
            up: false,
            life: 0,
            meeting,
            users,
            conns: BTreeMap::new(),
            webs: BTreeMap::new(),
            parked: Vec::new(),
            room: None,
            loading: None,
            rooms: 0,
            tickets: 0,
            pressure: 0.0,
            limits: NoteLimits::default(),
            evicted: 0,
            hostile: None,
            observers: BTreeSet::new(),
        }
    }

    pub fn boot(&mut self, sky: &mut Sky) {
        self.up = true;
        self.pressure = [0.0, 0.0, 0.3, 1.0][sky.below(4) as usize];
        sky.log(|| format!("server up (life {})", self.life));
    }

    /// The process dies. A commit under way may have happened.
    pub fn crash(&mut self, sky: &mut Sky) {
        sky.log(|| format!("server crashes, {} committed", sky.store.head()));
        if let Some(actor) = &mut self.room {
            actor.crash(sky);
        }
        for link in sky.net.alive() {
            sky.cut(link);
        }
        let fresh = Self::new(self.meeting.clone(), std::mem::take(&mut self.users));
        let observers = std::mem::take(&mut self.observers);
        *self = Self {
            life: self.life + 1,
            rooms: self.rooms,
            evicted: self.evicted,
            hostile: self.hostile,
            limits: self.limits,
            observers,
            ..fresh
        };
    }

    /// A person's right to write changes; every open connection of theirs hears it.
    pub fn set_writable(&mut self, sky: &mut Sky, client: ClientId, writable: bool) {
        let changed = if writable {
            self.observers.remove(&client)
        } else {
            self.observers.insert(client)
        };
        let links: Vec<LinkId> = self
            .conns
            .values()
            .filter(|conn| conn.client == client)
            .map(|conn| conn.link)
            .collect();
        for link in links.into_iter().filter(|_| changed) {
            if let Some(conn) = self.conns.get_mut(&link) {
                conn.recheck = true;
            }
            self.schedule(sky, link);
        }
    }

    /// SIGTERM: everybody is asked to come back later; then the process ends.
    pub fn drain(&mut self, sky: &mut Sky) {
        for link in self.conns.keys().copied().collect::<Vec<_>>() {
            self.drain_conn(sky, link);
        }
    }

    fn later(&self, sky: &mut Sky, delay_ms: u64, wake: ServerWake) {
        sky.after(
            delay_ms,
            Event::Server {
                life: self.life,
                wake,
            },
        );
    }

    fn ticket(&mut self) -> u64 {
        self.tickets += 1;
        self.tickets
    }

    pub fn wake(&mut self, sky: &mut Sky, wake: ServerWake) {
        match wake {
            ServerWake::Turn { link } => self.turn(sky, link),
            ServerWake::Awaited { link, ticket } => self.awaited(sky, link, ticket),
            ServerWake::RoomLoaded { room } => self.loaded(sky, room),
            ServerWake::Room { room } => self.room_turn(sky, room),
            ServerWake::Commit { room } => self.room_commits(sky, room),
            ServerWake::Committed { room } => self.room_committed(sky, room),
            ServerWake::Fetched { room } => self.room_fetched(sky, room),
            ServerWake::BaseSaved { room, written } => self.base_saved(sky, room, written),
            ServerWake::Web { ticket } => self.web_authorised(sky, ticket),
        }
    }

    // Rooms: opened once, shared by all who come meanwhile.

    /// The room's number if it is open; otherwise `who` waits for it.
    fn open_room(&mut self, sky: &mut Sky, who: Parked) -> Option<u64> {
        if let Some(actor) = self.room.as_ref().filter(|actor| !actor.closing) {
            return Some(actor.number);
        }
        self.parked.push(who);
        if self.room.is_none() && self.loading.is_none() {
            self.rooms += 1;
            self.loading = Some(self.rooms);
            let delay = sky.between(1, 30);
            self.later(sky, delay, ServerWake::RoomLoaded { room: self.rooms });
        }
        None
    }

    fn loaded(&mut self, sky: &mut Sky, number: u64) {
        if self.loading.take_if(|loading| *loading == number).is_none() {
            return;
        }
        match Actor::open(sky, number, self.limits) {
            Ok(actor) => {
                sky.log(|| format!("room {number} opens at {}", actor.room.note().head()));
                self.room = Some(actor);
                self.later(sky, 500, ServerWake::Room { room: number });
            }
            Err(error) => sky.breach(format!("the note cannot be opened: {error}")),
        }
        self.unpark(sky);
    }

    fn unpark(&mut self, sky: &mut Sky) {
        for who in std::mem::take(&mut self.parked) {
            match who {
                Parked::Conn(link) => self.room_opened(sky, link),
                Parked::Web(ticket) => self.web_authorised(sky, ticket),
            }
        }
    }

    /// The room of this number, while it takes messages.
    fn live_room(&mut self, number: u64) -> Option<&mut Actor> {
        self.room
            .as_mut()
            .filter(|actor| actor.number == number && !actor.closing)
    }

    /// Sends a message to a room; `false` when it is gone.
    fn tell(&mut self, sky: &mut Sky, number: u64, message: Message) -> bool {
        let Some(actor) = self.live_room(number) else {
            return false;
        };
        actor.inbox.push_back(message);
        let delay = sky.between(0, 2);
        self.later(sky, delay, ServerWake::Room { room: number });
        true
    }

    // HTTP.

    pub fn request(&mut self, sky: &mut Sky, web: Web) {
        if !self.up {
            return;
        }
        let ticket = self.ticket();
        self.webs.insert(ticket, web);
        let delay = sky.between(0, 5);
        self.later(sky, delay, ServerWake::Web { ticket });
    }

    fn web_authorised(&mut self, sky: &mut Sky, ticket: u64) {
        let Some(web) = self.webs.get(&ticket) else {
            return;
        };
        if let Request::Log(after) = web.request {
            let entries = sky.store.range(after + 1, after + 101);
            self.web_answer(sky, ticket, Answer::Log(entries));
            return;
        }
        if matches!(web.request, Request::Operate(_)) && self.observers.contains(&web.client) {
            let problem = Problem::new(ErrorCode::Forbidden, "observers do not write");
            return self.web_answer(sky, ticket, Answer::Operated(Err(problem)));
        }
        let client = web.client;
        let (request, user) = (web.request.clone(), self.users[web.client].clone());
        let Some(room) = self.open_room(sky, Parked::Web(ticket)) else {
            return;
        };
        let message = match request {
            Request::Operate(draft) => Message::operate(user, draft, Reply::Web(ticket)),
            Request::Append(drafts) => match validate(drafts) {
                Ok(chunks) => Message::append(chunks, Reply::Web(ticket)),
                Err(problem) => {
                    return self.web_answer(sky, ticket, Answer::Appended(Err(problem)));
                }
            },
            Request::Chat(what) => {
                let change = Change {
                    by: Some(user),
                    name: format!("client {client}"),
                    role: role(client),
                    at: sky.now,
                    what,
                };
                Message::chat(change, Reply::Web(ticket))
            }
            Request::Read | Request::Log(_) => Message::Read(ticket),
        };
        self.tell(sky, room, message);
    }

    fn web_answer(&mut self, sky: &mut Sky, ticket: u64, answer: Answer) {
        let Some(web) = self.webs.remove(&ticket) else {
            return;
        };
        match (web.from, answer) {
            (From::Http { life, id }, answer) => sky.answer(web.client, life, id, answer),
            (From::Call { link, id }, Answer::Operated(result)) => {
                let result = result.map(CommandReply::Note);
                self.leave_letter(sky, link, Letter::Replied { id, result });
            }
            (From::Call { link, id }, Answer::Appended(result)) => {
                let result = result.map(CommandReply::Transcript);
                self.leave_letter(sky, link, Letter::Replied { id, result });
            }
            (From::Call { link, id }, Answer::Chatted(result)) => {
                let result = result.map(|stored| CommandReply::Message(Box::new(stored)));
                self.leave_letter(sky, link, Letter::Replied { id, result });
            }
            _ => {}
        }
    }

    /// A question to a room that is gone.
    fn web_unavailable(&mut self, sky: &mut Sky, ticket: u64) {
        let answer = match self.webs.get(&ticket).map(|web| &web.request) {
            Some(Request::Operate(_)) => Answer::Operated(Err(unavailable())),
            Some(Request::Append(_)) => Answer::Appended(Err(unavailable())),
            Some(Request::Chat(_)) => Answer::Chatted(Err(unavailable())),
            _ => Answer::Read(Err(unavailable())),
        };
        self.web_answer(sky, ticket, answer);
    }

    // Sockets.

    pub fn accept(&mut self, sky: &mut Sky, link: LinkId) {
        let Some((client, stock)) = sky.net.link(link).map(|held| (held.client, held.stock)) else {
            return;
        };
        if !self.up || sky.net.is_cut_off(client) || !sky.net.accept(link) {
            sky.net.sever(link);
            let delay = sky.between(0, 200);
            sky.after(
                delay,
                Event::Down {
                    link,
                    at_server: false,
                },
            );
            return;
        }
        let mut conn = if stock {
            Conn::stock(link, client, sky.now)
        } else {
            Conn::live(link, client, sky.now)
        };
        conn.recheck = stock;
        self.conns.insert(link, conn);
        let delay = sky.latency();
        sky.after(delay, Event::Opened { link });
        if stock {
            self.stock_arrives(sky, link);
        } else {
            self.schedule(sky, link);
        }
    }

    pub fn frame(&mut self, sky: &mut Sky, link: LinkId, frame: Frame) {
        let Some(conn) = self.conns.get_mut(&link) else {
            return;
        };
        match frame {
            Frame::Message(message) => {
                conn.heard_at = sky.now;
                conn.inbound.push_back(message);
                self.schedule(sky, link);
            }
            Frame::Close(_) => self.drop_conn(sky, link),
        }
    }

    /// The socket is gone, as the server learns it.
    pub fn drop_conn(&mut self, sky: &mut Sky, link: LinkId) {
        sky.net.hang_up(link, true);
        if let Some(conn) = self.conns.remove(&link) {
            for (room, watch) in conn.watches() {
                self.leave(sky, room, watch);
            }
        }
    }

    fn leave(&mut self, sky: &mut Sky, room: u64, watch: u64) {
        if let Some(actor) = self.room.as_mut().filter(|actor| actor.number == room) {
            actor.watchers.remove(&watch);
        }
        self.tell(sky, room, Message::Leave { watch });
    }

    /// Whether nothing is on its way in the process.
    pub fn is_quiet(&self) -> bool {
        self.up && self.webs.is_empty() && self.room.as_ref().is_none_or(Actor::is_quiet)
    }

    /// The open room's text and head.
    pub fn view(&self) -> Option<(String, u64)> {
        let note = self.room.as_ref()?.room.note();
        Some((note.committed()?.text().to_string(), note.head()))
    }

    /// Who is still connected, and what the room waits for.
    pub fn state(&self) -> String {
        let conns: Vec<String> = self.conns.values().map(Conn::state).collect();
        let room = self.room.as_ref().map(Actor::state);
        format!(
            "room {room:?}, loading {:?}, connections {conns:?}",
            self.loading
        )
    }

    /// Whether a room is open or being opened.
    pub const fn has_room(&self) -> bool {
        self.room.is_some() || self.loading.is_some()
    }
}
