//! A meeting while it runs: who is there, who waits to speak, whether it is written down.

use super::store::{self, Line};
use super::{What, authorise, resource, show_said, touched};
use crate::actor::Actor;
use crate::app::{AccessChange, App};
use crate::audit::Entry;
use crate::idempotency::{Key, Once};
use crate::presence;
use crate::rate::MEETINGS_SPEAK;
use connvo_core::access::Action;
use connvo_core::error::Problem;
use connvo_core::id::{MeetingId, UserId};
use connvo_core::meeting::{MeetingNow, MeetingState};
use connvo_core::protocol::command::Speakers;

/// Most people of whom it is told that they are there.
const HERE: usize = 100;

/// A meeting as it is now, as a view shows it. What of it changes without being touched is
/// the lull, at `lull_at`, and what is told of who speaks.
///
/// # Errors
/// `NOT_FOUND` where there is none.
pub async fn state_view(app: &App, meeting: &MeetingId) -> Result<MeetingNow, Problem> {
    let now = app.clock.now_ms();
    let sum = app.spoken.of(meeting, now);
    let found = store::now(&app.db, meeting, sum, now).await?;
    let (mut found, sum) = found.ok_or_else(|| Problem::not_found("the meeting"))?;
    if found.state == MeetingState::Active {
        app.spoken.keep(meeting, sum);
    }
    let (here, count) = presence::people(app, meeting, HERE).await?;
    found.active_participants = here;
    found.active_count = u32::try_from(count).unwrap_or(u32::MAX);
    Ok(found)
}

/// How often a meeting that runs is looked at again, in milliseconds: what is said touches no
/// view, there is too much of it.
const AGAIN_MS: u64 = 5_000;

/// When a view of this is to be looked at again, in milliseconds since the Unix epoch.
#[must_use]
pub fn changes_at(app: &App, state: &MeetingNow) -> Option<u64> {
    let again = app.clock.now_ms().saturating_add(AGAIN_MS);
    let lull_at = state.lull_at.filter(|_| !state.lull);
    (state.state == MeetingState::Active).then(|| lull_at.unwrap_or(again).min(again))
}

/// A meeting as it is now, to who takes part.
///
/// # Errors
/// `NOT_FOUND` to strangers; `FORBIDDEN` to who does not take part.
pub async fn state(app: &App, actor: &Actor, meeting: &MeetingId) -> Result<MeetingNow, Problem> {
    authorise(app, actor, meeting, Action::ReadState).await?;
    state_view(app, meeting).await
}

/// Raises the actor's hand.
///
/// # Errors
/// `NOT_FOUND` to strangers; `FORBIDDEN` to who does not take part; `MEETING_NOT_ACTIVE`.
pub async fn raise_hand(
    app: &App,
    actor: &Actor,
    meeting: &MeetingId,
    key: Option<Key>,
) -> Result<Speakers, Problem> {
    let change = Line::Raise(actor.user_id.clone());
    line(
        app,
        actor,
        meeting,
        (Action::RaiseHand, "raiseHand", change),
        key,
    )
    .await
}

/// Lowers a hand: the actor's own where `of` is absent.
///
/// # Errors
/// As [`raise_hand`]; `FORBIDDEN` for another's unless host or co-host.
pub async fn lower_hand(
    app: &App,
    actor: &Actor,
    meeting: &MeetingId,
    of: Option<UserId>,
    key: Option<Key>,
) -> Result<Speakers, Problem> {
    let action = match of {
        Some(_) => Action::CallSpeaker,
        None => Action::RaiseHand,
    };
    let change = Line::Lower(of.unwrap_or_else(|| actor.user_id.clone()));
    line(app, actor, meeting, (action, "lowerHand", change), key).await
}

/// Gives the word to whoever is first in line.
///
/// # Errors
/// As [`raise_hand`]; `FORBIDDEN` unless host or co-host.
pub async fn next_speaker(
    app: &App,
    actor: &Actor,
    meeting: &MeetingId,
    key: Option<Key>,
) -> Result<Speakers, Problem> {
    let what = (Action::CallSpeaker, "nextSpeaker", Line::Next);
    line(app, actor, meeting, what, key).await
}

async fn line(
    app: &App,
    actor: &Actor,
    meeting: &MeetingId,
    (action, operation, change): (Action, &str, Line),
    key: Option<Key>,
) -> Result<Speakers, Problem> {
    let whose = match &change {
        Line::Lower(user) => Some(user.clone()),
        _ => None,
    };
    let once = Once::of(app, actor, operation, key, &(meeting, whose));
    let work = async {
        authorise(app, actor, meeting, action).await?;
        let now = app.clock.now_ms();
        app.rates
            .take(MEETINGS_SPEAK, &actor.user_id, meeting, 1, now)?;
        let entry = Entry::change(app, actor, operation, &resource(meeting));
        let along = (entry, &once);
        let whose = (&actor.user_id, meeting);
        let speakers = store::line(&app.db, whose, (action, change), along, now).await??;
        touched(app, meeting, What::Now);
        Ok(speakers)
    };
    once.run(app, work).await
}

/// Pauses what is written down, or goes on with it.
///
/// # Errors
/// `NOT_FOUND` to strangers; `FORBIDDEN` unless host or co-host; `MEETING_NOT_ACTIVE`.
pub async fn pause_transcription(
    app: &App,
    actor: &Actor,
    meeting: &MeetingId,
    paused: bool,
    key: Option<Key>,
) -> Result<(), Problem> {
    let operation = if paused {
        "pauseTranscription"
    } else {
        "resumeTranscription"
    };
    let once = Once::of(app, actor, operation, key, meeting);
    let work = async {
        authorise(app, actor, meeting, Action::ControlTranscription).await?;
        let entry = Entry::change(app, actor, operation, &resource(meeting));
        let (along, now) = ((&entry, &once), app.clock.now_ms());
        let whose = (&actor.user_id, meeting);
        if store::pause_transcription(&app.db, whose, paused, along, now).await?? {
            // What is remembered of the members says whether it is written down.
            app.access_changed(AccessChange::Meeting {
                meeting_id: meeting.clone(),
            });
            touched(app, meeting, What::Now);
            show_said(app, meeting).await;
        }
        Ok(())
    };
    once.run(app, work).await
}
