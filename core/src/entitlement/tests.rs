use super::*;

const NOW: u64 = 1_800_000_000_000;
const SINCE: u64 = NOW - PAST_DUE_GRACE_MS;

fn subscribed(plan: Plan, status: SubscriptionStatus, past_due_since: Option<u64>) -> Subscription {
    Subscription {
        plan,
        status,
        past_due_since,
    }
}

fn own(grant: Grant, expires_at: Option<u64>) -> Override {
    Override { grant, expires_at }
}

/// The matrix of the product, written out.
fn matrix(plan: Plan) -> (Vec<&'static str>, [u32; 4]) {
    let free = vec!["video.webrtc", "transcription", "ai.precall", "matching"];
    let all = vec![
        "video.webrtc",
        "video.stream",
        "recording",
        "transcription",
        "ai.precall",
        "ai.incall",
        "ai.insights",
        "matching",
    ];
    match plan {
        Plan::Free => (free, [6, 60, 30, 20]),
        Plan::Pro => (all, [50, 480, 90, 500]),
        Plan::Enterprise => (all, [200, 1_440, 90, 5_000]),
    }
}

fn assert_is(found: &Entitlements, plan: Plan, why: &str) {
    let (features, limits) = matrix(plan);
    let names: Vec<_> = found.features.iter().map(|f| f.as_str()).collect();
    assert_eq!((found.plan, names), (plan, features), "{why}");
    assert_eq!(
        Limit::ALL.map(|limit| found.limits.get(limit)),
        limits,
        "{why}"
    );
}

/// The times that matter to a grace that ends at `NOW`: which of them are within it.
const TIMES: [(u64, bool); 5] = [
    (SINCE, true),
    (NOW - 1, true),
    (NOW, false),
    (NOW + 1, false),
    (NOW + 1_000 * limits::DAY_MS, false),
];

#[test]
fn every_plan_status_and_time_gives_what_the_matrix_says() {
    use SubscriptionStatus as Status;
    for plan in Plan::ALL {
        for status in Status::ALL {
            for (now, graced) in TIMES {
                let held = subscribed(plan, status, Some(SINCE));
                let expected = match status {
                    Status::Active | Status::Trialing => plan,
                    Status::PastDue if graced => plan,
                    _ => Plan::Free,
                };
                let found = resolve(&[held], &[], now);
                assert_is(&found, expected, &format!("{plan:?} {status:?} at {now}"));
                let ends = status == Status::PastDue && graced && plan > Plan::Free;
                assert_eq!(found.changes_at, ends.then_some(NOW));
            }
        }
    }
}

#[test]
fn every_override_changes_its_own_entitlement_and_no_other_until_it_expires() {
    for plan in Plan::ALL {
        for status in SubscriptionStatus::ALL {
            let held = subscribed(plan, status, Some(SINCE));
            for (now, _) in TIMES {
                let base = resolve(&[held], &[], now);
                let features = Feature::ALL
                    .into_iter()
                    .flat_map(|f| [Grant::Feature(f, true), Grant::Feature(f, false)]);
                let sizes = Limit::ALL
                    .into_iter()
                    .flat_map(|l| [Grant::Limit(l, 0), Grant::Limit(l, 7)]);
                for grant in features.chain(sizes) {
                    for expires_at in [None, Some(now), Some(now + 1)] {
                        let found = resolve(&[held], &[own(grant, expires_at)], now);
                        if expires_at == Some(now) {
                            assert_eq!(found, base, "an expired override is nothing");
                            continue;
                        }
                        for feature in Feature::ALL {
                            let expected = match grant {
                                Grant::Feature(set, given) if set == feature => given,
                                _ => base.has(feature),
                            };
                            assert_eq!(found.has(feature), expected, "{grant:?}");
                            let verdict = require(&found, feature);
                            assert_eq!(verdict.is_ok(), expected);
                        }
                        for limit in Limit::ALL {
                            let expected = match grant {
                                Grant::Limit(set, most) if set == limit => most,
                                _ => base.limits.get(limit),
                            };
                            assert_eq!(found.limits.get(limit), expected, "{grant:?}");
                        }
                        assert_eq!(found.plan, base.plan);
                        let next = base.changes_at.into_iter().chain(expires_at).min();
                        assert_eq!(found.changes_at, next);
                    }
                }
            }
        }
    }
}

