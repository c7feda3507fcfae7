use super::*;
use crate::error::ErrorCode;
use serde_json::json;
use std::collections::BTreeSet;

fn user(number: u64) -> UserId {
    format!("0197f7a4-5e0b-7c3a-9d2e-{number:012x}")
        .parse()
        .unwrap()
}

fn org() -> OrgId {
    "0197f7a4-5e0b-7c3a-9d2e-3f1b2a4c5d6e".parse().unwrap()
}

fn flag(rollout: u8) -> Flag {
    Flag {
        rollout,
        ..seeds().remove(0)
    }
}

fn of(user: &UserId) -> Context<'_> {
    Context {
        user_id: user,
        email: Some("ada@example.org"),
        org_id: None,
        plan: Plan::Free,
        environment: "production",
    }
}

fn reached(flag: &Flag, people: u64) -> BTreeSet<u64> {
    let on = |number: &u64| evaluate(flag, &of(&user(*number))) == json!(true);
    (0..people).filter(on).collect()
}

#[test]
fn a_rollout_reaches_the_same_people_every_time() {
    // Fixed for ever: who had a feature yesterday has it today, on every node.
    let places: Vec<_> = (0..4)
        .map(|number| place("insights", &user(number)))
        .collect();
    assert_eq!(places, [3246, 7273, 907, 2790]);
    assert_eq!(reached(&flag(30), 500), reached(&flag(30), 500));
}

#[test]
fn a_rollout_reaches_about_as_many_as_it_says() {
    for percent in [0, 1, 10, 50, 90, 99, 100] {
        let found = reached(&flag(percent), 20_000).len() as f64 / 200.0;
        assert!(
            (found - f64::from(percent)).abs() < 1.0,
            "{percent}: {found}"
        );
    }
    assert!(reached(&flag(0), 20_000).is_empty());
    assert_eq!(reached(&flag(100), 20_000).len(), 20_000);
}

#[test]
fn raising_the_percentage_only_adds_people() {
    let mut before = BTreeSet::new();
    for percent in 0..=100 {
        let now = reached(&flag(percent), 1_000);
        assert!(before.is_subset(&now), "{percent}");
        before = now;
    }
}

#[test]
fn other_flags_reach_other_people_first() {
    let other = Flag {
        key: "something.else".into(),
        ..flag(10)
    };
    let (one, two) = (reached(&flag(10), 10_000), reached(&other, 10_000));
    let both = one.intersection(&two).count();
    assert!((50..200).contains(&both), "{both} of {}", one.len());
}

#[test]
fn the_first_rule_that_fits_decides() {
    let ada = user(1);
    let rule = |change: fn(&mut Rule), value: &str| {
        let mut rule = Rule {
            value: json!(value),
            ..Rule::default()
        };
        change(&mut rule);
        rule
    };
    let mut flag = flag(0);
    flag.rules = vec![
        rule(|rule| rule.plans = vec![Plan::Pro], "paying"),
        rule(
            |rule| rule.email_domains = vec!["example.org".into()],
            "ours",
        ),
        rule(|rule| rule.user_ids = vec![user(1)], "herself"),
    ];
    assert_eq!(evaluate(&flag, &of(&ada)), "ours");
    flag.rules.swap(1, 2);
    assert_eq!(evaluate(&flag, &of(&ada)), "herself");
    let paying = Context {
        plan: Plan::Pro,
        ..of(&ada)
    };
    assert_eq!(evaluate(&flag, &paying), "paying");
}

#[test]
fn a_rule_fits_when_all_that_it_names_holds() {
    let (ada, bob, org) = (user(1), user(2), org());
    let rule = Rule {
        user_ids: vec![ada.clone()],
        email_domains: vec!["example.org".into()],
        org_ids: vec![org.clone()],
        plans: vec![Plan::Free, Plan::Pro],
        environments: vec!["production".into()],
        value: json!(1),
    };
    let fitting = Context {
        org_id: Some(&org),
        ..of(&ada)
    };
    assert!(rule.fits(&fitting));
    for other in [
        Context {
            user_id: &bob,
            ..fitting
        },
        Context {
            email: Some("ada@example.com"),
            ..fitting
        },
        Context {
            email: None,
            ..fitting
        },
        Context {
            org_id: None,
            ..fitting
        },
        Context {
            plan: Plan::Enterprise,
            ..fitting
        },
        Context {
            environment: "staging",
            ..fitting
        },
    ] {
        assert!(!rule.fits(&other), "{other:?}");
    }
}

