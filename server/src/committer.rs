//! Group commit: every hot append goes through here. While one transaction commits,
//! the next batch gathers.
//!
//! Laws:
//! - Callers are answered only after the commit.
//! - A batch locks the heads of its journals in a statement of its own, drops what
//!   is already there (in the table or twice in the batch) by natural key, numbers
//!   the rest without gaps, inserts, moves the heads, commits.
//! - An append is stored whole or not at all, and one that makes a batch fail is
//!   found by halving: it alone is refused. What is the fault of no append is never halved:
//!   two transactions in each other's way are tried again whole, and of a batch that waits
//!   for a lock for too long goes what is free, in one more.
//!
//! Each has a thread. SQLite has one committer; PostgreSQL several, each with the meetings of its own.

mod batch;
mod crowd;
mod plan;
mod store;

use crate::audit::Entry;
use crate::db::{Db, StoreError, Trouble, staged};
use crate::fresh::Fresh;
use connvo_core::chat::Change;
use connvo_core::id::MeetingId;
use connvo_core::note::NoteEntry;
use connvo_core::transcript::NewChunk;
use crowd::Crowd;
use std::collections::VecDeque;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::sync::{mpsc, oneshot};
use tokio::time::{Instant, sleep_until, timeout};

pub use connvo_core::live::note::ClientClaim;
pub use connvo_core::live::room::Stored;
pub use store::CHUNKS_SQL;

/// Appends that may wait for one committer; beyond it their senders wait.
const QUEUE: usize = 1_024;

/// Shortest time between the starts of two commits while many meetings write: what
/// comes meanwhile shares the next one, and its fsync. With half of it commits take a tenth
/// more of the server's time, and nobody hears of anything sooner but the first few.
const APART: Duration = Duration::from_millis(20);

/// Appends in one commit from which on rooms are to gather what they have (see
/// [`Committer::is_busy`]).
const BUSY: usize = 16;

/// How often a batch is tried that came in the way of another transaction.
const TRIES: usize = 3;

/// When nothing came for so long, what is staged and old is moved into its table.
const QUIET: Duration = Duration::from_secs(1);

/// What one meeting adds to its journals, all or nothing.
#[derive(Debug, Clone)]
pub struct Append {
    /// Which meeting.
    pub meeting: MeetingId,
    /// For the note.
    pub note: Option<NoteBatch>,
    /// For the transcript.
    pub transcript: Option<TranscriptBatch>,
    /// For the chat, in the order they came.
    pub chat: Vec<Change>,
    /// For the audit log.
    pub records: Vec<Entry>,
}

/// Entries for a note's log.
#[derive(Debug, Clone)]
pub struct NoteBatch {
    /// The head that the entries follow.
    pub expected_head: u64,
    /// Numbered `expected_head` + 1, + 2 …
    pub entries: Vec<Arc<NoteEntry>>,
    /// Who writes with which client id, and how far.
    pub claims: Vec<ClientClaim>,
}

/// Final chunks for a transcript.
#[derive(Debug, Clone)]
pub struct TranscriptBatch {
    /// In the order they came.
    pub chunks: Vec<NewChunk>,
    /// Milliseconds since the Unix epoch.
    pub created_at: u64,
}

/// Why an append was not stored; nothing of it was.
#[derive(Debug, Clone, thiserror::Error)]
pub enum CommitError {
    /// The note's head is not the expected one, or a client id is another user's.
    #[error("the journal has moved on, or a client id is held by another user")]
    Conflict,
    /// The database failed, or refused the append.
    #[error(transparent)]
    Storage(#[from] StoreError),
}

/// An append and whoever waits for it.
struct Job {
    append: Append,
    answer: oneshot::Sender<Result<Stored, CommitError>>,
}

/// The way to the committers; cheap to clone. They end when the last clone is gone
/// and what was sent is committed.
#[derive(Clone)]
pub struct Committer {
    shards: Arc<[Shard]>,
}

/// The way to one committer.
struct Shard {
    queue: mpsc::Sender<Job>,
    /// Whether its last commit was of many meetings.
    is_busy: Arc<AtomicBool>,
}

impl Committer {
    /// Starts the committers of a database.
    #[must_use]
    pub fn start(db: &Db) -> Self {
        Self::marking(db, &Arc::default())
    }

    /// As [`Committer::start`]; every meeting that something is stored of is marked.
    #[must_use]
    pub fn marking(db: &Db, fresh: &Arc<Fresh>) -> Self {
        let (count, db) = db.committing();
        let shard = |_| {
            let (queue, inbox) = mpsc::channel(QUEUE);
            let is_busy = Arc::<AtomicBool>::default();
            let fresh = Arc::clone(fresh);
            on_own_thread(run(db.clone(), fresh, inbox, Arc::clone(&is_busy)));
            Shard { queue, is_busy }
        };
        Self {
            shards: (0..count).map(shard).collect(),
        }
    }

