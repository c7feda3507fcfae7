//! Recurring meetings: each is followed by the next.

use crate::client::{Api, Person, assert_problem};
use connvo_server::meeting::overtime;
use serde_json::{Value, json};

/// Monday, 18 January 2027, 09:00 in Lisbon: after the tests' time.
const MONDAY: u64 = 1_800_262_800_000;
const WEEK: u64 = 7 * 24 * 60 * 60 * 1000;

fn draft(rrule: &str) -> Value {
    json!({"title": "Weekly", "type": "recurring", "scheduledAt": MONDAY, "rrule": rrule,
        "timezone": "Europe/Lisbon", "durationMinutes": 30, "tags": ["team"]})
}

async fn weekly(ada: &Person<'_>, rrule: &str) -> String {
    let (status, made) = ada.post("/v1/meetings", draft(rrule)).await;
    assert_eq!(status, 201, "{made}");
    format!("/v1/meetings/{}", made["id"].as_str().unwrap())
}

async fn scheduled(person: &Person<'_>) -> Vec<Value> {
    let (_, page) = person.get("/v1/meetings?state=scheduled").await;
    page["items"].as_array().unwrap().clone()
}

#[tokio::test]
async fn what_is_over_is_followed_by_the_next_with_its_people_invited() {
    let api = Api::start().await;
    let ada = api.sign_in("ada").await;
    let meeting = weekly(&ada, "FREQ=WEEKLY;COUNT=3").await;
    ada.invite(&meeting, "bob", "co-host").await;
    ada.invite(&meeting, "carol", "participant").await;
    let (bob, carol) = (api.sign_in("bob").await, api.sign_in("carol").await);
    bob.get(&format!("{meeting}/notes")).await;
    carol.post(&format!("{meeting}/leave"), None).await;
    ada.post(&format!("{meeting}/start"), None).await;
    assert_eq!(ada.post(&format!("{meeting}/end"), None).await.0, 200);
    let next = scheduled(&ada).await;
    assert_eq!(next.len(), 1);
    assert_eq!(next[0]["scheduledAt"], MONDAY + WEEK);
    let before = ada.get(&meeting).await.1;
    for same in [
        "seriesId",
        "rrule",
        "timezone",
        "durationMinutes",
        "tags",
        "title",
    ] {
        assert_eq!(next[0][same], before[same], "{same}");
    }
    assert_eq!(
        (&next[0]["role"], &next[0]["status"]),
        (&json!("host"), &json!("joined"))
    );
    let of_bob = scheduled(&bob).await;
    assert_eq!(
        (&of_bob[0]["role"], &of_bob[0]["status"]),
        (&json!("co-host"), &json!("invited"))
    );
    assert_eq!(
        scheduled(&carol).await,
        [Value::Null; 0],
        "who has left is not asked again"
    );
    // Who was known in the one before is known in the next.
    let path = format!("/v1/meetings/{}", next[0]["id"].as_str().unwrap());
    let (_, people) = ada.get(&format!("{path}/participants")).await;
    assert_eq!(people["items"][1]["name"], "bob");
    let (status, _) = ada.get(&format!("{path}/notes")).await;
    assert_eq!(status, 200, "it has a note of its own");
    let admin = api.sign_in_as("admin@example.com").await;
    let (_, rows) = admin.get("/v1/admin/audit?action=createMeeting").await;
    let mut rows = rows["items"].as_array().unwrap().iter();
    assert!(rows.any(|row| row["reason"] == "series"), "{rows:?}");
}

#[tokio::test]
async fn a_series_ends_with_its_rule_or_when_it_is_called_off_whole() {
    let api = Api::start().await;
    let ada = api.sign_in("ada").await;
    let mut meeting = weekly(&ada, "FREQ=WEEKLY;COUNT=2").await;
    assert_eq!(ada.post(&format!("{meeting}/cancel"), None).await.0, 200);
    let next = scheduled(&ada).await;
    meeting = format!("/v1/meetings/{}", next[0]["id"].as_str().unwrap());
    assert_eq!(ada.post(&format!("{meeting}/cancel"), None).await.0, 200);
    assert_eq!(scheduled(&ada).await, [Value::Null; 0]);
    let endless = weekly(&ada, "FREQ=WEEKLY").await;
    let whole = format!("{endless}/cancel?wholeSeries=true");
    assert_eq!(ada.post(&whole, None).await.0, 200);
    assert_eq!(scheduled(&ada).await, [Value::Null; 0]);
}

