//! What callers send, and what of it is taken.

use super::{ATTACHMENTS, Attachment, EMOJI_BYTES, MENTIONS, MessageKind, TEXT_UTF16};
use crate::error::{FieldError, Problem};
use crate::id::{MessageId, UserId};
use serde::{Deserialize, Serialize};

const NAME_UTF16: usize = 200;
const URL_BYTES: usize = 2_048;
const TYPE_BYTES: usize = 127;
/// Largest whole number that JavaScript keeps.
const SIZE_MAX: u64 = (1 << 53) - 1;

/// An attachment as a caller sends it.
pub type AttachmentDraft = Attachment;

/// A message as a caller sends it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(optional_fields))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MessageDraft {
    /// A fresh UUID, which a retry repeats: it gets the message that the first made.
    /// The server chooses one where there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<MessageId>,
    /// What it is; `text` unless said. Nobody posts as `system`.
    #[serde(default)]
    #[cfg_attr(feature = "ts", ts(optional, as = "Option<MessageKind>"))]
    pub kind: MessageKind,
    /// The words; up to 4 000 UTF-16 code units, and at least one unless something is
    /// attached.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(max_length = 4000))]
    pub text: String,
    /// The message that it answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reply_to_id: Option<MessageId>,
    /// What it leads to; at most 10.
    #[serde(default)]
    #[cfg_attr(feature = "ts", ts(optional, as = "Option<Vec<Attachment>>"))]
    #[cfg_attr(feature = "openapi", schema(max_items = 10))]
    pub attachments: Vec<AttachmentDraft>,
    /// Members of the meeting who are meant to see it; at most 50.
    #[serde(default)]
    #[cfg_attr(feature = "ts", ts(optional, as = "Option<Vec<UserId>>"))]
    #[cfg_attr(feature = "openapi", schema(max_items = 50))]
    pub mentions: Vec<UserId>,
}

/// Other words for a message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(optional_fields))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MessageEdit {
    /// The words; up to 4 000 UTF-16 code units, and at least one unless something is
    /// attached.
    #[cfg_attr(feature = "openapi", schema(max_length = 4000))]
    pub text: String,
    /// Members of the meeting who are meant to see it; at most 50.
    #[serde(default)]
    #[cfg_attr(feature = "ts", ts(optional, as = "Option<Vec<UserId>>"))]
    #[cfg_attr(feature = "openapi", schema(max_items = 50))]
    pub mentions: Vec<UserId>,
}

/// A validated message, not yet stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewMessage {
    pub(super) id: MessageId,
    pub(super) fields: MessageDraft,
}

impl NewMessage {
    /// The validated fields.
    #[must_use]
    pub const fn fields(&self) -> &MessageDraft {
        &self.fields
    }
}

impl NewMessage {
    /// A message that is shown before the server has checked it; none without an id.
    pub(crate) fn unchecked(fields: MessageDraft) -> Option<Self> {
        let id = fields.id.clone()?;
        Some(Self { id, fields })
    }
}

impl MessageDraft {
    /// Checks the draft; `fresh` is its id where it has none.
    ///
    /// # Errors
    /// `VALIDATION_ERROR` naming every field that breaks a rule.
    pub fn validate(mut self, fresh: MessageId) -> Result<NewMessage, Problem> {
        let mut errors = Vec::new();
        self.text = self.text.replace('\0', "");
        check_text(&self.text, self.attachments.is_empty(), &mut errors);
        check_mentions(&self.mentions, &mut errors);
        self.mentions.sort();
        self.mentions.dedup();
        match self.kind {
            MessageKind::System => wrong(&mut errors, "/kind", "the server's alone"),
            MessageKind::Reaction if !is_emoji(&self.text) || !self.attachments.is_empty() => {
                wrong(&mut errors, "/text", "a reaction is one emoji");
            }
            MessageKind::File if self.attachments.is_empty() => {
                wrong(&mut errors, "/attachments", "a file is attached to it");
            }
            _ => {}
        }
        if self.attachments.len() > ATTACHMENTS {
            let most = format!("at most {ATTACHMENTS}");
            wrong(&mut errors, "/attachments", &most);
        }
        for (at, attachment) in self.attachments.iter_mut().enumerate().take(ATTACHMENTS) {
            check_attachment(attachment, at, &mut errors);
        }
        if !errors.is_empty() {
            return Err(Problem::invalid(errors));
        }
        Ok(NewMessage {
            id: self.id.take().unwrap_or(fresh),
            fields: self,
        })
    }
}

