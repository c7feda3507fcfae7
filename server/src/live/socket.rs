//! One live connection's task.

use super::open::{Place, Wanted, open, reads, writable};
use crate::app::{AccessChange, App};
use crate::meeting::authorise;
use crate::rooms::mailbox::{Letter, Mailbox};
use crate::{note, transcript};
use axum::extract::ws::{CloseFrame, Message, WebSocket};
use bytes::Bytes;
use connvo_core::error::Problem;
use connvo_core::id::UserId;
use connvo_core::live::connection::{Connection, Effect, Outgoing, Stream};
use connvo_core::live::room::unavailable;
use connvo_core::live::{Item, Read};
use connvo_core::protocol::frame::{Limits, Query};
use connvo_core::protocol::{Command, CommandReply, PAGE_ITEMS, close};
use futures_util::SinkExt;
use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::broadcast::{Receiver, error::RecvError};
use tokio::time::{Instant, sleep_until, timeout};

/// How long a frame may wait for the reader.
const STALLED: Duration = Duration::from_secs(30);
/// Clients of a restarting server come back spread over this time, in milliseconds.
const SPREAD_MS: u64 = 10_000;

struct Live {
    app: App,
    socket: WebSocket,
    connection: Connection,
    mailbox: Arc<Mailbox>,
    places: HashMap<u32, Place>,
    access: Receiver<AccessChange>,
    expires_at_ms: u64,
    unflushed: bool,
}

/// The connection is over.
struct Over;

/// Serves a live socket until it closes.
pub(super) async fn serve(app: App, socket: WebSocket) {
    let connection = Connection::new(app.ids.session(), app.clock.now_ms());
    let mut live = Live {
        access: app.access_changes.subscribe(),
        app,
        socket,
        connection,
        mailbox: Arc::default(),
        places: HashMap::new(),
        expires_at_ms: u64::MAX,
        unflushed: false,
    };
    while live.turn().await.is_ok() {}
}

/// What a connection waits for.
enum Woken {
    Frame(Option<Result<Message, axum::Error>>),
    Mail,
    Access(Result<AccessChange, RecvError>),
    Time,
    Shutdown,
}

impl Live {
    async fn turn(&mut self) -> Result<(), Over> {
        let woken = self.wait().await;
        let now = self.app.clock.now_ms();
        let effects = match woken {
            Woken::Frame(Some(Ok(Message::Text(text)))) => self.connection.receive_text(&text, now),
            Woken::Frame(Some(Ok(Message::Binary(bytes)))) => {
                self.connection.receive_binary(&bytes, now)
            }
            Woken::Frame(Some(Ok(Message::Ping(_) | Message::Pong(_)))) => Vec::new(),
            Woken::Frame(_) => return Err(Over),
            Woken::Mail => self.open_mail(now),
            Woken::Access(change) => Box::pin(self.recheck(change)).await,
            Woken::Time if now >= self.expires_at_ms => self.connection.close(close::POLICY),
            Woken::Time => self.connection.tick(now),
            Woken::Shutdown => {
                let after = self.app.ids.bits() % SPREAD_MS;
                self.connection.drain(after)
            }
        };
        self.carry_out(effects).await?;
        self.deliver().await?;
        self.flush().await
    }

    async fn wait(&mut self) -> Woken {
        let pressure = self.app.rooms.pressure();
        let due = self.connection.next_due(pressure).unwrap_or(u64::MAX);
        let at = due.min(self.connection.dead_at()).min(self.expires_at_ms);
        let wait = Duration::from_millis(at.saturating_sub(self.app.clock.now_ms()));
        tokio::select! {
            frame = self.socket.recv() => Woken::Frame(frame),
            () = self.mailbox.filled() => Woken::Mail,
            change = self.access.recv() => Woken::Access(change),
            () = sleep_until(Instant::now() + wait) => Woken::Time,
            () = self.app.shutdown.cancelled() => Woken::Shutdown,
        }
    }

