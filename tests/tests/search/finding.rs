//! What is found, and in which order.

use crate::stage::{NOW, Stage, id};
use connvo_server::db::Db;
use reqwest::Method;
use serde_json::{Value, json};
use std::collections::BTreeSet;

on_both!(
    every_part_of_the_query_language_finds_what_it_says,
    what_is_found_tells_where_it_stands,
    joined_words_are_found_each_and_what_was_indexed_by_older_words_is_made_anew,
    speaker_meeting_and_time_narrow_a_search,
    who_was_renamed_is_found_and_shown_by_the_new_name,
    who_may_read_little_finds_the_same_in_it,
    pages_follow_each_other_without_gap_or_repetition,
    notes_are_found_by_what_is_in_them_now,
    messages_are_found_as_they_are_now,
    what_is_written_is_found_without_anybody_asking_for_it,
    what_cannot_be_asked_is_refused_at_its_place,
);

async fn every_part_of_the_query_language_finds_what_it_says(stage: Stage) {
    let ada = stage.sign_in("ada").await;
    let meeting = stage.meeting(&ada).await;
    let said = [
        ("1", 0, "Ada", 0, 1, "The budgets of next year are planned."),
        (
            "2",
            0,
            "Zoë",
            10_000,
            10_001,
            "Next we plan the year: no draft.",
        ),
        (
            "3",
            0,
            "Ada",
            20_000,
            20_001,
            "The café’s e-mail was a working draft, İstanbul",
        ),
        (
            "4",
            0,
            "Zoë",
            30_000,
            30_001,
            "日本語の文章 and O'Neill's <b>&\"quotes\"</b>",
        ),
    ];
    stage.say(&ada, &meeting, &said).await;
    stage.index().await;
    let texts: Vec<_> = said.iter().map(|chunk| chunk.5).collect();
    for (q, expected) in [
        ("budget", vec![0]),
        ("BUDGETING", vec![0]),
        ("plan -draft", vec![0]),
        ("plan*", vec![0, 1]),
        ("\"next year\"", vec![0]),
        ("year \"we plan\"", vec![1]),
        ("plan -\"next year\"", vec![1]),
        ("plan -budg*", vec![1]),
        ("cafe", vec![2]),
        ("wor*", vec![2]),
        ("worki* nothing", vec![2]),
        ("istanbul", vec![2]),
        ("e-mail", vec![2]),
        ("zoe", vec![1, 3]),
        ("\"draft zoe\"", vec![]),
        ("日本", vec![3]),
        ("oneill", vec![3]),
        ("the", vec![0, 1, 2]),
        ("unheard", vec![]),
        ("stems : words ) OR (", vec![]),
        ("year' | !x & <->", vec![0, 1]),
    ] {
        let found: BTreeSet<_> = stage.texts(&ada, q).await.into_iter().collect();
        let expected: BTreeSet<_> = expected
            .iter()
            .map(|at: &usize| texts[*at].to_owned())
            .collect();
        assert_eq!(found, expected, "{q}");
    }
    // All of the words come first.
    assert_eq!(stage.texts(&ada, "planning drafts").await[0], texts[1]);
}

async fn joined_words_are_found_each_and_what_was_indexed_by_older_words_is_made_anew(
    stage: Stage,
) {
    let ada = stage.sign_in("ada").await;
    let meeting = stage.meeting(&ada).await;
    let said = [
        ("1", 0, "SPEAKER_00", 0, 1, "Write to docs.example.com"),
        (
            "2",
            0,
            "SPEAKER_01",
            10_000,
            10_001,
            "the user_id of Łukasz in Großstadt",
        ),
    ];
    stage.say(&ada, &meeting, &said).await;
    stage.index().await;
    let name = json!({"name": "Ann_Lee"});
    let path = format!("{meeting}/transcript/speakers/SPEAKER_01");
    let renamed = stage.send(Method::PUT, &path, Some(&ada), Some(&name));
    assert_eq!(renamed.await.0, 200);
    let (first, second) = (said[0].5, said[1].5);
    let found = async |q: &str, rest: &str| {
        let found = stage.search(&ada, q, rest).await;
        let text = |item: &Value| item["snippet"]["text"].as_str().unwrap().to_owned();
        found.iter().map(text).collect::<Vec<_>>()
    };
    let all = async || {
        for q in ["example", "docs.example.com", "\"example com\"", "exam*"] {
            assert_eq!(found(q, "").await, [first], "{q}");
        }
        for q in [
            "user",
            "user_id",
            "lukasz",
            "łukasz",
            "grossstadt",
            "Großst*",
        ] {
            assert_eq!(found(q, "").await, [second], "{q}");
        }
        assert_eq!(found("example", "&speaker=speaker_00").await, [first]);
        assert_eq!(found("user", "&speaker=ann_lee").await, [second]);
    };
    all().await;
    // As an older server has left it.
    stage
        .sql(
            "UPDATE search_documents SET words = 'old', stems = 'old', speaker_key = 'old';
             UPDATE transcript_speakers SET name_key = 'old';
             UPDATE search_standing SET version = 1, after_id = 0;",
        )
        .await;
    assert_eq!(found("user", "&speaker=ann_lee").await, [""; 0]);
    stage.index().await;
    all().await;
}

