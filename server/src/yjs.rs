//! `/v1/yjs/{meetingId}?token=…`: stock Yjs editors, through the provider of
//! y-websocket. The rules of the protocol are [`connvo_core::live::stock`]'s.

mod deliver;
mod mail;

use crate::actor::{Actor, RequestInfo};
use crate::app::App;
use crate::auth::admit;
use crate::connections::Connected;
use crate::http::{Failure, Path, Query};
use crate::listeners::{About, Hearing};
use crate::meeting::{Membership, authorise};
use crate::presence::{Here, Presence};
use crate::rate::{Late, NOTE_OP};
use crate::rooms::Seat;
use crate::rooms::feed::Interest;
use crate::rooms::mailbox::Mailbox;
use crate::socket::upgrade::Upgrade;
use crate::socket::{Broken, Error, Message, Socket};
use axum::extract::State;
use axum::response::Response;
use bytes::Bytes;
use connvo_core::access::Action;
use connvo_core::id::MeetingId;
use connvo_core::live::connection::Stream;
use connvo_core::live::pacing::{NOTE_MS, Pacer, window_ms};
use connvo_core::live::presence;
use connvo_core::live::stock::{self, Effect, Message as Stock, StockDoor};
use connvo_core::protocol::{DEAD_MS, HEARTBEAT_MS, close};
use serde::Deserialize;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::{Instant, sleep_until};
use utoipa::IntoParams;

/// Frames that make no sense before the socket is closed.
const STRIKES: u8 = 3;

/// The provider's parameters.
#[derive(Deserialize, IntoParams)]
pub struct Params {
    /// The bearer token.
    token: String,
}

/// Opens the note of a meeting to a stock Yjs editor: a WebSocket (RFC 6455) that speaks the
/// protocol of y-websocket. The bearer token is `token` in the query, as that provider sends
/// it.
#[utoipa::path(get, path = "/v1/yjs/{id}", tag = "live",
    params(("id" = MeetingId, Path), Params),
    responses((status = 101, description = "Upgraded: messages of y-protocols follow"),
        (status = 401, description = "No valid token"),
        (status = 403, description = "You take no part: who left reads it once the meeting is over"),
        (status = 404, description = "Absent, or not yours to see"),
        (status = 422, description = "No WebSocket is asked for, or no token given"),
        (status = 503, description = "Not now: try again; see Retry-After")))]
pub async fn upgrade(
    State(app): State<App>,
    Path(meeting): Path<MeetingId>,
    Query(params): Query<Params>,
    request: RequestInfo,
    upgrade: Upgrade,
) -> Result<Response, Failure> {
    // Before anything is authorised: no change of rights is missed.
    let mailbox = Arc::<Mailbox>::default();
    let hear = |about| app.listeners.hear(about, &mailbox);
    let (node, in_meeting) = (hear(About::Node), hear(About::Meeting(meeting.clone())));
    let request = Arc::new(request);
    let identity = admit(&app, &request, &params.token).await?;
    app.seen.note(&identity.user_id, request.began_at_ms);
    let actor = identity.actor(&request);
    let hears = [node, in_meeting, hear(About::Person(actor.user_id.clone()))];
    let session = actor.session_id.as_deref();
    app.auth.stands(&actor.user_id, session).await?;
    let membership = authorise(&app, &actor, &meeting, Action::ReadNote).await?;
    let connected = app.connections.enter(&actor.user_id)?;
    let interest = Interest {
        stream: Stream::Note,
        presence: true,
    };
    let seat = app.rooms.follow(&meeting, &mailbox, 0, interest).await?;
    let place = Place {
        here: Presence::came(&app, &meeting, &actor),
        actor,
        meeting,
        seat,
        mailbox,
        membership,
        hears,
        connected,
    };
    Ok(upgrade.serve(move |socket| {
        let tracked = app.tasks.clone();
        tracked.track_future(Editor::new(app, place, identity.expires_at_ms, socket).run())
    }))
}

/// Where an editor is, and as what.
struct Place {
    here: Here,
    actor: Actor,
    meeting: MeetingId,
    seat: Seat,
    mailbox: Arc<Mailbox>,
    membership: Membership,
    hears: [Hearing; 3],
    connected: Connected,
}

