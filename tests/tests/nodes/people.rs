//! Who is in a meeting, and what views show, at whichever node.

use crate::cluster::{Cluster, NEVER, Over, until};
use crate::line::{Line, SUB, id};
use connvo_core::protocol::frame::{Query, ServerFrame};
use connvo_server::app::App;
use connvo_server::db::Db;
use serde_json::{Value, json};
use tokio::time::timeout;

on_both!(
    who_is_there_is_told_at_every_node_and_who_leaves_leaves_all,
    people_of_a_node_that_died_are_gone,
    who_goes_while_the_database_refuses_is_gone_afterwards,
    who_is_there_is_told_again_by_a_node_that_was_taken_for_dead,
    a_view_follows_what_changes_at_another_node,
);
by_pooler!(
    who_is_there_is_told_at_every_node_and_who_leaves_leaves_all,
    people_of_a_node_that_died_are_gone,
    who_goes_while_the_database_refuses_is_gone_afterwards,
    who_is_there_is_told_again_by_a_node_that_was_taken_for_dead,
    a_view_follows_what_changes_at_another_node,
);

/// Values of a view up to one that fits.
async fn seen(line: &mut Line, what: &str, fits: impl Fn(&Value) -> bool) {
    let seen = timeout(NEVER, async {
        loop {
            match line.frame().await {
                ServerFrame::Snapshot {
                    sub: SUB, items, ..
                } if fits(&items[0]) => return,
                ServerFrame::Snapshot { .. } => {}
                other => panic!("{other:?}"),
            }
        }
    });
    seen.await.unwrap_or_else(|_| panic!("never seen: {what}"));
}

async fn who_is_there_is_told_at_every_node_and_who_leaves_leaves_all(over: Over) {
    let cluster = Cluster::of(3, over).await;
    let ada = cluster.api(0).sign_in("ada").await;
    let bob = cluster.api(1).sign_in("bob").await;
    let meeting = ada.meeting().await;
    ada.invite(&meeting, "bob", "participant").await;
    ada.post(&format!("{meeting}/start"), None).await;
    let meeting_id = id(&meeting);
    let state = Query::MeetingState {
        meeting_id: meeting_id.clone(),
    };
    let mut watcher = Line::of(&ada).await;
    watcher.subscribe(state, None).await;
    assert_eq!(bob.post(&format!("{meeting}/join"), None).await.0, 200);
    let mut lines = Vec::new();
    for node in [1, 2] {
        let mut line = Line::of(&cluster.at(node, &bob)).await;
        let query = Query::Transcript {
            meeting_id: meeting_id.clone(),
        };
        line.subscribe(query, None).await;
        lines.push(line);
    }
    seen(&mut watcher, "Bob is there", |state| {
        state["activeParticipants"] == json!([bob.id]) && state["activeCount"] == 1
    })
    .await;
    until("both nodes have said so", async || {
        rows(&cluster.api(0).app).await == 2
    })
    .await;
    let left = cluster
        .at(1, &bob)
        .post(&format!("{meeting}/leave"), None)
        .await;
    assert!(left.0.is_success(), "{left:?}");
    seen(&mut watcher, "Bob has left", |state| {
        state["activeCount"] == 0
    })
    .await;
    until("no node has him", async || {
        rows(&cluster.api(0).app).await == 0
    })
    .await;
}

/// How many people nodes have in their meetings.
async fn rows(app: &App) -> i64 {
    let Db::Postgres(pool) = &app.db else {
        unreachable!("this is PostgreSQL");
    };
    let (count,): (i64,) = sqlx::query_as("SELECT COUNT(*) FROM node_people")
        .fetch_one(pool)
        .await
        .unwrap();
    count
}

async fn people_of_a_node_that_died_are_gone(over: Over) {
    let cluster = Cluster::of(1, over).await;
    let ada = cluster.api(0).sign_in("ada").await;
    let meeting = ada.meeting().await;
    ada.post(&format!("{meeting}/start"), None).await;
    let app = &cluster.api(0).app;
    let Db::Postgres(pool) = &app.db else {
        unreachable!("this is PostgreSQL");
    };
    // As a node leaves it that was killed a minute ago.
    let dead = "INSERT INTO nodes (node_id, seen_at, created_at) VALUES ('dead',
        (EXTRACT(EPOCH FROM clock_timestamp()) * 1000)::BIGINT - $1, 0)
        ON CONFLICT (node_id) DO UPDATE SET seen_at = excluded.seen_at";
    sqlx::query(dead)
        .bind(1_000_i64)
        .execute(pool)
        .await
        .unwrap();
    sqlx::query(
        "INSERT INTO node_people (node_id, meeting_id, user_id, created_at)
         VALUES ('dead', $1, $2, 0)",
    )
    .bind(id(&meeting).as_str())
    .bind(&ada.id)
    .execute(pool)
    .await
    .unwrap();
    let count = async || ada.get(&format!("{meeting}/state")).await.1["activeCount"].clone();
    assert_eq!(count().await, 1);
    sqlx::query(dead)
        .bind(60_000_i64)
        .execute(pool)
        .await
        .unwrap();
    assert_eq!(count().await, 0);
    until("nothing of it is left", async || rows(app).await == 0).await;
}

