//! The client's half: a payload says who made it and which it is.

use crate::load::Failure;
use crate::load::board::{Board, Kind, Order, Seat};
use crate::load::socket;
use connvo_core::protocol::HEARTBEAT_MS;
use futures_util::{SinkExt, StreamExt};
use std::net::SocketAddr;
use std::rc::Rc;
use std::time::Duration;
use tokio::sync::Semaphore;
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::time::{Instant, interval_at};
use tokio_tungstenite::tungstenite::Message;

/// Author, kind, and four bytes of place.
const HEAD: usize = 6;

pub(super) struct Client {
    seat: Seat,
    sizes: [usize; 2],
    board: Rc<Board>,
}

impl Client {
    pub(super) const fn new(seat: Seat, sizes: [usize; 2], board: Rc<Board>) -> Self {
        Self { seat, sizes, board }
    }

    pub(super) async fn run(
        self,
        address: SocketAddr,
        orders: UnboundedReceiver<Order>,
        gate: Rc<Semaphore>,
    ) {
        if let Err(error) = self.attend(address, orders, gate).await {
            self.board.complain(format!("a client ended: {error}"));
        }
    }

    async fn attend(
        &self,
        address: SocketAddr,
        mut orders: UnboundedReceiver<Order>,
        gate: Rc<Semaphore>,
    ) -> Result<(), Failure> {
        let Some(_) = orders.recv().await else {
            return Ok(());
        };
        let path = format!("/room/{}", self.seat.room);
        let mut socket = {
            let _turn = gate.acquire().await?;
            socket::open(address, &path, None).await?
        };
        self.board.settle();
        let beat = Duration::from_millis(HEARTBEAT_MS);
        let phase = beat.mul_f64((self.seat.number() % 997) as f64 / 997.0);
        let mut beats = interval_at(Instant::now() + phase, beat);
        loop {
            tokio::select! {
                frame = socket.next() => match frame.ok_or("closed")?? {
                    Message::Binary(bytes) => self.hear(&bytes)?,
                    Message::Close(frame) => return Err(format!("closed: {frame:?}").into()),
                    _ => {}
                },
                order = orders.recv() => match order {
                    Some(Order::Change(kind, due)) => {
                        let place = self.board.sent(self.seat, kind, due);
                        let mut payload = vec![b'x'; self.sizes[kind as usize].max(HEAD)];
                        payload[0] = self.seat.author as u8;
                        payload[1] = kind as u8;
                        payload[2..HEAD].copy_from_slice(&(place as u32).to_le_bytes());
                        socket.send(Message::Binary(payload.into())).await?;
                    }
                    Some(_) => {}
                    None => return Ok(()),
                },
                _ = beats.tick() => {
                    socket.send(Message::Text(r#"{"type":"ping"}"#.into())).await?;
                }
            }
        }
    }

    fn hear(&self, bytes: &[u8]) -> Result<(), Failure> {
        let (head, _) = bytes.split_first_chunk::<HEAD>().ok_or("too short")?;
        let [author, kind, place @ ..] = *head;
        let (author, place) = (usize::from(author), u32::from_le_bytes(place) as usize);
        let kind = if kind == 0 { Kind::Note } else { Kind::Chunk };
        let fresh = self.board.heard(self.seat, author, kind, place);
        if author == self.seat.author {
            self.board.committed(self.seat, kind, place, place);
        }
        self.board.frame(kind, bytes.len(), fresh);
        Ok(())
    }
}
