//! Clients of Connvo's `/v1/live`: two subscriptions each, note and transcript.

mod client;

use super::Failure;
use super::author::Author;
use super::board::{Board, Order, Seat};
use super::figures::Findings;
use super::job::Job;
use super::machine::memory_bytes;
use super::people::{self, Place};
use super::plan::CLIENTS;
use super::stepper::{self, Crew, Page};
use std::rc::Rc;
use std::time::Duration;
use tokio::sync::{Semaphore, mpsc};
use tokio::task::spawn_local;
use tokio::time::sleep;

/// Sockets that connect at once.
const AT_ONCE: usize = 64;

/// Runs a job against Connvo's live socket.
///
/// # Errors
/// The server refuses people or sockets.
pub async fn run(job: &Job) -> Result<Findings, Failure> {
    let places = people::make(job.address, job.rooms).await?;
    let board = Rc::new(Board::new(job.rooms));
    let crew = crew(job, &places, &board);
    sleep(Duration::from_secs(job.quiet)).await;
    let mut findings = Findings {
        sockets: crew.len(),
        rooms: job.rooms,
        memory_before: memory_bytes(job.pid)?,
        ..Findings::default()
    };
    for (stage, order) in [Order::Open, Order::Follow].into_iter().enumerate() {
        for client in &crew {
            client.send(order)?;
        }
        if !board.settled((stage + 1) * crew.len()).await {
            return Err(format!("clients do not settle: {:?}", board.complaints()).into());
        }
        sleep(Duration::from_secs(job.quiet)).await;
        match order {
            Order::Open => findings.memory_open = memory_bytes(job.pid)?,
            _ => findings.memory_following = memory_bytes(job.pid)?,
        }
    }
    findings.steps = stepper::run(job, &board, &crew, pages(job, &places)).await?;
    findings.memory_after = memory_bytes(job.pid)?;
    findings.note_bytes = board.mean_bytes(super::board::Kind::Note);
    findings.transcript_bytes = board.mean_bytes(super::board::Kind::Chunk);
    findings.complaints = board.complaints();
    Ok(findings)
}

fn crew(job: &Job, places: &[Place], board: &Rc<Board>) -> Crew {
    let gate = Rc::new(Semaphore::new(AT_ONCE));
    let mut crew = Crew::new();
    for (room, place) in places.iter().enumerate() {
        for (author, token) in place.tokens.iter().enumerate() {
            let (sender, orders) = mpsc::unbounded_channel();
            let seat = Seat { room, author };
            let client = client::Client::new(
                seat,
                // Beside the peers, where bytes must name the edit, nothing is deleted.
                Author::new(seat.client_id(job.seed), job.transcript > 0.0),
                place.id.clone(),
                Rc::clone(board),
            );
            let node = job.node_of(crew.len());
            spawn_local(client.run(node, token.clone(), orders, Rc::clone(&gate)));
            crew.push(sender);
        }
    }
    debug_assert_eq!(crew.len(), job.rooms * CLIENTS);
    crew
}

fn pages(job: &Job, places: &[Place]) -> Vec<Page> {
    if job.reads <= 0.0 {
        return Vec::new();
    }
    let mut pages = Vec::new();
    for (number, place) in places.iter().enumerate() {
        let base = format!("http://{}/v1/meetings/{}", job.node_of(number), place.id);
        for (at, tail) in ["", "/notes", "/transcript?limit=50"]
            .into_iter()
            .enumerate()
        {
            pages.push(Page {
                url: format!("{base}{tail}"),
                token: place.tokens[at].clone(),
            });
        }
    }
    pages
}
