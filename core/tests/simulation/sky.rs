//! What everybody in the simulated world stands under: one clock, one queue of
//! events, one seeded source of chance, the network, and the books.

use crate::ledger::Ledger;
use crate::net::{Frame, LinkId, Net};
use crate::store::Store;
use crate::web::{Answer, Request};
use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64Mcg;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};

/// Which client, by its place in the world.
pub type ClientId = usize;

/// Something that happens at a time.
#[derive(Debug)]
pub enum Event {
    /// The next frame of a link's direction arrives.
    Pump { link: LinkId, up: bool },
    /// A client's attempt to connect reaches the server.
    Accept { link: LinkId },
    /// The client's socket is open.
    Opened { link: LinkId },
    /// One end learns that the link is gone.
    Down { link: LinkId, at_server: bool },
    /// An HTTP request reaches the server.
    Request {
        client: ClientId,
        life: u64,
        id: u64,
        request: Request,
    },
    /// An HTTP answer reaches the client.
    Answer {
        client: ClientId,
        life: u64,
        id: u64,
        answer: Answer,
    },
    /// A client's own timer, token or storage.
    Client {
        client: ClientId,
        life: u64,
        wake: ClientWake,
    },
    /// A task of the server process of this life goes on.
    Server { life: u64, wake: ServerWake },
    /// The server process starts.
    Boot,
    /// Somebody does something.
    Act { client: ClientId },
    /// A partition heals.
    Heal { client: ClientId },
    /// A person may write again.
    Promote { client: ClientId },
    /// The drained server process ends.
    Exit { life: u64 },
    /// Look whether all is quiet.
    Look,
}

/// Why a client wakes.
#[derive(Debug)]
pub enum ClientWake {
    /// A deadline of its state machine.
    Deadline,
    /// The application has a token.
    Token,
    /// The device has carried out the oldest write.
    Written,
    /// It comes back after a crash.
    Restart,
    /// A request is not answered: try again.
    Retry(u64),
}

/// Which task of the server wakes.
#[derive(Debug, Clone, Copy)]
pub enum ServerWake {
    /// A connection's task.
    Turn { link: LinkId },
    /// What a connection awaited is there.
    Awaited { link: LinkId, ticket: u64 },
    /// The room was read from the store.
    RoomLoaded { room: u64 },
    /// The room's task.
    Room { room: u64 },
    /// The commit reaches the disk.
    Commit { room: u64 },
    /// The committer answers.
    Committed { room: u64 },
    /// Entries asked for are read.
    Fetched { room: u64 },
    /// The base is on disk, or not.
    BaseSaved { room: u64, written: bool },
    /// A request was authorised.
    Web { ticket: u64 },
}

/// Lines of what happened, when a single seed is replayed.
#[derive(Default)]
pub struct Trace {
    pub on: bool,
}

/// Time, chance, network, books.
pub struct Sky {
    /// Milliseconds of the one clock.
    pub now: u64,
    pub rng: Pcg64Mcg,
    pub net: Net,
    pub store: Store,
    pub ledger: Ledger,
    pub trace: Trace,
    /// How often the rarer things happened.
    pub seen: BTreeMap<&'static str, u64>,
    /// Laws that were seen broken.
    pub broken: Vec<String>,
    /// Whether honest changes may be refused in this seed: rights come and go, or
    /// the note is small.
    pub refusals: bool,
    /// Whether the note is small: stock editors only shorten it then, since a refusal
    /// leaves them reading for good.
    pub small: bool,
    /// Whether there are many edits: bases are then written when they are due, and
    /// who is cut off comes back far behind.
    pub long: bool,
    /// Whether faults happen: off once the world is to come to rest.
    pub stormy: bool,
    queue: BinaryHeap<Reverse<Due>>,
    events: Vec<Option<Event>>,
    free: Vec<usize>,
    count: u64,
}

type Due = (u64, u64, usize);

