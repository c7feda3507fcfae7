//! What a change makes of a message: asked by the server when it commits, and by the
//! browser to show it at once.

use super::{Attachment, Message, MessageEdit, MessageKind, NewMessage, REACTIONS, Reaction};
use crate::access::Role;
use crate::error::{ErrorCode, Problem};
use crate::id::{MessageId, UserId};

/// A validated change, not yet stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// Who asks; nobody when the server says something itself.
    pub by: Option<UserId>,
    /// What they are called.
    pub name: String,
    /// What they are in the meeting.
    pub role: Role,
    /// Milliseconds since the Unix epoch.
    pub at: u64,
    /// What is to become.
    pub what: What,
}

/// What is to become of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum What {
    /// There is a new one.
    Post(NewMessage),
    /// It has other words.
    Edit(MessageId, MessageEdit),
    /// Its words go; its place stays.
    Delete(MessageId),
    /// Somebody reacts with an emoji (`true`), or no longer.
    React(MessageId, String, bool),
}

impl Change {
    /// The message that it is about.
    #[must_use]
    pub const fn message_id(&self) -> &MessageId {
        match &self.what {
            What::Post(new) => &new.id,
            What::Edit(id, _) | What::Delete(id) | What::React(id, ..) => id,
        }
    }

    /// About how many bytes it holds.
    #[must_use]
    pub fn weight(&self) -> usize {
        let words = match &self.what {
            What::Post(new) => {
                let attached = new.fields.attachments.iter();
                new.fields.text.len() + attached.map(Attachment::weight).sum::<usize>()
            }
            What::Edit(_, edit) => edit.text.len(),
            What::Delete(_) | What::React(..) => 0,
        };
        512 + words
    }

    /// The other message that it has to know.
    #[must_use]
    pub const fn reply_to_id(&self) -> Option<&MessageId> {
        match &self.what {
            What::Post(new) => new.fields.reply_to_id.as_ref(),
            _ => None,
        }
    }

    /// What the message becomes; `None` when nothing changes, as for a retry. Sequences
    /// are given out by the commit.
    ///
    /// # Errors
    /// `NOT_FOUND` for a message that is not there; `FORBIDDEN` as [`may_change`] says;
    /// `CONFLICT` for one that is deleted, and for an id that is another's;
    /// `VALIDATION_ERROR` for an answer to nothing, and for too many kinds of reaction.
    pub fn apply<'a>(
        &self,
        find: impl Fn(&MessageId) -> Option<&'a Message>,
    ) -> Result<Option<Message>, Problem> {
        let found = find(self.message_id());
        if let What::Post(new) = &self.what {
            return match found {
                None => self.post(new, find).map(Some),
                Some(known) if self.repeats(known, new) => Ok(None),
                Some(_) => Err(Problem::new(ErrorCode::Conflict, "the id is taken")),
            };
        }
        let known = found.ok_or_else(|| Problem::not_found("the message"))?;
        may_change(known, self.by.as_ref(), self.role, &self.what)?;
        let mut next = known.clone();
        match &self.what {
            What::Edit(_, edit) => {
                edit.text.clone_into(&mut next.text);
                edit.mentions.clone_into(&mut next.mentions);
                if next == *known {
                    return Ok(None);
                }
                next.edited_at = Some(self.at);
            }
            What::React(_, emoji, on) => self.react(&mut next, emoji, *on)?,
            What::Delete(_) if known.deleted_at.is_none() => {
                next.text.clear();
                next.attachments.clear();
                next.mentions.clear();
                next.reactions.clear();
                next.deleted_at = Some(self.at);
            }
            What::Delete(_) | What::Post(_) => {}
        }
        if next == *known {
            return Ok(None);
        }
        next.revision = known.revision.saturating_add(1);
        Ok(Some(next))
    }

    /// Whether the message is what this call made when it came before.
    fn repeats(&self, known: &Message, new: &NewMessage) -> bool {
        let is_same = known.revision > 0
            || known.text == new.fields.text && known.reply_to_id == new.fields.reply_to_id;
        known.author_id == self.by && is_same
    }

    fn post<'a>(
        &self,
        new: &NewMessage,
        find: impl Fn(&MessageId) -> Option<&'a Message>,
    ) -> Result<Message, Problem> {
        let fields = &new.fields;
        let thread_id = match &fields.reply_to_id {
            None => None,
            Some(id) => {
                let first = find(id)
                    .ok_or_else(|| Problem::field("/replyToId", "no message of this meeting"))?;
                Some(first.thread_id.clone().unwrap_or_else(|| id.clone()))
            }
        };
        Ok(Message {
            id: new.id.clone(),
            sequence: 0,
            posted_sequence: 0,
            revision: 0,
            kind: fields.kind,
            author_id: self.by.clone(),
            author_name: self.name.clone(),
            text: fields.text.clone(),
            reply_to_id: fields.reply_to_id.clone(),
            thread_id,
            attachments: fields.attachments.clone(),
            mentions: fields.mentions.clone(),
            reactions: Vec::new(),
            edited_at: None,
            deleted_at: None,
            created_at: self.at,
        })
    }

    fn react(&self, message: &mut Message, emoji: &str, on: bool) -> Result<(), Problem> {
        let Some(by) = &self.by else { return Ok(()) };
        let known = message.reactions.iter().position(|one| one.emoji == emoji);
        match (known, on) {
            (Some(at), true) => {
                let users = &mut message.reactions[at].user_ids;
                if !users.contains(by) {
                    users.push(by.clone());
                }
            }
            (None, true) if message.reactions.len() >= REACTIONS => {
                let most = format!("at most {REACTIONS} different reactions to a message");
                return Err(Problem::field("/emoji", most));
            }
            (None, true) => message.reactions.push(Reaction {
                emoji: emoji.to_owned(),
                user_ids: vec![by.clone()],
            }),
            (Some(at), false) => {
                let users = &mut message.reactions[at].user_ids;
                users.retain(|user| user != by);
                if users.is_empty() {
                    message.reactions.remove(at);
                }
            }
            (None, false) => {}
        }
        Ok(())
    }
}

/// Whether somebody of this role may do this to a message: its author edits and deletes
/// it, host and co-host delete any, everybody who writes reacts.
///
/// # Errors
/// `FORBIDDEN`; `CONFLICT` for a message that is deleted.
pub fn may_change(
    message: &Message,
    by: Option<&UserId>,
    role: Role,
    what: &What,
) -> Result<(), Problem> {
    let is_own = message.author_id.is_some() && message.author_id.as_ref() == by;
    let (is_allowed, detail) = match what {
        What::Edit(..) => (is_own, "its author alone edits a message"),
        What::Delete(_) => (
            is_own || role >= Role::CoHost,
            "its author, host and co-host delete a message",
        ),
        What::React(..) | What::Post(_) => (true, ""),
    };
    if !is_allowed {
        return Err(Problem::new(ErrorCode::Forbidden, detail).because("role"));
    }
    let is_fixed = match what {
        What::Edit(..) => message.deleted_at.is_some() || message.kind == MessageKind::Reaction,
        What::React(..) => message.deleted_at.is_some(),
        What::Delete(_) | What::Post(_) => false,
    };
    if is_fixed {
        let detail = "the message is deleted, or a reaction: it stays as it is";
        return Err(Problem::new(ErrorCode::Conflict, detail));
    }
    Ok(())
}
