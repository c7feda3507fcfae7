//! A room among the rooms that other nodes have of the same meeting: each has the same
//! log, by the store.

use super::super::reply::Reply;
use super::{Actor, End};
use crate::bus::{Hint, Kind};
use crate::db::{StoreError, streams};
use crate::note::store as notes;
use crate::rooms::handle::Message;
use connvo_core::live::note::Note;
use connvo_core::live::presence::State;
use connvo_core::live::room::{News, Published};
use tokio::time::Instant;

/// How often in a row another node's commit may come first: each time somebody's was
/// stored.
const OVERTAKEN: u32 = 50;
/// Entries read at once.
const PAGE: u32 = 1_000;

fn broken(error: impl std::fmt::Display) -> End {
    End::Broken(error.to_string())
}

impl Actor {
    pub(super) fn is_shared(&self) -> bool {
        self.rooms.ground().bus.is_shared()
    }

    /// Tells the other nodes what was committed.
    pub(super) fn tell_growth(&self, published: &Published<Reply>) {
        if !self.is_shared() {
            return;
        }
        let grown = [
            (Kind::Note, published.entries.len(), self.feed.note_head()),
            (
                Kind::Transcript,
                published.chunks.len(),
                self.feed.transcript_head(),
            ),
            (Kind::Chat, published.messages.len(), self.feed.chat_head()),
        ];
        for (kind, _, head) in grown.into_iter().filter(|(_, count, _)| *count > 0) {
            self.rooms.ground().bus.send(|| Hint::Grown {
                meeting_id: self.meeting.clone(),
                kind,
                head,
            });
        }
    }

    /// Tells the other nodes who is present here.
    pub(super) fn tell_present(&self, states: Vec<State>) {
        for state in states {
            self.rooms.ground().bus.send(|| Hint::Present {
                meeting_id: self.meeting.clone(),
                states: vec![(state.client_id, state.clock, state.json)],
            });
        }
    }

    /// Takes over what other nodes have committed. Between batches: nothing is staged.
    pub(super) async fn take_news(&mut self) -> Result<(), End> {
        for news in std::mem::take(&mut self.news) {
            self.absorb(news)?;
        }
        if self.room.note_mut().meets_strangers() {
            // Whose ClientIDs they are: nobody else may extend them.
            let clients = notes::clients(&self.rooms.ground().db, &self.meeting);
            let claims = Box::pin(clients).await.map_err(broken)?;
            self.absorb(News {
                claims,
                ..News::default()
            })?;
        }
        Ok(())
    }

    fn absorb(&mut self, news: News) -> Result<(), End> {
        if !news.entries.is_empty() {
            self.rivalled_at = Some(Instant::now());
        }
        let (transcript_head, chat_head) = (news.transcript_head, news.chat_head);
        let published = self.room.absorb(news).map_err(broken)?;
        drop(self.feed.publish(&published));
        self.feed.reach(transcript_head, chat_head);
        Ok(())
    }

    /// Another node's commit came first: what was staged is staged anew behind it.
    pub(super) async fn go_on_behind(&mut self) -> Result<(), End> {
        self.overtaken += 1;
        self.rivalled_at = Some(Instant::now());
        if self.overtaken > OVERTAKEN {
            return Err(broken("other nodes' commits always come first"));
        }
        let ground = self.rooms.ground();
        let stored = notes::load(&ground.db, &self.meeting)
            .await
            .map_err(broken)?;
        let held = self.room.note();
        if stored.epoch != held.epoch() {
            return Err(broken("the note was started over"));
        }
        let note = Note::open(stored, held.client_id(), ground.limits).map_err(broken)?;
        if note.head() < held.head() {
            return Err(broken("the meeting is no more"));
        }
        let entries = self.room.overtaken(note);
        drop(self.feed.publish(&Published::<Reply> {
            entries,
            chunks: Vec::new(),
            messages: Vec::new(),
            answers: Vec::new(),
        }));
        Ok(())
    }

    /// Takes over all that the store has after the note's head, and all of its claims.
    pub(super) async fn catch_up(&mut self) -> Result<(), End> {
        loop {
            let (db, head) = (&self.rooms.ground().db, self.room.note().head());
            let entries = notes::page(db, &self.meeting, head, PAGE)
                .await
                .map_err(broken)?;
            let is_last = entries.len() < PAGE as usize;
            let claims = if is_last {
                notes::clients(db, &self.meeting).await.map_err(broken)?
            } else {
                Vec::new()
            };
            self.absorb(News {
                entries,
                claims,
                ..News::default()
            })?;
            if is_last {
                // They are known now.
                self.room.note_mut().meets_strangers();
                return Ok(());
            }
        }
    }

    /// Whether somebody asks for the note as it is, or opens something: they have what any
    /// node has committed until now, since they may have seen it there.
    pub(super) fn is_to_be_fresh(&self) -> bool {
        let wants = |one: &Message| matches!(one, Message::Read(_) | Message::Freshen(_));
        self.is_shared() && self.questions.iter().any(wants)
    }

    /// Takes over what any node has committed until now.
    pub(super) async fn freshen(&mut self) -> Result<(), End> {
        let ground = self.rooms.ground();
        let standing: Result<streams::Standing, StoreError> =
            streams::standing(&ground.db, &self.meeting).await;
        let standing = standing.map_err(broken)?;
        if standing
            .epoch
            .is_some_and(|epoch| epoch != self.room.note().epoch())
        {
            return Err(broken("the note was started over"));
        }
        if standing.note > self.room.note().head() {
            self.catch_up().await?;
        }
        self.absorb(News {
            transcript_head: standing.transcript,
            chat_head: standing.chat,
            ..News::default()
        })
    }
}
