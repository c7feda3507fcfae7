//! The audit log: every privileged change, in the transaction that makes it; every
//! refusal; every session's start; what administrators read. Allowed reads of members
//! are not in it.
//!
//! Law: no text of notes or transcripts, no token, no key and no email address is ever
//! in a row: rows outlive the people whom they are about.

mod denials;
pub mod routes;
pub mod store;
mod trail;

use crate::actor::{Actor, RequestInfo};
use crate::app::App;
use connvo_core::error::{ErrorCode, Problem};
use connvo_core::id::UserId;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::sync::Arc;
use utoipa::ToSchema;

pub use denials::{Denials, write_behind};
pub use trail::Trail;

/// What kind of thing happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub enum Kind {
    /// Somebody changed something that takes a privilege.
    Change,
    /// Somebody was refused.
    Denial,
    /// A sign-in session began or ended.
    Session,
    /// An administrator read or exported something.
    Read,
}

impl Kind {
    /// The wire name, as it is stored.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Change => "change",
            Self::Denial => "denial",
            Self::Session => "session",
            Self::Read => "read",
        }
    }

    /// The kind of a wire name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Change, Self::Denial, Self::Session, Self::Read]
            .into_iter()
            .find(|kind| kind.as_str() == name)
    }
}

/// A row to be written.
#[derive(Debug, Clone)]
pub struct Entry {
    id: String,
    actor_id: Option<UserId>,
    session_id: Option<String>,
    acted_by: Option<String>,
    kind: Kind,
    resource: String,
    action: String,
    success: bool,
    reason: Option<String>,
    request: Arc<RequestInfo>,
    changes: Value,
    count: u64,
    /// Milliseconds since the Unix epoch.
    created_at: u64,
}

impl Entry {
    /// Something that the actor does to a resource, as `meetings/<id>`, and does
    /// with success. An action is a camel-case verb, as `startMeeting`.
    #[must_use]
    pub fn new(app: &App, actor: &Actor, kind: Kind, action: &str, resource: &str) -> Self {
        Self {
            actor_id: Some(actor.user_id.clone()),
            session_id: actor.session_id.clone(),
            acted_by: actor.acted_by.clone(),
            ..Self::anonymous(app, &actor.request, kind, action, resource)
        }
    }

    /// A privileged change by the actor; see [`Entry::new`].
    #[must_use]
    pub fn change(app: &App, actor: &Actor, action: &str, resource: &str) -> Self {
        Self::new(app, actor, Kind::Change, action, resource)
    }

    /// Something that nobody known does: a webhook, a caller without a good token.
    #[must_use]
    pub fn anonymous(
        app: &App,
        request: &Arc<RequestInfo>,
        kind: Kind,
        action: &str,
        resource: &str,
    ) -> Self {
        let (id, now) = (app.ids.uuid(), app.clock.now_ms());
        Self::of((id, now), request, kind, action, resource)
    }

    /// A change that the server makes by itself.
    #[must_use]
    pub fn of_server(app: &App, action: &str, resource: &str) -> Self {
        let request = RequestInfo {
            began_at_ms: app.clock.now_ms(),
            ..RequestInfo::default()
        };
        Self::anonymous(app, &Arc::new(request), Kind::Change, action, resource)
    }

    /// As [`Entry::anonymous`], with the id (a UUID, version 7) and the time
    /// (milliseconds since the Unix epoch) given.
    #[must_use]
    pub fn of(
        (id, created_at): (String, u64),
        request: &Arc<RequestInfo>,
        kind: Kind,
        action: &str,
        resource: &str,
    ) -> Self {
        Self {
            id,
            actor_id: None,
            session_id: None,
            acted_by: None,
            kind,
            resource: resource.to_owned(),
            action: action.to_owned(),
            success: true,
            reason: None,
            request: Arc::clone(request),
            changes: Value::Object(serde_json::Map::new()),
            count: 1,
            created_at,
        }
    }

    /// Its id, a UUID that nobody could know before.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Who does it, where that is somebody known.
    #[must_use]
    pub const fn actor_id(&self) -> Option<&UserId> {
        self.actor_id.as_ref()
    }

    /// By this person.
    #[must_use]
    pub fn by(mut self, user: &UserId) -> Self {
        self.actor_id = Some(user.clone());
        self
    }

    /// With what was changed: a JSON object of fields, by preference `{from, to}`.
    #[must_use]
    pub fn with(mut self, changes: Value) -> Self {
        self.changes = changes;
        self
    }

    /// With the operator's or the rules' reason.
    #[must_use]
    pub fn because(mut self, reason: impl Into<String>) -> Self {
        self.reason = Some(reason.into());
        self
    }

    /// The changes as they are stored: who acts on the actor's behalf is among them.
    fn stored_changes(&self) -> String {
        let mut changes = self.changes.clone();
        if let (Some(acted_by), Some(fields)) = (&self.acted_by, changes.as_object_mut()) {
            fields.insert("actedBy".into(), acted_by.as_str().into());
        }
        changes.to_string()
    }

    fn refused(mut self, problem: &Problem) -> Self {
        let code = || {
            serde_json::to_value(problem.code)
                .ok()?
                .as_str()
                .map(str::to_owned)
        };
        self.success = false;
        self.reason = problem.reason.clone().or_else(code);
        self
    }
}

/// What stands for an email address in a row: who knows the address can find it again
/// within its scope, as a meeting's id, and it is another in each scope. SHA-256 in hex.
#[must_use]
pub fn address_hash(scope: &str, address: &str) -> String {
    hex::encode(Sha256::digest(format!("{scope} {address}")))
}

/// Records what an administrator reads, before it is read; `asked` is what they look for.
///
/// # Errors
/// The store fails: then nothing is shown.
pub async fn read(
    app: &App,
    actor: &Actor,
    action: &str,
    resource: &str,
    asked: Value,
) -> Result<(), Problem> {
    let entry = Entry::new(app, actor, Kind::Read, action, resource).with(asked);
    Ok(store::write(&app.db, &entry).await?)
}

/// Counts a refusal of something that the actor asked for; what is not one (a
/// conflict, a bad field) is passed over. It is written within about a second.
pub fn denied(app: &App, actor: &Actor, action: &str, resource: &str, problem: &Problem) {
    if is_denial(problem) {
        let entry = Entry::new(app, actor, Kind::Denial, action, resource);
        app.denials.count(entry.refused(problem));
    }
}

/// Counts a caller whom no good token names; see [`denied`].
pub fn unauthenticated(app: &App, request: &Arc<RequestInfo>, problem: &Problem) {
    if is_denial(problem) {
        let entry = Entry::anonymous(app, request, Kind::Denial, "authenticate", "sessions");
        app.denials.count(entry.refused(problem));
    }
}

/// Counts an event of a provider that is not signed as it should be, `resource` being its
/// webhook; see [`denied`].
pub fn unsigned(app: &App, request: &Arc<RequestInfo>, resource: &str, problem: &Problem) {
    if is_denial(problem) {
        let entry = Entry::anonymous(app, request, Kind::Denial, "takeEvent", resource);
        app.denials.count(entry.refused(problem));
    }
}

const fn is_denial(problem: &Problem) -> bool {
    matches!(
        problem.code,
        ErrorCode::Unauthorized | ErrorCode::Forbidden | ErrorCode::NotFound
    )
}
