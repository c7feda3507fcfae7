//! `…/calendar.ics`: a meeting and a person's calendar. Another's parser reads them in
//! `tests/fuzz_api`.

use crate::client::{Api, NOW, Person};
use reqwest::Method;
use serde_json::{Value, json};

const MONDAY: u64 = 1_800_262_800_000;

/// The calendar at a path, its lines unfolded; folded lines are short, and end as they
/// should.
async fn lines(person: &Person<'_>, path: &str) -> Vec<String> {
    let request = person.api.request(Method::GET, path);
    let answer = request.bearer_auth(&person.token).send().await.unwrap();
    assert_eq!(answer.status(), 200);
    let kind = answer.headers()["content-type"].to_str().unwrap();
    assert_eq!(kind, "text/calendar; charset=utf-8");
    let text = answer.text().await.unwrap();
    assert!(text.ends_with("END:VCALENDAR\r\n"), "{text}");
    for line in text.split("\r\n") {
        assert!(line.len() <= 75, "{line}");
        assert!(!line.contains(['\n', '\r']), "{line:?}");
    }
    let whole = text.replace("\r\n ", "");
    whole.split("\r\n").map(str::to_owned).collect()
}

async fn made(person: &Person<'_>, draft: Value) -> String {
    let (status, made) = person.post("/v1/meetings", draft).await;
    assert_eq!(status, 201, "{made}");
    format!("/v1/meetings/{}", made["id"].as_str().unwrap())
}

fn has(lines: &[String], line: &str) -> bool {
    lines.iter().any(|one| one == line)
}

#[tokio::test]
async fn a_meeting_is_an_event_with_its_people() {
    let api = Api::start().await;
    let (ada, bob) = (api.sign_in("ada").await, api.sign_in("bob").await);
    let draft = json!({"title": "Planning", "scheduledAt": NOW, "durationMinutes": 45});
    let meeting = made(&ada, draft).await;
    ada.invite(&meeting, "bob", "participant").await;
    ada.invite(&meeting, "carol", "observer").await;
    bob.post(&format!("{meeting}/accept"), None).await;
    let ics = format!("{meeting}/calendar.ics");
    let event = lines(&bob, &ics).await;
    for line in [
        "SUMMARY:Planning",
        "DTSTART:20270115T080000Z",
        "DTEND:20270115T084500Z",
        "STATUS:CONFIRMED",
        "ORGANIZER;CN=ada:mailto:ada@example.org",
        "ATTENDEE;CN=bob;PARTSTAT=ACCEPTED;ROLE=REQ-PARTICIPANT:mailto:bob@example.org",
        "ATTENDEE;PARTSTAT=NEEDS-ACTION;ROLE=OPT-PARTICIPANT:mailto:carol@example.org",
    ] {
        assert!(has(&event, line), "{line} in {event:#?}");
    }
    bob.post(&format!("{meeting}/decline"), None).await;
    let event = lines(&bob, &ics).await.join("\n");
    assert!(event.contains("PARTSTAT=DECLINED"), "{event}");
    for other in ["ada@", "carol@"] {
        assert!(
            !event.contains(other),
            "who declined sees no addresses: {event}"
        );
    }
    ada.post(&format!("{meeting}/cancel"), None).await;
    assert!(has(&lines(&ada, &ics).await, "STATUS:CANCELLED"));
    let eve = api.sign_in("eve").await;
    assert_eq!(eve.get(&ics).await.0, 404);
}

#[tokio::test]
async fn a_series_keeps_its_hour_in_its_zone() {
    let api = Api::start().await;
    let ada = api.sign_in("ada").await;
    let draft = json!({"title": "Weekly", "type": "recurring", "scheduledAt": MONDAY,
        "rrule": "FREQ=WEEKLY;COUNT=3", "timezone": "Europe/Lisbon"});
    let meeting = made(&ada, draft).await;
    let series = ada.get(&meeting).await.1["seriesId"].clone();
    for path in [
        format!("{meeting}/calendar.ics"),
        "/v1/me/calendar.ics".into(),
    ] {
        let event = lines(&ada, &path).await;
        for line in [
            "DTSTART;TZID=Europe/Lisbon:20270118T090000",
            "DTEND;TZID=Europe/Lisbon:20270118T100000",
            "RRULE:FREQ=WEEKLY;UNTIL=20270201T090000Z",
            "BEGIN:VTIMEZONE",
            "TZID:Europe/Lisbon",
            &format!("UID:{}", series.as_str().unwrap()),
        ] {
            assert!(has(&event, line), "{line} in {event:#?}");
        }
    }
}

