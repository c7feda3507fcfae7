//! One stock client. Its changes only insert: then the bytes of a change tell
//! whose it is and which.

use super::Door;
use super::wire::{Heard, Wire};
use crate::load::Failure;
use crate::load::author::{self, Author};
use crate::load::board::{Board, Kind, Order, Seat};
use crate::load::job::{Job, Target};
use crate::load::socket::{self, Socket};
use futures_util::{SinkExt, StreamExt};
use std::cell::RefCell;
use std::net::SocketAddr;
use std::rc::Rc;
use tokio::sync::mpsc::UnboundedReceiver;
use tokio_tungstenite::tungstenite::Message;

/// A client and what it has.
pub(super) struct Client {
    seat: Seat,
    address: SocketAddr,
    path: String,
    wire: Wire,
    author: Author,
    board: Rc<Board>,
    clocks: Clocks,
    in_step: bool,
    taken: usize,
    /// Whether the server's word for "taken" comes apart from the echo.
    is_told: bool,
}

/// For each client its clock after each of its changes, on the common table.
pub(super) type Clocks = Rc<RefCell<Vec<Vec<u32>>>>;

impl Client {
    pub(super) fn new(seat: Seat, job: &Job, door: Door, board: Rc<Board>, clocks: Clocks) -> Self {
        Self {
            seat,
            address: job.address,
            path: door.path,
            wire: Wire::new(door.name),
            author: Author::new(seat.client_id(job.seed), false),
            board,
            clocks,
            in_step: false,
            taken: 0,
            is_told: job.target == Target::Hocuspocus,
        }
    }

    pub(super) async fn run(mut self, orders: UnboundedReceiver<Order>) {
        let board = Rc::clone(&self.board);
        if let Err(error) = self.attend(orders).await {
            board.complain(format!("a client ended: {error}"));
        }
    }

    async fn attend(&mut self, mut orders: UnboundedReceiver<Order>) -> Result<(), Failure> {
        let Some(_) = orders.recv().await else {
            return Ok(());
        };
        let mut socket = socket::open(self.address, &self.path, None).await?;
        if self.wire.signs_in() {
            send(&mut socket, self.wire.token("load")).await?;
        } else {
            send(&mut socket, self.wire.step1()).await?;
        }
        loop {
            tokio::select! {
                frame = socket.next() => match frame.ok_or("closed")?? {
                    Message::Binary(bytes) => self.hear(&bytes, &mut socket).await?,
                    Message::Close(frame) => return Err(format!("closed: {frame:?}").into()),
                    _ => {}
                },
                order = orders.recv() => match order {
                    Some(Order::Change(_, due)) => {
                        self.board.sent(self.seat, Kind::Note, due);
                        let update = self.author.edit();
                        self.clocks.borrow_mut()[self.seat.number()].push(self.author.clock());
                        send(&mut socket, self.wire.update(&update)).await?;
                    }
                    Some(_) => {}
                    None => return Ok(()),
                },
            }
        }
    }

    async fn hear(&mut self, bytes: &[u8], socket: &mut Socket) -> Result<(), Failure> {
        match self.wire.read(bytes).ok_or("not of the protocol")? {
            Heard::Admitted => send(socket, self.wire.step1()).await?,
            Heard::Step1 => send(socket, self.wire.step2()).await?,
            Heard::Step2 => {
                if !self.in_step {
                    self.in_step = true;
                    self.board.settle();
                }
            }
            // Hocuspocus answers the empty step 2 as it answers a change.
            Heard::Taken if self.taken_before_any() => {}
            Heard::Taken => self.take_one(),
            Heard::Update(update) => self.follow(bytes.len(), update)?,
            Heard::Other => {}
        }
        Ok(())
    }

    /// Whether everything that this client has sent is answered already.
    fn taken_before_any(&self) -> bool {
        self.taken >= self.board.sent_by(self.seat, Kind::Note)
    }

    fn take_one(&mut self) {
        let place = self.taken;
        self.board.committed(self.seat, Kind::Note, place, place);
        self.taken += 1;
    }

    fn follow(&mut self, length: usize, update: &[u8]) -> Result<(), Failure> {
        let mut fresh = 0;
        for (client, clock) in author::ends(update).ok_or("not an update of these authors")? {
            let author = Seat::author_of(client);
            let maker = Seat {
                author,
                ..self.seat
            };
            let place = {
                let clocks = self.clocks.borrow();
                let after = clocks.get(maker.number()).ok_or("an unknown author")?;
                after
                    .partition_point(|after| *after <= clock)
                    .checked_sub(1)
            };
            let Some(place) = place else { continue };
            fresh += self.board.heard(self.seat, author, Kind::Note, place);
            while author == self.seat.author && !self.is_told && self.taken <= place {
                self.take_one();
            }
        }
        self.board.frame(Kind::Note, length, fresh);
        Ok(())
    }
}

async fn send(socket: &mut Socket, bytes: Vec<u8>) -> Result<(), Failure> {
    Ok(socket.send(Message::Binary(bytes.into())).await?)
}
