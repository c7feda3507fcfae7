//! A stock Yjs client: the document in its hands, and the y-websocket protocol. It types
//! whether or not there is a line; what the server lacks it asks for when they meet again.

use super::history::{Kind, NoteText};
use super::marker::{Mark, marks, seams};
use super::world::{Person, World};
use crate::load::Failure;
use crate::load::socket::{self, Socket};
use connvo_core::live::stock::{self, Message as Stock};
use connvo_core::note::scan;
use futures_util::{SinkExt, StreamExt};
use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64Mcg;
use std::rc::Rc;
use std::time::Duration;
use tokio::sync::oneshot;
use tokio::time::{Instant, sleep, timeout};
use tokio_tungstenite::tungstenite::{self, Message};
use yrs::updates::decoder::Decode;
use yrs::updates::encoder::Encode;
use yrs::{Doc, GetString, ReadTxn, StateVector, Text, Transact, Update};

/// Longest wait for a socket or a frame to be taken.
const SEND: Duration = Duration::from_secs(10);
/// How long somebody waits for the last of it.
const PATIENCE: Duration = Duration::from_secs(60);
/// Without a word for so long the provider leaves.
const SILENCE: Duration = Duration::from_secs(30);

/// An editor with a Yjs binding.
pub struct Editor {
    world: Rc<World>,
    who: String,
    meeting: usize,
    person: Person,
    document: Doc,
    author: u32,
    place: u64,
    random: Pcg64Mcg,
    /// What the server is not known to have: its mark, where it stands in the book, and the
    /// own clock behind it.
    waiting: Vec<(Mark, usize, u32)>,
    next: Instant,
    flushed: Option<oneshot::Sender<()>>,
    stopped_at: Option<Instant>,
}

impl Editor {
    /// Somebody in a meeting, by number; tells when all of its own is stored.
    #[must_use]
    pub fn new(
        world: &Rc<World>,
        meeting: usize,
        person: usize,
        flushed: oneshot::Sender<()>,
    ) -> Self {
        let author = world.author();
        Self {
            world: Rc::clone(world),
            who: format!("stock client {person} in {meeting}"),
            meeting,
            person: world.meetings[meeting].people[person].clone(),
            document: Doc::with_client_id(u64::from(author) + 1_000),
            author,
            place: 0,
            random: Pcg64Mcg::seed_from_u64(world.seed ^ u64::from(author) << 40),
            waiting: Vec::new(),
            next: Instant::now(),
            flushed: Some(flushed),
            stopped_at: None,
        }
    }

    /// Takes part until all is there.
    pub async fn take_part(mut self) {
        let mut waits = Duration::from_millis(50);
        while !self.is_over() {
            let begun = Instant::now();
            if let Err(error) = self.connection().await {
                self.refused(&error);
            }
            if begun.elapsed() > Duration::from_secs(1) {
                waits = Duration::from_millis(50);
            }
            // People go on typing.
            let until = Instant::now() + waits;
            while Instant::now() < until && !self.is_over() {
                self.edit();
                sleep(Duration::from_millis(20)).await;
            }
            waits = (waits * 2).min(Duration::from_millis(1_500));
        }
        let (who, meeting) = (self.who.clone(), self.meeting);
        let text = self.text();
        let mut history = self.world.history.borrow_mut();
        history.texts.push(NoteText { who, meeting, text });
    }

    fn text(&self) -> String {
        let text = self.document.get_or_insert_text("content");
        text.get_string(&self.document.transact())
    }

    /// A handshake that is answered by anything but "not now" is a refusal.
    fn refused(&self, error: &Failure) {
        if let Some(tungstenite::Error::Http(answer)) = error.downcast_ref()
            && answer.status().as_u16() != 503
        {
            let (who, status) = (&self.who, answer.status());
            self.world.complain(format!("{who}: {status}"));
        }
    }