/// Checks other words for a message that has attachments, or none.
///
/// # Errors
/// `VALIDATION_ERROR` naming every field that breaks a rule.
pub fn validate_edit(mut edit: MessageEdit, is_bare: bool) -> Result<MessageEdit, Problem> {
    let mut errors = Vec::new();
    edit.text = edit.text.replace('\0', "");
    check_text(&edit.text, is_bare, &mut errors);
    check_mentions(&edit.mentions, &mut errors);
    edit.mentions.sort();
    edit.mentions.dedup();
    if errors.is_empty() {
        Ok(edit)
    } else {
        Err(Problem::invalid(errors))
    }
}

/// Checks what somebody reacts with.
///
/// # Errors
/// `VALIDATION_ERROR` at `pointer`.
pub fn validate_emoji(emoji: &str, pointer: &str) -> Result<(), Problem> {
    if is_emoji(emoji) {
        Ok(())
    } else {
        Err(Problem::field(pointer, "one emoji is needed"))
    }
}

/// One picture with whatever is joined to it, or one flag: by the blocks that have pictures,
/// so that newer ones than ours are taken too.
fn is_emoji(text: &str) -> bool {
    if text.len() > EMOJI_BYTES {
        return false;
    }
    let is_keycap = text.ends_with('\u{20e3}');
    let (mut pictures, mut letters, mut is_joined) = (0, 0, false);
    for c in text.chars() {
        match c {
            '\u{200d}' => is_joined = true,
            // A look, a keycap, a tone of skin, a tag: of the picture before.
            '\u{fe0f}' | '\u{20e3}' | '\u{1f3fb}'..='\u{1f3ff}' | '\u{e0020}'..='\u{e007f}' => {}
            '\u{1f1e6}'..='\u{1f1ff}' => letters += 1,
            c if is_picture(c) || is_keycap && c.is_ascii() => {
                pictures += u32::from(!std::mem::take(&mut is_joined));
            }
            _ => return false,
        }
    }
    matches!((pictures, letters), (1, 0) | (0, 2))
}

const fn is_picture(c: char) -> bool {
    matches!(c, '©' | '®' | '\u{203c}'..='\u{2bff}' | '〰' | '〽' | '㊗' | '㊙'
        | '\u{1f000}'..='\u{1faff}')
}

fn wrong(errors: &mut Vec<FieldError>, pointer: &str, message: &str) {
    errors.push(FieldError {
        pointer: pointer.into(),
        message: message.into(),
    });
}

fn check_text(text: &str, is_bare: bool, errors: &mut Vec<FieldError>) {
    let length = text.encode_utf16().count();
    if length > TEXT_UTF16 {
        let most = format!("{length} UTF-16 code units; at most {TEXT_UTF16} are allowed");
        wrong(errors, "/text", &most);
    } else if is_bare && text.trim().is_empty() {
        wrong(errors, "/text", "words are needed");
    }
}

fn check_mentions(mentions: &[UserId], errors: &mut Vec<FieldError>) {
    if mentions.len() > MENTIONS {
        wrong(errors, "/mentions", &format!("at most {MENTIONS}"));
    }
}

fn check_attachment(attachment: &mut Attachment, at: usize, errors: &mut Vec<FieldError>) {
    let mut wrong = |field: &str, message: &str| {
        wrong(errors, &format!("/attachments/{at}/{field}"), message);
    };
    let url = &attachment.url;
    let rest = url
        .strip_prefix("https://")
        .or_else(|| url.strip_prefix("http://"));
    let is_plain = |url: &str| !url.chars().any(|c| c.is_whitespace() || c.is_control());
    let has_host = |rest: &str| {
        let host = rest.split(['/', '?', '#']).next().unwrap_or("");
        !host.is_empty() && !host.ends_with('@')
    };
    if url.len() > URL_BYTES || !is_plain(url) || !rest.is_some_and(has_host) {
        wrong("url", "an http or https address of at most 2 048 bytes");
    }
    attachment.name.retain(|c| !c.is_control());
    let length = attachment.name.encode_utf16().count();
    if attachment.name.trim().is_empty() || length > NAME_UTF16 {
        wrong("name", "1 to 200 UTF-16 code units are needed");
    }
    let media = &attachment.media_type;
    let is_media = media.split_once('/').is_some_and(|(kind, of)| {
        let is_token = |part: &str| {
            let fits = |b: u8| b.is_ascii_alphanumeric() || b"!#$&-^_.+".contains(&b);
            !part.is_empty() && part.bytes().all(fits)
        };
        is_token(kind) && is_token(of)
    });
    if media.len() > TYPE_BYTES || !is_media {
        wrong("type", "a media type such as image/png");
    }
    if attachment.size.is_some_and(|size| size > SIZE_MAX) {
        wrong("size", "at most 2^53 - 1 bytes");
    }
}
