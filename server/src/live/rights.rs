//! Rights that end while a connection is open.

use super::open::writable;
use super::task::Live;
use crate::actor::Actor;
use crate::app::App;
use crate::meeting::ask;
use crate::rooms::mailbox::Changes;
use connvo_core::error::Problem;
use connvo_core::live::connection::Effect;
use connvo_core::protocol::close;
use connvo_core::protocol::frame::Query;

impl Live {
    /// What ends by itself: the token, the right to write to the note of a meeting
    /// that is over.
    pub(super) fn expire(&mut self, now: u64) -> Vec<Effect> {
        if now >= self.expires_at_ms {
            return self.connection.close(close::POLICY);
        }
        let mut effects = Vec::new();
        if self.closes_at.is_none_or(|closes| closes > now) {
            return effects;
        }
        for (sub, place) in &mut self.places {
            if place.closes_at.take_if(|closes| *closes <= now).is_some() {
                effects.extend(self.connection.access_changed(*sub, false));
            }
        }
        self.see_closing();
        effects
    }

    /// The places, or the rights there, have changed.
    pub(super) fn see_closing(&mut self) {
        let closes = self.places.values().filter_map(|place| place.closes_at);
        self.closes_at = closes.min();
    }

    /// Rights may have changed: what is no longer allowed ends, before anything
    /// later reaches it.
    pub(super) async fn recheck(&mut self, changes: &Changes) -> Vec<Effect> {
        self.pass = None;
        let Some(actor) = self.actor.clone() else {
            return Vec::new();
        };
        if changes.cut_off() {
            return self.connection.close(close::TRY_LATER);
        }
        let (user, session) = (&actor.user_id, actor.session_id.as_deref());
        if changes.any(|change| change.is_of(user, session))
            && let Err(problem) = self.app.auth.stands(user, session).await
        {
            return self.connection.token_failed(problem);
        }
        if self.program.is_some() {
            return self.recheck_program().await;
        }
        let is_concerned = |query: &Query| {
            let meeting = query.meeting_id();
            meeting.is_some_and(|meeting| changes.any(|change| change.is_in(meeting, user)))
        };
        let concerned: Vec<(u32, Query)> = self
            .connection
            .subscriptions()
            .filter(|(_, held)| is_concerned(held.query()))
            .map(|(sub, held)| (sub, held.query().clone()))
            .collect();
        let mut effects = Vec::new();
        for (sub, query) in concerned {
            let (Some(meeting), Some(action)) = (query.meeting_id(), query.action()) else {
                continue;
            };
            match ask(&self.app, &actor, meeting, action).await {
                Ok(membership) => {
                    if let Some(place) = self.places.get_mut(&sub) {
                        place.closes_at = membership.note_closes_at();
                    }
                    effects.extend(self.see_as(sub, &query, &membership));
                    let writable = writable(&self.app, membership);
                    effects.extend(self.connection.access_changed(sub, writable));
                }
                Err(problem) => effects.extend(self.connection.refused(sub, problem)),
            }
        }
        self.see_closing();
        effects
    }
}

/// Whether the actor may still read what a query asks for.
///
/// # Errors
/// Why not.
pub(super) async fn still_may(app: &App, actor: &Actor, query: &Query) -> Result<(), Problem> {
    let session = actor.session_id.as_deref();
    app.auth.stands(&actor.user_id, session).await?;
    match (query.meeting_id(), query.action()) {
        (Some(meeting), Some(action)) => ask(app, actor, meeting, action).await.map(|_| ()),
        _ => Ok(()),
    }
}
