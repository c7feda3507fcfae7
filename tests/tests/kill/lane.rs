//! Writers of the live socket: updates in order, a few on their way at once, the
//! unacknowledged ones sent again after each restart.

use crate::ledger::{Ledger, World, marker};
use connvo_core::protocol::SUBPROTOCOL;
use connvo_core::protocol::frame::{ClientFrame, Query};
use connvo_core::protocol::lane::{self, ClientLane, ServerLane};
use connvo_tests::load::Failure;
use connvo_tests::load::author::Author;
use connvo_tests::load::socket::{self, Socket};
use futures_util::{SinkExt, StreamExt};
use std::collections::VecDeque;
use std::rc::Rc;
use tokio_tungstenite::tungstenite::Message;

/// Changes on their way at once.
const UNDER_WAY: usize = 4;
const SUB: u32 = 1;

struct Writer {
    world: World,
    ledger: Rc<Ledger>,
    room: usize,
    person: usize,
    author: Author,
    /// Where this writer stands in the ledger's list of lanes.
    place: usize,
    sent: u64,
    outbox: VecDeque<(u64, Vec<u8>)>,
    cursor: Option<(u64, u64)>,
}

/// Writes to the note by updates.
pub(crate) async fn write(world: World, ledger: Rc<Ledger>, room: usize, person: usize) {
    let client_id = ((room as u64 + 1) << 8) | person as u64;
    let place = {
        let lanes = &mut ledger.rooms.borrow_mut()[room].lanes;
        lanes.push((client_id, 0, 0));
        lanes.len() - 1
    };
    let mut writer = Writer {
        world: world.clone(),
        ledger,
        room,
        person,
        author: Author::new(client_id, false),
        place,
        sent: 0,
        outbox: VecDeque::new(),
        cursor: None,
    };
    loop {
        let seen = world.starts();
        match writer.connection(seen).await {
            Ok(()) => return,
            Err(error) => world.back_after(seen, &error.to_string()).await,
        }
    }
}

impl Writer {
    /// One connection, until it breaks or everything is acknowledged at the end.
    async fn connection(&mut self, starts: u64) -> Result<(), Failure> {
        let mut socket = socket::open(self.world.address, "/v1/live", Some(SUBPROTOCOL)).await?;
        let token = self.world.token(self.room, self.person).to_owned();
        let hello = ClientFrame::Hello {
            token,
            client: None,
        };
        text(&mut socket, &hello).await?;
        // Every other time it resumes from its cursor, else it starts afresh.
        let resume = self.cursor.filter(|_| starts.is_multiple_of(2));
        let subscribe = ClientFrame::Subscribe {
            sub: SUB,
            query: Query::Note {
                meeting_id: self.world.meeting(self.room).clone(),
                client_id: self.author.client(),
            },
            epoch: resume.map(|(epoch, _)| epoch.to_string()),
            after: resume.map(|(_, after)| after),
        };
        text(&mut socket, &subscribe).await?;
        loop {
            let frame = tokio::select! {
                frame = socket.next() => frame.ok_or("closed")??,
                () = self.world.stopped(), if self.outbox.is_empty() => return Ok(()),
            };
            match frame {
                Message::Binary(bytes) => {
                    let (_, frame) = lane::decode_server(&bytes).expect("a lane frame");
                    self.hear(frame, &mut socket).await?;
                }
                Message::Text(said) => {
                    assert!(said.contains("welcome"), "unexpected: {said}");
                }
                Message::Close(_) => return Err("closed".into()),
                _ => {}
            }
        }
    }

    async fn hear(&mut self, frame: ServerLane, socket: &mut Socket) -> Result<(), Failure> {
        match frame {
            ServerLane::Access { writable, epoch } => {
                assert!(writable);
                match &mut self.cursor {
                    Some((held, _)) => assert_eq!(*held, epoch, "no text was lost"),
                    None => self.cursor = Some((epoch, 0)),
                }
                // Again, whether or not the last connection got it through.
                for (seq, update) in &self.outbox {
                    offer(socket, self.author.client(), *seq, update).await?;
                }
            }
            ServerLane::Snapshot { epoch, cursor, .. } => {
                let had = self.cursor.map_or(0, |(_, had)| had);
                assert!(cursor >= had, "version {had} was seen, {cursor} is left");
                self.cursor = Some((epoch, cursor));
            }
            ServerLane::Events { from, entries } => {
                let (_, cursor) = self.cursor.as_mut().ok_or("events before access")?;
                assert_eq!(from, *cursor + 1, "a gap in the log");
                *cursor += entries.len() as u64;
                let own = self.author.client().to_string();
                for entry in entries.iter().filter(|entry| entry.client_id == own) {
                    self.acknowledged(entry.client_seq);
                }
            }
            ServerLane::Acknowledge { client_seq, .. } => self.acknowledged(client_seq),
            ServerLane::Refuse { problem, .. } => panic!("refused: {problem:?}"),
            ServerLane::Awareness(_) => {}
        }
        while self.outbox.len() < UNDER_WAY && !self.world.is_stopped() {
            self.sent += 1;
            let client = self.author.client();
            let update = self.author.append(&marker(&client.to_string(), self.sent));
            self.outbox.push_back((self.sent, update.clone()));
            self.ledger.rooms.borrow_mut()[self.room].lanes[self.place].2 = self.sent;
            self.ledger.note();
            offer(socket, client, self.sent, &update).await?;
        }
        Ok(())
    }

    fn acknowledged(&mut self, upto: u64) {
        while self.outbox.front().is_some_and(|(seq, _)| *seq <= upto) {
            self.outbox.pop_front();
        }
        let held = &mut self.ledger.rooms.borrow_mut()[self.room].lanes[self.place].1;
        *held = upto.max(*held);
        self.ledger.note();
    }
}

async fn offer(
    socket: &mut Socket,
    client_id: u64,
    client_seq: u64,
    update: &[u8],
) -> Result<(), Failure> {
    let frame = ClientLane::Update {
        client_id,
        client_seq,
        update,
    };
    let bytes = lane::encode_client(SUB, &frame);
    Ok(socket.send(Message::Binary(bytes.into())).await?)
}

async fn text(socket: &mut Socket, frame: &ClientFrame) -> Result<(), Failure> {
    let text = serde_json::to_string(frame)?;
    Ok(socket.send(Message::Text(text.into())).await?)
}
