//! A stock editor: a plain Yjs document behind the y-websocket provider, which
//! keeps offline edits in the document and reconnects for ever.

use super::{Client, Row};
use crate::ledger::{EditId, Fate};
use crate::net::{Frame, LinkId};
use crate::sky::{ClientId, ClientWake, Event, Sky};
use crate::typing;
use crate::web::Answer;
use connvo_core::id::UserId;
use connvo_core::live::connection::Outgoing;
use connvo_core::live::presence::{self, State};
use connvo_core::live::stock::{Message, decode, encode};
use connvo_core::note::{Operation, Text};
use std::collections::BTreeMap;
use yrs::updates::decoder::Decode;
use yrs::updates::encoder::Encode;
use yrs::{
    ClientID, Doc, GetString, OffsetKind, Options, ReadTxn, StateVector, Text as _, TextRef,
    Transact, Update,
};

/// Silence after which the provider reconnects, in milliseconds.
const SILENCE_MS: u64 = 30_000;
/// How often presence is renewed, in milliseconds.
const RENEW_MS: u64 = 15_000;
/// The provider's longest back-off, in milliseconds.
const LONGEST_MS: u64 = 2_500;

/// A plain document with a text.
pub struct Plain {
    pub doc: Doc,
    pub text: TextRef,
}

impl Plain {
    pub fn new(client_id: u64) -> Self {
        let mut options = Options::with_client_id(ClientID::new(client_id));
        options.offset_kind = OffsetKind::Utf16;
        let doc = Doc::with_options(options);
        let text = doc.get_or_insert_text("content");
        Self { doc, text }
    }

    pub fn content(&self) -> String {
        self.text.get_string(&self.doc.transact())
    }

    pub fn vector(&self) -> Vec<u8> {
        self.doc.transact().state_vector().encode_v1()
    }

    /// All that a peer with this state vector lacks.
    pub fn diff(&self, vector: &[u8]) -> Vec<u8> {
        let vector = StateVector::decode_v1(vector).unwrap_or_default();
        self.doc.transact().encode_diff_v1(&vector)
    }

    /// Takes an update; whether nothing is left pending.
    pub fn take(&self, update: &[u8]) -> bool {
        let Ok(update) = Update::decode_v1(update) else {
            return false;
        };
        let mut txn = self.doc.transact_mut();
        txn.apply_update(update).is_ok() && !txn.has_missing_updates()
    }

    /// Makes an edit; answers it as an update.
    pub fn edit(&self, op: &Operation) -> Vec<u8> {
        let mut txn = self.doc.transact_mut();
        for edit in op.edits() {
            if edit.delete > 0 {
                self.text.remove_range(&mut txn, edit.at, edit.delete);
            }
            if !edit.insert.is_empty() {
                self.text.insert(&mut txn, edit.at, edit.insert);
            }
        }
        txn.commit();
        txn.encode_update_v1()
    }
}

/// The editor and its provider.
pub struct StockEditor {
    client: ClientId,
    user: UserId,
    life: u64,
    alive: bool,
    id: u64,
    plain: Plain,
    edits: Vec<EditId>,
    link: Option<LinkId>,
    open: bool,
    synced: bool,
    online: bool,
    heard_at: u64,
    awareness: u64,
    aware_at: u64,
    attempts: u32,
    peers: BTreeMap<u64, (u64, bool)>,
    done: bool,
}

impl StockEditor {
    pub fn new(client: ClientId, user: UserId) -> Self {
        Self {
            client,
            user,
            life: 0,
            alive: false,
            id: 0,
            plain: Plain::new(1),
            edits: Vec::new(),
            link: None,
            open: false,
            synced: false,
            online: true,
            heard_at: 0,
            awareness: 0,
            aware_at: 0,
            attempts: 0,
            peers: BTreeMap::new(),
            done: false,
        }
    }

    fn later(&self, sky: &mut Sky, delay_ms: u64, wake: ClientWake) {
        sky.after(
            delay_ms,
            Event::Client {
                client: self.client,
                life: self.life,
                wake,
            },
        );
    }

    fn connect(&mut self, sky: &mut Sky) {
        if self.link.is_none() && !self.done {
            self.link = Some(sky.connect(self.client, true));
            self.heard_at = sky.now;
        }
    }

    fn reconnect_later(&mut self, sky: &mut Sky) {
        self.open = false;
        self.synced = false;
        self.peers.clear();
        let delay = (100 << self.attempts.min(5)).min(LONGEST_MS);
        self.attempts += 1;
        self.later(sky, delay, ClientWake::Retry(0));
    }

    fn send(&self, sky: &mut Sky, message: &Message<'_>) {
        if let Some(link) = self.link.filter(|_| self.open) {
            let frame = Frame::Message(Outgoing::Binary(encode(message)));
            sky.send(link, true, frame);
        }
    }

    fn announce(&mut self, sky: &mut Sky) {
        self.awareness += 1;
        self.aware_at = sky.now;
        let json = format!(r#"{{"user":{{"name":"S{}"}}}}"#, self.client);
        let state = State {
            client_id: self.id,
            clock: self.awareness,
            json,
        };
        self.send(sky, &Message::Awareness(&presence::encode([state].iter())));
    }

    fn take(&self, sky: &mut Sky, update: &[u8]) {
        if !self.plain.take(update) {
            sky.breach(format!(
                "editor {}: an update leaves something pending",
                self.client
            ));
        }
    }
}

impl Client for StockEditor {
    fn start(&mut self, sky: &mut Sky) {
        self.alive = true;
        self.id = sky.client_id();
        // What the browser kept of the document comes under the new id.
        let kept = self.plain.diff(&[0]);
        self.plain = Plain::new(self.id);
        self.take(sky, &kept);
        sky.log(|| format!("client {} starts: stock editor {}", self.client, self.id));
        self.connect(sky);
        self.later(sky, 3_000, ClientWake::Deadline);
    }

