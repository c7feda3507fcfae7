//! Messages from JSON and back, field by field, for the browser's module: what is derived
//! is many times larger there (see [`crate::protocol::decode`]). The tests hold both
//! together.

use super::{Attachment, Message, MessageDraft, MessageEdit, MessageKind, Reaction};
use crate::id::{MessageId, UserId};
use crate::json::{Fields, Needed, Object};
use serde_json::Value;

impl Message {
    /// The message of a JSON value.
    #[must_use]
    pub fn from_json(value: Value) -> Option<Self> {
        let mut fields = Fields::of(value)?;
        let mut needed = Needed::default();
        let message = Self {
            id: fields.id("id")?,
            kind: MessageKind::parse(&fields.text("kind")?)?,
            sequence: needed.of(fields.number("sequence")),
            posted_sequence: needed.of(fields.number("postedSequence")),
            revision: needed.of(fields.small("revision")),
            author_id: fields.id("authorId"),
            author_name: needed.of(fields.text("authorName")),
            text: needed.of(fields.text("text")),
            reply_to_id: fields.id("replyToId"),
            thread_id: fields.id("threadId"),
            attachments: needed.of(fields.all("attachments", Attachment::from_json)),
            mentions: needed.of(fields.ids("mentions")),
            reactions: needed.of(fields.all("reactions", Reaction::from_json)),
            edited_at: fields.number("editedAt"),
            deleted_at: fields.number("deletedAt"),
            created_at: needed.of(fields.number("createdAt")),
        };
        needed.whole(message)
    }

    /// The message as JSON.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let mut object = Object::default();
        object.text("id", self.id.as_str());
        object.number("sequence", self.sequence);
        object.number("postedSequence", self.posted_sequence);
        object.number("revision", self.revision.into());
        object.text("kind", self.kind.as_str());
        object.put(
            "authorId",
            text(self.author_id.as_ref().map(UserId::as_str)),
        );
        object.text("authorName", &self.author_name);
        object.text("text", &self.text);
        object.put(
            "replyToId",
            text(self.reply_to_id.as_ref().map(MessageId::as_str)),
        );
        object.put(
            "threadId",
            text(self.thread_id.as_ref().map(MessageId::as_str)),
        );
        object.put("attachments", list(&self.attachments, Attachment::to_json));
        object.put("mentions", users(&self.mentions));
        object.put("reactions", list(&self.reactions, Reaction::to_json));
        object.put("editedAt", number(self.edited_at));
        object.put("deletedAt", number(self.deleted_at));
        object.number("createdAt", self.created_at).value()
    }
}

impl Reaction {
    fn from_json(value: Value) -> Option<Self> {
        let mut fields = Fields::of(value)?;
        Some(Self {
            emoji: fields.text("emoji")?,
            user_ids: fields.ids("userIds")?,
        })
    }

    fn to_json(&self) -> Value {
        let mut object = Object::default();
        object.text("emoji", &self.emoji);
        object.put("userIds", users(&self.user_ids)).value()
    }
}

impl Attachment {
    fn from_json(value: Value) -> Option<Self> {
        let mut fields = Fields::of(value)?;
        let mut needed = Needed::default();
        let attachment = Self {
            url: needed.of(fields.text("url")),
            name: needed.of(fields.text("name")),
            media_type: needed.of(fields.text("type")),
            size: fields.number("size"),
        };
        needed.whole(attachment)
    }

    fn to_json(&self) -> Value {
        let mut object = Object::default();
        object.text("url", &self.url).text("name", &self.name);
        object.text("type", &self.media_type);
        if let Some(size) = self.size {
            object.number("size", size);
        }
        object.value()
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

fn text(text: Option<&str>) -> Value {
    text.map_or(Value::Null, |text| Value::String(text.to_owned()))
}

fn number(number: Option<u64>) -> Value {
    number.map_or(Value::Null, Value::from)
}

fn users(ids: &[UserId]) -> Value {
    list(ids, |id| text(Some(id.as_str())))
}

fn list<T>(all: &[T], to_json: fn(&T) -> Value) -> Value {
    let mut list = Vec::with_capacity(all.len());
    for one in all {
        list.push(to_json(one));
    }
    Value::Array(list)
}
