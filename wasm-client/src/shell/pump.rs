//! Feeds core's session and carries out its effects.
//!
//! Laws: the session is never borrowed while JavaScript runs; effects are carried
//! out in their order, also those that a callback causes while others wait.

use super::event::{ShellEvent, to_js};
use super::note::OpenNote;
use crate::browser::{self, Listener, Timer};
use crate::socket::{Socket, SocketEvent, live_url};
use crate::storage::{Storage, StorageKind};
use connvo_core::client::session::Event;
use connvo_core::client::{Effect, NoteEvent, Session};
use connvo_core::protocol::Query;
use connvo_core::transcript::view::TranscriptView;
use js_sys::{Function, Promise};
use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, VecDeque};
use std::rc::{Rc, Weak};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{BroadcastChannel, MessageEvent};

/// The shell's state around one session.
pub(super) struct Pump {
    session: RefCell<Session>,
    queue: RefCell<VecDeque<Effect>>,
    running: Cell<bool>,
    closed: Cell<bool>,
    url: String,
    token: Function,
    events: Function,
    socket: RefCell<Option<Socket>>,
    timer: RefCell<Option<Timer>>,
    listeners: RefCell<Vec<Listener>>,
    pub(super) storage: RefCell<Rc<Storage>>,
    pub(super) namespace: RefCell<Option<String>>,
    /// Between the tabs of one person: who opened which note.
    pub(super) tabs: RefCell<Option<BroadcastChannel>>,
    shown_storage: Cell<StorageKind>,
    pub(super) notes: RefCell<BTreeMap<u32, Rc<OpenNote>>>,
    transcripts: RefCell<BTreeMap<u32, TranscriptView>>,
}

impl Pump {
    pub(super) fn new(url: String, token: Function, events: Function) -> Rc<Self> {
        let pump = Rc::new(Self {
            session: RefCell::new(Session::new(browser::random())),
            queue: RefCell::default(),
            running: Cell::new(false),
            closed: Cell::new(false),
            url,
            token,
            events,
            socket: RefCell::default(),
            timer: RefCell::default(),
            listeners: RefCell::default(),
            storage: RefCell::new(Rc::new(Storage::in_memory())),
            namespace: RefCell::default(),
            tabs: RefCell::default(),
            shown_storage: Cell::new(StorageKind::Memory),
            notes: RefCell::default(),
            transcripts: RefCell::default(),
        });
        let weak = Rc::downgrade(&pump);
        *pump.timer.borrow_mut() = Some(Timer::new(move || {
            fed(&weak, |session, now| session.tick(now));
        }));
        pump.listen();
        pump.with(|session, _| session.set_online(browser::is_online()));
        pump
    }

    fn listen(self: &Rc<Self>) {
        let mut listeners = self.listeners.borrow_mut();
        for event in ["online", "offline"] {
            let weak = Rc::downgrade(self);
            let network = move |_| {
                fed(&weak, |session, _| session.set_online(event == "online"));
            };
            listeners.extend(browser::window().and_then(|w| Listener::new(w, event, network)));
        }
        // Timers of a page out of sight are late: catch up when it is seen again.
        let weak = Rc::downgrade(self);
        let seen = move |_| {
            if browser::is_visible() {
                fed(&weak, |session, now| session.tick(now));
            }
        };
        let document = browser::document();
        listeners.extend(document.and_then(|d| Listener::new(d, "visibilitychange", seen)));
    }

    /// Gives the session an input, with the time, and carries out what follows.
    pub(super) fn with<R>(self: &Rc<Self>, input: impl FnOnce(&mut Session, u64) -> R) -> R {
        let result = input(&mut self.session.borrow_mut(), browser::now_ms());
        self.run();
        result
    }

    /// Looks at the session.
    pub(super) fn look<R>(&self, look: impl FnOnce(&Session) -> R) -> R {
        look(&self.session.borrow())
    }