#[tokio::test]
async fn a_date_that_was_moved_is_an_event_in_the_place_of_its_own() {
    let api = Api::start().await;
    let ada = api.sign_in("ada").await;
    let draft = json!({"title": "Weekly", "type": "recurring", "scheduledAt": MONDAY,
        "rrule": "FREQ=WEEKLY", "timezone": "Europe/Lisbon"});
    let meeting = made(&ada, draft).await;
    let day = 24 * 60 * 60 * 1000;
    let moved = json!({"scheduledAt": MONDAY + day, "thisDateOnly": true});
    assert_eq!(ada.patch(&meeting, moved).await.0, 200);
    let series = ada.get(&meeting).await.1["seriesId"].clone();
    for path in [
        format!("{meeting}/calendar.ics"),
        "/v1/me/calendar.ics".into(),
    ] {
        let book = lines(&ada, &path).await;
        for line in [
            "DTSTART;TZID=Europe/Lisbon:20270118T090000",
            "RRULE:FREQ=WEEKLY",
            "RECURRENCE-ID;TZID=Europe/Lisbon:20270118T090000",
            "DTSTART;TZID=Europe/Lisbon:20270119T090000",
            "DTEND;TZID=Europe/Lisbon:20270119T100000",
        ] {
            assert!(has(&book, line), "{line} in {book:#?}");
        }
        let uid = format!("UID:{}", series.as_str().unwrap());
        assert_eq!(book.iter().filter(|line| **line == uid).count(), 2);
    }
}

#[tokio::test]
async fn later_dates_that_were_moved_or_called_off_are_told_and_a_revision_outdoes_the_one_before()
{
    let api = Api::start().await;
    let ada = api.sign_in("ada").await;
    let draft = json!({"title": "Weekly", "type": "recurring", "scheduledAt": MONDAY,
        "rrule": "FREQ=WEEKLY;COUNT=4", "timezone": "Europe/Lisbon"});
    let meeting = made(&ada, draft).await;
    let path = format!("{meeting}/calendar.ics");
    let revision = async || {
        let book = lines(&ada, &path).await;
        let said = book.iter().find_map(|line| line.strip_prefix("SEQUENCE:"));
        said.unwrap().parse::<i32>().unwrap()
    };
    let first = revision().await;
    api.app.clock.advance(2_000);
    let (day, week) = (24 * 60 * 60 * 1000, 7 * 24 * 60 * 60 * 1000);
    let off = json!({"occurrenceAt": MONDAY + week, "scheduledAt": null});
    assert_eq!(ada.patch(&meeting, off).await.0, 200);
    let moved = json!({"occurrenceAt": MONDAY + 2 * week, "scheduledAt": MONDAY + 2 * week + day});
    assert_eq!(ada.patch(&meeting, moved).await.0, 200);
    assert_eq!(revision().await, first + 2);
    for path in [path.as_str(), "/v1/me/calendar.ics"] {
        let book = lines(&ada, path).await;
        for line in [
            "RRULE:FREQ=WEEKLY;UNTIL=20270208T090000Z",
            "EXDATE;TZID=Europe/Lisbon:20270125T090000",
            "RECURRENCE-ID;TZID=Europe/Lisbon:20270201T090000",
            "DTSTART;TZID=Europe/Lisbon:20270202T090000",
        ] {
            assert!(has(&book, line), "{line} in {book:#?}");
        }
        assert_eq!(
            book.iter().filter(|line| *line == "BEGIN:VEVENT").count(),
            2
        );
    }
}

#[tokio::test]
async fn hostile_words_make_no_lines_of_their_own() {
    let api = Api::start().await;
    let ada = api.sign_in("ada").await;
    let title = "a;b,c\\d\nATTENDEE:mailto:x@example.org\r\u{b}END:VCALENDAR";
    let long = "é".repeat(180);
    let draft = json!({"title": title, "scheduledAt": NOW, "description": long});
    let meeting = made(&ada, draft).await;
    let event = lines(&ada, &format!("{meeting}/calendar.ics")).await;
    let summary = r"SUMMARY:a\;b\,c\\d\nATTENDEE:mailto:x@example.org  END:VCALENDAR";
    assert!(has(&event, summary), "{event:#?}");
    assert!(has(&event, &format!("DESCRIPTION:{long}")));
    let attendees = event.iter().filter(|line| line.starts_with("ATTENDEE"));
    assert_eq!(attendees.count(), 1);
}