    fn open_mail(&mut self, now: u64) -> Vec<Effect> {
        let mail = self.mailbox.take();
        if mail.overflowed {
            return self.connection.close(close::TRY_LATER);
        }
        let pressure = self.app.rooms.pressure();
        for sub in mail.woken {
            self.connection.wake(sub, now, pressure);
        }
        let letters = mail.letters.into_iter();
        letters.flat_map(|letter| self.read(letter)).collect()
    }

    fn read(&mut self, letter: Letter) -> Vec<Effect> {
        match letter {
            Letter::Acknowledge {
                sub,
                client_id,
                client_seq,
            } => self.connection.acknowledge(sub, client_id, client_seq),
            Letter::Refuse {
                sub,
                client_id,
                client_seq,
                problem,
            } => self
                .connection
                .refuse_update(sub, client_id, client_seq, problem),
            Letter::Presence { sub, bytes } => self.connection.presence(sub, bytes.to_vec()),
            Letter::Volatile { sub, json } => self.connection.volatile(sub, &json),
            Letter::Replied { id, result } => self.connection.replied(id, result),
            Letter::Gone { sub } if self.places.contains_key(&sub) => {
                self.connection.refused(sub, unavailable())
            }
            Letter::Gone { .. } => Vec::new(),
        }
    }

    /// Rights may have changed: what is no longer allowed ends, before anything
    /// later reaches it.
    async fn recheck(&mut self, change: Result<AccessChange, RecvError>) -> Vec<Effect> {
        let (Some(user), Ok(change)) = (
            self.connection.user().cloned(),
            change.map(Some).or_else(lagged),
        ) else {
            return Vec::new();
        };
        let concerned: Vec<(u32, Query)> = self
            .connection
            .subscriptions()
            .map(|(sub, held)| (sub, held.query().clone()))
            .filter(|(_, query)| {
                change.as_ref().is_none_or(|change| {
                    change.meeting_id == *query.meeting_id()
                        && change
                            .user_id
                            .as_ref()
                            .is_none_or(|changed| *changed == user)
                })
            })
            .collect();
        let mut effects = Vec::new();
        for (sub, query) in concerned {
            match authorise(&self.app, &user, query.meeting_id(), reads(&query)).await {
                Ok(membership) => effects.extend(
                    self.connection
                        .access_changed(sub, writable(&self.app, membership)),
                ),
                Err(problem) => effects.extend(self.connection.refused(sub, problem)),
            }
        }
        effects
    }

    async fn carry_out(&mut self, effects: Vec<Effect>) -> Result<(), Over> {
        let mut effects = VecDeque::from(effects);
        while let Some(effect) = effects.pop_front() {
            let more = match effect {
                Effect::Send(frame) => {
                    self.send(frame).await?;
                    Vec::new()
                }
                Effect::Close(code) => {
                    self.close(code).await;
                    return Err(Over);
                }
                Effect::Closed(sub) => {
                    self.places.remove(&sub);
                    Vec::new()
                }
                Effect::Update {
                    sub,
                    client_id,
                    client_seq,
                    update,
                } => self.update(sub, (client_id, client_seq), update).await,
                Effect::Presence { sub, bytes } => {
                    self.presence(sub, bytes).await;
                    Vec::new()
                }
                Effect::Authenticate(token) => Box::pin(self.authenticate(&token)).await,
                Effect::Refresh(token) => Box::pin(self.refresh(&token)).await,
                Effect::Open {
                    sub,
                    query,
                    epoch,
                    after,
                } => Box::pin(self.open(sub, query, epoch, after)).await,
                Effect::Call { id, command, key } => {
                    self.call(id, key, command);
                    Vec::new()
                }
            };
            for effect in more.into_iter().rev() {
                effects.push_front(effect);
            }
        }
        Ok(())
    }

    async fn authenticate(&mut self, token: &str) -> Vec<Effect> {
        let verdict = self.app.auth.verify(token).await.map(|identity| {
            self.expires_at_ms = identity.expires_at_ms;
            identity.user_id
        });
        let limits = Limits {
            note: self.app.config.note_limits(),
        };
        let now = self.app.clock.now_ms();
        self.connection
            .authenticated(verdict, now, &self.app.store_epoch, limits)
    }