#[tokio::test]
async fn one_that_ends_by_itself_is_followed_too_and_what_was_missed_is_not_made_up_for() {
    let api = Api::start().await;
    let ada = api.sign_in("ada").await;
    let meeting = weekly(&ada, "FREQ=WEEKLY").await;
    ada.post(&format!("{meeting}/start"), None).await;
    api.app.clock.advance(3 * WEEK);
    assert_eq!(overtime::once(&api.app).await.unwrap(), None);
    let ada = api.sign_in("ada").await;
    let next = scheduled(&ada).await;
    assert_eq!(next.len(), 1);
    assert_eq!(next[0]["scheduledAt"], MONDAY + 3 * WEEK);
}

#[tokio::test]
async fn a_calendar_gets_every_date_of_its_time() {
    let api = Api::start().await;
    let ada = api.sign_in("ada").await;
    weekly(&ada, "FREQ=WEEKLY").await;
    let window = |from: u64, to: u64| format!("/v1/meetings?from={from}&to={to}");
    let (_, page) = ada.get(&window(MONDAY + 1, MONDAY + 3 * WEEK)).await;
    let dates = json!([MONDAY + WEEK, MONDAY + 2 * WEEK]);
    assert_eq!(page["items"][0]["occurrences"], dates);
    let (_, between) = ada.get(&window(MONDAY + 1, MONDAY + WEEK)).await;
    assert_eq!(between["items"], json!([]));
    let (_, before) = ada.get(&window(MONDAY - WEEK, MONDAY)).await;
    assert_eq!(before["items"], json!([]));
}

#[tokio::test]
async fn another_time_is_that_of_all_to_come_and_no_rule_makes_the_last() {
    let api = Api::start().await;
    let ada = api.sign_in("ada").await;
    let meeting = weekly(&ada, "FREQ=WEEKLY").await;
    let hour = 60 * 60 * 1000;
    let (status, moved) = ada
        .patch(&meeting, json!({"scheduledAt": MONDAY + hour}))
        .await;
    assert_eq!(status, 200, "{moved}");
    ada.post(&format!("{meeting}/cancel"), None).await;
    let next = scheduled(&ada).await;
    assert_eq!(next[0]["scheduledAt"], MONDAY + WEEK + hour);
    let next = format!("/v1/meetings/{}", next[0]["id"].as_str().unwrap());
    let off = ada
        .patch(&next, json!({"rrule": "FREQ=WEEKLY;BYDAY=TU"}))
        .await;
    assert_problem(&off, 422, "VALIDATION_ERROR");
    assert_eq!(off.1["errors"][0]["pointer"], "/scheduledAt");
    let (_, single) = ada.patch(&next, json!({"rrule": null})).await;
    assert_eq!(
        (&single["type"], &single["rrule"]),
        (&json!("scheduled"), &Value::Null)
    );
    ada.post(&format!("{next}/cancel"), None).await;
    assert_eq!(scheduled(&ada).await, [Value::Null; 0]);
    for rule in ["FREQ=SECONDLY", "FREQ=WEEKLY;BYDAY=XX", "nonsense"] {
        let refused = ada.post("/v1/meetings", draft(rule)).await;
        assert_problem(&refused, 422, "VALIDATION_ERROR");
        assert_eq!(refused.1["errors"][0]["pointer"], "/rrule");
    }
}

