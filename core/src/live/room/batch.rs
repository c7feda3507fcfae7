//! From the queue to a batch: every request is staged, refused, or waits for
//! entries that only the store has.

use super::{Answer, BATCH_BYTES, BATCH_ENTRIES, Batch, Request, Room, Updated, Waiting, Want};
use crate::id::UserId;
use crate::live::note::update::Run;
use crate::live::note::{NotStaged, Staged};
use crate::note::Operation;
use crate::note::diff::diff;
use crate::planted::{self, Bug};
use crate::protocol::command::NoteAccepted;

/// Entries that the note needs from the store before it can go on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fetch {
    /// All entries from this sequence up to the one before the journal's first:
    /// give them to `note_mut().extend_back`.
    From(u64),
    /// What the store has after the note's head, and all of its claims: give them to
    /// [`Room::absorb`], then say `note_mut().has_all_news()`.
    News,
    /// The entry of this client's change, if there is one: give it to
    /// `note_mut().remember`.
    Entry {
        /// The client.
        client_id: String,
        /// Its change.
        client_seq: u64,
    },
}

/// What a beginning batch needs from the caller.
#[derive(Debug)]
pub struct Begun<T> {
    /// To be committed; then call `committed`, or `abort`.
    pub batch: Option<Batch>,
    /// Answers that wait for no commit: refusals, and what was committed before.
    pub answers: Vec<(T, Answer)>,
    /// To be read from the store when there is no batch; then begin again.
    pub fetch: Option<Fetch>,
    /// The document can no longer be trusted: abort, and open the room again.
    pub broken: Option<String>,
}

impl<T> Room<T> {
    /// Stages what is queued, while nothing is under way.
    pub fn begin(&mut self, now_ms: u64) -> Begun<T> {
        let mut begun = Begun {
            batch: None,
            answers: Vec::new(),
            fetch: None,
            broken: None,
        };
        if self.under_way {
            return begun;
        }
        while begun.fetch.is_none() && begun.broken.is_none() && !self.is_full() {
            let Some(request) = self.queue.pop_front() else {
                break;
            };
            self.stage(request, now_ms, &mut begun);
        }
        if begun.fetch.is_none() {
            self.note.forget_news();
        }
        if self.note.has_staged() || self.loose > 0 {
            begun.batch = Some(self.batch());
            self.under_way = true;
        } else if !self.waiting.is_empty() {
            // Nothing to commit: everything that waits for a commit has it already.
            begun
                .answers
                .extend(self.answers(&[], &super::Stored::default()));
        }
        begun
    }

    /// What waits, as one commit. Where no other node may come first, what is as large as
    /// it is many is handed over, and not kept.
    fn batch(&mut self) -> Batch {
        let (mut chunks, mut chat) = (Vec::new(), Vec::new());
        for waiting in &mut self.waiting {
            match &mut waiting.request {
                Request::Chunks { chunks: more, .. } if self.is_one_of_many => {
                    chunks.extend_from_slice(more);
                }
                Request::Chunks { chunks: more, .. } => chunks.append(more),
                Request::Chat { change, .. } => chat.push((**change).clone()),
                _ => {}
            }
        }
        Batch {
            expected_head: self.note.head(),
            entries: self.note.staged().to_vec(),
            claims: self.note.touched(),
            chunks,
            chat,
        }
    }

    fn is_full(&self) -> bool {
        let entries = self.note.staged();
        entries.len() + self.loose >= BATCH_ENTRIES
            || entries
                .iter()
                .map(|entry| entry.update.len())
                .sum::<usize>()
                >= BATCH_BYTES
    }

    fn stage(&mut self, request: Request<T>, now_ms: u64, begun: &mut Begun<T>) {
        let staged = match &request {
            Request::Operation { author, draft, .. } => {
                self.note.stage_operation(author, draft, now_ms)
            }
            Request::Replace {
                author,
                text,
                client_id,
                ..
            } => {
                let current = self.note.document.text().to_string();
                let operation = diff(&current, text);
                self.note
                    .stage_replacement(author, client_id, operation, now_ms)
            }
            Request::Update { .. } => return self.stage_run(request, now_ms, begun),
            Request::Chunks { chunks, .. } => {
                let count = chunks.len();
                self.loose += count;
                return self.wait(request, Want::Chunks(count));
            }
            Request::Chat { .. } => {
                self.loose += 1;
                return self.wait(request, Want::Chat);
            }
        };
        match staged {
            Ok(staged) => self.note_staged(request, staged, begun),
            Err(NotStaged::Refused(problem)) => {
                let answer = Answer::Note(Err(problem));
                begun.answers.push((request.into_reply(), answer));
            }
            Err(other) => self.put_back(other, request, begun),
        }
    }

    fn wait(&mut self, request: Request<T>, want: Want) {
        self.waiting.push(Waiting { request, want });
    }