    fn run(self: &Rc<Self>) {
        self.gather();
        if self.running.replace(true) {
            return;
        }
        loop {
            let next = self.queue.borrow_mut().pop_front();
            let Some(effect) = next else { break };
            if !self.closed.get() {
                self.carry_out(effect);
            }
            self.gather();
        }
        self.running.set(false);
        self.set_timer();
    }

    fn gather(&self) {
        let effects = self.session.borrow_mut().take_effects();
        self.queue.borrow_mut().extend(effects);
    }

    fn set_timer(&self) {
        let deadline = self.session.borrow().next_deadline();
        if let Some(timer) = self.timer.borrow_mut().as_mut() {
            match deadline.filter(|_| !self.closed.get()) {
                Some(at) => timer.arm(at.saturating_sub(browser::now_ms())),
                None => timer.stop(),
            }
        }
    }

    fn carry_out(self: &Rc<Self>, effect: Effect) {
        match effect {
            Effect::NeedToken => self.ask_token(),
            Effect::Connect => self.open_socket(),
            Effect::SendText(text) => {
                if let Some(socket) = &*self.socket.borrow() {
                    socket.send_text(&text);
                }
            }
            Effect::SendBinary(bytes) => {
                if let Some(socket) = &*self.socket.borrow() {
                    socket.send_binary(&bytes);
                }
            }
            Effect::Disconnect(_) => drop(self.socket.take()),
            Effect::Store(meeting, op) => super::note::store(self, &meeting, op),
            Effect::Event(event) => self.tell_event(event),
        }
    }

    fn open_socket(self: &Rc<Self>) {
        let weak = Rc::downgrade(self);
        let opened = Socket::connect(&live_url(&self.url), move |event| {
            fed(&weak, |session, now| {
                match event {
                    SocketEvent::Opened => session.opened(now),
                    SocketEvent::Closed { code } => session.closed(code, now),
                    SocketEvent::Text(text) => session.receive_text(&text, now),
                    SocketEvent::Binary(bytes) => session.receive_binary(&bytes, now),
                }
                // A page out of sight is told of time by what it receives.
                session.tick(now);
            });
        });
        match opened {
            Ok(socket) => drop(self.socket.replace(Some(socket))),
            Err(_) => self.with(|session, now| session.closed(1006, now)),
        }
    }

    fn ask_token(self: &Rc<Self>) {
        let weak = Rc::downgrade(self);
        let asked = self.token.call0(&JsValue::NULL);
        spawn_local(async move {
            let answer = match asked {
                Ok(value) => JsFuture::from(Promise::resolve(&value)).await,
                Err(thrown) => Err(thrown),
            };
            let answer = answer.ok();
            let field = |name: &str| answer.as_ref().and_then(|a| browser::property(a, name));
            let token = field("token").and_then(|token| token.as_string());
            let expires_at = field("expiresAt").and_then(|at| at.as_f64());
            fed(&weak, |session, now| {
                session.token(token, expires_at.map(|at| at as u64), now);
            });
        });
    }

    fn tell_event(self: &Rc<Self>, event: Event) {
        match event {
            Event::Connection(state) => self.tell(&ShellEvent::Connection { state: &state }),
            Event::Items { sub, reset, items } => {
                let splices = {
                    let mut views = self.transcripts.borrow_mut();
                    let Some(view) = views.get_mut(&sub) else {
                        return;
                    };
                    if reset {
                        view.reset();
                    }
                    let chunks = items
                        .into_iter()
                        .filter_map(|i| serde_json::from_value(i).ok());
                    chunks
                        .flat_map(|chunk| view.finalised(chunk))
                        .collect::<Vec<_>>()
                };
                self.tell(&ShellEvent::Chunks {
                    sub,
                    reset,
                    splices: &splices,
                });
                self.tell_interim(sub);
            }
            Event::Volatile { sub, item } => {
                let heard = self
                    .transcripts
                    .borrow_mut()
                    .get_mut(&sub)
                    .is_some_and(|view| {
                        serde_json::from_value(item).is_ok_and(|draft| view.spoken(draft))
                    });
                if heard {
                    self.tell_interim(sub);
                }
            }
            Event::Ended { sub, problem } => self.tell(&ShellEvent::Ended {
                sub,
                problem: &problem,
            }),
            Event::Reply { id, result } => self.tell(&ShellEvent::Reply {
                id,
                ok: result.as_ref().ok(),
                error: result.as_ref().err(),
            }),
            Event::Note { sub, event } => match event {
                NoteEvent::Delta { operation, origin } => {
                    self.tell(&ShellEvent::Delta {
                        sub,
                        operation: &operation,
                        origin,
                    });
                }
                NoteEvent::Status(status) => super::note::status_changed(self, sub, &status),
                NoteEvent::Peers(_) => self.tell(&ShellEvent::Peers { sub }),
            },
        }
    }

