//! `/v1/meetings/{id}/service-tokens`, and what a program does with one.

use crate::client::{Answer, Api, NOW, Person, assert_problem};
use crate::line::{Line, SUB, address, id as id_of};
use connvo_core::error::Problem;
use connvo_core::protocol::close;
use connvo_core::protocol::frame::{ClientFrame, Query, ServerFrame};
use reqwest::Method;
use serde_json::{Value, json};

/// A running meeting of Ada's with a token of hers: the meeting's path, the token's id, the
/// secret.
async fn caption(ada: &Person<'_>) -> (String, String, String) {
    let meeting = ada.meeting().await;
    ada.post(&format!("{meeting}/start"), None).await;
    let (id, token) = made(ada, &meeting, json!({"name": "Captions"})).await;
    (meeting, id, token)
}

async fn made(person: &Person<'_>, meeting: &str, draft: Value) -> (String, String) {
    let (status, made) = person
        .post(&format!("{meeting}/service-tokens"), draft)
        .await;
    assert_eq!(status, 201, "{made}");
    let text = |field: &str| made[field].as_str().unwrap().to_owned();
    (text("id"), text("token"))
}

fn chunks(segment: &str, user: Option<&str>) -> Value {
    json!({"chunks": [{"sourceId": "bot", "segmentId": segment, "text": "good morning",
        "startMs": NOW, "endMs": NOW + 900, "speaker": {"label": "Bob", "userId": user}}]})
}

async fn sent(api: &Api, token: &str, meeting: &str, body: &Value) -> Answer {
    let path = format!("{meeting}/transcript");
    api.send(Method::POST, &path, Some(token), Some(body)).await
}

#[tokio::test]
async fn a_program_sends_for_anybody_and_counts_on_a_row_of_its_own() {
    let api = Api::start().await;
    let (ada, bob) = (api.sign_in("ada").await, api.sign_in("bob").await);
    let (meeting, id, token) = caption(&ada).await;
    ada.invite(&meeting, "bob", "participant").await;
    let path = format!("{meeting}/transcript");
    let request = api.request(Method::POST, &path).bearer_auth(&token);
    let answer = request
        .json(&chunks("1", Some(&bob.id)))
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), 200);
    assert_eq!(
        answer.headers()["ratelimit-policy"],
        "\"transcripts.service\";q=60000;w=60"
    );
    assert_eq!(
        answer.headers()["ratelimit"],
        "\"transcripts.service\";r=59999;t=120"
    );
    let heard = json!({"sourceId": "mic", "startedAt": NOW,
        "messages": [{"id": 1, "start": 0, "end": 1, "text": "hello"}]});
    let whisper = format!("{path}/whisper");
    let taken = api.send(Method::POST, &whisper, Some(&token), Some(&heard));
    assert_eq!(taken.await.0, 200);
    let (_, page) = ada.get(&path).await;
    assert_eq!(page["items"][0]["speaker"]["userId"], bob.id.as_str());
    // A program is nobody: what it hears without a speaker is under its own name.
    assert_eq!(page["items"][1]["speaker"], json!({"label": "Captions"}));
    // Nobody has come in by it, and the person's own row is untouched.
    let (_, state) = ada.get(&format!("{meeting}/state")).await;
    assert_eq!(state["activeCount"], 0, "{state}");
    let own = api.request(Method::POST, &path).bearer_auth(&ada.token);
    let own = own.json(&chunks("2", None)).send().await.unwrap();
    let left = own.headers()["ratelimit"].to_str().unwrap().to_owned();
    assert_eq!(left, "\"transcripts.ingest\";r=1199;t=120");
    let rates = &api.app.rates;
    let row = connvo_server::rate::TRANSCRIPT_SERVICE;
    let all = rates.standing_of_service(row, &id, NOW).unwrap().left as usize;
    rates.take_of_service(row, &id, all, NOW).unwrap();
    let refused = sent(&api, &token, &meeting, &chunks("3", None)).await;
    assert_problem(&refused, 429, "RATE_LIMITED");
}

