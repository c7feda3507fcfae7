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
/// Most utterances whose interim chunks wait; the oldest give way.
const UTTERANCES: usize = 128;

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

/// An interim chunk: the latest of an utterance replaces the last.
#[derive(Debug, Clone)]
pub struct Interim {
    /// The subscription.
    pub sub: u32,
    /// The utterance: its source and segment.
    pub utterance: Arc<str>,
    /// The chunk, as JSON.
    pub json: Arc<str>,
}

/// What was in the box.
#[derive(Debug, Default)]
pub struct Mail {
    /// Subscriptions whose journal has grown.
    pub woken: BTreeSet<u32>,
    /// Interim chunks, one an utterance.
    pub interim: Vec<Interim>,
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

    /// Leaves an interim chunk, in the place of the utterance's last one.
    pub fn show(&self, interim: Interim) {
        let mut mail = self.lock();
        let same = |held: &Interim| held.sub == interim.sub && held.utterance == interim.utterance;
        if let Some(held) = mail.interim.iter_mut().find(|held| same(held)) {
            *held = interim;
        } else {
            if mail.interim.len() == UTTERANCES {
                mail.interim.remove(0);
            }
            mail.interim.push(interim);
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

#[cfg(test)]
mod tests {
    use super::*;

    fn interim(sub: u32, utterance: &str, text: &str) -> Interim {
        Interim {
            sub,
            utterance: utterance.into(),
            json: text.into(),
        }
    }

    #[test]
    fn interim_chatter_does_not_fill_the_box_of_a_slow_reader() {
        let mailbox = Mailbox::default();
        for at in 0..10_000 {
            mailbox.show(interim(1, "mic", &at.to_string()));
            mailbox.show(interim(2, &at.to_string(), "x"));
        }
        let mail = mailbox.take();
        assert!(!mail.overflowed);
        assert_eq!(mail.interim.len(), UTTERANCES);
        let last = mail.interim.last().map(|held| &*held.utterance);
        assert_eq!(last, Some("9999"));
    }

    #[test]
    fn the_latest_of_an_utterance_replaces_the_last_of_its_subscription_alone() {
        let mailbox = Mailbox::default();
        for (sub, text) in [(1, "he"), (2, "he"), (1, "hello")] {
            mailbox.show(interim(sub, "mic", text));
        }
        let mail = mailbox.take();
        let texts: Vec<_> = mail.interim.iter().map(|held| &*held.json).collect();
        assert_eq!(texts, ["hello", "he"]);
    }
}
