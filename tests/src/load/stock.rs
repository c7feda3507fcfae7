//! Clients of the y-websocket protocol, as stock Yjs providers speak it, and with
//! Hocuspocus's additions.

mod client;
mod wire;

use super::Failure;
use super::board::{Board, Kind, Order, Seat};
use super::figures::Findings;
use super::job::{Job, Target};
use super::machine::memory_bytes;
use super::people;
use super::plan::CLIENTS;
use super::stepper::{self, Crew};
use client::{Client, Clocks};
use std::process::Command;
use std::rc::Rc;
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::task::spawn_local;
use tokio::time::sleep;

/// Runs a job against a server of the y-websocket protocol. The first client of
/// every document comes first, then the others, so that memory tells documents
/// from connections.
///
/// # Errors
/// The server refuses people or sockets.
pub async fn run(job: &Job) -> Result<Findings, Failure> {
    let doors = doors(job).await?;
    let board = Rc::new(Board::new(job.rooms));
    let mut crew = Crew::new();
    let clocks = Clocks::default();
    *clocks.borrow_mut() = vec![Vec::new(); doors.len()];
    for (number, door) in doors.into_iter().enumerate() {
        let (sender, orders) = mpsc::unbounded_channel();
        let seat = Seat {
            room: number / CLIENTS,
            author: number % CLIENTS,
        };
        let client = Client::new(seat, job, door, Rc::clone(&board), Rc::clone(&clocks));
        spawn_local(client.run(orders));
        crew.push(sender);
    }
    let mut findings = Findings {
        sockets: crew.len(),
        rooms: job.rooms,
        memory_before: memory(job).await?,
        ..Findings::default()
    };
    let mut there = 0;
    for first in [true, false] {
        for (number, client) in crew.iter().enumerate() {
            if (number % CLIENTS == 0) == first {
                client.send(Order::Open)?;
                there += 1;
                // One at a time: a stock server takes them as they come.
                if !board.settled(there).await {
                    return Err(format!("no sync: {:?}", board.complaints()).into());
                }
            }
        }
        let bytes = memory(job).await?;
        if first {
            findings.memory_open = bytes;
        } else {
            findings.memory_following = bytes;
        }
    }
    findings.steps = stepper::run(job, &board, &crew, Vec::new()).await?;
    findings.memory_after = memory(job).await?;
    findings.note_bytes = board.mean_bytes(Kind::Note);
    findings.complaints = board.complaints();
    Ok(findings)
}

/// Where each client connects, and as what.
async fn doors(job: &Job) -> Result<Vec<Door>, Failure> {
    let mut doors = Vec::new();
    if job.target == Target::Yjs {
        for place in people::make(job.address, job.rooms).await? {
            for token in &place.tokens {
                doors.push(Door {
                    path: format!("/v1/yjs/{}?token={token}", place.id),
                    name: None,
                });
            }
        }
        return Ok(doors);
    }
    for number in 0..job.rooms * CLIENTS {
        let name = format!("document-{}", number / CLIENTS);
        doors.push(match job.target {
            Target::Hocuspocus => Door {
                path: "/".into(),
                name: Some(name),
            },
            _ => Door {
                path: format!("/{name}"),
                name: None,
            },
        });
    }
    Ok(doors)
}

/// A way in.
pub(super) struct Door {
    /// The socket's path.
    path: String,
    /// The document, where every message names it.
    name: Option<String>,
}

/// The server's memory when it is quiet; a server on a garbage collector has
/// collected.
async fn memory(job: &Job) -> Result<u64, Failure> {
    if job.target.collects() {
        Command::new("kill")
            .args(["-USR2", &job.pid.to_string()])
            .status()?;
    }
    sleep(Duration::from_secs(job.quiet)).await;
    memory_bytes(job.pid)
}
