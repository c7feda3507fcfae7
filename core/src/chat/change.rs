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

impl What {
    /// The message that it is about.
    #[must_use]
    pub const fn message_id(&self) -> &MessageId {
        match self {
            Self::Post(new) => &new.id,
            Self::Edit(id, _) | Self::Delete(id) | Self::React(id, ..) => id,
        }
    }
}

impl Change {
    /// The message that it is about.
    #[must_use]
    pub const fn message_id(&self) -> &MessageId {
        self.what.message_id()
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
    /// What [`Refused`] lists.
    pub fn apply<'a>(
        &self,
        find: impl Fn(&MessageId) -> Option<&'a Message>,
    ) -> Result<Option<Message>, Refused> {
        let found = find(self.message_id());
        if let What::Post(new) = &self.what {
            return match found {
                None => self.post(new, find).map(Some),
                Some(known) if self.repeats(known, new) => Ok(None),
                Some(_) => Err(Refused::Taken),
            };
        }
        let known = found.ok_or(Refused::Absent)?;
        self.may_change(known)?;
        let mut next = known.clone();
        let is_other = match &self.what {
            What::Edit(_, edit) => {
                let is_other = next.text != edit.text || next.mentions != edit.mentions;
                next.text = edit.text.clone();
                next.mentions = edit.mentions.clone();
                next.edited_at = Some(self.at);
                is_other
            }
            What::React(_, emoji, on) => self.react(&mut next, emoji, *on)?,
            What::Delete(_) => {
                next.text.clear();
                next.attachments.clear();
                next.mentions.clear();
                next.reactions.clear();
                next.deleted_at.replace(self.at).is_none()
            }
            What::Post(_) => false,
        };
        next.revision = known.revision.saturating_add(1);
        Ok(is_other.then_some(next))
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
    ) -> Result<Message, Refused> {
        let fields = &new.fields;
        let thread_id = match &fields.reply_to_id {
            None => None,
            Some(id) => {
                let first = find(id).filter(|first| first.kind != MessageKind::System);
                let first = first.ok_or(Refused::AnswersNothing)?;
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

    /// Whether somebody of this role may do this to a message.
    fn may_change(&self, known: &Message) -> Result<(), Refused> {
        let is_own = known.author_id.is_some() && known.author_id == self.by;
        let is_deleted = known.deleted_at.is_some();
        match self.what {
            _ if known.kind == MessageKind::System => Err(Refused::Fixed),
            What::Edit(..) if !is_own => Err(Refused::AuthorEdits),
            What::Edit(..) if is_deleted || known.kind == MessageKind::Reaction => {
                Err(Refused::Fixed)
            }
            What::Delete(_) if !is_own && self.role < Role::CoHost => Err(Refused::HostsDelete),
            What::React(..) if is_deleted => Err(Refused::Fixed),
            _ => Ok(()),
        }
    }

    /// Whether that makes the message another.
    fn react(&self, message: &mut Message, emoji: &str, on: bool) -> Result<bool, Refused> {
        let Some(by) = &self.by else { return Ok(false) };
        let all = &mut message.reactions;
        let Some(at) = all.iter().position(|one| one.emoji == emoji) else {
            if on && all.len() >= REACTIONS {
                return Err(Refused::TooManyReactions);
            }
            if on {
                all.push(Reaction {
                    emoji: emoji.to_owned(),
                    user_ids: vec![by.clone()],
                });
            }
            return Ok(on);
        };
        let users = &mut all[at].user_ids;
        match (users.iter().position(|user| user == by), on) {
            (None, true) => users.push(by.clone()),
            (Some(user), false) => {
                users.remove(user);
                if users.is_empty() {
                    all.remove(at);
                }
            }
            (Some(_), true) | (None, false) => return Ok(false),
        }
        Ok(true)
    }
}

/// Why a change is refused; the words for it are the server's alone to say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refused {
    /// `NOT_FOUND`: the message is not there.
    Absent,
    /// `CONFLICT`: the id is another message's.
    Taken,
    /// `VALIDATION_ERROR`: it answers nothing.
    AnswersNothing,
    /// `VALIDATION_ERROR`: there are too many kinds of reaction already.
    TooManyReactions,
    /// `FORBIDDEN`: nobody edits but the author.
    AuthorEdits,
    /// `FORBIDDEN`: nobody deletes but the author, host and co-host.
    HostsDelete,
    /// `CONFLICT`: the message is deleted, a reaction, or the server's.
    Fixed,
}

impl From<Refused> for Problem {
    fn from(refused: Refused) -> Self {
        let (code, detail) = match refused {
            Refused::Absent => return Self::not_found("the message"),
            Refused::AnswersNothing => {
                return Self::field("/replyToId", "no message of this meeting");
            }
            Refused::TooManyReactions => {
                let most = format!("at most {REACTIONS} different reactions to a message");
                return Self::field("/emoji", most);
            }
            Refused::AuthorEdits => (ErrorCode::Forbidden, "its author alone edits a message"),
            Refused::HostsDelete => (
                ErrorCode::Forbidden,
                "its author, host and co-host delete a message",
            ),
            Refused::Taken => (ErrorCode::Conflict, "the id is taken"),
            Refused::Fixed => (
                ErrorCode::Conflict,
                "the message is deleted, a reaction, or the server's own: it stays as it is",
            ),
        };
        let problem = Self::new(code, detail);
        match code {
            ErrorCode::Forbidden => problem.because("role"),
            _ => problem,
        }
    }
}
