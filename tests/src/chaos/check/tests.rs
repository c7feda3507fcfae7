//! Each promise, broken once by hand, is found; a good history passes.

use super::*;
use crate::chaos::history::{Asked, Kind, NoteText};

const CHAT: Journal = Journal {
    meeting: 0,
    kind: Kind::Chat,
};

fn item(sequence: u64, author: u32, place: u64) -> Item {
    let marks = vec![Mark { author, place }];
    Item { sequence, marks }
}

fn frame(from: Option<u64>, to: u64, items: &[Item]) -> Frame {
    Frame {
        at_ms: 20_000 + to,
        from,
        to,
        items: items.to_vec(),
    }
}

/// Two authors, four messages, one watcher who was cut off once, one who was removed.
fn good() -> History {
    let items = [item(1, 1, 1), item(2, 2, 1), item(3, 1, 2), item(4, 1, 3)];
    let log = |at: &str| Log {
        at: at.into(),
        journal: CHAT,
        items: items.to_vec(),
    };
    let write = |item: &Item, made_ms, acknowledged| Write {
        journal: CHAT,
        mark: item.marks[0],
        made_ms,
        acknowledged,
    };
    let text = |who: &str| NoteText {
        who: who.into(),
        meeting: 0,
        text: "the same".into(),
    };
    let frames = vec![
        frame(None, 1, &items[..1]),
        frame(Some(2), 3, &items[1..3]),
        // Back again: nothing new at first.
        frame(Some(4), 3, &[]),
        frame(Some(4), 4, &items[3..]),
    ];
    History {
        writes: vec![
            write(&items[0], 100, Some(Some(1))),
            write(&items[1], 200, Some(None)),
            write(&items[2], 300, None),
            write(&items[3], 20_000, Some(Some(4))),
        ],
        watches: vec![
            Watch {
                who: "watcher".into(),
                journal: CHAT,
                frames: frames.clone(),
                earlier: None,
                is_lost: false,
                removed_ms: None,
            },
            Watch {
                who: "removed".into(),
                journal: CHAT,
                frames: frames[..2].to_vec(),
                earlier: None,
                is_lost: false,
                removed_ms: Some(1_000),
            },
            Watch {
                who: "lost".into(),
                journal: CHAT,
                frames: frames[..2].to_vec(),
                earlier: Some(Vec::new()),
                is_lost: true,
                removed_ms: None,
            },
            Watch {
                who: "new".into(),
                journal: CHAT,
                frames: vec![frame(None, 4, &items[2..])],
                earlier: Some(items[..2].to_vec()),
                is_lost: false,
                removed_ms: None,
            },
        ],
        logs: vec![log("node 0"), log("node 1")],
        texts: vec![text("node 0"), text("client 5"), text("the log")],
        asked: vec![Asked {
            name: "meeting 7".into(),
            acknowledged: true,
            found: 1,
        }],
        complaints: Vec::new(),
    }
}

#[track_caller]
fn breaks(property: Property, spoil: impl FnOnce(&mut History)) {
    let mut history = good();
    spoil(&mut history);
    let found = check(&history);
    assert!(
        found.iter().any(|one| one.property == property),
        "{found:?}"
    );
}

/// Spoils both nodes' logs alike.
fn in_logs(history: &mut History, spoil: impl Fn(&mut Vec<Item>)) {
    for log in &mut history.logs {
        spoil(&mut log.items);
    }
}

#[test]
fn a_good_history_passes() {
    assert_eq!(check(&good()), []);
}

#[test]
fn an_acknowledged_write_that_is_not_there_is_found() {
    breaks(Property::NothingLost, |history| {
        in_logs(history, |items| drop(items.pop()));
    });
}

#[test]
fn a_write_that_stands_elsewhere_than_told_is_found() {
    breaks(Property::NothingLost, |history| {
        history.writes[0].acknowledged = Some(Some(2));
    });
}

#[test]
fn a_watcher_who_never_gets_the_last_is_found() {
    breaks(Property::NothingLost, |history| {
        history.watches[0].frames.pop();
    });
}

#[test]
fn what_was_done_and_is_gone_is_found() {
    breaks(Property::NothingLost, |history| history.asked[0].found = 0);
}