#[tokio::test]
async fn one_date_is_moved_alone_and_the_others_stay() {
    let api = Api::start().await;
    let ada = api.sign_in("ada").await;
    let meeting = weekly(&ada, "FREQ=WEEKLY;BYDAY=MO").await;
    let (hour, day) = (60 * 60 * 1000, 24 * 60 * 60 * 1000);
    // Three days early: what follows it is not that Monday again.
    let early = MONDAY - 3 * day;
    let alone = |at: u64| json!({"scheduledAt": at, "thisDateOnly": true});
    let (status, moved) = ada.patch(&meeting, alone(early)).await;
    assert_eq!(status, 200, "{moved}");
    assert_eq!(
        (&moved["scheduledAt"], &moved["occurrenceAt"]),
        (&json!(early), &json!(MONDAY))
    );
    let window = format!("/v1/meetings?from={}&to={}", early - 1, MONDAY + 8 * day);
    let (_, page) = ada.get(&window).await;
    let dates = json!([early, MONDAY + WEEK]);
    assert_eq!(page["items"][0]["occurrences"], dates);
    let window = format!("/v1/meetings?from={}&to={}", MONDAY, MONDAY + day);
    assert_eq!(ada.get(&window).await.1["items"], json!([]));
    // Other changes leave it where it is.
    let (_, named) = ada.patch(&meeting, json!({"title": "Moved"})).await;
    assert_eq!(named["occurrenceAt"], MONDAY);
    // Back to its date it is as if nothing had been.
    let (_, back) = ada.patch(&meeting, alone(MONDAY)).await;
    assert_eq!(back["occurrenceAt"], Value::Null);
    ada.patch(&meeting, alone(early)).await;
    ada.post(&format!("{meeting}/cancel"), None).await;
    let next = scheduled(&ada).await;
    assert_eq!(
        (&next[0]["scheduledAt"], &next[0]["occurrenceAt"]),
        (&json!(MONDAY + WEEK), &Value::Null)
    );
    // All of them again: a rule that begins with the date it stands for.
    let next = format!("/v1/meetings/{}", next[0]["id"].as_str().unwrap());
    ada.patch(&next, alone(MONDAY + WEEK + hour)).await;
    let (_, ruled) = ada
        .patch(&next, json!({"rrule": "FREQ=WEEKLY;BYDAY=MO;COUNT=2"}))
        .await;
    assert_eq!(
        (&ruled["scheduledAt"], &ruled["occurrenceAt"]),
        (&json!(MONDAY + WEEK), &Value::Null)
    );
}

#[tokio::test]
async fn one_date_is_moved_by_its_time_alone_and_not_past_the_next() {
    let api = Api::start().await;
    let ada = api.sign_in("ada").await;
    let meeting = weekly(&ada, "FREQ=WEEKLY").await;
    let (_, single) = ada.post("/v1/meetings", json!({"title": "Once"})).await;
    let single = format!("/v1/meetings/{}", single["id"].as_str().unwrap());
    for (path, changes, pointer) in [
        (
            &meeting,
            json!({"scheduledAt": MONDAY + WEEK, "thisDateOnly": true}),
            "/scheduledAt",
        ),
        (&meeting, json!({"thisDateOnly": true}), "/thisDateOnly"),
        (
            &meeting,
            json!({"scheduledAt": null, "thisDateOnly": true}),
            "/thisDateOnly",
        ),
        (
            &meeting,
            json!({"scheduledAt": MONDAY + 1, "title": "Other", "thisDateOnly": true}),
            "/thisDateOnly",
        ),
        (
            &single,
            json!({"scheduledAt": MONDAY, "thisDateOnly": true}),
            "/thisDateOnly",
        ),
    ] {
        let refused = ada.patch(path, changes).await;
        assert_problem(&refused, 422, "VALIDATION_ERROR");
        assert_eq!(refused.1["errors"][0]["pointer"], pointer);
    }
    let (_, after) = ada.get(&meeting).await;
    assert_eq!(
        (&after["scheduledAt"], &after["title"]),
        (&json!(MONDAY), &json!("Weekly"))
    );
}

