//! The public API, as a replay needs it. What is asked to wait waits.

use super::ReplayError;
use connvo_core::error::{ErrorCode, Problem};
use connvo_core::id::MeetingId;
use connvo_core::meeting::Meeting;
use connvo_core::note::{NoteEntry, Operation};
use connvo_core::protocol::command::{NoteAccepted, TranscriptAccepted};
use connvo_core::transcript::ChunkDraft;
use reqwest::{Client, Method, RequestBuilder};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use std::time::Duration;

/// Tries at a request that the server asks to wait for.
const TRIES: u32 = 100;

/// A server.
#[derive(Clone)]
pub(super) struct Api {
    http: Client,
    url: String,
}

/// Somebody signed in.
#[derive(Clone)]
pub(super) struct Person {
    api: Api,
    token: String,
    user_id: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Token {
    token: String,
    user_id: String,
}

/// A note.
#[derive(Deserialize)]
pub(super) struct Note {
    pub(super) content: String,
    pub(super) version: u64,
}

#[derive(Deserialize)]
struct Page<T> {
    items: Vec<T>,
    next: Option<String>,
}

impl Api {
    pub(super) fn new(url: &str) -> Self {
        Self {
            http: Client::new(),
            url: url.trim_end_matches('/').to_owned(),
        }
    }

    /// Signs in at the development issuer.
    pub(super) async fn sign_in(&self, email: &str, name: &str) -> Result<Person, ReplayError> {
        let draft = json!({"email": email, "name": name});
        let request = self
            .http
            .post(format!("{}/dev/token", self.url))
            .json(&draft);
        let token: Token = answer(request).await?;
        Ok(Person {
            api: self.clone(),
            token: token.token,
            user_id: token.user_id,
        })
    }
}

impl Person {
    fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let url = format!("{}{path}", self.api.url);
        self.api.http.request(method, url).bearer_auth(&self.token)
    }

    async fn post<T: DeserializeOwned>(&self, path: &str, body: &Value) -> Result<T, ReplayError> {
        answer(self.request(Method::POST, path).json(body)).await
    }

    pub(super) async fn make_meeting(&self, title: &str) -> Result<MeetingId, ReplayError> {
        let meeting: Meeting = self.post("/v1/meetings", &json!({"title": title})).await?;
        Ok(meeting.id)
    }

    pub(super) async fn invite(
        &self,
        meeting: &MeetingId,
        email: &str,
        role: &str,
    ) -> Result<(), ReplayError> {
        let path = format!("/v1/meetings/{meeting}/participants");
        let draft = json!({"email": email, "role": role});
        let _: Value = self.post(&path, &draft).await?;
        Ok(())
    }

    pub(super) async fn start(&self, meeting: &MeetingId) -> Result<(), ReplayError> {
        let path = format!("/v1/meetings/{meeting}/start");
        let _: Meeting = self.post(&path, &Value::Null).await?;
        Ok(())
    }

    pub(super) async fn end(&self, meeting: &MeetingId) -> Result<(), ReplayError> {
        let path = format!("/v1/meetings/{meeting}/end");
        let _: Meeting = self.post(&path, &Value::Null).await?;
        Ok(())
    }

    pub(super) async fn say(
        &self,
        meeting: &MeetingId,
        chunks: &[ChunkDraft],
    ) -> Result<TranscriptAccepted, ReplayError> {
        let path = format!("/v1/meetings/{meeting}/transcript");
        self.post(&path, &json!({"chunks": chunks})).await
    }

    pub(super) async fn note(&self, meeting: &MeetingId) -> Result<Note, ReplayError> {
        answer(self.request(Method::GET, &format!("/v1/meetings/{meeting}/notes"))).await
    }

    /// The client id of this person's operations.
    pub(super) fn client_id(&self) -> String {
        format!("replay-{}", self.user_id)
    }

    pub(super) async fn operate(
        &self,
        meeting: &MeetingId,
        base_version: u64,
        client_seq: u64,
        operation: &Operation,
    ) -> Result<NoteAccepted, ReplayError> {
        let path = format!("/v1/meetings/{meeting}/notes/ops");
        let draft = json!({
            "baseVersion": base_version,
            "clientId": self.client_id(),
            "clientSeq": client_seq,
            "operation": operation,
        });
        self.post(&path, &draft).await
    }

    /// The log after a version.
    pub(super) async fn log(
        &self,
        meeting: &MeetingId,
        after: u64,
    ) -> Result<Vec<NoteEntry>, ReplayError> {
        let mut log = Vec::new();
        let mut next = Some(after.to_string());
        while let Some(after) = next {
            let path = format!("/v1/meetings/{meeting}/notes/ops?limit=100&after={after}");
            let page: Page<NoteEntry> = answer(self.request(Method::GET, &path)).await?;
            log.extend(page.items);
            next = page.next;
        }
        Ok(log)
    }
}

/// The answer to a request; when told to wait, of its repetition.
async fn answer<T: DeserializeOwned>(request: RequestBuilder) -> Result<T, ReplayError> {
    for _ in 0..TRIES {
        let Some(again) = request.try_clone() else {
            break;
        };
        let response = again.send().await?;
        if response.status().is_success() {
            return Ok(response.json().await?);
        }
        let status = response.status();
        let Ok(problem) = response.json::<Problem>().await else {
            return Err(ReplayError::Refused(status.to_string()));
        };
        match problem.code {
            ErrorCode::RateLimited | ErrorCode::Unavailable => {
                let wait = problem.retry_after_ms.unwrap_or(1_000);
                tokio::time::sleep(Duration::from_millis(wait)).await;
            }
            _ => return Err(ReplayError::Refused(problem.to_string())),
        }
    }
    Err(ReplayError::Refused("it is too busy".into()))
}