async fn what_is_found_tells_where_it_stands(stage: Stage) {
    let ada = stage.sign_in("ada").await;
    let meeting = stage.meeting(&ada).await;
    stage
        .say(
            &ada,
            &meeting,
            &[("1", 0, "Ada", 5, 9, "😀 next year’s budgets")],
        )
        .await;
    stage.index().await;
    let found = stage.search(&ada, "budget year", "").await;
    let path = format!("{meeting}/segments");
    let segments = stage.get(&ada, &path).await;
    let expected = json!([{
        "meetingId": id(&meeting), "source": "segment", "sourceId": segments["items"][0]["id"],
        "speaker": "Ada", "startMs": NOW + 5, "endMs": NOW + 9, "score": found[0]["score"],
        "snippet": {"text": "😀 next year’s budgets", "highlights": [[8, 14], [15, 22]]},
    }]);
    assert_eq!(Value::from(found), expected);
}

async fn speaker_meeting_and_time_narrow_a_search(stage: Stage) {
    let ada = stage.sign_in("ada").await;
    let one = stage.meeting(&ada).await;
    let other = stage.meeting(&ada).await;
    for meeting in [&one, &other] {
        let said = [
            ("1", 0, "Ada", 0, 1, "budget one"),
            ("2", 0, "Zoë B", 5_000, 5_001, "budget two"),
        ];
        stage.say(&ada, meeting, &said).await;
    }
    stage.index().await;
    let one = format!("&meetingId={}", id(&one));
    for (rest, count) in [
        (String::new(), 4),
        (one.clone(), 2),
        ("&speaker=zoe%20b".to_owned(), 2),
        ("&speaker=Zo".to_owned(), 0),
        ("&speaker=%20".to_owned(), 0),
        (format!("&from={}", NOW + 5_000), 2),
        (format!("&to={}", NOW + 5_000), 2),
        (format!("&from={}&to={}{one}", NOW, NOW + 1), 1),
        (format!("&from={}", u64::MAX), 0),
    ] {
        assert_eq!(
            stage.search(&ada, "budget", &rest).await.len(),
            count,
            "{rest}"
        );
    }
}

async fn who_was_renamed_is_found_and_shown_by_the_new_name(stage: Stage) {
    let ada = stage.sign_in("ada").await;
    let (meeting, other) = (stage.meeting(&ada).await, stage.meeting(&ada).await);
    let said = [
        ("1", 0, "Speaker 1", 0, 1, "The budget is large."),
        ("2", 0, "Speaker 2", 10_000, 10_001, "The budget is small."),
    ];
    for meeting in [&meeting, &other] {
        stage.say(&ada, meeting, &said).await;
    }
    let text = json!({"text": "a budget"});
    stage
        .post(&ada, &format!("{meeting}/messages"), &text)
        .await;
    stage.index().await;
    let rename = async |name: &str| {
        let path = format!("{meeting}/transcript/speakers/Speaker%201");
        let body = json!({"name": name});
        let answer = stage.send(Method::PUT, &path, Some(&ada), Some(&body));
        assert_eq!(answer.await.0, 200);
    };
    let speakers = async |asked: &str| {
        let found = stage.search(&ada, "budget", asked).await;
        let speaker = |item: &Value| item["speaker"].as_str().unwrap().to_owned();
        found.iter().map(speaker).collect::<BTreeSet<_>>()
    };
    let set = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
    rename("Zoë O'Neill").await;
    let all: BTreeSet<_> = set(&["Speaker 1", "Speaker 2", "Zoë O'Neill", "ada"]);
    assert_eq!(speakers("").await, all);
    for asked in ["&speaker=zoe%20oneill", "&speaker=Zo%C3%AB%20O%27Neill"] {
        assert_eq!(speakers(asked).await, set(&["Zoë O'Neill"]), "{asked}");
    }
    // The label still finds whom it was given to, in every meeting.
    let both = set(&["Speaker 1", "Zoë O'Neill"]);
    assert_eq!(speakers("&speaker=speaker%201").await, both);
    let page = stage.get(&ada, &format!("{meeting}/segments")).await;
    let named = json!([{"label": "Speaker 1", "name": "Zoë O'Neill"}]);
    assert_eq!(page["items"][0]["speakers"], named);
    assert_eq!(
        page["items"][1]["speakers"],
        json!([{"label": "Speaker 2"}])
    );
    // Renamed to what somebody in the chat is called, they are two.
    rename("Ada").await;
    assert_eq!(speakers("&speaker=ada").await, set(&["Ada", "ada"]));
    assert_eq!(speakers("&speaker=zoe%20oneill").await, set(&[]));
    // The label itself takes the name back.
    rename("Speaker 1").await;
    assert_eq!(speakers("&speaker=speaker%201").await, set(&["Speaker 1"]));
    assert_eq!(speakers("&speaker=ada").await, set(&["ada"]));
}