#[tokio::test]
async fn later_dates_are_moved_and_called_off_alone() {
    let api = Api::start().await;
    let ada = api.sign_in("ada").await;
    let meeting = weekly(&ada, "FREQ=WEEKLY;COUNT=5").await;
    ada.invite(&meeting, "bob", "participant").await;
    let bob = api.sign_in("bob").await;
    let day = 24 * 60 * 60 * 1000;
    let date = |week: u64| MONDAY + week * WEEK;
    let put = |week: u64, at: Value| json!({"occurrenceAt": date(week), "scheduledAt": at});
    let times = async || {
        let (_, page) = bob.get(&format!("{meeting}/dates")).await;
        let items = page["items"].as_array().unwrap().clone();
        let times = items.iter().map(|one| one["scheduledAt"].clone());
        times.collect::<Vec<_>>()
    };
    let (status, changed) = ada.patch(&meeting, put(1, Value::Null)).await;
    assert_eq!(status, 200, "{changed}");
    assert_eq!(changed["scheduledAt"], MONDAY);
    let early = date(2) - 3 * day;
    assert_eq!(ada.patch(&meeting, put(2, json!(early))).await.0, 200);
    let all = [
        json!(MONDAY),
        Value::Null,
        json!(early),
        json!(date(3)),
        json!(date(4)),
    ];
    assert_eq!(times().await, all);
    let paged = bob.get(&format!("{meeting}/dates?limit=2")).await.1;
    let rest = format!(
        "{meeting}/dates?limit=9&after={}",
        paged["next"].as_str().unwrap()
    );
    let rest = bob.get(&rest).await.1;
    let second = json!({"occurrenceAt": date(2), "scheduledAt": early});
    assert_eq!((&rest["items"][0], &rest["next"]), (&second, &Value::Null));
    // In the calendar of a time they are when they are.
    let window = format!("/v1/meetings?from={}&to={}", MONDAY, date(3));
    let listed = ada.get(&window).await.1;
    assert_eq!(listed["items"][0]["occurrences"], json!([MONDAY, early]));
    // Another title leaves them; the coming one is moved alone before the next.
    ada.patch(&meeting, json!({"title": "Other"})).await;
    let alone = |at: u64| json!({"scheduledAt": at, "thisDateOnly": true});
    let off = ada.patch(&meeting, alone(early)).await;
    assert_problem(&off, 422, "VALIDATION_ERROR");
    assert_eq!(ada.patch(&meeting, alone(early - day)).await.0, 200);
    // What follows is the first that is not called off, when it is.
    ada.post(&format!("{meeting}/cancel"), None).await;
    let next = scheduled(&ada).await;
    assert_eq!(
        (
            &next[0]["scheduledAt"],
            &next[0]["occurrenceAt"],
            &next[0]["title"]
        ),
        (&json!(early), &json!(date(2)), &json!("Other"))
    );
    assert_eq!(times().await, [Value::Null; 0], "what is over has none");
    // With another hour the series begins anew.
    let next = format!("/v1/meetings/{}", next[0]["id"].as_str().unwrap());
    ada.patch(&next, put(3, Value::Null)).await;
    ada.patch(&next, json!({"scheduledAt": date(2) + 1000}))
        .await;
    let (_, page) = ada.get(&format!("{next}/dates?limit=2")).await;
    let anew = json!({"occurrenceAt": date(3) + 1000, "scheduledAt": date(3) + 1000});
    assert_eq!(page["items"][1], anew);
}

#[tokio::test]
async fn a_last_date_that_was_moved_is_found_when_it_is() {
    let api = Api::start().await;
    let ada = api.sign_in("ada").await;
    let meeting = weekly(&ada, "FREQ=WEEKLY;COUNT=2").await;
    let late = MONDAY + 5 * WEEK;
    let put = json!({"occurrenceAt": MONDAY + WEEK, "scheduledAt": late});
    assert_eq!(ada.patch(&meeting, put).await.0, 200);
    let window = format!("/v1/meetings?from={}&to={}", late, late + 1);
    let listed = ada.get(&window).await.1;
    assert_eq!(listed["items"][0]["occurrences"], json!([late]));
}

