//! How long who has spoken in the meetings that are looked at while they run: the whole
//! transcript is added up once a minute, and in between what has come to it.

use connvo_core::id::MeetingId;
use connvo_core::meeting::now::SpeakingTime;
use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// How long a sum is gone on with, in milliseconds: what was corrected in the transcript
/// counts after that time at the latest.
const GOOD_MS: u64 = 60_000;

/// What was added up of a transcript.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sum {
    /// Up to this sequence.
    pub sequence: u64,
    /// By person, and by name where none is known.
    pub times: Vec<SpeakingTime>,
    /// When the whole was added up, in milliseconds since the Unix epoch.
    begun_at: u64,
    /// How often something had been forgotten then.
    forgotten: u64,
}

impl Sum {
    /// Goes on with what has come since, up to `sequence`.
    #[must_use]
    pub fn with(mut self, more: Vec<SpeakingTime>, sequence: u64) -> Self {
        for one in more {
            let is_same = |of: &&mut SpeakingTime| match (&of.user_id, &one.user_id) {
                (None, None) => of.label == one.label,
                (of, one) => of == one,
            };
            match self.times.iter_mut().find(is_same) {
                Some(of) => {
                    of.ms += one.ms;
                    of.label = one.label.max(std::mem::take(&mut of.label));
                }
                None => self.times.push(one),
            }
        }
        self.times
            .sort_by(|one, other| (other.ms, &one.label).cmp(&(one.ms, &other.label)));
        self.sequence = sequence;
        self
    }
}

/// The sums of meetings that are looked at.
#[derive(Debug, Default)]
pub struct Spoken(Mutex<Held>);

#[derive(Debug, Default)]
struct Held {
    sums: HashMap<MeetingId, Sum>,
    forgotten: u64,
}

impl Spoken {
    /// What is to be gone on with at `now_ms` (milliseconds since the Unix epoch).
    #[must_use]
    pub fn of(&self, meeting: &MeetingId, now_ms: u64) -> Sum {
        let mut held = self.lock();
        // By a clock that was set back it is of no known age.
        held.sums
            .retain(|_, sum| now_ms.abs_diff(sum.begun_at) < GOOD_MS);
        let sum = held.sums.get(meeting).cloned();
        sum.unwrap_or_else(|| Sum {
            begun_at: now_ms,
            forgotten: held.forgotten,
            ..Sum::default()
        })
    }

    /// Keeps a sum to go on with, unless something was forgotten since it was begun.
    pub fn keep(&self, meeting: &MeetingId, sum: Sum) {
        let mut held = self.lock();
        if sum.forgotten == held.forgotten {
            held.sums.insert(meeting.clone(), sum);
        }
    }

    /// Forgets a meeting's: its speakers are called something else, or nothing any more.
    pub fn forget(&self, meeting: &MeetingId) {
        let mut held = self.lock();
        held.forgotten += 1;
        held.sums.remove(meeting);
    }

    fn lock(&self) -> MutexGuard<'_, Held> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn time(user: Option<&str>, label: &str, ms: u64) -> SpeakingTime {
        SpeakingTime {
            user_id: user.map(|user| user.parse().unwrap()),
            label: label.into(),
            ms,
        }
    }

    const ADA: &str = "018f0000-0000-7000-8000-000000000001";

    #[test]
    fn a_sum_goes_on_with_what_has_come() {
        let first = vec![time(None, "Guest", 3), time(Some(ADA), "Ada", 2)];
        let sum = Sum::default().with(first, 2);
        let more = vec![
            time(Some(ADA), "Ada L", 5),
            time(None, "Other", 7),
            time(None, "Guest", 1),
        ];
        let sum = sum.with(more, 5);
        let all = [
            time(Some(ADA), "Ada L", 7),
            time(None, "Other", 7),
            time(None, "Guest", 4),
        ];
        assert_eq!((sum.times.as_slice(), sum.sequence), (&all[..], 5));
    }

    #[test]
    fn a_sum_is_begun_anew_each_minute_and_when_it_was_forgotten() {
        let (all, meeting) = (Spoken::default(), ADA.parse::<MeetingId>().unwrap());
        let sum = all.of(&meeting, 5).with(vec![time(None, "Guest", 3)], 9);
        all.keep(&meeting, sum.clone());
        assert_eq!(all.of(&meeting, 60_004), sum);
        assert_eq!(all.of(&meeting, 60_005).times, []);
        all.keep(&meeting, sum.clone());
        all.forget(&meeting);
        assert_eq!(all.of(&meeting, 6).times, []);
        all.keep(&meeting, sum);
        assert_eq!(all.of(&meeting, 6).times, [], "begun before");
    }
}
