//! A room from outside: questions and changes for its task.

mod transcript;

use super::feed::Feed;
use super::mailbox::Mailbox;
use super::reply::{Held, Reply, To};
use crate::audit::Entry;
use crate::bus::Bus;
use connvo_core::chat::{Change, Message as ChatMessage};
use connvo_core::error::Problem;
use connvo_core::id::{MeetingId, UserId};
use connvo_core::live::connection::NoteSnapshot;
use connvo_core::live::presence::{STATE_BYTES, State};
use connvo_core::live::room::{News, Request, unavailable};
use connvo_core::protocol::command::{NoteAccepted, NoteOperationDraft};
use std::sync::Arc;
use tokio::sync::{Semaphore, mpsc, oneshot};
use tokio_util::sync::CancellationToken;

/// The committed note.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoteView {
    /// The text.
    pub content: String,
    /// The last sequence that it includes.
    pub version: u64,
    /// The note's epoch.
    pub epoch: u64,
}

/// What a stock client needs to be in step.
#[derive(Debug)]
pub struct StockState {
    /// What the client lacks, as a V1 update.
    pub diff: Vec<u8>,
    /// What the server has, as a state vector.
    pub state_vector: Vec<u8>,
    /// The last sequence that the update includes.
    pub head: u64,
}

/// Most bytes that one room takes in before it has answered them; beyond it their
/// senders wait.
const HELD_BYTES: usize = 8 << 20;
/// Largest presence that is looked at: a client's state, its clock and its frame.
const PRESENCE_BYTES: usize = 2 * STATE_BYTES;

/// What the room's task is asked.
#[derive(Debug)]
pub(super) enum Message {
    Change {
        request: Request<Reply>,
        /// The audit log is to have this with the change.
        record: Option<Box<Entry>>,
    },
    Read(oneshot::Sender<NoteView>),
    Snapshot(oneshot::Sender<NoteSnapshot>),
    Sync {
        state_vector: Vec<u8>,
        reply: oneshot::Sender<Result<StockState, Problem>>,
        held: Held,
    },
    Presence {
        watch: u64,
        own: Option<u64>,
        bytes: Vec<u8>,
    },
    Join {
        watch: u64,
        client_id: u64,
        user: UserId,
    },
    Everybody {
        mailbox: Arc<Mailbox>,
        sub: u32,
    },
    Leave {
        watch: u64,
    },
    /// What other nodes have committed.
    News(Box<News>),
    /// Wants what the store has now.
    Freshen(oneshot::Sender<()>),
    PresentElsewhere(Vec<State>),
    TellPresent,
    /// The meeting is no more.
    Close,
}

/// A meeting's room; cheap to clone.
#[derive(Debug, Clone)]
pub struct Room {
    sender: mpsc::Sender<Message>,
    feed: Arc<Feed>,
    epoch: u64,
    gone: CancellationToken,
    room_for: Arc<Semaphore>,
    /// Whom to relay to what is of the moment.
    others: Option<(Bus, MeetingId)>,
}

impl Room {
    pub(super) fn new(
        sender: mpsc::Sender<Message>,
        feed: Arc<Feed>,
        epoch: u64,
        gone: CancellationToken,
    ) -> Self {
        Self {
            sender,
            feed,
            epoch,
            gone,
            room_for: Arc::new(Semaphore::new(HELD_BYTES)),
            others: None,
        }
    }

    /// The same room, which relays to other nodes what is of the moment.
    pub(super) fn relaying(self, bus: &Bus, meeting: &MeetingId) -> Self {
        let others = bus.is_shared().then(|| (bus.clone(), meeting.clone()));
        Self { others, ..self }
    }

    /// The published journals.
    #[must_use]
    pub const fn feed(&self) -> &Arc<Feed> {
        &self.feed
    }

    /// The note's epoch.
    #[must_use]
    pub const fn epoch(&self) -> u64 {
        self.epoch
    }

    pub(crate) fn is_closing(&self) -> bool {
        self.sender.is_closed()
    }