#[tokio::test]
async fn who_may_not_change_a_meeting_changes_no_date_and_strangers_see_none() {
    let api = Api::start().await;
    let ada = api.sign_in("ada").await;
    let meeting = weekly(&ada, "FREQ=WEEKLY").await;
    ada.invite(&meeting, "bob", "participant").await;
    let (bob, eve) = (api.sign_in("bob").await, api.sign_in("eve").await);
    let off = json!({"occurrenceAt": MONDAY + WEEK, "scheduledAt": null});
    assert_problem(&bob.patch(&meeting, off.clone()).await, 403, "FORBIDDEN");
    let dates = format!("{meeting}/dates");
    assert_problem(&eve.get(&dates).await, 404, "NOT_FOUND");
    let wrong = bob.get(&format!("{dates}?after=x")).await;
    assert_problem(&wrong, 422, "VALIDATION_ERROR");
    let (_, single) = ada.post("/v1/meetings", json!({"title": "Once"})).await;
    let single = format!("/v1/meetings/{}", single["id"].as_str().unwrap());
    assert_eq!(
        ada.get(&format!("{single}/dates")).await.1["items"],
        json!([])
    );
    let other = json!({"occurrenceAt": MONDAY + 1, "scheduledAt": null});
    let titled = json!({"occurrenceAt": MONDAY + WEEK, "scheduledAt": null, "title": "x"});
    let alone = json!({"occurrenceAt": MONDAY + WEEK});
    for (path, changes) in [
        (&single, off.clone()),
        (&meeting, other),
        (&meeting, titled),
        (&meeting, alone),
    ] {
        let refused = ada.patch(path, changes).await;
        assert_problem(&refused, 422, "VALIDATION_ERROR");
        assert_eq!(refused.1["errors"][0]["pointer"], "/occurrenceAt");
    }
    // While one is held a later one is called off; of what is over none is.
    ada.post(&format!("{meeting}/start"), None).await;
    assert_eq!(ada.patch(&meeting, off.clone()).await.0, 200);
    ada.post(&format!("{meeting}/end"), None).await;
    assert_problem(&ada.patch(&meeting, off).await, 409, "CONFLICT");
}

#[tokio::test]
async fn what_changes_no_date_leaves_one_that_was_moved_and_all_changes() {
    let api = Api::start().await;
    let ada = api.sign_in("ada").await;
    let meeting = weekly(&ada, "FREQ=WEEKLY").await;
    let day = 24 * 60 * 60 * 1000;
    let alone = json!({"scheduledAt": MONDAY + day, "thisDateOnly": true});
    ada.patch(&meeting, alone.clone()).await;
    let off = json!({"occurrenceAt": MONDAY + WEEK, "scheduledAt": null});
    ada.patch(&meeting, off).await;
    let dates = async || {
        let (_, page) = ada.get(&format!("{meeting}/dates?limit=3")).await;
        let items = page["items"].as_array().unwrap().clone();
        let at = items.iter().map(|one| one["scheduledAt"].clone());
        at.collect::<Vec<_>>()
    };
    let third = json!(MONDAY + 2 * WEEK);
    let as_moved = [json!(MONDAY + day), Value::Null, third.clone()];
    for same in [
        json!({"timezone": "Europe/Lisbon"}),
        json!({"rrule": "FREQ=WEEKLY", "title": "Same"}),
    ] {
        let (status, after) = ada.patch(&meeting, same).await;
        assert_eq!(status, 200, "{after}");
        assert_eq!(after["occurrenceAt"], MONDAY);
        assert_eq!(dates().await, as_moved);
    }
    // Its own date for all: back, and what was called off stays so.
    ada.patch(&meeting, json!({"scheduledAt": MONDAY})).await;
    assert_eq!(dates().await, [json!(MONDAY), Value::Null, third]);
    // The moved time for all is another series.
    ada.patch(&meeting, alone).await;
    let (_, anew) = ada
        .patch(&meeting, json!({"scheduledAt": MONDAY + day}))
        .await;
    assert_eq!(anew["occurrenceAt"], Value::Null);
    let anew = [0, 1, 2].map(|week| json!(MONDAY + day + week * WEEK));
    assert_eq!(dates().await, anew);
    let null = ada
        .patch(
            &meeting,
            json!({"scheduledAt": MONDAY, "occurrenceAt": null}),
        )
        .await;
    assert_problem(&null, 422, "VALIDATION_ERROR");
}
