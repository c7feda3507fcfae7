//! Who speaks for whom, and what a meeting calls its speakers. Stored chunks keep the label
//! that they came with; a map of the meeting's, from label to name, is laid over what is
//! read of them ([`Names::apply`]).

use super::{Chunk, LABEL_UTF16, NewChunk, Speaker};
use crate::access::Role;
use crate::error::{ErrorCode, Problem};
use crate::id::UserId;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Most labels of a meeting that have names.
pub const NAMES: usize = 500;

/// Whether a sender of this `role` may send the chunks: host and co-host speak for anybody,
/// others in nobody's name but their own. A label without a user id is nobody's name, and
/// anybody's to give: a room's microphone hears several voices.
///
/// # Errors
/// `FORBIDDEN` (`speaker`), naming the chunk.
pub fn may_speak_for(role: Role, own: &UserId, chunks: &[NewChunk]) -> Result<(), Problem> {
    if role >= Role::CoHost {
        return Ok(());
    }
    let others = |chunk: &NewChunk| {
        let named = chunk.fields().speaker.user_id.as_ref();
        named.is_some_and(|named| named != own)
    };
    match chunks.iter().position(others) {
        None => Ok(()),
        Some(at) => {
            let detail = format!(
                "chunk {at} names another person: a participant sends what they say themselves; \
                host and co-host send for others"
            );
            Err(Problem::new(ErrorCode::Forbidden, detail).because("speaker"))
        }
    }
}

/// Whether somebody of this `role` may rename a label, under which the people `speaking`
/// were heard (none for a voice that is nobody's): host and co-host any, others one that is
/// theirs alone.
///
/// # Errors
/// `FORBIDDEN` (`speaker`); `NOT_FOUND` where nobody was heard under it.
pub fn may_rename(role: Role, own: &UserId, speaking: &[Option<UserId>]) -> Result<(), Problem> {
    if speaking.is_empty() {
        return Err(Problem::not_found("a speaker of this label"));
    }
    let is_own = |speaker: &Option<UserId>| speaker.as_ref() == Some(own);
    if role >= Role::CoHost || speaking.iter().all(is_own) {
        return Ok(());
    }
    let detail = "host and co-host rename speakers; others only what they are called themselves";
    Err(Problem::new(ErrorCode::Forbidden, detail).because("speaker"))
}

/// What a label is to be called.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SpeakerNameDraft {
    /// The name, 1 to 100 UTF-16 code units; the label itself takes the name back.
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 100))]
    pub name: String,
}

impl SpeakerNameDraft {
    /// The name without blanks around it.
    ///
    /// # Errors
    /// `VALIDATION_ERROR` for an empty or long name, or one with control characters.
    pub fn validate(&self) -> Result<&str, Problem> {
        let name = self.name.trim();
        let length = name.encode_utf16().count();
        if length == 0 || length > LABEL_UTF16 || name.chars().any(char::is_control) {
            let message = format!("1 to {LABEL_UTF16} UTF-16 code units, on one line, are needed");
            return Err(Problem::field("/name", message));
        }
        Ok(name)
    }
}

/// A label and what the meeting calls it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SpeakerName {
    /// The label that chunks have.
    pub label: String,
    /// What is shown for it; the label itself where it has no other name.
    pub name: String,
}

/// A speaker of a transcript.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(optional_fields))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SpeakerHeard {
    /// The label that the chunks have.
    pub label: String,
    /// What is shown for it; the label itself where it has no other name.
    pub name: String,
    /// The person, where all chunks under the label are one person's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_id: Option<UserId>,
    /// How many chunks there are under it.
    #[cfg_attr(feature = "ts", ts(type = "number"))]
    pub chunks: u64,
    /// How long they take together, in milliseconds.
    #[cfg_attr(feature = "ts", ts(type = "number"))]
    pub speaking_ms: u64,
}

/// What a meeting calls its speakers: of each label that has a name, by label.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct SpeakerNames {
    /// The labels with their names.
    pub names: Vec<SpeakerName>,
}

/// What a meeting calls its speakers: names by label.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Names(BTreeMap<String, String>);

impl Names {
    /// What is shown for a label.
    #[must_use]
    pub fn of<'a>(&'a self, label: &'a str) -> &'a str {
        self.0.get(label).map_or(label, String::as_str)
    }

    /// All of them, by label.
    #[must_use]
    pub fn list(&self) -> SpeakerNames {
        let name = |(label, name): (&String, &String)| SpeakerName {
            label: label.clone(),
            name: name.clone(),
        };
        SpeakerNames {
            names: self.0.iter().map(name).collect(),
        }
    }

