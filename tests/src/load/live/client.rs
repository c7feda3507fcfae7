//! One client of `/v1/live`. It writes true changes and checks the order of what
//! it gets; it keeps no text.

use crate::load::Failure;
use crate::load::author::Author;
use crate::load::board::{Board, Kind, Order, Seat};
use crate::load::socket::{self, Socket};
use connvo_core::error::Problem;
use connvo_core::id::MeetingId;
use connvo_core::protocol::command::TranscriptDraft;
use connvo_core::protocol::frame::{ClientFrame, Query};
use connvo_core::protocol::lane::{self, ClientLane, ServerLane};
use connvo_core::protocol::{Command, HEARTBEAT_MS, SUBPROTOCOL};
use connvo_core::transcript::{ChunkDraft, Speaker};
use futures_util::{SinkExt, StreamExt};
use serde::Deserialize;
use serde::de::IgnoredAny;
use std::borrow::Cow;
use std::net::SocketAddr;
use std::rc::Rc;
use std::time::Duration;
use tokio::sync::Semaphore;
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::time::{Instant, interval_at};
use tokio_tungstenite::tungstenite::Message;

const NOTE: u32 = 1;
const TRANSCRIPT: u32 = 2;
/// What a recogniser hands over at the end of an utterance.
const SAID: &str =
    "so what I would suggest is that we take this one first, and come back to the rest";

/// A client and what it has.
pub(super) struct Client {
    seat: Seat,
    client_id: u64,
    author: Author,
    meeting: MeetingId,
    board: Rc<Board>,
    /// Last sequences, once the snapshots are here.
    note: Option<u64>,
    transcript: Option<u64>,
    /// Own note changes acknowledged so far.
    acknowledged: usize,
}

/// A text frame, as far as this client looks at it.
#[derive(Deserialize)]
struct Heard<'a> {
    #[serde(rename = "type", borrow)]
    kind: Cow<'a, str>,
    #[serde(default)]
    from: u64,
    #[serde(default)]
    to: u64,
    #[serde(default)]
    cursor: u64,
    #[serde(default)]
    id: u64,
    ok: Option<IgnoredAny>,
    error: Option<Problem>,
    #[serde(borrow, default)]
    items: Vec<Segment<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Segment<'a> {
    /// The author and the place among the author's chunks: `3-17`.
    #[serde(borrow)]
    segment_id: Cow<'a, str>,
}

impl Client {
    pub(super) fn new(seat: Seat, author: Author, meeting: MeetingId, board: Rc<Board>) -> Self {
        Self {
            seat,
            client_id: author.client(),
            author,
            meeting,
            board,
            note: None,
            transcript: None,
            acknowledged: 0,
        }
    }

    pub(super) async fn run(
        mut self,
        address: SocketAddr,
        token: String,
        orders: UnboundedReceiver<Order>,
        gate: Rc<Semaphore>,
    ) {
        let board = Rc::clone(&self.board);
        if let Err(error) = self.attend(address, token, orders, gate).await {
            board.complain(format!("a client ended: {error}"));
        }
    }

    async fn attend(
        &mut self,
        address: SocketAddr,
        token: String,
        mut orders: UnboundedReceiver<Order>,
        gate: Rc<Semaphore>,
    ) -> Result<(), Failure> {
        let Some(_) = orders.recv().await else {
            return Ok(());
        };
        let mut socket = {
            let _turn = gate.acquire().await?;
            let mut socket = socket::open(address, "/v1/live", Some(SUBPROTOCOL)).await?;
            let client = Some("load".into());
            send(&mut socket, &ClientFrame::Hello { token, client }).await?;
            let welcome = socket.next().await.ok_or("closed")??;
            if !welcome.to_text()?.contains(r#""type":"welcome""#) {
                return Err(welcome.to_string().into());
            }
            socket
        };
        self.board.settle();
        let beat = Duration::from_millis(HEARTBEAT_MS);
        let phase = beat.mul_f64((self.seat.number() % 997) as f64 / 997.0);
        let mut beats = interval_at(Instant::now() + phase, beat);
        loop {
            tokio::select! {
                frame = socket.next() => match frame.ok_or("closed")?? {
                    Message::Text(text) => self.hear_text(&text)?,
                    Message::Binary(bytes) => self.hear_binary(&bytes)?,
                    Message::Close(frame) => return Err(format!("closed: {frame:?}").into()),
                    _ => {}
                },
                order = orders.recv() => match order {
                    Some(order) => self.obey(order, &mut socket).await?,
                    None => return Ok(()),
                },
                _ = beats.tick() => send(&mut socket, &ClientFrame::Ping {}).await?,
            }
        }
    }

