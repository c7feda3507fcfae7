//! What the live socket asks of meetings: the same functions as the HTTP routes'.

use super::{advance, now, people, update};
use crate::actor::Actor;
use crate::app::App;
use crate::idempotency::Key;
use connvo_core::error::{ErrorCode, Problem};
use connvo_core::meeting::{Meeting, MeetingState};
use connvo_core::protocol::command::Done;
use connvo_core::protocol::{Command, CommandReply};

/// Carries out a command about a meeting or its people.
///
/// # Errors
/// As the function that it stands for; `VALIDATION_ERROR` for one that is about neither.
pub async fn carry_out(
    app: &App,
    actor: &Actor,
    key: Key,
    command: Command,
) -> Result<CommandReply, Problem> {
    let key = Some(key);
    let whole = |meeting: Meeting| CommandReply::Meeting(Box::new(meeting));
    let done = |()| CommandReply::Done(Done { done: true });
    match command {
        Command::StartMeeting { meeting_id } => {
            let step = (MeetingState::Active, false);
            advance(app, actor, &meeting_id, step, key).await.map(whole)
        }
        Command::EndMeeting { meeting_id } => {
            let step = (MeetingState::Concluded, false);
            advance(app, actor, &meeting_id, step, key).await.map(whole)
        }
        Command::CancelMeeting {
            meeting_id,
            whole_series,
        } => {
            let step = (MeetingState::Cancelled, whole_series);
            advance(app, actor, &meeting_id, step, key).await.map(whole)
        }
        Command::UpdateMeeting {
            meeting_id,
            changes,
        } => update(app, actor, &meeting_id, changes, key)
            .await
            .map(whole),
        Command::JoinMeeting { meeting_id } => people::join(app, actor, &meeting_id, key)
            .await
            .map(CommandReply::Participant),
        Command::LeaveMeeting { meeting_id } => {
            people::leave(app, actor, &meeting_id, key).await.map(done)
        }
        Command::AcceptInvitation { meeting_id } => {
            people::answer(app, actor, &meeting_id, true, key)
                .await
                .map(CommandReply::Participant)
        }
        Command::DeclineInvitation { meeting_id } => {
            people::answer(app, actor, &meeting_id, false, key)
                .await
                .map(CommandReply::Participant)
        }
        Command::ApproveParticipant { meeting_id, who } => {
            people::answer_request(app, actor, &meeting_id, (&who, true), key)
                .await
                .map(CommandReply::Participant)
        }
        Command::RefuseParticipant { meeting_id, who } => {
            people::answer_request(app, actor, &meeting_id, (&who, false), key)
                .await
                .map(CommandReply::Participant)
        }
        Command::InviteParticipant { meeting_id, draft } => {
            people::invite(app, actor, &meeting_id, draft, key)
                .await
                .map(CommandReply::Participant)
        }
        Command::RemoveParticipant { meeting_id, who } => {
            people::remove(app, actor, &meeting_id, &who, key)
                .await
                .map(done)
        }
        Command::ChangeParticipant {
            meeting_id,
            who,
            changes,
        } => people::change(app, actor, &meeting_id, (&who, changes), key)
            .await
            .map(CommandReply::Participant),
        Command::HandOverHost {
            meeting_id,
            user_id,
        } => people::hand_over(app, actor, &meeting_id, &user_id, key)
            .await
            .map(CommandReply::Participant),
        Command::RaiseHand { meeting_id } => now::raise_hand(app, actor, &meeting_id, key)
            .await
            .map(CommandReply::Speakers),
        Command::LowerHand {
            meeting_id,
            user_id,
        } => now::lower_hand(app, actor, &meeting_id, user_id, key)
            .await
            .map(CommandReply::Speakers),
        Command::NextSpeaker { meeting_id } => now::next_speaker(app, actor, &meeting_id, key)
            .await
            .map(CommandReply::Speakers),
        Command::PauseTranscription { meeting_id } => {
            now::pause_transcription(app, actor, &meeting_id, true, key)
                .await
                .map(done)
        }
        Command::ResumeTranscription { meeting_id } => {
            now::pause_transcription(app, actor, &meeting_id, false, key)
                .await
                .map(done)
        }
        _ => Err(Problem::new(
            ErrorCode::ValidationError,
            "this is no command about a meeting",
        )),
    }
}