    /// Writes the names on chunks whose labels have one. Labels stay: done twice, it is done
    /// once.
    pub fn apply(&self, chunks: &mut [Chunk]) {
        for chunk in chunks {
            self.apply_to(&mut chunk.fields.speaker);
        }
    }

    /// Writes the name on one speaker, as [`Names::apply`].
    pub fn apply_to(&self, speaker: &mut Speaker) {
        speaker.name = self.0.get(&speaker.label).cloned();
    }
}

impl FromIterator<SpeakerName> for Names {
    fn from_iter<I: IntoIterator<Item = SpeakerName>>(names: I) -> Self {
        let pairs = names.into_iter().map(|row| (row.label, row.name));
        Self(pairs.collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::transcript::validate;
    use serde_json::json;

    fn user(at: u8) -> UserId {
        format!("0197f7a4-5e0b-7c3a-9d2e-3f1b2a4c5d{at:02x}")
            .parse()
            .unwrap()
    }

    fn said(by: Option<&UserId>) -> Vec<NewChunk> {
        let draft = json!({"sourceId": "mic", "segmentId": "1", "text": "hi", "startMs": 0,
            "endMs": 1, "speaker": {"label": "Ada", "userId": by}});
        validate(vec![serde_json::from_value(draft).unwrap()]).unwrap()
    }

    #[test]
    fn a_participant_speaks_in_no_other_name_and_a_host_in_any() {
        let (own, other) = (user(1), user(2));
        for role in Role::ALL {
            assert!(may_speak_for(role, &own, &said(None)).is_ok());
            assert!(may_speak_for(role, &own, &said(Some(&own))).is_ok());
            let mut both = said(Some(&own));
            both.extend(said(Some(&other)));
            let told = may_speak_for(role, &own, &both);
            assert_eq!(told.is_ok(), role >= Role::CoHost, "{role:?}");
            if let Err(problem) = told {
                assert_eq!(problem.code, ErrorCode::Forbidden);
                assert_eq!(problem.reason.as_deref(), Some("speaker"));
                assert!(problem.detail.contains("chunk 1"), "{}", problem.detail);
            }
        }
    }

    #[test]
    fn a_label_is_renamed_by_hosts_and_by_whose_alone_it_is() {
        let (own, other) = (user(1), user(2));
        let both = [Some(own.clone()), Some(other)];
        let nobody = [Some(own.clone()), None];
        for role in [Role::CoHost, Role::Host] {
            assert!(may_rename(role, &own, &both).is_ok());
        }
        let role = Role::Participant;
        assert!(may_rename(role, &own, &[Some(own.clone())]).is_ok());
        for speaking in [&both, &nobody] {
            let refused = may_rename(role, &own, speaking).unwrap_err();
            assert_eq!(refused.code, ErrorCode::Forbidden);
        }
        let absent = may_rename(Role::Host, &own, &[]).unwrap_err();
        assert_eq!(absent.code, ErrorCode::NotFound);
    }

    #[test]
    fn a_name_is_one_short_line() {
        let named = |name: &str| SpeakerNameDraft { name: name.into() };
        assert_eq!(named("  Ada Byron ").validate().unwrap(), "Ada Byron");
        for bad in ["", " ", "a\nb", "a\0b", &"x".repeat(101)] {
            let refused = named(bad).validate().unwrap_err();
            assert_eq!(refused.errors[0].pointer, "/name", "{bad:?}");
        }
    }

    #[test]
    fn names_are_laid_over_labels_and_labels_stay() {
        let row = |label: &str, name: &str| SpeakerName {
            label: label.into(),
            name: name.into(),
        };
        // A name that is itself another label is not followed further.
        let names: Names = [row("Speaker 1", "Ada"), row("Ada", "Grace")]
            .into_iter()
            .collect();
        let mut chunks: Vec<Chunk> = ["Speaker 1", "Ada", "Bob"]
            .iter()
            .map(|label| {
                let chunk = json!({"sequence": 1, "sourceId": "mic", "segmentId": "1",
                    "text": "hi", "startMs": 0, "endMs": 1, "speaker": {"label": label},
                    "revised": false, "wordCount": 1, "createdAt": 0});
                serde_json::from_value(chunk).unwrap()
            })
            .collect();
        names.apply(&mut chunks);
        names.apply(&mut chunks);
        let shown: Vec<_> = chunks.iter().map(|c| c.fields.speaker.shown()).collect();
        assert_eq!(shown, ["Ada", "Grace", "Bob"]);
        assert_eq!(chunks[0].fields.speaker.label, "Speaker 1");
        assert_eq!(names.of("Speaker 1"), "Ada");
    }
}
