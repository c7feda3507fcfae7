//! Messages: retries, changes within one batch, threads, pages.

use crate::fixture::{NOW, Store};
use connvo_core::access::Role;
use connvo_core::chat::{Attachment, Change, Message, MessageDraft, MessageEdit, What};
use connvo_core::error::{ErrorCode, Problem};
use connvo_core::id::{MeetingId, MessageId, UserId};
use connvo_server::chat::store::{before, entries, find, head, members, of_author, thread};
use connvo_server::committer::Append;

on_both!(
    a_message_comes_back_as_it_was_posted,
    a_retry_is_answered_with_what_is_there,
    a_changed_message_takes_a_new_place_in_the_journal_and_keeps_the_one_in_the_list,
    changes_of_one_batch_are_one_entry_a_message_and_refusals_stand_alone,
    pages_go_forth_in_the_journal_and_back_in_the_list,
    the_authors_of_many_meetings_are_told_apart,
    only_who_has_come_is_known,
);

fn draft(text: &str) -> MessageDraft {
    serde_json::from_value(serde_json::json!({ "text": text })).unwrap()
}

fn change(by: &UserId, what: What) -> Change {
    Change {
        by: Some(by.clone()),
        name: "Ada".into(),
        role: Role::Participant,
        at: NOW,
        what,
    }
}

fn post(by: &UserId, id: &MessageId, draft: MessageDraft) -> Change {
    change(by, What::Post(draft.validate(id.clone()).unwrap()))
}

fn edit(by: &UserId, id: &MessageId, text: &str) -> Change {
    let edit = MessageEdit {
        text: text.into(),
        mentions: Vec::new(),
    };
    change(by, What::Edit(id.clone(), edit))
}

impl Store {
    async fn chat(&self, meeting: &MeetingId, chat: Vec<Change>) -> Vec<Result<Message, Problem>> {
        let append = Append {
            meeting: meeting.clone(),
            note: None,
            transcript: None,
            chat,
            records: Vec::new(),
        };
        self.committer.append(append).await.unwrap().messages
    }

    /// A message that is there.
    async fn posted(&self, meeting: &MeetingId, by: &UserId, text: &str) -> Message {
        let id = self.ids.message();
        let mut stored = self.chat(meeting, vec![post(by, &id, draft(text))]).await;
        stored.remove(0).unwrap()
    }
}

/// Fifty messages, every tenth of which begins a thread of the next nine.
pub async fn talk(store: &Store, meeting: &MeetingId, by: &UserId) {
    let ids: Vec<_> = (0..50).map(|_| store.ids.message()).collect();
    let said = |(at, id): (usize, &MessageId)| {
        let mut words = draft("some words said");
        words.reply_to_id = (at % 10 != 0).then(|| ids[at - at % 10].clone());
        post(by, id, words)
    };
    let batch = ids.iter().enumerate().map(said).collect();
    store.chat(meeting, batch).await;
}

async fn a_message_comes_back_as_it_was_posted(store: Store) {
    let (ada, meeting) = store.hosted().await;
    let id = store.ids.message();
    let mut full = draft("né😀 'quoted' \"twice\"");
    full.attachments = vec![Attachment {
        url: "https://example.com/a?b=1&c=%20".into(),
        name: "the plan".into(),
        media_type: "application/pdf".into(),
        size: Some((1 << 53) - 1),
    }];
    full.mentions = vec![ada.clone()];
    let stored = store.chat(&meeting, vec![post(&ada, &id, full)]).await;
    let message = stored[0].clone().unwrap();
    assert_eq!((message.sequence, message.posted_sequence), (1, 1));
    let found = find(&store.db, &meeting, &id).await.unwrap();
    assert_eq!(found.as_ref(), Some(&message));
    let react = What::React(id.clone(), "👍".into(), true);
    let stored = store.chat(&meeting, vec![change(&ada, react)]).await;
    let found = find(&store.db, &meeting, &id).await.unwrap();
    assert_eq!(found.as_ref(), stored[0].as_ref().ok());
    assert_eq!(found.unwrap().reactions[0].user_ids, [ada]);
}

async fn a_retry_is_answered_with_what_is_there(store: Store) {
    let (ada, meeting) = store.hosted().await;
    let id = store.ids.message();
    let both = vec![post(&ada, &id, draft("hi")), post(&ada, &id, draft("hi"))];
    let stored = store.chat(&meeting, both.clone()).await;
    assert_eq!(stored[0], stored[1]);
    assert_eq!(stored, store.chat(&meeting, both).await);
    assert_eq!(head(&store.db, &meeting).await.unwrap(), 1);
    let eve = store.user("eve").await;
    let taken = store
        .chat(&meeting, vec![post(&eve, &id, draft("ho"))])
        .await;
    assert_eq!(taken[0].as_ref().unwrap_err().code, ErrorCode::Conflict);
}

