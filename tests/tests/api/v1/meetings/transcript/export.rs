//! `GET /v1/meetings/{id}/transcript/export`.

use crate::client::{Api, NOW, Person, assert_problem};
use connvo_server::search::index;
use reqwest::Method;
use reqwest::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use serde_json::{Value, json};

async fn talk(ada: &Person<'_>, chunks: u64) -> String {
    let meeting = ada.meeting().await;
    ada.post(&format!("{meeting}/start"), Value::Null).await;
    let path = format!("{meeting}/transcript");
    let said = |at: u64| {
        json!({"sourceId": "mic", "segmentId": at.to_string(), "text": format!("<{at}> & --> on"),
            "startMs": NOW + 1_000 * at, "endMs": NOW + 1_000 * at + 900,
            "speaker": {"label": "Ada"}})
    };
    // The last come first.
    for first in (0..chunks.div_ceil(50)).rev().map(|part| part * 50) {
        let some: Vec<_> = (first..chunks.min(first + 50)).map(said).collect();
        assert_eq!(ada.post(&path, json!({"chunks": some})).await.0, 200);
    }
    path
}

/// Status, media type, file name, and the file.
async fn file(who: &Person<'_>, path: &str, format: &str) -> (u16, String, String, String) {
    let request = who
        .api
        .request(Method::GET, &format!("{path}/export?format={format}"));
    let answer = request.bearer_auth(&who.token).send().await.unwrap();
    let header = |name| {
        let value = answer.headers().get(name);
        value.map_or("", |value| value.to_str().unwrap()).to_owned()
    };
    let (kind, name) = (header(CONTENT_TYPE), header(CONTENT_DISPOSITION));
    let status = answer.status().as_u16();
    (status, kind, name, answer.text().await.unwrap())
}

#[tokio::test]
async fn each_format_is_a_file_of_its_own_kind() {
    let api = Api::start().await;
    let ada = api.sign_in("ada").await;
    let path = talk(&ada, 2).await;
    let named = ada
        .put(&format!("{path}/speakers/Ada"), json!({"name": "Ada <B>"}))
        .await;
    assert_eq!(named.0, 200);
    let id = path.split('/').nth(3).unwrap();
    for (format, kind, expected) in [
        (
            "vtt",
            "text/vtt; charset=utf-8",
            "WEBVTT\n\n00:00:00.000 --> 00:00:00.900\n<v Ada &lt;B&gt;>&lt;0&gt; &amp; --&gt; on\n\n\
             00:00:01.000 --> 00:00:01.900\n<v Ada &lt;B&gt;>&lt;1&gt; &amp; --&gt; on\n",
        ),
        (
            "srt",
            "application/x-subrip; charset=utf-8",
            "1\n00:00:00,000 --> 00:00:00,900\nAda <B>: <0> & → on\n\n\
             2\n00:00:01,000 --> 00:00:01,900\nAda <B>: <1> & → on\n\n",
        ),
        (
            "txt",
            "text/plain; charset=utf-8",
            "[00:00:00] Ada <B>: <0> & --> on\n[00:00:01] Ada <B>: <1> & --> on\n",
        ),
    ] {
        let told = file(&ada, &path, format).await;
        let name = format!("attachment; filename=\"transcript-{id}.{format}\"");
        assert_eq!(told, (200, kind.into(), name, expected.into()), "{format}");
    }
    index::once(&api.app).await.unwrap();
    let (status, kind, _, text) = file(&ada, &path, "json").await;
    assert_eq!((status, kind.as_str()), (200, "application/json"));
    let chunks: Value = serde_json::from_str(&text).unwrap();
    let (_, page) = ada.get(&format!("{path}?from=0")).await;
    assert_eq!(chunks, page["items"]);
}

#[tokio::test]
async fn a_long_transcript_is_whole_and_in_the_order_spoken() {
    let api = Api::start().await;
    let ada = api.sign_in("ada").await;
    for count in [0, 100, 230] {
        let path = talk(&ada, count).await;
        let (_, _, _, text) = file(&ada, &path, "json").await;
        let chunks: Vec<Value> = serde_json::from_str(&text).unwrap();
        let starts: Vec<u64> = chunks
            .iter()
            .map(|it| it["startMs"].as_u64().unwrap())
            .collect();
        let expected: Vec<u64> = (0..count).map(|at| NOW + 1_000 * at).collect();
        assert_eq!(starts, expected);
        let (_, _, _, text) = file(&ada, &path, "srt").await;
        let last = text.trim_end().rsplit("\n\n").next().unwrap();
        let number = last.lines().next().map_or(0, |line| line.parse().unwrap());
        assert_eq!(number, count);
    }
}

#[tokio::test]
async fn who_reads_the_transcript_exports_it_and_nobody_else() {
    let api = Api::start_with(|settings| settings.admins = vec!["root@example.org".into()]).await;
    let (ada, root) = (api.sign_in("ada").await, api.sign_in("root").await);
    let path = talk(&ada, 1).await;
    let meeting = path.trim_end_matches("/transcript").to_owned();
    ada.invite(&meeting, "olga", "observer").await;
    let (olga, eve) = (api.sign_in("olga").await, api.sign_in("eve").await);
    assert_eq!(file(&olga, &path, "txt").await.0, 200);
    assert_eq!(file(&eve, &path, "txt").await.0, 404);
    let refused = ada.get(&format!("{path}/export?format=doc")).await;
    assert_problem(&refused, 422, "VALIDATION_ERROR");
    let refused = ada.get(&format!("{path}/export")).await;
    assert_problem(&refused, 422, "VALIDATION_ERROR");
    let (_, log) = root.get("/v1/admin/audit?action=exportTranscript").await;
    assert_eq!(log["items"].as_array().unwrap().len(), 1, "{log}");
    assert_eq!(log["items"][0]["actorId"], olga.id);
}

#[tokio::test]
async fn a_file_has_no_more_than_the_plan_keeps() {
    let api = Api::start().await;
    let ada = api.sign_in("ada").await;
    let path = talk(&ada, 1).await;
    api.app.clock.advance(400 * 86_400_000);
    let ada = api.sign_in("ada").await;
    assert_eq!(file(&ada, &path, "vtt").await.3, "WEBVTT\n");
    assert_eq!(
        ada.get(&format!("{path}/speakers")).await.1["items"],
        json!([])
    );
    assert_eq!(
        ada.get(&format!("{path}?from=0")).await.1["items"],
        json!([])
    );
    let named = ada
        .put(&format!("{path}/speakers/Ada"), json!({"name": "B"}))
        .await;
    assert_problem(&named, 404, "NOT_FOUND");
}

#[tokio::test]
async fn exports_are_limited_by_person() {
    let api = Api::start().await;
    let ada = api.sign_in("ada").await;
    let path = talk(&ada, 1).await;
    for _ in 0..30 {
        assert_eq!(file(&ada, &path, "txt").await.0, 200);
    }
    assert_eq!(file(&ada, &path, "txt").await.0, 429);
}
