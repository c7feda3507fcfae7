//! What people are interested in: one taxonomy for everybody, as a tree, and how well
//! somebody knows a part of it.

use super::check::Faults;
use crate::error::Problem;
use serde::{Deserialize, Serialize};

/// Most interests of one person.
pub const PER_PERSON: usize = 50;
/// Longest slug, in bytes.
const SLUG_BYTES: usize = 64;

/// One interest a line, `slug Name`, two blanks deeper below its parent.
const SEEDS: &str = include_str!("interests.txt");

/// An interest of the taxonomy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Seed {
    /// Its name in addresses: a-z, 0-9 and dashes.
    pub slug: String,
    /// Its name to people.
    pub name: String,
    /// The slug of what it is a part of.
    pub parent: Option<String>,
}

/// The taxonomy, parents before their parts.
#[must_use]
pub fn seeds() -> Vec<Seed> {
    let mut above: Vec<String> = Vec::new();
    let mut seeds = Vec::new();
    for line in SEEDS.lines() {
        let Some((slug, name)) = line.trim().split_once(' ') else {
            continue;
        };
        let depth = (line.len() - line.trim_start().len()) / 2;
        above.truncate(depth);
        seeds.push(Seed {
            slug: slug.to_owned(),
            name: name.trim().to_owned(),
            parent: above.last().cloned(),
        });
        above.push(slug.to_owned());
    }
    seeds
}

/// An interest as it is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Interest {
    /// Its name in addresses.
    pub slug: String,
    /// Its name to people.
    pub name: String,
    /// The slug of what it is a part of; null at the top.
    pub parent: Option<String>,
    /// Whether it can still be chosen.
    pub is_active: bool,
    /// How many people have it.
    #[cfg_attr(feature = "ts", ts(type = "number"))]
    pub usage_count: u64,
}

/// How well somebody knows something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Proficiency {
    /// Begins.
    Beginner,
    /// Knows their way.
    Intermediate,
    /// Knows it well.
    Advanced,
    /// Is asked by others.
    Expert,
}

impl Proficiency {
    /// Every one, the least first.
    pub const ALL: [Self; 4] = [
        Self::Beginner,
        Self::Intermediate,
        Self::Advanced,
        Self::Expert,
    ];

    /// Its wire name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Beginner => "beginner",
            Self::Intermediate => "intermediate",
            Self::Advanced => "advanced",
            Self::Expert => "expert",
        }
    }

    /// The one of a wire name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.as_str() == name)
    }
}

/// An interest of a person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct UserInterest {
    /// Which, by its slug.
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 64))]
    pub slug: String,
    /// How well they know it.
    pub proficiency: Proficiency,
}

/// All that interests a person; it takes the place of what was said before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct InterestsDraft {
    /// At most 50, each once.
    #[cfg_attr(feature = "openapi", schema(max_items = 50))]
    pub items: Vec<UserInterest>,
}

/// A person's interests, checked but for whether each exists.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewInterests(Vec<UserInterest>);

impl NewInterests {
    /// The interests, each once.
    #[must_use]
    pub fn items(&self) -> &[UserInterest] {
        &self.0
    }
}

impl InterestsDraft {
    /// Checks the draft; whether the taxonomy has each is for the store to say.
    ///
    /// # Errors
    /// `VALIDATION_ERROR` naming every field.
    pub fn validate(self) -> Result<NewInterests, Problem> {
        let mut faults = Faults::default();
        if self.items.len() > PER_PERSON {
            faults.add("/items", format!("at most {PER_PERSON} entries"));
            return faults.or(NewInterests(Vec::new()));
        }
        for (at, item) in self.items.iter().enumerate() {
            let pointer = format!("/items/{at}/slug");
            if !is_slug(&item.slug) {
                faults.add(pointer, "there is no such interest");
            } else if self.items[..at].iter().any(|other| other.slug == item.slug) {
                faults.add(pointer, "it is here twice");
            }
        }
        faults.or(NewInterests(self.items))
    }
}

fn is_slug(slug: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    (1..=SLUG_BYTES).contains(&slug.len()) && slug.bytes().all(plain)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn the_taxonomy_is_a_tree_with_parents_first() {
        let mut seen: BTreeSet<String> = BTreeSet::new();
        let seeds = seeds();
        assert!((55..=80).contains(&seeds.len()), "{}", seeds.len());
        for seed in &seeds {
            assert!(is_slug(&seed.slug) && !seed.name.is_empty(), "{seed:?}");
            let parent = seed.parent.as_ref();
            assert!(
                parent.is_none_or(|parent| seen.contains(parent)),
                "{seed:?}"
            );
            assert!(seen.insert(seed.slug.clone()), "{seed:?} is there twice");
        }
        assert!(seeds.iter().any(|seed| seed.parent.is_some()));
    }

    #[test]
    fn an_interest_is_said_once_and_of_a_form() {
        let item = |slug: &str| UserInterest {
            slug: slug.into(),
            proficiency: Proficiency::Expert,
        };
        let check = |slugs: &[&str]| {
            let items = slugs.iter().map(|slug| item(slug)).collect();
            InterestsDraft { items }.validate()
        };
        assert_eq!(check(&["rust", "music"]).unwrap().items().len(), 2);
        for (slugs, place) in [
            (&["rust", "rust"][..], "/items/1/slug"),
            (&["Rust"], "/items/0/slug"),
            (&[""], "/items/0/slug"),
        ] {
            assert_eq!(check(slugs).unwrap_err().errors[0].pointer, place);
        }
        assert!(check(&["rust"; PER_PERSON + 1]).is_err());
    }

    #[test]
    fn proficiency_is_in_order() {
        assert!(Proficiency::ALL.is_sorted());
        for one in Proficiency::ALL {
            assert_eq!(Proficiency::parse(one.as_str()), Some(one));
        }
    }
}