    async fn obey(&mut self, order: Order, socket: &mut Socket) -> Result<(), Failure> {
        match order {
            Order::Open => Ok(()),
            Order::Follow => {
                let (meeting_id, client_id) = (self.meeting.clone(), self.client_id);
                let note = Query::Note {
                    meeting_id: meeting_id.clone(),
                    client_id,
                };
                for (sub, query) in [(NOTE, note), (TRANSCRIPT, Query::Transcript { meeting_id })] {
                    let (epoch, after) = (None, None);
                    let frame = ClientFrame::Subscribe {
                        sub,
                        query,
                        epoch,
                        after,
                    };
                    send(socket, &frame).await?;
                }
                Ok(())
            }
            Order::Change(Kind::Note, due) => {
                let place = self.board.sent(self.seat, Kind::Note, due);
                let update = self.author.edit();
                let lane = ClientLane::Update {
                    client_id: self.client_id,
                    client_seq: place as u64 + 1,
                    update: &update,
                };
                let frame = lane::encode_client(NOTE, &lane);
                Ok(socket.send(Message::Binary(frame.into())).await?)
            }
            Order::Change(Kind::Chunk, due) => {
                let place = self.board.sent(self.seat, Kind::Chunk, due);
                send(socket, &self.say(place)).await
            }
        }
    }

    fn say(&self, place: usize) -> ClientFrame {
        let segment_id = format!("{}-{place}", self.seat.author);
        let start_ms = 1_750_000_000_000 + place as u64 * 3_000;
        let chunk = ChunkDraft {
            source_id: "load".into(),
            segment_id: segment_id.clone(),
            utterance_id: None,
            revision: 0,
            is_interim: false,
            text: SAID.into(),
            start_ms,
            end_ms: start_ms + 2_900,
            speaker: Speaker {
                label: format!("Person {}", self.seat.author),
                user_id: None,
                name: None,
            },
            confidence: Some(0.93),
            language: Some("en-GB".into()),
            words: Vec::new(),
        };
        ClientFrame::Call {
            id: place as u64,
            key: segment_id,
            command: Command::AppendTranscript {
                meeting_id: self.meeting.clone(),
                draft: TranscriptDraft {
                    chunks: vec![chunk],
                },
            },
        }
    }

    fn hear_text(&mut self, text: &str) -> Result<(), Failure> {
        let frame: Heard<'_> = serde_json::from_str(text)?;
        if let Some(problem) = frame.error {
            let what = format!("{}: {:?}: {}", frame.kind, problem.code, problem.detail);
            self.board.complain(what);
        }
        match &*frame.kind {
            "snapshot" => {
                self.transcript = Some(frame.cursor);
                self.follows();
            }
            "events" => {
                if self.transcript.map(|last| last + 1) != Some(frame.from) {
                    self.board.complain("a gap in the transcript");
                }
                self.transcript = Some(frame.to);
                let mut fresh = 0;
                for item in &frame.items {
                    let (author, place) = item.segment_id.split_once('-').ok_or("segment")?;
                    let (author, place) = (author.parse()?, place.parse()?);
                    fresh += self.board.heard(self.seat, author, Kind::Chunk, place);
                }
                self.board.frame(Kind::Chunk, text.len(), fresh);
            }
            "reply" if frame.ok.is_some() => {
                let place = frame.id as usize;
                self.board.committed(self.seat, Kind::Chunk, place, place);
            }
            _ => {}
        }
        Ok(())
    }

    fn hear_binary(&mut self, bytes: &[u8]) -> Result<(), Failure> {
        let (_, frame) = lane::decode_server(bytes).ok_or("not a frame of the note lane")?;
        match frame {
            ServerLane::Snapshot { cursor, .. } => {
                self.note = Some(cursor);
                self.follows();
            }
            ServerLane::Events { from, entries } => {
                if self.note.map(|last| last + 1) != Some(from) {
                    self.board.complain("a gap in the note");
                }
                self.note = Some(from + entries.len() as u64 - 1);
                let mut fresh = 0;
                for entry in &entries {
                    let author = Seat::author_of(entry.client_id.parse()?);
                    if author == self.seat.author {
                        self.acknowledge(entry.client_seq);
                    }
                    let place = (entry.client_seq as usize).saturating_sub(1);
                    fresh += self.board.heard(self.seat, author, Kind::Note, place);
                }
                self.board.frame(Kind::Note, bytes.len(), fresh);
            }
            ServerLane::Acknowledge { client_seq, .. } => self.acknowledge(client_seq),
            ServerLane::Refuse { problem, .. } => {
                let what = format!("refused: {:?}: {}", problem.code, problem.detail);
                self.board.complain(what);
            }
            ServerLane::Access { .. } | ServerLane::Awareness(_) => {}
        }
        Ok(())
    }

    fn acknowledge(&mut self, upto: u64) {
        let upto = upto as usize;
        if upto > self.acknowledged {
            let last = upto - 1;
            let from = self.acknowledged;
            self.board.committed(self.seat, Kind::Note, from, last);
            self.acknowledged = upto;
        }
    }

    fn follows(&self) {
        if self.note.is_some() && self.transcript.is_some() {
            self.board.settle();
        }
    }
}

async fn send(socket: &mut Socket, frame: &ClientFrame) -> Result<(), Failure> {
    let text = serde_json::to_string(frame)?;
    Ok(socket.send(Message::Text(text.into())).await?)
}
