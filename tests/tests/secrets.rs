//! What operators read of a running server, its logs in full, its audit log, its counters
//! and its errors, holds no token, secret, key, text of people or address of theirs.
#![allow(missing_docs, unreachable_pub)]

#[path = "secrets/people.rs"]
mod people;
#[path = "secrets/scan.rs"]
mod scan;
#[path = "secrets/session.rs"]
mod session;

use scan::{Heap, Needle, found};
use session::Session;

#[tokio::test]
async fn nothing_secret_is_in_text_logs_audit_rows_counters_and_errors() {
    clean(&[("RUST_LOG", "debug")]).await;
}

#[tokio::test]
async fn nothing_secret_is_in_json_logs_audit_rows_counters_and_errors() {
    clean(&[("RUST_LOG", "debug"), ("CONNVO_LOG_JSON", "true")]).await;
}

async fn clean(environment: &[(&str, &str)]) {
    let session = Session::run(environment).await;
    let (needles, heaps) = session.end().await;
    for heap in &heaps {
        assert!(!heap.text.is_empty(), "{} holds something", heap.name);
    }
    let found = found(&needles, &heaps);
    assert!(found.is_empty(), "{}", found.join("\n"));
    every_one_would_be_found(&needles);
}

/// What is looked for is found where it is, alone and amid a line.
fn every_one_would_be_found(needles: &[Needle]) {
    assert!(needles.len() > 20, "{}", needles.len());
    for needle in needles {
        let text = format!("INFO request{{path=/v1/me}}: planted={:?}", needle.text);
        let heap = Heap {
            name: "planted",
            text,
        };
        let found = found(std::slice::from_ref(needle), &[heap]);
        assert_eq!(found.len(), 1, "{}", needle.name);
    }
}
