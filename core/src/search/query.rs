//! The query language: words, prefixes `wor*`, phrases `"as they stand"`, and what must
//! not be there: `-word`, `-wor*`, `-"a phrase"`. Any text is a query or is refused.
//!
//! Phrases must be there. Of words and prefixes one has to be, and the more the better:
//! see [`super::rank`]. Words that say nothing count only where there are no others.

use super::token::{is_stop_word, tokens};
use crate::error::Problem;
use std::fmt::Write;

/// Longest query, in UTF-16 code units.
pub const QUERY_UTF16: usize = 1_000;
/// Most words, prefixes, phrases and exclusions in a query, and words in a phrase.
pub const CLAUSES: usize = 32;
/// Shortest prefix, in characters.
const PREFIX_CHARS: usize = 2;

/// A part of a query, in the form of [`super::token::Token`].
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Clause {
    /// A word by its stem.
    Word(String),
    /// Words that begin so.
    Prefix(String),
    /// Words that follow each other, as they stand.
    Phrase(Vec<String>),
}

/// A query that may be asked.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Query {
    /// Of which one has to be there.
    pub some: Vec<Clause>,
    /// All of which have to be there.
    pub all: Vec<Clause>,
    /// None of which may be there.
    pub none: Vec<Clause>,
    /// Stems of the phrases' words: they count when it is ranked.
    pub also: Vec<String>,
}

impl Query {
    /// Reads a query.
    ///
    /// # Errors
    /// `VALIDATION_ERROR` at `/q` where nothing is left to look for, or too much.
    pub fn parse(text: &str) -> Result<Self, Problem> {
        let refuse = |why: String| Err(Problem::field("/q", why));
        if text.encode_utf16().count() > QUERY_UTF16 {
            return refuse(format!("at most {QUERY_UTF16} UTF-16 code units"));
        }
        let mut query = Self::default();
        let mut weak = Vec::new();
        let mut rest = text.trim_start();
        while !rest.is_empty() {
            let (not, bare) = match rest.strip_prefix('-') {
                Some(bare) => (true, bare),
                None => (false, rest),
            };
            if let Some(quoted) = bare.strip_prefix('"') {
                let (inner, after) = quoted.split_once('"').unwrap_or((quoted, ""));
                query.phrase(inner, not);
                rest = after.trim_start();
            } else {
                let end = bare.find(|c: char| c.is_whitespace() || c == '"');
                let (part, after) = bare.split_at(end.unwrap_or(bare.len()));
                query.part(part, not, &mut weak)?;
                rest = after.trim_start();
            }
        }
        if query.some.is_empty() && query.all.is_empty() {
            query.some = weak;
        }
        let Self {
            some, all, none, ..
        } = &query;
        if some.is_empty() && all.is_empty() {
            let why = if none.is_empty() {
                "a word to look for is needed"
            } else {
                "a word to look for is needed beside what must not be there"
            };
            return refuse(why.into());
        }
        let words = all.iter().chain(none).map(Clause::words).max();
        if some.len() + all.len() + none.len() > CLAUSES || words > Some(CLAUSES) {
            return refuse(format!("at most {CLAUSES} words, and in a phrase"));
        }
        Ok(query)
    }

    fn phrase(&mut self, inner: &str, not: bool) {
        let found = tokens(inner);
        if found.is_empty() {
            return;
        }
        for token in &found {
            if !not && !is_stop_word(&token.word) {
                add(&mut self.also, token.stem.clone());
            }
        }
        let words = found.into_iter().map(|token| token.word).collect();
        let side = if not { &mut self.none } else { &mut self.all };
        add(side, Clause::Phrase(words));
    }

    /// What stands between blanks: mostly a word.
    fn part(&mut self, part: &str, not: bool, weak: &mut Vec<Clause>) -> Result<(), Problem> {
        let mut found = tokens(part);
        if part.ends_with('*')
            && let Some(last) = found.pop()
        {
            if last.word.chars().count() < PREFIX_CHARS {
                let why = format!("before * stand at least {PREFIX_CHARS} letters");
                return Err(Problem::field("/q", why));
            }
            let side = if not { &mut self.none } else { &mut self.some };
            add(side, Clause::Prefix(last.word));
        }
        if not && found.len() > 1 {
            self.phrase(part, not);
            return Ok(());
        }
        for token in found {
            let side = match (not, is_stop_word(&token.word)) {
                (true, _) => &mut self.none,
                (false, true) => &mut *weak,
                (false, false) => &mut self.some,
            };
            add(side, Clause::Word(token.stem));
        }
        Ok(())
    }

    /// The clauses by which documents are found, one at a time: a document is found when
    /// one of them is in it, and all that has to be, and nothing that must not.
    #[must_use]
    pub fn ways(&self) -> &[Clause] {
        if self.some.is_empty() {
            &self.all[..1]
        } else {
            &self.some
        }
    }

    /// What FTS5 is asked for documents with all of `clauses`, beside what the query says
    /// of every document. Its columns are `words` and `stems` ([`super::token::Indexed`]).
    #[must_use]
    pub fn fts5(&self, clauses: &[Clause]) -> String {
        let all: Vec<_> = clauses.iter().chain(&self.all).map(Clause::fts5).collect();
        let mut asked = format!("({})", all.join(" AND "));
        if !self.none.is_empty() {
            let none: Vec<_> = self.none.iter().map(Clause::fts5).collect();
            let _ = write!(asked, " NOT ({})", none.join(" OR "));
        }
        asked
    }

    /// The same as a `tsquery` of `PostgreSQL`.
    #[must_use]
    pub fn tsquery(&self, clauses: &[Clause]) -> String {
        let all = clauses.iter().chain(&self.all).map(Clause::tsquery);
        let none = self
            .none
            .iter()
            .map(|clause| format!("!{}", clause.tsquery()));
        let parts: Vec<_> = all.chain(none).collect();
        parts.join(" & ")
    }
}

impl Clause {
    /// Whether it stands for single words, which can be counted.
    pub(super) const fn is_one_word(&self) -> bool {
        !matches!(self, Self::Phrase(_))
    }

    fn words(&self) -> usize {
        match self {
            Self::Word(_) | Self::Prefix(_) => 1,
            Self::Phrase(words) => words.len(),
        }
    }

    // Words are letters and digits alone: nothing in them has to be escaped.
    fn fts5(&self) -> String {
        match self {
            Self::Word(stem) => format!("(stems : \"{stem}\")"),
            Self::Prefix(start) => format!("(words : \"{start}\" *)"),
            Self::Phrase(words) => format!("(words : \"{}\")", words.join(" ")),
        }
    }

    fn tsquery(&self) -> String {
        match self {
            Self::Word(stem) => format!("'{stem}'"),
            Self::Prefix(start) => format!("'={start}':*"),
            Self::Phrase(words) => {
                let words: Vec<_> = words.iter().map(|word| format!("'={word}'")).collect();
                format!("({})", words.join(" <-> "))
            }
        }
    }
}

fn add<T: PartialEq>(all: &mut Vec<T>, one: T) {
    if !all.contains(&one) {
        all.push(one);
    }
}

#[cfg(test)]
mod tests;