#[tokio::test]
async fn a_persons_calendar_has_their_meetings_of_about_now_and_no_others_addresses() {
    let api = Api::start().await;
    let (ada, bob) = (api.sign_in("ada").await, api.sign_in("bob").await);
    let day = 24 * 60 * 60 * 1000;
    for (title, at) in [
        ("Soon", NOW + day),
        ("Long ago", NOW - 40 * day),
        ("Far off", NOW + 400 * day),
    ] {
        let meeting = made(&ada, json!({"title": title, "scheduledAt": at})).await;
        ada.invite(&meeting, "bob", "participant").await;
        ada.invite(&meeting, "carol", "participant").await;
    }
    let open = json!({"title": "Open", "scheduledAt": NOW, "isPublic": true});
    let open = made(&ada, open).await;
    bob.post(&format!("{open}/join"), None).await;
    let events = lines(&bob, "/v1/me/calendar.ics").await;
    let titles = events.iter().filter(|line| line.starts_with("SUMMARY"));
    let mut titles: Vec<_> = titles.map(String::as_str).collect();
    titles.sort_unstable();
    assert_eq!(titles, ["SUMMARY:Open", "SUMMARY:Soon"]);
    let all = events.join("\n");
    assert!(!all.contains("carol@"), "{all}");
    assert_eq!(
        all.matches("mailto:ada@example.org").count(),
        2,
        "of Soon alone: {all}"
    );
    assert!(all.contains(&format!("urn:uuid:{}", ada.id)), "{all}");
}

#[tokio::test]
async fn a_link_leads_to_the_calendar_until_it_is_taken_back_or_made_anew() {
    let api = Api::start().await;
    let (ada, bob) = (api.sign_in("ada").await, api.sign_in("bob").await);
    made(&ada, json!({"title": "Planning", "scheduledAt": NOW})).await;
    let link = "/v1/me/calendar-link";
    assert_eq!(ada.get(link).await.1, json!({"createdAt": null}));
    let make = async || {
        let (status, made) = ada.post(link, None).await;
        assert_eq!(status, 201, "{made}");
        made["path"].as_str().unwrap().to_owned()
    };
    let read = async |path: &str| {
        let answer = api.request(Method::GET, path).send().await.unwrap();
        (answer.status().as_u16(), answer.text().await.unwrap())
    };
    let first = make().await;
    assert_eq!(ada.get(link).await.1, json!({"createdAt": NOW}));
    assert_eq!(bob.get(link).await.1, json!({"createdAt": null}));
    let (status, text) = read(&first).await;
    assert_eq!(status, 200, "{text}");
    assert!(text.contains("SUMMARY:Planning"), "{text}");
    let second = make().await;
    assert_ne!(first, second);
    assert_eq!(read(&first).await.0, 404, "the one before is void");
    assert_eq!(read(&second).await.0, 200);
    assert_eq!(ada.delete(link).await.0, 204);
    assert_eq!(ada.delete(link).await.0, 204);
    assert_eq!(read(&second).await.0, 404);
    assert_eq!(read("/v1/calendar.ics?secret=").await.0, 404);

    // Nothing that is kept has the secret.
    let admin = api.sign_in_as("admin@example.com").await;
    let (_, rows) = admin.get("/v1/admin/audit?limit=100").await;
    let rows = rows.to_string();
    assert!(rows.contains("makeCalendarLink") && rows.contains("revokeCalendarLink"));
    for path in [first, second] {
        let secret = path.split_once('=').unwrap().1;
        assert!(secret.len() >= 48 && !rows.contains(secret));
    }
}

#[tokio::test]
async fn the_link_of_who_may_not_come_in_any_more_leads_nowhere() {
    let api = Api::start().await;
    let ada = api.sign_in("ada").await;
    let (_, made) = ada.post("/v1/me/calendar-link", None).await;
    let path = made["path"].as_str().unwrap();
    let admin = api.sign_in_as("admin@example.com").await;
    let kept_out = json!({"isActive": false, "reason": "gone"});
    let user = format!("/v1/admin/users/{}", ada.id);
    assert_eq!(admin.patch(&user, kept_out).await.0, 200);
    let answer = api.request(Method::GET, path).send().await.unwrap();
    assert_eq!(answer.status(), 404);
}
