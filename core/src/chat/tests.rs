use super::view::ChatView;
use super::*;
use crate::access::Role;
use crate::error::{ErrorCode, Problem};
use std::collections::BTreeMap;

fn id<T: std::str::FromStr<Err: std::fmt::Debug>>(at: u8) -> T {
    format!("0197f7a4-5e0b-7c3a-9d2e-3f1b2a4c5d{at:02x}")
        .parse()
        .unwrap()
}

fn draft(text: &str) -> MessageDraft {
    serde_json::from_value(serde_json::json!({ "text": text })).unwrap()
}

fn change(by: u8, role: Role, what: What) -> Change {
    Change {
        by: Some(id(by)),
        name: format!("person {by}"),
        role,
        at: 7,
        what,
    }
}

fn post(by: u8, message: u8, text: &str) -> Change {
    let new = draft(text).validate(id(message)).unwrap();
    change(by, Role::Participant, What::Post(new))
}

fn edit(by: u8, message: u8, text: &str) -> Change {
    let edit = MessageEdit {
        text: text.into(),
        mentions: Vec::new(),
    };
    change(by, Role::Participant, What::Edit(id(message), edit))
}

fn react(by: u8, message: u8, emoji: &str, on: bool) -> Change {
    let what = What::React(id(message), emoji.into(), on);
    change(by, Role::Participant, what)
}

/// The journal of one meeting, as a commit keeps it.
#[derive(Default)]
struct Store {
    messages: BTreeMap<MessageId, Message>,
    head: u64,
}

impl Store {
    fn take(&mut self, change: &Change) -> Result<Option<Message>, Problem> {
        let Some(mut next) = change.apply(|id| self.messages.get(id))? else {
            return Ok(None);
        };
        self.head += 1;
        next.sequence = self.head;
        if next.revision == 0 {
            next.posted_sequence = self.head;
        }
        self.messages.insert(next.id.clone(), next.clone());
        Ok(Some(next))
    }
}

#[test]
fn every_bad_field_is_named() {
    let bad = serde_json::json!({
        "text": "x".repeat(TEXT_UTF16 + 1),
        "kind": "system",
        "attachments": [
            {"url": "javascript:alert(1)", "name": "", "type": "png", "size": u64::MAX},
            {"url": "https://example.com/a b", "name": "a", "type": "image/png"},
            {"url": "https://example.com/a", "name": "a", "type": "image/png", "size": 1},
        ],
    });
    let bad: MessageDraft = serde_json::from_value(bad).unwrap();
    let problem = bad.validate(id(1)).unwrap_err();
    let pointers: Vec<_> = problem.errors.iter().map(|e| e.pointer.as_str()).collect();
    assert_eq!(
        pointers,
        [
            "/text",
            "/kind",
            "/attachments/0/url",
            "/attachments/0/name",
            "/attachments/0/type",
            "/attachments/0/size",
            "/attachments/1/url",
        ]
    );
    assert!(draft(" \0").validate(id(1)).is_err());
    assert!(draft(&"😀".repeat(2_000)).validate(id(1)).is_ok());
    assert!(draft(&"😀".repeat(2_001)).validate(id(1)).is_err());
}

#[test]
fn a_reaction_is_an_emoji_and_no_words() {
    for good in ["👍", "❤️", "👩‍👩‍👧‍👦", "1️⃣", "🏳️‍🌈", "👍🏽", "🇸🇪", "🏴󠁧󠁢󠁥󠁮󠁧󠁿", "©️"]
    {
        assert!(validate_emoji(good, "/emoji").is_ok(), "{good}");
    }
    for bad in [
        "",
        "+1",
        "yes",
        "ja👍",
        "👍 👍",
        "é",
        "😀😀",
        "—",
        "\u{200b}",
        "\u{200d}",
        "🇸",
        "12",
        "あ",
        &"👍".repeat(20),
    ] {
        assert!(validate_emoji(bad, "/emoji").is_err(), "{bad}");
    }
}

#[test]
fn a_retry_changes_nothing_and_an_id_is_its_authors() {
    let mut store = Store::default();
    assert!(store.take(&post(1, 9, "hi")).unwrap().is_some());
    assert_eq!(store.take(&post(1, 9, "hi")).unwrap(), None);
    let taken = store.take(&post(2, 9, "hi")).unwrap_err();
    assert_eq!(taken.code, ErrorCode::Conflict);
    for again in [edit(1, 9, "hi"), react(2, 9, "👍", false)] {
        assert_eq!(store.take(&again).unwrap(), None);
    }
    assert!(store.take(&edit(1, 9, "ho")).unwrap().is_some());
    assert_eq!(store.take(&edit(1, 9, "ho")).unwrap(), None);
    assert_eq!(store.head, 2);
}

#[test]
fn threads_are_one_level_deep() {
    let mut store = Store::default();
    store.take(&post(1, 9, "hi")).unwrap();
    for (message, to) in [(10, 9), (11, 10)] {
        let mut answer = draft("ho");
        answer.reply_to_id = Some(id(to));
        let answer = answer.validate(id(message)).unwrap();
        let posted = store
            .take(&change(2, Role::Participant, What::Post(answer)))
            .unwrap()
            .unwrap();
        assert_eq!(posted.thread_id, Some(id(9)));
        assert_eq!(posted.reply_to_id, Some(id(to)));
    }
    let mut lost = draft("ho");
    lost.reply_to_id = Some(id(99));
    let lost = What::Post(lost.validate(id(12)).unwrap());
    let problem = store.take(&change(2, Role::Host, lost)).unwrap_err();
    assert_eq!(problem.errors[0].pointer, "/replyToId");
}

