//! What a room is asked about its transcript.

use super::Room;
use crate::bus::Hint;
use crate::rooms::mailbox::Mailbox;
use crate::rooms::reply::{Caller, To, accepted};
use connvo_core::error::Problem;
use connvo_core::live::room::{Request, unavailable};
use connvo_core::protocol::command::TranscriptAccepted;
use connvo_core::transcript::NewChunk;
use std::sync::Arc;

impl Room {
    /// Appends final chunks and relays interim ones.
    ///
    /// # Errors
    /// `UNAVAILABLE` when the store fails.
    pub async fn append_transcript(
        &self,
        chunks: Vec<NewChunk>,
    ) -> Result<TranscriptAccepted, Problem> {
        let (interim, chunks) = self.relay(chunks)?;
        if chunks.is_empty() {
            return Ok(accepted(&interim, Vec::new()));
        }
        let request = |reply| Request::Chunks {
            chunks,
            reply: To::Transcript(reply),
        };
        let stored: TranscriptAccepted = self.change(request).await?;
        Ok(accepted(&interim, stored.sequences))
    }

    /// As [`Room::append_transcript`], for the call `id` of a live connection: unless it is
    /// answered here, its mailbox will have the answer. Calls are stored in the order in
    /// which they are offered.
    ///
    /// # Errors
    /// `UNAVAILABLE`.
    pub(crate) async fn offer_transcript(
        &self,
        chunks: Vec<NewChunk>,
        (mailbox, id): (&Arc<Mailbox>, u64),
    ) -> Result<Option<TranscriptAccepted>, Problem> {
        let (interim, chunks) = self.relay(chunks)?;
        if chunks.is_empty() {
            return Ok(Some(accepted(&interim, Vec::new())));
        }
        let reply = To::Call(Caller::new(Arc::clone(mailbox), id, interim));
        // Where the room is gone, the caller is told so as its place is dropped.
        let _ = self.offer(Request::Chunks { chunks, reply }).await;
        Ok(None)
    }

    /// Relays the interim chunks; answers which ones they were, and the others.
    fn relay(&self, chunks: Vec<NewChunk>) -> Result<(Vec<bool>, Vec<NewChunk>), Problem> {
        let is_interim = |chunk: &NewChunk| chunk.fields().is_interim;
        let interim = chunks.iter().map(is_interim).collect();
        let (relayed, kept): (Vec<_>, Vec<_>) = chunks.into_iter().partition(is_interim);
        for chunk in relayed {
            let fields = chunk.fields();
            let json = serde_json::to_string(fields).map_err(|_| unavailable())?;
            let utterance = format!("{}\n{}", fields.source_id, fields.segment_id);
            if let Some((bus, meeting)) = &self.others {
                bus.send(|| Hint::Interim {
                    meeting_id: meeting.clone(),
                    utterance: utterance.clone(),
                    json: json.clone(),
                });
            }
            self.feed.volatile(&utterance.into(), &json.into());
        }
        Ok((interim, kept))
    }
}