    fn opened(&mut self, sky: &mut Sky, link: LinkId) {
        if self.link != Some(link) {
            return;
        }
        self.open = true;
        self.attempts = 0;
        self.heard_at = sky.now;
        let vector = self.plain.vector();
        self.send(sky, &Message::Step1(&vector));
        self.announce(sky);
    }

    fn down(&mut self, sky: &mut Sky, link: LinkId) {
        if self.link.take_if(|held| *held == link).is_some() {
            self.reconnect_later(sky);
        }
    }

    fn frame(&mut self, sky: &mut Sky, link: LinkId, frame: Frame) {
        if self.link != Some(link) {
            return;
        }
        self.heard_at = sky.now;
        let bytes = match frame {
            Frame::Message(Outgoing::Binary(bytes)) => bytes,
            Frame::Message(Outgoing::Text(_)) => return sky.breach("text on the stock door"),
            Frame::Close(_) => return self.down(sky, link),
        };
        match decode(&bytes) {
            Some(Message::Step1(vector)) => {
                let diff = self.plain.diff(vector);
                self.send(sky, &Message::Step2(&diff));
            }
            Some(Message::Step2(update)) => {
                self.take(sky, update);
                self.synced = true;
            }
            Some(Message::Update(update)) => self.take(sky, update),
            Some(Message::Awareness(bytes)) => {
                for state in presence::decode(bytes).unwrap_or_default() {
                    let known = self.peers.get(&state.client_id);
                    if known.is_none_or(|(clock, _)| *clock <= state.clock) {
                        self.peers
                            .insert(state.client_id, (state.clock, state.json != "null"));
                    }
                }
            }
            _ => sky.breach(format!("editor {}: a frame makes no sense", self.client)),
        }
    }

    fn answer(&mut self, _sky: &mut Sky, _id: u64, _answer: Answer) {}

    fn wake(&mut self, sky: &mut Sky, wake: ClientWake) {
        match wake {
            ClientWake::Restart if !self.alive => self.start(sky),
            ClientWake::Retry(_) if self.alive && self.online => self.connect(sky),
            ClientWake::Deadline => {
                if self.open && sky.now >= self.aware_at + RENEW_MS {
                    self.announce(sky);
                }
                if sky.now >= self.heard_at + SILENCE_MS
                    && let Some(link) = self.link.take()
                {
                    sky.close(link, false, 1000);
                    self.reconnect_later(sky);
                }
                if !self.done {
                    self.later(sky, 3_000, ClientWake::Deadline);
                }
            }
            _ => {}
        }
    }

    fn act(&mut self, sky: &mut Sky) {
        if !self.alive {
            return;
        }
        for _ in 0..sky.between(1, 3) {
            let text = Text::from(self.plain.content().as_str());
            // A stock editor whose change is refused stays read-only with its own text:
            // where texts meet their limit it only shortens.
            let op = if sky.small {
                typing::shortening(sky, &text)
            } else {
                typing::edit(sky, &text)
            };
            if op.is_noop() {
                return;
            }
            if self.open && !self.synced {
                sky.saw("a stock editor that types while it reconnects");
            }
            self.edits.push(sky.ledger.enter(&self.user, &op, &text));
            let update = self.plain.edit(&op);
            self.send(sky, &Message::Update(&update));
        }
    }

    fn crash(&mut self, sky: &mut Sky, _heir: bool) -> Vec<Row> {
        if !self.alive {
            return Vec::new();
        }
        if let Some(link) = self.link.take() {
            sky.net.hang_up(link, false);
            sky.cut(link);
        }
        if !self.synced && !self.edits.is_empty() {
            sky.saw("a stock editor that dies offline");
        }
        self.life += 1;
        self.alive = false;
        (self.open, self.synced) = (false, false);
        self.peers.clear();
        // With y-indexeddb the document outlives the tab; without, it is gone.
        if sky.chance(0.5) {
            self.plain = Plain::new(1);
            sky.ledger
                .settle(&std::mem::take(&mut self.edits), Fate::Unknown);
        }
        let delay = sky.between(10, 3_000);
        self.later(sky, delay, ClientWake::Restart);
        Vec::new()
    }

    fn network(&mut self, sky: &mut Sky, online: bool) {
        self.online = online;
        if online && self.alive {
            self.connect(sky);
        }
    }

    fn quit(&mut self, sky: &mut Sky) {
        self.done = true;
        if let Some(link) = self.link.take() {
            sky.close(link, false, 1000);
        }
    }

    fn life(&self) -> u64 {
        self.life
    }

    fn unrest(&self, sky: &Sky) -> Option<String> {
        if !self.alive || !self.synced {
            return Some(format!("alive {}, synced {}", self.alive, self.synced));
        }
        (sky.store.text != self.plain.content().as_str()).then(|| "has another text".into())
    }

    fn text(&self) -> Option<String> {
        Some(self.plain.content())
    }

    fn conclude(&mut self, sky: &mut Sky) {
        sky.ledger
            .settle(&std::mem::take(&mut self.edits), Fate::Acknowledged);
    }

    fn presence(&self) -> Option<u64> {
        Some(self.id)
    }

    fn peers(&self) -> Option<Vec<u64>> {
        let here = self
            .peers
            .iter()
            .filter(|(id, (_, here))| *here && **id != self.id);
        Some(here.map(|(id, _)| *id).collect())
    }
}
