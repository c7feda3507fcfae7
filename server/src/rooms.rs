//! Rooms: one task a meeting, opened once, evicted when idle.
//!
//! The task drives [`connvo_core::live::Room`]: it gathers requests, stages them,
//! awaits the commit, publishes to the [`feed`], and answers. While a commit is
//! under way, what arrives waits in the task's bounded channel, and so does the
//! sender. Connections read the feed themselves; the task only wakes them.

mod actor;
mod catch_up;
pub mod feed;
mod handle;
pub mod mailbox;
pub mod pressure;
mod reply;

use crate::bus::{Bus, Hint};
use crate::clock::{Clock, Ids};
use crate::committer::Committer;
use crate::db::Db;
use catch_up::Grown;
use connvo_core::error::Problem;
use connvo_core::id::MeetingId;
use connvo_core::limits::NoteLimits;
use connvo_core::protocol::varint::SAFE_MAX;
use feed::{Interest, Watch};
use mailbox::Mailbox;
use pressure::Pressure;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::OnceCell;

pub use handle::{NoteView, Room, StockState};

/// How long a room without watchers stays open.
pub const IDLE: Duration = Duration::from_secs(60);

/// What rooms stand on.
pub struct Ground {
    /// The database.
    pub db: Db,
    /// Group commit.
    pub committer: Committer,
    /// The time.
    pub clock: Clock,
    /// Ids and randomness.
    pub ids: Ids,
    /// Bounds of a note.
    pub limits: NoteLimits,
    /// How long a room without watchers stays open.
    pub idle: Duration,
    /// The way to the other nodes.
    pub bus: Bus,
}

impl Ground {
    /// A fresh random ClientID.
    fn client_id(&self) -> u64 {
        self.ids.bits() & SAFE_MAX
    }
}

type Cell = Arc<OnceCell<Room>>;

/// A place in a room; dropping it leaves.
#[derive(Debug)]
pub struct Seat {
    /// The room.
    pub room: Room,
    watch: Watch,
}

impl Seat {
    /// A number that no other place of this process has.
    #[must_use]
    pub const fn id(&self) -> u64 {
        self.watch.id()
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        self.room.leave(self.watch.id());
    }
}

/// Somebody who waits for a room to open. The last one to give up on a room that
/// could not be loaded takes its cell out of the map.
struct Visit<'a> {
    rooms: &'a Rooms,
    meeting: MeetingId,
    cell: Cell,
}

impl Drop for Visit<'_> {
    fn drop(&mut self) {
        let mut map = self.rooms.map();
        // Cells are handed out under the map's lock: two are the map's and ours.
        if self.cell.get().is_none() && Arc::strong_count(&self.cell) == 2 {
            map.remove(&self.meeting);
        }
    }
}

/// All open rooms of this process; cheap to clone.
#[derive(Clone)]
pub struct Rooms(Arc<Inner>);

struct Inner {
    ground: Ground,
    open: Mutex<HashMap<MeetingId, Cell>>,
    pressure: Pressure,
    grown: Grown,
}

impl Rooms {
    /// No rooms yet.
    #[must_use]
    pub fn new(ground: Ground) -> Self {
        Self(Arc::new(Inner {
            ground,
            open: Mutex::default(),
            pressure: Pressure::start(),
            grown: Grown::default(),
        }))
    }

    /// A meeting's room. Two first visitors share one: the cell is in the map
    /// before anything is loaded.
    ///
    /// # Errors
    /// `UNAVAILABLE` or `INTERNAL` when the store fails.
    pub async fn open(&self, meeting: &MeetingId) -> Result<Room, Problem> {
        loop {
            let visit = self.visit(meeting);
            let cell = &visit.cell;
            let room = match cell.get() {
                Some(room) => room,
                None => {
                    let open = || actor::open(self.clone(), meeting.clone(), Arc::clone(cell));
                    Box::pin(self.opened(cell, open)).await?
                }
            };
            if !room.is_closing() {
                return Ok(room.clone());
            }
            room.closed().await;
        }
    }

    /// What is in the cell, opened by whoever comes first. What grew while it was opened is
    /// looked at then: it may have been committed after the room had read its heads.
    async fn opened<'a, F>(
        &self,
        cell: &'a Cell,
        open: impl FnOnce() -> F,
    ) -> Result<&'a Room, Problem>
    where
        F: Future<Output = Result<Room, Problem>>,
    {
        let opened = cell.get_or_try_init(open).await;
        self.0.grown.look();
        opened
    }

    /// Opens a meeting's room and follows its feed: whatever the room does from now
    /// on, its end too, reaches the mailbox.
    ///
    /// # Errors
    /// As [`Rooms::open`].
    pub async fn follow(
        &self,
        meeting: &MeetingId,
        mailbox: &Arc<Mailbox>,
        sub: u32,
        interest: Interest,
    ) -> Result<Seat, Problem> {
        loop {
            let room = self.open(meeting).await?;
            let watch = room.feed().watch(mailbox, sub, interest);
            let seat = Seat { room, watch };
            // Who comes from another node has seen what that one had.
            if self.ground().bus.is_shared() && seat.room.freshen().await.is_err() {
                continue;
            }
            // A room that began to close before the watch stood may not tell it.
            if !seat.room.is_closing() {
                return Ok(seat);
            }
        }
    }

    fn visit(&self, meeting: &MeetingId) -> Visit<'_> {
        Visit {
            rooms: self,
            meeting: meeting.clone(),
            cell: Arc::clone(self.map().entry(meeting.clone()).or_default()),
        }
    }

    /// A meeting's room, if it is open now.
    #[must_use]
    pub fn get(&self, meeting: &MeetingId) -> Option<Room> {
        self.map().get(meeting).and_then(|cell| cell.get()).cloned()
    }

    /// Closes the room of a meeting that is no more: what waits in it is refused, nothing
    /// of it is stored, and whoever follows it comes again, and finds nothing; on every node.
    pub async fn close(&self, meeting: &MeetingId) {
        self.ground().bus.send(|| Hint::Reopen {
            meeting_id: meeting.clone(),
        });
        self.reopen(meeting).await;
    }

    /// Closes a meeting's room at this node: another one has taken the meeting away, or
    /// started its note over.
    pub async fn reopen(&self, meeting: &MeetingId) {
        if let Some(room) = self.get(meeting) {
            room.close().await;
        }
    }

    /// The meetings whose rooms are open.
    #[must_use]
    pub fn meetings(&self) -> Vec<MeetingId> {
        let map = self.map();
        let open = map.iter().filter(|(_, cell)| cell.get().is_some());
        open.map(|(meeting, _)| meeting.clone()).collect()
    }

    /// How many rooms are open.
    #[must_use]
    pub fn count(&self) -> usize {
        self.map().len()
    }

    /// How busy this process is, from 0 (idle) to 1.
    #[must_use]
    pub fn pressure(&self) -> f32 {
        self.0.pressure.now()
    }

    /// Whether a meeting's room is being opened now.
    fn is_opening(&self, meeting: &MeetingId) -> bool {
        self.map()
            .get(meeting)
            .is_some_and(|cell| cell.get().is_none())
    }

    fn ground(&self) -> &Ground {
        &self.0.ground
    }

    /// Takes a room out, unless another has taken its place.
    fn remove(&self, meeting: &MeetingId, cell: &Cell) {
        let mut map = self.map();
        if map.get(meeting).is_some_and(|held| Arc::ptr_eq(held, cell)) {
            map.remove(meeting);
        }
    }

    fn map(&self) -> MutexGuard<'_, HashMap<MeetingId, Cell>> {
        self.0.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests;