#[test]
fn authors_edit_and_delete_hosts_delete_and_a_deleted_message_keeps_its_place_alone() {
    let mut store = Store::default();
    store.take(&post(1, 9, "hi")).unwrap();
    store.take(&react(2, 9, "👍", true)).unwrap();
    let delete = |by, role| change(by, role, What::Delete(id(9)));
    for refused in [edit(2, 9, "x"), delete(2, Role::Participant)] {
        let code = store.take(&refused).unwrap_err().code;
        assert_eq!(code, ErrorCode::Forbidden);
    }
    let deleted = store.take(&delete(2, Role::CoHost)).unwrap().unwrap();
    assert_eq!((deleted.text.as_str(), deleted.deleted_at), ("", Some(7)));
    assert!(deleted.reactions.is_empty());
    assert_eq!((deleted.posted_sequence, deleted.sequence), (1, 3));
    assert_eq!(store.take(&delete(1, Role::Participant)).unwrap(), None);
    for refused in [edit(1, 9, "x"), react(1, 9, "👍", true)] {
        let code = store.take(&refused).unwrap_err().code;
        assert_eq!(code, ErrorCode::Conflict);
    }
}

#[test]
fn reactions_count_a_person_once_and_are_bounded() {
    let mut store = Store::default();
    store.take(&post(1, 9, "hi")).unwrap();
    store.take(&react(1, 9, "👍", true)).unwrap();
    assert_eq!(store.take(&react(1, 9, "👍", true)).unwrap(), None);
    let both = store.take(&react(2, 9, "👍", true)).unwrap().unwrap();
    assert_eq!(both.reactions[0].user_ids, [id(1), id(2)]);
    store.take(&react(1, 9, "👍", false)).unwrap();
    let none = store.take(&react(2, 9, "👍", false)).unwrap().unwrap();
    assert!(none.reactions.is_empty());
    for at in 0..REACTIONS as u32 {
        let emoji = char::from_u32(0x1F600 + at).unwrap().to_string();
        assert!(store.take(&react(1, 9, &emoji, true)).unwrap().is_some());
    }
    assert!(store.take(&react(1, 9, "🚀", true)).is_err());
}

#[test]
fn what_is_asked_for_shows_at_once_and_is_taken_back_when_it_is_refused() {
    let (mut view, mut store) = (ChatView::default(), Store::default());
    view.received(store.take(&post(1, 9, "hi")).unwrap().unwrap());
    view.ask(1, post(2, 10, "ho")).unwrap();
    view.ask(2, react(2, 9, "👍", true)).unwrap();
    view.ask(3, edit(2, 10, "hey")).unwrap();
    let shown = view.shown();
    let texts: Vec<_> = shown
        .iter()
        .map(|one| (one.message.text.as_str(), one.is_pending))
        .collect();
    assert_eq!(texts, [("hi", true), ("hey", true)]);
    assert_eq!(shown[0].message.reactions.len(), 1);
    view.answered(2, None);
    assert!(view.shown()[0].message.reactions.is_empty());
    assert!(!view.shown()[0].is_pending);
    let stored = store.take(&post(2, 10, "ho")).unwrap();
    view.answered(1, stored);
    assert_eq!(view.shown()[1].message.text, "hey");
    view.answered(3, store.take(&edit(2, 10, "hey")).unwrap());
    assert!(view.shown().iter().all(|one| !one.is_pending));
    assert!(view.ask(4, edit(1, 10, "mine")).is_err());
    assert_eq!(view.shown().len(), 2);
}

#[test]
fn journal_and_answer_may_come_in_any_order() {
    let (mut view, mut store) = (ChatView::default(), Store::default());
    view.ask(1, post(1, 9, "hi")).unwrap();
    let first = store.take(&post(1, 9, "hi")).unwrap().unwrap();
    let second = store.take(&edit(1, 9, "ho")).unwrap().unwrap();
    assert!(view.received(second));
    view.answered(1, Some(first.clone()));
    assert!(!view.received(first));
    let shown = view.shown();
    assert_eq!(shown.len(), 1);
    assert_eq!(shown[0].message.text, "ho");
    assert!(!shown[0].is_pending);
}

#[test]
fn what_the_server_says_is_nobodys_to_change_or_to_answer() {
    let mut store = Store::default();
    let said = store.take(&post(1, 9, "meetingStarted")).unwrap().unwrap();
    let said = Message {
        kind: MessageKind::System,
        author_id: None,
        ..said
    };
    store.messages.insert(id(9), said);
    let mut host = change(2, Role::Host, What::Delete(id(9)));
    let mut answer = draft("yes");
    answer.reply_to_id = Some(id(9));
    let answer = What::Post(answer.validate(id(10)).unwrap());
    for refused in [
        edit(1, 9, "never"),
        react(1, 9, "👍", true),
        react(1, 9, "👍", false),
        host.clone(),
        change(1, Role::Host, answer),
    ] {
        assert!(store.take(&refused).is_err(), "{refused:?}");
    }
    host.by = None;
    assert!(store.take(&host).is_err(), "not even whom nobody knows");
}

#[test]
fn what_the_server_says_has_names_of_its_own() {
    let names: std::collections::BTreeSet<_> = SystemEvent::ALL
        .iter()
        .map(|event| event.as_str())
        .collect();
    assert_eq!(names.len(), SystemEvent::ALL.len());
}
