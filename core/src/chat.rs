//! Chat: the messages of a meeting, what is taken, and what a change makes of them.
//!
//! The chat is a journal: a message that is edited, deleted or reacted to takes a new
//! place in it, with a higher revision, and stands in the list where it was posted.

mod change;
mod draft;
mod json;
pub mod view;

use crate::id::{MessageId, UserId};
use serde::{Deserialize, Serialize};

pub use change::{Change, Refused, What};
pub use draft::{
    AttachmentDraft, MessageDraft, MessageEdit, NewMessage, validate_edit, validate_emoji,
};

/// How long messages are kept at least, in milliseconds: 90 days.
pub const KEPT_MS: u64 = 90 * 24 * 60 * 60 * 1_000;
/// Longest text of a message, in UTF-16 code units.
pub const TEXT_UTF16: usize = 4_000;
/// Most attachments of a message.
pub const ATTACHMENTS: usize = 10;
/// Most people mentioned in a message.
pub const MENTIONS: usize = 50;
/// Most different reactions to a message.
pub const REACTIONS: usize = 30;
/// Longest reaction, in bytes: one emoji with all that may belong to it.
pub const EMOJI_BYTES: usize = 40;

/// What a message is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum MessageKind {
    /// Words.
    #[default]
    Text,
    /// Attachments, with or without words.
    File,
    /// One emoji, for the moment.
    Reaction,
    /// What the server says of the meeting: nobody's, and it stays as it is. Its text is
    /// `meetingStarted`, `meetingEnded`, `hostChanged`, `participantRemoved`,
    /// `transcriptionPaused` or `transcriptionResumed`; whom it is about is mentioned.
    System,
}

impl MessageKind {
    /// Every kind.
    pub const ALL: [Self; 4] = [Self::Text, Self::File, Self::Reaction, Self::System];

    /// The kind's wire name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::File => "file",
            Self::Reaction => "reaction",
            Self::System => "system",
        }
    }

    /// The kind of a wire name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == name)
    }
}

/// What the server says of a meeting: the text of a message of the kind `system`, in the
/// words of whoever shows it. Whom it is about, where that is somebody whom the others know,
/// is the one who is mentioned.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SystemEvent {
    /// The meeting was started, by whom is mentioned.
    MeetingStarted,
    /// It was ended, by whom is mentioned; by nobody when its time was over.
    MeetingEnded,
    /// Who is mentioned is the host now.
    HostChanged,
    /// Who is mentioned was sent away.
    ParticipantRemoved,
    /// Nothing is written down for now, as who is mentioned wants it.
    TranscriptionPaused,
    /// It is written down again, as who is mentioned wants it.
    TranscriptionResumed,
}

impl SystemEvent {
    /// Every event.
    pub const ALL: [Self; 6] = [
        Self::MeetingStarted,
        Self::MeetingEnded,
        Self::HostChanged,
        Self::ParticipantRemoved,
        Self::TranscriptionPaused,
        Self::TranscriptionResumed,
    ];

    /// The event's name on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::MeetingStarted => "meetingStarted",
            Self::MeetingEnded => "meetingEnded",
            Self::HostChanged => "hostChanged",
            Self::ParticipantRemoved => "participantRemoved",
            Self::TranscriptionPaused => "transcriptionPaused",
            Self::TranscriptionResumed => "transcriptionResumed",
        }
    }
}

/// Something that a message leads to. The file itself is kept elsewhere.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Attachment {
    /// Where it is: an http or https address.
    pub url: String,
    /// The name shown.
    pub name: String,
    /// Its media type, as `image/png`.
    #[serde(rename = "type")]
    pub media_type: String,
    /// Its size in bytes, where known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "ts", ts(optional, type = "number"))]
    pub size: Option<u64>,
}

impl Attachment {
    /// About how many bytes it holds.
    #[must_use]
    pub const fn weight(&self) -> usize {
        100 + self.url.len() + self.name.len() + self.media_type.len()
    }
}

/// Who reacted with one emoji, in the order in which they did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Reaction {
    /// The emoji.
    pub emoji: String,
    /// Who.
    pub user_ids: Vec<UserId>,
}

/// A message as it stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Message {
    /// The message's id, chosen by who posts it.
    pub id: MessageId,
    /// Place of this revision in the meeting's chat journal: 1, 2, 3 …
    #[cfg_attr(feature = "ts", ts(type = "number"))]
    pub sequence: u64,
    /// Place of the first revision: messages stand in this order.
    #[cfg_attr(feature = "ts", ts(type = "number"))]
    pub posted_sequence: u64,
    /// How often it was changed.
    pub revision: u32,
    /// What it is.
    pub kind: MessageKind,
    /// Who posted it; absent of what the server says.
    pub author_id: Option<UserId>,
    /// What the author was called then.
    pub author_name: String,
    /// The words; empty once it is deleted; of the kind `system`, what has happened.
    pub text: String,
    /// The message that it answers.
    pub reply_to_id: Option<MessageId>,
    /// The message that began the thread which it belongs to.
    pub thread_id: Option<MessageId>,
    /// What it leads to.
    pub attachments: Vec<Attachment>,
    /// Who is meant to see it; of the kind `system`, whom it is about.
    pub mentions: Vec<UserId>,
    /// Who reacted to it, and how.
    pub reactions: Vec<Reaction>,
    /// Milliseconds since the Unix epoch.
    #[cfg_attr(feature = "ts", ts(type = "number | null"))]
    pub edited_at: Option<u64>,
    /// Milliseconds since the Unix epoch.
    #[cfg_attr(feature = "ts", ts(type = "number | null"))]
    pub deleted_at: Option<u64>,
    /// Milliseconds since the Unix epoch.
    #[cfg_attr(feature = "ts", ts(type = "number"))]
    pub created_at: u64,
}

impl Message {
    /// When it last became another by words or their end, in milliseconds since the Unix
    /// epoch.
    #[must_use]
    pub fn updated_at(&self) -> u64 {
        let times = [self.edited_at, self.deleted_at, Some(self.created_at)];
        times.into_iter().flatten().max().unwrap_or(0)
    }
}

#[cfg(test)]
mod tests;
