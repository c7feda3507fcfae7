//! Every column that names a person, and what becomes of it: whether the export has it, and
//! what deletion makes of it. A test holds it against the catalogues of both databases, so
//! that no table is forgotten.

use super::export::store::Section;

/// What deletion makes of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// The row goes.
    Goes,
    /// The row stays, and another value, or none, stands in the place of this one.
    Emptied,
    /// It stays, as an id that leads to nobody.
    Stays,
    /// The row goes by itself within a day.
    Expires,
}

/// A table, a column of it that names a person, the section of the export that has its
/// rows (none where they are nothing of the person's own), and what deletion makes of it.
pub type Row = (&'static str, &'static str, Option<Section>, Fate);

use Fate::{Emptied, Expires, Goes, Stays};

/// See the module.
pub const KEPT: &[Row] = &[
    ("users", "id", Some(Section::User), Stays),
    ("users", "subject", None, Emptied),
    ("users", "email", Some(Section::User), Emptied),
    // Until the deletion is done: what is left to do of it.
    ("erasures", "user_id", None, Goes),
    ("erasures", "name", None, Goes),
    ("erasures", "email", None, Goes),
    ("erasure_meetings", "user_id", None, Goes),
    ("profiles", "user_id", Some(Section::Profile), Goes),
    ("user_interests", "user_id", Some(Section::Interest), Goes),
    (
        "connections",
        "initiator_id",
        Some(Section::Connection),
        Goes,
    ),
    (
        "connections",
        "recipient_id",
        Some(Section::Connection),
        Goes,
    ),
    (
        "org_memberships",
        "user_id",
        Some(Section::OrgMembership),
        Stays,
    ),
    ("org_invitations", "email", Some(Section::Org), Goes),
    ("sessions", "user_id", Some(Section::Session), Stays),
    ("meetings", "organizer_id", Some(Section::Meeting), Stays),
    ("participants", "user_id", Some(Section::Membership), Stays),
    ("participants", "email", Some(Section::Membership), Emptied),
    ("participants", "invited_by", None, Stays),
    // Who waits to speak just now.
    ("speaker_queue", "user_id", None, Goes),
    // Nothing but the hash of a secret.
    ("calendar_links", "user_id", None, Goes),
    // The meeting's; void without who made it.
    ("service_tokens", "created_by", None, Goes),
    ("note_log", "author_id", Some(Section::NoteEntry), Stays),
    // Which of their devices wrote what of it: told apart by nothing but a number.
    ("note_clients", "user_id", None, Stays),
    (
        "transcript_chunks",
        "speaker_user_id",
        Some(Section::TranscriptChunk),
        Emptied,
    ),
    ("messages", "author_id", Some(Section::Message), Stays),
    ("messages", "author_name", Some(Section::Message), Emptied),
    // Copies of what chunks say, made again from them.
    ("transcript_segments", "speaker_user_id", None, Goes),
    ("search_documents", "speaker_user_id", None, Goes),
    ("audit_logs", "actor_id", Some(Section::AuditRow), Stays),
    ("audit_logs", "ip", Some(Section::AuditRow), Emptied),
    ("audit_logs", "user_agent", Some(Section::AuditRow), Emptied),
    // Answers for retries of a day, which those of the first call are copies of. The
    // deletion's own receipt, which names nobody, expires with them.
    ("idempotency_keys", "scope", None, Goes),
    // Who is connected to which node; told of who may do less.
    ("node_people", "user_id", None, Expires),
    ("access_journal", "user_id", None, Expires),
    // What was used within the last minutes.
    ("rate_limits", "subject", None, Goes),
];
