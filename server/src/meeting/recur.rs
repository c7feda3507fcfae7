//! Recurrence rules (RFC 5545) of meetings, followed by the crate `rrule`. Of a series one
//! meeting is to come or runs; when it is over, the next is made at the next date of the
//! rule. What is looked for is bounded in number and in time.

use chrono::{DateTime, TimeZone, Utc};
use connvo_core::error::Problem;
use rrule::{RRule, RRuleSet, Tz, Unvalidated};

/// Most dates of a series that says how many it has.
const COUNT: u32 = 1_000;
/// How far ahead the next date is looked for, in milliseconds: ten years.
const AHEAD_MS: u64 = 10 * 366 * 24 * 60 * 60 * 1000;

/// Of what repeats, as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Series {
    /// The rule.
    pub rrule: String,
    /// Its first date, in milliseconds since the Unix epoch.
    pub starts_at: u64,
    /// IANA name of the timezone that it keeps its hour in.
    pub timezone: String,
}

impl Series {
    /// Checks the rule with its first date; answers its last, where it has one, in
    /// milliseconds since the Unix epoch.
    ///
    /// # Errors
    /// `VALIDATION_ERROR` for a rule that is none, that has more than 1000 dates, or whose
    /// first date is another.
    pub fn check(&self) -> Result<Option<u64>, Problem> {
        let bad = |said: &str| Problem::field("/rrule", format!("not a rule of RFC 5545: {said}"));
        let rule: RRule<Unvalidated> = self.rrule.parse().map_err(|_| bad("it cannot be read"))?;
        let (count, ends) = (rule.get_count(), rule.get_until().is_some());
        if count.is_some_and(|count| !(1..=COUNT).contains(&count)) {
            let most = format!("1 to {COUNT} dates; leave COUNT out for more");
            return Err(Problem::field("/rrule", most));
        }
        let set = self
            .set()
            .ok_or_else(|| bad("its parts do not fit each other"))?;
        let first = self.dates(set.clone(), self.starts_at, u64::MAX, 1);
        if first != [self.starts_at] {
            let detail = "the first time is not a date of the rule";
            return Err(Problem::field("/scheduledAt", detail));
        }
        if count.is_none() && !ends {
            return Ok(None);
        }
        let all = set.all(u16::try_from(COUNT).unwrap_or(u16::MAX));
        match (all.limited && count.is_none(), all.dates.last()) {
            (false, Some(last)) => Ok(Some(ms(last))),
            _ => Err(Problem::field(
                "/rrule",
                format!("at most {COUNT} dates until its end"),
            )),
        }
    }

    /// The first date after `after_ms`, in milliseconds since the Unix epoch; none when the
    /// rule has ended, or there is none in the ten years after.
    #[must_use]
    pub fn after(&self, after_ms: u64) -> Option<u64> {
        let to = after_ms.saturating_add(AHEAD_MS);
        self.within(after_ms.saturating_add(1), to, 1)
            .first()
            .copied()
    }

    /// The dates from `from` up to and without `to`, `most` at most, in milliseconds since
    /// the Unix epoch.
    #[must_use]
    pub fn within(&self, from: u64, to: u64, most: u16) -> Vec<u64> {
        self.set()
            .map_or_else(Vec::new, |set| self.dates(set, from, to, most))
    }

    fn dates(&self, set: RRuleSet, from: u64, to: u64, most: u16) -> Vec<u64> {
        let first = from.max(self.starts_at);
        let to = to.min(first.saturating_add(AHEAD_MS));
        let (Some(from), Some(before)) = (self.date(from), self.date(to)) else {
            return Vec::new();
        };
        let dates = set.after(from).before(before).all(most).dates;
        dates.iter().map(ms).filter(|at| *at < to).collect()
    }

    fn set(&self) -> Option<RRuleSet> {
        let rule: RRule<Unvalidated> = self.rrule.parse().ok()?;
        rule.build(self.date(self.starts_at)?).ok()
    }

    fn date(&self, at_ms: u64) -> Option<DateTime<Tz>> {
        let zone: chrono_tz::Tz = self.timezone.parse().ok()?;
        let at = i64::try_from(at_ms).ok()?;
        Tz::Tz(zone).timestamp_millis_opt(at).single()
    }