    async fn refresh(&mut self, token: &str) -> Vec<Effect> {
        match self.app.auth.verify(token).await {
            Ok(identity) if Some(&identity.user_id) == self.connection.user() => {
                self.expires_at_ms = identity.expires_at_ms;
                Vec::new()
            }
            _ => self.connection.close(close::POLICY),
        }
    }

    async fn open(
        &mut self,
        sub: u32,
        query: Query,
        epoch: Option<String>,
        after: Option<u64>,
    ) -> Vec<Effect> {
        let Some(user) = self.connection.user().cloned() else {
            return Vec::new();
        };
        let wanted = Wanted {
            sub,
            query: &query,
            epoch,
            after,
        };
        match open(&self.app, &user, &self.mailbox, wanted).await {
            Ok((place, after, opened)) => {
                if let Query::Note { client_id, .. } = query {
                    let watch = place.watch.id();
                    place.room.join(watch, client_id, &user).await;
                    place.room.everybody(&self.mailbox, sub).await;
                }
                self.places.insert(sub, place);
                self.connection.opened(sub, query, after, opened)
            }
            Err(problem) => self.connection.refused(sub, problem),
        }
    }

    async fn update(&mut self, sub: u32, made_by: (u64, u64), update: Vec<u8>) -> Vec<Effect> {
        let (Some(user), Some(place), Some(own)) =
            (self.connection.user(), self.places.get(&sub), self.own(sub))
        else {
            return Vec::new();
        };
        let room = place.room.clone();
        match room
            .update(user, own, made_by, update, (&self.mailbox, sub))
            .await
        {
            Ok(()) => Vec::new(),
            Err(problem) => self.connection.refused(sub, problem),
        }
    }

    async fn presence(&mut self, sub: u32, bytes: Vec<u8>) {
        if let Some(place) = self.places.get(&sub) {
            place
                .room
                .presence(place.watch.id(), self.own(sub), bytes)
                .await;
        }
    }

    /// The ClientID that a note's subscriber writes with.
    fn own(&self, sub: u32) -> Option<u64> {
        match self.connection.subscription(sub)?.query() {
            Query::Note { client_id, .. } => Some(*client_id),
            _ => None,
        }
    }

    /// Carries out a command beside the connection; the reply comes by mail.
    fn call(&self, id: u64, key: String, command: Command) {
        let (app, mailbox) = (self.app.clone(), Arc::clone(&self.mailbox));
        let Some(user) = self.connection.user().cloned() else {
            return;
        };
        self.app.tasks.spawn(async move {
            let result = carry_out(&app, &user, key, command).await;
            mailbox.leave(Letter::Replied { id, result });
        });
    }

    /// Sends what is due: first from the feed, behind it from the store.
    async fn deliver(&mut self) -> Result<(), Over> {
        loop {
            let now = self.app.clock.now_ms();
            let due = self.connection.take_due(now, self.app.rooms.pressure());
            if due.is_empty() {
                return Ok(());
            }
            for (sub, stream, cursor) in due {
                let effects = match self.places.get(&sub).map(|place| place.room.clone()) {
                    Some(room) if stream == Stream::Note => match room.feed().read_note(cursor) {
                        Read::UpToDate => Vec::new(),
                        Read::Items(items) => {
                            let more = items.len() >= PAGE_ITEMS
                                || behind(
                                    items.last().map(|item| item.entry().sequence),
                                    room.feed().note_head(),
                                );
                            self.connection.deliver_note(sub, &items, more, now)
                        }
                        Read::Behind => Box::pin(self.read_back(sub, stream, cursor)).await,
                    },
                    Some(room) => match room.feed().read_transcript(cursor) {
                        Read::UpToDate => Vec::new(),
                        Read::Items(items) => {
                            let to = items.last().map_or(cursor, |item| item.entry().sequence);
                            let more = behind(Some(to), room.feed().transcript_head());
                            self.connection
                                .deliver_transcript(sub, &items, to, more, now)
                        }
                        Read::Behind => Box::pin(self.read_back(sub, stream, cursor)).await,
                    },
                    None => Vec::new(),
                };
                self.carry_out(effects).await?;
            }
        }
    }

