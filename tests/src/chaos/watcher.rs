//! Those who follow journals by cursor, frame by frame: what the client's own state machine
//! would mend is seen here. One of them reads slowly, one is removed midway.

use super::history::{Frame, Item, Journal, Kind, Watch};
use super::marker::marks;
use super::world::{Person, World};
use crate::load::Failure;
use crate::load::socket::{self, Socket};
use connvo_core::error::ErrorCode;
use connvo_core::protocol::frame::{ClientFrame, Query, ServerFrame};
use connvo_core::protocol::{HEARTBEAT_MS, SUBPROTOCOL};
use futures_util::{SinkExt, StreamExt};
use serde_json::Value;
use std::cell::Cell;
use std::rc::Rc;
use std::time::Duration;
use tokio::time::{Instant, interval, sleep, timeout};
use tokio_tungstenite::tungstenite::Message;

/// How long somebody waits for what is still to come when all is written.
const PATIENCE: Duration = Duration::from_secs(60);
/// Longest wait for a socket to open.
const OPEN: Duration = Duration::from_secs(10);
/// Entries in one frame that have waited for somebody to read: otherwise a frame has few.
const GATHERED: usize = 8;
/// Until when such a frame comes, once there is reading again.
const AFTERWARDS: Duration = Duration::from_secs(2);
const KINDS: [Kind; 3] = [Kind::Note, Kind::Transcript, Kind::Chat];

/// Somebody who follows the three journals of a meeting.
#[derive(Debug)]
pub struct Watcher {
    world: Rc<World>,
    meeting: usize,
    person: Person,
    watches: Vec<Watch>,
    cursors: [Option<(String, u64)>; 3],
    /// The slow client: what is known of its reading.
    slow: Option<Slow>,
    /// For one who is removed.
    removal: Option<Rc<Removal>>,
}

/// Somebody's removal.
#[derive(Debug, Default)]
pub struct Removal {
    /// Whether it is asked for: from now on they may be gone.
    pub asked: Cell<bool>,
    /// When the server said that it is done, in milliseconds since the run's begin.
    pub told: Cell<Option<u64>>,
}

/// One who now and then reads nothing.
#[derive(Debug, Default)]
struct Slow {
    /// How many connections there were: each is to another node.
    connections: usize,
    /// Since when they read again, and whether a node was seen to have waited for that.
    reads_since: Option<(Instant, bool)>,
}

/// Why a connection is over.
enum Over {
    /// All is here.
    Done,
    /// They may not be here any more.
    Removed,
}

impl Watcher {
    /// Somebody in a meeting, by number.
    #[must_use]
    pub fn new(world: &Rc<World>, meeting: usize, person: usize, who: &str) -> Self {
        let watch = |kind| Watch {
            who: format!("{who} {meeting}"),
            journal: Journal { meeting, kind },
            frames: Vec::new(),
            earlier: None,
            is_lost: false,
            removed_ms: None,
        };
        Self {
            world: Rc::clone(world),
            meeting,
            person: world.meetings[meeting].people[person].clone(),
            watches: KINDS.map(watch).into(),
            cursors: [const { None }; 3],
            slow: None,
            removal: None,
        }
    }

    /// One who now and then reads nothing.
    #[must_use]
    pub fn slow(mut self) -> Self {
        self.slow = Some(Slow::default());
        self
    }

    /// One who is removed.
    #[must_use]
    pub fn removed(mut self, removal: Rc<Removal>) -> Self {
        self.removal = Some(removal);
        self
    }

    /// Follows until all is here, over as many connections as it takes.
    pub async fn watch(mut self) {
        let mut waits = Duration::from_millis(20);
        let mut since = None;
        loop {
            let begun = Instant::now();
            match self.connection().await {
                Ok(Over::Done) => break,
                // Whoever was removed tries again and again: nothing may come.
                Ok(Over::Removed) if self.is_removed() => sleep(Duration::from_millis(300)).await,
                Ok(Over::Removed) => {
                    let who = &self.watches[0].who;
                    self.world.complain(format!("{who}: sent away"));
                    break;
                }
                Err(_) => {}
            }
            let is_over = self.world.ends.borrow().is_some();
            if is_over && self.is_removed() {
                break;
            }
            if is_over && since.get_or_insert_with(Instant::now).elapsed() > PATIENCE {
                break;
            }
            // One that stood for a while was no failure to connect.
            if begun.elapsed() > Duration::from_secs(1) {
                waits = Duration::from_millis(20);
            }
            sleep(waits).await;
            waits = (waits * 2).min(Duration::from_secs(1));
        }
        let removed = self.removal.as_ref().and_then(|removal| removal.told.get());
        for mut watch in self.watches {
            watch.removed_ms = removed;
            self.world.saw(watch);
        }
    }

    fn is_removed(&self) -> bool {
        let removal = self.removal.as_ref();
        removal.is_some_and(|removal| removal.asked.get())
    }

    fn query(&self, kind: Kind) -> Query {
        let meeting_id = self.world.meetings[self.meeting].id.clone();
        match kind {
            Kind::Note => Query::NoteOps { meeting_id },
            Kind::Transcript => Query::Transcript { meeting_id },
            Kind::Chat => Query::Chat { meeting_id },
        }
    }

