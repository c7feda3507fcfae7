//! Whom a room answers, and how.

use super::mailbox::{Letter, Mailbox};
use connvo_core::chat::Message;
use connvo_core::error::{ErrorCode, Problem};
use connvo_core::live::room::{Answer, Updated, unavailable};
use connvo_core::protocol::CommandReply;
use connvo_core::protocol::command::{NoteAccepted, TranscriptAccepted};
use std::sync::Arc;
use tokio::sync::{OwnedSemaphorePermit, oneshot};

/// A change's part of the bytes that its room takes in, given back when it is
/// answered.
pub(super) type Held = Option<OwnedSemaphorePermit>;

/// Whom to answer, and what is given back then.
#[derive(Debug)]
pub(super) struct Reply {
    pub(super) to: To,
    pub(super) held: Held,
}

#[derive(Debug)]
pub(super) enum To {
    Note(oneshot::Sender<Result<NoteAccepted, Problem>>),
    Transcript(oneshot::Sender<Result<TranscriptAccepted, Problem>>),
    Chat(oneshot::Sender<Result<Message, Problem>>),
    /// The call of a live connection.
    Call(Caller),
    /// Our own client: only what the journal does not tell.
    Lane {
        mailbox: Arc<Mailbox>,
        sub: u32,
        client_id: u64,
        client_seq: u64,
    },
    /// A stock client: only refusals.
    Stock {
        mailbox: Arc<Mailbox>,
        sub: u32,
    },
}

/// A live connection that waits for what became of its chunks. One that is dropped
/// without an answer is told to try again.
#[derive(Debug)]
pub(super) struct Caller {
    mailbox: Arc<Mailbox>,
    id: u64,
    /// Which of its chunks were interim: those have no sequence.
    interim: Vec<bool>,
    answered: bool,
}

impl Caller {
    pub(super) const fn new(mailbox: Arc<Mailbox>, id: u64, interim: Vec<bool>) -> Self {
        Self {
            mailbox,
            id,
            interim,
            answered: false,
        }
    }

    fn answer(&mut self, result: Result<TranscriptAccepted, Problem>) {
        self.answered = true;
        let result = result.map(|stored| accepted(&self.interim, stored.sequences));
        self.mailbox.leave(Letter::Replied {
            id: self.id,
            result: result.map(CommandReply::Transcript),
        });
    }
}

impl Drop for Caller {
    fn drop(&mut self) {
        if !self.answered {
            self.answer(Err(unavailable()));
        }
    }
}

/// A sequence for each chunk that was stored, and none for one that was interim.
pub(super) fn accepted(interim: &[bool], stored: Vec<Option<u64>>) -> TranscriptAccepted {
    let mut stored = stored.into_iter();
    let of = |is_interim: &bool| (!is_interim).then(|| stored.next().flatten()).flatten();
    TranscriptAccepted {
        sequences: interim.iter().map(of).collect(),
    }
}

impl Reply {
    pub(super) fn give(self, answer: Answer) {
        drop(self.held);
        match (self.to, answer) {
            (To::Note(reply), Answer::Note(result)) => drop(reply.send(result)),
            (To::Transcript(reply), Answer::Transcript(result)) => drop(reply.send(result)),
            (To::Chat(reply), Answer::Chat(result)) => drop(reply.send(result)),
            (To::Call(mut caller), Answer::Transcript(result)) => caller.answer(result),
            (
                To::Lane {
                    mailbox,
                    sub,
                    client_id,
                    client_seq,
                },
                Answer::Update(result),
            ) => match result {
                Ok(Updated::Logged) => {}
                Ok(Updated::Nothing) => mailbox.leave(Letter::Acknowledge {
                    sub,
                    client_id,
                    client_seq,
                }),
                Err(problem) if problem.code == ErrorCode::Unavailable => {
                    mailbox.leave(Letter::Gone { sub });
                }
                Err(problem) => mailbox.leave(Letter::Refuse {
                    sub,
                    client_id,
                    client_seq,
                    problem,
                }),
            },
            (To::Stock { mailbox, sub }, Answer::Update(Err(problem))) => {
                let gone = problem.code == ErrorCode::Unavailable;
                mailbox.leave(if gone {
                    Letter::Gone { sub }
                } else {
                    Letter::Refuse {
                        sub,
                        client_id: 0,
                        client_seq: 0,
                        problem,
                    }
                });
            }
            _ => {}
        }
    }
}
