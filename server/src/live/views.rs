//! The views that a connection follows: each is sent whole at first, and again when it
//! has become another.

use super::look::{key, look, topics};
use super::rights::still_may;
use super::task::Live;
use crate::actor::Actor;
use crate::app::App;
use crate::listeners::{About, Hearing};
use crate::meeting::{Membership, authorise};
use crate::rooms::mailbox::Mailbox;
use crate::views::{Follower, Key, Shown};
use connvo_core::error::Problem;
use connvo_core::id::MeetingId;
use connvo_core::live::connection::{Effect, Opened, VIEW_CURSOR};
use connvo_core::protocol::frame::Query;
use std::collections::HashMap;
use std::sync::Arc;

/// The views that a connection follows, by subscription.
pub(super) type Followed = HashMap<u32, ViewPlace>;

/// A subscription's place at a view; dropping it leaves.
pub(super) struct ViewPlace {
    follower: Follower,
    /// The version last sent.
    sent: Arc<str>,
    /// While it is followed, changes of rights in the meeting are heard of.
    _hears: Option<Hearing>,
}

fn follow(app: &App, key: &Key, mailbox: &Arc<Mailbox>, sub: u32) -> Follower {
    let (topics, look) = (topics(key), look(app, key));
    app.views.follow(key, &topics, look, (mailbox, sub))
}

/// The view of a query, to whoever may see it.
async fn allowed(app: &App, actor: &Actor, query: &Query) -> Result<Key, Problem> {
    let membership = match (query.meeting_id(), query.action()) {
        (Some(meeting), Some(action)) => Some(authorise(app, actor, meeting, action).await?),
        _ => None,
    };
    Ok(key(query, &actor.user_id, membership.as_ref()))
}

async fn first_look(
    app: &App,
    actor: &Actor,
    query: &Query,
    (mailbox, sub): (&Arc<Mailbox>, u32),
) -> Result<(Follower, Shown), Problem> {
    let key = allowed(app, actor, query).await?;
    let follower = follow(app, &key, mailbox, sub);
    let shown = follower.first().await?;
    Ok((follower, shown))
}

impl Live {
    /// Opens the subscription `sub`, for a client that has this version already.
    pub(super) async fn open_view(
        &mut self,
        sub: u32,
        query: Query,
        epoch: Option<String>,
        after: Option<u64>,
    ) -> Vec<Effect> {
        let Some(actor) = self.actor.clone() else {
            return Vec::new();
        };
        let hear = |meeting: &MeetingId| {
            let about = About::Meeting(meeting.clone());
            self.app.listeners.hear(about, &self.mailbox)
        };
        let hears = query.meeting_id().map(hear);
        let looked = first_look(&self.app, &actor, &query, (&self.mailbox, sub)).await;
        let looked = match looked {
            // Rights that ended meanwhile end this before anything is shown.
            Ok(looked) if self.mailbox.is_urgent() => {
                still_may(&self.app, &actor, &query).await.map(|()| looked)
            }
            looked => looked,
        };
        match looked {
            Ok((follower, shown)) => {
                let is_known =
                    after == Some(VIEW_CURSOR) && epoch.as_deref() == Some(&*shown.version);
                let sent = Arc::clone(&shown.version);
                let place = ViewPlace {
                    follower,
                    sent,
                    _hears: hears,
                };
                self.views.insert(sub, place);
                let opened = Opened::View {
                    json: shown.json,
                    version: shown.version,
                    is_known,
                };
                self.connection.opened(sub, query, after, opened)
            }
            Err(problem) => self.connection.refused(sub, problem),
        }
    }

    /// A view may have become another: it is sent, as it stands now, where it has.
    pub(super) fn show_view(&mut self, sub: u32) -> Vec<Effect> {
        let Some(place) = self.views.get_mut(&sub) else {
            return Vec::new();
        };
        match place.follower.now() {
            Some(Ok(shown)) if shown.version != place.sent => {
                place.sent = Arc::clone(&shown.version);
                self.connection.replace(sub, &shown.json, &shown.version)
            }
            Some(Err(problem)) => self.connection.refused(sub, problem),
            Some(Ok(_)) | None => Vec::new(),
        }
    }

    /// The person's standing has changed: from now on they see what others see who stand
    /// as they do.
    pub(super) fn see_as(
        &mut self,
        sub: u32,
        query: &Query,
        membership: &Membership,
    ) -> Vec<Effect> {
        let (Some(place), Some(actor)) = (self.views.get_mut(&sub), &self.actor) else {
            return Vec::new();
        };
        let key = key(query, &actor.user_id, Some(membership));
        if *place.follower.key() == key {
            return Vec::new();
        }
        place.follower = follow(&self.app, &key, &self.mailbox, sub);
        place.follower.look();
        self.show_view(sub)
    }
}