async fn a_changed_message_takes_a_new_place_in_the_journal_and_keeps_the_one_in_the_list(
    store: Store,
) {
    let (ada, meeting) = store.hosted().await;
    let first = store.posted(&meeting, &ada, "one").await;
    let second = store.posted(&meeting, &ada, "two").await;
    let edited = store.chat(&meeting, vec![edit(&ada, &first.id, "1")]).await;
    let edited = edited[0].clone().unwrap();
    assert_eq!((edited.sequence, edited.posted_sequence), (3, 1));
    assert_eq!((edited.revision, edited.edited_at), (1, Some(NOW)));
    let journal = entries(&store.db, &meeting, 0, 10).await.unwrap();
    assert_eq!(journal, [second.clone(), edited.clone()]);
    let list = before(&store.db, &meeting, 100, 10).await.unwrap();
    assert_eq!(list, [second, edited.clone()]);
    let gone = change(&ada, What::Delete(first.id.clone()));
    let gone = store.chat(&meeting, vec![gone]).await[0].clone().unwrap();
    assert_eq!((gone.text.as_str(), gone.sequence), ("", 4));
    let found = find(&store.db, &meeting, &first.id).await.unwrap();
    assert_eq!(found, Some(gone));
}

async fn changes_of_one_batch_are_one_entry_a_message_and_refusals_stand_alone(store: Store) {
    let (ada, meeting) = store.hosted().await;
    let (one, two) = (store.ids.message(), store.ids.message());
    let mut answer = draft("answer");
    answer.reply_to_id = Some(one.clone());
    let batch = vec![
        post(&ada, &one, draft("a")),
        edit(&ada, &one, "b"),
        post(&ada, &two, answer),
        edit(&ada, &store.ids.message(), "nobody's"),
        edit(&ada, &one, "c"),
    ];
    let stored = store.chat(&meeting, batch).await;
    assert_eq!(stored[3].as_ref().unwrap_err().code, ErrorCode::NotFound);
    let text = |at: usize| stored[at].as_ref().map(|message| message.text.as_str());
    assert_eq!([text(0), text(1), text(4)], [Ok("c"), Ok("c"), Ok("c")]);
    let journal = entries(&store.db, &meeting, 0, 10).await.unwrap();
    let places: Vec<_> = journal.iter().map(|m| (m.sequence, &m.id)).collect();
    assert_eq!(places, [(1, &two), (2, &one)]);
    assert_eq!(journal[0].thread_id, Some(one));
    assert_eq!(head(&store.db, &meeting).await.unwrap(), 2);
}

async fn pages_go_forth_in_the_journal_and_back_in_the_list(store: Store) {
    let (ada, meeting) = store.hosted().await;
    let first = store.posted(&meeting, &ada, "0").await;
    for at in 1..=6 {
        let mut text = draft(&at.to_string());
        text.reply_to_id = (at % 2 == 0).then(|| first.id.clone());
        let id = store.ids.message();
        store.chat(&meeting, vec![post(&ada, &id, text)]).await;
    }
    let texts = |page: Vec<Message>| -> Vec<String> { page.into_iter().map(|m| m.text).collect() };
    let db = &store.db;
    assert_eq!(
        texts(entries(db, &meeting, 2, 2).await.unwrap()),
        ["2", "3"]
    );
    assert_eq!(texts(before(db, &meeting, 3, 5).await.unwrap()), ["1", "0"]);
    assert_eq!(
        texts(before(db, &meeting, i64::MAX as u64, 1).await.unwrap()),
        ["6"]
    );
    let of = (&meeting, &first.id);
    assert_eq!(texts(thread(db, of, 0, 2).await.unwrap()), ["2", "4"]);
    assert_eq!(texts(thread(db, of, 5, 9).await.unwrap()), ["6"]);
}

async fn the_authors_of_many_meetings_are_told_apart(store: Store) {
    let (ada, meeting) = store.hosted().await;
    let (bob, other) = (store.user("bob").await, store.meeting(&ada).await);
    let mut expected = Vec::new();
    for place in [&meeting, &other] {
        expected.push((place.clone(), store.posted(place, &ada, "hers").await));
        store.posted(place, &bob, "his").await;
        expected.push((place.clone(), store.posted(place, &ada, "hers too").await));
    }
    expected.sort_by_key(|(place, message)| (place.clone(), message.posted_sequence));
    let mut read = Vec::new();
    let mut after = (String::new(), 0);
    loop {
        let page = of_author(&store.db, &ada, (&after.0, after.1), 1)
            .await
            .unwrap();
        let Some((place, message)) = page.first() else {
            break;
        };
        after = (place.to_string(), message.posted_sequence as i64);
        read.extend(page);
    }
    assert_eq!(read, expected);
}

async fn only_who_has_come_is_known(store: Store) {
    let (ada, meeting) = store.hosted().await;
    let eve = store.user("eve").await;
    let known = members(&store.db, &meeting, &[eve.clone(), ada.clone()]).await;
    assert_eq!(known.unwrap(), [ada.to_string()]);
}