/// Counts the refusals where no rollback takes them back.
const REFUSE: [&str; 3] = [
    "CREATE SEQUENCE refused",
    "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$
     BEGIN PERFORM nextval('refused'); RAISE EXCEPTION 'not now'; END $$",
    "CREATE TRIGGER refuses BEFORE DELETE ON node_people
     FOR EACH ROW EXECUTE FUNCTION refuse()",
];

async fn who_goes_while_the_database_refuses_is_gone_afterwards(over: Over) {
    let cluster = Cluster::of(2, over).await;
    let ada = cluster.api(0).sign_in("ada").await;
    let meeting = ada.meeting().await;
    ada.invite(&meeting, "bob", "participant").await;
    ada.post(&format!("{meeting}/start"), None).await;
    let bob = cluster.api(1).sign_in("bob").await;
    assert_eq!(bob.post(&format!("{meeting}/join"), None).await.0, 200);
    let app = &cluster.api(0).app;
    let Db::Postgres(pool) = &app.db else {
        unreachable!("this is PostgreSQL");
    };
    let mut line = Line::of(&bob).await;
    let meeting_id = id(&meeting);
    line.subscribe(Query::Transcript { meeting_id }, None).await;
    until("he is there", async || rows(app).await == 1).await;
    for sql in REFUSE {
        sqlx::query(sql).execute(pool).await.unwrap();
    }
    // At the other node: the one that has him hears of it, and cannot write it.
    let left = cluster
        .at(0, &bob)
        .post(&format!("{meeting}/leave"), None)
        .await;
    assert!(left.0.is_success(), "{left:?}");
    until("it was refused", async || {
        let sql = "SELECT last_value FROM pg_sequences WHERE sequencename = 'refused'";
        let (last,): (Option<i64>,) = sqlx::query_as(sql).fetch_one(pool).await.unwrap();
        last.is_some()
    })
    .await;
    assert_eq!(rows(app).await, 1);
    sqlx::query("DROP TRIGGER refuses ON node_people")
        .execute(pool)
        .await
        .unwrap();
    until("he is gone", async || rows(app).await == 0).await;
}

async fn who_is_there_is_told_again_by_a_node_that_was_taken_for_dead(over: Over) {
    let cluster = Cluster::of(1, over).await;
    let ada = cluster.api(0).sign_in("ada").await;
    let meeting = ada.meeting().await;
    ada.post(&format!("{meeting}/start"), None).await;
    let mut line = Line::of(&ada).await;
    let meeting_id = id(&meeting);
    line.subscribe(Query::Transcript { meeting_id }, None).await;
    let app = &cluster.api(0).app;
    until("she is there", async || rows(app).await == 1).await;
    let Db::Postgres(pool) = &app.db else {
        unreachable!("this is PostgreSQL");
    };
    sqlx::query("TRUNCATE node_people")
        .execute(pool)
        .await
        .unwrap();
    app.presence.tell_again();
    until("she is there again", async || rows(app).await == 1).await;
}

async fn a_view_follows_what_changes_at_another_node(over: Over) {
    let cluster = Cluster::of(2, over).await;
    let ada = cluster.api(0).sign_in("ada").await;
    let meeting = ada.meeting().await;
    let meeting_id = id(&meeting);
    let mut line = Line::of(&cluster.at(1, &ada)).await;
    line.subscribe(Query::Participants { meeting_id }, None)
        .await;
    seen(&mut line, "Ada", |people| {
        people.as_array().unwrap().len() == 1
    })
    .await;
    ada.invite(&meeting, "bob", "participant").await;
    seen(&mut line, "Bob", |people| people[1]["status"] == "invited").await;
    let bob = cluster.api(0).sign_in("bob").await;
    bob.post(&format!("{meeting}/accept"), None).await;
    seen(&mut line, "Bob's answer", |people| {
        people[1]["status"] == "accepted"
    })
    .await;
}
