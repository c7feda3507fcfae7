//! A live socket's task around the production `Connection`.

use super::conn::{Conn, Flow, Kind, Letter, Place, Told, Wait, Wanted};
use super::room::{Message, Reply, Watcher};
use super::{From, Parked, Server, Web};
use crate::sky::{ServerWake, Sky};
use crate::web::Request;
use connvo_core::chat::What;
use connvo_core::error::{ErrorCode, Problem};
use connvo_core::live::connection::{
    Connection, Effect, JournalSnapshot, Opened, Outgoing, Stream,
};
use connvo_core::live::journal::Sequenced;
use connvo_core::live::room::{Request as Change, unavailable};
use connvo_core::live::{Item, Read};
use connvo_core::protocol::frame::{Limits, Query};
use connvo_core::protocol::{Command, EVENTS_BYTES, PAGE_ITEMS};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Most note entries replayed to a client that resumes.
const REPLAY: u64 = 1_000;
const STORE_EPOCH: &str = "store";

fn parts(kind: &mut Kind) -> (&mut Connection, &mut BTreeMap<u32, Place>) {
    match kind {
        Kind::Live { connection, places } => (connection, places),
        Kind::Stock { .. } => unreachable!("a stock connection has a task of its own"),
    }
}

impl Server {
    pub(super) fn live_turn(&mut self, sky: &mut Sky, conn: &mut Conn) -> Flow {
        loop {
            if conn.waits.is_some() {
                return Flow::Waits;
            }
            while let Some(effect) = conn.effects.pop_front() {
                match self.carry_out(sky, conn, effect) {
                    Flow::Go => {}
                    stop => return stop,
                }
            }
            if let Some((sub, stream, cursor)) = conn.due.pop_front() {
                match self.deliver(sky, conn, sub, stream, cursor) {
                    Flow::Go => continue,
                    stop => return stop,
                }
            }
            let (connection, _) = parts(&mut conn.kind);
            if std::mem::take(&mut conn.delivering) {
                let due = connection.take_due(sky.now, self.pressure, false);
                conn.delivering = !due.is_empty();
                conn.due.extend(due);
                continue;
            }
            if std::mem::take(&mut conn.recheck) {
                let writable = !self.observers.contains(&conn.client);
                let subs: Vec<u32> = connection.subscriptions().map(|(sub, _)| sub).collect();
                for sub in subs {
                    conn.effects
                        .extend(connection.access_changed(sub, writable));
                }
                conn.delivering = true;
                continue;
            }
            let mail = !conn.woken.is_empty() || !conn.letters.is_empty();
            let overdue = connection
                .next_due(self.pressure)
                .is_some_and(|at| at <= sky.now);
            let effects = if !conn.inbound.is_empty() && (!mail || sky.chance(0.5)) {
                match conn.inbound.pop_front() {
                    Some(Outgoing::Text(text)) => connection.receive_text(&text, sky.now),
                    Some(Outgoing::Binary(bytes)) => connection.receive_binary(&bytes, sky.now),
                    None => Vec::new(),
                }
            } else if mail {
                self.open_mail(sky, conn)
            } else if sky.now >= connection.dead_at() {
                connection.tick(sky.now)
            } else if overdue {
                Vec::new()
            } else {
                return Flow::Go;
            };
            conn.effects.extend(effects);
            conn.delivering = true;
        }
    }

    fn open_mail(&self, sky: &Sky, conn: &mut Conn) -> Vec<Effect> {
        let woken = std::mem::take(&mut conn.woken);
        let letters = std::mem::take(&mut conn.letters);
        let (connection, places) = parts(&mut conn.kind);
        for sub in woken {
            connection.wake(sub, sky.now, self.pressure);
        }
        let read = |letter| match letter {
            Letter::Acknowledge {
                sub,
                client_id,
                client_seq,
            } => connection.acknowledge(sub, client_id, client_seq),
            Letter::Refuse {
                sub,
                client_id,
                client_seq,
                problem,
            } => connection.refuse_update(sub, client_id, client_seq, problem),
            Letter::Presence { sub, bytes } => connection.presence(sub, bytes),
            Letter::Replied { id, result } => connection.replied(id, result),
            Letter::Gone { sub } if places.contains_key(&sub) => {
                connection.refused(sub, unavailable())
            }
            Letter::Gone { .. } => Vec::new(),
        };
        letters.into_iter().flat_map(read).collect()
    }

