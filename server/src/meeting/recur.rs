//! Recurrence rules (RFC 5545) of meetings, followed by the crate `rrule`. Of a series one
//! meeting is to come or runs; when it is over, the next is made at the next date of the
//! rule. What is looked for is bounded in number and in time.

use chrono::{DateTime, TimeZone, Utc};
use connvo_core::error::Problem;
use connvo_core::meeting::SeriesDate;
use rrule::{RRule, RRuleSet, Tz, Unvalidated};
use std::collections::BTreeMap;

/// Most dates of a series that says how many it has.
const COUNT: u32 = 1_000;
/// How far ahead the next date is looked for, in milliseconds: ten years.
const AHEAD_MS: u64 = 10 * 366 * DAY_MS;
const DAY_MS: u64 = 24 * 60 * 60 * 1000;
/// Most dates of a series that are not as its rule has them.
const CHANGES: usize = 100;
/// How far back the date before one is looked for: most rules have one soon.
const BACK_MS: [u64; 5] = [DAY_MS / 24, 2 * DAY_MS, 64 * DAY_MS, 800 * DAY_MS, AHEAD_MS];

/// Of what repeats, as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Series {
    /// The rule.
    pub rrule: String,
    /// Its first date, in milliseconds since the Unix epoch.
    pub starts_at: u64,
    /// IANA name of the timezone that it keeps its hour in.
    pub timezone: String,
    /// What is not as the rule has it.
    pub changes: DateChanges,
}

/// For dates of a rule, when they are instead, or nothing where they are called off; in
/// milliseconds since the Unix epoch.
pub type DateChanges = BTreeMap<u64, Option<u64>>;

impl Series {
    /// A rule as a meeting has it, whose zone is UTC where it names none.
    #[must_use]
    pub fn new(rrule: String, starts_at: u64, timezone: Option<String>) -> Self {
        Self {
            rrule,
            starts_at,
            timezone: timezone.unwrap_or_else(|| "UTC".into()),
            changes: DateChanges::new(),
        }
    }

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
        let first = self.of_set(set.clone(), (self.starts_at, u64::MAX), 1);
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

    /// The first date after `date` that is later than `now_ms`; none when the rule has
    /// ended, or there is none in ten years.
    #[must_use]
    pub fn next(&self, date: u64, now_ms: u64) -> Option<SeriesDate> {
        let later = self.changes.range(date.saturating_add(1)..);
        let moved = later
            .map(|(date, at)| dated(*date, *at))
            .find(|date| date.scheduled_at > Some(now_ms));
        let from = date.max(now_ms).saturating_add(1);
        let ruled = self.ruled(from, u64::MAX, self.room_for(1));
        let kept = ruled.into_iter().find(|at| !self.changes.contains_key(at));
        let kept = kept.map(|at| dated(at, Some(at)));
        [moved, kept]
            .into_iter()
            .flatten()
            .min_by_key(|date| date.occurrence_at)
    }

    /// The latest date from `first` on and before `date` that is not called off.
    fn before(&self, first: u64, date: u64) -> Option<SeriesDate> {
        BACK_MS.into_iter().find_map(|back| {
            let from = first.max(date.saturating_sub(back));
            let dates = self.dates(from, date, u16::MAX);
            dates.into_iter().rfind(|one| one.scheduled_at.is_some())
        })
    }

    /// The dates of the rule from `from` up to and without `to`, `most` at most.
    #[must_use]
    pub fn dates(&self, from: u64, to: u64, most: u16) -> Vec<SeriesDate> {
        let ruled = self.ruled(from, to, most).into_iter();
        ruled
            .map(|at| dated(at, self.changes.get(&at).copied().unwrap_or(Some(at))))
            .collect()
    }

    /// When it is, of the dates after `date`: from `from` up to and without `to`, `most`
    /// times at most, in milliseconds since the Unix epoch.
    #[must_use]
    pub fn within(&self, date: u64, (from, to): (u64, u64), most: u16) -> Vec<u64> {
        let first = date.saturating_add(1);
        let mut times = self.ruled(from.max(first), to, self.room_for(most));
        times.retain(|at| !self.changes.contains_key(at));
        let moved = self.changes.range(first..).filter_map(|(_, at)| *at);
        times.extend(moved.filter(|at| (from..to).contains(at)));
        times.sort_unstable();
        times.truncate(usize::from(most));
        times
    }

