//! What all clients of a run share: where to connect, who is where, and the book in which
//! everything is written down.

use super::history::{Asked, History, Journal, Kind, Watch, Write};
use super::marker::Mark;
use crate::load::Failure;
use connvo_core::id::MeetingId;
use reqwest::Client;
use serde_json::{Value, json};
use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::Instant;

/// Longest wait for an answer.
pub const ANSWER: Duration = Duration::from_secs(10);
/// People of a meeting, as many as a free plan lets in; the first is the host.
pub const PEOPLE: usize = 6;

/// Somebody, and how they sign in.
#[derive(Debug, Clone)]
pub struct Person {
    /// Their id.
    pub id: String,
    /// Their token.
    pub token: String,
}

/// A meeting and its people.
#[derive(Debug, Clone)]
pub struct Meeting {
    /// The meeting.
    pub id: MeetingId,
    /// The host first.
    pub people: Vec<Person>,
}

/// What there is in the end: who has it may go.
#[derive(Debug, Clone, Default)]
pub struct Ends {
    /// The last sequence of each journal.
    pub heads: BTreeMap<Journal, u64>,
    /// Each meeting's note.
    pub texts: Vec<String>,
}

/// All of it.
#[derive(Debug)]
pub struct World {
    /// The run's seed.
    pub seed: u64,
    /// The load balancer.
    pub address: SocketAddr,
    /// The nodes behind it.
    pub nodes: Vec<SocketAddr>,
    /// The meetings.
    pub meetings: Vec<Meeting>,
    /// What happened.
    pub history: RefCell<History>,
    /// Whether the slow client reads.
    pub reads: watch::Receiver<bool>,
    /// How often the devices of each meeting's two people with our client were lost.
    pub devices: watch::Receiver<[u32; 2]>,
    /// How many were lost so far.
    pub lost: Cell<u64>,
    /// How often a node had to wait for the slow client of each meeting.
    pub pressed: RefCell<Vec<u64>>,
    /// What there is in the end, once that is known.
    pub ends: watch::Sender<Option<Ends>>,
    stopped: watch::Sender<bool>,
    authors: Cell<u32>,
    begun: Instant,
}

impl World {
    /// Makes people and meetings at the first node; clients go through the balancer.
    ///
    /// # Errors
    /// The node refuses something.
    pub async fn make(
        seed: u64,
        nodes: &[SocketAddr],
        address: SocketAddr,
        meetings: usize,
        (reads, devices): (watch::Receiver<bool>, watch::Receiver<[u32; 2]>),
    ) -> Result<Self, Failure> {
        let mut made = Vec::new();
        for number in 0..meetings {
            made.push(meeting(nodes[0], number).await?);
        }
        Ok(Self {
            seed,
            address,
            nodes: nodes.to_vec(),
            meetings: made,
            history: RefCell::default(),
            reads,
            devices,
            lost: Cell::new(0),
            pressed: RefCell::new(vec![0; meetings]),
            ends: watch::Sender::new(None),
            stopped: watch::Sender::new(false),
            authors: Cell::new(0),
            begun: Instant::now(),
        })
    }

    /// Milliseconds since the run's begin.
    #[must_use]
    pub fn now_ms(&self) -> u64 {
        self.begun.elapsed().as_millis() as u64
    }

    /// A number for one who writes to one journal.
    #[must_use]
    pub fn author(&self) -> u32 {
        self.authors.set(self.authors.get() + 1);
        self.authors.get()
    }

    /// Something is made and not sent yet. Where it stands in the book.
    pub fn write(&self, meeting: usize, kind: Kind, mark: Mark) -> usize {
        let mut history = self.history.borrow_mut();
        history.writes.push(Write {
            journal: Journal { meeting, kind },
            mark,
            made_ms: self.now_ms(),
            acknowledged: None,
        });
        history.writes.len() - 1
    }

    /// It was acknowledged, under this sequence where that was told.
    pub fn acknowledged(&self, place: usize, sequence: Option<u64>) {
        self.history.borrow_mut().writes[place].acknowledged = Some(sequence);
    }

    /// What one watcher saw.
    pub fn saw(&self, watch: Watch) {
        self.history.borrow_mut().watches.push(watch);
    }

    /// What was asked for under a key.
    pub fn asked(&self, asked: Asked) {
        self.history.borrow_mut().asked.push(asked);
    }

    /// A client was told what may not be.
    pub fn complain(&self, what: impl Into<String>) {
        let (at, what) = (self.now_ms(), what.into());
        self.history
            .borrow_mut()
            .complaints
            .push(format!("at {at} ms: {what}"));
    }

    /// Writers finish what they have begun, and end.
    pub fn stop(&self) {
        self.stopped.send_replace(true);
    }

    /// Whether they do.
    #[must_use]
    pub fn is_stopped(&self) -> bool {
        *self.stopped.borrow()
    }

    /// The path of something of a meeting.
    #[must_use]
    pub fn path(&self, meeting: usize, tail: &str) -> String {
        format!("/v1/meetings/{}{tail}", self.meetings[meeting].id)
    }
}

async fn meeting(node: SocketAddr, number: usize) -> Result<Meeting, Failure> {
    let http = Client::new();
    let post = async |path: String, token: Option<&str>, body: Value| {
        let mut request = http.post(format!("http://{node}{path}")).json(&body);
        if let Some(token) = token {
            request = request.bearer_auth(token);
        }
        let answer = request.timeout(ANSWER).send().await?;
        let status = answer.status();
        let said = answer.text().await?;
        if !status.is_success() {
            return Err(Failure::from(format!("{path}: {status}: {said}")));
        }
        Ok(serde_json::from_str::<Value>(&said)?)
    };
    let text = |value: &Value| {
        value
            .as_str()
            .map(str::to_owned)
            .ok_or("a field is missing")
    };
    let email = |person: usize| format!("person{person}.meeting{number}@example.org");
    let mut people = Vec::new();
    for person in 0..PEOPLE {
        let who = json!({"email": email(person), "name": format!("Person {person}")});
        let answer = post("/dev/token".into(), None, who).await?;
        people.push(Person {
            id: text(&answer["userId"])?,
            token: text(&answer["token"])?,
        });
    }
    let host = Some(people[0].token.as_str());
    let draft = json!({"title": format!("Meeting {number}")});
    let made = post("/v1/meetings".into(), host, draft).await?;
    let id: MeetingId = text(&made["id"])?.parse()?;
    for person in 1..PEOPLE {
        let invited = json!({"email": email(person), "role": "participant"});
        post(format!("/v1/meetings/{id}/participants"), host, invited).await?;
    }
    post(format!("/v1/meetings/{id}/start"), host, json!({})).await?;
    Ok(Meeting { id, people })
}