    fn carry_out(&mut self, sky: &mut Sky, conn: &mut Conn, effect: Effect) -> Flow {
        match effect {
            Effect::Send(frame) => {
                if let Err(frame) = conn.send(sky, frame) {
                    conn.effects.push_front(Effect::Send(frame));
                    return Flow::Waits;
                }
            }
            Effect::Close(code) => return Flow::Over(code),
            Effect::Closed(sub) => {
                if let Some(place) = parts(&mut conn.kind).1.remove(&sub) {
                    self.leave(sky, place.room, place.watch);
                }
            }
            Effect::Update {
                sub,
                client_id,
                client_seq,
                update,
            } => {
                self.offer(sky, conn, sub, (client_id, client_seq), update);
            }
            Effect::Presence { sub, bytes } => {
                let own = own(conn, sub);
                if let Some(place) = parts(&mut conn.kind).1.get(&sub).copied() {
                    let message = Message::Presence {
                        watch: place.watch,
                        own,
                        bytes,
                    };
                    self.tell(sky, place.room, message);
                }
            }
            Effect::Authenticate(token) => {
                return self.await_a_while(sky, conn, Wait::Auth(token));
            }
            Effect::Refresh(_) => {}
            Effect::Open {
                sub,
                query,
                epoch,
                after,
            } => {
                let wanted = Wanted {
                    sub,
                    query,
                    epoch,
                    after,
                };
                return self.await_a_while(sky, conn, Wait::Rights(wanted));
            }
            Effect::Call { id, command, .. } => {
                let request = match command {
                    Command::ApplyNoteOperation { draft, .. } => Request::Operate(draft),
                    Command::AppendTranscript { draft, .. } => Request::Append(draft.chunks),
                    Command::PostMessage { draft, .. } => {
                        let Some(Ok(new)) = draft.id.clone().map(|id| draft.validate(id)) else {
                            sky.breach("a message without an id, or a bad one");
                            return Flow::Go;
                        };
                        Request::Chat(What::Post(new))
                    }
                    Command::EditMessage {
                        message_id, edit, ..
                    } => Request::Chat(What::Edit(message_id, edit)),
                    Command::DeleteMessage { message_id, .. } => {
                        Request::Chat(What::Delete(message_id))
                    }
                    Command::ReactToMessage {
                        message_id,
                        emoji,
                        on,
                        ..
                    } => Request::Chat(What::React(message_id, emoji, on)),
                    _ => return Flow::Go,
                };
                let from = From::Call {
                    link: conn.link,
                    id,
                };
                self.request(
                    sky,
                    Web {
                        client: conn.client,
                        from,
                        request,
                    },
                );
            }
        }
        Flow::Go
    }

    fn offer(
        &mut self,
        sky: &mut Sky,
        conn: &mut Conn,
        sub: u32,
        (client_id, client_seq): (u64, u64),
        update: Vec<u8>,
    ) {
        let own = own(conn, sub);
        let link = conn.link;
        let (connection, places) = parts(&mut conn.kind);
        let (Some(author), Some(place)) = (connection.user().cloned(), places.get(&sub)) else {
            return;
        };
        let message = Message::Change(Change::Update {
            author,
            own,
            made_by: Some((client_id, client_seq)),
            update,
            reply: Reply::Lane {
                link,
                sub,
                client_id,
                client_seq,
            },
        });
        if !self.tell(sky, place.room, message) {
            let effects = connection.refused(sub, unavailable());
            prepend(conn, effects);
        }
    }

