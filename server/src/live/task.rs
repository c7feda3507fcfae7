//! One live connection's task.

use super::call::carry_out;
use super::open::{Place, Wanted, open};
use super::program::Program;
use super::rights::still_may;
use super::views::Followed;
use super::wait::Woken;
use crate::actor::{Actor, RequestInfo};
use crate::app::App;
use crate::auth::service;
use crate::connections::Connected;
use crate::driven::Driven;
use crate::listeners::{About, Hearing};
use crate::rate::{Late, NOTE_OP};
use crate::rooms::mailbox::Mailbox;
use crate::socket::{Broken, Message, Socket};
use crate::transcript::{self, pass::Pass};
use bytes::Bytes;
use connvo_core::id::MeetingId;
use connvo_core::live::connection::{Connection, Effect, Outgoing, Stream};
use connvo_core::protocol::command::TranscriptDraft;
use connvo_core::protocol::frame::Query;
use connvo_core::protocol::{Command, close};
use std::collections::{BTreeMap, VecDeque};
use std::future::poll_fn;
use std::pin::Pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;
use tokio::time::{Sleep, sleep};

/// Clients of a restarting server come back spread over this time, in milliseconds.
pub(super) const SPREAD_MS: u64 = 10_000;

pub(super) struct Live {
    pub(super) app: App,
    pub(super) socket: Socket,
    /// The request that opened the connection.
    pub(super) request: Arc<RequestInfo>,
    /// Who said hello.
    pub(super) actor: Option<Actor>,
    /// The program, where it is one that said hello.
    pub(super) program: Option<Box<Program>>,
    pub(super) connection: Connection,
    pub(super) mailbox: Arc<Mailbox>,
    pub(super) places: BTreeMap<u32, Place>,
    /// The changes that are heard of: what is about everybody, and about the person.
    pub(super) hears: Vec<Hearing>,
    /// The right to have something written down, as it was last found.
    pub(super) pass: Option<Pass>,
    /// The views that are followed.
    pub(super) views: Followed,
    pub(super) expires_at_ms: u64,
    /// When the first right to write ends by itself.
    pub(super) closes_at: Option<u64>,
    /// This person's place among their own connections.
    pub(super) connected: Option<Connected>,
    /// The frame being taken, while it may still be held back.
    pub(super) fresh: Option<Bytes>,
    pub(super) late: Option<Late>,
    /// Whether mail goes before the next frame.
    pub(super) mail_next: bool,
    /// Wakes at the next thing that is due by the clock, or before: while it `rings`, it is
    /// set anew only when something is due sooner.
    pub(super) alarm: Pin<Box<Sleep>>,
    pub(super) rings: bool,
    /// Whether the next frame and the alarm are sure to wake this task.
    pub(super) is_armed: bool,
}

/// The connection is over.
pub(super) struct Over;

/// Serves a live socket until it closes.
pub(super) async fn serve(app: App, request: RequestInfo, socket: Socket) {
    let connection = Connection::new(app.ids.session(), app.clock.now_ms());
    let mailbox = Arc::<Mailbox>::default();
    // Boxed: moved about on the stack of a task it would be kept there twice.
    let mut live = Box::new(Live {
        alarm: Box::pin(sleep(Duration::ZERO)),
        rings: false,
        is_armed: false,
        // Before anything is authorised: no change of rights is missed.
        hears: vec![app.listeners.hear(About::Node, &mailbox)],
        app,
        socket,
        request: Arc::new(request),
        actor: None,
        program: None,
        connection,
        mailbox,
        places: BTreeMap::new(),
        pass: None,
        views: Followed::new(),
        expires_at_ms: u64::MAX,
        closes_at: None,
        connected: None,
        fresh: None,
        late: None,
        mail_next: false,
    });
    // Who came after the others were told is told as well.
    if live.app.shutdown.is_cancelled() {
        live.mailbox.stop();
    }
    let mailbox = Arc::clone(&live.mailbox);
    let driven = Driven::new(async move { while live.turn().await.is_ok() {} });
    mailbox.is_emptied_by(&driven);
    driven.run().await;
}

impl Live {
    async fn turn(&mut self) -> Result<(), Over> {
        let woken = self.wait().await;
        self.mail_next = matches!(woken, Woken::Frame(_));
        let now = self.app.clock.now_ms();
        // Whatever is due by the clock is done in every turn, before anything else:
        // a client that floods us does not keep the time from coming.
        let mut effects = VecDeque::from(self.expire(now));
        effects.extend(match woken {
            Woken::Frame(Some(Ok(Message::Text(text)))) => self.connection.receive_text(&text, now),
            Woken::Frame(Some(Ok(Message::Binary(bytes)))) => {
                self.fresh = Some(bytes.clone());
                self.connection.receive_binary(&bytes, now)
            }
            Woken::Frame(Some(Ok(Message::Ping(_) | Message::Pong(_)))) => Vec::new(),
            Woken::Frame(_) => return Err(Over),
            Woken::Mail => self.open_mail(now).await,
            Woken::Time => Vec::new(),
        });
        // After the frame: who was heard this moment is not silent, however long we
        // were busy sending.
        effects.extend(self.connection.tick(now));
        if poll_fn(|task| Poll::Ready(self.work_at_once(&mut effects, task))).await? {
            return Ok(());
        }
        // What wakes us until it is done is not heard again.
        self.is_armed = false;
        // On the heap while it lasts: a connection that waits is to be small.
        Box::pin(self.work(effects, now)).await
    }

    /// Carries out what a turn brought, then sends what is due.
    async fn work(&mut self, effects: VecDeque<Effect>, now: u64) -> Result<(), Over> {
        self.carry_out(effects).await?;
        self.fresh = None;
        if let Some(frame) = Late::take_due(&mut self.late, now) {
            let effects = self.connection.receive_binary(&frame, now);
            self.carry_out(effects).await?;
        }
        self.deliver().await?;
        self.socket.flush().await.map_err(|_| Over)
    }

