//! Who is in a meeting now: by person and device, sans IO. A person is there from the first
//! thing that one of their devices opens in the meeting until they leave, or until 30
//! seconds after the last of it is closed or its socket dead.
//!
//! Several things open on one device, and several devices, are one presence. What changes
//! is told once: [`Change::Came`] and [`Change::Went`] of one person follow each other.

use crate::id::UserId;
use std::collections::BTreeMap;

/// How long somebody whose last socket is dead counts as there, in milliseconds.
pub const LINGER_MS: u64 = 30_000;
/// Most devices of one person in one meeting that are told apart; of further ones only
/// what they hold open is counted.
pub const DEVICES: usize = 32;
/// Most people in one meeting; whoever is more is not counted as there.
pub const PEOPLE: usize = 10_000;

/// What has changed for the others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// This person is there now.
    Came(UserId),
    /// This person is there no longer.
    Went(UserId),
}

/// One person's devices, each with how much it holds open.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Person {
    devices: BTreeMap<String, u32>,
    /// What devices beyond the most hold open.
    more: u32,
    /// When they count as gone, in milliseconds since the Unix epoch; none while they hold
    /// something open.
    goes_at: Option<u64>,
}

/// The people in one meeting.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Presence {
    people: BTreeMap<UserId, Person>,
}

impl Presence {
    /// A device of this person has opened something.
    pub fn came(&mut self, user: &UserId, device: &str) -> Option<Change> {
        let fresh = !self.people.contains_key(user);
        if fresh && self.people.len() >= PEOPLE {
            return None;
        }
        let person = self.people.entry(user.clone()).or_default();
        person.goes_at = None;
        if person.devices.len() < DEVICES || person.devices.contains_key(device) {
            *person.devices.entry(device.to_owned()).or_default() += 1;
        } else {
            person.more += 1;
        }
        fresh.then(|| Change::Came(user.clone()))
    }

    /// A device of this person has closed something, or its socket is dead at `now_ms`.
    pub fn went(&mut self, user: &UserId, device: &str, now_ms: u64) {
        let Some(person) = self.people.get_mut(user) else {
            return;
        };
        match person.devices.get_mut(device) {
            Some(open) if *open > 1 => *open -= 1,
            Some(_) => {
                person.devices.remove(device);
            }
            None if person.more > 0 => person.more -= 1,
            None => return,
        }
        if person.devices.is_empty() && person.more == 0 {
            person.goes_at = Some(now_ms.saturating_add(LINGER_MS));
        }
    }

    /// This person has left, or was sent away: they are gone at once, with every device.
    pub fn left(&mut self, user: &UserId) -> Option<Change> {
        self.people.remove(user).map(|_| Change::Went(user.clone()))
    }

    /// Who counts as gone at `now_ms`.
    pub fn tick(&mut self, now_ms: u64) -> Vec<Change> {
        let due = |person: &Person| person.goes_at.is_some_and(|at| at <= now_ms);
        let gone = self.people.extract_if(.., |_, person| due(person));
        gone.map(|(user, _)| Change::Went(user)).collect()
    }

    /// When the next counts as gone, in milliseconds since the Unix epoch.
    #[must_use]
    pub fn next_due(&self) -> Option<u64> {
        self.people.values().filter_map(|one| one.goes_at).min()
    }

    /// Who is there, by id.
    pub fn people(&self) -> impl Iterator<Item = &UserId> {
        self.people.keys()
    }

    /// How many devices of this person hold something open.
    #[must_use]
    pub fn devices(&self, user: &UserId) -> usize {
        self.people.get(user).map_or(0, |one| one.devices.len())
    }

