//! One client of the storm: as small as can be, and as patient as the package's.

use super::Tally;
use crate::load::Failure;
use crate::load::socket::{self, Socket};
use connvo_core::client::backoff::Backoff;
use connvo_core::id::MeetingId;
use connvo_core::protocol::frame::{ClientFrame, Query, ServerFrame};
use connvo_core::protocol::lane::{self, ServerLane};
use connvo_core::protocol::{HEARTBEAT_MS, SUBPROTOCOL};
use futures_util::{SinkExt, StreamExt};
use std::net::SocketAddr;
use std::rc::Rc;
use std::time::Duration;
use tokio::time::{Instant, interval_at, sleep};
use tokio_tungstenite::tungstenite::Message;

const TRANSCRIPT: u32 = 1;
const NOTE: u32 = 2;

/// A client and what it has.
#[derive(Debug)]
pub(super) struct Client {
    number: u64,
    meeting: MeetingId,
    token: String,
    /// The first is the one to be killed.
    nodes: Vec<SocketAddr>,
    backoff: Backoff,
    transcript: Option<(String, u64)>,
    note: Option<(u64, u64)>,
    lives: u64,
}

impl Client {
    pub(super) fn new(
        number: u64,
        meeting: MeetingId,
        token: String,
        nodes: Vec<SocketAddr>,
    ) -> Self {
        Self {
            number,
            meeting,
            token,
            nodes,
            backoff: Backoff::new(number),
            transcript: None,
            note: None,
            lives: 0,
        }
    }

    /// Follows note and transcript over as many connections as it takes.
    pub(super) async fn follow(mut self, tally: Rc<Tally>) {
        // Not all in the same moment, the first time.
        sleep(Duration::from_millis(self.number)).await;
        loop {
            let Err(error) = self.connection(&tally).await else {
                return;
            };
            if self.lives == 0 {
                tally.complain(format!("client {} at first: {error}", self.number));
            }
            sleep(Duration::from_millis(self.backoff.next_ms())).await;
        }
    }

    fn address(&mut self) -> SocketAddr {
        if self.lives == 0 {
            return self.nodes[0];
        }
        let others = self.nodes.len() as u64 - 1;
        self.nodes[1 + self.backoff.below(others) as usize]
    }

    async fn connection(&mut self, tally: &Tally) -> Result<(), Failure> {
        let address = self.address();
        let opened = socket::open(address, "/v1/live", Some(SUBPROTOCOL)).await;
        let mut socket = opened.inspect_err(|error| {
            if let Some(answer) = error.downcast_ref::<tokio_tungstenite::tungstenite::Error>()
                && matches!(answer, tokio_tungstenite::tungstenite::Error::Http(_))
            {
                tally.complain(format!("client {}: {answer}", self.number));
            }
        })?;
        self.subscribe(&mut socket).await?;
        let beat = Duration::from_millis(HEARTBEAT_MS);
        let mut beats = interval_at(Instant::now() + beat.mul_f64(0.8), beat);
        let (mut welcome, mut note, mut transcript, mut is_live) = (false, false, false, false);
        loop {
            let message = tokio::select! {
                message = socket.next() => message.ok_or("closed")??,
                _ = beats.tick() => {
                    say(&mut socket, &ClientFrame::Ping {}).await?;
                    continue;
                }
            };
            match message {
                Message::Text(text) => match serde_json::from_str(&text)? {
                    ServerFrame::Welcome { .. } => welcome = true,
                    ServerFrame::Snapshot { cursor, epoch, .. } => {
                        if self.transcript.is_some() {
                            tally.complain(format!("client {} starts over", self.number));
                        }
                        self.transcript = Some((epoch, cursor));
                        transcript = true;
                    }
                    ServerFrame::Events { from, to, .. } => {
                        transcript = true;
                        let (_, cursor) = self.transcript.as_mut().ok_or("events first")?;
                        if from != *cursor + 1 {
                            tally.complain(format!("client {}: a gap", self.number));
                        }
                        if to > *cursor {
                            tally.count(&tally.news);
                        }
                        *cursor = to;
                    }
                    ServerFrame::Error { error } | ServerFrame::Revoked { error, .. } => {
                        tally.complain(format!("client {}: {error:?}", self.number));
                    }
                    _ => {}
                },
                Message::Binary(bytes) => match lane::decode_server(&bytes) {
                    Some((_, ServerLane::Access { epoch, .. })) => {
                        note = self.note.is_some_and(|(held, _)| held == epoch);
                    }
                    Some((_, ServerLane::Snapshot { epoch, cursor, .. })) => {
                        self.note = Some((epoch, cursor));
                        note = true;
                    }
                    _ => {}
                },
                Message::Close(frame) => {
                    if self.lives > 0 || is_live {
                        tally.complain(format!("client {}: {frame:?}", self.number));
                    }
                    return Err("closed".into());
                }
                _ => {}
            }
            if !is_live && welcome && note && transcript {
                is_live = true;
                self.backoff.reset();
                let of = if self.lives == 0 {
                    &tally.first
                } else {
                    &tally.again
                };
                self.lives += 1;
                tally.count(of);
            }
        }
    }

    async fn subscribe(&self, socket: &mut Socket) -> Result<(), Failure> {
        let (token, client) = (self.token.clone(), None);
        say(socket, &ClientFrame::Hello { token, client }).await?;
        let meeting_id = self.meeting.clone();
        let note = Query::Note {
            meeting_id: meeting_id.clone(),
            client_id: self.number + 1,
        };
        let held = self.note.map(|(epoch, cursor)| (epoch.to_string(), cursor));
        for (sub, query, held) in [
            (
                TRANSCRIPT,
                Query::Transcript { meeting_id },
                self.transcript.clone(),
            ),
            (NOTE, note, held),
        ] {
            let (epoch, after) = held.unzip();
            let frame = ClientFrame::Subscribe {
                sub,
                query,
                epoch,
                after,
            };
            say(socket, &frame).await?;
        }
        Ok(())
    }
}

async fn say(socket: &mut Socket, frame: &ClientFrame) -> Result<(), Failure> {
    let text = serde_json::to_string(frame)?;
    Ok(socket.send(Message::Text(text.into())).await?)
}