    /// Moves a date that comes after the date `own`, where the meeting itself is at
    /// `own_at`, or calls it off.
    ///
    /// # Errors
    /// `VALIDATION_ERROR` at `/occurrenceAt` for what is no such date, and for more than
    /// 100 changes; at `/scheduledAt` for a time that is not between the dates around it.
    pub fn changed(
        mut self,
        (own, own_at): (u64, u64),
        date: u64,
        at: Option<u64>,
    ) -> Result<Self, Problem> {
        let wrong = |detail: &str| Problem::field("/occurrenceAt", detail);
        if date <= own || self.ruled(date, date.saturating_add(1), 1) != [date] {
            return Err(wrong("a date of its series that comes after its own"));
        }
        if at == Some(date) {
            self.changes.remove(&date);
        } else if self.changes.len() >= CHANGES && !self.changes.contains_key(&date) {
            return Err(wrong("at most 100 dates of a series are otherwise"));
        } else {
            self.changes.insert(date, at);
        }
        let before = self.before(own.saturating_add(1), date);
        let before = before.and_then(|one| one.scheduled_at).unwrap_or(own_at);
        let next = self.next(date, 0).and_then(|one| one.scheduled_at);
        let fits = |at: u64| at > before && next.is_none_or(|next| at < next);
        if at.is_some_and(|at| !fits(at)) {
            let detail = "between the dates of its series before and after it";
            return Err(Problem::field("/scheduledAt", detail));
        }
        Ok(self)
    }

    /// How many dates of the rule to look at, so that `most` of them are unchanged.
    fn room_for(&self, most: u16) -> u16 {
        let changed = u16::try_from(self.changes.len()).unwrap_or(u16::MAX);
        most.saturating_add(changed)
    }

    fn ruled(&self, from: u64, to: u64, most: u16) -> Vec<u64> {
        self.set()
            .map_or_else(Vec::new, |set| self.of_set(set, (from, to), most))
    }

