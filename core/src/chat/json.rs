//! Messages from JSON and back, field by field, for the browser's module: what is derived
//! is many times larger there (see [`crate::protocol::decode`]). The tests hold both
//! together.

use super::{Attachment, Message, MessageDraft, MessageEdit, MessageKind, Reaction};
use crate::id::{MessageId, UserId};
use crate::json::{Fields, Needed, Object, list};
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
            kind: match fields.any("kind") {
                Some(kind) => MessageKind::parse(kind.as_str()?)?,
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chat::view::ShownMessage;
    use serde::de::DeserializeOwned;
    use serde_json::{from_value, json, to_value};

    const ID: &str = "0197f7a4-5e0b-7c3a-9d2e-3f1b2a4c5d6e";

    fn whole() -> Value {
        json!({
            "id": ID, "sequence": (1_u64 << 53) - 1, "postedSequence": 3, "revision": u32::MAX,
            "kind": "file", "authorId": ID, "authorName": "Ada \"é😀\"", "text": "a\n\u{0}b",
            "replyToId": ID, "threadId": ID,
            "attachments": [
                {"url": "https://a.example/x", "name": "x", "type": "image/png", "size": 7},
                {"url": "https://a.example/y", "name": "", "type": "text/plain"},
            ],
            "mentions": [ID, ID],
            "reactions": [{"emoji": "👍", "userIds": [ID]}, {"emoji": "🎉", "userIds": []}],
            "editedAt": 5, "deletedAt": 6, "createdAt": 4,
        })
    }

    fn bare() -> Value {
        json!({
            "id": ID, "sequence": 0, "postedSequence": 0, "revision": 0, "kind": "system",
            "authorId": null, "authorName": "", "text": "", "replyToId": null, "threadId": null,
            "attachments": [], "mentions": [], "reactions": [],
            "editedAt": null, "deletedAt": null, "createdAt": 0,
        })
    }

    fn draft() -> Value {
        json!({
            "id": ID, "kind": "reaction", "text": "é", "replyToId": ID, "mentions": [ID],
            "attachments": [{"url": "u", "name": "n", "type": "t"}],
        })
    }

    /// The value with each field in turn away, or something odd, and the field's name.
    fn odd(value: &Value) -> Vec<(String, Value)> {
        let mut all = Vec::new();
        for name in value.as_object().unwrap().keys() {
            let mut without = value.clone();
            without.as_object_mut().unwrap().remove(name);
            all.push((name.clone(), without));
            for junk in [
                json!(null),
                json!(true),
                json!(7),
                json!(-1),
                json!(1.5),
                json!(u64::MAX),
                json!("odd"),
                json!([1]),
                json!([{}]),
                json!({}),
            ] {
                let mut other = value.clone();
                other[name] = junk;
                all.push((name.clone(), other));
            }
        }
        all
    }

    /// Both decoders give the same; what of `lenient` is odd, ours takes as absent.
    fn agree<T>(value: &Value, ours: impl Fn(Value) -> Option<T>, lenient: &[&str])
    where
        T: DeserializeOwned + PartialEq + std::fmt::Debug,
    {
        let derived = |value: &Value| from_value::<T>(value.clone()).ok();
        assert!(derived(value).is_some(), "{value}");
        assert_eq!(ours(value.clone()), derived(value), "{value}");
        for (name, mut odd) in odd(value) {
            let mut expected = derived(&odd);
            let given = ours(odd.clone());
            if expected.is_none() && lenient.contains(&name.as_str()) {
                odd.as_object_mut().unwrap().remove(&name);
                expected = derived(&odd);
            }
            assert_eq!(given, expected, "{name}: {odd}");
        }
        for junk in [json!(null), json!([]), json!("x"), json!(1)] {
            assert_eq!(ours(junk), None);
        }
    }

    #[test]
    fn a_message_is_what_the_derived_decoder_makes_of_it() {
        let optional = ["authorId", "replyToId", "threadId", "editedAt", "deletedAt"];
        for value in [whole(), bare()] {
            agree(&value, Message::from_json, &optional);
        }
        let attachment = &whole()["attachments"][0];
        agree(attachment, Attachment::from_json, &["size"]);
        agree(&whole()["reactions"][0], Reaction::from_json, &[]);
    }

    #[test]
    fn a_message_is_written_as_the_derived_encoder_writes_it() {
        for value in [whole(), bare()] {
            let message: Message = from_value(value.clone()).unwrap();
            assert_eq!(message.to_json(), value);
            assert_eq!(message.to_json(), to_value(&message).unwrap());
            for is_pending in [true, false] {
                let message = message.clone();
                let shown = ShownMessage {
                    message,
                    is_pending,
                };
                assert_eq!(shown.to_json(), to_value(&shown).unwrap());
            }
        }
    }

    #[test]
    fn drafts_and_edits_are_what_the_derived_decoder_makes_of_them() {
        let of = |value| MessageDraft::from_json(&mut Fields::of(value)?);
        let optional = ["id", "text", "replyToId", "attachments", "mentions"];
        for value in [draft(), json!({}), json!({"text": "a"})] {
            agree(&value, of, &optional);
        }
        let of = |value| MessageEdit::from_json(&mut Fields::of(value)?);
        for value in [json!({"text": "", "mentions": [ID]}), json!({"text": "a"})] {
            agree(&value, of, &["mentions"]);
        }
    }
}
