//! A fan-out of bare axum, and its client: what the sockets alone cost, in the
//! same run, at the same rate, with payloads of the same size. Nothing is
//! authorised, ordered, merged or stored.

mod client;
mod server;

pub use server::serve;

use super::Failure;
use super::board::{Board, Order, Seat};
use super::figures::Findings;
use super::job::{Job, Target};
use super::machine::memory_bytes;
use super::plan::CLIENTS;
use super::stepper::{self, Crew, Page};
use std::rc::Rc;
use std::time::Duration;
use tokio::sync::{Semaphore, mpsc};
use tokio::task::spawn_local;
use tokio::time::sleep;

/// Runs a job against the bare fan-out.
///
/// # Errors
/// The server refuses sockets.
pub async fn run(job: &Job) -> Result<Findings, Failure> {
    let Target::Bare { note, transcript } = job.target else {
        return Err("not a job for the bare fan-out".into());
    };
    let sizes = [note as usize, transcript as usize];
    let board = Rc::new(Board::new(job.rooms));
    let gate = Rc::new(Semaphore::new(64));
    let mut crew = Crew::new();
    for number in 0..job.rooms * CLIENTS {
        let (sender, orders) = mpsc::unbounded_channel();
        let seat = Seat {
            room: number / CLIENTS,
            author: number % CLIENTS,
        };
        let client = client::Client::new(seat, sizes, Rc::clone(&board));
        spawn_local(client.run(job.address, orders, Rc::clone(&gate)));
        crew.push(sender);
    }
    let mut findings = Findings {
        sockets: crew.len(),
        rooms: job.rooms,
        memory_before: memory_bytes(job.pid)?,
        note_bytes: note,
        transcript_bytes: transcript,
        ..Findings::default()
    };
    for client in &crew {
        client.send(Order::Open)?;
    }
    if !board.settled(crew.len()).await {
        return Err(format!("clients do not settle: {:?}", board.complaints()).into());
    }
    sleep(Duration::from_secs(job.quiet)).await;
    findings.memory_open = memory_bytes(job.pid)?;
    findings.memory_following = findings.memory_open;
    let page = Page {
        url: format!("http://{}/page", job.address),
        token: "none".into(),
    };
    findings.steps = stepper::run(job, &board, &crew, vec![page]).await?;
    findings.memory_after = memory_bytes(job.pid)?;
    findings.complaints = board.complaints();
    Ok(findings)
}
