//! Transcript chunks that are on disk, and not yet in their table. SQLite only.
//!
//! The table is kept in the order of the meetings: chunks of many meetings, put into it
//! one by one, change several pages each. So a commit writes all its chunks as one row of
//! `transcript_staged`, which makes them durable, and a meeting's chunks go into the table
//! together: when they are many, when they are old, and before anybody reads them there.
//!
//! Laws:
//! - Whoever reads or changes `transcript_chunks` flushes what is staged of it first.
//! - What is staged and what is known here of it change together: under [`Turn`], here
//!   after the commit.
//! - The transcript's head in `streams` is the last sequence in the table; what is staged
//!   follows it without a gap. So after a crash it is known what is in the table already.

mod pile;
mod store;

use super::{Db, StoreError};
use connvo_core::id::MeetingId;
use connvo_core::transcript::Chunk;
use pile::{Pile, Staging};
use sqlx::{Sqlite, Transaction};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

pub(super) use store::recover;

/// Chunks of a meeting from which on they go into the table.
const MANY: usize = 128;
/// Chunks of all meetings from which on the oldest go.
const MOST: usize = 50_000;
/// How long a chunk stays staged, about.
const OLD: Duration = Duration::from_secs(20);
/// Meetings of old chunks that one commit takes along.
const ALONG: usize = 4;

/// What is staged.
#[derive(Debug, Default)]
pub struct Staged {
    turn: tokio::sync::Mutex<()>,
    held: Mutex<Staging>,
}

/// The right to change what is staged. Take it before the transaction.
pub struct Turn<'a> {
    staged: &'a Staged,
    _turn: tokio::sync::MutexGuard<'a, ()>,
}

/// What a transaction does to what is staged, to be told to [`Turn::done`] after its commit.
#[derive(Debug, Default)]
pub struct Done {
    put: Option<(i64, Vec<New>)>,
    flushed: Vec<MeetingId>,
}

/// A numbered chunk that a commit adds.
#[derive(Debug, Clone)]
pub struct New {
    /// Whose.
    pub meeting: MeetingId,
    /// The chunk.
    pub chunk: Arc<Chunk>,
    /// The sequence of the revision that it replaces.
    pub replaces: Option<u64>,
}

impl Staged {
    /// Waits for the turn.
    pub async fn turn(&self) -> Turn<'_> {
        Turn {
            _turn: self.turn.lock().await,
            staged: self,
        }
    }

    fn is_staged(&self, meeting: &MeetingId) -> bool {
        self.lock()
            .pile(meeting)
            .is_some_and(|pile| !pile.is_empty())
    }

    fn lock(&self) -> MutexGuard<'_, Staging> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Turn<'_> {
    /// The transcript's head, where it is known here.
    #[must_use]
    pub fn head(&self, meeting: &MeetingId) -> Option<u64> {
        self.staged.lock().pile(meeting).map(Pile::head)
    }

    /// The staged revision of a piece of speech.
    #[must_use]
    pub fn chunk(&self, meeting: &MeetingId, source: &str, segment: &str) -> Option<Arc<Chunk>> {
        let held = self.staged.lock();
        held.pile(meeting)?.chunk(source, segment)
    }

    /// Writes the chunks of a commit, in the order of their sequences, and moves what is
    /// due into the table.
    ///
    /// # Errors
    /// The store fails: nothing has changed once the transaction is rolled back.
    pub async fn put(
        &self,
        tx: &mut Transaction<'_, Sqlite>,
        chunks: Vec<New>,
    ) -> Result<Done, StoreError> {
        let mut done = Done::default();
        if !chunks.is_empty() {
            let batch = store::put(tx, &chunks).await?;
            done.put = Some((batch, chunks));
        }
        // What is due now was put by an earlier commit.
        let due = self.staged.lock().due();
        self.flush(tx, due, &mut done).await?;
        Ok(done)
    }

    async fn flush(
        &self,
        tx: &mut Transaction<'_, Sqlite>,
        meetings: Vec<MeetingId>,
        done: &mut Done,
    ) -> Result<(), StoreError> {
        if meetings.is_empty() {
            return Ok(());
        }
        let (piles, needed) = self.staged.lock().take_out(&meetings);
        let own = done.put.as_ref().map(|(batch, _)| *batch);
        store::flush(tx, &piles, needed.or(own)).await?;
        done.flushed = meetings;
        Ok(())
    }

    /// The transaction is committed.
    pub fn done(self, done: Done) {
        let mut held = self.staged.lock();
        for meeting in &done.flushed {
            held.flushed(meeting);
        }
        if let Some((batch, chunks)) = done.put {
            held.put(batch, chunks);
        }
    }
}

/// Which meetings to flush.
enum Which<'a> {
    One(&'a MeetingId),
    Due,
    All,
}

/// Moves the staged chunks of a meeting into the table: before anybody reads them there.
/// Not within a write transaction, which would wait for itself.
///
/// # Errors
/// The store fails; what is staged stays so.
pub async fn flush(db: &Db, meeting: &MeetingId) -> Result<(), StoreError> {
    flush_some(db, &Which::One(meeting)).await
}

/// As [`flush`], of all meetings.
///
/// # Errors
/// As [`flush`].
pub async fn flush_all(db: &Db) -> Result<(), StoreError> {
    flush_some(db, &Which::All).await
}

/// Moves what has been staged for long.
///
/// # Errors
/// As [`flush`].
pub async fn flush_due(db: &Db) -> Result<(), StoreError> {
    flush_some(db, &Which::Due).await
}

async fn flush_some(db: &Db, which: &Which<'_>) -> Result<(), StoreError> {
    let Db::Sqlite { writer, staged, .. } = db else {
        return Ok(());
    };
    if matches!(which, Which::One(meeting) if !staged.is_staged(meeting)) {
        return Ok(());
    }
    let turn = staged.turn().await;
    let meetings = match which {
        Which::One(meeting) => vec![(*meeting).clone()],
        Which::Due => staged.lock().due(),
        Which::All => staged.lock().all(),
    };
    if meetings.is_empty() {
        return Ok(());
    }
    let mut done = Done::default();
    let mut tx = writer.begin_with("BEGIN IMMEDIATE").await?;
    turn.flush(&mut tx, meetings, &mut done).await?;
    tx.commit().await?;
    turn.done(done);
    Ok(())
}
