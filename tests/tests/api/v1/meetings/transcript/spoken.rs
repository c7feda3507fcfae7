//! `GET /v1/meetings/{id}/transcript?from=&to=&speaker=`: in the order spoken.

use crate::client::{Api, NOW, Person, assert_problem};
use serde_json::{Value, json};

async fn talk(ada: &Person<'_>) -> String {
    let meeting = ada.meeting().await;
    ada.post(&format!("{meeting}/start"), Value::Null).await;
    let path = format!("{meeting}/transcript");
    // They come out of order.
    for (text, label, at) in [
        ("c", "Ada", 30),
        ("a", "Bob & Co", 10),
        ("d", "Ada", 40),
        ("b", "Ada", 20),
    ] {
        let chunk = json!({"sourceId": "mic", "segmentId": text, "text": text,
            "startMs": NOW + at, "endMs": NOW + at + 5, "speaker": {"label": label}});
        assert_eq!(ada.post(&path, json!({"chunks": [chunk]})).await.0, 200);
    }
    path
}

async fn texts(who: &Person<'_>, path: &str) -> (String, Option<String>) {
    let (status, page) = who.get(path).await;
    assert_eq!(status, 200, "{page}");
    let items = page["items"].as_array().unwrap().iter();
    let texts = items.map(|one| one["text"].as_str().unwrap()).collect();
    (texts, page["next"].as_str().map(str::to_owned))
}

#[tokio::test]
async fn a_range_of_time_is_read_in_the_order_spoken() {
    let api = Api::start().await;
    let ada = api.sign_in("ada").await;
    let path = talk(&ada).await;
    assert_eq!(texts(&ada, &path).await.0, "cadb", "the journal");
    for (query, expected) in [
        ("from=0".to_owned(), "abcd"),
        (format!("from={}", NOW + 20), "bcd"),
        (format!("to={}", NOW + 40), "abc"),
        (format!("from={}&to={}", NOW + 20, NOW + 40), "bc"),
        ("speaker=Ada".to_owned(), "bcd"),
        ("speaker=Bob%20%26%20Co".to_owned(), "a"),
        (format!("speaker=Ada&from={}", NOW + 30), "cd"),
        ("speaker=Nobody".to_owned(), ""),
        (format!("from={}", u64::MAX), ""),
    ] {
        assert_eq!(
            texts(&ada, &format!("{path}?{query}")).await.0,
            expected,
            "{query}"
        );
    }
}

#[tokio::test]
async fn pages_go_on_where_the_one_before_ended() {
    let api = Api::start().await;
    let ada = api.sign_in("ada").await;
    let path = talk(&ada).await;
    let (mut read, mut after) = (String::new(), String::new());
    loop {
        let query = format!("from={}&limit=1&after={after}", NOW + 20);
        let (texts, next) = texts(&ada, &format!("{path}?{query}")).await;
        read += &texts;
        let Some(next) = next else { break };
        after = next;
    }
    assert_eq!(read, "bcd");
    for bad in [
        "from=0&after=7",
        "from=0&after=x-y",
        "from=0&limit=101",
        "speaker=%00",
    ] {
        let refused = ada.get(&format!("{path}?{bad}")).await;
        assert_problem(&refused, 422, "VALIDATION_ERROR");
    }
    // A cursor of one order is none of the other.
    let refused = ada.get(&format!("{path}?after={NOW}-1")).await;
    assert_problem(&refused, 422, "VALIDATION_ERROR");
}
