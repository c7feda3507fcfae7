//! The note of one room: staging of changes through every door.
//!
//! Law: the document is at most one batch ahead of the committed head. A change
//! is staged on the live document, its rows are committed by the caller, and only
//! then does anything about it leave the room.

mod elsewhere;
mod operate;
mod reseed;
pub mod update;

use crate::error::{ErrorCode, Problem};
use crate::id::UserId;
use crate::limits::NoteLimits;
use crate::live::journal::{Item, Journal};
use crate::note::document::{Document, DocumentError, Refusal};
use crate::note::{NoteEntry, Operation};
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

pub use operate::{OPERATION_COMPONENTS, OPERATION_SPAN};
pub use reseed::Reseed;

/// Most client ids of one person in one note.
const CLIENTS_OF_ONE: usize = 10_000;

/// Who may extend a client id, and how far that client has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClientClaim {
    /// The client: a Yjs ClientID in decimal, or a name chosen by an op client.
    pub client_id: String,
    /// Its person; `None` for the server itself.
    pub user_id: Option<UserId>,
    /// The last of its changes that is committed.
    pub last_seq: u64,
}

/// What the store knows of a note.
#[derive(Debug, Clone, Default)]
pub struct StoredNote {
    /// The note's epoch: 1 at first.
    pub epoch: u64,
    /// The last base, if one was written.
    pub base: Option<Base>,
    /// All entries after the base.
    pub entries: Vec<NoteEntry>,
    /// All claims.
    pub clients: Vec<ClientClaim>,
}

/// A note at a sequence, to open it from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Base {
    /// The last sequence that it includes.
    pub sequence: u64,
    /// The text.
    pub text: String,
    /// The document, as a V2 update.
    pub state_v2: Vec<u8>,
}

/// What became of a change that was offered to the note.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Staged {
    /// It is the staged entry with this sequence: answer after the commit.
    Entry(u64),
    /// It changed nothing, now that everything staged is counted in: answer after
    /// the commit.
    Nothing,
    /// It was committed before, as this entry.
    Known {
        /// The sequence it has.
        sequence: u64,
        /// The operation as logged.
        operation: Operation,
    },
}

/// Why a change was not staged.
#[derive(Debug)]
pub enum NotStaged {
    /// The sender's fault; nothing changed.
    Refused(Problem),
    /// The document can no longer be trusted: drop the room and open it again.
    Broken(String),
    /// What other nodes may have committed after the head is needed first: see
    /// [`Note::absorb`].
    NeedNews,
    /// Entries from this sequence on are needed first: see [`Note::extend_back`].
    NeedEntries(u64),
    /// An older entry of this client is needed first: see [`Note::remember`].
    NeedEntry {
        /// The client.
        client_id: String,
        /// Its change.
        client_seq: u64,
    },
}

impl From<DocumentError> for NotStaged {
    fn from(error: DocumentError) -> Self {
        match error {
            DocumentError::Refused { reason, .. } => Self::Refused(refusal(&reason)),
            broken => Self::Broken(broken.to_string()),
        }
    }
}

fn refusal(reason: &Refusal) -> Problem {
    match reason {
        Refusal::Operation(_) => Problem::field("/operation", reason.to_string()),
        Refusal::ForeignClient { .. } => {
            Problem::new(ErrorCode::Forbidden, reason.to_string()).because("clientId")
        }
        Refusal::TextTooLong { .. } | Refusal::StateTooLarge { .. } => {
            Problem::new(ErrorCode::ValidationError, reason.to_string()).because("tooLong")
        }
        Refusal::Scan(_) | Refusal::BadStateVector => {
            Problem::new(ErrorCode::ValidationError, reason.to_string()).because("update")
        }
    }
}

/// A note with what is staged on it.
#[derive(Debug)]
pub struct Note {
    pub(crate) document: Document,
    epoch: u64,
    journal: Journal<NoteEntry>,
    older: Vec<NoteEntry>,
    /// From where on the store was asked for `older`.
    asked_from: Option<u64>,
    looked_up: HashMap<(String, u64), Option<NoteEntry>>,
    /// Whether the store was asked for what is after the head.
    has_news: bool,
    /// ClientIDs without a claim that were met in entries of other nodes.
    strangers: BTreeSet<u64>,
    meets_strangers: bool,
    staged: Vec<Arc<NoteEntry>>,
    claims: HashMap<String, ClientClaim>,
    touched: BTreeSet<String>,
    refused: BTreeSet<(UserId, u64)>,
    /// ClientIDs of who is connected: (watcher, person).
    present: HashMap<u64, (u64, UserId)>,
}

impl Note {
    /// Opens a note from the store, with a fresh random ClientID for the server.
    ///
    /// # Errors
    /// When base and entries do not give a document, or one of another text than the
    /// log's: start the note over ([`StoredNote::reseed`]).
    pub fn open(
        stored: StoredNote,
        client_id: u64,
        limits: NoteLimits,
    ) -> Result<Self, DocumentError> {
        let updates: Vec<&[u8]> = stored
            .entries
            .iter()
            .map(|entry| entry.update.as_slice())
            .collect();
        let state = stored.base.as_ref().map(|base| base.state_v2.as_slice());
        let document = Document::load(state, &updates, client_id, limits)?;
        if *document.text() != stored.text()? {
            return Err(DocumentError::Broken("the document has not the log's text"));
        }
        let mut journal = Journal::new(stored.base.as_ref().map_or(0, |base| base.sequence));
        for entry in stored.entries {
            journal.publish(Arc::new(Item::new(Arc::new(entry))));
        }
        let claims = stored
            .clients
            .into_iter()
            .map(|claim| (claim.client_id.clone(), claim))
            .collect();
        Ok(Self {
            document,
            epoch: stored.epoch.max(1),
            journal,
            older: Vec::new(),
            asked_from: None,
            looked_up: HashMap::new(),
            has_news: false,
            strangers: BTreeSet::new(),
            meets_strangers: false,
            staged: Vec::new(),
            claims,
            touched: BTreeSet::new(),
            refused: BTreeSet::new(),
            present: HashMap::new(),
        })
    }

