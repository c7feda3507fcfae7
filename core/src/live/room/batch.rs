//! From the queue to a batch: every request is staged, refused, or waits for
//! entries that only the store has.

use super::{Answer, BATCH_BYTES, BATCH_ENTRIES, Batch, Request, Room, Updated, Waiting, Want};
use crate::error::Problem;
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
        if self.note.has_staged() || !self.chunks.is_empty() || !self.changes.is_empty() {
            begun.batch = Some(Batch {
                expected_head: self.note.head(),
                entries: self.note.staged().to_vec(),
                claims: self.note.touched(),
                chunks: std::mem::take(&mut self.chunks),
                chat: std::mem::take(&mut self.changes),
            });
            self.under_way = true;
        } else if !self.waiting.is_empty() {
            // Nothing to commit: everything that waits for a commit has it already.
            begun
                .answers
                .extend(self.answers(&[], &super::Stored::default()));
        }
        begun
    }

    fn is_full(&self) -> bool {
        let entries = self.note.staged();
        entries.len() + self.chunks.len() + self.changes.len() >= BATCH_ENTRIES
            || entries
                .iter()
                .map(|entry| entry.update.len())
                .sum::<usize>()
                >= BATCH_BYTES
    }

    fn stage(&mut self, request: Request<T>, now_ms: u64, begun: &mut Begun<T>) {
        match request {
            Request::Operation {
                author,
                draft,
                reply,
            } => match self.note.stage_operation(&author, &draft, now_ms) {
                Ok(staged) => self.note_staged(reply, staged, begun),
                Err(NotStaged::Refused(problem)) => {
                    begun.answers.push((reply, Answer::Note(Err(problem))));
                }
                Err(other) => self.put_back(
                    other,
                    Request::Operation {
                        author,
                        draft,
                        reply,
                    },
                    begun,
                ),
            },
            Request::Replace {
                author,
                text,
                client_id,
                reply,
            } => {
                let current = self.note.document.text().to_string();
                let staged =
                    self.note
                        .stage_replacement(&author, &client_id, diff(&current, &text), now_ms);
                match staged {
                    Ok(staged) => self.note_staged(reply, staged, begun),
                    Err(NotStaged::Refused(problem)) => {
                        begun.answers.push((reply, Answer::Note(Err(problem))));
                    }
                    Err(other) => self.put_back(
                        other,
                        Request::Replace {
                            author,
                            text,
                            client_id,
                            reply,
                        },
                        begun,
                    ),
                }
            }
            Request::Update {
                author,
                own,
                made_by,
                update,
                reply,
            } => {
                self.stage_run(&author, own, made_by, update, reply, now_ms, begun);
            }
            Request::Chunks { chunks, reply } => {
                self.waiting.push(Waiting {
                    reply,
                    want: Want::Chunks(chunks.len()),
                });
                self.chunks.extend(chunks);
            }
            Request::Chat { change, reply } => {
                self.waiting.push(Waiting {
                    reply,
                    want: Want::Chat,
                });
                self.changes.push(*change);
            }
        }
    }

    fn note_staged(&mut self, reply: T, staged: Staged, begun: &mut Begun<T>) {
        match staged {
            Staged::Known {
                sequence,
                operation,
            } => {
                begun.answers.push((
                    reply,
                    Answer::Note(Ok(NoteAccepted {
                        version: sequence,
                        operation,
                    })),
                ));
            }
            Staged::Entry(sequence) if planted::is_on(Bug::AckBeforeCommit) => {
                let staged = self.note.staged().iter();
                let entry = staged.rev().find(|entry| entry.sequence == sequence);
                let operation = entry.map_or_else(Operation::new, |entry| entry.operation.clone());
                begun.answers.push((
                    reply,
                    Answer::Note(Ok(NoteAccepted {
                        version: sequence,
                        operation,
                    })),
                ));
            }
            Staged::Entry(sequence) => self.waiting.push(Waiting {
                reply,
                want: Want::Entry(sequence),
            }),
            Staged::Nothing => self.waiting.push(Waiting {
                reply,
                want: Want::NothingNote,
            }),
        }
    }

    /// Takes the run of updates that this one begins: same author, same client.
    #[expect(
        clippy::too_many_arguments,
        reason = "the fields of Request::Update, taken apart"
    )]
    fn stage_run(
        &mut self,
        author: &UserId,
        own: Option<u64>,
        made_by: Option<(u64, u64)>,
        update: Vec<u8>,
        reply: T,
        now_ms: u64,
        begun: &mut Begun<T>,
    ) {
        let mut bytes = update.len();
        let mut run = vec![(update, reply)];
        while run.len() < BATCH_ENTRIES
            && bytes < BATCH_BYTES
            && self.continues(author, own, made_by, run.len())
        {
            if let Some(Request::Update { update, reply, .. }) = self.queue.pop_front() {
                bytes += update.len();
                run.push((update, reply));
            }
        }
        if let Some(staged) = self.offer(author, own, made_by, &run, now_ms) {
            begun.broken = staged.err();
            self.waiting
                .extend(run.into_iter().map(|(_, reply)| Waiting {
                    reply,
                    want: Want::Update(Updated::Logged),
                }));
            return;
        }
        for (at, (update, reply)) in run.into_iter().enumerate() {
            let made_by = made_by.map(|(client, first)| (client, first.saturating_add(at as u64)));
            let run = Run {
                author,
                own,
                made_by,
                updates: &[&update],
            };
            match self.note.stage_updates(run, now_ms) {
                Ok(Staged::Entry(_)) => self.waiting.push(Waiting {
                    reply,
                    want: Want::Update(Updated::Logged),
                }),
                Ok(_) => self.waiting.push(Waiting {
                    reply,
                    want: Want::Update(Updated::Nothing),
                }),
                Err(NotStaged::Broken(why)) => {
                    begun.broken = Some(why);
                    self.waiting.push(Waiting {
                        reply,
                        want: Want::Update(Updated::Logged),
                    });
                }
                Err(NotStaged::Refused(problem)) => {
                    self.refuse(author, made_by, problem, reply, begun);
                }
                Err(_) => begun
                    .answers
                    .push((reply, Answer::Update(Err(super::unavailable())))),
            }
        }
    }

    /// Offers a whole run at once; `None` when it has to be taken apart.
    fn offer(
        &mut self,
        author: &UserId,
        own: Option<u64>,
        made_by: Option<(u64, u64)>,
        run: &[(Vec<u8>, T)],
        now_ms: u64,
    ) -> Option<Result<(), String>> {
        if run.len() < 2 {
            return None;
        }
        let updates: Vec<&[u8]> = run.iter().map(|(update, _)| update.as_slice()).collect();
        let run = Run {
            author,
            own,
            made_by,
            updates: &updates,
        };
        match self.note.stage_updates(run, now_ms) {
            Ok(Staged::Entry(_)) => Some(Ok(())),
            Err(NotStaged::Broken(why)) => Some(Err(why)),
            Ok(_) | Err(_) => None,
        }
    }

    fn refuse(
        &mut self,
        author: &UserId,
        made_by: Option<(u64, u64)>,
        problem: Problem,
        reply: T,
        begun: &mut Begun<T>,
    ) {
        if let Some((client, _)) = made_by {
            self.note.refuse_client(author, client);
        }
        begun.answers.push((reply, Answer::Update(Err(problem))));
    }

    fn continues(
        &self,
        author: &UserId,
        own: Option<u64>,
        made_by: Option<(u64, u64)>,
        length: usize,
    ) -> bool {
        let expected = made_by.map(|(client, first)| (client, first.saturating_add(length as u64)));
        matches!(
            self.queue.front(),
            Some(Request::Update { author: next, own: next_own, made_by: next_by, .. })
                if next == author && *next_own == own && *next_by == expected
        )
    }

    fn put_back(&mut self, why: NotStaged, request: Request<T>, begun: &mut Begun<T>) {
        match why {
            NotStaged::NeedEntries(from) => begun.fetch = Some(Fetch::From(from)),
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
