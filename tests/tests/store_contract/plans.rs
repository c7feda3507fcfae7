//! Every hot read finds its rows by an index, on both databases.

use crate::fixture::{NOW, Store, chunk, typed};
use connvo_core::live::note::Base;
use connvo_server::db::{Db, streams};
use connvo_server::user::Profile;
use connvo_server::{audit, auth, chat, meeting, note, org, person, rate, transcript};
use sqlx::{Connection, PgConnection, Row};

/// A parameter: planners want to know its type.
#[derive(Clone, Copy)]
enum Of {
    Text,
    /// A meeting of the month that is filled.
    Recent,
    Number,
}
use Of::{Number, Recent, Text};

const HOT: [(&str, &str, &[Of]); 21] = [
    ("standing", auth::store::STANDING_SQL, &[Text, Text]),
    ("sight", auth::store::SIGHT_SQL, &[Text, Text]),
    ("membership", meeting::store::MEMBERSHIP_SQL, &[Text, Text]),
    ("note after base", note::store::AFTER_SQL, &[Text, Number]),
    (
        "note range",
        note::store::RANGE_SQL,
        &[Text, Number, Number],
    ),
    ("note page", note::store::PAGE_SQL, &[Text, Number, Number]),
    ("note oldest", note::store::OLDEST_SQL, &[Text]),
    ("note entry", note::store::FIND_SQL, &[Text, Text, Number]),
    ("note clients", note::store::CLIENTS_SQL, &[Text]),
    (
        "note checkpoint",
        note::store::CHECKPOINT_SQL,
        &[Text, Number],
    ),
    (
        "transcript page",
        transcript::store::ENTRIES_SQL,
        &[Recent, Number, Number, Number],
    ),
    (
        "transcript tail",
        transcript::store::LATEST_SQL,
        &[Recent, Number, Number, Number],
    ),
    (
        "chat page",
        chat::store::ENTRIES_SQL,
        &[Text, Number, Number],
    ),
    (
        "chat tail",
        chat::store::BEFORE_SQL,
        &[Text, Number, Number],
    ),
    (
        "chat thread",
        chat::store::THREAD_SQL,
        &[Text, Number, Number, Text],
    ),
    ("message", chat::store::FIND_SQL, &[Text, Text]),
    (
        "transcript spoken",
        transcript::store::spoken::SPOKEN_SQL,
        &[Recent, Number, Number, Number, Number, Number],
    ),
    (
        "transcript spoken by",
        transcript::store::spoken::SPOKEN_BY_SQL,
        &[Recent, Number, Number, Number, Number, Number, Text],
    ),
    (
        "speakers heard",
        transcript::store::speakers::HEARD_SQL,
        &[Recent, Text, Number, Number],
    ),
    ("head", streams::HEAD_SQL, &[Text, Text]),
    ("heads", streams::STANDING_SQL, &[Text]),
];

/// Read as seldom as rights change, and sorted: a few rows of one meeting or person. No
/// table is read whole.
const FEW: [(&str, &str, &[Of]); 10] = [
    // Of a few hundred meetings PostgreSQL now and then reads all.
    (
        "my meetings",
        meeting::store::OF_USER_SQL,
        &[
            Text, Text, Number, Text, Text, Text, Text, Number, Number, Text,
        ],
    ),
    (
        "public meetings",
        meeting::store::PUBLIC_PAGE_SQL,
        &[Text, Text, Number, Text, Text, Text, Text, Number, Number],
    ),
    ("of a meeting", org::standing::OF_MEETING_SQL, &[Text]),
    ("of a person", org::standing::OF_USER_SQL, &[Text]),
    (
        "rates",
        rate::store::LOAD_SQL,
        &[Number, Text, Text, Number],
    ),
    ("running", meeting::store::RUNNING_SQL, &[Text, Number]),
    ("uncounted", person::store::UNCOUNTED_SQL, &[Text, Number]),
    (
        "speakers' names",
        transcript::store::speakers::NAMES_SQL,
        &[Recent, Number],
    ),
    (
        "speaking",
        transcript::store::speakers::SPEAKING_SQL,
        &[Recent, Text, Number, Number],
    ),
    ("places", audit::store::places::SWEEP_SQL, &[Text, Number]),
];

/// Two halves in the order of their own indexes, put together: what is read of a table is
/// read by an index.
const HALVES: [(&str, &str, &[Of]); 2] = [
    (
        "connections",
        person::connection::store::PAGE_SQL,
        &[Text, Text, Text, Number],
    ),
    (
        "connections of the export",
        person::connection::store::EXPORT_SQL,
        &[Text, Text, Number],
    ),
];

on_both!(hot_reads_use_their_index);

