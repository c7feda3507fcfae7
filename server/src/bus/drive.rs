//! One line after the other: sends what waits, takes in what comes, and finds out when
//! nothing does.

use super::outbox::{self, Message};
use super::{Carrier, Hint, Incoming, Shared, nats, postgres};
use std::collections::HashMap;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::sync::atomic::Ordering;
use std::time::Duration;
use tokio::time::{Instant, sleep, sleep_until, timeout, timeout_at};

/// Longest wait for a line, or for one message to be sent.
const PATIENCE: Duration = Duration::from_secs(3);
/// A node that does not hear itself for so long has no line.
const SILENCE: Duration = Duration::from_secs(3);
/// How often a node that has nothing to say says so.
const BEAT: Duration = Duration::from_millis(500);
/// Shortest time between two sendings: what comes meanwhile goes together.
const GATHER: Duration = Duration::from_millis(3);
/// Between two attempts at a line.
const AGAIN: Duration = Duration::from_millis(500);
/// Nodes whose numbers are remembered.
const NODES: usize = 1_000;

/// Why a line has ended.
#[derive(Debug, thiserror::Error)]
pub(super) enum Broken {
    #[error(transparent)]
    Postgres(#[from] sqlx::Error),
    #[error("NATS: {0}")]
    Nats(String),
    #[error("nothing came or went for too long")]
    Silent,
    #[error("nobody takes in what comes")]
    Unheard,
}

/// The end that speaks.
pub(super) enum Mouth {
    Postgres(postgres::Mouth),
    Nats(nats::Mouth),
}

/// The end that listens.
pub(super) enum Ear {
    Postgres(postgres::Ear),
    Nats(nats::Ear),
}

impl Mouth {
    async fn say(&mut self, message: String) -> Result<(), Broken> {
        match self {
            Self::Postgres(mouth) => mouth.say(&message).await,
            Self::Nats(mouth) => mouth.say(message).await,
        }
    }
}

impl Ear {
    async fn hear(&mut self) -> Result<String, Broken> {
        match self {
            Self::Postgres(ear) => ear.hear().await,
            Self::Nats(ear) => ear.hear().await,
        }
    }
}

async fn open(carrier: &Carrier) -> Result<(Mouth, Ear), Broken> {
    match carrier {
        Carrier::Postgres(url) => postgres::open(url)
            .await
            .map(|(mouth, ear)| (Mouth::Postgres(mouth), Ear::Postgres(ear))),
        Carrier::Nats(url, subject) => nats::open(url, subject)
            .await
            .map(|(mouth, ear)| (Mouth::Nats(mouth), Ear::Nats(ear))),
    }
}

/// Runs for as long as it is let.
pub(super) async fn run(shared: &Shared) {
    // Of one life of the node: another line goes on with them.
    let numbers = Mutex::new(0);
    let mut others = HashMap::new();
    let mut is_told = false;
    loop {
        let why = match timeout(PATIENCE, open(&shared.carrier)).await {
            Ok(Ok((mouth, ear))) => {
                // What was said meanwhile may be lost, ours as well.
                shared.outbox.put(Hint::Lost);
                let ended = tokio::select! {
                    ended = speak(shared, mouth, &numbers) => ended,
                    ended = listen(shared, ear, &mut others) => ended,
                };
                if shared.is_up.swap(false, Ordering::SeqCst) {
                    is_told = false;
                }
                ended.err().unwrap_or(Broken::Silent)
            }
            Ok(Err(why)) => why,
            Err(_) => Broken::Silent,
        };
        if matches!(why, Broken::Unheard) {
            return;
        }
        if !std::mem::replace(&mut is_told, true) {
            tracing::warn!(error = %why, "the bus is away: the database is asked each second");
        }
        sleep(AGAIN).await;
    }
}

async fn speak(shared: &Shared, mut mouth: Mouth, numbers: &Mutex<u64>) -> Result<(), Broken> {
    let bytes = match shared.carrier {
        Carrier::Postgres(_) => postgres::BYTES,
        Carrier::Nats(..) => nats::BYTES,
    };
    loop {
        let hints = shared.outbox.take();
        let messages = {
            let mut numbers = numbers.lock().unwrap_or_else(PoisonError::into_inner);
            outbox::messages(&shared.node, &mut numbers, hints, bytes)
        };
        let said = Instant::now();
        for message in messages {
            timeout(PATIENCE, mouth.say(message))
                .await
                .map_err(|_| Broken::Silent)??;
        }
        sleep(GATHER).await;
        tokio::select! {
            () = shared.outbox.some() => {}
            () = sleep_until(said + BEAT) => {}
        }
    }
}

async fn listen(
    shared: &Shared,
    mut ear: Ear,
    others: &mut HashMap<String, u64>,
) -> Result<(), Broken> {
    let mut heard_at = Instant::now();
    let mut is_first = true;
    loop {
        let text = timeout_at(heard_at + SILENCE, ear.hear())
            .await
            .map_err(|_| Broken::Silent)??;
        let Ok(message) = serde_json::from_str::<Message>(&text) else {
            // Of a version that says more: what it means is in the database.
            take(shared, Incoming::Missed).await?;
            continue;
        };
        if message.node == shared.node {
            heard_at = Instant::now();
            if std::mem::take(&mut is_first) {
                shared.is_up.store(true, Ordering::SeqCst);
                tracing::info!(node = shared.node, "the bus carries");
                take(shared, Incoming::Missed).await?;
            }
            continue;
        }
        if others.len() >= NODES {
            others.clear();
        }
        let last = others.insert(message.node.clone(), message.number);
        if last.is_some_and(|last| message.number != last + 1) {
            take(shared, Incoming::Missed).await?;
        }
        take(shared, Incoming::Hints(message.node, message.hints)).await?;
    }
}

async fn take(shared: &Shared, incoming: Incoming) -> Result<(), Broken> {
    let sent = shared.says.send(incoming).await;
    sent.map_err(|_| Broken::Unheard)
}
