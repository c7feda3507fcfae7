//! Who follows a transcript live, and comes back with their cursor when they are sent away.

use super::{NEVER, Work};
use connvo_core::protocol::SUBPROTOCOL;
use connvo_core::protocol::frame::{ClientFrame, Query, ServerFrame};
use connvo_tests::load::Failure;
use connvo_tests::load::people::Place;
use connvo_tests::load::socket::{self, Socket};
use futures_util::{SinkExt, StreamExt};
use std::sync::Arc;
use std::time::Duration;
use tokio::time::{Instant, sleep, timeout};
use tokio_tungstenite::tungstenite::Message;

/// Between two attempts to come in.
const AGAIN: Duration = Duration::from_millis(200);
/// How long nothing comes after the last.
const QUIET: Duration = Duration::from_secs(2);

/// What one of them saw.
pub(crate) struct Seen {
    pub(crate) at: usize,
    pub(crate) sequences: Vec<u64>,
    /// From each end of a connection to the first frame of the next.
    pub(crate) away: Vec<Duration>,
}

struct Watcher {
    work: Arc<Work>,
    place: Place,
    person: usize,
    seen: Seen,
    cursor: Option<(String, u64)>,
    left: Option<Instant>,
}

/// Follows until the work is over and nothing more comes.
pub(crate) async fn watch(work: Arc<Work>, place: Place, at: usize, person: usize) -> Seen {
    let (sequences, away) = (Vec::new(), Vec::new());
    let mut watcher = Watcher {
        seen: Seen {
            at,
            sequences,
            away,
        },
        work,
        place,
        person,
        cursor: None,
        left: None,
    };
    loop {
        match watcher.connection().await {
            Ok(None) => return watcher.seen,
            Ok(Some(after)) => {
                watcher.left = Some(Instant::now());
                sleep(after).await;
            }
            Err(_) => {
                watcher.left.get_or_insert_with(Instant::now);
                sleep(AGAIN).await;
            }
        }
        let away = watcher.left.map_or(Duration::ZERO, |left| left.elapsed());
        assert!(away < NEVER, "nobody lets this one in");
    }
}

impl Watcher {
    /// One connection: up to the end, or until it is told to come back after so long.
    async fn connection(&mut self) -> Result<Option<Duration>, Failure> {
        let mut socket = socket::open(self.work.address, "/v1/live", Some(SUBPROTOCOL)).await?;
        let token = self.place.tokens[self.person].clone();
        say(
            &mut socket,
            &ClientFrame::Hello {
                token,
                client: None,
            },
        )
        .await?;
        let (epoch, after) = self.cursor.clone().unzip();
        let meeting_id = self.place.id.clone();
        let query = Query::Transcript { meeting_id };
        let subscribe = ClientFrame::Subscribe {
            sub: 1,
            query,
            epoch,
            after,
        };
        say(&mut socket, &subscribe).await?;
        loop {
            let next = match timeout(QUIET, socket.next()).await {
                Ok(next) => next.ok_or("it ended")??,
                Err(_) if self.work.is_over() => return Ok(None),
                Err(_) => continue,
            };
            let Message::Text(text) = next else { continue };
            match serde_json::from_str(&text)? {
                ServerFrame::Drain { after_ms } => {
                    return Ok(Some(Duration::from_millis(after_ms)));
                }
                ServerFrame::Snapshot {
                    cursor,
                    epoch,
                    items,
                    ..
                } => {
                    assert!(self.cursor.is_none(), "who has a cursor goes on from it");
                    self.take(&items);
                    self.cursor = Some((epoch, cursor));
                }
                ServerFrame::Events {
                    from, to, items, ..
                } => {
                    let (_, cursor) = self.cursor.as_mut().expect("a snapshot came first");
                    assert_eq!(from, *cursor + 1, "no gap and no repetition");
                    *cursor = to;
                    self.take(&items);
                }
                _ => continue,
            }
            if let Some(left) = self.left.take() {
                self.seen.away.push(left.elapsed());
            }
        }
    }

    fn take(&mut self, items: &[serde_json::Value]) {
        let sequences = items.iter().map(|item| item["sequence"].as_u64().unwrap());
        self.seen.sequences.extend(sequences);
    }
}

async fn say(socket: &mut Socket, frame: &ClientFrame) -> Result<(), Failure> {
    let text = serde_json::to_string(frame)?;
    Ok(socket.send(Message::Text(text.into())).await?)
}
