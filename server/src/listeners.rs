//! Which open connections hear of a change of rights: those of the persons and in the
//! meetings that it is about.
//!
//! Law: whoever asks what somebody may has begun to hear of it before.

use crate::bus::AccessChange;
use crate::rooms::mailbox::Mailbox;
use connvo_core::id::{MeetingId, UserId};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// What is heard of.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum About {
    /// What is about everybody.
    Node,
    /// What is about a person, in whatever meeting.
    Person(UserId),
    /// What is about everybody in a meeting.
    Meeting(MeetingId),
}

impl About {
    fn of(change: &AccessChange) -> Self {
        match change {
            AccessChange::Meeting { meeting_id } => Self::Meeting(meeting_id.clone()),
            AccessChange::Member { user_id, .. }
            | AccessChange::Person { user_id }
            | AccessChange::Session { user_id, .. } => Self::Person(user_id.clone()),
            AccessChange::CutOff => Self::Node,
        }
    }
}

/// Who hears of what; cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct Listeners(Arc<Mutex<Held>>);

#[derive(Debug, Default)]
struct Held {
    mailboxes: HashMap<About, HashMap<u64, Arc<Mailbox>>>,
    last: u64,
}

/// Hears of changes; dropping it ends that.
#[derive(Debug)]
pub struct Hearing {
    listeners: Listeners,
    about: About,
    id: u64,
}

impl Listeners {
    /// From now on the mailbox has every change of this kind.
    pub fn hear(&self, about: About, mailbox: &Arc<Mailbox>) -> Hearing {
        let mut held = self.lock();
        held.last += 1;
        let id = held.last;
        let of = held.mailboxes.entry(about.clone()).or_default();
        of.insert(id, Arc::clone(mailbox));
        Hearing {
            listeners: self.clone(),
            about,
            id,
        }
    }

    /// Tells those whom a change is about.
    pub fn tell(&self, change: AccessChange) {
        let (about, change) = (About::of(&change), Arc::new(change));
        if let Some(of) = self.lock().mailboxes.get(&about) {
            of.values().for_each(|mailbox| mailbox.tell(&change));
        }
    }

    /// Tells everybody that the server goes away.
    pub fn stop(&self) {
        if let Some(all) = self.lock().mailboxes.get(&About::Node) {
            all.values().for_each(|mailbox| mailbox.stop());
        }
    }

    /// Wakes everybody, who then looks at the clock: it was set.
    pub fn wake(&self) {
        if let Some(all) = self.lock().mailboxes.get(&About::Node) {
            all.values().for_each(|mailbox| mailbox.ring());
        }
    }

    fn lock(&self) -> MutexGuard<'_, Held> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Hearing {
    fn drop(&mut self) {
        let mut held = self.listeners.lock();
        if let Some(of) = held.mailboxes.get_mut(&self.about) {
            of.remove(&self.id);
            if of.is_empty() {
                held.mailboxes.remove(&self.about);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::{Clock, Ids};

    #[test]
    fn changes_reach_those_whom_they_are_about_until_they_no_longer_listen() {
        let (all, ids) = (Listeners::default(), Ids::seeded(Clock::fixed(0), 1));
        let (meeting_id, user_id) = (ids.meeting(), ids.user());
        let [ada, bob] = [(); 2].map(|()| Arc::<Mailbox>::default());
        let heard = [
            all.hear(About::Person(user_id.clone()), &ada),
            all.hear(About::Meeting(meeting_id.clone()), &ada),
            all.hear(About::Meeting(meeting_id.clone()), &ada),
            all.hear(About::Meeting(meeting_id.clone()), &bob),
        ];
        let member = AccessChange::Member {
            meeting_id: meeting_id.clone(),
            user_id,
        };
        all.tell(member.clone());
        assert!(ada.is_urgent() && !bob.is_urgent());
        all.tell(AccessChange::Meeting { meeting_id });
        let changes = |mailbox: &Mailbox| mailbox.take().changes.held;
        assert_eq!((changes(&ada).len(), changes(&bob).len()), (2, 1));
        assert!(!ada.is_urgent() && !bob.is_urgent());
        drop(heard);
        all.tell(member);
        assert!(!ada.is_urgent());
        assert!(all.lock().mailboxes.is_empty());
    }
}