    pub(super) fn live_awaited(&mut self, sky: &mut Sky, conn: &mut Conn, wait: Wait) -> Flow {
        match wait {
            Wait::Auth(token) => {
                let user = token
                    .parse()
                    .ok()
                    .and_then(|at: usize| self.users.get(at).cloned());
                let unknown = || Problem::new(ErrorCode::Unauthorized, "the token is not good");
                let limits = Limits { note: self.limits };
                let (connection, _) = parts(&mut conn.kind);
                let verdict = user.ok_or_else(unknown);
                let effects = connection.authenticated(verdict, sky.now, STORE_EPOCH, limits);
                prepend(conn, effects);
                Flow::Go
            }
            Wait::Rights(wanted) | Wait::Room(wanted) => {
                match self.open_room(sky, Parked::Conn(conn.link)) {
                    Some(room) => self.capture(sky, conn, wanted, room),
                    None => {
                        self.await_something(conn, Wait::Room(wanted));
                        Flow::Waits
                    }
                }
            }
            Wait::Items(wanted, place, head) => {
                let items: Vec<serde_json::Value> =
                    if Stream::of(&wanted.query) == Some(Stream::Note) {
                        let from = head.saturating_sub(PAGE_ITEMS as u64);
                        values(&sky.store.range(from + 1, head + 1))
                    } else if matches!(wanted.query, Query::Chat { .. }) {
                        values(&sky.store.latest_messages(head, PAGE_ITEMS))
                    } else {
                        values(&sky.store.latest_chunks(head, PAGE_ITEMS))
                    };
                let snapshot = JournalSnapshot {
                    cursor: head,
                    reset: wanted.after.is_some(),
                    items,
                };
                let opened = Opened::Journal {
                    epoch: STORE_EPOCH.into(),
                    snapshot: Some(snapshot),
                };
                self.opened(conn, wanted, None, place, opened)
            }
            Wait::Page {
                sub,
                stream,
                cursor,
            } => {
                sky.saw("a reader behind the feed");
                self.page(sky, conn, sub, stream, cursor)
            }
            Wait::Snapshot(wanted, place) => match conn.told.take() {
                Some(Told::Snapshot(snapshot)) => {
                    let writable = !self.observers.contains(&conn.client);
                    let opened = Opened::Note {
                        writable,
                        epoch: 1,
                        snapshot: Some(snapshot),
                    };
                    self.opened_note(sky, conn, wanted, None, place, opened)
                }
                _ => self.not_opened(sky, conn, &wanted, place),
            },
            Wait::StockRoom | Wait::StockSync | Wait::StockRegain => Flow::Go,
        }
    }

    /// Watches the room, then captures the position to start from.
    fn capture(&mut self, sky: &mut Sky, conn: &mut Conn, wanted: Wanted, room: u64) -> Flow {
        let is_note = matches!(wanted.query, Query::Note { .. });
        let stream = Stream::of(&wanted.query).expect("every query here reads a journal");
        let watcher = Watcher {
            link: conn.link,
            sub: wanted.sub,
            stream,
            presence: is_note,
        };
        let Some(place) = self.watch(room, watcher) else {
            return self.refuse(conn, wanted.sub);
        };
        let Some(actor) = self.live_room(room) else {
            return self.refuse(conn, wanted.sub);
        };
        let head = match stream {
            Stream::Note => actor.note_feed.head(),
            Stream::Transcript => actor.transcript_feed.head(),
            Stream::Chat => actor.chat_feed.head(),
        };
        let epoch = if is_note { "1" } else { STORE_EPOCH };
        let after = wanted
            .after
            .filter(|after| wanted.epoch.as_deref() == Some(epoch) && *after <= head);
        if wanted.after.is_some() && after.is_none() {
            sky.breach(format!(
                "a client has {:?} of {stream:?}, the server {head}",
                wanted.after
            ));
        }
        match after {
            Some(after) if is_note && head - after <= REPLAY => {
                sky.saw("a note resumed from its cursor");
                let writable = !self.observers.contains(&conn.client);
                let opened = Opened::Note {
                    writable,
                    epoch: 1,
                    snapshot: None,
                };
                self.opened_note(sky, conn, wanted, Some(after), place, opened)
            }
            Some(after) if !is_note => {
                let opened = Opened::Journal {
                    epoch: epoch.into(),
                    snapshot: None,
                };
                self.opened(conn, wanted, Some(after), place, opened)
            }
            _ if is_note => {
                let link = conn.link;
                let ticket = self.await_something(conn, Wait::Snapshot(wanted, place));
                if !self.tell(sky, room, Message::Snapshot { link, ticket }) {
                    self.later(sky, 0, ServerWake::Awaited { link, ticket });
                }
                Flow::Waits
            }
            _ => self.await_a_while(sky, conn, Wait::Items(wanted, place, head)),
        }
    }

