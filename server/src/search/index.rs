//! What can be found follows the journals: behind the hot path, from where the cursor of
//! each stands, in small transactions. A meeting that something was stored of is looked
//! at a moment later; what a crash or a full list of marks kept from that, every five
//! minutes. The same journal always gives the same index, however often it is followed.
//!
//! Under load writers come first: after each piece of work the index rests for longer
//! than that took, and the longer the more is written.

pub mod forget;
mod messages;
mod notes;
mod renew;
mod segments;
pub mod store;

use crate::app::App;
use crate::db::{StoreError, staged};
use crate::meeting;
use connvo_core::id::MeetingId;
use std::collections::HashSet;
use std::time::Duration;
use tokio::time::Instant;

/// From the first write to the look at it: what comes meanwhile is looked at together.
const GATHER: Duration = Duration::from_millis(1_000);
/// How often everything is looked at.
const EVERY: Duration = Duration::from_secs(300);
/// A note that changes all the time is read so often, in milliseconds.
const NOTE_MS: u64 = 3_000;
/// The rest after a piece of work, in parts of the time that it took.
const REST: f64 = 2.0;
/// So many writes a second add one such part.
const WRITES: f64 = 50.0;
/// Meetings found in one read.
const MEETINGS: u32 = 500;

/// What became of a look at one journal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Looked {
    /// The index is where the journal is.
    Done,
    /// There is more to do.
    More,
    /// It is too early to look again.
    Early,
}

/// How much is written.
#[derive(Debug, Default)]
struct Pace {
    last: Option<(u64, Instant)>,
    per_second: f64,
}

impl Pace {
    /// Writes a second, over the last second or more, when there were `count` so far.
    fn per_second(&mut self, count: u64, now: Instant) -> f64 {
        let (before, at) = *self.last.get_or_insert((count, now));
        let seconds = (now - at).as_secs_f64();
        if seconds >= 1.0 {
            self.per_second = (count - before) as f64 / seconds;
            self.last = Some((count, now));
        }
        self.per_second
    }
}

/// Follows the journals until the server is asked to go, while it is this node that does.
pub async fn run(app: App) {
    while app.nodes.leading(&app).await {
        follow(&app).await;
    }
}

/// Follows the journals for as long as this node leads; at first all of them.
async fn follow(app: &App) {
    let mut waiting: HashSet<MeetingId> = HashSet::new();
    let mut all_at = Instant::now();
    let mut pace = Pace::default();
    let mut is_renewed = false;
    loop {
        let soon = Instant::now() + GATHER;
        let next = if waiting.is_empty() && is_renewed {
            all_at
        } else {
            soon.min(all_at)
        };
        tokio::select! {
            () = app.shutdown.cancelled() => return,
            () = tokio::time::sleep_until(next) => {}
            () = app.fresh.some() => tokio::select! {
                () = app.shutdown.cancelled() => return,
                () = tokio::time::sleep_until(soon) => {}
            }
        }
        if !app.nodes.leads() {
            return;
        }
        if !is_renewed {
            let more = renew::piece(app).await;
            is_renewed = more.as_ref().is_ok_and(|more| !more);
            if let Err(error) = more {
                tracing::error!(%error, "what is indexed by older words stays so for now");
            }
        }
        let marked = app.fresh.take();
        waiting.extend(marked.meetings);
        if marked.others || Instant::now() >= all_at {
            all_at = Instant::now() + EVERY;
            match behind(app).await {
                Ok(found) => waiting.extend(found),
                Err(error) => tracing::error!(%error, "what is not indexed cannot be found now"),
            }
        }
        let mut left = HashSet::new();
        for meeting in waiting.drain() {
            if app.shutdown.is_cancelled() || !app.nodes.leads() {
                return;
            }
            let began = Instant::now();
            match look(app, &meeting, NOTE_MS).await {
                Ok(false) => {}
                Ok(true) => {
                    left.insert(meeting);
                }
                Err(error) => {
                    // It is found again with all the others.
                    tracing::error!(%error, %meeting, "a meeting cannot be indexed now");
                }
            }
            let parts = REST + pace.per_second(app.fresh.count(), Instant::now()) / WRITES;
            tokio::time::sleep(began.elapsed().mul_f64(parts)).await;
        }
        waiting = left;
    }
}

/// Brings the index to where all journals are now.
///
/// # Errors
/// The store fails; what was indexed until then stays so.
pub async fn once(app: &App) -> Result<(), StoreError> {
    while renew::piece(app).await? {}
    for meeting in behind(app).await? {
        while look(app, &meeting, 0).await? {}
    }
    Ok(())
}

/// Every meeting whose index is not where its journals are; old segments go meanwhile.
async fn behind(app: &App) -> Result<Vec<MeetingId>, StoreError> {
    staged::flush_all(&app.db).await?;
    while store::forget(&app.db, app.clock.now_ms()).await? {}
    let mut all = Vec::new();
    for of_chunks in [true, false] {
        let mut after = String::new();
        loop {
            let page = if of_chunks {
                store::touched_meetings(&app.db, &after, MEETINGS).await?
            } else {
                store::behind(&app.db, &after, MEETINGS).await?
            };
            let Some(last) = page.last() else {
                break;
            };
            after = last.to_string();
            all.extend(page);
        }
    }
    Ok(all)
}

/// Looks at each journal of a meeting; whether there is more to do.
async fn look(app: &App, meeting: &MeetingId, note_ms: u64) -> Result<bool, StoreError> {
    if !store::is_there(&app.db, meeting).await? {
        meeting::store::remove_rest(&app.db, meeting).await?;
        return Ok(false);
    }
    let transcript = segments::look(app, meeting).await?;
    let note = notes::look(app, meeting, note_ms).await?;
    let chat = messages::look(app, meeting).await?;
    Ok([transcript, note, chat]
        .iter()
        .any(|looked| *looked != Looked::Done))
}
