//! Nothing is found that may not be read.

use crate::stage::{Stage, id};
use connvo_core::access::{Action, ParticipantStatus, Role};
use connvo_core::meeting::MeetingState;
use connvo_server::meeting::store::membership;
use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64;
use std::collections::BTreeSet;

on_both!(exactly_what_may_be_read_is_found);

/// People, meetings, and how often everybody's place in each is made anew.
const PEOPLE: usize = 5;
const MEETINGS: usize = 12;
const ROUNDS: usize = 12;

async fn exactly_what_may_be_read_is_found(stage: Stage) {
    let host = stage.sign_in("host").await;
    let mut people = Vec::new();
    for at in 0..PEOPLE {
        people.push(stage.sign_in(&format!("person{at}")).await);
    }
    let mut meetings = Vec::new();
    for at in 0..MEETINGS {
        let meeting = stage.meeting(&host).await;
        let text = format!("everybody says shared and {at}");
        stage
            .say(&host, &meeting, &[("1", 0, "Ada", 0, 1, &text)])
            .await;
        meetings.push(meeting);
    }
    stage.index().await;
    let mut dice = Pcg64::seed_from_u64(7);
    let (mut seen, mut hidden) = (0, 0);
    for _ in 0..ROUNDS {
        let mut sql = format!("DELETE FROM participants WHERE user_id <> '{}';", host.id);
        for meeting in meetings.iter().map(|meeting| id(meeting)) {
            let state = MeetingState::ALL[dice.random_range(0..4)].as_str();
            sql += &format!("UPDATE meetings SET state = '{state}' WHERE id = '{meeting}';");
            for person in &people {
                let role = Role::ALL[dice.random_range(0..4)].as_str();
                let status = ParticipantStatus::ALL[dice.random_range(0..7)].as_str();
                if dice.random_range(0..5) > 0 {
                    let who = &person.id;
                    sql += &format!(
                        "INSERT INTO participants (meeting_id, email, user_id, role, status, created_at,
                            updated_at) VALUES ('{meeting}', '{who}', '{who}', '{role}', '{status}', 0, 0);"
                    );
                }
            }
        }
        stage.sql(&sql).await;
        for person in &people {
            let mut allowed = BTreeSet::new();
            for meeting in meetings.iter().map(|meeting| id(meeting)) {
                let user = person.id.parse().unwrap();
                let held = membership(&stage.app.db, &user, &meeting).await.unwrap();
                let now = stage.app.clock.now_ms();
                if held.is_some_and(|held| held.may(Action::ReadTranscript, now).is_ok()) {
                    allowed.insert(meeting.to_string());
                }
            }
            for q in ["shared", "sha*", "\"says shared\"", "everybody -nobody"] {
                let found = stage.search(person, q, "&limit=100").await;
                let found: BTreeSet<_> = found
                    .iter()
                    .map(|item| item["meetingId"].as_str().unwrap().to_owned())
                    .collect();
                assert_eq!(found, allowed, "{q}");
            }
            seen += allowed.len();
            hidden += MEETINGS - allowed.len();
        }
    }
    assert!(seen > 50 && hidden > 50, "{seen} {hidden}");
}
