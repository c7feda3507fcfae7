//! The audit log.

use crate::fixture::{NOW, Store, entry, said, typed};
use connvo_core::meeting::MeetingState;
use connvo_server::actor::RequestInfo;
use connvo_server::audit::store::places;
use connvo_server::audit::store::{AuditRow, Filter, KEPT_MS, count, page, sweep, write};
use connvo_server::audit::{Entry, Kind};
use connvo_server::committer::Append;
use connvo_server::db::{Db, StoreError};
use connvo_server::idempotency::Once;
use connvo_server::meeting::store::advance;
use connvo_server::on_db;
use std::sync::Arc;

on_both!(
    a_change_and_its_row_are_stored_together_or_not_at_all,
    a_row_of_a_note_is_stored_with_the_notes_change,
    rows_stay_as_they_are_for_a_year,
    where_a_request_came_from_is_forgotten_after_ninety_days,
    where_the_requests_of_the_deleted_came_from_is_forgotten_at_once,
    like_refusals_are_counted_into_one_row,
    filters_hold_together_and_pages_follow_each_other,
);

async fn all(store: &Store, filter: Filter) -> Vec<AuditRow> {
    page(&store.db, &filter, None, 100).await.unwrap()
}

async fn actions(store: &Store) -> Vec<String> {
    let rows = all(store, Filter::default()).await;
    let actions = rows.into_iter().map(|row| row.action);
    // That people were made is told beside it.
    actions.filter(|action| action != "createUser").collect()
}

async fn a_change_and_its_row_are_stored_together_or_not_at_all(store: Store) {
    let (ada, meeting) = store.hosted().await;
    let (whose, once) = ((&ada, &meeting), Once::default());
    store.clock.advance(1);
    let steps = (MeetingState::Scheduled, MeetingState::Active, None);
    for expected in [true, false] {
        let entry = store.entry("startMeeting");
        let moved = advance(&store.db, whose, steps, (&entry, &once), NOW).await;
        assert_eq!(moved.unwrap().is_ok(), expected);
    }
    assert_eq!(actions(&store).await, ["startMeeting", "createMeeting"]);
    // A row that cannot be written keeps the change from being made.
    let steps = (MeetingState::Active, MeetingState::Concluded, None);
    let entry = store.entry("endMeeting");
    write(&store.db, &entry).await.unwrap();
    let refused = advance(&store.db, whose, steps, (&entry, &once), NOW).await;
    assert!(refused.is_err());
    let fresh = store.entry("endMeeting");
    let again = advance(&store.db, whose, steps, (&fresh, &once), NOW).await;
    assert!(again.unwrap().is_ok());
}

async fn a_row_of_a_note_is_stored_with_the_notes_change(store: Store) {
    let (ada, meeting) = store.hosted().await;
    store.clock.advance(1);
    let append = |head| Append {
        note: Some(typed(&ada, "restore", head, 1)),
        transcript: None,
        records: vec![store.entry("restoreNote")],
        ..said(&meeting, Vec::new())
    };
    store.committer.append(append(0)).await.unwrap();
    // Of another head: nothing of it is stored.
    assert!(store.committer.append(append(7)).await.is_err());
    assert_eq!(actions(&store).await, ["restoreNote", "createMeeting"]);
    assert_eq!(entry(&ada, 1, "restore", 1).client_id, "restore");
}

/// Runs a statement that the tables should refuse.
async fn run(store: &Store, sql: &'static str) -> Result<(), StoreError> {
    on_db!(
        &store.db,
        write | pool | {
            sqlx::query(sql).execute(pool).await?;
            Ok(())
        }
    )
}

async fn rows_stay_as_they_are_for_a_year(store: Store) {
    let old = Entry::of(
        ("00000000-0001-7000-8000-000000000000".into(), 1),
        &Arc::default(),
        Kind::Change,
        "invite",
        "meetings/1",
    );
    write(&store.db, &old).await.unwrap();
    write(&store.db, &store.entry("invite")).await.unwrap();
    for sql in [
        "UPDATE audit_logs SET count = 7",
        "UPDATE audit_logs SET actor_id = NULL, action = 'other'",
        "DELETE FROM audit_logs",
    ] {
        assert!(run(&store, sql).await.is_err(), "{sql}");
    }
    if matches!(store.db, Db::Postgres(_)) {
        assert!(run(&store, "TRUNCATE audit_logs").await.is_err());
    }
    assert!(sweep(&store.db, NOW).await.unwrap());
    assert!(!sweep(&store.db, NOW).await.unwrap());
    let left = all(&store, Filter::default()).await;
    assert_eq!(left.len(), 1);
    assert!(left[0].created_at > NOW - KEPT_MS);
}