    /// The committed head: the note's version.
    #[must_use]
    pub const fn head(&self) -> u64 {
        self.journal.head()
    }

    /// The ClientID that changes through the op door carry.
    #[must_use]
    pub fn client_id(&self) -> u64 {
        self.document.client_id()
    }

    /// The note's epoch.
    #[must_use]
    pub const fn epoch(&self) -> u64 {
        self.epoch
    }

    /// The document, while nothing is staged on it: what readers may see.
    #[must_use]
    pub fn committed(&self) -> Option<&Document> {
        self.staged.is_empty().then_some(&self.document)
    }

    /// The committed note started over, since its document cannot be trusted.
    /// `client_id` is fresh. `None` while something is staged.
    ///
    /// # Errors
    /// The text makes no document.
    pub fn reseed(&self, client_id: u64) -> Result<Option<Reseed>, DocumentError> {
        let Some(document) = self.committed() else {
            return Ok(None);
        };
        let known = document
            .known()
            .iter()
            .map(|(client, _)| client.to_string());
        reseed::reseed(
            document.text(),
            self.epoch,
            self.head(),
            known.collect(),
            client_id,
        )
        .map(Some)
    }

    /// The recent committed entries.
    #[must_use]
    pub const fn journal(&self) -> &Journal<NoteEntry> {
        &self.journal
    }

    /// The staged entries, which the next commit must write.
    #[must_use]
    pub fn staged(&self) -> &[Arc<NoteEntry>] {
        &self.staged
    }

    /// The claims that moved with the staged entries: the same commit writes them.
    #[must_use]
    pub fn touched(&self) -> Vec<ClientClaim> {
        self.touched
            .iter()
            .filter_map(|id| self.claims.get(id).cloned())
            .collect()
    }

    /// Whether the next commit has something to write.
    #[must_use]
    pub fn has_staged(&self) -> bool {
        !self.staged.is_empty() || !self.touched.is_empty()
    }

    /// The staged rows are committed: they become the head, and are returned for
    /// publication.
    pub fn committed_now(&mut self) -> Vec<Arc<Item<NoteEntry>>> {
        self.touched.clear();
        self.older.clear();
        self.asked_from = None;
        self.looked_up.clear();
        let items: Vec<_> = self
            .staged
            .drain(..)
            .map(|entry| Arc::new(Item::new(entry)))
            .collect();
        for item in &items {
            self.journal.publish(Arc::clone(item));
        }
        items
    }

    /// Adds the entries that the store has from `from` on, oldest first, up to the one
    /// before the journal's first: an operation's base was older than the journal.
    pub fn extend_back(&mut self, from: u64, entries: Vec<NoteEntry>) {
        self.asked_from = Some(from);
        self.older = entries;
    }

    /// Answers [`NotStaged::NeedEntry`]: the entry, or that there is none.
    pub fn remember(&mut self, client_id: String, client_seq: u64, entry: Option<NoteEntry>) {
        self.looked_up.insert((client_id, client_seq), entry);
    }

    const fn next_sequence(&self) -> u64 {
        self.journal.head() + self.staged.len() as u64 + 1
    }

    fn claim(&mut self, client_id: &str, user_id: Option<&UserId>, seq: u64) {
        let claim = self
            .claims
            .entry(client_id.to_owned())
            .or_insert_with(|| ClientClaim {
                client_id: client_id.to_owned(),
                user_id: user_id.cloned(),
                last_seq: 0,
            });
        claim.last_seq = claim.last_seq.max(seq);
        self.touched.insert(client_id.to_owned());
    }

    /// A watcher says which ClientID it writes with: while it is here nobody else may.
    /// An id is public from the first presence on, but bound by its first commit.
    pub fn join(&mut self, watcher: u64, client: u64, user: &UserId) {
        if !self.is_anothers(client, user) {
            self.present.insert(client, (watcher, user.clone()));
        }
    }

    /// A watcher has gone.
    pub fn leave(&mut self, watcher: u64) {
        self.present.retain(|_, (held_by, _)| *held_by != watcher);
    }

    /// Whether a ClientID is bound to somebody else, or somebody else is here with it.
    fn is_anothers(&self, client: u64, author: &UserId) -> bool {
        self.held_by_other(&client.to_string(), author)
            || self
                .present
                .get(&client)
                .is_some_and(|(_, user)| user != author)
    }

    /// One person's client ids are bounded: each is a row for as long as the note.
    fn check_room_for(&self, client_id: &str, author: &UserId) -> Result<(), NotStaged> {
        let held = |claim: &&ClientClaim| claim.user_id.as_ref() == Some(author);
        if self.claims.contains_key(client_id)
            || self.claims.values().filter(held).count() < CLIENTS_OF_ONE
        {
            return Ok(());
        }
        Err(NotStaged::Refused(
            Problem::new(
                ErrorCode::RateLimited,
                format!("at most {CLIENTS_OF_ONE} client ids a person in one note: go on with one of yours"),
            )
            .because("clients"),
        ))
    }

    fn held_by_other(&self, client_id: &str, author: &UserId) -> bool {
        self.claims
            .get(client_id)
            .is_some_and(|claim| claim.user_id.as_ref() != Some(author))
    }
}

fn foreign_client() -> NotStaged {
    NotStaged::Refused(
        Problem::new(
            ErrorCode::Forbidden,
            "this client id belongs to somebody else: use a fresh one",
        )
        .because("clientId"),
    )
}
