//! Commands of the socket.

use crate::actor::Actor;
use crate::app::App;
use crate::idempotency::Key;
use crate::{meeting, note, transcript};
use connvo_core::error::Problem;
use connvo_core::protocol::{Command, CommandReply};

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
        Command::AppendTranscript { meeting_id, draft } => {
            transcript::append(app, actor, &meeting_id, draft)
                .await
                .map(CommandReply::Transcript)
        }
        about_a_meeting => {
            meeting::command::carry_out(app, actor, Key::parse(&key)?, about_a_meeting).await
        }
    }
}