#[test]
fn whoever_has_no_organisation_is_on_the_free_plan() {
    assert_is(&resolve(&[], &[], NOW), Plan::Free, "no subscription");
}

#[test]
fn of_several_subscriptions_the_largest_plan_in_force_applies() {
    use Plan::{Enterprise, Free, Pro};
    use SubscriptionStatus::{Active, Canceled, PastDue, Trialing, Unpaid};
    let late = |plan, since| subscribed(plan, PastDue, Some(since));
    let paid = |plan, status| subscribed(plan, status, None);
    for (held, plan, then, changes_at, at) in [
        (vec![], Free, Free, None, None),
        (
            vec![paid(Pro, Active), paid(Enterprise, Active)],
            Enterprise,
            Enterprise,
            None,
            Some(1),
        ),
        (
            vec![paid(Enterprise, Canceled), paid(Pro, Trialing)],
            Pro,
            Pro,
            None,
            Some(1),
        ),
        // When the grace of the larger ends, the smaller applies, without an event.
        (
            vec![late(Enterprise, SINCE + 1), paid(Pro, Active)],
            Enterprise,
            Pro,
            Some(NOW + 1),
            Some(0),
        ),
        (
            vec![late(Enterprise, SINCE), paid(Pro, Active)],
            Pro,
            Pro,
            None,
            Some(1),
        ),
        // One that ends beside a larger or equal one changes nothing.
        (
            vec![late(Pro, SINCE + 1), paid(Enterprise, Active)],
            Enterprise,
            Enterprise,
            None,
            Some(1),
        ),
        (
            vec![late(Pro, SINCE + 1), paid(Pro, Active)],
            Pro,
            Pro,
            None,
            Some(1),
        ),
        (
            vec![late(Pro, SINCE + 1), late(Enterprise, SINCE)],
            Pro,
            Free,
            Some(NOW + 1),
            Some(0),
        ),
        // Where none gives anything, the largest is the one that is told of.
        (
            vec![paid(Pro, Unpaid), paid(Enterprise, Canceled)],
            Free,
            Free,
            None,
            Some(1),
        ),
        (
            vec![paid(Enterprise, Canceled), paid(Free, Active)],
            Free,
            Free,
            None,
            Some(1),
        ),
        // Of equals the first.
        (
            vec![paid(Pro, Active), paid(Pro, Trialing)],
            Pro,
            Pro,
            None,
            Some(0),
        ),
    ] {
        let why = format!("{held:?}");
        let found = resolve(&held, &[], NOW);
        assert_is(&found, plan, &why);
        assert_eq!(found.changes_at, changes_at, "{why}");
        assert_is(&resolve(&held, &[], NOW + 1), then, &why);
        assert_eq!(largest(&held, NOW), at, "{why}");
    }
}

#[test]
fn of_two_overrides_the_later_holds() {
    let given = own(Grant::Feature(Feature::Recording, true), None);
    let taken = own(Grant::Feature(Feature::Recording, false), None);
    assert!(!resolve(&[], &[given, taken], NOW).has(Feature::Recording));
    assert!(resolve(&[], &[taken, given], NOW).has(Feature::Recording));
}

#[test]
fn a_late_payment_of_unknown_date_has_no_grace() {
    let held = subscribed(Plan::Pro, SubscriptionStatus::PastDue, None);
    assert_is(&resolve(&[held], &[], NOW), Plan::Free, "no date");
}