    /// Ends the room's task, and waits for its end.
    pub(super) async fn close(&self) {
        // Who cannot be told has ended already.
        let _ = self.send(Message::Close).await;
        self.closed().await;
    }

    pub(super) async fn closed(&self) {
        self.gone.cancelled().await;
    }

    /// Offers an operation.
    ///
    /// # Errors
    /// As [`connvo_core::live::note::Note::stage_operation`], and `UNAVAILABLE`.
    pub async fn operate(
        &self,
        author: &UserId,
        draft: NoteOperationDraft,
    ) -> Result<NoteAccepted, Problem> {
        let author = author.clone();
        self.change(|reply| Request::Operation {
            author,
            draft,
            reply: To::Note(reply),
        })
        .await
    }

    /// Makes the note's text this, by a minimal edit. `client_id` is fresh, or
    /// repeated by a retry. The audit log has `entry` with the change.
    ///
    /// # Errors
    /// `VALIDATION_ERROR` when the text is too long, and `UNAVAILABLE`.
    pub async fn replace(
        &self,
        author: &UserId,
        text: String,
        client_id: String,
        entry: Entry,
    ) -> Result<NoteAccepted, Problem> {
        let author = author.clone();
        let (reply, answer) = oneshot::channel();
        let request = Request::Replace {
            author,
            text,
            client_id,
            reply: To::Note(reply),
        };
        self.offer_recorded(request, Some(Box::new(entry))).await?;
        answer.await.map_err(|_| unavailable())?
    }

    /// Changes the chat. The audit log has `record` with the change.
    ///
    /// # Errors
    /// As [`Change::apply`], and `UNAVAILABLE`.
    pub async fn change_chat(
        &self,
        change: Change,
        record: Option<Entry>,
    ) -> Result<ChatMessage, Problem> {
        let (reply, answer) = oneshot::channel();
        let request = Request::Chat {
            change: Box::new(change),
            reply: To::Chat(reply),
        };
        self.offer_recorded(request, record.map(Box::new)).await?;
        answer.await.map_err(|_| unavailable())?
    }

    /// Offers an update of our own client; the journal acknowledges it, or the
    /// mailbox tells what became of it.
    ///
    /// # Errors
    /// `UNAVAILABLE` when the room is gone.
    pub(crate) async fn update(
        &self,
        author: &UserId,
        own: u64,
        (client_id, client_seq): (u64, u64),
        update: Vec<u8>,
        (mailbox, sub): (&Arc<Mailbox>, u32),
    ) -> Result<(), Problem> {
        let reply = To::Lane {
            mailbox: Arc::clone(mailbox),
            sub,
            client_id,
            client_seq,
        };
        self.offer(Request::Update {
            author: author.clone(),
            own: Some(own),
            made_by: Some((client_id, client_seq)),
            update,
            reply,
        })
        .await
    }

    /// Offers an update of a stock client.
    ///
    /// # Errors
    /// `UNAVAILABLE` when the room is gone.
    pub(crate) async fn stock_update(
        &self,
        author: &UserId,
        own: Option<u64>,
        update: Vec<u8>,
        mailbox: &Arc<Mailbox>,
    ) -> Result<(), Problem> {
        let reply = To::Stock {
            mailbox: Arc::clone(mailbox),
            sub: 0,
        };
        self.offer(Request::Update {
            author: author.clone(),
            own,
            made_by: None,
            update,
            reply,
        })
        .await
    }

    /// The committed note.
    ///
    /// # Errors
    /// `UNAVAILABLE` when the room is gone.
    pub async fn read(&self) -> Result<NoteView, Problem> {
        self.ask(Message::Read).await
    }

    /// The committed document, with its cursor.
    ///
    /// # Errors
    /// `UNAVAILABLE` when the room is gone.
    pub(crate) async fn snapshot(&self) -> Result<NoteSnapshot, Problem> {
        self.ask(Message::Snapshot).await
    }

