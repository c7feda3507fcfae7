//! Who does something, and with which request: what every slice's function is told.

use connvo_core::id::UserId;
use std::net::IpAddr;
use std::sync::Arc;

/// Longest user agent kept, in bytes.
pub const USER_AGENT_BYTES: usize = 256;

/// The request that something is done with; of a live connection, the one that
/// opened it, with an id of its own for each command.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RequestInfo {
    /// The id that the answer carries.
    pub request_id: String,
    /// The caller's address, where the connection has one.
    pub ip: Option<IpAddr>,
    /// What the caller's program calls itself; at most [`USER_AGENT_BYTES`].
    pub user_agent: Option<String>,
    /// When it began, in milliseconds since the Unix epoch.
    pub began_at_ms: u64,
}

/// A person who has signed in and does something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Actor {
    /// The person.
    pub user_id: UserId,
    /// The sign-in session, where the issuer names one.
    pub session_id: Option<String>,
    /// Who acts on their behalf (`act` of the token, RFC 8693), as the audit log names
    /// them: by user id, or by what is no address.
    pub acted_by: Option<String>,
    /// The request that it is done with.
    pub request: Arc<RequestInfo>,
}

impl Actor {
    /// The same person's next command on a live connection.
    #[must_use]
    pub fn next_request(&self, request_id: String, began_at_ms: u64) -> Self {
        let request = RequestInfo {
            request_id,
            began_at_ms,
            ..RequestInfo::clone(&self.request)
        };
        Self {
            request: Arc::new(request),
            ..self.clone()
        }
    }
}
