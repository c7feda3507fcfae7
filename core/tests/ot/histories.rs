//! Versions out of the log.

use connvo_core::note::history::{
    HistoryError, LogOp, VERSION_PAUSE_MS, change, text_at, versions,
};
use connvo_core::note::{Operation, OperationError, Text};

/// A log that appends letters: (author, timestamp) of each change.
fn operations(count: usize) -> Vec<Operation> {
    let letter = |at: usize| char::from(b'a' + (at % 26) as u8).to_string();
    (0..count)
        .map(|at| Operation::new().retain(at as u32).insert(&letter(at)))
        .collect()
}

fn log<'a>(operations: &'a [Operation], made: &[(&'a str, u64)]) -> Vec<LogOp<'a>> {
    let numbered = (1_u64..).zip(operations.iter().zip(made));
    numbered
        .map(|(sequence, (operation, (author, timestamp)))| LogOp {
            sequence,
            author,
            timestamp: *timestamp,
            operation,
        })
        .collect()
}

#[test]
fn a_version_ends_where_the_author_changes_or_pauses() {
    let operations = operations(6);
    let pause = VERSION_PAUSE_MS;
    let made = [
        ("ann", 0),
        ("ann", pause - 1),
        ("ben", pause),
        ("ann", pause + 1),
        ("ann", 2 * pause),
        ("ann", 3 * pause),
    ];
    let versions = versions(log(&operations, &made));
    let ends: Vec<_> = versions
        .iter()
        .map(|version| {
            (
                version.author_id.as_str(),
                version.first_sequence,
                version.sequence,
            )
        })
        .collect();
    assert_eq!(
        ends,
        [("ann", 1, 2), ("ben", 3, 3), ("ann", 4, 5), ("ann", 6, 6)]
    );
    assert_eq!(
        (versions[0].started_at, versions[0].ended_at),
        (0, pause - 1)
    );
    assert_eq!((versions[0].inserted, versions[0].deleted), (2, 0));
}

#[test]
fn a_clock_that_was_set_back_splits_no_version() {
    let operations = operations(3);
    let versions = versions(log(
        &operations,
        &[("ann", 5_000), ("ann", 10), ("ann", 5_500)],
    ));
    assert_eq!(versions.len(), 1);
    assert_eq!(
        (versions[0].started_at, versions[0].ended_at),
        (5_000, 5_500)
    );
}

#[test]
fn the_text_of_a_version_comes_from_a_checkpoint_and_the_changes_after_it() {
    let operations = operations(5);
    let log = log(&operations, &[("ann", 0); 5]);
    let at = |checkpoint: &str, version, sequence| {
        text_at(
            Text::from(checkpoint),
            version,
            log.iter().copied(),
            sequence,
        )
        .map(|text| text.to_string())
    };
    assert_eq!(at("", 0, 3).unwrap(), "abc");
    assert_eq!(at("ab", 2, 4).unwrap(), "abcd");
    assert_eq!(at("ab", 2, 2).unwrap(), "ab");
    assert_eq!(at("", 0, 6), Err(HistoryError::Gap { missing: 6 }));
    assert_eq!(at("abc", 3, 2), Err(HistoryError::Gap { missing: 2 }));
}

#[test]
fn a_log_with_a_hole_or_a_change_that_does_not_fit_gives_no_text() {
    let operations = operations(3);
    let log = log(&operations, &[("ann", 0); 3]);
    let holed = [log[0], log[2]];
    assert_eq!(
        text_at(Text::default(), 0, holed, 3),
        Err(HistoryError::Gap { missing: 2 })
    );
    let source = OperationError::OutOfBounds {
        needed: 2,
        length: 1,
    };
    assert_eq!(
        text_at(Text::from("x"), 2, log, 3),
        Err(HistoryError::Unfit {
            sequence: 3,
            source
        })
    );
}

#[test]
fn restoring_a_version_changes_only_what_differs() {
    let (now, then) = (
        Text::from("Agenda\n- a\n- b\n- c\n"),
        Text::from("Agenda\n- a\n- c\n"),
    );
    assert_eq!(change(&now, &then).deleted(), 4);
    assert_eq!(change(&now, &then).inserted(), 0);
}

#[test]
fn a_version_goes_over_the_wire_in_camel_case() {
    let operations = operations(1);
    let versions = versions(log(&operations, &[("ann", 7)]));
    let json = serde_json::json!([{
        "sequence": 1, "firstSequence": 1, "authorId": "ann",
        "startedAt": 7, "endedAt": 7, "inserted": 1, "deleted": 0,
    }]);
    assert_eq!(serde_json::to_value(versions).unwrap(), json);
}
