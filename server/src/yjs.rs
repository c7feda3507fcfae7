//! `/v1/yjs/{meetingId}?token=…`: stock Yjs editors, through the provider of
//! y-websocket. The rules of the protocol are [`connvo_core::live::stock`]'s.

use crate::app::{AccessChange, App};
use crate::http::{Failure, Path, Query};
use crate::live::sized;
use crate::meeting::{Membership, authorise};
use crate::note;
use crate::rooms::Room;
use crate::rooms::feed::{Interest, Watch};
use crate::rooms::mailbox::{Letter, Mailbox};
use axum::extract::State;
use axum::extract::ws::{CloseFrame, Message, WebSocket, WebSocketUpgrade};
use axum::response::Response;
use bytes::Bytes;
use connvo_core::access::Action;
use connvo_core::id::{MeetingId, UserId};
use connvo_core::live::connection::Stream;
use connvo_core::live::pacing::{NOTE_MS, Pacer, window_ms};
use connvo_core::live::presence;
use connvo_core::live::stock::{self, Effect, Message as Stock, StockDoor};
use connvo_core::live::{Item, Read};
use connvo_core::note::NoteEntry;
use connvo_core::protocol::{DEAD_MS, HEARTBEAT_MS, PAGE_ITEMS, close};
use futures_util::SinkExt;
use serde::Deserialize;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::broadcast::{Receiver, error::RecvError};
use tokio::time::{Instant, sleep_until, timeout};

/// How long a frame may wait for the reader.
const STALLED: Duration = Duration::from_secs(30);
/// Frames that make no sense before the socket is closed.
const STRIKES: u8 = 3;

/// The provider's parameters.
#[derive(Deserialize)]
pub struct Params {
    /// The bearer token.
    token: String,
}

/// Opens the socket for a member of the meeting.
///
/// # Errors
/// `UNAUTHORIZED` without a good token, `NOT_FOUND` to strangers.
pub async fn upgrade(
    State(app): State<App>,
    Path(meeting): Path<MeetingId>,
    Query(params): Query<Params>,
    upgrade: WebSocketUpgrade,
) -> Result<Response, Failure> {
    let identity = app.auth.verify(&params.token).await?;
    let membership = authorise(&app, &identity.user_id, &meeting, Action::ReadNote).await?;
    let room = app.rooms.open(&meeting).await?;
    Ok(sized(upgrade).on_upgrade(move |socket| {
        let tracked = app.tasks.clone();
        let expires_at_ms = identity.expires_at_ms;
        let editor = Editor::new(
            app,
            identity.user_id,
            meeting,
            membership,
            room,
            socket,
            expires_at_ms,
        );
        tracked.track_future(editor.run())
    }))
}

struct Editor {
    app: App,
    user: UserId,
    meeting: MeetingId,
    room: Room,
    watch: Watch,
    socket: WebSocket,
    mailbox: Arc<Mailbox>,
    door: StockDoor,
    pacer: Pacer,
    access: Receiver<AccessChange>,
    expires_at_ms: u64,
    refused: bool,
    strikes: u8,
    /// When the client was last heard, in milliseconds since the Unix epoch.
    heard_ms: u64,
    /// When it is pinged next, in milliseconds since the Unix epoch.
    ping_ms: u64,
}

/// The connection is over, with this close code.
struct Over(u16);

enum Woken {
    Frame(Option<Result<Message, axum::Error>>),
    Mail,
    Access(Result<AccessChange, RecvError>),
    Time,
    Shutdown,
}

impl Editor {
    fn new(
        app: App,
        user: UserId,
        meeting: MeetingId,
        membership: Membership,
        room: Room,
        socket: WebSocket,
        expires_at_ms: u64,
    ) -> Self {
        let mailbox = Arc::new(Mailbox::default());
        let watch = room.feed().watch(
            &mailbox,
            0,
            Interest {
                stream: Stream::Note,
                presence: true,
            },
        );
        let now = app.clock.now_ms();
        let writable = membership.may(Action::WriteNote, now).is_ok();
        Self {
            access: app.access_changes.subscribe(),
            app,
            user,
            meeting,
            room,
            watch,
            socket,
            mailbox,
            door: StockDoor::new(writable),
            pacer: Pacer::default(),
            expires_at_ms,
            refused: false,
            strikes: 0,
            heard_ms: now,
            ping_ms: now + HEARTBEAT_MS,
        }
    }

