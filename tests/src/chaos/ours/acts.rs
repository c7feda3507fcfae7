//! What somebody with our client does.

use super::Ours;
use crate::chaos::history::Kind;
use crate::chaos::marker::{Mark, seams};
use connvo_core::chat::{MessageDraft, MessageKind};
use connvo_core::note::Operation;
use connvo_core::protocol::Command;
use connvo_core::protocol::command::TranscriptDraft;
use connvo_core::transcript::{ChunkDraft, Speaker};
use rand::RngExt;

impl Ours {
    /// One thing, whichever it is.
    pub(super) fn act(&mut self) {
        let is_saying = |of: &Self, chat: bool| {
            let is = |command: &Command| matches!(command, Command::PostMessage { .. }) == chat;
            of.calls.values().any(|(_, command, _)| is(command))
        };
        match self.random.random_range(0..6) {
            0 if !is_saying(self, false) => self.say(),
            1 if !is_saying(self, true) => self.post(),
            2 => self.take_back(),
            _ => self.type_something(),
        }
    }

    fn mark(&mut self, kind: Kind) -> (usize, Mark) {
        let at = kind as usize;
        self.places[at] += 1;
        let (author, place) = (self.authors[at], self.places[at]);
        let mark = Mark { author, place };
        (self.world.write(self.meeting, kind, mark), mark)
    }

    fn type_something(&mut self) {
        if !self.is_writable() {
            return;
        }
        let (place, mark) = self.mark(Kind::Note);
        let places = seams(&self.editor.to_string());
        let at = places[self.random.random_range(0..places.len())] as u32;
        self.fresh.push((place, mark));
        self.edit(&Operation::replace(at, 0, &mark.to_string()));
    }

    /// Deletes something of one's own that is stored.
    fn take_back(&mut self) {
        if self.stored.is_empty() || !self.is_writable() {
            return;
        }
        let at = self.random.random_range(0..self.stored.len());
        let mark = self.stored[at].to_string();
        // A new device may not show it yet.
        if let Some(place) = self.editor.to_string().find(&mark) {
            self.stored.swap_remove(at);
            self.edit(&Operation::replace(place as u32, mark.len() as u32, ""));
        }
    }

    fn is_writable(&self) -> bool {
        let status = self.shell.session.note_status(self.note);
        status.is_some_and(|status| status.writable)
    }

    fn edit(&mut self, operation: &Operation) {
        let now = self.shell.now_ms();
        let edited = self.shell.session.edit_note(self.note, operation, now);
        let applied = edited.map(|()| self.editor.apply(operation));
        if !matches!(applied, Ok(Ok(()))) {
            self.complain(&format!("an edit is refused: {applied:?}"));
        }
    }

    fn say(&mut self) {
        let (written, mark) = self.mark(Kind::Transcript);
        let chunk = ChunkDraft {
            source_id: format!("tab{}", mark.author),
            segment_id: mark.place.to_string(),
            utterance_id: None,
            revision: 0,
            is_interim: false,
            text: mark.to_string(),
            start_ms: mark.place * 1_000,
            end_ms: mark.place * 1_000 + 900,
            speaker: Speaker {
                label: "Ada".into(),
                user_id: None,
                name: None,
            },
            confidence: None,
            language: None,
            words: Vec::new(),
        };
        let command = Command::AppendTranscript {
            meeting_id: self.id(),
            draft: TranscriptDraft {
                chunks: vec![chunk],
            },
        };
        self.ask(format!("say-{mark}"), command, written);
    }

    fn post(&mut self) {
        let (written, mark) = self.mark(Kind::Chat);
        let id = self.random.random_range(0..(1_u64 << 48));
        let command = Command::PostMessage {
            meeting_id: self.id(),
            draft: MessageDraft {
                id: format!("0197f7a4-5e0b-7c3a-9d2e-{id:012x}").parse().ok(),
                kind: MessageKind::Text,
                text: mark.to_string(),
                reply_to_id: None,
                attachments: Vec::new(),
                mentions: Vec::new(),
            },
        };
        self.ask(format!("post-{mark}"), command, written);
    }
}
