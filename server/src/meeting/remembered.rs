//! Who is what in which meeting, remembered for a moment: what most requests ask.
//!
//! Law: nothing is answered from here that was read before a change was announced.

use super::Membership;
use crate::app::AccessChange;
use connvo_core::id::{MeetingId, UserId};
use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// How long an answer is good, in milliseconds: a change on another node is seen after
/// that time at the latest.
const GOOD_MS: u64 = 1_000;
/// Memberships remembered at most.
const REMEMBERED: usize = 20_000;

/// The memberships of this node's memory.
#[derive(Default)]
pub struct Remembered(Mutex<Held>);

#[derive(Default)]
struct Held {
    members: HashMap<MeetingId, HashMap<UserId, (Membership, u64)>>,
    count: usize,
    /// Counts what was forgotten: an answer that was asked for before is not kept.
    forgotten: u64,
}

impl Remembered {
    /// What is remembered of somebody at `now_ms`.
    #[must_use]
    pub fn get(&self, user: &UserId, meeting: &MeetingId, now_ms: u64) -> Option<Membership> {
        let held = self.lock();
        let (membership, at) = held.members.get(meeting)?.get(user)?;
        (now_ms.saturating_sub(*at) < GOOD_MS).then_some(*membership)
    }

    /// How many changes there have been: asked before the store is.
    #[must_use]
    pub fn changes(&self) -> u64 {
        self.lock().forgotten
    }

    /// Remembers what the store has said at `now_ms`, unless something has changed since
    /// there were so many changes.
    pub fn keep(
        &self,
        (user, meeting): (&UserId, &MeetingId),
        membership: Membership,
        changes: u64,
        now_ms: u64,
    ) {
        let mut held = self.lock();
        if held.forgotten != changes {
            return;
        }
        if held.count >= REMEMBERED {
            held.members.clear();
            held.count = 0;
        }
        let members = held.members.entry(meeting.clone()).or_default();
        let fresh = members.insert(user.clone(), (membership, now_ms)).is_none();
        held.count += usize::from(fresh);
    }

    /// Forgets whom a change concerns.
    pub fn forget(&self, change: &AccessChange) {
        let mut held = self.lock();
        let gone = match change {
            AccessChange::Meeting { meeting_id } => {
                held.members.remove(meeting_id).map_or(0, |all| all.len())
            }
            AccessChange::Member {
                meeting_id,
                user_id,
            } => {
                let members = held.members.get_mut(meeting_id);
                usize::from(members.is_some_and(|all| all.remove(user_id).is_some()))
            }
            // Whether somebody may come in at all is asked elsewhere.
            AccessChange::Person { .. } | AccessChange::Session { .. } => return,
        };
        held.count -= gone;
        held.forgotten += 1;
    }

    fn lock(&self) -> MutexGuard<'_, Held> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use connvo_core::access::{ParticipantStatus, Role, Standing};
    use connvo_core::meeting::MeetingState;

    fn stage() -> (Remembered, UserId, MeetingId, Membership) {
        let id = "0197f7a4-5e0b-7c3a-9d2e-3f1b2a4c5d6e";
        let membership = Membership {
            standing: Standing::new(Role::Participant, ParticipantStatus::Joined),
            state: MeetingState::Active,
            ended_at: None,
        };
        let remembered = Remembered::default();
        (
            remembered,
            id.parse().unwrap(),
            id.parse().unwrap(),
            membership,
        )
    }

    #[test]
    fn what_is_remembered_is_good_for_a_moment() {
        let (all, user, meeting, membership) = stage();
        all.keep((&user, &meeting), membership, all.changes(), 5_000);
        assert_eq!(all.get(&user, &meeting, 5_999), Some(membership));
        assert_eq!(all.get(&user, &meeting, 6_000), None);
    }

    #[test]
    fn a_change_of_the_member_or_the_meeting_is_effective_at_once() {
        let (all, user, meeting, membership) = stage();
        let member = AccessChange::Member {
            meeting_id: meeting.clone(),
            user_id: user.clone(),
        };
        let whole = AccessChange::Meeting {
            meeting_id: meeting.clone(),
        };
        for change in [member, whole] {
            all.keep((&user, &meeting), membership, all.changes(), 5_000);
            assert!(all.get(&user, &meeting, 5_000).is_some());
            all.forget(&change);
            assert_eq!(all.get(&user, &meeting, 5_000), None);
        }
        assert_eq!(all.lock().count, 0);
    }

    #[test]
    fn what_was_read_before_a_change_is_not_kept_after_it() {
        let (all, user, meeting, membership) = stage();
        let before = all.changes();
        all.forget(&AccessChange::Member {
            meeting_id: meeting.clone(),
            user_id: user.clone(),
        });
        all.keep((&user, &meeting), membership, before, 5_000);
        assert_eq!(all.get(&user, &meeting, 5_000), None);
    }
}