    fn opened_note(
        &mut self,
        sky: &mut Sky,
        conn: &mut Conn,
        wanted: Wanted,
        after: Option<u64>,
        place: Place,
        opened: Opened,
    ) -> Flow {
        if let (Query::Note { client_id, .. }, Some(user)) =
            (&wanted.query, parts(&mut conn.kind).0.user())
        {
            let join = Message::Join {
                watch: place.watch,
                client_id: *client_id,
                user: user.clone(),
            };
            self.tell(sky, place.room, join);
        }
        let everybody = Message::Everybody {
            link: conn.link,
            sub: wanted.sub,
        };
        self.tell(sky, place.room, everybody);
        self.opened(conn, wanted, after, place, opened)
    }

    fn opened(
        &mut self,
        conn: &mut Conn,
        wanted: Wanted,
        after: Option<u64>,
        place: Place,
        opened: Opened,
    ) -> Flow {
        let (connection, places) = parts(&mut conn.kind);
        places.insert(wanted.sub, place);
        let effects = connection.opened(wanted.sub, wanted.query, after, opened);
        prepend(conn, effects);
        Flow::Go
    }

    fn refuse(&self, conn: &mut Conn, sub: u32) -> Flow {
        let effects = parts(&mut conn.kind).0.refused(sub, unavailable());
        prepend(conn, effects);
        Flow::Go
    }

    /// The room went away while a subscription was being opened.
    fn not_opened(
        &mut self,
        sky: &mut Sky,
        conn: &mut Conn,
        wanted: &Wanted,
        place: Place,
    ) -> Flow {
        self.leave(sky, place.room, place.watch);
        self.refuse(conn, wanted.sub)
    }

    /// One frame's worth: first from the feed, behind it from the store.
    fn deliver(
        &mut self,
        sky: &mut Sky,
        conn: &mut Conn,
        sub: u32,
        stream: Stream,
        cursor: u64,
    ) -> Flow {
        let Some(room) = parts(&mut conn.kind).1.get(&sub).map(|place| place.room) else {
            return Flow::Go;
        };
        let Some(actor) = self.room.as_ref().filter(|actor| actor.number == room) else {
            return Flow::Go;
        };
        let (connection, _) = parts(&mut conn.kind);
        let effects = match stream {
            Stream::Note => match actor.note_feed.read(cursor, PAGE_ITEMS, EVENTS_BYTES) {
                Read::UpToDate => Some(Vec::new()),
                Read::Items(items) => {
                    let last = items.last().map(|item| item.entry().sequence);
                    let head = actor.note_feed.head();
                    if items.len() >= PAGE_ITEMS {
                        sky.saw("more than one page");
                    }
                    let more = items.len() >= PAGE_ITEMS || last.is_some_and(|last| last < head);
                    Some(connection.deliver_note(sub, &items, more, sky.now))
                }
                Read::Behind => None,
            },
            Stream::Transcript => {
                let read = actor.transcript_feed.read(cursor, PAGE_ITEMS, EVENTS_BYTES);
                deliver(connection, sub, read, actor.transcript_feed.head(), sky.now)
            }
            Stream::Chat => {
                let read = actor.chat_feed.read(cursor, PAGE_ITEMS, EVENTS_BYTES);
                deliver(connection, sub, read, actor.chat_feed.head(), sky.now)
            }
        };
        let Some(effects) = effects else {
            let wait = Wait::Page {
                sub,
                stream,
                cursor,
            };
            return self.await_a_while(sky, conn, wait);
        };
        prepend(conn, effects);
        Flow::Go
    }

