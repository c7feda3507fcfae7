//! How long transcript stays stored when less of it is shown. What a smaller plan hides is
//! there for another week, however it came to be smaller: who pays again has it back.

use super::limits::DAY_MS;

/// How long transcript is stored after it is hidden, in milliseconds.
pub const HIDDEN_MS: u64 = 7 * DAY_MS;

/// For how long an organisation is shown its transcript, or was until a short time ago.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Retention {
    /// Days that transcript is shown.
    pub days: u32,
    /// Since when it is fewer, in milliseconds since the Unix epoch; absent while it is not.
    pub ended_at: Option<u64>,
}

/// What is to be known from now on of an organisation's retentions, by days: the one in
/// force and the larger ones that ended within [`HIDDEN_MS`]. `known` is what this answered
/// before. Of an organisation of which nothing is known, everything was shown until now.
#[must_use]
pub fn retentions(known: &[Retention], days: u32, now_ms: u64) -> Vec<Retention> {
    let everything = Retention {
        days: u32::MAX,
        ended_at: Some(now_ms),
    };
    let first = known.is_empty().then_some(everything);
    let in_force = Retention {
        days,
        ended_at: None,
    };
    let larger = known.iter().copied().chain(first);
    let larger = larger.filter_map(|held| {
        let ended_at = held.ended_at.unwrap_or(now_ms);
        let stays = held.days > days && now_ms.saturating_sub(ended_at) < HIDDEN_MS;
        stays.then_some(Retention {
            ended_at: Some(ended_at),
            ..held
        })
    });
    let mut all: Vec<_> = larger.chain([in_force]).collect();
    all.sort_by_key(|held| held.days);
    all
}

/// Transcript from before this moment has been hidden for [`HIDDEN_MS`] by all of these
/// retentions, in milliseconds since the Unix epoch.
#[must_use]
pub fn stored_since(retentions: &[Retention], now_ms: u64) -> u64 {
    let days = retentions.iter().map(|held| held.days).max();
    let days = days.unwrap_or(u32::MAX);
    now_ms.saturating_sub(u64::from(days) * DAY_MS + HIDDEN_MS)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: u64 = 1_800_000_000_000;

    fn held(days: u32, ended_at: Option<u64>) -> Retention {
        Retention { days, ended_at }
    }

    #[test]
    fn a_smaller_retention_counts_a_week_after_the_larger_one_ended() {
        let pro = [held(90, None)];
        let free = retentions(&pro, 30, NOW);
        assert_eq!(free, [held(30, None), held(90, Some(NOW))]);
        // However often it is looked at, the end stays where it was.
        let later = retentions(&free, 30, NOW + HIDDEN_MS - 1);
        assert_eq!(later, free);
        assert_eq!(stored_since(&later, NOW), NOW - 97 * DAY_MS);
        let over = retentions(&later, 30, NOW + HIDDEN_MS);
        assert_eq!(over, [held(30, None)]);
        assert_eq!(stored_since(&over, NOW), NOW - 37 * DAY_MS);
    }

    #[test]
    fn a_larger_retention_that_comes_back_takes_all_smaller_ones_along() {
        let free = retentions(&[held(90, None)], 30, NOW);
        assert_eq!(retentions(&free, 90, NOW + 1), [held(90, None)]);
        assert_eq!(retentions(&free, 365, NOW + 1), [held(365, None)]);
        let middle = retentions(&free, 60, NOW + 1);
        assert_eq!(middle, [held(60, None), held(90, Some(NOW))]);
    }

    #[test]
    fn each_step_down_has_its_own_week() {
        let step = retentions(&[held(90, None)], 60, NOW);
        let step = retentions(&step, 30, NOW + DAY_MS);
        let expected = [
            held(30, None),
            held(60, Some(NOW + DAY_MS)),
            held(90, Some(NOW)),
        ];
        assert_eq!(step, expected);
        let step = retentions(&step, 30, NOW + HIDDEN_MS);
        assert_eq!(step, expected[..2]);
    }

    #[test]
    fn of_an_organisation_that_is_new_nothing_was_hidden_before() {
        let first = retentions(&[], 30, NOW);
        assert_eq!(first, [held(30, None), held(u32::MAX, Some(NOW))]);
        assert_eq!(stored_since(&first, NOW), 0);
        let week = retentions(&first, 30, NOW + HIDDEN_MS);
        assert_eq!(week, [held(30, None)]);
    }

    #[test]
    fn where_nothing_is_known_everything_stays() {
        assert_eq!(stored_since(&[], NOW), 0);
    }
}