#[test]
fn a_write_that_is_there_twice_is_found() {
    breaks(Property::NothingTwice, |history| {
        in_logs(history, |items| items.push(item(5, 1, 2)));
    });
}

#[test]
fn an_entry_that_comes_twice_is_found() {
    breaks(Property::NothingTwice, |history| {
        let frames = &mut history.watches[0].frames;
        frames[3] = frame(Some(3), 4, &[item(3, 1, 2), item(4, 1, 3)]);
    });
}

#[test]
fn a_call_that_was_done_twice_is_found() {
    breaks(Property::NothingTwice, |history| history.asked[0].found = 2);
}

#[test]
fn a_gap_in_the_log_is_found() {
    breaks(Property::NoGaps, |history| {
        in_logs(history, |items| drop(items.remove(1)));
    });
}

#[test]
fn a_gap_in_what_comes_is_found() {
    breaks(Property::NoGaps, |history| {
        drop(history.watches[0].frames.remove(1));
    });
}

#[test]
fn a_frame_that_lacks_what_it_covers_is_found() {
    breaks(Property::NoGaps, |history| {
        drop(history.watches[0].frames[1].items.remove(0));
    });
}

#[test]
fn a_watcher_who_has_to_start_over_is_found() {
    breaks(Property::NoGaps, |history| {
        history.watches[0].frames[3] = frame(None, 4, &[item(4, 1, 3)]);
    });
}

#[test]
fn a_gap_in_what_a_new_device_is_shown_is_found() {
    breaks(Property::NoGaps, |history| {
        drop(history.watches[3].frames[0].items.remove(0));
        history.watches[3].frames[0].items.insert(0, item(2, 2, 1));
    });
}

#[test]
fn a_new_device_that_is_shown_nothing_of_what_there_is_is_found() {
    breaks(Property::NoGaps, |history| {
        history.watches[3].frames[0].items.clear();
    });
}

#[test]
fn what_cannot_be_read_back_is_found() {
    for missing in 0..2 {
        breaks(Property::NothingLost, |history| {
            let earlier = history.watches[3].earlier.as_mut();
            drop(earlier.unwrap().remove(missing));
        });
    }
}

#[test]
fn what_is_read_back_otherwise_is_found() {
    breaks(Property::Equal, |history| {
        let earlier = history.watches[3].earlier.as_mut();
        earlier.unwrap()[0].marks.clear();
    });
}

#[test]
fn a_new_device_that_does_not_get_the_rest_is_found() {
    breaks(Property::NothingLost, |history| {
        let new = &mut history.watches[3];
        new.frames = vec![frame(None, 3, &[item(3, 1, 2)])];
    });
}

#[test]
fn an_authors_writes_in_another_order_are_found() {
    breaks(Property::InOrder, |history| {
        in_logs(history, |items| {
            items[2].marks[0].place = 3;
            items[3].marks[0].place = 2;
        });
    });
}

#[test]
fn entries_that_come_in_another_order_are_found() {
    breaks(Property::InOrder, |history| {
        history.watches[0].frames[1].items.swap(0, 1);
    });
}

#[test]
fn nodes_that_have_different_logs_are_found() {
    breaks(Property::Equal, |history| {
        history.logs[1].items[1].marks[0].author = 9;
    });
}

#[test]
fn an_entry_seen_that_was_never_stored_is_found() {
    breaks(Property::Equal, |history| {
        history.watches[0].frames[1].items[0] = item(2, 8, 8);
    });
}

#[test]
fn an_entry_that_nobody_wrote_is_found() {
    breaks(Property::Equal, |history| {
        history.writes.remove(2);
    });
}

#[test]
fn a_text_that_differs_is_found() {
    breaks(Property::Equal, |history| {
        history.texts[1].text.push('!');
    });
}

#[test]
fn what_the_removed_see_afterwards_is_found() {
    breaks(Property::Removed, |history| {
        let last = history.watches[0].frames[3].clone();
        history.watches[1].frames.push(last);
    });
}

#[test]
fn what_a_client_complains_of_is_found() {
    breaks(Property::Sound, |history| {
        history.complaints.push("500".into());
    });
}
