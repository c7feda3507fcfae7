//! Rows of what is done without an actor, by a sign-in or a provider's event: only the
//! transaction itself learns what there is to record.

use super::{Entry, Kind};
use crate::actor::RequestInfo;
use crate::clock::Ids;
use connvo_core::id::UserId;
use serde_json::Value;
use std::sync::Arc;

/// What the rows of one request have in common.
#[derive(Clone)]
pub struct Trail {
    ids: Ids,
    now_ms: u64,
    request: Arc<RequestInfo>,
    told_by: Option<(String, String)>,
    acted_by: Option<String>,
}

impl Trail {
    /// Of a request; `now_ms` is in milliseconds since the Unix epoch.
    #[must_use]
    pub fn new(ids: &Ids, now_ms: u64, request: &Arc<RequestInfo>) -> Self {
        Self {
            ids: ids.clone(),
            now_ms,
            request: Arc::clone(request),
            told_by: None,
            acted_by: None,
        }
    }

    /// Of a provider's event: every row names both.
    #[must_use]
    pub fn told_by(mut self, provider: &str, event_id: &str) -> Self {
        self.told_by = Some((provider.to_owned(), event_id.to_owned()));
        self
    }

    /// Of a token that somebody else acts with; see [`crate::actor::Actor::acted_by`].
    #[must_use]
    pub fn acted_by(mut self, acted_by: Option<String>) -> Self {
        self.acted_by = acted_by;
        self
    }

    /// When it is done, in milliseconds since the Unix epoch.
    #[must_use]
    pub const fn now_ms(&self) -> u64 {
        self.now_ms
    }

    /// A fresh id of something that is made along the way.
    #[must_use]
    pub fn uuid(&self) -> String {
        self.ids.uuid()
    }

    /// A privileged change, with a JSON object of what changed. Of a sign-in nobody is
    /// the actor: it is the issuer that says so.
    #[must_use]
    pub fn change(&self, action: &str, resource: &str, mut changes: Value) -> Entry {
        if let (Some((provider, event)), Some(fields)) = (&self.told_by, changes.as_object_mut()) {
            fields.insert("provider".into(), provider.as_str().into());
            fields.insert("eventId".into(), event.as_str().into());
        }
        let made = (self.ids.uuid(), self.now_ms);
        let mut entry = Entry::of(made, &self.request, Kind::Change, action, resource);
        entry.acted_by.clone_from(&self.acted_by);
        entry.with(changes)
    }

    /// A session of `user` begins or ends; unless a provider tells so they do it.
    #[must_use]
    pub fn session(&self, action: &str, user: &UserId, session: &str) -> Entry {
        let changes = serde_json::json!({});
        let mut entry = self.change(action, &format!("users/{user}"), changes);
        entry.kind = Kind::Session;
        entry.session_id = Some(session.to_owned());
        entry.actor_id = self.told_by.is_none().then(|| user.clone());
        entry
    }
}