#[tokio::test]
async fn a_token_is_good_for_the_transcript_of_its_meeting_alone() {
    let api = Api::start().await;
    let ada = api.sign_in("ada").await;
    let (meeting, id, token) = caption(&ada).await;
    let other = ada.meeting().await;
    ada.post(&format!("{other}/start"), None).await;
    let strange = sent(&api, &token, &other, &chunks("1", None)).await;
    assert_problem(&strange, 404, "NOT_FOUND");
    let tokens = format!("{meeting}/service-tokens");
    let message = json!({"text": "hi"});
    for (method, path, body) in [
        (Method::GET, format!("{meeting}/transcript"), None),
        (
            Method::GET,
            format!("{meeting}/transcript/export?format=txt"),
            None,
        ),
        (Method::GET, meeting.clone(), None),
        (Method::GET, "/v1/me".to_owned(), None),
        (Method::GET, tokens.clone(), None),
        (Method::DELETE, format!("{tokens}/{id}"), None),
        (Method::POST, format!("{meeting}/messages"), Some(&message)),
        (Method::POST, "/v1/me/sign-out".to_owned(), None),
    ] {
        let refused = api.send(method, &path, Some(&token), body).await;
        assert_problem(&refused, 403, "FORBIDDEN");
        assert_eq!(refused.1["reason"], "service-token", "{path}");
    }
    let stock = format!("/v1/yjs/{}?token={token}", id_of(&meeting));
    let refused = connvo_tests::load::socket::open(address(&api), &stock, None).await;
    assert!(refused.is_err(), "it was let in");
    let made_up = format!("{}x", &token[..token.len() - 1]);
    let unknown = sent(&api, &made_up, &meeting, &chunks("1", None)).await;
    assert_problem(&unknown, 401, "UNAUTHORIZED");
}

#[tokio::test]
async fn a_token_ends_with_its_time_with_its_meeting_and_when_it_is_taken_back() {
    let api = Api::start().await;
    let ada = api.sign_in("ada").await;
    let (meeting, id, token) = caption(&ada).await;
    let tokens = format!("{meeting}/service-tokens");
    let brief = json!({"name": "Brief", "expiresAt": NOW + 5});
    let (_, brief) = made(&ada, &meeting, brief).await;
    assert_eq!(
        sent(&api, &brief, &meeting, &chunks("1", None)).await.0,
        200
    );
    api.app.clock.advance(5);
    let over = sent(&api, &brief, &meeting, &chunks("2", None)).await;
    assert_problem(&over, 401, "UNAUTHORIZED");
    assert_eq!(
        sent(&api, &token, &meeting, &chunks("2", None)).await.0,
        200
    );
    let pause = format!("{meeting}/transcription/pause");
    ada.post(&pause, None).await;
    let paused = sent(&api, &token, &meeting, &chunks("3", None)).await;
    assert_eq!(paused.1["reason"], "transcription-paused");
    ada.post(&format!("{meeting}/transcription/resume"), None)
        .await;
    assert_eq!(ada.delete(&format!("{tokens}/{id}")).await.0, 204);
    let again = ada.delete(&format!("{tokens}/{id}")).await;
    assert_problem(&again, 404, "NOT_FOUND");
    let gone = sent(&api, &token, &meeting, &chunks("3", None)).await;
    assert_problem(&gone, 401, "UNAUTHORIZED");
    let (_, last) = made(&ada, &meeting, json!({"name": "Last"})).await;
    ada.post(&format!("{meeting}/end"), None).await;
    let ended = sent(&api, &last, &meeting, &chunks("3", None)).await;
    assert_problem(&ended, 409, "MEETING_NOT_ACTIVE");
}

