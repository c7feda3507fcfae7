//! What a member who means harm may not do to the others: take their text, answer
//! for them, stop their room. Each test was once a way to do it.
#![allow(missing_docs)]

use connvo_core::id::UserId;
use connvo_core::limits::NoteLimits;
use connvo_core::live::note::update::Run;
use connvo_core::live::note::{Base, NotStaged, Note, Staged, StoredNote};
use connvo_core::live::presence::{self, Presence, State};
use connvo_core::live::room::{Answer, Fetch, Request, Room, Stored};
use connvo_core::note::replica::{RemoteEntry, Replica};
use connvo_core::note::{Document, NoteEntry, Operation};
use connvo_core::protocol::command::NoteOperationDraft;
use connvo_core::protocol::lane::{self, ClientLane};
use connvo_core::protocol::varint::SAFE_MAX;

fn user(n: u8) -> UserId {
    format!("01900000-0000-7000-8000-0000000000{n:02x}")
        .parse()
        .expect("an id")
}

fn note() -> Note {
    Note::open(StoredNote::default(), 1, NoteLimits::default()).expect("opens")
}

fn draft(base: u64, client: &str, seq: u64, operation: Operation) -> NoteOperationDraft {
    NoteOperationDraft {
        base_version: base,
        client_id: client.into(),
        client_seq: seq,
        operation: operation.into(),
    }
}

fn insert(text: &str) -> Operation {
    Operation::new().insert(text)
}

/// The entry as `reader` gets it.
fn delivered<'a>(entry: &'a NoteEntry, reader: &UserId) -> RemoteEntry<'a> {
    RemoteEntry {
        sequence: entry.sequence,
        own: entry.author_id == *reader,
        client_id: &entry.client_id,
        client_seq: entry.client_seq,
        update: Some(&entry.update),
    }
}

#[test]
fn what_somebody_else_made_acknowledges_nothing_of_mine() {
    let (ada, mallory) = (user(1), user(9));
    for name in ["7", "+7", "007"] {
        let mut mine = Replica::new(7, NoteLimits::default());
        let row = mine.edit(&insert("my offline text"), 0).expect("fits");
        mine.stored(&row.expect("an edit"));
        let mut note = note();
        let forged = draft(0, name, SAFE_MAX, insert("x"));
        note.stage_operation(&mallory, &forged, 0).expect("staged");
        let items = note.committed_now();
        mine.receive(&[delivered(items[0].entry(), &ada)])
            .expect("in order");
        assert_eq!(mine.unsent(), 1, "{name}");
    }
}

#[test]
fn a_number_written_in_another_way_is_another_client() {
    let ada = user(1);
    let mut mine = Replica::new(7, NoteLimits::default());
    let row = mine.edit(&insert("my offline text"), 0).expect("fits");
    mine.stored(&row.expect("an edit"));
    let mut note = note();
    let script = draft(0, "007", 5, insert("x"));
    note.stage_operation(&ada, &script, 0).expect("staged");
    let items = note.committed_now();
    mine.receive(&[delivered(items[0].entry(), &ada)])
        .expect("in order");
    assert_eq!(mine.unsent(), 1);
}

/// Mallory writes under a ClientID that nobody has bound yet.
fn forge(note: &mut Note, id: u64) -> Result<Staged, NotStaged> {
    let mut evil = Document::new(id, NoteLimits::default());
    let update = evil
        .apply_operation(&insert("evil text, long"))
        .expect("fits");
    let run = Run {
        author: &user(9),
        own: Some(8),
        made_by: None,
        updates: &[&update],
    };
    let staged = note.stage_updates(run, 0);
    note.committed_now();
    staged
}

#[test]
fn a_change_that_a_forged_one_hides_is_refused_and_kept_as_a_draft() {
    let ada = user(1);
    let mut note = note();
    forge(&mut note, 7).expect("an id that nobody has bound");
    let mut mine = Replica::new(7, NoteLimits::default());
    let row = mine.edit(&insert("my own text"), 0).expect("fits");
    let row = row.expect("an edit");
    let run = Run {
        author: &ada,
        own: Some(7),
        made_by: Some((7, 1)),
        updates: &[&row.update],
    };
    let Err(NotStaged::Refused(problem)) = note.stage_updates(run, 0) else {
        panic!("it must not be acknowledged");
    };
    assert_eq!(problem.reason.as_deref(), Some("clientId"));
    let recovery = mine.refuse(7, 1, &problem.detail, 70).expect("rebuilt");
    assert_eq!(recovery.draft.expect("kept").pieces, ["my own text"]);
    assert_eq!(mine.client_id(), 70);
}