    fn tell_interim(&self, sub: u32) {
        let interim = match self.transcripts.borrow().get(&sub) {
            Some(view) => view.interim().to_vec(),
            None => return,
        };
        self.tell(&ShellEvent::Interim {
            sub,
            interim: &interim,
        });
    }

    /// Tells the wrappers. They catch what the application throws.
    pub(super) fn tell(&self, event: &ShellEvent<'_>) {
        if !self.closed.get() {
            let _ = self.events.call1(&JsValue::NULL, &to_js(event));
        }
    }

    /// Opens the records of `namespace`.
    pub(super) async fn open_storage(self: &Rc<Self>, namespace: Option<String>) {
        if let Some(name) = &namespace {
            let storage = Storage::open(name).await;
            if storage.kind() == StorageKind::IndexedDb {
                self.tabs.replace(self.channel(name));
            }
            *self.storage.borrow_mut() = Rc::new(storage);
        }
        *self.namespace.borrow_mut() = namespace;
        self.show_storage();
    }

    fn channel(self: &Rc<Self>, name: &str) -> Option<BroadcastChannel> {
        let channel = BroadcastChannel::new(name).ok()?;
        let weak = Rc::downgrade(self);
        let heard = move |event: JsValue| {
            let message = event.unchecked_into::<MessageEvent>().data().as_string();
            if let (Some(pump), Some(message)) = (weak.upgrade(), message) {
                super::note::announced(&pump, &message);
            }
        };
        let listener = Listener::new(channel.clone().into(), "message", heard);
        self.listeners.borrow_mut().extend(listener);
        Some(channel)
    }

    /// Tells where unsent changes are kept, if that is news.
    pub(super) fn show_storage(&self) {
        let refused = self.notes.borrow().values().any(|note| note.is_unsaved());
        let kind = match self.storage.borrow().kind() {
            StorageKind::IndexedDb if !refused => StorageKind::IndexedDb,
            _ => StorageKind::Memory,
        };
        if self.shown_storage.replace(kind) != kind {
            self.tell(&ShellEvent::Storage { kind });
        }
    }

    pub(super) fn follow_transcript(self: &Rc<Self>, query: Query) -> u32 {
        let sub = self.session.borrow_mut().follow(query);
        self.transcripts
            .borrow_mut()
            .insert(sub, TranscriptView::default());
        self.run();
        sub
    }

    pub(super) fn unfollow_transcript(self: &Rc<Self>, sub: u32) {
        self.transcripts.borrow_mut().remove(&sub);
        self.with(|session, _| session.unfollow(sub));
    }

    pub(super) fn is_closed(&self) -> bool {
        self.closed.get()
    }

    pub(super) fn close(self: &Rc<Self>) {
        self.with(|session, _| session.disconnect());
        self.closed.set(true);
        drop(self.socket.take());
        drop(self.timer.take());
        self.listeners.borrow_mut().clear();
        self.notes.borrow_mut().clear();
        self.transcripts.borrow_mut().clear();
        if let Some(tabs) = self.tabs.take() {
            tabs.close();
        }
    }
}

/// Feeds the session of a pump that may be gone.
pub(super) fn fed(pump: &Weak<Pump>, input: impl FnOnce(&mut Session, u64)) {
    if let Some(pump) = pump.upgrade().filter(|pump| !pump.closed.get()) {
        pump.with(input);
    }
}
