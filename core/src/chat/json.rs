//! Messages from JSON and back, field by field, for the browser's module: what is derived
//! is many times larger there (see [`crate::protocol::decode`]). The tests hold both
//! together.

use super::{Attachment, Message, MessageDraft, MessageEdit, MessageKind, Reaction};
use crate::json::{Fields, object};
use crate::protocol::varint::SAFE_MAX;
use serde_json::Value;

impl Message {
    /// The message of a JSON value.
    #[must_use]
    pub fn from_json(value: Value) -> Option<Self> {
        let mut fields = Fields::of(value)?;
        Some(Self {
            id: fields.id("id")?,
            sequence: fields.number("sequence")?,
            posted_sequence: fields.number("postedSequence")?,
            revision: fields.small("revision")?,
            kind: MessageKind::parse(&fields.text("kind")?)?,
            author_id: fields.id("authorId"),
            author_name: fields.text("authorName")?,
            text: fields.text("text")?,
            reply_to_id: fields.id("replyToId"),
            thread_id: fields.id("threadId"),
            attachments: fields.all("attachments", Attachment::from_json)?,
            mentions: fields.ids("mentions")?,
            reactions: fields.all("reactions", |reaction| {
                let mut fields = Fields::of(reaction)?;
                Some(Reaction {
                    emoji: fields.text("emoji")?,
                    user_ids: fields.ids("userIds")?,
                })
            })?,
            edited_at: fields.number("editedAt"),
            deleted_at: fields.number("deletedAt"),
            created_at: fields.number("createdAt")?,
        })
    }

    /// The message as JSON.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let attachments = self.attachments.iter().map(Attachment::to_json).collect();
        let reactions = self.reactions.iter().map(|reaction| {
            object([
                ("emoji", text(&reaction.emoji)),
                ("userIds", list(&reaction.user_ids)),
            ])
        });
        let reactions = reactions.collect();
        object([
            ("id", text(&self.id)),
            ("sequence", self.sequence.into()),
            ("postedSequence", self.posted_sequence.into()),
            ("revision", self.revision.into()),
            ("kind", text(self.kind.as_str())),
            ("authorId", maybe(self.author_id.as_ref())),
            ("authorName", text(&self.author_name)),
            ("text", text(&self.text)),
            ("replyToId", maybe(self.reply_to_id.as_ref())),
            ("threadId", maybe(self.thread_id.as_ref())),
            ("attachments", Value::Array(attachments)),
            ("mentions", list(&self.mentions)),
            ("reactions", Value::Array(reactions)),
            ("editedAt", self.edited_at.map_or(Value::Null, Value::from)),
            (
                "deletedAt",
                self.deleted_at.map_or(Value::Null, Value::from),
            ),
            ("createdAt", self.created_at.into()),
        ])
    }
}

impl Attachment {
    fn from_json(value: Value) -> Option<Self> {
        let mut fields = Fields::of(value)?;
        Some(Self {
            url: fields.text("url")?,
            name: fields.text("name")?,
            media_type: fields.text("type")?,
            size: fields.number("size").filter(|size| *size <= SAFE_MAX),
        })
    }

    fn to_json(&self) -> Value {
        let mut attachment = object([
            ("url", text(&self.url)),
            ("name", text(&self.name)),
            ("type", text(&self.media_type)),
        ]);
        if let Some(size) = self.size {
            attachment["size"] = size.into();
        }
        attachment
    }
}

impl MessageDraft {
    /// The draft that a command holds.
    pub(crate) fn from_json(fields: &mut Fields) -> Option<Self> {
        Some(Self {
            id: fields.id("id"),
            kind: match fields.text("kind") {
                Some(kind) => MessageKind::parse(&kind)?,
                None => MessageKind::default(),
            },
            text: fields.text("text").unwrap_or_default(),
            reply_to_id: fields.id("replyToId"),
            attachments: fields
                .all("attachments", Attachment::from_json)
                .unwrap_or_default(),
            mentions: fields.ids("mentions").unwrap_or_default(),
        })
    }
}

impl MessageEdit {
    /// The edit that a command holds.
    pub(crate) fn from_json(fields: &mut Fields) -> Option<Self> {
        Some(Self {
            text: fields.text("text")?,
            mentions: fields.ids("mentions").unwrap_or_default(),
        })
    }
}

fn text(text: &(impl ToString + ?Sized)) -> Value {
    Value::String(text.to_string())
}

fn maybe<T: ToString>(value: Option<&T>) -> Value {
    value.map_or(Value::Null, text)
}

fn list<T: ToString>(values: &[T]) -> Value {
    Value::Array(values.iter().map(text).collect())
}