#[test]
fn nobody_else_writes_under_the_id_of_one_who_is_here() {
    let (ada, mallory) = (user(1), user(9));
    let mut note = note();
    note.join(1, 7, &ada);
    note.join(2, 7, &mallory);
    assert!(matches!(forge(&mut note, 7), Err(NotStaged::Refused(_))));
    for name in ["7", "07"] {
        let staged = note.stage_operation(&mallory, &draft(0, name, 1, insert("x")), 0);
        assert!(matches!(staged, Err(NotStaged::Refused(_))), "{name}");
    }
    let staged = note.stage_operation(&ada, &draft(0, "7", 1, insert("x")), 0);
    assert!(matches!(staged, Ok(Staged::Entry(1))));
    note.leave(1);
    note.committed_now();
    assert!(
        matches!(forge(&mut note, 7), Err(NotStaged::Refused(_))),
        "bound by now"
    );
}

#[test]
fn numbers_beyond_what_javascript_counts_are_no_frames() {
    for (client_id, client_seq) in [(SAFE_MAX + 1, 1), (7, SAFE_MAX + 1), (u64::MAX, u64::MAX)] {
        let frame = ClientLane::Update {
            client_id,
            client_seq,
            update: &[0, 0],
        };
        assert!(lane::decode_client(&lane::encode_client(1, &frame)).is_none());
    }
    let state = |client_id, clock| {
        let json = "{}".into();
        let state = State {
            client_id,
            clock,
            json,
        };
        presence::encode([state].iter())
    };
    assert!(presence::decode(&state(SAFE_MAX + 1, 1)).is_none());
    assert!(presence::decode(&state(1, u64::MAX)).is_none());
    let mut presence = Presence::default();
    presence.update(1, None, &state(7, SAFE_MAX), 0);
    presence.leave(1);
    let gone = presence::decode(&presence.drain().expect("news")).expect("a frame");
    assert_eq!((gone[0].clock, gone[0].json.as_str()), (SAFE_MAX, "null"));
}

#[test]
fn the_largest_sequence_is_refused_and_does_not_overflow() {
    let mut room: Room<u8> = Room::new(note(), 0, 0, 0);
    for seq in [SAFE_MAX, u64::MAX] {
        room.request(Request::Update {
            author: user(1),
            own: Some(7),
            made_by: Some((7, seq)),
            update: vec![0, 0],
            reply: 0,
        });
    }
    // Another node may have all that is before them.
    assert_eq!(room.begin(0).fetch, Some(Fetch::News));
    room.note_mut().has_all_news();
    let answers = room.begin(0).answers;
    assert_eq!(answers.len(), 2);
    assert!(
        answers
            .iter()
            .all(|(_, answer)| matches!(answer, Answer::Update(Err(_))))
    );
}

#[test]
fn everything_in_a_batch_is_answered_as_stored_however_large_it_is() {
    let mut room: Room<u64> = Room::new(note(), 0, 0, 0);
    let texts = ["漢".repeat(120_000), "x".into()];
    for (text, seq) in texts.iter().zip(1..) {
        room.request(Request::Operation {
            author: user(1),
            draft: draft(0, "script", seq, insert(text)),
            reply: seq,
        });
    }
    assert_eq!(room.begin(0).batch.expect("a batch").entries.len(), 2);
    for (version, answer) in room.committed(&Stored::default()).answers {
        let Answer::Note(Ok(accepted)) = answer else {
            panic!("{version} was stored");
        };
        assert_eq!(accepted.version, version);
    }
}

#[test]
fn an_operation_older_than_a_cut_log_is_told_to_read_again() {
    let mut document = Document::new(3, NoteLimits::default());
    document.apply_operation(&insert("old text")).expect("fits");
    let stored = StoredNote {
        base: Some(Base {
            sequence: 200,
            text: "old text".into(),
            state_v2: document.snapshot_v2(),
        }),
        ..StoredNote::default()
    };
    let note = Note::open(stored, 1, NoteLimits::default()).expect("opens");
    let mut room: Room<u8> = Room::new(note, 0, 0, 0);
    room.request(Request::Operation {
        author: user(1),
        draft: draft(5, "script", 1, insert("x")),
        reply: 0,
    });
    assert_eq!(room.begin(0).fetch, Some(Fetch::From(6)));
    room.note_mut().extend_back(6, Vec::new());
    let begun = room.begin(0);
    assert_eq!(begun.fetch, None);
    let [(_, Answer::Note(Err(problem)))] = begun.answers.as_slice() else {
        panic!("{:?}", begun.answers);
    };
    assert_eq!(problem.reason.as_deref(), Some("resync"));
}

#[test]
fn an_operation_of_too_many_pieces_is_refused() {
    let mut note = note();
    let mut scattered = Operation::new();
    for _ in 0..5_000 {
        scattered = scattered.insert("b").retain(1);
    }
    note.stage_operation(
        &user(1),
        &draft(0, "script", 1, insert(&"a".repeat(5_000))),
        0,
    )
    .expect("staged");
    note.committed_now();
    let staged = note.stage_operation(&user(1), &draft(1, "script", 2, scattered), 0);
    let Err(NotStaged::Refused(problem)) = staged else {
        panic!("{staged:?}");
    };
    assert_eq!(problem.errors[0].pointer, "/operation");
}
