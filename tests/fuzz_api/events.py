"""What an outside parser reads in a calendar (on standard input): a JSON list of events,
each with its times in milliseconds, its zone, its rule and its people."""

import json
import sys
from datetime import timedelta

from icalendar import Calendar

calendar = Calendar.from_ical(sys.stdin.buffer.read().decode("utf-8"))
zones = {str(zone["TZID"]): zone.to_tz() for zone in calendar.walk("VTIMEZONE")}


def ms_of(prop):
    return at_ms(prop.dt, prop.params.get("TZID"))


def at_ms(at, zone):
    if zone is not None:
        # What the calendar says of its zone is what everybody else says of it.
        for weeks in range(0, 104, 4):
            some = at + timedelta(weeks=weeks)
            told = some.replace(tzinfo=zones[zone]).utcoffset()
            assert told == some.utcoffset(), f"{zone} at {some}: {told}"
    return round(at.timestamp() * 1000)


def person(prop):
    answer = prop.params.get("PARTSTAT")
    read = {"address": str(prop), "name": prop.params.get("CN"),
            "role": prop.params.get("ROLE"), "answer": answer}
    return {name: value for name, value in read.items() if value is not None}


def some(event, name):
    found = event.get(name, [])
    return found if isinstance(found, list) else [found]


def read(event):
    assert not event.errors, event.errors
    assert event["SEQUENCE"] >= 0, event["SEQUENCE"]
    off = [at_ms(one.dt, dates.params.get("TZID"))
           for dates in some(event, "EXDATE") for one in dates.dts]
    rule = event.get("RRULE")
    return {
        "uid": str(event["UID"]),
        "title": str(event["SUMMARY"]),
        "description": str(event.get("DESCRIPTION", "")),
        "status": str(event["STATUS"]),
        "startMs": ms_of(event["DTSTART"]),
        "endMs": ms_of(event["DTEND"]),
        "zone": event["DTSTART"].params.get("TZID"),
        "every": rule and [str(one) for one in rule["FREQ"]],
        "untilMs": rule and [round(one.timestamp() * 1000) for one in rule["UNTIL"]],
        "off": sorted(off),
        "insteadOf": ms_of(event["RECURRENCE-ID"]) if "RECURRENCE-ID" in event else None,
        "organizer": [person(one) for one in some(event, "ORGANIZER")],
        "attendees": sorted((person(one) for one in some(event, "ATTENDEE")),
                            key=lambda one: one["address"]),
        "others": sorted(set(event) - {
            "UID", "SUMMARY", "DESCRIPTION", "STATUS", "DTSTART", "DTEND", "DTSTAMP",
            "RRULE", "EXDATE", "RECURRENCE-ID", "SEQUENCE", "ORGANIZER", "ATTENDEE"}),
    }


assert not calendar.errors, calendar.errors
assert calendar["VERSION"] == "2.0"
kinds = {part.name for part in calendar.subcomponents}
assert kinds <= {"VEVENT", "VTIMEZONE"}, kinds
json.dump([read(event) for event in calendar.walk("VEVENT")], sys.stdout)
