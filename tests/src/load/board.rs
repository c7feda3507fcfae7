//! What the clients of one process tell each other: who sent what when, and who
//! has it. One thread, so nothing is locked.

use super::figures::{Latencies, Step};
use super::plan::CLIENTS;
use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::time::Duration;
use tokio::time::{Instant, sleep};

/// What kind of change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// An edit of the note.
    Note = 0,
    /// A transcript chunk.
    Chunk = 1,
}

/// What a client's task is told.
#[derive(Debug, Clone, Copy)]
pub enum Order {
    /// Connect and sign in.
    Open,
    /// Follow the meeting.
    Follow,
    /// Make a change, which was due at this moment.
    Change(Kind, Instant),
}

/// Where a client sits.
#[derive(Debug, Clone, Copy)]
pub struct Seat {
    /// Which meeting or document.
    pub room: usize,
    /// Which of its five clients.
    pub author: usize,
}

impl Seat {
    /// The client's number among all.
    #[must_use]
    pub const fn number(self) -> usize {
        self.room * CLIENTS + self.author
    }

    /// The Yjs ClientID that it writes with: its author is in the low byte.
    #[must_use]
    pub const fn client_id(self, seed: u64) -> u64 {
        ((seed & 0xffff) << 32) | ((self.room as u64 + 1) << 8) | self.author as u64
    }

    /// The author that a ClientID names.
    #[must_use]
    pub const fn author_of(client_id: u64) -> usize {
        (client_id & 0xff) as usize
    }
}

/// Changes of one kind by one client: when each was due.
type Sent = Vec<Instant>;

/// How many changes of each author of its room a client has, by kind.
type Heard = [[usize; CLIENTS]; 2];

/// The board.
#[derive(Debug, Default)]
pub struct Board {
    sent: RefCell<Vec<[Sent; 2]>>,
    heard: RefCell<Vec<Heard>>,
    window: Cell<Option<(Instant, Instant)>>,
    commit: RefCell<Latencies>,
    delivery: RefCell<Latencies>,
    pulse: RefCell<Latencies>,
    reads: RefCell<Latencies>,
    lateness: RefCell<Latencies>,
    counts: Cell<Counts>,
    settled: Cell<usize>,
    bytes: Cell<[(u64, u64); 2]>,
    complaints: RefCell<BTreeMap<String, u64>>,
}

#[derive(Debug, Clone, Copy, Default)]
struct Counts {
    sent: u64,
    delivered: u64,
    frames: u64,
    sent_ever: u64,
    delivered_ever: u64,
}

impl Board {
    /// A board for this many rooms.
    #[must_use]
    pub fn new(rooms: usize) -> Self {
        let board = Self::default();
        *board.sent.borrow_mut() = vec![Default::default(); rooms * CLIENTS];
        *board.heard.borrow_mut() = vec![Default::default(); rooms * CLIENTS];
        board
    }

    /// A client sends a change: answers its place among the client's own.
    pub fn sent(&self, seat: Seat, kind: Kind, due: Instant) -> usize {
        let mut counts = self.counts.get();
        counts.sent_ever += 1;
        counts.sent += u64::from(self.counts_now(due));
        self.counts.set(counts);
        let mut sent = self.sent.borrow_mut();
        let list = &mut sent[seat.number()][kind as usize];
        list.push(due);
        list.len() - 1
    }

    /// How many changes of one kind a client has sent.
    #[must_use]
    pub fn sent_by(&self, seat: Seat, kind: Kind) -> usize {
        self.sent.borrow()[seat.number()][kind as usize].len()
    }

    /// A client has all changes of an author up to and with this one. Answers how
    /// many of them were new to it.
    pub fn heard(&self, seat: Seat, author: usize, kind: Kind, upto: usize) -> u64 {
        let now = Instant::now();
        let mut heard = self.heard.borrow_mut();
        let Some(next) = heard[seat.number()][kind as usize].get_mut(author) else {
            return 0;
        };
        let sent = self.sent.borrow();
        let maker = Seat { author, ..seat };
        let list = &sent[maker.number()][kind as usize];
        let upto = list.len().min(upto + 1);
        let fresh = list.get(*next..upto).unwrap_or_default();
        if author != seat.author {
            for due in fresh {
                self.measure(&self.delivery, *due, now);
                if seat.room == 0 {
                    self.measure(&self.pulse, *due, now);
                }
            }
        }
        *next = upto.max(*next);
        let mut counts = self.counts.get();
        counts.delivered_ever += fresh.len() as u64;
        if self.counts_now(now) {
            counts.delivered += fresh.len() as u64;
        }
        self.counts.set(counts);
        fresh.len() as u64
    }

