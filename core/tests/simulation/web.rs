//! HTTP as the simulation needs it: requests and answers that may be lost,
//! repeated, delayed and reordered.

use crate::sky::{ClientId, Event, Sky};
use connvo_core::chat::{Message, What};
use connvo_core::error::Problem;
use connvo_core::note::NoteEntry;
use connvo_core::protocol::command::{NoteAccepted, NoteOperationDraft, TranscriptAccepted};
use connvo_core::transcript::ChunkDraft;

/// What a client asks over HTTP.
#[derive(Debug, Clone)]
pub enum Request {
    /// `POST …/notes/ops`.
    Operate(NoteOperationDraft),
    /// `GET …/notes`.
    Read,
    /// `GET …/notes/ops?after=`.
    Log(u64),
    /// `POST …/transcript`.
    Append(Vec<ChunkDraft>),
    /// A command of the chat.
    Chat(What),
}

/// What the server answers.
#[derive(Debug, Clone)]
pub enum Answer {
    Operated(Result<NoteAccepted, Problem>),
    Read(Result<(String, u64), Problem>),
    Log(Vec<NoteEntry>),
    Appended(Result<TranscriptAccepted, Problem>),
    Chatted(Result<Message, Problem>),
}

impl Sky {
    /// Sends a request of a client's life, which may be lost or arrive twice.
    pub fn request(&mut self, client: ClientId, life: u64, id: u64, request: Request) {
        if self.net.is_cut_off(client) || self.mishap(0.05) {
            return;
        }
        if self.mishap(0.06) {
            let delay = self.latency() + self.between(0, 4_000);
            self.after(
                delay,
                Event::Request {
                    client,
                    life,
                    id,
                    request: request.clone(),
                },
            );
        }
        let delay = self.latency();
        self.after(
            delay,
            Event::Request {
                client,
                life,
                id,
                request,
            },
        );
    }

    /// Sends an answer back, which may be lost.
    pub fn answer(&mut self, client: ClientId, life: u64, id: u64, answer: Answer) {
        if self.net.is_cut_off(client) || self.mishap(0.05) {
            return;
        }
        let delay = self.latency();
        self.after(
            delay,
            Event::Answer {
                client,
                life,
                id,
                answer,
            },
        );
    }
}