    /// One connection, until it ends.
    async fn connection(&mut self) -> Result<Over, Failure> {
        let mut socket = timeout(OPEN, self.open()).await??;
        let token = self.person.token.clone();
        let client = Some("chaos".to_owned());
        say(&mut socket, &ClientFrame::Hello { token, client }).await?;
        for (sub, kind) in (1..).zip(KINDS) {
            let (epoch, after) = self.cursors[sub as usize - 1].clone().unzip();
            let query = self.query(kind);
            let frame = ClientFrame::Subscribe {
                sub,
                query,
                epoch,
                after,
            };
            say(&mut socket, &frame).await?;
        }
        let mut beats = interval(Duration::from_millis(HEARTBEAT_MS));
        let mut ends = self.world.ends.subscribe();
        let mut reads = self.world.reads.clone();
        let mut heard = Instant::now();
        let mut refused = 0;
        loop {
            if self.has_all() {
                return Ok(Over::Done);
            }
            if let Some(slow) = &mut self.slow
                && !*reads.borrow()
            {
                // Nothing is read: not even the server's heartbeat.
                reads.wait_for(|reads| *reads).await?;
                slow.reads_since = Some((Instant::now(), false));
            }
            let message = tokio::select! {
                message = socket.next() => message.ok_or("closed")??,
                _ = beats.tick() => {
                    if heard.elapsed() > Duration::from_millis(2 * HEARTBEAT_MS) {
                        return Err("silent".into());
                    }
                    say(&mut socket, &ClientFrame::Ping {}).await?;
                    continue;
                }
                changed = ends.changed() => {
                    changed?;
                    continue;
                }
            };
            heard = Instant::now();
            match message {
                Message::Text(text) => {
                    if let Some(code) = self.hear(serde_json::from_str(&text)?)? {
                        if code == ErrorCode::Unavailable {
                            return Err("not now".into());
                        }
                        refused += 1;
                    }
                }
                Message::Close(_) => return Err("closed".into()),
                _ => {}
            }
            if refused == KINDS.len() {
                return Ok(Over::Removed);
            }
        }
    }

    /// A socket: to a node by way of the balancer, or the slow one's narrow line to one itself.
    async fn open(&mut self) -> Result<Socket, Failure> {
        let Some(slow) = &mut self.slow else {
            return socket::open(self.world.address, "/v1/live", Some(SUBPROTOCOL)).await;
        };
        slow.connections += 1;
        // What comes now was missed and not kept.
        slow.reads_since = None;
        let nodes = &self.world.nodes;
        let node = nodes[(self.meeting + slow.connections) % nodes.len()];
        socket::open_narrow(node, "/v1/live", Some(SUBPROTOCOL)).await
    }

    /// Takes a frame; answers why a subscription ended, if one did.
    fn hear(&mut self, frame: ServerFrame) -> Result<Option<ErrorCode>, Failure> {
        match frame {
            ServerFrame::Snapshot {
                sub,
                cursor,
                epoch,
                items,
                ..
            } => {
                let at = sub as usize - 1;
                self.cursors[at] = Some((epoch, cursor));
                self.write_down(at, None, cursor, &items);
            }
            ServerFrame::Events {
                sub,
                from,
                to,
                items,
            } => {
                let at = sub as usize - 1;
                let (_, cursor) = self.cursors[at].as_mut().ok_or("events come first")?;
                *cursor = to.max(*cursor);
                self.feel(items.len());
                self.write_down(at, Some(from), to, &items);
            }
            ServerFrame::Revoked { error, .. } => return Ok(Some(error.code)),
            ServerFrame::Drain { .. } => return Err("drained".into()),
            _ => {}
        }
        Ok(None)
    }

    /// So many entries came at once: the node has waited, when the slow one has only now
    /// begun to read again.
    fn feel(&mut self, entries: usize) {
        if let Some(Slow {
            reads_since: Some((since, is_felt @ false)),
            ..
        }) = &mut self.slow
            && since.elapsed() < AFTERWARDS
            && entries >= GATHERED
        {
            *is_felt = true;
            self.world.pressed.borrow_mut()[self.meeting] += 1;
        }
    }

    fn write_down(&mut self, at: usize, from: Option<u64>, to: u64, items: &[Value]) {
        let at_ms = self.world.now_ms();
        let items = items.iter().map(item).collect();
        self.watches[at].frames.push(Frame {
            at_ms,
            from,
            to,
            items,
        });
    }

    fn has_all(&self) -> bool {
        let ends = self.world.ends.borrow();
        ends.as_ref().is_some_and(|ends| {
            self.watches
                .iter()
                .zip(&self.cursors)
                .all(|(watch, cursor)| {
                    let head = ends.heads.get(&watch.journal).copied();
                    cursor.as_ref().map(|(_, last)| *last) >= head
                })
        })
    }
}

/// An entry of any of the journals.
#[must_use]
pub fn item(value: &Value) -> Item {
    let mut marks_of = value["text"].as_str().map(marks).unwrap_or_default();
    for part in value["operation"].as_array().into_iter().flatten() {
        marks_of.extend(part["insert"].as_str().map(marks).unwrap_or_default());
    }
    Item {
        sequence: value["sequence"].as_u64().unwrap_or(0),
        marks: marks_of,
    }
}

async fn say(socket: &mut Socket, frame: &ClientFrame) -> Result<(), Failure> {
    let text = serde_json::to_string(frame)?;
    Ok(timeout(OPEN, socket.send(Message::Text(text.into()))).await??)
}