impl Sky {
    pub fn new(seed: u64, trace: bool) -> Self {
        Self {
            now: 1_700_000_000_000,
            rng: Pcg64Mcg::seed_from_u64(seed),
            net: Net::default(),
            store: Store::default(),
            ledger: Ledger::default(),
            trace: Trace { on: trace },
            seen: BTreeMap::new(),
            broken: Vec::new(),
            refusals: false,
            small: false,
            long: false,
            stormy: true,
            queue: BinaryHeap::new(),
            events: Vec::new(),
            free: Vec::new(),
            count: 0,
        }
    }

    /// Queues an event. Events of one moment come in the order they were queued.
    pub fn after(&mut self, delay_ms: u64, event: Event) {
        let slot = match self.free.pop() {
            Some(slot) => {
                self.events[slot] = Some(event);
                slot
            }
            None => {
                self.events.push(Some(event));
                self.events.len() - 1
            }
        };
        self.count += 1;
        self.queue
            .push(Reverse((self.now + delay_ms, self.count, slot)));
    }

    /// The next event; time moves on to it.
    pub fn next(&mut self) -> Option<Event> {
        let Reverse((at, _, slot)) = self.queue.pop()?;
        self.now = self.now.max(at);
        self.free.push(slot);
        self.events[slot].take()
    }

    /// How many events were queued.
    pub const fn events(&self) -> u64 {
        self.count
    }

    /// A number in `0..bound`.
    pub fn below(&mut self, bound: u64) -> u64 {
        self.rng.random_range(0..bound.max(1))
    }

    /// A number in `from..=to`.
    pub fn between(&mut self, from: u64, to: u64) -> u64 {
        self.rng.random_range(from..=to)
    }

    pub fn chance(&mut self, probability: f64) -> bool {
        self.rng.random_bool(probability)
    }

    /// A fault of this probability, while faults happen.
    pub fn mishap(&mut self, probability: f64) -> bool {
        self.stormy && self.chance(probability)
    }

    /// A fresh ClientID of 53 bits; small ones too, since yrs orders by them.
    pub fn client_id(&mut self) -> u64 {
        let bits = if self.chance(0.3) { 20 } else { 53 };
        1 + self.below((1 << bits) - 2)
    }

    pub fn log(&self, line: impl FnOnce() -> String) {
        if self.trace.on {
            eprintln!("{:>8} {}", self.now - 1_700_000_000_000, line());
        }
    }

    /// Something rare happened, that the seeds together must have.
    pub fn saw(&mut self, what: &'static str) {
        *self.seen.entry(what).or_default() += 1;
    }

    /// A law was seen broken.
    pub fn breach(&mut self, what: impl Into<String>) {
        let what = what.into();
        self.log(|| format!("BROKEN LAW: {what}"));
        if self.broken.len() < 10 {
            self.broken
                .push(format!("at {} ms: {what}", self.now - 1_700_000_000_000));
        }
    }

    // The network, with its events.

    /// A client opens a socket; it hears `Opened` or `Down`.
    pub fn connect(&mut self, client: ClientId, stock: bool) -> LinkId {
        let link = self.net.open(client, stock);
        let delay = self.latency();
        self.after(delay, Event::Accept { link });
        link
    }

    /// One end sends a frame.
    pub fn send(&mut self, link: LinkId, up: bool, frame: Frame) {
        if self.net.push(link, up, frame) {
            let delay = self.latency();
            self.after(delay, Event::Pump { link, up });
        }
    }

    /// One end closes: what it sent before still arrives, the other end hears it.
    pub fn close(&mut self, link: LinkId, from_server: bool, code: u16) {
        self.net.hang_up(link, from_server);
        self.send(link, !from_server, Frame::Close(code));
    }

    /// The link dies. Each end learns of it, late or only by silence.
    pub fn cut(&mut self, link: LinkId) {
        self.net.sever(link);
        for at_server in [false, true] {
            if self.chance(0.7) {
                let delay = self.between(0, 1_500);
                self.after(delay, Event::Down { link, at_server });
            }
        }
    }

    /// How long a frame travels, in milliseconds.
    pub fn latency(&mut self) -> u64 {
        match self.below(20) {
            0 => self.between(100, 900),
            1..5 => self.between(0, 5),
            _ => self.between(5, 60),
        }
    }
}
