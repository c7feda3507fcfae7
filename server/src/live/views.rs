//! Views: what is sent whole at first, and again when it has become another. A change
//! in the store is told after its commit; what ends by itself is waited for.

use super::task::Live;
use crate::actor::Actor;
use crate::app::App;
use crate::me::{MeChange, view};
use crate::meeting::{ask, authorise};
use crate::org::standing::of_meeting;
use connvo_core::error::Problem;
use connvo_core::id::{OrgId, UserId};
use connvo_core::live::connection::{Effect, Opened};
use connvo_core::protocol::frame::Query;
use serde_json::{Value, json};
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;

/// The views that a connection follows.
pub(super) struct Views {
    changes: Receiver<MeChange>,
    shown: Vec<Shown>,
}

struct Shown {
    sub: u32,
    query: Query,
    seen: Seen,
}

/// What a view showed last.
#[derive(PartialEq)]
struct Seen {
    value: Value,
    /// When something of it ends by itself, in milliseconds since the Unix epoch.
    changes_at: Option<u64>,
    /// The organisations that it depends on; absent where it may be any.
    org_ids: Option<Vec<OrgId>>,
}

impl Shown {
    fn is_of(&self, change: &MeChange, user: &UserId) -> bool {
        let own = matches!(self.query, Query::Me {});
        match change {
            MeChange::User(other) => own && other == user,
            MeChange::Org(org) => {
                let orgs = self.seen.org_ids.as_ref();
                orgs.is_none_or(|orgs| orgs.contains(org))
            }
            MeChange::Flags => own,
        }
    }
}

/// The next change, for whoever follows at all.
pub(super) async fn change(views: &mut Option<Box<Views>>) -> Result<MeChange, RecvError> {
    match views {
        Some(views) => views.changes.recv().await,
        None => std::future::pending().await,
    }
}

/// When something of them ends by itself, in milliseconds since the Unix epoch.
pub(super) fn changes_at(views: Option<&Views>) -> Option<u64> {
    let shown = views?.shown.iter();
    shown.filter_map(|shown| shown.seen.changes_at).min()
}

impl Live {
    /// Opens the subscription `sub`.
    pub(super) async fn open_view(
        &mut self,
        sub: u32,
        query: Query,
        after: Option<u64>,
    ) -> Vec<Effect> {
        let Some(actor) = self.actor.clone() else {
            return Vec::new();
        };
        // Before it is read: no change is missed.
        let views = self.views.get_or_insert_with(|| {
            Box::new(Views {
                changes: self.app.me_changes.subscribe(),
                shown: Vec::new(),
            })
        });
        let allowed = match (query.meeting_id(), query.action()) {
            (Some(meeting), Some(action)) => {
                let allowed = authorise(&self.app, &actor, meeting, action);
                allowed.await.map(|_| ())
            }
            _ => Ok(()),
        };
        let seen = match allowed {
            Ok(()) => look(&self.app, &actor, &query).await,
            Err(problem) => Err(problem),
        };
        match seen {
            Ok(seen) => {
                let opened = Opened::Latest(seen.value.clone());
                let effects = self.connection.opened(sub, query.clone(), after, opened);
                views.shown.push(Shown { sub, query, seen });
                effects
            }
            Err(problem) => {
                self.close_view(sub);
                self.connection.refused(sub, problem)
            }
        }
    }

    /// Follows it no longer.
    pub(super) fn close_view(&mut self, sub: u32) {
        if let Some(views) = &mut self.views {
            views.shown.retain(|shown| shown.sub != sub);
            if views.shown.is_empty() {
                self.views = None;
            }
        }
    }

    /// Something has changed, perhaps of what is followed here.
    pub(super) async fn view_changed(
        &mut self,
        change: Result<MeChange, RecvError>,
    ) -> Vec<Effect> {
        match change {
            Ok(change) => {
                self.look_again(|shown, user| shown.is_of(&change, user))
                    .await
            }
            // So many were missed that nobody knows which.
            Err(_) => self.look_again(|_, _| true).await,
        }
    }

    /// Looks again at what has ended by itself at `now_ms`.
    pub(super) async fn view_ended(&mut self, now_ms: u64) -> Vec<Effect> {
        let over = |shown: &Shown, _: &UserId| shown.seen.changes_at.is_some_and(|at| at <= now_ms);
        self.look_again(over).await
    }

    /// Reads the views `concerned` again, and sends those that are others.
    async fn look_again(&mut self, concerned: impl Fn(&Shown, &UserId) -> bool) -> Vec<Effect> {
        let (Some(views), Some(actor)) = (&mut self.views, &self.actor) else {
            return Vec::new();
        };
        let mut effects = Vec::new();
        for shown in &mut views.shown {
            if !concerned(shown, &actor.user_id) {
                continue;
            }
            match look_if_allowed(&self.app, actor, &shown.query).await {
                Ok(seen) => {
                    if seen.value != shown.seen.value {
                        effects.extend(self.connection.replace(shown.sub, seen.value.clone()));
                    }
                    shown.seen = seen;
                }
                Err(problem) => effects.extend(self.connection.refused(shown.sub, problem)),
            }
        }
        effects
    }
}

/// As [`look`], to whoever may still see it.
async fn look_if_allowed(app: &App, actor: &Actor, query: &Query) -> Result<Seen, Problem> {
    if let (Some(meeting), Some(action)) = (query.meeting_id(), query.action()) {
        ask(app, actor, meeting, action).await?;
    }
    look(app, actor, query).await
}

/// What a view shows now.
async fn look(app: &App, actor: &Actor, query: &Query) -> Result<Seen, Problem> {
    if let Some(meeting) = query.meeting_id() {
        let entitlements = of_meeting(app, meeting).await?.entitlements;
        return Ok(Seen {
            value: json!(entitlements),
            changes_at: entitlements.changes_at,
            org_ids: None,
        });
    }
    let (view, org_ids) = view(app, &actor.user_id).await?;
    Ok(Seen {
        value: json!(view),
        changes_at: view.entitlements.changes_at,
        org_ids: Some(org_ids),
    })
}
