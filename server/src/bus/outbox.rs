//! What waits to be sent: of what is latest only, the latest.

use super::Hint;
use super::hint::Kind;
use connvo_core::id::{MeetingId, UserId};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use tokio::sync::Notify;

/// Hints that wait at most; of more than that it is only told that some are lost.
const WAITING: usize = 20_000;

/// What is sent at once.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Message {
    /// Whose it is.
    pub(super) node: String,
    /// Its place among that node's messages: 1, 2, 3 …
    pub(super) number: u64,
    /// In order.
    pub(super) hints: Vec<Hint>,
}

#[derive(Debug, Default)]
struct Waiting {
    hints: Vec<Hint>,
    grown: BTreeMap<(MeetingId, Kind), u64>,
    interim: BTreeMap<(MeetingId, String), String>,
    connected: BTreeMap<UserId, usize>,
    is_lossy: bool,
}

/// See the module.
#[derive(Debug, Default)]
pub(super) struct Outbox {
    waiting: Mutex<Waiting>,
    some: Notify,
}

impl Outbox {
    pub(super) fn put(&self, hint: Hint) {
        let mut waiting = self.lock();
        if waiting.count() >= WAITING {
            waiting.is_lossy = true;
            return;
        }
        match hint {
            Hint::Grown {
                meeting_id,
                kind,
                head,
            } => {
                let held = waiting.grown.entry((meeting_id, kind)).or_default();
                *held = head.max(*held);
            }
            Hint::Interim {
                meeting_id,
                utterance,
                json,
            } => {
                waiting.interim.insert((meeting_id, utterance), json);
            }
            Hint::Connected { user_id, count } => {
                waiting.connected.insert(user_id, count);
            }
            Hint::Lost => waiting.is_lossy = true,
            hint => waiting.hints.push(hint),
        }
        drop(waiting);
        self.some.notify_one();
    }

    pub(super) async fn some(&self) {
        self.some.notified().await;
    }

    /// What waits, in the order to be taken: what ends rights before what is new.
    pub(super) fn take(&self) -> Vec<Hint> {
        let waiting = std::mem::take(&mut *self.lock());
        let lost = waiting.is_lossy.then_some(Hint::Lost);
        let grown = waiting.grown.into_iter();
        let grown = grown.map(|((meeting_id, kind), head)| Hint::Grown {
            meeting_id,
            kind,
            head,
        });
        let interim = waiting.interim.into_iter();
        let interim = interim.map(|((meeting_id, utterance), json)| Hint::Interim {
            meeting_id,
            utterance,
            json,
        });
        let connected = waiting.connected.into_iter();
        let connected = connected.map(|(user_id, count)| Hint::Connected { user_id, count });
        lost.into_iter()
            .chain(waiting.hints)
            .chain(grown)
            .chain(interim)
            .chain(connected)
            .collect()
    }

    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Waiting {
    fn count(&self) -> usize {
        self.hints.len() + self.grown.len() + self.interim.len() + self.connected.len()
    }
}

/// Hints as messages of at most `bytes` each; with none, one that says that the node is
/// there. What is larger than a message on its own is left out: interim chunks and
/// presence are, and are of the moment.
pub(super) fn messages(
    node: &str,
    numbers: &mut u64,
    hints: Vec<Hint>,
    bytes: usize,
) -> Vec<String> {
    let mut messages = Vec::new();
    let mut parts: Vec<String> = Vec::new();
    let mut length = 0;
    let room = bytes.saturating_sub(node.len() + 64);
    let mut close = |parts: &mut Vec<String>| {
        *numbers += 1;
        messages.push(format!(
            r#"{{"node":{node:?},"number":{numbers},"hints":[{}]}}"#,
            parts.join(",")
        ));
        parts.clear();
    };
    let is_empty = hints.is_empty();
    for hint in hints {
        let Ok(json) = serde_json::to_string(&hint) else {
            continue;
        };
        if json.len() > room {
            tracing::debug!(bytes = json.len(), "a hint is too large for the bus");
            continue;
        }
        if length + json.len() + 1 > room {
            close(&mut parts);
            length = 0;
        }
        length += json.len() + 1;
        parts.push(json);
    }
    if is_empty || !parts.is_empty() {
        close(&mut parts);
    }
    messages
}

#[cfg(test)]
mod tests {
    use super::*;

    fn meeting(at: u8) -> MeetingId {
        format!("0197f7a4-5e0b-7c3a-9d2e-3f1b2a4c5d{at:02x}")
            .parse()
            .unwrap()
    }

    fn grown(at: u8, head: u64) -> Hint {
        Hint::Grown {
            meeting_id: meeting(at),
            kind: Kind::Note,
            head,
        }
    }

    #[test]
    fn of_a_journals_heads_the_last_is_told_after_what_ends_rights() {
        let outbox = Outbox::default();
        let topics = Hint::Topics(vec![super::super::Topic::Flags]);
        for hint in [grown(1, 7), topics.clone(), grown(1, 9), grown(1, 8)] {
            outbox.put(hint);
        }
        assert_eq!(outbox.take(), [topics, grown(1, 9)]);
        assert!(outbox.take().is_empty());
    }

    #[test]
    fn too_many_hints_are_told_as_lost() {
        let outbox = Outbox::default();
        for _ in 0..=WAITING {
            outbox.put(Hint::Topics(Vec::new()));
        }
        let taken = outbox.take();
        assert_eq!((taken.len(), &taken[0]), (WAITING + 1, &Hint::Lost));
    }

    #[test]
    fn messages_are_numbered_and_none_is_longer_than_the_bus_carries() {
        let hints: Vec<Hint> = (0..=255).map(|at| grown(at, 1 << 40)).collect();
        let mut numbers = 0;
        let sent = messages("node", &mut numbers, hints.clone(), 1_000);
        assert!(sent.iter().all(|message| message.len() <= 1_000));
        let read: Vec<Message> = sent
            .iter()
            .map(|message| serde_json::from_str(message).unwrap())
            .collect();
        let counted: Vec<u64> = read.iter().map(|message| message.number).collect();
        assert_eq!(counted, (1..=numbers).collect::<Vec<_>>());
        let all: Vec<Hint> = read.into_iter().flat_map(|message| message.hints).collect();
        assert_eq!(all, hints);
        assert_eq!(messages("node", &mut numbers, Vec::new(), 1_000).len(), 1);
    }
}
