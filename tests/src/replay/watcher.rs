//! Somebody who watches a transcript, and may lose the line.

use super::Stage;
use crate::load::Failure;
use crate::load::figures::Latencies;
use crate::load::socket::{self, Socket};
use connvo_core::id::MeetingId;
use connvo_core::protocol::frame::{ClientFrame, Query, ServerFrame};
use connvo_core::protocol::{HEARTBEAT_MS, SUBPROTOCOL};
use connvo_core::transcript::view::TranscriptView;
use futures_util::{SinkExt, StreamExt};
use rand::RngExt;
use rand::rngs::StdRng;
use serde_json::Value;
use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::{Instant, interval};
use tokio_tungstenite::tungstenite::Message;

const SUB: u32 = 1;
/// Lines that are stored at most while a watcher is away.
const AWAY: usize = 40;
/// How often a watcher is let in again before the run is given up.
const RETURNS: usize = 1_000;

/// A watcher and what came to it.
#[derive(Debug)]
pub struct Watcher {
    stage: Arc<Stage>,
    meeting: MeetingId,
    /// The line is lost when so many lines have come; then so many are stored before the
    /// watcher comes back.
    cuts: VecDeque<(usize, usize)>,
    /// Epoch and last sequence.
    cursor: Option<(String, u64)>,
    /// How often each line came.
    came: Vec<u32>,
    last: Option<usize>,
    view: TranscriptView,
    since: Instant,
    heard: Heard,
}

/// What a watcher has heard.
#[derive(Debug, Default)]
pub struct Heard {
    /// Times the line was lost.
    pub disconnects: usize,
    /// Final chunks that came.
    pub delivered: usize,
    /// Lines that never came.
    pub missing: usize,
    /// Chunks that came again.
    pub duplicates: usize,
    /// Chunks that came after a later one, left a gap, or are not what was said.
    pub out_of_order: usize,
    /// Interim chunks that came.
    pub interim: usize,
    /// Interim chunks that are still shown at the end.
    pub left_over: usize,
    /// From when a final chunk was sent until it came, of those sent while the watcher
    /// was there.
    pub latencies: Latencies,
}

impl Watcher {
    /// Somebody who will lose the line `cuts` times.
    #[must_use]
    pub fn new(stage: Arc<Stage>, meeting: MeetingId, cuts: usize, mut rng: StdRng) -> Self {
        let lines = stage.lines.len();
        let mut moments: Vec<_> = (0..cuts)
            .map(|_| (rng.random_range(0..=lines), rng.random_range(0..=AWAY)))
            .collect();
        moments.sort_unstable();
        Self {
            came: vec![0; lines],
            stage,
            meeting,
            cuts: moments.into(),
            cursor: None,
            last: None,
            view: TranscriptView::default(),
            since: Instant::now(),
            heard: Heard::default(),
        }
    }

    /// Watches until everything has come and the line was lost as often as it should be.
    ///
    /// # Errors
    /// The server does not let the watcher in, or says something that makes no sense.
    pub async fn watch(mut self, address: SocketAddr, token: String) -> Result<Heard, Failure> {
        for _ in 0..RETURNS {
            if self.follow(address, &token).await? {
                let never = self.came.iter().filter(|times| **times == 0);
                self.heard.missing = never.count();
                self.heard.left_over = self.view.interim().len();
                return Ok(self.heard);
            }
            self.heard.disconnects += 1;
        }
        Err("a watcher is sent away again and again".into())
    }