/// Of common words, rare ones, and all the rest: looked for among everything, or among the
/// little that somebody may read.
async fn who_may_read_little_finds_the_same_in_it(stage: Stage) {
    let (ada, bob) = (stage.sign_in("ada").await, stage.sign_in("bob").await);
    let (hers, his) = (stage.meeting(&ada).await, stage.meeting(&bob).await);
    let names: Vec<_> = (0..520).map(|at| at.to_string()).collect();
    let texts: Vec<_> = (0..520)
        .map(|at| format!("the budget of next year is number{at}"))
        .collect();
    let said: Vec<_> = (0..520)
        .map(|at| {
            let by = if at % 2 == 0 { "Bob" } else { "Carol" };
            let from = at as u64 * 9_000;
            (names[at].as_str(), 0, by, from, from, texts[at].as_str())
        })
        .collect();
    stage.say(&bob, &his, &said).await;
    stage.index().await;
    let asked = [
        ("budget", ""),
        ("budget year", "&limit=30"),
        ("budget number7", ""),
        ("number1*", "&limit=50"),
        ("\"next year\" -number519", ""),
        ("budget", "&speaker=carol"),
    ];
    let mut wide = Vec::new();
    for (q, rest) in asked {
        wide.push(stage.search(&bob, q, rest).await);
        assert!(!wide.last().unwrap().is_empty(), "{q}");
    }
    // So much of others came in that his part is small.
    stage
        .sql(match &stage.app.db {
            Db::Sqlite { .. } => {
                "INSERT INTO search_documents SELECT 1000000, meeting_id, source, 'x', speaker,
                    speaker_key, speaker_user_id, start_ms, end_ms, 'x', 'x', 'x', length,
                    created_at FROM search_documents LIMIT 1;
                UPDATE search_documents SET meeting_id = 'of others' WHERE id = 1000000"
            }
            Db::Postgres(_) => "ALTER TABLE search_documents ALTER COLUMN id RESTART WITH 1000000",
        })
        .await;
    let theirs = [("1", 0, "Carol", 0, 0, "the budget of next year is number7")];
    stage.say(&ada, &hers, &theirs).await;
    stage.index().await;
    assert_eq!(stage.search(&ada, "budget", "").await.len(), 1);
    for ((q, rest), wide) in asked.into_iter().zip(wide) {
        assert_eq!(stage.search(&bob, q, rest).await, wide, "{q}");
    }
}

async fn pages_follow_each_other_without_gap_or_repetition(stage: Stage) {
    let ada = stage.sign_in("ada").await;
    let meeting = stage.meeting(&ada).await;
    let texts: Vec<_> = (0..30)
        .map(|at| format!("{} budget", "so ".repeat(at % 4)))
        .collect();
    let names: Vec<_> = (0..30).map(|at| at.to_string()).collect();
    let said: Vec<_> = (0..30)
        .map(|at| {
            (
                names[at].as_str(),
                0,
                "Ada",
                at as u64 * 5_000,
                at as u64 * 5_000,
                texts[at].as_str(),
            )
        })
        .collect();
    stage.say(&ada, &meeting, &said).await;
    stage.index().await;
    let whole = stage.search(&ada, "budget", "&limit=100").await;
    assert_eq!(whole.len(), 30);
    let scores: Vec<_> = whole
        .iter()
        .map(|item| item["score"].as_f64().unwrap())
        .collect();
    assert!(scores.is_sorted_by(|one, next| one >= next));
    let (mut all, mut after) = (Vec::new(), String::new());
    loop {
        let path = format!("/v1/search?q=budget&limit=7&after={after}");
        let page = stage.get(&ada, &path).await;
        all.extend(page["items"].as_array().unwrap().clone());
        let Some(next) = page["next"].as_str() else {
            break;
        };
        after = crate::stage::encoded(next);
    }
    assert_eq!(all, whole);
}