    fn page(&self, sky: &mut Sky, conn: &mut Conn, sub: u32, stream: Stream, cursor: u64) -> Flow {
        let (connection, places) = parts(&mut conn.kind);
        let room = places.get(&sub).map(|place| place.room);
        let Some(actor) = self
            .room
            .as_ref()
            .filter(|actor| Some(actor.number) == room)
        else {
            return Flow::Go;
        };
        let effects = match stream {
            Stream::Note => {
                let upto = (cursor + 1 + PAGE_ITEMS as u64).min(actor.note_feed.head() + 1);
                let items: Vec<_> = sky
                    .store
                    .range(cursor + 1, upto)
                    .into_iter()
                    .map(shared)
                    .collect();
                if items.len() >= PAGE_ITEMS {
                    sky.saw("more than one page");
                }
                connection.deliver_note(sub, &items, true, sky.now)
            }
            Stream::Transcript => {
                let head = actor.transcript_feed.head();
                let page = sky.store.chunks_after(cursor, PAGE_ITEMS);
                deliver_page(connection, sub, page, head, sky.now)
            }
            Stream::Chat => {
                let head = actor.chat_feed.head();
                let page = sky.store.messages_after(cursor, PAGE_ITEMS);
                deliver_page(connection, sub, page, head, sky.now)
            }
        };
        prepend(conn, effects);
        Flow::Go
    }
}

/// What the feed has; `None` when the reader is further behind.
fn deliver<E: Sequenced>(
    connection: &mut Connection,
    sub: u32,
    read: Read<E>,
    head: u64,
    now: u64,
) -> Option<Vec<Effect>> {
    match read {
        Read::UpToDate => Some(Vec::new()),
        Read::Items(items) => {
            let to = items.last().map_or(0, |item| item.entry().sequence());
            Some(connection.deliver(sub, &items, to, to < head, now))
        }
        Read::Behind => None,
    }
}

fn deliver_page<E: Sequenced>(
    connection: &mut Connection,
    sub: u32,
    page: Vec<E>,
    head: u64,
    now: u64,
) -> Vec<Effect> {
    let full = page.len() >= PAGE_ITEMS;
    let last = page.last().map_or(head, E::sequence);
    let to = if full { last } else { head.max(last) };
    let items: Vec<_> = page.into_iter().map(shared).collect();
    connection.deliver(sub, &items, to, true, now)
}

fn own(conn: &mut Conn, sub: u32) -> Option<u64> {
    match parts(&mut conn.kind).0.subscription(sub)?.query() {
        Query::Note { client_id, .. } => Some(*client_id),
        _ => None,
    }
}

/// What follows from an effect comes before the effects after it.
fn prepend(conn: &mut Conn, effects: Vec<Effect>) {
    for effect in effects.into_iter().rev() {
        conn.effects.push_front(effect);
    }
}

fn shared<E: connvo_core::live::journal::Sequenced>(entry: E) -> Arc<Item<E>> {
    Arc::new(Item::new(Arc::new(entry)))
}

fn values<T: serde::Serialize>(items: &[T]) -> Vec<serde_json::Value> {
    items
        .iter()
        .filter_map(|item| serde_json::to_value(item).ok())
        .collect()
}
