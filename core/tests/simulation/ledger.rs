//! The books: every edit that anybody made, by the unique characters (tokens) that
//! it inserted and deleted, and what became of it.

use connvo_core::id::UserId;
use connvo_core::note::{Operation, Text};
use std::collections::{BTreeMap, BTreeSet};

/// One edit, by its place in the books.
pub type EditId = usize;

/// What became of an edit, as far as its maker knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// On its way.
    Pending,
    /// Acknowledged: it must be there, once.
    Acknowledged,
    /// Lost before it left its maker: it must not be there.
    Lost,
    /// Its maker died not knowing.
    Unknown,
    /// Refused for good. A copy sent before may still arrive, once.
    Refused,
}

/// One edit.
#[derive(Debug)]
pub struct Edit {
    pub user: UserId,
    pub inserted: Vec<char>,
    pub fate: Fate,
}

/// All edits of honest clients.
#[derive(Debug, Default)]
pub struct Ledger {
    pub edits: Vec<Edit>,
    /// Tokens that came back by an undo, or that a hostile sender had its hands on:
    /// how often they are there is not known beforehand.
    pub loose: BTreeSet<char>,
    creators: BTreeMap<char, EditId>,
    deleters: BTreeMap<char, Vec<EditId>>,
    tokens: u32,
}

/// Whether a character is a token: they are alone in their planes here.
pub fn is_token(c: char) -> bool {
    matches!(u32::from(c), 0x4E00..=0x9FFF | 0x20000..=0x2A6DF)
}

impl Ledger {
    /// A character that nobody has typed before; every other one is a surrogate pair.
    pub fn token(&mut self) -> char {
        self.tokens += 1;
        let n = self.tokens;
        let code = if n.is_multiple_of(2) {
            0x4E00 + n
        } else {
            0x20000 + n
        };
        char::from_u32(code).unwrap_or('?')
    }

    /// Enters an edit that somebody makes against `before`.
    pub fn enter(&mut self, user: &UserId, op: &Operation, before: &Text) -> EditId {
        let id = self.edits.len();
        let (inserted, deleted) = tokens_of(op, before);
        for token in &inserted {
            if self.creators.contains_key(token) {
                self.loose.insert(*token);
            } else {
                self.creators.insert(*token, id);
            }
        }
        for token in &deleted {
            self.deleters.entry(*token).or_default().push(id);
        }
        self.edits.push(Edit {
            user: user.clone(),
            inserted,
            fate: Fate::Pending,
        });
        id
    }

    pub fn settle(&mut self, edits: &[EditId], fate: Fate) {
        for id in edits {
            self.edits[*id].fate = fate;
        }
    }

    /// Whether this person inserted the token, or took it back.
    pub fn may_insert(&self, user: &UserId, token: char) -> bool {
        self.loose.contains(&token)
            || self
                .creators
                .get(&token)
                .is_some_and(|id| self.edits[*id].user == *user)
    }

    /// Whether this person deleted the token.
    pub fn may_delete(&self, user: &UserId, token: char) -> bool {
        let by = self.deleters.get(&token);
        by.is_some_and(|ids| ids.iter().any(|id| self.edits[*id].user == *user))
    }

    /// The fates of the edits that deleted a token.
    pub fn deleters(&self, token: char) -> impl Iterator<Item = Fate> + '_ {
        self.deleters
            .get(&token)
            .into_iter()
            .flatten()
            .map(|id| self.edits[*id].fate)
    }
}

/// The tokens that an operation inserts, and those it deletes.
pub fn tokens_of(op: &Operation, before: &Text) -> (Vec<char>, Vec<char>) {
    let mut inserted = Vec::new();
    let mut deleted = Vec::new();
    for edit in op.edits() {
        inserted.extend(edit.insert.chars().filter(|c| is_token(*c)));
        let gone = before
            .slice(edit.base, edit.base + edit.delete)
            .unwrap_or_default();
        deleted.extend(gone.chars().filter(|c| is_token(*c)));
    }
    (inserted, deleted)
}