async fn notes_are_found_by_what_is_in_them_now(stage: Stage) {
    let ada = stage.sign_in("ada").await;
    let meeting = stage.meeting(&ada).await;
    let path = format!("{meeting}/notes/ops");
    let draft = |base: u64, seq: u64, operation: Value| json!({"baseVersion": base, "clientId": ada.id, "clientSeq": seq, "operation": operation});
    let first = json!([{"insert": "Agenda: budget"}]);
    stage.post(&ada, &path, &draft(0, 1, first)).await;
    stage.index().await;
    let found = stage.search(&ada, "agenda", "").await;
    assert_eq!(
        (&found[0]["source"], &found[0]["sourceId"]),
        (&json!("note"), &json!("1"))
    );
    assert!(found[0].get("speaker").is_none());
    let change = json!([{"retain": 8}, {"delete": 6}, {"insert": "weather"}]);
    stage.post(&ada, &path, &draft(1, 2, change)).await;
    stage.index().await;
    assert!(stage.texts(&ada, "budget").await.is_empty());
    assert_eq!(stage.texts(&ada, "weather").await, ["Agenda: weather"]);
}

async fn what_is_written_is_found_without_anybody_asking_for_it(stage: Stage) {
    let ada = stage.sign_in("ada").await;
    let meeting = stage.meeting(&ada).await;
    stage
        .say(&ada, &meeting, &[("1", 0, "Ada", 0, 1, "the budget")])
        .await;
    let found = async {
        while stage.texts(&ada, "budget").await.is_empty() {
            tokio::task::yield_now().await;
        }
    };
    let within = std::time::Duration::from_secs(30);
    tokio::time::timeout(within, found).await.unwrap();
}

async fn what_cannot_be_asked_is_refused_at_its_place(stage: Stage) {
    let ada = stage.sign_in("ada").await;
    let bob = stage.sign_in("bob").await;
    let meeting = stage.meeting(&bob).await;
    let many: Vec<_> = (0..33).map(|at| format!("w{at}")).collect();
    let many = many.join("%20");
    let long = "x".repeat(101);
    for (rest, pointer) in [
        ("q=".to_owned(), "/q"),
        ("q=-draft".to_owned(), "/q"),
        (format!("q={many}"), "/q"),
        ("q=x&limit=0".to_owned(), "/limit"),
        ("q=x&after=7".to_owned(), "/after"),
        ("q=x&meetingId=7".to_owned(), "/meetingId"),
        (format!("q=x&speaker={long}"), "/speaker"),
    ] {
        let path = format!("/v1/search?{rest}");
        let (status, problem) = stage.send(Method::GET, &path, Some(&ada), None).await;
        assert_eq!(status, 422, "{rest} {problem}");
        assert_eq!(problem["errors"][0]["pointer"], pointer, "{problem}");
    }
    let path = format!("/v1/search?q=x&meetingId={}", id(&meeting));
    assert_eq!(
        stage.send(Method::GET, &path, Some(&ada), None).await.0,
        404
    );
    assert_eq!(stage.send(Method::GET, &path, None, None).await.0, 401);
}

async fn messages_are_found_as_they_are_now(stage: Stage) {
    let ada = stage.sign_in("ada").await;
    let meeting = stage.meeting(&ada).await;
    let path = format!("{meeting}/messages");
    let posted = stage
        .post(&ada, &path, &json!({"text": "Where is the budget?"}))
        .await;
    stage.index().await;
    let found = stage.search(&ada, "budget", "&speaker=ADA").await;
    assert_eq!(found[0]["source"], "message");
    assert_eq!(found[0]["sourceId"], posted["id"]);
    assert_eq!(found[0]["speaker"], "ada");
    let one = format!("{path}/{}", posted["id"].as_str().unwrap());
    let edit = json!({"text": "Where is the plan?"});
    let (status, answer) = stage
        .send(Method::PATCH, &one, Some(&ada), Some(&edit))
        .await;
    assert_eq!(status, 200, "{answer}");
    stage.index().await;
    assert!(stage.texts(&ada, "budget").await.is_empty());
    assert_eq!(stage.texts(&ada, "plan").await, ["Where is the plan?"]);
    let (status, answer) = stage.send(Method::DELETE, &one, Some(&ada), None).await;
    assert!(status.is_success(), "{answer}");
    stage.index().await;
    assert!(stage.texts(&ada, "plan").await.is_empty());
}