async fn hot_reads_use_their_index(store: Store) {
    fill(&store).await;
    match &store.db {
        Db::Sqlite { readers, .. } => {
            for (name, sql, _) in HOT {
                let explain = format!("EXPLAIN QUERY PLAN {sql}");
                let rows = sqlx::raw_sql(sqlx::AssertSqlSafe(explain));
                let plan: Vec<String> = rows
                    .fetch_all(readers)
                    .await
                    .unwrap()
                    .iter()
                    .map(|row| row.get("detail"))
                    .collect();
                assert!(!plan.is_empty());
                for step in plan {
                    let counts = step.starts_with("CORRELATED SCALAR SUBQUERY");
                    assert!(step.starts_with("SEARCH") || counts, "{name}: {step}");
                }
            }
            for (name, sql, _) in FEW {
                let explain = format!("EXPLAIN QUERY PLAN {sql}");
                let rows = sqlx::raw_sql(sqlx::AssertSqlSafe(explain));
                for row in rows.fetch_all(readers).await.unwrap() {
                    let step: String = row.get("detail");
                    assert!(!step.starts_with("SCAN"), "{name}: {step}");
                }
            }
            for (name, sql, _) in HALVES {
                let explain = format!("EXPLAIN QUERY PLAN {sql}");
                let rows = sqlx::raw_sql(sqlx::AssertSqlSafe(explain));
                let rows = rows.fetch_all(readers).await.unwrap();
                let plan: Vec<String> = rows.iter().map(|row| row.get("detail")).collect();
                for index in ["connections_begun", "connections_offered"] {
                    let of = |step: &&String| step.contains(index);
                    assert!(plan.iter().any(|step| of(&step)), "{name}: {plan:#?}");
                }
                // What is put in order is the halves, each of no more rows than a page has.
                let half = |step: &str| ["SCAN begun", "SCAN offered"].contains(&step);
                for (before, step) in plan.iter().zip(plan.iter().skip(1)) {
                    assert!(!step.starts_with("SCAN") || half(step), "{name}: {plan:#?}");
                    assert!(!step.contains("TEMP") || half(before), "{name}: {plan:#?}");
                }
            }
        }
        Db::Postgres(pool) => {
            let mut line = PgConnection::connect_with(&pool.connect_options())
                .await
                .unwrap();
            sqlx::raw_sql("ANALYZE").execute(&mut line).await.unwrap();
            for (name, sql, parameters) in HOT {
                let plan = explained(&mut line, sql, parameters).await;
                assert!(plan.contains("Index"), "{name}:\n{plan}");
                assert!(!plan.contains("Seq Scan"), "{name}:\n{plan}");
                assert!(!plan.contains("Sort"), "{name}:\n{plan}");
            }
            // Tables of a few rows are read whole where they may be.
            sqlx::raw_sql("SET enable_seqscan = off")
                .execute(&mut line)
                .await
                .unwrap();
            for (name, sql, parameters) in FEW.iter().chain(&HALVES) {
                let plan = explained(&mut line, sql, parameters).await;
                assert!(!plan.contains("Seq Scan"), "{name}:\n{plan}");
            }
        }
    }
}

async fn explained(line: &mut PgConnection, sql: &str, parameters: &[Of]) -> String {
    let explain = format!("EXPLAIN {sql}");
    let mut query = sqlx::query(sqlx::AssertSqlSafe(explain));
    for of in parameters {
        query = match of {
            Text => query.bind("0197f7a4-5e0b-7c3a-9d2e-3f1b2a4c5d6e"),
            Recent => query.bind("01a3185c-5000-7c3a-9d2e-3f1b2a4c5d6e"),
            Number => query.bind(10_i64),
        };
    }
    let rows = query.fetch_all(line).await.unwrap();
    let plan: Vec<String> = rows.iter().map(|row| row.get(0)).collect();
    plan.join("\n")
}

/// Enough rows that no planner reads a whole table for want of them.
async fn fill(store: &Store) {
    let ada = store.user("ada").await;
    for at in 0..900 {
        let (subject, session) = (format!("user_{at}"), format!("session_{at}"));
        let profile = Profile {
            email: None,
            name: subject.clone(),
            updated_at: None,
        };
        let who = (subject.as_str(), Some(session.as_str()));
        auth::store::meet(&store.db, &store.ids.user(), who, &profile, &store.trail())
            .await
            .unwrap();
    }
    for at in 0..300 {
        let meeting = store.meeting(&ada).await;
        if at % 5 != 0 {
            continue;
        }
        for round in 0..2 {
            let batch = typed(&ada, &format!("tab-{round}"), round * 40, 40);
            store.note(&meeting, batch).await.unwrap();
            let base = Base {
                sequence: (round + 1) * 1_000,
                text: "x".repeat(400),
                state_v2: vec![0; 400],
            };
            note::store::write_base(&store.db, &meeting, 1, &base, &[], NOW)
                .await
                .unwrap();
        }
        let more = (0..20).map(|client| crate::fixture::claim(Some(&ada), &client.to_string(), 1));
        let claims = connvo_server::committer::NoteBatch {
            expected_head: 80,
            entries: Vec::new(),
            claims: more.collect(),
        };
        store.note(&meeting, claims).await.unwrap();
        let chunks = (0..50)
            .map(|at| chunk("mic", at, 0, "some words said"))
            .collect();
        store.transcript(&meeting, chunks).await;
        crate::messages::talk(store, &meeting, &ada).await;
    }
}