    fn of_set(&self, set: RRuleSet, (from, to): (u64, u64), most: u16) -> Vec<u64> {
        let first = from.max(self.starts_at);
        let to = to.min(first.saturating_add(AHEAD_MS));
        let (Some(from), Some(before)) = (self.date(first), self.date(to)) else {
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
    pub fn rule_from_now(&self) -> String {
        let (counts, parts): (Vec<_>, Vec<_>) = self
            .rrule
            .split(';')
            .partition(|part| part.starts_with("COUNT="));
        let mut rule = parts.join(";");
        let ends_at = self.check().ok().flatten().filter(|_| !counts.is_empty());
        let ends_at = ends_at.and_then(|at| i64::try_from(at).ok());
        if let Some(at) = ends_at.and_then(|at| Utc.timestamp_millis_opt(at).single()) {
            rule += &at.format(";UNTIL=%Y%m%dT%H%M%SZ").to_string();
        }
        rule
    }
}

const fn dated(date: u64, at: Option<u64>) -> SeriesDate {
    SeriesDate {
        occurrence_at: date,
        scheduled_at: at,
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
    const DAY: u64 = DAY_MS;
    const HOUR: u64 = DAY / 24;

    fn series(rrule: &str) -> Series {
        Series {
            rrule: rrule.into(),
            starts_at: MONDAY,
            timezone: "Europe/Lisbon".into(),
            changes: DateChanges::new(),
        }
    }

    /// Days after the first Monday, and at which of them.
    fn next(of: &Series, date: u64, now: u64) -> Option<(u64, u64)> {
        let next = of.next(MONDAY + date * DAY, MONDAY + now * DAY)?;
        let days = |at: u64| (at - MONDAY) / DAY;
        Some((days(next.occurrence_at), days(next.scheduled_at?)))
    }

    #[test]
    fn the_next_is_the_first_after_and_a_series_ends() {
        let three = series("FREQ=WEEKLY;COUNT=3");
        assert_eq!(three.check(), Ok(Some(MONDAY + 14 * DAY)));
        assert_eq!(next(&three, 0, 0), Some((7, 7)));
        assert_eq!(next(&three, 0, 8), Some((14, 14)));
        assert_eq!(next(&three, 14, 0), None);
        assert_eq!(series("FREQ=WEEKLY").check(), Ok(None));
    }

    #[test]
    fn what_was_called_off_is_passed_over_and_what_was_moved_is_when_it_was_moved_to() {
        let own = (MONDAY, MONDAY);
        let weekly = series("FREQ=WEEKLY;COUNT=4");
        let off = weekly.changed(own, MONDAY + 7 * DAY, None).unwrap();
        assert_eq!(next(&off, 0, 0), Some((14, 14)));
        // Where one is called off there is room for the next.
        let early = Some(MONDAY + 5 * DAY);
        let both = off.changed(own, MONDAY + 14 * DAY, early).unwrap();
        assert_eq!(next(&both, 0, 0), Some((14, 5)));
        // Moved to later, it is to come although its date is past.
        let late = both.changed(own, MONDAY + 14 * DAY, Some(MONDAY + 16 * DAY));
        let late = late.unwrap();
        assert_eq!(next(&late, 0, 15), Some((14, 16)));
        assert_eq!(next(&late, 0, 16), Some((21, 21)));
        let window = (MONDAY, MONDAY + 30 * DAY);
        let times = [16, 21].map(|days| MONDAY + days * DAY);
        assert_eq!(late.within(MONDAY, window, 9), times);
        assert_eq!(late.within(MONDAY, window, 1), times[..1]);
        let dates = late.dates(MONDAY + 1, u64::MAX, 9);
        let times: Vec<_> = dates.iter().map(|one| one.scheduled_at).collect();
        assert_eq!(times, [None, Some(day(16)), Some(day(21))]);
        // Back at its date it is as if nothing had been.
        let back = late.changed(own, MONDAY + 14 * DAY, Some(MONDAY + 14 * DAY));
        let back = back.unwrap().changed(own, day(7), Some(day(7)));
        assert_eq!(back.unwrap().changes, DateChanges::new());
    }

    fn day(days: u64) -> u64 {
        MONDAY + days * DAY
    }

    #[test]
    fn dates_stay_in_their_order_and_no_others_are_changed() {
        let weekly = series("FREQ=WEEKLY;COUNT=4");
        let own = (MONDAY, MONDAY + HOUR);
        for (date, at, pointer) in [
            (MONDAY, Some(MONDAY + 2 * HOUR), "/occurrenceAt"),
            (MONDAY + DAY, None, "/occurrenceAt"),
            (day(28), None, "/occurrenceAt"),
            (day(7), Some(MONDAY + HOUR), "/scheduledAt"),
            (day(7), Some(day(14)), "/scheduledAt"),
            (day(14), Some(day(7)), "/scheduledAt"),
        ] {
            let refused = weekly.clone().changed(own, date, at).expect_err(pointer);
            assert_eq!(refused.errors[0].pointer, pointer, "{date}");
        }
        // The last has none behind it.
        let last = weekly.changed(own, day(21), Some(day(300)));
        assert_eq!(next(&last.unwrap(), 14, 0), Some((21, 300)));
    }

    #[test]
    fn a_series_has_a_hundred_changes() {
        let mut daily = series("FREQ=DAILY");
        daily.timezone = "UTC".into();
        let own = (MONDAY, MONDAY);
        for after in 1..=100 {
            daily = daily.changed(own, day(after), None).unwrap();
        }
        assert_eq!(next(&daily, 0, 0), Some((101, 101)));
        assert_eq!(daily.within(MONDAY, (MONDAY, u64::MAX), 2).len(), 2);
        let more = daily.clone().changed(own, day(101), None);
        assert_eq!(more.unwrap_err().errors[0].pointer, "/occurrenceAt");
        // All before it are called off: it may be as early as after the first.
        daily = daily.changed(own, day(100), Some(day(1))).unwrap();
        assert_eq!(next(&daily, 0, 0), Some((100, 1)));
    }

    #[test]
    fn the_hour_stays_when_the_clocks_change() {
        // On 28 March 2027 Lisbon's clocks go an hour forward.
        let window = (MONDAY + 63 * DAY, MONDAY + 83 * DAY);
        let dates = series("FREQ=WEEKLY").within(0, window, 10);
        let after = [70, 77].map(|days| MONDAY + days * DAY - HOUR);
        assert_eq!(dates, [MONDAY + 63 * DAY, after[0], after[1]]);
    }

    #[test]
    fn a_window_is_half_open_and_bounded() {
        let daily = series("FREQ=DAILY");
        assert_eq!(daily.within(0, (MONDAY, MONDAY + DAY), 9), [MONDAY]);
        assert_eq!(daily.within(0, (0, u64::MAX), 5).len(), 5);
        assert_eq!(daily.within(0, (MONDAY + 1, MONDAY + DAY), 9), [0; 0]);
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
        let rule = three.rule_from_now();
        assert_eq!(rule, "FREQ=WEEKLY;BYDAY=MO;UNTIL=20270201T090000Z");
        let until = Series {
            rrule: rule,
            ..three
        };
        assert_eq!(until.check(), Ok(ends_at));
    }
}
