//! A typed client of either door.

use crate::client::{Api, NOW, Person};
use connvo_core::error::Problem;
use connvo_core::id::MeetingId;
use connvo_core::live::stock;
use connvo_core::protocol::frame::{ClientFrame, Query, ServerFrame};
use connvo_core::protocol::lane::{self, ClientLane, ServerLane};
use connvo_core::protocol::{Command, SUBPROTOCOL};
use connvo_server::clock::Clock;
use connvo_server::config::RateLimits;
use connvo_tests::load::Failure;
use connvo_tests::load::author::Author;
use connvo_tests::load::socket::{self, Socket};
use futures_util::{SinkExt, StreamExt};
use serde_json::json;
use std::net::SocketAddr;
use tokio_tungstenite::tungstenite::{self, Message};

pub const SUB: u32 = 7;

/// What a client hears.
#[derive(Debug, PartialEq)]
pub enum Heard {
    Frame(String),
    Lane(ServerLane),
    Stock(Vec<u8>),
    Closed(u16),
    /// The line broke without a word.
    Broken,
}

/// One open socket.
pub struct Line(pub Socket);

/// A server whose time goes on: what is paced by it comes out.
pub async fn ticking() -> Api {
    Api::start_at(Clock::System, |settings| {
        settings.rate_limits = Some(RateLimits::Off);
    })
    .await
}

pub fn address(api: &Api) -> SocketAddr {
    api.url.trim_start_matches("http://").parse().unwrap()
}

/// The id at the end of a meeting's path.
pub fn id(path: &str) -> MeetingId {
    path.rsplit('/').next().unwrap().parse().unwrap()
}

/// Makes every connection look at the clock.
pub fn nudge(api: &Api) {
    api.app.listeners.wake();
}

impl Line {
    /// Has a sentence written down that nobody has said before, as Bob; what became of it.
    pub async fn speaks(&mut self, meeting: &str, at: u64) -> Result<(), Problem> {
        let chunk = json!({"text": "so", "startMs": NOW + at, "endMs": NOW + at + 1,
            "sourceId": "mic", "segmentId": at.to_string(), "speaker": {"label": "Bob"}});
        let command = json!({"type": "appendTranscript", "meetingId": id(meeting),
            "chunks": [chunk]});
        let command: Command = serde_json::from_value(command).unwrap();
        let (id, key) = (at, "k".into());
        self.say(&ClientFrame::Call { id, key, command }).await;
        match self.frame().await {
            ServerFrame::Reply { error: None, .. } => Ok(()),
            ServerFrame::Reply { error, .. } => Err(error.unwrap()),
            other => panic!("{other:?}"),
        }
    }

    /// Opens `/v1/live` and says nothing.
    pub async fn open(address: SocketAddr) -> Self {
        let socket = socket::open(address, "/v1/live", Some(SUBPROTOCOL)).await;
        Self(socket.unwrap())
    }

    /// Opens `/v1/live` and says hello.
    pub async fn hello(address: SocketAddr, token: &str) -> Self {
        let mut line = Self::open(address).await;
        line.say_hello(token).await;
        line
    }

    /// As [`Line::hello`], and is let in.
    pub async fn of(person: &Person<'_>) -> Self {
        let mut line = Self::hello(address(person.api), &person.token).await;
        assert!(matches!(line.frame().await, ServerFrame::Welcome { .. }));
        line
    }

    /// As [`Line::of`], over a line that takes little at a time.
    pub async fn narrow(person: &Person<'_>) -> Self {
        let socket = socket::open_narrow(address(person.api), "/v1/live", Some(SUBPROTOCOL)).await;
        let mut line = Self(socket.unwrap());
        line.say_hello(&person.token).await;
        assert!(matches!(line.frame().await, ServerFrame::Welcome { .. }));
        line
    }

    pub async fn say_hello(&mut self, token: &str) {
        let token = token.to_owned();
        self.say(&ClientFrame::Hello {
            token,
            client: None,
        })
        .await;
    }

    /// Opens the stock door, or hears why not.
    pub async fn stock(person: &Person<'_>, meeting: &str) -> Result<Self, u16> {
        let path = format!("/v1/yjs/{}?token={}", id(meeting), person.token);
        match socket::open(address(person.api), &path, None).await {
            Ok(socket) => Ok(Self(socket)),
            Err(error) => Err(refused(error)),
        }
    }

    pub async fn say(&mut self, frame: &ClientFrame) {
        let text = serde_json::to_string(frame).unwrap();
        self.0.send(Message::Text(text.into())).await.unwrap();
    }