    /// The rule for a calendar, from a later date of it on: COUNT counts from the first,
    /// and becomes the last date.
    #[must_use]
    pub fn rule_from_now(&self, ends_at: Option<u64>) -> String {
        let parts = self
            .rrule
            .split(';')
            .filter(|part| !part.starts_with("COUNT="));
        let mut rule = parts.collect::<Vec<_>>().join(";");
        if let Some(ends_at) = ends_at.filter(|_| !rule.contains("UNTIL=")) {
            let ends_at = i64::try_from(ends_at).ok();
            let ends_at = ends_at.and_then(|at| Utc.timestamp_millis_opt(at).single());
            if let Some(ends_at) = ends_at {
                rule += &ends_at.format(";UNTIL=%Y%m%dT%H%M%SZ").to_string();
            }
        }
        rule
    }
}

fn ms(date: &DateTime<Tz>) -> u64 {
    u64::try_from(date.timestamp_millis()).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Monday, 18 January 2027, 09:00 in Lisbon.
    const MONDAY: u64 = 1_800_262_800_000;
    const DAY: u64 = 24 * 60 * 60 * 1000;

    fn series(rrule: &str) -> Series {
        Series {
            rrule: rrule.into(),
            starts_at: MONDAY,
            timezone: "Europe/Lisbon".into(),
        }
    }

    #[test]
    fn the_next_is_the_first_after_and_a_series_ends() {
        let three = series("FREQ=WEEKLY;COUNT=3");
        assert_eq!(three.check(), Ok(Some(MONDAY + 14 * DAY)));
        assert_eq!(three.after(MONDAY), Some(MONDAY + 7 * DAY));
        assert_eq!(three.after(MONDAY + 8 * DAY), Some(MONDAY + 14 * DAY));
        assert_eq!(three.after(MONDAY + 14 * DAY), None);
        assert_eq!(series("FREQ=WEEKLY").check(), Ok(None));
    }

    #[test]
    fn the_hour_stays_when_the_clocks_change() {
        // On 28 March 2027 Lisbon's clocks go an hour forward.
        let dates = series("FREQ=WEEKLY").within(MONDAY + 63 * DAY, MONDAY + 83 * DAY, 10);
        let hour = 60 * 60 * 1000;
        let after = [70, 77].map(|days| MONDAY + days * DAY - hour);
        assert_eq!(dates, [MONDAY + 63 * DAY, after[0], after[1]]);
    }

    #[test]
    fn a_window_is_half_open_and_bounded() {
        let daily = series("FREQ=DAILY");
        assert_eq!(daily.within(MONDAY, MONDAY + DAY, 9), [MONDAY]);
        assert_eq!(daily.within(0, u64::MAX, 5).len(), 5);
        assert_eq!(daily.within(MONDAY + 1, MONDAY + DAY, 9), [0; 0]);
    }

    #[test]
    fn what_is_no_rule_or_has_another_first_date_is_refused() {
        for (rule, pointer) in [
            ("FREQ=WEEKLY;BYDAY=XX", "/rrule"),
            ("FREQ=WEEKLY;COUNT=0", "/rrule"),
            ("FREQ=WEEKLY;COUNT=1001", "/rrule"),
            ("FREQ=DAILY;UNTIL=20990101T000000Z", "/rrule"),
            ("FREQ=WEEKLY;BYDAY=TU", "/scheduledAt"),
            ("FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30", "/scheduledAt"),
        ] {
            let refused = series(rule).check().expect_err(rule);
            assert_eq!(refused.errors[0].pointer, pointer, "{rule}");
        }
    }

    #[test]
    fn a_count_becomes_the_last_date_for_a_calendar() {
        let three = series("FREQ=WEEKLY;COUNT=3;BYDAY=MO");
        let ends_at = three.check().unwrap();
        let rule = three.rule_from_now(ends_at);
        assert_eq!(rule, "FREQ=WEEKLY;BYDAY=MO;UNTIL=20270201T090000Z");
        let until = Series {
            rrule: rule,
            ..three
        };
        assert_eq!(until.check(), Ok(ends_at));
    }
}
