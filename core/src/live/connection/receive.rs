//! Frames from the client.

use super::{Connection, Effect, Phase, lane_frame, reply, send};
use crate::error::{ErrorCode, Problem, without_quotes};
use crate::protocol::frame::{ClientFrame, Query, ServerFrame};
use crate::protocol::lane::{self, ClientLane, ServerLane};
use crate::protocol::varint::SAFE_MAX;
use crate::protocol::{CALLS_IN_FLIGHT, Command, SUBSCRIPTIONS};

impl Connection {
    /// Takes a text frame.
    pub fn receive_text(&mut self, frame: &str, now_ms: u64) -> Vec<Effect> {
        self.heard_ms = now_ms;
        match ClientFrame::read(frame) {
            Ok(frame) => self.receive(frame),
            Err(error) => {
                let said = without_quotes(&error.to_string());
                match call_id(frame) {
                    // A command of a newer client, or a wrong one: the call is refused,
                    // or it would be sent again and again.
                    Some(id) if self.user().is_some() => {
                        let detail = format!("not a command of connvo.v1: {said}");
                        let problem = Problem::new(ErrorCode::ValidationError, detail);
                        vec![reply(id, Err(problem))]
                    }
                    _ => self.strike(format!("not a frame of connvo.v1: {said}")),
                }
            }
        }
    }

    fn receive(&mut self, frame: ClientFrame) -> Vec<Effect> {
        match (&self.phase, frame) {
            (Phase::Closed, _) => Vec::new(),
            (_, ClientFrame::Ping {}) => vec![send(&ServerFrame::Pong {})],
            (Phase::Silent, ClientFrame::Hello { token, .. }) => {
                self.phase = Phase::Authenticating;
                vec![Effect::Authenticate(token)]
            }
            (Phase::Live(_), ClientFrame::Refresh { token }) => vec![Effect::Refresh(token)],
            (
                Phase::Live(_),
                ClientFrame::Subscribe {
                    sub,
                    query,
                    epoch,
                    after,
                },
            ) => self.subscribe(sub, query, epoch, after),
            (Phase::Live(_), ClientFrame::Unsubscribe { sub }) => {
                let known = self.subscriptions.remove(&sub).is_some();
                known.then_some(Effect::Closed(sub)).into_iter().collect()
            }
            (Phase::Live(_), ClientFrame::Call { id, key, command }) => self.call(id, key, command),
            (_, ClientFrame::Hello { .. }) => self.strike("hello comes once, first".into()),
            _ => self.strike("hello comes first".into()),
        }
    }

    fn subscribe(
        &mut self,
        sub: u32,
        query: Query,
        epoch: Option<String>,
        after: Option<u64>,
    ) -> Vec<Effect> {
        if self.subscriptions.contains_key(&sub) {
            return self.strike(format!("subscription {sub} is open already"));
        }
        if self.subscriptions.len() >= SUBSCRIPTIONS {
            let problem = Problem::new(
                ErrorCode::RateLimited,
                format!("at most {SUBSCRIPTIONS} subscriptions a connection"),
            );
            return vec![send(&ServerFrame::Revoked {
                sub,
                error: problem,
            })];
        }
        if let Query::Note { client_id, .. } = query
            && client_id > SAFE_MAX
        {
            let error = Problem::field("/query/clientId", "a ClientID has at most 53 bits");
            return vec![send(&ServerFrame::Revoked { sub, error })];
        }
        vec![Effect::Open {
            sub,
            query,
            epoch,
            after,
        }]
    }

    fn call(&mut self, id: u64, key: String, command: Command) -> Vec<Effect> {
        if self.calls >= CALLS_IN_FLIGHT {
            let mut problem = Problem::new(
                ErrorCode::RateLimited,
                format!("at most {CALLS_IN_FLIGHT} calls at once"),
            );
            problem.retry_after_ms = Some(100);
            return vec![reply(id, Err(problem))];
        }
        self.calls += 1;
        vec![Effect::Call { id, key, command }]
    }

    /// Takes a binary frame.
    pub fn receive_binary(&mut self, frame: &[u8], now_ms: u64) -> Vec<Effect> {
        self.heard_ms = now_ms;
        let Some((sub, frame)) = lane::decode_client(frame) else {
            return self.strike("not a frame of the note lane".into());
        };
        // A frame of a subscription that has just ended is late, not malformed.
        let Some(held) = self.subscriptions.get(&sub).filter(|held| held.is_note()) else {
            return Vec::new();
        };
        match frame {
            ClientLane::Awareness(bytes) => vec![Effect::Presence {
                sub,
                bytes: bytes.to_vec(),
            }],
            ClientLane::Update {
                client_id,
                client_seq,
                update,
            } if held.is_writable() => vec![Effect::Update {
                sub,
                client_id,
                client_seq,
                update: update.to_vec(),
            }],
            ClientLane::Update {
                client_id,
                client_seq,
                ..
            } => {
                let problem = Problem::new(
                    ErrorCode::Forbidden,
                    "you may read this note, not change it",
                )
                .because("readOnly");
                vec![lane_frame(
                    sub,
                    &ServerLane::Refuse {
                        client_id,
                        client_seq,
                        problem,
                    },
                )]
            }
        }
    }
}

/// The id of a call whose command makes no sense.
fn call_id(frame: &str) -> Option<u64> {
    let frame: serde_json::Value = serde_json::from_str(frame).ok()?;
    (frame["type"] == "call").then(|| frame["id"].as_u64())?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_call_with_an_id_can_be_answered() {
        assert_eq!(call_id(r#"{"type":"call","id":7,"command":{}}"#), Some(7));
        for other in [r#"{"type":"ping","id":7}"#, r#"{"type":"call"}"#, "[]", "{"] {
            assert_eq!(call_id(other), None, "{other}");
        }
    }
}
