//! What rooms and tasks leave for one connection: wake-ups and letters.
//!
//! Leaving something never waits. Letters are few by construction; a connection
//! whose box is full is closed, and resumes from its cursors.

use connvo_core::error::Problem;
use connvo_core::protocol::CommandReply;
use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::Notify;

/// Most letters waiting.
const LETTERS: usize = 1_024;

/// Something for one connection alone, or of the moment.
#[derive(Debug)]
pub enum Letter {
    /// Changes that needed no entry.
    Acknowledge {
        /// The subscription.
        sub: u32,
        /// Which client made them.
        client_id: u64,
        /// All up to this one.
        client_seq: u64,
    },
    /// A change was refused for good.
    Refuse {
        /// The subscription.
        sub: u32,
        /// Which client made it.
        client_id: u64,
        /// Which change.
        client_seq: u64,
        /// Why.
        problem: Problem,
    },
    /// Presence in a note.
    Presence {
        /// The subscription.
        sub: u32,
        /// The awareness update.
        bytes: Arc<[u8]>,
    },
    /// An interim chunk, as JSON.
    Volatile {
        /// The subscription.
        sub: u32,
        /// The chunk.
        json: Arc<str>,
    },
    /// A call was carried out.
    Replied {
        /// The call.
        id: u64,
        /// Its answer.
        result: Result<CommandReply, Problem>,
    },
    /// The subscription's room is gone.
    Gone {
        /// The subscription.
        sub: u32,
    },
}

/// What was in the box.
#[derive(Debug, Default)]
pub struct Mail {
    /// Subscriptions whose journal has grown.
    pub woken: BTreeSet<u32>,
    /// Letters, in order.
    pub letters: Vec<Letter>,
    /// Letters were lost: close the connection.
    pub overflowed: bool,
}

/// One connection's box.
#[derive(Debug, Default)]
pub struct Mailbox {
    mail: Mutex<Mail>,
    notify: Notify,
}

impl Mailbox {
    /// A subscription's journal has grown.
    pub fn wake(&self, sub: u32) {
        if self.lock().woken.insert(sub) {
            self.notify.notify_one();
        }
    }

    /// Leaves a letter.
    pub fn leave(&self, letter: Letter) {
        let mut mail = self.lock();
        if mail.letters.len() < LETTERS {
            mail.letters.push(letter);
        } else {
            mail.overflowed = true;
        }
        drop(mail);
        self.notify.notify_one();
    }

    /// Waits until something is in the box.
    pub async fn filled(&self) {
        self.notify.notified().await;
    }

    /// Empties the box.
    pub fn take(&self) -> Mail {
        std::mem::take(&mut *self.lock())
    }

    fn lock(&self) -> MutexGuard<'_, Mail> {
        self.mail.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
