//! Meetings as iCalendar (RFC 5545), by the crate `icalendar`.
//!
//! Laws: a calendar tells nobody an address that they could not read among the
//! participants. What is to come of a series is one event with its rule, under the series'
//! id, without the dates that were called off (`EXDATE`), and for each that was moved one
//! more (`RECURRENCE-ID`); what is over is an event of its own. Whoever has an older event
//! of the same takes the later (`SEQUENCE`).

use super::recur::Series;
use super::store::{self, Filter};
use super::zone::vtimezone;
use super::{Membership, authorise};
use crate::actor::Actor;
use crate::app::App;
use crate::user;
use chrono::{DateTime, Utc};
use connvo_core::access::{Action, ParticipantStatus, Role};
use connvo_core::entitlement::MINUTE_MS;
use connvo_core::error::Problem;
use connvo_core::id::{MeetingId, UserId};
use connvo_core::meeting::{Meeting, MeetingState, Participant};
use icalendar::{Calendar, Component, Event, EventStatus, Property};
use std::collections::BTreeMap;

/// Most people of one meeting in a calendar.
const PEOPLE: u32 = 200;
/// Most meetings in a person's calendar.
const MEETINGS: u32 = 100;
const DAY_MS: u64 = 24 * 60 * MINUTE_MS;
/// How long a meeting lasts that does not say, in minutes.
const MINUTES: u64 = 60;

/// One meeting, to its members.
///
/// # Errors
/// `NOT_FOUND` to strangers.
pub async fn of_meeting(app: &App, actor: &Actor, meeting: &MeetingId) -> Result<String, Problem> {
    let by = authorise(app, actor, meeting, Action::ReadMeeting).await?;
    let found = store::get_whole(&app.db, &actor.user_id, meeting).await?;
    let (found, series) = found.ok_or_else(|| Problem::not_found("the meeting"))?;
    let people = people(app, actor, &by, meeting).await?;
    let mut book = Book::at(app.clock.now_ms());
    book.add(&found, series.as_ref(), &people);
    Ok(book.text())
}

/// Whom the actor may see of a meeting: the others where they take part, else themselves.
async fn people(
    app: &App,
    actor: &Actor,
    by: &Membership,
    meeting: &MeetingId,
) -> Result<Vec<Participant>, Problem> {
    let place = (&actor.user_id, meeting);
    if by.may(Action::ReadParticipants, app.clock.now_ms()).is_ok() {
        return Ok(store::seen(&app.db, place, by.sees(), "", PEOPLE).await?);
    }
    let own = store::find_participant(&app.db, place, actor.user_id.as_str()).await?;
    Ok(own.into_iter().collect())
}

/// What a person has to come in a year, and had in the month before.
///
/// # Errors
/// The store fails.
pub async fn of_person(app: &App, person: &UserId) -> Result<String, Problem> {
    let now = app.clock.now_ms();
    let filter = Filter {
        within: Some((now.saturating_sub(30 * DAY_MS), now + 366 * DAY_MS)),
        ..Filter::default()
    };
    let page = store::list(&app.db, person, &filter, (None, MEETINGS)).await?;
    let known = user::store::get(&app.db, person).await?;
    let mut book = Book::at(now);
    for (meeting, series) in page {
        let mut people = Vec::new();
        if let Some(host) = store::host_of(&app.db, &meeting.id).await? {
            let open = meeting.standing.status.takes_part()
                && (!meeting.plan.is_public || meeting.standing.role >= Role::CoHost);
            let own = host.user_id.as_ref() == Some(person);
            people.push(if open || own {
                host
            } else {
                without_address(host)
            });
        }
        if meeting.standing.role != Role::Host {
            people.push(Participant {
                user_id: Some(person.clone()),
                email: known
                    .as_ref()
                    .and_then(|one| one.email.clone())
                    .unwrap_or_else(|| person.to_string()),
                name: known.as_ref().map(|one| one.name.clone()),
                standing: meeting.standing,
                invited_at: meeting.created_at,
                joined_at: None,
                left_at: None,
                speaking_time: 0,
                message_count: 0,
            });
        }
        book.add(&meeting, series.as_ref(), &people);
    }
    Ok(book.text())
}

