//! What rooms and tasks leave for one connection: wake-ups, letters, and changes of rights,
//! which go before both.
//!
//! Leaving something never waits. Letters are few by construction; a connection
//! whose box is full is closed, and resumes from its cursors.

use crate::bus::AccessChange;
use crate::driven::Driven;
use connvo_core::error::Problem;
use connvo_core::protocol::CommandReply;
use futures_util::task::AtomicWaker;
use std::collections::BTreeSet;
use std::future::poll_fn;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, Weak};
use std::task::{Context, Poll};

/// Most letters waiting.
const LETTERS: usize = 1_024;
/// Most changes of rights waiting; where there are more, everything is asked again.
const CHANGES: usize = 64;
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

/// Changes of rights.
#[derive(Debug, Default)]
pub struct Changes {
    /// What has changed, in order.
    pub held: Vec<Arc<AccessChange>>,
    /// There were more: anything may have changed.
    pub missed: bool,
}

impl Changes {
    /// Whether one of them, or one that was missed, may be such.
    pub fn any(&self, is_such: impl Fn(&AccessChange) -> bool) -> bool {
        self.missed || self.held.iter().any(|change| is_such(change))
    }

    /// Whether this node can no longer know who may do what.
    #[must_use]
    pub fn cut_off(&self) -> bool {
        let is_cut_off = |change: &Arc<AccessChange>| **change == AccessChange::CutOff;
        self.held.iter().any(is_cut_off)
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        !self.any(|_| true)
    }
}

/// What was in the box.
#[derive(Debug, Default)]
pub struct Mail {
    /// The server goes away.
    pub stops: bool,
    /// What has changed of rights; before anything else is shown, what ends with them ends.
    pub changes: Changes,
    /// Subscriptions whose journal has grown.
    pub woken: BTreeSet<u32>,
    /// Interim chunks, one an utterance.
    pub interim: Vec<Interim>,
    /// Letters, in order.
    pub letters: Vec<Letter>,
    /// Letters were lost: close the connection.
    pub overflowed: bool,
}

/// One connection's box, emptied by one task.
#[derive(Debug, Default)]
pub struct Mailbox {
    mail: Mutex<Mail>,
    is_filled: AtomicBool,
    /// Whether rights have changed, or the server goes away.
    is_urgent: AtomicBool,
    owner: AtomicWaker,
    /// The owner's task, where others may carry it on.
    driven: OnceLock<Weak<Driven>>,
    /// Whether somebody does at this moment.
    is_carried_on: AtomicBool,
}

impl Mailbox {
    /// Whoever has filled the box may carry on its owner, whose task this is.
    pub fn is_emptied_by(&self, owner: &Arc<Driven>) {
        let _ = self.driven.set(Arc::downgrade(owner));
    }

    /// A subscription's journal has grown.
    pub fn wake(&self, sub: u32) {
        if self.mark(sub) {
            self.wake_owner();
        }
    }

    /// As [`Mailbox::wake`], without waking anybody: true when the caller is to see to it
    /// that the owner goes on, by [`Mailbox::carry_on`].
    pub(super) fn mark(&self, sub: u32) -> bool {
        self.lock().woken.insert(sub) && !self.is_filled.swap(true, Ordering::SeqCst)
    }

    /// Carries the owner on here and now, or wakes it.
    pub(super) fn carry_on(&self) {
        let driven = self.driven.get().and_then(Weak::upgrade);
        let carries = |is_on| self.is_carried_on.store(is_on, Ordering::Relaxed);
        if !driven.is_some_and(|driven| driven.drive(carries)) {
            self.owner.wake();
        }
    }

    /// Whether the owner's task is carried on by somebody else at this moment. For the
    /// owner, within its task.
    #[must_use]
    pub fn is_carried_on(&self) -> bool {
        self.is_carried_on.load(Ordering::Relaxed)
    }

    /// Wakes the owner of a box that was filled.
    pub(super) fn wake_owner(&self) {
        self.owner.wake();
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
        self.ring();
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
        self.ring();
    }

    /// Rights have changed. The same change, told again, is one.
    pub fn tell(&self, change: &Arc<AccessChange>) {
        let mut mail = self.lock();
        let changes = &mut mail.changes;
        if changes.held.iter().any(|held| Arc::ptr_eq(held, change)) {
            return;
        }
        if changes.held.len() < CHANGES {
            changes.held.push(Arc::clone(change));
        } else {
            changes.missed = true;
        }
        self.is_urgent.store(true, Ordering::SeqCst);
        drop(mail);
        self.ring();
    }

    /// The server goes away.
    pub fn stop(&self) {
        let mut mail = self.lock();
        mail.stops = true;
        self.is_urgent.store(true, Ordering::SeqCst);
        drop(mail);
        self.ring();
    }

    /// Whether something is in the box that goes before everything else.
    #[must_use]
    pub fn is_urgent(&self) -> bool {
        self.is_urgent.load(Ordering::SeqCst)
    }

    /// Whether something was left since this was last ready; else the task is woken when
    /// something is. One task asks.
    pub fn poll_filled(&self, task: &Context<'_>) -> Poll<()> {
        if !self.is_filled.swap(false, Ordering::SeqCst) {
            self.owner.register(task.waker());
            if !self.is_filled.swap(false, Ordering::SeqCst) {
                return Poll::Pending;
            }
        }
        Poll::Ready(())
    }

    /// As [`Mailbox::poll_filled`], awaited.
    pub async fn filled(&self) {
        poll_fn(|task| self.poll_filled(task)).await;
    }

    /// Empties the box.
    pub fn take(&self) -> Mail {
        let mut mail = self.lock();
        self.is_urgent.store(false, Ordering::SeqCst);
        std::mem::take(&mut *mail)
    }

    /// Wakes the owner, whatever is in the box.
    pub(crate) fn ring(&self) {
        if !self.is_filled.swap(true, Ordering::SeqCst) {
            self.owner.wake();
        }
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