    /// Stores an append; returns after its commit.
    ///
    /// # Errors
    /// See [`CommitError`].
    pub async fn append(&self, append: Append) -> Result<Stored, CommitError> {
        let (answer, answered) = oneshot::channel();
        let shard = self.shard(&append.meeting);
        if shard.queue.send(Job { append, answer }).await.is_err() {
            return Err(closed());
        }
        answered.await.unwrap_or_else(|_| Err(closed()))
    }

    /// Whether so many meetings write that one of them does well to gather for a moment
    /// what it has, before it comes again.
    #[must_use]
    pub fn is_busy(&self, meeting: &MeetingId) -> bool {
        self.shard(meeting).is_busy.load(Ordering::Relaxed)
    }

    fn shard(&self, meeting: &MeetingId) -> &Shard {
        let mut hasher = DefaultHasher::new();
        meeting.hash(&mut hasher);
        let at = hasher.finish() % self.shards.len() as u64;
        &self.shards[at as usize]
    }
}

/// Everybody waits for the committer: on a thread of its own it does not wait in line with
/// everybody.
fn on_own_thread(committer: impl Future<Output = ()> + Send + 'static) {
    let thread = std::thread::Builder::new().name("committer".into());
    let started = thread.spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build();
        match runtime {
            Ok(runtime) => runtime.block_on(committer),
            Err(error) => tracing::error!(%error, "nothing can be committed"),
        }
    });
    if let Err(error) = started {
        tracing::error!(%error, "nothing can be committed");
    }
}

fn closed() -> CommitError {
    CommitError::Storage(sqlx::Error::PoolClosed.into())
}

async fn run(db: Db, fresh: Arc<Fresh>, mut inbox: mpsc::Receiver<Job>, is_busy: Arc<AtomicBool>) {
    let mut waiting = VecDeque::new();
    let mut crowd = Crowd::default();
    let mut begun = Instant::now();
    loop {
        if waiting.is_empty() {
            match timeout(QUIET, inbox.recv()).await {
                Ok(Some(job)) => waiting.push_back(job),
                Ok(None) => return,
                Err(_) => {
                    is_busy.store(false, Ordering::Relaxed);
                    if let Err(error) = staged::flush_due(&db).await {
                        tracing::error!(%error, "what is staged stays so for now");
                    }
                    continue;
                }
            }
        }
        take(&mut inbox, &mut waiting);
        let meetings = waiting.iter().map(|job| &job.append.meeting);
        if crowd.with(meetings, Instant::now()) {
            sleep_until(begun + APART).await;
            take(&mut inbox, &mut waiting);
        }
        begun = Instant::now();
        let jobs = batch::gather(&mut waiting, |job: &Job| &job.append);
        is_busy.store(jobs.len() >= BUSY, Ordering::Relaxed);
        crowd.wrote(jobs.iter().map(|job| &job.append.meeting), begun);
        commit(&db, &fresh, jobs).await;
    }
}

/// Takes what is there.
fn take(inbox: &mut mpsc::Receiver<Job>, waiting: &mut VecDeque<Job>) {
    while waiting.len() < QUEUE
        && let Ok(job) = inbox.try_recv()
    {
        waiting.push_back(job);
    }
}

/// Commits a batch and answers everybody in it. A batch that the database refuses
/// is halved until the one append that it refuses stands alone.
async fn commit(db: &Db, fresh: &Fresh, jobs: Vec<Job>) {
    let mut left = vec![(jobs, TRIES)];
    while let Some((mut jobs, tries)) = left.pop() {
        let appends: Vec<&Append> = jobs.iter().map(|job| &job.append).collect();
        let error = match store::commit(db, &appends).await {
            Ok(outcomes) => {
                for (job, outcome) in jobs.into_iter().zip(outcomes) {
                    fresh.mark(&job.append.meeting);
                    let _ = job.answer.send(outcome);
                }
                continue;
            }
            Err(error) => error,
        };
        match error.trouble() {
            Trouble::Clash if tries > 1 => left.push((jobs, tries - 1)),
            // Once: what is held a second time is held by many.
            Trouble::Held if tries > 1 => match store::held(db, &appends).await {
                Ok(held) => {
                    let is_held = |job: &mut Job| held.contains(&job.append.meeting);
                    refuse(jobs.extract_if(.., is_held), &error);
                    if !jobs.is_empty() {
                        left.push((jobs, 1));
                    }
                }
                Err(_) => refuse(jobs, &error),
            },
            Trouble::Lasting if jobs.len() > 1 => {
                let tail = jobs.split_off(jobs.len() / 2);
                left.extend([(tail, tries), (jobs, tries)]);
            }
            // Halving mends no full disk and no lost line.
            _ => refuse(jobs, &error),
        }
    }
}

/// Answers each that nothing of it is stored.
fn refuse(jobs: impl IntoIterator<Item = Job>, error: &StoreError) {
    for job in jobs {
        let _ = job.answer.send(Err(error.clone().into()));
    }
}
