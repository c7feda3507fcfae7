//! Plays a trace into a note. The traces' own times say little (most are the same
//! for every change), so people type at an even speed.

use super::api::Person;
use super::input::Trace;
use super::typist::Typist;
use super::{NoteOutcome, Pace, ReplayError};
use connvo_core::id::MeetingId;
use std::collections::HashSet;
use std::time::Duration;
use tokio::time::{Instant, sleep_until};

/// Milliseconds a patch: a fast typist.
const PATCH_MS: u64 = 150;
/// Shortest time between two operations of a person: what is typed meanwhile is
/// composed, and the rate table is kept.
const SEND_EVERY: Duration = Duration::from_millis(60);
/// Most patches in one operation.
const PATCHES: usize = 256;

/// Somebody at the note.
struct Seat<'a> {
    person: &'a Person,
    typist: Typist,
    sent: u64,
    sent_at: Instant,
    /// Transactions in what is typed and not yet sent.
    typed: Vec<usize>,
    patches: usize,
}

struct Play<'a> {
    meeting: &'a MeetingId,
    seats: Vec<Seat<'a>>,
    /// The version that each transaction is in, once sent.
    versions: Vec<u64>,
}

/// Plays a trace with one person a seat; returns what became of the note.
pub(super) async fn play(
    people: &[Person],
    meeting: &MeetingId,
    trace: &Trace,
    pace: Pace,
) -> Result<NoteOutcome, ReplayError> {
    let began = Instant::now();
    let seat = |person| Seat {
        person,
        typist: Typist::new(),
        sent: 0,
        sent_at: began,
        typed: Vec::new(),
        patches: 0,
    };
    let mut play = Play {
        meeting,
        seats: people.iter().take(trace.people).map(seat).collect(),
        versions: vec![0; trace.txns.len()],
    };
    play.begin(&trace.start_content).await?;
    let joints = joints(trace);
    let mut patches = 0;
    for (at, txn) in trace.txns.iter().enumerate() {
        let due = began + pace.lasts(patches * PATCH_MS);
        if due > Instant::now() {
            play.send_aged().await?;
            sleep_until(due).await;
        }
        let others = txn.parents.iter().copied();
        for parent in others.filter(|parent| trace.txns[*parent].agent != txn.agent) {
            play.show(txn.agent, play.versions[parent]).await?;
        }
        let seat = &mut play.seats[txn.agent];
        for patch in &txn.patches {
            seat.typist.type_patch(patch)?;
        }
        seat.typed.push(at);
        seat.patches += txn.patches.len();
        patches += txn.patches.len() as u64;
        if joints.contains(&at) || seat.patches >= PATCHES {
            play.send(txn.agent).await?;
        }
    }
    play.finish(&trace.end_content).await
}

/// How many milliseconds people type, at their own pace.
pub(super) fn lasts_ms(trace: &Trace) -> u64 {
    let patches: usize = trace.txns.iter().map(|txn| txn.patches.len()).sum();
    patches as u64 * PATCH_MS
}

/// Transactions that another person's transaction was made against: what is typed
/// is sent after each, so that the other sees just that.
fn joints(trace: &Trace) -> HashSet<usize> {
    let txns = &trace.txns;
    txns.iter()
        .flat_map(|txn| txn.parents.iter().map(move |parent| (txn, *parent)))
        .filter(|(txn, parent)| txns[*parent].agent != txn.agent)
        .map(|(_, parent)| parent)
        .collect()
}

impl Play<'_> {
    /// The first person writes what was there before; all see it.
    async fn begin(&mut self, text: &str) -> Result<(), ReplayError> {
        if text.is_empty() {
            return Ok(());
        }
        let patch = super::input::Patch(0, 0, text.to_owned());
        self.seats[0].typist.type_patch(&patch)?;
        self.send(0).await?;
        let version = self.seats[0].typist.version;
        for at in 1..self.seats.len() {
            self.show(at, version).await?;
        }
        Ok(())
    }

    /// Sends what has waited long enough.
    async fn send_aged(&mut self) -> Result<(), ReplayError> {
        for at in 0..self.seats.len() {
            if self.seats[at].sent_at.elapsed() >= SEND_EVERY {
                self.send(at).await?;
            }
        }
        Ok(())
    }

    async fn send(&mut self, at: usize) -> Result<(), ReplayError> {
        let seat = &mut self.seats[at];
        if seat.typist.has_typed() {
            let base = seat.typist.version;
            let operation = seat.typist.take_typed()?;
            seat.sent += 1;
            seat.sent_at = Instant::now();
            let accepted = seat
                .person
                .operate(self.meeting, base, seat.sent, &operation)
                .await?;
            let mut others = Vec::new();
            if accepted.version > base + 1 {
                let own = seat.person.client_id();
                let log = seat.person.log(self.meeting, base).await?;
                let between = log.into_iter().filter(|entry| {
                    entry.sequence <= accepted.version
                        && (entry.client_id != own || entry.client_seq != seat.sent)
                });
                others.extend(between.map(|entry| (entry.sequence, entry.operation)));
            }
            seat.typist.sent(operation, others, accepted.version)?;
        }
        for txn in std::mem::take(&mut seat.typed) {
            self.versions[txn] = seat.typist.version;
        }
        seat.patches = 0;
        Ok(())
    }

    /// Shows a person what others have written up to a version.
    async fn show(&mut self, at: usize, upto: u64) -> Result<(), ReplayError> {
        let seat = &mut self.seats[at];
        if seat.typist.version < upto {
            for entry in seat.person.log(self.meeting, seat.typist.version).await? {
                seat.typist.hear(entry.sequence, entry.operation);
            }
        }
        seat.typist.see(upto)
    }

    async fn finish(mut self, end: &str) -> Result<NoteOutcome, ReplayError> {
        for at in 0..self.seats.len() {
            self.send(at).await?;
        }
        let note = self.seats[0].person.note(self.meeting).await?;
        for at in 0..self.seats.len() {
            self.show(at, note.version).await?;
        }
        Ok(NoteOutcome {
            writers: self.seats.len(),
            operations: self.seats.iter().map(|seat| seat.sent).sum(),
            equals_trace: note.content == end,
            copies_agree: self
                .seats
                .iter()
                .all(|seat| seat.typist.text() == note.content),
        })
    }
}
