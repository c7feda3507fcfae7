use super::*;
use crate::error::ErrorCode;
use crate::meeting::MeetingState;
use serde_json::{Value, json};

fn draft(more: &Value) -> MeetingDraft {
    let mut draft = json!({"title": "Weekly"});
    for (name, value) in more.as_object().unwrap() {
        draft[name] = value.clone();
    }
    serde_json::from_value(draft).unwrap()
}

fn faults(more: &Value) -> Vec<String> {
    match draft(more).validate() {
        Ok(_) => Vec::new(),
        Err(problem) => problem.errors.into_iter().map(|one| one.pointer).collect(),
    }
}

#[test]
fn a_title_is_enough_and_the_rest_has_its_default() {
    let plan = draft(&json!({})).validate().unwrap().into_plan();
    let expected = MeetingPlan {
        title: "Weekly".into(),
        ..MeetingPlan::default()
    };
    assert_eq!(plan, expected);
    assert!(plan.settings.transcription && !plan.settings.recording);
}

#[test]
fn every_field_out_of_its_bounds_is_named() {
    let all = json!({"title": " \0 ", "description": "d".repeat(4_001), "durationMinutes": 0,
        "maxParticipants": 0, "scheduledAt": SCHEDULED_BEFORE_MS, "timezone": "Mars/Base",
        "tags": ["ok", "a\nb"]});
    let mut found = faults(&all);
    found.sort();
    assert_eq!(
        found,
        [
            "/description",
            "/durationMinutes",
            "/maxParticipants",
            "/scheduledAt",
            "/tags/1",
            "/timezone",
            "/title"
        ]
    );
    assert_eq!(
        faults(&json!({"durationMinutes": 1_441})),
        ["/durationMinutes"]
    );
    assert_eq!(
        faults(&json!({"durationMinutes": 1_440, "maxParticipants": 1})),
        [""; 0]
    );
}

#[test]
fn a_rule_belongs_to_a_recurring_meeting_that_has_a_first_time() {
    let rule = "FREQ=WEEKLY;BYDAY=MO";
    let recurring = json!({"type": "recurring", "scheduledAt": 1, "rrule": rule});
    assert_eq!(faults(&recurring), [""; 0]);
    assert_eq!(
        faults(&json!({"type": "recurring", "scheduledAt": 1})),
        ["/rrule"]
    );
    let without = json!({"type": "recurring", "rrule": rule});
    assert_eq!(faults(&without), ["/scheduledAt"]);
    assert_eq!(faults(&json!({"rrule": rule})), ["/rrule"]);
    assert_eq!(
        faults(&json!({"type": "instant", "scheduledAt": 1})),
        ["/scheduledAt"]
    );
}

#[test]
fn a_rule_comes_once_a_day_at_most_and_is_plain() {
    let of = |rule: &str| faults(&json!({"type": "recurring", "scheduledAt": 1, "rrule": rule}));
    for good in [
        "freq=daily",
        "RRULE:FREQ=MONTHLY;BYDAY=-1FR",
        "INTERVAL=2;FREQ=YEARLY",
    ] {
        assert_eq!(of(good), [""; 0], "{good}");
    }
    for bad in [
        "",
        "INTERVAL=1",
        "FREQ=HOURLY",
        "FREQ=SECONDLY",
        "FREQ=DAILY;BYHOUR=1,2",
        "FREQ=DAILY\nDTSTART:1",
        "FREQ=DAILY;X=é",
        &format!("FREQ=DAILY;BYMONTHDAY={}", "1,".repeat(200)),
    ] {
        assert_eq!(of(bad), ["/rrule"], "{bad}");
    }
}

#[test]
fn what_is_good_stays_as_it_is_when_it_is_checked_again() {
    let draft = draft(
        &json!({"type": "recurring", "scheduledAt": 1, "timezone": "europe/lisbon",
        "rrule": "rrule:freq=daily", "tags": [" a ", "a", "b"], "description": " x "}),
    );
    let once = draft.validate().unwrap();
    assert_eq!(once.clone().into_plan().validate().unwrap(), once);
    let plan = once.plan();
    assert_eq!(plan.rrule.as_deref(), Some("FREQ=DAILY"));
    assert_eq!(plan.timezone.as_deref(), Some("Europe/Lisbon"));
    assert_eq!(plan.tags, ["a", "b"]);
}

#[test]
fn changes_are_taken_while_they_make_sense() {
    use MeetingState::{Active, Cancelled, Concluded, Scheduled};
    let plan = draft(&json!({"scheduledAt": 1}))
        .validate()
        .unwrap()
        .into_plan();
    for (changes, until) in [
        (json!({"title": "Other"}), 3),
        (json!({"description": null}), 3),
        (json!({"tags": ["x"]}), 3),
        (json!({"settings": {"transcription": false}}), 2),
        (json!({"maxParticipants": 3}), 2),
        (json!({"isPublic": true, "requiresApproval": true}), 2),
        (json!({"scheduledAt": null}), 1),
        (json!({"timezone": "UTC", "durationMinutes": 5}), 1),
        (json!({"rrule": "FREQ=DAILY"}), 1),
    ] {
        for (at, state) in [Scheduled, Active, Concluded, Cancelled]
            .into_iter()
            .enumerate()
        {
            let changes: MeetingChanges = serde_json::from_value(changes.clone()).unwrap();
            let changed = changes.clone().apply(plan.clone(), state);
            match changed {
                Ok(new) => {
                    assert!(at < until && *new.plan() != plan || changes.description.is_some());
                }
                Err(no) => assert!(at >= until && no.code == ErrorCode::Conflict, "{changes:?}"),
            }
        }
    }
}

#[test]
fn a_rule_makes_a_meeting_recurring_and_null_the_last_of_its_series() {
    let apply = |plan: &MeetingPlan, rule: Option<&str>| {
        let changes = MeetingChanges {
            rrule: Some(rule.map(str::to_owned)),
            ..MeetingChanges::default()
        };
        changes.apply(plan.clone(), MeetingState::Scheduled)
    };
    let plan = draft(&json!({"scheduledAt": 1}))
        .validate()
        .unwrap()
        .into_plan();
    let recurring = apply(&plan, Some("FREQ=DAILY")).unwrap().into_plan();
    assert_eq!(recurring.kind, MeetingType::Recurring);
    assert_eq!(apply(&recurring, None).unwrap().into_plan(), plan);
    assert!(serde_json::from_value::<MeetingChanges>(json!({"type": "instant"})).is_err());
}