#[tokio::test]
async fn a_token_sends_with_the_right_of_who_made_it() {
    let api = Api::start().await;
    let (ada, bob) = (api.sign_in("ada").await, api.sign_in("bob").await);
    let meeting = ada.meeting().await;
    ada.post(&format!("{meeting}/start"), None).await;
    ada.invite(&meeting, "bob", "co-host").await;
    let (_, token) = made(&bob, &meeting, json!({"name": "Bot"})).await;
    assert_eq!(
        sent(&api, &token, &meeting, &chunks("1", None)).await.0,
        200
    );
    // Bob has not come in by what his program does.
    let (_, people) = ada.get(&format!("{meeting}/participants")).await;
    let of_bob = people["items"].as_array().unwrap().iter();
    let mut of_bob = of_bob.filter(|one| one["email"] == "bob@example.org");
    assert_eq!(of_bob.next().unwrap()["status"], "invited");
    let place = format!("{meeting}/participants/bob@example.org");
    ada.patch(&place, json!({"role": "participant"})).await;
    let demoted = sent(&api, &token, &meeting, &chunks("2", None)).await;
    assert_problem(&demoted, 403, "FORBIDDEN");
    assert_eq!(demoted.1["reason"], "role");
    assert_eq!(ada.delete(&place).await.0, 204);
    let removed = sent(&api, &token, &meeting, &chunks("2", None)).await;
    assert_problem(&removed, 404, "NOT_FOUND");
    ada.invite(&meeting, "bob", "co-host").await;
    assert_eq!(
        sent(&api, &token, &meeting, &chunks("2", None)).await.0,
        200
    );
    bob.delete("/v1/me").await;
    let erased = sent(&api, &token, &meeting, &chunks("3", None)).await;
    assert_problem(&erased, 401, "UNAUTHORIZED");
}

#[tokio::test]
async fn hosts_make_and_see_tokens_and_nothing_tells_a_secret_again() {
    let api = Api::start().await;
    let (ada, bob) = (api.sign_in("ada").await, api.sign_in("bob").await);
    let admin = api.sign_in_as("admin@example.com").await;
    let (meeting, id, token) = caption(&ada).await;
    let tokens = format!("{meeting}/service-tokens");
    let draft = json!({"name": "Captions"});
    assert_problem(&bob.post(&tokens, draft.clone()).await, 404, "NOT_FOUND");
    ada.invite(&meeting, "bob", "participant").await;
    assert_problem(&bob.post(&tokens, draft.clone()).await, 403, "FORBIDDEN");
    assert_problem(&bob.get(&tokens).await, 403, "FORBIDDEN");
    for (bad, pointer) in [
        (json!({"name": " "}), "/name"),
        (json!({"name": "a", "expiresAt": NOW}), "/expiresAt"),
    ] {
        let refused = ada.post(&tokens, bad).await;
        assert_problem(&refused, 422, "VALIDATION_ERROR");
        assert_eq!(refused.1["errors"][0]["pointer"], pointer);
    }
    let (_, known) = ada.get(&tokens).await;
    let expected = json!({"items": [{"id": id, "name": "Captions", "createdBy": ada.id,
        "createdAt": NOW, "expiresAt": null}], "next": null});
    assert_eq!(known, expected);
    // One that is out of its time makes room.
    let brief = json!({"name": "Brief", "expiresAt": NOW + 1});
    made(&ada, &meeting, brief).await;
    for _ in 2..10 {
        made(&ada, &meeting, draft.clone()).await;
    }
    let full = ada.post(&tokens, draft.clone()).await;
    assert_problem(&full, 409, "CONFLICT");
    api.app.clock.advance(1);
    made(&ada, &meeting, draft).await;
    sent(&api, &token, &meeting, &chunks("1", None)).await;
    ada.delete(&format!("{tokens}/{id}")).await;
    let (_, log) = admin.get("/v1/admin/audit?limit=100").await;
    let log = log.to_string();
    let secret = token.rsplit('_').next().unwrap();
    for (word, is_there) in [
        ("makeServiceToken", true),
        ("revokeServiceToken", true),
        (secret, false),
    ] {
        assert_eq!(log.contains(word), is_there, "{word}: {log}");
    }
}

/// A program's line, which was let in.
async fn line_of(api: &Api, token: &str) -> Line {
    let mut line = Line::hello(address(api), token).await;
    assert!(matches!(line.frame().await, ServerFrame::Welcome { .. }));
    line
}

/// Calls a command; what became of it.
async fn calls(line: &mut Line, id: u64, command: Value) -> Result<Value, Problem> {
    let command = serde_json::from_value(command).unwrap();
    let key = format!("key-{id}");
    line.say(&ClientFrame::Call { id, key, command }).await;
    match line.frame().await {
        ServerFrame::Reply {
            error: None, ok, ..
        } => Ok(ok.unwrap()),
        ServerFrame::Reply { error, .. } => Err(error.unwrap()),
        other => panic!("{other:?}"),
    }
}

