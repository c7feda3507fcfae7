//! Every statement that the other tests of this suite have made the server send finds its
//! rows by an index, where there are 100 000 of them. The last one by its name: it begins
//! when the others have, and waits until they are done.

use crate::client;
use connvo_server::db::Db;
use connvo_server::{auth, meeting};
use connvo_tests::plans::{Big, Refused, seen};
use std::time::Duration;

/// What reads a table as a whole and may: a text, or its beginning, and why.
const MAY: [(&str, &str); 3] = [
    ("SELECT to_jsonb(t)::text FROM", "the tests' own"),
    ("SELECT COUNT(*) FROM node_people", "the tests' own"),
    (
        "SELECT id, actor_id, session_id, type, resource, action, success, reason,
                    request_id, ip, user_agent, duration_ms, changes, count, created_at
                FROM audit_logs WHERE 1 = 1 AND type = $1",
        "of four kinds, and planned here for one that there is not: else from the newest on",
    ),
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_statement_finds_its_rows_among_a_hundred_thousand() {
    let mut big = Big::make(async |url| {
        Db::postgres(url).await.unwrap().close().await;
    })
    .await;
    for table in ["meetings", "participants", "users", "sessions", "note_log"] {
        assert!(big.large().contains(table), "{:?}", big.large());
    }
    // As if none of the other tests had shown any.
    let hot = [auth::store::STANDING_SQL, meeting::store::MEMBERSHIP_SQL].map(str::to_owned);
    assert_eq!(shown(&big.refused(&hot).await), "");
    for (index, statement) in [
        (
            "participants_of_user",
            "SELECT role FROM participants WHERE user_id = $1",
        ),
        (
            "sessions_of_user",
            "SELECT expires_at FROM sessions WHERE user_id = $1",
        ),
    ] {
        let statements = [statement.to_owned()];
        assert_eq!(shown(&big.refused(&statements).await), "");
        let refused = big.refused_without(index, &statements).await;
        assert_eq!(refused.len(), 1, "nobody misses {index}");
    }
    while client::alive() > 0 {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let mut statements = seen();
    eprintln!("{} statements over {:?}", statements.len(), big.large());
    statements.retain(|sql| !MAY.iter().any(|(begin, _)| sql.starts_with(begin)));
    assert_eq!(shown(&big.refused(&statements).await), "");
}

fn shown(refused: &[Refused]) -> String {
    let shown: Vec<String> = refused.iter().map(ToString::to_string).collect();
    shown.join("\n")
}