    async fn run(mut self) {
        let end = loop {
            if let Err(Over(code)) = self.turn().await {
                break code;
            }
        };
        let frame = CloseFrame {
            code: end,
            reason: "".into(),
        };
        let _ = timeout(
            Duration::from_secs(1),
            self.socket.send(Message::Close(Some(frame))),
        )
        .await;
        self.room.leave(self.watch.id());
    }

    async fn turn(&mut self) -> Result<(), Over> {
        let woken = self.wait().await;
        if matches!(woken, Woken::Frame(Some(Ok(_)))) {
            self.heard_ms = self.app.clock.now_ms();
        }
        match woken {
            Woken::Frame(Some(Ok(Message::Binary(bytes)))) => self.receive(&bytes).await?,
            Woken::Frame(Some(Ok(Message::Ping(_) | Message::Pong(_)))) => {}
            Woken::Frame(Some(Ok(Message::Text(_)))) => self.strike()?,
            Woken::Frame(_) => return Err(Over(close::NORMAL)),
            Woken::Mail => self.open_mail().await?,
            Woken::Access(change) => self.recheck(change).await?,
            Woken::Time => self.beat().await?,
            Woken::Shutdown => return Err(Over(close::RESTART)),
        }
        self.deliver().await?;
        self.flush().await
    }

    fn window(&self) -> u64 {
        window_ms(NOTE_MS, self.app.rooms.pressure())
    }

    async fn wait(&mut self) -> Woken {
        let synced = self.door.cursor().is_some();
        let due = self.pacer.due_at(self.window()).filter(|_| synced);
        let dead = self.heard_ms + DEAD_MS;
        let timed = self.expires_at_ms.min(self.ping_ms).min(dead);
        let at = due.map_or(timed, |due| due.min(timed));
        let wait = Duration::from_millis(at.saturating_sub(self.app.clock.now_ms()));
        tokio::select! {
            frame = self.socket.recv() => Woken::Frame(frame),
            () = self.mailbox.filled() => Woken::Mail,
            change = self.access.recv() => Woken::Access(change),
            () = sleep_until(Instant::now() + wait) => Woken::Time,
            () = self.app.shutdown.cancelled() => Woken::Shutdown,
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
            self.feed(Message::Ping(Bytes::new())).await?;
        }
        Ok(())
    }

    async fn receive(&mut self, frame: &[u8]) -> Result<(), Over> {
        match self.door.receive(frame) {
            None => Ok(()),
            Some(Effect::Sync(vector)) => self.sync(vector).await,
            Some(Effect::Offer { own, update }) => {
                let offered = self
                    .room
                    .stock_update(&self.user, own, update, &self.mailbox)
                    .await;
                offered.map_err(|_| Over(close::TRY_LATER))
            }
            Some(Effect::Presence(bytes)) => {
                let first = presence::decode(&bytes)
                    .and_then(|states| states.first().map(|state| state.client_id));
                if let (None, Some(own)) = (self.door.own(), first) {
                    self.door.set_own(own);
                    self.room.join(self.watch.id(), own, &self.user).await;
                }
                self.room
                    .presence(self.watch.id(), self.door.own(), bytes)
                    .await;
                Ok(())
            }
            Some(Effect::QueryPresence) => {
                self.room.everybody(&self.mailbox, 0).await;
                Ok(())
            }
            Some(Effect::Malformed) => self.strike(),
        }
    }

    /// Step 1 is answered by step 2; then the server asks in turn.
    async fn sync(&mut self, vector: Vec<u8>) -> Result<(), Over> {
        let first = self.door.cursor().is_none();
        let state = match self.room.sync(vector).await {
            Ok(state) => state,
            Err(problem) if problem.code.status() < 500 => return self.strike(),
            Err(_) => return Err(Over(close::TRY_LATER)),
        };
        self.send(&Stock::Step2(&state.diff)).await?;
        if first {
            self.send(&Stock::Step1(&state.state_vector)).await?;
            self.room.everybody(&self.mailbox, 0).await;
        }
        self.door.synced(state.head);
        self.pacer.wake();
        Ok(())
    }