    /// Whether nobody is there.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.people.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    fn user(at: u8) -> UserId {
        format!("0197f7a4-5e0b-7c3a-9d2e-3f1b2a4c5d{at:02x}")
            .parse()
            .unwrap()
    }

    #[test]
    fn a_vanished_person_goes_thirty_seconds_after_their_last_device() {
        let (mut here, ada) = (Presence::default(), user(1));
        assert_eq!(here.came(&ada, "phone"), Some(Change::Came(ada.clone())));
        assert_eq!(here.came(&ada, "laptop"), None);
        here.went(&ada, "phone", 1_000);
        assert_eq!(here.next_due(), None);
        here.went(&ada, "laptop", 2_000);
        assert_eq!(here.next_due(), Some(2_000 + LINGER_MS));
        assert_eq!(here.tick(1_999 + LINGER_MS), []);
        assert_eq!(here.tick(2_000 + LINGER_MS), [Change::Went(ada)]);
        assert!(here.is_empty());
    }

    #[test]
    fn who_comes_back_in_time_was_never_away() {
        let (mut here, ada) = (Presence::default(), user(1));
        here.came(&ada, "phone");
        here.went(&ada, "phone", 0);
        assert_eq!(here.came(&ada, "phone"), None);
        assert_eq!(here.tick(u64::MAX), []);
    }

    #[test]
    fn who_leaves_is_gone_at_once_and_their_sockets_end_without_a_word() {
        let (mut here, ada) = (Presence::default(), user(1));
        here.came(&ada, "phone");
        assert_eq!(here.left(&ada), Some(Change::Went(ada.clone())));
        here.went(&ada, "phone", 5);
        assert_eq!(here.next_due(), None);
        assert_eq!(here.left(&ada), None);
    }

    #[test]
    fn there_is_an_end_to_devices() {
        let (mut here, ada) = (Presence::default(), user(1));
        for at in 0..2 * DEVICES {
            here.came(&ada, &format!("{at:03}"));
        }
        assert_eq!(here.devices(&ada), DEVICES);
        for at in 0..2 * DEVICES {
            here.went(&ada, &format!("{at:03}"), 0);
        }
        assert_eq!(here.next_due(), Some(LINGER_MS));
    }

    /// What may happen, told by the user, the device and the milliseconds that pass.
    #[derive(Debug, Clone)]
    enum Event {
        Came(u8, u8),
        Went(u8, u8),
        Left(u8),
        Pass(u64),
    }

    fn events() -> impl Strategy<Value = Vec<Event>> {
        let event = prop_oneof![
            (0..3_u8, 0..3_u8).prop_map(|(user, device)| Event::Came(user, device)),
            (0..3_u8, 0..3_u8).prop_map(|(user, device)| Event::Went(user, device)),
            (0..3_u8).prop_map(Event::Left),
            (0..40_000_u64).prop_map(Event::Pass),
        ];
        proptest::collection::vec(event, 0..200)
    }

    proptest! {
        /// Against a model that keeps every open thing and the moment that the last ended.
        #[test]
        fn people_are_there_while_something_is_open_and_thirty_seconds_more(
            events in events()
        ) {
            let (mut here, mut now) = (Presence::default(), 0_u64);
            let mut open: Vec<(u8, u8)> = Vec::new();
            let mut last_open: BTreeMap<u8, u64> = BTreeMap::new();
            let mut told: BTreeSet<UserId> = BTreeSet::new();
            for event in events {
                let mut changes = Vec::new();
                match event {
                    Event::Came(of, device) => {
                        open.push((of, device));
                        last_open.insert(of, u64::MAX);
                        changes.extend(here.came(&user(of), &device.to_string()));
                    }
                    Event::Went(of, device) => {
                        let Some(at) = open.iter().position(|one| *one == (of, device)) else {
                            continue;
                        };
                        open.remove(at);
                        if open.iter().all(|one| one.0 != of) {
                            last_open.insert(of, now);
                        }
                        here.went(&user(of), &device.to_string(), now);
                    }
                    Event::Left(of) => {
                        open.retain(|one| one.0 != of);
                        last_open.remove(&of);
                        changes.extend(here.left(&user(of)));
                    }
                    Event::Pass(time) => {
                        now += time;
                        changes.extend(here.tick(now));
                        last_open.retain(|_, at| now < at.saturating_add(LINGER_MS));
                    }
                }
                for change in changes {
                    match change {
                        Change::Came(user) => prop_assert!(told.insert(user)),
                        Change::Went(user) => prop_assert!(told.remove(&user)),
                    }
                }
                let expected: BTreeSet<UserId> = last_open.keys().map(|of| user(*of)).collect();
                prop_assert_eq!(here.people().cloned().collect::<BTreeSet<_>>(), expected.clone());
                prop_assert_eq!(&told, &expected);
            }
        }
    }
}
