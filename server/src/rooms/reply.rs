//! Whom a room answers, and how.

use super::mailbox::{Letter, Mailbox};
use connvo_core::chat::Message;
use connvo_core::error::{ErrorCode, Problem};
use connvo_core::live::room::{Answer, Updated};
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

impl Reply {
    pub(super) fn give(self, answer: Answer) {
        drop(self.held);
        match (self.to, answer) {
            (To::Note(reply), Answer::Note(result)) => drop(reply.send(result)),
            (To::Transcript(reply), Answer::Transcript(result)) => drop(reply.send(result)),
            (To::Chat(reply), Answer::Chat(result)) => drop(reply.send(result)),
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
