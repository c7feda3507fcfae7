//! The speaker queue: whoever raises a hand waits in line, once.

use crate::id::UserId;

/// The people who wait to speak, the first first, each once.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Queue(Vec<UserId>);

impl Queue {
    /// The line as it was kept; who stands in it twice keeps the earlier place.
    #[must_use]
    pub fn of(line: impl IntoIterator<Item = UserId>) -> Self {
        let mut queue = Self::default();
        for user in line {
            queue.raise(user);
        }
        queue
    }

    /// Who waits, the first first.
    #[must_use]
    pub fn line(&self) -> &[UserId] {
        &self.0
    }

    /// Raises a hand; false when it is up already.
    pub fn raise(&mut self, user: UserId) -> bool {
        let fresh = !self.0.contains(&user);
        if fresh {
            self.0.push(user);
        }
        fresh
    }

    /// Lowers a hand; false when it is not up.
    pub fn lower(&mut self, user: &UserId) -> bool {
        let before = self.0.len();
        self.0.retain(|one| one != user);
        self.0.len() < before
    }

    /// Whose turn it is: they wait no longer.
    pub fn take_next(&mut self) -> Option<UserId> {
        (!self.0.is_empty()).then(|| self.0.remove(0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    fn user(at: u8) -> UserId {
        format!("0197f7a4-5e0b-7c3a-9d2e-3f1b2a4c5d{at:02x}")
            .parse()
            .unwrap()
    }

    #[test]
    fn the_first_hand_up_speaks_first() {
        let mut queue = Queue::of([user(1), user(2), user(1), user(3)]);
        assert!(!queue.raise(user(2)));
        assert!(queue.lower(&user(2)) && !queue.lower(&user(2)));
        assert_eq!(queue.line(), [user(1), user(3)]);
        assert_eq!(queue.take_next(), Some(user(1)));
        assert!(queue.raise(user(1)));
        assert_eq!(
            [queue.take_next(), queue.take_next(), queue.take_next()],
            [Some(user(3)), Some(user(1)), None]
        );
    }

    proptest! {
        /// Against a model that knows for each hand when it went up.
        #[test]
        fn nobody_stands_in_line_twice_and_nobody_is_overtaken(
            steps in proptest::collection::vec((0..3_u8, 0..6_u8), 0..200)
        ) {
            let (mut queue, mut since) = (Queue::default(), BTreeMap::new());
            for (at, (step, who)) in steps.into_iter().enumerate() {
                let who = user(who);
                let first = since.iter().min_by_key(|one| *one.1).map(|one: (&UserId, _)| one.0.clone());
                match step {
                    0 => {
                        prop_assert_eq!(queue.raise(who.clone()), !since.contains_key(&who));
                        since.entry(who).or_insert(at);
                    }
                    1 => prop_assert_eq!(queue.lower(&who), since.remove(&who).is_some()),
                    _ => {
                        prop_assert_eq!(queue.take_next(), first.clone());
                        first.map(|first| since.remove(&first));
                    }
                }
                let mut line: Vec<_> = since.iter().collect();
                line.sort_by_key(|one| *one.1);
                let line: Vec<UserId> = line.into_iter().map(|one| one.0.clone()).collect();
                prop_assert_eq!(queue.line(), line);
            }
        }
    }
}