    /// A page from the store, for a reader who is further behind than the feed.
    async fn read_back(&mut self, sub: u32, stream: Stream, cursor: u64) -> Vec<Effect> {
        let Some(place) = self.places.get(&sub) else {
            return Vec::new();
        };
        let Some(query) = self
            .connection
            .subscription(sub)
            .map(|held| held.query().clone())
        else {
            return Vec::new();
        };
        let (db, meeting) = (&self.app.db, query.meeting_id());
        let limit = PAGE_ITEMS as u32;
        let read: Result<Vec<Effect>, Problem> = match stream {
            Stream::Note => {
                let head = place.room.feed().note_head();
                let upto = (cursor + 1 + u64::from(limit)).min(head + 1);
                note::store::range(db, meeting, cursor + 1, upto)
                    .await
                    .map_err(Problem::from)
                    .map(|entries| {
                        let items: Vec<_> = entries.into_iter().map(shared).collect();
                        let now = self.app.clock.now_ms();
                        self.connection.deliver_note(sub, &items, true, now)
                    })
            }
            Stream::Transcript => {
                let head = place.room.feed().transcript_head();
                transcript::store::entries(db, meeting, cursor, limit)
                    .await
                    .map_err(Problem::from)
                    .map(|entries| {
                        let full = entries.len() >= PAGE_ITEMS;
                        let last = entries.last().map_or(head, |chunk| chunk.sequence);
                        let to = if full { last } else { head.max(last) };
                        let items: Vec<_> = entries.into_iter().map(shared).collect();
                        let now = self.app.clock.now_ms();
                        self.connection
                            .deliver_transcript(sub, &items, to, true, now)
                    })
            }
        };
        read.unwrap_or_else(|problem| self.connection.refused(sub, problem))
    }

    async fn send(&mut self, frame: Outgoing) -> Result<(), Over> {
        let message = match frame {
            Outgoing::Text(text) => Message::Text(text.into()),
            Outgoing::Binary(bytes) => Message::Binary(Bytes::from(bytes)),
        };
        self.unflushed = true;
        match timeout(STALLED, self.socket.feed(message)).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) => Err(Over),
            Err(_) => {
                self.close(close::TRY_LATER).await;
                Err(Over)
            }
        }
    }

    async fn flush(&mut self) -> Result<(), Over> {
        if !std::mem::take(&mut self.unflushed) {
            return Ok(());
        }
        match timeout(STALLED, self.socket.flush()).await {
            Ok(Ok(())) => Ok(()),
            _ => Err(Over),
        }
    }

    async fn close(&mut self, code: u16) {
        let frame = CloseFrame {
            code,
            reason: "".into(),
        };
        let _ = timeout(
            Duration::from_secs(1),
            self.socket.send(Message::Close(Some(frame))),
        )
        .await;
    }
}

/// Carries out a command: the same functions that the HTTP routes call.
async fn carry_out(
    app: &App,
    user: &UserId,
    key: String,
    command: Command,
) -> Result<CommandReply, Problem> {
    match command {
        Command::ApplyNoteOperation { meeting_id, draft } => {
            note::apply_operation(app, user, &meeting_id, draft)
                .await
                .map(CommandReply::Note)
        }
        Command::RestoreNote {
            meeting_id,
            version,
        } => note::restore(app, user, &meeting_id, version, key)
            .await
            .map(CommandReply::Note),
        Command::AppendTranscript { meeting_id, draft } => {
            transcript::append(app, user, &meeting_id, draft)
                .await
                .map(CommandReply::Transcript)
        }
    }
}

/// So many changes were missed that nobody knows which: check everything.
fn lagged(error: RecvError) -> Result<Option<AccessChange>, RecvError> {
    match error {
        RecvError::Lagged(_) => Ok(None),
        RecvError::Closed => Err(error),
    }
}

fn behind(last: Option<u64>, head: u64) -> bool {
    last.is_some_and(|last| last < head)
}

fn shared<E: connvo_core::live::journal::Sequenced>(entry: E) -> Arc<Item<E>> {
    Arc::new(Item::new(Arc::new(entry)))
}
