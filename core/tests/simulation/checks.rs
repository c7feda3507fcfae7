//! What must hold when all is quiet.

use crate::ledger::{Fate, is_token, tokens_of};
use crate::world::World;
use connvo_core::id::UserId;
use connvo_core::limits::NoteLimits;
use connvo_core::note::{Document, NoteEntry, Text};
use std::collections::{BTreeMap, BTreeSet};

/// Everybody sees everybody who is in the note.
pub fn presence(world: &World) -> Vec<String> {
    let here: Vec<u64> = world
        .clients
        .iter()
        .filter_map(|client| client.presence())
        .collect();
    let mut out = Vec::new();
    for (at, client) in world.clients.iter().enumerate() {
        let Some(peers) = client.peers() else {
            continue;
        };
        let own = client.presence();
        let missing: Vec<&u64> = here
            .iter()
            .filter(|id| Some(**id) != own && !peers.contains(id))
            .collect();
        let gone: Vec<&u64> = peers.iter().filter(|id| !here.contains(id)).collect();
        if !missing.is_empty() || (!gone.is_empty() && world.hostile.is_none()) {
            out.push(format!(
                "client {at} does not see {missing:?}, still sees {gone:?}"
            ));
        }
    }
    out
}

/// While the room is open: every text is the same.
pub fn while_open(world: &mut World) {
    let text = world.sky.store.text.to_string();
    let head = world.sky.store.head();
    for at in 0..world.clients.len() {
        if let Some(shown) = world.clients[at].text()
            && shown != text
        {
            world.sky.breach(format!(
                "client {at} shows another text:\n{shown:?}\nnot\n{text:?}"
            ));
        }
    }
    if let Some((content, version)) = world.server.view()
        && (content != text || version != head)
    {
        world.sky.breach(format!(
            "the room has version {version} of {head}, or another text"
        ));
    }
}

/// After the room has gone: log, base and books agree.
pub fn all(world: &mut World) {
    let hostile = world.hostile.map(|at| world.server.users[at].clone());
    log(world, hostile.as_ref());
    bases(world);
    tokens(world);
    claims(world);
}

/// The log replays from an empty text, and every change in it is its author's.
fn log(world: &mut World, hostile: Option<&UserId>) {
    let sky = &mut world.sky;
    let mut text = Text::default();
    for (at, entry) in (1..).zip(std::mem::take(&mut sky.store.log)) {
        if entry.sequence != at {
            sky.breach(format!(
                "entry {at} of the log is numbered {}",
                entry.sequence
            ));
        }
        let (inserted, deleted) = tokens_of(&entry.operation, &text);
        if Some(&entry.author_id) == hostile {
            sky.ledger.loose.extend(inserted.iter().chain(&deleted));
        } else {
            for token in inserted {
                if !sky.ledger.may_insert(&entry.author_id, token) {
                    sky.breach(format!(
                        "entry {at} inserts {token:?}, which its author never typed"
                    ));
                }
            }
            for token in deleted {
                if !sky.ledger.may_delete(&entry.author_id, token) {
                    sky.breach(format!(
                        "entry {at} deletes {token:?}, which its author never did"
                    ));
                }
            }
        }
        if let Err(error) = text.apply(&entry.operation) {
            sky.breach(format!("entry {at} does not fit: {error}"));
        }
        sky.store.log.push(entry);
    }
    if text != sky.store.text {
        sky.breach("the log gives another text");
    }
}

/// Every base is the text of its version; the last is at the head; base and log
/// give the document and the text.
fn bases(world: &mut World) {
    let sky = &mut world.sky;
    let head = sky.store.head();
    let last = sky.store.base.as_ref().map_or(0, |base| base.sequence);
    if last != head {
        sky.breach(format!("the last base is at {last}, the head at {head}"));
    }
    let mut texts = BTreeMap::new();
    let mut text = Text::default();
    let wanted: BTreeSet<u64> = sky.store.bases.iter().map(|base| base.sequence).collect();
    for entry in &sky.store.log {
        let _ = text.apply(&entry.operation);
        if wanted.contains(&entry.sequence) {
            texts.insert(entry.sequence, text.to_string());
        }
    }
    for base in sky.store.bases.clone() {
        if texts.get(&base.sequence).map_or("", String::as_str) != base.text {
            sky.breach(format!(
                "the base at {} has another text than the log",
                base.sequence
            ));
        }
    }
    // From the first base, from the last, and from nothing at all.
    let bases = [
        None,
        sky.store.bases.first().cloned(),
        sky.store.base.clone(),
    ];
    for base in bases {
        let from = base.as_ref().map_or(0, |base| base.sequence);
        let rest: Vec<&NoteEntry> = sky.store.log.iter().skip(from as usize).collect();
        let updates: Vec<&[u8]> = rest.iter().map(|entry| entry.update.as_slice()).collect();
        let state = base.as_ref().map(|base| base.state_v2.as_slice());
        match Document::load(state, &updates, 1, NoteLimits::default()) {
            Ok(document) if *document.text() == sky.store.text => {}
            Ok(_) => sky.breach(format!("the base at {from} and the log give another text")),
            Err(error) => sky.breach(format!("the base at {from} does not load: {error}")),
        }
    }
}

/// Every acknowledged change is there exactly once.
fn tokens(world: &mut World) {
    let sky = &mut world.sky;
    let text = sky.store.text.to_string();
    let mut count: BTreeMap<char, u32> = BTreeMap::new();
    for token in text.chars().filter(|c| is_token(*c)) {
        *count.entry(token).or_default() += 1;
    }
    let mut wrong = Vec::new();
    for edit in &sky.ledger.edits {
        for token in &edit.inserted {
            if sky.ledger.loose.contains(token) {
                continue;
            }
            let times = count.get(token).copied().unwrap_or(0);
            let mut deleted = false;
            let mut perhaps = false;
            for fate in sky.ledger.deleters(*token) {
                deleted |= fate == Fate::Acknowledged;
                perhaps |= matches!(fate, Fate::Unknown | Fate::Refused);
            }
            let lawful = match edit.fate {
                Fate::Acknowledged if deleted => times == 0,
                Fate::Acknowledged if perhaps => times <= 1,
                Fate::Acknowledged => times == 1,
                Fate::Lost => times == 0,
                Fate::Unknown | Fate::Refused => times <= 1,
                Fate::Pending => false,
            };
            if !lawful {
                wrong.push(format!(
                    "{token:?} is there {times} times: {:?} by {}",
                    edit.fate, edit.user
                ));
            }
        }
    }
    for what in wrong.into_iter().take(5) {
        sky.breach(what);
    }
}

/// Every claim is as far as its client's last entry.
fn claims(world: &mut World) {
    let sky = &mut world.sky;
    let mut last: BTreeMap<&str, u64> = BTreeMap::new();
    for entry in sky
        .store
        .log
        .iter()
        .filter(|entry| !entry.client_id.is_empty())
    {
        let seq = last.entry(&entry.client_id).or_default();
        *seq = entry.client_seq.max(*seq);
    }
    let behind: Vec<String> = last
        .into_iter()
        .filter(|(id, seq)| {
            sky.store
                .clients
                .get(*id)
                .is_none_or(|claim| claim.last_seq < *seq)
        })
        .map(|(id, seq)| format!("the claim of {id} is not as far as {seq}"))
        .collect();
    for what in behind {
        sky.breach(what);
    }
}
