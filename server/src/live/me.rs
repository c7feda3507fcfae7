//! The person's own view (`Query::Me`): sent at first, and again when it has become
//! another. A change in the store is told after its commit; what ends by itself is
//! waited for.

use super::task::Live;
use crate::me::{MeChange, view};
use connvo_core::id::OrgId;
use connvo_core::live::connection::{Effect, Opened};
use connvo_core::me::MeView;
use connvo_core::protocol::frame::Query;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;

/// What a connection shows of its person, while it is followed.
pub(super) struct Shown {
    subs: Vec<u32>,
    changes: Receiver<MeChange>,
    view: MeView,
    org_ids: Vec<OrgId>,
}

/// The next change, for whoever follows at all.
pub(super) async fn change(shown: &mut Option<Box<Shown>>) -> Result<MeChange, RecvError> {
    match shown {
        Some(shown) => shown.changes.recv().await,
        None => std::future::pending().await,
    }
}

/// When something of it ends by itself, in milliseconds since the Unix epoch.
pub(super) fn changes_at(shown: Option<&Shown>) -> Option<u64> {
    shown?.view.entitlements.changes_at
}

impl Live {
    /// Opens the subscription `sub`.
    pub(super) async fn open_me(&mut self, sub: u32, after: Option<u64>) -> Vec<Effect> {
        let Some(actor) = self.actor.clone() else {
            return Vec::new();
        };
        if self.shown.is_none() {
            // Before it is read: no change is missed.
            let changes = self.app.me_changes.subscribe();
            match view(&self.app, &actor.user_id).await {
                Ok((view, org_ids)) => {
                    self.shown = Some(Box::new(Shown {
                        subs: Vec::new(),
                        changes,
                        view,
                        org_ids,
                    }));
                }
                Err(problem) => return self.connection.refused(sub, problem),
            }
        }
        let Some(shown) = &mut self.shown else {
            return Vec::new();
        };
        shown.subs.push(sub);
        let opened = Opened::Latest(json(&shown.view));
        self.connection.opened(sub, Query::Me {}, after, opened)
    }

    /// Follows it no longer.
    pub(super) fn close_me(&mut self, sub: u32) {
        if let Some(shown) = &mut self.shown {
            shown.subs.retain(|open| *open != sub);
            if shown.subs.is_empty() {
                self.shown = None;
            }
        }
    }

    /// Something has changed, perhaps of this person's.
    pub(super) async fn me_changed(&mut self, change: Result<MeChange, RecvError>) -> Vec<Effect> {
        let (Some(shown), Some(actor)) = (&self.shown, &self.actor) else {
            return Vec::new();
        };
        let concerned = match change {
            Ok(MeChange::User(user)) => user == actor.user_id,
            Ok(MeChange::Org(org)) => shown.org_ids.contains(&org),
            // So many were missed that nobody knows which.
            Ok(MeChange::Flags) | Err(_) => true,
        };
        if concerned {
            self.look_again().await
        } else {
            Vec::new()
        }
    }

    /// Reads the view again, and sends it where it is another.
    pub(super) async fn look_again(&mut self) -> Vec<Effect> {
        let (Some(shown), Some(actor)) = (&mut self.shown, &self.actor) else {
            return Vec::new();
        };
        let mut effects = Vec::new();
        match view(&self.app, &actor.user_id).await {
            Ok((view, org_ids)) => {
                shown.org_ids = org_ids;
                if view != shown.view {
                    shown.view = view;
                    for sub in &shown.subs {
                        effects.extend(self.connection.replace(*sub, json(&shown.view)));
                    }
                }
            }
            Err(problem) => {
                for sub in shown.subs.clone() {
                    effects.extend(self.connection.refused(sub, problem.clone()));
                }
            }
        }
        effects
    }
}

fn json(view: &MeView) -> serde_json::Value {
    serde_json::to_value(view).unwrap_or_default()
}