fn says(meeting: &str, segment: &str, user: Option<&str>) -> Value {
    let mut command = chunks(segment, user);
    command["type"] = json!("appendTranscript");
    command["meetingId"] = json!(id_of(meeting));
    command
}

#[tokio::test]
async fn a_program_on_the_socket_sends_its_transcript_and_is_refused_all_else() {
    let api = Api::start().await;
    let (ada, bob) = (api.sign_in("ada").await, api.sign_in("bob").await);
    let (meeting, _, token) = caption(&ada).await;
    ada.invite(&meeting, "bob", "participant").await;
    let mut line = line_of(&api, &token).await;
    let said = calls(&mut line, 1, says(&meeting, "1", Some(&bob.id))).await;
    assert!(said.unwrap().to_string().contains("[1]"));
    let heard = json!({"type": "appendProviderTranscript", "meetingId": id_of(&meeting),
        "provider": "whisper", "sourceId": "mic", "startedAt": NOW,
        "messages": [{"id": 1, "start": 0, "end": 1, "text": "hello"}]});
    let said = calls(&mut line, 2, heard).await;
    assert!(said.unwrap().to_string().contains("[2]"));
    let (_, read) = ada.get(&format!("{meeting}/transcript")).await;
    assert_eq!(read["items"][0]["speaker"]["userId"], bob.id);
    assert_eq!(read["items"][1]["speaker"]["label"], "Captions");
    let other = ada.meeting().await;
    ada.post(&format!("{other}/start"), Value::Null).await;
    let elsewhere = calls(&mut line, 3, says(&other, "1", None)).await;
    assert_eq!(elsewhere.unwrap_err().code.as_str(), "NOT_FOUND");
    let meeting_id = id_of(&meeting);
    let commands = [
        json!({"type": "endMeeting", "meetingId": meeting_id}),
        json!({"type": "postMessage", "meetingId": meeting_id, "text": "hi"}),
        json!({"type": "renameSpeaker", "meetingId": meeting_id, "label": "Bob", "name": "B"}),
    ];
    for (at, command) in (4..).zip(commands) {
        let refused = calls(&mut line, at, command).await.unwrap_err();
        assert_eq!(refused.reason.as_deref(), Some("service-token"));
    }
    for query in [
        Query::Me {},
        Query::Meetings {},
        Query::Transcript {
            meeting_id: meeting_id.clone(),
        },
        Query::Note {
            meeting_id: meeting_id.clone(),
            client_id: 7,
        },
    ] {
        line.subscribe(query, None).await;
        match line.frame().await {
            ServerFrame::Revoked { sub, error } => {
                assert_eq!(sub, SUB);
                assert_eq!(error.reason.as_deref(), Some("service-token"));
            }
            other => panic!("{other:?}"),
        }
    }
    // It is not in the meeting, and its maker has not become somebody else's door.
    let refresh = ClientFrame::Refresh {
        token: ada.token.clone(),
    };
    line.say(&refresh).await;
    let ServerFrame::Error { .. } = line.frame().await else {
        panic!("a person took the program's place");
    };
}

#[tokio::test]
async fn a_program_on_the_socket_ends_with_its_token() {
    let api = Api::start().await;
    let ada = api.sign_in("ada").await;
    let (meeting, id, token) = caption(&ada).await;
    let mut line = line_of(&api, &token).await;
    assert!(calls(&mut line, 1, says(&meeting, "1", None)).await.is_ok());
    // It says nothing, and is told all the same.
    let path = format!("{meeting}/service-tokens/{id}");
    assert_eq!(ada.delete(&path).await.0, 204);
    let ServerFrame::Error { error } = line.frame().await else {
        panic!("it goes on");
    };
    assert_eq!(error.code.as_str(), "UNAUTHORIZED");
    assert_eq!(line.end().await, close::POLICY);
    let mut again = Line::hello(address(&api), &token).await;
    assert!(matches!(again.frame().await, ServerFrame::Error { .. }));
    let brief = json!({"name": "Brief", "expiresAt": NOW + 5});
    let (_, brief) = made(&ada, &meeting, brief).await;
    let mut line = line_of(&api, &brief).await;
    api.app.clock.advance(5);
    api.app.listeners.wake();
    assert_eq!(line.end().await, close::POLICY);
}