/// A row with an address, of that id and time.
fn placed(id: &str, created_at: u64) -> Entry {
    let request = RequestInfo {
        ip: Some([192, 0, 2, 7].into()),
        user_agent: Some("curl".into()),
        ..RequestInfo::default()
    };
    let made = (id.to_owned(), created_at);
    Entry::of(
        made,
        &Arc::new(request),
        Kind::Denial,
        "invite",
        "meetings/1",
    )
}

async fn where_a_request_came_from_is_forgotten_after_ninety_days(store: Store) {
    let old = placed("00000000-0001-7000-8000-000000000000", 1);
    count(&store.db, &[("1 192.0.2.7".into(), old)])
        .await
        .unwrap();
    let fresh = placed(&store.ids.uuid(), NOW);
    count(&store.db, &[("2 192.0.2.7".into(), fresh)])
        .await
        .unwrap();
    assert!(places::sweep(&store.db, NOW).await.unwrap());
    assert!(!places::sweep(&store.db, NOW).await.unwrap());
    let rows = all(&store, Filter::default()).await;
    let places: Vec<_> = rows.iter().map(|row| row.ip.as_deref()).collect();
    assert_eq!(places, [Some("192.0.2.7"), None]);
    assert_eq!(rows[1].user_agent, None);
    // Of a young row nothing is forgotten, and of an old one nothing is made up.
    for sql in [
        "UPDATE audit_logs SET ip = NULL, user_agent = NULL, flood = NULL WHERE created_at > 1",
        "UPDATE audit_logs SET ip = NULL WHERE created_at > 1",
        "UPDATE audit_logs SET ip = '192.0.2.8' WHERE created_at = 1",
        "UPDATE audit_logs SET flood = 'x' WHERE created_at = 1",
        "UPDATE audit_logs SET ip = NULL, count = 9 WHERE created_at = 1",
    ] {
        assert!(run(&store, sql).await.is_err(), "{sql}");
    }
}

async fn where_the_requests_of_the_deleted_came_from_is_forgotten_at_once(store: Store) {
    let (ada, bob) = (store.user("ada").await, store.user("bob").await);
    for user in [&ada, &bob] {
        let entry = placed(&store.ids.uuid(), NOW).by(user);
        write(&store.db, &entry).await.unwrap();
    }
    let placed_rows = async || {
        let rows = all(&store, Filter::default()).await;
        rows.iter().filter(|row| row.ip.is_some()).count()
    };
    let sql = "UPDATE audit_logs SET ip = NULL, user_agent = NULL, flood = NULL";
    assert!(run(&store, sql).await.is_err());
    assert_eq!(placed_rows().await, 2);
    crate::people::deletes(&store, &ada).await;
    assert_eq!(placed_rows().await, 1);
    let late = placed(&store.ids.uuid(), NOW).by(&ada);
    write(&store.db, &late).await.unwrap();
    assert_eq!(placed_rows().await, 2);
    places::forget_late(&store.db, &ada).await.unwrap();
    assert_eq!(placed_rows().await, 1);
}

async fn like_refusals_are_counted_into_one_row(store: Store) {
    let flood = |name: &str| vec![(name.to_owned(), store.entry("readNote"))];
    count(&store.db, &flood("one")).await.unwrap();
    count(&store.db, &flood("one")).await.unwrap();
    count(&store.db, &flood("other")).await.unwrap();
    let mut counts: Vec<u64> = all(&store, Filter::default())
        .await
        .iter()
        .map(|row| row.count)
        .collect();
    counts.sort_unstable();
    assert_eq!(counts, [1, 2]);
    // Nothing but the count ever changes.
    assert!(
        run(&store, "UPDATE audit_logs SET reason = 'x'")
            .await
            .is_err()
    );
    assert!(
        run(&store, "UPDATE audit_logs SET count = 0")
            .await
            .is_err()
    );
}

async fn filters_hold_together_and_pages_follow_each_other(store: Store) {
    for action in ["a", "b", "a", "b", "a"] {
        write(&store.db, &store.entry(action)).await.unwrap();
        store.clock.advance(10);
    }
    let of = |action: &str| Filter {
        action: Some(action.into()),
        kind: Some(Kind::Change),
        success: Some(true),
        resource: Some("meetings/1".into()),
        ..Filter::default()
    };
    assert_eq!(all(&store, of("a")).await.len(), 3);
    let within = Filter {
        from: Some(NOW + 10),
        to: Some(NOW + 40),
        ..of("a")
    };
    assert_eq!(all(&store, within).await.len(), 1);
    let nobodys = Filter {
        actor: Some(store.ids.user()),
        ..of("a")
    };
    assert!(all(&store, nobodys).await.is_empty());
    let (mut seen, filter) = (Vec::new(), Filter::default());
    while let after = seen.last().map(|row: &AuditRow| row.id.clone())
        && let next = page(&store.db, &filter, after.as_deref(), 2).await.unwrap()
        && !next.is_empty()
    {
        seen.extend(next);
    }
    let newest_first = seen.is_sorted_by(|one, next| one.id > next.id);
    assert!(newest_first && seen.len() == 5);
}