    /// A client's own changes from one place to another are acknowledged.
    pub fn committed(&self, seat: Seat, kind: Kind, from: usize, upto: usize) {
        let now = Instant::now();
        let sent = self.sent.borrow();
        let list = &sent[seat.number()][kind as usize];
        for due in list.get(from..list.len().min(upto + 1)).unwrap_or_default() {
            self.measure(&self.commit, *due, now);
        }
    }

    /// A frame came that carried this many new changes.
    pub fn frame(&self, kind: Kind, bytes: usize, fresh: u64) {
        let mut counts = self.counts.get();
        counts.frames += u64::from(self.counts_now(Instant::now()));
        self.counts.set(counts);
        let mut all = self.bytes.get();
        all[kind as usize].0 += bytes as u64;
        all[kind as usize].1 += fresh;
        self.bytes.set(all);
    }

    /// Mean bytes of one delivery.
    #[must_use]
    pub fn mean_bytes(&self, kind: Kind) -> u64 {
        let (bytes, deliveries) = self.bytes.get()[kind as usize];
        bytes / deliveries.max(1)
    }

    /// An HTTP read that was due then has come back.
    pub fn read(&self, due: Instant) {
        self.measure(&self.reads, due, Instant::now());
    }

    /// What was due then is sent now.
    pub fn late(&self, due: Instant) {
        self.measure(&self.lateness, due, Instant::now());
    }

    /// Something went wrong.
    pub fn complain(&self, what: impl Into<String>) {
        *self.complaints.borrow_mut().entry(what.into()).or_default() += 1;
    }

    /// What went wrong, each kind once with its count.
    #[must_use]
    pub fn complaints(&self) -> Vec<(String, u64)> {
        self.complaints.borrow().clone().into_iter().collect()
    }

    /// One more client has done what it was ordered.
    pub fn settle(&self) {
        self.settled.set(self.settled.get() + 1);
    }

    /// Waits until so many clients have; `false` when they do not within a minute.
    pub async fn settled(&self, wanted: usize) -> bool {
        for _ in 0..1_200 {
            if self.settled.get() >= wanted {
                return true;
            }
            sleep(Duration::from_millis(50)).await;
        }
        false
    }

    /// Starts measuring: what is due, and what is delivered, between two moments.
    pub fn begin(&self, start: Instant, end: Instant) {
        self.window.set(Some((start, end)));
        let mut counts = self.counts.get();
        (counts.sent, counts.delivered, counts.frames) = (0, 0, 0);
        self.counts.set(counts);
        let all = [
            &self.commit,
            &self.delivery,
            &self.pulse,
            &self.reads,
            &self.lateness,
        ];
        for latencies in all {
            *latencies.borrow_mut() = Latencies::default();
        }
    }

    /// The deliveries that are still to come.
    #[must_use]
    pub fn missing(&self) -> u64 {
        let counts = self.counts.get();
        (counts.sent_ever * CLIENTS as u64).saturating_sub(counts.delivered_ever)
    }

    /// The figures of the window.
    #[must_use]
    pub fn sum(&self) -> Step {
        let counts = self.counts.get();
        Step {
            sent: counts.sent,
            delivered: counts.delivered,
            frames: counts.frames,
            commit: self.commit.borrow().sum(),
            delivery: self.delivery.borrow().sum(),
            pulse: self.pulse.borrow().sum(),
            reads: self.reads.borrow().sum(),
            lateness: self.lateness.borrow().sum(),
            missing: self.missing(),
            ..Step::default()
        }
    }

    fn counts_now(&self, at: Instant) -> bool {
        self.window
            .get()
            .is_some_and(|(start, end)| start <= at && at < end)
    }

    fn measure(&self, latencies: &RefCell<Latencies>, due: Instant, now: Instant) {
        if self.counts_now(due) {
            latencies
                .borrow_mut()
                .add(now.saturating_duration_since(due));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_is_delivered_once_to_each_client() {
        let board = Board::new(1);
        let now = Instant::now();
        board.begin(now, now + Duration::from_secs(60));
        let writer = Seat { room: 0, author: 2 };
        assert_eq!(board.sent(writer, Kind::Note, now), 0);
        assert_eq!(board.sent(writer, Kind::Note, now), 1);
        assert_eq!(board.missing(), 10);
        for author in 0..CLIENTS {
            let seat = Seat { room: 0, author };
            assert_eq!(board.heard(seat, 2, Kind::Note, 1), 2);
            assert_eq!(board.heard(seat, 2, Kind::Note, 1), 0);
        }
        assert_eq!(board.missing(), 0);
        let step = board.sum();
        assert_eq!((step.sent, step.delivered, step.delivery.count), (2, 10, 8));
    }
}