fn without_address(person: Participant) -> Participant {
    let id = person.user_id.as_ref().map(UserId::to_string);
    Participant {
        email: id.unwrap_or_default(),
        ..person
    }
}

/// What of a meeting an event is.
enum Part<'a> {
    /// The whole of it.
    Alone,
    /// All that is to come of its series, from this date on (milliseconds since the Unix
    /// epoch).
    Series(&'a Series, u64),
    /// What stands in the place of this date of the series.
    Moved(&'a Series, u64),
}

/// The number of a revision: it grows with each second in which there is a change, and fits
/// the 31 bits that programs give it until 2088.
const fn revision(updated_at: u64) -> u64 {
    /// The beginning of 2020, in seconds since the Unix epoch.
    const SINCE: u64 = 1_577_836_800;
    (updated_at / 1000).saturating_sub(SINCE)
}

/// A calendar in the making.
struct Book {
    /// When it is made (milliseconds since the Unix epoch): whoever has an older one of the
    /// same event takes this.
    made_at: u64,
    events: Vec<Event>,
    /// For each timezone, since when it is needed (milliseconds since the Unix epoch).
    zones: BTreeMap<String, u64>,
}

impl Book {
    const fn at(made_at: u64) -> Self {
        Self {
            made_at,
            events: Vec::new(),
            zones: BTreeMap::new(),
        }
    }

    fn add(&mut self, meeting: &Meeting, series: Option<&Series>, people: &[Participant]) {
        let planned = meeting.plan.scheduled_at.or(meeting.started_at);
        let of = (meeting, people);
        let Some(series) = series else {
            return self.event(of, planned, &Part::Alone);
        };
        let date = meeting.occurrence_at.or(planned);
        self.event(of, date, &Part::Series(series, date.unwrap_or(0)));
        let own = meeting.occurrence_at.map(|date| (date, planned));
        let later = date.map_or(0, |date| date.saturating_add(1));
        let moved = series.changes.range(later..);
        let moved = moved.filter(|(_, at)| at.is_some());
        for (date, at) in own.into_iter().chain(moved.map(|(date, at)| (*date, *at))) {
            self.event(of, at, &Part::Moved(series, date));
        }
    }

    fn event(
        &mut self,
        (meeting, people): (&Meeting, &[Participant]),
        planned: Option<u64>,
        part: &Part<'_>,
    ) {
        let plan = &meeting.plan;
        let starts = planned.unwrap_or(meeting.created_at);
        let lasts = plan.duration_minutes.map_or(MINUTES, u64::from) * MINUTE_MS;
        let ends = match (meeting.state, meeting.ended_at) {
            (MeetingState::Concluded, Some(ended)) if ended > starts => ended,
            _ => starts.saturating_add(lasts),
        };
        let mut event = Event::new();
        let uid = match (part, &meeting.series_id) {
            (Part::Series(..) | Part::Moved(..), Some(series)) => series.as_str(),
            _ => meeting.id.as_str(),
        };
        event.uid(uid).summary(&plain(&plan.title));
        event.add_property("DTSTAMP", utc(self.made_at));
        event.add_property("SEQUENCE", revision(meeting.updated_at).to_string());
        if let Some(description) = &plan.description {
            event.description(&plain(description));
        }
        event.status(match (meeting.state, planned) {
            (MeetingState::Cancelled, _) => EventStatus::Cancelled,
            (_, None) => EventStatus::Tentative,
            _ => EventStatus::Confirmed,
        });
        match part {
            Part::Series(series, date) => {
                event.add_property("RRULE", series.rule_from_now());
                self.local(&mut event, series, &[("DTSTART", starts), ("DTEND", ends)]);
                let later = series.changes.range(date.saturating_add(1)..);
                for (off, _) in later.filter(|(_, at)| at.is_none()) {
                    self.local(&mut event, series, &[("EXDATE", *off)]);
                }
            }
            Part::Moved(series, date) => {
                let times = [
                    ("RECURRENCE-ID", *date),
                    ("DTSTART", starts),
                    ("DTEND", ends),
                ];
                self.local(&mut event, series, &times);
            }
            Part::Alone => {
                event.add_property("DTSTART", utc(starts));
                event.add_property("DTEND", utc(ends));
            }
        }
        for person in people {
            if person.standing.role == Role::Host {
                let mut organizer = Property::new("ORGANIZER", address(person));
                named(&mut organizer, person);
                event.append_property(organizer.done());
            }
            if !person.standing.status.is_stranger() {
                event.append_multi_property(attendee(person));
            }
        }
        self.events.push(event.done());
    }

    /// Times of day in the zone of a series, whatever its clocks do.
    fn local(&mut self, event: &mut Event, series: &Series, times: &[(&str, u64)]) {
        for (name, at) in times {
            match local(*at, &series.timezone) {
                Some(local) => {
                    let mut property = Property::new(*name, local);
                    property.add_parameter("TZID", &series.timezone);
                    event.append_multi_property(property.done());
                    let since = self.zones.entry(series.timezone.clone()).or_insert(*at);
                    *since = (*since).min(*at);
                }
                None => {
                    event.append_multi_property(Property::new(*name, utc(*at)).done());
                }
            }
        }
    }

    fn text(self) -> String {
        let mut calendar = Calendar::empty();
        calendar.append_property(Property::new("VERSION", "2.0"));
        calendar.append_property(Property::new("PRODID", "-//Connvo//Connvo//EN"));
        calendar.append_property(Property::new("CALSCALE", "GREGORIAN"));
        for event in self.events {
            calendar.push(event);
        }
        let text = calendar.to_string();
        // The crate would give a zone a time and an id of its own, which it must not have.
        let zones: String = self
            .zones
            .iter()
            .filter_map(|(name, since)| vtimezone(name, *since, since + 10 * 366 * DAY_MS))
            .collect();
        let at = text.find("BEGIN:VEVENT").unwrap_or(text.len());
        let (head, rest) = text.split_at(at);
        format!("{head}{zones}{rest}")
    }
}

fn attendee(person: &Participant) -> Property {
    let mut attendee = Property::new("ATTENDEE", address(person));
    named(&mut attendee, person);
    let role = match person.standing.role {
        Role::Host => "CHAIR",
        Role::CoHost | Role::Participant => "REQ-PARTICIPANT",
        Role::Observer => "OPT-PARTICIPANT",
    };
    let said = match person.standing.status {
        ParticipantStatus::Accepted | ParticipantStatus::Joined => "ACCEPTED",
        ParticipantStatus::Declined | ParticipantStatus::Left => "DECLINED",
        _ => "NEEDS-ACTION",
    };
    attendee.add_parameter("ROLE", role);
    attendee.add_parameter("PARTSTAT", said);
    attendee.done()
}

fn named(property: &mut Property, person: &Participant) {
    // A parameter has no quotes and no control characters (RFC 5545, section 3.2), and
    // behind a circumflex something else (RFC 6868).
    let name = person.name.as_deref().unwrap_or_default();
    let name = name.replace('"', "'").replace('^', "^^");
    let name = name.replace(char::is_control, " ");
    if !name.trim().is_empty() {
        property.add_parameter("CN", name.trim());
    }
}

/// Who is kept without an address has their id for one.
fn address(person: &Participant) -> String {
    if !person.email.contains('@') {
        return format!("urn:uuid:{}", person.email);
    }
    let mut address = String::from("mailto:");
    for byte in person.email.bytes() {
        if byte.is_ascii_alphanumeric() || b"@._~+-!$&'*=".contains(&byte) {
            address.push(char::from(byte));
        } else {
            address += &format!("%{byte:02X}");
        }
    }
    address
}

/// A text without control characters but line ends.
fn plain(text: &str) -> String {
    let text = text.replace("\r\n", "\n");
    text.replace(|c: char| c.is_control() && c != '\n' && c != '\t', " ")
}

fn utc(at_ms: u64) -> String {
    let at = date(at_ms).unwrap_or_default();
    at.format("%Y%m%dT%H%M%SZ").to_string()
}

fn local(at_ms: u64, zone: &str) -> Option<String> {
    let zone: chrono_tz::Tz = zone.parse().ok()?;
    let at = date(at_ms)?.with_timezone(&zone);
    Some(at.format("%Y%m%dT%H%M%S").to_string())
}

fn date(at_ms: u64) -> Option<DateTime<Utc>> {
    DateTime::from_timestamp_millis(i64::try_from(at_ms).ok()?)
}