    fn note_staged(&mut self, request: Request<T>, staged: Staged, begun: &mut Begun<T>) {
        let accepted = |version, operation| Answer::Note(Ok(NoteAccepted { version, operation }));
        match staged {
            Staged::Known {
                sequence,
                operation,
            } => begun
                .answers
                .push((request.into_reply(), accepted(sequence, operation))),
            Staged::Entry(sequence) if planted::is_on(Bug::AckBeforeCommit) => {
                let staged = self.note.staged().iter();
                let entry = staged.rev().find(|entry| entry.sequence == sequence);
                let operation = entry.map_or_else(Operation::new, |entry| entry.operation.clone());
                begun
                    .answers
                    .push((request.into_reply(), accepted(sequence, operation)));
            }
            Staged::Entry(sequence) => self.wait(request, Want::Entry(sequence)),
            Staged::Nothing => self.wait(request, Want::NothingNote),
        }
    }

    /// Takes the run of updates that this one begins: same author, same client.
    fn stage_run(&mut self, first: Request<T>, now_ms: u64, begun: &mut Begun<T>) {
        let mut bytes = first.weight();
        let mut run = vec![first];
        while run.len() < BATCH_ENTRIES && bytes < BATCH_BYTES && self.continues(&run) {
            if let Some(next) = self.queue.pop_front() {
                bytes += next.weight();
                run.push(next);
            }
        }
        if let Some(staged) = self.offer(&run, now_ms) {
            begun.broken = staged.err();
            for request in run {
                self.wait(request, Want::Update(Updated::Logged));
            }
            return;
        }
        let mut run = run.into_iter();
        while let Some(request) = run.next() {
            let Some(one) = One::of(&request) else {
                continue;
            };
            let want = match self.note.stage_updates(one.run(&[one.update]), now_ms) {
                Ok(Staged::Entry(_)) => Want::Update(Updated::Logged),
                Ok(_) => Want::Update(Updated::Nothing),
                Err(NotStaged::Broken(why)) => {
                    begun.broken = Some(why);
                    Want::Update(Updated::Logged)
                }
                Err(NotStaged::Refused(problem)) => {
                    if let Some((client, _)) = one.made_by {
                        self.note.refuse_client(one.author, client);
                    }
                    let answer = Answer::Update(Err(problem));
                    begun.answers.push((request.into_reply(), answer));
                    continue;
                }
                Err(NotStaged::NeedNews) => {
                    let rest: Vec<_> = run.collect();
                    for request in rest.into_iter().rev() {
                        self.queue.push_front(request);
                    }
                    self.put_back(NotStaged::NeedNews, request, begun);
                    return;
                }
                Err(NotStaged::NeedEntries(_) | NotStaged::NeedEntry { .. }) => {
                    let answer = Answer::Update(Err(super::unavailable()));
                    begun.answers.push((request.into_reply(), answer));
                    continue;
                }
            };
            self.wait(request, want);
        }
    }

    /// Offers a whole run at once; `None` when it has to be taken apart.
    fn offer(&mut self, run: &[Request<T>], now_ms: u64) -> Option<Result<(), String>> {
        if run.len() < 2 {
            return None;
        }
        let ones: Vec<One<'_>> = run.iter().filter_map(One::of).collect();
        let updates: Vec<&[u8]> = ones.iter().map(|one| one.update).collect();
        match self.note.stage_updates(ones.first()?.run(&updates), now_ms) {
            Ok(Staged::Entry(_)) => Some(Ok(())),
            Err(NotStaged::Broken(why)) => Some(Err(why)),
            Ok(_) | Err(_) => None,
        }
    }

    /// Whether the next request goes on with a run.
    fn continues(&self, run: &[Request<T>]) -> bool {
        let (Some(first), Some(next)) = (
            run.first().and_then(One::of),
            self.queue.front().and_then(One::of),
        ) else {
            return false;
        };
        let length = run.len() as u64;
        let expected = first
            .made_by
            .map(|(client, first)| (client, first.saturating_add(length)));
        next.author == first.author && next.own == first.own && next.made_by == expected
    }

    fn put_back(&mut self, why: NotStaged, request: Request<T>, begun: &mut Begun<T>) {
        match why {
            NotStaged::NeedEntries(from) => begun.fetch = Some(Fetch::From(from)),
            NotStaged::NeedNews => begun.fetch = Some(Fetch::News),
            NotStaged::NeedEntry {
                client_id,
                client_seq,
            } => {
                begun.fetch = Some(Fetch::Entry {
                    client_id,
                    client_seq,
                });
            }
            NotStaged::Broken(why) => begun.broken = Some(why),
            NotStaged::Refused(_) => {}
        }
        self.queue.push_front(request);
    }
}

/// The fields of a [`Request::Update`].
struct One<'a> {
    author: &'a UserId,
    own: Option<u64>,
    made_by: Option<(u64, u64)>,
    update: &'a [u8],
}

impl<'a> One<'a> {
    fn of<T>(request: &'a Request<T>) -> Option<Self> {
        match request {
            Request::Update {
                author,
                own,
                made_by,
                update,
                ..
            } => Some(Self {
                author,
                own: *own,
                made_by: *made_by,
                update,
            }),
            _ => None,
        }
    }

    /// A run that begins with it.
    fn run<'r>(&self, updates: &'r [&'r [u8]]) -> Run<'r>
    where
        'a: 'r,
    {
        Run {
            author: self.author,
            own: self.own,
            made_by: self.made_by,
            updates,
        }
    }
}