    pub(super) async fn carry_out(
        &mut self,
        effects: impl Into<VecDeque<Effect>>,
    ) -> Result<(), Over> {
        let mut effects = effects.into();
        while let Some(effect) = effects.pop_front() {
            let more = match effect {
                Effect::Send(frame) => {
                    self.send(frame).await?;
                    Vec::new()
                }
                Effect::Close(code) => {
                    self.socket.close(code).await;
                    return Err(Over);
                }
                Effect::Closed(sub) => {
                    self.places.remove(&sub);
                    self.views.remove(&sub);
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
                Effect::Call { id, command, .. } if self.program.is_some() => {
                    Box::pin(self.call_of_program(id, command)).await
                }
                Effect::Call {
                    id,
                    command: Command::AppendTranscript { meeting_id, draft },
                    ..
                } => self.append_transcript(id, &meeting_id, draft).await,
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

    async fn open(
        &mut self,
        sub: u32,
        query: Query,
        epoch: Option<String>,
        after: Option<u64>,
    ) -> Vec<Effect> {
        let Some(actor) = &self.actor else {
            return Vec::new();
        };
        if self.program.is_some() {
            let refused = service::refused_elsewhere(&self.app, &self.request);
            return self.connection.refused(sub, refused);
        }
        if Stream::of(&query).is_none() {
            return self.open_view(sub, query, epoch, after).await;
        }
        let now = self.app.clock.now_ms();
        let actor = actor.next_request(self.app.ids.uuid(), now);
        let wanted = Wanted {
            sub,
            query: &query,
            epoch,
            after,
        };
        let opened = match open(&self.app, &actor, &self.mailbox, wanted).await {
            // Rights that ended meanwhile end this before anything is shown.
            Ok(opened) if self.mailbox.is_urgent() => {
                still_may(&self.app, &actor, &query).await.map(|()| opened)
            }
            opened => opened,
        };
        match opened {
            Ok((place, after, opened)) => {
                if let Query::Note { client_id, .. } = query {
                    let room = &place.seat.room;
                    room.join(place.seat.id(), client_id, &actor.user_id).await;
                    room.everybody(&self.mailbox, sub).await;
                }
                self.places.insert(sub, place);
                self.see_closing();
                self.connection.opened(sub, query, after, opened)
            }
            Err(problem) => self.connection.refused(sub, problem),
        }
    }

    /// Nothing is skipped for rate: a change that comes too soon waits, and the
    /// socket is not read until it was taken.
    async fn update(&mut self, sub: u32, made_by: (u64, u64), update: Vec<u8>) -> Vec<Effect> {
        let (Some(user), Some(place), Some(held)) = (
            self.connection.user(),
            self.places.get(&sub),
            self.connection.subscription(sub),
        ) else {
            return Vec::new();
        };
        let (Some(own), now) = (self.own(sub), self.app.clock.now_ms()) else {
            return Vec::new();
        };
        let Some(meeting) = held.query().meeting_id() else {
            return Vec::new();
        };
        if let Err(refusal) = self.app.rates.take(NOTE_OP, user, meeting, 1, now)
            && let Some(frame) = self.fresh.take()
        {
            self.late = Some(Late::after(&refusal, frame, now));
            return Vec::new();
        }
        let room = place.seat.room.clone();
        match room
            .update(user, own, made_by, update, (&self.mailbox, sub))
            .await
        {
            Ok(()) => Vec::new(),
            Err(problem) => self.connection.refused(sub, problem),
        }
    }

    async fn presence(&mut self, sub: u32, bytes: Vec<u8>) {
        if let Some(Place { seat, .. }) = self.places.get(&sub) {
            seat.room.presence(seat.id(), self.own(sub), bytes).await;
        }
    }

    /// The ClientID that a note's subscriber writes with.
    fn own(&self, sub: u32) -> Option<u64> {
        match self.connection.subscription(sub)?.query() {
            Query::Note { client_id, .. } => Some(*client_id),
            _ => None,
        }
    }

    /// Takes chunks one call after the other: what somebody says is stored in the order in
    /// which they said it.
    async fn append_transcript(
        &mut self,
        id: u64,
        meeting: &MeetingId,
        draft: TranscriptDraft,
    ) -> Vec<Effect> {
        let Some(actor) = &self.actor else {
            return Vec::new();
        };
        let (app, caller) = (&self.app, (&self.mailbox, id));
        let offered = transcript::offer(app, actor, meeting, draft, caller, &mut self.pass);
        let offered = offered.await;
        self.offered(id, offered)
    }

    fn call(&self, id: u64, key: String, command: Command) {
        let (app, Some(actor)) = (self.app.clone(), &self.actor) else {
            return;
        };
        let actor = actor.next_request(app.ids.uuid(), app.clock.now_ms());
        self.beside(
            id,
            async move { carry_out(&app, &actor, key, command).await },
        );
    }

    async fn send(&mut self, frame: Outgoing) -> Result<(), Over> {
        match self.socket.send(message(frame)).await {
            Ok(()) => Ok(()),
            Err(Broken::Line) => Err(Over),
            Err(Broken::Stalled) => {
                self.socket.close(close::TRY_LATER).await;
                Err(Over)
            }
        }
    }
}

/// A frame as the socket takes it.
pub(super) fn message(frame: Outgoing) -> Message {
    match frame {
        Outgoing::Text(text) => Message::Text(text.into()),
        Outgoing::Binary(bytes) => Message::Binary(Bytes::from(bytes)),
    }
}