#[test]
fn a_refusal_names_what_is_missing() {
    let free = resolve(&[], &[], NOW);
    let refused = require(&free, Feature::VideoStream).unwrap_err();
    assert_eq!(refused.code, ErrorCode::Forbidden);
    assert_eq!(refused.reason.as_deref(), Some("entitlement"));
    assert_eq!(refused.errors[0].pointer, "/features/video.stream");
    let refused = admit(&free, Limit::Participants, 6).unwrap_err();
    assert_eq!(refused.errors[0].pointer, "/limits/participants");
}

#[test]
fn limits_hold_at_their_edge() {
    for plan in Plan::ALL {
        let held = subscribed(plan, SubscriptionStatus::Active, None);
        let found = resolve(&[held], &[], NOW);
        let most = found.limits;
        let people = u64::from(most.participants);
        assert!(admit(&found, Limit::Participants, people - 1).is_ok());
        assert!(admit(&found, Limit::Participants, people).is_err());
        let end = NOW + u64::from(most.meeting_minutes) * MINUTE_MS;
        assert!(admit_minutes(&found, NOW, end - 1).is_ok());
        assert!(admit_minutes(&found, NOW, end).is_err());
        let calls = u64::from(most.ai_calls_per_day);
        assert!(admit(&found, Limit::AiCallsPerDay, calls - 1).is_ok());
        assert!(admit(&found, Limit::AiCallsPerDay, calls).is_err());
        let days = u64::from(most.transcript_retention_days);
        assert_eq!(most.transcript_since(NOW), NOW - days * limits::DAY_MS);
    }
}

#[test]
fn names_are_those_of_the_wire() {
    for feature in Feature::ALL {
        assert_eq!(serde_json::to_value(feature).unwrap(), feature.as_str());
        assert_eq!(Feature::parse(feature.as_str()), Some(feature));
    }
    for status in SubscriptionStatus::ALL {
        assert_eq!(serde_json::to_value(status).unwrap(), status.as_str());
        assert_eq!(SubscriptionStatus::parse(status.as_str()), status);
    }
    let new: SubscriptionStatus = serde_json::from_str("\"brand_new\"").unwrap();
    assert_eq!(new, SubscriptionStatus::Unknown);
    for plan in Plan::ALL {
        assert_eq!(serde_json::to_value(plan).unwrap(), plan.as_str());
    }
    let limits = serde_json::to_value(Limits::of(Plan::Free)).unwrap();
    for limit in Limit::ALL {
        assert_eq!(limits[limit.as_str()], Limits::of(Plan::Free).get(limit));
    }
}

#[test]
fn a_grant_is_of_the_kind_that_its_key_asks_for() {
    for grant in [
        Grant::Feature(Feature::AiIncall, true),
        Grant::Limit(Limit::Participants, 12),
    ] {
        assert_eq!(Grant::parse(grant.key(), &grant.value()), Ok(grant));
    }
    let code = |key, value: Value| Grant::parse(key, &value).unwrap_err().code;
    assert_eq!(code("recording", 1.into()), ErrorCode::ValidationError);
    assert_eq!(
        code("participants", true.into()),
        ErrorCode::ValidationError
    );
    assert_eq!(
        code("participants", (-1).into()),
        ErrorCode::ValidationError
    );
    assert_eq!(code("teleport", true.into()), ErrorCode::NotFound);
}

#[test]
fn the_browsers_form_says_what_the_typed_one_says() {
    for plan in Plan::ALL {
        let held = subscribed(plan, SubscriptionStatus::Active, None);
        let found = resolve(&[held], &[], NOW);
        let json = serde_json::to_value(&found).unwrap();
        for feature in Feature::ALL {
            let by_name = allows(&json, feature.as_str(), 0);
            assert_eq!(by_name, require(&found, feature));
        }
        for limit in Limit::ALL {
            let most = u64::from(found.limits.get(limit));
            for used in [0, most - 1, most, most + 1] {
                let by_name = allows(&json, limit.as_str(), used);
                assert_eq!(by_name, admit(&found, limit, used));
            }
        }
    }
    assert!(allows(&Value::Null, "recording", 0).is_err());
}
