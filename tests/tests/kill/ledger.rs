//! What was sent, what was acknowledged, and how the writers wait for a server
//! that was killed.

use connvo_core::id::MeetingId;
use connvo_tests::load::people::Place;
use std::cell::{Cell, RefCell};
use std::net::SocketAddr;
use std::rc::Rc;
use std::time::Duration;
use tokio::sync::{Notify, watch};
use tokio::time::timeout;

/// Longest wait for a restart, or for an answer.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

/// Where everything is, and how often the server was started.
#[derive(Clone)]
pub(crate) struct World {
    pub(crate) address: SocketAddr,
    pub(crate) places: Rc<Vec<Place>>,
    starts: watch::Sender<u64>,
    stopped: watch::Sender<bool>,
}

impl World {
    pub(crate) fn new(address: SocketAddr, places: Vec<Place>) -> Self {
        Self {
            address,
            places: Rc::new(places),
            starts: watch::Sender::new(0),
            stopped: watch::Sender::new(false),
        }
    }

    pub(crate) fn meeting(&self, room: usize) -> &MeetingId {
        &self.places[room].id
    }

    pub(crate) fn token(&self, room: usize, person: usize) -> &str {
        &self.places[room].tokens[person]
    }

    pub(crate) fn url(&self, room: usize, tail: &str) -> String {
        format!(
            "http://{}/v1/meetings/{}{tail}",
            self.address,
            self.meeting(room)
        )
    }

    /// The server is back.
    pub(crate) fn restarted(&self) {
        self.starts.send_modify(|starts| *starts += 1);
    }

    /// Writers finish what they have begun, and end.
    pub(crate) fn stop(&self) {
        self.stopped.send_replace(true);
    }

    pub(crate) fn is_stopped(&self) -> bool {
        *self.stopped.borrow()
    }

    /// Waits until the writers are to end.
    pub(crate) async fn stopped(&self) {
        let mut stopped = self.stopped.subscribe();
        // The sender is this world's own: it cannot be gone.
        let _ = stopped.wait_for(|stopped| *stopped).await;
    }

    /// How often the server was started again, seen before a try.
    pub(crate) fn starts(&self) -> u64 {
        *self.starts.borrow()
    }

    /// A try failed: waits until the server was started after it began. Without a
    /// kill that explains the failure, the test fails.
    pub(crate) async fn back_after(&self, seen: u64, why: &str) {
        let mut starts = self.starts.subscribe();
        let back = starts.wait_for(|starts| *starts > seen);
        let back = timeout(PATIENCE, back).await;
        assert!(back.is_ok(), "failed without a kill: {why}");
    }
}

/// One meeting's acknowledgements.
#[derive(Debug, Default)]
pub(crate) struct Room {
    /// Op door: client, its sequence, the version told.
    pub(crate) operations: Vec<(String, u64, u64)>,
    /// Live lane: for each client, how many of its changes are acknowledged and
    /// how many it sent.
    pub(crate) lanes: Vec<(u64, u64, u64)>,
    /// Transcript: segment and the sequence told.
    pub(crate) segments: Vec<(String, u64)>,
}

/// Everything that was acknowledged.
pub(crate) struct Ledger {
    pub(crate) rooms: RefCell<Vec<Room>>,
    events: Cell<u64>,
    event: Notify,
}

impl Ledger {
    pub(crate) fn new(rooms: usize) -> Self {
        Self {
            rooms: RefCell::new((0..rooms).map(|_| Room::default()).collect()),
            events: Cell::new(0),
            event: Notify::new(),
        }
    }

    /// Something was sent, or acknowledged.
    pub(crate) fn note(&self) {
        self.events.set(self.events.get() + 1);
        self.event.notify_one();
    }

    /// Waits until so much more has happened.
    pub(crate) async fn happened(&self, events: u64) {
        let wanted = self.events.get() + events;
        while self.events.get() < wanted {
            let next = timeout(PATIENCE, self.event.notified()).await;
            assert!(next.is_ok(), "nothing happens any more");
        }
    }
}

/// The text of a change: it says whose it is and which.
pub(crate) fn marker(client: &str, seq: u64) -> String {
    format!("<{client}.{seq}>")
}