struct Editor {
    /// While it is open, the person is in the meeting.
    _here: Here,
    app: App,
    actor: Actor,
    meeting: MeetingId,
    seat: Seat,
    socket: Socket,
    mailbox: Arc<Mailbox>,
    door: StockDoor,
    pacer: Pacer,
    membership: Membership,
    expires_at_ms: u64,
    refused: bool,
    strikes: u8,
    /// When the client was last heard, in milliseconds since the Unix epoch.
    heard_ms: u64,
    /// When it is pinged next, in milliseconds since the Unix epoch.
    ping_ms: u64,
    /// The frame being taken, while it may still be held back.
    fresh: Option<Bytes>,
    late: Option<Late>,
    /// Whether mail goes before the next frame.
    mail_next: bool,
    /// This person's place among their own connections.
    _connected: Connected,
    /// The changes of rights that are heard of.
    _hears: [Hearing; 3],
}

/// The connection is over, with this close code.
struct Over(u16);

enum Woken {
    Frame(Option<Result<Message, Error>>),
    Mail,
    Time,
}

impl Editor {
    fn new(app: App, place: Place, expires_at_ms: u64, socket: Socket) -> Self {
        let now = app.clock.now_ms();
        let writable = place.membership.may(Action::WriteNote, now).is_ok();
        Self {
            app,
            actor: place.actor,
            meeting: place.meeting,
            _here: place.here,
            seat: place.seat,
            socket,
            mailbox: place.mailbox,
            door: StockDoor::new(writable),
            pacer: Pacer::default(),
            membership: place.membership,
            expires_at_ms,
            refused: false,
            strikes: 0,
            heard_ms: now,
            ping_ms: now + HEARTBEAT_MS,
            fresh: None,
            late: None,
            mail_next: false,
            _connected: place.connected,
            _hears: place.hears,
        }
    }

    async fn run(mut self) {
        // Who came after the others were told is told as well.
        if self.app.shutdown.is_cancelled() {
            self.mailbox.stop();
        }
        let end = loop {
            if let Err(Over(code)) = self.turn().await {
                break code;
            }
        };
        self.socket.close(end).await;
    }

    async fn turn(&mut self) -> Result<(), Over> {
        let woken = self.wait().await;
        self.mail_next = matches!(woken, Woken::Frame(_));
        if matches!(woken, Woken::Frame(Some(Ok(_)))) {
            self.heard_ms = self.app.clock.now_ms();
        }
        // Whatever is due by the clock is done in every turn, before anything else.
        self.beat().await?;
        // Rights that ended meanwhile end before a frame is taken.
        if self.mailbox.is_urgent() {
            self.open_mail().await?;
        }
        match woken {
            Woken::Frame(Some(Ok(Message::Binary(bytes)))) => {
                self.fresh = Some(bytes.clone());
                self.receive(&bytes).await?;
            }
            Woken::Frame(Some(Ok(Message::Ping(_) | Message::Pong(_)))) | Woken::Time => {}
            Woken::Frame(Some(Ok(Message::Text(_)))) => self.strike()?,
            Woken::Frame(_) => return Err(Over(close::NORMAL)),
            Woken::Mail => self.open_mail().await?,
        }
        self.fresh = None;
        if let Some(frame) = Late::take_due(&mut self.late, self.app.clock.now_ms()) {
            self.receive(&frame).await?;
        }
        self.deliver().await?;
        self.socket.flush().await.map_err(over)
    }

    fn window(&self) -> u64 {
        window_ms(NOTE_MS, self.app.rooms.pressure())
    }

    /// As the live socket waits: what ends rights first, frames and mail in turn.
    async fn wait(&mut self) -> Woken {
        let synced = self.door.cursor().is_some();
        let due = self.pacer.due_at(self.window()).filter(|_| synced);
        let dead = self.heard_ms + DEAD_MS;
        let late = self.late.as_ref().map(|late| late.due_ms);
        let timed = self.expires_at_ms.min(self.ping_ms).min(dead);
        let at = due.into_iter().chain(late).fold(timed, u64::min);
        let wait = Duration::from_millis(at.saturating_sub(self.app.clock.now_ms()));
        tokio::select! {
            biased;
            () = self.mailbox.filled(), if self.mail_next || self.mailbox.is_urgent() => Woken::Mail,
            frame = self.socket.recv(), if self.late.is_none() => Woken::Frame(frame),
            () = self.mailbox.filled() => Woken::Mail,
            () = sleep_until(Instant::now() + wait) => Woken::Time,
        }
    }

