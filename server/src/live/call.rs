//! Commands of the socket.

use super::task::Live;
use crate::actor::Actor;
use crate::app::App;
use crate::idempotency::Key;
use crate::rooms::mailbox::Letter;
use crate::{chat, meeting, note, transcript};
use connvo_core::chat::Message;
use connvo_core::error::Problem;
use connvo_core::live::connection::Effect;
use connvo_core::protocol::command::TranscriptAccepted;
use connvo_core::protocol::{Command, CommandReply};
use connvo_core::transcript::speaker::SpeakerNameDraft;
use std::sync::Arc;

impl Live {
    /// The reply to chunks that were offered, where it does not come by mail.
    pub(super) fn offered(
        &mut self,
        id: u64,
        offered: Result<Option<TranscriptAccepted>, Problem>,
    ) -> Vec<Effect> {
        let reply = offered
            .map(|one| one.map(CommandReply::Transcript))
            .transpose();
        let replied = reply.map(|reply| self.connection.replied(id, reply));
        replied.unwrap_or_default()
    }

    /// Carries out a call beside the connection; the reply comes by mail.
    pub(super) fn beside(
        &self,
        id: u64,
        call: impl Future<Output = Result<CommandReply, Problem>> + Send + 'static,
    ) {
        let mailbox = Arc::clone(&self.mailbox);
        self.app.tasks.spawn(async move {
            let result = call.await;
            mailbox.leave(Letter::Replied { id, result });
        });
    }
}

/// Carries out a command: the same functions that the HTTP routes call.
pub(super) async fn carry_out(
    app: &App,
    actor: &Actor,
    key: String,
    command: Command,
) -> Result<CommandReply, Problem> {
    match command {
        Command::ApplyNoteOperation { meeting_id, draft } => {
            note::apply_operation(app, actor, &meeting_id, draft)
                .await
                .map(CommandReply::Note)
        }
        Command::RestoreNote {
            meeting_id,
            version,
        } => {
            let key = Some(Key::parse(&key)?);
            note::restore(app, actor, &meeting_id, version, key)
                .await
                .map(CommandReply::Note)
        }
        Command::PostMessage { meeting_id, draft } => {
            let key = Some(Key::parse(&key)?);
            let posted = chat::post(app, actor, &meeting_id, draft, key).await;
            message(posted)
        }
        Command::EditMessage {
            meeting_id,
            message_id,
            edit,
        } => message(chat::edit(app, actor, &meeting_id, message_id, edit).await),
        Command::DeleteMessage {
            meeting_id,
            message_id,
        } => message(chat::delete(app, actor, &meeting_id, message_id).await),
        Command::ReactToMessage {
            meeting_id,
            message_id,
            emoji,
            on,
        } => {
            let reaction = (message_id, emoji, on);
            message(chat::react(app, actor, &meeting_id, reaction).await)
        }
        Command::AppendProviderTranscript {
            meeting_id,
            provider,
            draft,
        } => transcript::append_provider(app, &actor.clone().into(), &meeting_id, provider, &draft)
            .await
            .map(CommandReply::Transcript),
        Command::RenameSpeaker {
            meeting_id,
            label,
            name,
        } => {
            let (key, draft) = (Some(Key::parse(&key)?), SpeakerNameDraft { name });
            transcript::speakers::rename(app, actor, &meeting_id, (&label, &draft), key)
                .await
                .map(CommandReply::Speaker)
        }
        about_a_meeting => {
            meeting::command::carry_out(app, actor, Key::parse(&key)?, about_a_meeting).await
        }
    }
}

fn message(answer: Result<Message, Problem>) -> Result<CommandReply, Problem> {
    answer.map(Box::new).map(CommandReply::Message)
}
