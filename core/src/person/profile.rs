//! What a person says of themselves to others.

use super::check::Faults;
use crate::error::Problem;
use crate::id::UserId;
use serde::{Deserialize, Serialize};

/// Longest free text (biography, experience, goals), in UTF-16 code units.
pub const LONG_UTF16: usize = 2_000;
/// Longest short text (job title, company, industry), in UTF-16 code units.
pub const SHORT_UTF16: usize = 100;
/// Most languages.
pub const LANGUAGES: usize = 20;
/// Most skills.
pub const SKILLS: usize = 50;
/// Longest skill, in UTF-16 code units.
pub const SKILL_UTF16: usize = 60;

/// Where else a person is found; every address is `https`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Links {
    /// Their page at LinkedIn.
    #[cfg_attr(feature = "openapi", schema(max_length = 2000))]
    pub linkedin: Option<String>,
    /// Their page at Twitter.
    #[cfg_attr(feature = "openapi", schema(max_length = 2000))]
    pub twitter: Option<String>,
    /// Their own page.
    #[cfg_attr(feature = "openapi", schema(max_length = 2000))]
    pub website: Option<String>,
}

/// What a person says of themselves. What is left out is empty, or off.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ProfileDraft {
    /// Who they are; at most 2000 UTF-16 code units.
    #[cfg_attr(feature = "openapi", schema(max_length = 2000))]
    pub bio: Option<String>,
    /// What they have done; at most 2000 UTF-16 code units.
    #[cfg_attr(feature = "openapi", schema(max_length = 2000))]
    pub experience: Option<String>,
    /// What they are called at work; at most 100 UTF-16 code units.
    #[cfg_attr(feature = "openapi", schema(max_length = 100))]
    pub job_title: Option<String>,
    /// Where they work; at most 100 UTF-16 code units.
    #[cfg_attr(feature = "openapi", schema(max_length = 100))]
    pub company: Option<String>,
    /// In which trade; at most 100 UTF-16 code units.
    #[cfg_attr(feature = "openapi", schema(max_length = 100))]
    pub industry: Option<String>,
    /// Languages that they speak, as tags (BCP 47); at most 20.
    #[cfg_attr(feature = "openapi", schema(max_items = 20))]
    pub languages: Vec<String>,
    /// What they can do; at most 50, each of 1 to 60 UTF-16 code units.
    #[cfg_attr(feature = "openapi", schema(max_items = 50))]
    pub skills: Vec<String>,
    /// What they are after; at most 2000 UTF-16 code units.
    #[cfg_attr(feature = "openapi", schema(max_length = 2000))]
    pub goals: Option<String>,
    /// Whether they would be somebody's mentor.
    pub available_for_mentoring: bool,
    /// Whether they look for a mentor.
    pub seeking_mentorship: bool,
    /// Whether they would work on something together.
    pub open_to_collaboration: bool,
    /// Where else they are found.
    pub links: Links,
}

/// A validated profile.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewProfile(ProfileDraft);

impl NewProfile {
    /// Its fields, cleaned.
    #[must_use]
    pub const fn fields(&self) -> &ProfileDraft {
        &self.0
    }
}

impl ProfileDraft {
    /// Checks the draft; texts lose the blanks around them, and empty ones are none.
    ///
    /// # Errors
    /// `VALIDATION_ERROR` naming every field.
    pub fn validate(&self) -> Result<NewProfile, Problem> {
        let mut faults = Faults::default();
        let mut languages: Vec<String> = Vec::new();
        if self.languages.len() > LANGUAGES {
            faults.add("/languages", format!("at most {LANGUAGES} entries"));
        } else {
            for (at, tag) in self.languages.iter().enumerate() {
                let tag = faults.language(&format!("/languages/{at}"), tag);
                if !languages.contains(&tag) {
                    languages.push(tag);
                }
            }
        }
        let link = |faults: &mut Faults, name: &str, url: &Option<String>| {
            faults.https(&format!("/links/{name}"), url.as_deref())
        };
        let profile = Self {
            bio: faults.optional("/bio", self.bio.as_deref(), LONG_UTF16),
            experience: faults.optional("/experience", self.experience.as_deref(), LONG_UTF16),
            job_title: faults.optional("/jobTitle", self.job_title.as_deref(), SHORT_UTF16),
            company: faults.optional("/company", self.company.as_deref(), SHORT_UTF16),
            industry: faults.optional("/industry", self.industry.as_deref(), SHORT_UTF16),
            languages,
            skills: faults.words("/skills", &self.skills, (SKILLS, SKILL_UTF16)),
            goals: faults.optional("/goals", self.goals.as_deref(), LONG_UTF16),
            links: Links {
                linkedin: link(&mut faults, "linkedin", &self.links.linkedin),
                twitter: link(&mut faults, "twitter", &self.links.twitter),
                website: link(&mut faults, "website", &self.links.website),
            },
            ..self.clone()
        };
        faults.or(NewProfile(profile))
    }
}

/// What others see of a person.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PublicProfile {
    /// The person.
    pub id: UserId,
    /// The name shown.
    pub name: String,
    /// Their picture, an `https` address.
    pub avatar_url: Option<String>,
    /// What they say of themselves.
    pub profile: ProfileDraft,
    /// What interests them.
    pub interests: Vec<super::interest::UserInterest>,
    /// How many accepted connections they have, of any kind but following.
    #[cfg_attr(feature = "ts", ts(type = "number"))]
    pub connection_count: u64,
    /// How many meetings have ended that they had joined, written in, or are heard in.
    #[cfg_attr(feature = "ts", ts(type = "number"))]
    pub meeting_count: u64,
    /// What others make of meetings with them; null while there are no ratings.
    pub average_rating: Option<f64>,
    /// Milliseconds since the Unix epoch.
    #[cfg_attr(feature = "ts", ts(type = "number"))]
    pub created_at: u64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_profile_is_cleaned_and_may_be_empty() {
        let draft = ProfileDraft {
            bio: Some("  I draw. ".into()),
            company: Some("   ".into()),
            languages: vec!["en".into(), "pt-BR".into(), "en".into()],
            skills: vec![" ink ".into(), "ink".into()],
            ..ProfileDraft::default()
        };
        let profile = draft.validate().unwrap();
        let fields = profile.fields();
        assert_eq!(fields.bio.as_deref(), Some("I draw."));
        assert_eq!(fields.company, None);
        assert_eq!(fields.languages, ["en", "pt-BR"]);
        assert_eq!(fields.skills, ["ink"]);
        assert!(ProfileDraft::default().validate().is_ok());
    }

    #[test]
    fn every_fault_is_named_at_its_place() {
        let draft = ProfileDraft {
            bio: Some("x".repeat(LONG_UTF16 + 1)),
            job_title: Some("😀".repeat(51)),
            languages: vec!["en".into(), "nonsense!".into()],
            skills: vec!["ok".into(), " ".into()],
            links: Links {
                website: Some("http://example.org".into()),
                ..Links::default()
            },
            ..ProfileDraft::default()
        };
        let problem = draft.validate().unwrap_err();
        let mut places: Vec<_> = problem.errors.iter().map(|e| e.pointer.as_str()).collect();
        places.sort_unstable();
        let expected = [
            "/bio",
            "/jobTitle",
            "/languages/1",
            "/links/website",
            "/skills/1",
        ];
        assert_eq!(places, expected);
    }
}