    /// Follows until the line is lost; whether all is over.
    async fn follow(&mut self, address: SocketAddr, token: &str) -> Result<bool, Failure> {
        let mut socket = hello(address, token).await?;
        let (epoch, after) = self.cursor.clone().unzip();
        let meeting_id = self.meeting.clone();
        let subscribe = ClientFrame::Subscribe {
            sub: SUB,
            query: Query::Transcript { meeting_id },
            epoch,
            after,
        };
        say(&mut socket, &subscribe).await?;
        self.since = Instant::now();
        let mut beats = interval(Duration::from_millis(HEARTBEAT_MS));
        loop {
            let message = tokio::select! {
                message = socket.next() => message,
                _ = beats.tick() => {
                    say(&mut socket, &ClientFrame::Ping {}).await?;
                    continue;
                }
            };
            let Some(Ok(message)) = message else {
                return Ok(false);
            };
            match message {
                Message::Text(text) => self.hear(serde_json::from_str(&text)?)?,
                Message::Close(_) => return Ok(false),
                _ => continue,
            }
            let next = self.cuts.front().copied();
            if let Some((_, away)) = next.filter(|(at, _)| *at <= self.heard.delivered) {
                self.cuts.pop_front();
                // Without a word, as a line is lost; then it is quiet for a while.
                drop(socket);
                self.stage.stored(self.heard.delivered + away).await?;
                return Ok(false);
            }
            if next.is_none() && self.heard.delivered >= self.came.len() {
                return Ok(true);
            }
        }
    }

    fn hear(&mut self, frame: ServerFrame) -> Result<(), Failure> {
        match frame {
            ServerFrame::Snapshot {
                cursor,
                epoch,
                items,
                reset,
                ..
            } => {
                if self.cursor.is_some() || reset || !items.is_empty() {
                    return Err("a snapshot in place of what came meanwhile".into());
                }
                self.cursor = Some((epoch, cursor));
                self.since = Instant::now();
                self.stage.follow.send_modify(|count| *count += 1);
            }
            ServerFrame::Events {
                from, to, items, ..
            } => {
                let (_, cursor) = self.cursor.as_mut().ok_or("events before a snapshot")?;
                self.heard.out_of_order += usize::from(from != *cursor + 1);
                *cursor = to;
                for item in items {
                    self.finalised(item)?;
                }
            }
            ServerFrame::Volatile { item, .. } => {
                self.heard.interim += 1;
                self.view.spoken(item);
            }
            ServerFrame::Welcome { .. } | ServerFrame::Pong { .. } => {}
            other => return Err(format!("{other:?}").into()),
        }
        Ok(())
    }

    fn finalised(&mut self, item: Value) -> Result<(), Failure> {
        let line = item["segmentId"].as_str().ok_or("no segment")?;
        let line: usize = line.parse()?;
        let said = self.stage.lines.get(line).ok_or("what nobody said")?;
        let in_order = self.last.map_or(line == 0, |last| line == last + 1);
        let as_said = item["text"] == said.text.as_str();
        self.heard.out_of_order += usize::from(!in_order || !as_said);
        self.heard.duplicates += usize::from(self.came[line] > 0);
        self.heard.delivered += usize::from(self.came[line] == 0);
        self.came[line] += 1;
        self.last = Some(line);
        let sent = self.stage.sent.lock().map_err(|error| error.to_string())?;
        if let Some(sent) = sent[line].filter(|sent| *sent > self.since) {
            self.heard.latencies.add(sent.elapsed());
        }
        drop(sent);
        self.view.finalised(item);
        Ok(())
    }
}

/// Opens `/v1/live`, and is let in.
pub(super) async fn hello(address: SocketAddr, token: &str) -> Result<Socket, Failure> {
    let mut socket = socket::open(address, "/v1/live", Some(SUBPROTOCOL)).await?;
    let (token, client) = (token.to_owned(), Some("replay".to_owned()));
    say(&mut socket, &ClientFrame::Hello { token, client }).await?;
    let welcome = socket.next().await.ok_or("closed")??;
    match serde_json::from_str(welcome.to_text()?)? {
        ServerFrame::Welcome { .. } => Ok(socket),
        other => Err(format!("not let in: {other:?}").into()),
    }
}

pub(super) async fn say(socket: &mut Socket, frame: &ClientFrame) -> Result<(), Failure> {
    let text = serde_json::to_string(frame)?;
    Ok(socket.send(Message::Text(text.into())).await?)
}