    /// Provider and browser answer a ping by themselves: who is silent for too long
    /// is gone without a word, and its place in the room is free.
    async fn beat(&mut self) -> Result<(), Over> {
        let now = self.app.clock.now_ms();
        if now >= self.expires_at_ms {
            return Err(Over(close::POLICY));
        }
        if now >= self.heard_ms + DEAD_MS {
            return Err(Over(close::TRY_LATER));
        }
        if now >= self.ping_ms {
            self.ping_ms = now + HEARTBEAT_MS;
            let ping = Message::Ping(Bytes::new());
            self.socket.send(ping).await.map_err(over)?;
        }
        if self.door.is_writable() && self.membership.may(Action::WriteNote, now).is_err() {
            // The grace of a meeting that is over has ended.
            self.door.set_writable(false);
        }
        Ok(())
    }

    async fn receive(&mut self, frame: &[u8]) -> Result<(), Over> {
        match self.door.receive(frame) {
            None => Ok(()),
            Some(Effect::Sync(vector)) => self.sync(vector).await,
            Some(Effect::Offer { own, update }) => {
                // Nothing is skipped for rate: it waits, and the socket is not read.
                let now = self.app.clock.now_ms();
                let rates = &self.app.rates;
                if let Err(refusal) =
                    rates.take(NOTE_OP, &self.actor.user_id, &self.meeting, 1, now)
                    && let Some(frame) = self.fresh.take()
                {
                    self.late = Some(Late::after(&refusal, frame, now));
                    return Ok(());
                }
                let offered = self
                    .seat
                    .room
                    .stock_update(&self.actor.user_id, own, update, &self.mailbox)
                    .await;
                offered.map_err(|_| Over(close::TRY_LATER))
            }
            Some(Effect::Presence(bytes)) => {
                let first = presence::decode(&bytes)
                    .and_then(|states| states.first().map(|state| state.client_id));
                if let (None, Some(own)) = (self.door.own(), first) {
                    self.door.set_own(own);
                    self.seat
                        .room
                        .join(self.seat.id(), own, &self.actor.user_id)
                        .await;
                }
                self.seat
                    .room
                    .presence(self.seat.id(), self.door.own(), bytes)
                    .await;
                Ok(())
            }
            Some(Effect::QueryPresence) => {
                self.seat.room.everybody(&self.mailbox, 0).await;
                Ok(())
            }
            Some(Effect::Malformed) => self.strike(),
        }
    }

    /// Step 1 is answered by step 2; then the server asks in turn.
    async fn sync(&mut self, vector: Vec<u8>) -> Result<(), Over> {
        let first = self.door.cursor().is_none();
        let state = match self.seat.room.sync(vector).await {
            Ok(state) => state,
            Err(problem) if problem.code.status() < 500 => return self.strike(),
            Err(_) => return Err(Over(close::TRY_LATER)),
        };
        if self.mailbox.is_urgent() {
            // Rights may have ended while the room was asked.
            self.open_mail().await?;
        }
        self.send(&Stock::Step2(&state.diff)).await?;
        if first {
            self.send(&Stock::Step1(&state.state_vector)).await?;
            self.seat.room.everybody(&self.mailbox, 0).await;
        }
        self.door.synced(state.head);
        self.pacer.wake();
        Ok(())
    }

    const fn strike(&mut self) -> Result<(), Over> {
        self.strikes += 1;
        if self.strikes < STRIKES {
            Ok(())
        } else {
            Err(Over(close::MALFORMED))
        }
    }

    async fn send(&mut self, message: &Stock<'_>) -> Result<(), Over> {
        let frame = Message::Binary(Bytes::from(stock::encode(message)));
        self.socket.send(frame).await.map_err(over)
    }
}

const fn over(broken: Broken) -> Over {
    match broken {
        Broken::Line => Over(close::NORMAL),
        Broken::Stalled => Over(close::TRY_LATER),
    }
}