    async fn open_mail(&mut self) -> Result<(), Over> {
        let mail = self.mailbox.take();
        if mail.overflowed {
            return Err(Over(close::TRY_LATER));
        }
        if !mail.woken.is_empty() {
            self.pacer.wake();
        }
        for letter in mail.letters {
            match letter {
                Letter::Presence { bytes, .. } => self.send(&Stock::Awareness(&bytes)).await?,
                Letter::Gone { .. } => return Err(Over(close::TRY_LATER)),
                // A refused client goes on read-only: closing would make it come
                // back with the same change for ever.
                Letter::Refuse { problem, .. } => {
                    tracing::info!(meeting = %self.meeting, code = ?problem.code, reason = problem.reason, "an update of a stock editor was refused");
                    self.refused = true;
                    self.door.set_writable(false);
                }
                Letter::Acknowledge { .. } | Letter::Volatile { .. } | Letter::Replied { .. } => {}
            }
        }
        Ok(())
    }

    async fn recheck(&mut self, change: Result<AccessChange, RecvError>) -> Result<(), Over> {
        let mine = match change {
            Ok(change) => {
                change.meeting_id == self.meeting
                    && change.user_id.is_none_or(|user| user == self.user)
            }
            Err(RecvError::Lagged(_)) => true,
            Err(RecvError::Closed) => false,
        };
        if !mine {
            return Ok(());
        }
        let membership = authorise(&self.app, &self.user, &self.meeting, Action::ReadNote).await;
        let membership = membership.map_err(|_| Over(close::POLICY))?;
        let may = membership
            .may(Action::WriteNote, self.app.clock.now_ms())
            .is_ok()
            && !self.refused;
        let regained = may && !self.door.is_writable();
        self.door.set_writable(may);
        if regained && let Ok(state) = self.room.sync(vec![0]).await {
            // What the client changed meanwhile was dropped: ask for it again.
            self.send(&Stock::Step1(&state.state_vector)).await?;
        }
        Ok(())
    }

    async fn deliver(&mut self) -> Result<(), Over> {
        let now = self.app.clock.now_ms();
        let Some(mut cursor) = self.door.cursor() else {
            return Ok(());
        };
        if !self.pacer.is_due(now, self.window()) {
            return Ok(());
        }
        self.pacer.clear();
        loop {
            let items = match self.room.feed().read_note(cursor) {
                Read::UpToDate => break,
                Read::Items(items) => items,
                Read::Behind => self.read_back(cursor).await?,
            };
            let Some(last) = items.last() else { break };
            cursor = last.entry().sequence;
            for item in &items {
                self.send(&Stock::Update(&item.entry().update)).await?;
            }
            self.door.synced(cursor);
            self.pacer.sent(now);
        }
        Ok(())
    }

    async fn read_back(&mut self, cursor: u64) -> Result<Vec<Arc<Item<NoteEntry>>>, Over> {
        let upto = (cursor + 1 + PAGE_ITEMS as u64).min(self.room.feed().note_head() + 1);
        let entries = note::store::range(&self.app.db, &self.meeting, cursor + 1, upto)
            .await
            .map_err(|_| Over(close::TRY_LATER))?;
        Ok(entries
            .into_iter()
            .map(|entry| Arc::new(Item::new(Arc::new(entry))))
            .collect())
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
        self.feed(Message::Binary(Bytes::from(stock::encode(message))))
            .await
    }

    async fn feed(&mut self, frame: Message) -> Result<(), Over> {
        match timeout(STALLED, self.socket.feed(frame)).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) => Err(Over(close::NORMAL)),
            Err(_) => Err(Over(close::TRY_LATER)),
        }
    }

    async fn flush(&mut self) -> Result<(), Over> {
        match timeout(STALLED, self.socket.flush()).await {
            Ok(Ok(())) => Ok(()),
            _ => Err(Over(close::NORMAL)),
        }
    }
}
