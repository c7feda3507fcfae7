//! Whether many meetings write at this time.

use connvo_core::id::MeetingId;
use std::collections::{HashMap, HashSet};
use std::time::Duration;
use tokio::time::Instant;

/// How far back is looked.
const LATELY: Duration = Duration::from_millis(20);
/// Meetings that wrote lately, from which on they are a crowd. A few writers that
/// await each other's commit are not, and are never held up.
const MANY: usize = 4;

/// Who wrote lately.
#[derive(Debug, Default)]
pub(super) struct Crowd {
    wrote: HashMap<MeetingId, Instant>,
}

impl Crowd {
    /// Notes who writes; of a crowd, a few.
    pub(super) fn wrote<'a>(
        &mut self,
        meetings: impl Iterator<Item = &'a MeetingId>,
        now: Instant,
    ) {
        self.wrote.retain(|_, at| now - *at <= LATELY);
        let mut noted = 0;
        for meeting in meetings {
            if noted == MANY {
                break;
            }
            noted += usize::from(self.wrote.insert(meeting.clone(), now) != Some(now));
        }
    }

    /// Whether many wrote lately, these included.
    pub(super) fn with<'a>(
        &'a self,
        meetings: impl Iterator<Item = &'a MeetingId>,
        now: Instant,
    ) -> bool {
        let lately = self.wrote.iter().filter(|(_, at)| now - **at <= LATELY);
        let mut seen = HashSet::new();
        meetings
            .chain(lately.map(|(meeting, _)| meeting))
            .any(|meeting| seen.insert(meeting) && seen.len() >= MANY)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn meetings(count: u8) -> Vec<MeetingId> {
        let id = |at| format!("0197f7a4-5e0b-7c3a-9d2e-3f1b2a4c5d{at:02x}");
        (0..count).map(|at| id(at).parse().unwrap()).collect()
    }

    #[test]
    fn few_writers_are_no_crowd_however_often_they_write() {
        let (mut crowd, now) = (Crowd::default(), Instant::now());
        let few = meetings(MANY as u8 - 1);
        for _ in 0..100 {
            crowd.wrote(few.iter(), now);
        }
        assert!(!crowd.with(few.iter(), now));
        assert!(crowd.with(meetings(MANY as u8).iter(), now));
    }

    #[test]
    fn a_crowd_that_has_gone_is_forgotten() {
        let (mut crowd, now) = (Crowd::default(), Instant::now());
        let many = meetings(20);
        crowd.wrote(many.iter(), now);
        assert!(crowd.with(many[..1].iter(), now + LATELY));
        assert!(!crowd.with(many[..1].iter(), now + 2 * LATELY));
        crowd.wrote(std::iter::empty(), now + 2 * LATELY);
        assert!(crowd.wrote.is_empty());
    }
}