    pub async fn subscribe(&mut self, query: Query, from: Option<(String, u64)>) {
        let (epoch, after) = from.unzip();
        self.say(&ClientFrame::Subscribe {
            sub: SUB,
            query,
            epoch,
            after,
        })
        .await;
    }

    /// Follows a note, writing as `client_id`.
    pub async fn note(&mut self, meeting: &str, client_id: u64, from: Option<(u64, u64)>) {
        let meeting_id = id(meeting);
        let from = from.map(|(epoch, after)| (epoch.to_string(), after));
        let query = Query::Note {
            meeting_id,
            client_id,
        };
        self.subscribe(query, from).await;
    }

    /// Follows a note from its snapshot on; returns whether it is writable, its
    /// epoch, and the cursor.
    pub async fn follow(&mut self, meeting: &str, client_id: u64) -> (bool, u64, u64) {
        self.note(meeting, client_id, None).await;
        let ServerLane::Access { writable, epoch } = self.lane().await else {
            panic!("access comes first");
        };
        let ServerLane::Snapshot { cursor, .. } = self.lane().await else {
            panic!("then the snapshot");
        };
        (writable, epoch, cursor)
    }

    /// Offers a change.
    pub async fn offer(&mut self, client_id: u64, client_seq: u64, update: &[u8]) {
        let frame = ClientLane::Update {
            client_id,
            client_seq,
            update,
        };
        let bytes = lane::encode_client(SUB, &frame);
        self.0.send(Message::Binary(bytes.into())).await.unwrap();
    }

    /// Types and waits for the acknowledgement.
    pub async fn types(&mut self, author: &mut Author, seq: u64, text: &str) {
        let update = author.append(text);
        self.offer(author.client(), seq, &update).await;
        loop {
            match self.lane().await {
                ServerLane::Events { entries, .. }
                    if entries.iter().any(|entry| {
                        entry.client_id == author.client().to_string() && entry.client_seq >= seq
                    }) =>
                {
                    return;
                }
                ServerLane::Refuse { problem, .. } => panic!("{problem:?}"),
                _ => {}
            }
        }
    }

    pub async fn next(&mut self) -> Heard {
        loop {
            return match self.0.next().await {
                Some(Ok(Message::Text(text))) => Heard::Frame(text.to_string()),
                Some(Ok(Message::Binary(bytes))) => match lane::decode_server(&bytes) {
                    Some((SUB, frame)) => Heard::Lane(frame),
                    _ => Heard::Stock(bytes.to_vec()),
                },
                Some(Ok(Message::Close(Some(frame)))) => Heard::Closed(frame.code.into()),
                Some(Ok(_)) => continue,
                Some(Err(_)) | None => Heard::Broken,
            };
        }
    }

    pub async fn frame(&mut self) -> ServerFrame {
        match self.next().await {
            Heard::Frame(text) => serde_json::from_str(&text).unwrap(),
            other => panic!("not a frame: {other:?}"),
        }
    }

    /// The next frame of the note's lane; presence is passed over.
    pub async fn lane(&mut self) -> ServerLane {
        loop {
            match self.next().await {
                Heard::Lane(ServerLane::Awareness(_)) => {}
                Heard::Lane(frame) => return frame,
                other => panic!("not of the lane: {other:?}"),
            }
        }
    }

    /// Whatever comes, up to the end.
    pub async fn end(&mut self) -> u16 {
        loop {
            match self.next().await {
                Heard::Closed(code) => return code,
                Heard::Broken => panic!("the line broke without a close code"),
                _ => {}
            }
        }
    }

    /// Says ping, and hears nothing before the pong.
    pub async fn is_alive(&mut self) -> bool {
        self.say(&ClientFrame::Ping {}).await;
        matches!(self.next().await, Heard::Frame(text) if text.contains("pong"))
    }

    pub async fn stock_say(&mut self, message: &stock::Message<'_>) {
        let bytes = stock::encode(message);
        self.0.send(Message::Binary(bytes.into())).await.unwrap();
    }

    /// The bytes of the next step 2 of the stock door.
    pub async fn step2(&mut self) -> Vec<u8> {
        loop {
            let Some(Ok(message)) = self.0.next().await else {
                panic!("the line ended");
            };
            if let Message::Binary(bytes) = message
                && let Some(stock::Message::Step2(update)) = stock::decode(&bytes)
            {
                return update.to_vec();
            }
        }
    }
}

/// The status of a refused handshake.
fn refused(error: Failure) -> u16 {
    match error.downcast::<tungstenite::Error>().map(|error| *error) {
        Ok(tungstenite::Error::Http(answer)) => answer.status().as_u16(),
        other => panic!("not an answer: {other:?}"),
    }
}