    /// Whether all is done, or nothing more is waited for. Tells when all is stored.
    fn is_over(&mut self) -> bool {
        if !self.world.is_stopped() {
            return false;
        }
        let stopped_at = *self.stopped_at.get_or_insert_with(Instant::now);
        let is_late = stopped_at.elapsed() > PATIENCE;
        let is_flushed = self.waiting.is_empty() || is_late;
        if let Some(tell) = self.flushed.take_if(|_| is_flushed) {
            if !self.waiting.is_empty() {
                let (who, count) = (&self.who, self.waiting.len());
                self.world
                    .complain(format!("{who}: {count} changes never came back"));
            }
            let _ = tell.send(());
        }
        let ends = self.world.ends.borrow();
        let ends = ends.as_ref().map(|ends| &ends.texts[self.meeting]);
        ends.is_some_and(|text| *text == self.text()) || stopped_at.elapsed() > PATIENCE * 2
    }

    async fn connection(&mut self) -> Result<(), Failure> {
        let id = &self.world.meetings[self.meeting].id;
        let path = format!("/v1/yjs/{id}?token={}", self.person.token);
        let opening = socket::open(self.world.address, &path, None);
        let mut socket = timeout(SEND, opening).await??;
        let vector = self.document.transact().state_vector().encode_v1();
        say(&mut socket, &Stock::Step1(&vector)).await?;
        let mut heard_at = Instant::now();
        while !self.is_over() {
            if let Some(update) = self.edit() {
                say(&mut socket, &Stock::Update(&update)).await?;
            }
            let message = tokio::select! {
                message = socket.next() => message.ok_or("closed")??,
                () = sleep(Duration::from_millis(20)) => {
                    if heard_at.elapsed() > SILENCE {
                        return Err("silent".into());
                    }
                    continue;
                }
            };
            heard_at = Instant::now();
            match message {
                Message::Binary(bytes) => self.hear(&bytes, &mut socket).await?,
                Message::Close(_) => return Err("closed".into()),
                _ => {}
            }
        }
        Ok(())
    }

    async fn hear(&mut self, bytes: &[u8], socket: &mut Socket) -> Result<(), Failure> {
        match stock::decode(bytes) {
            Some(Stock::Step1(vector)) => {
                let vector = StateVector::decode_v1(vector)?;
                let stored = vector.get(&self.document.client_id());
                self.are_stored(|_, behind| behind <= stored);
                let lacks = self.document.transact().encode_state_as_update_v1(&vector);
                say(socket, &Stock::Step2(&lacks)).await?;
            }
            Some(Stock::Step2(update) | Stock::Update(update)) => {
                let texts = scan::inserted(update);
                let came: Vec<Mark> = texts.iter().flat_map(|text| marks(text)).collect();
                self.are_stored(|mark, _| came.contains(&mark));
                let update = Update::decode_v1(update)?;
                self.document.transact_mut().apply_update(update)?;
            }
            _ => {}
        }
        Ok(())
    }

    /// The server has these of this client's changes.
    fn are_stored(&mut self, is_stored: impl Fn(Mark, u32) -> bool) {
        let stored = |one: &mut (Mark, usize, u32)| is_stored(one.0, one.2);
        for (_, place, _) in self.waiting.extract_if(.., stored) {
            self.world.acknowledged(place, None);
        }
    }

    /// Types something when it is time to.
    fn edit(&mut self) -> Option<Vec<u8>> {
        if self.world.is_stopped() || Instant::now() < self.next {
            return None;
        }
        self.next = Instant::now() + Duration::from_millis(self.random.random_range(20..300));
        self.place += 1;
        let (author, place) = (self.author, self.place);
        let mark = Mark { author, place };
        let written = self.world.write(self.meeting, Kind::Note, mark);
        let seams = seams(&self.text());
        let at = seams[self.random.random_range(0..seams.len())] as u32;
        let text = self.document.get_or_insert_text("content");
        let mut change = self.document.transact_mut();
        text.insert(&mut change, at, &mark.to_string());
        let update = change.encode_update_v1();
        let clock = change.state_vector().get(&self.document.client_id());
        self.waiting.push((mark, written, clock));
        Some(update)
    }
}

async fn say(socket: &mut Socket, message: &Stock<'_>) -> Result<(), Failure> {
    let bytes = stock::encode(message);
    Ok(timeout(SEND, socket.send(Message::Binary(bytes.into()))).await??)
}