    /// What a stock client with this state vector lacks.
    ///
    /// # Errors
    /// `VALIDATION_ERROR` for a malformed state vector, and `UNAVAILABLE`.
    pub(crate) async fn sync(&self, state_vector: Vec<u8>) -> Result<StockState, Problem> {
        let held = self.hold(state_vector.len()).await;
        self.ask(|reply| Message::Sync {
            state_vector,
            reply,
            held,
        })
        .await?
    }

    /// Has what the store has at this moment.
    pub(super) async fn freshen(&self) -> Result<(), Problem> {
        self.ask(Message::Freshen).await
    }

    /// Other nodes have committed this; false when the room is too busy to hear of it.
    pub(super) fn hears(&self, news: News) -> bool {
        self.sender.try_send(Message::News(Box::new(news))).is_ok()
    }

    /// People are present at another node. A room too busy to hear of it hears of it with
    /// the next change.
    pub(super) fn present_elsewhere(&self, states: Vec<State>) {
        let _ = self.sender.try_send(Message::PresentElsewhere(states));
    }

    /// Another node wants to know who is present here. As above.
    pub(super) fn tell_present(&self) {
        let _ = self.sender.try_send(Message::TellPresent);
    }

    /// A watcher says which ClientID it writes with.
    pub(crate) async fn join(&self, watch: u64, client_id: u64, user: &UserId) {
        let user = user.clone();
        let join = Message::Join {
            watch,
            client_id,
            user,
        };
        let _ = self.send(join).await;
    }

    /// Takes a watcher's presence; what is too large to be anybody's is passed over.
    pub(crate) async fn presence(&self, watch: u64, own: Option<u64>, bytes: Vec<u8>) {
        if bytes.len() > PRESENCE_BYTES {
            return;
        }
        let _ = self.send(Message::Presence { watch, own, bytes }).await;
    }

    /// Leaves everybody's presence in a mailbox.
    pub(crate) async fn everybody(&self, mailbox: &Arc<Mailbox>, sub: u32) {
        let mailbox = Arc::clone(mailbox);
        let _ = self.send(Message::Everybody { mailbox, sub }).await;
    }

    /// A watcher has left, and with it its presence.
    pub(crate) fn leave(&self, watch: u64) {
        // A full channel means that the room is busy; presence expires by itself.
        let _ = self.sender.try_send(Message::Leave { watch });
    }

    async fn change<T>(
        &self,
        request: impl FnOnce(oneshot::Sender<Result<T, Problem>>) -> Request<To>,
    ) -> Result<T, Problem> {
        let (reply, answer) = oneshot::channel();
        self.offer(request(reply)).await?;
        answer.await.map_err(|_| unavailable())?
    }

    /// Sends a change, once there is room for its bytes.
    async fn offer(&self, request: Request<To>) -> Result<(), Problem> {
        self.offer_recorded(request, None).await
    }

    async fn offer_recorded(
        &self,
        request: Request<To>,
        record: Option<Box<Entry>>,
    ) -> Result<(), Problem> {
        let held = self.hold(request.weight()).await;
        let request = request.replying(|to| Reply { to, held });
        self.send(Message::Change { request, record }).await
    }

    /// Waits for room for so many bytes; what is larger than all there is takes all.
    async fn hold(&self, bytes: usize) -> Held {
        let bytes = u32::try_from(bytes.min(HELD_BYTES)).unwrap_or(u32::MAX);
        Arc::clone(&self.room_for)
            .acquire_many_owned(bytes)
            .await
            .ok()
    }

    async fn ask<T>(
        &self,
        message: impl FnOnce(oneshot::Sender<T>) -> Message,
    ) -> Result<T, Problem> {
        let (reply, answer) = oneshot::channel();
        self.send(message(reply)).await?;
        answer.await.map_err(|_| unavailable())
    }

    async fn send(&self, message: Message) -> Result<(), Problem> {
        self.sender.send(message).await.map_err(|_| unavailable())
    }
}

#[cfg(test)]
mod tests;
