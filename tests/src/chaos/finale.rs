//! What is there in the end, as each node serves it.

use super::history::{Journal, Kind, Log, NoteText};
use super::watcher::item;
use super::world::{ANSWER, Ends, World};
use crate::load::Failure;
use connvo_core::note::{NoteEntry, Text};
use reqwest::Client;
use serde_json::Value;
use std::net::SocketAddr;

/// Reads every journal and note at every node into the book, and answers what there is.
///
/// # Errors
/// A node does not answer.
pub async fn read(world: &World, nodes: &[SocketAddr]) -> Result<Ends, Failure> {
    let mut ends = Ends::default();
    for meeting in 0..world.meetings.len() {
        for (number, node) in nodes.iter().enumerate() {
            let at = format!("node {number}");
            let note = get(world, *node, &world.path(meeting, "/notes")).await?;
            let text = note["content"].as_str().ok_or("no content")?.to_owned();
            for (kind, tail) in [
                (Kind::Note, "/notes/ops?"),
                (Kind::Transcript, "/transcript?"),
                (Kind::Chat, "/messages?order=journal&"),
            ] {
                let entries = all(world, *node, &world.path(meeting, tail)).await?;
                let journal = Journal { meeting, kind };
                if kind == Kind::Note {
                    let text = folded(&entries)?;
                    let who = format!("the log at {at}");
                    let text = NoteText { who, meeting, text };
                    world.history.borrow_mut().texts.push(text);
                }
                ends.heads.entry(journal).or_insert(entries.len() as u64);
                let items = entries.iter().map(item).collect();
                let at = at.clone();
                let log = Log { at, journal, items };
                world.history.borrow_mut().logs.push(log);
            }
            if number == 0 {
                ends.texts.push(text.clone());
            }
            let who = at;
            let text = NoteText { who, meeting, text };
            world.history.borrow_mut().texts.push(text);
        }
    }
    Ok(ends)
}

fn folded(entries: &[Value]) -> Result<String, Failure> {
    let mut text = Text::default();
    for entry in entries {
        let entry: NoteEntry = serde_json::from_value(entry.clone())?;
        text.apply(&entry.operation)?;
    }
    Ok(text.to_string())
}

async fn all(world: &World, node: SocketAddr, path: &str) -> Result<Vec<Value>, Failure> {
    let mut found = Vec::new();
    let mut after = "0".to_owned();
    loop {
        let page = get(world, node, &format!("{path}after={after}&limit=100")).await?;
        found.extend(page["items"].as_array().cloned().unwrap_or_default());
        match page["next"].as_str() {
            Some(next) => next.clone_into(&mut after),
            None => return Ok(found),
        }
    }
}

async fn get(world: &World, node: SocketAddr, path: &str) -> Result<Value, Failure> {
    let host = world
        .meetings
        .iter()
        .find(|one| path.contains(one.id.as_str()));
    let token = &host.ok_or("no such meeting")?.people[0].token;
    let request = Client::new().get(format!("http://{node}{path}"));
    let answer = request.bearer_auth(token).timeout(ANSWER).send().await?;
    let status = answer.status();
    let said = answer.text().await?;
    if !status.is_success() {
        return Err(format!("{path}: {status}: {said}").into());
    }
    Ok(serde_json::from_str(&said)?)
}
