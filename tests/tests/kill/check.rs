//! Holds the ledger against what the restarted server serves.

use crate::ledger::{Ledger, Room, World, marker};
use connvo_core::note::{NoteEntry, Text};
use connvo_core::transcript::Chunk;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use std::collections::{HashMap, HashSet};
use std::fmt;

/// What was found again.
#[derive(Debug, Default)]
pub(crate) struct Total {
    pub(crate) changes: u64,
    pub(crate) operations: usize,
    pub(crate) updates: u64,
    pub(crate) chunks: usize,
}

impl fmt::Display for Total {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} operations, {} updates, {} chunks",
            self.operations, self.updates, self.chunks
        )
    }
}

#[derive(Deserialize)]
struct Note {
    content: String,
    version: u64,
}

#[derive(Deserialize)]
struct Page<T> {
    items: Vec<T>,
    next: Option<String>,
}

/// Every room.
pub(crate) async fn everything(world: &World, ledger: &Ledger) -> Total {
    let mut total = Total::default();
    let count = ledger.rooms.borrow().len();
    for number in 0..count {
        let note: Note = get(world, number, "/notes").await;
        let log: Vec<NoteEntry> = all(world, number, "/notes/ops").await;
        let chunks: Vec<Chunk> = all(world, number, "/transcript").await;
        let rooms = ledger.rooms.borrow();
        let room = &rooms[number];
        the_log_gives_the_text(&note, &log);
        operations_are_there_once(room, &log);
        updates_are_there_once(room, &log, &note.content);
        chunks_are_there_once(room, &chunks);
        total.operations += room.operations.len();
        total.updates += room.lanes.iter().map(|lane| lane.1).sum::<u64>();
        total.chunks += room.segments.len();
    }
    total.changes = (total.operations + total.chunks) as u64 + total.updates;
    total
}

fn the_log_gives_the_text(note: &Note, log: &[NoteEntry]) {
    let mut text = Text::default();
    for (at, entry) in log.iter().enumerate() {
        assert_eq!(entry.sequence, at as u64 + 1, "a gap in the log");
        text.apply(&entry.operation).unwrap();
    }
    assert_eq!(note.version, log.len() as u64);
    assert_eq!(note.content, text.to_string());
}

fn operations_are_there_once(room: &Room, log: &[NoteEntry]) {
    let mut seen = HashSet::new();
    for entry in log {
        let change = (entry.client_id.as_str(), entry.client_seq);
        assert!(seen.insert(change), "twice: {change:?}");
    }
    for (client, seq, version) in &room.operations {
        let entry = log.get(*version as usize - 1);
        let entry = entry.unwrap_or_else(|| panic!("lost: {client}.{seq}, version {version}"));
        assert_eq!((&entry.client_id, entry.client_seq), (client, *seq));
    }
}

fn updates_are_there_once(room: &Room, log: &[NoteEntry], content: &str) {
    for (client, acknowledged, sent) in &room.lanes {
        let client = client.to_string();
        let own: Vec<u64> = log
            .iter()
            .filter(|entry| entry.client_id == client)
            .map(|entry| entry.client_seq)
            .collect();
        assert!(own.is_sorted(), "out of order: {own:?}");
        assert!(own.last().copied().unwrap_or(0) >= *acknowledged);
        for seq in 1..=*sent {
            let found = content.matches(&marker(&client, seq)).count();
            let least = usize::from(seq <= *acknowledged);
            assert!(
                (least..=1).contains(&found),
                "{client}.{seq}: {found} times"
            );
        }
    }
    for (client, seq, _) in &room.operations {
        assert_eq!(content.matches(&marker(client, *seq)).count(), 1);
    }
}

fn chunks_are_there_once(room: &Room, chunks: &[Chunk]) {
    let mut places = HashMap::new();
    for (at, chunk) in chunks.iter().enumerate() {
        assert_eq!(chunk.sequence, at as u64 + 1, "a gap in the transcript");
        let segment = chunk.fields.segment_id.as_str();
        let before = places.insert(segment, chunk.sequence);
        assert!(before.is_none(), "twice: {segment}");
    }
    for (segment, sequence) in &room.segments {
        assert_eq!(places.get(segment.as_str()), Some(sequence), "{segment}");
    }
}

async fn all<T: DeserializeOwned>(world: &World, room: usize, path: &str) -> Vec<T> {
    let mut found = Vec::new();
    let mut after = "0".to_owned();
    loop {
        let page: Page<T> = get(world, room, &format!("{path}?after={after}&limit=100")).await;
        found.extend(page.items);
        match page.next {
            Some(next) => after = next,
            None => return found,
        }
    }
}

async fn get<T: DeserializeOwned>(world: &World, room: usize, tail: &str) -> T {
    let answer = reqwest::Client::new()
        .get(world.url(room, tail))
        .bearer_auth(world.token(room, 0))
        .send()
        .await
        .unwrap();
    assert!(answer.status().is_success(), "{}", answer.status());
    answer.json().await.unwrap()
}