#[test]
fn a_flag_that_is_off_or_elsewhere_is_false_to_everybody() {
    let ada = user(1);
    let everybody = Rule {
        plans: vec![Plan::Free],
        value: json!("on"),
        ..Rule::default()
    };
    let on = Flag {
        rules: vec![everybody],
        ..flag(100)
    };
    assert_eq!(evaluate(&on, &of(&ada)), "on");
    let off = Flag {
        active: false,
        ..on.clone()
    };
    let elsewhere = Flag {
        environment: Some("staging".into()),
        ..on
    };
    assert_eq!(evaluate(&off, &of(&ada)), false);
    assert_eq!(evaluate(&elsewhere, &of(&ada)), false);
}

#[test]
fn every_capability_has_a_flag_from_the_start() {
    let keys: Vec<_> = seeds().into_iter().map(|flag| flag.key).collect();
    let expected = [
        "precall",
        "incall",
        "insights",
        "matching",
        "stream",
        "transcription",
        "migration.reads",
    ];
    assert_eq!(keys, expected);
    for key in keys {
        assert!(validate_key(&key).is_ok(), "{key}");
    }
}

fn draft(change: impl FnOnce(&mut serde_json::Value)) -> FlagDraft {
    let mut draft = json!({"value": true, "rollout": 5, "active": true, "reason": "to try"});
    change(&mut draft);
    serde_json::from_value(draft).unwrap()
}

#[test]
fn a_draft_is_checked_field_by_field() {
    let good = draft(|d| d["rules"] = json!([{"emailDomains": ["Example.ORG"], "value": 1}]));
    let new = good.validate("new.thing").unwrap();
    assert_eq!(new.flag().rules[0].email_domains, ["example.org"]);
    assert_eq!(
        (new.flag().key.as_str(), new.reason()),
        ("new.thing", "to try")
    );
    for (pointer, value) in [
        ("/reason", json!("  ")),
        ("/rollout", json!(101)),
        ("/value", json!("x".repeat(5_000))),
        ("/description", json!("x".repeat(501))),
        ("/environment", json!("")),
        ("/tags", json!([""])),
    ] {
        let bad = draft(|d| d[&pointer[1..]] = value)
            .validate("k")
            .unwrap_err();
        assert_eq!(bad.errors[0].pointer, pointer);
    }
    let nobody = draft(|d| d["rules"] = json!([{"value": 1}]));
    let refused = nobody.validate("k").unwrap_err();
    assert_eq!(refused.errors[0].pointer, "/rules/0");
    for key in ["", "Upper", "a b", &"x".repeat(65)] {
        let refused = draft(|_| {}).validate(key).unwrap_err();
        assert_eq!(refused.code, ErrorCode::NotFound, "{key}");
    }
}

#[test]
fn what_is_the_same_for_all_is_what_everybody_gets() {
    let here = "production";
    for (known, expected) in [
        (flag(100), Some(json!(true))),
        (flag(99), None),
        (
            Flag {
                active: false,
                ..flag(50)
            },
            Some(json!(false)),
        ),
        (
            Flag {
                environment: Some("test".into()),
                ..flag(100)
            },
            Some(json!(false)),
        ),
        (
            Flag {
                rules: vec![Rule::default()],
                ..flag(100)
            },
            None,
        ),
    ] {
        assert_eq!(same_for_all(&known, here), expected);
        if let Some(expected) = expected {
            assert_eq!(evaluate(&known, &of(&user(1))), expected);
        }
    }
}

#[test]
fn only_false_is_off() {
    let refused = require("transcription", &json!(false)).unwrap_err();
    assert_eq!(refused.code, ErrorCode::Forbidden);
    assert_eq!(refused.reason.as_deref(), Some("flag"));
    for on in [json!(true), json!("a"), json!({"rate": 1})] {
        assert!(require("transcription", &on).is_ok());
    }
}
